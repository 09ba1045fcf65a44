-- What 090_verify.pl damages vaults with.  The constraints and triggers that keep
-- honest hands off are taken away first; whoever tampers would do the same.
CREATE SCHEMA tamper;

DO $$
DECLARE
  t regclass;
BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', t);
  END LOOP;
END $$;
UPDATE pg_attribute SET attnotnull = false
WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'r');
UPDATE pg_attribute SET attidentity = 'd' WHERE attidentity = 'a'
  AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace);

-- The columns there are.
CREATE VIEW tamper.columns AS
SELECT c.relname AS tab, a.attname AS col, format_type(a.atttypid, a.atttypmod) AS type,
       CASE c.relname WHEN 'vault' THEN 'id' WHEN 'access_data' THEN '1' ELSE 'vault' END AS owner
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relkind = 'r'
ORDER BY 1, a.attnum;

-- Bad values of each type, %1$s being the column; the first is just another one.
CREATE TABLE tamper.bad_value (type text, value text);
INSERT INTO tamper.bad_value
SELECT type, unnest(bad) FROM (VALUES
  ('smallint', ARRAY['%1$s + 1', 'NULL', '0', '-1', '99', '-32768', '32767']),
  ('integer', ARRAY['COALESCE(%1$s, 0) + 1', 'NULL', '0', '-%1$s', '-2147483648', '2147483647']),
  ('bigint', ARRAY['COALESCE(%1$s, 0) + 1', 'NULL', '0', '-%1$s', '-9223372036854775808', '9223372036854775807']),
  ('bigint[]', ARRAY['%1$s[1:0] || (%1$s[1] + 1) || %1$s[2:]', 'NULL', '''{}''', '''{NULL}''', '''{{1,2},{3,4}}''',
                     '%1$s || 1::bigint', 'array_fill(1::bigint, ARRAY[100])', '''[5:6]={1,2}''',
                     'array_fill(-9223372036854775808, ARRAY[array_length(%1$s, 1)])',
                     'array_fill(9223372036854775807, ARRAY[array_length(%1$s, 1)])']),
  ('boolean', ARRAY['NOT COALESCE(%1$s, false)', 'NULL']),
  ('text', ARRAY['COALESCE(%1$s, '''') || ''x''', 'NULL', '''''', '''"%%s%%n\''', 'repeat(U&''\+01F600'', 40000)']),
  ('name', ARRAY['%1$s::text || ''x''', 'NULL']),
  ('jsonb', ARRAY['COALESCE(%1$s, ''{}'') || ''{"x": 1}''', 'NULL', '''null''', '''1''', '''[]''', '''{}''', '''{"growth": 1}''',
                  '''{"growth": {"exit_basis": [], "pool_rate": "x"}}''', '''{"growth": {"pool_rate": 1e300}}''', '''{"cycle": {"tiers": [{}]}}''']),
  ('date', ARRAY['%1$s + 1', 'NULL', '''infinity''', '''-infinity''', '''5874897-12-31''', '''4713-01-01 BC''']),
  ('timestamp with time zone', ARRAY['COALESCE(%1$s, now()) - interval ''25 hours''', 'NULL', '''infinity''', '''-infinity''',
                                     '''294276-12-31 23:59:59+00''', '''4713-01-01 00:00:00+00 BC''']),
  ('pointsvault.amount', ARRAY['COALESCE(%1$s, ''0'') + ''0.0001''::pointsvault.amount', 'NULL', '''0''', '''-0.0001''',
                               '''922337203685477.5807''', '''-922337203685477.5808''']),
  ('pointsvault.points', ARRAY['COALESCE(%1$s, ''0'') + ''0.00000001''::pointsvault.points', 'NULL', '''0''', '''-0.00000001''',
                               '''92233720368.54775807''', '''-92233720368.54775808''']),
  ('bytea', ARRAY['set_byte(%1$s, length(%1$s) / 2, get_byte(%1$s, length(%1$s) / 2) # 1)', 'NULL', '''''', '%1$s || ''\x00''',
                  'substr(%1$s, 2)', 'decode(repeat(''ff'', 70000), ''hex'')']),
  ('uuid', ARRAY['''00000000-0000-0000-0000-000000000001''', 'NULL']),
  ('pointsvault.price', ARRAY['''9999/1''', 'NULL', '''0/1''', '''922337203685477.5807/0.00000001'''])
) v(type, bad);

-- Where a row of a vault lies: the nth of so many parts.
CREATE FUNCTION tamper.place(tab text, owner text, vault int, part float) RETURNS tid LANGUAGE plpgsql AS $$
DECLARE
  place tid;
BEGIN
  EXECUTE format('SELECT ctid FROM pointsvault.%I WHERE %s = $1 ORDER BY ctid
    OFFSET (SELECT (GREATEST(count(*) - 1, 0) * $2)::bigint FROM pointsvault.%1$I WHERE %2$s = $1) LIMIT 1', tab, owner)
  INTO place USING CASE owner WHEN '1' THEN 1 ELSE vault END, part;
  RETURN place;
END $$;

-- Whether nothing forbids rows that are equal any more.
CREATE FUNCTION tamper.allow_doubles(tab text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  what text;
BEGIN
  FOR what IN SELECT conname FROM pg_constraint WHERE conrelid = ('pointsvault.' || tab)::regclass AND contype IN ('p', 'u') LOOP
    EXECUTE format('ALTER TABLE pointsvault.%I DROP CONSTRAINT %I', tab, what);
  END LOOP;
  FOR what IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = ('pointsvault.' || tab)::regclass AND indisunique LOOP
    EXECUTE format('DROP INDEX %s', what);
  END LOOP;
END $$;

-- Each of these does its damage and says whether anything is other than it was.
CREATE FUNCTION tamper.change(tab text, col text, owner text, vault int, part float, value text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  place tid := tamper.place(tab, owner, vault, part);
  changed boolean;
BEGIN
  EXECUTE format('WITH old AS (SELECT ctid AS old_place, %2$I::text AS was FROM pointsvault.%1$I WHERE ctid = $1)
    UPDATE pointsvault.%1$I t SET %2$I = %3$s FROM old WHERE t.ctid = old_place
    RETURNING NULLIF(was, $2) IS DISTINCT FROM NULLIF(t.%2$I::text, $2)', tab, col, format(value, quote_ident(col)))
  INTO changed USING place, CASE tab WHEN 'movement_data' THEN '0' END; -- what NULL stands for there
  RETURN COALESCE(changed, false);
EXCEPTION WHEN unique_violation OR numeric_value_out_of_range OR invalid_text_representation
  OR array_subscript_error OR null_value_not_allowed OR program_limit_exceeded OR datetime_field_overflow THEN
  RETURN false;
END $$;

CREATE FUNCTION tamper.swap(tab text, col text, owner text, vault int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  a tid := tamper.place(tab, owner, vault, 0.5);
  b tid := tamper.place(tab, owner, vault, 1);
  changed boolean;
BEGIN
  PERFORM tamper.allow_doubles(tab);
  EXECUTE format('WITH old AS (SELECT ctid AS place, %2$I AS was FROM pointsvault.%1$I WHERE ctid IN ($1, $2)),
    new AS (UPDATE pointsvault.%1$I t SET %2$I = (SELECT was FROM old WHERE place = CASE t.ctid WHEN $1 THEN $2 ELSE $1 END)
            WHERE t.ctid IN ($1, $2))
    SELECT count(DISTINCT COALESCE(was::text, ''NULL'')) = 2 FROM old', tab, col)
  INTO changed USING a, b;
  RETURN changed;
END $$;

CREATE FUNCTION tamper.drop_row(tab text, owner text, vault int, part float) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  place tid := tamper.place(tab, owner, vault, part);
BEGIN
  EXECUTE format('DELETE FROM pointsvault.%I WHERE ctid = $1', tab) USING place;
  RETURN place IS NOT NULL;
END $$;

CREATE FUNCTION tamper.drop_rows(tab text, owner text, vault int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  dropped bigint;
BEGIN
  EXECUTE format('DELETE FROM pointsvault.%I WHERE %s = $1', tab, owner) USING CASE owner WHEN '1' THEN 1 ELSE vault END;
  GET DIAGNOSTICS dropped = ROW_COUNT;
  RETURN dropped > 0;
END $$;

CREATE FUNCTION tamper.double_row(tab text, owner text, vault int, part float) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  place tid := tamper.place(tab, owner, vault, part);
BEGIN
  PERFORM tamper.allow_doubles(tab);
  EXECUTE format('INSERT INTO pointsvault.%I SELECT * FROM pointsvault.%1$I WHERE ctid = $1', tab) USING place;
  RETURN place IS NOT NULL;
END $$;

-- All states to try: how to get there, and by what name.
CREATE VIEW tamper.states AS
SELECT row_number() OVER (ORDER BY name) AS n, s.* FROM (
  SELECT format('%s.%s := %s, vault %s', tab, col, value, v) AS name,
         format('tamper.change(%L, %L, %L, %s, %s, %L)', tab, col, owner, v, part, value) AS call, v AS vault, tab, col
  FROM tamper.columns JOIN tamper.bad_value USING (type), (VALUES (1, 0.5), (2, 1)) p(v, part)
  UNION ALL
  SELECT format('%s.%s swapped, vault %s', tab, col, v), format('tamper.swap(%L, %L, %L, %s)', tab, col, owner, v), v, tab, col
  FROM tamper.columns, generate_series(1, 2) v
  UNION ALL
  SELECT format('%s: %s, vault %s', tab, what, v), format(call, tab, owner, v), v, tab, NULL
  FROM (SELECT DISTINCT tab, owner FROM tamper.columns) t, generate_series(1, 2) v,
    (VALUES ('first row deleted', 'tamper.drop_row(%L, %L, %s, 0)'),
            ('last row deleted', 'tamper.drop_row(%L, %L, %s, 1)'),
            ('all rows deleted', 'tamper.drop_rows(%L, %L, %s)'),
            ('first row doubled', 'tamper.double_row(%L, %L, %s, 0)'),
            ('last row doubled', 'tamper.double_row(%L, %L, %s, 1)')) w(what, call)
) s;

-- Runs statements one by one, whatever becomes of them; returns how many failed.
CREATE FUNCTION tamper.try(VARIADIC statements text[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  failed int := 0;
BEGIN
  FOREACH statement IN ARRAY statements LOOP
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN OTHERS OR query_canceled THEN
      failed := failed + 1;
    END;
  END LOOP;
  RETURN failed;
END $$;

-- A few of a vault's members, one who was renamed and the last among them.
CREATE FUNCTION tamper.some_members(v int) RETURNS SETOF pointsvault.member_data LANGUAGE sql AS $$
(SELECT * FROM pointsvault.member_data WHERE vault = v ORDER BY ctid LIMIT 2) UNION ALL
(SELECT * FROM pointsvault.member_data WHERE vault = v ORDER BY ctid DESC LIMIT 4)
$$;

-- All there is to read.
CREATE FUNCTION tamper.reads(vault int) RETURNS int LANGUAGE sql AS $$
SELECT tamper.try(VARIADIC array_agg(format(statement, vault))) FROM unnest(ARRAY[
  'SELECT count(v::text) FROM pointsvault.vault_status v',
  'SELECT count(v::text) FROM pointsvault.member v',
  'SELECT count(v::text) FROM pointsvault.holding v',
  'SELECT count(v::text) FROM pointsvault.lot v',
  'SELECT count(v::text) FROM pointsvault.journal v',
  'SELECT count(v::text) FROM pointsvault.posting v',
  'SELECT count(v::text) FROM pointsvault.queue v',
  'SELECT count(v::text) FROM pointsvault.policy v',
  'SELECT count(v::text) FROM pointsvault.dividend_day v',
  'SELECT count(v::text) FROM pointsvault.job_run v',
  'SELECT count(v::text) FROM pointsvault.health v',
  'SELECT count(v::text) FROM pointsvault.exit_due v',
  'SELECT count(v::text) FROM pointsvault.commission v',
  'SELECT count(v::text) FROM pointsvault.agent v',
  'SELECT count(v::text) FROM pointsvault.partner v',
  'SELECT count(v::text) FROM pointsvault.award v',
  'SELECT count(c::text) FROM pointsvault.exchange_custody(%1$s) c',
  'SELECT count(t::text) FROM unnest(''{points,cash,shares}''::text[]) a, unnest(ARRAY[NULL, now() - interval ''1 second'']) w, pointsvault.top_holders(%1$s, 5, a, w) t',
  'SELECT count(t::text) FROM pointsvault.journal_data j, pointsvault.top_holders(%1$s, 5, ''cash'', j.booked_at) t WHERE j.vault = %1$s AND j.seq = 90',
  'SELECT count(v::text) FROM pointsvault.cash_balance v',
  'SELECT count(v::text) FROM pointsvault.access v',
  'SELECT pointsvault.checkpoint(%1$s)',
  'SELECT pointsvault.prove(%1$s, ''order-79''), pointsvault.prove(%1$s, ''order-1'')',
  'SELECT pointsvault.prove_growth(%1$s, 3)',
  'SELECT count(t::text) FROM pointsvault.export_tiles(%1$s) t',
  'SELECT count(pointsvault.prove_balance(m.vault, m.name, l.day, l.asset)) FROM tamper.some_members(%1$s) m JOIN pointsvault.liability_data l ON l.vault = m.vault',
  'SELECT count(c::text) FROM pointsvault.verify(%1$s, E''shop/x/0\n7\nAAAA\n'') c',
  'SELECT count(v::text) FROM pointsvault.stock_grant v',
  'SELECT count(o::text) FROM pointsvault.stock_ocf(%1$s) o',
  'SELECT pointsvault.quote_convert_to_stock(%1$s, 0.1)',
  'SELECT count(pointsvault.kind_name(kind)) FROM pointsvault.journal_data',
  'SELECT count(pointsvault.get_receipt(vault, ref)::text) FROM pointsvault.journal_data WHERE vault = %1$s AND ref ~ ''[a-z]$|7'' OR seq = 1',
  'SELECT count(d::text) FROM tamper.some_members(%1$s) m, pointsvault.dividend_history(m.vault, m.name) d',
  'SELECT count(s::text) FROM tamper.some_members(%1$s) m, pointsvault.statement(m.vault, m.name) s',
  'SELECT count(h::text) FROM tamper.some_members(%1$s) m, pointsvault.holding_at(m.vault, m.name, ''infinity'') h',
  'SELECT count(e) FROM pointsvault.export_journal(%1$s) e',
  'SELECT count(h::text) FROM tamper.some_members(%1$s) m, pointsvault.day_data d, pointsvault.holding_of_day(m.vault, m.name, d.day) h WHERE d.vault = m.vault',
  'SELECT pointsvault.price_of(%1$s)',
  'SELECT pointsvault.quote_purchase(%1$s, 99.99)',
  'SELECT pointsvault.quote_redeem(%1$s, 0.1)',
  'SELECT pointsvault.quote_points_to_credits(%1$s, 0.1)',
  'SELECT pointsvault.quote_credits_to_points(%1$s, 0.01)',
  'SELECT count(v::text) FROM pointsvault.series v',
  'SELECT count(v::text) FROM pointsvault.item v',
  'SELECT pointsvault.quote_claim(%1$s, ''card'')',
  'SELECT count(h::text) FROM generate_series(1, 4) i, pointsvault.item_history(%1$s, ''card'', i) h',
  'SELECT count(pointsvault.item_metadata(%1$s, ''card'', i)) FROM generate_series(1, 4) i',
  'SELECT pointsvault.quote_inject(%1$s, 0.01)',
  'SELECT pointsvault.quote_hand_over(%1$s, 0.01)',
  'SELECT pointsvault.quote_grant_points(%1$s, 0.01)',
  'SELECT count(pointsvault.quote_refund(%1$s, ref)) FROM pointsvault.journal_data WHERE vault = %1$s AND ref = ''order-79''',
  'SELECT pointsvault.wait_settled(%1$s, ''order-79'', ''0'')',
  'SELECT pointsvault.wait_settled(%1$s, ''queued-1'', ''0'')']
  -- one by one, as each may be refused
  || ARRAY(SELECT format('SELECT count(e::text) FROM pointsvault.explain_event(%%1$s, %L) e', seq) FROM pointsvault.journal_data j
           WHERE j.vault = reads.vault AND (ref ~ '[a-z]$|79' OR seq = 1 OR kind IN (12, 22) OR kind = 23 AND seq % 16 = 0))) AS statement
$$;

-- And to do, as far as it can be done with what is damaged.
CREATE FUNCTION tamper.writes(vault int) RETURNS int LANGUAGE sql AS $$
SELECT tamper.try(VARIADIC array_agg(format(statement, vault))) FROM unnest(ARRAY[
  'SELECT pointsvault.resume_vault(%1$s)',
  'SELECT pointsvault.purchase(%1$s, ''m9'', 20, ''order-80'')',
  'SELECT pointsvault.refund(%1$s, ''order-75'', ''return-2'')',
  'SELECT pointsvault.withdraw_return(%1$s, ''payout'', ''bounced'')',
  'SELECT pointsvault.refund(%1$s, ''order-79'', ''again-1'')',
  'SELECT pointsvault.refund(%1$s, ''order-40'', ''again-2'', 1)',
  'SELECT pointsvault.withdraw_return(%1$s, ''payout-2'', ''again-3'')',
  'SELECT pointsvault.begin_import(%1$s)',
  'SELECT pointsvault.open_balances(%1$s, ARRAY[''m1''], ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[current_date], refs => ARRAY[''opening-1''])',
  'SELECT pointsvault.end_import(%1$s)',
  'SELECT pointsvault.settle(%1$s)',
  'SELECT pointsvault.close_day(%1$s)',
  'SELECT pointsvault.accrue(%1$s, 100)',
  'SELECT count(pointsvault.purchase(%1$s, ''m'' || i, 20, ''new-'' || i)) FROM generate_series(1, 20) i',
  'SELECT count(p) FROM generate_series(1, 20) i, pointsvault.purchase_many(%1$s, ARRAY[''m'' || i], ARRAY[20.0], ARRAY[''more-'' || i]) p',
  'SELECT pointsvault.process_exits(%1$s)',
  'SELECT pointsvault.redeem(%1$s, ''m2'', 0.1, ''new-cash'')',
  'SELECT pointsvault.redeem(%1$s, ''m11'', 0.1, ''newer-cash'')',
  'SELECT pointsvault.points_to_credits(%1$s, ''m4'', 0.1, ''new-swap'')',
  'SELECT pointsvault.pay(%1$s, ''m4'', ''shop'', 0.01, ''new-pay'')',
  'SELECT pointsvault.credits_to_points(%1$s, ''shop'', 0.01, ''new-back'')',
  'SELECT pointsvault.grant_points(%1$s, ''m5'', 1, ''new-grant'')',
  'SELECT pointsvault.inject(%1$s, 1, ''new-subsidy'')',
  'SELECT pointsvault.redeem_surplus(%1$s, ''new-surplus'')',
  'SELECT pointsvault.hand_over(%1$s, ''m6'', 0.01, ''new-custody'', ''a market'')',
  'SELECT pointsvault.take_back(%1$s, ''m6'', 0.01, ''newer-custody'', ''a market'')',
  'SELECT pointsvault.award(%1$s, ''m6'', ''new-prize'', ''a hat'')',
  'SELECT pointsvault.withdraw(%1$s, ''m2'', 0.01, ''new-payout'')',
  'SELECT pointsvault.set_series(%1$s, ''card'', 0.002), pointsvault.create_series(%1$s, ''more'', 3, 1)',
  'SELECT pointsvault.claim(%1$s, ''m5'', ''card'', ''new-claim'')',
  'SELECT pointsvault.claim(%1$s, ''m4'', ''card'', ''claimed'')',
  'SELECT pointsvault.transfer_item(%1$s, ''card'', 1, ''m5'', ''m6'', ''new-gift'')',
  'SELECT pointsvault.use_item(%1$s, ''m6'', ''card'', 1, ''new-use'')',
  'SELECT pointsvault.buy_item(%1$s, ''m4'', ''card'', 4, ''new-buy'')',
  'SELECT pointsvault.unlist_item(%1$s, ''m6'', ''card'', 4, ''no-offer'')',
  'SELECT pointsvault.list_item(%1$s, ''m6'', ''card'', 1, 1, ''new-offer'')',
  'SELECT pointsvault.issue_item(%1$s, ''m6'', ''card'', ''new-issue'', ''a prize'')',
  'SELECT pointsvault.submit(%1$s, ''m1'', 1, ''queued-1'', region => ''44'', meta => ''{"b": 2}'')',
  'SELECT pointsvault.submit(%1$s, ''m1'', 1, ''stray'')',
  'SELECT pointsvault.submit_many(%1$s, ARRAY[''m1'', ''m2''], ARRAY[1.0, 2], ARRAY[''stray'', ''new-order''])',
  'SELECT pointsvault.rename_member(%1$s, ''m3'', ''m33'')',
  'SELECT pointsvault.erase_member(%1$s, ''m18'')',
  'SELECT pointsvault.erase_member(%1$s, member), pointsvault.purchase(%1$s, member, 30, ''left-1'', region => ''4403'')
   FROM pointsvault.journal WHERE vault = %1$s AND ref = ''left-1''',
  'SELECT pointsvault.suspend_member(%1$s, ''m12'', ''why''), pointsvault.resume_member(%1$s, ''m10''), pointsvault.set_member(%1$s, ''m13'', ''31'')',
  'SELECT pointsvault.refund(%1$s, ''her twin'', ''again-4'', 5)',
  'SELECT pointsvault.appoint_agent(%1$s, ''m6'', ''44''), pointsvault.purchase(%1$s, ''m20'', 20, ''of a region'', region => ''440305'')',
  'SELECT pointsvault.merge_members(%1$s, ''m14'', ''m15'', ''new-one'')',
  'SELECT pointsvault.merge_members(%1$s, ''their buyer'', ''m2'', ''newer-one'')',
  'SELECT pointsvault.set_stock_price(%1$s, 0.01, ''new-price''), pointsvault.convert_to_stock(%1$s, ''m4'', 0.1, ''new-shares'')',
  'SELECT pointsvault.deliver_stock(%1$s, ''m8'', 3, ''new-delivery'', ''depository'')',
  'SELECT pointsvault.allot(%1$s, ''m8'', 3, ''new-grant'', current_date)',
  'SELECT pointsvault.cancel(%1$s, ''queued-2'')',
  'SELECT pointsvault.enroll(%1$s, ''newcomer'', sponsor => ''m4'')',
  'SELECT pointsvault.set_policy(%1$s, ''{"growth": {"redeem_fee_rate": 0.1}}'')',
  'SELECT pointsvault.settle(%1$s)',
  'SELECT pointsvault.grant_access(''reader'', ''shop'', %1$s)',
  'SELECT pointsvault.seal(%1$s)',
  'SELECT pointsvault.store_checkpoint(%1$s, pointsvault.checkpoint(%1$s) || E''\n— key AAAAAGFueSBzaWduYXR1cmU=\n'')',
  'SELECT pointsvault.suspend_vault(%1$s, ''enough'')']) AS statement
$$;
