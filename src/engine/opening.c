/*
 * opening.c
 *	  What members had before the vault, in one event each.
 *
 * Nothing of the pool, the price or other members pays for it: points are bought as
 * granted ones are (G12), credits as corrected ones (G17).  Cash, quota and shares are
 * what they are; cash below 0 is owed.
 */
#include "engine/opening.h"

#include "engine/credits.h"
#include "engine/figures.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/parties.h"

#include <stddef.h>

static PvError
check_opening(const PvPolicy *policy, const PvAssets *opening)
{
	bool is_empty = true;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		int64_t balance = pv_figure(opening, &pv_assets[i]);

		if (balance < 0 && pv_assets[i].offset != offsetof(PvAssets, cash))
			return PV_BAD_BALANCE;
		is_empty &= balance == 0;
	}
	if (is_empty)
		return PV_BAD_BALANCE;
	/* closes follow shares and quota from the first cycle on (C8) */
	return (opening->quota > 0 || opening->shares > 0) && !policy->has_cycle ? PV_NO_CYCLE : PV_OK;
}

/*
 * An opening balance.  The amount is what came into the pool for its points and
 * credits.
 */
PvError
pv_open(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvAssets *opening = &event->assets;
	int64_t issued = vault->issued;
	PvPolicy terms = *policy;
	int64_t backing = 0;
	PvError error = check_opening(policy, opening);

	if (event->uncapped)
		terms.growth.issue_cap = PV_UNSET;
	if (error == PV_OK && opening->points > 0)
		error = pv_buy_own_points(&terms, vault, event, opening->points, effect);
	if (error == PV_OK && opening->credits > 0)
		error = pv_buy_credits(&terms, vault, opening->credits, &backing, event->trace);
	if (error != PV_OK)
		return error;
	if (!pv_add(effect->amount, backing, &effect->amount))
		return PV_OUT_OF_RANGE;
	if (event->uncapped)
		vault->uncapped += vault->issued - issued; /* at most what was issued */
	pv_own(&event->parties)->change = *opening;
	return PV_OK;
}
