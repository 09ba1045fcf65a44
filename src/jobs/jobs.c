/*
 * jobs.c
 *	  run_jobs(): what has to be done for each vault from time to time.
 *
 * The procedure commits after each step, which PostgreSQL allows only outside of
 * all that has rights or settings of its own: what touches tables are functions
 * that it calls, by names that no search_path decides.  Each does one transaction's
 * worth of a job, under the vault's lock unless it only counts, from what it finds
 * there, and notes it in the same transaction.
 * So a run that was broken off, or missed, or that goes on elsewhere at the same
 * time, leaves nothing to be repaired: the next step finds what is left.
 */
#include "base/compat.h"
#include "base/pace.h"
#include "base/tokens.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/calendar.h"
#include "store/closing.h"
#include "store/job_log.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/queue_rows.h"
#include "store/seals.h"
#include "store/state.h"
#include "store/tally.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/events.h"
#include "surface/orders.h"
#include "surface/rows.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/errcodes.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pv_sql_run_jobs);
PG_FUNCTION_INFO_V1(pv_sql_job_vaults);
PG_FUNCTION_INFO_V1(pv_sql_job_step);
PG_FUNCTION_INFO_V1(pv_sql_note_job);

/* Orders, or exits, in one transaction. */
#define MOST_AT_ONCE 10000

/* Journal rows that are sealed in one. */
#define MOST_SEALED 1000000

/* A step that lost a race is tried so often; each wait is longer by so much. */
#define MOST_TRIES 8
#define LONGER_WAIT_MS 20

#define STEP_COLUMNS 4

/* As job_run shows it. */
#define CLOSE_JOB "close"

/* What a step did. */
typedef struct Done
{
	bool again;			 /* there is more to do */
	const char *outcome; /* NULL: there was nothing to do */
	DateADT day;		 /* that it closed, or PV_NO_DAY */
	int days_left;		 /* to be closed after it */
} Done;

/* --- what is noted ----------------------------------------------------------------- */

/* note_job(vault, job, started_at, outcome) */
Datum
pv_sql_note_job(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *job = pv_arg_text(fcinfo, 1, "job");
	int spi;

	if (PG_ARGISNULL(2))
		pv_refuse_null("started_at");
	if (PG_ARGISNULL(3))
		pv_refuse_null("outcome");
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_job_note(vault, job, strcmp(job, CLOSE_JOB) == 0 ? pv_job_day(vault) : PV_NO_DAY,
				PG_GETARG_TIMESTAMPTZ(2), true, text_to_cstring(PG_GETARG_TEXT_PP(3)));
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* --- the steps ---------------------------------------------------------------------- */

/* "12 orders", "1 exit" */
static const char *
counted(int64_t count, const char *thing)
{
	return psprintf(INT64_FORMAT " %s%s", count, thing, count == 1 ? "" : "s");
}

static Done
settle_step(int32_t vault, TimestampTz upto)
{
	Done done = {.day = PV_NO_DAY};
	PvSettled settled;

	(void) upto;
	if (!pv_queue_is_due(vault))
		return done;
	settled = pv_settle(vault, MOST_AT_ONCE);
	done.again = !settled.complete;
	if (settled.set_aside > 0)
		done.outcome = psprintf("settled %s, set aside " INT64_FORMAT,
								counted(settled.booked, "order"), settled.set_aside);
	else if (settled.booked > 0)
		done.outcome = psprintf("settled %s", counted(settled.booked, "order"));
	return done;
}

static const char *
close_outcome(int32_t vault, DateADT day)
{
	int64_t pool;
	int64_t paid;

	pv_job_result_of_day(vault, day, &pool, &paid);
	return psprintf("closed: paid %s of %s", pv_amount_text(paid), pv_amount_text(pool));
}

/* How many days before one have not been closed. */
static int
days_to_close(PvBook *book, TimestampTz upto)
{
	DateADT open_day = pv_book_open_day(book);

	return open_day == PV_NO_DAY ? 0 : Max(pv_book_day(book, upto) - open_day, 0);
}

/* As the caller's query sees the vault: waits for nobody. */
static int
days_to_close_as_seen(int32_t vault, TimestampTz upto)
{
	return days_to_close(pv_book_open(vault, PV_BOOK_READ, NULL, NULL), upto);
}

static Done
close_step(int32_t vault, TimestampTz upto)
{
	Done done = {.day = PV_NO_DAY};
	PvBook *book;
	int days;

	if (days_to_close_as_seen(vault, upto) == 0)
		return done;
	/* somebody else may have closed it, or bidden the jobs stop, before we got the lock */
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	days = days_to_close(book, upto);
	if (days == 0 || book->suspended || book->importing)
		return done;
	done.day = pv_book_open_day(book);
	pv_close_before(book, done.day + 1);
	pv_book_write(book);
	done.days_left = days - 1;
	done.again = done.days_left > 0;
	done.outcome = close_outcome(vault, done.day);
	return done;
}

/*
 * An order closes the days before its own (V7), all in the transaction it is
 * booked in: those before the first order that waits are closed ahead, one by one.
 * No order loses its day by that.
 */
static Done
close_ahead_step(int32_t vault, TimestampTz upto)
{
	if (days_to_close_as_seen(vault, upto) == 0 || !pv_queue_is_due(vault))
		return (Done){.day = PV_NO_DAY};
	return close_step(vault, Min(upto, pv_queue_first_due(vault)));
}

/*
 * Exits are events of now, which close the days before it (V7): with days left
 * open for an `upto` in the past, they are left too.
 */
static bool
exits_are_due(int32_t vault)
{
	PvBook *book = pv_book_open(vault, PV_BOOK_READ, NULL, NULL);
	PvEntry now = {.day = pv_book_open_day(book)};

	if (now.day == PV_NO_DAY || now.day < pv_book_today(book))
		return false;
	return pv_book_exits(book, &now, 1) > 0; /* in memory, which is dropped */
}

static Done
exits_step(int32_t vault, TimestampTz upto)
{
	Done done = {.day = PV_NO_DAY};
	int64_t count;

	(void) upto;
	if (!exits_are_due(vault))
		return done;
	count = pv_process_exits(vault, MOST_AT_ONCE);
	done.again = count == MOST_AT_ONCE;
	if (count > 0)
		done.outcome = psprintf("booked %s", counted(count, "exit"));
	return done;
}

/* Not under the vault's lock, see store/tally.c: counting holds up nobody. */
static Done
tally_step(int32_t vault, TimestampTz upto)
{
	Done done = {.day = PV_NO_DAY};
	int64_t count;

	(void) upto;
	pv_spi_read_all();
	count = pv_tally_advance(vault);
	if (count > 0)
		done.outcome = psprintf("counted %s", counted(count, "member"));
	return done;
}

/*
 * Nor is this under the vault's lock, see store/seals.c.  Only where it fails is it in
 * job_run: each time that the log grew has a row of its own.
 */
static Done
seal_step(int32_t vault, TimestampTz upto)
{
	Done done = {.day = PV_NO_DAY};
	int64_t added;

	(void) upto;
	if (pv_is_release_0_1())
		return done;
	pv_spi_read_all();
	(void) pv_seal(vault, MOST_SEALED, &added);
	done.again = added >= MOST_SEALED;
	return done;
}

/*
 * In this order: orders belong to days not closed yet; exits are events of today;
 * nobody waits for a tally; all that they did is sealed.
 */
static const struct
{
	const char *name;
	const char *job; /* as job_run shows it */
	Done (*step)(int32_t vault, TimestampTz upto);
	const char *doing;
} steps[] = {{"close_ahead", CLOSE_JOB, close_ahead_step, "closing days"},
			 {"settle", "settle", settle_step, "settling orders"},
			 {"close", CLOSE_JOB, close_step, "closing days"},
			 {"exits", "exits", exits_step, "booking exits"},
			 {"tally", "tally", tally_step, "counting members"},
			 {"seal", "seal", seal_step, "sealing rows"}};

/* "close_ahead, settle" and so on. */
static const char *
step_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < (int) lengthof(steps); i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", steps[i].name);
	return names.data;
}

static int
find_step(const char *name)
{
	for (int i = 0; i < (int) lengthof(steps); i++)
		if (strcmp(steps[i].name, name) == 0)
			return i;
	ereport(ERROR, (pv_error(UNKNOWN_STEP), errmsg("there is no step \"%s\"", name),
					errhint("Steps: %s.", step_names())));
}

/*
 * Does a step and notes it.  A vault that was suspended meanwhile, or is being
 * imported, has nothing to do.
 */
static Done
do_step(int32_t vault, int step, TimestampTz upto)
{
	TimestampTz started_at = GetCurrentTimestamp();
	Done done = {.day = PV_NO_DAY};

	if (pv_vault_suspended(vault, false) || pv_vault_importing(vault, false))
		return done;
	done = steps[step].step(vault, Min(upto, started_at));
	if (done.outcome)
		pv_job_note(vault, steps[step].job, done.day, started_at, false, done.outcome);
	return done;
}

static Datum
done_datum(TupleDesc desc, const Done *done)
{
	Datum values[STEP_COLUMNS] = {BoolGetDatum(done->again), (Datum) 0, DateADTGetDatum(done->day),
								  Int32GetDatum(done->days_left)};
	bool nulls[STEP_COLUMNS] = {false, false, done->day == PV_NO_DAY, false};

	pv_put_text(values, nulls, 1, done->outcome);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* job_step(vault, step, upto) */
Datum
pv_sql_job_step(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int step = find_step(pv_arg_text(fcinfo, 1, "step"));
	MemoryContext caller = CurrentMemoryContext;
	TupleDesc desc;
	Datum result;
	Done done;
	int spi;

	if (PG_ARGISNULL(2))
		pv_refuse_null("upto");
	desc = pv_row_type(fcinfo);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_spi_use_memory();
	done = do_step(vault, step, PG_GETARG_TIMESTAMPTZ(2));
	MemoryContextSwitchTo(caller);
	result = done_datum(desc, &done);
	pv_spi_end(spi);
	return result;
}

/* job_vaults() */
Datum
pv_sql_job_vaults(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int spi = pv_spi_begin();
	int found;
	int32_t *at_work = pv_vaults_at_work(&found);
	Datum *vaults = palloc(sizeof(Datum) * Max(found, 1));
	ArrayType *array;
	int count = 0;

	for (int i = 0; i < found; i++)
		if (pv_is_authorized(fcinfo, at_work[i]))
			vaults[count++] = Int32GetDatum(at_work[i]);
	MemoryContextSwitchTo(caller);
	array = construct_array(vaults, count, INT4OID, sizeof(int32), true, TYPALIGN_INT);
	pv_spi_end(spi);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* --- run_jobs ------------------------------------------------------------------------- */

/* A step as run_jobs has it done. */
typedef struct Step
{
	int32_t vault;
	int number;
	TimestampTz upto;
	TimestampTz started_at;
	Done done;
} Step;

typedef struct Run
{
	TimestampTz upto;
	TimestampTz told_at;
	MemoryContext memory; /* of a step */
	int failed;
} Run;

/*
 * Ends a transaction and begins the next one.  Under the stricter levels a step
 * that waited for the vault would have to be tried again; there is nothing here
 * that they are needed for.
 */
static void
commit(void)
{
	MemoryContext context = CurrentMemoryContext;

	SPI_commit();
	SPI_start_transaction(); /* of no effect where SPI_commit has done it */
	if (SPI_execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", false, 0) != SPI_OK_UTILITY)
		pv_internal_error("SPI failed to set the isolation level");
	MemoryContextSwitchTo(context);
}

/* Runs a query of one row, which is left to the caller to free. */
static PvRow
call(const char *sql, int count, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext context = CurrentMemoryContext;
	int result = SPI_execute_with_args(sql, count, types, values, nulls, false, 0);

	if (result != SPI_OK_SELECT || SPI_processed != 1)
		pv_internal_error("SPI failed for \"%s\": %s", sql, SPI_result_code_string(result));
	MemoryContextSwitchTo(context); /* SPI leaves its own */
	return pv_result_row(0);
}

/* For pv_try. */
static bool
call_step(void *arg)
{
	Step *step = arg;
	Oid types[3] = {INT4OID, TEXTOID, TIMESTAMPTZOID};
	Datum values[3] = {Int32GetDatum(step->vault), CStringGetTextDatum(steps[step->number].name),
					   TimestampTzGetDatum(step->upto)};
	PvRow row = call("SELECT again, outcome, day, days_left FROM pointsvault.job_step($1, $2, $3)",
					 3, types, values, NULL);

	step->done.again = DatumGetBool(row.values[0]);
	step->done.outcome = pv_row_text(&row, 1);
	step->done.day = row.nulls[2] ? PV_NO_DAY : DatumGetDateADT(row.values[2]);
	step->done.days_left = DatumGetInt32(row.values[3]);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

static void
call_note(const Step *step, const char *outcome)
{
	Oid types[4] = {INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID};
	Datum values[4] = {Int32GetDatum(step->vault), CStringGetTextDatum(steps[step->number].job),
					   TimestampTzGetDatum(step->started_at), CStringGetTextDatum(outcome)};

	(void) call("SELECT pointsvault.note_job($1, $2, $3, $4)", 4, types, values, NULL);
	SPI_freetuptable(SPI_tuptable);
}

static bool
is_lost_race(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE ||
		   error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* Whoever cancels, or shuts down, means the whole run. */
static bool
ends_the_run(const ErrorData *error)
{
	return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION;
}

/*
 * Has a step done in a transaction of its own, again if it lost a race.  Returns
 * the error it failed with, or NULL.
 */
static ErrorData *
try_step(Step *step)
{
	for (int tries = 1;; tries++)
	{
		ErrorData *error;
		bool kept;

		CHECK_FOR_INTERRUPTS();
		step->started_at = GetCurrentTimestamp();
		error = pv_try(call_step, step, &kept);
		if (!error)
			commit();
		else if (ends_the_run(error))
			ReThrowError(error);
		if (!error || !is_lost_race(error) || tries == MOST_TRIES)
			return error;
		commit();
		pg_usleep(tries * LONGER_WAIT_MS * 1000L);
	}
}

static void
tell_progress(Run *run, const Step *step)
{
	if (!step->done.outcome || !pv_is_time_to_tell(&run->told_at))
		return;
	if (step->done.day == PV_NO_DAY)
		ereport(NOTICE, (errmsg("run_jobs: vault %d, %s", step->vault, step->done.outcome)));
	else
		ereport(NOTICE, (errmsg("run_jobs: vault %d, day %s closed, %d to go", step->vault,
								pv_date_text(step->done.day), step->done.days_left)));
}

static void
note_failure(Run *run, const Step *step, const ErrorData *error)
{
	const char *outcome = pv_error_text(error);

	ereport(WARNING,
			(errmsg("run_jobs: %s of vault %d failed", steps[step->number].doing, step->vault),
			 errdetail("%s", outcome)));
	call_note(step, outcome);
	commit();
	run->failed++;
}

/* Has a step of a vault done as often as there is work for it; false where it failed. */
static bool
do_steps(Run *run, int32_t vault, int number)
{
	Step step = {.vault = vault, .number = number, .upto = run->upto, .done.again = true};

	pgstat_report_activity(STATE_RUNNING, psprintf("CALL pointsvault.run_jobs(): %s of vault %d",
												   steps[number].doing, vault));
	while (step.done.again)
	{
		ErrorData *error = try_step(&step);

		if (error)
		{
			note_failure(run, &step, error);
			MemoryContextReset(run->memory);
			return false;
		}
		tell_progress(run, &step);
		MemoryContextReset(run->memory);
	}
	return true;
}

static void
do_jobs(Run *run, int32_t vault)
{
	for (int i = 0; i < (int) lengthof(steps); i++)
		if (!do_steps(run, vault, i))
			return;
}

/* The vaults of job_vaults(). */
static int32 *
list_vaults(int *count)
{
	PvRow row = call("SELECT pointsvault.job_vaults()", 0, NULL, NULL, NULL);
	Datum *values;
	int32 *vaults;

	deconstruct_array(pv_row_list(&row, 0), INT4OID, sizeof(int32), true, TYPALIGN_INT, &values,
					  NULL, count);
	vaults = palloc(sizeof(int32) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		vaults[i] = DatumGetInt32(values[i]);
	SPI_freetuptable(SPI_tuptable);
	return vaults;
}

/* A procedure may commit only where nothing around it could be undone with it. */
static void
check_may_commit(FunctionCallInfo fcinfo)
{
	bool may_commit = fcinfo->context && IsA(fcinfo->context, CallContext) &&
					  !castNode(CallContext, fcinfo->context)->atomic && !IsSubTransaction();

	PreventCommandDuringRecovery("CALL pointsvault.run_jobs()");
	PreventCommandIfReadOnly("CALL pointsvault.run_jobs()");
	if (!may_commit)
		ereport(ERROR, (pv_error(NEEDS_NO_TRANSACTION),
						errmsg("run_jobs cannot run inside a transaction block, a function or an "
							   "exception block"),
						errdetail("It commits after each step."),
						errhint("Send CALL pointsvault.run_jobs() by itself.")));
}

/* run_jobs(upto) */
Datum
pv_sql_run_jobs(PG_FUNCTION_ARGS)
{
	Run run = {.told_at = GetCurrentTimestamp()};
	int32 *vaults;
	int count;

	check_may_commit(fcinfo);
	if (PG_ARGISNULL(0))
		pv_refuse_null("upto");
	run.upto = PG_GETARG_TIMESTAMPTZ(0);
	if (TIMESTAMP_IS_NOBEGIN(run.upto))
		ereport(ERROR, (pv_error(NOT_FINITE), errmsg("upto must not be \"-infinity\"")));
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		pv_internal_error("SPI_connect_ext failed");
	commit();
	vaults = list_vaults(&count);
	run.memory =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault jobs", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(run.memory);
	for (int i = 0; i < count; i++)
		do_jobs(&run, vaults[i]);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	if (run.failed > 0)
		ereport(WARNING, (errmsg("run_jobs: %d of %d vaults failed", run.failed, count),
						  errhint("The view pointsvault.job_run says why.")));
	SPI_finish();
	return (Datum) 0;
}
