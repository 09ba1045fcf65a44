/*
 * kinds.c
 *	  The table of event kinds: one row a kind, read by every layer.
 */
#include "engine/kinds.h"

#include "engine/award.h"
#include "engine/cash.h"
#include "engine/corrections.h"
#include "engine/credits.h"
#include "engine/cycle.h"
#include "engine/exchange.h"
#include "engine/growth.h"
#include "engine/items.h"
#include "engine/legacy.h"
#include "engine/merge.h"
#include "engine/opening.h"
#include "engine/partner.h"
#include "engine/release.h"
#include "engine/sale.h"
#include "engine/stock.h"

#include <stddef.h>

#define SALE_FACTS (PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CASH | PV_SAYS_FEE)

/* clang-format off */

/*
 * Indexed by kind; a number that no kind has is a hole without a name.  What is not
 * said is none.
 */
static const PvKindInfo kinds[PV_KIND_COUNT] = {
	[PV_KIND_CREATE] = {"create"},
	[PV_KIND_POLICY] = {"policy"},
	[PV_KIND_SUSPEND] = {"suspend"},
	[PV_KIND_RESUME] = {"resume"},
	[PV_KIND_RENAME] = {"rename"},
	[PV_KIND_PURCHASE] = {"purchase",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CONTRIBUTION | PV_SAYS_REFUNDED,
		.needs = PV_NEEDS_MEMBER,
		.others = PV_AS(PV_SPONSOR) | PV_AS(PV_EARNER),
		.same = PV_SAME_AMOUNT | PV_SAME_CONTRIBUTION,
		.points_sign = 1,
		.leads_to_exits = true,
		.waits_in_queue = true,
		.apply = pv_purchase},
	[PV_KIND_REDEEM] = {"redeem",
		.says = SALE_FACTS,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_POINTS,
		.same = PV_SAME_POINTS | PV_SAME_PURPOSE,
		.points_sign = -1,
		.leads_to_exits = true,
		.bars_debtors = true,
		.apply = pv_redeem},
	[PV_KIND_EXIT] = {"exit",
		.says = SALE_FACTS,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_POINTS,
		.points_sign = -1,
		.apply = pv_exit},
	[PV_KIND_INJECT] = {"inject",
		.says = PV_SAYS_AMOUNT,
		.same = PV_SAME_AMOUNT,
		.leads_to_exits = true,
		.apply = pv_inject},
	[PV_KIND_WITHDRAW] = {"withdraw",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_CASH,
		.same = PV_SAME_AMOUNT,
		.apply = pv_withdraw},
	[PV_KIND_WITHDRAW_RETURN] = {"withdraw_return",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_REVERSAL,
		.reverses = PV_KIND_WITHDRAW,
		.apply = pv_withdraw_return},
	[PV_KIND_POINTS_TO_CREDITS] = {"points_to_credits",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_POINTS,
		.same = PV_SAME_POINTS,
		.points_sign = -1,
		.bars_debtors = true,
		.apply = pv_points_to_credits},
	[PV_KIND_CREDITS_TO_POINTS] = {"credits_to_points",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_CREDITS,
		.same = PV_SAME_AMOUNT,
		.points_sign = 1,
		.bars_debtors = true,
		.apply = pv_credits_to_points},
	[PV_KIND_PAY] = {"pay",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_OTHER,
		.others = PV_AS(PV_PAYEE),
		.takes = PV_TAKES_CREDITS,
		.same = PV_SAME_AMOUNT | PV_SAME_PAYEE,
		.bars_debtors = true,
		.apply = pv_pay},
	[PV_KIND_GRANT_POINTS] = {"grant_points",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_POINTS,
		.points_sign = 1,
		.leads_to_exits = true,
		.apply = pv_grant_points},
	[PV_KIND_REDEEM_SURPLUS] = {"redeem_surplus",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.leads_to_exits = true,
		.apply = pv_redeem_surplus},
	[PV_KIND_REFUND] = {"refund",
		.says = SALE_FACTS | PV_SAYS_OWED,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_SALE,
		.others = PV_AS(PV_SPONSOR) | PV_AS(PV_EARNER),
		.same = PV_SAME_REVERSAL,
		.reverses = PV_KIND_PURCHASE,
		.points_sign = -1,
		.leads_to_exits = true,
		.apply = pv_refund},
	[PV_KIND_CLOSE] = {"close",
		.says = PV_SAYS_AMOUNT | PV_SAYS_CASH,
		.needs = PV_NEEDS_DAY,
		.apply = pv_close},
	[PV_KIND_DIVIDEND] = {"dividend",
		.says = PV_SAYS_CASH,
		.needs = PV_NEEDS_MEMBER,
		.apply = pv_dividend},
	[PV_KIND_REPAY] = {"repay",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_AMOUNT,
		.apply = pv_repay},
	[PV_KIND_ADJUST] = {"adjust",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_CHANGE,
		.points_sign = 1,
		.leads_to_exits = true,
		.apply = pv_adjust},
	[PV_KIND_REDEEM_RETURN] = {"redeem_return",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_REVERSAL,
		.reverses = PV_KIND_REDEEM,
		.points_sign = 1,
		.leads_to_exits = true,
		.apply = pv_redeem_return},
	[PV_KIND_MERGE] = {"merge",
		.says = PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_OTHER,
		.others = PV_AS(PV_HEIR),
		.same = PV_SAME_PAYEE,
		.points_sign = -1,
		.apply = pv_merge},
	[PV_KIND_OPEN] = {"open",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_OPENING,
		.points_sign = 1,
		.apply = pv_open},
	[PV_KIND_RELEASE] = {"release",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER,
		.apply = pv_post_released},
	[PV_KIND_SPEND_REWARD] = {"spend_reward",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_REWARD,
		.same = PV_SAME_AMOUNT | PV_SAME_ORDER,
		.apply = pv_spend_reward},
	[PV_KIND_CLAIM] = {"claim",
		.says = SALE_FACTS | PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_SERIES,
		.takes = PV_TAKES_POINTS,
		.same = PV_SAME_SERIES,
		.points_sign = -1,
		.leads_to_exits = true,
		.bars_debtors = true,
		.apply = pv_claim},
	[PV_KIND_ISSUE_ITEM] = {"issue_item",
		.says = PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_SERIES,
		.same = PV_SAME_SERIES,
		.apply = pv_issue_item},
	[PV_KIND_TRANSFER_ITEM] = {"transfer_item",
		.says = PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_OTHER | PV_NEEDS_ITEM,
		.others = PV_AS(PV_PAYEE),
		.takes = PV_TAKES_ITEM,
		.same = PV_SAME_ITEM | PV_SAME_PAYEE,
		.apply = pv_transfer_item},
	[PV_KIND_LIST_ITEM] = {"list_item",
		.says = PV_SAYS_AMOUNT | PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_ITEM,
		.takes = PV_TAKES_ITEM,
		.same = PV_SAME_AMOUNT | PV_SAME_ITEM,
		.apply = pv_list_item},
	[PV_KIND_UNLIST_ITEM] = {"unlist_item",
		.says = PV_SAYS_AMOUNT | PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_ITEM,
		.same = PV_SAME_ITEM,
		.apply = pv_unlist_item},
	[PV_KIND_BUY_ITEM] = {"buy_item",
		.says = PV_SAYS_AMOUNT | PV_SAYS_FEE | PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_OTHER | PV_NEEDS_ITEM,
		.others = PV_AS(PV_SELLER),
		.takes = PV_TAKES_CREDITS,
		.same = PV_SAME_ITEM,
		.bars_debtors = true,
		.apply = pv_buy_item},
	[PV_KIND_USE_ITEM] = {"use_item",
		.says = PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER | PV_NEEDS_ITEM,
		.takes = PV_TAKES_ITEM,
		.same = PV_SAME_ITEM,
		.apply = pv_use_item},
	[PV_KIND_CONVERT_TO_STOCK] = {"convert_to_stock",
		.says = SALE_FACTS | PV_SAYS_ITEM | PV_SAYS_ASKED,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_POINTS,
		.same = PV_SAME_POINTS,
		.points_sign = -1,
		.leads_to_exits = true,
		.bars_debtors = true,
		.apply = pv_convert_to_stock},
	[PV_KIND_ALLOT] = {"allot",
		.says = PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_SHARES | PV_SAME_LOCK,
		.apply = pv_allot},
	[PV_KIND_DELIVER_STOCK] = {"deliver_stock",
		.says = PV_SAYS_ITEM,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_STOCK,
		.same = PV_SAME_SHARES,
		.apply = pv_deliver_stock},
	[PV_KIND_SET_STOCK_PRICE] = {"set_stock_price",
		.says = PV_SAYS_AMOUNT,
		.same = PV_SAME_PRICE,
		.apply = pv_set_stock_price},
	[PV_KIND_OPEN_DEBT] = {"open_debt",
		.says = PV_SAYS_AMOUNT,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_AMOUNT,
		.apply = pv_open_debt},
	[PV_KIND_SETTLE_DEBT] = {"settle_debt",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_CONTRIBUTION | PV_SAYS_REFUNDED,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_DEBT,
		.same = PV_SAME_AMOUNT | PV_SAME_CONTRIBUTION,
		.points_sign = 1,
		.leads_to_exits = true,
		.bars_debtors = true,
		.waits_in_queue = true,
		.apply = pv_settle_debt},
	[PV_KIND_HAND_OVER] = {"hand_over",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS | PV_SAYS_POINTS_FEE,
		.needs = PV_NEEDS_MEMBER,
		.takes = PV_TAKES_POINTS,
		.same = PV_SAME_POINTS | PV_SAME_NOTE,
		.points_sign = -1,
		.leads_to_exits = true,
		.bars_debtors = true,
		.apply = pv_hand_over},
	[PV_KIND_TAKE_BACK] = {"take_back",
		.says = PV_SAYS_AMOUNT | PV_SAYS_POINTS,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_POINTS | PV_SAME_NOTE,
		.points_sign = 1,
		.leads_to_exits = true,
		.apply = pv_take_back_from_exchange},
	[PV_KIND_AWARD] = {"award",
		.says = PV_SAYS_VALUE,
		.needs = PV_NEEDS_MEMBER,
		.same = PV_SAME_VALUE | PV_SAME_NOTE,
		.apply = pv_award},
	[PV_KIND_PARTNER] = {"partner",
		.needs = PV_NEEDS_MEMBER,
		.apply = pv_make_partner},
	[PV_KIND_SET_MEMBER] = {"set_member"},
	[PV_KIND_SUSPEND_MEMBER] = {"suspend_member"},
	[PV_KIND_RESUME_MEMBER] = {"resume_member"},
	[PV_KIND_BEGIN_IMPORT] = {"begin_import"},
	[PV_KIND_END_IMPORT] = {"end_import"},
	[PV_KIND_APPOINT_AGENT] = {"appoint_agent"},
	[PV_KIND_ERASE_MEMBER] = {"erase_member"},
	[PV_KIND_CREATE_SERIES] = {"create_series"},
	[PV_KIND_SET_SERIES] = {"set_series"},
};

/* clang-format on */

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

/*
 * G7: whether exits may be due after an event; of adjustments, after those of points.
 */
bool
pv_leads_to_exits(const PvEvent *event)
{
	if (event->kind == PV_KIND_ADJUST && event->assets.points == 0)
		return false;
	return pv_kind_info(event->kind)->leads_to_exits;
}

/*
 * Whether an event of one kind may take back one of another: a refund a purchase, and a
 * settled debt (D2).
 */
bool
pv_can_reverse(PvKind kind, PvKind of)
{
	return pv_kind_info(kind)->reverses == of ||
		   (kind == PV_KIND_REFUND && of == PV_KIND_SETTLE_DEBT);
}

/*
 * L7: whether what a member has in rewards changes by an event, so that it is posted before.
 */
bool
pv_moves_rewards(const PvEvent *event)
{
	return event->kind == PV_KIND_SPEND_REWARD || event->kind == PV_KIND_MERGE ||
		   (event->kind == PV_KIND_ADJUST && event->assets.reward != 0);
}

/*
 * Whether the receipt of an event has an amount; of an award, where a value was named.
 */
bool
pv_says_amount(PvKind kind, bool named)
{
	int says = pv_kind_info(kind)->says;

	return (says & PV_SAYS_AMOUNT) != 0 || (named && (says & PV_SAYS_VALUE) != 0);
}

/*
 * Whether an erasure leaves the note of a row, of which the vault itself goes by: days that
 * a dividend is for, lines that a merge changed, where points are in custody (X2), what
 * was erased before.
 */
bool
pv_keeps_note(PvKind kind)
{
	return kind == PV_KIND_DIVIDEND || kind == PV_KIND_MERGE || kind == PV_KIND_HAND_OVER ||
		   kind == PV_KIND_TAKE_BACK || kind == PV_KIND_ERASE_MEMBER;
}

/* Whether an erasure leaves the region of a row: of which a member was made the agent (M1). */
bool
pv_keeps_region(PvKind kind)
{
	return kind == PV_KIND_APPOINT_AGENT;
}

/*
 * C8: whether what closes paid a member is posted before an event in which it takes part
 * so: not before exits, nor to who earns by it, which changes neither quota nor shares; nor
 * before a close makes it a partner, nor before what changes no value.
 */
bool
pv_posts_dividends(PvKind kind, PvRole role)
{
	return kind != PV_KIND_EXIT && kind != PV_KIND_PARTNER && role != PV_EARNER &&
		   pv_kind_info(kind)->apply;
}
