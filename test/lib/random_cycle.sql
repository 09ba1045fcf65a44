-- Seeded random runs of the cycle: the same events to a vault and to the eager
-- model, and all that can be read of the vault compared after every day.
-- Needs eager.sql, identities.sql, explained.sql and random.sql.
--
-- A run is of one of two sorts:
-- 'past': `at` is named, days begin far back and go on as the run likes.
-- 'clock': events are of now, and the business day changes because the vault's
--   time zone is moved, by its owner, by 24 hours each day (POSIX zones reach
--   from -167 to +167, hence 13 days).  So what always is of today can be done
--   between days: set_policy(), which in the past would close all days up to
--   now.  Backends keep a vault's time zone: each day needs a session
--   of its own.

CREATE SCHEMA random_cycle;

CREATE TABLE random_cycle.run (
  name text PRIMARY KEY, vault integer, by_clock boolean, exact boolean,
  day_number integer DEFAULT 0, day date, operations integer DEFAULT 0,
  timezone text
);
CREATE TABLE random_cycle.queued (
  number bigserial PRIMARY KEY, vault integer, ref text, member text, amount numeric, day date
);
-- Balances at moments, for holding_at(), and as a day was closed, for holding_of_day().
CREATE TABLE random_cycle.snapshot (
  vault integer, moment timestamptz, closed date, member text, cash numeric, quota numeric, shares bigint
);

CREATE FUNCTION random_cycle.snap(run random_cycle.run, closed date) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO random_cycle.snapshot
  SELECT run.vault, clock_timestamp(), $2, h.member, h.cash, h.quota, h.shares
  FROM pointsvault.holding h WHERE h.vault = run.vault
$$;

-- Quotas that end soon, and few share counts.
CREATE FUNCTION random_cycle.cycle() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.03 THEN '{}' ELSE jsonb_build_object(
    'quota_multiple', random_run.one_of('0.05', '0.05', '0.1', '0.2', '0.3', '0.3', '0.5', '2', '0'),
    'share_price', random_run.one_of('100', '100', '100', '200', '50', '33.3333', '1'),
    'referral_quota_rate', random_run.one_of('0', '0', '0.1', '0.333333'),
    'referral_share_rate', random_run.one_of('0', '0', '0.1', '0.5', '1'),
    'weight_pool_rate', random_run.one_of('0.3', '0.3', '0.5', '0.000001', '0'),
    'tiers', random_run.one_of(
      '[]', '[{"min": 1, "rate": 0.1}]',
      '[{"min": 1, "rate": 0.04}, {"min": 2, "rate": 0.03}, {"min": 3, "rate": 0.02}]',
      '[{"min": 2, "rate": "0.05"}, {"min": 5, "rate": "0.1"}, {"min": 10, "rate": "0.06"}]',
      '[{"min": 3, "rate": 0}, {"min": 4, "rate": 0.2}]',
      '[{"min": 6, "rate": "0.000001"}, {"min": 12, "rate": "0.123457"}]')::jsonb,
    'tier_basis', random_run.one_of('head', 'weight'),
    'denominator', random_run.one_of('active', 'all'),
    'unallocated', random_run.one_of('platform', 'carry'))
    -- at times a day's sales pay what quota they bring, to the last digit
    || CASE WHEN random() < 0.15 THEN jsonb_build_object('quota_multiple', 0.3, 'weight_pool_rate', 0.3, 'tiers', '[]'::jsonb)
            ELSE '{}' END END
$$;

-- Without growth, or with one that mints nothing, cash too is compared; where
-- points are minted, refunds and exits change it by rules that are not of the
-- cycle.
CREATE FUNCTION random_cycle.policy() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('cycle', random_cycle.cycle(), 'growth',
    CASE random_run.pick(1, 5)
      WHEN 1 THEN jsonb_build_object(
        'pool_rate', 0.15, 'mint_rate', 0, 'refund_shortfall', random_run.one_of('member', 'platform'))
      WHEN 2 THEN jsonb_build_object(
        'pool_rate', 0.2, 'mint_rate', 0.7, 'referral_mint_rate', random_run.one_of('0', '0.2'),
        'exit_multiple', random_run.one_of(NULL, '0.3'), 'exit_basis', random_run.one_of('order', 'member'))
    END))
$$;

-- Mostly some shares or the half of one, in whole 1/10 000.
CREATE FUNCTION random_cycle.amount(policy jsonb) RETURNS numeric
LANGUAGE sql VOLATILE AS $$
  SELECT CASE random_run.pick(1, 8)
           WHEN 1 THEN random_run.pick(1, 30)
           WHEN 2 THEN random_run.pick(10000, 10000000)
           ELSE trunc((eager.cycle(policy)->>'share_price')::numeric * 10000
                      * random_run.one_of('0.5', '1', '1', '1', '1.5', '2', '2', '3', '5', '12')::numeric) END
$$;

-- A moment of a day, or NULL, which is now.
CREATE FUNCTION random_cycle.moment(run random_cycle.run, day date) RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN NOT run.by_clock
              THEN (day + random_run.pick(0, 86399) * interval '1 second') AT TIME ZONE 'Asia/Shanghai' END
$$;

-- --- comparison ---------------------------------------------------------------

-- The days and the members as they are now; days from `since` on.
CREATE FUNCTION random_cycle.differences(run random_cycle.run, since date) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  WITH holding AS MATERIALIZED (
    SELECT * FROM pointsvault.holding h WHERE h.vault = run.vault
  ), status AS MATERIALIZED (
    SELECT * FROM pointsvault.vault_status s WHERE s.vault = run.vault
  ), history AS MATERIALIZED (
    SELECT m.member, d.* FROM eager.member m, pointsvault.dividend_history(run.vault, m.member) d
    WHERE m.vault = run.vault AND d.day >= since
  )
  SELECT format('member %s: expected cash %s, quota %s, shares %s, found %s', m.member, m.cash, m.quota, m.shares, h)
  FROM (SELECT * FROM eager.member m WHERE m.vault = run.vault) m
  FULL JOIN holding h ON h.member = m.member
  WHERE (m.quota, m.shares, CASE WHEN run.exact THEN m.cash END) IS DISTINCT FROM
        (h.quota * 10000, h.shares::numeric, CASE WHEN run.exact THEN h.cash * 10000 END)
  UNION ALL
  SELECT format('vault: expected %s, found %s', v, s)
  FROM eager.vault v, status s
  WHERE v.vault = run.vault
    AND ((v.turnover, v.carried, v.open_day) IS DISTINCT FROM
         (s.turnover * 10000, s.carried * 10000,
          COALESCE(s.last_closed + 1, CASE WHEN s.last_closed IS NULL THEN v.open_day END))
         OR run.exact AND (v.platform, v.reserve) IS DISTINCT FROM (s.platform * 10000, s.reserve * 10000))
  UNION ALL
  SELECT format('identities: %s', b) FROM check_vault.bad_totals(run.vault) b
  UNION ALL
  SELECT format('day: expected %s, found %s', e, d)
  FROM (SELECT * FROM eager.day e WHERE e.vault = run.vault AND e.day >= since) e
  FULL JOIN (SELECT * FROM pointsvault.dividend_day d WHERE d.vault = run.vault AND d.day >= since) d
    ON d.day = e.day
  WHERE (e.turnover, e.pool, e.paid, e.pool - e.paid, e.no_taker, e.inactive, e.over_quota) IS DISTINCT FROM
        (d.turnover * 10000, d.pool * 10000, d.paid * 10000, d.unallocated * 10000, d.no_taker * 10000,
         d.inactive * 10000, d.over_quota * 10000)
  UNION ALL
  SELECT format('histories of %s: %s', d.day, d)
  FROM pointsvault.dividend_day d
  WHERE d.vault = run.vault AND d.day >= since
    AND d.paid <> (SELECT COALESCE(sum(h.paid), 0) FROM history h WHERE h.day = d.day)
  UNION ALL
  SELECT format('dividend: expected %s, found %s', e, h)
  FROM (SELECT * FROM eager.dividend e WHERE e.vault = run.vault AND e.day >= since) e
  FULL JOIN history h ON h.day = e.day AND h.member = e.member
  WHERE (e.shares, e.due, e.paid, e.quota_left) IS DISTINCT FROM
        (h.shares::numeric, h.due * 10000, h.paid * 10000, h.quota_left * 10000)
$$;

CREATE FUNCTION random_cycle.compare(run random_cycle.run, since date, stage text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found_differences text;
BEGIN
  SELECT string_agg(d, E'\n') INTO found_differences FROM random_cycle.differences(run, since) d;
  IF found_differences IS NOT NULL THEN
    RAISE EXCEPTION '%, vault %, day % (%), % under %: %', run.name, run.vault, run.day_number, run.day, stage,
      (SELECT policy FROM eager.vault v WHERE v.vault = run.vault), found_differences;
  END IF;
END $$;

-- --- events -------------------------------------------------------------------

CREATE FUNCTION random_cycle.member(run random_cycle.run) RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT member FROM eager.member m WHERE m.vault = run.vault AND NOT m.merged ORDER BY random(), member LIMIT 1
$$;

-- Orders of some members, often alike, so that their quotas end on the same
-- day, on one day or on days that follow.
CREATE FUNCTION random_cycle.buy_many(run random_cycle.run, day date, policy jsonb, ref text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  amount numeric := random_cycle.amount(policy);
  alike boolean := random() < 0.7;
  across boolean := NOT run.by_clock AND random() < 0.4;
  o record;
  members text[] := '{}';
  amounts numeric[] := '{}';
  refs text[] := '{}';
  ats timestamptz[] := '{}';
BEGIN
  FOR i IN 1 .. random_run.pick(2, 6) LOOP
    day := day + CASE WHEN across THEN random_run.pick(0, 2)::integer ELSE 0 END;
    o := (random_cycle.member(run), CASE WHEN alike THEN amount ELSE random_cycle.amount(policy) END);
    members := members || o.f1;
    amounts := amounts || o.f2 / 10000;
    refs := refs || (ref || '-' || i);
    ats := ats || random_cycle.moment(run, day);
    PERFORM eager.buy(run.vault, o.f1, o.f2, ref || '-' || i, day);
  END LOOP;
  PERFORM pointsvault.purchase_many(run.vault, members, amounts, refs, ats => ats);
END $$;

-- H4: an order belongs to the day of its `at`, or the first open day after it.
CREATE FUNCTION random_cycle.submit(run random_cycle.run, day date, policy jsonb, ref text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  who text := random_cycle.member(run);
  amount numeric := random_cycle.amount(policy);
BEGIN
  day := day + random_run.pick(-2, 1)::integer;
  IF random() < 0.2 THEN
    -- H3: to be set aside, of nobody or with a contribution to no pool; closes nothing
    PERFORM pointsvault.submit(
      run.vault, CASE WHEN policy ? 'growth' OR random() < 0.5 THEN 'nobody' ELSE who END, amount / 10000, ref,
      CASE WHEN NOT policy ? 'growth' THEN amount / 10000 END, at => random_cycle.moment(run, day + 1));
    RETURN;
  END IF;
  PERFORM pointsvault.submit(run.vault, who, amount / 10000, ref, at => random_cycle.moment(run, day));
  INSERT INTO random_cycle.queued (vault, ref, member, amount, day) VALUES (run.vault, ref, who, amount, day);
END $$;

CREATE FUNCTION random_cycle.settle(run random_cycle.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  q random_cycle.queued;
BEGIN
  PERFORM pointsvault.settle(run.vault);
  FOR q IN SELECT * FROM random_cycle.queued WHERE vault = run.vault ORDER BY number LOOP
    PERFORM eager.buy(run.vault, q.member, q.amount, q.ref,
                      CASE WHEN run.by_clock THEN run.day ELSE greatest(q.day, v.open_day) END)
    FROM eager.vault v WHERE v.vault = run.vault;
  END LOOP;
  DELETE FROM random_cycle.queued WHERE vault = run.vault;
END $$;

-- A part of a purchase, all that is left of it, or, refused, more than that.
CREATE FUNCTION random_cycle.refund(run random_cycle.run, day date, ref text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  s eager.sale;
  part numeric;
BEGIN
  SELECT * INTO s FROM eager.sale e WHERE e.vault = run.vault AND e.refunded < e.amount
  ORDER BY random(), e.ref LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  part := CASE WHEN random() < 0.5 THEN s.amount - s.refunded
               ELSE random_run.pick(1, (s.amount - s.refunded)::bigint) END;
  IF random() < 0.1 THEN
    BEGIN
      PERFORM pointsvault.refund(run.vault, s.ref, ref, (s.amount - s.refunded + 1) / 10000,
                                 at => random_cycle.moment(run, day));
      RAISE EXCEPTION 'refunded more than there was';
    EXCEPTION WHEN check_violation THEN
      RETURN;  -- and no day is closed
    END;
  END IF;
  PERFORM pointsvault.refund(run.vault, s.ref, ref,
                             CASE WHEN part < s.amount - s.refunded OR random() < 0.5 THEN part / 10000 END,
                             at => random_cycle.moment(run, day));
  PERFORM eager.refund(run.vault, s.ref, part, day);
END $$;

CREATE FUNCTION random_cycle.withdraw(run random_cycle.run, day date, ref text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  who text;
  part numeric;
BEGIN
  SELECT h.member, trunc(h.cash * random_run.one_of('1', '0.5', '0.1')::numeric, 4) INTO who, part
  FROM pointsvault.holding h WHERE h.vault = run.vault AND h.cash > 0 ORDER BY random(), h.member LIMIT 1;
  IF part > 0 THEN
    PERFORM pointsvault.withdraw(run.vault, who, part, ref, at => random_cycle.moment(run, day));
    PERFORM eager.withdraw(run.vault, who, part * 10000, day);
  END IF;
END $$;

-- A purchase made before, again: nothing changes and no day is closed.
CREATE FUNCTION random_cycle.repeat(run random_cycle.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  s eager.sale;
BEGIN
  SELECT * INTO s FROM eager.sale e WHERE e.vault = run.vault ORDER BY random(), e.ref LIMIT 1;
  IF s.ref IS NOT NULL AND NOT (pointsvault.purchase(run.vault, s.member, s.amount / 10000, s.ref)).replayed THEN
    RAISE EXCEPTION '% was booked twice', s.ref;
  END IF;
END $$;

-- V7: an event for a day that is closed is refused.
CREATE FUNCTION random_cycle.buy_too_late(run random_cycle.run, open_day date, ref text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pointsvault.purchase(run.vault, random_cycle.member(run), 1, ref,
                               at => random_cycle.moment(run, open_day - 1));
  RAISE EXCEPTION 'booked on a closed day';
EXCEPTION WHEN object_not_in_prerequisite_state THEN
  NULL;
END $$;

-- Two become one; a few are left to the end.
CREATE FUNCTION random_cycle.merge(run random_cycle.run, day date, ref text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  one text := random_cycle.member(run);
  other text := random_cycle.member(run);
BEGIN
  IF one = other OR (SELECT count(*) FROM eager.member m WHERE m.vault = run.vault AND NOT m.merged) < 4 THEN
    RETURN;
  END IF;
  PERFORM pointsvault.merge_members(run.vault, one, other, ref, at => random_cycle.moment(run, day));
  PERFORM eager.merge(run.vault, one, other, day);
  UPDATE random_cycle.queued q SET member = other WHERE q.vault = run.vault AND q.member = one;
END $$;

-- One random event on a day.
CREATE FUNCTION random_cycle.operate(run random_cycle.run, day date, ref text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v eager.vault;
  who text := random_cycle.member(run);
  amount numeric;
BEGIN
  SELECT * INTO v FROM eager.vault e WHERE e.vault = run.vault;
  day := greatest(day, v.open_day);
  amount := random_cycle.amount(v.policy);
  CASE random_run.pick(1, 21)
    WHEN 1, 2, 3 THEN
      PERFORM random_cycle.buy_many(run, day, v.policy, ref);
    WHEN 4, 5 THEN
      PERFORM random_cycle.submit(run, day, v.policy, ref);
      IF random() < 0.4 THEN
        PERFORM random_cycle.settle(run);
      END IF;
    WHEN 6 THEN
      PERFORM random_cycle.settle(run);
    WHEN 7, 8, 9, 10 THEN
      PERFORM random_cycle.refund(run, day, ref);
    WHEN 11 THEN
      PERFORM random_cycle.withdraw(run, day, ref);
    WHEN 12 THEN
      PERFORM pointsvault.accrue(run.vault, random_run.pick(1, 5)::integer);
    WHEN 13 THEN
      PERFORM random_cycle.repeat(run);
    WHEN 14 THEN
      IF NOT run.by_clock AND v.open_day IS NOT NULL THEN
        PERFORM random_cycle.buy_too_late(run, v.open_day, ref);
      END IF;
    WHEN 16 THEN
      IF random() < 0.4 THEN
        PERFORM random_cycle.merge(run, day, ref);
      END IF;
    WHEN 15 THEN
      IF run.by_clock THEN
        v.policy := v.policy || jsonb_build_object('cycle', random_cycle.cycle());
        PERFORM pointsvault.set_policy(run.vault, '{"cycle": null}');
        PERFORM pointsvault.set_policy(run.vault, v.policy);
        PERFORM eager.set_policy(run.vault, v.policy, day);
      END IF;
    ELSE
      PERFORM pointsvault.purchase(run.vault, who, amount / 10000, ref, at => random_cycle.moment(run, day));
      PERFORM eager.buy(run.vault, who, amount, ref, day);
  END CASE;
END $$;

-- --- a run ----------------------------------------------------------------------

-- A zone in which it is about noon, so that no day ends while a test runs, so
-- many days from the middle of the range.  No vault can be made with it (U5).
CREATE FUNCTION random_cycle.zone(days integer) RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT format('<run>%s%s', CASE WHEN west < 0 THEN '-' ELSE '+' END, abs(west))
  FROM (SELECT extract(hour FROM clock_timestamp() AT TIME ZONE 'UTC')::integer - 12 - 24 * days) w (west)
$$;

CREATE FUNCTION random_cycle.start(name text, by_clock boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  policy jsonb := random_cycle.policy();
  id integer := pointsvault.create_vault(name, policy);
  members integer := random_run.pick(3, 12);
BEGIN
  INSERT INTO eager.vault (vault, policy) VALUES (id, policy);
  INSERT INTO eager.member (vault, member, sponsor)
  SELECT id, 'm' || i, CASE WHEN i > 1 AND i % 4 > 0 THEN 'm' || i / 2 END FROM generate_series(1, members) i;
  PERFORM pointsvault.enroll_many(id, array_agg(m.member ORDER BY length(m.member), m.member),
                                  array_agg(m.sponsor ORDER BY length(m.member), m.member))
  FROM eager.member m WHERE m.vault = id;
  INSERT INTO random_cycle.run (name, vault, by_clock, exact, day, timezone)
  VALUES (name, id, by_clock,
          COALESCE((policy->'growth'->>'mint_rate')::numeric, 0) = 0, current_date - 100,
          (SELECT v.timezone FROM pointsvault.vault v WHERE v.name = start.name));
END $$;

-- The next day of a run: some events, at times none for some days, then maybe a
-- close by name; else the next event closes.
CREATE FUNCTION random_cycle.day(run_name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  run random_cycle.run;
  since date;
BEGIN
  SELECT * INTO run FROM random_cycle.run r WHERE r.name = run_name;
  SELECT COALESCE(open_day, '-infinity') INTO since FROM eager.vault v WHERE v.vault = run.vault;
  run.day_number := run.day_number + 1;
  IF run.by_clock THEN
    UPDATE pointsvault.vault SET timezone = random_cycle.zone(run.day_number - 7) WHERE id = run.vault;
    SELECT (clock_timestamp() AT TIME ZONE timezone)::date INTO run.day
    FROM pointsvault.vault WHERE id = run.vault;
  ELSE
    run.day := greatest(run.day + CASE WHEN random() < 0.2 THEN random_run.pick(1, 4)::integer ELSE 1 END,
                        since);
    IF run.day > current_date - 20 THEN
      RETURN;  -- today is not to be reached
    END IF;
  END IF;
  IF random() < 0.3 THEN
    WHILE (SELECT open_day < run.day FROM eager.vault v WHERE v.vault = run.vault) LOOP
      PERFORM random_cycle.snap(run, pointsvault.close_day(run.vault));
      PERFORM eager.close(run.vault);
    END LOOP;
    PERFORM random_cycle.compare(run, since, 'days closed one by one');
  END IF;
  IF random() > 0.15 THEN
    FOR i IN 1 .. random_run.pick(1, 6) LOOP
      run.operations := run.operations + 1;
      PERFORM random_cycle.operate(run, run.day, 'op-' || run.operations);
    END LOOP;
  END IF;
  PERFORM random_cycle.compare(run, since, 'after the events');
  UPDATE random_cycle.run r
  SET day_number = run.day_number, day = run.day, operations = run.operations WHERE r.name = run_name;
  IF random() < 0.2 THEN
    PERFORM random_cycle.snap(run, NULL);
  END IF;
END $$;

-- What the history of members says against what they hold.
CREATE FUNCTION random_cycle.bad_histories(run random_cycle.run) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT format('statement of %s ends %s, it holds %s', h.member, s, h)
  FROM pointsvault.holding h
  LEFT JOIN LATERAL (
    SELECT x.points_after, x.cash_after, x.quota_after, x.shares_after
    FROM pointsvault.statement(run.vault, h.member) WITH ORDINALITY AS x ORDER BY x.ordinality DESC LIMIT 1
  ) s ON true
  WHERE h.vault = run.vault
    AND (COALESCE(s.points_after, 0), COALESCE(s.cash_after, 0), COALESCE(s.quota_after, 0),
         COALESCE(s.shares_after, 0)) <> (h.points, h.cash, h.quota, h.shares)
  UNION ALL
  SELECT format('holding_at of %s: %s, it holds %s', h.member, a, h)
  FROM pointsvault.holding h, pointsvault.holding_at(run.vault, h.member, clock_timestamp()) a
  WHERE h.vault = run.vault
    AND (a.points, a.cash, a.quota, a.shares) IS DISTINCT FROM (h.points, h.cash, h.quota, h.shares)
  UNION ALL
  SELECT format('holding_at of %s at %s: %s, it held %s', s.member, s.moment, a, s)
  FROM random_cycle.snapshot s, pointsvault.holding_at(run.vault, s.member, s.moment) a
  WHERE s.vault = run.vault AND (a.cash, a.quota, a.shares) IS DISTINCT FROM (s.cash, s.quota, s.shares)
  UNION ALL
  SELECT format('holding_of_day of %s, %s: %s, it held %s', s.member, s.closed, a, s)
  FROM random_cycle.snapshot s, pointsvault.holding_of_day(run.vault, s.member, s.closed) a
  WHERE s.vault = run.vault AND s.closed IS NOT NULL
    AND (a.cash, a.quota, a.shares, a.closed) IS DISTINCT FROM (s.cash, s.quota, s.shares, true)
  UNION ALL
  SELECT format('%s got %s of dividends for %s of quota, expected %s of %s',
                m.member, d.paid, q.granted, m.dividends, m.granted)
  FROM eager.member m
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(x.paid), 0) * 10000 AS paid FROM pointsvault.dividend_history(run.vault, m.member) x
  ) d
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(p.amount), 0) * 10000 AS granted FROM pointsvault.posting p
    WHERE p.vault = run.vault AND p.member = m.member AND p.asset = 'quota' AND p.amount > 0
  ) q
  WHERE m.vault = run.vault
    AND (d.paid > q.granted OR (d.paid, q.granted) IS DISTINCT FROM (m.dividends, m.granted))
  UNION ALL
  SELECT format('posted to members as a whole: %s, not yet posted to each: %s', p.amount, a.amount)
  FROM (SELECT COALESCE(sum(amount), 0) AS amount FROM pointsvault.posting
        WHERE vault = run.vault AND account = 'member' AND member IS NULL AND asset = 'cash') p,
       (SELECT sum(accrued) AS amount FROM pointsvault.holding WHERE vault = run.vault) a
  WHERE p.amount <> a.amount
$$;

-- All is posted to each, some members at a time; then postings are balances.
CREATE FUNCTION random_cycle.bad_postings(run random_cycle.run) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
  WHILE pointsvault.accrue(run.vault, random_run.pick(1, 5)::integer) > 0 LOOP
    NULL;
  END LOOP;
  RETURN QUERY
  SELECT format('still to be posted to %s: %s', h.member, h.accrued) FROM pointsvault.holding h
  WHERE h.vault = run.vault AND h.accrued <> 0
  UNION ALL
  SELECT b::text FROM check_vault.broken(run.vault) b
  UNION ALL
  SELECT format('dividends posted to %s: %s, expected %s', m.member, p.cash, m.dividends)
  FROM eager.member m
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(x.amount), 0) * 10000 AS cash
    FROM pointsvault.posting x JOIN pointsvault.journal j ON j.vault = x.vault AND j.seq = x.seq
    WHERE x.vault = run.vault AND x.member = m.member AND x.asset = 'cash' AND j.kind = 'dividend'
  ) p
  WHERE m.vault = run.vault AND p.cash <> m.dividends;
END $$;

-- The end of a run: the queue is settled, all days up to yesterday are closed.
-- verify() is asked where it is wanted; the days of a vault whose zone was moved
-- are not those of its zone now.
CREATE FUNCTION random_cycle.finish(run_name text, with_verify boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  run random_cycle.run;
  since date;
  bad text;
BEGIN
  SELECT * INTO run FROM random_cycle.run r WHERE r.name = run_name;
  SELECT COALESCE(open_day, '-infinity') INTO since FROM eager.vault v WHERE v.vault = run.vault;
  PERFORM random_cycle.settle(run);
  SELECT string_agg(b, E'\n') INTO bad FROM random_cycle.bad_histories(run) b;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION '%, vault %: %', run_name, run.vault, bad;
  END IF;
  WHILE pointsvault.close_day(run.vault) IS NOT NULL LOOP
  END LOOP;
  PERFORM eager.reach(run.vault, (clock_timestamp() AT TIME ZONE v.timezone)::date, is_event => false)
  FROM pointsvault.vault v WHERE v.id = run.vault;
  SELECT string_agg(b, E'\n') INTO bad FROM random_cycle.bad_postings(run) b;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION '%, vault %, all posted: %', run_name, run.vault, bad;
  END IF;
  PERFORM random_cycle.compare(run, since, 'all posted');
  SELECT string_agg(b, E'\n') INTO bad FROM random_cycle.bad_histories(run) b;
  IF with_verify AND bad IS NULL THEN
    UPDATE pointsvault.vault SET timezone = run.timezone WHERE id = run.vault; -- as it was created
    SELECT string_agg(f::text, E'\n') INTO bad FROM pointsvault.verify(run.vault) f
    WHERE NOT f.ok AND NOT (run.by_clock AND f.name = 'business days (U5)');
  END IF;
  IF bad IS NULL THEN
    SELECT string_agg('explain: ' || d::text, E'\n') INTO bad FROM explained.differences(run.vault) d;
  END IF;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION '%, vault %, at the end: %', run_name, run.vault, bad;
  END IF;
END $$;

-- What the runs came across, so that a test can tell that it tested something.
CREATE VIEW random_cycle.seen AS
SELECT 'days closed' AS what, count(*) AS times FROM eager.day
UNION ALL
SELECT 'days without sales that paid what was carried', count(*) FROM eager.day WHERE turnover = 0 AND paid > 0
UNION ALL
SELECT 'dividends', count(*) FROM eager.dividend
UNION ALL
SELECT 'quotas that ended', count(*) FROM eager.dividend WHERE quota_left = 0
UNION ALL
SELECT 'quotas that ended to the last digit', count(*) FROM eager.dividend WHERE quota_left = 0 AND due = paid
UNION ALL
SELECT 'days on which several quotas of a share count ended', count(*) FROM (
  SELECT FROM eager.dividend WHERE quota_left = 0 GROUP BY vault, day, shares HAVING count(*) > 1) d
UNION ALL
SELECT 'days with part of the pool for shares without quota', count(*) FROM eager.day WHERE inactive > 0
UNION ALL
SELECT 'members who came into another tier', count(*) FROM (
  SELECT FROM eager.dividend WHERE tier IS NOT NULL GROUP BY vault, member HAVING count(DISTINCT tier) > 1) m
UNION ALL
SELECT 'share counts that emptied and filled again', count(*) FROM (
  SELECT day - lag(day) OVER (PARTITION BY vault, shares ORDER BY day) AS days FROM eager.class) c WHERE days > 1
UNION ALL
SELECT 'share counts of several members', count(*) FROM eager.class WHERE members > 1
UNION ALL
SELECT 'refunds whose quota was used up', count(*) FROM eager.sale WHERE owed > 0
UNION ALL
SELECT 'members merged', count(*) FROM eager.member WHERE merged
UNION ALL
SELECT 'refunds of one who was buyer and sponsor', count(*) FROM eager.sale WHERE member = sponsor AND refunded > 0
UNION ALL
SELECT 'policies changed', count(*) FROM pointsvault.policy WHERE version > 2;
