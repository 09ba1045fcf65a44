-- The sale first, but booked at the commit, after the shop's own 5 ms.
BEGIN;
SELECT pointsvault.purchase_at_commit($1, $2, $3, $4);
SELECT pg_sleep(0.005);
COMMIT;
