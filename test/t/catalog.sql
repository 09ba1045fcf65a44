-- What the catalogs say of all that the extension made, a line each, whatever its numbers,
-- the order it was made in and the places of a table's columns: two installations that are
-- the same give the same lines.
SET search_path = pg_catalog;
CREATE TEMP TABLE made AS
SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS name
FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pointsvault');

SELECT replace(line, E'\n', ' ') FROM (
  -- each object, its comment, and the privileges that every installation has
  SELECT format('%s: %s', m.name, obj_description(m.objid, c.relname)) FROM made m JOIN pg_class c ON c.oid = m.classid
  UNION ALL
  SELECT format('%s: initially %s of %s', m.name, x.privilege_type, x.grantee::regrole)
  FROM made m JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid CROSS JOIN LATERAL aclexplode(i.initprivs) x
  UNION ALL
  SELECT format('%s: owned by %s', m.name, pg_get_userbyid(COALESCE(c.relowner, p.proowner, t.typowner, n.nspowner)))
  FROM made m LEFT JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
  LEFT JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
  LEFT JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
  LEFT JOIN pg_namespace n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
  UNION ALL
  -- functions
  SELECT format('%s: (%s) returns %s, %s', m.name, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
                ROW(l.lanname, p.prokind, p.procost, p.prorows, p.prosupport, p.prosecdef, p.proleakproof, p.proisstrict, p.proretset,
                    p.provolatile, p.proparallel, p.prosrc, p.probin, p.proconfig, pg_get_function_sqlbody(p.oid)))
  FROM made m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid JOIN pg_language l ON l.oid = p.prolang
  UNION ALL
  SELECT format('%s: %s', m.name, to_jsonb(a) - '{aggfnoid,aggsortop,aggtranstype,aggmtranstype}'::text[]
                || jsonb_build_object('order', a.aggsortop::regoperator, 'state', a.aggtranstype::regtype, 'moving', a.aggmtranstype::regtype))
  FROM made m JOIN pg_aggregate a ON m.classid = 'pg_proc'::regclass AND a.aggfnoid = m.objid
  UNION ALL
  -- types, operators, casts
  SELECT format('%s: %s', m.name, to_jsonb(t) - '{oid,typnamespace,typowner,typrelid,typarray,typacl}'::text[])
  FROM made m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
  UNION ALL
  SELECT format('%s: %s', m.name, ROW(o.oprcanmerge, o.oprcanhash, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprcode::regprocedure, o.oprrest, o.oprjoin))
  FROM made m JOIN pg_operator o ON m.classid = 'pg_operator'::regclass AND o.oid = m.objid
  UNION ALL
  SELECT format('%s: %s', m.name, ROW(c.castfunc::regprocedure, c.castcontext, c.castmethod))
  FROM made m JOIN pg_cast c ON m.classid = 'pg_cast'::regclass AND c.oid = m.objid
  UNION ALL
  SELECT format('%s: %s', m.name, pg_describe_object(d.classid, d.objid, 0))
  FROM made m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid AND d.deptype IN ('i', 'a')
    AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
  UNION ALL
  SELECT format('%s: %s', m.name, ROW(o.opcdefault, o.opcintype::regtype)) FROM made m JOIN pg_opclass o ON m.classid = 'pg_opclass'::regclass AND o.oid = m.objid
  UNION ALL
  -- relations and what they are made of
  SELECT format('%s: %s', m.name, ROW(c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, a.amname,
                (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) o)))
  FROM made m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid LEFT JOIN pg_am a ON a.oid = c.relam
  UNION ALL
  SELECT format('%s.%s: %s', m.name, a.attname, ROW(format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(f.adbin, f.adrelid), a.attidentity,
                a.attgenerated, a.attstorage, a.attcompression, a.attstattarget, a.attcollation::regcollation, col_description(a.attrelid, a.attnum)))
  FROM made m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
  UNION ALL
  SELECT format('%s.%s: %s', m.name, a.attname, ROW(a.attnum, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)))
  FROM made m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid JOIN pg_attribute a ON a.attrelid = t.typrelid
  UNION ALL
  SELECT format('%s: column %s is %s', m.name, a.attnum, a.attname) FROM made m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind = 'v'
  JOIN pg_attribute a ON a.attrelid = c.oid
  UNION ALL
  SELECT format('%s: %s', m.name, pg_get_viewdef(m.objid)) FROM made m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind = 'v'
  UNION ALL
  SELECT format('%s: %s', m.name, to_jsonb(s) - 'seqrelid') FROM made m JOIN pg_sequence s ON m.classid = 'pg_class'::regclass AND s.seqrelid = m.objid
  UNION ALL
  SELECT format('%s: %s: %s %s', m.name, pg_get_indexdef(i.indexrelid), obj_description(i.indexrelid, 'pg_class'),
                ROW(i.indisunique, i.indisprimary, i.indisvalid, i.indisready, i.indisreplident, i.indimmediate))
  FROM made m JOIN pg_index i ON m.classid = 'pg_class'::regclass AND i.indrelid = m.objid
  UNION ALL
  SELECT format('%s: constraint %s %s: %s', m.name, n.conname, pg_get_constraintdef(n.oid), n.convalidated)
  FROM made m JOIN pg_constraint n ON m.classid = 'pg_class'::regclass AND n.conrelid = m.objid
  UNION ALL
  SELECT format('%s: %s, %s', m.name, pg_get_triggerdef(t.oid), t.tgenabled) FROM made m JOIN pg_trigger t ON m.classid = 'pg_class'::regclass AND t.tgrelid = m.objid
  UNION ALL
  SELECT format('%s: policy %s %s', m.name, p.polname, ROW(p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid)))
  FROM made m JOIN pg_policy p ON m.classid = 'pg_class'::regclass AND p.polrelid = m.objid
  UNION ALL
  -- what a dump takes along
  SELECT format('dumped: %s %s', c.oid::regclass, e.extcondition[c.place])
  FROM pg_extension e CROSS JOIN LATERAL unnest(e.extconfig) WITH ORDINALITY c (oid, place) WHERE e.extname = 'pointsvault'
  UNION ALL
  SELECT format('version %s, schema %s, %s', e.extversion, e.extnamespace::regnamespace, e.extrelocatable) FROM pg_extension e WHERE e.extname = 'pointsvault'
) l (line) ORDER BY line COLLATE "C";
DROP TABLE made;
RESET search_path;
