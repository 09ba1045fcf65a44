-- What the benchmarks need beside the extension.

\set QUIET on
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS pointsvault;
CREATE SCHEMA bench;

CREATE TABLE bench.counter (id integer PRIMARY KEY, n bigint NOT NULL);
INSERT INTO bench.counter VALUES (1, 0);

CREATE FUNCTION bench.bytes(name text) RETURNS numeric LANGUAGE sql
RETURN (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relnamespace = name::regnamespace AND relkind = 'r');

-- Members m1, m2, ...; in batches, as the list and its members lie in memory.
CREATE PROCEDURE bench.enroll(vault integer, members integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR batch IN 1 .. members BY 50000 LOOP
    PERFORM pointsvault.enroll_many(vault, array_agg('m' || i))
    FROM generate_series(batch, LEAST(batch + 49999, members)) i;
    COMMIT;
  END LOOP;
END $$;

-- Many sales fast.  7919 is prime, so that buyers come scattered, and each once
-- where there are as many orders as members.
CREATE PROCEDURE bench.sell(vault integer, members integer, orders integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR batch IN 1 .. orders BY 10000 LOOP
    SET LOCAL synchronous_commit = off;
    PERFORM count(pointsvault.purchase(vault, 'm' || 1 + i * 7919 % members, (100 + i * 31 % 99900) * 0.01,
                                       gen_random_uuid()::text))
    FROM generate_series(batch::bigint, LEAST(batch + 9999, orders)) i;
    -- nobody else will while this call goes on, as it counts as done at its end only
    IF batch = 1 THEN
      ANALYZE;
    END IF;
    COMMIT;
  END LOOP;
END $$;
