-- The journal as double entry: in every event of every vault, each asset's postings
-- sum to zero.

\pset format unaligned
\pset tuples_only on

CREATE TEMP TABLE balance AS
SELECT vault, seq, asset, count(*) AS postings, sum(amount) AS rest
FROM pointsvault.posting
GROUP BY vault, seq, asset;

SELECT count(*) FILTER (WHERE rest <> 0) > 0 AS wrong FROM balance \gset
\if :wrong
  SELECT format('vault %s, event %s: the postings of %s sum to %s', vault, seq, asset, rest)
  FROM balance WHERE rest <> 0 ORDER BY vault, seq LIMIT 10;
  DO $$ BEGIN RAISE EXCEPTION 'the books do not balance'; END $$;
\endif

SELECT format('The books balance: %s postings of %s events sum to zero, event by event.',
              sum(postings), count(DISTINCT (vault, seq)))
FROM balance;
