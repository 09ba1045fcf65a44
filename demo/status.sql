-- The vault after the orders: its state, the largest holdings, exits.

\pset footer off
\pset tuples_only on
SELECT line.label, lpad(line.value, 14) AS value, line.meaning
FROM pointsvault.vault_status s
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE kind = 'purchase') AS purchases,
         count(DISTINCT member) FILTER (WHERE kind = 'purchase') AS buyers,
         COALESCE(sum(amount) FILTER (WHERE kind = 'purchase'), 0) AS sales,
         count(*) FILTER (WHERE kind = 'exit') AS exits,
         COALESCE(sum(cash) FILTER (WHERE kind = 'exit'), 0) AS exit_cash
  FROM pointsvault.journal j
  WHERE j.vault = s.vault
) j
CROSS JOIN LATERAL (VALUES
  ('purchases', j.purchases::text, format('of %s members, %s %s in all', j.buyers, round(j.sales, 2), s.currency)),
  ('pool', round(s.pool, 4)::text, s.currency || ' that back the points'),
  ('circulating', round(s.circulating, 4)::text, 'points that members hold'),
  ('issued', round(s.issued, 4)::text, 'points ever minted'),
  ('burned', round(s.burned, 4)::text, 'points sold back or gone by an exit'),
  ('price', round(s.price, 4)::text, s.currency || ' a point = pool / circulating'),
  ('exits', j.exits::text, 'holdings sold on reaching twice what their member spent'),
  ('cash from exits', round(j.exit_cash, 4)::text, s.currency || ' credited for them'),
  ('cash owed', round(s.cash_owed, 4)::text, s.currency || ' of members, not yet paid out'),
  ('reserve', round(s.reserve, 4)::text, s.currency || ' that nobody''s points back'),
  ('policy version', s.policy_version::text, 'the preset "growth"'),
  ('journal rows', s.last_seq::text, 'append-only, without gaps')
) line (label, value, meaning)
WHERE s.vault = :vault;
\pset tuples_only off

\echo 'The ten largest holdings:'
\echo
SELECT member, round(points, 4) AS points, round(value, 2) AS value, round(cash, 2) AS cash
FROM pointsvault.holding
WHERE vault = :vault
ORDER BY points DESC, member
LIMIT 10;
