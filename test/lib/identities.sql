-- The identities of MODEL §11, as plain SQL over the views.
--
-- check_vault.broken(vault, since) returns a line for each identity that does
-- not hold, and nothing when all do.  What concerns single events is looked at
-- for the journal rows after `since` only, so that a test may check after each
-- of many operations; with since = 0 the whole journal is.

CREATE SCHEMA check_vault;

-- V2, V3, V6 and the order of the journal.
CREATE VIEW check_vault.bad_step AS
SELECT j.vault, j.seq,
       CASE
         WHEN j.circulating_after > 0 AND b.circulating_after > 0
              AND j.pool_after * b.circulating_after < b.pool_after * j.circulating_after
           THEN 'V2: the price fell'
         WHEN j.circulating_after = 0 AND j.pool_after <> 0 THEN 'V3: money without points'
         WHEN j.pool_after > 10000 * j.circulating_after THEN 'V6: a point above 10 000'
         WHEN j.seq > 1 AND b.seq IS NULL THEN 'a gap in seq'
         WHEN j.booked_at < b.booked_at THEN 'booked_at went back'
       END AS broken
FROM pointsvault.journal j
LEFT JOIN pointsvault.journal b ON b.vault = j.vault AND b.seq = j.seq - 1;

-- 6: the postings of an event sum to zero for each asset.
CREATE VIEW check_vault.unbalanced AS
SELECT vault, seq, asset, sum(amount) AS amount
FROM pointsvault.posting GROUP BY vault, seq, asset HAVING sum(amount) <> 0;

-- 2, 5: what circulates is what members and the treasury hold, and redeeming
-- everything at once pays at most the pool.
CREATE VIEW check_vault.bad_total AS
SELECT s.vault,
       CASE
         WHEN s.circulating <> h.points + s.treasury_points THEN '2: circulating'
         WHEN s.issued <> s.circulating + s.burned OR s.burned < 0 THEN '2: issued'
         WHEN s.credits <> h.credits THEN '4: credits'
         WHEN s.treasury_points * s.pool < s.credits * s.circulating THEN '4: credits not covered'
         WHEN s.cash_owed <> h.cash THEN '7: cash owed'
         WHEN h.value > s.pool THEN '5: worth more than the pool'
       END AS broken
FROM pointsvault.vault_status s
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(points), 0) AS points, COALESCE(sum(credits), 0) AS credits,
         COALESCE(sum(cash), 0) AS cash, COALESCE(sum(value), 0) AS value
  FROM pointsvault.holding h WHERE h.vault = s.vault
) h;

-- 3: the points of a member are those of its lots.
CREATE VIEW check_vault.bad_lots AS
SELECT h.vault, h.member, h.points, l.points AS in_lots
FROM pointsvault.holding h
LEFT JOIN (SELECT vault, member, sum(points) AS points FROM pointsvault.lot GROUP BY 1, 2) l
  ON l.vault = h.vault AND l.member = h.member
WHERE h.points <> COALESCE(l.points, 0) OR h.points < 0;

-- G6: the limit of a member is the sum of its lots' shares, rounded up, and its
-- exit floor is not above its exit price.
CREATE VIEW check_vault.bad_limit AS
SELECT h.vault, h.member, h.exit_limit, l.exit_limit AS in_lots, h.exit_floor
FROM pointsvault.holding_data h
LEFT JOIN (
  SELECT vault, member,
         sum(CASE WHEN alone THEN 0 WHEN minted = '0' THEN exit_limit::numeric
                  ELSE ceil(exit_limit::numeric * 10000 * points / minted) / 10000 END) AS exit_limit
  FROM pointsvault.lot_data GROUP BY 1, 2
) l ON l.vault = h.vault AND l.member = h.member
WHERE h.exit_limit::numeric <> COALESCE(l.exit_limit, 0)
   OR (h.points > '0' AND h.exit_limit > '0'
       AND (h.exit_floor IS NULL OR h.exit_floor > pointsvault.price(h.exit_limit, h.points)));

-- G7: nothing that may exit lies below the price the vault waits for.
CREATE VIEW check_vault.bad_next_exit AS
SELECT j.vault, j.next_exit, c.price
FROM (SELECT DISTINCT ON (vault) vault, next_exit FROM pointsvault.journal_data ORDER BY vault, seq DESC) j
JOIN (
  SELECT vault, exit_floor AS price FROM pointsvault.holding_data
  UNION ALL
  SELECT vault, pointsvault.price(exit_limit, minted) FROM pointsvault.lot_data WHERE alone
) c ON c.vault = j.vault AND c.price IS NOT NULL
WHERE j.next_exit IS NULL OR c.price < (j.next_exit / 1e8)::pointsvault.price;

-- 7: every balance is the sum of its postings.
CREATE VIEW check_vault.balance AS
SELECT vault, 'member' AS account, member, asset, amount
FROM pointsvault.holding CROSS JOIN LATERAL (VALUES
  ('points', points), ('credits', credits), ('cash', cash), ('reward', reward),
  ('quota', quota), ('shares', shares::numeric)) line (asset, amount)
UNION ALL
SELECT vault, account, NULL, asset, amount
FROM pointsvault.vault_status CROSS JOIN LATERAL (VALUES
  ('pool', 'cash', pool), ('reserve', 'cash', reserve), ('platform', 'cash', platform),
  ('dividends', 'cash', carried), ('treasury', 'points', treasury_points)) line (account, asset, amount);

-- The sums of postings, kept by broken() so that each is added once.
CREATE TABLE check_vault.posted (
  vault integer, account text, member text, asset text, amount numeric
);
CREATE UNIQUE INDEX ON check_vault.posted (vault, account, COALESCE(member, ''), asset);

CREATE FUNCTION check_vault.broken(vault_id integer, since bigint DEFAULT 0) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
  IF since = 0 THEN
    DELETE FROM check_vault.posted p WHERE p.vault = vault_id;
  END IF;
  INSERT INTO check_vault.posted AS p
  SELECT vault, account, member, asset, sum(amount) FROM pointsvault.posting
  WHERE vault = vault_id AND seq > since AND account <> 'outside'
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (vault, account, (COALESCE(member, '')), asset)
  DO UPDATE SET amount = p.amount + excluded.amount;

  RETURN QUERY
  SELECT format('%s at seq %s', s.broken, s.seq) FROM check_vault.bad_step s
  WHERE s.vault = vault_id AND s.seq > since AND s.broken IS NOT NULL
  UNION ALL
  SELECT format('6: %s of seq %s sums to %s', u.asset, u.seq, u.amount) FROM check_vault.unbalanced u
  WHERE u.vault = vault_id AND u.seq > since
  UNION ALL
  SELECT t.broken FROM check_vault.bad_total t WHERE t.vault = vault_id AND t.broken IS NOT NULL
  UNION ALL
  SELECT format('3: %s holds %s, its lots %s', l.member, l.points, l.in_lots) FROM check_vault.bad_lots l
  WHERE l.vault = vault_id
  UNION ALL
  SELECT format('G6: limit %s, of lots %s, floor %s', m.exit_limit, m.in_lots, m.exit_floor)
  FROM check_vault.bad_limit m WHERE m.vault = vault_id
  UNION ALL
  SELECT format('G7: %s below next_exit %s', e.price, e.next_exit)
  FROM check_vault.bad_next_exit e WHERE e.vault = vault_id
  UNION ALL
  SELECT format('7: %s %s of %s is %s, posted %s', b.account, b.asset, b.member, b.amount, p.amount)
  FROM (SELECT * FROM check_vault.balance WHERE vault = vault_id) b
  FULL JOIN (SELECT * FROM check_vault.posted WHERE vault = vault_id) p
    ON p.account = b.account AND p.asset = b.asset AND p.member IS NOT DISTINCT FROM b.member
  WHERE COALESCE(b.amount, 0) <> COALESCE(p.amount, 0);
END $$;
