/*
 * verify_journal.c
 *	  The first pass of verify(vault): the journal, row by row.
 */
#include "audit/verify_journal.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_commissions.h"
#include "audit/verify_days.h"
#include "audit/verify_merges.h"
#include "audit/verify_policies.h"
#include "audit/verify_sort.h"
#include "audit/verify_teams.h"
#include "engine/cycle.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/figures.h"
#include "engine/kinds.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/lots.h"
#include "engine/policy.h"
#include "engine/sale.h"
#include "store/calendar.h"
#include "store/commissions.h"
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

/* clang-format off */

static PvPlan journal_rows = {
	"SELECT * FROM pointsvault.journal_data WHERE vault = $1 ORDER BY seq", "i", NULL};

static PvPlan movement_rows = {
	"SELECT seq, member, role, " PV_ASSET_COLUMNS " "
	"FROM pointsvault.movement_data "
	"WHERE vault = $1 "
	"ORDER BY seq, member",
	"i", NULL};

static PvPlan doubled_ref = {
	"SELECT ref, count(*)::pg_catalog.text "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND ref IS NOT NULL "
	"GROUP BY ref HAVING count(*) > 1 LIMIT 1",
	"i", NULL};

/* clang-format on */

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
	PvParty *moved; /* what the movements beside the row say */
	int nmoved;
	int maxmoved;
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

static void
keep_movement(JournalPass *pass)
{
	PvParty *party;

	if (pass->nmoved == pass->maxmoved)
	{
		pass->maxmoved = pass->maxmoved > 0 ? 2 * pass->maxmoved : 8;
		pass->moved = pv_realloc(pass->moved, sizeof(PvParty) * pass->maxmoved);
	}
	party = &pass->moved[pass->nmoved++];
	*party = (PvParty){.id = pv_stream_int(&pass->movements, 1),
					   .role = pv_read_role(&pass->movements.row, 2)};
	pv_read_assets(&pass->movements.row, 3, &party->change);
}

/* The movements beside the row; those of other numbers are of no row. */
static void
take_movements(JournalPass *pass)
{
	PvStream *rows = &pass->movements;
	int64_t seq = DatumGetInt64(pass->values[PV_JOURNAL_seq]);

	pass->nmoved = 0;
	for (; !rows->ended && pv_stream_int(rows, 0) <= seq; pv_stream_next(rows))
		if (pv_stream_int(rows, 0) == seq)
			keep_movement(pass);
		else
			pv_failed(&pass->verify->report, PV_CHECK_EVENTS,
					  psprintf("movement of journal row " INT64_FORMAT, pv_stream_int(rows, 0)),
					  "none", "a movement");
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
	int64_t seq = number(pass, PV_JOURNAL_seq);
	TimestampTz booked_at = DatumGetTimestampTz(pass->values[PV_JOURNAL_booked_at]);

	pv_checked(&verify->report, PV_CHECK_SEQUENCE);
	pv_compare(&verify->report, PV_CHECK_SEQUENCE, "seq, journal row", seq, verify->seq + 1, seq,
			   0);
	if (booked_at < verify->booked_at && verify->seq > 0)
		pv_failed(&verify->report, PV_CHECK_SEQUENCE,
				  psprintf("journal row " INT64_FORMAT ", booked_at", seq),
				  psprintf("at or after %s", pstrdup(timestamptz_to_str(verify->booked_at))),
				  pstrdup(timestamptz_to_str(booked_at)));
	if (number(pass, PV_JOURNAL_cause) >= seq)
		pv_failed(&verify->report, PV_CHECK_SEQUENCE,
				  psprintf("journal row " INT64_FORMAT ", cause", seq), "an earlier row",
				  psprintf(INT64_FORMAT, number(pass, PV_JOURNAL_cause)));
	verify->seq = seq;
	verify->booked_at = booked_at;
}

static void
check_digest(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	uint64 movements = 0;
	int64_t digest;

	for (int i = 0; i < pass->nmoved; i++)
		movements += (uint64) pv_movement_digest(&pass->moved[i]);
	digest = pv_journal_digest(pass->values, pass->nulls, (int64_t) movements, verify->digest);

	pv_checked(&verify->report, PV_CHECK_DIGEST);
	if (verify->seq == 1 && digest != number(pass, PV_JOURNAL_digest))
		pv_failed(&verify->report, PV_CHECK_VAULT,
				  "name, currency, timezone, created_at, or the first journal row", "as created",
				  "changed");
	pv_compare(&verify->report, PV_CHECK_DIGEST, "digest, journal row", verify->seq, digest,
			   number(pass, PV_JOURNAL_digest), 0);
	verify->digest = number(pass, PV_JOURNAL_digest);
}

/*
 * Time zones change on quarters of an hour, so the day of a moment is that of
 * its quarter.  False where the moment has no day, or the vault no time zone.
 */
static bool
day_of_moment(JournalPass *pass, DateADT *day)
{
	PvVerify *verify = pass->verify;
	TimestampTz at = DatumGetTimestampTz(
		pass->values[pass->nulls[PV_JOURNAL_at] ? PV_JOURNAL_booked_at : PV_JOURNAL_at]);
	int64_t quarter = at / (USECS_PER_HOUR / 4);

	if (!pass->has_day || quarter != pass->quarter)
	{
		pass->has_day = verify->book->timezone && pv_book_try_day(verify->book, at, &pass->day);
		pass->quarter = quarter;
	}
	*day = pass->day;
	return pass->has_day;
}

/* What the vault writes of itself names its day, and no moment. */
static bool
is_of_vault(PvKind kind)
{
	return kind == PV_KIND_CLOSE || kind == PV_KIND_DIVIDEND || kind == PV_KIND_RELEASE;
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
	DateADT day = DatumGetDateADT(pass->values[PV_JOURNAL_day]);
	DateADT moment;
	DateADT expected;

	pv_checked(&verify->report, PV_CHECK_DAYS);
	if (!day_of_moment(pass, &moment))
	{
		pv_failed(&verify->report, PV_CHECK_DAYS,
				  psprintf("journal row " INT64_FORMAT, verify->seq),
				  "a moment and a time zone that have a day", pv_date_text(day));
		moment = day;
	}
	expected = is_event && verify->open_day != PV_NO_DAY ? verify->open_day : moment;
	if (day != expected || (is_event && !is_of_vault(kind) && moment > day))
		pv_failed(&verify->report, PV_CHECK_DAYS,
				  psprintf("journal row " INT64_FORMAT, verify->seq),
				  pv_date_text(Max(expected, moment)), pv_date_text(day));
	if (is_event)
		verify->open_day = kind == PV_KIND_CLOSE ? day + 1 : day;
}

static void
check_policy(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	int32_t serial = DatumGetInt32(pass->values[PV_JOURNAL_policy]);
	bool sets = kind == PV_KIND_CREATE || kind == PV_KIND_POLICY;

	if (sets && !pv_is_policy_of(verify, serial, verify->seq))
		pv_failed(&verify->report, PV_CHECK_POLICIES,
				  psprintf("journal row " INT64_FORMAT, verify->seq), "the policy it set", "none");
	if (serial == verify->policy.serial)
		return;
	if (!sets)
		pv_compare(&verify->report, PV_CHECK_POLICIES, "policy, journal row", verify->seq,
				   verify->policy.serial, serial, 0);
	if (!pv_verify_policy(verify, serial, &verify->policy))
		pv_failed(&verify->report, PV_CHECK_POLICIES,
				  psprintf("policy of journal row " INT64_FORMAT, verify->seq), "a policy",
				  psprintf("serial %d, which is none", serial));
}

static void
keep_ref(JournalPass *pass)
{
	text *ref;
	uint64 hash;

	if (pass->nulls[PV_JOURNAL_ref])
		return;
	pv_checked(&pass->verify->report, PV_CHECK_REFS);
	ref = DatumGetTextPP(pass->values[PV_JOURNAL_ref]);
	hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(ref), VARSIZE_ANY_EXHDR(ref), 0);
	tuplesort_putdatum(pass->refs, Int64GetDatum((int64_t) hash), false);
}

/* --- what the row says happened ---------------------------------------------- */

/* The event of a row, with stand-ins for its members that hold just enough. */
typedef struct Replay
{
	PvEvent event;
	PvMember *members; /* a stand-in for each party */
	PvAssets *stored;  /* what the rows say it brought or took each */
	PvCommissions paid;
	PvEarners earners; /* purchase, where the policy has commissions */
	PvSale sale;	   /* refund */
	PvRefundDue due;
	PvDay day; /* close */
	PvClosed *closed;
} Replay;

static void
fail_movement(PvVerify *verify)
{
	pv_failed(&verify->report, PV_CHECK_EVENTS,
			  psprintf("movement of journal row " INT64_FORMAT, verify->seq), "none", "a movement");
}

/* Makes room for so many parties. */
static void
begin_parties(Replay *replay, int most)
{
	replay->members = palloc0(sizeof(PvMember) * Max(most, 1));
	replay->stored = palloc0(sizeof(PvAssets) * Max(most, 1));
}

static void
add_party(Replay *replay, PvRole role, int64_t id, const PvAssets *stored)
{
	int place = replay->event.parties.count;

	replay->members[place] = (PvMember){.id = id, .merchant = true};
	replay->stored[place] = *stored;
	(void) pv_add_party(&replay->event.parties, role, &replay->members[place]);
}

/* The others of an event are those who have a movement. */
static void
bring_movements(JournalPass *pass, Replay *replay)
{
	int roles = pv_kind_info(replay->event.kind)->others;

	if (roles == 0 && pass->nmoved > 0)
		fail_movement(pass->verify);
	for (int i = 0; roles != 0 && i < pass->nmoved; i++)
		add_party(replay, pass->moved[i].role, pass->moved[i].id, &pass->moved[i].change);
}

/* What the movement beside the row brought or took a member; false where there is none. */
static bool
find_movement(const JournalPass *pass, int64_t member, PvAssets *stored)
{
	*stored = (PvAssets){0};
	for (int i = 0; i < pass->nmoved; i++)
		if (pass->moved[i].id == member)
		{
			*stored = pass->moved[i].change;
			return true;
		}
	return false;
}

/*
 * G15: whoever earned by the sale, once each.  Returns how many of them have a movement.
 */
static int
bring_earners(JournalPass *pass, Replay *replay)
{
	int found = 0;

	for (int i = 0; i < replay->sale.commissions.count; i++)
	{
		int64_t member = replay->sale.commissions.list[i].member;
		PvAssets stored;

		if (member == 0 || pv_party_of(&replay->event.parties, member))
			continue;
		found += find_movement(pass, member, &stored);
		add_party(replay, PV_EARNER, member, &stored);
	}
	return found;
}

/*
 * G15: those of a refund are the sale's, or who took over from them by now, with a movement
 * or not.
 */
static void
bring_parts(JournalPass *pass, Replay *replay)
{
	PvVerify *verify = pass->verify;
	int found = 0;

	pv_compare(&verify->report, PV_CHECK_EVENTS, "member, journal row", verify->seq,
			   pv_merges_now(verify, replay->sale.parts[0].member), number(pass, PV_JOURNAL_member),
			   0);
	for (int i = 1; i < replay->sale.nparts; i++)
	{
		const PvSalePart *part = &replay->sale.parts[i];
		int64_t member = pv_merges_now(verify, part->member);
		PvAssets stored;

		found += find_movement(pass, member, &stored);
		add_party(replay, part->role, member, &stored);
	}
	found += bring_earners(pass, replay);
	if (found != pass->nmoved)
		fail_movement(verify);
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

	for (int i = 0; policy->has_cycle && i < replay->event.parties.count; i++)
	{
		PvSalePart part = {.role = replay->event.parties.list[i].role};

		if (pv_cycle_promise(policy, replay->event.amount, &part))
			give_shares(&replay->members[i], replay->stored[i].shares, part.spending,
						policy->cycle.share_price);
	}
}

/* M1: who earned by a purchase; where the order named no region, its note has the buyer's. */
static void
find_earners(JournalPass *pass, Replay *replay)
{
	PvRow row = {pass->values, pass->nulls};
	const char *region = pv_row_text(&row, PV_JOURNAL_region);

	if (!region)
		region = pv_row_text(&row, PV_JOURNAL_note);
	replay->earners = pv_earners_then(pass->verify, number(pass, PV_JOURNAL_member),
									  replay->event.amount, region);
	replay->event.earners = &replay->earners;
}

/*
 * C4: the day that the row closes, with what of it the members say.
 */
static bool
bring_day(JournalPass *pass, Replay *replay)
{
	replay->closed = pv_days_of_close(pass->verify, DatumGetDateADT(pass->values[PV_JOURNAL_day]));
	if (!replay->closed)
		return false;
	replay->day = replay->closed->stored;
	replay->event.day = &replay->day;
	return true;
}

/*
 * G15: the sale a refund is of.  False where the row names no purchase, or one
 * that has not that much left.
 */
static bool
bring_sale(JournalPass *pass, Replay *replay)
{
	PvVerify *verify = pass->verify;
	int64_t cause = number(pass, PV_JOURNAL_cause);
	int64_t reversed = number(pass, PV_JOURNAL_reversed);
	PvPolicy policy;
	PvEntry *purchase =
		cause < verify->seq ? pv_journal_try_read(verify->book->vault, cause, true) : NULL;

	if (!purchase || purchase->kind != PV_KIND_PURCHASE || purchase->member == 0 ||
		purchase->altered || !pv_verify_policy(verify, purchase->policy, &policy))
		return false;
	replay->sale = pv_sale_of(purchase, &policy);
	for (int i = 0; i < replay->sale.commissions.count; i++)
		replay->sale.commissions.list[i].member =
			pv_merges_now(verify, replay->sale.commissions.list[i].member);
	replay->sale.refunded = reversed - replay->event.amount;
	replay->event.sale = &replay->sale;
	return replay->sale.refunded >= 0 && reversed <= replay->sale.amount &&
		   pv_refund_due(&replay->sale, replay->event.amount, &replay->due);
}

/*
 * G15: lots, quota and shares that hold as much as the refund took; whether that
 * is as much as they held is for the second pass.
 */
static void
give_sold(Replay *replay)
{
	for (int i = 0; i < replay->event.parties.count; i++)
	{
		PvMember *member = &replay->members[i];
		const PvAssets *stored = &replay->stored[i];

		give_points(member, replay->sale.seq, -stored->points);
		member->has.quota = -stored->quota;
		give_shares(member, stored->shares, 0, replay->sale.share_price);
	}
}

/*
 * A merge: the one had what it gave, and had spent as much as explains the shares that the
 * other has beyond that; whether it was so is for the second pass.
 */
static void
give_merged(JournalPass *pass, Replay *replay)
{
	const PvPolicy *policy = &pass->verify->policy;
	PvMember *member = replay->members;
	pv_int128 spent;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		pv_set_figure(&member->has, &pv_assets[i],
					  (int64_t) - (uint64) pv_figure(&replay->stored[0], &pv_assets[i]));
	if (replay->event.parties.count < 2 || !policy->has_cycle)
		return;
	spent = ((pv_int128) replay->stored[1].shares + replay->stored[0].shares) *
			policy->cycle.share_price;
	if (spent > 0 && spent <= INT64_MAX)
		member->spent = (int64_t) spent;
}

/* G17: as much of each asset as an adjustment down took. */
static void
give_adjusted(Replay *replay)
{
	PvMember *member = replay->members;
	const PvAssets *adjusted = &replay->event.assets;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (pv_figure(adjusted, &pv_assets[i]) < 0)
			pv_set_figure(&member->has, &pv_assets[i], -pv_figure(adjusted, &pv_assets[i]));
	if (adjusted->points < 0)
		give_points(member, 0, -adjusted->points);
}

/* What the event took from its own member, who must have had it; or owed it. */
static void
give_taken(Replay *replay, int takes)
{
	PvMember *member = replay->members;

	if (replay->event.kind == PV_KIND_ADJUST)
		give_adjusted(replay);
	if (replay->event.kind == PV_KIND_REPAY)
		member->has.cash = -replay->event.amount;
	if (takes & PV_TAKES_POINTS)
		give_points(member, 0, replay->event.points);
	if (takes & PV_TAKES_CREDITS)
		member->has.credits = replay->event.amount;
	if (takes & PV_TAKES_CASH)
		member->has.cash = replay->event.amount;
	if (takes & PV_TAKES_REWARD)
		member->has.reward = replay->event.amount;
}

/* G17: what was left of the redemption for goods that the row names; false where it names none. */
static bool
bring_redemption(const JournalPass *pass, PvEvent *event)
{
	PvVerify *verify = pass->verify;
	int64_t cause = number(pass, PV_JOURNAL_cause);
	PvEntry *redemption =
		cause < verify->seq ? pv_journal_try_read(verify->book->vault, cause, true) : NULL;

	if (!redemption || redemption->kind != PV_KIND_REDEEM || !pv_was_for_goods(redemption) ||
		pv_merges_now(verify, redemption->member) != number(pass, PV_JOURNAL_member))
		return false;
	event->left = redemption->effect.cash - (number(pass, PV_JOURNAL_reversed) - event->amount);
	return true;
}

/*
 * The event of the row, with members that have what it needs of them; false where
 * that cannot be said.
 */
static bool
rebuild_event(JournalPass *pass, Replay *replay, PvKind kind)
{
	const PvKindInfo *info = pv_kind_info(kind);
	PvEvent *event = &replay->event;
	PvRow row = {pass->values, pass->nulls};
	PvAssets own;
	bool is_of_sale = (info->needs & PV_NEEDS_SALE) != 0;
	bool has_sale;

	memset(replay, 0, sizeof(*replay));
	event->kind = kind;
	event->seq = pass->verify->seq;
	event->date = DatumGetDateADT(pass->values[PV_JOURNAL_day]);
	event->amount = number(pass, info->says & PV_SAYS_AMOUNT ? PV_JOURNAL_amount : PV_JOURNAL_cash);
	event->contribution = number(pass, PV_JOURNAL_contribution);
	event->has_contribution = DatumGetBool(pass->values[PV_JOURNAL_named_contribution]);
	event->points = number(pass, PV_JOURNAL_points);
	event->order_amount = number(pass, PV_JOURNAL_order_amount);
	pv_read_own_change(&row, kind, &own);
	event->for_goods = own.cash == 0;
	if (kind == PV_KIND_REDEEM_RETURN && !bring_redemption(pass, event))
		return false;
	event->assets = own;
	event->uncapped = number(pass, PV_JOURNAL_uncapped) != pass->verify->state.uncapped;

	has_sale = is_of_sale && bring_sale(pass, replay);
	begin_parties(replay,
				  1 + Max(pass->nmoved, replay->sale.nparts + replay->sale.commissions.count));
	if (number(pass, PV_JOURNAL_member) != 0)
		add_party(replay, PV_OWN, number(pass, PV_JOURNAL_member), &own);
	if (has_sale)
		bring_parts(pass, replay);
	else
		bring_movements(pass, replay);

	give_taken(replay, info->takes);
	if (!pv_commissions_read(&row, PV_JOURNAL_commissions, &replay->paid))
		return false;
	if (kind == PV_KIND_PURCHASE)
		give_spending(pass, replay);
	if (kind == PV_KIND_PURCHASE && pass->verify->policy.has_commission)
		find_earners(pass, replay);
	if (kind == PV_KIND_MERGE)
		give_merged(pass, replay);
	if (has_sale)
		give_sold(replay);
	if (has_sale && event->parties.count > 0)
		event->plan = pv_teams_plan(pass->verify, replay->members[0].id, replay->sale.seq);
	if (info->needs & PV_NEEDS_DAY)
		return bring_day(pass, replay);
	return has_sale == is_of_sale;
}

static void
compare_assets(PvVerify *verify, const char *whose, const PvAssets *expected, const PvAssets *found)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (pv_figure(expected, &pv_assets[i]) != pv_figure(found, &pv_assets[i]))
			pv_compare(&verify->report, PV_CHECK_EVENTS,
					   psprintf("%s of the %s, journal row", pv_assets[i].column, whose),
					   verify->seq, pv_figure(expected, &pv_assets[i]),
					   pv_figure(found, &pv_assets[i]), pv_assets[i].scale);
}

static void
compare_facts(JournalPass *pass, const PvEffect *effect)
{
	PvVerify *verify = pass->verify;

	pv_compare(&verify->report, PV_CHECK_EVENTS, "amount, journal row", verify->seq, effect->amount,
			   number(pass, PV_JOURNAL_amount), PV_AMOUNT_SCALE);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "points, journal row", verify->seq, effect->points,
			   number(pass, PV_JOURNAL_points), PV_POINTS_SCALE);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "cash, journal row", verify->seq, effect->cash,
			   number(pass, PV_JOURNAL_cash), PV_AMOUNT_SCALE);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "fee, journal row", verify->seq, effect->fee,
			   number(pass, PV_JOURNAL_fee), PV_AMOUNT_SCALE);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "contribution, journal row", verify->seq,
			   effect->contribution, number(pass, PV_JOURNAL_contribution), PV_AMOUNT_SCALE);
}

static void
compare_states(PvVerify *verify, const PvVault *expected, const PvVault *found)
{
	for (int i = 0; i < PV_ACCOUNT_COUNT; i++)
		if (pv_figure(expected, &pv_accounts[i]) != pv_figure(found, &pv_accounts[i]))
			pv_compare(&verify->report, PV_CHECK_STATES,
					   psprintf("%s, journal row", pv_accounts[i].column), verify->seq,
					   pv_figure(expected, &pv_accounts[i]), pv_figure(found, &pv_accounts[i]),
					   pv_accounts[i].scale);
}

/* Leaves what the rows say of a party, and what the engine adds, for the second pass. */
static void
put_change(PvVerify *verify, const Replay *replay, int place, const PvEffect *effect)
{
	PvKind kind = replay->event.kind;
	const PvMember *member = &replay->members[place];
	PvMemberChange record = {.group = pv_merges_group(verify, member->id),
							 .member = member->id,
							 .seq = verify->seq,
							 .place = place,
							 .kind = kind,
							 .role = replay->event.parties.list[place].role,
							 .change = replay->stored[place],
							 .date = replay->event.date,
							 .spending = replay->event.parties.list[place].spending,
							 .share_price = effect->share_price};

	/* of an adjustment down the lot is one that it takes from */
	if (pv_kind_info(kind)->points_sign > 0 && record.change.points >= 0 && member->nlots > 0)
	{
		record.brings = true;
		record.lot = member->lots[0];
	}
	if (place < replay->due.nparts)
	{
		/* the lot is the buyer's where both are one by now */
		record.cause = place == 0 || member->id != replay->members[0].id ? replay->sale.seq : 0;
		record.quota_due = replay->due.parts[place].quota;
		record.due = replay->due.parts[place].points;
		record.lot.limit = replay->due.parts[place].limit;
	}
	if (kind == PV_KIND_MERGE && place > 0)
		record.cause = replay->members[0].id;
	record.alone = kind == PV_KIND_EXIT && verify->policy.growth.exit_basis == PV_EXIT_BY_ORDER;
	pv_changes_put(verify, &record);
}

/* C8: cash that came to members as a whole, or went from there to the one named. */
static int64_t
cash_of_members(const Replay *replay, const PvEffect *effect)
{
	if (replay->event.kind == PV_KIND_CLOSE)
		return effect->cash + replay->day.shareholder_paid;
	return replay->event.kind == PV_KIND_DIVIDEND ? -effect->cash : 0;
}

/*
 * What members got or gave, of each asset, is what the vault's accounts of members
 * moved by; of those the state does not tell, what the engine gives them, and
 * outside has the counterpart.
 */
static void
check_postings(PvVerify *verify, const Replay *replay, const PvVault *after, const PvEffect *effect)
{
	const PvVault *before = &verify->state;
	const PvParties *parties = &replay->event.parties;
	PvAssets expected = {0};
	PvAssets found = {0};

	for (int i = 0; i < parties->count; i++)
	{
		pv_changes_sum(&expected, &parties->list[i].change);
		pv_changes_sum(&found, &replay->stored[i]);
	}
	expected.points =
		after->circulating - before->circulating - (after->treasury - before->treasury);
	expected.credits = after->credits - before->credits;
	expected.cash = after->cash - before->cash;
	found.cash += cash_of_members(replay, effect);
	pv_checked(&verify->report, PV_CHECK_POSTINGS);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		const PvFigure *asset = &pv_assets[i];

		if (pv_figure(&expected, asset) != pv_figure(&found, asset))
			pv_compare(&verify->report, PV_CHECK_POSTINGS,
					   psprintf("%s, journal row", asset->column), verify->seq,
					   pv_figure(&expected, asset), pv_figure(&found, asset), asset->scale);
	}
}

static void
note_appointment(JournalPass *pass)
{
	PvRow row = {pass->values, pass->nulls};

	pv_agents_note(pass->verify, pv_row_text(&row, PV_JOURNAL_region),
				   number(pass, PV_JOURNAL_member));
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
	PvEffect effect = {0};
	Replay replay;
	PvParties *parties = &replay.event.parties;
	PvError error = PV_OK;

	pv_checked(&verify->report, PV_CHECK_EVENTS);
	pv_checked(&verify->report, PV_CHECK_STATES);
	if (!rebuild_event(pass, &replay, kind))
		error = PV_OUT_OF_RANGE;
	else if (info->apply)
		error = pv_apply(&verify->policy, &state, &replay.event, &effect);
	if (error != PV_OK)
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT ", %s", verify->seq, info->name),
				  "refused by the engine", "booked");
	else
	{
		compare_facts(pass, &effect);
		for (int i = 0; i < parties->count; i++)
			compare_assets(verify, parties->list[i].role == PV_OWN ? "member" : "other member",
						   &parties->list[i].change, &replay.stored[i]);
		compare_states(verify, &state, after);
		pv_commissions_compare(verify, &effect.commissions, &replay.paid);
		pv_teams_follow(verify, &replay.event, &effect);
	}
	for (int i = 0; i < parties->count; i++)
		put_change(verify, &replay, i, &effect);
	if (kind == PV_KIND_APPOINT_AGENT)
		note_appointment(pass);
	if (kind == PV_KIND_MERGE && parties->count == 2)
		pv_merges_note(verify, parties->list[0].id, parties->list[1].id);
	if (replay.closed && error == PV_OK)
	{
		pv_days_compare_pools(verify, replay.closed, &replay.day, effect.amount);
		pv_teams_follow_close(verify, replay.closed);
	}
	check_postings(verify, &replay, after, &effect);
}

/* --- identities of the state -------------------------------------------------- */

static void
fail_row(PvVerify *verify, PvCheckId check, const char *expected, const char *found)
{
	pv_failed(&verify->report, check, psprintf("journal row " INT64_FORMAT, verify->seq), expected,
			  found);
}

static void
check_state(PvVerify *verify, const PvVault *after)
{
	const PvVault *before = &verify->state;
	int64_t cap = verify->policy.has_growth ? verify->policy.growth.issue_cap : PV_UNSET;

	pv_checked(&verify->report, PV_CHECK_PRICE);
	if (before->circulating > 0 && after->circulating > 0 &&
		pv_price_cmp((PvPrice){after->pool, after->circulating},
					 (PvPrice){before->pool, before->circulating}) < 0)
		fail_row(verify, PV_CHECK_PRICE, "a price not below the one before", "a lower one");
	pv_checked(&verify->report, PV_CHECK_POOL);
	if (after->pool > after->circulating || after->pool < 0)
		fail_row(verify, PV_CHECK_POOL, "a pool of at most 10 000 a point", "more");
	pv_checked(&verify->report, PV_CHECK_COVERED);
	if ((pv_int128) after->treasury * after->pool < (pv_int128) after->credits * after->circulating)
		fail_row(verify, PV_CHECK_COVERED, "treasury points worth the credits", "less");
	pv_checked(&verify->report, PV_CHECK_ISSUED);
	if (after->issued < after->circulating || after->issued < before->issued ||
		after->uncapped < before->uncapped || after->uncapped > after->issued ||
		(cap != PV_UNSET && after->issued - after->uncapped > cap &&
		 after->issued - after->uncapped > before->issued - before->uncapped))
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

	if (pass->nulls[PV_JOURNAL_reversed])
		return;
	before = pv_journal_reversed_before(verify->book->vault, number(pass, PV_JOURNAL_cause),
										verify->seq);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "reversed, journal row", verify->seq,
			   before + number(pass, PV_JOURNAL_amount), number(pass, PV_JOURNAL_reversed),
			   PV_AMOUNT_SCALE);
}

/*
 * V4: what the vault writes of itself names its cause: a close the last row of its
 * day, a dividend and a release the last close.
 */
static void
check_cause(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	int64_t closed_by = verify->next_closed > 0 ? verify->closed[verify->next_closed - 1].seq : 0;

	if (is_of_vault(kind))
		pv_compare(&verify->report, PV_CHECK_EVENTS, "cause, journal row", verify->seq,
				   kind == PV_KIND_CLOSE ? verify->seq - 1 : closed_by,
				   number(pass, PV_JOURNAL_cause), 0);
}

static void
keep_suspension(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	PvRow row = {pass->values, pass->nulls};

	if (kind == PV_KIND_RESUME)
		verify->suspended = NULL;
	else if (kind == PV_KIND_SUSPEND && !pass->nulls[PV_JOURNAL_note])
		verify->suspended =
			pv_keep_text(verify->report.results, pv_row_text(&row, PV_JOURNAL_note));
	pv_compare(&verify->report, PV_CHECK_VAULT, "suspended, journal row", verify->seq,
			   verify->suspended != NULL, DatumGetBool(pass->values[PV_JOURNAL_suspended]), 0);
}

/* Events of an import name their moment: none is of the time it was booked at. */
static void
keep_import(JournalPass *pass, PvKind kind)
{
	PvVerify *verify = pass->verify;
	bool found =
		!pass->nulls[PV_JOURNAL_importing] && DatumGetBool(pass->values[PV_JOURNAL_importing]);

	if (kind == PV_KIND_BEGIN_IMPORT || kind == PV_KIND_END_IMPORT)
		verify->importing = kind == PV_KIND_BEGIN_IMPORT;
	pv_compare(&verify->report, PV_CHECK_VAULT, "importing, journal row", verify->seq,
			   verify->importing, found, 0);
	if (verify->importing && pv_kind_info(kind)->apply && !is_of_vault(kind) &&
		pass->nulls[PV_JOURNAL_at])
		pv_failed(&verify->report, PV_CHECK_DAYS,
				  psprintf("journal row " INT64_FORMAT ", of an import", verify->seq), "a moment",
				  "none");
	if (kind == PV_KIND_OPEN && !verify->importing)
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT ", open", verify->seq), "within an import",
				  "outside");
}

static void
check_row(JournalPass *pass)
{
	PvVerify *verify = pass->verify;
	PvKind kind = (PvKind) DatumGetInt16(pass->values[PV_JOURNAL_kind]);
	PvRow row = {pass->values, pass->nulls};
	PvVault after;

	check_place(pass);
	check_digest(pass);
	keep_ref(pass);
	pv_read_state(&row, PV_JOURNAL_pool, &after);
	if (pv_kind_info(kind))
	{
		check_day(pass, kind);
		check_policy(pass, kind);
		check_event(pass, kind, &after);
		check_reversal(pass);
		check_cause(pass, kind);
		keep_suspension(pass, kind);
		keep_import(pass, kind);
	}
	else
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT, verify->seq), "a kind of event",
				  psprintf("number %d", kind));
	check_state(verify, &after);
	verify->state = after;
	verify->next_exit = (PvPrice){number(pass, PV_JOURNAL_next_exit),
								  pass->nulls[PV_JOURNAL_next_exit] ? 0 : PV_PRICE_KEY_SCALE};
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

		pv_failed(&verify->report, PV_CHECK_REFS, psprintf("ref %s", pv_row_text(&row, 0)),
				  "one row", psprintf("%s rows", pv_row_text(&row, 1)));
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
		take_movements(&pass);
		old = MemoryContextSwitchTo(row_context);
		check_row(&pass);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row_context);
		pv_verify_progress(&verify->report, "journal rows", pass.journal.read);
	}
	pv_stream_close(&pass.journal);
	pv_stream_close(&pass.movements);
	pv_changes_sort(verify);
	check_refs(&pass);
}
