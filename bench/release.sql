-- Release plans in plain SQL, each close by a recursive query over the whole tree: what
-- the close of a day is measured beside.

-- Who stands below whom, what each bought, and its plans.
CREATE TABLE bench.line (
  id bigint PRIMARY KEY, sponsor bigint, star integer NOT NULL DEFAULT 0, team_sales numeric NOT NULL DEFAULT 0
);
CREATE TABLE bench.plan (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, member bigint NOT NULL, granted numeric NOT NULL, daily numeric NOT NULL,
  released numeric NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX ON bench.plan (member);
CREATE INDEX ON bench.line (sponsor);
CREATE TABLE bench.sale (member bigint NOT NULL, amount numeric NOT NULL);
CREATE TABLE bench.star (star integer PRIMARY KEY, sales numeric NOT NULL, rate numeric NOT NULL);
INSERT INTO bench.star SELECT 0, 0, 0;

-- Members m1, m2, ...: each below one with about a third of its number, so that lines of
-- a million are some thirteen long.
CREATE PROCEDURE bench.enroll_tree(vault integer, members integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR batch IN 1 .. members BY 20000 LOOP
    PERFORM pointsvault.enroll_many(vault, array_agg('m' || i ORDER BY i),
      array_agg(CASE WHEN i > 1 THEN 'm' || greatest(1, i / 3 - i % 5) END ORDER BY i))
    FROM generate_series(batch, LEAST(batch + 19999, members)) i;
    COMMIT;
  END LOOP;
  INSERT INTO bench.line (id, sponsor)
  SELECT i, CASE WHEN i > 1 THEN greatest(1, i / 3 - i % 5) END FROM generate_series(1, members) i;
END $$;

-- Sales of a day that open plans; every `step`-th member buys.
CREATE PROCEDURE bench.sell_plans(vault integer, members integer, step integer, day date) LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE bench.sale;
  FOR batch IN 1 .. members BY 20000 * step LOOP
    PERFORM count(p) FROM (
      SELECT array_agg('m' || i) AS members, array_agg(3000.0 + i % 7 * 1000) AS amounts, array_agg(day || ' ' || i) AS refs,
             array_agg(day + time '12:00' AT TIME ZONE 'UTC') AS ats
      FROM generate_series(batch, LEAST(batch + 20000 * step - 1, members), step) i
    ) s, LATERAL pointsvault.purchase_many(vault, s.members, s.amounts, s.refs, ats => s.ats) p;
    COMMIT;
  END LOOP;
  INSERT INTO bench.sale SELECT i, 3000.0 + i % 7 * 1000 FROM generate_series(1, members, step) i;
  INSERT INTO bench.plan (member, granted, daily) SELECT member, amount * 3, trunc(amount * 0.012, 4) FROM bench.sale ORDER BY member;
END $$;

-- L2 to L6 by the book: each unit is followed up its line.
CREATE PROCEDURE bench.close_by_sql() LANGUAGE sql AS $$
  WITH RECURSIVE up AS (
    SELECT l.sponsor AS above, s.amount FROM bench.sale s JOIN bench.line l ON l.id = s.member WHERE l.sponsor IS NOT NULL
    UNION ALL
    SELECT l.sponsor, u.amount FROM up u JOIN bench.line l ON l.id = u.above WHERE l.sponsor IS NOT NULL
  )
  UPDATE bench.line l SET team_sales = l.team_sales + t.amount
  FROM (SELECT above, sum(amount) AS amount FROM up GROUP BY above) t WHERE t.above = l.id;

  UPDATE bench.line l SET star = s.star
  FROM (SELECT i.id, (SELECT max(s.star) FROM bench.star s WHERE s.sales <= i.team_sales) AS star FROM bench.line i) s
  WHERE s.id = l.id AND s.star <> l.star;

  WITH RECURSIVE base AS MATERIALIZED (
    SELECT member AS id, sum(least(daily, granted - released)) AS units FROM bench.plan WHERE granted > released GROUP BY member
  ), up AS (
    SELECT l.sponsor AS earner, b.units, 1 AS generation, 0 AS paid, false AS peered
    FROM base b JOIN bench.line l ON l.id = b.id WHERE l.sponsor IS NOT NULL
    UNION ALL
    SELECT e.sponsor, u.units, u.generation + 1, greatest(u.paid, e.star),
           CASE WHEN e.star > u.paid THEN false ELSE u.peered OR (e.star = u.paid AND e.star > 0) END
    FROM up u JOIN bench.line e ON e.id = u.earner WHERE e.sponsor IS NOT NULL
  ), earned AS (
    SELECT earner, trunc(sum(units) * CASE generation WHEN 1 THEN 0.5 ELSE 0.3 END, 4) AS bonus
    FROM up WHERE generation <= 2 GROUP BY earner, generation
    UNION ALL
    SELECT u.earner, trunc(sum(u.units) * (mine.rate - lower.rate), 4)
    FROM up u JOIN bench.line e ON e.id = u.earner JOIN bench.star mine ON mine.star = e.star JOIN bench.star lower ON lower.star = u.paid
    WHERE e.star > u.paid GROUP BY u.earner, mine.rate, lower.rate
    UNION ALL
    SELECT u.earner, trunc(sum(u.units) * 0.03, 4)
    FROM up u JOIN bench.line e ON e.id = u.earner WHERE e.star = u.paid AND e.star > 0 AND NOT u.peered GROUP BY u.earner
  ), bonus AS (
    SELECT earner, sum(bonus) AS bonus FROM earned GROUP BY earner
  )
  UPDATE bench.plan p SET released = p.released + d.daily + greatest(0, least(d.remaining - d.daily, d.bonus - d.before))
  FROM (
    SELECT r.*, COALESCE(sum(r.remaining - r.daily) OVER (PARTITION BY r.member ORDER BY r.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (
      SELECT o.n, o.member, o.granted - o.released AS remaining, least(o.daily, o.granted - o.released) AS daily, COALESCE(a.bonus, 0) AS bonus
      FROM bench.plan o LEFT JOIN bonus a ON a.earner = o.member WHERE o.granted > o.released
    ) r
  ) d
  WHERE d.n = p.n;
$$;

-- How long lines are.
CREATE FUNCTION bench.depth() RETURNS TABLE (depth integer) LANGUAGE sql AS $$
  WITH RECURSIVE up AS (
    SELECT sponsor, 1 AS depth FROM bench.line WHERE id = (SELECT max(id) FROM bench.line)
    UNION ALL
    SELECT l.sponsor, u.depth + 1 FROM up u JOIN bench.line l ON l.id = u.sponsor
  )
  SELECT max(depth) FROM up
$$;

-- 'same', or the first member of whom both say otherwise.
CREATE FUNCTION bench.compare_plans(vault_id integer) RETURNS text LANGUAGE sql SET enable_nestloop = off AS $$
  SELECT COALESCE((
    SELECT format('m%s: released %s, by SQL %s; team sales %s, by SQL %s', l.id, p.released, o.released, t.team_sales, l.team_sales)
    FROM bench.line l
    LEFT JOIN (SELECT member, sum(released) AS released FROM bench.plan GROUP BY member) o ON o.member = l.id
    LEFT JOIN pointsvault.member_data m ON m.vault = vault_id AND m.name = 'm' || l.id
    LEFT JOIN pointsvault.team_data t ON t.vault = vault_id AND t.member = m.id
    LEFT JOIN (SELECT member, sum(released) AS released FROM pointsvault.release_plan WHERE vault = vault_id GROUP BY member) p ON p.member = m.name
    WHERE (p.released, t.team_sales::numeric, t.star::integer) IS DISTINCT FROM (o.released, l.team_sales, l.star) LIMIT 1), 'same')
$$;
