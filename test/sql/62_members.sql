-- Members after their enrolment: set, suspended, merged.

\set ON_ERROR_STOP on
SELECT pointsvault.create_vault('members', '{"growth": {"exit_basis": "member", "exit_multiple": 3, "referral_mint_rate": 0.1},
  "cycle": {"share_price": 100, "quota_multiple": 1, "referral_quota_rate": 0.1, "referral_share_rate": 0.1, "weight_pool_rate": 0.3}}', timezone => try.noon()) AS vault \gset
SELECT pointsvault.enroll_many(:vault, ARRAY['ann', 'bob', 'cem', 'dan', 'eva', 'shop'], ARRAY[NULL, 'ann', 'bob', 'cem', NULL, NULL]) AS enrolled;
CREATE VIEW try.line AS
SELECT m.vault, m.id, m.member, m.sponsor, m.region, m.merchant, m.suspended, m.merged_into FROM pointsvault.member m;
CREATE VIEW try.held AS
SELECT h.vault, h.member, h.points, h.credits, h.cash, h.quota, h.shares, h.exit_price FROM pointsvault.holding h;
-- a member's lots as a refund and an exit see them
CREATE VIEW try.lots AS
SELECT l.vault, l.member, l.seq, l.points, l.points_at_mint, l.exit_limit FROM pointsvault.lot l;

-- set_member: what is NULL stays, an empty region takes it away, nothing new is no row
SELECT pointsvault.set_member(:vault, 'shop', '4403', true);
SELECT pointsvault.set_member(:vault, 'shop', '4403'), pointsvault.set_member(:vault, 'shop', merchant => true), pointsvault.set_member(:vault, 'shop');
SELECT pointsvault.set_member(:vault, 'eva', region => '3301'), pointsvault.set_member(:vault, 'eva', merchant => true);
SELECT pointsvault.set_member(:vault, 'eva', region => '', merchant => false);
SELECT member, region, merchant FROM try.line WHERE vault = :vault AND member IN ('shop', 'eva') ORDER BY id;
SELECT seq, kind, member, meta, actor = current_user AS mine FROM pointsvault.journal WHERE vault = :vault AND kind = 'set_member' ORDER BY seq;
-- enrolled again as it is now, it is the same
SELECT pointsvault.enroll(:vault, 'shop', region => '4403', merchant => true) = id AS same FROM try.line WHERE vault = :vault AND member = 'shop';

-- suspended: what brings it something goes on, what takes does not
SELECT count(pointsvault.purchase(:vault, who, 150, 'first ' || who)) FROM unnest(ARRAY['ann', 'bob', 'shop']) who;
SELECT (pointsvault.points_to_credits(:vault, 'ann', 5, 'swap')).points;
SELECT pointsvault.suspend_member(:vault, 'ann', 'a chargeback');
SELECT pointsvault.suspend_member(:vault, 'ann', 'a chargeback');
SELECT call, refusal FROM try.refused(:vault, $$redeem($1, 'ann', 1, 'x')$$, $$points_to_credits($1, 'ann', 1, 'x')$$,
  $$credits_to_points($1, 'ann', 1, 'x')$$, $$pay($1, 'ann', 'shop', 1, 'x')$$, $$withdraw($1, 'ann', 1, 'x')$$,
  $$redeem($1, 'ann', 1, 'x', 'goods')$$, $$merge_members($1, 'ann', 'bob', 'x')$$, $$merge_members($1, 'bob', 'ann', 'x')$$);
SELECT * FROM try.attempt($$SELECT pointsvault.redeem($1, 'ann', 1, 'x')$$, :vault);
\set VERBOSITY sqlstate
BEGIN;
SELECT pointsvault.redeem_at_commit(:vault, 'ann', 1, 'x');
\set ON_ERROR_STOP off
COMMIT;
\set ON_ERROR_STOP on
\set VERBOSITY default
-- a ref that is booked answers, bought for, paid, sponsored, granted, refunded it is all the same
SELECT (pointsvault.points_to_credits(:vault, 'ann', 5, 'swap')).replayed;
SELECT (pointsvault.purchase(:vault, 'ann', 50, 'second ann')).points > 0 AS minted,
       (pointsvault.purchase(:vault, 'bob', 50, 'second bob')).points > 0 AS below,
       (pointsvault.grant_points(:vault, 'ann', 1, 'gift', 'sorry')).points,
       (pointsvault.refund(:vault, 'second ann', 'back')).amount;
SELECT (pointsvault.points_to_credits(:vault, 'bob', 1, 'swap bob')).amount > 0 AS credits, (pointsvault.pay(:vault, 'bob', 'ann', 1, 'pay ann')).amount;
SELECT pointsvault.submit(:vault, 'ann', 10, 'queued') > 0 AS queued;
SELECT pointsvault.settle(:vault) AS settled;
SELECT pointsvault.suspend_member(:vault, 'ann', 'a lawsuit');
SELECT member, suspended FROM try.line WHERE vault = :vault AND suspended IS NOT NULL;
SELECT pointsvault.resume_member(:vault, 'ann');
SELECT (pointsvault.redeem(:vault, 'ann', 1, 'x')).points;
SELECT kind, member, note FROM pointsvault.journal WHERE vault = :vault AND kind LIKE '%\_member' ORDER BY seq;
SELECT call, refusal FROM try.refused(:vault, $$resume_member($1, 'ann')$$, $$resume_member($1, 'nobody')$$, $$suspend_member($1, 'nobody', 'x')$$,
  $$suspend_member($1, 'ann', NULL)$$, $$suspend_member($1, 'ann', '')$$, $$set_member($1, 'nobody', 'x')$$, $$set_member(NULL, 'ann')$$,
  $$set_member($1, 'ann', repeat('x', 256))$$, $$set_member(-1, 'ann', 'x')$$);
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;

-- merged: all of it goes over, pool, price and the sum of all stay
SELECT seq, points FROM try.lots WHERE vault = :vault AND member IN ('ann', 'bob') ORDER BY member, seq;
SELECT pointsvault.submit(:vault, 'ann', 10, 'waits', hold => '1 day') > 0 AS waits;
CREATE TEMPORARY TABLE before AS
SELECT sum(points) AS points, sum(credits) AS credits, sum(cash) AS cash, sum(quota) AS quota FROM try.held WHERE vault = :vault;
CREATE TEMPORARY TABLE status AS
SELECT pool, circulating, issued, treasury_points, credits, cash_owed, platform, turnover FROM pointsvault.vault_status WHERE vault = :vault;
SELECT kind, ref, member, amount, points, cash, fee, price_before = price_after AS same_price, replayed
FROM pointsvault.merge_members(:vault, 'ann', 'bob', 'one person', meta => '{"ticket": 7}');
SELECT kind, ref, member, replayed FROM pointsvault.merge_members(:vault, 'ann', 'bob', 'one person');
SELECT * FROM before EXCEPT
SELECT sum(points), sum(credits), sum(cash), sum(quota) FROM try.held WHERE vault = :vault;
SELECT * FROM status EXCEPT
SELECT pool, circulating, issued, treasury_points, credits, cash_owed, platform, turnover FROM pointsvault.vault_status WHERE vault = :vault;
SELECT member, points, credits, quota, shares, exit_price FROM try.held WHERE vault = :vault AND member = 'ann';
-- of a purchase that both have points of, the sponsor's are in one lot of the merge
SELECT member, seq, points, points_at_mint, exit_limit FROM try.lots WHERE vault = :vault AND member IN ('ann', 'bob') ORDER BY seq;
SELECT account, p.member, asset, p.amount FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq)
WHERE j.vault = :vault AND ref = 'one person' ORDER BY asset, account, p.member;
SELECT member, sponsor, merged_into FROM try.line WHERE vault = :vault ORDER BY id;
SELECT ref, member FROM pointsvault.queue WHERE vault = :vault;
-- V4: the same call again while it waits, by either name; by nobody else's
SELECT pointsvault.submit(:vault, 'ann', 10, 'waits', hold => '1 day') = pointsvault.submit(:vault, 'bob', 10, 'waits', hold => '1 day') AS one_order;
SELECT pointsvault.submit_many(:vault, ARRAY['ann'], ARRAY[10], ARRAY['waits'], hold => '1 day') AS new;
SELECT call, regexp_replace(refusal, 'number is \d+', 'number is N') AS refusal
FROM try.refused(:vault, $$submit($1, 'eva', 10, 'waits', hold => '1 day')$$, $$submit($1, 'nobody', 10, 'waits', hold => '1 day')$$, $$submit($1, 'ann', 11, 'waits', hold => '1 day')$$);
SELECT kind, points, points_after FROM pointsvault.statement(:vault, 'ann') ORDER BY seq DESC LIMIT 1;
SELECT points, credits, quota, shares FROM pointsvault.holding_at(:vault, 'ann', 'infinity');

-- the old name is nobody's any more, but what is booked under it is answered
SELECT call, refusal FROM try.refused(:vault, $$purchase($1, 'ann', 1, 'y')$$, $$redeem($1, 'ann', 1, 'y')$$, $$pay($1, 'bob', 'ann', 1, 'y')$$,
  $$grant_points($1, 'ann', 1, 'y', 'z')$$, $$purchase_many($1, '{ann}', '{1}', '{y}')$$, $$enroll($1, 'ann')$$, $$enroll($1, 'new', 'ann')$$,
  $$enroll_many($1, '{new,ann}')$$, $$enroll_many($1, '{new}', '{ann}')$$, $$set_member($1, 'ann', 'x')$$, $$suspend_member($1, 'ann', 'x')$$,
  $$merge_members($1, 'ann', 'eva', 'y')$$, $$merge_members($1, 'eva', 'ann', 'y')$$, $$merge_members($1, 'eva', 'eva', 'y')$$,
  $$merge_members($1, 'eva', 'nobody', 'y')$$, $$merge_members($1, 'nobody', 'eva', 'y')$$, $$merge_members($1, 'ann', 'eva', 'one person')$$,
  $$merge_members($1, 'eva', 'bob', 'one person')$$, $$merge_members($1, 'eva', NULL, 'y')$$);
SELECT * FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 1, 'y')$$, :vault);
SELECT * FROM try.attempt($$SELECT pointsvault.enroll($1, 'new', 'ann')$$, :vault);
SELECT (pointsvault.purchase(:vault, 'ann', 150, 'first ann')).replayed, (pointsvault.purchase(:vault, 'bob', 150, 'first ann')).replayed AS by_new_name;
SELECT pointsvault.submit(:vault, 'ann', 5, 'late') > 0 AS queued;
SELECT pointsvault.settle(:vault) AS settled;
SELECT ref, member, regexp_replace(error, 'vault \d+', 'vault N') AS error FROM pointsvault.queue WHERE vault = :vault AND error IS NOT NULL;
SELECT pointsvault.cancel(:vault, 'late');
-- who stood below stands below the other; enrolled again so, it is the same
SELECT pointsvault.enroll(:vault, 'cem', 'bob') = id AS same FROM try.line WHERE vault = :vault AND member = 'cem';
SELECT (pointsvault.purchase(:vault, 'cem', 50, 'cem')).points > 0 AS minted;
SELECT p.member, asset FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq)
WHERE j.vault = :vault AND ref = 'cem' AND account = 'member' AND asset = 'points' ORDER BY p.member;

-- its purchases are refunded to who took over; of one it brought, both parts
SELECT kind, member, amount FROM pointsvault.refund(:vault, 'first ann', 'r1', 30);
SELECT kind, member, amount, points > 0 AS burned FROM pointsvault.refund(:vault, 'first bob', 'r2', 75);
SELECT member, points < 0 AS burned, cash FROM (
  SELECT p.member, sum(p.amount) FILTER (WHERE asset = 'points') AS points, sum(p.amount) FILTER (WHERE asset = 'cash') AS cash
  FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq) WHERE j.vault = :vault AND ref = 'r2' AND p.member IS NOT NULL GROUP BY 1) p;
SELECT kind, member, amount FROM pointsvault.refund(:vault, 'first bob', 'r3');
SELECT (pointsvault.quote_refund(:vault, 'first ann')).amount;
-- a payout that bounces
SELECT (pointsvault.purchase(:vault, 'eva', 100, 'eva')).points > 0 AS minted, (pointsvault.redeem(:vault, 'eva', 10, 'eva cash')).cash > 0 AS cash,
       (pointsvault.withdraw(:vault, 'eva', 1, 'payout')).amount;
SELECT (pointsvault.adjust(:vault, 'dan', 'credits', 0.1, 'to pay', 'a test')).kind, (pointsvault.pay(:vault, 'dan', 'eva', 0.1, 'pay eva')).amount;
SELECT (pointsvault.merge_members(:vault, 'eva', 'cem', 'two persons')).kind, (pointsvault.withdraw_return(:vault, 'payout', 'bounced')).member;
-- calls are answered by either name, whoever it is of, in a list too
SELECT (pointsvault.pay(:vault, 'dan', name, 0.1, 'pay eva')).replayed FROM unnest(ARRAY['eva', 'cem']) name;
SELECT ref, replayed FROM pointsvault.purchase_many(:vault, '{cem,eva}', '{5,5}', '{both,both}');
SELECT * FROM try.refused(:vault, $$pay($1, 'dan', 'shop', 0.1, 'pay eva')$$, $$purchase_many($1, '{cem,shop}', '{5,5}', '{same,same}')$$);
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;

-- into one who stands somewhere below: it takes the place, or it would stand below itself
SELECT (pointsvault.merge_members(:vault, 'bob', 'dan', 'down the line')).kind;
SELECT member, sponsor, merged_into FROM try.line WHERE vault = :vault ORDER BY id;
SELECT (pointsvault.purchase(:vault, 'dan', 150, 'first ann')).replayed;
-- and up again
SELECT (pointsvault.merge_members(:vault, 'cem', 'dan', 'up the line')).kind;
SELECT member, sponsor, merged_into FROM try.line WHERE vault = :vault ORDER BY id;
SELECT kind, member FROM pointsvault.refund(:vault, 'first ann', 'r4');
-- one who has nothing, and a name that has to go
SELECT pointsvault.enroll_many(:vault, ARRAY['nil', 'none'], ARRAY['dan', 'nil']) AS enrolled;
SELECT kind, points FROM pointsvault.merge_members(:vault, 'nil', 'shop', 'of nothing');
SELECT kind, points FROM pointsvault.merge_members(:vault, 'nil', 'shop', 'of nothing');
SELECT pointsvault.rename_member(:vault, 'ann', 'gone');
SELECT member, sponsor, merged_into FROM try.line WHERE vault = :vault ORDER BY id;
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;

-- C1: what both have spent toward a share may be one; C8: dividends come before
SELECT pointsvault.create_vault('merged cycle', '{"growth": null, "cycle": {"share_price": 100, "quota_multiple": 0.5, "weight_pool_rate": 0.3}}', timezone => try.noon()) AS vault \gset
SELECT pointsvault.enroll_many(:vault, ARRAY['one', 'two', 'few']) AS enrolled;
SELECT count(pointsvault.purchase(:vault, who, much, who || n, at => now() - n * interval '1 day'))
FROM (VALUES ('one', 160, 3), ('two', 270, 3), ('few', 100, 3), ('few', 200, 2)) p (who, much, n);
SELECT member, cash, quota, shares, accrued > 0 AS accrued FROM pointsvault.holding WHERE vault = :vault ORDER BY member;
SELECT kind FROM pointsvault.merge_members(:vault, 'one', 'two', 'm', at => now() - interval '1 day');
SELECT kind, member, cash FROM pointsvault.journal WHERE vault = :vault AND kind IN ('dividend', 'merge') ORDER BY seq;
SELECT member, cash, quota, shares FROM pointsvault.holding WHERE vault = :vault ORDER BY member;
SELECT count(pointsvault.purchase(:vault, 'few', 100, 'last'));
SELECT member, cash, quota, shares FROM pointsvault.holding WHERE vault = :vault ORDER BY member;
SELECT member, sum(paid) FROM pointsvault.member m, pointsvault.dividend_history(m.vault, m.member) WHERE m.vault = :vault GROUP BY 1 ORDER BY 1;
SELECT kind, quota, shares, quota_after, shares_after FROM pointsvault.statement(:vault, 'two') ORDER BY seq DESC LIMIT 3;
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;

-- G6, basis order: a lot goes over with its own exit, and who takes over exits by it
SELECT pointsvault.create_vault('merged exits', '{"growth": {"exit_multiple": 0.5}}', timezone => try.noon()) AS vault \gset
SELECT pointsvault.enroll_many(:vault, ARRAY['one', 'two', 'few']) AS enrolled;
SELECT count(pointsvault.purchase(:vault, who, 100, who)) FROM unnest(ARRAY['one', 'two']) who;
SELECT kind, member FROM pointsvault.merge_members(:vault, 'one', 'two', 'm');
SELECT member, seq, points, exit_price FROM pointsvault.lot WHERE vault = :vault ORDER BY seq;
SELECT count(pointsvault.purchase(:vault, 'few', 1000, 'f' || i)) FROM generate_series(1, 3) i;
SELECT kind, member, points, cause FROM pointsvault.journal WHERE vault = :vault AND kind = 'exit';
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;

-- a refund that takes shares of the buyer's and the quota left of the sponsor's part from one member: active till then, no more after it (C3)
SELECT pointsvault.create_vault('both parts', '{"cycle": {"quota_multiple": 0, "share_price": 10, "referral_quota_rate": 0.2, "weight_pool_rate": 0}}', timezone => try.noon()) AS vault \gset
SELECT pointsvault.enroll(:vault, 'sponsor'), pointsvault.enroll(:vault, 'buyer', 'sponsor') \g /dev/null
SELECT count(pointsvault.purchase(:vault, 'buyer', 100, 'o' || i, at => now() - interval '4 days')) FROM generate_series(1, 2) i;
SELECT kind FROM pointsvault.merge_members(:vault, 'sponsor', 'buyer', 'm', at => now() - interval '3 days');
SELECT kind FROM pointsvault.adjust(:vault, 'buyer', 'quota', -20, 'a', 'slip', at => now() - interval '3 days');
SELECT kind FROM pointsvault.refund(:vault, 'o1', 'r', at => now() - interval '1 day');
SELECT member, quota, shares FROM pointsvault.holding WHERE vault = :vault ORDER BY member;
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;

-- M2: a line of thousands, its end made its beginning
SELECT pointsvault.create_vault('long line', timezone => try.noon()) AS vault \gset
SELECT pointsvault.enroll_many(:vault, array_agg('m' || i ORDER BY i), array_agg(CASE WHEN i > 1 THEN 'm' || i - 1 END ORDER BY i)) AS enrolled FROM generate_series(1, 20000) i;
ANALYZE pointsvault.member_data;
SELECT (pointsvault.merge_members(:vault, 'm1', 'm20000', 'm')).kind;
SELECT member, sponsor FROM try.line WHERE vault = :vault AND (member IN ('m2', 'm20000', 'm1') OR sponsor = 'm20000') ORDER BY id;
SELECT (pointsvault.merge_members(:vault, 'm20000', 'm10000', 'n')).kind;
SELECT member, sponsor, merged_into FROM try.line WHERE vault = :vault AND (member IN ('m1', 'm10000', 'm20000') OR sponsor = 'm10000') ORDER BY id;
SELECT name, expected, found, detail FROM pointsvault.verify(:vault) WHERE NOT ok;
-- a ring that somebody makes by hand is found, and no merge goes round in it for ever
BEGIN;
UPDATE pointsvault.member_data d SET sponsor = (SELECT id FROM try.line l WHERE l.vault = d.vault AND l.member = 'm19999')
WHERE d.vault = :vault AND d.name = 'm10000';
SELECT name FROM pointsvault.verify(:vault) WHERE NOT ok ORDER BY name;
SELECT regexp_replace(try.refusal($$SELECT pointsvault.merge_members($1, 'm5', 'm15000', 'o')$$, :vault), 'member \d+', 'member N') AS refusal;
ROLLBACK;

DROP VIEW try.line, try.held, try.lots;
