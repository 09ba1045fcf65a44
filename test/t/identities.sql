-- The identities of MODEL §11, recomputed from the views: one row for each that
-- does not hold, none when all do.  It only reads, in one statement: run it on a
-- standby, in a restored database, beside a load, after every step of a test.
-- Where no view shows it (exit floors) it looks into the tables.

WITH step AS MATERIALIZED (
  SELECT vault, seq, kind, ref, booked_at, policy_version, amount, cash, contribution,
         pool_after AS pool, circulating_after AS circulating,
         reserve_after AS reserve, platform_after AS platform,
         lag(seq) OVER w AS seq_before, lag(booked_at) OVER w AS booked_before,
         lag(pool_after) OVER w AS pool_before, lag(circulating_after) OVER w AS circulating_before,
         lag(reserve_after) OVER w AS reserve_before
  FROM pointsvault.journal
  WINDOW w AS (PARTITION BY vault ORDER BY seq)
),
line AS MATERIALIZED (SELECT * FROM pointsvault.posting),
status AS MATERIALIZED (SELECT * FROM pointsvault.vault_status),
held AS MATERIALIZED (SELECT * FROM pointsvault.holding),
holder AS (
  SELECT vault, sum(points) AS points, sum(credits) AS credits, sum(cash) AS cash, sum(value) AS value
  FROM held GROUP BY vault
),
-- every balance there is, and the sum of its postings
balance AS (
  SELECT vault, 'member' AS account, member, asset, amount
  FROM held CROSS JOIN LATERAL (VALUES
    ('points', points), ('credits', credits), ('cash', cash - accrued), ('reward', reward),
    ('quota', quota + accrued), ('shares', shares::numeric)) b (asset, amount)
  UNION ALL
  -- dividends not posted to each yet are with members as a whole
  SELECT vault, 'member', NULL, asset, amount
  FROM (SELECT vault, sum(accrued) AS accrued FROM held GROUP BY vault) h
  CROSS JOIN LATERAL (VALUES ('cash', accrued), ('quota', -accrued)) b (asset, amount)
  UNION ALL
  SELECT vault, account, NULL, asset, amount
  FROM status CROSS JOIN LATERAL (VALUES
    ('pool', 'cash', pool), ('reserve', 'cash', reserve), ('platform', 'cash', platform),
    ('dividends', 'cash', carried), ('treasury', 'points', treasury_points)) b (account, asset, amount)
  UNION ALL
  -- what is outside is the counterpart of all the rest
  SELECT vault, 'outside', NULL, asset, amount
  FROM status CROSS JOIN LATERAL (VALUES
    ('points', -circulating), ('credits', -credits)) b (asset, amount)
),
posted AS (
  SELECT vault, account, member, asset, sum(amount) AS amount
  FROM line WHERE account <> 'outside' OR asset IN ('points', 'credits') GROUP BY 1, 2, 3, 4
),
-- points that came from outside were minted, points that went there burned
made AS (
  SELECT vault, -COALESCE(sum(amount) FILTER (WHERE amount < 0), 0) AS issued,
         COALESCE(sum(amount) FILTER (WHERE amount > 0), 0) AS burned
  FROM line WHERE account = 'outside' AND asset = 'points' GROUP BY vault
),
in_lots AS (
  SELECT vault, member, sum(points) AS points FROM pointsvault.lot GROUP BY vault, member
),
-- G6: what the lots count toward the member's limit, in 1/10 000, each rounded up
in_limits AS (
  SELECT vault, member,
         sum(CASE WHEN alone THEN 0 WHEN minted::numeric = 0 THEN exit_limit::numeric * 10000
             ELSE ceil(exit_limit::numeric * 10000 * points::numeric / minted::numeric) END) / 10000 AS exit_limit
  FROM pointsvault.lot_data GROUP BY vault, member
)

SELECT vault, 'journal: seq has no gaps' AS broken, format('%s after %s', seq, seq_before) AS detail
FROM step WHERE seq <> COALESCE(seq_before, 0) + 1
UNION ALL
SELECT vault, 'journal: booked_at never goes back', format('seq %s: %s after %s', seq, booked_at, booked_before)
FROM step WHERE booked_at < booked_before
UNION ALL
SELECT vault, 'V4: a ref is booked once', format('%s: %s times', ref, count(*))
FROM step WHERE ref IS NOT NULL GROUP BY vault, ref HAVING count(*) > 1
UNION ALL
SELECT s.vault, 'journal: the policy it was booked under is there', format('seq %s: version %s', s.seq, s.policy_version)
FROM step s LEFT JOIN pointsvault.policy p ON p.vault = s.vault AND p.version = s.policy_version
WHERE p.version IS NULL
UNION ALL
SELECT vault, 'V2: the price never falls',
       format('seq %s: %s/%s after %s/%s', seq, pool, circulating, pool_before, circulating_before)
FROM step
WHERE circulating > 0 AND circulating_before > 0 AND pool * circulating_before < pool_before * circulating
UNION ALL
SELECT vault, 'V3: no pool without points', format('seq %s: pool %s', seq, pool)
FROM step WHERE circulating = 0 AND pool <> 0
UNION ALL
SELECT vault, 'V6: a point is worth at most 10 000', format('seq %s: %s/%s', seq, pool, circulating)
FROM step WHERE pool > 10000 * circulating
UNION ALL
-- V3 and V6 move money from the pool to the reserve, within the event
SELECT vault, 'an event brings pool and reserve what it says', format('seq %s: %s, pool %s after %s, reserve %s after %s',
       seq, kind, pool, pool_before, reserve, reserve_before)
FROM step
WHERE pool + reserve - pool_before - reserve_before <> CASE
        WHEN kind = 'purchase' THEN contribution
        WHEN kind IN ('redeem', 'exit') THEN -cash
        WHEN kind = 'inject' THEN amount
        WHEN kind IN ('create', 'policy', 'suspend', 'resume', 'rename', 'withdraw', 'withdraw_return',
                      'close', 'dividend') THEN 0 END
   OR reserve < reserve_before
UNION ALL
SELECT vault, 'nothing below 0',
       format('seq %s: pool %s, circulating %s, reserve %s, platform %s', seq, pool, circulating, reserve, platform)
FROM step WHERE least(pool, circulating, reserve, platform) < 0
UNION ALL
SELECT vault, 'nothing below 0', format('%s has points %s, credits %s, quota %s', member, points, credits, quota)
FROM held WHERE least(points, credits, quota, reward, shares) < 0
UNION ALL
SELECT s.vault, 'the status is the last journal row',
       format('seq %s, pool %s, circulating %s', s.last_seq, s.pool, s.circulating)
FROM status s LEFT JOIN step j ON j.vault = s.vault AND j.seq = s.last_seq
WHERE (j.pool, j.circulating, j.reserve, j.platform)
      IS DISTINCT FROM (s.pool, s.circulating, s.reserve, s.platform)
   OR EXISTS (SELECT FROM step l WHERE l.vault = s.vault AND l.seq > s.last_seq)
UNION ALL
SELECT id, 'a vault has a journal', name
FROM pointsvault.vault WHERE NOT EXISTS (SELECT FROM status s WHERE s.vault = vault.id)
UNION ALL
SELECT COALESCE(m.vault, h.vault), 'a member has one holding', format('%s', COALESCE(m.id, h.member))
FROM pointsvault.member_data m FULL JOIN pointsvault.holding_data h ON h.vault = m.vault AND h.member = m.id
WHERE m.id IS NULL OR h.member IS NULL
UNION ALL
SELECT s.vault, '2: circulating = points of members + treasury',
       format('%s, members %s, treasury %s', s.circulating, h.points, s.treasury_points)
FROM status s LEFT JOIN holder h ON h.vault = s.vault
WHERE s.circulating <> COALESCE(h.points, 0) + s.treasury_points
UNION ALL
SELECT s.vault, '2: issued = circulating + burned',
       format('issued %s, minted %s; burned %s, went %s', s.issued, m.issued, s.burned, m.burned)
FROM status s LEFT JOIN made m ON m.vault = s.vault
WHERE s.issued <> s.circulating + s.burned
   OR s.issued <> COALESCE(m.issued, 0) OR s.burned <> COALESCE(m.burned, 0)
UNION ALL
SELECT h.vault, '3: points of a member = sum of its lots', format('%s has %s, lots %s', h.member, h.points, l.points)
FROM held h LEFT JOIN in_lots l ON l.vault = h.vault AND l.member = h.member
WHERE h.points <> COALESCE(l.points, 0)
UNION ALL
SELECT vault, '3: a lot has some of what was minted left', format('%s seq %s: %s of %s', member, seq, points, points_at_mint)
FROM pointsvault.lot WHERE points > points_at_mint OR points <= 0 AND points_at_mint > 0
UNION ALL
SELECT l.vault, '3: a lot has its member', format('member %s seq %s', l.member, l.seq)
FROM pointsvault.lot_data l
WHERE NOT EXISTS (SELECT FROM pointsvault.lot v WHERE v.vault = l.vault AND v.seq = l.seq)
UNION ALL
SELECT s.vault, '4: credits are those of the members, and covered',
       format('%s, members %s, treasury %s', s.credits, h.credits, s.treasury_points)
FROM status s LEFT JOIN holder h ON h.vault = s.vault
WHERE s.credits <> COALESCE(h.credits, 0) OR s.treasury_points * s.pool < s.credits * s.circulating
UNION ALL
SELECT vault, '5: redeeming everything pays at most the pool', format('%s of %s', sum(worth), pool)
FROM (SELECT h.vault, s.pool, trunc(h.points * s.pool / s.circulating, 4) AS worth
      FROM held h JOIN status s ON s.vault = h.vault WHERE s.circulating > 0) w
GROUP BY vault, pool HAVING sum(worth) > pool
UNION ALL
SELECT h.vault, '5: a holding shows what its points are worth, rounded down',
       format('%s: %s of %s points', h.member, h.value, h.points)
FROM held h JOIN status s ON s.vault = h.vault
WHERE h.value * s.circulating > h.points * s.pool
   OR s.circulating > 0 AND (h.value + 0.0001) * s.circulating <= h.points * s.pool
UNION ALL
SELECT vault, '6: postings of an event sum to zero', format('seq %s: %s %s', seq, sum(amount), asset)
FROM line GROUP BY vault, seq, asset HAVING sum(amount) <> 0
UNION ALL
SELECT vault, '6: a posting to a member names it', format('seq %s: %s %s', seq, amount, asset)
FROM line WHERE (account = 'member') <> (member IS NOT NULL) AND days IS NULL
UNION ALL
SELECT vault, '8: paid + unallocated = pool, and why', format('%s: pool %s, paid %s', day, pool, paid)
FROM pointsvault.dividend_day
WHERE paid + unallocated <> pool OR no_taker + inactive + over_quota + rounding <> unallocated
   OR least(paid, no_taker, inactive, over_quota, rounding) < 0
UNION ALL
SELECT COALESCE(b.vault, p.vault), '7: a balance = sum of its postings',
       format('%s %s %s: %s, posted %s', COALESCE(b.account, p.account), COALESCE(b.member, p.member),
              COALESCE(b.asset, p.asset), b.amount, p.amount)
FROM balance b
FULL JOIN posted p ON p.vault = b.vault AND p.account = b.account AND p.asset = b.asset
  AND COALESCE(p.member, '') = COALESCE(b.member, '')
WHERE COALESCE(b.amount, 0) <> COALESCE(p.amount, 0)
UNION ALL
SELECT s.vault, '7: cash owed = cash of the members', format('%s, members %s', s.cash_owed, h.cash)
FROM status s LEFT JOIN holder h ON h.vault = s.vault WHERE s.cash_owed <> COALESCE(h.cash, 0)
UNION ALL
SELECT h.vault, 'G6: exit limit of a member = sum over its lots',
       format('member %s: %s, lots %s', h.member, h.exit_limit, l.exit_limit)
FROM pointsvault.holding_data h LEFT JOIN in_limits l ON l.vault = h.vault AND l.member = h.member
WHERE h.exit_limit::numeric <> COALESCE(l.exit_limit, 0)
UNION ALL
-- found by the index on the floor, so a floor above the exit price would lose an exit
SELECT vault, 'G7: exit floor <= exit price',
       format('member %s: floor %s, limit %s for %s points', member, exit_floor, exit_limit, points)
FROM pointsvault.holding_data
WHERE exit_limit::numeric > 0 AND points::numeric > 0
  AND (exit_floor IS NULL OR exit_floor OPERATOR(pointsvault.>) pointsvault.price(exit_limit, points))
UNION ALL
-- no exit is looked for below next_exit, in 1e-8 currency a point, of the last journal row
SELECT c.vault, 'G7: next exit <= every exit price', format('%s: at %s / %s, next %s', c.what, c.exit_limit, c.points, j.next_exit)
FROM (
  SELECT vault, format('member %s', member) AS what, exit_limit::numeric, points::numeric FROM pointsvault.holding_data
  WHERE exit_limit::numeric > 0 AND points::numeric > 0
  UNION ALL
  SELECT vault, format('lot %s', seq), exit_limit::numeric, minted::numeric FROM pointsvault.lot_data WHERE alone
) c CROSS JOIN LATERAL (
  SELECT next_exit FROM pointsvault.journal_data d WHERE d.vault = c.vault ORDER BY seq DESC LIMIT 1
) j
WHERE j.next_exit IS NULL OR j.next_exit * c.points > c.exit_limit * 100000000
ORDER BY 1, 2, 3;
