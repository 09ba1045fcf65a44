/*
 * sponsors.c
 *	  The lines of a vault in memory: all of them, or the one below a member.
 *
 * As the caller's query sees them.  Who was merged is no member of a line any more, and
 * whoever still stands below it, enrolled at the very moment of the merge, stands below
 * who took over (M2).
 */
#include "store/sponsors.h"

#include "base/tokens.h"
#include "engine/event.h"
#include "engine/memory.h"
#include "store/plan.h"
#include "store/table.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define ROWS_AT_ONCE 10000
#define MEMBERS_AT_ONCE 1000

/* clang-format off */

/* In the order of the primary key, and joined to nothing: that is done here. */
static PvPlan all_members = {
	"SELECT id, name, sponsor, merged_into, (suspended IS NOT NULL)::pg_catalog.int4::pg_catalog.int8 "
	"FROM pointsvault.member_data "
	"WHERE vault = $1 "
	"ORDER BY id",
	"i", NULL};

/*
 * What is looked up for each row is a LATERAL query that no planner pulls up (OFFSET 0):
 * where its figures are old and know few rows, it would else join by reading them all.
 */

/* A member, and those who were merged into it. */
#define NAMES_OF(id) \
	"CROSS JOIN LATERAL (" \
		"SELECT " id " " \
		"UNION ALL " \
		"SELECT w.id " \
		"FROM pointsvault.member_data w " \
		"WHERE w.vault = $1 AND w.merged_into = " id " OFFSET 0) n (id) "

/*
 * A ring of damaged data that the member is in comes back to it, and to nobody else, as
 * each stands below one: there it ends, with a row that tells.
 */
static PvPlan line_below = {
	"WITH RECURSIVE line (id, above, level) AS ("
		"SELECT $2::pg_catalog.int8, 0::pg_catalog.int8, 0 "
		"UNION ALL "
		"SELECT c.id, l.id, l.level + 1 "
		"FROM line l "
		NAMES_OF("l.id")
		"CROSS JOIN LATERAL ("
			"SELECT m.id "
			"FROM pointsvault.member_data m "
			"WHERE m.vault = $1 AND m.sponsor = n.id AND m.merged_into IS NULL OFFSET 0) c "
		"WHERE l.level = 0 OR l.id <> $2) "
	"SELECT id, above, level "
	"FROM line "
	"ORDER BY level, id",
	"il", .custom = true, .how = PV_BY_KEY};

/*
 * What each bought, less what was returned of it, settled debts apart (D2); in the name of
 * those merged into it too.  A member is of one vault, and its rows are found by it alone:
 * the vault is kept from the primary key, by which a vault that is taken to be small would
 * be read for each member.
 */
static PvPlan sales_of = {
	"SELECT f.n, sum(CASE s.kind WHEN $3 THEN s.amount ELSE -s.amount END)"
		"::pointsvault.amount "
	"FROM pg_catalog.unnest($2) WITH ORDINALITY f (id, n) "
	NAMES_OF("f.id")
	"CROSS JOIN LATERAL ("
		"SELECT j.kind, j.amount::pg_catalog.numeric AS amount "
		"FROM pointsvault.journal_data j "
		"WHERE j.member = n.id AND j.vault + 0 = $1 AND j.kind IN ($3, $4) "
			"AND j.member_debt IS NULL OFFSET 0) s "
	"GROUP BY f.n",
	"iLss", .custom = true, .how = PV_BY_KEY};

#define ROW_OF(columns, of, condition) \
	"LEFT JOIN LATERAL (" \
		"SELECT " columns " " \
		"FROM pointsvault." of " " \
		"WHERE r.vault = $1 AND " condition " OFFSET 0) "

/*
 * Of members by the index of their numbers: that of names begins with the vault too, and looks
 * as good to a planner who takes the vault for small, but would be read through for each.
 * It has no order of numbers, though, and is no use for a range of them.
 */
#define MEMBER_ROW_OF(columns, id) \
	ROW_OF(columns, "member_data r", "r.id BETWEEN " id " AND " id " ORDER BY r.id")

static PvPlan members_of = {
	"SELECT m.name, s.name, h.points, COALESCE(h.cash, '0') OPERATOR(pointsvault.+) "
		"pointsvault.accrued(h.shares, h.quota, h.mark, c.total) OPERATOR(pointsvault.+) "
		"pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total), "
		"t.star::pg_catalog.int8, t.rank::pg_catalog.int8 "
	"FROM pg_catalog.unnest($2) WITH ORDINALITY f (id, n) "
	MEMBER_ROW_OF("r.name, r.sponsor", "f.id") "m ON true "
	MEMBER_ROW_OF("COALESCE(r.merged_into, r.id) AS id", "m.sponsor") "b ON true "
	MEMBER_ROW_OF("r.name", "b.id") "s ON true "
	ROW_OF("r.points, r.cash, r.shares, r.quota, r.mark, r.shareholder_mark", "holding_data r",
		"r.member = f.id") "h ON true "
	ROW_OF("r.total, r.shareholder_total", "class_data r", "r.shares = h.shares") "c ON true "
	ROW_OF("r.star, r.rank", "team_data r", "r.member = f.id") "t ON true "
	"ORDER BY f.n",
	"iL", .custom = true, .how = PV_BY_KEY};

/* clang-format on */

static void
report_ring(int32_t vault, int64_t member)
{
	ereport(ERROR,
			(pv_error(DAMAGED_DATA),
			 errmsg("the line below member " INT64_FORMAT " of vault %d is a ring", member, vault),
			 errhint("pointsvault.verify(%d) names what was changed.", vault)));
}

/* A number of a row of a result, 0 where it is NULL. */
static int64_t
number_at(uint64 row, int column)
{
	bool is_null;
	Datum value =
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column + 1, &is_null);

	return is_null ? 0 : DatumGetInt64(value);
}

static int
compare_numbers(const void *a, const void *b)
{
	int64_t one = *(const int64_t *) a;
	int64_t other = *(const int64_t *) b;

	return (one > other) - (one < other);
}

/* The place of a number among some that rise, PV_NOBODY where it is not there. */
static int32_t
place_in(const int64_t *ids, int32_t first, int32_t end, int64_t id)
{
	const int64_t *found = bsearch(&id, ids + first, end - first, sizeof(int64_t), compare_numbers);

	return found ? (int32_t) (found - ids) : PV_NOBODY;
}

/* Members of a vault as they are stored, in the order of ids; of those merged too. */
typedef struct Stored
{
	int32_t vault;
	int32_t count;
	int32_t size;
	int64_t *ids;
	const char **names;
	int64_t *sponsors;	  /* 0: none */
	int64_t *merged_into; /* 0: it is one by itself */
	PvLineFacts *facts;
} Stored;

/* Makes room for one more, doubling as it grows. */
static void
make_room(Stored *stored)
{
	if (stored->count < stored->size)
		return;
	if (stored->size > INT32_MAX / 2)
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("vault %d has too many members for its lines", stored->vault)));
	stored->size = stored->size > 0 ? 2 * stored->size : 1024;
	stored->ids = pv_realloc(stored->ids, sizeof(int64_t) * stored->size);
	stored->names = pv_realloc(stored->names, sizeof(char *) * stored->size);
	stored->sponsors = pv_realloc(stored->sponsors, sizeof(int64_t) * stored->size);
	stored->merged_into = pv_realloc(stored->merged_into, sizeof(int64_t) * stored->size);
	stored->facts = pv_realloc(stored->facts, sizeof(PvLineFacts) * stored->size);
}

/* A name of a row of a result; where there is none, the empty text, which none is. */
static const char *
name_at(uint64 row, int column)
{
	char *name = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column + 1);

	return name ? name : "";
}

static Stored
read_members(int32_t vault)
{
	Stored stored = {.vault = vault};
	Datum values[1] = {Int32GetDatum(vault)};
	Portal cursor = pv_open_cursor(&all_members, values, NULL);
	uint64 count;

	while ((count = pv_fetch(cursor, ROWS_AT_ONCE)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		for (uint64 i = 0; i < count; i++)
		{
			make_room(&stored);
			stored.ids[stored.count] = number_at(i, 0);
			stored.names[stored.count] = name_at(i, 1);
			stored.sponsors[stored.count] = number_at(i, 2);
			stored.merged_into[stored.count] = number_at(i, 3);
			stored.facts[stored.count++] = (PvLineFacts){.suspended = number_at(i, 4) != 0};
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(cursor);
	return stored;
}

/* Where a member is among those stored; or, where it was merged, who took over from it. */
static int32_t
place_now(const Stored *stored, int64_t id)
{
	int32_t place = place_in(stored->ids, 0, stored->count, id);

	if (place != PV_NOBODY && stored->merged_into[place] != 0)
		place = place_in(stored->ids, 0, stored->count, stored->merged_into[place]);
	if (place == PV_NOBODY || stored->merged_into[place] != 0)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("member " INT64_FORMAT " of vault %d is missing, or who took over",
							   id, stored->vault),
						errhint("pointsvault.verify(%d) names what was changed.", stored->vault)));
	return place;
}

/*
 * Whom a member stands below.  Who was merged stands below nobody any more, but whoever
 * brought it did.
 */
static int32_t
find_sponsor(Stored *stored, int32_t place)
{
	int32_t above = PV_NOBODY;

	if (stored->sponsors[place] != 0)
	{
		above = place_now(stored, stored->sponsors[place]);
		stored->facts[above].brought = true;
	}
	if (stored->merged_into[place] == 0)
		return above;
	stored->facts[place_now(stored, stored->ids[place])].merged++;
	return PV_NOBODY;
}

/* Leaves those out who were merged, and finds whom each of the others stands below. */
static void
take_members(PvLines *lines, Stored *stored)
{
	PvDescent *descent = &lines->descent;
	int32_t *places = pv_realloc(NULL, sizeof(int32_t) * ((size_t) stored->count + 1));

	lines->ids = stored->ids;
	lines->names = stored->names;
	lines->facts = stored->facts;
	descent->above = pv_realloc(NULL, sizeof(int32_t) * ((size_t) stored->count + 1));
	for (int32_t i = 0; i < stored->count; i++)
		descent->above[i] = find_sponsor(stored, i);
	for (int32_t i = 0; i < stored->count; i++)
	{
		places[i] = descent->count;
		if (stored->merged_into[i] != 0)
			continue;
		lines->ids[descent->count] = stored->ids[i];
		lines->names[descent->count] = stored->names[i];
		lines->facts[descent->count] = stored->facts[i];
		descent->above[descent->count++] = descent->above[i];
	}
	for (int32_t i = 0; i < descent->count; i++)
		if (descent->above[i] != PV_NOBODY)
			descent->above[i] = places[descent->above[i]];
	pv_free(places);
}

/*
 * All lines of a vault, members in the order of their ids.
 */
PvLines
pv_lines_of_vault(int32_t vault)
{
	PvLines lines = {.vault = vault};
	Stored stored = read_members(vault);

	take_members(&lines, &stored);
	if (!pv_descend(&lines.descent))
		ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg("a line of vault %d is a ring", vault),
						errhint("pointsvault.verify(%d) names what was changed.", vault)));
	return lines;
}

/*
 * The line of a member: itself first, then those it brought, then those these brought,
 * and so on, each level in the order of enrolment.
 */
PvLines
pv_line_below(int32_t vault, int64_t member)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(member)};
	uint64 count = pv_run(&line_below, values, NULL, true);
	PvLines lines = {.vault = vault};
	int32_t last = 0;  /* the first place of the level before */
	int32_t first = 0; /* and of the level at hand */

	if (count > INT32_MAX)
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("the line is too long for a listing, in vault %d", vault)));
	lines.ids = pv_realloc(NULL, sizeof(int64_t) * (count + 1));
	lines.descent.above = pv_realloc(NULL, sizeof(int32_t) * (count + 1));
	for (uint64 i = 0; i < count; i++)
	{
		if (i > 0 && number_at(i, 0) == member)
			report_ring(vault, member);
		if (i > 0 && DatumGetInt32(number_at(i, 2)) != DatumGetInt32(number_at(i - 1, 2)))
		{
			last = first;
			first = (int32_t) i;
		}
		lines.ids[i] = number_at(i, 0);
		lines.descent.above[i] =
			i == 0 ? PV_NOBODY : place_in(lines.ids, last, first, number_at(i, 1));
	}
	lines.descent.count = (int32_t) count;
	SPI_freetuptable(SPI_tuptable);
	if (!pv_descend(&lines.descent))
		report_ring(vault, member);
	return lines;
}

/* Some members of some lines, at most MEMBERS_AT_ONCE, as the parameter of a statement. */
typedef struct Batch
{
	int32_t first;
	int32_t count;
	MemoryContext memory; /* of a batch */
	MemoryContext before;
} Batch;

static Batch
begin_batches(void)
{
	Batch batch = {.before = CurrentMemoryContext};

	batch.memory = AllocSetContextCreate(CurrentMemoryContext, "pointsvault members of lines",
										 ALLOCSET_DEFAULT_SIZES);
	return batch;
}

/* Goes on to the next ones of so many members; false, and all is given back, where none are left. */
static bool
next_batch(Batch *batch, int32_t members)
{
	CHECK_FOR_INTERRUPTS();
	batch->first += batch->count;
	batch->count = Min(MEMBERS_AT_ONCE, members - batch->first);
	MemoryContextReset(batch->memory);
	MemoryContextSwitchTo(batch->count > 0 ? batch->memory : batch->before);
	if (batch->count > 0)
		return true;
	MemoryContextDelete(batch->memory);
	return false;
}

static Datum
list_of(const PvLines *lines, const Batch *batch)
{
	Datum ids[MEMBERS_AT_ONCE];

	for (int32_t i = 0; i < batch->count; i++)
		ids[i] = Int64GetDatum(lines->ids[batch->first + i]);
	return pv_bigint_array(ids, batch->count);
}

/*
 * L4: what each member of some lines bought, less what was returned of it.
 */
int64_t *
pv_line_sales(const PvLines *lines)
{
	int32_t count = lines->descent.count;
	int64_t *sales = pv_realloc(NULL, sizeof(int64_t) * ((size_t) count + 1));
	Batch batch = begin_batches();

	for (int32_t i = 0; i < count; i++)
		sales[i] = 0;
	while (next_batch(&batch, count))
	{
		Datum values[4] = {Int32GetDatum(lines->vault), list_of(lines, &batch),
						   Int16GetDatum(PV_KIND_PURCHASE), Int16GetDatum(PV_KIND_REFUND)};
		uint64 found = pv_run(&sales_of, values, NULL, true);

		for (uint64 i = 0; i < found; i++)
			sales[batch.first + number_at(i, 0) - 1] = number_at(i, 1);
		SPI_freetuptable(SPI_tuptable);
	}
	return sales;
}

/*
 * Tells of the first so many members of some lines, in their order.
 */
void
pv_line_members(const PvLines *lines, int32_t count, PvOnLineMember on_member, void *arg)
{
	Batch batch = begin_batches();

	while (next_batch(&batch, count))
	{
		Datum values[2] = {Int32GetDatum(lines->vault), list_of(lines, &batch)};
		uint64 found = pv_run(&members_of, values, NULL, true);
		SPITupleTable *rows = SPI_tuptable;

		for (uint64 i = 0; i < found; i++)
		{
			PvRow row = pv_table_row(rows, i);
			PvLineMember member = {.name = pv_row_text_or_empty(&row, 0),
								   .sponsor = pv_row_text(&row, 1),
								   .points = pv_row_int(&row, 2),
								   .cash = pv_row_int(&row, 3),
								   .star = pv_row_int(&row, 4),
								   .rank = pv_row_int(&row, 5)};

			on_member(&member, batch.first + (int32_t) i, arg);
		}
		SPI_freetuptable(rows);
	}
}
