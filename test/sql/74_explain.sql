-- Why an event came to its figures: explain, explain_event.

SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_encoding = 'UTF8';
SET client_min_messages = warning;

-- what is told of an event, its postings apart
CREATE FUNCTION try.told(vault integer, ref text) RETURNS TABLE (seq bigint, rule text, what text, terms text, result numeric, unit text, member text)
LANGUAGE sql AS $$ SELECT seq, rule, what, terms, result, unit, member FROM pointsvault.explain(vault, ref) WHERE rule NOT IN ('V4', 'V7', 'V8', 'M3') ORDER BY step $$;
CREATE FUNCTION try.told(vault integer, seq bigint) RETURNS TABLE (seq bigint, rule text, what text, terms text, result numeric, unit text, member text)
LANGUAGE sql AS $$ SELECT e.seq, rule, what, terms, result, unit, member FROM pointsvault.explain_event(vault, seq) e WHERE rule NOT IN ('V4', 'V8', 'M3') ORDER BY step $$;

-- The wine mall --------------------------------------------------------------------------------

SELECT pointsvault.create_vault('why', '{"growth": {"goods_fee_rate": 0.05}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben,cem,shop}', merchants => '{f,f,f,t}') AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 100, 'order 1', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:v, 'ben', 100, 'order 2', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:v, 'cem', 100, 'order 3', contribution => 12.3456, at => '2024-03-01 10:00+08');

-- from the start price on, and whole: what the row is, the rules, what it changed
SELECT * FROM pointsvault.explain(:v, 'order 1');
SELECT * FROM pointsvault.explain(:v, 'order 2');
SELECT * FROM try.told(:v, 'order 3');

-- for clients that have no such signs
SET client_encoding = 'LATIN1';
SELECT terms FROM try.told(:v, 'order 3') WHERE terms IS NOT NULL;
SET client_encoding = 'UTF8';

SELECT cash FROM pointsvault.redeem(:v, 'ann', 1.23456789, 'cash', at => '2024-03-01 11:00+08');
SELECT cash FROM pointsvault.redeem(:v, 'ann', 2, 'goods', 'goods', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.withdraw(:v, 'ann', 0.5, 'payout', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.withdraw_return(:v, 'payout', 'bounced', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.points_to_credits(:v, 'ann', 3, 'swap', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.pay(:v, 'ann', 'shop', 2, 'pay', at => '2024-03-01 11:00+08');
SELECT points FROM pointsvault.credits_to_points(:v, 'shop', 1, 'back', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.inject(:v, 7.77, 'subsidy', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.grant_points(:v, 'ben', 1, 'grant', 'service', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.redeem_surplus(:v, 'surplus', at => '2024-03-01 11:00+08');
SELECT points FROM pointsvault.redeem_return(:v, 'goods', 'goods back', 1, at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.adjust(:v, 'ben', 'points', -1, 'points down', 'slip', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.adjust(:v, 'ben', 'credits', 0.5, 'credits up', 'slip', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.adjust(:v, 'ben', 'cash', 0.25, 'cash up', 'slip', at => '2024-03-01 11:00+08');
SELECT * FROM try.told(:v, 'cash');
SELECT * FROM try.told(:v, 'goods');
SELECT e.* FROM unnest('{payout,bounced,swap,pay,back,subsidy,grant,surplus,goods back,points down,credits up,cash up}'::text[]) ref, try.told(:v, ref) e;
SELECT what FROM pointsvault.explain(:v, 'points down') WHERE rule = 'V4';

-- Refunds: of points that are there or were sold, and what the purchase says since -------------

SELECT points, cash, fee FROM pointsvault.refund(:v, 'order 1', 'return 1', 33.3333, at => '2024-03-01 12:00+08');
SELECT points, cash, fee FROM pointsvault.refund(:v, 'order 1', 'return 2', at => '2024-03-01 12:00+08');
SELECT amount FROM pointsvault.repay(:v, 'ann', 0.01, 'repaid', at => '2024-03-01 12:00+08');
SELECT * FROM try.told(:v, 'return 1');
SELECT * FROM try.told(:v, 'return 2');
SELECT * FROM try.told(:v, 'repaid');
SELECT seq, rule, what, result FROM pointsvault.explain(:v, 'order 1') WHERE what LIKE 'taken back%';
SELECT seq, rule, what FROM pointsvault.explain(:v, 'return 2') WHERE rule = 'V4';

-- Exits, the cap, points that are held ----------------------------------------------------------

SELECT pointsvault.create_vault('why they went', '{"growth": {"exit_multiple": 0.9, "exit_basis": "member", "exit_fee_rate": 0.2, "issue_cap": 40,
  "referral_mint_rate": 0.1, "hold_days": 3, "exits_per_call": 1}}') AS w \gset
SELECT pointsvault.enroll_many(:w, '{ann,ben}', '{NULL,ann}') AS enrolled;
SELECT points FROM pointsvault.purchase(:w, 'ann', 100, 'order 1', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:w, 'ben', 100, 'order 2', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:w, 'ben', 100, 'order 3', at => '2024-03-01 10:00+08');
SELECT amount FROM pointsvault.inject(:w, 300, 'subsidy', at => '2024-03-01 10:00+08');
SELECT * FROM try.told(:w, 'order 2');
SELECT rule, what, terms, result, member FROM try.told(:w, 'order 3') WHERE rule IN ('G2', 'G3');
-- the exit it led to, by itself and with what led to it; V3
SELECT * FROM pointsvault.explain(:w, 'subsidy');
SELECT seq, cause FROM pointsvault.journal WHERE vault = :w AND kind = 'exit' ORDER BY seq LIMIT 1 \gset
SELECT count(*) > 5 AS steps, count(*) FILTER (WHERE e.seq = :cause) AS of_the_cause FROM pointsvault.explain_event(:w, :seq) e;

-- Dust --------------------------------------------------------------------------------------------

SELECT pointsvault.create_vault('why dust', '{"growth": {}}') AS d \gset
SELECT pointsvault.enroll(:d, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:d, 'ann', 10000, 'order', at => '2024-03-01 10:00+08');
SELECT cash FROM pointsvault.redeem(:d, 'ann', 2100 - 0.00000001, 'sale', at => '2024-03-01 10:00+08');
SELECT * FROM try.told(:d, 'sale') WHERE rule = 'V6';
SELECT pointsvault.create_vault('why empty', '{"growth": {}}') AS e \gset
SELECT pointsvault.enroll(:e, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:e, 'ann', 100, 'order', at => '2024-03-01 10:00+08');
SELECT cash FROM pointsvault.redeem(:e, 'ann', 21, 'sale', at => '2024-03-01 10:00+08');
SELECT * FROM try.told(:e, 'sale') WHERE rule IN ('V3', 'V1');

-- Days: what a close shares out, what it pays one ------------------------------------------------

SELECT pointsvault.create_vault('why so much a day', '{"growth": {}, "cycle": {"share_price": 10, "referral_quota_rate": 0.1, "referral_share_rate": 0.2,
  "tiers": [{"min": 5, "rate": 0.1}, {"min": 20, "rate": 0.05}], "unallocated": "carry"}}') AS c \gset
SELECT pointsvault.enroll_many(:c, '{ann,ben}', '{NULL,ann}') AS enrolled;
SELECT pointsvault.begin_import(:c), pointsvault.open_balances(:c, '{ann}', '{1}', '{2}', '{3}', '{4}', '{5}', '{2024-02-29}', refs => '{opening}'), pointsvault.end_import(:c);
SELECT points FROM pointsvault.purchase(:c, 'ben', 100, 'order 1', at => '2024-02-29 10:00+08');
SELECT points FROM pointsvault.purchase(:c, 'ben', 155, 'order 2', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:c, 'ann', 7, 'order 3', at => '2024-03-02 10:00+08');
SELECT fee FROM pointsvault.refund(:c, 'order 1', 'return 1', at => '2024-03-02 10:00+08');
SELECT * FROM try.told(:c, 'opening');
SELECT * FROM try.told(:c, 'order 1');
SELECT * FROM try.told(:c, 'return 1') WHERE rule IN ('C1', 'C2') OR what LIKE '%quota%' OR what LIKE 'the rest%';
SELECT e.* FROM pointsvault.journal j, try.told(j.vault, j.seq) e WHERE j.vault = :c AND j.kind = 'close' ORDER BY j.seq;
-- two days in one posting
SELECT e.* FROM pointsvault.journal j, try.told(j.vault, j.seq) e WHERE j.vault = :c AND j.kind = 'dividend' AND j.member = 'ann' ORDER BY j.seq;

-- Plans, commissions, the shareholder pool, rewards ------------------------------------------------

-- 01: ann's team sells 12000, bob's and cem's 3000.  02: cem and bob are of rank 1, ann of rank 2
SELECT pointsvault.create_vault('why they earn', '{"growth": {"pool_rate": 0.2}, "cycle": {"quota_multiple": 0.05, "share_price": 1000, "weight_pool_rate": 0.1},
  "release": {"levels": [{"min": 1000, "multiple": 2}, {"min": 9000, "multiple": 3}], "release_rate": 0.1, "generation_rates": [0.5], "usage_rate": 0.3},
  "commission": {"budget_rate": 0.18, "direct_rate": 0.08, "indirect_rate": 0.04, "ranks": [{"sales": 3000, "rate": 0.03}, {"sales": 12000, "rate": 0.07}],
    "rank_peer_rate": 0.01, "region_rates": {"district": 0.02, "city": 0.015, "province": 0.01}, "shareholder_rate": 0.03},
  "acknowledge_multilevel": "a test"}') AS m \gset
SELECT pointsvault.enroll_many(:m, '{ann,bob,cem,dan,eva,agent,other}', '{NULL,ann,bob,cem,NULL,NULL,NULL}', '{NULL,NULL,NULL,440305,NULL,NULL,NULL}') AS enrolled;
SELECT pointsvault.appoint_agent(:m, 'agent', '44'), pointsvault.appoint_agent(:m, 'other', '4403');
SELECT points FROM pointsvault.purchase(:m, 'bob', 9000, 'order 0', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:m, 'dan', 3000, 'order 1', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:m, 'dan', 1000, 'order 2', region => '4403', at => '2024-03-02 10:00+08');
SELECT points FROM pointsvault.purchase(:m, 'dan', 0.003, 'crumb', region => '99', at => '2024-03-02 10:00+08');
SELECT amount, cash FROM pointsvault.spend_reward(:m, 'dan', 200, 'goods', 1000, at => '2024-03-03 10:00+08');
SELECT cash, fee FROM pointsvault.refund(:m, 'order 1', 'return 1', 1000, at => '2024-03-03 10:00+08');
SELECT cash, fee FROM pointsvault.refund(:m, 'order 1', 'return 2', at => '2024-03-03 10:00+08');
SELECT amount FROM pointsvault.spend_reward(:m, 'dan', 100, 'more goods', 5000, at => '2024-03-04 10:00+08');
SELECT * FROM try.told(:m, 'order 1') WHERE rule IN ('L1', 'M1');
SELECT * FROM try.told(:m, 'order 2') WHERE rule IN ('L1', 'M1');
-- so little that the part of rank 1 is 0 units, and that of rank 2 beyond it 1
SELECT * FROM try.told(:m, 'crumb') WHERE rule IN ('L1', 'M1');
SELECT * FROM try.told(:m, 'goods');
SELECT * FROM try.told(:m, 'return 1') WHERE rule = 'G15';
-- of the plan 3400 was left
SELECT * FROM try.told(:m, 'return 2') WHERE rule = 'G15' AND what ~ 'commission|shareholder|grant|released|order';
SELECT e.* FROM pointsvault.journal j, try.told(j.vault, j.seq) e WHERE j.vault = :m AND j.kind = 'release' ORDER BY j.seq;
SELECT e.* FROM pointsvault.journal j, try.told(j.vault, j.seq) e WHERE j.vault = :m AND j.kind = 'close' AND e.rule IN ('L6', 'C6a', 'C7') ORDER BY j.seq;
SELECT e.* FROM pointsvault.journal j, try.told(j.vault, j.seq) e WHERE j.vault = :m AND j.kind = 'dividend' AND j.member = 'dan' ORDER BY j.seq;
-- the same once the plan is another's
SELECT points > 0 AS merged FROM pointsvault.merge_members(:m, 'dan', 'eva', 'one', at => '2024-03-04 10:00+08');
SELECT result, member FROM try.told(:m, 'return 2') WHERE what = 'of that grant, cancelled';

-- Members merged and renamed, and what is of administration --------------------------------------

SELECT points FROM pointsvault.merge_members(:c, 'ben', 'ann', 'one', at => '2024-03-02 11:00+08');
SELECT fee FROM pointsvault.refund(:c, 'order 2', 'return 2', 5, at => '2024-03-02 11:00+08');
SELECT pointsvault.rename_member(:c, 'ann', 'gone-1');
SELECT rule, what, terms, result, unit, member FROM pointsvault.explain(:c, 'one') WHERE rule <> 'V7';
SELECT what, result, member FROM try.told(:c, 'return 2') WHERE rule = 'G15';
-- by the policy of that day
SELECT pointsvault.create_vault('why less', '{"growth": {}}', timezone => try.noon()) AS p \gset
SELECT pointsvault.enroll(:p, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:p, 'ann', 100, 'order 1');
SELECT pointsvault.set_policy(:p, '{"growth": {"pool_rate": 0.2}}') AS version;
SELECT points FROM pointsvault.purchase(:p, 'ann', 100, 'order 2');
SELECT e.* FROM unnest('{order 1,order 2}'::text[]) ref, LATERAL (
  SELECT rule, what, terms, result, member FROM pointsvault.explain(:p, ref) WHERE rule IN ('M3', 'G1')) e;
SELECT e.rule, e.what, e.result, e.member FROM pointsvault.journal j, pointsvault.explain_event(j.vault, j.seq) e
WHERE j.vault IN (:c, :p) AND j.kind IN ('create', 'rename', 'policy') AND e.rule <> 'V7' ORDER BY j.vault, e.seq, e.step;

-- every row of these is told of as it is stored
SELECT j.vault - :v AS vault, count(DISTINCT j.seq) = max(j.seq) AS all_told
FROM pointsvault.journal j, pointsvault.explain_event(j.vault, j.seq) e WHERE j.vault IN (:v, :w, :d, :e, :c, :p, :m) AND e.seq = j.seq GROUP BY 1 ORDER BY 1;

-- What is refused ----------------------------------------------------------------------------------

SELECT call, refusal FROM try.refused(:v, $$explain($1, 'none')$$, $$explain($1, NULL)$$, $$explain(NULL, 'order 1')$$, $$explain(-1, 'order 1')$$,
  $$explain_event($1, 0)$$, $$explain_event($1, 1000)$$, $$explain_event($1, NULL)$$);

CREATE ROLE regress_pv_outsider;
CREATE ROLE regress_pv_desk;
CREATE ROLE regress_pv_till;
GRANT USAGE ON SCHEMA try TO regress_pv_outsider, regress_pv_desk, regress_pv_till;
SELECT pointsvault.grant_access('regress_pv_desk', 'shop', :v), pointsvault.grant_access('regress_pv_till', 'cashier', :v);
SET ROLE regress_pv_outsider;
SELECT call, refusal FROM try.refused(:v, $$explain($1, 'order 1')$$);
SET ROLE regress_pv_till;
SELECT call, refusal FROM try.refused(:v, $$explain($1, 'order 1')$$, $$explain_event($1, 2)$$);
SET ROLE regress_pv_desk;
SELECT call, refusal FROM try.refused(:v, $$explain($1, 'order 1')$$, $$explain_event($1, 2)$$);
SELECT call, refusal FROM try.refused(:w, $$explain($1, 'order 1')$$, $$explain_event($1, 2)$$);
RESET ROLE;
SELECT pointsvault.revoke_access('regress_pv_desk', 'shop', :v), pointsvault.revoke_access('regress_pv_till', 'cashier', :v);
REVOKE USAGE ON SCHEMA try FROM regress_pv_outsider, regress_pv_desk, regress_pv_till;
DROP ROLE regress_pv_outsider, regress_pv_desk, regress_pv_till;

-- rows that were changed: no figures, but where to ask what was changed
BEGIN;
ALTER TABLE pointsvault.journal_data DISABLE TRIGGER USER;
ALTER TABLE pointsvault.day_data DISABLE TRIGGER USER;
UPDATE pointsvault.journal_data SET points = '14.70000001' WHERE vault = :v AND ref = 'order 2';
UPDATE pointsvault.journal_data SET kind = 99 WHERE vault = :v AND ref = 'cash';
UPDATE pointsvault.journal_data SET reversed = '200' WHERE vault = :v AND ref = 'return 1';
UPDATE pointsvault.journal_data SET policy = -1 WHERE vault = :v AND ref = 'pay';
UPDATE pointsvault.journal_data SET commissions[3] = commissions[3] + 1 WHERE vault = :m AND ref = 'order 2';
UPDATE pointsvault.journal_data SET order_amount = '500' WHERE vault = :m AND ref = 'goods';
DELETE FROM pointsvault.plan_data WHERE vault = :m;
UPDATE pointsvault.day_data SET weight_pool = '0.0001' WHERE vault = :c;
SELECT state, message, hint FROM unnest('{order 2,cash,return 1,pay}'::text[]) ref, try.attempt(format('SELECT pointsvault.explain($1, %L)', ref), :v);
SELECT state FROM unnest('{order 2,goods,return 1}'::text[]) ref, try.attempt(format('SELECT pointsvault.explain($1, %L)', ref), :m);
SELECT DISTINCT state FROM pointsvault.journal j, try.attempt(format('SELECT pointsvault.explain_event($1, %s)', j.seq), :c) WHERE j.vault = :c AND j.kind = 'dividend' ORDER BY 1;
ROLLBACK;

DROP FUNCTION try.told(integer, text), try.told(integer, bigint);
