/*
 * erasing.h
 *	  A member of whom nothing is left but numbers.
 */
#ifndef PV_STORE_ERASING_H
#define PV_STORE_ERASING_H

#include "base/compat.h"
#include "store/state.h"

extern const char *pv_erase(PvBook *book, const char *name);

#endif /* PV_STORE_ERASING_H */
