/*
 * explain.c
 *	  explain(vault, ref) and explain_event(vault, seq): why an event came to its figures.
 *
 * The engine computes the event again, from the journal and by the policy of that day, as
 * verify has it do, and tells each step.  What it comes to must be what is stored, else
 * the row was changed and nothing is told.
 */
#include "base/compat.h"
#include "audit/explain_earners.h"
#include "audit/explain_terms.h"
#include "audit/rebuild.h"
#include "base/tokens.h"
#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/figures.h"
#include "engine/kinds.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "engine/trace.h"
#include "store/closed_days.h"
#include "store/items.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_explain);
PG_FUNCTION_INFO_V1(pv_sql_explain_event);

#define EXPLAIN_COLUMNS 8

/* clang-format off */

static PvPlan name_of = {
	"SELECT name FROM pointsvault.member_data WHERE vault = $1 AND id = $2", "il", NULL};

/* Who took over from a member, between two rows. */
static PvPlan merged_after = {
	"SELECT j.seq, o.member "
	"FROM pointsvault.journal_data j "
	"JOIN pointsvault.movement_data o ON o.vault = $1 AND o.seq = j.seq "
	"WHERE j.vault = $1 AND j.member = $2 AND j.kind = $3 AND j.seq > $4 AND j.seq < $5 "
	"ORDER BY j.seq LIMIT 1",
	"ilsll", NULL};

static PvPlan day_of_close = {
	"SELECT d.day, " PV_DAY_COLUMNS("d") " "
	"FROM pointsvault.day_data d "
	"WHERE d.vault = $1 AND d.day = $2 AND d.seq = $3",
	"idl", NULL};

/* The close up to which a member was posted before, in a kind of posting. */
static PvPlan posted_before = {
	"SELECT d.cause "
	"FROM ("
		"SELECT seq, cause "
		"FROM pointsvault.journal_data "
		"WHERE vault = $1 AND member = $2 AND kind = $3 OFFSET 0) d "
	"WHERE d.seq < $4 "
	"ORDER BY d.seq DESC LIMIT 1",
	"ilsl", NULL};

/* What a series was, as noted by the journal row that said so last. */
static PvPlan terms_before = {
	"SELECT note "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND series = $2 AND item IS NULL AND seq < $3 "
	"ORDER BY seq DESC LIMIT 1",
	"ill", NULL};

static PvPlan taken_back = {
	"SELECT seq, kind, ref, amount "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND cause = $2 AND reversed IS NOT NULL "
	"ORDER BY seq",
	"il", NULL};

/* clang-format on */

/* The steps on their way to who asked. */
typedef struct Explanation
{
	int32_t vault;
	Tuplestorestate *store;
	TupleDesc desc;
	int32_t steps;	 /* told so far */
	int64_t seq;	 /* the journal row at hand */
	PvPolicy policy; /* that it went by */
	bool disagrees;	 /* it, or what it rests on, says what cannot be */
} Explanation;

pv_noreturn static void
refuse_damaged(const Explanation *told)
{
	ereport(ERROR, (pv_error(DAMAGED_DATA),
					errmsg("journal row " INT64_FORMAT
						   " of vault %d says other figures than its event comes to",
						   told->seq, told->vault),
					errhint("pointsvault.verify(%d) names what was changed.", told->vault)));
}

/* --- telling -------------------------------------------------------------------- */

static const char *
member_name(int32_t vault, int64_t member)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(member)};
	PvRow row;

	if (member == 0 || pv_run(&name_of, values, NULL, true) == 0)
		return NULL;
	row = pv_result_row(0);
	return pv_row_text(&row, 0);
}

static void
tell(Explanation *told, int64_t seq, const PvStep *step)
{
	Numeric result = pv_step_result(step);
	Datum values[EXPLAIN_COLUMNS] = {Int32GetDatum(++told->steps), Int64GetDatum(seq)};
	bool nulls[EXPLAIN_COLUMNS] = {0};

	pv_put_text(values, nulls, 2, step->rule);
	pv_put_text(values, nulls, 3, step->what);
	pv_put_text(values, nulls, 4, pv_step_terms(step));
	values[5] = result ? NumericGetDatum(result) : (Datum) 0;
	nulls[5] = result == NULL;
	pv_put_text(values, nulls, 6, pv_step_unit(step));
	pv_put_text(values, nulls, 7, member_name(told->vault, step->member));
	tuplestore_putvalues(told->store, told->desc, values, nulls);
}

static void
tell_trace(Explanation *told, int64_t seq, const PvTrace *trace)
{
	for (int i = 0; i < trace->count; i++)
		tell(told, seq, &trace->steps[i]);
}

/* A row by its kind and ref, which stands for it. */
static const char *
name_of_row(PvKind kind, const char *ref, int64_t seq)
{
	const PvKindInfo *info = pv_kind_info(kind);
	const char *name = info ? info->name : "row";

	return ref ? psprintf("%s \"%s\"", name, ref) : psprintf("%s, row " INT64_FORMAT, name, seq);
}

/* What led to the event, or what it takes back; the row before a close says nothing of it. */
static void
tell_cause(Explanation *told, const PvEntry *entry)
{
	bool reverses = pv_kind_info(entry->kind)->reverses != PV_KIND_NONE;
	PvEntry *cause = NULL;
	PvStep step = {.rule = "V4"};

	if (entry->cause != 0 && entry->kind != PV_KIND_CLOSE)
		cause = pv_journal_try_read(told->vault, entry->cause, true);
	if (!cause)
		return;
	step.what = psprintf("%s %s", reverses ? "of" : "led to by",
						 name_of_row(cause->kind, cause->ref, cause->seq));
	tell(told, cause->seq, &step);
}

/* What was noted in words; the vault's own notes are of days, regions and lines. */
static const char *
words_of(const PvEntry *entry)
{
	bool is_own = entry->kind == PV_KIND_DIVIDEND || entry->kind == PV_KIND_MERGE ||
				  entry->kind == PV_KIND_PURCHASE;

	return is_own ? NULL : entry->note;
}

/* What the row is, what led to it, of which day, and by which policy. */
static void
tell_row(Explanation *told, const PvEntry *entry)
{
	const char *what = name_of_row(entry->kind, entry->ref, entry->seq);
	PvStep of_day = {.rule = "V7", .what = "its business day", .result = pv_date(entry->day)};
	PvStep of_policy = {.rule = "M3",
						.what = "version of the policy that it went by",
						.result = {told->policy.version, PV_UNIT_COUNT}};
	PvStep step = {.rule = "V4", .member = entry->member};

	if (words_of(entry))
		what = psprintf("%s, noted: %s", what, words_of(entry));
	if (!pv_kind_info(entry->kind)->apply)
		what = psprintf("%s: an entry of administration, which changes no balance", what);
	step.what = what;
	tell(told, entry->seq, &step);
	tell_cause(told, entry);
	tell(told, entry->seq, &of_day);
	tell(told, entry->seq, &of_policy);
}

/* M1: the region whose agents a purchase paid; where the order named none, the buyer's. */
static void
tell_region(Explanation *told, const PvEntry *entry)
{
	const PvCommissions *paid = &entry->effect.commissions;
	const char *region = entry->region ? entry->region : entry->note;
	bool pays_agents = false;
	PvStep step = {.rule = "M1"};

	for (int i = 0; i < paid->count; i++)
		pays_agents |= paid->list[i].reason >= PV_DISTRICT && paid->list[i].reason <= PV_PROVINCE;
	if (!pays_agents || !region)
		return;
	step.what = psprintf("agents are paid by the region of the %s: %s",
						 entry->region ? "order" : "buyer", region);
	tell(told, entry->seq, &step);
}

/* The day that a row closed. */
static void
tell_close(Explanation *told, int64_t member, int64_t seq, const char *what)
{
	PvEntry *close = pv_journal_try_read(told->vault, seq, true);
	PvStep step = {.rule = "V7", .what = what, .member = member};

	if (!close)
		return;
	step.result = pv_date(close->day);
	tell(told, seq, &step);
}

/* L7: the closes up to which a posting is of what plans released, and that before it was. */
static void
tell_released(Explanation *told, const PvEntry *entry)
{
	Datum values[4] = {Int32GetDatum(told->vault), Int64GetDatum(entry->member),
					   Int16GetDatum(PV_KIND_RELEASE), Int64GetDatum(entry->seq)};
	PvRow row;

	if (pv_run(&posted_before, values, NULL, true) > 0)
	{
		row = pv_result_row(0);
		tell_close(told, entry->member, pv_row_int(&row, 0), "up to this day it was posted before");
	}
	tell_close(told, entry->member, entry->cause, "up to this day it is posted");
}

/* What was refunded, or otherwise taken back, of the event since. */
static void
tell_taken_back(Explanation *told, const PvEntry *entry)
{
	Datum values[2] = {Int32GetDatum(told->vault), Int64GetDatum(entry->seq)};
	uint64 count = pv_run(&taken_back, values, NULL, true);
	SPITupleTable *rows = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(rows, i);
		PvKind kind = (PvKind) DatumGetInt16(row.values[1]);
		int64_t seq = pv_row_int(&row, 0);
		const char *name = name_of_row(kind, pv_row_text(&row, 2), seq);
		PvStep step = {.rule = kind == PV_KIND_REFUND			 ? "G15"
							   : kind == PV_KIND_WITHDRAW_RETURN ? "G13"
																 : "G17",
					   .what = psprintf("taken back since, by %s", name),
					   .result = pv_amount(pv_row_int(&row, 3))};

		tell(told, seq, &step);
	}
}

/* --- what the row alone does not say ---------------------------------------------- */

static bool
find_policy(void *arg, int32_t serial, PvPolicy *policy)
{
	return pv_policy_find(((Explanation *) arg)->vault, serial, policy);
}

/*
 * A member, or who had taken over from it before a row.  Each merge is later than the one
 * before, so there is an end to them.
 */
static int64_t
member_by(int32_t vault, int64_t member, int64_t seq)
{
	Datum values[5] = {Int32GetDatum(vault), Int64GetDatum(member), Int16GetDatum(PV_KIND_MERGE),
					   Int64GetDatum(0), Int64GetDatum(seq)};

	while (pv_run(&merged_after, values, NULL, true) > 0)
	{
		PvRow row = pv_result_row(0);

		CHECK_FOR_INTERRUPTS();
		values[3] = Int64GetDatum(pv_row_int(&row, 0));
		values[1] = Int64GetDatum(pv_row_int(&row, 1));
	}
	return DatumGetInt64(values[1]);
}

static int64_t
member_now(void *arg, int64_t member)
{
	const Explanation *told = arg;

	return member_by(told->vault, member, told->seq);
}

static PvEarners
find_earners(void *arg, const PvEntry *purchase)
{
	return pv_earners_paid(&((const Explanation *) arg)->policy, purchase);
}

/* G15: the plan is now whose its member became since. */
static const PvReleasePlan *
find_plan(void *arg, const PvEntry *refund, const PvSale *sale)
{
	Explanation *told = arg;
	PvReleasePlan *plan;

	if (sale->granted == 0)
		return NULL;
	plan = palloc(sizeof(PvReleasePlan));
	if (pv_plan_before_refund(told->vault, member_by(told->vault, refund->member, PG_INT64_MAX),
							  sale, refund->effect.amount, plan))
		return plan;
	told->disagrees = true;
	return NULL;
}

static bool
find_day(void *arg, const PvEntry *close, PvDay *day)
{
	const Explanation *told = arg;
	Datum values[3] = {Int32GetDatum(told->vault), DateADTGetDatum(close->day),
					   Int64GetDatum(close->seq)};
	PvRow row;

	if (pv_run(&day_of_close, values, NULL, true) != 1)
		return false;
	row = pv_result_row(0);
	pv_closed_day_read(&row, 1, day);
	return day->ntiers >= 0;
}

/*
 * N1 to N4: the series by its last terms before; the item as its event must have found it,
 * who gave it or took it away being in the row.
 */
static bool
find_item(void *arg, const PvEntry *entry, PvSeries *series, PvItem *item)
{
	const Explanation *told = arg;
	const PvParty *seller = pv_other(&entry->parties, PV_AS(PV_SELLER));
	bool was_listed = entry->kind == PV_KIND_BUY_ITEM || entry->kind == PV_KIND_UNLIST_ITEM;
	Datum values[3] = {Int32GetDatum(told->vault), Int64GetDatum(entry->effect.series),
					   Int64GetDatum(entry->seq)};
	PvRow row;

	if (entry->effect.item < 1 || pv_run(&terms_before, values, NULL, true) == 0)
		return false;
	row = pv_result_row(0);
	if (!pv_series_read_note(pv_row_text(&row, 0), series))
		return false;
	series->id = entry->effect.series;
	series->issued = entry->effect.item - 1;
	*item = (PvItem){.serial = entry->effect.item,
					 .owner = seller ? seller->id : entry->member,
					 .listed = was_listed ? entry->effect.amount : 0};
	return true;
}

static void
note_difference(void *arg, const char *what, int64_t expected, int64_t found)
{
	(void) what;
	((Explanation *) arg)->disagrees |= expected != found;
}

static void
note_movement(void *arg)
{
	((Explanation *) arg)->disagrees = true;
}

/* --- dividends -------------------------------------------------------------------- */

/* The closes that one posting is of. */
typedef struct Posting
{
	Explanation *told;
	int64_t member;
	int64_t after; /* the close up to which the member was posted before */
	int64_t upto;
	int64_t paid;
} Posting;

/* C3 to C6a: a day of the posting, as the engine pays it. */
static void
tell_dividend(const PvDividend *dividend, void *arg)
{
	Posting *posting = arg;
	PvAssets has = dividend->has;
	PvDay day = *dividend->closed;
	PvStep step = {.rule = "V7",
				   .what = "a day that is paid for",
				   .member = posting->member,
				   .result = pv_date(dividend->day)};
	PvTrace trace = {0};
	int64_t due;
	int64_t paid;

	if (dividend->seq <= posting->after || dividend->seq > posting->upto)
		return;
	has.quota += dividend->paid;
	day.trace = &trace;
	if (pv_day_pay(&day, &has, &due, &paid))
		posting->paid += paid;
	if (pv_shareholder_due(&day, has.shares, &due))
		posting->paid += due;
	tell(posting->told, dividend->seq, &step);
	tell_trace(posting->told, dividend->seq, &trace);
}

/* C8: what is posted is what the closes since the last posting paid, day by day. */
static void
tell_dividends(Explanation *told, const PvEntry *entry)
{
	Datum values[4] = {Int32GetDatum(told->vault), Int64GetDatum(entry->member),
					   Int16GetDatum(PV_KIND_DIVIDEND), Int64GetDatum(entry->seq)};
	Posting posting = {.told = told, .member = entry->member, .upto = entry->cause};
	PvRow row;

	if (pv_run(&posted_before, values, NULL, true) > 0)
	{
		row = pv_result_row(0);
		posting.after = pv_row_int(&row, 0);
	}
	pv_closed_days_of_member(told->vault, entry->member, tell_dividend, &posting);
	told->disagrees |= posting.paid != entry->effect.cash;
}

/* --- a row ------------------------------------------------------------------------ */

static bool
is_same_list(const PvCommissions *a, const PvCommissions *b)
{
	bool is_same = a->count == b->count;

	for (int i = 0; is_same && i < a->count; i++)
		is_same = pv_is_same_commission(&a->list[i], &b->list[i]);
	return is_same;
}

/* share_price and plan are in no column. */
static bool
is_same_effect(const PvEffect *a, const PvEffect *b)
{
	return a->amount == b->amount && a->points == b->points && a->cash == b->cash &&
		   a->fee == b->fee && a->contribution == b->contribution &&
		   a->order_amount == b->order_amount && a->item == b->item && a->series == b->series &&
		   a->asked == b->asked && a->points_fee == b->points_fee &&
		   memcmp(&a->lock, &b->lock, sizeof(PvLock)) == 0 &&
		   is_same_list(&a->commissions, &b->commissions);
}

/* Whether the engine came to what is stored. */
static bool
agrees(const PvEntry *entry, const PvReplay *replay, const PvEffect *effect, const PvVault *after)
{
	const PvParties *parties = &replay->event.parties;

	for (int i = 0; i < parties->count; i++)
		if (memcmp(&parties->list[i].change, &replay->stored[i], sizeof(PvAssets)) != 0)
			return false;
	return is_same_effect(effect, &entry->effect) &&
		   memcmp(after, &entry->after, sizeof(*after)) == 0;
}

static void
tell_event(Explanation *told, const PvEntry *entry)
{
	PvPast past = {told->vault,	 told,		find_policy, member_now,	  find_day,
				   find_earners, find_plan, find_item,	 note_difference, note_movement};
	PvVault state = entry->before;
	PvTrace trace = {0};
	PvEffect effect;
	PvReplay replay;

	if (!pv_rebuild_event(&past, entry, &told->policy, &replay))
		refuse_damaged(told);
	replay.event.trace = &trace;
	if (pv_apply(&told->policy, &state, &replay.event, &effect) != PV_OK ||
		!agrees(entry, &replay, &effect, &state))
		refuse_damaged(told);
	if (entry->kind == PV_KIND_DIVIDEND)
		tell_dividends(told, entry);
	if (entry->kind == PV_KIND_RELEASE)
		tell_released(told, entry);
	if (entry->kind == PV_KIND_PURCHASE)
		tell_region(told, entry);
	if (told->disagrees)
		refuse_damaged(told);
	tell_trace(told, entry->seq, &trace);
	tell_taken_back(told, entry);
}

static PvKind
tell_entry(Explanation *told, int64_t seq)
{
	PvEntry *entry = pv_journal_read(told->vault, seq, true, &told->policy);

	told->seq = seq;
	tell_row(told, entry);
	if (pv_kind_info(entry->kind)->apply)
		tell_event(told, entry);
	return entry->kind;
}

/*
 * G7: exits stand behind the event that led to them, without a gap.
 */
static bool
is_exit_by(int32_t vault, int64_t seq, int64_t cause)
{
	PvEntry *entry = pv_journal_try_read(vault, seq, true);

	return entry && entry->kind == PV_KIND_EXIT && entry->cause == cause;
}

static void
tell_all(Explanation *told, int64_t seq)
{
	int64_t next = seq + 1;

	if (tell_entry(told, seq) == PV_KIND_EXIT)
		return;
	for (; is_exit_by(told->vault, next, seq); next++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) tell_entry(told, next);
	}
}

/* explain(vault, ref) */
Datum
pv_sql_explain(PG_FUNCTION_ARGS)
{
	Explanation told = {.vault = pv_arg_int(fcinfo, 0, "vault")};
	const char *ref = pv_arg_text(fcinfo, 1, "ref");
	int64_t seq;
	int spi;

	told.store = pv_start_rows(fcinfo, &told.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, told.vault);
	pv_vault_check_exists(told.vault, true);
	seq = pv_journal_find(told.vault, ref, true);
	if (seq == 0)
		ereport(ERROR, (pv_error(NO_SUCH_REF),
						errmsg("vault %d has no event with ref \"%s\"", told.vault, ref)));
	tell_all(&told, seq);
	pv_spi_end(spi);
	return (Datum) 0;
}

/* explain_event(vault, seq) */
Datum
pv_sql_explain_event(PG_FUNCTION_ARGS)
{
	Explanation told = {.vault = pv_arg_int(fcinfo, 0, "vault")};
	int64_t seq;
	int spi;

	if (PG_ARGISNULL(1))
		pv_refuse_null("seq");
	seq = PG_GETARG_INT64(1);
	told.store = pv_start_rows(fcinfo, &told.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, told.vault);
	pv_vault_check_exists(told.vault, true);
	if (!pv_journal_try_read(told.vault, seq, true))
		ereport(ERROR, (pv_error(NO_SUCH_REF),
						errmsg("vault %d has no journal row " INT64_FORMAT, told.vault, seq)));
	tell_all(&told, seq);
	pv_spi_end(spi);
	return (Datum) 0;
}
