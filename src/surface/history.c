/*
 * history.c
 *	  The SQL functions that tell a member's history: statement(), holding_at(), the
 *	  same by business days, seq_at(), dividend_history().
 *
 * What they tell is a query over the tables, member_statement() and
 * member_holding_at() in sql/parts/55_history.sql, and for dividends
 * the engine's account of closed days.  These here judge the caller first, in C,
 * where no planner can fold the question away.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/fixed.h"
#include "store/book.h"
#include "store/closed_days.h"
#include "store/journal.h"
#include "store/member_rows.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"
#include "types/numbers.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/portal.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_statement);
PG_FUNCTION_INFO_V1(pv_sql_statement_of_days);
PG_FUNCTION_INFO_V1(pv_sql_holding_at);
PG_FUNCTION_INFO_V1(pv_sql_holding_of_day);
PG_FUNCTION_INFO_V1(pv_sql_seq_at);
PG_FUNCTION_INFO_V1(pv_sql_dividend_history);

#define HISTORY_COLUMNS 7

/* clang-format off */

static PvPlan read_statement = {
	"SELECT * FROM pointsvault.member_statement($1, $2, $3, $4, $5)", "itlzz", NULL};

static PvPlan read_statement_of_days = {
	"SELECT * FROM pointsvault.member_statement($1, $2, $3, NULL, NULL) s "
	"WHERE ($4 IS NULL OR s.day >= $4) AND ($5 IS NULL OR s.day <= $5)",
	"itldd", NULL};

static PvPlan read_holding_at = {
	"SELECT * FROM pointsvault.member_holding_at($1, $2, $3, $4)", "itll", NULL};

/* As release 0.1.0 has it. */
static PvPlan read_holding_at_moment = {
	"SELECT * FROM pointsvault.member_holding_at($1, $2, $3, $4)", "itlz", NULL};

static PvPlan read_holding_of_day = {
	"SELECT h.*, $5 FROM pointsvault.member_holding_at($1, $2, $3, $4) h", "itllb", NULL};

/* clang-format on */

/*
 * The member's number, for a caller who may call the function on the vault.
 */
static int64_t
member_for(FunctionCallInfo fcinfo, int32_t vault, const char *name)
{
	int64_t id;

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	id = pv_member_find(vault, name);
	if (id == 0)
		pv_no_such_member(vault, name);
	return id;
}

/* What a plan tells of a member between two bounds, either of which may be missing. */
static Datum
tell_statement(FunctionCallInfo fcinfo, PvPlan *plan)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	Datum values[5] = {Int32GetDatum(vault), CStringGetTextDatum(member), (Datum) 0,
					   PG_GETARG_DATUM(2), PG_GETARG_DATUM(3)};
	const bool nulls[5] = {false, false, false, PG_ARGISNULL(2), PG_ARGISNULL(3)};
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	int spi = pv_spi_begin();

	values[2] = Int64GetDatum(member_for(fcinfo, vault, member));
	pv_put_query(store, plan, values, nulls);
	pv_spi_end(spi);
	return (Datum) 0;
}

/* statement(vault, member, since, until) */
Datum
pv_sql_statement(PG_FUNCTION_ARGS)
{
	return tell_statement(fcinfo, &read_statement);
}

/* statement_of_days(vault, member, first_day, last_day) */
Datum
pv_sql_statement_of_days(PG_FUNCTION_ARGS)
{
	return tell_statement(fcinfo, &read_statement_of_days);
}

/* The one row of a plan, in the memory of the function's caller. */
static Datum
tell_holding(PvPlan *plan, Datum *values, TupleDesc desc, MemoryContext caller)
{
	if (pv_run(plan, values, NULL, true) != 1)
		pv_internal_error("member_holding_at() did not return one row");
	MemoryContextSwitchTo(caller);
	return heap_copy_tuple_as_datum(SPI_tuptable->vals[0], desc);
}

/* holding_at(vault, member, moment) */
Datum
pv_sql_holding_at(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	Datum values[4] = {Int32GetDatum(vault), CStringGetTextDatum(member)};
	TupleDesc desc;
	Datum row;
	int spi;

	if (PG_ARGISNULL(2))
		pv_refuse_null("moment");
	desc = pv_row_type(fcinfo);
	spi = pv_spi_begin();
	values[2] = Int64GetDatum(member_for(fcinfo, vault, member));
	if (pv_is_release_0_1())
	{
		values[3] = PG_GETARG_DATUM(2);
		row = tell_holding(&read_holding_at_moment, values, desc, caller);
	}
	else
	{
		values[3] = Int64GetDatum(pv_journal_seq_at(vault, PG_GETARG_TIMESTAMPTZ(2)));
		row = tell_holding(&read_holding_at, values, desc, caller);
	}
	pv_spi_end(spi);
	return row;
}

/* holding_of_day(vault, member, day) */
Datum
pv_sql_holding_of_day(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	Datum values[5] = {Int32GetDatum(vault), CStringGetTextDatum(member)};
	PvBook *book;
	TupleDesc desc;
	Datum row;
	bool is_final;
	int spi;

	if (PG_ARGISNULL(2))
		pv_refuse_null("day");
	desc = pv_row_type(fcinfo);
	spi = pv_spi_begin();
	values[2] = Int64GetDatum(member_for(fcinfo, vault, member));
	book = pv_book_open(vault, PV_BOOK_READ, NULL, NULL);
	values[3] = Int64GetDatum(pv_seq_of_day(book, PG_GETARG_DATEADT(2), &is_final));
	values[4] = BoolGetDatum(is_final);
	row = tell_holding(&read_holding_of_day, values, desc, caller);
	pv_spi_end(spi);
	return row;
}

/* seq_at(vault, moment) */
Datum
pv_sql_seq_at(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int64_t seq;
	int spi;

	if (PG_ARGISNULL(1))
		pv_refuse_null("moment");
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	seq = pv_journal_seq_at(vault, PG_GETARG_TIMESTAMPTZ(1));
	pv_spi_end(spi);
	PG_RETURN_INT64(seq);
}

/* Where the rows of dividend_history() go. */
typedef struct Rows
{
	Tuplestorestate *store;
	TupleDesc desc;
} Rows;

static void
put_dividend(const PvDividend *dividend, void *arg)
{
	const Rows *rows = arg;
	Datum values[HISTORY_COLUMNS] = {
		DateADTGetDatum(dividend->day),
		NumericGetDatum(pv_to_numeric(dividend->due, PV_AMOUNT_SCALE)),
		NumericGetDatum(pv_to_numeric(dividend->paid, PV_AMOUNT_SCALE)),
		Int64GetDatum(dividend->has.shares),
		NumericGetDatum(pv_to_numeric(dividend->has.quota, PV_AMOUNT_SCALE)),
		Int64GetDatum(dividend->seq),
		NumericGetDatum(pv_to_numeric(dividend->shareholders, PV_AMOUNT_SCALE))};
	bool nulls[HISTORY_COLUMNS] = {0};

	tuplestore_putvalues(rows->store, rows->desc, values, nulls);
}

/* dividend_history(vault, member) */
Datum
pv_sql_dividend_history(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *name = pv_arg_text(fcinfo, 1, "member");
	Rows rows;
	int spi;

	rows.store = pv_start_rows(fcinfo, &rows.desc);
	spi = pv_spi_begin();
	pv_closed_days_of_member(vault, member_for(fcinfo, vault, name), put_dividend, &rows);
	pv_spi_end(spi);
	return (Datum) 0;
}
