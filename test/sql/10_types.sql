-- The types amount, points and price (MODEL U1 to U3; API, Types).

SET timezone = 'UTC';

-- Text ------------------------------------------------------------------------

-- plain decimals, exactly; zeros at the end are not printed
SELECT i AS input, i::pointsvault.amount AS amount, i::pointsvault.points AS points
FROM (VALUES ('0'), ('-0'), ('+1'), ('-1'), ('1.'), ('.5'), ('000120.3400'), (E' \t7 \n'), ('1.0000000000000')) v (i);
SELECT '922337203685477.5807'::pointsvault.amount AS most, '-922337203685477.5807'::pointsvault.amount AS least,
       '0.0001'::pointsvault.amount AS smallest;
SELECT '92233720368.54775807'::pointsvault.points AS most, '-92233720368.54775807'::pointsvault.points AS least,
       '0.00000001'::pointsvault.points AS smallest;

-- amount/points or a plain decimal
SELECT i AS input, i::pointsvault.price AS price, i::pointsvault.price::numeric AS shown
FROM (VALUES ('30/21'), ('0/1'), ('1/2'), ('2/4'), (' 30 / 21.00 '), ('1'), ('1.5'), ('10000'), ('0.0000000000001'),
             ('922337203685477.5807/0.00000001'), ('0.0001/92233720368.54775807'),
             ('922337203685477.5807/92233720368.54775807')) v (i);

SELECT i AS amount, try.refusal(format('SELECT %L::pointsvault.amount', i)) AS refusal
FROM (VALUES (''), (' '), ('.'), ('-'), ('- 1'), ('--1'), ('1-'), ('1.2.3'), ('1 2'), ('1,000'), ('1e3'), ('0x1F'),
             ('one'), ('１'), ('1/2'), ('NaN'), ('Infinity'), ('-inf'), ('0.00001'), ('-0.00001'),
             ('922337203685477.5808'), ('-922337203685477.5809'), ('1000000000000000'),
             ('99999999999999999999999999'), ('99999999999999999999999999.00001')) v (i);
SELECT i AS points, try.refusal(format('SELECT %L::pointsvault.points', i)) AS refusal
FROM (VALUES (''), ('many'), ('nan'), ('+Infinity'), ('0.000000001'), ('92233720368.54775808'),
             ('-92233720368.54775809'), ('100000000000')) v (i);
SELECT i AS price, try.refusal(format('SELECT %L::pointsvault.price', i)) AS refusal
FROM (VALUES (''), ('/'), ('1/'), ('/1'), ('1/2/3'), ('cheap'), ('NaN'), ('NaN/1'), ('1/Infinity'), ('1/0'), ('-1/2'),
             ('1/-2'), ('-1'), ('0.00001/1'), ('1/0.000000001'), ('0.000000000000001'),
             ('922337203685477.5808/1'), ('1/92233720368.54775808'), ('9223372036854775808')) v (i);

-- Casts -------------------------------------------------------------------------

-- to numeric by itself; from numeric and integers in assignments
CREATE TABLE wallet (
  id integer PRIMARY KEY, cash pointsvault.amount, pts pointsvault.points, px pointsvault.price
);
INSERT INTO wallet VALUES (1, 100, 21, 1.5), (2, 12.5, 0.00000001, '30/21'), (3, NULL, NULL, NULL);
INSERT INTO wallet VALUES (4, 7::bigint, 150::bigint, '1/2');
INSERT INTO wallet (id, cash, pts) VALUES (5, 7::smallint, 7::smallint);
INSERT INTO wallet (id, px) VALUES (6, 7), (7, 0);
INSERT INTO wallet (id, px) VALUES (8, 7::bigint);
SELECT * FROM wallet ORDER BY id;
DELETE FROM wallet WHERE id > 4;
INSERT INTO wallet VALUES (5, -3, 100, '2/4');
SELECT statement, try.refusal(statement) FROM (VALUES
  ('INSERT INTO wallet (id, cash) VALUES (9, 0.00001)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, 922337203685477.5808)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, 922337203685478::bigint)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, ''NaN''::numeric)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, ''-Infinity''::numeric)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, 1e100)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, 1.5::float8)'),
  ('INSERT INTO wallet (id, cash) VALUES (9, ''1''::text)'),
  ('INSERT INTO wallet (id, pts) VALUES (9, 0.000000001)'),
  ('INSERT INTO wallet (id, pts) VALUES (9, 92233720369::bigint)'),
  ('INSERT INTO wallet (id, pts) SELECT 9, cash FROM wallet'),
  ('INSERT INTO wallet (id, px) VALUES (9, 0.000000000000001)'),
  ('INSERT INTO wallet (id, px) VALUES (9, -1)'),
  ('INSERT INTO wallet (id, px) VALUES (9, 922337203685478::bigint)'),
  ('INSERT INTO wallet (id, px) VALUES (9, -1.5)'),
  ('INSERT INTO wallet (id, px) VALUES (9, ''Infinity''::numeric)')
) v (statement);

-- Binary ------------------------------------------------------------------------

SELECT pointsvault.amount_send('1.5') AS amount, pointsvault.points_send('-0.00000001') AS points,
       pointsvault.price_send('30/21') AS price;
CREATE TABLE extreme AS
SELECT * FROM (VALUES
  ('922337203685477.5807'::pointsvault.amount, '92233720368.54775807'::pointsvault.points,
   '922337203685477.5807/92233720368.54775807'::pointsvault.price),
  ('-922337203685477.5807', '-92233720368.54775807', '922337203685477.5806/92233720368.54775807'),
  ('0', '0', '922337203685477.5807/92233720368.54775806'),
  ('0.0001', '0.00000001', '922337203685477.5806/92233720368.54775806'),
  ('-0.0001', '-0.00000001', '922337203685477.5805/92233720368.54775806'),
  (NULL, NULL, '0.0001/92233720368.54775807'),
  (NULL, NULL, '0/92233720368.54775807'),
  (NULL, NULL, '922337203685477.5807/0.00000001')
) v (cash, pts, px);
CREATE TABLE reread (LIKE extreme);
\copy extreme TO 'results/10_types.binary' (FORMAT binary)
\copy reread FROM 'results/10_types.binary' (FORMAT binary)
SELECT count(*) FROM (SELECT cash, pts, px::text FROM extreme INTERSECT SELECT cash, pts, px::text FROM reread) same;
-- points of a price are above 0
\copy (SELECT '\x00000000000000010000000000000000'::bytea) TO 'results/10_types.binary' (FORMAT binary)
\copy reread (px) FROM 'results/10_types.binary' (FORMAT binary)

-- a dump carries text: it must bring the same bytes back, of prices too
COPY extreme TO STDOUT;
SELECT count(*) FROM extreme
WHERE pointsvault.price_send(px::text::pointsvault.price) = pointsvault.price_send(px)
  AND cash::text::pointsvault.amount IS NOT DISTINCT FROM cash
  AND pts::text::pointsvault.points IS NOT DISTINCT FROM pts;

-- Comparison --------------------------------------------------------------------

-- The operators of the types, which their indexes know, are found on the search
-- path only; off it values compare as numeric.
SET search_path = public, pointsvault;

SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES ('-1'::amount, '0.0001'::amount), ('2.50', '2.5'), ('10', '9')) v (a, b);
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES ('1/2'::price, '2/4'::price), ('1/3', '0.33333333'), ('0/5', '0/7'), ('30/21', '31/21')) v (a, b);

-- by exact cross-multiplication: neighbours of 10 000 at the ends of 64 bits,
-- which no float and no rounded quotient tells apart
SELECT a.px, string_agg(CASE price_cmp(a.px, b.px) WHEN -1 THEN '<' WHEN 0 THEN '=' ELSE '>' END, ' ' ORDER BY b.px, b.px::text) AS against_each
FROM extreme a CROSS JOIN extreme b
GROUP BY a.px, a.px::text ORDER BY a.px, a.px::text;

-- equal prices hash alike
SELECT price_hash(a) = price_hash(b) AS hash,
       price_hash_extended(a, 42) = price_hash_extended(b, 42) AS extended
FROM (VALUES ('1/2'::price, '2/4'::price), ('0/1', '0/92233720368.54775807'), ('1.5', '1.5/1'),
             ('922337203685477.5807/92233720368.54775807', '10000')) v (a, b);
SELECT px::numeric, count(*) FROM wallet GROUP BY px ORDER BY px;

CREATE TABLE shelf (px price UNIQUE);
INSERT INTO shelf VALUES ('1/2'), ('30/21'), ('0/3');
SELECT try.refusal('INSERT INTO shelf VALUES (''5/10'')');

SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT w.id, s.px FROM wallet w JOIN shelf s ON s.px = w.px;
SELECT w.id, w.px, s.px FROM wallet w JOIN shelf s ON s.px = w.px ORDER BY w.id;
RESET enable_nestloop;
SET enable_hashjoin = off;
SET enable_mergejoin = on;
SELECT w.id, w.px, s.px FROM wallet w JOIN shelf s ON s.px = w.px ORDER BY w.id;
RESET enable_mergejoin;
RESET enable_hashjoin;

-- Indexes -----------------------------------------------------------------------

CREATE TABLE many AS
SELECT i AS id, (i % 1000)::numeric::amount AS cash, (i / 8.0)::numeric::points AS pts,
       price((i % 100)::numeric::amount, (1 + i % 7)::numeric::points) AS px
FROM generate_series(1, 10000) i;
CREATE INDEX many_cash ON many (cash);
CREATE INDEX many_pts ON many USING hash (pts);
CREATE INDEX many_px ON many (px);
ANALYZE many;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM many WHERE cash = '5';
EXPLAIN (COSTS OFF) SELECT * FROM many WHERE cash > '990' ORDER BY cash;
EXPLAIN (COSTS OFF) SELECT * FROM many WHERE pts = '8';
EXPLAIN (COSTS OFF) SELECT * FROM many WHERE px BETWEEN '1/3' AND '1/2' ORDER BY px;
SELECT count(*) FROM many WHERE cash = '5';
SELECT count(*) FROM many WHERE cash > '990';
SELECT id FROM many WHERE pts = '8';
SELECT count(*) FROM many WHERE px BETWEEN '1/3' AND '1/2';
SELECT max(px)::numeric, min(px)::numeric FROM many;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- sorting: the classes of all three have sort support
SELECT o.opcintype::regtype AS type, count(*) AS sort_support
FROM pg_amproc p JOIN pg_opclass o ON o.opcfamily = p.amprocfamily
WHERE o.opcnamespace = 'pointsvault'::regnamespace AND o.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
  AND p.amprocnum = 2
GROUP BY 1 ORDER BY 1::text;
SELECT count(*) AS out_of_order
FROM (SELECT px, lag(px) OVER (ORDER BY px) AS before, cash, lag(cash) OVER (ORDER BY cash DESC) AS above FROM many) s
WHERE before > px OR above < cash;

-- Arithmetic and aggregates -------------------------------------------------------

SELECT cash + cash AS plus, cash - '0.5' AS minus, -cash AS negative, pts + pts AS points, pg_typeof(cash + cash), pg_typeof(-pts)
FROM wallet WHERE id = 2;
SELECT statement, try.refusal(statement) FROM (VALUES
  ('SELECT ''922337203685477.5807''::amount + ''0.0001'''),
  ('SELECT ''-922337203685477.5807''::amount - ''0.0002'''),
  ('SELECT ''92233720368.54775807''::points + ''0.00000001''')
) v (statement);

-- sums cannot overflow; over nothing they are NULL
SELECT sum(cash), min(cash), max(cash), sum(pts), min(pts), max(pts), min(px), max(px) FROM extreme;
SELECT sum(cash) AS twice_the_most FROM (SELECT cash FROM extreme UNION ALL SELECT cash FROM extreme) e WHERE cash > '1';
SELECT sum(cash), min(cash), max(cash), sum(pts), min(pts), max(pts), min(px), max(px) FROM extreme WHERE false;
SELECT sum(cash), max(pts) FROM wallet WHERE id = 3;
SELECT id, sum(cash) OVER last_two, min(pts) OVER last_two, max(px) OVER last_two, sum(pts) OVER (ORDER BY id) AS running
FROM wallet WINDOW last_two AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY id;

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SET enable_indexonlyscan = off;
SET enable_indexscan = off;
EXPLAIN (COSTS OFF) SELECT sum(cash), sum(pts), min(cash), max(pts), min(px)::numeric, max(px)::numeric FROM many;
SELECT sum(cash), sum(pts), min(cash), max(pts), min(px)::numeric, max(px)::numeric FROM many;
SELECT cash, sum(pts) FROM many WHERE cash < '3' GROUP BY cash ORDER BY cash;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;
RESET enable_indexonlyscan;
RESET enable_indexscan;
RESET search_path;

-- What a DBA writes ---------------------------------------------------------------

-- columns of these types in any expression, the schema off the search path and on it
CREATE FUNCTION try.answer(expression text, path text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM set_config('search_path', path, true);
  EXECUTE format('SELECT string_agg(x::text, '', '' ORDER BY n) FROM (SELECT %s) q (x, n)',
                 replace(expression, ' FROM', ', row_number() OVER () FROM'))
  INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN sqlstate || ' ' || sqlerrm;
END $$;

CREATE TABLE question (n serial, expression text);
COPY question (expression) FROM STDIN;
count(*) FROM wallet WHERE pts > 100
count(*) FROM wallet WHERE pts >= 100.0
count(*) FROM wallet WHERE 100 = pts
count(*) FROM wallet WHERE cash BETWEEN 7 AND 12.5
count(*) FROM wallet WHERE cash IN (7, 12.50)
count(*) FROM wallet WHERE cash = ANY ('{7,12.50}')
count(*) FROM wallet WHERE cash > pts
count(*) FROM wallet WHERE px > 1.4
count(*) FROM wallet WHERE px = 0.5
count(DISTINCT px) FROM wallet
sum(cash) FROM wallet
sum(pts) FILTER (WHERE pts < 100) FROM wallet
avg(cash) FROM wallet
max(cash) FROM wallet
min(px) FROM wallet
coalesce(sum(cash), 0) FROM wallet WHERE false
cash FROM (SELECT * FROM wallet ORDER BY cash DESC NULLS LAST) w
id FROM (SELECT * FROM wallet WHERE px IS NOT NULL ORDER BY px, id) w
cash FROM (SELECT cash FROM wallet GROUP BY cash HAVING sum(cash) > 7 ORDER BY cash) w
round(pts, 2) FROM wallet WHERE id < 3
pts * 1.5 FROM wallet WHERE id = 1
cash * 3 FROM wallet WHERE id = 2
pts * px FROM wallet WHERE id = 1
cash / pts FROM wallet WHERE id = 4
cash / 3 FROM wallet WHERE id = 1
cash % 9 FROM wallet WHERE id = 2
cash + 1 FROM wallet WHERE id = 2
1 - cash FROM wallet WHERE id = 2
-cash FROM wallet WHERE id = 2
abs(cash) FROM wallet WHERE id = 5
cash + cash FROM wallet WHERE id = 2
coalesce(cash, '0') FROM wallet WHERE id = 3
coalesce(cash, 0.0) FROM wallet WHERE id = 3
coalesce(cash::numeric, 0) FROM wallet WHERE id = 3
coalesce(cash, 0) FROM wallet WHERE id = 3
greatest(cash, '10') FROM wallet WHERE id = 4
CASE WHEN cash > 10 THEN cash ELSE '10' END FROM wallet WHERE id = 4
nullif(cash, 7) IS NULL FROM wallet WHERE id = 4
to_char(cash, 'FM990.00') FROM wallet WHERE id = 2
cash || ' CNY' FROM wallet WHERE id = 2
cash::text FROM wallet WHERE id = 2
cash::numeric(6,1) FROM wallet WHERE id = 2
round(100 * cash / sum(cash) OVER (), 2) FROM wallet WHERE id < 3
pg_typeof(sum(cash)) FROM wallet
\.
SELECT expression, off_path, CASE WHEN on_path = off_path THEN 'same' ELSE on_path END AS on_path
FROM question, try.answer(expression, 'public') off_path, try.answer(expression, 'public, pointsvault') on_path
ORDER BY n;

-- the views show numeric, where nothing of this matters
SELECT pointsvault.create_vault('types') AS v \gset
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT pointsvault.enroll(:v, 'ben') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 1000, 'r1');
SELECT member, points > 100 AS many, points * 1.5 AS more, round(points, 2) AS rounded, coalesce(cash, 0) AS cash,
       sum(points) OVER () AS total, round(value / nullif(points, 0), 4) AS price
FROM pointsvault.holding WHERE vault = :v ORDER BY points DESC;
SELECT pg_typeof(points) AS points, pg_typeof(cash) AS cash, pg_typeof(value) AS value FROM pointsvault.holding WHERE vault = :v LIMIT 1;
SELECT count(*), sum(amount), avg(contribution) FROM pointsvault.journal WHERE vault = :v AND contribution BETWEEN 1 AND 1000;

-- psql
\d wallet
SET search_path = public, pointsvault;
\d wallet
\dT amount
RESET search_path;

DROP TABLE wallet, extreme, reread, shelf, many, question;
