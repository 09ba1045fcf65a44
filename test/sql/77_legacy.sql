-- Old debts (D1 to D3): opened, settled, released over days, taken back; and held points
-- wherever points are taken.
\set VERBOSITY default
\set receipt 'kind, amount, points, cash, fee, owed_by_others, refunded'
SELECT try.noon() AS zone \gset
CREATE TABLE try.legacy_begun AS SELECT now() AS moment;
CREATE FUNCTION try.legacy_ago(days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT moment - days * interval '24 hours' FROM try.legacy_begun
$$;
-- a refusal without its days
CREATE FUNCTION try.dayless(vault integer, VARIADIC calls text[]) RETURNS TABLE (call text, refusal text) LANGUAGE sql AS $$
  SELECT c.call, regexp_replace(try.refusal('SELECT pointsvault.' || c.call, vault), '\d{4}-\d\d-\d\d', 'some day') FROM unnest(calls) c (call)
$$;

-- off until the section is there
SELECT pointsvault.create_vault('no legacy', '{"growth": {}}', timezone => :'zone') AS n \gset
SELECT pointsvault.enroll(:n, 'ann') > 0 AS enrolled;
SELECT * FROM try.refused(:n, 'open_debt($1, ''ann'', 1, ''x'')', 'settle_debt($1, ''ann'', 1, ''x'')', 'adjust($1, ''ann'', ''debt'', 1, ''x'', ''slip'')', 'quote_settle_debt($1, 1)');
SELECT debts FROM pointsvault.vault_status WHERE vault = :n;

-- what a policy may say
SELECT document, try.document(document) FROM unnest(ARRAY[
  '{"growth": {}, "legacy": {}}', '{"legacy": {}}', '{"growth": {}, "legacy": {"mint_rate": 1.1}}', '{"growth": {}, "legacy": {"release_days": -1}}',
  '{"growth": {}, "legacy": {"release_days": 1.5}}', '{"growth": {}, "legacy": {"contribution": 1}}',
  '{"growth": {"exit_basis": "member"}, "legacy": {"exit_multiple": 1}}', '{"growth": {"exit_basis": "member", "exit_multiple": 2}, "legacy": {}}',
  '{"growth": {"exit_basis": "member", "exit_multiple": 2}, "legacy": {"exit_multiple": 1}}', '{"growth": {"exit_multiple": 2}, "legacy": {}}']) document;

-- opened: owed, and nothing else moves
SELECT pointsvault.create_vault('legacy', '{"growth": {"goods_fee_rate": 0.02}, "cycle": {"share_price": 10}, "legacy": {"contribution_rate": 0.25, "mint_rate": 0.6, "release_days": 10}}',
  timezone => :'zone') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,cem,dan}', '{NULL,ann,NULL,NULL}') AS enrolled;
SELECT :receipt FROM pointsvault.open_debt(:v, 'ann', 1000, 'd1', 'an old card', at => try.legacy_ago(4));
SELECT :receipt, replayed FROM pointsvault.open_debt(:v, 'ann', 1000, 'd1', at => try.legacy_ago(4));
SELECT count(pointsvault.open_debt(:v, who, 100, who || ' owed', at => try.legacy_ago(4))) FROM unnest('{bob,cem,dan}'::text[]) who;
SELECT * FROM try.refused(:v, 'open_debt($1, ''ann'', 0, ''x'')', 'open_debt($1, ''ann'', 1001, ''d1'')', 'open_debt($1, ''eve'', 1, ''x'')', 'open_debt($1, ''ann'', 0.00001, ''x'')');
SELECT pool, circulating, platform, debts, turnover FROM pointsvault.vault_status WHERE vault = :v;
SELECT section, amount, covered_by, backed, unbacked FROM pointsvault.solvency(:v) WHERE item IN ('debt', 'owed') ORDER BY 1;

-- settled: the platform pays; no quota, no share, no sponsor, no turnover
SELECT points, price_before, price_after FROM pointsvault.quote_settle_debt(:v, 600);
SELECT :receipt FROM pointsvault.settle_debt(:v, 'ann', 600, 's1', at => try.legacy_ago(4));
SELECT :receipt, replayed FROM pointsvault.settle_debt(:v, 'ann', 600, 's1');
SELECT kind, contribution FROM pointsvault.journal WHERE vault = :v AND ref = 's1';
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND kind = 'settle_debt' ORDER BY asset, account;
SELECT pool, circulating, platform, debts, turnover FROM pointsvault.vault_status WHERE vault = :v;
SELECT * FROM try.refused(:v, 'settle_debt($1, ''ann'', 400.0001, ''x'')', 'settle_debt($1, ''ann'', 0, ''x'')', 'settle_debt($1, ''ann'', 1, ''x'', -1)', 'settle_debt($1, ''ann'', 1, ''x'', 1.0001)',
  'settle_debt($1, ''ann'', 600, ''s1'', 150)', 'settle_debt($1, ''ann'', 500, ''s1'')');
SELECT points FROM pointsvault.settle_debt(:v, 'bob', 10, 's2', 10, at => try.legacy_ago(4));
SELECT contribution, platform_after FROM pointsvault.journal WHERE vault = :v AND ref = 's2';
SELECT :receipt FROM pointsvault.settle_debt(:v, 'bob', 10, 's3', 0, at => try.legacy_ago(4));
SELECT member, points, quota, shares, debt FROM pointsvault.holding WHERE vault = :v ORDER BY member;

-- released over ten days: four tenths by today; a quote of the member, the views and the error say the same
SELECT points, held, held_until - pointsvault.today(vault) AS all_free_in, points - held AS free, debt FROM pointsvault.holding WHERE vault = :v AND member = 'ann';
SELECT points, points_at_mint, held, release_days, free_on - pointsvault.today(vault) AS free_in FROM pointsvault.lot WHERE vault = :v AND member = 'ann';
SELECT points, cash > 0 AS some FROM pointsvault.quote_redeem(:v, 36, member => 'ann');
SELECT points, amount > 0 AS some FROM pointsvault.quote_points_to_credits(:v, 36, 'ann');
SELECT * FROM try.dayless(:v, 'quote_redeem($1, 36.00000001, member => ''ann'')', 'redeem($1, ''ann'', 36.00000001, ''x'')', 'redeem($1, ''ann'', 36.00000001, ''x'', ''goods'')',
  'points_to_credits($1, ''ann'', 90, ''x'')', 'redeem($1, ''ann'', 90.00000001, ''x'')', 'quote_redeem($1, 91, member => ''ann'')', 'quote_redeem($1, 1, member => ''eve'')');
SELECT points FROM pointsvault.redeem(:v, 'ann', 30, 'r1', 'goods');
SELECT points - held AS free, held FROM pointsvault.holding WHERE vault = :v AND member = 'ann';
SELECT * FROM try.dayless(:v, 'redeem($1, ''ann'', 6.00000001, ''x'')');
-- oldest lots first, and of each what is free: what is bought today is all free
SELECT points > 0 AS bought FROM pointsvault.purchase(:v, 'ann', 100, 'o1');
SELECT points FROM pointsvault.redeem(:v, 'ann', 7, 'r2', 'goods');
SELECT l.points_at_mint - l.points AS went, l.release_days FROM pointsvault.lot l WHERE l.vault = :v AND l.member = 'ann' ORDER BY seq;
-- an adjustment takes held ones too, from the oldest lot
SELECT points FROM pointsvault.adjust(:v, 'ann', 'points', -4, 'a1', 'slip');
SELECT points, held FROM pointsvault.lot WHERE vault = :v AND member = 'ann' ORDER BY seq;
-- at once, where the policy says so
SELECT pointsvault.set_policy(:v, '{"legacy": {"release_days": 0}}');
SELECT points FROM pointsvault.settle_debt(:v, 'cem', 50, 's4');
SELECT points, held, held_until FROM pointsvault.holding WHERE vault = :v AND member = 'cem';
SELECT (pointsvault.redeem(:v, 'cem', points, 'r3')).points = points AS all_of_it FROM pointsvault.holding WHERE vault = :v AND member = 'cem';

-- refunded: held points of its own lot first, and the part is owed again; what is gone is bought back
SELECT points, cash > 0 AS given_back, fee FROM pointsvault.quote_refund(:v, 's1', 60);
SELECT kind, amount, points, cash > 0 AS given_back, fee FROM pointsvault.refund(:v, 's1', 's1 back', 60);
SELECT debt, points - held AS free FROM pointsvault.holding WHERE vault = :v AND member = 'ann';
SELECT refunded FROM pointsvault.get_receipt(:v, 's1');
SELECT * FROM try.refused(:v, 'refund($1, ''s1'', ''x'', 540.0001)', 'refund($1, ''d1'', ''x'')');
SELECT amount, points, fee > 0 AS owes FROM pointsvault.refund(:v, 's4', 's4 back');
SELECT * FROM try.refused(:v, 'refund($1, ''s4'', ''x'')');
SELECT debt, cash < 0 AS owes FROM pointsvault.holding WHERE vault = :v AND member = 'cem';
-- who owes cash settles nothing (G13)
SELECT regexp_replace(refusal, '[\d.]+', '...') AS refusal FROM try.refused(:v, 'settle_debt($1, ''cem'', 1, ''x'')');
SELECT (pointsvault.repay(:v, 'cem', -cash, 'paid')).amount > 0 AS repaid FROM pointsvault.holding WHERE vault = :v AND member = 'cem';
SELECT :receipt FROM pointsvault.settle_debt(:v, 'cem', 1, 's5');
-- no turnover, no sales: a refund of a settlement takes none back
SELECT turnover FROM pointsvault.vault_status WHERE vault = :v;
SELECT member, team_sales FROM pointsvault.team WHERE vault = :v AND team_sales <> 0;

-- of a suspended member nothing is taken, nor what is owed to it; more may be opened
SELECT pointsvault.suspend_member(:v, 'dan', 'a question');
SELECT * FROM try.refused(:v, 'settle_debt($1, ''dan'', 1, ''x'')');
SELECT amount FROM pointsvault.open_debt(:v, 'dan', 5, 'd5');
SELECT pointsvault.resume_member(:v, 'dan');
-- corrected
SELECT :receipt FROM pointsvault.adjust(:v, 'dan', 'debt', -5, 'a2', 'twice');
SELECT * FROM try.refused(:v, 'adjust($1, ''dan'', ''debt'', -100.0001, ''x'', ''slip'')', 'adjust($1, ''dan'', ''shares'', 1, ''x'', ''slip'')');
-- merged: debts and lots go over, held as they are
SELECT pointsvault.set_policy(:v, '{"legacy": {"release_days": 20}}');
SELECT points > 0 AS minted FROM pointsvault.settle_debt(:v, 'dan', 40, 's6');
SELECT points > 0 AS went_over FROM pointsvault.merge_members(:v, 'ann', 'dan', 'm1');
SELECT member, debt FROM pointsvault.holding WHERE vault = :v AND member IN ('ann', 'dan') ORDER BY member;
SELECT member, points_at_mint, release_days, held > 0 AS some_held FROM pointsvault.lot WHERE vault = :v ORDER BY seq;
SELECT amount, member FROM pointsvault.refund(:v, 's1', 's1 back 2', 40);
SELECT debt FROM pointsvault.holding WHERE vault = :v AND member = 'dan';
-- the section stays while debts remain
SELECT * FROM try.refused(:v, 'set_policy($1, ''{"legacy": null}'')', 'set_policy($1, ''{"legacy": {"exit_multiple": 1}}'')');
-- told later
SELECT kind, ref, debt, debt_after, points FROM pointsvault.statement(:v, 'cem');
SELECT debt FROM pointsvault.holding_at(:v, 'cem', now());
SELECT rule, what, terms, result FROM pointsvault.explain(:v, 's2') WHERE rule NOT IN ('V4', 'V7', 'M3');
SELECT rule, what, terms, result FROM pointsvault.explain(:v, 's1 back') WHERE rule IN ('D2', 'V8') AND what LIKE '%debt%' OR rule = 'D2';

-- at commit
BEGIN;
SELECT pointsvault.settle_debt_at_commit(:v, 'bob', 20, 's7');
SELECT pointsvault.get_receipt(:v, 's7') IS NULL AS waits;
COMMIT;
SELECT :receipt FROM pointsvault.get_receipt(:v, 's7');

-- exits: by order the lot goes whole, held or not
SELECT pointsvault.create_vault('legacy exit', '{"growth": {}, "legacy": {"contribution_rate": 1, "mint_rate": 1, "release_days": 30, "exit_multiple": 1.2}}', timezone => :'zone') AS x \gset
SELECT pointsvault.enroll_many(:x, '{ann,bob}') AS enrolled;
SELECT amount FROM pointsvault.open_debt(:x, 'ann', 100, 'd');
SELECT points FROM pointsvault.settle_debt(:x, 'ann', 100, 's');
SELECT points, held, exit_price FROM pointsvault.lot WHERE vault = :x;
SELECT amount, price_after FROM pointsvault.inject(:x, 20, 'i');
SELECT kind, member, points, cash FROM pointsvault.journal WHERE vault = :x AND kind = 'exit';
SELECT points, held, held_until, cash FROM pointsvault.holding WHERE vault = :x AND member = 'ann';
-- by member all go; one minted nothing counts its limit until it is refunded
SELECT pointsvault.create_vault('legacy members', '{"growth": {"exit_basis": "member", "exit_multiple": 2}, "legacy": {"contribution_rate": 0, "release_days": 30, "exit_multiple": 3}}', timezone => :'zone') AS y \gset
SELECT pointsvault.enroll(:y, 'ann') > 0 AS enrolled;
SELECT points FROM pointsvault.purchase(:y, 'ann', 100, 'o');
SELECT exit_price FROM pointsvault.holding WHERE vault = :y;
SELECT amount FROM pointsvault.open_debt(:y, 'ann', 100, 'd');
SELECT points FROM pointsvault.settle_debt(:y, 'ann', 70, 's');
SELECT round(exit_price * points, 4) AS exit_limit FROM pointsvault.holding WHERE vault = :y;
SELECT points, exit_limit, release_days FROM pointsvault.lot WHERE vault = :y ORDER BY seq;
SELECT amount FROM pointsvault.refund(:y, 's', 'half', 35);
SELECT round(exit_price * points, 4) AS exit_limit, debt FROM pointsvault.holding WHERE vault = :y;

-- who may: a shop at the rate, a treasurer above it
CREATE ROLE legacy_shop;
CREATE ROLE legacy_treasurer;
SELECT pointsvault.grant_access('legacy_shop', 'shop', :v), pointsvault.grant_access('legacy_treasurer', 'treasurer', :v);
\set SHOW_CONTEXT never
SET ROLE legacy_shop;
SELECT pointsvault.open_debt(:v, 'bob', 1, 'x');
SELECT pointsvault.settle_debt(:v, 'bob', 10, 'x', 2.5001);
SELECT pointsvault.settle_debt_at_commit(:v, 'bob', 10, 'x', 2.5001);
SELECT pointsvault.quote_settle_debt(:v, 10, 2.5001);
SELECT amount FROM pointsvault.settle_debt(:v, 'bob', 10, 's8', 2.5);
SELECT debt FROM pointsvault.holding WHERE vault = :v AND member = 'bob';
SET ROLE legacy_treasurer;
SELECT amount FROM pointsvault.open_debt(:v, 'bob', 1, 'd8');
SELECT amount FROM pointsvault.settle_debt(:v, 'bob', 10, 's9', 10);
SELECT pointsvault.settle_debt_at_commit(:v, 'bob', 1, 's10', 1);
SELECT amount FROM pointsvault.quote_settle_debt(:v, 10, 10);
SELECT pointsvault.redeem(:v, 'bob', 1, 'x');
RESET ROLE;
SELECT :receipt FROM pointsvault.get_receipt(:v, 's10');
DROP OWNED BY legacy_shop, legacy_treasurer;
DROP ROLE legacy_shop, legacy_treasurer;

-- a history may bring them
SELECT pointsvault.create_vault('legacy history', '{"growth": {}, "legacy": {"contribution_rate": 0.5, "release_days": 4}}', timezone => :'zone') AS h \gset
SELECT pointsvault.enroll(:h, 'ann') > 0 AS enrolled;
SELECT pointsvault.begin_import(:h);
SELECT amount FROM pointsvault.open_debt(:h, 'ann', 100, 'd', at => try.legacy_ago(3));
SELECT points FROM pointsvault.settle_debt(:h, 'ann', 60, 's', at => try.legacy_ago(2));
SELECT points FROM pointsvault.redeem(:h, 'ann', 5.25, 'r', at => try.legacy_ago(1));
SET client_min_messages = warning;
SELECT pointsvault.end_import(:h);
RESET client_min_messages;
SELECT points, held FROM pointsvault.holding WHERE vault = :h;

SELECT v.name, r.name, r.expected, r.found, r.detail FROM pointsvault.vault_status v CROSS JOIN LATERAL pointsvault.verify(v.vault) r WHERE v.vault IN (:n, :v, :x, :y, :h) AND NOT r.ok;
