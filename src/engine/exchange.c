/*
 * exchange.c
 *	  Points in custody of an outside market (MODEL §9, X1 to X3).
 *
 * They circulate on, so that the pool backs them as before, and belong to no member.
 */
#include "engine/exchange.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/parties.h"
#include "engine/price.h"
#include "engine/trace.h"

/* What points are worth at the price before, which moves nothing. */
static bool
tell_worth(const PvEvent *event, PvPrice price, PvEffect *effect)
{
	if (!pv_value_at(price, event->points, &effect->amount))
		return false;
	pv_step(event->trace, pv_own(&event->parties)->id, "X1", "worth of the points",
			pv_amount(effect->amount), PV_FLOOR, PV_POINTS_AT(event->points, price));
	return true;
}

/*
 * X1: a member's points, oldest lots first, into custody, less a fee in points, which
 * are burned.  The pool stays, so that the fee is gain of all that circulates.
 */
PvError
pv_hand_over(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = {vault->pool, vault->circulating};
	int64_t joined;
	PvError error;

	if (!policy->has_exchange)
		return PV_NO_EXCHANGE;
	error = pv_give_points(event);
	if (error != PV_OK)
		return error;
	if (!tell_worth(event, pv_price_told(price, event->trace), effect) ||
		!pv_rate_ceil(event->points, policy->exchange.fee_rate, &effect->points_fee))
		return PV_OUT_OF_RANGE;
	joined = event->points - effect->points_fee;
	pv_step(event->trace, own->id, "X1", "fee in points, which are burned",
			pv_points(effect->points_fee), PV_CEILING, pv_points(event->points),
			pv_rate(policy->exchange.fee_rate));
	pv_step(event->trace, own->id, "X1", "points that join those in custody", pv_points(joined),
			PV_DIFFERENCE, pv_points(event->points), pv_points(effect->points_fee));
	if (joined == 0)
		return PV_NET_OF_ZERO;
	PV_ASSERT(joined > 0); /* a rate is at most 1 */
	effect->points = event->points;
	own->change.points = -event->points;
	vault->circulating -= effect->points_fee;
	return pv_add(vault->exchange, joined, &vault->exchange) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * X2: points out of custody to a member, in a lot whose limit begins anew.
 */
PvError
pv_take_back_from_exchange(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = {vault->pool, vault->circulating};

	if (!policy->has_exchange)
		return PV_NO_EXCHANGE;
	if (event->points <= 0)
		return PV_BAD_POINTS;
	if (event->points > vault->exchange)
		return PV_BEYOND_CUSTODY;
	if (!tell_worth(event, pv_price_told(price, event->trace), effect))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, own->id, "X2", "points out of custody", pv_points(event->points),
			PV_AT_MOST, pv_points(event->points), pv_points(vault->exchange));
	effect->points = event->points;
	own->change.points = event->points;
	vault->exchange -= event->points;
	return pv_bring_limited_lot(policy, event, price);
}
