-- The journal for hledger and beancount: what stands in the files, who may have them.  What
-- the tools make of them: test/t/345_export_journal.pl.
\set VERBOSITY default
SET timezone = 'UTC';
SET datestyle = 'German';
SET client_min_messages = warning;

SELECT pointsvault.create_vault('to export', '{"growth": {}}', currency => 'EUR') AS v \gset
SELECT pointsvault.enroll_many(:v, ARRAY['ann', 'bob "b" ; #']) AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 1000, 'p 1', at => '2024-01-30 10:00+08');
SELECT points FROM pointsvault.purchase(:v, 'bob "b" ; #', 500, 'p2', at => '2024-01-31 10:00+08');
SELECT points FROM pointsvault.redeem(:v, 'ann', 10, E'r\n3', at => '2024-02-01 10:00+08');
SELECT points FROM pointsvault.inject(:v, 20, 'i4', 'why' || chr(10) || '2024-01-01 open', at => '2024-02-01 11:00+08');

-- numbers of vaults and members are those of the server
CREATE FUNCTION try.export(vault integer, since date, until date, format text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT regexp_replace(replace(replace(e, ':M' || a.id, ':M(ann)'), ':M' || b.id, ':M(bob)'), '^; vault \d+', '; vault N')
  FROM pointsvault.export_journal($1, $2, $3, $4) e
  JOIN pointsvault.member_data a ON a.vault = $1 AND a.name = 'ann'
  JOIN pointsvault.member_data b ON b.vault = $1 AND b.name <> 'ann'
$$;
\pset tuples_only on
\pset format unaligned
SELECT * FROM try.export(:v, NULL, '2024-02-01', 'hledger');
SELECT * FROM try.export(:v, '2024-02-01', '2024-02-01', 'beancount');
-- a period of which nothing was before, and one of which nothing is
SELECT count(*) > 40 FROM pointsvault.export_journal(:v, '2024-01-01', '2024-02-01');
SELECT e FROM pointsvault.export_journal(:v, '2024-01-01', '2024-01-02') e WHERE e !~ '^; vault';
SELECT e FROM pointsvault.export_journal(:v, '2024-02-02', '2024-01-01') e WHERE e ~ 'Pool|seq: ';
SELECT (SELECT string_agg(e, E'\n') FROM pointsvault.export_journal(:v) e) = (SELECT string_agg(e, E'\n') FROM pointsvault.export_journal(:v, NULL, NULL, 'hledger') e);
\pset tuples_only off
\pset format aligned

SELECT * FROM try.refused(:v, 'export_journal($1, format => ''ledger'')', 'export_journal($1, format => ''Hledger'')', 'export_journal($1, format => NULL)', 'export_journal(NULL)',
  'export_journal(-1)', 'export_journal($1, ''infinity'')', 'export_journal($1, NULL, ''-infinity'')');
SELECT pointsvault.percent_encoded(t) FROM unnest(ARRAY['', 'Az09-._~', E' "%;\t\n\\', 'a/b:c', 'é', NULL]) t;

-- Rights ---------------------------------------------------------------------------------

SELECT pointsvault.create_vault('another to export', '{"growth": {}}') AS other \gset
CREATE ROLE regress_pv_shop;
CREATE ROLE regress_pv_treasurer;
CREATE ROLE regress_pv_auditor;
SELECT pointsvault.grant_access('regress_pv_' || p, p, :v) FROM unnest('{shop,treasurer,auditor}'::text[]) p;
GRANT USAGE ON SCHEMA try TO regress_pv_shop, regress_pv_treasurer, regress_pv_auditor;
SET SESSION AUTHORIZATION regress_pv_shop;
SELECT try.refusal('SELECT pointsvault.export_journal($1)', :v);
SET SESSION AUTHORIZATION regress_pv_treasurer;
SELECT try.refusal('SELECT pointsvault.export_journal($1)', :v);
SET SESSION AUTHORIZATION regress_pv_auditor;
SELECT count(*) > 40 AS all FROM pointsvault.export_journal(:v);
SELECT try.refusal('SELECT pointsvault.export_journal($1)', :other);
SELECT try.refusal('SELECT pointsvault.journal_export($1, NULL, NULL, true)', :v);
RESET SESSION AUTHORIZATION;
SELECT pointsvault.revoke_access('regress_pv_' || p, p, :v) FROM unnest('{shop,treasurer,auditor}'::text[]) p \g /dev/null
REVOKE USAGE ON SCHEMA try FROM regress_pv_shop, regress_pv_treasurer, regress_pv_auditor;
DROP ROLE regress_pv_shop, regress_pv_treasurer, regress_pv_auditor;
DROP FUNCTION try.export;
