-- Release plans, team figures, rewards (MODEL 6), and what a policy may say of them and of
-- commissions (M3, R2).  Days are told by "at".
\set VERBOSITY default
\set receipt 'kind, member, amount'
SELECT try.noon() AS zone \gset
CREATE TABLE try.plans_begun AS SELECT now() AS moment, pointsvault.business_day(:'zone', now()) AS today;
CREATE FUNCTION try.days_ago(days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT moment - days * interval '24 hours' FROM try.plans_begun $$;
-- closes days, each told by how many ago it is
CREATE FUNCTION try.close(vault integer, first integer, last integer) RETURNS void LANGUAGE sql AS $$
  SELECT pointsvault.close_day(vault, (SELECT today FROM try.plans_begun) - n) FROM generate_series(first, last, -1) n
$$;

-- What a policy may say --------------------------------------------------------------

SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"acknowledge_multilevel": " \n"}'), ('{"release": {"levels": 1}}'),
  ('{"release": {"levels": [{"min": 3000, "multiple": 2}, {"min": 3000, "multiple": 3}]}}'), ('{"release": {"levels": [{"min": 3000}]}}'),
  ('{"release": {"generation_rates": 0.5}}'), ('{"release": {"generation_rates": [0.5, "x"]}}'), ('{"release": {"generation_rates": [0.5, 1.1]}}'),
  ('{"commission": {"region_rates": {"town": 0.1}}}'), ('{"commission": {"region_rates": {"city": "0.1"}}}'),
  ('{"growth": {"pool_rate": 0.4}, "cycle": {"weight_pool_rate": 0.3}, "commission": {"budget_rate": 0.3}}'),
  ('{"growth": {"pool_rate": 0.400001}, "cycle": {"weight_pool_rate": 0.3}, "commission": {"budget_rate": 0.3}}')
) v (document);

-- R2: who answers for pay beyond the sponsor
SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"release": {"generation_rates": [0.5]}, "commission": {"direct_rate": 0.1}}'), ('{"release": {"generation_rates": [0.5, 0]}}'),
  ('{"release": {"generation_rates": [0, 0.3]}}'), ('{"commission": {"indirect_rate": 0.01}}'),
  ('{"release": {"stars": [{"sales": 100, "rate": 0.1}]}}'), ('{"commission": {"ranks": [{"sales": 100, "rate": 0.1}]}}'),
  ('{"acknowledge_multilevel": "A. Person", "release": {"stars": [{"sales": 100, "rate": 0.1}, {"sales": 200, "rate": 0.1}]}}'),
  ('{"acknowledge_multilevel": "A. Person", "commission": {"ranks": [{"sales": 100, "rate": 0.1}, {"sales": 100, "rate": 0.2}]}}'),
  ('{"acknowledge_multilevel": "A. Person", "commission": {"indirect_rate": 0.01, "ranks": [{"sales": 100, "rate": 0.1}]}}')
) v (document);
SELECT name, try.document(pointsvault.preset(name)::text) AS refusal,
       try.document((pointsvault.preset(name) || '{"acknowledge_multilevel": "A. Person"}')::text) AS acknowledged
FROM unnest('{release,release-flat}'::text[]) name;
-- the journal has it with the policy
SELECT pointsvault.create_vault('answered', '{"release": {"generation_rates": [0.5]}}') AS a \gset
SELECT pointsvault.set_policy(:a, '{"acknowledge_multilevel": "A. Person", "release": {"generation_rates": [0.5, 0.3]}}') AS version;
SELECT seq, kind, meta ->> 'acknowledge_multilevel' AS answers FROM pointsvault.journal WHERE vault = :a ORDER BY seq;

-- M3: points that have no limit do not get one by a policy, but such that had one may get another
SELECT pointsvault.create_vault('without exits', '{"growth": {}}') AS n \gset
SELECT pointsvault.enroll(:n, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:n, 'ann', 100, 'p1');
SELECT * FROM try.refused(:n, $$set_policy($1, '{"growth": {"exit_multiple": 3}}')$$);
SELECT points, cash FROM pointsvault.redeem(:n, 'ann', 21, 'p2');
SELECT pointsvault.set_policy(:n, '{"growth": {"exit_multiple": 3}}') AS version;
SELECT points FROM pointsvault.purchase(:n, 'ann', 100, 'p3');
SELECT pointsvault.set_policy(:n, '{"growth": {"exit_multiple": null}}') AS version;
SELECT pointsvault.set_policy(:n, '{"growth": {"exit_multiple": 2}}') AS version;

-- The worked figures of MODEL 12 --------------------------------------------------------

SELECT pointsvault.preset('release-flat') || '{"acknowledge_multilevel": "A. Person", "growth": {"pool_rate": 0}}' AS flat \gset
-- A of 3000 sponsors B of 3000: on the first day A 36 + 18, B 36
SELECT pointsvault.create_vault('flat', :'flat', timezone => :'zone') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob}', '{NULL,ann}') AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:v, 'ann', 3000, 'a1', at => try.days_ago(5));
SELECT :receipt FROM pointsvault.purchase(:v, 'bob', 3000, 'b1', at => try.days_ago(5));
SELECT try.close(:v, 5, 5) \g /dev/null
SELECT member, granted, released, remaining, daily, rate FROM pointsvault.release_plan WHERE vault = :v ORDER BY seq;
SELECT member, reward FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT released, running FROM pointsvault.dividend_day WHERE vault = :v;
-- what only runs on is not touched
SELECT xmin AS was FROM pointsvault.plan_data WHERE vault = :v ORDER BY seq LIMIT 1 \gset
SELECT try.close(:v, 4, 4) \g /dev/null
SELECT xmin = :'was'::xid AS untouched FROM pointsvault.plan_data WHERE vault = :v ORDER BY seq LIMIT 1;
SELECT member, released, remaining FROM pointsvault.release_plan WHERE vault = :v ORDER BY seq;

-- 3000 and 9000 of one member: 36 + 108 a day, then 108 once the first is used up
SELECT pointsvault.create_vault('two plans', '{"release": {"levels": [{"min": 3000, "multiple": 0.03}, {"min": 9000, "multiple": 3}]}}', timezone => :'zone') AS two \gset
SELECT pointsvault.enroll(:two, 'ann') IS NOT NULL AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:two, 'ann', 3000, 'a1', at => try.days_ago(5));
SELECT :receipt FROM pointsvault.purchase(:two, 'ann', 9000, 'a2', at => try.days_ago(5));
SELECT try.close(:two, 5, 1) \g /dev/null
SELECT row_number() OVER (ORDER BY day) AS day, released, running FROM pointsvault.dividend_day WHERE vault = :two ORDER BY day;
SELECT seq, granted, released, remaining FROM pointsvault.release_plan WHERE vault = :two ORDER BY seq;

-- stars 7 above 6 above 1, 10 000 released below the 1, generations 0: 1000, 3400, 600
SELECT :'flat'::jsonb || '{"release": {"levels": [{"min": 1, "multiple": 10000}], "release_rate": 0.1, "generation_rates": [],
  "stars": [{"sales": 50000, "rate": 0.10}, {"sales": 200000, "rate": 0.20}, {"sales": 600000, "rate": 0.26}, {"sales": 2000000, "rate": 0.32},
            {"sales": 6000000, "rate": 0.38}, {"sales": 15000000, "rate": 0.44}, {"sales": 30000000, "rate": 0.50}]}}' AS stars \gset
SELECT pointsvault.create_vault('stars', :'stars', timezone => :'zone') AS s \gset
SELECT pointsvault.enroll_many(:s, '{seven,six,one,low,side6,side7}', '{NULL,seven,six,one,six,seven}') AS enrolled;
SELECT count(pointsvault.purchase(:s, member, 10, member || ' 1', at => try.days_ago(6))) AS plans FROM unnest('{seven,six,one}'::text[]) member;
SELECT :receipt FROM pointsvault.purchase(:s, 'low', 100000, 'l1', at => try.days_ago(5));
-- of who brings the sales beside them nothing is released
SET client_min_messages = warning;
SELECT pointsvault.begin_import(:s);
SELECT pointsvault.set_policy(:s, '{"release": {"levels": []}}') AS version;
SELECT :receipt FROM pointsvault.purchase(:s, 'side6', 15000000, 's6', at => try.days_ago(5));
SELECT :receipt FROM pointsvault.purchase(:s, 'side7', 15000000, 's7', at => try.days_ago(5));
SELECT pointsvault.end_import(:s);
SELECT try.close(:s, 5, 5) \g /dev/null
SELECT m.member, t.sales, t.team_sales, t.star, t.units FROM pointsvault.team_data t JOIN pointsvault.member m ON m.id = t.member WHERE t.vault = :s ORDER BY m.id;
SELECT m.member, r.base, r.bonus, r.rate FROM pointsvault.team_data r JOIN pointsvault.member m ON m.id = r.member WHERE r.vault = :s AND r.as_of IS NOT NULL ORDER BY m.id;

-- two members of one star, 10 000 released below the lower: lower 1000, upper peer 300
SELECT pointsvault.create_vault('peers', :'stars', timezone => :'zone') AS p \gset
SELECT pointsvault.enroll_many(:p, '{first,upper,lower,low}', '{NULL,first,upper,lower}') AS enrolled;
SELECT count(pointsvault.purchase(:p, member, 10, member || ' 1', at => try.days_ago(6))) AS plans FROM unnest('{first,upper,lower}'::text[]) member;
SELECT :receipt FROM pointsvault.purchase(:p, 'low', 100000, 'l1', at => try.days_ago(5));
SELECT try.close(:p, 5, 5) \g /dev/null
SELECT m.member, t.star, t.base, t.bonus FROM pointsvault.team_data t JOIN pointsvault.member m ON m.id = t.member WHERE t.vault = :p AND t.as_of IS NOT NULL ORDER BY m.id;

-- Rewards ------------------------------------------------------------------------------------

SELECT :receipt FROM pointsvault.spend_reward(:v, 'ann', 100.5, 'goods 1', 200, at => try.days_ago(3));
SELECT :receipt, replayed FROM pointsvault.spend_reward(:v, 'ann', 100.5, 'goods 1', 200);
SELECT member, reward FROM pointsvault.holding WHERE vault = :v ORDER BY member;
SELECT kind, member, amount, cause - min(seq) OVER () AS cause FROM pointsvault.journal WHERE vault = :v AND kind IN ('release', 'spend_reward') ORDER BY seq;
SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = :v AND kind IN ('release', 'spend_reward') ORDER BY seq, amount DESC;
SELECT pointsvault.create_vault('usage', :'flat'::jsonb || '{"release": {"levels": [{"min": 1, "multiple": 3}], "usage_rate": 0.3}}', timezone => :'zone') AS u \gset
SELECT pointsvault.enroll_many(:u, '{ann,bob}') AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:u, 'ann', 1000, 'a1', at => try.days_ago(2));
SELECT try.close(:u, 2, 2) \g /dev/null
SELECT :receipt FROM pointsvault.spend_reward(:u, 'ann', 1, 'goods', 3.3334);
SELECT * FROM try.refused(:u,
  $$spend_reward($1, 'ann', 1, 'goods', 3.3335)$$,
  $$spend_reward($1, 'ann', 1, 'goods 2', 3.3333)$$,
  $$spend_reward($1, 'ann', 25, 'goods 2', 1000)$$,
  $$spend_reward($1, 'bob', 1, 'goods 2', 1000)$$,
  $$spend_reward($1, 'ann', 0, 'goods 2', 1000)$$,
  $$spend_reward($1, 'ann', 1, 'goods 2', 0)$$,
  $$spend_reward($1, 'ann', 1, 'goods 2', NULL)$$,
  $$adjust($1, 'ann', 'reward', -25, 'too much', 'test')$$);
SELECT :receipt FROM pointsvault.adjust(:u, 'ann', 'reward', -1.5, 'less', 'test');
SELECT member, reward FROM pointsvault.holding WHERE vault = :u ORDER BY member;
SELECT * FROM try.refused(:n, $$spend_reward($1, 'ann', 1, 'goods', 10)$$);
-- accrue posts what is not posted, and once
SELECT member, reward, reward_accrued FROM pointsvault.holding WHERE vault = :p ORDER BY member;
SELECT pointsvault.accrue(:p, 3) AS posted;
SELECT pointsvault.accrue(:p, 3) AS posted;
SELECT pointsvault.accrue(:p, 3) AS posted;
SELECT member, reward, reward_accrued FROM pointsvault.holding WHERE vault = :p ORDER BY member;

-- Refunds (G15) ------------------------------------------------------------------------------

-- a part: as much of the plan is cancelled, out of what remains; the daily amount is of the rest
SELECT :receipt FROM pointsvault.refund(:v, 'b1', 'back 1', 1000.0001, at => try.days_ago(3));
SELECT seq, amount, granted, released, cancelled, remaining, daily FROM pointsvault.release_plan WHERE vault = :v ORDER BY seq;
SELECT try.close(:v, 3, 3) \g /dev/null
SELECT seq, released, remaining, daily, rate FROM pointsvault.release_plan WHERE vault = :v ORDER BY seq;
SELECT :receipt FROM pointsvault.refund(:v, 'b1', 'back 2', at => try.days_ago(2));
SELECT :receipt FROM pointsvault.refund(:v, 'a1', 'back 3', at => try.days_ago(2));
SELECT try.close(:v, 2, 2) \g /dev/null
SELECT seq, granted, released, cancelled, remaining, daily, rate FROM pointsvault.release_plan WHERE vault = :v ORDER BY seq;
SELECT released, running FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day DESC LIMIT 1;
SELECT m.member, t.sales, t.team_sales, t.generations FROM pointsvault.team_data t JOIN pointsvault.member m ON m.id = t.member WHERE t.vault = :v ORDER BY m.id;

-- Merges -------------------------------------------------------------------------------------

SELECT pointsvault.create_vault('lines merged', :'flat', timezone => :'zone') AS m \gset
SELECT pointsvault.enroll_many(:m, '{ann,bob,cleo,dan,eve}', '{NULL,ann,bob,cleo,dan}') AS enrolled;
SELECT count(pointsvault.purchase(:m, member, 3000, member, at => try.days_ago(5))) FROM unnest('{ann,bob,cleo,dan,eve}'::text[]) member;
SELECT try.close(:m, 5, 5) \g /dev/null
-- who takes over stands below: dan takes bob's place below ann
SELECT kind, member FROM pointsvault.merge_members(:m, 'bob', 'dan', 'one', at => try.days_ago(4));
SELECT member, seq, released FROM pointsvault.release_plan WHERE vault = :m ORDER BY seq;
SELECT member, reward FROM pointsvault.holding WHERE vault = :m ORDER BY member;
SELECT try.close(:m, 4, 2) \g /dev/null
SELECT m.member, t.sales, t.team_sales, t.generations FROM pointsvault.team_data t JOIN pointsvault.member m ON m.id = t.member WHERE t.vault = :m ORDER BY m.id;
SELECT member, seq, released, rate FROM pointsvault.release_plan WHERE vault = :m ORDER BY seq;
SELECT member, reward FROM pointsvault.holding WHERE vault = :m ORDER BY member;
-- a purchase of who was merged is refunded by who took over
SELECT :receipt FROM pointsvault.refund(:m, 'bob', 'bob back', 1500);
SELECT seq, granted, cancelled, daily FROM pointsvault.release_plan WHERE vault = :m AND cancelled > 0;

-- plans that are used up already go over too, to somebody who has none
SELECT pointsvault.create_vault('used up', :'flat'::jsonb || '{"release": {"levels": [{"min": 1, "multiple": 1}], "release_rate": 1}}', timezone => :'zone') AS used \gset
SELECT pointsvault.enroll_many(:used, '{ann,bob,cleo}') AS enrolled;
SELECT :receipt FROM pointsvault.purchase(:used, 'ann', 100, 'a1', at => try.days_ago(5));
SELECT try.close(:used, 5, 5) \g /dev/null
SELECT kind, member FROM pointsvault.merge_members(:used, 'ann', 'bob', 'one', at => try.days_ago(4));
-- and one that is taken back before it released anything
SELECT :receipt FROM pointsvault.purchase(:used, 'cleo', 100, 'c1', at => try.days_ago(4));
SELECT :receipt FROM pointsvault.refund(:used, 'c1', 'back', at => try.days_ago(4));
SELECT try.close(:used, 4, 3) \g /dev/null
SELECT member, released, remaining, cancelled, rate FROM pointsvault.release_plan WHERE vault = :used ORDER BY seq;
SELECT member, reward FROM pointsvault.holding WHERE vault = :used ORDER BY member;
SELECT m.member, r.released, r.rate, r.plans FROM pointsvault.team_data r JOIN pointsvault.member m ON m.id = r.member WHERE r.vault = :used AND r.as_of IS NOT NULL ORDER BY m.id;

-- Policies that change -------------------------------------------------------------------------

-- without the section plans stand still; with it they go on
SELECT pointsvault.create_vault('on and off', :'flat', timezone => :'zone') AS o \gset
SELECT pointsvault.enroll_many(:o, '{ann,bob}', '{NULL,ann}') AS enrolled;
SELECT pointsvault.begin_import(:o);
SELECT count(pointsvault.purchase(:o, member, 3000, member, at => try.days_ago(5))) FROM unnest('{ann,bob}'::text[]) member;
SELECT try.close(:o, 5, 5) \g /dev/null
SELECT pointsvault.set_policy(:o, '{"release": null}') AS version;
SELECT try.close(:o, 4, 3) \g /dev/null
SELECT member, released, rate FROM pointsvault.release_plan WHERE vault = :o ORDER BY seq;
SELECT pointsvault.set_policy(:o, '{"release": {"levels": [{"min": 1, "multiple": 1}], "generation_rates": [0.1], "stars": []}}') AS version;
SELECT try.close(:o, 2, 2) \g /dev/null
SELECT member, released, rate FROM pointsvault.release_plan WHERE vault = :o ORDER BY seq;
SELECT pointsvault.end_import(:o);

-- All of it as verify computes it ----------------------------------------------------------------

SELECT v.vault, r.name, r.expected, r.found, r.detail
FROM unnest(ARRAY[:n, :v, :two, :s, :p, :u, :m, :used, :o]) WITH ORDINALITY v (id, vault), pointsvault.verify(v.id) r WHERE NOT r.ok;

-- Figures near the range: what a close comes to has to fit, in whatever order it is summed up (U4) ------------------
SELECT pointsvault.create_vault('large plans', '{"release": {"levels": [{"min": 1, "multiple": 2.8}], "release_rate": 1}}', timezone => 'UTC') AS v \gset
SELECT pointsvault.enroll_many(:v, '{a,b,c,d}');
SELECT count(pointsvault.purchase(:v, m, amount, ref, at => at)) FROM (VALUES ('b', 320000000000000, 'o1', timestamptz '2026-01-05 10:00+00'),
  ('a', 320000000000000, 'o2', '2026-01-06 10:00+00'), ('a', 0.5, 'o3', '2026-01-07 10:00+00')) o (m, amount, ref, at);
SELECT count(*) AS closed FROM pointsvault.close_day(:v, '2026-01-07');
SELECT day, released FROM pointsvault.dividend_day WHERE vault = :v ORDER BY day;
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT pointsvault.create_vault('large sales', '{"growth": {"pool_rate": 0.000001, "mint_rate": 0.5}, "commission": {"budget_rate": 0.000001, "direct_rate": 0,
  "ranks": [{"sales": 100, "rate": 0.000001}]}, "acknowledge_multilevel": "a test"}', timezone => 'UTC') AS v \gset
SELECT pointsvault.enroll_many(:v, '{a,b,c,d}', '{NULL,a,b,NULL}');
DO $$ DECLARE v integer := pointsvault.vault_id('large sales'); noon timestamptz := '2026-01-05 10:00+00';
BEGIN
  PERFORM setseed(0.1);
  FOR i IN 1 .. 100 LOOP
    PERFORM pointsvault.purchase(v, 'c', 600000000000000, 'o' || i, at => noon);
    PERFORM pointsvault.purchase(v, CASE WHEN random() < 0.5 THEN 'a' ELSE 'd' END, 1, 's' || i, at => noon);
    PERFORM pointsvault.refund(v, 'o' || i, 'r' || i, at => noon);
    PERFORM pointsvault.purchase(v, CASE WHEN random() < 0.5 THEN 'a' ELSE 'd' END, 1, 't' || i, at => noon);
  END LOOP;
END $$;
SELECT count(*) AS closed FROM pointsvault.close_day(:v, '2026-01-05');
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;

-- a merge into oneself, by a row that was changed: verify tells of it, whatever the member has -----------------------
SELECT pointsvault.create_vault('herself', '{"release": {"levels": [{"min": 1, "multiple": 2}]}, "stock": {"total": 100}}', timezone => 'UTC') AS v \gset
SELECT pointsvault.enroll_many(:v, '{a,b}');
SELECT count(pointsvault.purchase(:v, 'a', 100, 'o' || i, at => '2026-01-05 10:00+00')) FROM generate_series(1, 3) i;
SELECT kind FROM pointsvault.allot(:v, 'a', 10, 'for her', '2026-01-05', at => '2026-01-05 10:00+00');
SELECT kind FROM pointsvault.merge_members(:v, 'a', 'b', 'm', at => '2026-01-05 10:00+00');
BEGIN;
ALTER TABLE pointsvault.movement_data DISABLE TRIGGER USER;
UPDATE pointsvault.movement_data o SET member = j.member FROM pointsvault.journal_data j WHERE j.vault = :v AND j.kind = 27 AND o.vault = :v AND o.seq = j.seq;
SELECT count(*) > 3 AS told FROM pointsvault.verify(:v) WHERE NOT ok;
ROLLBACK;
