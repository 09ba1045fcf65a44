/*
 * export.c
 *	  export_journal(): the journal for tools that others wrote; percent_encoded().
 *
 * What stands in it is a query over the view posting, journal_export() in
 * sql/parts/72_export.sql.  This here judges the caller and the arguments.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_export_journal);
PG_FUNCTION_INFO_V1(pv_sql_percent_encoded);

/* What RFC 3986 calls unreserved, and no file format takes for anything but itself. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

/* Planned for its vault: how many rows there are is all that the plan goes by. */
static PvPlan read_export = {"SELECT * FROM pointsvault.journal_export($1, $2, $3, $4)", "iddb",
							 NULL, .custom = true};

static bool
is_for_beancount(const char *format)
{
	if (strcmp(format, "beancount") == 0)
		return true;
	if (strcmp(format, "hledger") != 0)
		ereport(ERROR, (pv_error(BAD_FORMAT),
						errmsg("format must be \"hledger\" or \"beancount\", not \"%s\"", format)));
	return false;
}

/* A day may be left out, and otherwise is one that can be written. */
static void
check_day(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (!PG_ARGISNULL(n) && DATE_NOT_FINITE(PG_GETARG_DATEADT(n)))
		ereport(ERROR, (pv_error(NOT_FINITE), errmsg("%s must be finite", name),
						errhint("Leave it out for all there is.")));
}

/* export_journal(vault, since, until, format) */
Datum
pv_sql_export_journal(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *format = pv_arg_text(fcinfo, 3, "format");
	Datum values[4] = {Int32GetDatum(vault), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)};
	const bool nulls[4] = {false, PG_ARGISNULL(1), PG_ARGISNULL(2), false};
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	int spi = pv_spi_begin();

	pv_spi_read_all();
	pv_spi_use_memory();
	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	check_day(fcinfo, 1, "since");
	check_day(fcinfo, 2, "until");
	values[3] = BoolGetDatum(is_for_beancount(format));
	pv_put_query(store, &read_export, values, nulls);
	pv_spi_end(spi);
	return (Datum) 0;
}

/* percent_encoded(value) */
Datum
pv_sql_percent_encoded(PG_FUNCTION_ARGS)
{
	char *value = text_to_cstring(PG_GETARG_TEXT_PP(0));
	StringInfoData encoded;

	if (value[strspn(value, PLAIN)] == '\0')
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	value = pg_server_to_any(value, strlen(value), PG_UTF8);
	initStringInfo(&encoded);
	for (const char *c = value; *c != '\0'; c++)
	{
		if (strchr(PLAIN, *c))
			appendStringInfoChar(&encoded, *c);
		else
			appendStringInfo(&encoded, "%%%02X", (unsigned char) *c);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(encoded.data, encoded.len));
}
