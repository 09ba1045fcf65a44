/*
 * lengthof.h
 *	  How many elements an array has, for files that the server's headers, which
 *	  say the same, do not reach.
 */
#ifndef PV_LENGTHOF_H
#define PV_LENGTHOF_H

#define lengthof(array) ((int) (sizeof(array) / sizeof((array)[0])))

#endif /* PV_LENGTHOF_H */
