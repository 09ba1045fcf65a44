-- A database of vaults in every state there is: both presets, referrals, named
-- contributions, exits booked and left over, redemptions, payouts, policy
-- versions, closed days with dividends posted and not, a suspension, roles,
-- Chinese names.  It is about noon in them: no day ends between a copy's events and
-- the original's.

SELECT (ARRAY['Asia/Tokyo', 'Africa/Nairobi', 'America/Cayenne', 'Pacific/Gambier'])[1 + extract(hour FROM now() AT TIME ZONE 'UTC')::int / 6] AS noon \gset
SELECT pointsvault.create_vault('酒庄', '{"growth": {"referral_mint_rate": "0.1", "exit_multiple": 1.2,
  "exit_basis": "member", "exits_per_call": 2, "goods_fee_rate": 0.02}}', timezone => :'noon') AS wine,
  pointsvault.create_vault('利润', pointsvault.preset('growth-profit'), 'CNY', :'noon') AS profit,
  pointsvault.create_vault('growth', pointsvault.preset('growth'), 'EUR', :'noon') AS growth,
  pointsvault.create_vault('emptied', timezone => :'noon') AS emptied, pointsvault.create_vault('untouched') AS untouched \gset

SELECT pointsvault.enroll_many(v, array_agg('会员' || i), array_agg(CASE WHEN i > 1 THEN '会员' || i / 2 END),
  array_agg(CASE WHEN i % 3 = 0 THEN '310115' END), array_agg(i % 5 = 0))
FROM generate_series(1, 40) i, unnest(ARRAY[:wine, :profit, :growth]) v GROUP BY v;
SELECT pointsvault.enroll(:emptied, '最后的''客人"\');

SELECT count(*) FROM generate_series(1, 120) i, LATERAL pointsvault.purchase(
  CASE i % 3 WHEN 0 THEN :wine WHEN 1 THEN :profit ELSE :growth END, '会员' || 1 + i % 40, 100 + i * 7.0001, '订单-' || i,
  CASE WHEN i % 4 = 0 THEN 12.3456 END, CASE WHEN i % 9 = 0 THEN '110000' END, NULL,
  CASE WHEN i <= 90 THEN now() - interval '9 days' + i * interval '2 hours' END,
  CASE WHEN i % 6 = 0 THEN jsonb_build_object('商品', 'vin "rouge"', 'n', i) END) p;
SELECT count(*) FROM generate_series(1, 12) i,
  LATERAL (SELECT vault, member, points FROM pointsvault.holding
           WHERE vault = CASE i % 2 WHEN 0 THEN :profit ELSE :growth END ORDER BY points DESC, member OFFSET i LIMIT 1) h,
  LATERAL pointsvault.redeem(h.vault, h.member, trunc(h.points / 3, 8), '赎回-' || i,
                             CASE WHEN i % 3 = 0 THEN 'goods' ELSE 'cash' END) r;
SELECT pointsvault.accrue(:growth, 5);
-- old debts, of which some are settled for points that are released by and by
SELECT pointsvault.set_policy(:growth, '{"legacy": {"contribution_rate": 0.3, "release_days": 30, "exit_multiple": 1}}');
SELECT count(pointsvault.open_debt(:growth, '会员' || i, 100, '旧债-' || i, '旧卡')) FROM generate_series(1, 5) i;
SELECT count(pointsvault.settle_debt(:growth, '会员' || i, 60, '抵债-' || i)) FROM generate_series(1, 4) i;
SELECT pointsvault.refund(:growth, '抵债-1', '抵债退回', 20) IS NOT NULL;
SELECT pointsvault.set_policy(:profit, '{"growth": {"mint_rate": 0.5}}'), pointsvault.set_policy(:profit, '{"growth": {"exit_fee_rate": 0.3}}');
SELECT pointsvault.inject(:wine, 5000.0001, '注资', '第一轮融资'), pointsvault.inject(:profit, 100000, '注资');
SELECT count(*) FROM pointsvault.holding h, LATERAL pointsvault.withdraw(h.vault, h.member, trunc(h.cash / 2, 4), '提现-' || h.member) w
WHERE h.cash > 1;
SELECT pointsvault.withdraw_return(j.vault, j.ref, '退回') FROM pointsvault.journal j WHERE j.kind = 'withdraw' AND j.vault = :profit AND j.ref <> '提现-会员2' -- that is for continue.sql
ORDER BY seq LIMIT 1;

-- commissions, agents, a shareholder pool of closed days and one that is open, release plans
SELECT pointsvault.create_vault('佣金', '{"growth": {}, "cycle": {"share_price": 50}, "commission": {"budget_rate": 0.2, "direct_rate": 0.05, "indirect_rate": 0.02,
  "ranks": [{"sales": 300, "rate": 0.03}], "region_rates": {"province": 0.01, "district": 0.02}, "shareholder_rate": 0.03},
  "release": {"levels": [{"min": 70, "multiple": 2}], "generation_rates": [0.5, 0.3], "stars": [{"sales": 300, "rate": 0.1}]},
  "acknowledge_multilevel": "测试"}', timezone => :'noon') AS commission \gset
SELECT pointsvault.enroll_many(:commission, array_agg('会员' || i), array_agg(CASE WHEN i > 1 THEN '会员' || i / 2 END), array_agg(CASE WHEN i % 3 = 0 THEN '310115' END))
FROM generate_series(1, 20) i;
SELECT pointsvault.appoint_agent(:commission, '会员3', '31'), pointsvault.appoint_agent(:commission, '会员5', '310115'), pointsvault.appoint_agent(:commission, '会员7', '31');
SELECT count(*) FROM generate_series(1, 40) i, pointsvault.purchase(:commission, '会员' || 1 + i * 7 % 20, 60 + i, '订单-' || i, region => CASE WHEN i % 4 = 0 THEN '31' END,
  at => now() - interval '4 days' + i / 10 * interval '1 day') p;
SELECT pointsvault.refund(:commission, '订单-' || i, '退-' || i, CASE WHEN i % 2 = 0 THEN 10 END) FROM generate_series(3, 6) i;
SELECT pointsvault.purchase(:emptied, '最后的''客人"\', 1000, 'o'), pointsvault.redeem(:emptied, '最后的''客人"\', 210, 'r');
SELECT pointsvault.suspend_vault(:emptied, '审计');

-- exits due and not booked yet, on either basis
SELECT pointsvault.set_policy(v, '{"growth": {"exits_per_call": 0}}'), pointsvault.inject(v, 500000, '留下')
FROM unnest(ARRAY[:wine, :profit]) v;

SELECT pointsvault.grant_access('regress_pv_shop', 'shop', :wine), pointsvault.grant_access('regress_pv_shop', 'shop', :profit),
  pointsvault.grant_access('regress_pv_shop', 'cashier', :wine), pointsvault.grant_access('regress_pv_shop', 'shop', :growth),
  pointsvault.revoke_access('regress_pv_shop', 'shop', :growth), pointsvault.grant_access('regress_pv_审计', 'auditor');
