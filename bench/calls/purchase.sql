-- A sale, as a shop would call it.
\set buyer random(1, :members)
\set cents random(100, 100000)
SELECT points FROM pointsvault.purchase(:vault, 'm' || :buyer, :cents * 0.01, gen_random_uuid()::text);
