-- The sealed log (docs/audit.md): sealing, checkpoints, proofs, growth, tiles; what is
-- refused; that tampering is found.  What other people's code says of the same files is in
-- test/t/340_seal.pl.
\set VERBOSITY default
SET pointsvault.shop = 'shop.example';
SELECT pointsvault.create_vault('seal') AS v \gset
SELECT pointsvault.enroll_many(:v, ARRAY['seal ann', 'seal bob', 'seal eve'], ARRAY[NULL, 'seal ann', 'seal bob']);
SELECT count(pointsvault.purchase(:v, 'seal bob', 100 + i, ref => 'seal ' || i, meta => jsonb_build_object('n', i)))
FROM generate_series(1, 20) AS i;

-- Before anything is sealed.
\set VERBOSITY sqlstate
SELECT pointsvault.checkpoint(:v);
SELECT pointsvault.prove(:v, 'seal 1');
\set VERBOSITY default
SELECT pointsvault.seal(0);

SELECT pointsvault.seal(:v) AS size \gset
-- an incarnation, the vault, a policy, three members, and the journal; grants on all vaults too
SELECT :size - 6 - (SELECT max(seq) FROM pointsvault.journal WHERE vault = :v)
     - (SELECT count(*) FROM pointsvault.access_change_data WHERE vault IS NULL OR vault = :v) AS rest;
SELECT pointsvault.seal(:v) = :size AS nothing_new;
SELECT l[1] ~ '^shop\.example/seal/[0-9a-f]{16}$', l[2] = :'size', length(decode(l[3], 'base64')), l[4], cardinality(l)
FROM string_to_array(pointsvault.checkpoint(:v), E'\n') AS l;

-- The root is what RFC 6962 says, computed here from the leaves.
CREATE FUNCTION pg_temp.mth(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  n int := cardinality(leaves);
  k int := 1;
BEGIN
  IF n = 1 THEN RETURN sha256('\x00' || leaves[1]); END IF;
  WHILE k * 2 < n LOOP k := k * 2; END LOOP;
  RETURN sha256('\x01' || pg_temp.mth(leaves[1:k]) || pg_temp.mth(leaves[k + 1:n]));
END $$;
CREATE FUNCTION pg_temp.entries(bundle bytea) RETURNS bytea[] LANGUAGE plpgsql AS $$
DECLARE
  at int := 0;
  size int;
  found bytea[] := '{}';
BEGIN
  WHILE at < length(bundle) LOOP
    size := get_byte(bundle, at) * 256 + get_byte(bundle, at + 1);
    found := found || substr(bundle, at + 3, size);
    at := at + 2 + size;
  END LOOP;
  RETURN found;
END $$;

-- Signed outside; here anything in the form of a signature will do.
CREATE FUNCTION pg_temp.signed(body text) RETURNS text LANGUAGE sql AS
  $$SELECT body || E'\n— ' || split_part(body, E'\n', 1) || ' ' || translate(encode('\x00000000' || sha512('signed'), 'base64'), E'\n', '') || E'\n'$$;
\set VERBOSITY sqlstate
SELECT pointsvault.prove(:v, 'seal 1');
\set VERBOSITY default
SELECT pointsvault.store_checkpoint(:v, pointsvault.checkpoint(:v));
SELECT pointsvault.store_checkpoint(:v, 'no note');
SELECT pointsvault.store_checkpoint(:v, E'a\n0\nb\n');
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(replace(pointsvault.checkpoint(:v), E'\n' || :size, E'\n' || :size + 1)));
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(replace(pointsvault.checkpoint(:v), 'shop.', 'mall.')));
SELECT pointsvault.store_checkpoint(:v, pointsvault.checkpoint(:v) || E'\n');
SELECT pointsvault.store_checkpoint(:v, pointsvault.checkpoint(:v) || E'\nsigned by me\n');
SELECT pointsvault.store_checkpoint(:v, pointsvault.checkpoint(:v) || E'\n— shop+key AAAAAGFueSBzaWduYXR1cmU=\n');
SELECT pointsvault.store_checkpoint(:v, pointsvault.checkpoint(:v) || E'\n— shop !\n');
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) = :size AS stored;

SELECT path ~ '^tile/0/000\.p/[0-9]+$', length(content) / 32 = :size
FROM pointsvault.export_tiles(:v) WHERE path LIKE 'tile/0/%';
SELECT encode(pg_temp.mth(pg_temp.entries(content)), 'base64') = split_part(pointsvault.checkpoint(:v), E'\n', 3) AS root_as_defined
FROM pointsvault.export_tiles(:v) WHERE path LIKE 'tile/entries/%';
SELECT convert_from(content, 'UTF8') = pg_temp.signed(pointsvault.checkpoint(:v)) FROM pointsvault.export_tiles(:v) WHERE path = 'checkpoint';

-- A proof: its first lines, and that its leaf is the entry at its index.
SELECT l[1] = 'c2sp.org/tlog-proof@v1', l[2] LIKE 'extra %', split_part(l[3], ' ', 2)::int + 1 <= :size,
       (pg_temp.entries(content))[split_part(l[3], ' ', 2)::int + 1] = (pg_temp.entries(left_of.bytes))[1] AS same_leaf
FROM string_to_array(pointsvault.prove(:v, 'seal 7'), E'\n') AS l,
     pointsvault.export_tiles(:v),
     LATERAL (SELECT substr(b, 1, length(b) - 16) AS bytes FROM decode(substr(l[2], 7), 'base64') AS b) AS left_of
WHERE path LIKE 'tile/entries/%';
\set VERBOSITY sqlstate
SELECT pointsvault.prove(:v, 'seal no');
\set VERBOSITY default
SELECT split_part(pointsvault.prove_growth(:v, 0), E'\n', 1), split_part(pointsvault.prove_growth(:v, :size), E'\n', 2) = '';
\set VERBOSITY sqlstate
SELECT pointsvault.prove_growth(:v, :size + 1);
SELECT pointsvault.prove_growth(:v, -1);
\set VERBOSITY default

-- A hash with a salt: of the meta of a row.
SELECT (SELECT position(sha256(uuid_send(s.salt) || '\x5c' || int8send(j.seq) || convert_to(j.meta::text, 'UTF8')) IN content) > 0
        FROM pointsvault.export_tiles(:v) WHERE path LIKE 'tile/entries/%') AS meta_is_hashed,
       (SELECT position(convert_to(j.meta::text, 'UTF8') IN content) = 0 AND position('\x7365616c20626f62'::bytea IN content) = 0
        FROM pointsvault.export_tiles(:v) WHERE path LIKE 'tile/entries/%') AS and_not_there
FROM pointsvault.journal_data j JOIN pointsvault.salt_data s USING (vault, member)
WHERE j.vault = :v AND j.ref = 'seal 3';

-- More of it; what is not in the checkpoint yet; renamed members get a leaf again.
SELECT pointsvault.rename_member(:v, 'seal eve', 'seal eva');
SELECT (pointsvault.purchase(:v, 'seal ann', 5, ref => 'seal later')).seq > 0 AS booked;
SELECT pointsvault.prove(:v, 'seal later');
SELECT pointsvault.seal(:v) - :size AS more;
SELECT pointsvault.prove(:v, 'seal later');
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) - :size AS more;
SELECT pointsvault.prove(:v, 'seal later') LIKE 'c2sp.org/tlog-proof@v1%';
SELECT count(*) FROM pointsvault.verify(:v) WHERE NOT ok;

-- Many, so that there are full tiles.
SELECT count(pointsvault.purchase(:v, 'seal ann', 1, ref => 'seal many ' || i)) FROM generate_series(1, 600) AS i;
SELECT pointsvault.seal(:v) AS size \gset
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) = :size AS stored;
SELECT regexp_replace(path, 'p/.*', 'p/'), length(content) > 0 FROM pointsvault.export_tiles(:v);
SELECT encode(pg_temp.mth(array_agg(e ORDER BY path, n)), 'base64') = split_part(pointsvault.checkpoint(:v), E'\n', 3) AS root_as_defined
FROM pointsvault.export_tiles(:v), unnest(pg_temp.entries(content)) WITH ORDINALITY AS u(e, n) WHERE path LIKE 'tile/entries/%';

-- Entries of rows that were rolled back are passed over, in memory that lasts.
SELECT (pointsvault.points_to_credits(:v, 'seal bob', 10, 'seal swap')).kind;
BEGIN;
SELECT count(pointsvault.pay(:v, 'seal bob', 'seal ann', 0.1, 'seal undone ' || i)) FROM generate_series(1, 30) AS i;
ROLLBACK;
SELECT count(pointsvault.pay(:v, 'seal bob', 'seal eva', 0.1, 'seal pay ' || i, meta => jsonb_build_object('note', repeat('long ', i * i))))
FROM generate_series(1, 30) AS i;
SELECT pointsvault.seal(:v) - :size AS more, pointsvault.seal(:v) AS size \gset
SELECT :more AS more;
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) = :size AS stored;
SELECT count(*) FROM pointsvault.export_tiles(:v) WHERE path LIKE 'tile/entries/%';
SELECT count(*) FROM pointsvault.verify(:v) WHERE NOT ok;

-- Not under a snapshot that stays; none of it is changed, by nobody.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pointsvault.seal(:v);
ROLLBACK;
CREATE FUNCTION pg_temp.changed(what regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  told text := '';
  statement text;
BEGIN
  FOREACH statement IN ARRAY ARRAY['UPDATE %s SET vault = vault WHERE false', 'DELETE FROM %s WHERE false', 'TRUNCATE %s'] LOOP
    BEGIN
      EXECUTE format(statement, what);
      told := told || ' ' || split_part(statement, ' ', 1);
      RAISE EXCEPTION 'undone';
    EXCEPTION WHEN raise_exception THEN NULL; WHEN object_not_in_prerequisite_state THEN NULL;
    END;
  END LOOP;
  RETURN told;
END $$;
-- which of them the owner may do, as one who replicates too
SET session_replication_role = replica;
SELECT t.tgrelid::regclass AS append_only, pg_temp.changed(t.tgrelid) AS can
FROM pg_trigger t WHERE t.tgfoid = 'pointsvault.refuse_change'::regproc ORDER BY t.tgrelid::regclass::text COLLATE "C";
RESET session_replication_role;

-- verify names what was changed, and against a checkpoint from outside what is gone.
SELECT name, ok, detail FROM pointsvault.verify(:v) WHERE name LIKE '%sealed%';
SELECT pg_temp.signed(pointsvault.checkpoint(:v)) AS note \gset
SELECT name, ok FROM pointsvault.verify(:v, :'note') WHERE name LIKE '%sealed%';
SELECT name, ok, expected, regexp_replace(found, '[0-9]+', 'N') AS found FROM pointsvault.verify(:v, replace(:'note', E'\n' || :size, E'\n999999')) WHERE NOT ok;
SELECT name, ok, detail FROM pointsvault.verify(:v, replace(:'note', 'shop.', 'mall.')) WHERE NOT ok;
BEGIN;
ALTER TABLE pointsvault.journal_data DISABLE TRIGGER append_only;
UPDATE pointsvault.journal_data SET actor = 'mallory' WHERE vault = :v AND ref = 'seal 5';
SELECT detail ~ '^journal row [0-9]+, leaf [0-9]+' AS named FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
\set VERBOSITY sqlstate
SELECT pointsvault.prove(:v, 'seal 5');
\set VERBOSITY default
ROLLBACK;
BEGIN;
ALTER TABLE pointsvault.tile_data DISABLE TRIGGER append_only;
UPDATE pointsvault.tile_data SET hashes = overlay(hashes PLACING '\xff00ff' FROM 100) WHERE vault = :v AND number = 1;
SELECT detail ~ 'leaf [0-9]+' AS named FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;
BEGIN;
ALTER TABLE pointsvault.leaf_data DISABLE TRIGGER append_only;
DELETE FROM pointsvault.leaf_data WHERE vault = :v AND place = 3;
SELECT detail FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;
BEGIN;
ALTER TABLE pointsvault.seal_data DISABLE TRIGGER append_only;
UPDATE pointsvault.seal_data SET root = sha256('another') WHERE vault = :v AND size = :size;
SELECT detail LIKE 'the root at size %' AS named FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;

-- Rows beside the journal are met by the last leaf of each.
BEGIN;
UPDATE pointsvault.member_data SET name = 'seal mallory' WHERE vault = :v AND name = 'seal eva';
SELECT detail ~ '^member [0-9]+, leaf [0-9]+' AS named FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;
BEGIN;
DELETE FROM pointsvault.member_data WHERE vault = :v AND name = 'seal eva';
SELECT detail ~ '^member [0-9]+, leaf [0-9]+' AS named, found FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;
BEGIN;
UPDATE pointsvault.salt_data s SET salt = NULL FROM pointsvault.member_data m WHERE s.vault = :v AND m.vault = :v AND s.member = m.id AND m.name = 'seal eva';
SELECT detail ~ '^member [0-9]+, leaf [0-9]+' AS named FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;
BEGIN;
ALTER TABLE pointsvault.policy_data DISABLE TRIGGER append_only;
UPDATE pointsvault.policy_data SET document = document || '{"growth": {"fee_rate": 0}}' WHERE vault = :v;
SELECT detail FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
DELETE FROM pointsvault.policy_data WHERE vault = :v;
SELECT detail, found FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
INSERT INTO pointsvault.policy_data (vault, version, seq, document) VALUES (:v, -7, 1, '{}');
SELECT detail, expected FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;
BEGIN;
UPDATE pointsvault.vault SET timezone = 'Asia/Tokyo' WHERE id = :v;
SELECT detail FROM pointsvault.verify(:v) WHERE NOT ok AND name LIKE '%sealed%';
ROLLBACK;

-- What changes a row by a call makes a leaf of it anew, once it is sealed.
SELECT pointsvault.enroll_many(:v, ARRAY['seal fay', 'seal gil', 'seal hal'], ARRAY['seal eva', 'seal fay', 'seal fay']);
SELECT pointsvault.seal(:v) AS before \gset
SELECT :before - :size AS more;
SELECT pointsvault.rename_member(:v, 'seal gil', 'seal gus');
SELECT (pointsvault.merge_members(:v, 'seal fay', 'seal hal', 'seal merged')).kind;
SELECT count(*) FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT pointsvault.seal(:v) AS size \gset
-- hal, gus, who stands below hal now, and two rows of the journal
SELECT :size - :before AS more, count(*) AS members FROM pointsvault.leaf_data WHERE vault = :v AND place >= :before;
SELECT count(*) FROM pointsvault.verify(:v) WHERE NOT ok;

-- Where it is another place, another incarnation goes on.
BEGIN;
ALTER TABLE pointsvault.seal_data DISABLE TRIGGER append_only;
UPDATE pointsvault.seal_data SET place = 'elsewhere' WHERE vault = :v;
SELECT split_part(pointsvault.checkpoint(:v), E'\n', 1) AS before \gset
SELECT pointsvault.seal(:v) - :size AS one_more;
SELECT split_part(pointsvault.checkpoint(:v), E'\n', 1) <> :'before' AS another_origin,
       (SELECT position(convert_to(:'before', 'UTF8') IN leaf) > 0 FROM pointsvault.leaf_data WHERE vault = :v AND place = :size) AS says_which;
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) - :size;
SELECT split_part(pointsvault.prove_growth(:v, :size), E'\n', 1) = 'old ' || :size AS goes_on;
ROLLBACK;
