/*
 * sums.h
 *	  Sums and shares of reports, which fit or are refused.
 */
#ifndef PV_SURFACE_SUMS_H
#define PV_SURFACE_SUMS_H

#include "base/compat.h"

extern int64_t pv_plus(int64_t a, int64_t b);
extern int64_t pv_share_of(int64_t a, int64_t b, int64_t of_nothing);

#endif /* PV_SURFACE_SUMS_H */
