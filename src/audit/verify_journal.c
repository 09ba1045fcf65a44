/*
 * verify_journal.c
 *	  The first pass of verify(vault): the journal, row by row.
 */
#include "audit/verify_journal.h"

#include "audit/rebuild.h"
#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_commissions.h"
#include "audit/verify_days.h"
#include "audit/verify_erasures.h"
#include "audit/verify_items.h"
#include "audit/verify_merges.h"
#include "audit/verify_partners.h"
#include "audit/verify_policies.h"
#include "audit/verify_refs.h"
#include "audit/verify_sort.h"
#include "audit/verify_teams.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/figures.h"
#include "engine/kinds.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "store/calendar.h"
#include "store/commissions.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/state.h"

#include "common/hashfn.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* clang-format off */

static PvPlan journal_rows = {
	"SELECT * FROM pointsvault.journal_data WHERE vault = $1 ORDER BY seq", "i", NULL};

static PvPlan movement_rows = {
	"SELECT seq, member, role, " PV_ASSET_COLUMNS " "
	"FROM pointsvault.movement_data "
	"WHERE vault = $1 "
	"ORDER BY seq, member",
	"i", NULL};

/* clang-format on */

/* The pass over the journal. */
typedef struct JournalPass
{
	PvVerify *verify;
	PvStream journal;
	PvStream movements;
	PvRefs refs;
	PvErasures erasures;
	const PvErasure *erased; /* of the current row; NULL: its texts were not */
	int places[PV_JOURNAL_COLUMNS];
	Datum values[PV_JOURNAL_COLUMNS]; /* the current row, in the order of pv_journal_table */
	bool nulls[PV_JOURNAL_COLUMNS];
	PvParty *moved; /* what the movements beside the row say */
	int nmoved;
	int maxmoved;
	PvClosed *closed; /* the day that the row closes, NULL: none */
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
	if (pass->erased)
		digest = pv_erased_digest(pass->values, pass->nulls, (int64_t) movements);

	pv_checked(&verify->report, PV_CHECK_DIGEST);
	if (verify->seq == 1 && digest != number(pass, PV_JOURNAL_digest))
		pv_failed(&verify->report, PV_CHECK_VAULT,
				  "name, currency, timezone, created_at, or the first journal row", "as created",
				  "changed");
	pv_compare(&verify->report, PV_CHECK_DIGEST, "digest, journal row", verify->seq, digest,
			   pass->erased ? pass->erased->digest : number(pass, PV_JOURNAL_digest), 0);
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
	return kind == PV_KIND_CLOSE || kind == PV_KIND_DIVIDEND || kind == PV_KIND_RELEASE ||
		   kind == PV_KIND_PARTNER;
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
	if (kind == PV_KIND_PARTNER && verify->open_day != PV_NO_DAY)
		expected = verify->open_day - 1; /* of the close that made it one */
	if (day != expected || (is_event && !is_of_vault(kind) && moment > day))
		pv_failed(&verify->report, PV_CHECK_DAYS,
				  psprintf("journal row " INT64_FORMAT, verify->seq),
				  pv_date_text(Max(expected, moment)), pv_date_text(day));
	if (is_event)
		verify->open_day = pv_open_after(kind, day);
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

/* --- what the row says happened ---------------------------------------------- */

static void
fail_movement(void *arg)
{
	PvVerify *verify = ((JournalPass *) arg)->verify;

	pv_failed(&verify->report, PV_CHECK_EVENTS,
			  psprintf("movement of journal row " INT64_FORMAT, verify->seq), "none", "a movement");
}

static void
fail_figure(void *arg, const char *what, int64_t expected, int64_t found)
{
	PvVerify *verify = ((JournalPass *) arg)->verify;

	pv_compare(&verify->report, PV_CHECK_EVENTS, psprintf("%s, journal row", what), verify->seq,
			   expected, found, 0);
}

static bool
find_policy(void *arg, int32_t serial, PvPolicy *policy)
{
	return pv_verify_policy(((JournalPass *) arg)->verify, serial, policy);
}

static int64_t
member_now(void *arg, int64_t member)
{
	return pv_merges_now(((JournalPass *) arg)->verify, member);
}

/* C4: the day that the row closes, with what of it the members say. */
static bool
find_day(void *arg, const PvEntry *close, PvDay *day)
{
	JournalPass *pass = arg;

	pass->closed = pv_days_of_close(pass->verify, close->day);
	if (pass->closed)
	{
		pv_partners_rule(pass->verify, pass->closed);
		*day = pass->closed->stored;
	}
	return pass->closed != NULL;
}

/*
 * M1: where the order named no region, its note has the buyer's.  Where it was erased, its
 * agents are those whom the row says that it paid.
 */
static PvEarners
find_earners(void *arg, const PvEntry *purchase)
{
	JournalPass *pass = arg;
	const char *region = purchase->region ? purchase->region : purchase->note;
	PvEarners earners =
		pv_earners_then(pass->verify, purchase->member, purchase->effect.amount, region);

	if (pass->erased && !region)
		pv_agents_as_paid(&earners, &purchase->effect.commissions);
	return earners;
}

static bool
find_item(void *arg, const PvEntry *entry, PvSeries *series, PvItem *item)
{
	return pv_items_find(((JournalPass *) arg)->verify, entry, series, item);
}

static const PvReleasePlan *
find_plan(void *arg, const PvEntry *refund, const PvSale *sale)
{
	return pv_teams_plan(((JournalPass *) arg)->verify, refund->member, sale->seq);
}

/* The members of the row: its own, and those of the movements beside it. */
static void
add_parties(JournalPass *pass, PvEntry *entry)
{
	PvRow row = {pass->values, pass->nulls};
	int others = pv_kind_info(entry->kind)->others;

	if (entry->member != 0)
	{
		PvParty *own = pv_add_party(&entry->parties, PV_OWN, NULL);

		own->id = entry->member;
		pv_read_own_change(&row, entry->kind, &own->change);
	}
	if (others == 0 && pass->nmoved > 0)
		fail_movement(pass);
	for (int i = 0; others != 0 && i < pass->nmoved; i++)
	{
		PvParty *other = pv_add_party(&entry->parties, pass->moved[i].role, NULL);

		other->id = pass->moved[i].id;
		other->change = pass->moved[i].change;
	}
}

/* The row as an entry, as far as its event goes. */
static PvEntry
entry_of_row(JournalPass *pass, PvKind kind, const PvVault *after)
{
	PvRow row = {pass->values, pass->nulls};
	PvEntry entry = {.seq = pass->verify->seq,
					 .kind = kind,
					 .member = number(pass, PV_JOURNAL_member),
					 .effect = {.amount = number(pass, PV_JOURNAL_amount),
								.points = number(pass, PV_JOURNAL_points),
								.cash = number(pass, PV_JOURNAL_cash),
								.fee = number(pass, PV_JOURNAL_fee),
								.contribution = number(pass, PV_JOURNAL_contribution),
								.order_amount = number(pass, PV_JOURNAL_order_amount),
								.item = number(pass, PV_JOURNAL_item),
								.asked = number(pass, PV_JOURNAL_asked),
								.lock = pv_read_lock(&row),
								.series = number(pass, PV_JOURNAL_series),
								.points_fee = number(pass, PV_JOURNAL_points_fee)},
					 .before = pass->verify->state,
					 .after = *after,
					 .named = DatumGetBool(pass->values[PV_JOURNAL_named_contribution]),
					 .cause = number(pass, PV_JOURNAL_cause),
					 .reversed = number(pass, PV_JOURNAL_reversed),
					 .day = DatumGetDateADT(pass->values[PV_JOURNAL_day]),
					 .region = pv_row_text(&row, PV_JOURNAL_region),
					 .note = pv_row_text(&row, PV_JOURNAL_note)};

	entry.altered = !pv_commissions_read(&row, PV_JOURNAL_commissions, &entry.effect.commissions);
	add_parties(pass, &entry);
	return entry;
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

/* Q3: when the shares that the row brought are free; columns that say nothing are NULL. */
static void
compare_lock(JournalPass *pass, const PvLock *expected)
{
	PvReport *report = &pass->verify->report;
	PvRow row = {pass->values, pass->nulls};
	PvLock found = pv_read_lock(&row);
	bool is_none = pass->nulls[PV_JOURNAL_free_from] && pass->nulls[PV_JOURNAL_parts] &&
				   pass->nulls[PV_JOURNAL_part_months];

	if (memcmp(expected, &found, sizeof(found)) != 0 || (expected->parts == 0) != is_none)
		pv_failed(report, PV_CHECK_EVENTS,
				  psprintf("free_from, parts, part_months, journal row " INT64_FORMAT,
						   pass->verify->seq),
				  "as the event says", "otherwise");
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
	pv_compare(&verify->report, PV_CHECK_EVENTS, "order_amount, journal row", verify->seq,
			   effect->order_amount, number(pass, PV_JOURNAL_order_amount), PV_AMOUNT_SCALE);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "item, journal row", verify->seq, effect->item,
			   number(pass, PV_JOURNAL_item), 0);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "asked, journal row", verify->seq, effect->asked,
			   number(pass, PV_JOURNAL_asked), PV_POINTS_SCALE);
	compare_lock(pass, &effect->lock);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "series, journal row", verify->seq, effect->series,
			   number(pass, PV_JOURNAL_series), 0);
	pv_compare(&verify->report, PV_CHECK_EVENTS, "points_fee, journal row", verify->seq,
			   effect->points_fee, number(pass, PV_JOURNAL_points_fee), PV_POINTS_SCALE);
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

/* N1: what an event adds to the own purchases less refunds of its member. */
static int64_t
bought_by(const PvReplay *replay)
{
	const PvEvent *event = &replay->event;

	if (event->kind == PV_KIND_PURCHASE)
		return event->amount;
	if (event->kind == PV_KIND_REFUND && event->sale && event->sale->kind == PV_KIND_PURCHASE)
		return (int64_t) - (uint64) event->amount;
	return 0;
}

/* Leaves what the rows say of a party, and what the engine adds, for the second pass. */
static void
put_change(PvVerify *verify, const PvReplay *replay, int place, const PvEffect *effect)
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
							 .share_price = effect->share_price,
							 .lock = place == 0 ? effect->lock : (PvLock){0}};

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
	if (place == 0)
		record.bought = bought_by(replay);
	if (kind == PV_KIND_CLAIM && replay->event.series)
		record.min_spent = replay->series.min_spent;
	if (kind == PV_KIND_MERGE && place > 0)
		record.cause = replay->members[0].id;
	record.alone = kind == PV_KIND_EXIT && verify->policy.growth.exit_basis == PV_EXIT_BY_ORDER;
	pv_changes_put(verify, &record);
}

/* C8: cash that came to members as a whole, or went from there to the one named. */
static int64_t
cash_of_members(const PvReplay *replay, const PvEffect *effect)
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
check_postings(PvVerify *verify, const PvReplay *replay, const PvVault *after,
			   const PvEffect *effect)
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
	expected.points = after->circulating - before->circulating -
					  (after->treasury - before->treasury) - (after->exchange - before->exchange);
	expected.credits = after->credits - before->credits;
	expected.cash = after->cash - before->cash;
	expected.debt = after->debts - before->debts;
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
	PvEntry entry = entry_of_row(pass, kind, after);
	PvPast past = {verify->book->vault, pass,	   find_policy, member_now,	 find_day,
				   find_earners,		find_plan, find_item,	fail_figure, fail_movement};
	PvReplay replay;
	PvParties *parties = &replay.event.parties;
	PvError error = PV_OK;

	pv_checked(&verify->report, PV_CHECK_EVENTS);
	pv_checked(&verify->report, PV_CHECK_STATES);
	pass->closed = NULL;
	if (!pv_rebuild_event(&past, &entry, &verify->policy, &replay))
		error = PV_OUT_OF_RANGE;
	else if (info->apply)
		error = pv_apply(&verify->policy, &state, &replay.event, &effect);
	if (error != PV_OK)
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT ", %s", verify->seq, info->name),
				  "refused by the engine", "booked");
	else
	{
		if (kind == PV_KIND_CREATE_SERIES || kind == PV_KIND_SET_SERIES)
			effect.series = pv_items_note_terms(verify, &entry);
		compare_facts(pass, &effect);
		for (int i = 0; i < parties->count; i++)
			compare_assets(verify, parties->list[i].role == PV_OWN ? "member" : "other member",
						   &parties->list[i].change, &replay.stored[i]);
		compare_states(verify, &state, after);
		pv_commissions_compare(verify, &effect.commissions, &entry.effect.commissions);
		pv_teams_follow(verify, &replay.event, &effect);
		pv_items_follow(verify, &replay.event, &effect);
	}
	for (int i = 0; i < parties->count; i++)
		put_change(verify, &replay, i, &effect);
	if (kind == PV_KIND_PARTNER || kind == PV_KIND_CLOSE)
		pv_partners_order(verify, kind, entry.member);
	if (kind == PV_KIND_APPOINT_AGENT)
		pv_agents_note(verify, entry.region, entry.member);
	if (kind == PV_KIND_MERGE && parties->count == 2)
		pv_merges_note(verify, parties->list[0].id, parties->list[1].id);
	if (pass->closed && error == PV_OK)
	{
		pv_days_compare_pools(verify, pass->closed, &replay.day, effect.amount);
		pv_teams_follow_close(verify, pass->closed);
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

/* Q2: shares of stock never fall, nor are there more than the total. */
static void
check_stock(PvVerify *verify, const PvVault *before, const PvVault *after)
{
	int64_t total = verify->policy.has_stock ? verify->policy.stock.total : after->stock_issued;

	pv_checked(&verify->report, PV_CHECK_STOCK);
	if (after->stock_issued < before->stock_issued || after->stock_issued > total ||
		after->stock_price < 0)
		fail_row(verify, PV_CHECK_STOCK, "shares of stock not falling, within the total",
				 "otherwise");
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
	check_stock(verify, before, after);
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
	pass->erased = pv_erasures_take(&pass->erasures, &row, pass->moved, pass->nmoved);
	check_digest(pass);
	if (kind == PV_KIND_ERASE_MEMBER)
		pv_erasures_compare(&pass->erasures, &row);
	if (!pass->nulls[PV_JOURNAL_ref])
		pv_refs_keep(&pass->refs, verify->seq, pass->values[PV_JOURNAL_ref]);
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
	pv_refs_begin(&pass.refs, &verify->report);
	pv_erasures_begin(&pass.erasures, verify);
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
	pv_refs_end(&pass.refs);
	pv_erasures_end(&pass.erasures);
}
