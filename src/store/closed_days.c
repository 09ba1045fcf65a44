/*
 * closed_days.c
 *	  Closed days as they are stored, and what they paid a member (C3 to C6a).
 */
#include "store/closed_days.h"

#include "base/tokens.h"
#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/policy.h"
#include "store/calendar.h"
#include "store/table.h"

#include "executor/spi.h"
#include "miscadmin.h"

static PvTable day_insert = {
	PV_INSERT, "day_data",
	"vault, day, seq, turnover, weight_pool, weight_shares, by_weight, tier_mins, tier_pools, "
	"tier_divisors, active_shares, over_quota, pool, paid, all_shares, shareholder_pool, "
	"shareholders, released, running",
	"idlaalbLLLlaaalaaaa", 0};

#define DAY_COLUMNS 19

/* Gathers the row of a day that was closed, with its tiers as arrays. */
void
pv_closed_day_add(PvBook *book, const PvEntry *entry, const PvDay *day)
{
	Datum mins[PV_MAX_TIERS];
	Datum pools[PV_MAX_TIERS];
	Datum divisors[PV_MAX_TIERS];
	bool nulls[DAY_COLUMNS] = {0};

	PV_ASSERT(day->ntiers >= 0 && day->ntiers <= PV_MAX_TIERS);
	for (int i = 0; i < day->ntiers; i++)
	{
		mins[i] = Int64GetDatum(day->tiers[i].min);
		pools[i] = Int64GetDatum(day->tiers[i].pool);
		divisors[i] = Int64GetDatum(day->tiers[i].divisor);
	}
	book->cycle.days.table = &day_insert;
	pv_add_row(&book->cycle.days,
			   (Datum[DAY_COLUMNS]){
				   Int32GetDatum(book->vault), DateADTGetDatum(entry->day),
				   Int64GetDatum(entry->seq), Int64GetDatum(day->turnover),
				   Int64GetDatum(day->weight_pool), Int64GetDatum(day->weight_shares),
				   BoolGetDatum(day->by_weight), pv_bigint_array(mins, day->ntiers),
				   pv_bigint_array(pools, day->ntiers), pv_bigint_array(divisors, day->ntiers),
				   Int64GetDatum(day->active_shares), Int64GetDatum(day->over_quota),
				   Int64GetDatum(entry->effect.amount), Int64GetDatum(entry->effect.cash),
				   Int64GetDatum(day->all_shares), Int64GetDatum(day->shareholder_pool),
				   Int64GetDatum(day->shareholder_paid), Int64GetDatum(day->released),
				   Int64GetDatum(day->running)},
			   nulls, lengthof(nulls));
}

/* How many numbers an array column has; -1 where it is not one that was written here. */
static int
read_numbers(const PvRow *row, int column, int64_t *numbers)
{
	Datum *values;
	int count;

	if (row->nulls[column] || !pv_row_bigints(row, column, &values, &count) || count > PV_MAX_TIERS)
		return -1;
	for (int i = 0; i < count; i++)
		numbers[i] = DatumGetInt64(values[i]);
	return count;
}

/*
 * A closed day from a row, in the order of PV_DAY_COLUMNS.  Lists of tiers that
 * do not fit each other count for no tier, -1, which verify() finds.
 */
void
pv_closed_day_read(const PvRow *row, int first, PvDay *day)
{
	int64_t mins[PV_MAX_TIERS] = {0};
	int64_t pools[PV_MAX_TIERS] = {0};
	int64_t divisors[PV_MAX_TIERS] = {0};

	day->turnover = pv_row_int(row, first);
	day->weight_pool = pv_row_int(row, first + 1);
	day->weight_shares = pv_row_int(row, first + 2);
	day->by_weight = DatumGetBool(row->values[first + 3]);
	day->ntiers = read_numbers(row, first + 4, mins);
	if (read_numbers(row, first + 5, pools) != day->ntiers ||
		read_numbers(row, first + 6, divisors) != day->ntiers)
		day->ntiers = -1;
	for (int i = 0; i < day->ntiers; i++)
		day->tiers[i] = (PvDayTier){mins[i], pools[i], divisors[i]};
	day->active_shares = pv_row_int(row, first + 7);
	day->over_quota = pv_row_int(row, first + 8);
	day->paid = pv_row_int(row, first + 9);
	day->all_shares = pv_row_int(row, first + 10);
	day->shareholder_pool = pv_row_int(row, first + 11);
	day->shareholder_paid = pv_row_int(row, first + 12);
	day->released = pv_row_int(row, first + 13);
	day->running = pv_row_int(row, first + 14);
}

/* clang-format off */

/* The posting of dividends aside, which is not when they were paid. */
static PvPlan changes_of_member = {
	"SELECT seq, quota, shares "
	"FROM ("
		"SELECT seq, member_quota, member_shares "
		"FROM pointsvault.journal_data "
		"WHERE vault = $1 AND member = $2 AND kind <> $3 "
		"AND (member_quota IS NOT NULL OR member_shares IS NOT NULL) "
		"UNION ALL "
		"SELECT seq, quota, shares "
		"FROM pointsvault.movement_data "
		"WHERE vault = $1 AND member = $2 "
		"AND (quota IS NOT NULL OR shares IS NOT NULL)) c (seq, quota, shares) "
	"ORDER BY seq",
	"ils", NULL};

static PvPlan days_since = {
	"SELECT d.day, d.seq, " PV_DAY_COLUMNS("d") " "
	"FROM pointsvault.day_data d "
	"WHERE d.vault = $1 AND d.day >= ("
		"SELECT day "
		"FROM pointsvault.journal_data "
		"WHERE vault = $1 AND seq = $2) "
	"ORDER BY d.day",
	"il", NULL};

static PvPlan last_close_by = {
	"SELECT day, seq "
	"FROM pointsvault.day_data "
	"WHERE vault = $1 AND day <= $2 "
	"ORDER BY day DESC LIMIT 1",
	"id", .how = PV_IN_ORDER};

/* clang-format on */

/* A member's changes, and how far they were followed. */
typedef struct History
{
	SPITupleTable *changes;
	uint64 count;
	uint64 next;
	PvAssets has;
} History;

/* What events did to the member before a close. */
static void
follow_changes(History *history, int64_t before)
{
	for (; history->next < history->count; history->next++)
	{
		PvRow row = pv_table_row(history->changes, history->next);

		if (pv_row_int(&row, 0) > before)
			break;
		history->has.quota += pv_row_int(&row, 1);
		history->has.shares += pv_row_int(&row, 2);
	}
}

/* Whether a close brought one who has that anything due: as a dividend, or as a shareholder. */
static bool
pays(const PvDay *day, const PvAssets *has, PvDividend *dividend)
{
	bool is_due = pv_day_pay(day, has, &dividend->due, &dividend->paid);

	if (!is_due)
		dividend->due = dividend->paid = 0;
	if (!pv_shareholder_due(day, has->shares, &dividend->shareholders))
		dividend->shareholders = 0; /* damaged data alone */
	return is_due || dividend->shareholders > 0;
}

/*
 * C3 to C6a, close by close, as if each had paid the member by itself; as the
 * caller's query sees the vault.
 */
void
pv_closed_days_of_member(int32_t vault, int64_t member, PvOnDividend on_dividend, void *arg)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(member),
					   Int16GetDatum(PV_KIND_DIVIDEND)};
	History history = {0};
	SPITupleTable *days;
	uint64 count;

	history.count = pv_run(&changes_of_member, values, NULL, true);
	history.changes = SPI_tuptable;
	if (history.count == 0)
		return;
	values[1] = pv_table_row(history.changes, 0).values[0];
	count = pv_run(&days_since, values, NULL, true);
	days = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(days, i);
		PvDay day = {0};
		PvDividend dividend = {.day = DatumGetDateADT(row.values[0]),
							   .seq = pv_row_int(&row, 1),
							   .closed = &day};

		CHECK_FOR_INTERRUPTS();
		follow_changes(&history, dividend.seq);
		pv_closed_day_read(&row, 2, &day);
		if (!pays(&day, &history.has, &dividend))
			continue;
		history.has.quota -= dividend.paid;
		dividend.has = history.has;
		on_dividend(&dividend, arg);
	}
}

/*
 * The journal row after which a day's books stand as they always will: that of its close,
 * or 0 before the first day.  Of a day that is open, or to come, the last row there is, and
 * not final.
 */
int64_t
pv_seq_of_day(PvBook *book, DateADT day, bool *is_final)
{
	DateADT open_day = pv_book_open_day(book);
	PvRow row;

	*is_final = open_day != PV_NO_DAY && day < open_day;
	if (!*is_final)
		return book->seq;
	if (pv_run(&last_close_by, (Datum[]){Int32GetDatum(book->vault), DateADTGetDatum(day)}, NULL,
			   book->mode == PV_BOOK_READ) == 0)
		return 0;
	row = pv_result_row(0);
	if (DatumGetDateADT(row.values[0]) != day) /* days are closed one after the other */
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the close of day %s of vault %d is missing", pv_date_text(day),
							   book->vault),
						errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	return pv_row_int(&row, 1);
}
