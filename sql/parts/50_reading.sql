-- ---------------------------------------------------------------------------
-- Reading.  Views show numeric, members by name, and only vaults the reader may see.
-- Who that is stands in 85_rows.sql, once for all tables, and not in the views here:
-- they are plain joins, into which ORDER BY, LIMIT and the keys of a query get.
-- An operator that is not leakproof, such as "seq - 1", gets into no index below row
-- security, but what a LATERAL subquery made of it does, as a column.
--
-- Views with security_barrier below show to some what they may not read row by row
-- (an admin sees a vault's state and not its journal): they have the owner's rights
-- and say themselves whose rows they show.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.price_of(vault integer) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_sql_price_of' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.price_of(integer) IS
  'currency per point, pool / circulating or the start price (V1), rounded to at least 16 significant digits for showing';

CREATE FUNCTION pointsvault.get_receipt(vault integer, ref text) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_get_receipt' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.get_receipt(integer, text) IS 'the stored receipt of a ref, NULL where it is not booked';

CREATE FUNCTION pointsvault.flush() RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_flush' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.flush() IS
  'returns when all that queries have shown so far is durable, here and on the standbys that synchronous_commit asks for';

CREATE FUNCTION pointsvault.quote_purchase(vault integer, amount numeric, contribution numeric DEFAULT NULL)
RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_purchase' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_purchase(integer, numeric, numeric) IS
  'what a purchase would mint now to a buyer without a sponsor; exact for the caller''s snapshot, locks nothing: pass min_points to be sure';

CREATE FUNCTION pointsvault.quote_redeem(
  vault integer, points numeric, purpose text DEFAULT 'cash', member text DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_redeem' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_redeem(integer, numeric, text, text) IS
  'what so many points would bring now, and where the member is named, whether it could redeem them today: what is held it could not (G16, D3); exact for the caller''s snapshot, locks nothing: pass min_cash to be sure';

CREATE FUNCTION pointsvault.quote_points_to_credits(
  vault integer, points numeric, member text DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_points_to_credits' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_points_to_credits(integer, numeric, text) IS
  'how many credits so many points would bring now, and where the member is named, whether it could give them today, as in quote_redeem; exact for the caller''s snapshot, locks nothing: pass min_credits to be sure';

CREATE FUNCTION pointsvault.quote_credits_to_points(
  vault integer, credits numeric
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_credits_to_points' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_credits_to_points(integer, numeric) IS
  'how many points so many credits would bring a merchant now; exact for the caller''s snapshot, locks nothing: pass min_points to be sure';

CREATE FUNCTION pointsvault.quote_inject(vault integer, amount numeric) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_inject' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_inject(integer, numeric) IS
  'where so much money would take the price now, before the exits that it may lead to; exact for the caller''s snapshot, locks nothing. An inject cannot be taken back';

CREATE FUNCTION pointsvault.quote_grant_points(
  vault integer, points numeric
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_grant_points' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_grant_points(integer, numeric) IS
  'what a grant of so many points would cost now; exact for the caller''s snapshot, locks nothing';

CREATE FUNCTION pointsvault.quote_refund(
  vault integer, purchase_ref text, amount numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_refund' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_refund(integer, text, numeric) IS
  'what a refund would burn, what the pool would give back and what the buyer would owe, as of now; exact for the caller''s snapshot, locks nothing; a day that has ended and is not closed has paid nothing yet';

CREATE FUNCTION pointsvault.lot_held(
  points pointsvault.points, minted pointsvault.points, free_on date, release_days smallint,
  taken pointsvault.points, day date
) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_sql_lot_held' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.lot_held(
  pointsvault.points, pointsvault.points, date, smallint, pointsvault.points, date
) IS
  'what of a lot is held on a day: all of it until free_on (G16), or what is not released of it yet (D3)';

CREATE FUNCTION pointsvault.kind_name(kind smallint) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_kind_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.kind_name(smallint) IS 'the name of a kind of event';

CREATE FUNCTION pointsvault.kind_points_sign(kind smallint) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_sql_kind_points_sign' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.kind_points_sign(smallint) IS
  'whether the points of a journal row of that kind came to its member (1), went (-1), or neither (0)';

CREATE FUNCTION pointsvault.value_of(points pointsvault.points, pool pointsvault.amount, circulating pointsvault.points)
RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_value_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.value_of(pointsvault.points, pointsvault.amount, pointsvault.points) IS
  'what points are worth at the price pool / circulating before any fee, rounded down; 0 while nothing circulates';

CREATE FUNCTION pointsvault.start_price(policy jsonb) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_sql_start_price' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.start_price(jsonb) IS
  'the price under a policy while nothing circulates (V1), 0 where it has no pool';

CREATE FUNCTION pointsvault.business_day(timezone text, moment timestamptz) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_business_day' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.business_day(text, timestamptz) IS
  'the day of a moment in a time zone, as the vault reckons it (U5); NULL where this server does not know the zone';

CREATE FUNCTION pointsvault.accrued(
  shares bigint, quota pointsvault.amount, mark pointsvault.amount, total pointsvault.amount
) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_accrued' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.accrued(bigint, pointsvault.amount, pointsvault.amount, pointsvault.amount) IS
  'dividends of a member not yet posted (C8): what the running total of its share count grew by since its mark, up to its quota';

CREATE FUNCTION pointsvault.accrued_shares(
  shares bigint, mark pointsvault.amount, total pointsvault.amount
) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_accrued_shares' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.accrued_shares(bigint, pointsvault.amount, pointsvault.amount) IS
  'what the shareholder pool (C6a) paid a member and was not posted yet (C8): what the running total of its share count grew by since its mark';

CREATE FUNCTION pointsvault.today(vault integer) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_today' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.today(integer) IS 'the business day of now() in a vault (U5)';

CREATE FUNCTION pointsvault.released(released pointsvault.amount, rate pointsvault.amount, as_of date, day date)
RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_released' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.released(pointsvault.amount, pointsvault.amount, date, date) IS
  'what was released by the end of a day, of what was that much by the end of as_of and grew by rate a day since (L2); before as_of, or without a day, as it was then';

-- In the views of whole vaults the readable ones are found first (OFFSET 0 keeps
-- the planner from mixing in other conditions): there are few, and EXPLAIN would
-- tell by the rows it found that a vault of some name exists.
CREATE VIEW pointsvault.vault_status WITH (security_barrier) AS
SELECT v.id AS vault, v.name, v.currency,
       j.pool::numeric AS pool, j.circulating::numeric AS circulating, j.issued::numeric AS issued,
       (j.issued OPERATOR(pointsvault.-) j.circulating)::numeric AS burned,
       COALESCE(pointsvault.price(j.pool, j.circulating)::numeric, pointsvault.start_price(p.document)) AS price,
       COALESCE(j.treasury::numeric, 0) AS treasury_points,
       COALESCE(j.credits::numeric, 0) AS credits,
       pg_catalog.trim_scale(COALESCE(j.cash_owed::numeric, 0) + due.cash) AS cash_owed, due.cash AS cash_due,
       COALESCE(j.reserve::numeric, 0) AS reserve,
       COALESCE(j.platform::numeric, 0) AS platform,
       -- those after the tally in the order of an index, so that it is that which is gone through
       COALESCE((SELECT t.members FROM pointsvault.member_tally_data t WHERE t.vault = v.id), 0) + (
         SELECT count(*) FROM (
           SELECT FROM pointsvault.member_data m
           WHERE m.vault = v.id
             AND m.id > COALESCE((SELECT t.upto FROM pointsvault.member_tally_data t WHERE t.vault = v.id), 0)
           ORDER BY m.id
         ) rest
       ) AS members,
       (SELECT count(*) FROM pointsvault.queue_data q WHERE q.vault = v.id AND q.error IS NULL) AS queued,
       (SELECT d.day FROM pointsvault.day_data d WHERE d.vault = v.id ORDER BY d.day DESC LIMIT 1) AS last_closed,
       v.timezone, p.version AS policy_version, j.seq AS last_seq, j.booked_at AS last_booked_at, v.suspended,
       COALESCE(j.turnover::numeric, 0) AS turnover, COALESCE(j.dividends::numeric, 0) AS carried,
       COALESCE(j.uncapped::numeric, 0) AS uncapped, j.importing IS NOT NULL AS importing,
       COALESCE(j.stock_issued, 0) AS stock_issued, j.stock_price::numeric AS stock_price,
       COALESCE(j.debts::numeric, 0) AS debts,
       COALESCE(j.exchange::numeric, 0) AS exchange_points
FROM (
  SELECT * FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('vault_status'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL (
  SELECT * FROM pointsvault.journal_data d WHERE d.vault = v.id ORDER BY d.seq DESC LIMIT 1
) j
JOIN pointsvault.policy_data p ON p.vault = v.id AND p.serial = j.policy
CROSS JOIN LATERAL (
  SELECT pg_catalog.trim_scale(COALESCE(sum(GREATEST(
           -h.cash::numeric - pointsvault.accrued(h.shares, h.quota, h.mark, c.total)::numeric
           - pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)::numeric, 0)), 0)) AS cash
  FROM pointsvault.debtor_data d
  JOIN pointsvault.holding_data h ON h.vault = d.vault AND h.member = d.member
  LEFT JOIN pointsvault.class_data c ON c.vault = h.vault AND c.shares = h.shares
  WHERE d.vault = v.id
) due;
COMMENT ON VIEW pointsvault.vault_status IS 'one row a vault: its state after its last event';
COMMENT ON COLUMN pointsvault.vault_status.pool IS 'R: currency that backs the points';
COMMENT ON COLUMN pointsvault.vault_status.circulating IS 'S: points of members, of the treasury and in custody of an exchange (X3)';
COMMENT ON COLUMN pointsvault.vault_status.exchange_points IS 'E: points in custody of an exchange (X1)';
COMMENT ON COLUMN pointsvault.vault_status.issued IS 'I: points ever minted';
COMMENT ON COLUMN pointsvault.vault_status.burned IS 'I - S';
COMMENT ON COLUMN pointsvault.vault_status.price IS 'pool / circulating, or the start price while nothing circulates (V1), rounded for showing';
COMMENT ON COLUMN pointsvault.vault_status.cash_owed IS 'sum of what members have in cash, not yet withdrawn, dividends included; what others owe is not taken off';
COMMENT ON COLUMN pointsvault.vault_status.cash_due IS 'sum of what members owe (G13), after the dividends that are not posted yet';
COMMENT ON COLUMN pointsvault.vault_status.last_closed IS 'the last business day that is closed (V7), NULL before the first close';
COMMENT ON COLUMN pointsvault.vault_status.turnover IS 'of the open day (C2), where the policy has a cycle';
COMMENT ON COLUMN pointsvault.vault_status.carried IS 'what the last close carried into the next day''s pool (C7)';
COMMENT ON COLUMN pointsvault.vault_status.reserve IS 'what the pool held beyond what points may be worth (V3, V6)';
COMMENT ON COLUMN pointsvault.vault_status.platform IS 'what the house took: goods handed out for points, contributions that came back with refunds';
COMMENT ON COLUMN pointsvault.vault_status.members IS
  'how many are enrolled; those whom run_jobs() has not counted yet are, where the column is asked for, and not else';
COMMENT ON COLUMN pointsvault.vault_status.queued IS
  'orders waiting to be settled, those still held included; counted where the column is asked for, and not else';
COMMENT ON COLUMN pointsvault.vault_status.suspended IS 'why the vault refuses events, NULL while it does not';
COMMENT ON COLUMN pointsvault.vault_status.uncapped IS 'of issued, what opening balances brought outside issue_cap (G3)';
COMMENT ON COLUMN pointsvault.vault_status.stock_issued IS 'shares of stock converted and allotted, ever (Q2)';
COMMENT ON COLUMN pointsvault.vault_status.stock_price IS 'what a share of stock costs in points'' money (Q1); NULL: closed';
COMMENT ON COLUMN pointsvault.vault_status.debts IS 'what the house owed members before the vault and has not settled (D1); nothing backs it';
COMMENT ON COLUMN pointsvault.vault_status.importing IS 'between begin_import() and end_import(): jobs and settlers leave the vault alone';

CREATE VIEW pointsvault.member AS
SELECT m.vault, m.name AS member, s.name AS sponsor, m.region, m.merchant, m.id, m.enrolled_at,
       m.suspended, h.name AS merged_into
FROM pointsvault.member_data m
LEFT JOIN pointsvault.member_data s ON s.vault = m.vault AND s.id = m.sponsor
LEFT JOIN pointsvault.member_data h ON h.vault = m.vault AND h.id = m.merged_into;
COMMENT ON VIEW pointsvault.member IS 'who takes part, and who stands below whom';
COMMENT ON COLUMN pointsvault.member.sponsor IS
  'whom the member stands below: who brought it, or took over from that one by a merge. Of one who was enrolled at the very moment of the merge the one before, and events find the other all the same';
COMMENT ON COLUMN pointsvault.member.suspended IS 'why nothing may be taken from the member, NULL while it may';
COMMENT ON COLUMN pointsvault.member.merged_into IS 'who took over all it had; NULL: it is one by itself';

CREATE VIEW pointsvault.holding AS
SELECT h.vault, m.name AS member,
       h.points::numeric AS points, h.credits::numeric AS credits,
       pg_catalog.trim_scale(h.cash::numeric + a.accrued + a.shareholders) AS cash,
       pg_catalog.trim_scale(h.reward::numeric + r.unposted) AS reward, pg_catalog.trim_scale(h.quota::numeric - a.accrued) AS quota, h.shares,
       pointsvault.value_of(h.points, j.pool, j.circulating)::numeric AS value,
       CASE WHEN h.exit_limit OPERATOR(pointsvault.>) '0' AND h.points OPERATOR(pointsvault.>) '0'
            THEN pointsvault.price(h.exit_limit, h.points)::numeric END AS exit_price,
       a.accrued, h.posted_to,
       (SELECT pg_catalog.trim_scale(COALESCE(sum(
                 pointsvault.lot_held(l.points, l.minted, l.free_on, l.release_days, l.taken, t.day)::numeric), 0))
        FROM (SELECT pointsvault.today(h.vault) AS day OFFSET 0) t
        JOIN pointsvault.lot_data l ON l.vault = h.vault AND l.member = h.member AND l.free_on > t.day) AS held,
       a.shareholders, pg_catalog.trim_scale(r.unposted) AS reward_accrued, h.stock, h.items,
       COALESCE(h.debt::numeric, 0) AS debt,
       (SELECT max(l.free_on)
        FROM (SELECT pointsvault.today(h.vault) AS day OFFSET 0) t
        JOIN pointsvault.lot_data l ON l.vault = h.vault AND l.member = h.member AND l.free_on > t.day
        WHERE pointsvault.lot_held(l.points, l.minted, l.free_on, l.release_days, l.taken, t.day) OPERATOR(pointsvault.>) '0'
       ) AS held_until,
       (SELECT p.since FROM pointsvault.partner_data p WHERE p.vault = h.vault AND p.member = h.member) AS partner
FROM pointsvault.holding_data h
JOIN pointsvault.member_data m ON m.vault = h.vault AND m.id = h.member
LEFT JOIN pointsvault.class_data c ON c.vault = h.vault AND c.shares = h.shares
CROSS JOIN LATERAL (
  SELECT pointsvault.accrued(h.shares, h.quota, h.mark, c.total)::numeric AS accrued,
         pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)::numeric AS shareholders
) a
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(pointsvault.released(u.released, u.rate, u.as_of, (
             SELECT d.day FROM pointsvault.day_data d WHERE d.vault = u.vault ORDER BY d.day DESC LIMIT 1
           ))::numeric), 0) - COALESCE(h.released::numeric, 0) AS unposted
  FROM pointsvault.team_data u WHERE u.vault = h.vault AND u.member = h.member
) r
CROSS JOIN LATERAL (
  SELECT d.pool, d.circulating FROM pointsvault.journal_data d
  WHERE d.vault = h.vault ORDER BY d.seq DESC LIMIT 1
) j;
COMMENT ON COLUMN pointsvault.holding.stock IS 'shares of stock that are not delivered (Q4), free or not';
COMMENT ON COLUMN pointsvault.holding.items IS 'collectibles it owns, of all series; the view item has them one by one';
COMMENT ON COLUMN pointsvault.holding.partner IS 'the day from which on the member is a partner (P1), NULL: it is none';
COMMENT ON COLUMN pointsvault.holding.reward_accrued IS 'of reward, what is not posted yet: it is when rewards are spent, or by accrue()';
COMMENT ON COLUMN pointsvault.holding.reward IS 'what release plans released and is not spent (L7), with all closed days; no pool backs it';
COMMENT ON COLUMN pointsvault.holding.held IS 'of the points, those that are held today (G16, D3): what takes points leaves them, exits and refunds apart';
COMMENT ON COLUMN pointsvault.holding.held_until IS 'the day on which the last of them is free; NULL where none is held';
COMMENT ON COLUMN pointsvault.holding.debt IS 'what the house owed the member before the vault and has not settled (D1); nothing backs it';
COMMENT ON VIEW pointsvault.holding IS 'balances of members, with the dividends of all closed days';
COMMENT ON COLUMN pointsvault.holding.cash IS 'what may be withdrawn; below 0 it is owed (G15)';
COMMENT ON COLUMN pointsvault.holding.quota IS 'what dividends may still pay (C1, C6)';
COMMENT ON COLUMN pointsvault.holding.accrued IS
  'dividends in cash, and out of quota, that are not posted yet: they are with the member''s next event, or by accrue()';
COMMENT ON COLUMN pointsvault.holding.shareholders IS
  'cash out of the shareholder pool (C6a), not out of quota, that is not posted yet';
COMMENT ON COLUMN pointsvault.holding.posted_to IS 'closed days up to this one are posted; what accrued is of those after it';
COMMENT ON COLUMN pointsvault.holding.value IS 'points at the price now, before any fee, rounded down';
COMMENT ON COLUMN pointsvault.holding.exit_price IS
  'the price at which all lots of the member go (G6, basis member), rounded for showing; NULL where there is no limit';

-- With its owner's rights: a cashier may see neither the quota nor the shares by which
-- the cash is told, nor of a member more than its name.
CREATE VIEW pointsvault.cash_balance WITH (security_barrier) AS
SELECT h.vault, m.name AS member, pg_catalog.trim_scale(h.cash::numeric + a.accrued + a.shareholders) AS cash
FROM pointsvault.holding_data h
JOIN pointsvault.member_data m ON m.vault = h.vault AND m.id = h.member
  AND m.vault = ANY ((SELECT pointsvault.readable_vaults('cash_balance'))::integer[])
  AND pointsvault.is_among(m.vault, (SELECT pointsvault.readable_vaults('cash_balance')))
LEFT JOIN pointsvault.class_data c ON c.vault = h.vault AND c.shares = h.shares
  AND pointsvault.is_among(c.vault, (SELECT pointsvault.readable_vaults('cash_balance')))
CROSS JOIN LATERAL (
  SELECT pointsvault.accrued(h.shares, h.quota, h.mark, c.total)::numeric AS accrued,
         pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)::numeric AS shareholders
) a
WHERE h.vault = ANY ((SELECT pointsvault.readable_vaults('cash_balance'))::integer[])
  AND pointsvault.is_among(h.vault, (SELECT pointsvault.readable_vaults('cash_balance')));
COMMENT ON VIEW pointsvault.cash_balance IS 'what members may withdraw, as in holding, and nothing else of them: for who pays out';
COMMENT ON COLUMN pointsvault.cash_balance.cash IS 'what may be withdrawn, with the dividends of all closed days; below 0 it is owed (G15)';

CREATE VIEW pointsvault.lot AS
SELECT l.vault, m.name AS member, l.seq, l.points::numeric AS points,
       l.minted::numeric AS points_at_mint,
       CASE WHEN l.alone THEN pointsvault.price(l.exit_limit, l.minted)::numeric
            WHEN l.exit_limit OPERATOR(pointsvault.>) '0' AND h.points OPERATOR(pointsvault.>) '0'
            THEN pointsvault.price(h.exit_limit, h.points)::numeric END AS exit_price,
       l.exit_limit::numeric AS exit_limit, l.free_on,
       pointsvault.lot_held(l.points, l.minted, l.free_on, l.release_days, l.taken, pointsvault.today(l.vault))::numeric AS held,
       l.release_days
FROM pointsvault.lot_data l
JOIN pointsvault.member_data m ON m.vault = l.vault AND m.id = l.member
JOIN pointsvault.holding_data h ON h.vault = l.vault AND h.member = l.member;
COMMENT ON VIEW pointsvault.lot IS 'points not yet burned, by the event that brought them (G5)';
COMMENT ON COLUMN pointsvault.lot.exit_price IS
  'the price at which the lot exits: its own (G6, basis order), or that of its member (basis member); rounded for showing';
COMMENT ON COLUMN pointsvault.lot.free_on IS 'held until that day (G16), or released up to it (D3); NULL: never held';
COMMENT ON COLUMN pointsvault.lot.held IS 'of the points, those that are held today';
COMMENT ON COLUMN pointsvault.lot.release_days IS 'released evenly over so many days up to free_on (D3); NULL: all at once';
COMMENT ON COLUMN pointsvault.lot.exit_limit IS 'what the whole lot may be worth before it exits, 0 where there is no limit';

CREATE VIEW pointsvault.journal AS
SELECT j.vault, j.seq, pointsvault.kind_name(j.kind) AS kind, j.ref, m.name AS member,
       COALESCE(j.at, j.booked_at) AS at, j.day, j.booked_at, p.version AS policy_version,
       j.amount::numeric AS amount, j.points::numeric AS points, j.cash::numeric AS cash,
       COALESCE(j.fee::numeric, j.points_fee::numeric) AS fee, j.contribution::numeric AS contribution,
       j.pool::numeric AS pool_after, j.circulating::numeric AS circulating_after,
       COALESCE(j.reserve::numeric, 0) AS reserve_after,
       COALESCE(j.platform::numeric, 0) AS platform_after,
       j.cause, j.actor, j.note, j.meta, j.region, COALESCE(j.turnover::numeric, 0) AS turnover_after, j.item,
       s.code AS series
FROM pointsvault.journal_data j
JOIN pointsvault.policy_data p ON p.vault = j.vault AND p.serial = j.policy
LEFT JOIN pointsvault.member_data m ON m.vault = j.vault AND m.id = j.member
LEFT JOIN pointsvault.series_data s ON s.vault = j.vault AND s.seq = j.series;
COMMENT ON VIEW pointsvault.journal IS 'every event of every vault, append-only, without gaps in seq';
COMMENT ON COLUMN pointsvault.journal.series IS 'of a collectible, by its code';
COMMENT ON COLUMN pointsvault.journal.item IS 'the serial of a collectible, or how many shares of stock';
COMMENT ON COLUMN pointsvault.journal.at IS 'when the event happened, by its caller; else when it was booked';
COMMENT ON COLUMN pointsvault.journal.booked_at IS 'when it was booked; never goes back within a vault';
COMMENT ON COLUMN pointsvault.journal.cause IS
  'seq of the event that led to this one, or that this one reverses; of a close: the last row of its day; of a dividend: the last close it posts';
COMMENT ON COLUMN pointsvault.journal.actor IS
  'the role that called, which was judged for it; where the session is another''s: "shop (login web)"';

-- A part of an event is a row of a table: what it did to accounts of the vault, to its
-- own member, to another (a movement).  So seq, day and member of a query get into an
-- index of each.  The first belongs to nobody, which NULLIF says in the words of
-- the index journal_nobody: it is empty, so a look-up by member finds there at once
-- that there is nothing, and does not read the journal for it.
CREATE VIEW pointsvault.posting AS
SELECT j.vault, j.seq, line.account, m.name AS member, line.asset, pg_catalog.trim_scale(line.amount) AS amount,
       CASE pointsvault.kind_name(j.kind) WHEN 'dividend' THEN j.note::daterange
            WHEN 'close' THEN pg_catalog.daterange(j.day, j.day, '[]') END AS days,
       j.day, pointsvault.kind_name(j.kind) AS kind
FROM (
  SELECT d.vault, d.seq, NULLIF(d.seq, d.seq) AS member, 1 AS part,
         NULL::pointsvault.points AS points, NULL::pointsvault.amount AS credits, NULL::pointsvault.amount AS cash,
         NULL::pointsvault.amount AS reward, NULL::pointsvault.amount AS quota, NULL::bigint AS shares,
         NULL::bigint AS stock, NULL::bigint AS items, NULL::pointsvault.amount AS debt
  FROM pointsvault.journal_data d
  UNION ALL
  SELECT d.vault, d.seq, d.member, 2, d.points, d.member_credits, d.member_cash, d.member_reward, d.member_quota, d.member_shares,
         d.member_stock, d.member_items, d.member_debt
  FROM pointsvault.journal_data d
  UNION ALL
  SELECT o.vault, o.seq, o.member, 3, o.points, o.credits, o.cash, o.reward, o.quota, o.shares, o.stock, o.items, o.debt
  FROM pointsvault.movement_data o
) c
JOIN pointsvault.journal_data j ON j.vault = c.vault AND j.seq = c.seq
LEFT JOIN pointsvault.member_data m ON m.vault = c.vault AND m.id = c.member
CROSS JOIN LATERAL (
  -- accounts of the vault: the state after the event less the state before
  SELECT own.account, own.asset, own.amount
  FROM (
    SELECT j.pool::numeric - COALESCE(b.pool::numeric, 0) AS pool,
           j.circulating::numeric - COALESCE(b.circulating::numeric, 0) AS circulating,
           COALESCE(j.treasury::numeric, 0) - COALESCE(b.treasury::numeric, 0) AS treasury,
           COALESCE(j.exchange::numeric, 0) - COALESCE(b.exchange::numeric, 0) AS exchange,
           COALESCE(j.credits::numeric, 0) - COALESCE(b.credits::numeric, 0) AS credits,
           COALESCE(j.reserve::numeric, 0) - COALESCE(b.reserve::numeric, 0) AS reserve,
           COALESCE(j.platform::numeric, 0) - COALESCE(b.platform::numeric, 0) AS platform,
           COALESCE(j.shareholders::numeric, 0) - COALESCE(b.shareholders::numeric, 0) AS shareholders,
           COALESCE(j.dividends::numeric, 0) - COALESCE(b.dividends::numeric, 0) AS dividends,
           COALESCE(j.cash_owed::numeric, 0) - COALESCE(b.cash_owed::numeric, 0) AS cash_owed,
           COALESCE(j.debts::numeric, 0) - COALESCE(b.debts::numeric, 0) AS debts
    FROM (SELECT j.seq - 1 AS seq OFFSET 0) before
    LEFT JOIN pointsvault.journal_data b ON b.vault = j.vault AND b.seq = before.seq
  ) d
  CROSS JOIN (
    -- what it changed for members by name
    SELECT COALESCE(j.member_cash::numeric, 0) + COALESCE(sum(o.cash::numeric), 0) AS cash,
           COALESCE(j.member_reward::numeric, 0) + COALESCE(sum(o.reward::numeric), 0) AS reward,
           COALESCE(j.member_quota::numeric, 0) + COALESCE(sum(o.quota::numeric), 0) AS quota,
           COALESCE(j.member_shares, 0) + COALESCE(sum(o.shares), 0) AS shares,
           COALESCE(j.member_stock, 0) + COALESCE(sum(o.stock), 0) AS stock,
           COALESCE(j.member_items, 0) + COALESCE(sum(o.items), 0) AS items
    FROM pointsvault.movement_data o WHERE o.vault = j.vault AND o.seq = j.seq
  ) named
  CROSS JOIN LATERAL (
    -- and for members as a whole: a close pays them all, a dividend is the posting of it to one
    SELECT CASE pointsvault.kind_name(j.kind) WHEN 'close' THEN -j.cash::numeric
                WHEN 'dividend' THEN -named.quota ELSE 0 END AS quota
  ) whole
  CROSS JOIN LATERAL ROWS FROM (
    unnest('{pool,reserve,platform,shareholders,dividends,outside,treasury,outside,outside,outside,outside,outside,outside,outside,member,member,outside,exchange}'::text[]),
    unnest('{cash,cash,cash,cash,cash,cash,points,points,credits,reward,quota,shares,stock,items,cash,quota,debt,points}'::text[]),
    unnest(ARRAY[
      d.pool, d.reserve, d.platform, d.shareholders, d.dividends,
      -(d.pool + d.reserve + d.platform + d.shareholders + d.dividends + d.cash_owed),
      d.treasury, -d.circulating, -d.credits, -named.reward, -(named.quota + whole.quota), -named.shares,
      -named.stock, -named.items,
      d.cash_owed - named.cash, whole.quota, -d.debts, d.exchange])
  ) own (account, asset, amount)
  WHERE c.part = 1 AND own.amount <> 0
  UNION ALL
  -- a member's
  SELECT 'member', own.asset, own.amount
  FROM ROWS FROM (
    unnest('{points,credits,cash,reward,quota,shares,stock,items,debt}'::text[]),
    unnest(ARRAY[
      c.points::numeric * CASE c.part WHEN 2 THEN pointsvault.kind_points_sign(j.kind) ELSE 1 END,
      c.credits::numeric, c.cash::numeric, c.reward::numeric, c.quota::numeric, c.shares::numeric, c.stock::numeric, c.items::numeric, c.debt::numeric])
  ) own (asset, amount)
  WHERE c.part <> 1 AND own.amount <> 0
) line;
COMMENT ON VIEW pointsvault.posting IS
  'the journal as double entry: for each seq and asset the amounts sum to zero; accounts as in MODEL V8';
COMMENT ON COLUMN pointsvault.posting.member IS
  'whose line it is; NULL with account member: of members as a whole, who are paid by a close and have it posted to each later (C8)';
COMMENT ON COLUMN pointsvault.posting.days IS 'closed days whose dividends the event paid or posted';
COMMENT ON COLUMN pointsvault.posting.day IS 'business day the event belongs to, as in journal';
COMMENT ON COLUMN pointsvault.posting.kind IS 'what happened, as in journal';
COMMENT ON COLUMN pointsvault.posting.account IS
  'member, pool, treasury, reserve, platform, shareholders, dividends, exchange, or outside, which funds and receives the rest';
COMMENT ON COLUMN pointsvault.posting.asset IS 'cash, points, credits, reward, quota, shares, stock, items or debt';

-- Whom a journal row paid: others by their movements, its own member, the shareholder
-- pool; so that a member of a query gets into an index, as in posting.
CREATE VIEW pointsvault.commission AS
SELECT j.vault, j.seq, j.day, pointsvault.kind_name(j.kind) AS kind, j.ref, b.name AS buyer, m.name AS member,
       ('{direct,indirect,rank,peer,district,city,province,shareholders}'::text[])[paid.code / 256] AS what,
       NULLIF(paid.code % 256, 0)::integer AS grade, pg_catalog.trim_scale(paid.amount::numeric / 10000) AS amount,
       paid.place
FROM (
  SELECT o.vault, o.seq, o.member, 1 AS part FROM pointsvault.movement_data o
  UNION ALL
  SELECT d.vault, d.seq, d.member, 2 FROM pointsvault.journal_data d
  UNION ALL
  SELECT d.vault, d.seq, NULLIF(d.seq, d.seq), 3 FROM pointsvault.journal_data d
) c
JOIN pointsvault.journal_data j ON j.vault = c.vault AND j.seq = c.seq AND j.commissions IS NOT NULL
CROSS JOIN LATERAL (
  SELECT j.commissions[3 * n - 2] AS code, j.commissions[3 * n - 1] AS member, j.commissions[3 * n] AS amount, n AS place
  FROM pg_catalog.generate_series(1, pg_catalog.cardinality(j.commissions) / 3) n
) paid
LEFT JOIN pointsvault.member_data m ON m.vault = c.vault AND m.id = c.member
LEFT JOIN pointsvault.member_data b ON b.vault = j.vault AND b.id = j.member
WHERE paid.member = COALESCE(c.member, 0)
  AND (c.part <> 1 OR c.member IS DISTINCT FROM j.member); -- buyer and another, who became one by a merge
COMMENT ON VIEW pointsvault.commission IS
  'whom each purchase paid commissions and why (M1), and what of them its refunds took back, below 0; a row each';
COMMENT ON COLUMN pointsvault.commission.member IS 'into whose cash, or out of it; NULL: the shareholder pool (C6a)';
COMMENT ON COLUMN pointsvault.commission.what IS
  'direct (the sponsor), indirect (and that one''s), rank, peer, district, city or province (its agent), shareholders';
COMMENT ON COLUMN pointsvault.commission.grade IS 'rank, peer: of which rank; else NULL';
COMMENT ON COLUMN pointsvault.commission.place IS 'of those of the same row, in the order in which they were paid';

CREATE VIEW pointsvault.agent AS
SELECT a.vault, a.region, CASE pg_catalog.length(a.region) WHEN 2 THEN 'province' WHEN 4 THEN 'city' ELSE 'district' END AS level,
       m.name AS member, j.booked_at AS appointed_at, a.seq
FROM pointsvault.agent_data a
LEFT JOIN pointsvault.journal_data j ON j.vault = a.vault AND j.seq = a.seq
LEFT JOIN pointsvault.member_data d ON d.vault = a.vault AND d.id = a.member
LEFT JOIN LATERAL (SELECT COALESCE(d.merged_into, d.id) AS id OFFSET 0) who ON true
LEFT JOIN pointsvault.member_data m ON m.vault = a.vault AND m.id = who.id;
COMMENT ON VIEW pointsvault.agent IS 'the agents of regions, the last appointed of each (M1)';
COMMENT ON COLUMN pointsvault.agent.region IS 'its code: 2 digits a province, 4 a city, 6 a district';
COMMENT ON COLUMN pointsvault.agent.member IS 'who was appointed, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.agent.seq IS 'the journal row of the appointment';

CREATE VIEW pointsvault.release_plan AS
SELECT p.vault, m.name AS member, p.seq, p.amount::numeric AS amount, p.granted::numeric AS granted,
       d.released, pg_catalog.trim_scale(p.granted::numeric - d.released - p.cancelled::numeric) AS remaining,
       p.cancelled::numeric AS cancelled, p.daily::numeric AS daily, p.rate::numeric AS rate
FROM pointsvault.plan_data p
JOIN pointsvault.member_data m ON m.vault = p.vault AND m.id = p.member
CROSS JOIN LATERAL (
  SELECT pointsvault.released(p.released, p.rate, p.as_of, (
           SELECT c.day FROM pointsvault.day_data c WHERE c.vault = p.vault ORDER BY c.day DESC LIMIT 1
         ))::numeric AS released
) d;
COMMENT ON VIEW pointsvault.release_plan IS 'release plans (L1) as of the last closed day: granted = released + remaining + cancelled';
COMMENT ON COLUMN pointsvault.release_plan.seq IS 'the purchase that opened the plan';
COMMENT ON COLUMN pointsvault.release_plan.amount IS 'of that purchase';
COMMENT ON COLUMN pointsvault.release_plan.daily IS 'what the plan releases a day by itself, while it has as much (L2)';
COMMENT ON COLUMN pointsvault.release_plan.cancelled IS 'what refunds took of it (G15)';
COMMENT ON COLUMN pointsvault.release_plan.rate IS 'what it releases a day with what its member earns by others (L6), until something changes';

CREATE VIEW pointsvault.queue AS
SELECT q.vault, q.ref, q.member, q.amount::numeric AS amount, q.due_at, q.error, q.number,
       q.contribution::numeric AS contribution, q.region, q.at, q.actor, q.meta,
       pointsvault.kind_name(q.kind) AS kind
FROM pointsvault.queue_data q;
COMMENT ON VIEW pointsvault.queue IS 'orders submitted and not yet booked, and those that were set aside';
COMMENT ON COLUMN pointsvault.queue.number IS 'orders that are due are booked in this order (H2)';
COMMENT ON COLUMN pointsvault.queue.due_at IS 'when the order may be booked: at, or when it was submitted, and its hold';
COMMENT ON COLUMN pointsvault.queue.kind IS 'what it is booked as: purchase, or settle_debt';
COMMENT ON COLUMN pointsvault.queue.error IS 'SQLSTATE, token and message with which it could not be booked (H3); NULL while it waits';

CREATE VIEW pointsvault.policy WITH (security_barrier) AS
SELECT p.vault, p.version, p.document AS policy, j.booked_at AS set_at, j.actor, p.seq
FROM (
  SELECT vault, version, document, seq FROM pointsvault.policy_data
  WHERE vault = ANY ((SELECT pointsvault.readable_vaults('policy'))::integer[]) OFFSET 0
) p
LEFT JOIN LATERAL (
  SELECT d.booked_at, d.actor FROM pointsvault.journal_data d WHERE d.vault = p.vault AND d.seq = p.seq OFFSET 0
) j ON true;
COMMENT ON VIEW pointsvault.policy IS 'every policy version of every vault, when and by whom it was set';

CREATE VIEW pointsvault.dividend_day AS
SELECT d.vault, d.day, d.turnover::numeric AS turnover, d.pool::numeric AS pool,
       d.paid::numeric AS paid, pg_catalog.trim_scale(d.pool::numeric - d.paid::numeric) AS unallocated,
       d.shareholders::numeric AS shareholders,
       why.no_taker, why.inactive, d.over_quota::numeric AS over_quota,
       pg_catalog.trim_scale(d.pool::numeric - d.paid::numeric - why.no_taker - why.inactive
                             - d.over_quota::numeric) AS rounding,
       d.weight_pool::numeric AS weight_pool, d.weight_shares, d.active_shares,
       d.by_weight, d.tier_mins, d.tier_divisors, d.seq,
       d.shareholder_pool::numeric AS shareholder_pool, d.all_shares,
       d.released::numeric AS released, d.running::numeric AS running
FROM pointsvault.day_data d
CROSS JOIN LATERAL (
  SELECT pg_catalog.trim_scale(
           CASE WHEN d.weight_shares = 0 THEN d.weight_pool::numeric ELSE 0 END
           + COALESCE((SELECT sum(t.pool) / 10000 FROM unnest(d.tier_pools, d.tier_divisors) AS t (pool, divisor)
                       WHERE t.divisor = 0), 0)) AS no_taker,
         CASE WHEN d.weight_shares > 0
              THEN pg_catalog.trim_scale(pg_catalog.trunc(
                     d.weight_pool::numeric * (d.weight_shares - d.active_shares) / d.weight_shares, 4))
              ELSE 0 END AS inactive
) why;
COMMENT ON VIEW pointsvault.dividend_day IS 'a row for each closed day: what there was, what was paid, and why the rest was not';
COMMENT ON COLUMN pointsvault.dividend_day.turnover IS 'purchases of the day less its refunds (C2)';
COMMENT ON COLUMN pointsvault.dividend_day.pool IS 'all pools together, with what was carried from the day before (C4, C5, C7)';
COMMENT ON COLUMN pointsvault.dividend_day.paid IS 'into cash of active members (C6)';
COMMENT ON COLUMN pointsvault.dividend_day.unallocated IS
  'pool - paid: to the platform, or into the next day''s pool (C7); no_taker + inactive + over_quota + rounding';
COMMENT ON COLUMN pointsvault.dividend_day.shareholders IS 'paid out of the shareholder pool (C6a), apart from pool';
COMMENT ON COLUMN pointsvault.dividend_day.shareholder_pool IS 'what there was in it; what of it was not paid went where unallocated went (C7)';
COMMENT ON COLUMN pointsvault.dividend_day.all_shares IS 'the shares it was shared out over, with quota or without';
COMMENT ON COLUMN pointsvault.dividend_day.no_taker IS 'pools of tiers that nobody active was in, and the weight pool if nobody had shares in it';
COMMENT ON COLUMN pointsvault.dividend_day.inactive IS 'the part of the weight pool for shares without quota, where all shares count (denominator all)';
COMMENT ON COLUMN pointsvault.dividend_day.over_quota IS 'what active members were due beyond their quota';
COMMENT ON COLUMN pointsvault.dividend_day.rounding IS 'what rounding down left';
COMMENT ON COLUMN pointsvault.dividend_day.weight_shares IS 'the denominator of C4';
COMMENT ON COLUMN pointsvault.dividend_day.active_shares IS 'shares of the active members (C3)';
COMMENT ON COLUMN pointsvault.dividend_day.tier_divisors IS 'active members in each tier, or their shares (by_weight)';
COMMENT ON COLUMN pointsvault.dividend_day.seq IS 'the journal row of the close';
COMMENT ON COLUMN pointsvault.dividend_day.released IS 'what release plans released on the day (L2 to L6), apart from pool; no pool backs it';
COMMENT ON COLUMN pointsvault.dividend_day.running IS 'what they release each day after it, while nothing changes';

CREATE VIEW pointsvault.job_run AS
SELECT j.vault, j.day, j.started_at, j.finished_at, j.outcome, j.job, j.id,
       j.failed
FROM pointsvault.job_data j;
COMMENT ON VIEW pointsvault.job_run IS 'what run_jobs() did for each vault, and what failed';
COMMENT ON COLUMN pointsvault.job_run.job IS 'settle, close, exits or tally; where it failed seal too';
COMMENT ON COLUMN pointsvault.job_run.failed IS 'outcome is an error; nothing of that step is left, and the next run tries it again';
COMMENT ON COLUMN pointsvault.job_run.day IS 'the business day that was closed, or was to be';
COMMENT ON COLUMN pointsvault.job_run.outcome IS 'what was done, or the SQLSTATE, token and message it failed with';

CREATE VIEW pointsvault.access WITH (security_barrier) AS
SELECT pg_catalog.pg_get_userbyid(a.role) AS role, a.profile, a.vault, a.granted_at, a.granted_by
FROM pointsvault.access_data a
WHERE COALESCE(a.vault, 0) = ANY ((SELECT pointsvault.readable_vaults('access'))::integer[])
  AND pointsvault.is_among(COALESCE(a.vault, 0), (SELECT pointsvault.readable_vaults('access')))
  AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = a.role);
COMMENT ON VIEW pointsvault.access IS 'which role may act by which profile on which vault, granted when and by whom';
COMMENT ON COLUMN pointsvault.access.vault IS 'NULL: all vaults';

-- A lower bound that all keep: the planner takes a range for small, half of one for a
-- third of all there is.
CREATE VIEW pointsvault.exit_due WITH (security_barrier) AS
SELECT v.id AS vault, m.name AS member, due.seq, due.points::numeric AS points,
       due.exit_price::numeric AS exit_price
FROM (
  SELECT id FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('exit_due'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL (
  SELECT pointsvault.price(j.pool, j.circulating) AS price
  FROM pointsvault.journal_data j WHERE j.vault = v.id ORDER BY j.seq DESC LIMIT 1
) last
CROSS JOIN LATERAL (
  SELECT l.member, l.seq, l.points, pointsvault.price(l.exit_limit, l.minted) AS exit_price
  FROM pointsvault.lot_data l
  WHERE l.vault = v.id AND l.alone AND pointsvault.price(l.exit_limit, l.minted) OPERATOR(pointsvault.<=) last.price
    AND pointsvault.price(l.exit_limit, l.minted) OPERATOR(pointsvault.>=) '0/1'
  UNION ALL
  SELECT h.member, NULL, h.points, pointsvault.price(h.exit_limit, h.points)
  FROM pointsvault.holding_data h
  WHERE h.vault = v.id AND h.exit_floor OPERATOR(pointsvault.<=) last.price AND h.exit_floor OPERATOR(pointsvault.>=) '0/1'
    AND pointsvault.price(h.exit_limit, h.points) OPERATOR(pointsvault.<=) last.price
) due
CROSS JOIN LATERAL (
  SELECT d.name FROM pointsvault.member_data d WHERE d.vault = v.id AND d.id = due.member OFFSET 0
) m;
COMMENT ON VIEW pointsvault.exit_due IS
  'exits that the last event left over (G7): a row a lot, or a member on that basis; found by index, whatever else there is';
COMMENT ON COLUMN pointsvault.exit_due.seq IS 'the event that brought the lot; NULL where all lots of the member go (G6, basis member)';
COMMENT ON COLUMN pointsvault.exit_due.points IS 'what is left of the lot, or what the member holds';
COMMENT ON COLUMN pointsvault.exit_due.exit_price IS 'the price at which it exits, rounded for showing';

-- Read every few seconds by monitoring: each look is of a few rows by index, and
-- what could be many is counted so far and no further, in the order of an index so
-- that it is that which is gone through.
CREATE VIEW pointsvault.health WITH (security_barrier) AS
SELECT v.id AS vault, v.name, v.suspended IS NOT NULL AS suspended,
       LEAST(waiting.orders + released.orders, 10000) AS due,
       LEAST(waiting.first_due, released.first_due) AS oldest_due,
       aside.orders AS set_aside,
       CASE WHEN today.day IS NOT NULL THEN GREATEST(today.day - open.day, 0) END AS days_behind,
       CASE WHEN open.day < today.day THEN open.day END AS first_open_day,
       LEAST(exits.lots + exits.members, 1000) AS exits_due,
       failed.job AS failed_job, failed.started_at AS failed_at, failed.outcome AS failure,
       pointsvault.settler_alive() AS settler_alive,
       closed.day AS last_closed, closed.booked_at AS closed_at,
       pg_catalog.now() - closed.booked_at AS close_age,
       COALESCE(last.importing, false) AS importing
FROM (
  SELECT * FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('health'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL (
  SELECT pointsvault.business_day(v.timezone, pg_catalog.now()) AS day
) today
CROSS JOIN LATERAL (
  -- a queue in its order, which is that of numbers
  SELECT (SELECT count(*) FROM (
            SELECT FROM pointsvault.queue_data q WHERE q.vault = v.id AND NOT q.held AND q.error IS NULL
            ORDER BY q.number LIMIT 10000
          ) few) AS orders,
         (SELECT q.due_at FROM pointsvault.queue_data q WHERE q.vault = v.id AND NOT q.held AND q.error IS NULL
          ORDER BY q.number LIMIT 1) AS first_due
) waiting
CROSS JOIN LATERAL (
  SELECT (SELECT count(*) FROM (
            SELECT FROM pointsvault.queue_data q
            WHERE q.vault = v.id AND q.held AND q.error IS NULL AND q.due_at <= pg_catalog.now()
            ORDER BY q.due_at LIMIT 10000
          ) few) AS orders,
         (SELECT q.due_at FROM pointsvault.queue_data q
          WHERE q.vault = v.id AND q.held AND q.error IS NULL AND q.due_at <= pg_catalog.now()
          ORDER BY q.due_at LIMIT 1) AS first_due
) released
CROSS JOIN LATERAL (
  SELECT count(*) AS orders FROM (
    SELECT FROM pointsvault.queue_data q WHERE q.vault = v.id AND q.error IS NOT NULL ORDER BY q.number LIMIT 10000
  ) few
) aside
LEFT JOIN LATERAL (
  -- as the next event would find it (V7); kinds of 10 to 99 change values, others are of administration.  By its
  -- number, as a name is asked for in vain where a row was damaged, and one vault should not silence all.
  SELECT CASE WHEN j.kind IN (22 /* close */, 71 /* partner */) THEN j.day + 1 ELSE j.day END AS day
  FROM pointsvault.journal_data j WHERE j.vault = v.id AND j.kind BETWEEN 10 AND 99 ORDER BY j.seq DESC LIMIT 1
) open ON true
LEFT JOIN LATERAL (
  SELECT pointsvault.price(j.pool, j.circulating) AS price, j.importing IS NOT NULL AS importing
  FROM pointsvault.journal_data j WHERE j.vault = v.id ORDER BY j.seq DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL (
  -- those of exit_due, but the first of each basis in the order of its index, which a
  -- query of that view would not keep
  SELECT (SELECT count(*) FROM (
            SELECT FROM pointsvault.lot_data l
            WHERE l.vault = v.id AND l.alone
              AND pointsvault.price(l.exit_limit, l.minted) OPERATOR(pointsvault.<=) last.price
            ORDER BY pointsvault.price(l.exit_limit, l.minted) LIMIT 1000
          ) few) AS lots,
         (SELECT count(*) FROM (
            SELECT FROM pointsvault.holding_data h
            WHERE h.vault = v.id AND h.exit_floor IS NOT NULL AND h.exit_floor OPERATOR(pointsvault.<=) last.price
              AND pointsvault.price(h.exit_limit, h.points) OPERATOR(pointsvault.<=) last.price
            ORDER BY h.exit_floor LIMIT 1000
          ) few) AS members
) exits
LEFT JOIN LATERAL (
  SELECT f.job, f.started_at, f.outcome FROM pointsvault.job_data f
  WHERE f.vault = v.id AND f.failed ORDER BY f.id DESC LIMIT 1
) failed ON true
LEFT JOIN LATERAL (
  SELECT d.day, (SELECT j.booked_at FROM pointsvault.journal_data j WHERE j.vault = d.vault AND j.seq = d.seq) AS booked_at
  FROM pointsvault.day_data d WHERE d.vault = v.id ORDER BY d.day DESC LIMIT 1
) closed ON true;
COMMENT ON VIEW pointsvault.health IS
  'a row for each vault: whether anything waits that should be done. Cheap enough to be read every few seconds';
COMMENT ON COLUMN pointsvault.health.due IS 'orders that are due and not booked yet, counted up to 10 000';
COMMENT ON COLUMN pointsvault.health.oldest_due IS
  'when the next of them fell due: of those that were due when they were submitted the first in the queue, of those that were held the earliest';
COMMENT ON COLUMN pointsvault.health.importing IS
  'between begin_import() and end_import(): what is due, and the days that are behind, wait for the end';
COMMENT ON COLUMN pointsvault.health.set_aside IS 'orders that could not be booked (H3), counted up to 10 000; the view queue says why';
COMMENT ON COLUMN pointsvault.health.days_behind IS
  'business days that have ended and are not closed, the first one too; NULL where this server does not know the time zone';
COMMENT ON COLUMN pointsvault.health.first_open_day IS 'the first of them; NULL where there is none';
COMMENT ON COLUMN pointsvault.health.exits_due IS 'exits that the last event left over (G7): lots, or members on that basis; counted up to 1 000';
COMMENT ON COLUMN pointsvault.health.failed_job IS 'the last step of run_jobs() that failed, ever: settle, close, exits, tally or seal';
COMMENT ON COLUMN pointsvault.health.failed_at IS 'when it began';
COMMENT ON COLUMN pointsvault.health.failure IS 'SQLSTATE, token and message it failed with';
COMMENT ON COLUMN pointsvault.health.settler_alive IS 'the queue is settled in the background, as settler_alive() says';
COMMENT ON COLUMN pointsvault.health.last_closed IS 'the last business day that is closed, NULL before the first close';
COMMENT ON COLUMN pointsvault.health.closed_at IS 'when it was closed';
COMMENT ON COLUMN pointsvault.health.close_age IS 'how long ago that was';
