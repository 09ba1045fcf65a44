-- Many sales at once, to members far apart.
SELECT count(p) FROM (
  SELECT array_agg('m' || 1 + ($5 + i * 7919) % $6) AS members, array_agg((100 + i * 31 % 99900) * 0.01) AS amounts,
         array_agg($4 || i) AS refs
  FROM generate_series(1, $7) i
) s, pointsvault.purchase_many($1, s.members, s.amounts, s.refs) p;
