-- ---------------------------------------------------------------------------
-- Planning: what a policy would do, before any vault has it
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.simulate(
  policy jsonb, amount numeric, orders integer,
  OUT order_number bigint, OUT price_before numeric, OUT points numeric, OUT price_after numeric,
  OUT exits bigint, OUT exit_cash numeric, OUT exit_fees numeric,
  OUT pool numeric, OUT circulating numeric, OUT reserve numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_simulate' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION pointsvault.simulate(jsonb, numeric, integer) IS
  'a row for each of so many equal orders, each of a buyer of its own without a sponsor: what it would mint, the exits it would lead to with their net and fees, and the state after them; the same engine as purchase, no vault needed';
