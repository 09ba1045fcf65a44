-- What makes each identity fail: statements that damage vault 1, and who must name
-- it.  Needs identities.sql, tamper.sql, and vaults 1 and 2 of every_kind.sql, the
-- one by order, the other by member.

CREATE SCHEMA damage;

-- A view as if it said something else in one column, or had only some of its rows.
CREATE FUNCTION damage.view(name text, col text, says text, kept text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  rel regclass := 'pointsvault.' || name;
  columns text;
BEGIN
  SELECT string_agg(CASE attname WHEN col THEN format('(%s)::%s%s AS %I', says, format_type(atttypid, atttypmod),
                                                         ' COLLATE ' || NULLIF(attcollation, 0)::regcollation, col)
                                 ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
  INTO columns FROM pg_attribute WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped;
  EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s FROM (%s) v WHERE %s',
                 rel, columns, rtrim(pg_get_viewdef(rel), ';'), kept);
END $$;

-- A column of a row of the journal, moved by so much, or set to NULL.
CREATE FUNCTION damage.move(seq bigint, col text, by numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE pointsvault.journal_data SET %1$I = (COALESCE(%1$I::numeric, 0) + $1)::%2$s WHERE vault = 1 AND seq = $2',
                 col, (SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                       WHERE attrelid = 'pointsvault.journal_data'::regclass AND attname = col))
  USING by, move.seq;
END $$;

-- An asset of another member that an event moved; of one more where it moved none.
CREATE FUNCTION damage.move_other(seq bigint, asset text, by numeric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  type text := (SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                WHERE attrelid = 'pointsvault.movement_data'::regclass AND attname = asset);
  moved bigint;
BEGIN
  EXECUTE format('UPDATE pointsvault.movement_data SET %1$I = (COALESCE(%1$I::numeric, 0) + $1)::%2$s WHERE vault = 1 AND seq = $2',
                 asset, type) USING by, move_other.seq;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved = 0 THEN
    EXECUTE format('INSERT INTO pointsvault.movement_data (vault, role, seq, member, %I) SELECT 1, 1, $2, max(id), $1::%s
      FROM pointsvault.member_data WHERE vault = 1', asset, type) USING by, move_other.seq;
  END IF;
END $$;

-- A commission more in the list of an event: of a member, or of the shareholder pool (0).
CREATE FUNCTION damage.list_commission(seq bigint, member bigint, amount bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE pointsvault.journal_data j SET commissions = COALESCE(commissions, '{}') || ARRAY[256, $2, $3] WHERE vault = 1 AND j.seq = $1
$$;

-- Whether the identity is named, with that detail, once the statements have done
-- their damage; which is undone.
CREATE FUNCTION damage.is_named(statements text[], wanted check_vault.identity, pattern text, vault integer, since bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  named boolean;
BEGIN
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
  SELECT COALESCE(bool_or(b.broken = wanted AND b.detail LIKE pattern), false) INTO named
  FROM check_vault.broken(vault, since) b;
  RAISE EXCEPTION USING ERRCODE = 'PV000', MESSAGE = named::text;
EXCEPTION WHEN SQLSTATE 'PV000' THEN
  RETURN SQLERRM::boolean;
END $$;

-- Each of the ways of a row, in turn, until the identity is named by one.
CREATE TABLE damage.list (
  n integer GENERATED ALWAYS AS IDENTITY, identity check_vault.identity, pattern text, ways text[],
  vault integer DEFAULT 1, since bigint DEFAULT 0
);

CREATE FUNCTION damage.last_row(vault integer) RETURNS bigint LANGUAGE sql AS $$
  SELECT max(seq) FROM pointsvault.journal_data j WHERE j.vault = last_row.vault
$$;

-- Each figure of each kind, at the last event of the kind, both ways; what the kind
-- must say also as NULL.
CREATE VIEW damage.event AS
SELECT k.name AS kind, f.name AS figure, f.unsaid,
       (SELECT max(seq) FROM pointsvault.journal WHERE vault = 1 AND journal.kind = k.name) AS seq
FROM check_vault.kind k CROSS JOIN check_vault.figure f;

INSERT INTO damage.list (identity, pattern, ways, since)
SELECT 'an event does what its kind does', format('seq %s, %s: %s %%', seq, kind, figure),
       CASE
         WHEN figure LIKE 'paid%' THEN ARRAY[
           format('SELECT damage.list_commission(%s, %s, 10000000000)', seq, CASE figure WHEN 'paid_pool' THEN 0 ELSE 1 END),
           format('SELECT damage.list_commission(%s, %s, -10000000000)', seq, CASE figure WHEN 'paid_pool' THEN 0 ELSE 1 END)]
         WHEN figure = 'others' THEN ARRAY[format($$INSERT INTO pointsvault.movement_data (vault, role, seq, member)
           SELECT 1, 1, %1$s, id FROM pointsvault.member_data m WHERE vault = 1 AND NOT EXISTS (SELECT FROM pointsvault.movement_data o
           WHERE o.vault = 1 AND o.seq = %1$s AND o.member = m.id) ORDER BY id DESC LIMIT 2$$, seq)]
         WHEN figure LIKE 'other%' THEN ARRAY[
           format('SELECT damage.move_other(%s, %L, 1000000)', seq, substr(figure, 7)),
           format('SELECT damage.move_other(%s, %L, -1000000)', seq, substr(figure, 7))]
         WHEN figure = 'member_points' THEN ARRAY[format('SELECT damage.move(%s, ''points'', 1000); CREATE OR REPLACE FUNCTION
           pointsvault.kind_points_sign(kind smallint) RETURNS integer LANGUAGE sql IMMUTABLE AS ''SELECT 7''', seq)]
         ELSE ARRAY[
           format('SELECT damage.move(%s, %L, 1000000)', seq, CASE figure WHEN 'pool_and_reserve' THEN 'pool' ELSE figure END),
           format('SELECT damage.move(%s, %L, -1000000)', seq, CASE figure WHEN 'pool_and_reserve' THEN 'pool' ELSE figure END)]
       END, seq - 1
FROM damage.event;
INSERT INTO damage.list (identity, pattern, ways, since)
SELECT 'an event does what its kind does', format('seq %s, %s: %s %%', e.seq, e.kind, e.figure),
       ARRAY[format('UPDATE pointsvault.journal_data SET %I = NULL WHERE vault = 1 AND seq = %s', e.figure, e.seq)], e.seq - 1
FROM damage.event e JOIN check_vault.rule r USING (kind, figure) WHERE e.unsaid = 'IS NULL' AND r.must NOT LIKE 'IS NULL OR %';

-- Each asset, and each account that has a balance.
INSERT INTO damage.list (identity, pattern, ways)
SELECT i.identity::check_vault.identity, format(i.pattern, a.name), ARRAY[format(i.way, a.name)]
FROM check_vault.asset a CROSS JOIN (VALUES
  ('known: each asset', 'seq %%: x%s',
   $$SELECT damage.view('posting', 'asset', 'CASE WHEN asset = ''%1$s'' THEN ''x'' || asset ELSE asset END')$$),
  ('6: postings of an event sum to zero', 'seq %%: %% %s',
   $$SELECT damage.view('posting', 'amount', 'amount', 'NOT (account = ''outside'' AND asset = ''%1$s'')')$$),
  ('7: a balance = sum of its postings', 'member %s m1:%%',
   $$UPDATE pointsvault.holding_data SET %1$I = %1$I + %1$I + '1' FROM pointsvault.member m
     WHERE m.vault = 1 AND m.member = 'm1' AND holding_data.vault = 1 AND holding_data.member = m.id$$),
  ('7: a balance = sum of its postings', 'member %s %%',
   $$SELECT damage.view('posting', 'amount', 'CASE WHEN member IS NOT NULL AND asset = ''%1$s'' THEN amount * 2 + 1 ELSE amount END')$$)
) i (identity, pattern, way);
INSERT INTO damage.list (identity, pattern, ways)
SELECT '7: a balance = sum of its postings', format('%s %s %%', a.name, a.asset),
       ARRAY[format('SELECT damage.move(%s, %L, 7); %s', damage.last_row(1), a.state,
         format($$SELECT damage.view('posting', 'amount', 'CASE WHEN account = ''%1$s'' AND asset = ''%2$s'' THEN amount * 2 ELSE amount END')$$, a.name, a.asset))]
FROM (SELECT name, asset, state FROM check_vault.account WHERE state IS NOT NULL
      UNION ALL VALUES ('outside', 'points', 'circulating'), ('outside', 'credits', 'credits')) a;
INSERT INTO damage.list (identity, pattern, ways)
SELECT 'known: each account', format('seq %%: x%s in %s', name, asset),
       ARRAY[format('SELECT damage.move(%s, %L, 7); %s', damage.last_row(1), state,
         format($$SELECT damage.view('posting', 'account', 'CASE WHEN account = ''%1$s'' THEN ''x'' || account ELSE account END')$$, name))]
FROM check_vault.account WHERE state IS NOT NULL;
INSERT INTO damage.list (identity, pattern, ways)
SELECT 'member: nothing below 0', '%', ARRAY[format($$UPDATE pointsvault.holding_data SET %1$I = '-1000000' WHERE vault = 1
  AND member = (SELECT min(member) FROM pointsvault.holding_data WHERE vault = 1)$$, name)]
FROM check_vault.asset WHERE name <> 'cash';
INSERT INTO damage.list (identity, pattern, ways)
SELECT 'state: nothing below 0', format('%%%s -1%%', col),
       ARRAY[format($$UPDATE pointsvault.journal_data SET %I = '-1' WHERE vault = 1 AND seq = %s$$, col, damage.last_row(1))]
FROM unnest('{pool,circulating,reserve}'::text[]) col;
INSERT INTO damage.list (identity, pattern, ways)
SELECT 'the status is the last journal row', '%', ARRAY[format('SELECT damage.view(''vault_status'', ''%1$s'', ''%2$s'')', col, col || ' + 1')]
FROM unnest('{last_seq,pool,circulating,reserve,platform,turnover,carried,debts,exchange_points}'::text[]) col;
INSERT INTO damage.list (identity, pattern, ways)
SELECT 'known: each column', tab || '.novel', ARRAY[format('ALTER TABLE pointsvault.%I ADD COLUMN novel bigint', tab)]
FROM unnest('{journal_data,movement_data,holding_data}'::text[]) tab;

-- The rest, one by one.
INSERT INTO damage.list (identity, pattern, ways)
SELECT i.identity::check_vault.identity, i.pattern, ARRAY[format(i.way, damage.last_row(1))]
FROM (VALUES
  ('known: each kind', '%, novel:%',
   'CREATE OR REPLACE FUNCTION pointsvault.kind_name(kind smallint) RETURNS text LANGUAGE sql IMMUTABLE AS ''SELECT ''''novel'''' '''),
  ('journal: seq has no gaps', 'seq 51,%', 'DELETE FROM pointsvault.journal_data WHERE vault = 1 AND seq = 50'),
  ('journal: seq has no gaps', 'seq 2,%', 'DELETE FROM pointsvault.journal_data WHERE vault = 1 AND seq = 1'),
  ('journal: booked_at never goes back', 'seq 50,%',
   'UPDATE pointsvault.journal_data SET booked_at = booked_at - interval ''1 day'' WHERE vault = 1 AND seq = 50'),
  ('journal: the policy it was booked under is there', 'seq 50:%', 'UPDATE pointsvault.journal_data SET policy = 999999 WHERE vault = 1 AND seq = 50'),
  ('V4: a ref is booked once', '%: order-1', 'UPDATE pointsvault.journal_data SET ref = ''order-1'' WHERE vault = 1 AND ref = ''order-2'''),
  ('V2: the price never falls', '%', 'UPDATE pointsvault.journal_data SET pool = trunc(pool::numeric / 2, 4)::pointsvault.amount WHERE vault = 1 AND seq = %s'),
  ('V3: no pool without points', '%', 'UPDATE pointsvault.journal_data SET circulating = ''0'' WHERE vault = 1 AND seq = %s'),
  ('V6: a point is worth at most 10 000', '%',
   'UPDATE pointsvault.journal_data SET pool = (circulating::numeric * 10000 + 1)::pointsvault.amount WHERE vault = 1 AND seq = %s'),
  ('a vault has a journal', '%', 'DELETE FROM pointsvault.journal_data WHERE vault = 1'),
  ('a member has one holding', '%', 'DELETE FROM pointsvault.holding_data WHERE vault = 1 AND points > ''0'''),
  ('a member has one holding', '%', 'DELETE FROM pointsvault.member_data WHERE vault = 1 AND name = ''m1'''),
  ('2: circulating = points of members + treasury + custody', '%', 'UPDATE pointsvault.holding_data SET points = points + ''1'' WHERE vault = 1'),
  ('2: circulating = points of members + treasury + custody', '%', 'SELECT damage.move(%s, ''treasury'', 1)'),
  ('2: issued = circulating + burned', '%', 'SELECT damage.move(%s, ''issued'', -1000000)'),
  ('2: issued = circulating + burned', '%', 'SELECT damage.view(''vault_status'', ''burned'', ''burned + 1'')'),
  ('2: issued = minted, burned = what went', 'minted %', 'SELECT damage.move(%s, ''issued'', 1)'),
  ('2: issued = minted, burned = what went', 'went %', 'SELECT damage.move(%s, ''issued'', 1)'),
  ('3: points of a member = sum of its lots', '%', 'UPDATE pointsvault.lot_data SET points = points + ''1'' WHERE vault = 1'),
  ('3: a lot has some of what was minted left', '%', 'UPDATE pointsvault.lot_data SET points = minted + ''1'' WHERE vault = 1'),
  ('3: a lot has some of what was minted left', '%', 'UPDATE pointsvault.lot_data SET points = ''0'' WHERE vault = 1'),
  ('3: a lot has its member', 'member 999999,%',
   'UPDATE pointsvault.lot_data SET member = 999999 WHERE vault = 1 AND seq = (SELECT max(seq) FROM pointsvault.lot_data WHERE vault = 1)'),
  ('4: credits are those of the members', '%', 'SELECT damage.move(%s, ''credits'', 1)'),
  ('D1: debts are those to the members', '%', 'SELECT damage.move(%s, ''debts'', 1)'),
  ('D3: held = what its lots do not give', '%', 'SELECT damage.view(''holding'', ''held'', ''held + 1'')'),
  ('D3: held = what its lots do not give', '%', 'SELECT damage.view(''holding'', ''held_until'', ''held_until + 1'')'),
  ('D3: of a lot at most what it was is taken', '%', 'UPDATE pointsvault.lot_data SET taken = minted + ''1'' WHERE vault = 1'),
  ('D3: of a lot at most what it was is taken', '%', 'UPDATE pointsvault.lot_data SET release_days = NULL WHERE vault = 1 AND taken > ''0'''),
  ('4: credits are covered', '%', 'UPDATE pointsvault.journal_data SET treasury = NULL WHERE vault = 1 AND seq = %s'),
  ('5: redeeming everything pays at most the pool', '%', 'UPDATE pointsvault.holding_data SET points = points + points WHERE vault = 1'),
  ('5: a holding shows what its points are worth', '%', 'SELECT damage.view(''holding'', ''value'', ''value + 0.0001'')'),
  ('5: a holding shows what its points are worth', '%', 'SELECT damage.view(''holding'', ''value'', ''value - 0.0001'')'),
  ('6: a posting to a member names it', '%', 'SELECT damage.view(''posting'', ''member'', ''NULL'')'),
  ('6: a posting to a member names it', '%', 'SELECT damage.view(''posting'', ''member'', ''''''m1'''''')'),
  ('7: cash owed and due = cash of the members', '%', 'SELECT damage.move(%s, ''cash_owed'', 1)'),
  ('8: paid + unallocated = pool, and why', '%', 'SELECT damage.view(''dividend_day'', ''paid'', ''paid + 1'')'),
  ('8: paid + unallocated = pool, and why', '%', 'SELECT damage.view(''dividend_day'', ''inactive'', ''inactive + 1'')'),
  ('8: paid + unallocated = pool, and why', '%', 'SELECT damage.view(''dividend_day'', ''pool'', ''NULL'')'),
  ('9: a plan''s granted = released + remaining + cancelled', '%', 'SELECT damage.view(''release_plan'', ''remaining'', ''remaining + 1'')'),
  ('9: a plan''s granted = released + remaining + cancelled', '%', 'UPDATE pointsvault.plan_data SET daily = ''-1'' WHERE vault = 1'),
  ('9: plans released what was posted and is not spent', '%', 'UPDATE pointsvault.team_data SET released = released + ''1'' WHERE vault = 1'),
  ('Q2: shares of stock are those of all grants, within the total', '%', 'UPDATE pointsvault.stock_data SET shares = shares + 1 WHERE vault = 1'),
  ('Q3: stock of a member = what its grants have left', '%', 'UPDATE pointsvault.stock_data SET delivered = delivered + 1 WHERE vault = 1'),
  ('Q3: stock of a member = what its grants have left', '%', 'UPDATE pointsvault.holding_data SET stock = stock + 1 WHERE vault = 1'),
  ('9: a day released what its plans did', '%', 'UPDATE pointsvault.plan_data SET released = released + ''0.0001'' WHERE vault = 1'),
  ('N5: serials 1 to issued, within the supply', '%', 'UPDATE pointsvault.series_data SET issued = issued + 1 WHERE vault = 1'),
  ('N5: serials 1 to issued, within the supply', '%', 'UPDATE pointsvault.series_data SET supply = issued - 1 WHERE vault = 1'),
  ('N5: serials 1 to issued, within the supply', '%', 'DELETE FROM pointsvault.item_data WHERE vault = 1 AND serial = 2'),
  ('N5: a member owns as many items as it has', '%', 'UPDATE pointsvault.item_data SET owner = 0 WHERE vault = 1 AND serial = 2'),
  ('N5: a member owns as many items as it has', '%', 'SELECT damage.view(''item'', ''owner'', ''''''m20'''''')'),
  ('C6a: shareholders get at most their pool', '%', 'SELECT damage.view(''dividend_day'', ''shareholders'', ''shareholder_pool + 1'')'),
  ('M1: no more goes back of a commission than was paid', '%', 'SELECT damage.view(''commission'', ''amount'', ''CASE kind WHEN ''''refund'''' THEN amount * 2 ELSE amount END'')'),
  ('P1: partners are who had enough at a close', 'close %', 'DELETE FROM pointsvault.journal_data WHERE vault = 1 AND kind = 71'),
  ('P1: partners are who had enough at a close', 'seq %', 'UPDATE pointsvault.journal_data SET day = day + 1 WHERE vault = 1 AND kind = 71'),
  ('P1: partners are who had enough at a close', 'stored %', 'DELETE FROM pointsvault.partner_data WHERE vault = 1'),
  ('P1: partners are who had enough at a close', 'stored %', 'UPDATE pointsvault.partner_data SET since = since + 1 WHERE vault = 1'),
  ('G7: next exit <= every exit price', 'lot %', 'UPDATE pointsvault.journal_data SET next_exit = 9223372036854775807 WHERE vault = 1 AND seq = %s'),
  ('G7: next exit <= every exit price', 'lot %', 'UPDATE pointsvault.journal_data SET next_exit = NULL WHERE vault = 1 AND seq = %s')
) i (identity, pattern, way);

-- What only a vault by member has.
INSERT INTO damage.list (identity, pattern, ways, vault) VALUES
  ('G6: exit limit of a member = sum over its lots', '%', ARRAY['UPDATE pointsvault.holding_data SET exit_limit = exit_limit + ''1'' WHERE vault = 2'], 2),
  ('G7: exit floor <= exit price', '%', ARRAY['UPDATE pointsvault.holding_data SET exit_floor = ''9999/1'' WHERE vault = 2'], 2),
  ('G7: exit floor <= exit price', '%', ARRAY['UPDATE pointsvault.holding_data SET exit_floor = NULL WHERE vault = 2'], 2),
  ('G7: next exit <= every exit price', 'member %', ARRAY['UPDATE pointsvault.journal_data SET next_exit = NULL WHERE vault = 2'], 2);

-- What was damaged and not named.
CREATE FUNCTION damage.unnamed() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  d damage.list;
  way text;
BEGIN
  FOR d IN SELECT * FROM damage.list ORDER BY n LOOP
    <<ways>>
    BEGIN
      FOREACH way IN ARRAY d.ways LOOP
        EXIT ways WHEN damage.is_named(ARRAY[way], d.identity, d.pattern, d.vault, d.since);
      END LOOP;
      RETURN NEXT format('%s, %s: %s', d.identity, d.pattern, d.ways[1]);
    END;
  END LOOP;
END $$;
