-- ---------------------------------------------------------------------------
-- Guard rails (MODEL 8): so that nobody is misled
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.solvency(
  vault integer,
  OUT section text, OUT item text, OUT amount numeric, OUT covered_by text, OUT backed numeric, OUT unbacked numeric,
  OUT sentence text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_solvency' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.solvency(integer) IS
  'what is owed and what covers it, backed and unbacked apart (R3): a row each, with a sentence. Sections: owed, with its total; promise, what is no debt; due, what members owe; of points, what redeeming them all at once would pay; cover, the accounts of the vault. Reads all members';

CREATE FUNCTION pointsvault.disclosure(
  vault integer, amount numeric DEFAULT NULL,
  OUT item text, OUT figure numeric, OUT orders numeric, OUT turnover numeric, OUT sentence text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_disclosure' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.disclosure(integer, numeric) IS
  'by the vault''s own policy and present state, how far turnover must grow until the next buyer''s points are worth 1, 2 and 3 times the order (R4), before any fee and after it; what an order brings at once; how many holders are below what they paid. amount: that order''s, NULL: the average of the last 1000. Reads the whole journal';

CREATE FUNCTION pointsvault.compliance(
  vault integer,
  OUT item text, OUT level text, OUT figure numeric, OUT look_at numeric, OUT stop_at numeric, OUT sentence text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_compliance' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.compliance(integer) IS
  'what a regulator would ask (R2): paid depth and headcount of lines, payout share of sales, external-buyer share, promises, coverage, who answers for it; each with a level, ok, look or stop, by the figures named, and a sentence. No legal advice. Reads all members and the whole journal';
