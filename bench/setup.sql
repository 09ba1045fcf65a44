-- What the benchmarks need beside the extension.

\set QUIET on
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS pointsvault;
CREATE SCHEMA bench;

CREATE TABLE bench.counter (id integer PRIMARY KEY, n bigint NOT NULL);
INSERT INTO bench.counter VALUES (1, 0);

-- Of all tables of a schema with their indexes, or of the tables alone.
CREATE FUNCTION bench.bytes(name text) RETURNS numeric LANGUAGE sql
RETURN (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relnamespace = name::regnamespace AND relkind = 'r');

CREATE FUNCTION bench.bytes_of_tables(name text) RETURNS numeric LANGUAGE sql
RETURN (SELECT sum(pg_table_size(oid)) FROM pg_class
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

-- Lines of members: m1 to m<lines> stand at their ends, each below as many as the depth
-- says, m1 below m<lines + 1> and so on; and three who stand nowhere.
CREATE PROCEDURE bench.enroll_lines(vault integer, lines integer, depth integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR level IN REVERSE depth .. 0 LOOP
    PERFORM pointsvault.enroll_many(vault, array_agg('m' || level * lines + i),
      array_agg(CASE WHEN level < depth THEN 'm' || (level + 1) * lines + i END), array_agg('440305'::text))
    FROM generate_series(1, lines) i;
    COMMIT;
  END LOOP;
  PERFORM pointsvault.enroll_many(vault, '{agent,agent of the city,agent of the district}');
END $$;

-- Many sales fast.  7919 is prime, so that buyers come scattered, and each once
-- where there are as many orders as members.
CREATE PROCEDURE bench.sell(vault integer, members integer, orders integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR batch IN 1 .. orders BY 10000 LOOP
    SET LOCAL synchronous_commit = off;
    PERFORM count(p) FROM (
      SELECT array_agg('m' || 1 + i * 7919 % members) AS members, array_agg((100 + i * 31 % 99900) * 0.01) AS amounts,
             array_agg(gen_random_uuid()::text) AS refs
      FROM generate_series(batch::bigint, LEAST(batch + 9999, orders)) i
    ) s, LATERAL pointsvault.purchase_many(vault, s.members, s.amounts, s.refs) p;
    -- nobody else will while this call goes on, as it counts as done at its end only
    IF batch = 1 THEN
      ANALYZE;
    END IF;
    COMMIT;
  END LOOP;
END $$;

-- Noon of the first day that is not closed, so that any number of days can be.
CREATE FUNCTION bench.noon(vault integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT (COALESCE(max(d.day) + 1, current_date - 100) + time '12:00') AT TIME ZONE 'Asia/Shanghai'
  FROM pointsvault.day_data d WHERE d.vault = noon.vault
$$;

-- Members m<first> to m<last> buy once each: spending is log-normal, which gives a
-- few hundred share counts, or `each` times 1, 2, ... up to a number of counts.
CREATE PROCEDURE bench.fill(vault integer, first integer, last integer, counts integer DEFAULT NULL,
  each numeric DEFAULT 200)
LANGUAGE plpgsql AS $$
DECLARE noon timestamptz := bench.noon(vault);
BEGIN
  PERFORM setseed(0.5);
  FOR batch IN first .. last BY 10000 LOOP
    SET LOCAL synchronous_commit = off;
    PERFORM count(p) FROM (
      SELECT array_agg('m' || i) AS members, array_agg(CASE WHEN counts IS NULL
               THEN round(200 + exp(7.3 + 1.2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, 2)
               ELSE each * (1 + i % counts) END) AS amounts,
             array_agg('first-' || vault || '-' || i) AS refs, array_agg(noon) AS ats
      FROM generate_series(batch, LEAST(batch + 9999, last)) i
    ) s, LATERAL pointsvault.purchase_many(vault, s.members, s.amounts, s.refs, ats => s.ats) p;
    IF batch = first THEN
      ANALYZE;
    END IF;
    COMMIT;
  END LOOP;
END $$;

-- Orders into the queue, to members far apart, to be settled.
CREATE PROCEDURE bench.queue(vault integer, members integer, orders integer) LANGUAGE plpgsql AS $$
DECLARE first bigint := floor(random() * members);
BEGIN
  FOR batch IN 1 .. orders BY 50000 LOOP
    PERFORM pointsvault.submit_many(vault, array_agg('m' || 1 + (first + i * 7919) % members),
      array_agg((100 + i * 31 % 99900) * 0.01), array_agg(gen_random_uuid()::text))
    FROM generate_series(batch::bigint, LEAST(batch + 49999, orders)) i;
    COMMIT;
  END LOOP;
  ANALYZE pointsvault.queue_data;
END $$;

-- The floor: one row with all columns and indexes of the journal, the values those of
-- a sale that was booked, and nothing looked up.  Says the statement, for bench/calls.
CREATE SEQUENCE bench.floor_seq CACHE 1000;

CREATE FUNCTION bench.make_floor(vault integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  sale jsonb := (SELECT to_jsonb(j) FROM pointsvault.journal_data j
                 WHERE j.vault = make_floor.vault AND j.ref IS NOT NULL ORDER BY j.seq DESC LIMIT 1);
BEGIN
  CREATE TABLE bench.floor (LIKE pointsvault.journal_data INCLUDING ALL);
  RETURN (
    SELECT format('INSERT INTO bench.floor VALUES (%s)', string_agg(CASE a.attname
             WHEN 'vault' THEN '$1' WHEN 'amount' THEN '$3' WHEN 'ref' THEN '$4' WHEN 'member' THEN '$5'
             WHEN 'seq' THEN $s$nextval('bench.floor_seq')$s$
             ELSE format('%L::%s', sale ->> a.attname, format_type(a.atttypid, a.atttypmod)) END, ', ' ORDER BY a.attnum))
    FROM pg_attribute a
    WHERE a.attrelid = 'pointsvault.journal_data'::regclass AND a.attnum > 0 AND NOT a.attisdropped);
END $$;
