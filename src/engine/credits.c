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

static PvError
check_credits(const PvEvent *event)
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

	(void) policy;
	if (error != PV_OK)
		return error;
	if (!pv_value_at((PvPrice){vault->pool, vault->circulating}, event->points, &effect->amount))
		return PV_OUT_OF_RANGE;
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
pv_buy_credits(const PvPolicy *policy, PvVault *vault, int64_t credits, int64_t *cost)
{
	PvPrice price = pv_price_of(policy, vault);
	int64_t points;

	if (!policy->has_growth)
		return PV_NO_POOL;
	if (!pv_mul_div_ceil(credits, price.points, price.amount, &points) ||
		!pv_add(vault->treasury, points, &vault->treasury) ||
		!pv_add(vault->credits, credits, &vault->credits))
		return PV_OUT_OF_RANGE;
	return pv_buy_points(policy, vault, points, cost);
}

/*
 * G9: ⌊v × S / R⌋ points out of the treasury for v credits of a merchant.
 */
PvError
pv_credits_to_points(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = {vault->pool, vault->circulating};
	PvError error = own->member->merchant ? check_credits(event) : PV_NO_MERCHANT;

	if (error != PV_OK)
		return error;
	if (!pv_points_at(price, event->amount, &effect->points))
		return PV_OUT_OF_RANGE;
	if (effect->points == 0)
		return PV_SWAP_OF_ZERO;
	if (effect->points < event->guard)
		return PV_GUARD_NOT_MET;
	effect->amount = event->amount;
	own->change.points = effect->points;
	own->change.credits = -event->amount;
	vault->treasury -= effect->points;
	vault->credits -= event->amount;
	return pv_bring_other_lot(policy, own->member, event->seq, price, effect->points);
}

/*
 * G10: credits from one member to another.
 */
PvError
pv_pay(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *payer = pv_own(&event->parties);
	PvParty *payee = pv_party(&event->parties, PV_PAYEE);
	PvError error = check_credits(event);

	PV_ASSERT(payee); /* its kind needs one */
	(void) policy;
	(void) vault;
	if (error != PV_OK)
		return error;
	if (payee->member == payer->member)
		return PV_SAME_MEMBER;
	effect->amount = event->amount;
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
	int64_t needed = 0;

	(void) policy;
	(void) event;
	if (vault->pool > 0 &&
		!pv_mul_div_ceil(vault->credits, vault->circulating, vault->pool, &needed))
		return PV_OUT_OF_RANGE;
	if (vault->treasury <= needed)
		return PV_OK;
	effect->points = vault->treasury - needed;
	if (!pv_value_at((PvPrice){vault->pool, vault->circulating}, effect->points, &effect->amount) ||
		!pv_add(vault->reserve, effect->amount, &vault->reserve))
		return PV_OUT_OF_RANGE;
	vault->pool -= effect->amount;
	vault->treasury -= effect->points;
	vault->circulating -= effect->points;
	return PV_OK;
}
