-- Guard rails: solvency (R3), disclosure (R4), compliance (R2).
SET client_min_messages = warning;
-- Solvency: the worked figures of the model ------------------------------------------------
SELECT pointsvault.create_vault('rails', '{"growth": {}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll_many(:v, array_agg('buyer ' || n ORDER BY n)) FROM generate_series(1, 100) n;
SELECT count(pointsvault.purchase(:v, 'buyer ' || n, 100, 'order ' || n)) FROM generate_series(1, 100) n;
SELECT amount, cash FROM pointsvault.redeem(:v, 'buyer 1', 21, 'sale 1');
SELECT section, item, amount, covered_by, backed, unbacked FROM pointsvault.solvency(:v);
SELECT item, sentence FROM pointsvault.solvency(:v) WHERE item IN ('points', 'cash', 'quota', 'cash_due', 'reward', 'money');
-- all kinds of debt at once, each line told by plain SQL ---------------------------------------
SELECT pointsvault.create_vault('debts', '{"growth": {"redeem_fee_rate": 0.05, "goods_fee_rate": 0.01}, "cycle": {"share_price": 100, "tiers": [{"min": 2, "rate": 0.02}], "unallocated": "carry"}}',
  timezone => try.noon()) AS d \gset
SELECT pointsvault.enroll_many(:d, array_agg('m' || n ORDER BY n)) FROM generate_series(1, 20) n;
SELECT count(pointsvault.purchase(:d, 'm' || n, 37 * n, 'o' || n, at => now() - interval '2 days')) FROM generate_series(1, 20) n;
SELECT count(pointsvault.close_day(:d, pointsvault.today(:d) - 2));
SELECT count(pointsvault.purchase(:d, 'm' || n, 50, 'p' || n)) FROM generate_series(1, 10) n;
SELECT count(pointsvault.points_to_credits(:d, 'm' || n, 1, 'c' || n)) FROM generate_series(1, 5) n;
SELECT count(pointsvault.redeem(:d, 'm' || n, 1, 's' || n, CASE WHEN n < 9 THEN 'goods' ELSE 'cash' END)) FROM generate_series(6, 12) n;
SELECT count(pointsvault.withdraw(:d, 'm20', 1, 'w1'));
SELECT count(pointsvault.adjust(:d, 'm3', 'reward', 12.5, 'a1', 'promised by hand'));
SELECT count(w) FROM pointsvault.redeem(:d, 'm13', 20, 's13') s, pointsvault.withdraw(:d, 'm13', s.cash, 'w13') w;
SELECT count(pointsvault.refund(:d, 'o' || n, 'r' || n)) FROM generate_series(13, 14) n;
CREATE TEMPORARY VIEW told AS
SELECT h.vault, sum(h.points) AS points, sum(h.credits) AS credits, sum(GREATEST(h.cash, 0)) AS cash, sum(GREATEST(-h.cash, 0)) AS cash_due, sum(h.reward) AS reward,
       sum(h.quota) AS quota, sum(h.debt) AS debt FROM pointsvault.holding h GROUP BY h.vault;
SELECT bool_and(points > 0 AND credits > 0 AND cash > 0 AND cash_due > 0 AND reward > 0 AND quota > 0) AS all_kinds FROM told WHERE vault = :d;
SELECT s.item, s.amount = t.amount AS same FROM pointsvault.solvency(:d) s JOIN (
  SELECT l.item, l.amount FROM told t JOIN pointsvault.vault_status v ON v.vault = t.vault
  CROSS JOIN LATERAL (SELECT trunc(t.points * v.pool / v.circulating, 4) AS gross) g
  CROSS JOIN LATERAL (VALUES ('points', g.gross), ('credits', t.credits), ('cash', t.cash), ('reward', t.reward), ('debt', t.debt), ('quota', t.quota), ('cash_due', t.cash_due),
    ('carried', v.carried), ('open_day', trunc(GREATEST(v.turnover, 0) * 0.3, 4) + trunc(GREATEST(v.turnover, 0) * 0.02, 4)),
    ('redeemed_for_cash', g.gross - ceil(g.gross * 0.05 * 10000) / 10000), ('redeemed_for_goods', g.gross - ceil(g.gross * 0.01 * 10000) / 10000),
    ('pool', v.pool), ('kept', v.carried), ('treasury', trunc(v.treasury_points * v.pool / v.circulating, 4)), ('reserve', v.reserve), ('platform', v.platform),
    ('money', v.pool + v.reserve + v.platform + v.carried + v.cash_owed - v.cash_due)) AS l (item, amount)
  WHERE t.vault = :d) t USING (item) ORDER BY 1;
SELECT sum(amount) FILTER (WHERE section = 'owed') = sum(amount) FILTER (WHERE section = 'total') AS owed,
       sum(backed) FILTER (WHERE section = 'owed') = sum(backed) FILTER (WHERE section = 'total') AS backed,
       bool_and(backed + unbacked = amount AND backed >= 0 AND unbacked >= 0) AS apart FROM pointsvault.solvency(:d);
-- reserve and platform cover cash first, and not what members owe
SELECT s.backed = LEAST(s.amount, GREATEST(v.reserve + v.platform - v.cash_due, 0)) AS covered FROM pointsvault.solvency(:d) s, pointsvault.vault_status v
WHERE s.item = 'cash' AND v.vault = :d;
-- damaged data are no report
BEGIN;
UPDATE pointsvault.holding_data SET cash = '1000000' WHERE vault = :d AND member = (SELECT id FROM pointsvault.member WHERE vault = :d AND member = 'm1');
SELECT state, message, hint FROM try.attempt('SELECT pointsvault.solvency($1)', :d);
SELECT state, message FROM try.attempt('SELECT pointsvault.compliance($1)', :d);
ROLLBACK;
-- release plans and commissions: each line by plain SQL, with what is posted, what is not, and what is still to be released
SELECT pointsvault.create_vault('paid by sales', '{"growth": {"pool_rate": 0.2}, "cycle": {"quota_multiple": 0.5, "share_price": 100, "weight_pool_rate": 0.1, "unallocated": "carry"},
  "release": {"levels": [{"min": 50, "multiple": 2}], "release_rate": 0.01, "generation_rates": [0.5, 0.3], "stars": [{"sales": 300, "rate": 0.1}, {"sales": 1500, "rate": 0.2}],
    "peer_rate": 0.05, "usage_rate": 0.5},
  "commission": {"budget_rate": 0.25, "direct_rate": 0.08, "indirect_rate": 0.04, "ranks": [{"sales": 200, "rate": 0.03}, {"sales": 1000, "rate": 0.07}], "rank_peer_rate": 0.01,
    "region_rates": {"province": 0.01}, "shareholder_rate": 0.03}, "acknowledge_multilevel": "a test"}', timezone => try.noon()) AS p \gset
SELECT pointsvault.enroll_many(:p, array_agg('m' || n ORDER BY n), array_agg('m' || NULLIF(n / 3, 0) ORDER BY n)) FROM generate_series(1, 20) n;
SELECT pointsvault.appoint_agent(:p, 'm20', '44');
SELECT count(pointsvault.purchase(:p, 'm' || 1 + n * 7 % 20, 40 + 13 * n, 'o' || n, region => '4403', at => now() - interval '3 days')) FROM generate_series(1, 30) n;
SELECT count(pointsvault.refund(:p, 'o' || n, 'r' || n, 20, at => now() - interval '3 days')) FROM generate_series(1, 30, 6) n;
SELECT count(pointsvault.close_day(:p, pointsvault.today(:p) - n)) FROM generate_series(3, 2, -1) n;
SELECT count(pointsvault.purchase(:p, 'm' || n, 60, 'p' || n, at => now() - interval '1 day')) FROM generate_series(1, 20, 4) n;
SELECT count(pointsvault.close_day(:p, pointsvault.today(:p) - 1));
SELECT count(pointsvault.spend_reward(:p, 'm' || n, 0.5, 's' || n, 10)) FROM generate_series(1, 5) n;
SELECT count(pointsvault.refund(:p, 'o' || n, 'b' || n)) FROM generate_series(2, 4) n;
SELECT count(pointsvault.merge_members(:p, 'm19', 'm18', 'one person'));
SELECT count(pointsvault.purchase(:p, 'm' || n, 70, 'q' || n)) FROM generate_series(2, 20, 5) n;
SELECT count(pointsvault.refund(:p, 'p1', 'p1r', 30));
SELECT pointsvault.set_policy(:p, '{"legacy": {"contribution_rate": 0.1}}');
SELECT count(pointsvault.open_debt(:p, 'm' || n, 30, 'd' || n)) FROM generate_series(1, 4) n;
SELECT count(pointsvault.settle_debt(:p, 'm' || n, 20, 'e' || n)) FROM generate_series(1, 3) n;
SELECT count(pointsvault.refund(:p, 'e1', 'e1r', 10));
CREATE FUNCTION pg_temp.owed(v integer) RETURNS TABLE (item text, amount numeric) LANGUAGE sql AS $$
  SELECT l.item, l.amount FROM told t
  JOIN LATERAL (SELECT * FROM pointsvault.journal_data WHERE vault = v ORDER BY seq DESC LIMIT 1) j ON true
  JOIN LATERAL (SELECT trunc(t.points * j.pool::numeric / j.circulating::numeric, 4) AS points) worth ON true
  JOIN LATERAL (SELECT sum(remaining) AS remaining FROM pointsvault.release_plan WHERE vault = v) plans ON true
  CROSS JOIN LATERAL (VALUES ('points', worth.points), ('credits', t.credits), ('cash', t.cash), ('carried', COALESCE(j.dividends::numeric, 0)),
    ('shareholder_pool', COALESCE(j.shareholders::numeric, 0)), ('open_day', trunc(GREATEST(COALESCE(j.turnover::numeric, 0), 0) * 0.1, 4)), ('reward', t.reward), ('debt', t.debt), ('quota', t.quota),
    ('owed', worth.points + t.credits + t.cash + COALESCE(j.dividends::numeric, 0) + COALESCE(j.shareholders::numeric, 0)
             + trunc(GREATEST(COALESCE(j.turnover::numeric, 0), 0) * 0.1, 4) + t.reward + t.debt),
    ('to_release', plans.remaining), ('cash_due', t.cash_due), ('pool', j.pool::numeric), ('treasury', 0), ('reserve', COALESCE(j.reserve::numeric, 0)),
    ('platform', COALESCE(j.platform::numeric, 0)), ('kept', COALESCE(j.dividends::numeric, 0) + COALESCE(j.shareholders::numeric, 0)),
    ('money', j.pool::numeric + COALESCE(j.reserve::numeric, 0) + COALESCE(j.platform::numeric, 0) + COALESCE(j.dividends::numeric, 0) + COALESCE(j.shareholders::numeric, 0)
              + t.cash - t.cash_due),
    ('redeemed_for_cash', worth.points - ceil(worth.points * 0.1 * 10000) / 10000), ('redeemed_for_goods', worth.points),
    ('fee_kept', ceil(worth.points * 0.1 * 10000) / 10000)) AS l (item, amount)
  WHERE t.vault = v
$$;
SELECT s.section, s.item, s.amount = t.amount AS same, s.amount > 0 AS some FROM pointsvault.solvency(:p) s LEFT JOIN pg_temp.owed(:p) t USING (item) ORDER BY 1, 2;
SELECT sum(accrued) > 0 AS dividends, sum(shareholders) > 0 AS shareholder_pool, sum(reward_accrued) > 0 AS rewards, sum(reward) > sum(reward_accrued) AS posted FROM pointsvault.holding WHERE vault = :p;
-- posting to each moves nothing of it
CREATE TEMPORARY TABLE before AS SELECT * FROM pointsvault.solvency(:p);
SELECT pointsvault.accrue(:p, 100) > 10 AS posted;
SELECT sum(accrued + shareholders + reward_accrued) AS left_to_post FROM pointsvault.holding WHERE vault = :p;
SELECT count(*) AS differ FROM (SELECT * FROM before EXCEPT SELECT * FROM pointsvault.solvency(:p)) d;
SELECT bool_and(backed = 0 AND unbacked = amount) AS unbacked FROM pointsvault.solvency(:p) WHERE item IN ('reward', 'quota', 'to_release');
-- what was changed behind the vault's back is no report
BEGIN;
SAVEPOINT whole;
UPDATE pointsvault.class_data SET shareholder_total = shareholder_total OPERATOR(pointsvault.+) '1' WHERE vault = :p;
SELECT state, message FROM try.attempt('SELECT pointsvault.solvency($1)', :p);
ROLLBACK TO whole;
UPDATE pointsvault.team_data SET released = released OPERATOR(pointsvault.+) '1' WHERE vault = :p;
SELECT state, message FROM try.attempt('SELECT pointsvault.solvency($1)', :p);
ROLLBACK TO whole;
UPDATE pointsvault.plan_data SET released = released OPERATOR(pointsvault.+) '1' WHERE vault = :p;
SELECT state, message FROM try.attempt('SELECT pointsvault.solvency($1)', :p);
ROLLBACK;
SELECT pointsvault.create_vault('nothing', '{}', timezone => try.noon()) AS nothing \gset
SELECT count(*), sum(amount) FROM pointsvault.solvency(:nothing);
SELECT call, refusal FROM try.refused(:v, 'solvency(NULL)', 'solvency(0)', 'disclosure(0)', 'compliance(0)', 'disclosure($1, 0)', 'disclosure($1, 0.00001)');
-- Disclosure ---------------------------------------------------------------------------------
SELECT item, figure, orders, turnover FROM pointsvault.disclosure(:v);
SELECT sentence FROM pointsvault.disclosure(:v);
SELECT item, figure, sentence FROM pointsvault.disclosure(:nothing);
-- against simulate, for the next buyer after so many: orders until its points are worth so many times the order
CREATE FUNCTION pg_temp.compare(policy jsonb, before integer, times integer, within integer)
RETURNS TABLE (disclosed_never boolean, about boolean) LANGUAGE plpgsql AS $$
DECLARE
  v integer := pointsvault.create_vault('compared ' || clock_timestamp(), policy, timezone => try.noon());
  simulated bigint;
BEGIN
  PERFORM pointsvault.enroll_many(v, array_agg('b' || n)) FROM generate_series(1, before) n HAVING before > 0;
  PERFORM pointsvault.purchase(v, 'b' || n, 100, 'o' || n) FROM generate_series(1, before) n;
  SELECT min(later.order_number) - before - 1 INTO simulated
  FROM pointsvault.simulate(policy, 100, within) buyer, pointsvault.simulate(policy, 100, within) later
  WHERE buyer.order_number = before + 1 AND later.order_number > before AND buyer.points * later.price_after >= 100 * times;
  RETURN QUERY SELECT d.orders IS NULL, abs(d.orders - simulated) <= 3 + simulated * 0.004
               FROM pointsvault.disclosure(v, 100) d WHERE d.item = 'times_' || times;
END $$;
-- from nothing, order by order
SELECT * FROM pg_temp.compare('{"growth": {}}', 0, 1, 1000);
SELECT * FROM pg_temp.compare('{"growth": {}}', 100, 1, 20000);
SELECT * FROM pg_temp.compare('{"growth": {}}', 1000, 1, 200000);
SELECT * FROM pg_temp.compare('{"growth": {}}', 10, 2, 30000);
SELECT * FROM pg_temp.compare('{"growth": {"pool_rate": 0.5, "mint_rate": 0.4, "start_price": 7}}', 200, 3, 20000);
-- the cap is reached on the way; and before
SELECT * FROM pg_temp.compare('{"growth": {"issue_cap": 4000}}', 1000, 1, 30000);
SELECT * FROM pg_temp.compare('{"growth": {"issue_cap": 100}}', 30, 1, 1000);
-- nothing lifts the price; all reached at once
SELECT * FROM pg_temp.compare('{"growth": {"mint_rate": 1}}', 10, 1, 1000);
SELECT * FROM pg_temp.compare('{"growth": {"pool_rate": 1, "mint_rate": 1}}', 10, 1, 1000);
-- points that leave before
SELECT pointsvault.create_vault('leaves', '{"growth": {"exit_multiple": 1.5, "referral_mint_rate": 0.1}}', timezone => try.noon()) AS leaves \gset
SELECT item, round(figure) AS figure, sentence FROM pointsvault.disclosure(:leaves) WHERE item IN ('order', 'times_1', 'times_2', 'times_1_after_fee', 'times_2_after_fee', 'exit');
-- holders, and who left, by plain SQL; accounts of one person are one
SELECT count(pointsvault.merge_members(:v, 'buyer 99', 'buyer 2', 'one person'));
SELECT count(pointsvault.redeem(:v, 'buyer 3', 12.495, 'sale 3'));
SELECT count(pointsvault.refund(:v, 'order 4', 'return 4', 90));
SELECT d.item, d.figure = t.figure AS same, d.figure FROM pointsvault.disclosure(:v) d JOIN (
  SELECT l.item, l.figure FROM (
    SELECT count(*) FILTER (WHERE h.points > 0) AS holders, count(*) FILTER (WHERE h.points > 0 AND h.value < p.paid) AS below,
           count(*) FILTER (WHERE h.points = 0 AND p.got < p.paid) AS less, count(*) FILTER (WHERE h.points = 0 AND p.got >= p.paid) AS more
    FROM pointsvault.holding h JOIN (
      SELECT COALESCE(m.merged_into, m.member) AS member, sum(CASE j.kind WHEN 'purchase' THEN j.amount WHEN 'refund' THEN -j.amount END) AS paid,
             sum(j.cash) FILTER (WHERE j.kind IN ('redeem', 'exit')) AS got
      FROM pointsvault.journal j JOIN pointsvault.member m ON m.vault = j.vault AND m.member = j.member WHERE j.vault = :v GROUP BY 1) p ON p.member = h.member
    WHERE h.vault = :v) s
  CROSS JOIN LATERAL (VALUES ('holders', s.holders), ('holders_below_spend', s.below), ('left_with_less', s.less), ('left_with_more', s.more)) AS l (item, figure)
) t USING (item) ORDER BY 1;
-- Custody: somebody's to redeem as any points, and what a market paid for them is not known ---------
SELECT pointsvault.create_vault('handed over', '{"growth": {"exit_multiple": 1000, "goods_fee_rate": 0.01}, "exchange": {"fee_rate": 0.02}}', timezone => try.noon()) AS h \gset
SELECT pointsvault.enroll_many(:h, array_agg('b' || n ORDER BY n)) FROM generate_series(1, 8) n;
SELECT count(pointsvault.purchase(:h, 'b' || n, 100, 'o' || n)) FROM generate_series(1, 8) n;
CREATE TEMPORARY VIEW owed_in_all AS SELECT s.section, s.item, s.amount FROM pointsvault.solvency(pointsvault.vault_id('handed over')) s WHERE s.section IN ('total', 'of points') OR s.item IN ('points', 'custody');
SELECT * FROM owed_in_all;
-- without a fee what is owed stays as it is, whoever keeps it
BEGIN;
SELECT pointsvault.set_policy(:h, '{"exchange": {"fee_rate": 0}}');
SELECT count(pointsvault.hand_over(:h, 'b' || n, 3, 'h' || n, 'a market')) FROM generate_series(1, 8) n;
SELECT * FROM owed_in_all;
SELECT figure, sentence FROM pointsvault.disclosure(:h) WHERE item = 'all_at_once';
SELECT item, figure FROM pointsvault.compliance(:h) WHERE item IN ('coverage', 'unbacked', 'payout_share');
SELECT expected, found FROM pointsvault.verify(:h) WHERE name LIKE '5:%';
ROLLBACK;
-- b1 gave all away, b2 a part; b3 sold the rest, b4 all; b5 sold more than it paid before; b6 took back what b1 had, and b7 has had all of its own back
SELECT (SELECT pointsvault.hand_over(:h, member, points, 'h' || member, 'a market')).points > 0 AS handed_over FROM pointsvault.holding WHERE vault = :h AND member IN ('b1', 'b7') ORDER BY member;
SELECT count(pointsvault.hand_over(:h, member, trunc(points / 2, 8), 'h' || member, 'a market')) FROM pointsvault.holding WHERE vault = :h AND member IN ('b2', 'b3');
SELECT (SELECT pointsvault.redeem(:h, member, points, 's' || member)).cash > 0 AS sold FROM pointsvault.holding WHERE vault = :h AND member IN ('b3', 'b4') ORDER BY member;
SELECT (pointsvault.grant_points(:h, 'b5', 200, 'g', 'service')).points;
SELECT (SELECT pointsvault.redeem(:h, member, points - 1, 's' || member)).cash > 100 AS sold FROM pointsvault.holding WHERE vault = :h AND member = 'b5';
SELECT (pointsvault.hand_over(:h, 'b5', 1, 'hb5', 'a market')).points, (pointsvault.take_back(:h, 'b6', 10, 't6', 'a market')).points, (pointsvault.take_back(:h, 'b7', 1, 't7', 'a market')).points;
SELECT item, figure, sentence FROM pointsvault.disclosure(:h) WHERE item IN ('holders', 'holders_below_spend', 'left_with_less', 'left_with_more', 'left_unknown', 'exit');
SELECT o.section, o.item, o.amount = trunc(w.points * v.pool / v.circulating, 4) - ceil(trunc(w.points * v.pool / v.circulating, 4) * w.fee * 10000) / 10000 AS same
FROM owed_in_all o JOIN pointsvault.vault_status v ON v.vault = :h
CROSS JOIN LATERAL (SELECT sum(h.points) AS points FROM pointsvault.holding h WHERE h.vault = :h) h
JOIN LATERAL (VALUES ('points', h.points, 0), ('custody', v.exchange_points, 0), ('redeemed_for_cash', h.points + v.exchange_points, 0.1),
  ('redeemed_for_goods', h.points + v.exchange_points, 0.01)) w (item, points, fee) USING (item) ORDER BY 2;
SELECT sentence FROM pointsvault.compliance(:h) WHERE item IN ('payout_share', 'limit_of_return');
SELECT name, detail FROM pointsvault.verify(:h) WHERE NOT ok;
-- Compliance --------------------------------------------------------------------------------------
SELECT item, level, figure, look_at, stop_at FROM pointsvault.compliance(:v);
CREATE FUNCTION pg_temp.line(name text, policy jsonb, sponsors text[], buyers text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v integer := pointsvault.create_vault(name, policy, timezone => try.noon());
BEGIN
  PERFORM pointsvault.enroll_many(v, array_agg('m' || n ORDER BY n), sponsors) FROM generate_series(1, cardinality(sponsors)) n;
  PERFORM pointsvault.purchase(v, member, 100, 'o' || n) FROM unnest(buyers) WITH ORDINALITY AS b (member, n);
  RETURN v;
END $$;
CREATE FUNCTION pg_temp.levels(v integer) RETURNS TABLE (item text, level text, figure numeric, sentence text) LANGUAGE sql AS $$
  SELECT c.item, c.level, c.figure, CASE WHEN c.item IN ('line', 'acknowledged', 'payout_share', 'paid_generations') THEN regexp_replace(c.sentence, 'role ".*', 'role ...') END
  FROM pointsvault.compliance(v) c
  WHERE c.item NOT IN ('given_by_rule', 'limit_of_return', 'promised_return', 'coverage', 'unbacked')
$$;
-- a chain of 40 under a policy that pays one level, all levels, none
SELECT array_agg('m' || NULLIF(n - 1, 0) ORDER BY n) AS chain, array_agg('m' || n ORDER BY n) AS all_of_them FROM generate_series(1, 40) n \gset
SELECT * FROM pg_temp.levels(pg_temp.line('chain one', '{"growth": {"referral_mint_rate": 0.1}}', :'chain', :'all_of_them'));
SELECT * FROM pg_temp.levels(pg_temp.line('chain all', pointsvault.preset('release') || '{"growth": {}, "acknowledge_multilevel": "who answers"}', :'chain', :'all_of_them'));
SELECT * FROM pg_temp.levels(pg_temp.line('chain none', '{"growth": {}}', :'chain', :'all_of_them'));
-- a star: who recruits nobody buys; and its organiser alone buys
SELECT array_agg('m' || CASE WHEN n > 1 THEN 1 END ORDER BY n) AS star FROM generate_series(1, 29) n \gset
SELECT pg_temp.line('star', '{"growth": {"referral_mint_rate": 0.1}}', :'star', '{m1,m2,m3,m4,m5}') AS star_vault \gset
SELECT * FROM pg_temp.levels(:star_vault);
SELECT * FROM pg_temp.levels(pg_temp.line('star self', '{"growth": {"referral_mint_rate": 0.1}}', :'star', '{m1,m1,m1}'));
-- one more account, merged at once, is one more of thirty; who took it over is no outside buyer, nor who lost it, nor who is suspended; what came back was not sold
SELECT pointsvault.enroll(:star_vault, 'm30', 'm3') IS NOT NULL AS enrolled;
SELECT count(pointsvault.merge_members(:star_vault, 'm30', 'm2', 'one'));
SELECT item, level, figure FROM pg_temp.levels(:star_vault) WHERE item IN ('headcount', 'external_share');
SELECT pointsvault.suspend_member(:star_vault, 'm4', 'who is it?') IS NULL AS suspended;
SELECT item, level, figure FROM pg_temp.levels(:star_vault) WHERE item IN ('headcount', 'external_share', 'outside_share');
SELECT count(pointsvault.refund(:star_vault, 'o5', 'r5'));
SELECT item, level, figure FROM pg_temp.levels(:star_vault) WHERE item IN ('external_share', 'outside_share');
-- a policy that was taken back counts, and so does who answered for it no longer
SELECT pointsvault.create_vault('taken back', pointsvault.preset('release') || '{"acknowledge_multilevel": "first"}', timezone => try.noon()) AS back \gset
SELECT item, level, figure, regexp_replace(sentence, 'role ".*', 'role ...') AS sentence FROM pointsvault.compliance(:back) WHERE item IN ('acknowledged', 'promised_return', 'payout_share', 'external_share');
SELECT pointsvault.set_policy(:back, '{"release": null, "acknowledge_multilevel": null}');
SELECT item, level, figure, sentence FROM pointsvault.compliance(:back) WHERE item IN ('acknowledged', 'promised_return', 'paid_generations');
-- paid without a sale
SELECT count(pointsvault.enroll(:back, 'somebody')), count(pointsvault.adjust(:back, 'somebody', 'cash', 5, 'by hand', 'because'));
SELECT item, level, figure, sentence FROM pointsvault.compliance(:back) WHERE item = 'payout_share';
SELECT item, level, figure FROM pointsvault.compliance(:back) WHERE item IN ('coverage', 'unbacked');
-- commissions, the shareholder pool and what plans released were paid, by plain SQL; what is promised beside is unbacked
SELECT c.item, c.figure = trunc(t.figure, CASE WHEN c.item = 'unbacked' THEN 4 ELSE 6 END) AS same, c.figure > 0 AS some FROM pointsvault.compliance(:p) c JOIN (
  SELECT l.item, l.figure FROM (
    SELECT sum(CASE kind WHEN 'purchase' THEN amount WHEN 'refund' THEN -amount END) AS sales, COALESCE(sum(cash) FILTER (WHERE kind IN ('redeem', 'exit')), 0) AS redeemed
    FROM pointsvault.journal WHERE vault = :p AND ref IS DISTINCT FROM 'e1r' /* of a settled debt, which is no sale */) j
  CROSS JOIN (SELECT sum(amount) AS paid, count(*) FILTER (WHERE amount < 0) > 0 AS returned FROM pointsvault.commission WHERE vault = :p AND member IS NOT NULL) c
  CROSS JOIN (SELECT sum(paid + shareholders + released) AS paid FROM pointsvault.dividend_day WHERE vault = :p) d
  CROSS JOIN (SELECT sum(unbacked) FILTER (WHERE section IN ('total', 'promise')) AS unbacked, sum(backed) FILTER (WHERE section = 'total') / sum(amount) FILTER (WHERE section = 'total') AS coverage
    FROM pointsvault.solvency(:p)) s
  CROSS JOIN LATERAL (VALUES ('payout_share', (j.redeemed + c.paid + d.paid) / j.sales), ('unbacked', s.unbacked), ('coverage', s.coverage), ('given_by_rule', 0.2 + 0.1 + 0.25),
    ('promised_return', 2), ('limit_of_return', 0.5)) AS l (item, figure)
  WHERE c.returned) t USING (item) ORDER BY 1;
SELECT sum(amount) FILTER (WHERE member IS NULL) > 0 AS into_shareholder_pool, count(DISTINCT what) AS kinds FROM pointsvault.commission WHERE vault = :p;
-- levels that are paid, as each policy pays them
CREATE TEMPORARY TABLE paid AS
SELECT p.n, p.policy, pg_temp.line('paid ' || p.n, p.policy || '{"acknowledge_multilevel": "who answers"}', :'chain', '{}') AS vault FROM unnest(ARRAY['{"commission": {"direct_rate": 0.1}}', '{"commission": {"direct_rate": 0.1, "indirect_rate": 0.05}}',
  '{"release": {"generation_rates": [0, 0, 0.1, 0]}}', '{"commission": {"ranks": [{"sales": 9, "rate": 0.1}]}}', '{"release": {"stars": [{"sales": 9, "rate": 0.1}]}}',
  '{"commission": {"region_rates": {"city": 0.1}, "shareholder_rate": 0.1}}']::jsonb[]) WITH ORDINALITY AS p (policy, n);
SELECT p.policy, c.level, c.figure FROM paid p, pointsvault.compliance(p.vault) c WHERE c.item = 'paid_depth' ORDER BY p.n;
-- a ring of damaged data is an error
BEGIN;
UPDATE pointsvault.member_data SET sponsor = (SELECT id FROM pointsvault.member_data WHERE vault = :star_vault AND name = 'm5') WHERE vault = :star_vault AND name = 'm1';
SELECT state, message FROM try.attempt('SELECT pointsvault.compliance($1)', :star_vault);
ROLLBACK;
-- ten lines at most, the largest first
SELECT pg_temp.line('many lines', '{"growth": {"referral_mint_rate": 0.1}}', array_agg(CASE WHEN n > 12 THEN 'm' || 1 + (n * n) % 12 END ORDER BY n), '{}') AS many FROM generate_series(1, 60) n \gset
SELECT figure, level, sentence FROM pointsvault.compliance(:many) WHERE item = 'line';
-- what goes out as collectibles and shares of stock is paid out as goods are; who took all so has left
SELECT pointsvault.create_vault('in kind', '{"growth": {"pool_rate": 0.3}, "stock": {"total": 100}}') AS k \gset
SELECT count(pointsvault.enroll(:k, m)) FROM unnest('{collector,shareholder,buyer}'::text[]) m;
SELECT m, points FROM unnest('{collector,shareholder,buyer}'::text[]) m, pointsvault.purchase(:k, m, 100, m || ' bought');
SELECT pointsvault.create_series(:k, 'card', 5, 21);
SELECT cash > 0 AS cost FROM pointsvault.claim(:k, 'collector', 'card', 'claimed');
SELECT kind FROM pointsvault.set_stock_price(:k, 1, 'price');
SELECT item AS shares, cash FROM pointsvault.convert_to_stock(:k, 'shareholder', 14, 'converted');
SELECT c.figure = trunc(j.paid / j.sales, 6) AS counts, c.figure > 0 AS any
FROM pointsvault.compliance(:k) c, (SELECT sum(cash) FILTER (WHERE kind IN ('claim', 'convert_to_stock')) AS paid, sum(amount) FILTER (WHERE kind = 'purchase') AS sales
  FROM pointsvault.journal WHERE vault = :k) j WHERE c.item = 'payout_share';
SELECT item, figure FROM pointsvault.disclosure(:k) WHERE item ~ '^left_with|^holders' ORDER BY item;
SELECT name, detail FROM pointsvault.verify(:k) WHERE NOT ok;

-- Rights: a treasurer may ask what is owed, not what a regulator would; a shop only what its buyers may know -------
CREATE ROLE regress_pv_rails;
GRANT USAGE ON SCHEMA try TO regress_pv_rails;
CREATE FUNCTION try.rails(vault integer) RETURNS TABLE (call text, refusal text) LANGUAGE sql AS $$
  SELECT call, left(try.refusal('SELECT count(*) FROM ' || call, vault), 5)
  FROM unnest('{pointsvault.solvency($1),pointsvault.disclosure($1),pointsvault.compliance($1),"pointsvault.team_of($1, ''m1'')",pointsvault.team_figures($1),pointsvault.team}'::text[]) AS call
$$;
CREATE FUNCTION pg_temp.as_profile(profile text, v integer) RETURNS TABLE (call text, refusal text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pointsvault.grant_access('regress_pv_rails', profile, v);
  PERFORM set_config('role', 'regress_pv_rails', true);
  RETURN QUERY SELECT * FROM try.rails(v);
  PERFORM set_config('role', 'none', true);
  PERFORM pointsvault.revoke_access('regress_pv_rails', profile, v);
END $$;
SELECT p.profile, string_agg(CASE WHEN r.refusal = 'not r' THEN regexp_replace(r.call, 'pointsvault.(\w+).*', '\1') END, ', ') AS may
FROM unnest('{shop,cashier,treasurer,jobs,admin,auditor,monitor}'::text[]) WITH ORDINALITY AS p (profile, n), pg_temp.as_profile(p.profile, :star_vault) r GROUP BY p.profile, p.n ORDER BY p.n;
-- and of its own vault alone
SELECT pointsvault.grant_access('regress_pv_rails', 'auditor', :star_vault);
SET ROLE regress_pv_rails;
SELECT call, refusal FROM try.rails(:v);
SELECT count(DISTINCT vault) AS vaults, bool_and(vault = :star_vault) AS own FROM pointsvault.team;
RESET ROLE;
SELECT pointsvault.revoke_access('regress_pv_rails', 'auditor', :star_vault);
REVOKE USAGE ON SCHEMA try FROM regress_pv_rails;
DROP ROLE regress_pv_rails;
DROP FUNCTION try.rails(integer);
