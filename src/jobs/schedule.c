/*
 * schedule.c
 *	  schedule_jobs() and unschedule_jobs(): run_jobs() by pg_cron.
 *
 * pg_cron keeps its jobs in one database, but can run them in others.  Where it
 * lives in this one its functions are called, with the caller's rights; where it
 * lives in another, the caller is told what to call there.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "store/plan.h"
#include "surface/arguments.h"

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(pv_sql_schedule_jobs);
PG_FUNCTION_INFO_V1(pv_sql_unschedule_jobs);

#define JOB_NAME "pointsvault"
#define JOB_COMMAND "CALL pointsvault.run_jobs()"

static const char *
this_database(void)
{
	return get_database_name(MyDatabaseId);
}

/* A setting of pg_cron; NULL where the library is not loaded. */
static const char *
cron_setting(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	/* one that stands in postgresql.conf and belongs to no library says nothing */
	if (value && (GetConfigOptionFlags(name, true) & GUC_CUSTOM_PLACEHOLDER))
		return NULL;
	return value;
}

/* --- where pg_cron is ------------------------------------------------------------------ */

/*
 * Whether pg_cron lives in this database; false where it lives in another, an
 * error where it is not at all.
 */
static bool
cron_is_here(void)
{
	const char *database = cron_setting("cron.database_name");

	if (OidIsValid(get_extension_oid("pg_cron", true)))
		return true;
	if (!database)
		ereport(ERROR,
				(pv_error(NEEDS_PG_CRON), errmsg("pg_cron is not loaded on this server"),
				 errhint("Install it (Debian: postgresql-%d-cron), set shared_preload_libraries = "
						 "'pg_cron' and cron.database_name = '%s', restart, CREATE EXTENSION "
						 "pg_cron. Or have any other scheduler send " JOB_COMMAND ".",
						 PG_VERSION_NUM / 10000, this_database())));
	if (strcmp(database, this_database()) == 0)
		ereport(ERROR, (pv_error(NEEDS_PG_CRON),
						errmsg("extension pg_cron is not in database \"%s\"", database),
						errhint("CREATE EXTENSION pg_cron, as a superuser.")));
	return false;
}

static const char *
caller(void)
{
	return GetUserNameFromId(GetUserId(), false);
}

/* Jobs of other databases have names of their own where pg_cron lives. */
static const char *
name_elsewhere(void)
{
	return quote_literal_cstr(psprintf(JOB_NAME " %s", this_database()));
}

/* How pg_cron gets into a database, which no call can tell. */
static const char *
hint_of_connections(void)
{
	const char *workers = cron_setting("cron.use_background_workers");
	const char *host = cron_setting("cron.host");

	if (workers && strcmp(workers, "on") == 0)
		return psprintf("Each run takes one of max_worker_processes.");
	return psprintf(
		"pg_cron connects to host \"%s\" as role \"%s\": pg_hba.conf, or a .pgpass of the "
		"server's user, has to let it in; or set cron.use_background_workers = on. "
		"cron.job_run_details says how runs ended.",
		host ? host : "localhost", caller());
}

/* Older versions have no such setting, and only GMT. */
static const char *
cron_timezone(void)
{
	const char *timezone = cron_setting("cron.timezone");

	return timezone ? timezone : "GMT";
}

static void
print_call(const char *sql)
{
	ereport(NOTICE, (errmsg("pg_cron lives in database \"%s\": run this there: %s",
							cron_setting("cron.database_name"), sql),
					 errhint("Schedules are in %s. %s", cron_timezone(), hint_of_connections())));
}

/* --- its functions ------------------------------------------------------------------------ */

/* Runs a query of at most one row and one bigint; 0 where there is none. */
static int64_t
ask(const char *sql, const char *argument)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(argument)};
	int result = SPI_execute_with_args(sql, 1, types, values, NULL, false, 1);
	PvRow row;

	if (result != SPI_OK_SELECT)
		pv_internal_error("SPI failed for \"%s\": %s", sql, SPI_result_code_string(result));
	if (SPI_processed == 0)
		return 0;
	row = pv_result_row(0);
	return pv_row_int(&row, 0);
}

/* schedule_jobs(schedule) */
Datum
pv_sql_schedule_jobs(PG_FUNCTION_ARGS)
{
	const char *schedule = pv_arg_text(fcinfo, 0, "schedule");
	int64_t job;

	if (!cron_is_here())
	{
		print_call(psprintf("SELECT cron.schedule_in_database(%s, %s, %s, %s, %s)",
							name_elsewhere(), quote_literal_cstr(schedule),
							quote_literal_cstr(JOB_COMMAND), quote_literal_cstr(this_database()),
							quote_literal_cstr(caller())));
		PG_RETURN_NULL();
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		pv_internal_error("SPI_connect failed");
	job = ask("SELECT cron.schedule('" JOB_NAME "', $1, '" JOB_COMMAND "')", schedule);
	SPI_finish();
	ereport(NOTICE, (errmsg("pg_cron job " INT64_FORMAT " runs the jobs at \"%s\" %s", job,
							schedule, cron_timezone()),
					 errhint("%s", hint_of_connections())));
	PG_RETURN_INT64(job);
}

/* unschedule_jobs() */
Datum
pv_sql_unschedule_jobs(PG_FUNCTION_ARGS)
{
	int64_t job;

	if (!cron_is_here())
	{
		print_call(psprintf("SELECT cron.unschedule(%s)", name_elsewhere()));
		PG_RETURN_NULL();
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		pv_internal_error("SPI_connect failed");
	/* its own one: superusers see those of others */
	job = ask("SELECT jobid FROM cron.job WHERE jobname OPERATOR(pg_catalog.=) '" JOB_NAME "' "
			  "AND username OPERATOR(pg_catalog.=) $1",
			  caller());
	if (job != 0)
		(void) ask("SELECT cron.unschedule($1::pg_catalog.int8)", psprintf(INT64_FORMAT, job));
	SPI_finish();
	PG_RETURN_BOOL(job != 0);
}
