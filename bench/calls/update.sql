-- The measure of all: what the machine gives to clients that contend for one row.
UPDATE bench.counter SET n = n + 1 WHERE id = 1;
