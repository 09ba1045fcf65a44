-- The edges of the rules: smallest, largest, empty, missing, many (MODEL U1 to U4, V1 to V6, G1 to G7).

SET timezone = 'UTC';
SET client_min_messages = warning;

\set receipt 'kind, ref, member, amount, points, cash, fee, price_before, price_after'
\set state 'pool, circulating, issued, burned, reserve, cash_owed, price'

-- The first sale, at the start price ------------------------------------------------------

CREATE FUNCTION try.first_sale(start_price numeric) RETURNS pointsvault.vault_status LANGUAGE plpgsql AS $$
DECLARE
  v integer := pointsvault.create_vault('start at ' || start_price,
                                        jsonb_build_object('growth', jsonb_build_object('start_price', start_price)),
                                        timezone => try.noon());
  result pointsvault.vault_status;
BEGIN
  PERFORM pointsvault.enroll(v, 'ann');
  PERFORM pointsvault.purchase(v, 'ann', 100, 'p1');
  SELECT * INTO result FROM pointsvault.vault_status WHERE vault = v;
  RETURN result;
END $$;
SELECT start_price, :state FROM (VALUES (0.0001), (2.5), (100)) p (start_price), try.first_sale(start_price);

-- Small sales ------------------------------------------------------------------------------

SELECT pointsvault.create_vault('small', '{"growth": {}}', timezone => try.noon()) AS s \gset
SELECT pointsvault.enroll_many(:s, '{ann,ben}') AS enrolled;
-- too small to contribute; then to mint: what it brings an empty vault goes to the reserve (V3)
SELECT :receipt FROM pointsvault.purchase(:s, 'ann', 0.0001, 'p1');
SELECT :receipt FROM pointsvault.purchase(:s, 'ann', 0.0004, 'p2');
SELECT :state FROM pointsvault.vault_status WHERE vault = :s;
-- 0.0006 contributes ⌊0.00018⌋, of which ⌊0.00007⌋ mints; 0.0007 is the smallest that mints: ⌊0.00021⌋, of which ⌊0.00014⌋
SELECT :receipt FROM pointsvault.purchase(:s, 'ann', 0.0006, 'p3');
SELECT :receipt FROM pointsvault.purchase(:s, 'ann', 0.0007, 'p4');
SELECT :state FROM pointsvault.vault_status WHERE vault = :s;
-- with points out, a sale too small to mint still lifts the price, one without a contribution does not
SELECT :receipt FROM pointsvault.purchase(:s, 'ben', 0.0004, 'p5');
SELECT :receipt FROM pointsvault.purchase(:s, 'ben', 1000, 'p6', contribution => 0);
SELECT member, count(*) AS lots, sum(points) AS points FROM pointsvault.lot WHERE vault = :s GROUP BY member;
SELECT * FROM try.refused(:s,
  $$purchase($1, 'ben', 0, 'x')$$, $$purchase($1, 'ben', -1, 'x')$$, $$purchase($1, 'ben', 0.00001, 'x')$$,
  $$purchase($1, 'ben', 1, 'x', contribution => -0.0001)$$, $$purchase($1, 'ben', 1, 'x', contribution => 1.0001)$$,
  $$purchase($1, 'ben', 1, 'x', contribution => 0.00001)$$,
  $$redeem($1, 'ann', 0, 'x')$$, $$redeem($1, 'ann', -1, 'x')$$, $$redeem($1, 'ann', 0.000000001, 'x')$$,
  $$redeem($1, 'ann', 0.00010001, 'x')$$, $$redeem($1, 'ann', 0.00000001, 'x')$$, $$redeem($1, 'ben', 0.00000001, 'x')$$,
  $$redeem($1, 'ann', 0.0001, 'x', 'gift')$$, $$redeem($1, 'ann', 0.0001, 'x', '')$$,
  $$inject($1, 0, 'x')$$, $$inject($1, -1, 'x')$$, $$inject($1, 0.00001, 'x')$$);

-- a fee of everything leaves a net of 0, whatever is redeemed (G4)
SELECT pointsvault.set_policy(:s, '{"growth": {"redeem_fee_rate": 1}}') IS NOT NULL AS set;
SELECT * FROM try.refused(:s, $$redeem($1, 'ann', 0.0001, 'x')$$);
SELECT :receipt FROM pointsvault.redeem(:s, 'ann', 0.0001, 'r1', 'goods');

-- The cap (G3) -------------------------------------------------------------------------------

SELECT pointsvault.create_vault('cap', '{"growth": {"issue_cap": 25, "referral_mint_rate": 0.3}}', timezone => try.noon()) AS c \gset
SELECT pointsvault.enroll_many(:c, '{ann,ben,cat}', '{null,ann,ben}') AS enrolled;
-- the buyer first, then the sponsor, get what is left
SELECT :receipt FROM pointsvault.purchase(:c, 'ben', 100, 'p1');
SELECT :receipt FROM pointsvault.purchase(:c, 'cat', 100, 'p2');
SELECT :state FROM pointsvault.vault_status WHERE vault = :c;
SELECT member, points FROM pointsvault.holding WHERE vault = :c ORDER BY member;
-- burned points do not free it; contributions go on
SELECT :receipt FROM pointsvault.redeem(:c, 'ben', 21, 'r1');
SELECT :receipt FROM pointsvault.purchase(:c, 'cat', 100, 'p3');
-- raised, it lets the buyer have all of the room; lowered below what is out, nothing
SELECT pointsvault.set_policy(:c, '{"growth": {"issue_cap": 25.5}}') IS NOT NULL AS set;
SELECT :receipt FROM pointsvault.purchase(:c, 'cat', 1000, 'p4');
SELECT pointsvault.set_policy(:c, '{"growth": {"issue_cap": 1}}') IS NOT NULL AS set;
SELECT :receipt FROM pointsvault.purchase(:c, 'cat', 1000, 'p5');
SELECT :state FROM pointsvault.vault_status WHERE vault = :c;
SELECT member, seq, points FROM pointsvault.lot WHERE vault = :c ORDER BY seq, member;

-- Emptied (V3, G11), and nearly (V6) ----------------------------------------------------------

SELECT pointsvault.create_vault('emptied', '{"growth": {}}', timezone => try.noon()) AS e \gset
SELECT pointsvault.enroll_many(:e, '{ann,ben}') AS enrolled;
SELECT * FROM try.refused(:e, $$inject($1, 1, 'i')$$, $$redeem($1, 'ann', 1, 'r')$$, $$quote_redeem($1, 1)$$);
SELECT :receipt FROM pointsvault.purchase(:e, 'ann', 100, 'p1');
SELECT :receipt FROM pointsvault.purchase(:e, 'ben', 100, 'p2');
SELECT :receipt FROM pointsvault.redeem(:e, 'ann', 21, 'r1', 'goods');
SELECT :receipt FROM pointsvault.redeem(:e, 'ben', 14.7, 'r2');
SELECT :state, platform FROM pointsvault.vault_status WHERE vault = :e;
SELECT * FROM try.refused(:e, $$inject($1, 1, 'i')$$);
SELECT :receipt FROM pointsvault.purchase(:e, 'ann', 200, 'p3');
SELECT :state FROM pointsvault.vault_status WHERE vault = :e;
-- who leaves dust captures nothing of the next sale
SELECT :receipt FROM pointsvault.redeem(:e, 'ann', 41.99999999, 'r3');
SELECT :state FROM pointsvault.vault_status WHERE vault = :e;
SELECT :receipt FROM pointsvault.purchase(:e, 'ben', 100, 'p4');
SELECT :state FROM pointsvault.vault_status WHERE vault = :e;
SELECT :receipt FROM pointsvault.quote_redeem(:e, 0.00000001, 'goods');
SELECT member, points, value FROM pointsvault.holding WHERE vault = :e ORDER BY member;

-- Near 2^63 (U4) ---------------------------------------------------------------------------------

SELECT pointsvault.create_vault('large', '{"growth": {"start_price": 100}}', timezone => try.noon()) AS l \gset
SELECT pointsvault.enroll_many(:l, '{ann,ben}') AS enrolled;
SELECT * FROM try.refused(:l,
  $$purchase($1, 'ann', 922337203685477.5807, 'x')$$, $$purchase($1, 'ann', 922337203685477.5808, 'x')$$, $$purchase($1, 'ann', 1e30, 'x')$$,
  $$purchase($1, 'ann', 'NaN', 'x')$$, $$purchase($1, 'ann', 'Infinity', 'x')$$, $$purchase($1, 'ann', 1, 'x', contribution => '-Infinity')$$,
  $$purchase($1, 'ann', 1, 'x', min_points => 92233720368.54775808)$$, $$redeem($1, 'ann', 92233720368.54775808, 'x')$$,
  $$redeem($1, 'ann', 'NaN', 'x')$$, $$redeem($1, 'ann', 1, 'x', min_cash => 922337203685477.5808)$$,
  $$inject($1, 922337203685477.5808, 'x')$$, $$withdraw($1, 'ann', 922337203685477.5808, 'x')$$);
-- all points there can be but one unit in 1e8
SELECT :receipt FROM pointsvault.purchase(:l, 'ann', 20000000000000, 'p1', contribution => 13176245766935.39);
SELECT :state FROM pointsvault.vault_status WHERE vault = :l;
SELECT * FROM try.refused(:l, $$purchase($1, 'ben', 1, 'x')$$, $$inject($1, 922337203685477.5807, 'x')$$);
SELECT :receipt FROM pointsvault.inject(:l, 909160957918542, 'i1');
SELECT * FROM try.refused(:l, $$inject($1, 0.3, 'x')$$, $$inject($1, 1, 'x')$$);
SELECT :state FROM pointsvault.vault_status WHERE vault = :l;
SELECT member, value FROM pointsvault.holding WHERE vault = :l ORDER BY member;
SELECT :receipt FROM pointsvault.redeem(:l, 'ann', 92233720368, 'r1');
SELECT :state FROM pointsvault.vault_status WHERE vault = :l;
-- the limit of an exit must fit too
SELECT pointsvault.create_vault('limit', '{"growth": {"exit_multiple": 1000000}}', timezone => try.noon()) AS x \gset
SELECT pointsvault.enroll(:x, 'ann') IS NOT NULL AS enrolled;
SELECT * FROM try.refused(:x, $$purchase($1, 'ann', 922337203.6855, 'x')$$, $$purchase($1, 'ann', 922337203.6854, 'x')$$);
-- the reserve overflows: refused, and nothing changed
SELECT points FROM pointsvault.purchase(:x, 'ann', 0.01, 'p1');
SELECT :receipt FROM pointsvault.inject(:x, 900000000000000, 'i1');
SELECT :state FROM pointsvault.vault_status WHERE vault = :x;
SELECT * FROM try.refused(:x, $$inject($1, 900000000000000, 'x')$$);
SELECT :state FROM pointsvault.vault_status WHERE vault = :x;

-- Ten thousand lots -----------------------------------------------------------------------------

SELECT pointsvault.create_vault('lots', '{"growth": {"exit_multiple": 2, "exit_basis": "member"}}', timezone => try.noon()) AS m \gset
SELECT pointsvault.enroll_many(:m, '{ann,ben}') AS enrolled;
DO $$
DECLARE
  m integer := pointsvault.vault_id('lots');
BEGIN
  PERFORM pointsvault.purchase(m, 'ben', 100, 'ben');
  FOR i IN 1 .. 10000 LOOP
    PERFORM pointsvault.purchase(m, 'ann', 1, 'order ' || i);
  END LOOP;
END $$;
SELECT member, count(*) AS lots, sum(points) AS points, min(seq), max(seq) FROM pointsvault.lot WHERE vault = :m GROUP BY member ORDER BY member;
-- the oldest go first: 2500 of them, and half of the next
SELECT sum(points) - max(points) / 2 AS part FROM (SELECT points FROM pointsvault.lot WHERE vault = :m AND member = 'ann' ORDER BY seq LIMIT 2501) l \gset
SELECT :receipt FROM pointsvault.redeem(:m, 'ann', trunc(:part, 8), 'part');
SELECT member, count(*) AS lots, sum(points) AS points, min(seq), max(seq) FROM pointsvault.lot WHERE vault = :m GROUP BY member ORDER BY member;
SELECT seq, points, points_at_mint FROM pointsvault.lot WHERE vault = :m AND member = 'ann' ORDER BY seq LIMIT 2;
SELECT round(exit_price, 6) AS exit_price FROM pointsvault.holding WHERE vault = :m AND member = 'ann';
SELECT points AS rest FROM pointsvault.holding WHERE vault = :m AND member = 'ann' \gset
SELECT :receipt FROM pointsvault.redeem(:m, 'ann', :rest, 'rest');
SELECT member, count(*) AS lots FROM pointsvault.lot WHERE vault = :m GROUP BY member;
SELECT member, points, exit_price FROM pointsvault.holding WHERE vault = :m ORDER BY member;

-- Exits by order (G6, G7) -------------------------------------------------------------------------

\set exits 'seq, member, amount, points, cash, fee'

-- mint_rate 1 keeps the price at 1, so that equal orders have equal exit prices:
-- the lowest first, of equal ones the oldest lot
SELECT pointsvault.create_vault('by order', '{"growth": {"mint_rate": 1, "exit_multiple": 1, "exits_per_call": 2}}', timezone => try.noon()) AS o \gset
SELECT pointsvault.enroll_many(:o, '{ann,ben,cat}') AS enrolled;
SELECT points FROM pointsvault.purchase(:o, 'cat', 20, 'p1', contribution => 4);
SELECT points FROM pointsvault.purchase(:o, 'cat', 10, 'p2');
SELECT points FROM pointsvault.purchase(:o, 'ann', 10, 'p3');
SELECT points FROM pointsvault.purchase(:o, 'ben', 10, 'p4');
SELECT points FROM pointsvault.purchase(:o, 'ann', 10, 'p5', contribution => 5);
SELECT points FROM pointsvault.purchase(:o, 'ben', 10, 'p6', contribution => 0);
SELECT member, seq, points, exit_price FROM pointsvault.lot WHERE vault = :o ORDER BY seq;
-- 36 in the pool for 18 points: p5 is due at exactly 2
SELECT :receipt FROM pointsvault.inject(:o, 17.9999, 'i1');
SELECT count(*) AS exits FROM pointsvault.journal WHERE vault = :o AND kind = 'exit';
SELECT :receipt FROM pointsvault.inject(:o, 0.0001, 'i2');
SELECT :exits FROM pointsvault.journal WHERE vault = :o AND kind = 'exit' ORDER BY seq;
SELECT x.cause = i.seq AS caused_by_it, x.day = i.day AS its_day FROM pointsvault.journal x, pointsvault.get_receipt(:o, 'i2') i
WHERE x.vault = :o AND x.kind = 'exit';
-- partly redeemed, a lot keeps its exit price, and what is left of it exits
SELECT :receipt FROM pointsvault.redeem(:o, 'ann', 1, 'r1');
SELECT member, seq, points, exit_price FROM pointsvault.lot WHERE vault = :o ORDER BY seq;
-- five are due: two with the call, the others when asked for, one and then the rest
SELECT :receipt FROM pointsvault.inject(:o, 100, 'i3');
SELECT member, seq, points, exit_price FROM pointsvault.lot WHERE vault = :o ORDER BY seq;
SELECT pointsvault.process_exits(:o, 0), pointsvault.process_exits(:o, 1);
SELECT pointsvault.process_exits(:o), pointsvault.process_exits(:o);
SELECT :exits FROM pointsvault.journal WHERE vault = :o AND kind = 'exit' ORDER BY seq;
SELECT :state FROM pointsvault.vault_status WHERE vault = :o;
SELECT count(*) AS without_cause FROM pointsvault.journal WHERE vault = :o AND kind = 'exit' AND cause IS NULL;
SELECT * FROM try.refused(:o, $$process_exits($1, -1)$$, $$process_exits(0)$$);

-- a net of 0 burns all the same, and what stays lifts the price for the next: a cascade
SELECT pointsvault.create_vault('cascade', '{"growth": {"exit_multiple": 2, "exit_fee_rate": 1, "exits_per_call": 2, "referral_mint_rate": 0.1}}', timezone => try.noon()) AS k \gset
SELECT pointsvault.enroll_many(:k, '{ann,ben}', '{null,ann}') AS enrolled;
SELECT points FROM generate_series(1, 4) i, pointsvault.purchase(:k, 'ben', 1000, 'p' || i);
SELECT member, seq, points, exit_price FROM pointsvault.lot WHERE vault = :k ORDER BY seq, member;
SELECT :receipt FROM pointsvault.inject(:k, 6200, 'i1');
SELECT pointsvault.process_exits(:k);
SELECT :exits FROM pointsvault.journal WHERE vault = :k AND kind = 'exit' ORDER BY seq;
-- the sponsor's lots have no limit: all of the pool is theirs now
SELECT member, seq, points, exit_price FROM pointsvault.lot WHERE vault = :k ORDER BY seq, member;
SELECT :state FROM pointsvault.vault_status WHERE vault = :k;

-- a purchase may be due at once
SELECT pointsvault.create_vault('at once', '{"growth": {"exit_multiple": 0.3, "exits_per_call": 0}}', timezone => try.noon()) AS a \gset
SELECT pointsvault.enroll(:a, 'ann') IS NOT NULL AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:a, 'ann', 100, 'p1');
SELECT pointsvault.process_exits(:a);
SELECT :exits FROM pointsvault.journal WHERE vault = :a AND kind = 'exit' ORDER BY seq;
SELECT :state FROM pointsvault.vault_status WHERE vault = :a;

-- Exits by member (G6) -------------------------------------------------------------------------------

-- equal exit prices: the earliest enrolled member, whoever bought first
SELECT pointsvault.create_vault('by member', '{"growth": {"mint_rate": 1, "exit_multiple": 1, "exit_basis": "member", "exits_per_call": 2}}', timezone => try.noon()) AS b \gset
SELECT pointsvault.enroll_many(:b, '{ann,ben,cat}') AS enrolled;
SELECT points FROM pointsvault.purchase(:b, 'cat', 10, 'p1');
SELECT points FROM pointsvault.purchase(:b, 'ben', 10, 'p2');
SELECT points FROM pointsvault.purchase(:b, 'ann', 5, 'p3');
SELECT points FROM pointsvault.purchase(:b, 'ann', 5, 'p4');
SELECT member, points, exit_price FROM pointsvault.holding WHERE vault = :b ORDER BY member;
SELECT :receipt FROM pointsvault.inject(:b, 21, 'i1');
SELECT pointsvault.process_exits(:b);
SELECT :exits FROM pointsvault.journal WHERE vault = :b AND kind = 'exit' ORDER BY seq;
SELECT :state FROM pointsvault.vault_status WHERE vault = :b;

-- a purchase minted 0 counts its limit until the exit; a part redeemed takes its part of the limit, rounded up; a referral lot has one too
SELECT pointsvault.create_vault('limits', '{"growth": {"exit_multiple": 2, "exit_basis": "member", "referral_mint_rate": 0.1}}', timezone => try.noon()) AS t \gset
SELECT pointsvault.enroll_many(:t, '{ann,ben}', '{null,ann}') AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:t, 'ann', 100, 'p1');
SELECT member, points, round(exit_price, 6) AS exit_price FROM pointsvault.holding WHERE vault = :t ORDER BY member;
SELECT :receipt FROM pointsvault.purchase(:t, 'ann', 50, 'p2', contribution => 0);
SELECT member, points, round(exit_price, 6) AS exit_price FROM pointsvault.holding WHERE vault = :t ORDER BY member;
SELECT :receipt FROM pointsvault.redeem(:t, 'ann', 7.00000001, 'r1');
SELECT member, seq, points, points_at_mint, exit_limit FROM pointsvault.lot WHERE vault = :t ORDER BY seq, member;
SELECT member, points, round(exit_price, 6) AS exit_price FROM pointsvault.holding WHERE vault = :t ORDER BY member;
SELECT :receipt FROM pointsvault.purchase(:t, 'ben', 100, 'p3');
SELECT member, seq, points, points_at_mint, exit_limit FROM pointsvault.lot WHERE vault = :t ORDER BY seq, member;
SELECT member, points, round(exit_price, 6) AS exit_price FROM pointsvault.holding WHERE vault = :t ORDER BY member;
-- all her lots go at once, the empty one too
SELECT :receipt FROM pointsvault.inject(:t, 400, 'i1');
SELECT :exits FROM pointsvault.journal WHERE vault = :t AND kind = 'exit' ORDER BY seq;
SELECT member, seq, points, points_at_mint, exit_limit FROM pointsvault.lot WHERE vault = :t ORDER BY seq, member;
SELECT member, points, cash, round(exit_price, 6) AS exit_price FROM pointsvault.holding WHERE vault = :t ORDER BY member;
-- without points a member is never due, whatever its limit
SELECT :receipt FROM pointsvault.purchase(:t, 'ann', 10, 'p4', contribution => 0);
SELECT member, points, exit_price FROM pointsvault.holding WHERE vault = :t AND member = 'ann';
SELECT pointsvault.process_exits(:t);

-- Missing, NULL, odd -------------------------------------------------------------------------------------

SELECT * FROM try.refused(:e,
  $$purchase(0, 'ann', 1, 'x')$$, $$redeem(0, 'ann', 1, 'x')$$, $$inject(-1, 1, 'x')$$, $$withdraw(2147483647, 'ann', 1, 'x')$$,
  $$withdraw_return(0, 'w', 'x')$$, $$process_exits(0)$$, $$enroll(0, 'ann')$$, $$enroll_many(0, '{ann}')$$, $$set_policy(0, '{}')$$,
  $$suspend_vault(0, 'x')$$, $$resume_vault(0)$$, $$price_of(0)$$, $$get_receipt(0, 'x')$$, $$quote_purchase(0, 1)$$, $$quote_redeem(0, 1)$$,
  $$grant_access(current_user, 'shop', 0)$$,
  $$purchase($1, 'zoe', 1, 'x')$$, $$purchase($1, 'Ann', 1, 'x')$$, $$purchase($1, 'ann ', 1, 'x')$$, $$redeem($1, 'zoe', 1, 'x')$$, $$withdraw($1, 'zoe', 1, 'x')$$,
  $$withdraw_return($1, 'w', 'x')$$);

-- NULL, for each argument of each function, is an error that names it, or stands for what was not said
CREATE FUNCTION try.with_null(name text, arguments text[], nth bigint) RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT pointsvault.%s(%s)', name, string_agg(argument || ' => ' || CASE
      WHEN n = nth THEN 'NULL'
      WHEN argument = 'vault' THEN '$1'
      WHEN argument = 'days' OR name = 'open_balances' AND argument IN ('points', 'cash', 'credits', 'quota', 'shares') THEN '''{}'''
      WHEN argument IN ('amount', 'points', 'credits', 'contribution', 'change', 'order_amount', 'max_exits', 'max_orders', 'max_members', 'depth', 'seq', 'count', 'value',
                        'shares', 'parts', 'part_months', 'price') THEN '1'
      WHEN argument IN ('min_points', 'min_cash', 'min_credits', 'min_shares') THEN '0'
      WHEN argument IN ('members', 'sponsors', 'regions', 'merchants', 'amounts', 'refs', 'contributions', 'ats',
                        'policy', 'meta') THEN '''{}'''
      WHEN argument IN ('hold', 'timeout') THEN '''1 s'''
      WHEN argument IN ('merchant', 'if_not_exists', 'count_in_cap') THEN 'false'
      WHEN argument IN ('at', 'moment', 'since', 'until', 'day', 'upto', 'started_at', 'free_from', 'first_day', 'last_day') THEN '''2024-01-01'''
      WHEN argument IN ('serial', 'supply', 'price', 'max_price', 'max_points', 'uses') THEN '1'
      WHEN argument IN ('fee_rate', 'min_spent') THEN '0'
      WHEN argument IN ('transferable', 'closed') THEN 'true'
      WHEN argument = 'priced_in' THEN '''points'''
      WHEN argument = 'about' THEN '''{}'''
      WHEN argument = 'buyer' THEN '''payer'''
      WHEN argument = 'purpose' THEN '''cash'''
      WHEN argument = 'asset' THEN '''points'''
      WHEN argument = 'step' THEN '''close'''
      WHEN argument = 'role' THEN 'current_user'
      WHEN argument = 'profile' THEN '''shop'''
      WHEN argument = 'member' AND name = 'enroll' THEN '''new'''
      ELSE quote_literal(argument)
    END, ', ' ORDER BY n))
  FROM unnest(arguments) WITH ORDINALITY AS a (argument, n)
$$;
SELECT pointsvault.create_vault('null', '{"growth": {}}') AS n \gset
SELECT pointsvault.enroll_many(:n, '{ann,member,sponsor}') AS enrolled;
SELECT points FROM pointsvault.purchase(:n, 'member', 100, 'p1', at => '2024-01-01');
SELECT cash FROM pointsvault.redeem(:n, 'member', 2, 'r1', at => '2024-01-01');
SELECT amount FROM pointsvault.withdraw(:n, 'member', 1, 'withdraw_ref', at => '2024-01-01');
SELECT pointsvault.enroll_many(:n, '{payer,payee}', merchants => '{f,t}') AS enrolled;
SELECT points FROM pointsvault.purchase(:n, 'payer', 100, 'purchase_ref', at => '2024-01-01');
SELECT points FROM pointsvault.purchase(:n, 'payee', 100, 'p2', at => '2024-01-01');
SELECT amount > 0 AS credits FROM pointsvault.points_to_credits(:n, 'payer', 10, 'c1', at => '2024-01-01');
SELECT pointsvault.create_series(:n, 'series', 9, 0.01) \g /dev/null
SELECT item FROM pointsvault.issue_item(:n, 'member', 'series', 'i1', 'a prize', at => '2024-01-01') \g /dev/null
SELECT p.proname AS function, argument, try.refusal(try.with_null(p.proname, p.proargnames[1:p.pronargs], n), :n) AS refusal
FROM pg_proc p CROSS JOIN LATERAL unnest(p.proargnames) WITH ORDINALITY AS a (argument, n)
WHERE p.pronamespace = 'pointsvault'::regnamespace AND p.prokind = 'f'
  AND (p.provolatile <> 'i' OR p.proname = 'preset') AND p.proname NOT LIKE 'member\_%' AND p.proname <> 'ocf_objects' AND p.proname NOT LIKE '%\_of\_item' AND p.proname <> 'unschedule_jobs' AND n <= p.pronargs
ORDER BY p.proname, n;
SELECT pointsvault.kind_name(NULL) IS NULL AS kind_name,
       pointsvault.value_of(NULL, '1', '1') IS NULL AS value_of, pointsvault.price('1', NULL) IS NULL AS price, pointsvault.price('1', '0') IS NULL AS no_points;
-- a day is the zone's
SELECT zone, pointsvault.business_day(zone, '2026-07-01 22:30+00') AS july, pointsvault.business_day(zone, '2026-01-01 22:30+00') AS january,
       pointsvault.business_day(zone, 'infinity') IS NULL AS endless
FROM unnest('{Europe/Paris,UTC,Asia/Shanghai,Mars/Olympus,""}'::text[]) AS zone;
-- also where its name is an abbreviation too, which has no summer; not every machine has these
SELECT zone FROM unnest('{CET,EET,MET,WET}'::text[]) AS zone, LATERAL (SELECT pointsvault.business_day(zone, '2026-07-01 23:30+00') - date '2026-07-01' AS july) d
WHERE july IS DISTINCT FROM CASE WHEN EXISTS (SELECT FROM pg_timezone_names WHERE name = zone) THEN 1 END;

-- names and refs have 1 to 255 bytes, of any script
SELECT * FROM try.refused(:n,
  $$purchase($1, 'ann', 1, '')$$, $$purchase($1, 'ann', 1, repeat('x', 256))$$, $$purchase($1, 'ann', 1, repeat('x', 10240))$$,
  $$purchase($1, 'ann', 1, repeat('单', 86))$$, $$purchase($1, '', 1, 'x')$$, $$purchase($1, repeat('x', 256), 1, 'x')$$,
  $$purchase($1, 'ann', 1, 'x', region => '')$$, $$enroll($1, '')$$, $$enroll($1, repeat('王', 86))$$, $$enroll($1, 'x', sponsor => '')$$,
  $$get_receipt($1, '')$$, $$get_receipt($1, repeat('x', 10240))$$, $$inject($1, 1, '')$$, $$withdraw($1, 'ann', 1, '')$$,
  $$withdraw_return($1, '', 'x')$$, $$withdraw_return($1, 'w1', '')$$);
SELECT pointsvault.enroll_many(:n, ARRAY['王小明', repeat('王', 85), 'O''Brien "Bob"', E'two\nlines', '🍷', ' '],
                               ARRAY[NULL, '王小明', '王小明', NULL, NULL, NULL]) AS enrolled;
SELECT member, points FROM pointsvault.purchase(:n, '王小明', 100, '订单一');
SELECT octet_length(ref) AS bytes, octet_length(member) AS member, points FROM pointsvault.purchase(:n, repeat('王', 85), 100, repeat('单', 85));
SELECT replayed FROM pointsvault.purchase(:n, repeat('王', 85), 100, repeat('单', 85));
SELECT ref, member FROM pointsvault.purchase(:n, 'O''Brien "Bob"', 100, E'a''b"c\\d');
SELECT ref, member FROM pointsvault.purchase(:n, '🍷', 100, '🍷');
SELECT ref = '订单一' AS ref, member, points FROM pointsvault.get_receipt(:n, '订单一');
SELECT member, sponsor FROM pointsvault.member WHERE vault = :n AND sponsor = '王小明' AND octet_length(member) < 255;

-- float8 is not accepted; integers and the extension's own types are
SELECT * FROM try.refused(:n,
  $$purchase($1, 'ann', 1.5::float8, 'x')$$, $$purchase($1, 'ann', 1, 'x', contribution => 0.3::float8)$$, $$redeem($1, 'ann', 1::float8, 'x')$$,
  $$redeem($1, 'ann', 1::real, 'x')$$, $$inject($1, 1::float8, 'x')$$, $$withdraw($1, 'ann', 1::float8, 'x')$$, $$quote_purchase($1, 1::float8)$$, $$quote_redeem($1, 1::float8)$$);
SELECT amount FROM pointsvault.purchase(:n, 'ann', 1::smallint, 'f1');
SELECT amount FROM pointsvault.purchase(:n, 'ann', 1::bigint, 'f2');
SELECT amount FROM pointsvault.purchase(:n, 'ann', '1.5'::pointsvault.amount, 'f3', contribution => '0.5'::pointsvault.amount);
SELECT amount FROM pointsvault.purchase(:n, 'ann', '2.50', 'f4');
SELECT points FROM pointsvault.redeem(:n, 'ann', '0.1'::pointsvault.points, 'f5');
