/*
 * engine.c
 *	  What every event has in common: price, balances, sweep, all or nothing.
 */
#include "engine/engine.h"

#include "engine/exits.h"
#include "engine/figures.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "engine/parties.h"

#include <string.h>

/*
 * V3, V6: a point is never worth more than 10 000, that is one unit of amount
 * for each unit of points; what the pool holds above goes to the reserve, and
 * all of it once nothing circulates.
 */
static bool
sweep_pool(PvVault *vault)
{
	int64_t excess;

	if (vault->pool <= vault->circulating)
		return true;
	if (!pv_sub(vault->pool, vault->circulating, &excess))
		return false; /* damaged data alone have less than no points */
	vault->pool -= excess;
	return pv_add(vault->reserve, excess, &vault->reserve);
}

static bool
change_balances(PvVault *vault, PvMember *member, const PvAssets *change)
{
	member->changed = true;
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		int64_t sum;

		if (!pv_add(pv_figure(&member->has, &pv_assets[i]), pv_figure(change, &pv_assets[i]), &sum))
			return false;
		pv_set_figure(&member->has, &pv_assets[i], sum);
	}
	return pv_add(vault->cash, change->cash, &vault->cash);
}

/*
 * G13: one who owes cash may do nothing that takes points or credits from it, but
 * redeem for cash.
 */
bool
pv_debt_bars(const PvMember *member, PvKind kind, bool for_goods)
{
	return member->has.cash < 0 && pv_kind_info(kind)->bars_debtors &&
		   (kind != PV_KIND_REDEEM || for_goods);
}

static PvError
apply_event(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParties *parties = &event->parties;
	PvParty *own = pv_own(parties);
	PvError error;

	if (own && pv_debt_bars(own->member, event->kind, event->for_goods))
		return PV_CASH_OWED;
	error = pv_kind_info(event->kind)->apply(policy, vault, event, effect);

	if (error != PV_OK)
		return error;
	for (int i = 0; i < parties->count; i++)
		if (!change_balances(vault, parties->list[i].member, &parties->list[i].change))
			return PV_OUT_OF_RANGE;
	if (!sweep_pool(vault))
		return PV_OUT_OF_RANGE;
	for (int i = 0; i < parties->count; i++)
		pv_watch_member(parties->list[i].member);
	return PV_OK;
}

/*
 * Whether an event has what its kind needs, and nobody takes part whom its kind
 * does not know; one read from damaged data may differ.
 */
static bool
is_complete(const PvEvent *event)
{
	const PvKindInfo *info = pv_kind_info(event->kind);
	const PvParties *parties = &event->parties;

	if (!info || !info->apply)
		return false;
	for (int i = 0; i < parties->count; i++)
		if (parties->list[i].role == PV_OWN
				? i > 0 || !(info->needs & PV_NEEDS_MEMBER)
				: !pv_is_among_roles(parties->list[i].role, info->others))
			return false;
	return (!(info->needs & PV_NEEDS_MEMBER) || pv_own(parties)) &&
		   (!(info->needs & PV_NEEDS_OTHER) || pv_other(parties, info->others)) &&
		   (!(info->needs & PV_NEEDS_DAY) || event->day) &&
		   (!(info->needs & PV_NEEDS_SALE) ||
			(event->sale && event->sale->nparts <= parties->count));
}

/*
 * Applies one event whole (V4).  On an error nothing of the vault and its
 * members has changed, but that lots a redeem or an exit burned from are to be
 * loaded anew.
 */
PvError
pv_apply(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvVault vault_before = *vault;
	PvMembersBefore before;
	PvError error;

	memset(effect, 0, sizeof(*effect));
	for (int i = 0; i < event->parties.count; i++)
	{
		event->parties.list[i].change = (PvAssets){0};
		event->parties.list[i].spending = 0;
	}
	if (!is_complete(event))
		return PV_INCOMPLETE;
	pv_remember_members(&before, &event->parties);
	error = apply_event(policy, vault, event, effect);
	if (error != PV_OK)
	{
		*vault = vault_before;
		pv_put_back_members(&before, &event->parties);
	}
	pv_forget_members(&before);
	return error;
}
