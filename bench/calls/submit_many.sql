-- A hundred orders into the queue at once.
\set seed random(1, 1000000)
SELECT pointsvault.submit_many(:vault, array_agg('m' || 1 + (:seed + i * 7919) % :members),
  array_agg((100 + i * 997) * 0.01), array_agg(gen_random_uuid()::text))
FROM generate_series(1, 100) i;
