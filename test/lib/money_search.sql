-- A random search for money: members who act together make legal calls, and what they
-- have at the end is compared with what they paid.  Nobody else buys once they have
-- begun, so none of it is a rise of the price by others: more than 0 is a finding.
--
-- What they gain = cash that was paid out, goods for points, and shares of the company at their price
--   - what the orders they kept contributed to the pool, as goods are worth their price
--     less what the house set aside of it (an order that went back costs and brings nothing)
--   - what the shop kept back of returned money, as receipts said that the buyer owed it
--   - what the house paid into the pool as it settled old debts, which are not taken back here.
-- Debts of accounts that are left behind are told apart: nobody collects them.
--
-- Every figure of a receipt is asked for before, by its quote.

CREATE SCHEMA money_search;

-- One run: the vault, the rules of the shop, the day.
CREATE TYPE money_search.run AS (vault integer, days_to_return integer, is_held boolean, day integer, calls integer);

CREATE TABLE money_search.bought (vault integer, ref text, member text, amount numeric, contribution numeric, day integer, returned numeric DEFAULT 0);
CREATE TABLE money_search.got (vault integer, what text, amount numeric);
CREATE TABLE money_search.call (vault integer, n serial, call text);

CREATE FUNCTION money_search.pick(low bigint, high bigint) RETURNS integer
LANGUAGE sql VOLATILE AS $$ SELECT (low + floor(random() * (high - low + 1)))::integer $$;

CREATE FUNCTION money_search.one_of(VARIADIC choices text[]) RETURNS text
LANGUAGE sql VOLATILE AS $$ SELECT choices[money_search.pick(1, cardinality(choices))] $$;

CREATE FUNCTION money_search.amount() RETURNS numeric
LANGUAGE sql VOLATILE AS $$
  SELECT trunc(CASE money_search.pick(1, 5) WHEN 1 THEN money_search.pick(1, 1000) WHEN 2 THEN money_search.pick(1, 100) * 10000000 ELSE money_search.pick(100000, 99999999) END / 10000.0, 4)
$$;

-- Growth alone: no exits, by whose fees others' points rise, and no shortfall that the
-- house bears.
CREATE FUNCTION money_search.policy(hold_days integer) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object('growth', jsonb_build_object('pool_rate', money_search.one_of('0.3', '0.3', '1', '0.123457'), 'mint_rate', mint, 'referral_mint_rate', referral,
      'redeem_fee_rate', money_search.one_of('0', '0.1', '0.1', '0.2'), 'goods_fee_rate', money_search.one_of('0', '0.03'), 'start_price', money_search.one_of('1', '1', '0.01', '100'))
    || CASE WHEN hold_days IS NULL THEN '{}' ELSE jsonb_build_object('hold_days', hold_days) END,
    'legacy', jsonb_build_object('contribution_rate', money_search.one_of('0.3', '1', '0.123457'), 'mint_rate', money_search.one_of('0.7', '1'),
      'release_days', money_search.one_of('0', '2', '9')),
    'exchange', jsonb_build_object('fee_rate', money_search.one_of('0', '0', '0.02')),
    'stock', jsonb_build_object('conversion_fee_rate', money_search.one_of('0', '0', '0.05')))
  FROM (SELECT split_part(rates, ' ', 1) AS mint, split_part(rates, ' ', 2) AS referral FROM money_search.one_of('0.7 0', '0.7 0.1', '0.7 0.3', '0.5 0.5', '0.3 0.3', '0.9 0.1', '0 1') rates) r
$$;

-- A moment of the run's day, which is some time ago.
CREATE FUNCTION money_search.at(day integer) RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '300 days' + day * interval '1 day' + interval '12 hours' $$;

CREATE FUNCTION money_search.has(run money_search.run, who text) RETURNS pointsvault.holding
LANGUAGE sql STABLE AS $$ SELECT h FROM pointsvault.holding h WHERE h.vault = run.vault AND h.member = who $$;

-- The points that the member may use: those that are held are told by a column of their own.
CREATE FUNCTION money_search.free_points(run money_search.run, who text) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT h.points - h.held FROM pointsvault.holding h WHERE h.vault = run.vault AND h.member = who
$$;

-- Where the policy holds no points, whether these must wait all the same: an order of
-- the member, or of one it brought, can still go back.
CREATE FUNCTION money_search.must_wait(run money_search.run, who text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT run.is_held AND EXISTS (
    SELECT FROM money_search.bought b JOIN pointsvault.member m ON m.vault = b.vault AND m.member = b.member
    WHERE b.vault = run.vault AND who IN (b.member, m.sponsor) AND b.returned < b.amount AND run.day < b.day + run.days_to_return)
$$;

CREATE FUNCTION money_search.as_quoted(told numeric, quoted numeric, call text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF told IS DISTINCT FROM quoted THEN
    RAISE EXCEPTION '%: % was quoted, it is %', call, quoted, told;
  END IF;
END $$;

-- --- calls --------------------------------------------------------------------------

CREATE FUNCTION money_search.buy(run money_search.run, who text, ref text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  amount numeric := money_search.amount();
  quoted numeric := (pointsvault.quote_purchase(run.vault, amount)).points;
  given numeric;
BEGIN
  PERFORM money_search.as_quoted((pointsvault.purchase(run.vault, who, amount, ref, at => money_search.at(run.day))).points, quoted, 'purchase');
  SELECT j.contribution INTO given FROM pointsvault.journal j WHERE j.vault = run.vault AND j.ref = buy.ref;
  INSERT INTO money_search.bought VALUES (run.vault, ref, who, amount, given, run.day);
  RETURN format('%s buys for %s', who, amount);
END $$;

-- A part of what is owed, or all of it.
CREATE FUNCTION money_search.settle(run money_search.run, who text, ref text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  amount numeric := LEAST(money_search.amount(), (money_search.has(run, who)).debt);
  quoted numeric;
  given numeric;
BEGIN
  IF amount = 0 THEN
    RETURN NULL;
  END IF;
  quoted := (pointsvault.quote_settle_debt(run.vault, amount)).points;
  PERFORM money_search.as_quoted((pointsvault.settle_debt(run.vault, who, amount, ref, at => money_search.at(run.day))).points, quoted, 'settle_debt');
  SELECT j.contribution INTO given FROM pointsvault.journal j WHERE j.vault = run.vault AND j.ref = settle.ref;
  INSERT INTO money_search.got VALUES (run.vault, 'paid in for a debt', -given);
  RETURN format('%s has %s settled', who, amount);
END $$;

-- All of an order that may go back, or a part.  The shop keeps back what the receipt
-- says is owed, as far as the member's cash does not cover it.
CREATE FUNCTION money_search.give_back(run money_search.run, ref text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  o money_search.bought;
  part numeric;
  quoted pointsvault.receipt;
  told pointsvault.receipt;
  kept_back numeric;
BEGIN
  -- sorted first, so that a seed draws the same again
  SELECT * INTO o FROM (
    SELECT * FROM money_search.bought b
    WHERE b.vault = run.vault AND b.returned < b.amount AND (run.days_to_return IS NULL OR run.day < b.day + run.days_to_return)
    ORDER BY b.ref) b
  ORDER BY random() LIMIT 1;
  IF o IS NULL THEN
    RETURN NULL;
  END IF;
  part := CASE WHEN random() < 0.6 THEN o.amount - o.returned ELSE GREATEST(0.0001, trunc((o.amount - o.returned) * random()::numeric, 4)) END;
  quoted := pointsvault.quote_refund(run.vault, o.ref, part);
  told := pointsvault.refund(run.vault, o.ref, ref, part, at => money_search.at(run.day));
  PERFORM money_search.as_quoted(told.points, quoted.points, 'refund: points');
  PERFORM money_search.as_quoted(told.cash, quoted.cash, 'refund: cash');
  PERFORM money_search.as_quoted(told.fee, quoted.fee, 'refund: owed');
  UPDATE money_search.bought b SET returned = returned + part WHERE b.vault = run.vault AND b.ref = o.ref;
  kept_back := LEAST(told.fee, GREATEST(0, -(money_search.has(run, o.member)).cash));
  IF kept_back > 0 THEN
    INSERT INTO money_search.got VALUES (run.vault, 'kept back by the shop', -kept_back);
    PERFORM pointsvault.repay(run.vault, o.member, kept_back, ref || ' repaid', at => money_search.at(run.day));
  END IF;
  RETURN format('%s gives back %s of %s, %s kept back', o.member, part, o.ref, kept_back);
END $$;

CREATE FUNCTION money_search.sell(run money_search.run, who text, ref text, share numeric, purpose text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n numeric := trunc(money_search.free_points(run, who) * share, 8);
  quoted numeric;
BEGIN
  IF n = 0 OR money_search.must_wait(run, who) THEN
    RETURN NULL;
  END IF;
  quoted := (pointsvault.quote_redeem(run.vault, n, purpose)).cash;
  PERFORM money_search.as_quoted((pointsvault.redeem(run.vault, who, n, ref, purpose, at => money_search.at(run.day))).cash, quoted, 'redeem');
  IF purpose = 'goods' THEN
    INSERT INTO money_search.got VALUES (run.vault, 'goods for points', quoted);
  END IF;
  RETURN format('%s sells %s points for %s of %s', who, n, quoted, purpose);
END $$;

CREATE FUNCTION money_search.swap(run money_search.run, who text, ref text, share numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n numeric := trunc(money_search.free_points(run, who) * share, 8);
  quoted numeric;
BEGIN
  IF n = 0 OR money_search.must_wait(run, who) THEN
    RETURN NULL;
  END IF;
  quoted := (pointsvault.quote_points_to_credits(run.vault, n)).amount;
  PERFORM money_search.as_quoted((pointsvault.points_to_credits(run.vault, who, n, ref, money_search.at(run.day))).amount, quoted, 'points_to_credits');
  RETURN format('%s swaps %s points for %s credits', who, n, quoted);
END $$;

CREATE FUNCTION money_search.convert(run money_search.run, who text, ref text, share numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n numeric := trunc(money_search.free_points(run, who) * share, 8);
  quoted pointsvault.receipt;
  told pointsvault.receipt;
BEGIN
  IF n = 0 OR money_search.must_wait(run, who) THEN
    RETURN NULL;
  END IF;
  quoted := pointsvault.quote_convert_to_stock(run.vault, n);
  told := pointsvault.convert_to_stock(run.vault, who, n, ref, at => money_search.at(run.day));
  PERFORM money_search.as_quoted(told.item, quoted.item, 'convert_to_stock: shares');
  PERFORM money_search.as_quoted(told.points, quoted.points, 'convert_to_stock: points');
  INSERT INTO money_search.got VALUES (run.vault, 'shares for points', told.cash);
  RETURN format('%s turns %s points into %s shares worth %s', who, told.points, told.item, told.cash);
END $$;

CREATE FUNCTION money_search.pay(run money_search.run, who text, whom text, ref text, share numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  c numeric := trunc((money_search.has(run, who)).credits * share, 4);
BEGIN
  IF c = 0 OR who = whom THEN
    RETURN NULL;
  END IF;
  PERFORM pointsvault.pay(run.vault, who, whom, c, ref, money_search.at(run.day));
  RETURN format('%s pays %s credits to %s', who, c, whom);
END $$;

CREATE FUNCTION money_search.swap_back(run money_search.run, who text, ref text, share numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  c numeric := trunc((money_search.has(run, who)).credits * share, 4);
  quoted numeric;
BEGIN
  IF c = 0 THEN
    RETURN NULL;
  END IF;
  quoted := (pointsvault.quote_credits_to_points(run.vault, c)).points;
  PERFORM money_search.as_quoted((pointsvault.credits_to_points(run.vault, who, c, ref, money_search.at(run.day))).points, quoted, 'credits_to_points');
  RETURN format('%s swaps %s credits for %s points', who, c, quoted);
END $$;

-- A collectible is goods for points.
CREATE FUNCTION money_search.claim(run money_search.run, who text, ref text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  quoted pointsvault.receipt := pointsvault.quote_claim(run.vault, 'card');
  told pointsvault.receipt;
BEGIN
  IF quoted.points > money_search.free_points(run, who) OR money_search.must_wait(run, who) THEN
    RETURN NULL;
  END IF;
  told := pointsvault.claim(run.vault, who, 'card', ref, at => money_search.at(run.day));
  PERFORM money_search.as_quoted(told.points, quoted.points, 'claim: points');
  PERFORM money_search.as_quoted(told.cash, quoted.cash, 'claim: net');
  PERFORM money_search.as_quoted(told.item, quoted.item, 'claim: serial');
  INSERT INTO money_search.got VALUES (run.vault, 'goods for points', told.cash);
  RETURN format('%s claims card %s for %s points, net %s', who, told.item, told.points, told.cash);
END $$;

-- An item goes round among them for credits, which the fee makes less.
CREATE FUNCTION money_search.trade(run money_search.run, whom text, ref text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  i record;
  price numeric := (money_search.has(run, whom)).credits;
BEGIN
  SELECT t.owner, t.serial::integer AS serial INTO i FROM (
    SELECT * FROM pointsvault.item t WHERE t.vault = run.vault AND t.owner <> whom ORDER BY t.serial) t
  ORDER BY random() LIMIT 1;
  IF i IS NULL OR price = 0 THEN
    RETURN NULL;
  END IF;
  PERFORM pointsvault.list_item(run.vault, i.owner, 'card', i.serial, price, ref || ' offered', money_search.at(run.day));
  PERFORM pointsvault.buy_item(run.vault, whom, 'card', i.serial, ref, price, money_search.at(run.day));
  RETURN format('%s buys card %s of %s for %s credits', whom, i.serial, i.owner, price);
END $$;

CREATE FUNCTION money_search.take(run money_search.run, who text, ref text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  cash numeric := (money_search.has(run, who)).cash;
BEGIN
  IF cash <= 0 THEN
    RETURN NULL;
  END IF;
  PERFORM pointsvault.withdraw(run.vault, who, cash, ref, money_search.at(run.day));
  INSERT INTO money_search.got VALUES (run.vault, 'cash paid out', cash);
  RETURN format('%s is paid out %s', who, cash);
END $$;

-- Custody is the treasurer's to book, and theirs to ask for: what they gave the market is theirs, whoever gets it back.
CREATE FUNCTION money_search.deposit(run money_search.run, who text, ref text, share numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n numeric := trunc(money_search.free_points(run, who) * share, 8);
  quoted numeric;
BEGIN
  IF n = 0 OR money_search.must_wait(run, who) THEN
    RETURN NULL;
  END IF;
  quoted := (pointsvault.quote_hand_over(run.vault, n)).fee;
  PERFORM money_search.as_quoted((pointsvault.hand_over(run.vault, who, n, ref, 'a market', money_search.at(run.day))).fee, quoted, 'hand_over');
  RETURN format('%s gives a market %s points', who, n);
END $$;

CREATE FUNCTION money_search.fetch(run money_search.run, who text, ref text, share numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n numeric;
BEGIN
  SELECT trunc(s.exchange_points * share, 8) INTO n FROM pointsvault.vault_status s WHERE s.vault = run.vault;
  IF n = 0 THEN
    RETURN NULL;
  END IF;
  PERFORM pointsvault.take_back(run.vault, who, n, ref, 'a market', money_search.at(run.day));
  RETURN format('%s gets %s points from the market', who, n);
END $$;

-- A call that is refused, and for what, is part of the search as any other.
CREATE FUNCTION money_search.note(run money_search.run, call text, sqlstate text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF sqlstate NOT IN ('22023', '55000', '23514', '42501', '22003') THEN
    RAISE EXCEPTION 'vault %: % %', run.vault, sqlstate, call;
  END IF;
END $$;

CREATE FUNCTION money_search.try(run money_search.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  who text := money_search.one_of('sam', 'sid', 'ben', 'bea', 'bud', 'moe');
  ref text := 'call ' || run.calls;
  share numeric := money_search.one_of('1', '1', '0.5', '0.000001')::numeric;
  n integer := money_search.pick(1, 20);
  what text;
BEGIN
  what := CASE
    WHEN n <= 3 THEN money_search.buy(run, money_search.one_of('ben', 'bea', 'bud', who), ref)
    WHEN n <= 6 THEN money_search.give_back(run, ref)
    WHEN n = 7 THEN money_search.sell(run, who, ref, share, 'cash')
    WHEN n = 8 THEN money_search.sell(run, who, ref, share, 'goods')
    WHEN n <= 10 THEN money_search.swap(run, money_search.one_of('sam', 'sid', who), ref, share)
    WHEN n <= 12 THEN money_search.pay(run, who, money_search.one_of('moe', 'pat'), ref, share)
    WHEN n = 13 THEN money_search.swap_back(run, 'moe', ref, share)
    WHEN n = 14 THEN money_search.claim(run, who, ref)
    WHEN n = 15 THEN money_search.trade(run, who, ref)
    WHEN n = 16 THEN money_search.convert(run, who, ref, share)
    WHEN n = 17 THEN money_search.deposit(run, who, ref, share)
    WHEN n = 18 THEN money_search.fetch(run, who, ref, share)
    WHEN n = 19 THEN money_search.settle(run, money_search.one_of('ben', 'sam', who), ref)
    ELSE money_search.take(run, who, ref) END;
  IF what IS NOT NULL THEN
    INSERT INTO money_search.call (vault, call) VALUES (run.vault, 'day ' || run.day || ': ' || what);
  END IF;
EXCEPTION WHEN OTHERS THEN
  PERFORM money_search.note(run, SQLERRM, SQLSTATE);
END $$;

-- All that they have is made cash and paid out.
CREATE FUNCTION money_search.finish(run money_search.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  who text;
  step text;
  what text;
BEGIN
  run.day := run.day + COALESCE(run.days_to_return, 0) + 10; -- all that was held is free
  FOREACH step IN ARRAY ARRAY['swapped', 'back', 'fetched', 'sold', 'paid'] LOOP
    FOR who IN SELECT m.member FROM unnest('{sam,sid,ben,bea,bud,moe,pat}'::text[]) m (member) ORDER BY random() LOOP
      BEGIN
        what := CASE step
          WHEN 'swapped' THEN money_search.pay(run, who, 'moe', 'end pays ' || who, 1)
          WHEN 'back' THEN CASE WHEN who = 'moe' THEN money_search.swap_back(run, who, 'end swaps ' || who, 1) END
          WHEN 'fetched' THEN money_search.fetch(run, who, 'end fetches ' || who, 1)
          WHEN 'sold' THEN money_search.sell(run, who, 'end sells ' || who, 1, 'cash')
          ELSE money_search.take(run, who, 'end takes ' || who) END;
        IF what IS NOT NULL THEN
          INSERT INTO money_search.call (vault, call) VALUES (run.vault, 'at the end: ' || what);
        END IF;
      EXCEPTION WHEN OTHERS THEN
        PERFORM money_search.note(run, SQLERRM, SQLSTATE);
      END;
    END LOOP;
  END LOOP;
END $$;

-- --- a run --------------------------------------------------------------------------

-- What those of one new vault gain by so many calls.  `days_to_return` NULL: orders go
-- back whenever; 0: never.  `holds`: points wait that long, by the policy (`hold_days`), or
-- because nobody asks for them.  A vault is kept if
-- something was gained, and gone otherwise.
CREATE FUNCTION money_search.run(name text, calls integer, days_to_return integer, holds boolean, hold_days boolean,
                                 OUT gain numeric, OUT left_owing numeric, OUT done integer, OUT trace text)
LANGUAGE plpgsql AS $$
DECLARE
  run money_search.run;
  policy jsonb;
  broken text;
BEGIN
  policy := money_search.policy(CASE WHEN holds AND hold_days THEN days_to_return END);
  run := ROW(pointsvault.create_vault(name, policy, timezone => 'UTC'), days_to_return, holds AND NOT hold_days, 0, 0);
  PERFORM pointsvault.enroll_many(run.vault, '{honest,sam,sid,ben,bea,bud,moe,pat}', '{NULL,NULL,sam,sam,sid,ben,NULL,NULL}', merchants => '{f,f,f,f,f,f,t,f}');
  PERFORM pointsvault.create_series(run.vault, 'card', 20, money_search.pick(1, 1000), 'money', fee_rate => money_search.one_of('0', '0.1')::numeric);
  PERFORM pointsvault.set_stock_price(run.vault, money_search.one_of('0.0001', '0.37', '9')::numeric, 'a share', at => money_search.at(0));
  PERFORM pointsvault.open_debt(run.vault, member, 5000, 'owed ' || member, at => money_search.at(0)) FROM unnest('{sam,ben,bud}'::text[]) member;
  FOR i IN 1 .. money_search.pick(0, 2) LOOP
    PERFORM pointsvault.purchase(run.vault, 'honest', money_search.amount(), 'honest ' || i, at => money_search.at(0));
  END LOOP;
  FOR i IN 1 .. calls LOOP
    run.calls := i;
    IF random() < 0.15 THEN
      run.day := run.day + money_search.pick(1, 3);
    END IF;
    PERFORM money_search.try(run);
  END LOOP;
  PERFORM money_search.finish(run);
  SELECT COALESCE((SELECT sum(g.amount) FROM money_search.got g WHERE g.vault = run.vault), 0)
       - COALESCE((SELECT sum(b.contribution - trunc(b.contribution * b.returned / b.amount, 4)) FROM money_search.bought b WHERE b.vault = run.vault), 0),
       COALESCE((SELECT -sum(h.cash) FROM pointsvault.holding h WHERE h.vault = run.vault AND h.cash < 0), 0)
  INTO gain, left_owing;
  SELECT count(*), string_agg(c.call, E'\n' ORDER BY c.n) INTO done, trace FROM money_search.call c WHERE c.vault = run.vault;
  SELECT string_agg(v.name || ': ' || v.detail, '; ') INTO broken FROM pointsvault.verify(run.vault) v WHERE v.ok IS NOT TRUE;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION '% under %: verify: %', name, policy, broken;
  END IF;
  trace := policy::text || E'\n' || trace;
  IF gain <= 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'UNDO1';
  END IF;
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
  NULL;  -- what was found out stays in the variables
END $$;

-- Runs of a seed: how many, how many calls were booked, and the one that gained most.
CREATE FUNCTION money_search.runs(seed integer, runs integer, calls integer, days_to_return integer, holds boolean, hold_days boolean,
                                  OUT booked bigint, OUT gains integer, OUT most numeric, OUT owing numeric, OUT trace text)
LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  PERFORM setseed((seed % 1000003) / 1000003.0);
  booked := 0;
  gains := 0;
  FOR i IN 1 .. runs LOOP
    r := money_search.run(format('seed %s, run %s, %s %s %s', seed, i, days_to_return, holds, hold_days), calls, days_to_return, holds, hold_days);
    booked := booked + r.done;
    gains := gains + (r.gain > 0)::integer;
    IF most IS NULL OR r.gain > most THEN
      most := r.gain;
      owing := r.left_owing;
      trace := r.trace;
    END IF;
  END LOOP;
END $$;
