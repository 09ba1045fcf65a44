/*
 * legacy.c
 *	  Old debts: what the house owed members before the vault (MODEL §9, D1 to D3).
 *
 * A debt is owed and nothing backs it.  It is settled by goods, and with them come points
 * that the platform pays for: a debt becomes a part of the pool as the house can afford it.
 */
#include "engine/legacy.h"

#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/price.h"
#include "engine/trace.h"

/*
 * D1: what the house owed the member, booked as that.
 */
PvError
pv_open_debt(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	if (!policy->has_legacy)
		return PV_NO_LEGACY;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	effect->amount = event->amount;
	own->change.debt = event->amount;
	pv_given(event->trace, own->id, "D1", "owed to the member from before the vault",
			 pv_amount(event->amount));
	return pv_add(vault->debts, event->amount, &vault->debts) ? PV_OK : PV_OUT_OF_RANGE;
}

/* G17: a debt that was booked wrong; up it is one that is opened. */
PvError
pv_adjust_debt(const PvPolicy *policy, PvVault *vault, int64_t change)
{
	if (change > 0 && !policy->has_legacy)
		return PV_NO_LEGACY;
	return pv_add(vault->debts, change, &vault->debts) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * D2: what the platform pays into the pool: ⌊A × contribution_rate⌋, or what the caller
 * named, at most A; above the rate's only where the event may.
 */
static PvError
contribution_of(const PvPolicy *policy, const PvEvent *event, int64_t *contribution)
{
	int64_t by_rate;

	if (!pv_rate_floor(event->amount, policy->legacy.contribution_rate, &by_rate))
		return PV_OUT_OF_RANGE;
	*contribution = 0;
	if (!event->has_contribution && !policy->has_growth)
		return PV_OK;
	if (!event->has_contribution)
	{
		*contribution = by_rate;
		pv_step(event->trace, 0, "D2", "contribution of the platform to the pool",
				pv_amount(*contribution), PV_FLOOR, pv_amount(event->amount),
				pv_rate(policy->legacy.contribution_rate));
		return PV_OK;
	}
	if (event->contribution < 0 || event->contribution > event->amount)
		return PV_BAD_CONTRIBUTION;
	if (event->contribution > by_rate && !event->beyond_rate)
		return PV_BEYOND_RATE;
	if (event->contribution > 0 && !policy->has_growth)
		return PV_NO_POOL;
	*contribution = event->contribution;
	pv_step(event->trace, 0, "D2", "contribution of the platform to the pool that the call names",
			pv_amount(*contribution), PV_AT_MOST, pv_amount(*contribution),
			pv_amount(event->amount));
	return PV_OK;
}

/* D3: the points are released evenly over the days from that of the event on. */
static void
hold_lot(const PvPolicy *policy, const PvEvent *event, PvLot *lot)
{
	lot->release_days = (int32_t) policy->legacy.release_days;
	lot->held = lot->release_days > 0;
	if (!lot->held)
		return;
	lot->free_on = event->date + lot->release_days;
	pv_given(event->trace, pv_own(&event->parties)->id, "D3",
			 "days over which the points are released", pv_days(lot->release_days));
}

/* D2: points for the contribution at the price before, as G2 and G3, in a lot of their own. */
static PvError
mint(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = pv_price_told(pv_price_of(policy, vault), event->trace);
	PvLot lot;

	if (!pv_mint(policy, vault, price, effect->contribution, policy->legacy.mint_rate, own,
				 event->trace) ||
		!pv_sale_lot(policy, event, policy->legacy.exit_multiple, &lot))
		return PV_OUT_OF_RANGE;
	effect->points = own->change.points;
	hold_lot(policy, event, &lot);
	return pv_bring_points(own->member, lot);
}

/*
 * D2: goods are handed over for a part of what is owed, or all of it, and the platform pays
 * for points besides.
 */
PvError
pv_settle_debt(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvError error;

	if (!policy->has_legacy)
		return PV_NO_LEGACY;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > own->member->has.debt)
		return PV_BEYOND_DEBT;
	effect->amount = event->amount;
	own->change.debt = -event->amount;
	pv_given(event->trace, own->id, "D2", "of what the member was owed, settled by goods",
			 pv_amount(event->amount));
	error = contribution_of(policy, event, &effect->contribution);
	if (error == PV_OK && policy->has_growth)
		error = mint(policy, vault, event, effect);
	if (error != PV_OK)
		return error;
	if (!pv_sub(vault->debts, event->amount, &vault->debts) ||
		!pv_sub(vault->platform, effect->contribution, &vault->platform) ||
		!pv_add(vault->pool, effect->contribution, &vault->pool))
		return PV_OUT_OF_RANGE;
	return PV_OK;
}

/*
 * D2: what a settled debt promises of itself: the limit of its points, whatever growth says.
 */
bool
pv_legacy_promise(const PvPolicy *policy, int64_t amount, PvSalePart *part)
{
	part->limit = 0;
	if (!policy->has_growth)
		return true;
	return pv_limit_promised(amount, policy->legacy.exit_multiple, &part->limit);
}

/*
 * D2: by a refund the part of A goes back to the debt.
 */
PvError
pv_legacy_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, const PvRefundDue *due,
				 PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) policy;
	(void) due;
	(void) effect;
	own->change.debt = event->amount;
	pv_given(event->trace, own->id, "D2", "owed to the member again", pv_amount(event->amount));
	return pv_add(vault->debts, event->amount, &vault->debts) ? PV_OK : PV_OUT_OF_RANGE;
}
