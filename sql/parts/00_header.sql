/* pointsvault: a points vault and ledger inside the shop's own database */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pointsvault" to load this file. \quit

COMMENT ON SCHEMA pointsvault IS 'points vaults: accounts, events and their journal; see the extension''s README';
