-- Replays a golden growth file and compares every cell to the last digit.
--
-- The figures come from an independent exact model (see the README beside
-- them).  golden.step is filled by COPY in the order of the file.

CREATE SCHEMA golden;

CREATE TABLE golden.step (
  line serial, op text, member text, other text, value text, extra text, ref text, result text,
  pool text, circulating text, reserve text, platform text, cash_total text, exits text
);

-- Runs one step and returns its result as the file writes it.
CREATE FUNCTION golden.run(vault integer, s golden.step) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  receipt pointsvault.receipt;
BEGIN
  CASE s.op
    WHEN 'enroll' THEN
      PERFORM pointsvault.enroll(vault, s.member, s.other, merchant => s.extra IS NOT NULL);
      RETURN NULL;
    WHEN 'purchase' THEN
      RETURN (pointsvault.purchase(vault, s.member, s.value::numeric, s.ref, s.extra::numeric)).points;
    WHEN 'redeem' THEN
      RETURN (pointsvault.redeem(vault, s.member, s.value::numeric, s.ref)).cash;
    WHEN 'redeem_goods' THEN
      RETURN (pointsvault.redeem(vault, s.member, s.value::numeric, s.ref, 'goods')).cash;
    WHEN 'withdraw' THEN
      RETURN (pointsvault.withdraw(vault, s.member, s.value::numeric, s.ref)).amount;
    WHEN 'inject' THEN
      RETURN (pointsvault.inject(vault, s.value::numeric, s.ref)).amount;
    WHEN 'points_to_credits' THEN
      RETURN (pointsvault.points_to_credits(vault, s.member, s.value::numeric, s.ref)).amount;
    WHEN 'credits_to_points' THEN
      RETURN (pointsvault.credits_to_points(vault, s.member, s.value::numeric, s.ref)).points;
    WHEN 'pay' THEN
      RETURN (pointsvault.pay(vault, s.member, s.other, s.value::numeric, s.ref)).amount;
    WHEN 'grant_points' THEN
      RETURN (pointsvault.grant_points(vault, s.member, s.value::numeric, s.ref, 'golden')).amount;
    WHEN 'redeem_surplus' THEN
      RETURN (pointsvault.redeem_surplus(vault, s.ref)).points;
    WHEN 'refund' THEN
      receipt := pointsvault.refund(vault, s.other, s.ref, s.value::numeric);
      IF receipt.cash IS DISTINCT FROM s.extra::numeric THEN
        RAISE EXCEPTION 'line %: expected % given back by the pool, found %', s.line + 1, s.extra, receipt.cash;
      END IF;
      RETURN receipt.points;
  END CASE;
END $$;

-- The state after a step, in the columns of the file.
CREATE FUNCTION golden.state(vault_id integer) RETURNS text[]
LANGUAGE sql AS $$
  SELECT ARRAY[s.pool, s.circulating, s.reserve, s.platform, trim_scale(s.cash_owed - s.cash_due)]::text[]
         || (SELECT count(*)::text FROM pointsvault.journal j WHERE j.vault = vault_id AND j.kind = 'exit')
  FROM pointsvault.vault_status s WHERE s.vault = vault_id
$$;

-- Replays golden.step on a new vault.  Returns how many steps matched whole and
-- why it ended: 'end of file', or the first difference.
CREATE FUNCTION golden.replay(name text, policy jsonb, OUT matched bigint, OUT cells bigint, OUT ended text)
LANGUAGE plpgsql AS $$
DECLARE
  vault integer := pointsvault.create_vault(name, policy);
  s golden.step;
  result text;
  expected text[];
  found text[];
BEGIN
  matched := 0;
  cells := 0;
  FOR s IN SELECT * FROM golden.step ORDER BY line LOOP
    BEGIN
      result := golden.run(vault, s)::text;
    EXCEPTION
      WHEN invalid_parameter_value OR object_not_in_prerequisite_state OR check_violation OR insufficient_privilege THEN
        result := 'error';
    END;
    expected := ARRAY[s.result, s.pool, s.circulating, s.reserve, s.platform, s.cash_total, s.exits];
    found := result || golden.state(vault);
    FOR i IN 1 .. array_length(expected, 1) LOOP
      CONTINUE WHEN expected[i] IS NULL;
      cells := cells + 1;
      IF expected[i] IS DISTINCT FROM found[i] THEN
        ended := format('line %s, %s: expected %s, found %s', s.line + 1, s, expected, found);
        RETURN;
      END IF;
    END LOOP;
    matched := matched + 1;
  END LOOP;
  ended := 'end of file';
END $$;

-- The files of calls on days, with the state after each.
CREATE TABLE golden.call (
  line serial, day date, op text, member text, other text, item text, value text, extra text, ref text,
  result text, result2 text, pool text, circulating text, issued text, treasury text, credits text,
  reserve text, platform text, cash_total text, exchange text, debts text, stock_issued text, exits text
);
CREATE TABLE golden.owner (
  member text, sponsor text, points text, credits text, cash text, quota text, shares text,
  debt text, grants text, partner text, items text
);

-- The middle of a business day.
CREATE FUNCTION golden.noon(day date) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT (day + time '12:00') AT TIME ZONE 'Asia/Shanghai' $$;

-- Runs one call within its day; its two results as the file writes them.
CREATE FUNCTION golden.run_call(vault integer, s golden.call) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := golden.noon(s.day) + s.line * interval '1 ms';
  n numeric;
  r pointsvault.receipt;
  code text := split_part(s.item, ':', 1);
  number integer := nullif(split_part(s.item, ':', 2), '');
BEGIN
  n := CASE WHEN s.op <> 'enroll' THEN s.value::numeric END;
  CASE s.op
    WHEN 'enroll' THEN
      PERFORM pointsvault.enroll(vault, s.member, s.other, merchant => s.extra IS NOT NULL);
      RETURN ARRAY[NULL, NULL];
    WHEN 'close' THEN
      PERFORM pointsvault.close_day(vault, s.day);
      RETURN ARRAY[(SELECT string_agg(p.member, ' ' ORDER BY p.seq) FROM pointsvault.partner p
                    WHERE p.vault = run_call.vault AND p.since = s.day), NULL];
    WHEN 'hand_over' THEN
      r := pointsvault.hand_over(vault, s.member, n, s.ref, 'golden', at => moment);
      RETURN ARRAY[trim_scale(r.points - r.fee)::text, r.fee::text];
    WHEN 'take_back' THEN
      r := pointsvault.take_back(vault, s.member, n, s.ref, 'golden', at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'top_holders' THEN
      RETURN ARRAY[(SELECT string_agg(h.member || ':' || h.holding, ' ' ORDER BY h.place)
                    FROM pointsvault.top_holders(vault, s.value::bigint, s.extra) h), NULL];
    WHEN 'purchase' THEN
      r := pointsvault.purchase(vault, s.member, n, s.ref, s.extra::numeric, at => moment);
      RETURN ARRAY[r.points::text, NULL];
    WHEN 'redeem' THEN
      r := pointsvault.redeem(vault, s.member, n, s.ref, at => moment);
      RETURN ARRAY[r.cash::text, NULL];
    WHEN 'redeem_goods' THEN
      r := pointsvault.redeem(vault, s.member, n, s.ref, 'goods', at => moment);
      RETURN ARRAY[r.cash::text, NULL];
    WHEN 'withdraw' THEN
      r := pointsvault.withdraw(vault, s.member, n, s.ref, at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'inject' THEN
      r := pointsvault.inject(vault, n, s.ref, at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'points_to_credits' THEN
      r := pointsvault.points_to_credits(vault, s.member, n, s.ref, at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'credits_to_points' THEN
      r := pointsvault.credits_to_points(vault, s.member, n, s.ref, at => moment);
      RETURN ARRAY[r.points::text, NULL];
    WHEN 'pay' THEN
      r := pointsvault.pay(vault, s.member, s.other, n, s.ref, at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'grant_points' THEN
      r := pointsvault.grant_points(vault, s.member, n, s.ref, 'golden', at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'redeem_surplus' THEN
      r := pointsvault.redeem_surplus(vault, s.ref, at => moment);
      RETURN ARRAY[r.points::text, NULL];
    WHEN 'refund' THEN
      r := pointsvault.refund(vault, s.other, s.ref, n, at => moment);
      RETURN ARRAY[r.points::text, r.cash::text];
    WHEN 'repay' THEN
      r := pointsvault.repay(vault, s.member, n, s.ref, at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'redeem_return' THEN
      r := pointsvault.redeem_return(vault, s.other, s.ref, n, at => moment);
      RETURN ARRAY[r.points::text, NULL];
    WHEN 'adjust' THEN
      r := pointsvault.adjust(vault, s.member, s.extra, n, s.ref, 'golden', at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'set_stock_price' THEN
      r := pointsvault.set_stock_price(vault, n, s.ref, at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'convert_to_stock' THEN
      r := pointsvault.convert_to_stock(vault, s.member, n, s.ref, s.extra::bigint, at => moment);
      RETURN ARRAY[r.item::text, r.points::text];
    WHEN 'allot' THEN
      r := pointsvault.allot(vault, s.member, n::bigint, s.ref, substring(s.extra FROM 'from=(\S+)')::date,
                             substring(s.extra FROM 'parts=(\d+)')::integer, substring(s.extra FROM 'months=(\d+)')::integer, at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'deliver_stock' THEN
      r := pointsvault.deliver_stock(vault, s.member, n::bigint, s.ref, 'depository', at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'create_series', 'set_series' THEN
      EXECUTE format('SELECT pointsvault.%I(%L, %L, %s)', s.op, vault, s.item, concat_ws(', ', 'price => ' || s.value, (
        SELECT string_agg(format('%I => %L', split_part(a, '=', 1), split_part(a, '=', 2)), ', ')
        FROM regexp_split_to_table(s.extra, ' ') a)));
      RETURN ARRAY[NULL, NULL];
    WHEN 'claim' THEN
      r := pointsvault.claim(vault, s.member, s.item, s.ref, s.extra::numeric, at => moment);
      RETURN ARRAY[r.item::text, r.points::text];
    WHEN 'issue_item' THEN
      r := pointsvault.issue_item(vault, s.member, s.item, s.ref, 'golden', at => moment);
      RETURN ARRAY[r.item::text, NULL];
    WHEN 'transfer_item' THEN
      r := pointsvault.transfer_item(vault, code, number, s.member, s.other, s.ref, at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'list_item' THEN
      r := pointsvault.list_item(vault, s.member, code, number, n, s.ref, at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'unlist_item' THEN
      r := pointsvault.unlist_item(vault, s.member, code, number, s.ref, at => moment);
      RETURN ARRAY[NULL, NULL];
    WHEN 'buy_item' THEN
      r := pointsvault.buy_item(vault, s.member, code, number, s.ref, s.extra::numeric, at => moment);
      RETURN ARRAY[r.amount::text, r.fee::text];
    WHEN 'use_item' THEN
      r := pointsvault.use_item(vault, s.member, code, number, s.ref, at => moment);
      RETURN ARRAY[(SELECT i.uses_left::text FROM pointsvault.item i
                    WHERE i.vault = r.vault AND i.series = code AND i.serial = number), NULL];
    WHEN 'open_debt' THEN
      r := pointsvault.open_debt(vault, s.member, n, s.ref, at => moment);
      RETURN ARRAY[r.amount::text, NULL];
    WHEN 'settle_debt' THEN
      r := pointsvault.settle_debt(vault, s.member, n, s.ref, s.extra::numeric, at => moment);
      RETURN ARRAY[r.points::text, NULL];
  END CASE;
END $$;

-- What a member owns, as the files write it.
CREATE FUNCTION golden.items(vault_id integer, owner_name text) RETURNS text
LANGUAGE sql AS $$
  SELECT string_agg(i.series || ':' || i.serial || COALESCE('@' || i.listed_price, '')
                    || COALESCE('x' || nullif(i.used, 0), ''), ' ' ORDER BY s.seq, i.serial)
  FROM pointsvault.item i
  JOIN pointsvault.series s ON s.vault = i.vault AND s.code = i.series
  WHERE i.vault = vault_id AND i.owner = owner_name
$$;

-- Replays golden.call on a new vault.  Errors that say figures have to say those of the file.
CREATE FUNCTION golden.replay_calls(
  name text, policy jsonb, OUT matched bigint, OUT cells bigint, OUT ended text
) LANGUAGE plpgsql AS $$
DECLARE
  vault_id integer := pointsvault.create_vault(name, policy);
  s golden.call;
  results text[];
  expected text[];
  found text[];
  message text;
BEGIN
  matched := 0;
  cells := 0;
  FOR s IN SELECT * FROM golden.call ORDER BY line LOOP
    BEGIN
      results := golden.run_call(vault_id, s);
    EXCEPTION
      WHEN invalid_parameter_value OR object_not_in_prerequisite_state OR check_violation OR insufficient_privilege
           OR no_data_found THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
        results := ARRAY['error', NULL];
        IF s.result2 IS NOT NULL AND message ~ ('^' || split_part(s.result2, ' ', 1) || ' of the (points|shares) of member ')
           AND message LIKE '%' || split_part(s.result2, ' ', 2) THEN
          results[2] := s.result2;
        END IF;
    END;
    SELECT results || ARRAY[v.pool, v.circulating, v.issued, v.treasury_points, v.credits, v.reserve, v.platform,
                            trim_scale(v.cash_owed - v.cash_due), v.debts, v.exchange_points, v.stock_issued]::text[]
           || (SELECT count(*)::text FROM pointsvault.journal j WHERE j.vault = vault_id AND j.kind = 'exit')
    INTO found FROM pointsvault.vault_status v WHERE v.vault = vault_id;
    expected := ARRAY[s.result, s.result2, s.pool, s.circulating, s.issued, s.treasury, s.credits, s.reserve,
                      s.platform, s.cash_total, s.debts, s.exchange, s.stock_issued, s.exits];
    FOR i IN 1 .. array_length(expected, 1) LOOP
      -- an empty cell is nothing to compare, but of a close and a list: nobody
      CONTINUE WHEN expected[i] IS NULL AND NOT (i = 1 AND s.op IN ('close', 'top_holders'));
      cells := cells + 1;
      IF expected[i] IS DISTINCT FROM found[i] THEN
        ended := format('line %s, %s: expected %s, found %s (%s)', s.line + 1, s, expected, found, message);
        RETURN;
      END IF;
    END LOOP;
    matched := matched + 1;
  END LOOP;
  SELECT format('%s: expected %s, found %s', o.member, o, h) INTO ended
  FROM golden.owner o
  LEFT JOIN pointsvault.holding h ON h.vault = vault_id AND h.member = o.member
  WHERE (o.points, o.credits, o.cash, o.quota, o.shares, o.grants, COALESCE(o.items, ''), o.debt, o.partner)
    IS DISTINCT FROM (h.points::text, h.credits::text, h.cash::text, h.quota::text, h.shares::text, (
      SELECT string_agg(g.delivered || '/' || g.shares, ' ' ORDER BY g.seq)
      FROM pointsvault.stock_grant g WHERE g.vault = vault_id AND g.member = o.member),
      COALESCE(golden.items(vault_id, o.member), ''), h.debt::text, h.partner::text) LIMIT 1;
  ended := COALESCE(ended, 'end of file');
END $$;

-- The cycle: a row a day with its events, in their order, and what its close did.
CREATE TABLE golden.day (
  day integer, events text, turnover numeric, pool numeric, paid numeric, unallocated numeric
);
CREATE TABLE golden.member (
  member text, sponsor text, cash numeric, quota numeric, shares numeric, points numeric
);

CREATE FUNCTION golden.replay_cycle(
  name text, policy jsonb, OUT days integer, OUT members integer, OUT ended text
) LANGUAGE plpgsql AS $$
DECLARE
  id integer := pointsvault.create_vault(name, policy);
  first_day date := current_date - 100;
  d golden.day;
  m golden.member;
  event text[];
  moment timestamptz;
  found_day record;
  found_member record;
BEGIN
  days := 0;
  members := 0;
  FOR m IN SELECT * FROM golden.member LOOP
    PERFORM pointsvault.enroll(id, m.member, nullif(m.sponsor, ''));
  END LOOP;
  FOR d IN SELECT * FROM golden.day ORDER BY golden.day.day LOOP
    moment := golden.noon(first_day + d.day);
    FOR event IN SELECT string_to_array(e, ':') FROM unnest(string_to_array(d.events, ' ')) e LOOP
      IF event[1] = 'buy' THEN
        PERFORM pointsvault.purchase(id, event[2], event[3]::numeric, event[4], at => moment);
      ELSE
        PERFORM pointsvault.refund(id, event[2], event[2] || '-back-' || d.day, event[3]::numeric, at => moment);
      END IF;
    END LOOP;
    PERFORM pointsvault.close_day(id, first_day + d.day);
    SELECT v.turnover, v.pool, v.paid, v.unallocated INTO found_day
    FROM pointsvault.dividend_day v WHERE v.vault = id AND v.day = first_day + d.day;
    IF (d.turnover, d.pool, d.paid, d.unallocated) IS DISTINCT FROM found_day THEN
      ended := format('day %s: expected %s, found %s', d.day, d, found_day);
      RETURN;
    END IF;
    days := days + 1;
  END LOOP;
  FOR m IN SELECT * FROM golden.member LOOP
    SELECT h.cash, h.quota, h.shares::numeric, h.points INTO found_member
    FROM pointsvault.holding h WHERE h.vault = id AND h.member = m.member;
    IF (m.cash, m.quota, m.shares, m.points) IS DISTINCT FROM found_member THEN
      ended := format('member %s: expected %s, found %s', m.member, m, found_member);
      RETURN;
    END IF;
    members := members + 1;
  END LOOP;
  ended := 'end of file';
END $$;

-- Commissions: a row an event, the days of which are closed one by one.
CREATE TABLE golden.sale (
  line serial, day integer, op text, member text, amount numeric, region text, ref text
);
CREATE TABLE golden.earner (
  member text, sponsor text, cash numeric, shares numeric, points numeric, team_sales numeric, rank integer
);
CREATE TABLE golden.house (platform numeric, pool numeric, circulating numeric);

-- Books the purchases in a row, one by one, as a list, or by way of the queue.
CREATE FUNCTION golden.book(vault integer, way text, sales golden.sale[], moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  s golden.sale;
BEGIN
  IF way = 'many' THEN
    PERFORM count(p) FROM pointsvault.purchase_many(
      vault, (SELECT array_agg(e.member ORDER BY e.line) FROM unnest(sales) e),
      (SELECT array_agg(e.amount ORDER BY e.line) FROM unnest(sales) e),
      (SELECT array_agg(e.ref ORDER BY e.line) FROM unnest(sales) e),
      regions => (SELECT array_agg(e.region ORDER BY e.line) FROM unnest(sales) e),
      ats => array_fill(moment, ARRAY[cardinality(sales)])) p;
    RETURN;
  END IF;
  FOREACH s IN ARRAY sales LOOP
    IF way = 'one' THEN
      PERFORM pointsvault.purchase(vault, s.member, s.amount, s.ref, region => s.region, at => moment);
    ELSE
      PERFORM pointsvault.submit(vault, s.member, s.amount, s.ref, region => s.region, at => moment);
    END IF;
  END LOOP;
  IF way = 'queue' THEN
    PERFORM pointsvault.settle(vault);
  END IF;
END $$;

-- Replays golden.sale on a new vault; 'end of file', or the first difference.
CREATE FUNCTION golden.replay_commissions(
  name text, way text, policy jsonb, agents jsonb, days integer, OUT events integer, OUT members integer, OUT ended text
) LANGUAGE plpgsql AS $$
DECLARE
  vault_id integer := pointsvault.create_vault(name, policy);
  first_day date := current_date - 100;
  waiting golden.sale[] := '{}';
  s golden.sale;
  m golden.earner;
  moment timestamptz;
  found record;
BEGIN
  events := 0;
  members := 0;
  FOR m IN SELECT * FROM golden.earner LOOP
    PERFORM pointsvault.enroll(vault_id, m.member, nullif(m.sponsor, ''));
  END LOOP;
  PERFORM pointsvault.appoint_agent(vault_id, value, key) FROM jsonb_each_text(agents);
  FOR n IN 1 .. days LOOP
    moment := golden.noon(first_day + n);
    FOR s IN SELECT * FROM golden.sale e WHERE e.day = n ORDER BY line LOOP
      IF s.op = 'buy' THEN
        waiting := waiting || s;
      ELSE
        IF waiting <> '{}' THEN
          PERFORM golden.book(vault_id, way, waiting, moment);
        END IF;
        waiting := '{}';
        PERFORM pointsvault.refund(vault_id, s.ref, 'back-' || s.line, s.amount, at => moment);
      END IF;
      events := events + 1;
    END LOOP;
    IF waiting <> '{}' THEN
      PERFORM golden.book(vault_id, way, waiting, moment);
    END IF;
    waiting := '{}';
    PERFORM pointsvault.close_day(vault_id, first_day + n);
  END LOOP;
  FOR m IN SELECT * FROM golden.earner LOOP
    SELECT h.cash, h.shares::numeric, h.points, COALESCE(t.team_sales::numeric, 0), COALESCE(t.rank, 0)::integer INTO found
    FROM pointsvault.holding h
    JOIN pointsvault.member d USING (vault, member)
    LEFT JOIN pointsvault.team_data t ON t.vault = h.vault AND t.member = d.id
    WHERE h.vault = vault_id AND h.member = m.member;
    IF (m.cash, m.shares, m.points, m.team_sales, m.rank) IS DISTINCT FROM found THEN
      ended := format('member %s: expected %s, found %s', m.member, m, found);
      RETURN;
    END IF;
    members := members + 1;
  END LOOP;
  SELECT format('expected %s, found %s', h, v) INTO ended FROM golden.house h, pointsvault.vault_status v
  WHERE v.vault = vault_id AND (h.platform, h.pool, h.circulating) IS DISTINCT FROM (v.platform, v.pool, v.circulating);
  ended := COALESCE(ended, 'end of file');
END $$;

-- Release plans: a row an event, in their order, each day closed; then the members as they end.
CREATE TABLE golden.release_event (
  n integer GENERATED ALWAYS AS IDENTITY, day integer, op text, member text, amount numeric, ref text
);
CREATE TABLE golden.release_member (
  n integer GENERATED ALWAYS AS IDENTITY, member text, sponsor text, reward numeric, remaining numeric,
  team_sales numeric, star integer
);

CREATE FUNCTION golden.replay_release(
  name text, policy jsonb, closes integer, OUT events integer, OUT members integer, OUT ended text
) LANGUAGE plpgsql AS $$
DECLARE
  vault_id integer := pointsvault.create_vault(name, policy);
  first_day date := current_date - 100;
  e golden.release_event;
  m golden.release_member;
  found_member record;
BEGIN
  events := 0;
  members := 0;
  FOR m IN SELECT * FROM golden.release_member ORDER BY n LOOP
    PERFORM pointsvault.enroll(vault_id, m.member, nullif(m.sponsor, ''));
  END LOOP;
  FOR today IN 1 .. closes LOOP
    FOR e IN SELECT * FROM golden.release_event v WHERE v.day = today ORDER BY v.n LOOP
      IF e.op = 'buy' THEN
        PERFORM pointsvault.purchase(vault_id, e.member, e.amount, e.ref, contribution => 0,
                  at => golden.noon(first_day + today));
      ELSE
        PERFORM pointsvault.refund(vault_id, e.ref, 'back ' || e.n, e.amount,
                  at => golden.noon(first_day + today));
      END IF;
      events := events + 1;
    END LOOP;
    PERFORM pointsvault.close_day(vault_id, first_day + today);
  END LOOP;
  FOR m IN SELECT * FROM golden.release_member ORDER BY n LOOP
    SELECT h.reward, COALESCE((SELECT sum(p.remaining) FROM pointsvault.release_plan p
                               WHERE p.vault = vault_id AND p.member = m.member), 0),
           COALESCE(t.team_sales::numeric, 0), COALESCE(t.star, 0)::integer
    INTO found_member
    FROM pointsvault.holding h
    JOIN pointsvault.member_data d ON d.vault = vault_id AND d.name = m.member
    LEFT JOIN pointsvault.team_data t ON t.vault = vault_id AND t.member = d.id
    WHERE h.vault = vault_id AND h.member = m.member;
    IF (m.reward, m.remaining, m.team_sales, m.star) IS DISTINCT FROM found_member THEN
      ended := format('member %s: expected %s, found %s', m.member, m, found_member);
      RETURN;
    END IF;
    members := members + 1;
  END LOOP;
  ended := 'end of file';
END $$;
