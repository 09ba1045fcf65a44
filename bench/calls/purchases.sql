-- Many sales, a call each, in one statement.
SELECT count(pointsvault.purchase($1, 'm' || 1 + ($5 + i * 7919) % $6, (100 + i * 31 % 99900) * 0.01, $4 || i))
FROM generate_series(1, $7) i;
