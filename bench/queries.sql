-- What bench/queries.sh needs: a long journal of many members, roles that read it, and
-- the views once more behind a security barrier, as PostgreSQL 14 has them.

\set QUIET on
SET client_min_messages = warning;

CREATE TABLE bench.orders (id integer PRIMARY KEY, ref text NOT NULL, member text NOT NULL);

-- So many days up to yesterday, of so many sales each; buyers come scattered.
CREATE PROCEDURE bench.sell_days(vault integer, members integer, days integer, sales integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR day IN REVERSE days .. 1 LOOP
    PERFORM count(p) FROM (
      SELECT array_agg('m' || 1 + (day * sales + i) * 7919::bigint % members) AS members,
             array_agg((100 + i * 31 % 99900) * 0.01) AS amounts, array_agg('order-' || day * 1000000 + i) AS refs,
             array_agg(now() - make_interval(days => day)) AS ats
      FROM generate_series(1, sales) i
    ) s, LATERAL pointsvault.purchase_many(vault, s.members, s.amounts, s.refs, ats => s.ats) p;
    COMMIT;
  END LOOP;
END $$;

CREATE PROCEDURE bench.make_barriers() LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  PERFORM set_config('search_path', 'pg_catalog', true);
  FOR name IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'pointsvault'::regnamespace AND 'security_invoker=true' = ANY (c.reloptions) LOOP
    EXECUTE format('CREATE VIEW bench.%I WITH (security_barrier) AS ', name)
      || regexp_replace(pg_get_viewdef(('pointsvault.' || name)::regclass), 'pointsvault\.(\w+_data) (\w+)',
           format('(SELECT * FROM pointsvault.\1 WHERE vault = ANY ((SELECT pointsvault.readable_vaults(%1$L))::int4[]) '
                  'AND pointsvault.is_among(vault, (SELECT pointsvault.readable_vaults(%1$L)))) \2', name), 'g');
  END LOOP;
  -- the others are as they are
  FOR name IN SELECT unnest('{cash_balance,exit_due,vault_status,health,policy}'::text[]) LOOP
    EXECUTE format('CREATE VIEW bench.%I AS SELECT * FROM pointsvault.%1$I', name);
  END LOOP;
END $$;
