-- A hundred buyers of 100 each in a wine mall, then a sale by the first of them.

\pset footer off
SELECT pointsvault.create_vault('wine mall', '{"growth": {}}') AS vault \gset

\o /dev/null
SELECT pointsvault.enroll_many(:vault, array_agg('buyer ' || n)) FROM generate_series(1, 100) n;
\o

CREATE TEMP TABLE receipt AS
SELECT n, r.*
FROM generate_series(1, 100) n
CROSS JOIN LATERAL pointsvault.purchase(:vault, 'buyer ' || n, 100, 'order ' || n) r;

\echo '30 of each 100 go into the pool, and 70 % of that is minted as points at the price'
\echo 'before the order.  Price = pool / points, so it rises, and the same 100 mint less.'
\echo
SELECT n AS "order", round(points, 4) AS "points minted", round(price_after, 4) AS "price after"
FROM receipt
WHERE n IN (1, 2, 3, 4, 100)
ORDER BY n;

\echo 'The first buyer sells the 21 points.  A tenth stays in the pool as a fee, so the price'
\echo 'does not fall for the others.'
\echo
SELECT points AS "points sold", amount AS gross, fee, cash AS net,
       round(price_before, 4) AS "price before", round(price_after, 4) AS "price after"
FROM pointsvault.redeem(:vault, 'buyer 1', 21, 'sale 1');

\echo 'The sale was paid out of what later buyers brought.  A price that rises is no return:'
\echo 'whoever comes late needs many more orders after their own to get back what they spent.'
