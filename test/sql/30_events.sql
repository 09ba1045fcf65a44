-- Events and their receipts (MODEL V1 to V8, G1 to G7, G11, G13, U5, §12).

SET timezone = 'UTC';
SET datestyle = 'ISO';

-- what a receipt says, less what differs from run to run
\set receipt 'kind, ref, member, amount, points, cash, fee, price_before, price_after, replayed'
\set state 'pool, circulating, issued, burned, reserve, platform, cash_owed'

-- Worked figures (§12) -------------------------------------------------------------

-- 100 purchases of 100, growth defaults, no exits
SELECT pointsvault.create_vault('wine', '{"growth": {}}', timezone => try.noon()) AS wine \gset
DO $$
DECLARE
  wine integer := pointsvault.vault_id('wine');
BEGIN
  FOR i IN 1 .. 100 LOOP
    PERFORM pointsvault.enroll(wine, 'buyer ' || i);
    PERFORM pointsvault.purchase(wine, 'buyer ' || i, 100, 'order ' || i);
  END LOOP;
END $$;
SELECT ref, points, circulating_after, round(pool_after / circulating_after, 4) AS price
FROM pointsvault.journal WHERE vault = :wine AND ref IN ('order 1', 'order 2', 'order 3', 'order 4', 'order 100') ORDER BY seq;
-- the first buyer redeems
SELECT amount, cash, fee, round(price_before, 4) AS before, round(price_after, 4) AS after
FROM pointsvault.redeem(:wine, 'buyer 1', 21, 'sale');

-- purchases of 1000, fee .20: exit prices of the first lots at 1, 2 and 3 times
CREATE FUNCTION try.lots_at(multiple integer) RETURNS SETOF pointsvault.lot LANGUAGE plpgsql AS $$
DECLARE
  v integer := pointsvault.create_vault(
    'exit at ' || multiple,
    jsonb_build_object('growth', jsonb_build_object('redeem_fee_rate', 0.2, 'exit_multiple', multiple)),
    timezone => try.noon());
BEGIN
  PERFORM pointsvault.enroll(v, 'ann');
  FOR i IN 1 .. 3 LOOP
    PERFORM pointsvault.purchase(v, 'ann', 1000, 'order ' || i);
  END LOOP;
  RETURN QUERY SELECT * FROM pointsvault.lot WHERE vault = v ORDER BY seq;
END $$;
SELECT multiple, points, points_at_mint, round(exit_price, 4) AS exit_price, exit_limit
FROM generate_series(1, 3) multiple, try.lots_at(multiple);

-- the first buyer sells 210 points after order 768
SELECT pointsvault.create_vault('profit', pointsvault.preset('growth-profit'), timezone => try.noon()) AS profit \gset
DO $$
DECLARE
  profit integer := pointsvault.vault_id('profit');
BEGIN
  FOR i IN 1 .. 768 LOOP
    PERFORM pointsvault.enroll(profit, 'buyer ' || i);
    PERFORM pointsvault.purchase(profit, 'buyer ' || i, 1000, 'order ' || i);
  END LOOP;
END $$;
SELECT amount, cash, fee, round(price_before, 4) AS before, round(price_after, 4) AS after
FROM pointsvault.redeem(:profit, 'buyer 1', 210, 'sale');

-- everyone redeems after order 1, then a new buyer
SELECT pointsvault.create_vault('empty', '{"growth": {}}', timezone => try.noon()) AS empty \gset
SELECT pointsvault.enroll_many(:empty, '{ann,ben}') AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:empty, 'ann', 100, 'p1');
SELECT :receipt FROM pointsvault.redeem(:empty, 'ann', 21, 'r1');
SELECT :state FROM pointsvault.vault_status WHERE vault = :empty;
SELECT :receipt FROM pointsvault.purchase(:empty, 'ben', 100, 'p2');

-- all but 0.00000001 of 2100 points
SELECT pointsvault.create_vault('dust', '{"growth": {}}', timezone => try.noon()) AS dust \gset
SELECT pointsvault.enroll(:dust, 'ann') IS NOT NULL AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:dust, 'ann', 10000, 'p1');
SELECT :receipt FROM pointsvault.redeem(:dust, 'ann', 2099.99999999, 'r1');
SELECT :state FROM pointsvault.vault_status WHERE vault = :dust;

-- Enrolling --------------------------------------------------------------------------

SELECT pointsvault.create_vault('events', '{"growth": {"referral_mint_rate": 0.1, "goods_fee_rate": "0.02", "exit_multiple": 0.5}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') AS ann, pointsvault.enroll(:v, 'ben', sponsor => 'ann', region => '440305', merchant => true) AS ben \gset
SELECT pointsvault.enroll(:v, 'ann') = :ann AS ann, pointsvault.enroll(:v, 'ben', 'ann', '440305', true) = :ben AS ben, :ann < :ben AS older;
-- a sponsor may stand in the list before those it brings; who is enrolled already is not counted
SELECT pointsvault.enroll_many(:v, '{dan,ann,eve,eve}', sponsors => '{ann,null,dan,dan}') AS enrolled;
SELECT pointsvault.enroll_many(:v, '{dan,eve}', '{ann,dan}', '{null,null}', '{false,null}') AS enrolled;
SELECT pointsvault.enroll_many(:v, '{}') AS enrolled;
SELECT member, sponsor, region, merchant FROM pointsvault.member WHERE vault = :v ORDER BY id;
SELECT * FROM try.refused(:v,
  $$enroll($1, 'ben')$$, $$enroll($1, 'ann', merchant => true)$$, $$enroll($1, 'ann', region => '44')$$,
  $$enroll($1, 'ann', sponsor => 'ben')$$, $$enroll($1, 'cat', sponsor => 'cat')$$, $$enroll($1, 'cat', sponsor => 'fay')$$,
  $$enroll_many($1, '{cat,fay}', '{fay,null}')$$, $$enroll_many($1, '{cat,cat}', '{ann,ben}')$$,
  $$enroll_many($1, '{cat}', '{ann,ben}')$$, $$enroll_many($1, '{cat}', regions => '{}')$$, $$enroll_many($1, '{cat}', merchants => '{true,true}')$$,
  $$enroll_many($1, '{{cat},{fay}}')$$, $$enroll_many($1, '{cat,null}')$$, $$enroll_many($1, '{cat,""}')$$);

-- Receipts -------------------------------------------------------------------------

-- of every kind, NULL for what it does not say
SELECT :receipt FROM pointsvault.purchase(:v, 'ann', 100, 'p1', region => '440305', meta => '{"till": 7}');
SELECT :receipt FROM pointsvault.purchase(:v, 'ben', 100.01, 'p2', contribution => 10.0001);
SELECT :receipt FROM pointsvault.redeem(:v, 'ann', 4.5, 'r1');
SELECT :receipt FROM pointsvault.redeem(:v, 'ann', 1, 'r2', purpose => 'goods');
SELECT :receipt FROM pointsvault.inject(:v, 0.5, 'i1', note => 'subsidy');
SELECT :receipt FROM pointsvault.withdraw(:v, 'ann', 5, 'w1');
SELECT :receipt FROM pointsvault.withdraw_return(:v, 'w1', 'w2');
-- an injection that leads to exits
SELECT member, seq, points, points_at_mint, exit_price FROM pointsvault.lot WHERE vault = :v ORDER BY seq, member;
SELECT :receipt FROM pointsvault.inject(:v, 20, 'i2');
SELECT member, seq, points, points_at_mint, exit_price FROM pointsvault.lot WHERE vault = :v ORDER BY seq, member;
SELECT :state FROM pointsvault.vault_status WHERE vault = :v;
SELECT member, points, cash, value FROM pointsvault.holding WHERE vault = :v ORDER BY member;

-- what the journal keeps of them
SELECT seq, kind, ref, member, amount, points, cash, fee, contribution, pool_after, circulating_after, cause
FROM pointsvault.journal WHERE vault = :v ORDER BY seq;
SELECT ref, region, note, meta, actor = current_user AS mine, at = booked_at AS at_once,
       day = (booked_at AT TIME ZONE s.timezone)::date AS today, j.policy_version
FROM pointsvault.journal j JOIN pointsvault.vault_status s USING (vault) WHERE vault = :v ORDER BY seq;
SELECT count(*) AS went_back FROM pointsvault.journal a JOIN pointsvault.journal b ON b.vault = a.vault AND b.seq = a.seq + 1
WHERE a.vault = :v AND b.booked_at < a.booked_at;

-- the stored receipt is the one that was returned
CREATE TEMPORARY TABLE returned AS SELECT * FROM pointsvault.purchase(:v, 'ann', 10, 'p3', meta => '[]');
SELECT r.* IS NOT DISTINCT FROM g.* AS same, g.seq, g.at = g.booked_at AS at_once, g.replayed
FROM returned r, pointsvault.get_receipt(:v, 'p3') g;
SELECT kind, g.ref, member, amount, points, cash, fee
FROM unnest('{p1,p2,r1,r2,i1,w1,w2}'::text[]) ref, pointsvault.get_receipt(:v, ref) g;
SELECT pointsvault.get_receipt(:v, 'unknown') IS NULL AS none;

-- Postings (V8) ----------------------------------------------------------------------

SELECT seq, p.kind, account, p.member, asset, p.amount
FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq) WHERE vault = :v ORDER BY seq, asset, account, p.member;
SELECT count(*) AS unbalanced FROM (SELECT FROM pointsvault.posting GROUP BY vault, seq, asset HAVING sum(amount) <> 0) p;
SELECT count(*) AS wrong FROM pointsvault.holding h
LEFT JOIN (SELECT vault, member, sum(amount) FILTER (WHERE asset = 'points') AS points, sum(amount) FILTER (WHERE asset = 'cash') AS cash
           FROM pointsvault.posting WHERE account = 'member' GROUP BY vault, member) p USING (vault, member)
WHERE h.points <> COALESCE(p.points, 0) OR h.cash <> COALESCE(p.cash, 0);

-- Quotes and guards --------------------------------------------------------------------

-- what is quoted is what is then booked
SELECT pointsvault.create_vault('quotes', '{"growth": {"goods_fee_rate": 0.05}}', timezone => try.noon()) AS q \gset
SELECT pointsvault.enroll(:q, 'ann') IS NOT NULL AS enrolled;
SELECT :receipt FROM pointsvault.quote_purchase(:q, 99.99);
SELECT :receipt FROM pointsvault.purchase(:q, 'ann', 99.99, 'p1', min_points => 20.9979);
SELECT :receipt FROM pointsvault.quote_purchase(:q, 99.99, contribution => 12.3456);
SELECT :receipt FROM pointsvault.purchase(:q, 'ann', 99.99, 'p2', contribution => 12.3456);
SELECT :receipt FROM pointsvault.quote_redeem(:q, 5);
SELECT :receipt FROM pointsvault.redeem(:q, 'ann', 5, 'r1', min_cash => 7.0447);
SELECT :receipt FROM pointsvault.quote_redeem(:q, 5, purpose => 'goods');
SELECT :receipt FROM pointsvault.redeem(:q, 'ann', 5, 'r2', purpose => 'goods');
SELECT vault = :q AS vault, seq, at, day, booked_at FROM pointsvault.quote_redeem(:q, 1);
SELECT :receipt FROM pointsvault.quote_inject(:q, 12.3456);
SELECT :receipt FROM pointsvault.inject(:q, 12.3456, 'quoted');
SELECT * FROM try.refused(:q,
  $$purchase($1, 'ann', 100, 'g', min_points => 100)$$,
  $$redeem($1, 'ann', 5, 'g', min_cash => 100)$$,
  $$redeem($1, 'ann', 5, 'g', purpose => 'goods', min_cash => 100)$$,
  $$quote_purchase($1, 0)$$, $$quote_purchase($1, 1, 1.0001)$$, $$quote_purchase($1, 0.00001)$$,
  $$quote_inject($1, 0)$$, $$quote_inject($1, 0.00001)$$, $$quote_inject($1, 922337203685477.5807)$$,
  $$quote_redeem($1, 0)$$, $$quote_redeem($1, 1000)$$, $$quote_redeem($1, 0.00000001)$$, $$quote_redeem($1, 1, 'gift')$$);
SELECT hint FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 100, 'g', min_points => 100)$$, :q)
UNION ALL SELECT hint FROM try.attempt($$SELECT pointsvault.redeem($1, 'ann', 5, 'g', min_cash => 100)$$, :q);

-- Replay (V4) ----------------------------------------------------------------------------

SELECT pointsvault.create_vault('replay', '{"growth": {}}', timezone => try.noon()) AS r \gset
SELECT pointsvault.enroll_many(:r, '{ann,ben}') AS enrolled;
SELECT now() AS moment \gset
SELECT :receipt FROM pointsvault.purchase(:r, 'ann', 100, 'p1', contribution => 40, region => '44', at => :'moment');
SELECT :receipt FROM pointsvault.purchase(:r, 'ann', 100, 'p2');
SELECT :receipt FROM pointsvault.redeem(:r, 'ann', 10, 'r1');
SELECT :receipt FROM pointsvault.redeem(:r, 'ann', 1, 'r2', 'goods');
SELECT :receipt FROM pointsvault.inject(:r, 10, 'i1');
SELECT :receipt FROM pointsvault.withdraw(:r, 'ann', 5, 'w1');
SELECT :receipt FROM pointsvault.withdraw(:r, 'ann', 5, 'w2');
SELECT :receipt FROM pointsvault.withdraw_return(:r, 'w1', 'b1');
SELECT try.fingerprint() AS before \gset
-- the same call returns the same receipt, whatever happened since; guards, notes and meta are not compared
SELECT :receipt FROM pointsvault.purchase(:r, 'ann', 100.00, 'p1', 40, '44', at => :'moment');
SELECT :receipt FROM pointsvault.purchase(:r, 'ann', 100, 'p1', 40.0, '44', min_points => 1000, meta => '{}');
SELECT :receipt FROM pointsvault.purchase(:r, 'ann', 100, 'p2');
SELECT :receipt FROM pointsvault.redeem(:r, 'ann', 10, 'r1', 'cash', min_cash => 1000);
SELECT :receipt FROM pointsvault.redeem(:r, 'ann', 1, 'r2', 'goods');
SELECT :receipt FROM pointsvault.inject(:r, 10, 'i1', note => 'again');
SELECT :receipt FROM pointsvault.withdraw(:r, 'ann', 5, 'w1');
SELECT :receipt FROM pointsvault.withdraw_return(:r, 'w1', 'b1');
-- all of the receipt but the mark
SELECT (a.vault, a.seq, a.kind, a.ref, a.member, a.amount, a.points, a.price_before, a.price_after, a.at, a.day, a.booked_at)
       IS NOT DISTINCT FROM (b.vault, b.seq, b.kind, b.ref, b.member, b.amount, b.points, b.price_before, b.price_after, b.at, b.day, b.booked_at) AS same,
       a.replayed, b.replayed
FROM pointsvault.get_receipt(:r, 'p1') a, pointsvault.purchase(:r, 'ann', 100, 'p1', 40, '44') b;
-- naming the moment it was booked at is the same call too
SELECT b.replayed FROM pointsvault.get_receipt(:r, 'p2') a, pointsvault.purchase(:r, 'ann', 100, 'p2', at => a.at) b;
SELECT * FROM try.refused(:r,
  $$purchase($1, 'ben', 100, 'p1', 40, '44')$$, $$purchase($1, 'cat', 100, 'p1', 40, '44')$$,
  $$purchase($1, 'ann', 100.0001, 'p1', 40, '44')$$, $$purchase($1, 'ann', 0, 'p1', 40, '44')$$,
  $$purchase($1, 'ann', 100, 'p1', 39.9999, '44')$$, $$purchase($1, 'ann', 100, 'p1', NULL, '44')$$,
  $$purchase($1, 'ann', 100, 'p1', 40, '45')$$, $$purchase($1, 'ann', 100, 'p1', 40)$$,
  $$purchase($1, 'ann', 100, 'p1', 40, '44', at => '2024-03-01 10:00:00.000001+08')$$,
  $$purchase($1, 'ann', 100, 'p2', 30)$$, $$purchase($1, 'ann', 100, 'p2', region => '44')$$, $$purchase($1, 'ann', 100, 'p2', at => '2024-03-01 10:00+08')$$,
  $$redeem($1, 'ben', 10, 'r1')$$, $$redeem($1, 'ann', 10.00000001, 'r1')$$, $$redeem($1, 'ann', 10, 'r1', 'goods')$$, $$redeem($1, 'ann', 1, 'r2')$$,
  $$inject($1, 10.0001, 'i1')$$, $$withdraw($1, 'ben', 5, 'w1')$$, $$withdraw($1, 'ann', 5.0001, 'w1')$$,
  $$withdraw_return($1, 'w2', 'b1')$$, $$withdraw_return($1, 'w9', 'b1')$$,
  $$purchase($1, 'ann', 10, 'r1')$$, $$redeem($1, 'ann', 100, 'p1')$$, $$inject($1, 5, 'w1')$$, $$withdraw($1, 'ann', 10, 'i1')$$,
  $$withdraw_return($1, 'w2', 'w2')$$);
SELECT hint FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 1, 'p1')$$, :r);
SELECT try.fingerprint() = :'before' AS unchanged;
-- a ref is one vault's own
SELECT replayed FROM pointsvault.purchase(:q, 'ann', 1, 'i1');

-- Whole or not at all, in the caller's transaction ------------------------------------------

SELECT try.fingerprint() AS before \gset
BEGIN;
SELECT points FROM pointsvault.purchase(:r, 'ben', 100, 't1');
SELECT pool, circulating FROM pointsvault.vault_status WHERE vault = :r;
ROLLBACK;
SELECT try.fingerprint() = :'before' AS unchanged;

BEGIN;
SAVEPOINT s;
SELECT :receipt FROM pointsvault.purchase(:r, 'ben', 100, 't1');
ROLLBACK TO s;
-- never booked, hence no replay, nor of the same call
SELECT :receipt FROM pointsvault.purchase(:r, 'ben', 200, 't1');
SELECT :receipt FROM pointsvault.purchase(:r, 'ben', 200, 't1');
SELECT * FROM try.refused(:r, $$purchase($1, 'ben', 100, 't1')$$);
ROLLBACK;
SELECT pointsvault.get_receipt(:r, 't1') IS NULL AS gone;

-- in a function, with an error caught around one of two sales
CREATE FUNCTION try.sell(v integer, ref text) RETURNS SETOF pointsvault.receipt LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEXT pointsvault.purchase(v, 'ben', 100, ref || ' one');
  BEGIN
    RETURN NEXT pointsvault.purchase(v, 'ben', 100, ref || ' two');
    RAISE division_by_zero;
  EXCEPTION WHEN division_by_zero THEN
    NULL;
  END;
  RETURN NEXT pointsvault.purchase(v, 'ben', 100, ref || ' three');
END $$;
SELECT ref, points, replayed FROM try.sell(:r, 'f');
SELECT ref, seq - min(seq) OVER () AS step, points FROM pointsvault.journal WHERE vault = :r AND ref LIKE 'f%' ORDER BY seq;

-- in a trigger: the order and its points commit together, or neither does
CREATE TABLE shop_order (id integer PRIMARY KEY, buyer text, total numeric, points numeric);
CREATE FUNCTION try.book_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.points := (pointsvault.purchase(pointsvault.vault_id('replay'), NEW.buyer, NEW.total, 'shop ' || NEW.id)).points;
  RETURN NEW;
END $$;
CREATE TRIGGER book BEFORE INSERT ON shop_order FOR EACH ROW EXECUTE FUNCTION try.book_order();
INSERT INTO shop_order VALUES (1, 'ann', 50), (2, 'ben', 50);
SELECT try.refusal('INSERT INTO shop_order VALUES (3, ''ann'', 50), (4, ''nobody'', 50)');
SELECT o.id, o.points, j.points AS booked FROM shop_order o FULL JOIN (SELECT * FROM pointsvault.journal WHERE vault = :r AND ref LIKE 'shop %') j ON j.ref = 'shop ' || o.id;
DROP TABLE shop_order;

-- in a DO block that fails at its end
DO $$
BEGIN
  PERFORM pointsvault.purchase(pointsvault.vault_id('replay'), 'ann', 50, 'do');
  RAISE division_by_zero;
END $$;
SELECT pointsvault.get_receipt(:r, 'do') IS NULL AS gone;

-- What is refused, each in a transaction of its own, leaves every table as it was ------------

\set VERBOSITY sqlstate
SELECT try.fingerprint() AS before \gset
SELECT pointsvault.create_vault('refused', '{"growth": {"pool_rate": 2}}');
SELECT pointsvault.create_vault('wine');
SELECT pointsvault.preset('none');
SELECT pointsvault.set_policy(:r, '{"growth": null}');
SELECT pointsvault.enroll(:r, 'cat', sponsor => 'dan');
SELECT pointsvault.enroll_many(:r, '{cat,dan}', '{null,eve}');
SELECT pointsvault.purchase(:r, 'ann', 100, 'x', contribution => 100.0001);
SELECT pointsvault.purchase(:r, 'ann', 100, 'x', min_points => 1000);
SELECT pointsvault.redeem(:r, 'ann', 10000, 'x');
SELECT pointsvault.redeem(:r, 'ann', 1, 'x', min_cash => 1000);
SELECT pointsvault.inject(:r, 0, 'x');
SELECT pointsvault.withdraw(:r, 'ann', 1000, 'x');
SELECT pointsvault.withdraw_return(:r, 'w1', 'x');
SELECT pointsvault.withdraw_return(:r, 'p1', 'x');
SELECT pointsvault.purchase(:r, 'ann', 100, 'r1');
SELECT pointsvault.grant_access('nobody at all', 'shop', :r);
SELECT pointsvault.grant_access(current_user::name, 'owner', :r);
SELECT try.fingerprint() = :'before' AS unchanged;
\set VERBOSITY default

-- Cash (G13) -------------------------------------------------------------------------------

SELECT pointsvault.create_vault('cash', '{"growth": {}}', timezone => try.noon()) AS c \gset
SELECT pointsvault.enroll_many(:c, '{ann,ben}') AS enrolled;
SELECT points FROM pointsvault.purchase(:c, 'ann', 100, 'p1');
SELECT cash FROM pointsvault.redeem(:c, 'ann', 21, 'r1');
SELECT :receipt FROM pointsvault.withdraw(:c, 'ann', 26.9999, 'w1');
SELECT * FROM try.refused(:c,
  $$withdraw($1, 'ann', 0.0002, 'w2')$$, $$withdraw($1, 'ann', 0, 'w2')$$, $$withdraw($1, 'ann', -1, 'w2')$$,
  $$withdraw($1, 'ann', 0.00001, 'w2')$$, $$withdraw($1, 'ben', 0.0001, 'w2')$$, $$withdraw($1, 'cat', 1, 'w2')$$);
SELECT :receipt FROM pointsvault.withdraw(:c, 'ann', 0.0001, 'w2');
SELECT :receipt FROM pointsvault.withdraw_return(:c, 'w1', 'b1');
SELECT member, cash FROM pointsvault.holding WHERE vault = :c ORDER BY member;
SELECT * FROM try.refused(:c,
  $$withdraw_return($1, 'w1', 'b2')$$, $$withdraw_return($1, 'b1', 'b2')$$, $$withdraw_return($1, 'r1', 'b2')$$,
  $$withdraw_return($1, 'p1', 'b2')$$, $$withdraw_return($1, 'w9', 'b2')$$);
-- each withdrawal once; its own ref makes no other
SELECT :receipt FROM pointsvault.withdraw_return(:c, 'w2', 'b2');
SELECT ref, cause FROM pointsvault.journal WHERE vault = :c AND kind = 'withdraw_return' ORDER BY seq;
SELECT :state FROM pointsvault.vault_status WHERE vault = :c;

-- Suspended ----------------------------------------------------------------------------------

SELECT pointsvault.suspend_vault(:c, 'audit 停业');
SELECT suspended FROM pointsvault.vault_status WHERE vault = :c;
SELECT * FROM try.refused(:c,
  $$purchase($1, 'ann', 100, 'p2')$$, $$redeem($1, 'ann', 1, 'r2')$$, $$inject($1, 1, 'i1')$$, $$withdraw($1, 'ann', 1, 'w3')$$,
  $$withdraw_return($1, 'w2', 'b3')$$, $$process_exits($1)$$, $$enroll($1, 'cat')$$, $$enroll_many($1, '{cat}')$$);
SELECT hint FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 100, 'p2')$$, :c);
-- reads answer, and what was booked is replayed
SELECT pointsvault.price_of(:c);
SELECT :receipt FROM pointsvault.quote_purchase(:c, 100);
SELECT :receipt FROM pointsvault.get_receipt(:c, 'w1');
SELECT :receipt FROM pointsvault.withdraw(:c, 'ann', 0.0001, 'w2');
SELECT pointsvault.resume_vault(:c);
SELECT * FROM try.refused(:c, $$resume_vault($1)$$);
SELECT points FROM pointsvault.purchase(:c, 'ann', 100, 'p2');
SELECT kind, note, ref, actor = current_user AS mine FROM pointsvault.journal WHERE vault = :c AND kind IN ('suspend', 'resume') ORDER BY seq;

-- Days (U5, V7) ------------------------------------------------------------------------------

-- both sides of midnight in the vault's time zone, whatever the session's
SELECT pointsvault.create_vault('midnight', '{"growth": {}}') AS m \gset
SELECT pointsvault.enroll(:m, 'ann') IS NOT NULL AS enrolled;
SELECT ref, at, day FROM pointsvault.purchase(:m, 'ann', 1, 'm1', at => '2024-02-29 23:59:59.999999+08');
SELECT ref, at, day FROM pointsvault.purchase(:m, 'ann', 1, 'm2', at => '2024-03-01 00:00+08');
SET timezone = 'America/Los_Angeles';
SELECT ref, at, day FROM pointsvault.purchase(:m, 'ann', 1, 'm3', at => '2024-03-01 23:59:59+08');
SELECT ref, at, day FROM pointsvault.inject(:m, 1, 'm4', at => '2024-03-02 00:00:00.000001+08');
SET timezone = 'UTC';
SELECT ref, at, day, booked_at > at AS later FROM pointsvault.journal WHERE vault = :m AND ref IS NOT NULL ORDER BY seq;
-- the clocks change in New York on March 10th, a day of 23 hours
SELECT pointsvault.create_vault('clocks', '{"growth": {}}', 'USD', 'America/New_York') AS ny \gset
SELECT pointsvault.enroll(:ny, 'ann') IS NOT NULL AS enrolled;
-- the last second of 2024-03-09 there, and the first of the next day
SELECT ref, day FROM pointsvault.purchase(:ny, 'ann', 1, 'c1', at => '2024-03-10 04:59:59+00');
SELECT ref, day FROM pointsvault.purchase(:ny, 'ann', 1, 'c2', at => '2024-03-10 05:00+00');
SELECT ref, day FROM pointsvault.purchase(:ny, 'ann', 1, 'c3', at => '2024-03-11 03:59:59+00');
SELECT ref, day FROM pointsvault.purchase(:ny, 'ann', 1, 'c4', at => '2024-03-11 04:00+00');

-- an exit belongs to the day of its event
SELECT pointsvault.create_vault('exits', '{"growth": {"exit_multiple": 0.1}}') AS x \gset
SELECT pointsvault.enroll(:x, 'ann') IS NOT NULL AS enrolled;
SELECT ref, day FROM pointsvault.purchase(:x, 'ann', 1, 'x1', at => '2024-03-02 12:00+08');
SELECT kind, at, day FROM pointsvault.journal WHERE vault = :x AND kind = 'exit';
-- the days before that of an event are closed, and stay closed; within the open day any order will do
SELECT kind, ref, day FROM pointsvault.journal WHERE vault = :m AND kind <> 'create' ORDER BY seq;
SELECT ref, day FROM pointsvault.purchase(:m, 'ann', 1, 'm5', at => '2024-03-02 00:00+08');
SELECT state, regexp_replace(message, '\d+ is', 'N is') AS message, detail, hint
FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 1, 'm6', at => '2024-03-01 23:59+08')$$, :m);
SELECT state, regexp_replace(detail, 'is .*, a', 'is ..., a') AS detail
FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 1, 'm6', at => now() + interval '25 hours')$$, :m);
SELECT * FROM try.refused(:m,
  $$inject($1, 1, 'm6', at => 'infinity')$$, $$redeem($1, 'ann', 0.01, 'm6', at => '-infinity')$$,
  $$withdraw($1, 'ann', 0.01, 'm6', at => '294276-12-31 23:59+00')$$);
-- The journal is append-only, even for a superuser --------------------------------------------

SELECT statement, try.refusal(statement) FROM (VALUES
  ('UPDATE pointsvault.journal_data SET amount = ''1'''), ('DELETE FROM pointsvault.journal_data'), ('TRUNCATE pointsvault.journal_data'),
  ('UPDATE pointsvault.movement_data SET points = ''1'''), ('DELETE FROM pointsvault.movement_data WHERE false'), ('TRUNCATE pointsvault.movement_data'),
  ('UPDATE pointsvault.policy_data SET document = ''{}'''), ('DELETE FROM pointsvault.policy_data'), ('TRUNCATE pointsvault.policy_data')
) v (statement);
SET session_replication_role = replica;
SELECT try.refusal('DELETE FROM pointsvault.journal_data');
RESET session_replication_role;
SELECT * FROM try.refused(NULL, $$refuse_change()$$);
