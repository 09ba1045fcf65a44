-- ---------------------------------------------------------------------------
-- The journal for hledger and beancount
--
-- Both take the same names of accounts and commodities and the same lines of postings,
-- so what differs is little: how a transaction begins, and how a balance is asserted.
-- No text of a caller's stands in a file as it is: percent_encoded() leaves no character
-- that either tool, a shell or COPY would take for something else.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.percent_encoded(value text) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_percent_encoded' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.percent_encoded(text) IS
  'a text as RFC 3986 writes it within an address: all but letters, digits, "-", ".", "_" and "~" as the bytes of UTF-8';

CREATE FUNCTION pointsvault.export_amount(amount numeric, asset text, currency text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(amount, CASE WHEN asset = 'points' THEN 8 WHEN asset IN ('shares', 'stock', 'items', 'rows') THEN 0 ELSE 4 END)::text
  || ' ' || CASE asset WHEN 'cash' THEN currency ELSE upper(asset) END;
COMMENT ON FUNCTION pointsvault.export_amount(numeric, text, text) IS
  'internal: an amount with its commodity, with all decimals that its asset has: tools judge by them what may be rounding';

-- Besides the lines of postings each journal row counts itself, so that one that moves
-- nothing cannot be left out or doubled either.
CREATE FUNCTION pointsvault.export_posting(
  vault integer, until date, OUT seq bigint, OUT day date, OUT account text, OUT asset text, OUT amount numeric
) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.seq, p.day,
         CASE WHEN p.account = 'outside' THEN 'Equity:Outside'
              WHEN p.account <> 'member' THEN 'Assets:' || initcap(p.account)
              WHEN p.member IS NULL THEN 'Assets:Members:Unposted' ELSE 'Assets:Members:M' || m.id END COLLATE "C",
         p.asset, p.amount
  FROM pointsvault.posting p
  LEFT JOIN pointsvault.member_data m ON m.vault = $1 AND m.name = p.member
  WHERE p.vault = $1 AND ($2 IS NULL OR p.day <= $2)
  UNION ALL
  SELECT j.seq, j.day, side.account, 'rows', side.amount
  FROM pointsvault.journal_data j
  CROSS JOIN (VALUES ('Assets:Journal', 1), ('Equity:Outside', -1)) side (account, amount)
  WHERE j.vault = $1 AND ($2 IS NULL OR j.day <= $2);
END;
COMMENT ON FUNCTION pointsvault.export_posting(integer, date) IS
  'internal: posting by the accounts of export_journal(), members by number, and a count of journal rows';

CREATE FUNCTION pointsvault.journal_export(vault integer, since date, until date, for_beancount boolean)
RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH own AS MATERIALIZED (
    SELECT v.name, CASE WHEN v.currency COLLATE "C" ~ '^[A-Z]{3}$' THEN v.currency ELSE 'CASH' END AS cash, v.currency,
           v.timezone, CASE WHEN $4 THEN '"' ELSE '' END AS quote, CASE WHEN $4 THEN '  ' ELSE '    ; ' END AS meta
    FROM pointsvault.vault v WHERE v.id = $1 AND v.id = ANY (pointsvault.readable_vaults('posting'))
  ), posted AS MATERIALIZED (
    SELECT p.seq, p.day, p.account, p.asset, p.amount FROM pointsvault.export_posting($1, CASE WHEN $3 < $2 THEN $2 - 1 ELSE $3 END) p
  ), change AS MATERIALIZED (
    -- of each day, and all that was before since as one the day before it
    SELECT CASE WHEN p.day < $2 THEN $2 - 1 ELSE p.day END AS day, p.account, p.asset, sum(p.amount) AS amount
    FROM posted p
    GROUP BY 1, 2, 3
  ), whole AS (
    SELECT c.day, c.account, c.asset, c.amount FROM change c
    UNION ALL
    SELECT c.day, 'Assets:Members', c.asset, c.amount FROM change c WHERE c.account LIKE 'Assets:Members:%'
  ), asked AS (
    -- of a member when it moved, of other accounts each day, of all at the end
    SELECT w.day, w.account, w.asset, w.amount FROM whole w
    UNION ALL
    SELECT d.day, a.account, a.asset, 0
    FROM (SELECT DISTINCT w.account, w.asset FROM whole w WHERE w.account NOT LIKE 'Assets:Members:M%') a
    CROSS JOIN (SELECT DISTINCT c.day FROM change c) d
    UNION ALL
    SELECT (SELECT max(c.day) FROM change c), a.account, a.asset, 0
    FROM (SELECT DISTINCT w.account, w.asset FROM whole w) a
  ), balance AS (
    SELECT a.day, a.account, a.asset, sum(sum(a.amount)) OVER (PARTITION BY a.account, a.asset ORDER BY a.day) AS amount
    FROM asked a
    GROUP BY a.day, a.account, a.asset
  ), first AS MATERIALIZED (
    SELECT to_char(min(c.day), 'YYYY-MM-DD') AS day FROM change c
  ), line AS (
    -- what is declared
    SELECT NULL::date AS day, 0 AS part, NULL::bigint AS seq, NULL::text COLLATE "C" AS account, NULL::text AS asset, 1 AS place,
           '; vault ' || $1 || ' ' || pointsvault.percent_encoded(o.name) || ', cash in '
           || pointsvault.percent_encoded(o.currency) || ', days in ' || pointsvault.percent_encoded(o.timezone) AS line
    FROM own o
    UNION ALL
    SELECT NULL, 1, NULL, NULL, a.asset, 1,
           CASE WHEN $4 THEN f.day || ' commodity ' || split_part(pointsvault.export_amount(0, a.asset, o.cash), ' ', 2)
                ELSE 'commodity ' || regexp_replace(pointsvault.export_amount(1000, a.asset, o.cash), '^(\d+) ', '\1. ') END
    FROM own o
    CROSS JOIN first f
    CROSS JOIN unnest('{cash,points,credits,reward,quota,shares,stock,items,debt,rows}'::text[]) a (asset)
    WHERE f.day IS NOT NULL
    UNION ALL
    SELECT NULL, 2, NULL, a.account, NULL, t.place, t.line
    FROM (SELECT DISTINCT w.account FROM whole w) a
    CROSS JOIN own o
    CROSS JOIN first f
    LEFT JOIN pointsvault.member_data m ON m.vault = $1 AND a.account = 'Assets:Members:M' || m.id
    CROSS JOIN LATERAL unnest(ARRAY[
      CASE WHEN $4 THEN f.day || ' open ' ELSE 'account ' END || a.account,
      o.meta || 'name: ' || o.quote || pointsvault.percent_encoded(m.name) || o.quote
    ]) WITH ORDINALITY t (line, place)
    UNION ALL
    -- what there was before, an account at a time
    SELECT c.day, 3, NULL, c.account, c.asset, t.place, t.line
    FROM change c
    CROSS JOIN own o
    CROSS JOIN LATERAL unnest(ARRAY[
      '', to_char(c.day, 'YYYY-MM-DD') || ' * ' || o.quote || 'opening' || o.quote,
      '  ' || c.account || '  ' || pointsvault.export_amount(c.amount, c.asset, o.cash),
      '  Equity:Outside  ' || pointsvault.export_amount(-c.amount, c.asset, o.cash)
    ]) WITH ORDINALITY t (line, place)
    WHERE c.day < $2 AND c.account <> 'Equity:Outside' AND c.amount <> 0
    UNION ALL
    -- a transaction for each journal row
    SELECT j.day, 4, j.seq, NULL, NULL, t.place, t.line
    FROM pointsvault.journal_data j
    CROSS JOIN own o
    CROSS JOIN LATERAL unnest(ARRAY[
      '',
      to_char(j.day, 'YYYY-MM-DD') || ' * '
      || concat(CASE WHEN NOT $4 THEN '(' || pointsvault.percent_encoded(j.ref) || ') ' END)
      || o.quote || pointsvault.kind_name(j.kind) || o.quote,
      o.meta || 'seq: ' || j.seq,
      CASE WHEN $4 THEN o.meta || 'ref: "' || pointsvault.percent_encoded(j.ref) || '"' END,
      o.meta || 'cause: ' || j.cause,
      o.meta || 'note: ' || o.quote || pointsvault.percent_encoded(j.note) || o.quote
    ]) WITH ORDINALITY t (line, place)
    WHERE j.vault = $1 AND ($2 IS NULL OR j.day >= $2) AND ($3 IS NULL OR j.day <= $3)
    UNION ALL
    SELECT p.day, 4, p.seq, p.account, p.asset, 0, '  ' || p.account || '  ' || pointsvault.export_amount(p.amount, p.asset, o.cash)
    FROM posted p
    CROSS JOIN own o
    WHERE $2 IS NULL OR p.day >= $2
    UNION ALL
    -- what there was at the end of each day
    SELECT c.day, 5, NULL, NULL, NULL, t.place, t.line
    FROM (SELECT DISTINCT day FROM change) c
    CROSS JOIN LATERAL unnest(ARRAY['', CASE WHEN NOT $4 THEN to_char(c.day, 'YYYY-MM-DD') || ' * balances' END])
      WITH ORDINALITY t (line, place)
    UNION ALL
    SELECT b.day, 5, NULL, b.account, b.asset, 0,
           CASE WHEN $4 THEN to_char(b.day + 1, 'YYYY-MM-DD') || ' balance ' || b.account || '  '
                             || replace(pointsvault.export_amount(b.amount, b.asset, o.cash), ' ', ' ~ 0 ')
                ELSE '  ' || b.account || '  ' || pointsvault.export_amount(0, b.asset, o.cash)
                     || CASE b.account WHEN 'Assets:Members' THEN ' =* ' ELSE ' = ' END
                     || pointsvault.export_amount(b.amount, b.asset, o.cash) END
    FROM balance b
    CROSS JOIN own o
  )
  SELECT l.line FROM line l
  WHERE l.line IS NOT NULL
  ORDER BY l.day NULLS FIRST, l.part, l.seq, l.account NULLS FIRST, l.asset NULLS FIRST, l.place;
END;
COMMENT ON FUNCTION pointsvault.journal_export(integer, date, date, boolean) IS 'internal: what export_journal() tells';

CREATE FUNCTION pointsvault.export_journal(
  vault integer, since date DEFAULT NULL, until date DEFAULT NULL, format text DEFAULT 'hledger'
) RETURNS SETOF text
  AS 'MODULE_PATHNAME', 'pv_sql_export_journal' LANGUAGE C STABLE ROWS 100000;
COMMENT ON FUNCTION pointsvault.export_journal(integer, date, date, text) IS
  'the journal of the days from since to until, lines of a file for hledger, or beancount: a transaction for each row, what there was before, and what each account has at the end of each day';
