-- ---------------------------------------------------------------------------
-- History of a member
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.seq_at(vault integer, moment timestamptz) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_seq_at' LANGUAGE C STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION pointsvault.seq_at(integer, timestamptz) IS
  'the last journal row booked at or before a moment, 0 where there is none';

CREATE FUNCTION pointsvault.member_to_read(vault integer, member text) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_member_to_read' LANGUAGE C STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION pointsvault.member_to_read(integer, text) IS
  'internal: the number of a member, if the caller may read the vault';

CREATE VIEW pointsvault.member_change AS
SELECT j.vault, j.member, j.seq, j.points::numeric * pointsvault.kind_points_sign(j.kind) AS points,
       j.member_credits::numeric AS credits, j.member_cash::numeric AS cash,
       j.member_reward::numeric AS reward, j.member_quota::numeric AS quota,
       j.member_shares AS shares
FROM pointsvault.journal_data j
WHERE j.member IS NOT NULL
UNION ALL
SELECT o.vault, o.member, o.seq, o.points::numeric, o.credits::numeric, o.cash::numeric,
       o.reward::numeric, o.quota::numeric, o.shares
FROM pointsvault.movement_data o;
COMMENT ON VIEW pointsvault.member_change IS
  'internal: what each event changed for each member, as its own or as another it touched; NULL: nothing';

CREATE FUNCTION pointsvault.statement(
  vault integer, member text, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
  OUT seq bigint, OUT booked_at timestamptz, OUT at timestamptz, OUT kind text, OUT ref text,
  OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint,
  OUT points_after numeric, OUT credits_after numeric, OUT cash_after numeric
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 100
BEGIN ATOMIC
  SELECT s.seq, s.booked_at, s.at, s.kind, s.ref, s.points, s.credits, s.cash, s.reward, s.quota,
         s.shares, s.points_after, s.credits_after, s.cash_after
  FROM (
    SELECT c.seq, j.booked_at, COALESCE(j.at, j.booked_at) AS at,
           pointsvault.kind_name(j.kind) AS kind, j.ref,
           COALESCE(c.points, 0) AS points, COALESCE(c.credits, 0) AS credits,
           COALESCE(c.cash, 0) AS cash, COALESCE(c.reward, 0) AS reward,
           COALESCE(c.quota, 0) AS quota, COALESCE(c.shares, 0) AS shares,
           trim_scale(sum(COALESCE(c.points, 0)) OVER so_far) AS points_after,
           trim_scale(sum(COALESCE(c.credits, 0)) OVER so_far) AS credits_after,
           trim_scale(sum(COALESCE(c.cash, 0)) OVER so_far) AS cash_after
    FROM pointsvault.member_change c
    JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = c.seq
    WHERE c.vault = $1 AND c.member = (SELECT pointsvault.member_to_read($1, $2))
    WINDOW so_far AS (ORDER BY c.seq)
  ) s
  WHERE ($3 IS NULL OR s.booked_at >= $3) AND ($4 IS NULL OR s.booked_at < $4)
  ORDER BY s.seq;
END;
COMMENT ON FUNCTION pointsvault.statement(integer, text, timestamptz, timestamptz) IS
  'what each event brought or took a member, with the balances after it, from since up to before until, by booked_at; an unknown member is 02000';

CREATE FUNCTION pointsvault.holding_at(
  vault integer, member text, moment timestamptz,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT value numeric
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT h.seq, h.points, h.credits, h.cash, h.reward, h.quota, h.shares,
         COALESCE(pointsvault.value_of(h.points::pointsvault.points, j.pool, j.circulating)::numeric, 0)
  FROM (
    SELECT (SELECT pointsvault.seq_at($1, $3)) AS seq,
           trim_scale(COALESCE(sum(c.points), 0)) AS points, trim_scale(COALESCE(sum(c.credits), 0)) AS credits,
           trim_scale(COALESCE(sum(c.cash), 0)) AS cash, trim_scale(COALESCE(sum(c.reward), 0)) AS reward,
           trim_scale(COALESCE(sum(c.quota), 0)) AS quota, COALESCE(sum(c.shares), 0)::bigint AS shares
    FROM pointsvault.member_change c
    WHERE c.vault = $1 AND c.member = (SELECT pointsvault.member_to_read($1, $2))
      AND c.seq <= (SELECT pointsvault.seq_at($1, $3))
  ) h
  LEFT JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = h.seq;
END;
COMMENT ON FUNCTION pointsvault.holding_at(integer, text, timestamptz) IS
  'a member''s balances after the last event booked at or before a moment, and what the points were worth at the price then; seq is that event''s, 0 where there was none';
