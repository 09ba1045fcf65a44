/*
 * rows.c
 *	  Rows that functions return.
 */
#include "surface/rows.h"

#include "base/tokens.h"
#include "engine/decimal.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* A text column of a row to return; NULL is NULL. */
void
pv_put_text(Datum *values, bool *nulls, int column, const char *string)
{
	nulls[column] = string == NULL;
	if (string)
		values[column] = CStringGetTextDatum(string);
}

/* A figure as text, for a sentence. */
char *
pv_figure_text(int64_t value, int scale)
{
	char *text = palloc(PV_DECIMAL_BUFSIZE);

	(void) pv_decimal_print(value, scale, text);
	return text;
}

static TupleDesc
row_type(FunctionCallInfo fcinfo)
{
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		pv_internal_error("a row was asked for where none can be returned");
	return desc;
}

/* The type of the row that a function returns, fit for making one. */
TupleDesc
pv_row_type(FunctionCallInfo fcinfo)
{
	return BlessTupleDesc(row_type(fcinfo));
}

/* The type of the rows of a set; of single values, which have no type of row, as the caller has them. */
static TupleDesc
type_of_rows(FunctionCallInfo fcinfo, const ReturnSetInfo *result)
{
	if (get_call_result_type(fcinfo, NULL, NULL) == TYPEFUNC_SCALAR && result->expectedDesc)
		return result->expectedDesc;
	return row_type(fcinfo);
}

/*
 * Where a function that returns a set puts its rows, and their description.
 */
Tuplestorestate *
pv_start_rows(FunctionCallInfo fcinfo, TupleDesc *desc)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;

	if (!result || !IsA(result, ReturnSetInfo) || !(result->allowedModes & SFRM_Materialize))
		pv_internal_error("a set of rows was asked for where none can be returned");
	old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	*desc = CreateTupleDescCopy(type_of_rows(fcinfo, result));
	result->returnMode = SFRM_Materialize;
	result->setDesc = *desc;
	result->setResult =
		tuplestore_begin_heap(result->allowedModes & SFRM_Materialize_Random, false, work_mem);
	MemoryContextSwitchTo(old);
	return result->setResult;
}

#define ROWS_AT_ONCE 1000

/* Puts all rows of a query there, a part at a time. */
void
pv_put_query(Tuplestorestate *store, PvPlan *plan, Datum *values, const bool *nulls)
{
	Portal cursor = pv_open_cursor(plan, values, nulls);
	uint64 count;

	while ((count = pv_fetch(cursor, ROWS_AT_ONCE)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		for (uint64 i = 0; i < count; i++)
			tuplestore_puttuple(store, SPI_tuptable->vals[i]);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(cursor);
}
