-- What the other files use, to be run before any of them.
--
-- try.refusal(statement, vault) runs a statement, with the vault as $1, takes
-- back what it did, and says how it was refused: SQLSTATE, message, detail.
-- Numbers of vaults depend on which files ran before and are shown as N.

CREATE SCHEMA try;

CREATE FUNCTION try.refusal(statement text, vault integer DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  message text;
  detail text;
BEGIN
  EXECUTE statement USING vault;
  RAISE EXCEPTION USING errcode = 'UNDO1';
EXCEPTION
  WHEN SQLSTATE 'UNDO1' THEN
    RETURN 'not refused';
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN sqlstate || ' ' || regexp_replace(message, '\mvault \d+', 'vault N')
           || CASE WHEN detail = '' THEN '' ELSE ' (' || detail || ')' END;
END $$;

-- try.refused(vault, call, ...) says so for calls of the extension's functions.
CREATE FUNCTION try.refused(vault integer, VARIADIC calls text[])
RETURNS TABLE (call text, refusal text)
LANGUAGE sql AS $$
  SELECT call, try.refusal('SELECT pointsvault.' || call, vault) FROM unnest(calls) AS call
$$;

-- try.fingerprint() changes with any row of any table of the extension.
CREATE FUNCTION try.fingerprint() RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
  rows text;
  result text := '';
BEGIN
  FOR relation IN
    SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relkind = 'r'
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', relation)
    INTO rows;
    result := md5(result || relation || COALESCE(rows, ''));
  END LOOP;
  RETURN result;
END $$;
