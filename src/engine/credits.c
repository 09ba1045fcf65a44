/*
 * credits.c
 *	  Credits: fixed in value, for paying inside the mall, backed by points in the
 *	  treasury (G8 to G10, G14).
 *
 * Always covered: T × R ≥ C × S.  What members get is rounded down, so swaps
 * keep that, and the price never falls.
 */
#include "engine/credits.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/parties.h"
#include "engine/growth.h"
#include "engine/lots.h"
#include "engine/price.h"
#include "engine/trace.h"

/* G9, G10, N3: the member has as many credits as the event takes. */
PvError
pv_check_credits(const PvEvent *event)
{
	PvParty *own = pv_own(&event->parties);

	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	return event->amount > own->member->has.credits ? PV_TOO_FEW_CREDITS : PV_OK;
}

/*
 * G8: ⌊n × R / S⌋ credits for n points, oldest lots first, which move to the
 * treasury: pool and circulating stay.
 */
PvError
pv_points_to_credits(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvError error = pv_give_points(event);
	PvPrice price;

	(void) policy;
	if (error != PV_OK)
		return error;
	price = pv_price_told((PvPrice){vault->pool, vault->circulating}, event->trace);
	if (!pv_value_at(price, event->points, &effect->amount))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, own->id, "G8", "credits for the points", pv_amount(effect->amount),
			PV_FLOOR, PV_POINTS_AT(event->points, price));
	if (effect->amount == 0)
		return PV_SWAP_OF_ZERO;
	if (effect->amount < event->guard)
		return PV_GUARD_NOT_MET;
	effect->points = event->points;
	own->change.points = -event->points;
	own->change.credits = effect->amount;
	vault->treasury += event->points; /* at most what circulates */
	if (!pv_add(vault->credits, effect->amount, &vault->credits))
		return PV_OUT_OF_RANGE;
	return PV_OK;
}

/*
 * G17: new credits, backed by ⌈c × S / R⌉ points in the treasury, which are paid into
 * the pool as granted ones are (G12).
 */
PvError
pv_buy_credits(const PvPolicy *policy, PvVault *vault, int64_t credits, int64_t *cost,
			   PvTrace *trace)
{
	PvPrice price = pv_price_of(policy, vault);
	int64_t points;

	if (!policy->has_growth)
		return PV_NO_POOL;
	if (!pv_mul_div_ceil(credits, price.points, price.amount, &points) ||
		!pv_add(vault->treasury, points, &vault->treasury) ||
		!pv_add(vault->credits, credits, &vault->credits))
		return PV_OUT_OF_RANGE;
	pv_step(trace, 0, "G17", "points for the treasury, which back the credits", pv_points(points),
			PV_CEILING, PV_AMOUNT_AT(credits, price));
	return pv_buy_points(policy, vault, points, cost, trace);
}

/*
 * G9: ⌊v × S / R⌋ points out of the treasury for v credits of a merchant.
 */
PvError
pv_credits_to_points(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = pv_price_told((PvPrice){vault->pool, vault->circulating}, event->trace);
	PvError error = own->member->merchant ? pv_check_credits(event) : PV_NO_MERCHANT;

	if (error != PV_OK)
		return error;
	if (!pv_points_at(price, event->amount, &effect->points))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, own->id, "G9", "points out of the treasury for the credits of a merchant",
			pv_points(effect->points), PV_FLOOR, PV_AMOUNT_AT(event->amount, price));
	if (effect->points == 0)
		return PV_SWAP_OF_ZERO;
	if (effect->points < event->guard)
		return PV_GUARD_NOT_MET;
	effect->amount = event->amount;
	own->change.points = effect->points;
	own->change.credits = -event->amount;
	vault->treasury -= effect->points;
	vault->credits -= event->amount;
	return pv_bring_other_lot(policy, event, price);
}

/*
 * G10: credits from one member to another.
 */
PvError
pv_pay(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *payer = pv_own(&event->parties);
	PvParty *payee = pv_party(&event->parties, PV_PAYEE);
	PvError error = pv_check_credits(event);

	PV_ASSERT(payee); /* its kind needs one */
	(void) policy;
	(void) vault;
	if (error != PV_OK)
		return error;
	if (payee->member == payer->member)
		return PV_SAME_MEMBER;
	effect->amount = event->amount;
	pv_given(event->trace, payer->id, "G10", "credits paid, which the payer had",
			 pv_amount(event->amount));
	payer->change.credits = -event->amount;
	payee->change.credits = event->amount;
	return PV_OK;
}

/*
 * G14: treasury points beyond what the credits need, ⌈C × S / R⌉, are burned,
 * and what they are worth goes from the pool to the reserve: the price stays.
 */
PvError
pv_redeem_surplus(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvPrice price = pv_price_told((PvPrice){vault->pool, vault->circulating}, event->trace);
	int64_t needed = 0;

	(void) policy;
	if (vault->pool > 0 &&
		!pv_mul_div_ceil(vault->credits, vault->circulating, vault->pool, &needed))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, 0, "G14", "treasury points that the credits need", pv_points(needed),
			PV_CEILING, pv_amount(vault->credits), pv_points(vault->circulating),
			pv_amount(vault->pool));
	if (vault->treasury <= needed)
		return PV_OK;
	effect->points = vault->treasury - needed;
	if (!pv_value_at(price, effect->points, &effect->amount) ||
		!pv_add(vault->reserve, effect->amount, &vault->reserve))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, 0, "G14", "treasury points beyond that, burned",
			pv_points(effect->points), PV_DIFFERENCE, pv_points(vault->treasury),
			pv_points(needed));
	pv_step(event->trace, 0, "G14", "worth of these, to the reserve", pv_amount(effect->amount),
			PV_FLOOR, PV_POINTS_AT(effect->points, price));
	vault->pool -= effect->amount;
	vault->treasury -= effect->points;
	vault->circulating -= effect->points;
	return PV_OK;
}
