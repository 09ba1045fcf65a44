-- Points held through the return window (G16), what debtors may do (G13), corrections (G17), and what
-- refunds leave behind (C2).  Days are told by "at".
\set VERBOSITY default
\set receipt 'kind, amount, points, cash, fee, owed_by_others, refunded'
SELECT try.noon() AS zone \gset
-- of one moment, for calls that are made again
CREATE TABLE try.begun AS SELECT now() AS moment;
CREATE FUNCTION try.ago(days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT moment - days * interval '24 hours' FROM try.begun $$;
-- a refusal, with days as they are from today on
CREATE FUNCTION try.told(zone text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c text; m text; d text; h text;
BEGIN
  EXECUTE 'SELECT pointsvault.' || call;
  RETURN 'booked';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME, m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
  FOR i IN -10 .. 10 LOOP
    m := replace(m, to_char(pointsvault.business_day(zone, try.ago(-i)), 'YYYY-MM-DD'), format('day %s', i));
  END LOOP;
  RETURN concat_ws(' ', SQLSTATE, c || ':', regexp_replace(m, 'vault \d+', 'vault N'), '(' || nullif(d, '') || ')', regexp_replace(nullif(h, ''), '\(\d+', '(N'));
END $$;

-- held until day + 3, the sponsor's too; then free all at once
SELECT pointsvault.create_vault('held', '{"growth": {"referral_mint_rate": 0.2, "hold_days": 3}}', timezone => :'zone') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,shop}', '{NULL,ann,NULL}', merchants => '{f,f,t}') AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'bob', 100, 'o1', at => try.ago(4));
SELECT points FROM pointsvault.purchase(:v, 'bob', 100, 'o2', at => try.ago(2));
SELECT member, seq - min(seq) OVER () AS lot, points, free_on - pointsvault.today(vault) AS free_in FROM pointsvault.lot WHERE vault = :v ORDER BY member, seq;
SELECT member, points, held FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT try.told(:'zone', format('redeem(%s, ''bob'', 1, ''r'', at => %L)', :v, try.ago(2)));
SELECT points FROM pointsvault.grant_points(:v, 'bob', 1, 'g1', 'luck', at => try.ago(2));
-- what is not held goes, whatever lies before it
SELECT cash > 0 AS sold FROM pointsvault.redeem(:v, 'bob', 1, 'r1', at => try.ago(2));
SELECT points FROM pointsvault.redeem(:v, 'bob', 1, 'r2', at => try.ago(1));
SELECT try.told(:'zone', format('redeem(%s, ''bob'', %s, ''r'')', :v, points)) FROM pointsvault.holding WHERE vault = :v AND member = 'bob';
SELECT try.told(:'zone', format('points_to_credits(%s, ''ann'', %s, ''s'')', :v, points)) FROM pointsvault.holding WHERE vault = :v AND member = 'ann';
SELECT try.told(:'zone', format('redeem(%s, ''ann'', %s, ''s'', ''goods'')', :v, points)) FROM pointsvault.holding WHERE vault = :v AND member = 'ann';
-- more than there are is told first
SELECT try.told(:'zone', format('redeem(%s, ''bob'', 1000, ''r'')', :v));
-- a refund burns held points of its own lot, the sponsor's too, and nobody owes
SELECT :receipt FROM pointsvault.refund(:v, 'o2', 'back');
-- the purchase called again tells of it, and so does its receipt; the rest is as it was
SELECT :receipt, replayed FROM pointsvault.purchase(:v, 'bob', 100, 'o2', at => try.ago(2));
SELECT :receipt, replayed FROM pointsvault.purchase_many(:v, '{bob,bob}', '{100,100}', '{o1,o2}');
SELECT refunded FROM pointsvault.get_receipt(:v, 'o2');
SELECT refunded FROM pointsvault.get_receipt(:v, 'back');
SELECT member, points, held FROM pointsvault.holding WHERE vault = :v ORDER BY member;
-- a new hold is for lots to come; a close and an exit take no notice of it
SELECT pointsvault.set_policy(:v, '{"growth": {"hold_days": 30}}');
SELECT pointsvault.create_vault('held exit', '{"growth": {"hold_days": 30, "exit_multiple": 0.4}}', timezone => :'zone') AS x \gset
SELECT pointsvault.enroll_many(:x, '{ann,bob}') AS enrolled;
SELECT points FROM pointsvault.purchase(:x, 'ann', 100, 'o1');
SELECT points FROM pointsvault.purchase(:x, 'bob', 1000, 'o2');
SELECT kind, member, points FROM pointsvault.journal WHERE vault = :x AND kind = 'exit';
SELECT pointsvault.set_policy(:x, '{"growth": {"hold_days": 3651}}');
SELECT pointsvault.set_policy(:x, '{"growth": {"hold_days": -1}}');

-- a debtor (G13): the sponsor's points left before the order came back
SELECT pointsvault.create_vault('debt', '{"growth": {"referral_mint_rate": 0.3}}', timezone => :'zone') AS d \gset
SELECT pointsvault.enroll_many(:d, '{ann,bob,cid,shop}', '{NULL,ann,NULL,NULL}', merchants => '{f,f,f,t}') AS enrolled;
SELECT points FROM pointsvault.purchase(:d, 'cid', 1000, 'o1');
SELECT points FROM pointsvault.purchase(:d, 'bob', 1000, 'o2');
SELECT points FROM pointsvault.holding WHERE vault = :d AND member = 'ann' \gset ann_
SELECT amount FROM pointsvault.points_to_credits(:d, 'ann', :ann_points, 's1');
SELECT :receipt FROM pointsvault.quote_refund(:d, 'o2');
SELECT :receipt FROM pointsvault.refund(:d, 'o2', 'back');
SELECT member, points, credits, cash FROM pointsvault.holding WHERE vault = :d ORDER BY member;
SELECT cash_owed, cash_due FROM pointsvault.vault_status WHERE vault = :d;
SELECT points FROM pointsvault.grant_points(:d, 'ann', 10, 'g1', 'luck');
SELECT try.told(:'zone', format('pay(%s, ''ann'', ''shop'', 1, ''p'')', :d));
SELECT try.told(:'zone', format('points_to_credits(%s, ''ann'', 1, ''p'')', :d));
SELECT try.told(:'zone', format('redeem(%s, ''ann'', 1, ''p'', ''goods'')', :d));
SELECT try.told(:'zone', format('withdraw(%s, ''ann'', 1, ''p'')', :d));
SELECT cash > 0 AS sold FROM pointsvault.redeem(:d, 'ann', 10, 'r1');
-- others pay it, and may bring points to it
SELECT amount FROM pointsvault.points_to_credits(:d, 'cid', 10, 's2');
SELECT amount FROM pointsvault.pay(:d, 'cid', 'ann', 1, 'p1');
SELECT -cash AS owed, -cash / 2 AS half FROM pointsvault.holding WHERE vault = :d AND member = 'ann' \gset ann_
SELECT try.told(:'zone', format('repay(%s, ''ann'', %s, ''p'')', :d, :ann_owed + 0.0001));
SELECT try.told(:'zone', format('repay(%s, ''bob'', 0.0001, ''p'')', :d));
SELECT try.told(:'zone', format('repay(%s, ''cid'', 0, ''p'')', :d));
SELECT amount = :ann_owed AS repaid FROM pointsvault.repay(:d, 'ann', :ann_owed, 'q1');
SELECT amount = :ann_owed AS repaid, replayed FROM pointsvault.repay(:d, 'ann', :ann_owed, 'q1');
SELECT try.told(:'zone', format('repay(%s, ''ann'', 0.0001, ''q1'')', :d));
SELECT cash_due FROM pointsvault.vault_status WHERE vault = :d;
SELECT amount FROM pointsvault.pay(:d, 'ann', 'shop', 1, 'p2');
SELECT p.account, p.asset, sign(sum(p.amount)) AS moved FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq) WHERE vault = :d AND j.ref = 'q1' GROUP BY 1, 2 ORDER BY 1;

-- adjust (G17), each asset up and down, and back
SELECT pointsvault.create_vault('slips', '{"growth": {"issue_cap": 1000}, "cycle": {}}', timezone => :'zone') AS a \gset
SELECT pointsvault.enroll_many(:a, '{ann,bob}') AS enrolled;
SELECT points FROM pointsvault.purchase(:a, 'ann', 1000, 'o1');
SELECT points FROM pointsvault.purchase(:a, 'bob', 1000, 'o2');
\set adjusted 'kind, amount, points, cash, round(price_after, 8) AS price'
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'points', 10, 'a1', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'points', -200.5, 'a2', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'credits', 7.7777, 'a3', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'credits', -7, 'a4', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'cash', 5, 'a5', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'cash', -5, 'a6', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'quota', -1999.9999, 'a7', 'a slip');
SELECT :adjusted FROM pointsvault.adjust(:a, 'ann', 'reward', 3, 'a8', 'a slip', meta => '{"ticket": 7}');
SELECT :adjusted, replayed FROM pointsvault.adjust(:a, 'ann', 'reward', 3, 'a8', 'a slip');
SELECT points, credits, cash, reward, quota, shares FROM pointsvault.holding WHERE vault = :a AND member = 'ann';
SELECT treasury_points, credits, platform, issued FROM pointsvault.vault_status WHERE vault = :a;
SELECT ref, note, amount, points FROM pointsvault.journal WHERE vault = :a AND kind = 'adjust' ORDER BY seq;
SELECT call, try.told(:'zone', format('adjust(%s, ''ann'', %s)', :a, call)) FROM unnest(ARRAY[
  '''points'', 0, ''x'', ''a slip''', '''points'', -100, ''x'', ''a slip''', '''points'', 1000, ''x'', ''a slip''',
  '''points'', 0.000000001, ''x'', ''a slip''', '''credits'', -1, ''x'', ''a slip''', '''cash'', -0.0001, ''x'', ''a slip''',
  '''quota'', -1, ''x'', ''a slip''', '''reward'', -4, ''x'', ''a slip''', '''shares'', 1, ''x'', ''a slip''',
  '''gold'', 1, ''x'', ''a slip''', '''cash'', 1, ''x'', ''''', '''cash'', 1, ''x'', NULL', '''cash'', ''NaN'', ''x'', ''a slip''',
  '''cash'', 922337203685477.5807, ''x'', ''a slip''', '''cash'', 4, ''a8'', ''a slip''', '''reward'', 4, ''a8'', ''a slip''']) call;

-- redeem_return (G17)
SELECT pointsvault.create_vault('goods', '{"growth": {"goods_fee_rate": 0.1, "issue_cap": 500}}', timezone => :'zone') AS g \gset
SELECT pointsvault.enroll_many(:g, '{ann,bob}') AS enrolled;
SELECT points FROM pointsvault.purchase(:g, 'ann', 1000, 'o1');
SELECT cash FROM pointsvault.redeem(:g, 'ann', 100, 'goods', 'goods');
SELECT cash FROM pointsvault.redeem(:g, 'ann', 10, 'cash');
SELECT points FROM pointsvault.purchase(:g, 'bob', 1000, 'o2');
SELECT platform FROM pointsvault.vault_status WHERE vault = :g;
SELECT :receipt FROM pointsvault.redeem_return(:g, 'goods', 'b1', 30);
SELECT :receipt, replayed FROM pointsvault.redeem_return(:g, 'goods', 'b1', 30);
SELECT :receipt FROM pointsvault.redeem_return(:g, 'goods', 'b2');
SELECT :receipt, replayed FROM pointsvault.redeem_return(:g, 'goods', 'b2');
SELECT platform FROM pointsvault.vault_status WHERE vault = :g;
SELECT call, try.told(:'zone', format('redeem_return(%s, %s)', :g, call)) FROM unnest(ARRAY[
  '''goods'', ''x''', '''goods'', ''x'', 0.0001', '''cash'', ''x''', '''o1'', ''x''', '''none'', ''x''', '''goods'', ''x'', 0',
  '''goods'', ''x'', -1', '''goods'', ''b1'', 31', '''goods'', ''b2'', 60']) call;
-- beyond the cap, and too little for a point
SELECT cash FROM pointsvault.redeem(:g, 'bob', 100, 'goods 2', 'goods');
SELECT pointsvault.set_policy(:g, '{"growth": {"issue_cap": 0}}') AS version;
SELECT try.told(:'zone', format('redeem_return(%s, ''goods 2'', ''x'')', :g));

-- an order that comes back after its day's dividends: the next days share out less (C2)
SELECT pointsvault.create_vault('snipe', pointsvault.preset('cycle'), timezone => :'zone') AS s \gset
SELECT pointsvault.enroll_many(:s, ARRAY(SELECT 'h' || i FROM generate_series(1, 10) i) || '{a}'::text[]) AS enrolled;
SELECT count(pointsvault.purchase(:s, 'h' || i, 1000, 'h' || i, at => try.ago(4))) FROM generate_series(1, 10) i;
SELECT points FROM pointsvault.purchase(:s, 'a', 1000, 'kept', at => try.ago(3));
SELECT points FROM pointsvault.purchase(:s, 'a', 20000, 'big', at => try.ago(3));
SELECT fee AS owed FROM pointsvault.refund(:s, 'big', 'back', at => try.ago(2));
SELECT turnover FROM pointsvault.vault_status WHERE vault = :s;
SELECT points FROM pointsvault.purchase(:s, 'h1', 25000, 'more', at => try.ago(1));
SELECT pointsvault.close_day(:s) \g /dev/null
SELECT turnover, pool, paid FROM pointsvault.dividend_day WHERE vault = :s ORDER BY day;
SELECT sum(turnover) AS shared_out, 10000 + 1000 + 25000 AS kept FROM pointsvault.dividend_day WHERE vault = :s;

SELECT s.name, v.name, expected, found, detail FROM pointsvault.vault_status s CROSS JOIN pointsvault.verify(s.vault) v WHERE s.vault IN (:v, :x, :d, :a, :g, :s) AND NOT ok;
DROP FUNCTION try.told(text, text), try.ago(integer);
DROP TABLE try.begun;
