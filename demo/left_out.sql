-- What of the orders file was not booked, by reason, the first ten rows of each; what
-- could have been booked first.

\pset format unaligned
\pset tuples_only on

SELECT format('Rows left out: %s of %s', count(DISTINCT line) FILTER (WHERE reason IS NOT NULL), count(DISTINCT line))
FROM demo.order_row;

SELECT format(E'\n  %s: %s%s\n', reason, max(nth), CASE WHEN bool_or(lost) THEN ' (lost)' ELSE '' END)
       || string_agg(format('    line %s: %s', line, content) || COALESCE(' (' || detail || ')', ''), E'\n'
                     ORDER BY nth) FILTER (WHERE nth <= 10)
       || CASE WHEN max(nth) > 10 THEN format(E'\n    ... and %s more', max(nth) - 10) ELSE '' END
FROM (SELECT *, row_number() OVER (PARTITION BY reason ORDER BY line) AS nth
      FROM demo.order_row WHERE reason IS NOT NULL) l
GROUP BY reason
ORDER BY bool_or(lost) DESC, max(nth) DESC, reason;
