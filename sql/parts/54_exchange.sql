-- ---------------------------------------------------------------------------
-- Custody of an exchange; partners, lists, awards (MODEL 9)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.quote_hand_over(
  vault integer, points numeric, member text DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_hand_over' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_hand_over(integer, numeric, text) IS
  'what so many points are worth now and what the fee would take of them; points - fee would join those in custody; where the member is named, whether it could give them today, as in quote_redeem; exact for the caller''s snapshot, locks nothing';

CREATE FUNCTION pointsvault.exchange_custody(
  vault integer, since date DEFAULT NULL, until date DEFAULT NULL,
  OUT day date, OUT destination text, OUT opening numeric, OUT handed_over numeric, OUT taken_back numeric,
  OUT custody numeric, OUT fee numeric, OUT events bigint
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_exchange_custody' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.exchange_custody(integer, date, date) IS
  'points in custody, for the market to reconcile by: a row for each destination and business day, from since to until, on which any went there or came back, and one for the last day (today where until is NULL) where anything is there. opening and custody: what was there before and after the day; handed_over: what joined it; fee: what was burned beside that; events: how many. Those of the last day sum up to vault_status.exchange_points';

CREATE VIEW pointsvault.partner AS
SELECT p.vault, m.name AS member, p.since, p.seq, j.cause AS closed_by
FROM pointsvault.partner_data p
JOIN pointsvault.member_data m ON m.vault = p.vault AND m.id = p.member
LEFT JOIN pointsvault.journal_data j ON j.vault = p.vault AND j.seq = p.seq;
COMMENT ON VIEW pointsvault.partner IS 'who is a partner, for ever (P1)';
COMMENT ON COLUMN pointsvault.partner.member IS 'who became one, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.partner.since IS 'the day at the end of which it had enough';
COMMENT ON COLUMN pointsvault.partner.seq IS 'the journal row that says so';
COMMENT ON COLUMN pointsvault.partner.closed_by IS 'that of the close which made it one';

-- With its owner's rights: who notes prizes may not read the other rows of the journal.
CREATE VIEW pointsvault.award WITH (security_barrier) AS
SELECT j.vault, j.seq, h.name AS member, j.ref, j.note AS prize, j.amount::numeric AS value,
       COALESCE(j.at, j.booked_at) AS at, j.day, j.actor, j.meta
FROM pointsvault.journal_data j
JOIN pointsvault.member_data m ON m.vault = j.vault AND m.id = j.member
  AND pointsvault.is_among(m.vault, (SELECT pointsvault.readable_vaults('award')))
JOIN pointsvault.member_data h ON h.vault = m.vault AND h.id = COALESCE(m.merged_into, m.id)
  AND pointsvault.is_among(h.vault, (SELECT pointsvault.readable_vaults('award')))
WHERE j.kind = 70
  AND j.vault = ANY ((SELECT pointsvault.readable_vaults('award'))::integer[])
  AND pointsvault.is_among(j.vault, (SELECT pointsvault.readable_vaults('award')));
COMMENT ON VIEW pointsvault.award IS 'prizes that were noted (P3)';
COMMENT ON COLUMN pointsvault.award.member IS 'who won it, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.award.value IS 'what it is worth; NULL: nobody said';

CREATE FUNCTION pointsvault.top_holders(
  vault integer, count bigint, asset text, moment timestamptz DEFAULT NULL,
  OUT place bigint, OUT member text, OUT holding numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_top_holders' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.top_holders(integer, bigint, text, timestamptz) IS
  'who holds more than 0 of points, credits, cash, shares, stock, items or debt, largest first, of equals the earlier enrolled first (P2); count NULL: all. As of now, or after the last event booked at or before a moment, which is that of a record date';
