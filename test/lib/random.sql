-- Seeded random runs: vaults of random policies, random operations, and the
-- identities of MODEL §11 after every one.  Needs identities.sql and explained.sql.

CREATE SCHEMA random_run;

-- A whole number from low to high.
CREATE FUNCTION random_run.pick(low bigint, high bigint) RETURNS bigint
LANGUAGE sql VOLATILE AS $$ SELECT low + floor(random() * (high - low + 1))::bigint $$;

CREATE FUNCTION random_run.one_of(VARIADIC choices text[]) RETURNS text
LANGUAGE sql VOLATILE AS $$ SELECT choices[random_run.pick(1, cardinality(choices))] $$;

-- Mostly everyday amounts, often tiny ones, where rounding shows, at times huge.
CREATE FUNCTION random_run.amount() RETURNS numeric
LANGUAGE sql VOLATILE AS $$
  SELECT (CASE random_run.pick(1, 6)
            WHEN 1 THEN random_run.pick(1, 30)
            WHEN 2 THEN random_run.pick(1, 100000000000)
            ELSE random_run.pick(10000, 5000000) END)::numeric / 10000
$$;

CREATE FUNCTION random_run.policy() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object('growth', jsonb_build_object(
    'pool_rate', random_run.one_of('0.3', '0.3', '0.000001', '1', '0.123457'),
    'mint_rate', random_run.one_of('0.7', '0.7', '0.5', '0'),
    'referral_mint_rate', random_run.one_of('0', '0.1', '0.3'),
    'start_price', random_run.one_of('1', '2.5', '0.0001', '100'),
    'issue_cap', random_run.one_of(NULL, NULL, '8000', '0.00000007'),
    'redeem_fee_rate', random_run.one_of('0.1', '0', '0.333333', '0.99'),
    'goods_fee_rate', random_run.one_of('0', '0.03'),
    'exit_fee_rate', random_run.one_of(NULL, '0.25', '1'),
    'exit_multiple', random_run.one_of(NULL, '0.4', '0.9', '2'),
    'exit_basis', random_run.one_of('order', 'member'),
    'exits_per_call', random_run.one_of('0', '1', '3', '100'),
    'refund_shortfall', random_run.one_of('member', 'platform'),
    'hold_days', random_run.one_of('0', '0', '1', '5', '3650')))
$$;

-- What the pools of the day may take beside the pool of the points; at times none.
CREATE FUNCTION random_run.cycle(pool_rate numeric) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.3 THEN '{}' ELSE jsonb_build_object('cycle', jsonb_build_object(
    'quota_multiple', random_run.one_of('2', '0.1', '0.01', '0'),
    'share_price', random_run.one_of('1', '50', '0.0001', '1000'),
    'referral_quota_rate', random_run.one_of('0', '0.2'),
    'referral_share_rate', random_run.one_of('0', '0.1', '1'),
    'weight_pool_rate', trunc((1 - pool_rate) / 2, 6),
    'tiers', jsonb_build_array(
      jsonb_build_object('min', random_run.pick(1, 2), 'rate', trunc((1 - pool_rate) / 4, 6)),
      jsonb_build_object('min', random_run.pick(3, 50), 'rate', trunc((1 - pool_rate) / 8, 6))),
    'tier_basis', random_run.one_of('head', 'weight'),
    'denominator', random_run.one_of('active', 'all'),
    'unallocated', random_run.one_of('platform', 'carry'))) END
$$;

-- Of what those leave; the budget is at times too small for all who earn.
CREATE FUNCTION random_run.commission(pool_rate numeric) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.4 THEN '{}' ELSE jsonb_build_object('acknowledge_multilevel', 'luck', 'commission', jsonb_build_object(
    'budget_rate', trunc((1 - pool_rate) / 8, 6),
    'direct_rate', random_run.one_of('0', '0.01', '0.3'),
    'indirect_rate', random_run.one_of('0', '0.007'),
    'ranks', random_run.one_of('[]', '[{"sales": 5, "rate": 0.001}, {"sales": 500, "rate": 0.02}, {"sales": 5000, "rate": 0.05}]')::jsonb,
    'rank_peer_rate', random_run.one_of('0', '0.003'),
    'region_rates', jsonb_build_object('district', random_run.one_of('0', '0.01'), 'province', random_run.one_of('0', '0.005')),
    'shareholder_rate', random_run.one_of('0', '0.02', '1'))) END
$$;

-- Plans that end within a day, within weeks, or later; of an order all may be paid in rewards, or a part.
CREATE FUNCTION random_run.release() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.4 THEN '{}' ELSE jsonb_build_object('acknowledge_multilevel', 'luck', 'release', jsonb_build_object(
    'levels', random_run.one_of('[{"min": 1, "multiple": 0.5}, {"min": 100, "multiple": 2}]', '[{"min": 0.0001, "multiple": 1}]')::jsonb,
    'release_rate', random_run.one_of('0.012', '0.3', '1'),
    'generation_rates', random_run.one_of('[]', '[0.5]', '[0.5, 0.2]')::jsonb,
    'stars', random_run.one_of('[]', '[{"sales": 5, "rate": 0.1}, {"sales": 500, "rate": 0.2}]')::jsonb,
    'peer_rate', random_run.one_of('0', '0.03'),
    'usage_rate', random_run.one_of('1', '0.3'))) END
$$;

-- Few shares or many, with a fee or none.
CREATE FUNCTION random_run.stock() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.4 THEN '{}' ELSE jsonb_build_object('stock', jsonb_build_object(
    'total', random_run.one_of('50', '5000', '9223372036854775807'),
    'conversion_fee_rate', random_run.one_of('0', '0.05', '0.999999', '1'),
    'lock_months', random_run.one_of('0', '1'))) END
$$;

-- Old debts, with a limit where growth has one, or on the basis of orders by itself.
CREATE FUNCTION random_run.legacy(growth jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.3 THEN '{}' ELSE jsonb_build_object('legacy', jsonb_build_object(
    'contribution_rate', random_run.one_of('0', '0.3', '1', '0.123457'),
    'mint_rate', random_run.one_of('0.7', '0', '1'),
    'release_days', random_run.one_of('0', '1', '7', '30', '3650'),
    'exit_multiple', CASE WHEN growth->>'exit_basis' = 'order' OR growth->>'exit_multiple' IS NOT NULL THEN
      random_run.one_of(CASE growth->>'exit_basis' WHEN 'order' THEN NULL ELSE '2' END, '0.3', '0.9') END)) END
$$;

-- Custody, for nothing or nearly all; partners after the first purchase, or later.
CREATE FUNCTION random_run.exchange() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.3 THEN '{}' ELSE jsonb_build_object('exchange',
           jsonb_build_object('fee_rate', random_run.one_of('0', '0.02', '0.000001', '0.97'))) END
    || CASE random_run.pick(1, 3) WHEN 1 THEN '{}'
       WHEN 2 THEN jsonb_build_object('partner', jsonb_build_object('asset', 'points', 'min', random_run.one_of('0.00000001', '5', '500')))
       ELSE jsonb_build_object('partner', jsonb_build_object('asset', 'shares', 'min', random_run.one_of('1', '9', '200'))) END
$$;

-- Whether lists are what holdings say now, and holding_at() said by a moment.
CREATE FUNCTION random_run.bad_lists(vault integer, moment timestamptz) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT format('%s at %s: %s, should be %s', a.asset, $2, l.list, h.list)
  FROM unnest('{points,shares,credits,cash,debt}'::text[]) a (asset)
  CROSS JOIN LATERAL (
    SELECT string_agg(member || ':' || holding, ' ' ORDER BY place) AS list FROM pointsvault.top_holders($1, NULL, a.asset, $2)
  ) l
  CROSS JOIN LATERAL (
    SELECT string_agg(x.member || ':' || x.has, ' ' ORDER BY x.has DESC, x.id) AS list
    FROM (
      SELECT m.member, m.id, (to_jsonb(h)->>a.asset)::numeric AS has
      FROM pointsvault.member m CROSS JOIN LATERAL pointsvault.holding_at($1, m.member, COALESCE($2, 'infinity')) h
      WHERE m.vault = $1
    ) x WHERE x.has > 0
  ) h
  WHERE l.list IS DISTINCT FROM h.list
$$;

-- What each member had after a journal row, summed up from the postings up to it; dividends
-- not as they were posted, but as closes paid them.
CREATE FUNCTION random_run.replayed(vault integer, by_seq bigint)
RETURNS TABLE (member text, points numeric, credits numeric, cash numeric, reward numeric, quota numeric, shares numeric, stock numeric, items numeric, debt numeric)
LANGUAGE sql STABLE AS $$
  SELECT m.member, COALESCE(p.points, 0), COALESCE(p.credits, 0), COALESCE(p.cash, 0) + d.paid + d.shareholders, COALESCE(p.reward, 0),
         COALESCE(p.quota, 0) - d.paid, COALESCE(p.shares, 0), COALESCE(p.stock, 0), COALESCE(p.items, 0), COALESCE(p.debt, 0)
  FROM pointsvault.member m
  LEFT JOIN (
    SELECT o.member, sum(o.amount) FILTER (WHERE o.asset = 'points') AS points, sum(o.amount) FILTER (WHERE o.asset = 'credits') AS credits,
           sum(o.amount) FILTER (WHERE o.asset = 'cash' AND o.kind <> 'dividend') AS cash, sum(o.amount) FILTER (WHERE o.asset = 'reward') AS reward,
           sum(o.amount) FILTER (WHERE o.asset = 'quota' AND o.kind <> 'dividend') AS quota, sum(o.amount) FILTER (WHERE o.asset = 'shares') AS shares,
           sum(o.amount) FILTER (WHERE o.asset = 'stock') AS stock, sum(o.amount) FILTER (WHERE o.asset = 'items') AS items,
           sum(o.amount) FILTER (WHERE o.asset = 'debt') AS debt
    FROM pointsvault.posting o WHERE o.vault = $1 AND o.seq <= $2 AND o.account = 'member' GROUP BY 1
  ) p ON p.member = m.member
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(x.paid), 0) AS paid, COALESCE(sum(x.shareholders), 0) AS shareholders
    FROM pointsvault.dividend_history($1, m.member) x WHERE x.seq <= $2
  ) d
  WHERE m.vault = $1
$$;

-- Where holding_at(), holding_of_day() and statements cut by either differ from a replay: at
-- some moments, and on some days.
CREATE FUNCTION random_run.bad_pasts(vault integer) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  WITH past AS (
    (SELECT j.booked_at AS moment, NULL::date AS day,
            (SELECT max(l.seq) FROM pointsvault.journal l WHERE l.vault = $1 AND l.booked_at <= j.booked_at) AS seq
     FROM pointsvault.journal j WHERE j.vault = $1 ORDER BY random() LIMIT 3)
    UNION ALL
    (SELECT NULL, d.day, (SELECT max(j.seq) FROM pointsvault.journal j WHERE j.vault = $1 AND j.day = d.day AND j.kind = 'close')
     FROM pointsvault.dividend_day d WHERE d.vault = $1 ORDER BY random() LIMIT 3)
  )
  SELECT format('%s at %s: %s, statement %s, replayed %s', r.member, COALESCE(t.moment::text, t.day::text), h, s, r)
  FROM past t CROSS JOIN LATERAL random_run.replayed($1, t.seq) r
  CROSS JOIN LATERAL (
    SELECT to_jsonb(a) AS holding FROM pointsvault.holding_at($1, r.member, t.moment) a WHERE t.moment IS NOT NULL
    UNION ALL SELECT to_jsonb(d) - 'closed' FROM pointsvault.holding_of_day($1, r.member, t.day) d WHERE t.moment IS NULL
  ) h
  LEFT JOIN LATERAL (
    SELECT x.seq, x.points_after, x.cash_after, x.quota_after, x.shares_after FROM (
      SELECT * FROM pointsvault.statement($1, r.member, until => t.moment + interval '1 microsecond') WHERE t.moment IS NOT NULL
      UNION ALL SELECT * FROM pointsvault.statement_of_days($1, r.member, last_day => t.day) WHERE t.moment IS NULL
    ) x ORDER BY x.seq DESC LIMIT 1
  ) s ON true
  WHERE h.holding - 'value' <> to_jsonb(r) - 'member' || jsonb_build_object('seq', t.seq)
     OR (COALESCE(s.points_after, 0), COALESCE(s.cash_after, 0), COALESCE(s.quota_after, 0), COALESCE(s.shares_after, 0))
        <> (r.points, r.cash, r.quota, r.shares)
$$;

-- All rows of a vault, in one hash.
CREATE FUNCTION random_run.fingerprint(id integer) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
    SELECT v::text FROM pointsvault.vault v WHERE v.id = fingerprint.id
    UNION ALL SELECT p::text FROM pointsvault.policy_data p WHERE p.vault = fingerprint.id
    UNION ALL SELECT m::text FROM pointsvault.member_data m WHERE m.vault = fingerprint.id
    UNION ALL SELECT h::text FROM pointsvault.holding_data h WHERE h.vault = fingerprint.id
    UNION ALL SELECT b::text FROM pointsvault.debtor_data b WHERE b.vault = fingerprint.id
    UNION ALL SELECT l::text FROM pointsvault.lot_data l WHERE l.vault = fingerprint.id
    UNION ALL SELECT j::text FROM pointsvault.journal_data j WHERE j.vault = fingerprint.id
    UNION ALL SELECT o::text FROM pointsvault.movement_data o WHERE o.vault = fingerprint.id
    UNION ALL SELECT q::text FROM pointsvault.queue_data q WHERE q.vault = fingerprint.id
    UNION ALL SELECT c::text FROM pointsvault.class_data c WHERE c.vault = fingerprint.id
    UNION ALL SELECT t::text FROM pointsvault.team_data t WHERE t.vault = fingerprint.id
    UNION ALL SELECT n::text FROM pointsvault.plan_data n WHERE n.vault = fingerprint.id
    UNION ALL SELECT k::text FROM pointsvault.stock_data k WHERE k.vault = fingerprint.id
    UNION ALL SELECT a::text FROM pointsvault.agent_data a WHERE a.vault = fingerprint.id
    UNION ALL SELECT e::text FROM pointsvault.quota_data e WHERE e.vault = fingerprint.id
    UNION ALL SELECT s::text FROM pointsvault.series_data s WHERE s.vault = fingerprint.id
    UNION ALL SELECT i::text FROM pointsvault.item_data i WHERE i.vault = fingerprint.id
    UNION ALL SELECT d::text FROM pointsvault.day_data d WHERE d.vault = fingerprint.id
    UNION ALL SELECT s::text FROM pointsvault.partner_data s WHERE s.vault = fingerprint.id
  ) rows (line)
$$;

-- Series that run out, run on, and are closed again and again.
CREATE FUNCTION random_run.create_series(vault integer) RETURNS void
LANGUAGE sql AS $$
  SELECT pointsvault.create_series(vault, 'few', 3, 0.5, fee_rate => 0.25), pointsvault.create_series(vault, 'card', 1000, 2, 'money', fee_rate => 0.000001, uses => 2),
         pointsvault.create_series(vault, 'own', 500, 0.00000001, min_spent => 50, transferable => false, uses => 1), pointsvault.create_series(vault, 'dear', 100, 20, fee_rate => 1)
$$;

-- One thing that is done with a collectible, mostly by its owner.
CREATE FUNCTION random_run.collect(vault integer, who text, other text, ref text, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  code text := random_run.one_of('few', 'card', 'card', 'own', 'dear');
  i record;
BEGIN
  SELECT t.series, t.serial, CASE WHEN random() < 0.9 THEN t.owner ELSE who END AS member INTO i
  FROM pointsvault.item t WHERE t.vault = collect.vault ORDER BY random() LIMIT 1;
  CASE random_run.pick(1, 10)
    WHEN 1, 2, 3 THEN
      PERFORM pointsvault.claim(vault, who, code, ref, CASE WHEN random() < 0.3 THEN random_run.amount() END, at);
    WHEN 4 THEN
      PERFORM pointsvault.issue_item(vault, who, code, ref, 'luck', at);
    WHEN 5 THEN
      PERFORM pointsvault.transfer_item(vault, i.series, i.serial::integer, i.member, other, ref, at);
    WHEN 6 THEN
      PERFORM pointsvault.list_item(vault, i.member, i.series, i.serial::integer, random_run.amount() / 100, ref, at);
    WHEN 7 THEN
      PERFORM pointsvault.unlist_item(collect.vault, l.owner, l.series, l.serial::integer, ref, at)
      FROM pointsvault.item l WHERE l.vault = collect.vault AND l.state = 'listed' ORDER BY random() LIMIT 1;
    WHEN 8 THEN
      PERFORM pointsvault.buy_item(collect.vault, h.member, l.series, l.serial::integer, ref, at => collect.at)
      FROM pointsvault.item l, pointsvault.holding h
      WHERE l.vault = collect.vault AND l.state = 'listed' AND h.vault = collect.vault AND h.credits > 0 ORDER BY random() LIMIT 1;
    WHEN 9 THEN
      PERFORM pointsvault.use_item(vault, i.member, i.series, i.serial::integer, ref, at => collect.at);
    ELSE
      PERFORM pointsvault.set_series(vault, code, CASE WHEN random() < 0.5 THEN random_run.amount() / 100 END, closed => random() < 0.3);
  END CASE;
END $$;

-- One with shares of the company: some come, some are free and go, some are not.
CREATE FUNCTION random_run.operate_stock(vault integer, who text, share numeric, ref text, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  CASE random_run.pick(1, 4)
    WHEN 1 THEN
      PERFORM pointsvault.set_stock_price(vault, CASE WHEN random() < 0.9 THEN trunc(random_run.amount() / 50, 4) END, ref, operate_stock.at);
    WHEN 2 THEN
      PERFORM pointsvault.convert_to_stock(operate_stock.vault, who, trunc(h.points * share, 8), ref, at => operate_stock.at)
      FROM pointsvault.holding h WHERE h.vault = operate_stock.vault AND h.member = who;
    WHEN 3 THEN
      PERFORM pointsvault.allot(vault, who, random_run.pick(0, 30), ref, date '2023-10-31' + random_run.pick(0, 4000)::integer,
                                random_run.pick(1, 12)::integer, random_run.pick(1, 40)::integer, at => operate_stock.at);
    ELSE
      PERFORM pointsvault.deliver_stock(operate_stock.vault, g.member, CASE WHEN random() < 0.7 THEN random_run.pick(1, GREATEST(g.free, 1)) ELSE g.free + 1 END,
                                        ref, 'depository', operate_stock.at)
      FROM (SELECT s.member, sum(s.free)::bigint AS free FROM pointsvault.stock_grant s WHERE s.vault = operate_stock.vault
            GROUP BY s.member ORDER BY random() LIMIT 1) g;
  END CASE;
END $$;

-- One random operation, at a moment or now; NULL when it was booked, else the
-- SQLSTATE it was refused with.
CREATE FUNCTION random_run.operate(vault integer, ref text, at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  who text := 'm' || random_run.pick(1, 12);
  held record;
  other text := 'm' || random_run.pick(1, 12);
  share numeric := random_run.one_of('1', '1', '0.5', '0.01', '1.01')::numeric;
BEGIN
  SELECT h.points, h.cash, h.credits, h.reward, h.debt INTO held FROM pointsvault.holding h
  WHERE h.vault = operate.vault AND h.member = who;
  CASE random_run.pick(1, 57)
    WHEN 1, 2 THEN
      PERFORM pointsvault.redeem(vault, who, trunc(held.points * share, 8), ref,
                                 random_run.one_of('cash', 'cash', 'goods'), at => operate.at);
    WHEN 3 THEN
      PERFORM pointsvault.withdraw(vault, who, trunc(held.cash * share, 4), ref, operate.at);
    WHEN 4 THEN
      PERFORM pointsvault.withdraw_return(vault, (
        SELECT j.ref FROM pointsvault.journal j WHERE j.vault = operate.vault AND j.kind = 'withdraw'
        ORDER BY random() LIMIT 1), ref, operate.at);
    WHEN 5 THEN
      PERFORM pointsvault.inject(vault, random_run.amount(), ref, at => operate.at);
    WHEN 6 THEN  -- knows no other moment than now
      IF operate.at IS NULL THEN
        PERFORM pointsvault.process_exits(vault, random_run.pick(0, 3)::integer);
      END IF;
    WHEN 7 THEN
      PERFORM pointsvault.purchase(vault, who, a, ref, trunc(a * random()::numeric, 4), at => operate.at)
      FROM random_run.amount() a;
    WHEN 8 THEN
      PERFORM pointsvault.points_to_credits(vault, who, trunc(held.points * share, 8), ref, operate.at);
    WHEN 9 THEN
      PERFORM pointsvault.credits_to_points(vault, who, trunc(held.credits * share, 4), ref, operate.at);
    WHEN 10 THEN
      PERFORM pointsvault.pay(vault, who, other, trunc(held.credits * share, 4), ref, operate.at);
    WHEN 11 THEN
      PERFORM pointsvault.grant_points(vault, who, trunc(random()::numeric * 10, 8), ref, 'luck', operate.at);
    WHEN 12 THEN
      PERFORM pointsvault.redeem_surplus(vault, ref, operate.at);
    WHEN 13, 14, 15 THEN
      PERFORM pointsvault.refund(vault, j.ref, operate.ref,
                                 CASE WHEN random() < 0.5 THEN trunc(j.amount * share, 4) END, operate.at)
      FROM (SELECT p.ref, p.amount FROM pointsvault.journal p
            WHERE p.vault = operate.vault AND p.kind IN ('purchase', 'settle_debt') ORDER BY random() LIMIT 1) j;
    WHEN 16 THEN
      PERFORM pointsvault.submit(vault, who, random_run.amount(), ref, at => operate.at);
      PERFORM pointsvault.settle(vault);
    WHEN 41, 42 THEN  -- both kinds of orders, some too much for what is owed in their turn
      PERFORM pointsvault.submit_settlement(vault, who, GREATEST(trunc(held.debt * share / 2, 4), 0.0001), ref, at => operate.at),
              pointsvault.submit(vault, other, random_run.amount(), ref || 'b', at => operate.at),
              pointsvault.submit_settlement(vault, who, GREATEST(trunc(held.debt * share, 4), 0.0001), ref || 'c', 0, at => operate.at);
      PERFORM pointsvault.settle(vault, 1);
      PERFORM pointsvault.settle(vault);
    WHEN 17 THEN
      PERFORM pointsvault.purchase_many(vault, ARRAY[who, other, who], ARRAY[a, a / 2, a], ARRAY[ref, ref || 'b', ref || 'c'],
                                        ats => array_fill(operate.at, '{3}'))
      FROM (SELECT trunc(random_run.amount(), 3) AS a) x;
    WHEN 18 THEN
      PERFORM pointsvault.accrue(vault, random_run.pick(0, 20)::integer);
    WHEN 19 THEN
      PERFORM pointsvault.repay(operate.vault, h.member, trunc(-h.cash * share, 4), ref, operate.at)
      FROM pointsvault.holding h WHERE h.vault = operate.vault AND h.cash < 0 ORDER BY random() LIMIT 1;
    WHEN 20, 21 THEN
      PERFORM pointsvault.redeem_return(operate.vault, j.ref, operate.ref,
                                        CASE WHEN random() < 0.5 THEN trunc(j.cash * share, 4) END, operate.at)
      FROM (SELECT r.ref, r.cash FROM pointsvault.journal r
            WHERE r.vault = operate.vault AND r.kind = 'redeem' ORDER BY random() LIMIT 1) j;
    WHEN 22, 23 THEN
      PERFORM pointsvault.adjust(vault, who, a.asset, CASE WHEN random() < 0.5 THEN -trunc(a.has * share, a.scale)
                                                      ELSE random_run.amount() END, ref, 'luck', operate.at)
      FROM (VALUES ('points', held.points, 8), ('credits', held.credits, 4), ('cash', held.cash, 4),
                   ('reward', 1, 4), ('quota', 1, 4), ('debt', held.debt, 4)) a (asset, has, scale)
      ORDER BY random() LIMIT 1;
    WHEN 24 THEN  -- balances of two members, or of one in two lots, some of them bad
      IF operate.at IS NOT NULL THEN
        PERFORM pointsvault.begin_import(vault);
        PERFORM pointsvault.open_balances(vault, ARRAY[who, other], ARRAY[trunc(random()::numeric * 10, 8), NULL],
          ARRAY[NULL, random_run.pick(-3, 9)], ARRAY[random_run.pick(-1, 3), 1], ARRAY[random_run.pick(0, 20), NULL], ARRAY[NULL, random_run.pick(0, 2)],
          array_fill((operate.at AT TIME ZONE 'Asia/Shanghai')::date, '{2}'), random() < 0.3, ARRAY[ref, ref || 'b']);
        PERFORM pointsvault.end_import(vault);
      END IF;
    WHEN 25 THEN
      CASE random_run.pick(1, 6)
        WHEN 3 THEN PERFORM pointsvault.appoint_agent(vault, who, random_run.one_of('44', '4403', '440305', '31', '3'));
        WHEN 4 THEN PERFORM pointsvault.appoint_agent(vault, other, random_run.one_of('44', '440305'));
        WHEN 1 THEN PERFORM pointsvault.suspend_member(vault, who, ref);
        WHEN 2 THEN PERFORM pointsvault.set_member(vault, who, random_run.one_of(NULL, '', '440305', '31'), random() < 0.5);
        ELSE PERFORM pointsvault.resume_member(operate.vault, m.member)
             FROM pointsvault.member m WHERE m.vault = operate.vault AND m.suspended IS NOT NULL ORDER BY random() LIMIT 1;
      END CASE;
    WHEN 26 THEN  -- some are left to the end
      IF random() < 0.5 THEN
        PERFORM pointsvault.merge_members(vault, who, other, ref, operate.at);
      END IF;
    WHEN 27, 28 THEN
      PERFORM pointsvault.spend_reward(vault, who, trunc(held.reward * share, 4), ref, held.reward * random_run.pick(1, 4), operate.at);
    WHEN 29, 30, 31 THEN
      PERFORM pointsvault.open_debt(vault, who, random_run.amount(), ref, at => operate.at);
    WHEN 32, 33, 34, 35 THEN  -- now and then more than is owed, or a contribution beyond it
      PERFORM pointsvault.settle_debt(vault, who, trunc(held.debt * share, 4), ref,
                                      CASE WHEN random() < 0.3 THEN trunc(held.debt * share * random()::numeric * 1.1, 4) END, operate.at);
    WHEN 36, 37 THEN
      PERFORM pointsvault.hand_over(vault, who, trunc(held.points * share, 8), ref, random_run.one_of('a market', 'another'), operate.at);
    WHEN 38, 39 THEN
      PERFORM pointsvault.take_back(operate.vault, who, trunc(s.exchange_points * share, 8), operate.ref, random_run.one_of('a market', 'another'), operate.at)
      FROM pointsvault.vault_status s WHERE s.vault = operate.vault;
    WHEN 40 THEN
      PERFORM pointsvault.award(vault, who, ref, 'luck', random_run.one_of(NULL, '1', '0')::numeric, operate.at);
    WHEN 48, 49, 50, 51, 52, 53 THEN
      PERFORM random_run.collect(vault, who, other, ref, operate.at);
    WHEN 54, 55, 56, 57 THEN
      PERFORM random_run.operate_stock(vault, who, share, ref, operate.at);
    ELSE
      PERFORM pointsvault.purchase(vault, who, random_run.amount(), ref, region => random_run.one_of(NULL, '440305', '3101', 'x'), at => operate.at);
  END CASE;
  RETURN NULL;
EXCEPTION
  WHEN invalid_parameter_value OR object_not_in_prerequisite_state OR numeric_value_out_of_range
       OR null_value_not_allowed OR insufficient_privilege OR no_data_found OR check_violation THEN
    RETURN SQLSTATE;
END $$;

-- Identity 10: buying and selling back at once, in any split, brings no more
-- than what was put into the pool.  Leaves nothing behind.
CREATE FUNCTION random_run.profit(vault integer, at timestamptz) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  bought pointsvault.receipt;
  part numeric;
  paid_in numeric;
  got numeric := 0;
BEGIN
  bought := pointsvault.purchase(vault, 'probe', random_run.amount(), 'probe', at => profit.at);
  SELECT j.contribution INTO paid_in FROM pointsvault.journal j
  WHERE j.vault = profit.vault AND j.ref = 'probe';
  FOR i IN 1 .. 3 LOOP
    SELECT CASE WHEN i = 3 THEN h.points ELSE trunc(h.points * random()::numeric, 8) END INTO part
    FROM pointsvault.holding h WHERE h.vault = profit.vault AND h.member = 'probe';
    BEGIN
      got := got + (pointsvault.redeem(vault, 'probe', part, 'probe-' || i, at => profit.at)).cash;
    EXCEPTION WHEN invalid_parameter_value OR object_not_in_prerequisite_state OR check_violation THEN
      NULL;  -- nothing left, or too little to be worth anything
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'PV000', MESSAGE = got - paid_in;
EXCEPTION
  WHEN SQLSTATE 'PV000' THEN
    RETURN SQLERRM::numeric;
  WHEN numeric_value_out_of_range THEN
    RETURN 0;
END $$;

-- A run of `operations` on one new vault: the first half in the past, day after day
-- up to now at the latest, the others now, which closes the days between.  Raises at the
-- first broken identity; returns how many operations were booked and how many refused.
CREATE FUNCTION random_run.run(name text, operations integer, OUT booked integer, OUT refused integer)
LANGUAGE plpgsql AS $$
DECLARE
  growth jsonb := random_run.policy();
  policy jsonb := growth || random_run.cycle((growth->'growth'->>'pool_rate')::numeric)
    || random_run.commission((growth->'growth'->>'pool_rate')::numeric) || random_run.release() || random_run.legacy(growth->'growth')
    || random_run.exchange() || random_run.stock();
  moment timestamptz := now() - interval '60 days';
  id integer := pointsvault.create_vault(name, policy);
  seq bigint := 1;
  before text;
  state text;
  broken text;
BEGIN
  booked := 0;
  refused := 0;
  PERFORM pointsvault.enroll_many(id, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm' || i / 2 END),
                                  merchants => array_agg(i % 3 = 0))
  FROM generate_series(1, 12) i;
  PERFORM pointsvault.enroll(id, 'probe');
  PERFORM random_run.create_series(id);
  FOR i IN 1 .. operations LOOP
    IF i > operations / 2 THEN
      moment := NULL;
    ELSIF random() < 0.3 THEN
      moment := LEAST(moment + random() * interval '2 days', now());
    END IF;
    before := CASE WHEN i % 10 = 0 THEN random_run.fingerprint(id) END;
    state := random_run.operate(id, 'op-' || i, moment);
    booked := booked + (state IS NULL)::integer;
    refused := refused + (state IS NOT NULL)::integer;
    IF state IS NOT NULL AND before <> random_run.fingerprint(id) THEN
      RAISE EXCEPTION '% operation %: refused with %, yet something changed', name, i, state;
    END IF;
    SELECT string_agg(b::text, '; ') INTO broken FROM check_vault.broken(id, seq) b;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION '% operation % under %: %', name, i, policy, broken;
    END IF;
    SELECT s.last_seq INTO seq FROM pointsvault.vault_status s WHERE s.vault = id;
    IF i % 20 = 0 AND random_run.profit(id, moment) > 0 AND policy->'growth'->>'exit_multiple' IS NULL THEN
      RAISE EXCEPTION '% operation % under %: 10: buying and selling back made a profit', name, i, policy;
    END IF;
  END LOOP;
  SELECT string_agg(b::text, '; ') INTO broken FROM check_vault.broken(id) b;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION '% at the end under %: %', name, policy, broken;
  END IF;
  SELECT string_agg(l, '; ') INTO broken FROM (
    SELECT random_run.bad_lists(id, m.moment) AS l
    FROM (SELECT NULL::timestamptz AS moment UNION ALL
          (SELECT j.booked_at FROM pointsvault.journal j WHERE j.vault = id ORDER BY random() LIMIT 3)) m
  ) b;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION '% at the end under %: lists: %', name, policy, broken;
  END IF;
  SELECT string_agg(p, '; ') INTO broken FROM random_run.bad_pasts(id) p;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION '% at the end under %: pasts: %', name, policy, broken;
  END IF;
  -- and once more when some of the members are erased
  FOR turn IN 1 .. 2 LOOP
    SELECT string_agg(format('%s: expected %s, found %s, %s', v.name, v.expected, v.found, v.detail), '; ')
    INTO broken FROM pointsvault.verify(id) v WHERE NOT v.ok;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION '% at the end under %, turn %: verify: %', name, policy, turn, broken;
    END IF;
    SELECT string_agg(d::text, '; ') INTO broken FROM explained.differences(id) d;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION '% at the end under %, turn %: explain: %', name, policy, turn, broken;
    END IF;
    IF turn = 1 THEN
      PERFORM pointsvault.erase_member(id, m.name)
      FROM (SELECT p.vault, p.id AS number, p.member AS name FROM pointsvault.member p) m WHERE m.vault = id AND m.number % 3 = 0;
    END IF;
  END LOOP;
END $$;
