-- The sale first, so that the vault stays locked over the shop's own 5 ms.
\set buyer random(1, :members)
\set cents random(100, 100000)
BEGIN;
SELECT points FROM pointsvault.purchase(:vault, 'm' || :buyer, :cents * 0.01, gen_random_uuid()::text);
SELECT pg_sleep(0.005);
COMMIT;
