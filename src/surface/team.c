/*
 * team.c
 *	  The SQL functions that show lines: team_of(), and team_figures() for the view team.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/fixed.h"
#include "store/member_rows.h"
#include "store/plan.h"
#include "store/sponsors.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"
#include "types/numbers.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_team_figures);
PG_FUNCTION_INFO_V1(pv_sql_team_of);

#define FIGURES_COLUMNS 6
#define TEAM_COLUMNS 10

static void
put_figures(Tuplestorestate *store, TupleDesc desc, const PvLines *lines, int32_t place)
{
	int32_t above = lines->descent.above[place];
	Datum values[FIGURES_COLUMNS] = {0};
	bool nulls[FIGURES_COLUMNS] = {0};
	int column = 0;

	values[column++] = Int64GetDatum(lines->ids[place]);
	pv_put_text(values, nulls, column++, lines->names[place]);
	pv_put_text(values, nulls, column++, above == PV_NOBODY ? NULL : lines->names[above]);
	values[column++] = Int32GetDatum(lines->descent.depth[place]);
	values[column++] = Int64GetDatum(lines->descent.below[place]);
	values[column++] = Int32GetDatum(lines->descent.levels[place]);
	tuplestore_putvalues(store, desc, values, nulls);
}

/* team_figures(vault) */
Datum
pv_sql_team_figures(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	int spi = pv_spi_begin();
	PvLines lines;

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	lines = pv_lines_of_vault(vault);
	for (int32_t i = 0; i < lines.descent.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_figures(store, desc, &lines, i);
	}
	pv_spi_end(spi);
	return (Datum) 0;
}

/* A line on its way to its rows. */
typedef struct Team
{
	Tuplestorestate *store;
	TupleDesc desc;
	const PvDescent *descent;
	const int64_t *own_sales;
	int64_t *team_sales;
} Team;

/* A star or a rank, NULL where there is none; stored data may say anything. */
static void
put_grade(Datum *values, bool *nulls, int column, int64_t grade)
{
	nulls[column] = grade == 0;
	values[column] = Int32GetDatum((int32_t) grade);
}

static void
put_member(const PvLineMember *member, int32_t place, void *arg)
{
	Team *team = arg;
	Datum values[TEAM_COLUMNS] = {0};
	bool nulls[TEAM_COLUMNS] = {0};
	int column = 0;

	values[column++] = Int32GetDatum(team->descent->depth[place]);
	pv_put_text(values, nulls, column++, member->name);
	pv_put_text(values, nulls, column++, member->sponsor);
	values[column++] = NumericGetDatum(pv_to_numeric(team->own_sales[place], PV_AMOUNT_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(team->team_sales[place], PV_AMOUNT_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(member->points, PV_POINTS_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(member->cash, PV_AMOUNT_SCALE));
	values[column++] = Int64GetDatum(team->descent->below[place]);
	put_grade(values, nulls, column++, member->star);
	put_grade(values, nulls, column++, member->rank);
	tuplestore_putvalues(team->store, team->desc, values, nulls);
}

/* How many members of a line stand within so many levels; they come first. */
static int32_t
members_within(const PvDescent *descent, int32_t depth)
{
	int32_t count = 0;

	while (count < descent->count && descent->depth[count] <= depth)
		count++;
	return count;
}

/* The number of who is named, and was not merged. */
static int64_t
member_named(int32_t vault, const char *name)
{
	int64_t id = pv_member_find(vault, name);
	int64_t into;

	if (id == 0)
		pv_no_such_member(vault, name);
	into = pv_member_row(vault, id, true).merged_into;
	if (into != 0)
		pv_refuse_merged(vault, name, into);
	return id;
}

/* team_of(vault, member, depth) */
Datum
pv_sql_team_of(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *name = pv_arg_text(fcinfo, 1, "member");
	int32_t depth = PG_ARGISNULL(2) ? INT32_MAX : PG_GETARG_INT32(2);
	PvLines lines;
	Team team = {.descent = &lines.descent};
	int spi;

	if (depth < 0)
		ereport(ERROR, (pv_error(BAD_COUNT), errmsg("depth must not be below 0")));
	team.store = pv_start_rows(fcinfo, &team.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	lines = pv_line_below(vault, member_named(vault, name));
	team.own_sales = pv_line_sales(&lines);
	team.team_sales = palloc_extended(sizeof(int64_t) * lines.descent.count, MCXT_ALLOC_HUGE);
	if (!pv_sum_below(&lines.descent, team.own_sales, team.team_sales))
		ereport(ERROR,
				(pv_error(BALANCE_OUT_OF_RANGE), errmsg("the sales of the team are out of range")));
	pv_line_members(&lines, members_within(&lines.descent, depth), put_member, &team);
	pv_spi_end(spi);
	return (Datum) 0;
}
