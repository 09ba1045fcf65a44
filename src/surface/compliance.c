/*
 * compliance.c
 *	  The SQL function that answers what a regulator would ask (R2).
 *
 * None of its figures counts what the seller of a scheme would like to count; each says
 * how it could be bettered and why that does not help.  The thresholds are figures that
 * laws, courts and authorities of many places go by, in general: what holds where a vault
 * is run is for those who answer for it.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/fixed.h"
#include "engine/policy_keys.h"
#include "store/book.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/sponsors.h"
#include "store/summary.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"
#include "surface/solvency.h"
#include "surface/sums.h"
#include "types/numbers.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_compliance);

#define COMPLIANCE_COLUMNS 6
#define LINES_SHOWN 10

/* No figure in this place. */
#define NO_FIGURE INT64_C(-1)

/*
 * Levels of a line, who began it counted: some laws name three together with thirty
 * people; two are pay for bringing somebody, the first thing that is asked about.
 */
#define LEVELS_TO_LOOK_AT 2
#define LEVELS_TO_STOP_AT 3
#define PEOPLE_TO_LOOK_AT 30

/*
 * Of sales, what goes to who recruits nobody: most of them is what authorities ask for at
 * the least, and .70 what direct sellers bind themselves to.
 */
#define EXTERNAL_TO_LOOK_AT 700000
#define EXTERNAL_TO_STOP_AT 500000

/*
 * Of sales, what is paid out: from a half on goods are hardly what is sold; all of it is
 * paid by nobody but those who come later.
 */
#define PAYOUT_TO_LOOK_AT 500000
#define PAYOUT_TO_STOP_AT 1000000

/* Times the order that the rules let somebody have back: what was paid, or more. */
#define RETURN_TO_LOOK_AT 1000000

/* What is owed and has no cover: any, and half of it. */
#define COVERAGE_TO_LOOK_AT 1000000
#define COVERAGE_TO_STOP_AT 500000

typedef struct Report
{
	Tuplestorestate *store;
	TupleDesc desc;
	const PvBook *book;
	int32_t vault;
	int generations;		 /* paid by any policy that the vault ever had */
	int64_t limit_of_return; /* and the highest multiples of an order that one lets have back */
	int64_t promised_return;
	int64_t given; /* of an order, by any of them */
	bool exchange; /* points may have gone into custody and back */
	PvLines lines;
	int64_t *sales;
	int64_t *people; /* in the line of each, itself and all accounts counted */
} Report;

/* What a figure is held against, which is as bad from there upward, or downward. */
typedef struct Mark
{
	int64_t look_at;
	int64_t stop_at;
	bool downward;
} Mark;

static const Mark no_mark = {NO_FIGURE, NO_FIGURE, false};

static bool
is_beyond(int64_t figure, int64_t mark, bool downward)
{
	return mark != NO_FIGURE && (downward ? figure < mark : figure >= mark);
}

static const char *
level_of(int64_t figure, Mark mark)
{
	if (figure == NO_FIGURE)
		return "ok";
	if (is_beyond(figure, mark.stop_at, mark.downward))
		return "stop";
	return is_beyond(figure, mark.look_at, mark.downward) ? "look" : "ok";
}

static void
put_figure(Datum *values, bool *nulls, int column, int64_t figure, int scale)
{
	nulls[column] = figure == NO_FIGURE;
	if (!nulls[column])
		values[column] = NumericGetDatum(pv_to_numeric(figure, scale));
}

static void
put_level(const Report *report, const char *item, const char *level, int64_t figure, int scale,
		  Mark mark, const char *sentence)
{
	Datum values[COMPLIANCE_COLUMNS] = {0};
	bool nulls[COMPLIANCE_COLUMNS] = {0};

	pv_put_text(values, nulls, 0, item);
	pv_put_text(values, nulls, 1, level);
	put_figure(values, nulls, 2, figure, scale);
	put_figure(values, nulls, 3, mark.look_at, scale);
	put_figure(values, nulls, 4, mark.stop_at, scale);
	pv_put_text(values, nulls, 5, sentence);
	tuplestore_putvalues(report->store, report->desc, values, nulls);
}

static void
put_row(const Report *report, const char *item, int64_t figure, int scale, Mark mark,
		const char *sentence)
{
	put_level(report, item, level_of(figure, mark), figure, scale, mark, sentence);
}

/* --- policies -------------------------------------------------------------------------- */

/* A policy that was in force once has paid by it: so the worst of all counts. */
static void
count_policy(int32_t serial, void *arg)
{
	Report *report = arg;
	PvPolicy policy = pv_policy_get(report->vault, serial);
	const PvReleasePolicy *release = &policy.release;

	report->generations = Max(report->generations, pv_paid_generations(&policy));
	report->given = Max(report->given, policy.growth.pool_rate + pv_rates_beside_pool(&policy));
	report->exchange |= policy.has_exchange;
	report->limit_of_return = Max(report->limit_of_return, policy.cycle.quota_multiple);
	if (policy.has_growth)
		report->limit_of_return = Max(report->limit_of_return, policy.growth.exit_multiple);
	for (int i = 0; i < release->nlevels; i++)
		report->promised_return = Max(report->promised_return, release->levels[i].multiple);
}

static char *
generations_text(int generations)
{
	if (generations == PV_ALL_GENERATIONS)
		return pstrdup("all generations");
	return psprintf("%d %s", generations, generations == 1 ? "generation" : "generations");
}

/* One generation is one level less than it has with who is paid for it. */
static void
put_generations(const Report *report)
{
	const Mark mark = {LEVELS_TO_LOOK_AT - 1, LEVELS_TO_STOP_AT - 1, false};
	int now = pv_paid_generations(&report->book->policy);
	bool all = report->generations == PV_ALL_GENERATIONS;

	put_level(
		report, "paid_generations", level_of(report->generations, mark),
		all ? NO_FIGURE : report->generations, 0, mark,
		psprintf("The policy pays %s above a buyer, and of all policies the vault ever had the "
				 "deepest paid %s: one that was taken back counts too.",
				 generations_text(now), generations_text(report->generations)));
}

/* What the limit is no limit of, where points may have gone into custody. */
static const char *
beyond_limit(const Report *report)
{
	return report->exchange ? " Points that come back from custody of an exchange begin it anew "
							  "(X2): then more may come back."
							: "";
}

static void
put_policies(const Report *report)
{
	put_generations(report);
	put_row(report, "given_by_rule", report->given, PV_RATE_SCALE,
			(Mark){PAYOUT_TO_LOOK_AT, PAYOUT_TO_STOP_AT, false},
			"Of each sale, what the pool, the dividends and the commissions take by the policy "
			"that took most.");
	put_row(report, "limit_of_return", report->limit_of_return, PV_RATE_SCALE,
			(Mark){RETURN_TO_LOOK_AT, NO_FIGURE, false},
			psprintf("The most times an order that exit_multiple or quota_multiple of any policy "
					 "let come back. It is a limit and no promise, and must not be told as one.%s",
					 beyond_limit(report)));
	put_row(report, "promised_return", report->promised_return, PV_RATE_SCALE,
			(Mark){1, RETURN_TO_LOOK_AT, false},
			"The most times an order that a release plan of any policy grants, whatever is sold "
			"later. Many places treat the promise of a return as raising of funds.");
}

/* --- lines --------------------------------------------------------------------------------- */

/* Levels of a line that are paid, who began it counted; 0 where nobody is. */
static int64_t
paid_levels(const Report *report, int32_t place)
{
	int32_t levels = report->lines.descent.levels[place];

	return report->generations == 0 || levels == 0 ? 0
												   : 1 + Min((int64_t) levels, report->generations);
}

static bool
begins_line(const Report *report, int32_t place)
{
	return report->lines.descent.above[place] == PV_NOBODY;
}

/* Marks count where bringing somebody was ever paid. */
static Mark
where_paid(const Report *report, int64_t look_at, int64_t stop_at)
{
	return report->generations > 0 ? (Mark){look_at, stop_at, false} : no_mark;
}

static const char *
level_of_line(const Report *report, int32_t place)
{
	bool deep = paid_levels(report, place) >= LEVELS_TO_STOP_AT;
	bool large = report->generations > 0 && report->people[place] >= PEOPLE_TO_LOOK_AT;

	if (deep && large)
		return "stop";
	return deep || large ? "look" : "ok";
}

static void
put_line(const Report *report, int32_t place)
{
	put_level(report, "line", level_of_line(report, place), report->people[place], 0,
			  where_paid(report, PEOPLE_TO_LOOK_AT, NO_FIGURE),
			  psprintf("The line of \"%s\": " INT64_FORMAT " people on %d levels, who began it "
					   "counted; %d of the levels are paid.",
					   report->lines.names[place], report->people[place],
					   report->lines.descent.levels[place] + 1, (int) paid_levels(report, place)));
}

/* The largest lines, the largest first, of those the one that began first. */
static void
put_largest_lines(const Report *report)
{
	int32_t largest[LINES_SHOWN];
	int shown = 0;

	for (int32_t i = 0; i < report->lines.descent.count; i++)
	{
		int at = shown;

		if (!begins_line(report, i) || report->lines.descent.below[i] == 0)
			continue;
		while (at > 0 && report->people[largest[at - 1]] < report->people[i])
			at--;
		if (at == LINES_SHOWN)
			continue;
		shown = Min(shown + 1, LINES_SHOWN);
		memmove(&largest[at + 1], &largest[at], sizeof(int32_t) * (shown - 1 - at));
		largest[at] = i;
	}
	for (int i = 0; i < shown; i++)
		put_line(report, largest[i]);
}

static void
put_lines(const Report *report)
{
	const PvDescent *descent = &report->lines.descent;
	int64_t people = 0;
	int64_t levels = 0;
	int64_t paid = 0;
	int64_t stopped = 0;

	for (int32_t i = 0; i < descent->count; i++)
	{
		if (!begins_line(report, i))
			continue;
		people = Max(people, report->people[i]);
		levels = Max(levels, descent->levels[i] + 1);
		paid = Max(paid, paid_levels(report, i));
		stopped += strcmp(level_of_line(report, i), "stop") == 0;
	}
	put_row(report, "paid_depth", paid, 0, where_paid(report, LEVELS_TO_LOOK_AT, LEVELS_TO_STOP_AT),
			"Levels of the deepest line that are paid, who began it counted.");
	put_row(report, "depth", levels, 0, where_paid(report, LEVELS_TO_STOP_AT, NO_FIGURE),
			"Levels of the deepest line, paid or not, who began it counted.");
	put_row(report, "headcount", people, 0, where_paid(report, PEOPLE_TO_LOOK_AT, NO_FIGURE),
			"People in the largest line: who began it, the suspended, those who never bought, and "
			"accounts that were merged.");
	put_row(report, "lines_to_stop", stopped, 0, where_paid(report, NO_FIGURE, 1),
			psprintf("Lines of at least %d paid levels and %d people together.", LEVELS_TO_STOP_AT,
					 PEOPLE_TO_LOOK_AT));
	put_largest_lines(report);
}

/* --- sales ----------------------------------------------------------------------------------- */

/*
 * Whether what a member bought was sold to somebody who recruits nobody: it never brought
 * anybody, is not suspended, and no other account was merged into it, whose line that one
 * may have lost.
 */
static bool
is_external(const Report *report, int32_t place)
{
	const PvLineFacts *facts = &report->lines.facts[place];

	return !facts->brought && !facts->suspended && facts->merged == 0;
}

static void
put_external(const Report *report)
{
	Mark mark = {EXTERNAL_TO_LOOK_AT, EXTERNAL_TO_STOP_AT, true};
	int64_t all = 0;
	int64_t external = 0;
	int64_t outside = 0;

	/* who recruits for nothing is to be looked at, no more */
	if (report->generations == 0)
		mark.stop_at = NO_FIGURE;
	for (int32_t i = 0; i < report->lines.descent.count; i++)
	{
		/* what came back was not sold, and makes no other's sale less */
		int64_t sales = Max(report->sales[i], 0);

		all = pv_plus(all, sales);
		if (!is_external(report, i))
			continue;
		external = pv_plus(external, sales);
		if (begins_line(report, i))
			outside = pv_plus(outside, sales);
	}
	put_row(report, "external_share", pv_share_of(external, all, NO_FIGURE), PV_RATE_SCALE, mark,
			"Of sales, refunds taken off, what was bought by members who never brought anybody, "
			"are not suspended, and took over no other account.");
	put_row(report, "outside_share", pv_share_of(outside, all, NO_FIGURE), PV_RATE_SCALE,
			report->generations > 0 ? (Mark){EXTERNAL_TO_STOP_AT, NO_FIGURE, true} : no_mark,
			"Of sales, what of that was bought by members whom nobody brought either: accounts "
			"that somebody opened below itself do not count.");
}

static void
put_payout(const Report *report)
{
	PvSalesSum sum = pv_sum_sales(report->vault);
	int64_t by_points = pv_plus(pv_plus(sum.redeemed, sum.credited), sum.granted);
	int64_t by_sales = pv_plus(pv_plus(sum.dividends, sum.shareholders), sum.commissions);
	int64_t paid = pv_plus(pv_plus(by_points, by_sales), sum.released);
	bool pays_without_sales = paid > 0 && sum.sales <= 0;
	const Mark mark = {PAYOUT_TO_LOOK_AT, PAYOUT_TO_STOP_AT, false};
	int64_t share = pv_share_of(paid, sum.sales, NO_FIGURE);
	const char *custody =
		report->exchange
			? "Points handed over into custody of an exchange count once somebody redeems them. "
			: "";

	put_level(report, "payout_share", pays_without_sales ? "stop" : level_of(share, mark), share,
			  PV_RATE_SCALE, mark,
			  psprintf("Members were paid %s: points redeemed and exited, for cash, for goods "
					   "and for shares of stock, credits for points, dividends, commissions, the "
					   "shareholder pool, rewards that release plans released, grants, and "
					   "adjustments up. %sOf sales, refunds taken off, %s.",
					   pv_figure_text(paid, PV_AMOUNT_SCALE), custody,
					   pv_figure_text(sum.sales, PV_AMOUNT_SCALE)));
}

/* --- cover, and who answers ------------------------------------------------------------------- */

static void
put_cover(const Report *report)
{
	PvSolvency sums = pv_solvency(report->book);

	put_row(report, "coverage", pv_share_of(sums.backed, sums.owed, PV_ONE_RATE), PV_RATE_SCALE,
			(Mark){COVERAGE_TO_LOOK_AT, COVERAGE_TO_STOP_AT, true},
			"Of what is owed, what accounts of the vault cover: solvency() has it line by line.");
	put_row(report, "unbacked", pv_plus(sums.owed - sums.backed, sums.promised), PV_AMOUNT_SCALE,
			(Mark){1, NO_FIGURE, false},
			"What is owed or promised and no account covers: rewards, quota and what release plans "
			"have still to release included.");
}

static void
put_acknowledgement(const Report *report)
{
	PvAcknowledgement given = pv_acknowledgement(report->vault);
	bool needed = report->generations > 1;
	const char *level = !needed ? "ok" : given.text ? "look" : "stop";

	put_level(report, "acknowledged", level, NO_FIGURE, 0, no_mark,
			  given.text
				  ? psprintf("\"%s\" answers for pay over several levels, by the policy that role "
							 "\"%s\" set at %s.",
							 given.text, given.actor ? given.actor : "unknown",
							 given.moment ? given.moment : "an unknown moment")
				  : psprintf("The policy names nobody who answers for pay over several levels%s.",
							 needed ? ", and one of the vault's policies paid them" : ""));
}

/* Reads lines and sales. */
static void
load(Report *report)
{
	int32_t count;
	int64_t *own;

	pv_each_policy(report->vault, count_policy, report);
	report->lines = pv_lines_of_vault(report->vault);
	report->sales = pv_line_sales(&report->lines);
	count = report->lines.descent.count;
	own = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64_t) * ((Size) count + 1));
	report->people =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64_t) * ((Size) count + 1));
	for (int32_t i = 0; i < count; i++)
		own[i] = 1 + report->lines.facts[i].merged;
	/* no sum of members is out of range */
	(void) pv_sum_below(&report->lines.descent, own, report->people);
	for (int32_t i = 0; i < count; i++)
		report->people[i] += own[i];
}

/* compliance(vault) */
Datum
pv_sql_compliance(PG_FUNCTION_ARGS)
{
	Report report = {.vault = pv_arg_int(fcinfo, 0, "vault")};
	int spi;

	report.store = pv_start_rows(fcinfo, &report.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, report.vault);
	report.book = pv_book_open(report.vault, PV_BOOK_READ, NULL, NULL);
	load(&report);
	put_policies(&report);
	put_lines(&report);
	put_external(&report);
	put_payout(&report);
	put_cover(&report);
	put_acknowledgement(&report);
	pv_spi_end(spi);
	return (Datum) 0;
}
