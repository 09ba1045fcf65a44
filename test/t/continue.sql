-- Goes on with the database of fill.sql: what comes out must not depend on
-- whether that is the original or a copy.  No moments, which always differ.

-- the next purchase, and an old ref
SELECT v, kind, member, amount, points, price_before, price_after, p.seq, replayed
FROM unnest(ARRAY[1, 2, 3]) v, pointsvault.purchase(v, '会员7', 1234.5678, '之后') p;
SELECT v, p.ref, p.seq, p.points, p.price_after, p.replayed
FROM (VALUES (1, '订单-3'), (2, '订单-1'), (3, '订单-2')) o (v, ref)
JOIN pointsvault.journal j ON j.vault = v AND j.ref = o.ref,
  LATERAL pointsvault.purchase(v, j.member, j.amount, j.ref, NULL, j.region) p ORDER BY v;

-- exits that were due, then all that follows from them
SELECT v, pointsvault.process_exits(v, 3) FROM unnest(ARRAY[1, 2]) v;
SELECT v, pointsvault.process_exits(v) FROM unnest(ARRAY[1, 2]) v;
SELECT vault, seq, member, points, amount, cash, fee, pool_after FROM pointsvault.journal
WHERE kind = 'exit' ORDER BY vault, seq;

-- numbers go on where they were
SELECT pointsvault.enroll(1, '新会员', '会员40') = max(id) + 1 FROM pointsvault.member;
SELECT pointsvault.create_vault('新店') = max(vault) + 1 FROM pointsvault.vault_status;
SELECT pointsvault.set_policy(1, '{"growth": {"pool_rate": 0.4}}'), pointsvault.set_policy(3, '{"growth": {"pool_rate": 0.2}}');
SELECT v, points, price_after FROM unnest(ARRAY[1, 3]) v, pointsvault.purchase(v, '会员2', 100, '新政') p;
SELECT ref, points, cash FROM pointsvault.redeem(3, '会员2', 1, '赎回');
SELECT seq, amount FROM pointsvault.withdraw_return(2, '提现-会员2', '退回-2');
SELECT vault, pool, circulating, issued, burned, price, cash_owed, reserve, platform, members, policy_version, last_seq, suspended
FROM pointsvault.vault_status ORDER BY vault;
