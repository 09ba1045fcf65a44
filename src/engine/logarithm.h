/*
 * logarithm.h
 *	  Logarithms and powers of 2 in integers, for estimates that people are shown.
 *
 * Nothing that is booked goes through here.
 */
#ifndef PV_ENGINE_LOGARITHM_H
#define PV_ENGINE_LOGARITHM_H

#include "engine/fixed.h"

/* A logarithm to base 2 is in units of 2^-48. */
#define PV_LOG_BITS 48

extern int64_t pv_log2(pv_int128 value);
extern bool pv_exp2(int64_t log, int64_t *ppm);

#endif /* PV_ENGINE_LOGARITHM_H */
