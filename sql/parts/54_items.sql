-- ---------------------------------------------------------------------------
-- Collectibles (MODEL 9, N1 to N5)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.create_series(
  vault integer, code text, supply integer, price numeric, priced_in text DEFAULT 'points', min_spent numeric DEFAULT 0,
  fee_rate numeric DEFAULT 0, transferable boolean DEFAULT true, uses integer DEFAULT NULL, name text DEFAULT NULL,
  about jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_create_series' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.create_series(integer, text, integer, numeric, text, numeric, numeric, boolean, integer, text, jsonb) IS
  'makes a series of collectibles whose supply never changes (N1): an item is claimed for price points, or for points worth that much money; about is what item_metadata() says of it; a code that is there already is 23505';

CREATE FUNCTION pointsvault.set_series(
  vault integer, code text, price numeric DEFAULT NULL, min_spent numeric DEFAULT NULL, closed boolean DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_set_series' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.set_series(integer, text, numeric, numeric, boolean) IS
  'changes what may change of a series, for claims to come; NULL leaves it as it is. A closed series gives out no more; its items live on';

CREATE FUNCTION pointsvault.claim(
  vault integer, member text, series text, ref text, max_points numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_claim' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.claim(integer, text, text, text, numeric, timestamptz, jsonb) IS
  'a member gives points for the next item of a series, redeemed as for goods (N1, G4): the net goes to the platform; beyond the supply or above max_points is 23514, a closed series 55000, own purchases less refunds below min_spent 42501';

CREATE FUNCTION pointsvault.issue_item(
  vault integer, member text, series text, ref text, reason text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_issue_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.issue_item(integer, text, text, text, text, timestamptz, jsonb) IS
  'gives a member the next item of a series for nothing (N1), whatever it spent; the reason is journalled';

CREATE FUNCTION pointsvault.transfer_item(
  vault integer, series text, serial integer, from_member text, to_member text, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_transfer_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.transfer_item(integer, text, integer, text, text, text, timestamptz, jsonb) IS
  'an item goes to another member (N2): only the owner''s, of a transferable series (else 42501), neither listed nor used up (else 55000)';

CREATE FUNCTION pointsvault.list_item(
  vault integer, member text, series text, serial integer, price numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_list_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.list_item(integer, text, text, integer, numeric, text, timestamptz, jsonb) IS
  'offers an item at a price in credits (N3), and holds it until it is bought or unlisted: what could not be transferred cannot be listed';

CREATE FUNCTION pointsvault.unlist_item(
  vault integer, member text, series text, serial integer, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_unlist_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.unlist_item(integer, text, text, integer, text, timestamptz, jsonb) IS
  'takes an offer back (N3); an item that is not listed is 55000';

CREATE FUNCTION pointsvault.buy_item(
  vault integer, buyer text, series text, serial integer, ref text, max_price numeric DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_buy_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.buy_item(integer, text, text, integer, text, numeric, timestamptz, jsonb) IS
  'buys a listed item (N3): the buyer''s credits go to the seller less the fee, whose backing becomes surplus (G14); not listed is 55000, above max_price or more than the buyer has 23514';

CREATE FUNCTION pointsvault.use_item(
  vault integer, member text, series text, serial integer, ref text, note text DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_use_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.use_item(integer, text, text, integer, text, text, timestamptz, jsonb) IS
  'counts one use of an item by its owner (N4), such as goods handed over against a card; one that is listed or used up is 55000';

CREATE FUNCTION pointsvault.quote_claim(vault integer, series text) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_claim' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_claim(integer, text) IS
  'what the next item of a series costs now, and which it is; exact for the caller''s snapshot, locks nothing: pass max_points to be sure';

-- With its owner's rights, as that of prizes (54_exchange.sql): an admin and a treasurer may not
-- read the items beside.
CREATE VIEW pointsvault.series WITH (security_barrier) AS
SELECT s.vault, s.code, s.supply, s.issued, COALESCE(s.price_points::numeric, s.price_amount::numeric) AS price,
       CASE WHEN s.price_points IS NULL THEN 'money' ELSE 'points' END AS priced_in,
       s.min_spent::numeric AS min_spent, pg_catalog.trim_scale(s.fee_rate::numeric / 1000000) AS fee_rate,
       s.transferable, s.uses, s.closed, s.name, s.about, s.seq
FROM pointsvault.series_data s
WHERE s.vault = ANY ((SELECT pointsvault.readable_vaults('series'))::integer[])
  AND pointsvault.is_among(s.vault, (SELECT pointsvault.readable_vaults('series')));
COMMENT ON VIEW pointsvault.series IS 'series of collectibles (N1)';
COMMENT ON COLUMN pointsvault.series.issued IS 'how many of supply are given out: the serials 1 to this';
COMMENT ON COLUMN pointsvault.series.priced_in IS 'points, or money: then for the points that are worth price at the claim';
COMMENT ON COLUMN pointsvault.series.min_spent IS 'what own purchases less refunds must reach to claim one';
COMMENT ON COLUMN pointsvault.series.fee_rate IS 'of a sale between members (N3)';
COMMENT ON COLUMN pointsvault.series.uses IS 'how often an item may be used (N4); NULL: without an end';
COMMENT ON COLUMN pointsvault.series.seq IS 'the journal row that created it';

-- In SQL, so that it becomes a part of the query that asks.
CREATE FUNCTION pointsvault.item_state(listed pointsvault.amount, used bigint, uses bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN $1 IS NOT NULL THEN 'listed' WHEN $2 >= $3 THEN 'used_up' ELSE 'held' END;
COMMENT ON FUNCTION pointsvault.item_state(pointsvault.amount, bigint, bigint) IS
  'for the views: held, listed or used_up, by the price of a listing, how often an item was used, and how often it may be (N3, N4)';

CREATE VIEW pointsvault.item AS
SELECT i.vault, s.code AS series, i.serial, m.name AS owner, COALESCE(j.at, j.booked_at) AS since,
       pointsvault.item_state(i.listed, i.used, s.uses) AS state,
       i.listed::numeric AS listed_price, s.uses - i.used AS uses_left, i.used, i.seq
FROM pointsvault.item_data i
JOIN pointsvault.series_data s ON s.vault = i.vault AND s.seq = i.series
LEFT JOIN pointsvault.journal_data j ON j.vault = i.vault AND j.seq = i.since
LEFT JOIN pointsvault.member_data m ON m.vault = i.vault AND m.id = i.owner;
COMMENT ON VIEW pointsvault.item IS 'collectibles, a row each: whose it is now, and what holds it (N2 to N4)';
COMMENT ON COLUMN pointsvault.item.owner IS 'who has it, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.item.since IS 'when it came to its owner, or to whom that one took over from';
COMMENT ON COLUMN pointsvault.item.state IS 'held (by its owner alone), listed (it can be bought, and nothing else), or used_up (it stays with its owner for ever)';
COMMENT ON COLUMN pointsvault.item.listed_price IS 'in credits; NULL: it is not listed';
COMMENT ON COLUMN pointsvault.item.uses_left IS 'NULL: without an end';
COMMENT ON COLUMN pointsvault.item.used IS 'how often it was used';
COMMENT ON COLUMN pointsvault.item.seq IS 'the journal row of its last event';

CREATE FUNCTION pointsvault.history_of_item(
  vault integer, series bigint, serial bigint,
  OUT seq bigint, OUT at timestamptz, OUT kind text, OUT ref text, OUT from_member text, OUT to_member text,
  OUT price numeric, OUT fee numeric, OUT note text, OUT booked_at timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 20
BEGIN ATOMIC
  WITH RECURSIVE event AS (
    SELECT j.seq, j.kind, j.member, j.amount, j.fee, j.note, o.member AS other
    FROM pointsvault.journal_data j
    LEFT JOIN pointsvault.movement_data o ON o.vault = j.vault AND o.seq = j.seq
    WHERE j.vault = $1 AND j.series = $2 AND j.item = $3
  ), owner AS (
    SELECT e.seq, CASE pointsvault.kind_name(e.kind) WHEN 'transfer_item' THEN e.other ELSE e.member END AS member,
           lead(e.seq) OVER (ORDER BY e.seq) AS until
    FROM event e
  ), merged AS (
    SELECT m.seq, o.member AS giver, v.member AS taker, o.until
    FROM owner o
    JOIN pointsvault.journal_data m ON m.member = o.member AND m.vault = $1
      AND m.seq > o.seq AND (o.until IS NULL OR m.seq < o.until)
    JOIN pointsvault.movement_data v ON v.vault = $1 AND v.seq = m.seq
    WHERE pointsvault.kind_name(m.kind) = 'merge'
    UNION ALL
    SELECT m.seq, o.taker, v.member, o.until
    FROM merged o
    JOIN pointsvault.journal_data m ON m.member = o.taker AND m.vault = $1
      AND m.seq > o.seq AND (o.until IS NULL OR m.seq < o.until)
    JOIN pointsvault.movement_data v ON v.vault = $1 AND v.seq = m.seq
    WHERE pointsvault.kind_name(m.kind) = 'merge'
  ), told AS (
    SELECT e.seq,
           CASE pointsvault.kind_name(e.kind) WHEN 'transfer_item' THEN e.member WHEN 'buy_item' THEN e.other END AS giver,
           CASE pointsvault.kind_name(e.kind) WHEN 'transfer_item' THEN e.other
                WHEN 'claim' THEN e.member WHEN 'issue_item' THEN e.member WHEN 'buy_item' THEN e.member END AS taker,
           e.amount, e.fee, e.note
    FROM event e
    UNION ALL
    SELECT m.seq, m.giver, m.taker, NULL, NULL, NULL FROM merged m
  )
  SELECT t.seq, COALESCE(j.at, j.booked_at), pointsvault.kind_name(j.kind), j.ref, g.name, n.name,
         t.amount::numeric, t.fee::numeric, t.note, j.booked_at
  FROM told t
  JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = t.seq
  LEFT JOIN pointsvault.member_data g ON g.vault = $1 AND g.id = t.giver
  LEFT JOIN pointsvault.member_data n ON n.vault = $1 AND n.id = t.taker
  ORDER BY t.seq;
END;
COMMENT ON FUNCTION pointsvault.history_of_item(integer, bigint, bigint) IS
  'internal: what item_history() tells of an item, by the number of its series';

CREATE FUNCTION pointsvault.item_history(
  vault integer, series text, serial integer,
  OUT seq bigint, OUT at timestamptz, OUT kind text, OUT ref text, OUT from_member text, OUT to_member text,
  OUT price numeric, OUT fee numeric, OUT note text, OUT booked_at timestamptz
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_item_history' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.item_history(integer, text, integer) IS
  'the provenance of an item (N2): every event of it, from whom it came to whom, merges of its owners among them; the price is that of a claim in money, of a listing or a sale in credits';

CREATE FUNCTION pointsvault.metadata_of_item(vault integer, series bigint, serial bigint) RETURNS SETOF jsonb
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
  SELECT COALESCE(s.about, '{}') || jsonb_build_object(
           'name', COALESCE(s.name, s.code) || ' #' || i.serial,
           'description', COALESCE(s.about ->> 'description', ''),
           'attributes', (
             SELECT jsonb_agg(jsonb_strip_nulls(a.attribute) ORDER BY a.place)
             FROM (
               SELECT 0 AS place, o.attribute
               FROM jsonb_array_elements(
                 CASE jsonb_typeof(s.about -> 'attributes') WHEN 'array' THEN s.about -> 'attributes' ELSE '[]' END
               ) o (attribute)
               UNION ALL
               VALUES (1, jsonb_build_object('trait_type', 'series', 'value', s.code)),
                      (2, jsonb_build_object('trait_type', 'serial', 'display_type', 'number', 'value', i.serial, 'max_value', s.supply)),
                      (3, jsonb_build_object('trait_type', 'state', 'value', pointsvault.item_state(i.listed, i.used, s.uses))),
                      (4, jsonb_build_object('trait_type', 'used', 'display_type', 'number', 'value', i.used, 'max_value', s.uses)),
                      (5, jsonb_build_object('trait_type', 'transferable', 'value', s.transferable)),
                      (6, jsonb_build_object('trait_type', 'seq', 'display_type', 'number', 'value', i.seq))
             ) a (place, attribute)),
           'royaltyInfo', jsonb_build_object('receiver', v.name, 'royaltyFraction', trim_scale(s.fee_rate::numeric / 100)))
  FROM pointsvault.item_data i
  JOIN pointsvault.series_data s ON s.vault = $1 AND s.seq = $2
  JOIN pointsvault.vault v ON v.id = $1
  WHERE i.vault = $1 AND i.series = $2 AND i.serial = $3;
END;
COMMENT ON FUNCTION pointsvault.metadata_of_item(integer, bigint, bigint) IS
  'internal: what item_metadata() tells of an item, by the number of its series';

CREATE FUNCTION pointsvault.item_metadata(vault integer, series text, serial integer) RETURNS jsonb
  AS 'MODULE_PATHNAME', 'pv_sql_item_metadata' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.item_metadata(integer, text, integer) IS
  'an item as ERC-721 metadata has it: name, description, attributes, with what series.about says besides; the journal''s seq of its last event, and the fee of a sale as a royalty of ERC-2981, in basis points';
