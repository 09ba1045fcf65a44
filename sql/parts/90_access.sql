-- PUBLIC may do nothing, nor whom ALTER DEFAULT PRIVILEGES gave something on all that
-- the installing role makes; pointsvault.grant_access gives what a role needs.

REVOKE ALL ON SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON TYPE pointsvault.amount, pointsvault.points, pointsvault.price, pointsvault.receipt FROM PUBLIC;

DO $$
DECLARE
  other text;
BEGIN
  FOR other IN
    SELECT DISTINCT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee))
    FROM (
      SELECT n.nspacl, n.nspowner FROM pg_catalog.pg_namespace n WHERE n.oid = 'pointsvault'::regnamespace
      UNION ALL SELECT c.relacl, c.relowner FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pointsvault'::regnamespace
      UNION ALL SELECT p.proacl, p.proowner FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pointsvault'::regnamespace
      UNION ALL SELECT t.typacl, t.typowner FROM pg_catalog.pg_type t WHERE t.typnamespace = 'pointsvault'::regnamespace
    ) o (acl, owner) CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) x
    WHERE x.grantee NOT IN (0, o.owner)
  LOOP
    EXECUTE 'REVOKE ALL ON SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON ALL SEQUENCES IN SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON ALL ROUTINES IN SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON TYPE pointsvault.amount, pointsvault.points, pointsvault.price, pointsvault.receipt FROM ' || other;
  END LOOP;
END $$;
