/* pointsvault: a points vault and ledger inside the shop's own database */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pointsvault" to load this file. \quit

-- The schema is the extension's own: one that is there already may hold operators
-- that another role made.  Names are looked up in pg_catalog alone (see the
-- control file), so that nothing but what is named in full is found elsewhere.
CREATE SCHEMA pointsvault;
COMMENT ON SCHEMA pointsvault IS 'points vaults: accounts, events and their journal; see the extension''s README';
