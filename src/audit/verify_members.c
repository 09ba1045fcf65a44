/*
 * verify_members.c
 *	  The second pass of verify(vault): balances, lots and exits of each member,
 *	  rebuilt from what the events brought it.
 */
#include "audit/verify_members.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_days.h"
#include "audit/verify_items.h"
#include "audit/verify_lots.h"
#include "audit/verify_merges.h"
#include "audit/verify_partners.h"
#include "audit/verify_sort.h"
#include "audit/verify_stock.h"
#include "audit/verify_teams.h"
#include "engine/engine.h"
#include "engine/figures.h"
#include "engine/cycle.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/merge.h"
#include "store/calendar.h"
#include "store/holdings.h"
#include "store/member_rows.h"
#include "store/plan.h"
#include "store/state.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

/* clang-format off */

/* Both in the order of their keys, so that neither is sorted. */
static PvPlan member_rows = {
	"SELECT id, name, merchant, digest, enrolled_at, sponsor, region, suspended, merged_into "
	"FROM pointsvault.member_data "
	"WHERE vault = $1 "
	"ORDER BY id",
	"i", NULL};

static PvPlan holding_rows = {
	"SELECT member, " PV_HOLDING_COLUMNS " "
	"FROM pointsvault.holding_data "
	"WHERE vault = $1 "
	"ORDER BY member",
	"i", NULL};

/* clang-format on */

/* By which vault_status knows how many there are. */
static PvPlan tally_rows = {
	"SELECT upto, members FROM pointsvault.member_tally_data WHERE vault = $1", "i", NULL};

/* Who owes cash, kept apart. */
static PvPlan debtor_rows = {
	"SELECT member FROM pointsvault.debtor_data WHERE vault = $1 ORDER BY member", "i", NULL};

enum
{
	TALLY_UPTO,
	TALLY_MEMBERS
};

enum
{
	MEMBER_ID,
	MEMBER_NAME,
	MEMBER_MERCHANT,
	MEMBER_DIGEST,
	MEMBER_ENROLLED_AT,
	MEMBER_SPONSOR,
	MEMBER_REGION,
	MEMBER_SUSPENDED,
	MEMBER_MERGED_INTO
};

enum
{
	HOLDING_MEMBER,
	HOLDING_ASSETS,
	HOLDING_CASH = HOLDING_ASSETS + offsetof(PvAssets, cash) / sizeof(int64_t),
	HOLDING_SPENT = HOLDING_ASSETS + PV_ASSET_COUNT,
	HOLDING_MARK,
	HOLDING_POSTED_TO,
	HOLDING_LIMIT,
	HOLDING_FLOOR,
	HOLDING_SHAREHOLDER_MARK,
	HOLDING_RELEASED
};

#define HOLDING_REQUIRED (PV_REQUIRE_FROM(HOLDING_MEMBER, HOLDING_MARK) | PV_REQUIRE(HOLDING_LIMIT))

typedef struct MemberPass
{
	PvVerify *verify;
	PvStream members;
	PvStream holdings;
	PvStream tally;
	PvStream debtors;
	int64_t counted;	   /* as the tally should have */
	int64_t last_counted;  /* 0 = none */
	bool is_member;		   /* the member at hand has a row of its own */
	bool is_holder;		   /* and a holding */
	bool has_change;	   /* the sort is not at its end */
	PvMemberChange change; /* the next of it */
} MemberPass;

/* --- rebuilding ---------------------------------------------------------------- */

/*
 * G6, basis order: of a member's lots the one with the lowest exit price went,
 * the oldest of equal ones.
 */
static PvLot *
lot_that_exits(PvMember *member)
{
	PvLot *lowest = NULL;

	for (int i = 0; i < member->nlots; i++)
	{
		PvLot *lot = &member->lots[i];

		if (!lot->alone || lot->left == 0)
			continue;
		if (!lowest || pv_price_cmp((PvPrice){lot->limit, lot->minted},
									(PvPrice){lowest->limit, lowest->minted}) < 0)
			lowest = lot;
	}
	return lowest;
}

static void
rebuild_exit(PvVerify *verify, PvMember *member, const PvMemberChange *change)
{
	PvLot *lot;

	if (!change->alone)
	{
		pv_compare_member(&verify->report, PV_CHECK_LOTS, member->id, "exit", change->seq,
						  member->has.points, -change->change.points, PV_POINTS_SCALE);
		pv_drop_all_lots(member);
		return;
	}
	lot = lot_that_exits(member);
	pv_compare_member(&verify->report, PV_CHECK_LOTS, member->id, "exit", change->seq,
					  lot ? lot->left : 0, -change->change.points, PV_POINTS_SCALE);
	if (lot)
		pv_drop_lot(member, lot);
}

/*
 * C1, G15: shares follow spending, and quota falls as far as there is some.
 */
static void
rebuild_cycle(PvVerify *verify, PvMember *member, const PvMemberChange *change)
{
	int64_t shares = 0;

	if (change->share_price > 0 &&
		pv_count_spending(member, change->spending, change->share_price, &shares))
		pv_compare_member(&verify->report, PV_CHECK_BALANCES, member->id,
						  "shares by its spending, journal row", change->seq, shares,
						  change->change.shares, 0);
	if (change->kind == PV_KIND_REFUND)
		pv_compare_member(&verify->report, PV_CHECK_BALANCES, member->id,
						  "quota refunded, journal row", change->seq,
						  Min(change->quota_due, member->has.quota), -change->change.quota,
						  PV_AMOUNT_SCALE);
}

/*
 * C8: what closes paid is posted before the next event of the member, and is as much as
 * they paid.
 */
static void
rebuild_dividend(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	bool posts = change->kind == PV_KIND_DIVIDEND;
	int64_t posted = posts ? -change->change.quota : 0;
	int64_t of_pool = posts ? change->change.cash + change->change.quota : 0;

	if (!pv_posts_dividends(change->kind, change->role))
		return;
	pv_compare_member(&verify->report, PV_CHECK_DIVIDENDS, rebuilt->member.id,
					  "dividends posted, journal row", change->seq, rebuilt->unposted, posted,
					  PV_AMOUNT_SCALE);
	pv_compare_member(&verify->report, PV_CHECK_DIVIDENDS, rebuilt->member.id,
					  "shareholder pool posted, journal row", change->seq,
					  rebuilt->unposted_shareholders, of_pool, PV_AMOUNT_SCALE);
	rebuilt->unposted -= posted;
	rebuilt->unposted_shareholders -= of_pool;
}

/*
 * G13, D2: whoever owes cash did not do that; nobody repaid more than it owed, nor settled
 * more than it was owed.
 */
static void
check_debt(PvVerify *verify, const PvMember *member, const PvMemberChange *change)
{
	bool takes = change->change.points < 0 || change->change.credits < 0 || change->change.debt < 0;
	bool beyond = change->kind == PV_KIND_REPAY && member->has.cash + change->change.cash > 0;

	beyond |= change->kind == PV_KIND_SETTLE_DEBT && member->has.debt + change->change.debt < 0;
	if (beyond || (takes && pv_debt_bars(member, change->kind, change->change.cash == 0)))
		pv_fail_member(&verify->report, PV_CHECK_BALANCES, member->id,
					   psprintf("journal row " INT64_FORMAT, change->seq),
					   "refused for what the member owes or is owed, or is not", "booked");
}

/* G5: lots that came, and points that went. */
static void
rebuild_lots(PvVerify *verify, PvMember *member, const PvMemberChange *change)
{
	if (change->brings)
		(void) pv_bring_points(member, change->lot);
	if (change->kind == PV_KIND_EXIT)
		rebuild_exit(verify, member, change);
	else if (change->kind == PV_KIND_REFUND)
		pv_compare_member(&verify->report, PV_CHECK_LOTS, member->id,
						  "points refunded, journal row", change->seq,
						  pv_take_back(member, change->cause, change->due, change->lot.limit),
						  -change->change.points, PV_POINTS_SCALE);
	else if (change->change.points < 0 &&
			 pv_take_points(member, -change->change.points,
							pv_takes_as_of(change->kind, change->date)) != PV_OK)
		pv_fail_member(&verify->report, PV_CHECK_LOTS, member->id,
					   psprintf("journal row " INT64_FORMAT, change->seq),
					   "points in its lots that are free", "too few");
}

static void
compare_moved(PvVerify *verify, int64_t member, const PvMemberChange *change,
			  const PvAssets *expected, int sign)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		int64_t moved = pv_figure(&change->change, &pv_assets[i]);

		pv_compare_member(&verify->report, PV_CHECK_BALANCES, member,
						  psprintf("%s moved, journal row", pv_assets[i].column), change->seq,
						  pv_figure(expected, &pv_assets[i]),
						  sign > 0 ? moved : (int64_t) - (uint64) moved, pv_assets[i].scale);
	}
}

/*
 * A merge, of whom comes first who was merged: all it had, and no more.  Then the other
 * gets that, with the lots and what counts toward a share.
 */
static void
rebuild_merge(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	PvMember *member = &rebuilt->member;
	PvMerged *from = pv_merges_find(verify, change->place == 0 ? member->id : change->cause);
	PvAssets expected;
	int64_t shares;

	if (!from || (change->place == 0 ? rebuilt != &from->rebuilt
									 : rebuilt == &from->rebuilt || from->merged_by != change->seq))
	{
		pv_fail_member(&verify->report, PV_CHECK_MEMBERS, member->id, "merged_into",
					   psprintf("as journal row " INT64_FORMAT " says", change->seq), "otherwise");
		return;
	}
	if (change->place == 0)
	{
		compare_moved(verify, member->id, change, &member->has, -1);
		from->handed = member->has;
		from->merged_by = change->seq;
		return;
	}
	expected = from->handed;
	if (pv_take_over_spending(member, &from->rebuilt.member, change->share_price, &shares))
		(void) pv_add(expected.shares, shares, &expected.shares);
	compare_moved(verify, member->id, change, &expected, 1);
	pv_partners_merge(rebuilt, &from->rebuilt);
	rebuilt->bought = (int64_t) ((uint64) rebuilt->bought + (uint64) from->rebuilt.bought);
	(void) pv_take_over_lots(member, &from->rebuilt.member, change->seq);
	pv_stock_take_over(rebuilt, &from->rebuilt);
}

/* As it stood before the event: buyer and sponsor of a refund may be one by now. */
static void
note_event(PvRebuilt *rebuilt, const PvMemberChange *change)
{
	if (rebuilt->event == change->seq)
		return;
	rebuilt->event = change->seq;
	rebuilt->before = rebuilt->member.has;
	rebuilt->posted_before = rebuilt->posted_to;
}

/*
 * C8: up to which day its dividends were posted, where they were, or where the event, with
 * all that it changed for the member, made it active or gave it other shares.
 */
static void
follow_posting(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	const PvAssets *has = &rebuilt->member.has;
	const PvAssets *before = &rebuilt->before;

	rebuilt->posted_to = rebuilt->posted_before;
	if (change->kind == PV_KIND_DIVIDEND ||
		(has->shares > 0 &&
		 (has->shares != before->shares || (pv_is_active(has) && !pv_is_active(before)))))
		rebuilt->posted_to = pv_days_closed_at(verify, change->seq);
}

static void
rebuild_change(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	PvMember *member = &rebuilt->member;

	pv_partners_follow(verify, rebuilt, change->seq);
	pv_days_pay(verify, rebuilt, change->seq);
	pv_partners_change(verify, rebuilt, change);
	rebuild_dividend(verify, rebuilt, change);
	check_debt(verify, member, change);
	if (change->kind == PV_KIND_MERGE)
		rebuild_merge(verify, rebuilt, change);
	else
	{
		rebuild_cycle(verify, member, change);
		rebuild_lots(verify, member, change);
		pv_stock_rebuild(verify, rebuilt, change);
		pv_items_claimed(verify, rebuilt, change);
	}
	note_event(rebuilt, change);
	pv_changes_sum(&member->has, &change->change);
	if (change->kind == PV_KIND_SUSPEND_MEMBER || change->kind == PV_KIND_RESUME_MEMBER)
		rebuilt->suspended = change->kind == PV_KIND_SUSPEND_MEMBER;
	follow_posting(verify, rebuilt, change);
}

static void
next_change(MemberPass *pass)
{
	pass->has_change = pv_changes_get(pass->verify, &pass->change);
}

/*
 * Changes of members that have no row at all, up to this one, NULL: all.  The journal
 * names somebody unknown.
 */
static void
skip_strangers(MemberPass *pass, const int64_t *up_to)
{
	for (; pass->has_change && (!up_to || pass->change.member < *up_to); next_change(pass))
		pv_fail_member(&pass->verify->report, PV_CHECK_BALANCES, pass->change.member, "its row",
					   "a member", "none");
}

/*
 * Those who became one by merges, side by side; all others come after them.
 */
static void
rebuild_merged(MemberPass *pass)
{
	for (; pass->has_change && pass->change.group < 0; next_change(pass))
	{
		PvMerged *merged = pv_merges_find(pass->verify, pass->change.member);

		CHECK_FOR_INTERRUPTS();
		if (merged && merged->group < 0)
			rebuild_change(pass->verify, &merged->rebuilt, &pass->change);
		else
			pv_fail_member(&pass->verify->report, PV_CHECK_BALANCES, pass->change.member, "its row",
						   "a member", "none");
	}
}

static void
rebuild_member(MemberPass *pass, PvRebuilt *rebuilt)
{
	int64_t id = rebuilt->member.id;

	skip_strangers(pass, &id);
	for (; pass->has_change && pass->change.member == id; next_change(pass))
		rebuild_change(pass->verify, rebuilt, &pass->change);
	pv_partners_follow(pass->verify, rebuilt, INT64_MAX);
	pv_days_pay(pass->verify, rebuilt, INT64_MAX);
}

/* --- comparing ------------------------------------------------------------------ */

/* Points, credits, cash and debts: the vault's state has their sums. */
static bool
is_summed(const PvFigure *asset)
{
	return asset->offset <= offsetof(PvAssets, cash) || asset->offset == offsetof(PvAssets, debt);
}

/* Sums of damaged figures may not fit. */
static void
add_up(PvVerify *verify, const char *what, int64_t *sum, int64_t value)
{
	if (!pv_add(*sum, value, sum))
		pv_failed(&verify->report, PV_CHECK_BALANCES, psprintf("sum of %s", what), "within range",
				  "beyond");
}

static void
compare_holding(MemberPass *pass, const PvMember *member)
{
	PvVerify *verify = pass->verify;
	const PvStream *rows = &pass->holdings;
	int64_t points;
	int64_t value;

	pv_checked(&verify->report, PV_CHECK_BALANCES);
	if (!pass->is_holder)
	{
		pv_fail_member(&verify->report, PV_CHECK_BALANCES, member->id, "its holding", "a row",
					   "none");
		return;
	}
	points = pv_stream_int(rows, HOLDING_ASSETS);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		const PvFigure *asset = &pv_assets[i];
		int64_t found = pv_stream_int(rows, HOLDING_ASSETS + i);
		int64_t total = pv_figure(&verify->total, asset);

		pv_compare_member(&verify->report, PV_CHECK_BALANCES, member->id, asset->column, 0,
						  pv_figure(&member->has, asset), found, asset->scale);
		/* of the others the state has no sum, and quotas may add up to anything */
		if (is_summed(asset))
			add_up(verify, asset->column, &total, found);
		pv_set_figure(&verify->total, asset, total);
		/* cash alone may be owed (G13) */
		if (found < 0 && asset->offset != offsetof(PvAssets, cash))
			pv_fail_member(&verify->report, PV_CHECK_BALANCES, member->id, asset->column,
						   "not below 0", "less");
	}
	if (verify->state.circulating > 0 && points > 0 &&
		pv_value_at((PvPrice){verify->state.pool, verify->state.circulating}, points, &value))
		verify->value += value;
}

static void
compare_posted_to(MemberPass *pass, const PvRebuilt *rebuilt)
{
	const PvRow *row = &pass->holdings.row;
	bool is_null = row->nulls[HOLDING_POSTED_TO];
	DateADT found = is_null ? PV_NO_DAY : DatumGetDateADT(row->values[HOLDING_POSTED_TO]);

	if (found != rebuilt->posted_to || (!is_null && DATE_NOT_FINITE(found)))
		pv_fail_member(&pass->verify->report, PV_CHECK_CLASSES, rebuilt->member.id, "posted_to",
					   rebuilt->posted_to == PV_NO_DAY ? "none" : pv_date_text(rebuilt->posted_to),
					   is_null ? "none" : pv_date_text(found));
}

/* Debtors that are none, up to this member, or all that are left. */
static void
skip_stray_debtors(MemberPass *pass, const int64_t *up_to)
{
	pv_stream_skip_strays(&pass->debtors, &pass->verify->report, PV_CHECK_BALANCES,
						  "row of debtors", up_to);
}

/* G13: who owes cash has a row that says so. */
static void
compare_debtor(MemberPass *pass, const PvMember *member)
{
	PvStream *rows = &pass->debtors;
	bool owes = pass->is_holder && pv_stream_int(&pass->holdings, HOLDING_CASH) < 0;
	bool is_listed;

	skip_stray_debtors(pass, &member->id);
	is_listed = !rows->ended && pv_stream_int(rows, 0) == member->id;
	if (owes != is_listed)
		pv_fail_member(&pass->verify->report, PV_CHECK_BALANCES, member->id, "row of debtors",
					   owes ? "a row" : "none", is_listed ? "a row" : "none");
	if (is_listed)
		pv_stream_next(rows);
}

/* C6a: without shares a member has no mark, which is NULL where it is 0. */
static void
compare_shareholder_mark(MemberPass *pass, const PvMember *member)
{
	const PvStream *rows = &pass->holdings;
	int64_t found = pv_stream_int(rows, HOLDING_SHAREHOLDER_MARK);

	if (member->has.shares == 0)
		pv_compare_member(&pass->verify->report, PV_CHECK_CLASSES, member->id, "shareholder_mark",
						  0, 0, found, PV_AMOUNT_SCALE);
	if (found == 0 && !rows->row.nulls[HOLDING_SHAREHOLDER_MARK])
		pv_fail_member(&pass->verify->report, PV_CHECK_CLASSES, member->id, "shareholder_mark",
					   "none", "0");
}

/* L7: what of its plans' releases was posted, which is NULL where it is 0. */
static void
compare_released(MemberPass *pass, const PvMember *member)
{
	PvReport *report = &pass->verify->report;
	const PvStream *rows = &pass->holdings;
	int64_t found = pv_stream_int(rows, HOLDING_RELEASED);

	pv_compare_member(report, PV_CHECK_PLANS, member->id, "released and posted", 0,
					  pv_teams_posted(pass->verify, member->id), found, PV_AMOUNT_SCALE);
	if (found == 0 && !rows->row.nulls[HOLDING_RELEASED])
		pv_fail_member(report, PV_CHECK_PLANS, member->id, "released and posted", "none", "0");
}

/*
 * C1, C8: what is left of its spending, its dividends and its share count.
 */
static void
compare_cycle(MemberPass *pass, const PvRebuilt *rebuilt)
{
	PvVerify *verify = pass->verify;
	const PvStream *rows = &pass->holdings;
	PvMember marked = rebuilt->member;
	PvAssets accrued;

	if (!pass->is_holder)
		return;
	marked.mark = pv_stream_int(rows, HOLDING_MARK);
	marked.shareholder_mark = pv_stream_int(rows, HOLDING_SHAREHOLDER_MARK);
	accrued = pv_days_accrued(verify, &marked);
	pv_days_compare_member(verify, rebuilt, &accrued);
	pv_compare_member(&verify->report, PV_CHECK_BALANCES, rebuilt->member.id, "spent", 0,
					  rebuilt->member.spent, pv_stream_int(rows, HOLDING_SPENT), PV_AMOUNT_SCALE);
	if (!pv_is_active(&rebuilt->member.has))
		pv_compare_member(&verify->report, PV_CHECK_CLASSES, rebuilt->member.id, "mark", 0, 0,
						  pv_stream_int(rows, HOLDING_MARK), PV_AMOUNT_SCALE);
	compare_shareholder_mark(pass, &rebuilt->member);
	compare_released(pass, &rebuilt->member);
	compare_posted_to(pass, rebuilt);
	add_up(verify, "cash", &verify->total.cash, accrued.cash);
}

/*
 * G6, basis member: the limit is the sum over its lots, and the floor is not
 * above the exit price.
 */
static void
compare_exit(MemberPass *pass, const PvMember *member)
{
	PvVerify *verify = pass->verify;
	const PvRow *row = &pass->holdings.row;
	PvPrice price = {member->limit, member->has.points};
	bool watched;
	PvPrice floor = {0, 1};

	pv_checked(&verify->report, PV_CHECK_EXITS);
	if (!pass->is_holder)
		return;
	watched = pv_row_price(row, HOLDING_FLOOR, &floor);
	pv_compare_member(&verify->report, PV_CHECK_EXITS, member->id, "exit_limit", 0, member->limit,
					  pv_stream_int(&pass->holdings, HOLDING_LIMIT), PV_AMOUNT_SCALE);
	if (watched)
		pv_check_next_exit(verify, member->id, floor);
	if (price.amount > 0 && price.points > 0 && (!watched || pv_price_cmp(floor, price) > 0))
		pv_fail_member(&verify->report, PV_CHECK_EXITS, member->id, "exit_floor",
					   "at most its exit price", watched ? "above" : "none");
}

/* What the journal says of a member's row: that it is suspended, or merged. */
static void
compare_state(MemberPass *pass, const PvRebuilt *rebuilt)
{
	PvReport *report = &pass->verify->report;
	int64_t member = rebuilt->member.id;
	bool suspended = !pass->members.row.nulls[MEMBER_SUSPENDED];
	int64_t now = pv_merges_now(pass->verify, member);
	int64_t into = pv_stream_int(&pass->members, MEMBER_MERGED_INTO);

	if (into == 0 && !pass->members.row.nulls[MEMBER_MERGED_INTO])
		into = -1; /* nobody is NULL there */
	pv_compare_member(report, PV_CHECK_MEMBERS, member, "suspended", 0, rebuilt->suspended,
					  suspended, 0);
	pv_compare_member(report, PV_CHECK_MEMBERS, member, "merged_into", 0, now == member ? 0 : now,
					  into, 0);
}

static void
compare_enrolment(MemberPass *pass, const PvRebuilt *rebuilt)
{
	PvVerify *verify = pass->verify;
	const PvRow *row = &pass->members.row;
	int64_t member = rebuilt->member.id;
	int64_t digest;

	pv_checked(&verify->report, PV_CHECK_MEMBERS);
	if (!pass->is_member)
	{
		pv_fail_member(&verify->report, PV_CHECK_MEMBERS, member, "its row", "a member", "none");
		return;
	}
	digest = pv_member_digest(
		&(PvMemberRow){.id = member,
					   .name = pv_row_text_or_empty(row, MEMBER_NAME),
					   .sponsor = pv_stream_int(&pass->members, MEMBER_SPONSOR),
					   .region = pv_row_text(row, MEMBER_REGION),
					   .merchant = DatumGetBool(row->values[MEMBER_MERCHANT]),
					   .enrolled_at = pv_stream_int(&pass->members, MEMBER_ENROLLED_AT),
					   .suspended = pv_row_text(row, MEMBER_SUSPENDED),
					   .merged_into = pv_stream_int(&pass->members, MEMBER_MERGED_INTO)});
	pv_compare_member(&verify->report, PV_CHECK_MEMBERS, member, "digest", 0, digest,
					  pv_stream_int(&pass->members, MEMBER_DIGEST), 0);
	compare_state(pass, rebuilt);
	if (!pass->tally.ended && member <= pv_stream_int(&pass->tally, TALLY_UPTO))
	{
		pass->counted++;
		pass->last_counted = member;
	}
	verify->members.rows++;
	verify->members.digests += (uint64) digest;
}

/*
 * A tally ends with a member, so that no other number is right by chance: one that is
 * too high would pass over members still to come.
 */
static void
compare_tally(MemberPass *pass)
{
	PvVerify *verify = pass->verify;
	PvStream *tally = &pass->tally;

	if (tally->ended)
		return;
	pv_compare(&verify->report, PV_CHECK_MEMBERS, "tally, upto", 0, pass->last_counted,
			   pv_stream_int(tally, TALLY_UPTO), 0);
	pv_compare(&verify->report, PV_CHECK_MEMBERS, "tally, members up to", pass->last_counted,
			   pass->counted, pv_stream_int(tally, TALLY_MEMBERS), 0);
	pv_stream_next(tally);
	if (!tally->ended)
		pv_failed(&verify->report, PV_CHECK_MEMBERS, "tally", "one row", "several");
}

/* The lowest number at which members or holdings stand. */
static int64_t
next_member(MemberPass *pass)
{
	const PvStream *members = &pass->members;
	const PvStream *holdings = &pass->holdings;
	int64_t id = members->ended ? pv_stream_int(holdings, HOLDING_MEMBER)
								: pv_stream_int(members, MEMBER_ID);

	if (!holdings->ended)
		id = Min(id, pv_stream_int(holdings, HOLDING_MEMBER));
	pass->is_member = !members->ended && pv_stream_int(members, MEMBER_ID) == id;
	pass->is_holder = !holdings->ended && pv_stream_int(holdings, HOLDING_MEMBER) == id;
	return id;
}

static void
check_member(MemberPass *pass)
{
	int64_t id = next_member(pass);
	PvMerged *merged = pv_merges_find(pass->verify, id);
	PvRebuilt fresh = {.member.id = id, .posted_to = PV_NO_DAY};
	PvRebuilt *rebuilt = merged && merged->group < 0 ? &merged->rebuilt : &fresh;
	const PvMember *member = &rebuilt->member;

	rebuild_member(pass, rebuilt);
	compare_enrolment(pass, rebuilt);
	compare_holding(pass, member);
	compare_debtor(pass, member);
	compare_cycle(pass, rebuilt);
	pv_partners_compare(pass->verify, rebuilt);
	pv_lots_compare(pass->verify, member);
	pv_stock_compare(pass->verify, rebuilt);
	compare_exit(pass, member);
}

/*
 * Goes through the members in the order of their numbers, and through the sort
 * beside them.
 */
void
pv_verify_members(PvVerify *verify)
{
	MemberPass pass = {.verify = verify};
	MemoryContext member_context =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault verify member",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;

	next_change(&pass);
	pv_lots_begin(verify);
	pv_stock_begin(verify);
	pv_days_begin(verify);
	pv_partners_begin(verify);
	rebuild_merged(&pass);
	pv_stream_open(&pass.holdings, &holding_rows, verify->book->vault);
	pv_stream_require(&pass.holdings, &verify->report, PV_CHECK_BALANCES, HOLDING_REQUIRED);
	pv_stream_next(&pass.holdings);
	pv_stream_open(&pass.members, &member_rows, verify->book->vault);
	pv_stream_require(&pass.members, &verify->report, PV_CHECK_MEMBERS,
					  PV_REQUIRE_FROM(MEMBER_ID, MEMBER_ENROLLED_AT));
	pv_stream_next(&pass.members);
	pv_stream_open(&pass.tally, &tally_rows, verify->book->vault);
	pv_stream_require(&pass.tally, &verify->report, PV_CHECK_MEMBERS,
					  PV_REQUIRE_FROM(TALLY_UPTO, TALLY_MEMBERS));
	pv_stream_next(&pass.tally);
	pv_stream_open(&pass.debtors, &debtor_rows, verify->book->vault);
	pv_stream_next(&pass.debtors);
	while (!pass.members.ended || !pass.holdings.ended)
	{
		old = MemoryContextSwitchTo(member_context);
		check_member(&pass);
		MemoryContextSwitchTo(old);
		MemoryContextReset(member_context);
		if (pass.is_member)
			pv_stream_next(&pass.members);
		if (pass.is_holder)
			pv_stream_next(&pass.holdings);
		pv_verify_progress(&verify->report, "members", pass.members.read);
	}
	skip_strangers(&pass, NULL);
	skip_stray_debtors(&pass, NULL);
	compare_tally(&pass);
	pv_stream_close(&pass.debtors);
	pv_stream_close(&pass.tally);
	pv_stream_close(&pass.members);
	pv_stream_close(&pass.holdings);
	pv_lots_end(verify);
	pv_stock_end(verify);
	pv_partners_end(verify);
	pv_days_end(verify);
	tuplesort_end(verify->changes);
}
