/*
 * kinds.c
 *	  The table of event kinds: one row a kind, read by every layer.
 */
#include "engine.h"

#include <stddef.h>

static const PvKindInfo kinds[] = {
	{PV_KIND_CREATE, "create", 0, 0, false, NULL},
	{PV_KIND_POLICY, "policy", 0, 0, false, NULL},
	{PV_KIND_SUSPEND, "suspend", 0, 0, false, NULL},
	{PV_KIND_RESUME, "resume", 0, 0, false, NULL},
	{PV_KIND_RENAME, "rename", 0, 0, false, NULL},
	{PV_KIND_PURCHASE, "purchase", PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CONTRIBUTION, 1, true,
	 pv_purchase},
	{PV_KIND_REDEEM, "redeem", PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CASH | PV_SAYS_FEE, -1,
	 true, pv_redeem},
	{PV_KIND_EXIT, "exit", PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CASH | PV_SAYS_FEE, -1, false,
	 pv_exit},
	{PV_KIND_INJECT, "inject", PV_SAYS_AMOUNT, 0, true, pv_inject},
	{PV_KIND_WITHDRAW, "withdraw", PV_SAYS_AMOUNT, 0, false, pv_withdraw},
	{PV_KIND_WITHDRAW_RETURN, "withdraw_return", PV_SAYS_AMOUNT, 0, false, pv_withdraw_return},
};

/*
 * The row of the index-th kind, or NULL past the last.
 */
const PvKindInfo *
pv_kind_at(int index)
{
	if (index < 0 || index >= (int) (sizeof(kinds) / sizeof(kinds[0])))
		return NULL;
	return &kinds[index];
}

/*
 * The row of a kind, or NULL for a number no kind has.
 */
const PvKindInfo *
pv_kind_info(PvKind kind)
{
	const PvKindInfo *info;

	for (int i = 0; (info = pv_kind_at(i)) != NULL; i++)
		if (info->kind == kind)
			return info;
	return NULL;
}
