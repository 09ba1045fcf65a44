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

-- through the queue, among purchases: what single calls book, to the last digit
CREATE TABLE try.legacy_order (n integer, kind text, member text, amount numeric, contribution numeric, days integer);
INSERT INTO try.legacy_order VALUES (1, 'purchase', 'ann', 100, NULL, 5), (2, 'settle_debt', 'bob', 60, NULL, 5), (3, 'settle_debt', 'ann', 30.0007, 3.1, 5), (4, 'purchase', 'bob', 0.0333, NULL, 4),
  (5, 'settle_debt', 'bob', 41, NULL, 4), (6, 'settle_debt', 'bob', 40, 0, 4), (7, 'purchase', 'eve', 10, NULL, 3), (8, 'settle_debt', 'eve', 10, NULL, 3), (9, 'settle_debt', 'cem', 10, NULL, 3),
  (10, 'purchase', 'cem', 10, NULL, 3), (11, 'settle_debt', 'ann', 70, 69.9999, 2), (12, 'settle_debt', 'ann', 69.9993, 69.9993, 2), (13, 'purchase', 'ann', 77.7777, 7, 2);
CREATE FUNCTION try.legacy_vault(name text, policy jsonb, zone text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  vault integer := pointsvault.create_vault(name, policy, timezone => zone);
BEGIN
  PERFORM pointsvault.enroll_many(vault, '{ann,bob,cem}', '{NULL,ann,bob}');
  PERFORM pointsvault.open_debt(vault, who, 100, who || ' owed', at => try.legacy_ago(6)) FROM unnest('{ann,bob,cem}'::text[]) who;
  PERFORM pointsvault.suspend_member(vault, 'cem', 'a question');
  RETURN vault;
END $$;
CREATE FUNCTION try.book_legacy_singly(vault integer) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  o try.legacy_order;
BEGIN
  FOR o IN SELECT * FROM try.legacy_order ORDER BY n LOOP
    BEGIN
      IF o.kind = 'purchase' THEN
        PERFORM pointsvault.purchase(vault, o.member, o.amount, 'q' || o.n, o.contribution, at => try.legacy_ago(o.days));
      ELSE
        PERFORM pointsvault.settle_debt(vault, o.member, o.amount, 'q' || o.n, o.contribution, at => try.legacy_ago(o.days));
      END IF;
    EXCEPTION WHEN OTHERS THEN
      RETURN NEXT format('q%s %s: %s', o.n, SQLSTATE, replace(SQLERRM, 'vault ' || vault, 'vault $1'));
    END;
  END LOOP;
END $$;
CREATE FUNCTION try.submit_legacy(vault integer) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(number) FROM (
    SELECT CASE kind WHEN 'purchase' THEN pointsvault.submit(vault, member, amount, 'q' || n, contribution, at => try.legacy_ago(days))
           ELSE pointsvault.submit_settlement(vault, member, amount, 'q' || n, contribution, at => try.legacy_ago(days)) END AS number
    FROM try.legacy_order ORDER BY n) submitted
$$;
CREATE FUNCTION try.all_of_legacy(vault integer) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT j::text FROM (SELECT seq, kind, ref, member, CASE WHEN ref IS NOT NULL THEN at END AS at, day, amount, points, cash, fee, contribution, pool_after, circulating_after, platform_after, turnover_after, cause, actor, note
    FROM pointsvault.journal j WHERE j.vault = $1 AND kind <> 'create') j
  UNION ALL SELECT h::text FROM (SELECT member, points, cash, quota, shares, debt, held, held_until, exit_price FROM pointsvault.holding h WHERE h.vault = $1) h
  UNION ALL SELECT l::text FROM (SELECT member, seq, points, points_at_mint, exit_price, exit_limit, held, release_days, free_on FROM pointsvault.lot l WHERE l.vault = $1) l
  UNION ALL SELECT p::text FROM (SELECT seq, account, member, asset, amount FROM pointsvault.posting p WHERE p.vault = $1) p
$$;
SELECT '{"growth": {"referral_mint_rate": 0.1, "exit_multiple": 0.9, "exits_per_call": 2}, "cycle": {"share_price": 10}, "legacy": {"contribution_rate": 0.25, "mint_rate": 0.6, "release_days": 4, "exit_multiple": 0.7}}' AS policy \gset
SELECT try.legacy_vault('legacy singly', :'policy', :'zone') AS o, try.legacy_vault('legacy queued', :'policy', :'zone') AS q \gset
SELECT * FROM try.book_legacy_singly(:o) refused;
SELECT try.submit_legacy(:q) AS submitted;
SELECT ref, kind, member, amount, contribution FROM pointsvault.queue WHERE vault = :q ORDER BY number;
SELECT count(*) AS waiting, count(*) FILTER (WHERE kind = 'settle_debt') AS settlements FROM pointsvault.queue WHERE vault = :q AND error IS NULL;
SELECT pointsvault.settle(:q, 6) AS booked, pointsvault.settle(:q) AS rest;
SELECT ref, kind, replace(error, 'vault ' || :q, 'vault $1') AS error FROM pointsvault.queue WHERE vault = :q ORDER BY number;
SELECT kind, count(*) FROM pointsvault.journal WHERE vault = :q AND kind IN ('purchase', 'settle_debt', 'exit') GROUP BY kind ORDER BY kind;
(SELECT 'singly' AS only, t FROM (SELECT try.all_of_legacy(:o) EXCEPT SELECT try.all_of_legacy(:q)) d (t)) UNION ALL (SELECT 'queued', t FROM (SELECT try.all_of_legacy(:q) EXCEPT SELECT try.all_of_legacy(:o)) d (t)) ORDER BY 1, 2;
SELECT rule, what, terms, result FROM pointsvault.explain(:q, 'q3') WHERE rule LIKE 'D%';
-- refs are one namespace: the same again is it, another order is refused, of whichever kind
SELECT pointsvault.submit_settlement(:q, 'bob', 60, 'q2', at => try.legacy_ago(5)) AS booked_already;
SELECT * FROM try.refused(:q, 'submit_settlement($1, ''bob'', 61, ''q2'')', 'submit($1, ''bob'', 60, ''q2'')', 'submit_settlement($1, ''ann'', 100, ''q1'')', 'settle_debt($1, ''ann'', 100, ''q1'')', 'submit_settlement($1, ''bob'', 1, ''bob owed'')',
  'submit_settlement($1, ''bob'', 0, ''x'')', 'submit_settlement($1, ''bob'', 1, ''x'', 1.0001)', 'submit_settlement($1, ''bob'', 1, ''x'', hold => ''-1 day'')', 'submit_settlement($1, ''bob'', 1, ''x'', hold => NULL)',
  'submit_settlement($1, ''bob'', 0.00001, ''x'')', 'submit_settlement(0, ''bob'', 1, ''x'')');
SELECT pointsvault.submit_settlement(:q, 'bob', 0.5, 'w1', hold => '10 days', meta => '{"card": 7}') AS number \gset
SELECT pointsvault.submit_settlement(:q, 'bob', 0.5, 'w1', hold => '10 days') = :number AS same;
SELECT regexp_replace(refusal, 'number is \d+', 'number is some') AS refusal FROM try.refused(:q, 'submit_settlement($1, ''bob'', 0.6, ''w1'')', 'submit_settlement($1, ''bob'', 0.5, ''w1'', 0)', 'submit($1, ''bob'', 0.5, ''w1'')');
SELECT pointsvault.settle(:q) AS none, kind, ref, meta, due_at > now() + '9 days' AS waits FROM pointsvault.queue WHERE vault = :q AND error IS NULL;
SELECT pointsvault.cancel(:q, 'w1') AS dropped;
-- one set aside makes way to one of the other kind; what is booked meanwhile is it
SELECT pointsvault.submit(:q, 'bob', 41, 'q5') > :number AS again;
SELECT pointsvault.submit_settlement(:q, 'bob', 0.3, 'w2') > 0 AS queued, pointsvault.submit_settlement(:q, 'bob', 0.2, 'w3') > 0 AS queued;
SELECT amount FROM pointsvault.settle_debt(:q, 'bob', 0.3, 'w2');
SELECT amount FROM pointsvault.purchase(:q, 'bob', 0.2, 'w3');
SELECT pointsvault.settle(:q) AS booked;
SELECT ref, kind, replace(error, 'vault ' || :q, 'vault $1') AS error FROM pointsvault.queue WHERE vault = :q AND ref IN ('q5', 'w2', 'w3');
SELECT kind FROM pointsvault.get_receipt(:q, 'q5');
-- taken back as any
SELECT kind, amount FROM pointsvault.refund(:q, 'q2', 'q2 back', 10);
SELECT refunded FROM pointsvault.get_receipt(:q, 'q2');
-- by the policy, the debt and the cash of its turn: nobody is owed what went before, or settles who owes
SELECT pointsvault.create_vault('legacy turn', '{"growth": {}, "legacy": {"contribution_rate": 0.5}}', timezone => :'zone') AS t \gset
SELECT pointsvault.enroll_many(:t, '{ann,bob}') AS enrolled;
SELECT count(pointsvault.open_debt(:t, who, 10, who || ' owed')) FROM unnest('{ann,bob}'::text[]) who;
SELECT amount FROM pointsvault.purchase(:t, 'bob', 10, 'o');
SELECT points > 0 AS sold FROM pointsvault.redeem(:t, 'bob', 2, 'r');
SELECT pointsvault.submit_settlement(:t, 'ann', 6, 't1') > 0 AS queued, pointsvault.submit_settlement(:t, 'ann', 6, 't2') > 0 AS queued, pointsvault.submit_settlement(:t, 'bob', 1, 't3') > 0 AS queued;
SELECT fee > 0 AS owes FROM pointsvault.refund(:t, 'o', 'o back');
SELECT pointsvault.settle(:t) AS booked;
SELECT ref, regexp_replace(replace(error, 'vault ' || :t, 'vault $1'), 'owes [\d.]+', 'owes some') AS error FROM pointsvault.queue WHERE vault = :t ORDER BY number;
-- off until the section is there: set aside, and booked once it is
SELECT pointsvault.submit_settlement(:n, 'ann', 1, 'early') > 0 AS queued;
SELECT pointsvault.settle(:n) AS booked;
SELECT ref, replace(error, 'vault ' || :n, 'vault $1') AS error FROM pointsvault.queue WHERE vault = :n;
-- changed behind the vault's back
SELECT pointsvault.submit_settlement(:t, 'ann', 1, 't4', 0) > 0 AS queued, pointsvault.submit_settlement(:t, 'ann', 1, 't5') > 0 AS queued, pointsvault.submit_settlement(:t, 'ann', 1, 't6') > 0 AS queued;
BEGIN;
UPDATE pointsvault.queue_data SET beyond_rate = NOT beyond_rate WHERE vault = :t AND ref = 't4';
UPDATE pointsvault.queue_data SET kind = (SELECT kind FROM pointsvault.journal_data WHERE vault = :t AND ref = 'o') WHERE vault = :t AND ref = 't5';
UPDATE pointsvault.queue_data SET kind = 1 WHERE vault = :t AND ref = 't6';
SELECT name, detail FROM pointsvault.verify(:t) WHERE NOT ok;
SELECT pointsvault.settle(:t) AS booked;
SELECT ref, error FROM pointsvault.queue WHERE vault = :t AND ref > 't3' ORDER BY number;
ROLLBACK;
SELECT pointsvault.settle(:t) AS booked;

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
-- who submitted is judged, as it submitted, and not who settles
SET ROLE legacy_shop;
SELECT pointsvault.submit_settlement(:v, 'bob', 10, 's11', 2.5) > 0 AS at_the_rate, pointsvault.submit_settlement(:v, 'bob', 10, 's12', 2.5001) > 0 AS above_it;
SELECT ref, kind, contribution FROM pointsvault.queue WHERE vault = :v ORDER BY number;
SET ROLE legacy_treasurer;
SELECT pointsvault.submit_settlement(:v, 'bob', 10, 's13', 2.5001) > 0 AS above_it, pointsvault.submit_settlement(:v, 'bob', 10, 's14') > 0 AS by_the_rate;
SELECT pointsvault.submit(:v, 'bob', 1, 'x');
SELECT pointsvault.cancel(:v, 's13');
RESET ROLE;
SELECT pointsvault.revoke_access('legacy_treasurer', 'treasurer', :v);
SELECT pointsvault.settle(:v) AS booked;
SELECT ref, actor, contribution, points > 0 AS minted FROM pointsvault.journal WHERE vault = :v AND ref IN ('s11', 's12', 's13', 's14') ORDER BY seq;
SELECT ref, actor, error FROM pointsvault.queue WHERE vault = :v;
SELECT pointsvault.grant_access('legacy_treasurer', 'treasurer', :v);
SET ROLE legacy_treasurer;
SELECT pointsvault.submit_settlement(:v, 'bob', 10, 's12', 2.5001) > 0 AS again;
SELECT pointsvault.wait_settled(:v, 's12', '0 s') IS NULL AS waits;
RESET ROLE;
SELECT pointsvault.settle(:v) AS booked;
SELECT count(*) FROM pointsvault.queue WHERE vault = :v;
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

SELECT v.name, r.name, r.expected, r.found, r.detail FROM pointsvault.vault_status v CROSS JOIN LATERAL pointsvault.verify(v.vault) r WHERE v.vault IN (:n, :v, :x, :y, :h, :o, :q, :t) AND NOT r.ok;
