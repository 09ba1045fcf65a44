-- A member's history: statement and holding_at, both by business days too, seq_at, rename_member.

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

-- By business days: a vault whose days are in the past, with dividends, and administration in between, which is of today
SELECT set_config('try.zone', try.noon(), false) \g /dev/null
SELECT pointsvault.create_vault('days', '{"growth": {"pool_rate": 0.2, "referral_mint_rate": 0.1}, "cycle": {"share_price": 100, "weight_pool_rate": 0.3}}',
  timezone => current_setting('try.zone')) AS days \gset
SELECT pointsvault.enroll(:days, 'ann') > 0 AS ann, pointsvault.enroll(:days, 'ben', 'ann') > 0 AS ben;
-- no event yet: nothing is final
SELECT seq > 0 AS some, points, cash, value, closed FROM pointsvault.holding_of_day(:days, 'ann', '-infinity');
CREATE FUNCTION try.day(integer) RETURNS date LANGUAGE sql STABLE AS
  $$ SELECT (now() AT TIME ZONE current_setting('try.zone'))::date - 10 + $1 $$;
CREATE FUNCTION try.at(integer) RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT (try.day($1) + time '12:00') AT TIME ZONE current_setting('try.zone') $$;
-- what all hold as each day is closed
CREATE TABLE try.held (day date, member text, points numeric, cash numeric, quota numeric, shares bigint, value numeric, seq bigint);
CREATE FUNCTION try.hold(vault integer) RETURNS bigint LANGUAGE sql AS $$
  WITH kept AS (
    INSERT INTO try.held
    SELECT s.last_closed, h.member, h.points, h.cash, h.quota, h.shares, h.value, s.last_seq
    FROM pointsvault.holding h JOIN pointsvault.vault_status s USING (vault) WHERE h.vault = $1
    RETURNING 1)
  SELECT count(*) FROM kept
$$;
SELECT points FROM pointsvault.purchase(:days, 'ann', 500, 'd1', at => try.at(1));
SELECT points FROM pointsvault.purchase(:days, 'ben', 300, 'd2', at => try.at(1) - interval '3 hours');
-- of a day that is open: as it stands; of one before the first: nothing, and that is final, though no day is closed yet
SELECT n, (h).points = (SELECT points FROM pointsvault.holding WHERE vault = :days AND member = 'ann') AS as_now, (h).points, (h).seq = 0 AS none, (h).closed
FROM (SELECT n, pointsvault.holding_of_day(:days, 'ann', try.day(n)) AS h FROM generate_series(0, 2) n) x;
SELECT pointsvault.set_member(:days, 'ben', merchant => true);
SELECT pointsvault.close_day(:days) = try.day(1) AS closed, try.hold(:days);
SELECT pointsvault.suspend_member(:days, 'ben', 'mistaken'), pointsvault.resume_member(:days, 'ben');
SELECT points FROM pointsvault.redeem(:days, 'ann', 5, 'd3', at => try.at(2));
-- nobody comes for two days
SELECT pointsvault.close_day(:days) = try.day(2) AS closed, try.hold(:days);
SELECT pointsvault.close_day(:days) = try.day(3) AS closed, try.hold(:days);
SELECT pointsvault.close_day(:days) = try.day(4) AS closed, try.hold(:days);
SELECT amount FROM pointsvault.refund(:days, 'd2', 'd4', 100, at => try.at(5));
SELECT points FROM pointsvault.purchase(:days, 'ben', 200, 'd5', at => try.at(5));
SELECT pointsvault.close_day(:days) = try.day(5) AS closed, try.hold(:days);
-- this one closes the sixth by itself
SELECT points FROM pointsvault.purchase(:days, 'ann', 100, 'd6', at => try.at(6));
SELECT points FROM pointsvault.purchase(:days, 'ann', 100, 'd7', at => try.at(7));
SELECT pointsvault.accrue(:days) > 0 AS posted;

-- holding_of_day is what each held as the day was closed, whatever was posted since
SELECT count(*) AS held, count(*) FILTER (WHERE h.closed AND h.seq = t.seq
  AND (h.points, h.cash, h.quota, h.shares, h.value) = (t.points, t.cash, t.quota, t.shares, t.value)) AS equal,
  count(DISTINCT t.cash) > 3 AS differ
FROM try.held t, pointsvault.holding_of_day(:days, t.member, t.day) h;
-- and what replaying the journal up to the end of the day gives, dividends when they were paid, not when they were posted
CREATE VIEW try.replayed_days AS
SELECT m.vault, m.member, d.day, c.day IS NOT NULL AS closed,
       (SELECT COALESCE(sum(p.amount), 0) FROM pointsvault.posting p
        WHERE p.vault = m.vault AND p.member = m.member AND p.asset = 'points' AND p.day <= d.day) AS points,
       (SELECT COALESCE(sum(p.amount), 0) FROM pointsvault.posting p
        WHERE p.vault = m.vault AND p.member = m.member AND p.asset = 'cash' AND p.day <= d.day AND p.kind <> 'dividend')
       + (SELECT COALESCE(sum(x.paid), 0) FROM pointsvault.dividend_history(m.vault, m.member) x WHERE x.day <= d.day) AS cash
FROM pointsvault.member m CROSS JOIN (SELECT try.day(n) AS day FROM generate_series(0, 10) n) d
LEFT JOIN pointsvault.dividend_day c ON c.vault = m.vault AND c.day = d.day;
SELECT count(*) AS days, count(*) FILTER (WHERE (h.points, h.cash) = (r.points, r.cash)) AS equal, count(*) FILTER (WHERE h.closed) AS closed
FROM try.replayed_days r, pointsvault.holding_of_day(r.vault, r.member, r.day) h WHERE r.vault = :days;
-- no rows of the statement are lost or doubled where it is cut into days; the last of a day has what holding_of_day says
SELECT m.member, count(*) AS rows, count(d.seq) AS found, count(*) FILTER (WHERE s = d.s) AS same
FROM pointsvault.member m CROSS JOIN LATERAL pointsvault.statement(m.vault, m.member) s
FULL JOIN (
  SELECT member, n, x.seq, x AS s
  FROM pointsvault.member, generate_series(0, 10) n, pointsvault.statement_of_days(vault, member, try.day(n), try.day(n)) x
  WHERE vault = :days
) d ON d.member = m.member AND d.seq = s.seq
WHERE m.vault = :days GROUP BY 1 ORDER BY 1;
SELECT count(*) AS days, count(*) FILTER (WHERE (h.points, h.cash, h.quota, h.shares) = (s.points_after, s.cash_after, s.quota_after, s.shares_after)) AS equal
FROM generate_series(1, 10) n, unnest('{ann,ben}'::text[]) m, pointsvault.holding_of_day(:days, m, try.day(n)) h,
LATERAL (SELECT * FROM pointsvault.statement_of_days(:days, m, last_day => try.day(n)) ORDER BY seq DESC LIMIT 1) s;
SELECT day - try.day(0) AS day, kind, ref, points, cash, cash_after FROM pointsvault.statement_of_days(:days, 'ben', try.day(2), try.day(5)) ORDER BY seq;
-- bounds may be missing, or beyond all days; none lie between a day and the one before
SELECT (SELECT count(*) FROM pointsvault.statement_of_days(:days, 'ann')) = (SELECT count(*) FROM pointsvault.statement(:days, 'ann')) AS whole,
       (SELECT count(*) FROM pointsvault.statement_of_days(:days, 'ann', '-infinity', 'infinity')) = (SELECT count(*) FROM pointsvault.statement(:days, 'ann')) AS infinite,
       (SELECT count(*) FROM pointsvault.statement_of_days(:days, 'ann', first_day => try.day(7))) AS since,
       (SELECT count(*) FROM pointsvault.statement_of_days(:days, 'ann', try.day(5), try.day(4))) AS none;
SELECT (i.points, i.cash, i.seq, i.closed) = (n.points, n.cash, n.seq, false) AS so_far
FROM pointsvault.holding_of_day(:days, 'ann', 'infinity') i, pointsvault.holding_at(:days, 'ann', 'infinity') n;
SELECT call, refusal FROM try.refused(:days, $$statement_of_days($1, 'zoe')$$, $$holding_of_day($1, 'zoe', now()::date)$$, $$holding_of_day($1, 'ann', NULL)$$,
  $$statement_of_days(-1, 'ann')$$, $$holding_of_day(-1, 'ann', '2000-01-01')$$);
DROP VIEW try.replayed_days;
DROP FUNCTION try.hold(integer), try.at(integer), try.day(integer);
DROP TABLE try.held;
SELECT bool_and(ok) AS verified FROM pointsvault.verify(:days);

-- the right to be forgotten: the old name is nowhere kept
SELECT pointsvault.rename_member(:vault, 'ben', 'gone-1');
SELECT count(*) AS named FROM pointsvault.journal j WHERE j.vault = :vault AND j::text LIKE '%ben%';
SELECT count(*) AS named FROM pointsvault.journal_data j WHERE j.vault = :vault AND j::text LIKE '%ben%';
SELECT kind, member, note, meta FROM pointsvault.journal WHERE vault = :vault AND kind = 'rename';
SELECT points_after, cash_after FROM pointsvault.statement(:vault, 'gone-1') ORDER BY seq DESC LIMIT 1;
SELECT call, refusal FROM try.refused(:vault, $$rename_member($1, 'ben', 'x')$$, $$rename_member($1, 'gone-1', 'ann')$$,
  $$rename_member($1, 'gone-1', '')$$, $$statement($1, 'ben')$$, $$holding_at($1, 'ben', now())$$,
  $$statement_of_days($1, 'ben')$$, $$holding_of_day($1, 'ben', '2000-01-01')$$);
SELECT bool_and(ok) AS verified FROM pointsvault.verify(:vault);
