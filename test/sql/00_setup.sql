-- What the other files use, to be run before any of them.
--
-- try.attempt(statement, vault) runs a statement, with the vault as $1, takes
-- back what it did, and says how it was refused.  Numbers of vaults depend on
-- which files ran before and are shown as N.

CREATE SCHEMA try;

CREATE FUNCTION try.attempt(
  statement text, vault integer DEFAULT NULL,
  OUT state text, OUT message text, OUT detail text, OUT hint text
)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement USING vault;
  RAISE EXCEPTION USING errcode = 'UNDO1';
EXCEPTION
  WHEN SQLSTATE 'UNDO1' THEN
    NULL;
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    state := sqlstate;
    message := regexp_replace(message, '\mvault -?\d+', 'vault N');
    hint := regexp_replace(hint, '\(\d+', '(N');
END $$;

-- One line of it: SQLSTATE, message, detail.
CREATE FUNCTION try.refusal(statement text, vault integer DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$
  SELECT CASE WHEN state IS NULL THEN 'not refused'
              ELSE state || ' ' || message || CASE WHEN detail = '' THEN '' ELSE ' (' || detail || ')' END END
  FROM try.attempt(statement, vault)
$$;

-- The same for calls of the extension's functions.
CREATE FUNCTION try.refused(vault integer, VARIADIC calls text[])
RETURNS TABLE (call text, refusal text)
LANGUAGE sql AS $$
  SELECT call, try.refusal('SELECT pointsvault.' || call, vault) FROM unnest(calls) AS call
$$;

-- A document is tried on a vault that is rolled back, and named by its path.
CREATE FUNCTION try.document(document text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(try.refusal(format('SELECT pointsvault.create_vault(''tried'', %L)', document)), 'Section growth knows: .*\.', 'Section growth knows: ...')
$$;

-- Changes with any row of any table of the extension.
CREATE FUNCTION try.fingerprint() RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
  rows text;
  result text := '';
BEGIN
  FOR relation IN
    SELECT oid FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'r' ORDER BY relname
  LOOP
    EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', relation) INTO rows;
    result := md5(result || relation || COALESCE(rows, ''));
  END LOOP;
  RETURN result;
END $$;

-- A region in which it is about noon: no day ends while a test runs, whatever the time.
CREATE FUNCTION try.noon() RETURNS text
LANGUAGE sql AS $$
  SELECT ('{Asia/Tokyo,Africa/Nairobi,America/Cayenne,Pacific/Gambier}'::text[])[1 + extract(hour FROM now() AT TIME ZONE 'UTC')::integer / 6]
$$;

-- Noon so many days from today, as no region has it: for the table of vaults alone.
CREATE FUNCTION try.noon(days integer) RETURNS text
LANGUAGE sql AS $$
  SELECT 'UTC' || to_char(extract(hour FROM now() AT TIME ZONE 'UTC') - 12 - 24 * days, 'SG00')
$$;
