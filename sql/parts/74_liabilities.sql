-- ---------------------------------------------------------------------------
-- Published balances: each member can check alone that its own is in the total
-- ---------------------------------------------------------------------------

CREATE TABLE pointsvault.liability_data (
  vault integer NOT NULL,
  number bigint NOT NULL,
  asset text COLLATE "C" NOT NULL,
  day date NOT NULL,
  seq bigint NOT NULL,
  built_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  leaves bigint NOT NULL,
  total bigint NOT NULL,
  root bytea NOT NULL,
  due_leaves bigint NOT NULL,
  due_total bigint NOT NULL,
  due_root bytea NOT NULL,
  PRIMARY KEY (vault, number)
);
CREATE UNIQUE INDEX liability_day ON pointsvault.liability_data (vault, asset, day);
COMMENT ON TABLE pointsvault.liability_data IS
  'append-only: of an asset, what all members had at the close of a day, as trees whose leaves stand in liability_tile_data';
COMMENT ON COLUMN pointsvault.liability_data.number IS 'of the vault''s, in the order in which they are sealed';
COMMENT ON COLUMN pointsvault.liability_data.seq IS 'the journal row after which balances are those of the day';
COMMENT ON COLUMN pointsvault.liability_data.leaves IS 'how many members are owed something';
COMMENT ON COLUMN pointsvault.liability_data.total IS 'what they are owed together, in the smallest units';
COMMENT ON COLUMN pointsvault.liability_data.root IS 'the hash of the tree over them';
COMMENT ON COLUMN pointsvault.liability_data.due_leaves IS 'how many members owe something';
COMMENT ON COLUMN pointsvault.liability_data.due_total IS 'what these owe together; it lowers no other total';
COMMENT ON COLUMN pointsvault.liability_data.due_root IS 'the hash of the tree over these';

CREATE TABLE pointsvault.liability_leaf_data (
  vault integer NOT NULL,
  number bigint NOT NULL,
  place bigint NOT NULL,
  PRIMARY KEY (vault, number)
);
COMMENT ON TABLE pointsvault.liability_leaf_data IS 'append-only: where in the log of the vault published balances were sealed';
COMMENT ON COLUMN pointsvault.liability_leaf_data.number IS 'that of liability_data';
COMMENT ON COLUMN pointsvault.liability_leaf_data.place IS 'the index of the leaf in the log, from 0';

CREATE TABLE pointsvault.liability_tile_data (
  vault integer NOT NULL,
  number bigint NOT NULL,
  side smallint NOT NULL,
  level smallint NOT NULL,
  place bigint NOT NULL,
  nodes bytea NOT NULL,
  PRIMARY KEY (vault, number, side, level, place)
);
ALTER TABLE pointsvault.liability_tile_data ALTER COLUMN nodes SET STORAGE EXTERNAL;
COMMENT ON TABLE pointsvault.liability_tile_data IS
  'never changed, but to be deleted when nobody asks for proofs any more: the trees over published balances, in tiles of 256 nodes';
COMMENT ON COLUMN pointsvault.liability_tile_data.side IS '0: who is owed something, 1: who owes';
COMMENT ON COLUMN pointsvault.liability_tile_data.level IS '0: leaves; above: what stands above whole tiles of the level below';
COMMENT ON COLUMN pointsvault.liability_tile_data.nodes IS
  'of leaves order, salted hash and balance, 56 bytes each; of others hash and sum, 40 bytes';

CREATE TABLE pointsvault.liability_secret_data (
  vault integer NOT NULL,
  number bigint NOT NULL,
  secret bytea NOT NULL,
  PRIMARY KEY (vault, number)
);
COMMENT ON TABLE pointsvault.liability_secret_data IS
  'from what salts and places of members'' leaves are derived; once its row is deleted nobody can tell whose leaf is whose';
COMMENT ON COLUMN pointsvault.liability_secret_data.secret IS '16 random bytes';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.liability_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.liability_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.liability_leaf_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.liability_leaf_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER unchanged BEFORE UPDATE ON pointsvault.liability_tile_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.liability_tile_data ENABLE ALWAYS TRIGGER unchanged;
CREATE TRIGGER unchanged BEFORE UPDATE ON pointsvault.liability_secret_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.liability_secret_data ENABLE ALWAYS TRIGGER unchanged;

SELECT pg_catalog.pg_extension_config_dump('pointsvault.liability_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.liability_leaf_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.liability_tile_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.liability_secret_data', '');

CREATE FUNCTION pointsvault.liabilities(
  vault integer, asset text, day date,
  OUT leaves bigint, OUT total numeric, OUT root bytea,
  OUT due_leaves bigint, OUT due_total numeric, OUT due_root bytea,
  OUT seq bigint, OUT leaf bigint
) RETURNS record
  AS 'MODULE_PATHNAME', 'pv_sql_liabilities' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.liabilities(integer, text, date) IS
  'publishes what all members have of points, credits, cash or debt at the close of a day, as the root and the total of a tree over them, which the next seal appends to the log; a day that was published is only shown. due: what members owe, apart, which lowers no total. seq: the journal row after which it is so; leaf: where in the log it is sealed, NULL: not yet. docs/liabilities.md';

CREATE FUNCTION pointsvault.prove_balance(
  vault integer, member text, day date, asset text DEFAULT 'points'
) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_prove_balance' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.prove_balance(integer, text, date, text) IS
  'that what a member had of an asset at the close of a day is in the total that was published, as a text for the member to keep and to check alone; names nobody. docs/liabilities.md';
