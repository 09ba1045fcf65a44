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

/* The price that an event goes by, told to who asks. */
PvPrice
pv_price_told(PvPrice price, PvTrace *trace)
{
	pv_step(trace, 0, "V1", "price before", PV_PRICE_TERM, PV_RATIO, pv_amount(price.amount),
			pv_points(price.points));
	return price;
}
