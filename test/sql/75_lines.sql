-- Who stands below whom (M2): the view team and team_of().
SET client_min_messages = warning;
SELECT pointsvault.create_vault('lines', '{"growth": {}}', timezone => try.noon()) AS v \gset
SELECT count(pointsvault.enroll(:v, member, sponsor)) FROM (VALUES ('ann', NULL), ('bob', 'ann'), ('cid', 'ann'), ('dan', 'cid'), ('eve', 'cid'),
  ('fay', 'eve'), ('gus', NULL)) AS m (member, sponsor);
SELECT count(pointsvault.purchase(:v, member, amount, member || '-1')) FROM (VALUES ('ann', 100), ('bob', 200), ('dan', 30.5), ('fay', 1000)) AS o (member, amount);
SELECT amount FROM pointsvault.refund(:v, 'fay-1', 'fay-1r', 400);
SELECT cash FROM pointsvault.redeem(:v, 'ann', 1, 'ann-2');
-- a root has depth 0
SELECT member, sponsor, depth, team_members, levels, team_sales, star, rank FROM pointsvault.team WHERE vault = :v ORDER BY member;
SELECT * FROM pointsvault.team_of(:v, 'ann');
SELECT level, name, team_sales, team_members FROM pointsvault.team_of(:v, 'ann', 1);
SELECT level, name, sponsor FROM pointsvault.team_of(vault => :v, member => 'cid', depth => 0);
SELECT level, name, sponsor, own_sales FROM pointsvault.team_of(:v, 'gus');
SELECT call, refusal FROM try.refused(:v, 'team_of($1, ''nobody'')', 'team_of($1, ''ann'', -1)', 'team_of(0, ''ann'')');
-- a merge: the line below and what was bought in the old name go over; who was merged is in no line
SELECT kind FROM pointsvault.merge_members(:v, 'cid', 'gus', 'one person');
SELECT member, sponsor, depth, team_members, levels FROM pointsvault.team WHERE vault = :v ORDER BY member;
SELECT kind FROM pointsvault.merge_members(:v, 'dan', 'bob', 'another');
SELECT level, name, sponsor, own_sales, team_sales FROM pointsvault.team_of(:v, 'ann');
SELECT level, name, sponsor, own_sales, team_sales FROM pointsvault.team_of(:v, 'gus');
SELECT call, refusal FROM try.refused(:v, 'team_of($1, ''cid'')');
-- enrolled below who was merged, at the very moment of the merge, is below who took over
BEGIN;
UPDATE pointsvault.member_data SET sponsor = (SELECT id FROM pointsvault.member_data WHERE vault = :v AND name = 'cid') WHERE vault = :v AND name = 'eve';
SELECT level, name, sponsor FROM pointsvault.team_of(:v, 'gus');
SELECT member, sponsor, depth FROM pointsvault.team WHERE vault = :v AND member = 'eve';
ROLLBACK;
-- damaged data are an error and no hang: a ring, with the member in it and not; a sponsor that is missing
BEGIN;
UPDATE pointsvault.member_data SET sponsor = (SELECT id FROM pointsvault.member_data WHERE vault = :v AND name = 'fay') WHERE vault = :v AND name = 'gus';
SELECT state, regexp_replace(message, 'member \d+', 'member M') AS message, hint FROM try.attempt('SELECT pointsvault.team_of($1, ''gus'')', :v);
SELECT state, message FROM try.attempt('SELECT * FROM pointsvault.team_figures($1)', :v);
SELECT level, name FROM pointsvault.team_of(:v, 'ann');
UPDATE pointsvault.member_data SET sponsor = -1 WHERE vault = :v AND name = 'gus';
SELECT state, regexp_replace(message, 'member \d+', 'member M') AS message FROM try.attempt('SELECT * FROM pointsvault.team_figures($1)', :v);
ROLLBACK;
-- long and wide: no recursion, and no walk up from each
SELECT pointsvault.create_vault('long', '{"growth": {}}', timezone => try.noon()) AS long \gset
SELECT pointsvault.enroll_many(:long, array_agg('m' || n ORDER BY n), array_agg('m' || NULLIF(n - 1, 0) ORDER BY n)) FROM generate_series(1, 100000) n;
SELECT points FROM pointsvault.purchase(:long, 'm100000', 100, 'last');
SELECT count(*), max(level), max(team_members), min(team_sales), max(team_sales) FROM pointsvault.team_of(:long, 'm1');
SELECT level, name, sponsor, team_sales, team_members FROM pointsvault.team_of(:long, 'm99999');
SELECT count(*), max(depth), max(levels) FROM pointsvault.team WHERE vault = :long;
-- what the planner knows is of before the vault: it takes it for small
ANALYZE pointsvault.member_data, pointsvault.holding_data;
SELECT pointsvault.create_vault('wide', '{"growth": {}}', timezone => try.noon()) AS wide \gset
SELECT pointsvault.enroll_many(:wide, array_agg('m' || n ORDER BY n), array_agg('m' || CASE WHEN n > 1 THEN 1 END ORDER BY n)) FROM generate_series(1, 100001) n;
SELECT count(*), max(level), max(team_members) FROM pointsvault.team_of(:wide, 'm1');
SELECT level, name, team_members FROM pointsvault.team_of(:wide, 'm1', 0);
SELECT count(*), max(depth), max(levels) FROM pointsvault.team WHERE vault = :wide;
-- The same by plain SQL, on lines drawn at random with merges among them
SELECT pointsvault.create_vault('drawn', '{"growth": {"referral_mint_rate": 0.1}}', timezone => try.noon()) AS drawn \gset
-- the same draws on every server
CREATE FUNCTION pg_temp.draw(what text, below integer) RETURNS integer LANGUAGE sql AS $$
  SELECT ('x' || substr(md5(what), 1, 6))::bit(24)::integer % below $$;
SELECT count(pointsvault.enroll(:drawn, 'm' || n, CASE WHEN pg_temp.draw('any' || n, 10) > 0 THEN 'm' || NULLIF(pg_temp.draw('whom' || n, n), 0) END)) FROM generate_series(1, 300) n;
SELECT count(pointsvault.purchase(:drawn, 'm' || 1 + pg_temp.draw('buyer' || n, 300), 1 + pg_temp.draw('amount' || n, 100), 'o' || n)) FROM generate_series(1, 600) n;
SELECT count(pointsvault.refund(:drawn, 'o' || n, 'r' || n, 1)) FROM generate_series(1, 600, 7) n;
SELECT count(pointsvault.merge_members(:drawn, 'm' || n, 'm' || (n * 7 % 299) + 1, 'g' || n)) FROM generate_series(10, 290, 40) n;
SELECT count(pointsvault.purchase(:drawn, 'm' || 1 + n, 10, 'p' || n)) FROM generate_series(1, 200, 20) n;
CREATE TEMPORARY TABLE stands AS
SELECT m.id, m.name, COALESCE(s.merged_into, s.id) AS above, (SELECT COALESCE(sum(CASE j.kind WHEN 'purchase' THEN j.amount ELSE -j.amount END), 0)
  FROM pointsvault.journal j JOIN pointsvault.member_data o ON o.vault = j.vault AND o.name = j.member
  WHERE j.vault = m.vault AND j.kind IN ('purchase', 'refund') AND COALESCE(o.merged_into, o.id) = m.id) AS sales
FROM pointsvault.member_data m LEFT JOIN pointsvault.member_data s ON s.vault = m.vault AND s.id = m.sponsor
WHERE m.vault = :drawn AND m.merged_into IS NULL;
CREATE TEMPORARY TABLE line AS
WITH RECURSIVE line AS (
  SELECT id AS top, id, 0 AS level FROM stands UNION ALL
  SELECT l.top, s.id, l.level + 1 FROM line l JOIN stands s ON s.above = l.id
) SELECT * FROM line;
SELECT count(*) > 600 AS many, max(level) > 3 AS deep FROM line;
SELECT count(*) AS differ FROM (
  SELECT l.top, l.level, s.name, a.name AS sponsor, s.sales, t.sales AS team_sales, t.members
  FROM line l JOIN stands s ON s.id = l.id LEFT JOIN stands a ON a.id = s.above
  JOIN (SELECT b.top, sum(o.sales) - max(own.sales) AS sales, count(*) - 1 AS members
        FROM line b JOIN stands o ON o.id = b.id JOIN stands own ON own.id = b.top GROUP BY b.top) t ON t.top = l.id
  EXCEPT ALL
  SELECT s.id, t.level, t.name, t.sponsor, t.own_sales, t.team_sales, t.team_members FROM stands s, pointsvault.team_of(:drawn, s.name) t
) d;
SELECT count(*) AS rows_agree FROM stands s, pointsvault.team_of(:drawn, s.name) t HAVING count(*) = (SELECT count(*) FROM line);
SELECT count(*) AS differ FROM (
  SELECT l.id, max(l.level) AS depth, (SELECT count(*) - 1 FROM line b WHERE b.top = l.id) AS members,
         (SELECT max(b.level) FROM line b WHERE b.top = l.id) AS levels FROM line l GROUP BY l.id
  EXCEPT SELECT s.id, t.depth, t.team_members, t.levels FROM pointsvault.team t JOIN stands s ON s.name = t.member WHERE t.vault = :drawn
) d;
SELECT count(*) AS differ FROM pointsvault.team_of(:drawn, 'm1') t JOIN pointsvault.holding h ON h.vault = :drawn AND h.member = t.name
WHERE h.points <> t.points OR h.cash <> t.cash;
-- stars and ranks: as the last close took them, by plain SQL; what is bought later shows in team_of() at once, and in both at the next close
SELECT pointsvault.create_vault('graded', '{"growth": {"pool_rate": 0.2}, "cycle": {"quota_multiple": 0.5, "share_price": 100, "weight_pool_rate": 0.1},
  "release": {"levels": [{"min": 50, "multiple": 2}], "release_rate": 0.01, "stars": [{"sales": 300, "rate": 0.1}, {"sales": 1500, "rate": 0.2}]},
  "commission": {"budget_rate": 0.25, "direct_rate": 0.08, "ranks": [{"sales": 200, "rate": 0.03}, {"sales": 1000, "rate": 0.07}], "shareholder_rate": 0.03},
  "acknowledge_multilevel": "a test"}', timezone => try.noon()) AS graded \gset
SELECT count(pointsvault.enroll(:graded, 'm' || n, 'm' || NULLIF(pg_temp.draw('above' || n, least(n, 12)), 0))) FROM generate_series(1, 40) n;
SELECT count(pointsvault.purchase(:graded, 'm' || 1 + pg_temp.draw('who' || n, 36), 10 + pg_temp.draw('much' || n, 200), 'o' || n, at => now() - interval '2 days')) FROM generate_series(1, 60) n;
SELECT count(pointsvault.refund(:graded, 'o' || n, 'r' || n, 5, at => now() - interval '2 days')) FROM generate_series(1, 60, 7) n;
SELECT count(team_sales) + count(star) + count(rank) AS before_any_close FROM pointsvault.team WHERE vault = :graded;
SELECT count(star) + count(rank) AS before_any_close FROM pointsvault.team_of(:graded, 'm1');
SELECT count(pointsvault.close_day(:graded, pointsvault.today(:graded) - 2));
CREATE FUNCTION pg_temp.grades(v integer)
RETURNS TABLE (member text, team_sales numeric, star integer, rank integer) LANGUAGE sql AS $$
  SELECT m.member, s.sales, NULLIF((s.sales >= 300)::integer + (s.sales >= 1500)::integer, 0), NULLIF((s.sales >= 200)::integer + (s.sales >= 1000)::integer, 0)
  FROM pointsvault.member m CROSS JOIN LATERAL (
    WITH RECURSIVE line AS (
      SELECT m.member UNION ALL
      SELECT b.member FROM line l JOIN pointsvault.member b ON b.vault = v AND b.sponsor = l.member
    ) SELECT sum(CASE j.kind WHEN 'refund' THEN -j.amount ELSE j.amount END * (j.member <> m.member)::integer) AS sales
    FROM line l JOIN pointsvault.journal j ON j.vault = v AND j.member = l.member AND j.kind IN ('purchase', 'refund')
  ) s WHERE m.vault = v
$$;
CREATE TEMPORARY TABLE graded AS SELECT * FROM pg_temp.grades(:graded);
SELECT max(star) AS star, max(rank) AS rank, count(team_sales) > count(star) AND count(star) > 2 AS some_without, count(*) > count(team_sales) AS some_never_bought FROM graded;
SELECT count(*) AS differ FROM (SELECT * FROM graded EXCEPT SELECT member, team_sales, star, rank FROM pointsvault.team WHERE vault = :graded) d;
SELECT count(pointsvault.purchase(:graded, 'm' || n, 400, 'p' || n)) FROM generate_series(20, 40, 5) n;
SELECT count(*) AS differ FROM (SELECT * FROM graded EXCEPT SELECT member, team_sales, star, rank FROM pointsvault.team WHERE vault = :graded) d;
SELECT count(*) AS differ FROM (
  SELECT t.name, t.team_sales, t.star, t.rank, t.cash FROM pointsvault.member m, pointsvault.team_of(:graded, m.member) t WHERE m.vault = :graded
  EXCEPT SELECT n.member, COALESCE(n.team_sales, 0), g.star, g.rank, h.cash FROM pg_temp.grades(:graded) n JOIN graded g USING (member)
  LEFT JOIN pointsvault.holding h ON h.vault = :graded AND h.member = n.member
) d;
SELECT count(*) FILTER (WHERE g.star IS DISTINCT FROM n.star OR g.rank IS DISTINCT FROM n.rank) > 0 AS to_rise FROM pg_temp.grades(:graded) n JOIN graded g USING (member);
SELECT count(*) FILTER (WHERE shareholders > 0) > 10 AS some_is_not_posted FROM pointsvault.holding WHERE vault = :graded;
SELECT level, name, own_sales, team_sales, team_members, star, rank FROM pointsvault.team_of(:graded, 'm1', 1) ORDER BY 1, team_sales DESC LIMIT 4;
