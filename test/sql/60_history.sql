-- A member's history: statement, holding_at, seq_at, rename_member.

SELECT pointsvault.create_vault('history', '{"growth": {"referral_mint_rate": 0.1, "exit_multiple": 1, "exit_basis": "member"}}', timezone => try.noon()) AS vault \gset
SELECT pointsvault.enroll(:vault, 'ann') > 0 AS ann, pointsvault.enroll(:vault, 'ben', 'ann') > 0 AS ben;

-- each in a transaction of its own, so that the times of booking differ
SELECT points FROM pointsvault.purchase(:vault, 'ann', 100, 'p1');
SELECT points FROM pointsvault.purchase(:vault, 'ben', 100, 'p2');
SELECT points, cash FROM pointsvault.redeem(:vault, 'ben', 1, 's1');
SELECT amount FROM pointsvault.withdraw(:vault, 'ben', 0.5, 'w1');
SELECT amount FROM pointsvault.withdraw_return(:vault, 'w1', 'b1');
SELECT amount FROM pointsvault.inject(:vault, 400, 'i1');  -- both exit

SELECT seq, kind, ref, points, cash, points_after, cash_after FROM pointsvault.statement(:vault, 'ann');
SELECT seq, kind, ref, points, cash, points_after, cash_after FROM pointsvault.statement(:vault, 'ben');

-- since and until cut, the balances go on
SELECT booked_at AS t FROM pointsvault.journal WHERE vault = :vault AND ref = 's1' \gset
SELECT seq, kind, points_after, cash_after FROM pointsvault.statement(:vault, 'ben', since => :'t');
SELECT seq, kind, points_after, cash_after FROM pointsvault.statement(:vault, 'ben', until => :'t');

-- holding_at is what replaying the journal up to then gives, at every moment there is
CREATE VIEW try.replayed AS
SELECT j.vault, j.booked_at, m.member,
       COALESCE(sum(p.amount) FILTER (WHERE p.asset = 'points'), 0) AS points,
       COALESCE(sum(p.amount) FILTER (WHERE p.asset = 'cash'), 0) AS cash
FROM (SELECT DISTINCT vault, booked_at FROM pointsvault.journal) j
JOIN pointsvault.member m ON m.vault = j.vault
LEFT JOIN pointsvault.journal e ON e.vault = j.vault AND e.booked_at <= j.booked_at
LEFT JOIN pointsvault.posting p ON p.vault = j.vault AND p.seq = e.seq AND p.member = m.member
GROUP BY 1, 2, 3;
SELECT count(*) AS moments, count(*) FILTER (WHERE (h.points, h.cash) = (r.points, r.cash)) AS equal
FROM try.replayed r, pointsvault.holding_at(r.vault, r.member, r.booked_at) h
WHERE r.vault = :vault;
DROP VIEW try.replayed;

-- before all events, and after them
SELECT seq, points, cash, value FROM pointsvault.holding_at(:vault, 'ann', '2000-01-01');
SELECT (a.points, a.cash, a.value) = (h.points, h.cash, h.value) AS same
FROM pointsvault.holding_at(:vault, 'ben', 'infinity') a, pointsvault.holding h WHERE h.vault = :vault AND h.member = 'ben';
SELECT pointsvault.seq_at(:vault, '-infinity') AS before, pointsvault.seq_at(:vault, 'infinity') - s.last_seq AS after
FROM pointsvault.vault_status s WHERE s.vault = :vault;

-- the right to be forgotten: the old name is nowhere kept
SELECT pointsvault.rename_member(:vault, 'ben', 'gone-1');
SELECT count(*) AS named FROM pointsvault.journal j WHERE j.vault = :vault AND j::text LIKE '%ben%';
SELECT count(*) AS named FROM pointsvault.journal_data j WHERE j.vault = :vault AND j::text LIKE '%ben%';
SELECT kind, member, note, meta FROM pointsvault.journal WHERE vault = :vault AND kind = 'rename';
SELECT points_after, cash_after FROM pointsvault.statement(:vault, 'gone-1') ORDER BY seq DESC LIMIT 1;
SELECT call, refusal FROM try.refused(:vault, $$rename_member($1, 'ben', 'x')$$, $$rename_member($1, 'gone-1', 'ann')$$,
  $$rename_member($1, 'gone-1', '')$$, $$statement($1, 'ben')$$, $$holding_at($1, 'ben', now())$$);
SELECT bool_and(ok) AS verified FROM pointsvault.verify(:vault);
