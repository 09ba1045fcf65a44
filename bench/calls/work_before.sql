-- The shop's own statements, 5 ms of them, then the sale: as the README says.
\set buyer random(1, :members)
\set cents random(100, 100000)
BEGIN;
SELECT pg_sleep(0.005);
SELECT points FROM pointsvault.purchase(:vault, 'm' || :buyer, :cents * 0.01, gen_random_uuid()::text);
COMMIT;
