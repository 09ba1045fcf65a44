-- Published balances (docs/liabilities.md): what is in the trees, computed here from the rows
-- as that page says; proofs, their rights and what is refused; that tampering is found.  How a
-- member checks a proof, and what fails there, is in test/t/350_liabilities.pl.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET pointsvault.shop = 'shop.example';
SELECT pointsvault.create_vault('published', '{"growth": {}, "cycle": {"share_price": 100}}') AS v \gset
SELECT pointsvault.enroll_many(:v, array_agg('holder ' || n ORDER BY n)) AS enrolled FROM generate_series(1, 300) AS n;
SELECT pointsvault.enroll(:v, 'idle') > 0 AS enrolled;
SELECT count(pointsvault.purchase(:v, 'holder ' || n, 37 * n, 'order ' || n, at => '2026-01-05 10:00+08')) FROM generate_series(1, 300) AS n;
SELECT count(pointsvault.points_to_credits(:v, 'holder ' || n, 1, 'credits ' || n, at => '2026-01-05 11:00+08')) FROM generate_series(1, 5) AS n;
-- whose purchases are refunded when the cash is gone owes it
SELECT count(w) FROM generate_series(6, 8) AS n, pointsvault.redeem(:v, 'holder ' || n, 15, 'sale ' || n, at => '2026-01-05 12:00+08') AS s,
  pointsvault.withdraw(:v, 'holder ' || n, s.cash, 'payout ' || n, at => '2026-01-05 13:00+08') AS w;
SELECT count(pointsvault.refund(:v, 'order ' || n, 'refund ' || n, at => '2026-01-05 14:00+08')) FROM generate_series(6, 8) AS n;
SELECT count(*) FROM try.refused(:v, $$liabilities($1, 'points', '2026-01-05')$$) WHERE refusal LIKE '22023 day 2026-01-05 of vault N is not closed%';
SELECT pointsvault.close_day(:v, '2026-01-05');
CREATE TEMPORARY TABLE was AS
SELECT m.id, h.member, a.asset, a.units
FROM pointsvault.holding h
JOIN pointsvault.member_data m ON m.vault = h.vault AND m.name = h.member
CROSS JOIN LATERAL (VALUES ('points', (h.points * 1e8)::bigint), ('credits', (h.credits * 1e4)::bigint), ('cash', (h.cash * 1e4)::bigint)) AS a (asset, units)
WHERE h.vault = :v;
CREATE TEMPORARY TABLE status AS
SELECT a.* FROM pointsvault.vault_status s
CROSS JOIN LATERAL (VALUES ('points', s.circulating - s.treasury_points - s.exchange_points, 0), ('credits', s.credits, 0), ('cash', s.cash_owed, s.cash_due), ('debt', s.debts, 0)) AS a (asset, owed, due)
WHERE s.vault = :v;
SELECT asset, count(*) FILTER (WHERE units > 0) AS owed, count(*) FILTER (WHERE units < 0) AS due FROM was GROUP BY asset ORDER BY asset;
-- what came later is not in it
SELECT count(pointsvault.purchase(:v, 'holder ' || n, 5, 'later ' || n, at => '2026-01-06 10:00+08')) FROM generate_series(1, 40) AS n;

SELECT count(pointsvault.liabilities(:v, asset, '2026-01-05')) FROM unnest('{points,credits,cash,debt}'::text[]) AS asset;
SELECT asset, leaves, total = owed AS as_vault_status, due_leaves, due_total = due AS and_due, leaf IS NULL AS not_sealed, length(root) AS root, length(due_root) AS due_root
FROM status, pointsvault.liabilities(:v, asset, '2026-01-05') ORDER BY asset;
SELECT string_agg(asset, ', ' ORDER BY number) FROM pointsvault.liability_data WHERE vault = :v;
-- another time it is the same
SELECT count(*) FROM pointsvault.liability_data WHERE vault = :v;
SELECT bool_and(l.root = d.root AND l.due_root = d.due_root AND l.leaves = d.leaves) AS same_root
FROM pointsvault.liability_data d, pointsvault.liabilities(d.vault, d.asset, d.day) l WHERE d.vault = :v;
SELECT count(*) FROM pointsvault.liability_data WHERE vault = :v;

-- The trees as docs/liabilities.md defines them, from members' names, salts and balances.
CREATE TYPE pg_temp.node AS (hash bytea, total bigint);
CREATE FUNCTION pg_temp.tree(nodes pg_temp.node[]) RETURNS pg_temp.node LANGUAGE plpgsql AS $$
DECLARE
  n int := cardinality(nodes);
  k int := 1;
  l pg_temp.node;
  r pg_temp.node;
BEGIN
  IF n = 0 THEN RETURN ROW(sha256(''), 0::bigint); END IF;
  IF n = 1 THEN RETURN nodes[1]; END IF;
  WHILE k * 2 < n LOOP k := k * 2; END LOOP;
  l := pg_temp.tree(nodes[1:k]);
  r := pg_temp.tree(nodes[k + 1:n]);
  RETURN ROW(sha256('\x01' || l.hash || int8send(l.total) || r.hash || int8send(r.total)), l.total + r.total);
END $$;
CREATE TEMPORARY VIEW leaf AS
SELECT d.asset, s.side, w.member, substr(k.key, 17) AS place, abs(w.units) AS balance,
       sha256('\x02' || substr(k.key, 1, 16) || convert_to(w.member, 'UTF8')) AS who
FROM was w
JOIN pointsvault.liability_data d USING (asset)
JOIN pointsvault.liability_secret_data x ON x.vault = d.vault AND x.number = d.number
JOIN pointsvault.salt_data t ON t.vault = d.vault AND t.member = w.id
CROSS JOIN LATERAL (SELECT sha256('\x03' || x.secret || uuid_send(t.salt) || int8send(w.id)) AS key) AS k
CROSS JOIN LATERAL (SELECT CASE WHEN w.units > 0 THEN 'owed' ELSE 'due' END AS side) AS s
WHERE w.units <> 0 AND d.vault = :v;
CREATE TEMPORARY TABLE defined AS
SELECT d.asset, s.side, pg_temp.tree(ARRAY(SELECT ROW(sha256('\x00' || who || int8send(balance)), balance)::pg_temp.node
  FROM leaf l WHERE l.asset = d.asset AND l.side = s.side ORDER BY place)) AS root
FROM pointsvault.liability_data d, unnest('{owed,due}'::text[]) AS s (side) WHERE d.vault = :v;
SELECT d.asset, o.root = (d.root, d.total)::pg_temp.node AS owed, u.root = (d.due_root, d.due_total)::pg_temp.node AS due
FROM pointsvault.liability_data d JOIN defined o ON o.asset = d.asset AND o.side = 'owed' JOIN defined u ON u.asset = d.asset AND u.side = 'due'
WHERE d.vault = :v ORDER BY d.number;
-- no two leaves are the same, whoever has what
SELECT count(*) = count(DISTINCT who) AS distinct FROM leaf;
-- what solvency shows at a moment is what is published of it: of a vault that nothing happened in since
SELECT pointsvault.create_vault('solvent', '{"growth": {}, "cycle": {"share_price": 100}}') AS s \gset
SELECT pointsvault.enroll_many(:s, '{ann,bob,eve}') AS enrolled;
SELECT count(pointsvault.purchase(:s, who, 1000, who, at => '2026-01-05 10:00+08')) FROM unnest('{ann,bob,eve}'::text[]) AS who;
SELECT count(w) FROM pointsvault.redeem(:s, 'ann', 20, 'sale', at => '2026-01-05 12:00+08') AS s, pointsvault.withdraw(:s, 'ann', s.cash, 'payout', at => '2026-01-05 13:00+08') AS w;
SELECT count(pointsvault.refund(:s, 'ann', 'back', at => '2026-01-05 14:00+08'));
SELECT pointsvault.close_day(:s, '2026-01-05');
SELECT c.total = o.amount AS cash, c.due_total = d.amount AS cash_due, c.due_total > 0 AS is_owed, c.leaves, c.due_leaves
FROM pointsvault.liabilities(:s, 'cash', '2026-01-05') c,
     pointsvault.solvency(:s) o, pointsvault.solvency(:s) d WHERE o.item = 'cash' AND d.item = 'cash_due';
-- nothing is published that the books do not say: one who is left out, or has less
BEGIN;
UPDATE pointsvault.holding_data SET points = '1' WHERE vault = :s AND member = (SELECT id FROM pointsvault.member_data WHERE vault = :s AND name = 'bob');
SELECT * FROM try.refused(:s, $$liabilities($1, 'points', '2026-01-05')$$);
DELETE FROM pointsvault.holding_data WHERE vault = :s AND member = (SELECT id FROM pointsvault.member_data WHERE vault = :s AND name = 'bob');
SELECT * FROM try.refused(:s, $$liabilities($1, 'points', '2026-01-05')$$);
ROLLBACK;
-- without a cycle days are not closed: at its end
SELECT pointsvault.create_vault('never closed', '{"growth": {}}', timezone => try.noon()) AS n \gset
SELECT pointsvault.enroll(:n, 'ann') > 0 AS enrolled;
SELECT (pointsvault.purchase(:n, 'ann', 1000, 'o')).kind;
SELECT leaves, total, encode(root, 'hex') AS hash_of_nothing FROM pointsvault.liabilities(:n, 'points', pointsvault.today(:n) - 1);
SELECT call, regexp_replace(refusal, '\d{4}-\d\d-\d\d|\w+/\w+', '...', 'g') AS refusal FROM try.refused(:n, $$liabilities($1, 'points', pointsvault.today($1))$$,
  $$liabilities($1, 'points', 'infinity')$$, $$liabilities($1, 'reward', '2026-01-05')$$, $$liabilities($1, NULL, '2026-01-05')$$,
  $$liabilities($1, 'points', NULL)$$, $$liabilities(0, 'points', '2026-01-05')$$);

-- In the log, and proven.
CREATE FUNCTION pg_temp.signed(body text) RETURNS text LANGUAGE sql AS
  $$SELECT body || E'\n— ' || split_part(body, E'\n', 1) || ' ' || translate(encode('\x00000000' || sha512('signed'), 'base64'), E'\n', '') || E'\n'$$;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 20', '2026-01-05')$$);
SELECT pointsvault.seal(:v) > 300 AS sealed;
SELECT pointsvault.store_checkpoint(:v, pg_temp.signed(pointsvault.checkpoint(:v))) > 300 AS stored;
SELECT bool_and(l.leaf = p.place) AS told, count(*) FROM pointsvault.liability_data d
JOIN pointsvault.liability_leaf_data p USING (vault, number), pointsvault.liabilities(:v, d.asset, d.day) l WHERE d.vault = :v;
-- a leaf of type 7, as docs/leaf.md has it
SELECT f.leaf = '\x0107'::bytea || '\x010008' || int8send(d.number) || '\x020004' || convert_to(d.asset, 'UTF8') || '\x030008' || int8send(d.day - date '1970-01-01')
  || '\x040008' || int8send(d.seq) || '\x050008' || int8send(d.leaves) || '\x060008' || int8send(d.total) || '\x070020' || d.root
  || '\x080008' || int8send(d.due_leaves) || '\x090008' || int8send(d.due_total) || '\x0a0020' || d.due_root AS leaf
FROM pointsvault.liability_data d JOIN pointsvault.liability_leaf_data p USING (vault, number) JOIN pointsvault.leaf_data f USING (vault, place)
WHERE d.vault = :v AND d.asset = 'cash';
CREATE FUNCTION pg_temp.told(proof text) RETURNS TABLE (n bigint, line text) LANGUAGE sql AS
  $$SELECT n, regexp_replace(line, '(salt|extra|node \d+|index|leaf) .*', '\1') FROM unnest(string_to_array(split_part(proof, E'\n\n', 1) || E'\n' || split_part(proof, E'\n\n', 2), E'\n')) WITH ORDINALITY AS l (line, n)$$;
SELECT line FROM pg_temp.told(pointsvault.prove_balance(:v, 'holder 7', '2026-01-05', 'cash')) WHERE n < 8 ORDER BY n;
SELECT DISTINCT line FROM (SELECT regexp_replace(line, 'node \d+', 'node') FROM pg_temp.told(pointsvault.prove_balance(:v, 'holder 12', '2026-01-05'))) AS l (line)
WHERE line !~ 'balance \d+|^[^ ]{44}$' ORDER BY line;
-- nobody's name is in it, nor is anything of a member but a balance that a sum is of
SELECT bool_or(pointsvault.prove_balance(:v, member, '2026-01-05') ~ 'holder') AS names FROM was WHERE asset = 'points' AND units <> 0;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'idle', '2026-01-05')$$, $$prove_balance($1, 'nobody', '2026-01-05')$$,
  $$prove_balance($1, 'holder 7', '2026-01-04')$$, $$prove_balance($1, 'holder 7', '2026-01-05', 'credits')$$, $$prove_balance($1, 'holder 7', NULL)$$,
  $$prove_balance($1, 'holder 7', '2026-01-05', 'quota')$$);
-- who was renamed has its leaf still, hashed with the name of then
SELECT split_part(pointsvault.prove_balance(:v, 'holder 12', '2026-01-05'), E'\n\n', 1) AS before \gset
SELECT pointsvault.rename_member(:v, 'holder 12', 'holder 12b');
SELECT split_part(pointsvault.prove_balance(:v, 'holder 12b', '2026-01-05'), E'\n\n', 1) = :'before' AS same;
SELECT name, ok, expected FROM pointsvault.verify(:v) WHERE name LIKE 'published%' OR NOT ok;

-- Not under a snapshot that stays; nothing of it is changed.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pointsvault.liabilities(:v, 'points', '2026-01-05');
ROLLBACK;
UPDATE pointsvault.liability_data SET total = 0 WHERE false;
DELETE FROM pointsvault.liability_leaf_data WHERE false;
UPDATE pointsvault.liability_tile_data SET place = 0 WHERE false;
UPDATE pointsvault.liability_secret_data SET secret = '' WHERE false;

-- verify names what was changed, and no proof is given out of it.
CREATE FUNCTION pg_temp.found(vault integer, tampering text) RETURNS TABLE (detail text) LANGUAGE plpgsql AS $$
BEGIN
  ALTER TABLE pointsvault.liability_data DISABLE TRIGGER append_only;
  ALTER TABLE pointsvault.liability_leaf_data DISABLE TRIGGER append_only;
  ALTER TABLE pointsvault.liability_tile_data DISABLE TRIGGER unchanged;
  EXECUTE tampering USING vault;
  RETURN QUERY SELECT regexp_replace(v.detail, '(leaf|member) \d+', '\1 N', 'g') FROM pointsvault.verify(vault) v WHERE NOT v.ok;
END $$;
\set tile 'WHERE vault = $1 AND number = 1 AND side = 0 AND level ='
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_data SET total = total - 1, due_total = due_total - 1 WHERE vault = $1 AND number = 3');
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 7', '2026-01-05', 'cash')$$);
ROLLBACK;
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_data SET root = sha256(''another'') WHERE vault = $1 AND number = 1');
ROLLBACK;
-- a balance less, and all above it as it was
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_tile_data SET nodes = overlay(nodes PLACING int8send(1) FROM 49) ' || :'tile' || ' 0 AND place = 0');
SELECT count(*) FILTER (WHERE t.state = 'XX001') > 250 AS refused, count(*) FILTER (WHERE t.state IS NULL) < 50 AS others
FROM was, try.attempt(format('SELECT pointsvault.prove_balance($1, %L, ''2026-01-05'')', member), :v) t
WHERE asset = 'points' AND units > 0 AND member <> 'holder 12';
ROLLBACK;
-- below 0
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_tile_data SET nodes = overlay(nodes PLACING int8send(-1) FROM 49) ' || :'tile' || ' 0 AND place = 0');
ROLLBACK;
-- another's name in a leaf
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_tile_data SET nodes = overlay(nodes PLACING substr(nodes, 73, 32) FROM 17) ' || :'tile' || ' 0 AND place = 0');
ROLLBACK;
-- a leaf that nobody would find
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_tile_data SET nodes = overlay(nodes PLACING ''\x0000000000'' FROM 1) ' || :'tile' || ' 0 AND place = 0');
ROLLBACK;
-- a level above
BEGIN;
SELECT * FROM pg_temp.found(:v, 'UPDATE pointsvault.liability_tile_data SET nodes = overlay(nodes PLACING sha256(''another'') FROM 1) ' || :'tile' || ' 1');
ROLLBACK;
BEGIN;
SELECT * FROM pg_temp.found(:v, 'DELETE FROM pointsvault.liability_tile_data ' || :'tile' || ' 0 AND place = 1');
ROLLBACK;
BEGIN;
SELECT * FROM pg_temp.found(:v, 'DELETE FROM pointsvault.liability_tile_data ' || :'tile' || ' 1');
ROLLBACK;
-- what the log says was published is not there, or elsewhere
BEGIN;
SELECT * FROM pg_temp.found(:v, 'DELETE FROM pointsvault.liability_data WHERE vault = $1 AND number = 4');
ROLLBACK;
BEGIN;
SELECT * FROM pg_temp.found(:v, 'DELETE FROM pointsvault.liability_leaf_data WHERE vault = $1 AND number = 2');
ROLLBACK;
-- A tree that was built of less than there is, anew from its leaves to a row of its own: its own
-- sums are right, and members miss their leaves.
BEGIN;
ALTER TABLE pointsvault.liability_data DISABLE TRIGGER append_only;
ALTER TABLE pointsvault.liability_tile_data DISABLE TRIGGER unchanged;
WITH less AS (SELECT * FROM leaf WHERE asset = 'credits' AND member <> 'holder 3' ORDER BY place),
made AS (SELECT pg_temp.tree(array_agg(ROW(sha256('\x00' || who || int8send(balance)), balance)::pg_temp.node ORDER BY place)) AS root,
                string_agg(place || who || int8send(balance), '' ORDER BY place) AS nodes FROM less),
tile AS (UPDATE pointsvault.liability_tile_data t SET nodes = made.nodes FROM made WHERE t.vault = :v AND t.number = 2 AND t.side = 0)
UPDATE pointsvault.liability_data d SET root = (made.root).hash, total = (made.root).total, leaves = 4 FROM made WHERE d.vault = :v AND d.number = 2;
SELECT regexp_replace(detail, '(leaf|member) \d+', '\1 N', 'g') AS detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 3', '2026-01-05', 'credits')$$);
ROLLBACK;

-- Forgotten: of one member, of all, and the tree.  The rest holds.
BEGIN;
UPDATE pointsvault.salt_data SET salt = NULL FROM was WHERE was.id = salt_data.member AND was.member = 'holder 5' AND salt_data.vault = :v;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 5', '2026-01-05', 'credits')$$, $$prove_balance($1, 'holder 4', '2026-01-05', 'credits')$$);
SELECT name, detail FROM pointsvault.verify(:v) WHERE name LIKE 'published%' AND NOT ok;
DELETE FROM pointsvault.liability_secret_data WHERE vault = :v AND number = 1;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 7', '2026-01-05')$$);
SELECT name, detail FROM pointsvault.verify(:v) WHERE name LIKE 'published%' AND NOT ok;
DELETE FROM pointsvault.liability_tile_data WHERE vault = :v AND number = 1;
SELECT name, detail FROM pointsvault.verify(:v) WHERE name LIKE 'published%' AND NOT ok;
SELECT leaves FROM pointsvault.liabilities(:v, 'points', '2026-01-05');
ROLLBACK;

-- Who may.
CREATE ROLE regress_pv_read;
CREATE ROLE regress_pv_jobs;
CREATE ROLE regress_pv_cash;
GRANT USAGE ON SCHEMA try TO regress_pv_read, regress_pv_jobs, regress_pv_cash;
SELECT pointsvault.grant_access('regress_pv_read', 'auditor', :v), pointsvault.grant_access('regress_pv_jobs', 'jobs', :v), pointsvault.grant_access('regress_pv_cash', 'cashier', :v);
SET ROLE regress_pv_read;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 7', '2026-01-05', 'cash')$$, $$liabilities($1, 'points', '2026-01-05')$$);
SET ROLE regress_pv_jobs;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 7', '2026-01-05', 'cash')$$, $$liabilities($1, 'points', '2026-01-05')$$, $$liabilities($1 + 1, 'points', '2026-01-05')$$);
SET ROLE regress_pv_cash;
SELECT * FROM try.refused(:v, $$prove_balance($1, 'holder 7', '2026-01-05', 'cash')$$, $$liabilities($1, 'points', '2026-01-05')$$);
SELECT secret FROM pointsvault.liability_secret_data;
RESET ROLE;
SELECT pointsvault.revoke_access('regress_pv_read', 'auditor', :v), pointsvault.revoke_access('regress_pv_jobs', 'jobs', :v), pointsvault.revoke_access('regress_pv_cash', 'cashier', :v);
REVOKE USAGE ON SCHEMA try FROM regress_pv_read, regress_pv_jobs, regress_pv_cash;
DROP ROLE regress_pv_read, regress_pv_jobs, regress_pv_cash;
