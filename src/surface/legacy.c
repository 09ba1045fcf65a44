/*
 * legacy.c
 *	  The SQL functions of old debts, and of points that are held (MODEL §9, D1 to D3).
 */
#include "base/compat.h"
#include "engine/event.h"
#include "engine/lots.h"
#include "surface/arguments.h"
#include "surface/at_commit.h"
#include "surface/request.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"

PG_FUNCTION_INFO_V1(pv_sql_open_debt);
PG_FUNCTION_INFO_V1(pv_sql_settle_debt);
PG_FUNCTION_INFO_V1(pv_sql_settle_debt_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_lot_held);

/* open_debt(vault, member, amount, ref, note, at, meta) */
Datum
pv_sql_open_debt(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_OPEN_DEBT};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.amount = pv_arg_amount(fcinfo, 2, "amount");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.entry.note = pv_arg_note(fcinfo, 4);
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* settle_debt(vault, member, amount, ref, contribution, at, meta) */
static PvRequest
settle_debt_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_SETTLE_DEBT};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.amount = pv_arg_amount(fcinfo, 2, "amount");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	pv_arg_contribution(fcinfo, 4, &request.event);
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return request;
}

PV_NOW_AND_AT_COMMIT(settle_debt)

/*
 * lot_held(points, minted, free_on, release_days, taken, day): what of a lot is held on a
 * day; free_on, release_days and taken NULL where the lot has none.
 */
Datum
pv_sql_lot_held(PG_FUNCTION_ARGS)
{
	PvLot lot = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(5))
		PG_RETURN_NULL();
	lot.left = PG_GETARG_INT64(0);
	lot.minted = PG_GETARG_INT64(1);
	lot.held = !PG_ARGISNULL(2);
	lot.free_on = lot.held ? PG_GETARG_DATEADT(2) : 0;
	lot.release_days = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT16(3);
	lot.taken = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT64(4);
	PG_RETURN_INT64(lot.left - pv_lot_free(&lot, PG_GETARG_DATEADT(5)));
}
