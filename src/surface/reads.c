/*
 * reads.c
 *	  The SQL functions that read: price, receipts, quotes, and what the views
 *	  need of the engine.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/items.h"
#include "engine/kinds.h"
#include "engine/parties.h"
#include "engine/lots.h"
#include "engine/policy.h"
#include "engine/price.h"
#include "policy/document.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/calendar.h"
#include "store/early.h"
#include "store/items.h"
#include "store/holdings.h"
#include "store/journal.h"
#include "store/lot_rows.h"
#include "store/plan.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/events.h"
#include "surface/receipt.h"
#include "surface/request.h"
#include "types/numbers.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(pv_sql_price_of);
PG_FUNCTION_INFO_V1(pv_sql_get_receipt);
PG_FUNCTION_INFO_V1(pv_sql_flush);
PG_FUNCTION_INFO_V1(pv_sql_quote_purchase);
PG_FUNCTION_INFO_V1(pv_sql_quote_redeem);
PG_FUNCTION_INFO_V1(pv_sql_quote_hand_over);
PG_FUNCTION_INFO_V1(pv_sql_quote_points_to_credits);
PG_FUNCTION_INFO_V1(pv_sql_quote_credits_to_points);
PG_FUNCTION_INFO_V1(pv_sql_quote_inject);
PG_FUNCTION_INFO_V1(pv_sql_quote_grant_points);
PG_FUNCTION_INFO_V1(pv_sql_quote_refund);
PG_FUNCTION_INFO_V1(pv_sql_quote_convert_to_stock);
PG_FUNCTION_INFO_V1(pv_sql_quote_claim);
PG_FUNCTION_INFO_V1(pv_sql_quote_settle_debt);
PG_FUNCTION_INFO_V1(pv_sql_kind_name);
PG_FUNCTION_INFO_V1(pv_sql_kind_points_sign);
PG_FUNCTION_INFO_V1(pv_sql_value_of);
PG_FUNCTION_INFO_V1(pv_sql_start_price);

/* price_of(vault) */
Datum
pv_sql_price_of(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int spi = pv_spi_begin();
	PvBook *book;
	PvPrice price;

	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_READ, NULL, NULL);
	price = pv_price_of(&book->policy, &book->state);
	pv_spi_end(spi);
	PG_RETURN_NUMERIC(pv_price_to_numeric(price));
}

/* get_receipt(vault, ref): NULL where the ref is not booked. */
Datum
pv_sql_get_receipt(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *ref = pv_arg_text(fcinfo, 1, "ref");
	PvReceipt receipt = {.vault = vault};
	int64_t seq;
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	seq = pv_journal_find(vault, ref, true);
	if (seq != 0)
	{
		pv_receipt_read(&receipt, seq, true, ref);
		receipt.member = pv_keep_text(caller, receipt.member);
	}
	pv_spi_end(spi);
	if (seq == 0)
		PG_RETURN_NULL();
	pv_early_tell();
	return pv_receipt_datum(fcinfo, &receipt);
}

/* flush() */
Datum
pv_sql_flush(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	pv_early_flush();
	PG_RETURN_VOID();
}

/* A quote on its way: a book for reading, and who stands in for the members. */
typedef struct Quote
{
	FunctionCallInfo fcinfo;
	PvRequest request;
	PvMember stand_in;
	PvBook *book;
	int spi;
} Quote;

static void
open_quote(Quote *quote, FunctionCallInfo fcinfo)
{
	const PvKindInfo *info = pv_kind_info(quote->request.event.kind);

	quote->fcinfo = fcinfo;
	quote->spi = pv_spi_begin();
	pv_authorize(fcinfo, quote->request.vault);
	quote->book = pv_book_open(quote->request.vault, PV_BOOK_READ, NULL, NULL);
	/* those of a reversal are the members of the event it reverses */
	if (info->needs & PV_NEEDS_MEMBER && !info->reverses && !quote->request.member)
		(void) pv_add_party(&quote->request.event.parties, PV_OWN, &quote->stand_in);
}

/*
 * Runs the event through the engine on what the caller's snapshot shows, and
 * books nothing.
 */
static Datum
close_quote(Quote *quote)
{
	PvBook *book = quote->book;
	PvRequest *request = &quote->request;
	PvReceipt receipt = {.vault = request->vault};
	PvError error;

	receipt.entry.kind = request->event.kind;
	receipt.entry.before = book->state;
	error = pv_apply(&book->policy, &book->state, &request->event, &receipt.entry.effect);
	if (error != PV_OK)
		pv_raise(error, request, book);
	receipt.entry.parties = request->event.parties;
	receipt.entry.after = book->state;
	pv_receipt_prices(&receipt, &book->policy);
	pv_spi_end(quote->spi);
	return pv_receipt_datum(quote->fcinfo, &receipt);
}

/*
 * The member that is asked about, with the lots that the event would take from today: what
 * is held of them it does not (G16, D3).
 */
static void
bring_holder(Quote *quote)
{
	PvBook *book = quote->book;
	PvRequest *request = &quote->request;
	PvEvent *event = &request->event;
	DateADT open_day = pv_book_open_day(book);

	book->member = pv_book_named_member(book, request->member);
	pv_prepare(book, request);
	event->date = Max(pv_book_today(book), open_day);
	if (event->points > 0 && event->points <= book->member->has.points)
		pv_book_load_lots(book, book->member, event->points, event->date);
	pv_book_bring_up_to_date(book, book->member);
}

/* The member that is asked about; else one as if it held the points of all, in one lot. */
static void
bring_points(Quote *quote)
{
	int64_t points = pv_points_of_members(&quote->book->state);

	if (quote->request.member)
	{
		bring_holder(quote);
		return;
	}
	if (quote->request.event.points > points)
		ereport(ERROR, (pv_error(TOO_FEW_POINTS),
						errmsg("the members of vault %d hold fewer points", quote->request.vault)));
	quote->stand_in.has.points = points;
	(void) pv_add_lot(&quote->stand_in, (PvLot){.left = points, .minted = points});
}

/* Opens a quote of what contributes to the pool: vault, amount, contribution. */
static void
open_sale_quote(Quote *quote, FunctionCallInfo fcinfo)
{
	PvEvent *event = &quote->request.event;

	quote->request.vault = pv_arg_int(fcinfo, 0, "vault");
	event->amount = pv_arg_amount(fcinfo, 1, "amount");
	pv_arg_contribution(fcinfo, 2, event);
	open_quote(quote, fcinfo);
}

/* quote_purchase(vault, amount, contribution) */
Datum
pv_sql_quote_purchase(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_PURCHASE};

	open_sale_quote(&quote, fcinfo);
	return close_quote(&quote);
}

/* quote_redeem(vault, points, purpose, member) */
Datum
pv_sql_quote_redeem(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_REDEEM};

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.event.points = pv_arg_points(fcinfo, 1, "points");
	quote.request.event.for_goods = pv_is_for_goods(pv_arg_text(fcinfo, 2, "purpose"));
	quote.request.member = pv_arg_optional_text(fcinfo, 3, "member");
	open_quote(&quote, fcinfo);
	bring_points(&quote);
	return close_quote(&quote);
}

/* What so many points would bring now, of any member or of one. */
static Datum
quote_points(FunctionCallInfo fcinfo, PvKind kind)
{
	Quote quote = {.request.event.kind = kind};

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.event.points = pv_arg_points(fcinfo, 1, "points");
	quote.request.member = pv_arg_optional_text(fcinfo, 2, "member");
	open_quote(&quote, fcinfo);
	bring_points(&quote);
	return close_quote(&quote);
}

/* quote_hand_over(vault, points, member) */
Datum
pv_sql_quote_hand_over(PG_FUNCTION_ARGS)
{
	return quote_points(fcinfo, PV_KIND_HAND_OVER);
}

/* quote_points_to_credits(vault, points, member) */
Datum
pv_sql_quote_points_to_credits(PG_FUNCTION_ARGS)
{
	return quote_points(fcinfo, PV_KIND_POINTS_TO_CREDITS);
}

/* quote_convert_to_stock(vault, points, member) */
Datum
pv_sql_quote_convert_to_stock(PG_FUNCTION_ARGS)
{
	return quote_points(fcinfo, PV_KIND_CONVERT_TO_STOCK);
}

/* quote_credits_to_points(vault, credits) */
Datum
pv_sql_quote_credits_to_points(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_CREDITS_TO_POINTS};

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.event.amount = pv_arg_amount(fcinfo, 1, "credits");
	open_quote(&quote, fcinfo);
	quote.stand_in.merchant = true;
	quote.stand_in.has.credits = quote.book->state.credits;
	if (quote.request.event.amount > quote.stand_in.has.credits)
		ereport(ERROR, (pv_error(TOO_FEW_CREDITS),
						errmsg("fewer credits are outstanding in vault %d", quote.request.vault)));
	return close_quote(&quote);
}

/* quote_settle_debt(vault, amount, contribution) */
Datum
pv_sql_quote_settle_debt(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_SETTLE_DEBT};
	PvEvent *event = &quote.request.event;

	open_sale_quote(&quote, fcinfo);
	event->beyond_rate = pv_may_as_treasurer(quote.request.vault);
	quote.stand_in.has.debt = event->amount;
	quote.book->state.debts = Max(quote.book->state.debts, event->amount);
	return close_quote(&quote);
}

/* quote_inject(vault, amount) */
Datum
pv_sql_quote_inject(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_INJECT};

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.event.amount = pv_arg_amount(fcinfo, 1, "amount");
	open_quote(&quote, fcinfo);
	return close_quote(&quote);
}

/* quote_grant_points(vault, points) */
Datum
pv_sql_quote_grant_points(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_GRANT_POINTS};

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.event.points = pv_arg_points(fcinfo, 1, "points");
	open_quote(&quote, fcinfo);
	return close_quote(&quote);
}

/* quote_refund(vault, purchase_ref, amount) */
Datum
pv_sql_quote_refund(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_REFUND};

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.of_ref = pv_arg_text(fcinfo, 1, "purchase_ref");
	quote.request.whole_rest = PG_ARGISNULL(2);
	if (!quote.request.whole_rest)
		quote.request.event.amount = pv_arg_amount(fcinfo, 2, "amount");
	open_quote(&quote, fcinfo);
	pv_prepare(quote.book, &quote.request);
	for (int i = 0; i < quote.request.event.parties.count; i++)
		pv_book_bring_up_to_date(quote.book, quote.request.event.parties.list[i].member);
	return close_quote(&quote);
}

/* quote_claim(vault, series): for one who spent enough. */
Datum
pv_sql_quote_claim(PG_FUNCTION_ARGS)
{
	Quote quote = {.request.event.kind = PV_KIND_CLAIM};
	PvEvent *event = &quote.request.event;
	PvSeriesRow series;

	quote.request.vault = pv_arg_int(fcinfo, 0, "vault");
	quote.request.series = pv_arg_text(fcinfo, 1, "series");
	open_quote(&quote, fcinfo);
	if (!pv_series_find(quote.request.vault, quote.request.series, true, &series))
		pv_no_such_series(quote.request.vault, quote.request.series);
	event->series = &series.terms;
	event->spent = series.terms.min_spent;
	if (pv_claim_price(event->series, &quote.book->state, &event->points, NULL) == PV_OK)
		bring_points(&quote);
	return close_quote(&quote);
}

static const PvKindInfo *
arg_kind(FunctionCallInfo fcinfo)
{
	const PvKindInfo *info = pv_kind_info(PG_GETARG_INT16(0));

	if (!info)
		ereport(ERROR, (pv_error(UNKNOWN_KIND),
						errmsg("there is no kind of event with number %d", PG_GETARG_INT16(0))));
	return info;
}

/* kind_name(kind) */
Datum
pv_sql_kind_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(arg_kind(fcinfo)->name));
}

/* kind_points_sign(kind) */
Datum
pv_sql_kind_points_sign(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(arg_kind(fcinfo)->points_sign);
}

/* value_of(points, pool, circulating): rounded down, 0 where nothing circulates. */
Datum
pv_sql_value_of(PG_FUNCTION_ARGS)
{
	PvPrice price = {PG_GETARG_INT64(1), PG_GETARG_INT64(2)};
	int64_t value = 0;

	if (price.points > 0 && !pv_value_at(price, PG_GETARG_INT64(0), &value))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("the value of the points is out of range")));
	PG_RETURN_INT64(value);
}

/* start_price(policy): V1, 0 for a policy without a pool. */
Datum
pv_sql_start_price(PG_FUNCTION_ARGS)
{
	PvVault empty = {0};
	PvPolicy policy;

	pv_policy_parse(PG_GETARG_JSONB_P(0), &policy);
	PG_RETURN_NUMERIC(pv_price_to_numeric(pv_price_of(&policy, &empty)));
}
