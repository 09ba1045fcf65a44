/*
 * stock.c
 *	  The SQL functions of shares of stock (MODEL §9): events, and what the views need.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/stock.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/at_commit.h"
#include "surface/errors.h"
#include "surface/request.h"
#include "surface/rows.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_set_stock_price);
PG_FUNCTION_INFO_V1(pv_sql_convert_to_stock);
PG_FUNCTION_INFO_V1(pv_sql_convert_to_stock_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_allot);
PG_FUNCTION_INFO_V1(pv_sql_deliver_stock);
PG_FUNCTION_INFO_V1(pv_sql_stock_ocf);
PG_FUNCTION_INFO_V1(pv_sql_stock_unlocked);
PG_FUNCTION_INFO_V1(pv_sql_stock_next_free);
PG_FUNCTION_INFO_V1(pv_sql_months_after);

/* A number of shares. */
static int64_t
arg_shares(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return PG_GETARG_INT64(n);
}

/* set_stock_price(vault, price, ref, at, meta): without a price it is closed. */
Datum
pv_sql_set_stock_price(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_SET_STOCK_PRICE};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	if (!PG_ARGISNULL(1))
	{
		request.event.amount = pv_arg_amount(fcinfo, 1, "price");
		if (request.event.amount <= 0)
			ereport(ERROR, (pv_error(AMOUNT_NOT_POSITIVE), errmsg("price must be above 0"),
							errdetail("It is %s.", pv_amount_text(request.event.amount)),
							errhint("A price of NULL closes the conversion of points.")));
	}
	request.ref = pv_arg_text(fcinfo, 2, "ref");
	pv_arg_event_tail(fcinfo, 3, &request.entry);
	return pv_event(fcinfo, &request);
}

/* convert_to_stock(vault, member, points, ref, min_shares, at, meta) */
static PvRequest
convert_to_stock_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_CONVERT_TO_STOCK};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.points = pv_arg_points(fcinfo, 2, "points");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	if (!PG_ARGISNULL(4))
		request.event.guard = arg_shares(fcinfo, 4, "min_shares");
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return request;
}

PV_NOW_AND_AT_COMMIT(convert_to_stock)

/* allot(vault, member, shares, ref, free_from, parts, part_months, reason, at, meta) */
Datum
pv_sql_allot(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_ALLOT};
	PvLock *lock = &request.event.lock;

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.shares = arg_shares(fcinfo, 2, "shares");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	if (PG_ARGISNULL(4))
		pv_refuse_null("free_from");
	lock->free_from = PG_GETARG_DATEADT(4);
	lock->parts = pv_arg_int(fcinfo, 5, "parts");
	lock->part_months = pv_arg_int(fcinfo, 6, "part_months");
	if (!PG_ARGISNULL(7))
		request.entry.note = pv_arg_reason(fcinfo, 7);
	pv_arg_event_tail(fcinfo, 8, &request.entry);
	return pv_event(fcinfo, &request);
}

/* deliver_stock(vault, member, shares, ref, destination, at, meta) */
Datum
pv_sql_deliver_stock(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_DELIVER_STOCK};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.shares = arg_shares(fcinfo, 2, "shares");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.entry.note = pv_arg_text(fcinfo, 4, "destination");
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* --- what the views need ----------------------------------------------------------- */

/* A grant of shares, free_from, parts, part_months, as far as its lock goes. */
static PvStockGrant
arg_grant(FunctionCallInfo fcinfo)
{
	return (PvStockGrant){.shares = PG_GETARG_INT64(0),
						  .lock = {.free_from = PG_GETARG_DATEADT(1),
								   .parts = PG_GETARG_INT32(2),
								   .part_months = PG_GETARG_INT32(3)}};
}

/* stock_unlocked(shares, free_from, parts, part_months, day) */
Datum
pv_sql_stock_unlocked(PG_FUNCTION_ARGS)
{
	PvStockGrant grant = arg_grant(fcinfo);

	if (!pv_is_lock(&grant.lock) || grant.shares < 0)
		PG_RETURN_INT64(0); /* of damaged data, which verify names */
	PG_RETURN_INT64(pv_grant_unlocked(&grant, PG_GETARG_DATEADT(4)));
}

/* stock_next_free(shares, free_from, parts, part_months, day) */
Datum
pv_sql_stock_next_free(PG_FUNCTION_ARGS)
{
	PvStockGrant grant = arg_grant(fcinfo);
	int32_t next;

	if (!pv_is_lock(&grant.lock) || grant.shares < 0)
		PG_RETURN_NULL();
	next = pv_grant_next_free(&grant, PG_GETARG_DATEADT(4));
	if (next == PV_NEVER_FREE)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(next);
}

/* months_after(day, months) */
Datum
pv_sql_months_after(PG_FUNCTION_ARGS)
{
	int32_t after;

	if (!pv_months_after(PG_GETARG_DATEADT(0), PG_GETARG_INT64(1), &after))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(after);
}

/* --- stock_ocf --------------------------------------------------------------------- */

static PvPlan read_ocf = {"SELECT object FROM pointsvault.ocf_objects($1)", "i", NULL};

/* stock_ocf(vault) */
Datum
pv_sql_stock_ocf(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	pv_put_query(store, &read_ocf, (Datum[]){Int32GetDatum(vault)}, NULL);
	pv_spi_end(spi);
	return (Datum) 0;
}
