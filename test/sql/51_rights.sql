-- Rights are judged for the role that invoked a function, whoever the session is
-- and whoever is around or within the call.

SET client_min_messages = warning;

SELECT pointsvault.create_vault('east', '{"growth": {}}', timezone => try.noon()) AS east, pointsvault.create_vault('west', '{"growth": {}}', timezone => try.noon()) AS west \gset
SELECT pointsvault.enroll(:east, 'east ann') IS NOT NULL AS east, pointsvault.enroll(:west, 'west ann') IS NOT NULL AS west;
SELECT points FROM pointsvault.purchase(:west, 'west ann', 1000, 'west p1');
SELECT set_config('try.east', :'east', false) = :'east' AS east, set_config('try.west', :'west', false) = :'west' AS west;

CREATE ROLE regress_pv_mallory;
CREATE ROLE regress_pv_tom;
CREATE SCHEMA mallory AUTHORIZATION regress_pv_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
GRANT USAGE ON SCHEMA try TO regress_pv_mallory, regress_pv_tom;
SELECT pointsvault.grant_access('regress_pv_mallory', p, :east) FROM unnest('{shop,admin}'::text[]) p;
SELECT pointsvault.grant_access('regress_pv_tom', 'auditor', :west), pointsvault.grant_access('regress_pv_tom', 'shop', :east);

-- What others have run ----------------------------------------------------------------------

-- what a function of hers tries on a vault that is not hers, and how it was refused
SET SESSION AUTHORIZATION regress_pv_mallory;
CREATE FUNCTION mallory.try(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'SELECT pointsvault.' || call USING current_setting('try.west')::integer;
  RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' as ' || current_user;
END $$;
CREATE FUNCTION mallory.f(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE TABLE mallory.t AS SELECT generate_series(1, 10) AS a;
CREATE INDEX ON mallory.t (mallory.f(a));
CREATE OR REPLACE FUNCTION mallory.f(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  call text;
BEGIN
  IF $1 = 1 THEN
    FOREACH call IN ARRAY ARRAY['purchase($1, ''west ann'', 5000, ''stolen'')', 'grant_access(''regress_pv_mallory'', ''treasurer'')',
                                'statement($1, ''west ann'')', 'submit($1, ''west ann'', 1, ''q'')'] LOOP
      RAISE WARNING '%: %', call, mallory.try(call);
    END LOOP;
  END IF;
  RETURN $1;
END $$;
CREATE MATERIALIZED VIEW mallory.m AS SELECT mallory.f(a) FROM mallory.t WITH NO DATA;
RESET SESSION AUTHORIZATION;
ANALYZE mallory.t;
REINDEX TABLE mallory.t;
CLUSTER mallory.t USING t_f_idx;
REFRESH MATERIALIZED VIEW mallory.m;
SELECT count(*) AS rows_of_west FROM pointsvault.journal WHERE vault = :west;

-- what she may, she may there too, and the journal says in whose name and in whose session
SET SESSION AUTHORIZATION regress_pv_mallory;
CREATE OR REPLACE FUNCTION mallory.f(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  PERFORM pointsvault.purchase(current_setting('try.east')::integer, 'east ann', 100, 'hers', at => '2026-01-01');
  RETURN $1;
END $$;
RESET SESSION AUTHORIZATION;
ANALYZE mallory.t;
SELECT ref, replace(actor, session_user, 'SESSION') AS actor FROM pointsvault.journal WHERE vault = :east AND kind = 'purchase';

-- Functions with their owner's rights --------------------------------------------------------

-- hers, called by one who may more: she is judged
SET SESSION AUTHORIZATION regress_pv_mallory;
CREATE FUNCTION mallory.deputy(call text) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT mallory.try(call)';
CREATE FUNCTION mallory.look(relation text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM pointsvault.%I WHERE vault = $1', relation) INTO n USING current_setting('try.west')::integer;
  RETURN n;
END $$;
SET SESSION AUTHORIZATION regress_pv_tom;
SELECT call, mallory.deputy(call) FROM unnest(ARRAY['statement($1, ''west ann'')', 'holding_at($1, ''west ann'', now())', 'statement_of_days($1, ''west ann'')', 'holding_of_day($1, ''west ann'', ''2000-01-01'')', 'dividend_history($1, ''west ann'')',
  'get_receipt($1, ''west p1'')', 'price_of($1)', 'verify($1)', 'quote_refund($1, ''west p1'')', 'seq_at($1, now())', 'vault_id(''west'')']) call;
SELECT relation, mallory.look(relation) FROM unnest('{vault_status,member,holding,lot,journal,posting,policy,queue,dividend_day,exit_due}'::text[]) relation;
-- tom himself may read it
SELECT count(*) > 0 AS some FROM pointsvault.statement(current_setting('try.west')::integer, 'west ann');
SELECT count(*) > 0 AS some FROM pointsvault.journal WHERE vault = current_setting('try.west')::integer;
RESET SESSION AUTHORIZATION;

-- the other way round: a shop's own wrapper lends what its owner may, and no more
SET SESSION AUTHORIZATION regress_pv_mallory;
CREATE FUNCTION mallory.buy(vault integer, amount numeric, ref text) RETURNS numeric LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT points FROM pointsvault.purchase(vault, 'east ann', amount, ref, at => '2026-01-01')
$$;
SET SESSION AUTHORIZATION regress_pv_tom;
SET quote_all_identifiers = on;
SELECT mallory.buy(current_setting('try.east')::integer, 100, 'through her') > 0 AS bought;
RESET quote_all_identifiers;
SELECT try.refusal($$SELECT mallory.buy($1, 100, 'x')$$, :west);
RESET SESSION AUTHORIZATION;
SELECT try.refusal($$SELECT mallory.buy($1, 100, 'x')$$, :west);
SELECT ref, actor FROM pointsvault.journal WHERE vault = :east AND ref = 'through her';

-- Views and triggers -----------------------------------------------------------------------------

-- a view over a view of the extension shows what who queries it may see
SET SESSION AUTHORIZATION regress_pv_tom;
SELECT count(*) AS for_himself FROM pointsvault.holding WHERE vault = current_setting('try.west')::integer;
SET SESSION AUTHORIZATION regress_pv_mallory;
CREATE VIEW mallory.holdings AS SELECT * FROM pointsvault.holding;
GRANT SELECT ON mallory.holdings TO regress_pv_tom;
SELECT count(*) FILTER (WHERE vault = current_setting('try.west')::integer) AS west, count(*) FILTER (WHERE vault = current_setting('try.east')::integer) AS east FROM mallory.holdings;
RESET SESSION AUTHORIZATION;

-- Roles are known by their number, not by their name -------------------------------------------------

CREATE ROLE regress_pv_a;
CREATE ROLE regress_pv_b;
CREATE FUNCTION try.may(role name, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  PERFORM set_config('role', role, true);
  SELECT CASE state WHEN '22012' THEN 'nothing' ELSE COALESCE(state, 'ok') END INTO answer
  FROM try.attempt(format('SELECT 1 / count(answer) FROM (SELECT pointsvault.%s) AS answer', call), current_setting('try.east')::integer);
  PERFORM set_config('role', 'none', true);
  RETURN answer;
END $$;
GRANT USAGE ON SCHEMA try TO regress_pv_a, regress_pv_b;
SELECT pointsvault.grant_access('regress_pv_a', 'treasurer'), pointsvault.grant_access('regress_pv_b', 'shop', :east);
-- a new role of the name has none of the old one's rights, not even with those of another
DROP OWNED BY regress_pv_a;
DROP ROLE regress_pv_a;
CREATE ROLE regress_pv_a;
GRANT USAGE ON SCHEMA try TO regress_pv_a;
SELECT try.may('regress_pv_a', 'inject($1, 1, ''x'')');
GRANT regress_pv_b TO regress_pv_a;
SELECT try.may('regress_pv_a', 'inject($1, 1, ''x'')') AS inject, try.may('regress_pv_a', 'price_of($1)') AS price_of;
REVOKE regress_pv_b FROM regress_pv_a;
SELECT pointsvault.grant_access('regress_pv_a', 'cashier', :east);
SELECT role, profile, vault = :east AS east FROM pointsvault.access WHERE role IN ('regress_pv_a', 'regress_pv_b') ORDER BY role;
-- names are swapped: each keeps what it has
ALTER ROLE regress_pv_a RENAME TO regress_pv_c;
ALTER ROLE regress_pv_b RENAME TO regress_pv_a;
ALTER ROLE regress_pv_c RENAME TO regress_pv_b;
SELECT role, try.may(role, 'withdraw($1, ''east ann'', 0.0001, ''w'')') AS withdraw, try.may(role, 'price_of($1)') AS price_of
FROM unnest('{regress_pv_a,regress_pv_b}'::name[]) role;
SELECT role, profile FROM pointsvault.access WHERE role IN ('regress_pv_a', 'regress_pv_b') ORDER BY role;

-- who takes back what was never given takes nothing: what others gave by hand stays
CREATE ROLE regress_pv_backup;
GRANT SELECT ON pointsvault.holding_data TO regress_pv_backup;
SELECT pointsvault.revoke_access('regress_pv_backup', 'shop', :east);
SELECT has_table_privilege('regress_pv_backup', 'pointsvault.holding_data', 'SELECT') AS backup;
DROP OWNED BY regress_pv_backup;
DROP ROLE regress_pv_backup;

-- EXECUTE alone, given to all by mistake, lets nobody act -------------------------------------------------

CREATE ROLE regress_pv_stranger;
GRANT USAGE ON SCHEMA try TO regress_pv_stranger;
BEGIN;
GRANT USAGE ON SCHEMA pointsvault TO regress_pv_stranger;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA pointsvault TO regress_pv_stranger;
GRANT SELECT ON ALL TABLES IN SCHEMA pointsvault TO regress_pv_stranger;
-- every function that looks beyond its arguments, with arguments of its types
CREATE FUNCTION try.some_call(function oid) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s(%s)', p.proname, string_agg(CASE
      WHEN p.proargnames[n] = 'vault' THEN '$1'
      WHEN p.proargnames[n] IN ('members', 'amounts', 'refs') THEN format('''{1}''::%s', t::regtype)
      WHEN p.proargnames[n] = 'days' THEN '''{2026-01-01}'''
      WHEN p.proargnames[n] = 'profile' THEN '''shop'''
      WHEN p.proargnames[n] = 'role' THEN '''regress_pv_stranger'''
      WHEN p.proargnames[n] = 'step' THEN '''close'''
      WHEN p.proargnames[n] = 'purpose' THEN '''cash'''
      WHEN p.proargnames[n] = 'asset' THEN '''points'''
      WHEN p.proargnames[n] = 'view' THEN '''journal'''
      WHEN p.proargnames[n] = 'timezone' THEN '''UTC'''
      WHEN p.proargnames[n] = 'policy' THEN '''{"growth": {}}'''
      WHEN t::regtype::text = 'jsonb' THEN '''{}'''
      WHEN t::regtype::text IN ('timestamp with time zone', 'date') THEN '''2026-01-01'''
      WHEN t::regtype::text = 'interval' THEN '''0'''
      WHEN t::regtype::text LIKE '%[]' THEN 'NULL'
      WHEN t::regtype::text = 'boolean' THEN 'false'
      ELSE '1::text::' || t::regtype END, ', ' ORDER BY n))
  FROM pg_proc p, unnest(p.proargtypes) WITH ORDINALITY AS a (t, n) WHERE p.oid = function GROUP BY p.oid, p.proname
$$;
SELECT proname AS allowed, answer FROM (
  SELECT p.proname, try.may('regress_pv_stranger', try.some_call(p.oid)) AS answer
  FROM pg_proc p WHERE p.pronamespace = 'pointsvault'::regnamespace AND p.prokind = 'f' AND p.provolatile <> 'i' AND p.pronargs > 0
) a WHERE answer NOT IN ('42501', 'nothing') ORDER BY proname; -- nothing: where the plan comes upon no row before it asks
-- nor see a row of any view
SET LOCAL ROLE regress_pv_stranger;
SELECT (SELECT count(*) FROM pointsvault.vault_status) AS vaults, (SELECT count(*) FROM pointsvault.member) AS members,
       (SELECT count(*) FROM pointsvault.holding) AS holdings, (SELECT count(*) FROM pointsvault.lot) AS lots,
       (SELECT count(*) FROM pointsvault.journal) AS journal, (SELECT count(*) FROM pointsvault.posting) AS postings,
       (SELECT count(*) FROM pointsvault.queue) AS queue, (SELECT count(*) FROM pointsvault.policy) AS policies,
       (SELECT count(*) FROM pointsvault.dividend_day) AS days, (SELECT count(*) FROM pointsvault.job_run) AS jobs,
       (SELECT count(*) FROM pointsvault.access) AS access;
RESET ROLE;
ROLLBACK;

-- What EXPLAIN tells ----------------------------------------------------------------------------------------

-- the same of what is in another's vault as of what is nowhere, by index or not
SELECT pointsvault.submit(:west, 'west ann', 1, 'west q1', hold => '1 year') > 0 AS queued;
CREATE FUNCTION try.explained(query text, key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, BUFFERS OFF, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || format(query, key, current_setting('try.west')) LOOP
    plan := plan || line || E'\n';
  END LOOP;
  RETURN replace(replace(plan, quote_literal(key), 'KEY'), 'version = ' || key, 'version = KEY');
END $$;
SELECT pointsvault.revoke_access('regress_pv_tom', 'auditor', :west);
SELECT pointsvault.grant_access('regress_pv_tom', 'auditor', :east);
SET SESSION AUTHORIZATION regress_pv_tom;
CREATE TEMPORARY TABLE question (n serial, query text, there text, nowhere text);
INSERT INTO question (query, there, nowhere) VALUES
             ('SELECT * FROM pointsvault.member WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.member WHERE member = %L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.holding WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.lot WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.queue WHERE vault = %2$s AND ref = %1$L', 'west q1', 'west q0'),
             ('SELECT * FROM pointsvault.journal WHERE vault = %2$s AND seq = %1$L', '2', '7'),
             ('SELECT * FROM pointsvault.posting WHERE vault = %2$s AND seq = %1$L', '2', '7'),
             ('SELECT * FROM pointsvault.policy WHERE vault = %2$s AND version = %1$s', '1', '7'),
             ('SELECT * FROM pointsvault.vault_status WHERE name = %L', 'west', 'wist'),
             ('SELECT * FROM pointsvault.journal WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.posting WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.journal WHERE member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.posting WHERE member = %1$L', 'west ann', 'west nil'),
             ('SELECT p.* FROM pointsvault.journal j JOIN pointsvault.posting p USING (vault, seq) WHERE vault = %2$s AND j.member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.member WHERE vault = %2$s AND sponsor = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.holding WHERE member = %L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.cash_balance WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil'),
             ('SELECT * FROM pointsvault.exit_due WHERE vault = %2$s AND member = %1$L', 'west ann', 'west nil');
SET enable_seqscan = off;
SELECT query, try.explained(query, there) = try.explained(query, nowhere) AS same FROM question ORDER BY n;
RESET enable_seqscan;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
SELECT query, try.explained(query, there) = try.explained(query, nowhere) AS same FROM question ORDER BY n;
RESET enable_indexscan;
RESET enable_bitmapscan;
RESET enable_indexonlyscan;
DROP TABLE question;
-- and so do errors
SELECT v, replace(try.refusal(format('SELECT pointsvault.vault_id(%L)', v)), v, 'NAME') FROM unnest('{west,wist}'::text[]) v;
SELECT try.refusal('SELECT pointsvault.price_of($1)', v) FROM unnest(ARRAY[:west, 2147483647]) v;
RESET SESSION AUTHORIZATION;

-- A statement that fails ---------------------------------------------------------------------------------

-- settle() sets orders aside that cannot be booked; an error of a statement, which has the owner's
-- rights, is none of an order's, whichever statement it is: the caller is the caller afterwards
CREATE ROLE regress_pv_jobber;
SELECT pointsvault.create_vault('broken', '{"growth": {}}') AS broken \gset
SELECT pointsvault.enroll(:broken, 'ann') IS NOT NULL AS enrolled;
SELECT pointsvault.grant_access('regress_pv_jobber', 'jobs', :broken);
-- one that was booked meanwhile, under a policy that is read for it again
SELECT pointsvault.submit(:broken, 'ann', 10, 'b1') > 0 AS queued, (pointsvault.purchase(:broken, 'ann', 10, 'b1')).ref;
SELECT pointsvault.set_policy(:broken, '{"growth": {"goods_fee_rate": 0.01}}') AS version;
BEGIN;
CREATE SEQUENCE try.looks;
CREATE FUNCTION try.break(version integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('try.looks') >= current_setting('try.last_look')::integer THEN
    RAISE EXCEPTION 'broken' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN version;
END $$;
ALTER TABLE pointsvault.policy_data RENAME TO policy_rows;
CREATE VIEW pointsvault.policy_data AS SELECT vault, try.break(version) AS version, serial, seq, document FROM pointsvault.policy_rows;
CREATE FUNCTION try.settle_broken(vault integer, look integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  REVOKE ALL ON pointsvault.policy_data FROM PUBLIC; -- nothing of it is remembered
  PERFORM setval('try.looks', 1, false), set_config('try.last_look', look::text, true), set_config('role', 'regress_pv_jobber', true);
  PERFORM pointsvault.settle(vault);
  PERFORM set_config('role', 'none', true);
  RAISE EXCEPTION 'to the end, % set aside', (SELECT count(*) FROM pointsvault.queue_data WHERE error IS NOT NULL AND queue_data.vault = $1);
EXCEPTION
  WHEN invalid_parameter_value OR raise_exception THEN RETURN SQLERRM;
END $$;
SELECT try.settle_broken(:broken, look) AS look, count(*) > 1 AS many FROM generate_series(1, 4) look GROUP BY 1 ORDER BY 1;
ROLLBACK;

DROP SCHEMA mallory CASCADE;
DROP FUNCTION try.may, try.explained;
REVOKE USAGE ON SCHEMA try FROM regress_pv_mallory, regress_pv_tom;
DROP OWNED BY regress_pv_mallory, regress_pv_tom, regress_pv_a, regress_pv_b, regress_pv_stranger, regress_pv_jobber;
DROP ROLE regress_pv_mallory, regress_pv_tom, regress_pv_a, regress_pv_b, regress_pv_stranger, regress_pv_jobber;
