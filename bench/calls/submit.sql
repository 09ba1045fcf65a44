-- An order into the queue.
\set buyer random(1, :members)
\set cents random(100, 100000)
SELECT pointsvault.submit(:vault, 'm' || :buyer, :cents * 0.01, gen_random_uuid()::text);
