/*
 * solvency.c
 *	  The SQL function that tells what is owed and what covers it (R3).
 *
 * Each kind of debt is a line of its own, and a line is a function: another one is added
 * beside these, and called in its place in put_report().
 */
#include "surface/solvency.h"

#include "base/tokens.h"
#include "engine/cycle.h"
#include "engine/fixed.h"
#include "engine/outlook.h"
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

PG_FUNCTION_INFO_V1(pv_sql_solvency);

#define SOLVENCY_COLUMNS 7

/*
 * A report at work, of which only the sums may be wanted (store NULL): sums so far, and
 * what of the house's own is not used up yet.
 */
typedef struct Report
{
	Tuplestorestate *store;
	TupleDesc desc;
	int32_t vault;
	PvPolicy policy;
	PvVault state;
	PvHoldingsSum has;
	PvReleaseSum plans;
	int64_t free; /* of reserve and platform */
	int64_t owed;
	int64_t backed;
} Report;

static void
put_amount(Datum *values, int column, int64_t amount)
{
	values[column] = NumericGetDatum(pv_to_numeric(amount, PV_AMOUNT_SCALE));
}

/* A row; covered_by NULL: it is nothing that is to be covered. */
static void
put_row(const Report *report, const char *section, const char *item, int64_t amount,
		const char *covered_by, int64_t backed, const char *sentence)
{
	Datum values[SOLVENCY_COLUMNS] = {0};
	bool nulls[SOLVENCY_COLUMNS] = {0};

	if (!report->store)
		return;
	pv_put_text(values, nulls, 0, section);
	pv_put_text(values, nulls, 1, item);
	put_amount(values, 2, amount);
	pv_put_text(values, nulls, 3, covered_by);
	nulls[4] = nulls[5] = covered_by == NULL;
	if (covered_by)
	{
		put_amount(values, 4, backed);
		put_amount(values, 5, amount - backed);
	}
	pv_put_text(values, nulls, 6, sentence);
	tuplestore_putvalues(report->store, report->desc, values, nulls);
}

/* What is owed, and how much of that an account of the vault has. */
static void
put_owed(Report *report, const char *item, int64_t amount, const char *covered_by, int64_t cover,
		 const char *sentence)
{
	int64_t backed = Max(Min(amount, cover), 0);

	report->owed = pv_plus(report->owed, amount);
	report->backed = pv_plus(report->backed, backed);
	put_row(report, "owed", item, amount, covered_by, backed, sentence);
}

/* What no account is for: reserve and platform cover it as far as they go. */
static void
put_owed_by_house(Report *report, const char *item, int64_t amount, const char *sentence)
{
	int64_t cover = Min(amount, report->free);

	put_owed(report, item, amount, "reserve and platform", cover, sentence);
	report->free -= cover;
}

/* What points are worth at the price now, rounded down. */
static int64_t
worth_of(const Report *report, int64_t points)
{
	PvPrice price = {report->state.pool, report->state.circulating};
	int64_t worth = 0;

	if (price.points > 0 && !pv_value_at(price, points, &worth))
		ereport(ERROR,
				(pv_error(BALANCE_OUT_OF_RANGE), errmsg("a value of points is out of range")));
	return worth;
}

pv_noreturn static void
refuse_damaged(const Report *report, const char *why)
{
	ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg(why, report->vault),
					errhint("pointsvault.verify(%d) names what was changed.", report->vault)));
	pg_unreachable();
}

/*
 * Where members have other than the vault's state says, or plans released other than its closes
 * say, no report would be right.
 */
static void
check_sums(const Report *report)
{
	const PvVault *state = &report->state;
	const PvHoldingsSum *has = &report->has;
	const PvReleaseSum *plans = &report->plans;

	if (has->points != pv_points_of_members(state) || has->credits != state->credits ||
		has->cash - has->cash_due != state->cash || has->debt != state->debts)
		refuse_damaged(report, "the members of vault %d have other than its state says");
	if (plans->by_members != plans->by_days || plans->by_plans != plans->by_days ||
		plans->remaining < 0)
		refuse_damaged(report, "the release plans of vault %d released other than its closes say");
}

/* What the close of the open day will share out of its sales, beside what was carried. */
static int64_t
open_day(const Report *report)
{
	PvDay day = {0};
	int64_t pool;

	if (!pv_day_pools(&report->policy, &report->state, &day) || !pv_day_pool(&day, &pool))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE), errmsg("a pool is out of range")));
	return report->policy.has_cycle ? pool - report->state.dividends : 0;
}

static void
put_points(Report *report)
{
	int64_t worth = worth_of(report, report->has.points);

	put_owed(report, "points", worth, "pool", report->state.pool,
			 "Members' points at the price now, before any fee: the most that can ever be paid for "
			 "them at this price. The pool holds it.");
}

static void
put_custody(Report *report)
{
	put_owed(report, "custody", worth_of(report, report->state.exchange), "pool",
			 report->state.pool,
			 "Points in custody of an exchange, at the price now, before any fee: whoever they are "
			 "taken back for may redeem them. The pool holds it. What a market pays for them is "
			 "its own.");
}

static void
put_credits(Report *report)
{
	put_owed(report, "credits", report->has.credits, "treasury",
			 worth_of(report, report->state.treasury),
			 "Credits are of a fixed value. Points of the treasury back them, and the pool holds "
			 "what these are worth.");
}

static void
put_cash(Report *report)
{
	put_owed_by_house(report, "cash", report->has.cash,
					  "Members may withdraw this, with what closes paid and is not posted yet. It "
					  "left the pool, or the sales of its day, when it became cash, and no account "
					  "of the vault holds it: the house has to have it.");
}

static void
put_carried(Report *report)
{
	put_owed(report, "carried", report->state.dividends, "carried", report->state.dividends,
			 "Not paid by the last close, and kept for the next one's dividends (C7).");
	put_owed(report, "shareholder_pool", report->state.shareholders, "shareholder_pool",
			 report->state.shareholders,
			 "Set aside out of orders since the last close, which the next one shares out to all "
			 "who have shares (C6a).");
}

static void
put_open_day(Report *report)
{
	put_owed_by_house(report, "open_day", open_day(report),
					  "What the close of the open day will share out of the day's sales so far, at "
					  "most. It is the house's until then.");
}

static void
put_reward(Report *report)
{
	int64_t unposted = pv_plus(report->plans.by_members, -report->has.posted);

	put_owed(report, "reward", pv_plus(report->has.reward, unposted), "nothing", 0,
			 "Rewards are spent on goods of the house, with what release plans released and is not "
			 "posted yet. No pool backs them (L7).");
}

static void
put_debts(Report *report)
{
	put_owed(report, "debt", report->has.debt, "nothing", 0,
			 "Old debts, which the house owed before the vault and settles by goods (D1). No pool "
			 "backs them.");
}

static void
put_total(const Report *report)
{
	put_row(report, "total", "owed", report->owed, "what is named above", report->backed,
			"All that is owed. What is not backed the house has to pay out of money of its own.");
}

/* Not owed, and not added up with what is. */
static void
put_promises(const Report *report)
{
	put_row(report, "promise", "quota", report->has.quota, "nothing", 0,
			"A limit and no debt: the most that dividends may still pay. They come out of later "
			"sales, if there are any; no pool backs them.");
	put_row(report, "promise", "to_release", report->plans.remaining, "nothing", 0,
			"What release plans have still to release, as of the last close: promised whatever is "
			"sold later, and owed in rewards day by day. No pool backs it (L7).");
}

static void
put_due(const Report *report)
{
	put_row(report, "due", "cash_due", report->has.cash_due, NULL, 0,
			"Members owe this, after refunds (G13). It is not taken off what others are owed, and "
			"taken off what reserve and platform cover: until it is paid it is no money.");
}

static void
put_cover(const Report *report)
{
	const PvVault *state = &report->state;
	int64_t money =
		pv_plus(pv_plus(state->pool, state->reserve), pv_plus(state->platform, state->cash));

	put_row(report, "cover", "pool", state->pool, NULL, 0,
			"The money that backs all points, those of the treasury and in custody too.");
	put_row(report, "cover", "treasury", worth_of(report, state->treasury), NULL, 0,
			"Of the pool: what the points that back the credits are worth. What they are worth "
			"beyond the credits is the house's growth (G14).");
	put_row(report, "cover", "reserve", state->reserve, NULL, 0,
			"What the pool gave up, as no points back it (V3, V6), and what redeem_surplus took.");
	put_row(report, "cover", "platform", state->platform, NULL, 0,
			"What the house took for goods, got back with refunds, and had left of commissions and "
			"dividends, less what it paid in. Below 0 it covers nothing.");
	put_row(report, "cover", "kept", pv_plus(state->dividends, state->shareholders), NULL, 0,
			"What is kept for dividends.");
	put_row(report, "cover", "money",
			pv_plus(money, pv_plus(state->dividends, state->shareholders)), NULL, 0,
			"What came in by the books and did not go out: pool, reserve, platform, what is kept "
			"for dividends, and cash of members less what they owe. The vault moves no money and "
			"sees no bank account: compare this with the bank's.");
}

/* G4: the same points in one redeem, as it is paid out. */
static void
put_redemptions(const Report *report)
{
	PvEffect cash;
	PvEffect goods;

	if (!pv_redeem_all(&report->policy, &report->state, false, &cash) ||
		!pv_redeem_all(&report->policy, &report->state, true, &goods))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE), errmsg("a redemption is out of range")));
	put_row(
		report, "of points", "redeemed_for_cash", cash.cash, NULL, 0,
		"What redeeming all points of members at once, and those in custody once they are taken "
		"back, would pay in cash, after the fee.");
	put_row(report, "of points", "redeemed_for_goods", goods.cash, NULL, 0,
			"What it would pay in goods, after the fee for goods.");
	put_row(report, "of points", "fee_kept", cash.fee, NULL, 0,
			"What the fee for cash would leave in the pool.");
}

static void
put_report(Report *report)
{
	const PvVault *state = &report->state;

	report->free = pv_plus(pv_plus(state->reserve, state->platform), -report->has.cash_due);
	report->free = Max(report->free, 0);
	put_points(report);
	put_custody(report);
	put_credits(report);
	put_cash(report);
	put_carried(report);
	put_open_day(report);
	put_reward(report);
	put_debts(report);
	put_total(report);
	put_promises(report);
	put_due(report);
	put_redemptions(report);
	put_cover(report);
}

/* Reads what members have, and tells all of it. */
static void
run_report(Report *report, const PvBook *book)
{
	report->vault = book->vault;
	report->policy = book->policy;
	report->state = book->state;
	report->has = pv_sum_holdings(report->vault);
	report->plans = pv_sum_release(report->vault);
	check_sums(report);
	put_report(report);
}

/* The sums of the report alone. */
PvSolvency
pv_solvency(const PvBook *book)
{
	Report report = {0};

	run_report(&report, book);
	return (PvSolvency){.owed = report.owed,
						.backed = report.backed,
						.promised = pv_plus(report.has.quota, report.plans.remaining)};
}

/* solvency(vault) */
Datum
pv_sql_solvency(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	Report report = {0};
	int spi;

	report.store = pv_start_rows(fcinfo, &report.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	run_report(&report, pv_book_open(vault, PV_BOOK_READ, NULL, NULL));
	pv_spi_end(spi);
	return (Datum) 0;
}
