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
#include "store/plan.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#define NEXT_OF_MEMBER(arg, field, column, type, always) ", member_" #column

/* clang-format off */

/* The list of kinds, as the index journal_limited has it, is what makes the index serve. */
static PvPlan booked_by = {
	"SELECT amount" PV_ASSETS(PV_NO_COLUMN, NEXT_OF_MEMBER, ) " "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND day = $2 AND kind = $3 AND actor = $4 AND kind IN (13, 19, 25)",
	"idst", NULL};

/* clang-format on */

/* What a row counts. */
static int64_t
row_counts(const PvRow *row)
{
	PvAssets own = {0};

	for (int i = 1; i < PV_ASSET_COUNT; i++) /* the points have no column, nor count */
		pv_set_figure(&own, &pv_assets[i], pv_row_int(row, i));
	return pv_counts_for_limit(pv_row_int(row, 0), &own);
}

/* What an event counts that is not written yet. */
int64_t
pv_entry_counts(const PvEntry *entry)
{
	static const PvAssets none;
	const PvParty *own = pv_own(&entry->parties);

	return pv_counts_for_limit(entry->effect.amount, own ? &own->change : &none);
}

/*
 * What all counts that an operator, as the journal names it, has booked of a kind on a
 * business day; INT64_MAX where it is more than fits.
 */
int64_t
pv_counted(int32_t vault, DateADT day, PvKind kind, const char *actor)
{
	Datum values[4] = {Int32GetDatum(vault), DateADTGetDatum(day), Int16GetDatum(kind),
					   CStringGetTextDatum(actor)};
	uint64 rows = pv_run(&booked_by, values, NULL, false);
	int64_t sum = 0;

	for (uint64 i = 0; i < rows && sum < INT64_MAX; i++)
	{
		PvRow row = pv_result_row(i);

		if (!pv_add(sum, row_counts(&row), &sum))
			sum = INT64_MAX;
	}
	SPI_freetuptable(SPI_tuptable);
	return sum;
}
