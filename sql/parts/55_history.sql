-- ---------------------------------------------------------------------------
-- History of a member
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.seq_at(vault integer, moment timestamptz) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_seq_at' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.seq_at(integer, timestamptz) IS
  'the last journal row booked at or before a moment, 0 where there is none';

CREATE FUNCTION pointsvault.dividend_history(
  vault integer, member text,
  OUT day date, OUT due numeric, OUT paid numeric, OUT shares bigint, OUT quota_left numeric, OUT seq bigint,
  OUT shareholders numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_dividend_history' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.dividend_history(integer, text) IS
  'a row for each closed day that brought the member something due: by what shares, what was paid of it (C6), the quota left after it, the journal row of the close, and what came out of the shareholder pool (C6a) beside it; posted or not';

CREATE VIEW pointsvault.member_change AS
SELECT j.vault, j.member, j.seq, j.points::numeric * pointsvault.kind_points_sign(j.kind) AS points,
       j.member_credits::numeric AS credits, j.member_cash::numeric AS cash,
       j.member_reward::numeric AS reward, j.member_quota::numeric AS quota,
       j.member_shares AS shares, j.member_stock AS stock, j.member_items AS items, j.member_debt::numeric AS debt
FROM pointsvault.journal_data j
WHERE j.member IS NOT NULL AND pointsvault.kind_name(j.kind) <> 'dividend'
UNION ALL
SELECT o.vault, o.member, o.seq, o.points::numeric, o.credits::numeric, o.cash::numeric,
       o.reward::numeric, o.quota::numeric, o.shares, o.stock, o.items, o.debt::numeric
FROM pointsvault.movement_data o;
COMMENT ON VIEW pointsvault.member_change IS
  'internal: what each event changed for each member, as its own or as another it touched; NULL: nothing. Dividends are not in it: dividend_history() has them where they were paid, not where they were posted';

CREATE FUNCTION pointsvault.member_history(
  vault integer, member text, id bigint,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT is_dividend boolean, OUT stock bigint, OUT items bigint, OUT debt numeric
) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 100
BEGIN ATOMIC
  SELECT c.seq, COALESCE(c.points, 0), COALESCE(c.credits, 0), COALESCE(c.cash, 0),
         COALESCE(c.reward, 0), COALESCE(c.quota, 0), COALESCE(c.shares, 0), false, COALESCE(c.stock, 0), COALESCE(c.items, 0),
         COALESCE(c.debt, 0)
  FROM pointsvault.member_change c WHERE c.vault = $1 AND c.member = $3
  UNION ALL
  SELECT d.seq, 0, 0, d.paid + d.shareholders, 0, -d.paid, 0, true, 0, 0, 0
  FROM pointsvault.dividend_history($1, $2) d;
END;
COMMENT ON FUNCTION pointsvault.member_history(integer, text, bigint) IS
  'internal: all that changed for a member, dividends by the close that paid them';

CREATE FUNCTION pointsvault.member_statement(
  vault integer, member text, id bigint, since timestamptz, until timestamptz,
  OUT seq bigint, OUT booked_at timestamptz, OUT at timestamptz, OUT kind text, OUT ref text,
  OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint,
  OUT points_after numeric, OUT credits_after numeric, OUT cash_after numeric,
  OUT day date, OUT quota_after numeric, OUT shares_after bigint,
  OUT stock bigint, OUT stock_after bigint, OUT items bigint, OUT items_after bigint, OUT debt numeric, OUT debt_after numeric
) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 100
BEGIN ATOMIC
  SELECT s.seq, s.booked_at, s.at, s.kind, s.ref, s.points, s.credits, s.cash, s.reward, s.quota,
         s.shares, s.points_after, s.credits_after, s.cash_after, s.day, s.quota_after, s.shares_after, s.stock,
         s.stock_after, s.items, s.items_after, s.debt, s.debt_after
  FROM (
    SELECT c.seq, j.booked_at, COALESCE(j.at, j.booked_at) AS at,
           CASE WHEN c.is_dividend THEN 'dividend' ELSE pointsvault.kind_name(j.kind) END AS kind, j.ref,
           c.points, c.credits, c.cash, c.reward, c.quota, c.shares, c.stock, c.items, c.debt, j.day,
           trim_scale(sum(c.points) OVER so_far) AS points_after,
           trim_scale(sum(c.credits) OVER so_far) AS credits_after,
           trim_scale(sum(c.cash) OVER so_far) AS cash_after,
           trim_scale(sum(c.quota) OVER so_far) AS quota_after,
           (sum(c.shares) OVER so_far)::bigint AS shares_after,
           (sum(c.stock) OVER so_far)::bigint AS stock_after,
           (sum(c.items) OVER so_far)::bigint AS items_after,
           trim_scale(sum(c.debt) OVER so_far) AS debt_after
    FROM pointsvault.member_history($1, $2, $3) c
    JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = c.seq
    WINDOW so_far AS (ORDER BY c.seq)
  ) s
  WHERE ($4 IS NULL OR s.booked_at >= $4) AND ($5 IS NULL OR s.booked_at < $5)
  ORDER BY s.seq;
END;
COMMENT ON FUNCTION pointsvault.member_statement(integer, text, bigint, timestamptz, timestamptz) IS
  'internal: what statement() and statement_of_days() tell of a member, by name and number';

CREATE FUNCTION pointsvault.statement(
  vault integer, member text, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
  OUT seq bigint, OUT booked_at timestamptz, OUT at timestamptz, OUT kind text, OUT ref text,
  OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint,
  OUT points_after numeric, OUT credits_after numeric, OUT cash_after numeric,
  OUT day date, OUT quota_after numeric, OUT shares_after bigint,
  OUT stock bigint, OUT stock_after bigint, OUT items bigint, OUT items_after bigint, OUT debt numeric, OUT debt_after numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_statement' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.statement(integer, text, timestamptz, timestamptz) IS
  'what each event brought or took a member, and each close paid it, with the balances after it, from since up to before until, by booked_at; an unknown member is P0002';

CREATE FUNCTION pointsvault.statement_of_days(
  vault integer, member text, first_day date DEFAULT NULL, last_day date DEFAULT NULL,
  OUT seq bigint, OUT booked_at timestamptz, OUT at timestamptz, OUT kind text, OUT ref text,
  OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint,
  OUT points_after numeric, OUT credits_after numeric, OUT cash_after numeric,
  OUT day date, OUT quota_after numeric, OUT shares_after bigint,
  OUT stock bigint, OUT stock_after bigint, OUT items bigint, OUT items_after bigint, OUT debt numeric, OUT debt_after numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_statement_of_days' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.statement_of_days(integer, text, date, date) IS
  'as statement(), of the business days from first_day to last_day, both included: what each event of them brought or took a member, and what their closes paid it';

CREATE FUNCTION pointsvault.member_holding_at(
  vault integer, member text, id bigint, by_seq bigint,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT value numeric, OUT stock bigint, OUT items bigint, OUT debt numeric
)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT h.seq, h.points, h.credits, h.cash, h.reward, h.quota, h.shares,
         COALESCE(pointsvault.value_of(h.points::pointsvault.points, j.pool, j.circulating)::numeric, 0),
         h.stock, h.items, h.debt
  FROM (
    SELECT $4 AS seq,
           trim_scale(COALESCE(sum(c.points), 0)) AS points, trim_scale(COALESCE(sum(c.credits), 0)) AS credits,
           trim_scale(COALESCE(sum(c.cash), 0)) AS cash, trim_scale(COALESCE(sum(c.reward), 0)) AS reward,
           trim_scale(COALESCE(sum(c.quota), 0)) AS quota, COALESCE(sum(c.shares), 0)::bigint AS shares,
           COALESCE(sum(c.stock), 0)::bigint AS stock,
           COALESCE(sum(c.items), 0)::bigint AS items,
           trim_scale(COALESCE(sum(c.debt), 0)) AS debt
    FROM pointsvault.member_history($1, $2, $3) c
    WHERE c.seq <= $4
  ) h
  LEFT JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = h.seq;
END;
COMMENT ON FUNCTION pointsvault.member_holding_at(integer, text, bigint, bigint) IS
  'internal: what holding_at() and holding_of_day() tell of a member, by name and number, after a journal row';

CREATE FUNCTION pointsvault.holding_at(
  vault integer, member text, moment timestamptz,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT value numeric, OUT stock bigint, OUT items bigint, OUT debt numeric
)
  AS 'MODULE_PATHNAME', 'pv_sql_holding_at' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.holding_at(integer, text, timestamptz) IS
  'a member''s balances after the last event booked at or before a moment, and what the points were worth at the price then; seq is that event''s, 0 where there was none';

CREATE FUNCTION pointsvault.holding_of_day(
  vault integer, member text, day date,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT value numeric, OUT stock bigint, OUT items bigint, OUT debt numeric,
  OUT closed boolean
)
  AS 'MODULE_PATHNAME', 'pv_sql_holding_of_day' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.holding_of_day(integer, text, date) IS
  'a member''s balances as the close of a business day left them, with what it paid, and what the points were worth at the price then; seq is the row of that close, 0 before the first day. Of a day that is not closed: as they are by now, and closed is false';
