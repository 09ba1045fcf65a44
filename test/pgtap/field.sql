-- Bugs of other loyalty programmes and ledgers, as their public trackers tell them,
-- tried here.  Each test is named by what went wrong there; each ends with verify().
--
--   pg_prove -d DATABASE test/pgtap/field.sql      (or psql -XAtqf)
--
-- What was reported, where for example, and what holds it here:
--
--   refunds
--     points stay after the order went back (odoo #257854, erpnext #32951)    G15
--     points are taken twice by a return (odoo #212922, #221928)              V4, G15
--     a return drives the points below zero (robgpeak/CompLinks-xclub #184)   G15: cash owes, points never
--     partial returns drift from the whole by rounding                       G15: running sums
--       (solidus_product_assembly #43, medusa #15530)
--     more is returned than was bought                                       G15
--     the sponsor keeps the share of a cancelled order                       G15
--       (AffiliateWP #2668, opencart #7703)
--     a return is counted at today's rates, not the order's                  the order's own figures
--     a return of a return, of a payout, of a redemption                     no_such_ref
--     a purchase retried after its return buys again (AffiliateWP #1752)     V4
--     nor tells that it went back                                            V4: refunded
--     points of a returned order leave by a second account                   G16, G13
--     dividends of a returned order stay paid                                C2
--   the same call more than once
--     a webhook delivered eight times is booked eight times (formance #1464) V4
--     a retry whose amount is written otherwise is refused, or books anew    V4: values are compared
--     a key used again with other content passes (go-ledger-microservice #9) V4
--     a retry after a rollback finds its key taken                           the key goes with the event
--     keys that differ late are cut to the same                              255 bytes, else refused
--     one message twice in a batch, one bad message in a batch (H3)          V4, H3
--     a bounced payout comes back twice                                      withdraw_return, once
--     a job that runs twice pays twice                                       V7, C8: closed days are closed
--   what is spent
--     points, cash or credits spent twice (spree #11284, Azuriom #285)       one balance, locked; at once: test/t/310_field_at_once.pl
--     a payment to oneself doubles the balance                               G10
--     negative and zero quantities earn or spend                             22023
--     0.1 + 0.2, and floats that come in by the side                         U1, no float8
--     decimals rounded without a word                                        22003
--     sums that wrap around                                                  U4
--     many small redemptions bring more than one                             G4, identity 10
--     orders too small to contribute earn all the same                       G2
--     the price moved between quote and order                                guards
--     points of one currency spent in another                                a vault has its own members and refs
--   people
--     one's own sponsor, rings of sponsors, sponsors found later             enroll
--       (loopfi #62)
--     accounts opened for the referral alone earn                            G2: only purchases mint
--     an erased person's name lives on (magento2-gdpr #94, pinchy #238)      rename_member, erase_member; rows keep numbers
--   order of arrival
--     the refund comes before the purchase (saleor-docs #1319)               P0002, and again later
--     a late event changes a day that was paid (mirakl-hyperwallet #35)      V7
--     an order held back is cancelled, and settles all the same              H2
--   clocks
--     an hour, a midnight, a day that does not exist, or is there twice      U5, V7
--       (rundeck #6879, vellum-assistant #33088, montrose #165)
--     the server's midnight instead of the shop's                            U5
--   the pool
--     the first buyer inflates the price and takes what the next pays in     V6, V3, G11
--       (openzeppelin-contracts #3706, #5223)
--     a donation to an empty vault goes to the next buyer                    G11, V3
--     the cap is passed by the referral                                      G3

\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();

-- What the tests share ------------------------------------------------------------------

-- A mall in a region where it is about noon, so that no day ends meanwhile: fay has
-- bought before all others, sue brought bob, moe is a merchant.
CREATE FUNCTION pg_temp.mall(name text, policy jsonb DEFAULT '{"growth": {"referral_mint_rate": 0.1}}', zone text DEFAULT NULL)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  noon text := (ARRAY['Asia/Tokyo', 'Africa/Nairobi', 'America/Cayenne', 'Pacific/Gambier'])[1 + extract(hour FROM now() AT TIME ZONE 'UTC')::integer / 6];
  id integer := pointsvault.create_vault(name, policy, timezone => COALESCE(zone, noon));
BEGIN
  PERFORM pointsvault.enroll_many(id, '{fay,sue,bob,eve,moe}', '{NULL,NULL,sue,NULL,NULL}', merchants => '{f,f,f,f,t}');
  IF zone IS NULL THEN
    PERFORM pointsvault.purchase(id, 'fay', 1000, 'of fay');
  END IF;
  RETURN id;
END $$;

-- The last test of each: the books are as the journal says.
CREATE FUNCTION pg_temp.sound(id integer) RETURNS text LANGUAGE sql AS $$
  SELECT is_empty(format('SELECT name, expected, found, detail FROM pointsvault.verify(%s) WHERE ok IS NOT TRUE', id),
                  (SELECT 'sound after: ' || s.name FROM pointsvault.vault_status s WHERE s.vault = id))
$$;

-- What one member has of an asset.
CREATE FUNCTION pg_temp.has(id integer, who text, asset text DEFAULT 'points') RETURNS numeric LANGUAGE sql AS $$
  SELECT (to_jsonb(h) ->> asset)::numeric FROM pointsvault.holding h WHERE h.vault = id AND h.member = who
$$;

-- How many events of a kind there are.
CREATE FUNCTION pg_temp.events(id integer, kind text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM pointsvault.journal j WHERE j.vault = id AND j.kind = events.kind
$$;

-- All that a vault has and owes, as one text.
CREATE FUNCTION pg_temp.books(id integer) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(E'\n', (SELECT s::text FROM pointsvault.vault_status s WHERE s.vault = id),
    (SELECT string_agg(h::text, E'\n' ORDER BY h.member) FROM pointsvault.holding h WHERE h.vault = id),
    (SELECT string_agg(l::text, E'\n' ORDER BY l.seq, l.member) FROM pointsvault.lot l WHERE l.vault = id),
    (SELECT string_agg(q::text, E'\n' ORDER BY q.ref) FROM pointsvault.queue q WHERE q.vault = id))
$$;

-- One test: each call is refused with the SQLSTATE, and leaves nothing behind.
CREATE FUNCTION pg_temp.refused(id integer, sqlstate text, what text, VARIADIC calls text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  before text := pg_temp.books(id);
  call text;
  wrong text := '';
BEGIN
  FOREACH call IN ARRAY calls LOOP
    BEGIN
      EXECUTE 'SELECT pointsvault.' || call USING id;
      wrong := wrong || call || ': not refused' || E'\n';
    EXCEPTION WHEN OTHERS THEN
      IF SQLSTATE <> refused.sqlstate THEN
        wrong := wrong || call || ': ' || SQLSTATE || ' ' || SQLERRM || E'\n';
      END IF;
    END;
  END LOOP;
  RETURN is(wrong || CASE WHEN pg_temp.books(id) = before THEN '' ELSE 'something changed' END, '', what);
END $$;

-- Refunds -----------------------------------------------------------------------------------

SELECT pg_temp.mall('points stay after the order went back') AS v \gset
SELECT points FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \g /dev/null
SELECT pg_temp.refused(:v, '23514', 'more is not returned than was bought', 'refund($1, ''o1'', ''r0'', 500.0001)', 'refund($1, ''o1'', ''r0'', 1000000)');
SELECT cmp_ok(pg_temp.has(:v, 'bob'), '>', 0::numeric, 'the order brought points');
SELECT cmp_ok(pg_temp.has(:v, 'sue'), '>', 0::numeric, 'to the sponsor too');
SELECT ref FROM pointsvault.refund(:v, 'o1', 'r1') \g /dev/null
SELECT is(pg_temp.has(:v, 'bob'), 0::numeric, 'the buyer has no points of an order that went back');
SELECT is(pg_temp.has(:v, 'sue'), 0::numeric, 'the sponsor keeps no share of a cancelled order');
SELECT is((SELECT points FROM pointsvault.refund(:v, 'o1', 'r1')), (SELECT points FROM pointsvault.get_receipt(:v, 'r1')), 'the return again is told, not booked');
SELECT is(pg_temp.events(:v, 'refund'), 1::bigint, 'points are not taken twice by a return that is sent twice');
SELECT pg_temp.refused(:v, '55000', 'nor again, under another key', 'refund($1, ''o1'', ''r2'')');
SELECT pg_temp.refused(:v, '23514', 'in any part', 'refund($1, ''o1'', ''r2'', 0.0001)', 'refund($1, ''o1'', ''r2'', 500)');
SELECT pg_temp.refused(:v, '22023', 'a return is not returned', 'refund($1, ''r1'', ''r2'')');
SELECT is((SELECT replayed FROM pointsvault.purchase(:v, 'bob', 500, 'o1')), true, 'a purchase retried after its return is not bought again');
SELECT is(pg_temp.has(:v, 'bob'), 0::numeric, 'and brings no points');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a retried purchase does not tell that it went back') AS v \gset
SELECT is((SELECT refunded FROM pointsvault.purchase(:v, 'bob', 500, 'o1')), 0::numeric, 'nothing of a new order went back');
SELECT ref FROM pointsvault.refund(:v, 'o1', 'r1', 120.5) \g /dev/null
SELECT is((SELECT refunded FROM pointsvault.purchase(:v, 'bob', 500, 'o1')), 120.5, 'the purchase again tells what did since');
SELECT is((SELECT refunded FROM pointsvault.get_receipt(:v, 'o1')), 120.5, 'its receipt too');
SELECT is((SELECT refunded FROM pointsvault.purchase_many(:v, '{bob}', '{500}', '{o1}')), 120.5, 'in a batch too');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('points of a returned order leave by a second account', '{"growth": {"referral_mint_rate": 0.3, "hold_days": 7}}') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \g /dev/null
SELECT pg_temp.refused(:v, '55000', 'within the return window neither buyer nor sponsor has any to give', 'points_to_credits($1, ''sue'', 0.00000001, ''s1'')',
  'redeem($1, ''sue'', 1, ''s1'')', 'redeem($1, ''bob'', 1, ''s1'', ''goods'')', 'points_to_credits($1, ''bob'', 1, ''s1'')');
SELECT fee >= 0 AND owed_by_others = 0 AS settled FROM pointsvault.refund(:v, 'o1', 'r1') \gset
SELECT is(:'settled'::boolean, true, 'so nobody else owes when the order goes back');
SELECT is(pg_temp.has(:v, 'sue'), 0::numeric, 'and nothing is left of it');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('who owes for a returned order goes on spending', '{"growth": {"referral_mint_rate": 0.3}}') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500, 'o2') \g /dev/null
SELECT amount AS swapped FROM pointsvault.points_to_credits(:v, 'sue', pg_temp.has(:v, 'sue'), 's1') \gset
SELECT owed_by_others AS owed FROM pointsvault.refund(:v, 'o2', 'r1') \gset
SELECT is(pg_temp.has(:v, 'sue', 'cash'), -:owed::numeric, 'the receipt says what the sponsor owes');
SELECT pg_temp.refused(:v, '55000', 'whose credits stay until that is paid', 'pay($1, ''sue'', ''bob'', 0.0001, ''p1'')');
SELECT ref FROM pointsvault.repay(:v, 'sue', :owed, 'q1') \g /dev/null
SELECT is((SELECT amount FROM pointsvault.pay(:v, 'sue', 'bob', 1, 'p1')), 1::numeric, 'and then go on');
SELECT pg_temp.refused(:v, '23514', 'and what was paid is not paid again', 'repay($1, ''sue'', 0.0001, ''q2'')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('dividends of a returned order stay paid', pointsvault.preset('cycle'), 'Africa/Nairobi') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'sue', 1000, 'kept', at => now() - interval '4 days') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'bob', 9000, 'big', at => now() - interval '4 days') \g /dev/null
SELECT ref FROM pointsvault.refund(:v, 'big', 'back', at => now() - interval '3 days') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'sue', 12000, 'later', at => now() - interval '1 day') \g /dev/null
SELECT pointsvault.close_day(:v) \g /dev/null
SELECT is((SELECT sum(turnover) FROM pointsvault.dividend_day WHERE vault = :v), 13000::numeric, 'what the days shared out comes from orders that were kept');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('buying and returning over and over earns') AS v \gset
CREATE FUNCTION pg_temp.turns(id integer, turns integer) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  owed numeric := 0;
BEGIN
  FOR i IN 1 .. turns LOOP
    PERFORM pointsvault.purchase(id, 'bob', 777.77, 'turn ' || i);
    owed := owed + (pointsvault.refund(id, 'turn ' || i, 'back ' || i)).fee;
  END LOOP;
  RETURN owed;
END $$;
SELECT pg_temp.turns(:v, 25) AS owed \gset
SELECT is(pg_temp.has(:v, 'bob'), 0::numeric, 'no points are left of 25 orders that went back');
SELECT is(pg_temp.has(:v, 'bob', 'cash'), -:'owed'::numeric, 'and what their receipts said is owed, exactly');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a return after the points were spent') AS v \gset
SELECT points AS n FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \gset
SELECT cash AS net FROM pointsvault.redeem(:v, 'bob', :n, 'sold') \gset
SELECT pointsvault.price_of(:v) AS price \gset
SELECT fee AS owed FROM pointsvault.refund(:v, 'o1', 'r1') \gset
SELECT is(pg_temp.has(:v, 'bob'), 0::numeric, 'points do not fall below zero by a return');
SELECT cmp_ok(pg_temp.has(:v, 'bob', 'cash'), '<', 0::numeric, 'the buyer owes what was sold and returned');
SELECT pg_temp.refused(:v, '23514', 'what is owed is no cash to withdraw', 'withdraw($1, ''bob'', 0.0001, ''w1'')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('the sponsor spent the share of a cancelled order') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \g /dev/null
SELECT cash AS net FROM pointsvault.redeem(:v, 'sue', pg_temp.has(:v, 'sue'), 'sold') \gset
SELECT ref FROM pointsvault.withdraw(:v, 'sue', :net, 'w1') \g /dev/null
SELECT ref FROM pointsvault.refund(:v, 'o1', 'r1') \g /dev/null
SELECT cmp_ok(pg_temp.has(:v, 'sue', 'cash'), '<=', -:net::numeric, 'the sponsor owes at least what was paid out');
SELECT pg_temp.sound(:v);

-- An order of 333.3333 returned in so many parts; what stays of it.
CREATE FUNCTION pg_temp.returned(name text, spent numeric, VARIADIC parts numeric[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  id integer := pg_temp.mall(name, '{"growth": {"referral_mint_rate": 0.1}, "cycle": {"quota_multiple": 1.333333, "share_price": 7, "referral_quota_rate": 0.123457, "referral_share_rate": 0.1}}');
  given numeric := 0;
  owed numeric := 0;
  r pointsvault.receipt;
BEGIN
  PERFORM pointsvault.purchase(id, 'bob', 333.3333, 'odd');
  IF spent > 0 THEN
    PERFORM pointsvault.redeem(id, 'bob', trunc(pg_temp.has(id, 'bob') * spent, 8), 'spent', 'goods');
  END IF;
  FOR i IN 1 .. cardinality(parts) LOOP
    r := pointsvault.refund(id, 'odd', 'part ' || i, parts[i]);
    given := given + r.cash;
    owed := owed + r.fee;
  END LOOP;
  IF EXISTS (SELECT FROM pointsvault.verify(id) c WHERE c.ok IS NOT TRUE) THEN
    RAISE EXCEPTION '%: verify', name;
  END IF;
  RETURN (SELECT jsonb_build_object('points', pg_temp.has(id, 'bob'), 'of sponsor', pg_temp.has(id, 'sue'), 'issued', s.issued, 'circulating', s.circulating,
    'quota', pg_temp.has(id, 'bob', 'quota'), 'shares', pg_temp.has(id, 'bob', 'shares'), 'quota of sponsor', pg_temp.has(id, 'sue', 'quota'), 'moved', given + owed)
    FROM pointsvault.vault_status s WHERE s.vault = id);
END $$;
CREATE TEMPORARY TABLE split AS
SELECT spent, parts, pg_temp.returned(format('partial returns drift from the whole: %s %s', spent, n), spent, VARIADIC parts) AS of_parts,
       pg_temp.returned(format('the whole: %s %s', spent, n), spent, 333.3333) AS whole
FROM unnest('{0,0.37,1}'::numeric[]) spent, (VALUES
  (1, '{111.1111,111.1111,111.1111}'::numeric[]),
  (2, '{0.0001,333.3332}'),
  (3, '{333.3332,0.0001}'),
  (4, '{0.3333,33,100,0.0007,199.9993}'),
  (5, '{7.77,7.77,7.77,7.77,7.77,7.77,7.77,7.77,7.77,263.4033}'),
  (6, array_fill(0.0001, '{150}') || '{333.3183}')) p (n, parts);
SELECT is(of_parts - 'moved', whole - 'moved', format('%s parts of an order of which %s was spent, the first of %s, leave what the whole leaves', cardinality(parts), spent, parts[1])) FROM split;
SELECT cmp_ok((of_parts->>'moved')::numeric - (whole->>'moved')::numeric, '>=', 0::numeric, 'and no split is to the buyer''s good') FROM split;
SELECT cmp_ok((of_parts->>'moved')::numeric - (whole->>'moved')::numeric, '<=', 0.0001 * (cardinality(parts) - 1), 'each part costs at most its own rounding') FROM split;
SELECT is(pg_temp.returned('the rest is what is left', 0.37, 111.1111, NULL) - 'moved', pg_temp.returned('the rest, whole', 0.37, 333.3333) - 'moved', 'a return of the rest leaves what the whole does');

SELECT pg_temp.mall('a return at the rates of today') AS v \gset
SELECT points AS n FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \gset
SELECT contribution AS c FROM pointsvault.journal WHERE vault = :v AND ref = 'o1' \gset
SELECT pointsvault.set_policy(:v, '{"growth": {"pool_rate": 0.9, "mint_rate": 0.1, "referral_mint_rate": 0.9}}') \g /dev/null
SELECT is(points, :n::numeric, 'a return burns what the order brought, whatever the policy now') FROM pointsvault.refund(:v, 'o1', 'r1');
SELECT is(cash + fee, :c::numeric, 'and moves what it contributed') FROM pointsvault.get_receipt(:v, 'r1');
SELECT pg_temp.sound(:v);

-- The same call more than once --------------------------------------------------------------

SELECT pg_temp.mall('a webhook delivered eight times') AS v \gset
SELECT string_agg(DISTINCT (to_jsonb(r) - 'replayed')::text, '; ') AS told, count(*) FILTER (WHERE r.replayed) AS replayed
FROM generate_series(1, 8) i, pointsvault.purchase(:v, 'bob', 500 + 0 * i, 'hook') r \gset
SELECT is(:'told', (SELECT (to_jsonb(r) - 'replayed')::text FROM pointsvault.get_receipt(:v, 'hook') r), 'the same receipt eight times');
SELECT is(:replayed, 7, 'of which seven are told again');
SELECT is(pg_temp.events(:v, 'purchase'), 2::bigint, 'one purchase beside the first one');
SELECT is((SELECT bool_and(r.replayed) FROM unnest('{500,500.0,500.0000,5e2,0500}'::text[]) amount, pointsvault.purchase(:v, 'bob', amount::numeric, 'hook') r), true,
          'a retry whose amount is written otherwise is the same');
SELECT pg_temp.refused(:v, '23505', 'a key used again with other content is refused', 'purchase($1, ''bob'', 500.0001, ''hook'')', 'purchase($1, ''eve'', 500, ''hook'')',
  'purchase($1, ''bob'', 500, ''hook'', contribution => 1)', 'redeem($1, ''bob'', 1, ''hook'')', 'pay($1, ''bob'', ''eve'', 1, ''hook'')', 'submit($1, ''bob'', 501, ''hook'')',
  'withdraw($1, ''bob'', 1, ''hook'')', 'refund($1, ''hook'', ''hook'')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a retry after a rollback finds its key taken') AS v \gset
SAVEPOINT timeout;
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500, 'o1') \g /dev/null
ROLLBACK TO timeout;
SELECT is(replayed, false, 'what was rolled back is booked anew') FROM pointsvault.purchase(:v, 'bob', 499, 'o1');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('keys that differ late are cut to the same') AS v \gset
SELECT isnt((SELECT seq FROM pointsvault.purchase(:v, 'bob', 1, repeat('k', 254) || 'a')), (SELECT seq FROM pointsvault.purchase(:v, 'bob', 1, repeat('k', 254) || 'b')), 'the 255th byte counts');
SELECT isnt((SELECT seq FROM pointsvault.purchase(:v, 'bob', 1, 'Order')), (SELECT seq FROM pointsvault.purchase(:v, 'bob', 1, 'order')), 'so does case');
SELECT isnt((SELECT seq FROM pointsvault.purchase(:v, 'bob', 1, '7')), (SELECT seq FROM pointsvault.purchase(:v, 'bob', 1, '07')), 'and a leading zero');
SELECT pg_temp.refused(:v, '22023', 'what is longer is refused, not cut', format('purchase($1, ''bob'', 1, %L)', repeat('k', 256)), 'purchase($1, ''bob'', 1, '''')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a batch with a message twice, and with a bad one') AS v \gset
SELECT is((SELECT count(DISTINCT seq) FROM pointsvault.purchase_many(:v, '{bob,eve,bob}', '{5,6,5}', '{b1,b2,b1}')), 2::bigint, 'one message twice in a batch is booked once');
SELECT pg_temp.refused(:v, 'P0002', 'a batch with an unknown member books nothing', 'purchase_many($1, ''{bob,nobody}'', ''{5,6}'', ''{b3,b4}'')');
SELECT pg_temp.refused(:v, '22023', 'a batch with a negative amount books nothing', 'purchase_many($1, ''{bob,eve}'', ''{5,-6}'', ''{b3,b4}'')');
SELECT pointsvault.submit_many(:v, '{bob,nobody,eve}', '{5,6,7}', '{q1,q2,q3}') \g /dev/null
SELECT is(pointsvault.settle(:v), 2::bigint, 'a bad message in the queue does not hold up the others');
SELECT matches((SELECT error FROM pointsvault.queue WHERE vault = :v AND ref = 'q2'), '^P0002 no_such_member', 'and is set aside with its error');
SELECT is(pointsvault.settle(:v), 0::bigint, 'a second settle books nothing twice');
SELECT is(pointsvault.submit(:v, 'bob', 5, 'q1') IS NOT NULL AND pointsvault.settle(:v) = 0, true, 'an order submitted again after it was booked is not booked again');
SELECT is(pg_temp.events(:v, 'purchase'), 5::bigint, 'five purchases in all');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a bounced payout comes back twice') AS v \gset
SELECT cash AS net FROM pointsvault.redeem(:v, 'fay', 50, 'sold') \gset
SELECT ref FROM pointsvault.withdraw(:v, 'fay', :net, 'w1') \g /dev/null
SELECT is((SELECT replayed FROM pointsvault.withdraw(:v, 'fay', :net::numeric, 'w1')), true, 'a payout sent twice is one');
SELECT pg_temp.refused(:v, '23514', 'cash is not paid out twice', format('withdraw($1, ''fay'', %s, ''w2'')', :net));
SELECT ref FROM pointsvault.withdraw_return(:v, 'w1', 'bounced') \g /dev/null
SELECT is((SELECT replayed FROM pointsvault.withdraw_return(:v, 'w1', 'bounced')), true, 'its return sent twice is one');
SELECT pg_temp.refused(:v, '55000', 'a payout bounces once', 'withdraw_return($1, ''w1'', ''again'')');
SELECT is(pg_temp.has(:v, 'fay', 'cash'), :net::numeric, 'the cash is back, once');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a job that runs twice pays twice', '{"growth": {}, "cycle": {"share_price": 10, "weight_pool_rate": 0.3}}', 'UTC') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'fay', 1000, 'o1', at => '2024-02-28 12:00Z') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500, 'o2', at => '2024-02-28 13:00Z') \g /dev/null
SELECT pointsvault.close_day(:v, '2024-02-28') \g /dev/null
SELECT pg_temp.has(:v, 'fay', 'cash') AS paid \gset
SELECT cmp_ok(:paid::numeric, '>', 0::numeric, 'the day paid');
SELECT pointsvault.close_day(:v, '2024-02-28'), pointsvault.accrue(:v), pointsvault.accrue(:v) \g /dev/null
SELECT is(pg_temp.has(:v, 'fay', 'cash'), :paid::numeric, 'a day closed again pays nothing again');
SELECT is((SELECT count(*) FROM pointsvault.dividend_history(:v, 'fay')), 1::bigint, 'one payment in the history');
SELECT pointsvault.close_day(:v), pointsvault.close_day(:v) \g /dev/null
SELECT set_eq(format('SELECT day FROM pointsvault.dividend_day WHERE vault = %s', :v), ARRAY['2024-02-28', '2024-02-29', '2024-03-01']::date[], 'the 29th of February is a day');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('an exit is taken twice', '{"growth": {"exit_multiple": 0.5, "exits_per_call": 0}}') AS v \gset
SELECT ref FROM pointsvault.inject(:v, 5000, 'round') \g /dev/null
SELECT is(pointsvault.process_exits(:v), 1::bigint, 'the exit that is due');
SELECT is(pointsvault.process_exits(:v), 0::bigint, 'is taken once');
SELECT is(pg_temp.events(:v, 'exit'), 1::bigint, 'one exit');
SELECT pg_temp.sound(:v);

-- What is spent -------------------------------------------------------------------------------

SELECT pg_temp.mall('points, credits and cash spent twice') AS v \gset
SELECT pg_temp.has(:v, 'fay') AS n \gset
SELECT cash AS net FROM pointsvault.redeem(:v, 'fay', trunc(:n * 0.75, 8), 's1') \gset
SELECT pg_temp.refused(:v, '23514', 'points are not spent twice', format('redeem($1, ''fay'', %s, ''s2'')', trunc(:n * 0.75, 8)), format('points_to_credits($1, ''fay'', %s, ''s2'')', trunc(:n * 0.75, 8)),
  format('redeem($1, ''fay'', %s, ''s2'', ''goods'')', trunc(:n * 0.75, 8)));
SELECT amount AS c FROM pointsvault.points_to_credits(:v, 'fay', pg_temp.has(:v, 'fay'), 's3') \gset
SELECT ref FROM pointsvault.pay(:v, 'fay', 'moe', :c, 'p1') \g /dev/null
SELECT pg_temp.refused(:v, '23514', 'credits are not paid twice', format('pay($1, ''fay'', ''eve'', %s, ''p2'')', :c), 'pay($1, ''fay'', ''eve'', 0.0001, ''p2'')');
SELECT pg_temp.refused(:v, '42501', 'credits go back to points for merchants alone', 'credits_to_points($1, ''fay'', 1, ''p2'')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a payment to oneself doubles the balance') AS v \gset
SELECT amount AS c FROM pointsvault.points_to_credits(:v, 'fay', 10, 's1') \gset
SELECT pg_temp.refused(:v, '22023', 'nobody pays oneself', format('pay($1, ''fay'', ''fay'', %s, ''p1'')', :c));
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('negative and zero quantities') AS v \gset
SELECT pg_temp.refused(:v, '22023', 'no quantity below or at zero earns or spends', VARIADIC (
  SELECT array_agg(format(call, n)) FROM unnest(ARRAY['-1', '0', '-0.0001']) n, unnest(ARRAY['purchase($1, ''bob'', %s, ''n'')', 'redeem($1, ''fay'', %s, ''n'')',
    'pay($1, ''fay'', ''eve'', %s, ''n'')', 'withdraw($1, ''fay'', %s, ''n'')', 'inject($1, %s, ''n'')', 'grant_points($1, ''eve'', %s, ''n'', ''luck'')',
    'points_to_credits($1, ''fay'', %s, ''n'')', 'credits_to_points($1, ''moe'', %s, ''n'')', 'refund($1, ''of fay'', ''n'', %s)', 'submit($1, ''bob'', %s, ''n'')']) call));
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('0.1 + 0.2', '{"growth": {"pool_rate": 1}}') AS v \gset
SELECT count(*) FROM unnest('{0.1,0.2}'::numeric[]) a, pointsvault.purchase(:v, 'bob', a, 'o' || a) \g /dev/null
SELECT count(*) FROM generate_series(1, 10) i, pointsvault.purchase(:v, 'bob', 0.1, 'tenth ' || i) \g /dev/null
SELECT is(pool, 1001.3, 'tenths add up to the last digit') FROM pointsvault.vault_status WHERE vault = :v;
SELECT pg_temp.refused(:v, '42883', 'floats are not taken', 'purchase($1, ''bob'', 0.1::float8 + 0.2::float8, ''f'')', 'redeem($1, ''fay'', 0.1::float4, ''f'')');
SELECT pg_temp.refused(:v, '22003', 'decimals are not rounded without a word', 'purchase($1, ''bob'', 33.33333, ''d'')', 'redeem($1, ''fay'', 0.000000001, ''d'')', 'purchase($1, ''bob'', 0.1 + 0.2 + 1e-17, ''d'')');
SELECT pg_temp.refused(:v, '22003', 'what is no number is no amount', 'purchase($1, ''bob'', ''NaN'', ''d'')', 'purchase($1, ''bob'', ''Infinity'', ''d'')', 'redeem($1, ''fay'', ''NaN'', ''d'')', 'inject($1, ''-Infinity'', ''d'')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('sums that wrap around', '{"growth": {"pool_rate": 1, "mint_rate": 0.01, "start_price": 100}}') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'bob', 500000000000000, 'o1') \g /dev/null
SELECT pg_temp.refused(:v, '22003', 'a sum that does not fit is an error, and changes nothing', 'purchase($1, ''bob'', 500000000000000, ''o2'')', 'purchase($1, ''bob'', 922337203685477.5807, ''o2'')',
  'inject($1, 922337203685477.5807, ''o2'')', 'purchase($1, ''bob'', 922337203685477.5808, ''o2'')', 'purchase($1, ''bob'', 1e30, ''o2'')', 'redeem($1, ''bob'', 92233720368.54775808, ''o2'')');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('many small redemptions bring more than one') AS v \gset
SAVEPOINT split;
SELECT cash AS whole FROM pointsvault.redeem(:v, 'fay', 100, 'whole') \gset
ROLLBACK TO split;
SELECT cmp_ok((SELECT sum(r.cash) FROM generate_series(1, 300) i, pointsvault.redeem(:v, 'fay', CASE WHEN i = 300 THEN 100 - 299 * 0.33333333 ELSE 0.33333333 END, 'part ' || i) r), '<',
  :whole * 1.07, 'a split brings what the rising price brings');
ROLLBACK TO split;
SELECT cmp_ok((SELECT sum(r.cash) FROM generate_series(1, 300) i, pointsvault.redeem(:v, 'fay', CASE WHEN i = 300 THEN 100 - 299 * 0.33333333 ELSE 0.33333333 END, 'part ' || i, 'goods') r), '<=',
  (SELECT amount FROM pointsvault.quote_redeem(:v, 100, 'goods')), 'without a fee, no more than at once');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('orders too small to contribute earn all the same') AS v \gset
SELECT is((SELECT sum(r.points) FROM generate_series(1, 50) i, pointsvault.purchase(:v, 'bob', 0.0003, 'dust ' || i) r), 0::numeric, 'nothing in the pool, no points');
SELECT is((SELECT pool FROM pointsvault.vault_status WHERE vault = :v), 300::numeric, 'and nothing in the pool');
SELECT pointsvault.price_of(:v) AS price \gset
SELECT cmp_ok((SELECT sum(r.points) FROM generate_series(1, 100) i, pointsvault.purchase(:v, 'eve', 0.01, 'cent ' || i) r), '<=', 1 * 0.3 * 0.7 / :price, 'a hundred orders of a cent bring no more than one of 1');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('the price moved between quote and order') AS v \gset
SELECT points AS quoted FROM pointsvault.quote_purchase(:v, 100) \gset
SELECT cash AS quoted_cash FROM pointsvault.quote_redeem(:v, 10) \gset
SELECT ref FROM pointsvault.inject(:v, 100, 'round') \g /dev/null
SELECT pg_temp.refused(:v, '23514', 'an order that would bring less than quoted is not booked', format('purchase($1, ''bob'', 100, ''o1'', min_points => %s)', :quoted), format('redeem($1, ''fay'', 10, ''s1'', min_cash => %s)', 1000));
SELECT cmp_ok((SELECT cash FROM pointsvault.redeem(:v, 'fay', 10, 's2', min_cash => :quoted_cash)), '>=', :quoted_cash::numeric, 'one that brings more is');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('points of one currency spent in another') AS v \gset
SELECT pointsvault.create_vault('dollars', '{"growth": {}}', 'USD') AS w \gset
SELECT pg_temp.refused(:w, 'P0002', 'members of one vault are nobody in another', 'redeem($1, ''fay'', 1, ''s1'')', 'purchase($1, ''fay'', 1, ''s1'')', 'refund($1, ''of fay'', ''r1'')');
SELECT pointsvault.enroll(:w, 'fay') \g /dev/null
SELECT pg_temp.refused(:w, '23514', 'points of one are none of another', 'redeem($1, ''fay'', 1, ''s1'')');
SELECT is((SELECT replayed FROM pointsvault.purchase(:w, 'fay', 7, 'of fay')), false, 'a ref of one is free in another');
SELECT pg_temp.sound(:v);
SELECT pg_temp.sound(:w);

-- People ----------------------------------------------------------------------------------------

SELECT pg_temp.mall('one''s own sponsor, and rings') AS v \gset
SELECT pg_temp.refused(:v, '22023', 'nobody is one''s own sponsor', 'enroll($1, ''self'', ''self'')', 'enroll($1, ''fay'', ''fay'')');
SELECT pg_temp.refused(:v, '23505', 'a sponsor is not changed later, so no ring closes', 'enroll($1, ''sue'', ''bob'')', 'enroll($1, ''bob'', ''eve'')', 'enroll_many($1, ''{sue}'', ''{bob}'')');
SELECT pg_temp.refused(:v, 'P0002', 'a ring in one list is refused', 'enroll_many($1, ''{x,y,z}'', ''{z,x,y}'')', 'enroll_many($1, ''{x,y}'', ''{y,x}'')');
SELECT is_empty(format($$WITH RECURSIVE up AS (SELECT m.member AS start, m.sponsor, 1 AS steps FROM pointsvault.member m WHERE vault = %1$s UNION ALL
  SELECT up.start, m.sponsor, steps + 1 FROM up JOIN pointsvault.member m ON m.vault = %1$s AND m.member = up.sponsor WHERE steps < 20)
  SELECT * FROM up WHERE sponsor = start$$, :v), 'no line leads back to its start');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('accounts opened for the referral alone') AS v \gset
SELECT pointsvault.enroll_many(:v, array_agg('puppet ' || i), array_agg('eve'::text)) FROM generate_series(1, 50) i \g /dev/null
SELECT is(pg_temp.has(:v, 'eve'), 0::numeric, 'fifty recruits without an order bring nothing');
SELECT is((SELECT circulating FROM pointsvault.vault_status WHERE vault = :v), pg_temp.has(:v, 'fay'), 'to nobody');
-- mint_rate + referral_mint_rate <= 1: a puppet's order brings the two together no more than was paid in
SELECT ref FROM pointsvault.purchase(:v, 'puppet 1', 100, 'o1') \g /dev/null
SELECT cmp_ok((SELECT sum(value) FROM pointsvault.holding WHERE vault = :v AND member IN ('eve', 'puppet 1')), '<=', 100 * 0.3, 'an order by one''s puppet is worth no more than it paid in');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('an erased person''s name lives on') AS v \gset
SELECT pointsvault.enroll(:v, 'zoe zephyr', 'sue'), pointsvault.enroll(:v, 'child', 'zoe zephyr') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'zoe zephyr', 100, 'z1') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'child', 100, 'z2') \g /dev/null
SELECT ref FROM pointsvault.redeem(:v, 'zoe zephyr', 1, 'z3') \g /dev/null
SELECT amount AS c FROM pointsvault.points_to_credits(:v, 'zoe zephyr', 1, 'z4') \gset
SELECT ref FROM pointsvault.pay(:v, 'zoe zephyr', 'eve', :c, 'z5') \g /dev/null
SELECT ref FROM pointsvault.refund(:v, 'z1', 'z6', 50) \g /dev/null
SELECT pointsvault.submit(:v, 'zoe zephyr', 5, 'z7', hold => '1 day') \g /dev/null
SELECT pointsvault.submit(:v, 'zoe zephyr', -0.5 + 1, 'z8') \g /dev/null
SELECT pg_temp.has(:v, 'zoe zephyr') AS n \gset
SELECT pointsvault.rename_member(:v, 'zoe zephyr', 'gone 1') \g /dev/null
-- in which tables a text stands, in any column of any type
CREATE FUNCTION pg_temp.found(words text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
  hits bigint;
BEGIN
  FOR relation IN
    SELECT oid FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')
  LOOP
    EXECUTE format('SELECT count(*) FROM %s t WHERE t::text ~* $1', relation) INTO hits USING words;
    IF hits > 0 THEN
      RETURN NEXT relation::text;
    END IF;
  END LOOP;
END $$;
SELECT is_empty($$SELECT pg_temp.found('zephyr')$$, 'no table and no view has the name of one who was erased');
SELECT set_has($$SELECT pg_temp.found('gone 1')$$, $$VALUES ('pointsvault.member'), ('pointsvault.journal'), ('pointsvault.holding'), ('pointsvault.queue')$$, 'where the new one is found');
SELECT is_empty(format($$SELECT r FROM unnest('{z1,z2,z3,z4,z5,z6,z7}'::text[]) ref, pointsvault.get_receipt(%s, ref) r WHERE r::text ~* 'zephyr'$$, :v), 'no receipt has it');
SELECT is((SELECT member FROM pointsvault.refund(:v, 'z1', 'z6', 50)), 'gone 1', 'nor one that is replayed');
SELECT is(pg_temp.has(:v, 'gone 1'), :n::numeric, 'the points are there');
SELECT is(pointsvault.settle(:v), 1::bigint, 'an order that waited is the person''s still');
SELECT is((SELECT member FROM pointsvault.get_receipt(:v, 'z8')), 'gone 1', 'under the new name');
SELECT pg_temp.refused(:v, 'P0002', 'the old name is nobody', 'purchase($1, ''zoe zephyr'', 5, ''z9'')', 'redeem($1, ''zoe zephyr'', 1, ''z9'')', 'enroll($1, ''late'', ''zoe zephyr'')');
SELECT ref FROM pointsvault.purchase(:v, 'gone 1', 100, 'z10', meta => '{"to": "zoe zephyr"}') \g /dev/null
SELECT pg_temp.has(:v, 'gone 1') AS n, pointsvault.erase_member(:v, 'gone 1') AS gone \gset
SELECT is_empty($$SELECT pg_temp.found('zephyr|gone 1')$$, 'nor has any what was said of who is erased');
SELECT is(pg_temp.has(:v, :'gone'), :n::numeric, 'whose points are there');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a name that is a statement') AS v \gset
SELECT pointsvault.enroll(:v, $$'; DROP TABLE pointsvault.vault; --$$), pointsvault.enroll(:v, '积分 "quoted" \ {x,NULL}') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, $$'; DROP TABLE pointsvault.vault; --$$, 100, $$' OR true --$$) \g /dev/null
SELECT ref FROM pointsvault.purchase_many(:v, ARRAY['积分 "quoted" \ {x,NULL}'], ARRAY[1], ARRAY['n1']) \g /dev/null
SELECT is((SELECT member FROM pointsvault.get_receipt(:v, $$' OR true --$$)), $$'; DROP TABLE pointsvault.vault; --$$, 'names and refs are texts, whatever they say');
SELECT pg_temp.sound(:v);

-- Order of arrival ----------------------------------------------------------------------------------

SELECT pg_temp.mall('the refund comes before the purchase') AS v \gset
SELECT pg_temp.refused(:v, 'P0002', 'a refund of what is not there yet is refused, and leaves nothing', 'refund($1, ''late'', ''r1'')', 'refund($1, ''late'', ''r1'', 5)');
SELECT ref FROM pointsvault.purchase(:v, 'bob', 50, 'late') \g /dev/null
SELECT is((SELECT replayed FROM pointsvault.refund(:v, 'late', 'r1')), false, 'and booked when it comes again');
SELECT pointsvault.submit(:v, 'bob', 60, 'waits', hold => '1 day') \g /dev/null
SELECT pg_temp.refused(:v, 'P0002', 'an order that waits in the queue is not refunded', 'refund($1, ''waits'', ''r2'')');
SELECT is(pointsvault.cancel(:v, 'waits'), true, 'but cancelled');
SELECT is(pointsvault.settle(:v), 0::bigint, 'an order that was cancelled does not settle');
SELECT is(pointsvault.get_receipt(:v, 'waits') IS NULL, true, 'and has no receipt');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a late event changes a day that was paid', '{"growth": {}, "cycle": {"share_price": 10}}', 'Asia/Shanghai') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'fay', 100, 'd2 noon', at => '2024-05-02 12:00+08') \g /dev/null
SELECT is((SELECT day FROM pointsvault.purchase(:v, 'bob', 100, 'd2 morning', at => '2024-05-02 08:00+08')), '2024-05-02', 'an earlier hour of the open day is booked on it');
SELECT is((SELECT day FROM pointsvault.purchase(:v, 'eve', 100, 'd2 first', at => '2024-05-02 00:00+08')), '2024-05-02', 'its first moment too');
SELECT ref FROM pointsvault.purchase(:v, 'fay', 100, 'd3', at => '2024-05-03 00:00+08') \g /dev/null
SELECT is((SELECT turnover FROM pointsvault.dividend_day WHERE vault = :v AND day = '2024-05-02'), 300::numeric, 'the day before is closed with all three');
SELECT pg_temp.refused(:v, '55000', 'nothing is booked on a day that is closed', 'purchase($1, ''bob'', 1, ''late'', at => ''2024-05-02 23:59:59.999999+08'')', 'refund($1, ''d2 noon'', ''late'', at => ''2024-05-02 12:00+08'')',
  'redeem($1, ''fay'', 1, ''late'', at => ''2024-05-01 12:00+08'')', 'inject($1, 1, ''late'', at => ''2024-05-02 12:00+08'')');
SELECT pg_temp.refused(:v, '22023', 'nor on one that has not begun', 'purchase($1, ''bob'', 1, ''early'', at => now() + interval ''2 days'')', 'refund($1, ''d2 noon'', ''early'', at => ''9999-12-31'')');
SELECT is((SELECT day FROM pointsvault.refund(:v, 'd2 noon', 'r1', at => '2024-05-03 09:00+08')), '2024-05-03', 'a refund is of its own day, not of the order''s');
SELECT is((SELECT turnover FROM pointsvault.dividend_day WHERE vault = :v AND day = '2024-05-02'), 300::numeric, 'which leaves the day before as it was');
SELECT pg_temp.sound(:v);

-- Clocks ----------------------------------------------------------------------------------------------

-- Orders of 1, 2, 3 ... every 20 minutes around a change of clocks; what each day came to.
CREATE FUNCTION pg_temp.around(zone text, since timestamptz, until timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  id integer := pg_temp.mall('clocks of ' || zone || ' about ' || since, '{"growth": {}, "cycle": {"share_price": 10}}', zone);
BEGIN
  PERFORM pointsvault.purchase(id, (ARRAY['fay', 'bob', 'eve'])[1 + n % 3], n, 'o' || n, at => at)
  FROM (SELECT at, row_number() OVER (ORDER BY at) AS n FROM generate_series(since, until, '20 minutes') at) o;
  PERFORM pointsvault.close_day(id);
  RETURN id;
END $$;
CREATE TEMPORARY TABLE clock AS
SELECT zone, note, pg_temp.around(zone, since::timestamptz, since::timestamptz + interval '4 days') AS vault FROM (VALUES
  ('America/Sao_Paulo', 'a midnight that does not exist', '2018-11-02 12:00Z'),
  ('America/Sao_Paulo', 'an hour before midnight twice', '2018-02-16 12:00Z'),
  ('Asia/Beirut', 'a midnight that does not exist', '2022-03-25 12:00Z'),
  ('America/Santiago', 'a midnight that does not exist', '2022-09-09 12:00Z'),
  ('America/Havana', 'a midnight that is there twice', '2022-11-04 12:00Z'),
  ('Africa/Cairo', 'a midnight that does not exist', '2023-04-26 12:00Z'),
  ('Pacific/Apia', 'a day that does not exist', '2011-12-28 12:00Z'),
  ('Pacific/Kwajalein', 'a day that does not exist', '1993-08-19 12:00Z'),
  ('Pacific/Kiritimati', 'a day that does not exist', '1994-12-29 12:00Z'),
  ('Europe/Paris', 'an hour that does not exist', '2024-03-29 12:00Z'),
  ('Europe/Paris', 'an hour that is there twice', '2024-10-25 12:00Z'),
  ('Australia/Lord_Howe', 'half an hour that does not exist', '2024-10-04 12:00Z'),
  ('Africa/Casablanca', 'clocks put back for a month', '2024-03-08 12:00Z'),
  ('Asia/Pyongyang', 'half an hour before midnight that does not exist', '2018-05-03 00:00Z'),
  ('Asia/Kathmandu', 'an offset of a quarter', '2024-12-30 12:00Z'),
  ('Asia/Shanghai', 'summer time of long ago', '1986-05-02 12:00Z'),
  ('UTC', 'a leap second', '2016-12-30 12:00Z'),
  ('UTC', 'a leap day', '2024-02-27 12:00Z'),
  ('UTC', 'no leap day in a century', '1999-12-30 12:00Z')) z (zone, note, since);
SELECT is_empty(format($$SELECT seq, at, day FROM pointsvault.journal WHERE vault = %s AND kind = 'purchase' AND day <> (at AT TIME ZONE %L)::date$$, vault, zone),
                format('%s, %s: each order is of the day that its clock showed', note, zone)) FROM clock;
SELECT results_eq(format($$SELECT day, turnover FROM pointsvault.dividend_day WHERE vault = %s ORDER BY day$$, vault),
                  format($$SELECT d::date, COALESCE(sum(amount), 0) FROM generate_series((SELECT min(day) FROM pointsvault.journal WHERE vault = %1$s AND ref IS NOT NULL), (SELECT max(day) FROM pointsvault.journal WHERE vault = %1$s AND ref IS NOT NULL), '1 day') d
                           LEFT JOIN pointsvault.journal ON vault = %1$s AND kind = 'purchase' AND day = d::date GROUP BY d ORDER BY d$$, vault),
                  format('%s, %s: no day lost, none doubled', note, zone)) FROM clock;
SELECT is((SELECT sum(turnover) FROM pointsvault.dividend_day d WHERE d.vault = c.vault), (SELECT sum(amount) FROM pointsvault.journal j WHERE j.vault = c.vault AND kind = 'purchase'),
          format('%s, %s: the days add up to the orders', note, zone)) FROM clock c;
SELECT is((SELECT turnover FROM pointsvault.dividend_day d WHERE d.vault = c.vault AND day = '2011-12-30'), 0::numeric, 'a day that does not exist sells nothing') FROM clock c WHERE zone = 'Pacific/Apia';
SELECT is((SELECT count(DISTINCT day) FROM pointsvault.dividend_day d WHERE d.vault = c.vault), (SELECT count(*) FROM pointsvault.dividend_day d WHERE d.vault = c.vault), format('%s, %s: each day is there once', note, zone)) FROM clock c;
SELECT pg_temp.sound(vault) FROM clock;

SELECT pg_temp.mall('the server''s midnight instead of the shop''s', '{"growth": {}, "cycle": {"share_price": 10}}', 'Asia/Shanghai') AS v \gset
SET LOCAL timezone = 'America/Los_Angeles';
SELECT is((SELECT day FROM pointsvault.purchase(:v, 'fay', 100, 'last', at => '2024-05-02 15:59:59.999999Z')), '2024-05-02', 'the last moment of the shop''s day');
SELECT is((SELECT day FROM pointsvault.purchase(:v, 'fay', 100, 'first', at => '2024-05-02 16:00Z')), '2024-05-03', 'the first of the next');
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is((SELECT day FROM pointsvault.purchase(:v, 'fay', 100, 'last too', at => '2024-05-03 15:59:59.999999Z')), '2024-05-03', 'whatever the session''s zone');
SET LOCAL timezone = 'UTC';
SELECT pg_temp.sound(:v);

-- The pool ---------------------------------------------------------------------------------------------

SELECT pointsvault.create_vault('a donation to an empty vault', '{"growth": {}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{eve,bob}') \g /dev/null
SELECT pg_temp.refused(:v, '55000', 'an empty vault takes no donation', 'inject($1, 1000000, ''gift'')');
SELECT points AS n FROM pointsvault.purchase(:v, 'eve', 100, 'o1') \gset
SELECT ref FROM pointsvault.redeem(:v, 'eve', :n, 's1') \g /dev/null
SELECT pg_temp.refused(:v, '55000', 'nor does one that was emptied', 'inject($1, 1000000, ''gift'')');
SELECT is(pool, 0::numeric, 'what the last one left is not the next one''s') FROM pointsvault.vault_status WHERE vault = :v;
SELECT is((SELECT points FROM pointsvault.purchase(:v, 'bob', 100, 'o2')), :n::numeric, 'who buys at the start price');
SELECT pg_temp.sound(:v);

-- The first buyer leaves so much, the pool is given so much, and a victim buys.
CREATE FUNCTION pg_temp.inflated(name text, pays numeric, leaves numeric, given numeric, victim numeric, OUT id integer, OUT eve_gains numeric, OUT victim_keeps numeric) LANGUAGE plpgsql AS $$
DECLARE
  rest numeric;
  got numeric := 0;
BEGIN
  id := pointsvault.create_vault(name, '{"growth": {"redeem_fee_rate": 0}}');
  PERFORM pointsvault.enroll_many(id, '{eve,bob}');
  PERFORM pointsvault.purchase(id, 'eve', pays, 'o1');
  rest := pg_temp.has(id, 'eve') - leaves;
  IF rest > 0 THEN
    got := (pointsvault.redeem(id, 'eve', rest, 's1')).cash;
  END IF;
  IF given > 0 THEN
    PERFORM pointsvault.inject(id, given, 'gift');
  END IF;
  PERFORM pointsvault.purchase(id, 'bob', victim, 'o2');
  BEGIN
    got := got + (pointsvault.redeem(id, 'eve', pg_temp.has(id, 'eve'), 's2')).cash;
  EXCEPTION WHEN invalid_parameter_value THEN
    NULL;  -- worth nothing
  END;
  eve_gains := got - pays * 0.3 - given;
  victim_keeps := (SELECT h.value FROM pointsvault.holding h WHERE h.vault = id AND h.member = 'bob');
END $$;
CREATE TEMPORARY TABLE inflation AS
SELECT pays, leaves, given, victim, i.* FROM (VALUES (10000, 0.00000001, 0, 100), (10000, 0.00000001, 1000000, 100), (10000, 1, 1000000, 100), (0.01, 0.0001, 1000000, 100), (0.0034, 0.00000001, 50, 10),
  (1, 0.00000001, 0.0001, 0.01), (100, 0.00000002, 1000000, 1000000)) c (pays, leaves, given, victim),
  pg_temp.inflated(format('the first buyer inflates the price: %s %s %s %s', pays, leaves, given, victim), pays, leaves, given, victim) i;
SELECT cmp_ok(eve_gains, '<=', 0::numeric, format('who leaves %s of %s, with a gift of %s, gains nothing by the next buyer''s %s', leaves, pays, given, victim))
FROM inflation;
SELECT is(victim_keeps, victim * 0.3 * 0.7, format('a buyer of %s after a gift of %s keeps what was minted', victim, given)) FROM inflation;
SELECT pg_temp.sound(id) FROM inflation;

SELECT pg_temp.mall('the cap is passed by the referral', '{"growth": {"issue_cap": 250, "referral_mint_rate": 0.3}}') AS v \gset
SELECT ref FROM pointsvault.purchase(:v, 'bob', 1000, 'o1') \g /dev/null
SELECT ref FROM pointsvault.purchase(:v, 'bob', 1000, 'o2') \g /dev/null
SELECT is(issued, 250::numeric, 'buyer and sponsor together stop at the cap') FROM pointsvault.vault_status WHERE vault = :v;
SELECT pg_temp.refused(:v, '23514', 'a grant does not pass it', 'grant_points($1, ''eve'', 0.00000001, ''g1'', ''luck'')');
SELECT ref FROM pointsvault.redeem(:v, 'fay', 100, 's1') \g /dev/null
SELECT is((SELECT points FROM pointsvault.purchase(:v, 'bob', 1000, 'o3')), 0::numeric, 'what was burned does not free it');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('balances shown are not what was booked') AS v \gset
SELECT count(*) FROM generate_series(1, 30) i, pointsvault.purchase(:v, (ARRAY['bob', 'eve', 'sue'])[1 + i % 3], i * 3.3333, 'o' || i) \g /dev/null
SELECT ref FROM pointsvault.refund(:v, 'o7', 'r1', 1.0001) \g /dev/null
SELECT ref FROM pointsvault.redeem(:v, 'eve', 1.23456789, 's1') \g /dev/null
SELECT set_eq(format($$SELECT member, asset, sum(amount) FROM pointsvault.posting WHERE vault = %s AND account = 'member' AND asset IN ('points', 'cash') GROUP BY 1, 2 HAVING sum(amount) <> 0$$, :v),
              format($$SELECT member, asset, amount FROM pointsvault.holding, LATERAL (VALUES ('points', points), ('cash', cash)) a (asset, amount) WHERE vault = %s AND amount <> 0$$, :v), 'a balance is the sum of its postings');
SELECT pg_temp.sound(:v);

SELECT pg_temp.mall('a vault under audit goes on selling') AS v \gset
SELECT pointsvault.submit(:v, 'bob', 5, 'waits') \g /dev/null
SELECT pointsvault.suspend_vault(:v, 'audit') \g /dev/null
SELECT pg_temp.refused(:v, '55000', 'a suspended vault books nothing', 'purchase($1, ''bob'', 5, ''o1'')', 'redeem($1, ''fay'', 1, ''o1'')', 'refund($1, ''of fay'', ''o1'')', 'settle($1)', 'process_exits($1)');
SELECT is(pg_temp.has(:v, 'fay'), 210::numeric, 'and answers');
SELECT pointsvault.resume_vault(:v) \g /dev/null
SELECT is(pointsvault.settle(:v), 1::bigint, 'what waited is booked afterwards');
SELECT pg_temp.sound(:v);

SELECT * FROM finish();
ROLLBACK;
