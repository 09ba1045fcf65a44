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
#include "engine/price.h"
#include "engine/trace.h"

#include <string.h>

/*
 * V3, V6: a point is never worth more than 10 000, that is one unit of amount
 * for each unit of points; what the pool holds above goes to the reserve, and
 * all of it once nothing circulates.
 */
static bool
sweep_pool(PvVault *vault, PvTrace *trace)
{
	int64_t excess;

	if (vault->pool <= vault->circulating)
		return true;
	if (!pv_sub(vault->pool, vault->circulating, &excess))
		return false; /* damaged data alone have less than no points */
	pv_step(trace, 0, vault->circulating > 0 ? "V6" : "V3",
			vault->circulating > 0 ? "to the reserve: what the pool holds above 10 000 a point"
								   : "to the reserve: what is left when nothing circulates",
			pv_amount(excess), PV_DIFFERENCE, pv_amount(vault->pool),
			pv_amount(vault->circulating));
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

/* G13: what a debt would bar. */
static bool
asks_for_debts(PvKind kind, bool for_goods)
{
	return pv_kind_info(kind)->bars_debtors && (kind != PV_KIND_REDEEM || for_goods);
}

/*
 * G13: one who owes cash may do nothing that takes points or credits from it, but
 * redeem for cash.
 */
bool
pv_debt_bars(const PvMember *member, PvKind kind, bool for_goods)
{
	return member->has.cash < 0 && asks_for_debts(kind, for_goods);
}

/* A member's own, which is all there is to tell: what it had before may be anything. */
static void
trace_assets(const PvParty *party, PvTrace *trace)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		PvTerm change = pv_figure_term(&pv_assets[i], pv_figure(&party->change, &pv_assets[i]));

		if (pv_assets[i].offset == offsetof(PvAssets, items))
			change.unit = PV_UNIT_ITEMS;
		if (change.value != 0)
			pv_step(trace, party->id, "V8", pv_assets[i].column, change, PV_CHANGE, change);
	}
}

static void
trace_accounts(const PvVault *before, const PvVault *after, PvTrace *trace)
{
	for (int i = 0; i < PV_ACCOUNT_COUNT; i++)
	{
		const PvFigure *account = &pv_accounts[i];
		PvTerm was = pv_figure_term(account, pv_figure(before, account));
		PvTerm is = pv_figure_term(account, pv_figure(after, account));

		if (is.value != was.value)
			pv_step(trace, 0, "V8", account->column, is, PV_CHANGE, was,
					pv_figure_term(account, is.value - was.value));
	}
}

/* V8: by how much each member's assets changed, from what to what each account; and the price. */
static void
trace_changes(const PvPolicy *policy, const PvVault *before, const PvVault *after,
			  const PvEvent *event)
{
	PvPrice price = pv_price_of(policy, after);

	for (int i = 0; i < event->parties.count; i++)
		trace_assets(&event->parties.list[i], event->trace);
	trace_accounts(before, after, event->trace);
	if (after->pool != before->pool || after->circulating != before->circulating)
		pv_step(event->trace, 0, "V1", "price after", PV_PRICE_TERM, PV_RATIO,
				pv_amount(price.amount), pv_points(price.points));
}

static PvError
apply_event(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParties *parties = &event->parties;
	PvParty *own = pv_own(parties);
	PvError error;

	if (own && pv_debt_bars(own->member, event->kind, event->for_goods))
		return PV_CASH_OWED;
	if (own && asks_for_debts(event->kind, event->for_goods))
		pv_given(event->trace, own->id, "G13", "cash owed, which would bar this", pv_amount(0));
	error = pv_kind_info(event->kind)->apply(policy, vault, event, effect);

	if (error != PV_OK)
		return error;
	for (int i = 0; i < parties->count; i++)
		if (!change_balances(vault, parties->list[i].member, &parties->list[i].change))
			return PV_OUT_OF_RANGE;
	if (!sweep_pool(vault, event->trace))
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
		   (!(info->needs & (PV_NEEDS_SERIES | PV_NEEDS_ITEM)) || event->series) &&
		   (!(info->needs & PV_NEEDS_ITEM) || event->item) &&
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
	else if (event->trace)
		trace_changes(policy, &vault_before, vault, event);
	pv_forget_members(&before);
	return error;
}
