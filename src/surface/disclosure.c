/*
 * disclosure.c
 *	  The SQL function that tells buyers how far turnover must grow (R4).
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/fixed.h"
#include "engine/outlook.h"
#include "engine/price.h"
#include "store/book.h"
#include "store/plan.h"
#include "store/summary.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"
#include "surface/sums.h"
#include "types/numbers.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_disclosure);

#define DISCLOSURE_COLUMNS 5

/* What an order is taken to be where there was none yet: so much. */
#define SOME_ORDER (100 * PV_ONE_CURRENCY)

/* No figure in this place. */
#define NO_FIGURE INT64_C(-1)

typedef struct Report
{
	Tuplestorestate *store;
	TupleDesc desc;
	int32_t vault;
	int64_t amount; /* of the order that is looked at */
	PvRecentOrders recent;
	PvPolicy policy;
	PvVault state;
} Report;

/* A figure of a row, with so many decimals. */
typedef struct Figure
{
	int64_t value;
	int scale;
} Figure;

static const Figure none = {NO_FIGURE, 0};

static void
put_figure(Datum *values, bool *nulls, int column, Figure figure)
{
	nulls[column] = figure.value == NO_FIGURE;
	if (!nulls[column])
		values[column] = NumericGetDatum(pv_to_numeric(figure.value, figure.scale));
}

static void
put_row(const Report *report, const char *item, Figure figure, Figure orders, Figure turnover,
		const char *sentence)
{
	Datum values[DISCLOSURE_COLUMNS] = {0};
	bool nulls[DISCLOSURE_COLUMNS] = {0};

	pv_put_text(values, nulls, 0, item);
	put_figure(values, nulls, 1, figure);
	put_figure(values, nulls, 2, orders);
	put_figure(values, nulls, 3, turnover);
	pv_put_text(values, nulls, 4, sentence);
	tuplestore_putvalues(report->store, report->desc, values, nulls);
}

static void
put_fact(const Report *report, const char *item, int64_t value, int scale, const char *sentence)
{
	put_row(report, item, (Figure){value, scale}, none, none, sentence);
}

static char *
money(int64_t amount)
{
	return pv_figure_text(amount, PV_AMOUNT_SCALE);
}

static PvOutlook
look(const Report *report, int64_t multiple, int64_t fee_rate)
{
	PvOutlookQuestion question = {report->amount, multiple, fee_rate};
	PvOutlook outlook;

	if (!pv_outlook(&report->policy, &report->state, &question, &outlook))
		ereport(ERROR,
				(pv_error(BALANCE_OUT_OF_RANGE), errmsg("the order takes a balance out of range")));
	return outlook;
}

/* How it ends, in words; of what grows, with the figures. */
static char *
sentence_of(const PvOutlook *outlook, int times, const char *when)
{
	switch (outlook->end)
	{
		case PV_OUTLOOK_GROWS:
			return psprintf("The next buyer's points are worth %d times the order%s once the pool "
							"is %s times what it is right after that order, by " INT64_FORMAT
							" further orders like it: if these ever come.",
							times, when, pv_figure_text(outlook->factor / 10000, 2),
							outlook->orders);
		case PV_OUTLOOK_NO_POINTS:
			return psprintf("Never: the next buyer's points bring nothing%s.", when);
		case PV_OUTLOOK_STANDS:
			return psprintf("Never by orders: all they bring the pool is minted, and the price "
							"stays where it is.");
		case PV_OUTLOOK_EXITS:
			return psprintf("Never: points leave at exit_multiple before they are worth %d times "
							"the order%s.",
							times, when);
		case PV_OUTLOOK_BEYOND:
			break;
	}
	return psprintf("Not within any turnover that there could be, or never: worth %d times the "
					"order%s is out of reach.",
					times, when);
}

static void
put_times(const Report *report, int times, bool after_fee)
{
	PvOutlook outlook =
		look(report, times * PV_ONE_RATE, after_fee ? report->policy.growth.redeem_fee_rate : 0);
	char *item = psprintf("times_%d%s", times, after_fee ? "_after_fee" : "");
	char *sentence = sentence_of(&outlook, times, after_fee ? " after the fee" : "");
	Figure turnover = none;

	if (outlook.end != PV_OUTLOOK_GROWS)
	{
		put_row(report, item, none, none, none, sentence);
		return;
	}
	if (pv_mul_div_floor(outlook.orders, report->amount, 1, &turnover.value))
		turnover.scale = PV_AMOUNT_SCALE;
	put_row(report, item, (Figure){outlook.factor, PV_RATE_SCALE}, (Figure){outlook.orders, 0},
			turnover, sentence);
}

static void
put_order(const Report *report, bool is_named)
{
	const char *which =
		is_named ? "the one asked about"
		: report->recent.count > 0
			? psprintf("the average of the last " INT64_FORMAT " purchases", report->recent.count)
			: "taken to be so much, as there was none yet";

	put_fact(report, "order", report->amount, PV_AMOUNT_SCALE,
			 psprintf("The order that the rows below are about: %s.", which));
	put_fact(report, "to_pool", report->policy.growth.pool_rate, PV_RATE_SCALE,
			 "Of each 1 spent, so much goes into the pool by the policy.");
	if (report->recent.count > 0)
		put_fact(report, "to_pool_lately",
				 pv_share_of(report->recent.contribution, report->recent.amount, 0), PV_RATE_SCALE,
				 "Of each 1 of those purchases, so much went there, by what the shop named. Where "
				 "it is less, all below takes longer.");
}

/* What the points of an order are worth at once. */
static void
put_at_once(const Report *report)
{
	PvOutlook outlook = look(report, PV_ONE_RATE, 0);
	int64_t fee = 0;

	/* within the worth */
	(void) pv_rate_ceil(outlook.worth, report->policy.growth.redeem_fee_rate, &fee);
	put_fact(report, "worth_at_once", pv_share_of(outlook.worth, report->amount, 0), PV_RATE_SCALE,
			 psprintf("The next buyer spends %s and gets %s points, which are worth %s right after "
					  "the order: of each 1 spent, so much.",
					  money(report->amount), pv_figure_text(outlook.points, PV_POINTS_SCALE),
					  money(outlook.worth)));
	put_fact(report, "paid_at_once", pv_share_of(outlook.worth - fee, report->amount, 0),
			 PV_RATE_SCALE, "Sold at once, the fee taken, they pay so much of each 1 spent.");
}

static void
put_exit(const Report *report)
{
	const PvGrowthPolicy *growth = &report->policy.growth;
	const char *anew = report->policy.has_exchange ? " Those that come back from custody of an "
													 "exchange begin it anew, at their worth then."
												   : "";

	if (growth->exit_multiple == PV_UNSET)
		return;
	put_fact(report, "exit", growth->exit_multiple, PV_RATE_SCALE,
			 psprintf("Points leave by themselves once they are worth so many times what was paid, "
					  "at the price then and less a fee: a limit on what they can bring, and no "
					  "promise that it is reached.%s",
					  anew));
}

/* What the points of all members would bring now. */
static void
put_all_at_once(const Report *report)
{
	PvEffect effect;

	if (!pv_redeem_all(&report->policy, &report->state, false, &effect))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE), errmsg("a redemption is out of range")));
	put_fact(report, "all_at_once", pv_share_of(effect.cash, effect.amount, 0), PV_RATE_SCALE,
			 psprintf("All points of members%s are worth %s now. If all were sold at once they "
					  "would pay %s.",
					  report->state.exchange > 0 ? ", and those in custody of an exchange," : "",
					  money(effect.amount), money(effect.cash)));
}

static void
put_outcomes(const Report *report)
{
	PvPrice price = {report->state.pool, report->state.circulating};
	PvOutcomes outcomes = pv_outcomes(report->vault, price);

	put_fact(report, "holders", outcomes.holders, 0, "So many members have points now.");
	put_fact(report, "holders_below_spend", outcomes.below_spend, 0,
			 "Of them, so many have points worth less, before any fee, than what they paid for "
			 "goods, refunds taken off.");
	put_fact(report, "left_with_less", outcomes.left_less, 0,
			 "So many sold all their points for less than what they paid.");
	put_fact(report, "left_with_more", outcomes.left_more, 0,
			 "So many sold all their points for as much as they paid, or more. What they got, "
			 "others had paid in.");
	put_fact(
		report, "left_unknown", outcomes.left_unknown, 0,
		"So many have no points, handed some over into custody of an exchange, and got less than "
		"they paid for others, or sold none: what a market pays is its own, and not known here.");
}

static void
put_report(const Report *report, bool is_named)
{
	put_order(report, is_named);
	put_at_once(report);
	for (int times = 1; times <= 3; times++)
		put_times(report, times, false);
	for (int times = 1; times <= 3; times++)
		put_times(report, times, true);
	put_exit(report);
	put_all_at_once(report);
	put_outcomes(report);
	put_row(report, "assumed", none, none, none,
			"Estimates from the policy and the vault as they are: orders like this one and nothing "
			"else, of buyers with sponsors where these are minted points; nobody sells, nothing is "
			"refunded, no fee stays, the policy does not change. Nobody knows whether orders will "
			"come; if they stop, the price stands still.");
}

/* The average of the last orders, at least the smallest amount there is. */
static int64_t
order_amount(const PvRecentOrders *recent)
{
	return recent->count > 0 ? Max(recent->amount / recent->count, 1) : SOME_ORDER;
}

/* disclosure(vault, amount) */
Datum
pv_sql_disclosure(PG_FUNCTION_ARGS)
{
	Report report = {.vault = pv_arg_int(fcinfo, 0, "vault")};
	bool is_named = !PG_ARGISNULL(1);
	int spi;
	PvBook *book;

	if (is_named)
		report.amount = pv_arg_amount(fcinfo, 1, "amount");
	if (is_named && report.amount <= 0)
		ereport(ERROR, (pv_error(AMOUNT_NOT_POSITIVE), errmsg("amount must be above 0")));
	report.store = pv_start_rows(fcinfo, &report.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, report.vault);
	book = pv_book_open(report.vault, PV_BOOK_READ, NULL, NULL);
	report.policy = book->policy;
	report.state = book->state;
	report.recent = pv_recent_orders(report.vault);
	if (!is_named)
		report.amount = order_amount(&report.recent);
	if (report.policy.has_growth)
		put_report(&report, is_named);
	else
		put_row(&report, "points", none, none, none,
				"The policy has no section growth: orders bring no points, and nothing here can "
				"rise in price.");
	pv_spi_end(spi);
	return (Datum) 0;
}
