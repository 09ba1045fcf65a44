/*
 * limited.c
 *	  What an operator has booked on a day of what a policy may limit.
 */
#include "store/limited.h"

#include "engine/figures.h"
#include "engine/fixed.h"
#include "engine/limits.h"
#include "engine/parties.h"
#include "store/columns.h"
#include "store/lookup.h"
#include "store/plan.h"

#include "executor/spi.h"
#include "utils/builtins.h"

/* clang-format off */

/* The list of kinds, as the index journal_limited has it, is what makes the index serve. */
static PvPlan booked_by = {
	"SELECT amount" PV_ASSETS(PV_NO_COLUMN, PV_NEXT_OF_MEMBER, ) " "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND day = $2 AND kind = $3 AND seq > $4 AND actor = $5 AND kind IN (13, 19, 25, 51)",
	"idslt", NULL};

/* clang-format on */

static PvLookup digest_of = {.table = "journal_data",
							 .columns = "digest",
							 .by = "vault, seq",
							 .nkeys = 2};

/*
 * What was added up last, and up to which row: who books thousands one after the other
 * has each read once.
 */
static struct
{
	int32_t vault;
	DateADT day;
	PvKind kind;
	char actor[4 * NAMEDATALEN + sizeof("\"\" (login \"\")")]; /* as long as it can be */
	int64_t sum;
	int64_t seq;
	int64_t digest;
} last;

/* What a row counts. */
static int64_t
row_counts(PvKind kind, const PvRow *row)
{
	PvAssets own = {0};

	for (int i = 1; i < PV_ASSET_COUNT; i++) /* the points have no column, nor count */
		pv_set_figure(&own, &pv_assets[i], pv_row_int(row, i));
	return pv_counts_for_limit(kind, pv_row_int(row, 0), &own);
}

/* What an event counts that is not written yet. */
int64_t
pv_entry_counts(const PvEntry *entry)
{
	static const PvAssets none;
	const PvParty *own = pv_own(&entry->parties);

	return pv_counts_for_limit(entry->kind, entry->effect.amount, own ? &own->change : &none);
}

/*
 * Whether the sum is of what is asked for, and of this journal still: the digest of a
 * row is one of all rows before it too, so what was rolled back since shows.
 */
static bool
goes_on(const PvBook *book, const PvEntry *entry)
{
	Datum keys[2] = {Int32GetDatum(book->vault), Int64GetDatum(last.seq)};
	PvRow row;

	return last.vault == book->vault && last.day == entry->day && last.kind == entry->kind &&
		   strcmp(last.actor, book->actor) == 0 && pv_look_up(&digest_of, keys, PV_SEE_NOW, &row) &&
		   pv_row_int(&row, 0) == last.digest;
}

static void
begin_anew(const PvBook *book, const PvEntry *entry)
{
	last.vault = book->vault;
	last.day = entry->day;
	last.kind = entry->kind;
	strlcpy(last.actor, book->actor, sizeof(last.actor));
	last.sum = 0;
	last.seq = 0;
}

/*
 * What all counts that the operator has booked of an entry's kind on its business day
 * and that is written; INT64_MAX where it is more than fits.
 */
int64_t
pv_counted_before(const PvBook *book, const PvEntry *entry)
{
	Datum values[5] = {Int32GetDatum(book->vault), DateADTGetDatum(entry->day),
					   Int16GetDatum(entry->kind)};
	int64_t sum;
	uint64 rows;

	if (!goes_on(book, entry))
		begin_anew(book, entry);
	sum = last.sum;
	values[3] = Int64GetDatum(last.seq);
	values[4] = CStringGetTextDatum(book->actor);
	rows = pv_run(&booked_by, values, NULL, false);
	for (uint64 i = 0; i < rows && sum < INT64_MAX; i++)
	{
		PvRow row = pv_result_row(i);

		if (!pv_add(sum, row_counts(entry->kind, &row), &sum))
			sum = INT64_MAX;
	}
	SPI_freetuptable(SPI_tuptable);
	last.sum = sum;
	last.seq = book->seq - book->journal.count; /* the last that is written */
	last.digest = book->digest;
	return sum;
}
