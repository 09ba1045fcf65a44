-- The rows of the orders file that were not booked, by reason, the first ten of each.

\pset format unaligned
\pset tuples_only on

SELECT format('Rows left out: %s of %s', count(reason), count(*)) FROM demo.order_line;

SELECT format(E'\n  %s: %s\n', reason, max(nth))
       || string_agg(format('    line %s: %s', line, content) || COALESCE(' (' || detail || ')', ''), E'\n'
                     ORDER BY line) FILTER (WHERE nth <= 10)
       || CASE WHEN max(nth) > 10 THEN format(E'\n    ... and %s more', max(nth) - 10) ELSE '' END
FROM (SELECT *, row_number() OVER (PARTITION BY reason ORDER BY line) AS nth
      FROM demo.order_line WHERE reason IS NOT NULL) l
GROUP BY reason
ORDER BY max(nth) DESC, reason;
