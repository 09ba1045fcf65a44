/*
 * sums.c
 *	  Sums and shares of reports, which fit or are refused.
 */
#include "surface/sums.h"

#include "base/tokens.h"
#include "engine/fixed.h"

/* A sum, or an error. */
int64_t
pv_plus(int64_t a, int64_t b)
{
	int64_t sum;

	if (!pv_add(a, b, &sum))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE), errmsg("a sum is out of range")));
	return sum;
}

/* a of b in millionths, rounded down; what is said of a part of nothing, the caller knows. */
int64_t
pv_share_of(int64_t a, int64_t b, int64_t of_nothing)
{
	int64_t share = of_nothing;

	if (b > 0 && !pv_mul_div_floor(a, PV_ONE_RATE, b, &share))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE), errmsg("a share is out of range")));
	return share;
}
