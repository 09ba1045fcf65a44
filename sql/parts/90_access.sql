-- ---------------------------------------------------------------------------
-- What was made here is nobody's: not PUBLIC's, nor whose ALTER DEFAULT PRIVILEGES gave
-- something on all that the installing role makes.  pointsvault.grant_access gives what
-- a role needs.  What an earlier version made keeps the privileges it has; and what is
-- told of it would be taken for the extension's own, which no dump has.
-- ---------------------------------------------------------------------------

DO $$
DECLARE
  made record;
BEGIN
  FOR made IN
    SELECT o.what, pg_catalog.string_agg(DISTINCT COALESCE(pg_catalog.quote_ident(r.rolname), 'PUBLIC'), ', ') AS whom
    FROM pg_catalog.pg_depend d
    CROSS JOIN LATERAL (
      SELECT pg_catalog.format('SCHEMA %I', n.nspname), n.nspacl, n.nspowner
      FROM pg_catalog.pg_namespace n WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND n.oid = d.objid
      UNION ALL
      SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass, c.relacl, c.relowner
      FROM pg_catalog.pg_class c
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'v', 'S')
      UNION ALL
      SELECT 'ROUTINE ' || p.oid::regprocedure, p.proacl, p.proowner
      FROM pg_catalog.pg_proc p WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
      UNION ALL
      SELECT 'TYPE ' || t.oid::regtype, t.typacl, t.typowner
      FROM pg_catalog.pg_type t
      WHERE d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid
        -- from PostgreSQL 17 on types of arrays and of rows are noted too, which have no privileges
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
    ) o (what, acl, owner)
    CROSS JOIN LATERAL (
      SELECT 0::oid UNION ALL SELECT x.grantee FROM pg_catalog.aclexplode(o.acl) x WHERE x.grantee <> o.owner
    ) x (grantee)
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
    WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
      AND d.refobjid = (SELECT e.oid FROM pg_catalog.pg_extension e WHERE e.extname = 'pointsvault')
      AND pg_catalog.age(d.xmin) <= 0 -- by this transaction, or a part of it
    GROUP BY o.what
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', made.what, made.whom);
  END LOOP;
END $$;

-- Who had access before an upgrade has it to what came with it.  A grant whose role holds
-- nothing in the schema does not count (grants.c), and is not to count from now on.

DO $$
BEGIN
  PERFORM pointsvault.grant_access(a.rolname, a.profile, a.vault)
  FROM (
    SELECT DISTINCT ON (g.role) r.rolname, g.profile, g.vault
    FROM pointsvault.access_data g JOIN pg_catalog.pg_roles r ON r.oid = g.role
    WHERE g.role IN (SELECT x.grantee FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) x WHERE n.nspname = 'pointsvault')
  ) a;
END $$;
