-- ---------------------------------------------------------------------------
-- Queue and batch (MODEL 4).  Orders that are submitted are booked later, many at
-- once, with the same result as one by one.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.submit(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  region text DEFAULT NULL, hold interval DEFAULT '0', at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_submit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.submit(integer, text, numeric, text, numeric, text, interval, timestamptz, jsonb) IS
  'queues an order, to be booked once its hold, the return window, has ended (H1); returns its queue number, 0 where the ref is booked already; no lock that another submit waits for; used for another order it is 23505';

CREATE FUNCTION pointsvault.submit_many(
  vault integer, members text[], amounts numeric[], refs text[], contributions numeric[] DEFAULT NULL,
  regions text[] DEFAULT NULL, ats timestamptz[] DEFAULT NULL, hold interval DEFAULT '0'
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_submit_many' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.submit_many(integer, text[], numeric[], text[], numeric[], text[], timestamptz[], interval) IS
  'queues orders in the order of the list, all or none, and returns how many were new; refs queued or booked already must be the same orders';

CREATE FUNCTION pointsvault.submit_settlement(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  hold interval DEFAULT '0', at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_submit_settlement' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.submit_settlement(integer, text, numeric, text, numeric, interval, timestamptz, jsonb) IS
  'queues an order that settles an old debt (D2), among the others and as submit() does; whether the contribution may be above the policy''s rate is judged now, for who calls';

CREATE FUNCTION pointsvault.settle(vault integer, max_orders integer DEFAULT 10000) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_settle' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.settle(integer, integer) IS
  'books the queued orders that are due, in the order of their numbers, with the same result as single calls (H2), and returns how many; one that cannot be booked is set aside with its error (H3); sends one NOTIFY pointsvault_settled';

CREATE FUNCTION pointsvault.cancel(vault integer, ref text) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_cancel' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.cancel(integer, text) IS
  'drops an order that is queued or was set aside; false where there is none, as once it is booked; waits for a settle at work';

CREATE FUNCTION pointsvault.purchase_many(
  vault integer, members text[], amounts numeric[], refs text[], contributions numeric[] DEFAULT NULL,
  regions text[] DEFAULT NULL, ats timestamptz[] DEFAULT NULL
) RETURNS SETOF pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_purchase_many' LANGUAGE C VOLATILE ROWS 1000;
COMMENT ON FUNCTION pointsvault.purchase_many(integer, text[], numeric[], text[], numeric[], text[], timestamptz[]) IS
  'books sales in the order of the lists, all or none, with the same result as purchase() for each; a receipt each, in that order; errors name the order';

CREATE FUNCTION pointsvault.wait_settled(vault integer, ref text, timeout interval) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_wait_settled' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.wait_settled(integer, text, interval) IS
  'waits until an order that was submitted and committed is booked, and returns its receipt; NULL when the time is up; 55000 where it was set aside, P0002 where there is no such ref';
