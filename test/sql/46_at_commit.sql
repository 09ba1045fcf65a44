-- Events left to the commit: what is judged when, savepoints, order, who called.

SET timezone = 'UTC';

SELECT pointsvault.create_vault('at commit', '{"growth": {}}', timezone => try.noon()) AS v, pointsvault.create_vault('at commit 2', '{"growth": {}}', timezone => try.noon()) AS w \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,shop}', merchants => '{f,f,t}') AS enrolled, pointsvault.enroll_many(:w, '{ann,bob}') AS enrolled;

-- Every event of a shop -------------------------------------------------------------------

-- the figures are those of the same events called at once, in the same order
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 100, 'o1', contribution => 20, region => '44', min_points => 1, meta => '{"till": [1, 2]}');
SELECT pointsvault.purchase_at_commit(:v, 'bob', 50, 'o2');
SELECT pointsvault.redeem_at_commit(:v, 'ann', 1, 'r1', purpose => 'goods', min_cash => 0.1);
SELECT pointsvault.points_to_credits_at_commit(:v, 'ann', 2, 's1', min_credits => 1);
SELECT pointsvault.pay_at_commit(:v, 'ann', 'shop', 1.5, 'pay1');
SELECT pointsvault.credits_to_points_at_commit(:v, 'shop', 1, 's2', min_points => 0.1);
SELECT pointsvault.refund_at_commit(:v, 'o2', 'f1', 10);
SELECT pointsvault.refund_at_commit(:v, 'o2', 'f2');
-- nothing is locked, written or seen before
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND (locktype = 'object' OR transactionid IS NOT NULL);
SELECT last_seq FROM pointsvault.vault_status WHERE vault = :v;
SELECT pointsvault.get_receipt(:v, 'o1') IS NULL AS waits;
COMMIT;
SELECT seq, kind, ref, member, amount, points, cash, fee, contribution FROM pointsvault.journal WHERE vault = :v AND ref IS NOT NULL ORDER BY seq;
SELECT j.meta, r.replayed, r.at = r.booked_at AS now FROM pointsvault.get_receipt(:v, 'o1') r, pointsvault.journal j WHERE j.vault = :v AND j.seq = r.seq;
BEGIN;
SELECT count(pointsvault.purchase(:w, 'ann', 100, 'o1', contribution => 20, region => '44', min_points => 1)),
  count(pointsvault.purchase(:w, 'bob', 50, 'o2'));
SELECT j.ref FROM pointsvault.journal i JOIN pointsvault.journal j USING (seq, kind, ref) WHERE i.vault = :v AND j.vault = :w
  AND (i.points, i.contribution, i.pool_after, i.circulating_after) = (j.points, j.contribution, j.pool_after, j.circulating_after) ORDER BY j.seq;
ROLLBACK;
-- a statement by itself commits by itself
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'alone');
SELECT ref, amount FROM pointsvault.get_receipt(:v, 'alone');

-- What is refused at the call --------------------------------------------------------------

SELECT * FROM try.refused(:v,
  $$purchase_at_commit($1, 'ann', 0, 'x')$$, $$purchase_at_commit($1, 'ann', NULL, 'x')$$, $$purchase_at_commit($1, 'ann', 0.00001, 'x')$$,
  $$purchase_at_commit($1, '', 1, 'x')$$, $$purchase_at_commit($1, 'ann', 1, repeat('x', 256))$$, $$purchase_at_commit($1, 'ann', 1, 'x', contribution => 2)$$,
  $$purchase_at_commit(-$1, 'ann', 1, 'x')$$, $$redeem_at_commit($1, 'ann', 0, 'x')$$, $$redeem_at_commit($1, 'ann', 1, 'x', 'gift')$$,
  $$points_to_credits_at_commit($1, 'ann', -1, 'x')$$, $$credits_to_points_at_commit($1, 'shop', 0, 'x')$$, $$pay_at_commit($1, 'ann', 'ann', 1, 'x')$$,
  $$pay_at_commit($1, 'ann', 'bob', 0, 'x')$$, $$refund_at_commit($1, 'o1', 'x', 0)$$, $$refund_at_commit($1, NULL, 'x')$$);
-- a purchase of the same figures is refused in the same words
SELECT * FROM try.refused(:v, $$purchase($1, 'ann', 0, 'x')$$, $$purchase($1, 'ann', 1, 'x', contribution => 2)$$, $$pay($1, 'ann', 'ann', 1, 'x')$$);
\set VERBOSITY sqlstate
BEGIN READ ONLY;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x');
ROLLBACK;
SELECT last_seq FROM pointsvault.vault_status WHERE vault = :v;

-- What is refused at the commit, with all of the transaction ------------------------------------

CREATE TABLE try.orders (ref text);
BEGIN; INSERT INTO try.orders VALUES ('x'); SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x'); SELECT pointsvault.purchase_at_commit(:v, 'zoe', 1, 'y'); COMMIT;
BEGIN; INSERT INTO try.orders VALUES ('x'); SELECT pointsvault.redeem_at_commit(:v, 'ann', 1000, 'x'); COMMIT;
BEGIN; INSERT INTO try.orders VALUES ('x'); SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x', min_points => 1000); COMMIT;
BEGIN; INSERT INTO try.orders VALUES ('x'); SELECT pointsvault.refund_at_commit(:v, 'none', 'x'); COMMIT;
BEGIN; INSERT INTO try.orders VALUES ('x'); SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x', at => now() + interval '3 days'); COMMIT;
BEGIN; INSERT INTO try.orders VALUES ('x'); SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x'); SET TRANSACTION READ ONLY; COMMIT;
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x'); SELECT pointsvault.suspend_vault(:v, 'stocktaking'); COMMIT;
SELECT pointsvault.purchase_at_commit(:v, 'zoe', 1, 'x');
SELECT count(*) FROM try.orders;
SELECT last_seq FROM pointsvault.vault_status WHERE vault = :v;
-- it was not kept for the next transaction, nor was what went by an error or a rollback
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x'); SELECT 1 / 0; COMMIT;
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x'); ROLLBACK;
BEGIN; COMMIT;
SELECT last_seq FROM pointsvault.vault_status WHERE vault = :v;

-- Prepared it cannot be; what was rolled back is not in the way
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'x'); PREPARE TRANSACTION 'regress_pv';

-- Savepoints ------------------------------------------------------------------------------------

\set VERBOSITY default
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'sp 1');
SAVEPOINT a;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 2, 'sp 2 gone');
SAVEPOINT b;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 3, 'sp 3 gone');
RELEASE b;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 4, 'sp 4 gone');
ROLLBACK TO a;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 5, 'sp 5');
SAVEPOINT c;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 6, 'sp 6');
SAVEPOINT d;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 7, 'sp 7 gone');
ROLLBACK TO d;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 8, 'sp 8');
RELEASE c;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 9, 'sp 9');
SAVEPOINT e;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 10, 'sp 10 gone');
ROLLBACK TO e;
COMMIT;
SELECT ref, amount FROM pointsvault.journal WHERE vault = :v AND ref LIKE 'sp %' ORDER BY seq;
-- exception blocks
DO $$
DECLARE
  v integer := pointsvault.vault_id('at commit');
BEGIN
  FOR i IN 1 .. 6 LOOP
    BEGIN
      PERFORM pointsvault.purchase_at_commit(v, 'ann', i, 'block ' || i);
      BEGIN
        PERFORM pointsvault.purchase_at_commit(v, 'bob', i, 'inner ' || i);
        PERFORM 1 / (i % 2);
      EXCEPTION WHEN division_by_zero THEN
        PERFORM pointsvault.purchase_at_commit(v, 'bob', i, 'instead ' || i);
      END;
      PERFORM 1 / (i % 3);
    EXCEPTION WHEN division_by_zero THEN
      NULL;
    END;
  END LOOP;
END $$;
SELECT string_agg(ref, ', ' ORDER BY seq) FROM pointsvault.journal WHERE vault = :v AND ref ~ '^(block|inner|instead)';

-- Several transactions in a row ------------------------------------------------------------------

BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'chain 1');
COMMIT AND CHAIN;
SELECT ref FROM pointsvault.get_receipt(:v, 'chain 1');
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'chain 2');
ROLLBACK AND CHAIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'chain 3');
COMMIT;
-- a cursor that is read as the transaction commits
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT pointsvault.purchase_at_commit(vault, 'ann', 1, 'held') FROM pointsvault.vault_id('at commit') vault;
COMMIT;
SELECT ref FROM pointsvault.get_receipt(:v, 'held');
CLOSE held;
CREATE PROCEDURE try.sell(v integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. 4 LOOP
    PERFORM pointsvault.purchase_at_commit(v, 'ann', i, 'loop ' || i);
    IF i = 3 THEN ROLLBACK; ELSE COMMIT; END IF;
    RAISE NOTICE '% %', i, (SELECT ref FROM pointsvault.get_receipt(v, 'loop ' || i));
  END LOOP;
  PERFORM pointsvault.purchase_at_commit(v, 'ann', 5, 'loop 5');
END $$;
CALL try.sell(:v);
SELECT string_agg(ref, ', ' ORDER BY seq) FROM pointsvault.journal WHERE vault = :v AND ref ~ '^(chain|loop)';
-- a commit that is refused ends the procedure
\set VERBOSITY sqlstate
CREATE PROCEDURE try.sell_twice(v integer) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pointsvault.purchase_at_commit(v, 'ann', 1, 'twice 1');
  COMMIT;
  PERFORM pointsvault.purchase_at_commit(v, 'zoe', 1, 'twice 2');
  COMMIT;
  PERFORM pointsvault.purchase_at_commit(v, 'ann', 1, 'twice 3');
END $$;
CALL try.sell_twice(:v);
SELECT ref FROM pointsvault.journal WHERE vault = :v AND ref LIKE 'twice%';
\set VERBOSITY default

-- Order, and refs -----------------------------------------------------------------------------------

-- two vaults: in the order of the calls within each
BEGIN;
SELECT pointsvault.purchase_at_commit(:w, 'ann', 1, 'both 1'), pointsvault.purchase_at_commit(:v, 'ann', 2, 'both 2'),
  pointsvault.purchase_at_commit(:w, 'ann', 3, 'both 3'), pointsvault.purchase_at_commit(:v, 'ann', 4, 'both 4');
COMMIT;
SELECT vault = :w AS second, ref, amount FROM pointsvault.journal WHERE ref LIKE 'both%' ORDER BY booked_at, vault, seq;
-- the same call twice is booked once, other calls of its ref are refused, as they are at once
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'same'), pointsvault.purchase_at_commit(:v, 'ann', 1, 'same');
-- a direct call is booked before, and what waits is then a replay
SELECT points > 0 AS minted, replayed FROM pointsvault.purchase(:v, 'ann', 1, 'same');
COMMIT;
SELECT count(*) FROM pointsvault.journal WHERE vault = :v AND ref = 'same';
\set VERBOSITY sqlstate
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'other'), pointsvault.purchase_at_commit(:v, 'ann', 2, 'other'); COMMIT;
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'other'); SELECT count(pointsvault.purchase(:v, 'ann', 2, 'other')); COMMIT;
BEGIN; SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'other'); SELECT pointsvault.refund(:v, 'other', 'other back'); COMMIT;
\set VERBOSITY default
SELECT count(*) FROM pointsvault.journal WHERE vault = :v AND ref LIKE 'other%';
-- a vault and a member that the transaction makes
BEGIN;
SELECT pointsvault.create_vault('at commit 3', '{"growth": {}}') AS x \gset
SELECT pointsvault.enroll(:x, 'ann') IS NOT NULL AS enrolled, pointsvault.purchase_at_commit(:x, 'ann', 1, 'first');
COMMIT;
SELECT ref FROM pointsvault.get_receipt(:x, 'first');

-- Who called ---------------------------------------------------------------------------------------------

CREATE ROLE regress_pv_till;
CREATE ROLE regress_pv_other;
GRANT USAGE ON SCHEMA try TO regress_pv_till;
SELECT pointsvault.grant_access('regress_pv_till', 'shop', :v);
BEGIN;
SET LOCAL ROLE regress_pv_till;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'as till');
SET LOCAL ROLE regress_pv_other;
COMMIT;
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'as owner');
SET LOCAL ROLE regress_pv_other;
COMMIT;
SELECT ref, actor LIKE 'regress_pv_till (login %' AS till, actor = current_user AS owner FROM pointsvault.journal WHERE vault = :v AND ref LIKE 'as %' ORDER BY seq;
-- rights are those of the call: of another vault none, taken back meanwhile still
BEGIN;
SET LOCAL ROLE regress_pv_till;
SELECT try.refusal('SELECT pointsvault.purchase_at_commit($1, ''ann'', 1, ''x'')', :w);
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'in time');
RESET ROLE;
SELECT pointsvault.revoke_access('regress_pv_till', 'shop', :v);
COMMIT;
SELECT ref FROM pointsvault.get_receipt(:v, 'in time');
SET ROLE regress_pv_till;
SELECT try.refusal('SELECT pointsvault.purchase_at_commit($1, ''ann'', 1, ''x'')', :v);
RESET ROLE;
-- the search path of the commit, and operators that stand in it, mean nothing
CREATE SCHEMA trap
  CREATE TABLE vault (id integer)
  CREATE TABLE journal_data (vault integer);
CREATE FUNCTION trap.fail(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE OPERATOR trap.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = trap.fail);
BEGIN;
SELECT pointsvault.purchase_at_commit(:v, 'ann', 1, 'path');
SET LOCAL search_path = trap, pg_catalog;
COMMIT;
SELECT ref FROM pointsvault.get_receipt(:v, 'path');

-- Triggers -------------------------------------------------------------------------------------------------

-- a deferred one of the shop's calls it at the commit
CREATE FUNCTION try.sell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pointsvault.purchase_at_commit(pointsvault.vault_id('at commit'), 'ann', 1, NEW.ref);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sell AFTER INSERT ON try.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION try.sell();
BEGIN;
INSERT INTO try.orders VALUES ('deferred 1'), ('deferred 2');
COMMIT;
SELECT ref FROM pointsvault.journal WHERE vault = :v AND ref LIKE 'deferred%' ORDER BY seq;

-- Ten thousand in one transaction ------------------------------------------------------------------------------

-- kept in memory of their own; what is rolled back gives its part back
BEGIN;
SELECT count(pointsvault.purchase_at_commit(:v, 'ann', 1, 'many ' || i)) FROM generate_series(1, 10000) i;
SELECT total_bytes BETWEEN 1000000 AND 20000000 AS about_1_kb_each FROM pg_backend_memory_contexts WHERE name = 'pointsvault events at commit';
ROLLBACK;
SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'pointsvault events at commit';
BEGIN;
DO $$
DECLARE
  v integer := pointsvault.vault_id('at commit');
BEGIN
  FOR i IN 1 .. 10000 LOOP
    BEGIN
      PERFORM pointsvault.purchase_at_commit(v, 'ann', 1, 'vain ' || i);
      RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
      NULL;
    END;
  END LOOP;
END $$;
SELECT total_bytes < 100000 AS given_back FROM pg_backend_memory_contexts WHERE name = 'pointsvault events at commit';
COMMIT;
BEGIN;
SELECT count(pointsvault.purchase_at_commit(:v, CASE i % 2 WHEN 0 THEN 'ann' ELSE 'bob' END, 1, 'many ' || i)) FROM generate_series(1, 2000) i;
COMMIT;
SELECT count(*), count(*) FILTER (WHERE ref LIKE 'vain%') AS in_vain FROM pointsvault.journal WHERE vault = :v AND ref ~ '^(many|vain)';
SELECT name FROM unnest(ARRAY[:v, :w, :x]) vault, pointsvault.verify(vault) WHERE ok IS NOT TRUE;

DROP SCHEMA trap CASCADE;
DROP TABLE try.orders;
DROP FUNCTION try.sell();
DROP PROCEDURE try.sell(integer), try.sell_twice(integer);
REVOKE USAGE ON SCHEMA try FROM regress_pv_till;
DROP ROLE regress_pv_till, regress_pv_other;
