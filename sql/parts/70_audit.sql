-- ---------------------------------------------------------------------------
-- Audit
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.verify(
  vault integer, OUT name text, OUT ok boolean, OUT expected text, OUT found text, OUT detail text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_verify' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.verify(integer) IS
  'each identity of the model (MODEL 11) recomputed from the journal by the engine: a row each with the first difference, if any; locks nothing, says every few seconds how far it is';

CREATE FUNCTION pointsvault.verify(
  vault integer, checkpoint text, OUT name text, OUT ok boolean, OUT expected text, OUT found text, OUT detail text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_verify_checkpoint' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.verify(integer, text) IS
  'the same, and that the log still has what a checkpoint kept outside says: a lost end and another root are found';
