/*
 * verify_journal.c
 *	  The first pass of verify(vault): the journal, row by row.
 */
#include "audit/verify_journal.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_days.h"
#include "audit/verify_policies.h"
#include "audit/verify_sort.h"
#include "engine/assets.h"
#include "engine/cycle.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/policy.h"
#include "engine/sale.h"
#include "store/calendar.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/state.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplesort.h"

static PvPlan journal_rows = {
	"SELECT * FROM pointsvault.journal_data WHERE vault = $1 ORDER BY seq", "i", NULL};

static PvPlan movement_rows = {
	"SELECT seq, member, points, credits, cash, reward, quota, shares "
	"FROM pointsvault.movement_data WHERE vault = $1 ORDER BY seq, member",
	"i", NULL};

static PvPlan doubled_ref = {
	"SELECT ref, count(*)::pg_catalog.text FROM pointsvault.journal_data "
	"WHERE vault = $1 AND ref IS NOT NULL GROUP BY ref HAVING count(*) > 1 LIMIT 1",
	"i", NULL};

/* Where the columns of pv_journal_table stand in a row. */
enum
{
	COLUMN_DAY = 1,
	COLUMN_POLICY,
	COLUMN_KIND,
	COLUMN_NAMED_CONTRIBUTION,
	COLUMN_SUSPENDED,
	COLUMN_SEQ,
	COLUMN_BOOKED_AT,
	COLUMN_STATE,
	COLUMN_NEXT_EXIT = COLUMN_STATE + PV_STATE_COUNT,
	COLUMN_MEMBER,
	COLUMN_AMOUNT,
	COLUMN_POINTS,
	COLUMN_CASH,
	COLUMN_FEE,
	COLUMN_CONTRIBUTION,
	COLUMN_REVERSED,
	COLUMN_MEMBER_CREDITS,
	COLUMN_MEMBER_CASH,
	COLUMN_MEMBER_REWARD,
	COLUMN_MEMBER_QUOTA,
	COLUMN_MEMBER_SHARES,
	COLUMN_CAUSE,
	COLUMN_AT,
	COLUMN_REF,
	COLUMN_ACTOR,
	COLUMN_REGION,
	COLUMN_NOTE,
	COLUMN_META,
	COLUMN_DIGEST
};

/* The pass over the journal. */
typedef struct JournalPass
{
	PvVerify *verify;
	PvStream journal;
	PvStream movements;
	Tuplesortstate *refs;
	int places[PV_JOURNAL_COLUMNS];
	Datum values[PV_JOURNAL_COLUMNS]; /* the current row, in the order of pv_journal_table */
	bool nulls[PV_JOURNAL_COLUMNS];
	int64_t other; /* whom the row's movement is of, 0 = there is none */
	PvAssets moved;
	bool has_day;
	int64_t quarter; /* of an hour that `day` was found for */
	DateADT day;
} JournalPass;

/* --- one row ---------------------------------------------------------------- */

/* Finds the columns by name: an upgrade may add columns in other places. */
static void
find_places(JournalPass *pass, TupleDesc desc)
{
	const char *name = pv_journal_table.columns;

	for (int i = 0; i < PV_JOURNAL_COLUMNS; i++)
	{
		int length = strcspn(name, ",");

		pass->places[i] = SPI_fnumber(desc, pnstrdup(name, length)) - 1;
		name += length + 2;
	}
}

static void
take_row(JournalPass *pass)
{
	for (int i = 0; i < PV_JOURNAL_COLUMNS; i++)
	{
		pass->values[i] = pass->journal.row.values[pass->places[i]];
		pass->nulls[i] = pass->journal.row.nulls[pass->places[i]];
	}
}

/* The movement beside the row; others than its own are of no row. */
static void
take_movement(JournalPass *pass)
{
	PvStream *rows = &pass->movements;
	int64_t seq = DatumGetInt64(pass->values[COLUMN_SEQ]);

	pass->other = 0;
	pass->moved = (PvAssets){0};
	for (; !rows->ended && pv_stream_int(rows, 0) <= seq; pv_stream_next(rows))
	{
		if (pv_stream_int(rows, 0) < seq || pass->other != 0)
		{
			pv_failed(pass->verify, PV_CHECK_EVENTS,
					  psprintf("movement of journal row " INT64_FORMAT, pv_stream_int(rows, 0)),
					  "none", "a movement");
			continue;
		}
		pass->other = pv_stream_int(rows, 1);
		pass->moved =
			(PvAssets){pv_stream_int(rows, 2), pv_stream_int(rows, 3), pv_stream_int(rows, 4),
					   pv_stream_int(rows, 5), pv_stream_int(rows, 6), pv_stream_int(rows, 7)};
	}
}

static int64_t
number(const JournalPass *pass, int column)
{
	return pass->nulls[column] ? 0 : DatumGetInt64(pass->values[column]);
}

static void
check_place(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	int64_t seq = number(pass, COLUMN_SEQ);
	TimestampTz booked_at = DatumGetTimestampTz(pass->values[COLUMN_BOOKED_AT]);

	pv_checked(verify, PV_CHECK_SEQUENCE);
	pv_compare(verify, PV_CHECK_SEQUENCE, "seq, journal row", seq, verify->seq + 1, seq, 0);
	if (booked_at < verify->booked_at && verify->seq > 0)
		pv_failed(verify, PV_CHECK_SEQUENCE,
				  psprintf("journal row " INT64_FORMAT ", booked_at", seq),
				  psprintf("at or after %s", pstrdup(timestamptz_to_str(verify->booked_at))),
				  pstrdup(timestamptz_to_str(booked_at)));
	if (number(pass, COLUMN_CAUSE) >= seq)
		pv_failed(verify, PV_CHECK_SEQUENCE, psprintf("journal row " INT64_FORMAT ", cause", seq),
				  "an earlier row", psprintf(INT64_FORMAT, number(pass, COLUMN_CAUSE)));
	verify->seq = seq;
	verify->booked_at = booked_at;
}

static void
check_digest(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	int64_t digest =
		pv_journal_digest(pass->values, pass->nulls, pv_movement_digest(pass->other, &pass->moved),
						  verify->digest);

	pv_checked(verify, PV_CHECK_DIGEST);
	if (verify->seq == 1 && digest != number(pass, COLUMN_DIGEST))
		pv_failed(verify, PV_CHECK_VAULT,
				  "name, currency, timezone, created_at, or the first journal row", "as created",
				  "changed");
	pv_compare(verify, PV_CHECK_DIGEST, "digest, journal row", verify->seq, digest,
			   number(pass, COLUMN_DIGEST), 0);
	verify->digest = number(pass, COLUMN_DIGEST);
}

/*
 * Time zones change on quarters of an hour, so the day of a moment is that of
 * its quarter.  False where the moment has no day, or the vault no time zone.
 */
static bool
day_of_moment(JournalPass *pass, DateADT *day)
{
	PvVerify *verify = pass->verify;
	TimestampTz at =
		DatumGetTimestampTz(pass->values[pass->nulls[COLUMN_AT] ? COLUMN_BOOKED_AT : COLUMN_AT]);
	int64_t quarter = at / (USECS_PER_HOUR / 4);

	if (!pass->has_day || quarter != pass->quarter)
	{
		pass->has_day = verify->book->timezone && pv_book_try_day(verify->book, at, &pass->day);
		pass->quarter = quarter;
	}
	*day = pass->day;
	return pass->has_day;
}

/*
 * U5, V7: an event is booked on the first day that is open, which its moment is
 * not after; a close closes that day.  Administration stands by its moment.
 */
static void
check_day(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	bool is_event = pv_kind_info(kind)->apply != NULL;
	DateADT day = DatumGetDateADT(pass->values[COLUMN_DAY]);
	DateADT moment;
	DateADT expected;

	pv_checked(verify, PV_CHECK_DAYS);
	if (!day_of_moment(pass, &moment))
	{
		pv_failed(verify, PV_CHECK_DAYS, psprintf("journal row " INT64_FORMAT, verify->seq),
				  "a moment and a time zone that have a day", pv_date_text(day));
		moment = day;
	}
	expected = is_event && verify->open_day != PV_NO_DAY ? verify->open_day : moment;
	if (day != expected ||
		(is_event && kind != PV_KIND_CLOSE && kind != PV_KIND_DIVIDEND && moment > day))
		pv_failed(verify, PV_CHECK_DAYS, psprintf("journal row " INT64_FORMAT, verify->seq),
				  pv_date_text(Max(expected, moment)), pv_date_text(day));
	if (is_event)
		verify->open_day = kind == PV_KIND_CLOSE ? day + 1 : day;
}

static void
check_policy(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	int32_t serial = DatumGetInt32(pass->values[COLUMN_POLICY]);
	bool sets = kind == PV_KIND_CREATE || kind == PV_KIND_POLICY;

	if (sets && !pv_is_policy_of(verify, serial, verify->seq))
		pv_failed(verify, PV_CHECK_POLICIES, psprintf("journal row " INT64_FORMAT, verify->seq),
				  "the policy it set", "none");
	if (serial == verify->policy.serial)
		return;
	if (!sets)
		pv_compare(verify, PV_CHECK_POLICIES, "policy, journal row", verify->seq,
				   verify->policy.serial, serial, 0);
	if (!pv_verify_policy(verify, serial, &verify->policy))
		pv_failed(verify, PV_CHECK_POLICIES,
				  psprintf("policy of journal row " INT64_FORMAT, verify->seq), "a policy",
				  psprintf("serial %d, which is none", serial));
}

static void
keep_ref(JournalPass *pass)
{
	text *ref;
	uint64 hash;

	if (pass->nulls[COLUMN_REF])
		return;
	pv_checked(pass->verify, PV_CHECK_REFS);
	ref = DatumGetTextPP(pass->values[COLUMN_REF]);
	hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(ref), VARSIZE_ANY_EXHDR(ref), 0);
	tuplesort_putdatum(pass->refs, Int64GetDatum((int64_t) hash), false);
}

/* --- what the row says happened ---------------------------------------------- */

/* The event of a row, with stand-ins for its members that hold just enough. */
typedef struct Replay
{
	PvEvent event;
	PvMember member;
	PvMember other;
	PvAssets moved;	 /* what the movement row of the other member says */
	PvAssets stored; /* what the journal row says of its own member */
	PvSale sale;	 /* refund */
	PvRefundParts parts;
	PvDay day; /* close */
	PvClosed *closed;
} Replay;

/* Whether events of a kind may touch another member than their own. */
static bool
has_other(PvKind kind)
{
	return kind == PV_KIND_PURCHASE || kind == PV_KIND_PAY || kind == PV_KIND_REFUND;
}

static void
bring_movement(JournalPass *pass, Replay *replay)
{
	if (pass->other == 0)
		return;
	if (!has_other(replay->event.kind))
	{
		pv_failed(pass->verify, PV_CHECK_EVENTS,
				  psprintf("movement of journal row " INT64_FORMAT, pass->verify->seq), "none",
				  "a movement");
		return;
	}
	replay->event.other = &replay->other;
	replay->other.id = pass->other;
	replay->moved = pass->moved;
}

/* A member as if all its points were in one lot, that of event `seq`. */
static void
give_points(PvMember *member, int64_t seq, int64_t points)
{
	member->has.points = points;
	(void) pv_add_lot(member, (PvLot){.seq = seq, .left = points, .minted = points});
}

/*
 * C1: as much counted toward its next share, or as many shares, as explain that
 * this spending changed them so; whether it was so is for the second pass.
 */
static void
give_shares(PvMember *member, int64_t change, int64_t spending, int64_t share_price)
{
	pv_int128 missing = (pv_int128) change * share_price - spending;

	if (change < 0)
		member->has.shares = -change;
	else if (missing > 0 && missing <= INT64_MAX)
		member->spent = (int64_t) missing;
}

static void
give_spending(JournalPass *pass, Replay *replay)
{
	const PvPolicy *policy = &pass->verify->policy;
	int64_t spending;

	if (!policy->has_cycle)
		return;
	give_shares(&replay->member, replay->stored.shares, replay->event.amount,
				policy->cycle.share_price);
	if (pv_spending_of_sponsor(policy, replay->event.amount, &spending))
		give_shares(&replay->other, replay->moved.shares, spending, policy->cycle.share_price);
}

/*
 * C4: the day that the row closes, with what of it the members say.
 */
static bool
bring_day(JournalPass *pass, Replay *replay)
{
	replay->closed = pv_days_of_close(pass->verify, DatumGetDateADT(pass->values[COLUMN_DAY]));
	if (!replay->closed)
		return false;
	replay->day = replay->closed->stored;
	replay->event.day = &replay->day;
	return true;
}

/*
 * G15: the sale, and lots that hold as much as the refund burned; whether that
 * is as much as they held is for the second pass.  False where the row names no
 * purchase, or one that has not that much left.
 */
static bool
bring_sale(JournalPass *pass, Replay *replay)
{
	PvVerify *verify = pass->verify;
	int64_t cause = number(pass, COLUMN_CAUSE);
	PvPolicy policy;
	PvEntry *purchase =
		cause < verify->seq ? pv_journal_try_read(verify->book->vault, cause, true) : NULL;

	if (!purchase || purchase->kind != PV_KIND_PURCHASE ||
		!pv_verify_policy(verify, purchase->policy, &policy))
		return false;
	replay->sale = pv_sale_of(purchase, &policy);
	replay->sale.refunded = number(pass, COLUMN_REVERSED) - replay->event.amount;
	if (replay->sale.refunded < 0 || number(pass, COLUMN_REVERSED) > replay->sale.amount ||
		!pv_refund_parts(&replay->sale, replay->event.amount, &replay->parts))
		return false;
	replay->event.sale = &replay->sale;
	give_points(&replay->member, purchase->seq, -replay->stored.points);
	give_points(&replay->other, purchase->seq, -replay->moved.points);
	replay->member.has.quota = -replay->stored.quota;
	replay->other.has.quota = -replay->moved.quota;
	give_shares(&replay->member, replay->stored.shares, 0, replay->sale.share_price);
	give_shares(&replay->other, replay->moved.shares, 0, replay->sale.share_price);
	return true;
}

/*
 * What the members must have had for the event to be booked; false where that
 * cannot be said.
 */
static bool
give_enough(JournalPass *pass, Replay *replay)
{
	PvEvent *event = &replay->event;
	PvMember *member = &replay->member;

	switch (event->kind)
	{
		case PV_KIND_PURCHASE:
			give_spending(pass, replay);
			break;
		case PV_KIND_CLOSE:
			return bring_day(pass, replay);
		case PV_KIND_DIVIDEND:
			event->amount = number(pass, COLUMN_CASH);
			break;
		case PV_KIND_REDEEM:
		case PV_KIND_EXIT:
			event->for_goods = replay->stored.cash == 0;
			give_points(member, 0, event->points);
			break;
		case PV_KIND_POINTS_TO_CREDITS:
			give_points(member, 0, event->points);
			break;
		case PV_KIND_CREDITS_TO_POINTS:
			member->merchant = true;
			member->has.credits = event->amount;
			break;
		case PV_KIND_PAY:
			member->has.credits = event->amount;
			break;
		case PV_KIND_WITHDRAW:
			member->has.cash = event->amount;
			break;
		case PV_KIND_REFUND:
			return bring_sale(pass, replay);
		default:
			break;
	}
	return true;
}

static bool
rebuild_event(JournalPass *pass, Replay *replay, PvKind kind)
{
	PvEvent *event = &replay->event;
	int64_t points = number(pass, COLUMN_POINTS);

	memset(replay, 0, sizeof(*replay));
	event->kind = kind;
	event->seq = pass->verify->seq;
	event->amount = number(pass, COLUMN_AMOUNT);
	event->contribution = number(pass, COLUMN_CONTRIBUTION);
	event->has_contribution = DatumGetBool(pass->values[COLUMN_NAMED_CONTRIBUTION]);
	event->points = points;
	replay->member.id = number(pass, COLUMN_MEMBER);
	if (replay->member.id != 0)
		event->member = &replay->member;
	replay->stored =
		(PvAssets){points * pv_kind_info(kind)->points_sign, number(pass, COLUMN_MEMBER_CREDITS),
				   number(pass, COLUMN_MEMBER_CASH),		 number(pass, COLUMN_MEMBER_REWARD),
				   number(pass, COLUMN_MEMBER_QUOTA),		 number(pass, COLUMN_MEMBER_SHARES)};
	bring_movement(pass, replay);
	return give_enough(pass, replay);
}

static void
compare_assets(PvVerify *verify, const char *whose, const PvAssets *expected, const PvAssets *found)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (pv_asset(expected, i) != pv_asset(found, i))
			pv_compare(verify, PV_CHECK_EVENTS,
					   psprintf("%s of the %s, journal row", pv_assets[i].name, whose), verify->seq,
					   pv_asset(expected, i), pv_asset(found, i), pv_assets[i].scale);
}

static void
compare_facts(JournalPass *pass, const PvEffect *effect)
{
	PvVerify *verify = pass->verify;

	pv_compare(verify, PV_CHECK_EVENTS, "amount, journal row", verify->seq, effect->amount,
			   number(pass, COLUMN_AMOUNT), PV_AMOUNT_SCALE);
	pv_compare(verify, PV_CHECK_EVENTS, "points, journal row", verify->seq, effect->points,
			   number(pass, COLUMN_POINTS), PV_POINTS_SCALE);
	pv_compare(verify, PV_CHECK_EVENTS, "cash, journal row", verify->seq, effect->cash,
			   number(pass, COLUMN_CASH), PV_AMOUNT_SCALE);
	pv_compare(verify, PV_CHECK_EVENTS, "fee, journal row", verify->seq, effect->fee,
			   number(pass, COLUMN_FEE), PV_AMOUNT_SCALE);
	pv_compare(verify, PV_CHECK_EVENTS, "contribution, journal row", verify->seq,
			   effect->contribution, number(pass, COLUMN_CONTRIBUTION), PV_AMOUNT_SCALE);
}

static void
compare_states(PvVerify *verify, const PvVault *expected, const PvVault *found)
{
	for (int i = 0; i < PV_STATE_COUNT; i++)
		if (pv_account(expected, i) != pv_account(found, i))
			pv_compare(verify, PV_CHECK_STATES, psprintf("%s, journal row", pv_accounts[i].name),
					   verify->seq, pv_account(expected, i), pv_account(found, i),
					   pv_accounts[i].scale);
}

static void
put_change(PvVerify *verify, const PvMember *member, const Replay *replay, const PvAssets *change,
		   const PvEffect *effect)
{
	PvKind kind = replay->event.kind;
	bool own = member == &replay->member;
	PvMemberChange record = {.member = member->id,
							 .seq = verify->seq,
							 .kind = kind,
							 .change = *change,
							 .spending = own ? effect->spending : effect->other_spending,
							 .share_price = effect->share_price};

	if (pv_kind_info(kind)->points_sign > 0 && member->nlots > 0)
	{
		record.brings = true;
		record.lot = member->lots[0];
	}
	if (kind == PV_KIND_REFUND)
	{
		record.cause = replay->sale.seq;
		record.quota_due = own ? replay->parts.quota : replay->parts.other_quota;
		record.due = own ? replay->parts.points : replay->parts.other_points;
		record.lot.limit = own ? replay->parts.limit : 0;
	}
	record.alone = kind == PV_KIND_EXIT && verify->policy.growth.exit_basis == PV_EXIT_BY_ORDER;
	pv_changes_put(verify, &record);
}

/* C8: cash that came to members as a whole, or went from there to the one named. */
static int64_t
cash_of_members(PvKind kind, const PvEffect *effect)
{
	if (kind == PV_KIND_CLOSE)
		return effect->cash;
	return kind == PV_KIND_DIVIDEND ? -effect->cash : 0;
}

/*
 * 6: of each asset, what the members got is what the state says they got; where it
 * does not say, what the engine gives them, and outside has the counterpart.
 */
static void
check_postings(PvVerify *verify, const Replay *replay, const PvEffect *effect, const PvVault *after)
{
	pv_checked(verify, PV_CHECK_POSTINGS);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		const PvAssetInfo *asset = &pv_assets[i];
		int64_t expected = asset->of_all
							   ? asset->of_all(after) - asset->of_all(&verify->state)
							   : pv_asset(&effect->member, i) + pv_asset(&effect->other, i);
		int64_t found = pv_asset(&replay->stored, i) + pv_asset(&replay->moved, i);

		if (asset->offset == offsetof(PvAssets, cash))
			found += cash_of_members(replay->event.kind, effect);
		if (expected != found)
			pv_compare(verify, PV_CHECK_POSTINGS, psprintf("%s, journal row", asset->name),
					   verify->seq, expected, found, asset->scale);
	}
}

/*
 * Applies the event of the row to the state before it, and compares.
 */
static void
check_event(JournalPass *pass, PvKind kind, const PvVault *after)
{
	PvVerify *verify = pass->verify;
	const PvKindInfo *info = pv_kind_info(kind);
	PvVault state = verify->state;
	PvEffect effect;
	Replay replay;
	PvError error = PV_OK;

	pv_checked(verify, PV_CHECK_EVENTS);
	pv_checked(verify, PV_CHECK_STATES);
	memset(&effect, 0, sizeof(effect));
	if (!rebuild_event(pass, &replay, kind))
		error = PV_OUT_OF_RANGE;
	else if (info->apply)
		error = pv_apply(&verify->policy, &state, &replay.event, &effect);
	if (error != PV_OK)
		pv_failed(verify, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT ", %s", verify->seq, info->name),
				  "refused by the engine", "booked");
	else
	{
		compare_facts(pass, &effect);
		compare_assets(verify, "member", &effect.member, &replay.stored);
		compare_assets(verify, "other member", &effect.other, &replay.moved);
		compare_states(verify, &state, after);
	}
	if (replay.event.member)
		put_change(verify, &replay.member, &replay, &replay.stored, &effect);
	if (replay.event.other)
		put_change(verify, &replay.other, &replay, &replay.moved, &effect);
	if (replay.closed && error == PV_OK)
		pv_days_compare_pools(verify, replay.closed, &replay.day, effect.amount);

	check_postings(verify, &replay, &effect, after);
}

/* --- identities of the state -------------------------------------------------- */

static void
fail_row(PvVerify *verify, PvCheckId check, const char *expected, const char *found)
{
	pv_failed(verify, check, psprintf("journal row " INT64_FORMAT, verify->seq), expected, found);
}

static void
check_state(PvVerify *verify, const PvVault *after)
{
	const PvVault *before = &verify->state;
	int64_t cap = verify->policy.has_growth ? verify->policy.growth.issue_cap : PV_UNSET;

	pv_checked(verify, PV_CHECK_PRICE);
	if (before->circulating > 0 && after->circulating > 0 &&
		pv_price_cmp((PvPrice){after->pool, after->circulating},
					 (PvPrice){before->pool, before->circulating}) < 0)
		fail_row(verify, PV_CHECK_PRICE, "a price not below the one before", "a lower one");
	pv_checked(verify, PV_CHECK_POOL);
	if (after->pool > after->circulating || after->pool < 0)
		fail_row(verify, PV_CHECK_POOL, "a pool of at most 10 000 a point", "more");
	pv_checked(verify, PV_CHECK_COVERED);
	if ((pv_int128) after->treasury * after->pool < (pv_int128) after->credits * after->circulating)
		fail_row(verify, PV_CHECK_COVERED, "treasury points worth the credits", "less");
	pv_checked(verify, PV_CHECK_ISSUED);
	if (after->issued < after->circulating || after->issued < before->issued ||
		(cap != PV_UNSET && after->issued > cap && after->issued > before->issued))
		fail_row(verify, PV_CHECK_ISSUED,
				 "issued not below what circulates nor falling, within the cap", "otherwise");
}

/*
 * What was taken back of an event: its sum so far is that of the reversal
 * before and this one's amount.
 */
static void
check_reversal(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	int64_t before;

	if (pass->nulls[COLUMN_REVERSED])
		return;
	before =
		pv_journal_reversed_before(verify->book->vault, number(pass, COLUMN_CAUSE), verify->seq);
	pv_compare(verify, PV_CHECK_EVENTS, "reversed, journal row", verify->seq,
			   before + number(pass, COLUMN_AMOUNT), number(pass, COLUMN_REVERSED),
			   PV_AMOUNT_SCALE);
}

/*
 * V4: what the vault writes of itself names its cause: a close the last row of its
 * day, a dividend the last close.
 */
static void
check_cause(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	int64_t closed_by = verify->next_closed > 0 ? verify->closed[verify->next_closed - 1].seq : 0;

	if (kind == PV_KIND_CLOSE || kind == PV_KIND_DIVIDEND)
		pv_compare(verify, PV_CHECK_EVENTS, "cause, journal row", verify->seq,
				   kind == PV_KIND_CLOSE ? verify->seq - 1 : closed_by, number(pass, COLUMN_CAUSE),
				   0);
}

static void
keep_suspension(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	PvRow row = {pass->values, pass->nulls};

	if (kind == PV_KIND_RESUME)
		verify->suspended = NULL;
	else if (kind == PV_KIND_SUSPEND && !pass->nulls[COLUMN_NOTE])
		verify->suspended = pv_keep_text(verify->results, pv_row_text(&row, COLUMN_NOTE));
	pv_compare(verify, PV_CHECK_VAULT, "suspended, journal row", verify->seq,
			   verify->suspended != NULL, DatumGetBool(pass->values[COLUMN_SUSPENDED]), 0);
}

static void
check_row(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	PvKind kind = (PvKind) DatumGetInt16(pass->values[COLUMN_KIND]);
	PvRow row = {pass->values, pass->nulls};
	PvVault after;

	check_place(pass);
	check_digest(pass);
	keep_ref(pass);
	pv_read_state(&row, COLUMN_STATE, &after);
	if (pv_kind_info(kind))
	{
		check_day(pass, kind);
		check_policy(pass, kind);
		check_event(pass, kind, &after);
		check_reversal(pass);
		check_cause(pass, kind);
		keep_suspension(pass, kind);
	}
	else
		pv_failed(verify, PV_CHECK_EVENTS, psprintf("journal row " INT64_FORMAT, verify->seq),
				  "a kind of event", psprintf("number %d", kind));
	check_state(verify, &after);
	verify->state = after;
	verify->next_exit = (PvPrice){number(pass, COLUMN_NEXT_EXIT),
								  pass->nulls[COLUMN_NEXT_EXIT] ? 0 : PV_PRICE_KEY_SCALE};
}

/* Equal hashes next to each other: only then the refs themselves are compared. */
static void
check_refs(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	Datum values[1] = {Int32GetDatum(verify->book->vault)};
	int64_t previous = 0;
	bool doubled = false;
	bool first = true;
	Datum hash;
	bool is_null;

	tuplesort_performsort(pass->refs);
	while (!doubled && pv_tuplesort_getdatum(pass->refs, &hash, &is_null))
	{
		doubled = !first && DatumGetInt64(hash) == previous;
		previous = DatumGetInt64(hash);
		first = false;
	}
	tuplesort_end(pass->refs);
	if (doubled && pv_run(&doubled_ref, values, NULL, true) > 0)
	{
		PvRow row = pv_result_row(0);

		pv_failed(verify, PV_CHECK_REFS, psprintf("ref %s", pv_row_text(&row, 0)), "one row",
				  psprintf("%s rows", pv_row_text(&row, 1)));
	}
}

/*
 * Reads the journal from its first row to its last.
 */
void
pv_verify_journal(PvVerify *verify)
{
	JournalPass pass = {.verify = verify};
	MemoryContext row_context =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault verify row",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;

	pv_changes_begin(verify);
	pass.refs = tuplesort_begin_datum(INT8OID, Int8LessOperator, InvalidOid, false,
									  maintenance_work_mem, NULL, 0);
	pv_stream_open(&pass.movements, &movement_rows, verify->book->vault);
	pv_stream_next(&pass.movements);
	pv_stream_open(&pass.journal, &journal_rows, verify->book->vault);
	for (pv_stream_next(&pass.journal); !pass.journal.ended; pv_stream_next(&pass.journal))
	{
		if (pass.journal.read == 1)
			find_places(&pass, pass.journal.table->tupdesc);
		take_row(&pass);
		take_movement(&pass);
		old = MemoryContextSwitchTo(row_context);
		check_row(&pass);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row_context);
		pv_verify_progress(verify, "journal rows", pass.journal.read);
	}
	pv_stream_close(&pass.journal);
	pv_stream_close(&pass.movements);
	pv_changes_sort(verify);
	check_refs(&pass);
}
