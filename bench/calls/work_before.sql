-- The shop's own statements, 5 ms of them, then the sale: as the README says.
BEGIN;
SELECT pg_sleep(0.005);
SELECT points FROM pointsvault.purchase($1, $2, $3, $4);
COMMIT;
