-- Custody of an exchange, partners, lists, prizes (MODEL 9, X1 to X3, P1 to P3).  Days are
-- told by "at", and shown by how many ago they are.
\set VERBOSITY default
\set receipt 'kind, member, amount, points, cash, fee, replayed'
SELECT try.noon() AS zone \gset
CREATE TABLE try.exchange_begun AS SELECT now() AS moment, pointsvault.business_day(:'zone', now()) AS today;
CREATE FUNCTION try.ago(days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT moment - days * interval '24 hours' FROM try.exchange_begun $$;
CREATE FUNCTION try.days_since(day date) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT today - day FROM try.exchange_begun $$;

-- What a policy may say ----------------------------------------------------------------

SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"exchange": {}}'), ('{"exchange": {"fee_rate": 1.1}}'), ('{"exchange": {"fee": 0}}'),
  ('{"partner": {}}'), ('{"partner": {"min": 0}}'), ('{"partner": {"min": 12}}'), ('{"partner": {"asset": "shares", "min": 12.5}}'),
  ('{"partner": {"asset": "points", "min": "12.00000001"}}'), ('{"partner": {"asset": "cash", "min": 1}}'),
  ('{"partner": {"asset": null, "min": 2}}'), ('{"partner": {"asset": "points", "min": null}}')
) v (document);

-- Custody ------------------------------------------------------------------------------

SELECT pointsvault.create_vault('custody', '{"growth": {"exit_multiple": 3}, "exchange": {"fee_rate": 0.02}}', timezone => :'zone') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,cem,dee}') AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 100, 'p1', at => try.ago(4));
SELECT points FROM pointsvault.purchase(:v, 'bob', 100, 'p2', at => try.ago(4));
SELECT :receipt FROM pointsvault.quote_hand_over(:v, 10);
SELECT :receipt FROM pointsvault.hand_over(:v, 'ann', 10, 'h1', 'market A', at => try.ago(4), meta => '{"account": 7}');
SELECT circulating, exchange_points, pool, issued, round(price, 8) AS price FROM pointsvault.vault_status WHERE vault = :v;
-- the fee is rounded up
SELECT points, fee FROM pointsvault.hand_over(:v, 'ann', 0.00000051, 'h2', 'market A', at => try.ago(4));
-- the same call again, and others by that ref
SELECT :receipt FROM pointsvault.hand_over(:v, 'ann', 10, 'h1', 'market A');
SELECT :receipt FROM pointsvault.get_receipt(:v, 'h1');
SELECT * FROM try.refused(:v, 'hand_over($1, ''ann'', 10, ''h1'', ''market B'')', 'hand_over($1, ''bob'', 10, ''h1'', ''market A'')',
  'hand_over($1, ''ann'', 11, ''h1'', ''market A'')', 'take_back($1, ''ann'', 10, ''h1'', ''market A'')');
-- back, to whomever
SELECT :receipt FROM pointsvault.take_back(:v, 'cem', 4, 't1', 'market A', at => try.ago(2));
SELECT :receipt FROM pointsvault.hand_over(:v, 'bob', 5, 'h3', 'market B', at => try.ago(2));
SELECT :receipt FROM pointsvault.take_back(:v, 'cem', 4, 't1', 'market A');
-- in a lot that exits by itself at three times its worth
SELECT member, points, exit_limit, round(exit_price, 8) AS exit_price FROM pointsvault.lot WHERE vault = :v ORDER BY seq;
SELECT try.days_since(day) AS ago, destination, opening, handed_over, taken_back, custody, fee, events FROM pointsvault.exchange_custody(:v);
SELECT try.days_since(day) AS ago, destination, opening, handed_over, taken_back, custody, fee, events
FROM pointsvault.exchange_custody(:v, (SELECT today - 3 FROM try.exchange_begun), (SELECT today - 2 FROM try.exchange_begun));
SELECT count(*) FROM pointsvault.exchange_custody(:v, until => (SELECT today - 5 FROM try.exchange_begun));
SELECT sum(c.custody) = s.exchange_points AS is_all FROM pointsvault.exchange_custody(:v) c, pointsvault.vault_status s
WHERE s.vault = :v AND c.day = (SELECT today FROM try.exchange_begun) GROUP BY s.exchange_points;
SELECT seq, account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND kind IN ('hand_over', 'take_back') AND amount <> 0
ORDER BY seq, asset, account;
SELECT kind, points, points_after FROM pointsvault.statement(:v, 'cem');
SELECT rule, what, terms, result, unit, member FROM pointsvault.explain(:v, 'h1') WHERE rule NOT IN ('V4', 'V7', 'M3');
SELECT rule, what, result, unit FROM pointsvault.explain(:v, 't1') WHERE rule IN ('X1', 'X2', 'G6');
SELECT item, amount, covered_by, backed FROM pointsvault.solvency(:v) WHERE item IN ('points', 'custody');

-- Refusals
SELECT * FROM try.refused(:v, 'hand_over($1, ''ann'', 0, ''x'', ''m'')', 'hand_over($1, ''ann'', 12, ''x'', ''m'')', 'hand_over($1, ''ann'', 0.00000001, ''x'', ''m'')',
  'hand_over($1, ''ann'', 1, ''x'', '''')', 'hand_over($1, ''ann'', 1, ''x'', NULL)', 'hand_over($1, ''nobody'', 1, ''x'', ''m'')',
  'take_back($1, ''ann'', 0, ''x'', ''m'')', 'take_back($1, ''ann'', 99, ''x'', ''m'')', 'take_back($1, ''ann'', 1, ''x'', '''')',
  'quote_hand_over($1, 99)', 'quote_hand_over($1, 0)');
SELECT state, hint FROM try.attempt('SELECT pointsvault.take_back($1, ''ann'', 99, ''x'', ''m'')', :v);
-- the section stays while anything is there
SELECT * FROM try.refused(:v, 'set_policy($1, ''{"exchange": null}'')');
-- a suspended member's points can come but not go; one who owes cash may not either
SELECT pointsvault.suspend_member(:v, 'cem', 'a question') \g /dev/null
SELECT * FROM try.refused(:v, 'hand_over($1, ''cem'', 1, ''x'', ''m'')', 'take_back($1, ''cem'', 1, ''x'', ''m'')');
SELECT pointsvault.resume_member(:v, 'cem') \g /dev/null
SELECT fee FROM pointsvault.refund(:v, 'p1', 'back');
SELECT * FROM try.refused(:v, 'hand_over($1, ''ann'', 0.1, ''x'', ''m'')');
SELECT points FROM pointsvault.take_back(:v, 'dee', 10.70000049, 't2', 'market A');
SELECT * FROM try.refused(:v, 'take_back($1, ''dee'', 0.00000001, ''x'', ''m'')', 'set_policy($1, ''{"exchange": null}'')');
SELECT destination, custody FROM pointsvault.exchange_custody(:v) WHERE day = (SELECT today FROM try.exchange_begun);
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;
-- off
SELECT pointsvault.create_vault('no market', '{"growth": {}}', timezone => :'zone') AS o \gset
SELECT pointsvault.enroll(:o, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:o, 'ann', 100, 'p1');
SELECT * FROM try.refused(:o, 'hand_over($1, ''ann'', 1, ''x'', ''m'')', 'take_back($1, ''ann'', 1, ''x'', ''m'')', 'quote_hand_over($1, 1)');
SELECT count(*) FROM pointsvault.exchange_custody(:o);

-- Exits follow both (G7): the fee lifts the price, and what comes back at a multiple of 1 is due
SELECT pointsvault.create_vault('exits of custody', '{"growth": {"exit_multiple": 1, "exit_basis": "member"}, "exchange": {"fee_rate": 0.5}}', timezone => :'zone') AS e \gset
SELECT pointsvault.enroll_many(:e, '{ann,bob,cem}') AS enrolled;
SELECT count(pointsvault.purchase(:e, who, 100, who)) FROM unnest('{ann,bob}'::text[]) who;
SELECT :receipt FROM pointsvault.hand_over(:e, 'bob', 14.7, 'h1', 'a market');
SELECT :receipt FROM pointsvault.take_back(:e, 'cem', 1, 't1', 'a market');
SELECT kind, member, points, cause IS NOT NULL AS caused FROM pointsvault.journal WHERE vault = :e AND seq > 1 ORDER BY seq;
SELECT name, expected, found, detail FROM pointsvault.verify(:e) WHERE NOT ok;

-- Partners -------------------------------------------------------------------------------

SELECT pointsvault.create_vault('partners', '{"growth": {}, "cycle": {"share_price": 10}, "partner": {"asset": "shares", "min": 10}}', timezone => :'zone') AS p \gset
SELECT pointsvault.enroll_many(:p, '{zoe,ann,bob,cem,twin}') AS enrolled;
SELECT count(pointsvault.purchase(:p, who, amount, who || '-1', at => try.ago(9)))
FROM (VALUES ('ann', 100), ('zoe', 150), ('bob', 99.99)) v (who, amount);
-- a close makes them, in the order of enrolment; bought within a day, they have it at its end
SELECT try.days_since(pointsvault.close_day(:p)) AS closed;
SELECT member, try.days_since(since) AS since, seq, closed_by FROM pointsvault.partner WHERE vault = :p ORDER BY seq;
SELECT seq, kind, member, cause, try.days_since(day) AS day FROM pointsvault.journal WHERE vault = :p AND seq > 1 ORDER BY seq;
-- for ever, whatever becomes of the shares; and once
SELECT member FROM pointsvault.refund(:p, 'ann-1', 'back', at => try.ago(8));
SELECT member FROM pointsvault.purchase(:p, 'bob', 0.01, 'bob-2', at => try.ago(8));
SELECT member FROM pointsvault.purchase(:p, 'zoe', 100, 'zoe-2', at => try.ago(8));
-- the first event of a later day closes those before; a day without events makes nobody one
SELECT member FROM pointsvault.purchase(:p, 'cem', 100, 'cem-1', at => try.ago(5));
SELECT member, try.days_since(partner) AS partner, shares FROM pointsvault.holding WHERE vault = :p ORDER BY member;
-- who takes over is one, from the earlier day of both
SELECT points FROM pointsvault.merge_members(:p, 'ann', 'twin', 'merged');
SELECT points FROM pointsvault.merge_members(:p, 'zoe', 'bob', 'merged too');
SELECT member, try.days_since(since) AS since, seq FROM pointsvault.partner WHERE vault = :p ORDER BY member;
SELECT rule, what, terms, result, unit, member FROM pointsvault.explain_event(:p, 6) WHERE rule <> 'V7';
SELECT try.days_since(day) AS day, kind, shares FROM pointsvault.statement(:p, 'bob') WHERE kind = 'partner';
SELECT name, expected, found, detail FROM pointsvault.verify(:p) WHERE NOT ok;
-- another rule looks at all members, also where nothing moved; while a vault is imported days wait
SELECT pointsvault.create_vault('imported partners', '{"growth": {}}', timezone => :'zone') AS i \gset
SELECT pointsvault.enroll_many(:i, '{ann,bob,cem}') AS enrolled;
SELECT pointsvault.begin_import(:i) \g /dev/null
SELECT pointsvault.open_balances(:i, '{ann,bob}', '{5,4.99999999}', NULL, NULL, NULL, NULL, (SELECT array_fill(today - 6, '{2}') FROM try.exchange_begun));
SELECT try.days_since(pointsvault.close_day(:i)) AS closed;
SELECT pointsvault.set_policy(:i, '{"partner": {"asset": "points", "min": "5"}}') AS version;
SELECT try.days_since(pointsvault.close_day(:i)) AS closed;
SELECT pointsvault.set_policy(:i, '{"partner": {"min": "4.5"}}') AS version;
SELECT try.days_since(pointsvault.close_day(:i)) AS closed;
SELECT pointsvault.set_policy(:i, '{"partner": null}') AS version;
SELECT points FROM pointsvault.grant_points(:i, 'cem', 7, 'grant', 'history', at => try.ago(3));
SELECT try.days_since(pointsvault.close_day(:i)) AS closed;
SELECT pointsvault.set_policy(:i, '{"partner": {"asset": "points", "min": "4.5"}}') AS version;
SET client_min_messages = warning;
SELECT pointsvault.end_import(:i) \g /dev/null
RESET client_min_messages;
SELECT points FROM pointsvault.purchase(:i, 'bob', 1, 'p');
SELECT member, try.days_since(since) AS since FROM pointsvault.partner WHERE vault = :i ORDER BY seq;
SELECT name, expected, found, detail FROM pointsvault.verify(:i) WHERE NOT ok;

-- verify names what was tampered with
CREATE FUNCTION try.verified(vault integer, tamper text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  told text[];
BEGIN
  EXECUTE tamper;
  SELECT array_agg(v.name ORDER BY v.name) INTO told FROM pointsvault.verify(vault) v WHERE NOT v.ok;
  RAISE EXCEPTION USING errcode = 'UNDO1', message = array_to_string(told, E'\n');
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
  RETURN QUERY SELECT unnest(string_to_array(SQLERRM, E'\n'));
END $$;
SELECT try.verified(:i, format('DELETE FROM pointsvault.partner_data WHERE vault = %s AND seq > 9', :i));
SELECT try.verified(:i, format('UPDATE pointsvault.partner_data SET since = since - 1 WHERE vault = %s', :i));
SELECT try.verified(:i, format('INSERT INTO pointsvault.partner_data SELECT vault, since, 0, seq FROM pointsvault.partner_data WHERE vault = %s LIMIT 1', :i));

-- Lists ----------------------------------------------------------------------------------

SELECT pointsvault.create_vault('listed holders', '{"growth": {"pool_rate": 0.2}, "cycle": {"share_price": 10, "quota_multiple": 0.5, "weight_pool_rate": 0.4}, "exchange": {}}', timezone => :'zone') AS l \gset
SELECT pointsvault.enroll_many(:l, '{zoe,ann,bob,cem,dee}', merchants => '{f,t,f,f,f}') AS enrolled;
SELECT count(pointsvault.purchase(:l, who, amount, who || '-1', at => try.ago(6)))
FROM (VALUES ('ann', 100), ('zoe', 100), ('bob', 30)) v (who, amount);
SELECT amount FROM pointsvault.grant_points(:l, 'cem', 7, 'grant', 'thanks', at => try.ago(6));
SELECT max(booked_at) AS first_day FROM pointsvault.journal WHERE vault = :l \gset
SELECT pointsvault.close_day(:l) \g /dev/null
SELECT max(booked_at) AS closed FROM pointsvault.journal WHERE vault = :l \gset
SELECT points FROM pointsvault.redeem(:l, 'ann', 3, 'sale', at => try.ago(4));
SELECT amount FROM pointsvault.points_to_credits(:l, 'ann', 2, 'swap', at => try.ago(4));
SELECT amount FROM pointsvault.pay(:l, 'ann', 'dee', 1, 'pay', at => try.ago(4));
SELECT count(pointsvault.purchase(:l, who, 50, who || '-2', at => try.ago(2))) FROM unnest('{bob,cem}'::text[]) who;
SELECT amount FROM pointsvault.withdraw(:l, 'zoe', 0.5, 'payout', at => try.ago(2));
SELECT points FROM pointsvault.hand_over(:l, 'zoe', 1, 'h', 'a market', at => try.ago(2));
SELECT booked_at AS record FROM pointsvault.journal WHERE vault = :l ORDER BY seq DESC LIMIT 1 \gset
SELECT points FROM pointsvault.merge_members(:l, 'bob', 'dee', 'merged');
SELECT fee FROM pointsvault.refund(:l, 'zoe-1', 'back');
SELECT place, member, holding FROM pointsvault.top_holders(:l, 2, 'points');
SELECT count(*) FROM pointsvault.top_holders(:l, 0, 'points');
-- largest first, of equals the earlier enrolled; as of moments
SELECT a AS asset, m.what, string_agg(t.member || ' ' || t.holding, ', ' ORDER BY t.place) AS holders
FROM (VALUES (1, 'first day', :'first_day'::timestamptz), (2, 'closed', :'closed'), (3, 'record date', :'record'), (4, 'now', NULL)) m (n, what, moment)
CROSS JOIN unnest('{points,shares,credits,cash}'::text[]) a CROSS JOIN LATERAL pointsvault.top_holders(:l, NULL, a, m.moment) t
GROUP BY a, m.n, m.what ORDER BY array_position('{points,shares,credits,cash}', a), m.n;
-- equal to what holding_at() says of each, after every event
SELECT count(*) AS rows, count(*) FILTER (WHERE l.list IS DISTINCT FROM h.list) AS differ
FROM pointsvault.journal j CROSS JOIN unnest('{points,shares,credits,cash}'::text[]) a (asset)
CROSS JOIN LATERAL (SELECT string_agg(member || ':' || holding, ' ' ORDER BY place) AS list FROM pointsvault.top_holders(j.vault, NULL, a.asset, j.booked_at)) l
CROSS JOIN LATERAL (
  SELECT string_agg(m.member || ':' || x.has, ' ' ORDER BY x.has DESC, m.id) AS list
  FROM pointsvault.member m CROSS JOIN LATERAL pointsvault.holding_at(j.vault, m.member, j.booked_at) t
  CROSS JOIN LATERAL (SELECT (to_jsonb(t) ->> a.asset)::numeric AS has) x WHERE m.vault = j.vault AND x.has > 0
) h WHERE j.vault = :l;
SELECT count(*) FROM pointsvault.top_holders(:l, NULL, 'points', '-infinity');
SELECT * FROM try.refused(:l, 'top_holders($1, -1, ''points'')', 'top_holders($1, 1, ''quota'')', 'top_holders($1, 1, ''gold'')', 'top_holders($1, 1, NULL)', 'top_holders(-1, 1, ''points'')', 'exchange_custody(-1)');
SELECT hint FROM try.attempt('SELECT pointsvault.top_holders($1, 1, ''gold'')', :l);

-- Prizes ---------------------------------------------------------------------------------

SELECT :receipt FROM pointsvault.award(:l, 'cem', 'prize-1', 'a kettle', 25.5, meta => '{"draw": 1}');
SELECT :receipt FROM pointsvault.award(:l, 'cem', 'prize-1', 'a kettle', 25.5);
SELECT :receipt FROM pointsvault.award(:l, 'dee', 'prize-2', 'a word of thanks');
SELECT :receipt FROM pointsvault.get_receipt(:l, 'prize-2');
SELECT * FROM try.refused(:l, 'award($1, ''cem'', ''prize-1'', ''a kettle'', 25)', 'award($1, ''cem'', ''prize-1'', ''a kettle'')', 'award($1, ''cem'', ''prize-1'', ''two kettles'', 25.5)',
  'award($1, ''dee'', ''prize-2'', ''a word of thanks'', 1)', 'award($1, ''cem'', ''x'', '''')', 'award($1, ''cem'', ''x'', ''y'', 0)', 'award($1, ''cem'', ''x'', ''y'', -1)',
  'award($1, ''bob'', ''x'', ''y'')', 'award($1, NULL, ''x'', ''y'')');
SELECT points FROM pointsvault.merge_members(:l, 'cem', 'ann', 'one');
SELECT seq, member, ref, prize, value, try.days_since(day) AS day, meta FROM pointsvault.award WHERE vault = :l ORDER BY seq;
SELECT count(*) FROM pointsvault.posting p JOIN pointsvault.award a USING (vault, seq) WHERE vault = :l;
SELECT name, expected, found, detail FROM pointsvault.verify(:l) WHERE NOT ok;

-- With old debts (D3): what is held is not handed over, what comes back is free -------------

SELECT pointsvault.create_vault('held or handed over', '{"growth": {"exit_multiple": 3}, "legacy": {"contribution_rate": 0.5, "mint_rate": 0.8, "release_days": 10},
  "exchange": {"fee_rate": 0.02}}', timezone => :'zone') AS d \gset
SELECT pointsvault.enroll_many(:d, '{ann,bob,cem}') AS enrolled;
SELECT count(pointsvault.open_debt(:d, who, amount, who || ' owed', at => try.ago(4))) FROM (VALUES ('ann', 1000), ('bob', 300), ('cem', 500)) v (who, amount);
SELECT max(booked_at) AS opened FROM pointsvault.journal WHERE vault = :d \gset
SELECT points FROM pointsvault.purchase(:d, 'bob', 100, 'p1', at => try.ago(4));
SELECT points FROM pointsvault.settle_debt(:d, 'ann', 500, 's1', at => try.ago(4));
SELECT points, held FROM pointsvault.holding WHERE vault = :d AND member = 'ann';
SELECT :receipt FROM pointsvault.quote_hand_over(:d, 56, 'ann');
SELECT call, regexp_replace(refusal, '\d{4}-\d\d-\d\d', 'some day') AS refusal FROM try.refused(:d, 'quote_hand_over($1, 56.00000001, ''ann'')',
  'hand_over($1, ''ann'', 56.00000001, ''x'', ''m'')', 'quote_hand_over($1, 140.00000001, ''ann'')', 'quote_hand_over($1, 1, ''eve'')');
SELECT :receipt FROM pointsvault.hand_over(:d, 'ann', 50, 'h1', 'a market');
SELECT points FROM pointsvault.redeem(:d, 'ann', 6, 'r1', 'goods');
SELECT call, regexp_replace(refusal, '\d{4}-\d\d-\d\d', 'some day') AS refusal FROM try.refused(:d, 'hand_over($1, ''ann'', 0.00000001, ''x'', ''m'')');
SELECT points FROM pointsvault.take_back(:d, 'ann', 10, 't1', 'a market');
SELECT points, points_at_mint, held, release_days, exit_limit > 0 AS has_limit FROM pointsvault.lot WHERE vault = :d AND member = 'ann' ORDER BY seq;
SELECT points FROM pointsvault.hand_over(:d, 'ann', 10, 'h2', 'a market');
SELECT debts, exchange_points, circulating FROM pointsvault.vault_status WHERE vault = :d;
SELECT h.points + s.exchange_points = s.circulating AS is_all, h.debt = s.debts AS all_debts FROM pointsvault.vault_status s,
  (SELECT sum(points) AS points, sum(debt) AS debt FROM pointsvault.holding WHERE vault = :d) h WHERE s.vault = :d;
SELECT item, backed > 0 AS backed, unbacked FROM pointsvault.solvency(:d) WHERE item IN ('points', 'custody', 'debt');
SELECT * FROM pointsvault.top_holders(:d, NULL, 'debt');
SELECT * FROM pointsvault.top_holders(:d, 2, 'debt', :'opened');
SELECT * FROM try.refused(:d, 'set_policy($1, ''{"legacy": null}'')', 'set_policy($1, ''{"exchange": null}'')');
SELECT points FROM pointsvault.merge_members(:d, 'ann', 'cem', 'one');
SELECT place, member, holding FROM pointsvault.top_holders(:d, NULL, 'debt');
SELECT points, held FROM pointsvault.holding WHERE vault = :d AND member = 'cem';
SELECT regexp_replace(refusal, '\d{4}-\d\d-\d\d', 'some day') AS refusal FROM try.refused(:d, 'hand_over($1, ''cem'', 0.00000001, ''x'', ''m'')');
-- a refund burns what is held first
SELECT points, fee, refunded FROM pointsvault.refund(:d, 's1', 's1 back', 250);
SELECT asset, sum(amount) FROM pointsvault.posting WHERE vault = :d GROUP BY asset HAVING sum(amount) <> 0;
SELECT name, expected, found, detail FROM pointsvault.verify(:d) WHERE NOT ok;

-- Rights ---------------------------------------------------------------------------------

CREATE ROLE regress_pv_shop;
CREATE ROLE regress_pv_treasurer;
CREATE ROLE regress_pv_auditor;
SELECT pointsvault.grant_access('regress_pv_' || p, p, :l) FROM unnest('{shop,treasurer,auditor}'::text[]) p;
GRANT USAGE ON SCHEMA try TO regress_pv_shop, regress_pv_treasurer, regress_pv_auditor;
CREATE TABLE try.calls AS SELECT * FROM unnest(ARRAY['hand_over($1, ''ann'', 0.1, ''x'', ''m'')', 'take_back($1, ''ann'', 0.1, ''x'', ''m'')', 'award($1, ''ann'', ''x'', ''y'')',
  'quote_hand_over($1, 1)', 'exchange_custody($1)', 'top_holders($1, 1, ''points'')']) call;
GRANT SELECT ON try.calls TO PUBLIC;
SELECT :v AS other \gset
SET SESSION AUTHORIZATION regress_pv_shop;
SELECT call, left(try.refusal('SELECT pointsvault.' || call, :l), 52) AS here, left(try.refusal('SELECT pointsvault.' || call, :other), 5) AS elsewhere FROM try.calls;
SELECT count(*) FROM pointsvault.partner;
SELECT count(*) FROM pointsvault.award;
SET SESSION AUTHORIZATION regress_pv_treasurer;
SELECT call, left(try.refusal('SELECT pointsvault.' || call, :l), 52) AS here, left(try.refusal('SELECT pointsvault.' || call, :other), 5) AS elsewhere FROM try.calls;
SELECT vault = :l AS here, prize, value FROM pointsvault.award ORDER BY seq;
SELECT view, try.refusal('SELECT count(*) FROM pointsvault.' || view) FROM unnest('{partner,journal,journal_data,holding,item}'::text[]) view;
SET SESSION AUTHORIZATION regress_pv_auditor;
SELECT call, left(try.refusal('SELECT pointsvault.' || call, :l), 52) AS here, left(try.refusal('SELECT pointsvault.' || call, :other), 5) AS elsewhere FROM try.calls;
SELECT count(*) FROM pointsvault.award;
RESET SESSION AUTHORIZATION;
SELECT pointsvault.revoke_access('regress_pv_' || p, p, :l) FROM unnest('{shop,treasurer,auditor}'::text[]) p \g /dev/null
REVOKE USAGE ON SCHEMA try FROM regress_pv_shop, regress_pv_treasurer, regress_pv_auditor;
DROP ROLE regress_pv_shop, regress_pv_treasurer, regress_pv_auditor;
