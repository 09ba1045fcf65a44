/*
 * corrections.c
 *	  Ways back for what was booked wrong, and for goods that come back (G17).
 *
 * Neither asks whether the member owes cash.
 */
#include "engine/corrections.h"

#include "engine/credits.h"
#include "engine/figures.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/legacy.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/price.h"
#include "engine/trace.h"

#include <stddef.h>

/* The one asset that changes; NULL where none does, or several. */
const PvFigure *
pv_adjusted_asset(const PvAssets *change)
{
	const PvFigure *adjusted = NULL;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		if (pv_figure(change, &pv_assets[i]) == 0)
			continue;
		if (adjusted)
			return NULL;
		adjusted = &pv_assets[i];
	}
	return adjusted;
}

/*
 * Points up are paid for as granted ones; down they are burned from the oldest lots,
 * held or not, and what they are worth goes to the platform.
 */
static PvError
adjust_points(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvMember *member = pv_own(&event->parties)->member;
	int64_t change = event->assets.points;
	PvPrice price;
	int64_t value;

	if (change > 0)
		return pv_buy_own_points(policy, vault, event, change, effect);
	price = pv_price_told(pv_price_of(policy, vault), event->trace);
	effect->points = change;
	if (!pv_value_at(price, -change, &value) || !pv_add(vault->platform, value, &vault->platform))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, member->id, "G17", "worth of the points burned, to the platform",
			pv_amount(value), PV_FLOOR, PV_POINTS_AT(-change, price));
	effect->amount = -value;
	vault->pool -= value;
	vault->circulating += change;
	return pv_take_points(member, -change, pv_takes_as_of(event->kind, event->date));
}

/* Credits up are backed by points that are paid for; down their backing becomes surplus (G14). */
static PvError
adjust_credits(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	int64_t change = event->assets.credits;

	if (change > 0)
		return pv_buy_credits(policy, vault, change, &effect->amount, event->trace);
	vault->credits += change;
	return PV_OK;
}

/*
 * G17: changes what a member has of one asset.  The amount is what came into the pool
 * for it, below 0 what went from there to the platform.
 */
PvError
pv_adjust(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	const PvFigure *asset = pv_adjusted_asset(&event->assets);
	int64_t change = asset ? pv_figure(&event->assets, asset) : 0;
	int64_t after;

	if (change == 0)
		return PV_CHANGE_OF_ZERO;
	if (!pv_add(pv_figure(&own->member->has, asset), change, &after))
		return PV_OUT_OF_RANGE;
	if (change < 0 && after < 0)
		return PV_BELOW_ZERO;
	pv_given(event->trace, own->id, "G17", "corrected by hand", pv_figure_term(asset, change));
	own->change = event->assets;
	if (event->assets.points != 0)
		return adjust_points(policy, vault, event, effect);
	if (event->assets.credits != 0)
		return adjust_credits(policy, vault, event, effect);
	if (event->assets.debt != 0)
		return pv_adjust_debt(policy, vault, event->assets.debt);
	return PV_OK;
}

/*
 * G17: goods that points were redeemed for came back.  The platform gives back what it
 * took, and the member gets the points that it buys now.
 */
PvError
pv_redeem_return(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = pv_price_told(pv_price_of(policy, vault), event->trace);
	PvError error;

	if (!policy->has_growth)
		return PV_NO_POOL;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > event->left)
		return PV_REFUNDED_ALREADY;
	pv_step(event->trace, own->id, "G17", "given back by the platform, of the net that is left",
			pv_amount(event->amount), PV_AT_MOST, pv_amount(event->amount), pv_amount(event->left));
	effect->amount = event->amount;
	if (!pv_points_at(price, event->amount, &effect->points) ||
		!pv_sub(vault->platform, event->amount, &vault->platform) ||
		!pv_add(vault->pool, event->amount, &vault->pool))
		return PV_OUT_OF_RANGE;
	if (effect->points == 0)
		return PV_OUT_OF_RANGE; /* V6: only where damaged data have a point worth more than 10 000 */
	pv_step(event->trace, own->id, "G17", "points that it buys now", pv_points(effect->points),
			PV_FLOOR, PV_AMOUNT_AT(event->amount, price));
	error = pv_issue(policy, vault, effect->points, event->trace);
	if (error != PV_OK)
		return error;
	own->change.points = effect->points;
	return pv_bring_other_lot(policy, event, price);
}
