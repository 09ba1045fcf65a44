-- Every table of the extension as a hash of its rows and every sequence as it
-- stands: two databases with the same contents give the same lines.
SELECT format(CASE relkind WHEN 'S' THEN $$SELECT '%1$s', last_value, is_called::text FROM %1$s$$
              ELSE $$SELECT '%1$s', count(*), md5(string_agg(t::text, E'\n' ORDER BY t::text)) FROM %1$s t$$ END,
              c.oid::regclass)
FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND relkind IN ('r', 'S')
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pointsvault')
ORDER BY c.oid::regclass::text
\gexec
