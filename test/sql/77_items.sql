-- Collectibles (MODEL 9, N1 to N5): receipts, errors, replays, rights, what is told.
SET client_min_messages = warning;

SELECT pointsvault.create_vault('items', '{"growth": {"goods_fee_rate": 0.1}}', timezone => 'UTC') AS mall \gset
SELECT pointsvault.enroll_many(:mall, '{ann,bob,cem,dee}') \g /dev/null

-- Series: N1
SELECT pointsvault.create_series(:mall, 'bottle', 2, 30, 'money', fee_rate => 0.05, name => 'First bottling',
  about => '{"description": "Cask 7", "attributes": [{"trait_type": "cask", "value": 7}]}');
SELECT pointsvault.create_series(:mall, 'card', 100, 5, uses => 2, min_spent => 500);
SELECT pointsvault.create_series(:mall, 'badge', 3, 0.5, transferable => false);
SELECT code, supply, issued, price, priced_in, min_spent, fee_rate, transferable, uses, closed, name, about
FROM pointsvault.series WHERE vault = :mall ORDER BY seq;
SELECT kind, series, item, note FROM pointsvault.journal WHERE vault = :mall AND series IS NOT NULL ORDER BY seq;
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'card', 1, 1)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, '', 1, 1)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 0, 1)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', NULL, 1)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 0)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 0.00001, 'money')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, 'credits')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, min_spent => -1)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, fee_rate => 1.000001)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, fee_rate => 0.0000001)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, uses => 0)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, transferable => NULL)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series($1, 'x', 1, 1, about => '[1]')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.create_series(-1, 'x', 1, 1)$$);

-- A price in money has no answer while nothing circulates, one in points nobody who could pay.
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'bottle', 'c0')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.quote_claim($1, 'bottle')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'badge', 'c0')$$, :mall);

SELECT pointsvault.purchase(:mall, 'ann', 1000, 'order-1'), pointsvault.purchase(:mall, 'bob', 499.9999, 'order-2') \g /dev/null

-- Claims: N1, G4
SELECT kind, amount, points, cash, fee, item FROM pointsvault.quote_claim(:mall, 'bottle');
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'bottle', 'c1', max_points => 17.99999999)$$, :mall);
SELECT kind, member, amount, points, cash, fee, item, replayed FROM pointsvault.claim(:mall, 'ann', 'bottle', 'c1', max_points => 20);
SELECT item, replayed FROM pointsvault.claim(:mall, 'ann', 'bottle', 'c1');
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'card', 'c1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'bob', 'bottle', 'c1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'nothing', 'c2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'nobody', 'card', 'c2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'cem', 'badge', 'c2')$$, :mall);
SELECT platform, items FROM pointsvault.vault_status s JOIN pointsvault.holding h USING (vault) WHERE vault = :mall AND member = 'ann';

-- min_spent: own purchases less refunds, those of whoever was merged included
SELECT try.refusal($$SELECT pointsvault.claim($1, 'bob', 'card', 'c2')$$, :mall);
SELECT pointsvault.purchase(:mall, 'bob', 0.0001, 'order-3') \g /dev/null
SELECT item FROM pointsvault.claim(:mall, 'bob', 'card', 'c2');
SELECT pointsvault.refund(:mall, 'order-2', 'back-2', 0.0001) \g /dev/null
SELECT try.refusal($$SELECT pointsvault.claim($1, 'bob', 'card', 'c3')$$, :mall);
SELECT pointsvault.enroll(:mall, 'bob again') \g /dev/null
SELECT pointsvault.purchase(:mall, 'bob again', 0.0001, 'order-4') \g /dev/null
SELECT pointsvault.merge_members(:mall, 'bob again', 'bob', 'merge-1') \g /dev/null
SELECT item FROM pointsvault.claim(:mall, 'bob', 'card', 'c3');
SELECT item FROM pointsvault.issue_item(:mall, 'cem', 'card', 'i1', 'a prize');
SELECT try.refusal($$SELECT pointsvault.issue_item($1, 'cem', 'card', 'i2', '')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.issue_item($1, 'cem', 'card', 'i2', NULL)$$, :mall);

-- The supply, and closed series
SELECT item FROM pointsvault.issue_item(:mall, 'dee', 'bottle', 'i2', 'a prize');
SELECT try.refusal($$SELECT pointsvault.issue_item($1, 'dee', 'bottle', 'i3', 'a prize')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'bottle', 'c4')$$, :mall);
SELECT pointsvault.set_series(:mall, 'card', closed => true), pointsvault.set_series(:mall, 'card', closed => true);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'ann', 'card', 'c4')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.quote_claim($1, 'card')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.issue_item($1, 'ann', 'card', 'i3', 'a prize')$$, :mall);
SELECT pointsvault.set_series(:mall, 'card', closed => false, price => 4, min_spent => 0);
SELECT points, item FROM pointsvault.claim(:mall, 'ann', 'card', 'c4');
SELECT try.refusal($$SELECT pointsvault.set_series($1, 'card', price => 0)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.set_series($1, 'card', min_spent => -1)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.set_series($1, 'nothing', closed => true)$$, :mall);
SELECT kind, note FROM pointsvault.journal WHERE vault = :mall AND kind = 'set_series' ORDER BY seq;

-- Transfers: N2
SELECT kind, member, amount, item FROM pointsvault.transfer_item(:mall, 'card', 1, 'bob', 'cem', 't1');
SELECT item, replayed FROM pointsvault.transfer_item(:mall, 'card', 1, 'bob', 'cem', 't1');
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 1, 'bob', 'dee', 't1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 2, 'bob', 'cem', 't1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 1, 'bob', 'cem', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 1, 'cem', 'cem', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 0, 'cem', 'bob', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 99, 'cem', 'bob', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', NULL, 'cem', 'bob', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 1, 'cem', 'nobody', 't2')$$, :mall);
SELECT item FROM pointsvault.claim(:mall, 'ann', 'badge', 'c5');
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'badge', 1, 'ann', 'bob', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.list_item($1, 'ann', 'badge', 1, 1, 'l0')$$, :mall);

-- Sales: N3
SELECT pointsvault.points_to_credits(:mall, 'bob', 20, 'swap-1') \g /dev/null
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'bob', 'bottle', 1, 'b1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.list_item($1, 'ann', 'bottle', 1, 0, 'l1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.list_item($1, 'bob', 'bottle', 1, 1, 'l1')$$, :mall);
SELECT amount, fee, item FROM pointsvault.list_item(:mall, 'ann', 'bottle', 1, 12.0001, 'l1');
SELECT try.refusal($$SELECT pointsvault.list_item($1, 'ann', 'bottle', 1, 13, 'l2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'bottle', 1, 'ann', 'bob', 't2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.use_item($1, 'ann', 'bottle', 1, 'u0')$$, :mall);
SELECT series, serial, owner, state, listed_price, uses_left FROM pointsvault.item WHERE vault = :mall AND state = 'listed';
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'ann', 'bottle', 1, 'b1')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'bob', 'bottle', 1, 'b1', max_price => 12)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'bob', 'bottle', 1, 'b1', max_price => 0)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'cem', 'bottle', 1, 'b1')$$, :mall);
SELECT credits FROM pointsvault.vault_status WHERE vault = :mall;
SELECT kind, member, amount, fee, item FROM pointsvault.buy_item(:mall, 'bob', 'bottle', 1, 'b1', max_price => 12.0001);
SELECT amount, fee, replayed FROM pointsvault.buy_item(:mall, 'bob', 'bottle', 1, 'b1', max_price => 1);
SELECT credits FROM pointsvault.vault_status WHERE vault = :mall;
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :mall AND kind = 'buy_item' ORDER BY asset, amount;
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'bob', 'bottle', 1, 'b2')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.unlist_item($1, 'bob', 'bottle', 1, 'n1')$$, :mall);
SELECT amount FROM pointsvault.list_item(:mall, 'bob', 'bottle', 1, 5, 'l2');
SELECT try.refusal($$SELECT pointsvault.unlist_item($1, 'ann', 'bottle', 1, 'n1')$$, :mall);
SELECT amount, item FROM pointsvault.unlist_item(:mall, 'bob', 'bottle', 1, 'n1');
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'ann', 'bottle', 1, 'b2')$$, :mall);

-- Uses: N4
SELECT kind, member, amount, item FROM pointsvault.use_item(:mall, 'cem', 'card', 1, 'u1', 'a glass');
SELECT item, replayed FROM pointsvault.use_item(:mall, 'cem', 'card', 1, 'u1', 'another word for it');
SELECT try.refusal($$SELECT pointsvault.use_item($1, 'bob', 'card', 1, 'u2')$$, :mall);
SELECT state, uses_left FROM pointsvault.item WHERE vault = :mall AND series = 'card' AND serial = 1;
SELECT item FROM pointsvault.use_item(:mall, 'cem', 'card', 1, 'u2');
SELECT try.refusal($$SELECT pointsvault.use_item($1, 'cem', 'card', 1, 'u3')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 1, 'cem', 'bob', 't3')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.list_item($1, 'cem', 'card', 1, 1, 'l3')$$, :mall);
SELECT item FROM pointsvault.use_item(:mall, 'bob', 'bottle', 1, 'u3');

-- Who is suspended gets and does not give
SELECT pointsvault.list_item(:mall, 'cem', 'card', 3, 1, 'l4') \g /dev/null
SELECT pointsvault.suspend_member(:mall, 'cem', 'a question');
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'bob', 'card', 3, 'b3')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.transfer_item($1, 'card', 3, 'cem', 'bob', 't4')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.use_item($1, 'cem', 'card', 3, 'u4')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.claim($1, 'cem', 'badge', 'c6')$$, :mall);
SELECT item FROM pointsvault.unlist_item(:mall, 'cem', 'card', 3, 'n2');
SELECT item FROM pointsvault.transfer_item(:mall, 'card', 2, 'bob', 'cem', 't5');
SELECT pointsvault.resume_member(:mall, 'cem');

-- Who owes cash claims and buys none: G13
SELECT pointsvault.adjust(:mall, 'dee', 'credits', 3, 'adjust-1', 'a test') \g /dev/null
SELECT pointsvault.purchase(:mall, 'dee', 100, 'order-5') \g /dev/null
SELECT pointsvault.redeem(:mall, 'dee', h.points, 'sale-1') FROM pointsvault.holding h WHERE h.vault = :mall AND h.member = 'dee' \g /dev/null
SELECT pointsvault.withdraw(:mall, 'dee', h.cash, 'payout-1') FROM pointsvault.holding h WHERE h.vault = :mall AND h.member = 'dee' \g /dev/null
SELECT pointsvault.refund(:mall, 'order-5', 'back-5') \g /dev/null
SELECT pointsvault.grant_points(:mall, 'dee', 5, 'grant-1', 'a test') \g /dev/null
SELECT pointsvault.list_item(:mall, 'ann', 'card', 4, 1, 'l5') \g /dev/null
SELECT try.refusal($$SELECT pointsvault.claim($1, 'dee', 'badge', 'c6')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'dee', 'card', 4, 'b4')$$, :mall);
SELECT item FROM pointsvault.transfer_item(:mall, 'bottle', 2, 'dee', 'ann', 't6');

-- Merges: all goes over, a listing too, and the old name is told of the new one
SELECT series, serial, owner, state FROM pointsvault.item WHERE vault = :mall ORDER BY series, serial;
SELECT pointsvault.merge_members(:mall, 'ann', 'cem', 'merge-2') \g /dev/null
SELECT series, serial, owner, state, listed_price FROM pointsvault.item WHERE vault = :mall ORDER BY series, serial;
SELECT member, items FROM pointsvault.holding WHERE vault = :mall ORDER BY member;
SELECT try.refusal($$SELECT pointsvault.unlist_item($1, 'ann', 'card', 4, 'n3')$$, :mall);
SELECT try.refusal($$SELECT pointsvault.buy_item($1, 'cem', 'card', 4, 'b4')$$, :mall);
SELECT amount, item FROM pointsvault.buy_item(:mall, 'bob', 'card', 4, 'b4');
SELECT credits FROM pointsvault.holding WHERE vault = :mall AND member = 'cem';
SELECT item, replayed FROM pointsvault.claim(:mall, 'cem', 'card', 'c4');

-- What is told
SELECT kind, ref, from_member, to_member, price, fee, note FROM pointsvault.item_history(:mall, 'card', 4);
SELECT kind, ref, from_member, to_member, price, fee, note FROM pointsvault.item_history(:mall, 'bottle', 2);
SELECT try.refusal($$SELECT pointsvault.item_history($1, 'card', 99)$$, :mall);
SELECT try.refusal($$SELECT pointsvault.item_history($1, 'nothing', 1)$$, :mall);
SELECT jsonb_pretty(pointsvault.item_metadata(:mall, 'bottle', 1) #- '{attributes,6}');
SELECT pointsvault.item_metadata(:mall, 'card', 1) -> 'attributes' -> 3 AS used;
SELECT try.refusal($$SELECT pointsvault.item_metadata($1, 'card', NULL)$$, :mall);
SELECT kind, ref, items, items_after FROM pointsvault.statement(:mall, 'bob') WHERE items <> 0;
SELECT items FROM pointsvault.holding_at(:mall, 'bob', 'infinity');
SELECT rule, what, terms, result, unit, member FROM pointsvault.explain(:mall, 'b4') WHERE rule NOT IN ('V4', 'V7', 'M3');
SELECT rule, what, terms, result, unit, member FROM pointsvault.explain(:mall, 'c1') WHERE rule = 'N1';
SELECT asset, sum(amount) FROM pointsvault.posting WHERE vault = :mall GROUP BY asset HAVING sum(amount) <> 0;
SELECT name, expected, found, detail FROM pointsvault.verify(:mall) WHERE NOT ok;

-- Nothing of it can be adjusted or opened by hand
SELECT try.refusal($$SELECT pointsvault.adjust($1, 'bob', 'items', 1, 'a1', 'a test')$$, :mall);

-- What was damaged is named, and no event goes by it
BEGIN;
UPDATE pointsvault.series_data SET fee_rate = 2000000 WHERE vault = :mall AND code = 'card';
SELECT try.refusal($$SELECT pointsvault.claim($1, 'cem', 'card', 'c9')$$, :mall);
ROLLBACK;
BEGIN;
UPDATE pointsvault.item_data SET owner = (SELECT id FROM pointsvault.member WHERE vault = :mall AND member = 'dee'), listed = '1' WHERE vault = :mall AND serial = 3;
SELECT name, expected ~ '^\d+$' AS expected, found ~ '^\d+$' AS found, detail ~ '^owner of item 3 of series \d+, and 1 more$' AS detail FROM pointsvault.verify(:mall) WHERE NOT ok;
ROLLBACK;

-- Rights: shops do what members ask for, and give out nothing for nothing
CREATE ROLE items_shop;
CREATE ROLE items_treasurer;
CREATE ROLE items_auditor;
CREATE ROLE items_admin;
SELECT pointsvault.grant_access('items_shop', 'shop', :mall), pointsvault.grant_access('items_treasurer', 'treasurer', :mall),
  pointsvault.grant_access('items_auditor', 'auditor', :mall), pointsvault.grant_access('items_admin', 'admin', :mall);
SELECT pointsvault.create_vault('other items', '{"growth": {}}') AS other \gset
SELECT pointsvault.create_series(:other, 'card', 1, 1) \g /dev/null
\set VERBOSITY sqlstate
SET ROLE items_shop;
SELECT item FROM pointsvault.claim(:mall, 'cem', 'badge', 'c7');
SELECT count(*) FROM pointsvault.series;
SELECT count(*) > 0 AS some FROM pointsvault.item;
SELECT pointsvault.issue_item(:mall, 'cem', 'badge', 'i7', 'a prize');
SELECT pointsvault.create_series(:mall, 'x', 1, 1);
SELECT pointsvault.claim(:other, 'cem', 'card', 'c7');
SELECT pointsvault.item_metadata(:other, 'card', 1);
UPDATE pointsvault.item_data SET owner = 1;
RESET ROLE;
SET ROLE items_treasurer;
SELECT item FROM pointsvault.issue_item(:mall, 'cem', 'badge', 'i7', 'a prize');
SELECT pointsvault.transfer_item(:mall, 'card', 3, 'cem', 'bob', 't7');
SELECT vault = :mall AS here, supply, issued, closed FROM pointsvault.series WHERE code = 'badge';
SELECT count(*) FROM pointsvault.item;
RESET ROLE;
SET ROLE items_admin;
SELECT vault = :mall AS here, code FROM pointsvault.series ORDER BY code;
SELECT pointsvault.set_series(:mall, 'badge', closed => true);
SELECT closed FROM pointsvault.series WHERE code = 'badge';
RESET ROLE;
SELECT pointsvault.set_series(:mall, 'badge', closed => false);
SET ROLE items_auditor;
SELECT count(*) FROM pointsvault.item_history(:mall, 'card', 3);
SELECT pointsvault.set_series(:mall, 'card', 1);
RESET ROLE;
SELECT pointsvault.revoke_access('items_shop', 'shop', :mall), pointsvault.revoke_access('items_treasurer', 'treasurer', :mall),
  pointsvault.revoke_access('items_auditor', 'auditor', :mall), pointsvault.revoke_access('items_admin', 'admin', :mall) \g /dev/null
DROP ROLE items_shop, items_treasurer, items_auditor, items_admin;

-- An import has its claims and prizes too, each on its day: V7
SELECT pointsvault.create_vault('items imported', '{"growth": {}}', timezone => 'UTC') AS imported \gset
SELECT pointsvault.enroll_many(:imported, '{ann,bob}') \g /dev/null
SELECT pointsvault.begin_import(:imported) \g /dev/null
SELECT pointsvault.create_series(:imported, 'card', 2, 1) \g /dev/null
SELECT try.refusal($$SELECT pointsvault.issue_item($1, 'ann', 'card', 'i1', 'a prize')$$, :imported);
SELECT day, item FROM pointsvault.issue_item(:imported, 'ann', 'card', 'i1', 'a prize', at => '2024-03-01 12:00+00');
SELECT day, item FROM pointsvault.transfer_item(:imported, 'card', 1, 'ann', 'bob', 't1', at => '2024-03-02 12:00+00');
SELECT pointsvault.end_import(:imported) \g /dev/null
SELECT series, serial, owner, since AT TIME ZONE 'UTC' AS since FROM pointsvault.item WHERE vault = :imported;
SELECT name, expected, found, detail FROM pointsvault.verify(:imported) WHERE NOT ok;
