/*
 * journal.c
 *	  Rows of the journal and of the movements, written and read back.
 */
#include "store/journal.h"

#include "base/assertion.h"
#include "base/tokens.h"
#include "engine/assets.h"
#include "engine/cycle.h"
#include "engine/exits.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/kinds.h"
#include "store/policies.h"

#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

const PvTable pv_journal_table = {
	PV_INSERT, "journal_data",
	"vault, day, policy, kind, named_contribution, suspended, seq, booked_at, "
	"pool, circulating, issued, treasury, credits, reserve, platform, shareholders, dividends, "
	"cash_owed, turnover, next_exit, member, amount, points, cash, fee, contribution, reversed, "
	"member_credits, member_cash, member_reward, member_quota, member_shares, "
	"cause, at, ref, actor, region, note, meta, digest",
	"idisbblz"
	"apppaaaaaaal"
	"lapaaaa"
	"aaaal"
	"lzttttjl",
	0};

#define JOURNAL_COLUMNS PV_JOURNAL_COLUMNS
#define JOURNAL_NEXT_EXIT 19
#define JOURNAL_DIGEST (JOURNAL_COLUMNS - 1)

static const PvTable movement_table = {
	PV_INSERT, "movement_data", "vault, seq, member, points, credits, cash, reward, quota, shares",
	"illpaaaal", 0};

#define MOVEMENT_COLUMNS 9

/* A journal row with the state before it, and the policy it was booked under. */
static PvPlan read_entry = {
	"SELECT j.kind, j.member, m.name, j.policy, j.named_contribution, j.cause, "
	"coalesce(j.at, j.booked_at), j.at IS NOT NULL, j.day, j.booked_at, j.ref, j.region, j.note, "
	"j.amount, j.points, j.cash, j.fee, j.contribution, j.member_cash, j.reversed, o.member, "
	"o.points, " PV_STATE_COLUMNS("b") ", " PV_STATE_COLUMNS(
		"j") " FROM pointsvault.journal_data j "
			 "LEFT JOIN pointsvault.member_data m ON m.vault = $1 AND "
			 "m.id = j.member "
			 "LEFT JOIN pointsvault.journal_data b ON b.vault = $1 AND "
			 "b.seq = $2 - 1 "
			 "LEFT JOIN pointsvault.movement_data o ON o.vault = $1 AND "
			 "o.seq = $2 "
			 "WHERE j.vault = $1 AND j.seq = $2",
	"il", NULL};

static PvPlan find_ref = {"SELECT j.seq FROM pointsvault.journal_data j WHERE " PV_BY_REF("j", "$2",
																						  "$1"),
						  "it", NULL};

static PvPlan reversed_of = {
	"SELECT reversed FROM pointsvault.journal_data WHERE vault = $1 AND cause = $2 "
	"AND reversed IS NOT NULL ORDER BY seq DESC LIMIT 1",
	"il", NULL};

static PvPlan reversed_before = {
	"SELECT reversed FROM pointsvault.journal_data WHERE vault = $1 AND cause = $2 "
	"AND reversed IS NOT NULL AND seq < $3 ORDER BY seq DESC LIMIT 1",
	"ill", NULL};

static PvPlan booked_at_of = {
	"SELECT booked_at FROM pointsvault.journal_data WHERE vault = $1 AND seq = $2", "il", NULL};

static PvPlan last_seq = {
	"SELECT seq FROM pointsvault.journal_data WHERE vault = $1 ORDER BY seq DESC LIMIT 1", "i",
	NULL};

/*
 * Reads the columns of a vault's state, in the order of PV_STATE_COLUMNS.
 */
void
pv_read_state(const PvRow *row, int first, PvVault *state)
{
	for (int i = 0; i < PV_STATE_COUNT; i++)
		pv_set_account(state, i, pv_row_int(row, first + i));
}

/* A row being filled, column after column. */
typedef struct RowWriter
{
	Datum *values;
	bool *nulls;
	int next;
} RowWriter;

static void
put(RowWriter *writer, Datum value, bool is_null)
{
	writer->values[writer->next] = value;
	writer->nulls[writer->next++] = is_null;
}

/* Journal rows are many: a 0 that needs no saying is left out (NULL). */
static void
put_unless_zero(RowWriter *writer, int64_t value)
{
	put(writer, Int64GetDatum(value), value == 0);
}

static void
put_text(RowWriter *writer, const char *text)
{
	put(writer, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

static void
put_state(RowWriter *writer, const PvVault *state)
{
	put(writer, Int64GetDatum(state->pool), false);
	put(writer, Int64GetDatum(state->circulating), false);
	put(writer, Int64GetDatum(state->issued), false);
	put_unless_zero(writer, state->treasury);
	put_unless_zero(writer, state->credits);
	put_unless_zero(writer, state->reserve);
	put_unless_zero(writer, state->platform);
	put_unless_zero(writer, state->shareholders);
	put_unless_zero(writer, state->dividends);
	put_unless_zero(writer, state->cash);
	put_unless_zero(writer, state->turnover);
}

static void
put_effect(RowWriter *writer, const PvEntry *entry)
{
	const PvEffect *effect = &entry->effect;
	int says = pv_kind_info(entry->kind)->says;

	put(writer, Int64GetDatum(effect->amount), !(says & PV_SAYS_AMOUNT));
	put(writer, Int64GetDatum(effect->points), !(says & PV_SAYS_POINTS));
	put(writer, Int64GetDatum(effect->cash), !(says & PV_SAYS_CASH));
	put(writer, Int64GetDatum(effect->fee), !(says & PV_SAYS_FEE));
	put(writer, Int64GetDatum(effect->contribution), !(says & PV_SAYS_CONTRIBUTION));
	put_unless_zero(writer, entry->reversed);
	put_unless_zero(writer, effect->member.credits);
	put_unless_zero(writer, effect->member.cash);
	put_unless_zero(writer, effect->member.reward);
	put_unless_zero(writer, effect->member.quota);
	put_unless_zero(writer, effect->member.shares);
}

static void
add_movement(PvBook *book, int64_t seq, int64_t member, const PvAssets *change)
{
	Datum values[MOVEMENT_COLUMNS];
	bool nulls[MOVEMENT_COLUMNS];
	RowWriter writer = {values, nulls, 0};

	book->movements.table = &movement_table;
	put(&writer, Int32GetDatum(book->vault), false);
	put(&writer, Int64GetDatum(seq), false);
	put(&writer, Int64GetDatum(member), false);
	put_unless_zero(&writer, change->points);
	put_unless_zero(&writer, change->credits);
	put_unless_zero(&writer, change->cash);
	put_unless_zero(&writer, change->reward);
	put_unless_zero(&writer, change->quota);
	put_unless_zero(&writer, change->shares);
	pv_add_row(&book->movements, values, nulls);
}

static bool
is_change(const PvAssets *change)
{
	static const PvAssets none;

	return memcmp(change, &none, sizeof(none)) != 0;
}

/*
 * Whether an event has a row of its own for the other member: also where all it
 * brought was spending toward the next share (C1).
 */
static bool
touches_other(const PvEffect *effect)
{
	return is_change(&effect->other) || effect->other_spending != 0;
}

/*
 * Adds an entry to the rows the book will write.
 */
void
pv_journal_add(PvBook *book, const PvEntry *entry)
{
	Datum values[JOURNAL_COLUMNS];
	bool nulls[JOURNAL_COLUMNS];
	RowWriter writer = {values, nulls, 0};
	int64_t other = touches_other(&entry->effect) ? entry->other : 0;

	book->journal.table = &pv_journal_table;
	put(&writer, Int32GetDatum(book->vault), false);
	put(&writer, DateADTGetDatum(entry->day), false);
	put(&writer, Int32GetDatum(entry->policy), false);
	put(&writer, Int16GetDatum(entry->kind), false);
	put(&writer, BoolGetDatum(entry->named_contribution), false);
	put(&writer, BoolGetDatum(book->suspended), false);
	put(&writer, Int64GetDatum(entry->seq), false);
	put(&writer, TimestampTzGetDatum(entry->booked_at), false);
	put_state(&writer, &entry->after);
	put(&writer, (Datum) 0, true); /* next_exit, set by pv_journal_complete */
	put_unless_zero(&writer, entry->member);
	put_effect(&writer, entry);
	put_unless_zero(&writer, entry->cause);
	put(&writer, TimestampTzGetDatum(entry->at), !entry->named_at);
	put_text(&writer, entry->ref);
	put_text(&writer, entry->actor ? entry->actor : book->actor);
	put_text(&writer, entry->region);
	put_text(&writer, entry->note);
	put(&writer, JsonbPGetDatum(entry->meta), entry->meta == NULL);
	/* of the movement alone, until pv_journal_complete makes it that of the row */
	put(&writer, Int64GetDatum(pv_movement_digest(other, &entry->effect.other)), false);
	PV_ASSERT(writer.next == JOURNAL_COLUMNS);
	pv_add_row(&book->journal, values, nulls);
	if (other != 0)
		add_movement(book, entry->seq, other, &entry->effect.other);
}

/* A value of the journal as a text, if its type is one of those of any length. */
static text *
long_value(char type, Datum value)
{
	if (type == 't')
		return DatumGetTextPP(value);
	if (type == 'j')
		return cstring_to_text(DatumGetCString(DirectFunctionCall1(jsonb_out, value)));
	return NULL;
}

/*
 * A hash of what an event changed for another member, 0 where there is none.
 */
int64_t
pv_movement_digest(int64_t member, const PvAssets *change)
{
	int64_t fixed[1 + sizeof(PvAssets) / sizeof(int64_t)] = {member};

	if (member == 0)
		return 0;
	memcpy(fixed + 1, change, sizeof(*change));
	return (int64_t) hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0);
}

/*
 * A hash of a journal row, its values in the order of pv_journal_table, of the
 * movement beside it, and of the digest of the row before.  NULL columns count
 * by their place.
 */
int64_t
pv_journal_digest(const Datum *values, const bool *nulls, int64_t movement, int64_t previous)
{
	Datum fixed[JOURNAL_COLUMNS + 1];
	uint64 present = 0;
	uint64 hash = (uint64) previous + (uint64) movement;
	int count = 0;

	StaticAssertStmt(JOURNAL_COLUMNS <= 64, "a bit for each column");
	for (int i = 0; i < JOURNAL_DIGEST; i++)
	{
		text *string;

		if (nulls[i])
			continue;
		present |= UINT64CONST(1) << i;
		string = long_value(pv_journal_table.types[i], values[i]);
		if (string)
			hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(string),
									   VARSIZE_ANY_EXHDR(string), hash);
		else
			fixed[count++] = values[i];
	}
	fixed[count++] = UInt64GetDatum(present);
	return (int64_t) hash_bytes_extended((const unsigned char *) fixed, sizeof(Datum) * count,
										 hash);
}

/* The last step of a row: its digest, from all the columns before. */
static void
seal_row(PvBook *book, PvRows *rows, int index)
{
	Datum values[JOURNAL_COLUMNS];
	bool nulls[JOURNAL_COLUMNS];

	for (int i = 0; i < JOURNAL_DIGEST; i++)
	{
		values[i] = rows->values[i][index];
		nulls[i] = rows->nulls[i][index];
	}
	book->digest =
		pv_journal_digest(values, nulls, DatumGetInt64(rows->values[JOURNAL_DIGEST][index]),
						  book->digest);
	rows->values[JOURNAL_DIGEST][index] = Int64GetDatum(book->digest);
}

/*
 * Completes the rows added, before they are written: the price at which the next
 * exit may be due is known only after the exits of the call.
 */
void
pv_journal_complete(PvBook *book)
{
	PvRows *rows = &book->journal;
	PvPrice floor = {0, 1};
	bool none = !pv_exit_floor(&book->exits, &floor);

	for (int i = 0; i < rows->count; i++)
	{
		rows->values[JOURNAL_NEXT_EXIT][i] = Int64GetDatum(pv_price_to_key(floor));
		rows->nulls[JOURNAL_NEXT_EXIT][i] = none;
		seal_row(book, rows, i);
	}
}

/*
 * An entry of the journal as it was booked; NULL where it is missing.  Its kind may
 * be none, where it was changed behind the vault's back.
 */
PvEntry *
pv_journal_try_read(int32_t vault, int64_t seq, bool read_only)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	PvEntry *entry = palloc0(sizeof(PvEntry));
	int column = 0;
	PvRow row;

	if (pv_run(&read_entry, values, NULL, read_only) == 0)
		return NULL;
	row = pv_result_row(0);
	entry->seq = seq;
	entry->kind = DatumGetInt16(row.values[column++]);
	entry->member = pv_row_int(&row, column++);
	entry->member_name = pv_row_text(&row, column++);
	entry->policy = DatumGetInt32(row.values[column++]);
	entry->named_contribution = DatumGetBool(row.values[column++]);
	entry->cause = pv_row_int(&row, column++);
	entry->at = DatumGetTimestampTz(row.values[column++]);
	entry->named_at = DatumGetBool(row.values[column++]);
	entry->day = DatumGetDateADT(row.values[column++]);
	entry->booked_at = DatumGetTimestampTz(row.values[column++]);
	entry->ref = pv_row_text(&row, column++);
	entry->region = pv_row_text(&row, column++);
	entry->note = pv_row_text(&row, column++);
	entry->effect.amount = pv_row_int(&row, column++);
	entry->effect.points = pv_row_int(&row, column++);
	entry->effect.cash = pv_row_int(&row, column++);
	entry->effect.fee = pv_row_int(&row, column++);
	entry->effect.contribution = pv_row_int(&row, column++);
	entry->effect.member.cash = pv_row_int(&row, column++);
	entry->reversed = pv_row_int(&row, column++);
	entry->other = pv_row_int(&row, column++);
	entry->effect.other.points = pv_row_int(&row, column++);
	pv_read_state(&row, column, &entry->before);
	pv_read_state(&row, column + PV_STATE_COUNT, &entry->after);
	SPI_freetuptable(SPI_tuptable);
	return entry;
}

/* The same, with the policy it was booked under, where both must be there. */
PvEntry *
pv_journal_read(int32_t vault, int64_t seq, bool read_only, PvPolicy *policy)
{
	PvEntry *entry = pv_journal_try_read(vault, seq, read_only);

	if (entry && !pv_kind_info(entry->kind))
		ereport(ERROR,
				(pv_error(DAMAGED_DATA),
				 errmsg("journal row " INT64_FORMAT " of vault %d is of no kind", seq, vault),
				 errhint("pointsvault.verify(%d) names what was changed.", vault)));
	if (!entry || !pv_policy_find(vault, entry->policy, policy))
		ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg("journal row " INT64_FORMAT
													   " of vault %d, or its policy, is missing",
													   seq, vault)));
	return entry;
}

/*
 * What a refund needs of the purchase it is of (G15); how much of it was
 * refunded before, the caller knows.
 */
PvSale
pv_sale_of(const PvEntry *purchase, const PvPolicy *policy)
{
	PvSale sale = {.seq = purchase->seq,
				   .amount = purchase->effect.amount,
				   .contribution = purchase->effect.contribution,
				   .points = purchase->effect.points,
				   .other_points = purchase->effect.other.points,
				   .share_price = policy->has_cycle ? policy->cycle.share_price : 0};

	/* they fitted then */
	(void) pv_purchase_limit(policy, sale.amount, &sale.limit);
	(void) pv_quota_of(policy, sale.amount, &sale.quota, &sale.other_quota);
	(void) pv_spending_of_sponsor(policy, sale.amount, &sale.other_spending);
	return sale;
}

static int64_t
find_number(PvPlan *plan, Datum *values, bool read_only)
{
	int64_t number = 0;

	if (pv_run(plan, values, NULL, read_only) > 0)
	{
		PvRow row = pv_result_row(0);

		number = pv_row_int(&row, 0);
	}
	SPI_freetuptable(SPI_tuptable);
	return number;
}

/* The entry that has a ref, 0 = none. */
int64_t
pv_journal_find(int32_t vault, const char *ref, bool read_only)
{
	Datum values[2] = {Int32GetDatum(vault), CStringGetTextDatum(ref)};

	return find_number(&find_ref, values, read_only);
}

/* The same, by now, whatever the caller's snapshot shows. */
int64_t
pv_journal_find_latest(int32_t vault, const char *ref)
{
	Datum values[2] = {Int32GetDatum(vault), CStringGetTextDatum(ref)};

	if (pv_run_latest(&find_ref, values) == 0)
		return 0;
	return DatumGetInt64(pv_result_row(0).values[0]);
}

/* How much of a withdrawal was returned, or of a purchase refunded, by now. */
int64_t
pv_journal_reversed(int32_t vault, int64_t seq, bool read_only)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};

	return find_number(&reversed_of, values, read_only);
}

/* The same, by journal row `before`. */
int64_t
pv_journal_reversed_before(int32_t vault, int64_t seq, int64_t before)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(seq), Int64GetDatum(before)};

	return find_number(&reversed_before, values, true);
}

/*
 * The last entry there is by now, whatever the caller's snapshot shows.
 */
int64_t
pv_journal_latest(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	if (pv_run_latest(&last_seq, values) == 0)
		return 0;
	return DatumGetInt64(pv_result_row(0).values[0]);
}

/*
 * The last entry booked at or before a moment, 0 = none.  Times of booking never
 * go back, so a binary search by seq finds it.
 */
int64_t
pv_journal_seq_at(int32_t vault, TimestampTz moment)
{
	Datum values[2] = {Int32GetDatum(vault)};
	int64_t low = 0;
	int64_t high = find_number(&last_seq, values, true);

	while (low < high)
	{
		int64_t middle = low + (high - low + 1) / 2;

		values[1] = Int64GetDatum(middle);
		if (pv_run(&booked_at_of, values, NULL, true) > 0 &&
			DatumGetTimestampTz(pv_result_row(0).values[0]) <= moment)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}
