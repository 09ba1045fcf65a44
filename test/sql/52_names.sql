-- What names mean is settled when the extension is made, and whatever stands in
-- the caller's search_path later: operators, functions and types are
-- pg_catalog's or the extension's own.

SET client_min_messages = warning;

-- Parse trees -----------------------------------------------------------------------------

-- every tree in the catalog that belongs to the extension
CREATE VIEW try.tree AS
WITH own AS (
  SELECT classid, objid FROM pg_depend
  WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pointsvault')
), relation AS (
  SELECT c.oid, c.relname FROM pg_class c JOIN own ON own.classid = 'pg_class'::regclass AND own.objid = c.oid
)
SELECT 'view' AS kind, r.relname::text AS name, w.ev_action::text AS tree FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
UNION ALL SELECT 'default', r.relname, d.adbin::text FROM pg_attrdef d JOIN relation r ON r.oid = d.adrelid
UNION ALL SELECT 'index', r.relname, concat(i.indexprs::text, i.indpred::text) FROM pg_index i JOIN relation r ON r.oid = i.indrelid
UNION ALL SELECT 'constraint', r.relname, c.conbin::text FROM pg_constraint c JOIN relation r ON r.oid = c.conrelid WHERE c.conbin IS NOT NULL
UNION ALL SELECT 'trigger', r.relname, t.tgqual::text FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE t.tgqual IS NOT NULL
UNION ALL SELECT 'policy', r.relname, concat(p.polqual::text, p.polwithcheck::text) FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
UNION ALL SELECT 'function', p.proname, p.prosqlbody::text FROM pg_proc p JOIN own ON own.classid = 'pg_proc'::regclass AND own.objid = p.oid WHERE p.prosqlbody IS NOT NULL
UNION ALL SELECT 'argument', p.proname, p.proargdefaults::text FROM pg_proc p JOIN own ON own.classid = 'pg_proc'::regclass AND own.objid = p.oid WHERE p.proargdefaults IS NOT NULL;

-- what they call, by number, and whose that is
CREATE VIEW try.named AS
WITH number AS (
  SELECT DISTINCT t.kind, t.name, m[1] AS field, m[2]::oid AS oid
  FROM try.tree t CROSS JOIN LATERAL regexp_matches(t.tree, ':(opno|opfuncid|funcid|aggfnoid|winfnoid|eqop|sortop|relid|resulttype|consttype|vartype|casttype|funcresulttype|aggtype|opresulttype|paramtype|array_typeid|element_typeid|row_typeid|typeId) (\d+)', 'g') m
  WHERE m[2] <> '0'
), object AS (
  SELECT n.kind, n.name, n.field, n.oid,
         CASE WHEN n.field IN ('opno', 'eqop', 'sortop') THEN 'pg_operator'::regclass
              WHEN n.field IN ('opfuncid', 'funcid', 'aggfnoid', 'winfnoid') THEN 'pg_proc'::regclass
              WHEN n.field = 'relid' THEN 'pg_class'::regclass ELSE 'pg_type'::regclass END AS class
  FROM number n
)
SELECT o.kind, o.name, o.class, pg_describe_object(o.class, o.oid, 0) AS object,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
               AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pointsvault'))
       OR EXISTS (SELECT FROM pg_type t JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.typrelid AND d.deptype = 'e'
                  AND d.refclassid = 'pg_extension'::regclass WHERE o.class = 'pg_type'::regclass AND t.oid = o.oid AND t.typrelid <> 0) AS own,
       'pg_catalog'::regnamespace = CASE o.class WHEN 'pg_operator'::regclass THEN (SELECT oprnamespace FROM pg_operator p WHERE p.oid = o.oid)
              WHEN 'pg_proc'::regclass THEN (SELECT pronamespace FROM pg_proc p WHERE p.oid = o.oid)
              WHEN 'pg_class'::regclass THEN (SELECT relnamespace FROM pg_class p WHERE p.oid = o.oid)
              ELSE (SELECT typnamespace FROM pg_type p WHERE p.oid = o.oid) END AS of_catalog
FROM object o;
-- (policies are there from PostgreSQL 15 on)
SELECT kind, count(*) > 0 AS some FROM try.tree WHERE kind <> 'policy' GROUP BY kind ORDER BY kind;
SELECT class, count(*) FILTER (WHERE own) > 0 AS own, count(*) FILTER (WHERE of_catalog) > 0 AS of_catalog FROM try.named GROUP BY class ORDER BY class::text;
SELECT kind, name, object FROM try.named WHERE (own OR of_catalog) IS NOT TRUE;
-- functions whose text is read when they are called would be read by the caller's search_path
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'pointsvault'::regnamespace AND l.lanname NOT IN ('c', 'internal') AND p.prosqlbody IS NULL;
-- the question finds what it looks for
BEGIN;
CREATE FUNCTION try.times(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';
CREATE OPERATOR try.* (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = try.times);
SET LOCAL search_path = try;
CREATE VIEW pointsvault.extra AS SELECT 2.0 * 2 AS two;
ALTER EXTENSION pointsvault ADD VIEW pointsvault.extra;
SELECT kind, name, object FROM try.named WHERE (own OR of_catalog) IS NOT TRUE ORDER BY object;
ROLLBACK;
DROP VIEW try.named, try.tree;

-- A hostile search path, for every call ---------------------------------------------------------

-- operators of all the usual names between all the usual types, also those pairs that
-- pg_catalog knows only by a cast, and functions that statements might mean: each of them
-- raises an error
SELECT pointsvault.create_vault('names', '{"growth": {"exit_multiple": 2}, "cycle": {}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,shop}', merchants => '{f,f,t}') AS enrolled;
SELECT points > 0 AS minted FROM pointsvault.purchase(:v, 'ann', 2000, 'p0', at => now() - interval '2 days');
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.trap(what text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''hostile %'', what; END';
DO $$
DECLARE
  types text[] := '{smallint,integer,bigint,numeric,text,name,oid,"char",boolean,date,timestamptz,interval,jsonb,"integer[]","bigint[]","text[]"}';
  l text;
  r text;
  op text;
BEGIN
  FOREACH l IN ARRAY types LOOP
    FOREACH r IN ARRAY types LOOP
      EXECUTE format('CREATE FUNCTION hostile.f(%s, %s) RETURNS boolean LANGUAGE sql AS $f$ SELECT hostile.trap(%L)::boolean $f$', l, r, l || ' ? ' || r);
      FOREACH op IN ARRAY '{=,<>,<,>,<=,>=,+,-,*,/,||,&&,@>,->,~,~~}'::text[] LOOP
        EXECUTE format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.f)', op, l, r);
      END LOOP;
    END LOOP;
    EXECUTE format('CREATE FUNCTION hostile.sum_of(text, %s) RETURNS text LANGUAGE sql AS $f$ SELECT hostile.trap(''sum'') $f$', l);
    EXECUTE format('CREATE AGGREGATE hostile.sum(%s) (SFUNC = hostile.sum_of, STYPE = text)', l);
    EXECUTE format('CREATE AGGREGATE hostile.max(%s) (SFUNC = hostile.sum_of, STYPE = text)', l);
    EXECUTE format('CREATE AGGREGATE hostile.count(%s) (SFUNC = hostile.sum_of, STYPE = text)', l);
    EXECUTE format('CREATE FUNCTION hostile.abs(%s) RETURNS text LANGUAGE sql AS $f$ SELECT hostile.trap(''abs'') $f$', l);
  END LOOP;
END $$;
CREATE FUNCTION hostile.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE sql AS 'SELECT $1[1] WHERE hostile.trap(''unnest'') IS NULL';
CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT hostile.trap(''clock_timestamp'')::timestamptz';
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT hostile.trap(''now'')::timestamptz';
CREATE FUNCTION hostile.nextval(text) RETURNS bigint LANGUAGE sql AS 'SELECT hostile.trap(''nextval'')::bigint';
CREATE FUNCTION hostile.trim_scale(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT hostile.trap(''trim_scale'')::numeric';
CREATE DOMAIN hostile.int8 AS text;
CREATE DOMAIN hostile.numeric AS text;
CREATE TABLE hostile.vault (id integer, suspended text);
CREATE TABLE hostile.journal_data (vault integer);
CREATE TEMPORARY TABLE journal_data (vault integer);
CREATE TEMPORARY TABLE access_data (role name, profile text, vault integer);
-- in a session that has no plan yet
\c -
SET client_min_messages = warning;
SELECT pointsvault.vault_id('names') AS v \gset
SET search_path = hostile, pg_temp, pg_catalog;
SELECT points > 0::float8 AS minted FROM pointsvault.purchase(:v, 'ann', 100, 'p1');
SELECT replayed FROM pointsvault.purchase(:v, 'ann', 100, 'p1');
SELECT kind FROM pointsvault.redeem(:v, 'ann', 1, 'r1');
SELECT pointsvault.redeem_at_commit(:v, 'ann', 1, 'r2');
SELECT kind FROM pointsvault.get_receipt(:v, 'r2');
SELECT kind FROM pointsvault.withdraw(:v, 'ann', 0.1, 'w1');
SELECT kind FROM pointsvault.withdraw_return(:v, 'w1', 'w2');
SELECT kind FROM pointsvault.points_to_credits(:v, 'ann', 1, 'c1');
SELECT kind FROM pointsvault.pay(:v, 'ann', 'shop', 1, 'c2');
SELECT kind FROM pointsvault.credits_to_points(:v, 'shop', 1, 'c3');
SELECT kind FROM pointsvault.grant_points(:v, 'bob', 1, 'g1', 'thanks');
SELECT kind FROM pointsvault.inject(:v, 1, 'i1');
SELECT kind FROM pointsvault.redeem_surplus(:v, 's1');
SELECT kind FROM pointsvault.refund(:v, 'p1', 'f1', 10);
SELECT kind FROM pointsvault.purchase_many(:v, '{ann,bob}', '{10,20}', '{m1,m2}');
SELECT pointsvault.submit(:v, 'ann', 10, 'q1') IS NOT NULL AS queued;
SELECT pointsvault.submit(:v, 'nobody', 10, 'q2') IS NOT NULL AS queued;
SELECT pointsvault.submit_many(:v, '{ann,bob}', '{10,20}', '{q3,q4}');
SELECT pointsvault.submit(:v, 'ann', 10, 'q5', hold => '1 day') IS NOT NULL AS queued;
SELECT pointsvault.cancel(:v, 'q3');
SELECT pointsvault.settle(:v);
SELECT kind FROM pointsvault.wait_settled(:v, 'q4', '0');
SELECT kind FROM pointsvault.get_receipt(:v, 'q4');
SELECT pointsvault.enroll(:v, 'cat', 'ann') IS NOT NULL AS enrolled;
SELECT pointsvault.rename_member(:v, 'cat', 'kit');
SELECT pointsvault.process_exits(:v) IS NOT NULL AS exits;
SELECT pointsvault.accrue(:v) IS NOT NULL AS accrued;
SELECT pointsvault.set_policy(:v, '{"growth": {"goods_fee_rate": 0.01}}');
SELECT pointsvault.suspend_vault(:v, 'a pause');
SELECT pointsvault.resume_vault(:v);
SELECT pointsvault.submit(:v, 'bob', 10, 'q6') IS NOT NULL AS queued;
CALL pointsvault.run_jobs();
SELECT pointsvault.price_of(:v) IS NOT NULL AS price;
SELECT (pointsvault.quote_purchase(:v, 10)).kind, (pointsvault.quote_redeem(:v, 1)).kind, (pointsvault.quote_points_to_credits(:v, 1)).kind,
       (pointsvault.quote_credits_to_points(:v, 0.1)).kind, (pointsvault.quote_inject(:v, 1)).kind, (pointsvault.quote_grant_points(:v, 1)).kind, (pointsvault.quote_refund(:v, 'p1')).kind;
SELECT DISTINCT kind FROM pointsvault.statement(:v, 'ann') ORDER BY kind;
SELECT seq IS NOT NULL AS holding_at FROM pointsvault.holding_at(:v, 'ann', '2100-01-01');
SELECT DISTINCT kind FROM pointsvault.statement_of_days(:v, 'ann') ORDER BY kind;
SELECT seq IS NOT NULL AS holding_of_day FROM pointsvault.holding_of_day(:v, 'ann', '2100-01-01');
SELECT seq IS NOT NULL AS dividends FROM pointsvault.dividend_history(:v, 'ann') LIMIT 1;
SELECT pointsvault.seq_at(:v, '2100-01-01') IS NOT NULL AS seq_at;
SELECT DISTINCT ok FROM pointsvault.verify(:v);
SELECT orders.order_number FROM pointsvault.simulate('{"growth": {}}', 100, 2) orders;
SELECT 'vault_status' AS view FROM pointsvault.vault_status LIMIT 1;
SELECT 'holding' AS view FROM pointsvault.holding LIMIT 1;
SELECT 'lot' AS view FROM pointsvault.lot LIMIT 1;
SELECT 'journal' AS view FROM pointsvault.journal LIMIT 1;
SELECT 'posting' AS view, amount IS NULL AS none FROM pointsvault.posting LIMIT 1;
SELECT 'queue' AS view FROM pointsvault.queue LIMIT 1;
SELECT 'member' AS view FROM pointsvault.member LIMIT 1;
SELECT 'policy' AS view FROM pointsvault.policy LIMIT 1;
SELECT 'dividend_day' AS view, rounding IS NULL AS none FROM pointsvault.dividend_day LIMIT 1;
SELECT 'job_run' AS view, failed IS NULL AS none FROM pointsvault.job_run LIMIT 1;
-- the traps are there
SELECT 1 = 1 AS trapped;
SELECT 2 * 2.0 AS trapped;
RESET search_path;
DO $$ BEGIN PERFORM set_config('search_path', 'hostile, pg_catalog', true); EXECUTE 'SELECT sum(1)'; EXCEPTION WHEN raise_exception THEN RAISE WARNING '%', SQLERRM; END $$;
DROP SCHEMA hostile CASCADE;
