-- Commissions: whom a purchase pays and why, agents, the shareholder pool, and all of it back (MODEL §7, C6a, G15).

SET timezone = 'UTC';
SET datestyle = 'ISO';
\set paid 'ref, buyer, member, what, grade, amount'
\set house 'platform, (SELECT sum(amount) FROM pointsvault.posting p WHERE p.vault = s.vault AND account = ''shareholders'') AS shareholders, cash_owed, cash_due'

SELECT pointsvault.create_vault('commission', '{"growth": {"pool_rate": 0.2},
  "cycle": {"quota_multiple": 0.05, "share_price": 500, "weight_pool_rate": 0.1},
  "commission": {"budget_rate": 0.25, "direct_rate": 0.08, "indirect_rate": 0.04,
    "ranks": [{"sales": 3000, "rate": 0.03}, {"sales": 12000, "rate": 0.07}], "rank_peer_rate": 0.01,
    "region_rates": {"district": 0.02, "city": 0.015, "province": 0.01}, "shareholder_rate": 0.03},
  "acknowledge_multilevel": "a test"}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,cem,dan,eva,agent,other}', '{NULL,ann,bob,cem,dan,NULL,NULL}',
  '{NULL,NULL,NULL,440305,3101,NULL,NULL}') AS enrolled;

-- agents: 2 digits a province, 4 a city, 6 a district ----------------------------------------------

SELECT * FROM try.refused(:v, $$appoint_agent($1, 'agent', '4')$$, $$appoint_agent($1, 'agent', '440')$$, $$appoint_agent($1, 'agent', '44030')$$,
  $$appoint_agent($1, 'agent', '4403051')$$, $$appoint_agent($1, 'agent', '44 3')$$, $$appoint_agent($1, 'agent', 'ab')$$, $$appoint_agent($1, 'agent', '')$$,
  $$appoint_agent($1, 'agent', '٤٤')$$, $$appoint_agent($1, 'agent', NULL)$$, $$appoint_agent($1, 'nobody', '44')$$, $$appoint_agent($1, NULL, '44')$$,
  $$appoint_agent(-1, 'agent', '44')$$, $$appoint_agent(NULL, 'agent', '44')$$);
SELECT hint FROM try.attempt($$SELECT pointsvault.appoint_agent($1, 'agent', 'x')$$, :v);
SELECT pointsvault.appoint_agent(:v, 'agent', '44'), pointsvault.appoint_agent(:v, 'other', '4403'), pointsvault.appoint_agent(:v, 'other', '440305');
-- the last appointed counts; who is it already stays it, and nothing is written
SELECT pointsvault.appoint_agent(:v, 'ann', '440305'), pointsvault.appoint_agent(:v, 'ann', '440305');
SELECT region, level, member, seq FROM pointsvault.agent WHERE vault = :v ORDER BY region;
SELECT seq, kind, member, region FROM pointsvault.journal WHERE vault = :v AND kind = 'appoint_agent' ORDER BY seq;

-- whom, and why ---------------------------------------------------------------------------------------

-- the region of the order, else the buyer's; as far as its digits go
SELECT ref FROM pointsvault.purchase(:v, 'dan', 1000, 'o1', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'dan', 1000, 'o2', region => '4403', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'dan', 1000, 'o3', region => '31', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'dan', 1000, 'o4', region => '44x', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'dan', 333.3333, 'o5', region => '44030512', at => '2026-01-05 10:00+08');
-- a buyer without a sponsor; an agent who buys; a region that nobody has
SELECT ref FROM pointsvault.purchase(:v, 'ann', 1000, 'o6', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'agent', 1000, 'o7', region => '44', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'eva', 1000, 'o8', at => '2026-01-05 10:00+08');
SELECT :paid FROM pointsvault.commission WHERE vault = :v ORDER BY seq, place;
-- the same call again, and with another region
SELECT replayed FROM pointsvault.purchase(:v, 'dan', 1000, 'o2', region => '4403');
SELECT * FROM try.refused(:v, $$purchase($1, 'dan', 1000, 'o2')$$, $$purchase($1, 'dan', 1000, 'o1', region => '440305')$$);
-- of one member, found by its number
SELECT :paid FROM pointsvault.commission WHERE vault = :v AND member = 'other' ORDER BY seq, place;
SELECT p.account, p.member, p.asset, p.amount FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq)
WHERE vault = :v AND j.ref = 'o1' AND p.asset = 'cash' ORDER BY 1, 2;
SELECT :house FROM pointsvault.vault_status s WHERE vault = :v;

-- the close: ranks, and the shareholder pool over all shares (C6a) ---------------------------------------

SELECT member, shares, quota FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT ref FROM pointsvault.purchase(:v, 'eva', 2000, 'o9', region => '99', at => '2026-01-06 10:00+08');
SELECT day, pool, paid, shareholders, shareholder_pool, all_shares FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
-- posted up to the day before the first event, 2026-01-04
SELECT member, cash, quota, accrued, shareholders, posted_to FROM pointsvault.holding WHERE vault = :v ORDER BY member;
-- dan sold nothing below but eva's: no rank; cem, bob and ann have 4333.3333 and more below
SELECT :paid FROM pointsvault.commission WHERE vault = :v AND ref = 'o9' ORDER BY place;
SELECT day, due, paid, shares, quota_left, shareholders FROM pointsvault.dividend_history(:v, 'dan');
SELECT kind, member, cash, note FROM pointsvault.journal WHERE vault = :v AND kind = 'dividend' ORDER BY seq;
SELECT pointsvault.accrue(:v, 100) AS posted;
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND kind = 'dividend' ORDER BY seq DESC, account, member, asset LIMIT 4;
SELECT (pointsvault.holding_at(:v, member, 'infinity')).cash = cash AS same, accrued, shareholders FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT member, cash = (SELECT cash FROM pointsvault.cash_balance b WHERE b.vault = h.vault AND b.member = h.member) AS same FROM pointsvault.holding h WHERE vault = :v ORDER BY 1;
SELECT seq, asset, sum(amount) FROM pointsvault.posting WHERE vault = :v GROUP BY 1, 2 HAVING sum(amount) <> 0;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- back, in proportion, as it was paid ----------------------------------------------------------------------

-- what was withdrawn meanwhile is owed
SELECT h.cash AS withdrawn FROM pointsvault.holding h, pointsvault.withdraw(:v, 'cem', h.cash, 'w1', at => '2026-01-06 11:00+08') WHERE h.vault = :v AND h.member = 'cem';
SELECT amount, fee, owed_by_others FROM pointsvault.quote_refund(:v, 'o1', 300);
SELECT amount, fee, owed_by_others FROM pointsvault.refund(:v, 'o1', 'r1', 300, at => '2026-01-06 12:00+08');
SELECT :paid FROM pointsvault.commission WHERE vault = :v AND kind = 'refund' ORDER BY seq, place;
SELECT member, cash FROM pointsvault.holding WHERE vault = :v AND cash < 0;
-- out of the shareholder pool that is open, 60 of the day, as far as it has it
SELECT ref FROM pointsvault.refund(:v, 'o2', 'r2', at => '2026-01-06 12:00+08');
SELECT ref FROM pointsvault.refund(:v, 'o3', 'r3', at => '2026-01-06 12:00+08');
SELECT ref, amount FROM pointsvault.commission WHERE vault = :v AND kind = 'refund' AND what = 'shareholders' ORDER BY seq;
-- also where the policy has no commissions any more
SELECT pointsvault.set_policy(:v, '{"commission": null}') AS version;
SELECT ref FROM pointsvault.purchase(:v, 'dan', 10, 'plain');
SELECT ref FROM pointsvault.refund(:v, 'o9', 'r9', 1999.9999);
SELECT ref FROM pointsvault.refund(:v, 'o9', 'r10');
SELECT ref, member, what, amount FROM pointsvault.commission WHERE vault = :v AND ref IN ('plain', 'r9', 'r10') ORDER BY seq, place;
SELECT commissions IS NULL AS none, note IS NULL AS without_region FROM pointsvault.journal_data WHERE vault = :v AND ref = 'plain';
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- members who became one ---------------------------------------------------------------------------------------

SELECT pointsvault.create_vault('merged earners', '{"growth": {"referral_mint_rate": 0.1}, "commission": {"budget_rate": 0.3, "direct_rate": 0.08,
  "indirect_rate": 0.04, "region_rates": {"district": 0.02, "city": 0.015}, "shareholder_rate": 0.01}, "acknowledge_multilevel": "a test"}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{top,sponsor,buyer,city,district}', '{NULL,top,sponsor,NULL,NULL}') AS enrolled;
SELECT pointsvault.appoint_agent(:v, 'city', '4403'), pointsvault.appoint_agent(:v, 'district', '440305');
SELECT count(p) FROM generate_series(1, 4) i, pointsvault.purchase(:v, 'buyer', 100, 'o' || i, region => '440305') p;
-- two earners, then one of them and the sponsor, then the sponsor and the buyer: never two movements of one
SELECT (pointsvault.merge_members(:v, 'city', 'district', 'm1')).kind;
SELECT region, member FROM pointsvault.agent WHERE vault = :v ORDER BY region;
SELECT ref FROM pointsvault.refund(:v, 'o1', 'r1');
SELECT (pointsvault.merge_members(:v, 'district', 'sponsor', 'm2')).kind;
SELECT ref FROM pointsvault.refund(:v, 'o2', 'r2');
SELECT (pointsvault.merge_members(:v, 'top', 'buyer', 'm3')).kind;
SELECT ref FROM pointsvault.refund(:v, 'o3', 'r3', 33.3333);
SELECT (pointsvault.merge_members(:v, 'sponsor', 'buyer', 'm4')).kind;
SELECT ref FROM pointsvault.refund(:v, 'o3', 'r4');
SELECT ref FROM pointsvault.refund(:v, 'o4', 'r5');
SELECT :paid FROM pointsvault.commission WHERE vault = :v AND kind = 'refund' ORDER BY seq, place;
SELECT ref, count(*) AS movements, count(DISTINCT o.member) AS members, array_agg(role ORDER BY role) AS roles
FROM pointsvault.movement_data o JOIN pointsvault.journal j USING (vault, seq) WHERE vault = :v AND kind = 'refund' GROUP BY ref ORDER BY ref;
SELECT p.ref, what, sum(amount) FROM pointsvault.commission c
JOIN LATERAL (SELECT COALESCE((SELECT o.ref FROM pointsvault.journal o, pointsvault.journal j WHERE j.vault = c.vault AND j.seq = c.seq
  AND c.kind = 'refund' AND o.vault = c.vault AND o.seq = j.cause), c.ref) AS ref) p ON true
WHERE vault = :v GROUP BY 1, 2 HAVING sum(amount) <> 0;
-- who took over is agent, and stands where the other stood
SELECT region, member FROM pointsvault.agent WHERE vault = :v ORDER BY region;
SELECT pointsvault.enroll(:v, 'new', 'buyer') IS NOT NULL AS enrolled;
SELECT ref FROM pointsvault.purchase(:v, 'new', 100, 'o5', region => '440305');
SELECT :paid FROM pointsvault.commission WHERE vault = :v AND ref = 'o5' ORDER BY place;
-- suspended, it earns all the same
SELECT pointsvault.suspend_member(:v, 'buyer', 'a chargeback');
SELECT ref FROM pointsvault.purchase(:v, 'new', 100, 'o6', region => '4403');
SELECT :paid FROM pointsvault.commission WHERE vault = :v AND ref = 'o6' ORDER BY place;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- as lists, and by way of the queue -----------------------------------------------------------------------------------

CREATE FUNCTION try.many_ways(way text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v integer := pointsvault.create_vault('by ' || way, '{"cycle": {"share_price": 100}, "commission": {"budget_rate": 0.2, "direct_rate": 0.05,
    "indirect_rate": 0.03, "ranks": [{"sales": 300, "rate": 0.02}, {"sales": 900, "rate": 0.05}], "rank_peer_rate": 0.01,
    "region_rates": {"district": 0.02, "city": 0.015, "province": 0.01}, "shareholder_rate": 0.03}, "acknowledge_multilevel": "a test"}');
  members text[] := ARRAY(SELECT 'm' || i FROM generate_series(0, 19) i);
  buyers text[] := ARRAY(SELECT 'm' || i * 7 % 20 FROM generate_series(1, 60) i);
  amounts numeric[] := ARRAY(SELECT i * 13.37 FROM generate_series(1, 60) i);
  refs text[] := ARRAY(SELECT 'o' || i FROM generate_series(1, 60) i);
  regions text[] := ARRAY(SELECT (ARRAY['440305', NULL, '4403', '31', '5'])[1 + i % 5] FROM generate_series(1, 60) i);
  ats timestamptz[] := ARRAY(SELECT '2026-01-05 10:00+08'::timestamptz + i / 20 * interval '1 day' FROM generate_series(1, 60) i);
BEGIN
  PERFORM pointsvault.enroll_many(v, members, ARRAY(SELECT CASE WHEN i > 0 THEN 'm' || i / 2 END FROM generate_series(0, 19) i),
    ARRAY(SELECT (ARRAY['440305', '31', NULL])[1 + i % 3] FROM generate_series(0, 19) i));
  PERFORM pointsvault.appoint_agent(v, 'm' || i, code) FROM unnest('{44,4403,440305,31}'::text[]) WITH ORDINALITY c (code, i);
  CASE way
    WHEN 'one' THEN
      FOR i IN 1 .. 60 LOOP
        PERFORM pointsvault.purchase(v, buyers[i], amounts[i], refs[i], region => regions[i], at => ats[i]);
      END LOOP;
    WHEN 'list' THEN
      PERFORM count(*) FROM pointsvault.purchase_many(v, buyers, amounts, refs, regions => regions, ats => ats);
    WHEN 'queue' THEN
      PERFORM pointsvault.submit_many(v, buyers, amounts, refs, regions => regions, ats => ats);
      PERFORM pointsvault.settle(v);
  END CASE;
  PERFORM pointsvault.close_day(v, '2026-01-08');
  RETURN v;
END $$;
CREATE TEMP TABLE way AS SELECT way, try.many_ways(way) AS vault FROM unnest('{one,list,queue}'::text[]) way;
SELECT count(*) AS ways, count(DISTINCT commissions) AS commissions, count(DISTINCT holdings) AS holdings, min(paid) AS paid, min(ranks) AS by_rank FROM (
  SELECT way, (SELECT md5(string_agg(concat_ws('|', c.ref, c.member, c.what, c.grade, c.amount, c.place), ',' ORDER BY c.seq, c.place)) FROM pointsvault.commission c WHERE c.vault = w.vault) AS commissions,
         (SELECT md5(string_agg(concat_ws('|', h.member, h.cash, h.points, h.quota, h.shares), ',' ORDER BY h.member)) FROM pointsvault.holding h WHERE h.vault = w.vault) AS holdings,
         (SELECT count(*) FROM pointsvault.commission c WHERE c.vault = w.vault) AS paid,
         (SELECT count(*) FROM pointsvault.commission c WHERE c.vault = w.vault AND what IN ('rank', 'peer')) AS ranks
  FROM way w) f;

-- all of it back, in any order and in parts: then nobody has any of it
SELECT vault AS v FROM way WHERE way = 'queue' \gset
SELECT count(pointsvault.refund(:v, 'o' || i, 'half ' || i, round(i * 13.37 / 3, 4), at => '2026-01-09 10:00+08'))
FROM (SELECT i FROM generate_series(1, 60) i ORDER BY md5('a' || i)) o;
SELECT count(pointsvault.refund(:v, 'o' || i, 'rest ' || i, at => '2026-01-09 10:00+08'))
FROM (SELECT i FROM generate_series(1, 60) i ORDER BY md5('b' || i)) o;
SELECT member, sum(amount) FROM pointsvault.commission WHERE vault = :v AND member IS NOT NULL GROUP BY 1 HAVING sum(amount) <> 0;
SELECT count(DISTINCT member) AS had_some FROM pointsvault.commission WHERE vault = :v AND member IS NOT NULL;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT seq, asset, sum(amount) FROM pointsvault.posting WHERE vault = :v GROUP BY 1, 2 HAVING sum(amount) <> 0;

-- C7: what the shareholder pool leaves; nobody with shares; carried ------------------------------------------------------------

SELECT pointsvault.create_vault('pool', '{"cycle": {"share_price": 100, "unallocated": "carry"}, "commission": {"budget_rate": 0.1, "shareholder_rate": 0.1}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{one,two}') AS enrolled;
SELECT ref FROM pointsvault.purchase(:v, 'one', 99.9999, 'o1', at => '2026-01-05 10:00+08');
SELECT pointsvault.close_day(:v);
SELECT ref FROM pointsvault.purchase(:v, 'one', 100, 'o2', at => '2026-01-06 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'two', 200.0005, 'o3', at => '2026-01-06 10:00+08');
SELECT pointsvault.close_day(:v);
SELECT day, pool, paid, unallocated, shareholders, shareholder_pool, all_shares FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
SELECT carried, platform FROM pointsvault.vault_status WHERE vault = :v;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- a section that is null is none: no team figures are kept for it
SELECT pointsvault.create_vault('null sections', '{"growth": {}, "commission": null, "release": null}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{one,two}', '{NULL,one}') AS enrolled;
SELECT ref FROM pointsvault.purchase(:v, 'two', 100, 'o1', at => '2026-01-05 10:00+08');
SELECT pointsvault.close_day(:v);
SELECT count(*) FROM pointsvault.team_data WHERE vault = :v;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- a line that somebody made a ring of is an error, and no endless walk ---------------------------------------------------------

SELECT vault AS v FROM way WHERE way = 'one' \gset
BEGIN;
UPDATE pointsvault.member_data m SET sponsor = o.id FROM pointsvault.member_data o WHERE m.vault = :v AND o.vault = :v AND m.name = 'm1' AND o.name = 'm2';
UPDATE pointsvault.team_data t SET rank = 0, above = m.sponsor FROM pointsvault.member_data m WHERE t.vault = :v AND m.vault = :v AND m.id = t.member;
SELECT state, regexp_replace(message, 'member \d+', 'member N') AS message FROM try.attempt($$SELECT pointsvault.purchase($1, 'm9', 1, 'ring')$$, :v);
SELECT name FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%member%';
ROLLBACK;
