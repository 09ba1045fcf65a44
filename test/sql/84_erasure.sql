-- erase_member: of a person nothing is left but a number, in no table; balances, verify, proofs
-- and repeated calls stay as they were; what cannot be told from an erasure is found.
\set VERBOSITY default
SET pointsvault.shop = 'shop.example';
SET timezone = 'UTC';

-- zqxvw is in each text of one person, who has two names; kwjyp in those of another.
\set ECHO none
\i test/lib/forgotten.sql
\set ECHO all
SELECT pointsvault.seal(:v) > 30 AS sealed;
-- rows that are not sealed when it is erased
SELECT (pointsvault.grant_points(:v, 'zqxvw ann', 1, 'late', 'zqxvw again', '2026-01-06 12:00+00', :said)).kind;
SELECT count(*) FROM pointsvault.verify(:v) WHERE NOT ok;

-- Who has a text in which something stands, in whatever column, as text or as bytes.
CREATE FUNCTION pg_temp.holds(what text) RETURNS TABLE (tab text, rows bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR tab IN SELECT relname FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'r' ORDER BY relname LOOP
    EXECUTE format('SELECT count(*) FROM pointsvault.%I t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode(convert_to($1, ''UTF8''), ''hex'')) > 0', tab)
    INTO rows USING what;
    IF rows > 0 THEN RETURN NEXT; END IF;
  END LOOP;
END $$;
SELECT * FROM pg_temp.holds('zqxvw');
SELECT * FROM pg_temp.holds('kwjyp');

-- Proofs, and the log, as they are before.
CREATE FUNCTION pg_temp.signed(body text) RETURNS text LANGUAGE sql AS
  $$SELECT body || E'\n— ' || split_part(body, E'\n', 1) || ' ' || translate(encode('\x00000000' || sha512('signed'), 'base64'), E'\n', '') || E'\n'$$;
SELECT pg_temp.signed(pointsvault.checkpoint(:v)) AS note \gset
SELECT pointsvault.store_checkpoint(:v, :'note') > 30 AS stored;
CREATE TEMPORARY TABLE before AS SELECT ref, seq, pointsvault.prove(:v, ref) AS proof FROM pointsvault.journal
WHERE vault = :v AND ref IS NOT NULL AND ref <> 'late';
CREATE TEMPORARY TABLE log_before AS SELECT * FROM pointsvault.export_tiles(:v);
CREATE TEMPORARY TABLE salts AS SELECT member, salt FROM pointsvault.salt_data WHERE vault = :v;
CREATE TEMPORARY TABLE books AS SELECT s.circulating, s.pool, s.cash_owed, s.credits, s.debts FROM pointsvault.vault_status s WHERE vault = :v;
CREATE TEMPORARY TABLE lines AS SELECT h.*, m.id FROM pointsvault.holding h JOIN pointsvault.member m USING (vault, member) WHERE vault = :v;
SELECT split_part(pointsvault.prove_balance(:v, 'zqxvw ann', '2026-01-05'), E'\n', 6) LIKE 'balance%' AS balance_proven;

-- What is refused.
SELECT * FROM try.refused(:v, $$erase_member($1, 'nobody')$$, $$erase_member($1, NULL)$$, $$erase_member(NULL, 'nobody')$$, $$erase_member(-1, 'nobody')$$,
  $$enroll($1, 'erased-1')$$, $$enroll_many($1, ARRAY['new', 'erased-12345678901234567890'])$$, $$rename_member($1, 'shop', 'erased-7')$$);
SELECT pointsvault.enroll(:v, name) > 0 AS of_other_names FROM unnest(ARRAY['erased-', 'erased-7a', 'erased', 'Erased-7']) AS name;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pointsvault.erase_member(:v, 'zqxvw ann');
ROLLBACK;
BEGIN READ ONLY;
SELECT pointsvault.erase_member(:v, 'zqxvw ann');
ROLLBACK;

SELECT pointsvault.erase_member(:v, 'zqxvw ann') = 'erased-' || :ann AS pseudonym;
SELECT pointsvault.erase_member(:v, 'zqxvw twin') = 'erased-' || :twin AS who_was_merged_too;
SELECT * FROM pg_temp.holds('zqxvw');
SELECT * FROM pg_temp.holds('kwjyp');
SELECT kind, member = 'erased-' || :ann AS hers, regexp_replace(note, '[0-9a-f]{64}', 'hash') AS note, meta, region
FROM pointsvault.journal WHERE vault = :v AND kind = 'erase_member' ORDER BY seq;
-- what the vault goes by is there still: where points are, of whom the merge was, whose agent it is
SELECT kind, regexp_replace(note, '\d+', 'N', 'g') AS note, region FROM pointsvault.journal
WHERE vault = :v AND member IN ('erased-' || :ann, 'erased-' || :twin) AND COALESCE(note, region) IS NOT NULL AND kind <> 'erase_member' ORDER BY seq;
SELECT name, detail, expected, found FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT name, detail FROM pointsvault.verify(:v, :'note') WHERE NOT ok;

-- The same proofs, but for the salt; the same log; the same books.
CREATE FUNCTION pg_temp.leaf(proof text) RETURNS bytea LANGUAGE sql AS $$SELECT substr(b, 1, length(b) - 16) FROM decode(substr(split_part(proof, E'\n', 2), 7), 'base64') AS b$$;
CREATE FUNCTION pg_temp.salt(proof text) RETURNS bytea LANGUAGE sql AS $$SELECT substr(b, length(b) - 15) FROM decode(substr(split_part(proof, E'\n', 2), 7), 'base64') AS b$$;
SELECT count(*), bool_and(pg_temp.leaf(pointsvault.prove(:v, ref)) = pg_temp.leaf(proof)) AS same_leaf,
  bool_and(regexp_replace(pointsvault.prove(:v, ref), 'extra [^\n]*', '') = regexp_replace(proof, 'extra [^\n]*', '')) AS same_way FROM before;
SELECT ref FROM before
WHERE pg_temp.salt(pointsvault.prove(:v, ref)) <> pg_temp.salt(proof) ORDER BY seq;
SELECT count(*) FROM before WHERE pg_temp.salt(pointsvault.prove(:v, ref)) IN (SELECT uuid_send(salt) FROM salts WHERE member IN (:ann, :twin));
SELECT count(*) FROM (SELECT * FROM log_before EXCEPT SELECT * FROM pointsvault.export_tiles(:v)) AS changed;
SELECT count(*) AS same_books FROM books NATURAL JOIN pointsvault.vault_status WHERE vault = :v;
SELECT count(*) FROM lines l JOIN pointsvault.member m ON m.vault = :v AND m.id = l.id JOIN pointsvault.holding h ON h.vault = :v AND h.member = m.member
WHERE to_jsonb(l) - 'id' - 'member' <> to_jsonb(h) - 'member';
-- the salt is gone, that of others is not
SELECT member IN (:ann, :twin) AS erased, bool_or(s.salt = t.salt) AS same FROM pointsvault.salt_data s JOIN salts t USING (member) WHERE s.vault = :v GROUP BY 1 ORDER BY 1;
-- nor is it found among the balances
SELECT regexp_replace(refusal, 'erased-\d+', 'erased-N') AS refusal FROM try.refused(:v, format($$prove_balance($1, 'erased-%s', '2026-01-05')$$, :ann));
-- suspended it is still
SELECT suspended FROM pointsvault.member WHERE vault = :v AND member = 'erased-' || :ann;
SELECT ref, member = 'erased-' || :ann AS hers, region, error, meta FROM pointsvault.queue WHERE vault = :v AND member <> 'bob kwjyp' ORDER BY ref;
SELECT regexp_replace(outcome, '\d+', 'N', 'g') AS outcome FROM pointsvault.job_run WHERE vault = :v;

-- It is sealed, and its own leaf is of the new name; then all is well still.
SELECT pointsvault.seal(:v) > 30 AS sealed;
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) > 30 AS stored;
SELECT pg_temp.leaf(pointsvault.prove(:v, 'late')) IS NOT NULL AS what_was_not_sealed_then;

-- Repeated calls find what was booked: by the new name; what was erased is not compared.
SELECT replayed FROM pointsvault.purchase(:v, 'erased-' || :ann, 300, 'to a place', region => 'another');
SELECT replayed FROM pointsvault.award(:v, 'erased-' || :ann, 'prize', 'a cup', 25);
SELECT replayed FROM pointsvault.pay(:v, 'bob kwjyp', 'erased-' || :ann, 0.2, 'pay ann');
\set VERBOSITY sqlstate
SELECT pointsvault.purchase(:v, 'zqxvw ann', 300, 'to a place', region => '4403 zqxvw');
SELECT pointsvault.purchase(:v, 'erased-' || :ann, 301, 'to a place');
-- a region that there never was
SELECT pointsvault.purchase(:v, 'erased-' || :ann, 1000, 'order of ann', region => '44');
SELECT pointsvault.award(:v, 'shop', 'prize', 'a cup', 25);
\set VERBOSITY default
SELECT regexp_replace(refusal, 'erased-\d+', 'erased-N') AS refusal FROM try.refused(:v, format($$rename_member($1, 'erased-%s', 'zqxvw ann')$$, :ann));
SELECT what, terms FROM pointsvault.explain(:v, 'to a place') WHERE rule IN ('M1', 'V4') ORDER BY step LIMIT 4;

-- Life goes on: refunds, orders that waited, a payout; the same person comes again, as another member; what is said of it since is erased in turn.
SELECT kind, member = 'erased-' || :ann AS hers FROM pointsvault.refund(:v, 'to a place', 'returned', 100, meta => '{"by": "zqxvw"}', at => '2026-01-06 12:00+00');
SELECT pointsvault.settle(:v) > 0 AS settled;
SELECT kind FROM pointsvault.journal WHERE vault = :v AND ref = 'waiting';
SELECT pointsvault.enroll(:v, 'zqxvw ann') > :ann AS another;
SELECT pointsvault.rename_member(:v, 'zqxvw ann', 'new ann');
SELECT * FROM pg_temp.holds('zqxvw');
SELECT pointsvault.seal(:v) > 30 AS sealed;
SELECT pointsvault.erase_member(:v, 'erased-' || :ann) = 'erased-' || :ann AS again;
SELECT * FROM pg_temp.holds('zqxvw');
SELECT pointsvault.erase_member(:v, 'bob kwjyp') = 'erased-' || :bob AS bob;
SELECT * FROM pg_temp.holds('kwjyp');
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT pointsvault.seal(:v) > 30 AS sealed;
SELECT name, detail FROM pointsvault.verify(:v, :'note') WHERE NOT ok;
-- one of whom nothing was said; and nothing more of one who was erased
SELECT pointsvault.erase_member(:v, 'agent') LIKE 'erased-%' AS agent, pointsvault.erase_member(:v, 'erased-' || :ann) = 'erased-' || :ann AS ann;
SELECT regexp_replace(note, 'up to 2, [0-9a-f]{64}', 'up to 2, hash') AS note FROM pointsvault.journal WHERE vault = :v AND kind = 'erase_member' ORDER BY seq DESC LIMIT 2;
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- Nobody changes what is kept; and whoever does, past the triggers, is found.
UPDATE pointsvault.erasure_data SET digest = 0 WHERE false;
DELETE FROM pointsvault.erasure_data WHERE false;
TRUNCATE pointsvault.erasure_data;
UPDATE pointsvault.journal_data SET meta = NULL WHERE false;
CREATE FUNCTION pg_temp.found(vault integer, tampering text) RETURNS TABLE (name text, detail text) LANGUAGE plpgsql AS $$
BEGIN
  ALTER TABLE pointsvault.journal_data DISABLE TRIGGER append_only;
  ALTER TABLE pointsvault.movement_data DISABLE TRIGGER append_only;
  ALTER TABLE pointsvault.erasure_data DISABLE TRIGGER append_only;
  EXECUTE tampering USING vault;
  RETURN QUERY SELECT v.name, regexp_replace(v.detail, '\d+', 'N', 'g') FROM pointsvault.verify(vault) v WHERE NOT v.ok;
  RAISE EXCEPTION 'undone' USING ERRCODE = 'PV001';
EXCEPTION WHEN SQLSTATE 'PV001' THEN
END $$;
-- a text put back, the right one or another; another figure of the row; of what moved beside it
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET region = '4403 zqxvw' WHERE vault = $1 AND ref = 'to a place'$$);
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET note = 'another market' WHERE vault = $1 AND ref = 'custody'$$);
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET actor = 'mallory' WHERE vault = $1 AND ref = 'to a place'$$);
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET digest = digest + 1 WHERE vault = $1 AND ref = 'to a place'$$);
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.movement_data m SET role = 3 FROM pointsvault.journal_data j WHERE m.vault = $1 AND j.vault = $1 AND j.seq = m.seq AND j.ref = 'pay ann'$$);
-- a text that was taken away, with and without a word that it was erased
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET meta = NULL WHERE vault = $1 AND ref = 'order of below'$$);
CREATE FUNCTION pg_temp.pretend(vault integer, ref text, by bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pointsvault.erasure_data SELECT j.vault, j.seq, by, e.digest, NULL, NULL, e.meta
  FROM pointsvault.journal_data j, pointsvault.erasure_data e WHERE j.vault = $1 AND j.ref = $2 AND e.vault = $1 AND e.meta IS NOT NULL LIMIT 1 $$;
SELECT max(seq) AS act FROM pointsvault.journal WHERE vault = :v AND kind = 'erase_member' \gset
SELECT (pointsvault.purchase(:v, 'top', 1, 'of top', at => '2026-01-06 13:00+00', meta => '{"a": 2}')).kind;
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET meta = NULL WHERE vault = $1 AND ref = 'of top'$$);
SELECT * FROM pg_temp.found(:v, format($$SELECT pg_temp.pretend($1, 'of top', %s)$$, :act));
SELECT * FROM pg_temp.found(:v, $$SELECT pg_temp.pretend($1, 'of top', 1)$$);
-- what is kept, changed or gone; of who else it is said to be
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.erasure_data SET meta = sha256('x') WHERE vault = $1 AND meta IS NOT NULL$$);
SELECT * FROM pg_temp.found(:v, $$DELETE FROM pointsvault.erasure_data e USING pointsvault.journal_data j WHERE e.vault = $1 AND j.vault = $1 AND j.seq = e.seq AND j.ref = 'late'$$);
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.erasure_data SET erased_by = (SELECT max(seq) FROM pointsvault.journal_data WHERE vault = $1 AND kind = 107) WHERE vault = $1$$);
SELECT * FROM pg_temp.found(:v, $$UPDATE pointsvault.journal_data SET note = left(note, -1) || 'g' WHERE vault = $1 AND kind = 107$$);
SELECT count(*) FROM pointsvault.verify(:v) WHERE NOT ok;
