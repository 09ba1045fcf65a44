-- Credits, grants and surplus (MODEL G8 to G10, G12, G14).

SET timezone = 'UTC';
\set receipt 'kind, ref, member, amount, points, cash, fee, replayed'
\set state 'pool, circulating, issued, burned, treasury_points, credits, reserve, platform, cash_owed'

SELECT pointsvault.create_vault('credits', '{"growth": {"issue_cap": 360}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,shop}', merchants => '{f,f,t}') AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 1000, 'o1');
SELECT points FROM pointsvault.purchase(:v, 'bob', 1000, 'o2');

-- G8: points move to the treasury and keep circulating, the price stays
SELECT :receipt FROM pointsvault.quote_points_to_credits(:v, 100);
SELECT :receipt, price_before = price_after AS price_stays FROM pointsvault.points_to_credits(:v, 'ann', 100, 'c1');
SELECT :state FROM pointsvault.vault_status WHERE vault = :v;
SELECT member, points, credits, cash FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND seq = 4 ORDER BY 1, 2, 3;

-- the same call again, another one, and what is refused
SELECT :receipt FROM pointsvault.points_to_credits(:v, 'ann', 100, 'c1');
SELECT pointsvault.points_to_credits(:v, 'ann', 99, 'c1');
SELECT pointsvault.points_to_credits(:v, 'ann', 111, 'c2');
SELECT pointsvault.points_to_credits(:v, 'ann', 0, 'c2');
SELECT pointsvault.points_to_credits(:v, 'ann', 0.00000001, 'c2');
SELECT pointsvault.points_to_credits(:v, 'ann', 10, 'c2', min_credits => 1000);
SELECT pointsvault.quote_points_to_credits(:v, 10000);

-- G10: pay
SELECT :receipt FROM pointsvault.pay(:v, 'ann', 'shop', 100.5, 'pay1');
SELECT :receipt FROM pointsvault.pay(:v, 'ann', 'shop', 100.5, 'pay1');
SELECT pointsvault.pay(:v, 'ann', 'bob', 100.5, 'pay1');
SELECT pointsvault.pay(:v, 'ann', 'ann', 1, 'pay2');
SELECT pointsvault.pay(:v, 'ann', 'zoe', 1, 'pay2');
SELECT pointsvault.pay(:v, 'zoe', 'ann', 1, 'pay2');
SELECT pointsvault.pay(:v, 'bob', 'ann', 0.0001, 'pay2');
SELECT pointsvault.pay(:v, 'ann', 'bob', 0, 'pay2');
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND seq = 5 ORDER BY 1, 2, 3;

-- G9: back to points, for merchants
SELECT pointsvault.credits_to_points(:v, 'ann', 1, 'back1');
SELECT :receipt FROM pointsvault.quote_credits_to_points(:v, 50);
SELECT :receipt, price_before = price_after AS price_stays FROM pointsvault.credits_to_points(:v, 'shop', 50, 'back1');
SELECT :receipt FROM pointsvault.credits_to_points(:v, 'shop', 50, 'back1');
SELECT pointsvault.credits_to_points(:v, 'shop', 51, 'back2');
SELECT pointsvault.credits_to_points(:v, 'shop', 1, 'back2', min_points => 1);
SELECT pointsvault.quote_credits_to_points(:v, 10000);
SELECT :state FROM pointsvault.vault_status WHERE vault = :v;

-- G12: a grant is paid for at the price, rounded up, and not beyond the cap
SELECT :receipt FROM pointsvault.quote_grant_points(:v, 1.00000001);
SELECT :receipt FROM pointsvault.grant_points(:v, 'bob', 1.00000001, 'g1', 'for a good turn');
SELECT note FROM pointsvault.journal WHERE vault = :v AND ref = 'g1';
SELECT :receipt FROM pointsvault.grant_points(:v, 'bob', 1.00000001, 'g1', 'for a good turn');
SELECT pointsvault.grant_points(:v, 'bob', 1, 'g1', 'for a good turn');
SELECT pointsvault.grant_points(:v, 'bob', 10, 'g2', 'too much');
SELECT pointsvault.grant_points(:v, 'bob', 0, 'g2', 'nothing');
SELECT pointsvault.grant_points(:v, 'bob', 1, 'g2', NULL);

-- G14: what the treasury holds beyond the credits, after the price rose
SELECT :receipt FROM pointsvault.redeem_surplus(:v, 's1');
SELECT amount FROM pointsvault.inject(:v, 500, 'i1');
SELECT :receipt, round(price_after / price_before, 9) AS price_ratio FROM pointsvault.redeem_surplus(:v, 's2');
SELECT :receipt FROM pointsvault.redeem_surplus(:v, 's2');
SELECT :state, treasury_points * pool >= credits * circulating AS covered FROM pointsvault.vault_status WHERE vault = :v;
SELECT account, member, asset, amount FROM pointsvault.posting
WHERE vault = :v AND seq = (SELECT seq FROM pointsvault.journal WHERE vault = :v AND ref = 's2') ORDER BY 1, 2, 3;

-- credits, pay and withdraw lead to no exits; the jobs find them (G7)
SELECT pointsvault.create_vault('late', '{"growth": {"exit_multiple": 0.5, "exits_per_call": 0}}', timezone => try.noon()) AS late \gset
SELECT pointsvault.enroll_many(:late, '{ann,shop}', merchants => '{f,t}') AS enrolled;
SELECT points FROM pointsvault.purchase(:late, 'ann', 100, 'o1');
SELECT points FROM pointsvault.purchase(:late, 'shop', 1000, 'o2');
SELECT points FROM pointsvault.purchase(:late, 'shop', 3000, 'o3');
SELECT pointsvault.set_policy(:late, '{"growth": {"exits_per_call": 100}}') AS version;
SELECT amount FROM pointsvault.points_to_credits(:late, 'ann', 1, 'c1');
SELECT amount FROM pointsvault.pay(:late, 'ann', 'shop', 1, 'p1');
SELECT count(*) AS exits FROM pointsvault.journal WHERE vault = :late AND kind = 'exit';
SELECT pointsvault.process_exits(:late) AS exits;
SELECT member, points, points_at_mint FROM pointsvault.lot WHERE vault = :late ORDER BY seq;

SELECT vault = :v AS first, name, detail FROM (VALUES (:v), (:late)) x (vault) CROSS JOIN pointsvault.verify(vault) WHERE NOT ok;
