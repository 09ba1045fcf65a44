/*
 * events.c
 *	  The SQL functions of the events: from their arguments to a request.
 *
 * An event of a shop can be called in two ways, one request: booked now, or as the
 * transaction commits (at_commit.c).
 */
#include "surface/events.h"

#include "base/tokens.h"
#include "engine/event.h"
#include "engine/figures.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/state.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/at_commit.h"
#include "surface/errors.h"
#include "surface/request.h"

#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(pv_sql_purchase);
PG_FUNCTION_INFO_V1(pv_sql_purchase_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_redeem);
PG_FUNCTION_INFO_V1(pv_sql_redeem_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_withdraw);
PG_FUNCTION_INFO_V1(pv_sql_withdraw_return);
PG_FUNCTION_INFO_V1(pv_sql_inject);
PG_FUNCTION_INFO_V1(pv_sql_points_to_credits);
PG_FUNCTION_INFO_V1(pv_sql_points_to_credits_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_credits_to_points);
PG_FUNCTION_INFO_V1(pv_sql_credits_to_points_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_pay);
PG_FUNCTION_INFO_V1(pv_sql_pay_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_grant_points);
PG_FUNCTION_INFO_V1(pv_sql_redeem_surplus);
PG_FUNCTION_INFO_V1(pv_sql_refund);
PG_FUNCTION_INFO_V1(pv_sql_refund_at_commit);
PG_FUNCTION_INFO_V1(pv_sql_repay);
PG_FUNCTION_INFO_V1(pv_sql_spend_reward);
PG_FUNCTION_INFO_V1(pv_sql_adjust);
PG_FUNCTION_INFO_V1(pv_sql_redeem_return);
PG_FUNCTION_INFO_V1(pv_sql_process_exits);

/* purchase(vault, member, amount, ref, contribution, region, min_points, at, meta) */
static PvRequest
purchase_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_PURCHASE};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.amount = pv_arg_amount(fcinfo, 2, "amount");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	pv_arg_contribution(fcinfo, 4, &request.event);
	request.entry.region = pv_arg_optional_text(fcinfo, 5, "region");
	if (!PG_ARGISNULL(6))
		request.event.guard = pv_arg_points(fcinfo, 6, "min_points");
	pv_arg_event_tail(fcinfo, 7, &request.entry);
	return request;
}

PV_NOW_AND_AT_COMMIT(purchase)

/*
 * G4: what the points are redeemed for.
 */
bool
pv_is_for_goods(const char *purpose)
{
	if (strcmp(purpose, "goods") == 0)
		return true;
	if (strcmp(purpose, "cash") != 0)
		ereport(ERROR, (pv_error(BAD_PURPOSE),
						errmsg("purpose must be \"cash\" or \"goods\", not \"%s\"", purpose)));
	return false;
}

/* redeem(vault, member, points, ref, purpose, min_cash, at, meta) */
static PvRequest
redeem_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_REDEEM};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.points = pv_arg_points(fcinfo, 2, "points");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.event.for_goods = pv_is_for_goods(pv_arg_text(fcinfo, 4, "purpose"));
	if (!PG_ARGISNULL(5))
		request.event.guard = pv_arg_amount(fcinfo, 5, "min_cash");
	pv_arg_event_tail(fcinfo, 6, &request.entry);
	return request;
}

PV_NOW_AND_AT_COMMIT(redeem)

/* Cash of a member that is paid outside, either way: vault, member, amount, ref, at, meta. */
static Datum
paid_outside(FunctionCallInfo fcinfo, PvKind kind)
{
	PvRequest request = {.event.kind = kind};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.amount = pv_arg_amount(fcinfo, 2, "amount");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	pv_arg_event_tail(fcinfo, 4, &request.entry);
	return pv_event(fcinfo, &request);
}

/* withdraw(vault, member, amount, ref, at, meta) */
Datum
pv_sql_withdraw(PG_FUNCTION_ARGS)
{
	return paid_outside(fcinfo, PV_KIND_WITHDRAW);
}

/* withdraw_return(vault, withdraw_ref, ref, at, meta) */
Datum
pv_sql_withdraw_return(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_WITHDRAW_RETURN};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.of_ref = pv_arg_text(fcinfo, 1, "withdraw_ref");
	request.ref = pv_arg_text(fcinfo, 2, "ref");
	pv_arg_event_tail(fcinfo, 3, &request.entry);
	return pv_event(fcinfo, &request);
}

/* inject(vault, amount, ref, note, at, meta) */
Datum
pv_sql_inject(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_INJECT};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.event.amount = pv_arg_amount(fcinfo, 1, "amount");
	request.ref = pv_arg_text(fcinfo, 2, "ref");
	request.entry.note = pv_arg_note(fcinfo, 3);
	pv_arg_event_tail(fcinfo, 4, &request.entry);
	return pv_event(fcinfo, &request);
}

/* points_to_credits(vault, member, points, ref, at, meta, min_credits) */
static PvRequest
points_to_credits_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_POINTS_TO_CREDITS};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.points = pv_arg_points(fcinfo, 2, "points");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	pv_arg_event_tail(fcinfo, 4, &request.entry);
	if (!PG_ARGISNULL(6))
		request.event.guard = pv_arg_amount(fcinfo, 6, "min_credits");
	return request;
}

PV_NOW_AND_AT_COMMIT(points_to_credits)

/* credits_to_points(vault, member, credits, ref, at, meta, min_points) */
static PvRequest
credits_to_points_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_CREDITS_TO_POINTS};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.amount = pv_arg_amount(fcinfo, 2, "credits");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	pv_arg_event_tail(fcinfo, 4, &request.entry);
	if (!PG_ARGISNULL(6))
		request.event.guard = pv_arg_points(fcinfo, 6, "min_points");
	return request;
}

PV_NOW_AND_AT_COMMIT(credits_to_points)

/* pay(vault, payer, payee, credits, ref, at, meta) */
static PvRequest
pay_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_PAY};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "payer");
	request.payee = pv_arg_text(fcinfo, 2, "payee");
	request.event.amount = pv_arg_amount(fcinfo, 3, "credits");
	request.ref = pv_arg_text(fcinfo, 4, "ref");
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return request;
}

PV_NOW_AND_AT_COMMIT(pay)

/* grant_points(vault, member, points, ref, reason, at, meta) */
Datum
pv_sql_grant_points(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_GRANT_POINTS};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.points = pv_arg_points(fcinfo, 2, "points");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.entry.note = pv_arg_reason(fcinfo, 4);
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* redeem_surplus(vault, ref, at, meta) */
Datum
pv_sql_redeem_surplus(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_REDEEM_SURPLUS};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.ref = pv_arg_text(fcinfo, 1, "ref");
	pv_arg_event_tail(fcinfo, 2, &request.entry);
	return pv_event(fcinfo, &request);
}

/* What takes an event back, in parts or whole: vault, its ref, ref, amount, at, meta. */
static void
arg_reversal(FunctionCallInfo fcinfo, PvRequest *request, const char *of_ref)
{
	request->vault = pv_arg_int(fcinfo, 0, "vault");
	request->of_ref = pv_arg_text(fcinfo, 1, of_ref);
	request->ref = pv_arg_text(fcinfo, 2, "ref");
	request->whole_rest = PG_ARGISNULL(3);
	if (!request->whole_rest)
		request->event.amount = pv_arg_amount(fcinfo, 3, "amount");
	request->entry.named = !request->whole_rest;
	pv_arg_event_tail(fcinfo, 4, &request->entry);
}

/* refund(vault, purchase_ref, ref, amount, at, meta) */
static PvRequest
refund_request(FunctionCallInfo fcinfo)
{
	PvRequest request = {.event.kind = PV_KIND_REFUND};

	arg_reversal(fcinfo, &request, "purchase_ref");
	return request;
}

PV_NOW_AND_AT_COMMIT(refund)

/* repay(vault, member, amount, ref, at, meta) */
Datum
pv_sql_repay(PG_FUNCTION_ARGS)
{
	return paid_outside(fcinfo, PV_KIND_REPAY);
}

/* spend_reward(vault, member, amount, ref, order_amount, at, meta) */
Datum
pv_sql_spend_reward(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_SPEND_REWARD};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.amount = pv_arg_amount(fcinfo, 2, "amount");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.event.order_amount = pv_arg_amount(fcinfo, 4, "order_amount");
	if (request.event.order_amount <= 0)
		ereport(ERROR, (pv_error(AMOUNT_NOT_POSITIVE), errmsg("order_amount must be above 0"),
						errdetail("It is %s.", pv_amount_text(request.event.order_amount))));
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* G17: whether it is of the assets that are corrected by hand. */
static bool
may_adjust(const PvFigure *asset)
{
	static const size_t offsets[] = {offsetof(PvAssets, points), offsetof(PvAssets, credits),
									 offsetof(PvAssets, cash),	 offsetof(PvAssets, reward),
									 offsetof(PvAssets, quota),	 offsetof(PvAssets, debt)};

	for (int i = 0; i < (int) lengthof(offsets); i++)
		if (asset->offset == offsets[i])
			return true;
	return false;
}

/* G17: the asset of that name. */
static const PvFigure *
asset_to_adjust(const char *name)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (strcmp(pv_assets[i].column, name) == 0 && may_adjust(&pv_assets[i]))
			return &pv_assets[i];
	ereport(ERROR, (pv_error(BAD_ASSET), errmsg("there is no asset \"%s\" to adjust", name),
					errhint("Assets are points, credits, cash, reward, quota and debt.")));
}

/* adjust(vault, member, asset, change, ref, reason, at, meta) */
Datum
pv_sql_adjust(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_ADJUST};
	const PvFigure *asset = asset_to_adjust(pv_arg_text(fcinfo, 2, "asset"));

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	pv_set_figure(&request.event.assets, asset, pv_arg_figure(fcinfo, 3, "change", asset->scale));
	request.ref = pv_arg_text(fcinfo, 4, "ref");
	request.entry.note = pv_arg_reason(fcinfo, 5);
	pv_arg_event_tail(fcinfo, 6, &request.entry);
	return pv_event(fcinfo, &request);
}

/* redeem_return(vault, redeem_ref, ref, amount, at, meta) */
Datum
pv_sql_redeem_return(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_REDEEM_RETURN};

	arg_reversal(fcinfo, &request, "redeem_ref");
	return pv_event(fcinfo, &request);
}

/*
 * G7: books at most so many of the exits that are due; returns how many.
 */
int64_t
pv_process_exits(int32_t vault, int64_t most)
{
	PvEntry now = {0};
	PvBook *book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	int64_t count;

	pv_check_open(book);
	pv_book_begin(book, &now);
	now.seq = book->seq; /* after which they were left (V4) */
	count = pv_book_exits(book, &now, most);
	pv_book_write(book);
	return count;
}

/* process_exits(vault, max_exits) */
Datum
pv_sql_process_exits(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int32_t most = pv_arg_int(fcinfo, 1, "max_exits");
	int64_t count;
	int spi;

	if (most < 0)
		ereport(ERROR, (pv_error(BAD_COUNT), errmsg("max_exits must not be negative")));
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	count = pv_process_exits(vault, most);
	pv_spi_end(spi);
	PG_RETURN_INT64(count);
}
