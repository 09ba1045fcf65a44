-- A vault on the basis :'basis', also its name, with every kind of event, exits, a
-- sponsor's lots, closed days whose dividends are posted or not, a buyer who gave all
-- shares back, and orders that wait, are held, were set aside, submitted anew,
-- cancelled.  Leaves its number in :vault.

SELECT pointsvault.create_vault(:'basis', format('{"growth": {"exit_basis": "%s", "exit_multiple": 0.9,
  "referral_mint_rate": 0.1, "exits_per_call": 2, "goods_fee_rate": 0.02}, "cycle": {"share_price": 10, "quota_multiple": 3,
  "tiers": [{"min": 1, "rate": 0.1}, {"min": 5, "rate": 0.1}], "unallocated": "carry", "referral_share_rate": 0.1},
  "release": {"levels": [{"min": 20, "multiple": 0.5}, {"min": 60, "multiple": 1.5}], "release_rate": 0.2, "generation_rates": [0.5, 0.3],
  "stars": [{"sales": 100, "rate": 0.05}, {"sales": 400, "rate": 0.1}], "usage_rate": 0.5},
  "commission": {"budget_rate": 0.15, "direct_rate": 0.04, "indirect_rate": 0.02, "ranks": [{"sales": 60, "rate": 0.01}, {"sales": 200, "rate": 0.03}],
  "rank_peer_rate": 0.005, "region_rates": {"district": 0.01, "city": 0.005, "province": 0.005}, "shareholder_rate": 0.02},
  "stock": {"total": 5000, "conversion_fee_rate": 0.05, "lock_months": 1},
  "legacy": {"contribution_rate": 0.3, "release_days": 5, "exit_multiple": 0.9},
  "exchange": {"fee_rate": 0.02}, "partner": {"asset": "shares", "min": 12},
  "acknowledge_multilevel": "a test"}', :'basis')::jsonb) AS vault \gset
SELECT pointsvault.enroll_many(:vault, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm' || i / 2 END),
  array_agg(CASE WHEN i % 3 = 0 THEN '4403' END)) FROM generate_series(1, 20) i \g /dev/null
SELECT pointsvault.enroll(:vault, 'shop', merchant => true) \g /dev/null
SELECT pointsvault.enroll(:vault, 'rue') \g /dev/null
SELECT pointsvault.enroll(:vault, 'idle') \g /dev/null
SELECT pointsvault.enroll_many(:vault, ARRAY['twin', 'her twin', 'their buyer'], ARRAY['m2', 'twin', 'her twin']) \g /dev/null
SELECT pointsvault.appoint_agent(:vault, 'shop', '44'), pointsvault.appoint_agent(:vault, 'm4', '44'), pointsvault.appoint_agent(:vault, 'twin', '4403'),
  pointsvault.appoint_agent(:vault, 'm5', '440305') \g /dev/null
SELECT pointsvault.begin_import(:vault) \g /dev/null
SELECT pointsvault.open_balances(:vault, '{m1,m2,m2,shop}', '{0.0035,0.001,0.0005,NULL}', '{NULL,-0.2,2,1}', '{0.004,NULL,NULL,0.001}', '{1,NULL,NULL,NULL}', '{2,NULL,NULL,NULL}',
  array_fill((now() AT TIME ZONE 'Asia/Shanghai')::date - 6, '{4}'), refs => '{opening-1,NULL,opening-2,NULL}') \g /dev/null
SELECT pointsvault.open_balances(:vault, '{m3}', '{0.0007}', NULL, NULL, NULL, NULL, ARRAY[(now() AT TIME ZONE 'Asia/Shanghai')::date - 6], true) \g /dev/null
SELECT pointsvault.end_import(:vault) \g /dev/null
SELECT count(pointsvault.purchase(:vault, 'm' || 1 + i % 20, 10 + i, 'order-' || i, region => CASE WHEN i % 7 > 0 THEN '440305' END,
  contribution => CASE WHEN i % 5 = 0 THEN 1 END, meta => '{"a": 1}', at => date_trunc('day', now(), 'Asia/Shanghai') - interval '30 minutes' - (81 - i) / 20 * interval '1 day'))
  FROM generate_series(1, 80) i \g /dev/null
SELECT pointsvault.purchase(:vault, 'rue', 50, 'rued', at => date_trunc('day', now(), 'Asia/Shanghai') - interval '20 minutes') \g /dev/null
SELECT pointsvault.purchase(:vault, who, 45, who, at => date_trunc('day', now(), 'Asia/Shanghai') - interval '15 minutes')
  FROM unnest(ARRAY['twin', 'her twin', 'their buyer']) who \g /dev/null
SELECT pointsvault.enroll_many(:vault, ARRAY['old hand', 'her card']) \g /dev/null
SELECT pointsvault.open_debt(:vault, who, 300, who || ' owed', 'an old card', at => date_trunc('day', now(), 'Asia/Shanghai') - interval '13 minutes')
  FROM unnest(ARRAY['old hand', 'her card', 'twin', 'm12']) who \g /dev/null
SELECT pointsvault.settle_debt(:vault, who, 200, who || ' settled', at => date_trunc('day', now(), 'Asia/Shanghai') - interval '12 minutes')
  FROM unnest(ARRAY['old hand', 'her card', 'twin']) who \g /dev/null
SELECT pointsvault.settle_debt(:vault, 'm12', 50, 'named', 50, at => date_trunc('day', now(), 'Asia/Shanghai') - interval '11 minutes') \g /dev/null
SELECT pointsvault.accrue(:vault, 8) \g /dev/null
SELECT pointsvault.redeem(:vault, member, trunc((points - held) / 2, 8), member || ' takes') FROM pointsvault.holding
  WHERE vault = :vault AND member IN ('old hand', 'her card') \g /dev/null
SELECT pointsvault.hand_over(:vault, member, trunc((points - held) / 2, 8), member || ' deposits', 'a market') FROM pointsvault.holding
  WHERE vault = :vault AND member = 'old hand' \g /dev/null
SELECT pointsvault.refund(:vault, 'old hand settled', 'old hand back', 30), pointsvault.merge_members(:vault, 'her card', 'old hand', 'one hand'),
  pointsvault.refund(:vault, 'her card settled', 'her card back', 20), pointsvault.adjust(:vault, 'm12', 'debt', -0.5, 'debt down', 'slip') \g /dev/null
SELECT pointsvault.redeem(:vault, 'm2', 0.5, 'cash') \g /dev/null
SELECT pointsvault.spend_reward(:vault, 'm2', 1.5, 'goods for rewards', 3) \g /dev/null
SELECT pointsvault.refund(:vault, 'rued', 'rue') \g /dev/null
SELECT pointsvault.redeem(:vault, 'm3', 0.5, 'goods', 'goods') \g /dev/null
SELECT pointsvault.withdraw(:vault, 'm2', 0.1, 'payout') \g /dev/null
SELECT pointsvault.withdraw(:vault, 'm2', 0.1, 'payout-2') \g /dev/null
SELECT pointsvault.withdraw_return(:vault, 'payout', 'bounced') \g /dev/null
SELECT pointsvault.inject(:vault, 200, 'subsidy', 'spring') \g /dev/null
SELECT pointsvault.points_to_credits(:vault, 'm4', 0.5, 'swap') \g /dev/null
SELECT pointsvault.pay(:vault, 'm4', 'shop', 0.3, 'pay') \g /dev/null
SELECT pointsvault.credits_to_points(:vault, 'shop', 0.2, 'back') \g /dev/null
SELECT pointsvault.grant_points(:vault, 'm5', 1, 'grant', 'service') \g /dev/null
SELECT pointsvault.create_series(:vault, 'card', 6, 0.001, fee_rate => 0.1, uses => 2, name => 'A card', about => '{"description": "of paper"}'),
  pointsvault.create_series(:vault, 'bottle', 3, 0.01, 'money', 5, transferable => false) \g /dev/null
SELECT pointsvault.claim(:vault, 'm4', 'card', 'claimed'), pointsvault.claim(:vault, 'm6', 'bottle', 'claimed bottle') \g /dev/null
SELECT pointsvault.issue_item(:vault, who, 'card', 'issued to ' || who, 'a prize') FROM unnest(ARRAY['twin', 'shop', 'm6']) who \g /dev/null
SELECT pointsvault.transfer_item(:vault, 'card', 1, 'm4', 'm5', 'given') \g /dev/null
SELECT pointsvault.list_item(:vault, 'shop', 'card', 3, 0.05, 'offered'), pointsvault.list_item(:vault, 'm6', 'card', 4, 1000, 'offered too') \g /dev/null
SELECT pointsvault.buy_item(:vault, 'm4', 'card', 3, 'bought'), pointsvault.unlist_item(:vault, 'm6', 'card', 4, 'not offered') \g /dev/null
SELECT pointsvault.use_item(:vault, 'm4', 'card', 3, 'used', 'a glass'), pointsvault.use_item(:vault, 'm4', 'card', 3, 'used up'),
  pointsvault.list_item(:vault, 'm6', 'card', 4, 7, 'offered again') \g /dev/null
SELECT pointsvault.set_series(:vault, 'bottle', price => 0.02, closed => true) \g /dev/null
SELECT pointsvault.redeem_surplus(:vault, 'surplus') \g /dev/null
SELECT pointsvault.set_stock_price(:vault, 0.03, 'a share'), pointsvault.convert_to_stock(:vault, 'm6', 0.5, 'to stock'),
  pointsvault.allot(:vault, 'm8', 30, 'for m8', (now() AT TIME ZONE 'Asia/Shanghai')::date - 40, 3, 1, 'service') \g /dev/null
SELECT pointsvault.allot(:vault, 'twin', 10, 'for twin', (now() AT TIME ZONE 'Asia/Shanghai')::date - 40, 3), pointsvault.deliver_stock(:vault, 'm8', 7, 'handed over', 'depository') \g /dev/null
SELECT pointsvault.merge_members(:vault, 'twin', 'her twin', 'one') \g /dev/null
SELECT pointsvault.refund(:vault, 'her twin', 'one refund', 20) \g /dev/null
SELECT pointsvault.merge_members(:vault, 'her twin', 'their buyer', 'all one') \g /dev/null
SELECT pointsvault.deliver_stock(:vault, 'their buyer', 4, 'handed over too', 'depository'), pointsvault.set_stock_price(:vault, NULL, 'no more shares') \g /dev/null
SELECT pointsvault.refund(:vault, who, who || ' refund', 10) FROM unnest(ARRAY['twin', 'their buyer']) who \g /dev/null
SELECT pointsvault.create_series(:vault, 'old guard', 2, 0.0001, min_spent => 90), pointsvault.claim(:vault, 'their buyer', 'old guard', 'claimed by all') \g /dev/null
SELECT pointsvault.set_member(:vault, 'm9', '3301', true), pointsvault.suspend_member(:vault, 'm10', 'a chargeback') \g /dev/null
SELECT pointsvault.suspend_member(:vault, 'm11', 'a question'), pointsvault.resume_member(:vault, 'm11') \g /dev/null
SELECT pointsvault.refund(:vault, 'order-75', 'return-1', 3) \g /dev/null
SELECT pointsvault.refund(:vault, 'order-75', 'return-2') \g /dev/null
SELECT pointsvault.refund(:vault, 'order-3', 'return-3') \g /dev/null
SELECT pointsvault.redeem_return(:vault, 'goods', 'goods back', 0.1) \g /dev/null
SELECT pointsvault.redeem_return(:vault, 'goods', 'goods back whole') \g /dev/null
SELECT pointsvault.repay(:vault, 'rue', 0.01, 'repaid') \g /dev/null
SELECT pointsvault.adjust(:vault, 'm6', 'reward', 0.5, 'reward up', 'slip'), pointsvault.adjust(:vault, 'm6', 'quota', 0.5, 'quota up', 'slip'),
  pointsvault.adjust(:vault, 'm6', 'points', 0.5, 'points up', 'slip'), pointsvault.adjust(:vault, 'm6', 'points', -0.25, 'points down', 'slip'),
  pointsvault.adjust(:vault, 'm6', 'credits', 0.5, 'credits up', 'slip'), pointsvault.adjust(:vault, 'm6', 'credits', -0.25, 'credits down', 'slip'),
  pointsvault.adjust(:vault, 'm6', 'cash', 0.5, 'cash up', 'slip') \g /dev/null
SELECT pointsvault.hand_over(:vault, 'm6', 0.2, 'custody', 'a market'), pointsvault.hand_over(:vault, 'm5', 0.1, 'custody-2', 'another'),
  pointsvault.take_back(:vault, 'm7', 0.05, 'out of custody', 'a market') \g /dev/null
SELECT pointsvault.award(:vault, 'm8', 'prize', 'a kettle', 25.5), pointsvault.award(:vault, 'm9', 'prize-2', 'a word of thanks') \g /dev/null
SELECT pointsvault.set_policy(:vault, '{"growth": {"redeem_fee_rate": 0.2, "hold_days": 3}}') \g /dev/null
SELECT pointsvault.submit(:vault, 'm1', 7, 'settled') \g /dev/null
SELECT pointsvault.submit_settlement(:vault, 'old hand', 0.5, 'settled debt') \g /dev/null
SELECT pointsvault.submit(:vault, 'nobody', 7, 'stray') \g /dev/null
SELECT pointsvault.submit(:vault, 'nobody', 7, 'stray again') \g /dev/null
SELECT pointsvault.settle(:vault) \g /dev/null
SELECT pointsvault.submit(:vault, 'm7', 7, 'stray again') \g /dev/null
SELECT pointsvault.submit(:vault, 'm1', 7, 'cancelled') \g /dev/null
SELECT pointsvault.cancel(:vault, 'cancelled') \g /dev/null
SELECT count(pointsvault.submit(:vault, 'm' || i, i, 'queued-' || i, region => '44', meta => '{"b": 2}')) FROM generate_series(1, 5) i \g /dev/null
SELECT pointsvault.submit_settlement(:vault, 'old hand', 1, 'queued-6', 0.75) \g /dev/null
SELECT pointsvault.submit_many(:vault, ARRAY['m6', 'm7'], ARRAY[6.0, 7.0], ARRAY['held-6', 'held-7'], hold => '7 days') \g /dev/null
SELECT pointsvault.rename_member(:vault, 'm7', 'forgotten') \g /dev/null
-- of whom each text is erased, and of another what was paid to it
SELECT pointsvault.enroll(:vault, 'leaver', 'm9', '440305') \g /dev/null
SELECT pointsvault.purchase(:vault, 'leaver', 30, 'left-1', region => '4403', meta => '{"a": 1}'), pointsvault.purchase(:vault, 'leaver', 30, 'left-2'),
  pointsvault.grant_points(:vault, 'leaver', 1, 'left-3', 'service', meta => '{"a": 1}'), pointsvault.pay(:vault, 'm4', 'leaver', 0.01, 'left-4', meta => '{"a": 1}'),
  pointsvault.hand_over(:vault, 'leaver', 0.01, 'left-5', 'a market', meta => '{"a": 1}'), pointsvault.submit(:vault, 'leaver', 8, 'left-6', hold => '7 days', meta => '{"a": 1}') \g /dev/null
-- not in 0.1.0, of which upgrades are tried
SELECT to_regprocedure('pointsvault.erase_member(integer, text)') IS NOT NULL AS erases \gset
\if :erases
SELECT pointsvault.erase_member(:vault, 'leaver') \g /dev/null
\endif
SELECT pointsvault.suspend_vault(:vault, 'stocktaking'), pointsvault.resume_vault(:vault) \g /dev/null
SELECT pointsvault.suspend_vault(:vault, 'audit') \g /dev/null
INSERT INTO pointsvault.job_data (vault, job, day, started_at, finished_at, failed, outcome)
  SELECT :vault, job, current_date, now(), now(), false, 'done' FROM unnest(ARRAY['close', 'accrue']) job;
INSERT INTO pointsvault.member_tally_data SELECT :vault, id, number
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM pointsvault.member_data WHERE vault = :vault) m WHERE number = 12;
