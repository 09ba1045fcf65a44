/*
 * items.c
 *	  The SQL functions of collectibles: series, claims, transfers, sales, uses, and what
 *	  is told of an item (N1 to N5).
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "store/book.h"
#include "store/items.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/request.h"
#include "surface/rows.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_create_series);
PG_FUNCTION_INFO_V1(pv_sql_set_series);
PG_FUNCTION_INFO_V1(pv_sql_claim);
PG_FUNCTION_INFO_V1(pv_sql_issue_item);
PG_FUNCTION_INFO_V1(pv_sql_transfer_item);
PG_FUNCTION_INFO_V1(pv_sql_list_item);
PG_FUNCTION_INFO_V1(pv_sql_unlist_item);
PG_FUNCTION_INFO_V1(pv_sql_buy_item);
PG_FUNCTION_INFO_V1(pv_sql_use_item);
PG_FUNCTION_INFO_V1(pv_sql_item_history);
PG_FUNCTION_INFO_V1(pv_sql_item_metadata);

static PvPlan read_history = {"SELECT * FROM pointsvault.history_of_item($1, $2, $3)", "ill", NULL};

static PvPlan read_metadata = {"SELECT * FROM pointsvault.metadata_of_item($1, $2, $3)", "ill",
							   NULL};

/* --- series ------------------------------------------------------------------------ */

pv_noreturn static void
refuse_series(const char *argument, const char *must)
{
	ereport(ERROR, (pv_error(BAD_SERIES), errmsg("%s must %s", argument, must)));
}

/* N1: what a series is priced in. */
static bool
arg_priced_in_points(FunctionCallInfo fcinfo, int n)
{
	const char *priced_in = pv_arg_text(fcinfo, n, "priced_in");

	if (strcmp(priced_in, "points") != 0 && strcmp(priced_in, "money") != 0)
		refuse_series("priced_in", "be \"points\" or \"money\"");
	return strcmp(priced_in, "points") == 0;
}

static bool
arg_bool(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return PG_GETARG_BOOL(n);
}

static int64_t
arg_price(FunctionCallInfo fcinfo, int n, bool in_points)
{
	int64_t price =
		pv_arg_figure(fcinfo, n, "price", in_points ? PV_POINTS_SCALE : PV_AMOUNT_SCALE);

	if (price <= 0)
		refuse_series("price", "be above 0");
	return price;
}

static int64_t
arg_min_spent(FunctionCallInfo fcinfo, int n)
{
	int64_t min_spent = pv_arg_amount(fcinfo, n, "min_spent");

	if (min_spent < 0)
		refuse_series("min_spent", "not be below 0");
	return min_spent;
}

/* create_series(vault, code, supply, price, priced_in, min_spent, fee_rate, transferable, uses, ...) */
static PvSeries
arg_terms(FunctionCallInfo fcinfo)
{
	PvSeries terms = {.supply = pv_arg_int(fcinfo, 2, "supply"), .uses = PV_UNSET};

	terms.in_points = arg_priced_in_points(fcinfo, 4);
	terms.price = arg_price(fcinfo, 3, terms.in_points);
	terms.min_spent = arg_min_spent(fcinfo, 5);
	terms.fee_rate = pv_arg_figure(fcinfo, 6, "fee_rate", PV_RATE_SCALE);
	terms.transferable = arg_bool(fcinfo, 7, "transferable");
	if (!PG_ARGISNULL(8))
		terms.uses = PG_GETARG_INT32(8);
	if (terms.supply <= 0)
		refuse_series("supply", "be above 0");
	if (terms.fee_rate < 0 || terms.fee_rate > PV_ONE_RATE)
		refuse_series("fee_rate", "be between 0 and 1");
	if (!PG_ARGISNULL(8) && terms.uses <= 0)
		refuse_series("uses", "be above 0, or null where there is no end of them");
	return terms;
}

/* Writes the journal row that says what a series is from then on, and the series. */
static void
note_series(PvBook *book, PvKind kind, PvSeriesRow *series)
{
	PvEntry entry = {.kind = kind};

	if (kind == PV_KIND_CREATE_SERIES)
		series->terms.id = book->seq + 1; /* of the row that is noted now */
	entry.effect.series = series->terms.id;
	entry.note = pv_series_note(series);
	if (kind == PV_KIND_CREATE_SERIES)
		pv_series_add(book, series);
	else
		pv_series_change(book, &series->terms);
	pv_book_note(book, &entry);
	pv_book_write(book);
}

/* create_series(vault, code, supply, ..., name, about) */
Datum
pv_sql_create_series(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	PvSeriesRow series = {0};
	PvSeriesRow other;
	PvBook *book;
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	series.code = pv_arg_text(fcinfo, 1, "code");
	series.terms = arg_terms(fcinfo);
	series.name = pv_arg_optional_text(fcinfo, 9, "name");
	if (!PG_ARGISNULL(10))
		series.about = PG_GETARG_JSONB_P(10);
	if (series.about && !JB_ROOT_IS_OBJECT(series.about))
		refuse_series("about", "be a JSON object");
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	if (pv_series_find(vault, series.code, false, &other))
		ereport(ERROR,
				(pv_error(SERIES_EXISTS),
				 errmsg("vault %d has a series \"%s\" already", vault, series.code),
				 errhint("pointsvault.set_series(%d, ...) changes what may change of it.", vault)));
	note_series(book, PV_KIND_CREATE_SERIES, &series);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* set_series(vault, code, price, min_spent, closed): NULL leaves it as it is. */
Datum
pv_sql_set_series(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *code = pv_arg_text(fcinfo, 1, "code");
	PvSeriesRow series;
	PvSeries before;
	PvBook *book;
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	if (!pv_series_find(vault, code, false, &series))
		pv_no_such_series(vault, code);
	before = series.terms;
	if (!PG_ARGISNULL(2))
		series.terms.price = arg_price(fcinfo, 2, before.in_points);
	if (!PG_ARGISNULL(3))
		series.terms.min_spent = arg_min_spent(fcinfo, 3);
	if (!PG_ARGISNULL(4))
		series.terms.closed = PG_GETARG_BOOL(4);
	if (series.terms.price != before.price || series.terms.min_spent != before.min_spent ||
		series.terms.closed != before.closed)
		note_series(book, PV_KIND_SET_SERIES, &series);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* --- events ------------------------------------------------------------------------ */

/* claim(vault, member, series, ref, max_points, at, meta) */
Datum
pv_sql_claim(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_CLAIM};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.series = pv_arg_text(fcinfo, 2, "series");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.event.has_most = !PG_ARGISNULL(4);
	if (request.event.has_most)
		request.event.most = pv_arg_points(fcinfo, 4, "max_points");
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* issue_item(vault, member, series, ref, reason, at, meta) */
Datum
pv_sql_issue_item(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_ISSUE_ITEM};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.series = pv_arg_text(fcinfo, 2, "series");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.entry.note = pv_arg_reason(fcinfo, 4);
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* transfer_item(vault, series, serial, from_member, to_member, ref, at, meta) */
Datum
pv_sql_transfer_item(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_TRANSFER_ITEM};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.series = pv_arg_text(fcinfo, 1, "series");
	request.serial = pv_arg_int(fcinfo, 2, "serial");
	request.member = pv_arg_text(fcinfo, 3, "from_member");
	request.payee = pv_arg_text(fcinfo, 4, "to_member");
	request.ref = pv_arg_text(fcinfo, 5, "ref");
	pv_arg_event_tail(fcinfo, 6, &request.entry);
	return pv_event(fcinfo, &request);
}

/* What most events of an item begin with: vault, member, series, serial. */
static PvRequest
arg_item(FunctionCallInfo fcinfo, PvKind kind, const char *member)
{
	PvRequest request = {.event.kind = kind};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, member);
	request.series = pv_arg_text(fcinfo, 2, "series");
	request.serial = pv_arg_int(fcinfo, 3, "serial");
	return request;
}

/* list_item(vault, member, series, serial, price, ref, at, meta) */
Datum
pv_sql_list_item(PG_FUNCTION_ARGS)
{
	PvRequest request = arg_item(fcinfo, PV_KIND_LIST_ITEM, "member");

	request.event.amount = pv_arg_amount(fcinfo, 4, "price");
	request.ref = pv_arg_text(fcinfo, 5, "ref");
	pv_arg_event_tail(fcinfo, 6, &request.entry);
	return pv_event(fcinfo, &request);
}

/* unlist_item(vault, member, series, serial, ref, at, meta) */
Datum
pv_sql_unlist_item(PG_FUNCTION_ARGS)
{
	PvRequest request = arg_item(fcinfo, PV_KIND_UNLIST_ITEM, "member");

	request.ref = pv_arg_text(fcinfo, 4, "ref");
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* buy_item(vault, buyer, series, serial, ref, max_price, at, meta) */
Datum
pv_sql_buy_item(PG_FUNCTION_ARGS)
{
	PvRequest request = arg_item(fcinfo, PV_KIND_BUY_ITEM, "buyer");

	request.ref = pv_arg_text(fcinfo, 4, "ref");
	request.event.has_most = !PG_ARGISNULL(5);
	if (request.event.has_most)
		request.event.most = pv_arg_amount(fcinfo, 5, "max_price");
	pv_arg_event_tail(fcinfo, 6, &request.entry);
	return pv_event(fcinfo, &request);
}

/* use_item(vault, member, series, serial, ref, note, at, meta) */
Datum
pv_sql_use_item(PG_FUNCTION_ARGS)
{
	PvRequest request = arg_item(fcinfo, PV_KIND_USE_ITEM, "member");

	request.ref = pv_arg_text(fcinfo, 4, "ref");
	request.entry.note = pv_arg_note(fcinfo, 5);
	pv_arg_event_tail(fcinfo, 6, &request.entry);
	return pv_event(fcinfo, &request);
}

/* --- what is told of an item --------------------------------------------------------- */

/* An item that a caller who may asks about: vault, the number of its series, serial. */
static void
arg_asked(FunctionCallInfo fcinfo, Datum values[3])
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *code = pv_arg_text(fcinfo, 1, "series");
	int32_t serial = pv_arg_int(fcinfo, 2, "serial");
	PvSeriesRow series;
	PvItem item;

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	if (!pv_series_find(vault, code, true, &series))
		pv_no_such_series(vault, code);
	if (!pv_item_find(vault, series.terms.id, serial, true, &item))
		pv_no_such_item(vault, code, serial);
	values[0] = Int32GetDatum(vault);
	values[1] = Int64GetDatum(series.terms.id);
	values[2] = Int64GetDatum(serial);
}

/* item_history(vault, series, serial) */
Datum
pv_sql_item_history(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	int spi = pv_spi_begin();
	Datum values[3];

	arg_asked(fcinfo, values);
	pv_put_query(store, &read_history, values, NULL);
	pv_spi_end(spi);
	return (Datum) 0;
}

/* item_metadata(vault, series, serial) */
Datum
pv_sql_item_metadata(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Jsonb *metadata;
	Datum values[3];
	PvRow row;
	int spi = pv_spi_begin();

	arg_asked(fcinfo, values);
	if (pv_run(&read_metadata, values, NULL, true) != 1)
		pv_internal_error("metadata_of_item() did not return one row");
	row = pv_result_row(0);
	MemoryContextSwitchTo(caller);
	metadata = pv_row_jsonb(&row, 0);
	pv_spi_end(spi);
	if (!metadata)
		pv_internal_error("metadata_of_item() returned nothing");
	PG_RETURN_JSONB_P(metadata);
}
