-- A history is brought into a vault: begin_import, open_balances, end_import.

SET timezone = 'UTC';
SET datestyle = 'ISO';
\set held 'member, points, credits, cash, quota, shares'

-- Between begin and end events name their moment, and nothing else happens ----------------------

SELECT pointsvault.create_vault('import', '{"growth": {"issue_cap": 100, "exit_multiple": 2, "exit_basis": "member"}, "cycle": {"share_price": 100}}', timezone => 'UTC') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,ben,cid}') AS enrolled;
SELECT * FROM try.refused(:v, 'end_import($1)', $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-05}')$$);
SELECT pointsvault.begin_import(:v);
SELECT importing FROM pointsvault.vault_status WHERE vault = :v;
SELECT importing FROM pointsvault.health WHERE vault = :v;
SELECT * FROM try.refused(:v, 'begin_import($1)', $$purchase($1, 'ann', 100, 'o')$$, $$purchase_many($1, '{ann}', '{100}', '{o}')$$,
  $$inject($1, 1, 'i')$$, 'process_exits($1)', $$begin_import(NULL)$$, $$end_import(-1)$$);
SELECT * FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 100, 'o')$$, :v);
-- submitted orders wait
SELECT pointsvault.submit(:v, 'ann', 100, 'waiting', at => '2026-01-06 10:00+00') IS NOT NULL AS submitted;
SET client_min_messages = warning;
SELECT pointsvault.settle(:v) AS settled;
SELECT * FROM pointsvault.job_step(:v, 'settle', now());
RESET client_min_messages;
SELECT pointsvault.cancel(:v, 'waiting');

-- Opening balances: in the order of their days, a lot each ------------------------------------------

SELECT pointsvault.open_balances(:v, '{ben,ann,ann,cid,cid}', '{30,20.5,NULL,NULL,0}', '{NULL,5,-7.25,NULL,0}', '{NULL,12.5,NULL,NULL,NULL}',
  '{100,NULL,NULL,40,NULL}', '{3,NULL,NULL,NULL,NULL}', '{2026-01-07,2026-01-05,2026-01-05,2026-01-06,2026-01-05}', refs => '{ben,ann-1,ann-2,NULL,cid}') AS opened;
SELECT seq, kind, ref, member, at, day, amount, points FROM pointsvault.journal WHERE vault = :v AND kind = 'open' ORDER BY seq;
SELECT seq, account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND kind = 'open' ORDER BY 1, 2, 3, 4;
SELECT :held, exit_price FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT member, points, points_at_mint, exit_limit FROM pointsvault.lot WHERE vault = :v ORDER BY 1;
-- paid into the pool at the start price, outside the cap; the platform pays nothing
SELECT pool, circulating, issued, uncapped, price, treasury_points, credits, cash_owed, platform FROM pointsvault.vault_status WHERE vault = :v;
-- the days between are closed, as by any event of a later day (V7)
SELECT day, pool, paid FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
-- again: what has a ref is replayed, the rest is booked twice
SELECT pointsvault.open_balances(:v, '{ben,ann}', '{30,20.5}', '{NULL,5}', '{NULL,12.5}', '{100,NULL}', '{3,NULL}', '{2026-01-07,2026-01-05}', refs => '{ben,ann-1}') AS opened;
SELECT pointsvault.open_balances(:v, '{cid}', NULL, '{0.5}', NULL, NULL, NULL, '{2026-01-07}') AS opened;
SELECT pointsvault.open_balances(:v, '{cid}', NULL, '{0.5}', NULL, NULL, NULL, '{2026-01-07}') AS opened;
SELECT pointsvault.open_balances(:v, '{}', NULL, NULL, NULL, NULL, NULL, '{}') AS opened;
SELECT :held FROM pointsvault.holding WHERE vault = :v AND member = 'cid';
-- the receipt of one
SELECT kind, ref, member, amount, points, cash, fee, at, day, replayed FROM pointsvault.get_receipt(:v, 'ann-1');

-- What is refused, and changes nothing
SELECT try.fingerprint() AS before \gset
SELECT * FROM try.refused(:v,
  $$open_balances($1, '{ann}', '{-1}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', NULL, NULL, '{-1}', NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', NULL, NULL, NULL, '{-1}', NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', NULL, NULL, NULL, NULL, '{-1}', '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', '{0.123456789}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', NULL, '{0.12345}', NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-06}')$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{infinity}')$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{NULL}')$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, NULL)$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07,2026-01-07}')$$,
  $$open_balances($1, '{ann}', '{1,2}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{NULL}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, NULL, '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{dan}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}', NULL)$$,
  $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}', refs => '{""}')$$,
  $$open_balances($1, '{ann,ann}', '{1,1}', NULL, NULL, NULL, NULL, '{2026-01-07,2026-01-07}', refs => '{x,x}')$$,
  $$open_balances($1, '{ann}', '{20}', '{5}', '{12.5}', NULL, NULL, '{2026-01-05}', refs => '{ann-1}')$$,
  $$open_balances($1, '{ann}', '{20.5}', '{5}', '{12.5}', NULL, NULL, '{2026-01-05}', true, refs => '{ann-1}')$$,
  $$open_balances($1, '{ann}', '{20.5}', '{5}', '{12.5}', NULL, NULL, '{2026-01-06}', refs => '{ann-1}')$$,
  $$open_balances($1, '{ben}', '{20.5}', '{5}', '{12.5}', NULL, NULL, '{2026-01-05}', refs => '{ann-1}')$$,
  $$open_balances($1, '{ann,ben}', '{1,100.00000001}', NULL, NULL, NULL, NULL, '{2026-01-07,2026-01-07}', true)$$,
  $$open_balances($1, '{ann,ben}', '{1,NULL}', NULL, '{NULL,99.0001}', NULL, NULL, '{2026-01-07,2026-01-07}', true)$$,
  $$open_balances($1, '{ann}', '{92233720368}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$,
  $$open_balances(-1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$);
SELECT try.fingerprint() = :'before' AS nothing_changed;
-- of a day that a zone never had, at one that begins at one o'clock
SELECT pointsvault.create_vault('skipped', timezone => 'Pacific/Apia') AS w \gset
SELECT pointsvault.enroll(:w, 'ann') IS NOT NULL AS enrolled, pointsvault.begin_import(:w);
SELECT * FROM try.refused(:w, $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2011-12-30}')$$);
SELECT pointsvault.create_vault('no midnight', timezone => 'America/Sao_Paulo') AS w \gset
SELECT pointsvault.enroll(:w, 'ann') IS NOT NULL AS enrolled, pointsvault.begin_import(:w);
SELECT pointsvault.open_balances(:w, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2018-11-04}') AS opened;
SELECT at, day FROM pointsvault.journal WHERE vault = :w AND kind = 'open';

-- The cap (G3): room is what is issued within it -------------------------------------------------------

SELECT pointsvault.open_balances(:v, '{ann}', '{99}', NULL, NULL, NULL, NULL, '{2026-01-07}', true, '{capped}') AS opened;
SELECT issued, uncapped FROM pointsvault.vault_status WHERE vault = :v;
SELECT * FROM try.refused(:v, $$grant_points($1, 'ann', 1.00000001, 'g', 'more', '2026-01-07 12:00+00')$$);
SELECT points FROM pointsvault.purchase(:v, 'ann', 100, 'o1', at => '2026-01-07 12:00+00');
SELECT issued - uncapped AS within_the_cap FROM pointsvault.vault_status WHERE vault = :v;
SELECT * FROM try.refused(:v, $$open_balances($1, '{ann}', '{20.5}', '{5}', '{12.5}', NULL, NULL, '{2026-01-05}', false, '{capped}')$$);

-- History of later days, a policy of its time, explicit closes ------------------------------------------

SELECT count(*) AS booked FROM pointsvault.purchase_many(:v, '{ben,cid}', '{250,130}', '{o2,o3}', ats => '{2026-01-09 10:00+00,2026-01-09 09:00+00}');
SELECT amount FROM pointsvault.refund(:v, 'o2', 'r2', 50, at => '2026-01-10 10:00+00');
SELECT pointsvault.set_policy(:v, '{"growth": {"pool_rate": 0.2}}') AS version;
SELECT last_closed FROM pointsvault.vault_status WHERE vault = :v;
SELECT pointsvault.close_day(:v, '2026-01-10');
SELECT pointsvault.close_day(:v) = '2026-01-11' AS next_one;
SELECT day, turnover, pool, paid FROM pointsvault.dividend_day WHERE vault = :v AND turnover <> 0 ORDER BY day;
SELECT pointsvault.accrue(:v, 10) > 0 AS posted;
SELECT :held FROM pointsvault.holding WHERE vault = :v ORDER BY 1;
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- A trial that changes nothing: all of it in a transaction that is taken back -------------------------------

SELECT try.fingerprint() AS before \gset
BEGIN;
SELECT pointsvault.open_balances(:v, '{ann}', '{1}', '{1}', '{1}', '{1}', '{1}', '{2026-01-12}') AS opened;
SELECT points FROM pointsvault.purchase(:v, 'ann', 100, 'o4', at => '2026-01-13 10:00+00');
SET LOCAL client_min_messages = warning;
SELECT pointsvault.end_import(:v);
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;
ROLLBACK;
SELECT try.fingerprint() = :'before' AS nothing_changed;

-- A live shop that dates its event back would close days that the history still needs --------------------------

CREATE ROLE regress_pv_till;
GRANT USAGE ON SCHEMA try TO regress_pv_till;
SELECT pointsvault.grant_access('regress_pv_till', p, :v) FROM unnest('{shop,treasurer}'::text[]) p;
SET ROLE regress_pv_till;
SELECT * FROM try.refused(:v, $$purchase($1, 'ann', 1, 'live', at => '2026-02-01 10:00+00')$$, $$purchase_many($1, '{ann}', '{1}', '{live}', ats => '{2026-02-01 10:00+00}')$$,
  $$refund($1, 'o1', 'live', at => '2026-02-01 10:00+00')$$, $$inject($1, 1, 'live', at => '2026-02-01 10:00+00')$$, $$purchase($1, 'ann', 1, 'live')$$);
SELECT * FROM try.attempt($$SELECT pointsvault.purchase($1, 'ann', 1, 'live', at => '2026-02-01 10:00+00')$$, :v);
-- what is booked is answered; the importer's own role may
SELECT replayed FROM pointsvault.purchase(:v, 'ann', 100, 'o1');
RESET ROLE;
SELECT pointsvault.grant_access('regress_pv_till', 'admin', :v);
SET ROLE regress_pv_till;
BEGIN;
SELECT amount FROM pointsvault.purchase(:v, 'ann', 1, 'history', at => '2026-02-01 10:00+00');
ROLLBACK;
RESET ROLE;
SELECT pointsvault.revoke_access('regress_pv_till', p, :v) FROM unnest('{shop,treasurer,admin}'::text[]) p;
REVOKE USAGE ON SCHEMA try FROM regress_pv_till;
DROP ROLE regress_pv_till;

-- The end; another sitting ------------------------------------------------------------------------------

SET client_min_messages = warning;
SELECT pointsvault.end_import(:v);
RESET client_min_messages;
SELECT importing FROM pointsvault.vault_status WHERE vault = :v;
-- a replay is answered still
SELECT pointsvault.open_balances(:v, '{ben}', '{30}', NULL, NULL, '{100}', '{3}', '{2026-01-07}', refs => '{ben}') AS opened;
SELECT kind, actor = current_user AS mine, note FROM pointsvault.journal WHERE vault = :v AND kind IN ('begin_import', 'end_import') ORDER BY seq;
-- a suspended vault is opened for an import, and books nothing of it
SELECT pointsvault.suspend_vault(:v, 'audit');
SET client_min_messages = warning;
SELECT pointsvault.begin_import(:v);
SELECT * FROM try.refused(:v, $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-12}')$$);
SELECT pointsvault.end_import(:v);
RESET client_min_messages;
SELECT pointsvault.resume_vault(:v);

-- Policies without the section that a balance needs
SELECT pointsvault.create_vault('no pool', '{"cycle": {}}', timezone => 'UTC') AS w \gset
SELECT pointsvault.enroll(:w, 'ann') IS NOT NULL AS enrolled, pointsvault.begin_import(:w);
SELECT * FROM try.refused(:w, $$open_balances($1, '{ann}', '{1}', NULL, NULL, NULL, NULL, '{2026-01-07}')$$, $$open_balances($1, '{ann}', NULL, NULL, '{1}', NULL, NULL, '{2026-01-07}')$$);
SELECT pointsvault.open_balances(:w, '{ann}', NULL, '{1}', NULL, '{2}', '{3}', '{2026-01-07}') AS opened;
SELECT pointsvault.create_vault('no cycle', '{"growth": {}}', timezone => 'UTC') AS w \gset
SELECT pointsvault.enroll(:w, 'ann') IS NOT NULL AS enrolled, pointsvault.begin_import(:w);
SELECT * FROM try.refused(:w, $$open_balances($1, '{ann}', NULL, NULL, NULL, '{1}', NULL, '{2026-01-07}')$$, $$open_balances($1, '{ann}', NULL, NULL, NULL, NULL, '{1}', '{2026-01-07}')$$);
SELECT * FROM try.attempt($$SELECT pointsvault.open_balances($1, '{ann}', NULL, NULL, NULL, '{1}', NULL, '{2026-01-07}')$$, :w);

-- Who may: admins of the vault
CREATE ROLE regress_pv_boss;
CREATE ROLE regress_pv_till;
SELECT pointsvault.grant_access('regress_pv_boss', 'admin', :v), pointsvault.grant_access('regress_pv_till', 'shop', :v), pointsvault.grant_access('regress_pv_till', 'jobs', :v);
GRANT USAGE ON SCHEMA try TO regress_pv_boss, regress_pv_till;
SET client_min_messages = warning;
SET ROLE regress_pv_till;
SELECT call, left(refusal, 5) AS refusal FROM try.refused(:v, 'begin_import($1)', $$open_balances($1, '{}', NULL, NULL, NULL, NULL, NULL, '{}')$$, 'end_import($1)');
SET ROLE regress_pv_boss;
SELECT call, left(refusal, 5) AS refusal FROM try.refused(:v, 'begin_import($1)', $$open_balances($1, '{}', NULL, NULL, NULL, NULL, NULL, '{}')$$, 'end_import($1)');
SELECT call, left(refusal, 5) AS refusal FROM try.refused(:w, 'begin_import($1)', $$open_balances($1, '{}', NULL, NULL, NULL, NULL, NULL, '{}')$$, 'end_import($1)');
RESET ROLE;
RESET client_min_messages;
SELECT pointsvault.revoke_access('regress_pv_boss', 'admin', :v), pointsvault.revoke_access('regress_pv_till', 'shop', :v), pointsvault.revoke_access('regress_pv_till', 'jobs', :v);
REVOKE USAGE ON SCHEMA try FROM regress_pv_boss, regress_pv_till;
DROP ROLE regress_pv_boss, regress_pv_till;
