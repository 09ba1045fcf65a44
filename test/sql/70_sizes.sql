-- Texts and documents of every size, through every path: what is stored is what was
-- given, and what is too long is refused.
--
-- A value changes its form with its size on the way through a table: up to 126
-- bytes it has a short header, up to some 2 000 it lies in the row as it is, and
-- beyond that it is compressed, or lies elsewhere.

SET timezone = 'UTC';

-- One that compresses well, and one that does not.
CREATE FUNCTION try.text_of(bytes integer, packs boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN packs THEN repeat('x', bytes)
              ELSE (SELECT left(string_agg(md5(bytes || '-' || i), '' ORDER BY i), bytes) FROM generate_series(0, bytes / 32) i) END
$$;

CREATE TABLE try.document AS
SELECT row_number() OVER (ORDER BY bytes, packs) AS n, bytes, packs, try.text_of(bytes, packs) AS note, jsonb_build_object('x', try.text_of(bytes, packs)) AS meta
FROM (SELECT 1 AS bytes UNION ALL SELECT generate_series(90, 140) UNION ALL SELECT generate_series(250, 260)
      UNION ALL SELECT generate_series(1985, 2105, 10) UNION ALL VALUES (8192), (65536), (1048576)) s,
     (VALUES (false), (true)) p (packs);
SELECT count(*), max(pg_column_size(meta)) > 1000000 AS some_do_not_pack, count(*) FILTER (WHERE pg_column_size(meta) < bytes) > 0 AS some_do
FROM try.document;

-- Every event, again, and its receipt: of each the ref ends with the document's
-- number, by which one event finds the other that it takes back.
CREATE TABLE try.event (place integer, kind text, call text);
INSERT INTO try.event VALUES
  (1, 'purchase', 'purchase($1, ''ann'', 1000, $2, region => left($3, 255), meta => $4)'),
  (2, 'redeem', 'redeem($1, ''ann'', 0.01, $2, meta => $4)'),
  (3, 'withdraw', 'withdraw($1, ''ann'', 0.001, $2, meta => $4)'),
  (4, 'withdraw_return', 'withdraw_return($1, replace($2, ''_return'', ''''), $2, meta => $4)'),
  (5, 'inject', 'inject($1, 0.1, $2, note => $3, meta => $4)'),
  (6, 'points_to_credits', 'points_to_credits($1, ''ann'', 1, $2, meta => $4)'),
  (7, 'pay', 'pay($1, ''ann'', ''shop'', 0.01, $2, meta => $4)'),
  (8, 'credits_to_points', 'credits_to_points($1, ''shop'', 0.01, $2, meta => $4)'),
  (9, 'grant_points', 'grant_points($1, ''ann'', 0.001, $2, reason => $3, meta => $4)'),
  (10, 'redeem_surplus', 'redeem_surplus($1, $2, meta => $4)'),
  (11, 'refund', 'refund($1, replace($2, ''refund'', ''purchase''), $2, amount => 1, meta => $4)');

CREATE FUNCTION try.book(vault integer, call text, ref text, note text, meta jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  first pointsvault.receipt;
  again pointsvault.receipt;
BEGIN
  EXECUTE 'SELECT * FROM pointsvault.' || call INTO first USING vault, ref, note, meta;
  EXECUTE 'SELECT * FROM pointsvault.' || call INTO again USING vault, ref, note, meta;
  RETURN first.ref = book.ref AND NOT first.replayed AND again.replayed
    AND to_jsonb(first) - 'replayed' = to_jsonb(again) - 'replayed'
    AND to_jsonb(first) - 'replayed' = to_jsonb(pointsvault.get_receipt(vault, ref)) - 'replayed'
    AND to_jsonb(first) - 'replayed' = to_jsonb(pointsvault.wait_settled(vault, ref, '0')) - 'replayed';
END $$;

SELECT pointsvault.create_vault('sizes', '{"growth": {}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,shop}', merchants => '{f,t}') AS enrolled;
SELECT points > 0 AS enough_for_all FROM pointsvault.purchase(:v, 'ann', 1000000, 'first');
SELECT kind, count(*) AS booked, count(*) FILTER (WHERE try.book(:v, call, kind || '-' || n, note, meta)) AS same
FROM (SELECT * FROM try.event, try.document ORDER BY place, n OFFSET 0) e
GROUP BY place, kind ORDER BY place;
SELECT e.kind, count(*) AS booked, count(*) FILTER (WHERE j.meta = d.meta) AS meta,
       count(*) FILTER (WHERE j.note = d.note) AS note, count(*) FILTER (WHERE j.region = left(d.note, 255)) AS region
FROM try.event e CROSS JOIN try.document d JOIN pointsvault.journal j ON j.vault = :v AND j.ref = e.kind || '-' || d.n AND j.kind = e.kind
GROUP BY e.place, e.kind ORDER BY e.place;

-- the queue: while they wait, when their member is renamed, and settled, not all at once
SELECT count(pointsvault.submit(:v, 'ann', 10, 'queued-' || n, region => left(note, 255), meta => meta)) AS submitted FROM try.document;
SELECT count(*) AS again FROM try.document WHERE pointsvault.submit(:v, 'ann', 10, 'queued-' || n, region => left(note, 255), meta => meta) > 0;
SELECT pointsvault.rename_member(:v, 'ann', 'eve');
SELECT count(*) AS waiting, count(*) FILTER (WHERE q.meta = d.meta AND q.region = left(d.note, 255) AND q.member = 'eve') AS same
FROM try.document d JOIN pointsvault.queue q ON q.vault = :v AND q.ref = 'queued-' || n;
SELECT name, ok FROM pointsvault.verify(:v) WHERE NOT ok OR name ~ 'queued';
SELECT pointsvault.settle(:v, 7) AS some;
SELECT pointsvault.settle(:v) AS booked;
SELECT count(*) AS settled, count(*) FILTER (WHERE j.meta = d.meta AND j.region = left(d.note, 255) AND j.member = 'eve') AS same,
       count(*) FILTER (WHERE (pointsvault.wait_settled(:v, j.ref, '0')).member = 'eve') AS receipts
FROM try.document d JOIN pointsvault.journal j ON j.vault = :v AND j.ref = 'queued-' || n;

-- set aside, and submitted again
SELECT count(pointsvault.submit(:v, 'zoe', 10, 'aside-' || n, meta => meta)) AS submitted FROM try.document;
SELECT pointsvault.settle(:v) AS booked;
SELECT count(*) AS aside, count(*) FILTER (WHERE q.meta = d.meta AND q.error ~ 'zoe') AS same
FROM try.document d JOIN pointsvault.queue q ON q.vault = :v AND q.ref = 'aside-' || n;
SELECT count(pointsvault.submit(:v, 'eve', 10, 'aside-' || n, meta => meta)) AS again FROM try.document;
SELECT pointsvault.settle(:v) AS booked;
SELECT count(*) AS settled, count(*) FILTER (WHERE j.meta = d.meta) AS same
FROM try.document d JOIN pointsvault.journal j ON j.vault = :v AND j.ref = 'aside-' || n;

-- names, refs and regions, up to 255 bytes of one or two each
CREATE TABLE try.name AS
SELECT row_number() OVER () AS n, name FROM (
  SELECT try.text_of(bytes, packs) FROM (SELECT generate_series(2, 3) UNION ALL SELECT generate_series(60, 66)
    UNION ALL SELECT generate_series(120, 132) UNION ALL SELECT generate_series(253, 255)) s (bytes), (VALUES (false), (true)) p (packs)
  UNION SELECT repeat(U&'\00E9', count) FROM (VALUES (2), (62), (63), (64), (127)) c (count)
  UNION SELECT 'x'
) s (name);
SELECT count(*), max(octet_length(name)) FROM try.name;
SELECT count(pointsvault.enroll(:v, 'single ' || n, 'eve', name)) AS enrolled FROM try.name;
SELECT pointsvault.enroll_many(:v, array_agg(name ORDER BY n), array_agg('single ' || n ORDER BY n), array_agg(name ORDER BY n)) AS enrolled FROM try.name;
SELECT pointsvault.enroll_many(:v, array_agg(name ORDER BY n), array_agg('single ' || n ORDER BY n), array_agg(name ORDER BY n)) AS again FROM try.name;
SELECT count(*) AS members, count(*) FILTER (WHERE s.region = name AND m.sponsor = s.member AND m.region = name) AS same
FROM try.name JOIN pointsvault.member m ON m.vault = :v AND m.member = name
JOIN pointsvault.member s ON s.vault = :v AND s.member = 'single ' || n;

SELECT count(*) AS receipts, count(*) FILTER (WHERE r.member = name AND r.ref = name) AS same
FROM try.name, pointsvault.purchase(:v, name, 100, name, region => name) r;
SELECT count(*) AS receipts, count(*) FILTER (WHERE r.member = name AND r.ref = name AND r.replayed) AS same
FROM try.name, pointsvault.purchase(:v, name, 100, name, region => name) r;
SELECT count(*) AS receipts, count(*) FILTER (WHERE r.member = name AND r.ref = name AND r.replayed) AS same
FROM (SELECT array_agg(name ORDER BY n) AS names, array_agg(100.0 ORDER BY n) AS amounts FROM try.name) a,
     pointsvault.purchase_many(:v, names, amounts, names, regions => names) WITH ORDINALITY AS r JOIN try.name ON n = ordinality;
SELECT pointsvault.submit_many(:v, array_agg(name ORDER BY n), array_agg(7.0), array_agg('#' || substr(name, 2) ORDER BY n), regions => array_agg(name ORDER BY n)) AS submitted FROM try.name;
SELECT count(*) AS waiting, count(*) FILTER (WHERE q.member = name AND q.region = name) AS same
FROM try.name JOIN pointsvault.queue q ON q.vault = :v AND q.ref = '#' || substr(name, 2) AND q.member = name;
SELECT pointsvault.settle(:v) AS booked;
SELECT j.kind, count(*), count(*) FILTER (WHERE j.member = name AND j.region = name) AS same
FROM try.name JOIN pointsvault.journal j ON j.vault = :v AND j.ref IN (name, '#' || substr(name, 2)) AND j.member = name GROUP BY 1;
SELECT count(*) AS statements, count(*) FILTER (WHERE s.refs = ARRAY[name, '#' || substr(name, 2)] AND s.points = h.points) AS same
FROM try.name, LATERAL (SELECT array_agg(ref ORDER BY seq) AS refs, sum(points) AS points FROM pointsvault.statement(:v, name)) s,
     pointsvault.holding_at(:v, name, 'infinity') h;
SELECT count(pointsvault.refund(:v, name, '-' || substr(name, 2))) AS refunded FROM try.name;

-- other names, while orders wait
SELECT pointsvault.submit_many(:v, array_agg(name), array_agg(7.0), array_agg('+' || substr(name, 2))) AS submitted FROM try.name;
SELECT count(pointsvault.rename_member(:v, name, '*' || substr(name, 2))) AS renamed FROM try.name;
SELECT count(*) AS waiting, count(*) FILTER (WHERE q.member = '*' || substr(name, 2)) AS same
FROM try.name JOIN pointsvault.queue q ON q.vault = :v AND q.ref = '+' || substr(name, 2);
SELECT pointsvault.settle(:v) AS booked;
SELECT count(*) AS receipts, count(*) FILTER (WHERE r.member = '*' || substr(name, 2) AND r.ref = name) AS same
FROM try.name, pointsvault.get_receipt(:v, name) r;
SELECT count(*) AS receipts, count(*) FILTER (WHERE r.member = '*' || substr(name, 2)) AS same
FROM try.name, pointsvault.wait_settled(:v, '+' || substr(name, 2), '0') r;
SELECT count(pointsvault.submit(:v, 'n' || substr(name, 2), 1, '?' || substr(name, 2))) AS submitted FROM try.name;
SELECT pointsvault.settle(:v) AS booked;
SELECT count(*) AS aside, count(*) FILTER (WHERE strpos(error, '"n' || substr(name, 2) || '"') > 0) AS with_reason
FROM try.name JOIN pointsvault.queue q ON q.vault = :v AND q.ref = '?' || substr(name, 2);
SELECT count(*) AS dropped FROM try.name WHERE pointsvault.cancel(:v, '?' || substr(name, 2));
SELECT name FROM pointsvault.verify(:v) WHERE NOT ok;

-- vaults by all of these names; why one is suspended
SELECT count(pointsvault.create_vault(name, currency => name)) AS created FROM try.name;
SELECT count(*) AS same FROM try.name n JOIN pointsvault.vault_status s ON s.vault = pointsvault.vault_id(n.name) AND s.name = n.name AND s.currency = n.name;
SELECT count(pointsvault.suspend_vault(pointsvault.vault_id(name), name)) AS suspended FROM try.name;
SELECT count(*) AS same FROM try.name JOIN pointsvault.journal j ON j.vault = pointsvault.vault_id(name) AND j.kind = 'suspend' AND j.note = name;
SELECT count(*) AS same FROM try.name WHERE try.refusal('SELECT pointsvault.inject($1, 1, ''i'')', pointsvault.vault_id(name)) = '55000 vault N is suspended (Reason: ' || name || ')';

-- what jobs did, in any words
SELECT count(pointsvault.note_job(:v, 'sizes', now(), note)) AS noted FROM try.document;
SELECT count(*) AS same FROM try.document d JOIN pointsvault.job_run j ON j.vault = :v AND j.job = 'sizes' AND j.outcome = d.note;

-- documents that are no policy
SELECT call, count(*), string_agg(DISTINCT split_part(try.refusal(format('SELECT pointsvault.' || call, document), :v), ' ', 1), ' ') AS refused
FROM try.document, (VALUES ('create_vault(''v'', %L)'), ('set_policy($1, %L)'), ('start_price(%L)'), ('simulate(%L, 1, 1)')) c (call),
     LATERAL (VALUES (meta), (jsonb_build_object('growth', meta)), (jsonb_build_object('growth', jsonb_build_object('exit_basis', note))),
                     (jsonb_build_object(note, 1)), (to_jsonb(note)), (jsonb_build_array(note))) v (document)
GROUP BY call ORDER BY call;

-- what is too long, in each place
SELECT try.fingerprint() AS before \gset
SELECT place, string_agg(DISTINCT regexp_replace(try.refusal('SELECT ' || replace(place, '?', value), :v), ' \(.*', ''), ' / ') AS refused
FROM unnest(ARRAY['''''', 'repeat(''x'', 256)', 'repeat(''x'', 2000)', 'repeat(''x'', 65536)', 'repeat(''x'', 1048576)',
                  'repeat(U&''\00E9'', 128)', 'try.text_of(1048576, false)']) AS value,
     unnest(ARRAY['create_vault(?)', 'create_vault(''v'', currency => ?)', 'create_vault(''v'', timezone => ?)', 'preset(?)',
                  'vault_id(?)', 'suspend_vault($1, ?)', 'enroll($1, ?)', 'enroll($1, ''new'', ?)', 'enroll($1, ''new'', region => ?)',
                  'enroll_many($1, ARRAY[''new'', ?])', 'enroll_many($1, ''{new}'', ARRAY[?])', 'enroll_many($1, ''{new}'', regions => ARRAY[?])',
                  'rename_member($1, ?, ''new'')', 'erase_member($1, ?)', 'rename_member($1, ''eve'', ?)',
                  'purchase($1, ?, 1, ''r'')', 'purchase($1, ''eve'', 1, ?)', 'purchase($1, ''eve'', 1, ''r'', region => ?)',
                  'redeem($1, ?, 1, ''r'')', 'redeem($1, ''eve'', 1, ?)', 'redeem($1, ''eve'', 1, ''r'', ?)',
                  'withdraw($1, ?, 1, ''r'')', 'withdraw($1, ''eve'', 1, ?)', 'withdraw_return($1, ?, ''r'')', 'withdraw_return($1, ''r'', ?)',
                  'inject($1, 1, ?)', 'points_to_credits($1, ?, 1, ''r'')', 'points_to_credits($1, ''eve'', 1, ?)',
                  'credits_to_points($1, ?, 1, ''r'')', 'credits_to_points($1, ''shop'', 1, ?)',
                  'pay($1, ?, ''shop'', 1, ''r'')', 'pay($1, ''eve'', ?, 1, ''r'')', 'pay($1, ''eve'', ''shop'', 1, ?)',
                  'grant_points($1, ?, 1, ''r'', ''why'')', 'grant_points($1, ''eve'', 1, ?, ''why'')', 'redeem_surplus($1, ?)',
                  'refund($1, ?, ''r'')', 'refund($1, ''purchase-1'', ?)', 'quote_refund($1, ?)', 'quote_redeem($1, 1, ?)',
                  'purchase_many($1, ARRAY[?], ''{1}'', ''{r}'')', 'purchase_many($1, ''{eve}'', ''{1}'', ARRAY[?])',
                  'purchase_many($1, ''{eve}'', ''{1}'', ''{r}'', regions => ARRAY[?])',
                  'submit($1, ?, 1, ''r'')', 'submit($1, ''eve'', 1, ?)', 'submit($1, ''eve'', 1, ''r'', region => ?)',
                  'submit_many($1, ARRAY[?], ''{1}'', ''{r}'')', 'submit_many($1, ''{eve}'', ''{1}'', ARRAY[?])',
                  'submit_many($1, ''{eve}'', ''{1}'', ''{r}'', regions => ARRAY[?])',
                  'cancel($1, ?)', 'wait_settled($1, ?, ''0'')', 'get_receipt($1, ?)', 'statement($1, ?)', 'holding_at($1, ?, ''infinity'')', 'statement_of_days($1, ?)', 'holding_of_day($1, ?, ''infinity'')',
                  'dividend_history($1, ?)', 'grant_access(current_user, ?)', 'revoke_access(current_user, ?)',
                  'note_job($1, ?, now(), ''done'')', 'job_step($1, ?, now())']) WITH ORDINALITY AS p (name, nr),
     LATERAL (SELECT 'pointsvault.' || name) s (place)
GROUP BY nr, place ORDER BY nr;
SELECT try.fingerprint() = :'before' AS nothing_left_behind;

-- NULL in each place of each function, and in all of them at once
CREATE TABLE try.null_call AS
SELECT p.proname, k AS place,
       format('SELECT * FROM pointsvault.%I(%s)', p.proname, string_agg(
         CASE WHEN k IN (0, n) THEN 'NULL' WHEN t.oid = 'integer'::regtype AND n = 1 THEN '$1'
              ELSE quote_literal(CASE WHEN t.typcategory = 'A' THEN '{}' ELSE COALESCE(v.value, '1') END) END || '::' || format_type(t.oid, NULL), ', ' ORDER BY n)) AS call
FROM pg_proc p
CROSS JOIN generate_series(0, p.pronargs) k
CROSS JOIN unnest(p.proargtypes) WITH ORDINALITY AS a (type, n)
JOIN pg_type t ON t.oid = a.type
LEFT JOIN (VALUES ('text'::regtype, 'eve'), ('jsonb', '{}'), ('timestamptz', '2020-01-01'), ('interval', '0'), ('boolean', 'f'), ('date', '2020-01-01'), ('name', 'nobody')) v (type, value) ON t.oid = v.type
WHERE p.pronamespace = 'pointsvault'::regnamespace AND p.prokind = 'f' AND NOT 'internal'::regtype = ANY (p.proargtypes)
GROUP BY p.oid, p.proname, p.pronargs, k;
SET client_min_messages = warning;  -- which name the vault's number
SELECT count(DISTINCT proname) > 50 AS many, count(*) FILTER (WHERE refusal ~ '^(XX|57|58|08)') AS gone_wrong
FROM (SELECT *, try.refusal(call, :v) AS refusal FROM try.null_call) c;
SELECT try.fingerprint() = :'before' AS nothing_left_behind;
