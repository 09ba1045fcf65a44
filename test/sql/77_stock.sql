-- Shares of the company (Q1 to Q4): their price, conversions of points, allotments with a
-- lock, deliveries.  Days are told by "at".
\set VERBOSITY default
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;
\set receipt 'kind, member, amount, points, cash, fee, item, replayed'
\set state 'pool, circulating, platform, reserve, stock_issued, stock_price'

-- What the policy may say -------------------------------------------------------------------------

SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"stock": {}}'), ('{"stock": null}'), ('{"stock": {"total": 0, "conversion_fee_rate": 1, "lock_months": 1200}}'),
  ('{"stock": {"total": "9223372036854775807"}}'), ('{"stock": {"total": 1.5}}'), ('{"stock": {"total": -1}}'), ('{"stock": {"conversion_fee_rate": 1.1}}'),
  ('{"stock": {"lock_months": 1201}}'), ('{"stock": {"price": 1}}'), ('{"stock": []}')
) v (document);

-- Off until there is a section, a price, a member ---------------------------------------------------

SELECT pointsvault.create_vault('no stock', '{"growth": {}}') AS n \gset
SELECT pointsvault.enroll(:n, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:n, 'ann', 1000, 'p', at => '2024-01-02 10:00+08');
SELECT * FROM try.refused(:n, $$set_stock_price($1, 1, 'x')$$, $$convert_to_stock($1, 'ann', 1, 'x')$$, $$quote_convert_to_stock($1, 1)$$,
  $$allot($1, 'ann', 1, 'x', '2024-01-01')$$, $$deliver_stock($1, 'ann', 1, 'x', 'd')$$);
SELECT pointsvault.create_vault('stock', '{"growth": {}, "stock": {"total": 100, "conversion_fee_rate": 0.05, "lock_months": 1}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,cid}') AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 1000, 'p1', at => '2024-01-31 10:00+08');
SELECT points FROM pointsvault.purchase(:v, 'bob', 1000, 'p2', at => '2024-01-31 10:00+08');
SELECT * FROM try.refused(:v, $$convert_to_stock($1, 'ann', 1, 'x')$$, $$set_stock_price($1, 0, 'x')$$, $$set_stock_price($1, -1, 'x')$$,
  $$set_stock_price($1, 0.00001, 'x')$$, $$set_stock_price($1, 'NaN', 'x')$$, $$set_stock_price(0, 1, 'x')$$);

-- Q1: the price, and points that become whole shares ------------------------------------------------

SELECT :receipt FROM pointsvault.set_stock_price(:v, 7.5, 'price', at => '2024-01-31 11:00+08');
SELECT :receipt FROM pointsvault.set_stock_price(:v, 7.50, 'price');
SELECT * FROM try.refused(:v, $$set_stock_price($1, 7.6, 'price')$$, $$set_stock_price($1, NULL, 'price')$$);
SELECT :state FROM pointsvault.vault_status WHERE vault = :v;
SELECT kind, member, seq, amount, points, cash, fee, item FROM pointsvault.quote_convert_to_stock(:v, 100);
SELECT * FROM try.refused(:v, $$quote_convert_to_stock($1, 400)$$, $$quote_convert_to_stock($1, 1)$$, $$quote_convert_to_stock($1, 0)$$,
  $$convert_to_stock($1, 'ann', 100, 'x', 22, at => '2024-01-31 12:00+08')$$, $$convert_to_stock($1, 'ann', 211, 'x', at => '2024-01-31 12:00+08')$$,
  $$convert_to_stock($1, 'ann', 4, 'x', at => '2024-01-31 12:00+08')$$, $$convert_to_stock($1, 'ann', 0, 'x')$$, $$convert_to_stock($1, 'zoe', 1, 'x')$$);
SELECT :receipt FROM pointsvault.convert_to_stock(:v, 'ann', 100, 'c1', 21, at => '2024-01-31 12:00+08');
SELECT :state FROM pointsvault.vault_status WHERE vault = :v;
-- the same call again is that of the points named, whatever the guard; other points are another
SELECT :receipt FROM pointsvault.convert_to_stock(:v, 'ann', 100, 'c1');
SELECT * FROM try.refused(:v, $$convert_to_stock($1, 'ann', 98.6447525, 'c1')$$, $$convert_to_stock($1, 'bob', 100, 'c1')$$);
SELECT item, points FROM pointsvault.get_receipt(:v, 'c1');
SELECT seq, kind, ref, item, amount FROM pointsvault.journal WHERE vault = :v AND ref IN ('price', 'c1') ORDER BY seq;
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND seq = (SELECT seq FROM pointsvault.journal WHERE vault = :v AND ref = 'c1') ORDER BY asset, amount;

-- Q2, Q3: allotments, what is left of the total ------------------------------------------------------

SELECT * FROM try.refused(:v, $$allot($1, 'bob', 80, 'x', '2024-01-31', at => '2024-01-31 13:00+08')$$, $$allot($1, 'bob', 0, 'x', '2024-01-31')$$,
  $$allot($1, 'bob', -1, 'x', '2024-01-31')$$, $$allot($1, 'bob', 1, 'x', '2024-01-31', 0)$$, $$allot($1, 'bob', 1, 'x', '2024-01-31', 10001)$$,
  $$allot($1, 'bob', 1, 'x', '2024-01-31', 1, 0)$$, $$allot($1, 'bob', 1, 'x', '2024-01-31', 2, 1201)$$, $$allot($1, 'bob', 1, 'x', 'infinity')$$,
  $$allot($1, 'bob', 1, 'x', '-infinity')$$, $$allot($1, 'bob', 1, 'x', '9999-12-31', 2)$$, $$allot($1, 'bob', 1, 'x', '4713-01-01 BC')$$,
  $$allot($1, 'bob', 1, 'x', '2024-01-31', reason => '')$$, $$allot($1, 'zoe', 1, 'x', '2024-01-31')$$);
SELECT :receipt FROM pointsvault.allot(:v, 'bob', 50, 'a1', '2024-01-31', 3, 1, 'service', at => '2024-01-31 13:00+08');
SELECT :receipt FROM pointsvault.allot(:v, 'bob', 50, 'a1', '2024-01-31', 3);
SELECT * FROM try.refused(:v, $$allot($1, 'bob', 50, 'a1', '2024-01-30', 3)$$, $$allot($1, 'bob', 50, 'a1', '2024-01-31', 2)$$,
  $$allot($1, 'bob', 50, 'a1', '2024-01-31', 3, 2)$$, $$allot($1, 'bob', 49, 'a1', '2024-01-31', 3)$$);
SELECT member, shares, delivered, free, free_from, parts, part_months FROM pointsvault.stock_grant WHERE vault = :v ORDER BY seq;
-- 29 are left, though the points would pay for more
SELECT item, points, cash FROM pointsvault.convert_to_stock(:v, 'bob', 147, 'c2', at => '2024-01-31 14:00+08');
SELECT * FROM try.refused(:v, $$convert_to_stock($1, 'ann', 100, 'x', at => '2024-01-31 14:00+08')$$, $$allot($1, 'cid', 7, 'x', '2024-01-01', at => '2024-01-31 14:00+08')$$);
SELECT :state FROM pointsvault.vault_status WHERE vault = :v;
SELECT * FROM try.refused(:v, $$set_policy($1, '{"stock": {"total": 99}}')$$, $$set_policy($1, '{"stock": null}')$$);
SELECT pointsvault.set_policy(:v, '{"stock": {"total": 130}}') AS version;

-- Q4: deliveries ---------------------------------------------------------------------------------------

SELECT pointsvault.create_vault('stock lock', '{"growth": {}, "stock": {"total": 1000}}') AS l \gset
SELECT pointsvault.enroll_many(:l, '{ann,bob,cid}') AS enrolled;
SELECT item FROM pointsvault.allot(:l, 'ann', 10, 'a1', '2024-01-31', 4, at => '2024-01-30 10:00+08');
SELECT item FROM pointsvault.allot(:l, 'ann', 5, 'a2', '2024-02-10', at => '2024-01-30 10:00+08');
SELECT try.refusal(format('SELECT pointsvault.deliver_stock(%s, ''ann'', %s, ''x'', ''d'', at => %L)', :l, shares, day || ' 12:00+08')) AS refusal
FROM (VALUES (1, '2024-01-30'), (3, '2024-01-31'), (3, '2024-02-09'), (8, '2024-02-10'), (11, '2024-02-29'), (13, '2024-03-31'), (16, '2024-04-30'),
             (0, '2024-04-30'), (-1, '2024-04-30')) t (shares, day);
SELECT * FROM try.refused(:l, $$deliver_stock($1, 'bob', 1, 'x', 'd')$$, $$deliver_stock($1, 'zoe', 1, 'x', 'd')$$, $$deliver_stock($1, 'ann', 1, 'x', '')$$);
SELECT :receipt FROM pointsvault.deliver_stock(:l, 'ann', 6, 'd1', 'depository', at => '2024-02-10 12:00+08');
SELECT :receipt FROM pointsvault.deliver_stock(:l, 'ann', 6, 'd1', 'elsewhere');
SELECT * FROM try.refused(:l, $$deliver_stock($1, 'ann', 5, 'd1', 'depository')$$);
SELECT seq, shares, delivered FROM pointsvault.stock_grant WHERE vault = :l ORDER BY seq;
SELECT item FROM pointsvault.deliver_stock(:l, 'ann', 1, 'd2', 'depository', at => '2024-02-10 12:00+08');
SELECT seq, shares, delivered FROM pointsvault.stock_grant WHERE vault = :l ORDER BY seq;
SELECT seq, kind, stock, stock_after FROM pointsvault.statement(:l, 'ann');
SELECT stock FROM pointsvault.holding WHERE vault = :l AND member = 'ann';
SELECT stock FROM pointsvault.holding_at(:l, 'ann', 'infinity');

-- What may go, and what may come ---------------------------------------------------------------------------

SELECT pointsvault.suspend_member(:l, 'ann', 'a question');
SELECT * FROM try.refused(:l, $$deliver_stock($1, 'ann', 1, 'x', 'd')$$, $$convert_to_stock($1, 'ann', 1, 'x')$$);
SELECT item FROM pointsvault.allot(:l, 'ann', 3, 'a3', '2024-03-01', at => '2024-02-10 13:00+08');
SELECT pointsvault.resume_member(:l, 'ann');
-- who owes cash cannot convert, but have its shares delivered
SELECT pointsvault.create_vault('stock owed', '{"growth": {}, "stock": {"total": 1000}}') AS o \gset
SELECT pointsvault.enroll_many(:o, '{ann,bob}') AS enrolled;
SELECT (pointsvault.purchase(:o, who, 100, who, at => '2024-01-02 10:00+08')).points FROM unnest('{ann,bob}'::text[]) who;
SELECT amount FROM pointsvault.set_stock_price(:o, 1, 'price', at => '2024-01-02 10:00+08');
SELECT item FROM pointsvault.convert_to_stock(:o, 'ann', 15, 'c', at => '2024-01-02 10:00+08');
SELECT fee FROM pointsvault.refund(:o, 'ann', 'back', at => '2024-01-02 11:00+08');
SELECT * FROM try.refused(:o, $$convert_to_stock($1, 'ann', 0.5, 'x')$$);
SELECT item FROM pointsvault.deliver_stock(:o, 'ann', 10, 'd', 'depository', at => '2024-01-02 12:00+08');
-- a merge: grants go over as old as they are
SELECT kind, member FROM pointsvault.merge_members(:l, 'ann', 'bob', 'one', at => '2024-02-10 14:00+08');
SELECT member, shares, delivered FROM pointsvault.stock_grant WHERE vault = :l ORDER BY seq;
SELECT item FROM pointsvault.deliver_stock(:l, 'bob', 1, 'd3', 'depository', at => '2024-02-29 12:00+08');
SELECT member, shares, delivered FROM pointsvault.stock_grant WHERE vault = :l ORDER BY seq;
-- an adjustment is of no shares
SELECT * FROM try.refused(:l, $$adjust($1, 'bob', 'stock', 1, 'x', 'slip')$$);
-- exits follow, as the price rises by the fee
SELECT pointsvault.create_vault('stock exits', '{"growth": {"exit_multiple": 0.45}, "stock": {"conversion_fee_rate": 0.5}}') AS x \gset
SELECT pointsvault.enroll_many(:x, '{ann,bob}') AS enrolled;
SELECT (pointsvault.purchase(:x, who, 100, who, at => '2024-01-02 10:00+08')).points FROM unnest('{ann,bob}'::text[]) who;
SELECT amount FROM pointsvault.set_stock_price(:x, 0.01, 'price', at => '2024-01-02 10:00+08');
SELECT item, fee FROM pointsvault.convert_to_stock(:x, 'bob', 14, 'c', at => '2024-01-02 11:00+08');
SELECT kind, member, points, amount FROM pointsvault.journal WHERE vault = :x AND kind = 'exit';
-- a section goes when nothing waits for its delivery
SELECT pointsvault.create_vault('stock gone', '{"growth": {}, "stock": {"total": 10}}') AS g \gset
SELECT pointsvault.enroll(:g, 'ann') IS NOT NULL AS enrolled;
SELECT item FROM pointsvault.allot(:g, 'ann', 10, 'a', '2024-01-02', at => '2024-01-02 10:00+08');
SELECT * FROM try.refused(:g, $$set_policy($1, '{"stock": null}')$$);
SELECT item FROM pointsvault.deliver_stock(:g, 'ann', 10, 'd', 'depository', at => '2024-01-02 10:00+08');
SELECT pointsvault.set_policy(:g, '{"stock": null}') AS version;
SELECT * FROM try.refused(:g, $$set_policy($1, '{"stock": {"total": 9}}')$$, $$set_policy($1, '{"stock": {"total": 10}}')$$);

-- Left to the commit; an import -------------------------------------------------------------------------------

SELECT amount FROM pointsvault.set_stock_price(:v, 2, 'cheaper');
BEGIN;
SELECT pointsvault.convert_to_stock_at_commit(:v, 'ann', 5, 'later');
COMMIT;
SELECT item, points FROM pointsvault.get_receipt(:v, 'later');
SELECT pointsvault.create_vault('stock import', '{"growth": {}, "stock": {}}') AS i \gset
SELECT pointsvault.enroll(:i, 'ann') IS NOT NULL AS enrolled;
SELECT pointsvault.begin_import(:i);
SELECT * FROM try.refused(:i, $$allot($1, 'ann', 1, 'x', '2024-01-02')$$);
SELECT item FROM pointsvault.allot(:i, 'ann', 100, 'a', '2023-06-30', 2, 6, at => '2023-06-30 10:00+08');
SELECT item FROM pointsvault.deliver_stock(:i, 'ann', 70, 'd', 'depository', at => '2023-12-30 10:00+08');
SELECT pointsvault.end_import(:i);

-- Explained, exported, verified -----------------------------------------------------------------------------------

SELECT rule, what, terms, result, unit FROM pointsvault.explain(:v, 'c1') WHERE rule IN ('Q1', 'Q2', 'Q3', 'V8');
SELECT rule, what, terms, result FROM pointsvault.explain(:l, 'd1') WHERE rule ~ '^[QV]8?';
SELECT regexp_replace(jsonb_pretty(object), '"(stock|stakeholder)-\d+"|"\d+-(\d*)"', '"\1N\2"', 'g') AS object FROM pointsvault.stock_ocf(:l) object
WHERE object->>'object_type' <> 'VESTING_TERMS' OR object->>'id' = 'lock-4-1'
ORDER BY object->>'object_type', object->'vestings'->0->>'date' LIMIT 4;
SELECT v.name, r.name, r.detail FROM pointsvault.vault_status v CROSS JOIN LATERAL pointsvault.verify(v.vault) r
WHERE v.vault IN (:n, :v, :l, :o, :x, :g, :i) AND NOT r.ok;

-- Rights: what profiles may do ---------------------------------------------------------------------------------------

CREATE ROLE regress_pv_shop;
CREATE ROLE regress_pv_fin;
SELECT pointsvault.grant_access('regress_pv_shop', 'shop', :v), pointsvault.grant_access('regress_pv_fin', 'treasurer', :v);
GRANT USAGE ON SCHEMA try TO regress_pv_shop, regress_pv_fin;
SET ROLE regress_pv_shop;
SELECT * FROM try.refused(:v, $$set_stock_price($1, 1, 'x')$$, $$allot($1, 'ann', 1, 'x', '2024-01-01')$$, $$deliver_stock($1, 'ann', 1, 'x', 'd')$$, $$stock_ocf($1)$$);
SELECT item FROM pointsvault.convert_to_stock(:v, 'ann', 2, 'by the shop');
SELECT count(*) FROM pointsvault.stock_grant WHERE vault IN (:v, :l);
SET ROLE regress_pv_fin;
SELECT * FROM try.refused(:v, $$convert_to_stock($1, 'ann', 1, 'x')$$);
SELECT * FROM try.refused(:l, $$allot($1, 'ann', 1, 'x', '2024-01-01')$$, $$stock_ocf($1)$$);
SELECT count(*) FROM pointsvault.stock_ocf(:v) o;
-- who allots and hands over reads what there is, of its vault, and whom it may name; no more
SELECT item FROM pointsvault.allot(:v, 'bob', 9, 'by finance', '2024-01-31', 3);
SELECT item FROM pointsvault.deliver_stock(:v, 'bob', (SELECT sum(free)::bigint - 5 FROM pointsvault.stock_grant WHERE vault = :v AND member = 'bob'), 'by finance too', 'depository');
SELECT member, shares, free, delivered, next_free FROM pointsvault.stock_grant WHERE vault = :v AND member = 'bob' ORDER BY seq;
SELECT count(*) FILTER (WHERE vault <> :v) FROM pointsvault.stock_grant;
SELECT member, suspended FROM pointsvault.member WHERE vault = :v AND member = 'bob';
SELECT count(*) FILTER (WHERE vault <> :v) FROM pointsvault.member;
SELECT relation, try.refusal('SELECT count(*) FROM pointsvault.' || relation) FROM unnest('{holding,journal,holding_data,queue,partner}'::text[]) relation;
RESET ROLE;
DROP OWNED BY regress_pv_shop, regress_pv_fin;
DROP ROLE regress_pv_shop, regress_pv_fin;
