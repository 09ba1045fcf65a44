-- Refunds (MODEL G15).

SET timezone = 'UTC';
\set receipt 'kind, ref, member, amount, points, cash, fee, replayed'
\set state 'pool, circulating, issued, burned, reserve, platform, cash_owed'

-- §12: buyer 101 of 100 returns it whole at once
SELECT pointsvault.create_vault('returns', '{"growth": {}}', timezone => try.noon()) AS returns \gset
SELECT pointsvault.enroll_many(:returns, array_agg('buyer ' || i)) AS enrolled FROM generate_series(1, 101) i;
SELECT count(r) FROM pointsvault.purchase_many(:returns, (SELECT array_agg('buyer ' || i) FROM generate_series(1, 101) i),
  (SELECT array_agg(100) FROM generate_series(1, 101)), (SELECT array_agg('order ' || i) FROM generate_series(1, 101) i)) r;
SELECT :receipt FROM pointsvault.quote_refund(:returns, 'order 101');
SELECT :receipt, price_after >= price_before AS price_holds FROM pointsvault.refund(:returns, 'order 101', 'return');
SELECT points, cash FROM pointsvault.holding WHERE vault = :returns AND member = 'buyer 101';
SELECT account, member, asset, amount FROM pointsvault.posting
WHERE vault = :returns AND seq = (SELECT last_seq FROM pointsvault.vault_status WHERE vault = :returns) ORDER BY 1, 2, 3;
-- again, and no more than that
SELECT :receipt FROM pointsvault.refund(:returns, 'order 101', 'return');
SELECT :receipt FROM pointsvault.refund(:returns, 'order 101', 'return', 100);
SELECT pointsvault.refund(:returns, 'order 101', 'return', 99);
SELECT pointsvault.refund(:returns, 'order 100', 'return');
SELECT pointsvault.refund(:returns, 'order 101', 'return 2');
SELECT pointsvault.refund(:returns, 'order 101', 'return 2', 0.0001);
SELECT pointsvault.refund(:returns, 'order 999', 'return 2');
SELECT pointsvault.refund(:returns, 'return', 'return 2');
SELECT pointsvault.refund(:returns, 'order 1', 'return 2', 0);
SELECT pointsvault.refund(:returns, 'order 1', 'return 2', -1);
SELECT pointsvault.refund(:returns, 'order 1', 'return 2', 100.0001);

-- the parts of any split add up to the whole: an order returned in three parts,
-- another at once, in vaults alike
CREATE FUNCTION try.returned(name text, VARIADIC parts numeric[]) RETURNS pointsvault.vault_status LANGUAGE plpgsql AS $$
DECLARE
  v integer := pointsvault.create_vault(name, '{"growth": {"referral_mint_rate": 0.1, "refund_shortfall": "platform"}}',
                                        timezone => try.noon());
  s pointsvault.vault_status;
BEGIN
  PERFORM pointsvault.enroll(v, 'ann');
  PERFORM pointsvault.enroll(v, 'bob', 'ann');
  PERFORM pointsvault.purchase(v, 'ann', 77.77, 'o1');
  PERFORM pointsvault.purchase(v, 'bob', 33.3333, 'o2');
  FOR i IN 1 .. cardinality(parts) LOOP
    PERFORM pointsvault.refund(v, 'o2', 'r' || i, parts[i]);
  END LOOP;
  SELECT * INTO s FROM pointsvault.vault_status WHERE vault = v;
  RETURN s;
END $$;
SELECT circulating, issued, credits FROM try.returned('whole', 33.3333);
SELECT circulating, issued, credits FROM try.returned('parts', 11.1111, 0.0001, 22.2221);
SELECT circulating, issued, credits FROM try.returned('rest', 11.1111, NULL);
SELECT member, points, cash FROM pointsvault.holding WHERE vault = pointsvault.vault_id('whole') ORDER BY member;

-- after the points are gone: they are bought back, the sponsor's too
SELECT pointsvault.create_vault('gone', '{"growth": {"referral_mint_rate": 0.1}}', timezone => try.noon()) AS gone \gset
SELECT pointsvault.enroll(:gone, 'ann'), pointsvault.enroll(:gone, 'bob', 'ann'), pointsvault.enroll(:gone, 'cid') \g /dev/null
SELECT points FROM pointsvault.purchase(:gone, 'cid', 100, 'o1');
SELECT points FROM pointsvault.purchase(:gone, 'bob', 100, 'o2');
SELECT points, cash FROM pointsvault.redeem(:gone, 'bob', (SELECT points FROM pointsvault.holding WHERE vault = :gone AND member = 'bob'), 'sell bob');
SELECT points, cash FROM pointsvault.redeem(:gone, 'ann', (SELECT points FROM pointsvault.holding WHERE vault = :gone AND member = 'ann'), 'sell ann');
SELECT :receipt FROM pointsvault.quote_refund(:gone, 'o2', 50);
SELECT :receipt FROM pointsvault.refund(:gone, 'o2', 'half', 50);
SELECT :receipt FROM pointsvault.refund(:gone, 'o2', 'rest');
SELECT member, points, cash FROM pointsvault.holding WHERE vault = :gone ORDER BY member;
SELECT :state FROM pointsvault.vault_status WHERE vault = :gone;
-- what is owed is no cash to withdraw
SELECT pointsvault.withdraw(:gone, 'bob', 1, 'w1');

-- after an exit
SELECT pointsvault.create_vault('exited', '{"growth": {"exit_multiple": 0.4, "exit_basis": "member"}}', timezone => try.noon()) AS exited \gset
SELECT pointsvault.enroll_many(:exited, '{ann,bob}') AS enrolled;
SELECT points FROM pointsvault.purchase(:exited, 'ann', 100, 'o1');
SELECT points FROM pointsvault.purchase(:exited, 'bob', 600, 'o2');
SELECT kind, member, points FROM pointsvault.journal WHERE vault = :exited AND kind = 'exit';
SELECT :receipt FROM pointsvault.refund(:exited, 'o1', 'r1');
-- a purchase that was minted nothing counts its limit until it is refunded, in proportion (G6)
SELECT pointsvault.set_policy(:exited, '{"growth": {"mint_rate": 0, "exit_multiple": 2}}') AS version;
SELECT points FROM pointsvault.purchase(:exited, 'bob', 33.3333, 'o3');
SELECT seq, points, exit_limit FROM pointsvault.lot WHERE vault = :exited ORDER BY seq;
SELECT :receipt FROM pointsvault.refund(:exited, 'o3', 'r3', 11.1111);
SELECT seq, points, exit_limit FROM pointsvault.lot WHERE vault = :exited ORDER BY seq;
SELECT :receipt FROM pointsvault.refund(:exited, 'o3', 'r4');
SELECT seq, points, exit_limit FROM pointsvault.lot WHERE vault = :exited ORDER BY seq;

-- the last purchase returned: nothing circulates, the rest goes to the reserve (V3)
SELECT pointsvault.create_vault('all returned', '{"growth": {"pool_rate": 0.3}}', timezone => try.noon()) AS emptied \gset
SELECT pointsvault.enroll(:emptied, 'ann') AS id \gset
SELECT points FROM pointsvault.purchase(:emptied, 'ann', 100, 'o1');
SELECT :receipt FROM pointsvault.refund(:emptied, 'o1', 'r1');
SELECT :state FROM pointsvault.vault_status WHERE vault = :emptied;

SELECT s.name, v.name, detail FROM pointsvault.vault_status s CROSS JOIN pointsvault.verify(s.vault) v WHERE NOT ok;
