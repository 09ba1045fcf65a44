-- The same orders in both, a ref sent twice among them: says `same`, or the figures.

SELECT pointsvault.create_vault('check', '{"growth": {}}') AS vault \gset
CALL bench.enroll(:vault, 20);
CALL rival.create_vault(:vault, 20);
SELECT count(pointsvault.purchase(:vault, 'm' || 1 + i % 20, i * 1.0001, 'order-' || i)),
       count(rival.purchase(:vault, 'm' || 1 + i % 20, i * 1.0001, 'order-' || i))
FROM generate_series(1, 300) i \g /dev/null
SELECT pointsvault.purchase(:vault, 'm2', 1.0001, 'order-1'), rival.purchase(:vault, 'm2', 1.0001, 'order-1') \g /dev/null

WITH figures AS (
  SELECT 'pointsvault' AS book, max(seq) AS rows, sum(amount) AS amount, sum(points) AS points,
         max(pool_after) AS pool, max(circulating_after) AS circulating,
         (SELECT max(points) FROM pointsvault.holding WHERE vault = :vault) AS most
  FROM pointsvault.journal WHERE vault = :vault
  UNION ALL
  SELECT 'PL/pgSQL', max(seq), sum(amount) * 0.0001, sum(points) * 0.00000001, max(pool) * 0.0001,
         max(circulating) * 0.00000001,
         (SELECT max(points) * 0.00000001 FROM rival.holding WHERE vault = :vault)
  FROM rival.journal WHERE vault = :vault
)
SELECT CASE WHEN count(DISTINCT (rows, amount, points, pool, circulating, most)) = 1 THEN 'same'
            ELSE string_agg(figures::text, ' ') END
FROM figures;
