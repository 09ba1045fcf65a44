-- The cycle: quota, shares, daily dividends, days (MODEL §5, V7).

SET timezone = 'UTC';
SET datestyle = 'ISO';
\set day 'day, turnover, pool, paid, unallocated, no_taker, inactive, over_quota, rounding'
\set held 'member, cash, quota, shares, accrued, posted_to'

-- §12: turnover 10 000, weight .30, 10 of 100 shares: due 300 -------------------------------

SELECT pointsvault.create_vault('weight', '{"cycle": {"share_price": 100}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ten,ninety}') AS enrolled;
SELECT ref, amount, points, price_after FROM pointsvault.purchase(:v, 'ten', 1000, 'o1', at => '2026-01-05 10:00+08');
SELECT ref FROM pointsvault.purchase(:v, 'ninety', 9000, 'o2', at => '2026-01-05 11:00+08');
SELECT turnover, last_closed FROM pointsvault.vault_status WHERE vault = :v;
SELECT pointsvault.close_day(:v, '2026-01-05');
SELECT :day FROM pointsvault.dividend_day WHERE vault = :v;
SELECT * FROM pointsvault.dividend_history(:v, 'ten');
-- posted up to the day before the first event, 2026-01-04: what came since is accrued
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT turnover, last_closed, cash_owed, platform FROM pointsvault.vault_status WHERE vault = :v;

-- closing again is a no-op that says so; in order
SELECT pointsvault.close_day(:v, '2026-01-05');
SELECT pointsvault.close_day(:v, '2025-12-31');
SELECT call, regexp_replace(refusal, 'Today is [-0-9]*', 'Today is ...') AS refusal FROM try.refused(:v, $$close_day($1, '2026-01-07')$$,
  $$close_day($1, 'infinity')$$, $$close_day($1, '-infinity')$$, $$close_day(NULL)$$, $$close_day(-1)$$);
SELECT * FROM try.refused(:v, $$purchase($1, 'ten', 1, 'o3', at => '1900-01-01')$$);
-- late events are refused with a hint, if they name their moment; the call changes nothing
SELECT * FROM try.attempt($$SELECT pointsvault.purchase($1, 'ten', 100, 'o3', at => '2026-01-05 12:00+08')$$, :v);
-- a day without sales
SELECT pointsvault.close_day(:v);
-- the first event of a later day closes the days before it
SELECT ref, day FROM pointsvault.purchase(:v, 'ten', 50, 'o3', at => '2026-01-09 00:00+08');
SELECT :day FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
-- it brought its member up to date: what was posted, for which days
SELECT seq, kind, CASE WHEN kind <> 'create' THEN day END AS day, member, cash, note FROM pointsvault.journal WHERE vault = :v ORDER BY seq;
SELECT seq, account, member, asset, amount, days FROM pointsvault.posting WHERE vault = :v AND seq IN (4, 8) ORDER BY 1, 2, 3, 4;
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT seq, kind, day, cash, quota, shares, cash_after, quota_after, shares_after FROM pointsvault.statement(:v, 'ten');
-- half a share carried: 50 spent, 50 more make one (C1)
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ten', 49.9999, 'o4', at => '2026-01-09 10:00+08');
SELECT shares FROM pointsvault.holding WHERE vault = :v AND member = 'ten';
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ten', 0.0001, 'o5', at => '2026-01-09 09:00+08');
SELECT shares FROM pointsvault.holding WHERE vault = :v AND member = 'ten';
-- the others are brought up to date when asked for, and balances do not change by it
SELECT pointsvault.accrue(:v, 10) AS posted;
SELECT pointsvault.accrue(:v, 10) AS none;
SELECT member, cash, quota, accrued, posted_to = last_closed AS up_to_date FROM pointsvault.holding JOIN pointsvault.vault_status USING (vault) WHERE vault = :v ORDER BY 1;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT pointsvault.close_day(:v);

-- §12: tiers: turnover 10 000, one member in 201+: that member alone shares .06: 600 -----------

SELECT pointsvault.create_vault('tiers', pointsvault.preset('cycle') || '{"acknowledge_multilevel": null}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{big,middle,small}') AS enrolled;
SELECT count(*) FROM pointsvault.purchase_many(:v, '{big,middle,small}', '{201000,60000,49000}', '{o1,o2,o3}',
  ats => array_fill('2026-01-05 10:00+08'::timestamptz, '{3}'));
SELECT ref AS bought FROM pointsvault.purchase(:v, 'small', 10000, 'o4', at => '2026-01-06 10:00+08');
SELECT pointsvault.close_day(:v);
SELECT :day, tier_mins, tier_divisors FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
-- by weight 3000 × 201 / 320; by tier 600
SELECT due, paid, due - trunc(3000 * 201 / 320.0, 4) AS by_tier FROM pointsvault.dividend_history(:v, 'big') WHERE day = '2026-01-06';

-- §12: energy: turnover 100 000, 1 of 100: 300; 100 members in the first tier (.04): 40 each --

SELECT pointsvault.create_vault('energy', pointsvault.preset('energy')) AS v \gset
SELECT pointsvault.enroll_many(:v, array_agg('m' || i)) AS enrolled FROM generate_series(1, 100) i;
SELECT count(*) FROM pointsvault.purchase_many(:v, (SELECT array_agg('m' || i) FROM generate_series(1, 100) i),
  array_fill(1000::numeric, '{100}'), (SELECT array_agg('o' || i) FROM generate_series(1, 100) i), ats => array_fill('2026-01-05 10:00+08'::timestamptz, '{100}'));
SELECT pointsvault.close_day(:v);
SELECT :day FROM pointsvault.dividend_day WHERE vault = :v;
SELECT * FROM pointsvault.dividend_history(:v, 'm7');

-- Quota runs out: the last part is paid, then nothing until the next purchase (C6) -----------

SELECT pointsvault.create_vault('quota', '{"cycle": {"share_price": 100, "quota_multiple": 0.2, "unallocated": "carry"}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben}') AS enrolled;
SELECT count(*) FROM pointsvault.purchase_many(:v, '{ann,ben,ben}', '{100,100,300}', '{o1,o2,o3}', ats => '{2026-01-05 10:00+08,2026-01-05 10:00+08,2026-01-06 10:00+08}');
SELECT pointsvault.close_day(:v);
SELECT :day FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
SELECT day, due, paid, shares, quota_left FROM pointsvault.dividend_history(:v, 'ann');
SELECT day, due, paid, shares, quota_left FROM pointsvault.dividend_history(:v, 'ben');
SELECT pointsvault.close_day(:v), carried FROM pointsvault.vault_status WHERE vault = :v;
SELECT carried FROM pointsvault.vault_status WHERE vault = :v;
-- the next purchase brings quota, and the share from before earns again
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 10, 'o4', at => '2026-01-08 10:00+08');
SELECT pointsvault.close_day(:v);
SELECT day, due, paid, shares, quota_left FROM pointsvault.dividend_history(:v, 'ann');
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- Refunds (G15): quota falls, what cannot is owed; shares fall by spending -------------------

SELECT pointsvault.create_vault('returns of quota', '{"cycle": {"share_price": 100, "quota_multiple": 0.5, "referral_quota_rate": 0.1, "referral_share_rate": 0.5}}') AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS ann, pointsvault.enroll(:v, 'ben', 'ann') IS NOT NULL AS ben;
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ben', 250, 'o1', at => '2026-01-05 10:00+08');
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT pointsvault.close_day(:v);
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
-- 75 shared out 2 to 1: ben got 50 of 125, ann 25 of 25; a refund of 200 asks 100 and 20 of them back
SELECT amount, cash, fee FROM pointsvault.quote_refund(:v, 'o1', 200);
SELECT amount, cash, fee FROM pointsvault.refund(:v, 'o1', 'b1', 200, at => '2026-01-06 10:00+08');
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT account, member, asset, amount FROM pointsvault.posting
WHERE vault = :v AND seq = (SELECT last_seq FROM pointsvault.vault_status WHERE vault = :v) ORDER BY 1, 2, 3;
-- a refund lowers the turnover of its own day; what is below 0 is carried (C2)
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 30, 'o2', at => '2026-01-06 11:00+08');
SELECT amount FROM pointsvault.refund(:v, 'o1', 'b2', at => '2026-01-06 12:00+08');
SELECT turnover FROM pointsvault.vault_status WHERE vault = :v;
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT pointsvault.close_day(:v);
SELECT :day FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- All shares count (denominator all); nobody active -------------------------------------------

SELECT pointsvault.create_vault('all', '{"cycle": {"share_price": 100, "quota_multiple": 0.1, "denominator": "all"}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben}') AS enrolled;
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 300, 'o1', at => '2026-01-05 10:00+08');
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ben', 100, 'o2', at => '2026-01-06 10:00+08');
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 1, 'o3', at => '2026-01-07 10:00+08');
SELECT pointsvault.close_day(:v);
SELECT :day, weight_shares, active_shares FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- A contribution leaves what the day's pools take (G1) ---------------------------------------

SELECT pointsvault.create_vault('margins', '{"growth": {}, "cycle": {"weight_pool_rate": 0.3, "tiers": [{"min": 1, "rate": 0.05}]}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT amount, points FROM pointsvault.purchase(:v, 'ann', 10.0001, 'o1', contribution => 6.5);
SELECT * FROM try.refused(:v, $$purchase($1, 'ann', 10.0001, 'o2', contribution => 6.5001)$$, $$quote_purchase($1, 1, 0.6501)$$);

-- A policy is for later days: the days before it are closed by the old one -------------------

SELECT pointsvault.create_vault('later', '{"cycle": {"share_price": 100}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 100, 'o1', at => now() - interval '24 hours');
-- today is not over
SELECT state, regexp_replace(message, '\d{4}-\d\d-\d\d', 'DAY') AS message
FROM pointsvault.vault_status, try.attempt(format('SELECT pointsvault.close_day($1, %L)', (now() AT TIME ZONE timezone)::date), vault) WHERE vault = :v;
SELECT pointsvault.set_policy(:v, '{"cycle": null}') AS version;
SELECT turnover, pool, paid FROM pointsvault.dividend_day WHERE vault = :v;
-- without a cycle nothing is counted; what was paid stays
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 100, 'o2');
SELECT h.cash, h.quota, h.shares, s.turnover FROM pointsvault.holding h JOIN pointsvault.vault_status s USING (vault) WHERE vault = :v;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- An empty vault, a suspended one, and the guards of accrue() ----------------------------------

SELECT pointsvault.create_vault('no events', '{"cycle": {}}') AS v \gset
SELECT pointsvault.close_day(:v), pointsvault.accrue(:v, 10);
SELECT pointsvault.suspend_vault(:v, 'audit');
SELECT * FROM try.refused(:v, $$close_day($1)$$, $$accrue($1, 1)$$, $$accrue(-1, 1)$$);
SELECT pointsvault.resume_vault(:v);
SELECT * FROM try.refused(:v, $$accrue($1, -1)$$, $$dividend_history($1, 'nobody')$$);

-- Bugs that were: each with its vault ---------------------------------------------------------

-- a refund under a policy without a cycle lowers the day's turnover too
SELECT pointsvault.create_vault('returned between', '{"cycle": {"share_price": 100}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 1000, 'o1');
SELECT pointsvault.set_policy(:v, '{"cycle": null}') AS version;
SELECT ref AS returned FROM pointsvault.refund(:v, 'o1', 'b1');
SELECT turnover FROM pointsvault.vault_status WHERE vault = :v;

-- a suspended vault closes no day, not for a new policy either
SELECT pointsvault.create_vault('suspended', '{"cycle": {"share_price": 100}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 1000, 'o1', at => now() - interval '24 hours');
SELECT pointsvault.suspend_vault(:v, 'a slip in the rate');
SELECT pointsvault.set_policy(:v, '{"cycle": {"weight_pool_rate": 0.1}}') AS version;
SELECT last_closed FROM pointsvault.vault_status WHERE vault = :v;
SELECT pointsvault.resume_vault(:v);
SELECT pointsvault.close_day(:v) IS NOT NULL AS closed;
SELECT turnover, paid FROM pointsvault.dividend_day WHERE vault = :v;

-- a close that fails is no fault of the orders that lead to it
SELECT pointsvault.create_vault('too much', '{"cycle": {"share_price": 0.0001, "weight_pool_rate": 0.3}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben,cem,dan}') AS enrolled;
SELECT count(*) FROM pointsvault.purchase_many(:v, '{ann,ben,cem}', '{400000000000000,400000000000000,400000000000000}', '{o1,o2,o3}',
  ats => '{2026-01-05 10:00+08,2026-01-06 10:00+08,2026-01-07 10:00+08}');
SELECT pointsvault.submit(:v, 'dan', 10, 'o4', at => '2026-01-08 10:00+08') > 0 AS queued;
SELECT state, message, hint FROM try.attempt('SELECT pointsvault.settle($1)', :v);
SELECT ref, error FROM pointsvault.queue WHERE vault = :v;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;
-- as the hint says
SELECT ref AS returned FROM pointsvault.refund(:v, 'o3', 'b3', at => '2026-01-07 11:00+08');
SELECT pointsvault.settle(:v) AS booked;

-- the cycle dropped on the day that brought the first shares: they are counted all the same.
-- Days pass as the zone moves, which a session reads once.
SELECT try.noon() AS today, try.noon(1) AS tomorrow, try.noon(2) AS later \gset
SELECT pointsvault.create_vault('dropped', '{"cycle": {"quota_multiple": 2, "share_price": 100}}', timezone => :'today') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben,cem}') AS enrolled;
SELECT count(*) FROM pointsvault.purchase_many(:v, '{ann,ben}', '{100,100}', '{o1,o2}');
SELECT pointsvault.set_policy(:v, '{"cycle": null}') AS version;
UPDATE pointsvault.vault SET timezone = :'tomorrow' WHERE id = :v;
\c -
SELECT ref AS bought FROM pointsvault.purchase(:v, 'ann', 50, 'o3');
SELECT pointsvault.set_policy(:v, '{"cycle": {"quota_multiple": 2, "share_price": 100}}') AS version;
SELECT ref AS bought FROM pointsvault.purchase(:v, 'cem', 100, 'o4');
UPDATE pointsvault.vault SET timezone = :'later' WHERE id = :v;
\c -
SELECT pointsvault.close_day(:v) IS NOT NULL AS closed;
SELECT member, cash, shares FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT turnover, paid FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok AND name NOT LIKE 'business days%' AND detail NOT LIKE 'digest%';
