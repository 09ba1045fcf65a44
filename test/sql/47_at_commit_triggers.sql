-- A deferred trigger that is queued by what is booked at the commit, after those of the
-- transaction ran: it is run as well, and may leave more to this commit.  Here one on
-- the days that an event closes.

SET timezone = 'UTC';

SELECT pointsvault.create_vault('queued', '{"growth": {}, "cycle": {}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT count(pointsvault.purchase(:v, 'ann', 1, 'early', at => now() - interval '1 day'));
CREATE TABLE try.closed (day date);
CREATE TABLE try.told (day date);
CREATE FUNCTION try.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO try.told VALUES (NEW.day);
  PERFORM pointsvault.purchase_at_commit((SELECT max(id) FROM pointsvault.vault), 'ann', 2, 'by a trigger');
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER tell AFTER INSERT ON try.closed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION try.tell();
-- tables of the vault are written without triggers, but their indexes are filled
CREATE FUNCTION try.note(day date) RETURNS date LANGUAGE sql AS 'INSERT INTO try.closed VALUES (day) RETURNING day';
CREATE FUNCTION try.note_of(day date) RETURNS date LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN try.note(day);
END $$;
CREATE INDEX noting ON pointsvault.day_data (try.note_of(day)) WHERE vault = :v;
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'late');
COMMIT;
DROP INDEX pointsvault.noting;
SELECT (SELECT count(*) FROM try.closed) AS closed, (SELECT count(*) FROM try.told) AS told;
SELECT seq, kind, ref, amount FROM pointsvault.journal WHERE vault = :v ORDER BY seq;
SELECT name FROM pointsvault.verify(:v) WHERE ok IS NOT TRUE;

DROP TABLE try.closed, try.told;
DROP FUNCTION try.tell(), try.note(date), try.note_of(date);
