-- ---------------------------------------------------------------------------
-- Days and jobs (MODEL 5)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.close_day(vault integer, day date DEFAULT NULL) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_close_day' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.close_day(integer, date) IS
  'closes a business day, the next unclosed one when NULL, and returns it (C2 to C8); NULL, with a notice, where it was closed before; today or later is 22023, a day before earlier ones 55000. Events of a later day close the days before them by themselves (V7)';

CREATE FUNCTION pointsvault.accrue(vault integer, max_members integer DEFAULT 10000) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_accrue' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.accrue(integer, integer) IS
  'posts to at most so many members what closed days paid them (C8) and returns how many they were: 0 when all are up to date; never needed for a figure to be right';
