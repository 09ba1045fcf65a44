-- The price of a point over the journal, drawn in characters: 70 samples wide, 15
-- lines high.

\pset format unaligned
\pset tuples_only on

WITH bounds AS (
  SELECT min(seq) AS first, max(seq) AS last
  FROM pointsvault.journal
  WHERE vault = :vault AND circulating_after > 0
), sample AS (
  SELECT x, j.seq, j.day, j.pool_after / NULLIF(j.circulating_after, 0) AS price
  FROM bounds
  CROSS JOIN generate_series(0, 69) x
  JOIN pointsvault.journal j ON j.vault = :vault AND j.seq = first + (last - first) * x / 69
), range AS (
  SELECT min(price) AS low, max(price) AS high FROM sample
), level AS (
  SELECT x, CASE WHEN high > low THEN round(14 * (price - low) / (high - low)) ELSE 0 END AS y
  FROM sample, range
), stroke AS (
  -- from the level before up to this one, so that the line has no holes
  SELECT x, y AS top, LEAST(y, lag(y, 1, y) OVER (ORDER BY x) + 1) AS bottom FROM level
), line AS (
  SELECT y, string_agg(CASE WHEN y BETWEEN bottom AND top THEN '*' ELSE ' ' END, '' ORDER BY x) AS dots
  FROM stroke, generate_series(0, 14) y
  GROUP BY y
)
SELECT format('%12s |%s', CASE WHEN y = 0 OR high > low AND y % 7 = 0
                               THEN round(low + (high - low) * y / 14, 4)::text END, rtrim(dots))
FROM line, range
ORDER BY y DESC;

WITH edge AS (
  SELECT string_agg(format('event %s, %s', seq, day), '|' ORDER BY seq) AS labels
  FROM pointsvault.journal
  WHERE vault = :vault
    AND seq IN ((SELECT min(seq) FROM pointsvault.journal WHERE vault = :vault AND circulating_after > 0),
                (SELECT max(seq) FROM pointsvault.journal WHERE vault = :vault))
)
SELECT repeat(' ', 13) || '+' || repeat('-', 70)
UNION ALL
SELECT repeat(' ', 14) || rpad(split_part(labels, '|', 1), 35) || lpad(split_part(labels, '|', 2), 35)
FROM edge;
