-- ---------------------------------------------------------------------------
-- The sealed log: what anybody can check with other people's tools
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.seal(vault integer) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_seal' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.seal(integer) IS
  'appends to the vault''s log what is committed and not sealed yet, and returns how many leaves it has then; run_jobs() does it too; holds up no event';

CREATE FUNCTION pointsvault.checkpoint(vault integer) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_checkpoint' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.checkpoint(integer) IS
  'the log as it was last sealed, as a text to be signed outside (c2sp.org/tlog-checkpoint): origin, size and root; 55000 where nothing is sealed';

CREATE FUNCTION pointsvault.store_checkpoint(vault integer, note text) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_store_checkpoint' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.store_checkpoint(integer, text) IS
  'keeps a signed checkpoint, from which proofs and tiles are made, and returns its size; 22023 unless it is of this log, at a size at which it was sealed, with that root; whether a signature holds is for those who have the key';

CREATE FUNCTION pointsvault.prove(vault integer, ref text) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_prove' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.prove(integer, text) IS
  'that an event is in the log of the signed checkpoint stored last, as a text for its member to keep (c2sp.org/tlog-proof@v1); its extra line has the leaf, behind two bytes with its length, and the 16 bytes of salt of its texts';

CREATE FUNCTION pointsvault.prove_growth(vault integer, old_size bigint) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_prove_growth' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.prove_growth(integer, bigint) IS
  'that the log of the signed checkpoint stored last begins with that of an older size, as witnesses are asked with (add-checkpoint of c2sp.org/tlog-witness)';

CREATE FUNCTION pointsvault.export_tiles(vault integer, OUT path text, OUT content bytea) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_export_tiles' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION pointsvault.export_tiles(integer) IS
  'the log of the signed checkpoint stored last as files that any web server can serve (c2sp.org/tlog-tiles): tiles, bundles of entries, checkpoint; tools/export-tiles writes them';
