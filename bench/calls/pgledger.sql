-- The same sale in pgledger: its contribution to the pool, and points to the buyer.
SELECT bench.pgledger_purchase($2, $3);
