-- ---------------------------------------------------------------------------
-- Errors, for programs to tell apart
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.error_codes(
  OUT token text, OUT sqlstate text, OUT retry boolean, OUT http_status integer, OUT meaning text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_error_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 70;
COMMENT ON FUNCTION pointsvault.error_codes() IS
  'every error of the extension: the token that stands in its CONSTRAINT NAME, its SQLSTATE, whether the same call may succeed later with nothing changed, the HTTP status a web service may answer with, and what it means';
