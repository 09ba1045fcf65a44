-- What one operator may book on one day: section limits of the policy.

SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;

-- What the policy may say -------------------------------------------------------------------------

SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"limits": {}}'), ('{"limits": null}'), ('{"limits": {"inject": null, "grant_points": null}}'), ('{"limits": {"inject": 0, "grant_points": "922337203685477.5807"}}'),
  ('{"limits": []}'), ('{"limits": {"inject": -1}}'), ('{"limits": {"inject": 0.00001}}'), ('{"limits": {"grant_points": 922337203685477.5808}}'),
  ('{"limits": {"inject": "much"}}'), ('{"limits": {"purchase": 1}}')
) v (document);

CREATE ROLE regress_pv_fin;
CREATE ROLE regress_pv_boss;
GRANT USAGE ON SCHEMA try TO regress_pv_fin, regress_pv_boss;

SELECT pointsvault.create_vault('operators', '{"growth": {}, "limits": {"inject": 100, "grant_points": 10}}') AS v \gset
SELECT pointsvault.create_vault('no operators', '{"growth": {}}') AS w \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben}') AS enrolled, pointsvault.enroll_many(:w, '{ann,ben}') AS elsewhere;
SELECT points FROM pointsvault.purchase(:v, 'ann', 1000, 'p1', at => '2024-03-01 10:00+08');
SELECT points FROM pointsvault.purchase(:w, 'ann', 1000, 'p1', at => '2024-03-01 10:00+08');
SELECT pointsvault.grant_access(role, 'treasurer', v) FROM unnest('{regress_pv_fin,regress_pv_boss}'::name[]) role, unnest(ARRAY[:v, :w]) v;

-- how an event of an operator on a day is refused, as the operator calls it
CREATE FUNCTION try.beyond(v integer, call text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE sql AS $$
  SELECT state, message, replace(detail, session_user, 'SESSION'), hint FROM try.attempt('SELECT pointsvault.' || call, v)
$$;

-- Injected money: to the last unit, and no further -----------------------------------------------

SET ROLE regress_pv_fin;
SELECT amount FROM pointsvault.inject(:v, 60, 'i1', at => '2024-03-01 11:00+08');
SELECT * FROM try.beyond(:v, $$inject($1, 40.0001, 'i2', at => '2024-03-01 12:00+08')$$);
SELECT amount FROM pointsvault.inject(:v, 40, 'i2', at => '2024-03-01 12:00+08');
SELECT * FROM try.beyond(:v, $$inject($1, 0.0001, 'i3', at => '2024-03-01 12:00+08')$$);
-- a quote tells all the same
SELECT amount FROM pointsvault.quote_inject(:v, 5000);
-- what was booked is replayed
SELECT amount, replayed FROM pointsvault.inject(:v, 60, 'i1');
-- nor does it count in another vault, or for other kinds
SELECT amount FROM pointsvault.inject(:w, 5000, 'i1', at => '2024-03-01 11:00+08');
SELECT amount FROM pointsvault.grant_points(:v, 'ann', 5, 'g1', 'thanks', at => '2024-03-01 12:00+08');

-- another operator has a limit of its own, and so has the login itself
RESET ROLE;
SET ROLE regress_pv_boss;
SELECT amount FROM pointsvault.inject(:v, 100, 'i3', at => '2024-03-01 13:00+08');
SELECT * FROM try.beyond(:v, $$inject($1, 1, 'i4', at => '2024-03-01 13:00+08')$$);
RESET ROLE;
SELECT amount FROM pointsvault.inject(:v, 100, 'i4', at => '2024-03-01 13:00+08');

-- Granted points: by what is paid for them -----------------------------------------------------------

SET ROLE regress_pv_fin;
SELECT points, amount AS cost FROM pointsvault.quote_grant_points(:v, 0.16794);
SELECT * FROM try.beyond(:v, $$grant_points($1, 'ben', 0.16794, 'g2', 'thanks', at => '2024-03-01 14:00+08')$$);
SELECT points, amount FROM pointsvault.grant_points(:v, 'ben', 0.16793, 'g2', 'thanks', at => '2024-03-01 14:00+08');
SELECT * FROM try.beyond(:v, $$grant_points($1, 'ben', 0.00000001, 'g3', 'thanks', at => '2024-03-01 14:00+08')$$);
RESET ROLE;

-- Days (V7) ---------------------------------------------------------------------------------------

SET ROLE regress_pv_fin;
SELECT amount FROM pointsvault.inject(:v, 100, 'i5', at => '2024-03-02 00:00+08');
SELECT * FROM try.beyond(:v, $$inject($1, 1, 'i6', at => '2024-03-02 23:59:59+08')$$);
SELECT amount FROM pointsvault.inject(:v, 1, 'i6', at => '2024-03-03 00:00+08');
-- what is rolled back does not count, what the same transaction booked does
BEGIN;
SAVEPOINT s;
SELECT a.amount, b.amount FROM pointsvault.inject(:v, 90, 'i7', at => '2024-03-03 10:00+08') a, pointsvault.inject(:v, 9, 'i8', at => '2024-03-03 10:00+08') b;
ROLLBACK TO s;
RESET ROLE;
-- (in the place of what was rolled back)
SELECT a.points > 0 AS a, b.points > 0 AS b FROM pointsvault.purchase(:v, 'ann', 1, 'p3', at => '2024-03-03 10:00+08') a, pointsvault.purchase(:v, 'ann', 1, 'p4', at => '2024-03-03 10:00+08') b;
SET ROLE regress_pv_fin;
SELECT amount FROM pointsvault.inject(:v, 98, 'i7', at => '2024-03-03 10:00+08');
SELECT * FROM try.beyond(:v, $$inject($1, 2, 'i8', at => '2024-03-03 10:00+08')$$);
SELECT amount FROM pointsvault.inject(:v, 1, 'i8', at => '2024-03-03 10:00+08');
COMMIT;
RESET ROLE;

-- The policy in force -------------------------------------------------------------------------------

SELECT pointsvault.create_vault('today', '{"growth": {}}', timezone => try.noon()) AS t \gset
SELECT pointsvault.enroll(:t, 'ann') IS NOT NULL AS enrolled, pointsvault.grant_access('regress_pv_fin', 'treasurer', :t);
SELECT points FROM pointsvault.purchase(:t, 'ann', 1000, 'p1');
SET ROLE regress_pv_fin;
SELECT amount FROM pointsvault.inject(:t, 3, 'i1');
RESET ROLE;
CREATE FUNCTION try.under(v integer, limits jsonb, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  refusal text;
BEGIN
  PERFORM pointsvault.set_policy(v, jsonb_build_object('limits', limits));
  PERFORM set_config('role', 'regress_pv_fin', true);
  SELECT COALESCE(message, 'not refused') INTO refusal FROM try.attempt('SELECT pointsvault.' || call, v);
  PERFORM set_config('role', 'none', true);
  RETURN refusal;
END $$;
-- what was booked before a limit was set counts; null is no limit, and so is a section left out; 0 is nothing at all
SELECT limits, call, try.under(:t, limits, call) AS refusal FROM (VALUES
  ('{"inject": 8}'::jsonb, 'inject($1, 5, ''x'')'), ('{"inject": 8}', 'inject($1, 5.0001, ''x'')'), ('{"inject": 2}', 'inject($1, 0.0001, ''x'')'),
  ('{"inject": 0}', 'inject($1, 0.0001, ''x'')'), ('{"inject": 0}', 'grant_points($1, ''ann'', 5000, ''x'', ''thanks'')'),
  ('{"inject": null}', 'inject($1, 5000, ''x'')'), ('{"grant_points": 0}', 'grant_points($1, ''ann'', 0.00000001, ''x'', ''thanks'')'),
  ('{"inject": 922337203685477.5807}', 'inject($1, 5000, ''x'')'), ('null', 'grant_points($1, ''ann'', 5000, ''x'', ''thanks'')')) c (limits, call);

-- adjustments: up and down added up, points by the money they moved
SELECT pointsvault.set_policy(:t, '{"limits": {"inject": null, "adjust": 100}}') IS NOT NULL AS set;
SET ROLE regress_pv_fin;
SELECT amount FROM pointsvault.adjust(:t, 'ann', 'cash', 60, 'a1', 'slip');
SELECT amount FROM pointsvault.adjust(:t, 'ann', 'cash', -30, 'a2', 'slip');
SELECT state, message FROM try.beyond(:t, $$adjust($1, 'ann', 'quota', 10.0001, 'a3', 'slip')$$);
SELECT state, message FROM try.beyond(:t, $$adjust($1, 'ann', 'points', 8, 'a3', 'slip')$$);
SELECT amount FROM pointsvault.adjust(:t, 'ann', 'points', -6, 'a3', 'slip');
SELECT state, message FROM try.beyond(:t, $$adjust($1, 'ann', 'points', -1, 'a4', 'slip')$$);
RESET ROLE;

-- shares by their number
SELECT pointsvault.set_policy(:t, '{"stock": {"total": 1000}, "limits": {"adjust": null, "allot": 100}}') IS NOT NULL AS set;
SET ROLE regress_pv_fin;
SELECT item FROM pointsvault.allot(:t, 'ann', 60, 's1', '2024-03-01');
SELECT state, message FROM try.beyond(:t, $$allot($1, 'ann', 41, 's2', '2024-03-01')$$);
SELECT item FROM pointsvault.allot(:t, 'ann', 40, 's2', '2024-03-01');
SELECT state, message FROM try.beyond(:t, $$allot($1, 'ann', 1, 's3', '2024-03-01')$$);
SELECT item, replayed FROM pointsvault.allot(:t, 'ann', 60, 's1', '2024-03-01');
RESET ROLE;

-- members and shops have none
SELECT pointsvault.set_policy(:v, '{"limits": {"inject": 0, "grant_points": 0}}') IS NOT NULL AS set;
SELECT points > 0 AS bought FROM pointsvault.purchase(:v, 'ben', 5000, 'p2');
SELECT cash > 0 AS redeemed FROM pointsvault.redeem(:v, 'ann', 1, 'r1');

-- What is refused leaves nothing, and what was booked before a limit is in order -------------------------

SELECT try.fingerprint() AS before \gset
SET ROLE regress_pv_fin;
\set VERBOSITY sqlstate
SELECT pointsvault.inject(:v, 1, 'x');
SELECT pointsvault.grant_points(:v, 'ann', 1, 'x', 'thanks');
\set VERBOSITY default
RESET ROLE;
SELECT try.fingerprint() = :'before' AS unchanged;
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;

DROP OWNED BY regress_pv_fin, regress_pv_boss;
DROP ROLE regress_pv_fin, regress_pv_boss;
