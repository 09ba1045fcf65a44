/*
 * days.c
 *	  Closes of days, and what they pay, in the store (V7, C3 to C8).
 *
 * A close reads what the day's events did from the journal, moves the running
 * total of each share count, and touches no member: whom a close paid, and how
 * much, follows from the total of its share count and the member's own mark. The
 * one thing a close has to find is whose quota ends with it; for that quota_data
 * says at which total that is, by share count.
 */
#include "store/book.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define NOTICE_EVERY_MS 5000

/* Two hundred years: no vault has so many, unless its last row was changed. */
#define MOST_DAYS_TO_CLOSE 73050

/* Where share counts stand in the array of classes. */
typedef struct ClassSlot
{
	int64_t shares;
	int place;
	char status;
} ClassSlot;

#define SH_PREFIX classhash
#define SH_ELEMENT_TYPE ClassSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY shares
#define SH_HASH_KEY(table, key) murmurhash32((uint32) ((uint64) (key) ^ ((uint64) (key) >> 32)))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

static PvPlan read_class = {
	"SELECT total FROM pointsvault.class_data WHERE vault = $1 AND shares = $2", "il", NULL};

static PvPlan read_classes = {
	"SELECT shares, holders, active, total FROM pointsvault.class_data WHERE vault = $1", "i",
	NULL};

static PvPlan last_close = {
	"SELECT seq FROM pointsvault.day_data WHERE vault = $1 ORDER BY day DESC LIMIT 1", "i", NULL};

/*
 * Whom the events since a journal row brought quota or shares, or took some; the
 * posting of dividends is no such event.  With what they have now, by how many
 * shares that is more than at the close before, and whether they had quota then.
 */
static PvPlan touched_members = {
	"SELECT t.member, h.shares, h.quota, h.mark, t.shares, COALESCE("
	"h.quota::pg_catalog.numeric OPERATOR(pg_catalog.>) t.quota, h.quota "
	"OPERATOR(pointsvault.>) '0') FROM ("
	"SELECT member, pg_catalog.sum(shares)::bigint, pointsvault.sum(quota) FROM ("
	"SELECT member, member_shares, member_quota FROM pointsvault.journal_data "
	"WHERE vault = $1 AND seq > $2 AND kind <> $3 "
	"AND (member_quota IS NOT NULL OR member_shares IS NOT NULL) UNION ALL "
	"SELECT member, shares, quota FROM pointsvault.movement_data WHERE vault = $1 AND seq > $2 "
	"AND (quota IS NOT NULL OR shares IS NOT NULL)) c (member, shares, quota) "
	"GROUP BY member ORDER BY member) t (member, shares, quota) "
	"CROSS JOIN LATERAL (SELECT * FROM pointsvault.holding_data "
	"WHERE vault = $1 AND member = t.member OFFSET 0) h",
	"ils", .custom = true};

enum
{
	TOUCHED_MEMBER,
	TOUCHED_SHARES,
	TOUCHED_QUOTA,
	TOUCHED_MARK,
	TOUCHED_MORE_SHARES,
	TOUCHED_HAD_QUOTA
};

/*
 * Looks each share count up by the index on the totals where quotas end, which
 * the order asks for: the planner may take a vault to be small, and would go
 * through all of it for each.  The same goes for the deletion, see table.c.
 */
static PvPlan end_quotas = {
	"WITH reached AS (SELECT $1 AS vault, c.shares, q.member, c.total - q.ends_at AS beyond "
	"FROM unnest($2, $3) AS c (shares, total) CROSS JOIN LATERAL ("
	"SELECT member, ends_at FROM pointsvault.quota_data "
	"WHERE vault = $1 AND shares = c.shares AND ends_at <= c.total "
	"ORDER BY ends_at OFFSET 0) q OFFSET 0), "
	"ended AS (DELETE FROM pointsvault.quota_data q USING reached r "
	"WHERE q.vault = r.vault AND q.member = r.member) "
	"SELECT shares, pg_catalog.count(*), pg_catalog.sum(beyond)::bigint FROM reached "
	"GROUP BY shares",
	"iLL", .custom = true};

/* Those who were paid and not told, in the order of their numbers. */
static PvPlan accrued_members = {
	"SELECT h.member, NULL::bigint, NULL::boolean, " PV_HOLDING_COLUMNS(
		"h") " FROM pointsvault.holding_data h "
			 "CROSS JOIN LATERAL (SELECT total FROM pointsvault.class_data "
			 "WHERE vault = $1 AND shares = h.shares OFFSET 0) c "
			 "WHERE h.vault = $1 AND h.member > $2 AND h.shares > 0 AND h.quota "
			 "OPERATOR(pointsvault.>) '0' AND h.mark OPERATOR(pointsvault.<) c.total "
			 "ORDER BY h.member LIMIT $3",
	"ili", NULL};

static const PvTable class_insert = {PV_INSERT, "class_data",
									 "vault, shares, holders, active, total", "illla", 0};

static const PvTable class_update = {PV_UPDATE, "class_data",
									 "vault, shares, holders, active, total", "illla", 1};

static const PvTable quota_insert = {PV_INSERT, "quota_data", "vault, member, shares, ends_at",
									 "illl", 0};

static const PvTable quota_update = {PV_UPDATE, "quota_data", "vault, member, shares, ends_at",
									 "illl", 1};

static const PvTable quota_delete = {PV_DELETE, "quota_data", "vault, member", "il", 1};

static const PvTable day_insert = {
	PV_INSERT, "day_data",
	"vault, day, seq, turnover, weight_pool, weight_shares, by_weight, tier_mins, tier_pools, "
	"tier_divisors, active_shares, over_quota, pool, paid",
	"idlaalbLLLlaaa", 0};

/* --- share counts --------------------------------------------------------------- */

static PvClass *
find_class(PvCycle *cycle, int64_t shares)
{
	ClassSlot *slot = cycle->places ? classhash_lookup(cycle->places, shares) : NULL;

	return slot ? &cycle->classes[slot->place] : NULL;
}

static PvClass *
add_class(PvCycle *cycle, int64_t shares)
{
	bool found;

	if (!cycle->places)
		cycle->places = classhash_create(CurrentMemoryContext, 256, NULL);
	if (cycle->count == cycle->size)
	{
		cycle->size = cycle->size > 0 ? 2 * cycle->size : 256;
		cycle->classes = pv_realloc(cycle->classes, sizeof(PvClass) * cycle->size);
	}
	classhash_insert(cycle->places, shares, &found)->place = cycle->count;
	cycle->classes[cycle->count] = (PvClass){.shares = shares};
	return &cycle->classes[cycle->count++];
}

/*
 * C8: the running total of a share count; 0 of one that nobody had at a close.
 */
int64_t
pv_class_total(PvBook *book, int64_t shares)
{
	PvCycle *cycle = &book->cycle;
	PvClass *class = find_class(cycle, shares);
	Datum values[2] = {Int32GetDatum(book->vault), Int64GetDatum(shares)};

	if (class || cycle->complete)
		return class ? class->total : 0;
	class = add_class(cycle, shares);
	if (pv_run(&read_class, values, NULL, book->mode == PV_BOOK_READ) > 0)
	{
		PvRow row = pv_result_row(0);

		class->total = pv_row_int(&row, 0);
	}
	SPI_freetuptable(SPI_tuptable);
	return class->total;
}

/* All share counts, as they are stored. */
static void
load_classes(PvBook *book)
{
	PvCycle *cycle = &book->cycle;
	Datum values[1] = {Int32GetDatum(book->vault)};
	uint64 count;

	if (cycle->complete)
		return;
	cycle->complete = true;
	cycle->count = 0;
	if (cycle->places)
		classhash_reset(cycle->places);
	count = pv_run(&read_classes, values, NULL, false);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);
		PvClass *class = add_class(cycle, pv_row_int(&row, 0));

		class->holders = pv_row_int(&row, 1);
		class->active = pv_row_int(&row, 2);
		class->total = pv_row_int(&row, 3);
		class->stored = true;
	}
	SPI_freetuptable(SPI_tuptable);
}

/* One more, or less, has so many shares, and takes part with them or not. */
static void
count_member(PvCycle *cycle, int64_t shares, int holders, int active)
{
	PvClass *class = find_class(cycle, shares);

	if (!class)
		class = add_class(cycle, shares);
	class->holders += holders;
	class->active += active;
	class->changed = true;
}

/* --- what the day's events did ---------------------------------------------------- */

/* Where the quotas of the members end that the day's events touched. */
typedef struct QuotaRows
{
	PvRows inserted;
	PvRows updated;
	PvRows deleted;
} QuotaRows;

static void
add_quota_row(PvRows *rows, const PvBook *book, int64_t member, int64_t shares, int64_t ends_at)
{
	Datum values[4] = {Int32GetDatum(book->vault), Int64GetDatum(member), Int64GetDatum(shares),
					   Int64GetDatum(ends_at)};
	bool nulls[4] = {0};

	pv_add_row(rows, values, nulls);
}

/*
 * Moves a member from the share count it had at the close before to the one it
 * has now, and notes where its quota ends.
 */
static void
follow_member(PvBook *book, QuotaRows *quotas, const PvRow *row)
{
	PvAssets has = {.shares = pv_row_int(row, TOUCHED_SHARES),
					.quota = pv_row_int(row, TOUCHED_QUOTA)};
	PvAssets had = {.shares = has.shares - pv_row_int(row, TOUCHED_MORE_SHARES),
					.quota = DatumGetBool(row->values[TOUCHED_HAD_QUOTA])};
	int64_t member = pv_row_int(row, TOUCHED_MEMBER);
	bool was_active = pv_is_active(&had);
	bool is_active = pv_is_active(&has);
	int64_t ends_at;

	if (had.shares > 0)
		count_member(&book->cycle, had.shares, -1, was_active ? -1 : 0);
	if (has.shares > 0)
		count_member(&book->cycle, has.shares, 1, is_active ? 1 : 0);
	/* what lies beyond the range of totals is never reached */
	if (!pv_add(pv_row_int(row, TOUCHED_MARK), has.quota, &ends_at))
		ends_at = INT64_MAX;
	if (is_active)
		add_quota_row(was_active ? &quotas->updated : &quotas->inserted, book, member, has.shares,
					  ends_at);
	else if (was_active)
		add_quota_row(&quotas->deleted, book, member, 0, 0);
}

/* The journal row of the last close, 0 before the first. */
int64_t
pv_days_last_close(PvBook *book)
{
	PvCycle *cycle = &book->cycle;
	Datum values[1] = {Int32GetDatum(book->vault)};

	if (!cycle->knows_closed_by &&
		pv_run(&last_close, values, NULL, book->mode == PV_BOOK_READ) > 0)
	{
		PvRow row = pv_result_row(0);

		cycle->closed_by = pv_row_int(&row, 0);
	}
	cycle->knows_closed_by = true;
	return cycle->closed_by;
}

/*
 * Brings the share counts to the end of the day: the day's buyers take part
 * (C3).
 */
static void
follow_events(PvBook *book)
{
	QuotaRows quotas = {{.table = &quota_insert},
						{.table = &quota_update},
						{.table = &quota_delete}};
	Datum values[3] = {Int32GetDatum(book->vault), Int64GetDatum(pv_days_last_close(book)),
					   Int16GetDatum(PV_KIND_DIVIDEND)};
	uint64 count = pv_run_by_key(&touched_members, values);

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		follow_member(book, &quotas, &row);
	}
	SPI_freetuptable(SPI_tuptable);
	pv_write_rows((PvRows *[]){&quotas.inserted, &quotas.updated, &quotas.deleted}, 3);
}

/* --- the close --------------------------------------------------------------------- */

static void
refuse_range(const PvBook *book)
{
	ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
					errmsg("the close of day %s takes a figure of vault %d out of range",
						   pv_date_text(book->open_day), book->vault),
					errhint("Events of that day can still be refunded, with \"at\" within it.")));
}

/*
 * C8: adds to each share count what one of its members is due. Returns what all
 * are due together, before quotas are looked at.
 */
static pv_int128
move_totals(PvBook *book, const PvDay *day)
{
	PvCycle *cycle = &book->cycle;
	pv_int128 dues = 0;
	int64_t pool;

	if (!pv_day_pool(day, &pool))
		refuse_range(book);
	for (int i = 0; i < cycle->count; i++)
	{
		PvClass *class = &cycle->classes[i];

		class->due = 0;
		if (class->active == 0 || pool == 0)
			continue;
		if (!pv_day_due(day, class->shares, &class->due) ||
			!pv_add(class->total, class->due, &class->total))
			refuse_range(book);
		class->changed |= class->due > 0;
		dues += (pv_int128) class->due * class->active;
	}
	return dues;
}

/*
 * C6: those whose quota ends get what is left of it, and take no further part.
 * Returns by how much their dues went beyond.
 */
static pv_int128
end_quotas_reached(PvBook *book)
{
	PvCycle *cycle = &book->cycle;
	Datum *shares = palloc(sizeof(Datum) * cycle->count);
	Datum *totals = palloc(sizeof(Datum) * cycle->count);
	Datum values[3] = {Int32GetDatum(book->vault)};
	pv_int128 beyond = 0;
	int moved = 0;
	uint64 count;

	for (int i = 0; i < cycle->count; i++)
		if (cycle->classes[i].due > 0)
		{
			shares[moved] = Int64GetDatum(cycle->classes[i].shares);
			totals[moved++] = Int64GetDatum(cycle->classes[i].total);
		}
	values[1] = pv_bigint_array(shares, moved);
	values[2] = pv_bigint_array(totals, moved);
	count = pv_run_by_range(&end_quotas, values);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		find_class(cycle, pv_row_int(&row, 0))->active -= pv_row_int(&row, 1);
		beyond += pv_row_int(&row, 2);
	}
	SPI_freetuptable(SPI_tuptable);
	pfree(DatumGetPointer(values[1]));
	pfree(DatumGetPointer(values[2]));
	pfree(shares);
	pfree(totals);
	return beyond;
}

static void
add_day_row(PvBook *book, const PvEntry *entry, const PvDay *day)
{
	Datum mins[PV_MAX_TIERS];
	Datum pools[PV_MAX_TIERS];
	Datum divisors[PV_MAX_TIERS];
	bool nulls[14] = {0};

	for (int i = 0; i < day->ntiers; i++)
	{
		mins[i] = Int64GetDatum(day->tiers[i].min);
		pools[i] = Int64GetDatum(day->tiers[i].pool);
		divisors[i] = Int64GetDatum(day->tiers[i].divisor);
	}
	book->cycle.days.table = &day_insert;
	pv_add_row(&book->cycle.days,
			   (Datum[]){Int32GetDatum(book->vault), DateADTGetDatum(entry->day),
						 Int64GetDatum(entry->seq), Int64GetDatum(day->turnover),
						 Int64GetDatum(day->weight_pool), Int64GetDatum(day->weight_shares),
						 BoolGetDatum(day->by_weight), pv_bigint_array(mins, day->ntiers),
						 pv_bigint_array(pools, day->ntiers),
						 pv_bigint_array(divisors, day->ntiers), Int64GetDatum(day->active_shares),
						 Int64GetDatum(day->over_quota), Int64GetDatum(entry->effect.amount),
						 Int64GetDatum(entry->effect.cash)},
			   nulls);
}

/*
 * C2 to C8: closes the open day.
 */
static void
close_day(PvBook *book)
{
	PvDay day = {0};
	PvEvent event = {.kind = PV_KIND_CLOSE, .day = &day};
	PvEntry entry = {.day = book->open_day};
	pv_int128 dues;
	pv_int128 over_quota;
	PvError error;

	if (book->has_unread)
	{
		if (book->journal.count > 0)
			pv_book_write(book);
		load_classes(book);
		if (book->policy.has_cycle || book->cycle.count > 0 || pv_policy_had_cycle(book->vault))
			follow_events(book);
	}
	if (!pv_day_pools(&book->policy, &book->state, &day) ||
		!pv_day_divisors(&book->policy, &day, book->cycle.classes, book->cycle.count))
		refuse_range(book);
	dues = move_totals(book, &day);
	over_quota = dues > 0 ? end_quotas_reached(book) : 0;
	if (dues > INT64_MAX || over_quota > dues)
		refuse_range(book);
	day.over_quota = (int64_t) over_quota;
	day.paid = (int64_t) (dues - over_quota);
	entry.cause = book->seq; /* V4: the last row of the day */
	error = pv_book_apply_on_day(book, &event, &entry);
	if (error == PV_BEYOND_POOLS)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the close of day %s of vault %d would pay more than its pools hold",
							   pv_date_text(entry.day), book->vault),
						errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	if (error != PV_OK)
		refuse_range(book);
	add_day_row(book, &entry, &day);
	book->cycle.closed_by = entry.seq;
	book->cycle.knows_closed_by = true;
	book->has_unread = false;
	book->open_day = entry.day + 1;
}

/*
 * V7: closes all days before one, in order.  Says every few seconds how far it
 * is.
 */
void
pv_days_close_before(PvBook *book, DateADT day)
{
	TimestampTz told_at = GetCurrentTimestamp();

	if ((int64_t) day - pv_book_open_day(book) > MOST_DAYS_TO_CLOSE)
		ereport(ERROR,
				(pv_error(DAMAGED_DATA),
				 errmsg("the open day of vault %d, %s, is too far from the day to close up to",
						book->vault, pv_date_text(book->open_day)),
				 errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	while (pv_book_open_day(book) < day)
	{
		CHECK_FOR_INTERRUPTS();
		close_day(book);
		if (!TimestampDifferenceExceeds(told_at, GetCurrentTimestamp(), NOTICE_EVERY_MS))
			continue;
		told_at = GetCurrentTimestamp();
		ereport(NOTICE, (errmsg("closing days of vault %d: %s is closed, %d to go", book->vault,
								pv_date_text(book->open_day - 1), day - book->open_day)));
	}
}

static void
add_class_row(PvRows *rows, const PvBook *book, const PvClass *class)
{
	Datum values[5] = {Int32GetDatum(book->vault), Int64GetDatum(class->shares),
					   Int64GetDatum(class->holders), Int64GetDatum(class->active),
					   Int64GetDatum(class->total)};
	bool nulls[5] = {0};

	pv_add_row(rows, values, nulls);
}

/*
 * Writes what closes did; part of pv_book_write.
 */
void
pv_days_write(PvBook *book)
{
	PvRows inserted = {.table = &class_insert};
	PvRows updated = {.table = &class_update};
	PvCycle *cycle = &book->cycle;

	if (cycle->days.count == 0)
		return;
	for (int i = 0; i < cycle->count; i++)
	{
		PvClass *class = &cycle->classes[i];

		if (class->changed)
			add_class_row(class->stored ? &updated : &inserted, book, class);
		class->stored = true;
		class->changed = false;
	}
	pv_write_rows((PvRows *[]){&cycle->days, &inserted, &updated}, 3);
}

/* --- bringing members up to date ------------------------------------------------------- */

static int
bring_accrued(PvBook *book, int most, int64_t after, PvMember **members)
{
	Datum values[3] = {Int32GetDatum(book->vault), Int64GetDatum(after), Int32GetDatum(most)};
	int count = (int) pv_run_in_order(&accrued_members, values, false);

	for (int i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		members[i] = pv_book_keep_member(book, &row);
	}
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/*
 * C8: posts the dividends of at most so many members whose numbers are above
 * `after`, which moves on; returns how many they were.
 */
int
pv_days_accrue(PvBook *book, int most, int64_t *after)
{
	PvMember **members = palloc(sizeof(PvMember *) * Max(most, 1));
	int count = bring_accrued(book, most, *after, members);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pv_book_bring_up_to_date(book, members[i]);
		*after = members[i]->id;
	}
	return count;
}

/* --- reading back ---------------------------------------------------------------------- */

/* How many numbers an array column has; -1 where it is not one that was written here. */
static int
read_numbers(const PvRow *row, int column, int64_t *numbers)
{
	ArrayType *array = pv_row_list(row, column);
	Datum *values;
	int count;

	if (!array || ARR_NDIM(array) > 1 || array_contains_nulls(array))
		return -1;
	deconstruct_array(array, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values,
					  NULL, &count);
	if (count > PV_MAX_TIERS)
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
pv_days_read(const PvRow *row, int first, PvDay *day)
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
}

/* --- what they paid a member --------------------------------------------------------------- */

/* The posting of dividends aside, which is not when they were paid. */
static PvPlan changes_of_member = {
	"SELECT seq, quota, shares FROM ("
	"SELECT seq, member_quota, member_shares FROM pointsvault.journal_data "
	"WHERE vault = $1 AND member = $2 AND kind <> $3 "
	"AND (member_quota IS NOT NULL OR member_shares IS NOT NULL) UNION ALL "
	"SELECT seq, quota, shares FROM pointsvault.movement_data WHERE vault = $1 AND member = $2 "
	"AND (quota IS NOT NULL OR shares IS NOT NULL)) c (seq, quota, shares) ORDER BY seq",
	"ils", NULL};

static PvPlan days_since = {"SELECT d.day, d.seq, " PV_DAY_COLUMNS(
								"d") " FROM pointsvault.day_data d "
									 "WHERE d.vault = $1 AND d.day >= (SELECT day FROM "
									 "pointsvault.journal_data "
									 "WHERE vault = $1 AND seq = $2) ORDER BY d.day",
							"il", NULL};

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

/*
 * C3 to C6, close by close, as if each had paid the member by itself; as the
 * caller's query sees the vault.
 */
void
pv_days_of_member(int32_t vault, int64_t member, PvOnDividend on_dividend, void *arg)
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
		PvDividend dividend = {.day = DatumGetDateADT(row.values[0]), .seq = pv_row_int(&row, 1)};
		PvDay day = {0};

		CHECK_FOR_INTERRUPTS();
		follow_changes(&history, dividend.seq);
		pv_days_read(&row, 2, &day);
		if (!pv_day_pay(&day, &history.has, &dividend.due, &dividend.paid))
			continue;
		history.has.quota -= dividend.paid;
		dividend.has = history.has;
		on_dividend(&dividend, arg);
	}
}
