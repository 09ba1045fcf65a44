/*
 * kinds.c
 *	  The table of event kinds: one row a kind, read by every layer.
 */
#include "engine/kinds.h"

#include "engine/cash.h"
#include "engine/credits.h"
#include "engine/cycle.h"
#include "engine/growth.h"
#include "engine/sale.h"

#include <stddef.h>

#define SALE_FACTS (PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CASH | PV_SAYS_FEE)

/* Indexed by kind; a number that no kind has is a hole without a name. */
static const PvKindInfo kinds[PV_KIND_COUNT] = {
	[PV_KIND_CREATE] = {"create", 0, 0, false, NULL},
	[PV_KIND_POLICY] = {"policy", 0, 0, false, NULL},
	[PV_KIND_SUSPEND] = {"suspend", 0, 0, false, NULL},
	[PV_KIND_RESUME] = {"resume", 0, 0, false, NULL},
	[PV_KIND_RENAME] = {"rename", 0, 0, false, NULL},
	[PV_KIND_PURCHASE] = {"purchase", PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CONTRIBUTION, 1,
						  true, pv_purchase},
	[PV_KIND_REDEEM] = {"redeem", SALE_FACTS, -1, true, pv_redeem},
	[PV_KIND_EXIT] = {"exit", SALE_FACTS, -1, false, pv_exit},
	[PV_KIND_INJECT] = {"inject", PV_SAYS_AMOUNT, 0, true, pv_inject},
	[PV_KIND_WITHDRAW] = {"withdraw", PV_SAYS_AMOUNT, 0, false, pv_withdraw},
	[PV_KIND_POINTS_TO_CREDITS] = {"points_to_credits", PV_SAYS_AMOUNT | PV_SAYS_POINTS, -1, false,
								   pv_points_to_credits},
	[PV_KIND_CREDITS_TO_POINTS] = {"credits_to_points", PV_SAYS_AMOUNT | PV_SAYS_POINTS, 1, false,
								   pv_credits_to_points},
	[PV_KIND_PAY] = {"pay", PV_SAYS_AMOUNT, 0, false, pv_pay},
	[PV_KIND_GRANT_POINTS] = {"grant_points", PV_SAYS_AMOUNT | PV_SAYS_POINTS, 1, true,
							  pv_grant_points},
	[PV_KIND_REDEEM_SURPLUS] = {"redeem_surplus", PV_SAYS_AMOUNT | PV_SAYS_POINTS, 0, true,
								pv_redeem_surplus},
	[PV_KIND_REFUND] = {"refund", SALE_FACTS, -1, true, pv_refund},
	[PV_KIND_CLOSE] = {"close", PV_SAYS_AMOUNT | PV_SAYS_CASH, 0, false, pv_close},
	[PV_KIND_DIVIDEND] = {"dividend", PV_SAYS_CASH, 0, false, pv_dividend},
	[PV_KIND_WITHDRAW_RETURN] = {"withdraw_return", PV_SAYS_AMOUNT, 0, false, pv_withdraw_return},
};

/*
 * The row of a kind, or NULL for a number no kind has.
 */
const PvKindInfo *
pv_kind_info(PvKind kind)
{
	if ((int) kind < 0 || (int) kind >= PV_KIND_COUNT || !kinds[kind].name)
		return NULL;
	return &kinds[kind];
}
