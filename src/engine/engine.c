/*
 * engine.c
 *	  What every event has in common: price, balances, sweep, all or nothing.
 */
#include "engine/engine.h"

#include "engine/exits.h"
#include "engine/fixed.h"
#include "engine/kinds.h"

#include <string.h>

/*
 * V3, V6: a point is never worth more than 10 000, that is one unit of amount
 * for each unit of points; what the pool holds above goes to the reserve, and
 * all of it once nothing circulates.
 */
static bool
sweep_pool(PvVault *vault)
{
	int64_t excess = vault->pool - vault->circulating;

	if (excess <= 0)
		return true;
	vault->pool -= excess;
	return pv_add(vault->reserve, excess, &vault->reserve);
}

static bool
change_balances(PvVault *vault, PvMember *member, const PvAssets *change)
{
	PvAssets *has = &member->has;

	member->changed = true;
	return pv_add(has->points, change->points, &has->points) &&
		   pv_add(has->credits, change->credits, &has->credits) &&
		   pv_add(has->cash, change->cash, &has->cash) &&
		   pv_add(has->reward, change->reward, &has->reward) &&
		   pv_add(has->quota, change->quota, &has->quota) &&
		   pv_add(has->shares, change->shares, &has->shares) &&
		   pv_add(vault->cash, change->cash, &vault->cash);
}

/*
 * Puts a member back as it was.  Lots made meanwhile are forgotten; their
 * memory stays, as it may have moved.
 */
void
pv_restore_member(PvMember *member, const PvMember *before)
{
	PvLot *lots = member->lots;
	int maxlots = member->maxlots;

	*member = *before;
	member->lots = lots;
	member->maxlots = maxlots;
}

static PvError
apply_event(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvError error = pv_kind_info(event->kind)->apply(policy, vault, event, effect);

	if (error != PV_OK)
		return error;
	if (event->member && !change_balances(vault, event->member, &effect->member))
		return PV_OUT_OF_RANGE;
	if (event->other && !change_balances(vault, event->other, &effect->other))
		return PV_OUT_OF_RANGE;
	if (!sweep_pool(vault))
		return PV_OUT_OF_RANGE;
	if (event->member)
		pv_watch_member(event->member);
	if (event->other)
		pv_watch_member(event->other);
	return PV_OK;
}

/*
 * Whether an event has what its kind needs; one read from damaged data may not.
 */
static bool
is_complete(const PvEvent *event)
{
	const PvKindInfo *info = pv_kind_info(event->kind);

	if (!info || !info->apply)
		return false;
	switch (event->kind)
	{
		case PV_KIND_INJECT:
		case PV_KIND_REDEEM_SURPLUS:
			return true;
		case PV_KIND_CLOSE:
			return event->day != NULL;
		case PV_KIND_PAY:
			return event->member && event->other;
		case PV_KIND_REFUND:
			return event->member && event->sale;
		default:
			return event->member != NULL;
	}
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
	PvMember member_before = {0};
	PvMember other_before = {0};
	PvError error;

	memset(effect, 0, sizeof(*effect));
	if (!is_complete(event))
		return PV_INCOMPLETE;
	if (event->member)
		member_before = *event->member;
	if (event->other)
		other_before = *event->other;

	error = apply_event(policy, vault, event, effect);
	if (error != PV_OK)
	{
		*vault = vault_before;
		if (event->member)
			pv_restore_member(event->member, &member_before);
		if (event->other)
			pv_restore_member(event->other, &other_before);
	}
	return error;
}
