-- What bench/cycle.sh needs beside setup.sql: vaults with shares, days of sales, and
-- the baseline, which pays every holder by one set-based UPDATE with its postings.

-- Quota, shares and weight of the preset growth, with the tiers of the preset cycle.
CREATE FUNCTION bench.cycle_policy() RETURNS jsonb LANGUAGE sql
RETURN jsonb_build_object('cycle', pointsvault.preset('growth') -> 'cycle'
  || jsonb_build_object('tiers', pointsvault.preset('cycle') #> '{cycle,tiers}'));

-- A day's sales to members far apart: all of one amount, or of many.
CREATE PROCEDURE bench.sell_day(vault integer, first integer, members integer, sales integer, each numeric DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE noon timestamptz := bench.noon(vault);
        turn bigint := extract(epoch FROM noon)::bigint / 86400 * 104729;
BEGIN
  FOR batch IN 1 .. sales BY 10000 LOOP
    PERFORM count(p) FROM (
      SELECT array_agg('m' || first + (i * 7919::bigint + turn) % members) AS members,
             array_agg(COALESCE(each, (100 + i * 31 % 99900) * 0.01)) AS amounts,
             array_agg('sale-' || vault || '-' || turn || '-' || i) AS refs, array_agg(noon) AS ats
      FROM generate_series(batch, LEAST(batch + 9999, sales)) i
    ) s, LATERAL pointsvault.purchase_many(vault, s.members, s.amounts, s.refs, ats => s.ats) p;
  END LOOP;
  COMMIT;
END $$;

-- --- the baseline -----------------------------------------------------------------

-- Amounts in 1/10 000.  Room on each page, so that updates stay on it.
CREATE TABLE bench.payee (
  member bigint PRIMARY KEY,
  shares bigint NOT NULL,
  quota bigint NOT NULL,
  cash bigint NOT NULL,
  last_paid bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE bench.payout (
  member bigint NOT NULL,
  day date NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (member, day)
);

CREATE VIEW bench.holder AS
SELECT vault, substr(member, 2)::bigint AS member, shares, (quota * 10000)::bigint AS quota, (cash * 10000)::bigint AS cash
FROM pointsvault.holding;

-- What a member with so many shares is due, up to its quota (C4 to C6).
CREATE FUNCTION bench.pay(shares bigint, quota bigint, weight bigint, all_shares bigint, tier1 bigint, tier2 bigint,
  tier3 bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $$ SELECT LEAST(quota, weight * shares / all_shares
                          + CASE WHEN shares > 200 THEN tier3 WHEN shares > 100 THEN tier2
                                 WHEN shares > 49 THEN tier1 ELSE 0 END) $$;

CREATE PROCEDURE bench.pay_all(day date, turnover bigint, weight numeric, tier1 numeric, tier2 numeric, tier3 numeric)
LANGUAGE sql AS $$
  WITH due AS (
    SELECT floor(turnover * weight)::bigint AS weight, sum(shares)::bigint AS all_shares,
           floor(turnover * tier1)::bigint / NULLIF(count(*) FILTER (WHERE shares BETWEEN 50 AND 100), 0) AS tier1,
           floor(turnover * tier2)::bigint / NULLIF(count(*) FILTER (WHERE shares BETWEEN 101 AND 200), 0) AS tier2,
           floor(turnover * tier3)::bigint / NULLIF(count(*) FILTER (WHERE shares > 200), 0) AS tier3
    FROM bench.payee WHERE shares > 0 AND quota > 0
  ), paid AS (
    UPDATE bench.payee p
    SET last_paid = bench.pay(p.shares, p.quota, d.weight, d.all_shares, d.tier1, d.tier2, d.tier3),
        cash = p.cash + bench.pay(p.shares, p.quota, d.weight, d.all_shares, d.tier1, d.tier2, d.tier3),
        quota = p.quota - bench.pay(p.shares, p.quota, d.weight, d.all_shares, d.tier1, d.tier2, d.tier3)
    FROM due d
    WHERE p.shares > 0 AND p.quota > 0
    RETURNING p.member, p.last_paid
  )
  INSERT INTO bench.payout SELECT member, day, last_paid FROM paid;
$$;

-- --- a day, closed by both ----------------------------------------------------------

CREATE TABLE bench.timing (
  round integer NOT NULL,
  what text NOT NULL,
  close_ms numeric NOT NULL,
  update_ms numeric NOT NULL,
  ended bigint NOT NULL
);

CREATE FUNCTION bench.active(vault integer) RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT sum(active)::bigint FROM pointsvault.class_data c WHERE c.vault = active.vault $$;

-- What the sales of the open day changed, for the baseline.
CREATE PROCEDURE bench.follow_sales(vault integer) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE bench.payee p SET shares = h.shares, quota = h.quota, cash = h.cash
  FROM (
    SELECT DISTINCT m.name FROM pointsvault.journal_data j
    JOIN pointsvault.member_data m ON m.vault = j.vault AND m.id = j.member
    WHERE j.vault = follow_sales.vault
      AND j.seq > (SELECT max(seq) FROM pointsvault.day_data d WHERE d.vault = follow_sales.vault)
  ) b, LATERAL (SELECT * FROM bench.holder h WHERE h.vault = follow_sales.vault AND h.member = substr(b.name, 2)::bigint) h
  WHERE p.member = h.member;
END $$;

-- Both must pay the same.
CREATE PROCEDURE bench.close_both(vault integer, round integer, what text) LANGUAGE plpgsql AS $$
DECLARE policy jsonb; rates numeric[]; closed date; turnover bigint; before bigint; start timestamptz;
        close_ms numeric; update_ms numeric; told bigint; found bigint;
BEGIN
  SELECT p.policy -> 'cycle' INTO policy FROM pointsvault.policy p
  WHERE p.vault = close_both.vault ORDER BY version DESC LIMIT 1;
  rates := ARRAY(SELECT COALESCE((policy -> 'tiers' -> i ->> 'rate')::numeric, 0) FROM generate_series(0, 2) i);
  before := bench.active(vault);
  COMMIT;
  start := clock_timestamp();
  closed := pointsvault.close_day(vault);
  COMMIT;
  close_ms := extract(epoch FROM clock_timestamp() - start) * 1000;
  SELECT (d.turnover * 10000)::bigint, (d.paid * 10000)::bigint INTO turnover, told
  FROM pointsvault.dividend_day d WHERE d.vault = close_both.vault AND d.day = closed;
  start := clock_timestamp();
  CALL bench.pay_all(closed, turnover, (policy ->> 'weight_pool_rate')::numeric, rates[1], rates[2], rates[3]);
  COMMIT;
  update_ms := extract(epoch FROM clock_timestamp() - start) * 1000;
  SELECT sum(amount) INTO found FROM bench.payout p WHERE p.day = closed;
  IF told <> found THEN
    RAISE 'close_day paid % on %, the UPDATE %', told, closed, found;
  END IF;
  INSERT INTO bench.timing VALUES (round, what, close_ms, update_ms, before - bench.active(vault));
END $$;

-- `same`, or how many members differ.
CREATE FUNCTION bench.compare(vault integer) RETURNS text LANGUAGE sql AS $$
  SELECT CASE count(*) WHEN 0 THEN 'same' ELSE count(*) || ' members differ' END
  FROM bench.holder h FULL JOIN bench.payee p USING (member)
  WHERE h.vault IS DISTINCT FROM compare.vault OR (h.shares, h.quota, h.cash) IS DISTINCT FROM (p.shares, p.quota, p.cash)
$$;

-- --- quotas that end -----------------------------------------------------------------

-- Without tiers each share is due the same, and quotas end when that comes to what a
-- member has of quota for each share.
CREATE FUNCTION bench.ending_policy() RETURNS jsonb LANGUAGE sql
RETURN '{"cycle": {"quota_multiple": 2, "share_price": 200, "weight_pool_rate": 0.9}}'::jsonb;

-- Sales by which each share was due so much since the first day.
CREATE PROCEDURE bench.sell_until(vault integer, first integer, members integer, sales integer, target numeric)
LANGUAGE plpgsql AS $$
DECLARE active numeric; due numeric;
BEGIN
  SELECT sum(c.shares * c.active), target - max(c.total::numeric) FILTER (WHERE c.shares = 1) INTO active, due
  FROM pointsvault.class_data c WHERE c.vault = sell_until.vault;
  CALL bench.sell_day(vault, first, members, sales, round(due * active / (0.9 - due / 200) / sales, 2));
END $$;
