-- A vault, :v, in which each text that may name somebody has zqxvw in it, where it is of one
-- person who has two names, and kwjyp where it is of another; refs are the shop's own.  Members
-- by their numbers: :ann, :twin, :bob.
\o /dev/null
SELECT pointsvault.create_vault('forgetful', '{"growth": {"referral_mint_rate": 0.1}, "cycle": {"share_price": 100, "weight_pool_rate": 0.1},
  "commission": {"budget_rate": 0.2, "direct_rate": 0.04, "region_rates": {"district": 0.02, "city": 0.015, "province": 0.01}},
  "stock": {"total": 5000}, "legacy": {"contribution_rate": 0.3, "release_days": 5}, "exchange": {"fee_rate": 0.02},
  "acknowledge_multilevel": "a test"}', timezone => 'UTC') AS v \gset
SELECT pointsvault.enroll_many(:v, ARRAY['top', 'zqxvw ann', 'below', 'bob kwjyp', 'shop', 'zqxvw twin', 'agent'], ARRAY[NULL, 'top', 'zqxvw ann', 'top', NULL, NULL, NULL],
  ARRAY[NULL, '440305 zqxvw', NULL, '31 kwjyp', NULL, '33 zqxvw', NULL], ARRAY[false, false, false, false, true, false, false]) AS enrolled;
SELECT id AS ann FROM pointsvault.member WHERE vault = :v AND member = 'zqxvw ann' \gset
SELECT id AS twin FROM pointsvault.member WHERE vault = :v AND member = 'zqxvw twin' \gset
SELECT id AS bob FROM pointsvault.member WHERE vault = :v AND member = 'bob kwjyp' \gset
\set at '''2026-01-05 10:00+00'''
\set said '''{"to": "zqxvw"}'''
SELECT pointsvault.appoint_agent(:v, 'agent', '4403'), pointsvault.appoint_agent(:v, 'zqxvw ann', '44');
SELECT pointsvault.open_debt(:v, 'zqxvw ann', 50, 'debt', 'a card of zqxvw', :at, :said);
SELECT pointsvault.purchase(:v, who, 1000, 'order of ' || n, at => :at, meta => :said)
FROM (VALUES ('zqxvw ann', 'ann'), ('zqxvw twin', 'twin')) AS o (who, n);
SELECT pointsvault.purchase(:v, 'zqxvw ann', 300, 'to a place', region => '4403 zqxvw', at => :at, meta => :said);
SELECT pointsvault.purchase(:v, 'bob kwjyp', 500, 'order of bob', region => '4403', at => :at, meta => '{"for": "kwjyp"}');
SELECT pointsvault.purchase(:v, 'below', 500, 'order of below', region => '4403', at => :at, meta => '{"a": 1}');
SELECT pointsvault.grant_points(:v, 'zqxvw ann', 5, 'grant', 'zqxvw complained', :at);
SELECT pointsvault.points_to_credits(:v, 'zqxvw ann', 1, 'swap', :at, :said), pointsvault.points_to_credits(:v, 'bob kwjyp', 1, 'bob swaps', :at);
SELECT pointsvault.pay(:v, 'zqxvw ann', 'shop', 0.1, 'pay shop', :at, :said), pointsvault.pay(:v, 'bob kwjyp', 'zqxvw ann', 0.2, 'pay ann', :at, :said),
  pointsvault.pay(:v, 'bob kwjyp', 'shop', 0.1, 'bob pays', :at, '{"by": "kwjyp"}');
SELECT pointsvault.create_series(:v, 'card', 9, 0.001, name => 'A card');
SELECT pointsvault.claim(:v, 'zqxvw ann', 'card', 'claim', at => :at, meta => :said), pointsvault.claim(:v, 'bob kwjyp', 'card', 'bob claims', at => :at);
SELECT pointsvault.use_item(:v, 'zqxvw ann', 'card', 1, 'use', 'zqxvw came', :at), pointsvault.transfer_item(:v, 'card', 2, 'bob kwjyp', 'zqxvw ann', 'gift', :at, :said);
SELECT pointsvault.list_item(:v, 'zqxvw ann', 'card', 2, 0.1, 'offer', at => :at), pointsvault.buy_item(:v, 'bob kwjyp', 'card', 2, 'buy', at => :at, meta => :said);
SELECT pointsvault.award(:v, 'zqxvw ann', 'prize', 'a cup for zqxvw', 25, :at), pointsvault.adjust(:v, 'zqxvw ann', 'cash', 7, 'slip', 'zqxvw was right', :at);
SELECT pointsvault.set_stock_price(:v, 0.03, 'price', at => :at), pointsvault.allot(:v, 'zqxvw ann', 10, 'shares', '2026-01-01', reason => 'as zqxvw asked', at => :at),
  pointsvault.deliver_stock(:v, 'zqxvw ann', 3, 'delivery', 'depot of zqxvw', :at);
SELECT pointsvault.hand_over(:v, 'zqxvw ann', 0.5, 'custody', 'a market', :at, :said);
SELECT pointsvault.merge_members(:v, 'zqxvw twin', 'zqxvw ann', 'one', :at, :said);
SELECT pointsvault.refund(:v, 'order of twin', 'back', 10, :at, :said);
SELECT pointsvault.set_member(:v, 'zqxvw ann', '440306 zqxvw'), pointsvault.close_day(:v, '2026-01-05');
SELECT pointsvault.purchase(:v, 'zqxvw ann', 100, 'next day', at => '2026-01-06 10:00+00', meta => :said);
SELECT pointsvault.liabilities(:v, 'points', '2026-01-05'), pointsvault.liabilities(:v, 'cash', '2026-01-05');
-- orders that wait, are held, were set aside; the reason why it is suspended; what jobs said
SELECT pointsvault.submit(:v, 'zqxvw ann', 900000000000000, 'too much', region => '4403 zqxvw', at => '2026-01-06 11:00+00', meta => :said), pointsvault.settle(:v);
SELECT pointsvault.submit(:v, 'zqxvw ann', 10, 'waiting', region => '4403 zqxvw', at => '2026-01-06 11:00+00', meta => :said),
  pointsvault.submit(:v, 'zqxvw ann', 10, 'held', hold => '100 years', meta => :said), pointsvault.submit(:v, 'bob kwjyp', 10, 'bob waits', at => '2026-01-06 11:00+00', meta => '{"for": "kwjyp"}');
INSERT INTO pointsvault.job_data (vault, job, day, started_at, finished_at, failed, outcome) VALUES (:v, 'close', '2026-01-06', now(), now(), true, 'member "zqxvw ann" of vault 1 is missing');
SELECT pointsvault.suspend_member(:v, 'zqxvw ann', 'zqxvw under suspicion');
\o
