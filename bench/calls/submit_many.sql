-- Many orders into the queue at once.
SELECT pointsvault.submit_many($1, array_agg('m' || 1 + ($5 + i * 7919) % $6),
  array_agg((100 + i * 31 % 99900) * 0.01), array_agg($4 || i))
FROM generate_series(1, $7) i;
