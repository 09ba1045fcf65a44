-- The sale first, so that the vault stays locked over the shop's own 5 ms.
BEGIN;
SELECT points FROM pointsvault.purchase($1, $2, $3, $4);
SELECT pg_sleep(0.005);
COMMIT;
