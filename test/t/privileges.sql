-- Who may do what with every object of the schema, whatever the order and form
-- of the access lists.
SELECT object, grantee, privilege FROM (
  SELECT oid::regprocedure::text AS object, COALESCE(proacl, acldefault('f', proowner)) AS acl
  FROM pg_proc WHERE pronamespace = 'pointsvault'::regnamespace
  UNION ALL
  SELECT oid::regclass::text, COALESCE(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
  FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind IN ('r', 'S', 'v')
  UNION ALL
  SELECT format('%s.%s', attrelid::regclass, attname), attacl
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'pointsvault'::regnamespace AND attacl IS NOT NULL
  UNION ALL
  SELECT oid::regtype::text, COALESCE(typacl, acldefault('T', typowner))
  FROM pg_type WHERE typnamespace = 'pointsvault'::regnamespace AND typname !~ '^_' AND typrelid = 0
  UNION ALL
  SELECT nspname, COALESCE(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE nspname = 'pointsvault'
) o CROSS JOIN LATERAL (
  SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee, privilege_type AS privilege
  FROM aclexplode(acl)
) a ORDER BY 1, 2, 3;
