/*
 * price.c
 *	  The price of a point (V1).
 */
#include "engine/price.h"

/*
 * V1: pool / circulating, and the start price while nothing circulates.  A
 * vault whose policy has no pool has no price: 0.
 */
PvPrice
pv_price_of(const PvPolicy *policy, const PvVault *vault)
{
	if (vault->circulating > 0)
		return (PvPrice){vault->pool, vault->circulating};
	return (PvPrice){policy->has_growth ? policy->growth.start_price : 0, PV_ONE_POINT};
}
