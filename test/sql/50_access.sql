-- Who may do what (API, Roles).

SET client_min_messages = warning;

-- PUBLIC may do nothing -----------------------------------------------------------------

SELECT n.nspname, p.privilege_type FROM pg_namespace n, aclexplode(COALESCE(n.nspacl, acldefault('n', n.nspowner))) p
WHERE n.nspname = 'pointsvault' AND p.grantee = 0;
SELECT f.oid::regprocedure, p.privilege_type FROM pg_proc f, aclexplode(COALESCE(f.proacl, acldefault('f', f.proowner))) p
WHERE f.pronamespace = 'pointsvault'::regnamespace AND p.grantee = 0;
SELECT c.oid::regclass, p.privilege_type FROM pg_class c, aclexplode(COALESCE(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) p
WHERE c.relnamespace = 'pointsvault'::regnamespace AND p.grantee = 0;
SELECT t.oid::regtype, p.privilege_type FROM pg_type t, aclexplode(COALESCE(t.typacl, acldefault('T', t.typowner))) p
WHERE t.typnamespace = 'pointsvault'::regnamespace AND p.grantee = 0 AND t.typcategory <> 'A'
  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c');

-- Nobody's rights but the caller's ---------------------------------------------------------

-- functions judge who invoked them: none runs as another role, or under settings of its own
SELECT p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace = 'pointsvault'::regnamespace AND (p.prosecdef OR p.proconfig IS NOT NULL);

-- Each profile on one vault -------------------------------------------------------------------

SELECT pointsvault.create_vault('north', '{"growth": {}}', timezone => try.noon()) AS north, pointsvault.create_vault('south', '{"growth": {}}', timezone => try.noon()) AS south \gset
SELECT pointsvault.enroll(:north, 'north ann') IS NOT NULL AS north, pointsvault.enroll(:south, 'south ann') IS NOT NULL AS south;
SELECT n.points, s.points FROM pointsvault.purchase(:north, 'north ann', 100, 'north p1') n, pointsvault.purchase(:south, 'south ann', 100, 'south p1') s;
SELECT n.cash, s.cash FROM pointsvault.redeem(:north, 'north ann', 10, 'north r1') n, pointsvault.redeem(:south, 'south ann', 10, 'south r1') s;
SELECT n.amount, s.amount FROM pointsvault.withdraw(:north, 'north ann', 1, 'north w1') n, pointsvault.withdraw(:south, 'south ann', 1, 'south w1') s;

CREATE ROLE regress_pv_shop;
CREATE ROLE regress_pv_cashier;
CREATE ROLE regress_pv_treasurer;
CREATE ROLE regress_pv_jobs;
CREATE ROLE regress_pv_admin;
CREATE ROLE regress_pv_auditor;
CREATE ROLE regress_pv_monitor;
CREATE ROLE regress_pv_nobody;
CREATE ROLE "regress_pv 'odd' 人";
GRANT USAGE ON SCHEMA try TO PUBLIC;

-- what each profile may execute: every function that looks beyond its arguments belongs to some, but what only others call
CREATE TEMPORARY VIEW profile AS
SELECT ('regress_pv_' || profile)::name AS role, profile, n
FROM unnest('{shop,cashier,treasurer,jobs,admin,auditor,monitor}'::text[]) WITH ORDINALITY AS p (profile, n);
SELECT pointsvault.grant_access(role, profile, :north) FROM profile;
SELECT p.proname AS function, string_agg(r.profile, ', ' ORDER BY r.n) AS profiles
FROM pg_proc p LEFT JOIN profile r ON has_function_privilege(r.role, p.oid, 'EXECUTE')
WHERE p.pronamespace = 'pointsvault'::regnamespace AND p.provolatile <> 'i' GROUP BY p.oid, p.proname ORDER BY p.proname;
-- the views are for shop and auditor, some for others too; the tables and sequences for nobody
SELECT c.relname AS relation, p.privilege_type, string_agg(r.profile, ', ' ORDER BY r.n) AS profiles
FROM pg_class c, aclexplode(c.relacl) p JOIN profile r ON r.role::regrole = p.grantee
WHERE c.relnamespace = 'pointsvault'::regnamespace GROUP BY c.relname, p.privilege_type ORDER BY c.relname;

-- as a role: 'ok', or the SQLSTATE of the refusal
CREATE FUNCTION try.as_role(role name, call text, vault integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  PERFORM set_config('role', role, true);
  SELECT COALESCE(state, 'ok') INTO answer FROM try.attempt('SELECT pointsvault.' || call, vault);
  PERFORM set_config('role', 'none', true);
  RETURN answer;
END $$;
CREATE TEMPORARY TABLE call (n serial, text text);
COPY call (text) FROM STDIN;
enroll($1, 'new')
enroll_many($1, '{new}')
purchase($1, current_setting('try.member'), 1, 'x')
redeem($1, current_setting('try.member'), 1, 'x')
withdraw($1, current_setting('try.member'), 0.0001, 'x')
withdraw_return($1, current_setting('try.withdraw'), 'x')
inject($1, 1, 'x')
quote_inject($1, 1)
process_exits($1)
set_policy($1, '{}')
suspend_vault($1, 'x')
grant_access('regress_pv_nobody', 'auditor', $1)
revoke_access('regress_pv_nobody', 'auditor', $1)
grant_access('regress_pv_nobody', 'auditor')
create_vault('x')
vault_id(current_setting('try.vault'))
price_of($1)
quote_purchase($1, 1)
quote_redeem($1, 1)
get_receipt($1, 'x')
statement($1, current_setting('try.member'))
holding_at($1, current_setting('try.member'), now())
statement_of_days($1, current_setting('try.member'))
holding_of_day($1, current_setting('try.member'), '2000-01-01')
seq_at($1, now())
verify($1)
rename_member($1, current_setting('try.member'), 'x')
erase_member($1, current_setting('try.member'))
preset('growth')
simulate(pointsvault.preset('growth'), 1, 1)
\.
CREATE TEMPORARY VIEW answers AS
SELECT n, text AS call, vault,
       try.as_role('regress_pv_shop', text, vault) AS shop, try.as_role('regress_pv_cashier', text, vault) AS cashier,
       try.as_role('regress_pv_treasurer', text, vault) AS treasurer, try.as_role('regress_pv_jobs', text, vault) AS jobs,
       try.as_role('regress_pv_admin', text, vault) AS admin, try.as_role('regress_pv_auditor', text, vault) AS auditor,
       try.as_role('regress_pv_nobody', text, vault) AS nobody
FROM call, pointsvault.vault_status WHERE name IN ('north', 'south');
SET try.vault = 'north';
SET try.member = 'north ann';
SET try.withdraw = 'north w1';
SELECT call, shop, cashier, treasurer, jobs, admin, auditor, nobody FROM answers WHERE vault = :north ORDER BY n;
-- and nothing on another vault, but what names none
SET try.vault = 'south';
SET try.member = 'south ann';
SET try.withdraw = 'south w1';
SELECT call, shop, cashier, treasurer, jobs, admin, auditor, nobody FROM answers WHERE vault = :south ORDER BY n;

-- the message says which vault, the hint where to look
SET ROLE regress_pv_shop;
SELECT state, message, hint FROM try.attempt($$SELECT pointsvault.purchase($1, 'south ann', 1, 'x')$$, :south);
RESET ROLE;
SELECT pointsvault.grant_access('regress_pv_admin', 'shop', :north);
SET ROLE regress_pv_admin;
SELECT * FROM try.refused(NULL, $$create_vault('x')$$, $$grant_access('regress_pv_nobody', 'auditor')$$);
SELECT * FROM try.refused(:south, $$grant_access('regress_pv_nobody', 'auditor', $1)$$, $$revoke_access('regress_pv_auditor', 'auditor', $1)$$);
RESET ROLE;
SELECT pointsvault.revoke_access('regress_pv_admin', 'shop', :north);

-- What each role does, it does in its own name
SET ROLE regress_pv_shop;
SELECT points FROM pointsvault.purchase(:north, 'north ann', 1, 'north p2');
SELECT replace(actor, session_user, 'SESSION') AS actor FROM pointsvault.journal WHERE ref = 'north p2';
RESET ROLE;

-- Every profile on all vaults ---------------------------------------------------------------------

SELECT pointsvault.grant_access(role, profile) FROM profile;
SELECT call, shop, cashier, treasurer, jobs, admin, auditor, nobody FROM answers WHERE vault = :south ORDER BY n;
SELECT pointsvault.revoke_access(role, profile) FROM profile;
-- the grant for one is another one
SELECT try.as_role('regress_pv_shop', $$price_of($1)$$, :north) AS north, try.as_role('regress_pv_shop', $$price_of($1)$$, :south) AS south;
SELECT role, profile, vault = :north AS north FROM pointsvault.access_data WHERE role::text LIKE 'regress%' ORDER BY role::text;

-- Tables, for one who has every profile on all vaults ------------------------------------------------

-- (what views with their invoker's rights read of tables, column by column, is in test/t/240_queries.pl)

SELECT pointsvault.grant_access('regress_pv ''odd'' 人', profile) FROM profile;
SET ROLE "regress_pv 'odd' 人";
SELECT c.relname, privilege FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) privilege
WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relkind IN ('r', 'v', 'S')
  AND CASE WHEN c.relkind <> 'S' THEN has_table_privilege(c.oid, privilege) OR (privilege IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(c.oid, privilege))
           WHEN privilege IN ('SELECT', 'UPDATE') THEN has_sequence_privilege(c.oid, privilege) END
ORDER BY c.relname;
SELECT statement, try.refusal(statement) FROM (VALUES
  ('SELECT * FROM pointsvault.journal_data'), ('SELECT * FROM pointsvault.holding_data'), ('SELECT * FROM pointsvault.access_data'),
  ('INSERT INTO pointsvault.access_data VALUES (current_user::regrole, ''admin'', NULL, now(), ''me'')'), ('UPDATE pointsvault.holding_data SET cash = ''1'''),
  ('DELETE FROM pointsvault.lot_data'), ('TRUNCATE pointsvault.vault'), ('SELECT nextval(''pointsvault.policy_serial'')'),
  ('INSERT INTO pointsvault.member SELECT * FROM pointsvault.member'), ('UPDATE pointsvault.holding SET cash = 1'), ('DELETE FROM pointsvault.journal'),
  ('CREATE TABLE pointsvault.mine ()'), ('SELECT pointsvault.refuse_change()')
) v (statement);
-- the types may be used
CREATE TEMPORARY TABLE mine (cash pointsvault.amount, px pointsvault.price);
INSERT INTO mine VALUES (1.5, '30/21');
SELECT cash * 2 AS twice, px > '1/2'::pointsvault.price AS dear FROM mine;
DROP TABLE mine;
RESET ROLE;

-- Views show the vaults one may read, and leak nothing of others ---------------------------------------

CREATE FUNCTION try.vaults_in(relation regclass, north integer, south integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  vaults text;
BEGIN
  EXECUTE format('SELECT string_agg(DISTINCT CASE vault WHEN $1 THEN ''north'' WHEN $2 THEN ''south'' ELSE ''others'' END, '', '') FROM %s', relation)
  INTO vaults USING north, south;
  RETURN vaults;
END $$;
CREATE TEMPORARY TABLE reading AS
SELECT oid::regclass AS view FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'v';
GRANT SELECT ON reading TO PUBLIC;
SET ROLE regress_pv_shop;
SELECT view, try.vaults_in(view, :north, :south) FROM reading WHERE has_table_privilege(view, 'SELECT') ORDER BY view::text;
RESET ROLE;
-- each profile its vaults, whatever other profile it has on another vault
SELECT pointsvault.grant_access('regress_pv_monitor', 'shop', :south);
CREATE FUNCTION try.vaults_of(role name, north integer, south integer) RETURNS TABLE (view regclass, vaults text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('role', role, true);
  RETURN QUERY SELECT r.view, try.vaults_in(r.view, north, south) FROM reading r WHERE has_table_privilege(r.view, 'SELECT');
  PERFORM set_config('role', 'none', true);
END $$;
SELECT profile, v.* FROM profile, try.vaults_of(role, :north, :south) v WHERE profile NOT IN ('shop', 'auditor') ORDER BY profile, v.view::text;
SELECT pointsvault.revoke_access('regress_pv_monitor', 'shop', :south);
SELECT pointsvault.grant_access('regress_pv_treasurer', 'shop', :south);
SELECT v.* FROM try.vaults_of('regress_pv_treasurer', :north, :south) v WHERE v.vaults IS NOT NULL ORDER BY v.view::text;
SELECT pointsvault.revoke_access('regress_pv_treasurer', 'shop', :south);
SET ROLE regress_pv_shop;
-- a function of the reader's own, so cheap that the planner would rather call it first
CREATE FUNCTION pg_temp.leak(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
  IF value LIKE '%south%' THEN
    RAISE WARNING 'leaked: %', value;
  END IF;
  RETURN true;
END $$;
SELECT count(*) > 0 AS some FROM pointsvault.vault_status WHERE pg_temp.leak(name);
SELECT count(*) > 0 AS some FROM pointsvault.member WHERE pg_temp.leak(member);
SELECT count(*) > 0 AS some FROM pointsvault.holding WHERE pg_temp.leak(member);
SELECT count(*) > 0 AS some FROM pointsvault.lot WHERE pg_temp.leak(member);
SELECT count(*) > 0 AS some FROM pointsvault.journal WHERE pg_temp.leak(ref);
SELECT count(*) > 0 AS some FROM pointsvault.posting WHERE pg_temp.leak(member);
SELECT count(*) > 0 AS some FROM pointsvault.policy p WHERE pg_temp.leak(p::text);
SELECT try.refusal('SELECT * FROM pointsvault.member WHERE vault = $1 AND 1 / (length(member) - length(member)) = 0', :south);
RESET ROLE;

-- A hostile search path ------------------------------------------------------------------------------

-- operators, functions and tables of the caller's own are never run with another's rights
CREATE SCHEMA hostile AUTHORIZATION regress_pv_auditor;
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
SELECT pointsvault.grant_access('regress_pv_auditor', 'shop', :north);
SET SESSION AUTHORIZATION regress_pv_auditor;
CREATE FUNCTION hostile.trap(note text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'regress_pv_auditor' THEN
    RAISE EXCEPTION '% ran as another', note;
  END IF;
  RETURN true;
END $$;
CREATE FUNCTION hostile.eq(integer, integer) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('=(integer, integer)') AND int4eq($1, $2) $$;
CREATE FUNCTION hostile.eq(bigint, bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('=(bigint, bigint)') AND int8eq($1, $2) $$;
CREATE FUNCTION hostile.eq(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('=(text, text)') AND texteq($1, $2) $$;
CREATE FUNCTION hostile.eq(name, name) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('=(name, name)') AND nameeq($1, $2) $$;
CREATE FUNCTION hostile.eq(oid, oid) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('=(oid, oid)') AND oideq($1, $2) $$;
CREATE FUNCTION hostile.gt(bigint, bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('>(bigint, bigint)') AND int8gt($1, $2) $$;
CREATE FUNCTION hostile.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE sql AS $$ SELECT v FROM pg_catalog.unnest($1) v WHERE hostile.trap('unnest') $$;
CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT now() WHERE hostile.trap('clock_timestamp') $$;
CREATE FUNCTION hostile.nextval(text) RETURNS bigint LANGUAGE sql AS $$ SELECT 1 WHERE hostile.trap('nextval') $$;
CREATE OPERATOR hostile.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = hostile.eq);
CREATE OPERATOR hostile.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = hostile.eq);
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.eq);
CREATE OPERATOR hostile.= (LEFTARG = name, RIGHTARG = name, FUNCTION = hostile.eq);
CREATE OPERATOR hostile.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = hostile.eq);
CREATE OPERATOR hostile.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = hostile.gt);
CREATE TABLE hostile.vault (id integer, suspended text);
CREATE TABLE hostile.journal_data (vault integer);
CREATE TEMPORARY TABLE journal_data (vault integer);
CREATE TEMPORARY TABLE access_data (role name, profile text, vault integer);
SET search_path = pg_temp, hostile, pg_catalog;
SELECT points FROM pointsvault.purchase(:north, 'north ann', 1, 'north p3');
SELECT points FROM pointsvault.redeem(:north, 'north ann', 1, 'north r3');
SELECT pointsvault.enroll_many(:north, '{"north ben","north cat"}', '{null,"north ann"}');
SELECT kind FROM pointsvault.get_receipt(:north, 'north p3');
SELECT count(*) > 0 AS some FROM pointsvault.vault_status;
SELECT count(*) > 0 AS some FROM pointsvault.member;
SELECT count(*) > 0 AS some FROM pointsvault.holding;
SELECT count(*) > 0 AS some FROM pointsvault.lot;
SELECT count(*) > 0 AS some FROM pointsvault.journal;
SELECT count(*) > 0 AS some FROM pointsvault.posting;
SELECT count(*) > 0 AS some FROM pointsvault.policy;
RESET search_path;
RESET SESSION AUTHORIZATION;
DROP SCHEMA hostile CASCADE;
SELECT pointsvault.revoke_access('regress_pv_auditor', 'shop', :north);

-- Through another role ----------------------------------------------------------------------------------

CREATE ROLE regress_pv_till IN ROLE regress_pv_shop;
CREATE ROLE regress_pv_clerk NOINHERIT IN ROLE regress_pv_shop;
SELECT role, try.as_role(role, $$price_of($1)$$, :north) AS north, try.as_role(role, $$price_of($1)$$, :south) AS south
FROM unnest('{regress_pv_till,regress_pv_clerk}'::name[]) role;
-- who does not inherit may step into the role
SET SESSION AUTHORIZATION regress_pv_clerk;
SELECT try.refusal('SELECT count(*) FROM pointsvault.member');
SET ROLE regress_pv_shop;
SELECT round(pointsvault.price_of(:north), 2) > 1 AS price;
SELECT points > 0 AS minted FROM pointsvault.purchase(:north, 'north ann', 1, 'north p4');
SELECT actor FROM pointsvault.journal WHERE ref = 'north p4';
RESET SESSION AUTHORIZATION;
-- the end of a membership counts at once
REVOKE regress_pv_shop FROM regress_pv_till;
SELECT try.as_role('regress_pv_till', $$price_of($1)$$, :north) AS north;

-- Taken back -----------------------------------------------------------------------------------------------

-- one of two profiles, one of two vaults, all
SELECT pointsvault.grant_access('regress_pv_nobody', 'shop', :north), pointsvault.grant_access('regress_pv_nobody', 'shop', :south), pointsvault.grant_access('regress_pv_nobody', 'cashier', :north);
-- the same again changes nothing, nor does taking back what was not given
SELECT pointsvault.grant_access('regress_pv_nobody', 'shop', :north), pointsvault.revoke_access('regress_pv_nobody', 'jobs', :north), pointsvault.revoke_access('regress_pv_nobody', 'shop');
CREATE FUNCTION try.nobody() RETURNS TABLE (vault text, shop text, cashier text) LANGUAGE sql AS $$
  SELECT name, try.as_role('regress_pv_nobody', 'price_of($1)', vault),
         try.as_role('regress_pv_nobody', format('withdraw($1, %L, 0.0001, ''x'')', name || ' ann'), vault)
  FROM pointsvault.vault_status WHERE name IN ('north', 'south') ORDER BY name
$$;
SELECT * FROM try.nobody();
SELECT pointsvault.revoke_access('regress_pv_nobody', 'shop', :north);
SELECT * FROM try.nobody();
SELECT pointsvault.revoke_access('regress_pv_nobody', 'shop', :south);
SELECT * FROM try.nobody();
-- rolled back, it was never given, nor taken
BEGIN;
SELECT pointsvault.revoke_access('regress_pv_nobody', 'cashier', :north), pointsvault.grant_access('regress_pv_nobody', 'cashier', :south);
SELECT * FROM try.nobody();
ROLLBACK;
SELECT * FROM try.nobody();
SELECT pointsvault.revoke_access('regress_pv_nobody', 'cashier', :north);
SELECT * FROM try.nobody();
-- nothing of it is left
SELECT count(*) AS privileges FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = 'regress_pv_nobody'::regrole;

-- a role that is dropped takes its grants along: another of its name starts with none,
-- by itself and through other roles
SELECT pointsvault.grant_access('regress_pv_nobody', 'cashier', :north), pointsvault.grant_access('regress_pv_nobody', 'shop', :south);
DROP OWNED BY regress_pv_nobody;
DROP ROLE regress_pv_nobody;
CREATE ROLE regress_pv_nobody;
SELECT * FROM try.nobody();
GRANT regress_pv_shop TO regress_pv_nobody;
SELECT * FROM try.nobody();
REVOKE regress_pv_shop FROM regress_pv_nobody;
SELECT pointsvault.grant_access('regress_pv_nobody', 'shop', :north);
SELECT * FROM try.nobody();

SELECT call, refusal FROM try.refused(:north, $$grant_access('regress_pv_none', 'shop', $1)$$, $$grant_access('regress_pv_shop', 'owner', $1)$$,
  $$grant_access('regress_pv_shop', 'SHOP', $1)$$, $$grant_access('regress_pv_shop', '', $1)$$, $$grant_access('public', 'shop', $1)$$);

-- Every object says what it is --------------------------------------------------------------------------------

-- but row and array types, which the server makes, and from 17 on takes for members of the extension
SELECT pg_describe_object(d.classid, d.objid, 0) AS without_comment
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pointsvault') AND d.deptype = 'e'
  AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass)
  AND obj_description(d.objid, d.classid::regclass::name) IS NULL
  AND NOT EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                  WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typcategory = 'A' OR c.relkind <> 'c'))
ORDER BY 1;

REVOKE USAGE ON SCHEMA try FROM PUBLIC;
DROP OWNED BY regress_pv_shop, regress_pv_cashier, regress_pv_treasurer, regress_pv_jobs, regress_pv_admin, regress_pv_auditor, regress_pv_monitor,
  regress_pv_nobody, regress_pv_till, regress_pv_clerk, "regress_pv 'odd' 人";
DROP ROLE regress_pv_shop, regress_pv_cashier, regress_pv_treasurer, regress_pv_jobs, regress_pv_admin, regress_pv_auditor, regress_pv_monitor,
  regress_pv_nobody, regress_pv_till, regress_pv_clerk, "regress_pv 'odd' 人";
