-- The same sale in PL/pgSQL.
\set buyer random(1, :members)
\set cents random(100, 100000)
SELECT points FROM rival.purchase(:vault, 'm' || :buyer, :cents * 0.01, gen_random_uuid()::text);
