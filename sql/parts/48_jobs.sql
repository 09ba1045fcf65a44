-- ---------------------------------------------------------------------------
-- Jobs: what has to be done for a vault from time to time
-- ---------------------------------------------------------------------------

-- It commits between steps; what touches tables it does by the functions below.
CREATE PROCEDURE pointsvault.run_jobs(upto timestamptz DEFAULT now())
  AS 'MODULE_PATHNAME', 'pv_sql_run_jobs' LANGUAGE C;
COMMENT ON PROCEDURE pointsvault.run_jobs(timestamptz) IS
  'for each vault that the caller may do jobs for and that is neither suspended nor being imported: settles its queue, closes all days before that of "upto" in the vault''s time zone, books the exits due, counts new members ahead for vault_status, seals what was booked; each day, and each 10000 orders or exits, in a transaction of its own. May run at any time, twice and side by side; one vault''s failure stops no other and stands in job_run';

CREATE FUNCTION pointsvault.job_vaults() RETURNS integer[]
  AS 'MODULE_PATHNAME', 'pv_sql_job_vaults' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.job_vaults() IS
  'for run_jobs(): the vaults that the caller may do jobs for and that are neither suspended nor being imported';

CREATE FUNCTION pointsvault.job_step(
  vault integer, step text, upto timestamptz, OUT again boolean, OUT outcome text, OUT day date, OUT days_left integer
)
  AS 'MODULE_PATHNAME', 'pv_sql_job_step' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.job_step(integer, text, timestamptz) IS
  'for run_jobs(): one transaction''s worth of a step (close_ahead, settle, close, exits, tally, seal) on a vault, noted in job_run; outcome is NULL where there was nothing to do, and of seal, which is noted where it fails alone, "again" says that there is more';

CREATE FUNCTION pointsvault.note_job(
  vault integer, job text, started_at timestamptz, outcome text
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_note_job' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.note_job(integer, text, timestamptz, text) IS
  'for run_jobs(): notes in job_run a step that failed';

CREATE FUNCTION pointsvault.schedule_jobs(schedule text DEFAULT '5 * * * *') RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_schedule_jobs' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.schedule_jobs(text) IS
  'has pg_cron call run_jobs() as the caller, at a schedule that it reads in GMT, and returns the number of its job; again: changes the schedule. Where pg_cron lives in another database: says what to run there and returns NULL; where it is not: 55000';

CREATE FUNCTION pointsvault.unschedule_jobs() RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_unschedule_jobs' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.unschedule_jobs() IS
  'takes back the caller''s schedule_jobs(), and returns whether there was one; NULL where pg_cron lives in another database, with what to run there';

CREATE FUNCTION pointsvault.settler_alive() RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_settler_alive' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION pointsvault.settler_alive() IS
  'whether the queues of this database are settled in the background: the library is preloaded, its launcher runs, and the settings ask for it here';
