/*
 * report.c
 *	  The report of verify(vault): what was looked at, and the first of each check that
 *	  failed.
 */
#include "audit/report.h"

#include "base/pace.h"
#include "engine/decimal.h"
#include "store/plan.h"
#include "surface/rows.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define VERIFY_COLUMNS 5
#define ROWS_PER_LOOK 1000 /* at the clock */

static const char *const check_names[PV_CHECK_COUNT] = {
	"journal without gaps, in the order of time",
	"journal rows unchanged since they were booked",
	"business days (U5)",
	"refs unique, each found by the index (V4)",
	"policies as journalled",
	"events as the engine computes them",
	"states as the engine computes them",
	"1: the price never falls (V2)",
	"1: no point above 10 000, no pool without points (V3, V6)",
	"2: issued not below circulating, within the cap (G3)",
	"4: credits covered by the treasury (G9)",
	"6: postings sum to zero",
	"2: circulating = points of members + treasury + custody (X3)",
	"4: credits outstanding = credits of members",
	"7: cash owed = cash of members",
	"7: old debts = debts to members (D1)",
	"5: redeeming everything at once pays at most the pool",
	"7: balances = sums of postings",
	"3: lots as the events left them",
	"exit limits and floors (G6, G7)",
	"8: paid + unallocated = pools of each day (C4 to C7)",
	"8: each day paid what its members were due (C3 to C6)",
	"running totals and ends of quotas (C8)",
	"team sales, stars and ranks (L4, M1)",
	"9: release plans, and what they released (L1 to L7)",
	"9: shares of stock within the total, grants and locks (Q1 to Q4)",
	"9: series and items as their events left them (N1 to N5)",
	"partners as closes made them (P1)",
	"members as enrolled",
	"vault as created, suspension as journalled",
	"queued orders as submitted (H1)",
	"members and orders as they came in and went out",
	"sealed rows as they were sealed",
	"published balances as members had them",
};

/* Counts one more thing that a check has looked at. */
void
pv_checked(PvReport *report, PvCheckId check)
{
	report->checks[check].looked_at++;
}

static char *
keep(const PvReport *report, const char *string)
{
	return MemoryContextStrdup(report->results, string);
}

/*
 * A check failed: the first time is what is reported, the others are counted.
 */
void
pv_failed(PvReport *report, PvCheckId check, const char *detail, const char *expected,
		  const char *found)
{
	PvCheck *outcome = &report->checks[check];

	if (outcome->failed++ > 0)
		return;
	outcome->detail = keep(report, detail);
	outcome->expected = keep(report, expected);
	outcome->found = keep(report, found);
}

/*
 * Compares a figure; where it differs, `what` with the number of what it is of,
 * if that is not 0, says where.
 */
void
pv_compare(PvReport *report, PvCheckId check, const char *what, int64_t of, int64_t expected,
		   int64_t found, int scale)
{
	char wanted[PV_DECIMAL_BUFSIZE];
	char stored[PV_DECIMAL_BUFSIZE];

	if (expected == found)
		return;
	(void) pv_decimal_print(expected, scale, wanted);
	(void) pv_decimal_print(found, scale, stored);
	pv_failed(report, check, of != 0 ? psprintf("%s " INT64_FORMAT, what, of) : what, wanted,
			  stored);
}

/* A check failed for a member; `what` of it differs. */
void
pv_fail_member(PvReport *report, PvCheckId check, int64_t member, const char *what,
			   const char *expected, const char *found)
{
	pv_failed(report, check, psprintf("member " INT64_FORMAT ", %s", member, what), expected,
			  found);
}

/*
 * Compares a figure of a member; `of` names, by its number, the event or lot it
 * is of, 0 = none.
 */
void
pv_compare_member(PvReport *report, PvCheckId check, int64_t member, const char *what, int64_t of,
				  int64_t expected, int64_t found, int scale)
{
	if (expected != found)
		pv_compare(report, check, psprintf("member " INT64_FORMAT ", %s", member, what), of,
				   expected, found, scale);
}

/*
 * Says every few seconds how far it is.
 */
void
pv_verify_progress(PvReport *report, const char *what, int64_t done)
{
	if (done % ROWS_PER_LOOK != 0)
		return;
	CHECK_FOR_INTERRUPTS();
	if (!pv_is_time_to_tell(&report->noticed_at))
		return;
	ereport(NOTICE, (errmsg("verify: " INT64_FORMAT " %s checked, " INT64_FORMAT
							" rows in the journal of vault %d",
							done, what, report->journal_rows, report->vault)));
}

/* Adds the row of a check to the report. */
void
pv_report_put(Tuplestorestate *store, TupleDesc desc, PvCheckId id, const PvCheck *check)
{
	Datum values[VERIFY_COLUMNS];
	bool nulls[VERIFY_COLUMNS] = {0};
	const char *looked_at = psprintf(INT64_FORMAT " checked", check->looked_at);
	const char *detail = check->detail;

	if (check->failed > 1)
		detail = psprintf("%s, and " INT64_FORMAT " more", detail ? detail : "", check->failed - 1);
	values[0] = CStringGetTextDatum(check_names[id]);
	values[1] = BoolGetDatum(check->failed == 0);
	pv_put_text(values, nulls, 2, check->expected ? check->expected : looked_at);
	pv_put_text(values, nulls, 3, check->found ? check->found : looked_at);
	pv_put_text(values, nulls, 4, detail);
	tuplestore_putvalues(store, desc, values, nulls);
}

/* What may be wrong with the data, as opposed to the server, or to who waits for it. */
static bool
is_about_data(int sqlerrcode)
{
	int category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) &&
		   category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
		   category != ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR);
}

/*
 * Runs a body that reads data which may be damaged; the error that ended it, or NULL.
 */
ErrorData *
pv_verify_try(bool (*body)(void *arg), void *arg)
{
	bool kept;
	ErrorData *error = pv_try(body, arg, &kept);

	if (error && !is_about_data(error->sqlerrcode))
		ReThrowError(error);
	return error;
}
