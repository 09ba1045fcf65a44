-- Seeded random runs of release plans, commissions and the shareholder pool: the same events to
-- a vault and to the walk (walk.sql), and all that can be read of the vault compared after every
-- close.  Needs random.sql and walk.sql.
--
-- Each event is drawn once, noted, and then booked, so that other vaults can be given the same
-- history, their days closed in another way.

CREATE SCHEMA random_team;

CREATE TABLE random_team.run (
  name text PRIMARY KEY, vault integer, shape text, day date, day_number integer DEFAULT 0,
  has_cycle boolean, has_growth boolean
);
-- What its kind needs is in `args`; of `moment`, a moment of the day, or NULL where it takes none.
CREATE TABLE random_team.event (
  run text, n integer, day date, moment timestamptz, kind text, args jsonb, PRIMARY KEY (run, n)
);

-- --- policies --------------------------------------------------------------------

-- Up to five steps that members come and go over as their teams buy and return.
CREATE FUNCTION random_team.steps(first_sales numeric, highest numeric) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  steps jsonb := '[]';
  sales numeric := first_sales;
  rate numeric := 0;
BEGIN
  FOR i IN 1 .. random_run.pick(0, 5) LOOP
    rate := rate + trunc(highest / 5 * (0.1 + 0.9 * random()::numeric), 6);
    steps := steps || jsonb_build_object('sales', sales, 'rate', rate);
    sales := sales + trunc(sales * random_run.one_of('0.1', '0.5', '1', '2')::numeric, 4) + 0.0001;
  END LOOP;
  RETURN steps;
END $$;

-- Plans that last from a day to weeks.
CREATE FUNCTION random_team.release() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object(
    'levels', random_run.one_of(
      '[{"min": 0.01, "multiple": 1}]', '[{"min": 0.0001, "multiple": 0.333333}]',
      '[{"min": 50, "multiple": 0.5}, {"min": 200, "multiple": 1.5}]',
      '[{"min": 10, "multiple": 0.1}, {"min": 100, "multiple": 0.7}, {"min": 500, "multiple": 4}]')::jsonb,
    'release_rate', random_run.one_of('0.012', '0.05', '0.1', '0.1', '0.123457', '0.3', '1'),
    'generation_rates', (
      SELECT COALESCE(jsonb_agg(random_run.one_of('0.5', '0.3', '0.333333', '0.1', '0.000001', '0')::numeric), '[]')
      FROM generate_series(1, random_run.pick(0, 4))),
    'stars', random_team.steps(random_run.one_of('0.0001', '50', '100', '300', '1000')::numeric, 1),
    'peer_rate', random_run.one_of('0.03', '0.333333', '1', '0'),
    'usage_rate', random_run.one_of('1', '0.3'))
$$;

-- At times the budget is less than what it would pay.
CREATE FUNCTION random_team.commission() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object(
    'budget_rate', random_run.one_of('0.4', '0.4', '0.2', '0.1', '0.05', '0.000001'),
    'direct_rate', random_run.one_of('0', '0.08', '0.033333'),
    'indirect_rate', random_run.one_of('0', '0.04', '0.000001'),
    'ranks', random_team.steps(random_run.one_of('0.0001', '50', '100', '300', '1000')::numeric, 0.2),
    'rank_peer_rate', random_run.one_of('0', '0.01', '0.033333'),
    'region_rates', random_run.one_of('{}', '{"district": 0.02, "city": 0.015, "province": 0.01}', '{"province": 0.033333}')::jsonb,
    'shareholder_rate', random_run.one_of('0', '0.03', '0.1'))
$$;

CREATE FUNCTION random_team.cycle() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object(
    'quota_multiple', random_run.one_of('0.01', '0.05', '0.2', '0'),
    'share_price', random_run.one_of('100', '100', '50', '33.3333'),
    'referral_quota_rate', random_run.one_of('0', '0.05'),
    'referral_share_rate', random_run.one_of('0', '0', '0.5'),
    'weight_pool_rate', random_run.one_of('0', '0.1', '0.3'),
    'unallocated', random_run.one_of('platform', 'carry'))
$$;

-- A run keeps its sections of growth and the cycle, as far as it has them; the others come and
-- go.  No points are minted, so that cash follows from sections 5 and 7 alone.
CREATE FUNCTION random_team.policy(has_cycle boolean, has_growth boolean) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'acknowledge_multilevel', 'the test',
    'release', CASE WHEN random() < 0.92 THEN random_team.release() END,
    'commission', CASE WHEN random() < 0.88 THEN random_team.commission() END,
    'cycle', CASE WHEN has_cycle THEN random_team.cycle() END,
    'growth', CASE WHEN has_growth THEN '{"pool_rate": 0.1, "mint_rate": 0}'::jsonb END))
$$;

-- --- comparison -------------------------------------------------------------------

-- Where a vault says of members and itself what the walk does not.  Plans of queries are kept
-- from call to call: they take longer to make than to run.
CREATE FUNCTION random_team.bad_holdings(walked integer, other integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT format('member: expected %s, found %s, %s', m, h, t)
  FROM (SELECT * FROM walk.member WHERE vault = walked) m
  FULL JOIN (SELECT * FROM pointsvault.holding WHERE vault = other) h ON h.member = m.member
  LEFT JOIN pointsvault.member_data d ON d.vault = other AND d.name = m.member
  LEFT JOIN pointsvault.team_data t ON t.vault = other AND t.member = d.id
  WHERE (m.cash, m.quota, m.shares, m.reward) IS DISTINCT FROM
        (h.cash * 10000, h.quota * 10000, h.shares::numeric, h.reward * 10000)
     OR m.merged_into IS NULL
        AND (m.sales, m.team_sales, m.star, m.rank) IS DISTINCT FROM
            (COALESCE(t.sales::numeric, 0) * 10000, COALESCE(t.team_sales::numeric, 0) * 10000,
             COALESCE(t.star, 0)::integer, COALESCE(t.rank, 0)::integer)
  UNION ALL
  SELECT format('vault: expected %s, found %s, %s', v, s, j)
  FROM walk.vault v
  JOIN pointsvault.vault_status s ON s.vault = other
  JOIN pointsvault.journal_data j ON j.vault = other AND j.seq = s.last_seq
  WHERE v.vault = walked
    AND (v.turnover, v.carried, v.platform, v.reserve, v.shareholders) IS DISTINCT FROM
        (s.turnover * 10000, s.carried * 10000, s.platform * 10000, s.reserve * 10000, COALESCE(j.shareholders::numeric, 0) * 10000);
END $$;

CREATE FUNCTION random_team.bad_days(walked integer, other integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT format('day: expected %s, found %s', w, d)
  FROM (SELECT * FROM walk.day WHERE vault = walked) w
  FULL JOIN (SELECT * FROM pointsvault.dividend_day WHERE vault = other) d ON d.day = w.day
  WHERE (w.turnover, w.pool, w.paid, w.shareholder_pool, w.shareholders, w.all_shares, w.released) IS DISTINCT FROM
        (d.turnover * 10000, d.pool * 10000, d.paid * 10000, d.shareholder_pool * 10000, d.shareholders * 10000,
         d.all_shares::numeric, d.released * 10000);
END $$;

CREATE FUNCTION random_team.bad_plans(walked integer, other integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT format('plan: expected %s, found %s', s, p)
  FROM (SELECT * FROM walk.sale WHERE vault = walked AND granted > 0) s
  FULL JOIN (
    SELECT j.ref, p.* FROM pointsvault.release_plan p
    JOIN pointsvault.journal_data j ON j.vault = p.vault AND j.seq = p.seq WHERE p.vault = other
  ) p ON p.ref = s.ref
  WHERE (s.member, s.amount, s.granted, s.released, s.granted - s.released - s.cancelled, s.cancelled, s.daily) IS DISTINCT FROM
        (p.member, p.amount * 10000, p.granted * 10000, p.released * 10000, p.remaining * 10000, p.cancelled * 10000, p.daily * 10000);
END $$;

CREATE FUNCTION random_team.bad_commissions(walked integer, other integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT format('commission: expected %s, found %s', m, c)
  FROM (SELECT * FROM walk.moved WHERE vault = walked) m
  FULL JOIN (SELECT * FROM pointsvault.commission WHERE vault = other) c ON c.ref = m.ref AND c.place = m.place
  WHERE (m.member, m.what, m.grade, m.amount) IS DISTINCT FROM (c.member, c.what, c.grade, c.amount * 10000);
END $$;

-- Whether a vault says what was walked of one.
CREATE FUNCTION random_team.compare(walked integer, id integer, stage text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  differences text;
BEGIN
  SELECT string_agg(d, E'\n') INTO differences FROM (
    SELECT random_team.bad_days(walked, id) UNION ALL SELECT random_team.bad_holdings(walked, id)
    UNION ALL SELECT random_team.bad_plans(walked, id) UNION ALL SELECT random_team.bad_commissions(walked, id)
  ) b (d);
  IF differences IS NOT NULL THEN
    RAISE EXCEPTION 'vault %, % under %: %', id, stage, (SELECT policy FROM walk.vault WHERE vault = walked), differences;
  END IF;
END $$;

-- That verify finds nothing.
CREATE FUNCTION random_team.verify(id integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  bad text;
BEGIN
  SELECT string_agg(f::text, E'\n') INTO bad FROM pointsvault.verify(id) f WHERE f.ok IS NOT TRUE;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'vault %: %', id, bad;
  END IF;
END $$;

-- --- events -------------------------------------------------------------------------

-- One event on a vault.
CREATE FUNCTION random_team.book(id integer, e random_team.event) RETURNS void
LANGUAGE plpgsql
SET client_min_messages = warning -- an import into a vault that has events is told
AS $$
DECLARE
  a jsonb := e.args;
BEGIN
  CASE e.kind
    WHEN 'enroll' THEN
      PERFORM pointsvault.enroll_many(id, array_agg(x->>'member' ORDER BY n), array_agg(x->>'sponsor' ORDER BY n),
                                      array_agg(x->>'region' ORDER BY n))
      FROM jsonb_array_elements(a) WITH ORDINALITY AS x (x, n);
    WHEN 'agent' THEN
      PERFORM pointsvault.appoint_agent(id, a->>'member', a->>'region');
    WHEN 'policy' THEN
      PERFORM pointsvault.begin_import(id); -- so that it closes no day
      PERFORM pointsvault.set_policy(id, '{"release": null, "commission": null, "cycle": null}');
      PERFORM pointsvault.set_policy(id, a);
      PERFORM pointsvault.end_import(id);
    WHEN 'buy' THEN
      PERFORM pointsvault.purchase(id, a->>'member', (a->>'amount')::numeric / 10000, a->>'ref', region => a->>'region', at => e.moment);
    WHEN 'buy_many' THEN
      PERFORM count(*) FROM pointsvault.purchase_many(
        id, ARRAY(SELECT x->>'member' FROM jsonb_array_elements(a) x), ARRAY(SELECT (x->>'amount')::numeric / 10000 FROM jsonb_array_elements(a) x),
        ARRAY(SELECT x->>'ref' FROM jsonb_array_elements(a) x), regions => ARRAY(SELECT x->>'region' FROM jsonb_array_elements(a) x),
        ats => ARRAY(SELECT (x->>'at')::timestamptz FROM jsonb_array_elements(a) x));
    WHEN 'refund' THEN
      PERFORM pointsvault.refund(id, a->>'sale', a->>'ref', (a->>'amount')::numeric / 10000, at => e.moment);
    WHEN 'spend' THEN
      PERFORM pointsvault.spend_reward(id, a->>'member', (a->>'amount')::numeric / 10000, a->>'ref', (a->>'amount')::numeric / 1000, at => e.moment);
    WHEN 'withdraw' THEN
      PERFORM pointsvault.withdraw(id, a->>'member', (a->>'amount')::numeric / 10000, a->>'ref', at => e.moment);
    WHEN 'merge' THEN
      PERFORM pointsvault.merge_members(id, a->>'one', a->>'other', a->>'ref', at => e.moment);
  END CASE;
END $$;

-- The walk's own way with an event.
CREATE FUNCTION random_team.walk(id integer, e random_team.event) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  a jsonb := e.args;
  x jsonb;
BEGIN
  CASE e.kind
    WHEN 'enroll' THEN
      INSERT INTO walk.member (vault, member, sponsor, region)
      SELECT id, m->>'member', m->>'sponsor', m->>'region' FROM jsonb_array_elements(a) m;
    WHEN 'agent' THEN
      INSERT INTO walk.agent VALUES (id, a->>'region', a->>'member')
      ON CONFLICT (vault, region) DO UPDATE SET member = EXCLUDED.member;
    WHEN 'policy' THEN
      PERFORM walk.set_policy(id, a);
    WHEN 'buy' THEN
      PERFORM walk.buy(id, a->>'member', (a->>'amount')::numeric, a->>'ref', a->>'region', e.day);
    WHEN 'buy_many' THEN
      FOR x IN SELECT * FROM jsonb_array_elements(a) LOOP
        PERFORM walk.buy(id, x->>'member', (x->>'amount')::numeric, x->>'ref', x->>'region', (x->>'day')::date);
      END LOOP;
    WHEN 'refund' THEN
      PERFORM walk.refund(id, a->>'sale', a->>'ref', (a->>'amount')::numeric, e.day);
    WHEN 'spend' THEN
      PERFORM walk.spend_reward(id, a->>'member', (a->>'amount')::numeric, e.day);
    WHEN 'withdraw' THEN
      PERFORM walk.withdraw(id, a->>'member', (a->>'amount')::numeric, e.day);
    WHEN 'merge' THEN
      PERFORM walk.merge(id, a->>'one', a->>'other', e.day);
  END CASE;
END $$;

CREATE FUNCTION random_team.moment(day date) RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$ SELECT (day + random_run.pick(0, 86399) * interval '1 second') AT TIME ZONE 'Asia/Shanghai' $$;

-- Notes an event, and does it on both sides.
CREATE FUNCTION random_team.happen(run random_team.run, of_kind text, of_args jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  e random_team.event;
BEGIN
  INSERT INTO random_team.event
  SELECT run.name, count(*) + 1, run.day, random_team.moment(run.day), of_kind, of_args
  FROM random_team.event v WHERE v.run = run.name
  RETURNING * INTO e;
  PERFORM random_team.book(run.vault, e);
  PERFORM random_team.walk(run.vault, e);
END $$;

-- --- what is drawn --------------------------------------------------------------------

CREATE FUNCTION random_team.any_member(run random_team.run) RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT (ARRAY(SELECT member FROM walk.member m WHERE m.vault = run.vault AND merged_into IS NULL ORDER BY number))[
    random_run.pick(1, (SELECT count(*) FROM walk.member m WHERE m.vault = run.vault AND merged_into IS NULL))]
$$;

-- In whole 1/10 000, at times so little that rounding shows.
CREATE FUNCTION random_team.amount() RETURNS numeric
LANGUAGE sql VOLATILE AS $$
  SELECT CASE random_run.pick(1, 4)
           WHEN 1 THEN random_run.pick(1, 300)
           WHEN 2 THEN random_run.one_of('500000', '1000000', '2000000', '5000000')::numeric
           ELSE random_run.pick(10000, 8000000) END
$$;

CREATE FUNCTION random_team.region() RETURNS text
LANGUAGE sql VOLATILE AS $$ SELECT random_run.one_of(NULL, NULL, '44', '4403', '440305', '440306', '4401', '31', '310101', '5') $$;

CREATE FUNCTION random_team.order_of(run random_team.run, ref text, day date) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object('member', random_team.any_member(run), 'amount', random_team.amount(), 'ref', ref,
                            'region', random_team.region(), 'day', day, 'at', random_team.moment(day))
$$;

-- Orders of the day, or of days that follow, which close those between.
CREATE FUNCTION random_team.orders(run random_team.run, ref text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  orders jsonb := '[]';
  day date := run.day;
BEGIN
  FOR i IN 1 .. random_run.pick(2, 8) LOOP
    day := day + CASE WHEN random() < 0.06 THEN random_run.pick(1, 3)::integer ELSE 0 END;
    orders := orders || random_team.order_of(run, format('%s-%s', ref, i), day);
  END LOOP;
  RETURN orders;
END $$;

-- A part of a sale, or all that is left of it; NULL where there is none.
CREATE FUNCTION random_team.refund_of(run random_team.run, ref text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  open text[] := ARRAY(SELECT s.ref FROM walk.sale s WHERE s.vault = run.vault AND refunded < amount ORDER BY number);
  one text := open[random_run.pick(1, cardinality(open))];
  s walk.sale;
BEGIN
  IF cardinality(open) = 0 THEN
    RETURN NULL;
  END IF;
  SELECT * INTO s FROM walk.sale x WHERE x.vault = run.vault AND x.ref = one;
  RETURN jsonb_build_object('sale', s.ref, 'ref', ref, 'amount',
    CASE WHEN random() < 0.5 THEN s.amount - s.refunded ELSE random_run.pick(1, (s.amount - s.refunded)::bigint) END);
END $$;

-- A tenth, or as much as a fifth of them all, of what somebody has in one of its balances.
CREATE FUNCTION random_team.some_of(run random_team.run, balance text, ref text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  rich text[];
  who text;
  has numeric;
BEGIN
  SELECT array_agg(member ORDER BY number) INTO rich FROM walk.member m
  WHERE m.vault = run.vault AND cash >= 0 AND CASE balance WHEN 'cash' THEN cash ELSE reward END > 10;
  who := rich[random_run.pick(1, cardinality(rich))];
  SELECT CASE balance WHEN 'cash' THEN cash ELSE reward END INTO has FROM walk.member m WHERE m.vault = run.vault AND member = who;
  RETURN CASE WHEN has > 0 THEN jsonb_build_object('member', who, 'amount', div(has, random_run.pick(1, 10)), 'ref', ref) END;
END $$;

CREATE FUNCTION random_team.merge_of(run random_team.run, ref text) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN one <> other AND (SELECT count(*) FROM walk.member m WHERE m.vault = run.vault AND merged_into IS NULL) > 4
              THEN jsonb_build_object('one', one, 'other', other, 'ref', ref) END
  FROM (SELECT random_team.any_member(run) AS one, random_team.any_member(run) AS other) m
$$;

-- Members below others by the shape of the run; `first` is the number of the first of them.
CREATE FUNCTION random_team.newcomers(run random_team.run, first integer, many integer) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_agg(jsonb_build_object('member', 'm' || i, 'region', random_team.region(), 'sponsor',
    CASE WHEN first > 1 THEN random_team.any_member(run)
         WHEN i > 1 THEN CASE run.shape
           WHEN 'chain' THEN 'm' || i - 1
           WHEN 'star' THEN 'm1'
           WHEN 'bushy' THEN 'm' || i / 3 + (i < 3)::integer
           WHEN 'comb' THEN 'm' || CASE WHEN i % 2 = 0 THEN i - 1 ELSE i - 2 END
           ELSE CASE WHEN random() < 0.9 THEN 'm' || random_run.pick(greatest(1, i - 8), i - 1) END END END) ORDER BY i)
  FROM generate_series(first, first + many - 1) i
$$;

-- One random event on the day of the run.
CREATE FUNCTION random_team.operate(run random_team.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  n integer := (SELECT count(*) FROM random_team.event v WHERE v.run = run.name);
  ref text := 'op-' || n;
  wanted text := (ARRAY['buy', 'buy', 'buy', 'buy', 'buy', 'buy', 'buy_many', 'buy_many', 'refund', 'refund', 'refund', 'refund', 'spend',
                        'spend', 'withdraw', 'merge', 'policy', 'enroll', 'agent'])[random_run.pick(1, 19)];
  args jsonb;
BEGIN
  IF wanted IN ('merge', 'policy', 'enroll', 'agent') AND random() < 0.6 OR wanted = 'withdraw' AND NOT run.has_cycle THEN
    wanted := 'buy';
  END IF;
  IF wanted = 'policy' THEN -- the days before are closed by then
    PERFORM random_team.happen(run, 'buy', random_team.order_of(run, ref || '-before', run.day));
  END IF;
  args := CASE wanted
    WHEN 'buy' THEN random_team.order_of(run, ref, run.day)
    WHEN 'buy_many' THEN random_team.orders(run, ref)
    WHEN 'refund' THEN random_team.refund_of(run, ref)
    WHEN 'spend' THEN CASE WHEN (SELECT policy ? 'release' FROM walk.vault v WHERE v.vault = run.vault)
                           THEN random_team.some_of(run, 'reward', ref) END
    WHEN 'withdraw' THEN random_team.some_of(run, 'cash', ref)
    WHEN 'merge' THEN random_team.merge_of(run, ref)
    WHEN 'policy' THEN random_team.policy(run.has_cycle, run.has_growth)
    WHEN 'enroll' THEN random_team.newcomers(run, (SELECT count(*) FROM walk.member m WHERE m.vault = run.vault)::integer + 1,
                                             random_run.pick(1, 3)::integer)
    WHEN 'agent' THEN jsonb_build_object('member', random_team.any_member(run), 'region', random_run.one_of('44', '4403', '440305', '31')) END;
  IF args IS NOT NULL THEN
    PERFORM random_team.happen(run, wanted, args);
  END IF;
END $$;

-- --- a run --------------------------------------------------------------------------------

CREATE FUNCTION random_team.start(run_name text, members integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  run random_team.run;
  policy jsonb;
  region text;
BEGIN
  run := (run_name, NULL, random_run.one_of('chain', 'star', 'bushy', 'comb', 'mixed', 'mixed'), current_date - 300, 0,
          random() < 0.7, random() < 0.25);
  policy := random_team.policy(run.has_cycle, run.has_growth);
  run.vault := pointsvault.create_vault(run_name, policy);
  INSERT INTO random_team.run SELECT run.*;
  PERFORM walk.set_policy(run.vault, policy);
  PERFORM random_team.happen(run, 'enroll', random_team.newcomers(run, 1, random_run.pick(4, members)::integer));
  FOREACH region IN ARRAY '{44,4403,440305,31}'::text[] LOOP
    PERFORM random_team.happen(run, 'agent', jsonb_build_object('member', random_team.any_member(run), 'region', region));
  END LOOP;
END $$;

-- The days before that of the run are closed one by one, with a look at each.
CREATE FUNCTION random_team.close_before(run random_team.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WHILE (SELECT open_day < run.day FROM walk.vault v WHERE v.vault = run.vault) LOOP
    PERFORM pointsvault.close_day(run.vault);
    PERFORM walk.close(run.vault);
    PERFORM random_team.compare(run.vault, run.vault, format('%s, day %s closed', run.name, run.day_number));
  END LOOP;
END $$;

-- The next day of a run, or one a few days later: those before are closed by name, or by the
-- first event, together.
CREATE FUNCTION random_team.day(run_name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  run random_team.run;
BEGIN
  SELECT * INTO run FROM random_team.run r WHERE r.name = run_name;
  run.day_number := run.day_number + 1;
  run.day := greatest(run.day + CASE WHEN random() < 0.2 THEN random_run.pick(2, 6)::integer ELSE 1 END,
                      (SELECT open_day FROM walk.vault v WHERE v.vault = run.vault));
  IF random() < 0.5 THEN
    PERFORM random_team.close_before(run);
  END IF;
  FOR i IN 1 .. random_run.pick(0, 7) LOOP
    PERFORM random_team.operate(run);
    SELECT greatest(run.day, open_day) INTO run.day FROM walk.vault v WHERE v.vault = run.vault;
    IF i = 1 THEN
      PERFORM random_team.compare(run.vault, run.vault, format('%s, day %s, first event', run.name, run.day_number));
    END IF;
  END LOOP;
  PERFORM random_team.compare(run.vault, run.vault, format('%s, day %s, all events', run.name, run.day_number));
  IF random() < 0.1 THEN
    PERFORM random_team.verify(run.vault);
  END IF;
  UPDATE random_team.run r SET day = run.day, day_number = run.day_number WHERE r.name = run_name;
END $$;

-- All that was bought goes back, in random order, parts of it first.
CREATE FUNCTION random_team.return_all(run random_team.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  args jsonb;
BEGIN
  LOOP
    args := random_team.refund_of(run, 'back-' || (SELECT count(*) FROM random_team.event v WHERE v.run = run.name));
    EXIT WHEN args IS NULL;
    PERFORM random_team.happen(run, 'refund', args);
  END LOOP;
END $$;

-- What is left of commissions and plans when all was returned: nothing; nor cash, where nothing
-- else brings any.
CREATE FUNCTION random_team.left_over(run random_team.run) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT format('%s keeps %s of commissions', who, sum(c.amount))
  FROM pointsvault.commission c
  JOIN walk.member m ON m.vault = c.vault AND m.member = c.member
  CROSS JOIN LATERAL (SELECT COALESCE(m.merged_into, m.member)) w (who)
  WHERE c.vault = run.vault GROUP BY who HAVING sum(c.amount) <> 0
  UNION ALL
  SELECT format('a plan goes on: %s', p) FROM pointsvault.release_plan p WHERE p.vault = run.vault AND (p.remaining, p.daily) <> (0, 0)
  UNION ALL
  SELECT format('%s has %s in cash', h.member, h.cash) FROM pointsvault.holding h
  WHERE h.vault = run.vault AND h.cash <> 0 AND NOT run.has_cycle AND NOT run.has_growth
  UNION ALL
  SELECT format('%s has %s of sales', m.member, t) FROM pointsvault.team_data t JOIN pointsvault.member m ON m.vault = t.vault AND m.id = t.member
  WHERE t.vault = run.vault AND (t.sales::numeric, t.team_sales::numeric, t.star, t.rank) <> (0, 0, 0, 0)
$$;

CREATE FUNCTION random_team.finish(run_name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  run random_team.run;
  bad text;
BEGIN
  SELECT * INTO run FROM random_team.run r WHERE r.name = run_name;
  PERFORM random_team.verify(run.vault);
  run.day := run.day + 1;
  PERFORM random_team.return_all(run);
  PERFORM random_team.compare(run.vault, run.vault, format('%s, all returned', run_name));
  run.day := run.day + 3;
  PERFORM random_team.close_before(run);
  SELECT string_agg(l, E'\n') INTO bad FROM random_team.left_over(run) l;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION '%, vault %, all returned: %', run_name, run.vault, bad;
  END IF;
  PERFORM random_team.verify(run.vault);
END $$;

-- --- another vault with the history of a run ------------------------------------------------

-- One like that of a run before anything happened; returns it.
CREATE FUNCTION random_team.copy(run_name text, name text) RETURNS integer
LANGUAGE sql AS $$
  SELECT pointsvault.create_vault(copy.name, p.policy)
  FROM random_team.run r JOIN pointsvault.policy p ON p.vault = r.vault AND p.version = 1 WHERE r.name = run_name
$$;

-- An event of the run, once more.
CREATE FUNCTION random_team.again(run_name text, id integer, number integer) RETURNS void
LANGUAGE sql AS $$
  SELECT random_team.book(id, e) FROM random_team.event e WHERE run = run_name AND n = number
$$;

-- --- trees too large to be walked -------------------------------------------------------------
--
-- Orders of 100.0001 release 1.2345 a day; nobody's plan ever ends.

CREATE FUNCTION random_team.large_policy(steps jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('acknowledge_multilevel', 'the test',
    'release', jsonb_build_object('levels', '[{"min": 1, "multiple": 1000}]'::jsonb, 'release_rate', 0.012345,
                                  'generation_rates', '[0.333333, 0.123457]'::jsonb, 'stars', steps, 'peer_rate', 0.033333))
$$;

-- From then on commissions are paid by the steps that stars have; the first close takes ranks.
CREATE FUNCTION random_team.large_ranks(id integer) RETURNS void
LANGUAGE sql AS $$
  SELECT pointsvault.begin_import(id);
  SELECT pointsvault.set_policy(id, jsonb_build_object('commission', jsonb_build_object(
    'budget_rate', 0.5, 'ranks', p.policy->'release'->'stars', 'rank_peer_rate', 0.01)))
  FROM pointsvault.policy p WHERE p.vault = id AND p.version = 1;
  SELECT pointsvault.end_import(id);
$$;

CREATE FUNCTION random_team.large_moment(days integer) RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT (current_date - 100 + days + time '12:00') AT TIME ZONE 'Asia/Shanghai' $$;

-- Orders of members by their numbers, on one day.
CREATE FUNCTION random_team.large_buy(id integer, numbers integer[], day integer) RETURNS bigint
LANGUAGE sql AS $$
  SELECT count(*) FROM pointsvault.purchase_many(
    id, ARRAY(SELECT 'm' || n FROM unnest(numbers) n), array_fill(100.0001, ARRAY[cardinality(numbers)]),
    ARRAY(SELECT 'o' || n FROM unnest(numbers) n), ats => array_fill(random_team.large_moment(day), ARRAY[cardinality(numbers)]))
$$;

-- A chain: so many levels, m0 at its lower end, m1 its sponsor, and so on.  Of each hundred the
-- lowest three buy; 31 orders below make the first star and rank, which is m1001, and 1501
-- the second, m50001.
CREATE FUNCTION random_team.chain(levels integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  id integer := pointsvault.create_vault('a chain', random_team.large_policy(
    '[{"sales": 3100.0031, "rate": 0.1}, {"sales": 150100.1501, "rate": 0.25}]'));
BEGIN
  PERFORM pointsvault.enroll_many(id, ARRAY(SELECT 'm' || n FROM generate_series(levels - 1, 0, -1) n),
                                  ARRAY(SELECT CASE WHEN n < levels - 1 THEN 'm' || n + 1 END FROM generate_series(levels - 1, 0, -1) n));
  PERFORM random_team.large_buy(id, ARRAY(SELECT n FROM generate_series(0, levels - 1) n WHERE n % 100 < 3), 0);
  PERFORM random_team.large_ranks(id);
  RETURN id;
END $$;

-- What a member of the chain that bought releases a day, in whole 1/10 000: its own 12345; by
-- generations, of those right below it that bought; by its star and as a peer of
-- what they released, which nobody else was paid on before.  The first of a star has all below,
-- which the lower star was paid on but for what comes from right below; the next is peer on it.
CREATE FUNCTION random_team.chain_release(n integer) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
  SELECT 12345 + CASE WHEN n % 100 >= 1 THEN div(12345 * 0.333333, 1) ELSE 0 END
         + CASE WHEN n % 100 = 2 THEN div(12345 * 0.123457, 1) ELSE 0 END
         + CASE WHEN n < 1001 OR n % 100 = 0 THEN 0
                WHEN n = 1001 THEN div(31 * 12345 * 0.1, 1)
                WHEN n = 1002 THEN div(31 * 12345 * 0.033333, 1) + div(12345 * 0.1, 1)
                WHEN n = 50001 THEN div(1500 * 12345 * 0.15, 1) + div(12345 * 0.25, 1)
                WHEN n = 50002 THEN div(1501 * 12345 * 0.033333, 1) + div(12345 * 0.25, 1)
                ELSE div(12345 * CASE WHEN n < 50001 THEN 0.1 ELSE 0.25 END, 1)
                     + CASE WHEN n % 100 = 2 THEN div(12345 * 0.033333, 1) ELSE 0 END END
$$;

-- Who of the chain has not what so many days bring.
CREATE FUNCTION random_team.bad_chain(other integer, levels integer, days integer) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  WITH expected AS (
    SELECT n, 'm' || n AS member, CASE WHEN n % 100 < 3 THEN days * random_team.chain_release(n) ELSE 0 END AS reward,
           (n / 100 * 3 + least(n % 100, 3)) * 1000001::numeric AS team_sales
    FROM generate_series(0, levels - 1) n
  )
  SELECT format('expected %s, found %s, %s', e, h.reward, t)
  FROM expected e
  LEFT JOIN pointsvault.holding h ON h.vault = other AND h.member = e.member
  LEFT JOIN pointsvault.member_data d ON d.vault = other AND d.name = e.member
  LEFT JOIN pointsvault.team_data t ON t.vault = other AND t.member = d.id
  WHERE (e.reward, e.team_sales, (n >= 1001)::integer + (n >= 50001)::integer, (n >= 1001)::integer + (n >= 50001)::integer) IS DISTINCT FROM
        (h.reward * 10000, COALESCE(t.team_sales::numeric, 0) * 10000, COALESCE(t.star, 0)::integer, COALESCE(t.rank, 0)::integer)
$$;

-- One whom so many stand right below, of whom each hundredth buys, and so does it.
CREATE FUNCTION random_team.crowd(many integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  id integer := pointsvault.create_vault('a crowd', random_team.large_policy(
    '[{"sales": 100.0001, "rate": 0.1}, {"sales": 150000, "rate": 0.25}]'));
BEGIN
  PERFORM pointsvault.enroll_many(id, ARRAY(SELECT 'm' || n FROM generate_series(0, many) n),
                                  ARRAY(SELECT CASE WHEN n > 0 THEN 'm0' END FROM generate_series(0, many) n));
  PERFORM random_team.large_buy(id, ARRAY(SELECT n FROM generate_series(0, many, 100) n), 0);
  RETURN id;
END $$;

-- What the one releases a day, while so many below it do, with a star of such a rate.
CREATE FUNCTION random_team.crowd_release(buyers integer, rate numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$ SELECT 12345 + div(buyers * 12345 * 0.333333, 1) + div(buyers * 12345 * rate, 1) $$;

-- --- what they came across ----------------------------------------------------------------------

-- What the runs came across, so that a test can tell that it tested something.
CREATE VIEW random_team.seen AS
SELECT 'days closed' AS what, count(*) AS times FROM walk.day
UNION ALL
SELECT 'closes that moved stars', count(*) FROM walk.day WHERE stars_moved > 0
UNION ALL
SELECT 'closes that released more than the daily amounts', count(*) FROM walk.day WHERE accelerated > 0
UNION ALL
SELECT 'plans that ran out in the middle of what their members earned', COALESCE(sum(ended_by_cut), 0) FROM walk.day
UNION ALL
SELECT 'plans used up', count(*) FROM walk.sale WHERE granted > 0 AND released = granted
UNION ALL
SELECT 'plans cut short by refunds after they had run', count(*) FROM walk.sale WHERE released > 0 AND cancelled > 0
UNION ALL
SELECT 'commissions, ' || w, (SELECT count(*) FROM walk.moved WHERE what = w)
FROM unnest('{direct,indirect,rank,peer,district,city,province,shareholders}'::text[]) w
UNION ALL
SELECT 'commissions taken back', count(*) FROM walk.moved WHERE amount < 0
UNION ALL
SELECT 'days on which the shareholder pool was shared out', count(*) FROM walk.day WHERE shareholders > 0
UNION ALL
SELECT 'days with dividends', count(*) FROM walk.day WHERE paid > 0
UNION ALL
SELECT 'events, ' || k, (SELECT count(*) FROM random_team.event WHERE kind = k)
FROM unnest('{buy,buy_many,refund,spend,withdraw,merge,policy,enroll,agent}'::text[]) k;
