-- ---------------------------------------------------------------------------
-- Why an event came to its figures
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.explain(
  vault integer, ref text,
  OUT step integer, OUT seq bigint, OUT rule text, OUT what text, OUT terms text, OUT result numeric, OUT unit text, OUT member text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_explain' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.explain(integer, text) IS
  'why the event of a ref came to its figures: each rule that took part, with its figures and what it gave, as the engine computes it by the policy of that day, and the exits that the event led to; a ref that is not booked is P0002, a row that was changed XX001';

CREATE FUNCTION pointsvault.explain_event(
  vault integer, seq bigint,
  OUT step integer, OUT seq bigint, OUT rule text, OUT what text, OUT terms text, OUT result numeric, OUT unit text, OUT member text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_explain_event' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.explain_event(integer, bigint) IS
  'as explain(), of the event of a journal row, for those without a ref: exits, closes, dividends';
