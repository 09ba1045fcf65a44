-- The contract of API.md with every caller: names, argument names, types and
-- defaults of the functions, the receipt, and what the views have at least.
--
--   pg_prove -d DATABASE test/pgtap/contract.sql      (or psql -XAtqf)
--
-- for a database that has the extension, on a server that has pgTAP.

\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();

-- Functions: arguments, result, volatility

CREATE TEMPORARY TABLE promised (n serial, name text, arguments text, result text, volatility text);
INSERT INTO promised (name, arguments, result, volatility) VALUES
  ('create_vault', 'name text, policy jsonb DEFAULT pointsvault.preset(''growth''::text), currency text DEFAULT ''CNY''::text, timezone text DEFAULT ''Asia/Shanghai''::text, if_not_exists boolean DEFAULT false', 'integer', 'volatile'),
  ('preset', 'name text', 'jsonb', 'immutable'),
  ('set_policy', 'vault integer, policy jsonb', 'integer', 'volatile'),
  ('vault_id', 'name text', 'integer', 'stable'),
  ('suspend_vault', 'vault integer, reason text', 'void', 'volatile'),
  ('resume_vault', 'vault integer', 'void', 'volatile'),
  ('enroll', 'vault integer, member text, sponsor text DEFAULT NULL::text, region text DEFAULT NULL::text, merchant boolean DEFAULT false', 'bigint', 'volatile'),
  ('enroll_many', 'vault integer, members text[], sponsors text[] DEFAULT NULL::text[], regions text[] DEFAULT NULL::text[], merchants boolean[] DEFAULT NULL::boolean[]', 'bigint', 'volatile'),
  ('begin_import', 'vault integer', 'void', 'volatile'),
  ('open_balances', 'vault integer, members text[], points numeric[], cash numeric[], credits numeric[], quota numeric[], shares bigint[], days date[], count_in_cap boolean DEFAULT false, refs text[] DEFAULT NULL::text[]', 'bigint', 'volatile'),
  ('end_import', 'vault integer', 'void', 'volatile'),
  ('rename_member', 'vault integer, member text, new_name text', 'void', 'volatile'),
  ('erase_member', 'vault integer, member text', 'text', 'volatile'),
  ('set_member', 'vault integer, member text, region text DEFAULT NULL::text, merchant boolean DEFAULT NULL::boolean', 'void', 'volatile'),
  ('suspend_member', 'vault integer, member text, reason text', 'void', 'volatile'),
  ('resume_member', 'vault integer, member text', 'void', 'volatile'),
  ('merge_members', 'vault integer, from_member text, into_member text, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('appoint_agent', 'vault integer, member text, region text', 'void', 'volatile'),
  ('purchase', 'vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL::numeric, region text DEFAULT NULL::text, min_points numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('redeem', 'vault integer, member text, points numeric, ref text, purpose text DEFAULT ''cash''::text, min_cash numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('withdraw', 'vault integer, member text, amount numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('withdraw_return', 'vault integer, withdraw_ref text, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('inject', 'vault integer, amount numeric, ref text, note text DEFAULT NULL::text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('process_exits', 'vault integer, max_exits integer DEFAULT 10000', 'bigint', 'volatile'),
  ('points_to_credits', 'vault integer, member text, points numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb, min_credits numeric DEFAULT NULL::numeric', 'pointsvault.receipt', 'volatile'),
  ('credits_to_points', 'vault integer, member text, credits numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb, min_points numeric DEFAULT NULL::numeric', 'pointsvault.receipt', 'volatile'),
  ('pay', 'vault integer, payer text, payee text, credits numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('grant_points', 'vault integer, member text, points numeric, ref text, reason text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('redeem_surplus', 'vault integer, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('open_debt', 'vault integer, member text, amount numeric, ref text, note text DEFAULT NULL::text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('settle_debt', 'vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('repay', 'vault integer, member text, amount numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('adjust', 'vault integer, member text, asset text, change numeric, ref text, reason text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('redeem_return', 'vault integer, redeem_ref text, ref text, amount numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('refund', 'vault integer, purchase_ref text, ref text, amount numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('purchase_at_commit', 'vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL::numeric, region text DEFAULT NULL::text, min_points numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('redeem_at_commit', 'vault integer, member text, points numeric, ref text, purpose text DEFAULT ''cash''::text, min_cash numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('points_to_credits_at_commit', 'vault integer, member text, points numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb, min_credits numeric DEFAULT NULL::numeric', 'void', 'volatile'),
  ('credits_to_points_at_commit', 'vault integer, member text, credits numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb, min_points numeric DEFAULT NULL::numeric', 'void', 'volatile'),
  ('pay_at_commit', 'vault integer, payer text, payee text, credits numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('settle_debt_at_commit', 'vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('refund_at_commit', 'vault integer, purchase_ref text, ref text, amount numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('hand_over', 'vault integer, member text, points numeric, ref text, destination text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('take_back', 'vault integer, member text, points numeric, ref text, source text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('award', 'vault integer, member text, ref text, prize text, value numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('top_holders', 'vault integer, count bigint, asset text, moment timestamp with time zone DEFAULT NULL::timestamp with time zone', 'SETOF record', 'stable'),
  ('export_journal', 'vault integer, since date DEFAULT NULL::date, until date DEFAULT NULL::date, format text DEFAULT ''hledger''::text', 'SETOF text', 'stable'),
  ('exchange_custody', 'vault integer, since date DEFAULT NULL::date, until date DEFAULT NULL::date', 'SETOF record', 'stable'),
  ('quote_hand_over', 'vault integer, points numeric, member text DEFAULT NULL::text', 'pointsvault.receipt', 'stable'),
  ('submit', 'vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL::numeric, region text DEFAULT NULL::text, hold interval DEFAULT ''00:00:00''::interval, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'bigint', 'volatile'),
  ('submit_many', 'vault integer, members text[], amounts numeric[], refs text[], contributions numeric[] DEFAULT NULL::numeric[], regions text[] DEFAULT NULL::text[], ats timestamp with time zone[] DEFAULT NULL::timestamp with time zone[], hold interval DEFAULT ''00:00:00''::interval', 'bigint', 'volatile'),
  ('submit_settlement', 'vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL::numeric, hold interval DEFAULT ''00:00:00''::interval, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'bigint', 'volatile'),
  ('settle', 'vault integer, max_orders integer DEFAULT 10000', 'bigint', 'volatile'),
  ('cancel', 'vault integer, ref text', 'boolean', 'volatile'),
  ('purchase_many', 'vault integer, members text[], amounts numeric[], refs text[], contributions numeric[] DEFAULT NULL::numeric[], regions text[] DEFAULT NULL::text[], ats timestamp with time zone[] DEFAULT NULL::timestamp with time zone[]', 'SETOF pointsvault.receipt', 'volatile'),
  ('wait_settled', 'vault integer, ref text, timeout interval', 'pointsvault.receipt', 'volatile'),
  ('close_day', 'vault integer, day date DEFAULT NULL::date', 'date', 'volatile'),
  ('accrue', 'vault integer, max_members integer DEFAULT 10000', 'bigint', 'volatile'),
  ('dividend_history', 'vault integer, member text', 'SETOF record', 'stable'),
  ('quote_points_to_credits', 'vault integer, points numeric, member text DEFAULT NULL::text', 'pointsvault.receipt', 'stable'),
  ('quote_credits_to_points', 'vault integer, credits numeric', 'pointsvault.receipt', 'stable'),
  ('quote_inject', 'vault integer, amount numeric', 'pointsvault.receipt', 'stable'),
  ('quote_grant_points', 'vault integer, points numeric', 'pointsvault.receipt', 'stable'),
  ('quote_refund', 'vault integer, purchase_ref text, amount numeric DEFAULT NULL::numeric', 'pointsvault.receipt', 'stable'),
  ('get_receipt', 'vault integer, ref text', 'pointsvault.receipt', 'stable'),
  ('price_of', 'vault integer', 'numeric', 'stable'),
  ('quote_purchase', 'vault integer, amount numeric, contribution numeric DEFAULT NULL::numeric', 'pointsvault.receipt', 'stable'),
  ('quote_redeem', 'vault integer, points numeric, purpose text DEFAULT ''cash''::text, member text DEFAULT NULL::text', 'pointsvault.receipt', 'stable'),
  ('statement', 'vault integer, member text, since timestamp with time zone DEFAULT NULL::timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone', 'SETOF record', 'stable'),
  ('holding_at', 'vault integer, member text, moment timestamp with time zone', 'record', 'stable'),
  ('statement_of_days', 'vault integer, member text, first_day date DEFAULT NULL::date, last_day date DEFAULT NULL::date', 'SETOF record', 'stable'),
  ('holding_of_day', 'vault integer, member text, day date', 'record', 'stable'),
  ('explain', 'vault integer, ref text', 'SETOF record', 'stable'),
  ('explain_event', 'vault integer, seq bigint', 'SETOF record', 'stable'),
  ('simulate', 'policy jsonb, amount numeric, orders integer', 'SETOF record', 'immutable'),
  ('team_of', 'vault integer, member text, depth integer DEFAULT NULL::integer', 'SETOF record', 'stable'),
  ('solvency', 'vault integer', 'SETOF record', 'stable'),
  ('disclosure', 'vault integer, amount numeric DEFAULT NULL::numeric', 'SETOF record', 'stable'),
  ('compliance', 'vault integer', 'SETOF record', 'stable'),
  ('verify', 'vault integer', 'SETOF record', 'stable'),
  ('verify', 'vault integer, checkpoint text', 'SETOF record', 'stable'),
  ('seal', 'vault integer', 'bigint', 'volatile'),
  ('checkpoint', 'vault integer', 'text', 'stable'),
  ('store_checkpoint', 'vault integer, note text', 'bigint', 'volatile'),
  ('prove', 'vault integer, ref text', 'text', 'stable'),
  ('prove_growth', 'vault integer, old_size bigint', 'text', 'stable'),
  ('export_tiles', 'vault integer', 'SETOF record', 'stable'),
  ('close_day', 'vault integer, day date DEFAULT NULL::date', 'date', 'volatile'),
  ('accrue', 'vault integer, max_members integer DEFAULT 10000', 'bigint', 'volatile'),
  ('error_codes', 'OUT token text', 'SETOF record', 'immutable'),
  ('run_jobs', 'IN upto timestamp with time zone DEFAULT now()', NULL, 'volatile'),
  ('schedule_jobs', 'schedule text DEFAULT ''5 * * * *''::text', 'bigint', 'volatile'),
  ('unschedule_jobs', '', 'boolean', 'volatile'),
  ('set_stock_price', 'vault integer, price numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('convert_to_stock', 'vault integer, member text, points numeric, ref text, min_shares bigint DEFAULT NULL::bigint, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('allot', 'vault integer, member text, shares bigint, ref text, free_from date, parts integer DEFAULT 1, part_months integer DEFAULT 1, reason text DEFAULT NULL::text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('deliver_stock', 'vault integer, member text, shares bigint, ref text, destination text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('convert_to_stock_at_commit', 'vault integer, member text, points numeric, ref text, min_shares bigint DEFAULT NULL::bigint, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('quote_convert_to_stock', 'vault integer, points numeric, member text DEFAULT NULL::text', 'pointsvault.receipt', 'stable'),
  ('stock_ocf', 'vault integer', 'SETOF jsonb', 'stable'),
  ('grant_access', 'role name, profile text, vault integer DEFAULT NULL::integer', 'void', 'volatile'),
  ('revoke_access', 'role name, profile text, vault integer DEFAULT NULL::integer', 'void', 'volatile');
INSERT INTO promised (name, arguments, result, volatility) VALUES
('buy_item', 'vault integer, buyer text, series text, serial integer, ref text, max_price numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('claim', 'vault integer, member text, series text, ref text, max_points numeric DEFAULT NULL::numeric, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('create_series', 'vault integer, code text, supply integer, price numeric, priced_in text DEFAULT ''points''::text, min_spent numeric DEFAULT 0, fee_rate numeric DEFAULT 0, transferable boolean DEFAULT true, uses integer DEFAULT NULL::integer, name text DEFAULT NULL::text, about jsonb DEFAULT NULL::jsonb', 'void', 'volatile'),
  ('issue_item', 'vault integer, member text, series text, ref text, reason text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('item_history', 'vault integer, series text, serial integer', 'SETOF record', 'stable'),
  ('item_metadata', 'vault integer, series text, serial integer', 'jsonb', 'stable'),
  ('list_item', 'vault integer, member text, series text, serial integer, price numeric, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('quote_claim', 'vault integer, series text', 'pointsvault.receipt', 'stable'),
  ('set_series', 'vault integer, code text, price numeric DEFAULT NULL::numeric, min_spent numeric DEFAULT NULL::numeric, closed boolean DEFAULT NULL::boolean', 'void', 'volatile'),
  ('transfer_item', 'vault integer, series text, serial integer, from_member text, to_member text, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('unlist_item', 'vault integer, member text, series text, serial integer, ref text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile'),
  ('use_item', 'vault integer, member text, series text, serial integer, ref text, note text DEFAULT NULL::text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, meta jsonb DEFAULT NULL::jsonb', 'pointsvault.receipt', 'volatile');

CREATE TEMPORARY VIEW found AS
SELECT p.proname::text AS name, split_part(pg_get_function_arguments(p.oid), ', OUT ', 1) AS arguments, pg_get_function_result(p.oid) AS result,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility
FROM pg_proc p WHERE p.pronamespace = 'pointsvault'::regnamespace;

-- sets, as an overload beside those of verify would make calls ambiguous
SELECT set_eq(format('SELECT arguments, result, volatility FROM found WHERE name = %L', name),
              format('SELECT arguments, result, volatility FROM promised WHERE name = %L', name), name)
FROM promised ORDER BY n;

-- Rows that functions return

SELECT is((SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'pointsvault.receipt'::regclass AND attnum > 0),
          'vault integer, seq bigint, kind text, ref text, member text, amount numeric, points numeric, cash numeric, fee numeric, price_before numeric, price_after numeric, at timestamp with time zone, day date, booked_at timestamp with time zone, replayed boolean, item bigint, owed_by_others numeric, refunded numeric', 'receipt');
SELECT is((SELECT pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'verify' AND pronargs = 1 AND pronamespace = 'pointsvault'::regnamespace),
          'vault integer, OUT name text, OUT ok boolean, OUT expected text, OUT found text, OUT detail text', 'verify');
SELECT is((SELECT pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'explain' AND pronamespace = 'pointsvault'::regnamespace),
          'vault integer, ref text, OUT step integer, OUT seq bigint, OUT rule text, OUT what text, OUT terms text, OUT result numeric, OUT unit text, OUT member text', 'explain');

-- Views: columns at least, numeric values, and nothing seen past their filter

CREATE TEMPORARY TABLE view_promised (name text, columns text[]);
INSERT INTO view_promised VALUES
  ('vault_status', '{vault,name,currency,pool,circulating,issued,burned,price,treasury_points,credits,cash_owed,cash_due,reserve,platform,members,queued,last_closed,stock_issued,debts,exchange_points}'),
  ('holding', '{vault,member,points,credits,cash,reward,quota,shares,value,held,stock,held_until,debt,partner}'),
  ('lot', '{vault,member,seq,points,points_at_mint,exit_price}'),
  ('queue', '{vault,ref,member,amount,due_at,error}'),
  ('dividend_day', '{vault,day,turnover,pool,paid,unallocated,shareholders}'),
  ('team', '{vault,member,sponsor,depth,team_members,team_sales,star,rank}'),
  ('job_run', '{vault,day,started_at,finished_at,outcome}'),
  ('journal', '{vault,seq,kind,ref,member,at,day,booked_at,policy_version,amount,points,cash,fee,contribution,pool_after,circulating_after,cause,actor,note,meta}'),
  ('posting', '{vault,seq,account,member,asset,amount}'),
  ('commission', '{vault,seq,day,kind,ref,buyer,member,what,grade,amount}'),
  ('agent', '{vault,region,member}'),
  ('stock_grant', '{vault,member,seq,shares,free,delivered,next_free}'),
  ('series', '{vault,code,supply,issued,price,priced_in,closed}'),
  ('item', '{vault,series,serial,owner,since,state,listed_price,uses_left}'),
  ('partner', '{vault,member,since}'),
  ('award', '{vault,seq,member,ref,prize,value}'),
  ('dividend_day', '{vault,day,turnover,pool,paid,unallocated,shareholders}'),
  ('job_run', '{vault,day,started_at,finished_at,outcome}');
SELECT has_view('pointsvault', name, name) FROM view_promised;
SELECT is_empty(format('SELECT unnest(%L::text[]) EXCEPT SELECT attname::text FROM pg_attribute WHERE attrelid = %L::regclass AND attnum > 0', columns, 'pointsvault.' || name), 'columns of ' || name)
FROM view_promised;
SELECT is_empty($$ SELECT a.attrelid::regclass, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN view_promised v ON v.name = c.relname
                   WHERE c.relnamespace = 'pointsvault'::regnamespace AND a.atttypid::regtype::text LIKE 'pointsvault.%' $$, 'views show numeric');
SELECT set_has($$ SELECT relname::text FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND reloptions && '{security_barrier=true,security_invoker=true}' $$,
               'SELECT name FROM view_promised', 'views are security barriers, or have row security below them');

-- Names: what callers write needs no quotes

SELECT is_empty($$ SELECT proname, argument FROM pg_proc, unnest(proargnames) argument, pg_get_keywords() k
                   WHERE pronamespace = 'pointsvault'::regnamespace AND k.word = argument AND k.catcode IN ('R', 'T') $$, 'no argument is a reserved word');
SELECT is_empty($$ SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid, pg_get_keywords() k
                   WHERE relnamespace = 'pointsvault'::regnamespace AND c.relkind IN ('r', 'v', 'c') AND k.word = attname AND k.catcode IN ('R', 'T') $$, 'no column is a reserved word');

SELECT * FROM finish();
ROLLBACK;
