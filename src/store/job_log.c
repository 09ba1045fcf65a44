/*
 * job_log.c
 *	  What jobs did, as it is kept.
 */
#include "store/job_log.h"

#include "base/tokens.h"
#include "engine/event.h"
#include "store/calendar.h"
#include "store/plan.h"
#include "store/state.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

/* clang-format off */

static PvPlan insert_job = {
	"INSERT INTO pointsvault.job_data (vault, job, day, started_at, finished_at, failed, outcome) "
	"VALUES ($1, $2, $3, $4, pg_catalog.clock_timestamp(), $5, $6)",
	"itdzbt", NULL};

/* Of those that failed the outcome is an error, which names members between such marks. */
static PvPlan rename_in_outcomes = {
	"UPDATE pointsvault.job_data "
	"SET outcome = pg_catalog.replace(outcome, $2, $3) "
	"WHERE vault = $1 AND failed AND pg_catalog.strpos(outcome, $2) > 0",
	"itt", NULL};

/* Plain rows, whatever else of the vault cannot be read. */
static PvPlan first_open_day = {
	"SELECT COALESCE(("
			"SELECT day + 1 "
			"FROM pointsvault.day_data "
			"WHERE vault = $1 "
			"ORDER BY day DESC LIMIT 1), ("
			"SELECT day "
			"FROM pointsvault.journal_data "
			"WHERE vault = $1 AND kind BETWEEN $2 AND $3 "
			"ORDER BY seq LIMIT 1))",
	"iss", NULL};

/* clang-format on */

static PvPlan read_day = {
	"SELECT pool, paid FROM pointsvault.day_data WHERE vault = $1 AND day = $2", "id", NULL};

/* Keeps what a job did; day PV_NO_DAY: it was of no one day. */
void
pv_job_note(int32_t vault, const char *job, DateADT day, TimestampTz started_at, bool failed,
			const char *outcome)
{
	Datum values[6] = {Int32GetDatum(vault), CStringGetTextDatum(job),
					   DateADTGetDatum(day), TimestampTzGetDatum(started_at),
					   BoolGetDatum(failed), CStringGetTextDatum(outcome)};
	bool nulls[6] = {false, false, day == PV_NO_DAY, false, false, false};

	(void) pv_run(&insert_job, values, nulls, false);
}

/* Gives a member its new name in what was kept. */
void
pv_job_rename(int32_t vault, const char *old_name, const char *new_name)
{
	Datum values[3] = {Int32GetDatum(vault), CStringGetTextDatum(psprintf("\"%s\"", old_name)),
					   CStringGetTextDatum(psprintf("\"%s\"", new_name))};

	(void) pv_run(&rename_in_outcomes, values, NULL, false);
}

/* The day that a close which failed was of. */
DateADT
pv_job_day(int32_t vault)
{
	Datum values[3] = {Int32GetDatum(vault), Int16GetDatum(PV_KIND_FIRST_EVENT),
					   Int16GetDatum(PV_KIND_LAST_EVENT)};
	PvRow row;

	(void) pv_run(&first_open_day, values, NULL, false);
	row = pv_result_row(0);
	return row.nulls[0] ? PV_NO_DAY : DatumGetDateADT(row.values[0]);
}

/* What a day that was just closed had and paid. */
void
pv_job_result_of_day(int32_t vault, DateADT day, int64_t *pool, int64_t *paid)
{
	Datum values[2] = {Int32GetDatum(vault), DateADTGetDatum(day)};
	PvRow row;

	if (pv_run(&read_day, values, NULL, false) != 1)
		ereport(ERROR,
				(pv_error(DAMAGED_DATA), errmsg("day %s of vault %d was closed and is not there",
												pv_date_text(day), vault)));
	row = pv_result_row(0);
	*pool = pv_row_int(&row, 0);
	*paid = pv_row_int(&row, 1);
}
