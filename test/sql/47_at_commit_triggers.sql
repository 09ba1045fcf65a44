-- A deferred trigger that is queued by what is booked at the commit, after those of the
-- transaction ran: it is run as well, and may leave more to this commit.  Here one on
-- the days that an event closes.

SET timezone = 'UTC';

SELECT pointsvault.create_vault('queued', '{"growth": {}, "cycle": {}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT count(pointsvault.purchase(:v, 'ann', 1, 'early', at => now() - interval '1 day'));
CREATE TABLE try.closed (day date);
CREATE FUNCTION try.closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO try.closed VALUES (NEW.day);
  PERFORM pointsvault.purchase_at_commit(NEW.vault, 'ann', 2, 'by a trigger');
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closed AFTER INSERT ON pointsvault.day_data DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION try.closed();
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'late');
COMMIT;
DROP TRIGGER closed ON pointsvault.day_data;
SELECT count(*) FROM try.closed;
SELECT seq, kind, ref, amount FROM pointsvault.journal WHERE vault = :v ORDER BY seq;
SELECT name FROM pointsvault.verify(:v) WHERE ok IS NOT TRUE;

DROP FUNCTION try.closed();
DROP TABLE try.closed;
