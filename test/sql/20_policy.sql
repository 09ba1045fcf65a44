-- Vaults and their policies: create_vault, preset, set_policy (MODEL G1 to G7, M3, §10; API, The policy document).

SET timezone = 'UTC';
SET datestyle = 'ISO';

-- Presets -------------------------------------------------------------------------

SELECT pointsvault.preset('growth');
SELECT pointsvault.preset('growth-profit');
SELECT pointsvault.preset('cycle');
SELECT pointsvault.preset('energy');
-- each of them is a policy
SELECT name, pointsvault.start_price(pointsvault.preset(name)) AS start_price
FROM unnest('{growth,growth-profit,cycle,energy}'::text[]) name;
SELECT * FROM try.refused(NULL, $$preset('wine')$$, $$preset('GROWTH')$$, $$preset('')$$, $$preset(NULL)$$);

-- New vaults ----------------------------------------------------------------------

-- defaults, then everything named
SELECT pointsvault.create_vault('policy') AS v \gset
SELECT pointsvault.create_vault(timezone => 'America/New_York', currency => 'USD',
                                policy => pointsvault.preset('growth-profit'), name => '积分商城·上海') AS cn \gset
SELECT name, currency, timezone, pool, circulating, issued, price, policy_version, suspended
FROM pointsvault.vault_status WHERE vault IN (:v, :cn) ORDER BY vault;
SELECT pointsvault.vault_id('policy') = :v AS by_name, pointsvault.vault_id('积分商城·上海') = :cn AS by_chinese_name;

SELECT * FROM try.refused(NULL,
  $$create_vault('policy')$$,
  $$create_vault('积分商城·上海')$$,
  $$create_vault('')$$,
  $$create_vault(repeat('城', 86))$$,
  $$create_vault('x', timezone => 'Asia/Olympus')$$,
  $$create_vault('x', timezone => '')$$,
  $$create_vault('x', currency => '')$$,
  $$create_vault('x', '[]')$$,
  $$create_vault('x', '"growth"')$$,
  $$create_vault('x', 'null')$$,
  $$vault_id('nowhere')$$,
  $$vault_id('Policy')$$);
-- 85 characters of 3 bytes are 255 bytes
SELECT pointsvault.create_vault(repeat('城', 85), '{"growth": {}}') IS NOT NULL AS created;

-- What a policy may say -------------------------------------------------------------

-- unknown, not of this version, or of the wrong type
SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{}'), ('{"growth": {}}'), ('{"growth": null}'),
  ('{"grwth": {}}'), ('{"growth": {"pool": 0.3}}'), ('{"growth": {"": 1}}'), ('{"growth": {"pool_rate ": 0.3}}'),
  ('{"release": 1}'), ('{"commission": []}'),
  ('{"cycle": null, "release": null, "commission": null}'),
  ('{"cycle": {}}'), ('{"cycle": {"tiers": [], "share_price": 0.0001, "quota_multiple": 0}}'),
  ('{"cycle": {"tiers": [{"min": 1, "rate": "0.7"}]}}'),
  ('{"cycle": 1}'), ('{"cycle": {"tier": []}}'), ('{"cycle": {"share_price": 0}}'), ('{"cycle": {"quota_multiple": -1}}'),
  ('{"cycle": {"share_price": 0.00001}}'), ('{"cycle": {"weight_pool_rate": 1.1}}'), ('{"cycle": {"denominator": "some"}}'),
  ('{"cycle": {"unallocated": 1}}'), ('{"cycle": {"tier_basis": "shares"}}'), ('{"cycle": {"tiers": {}}}'), ('{"cycle": {"tiers": 1}}'),
  ('{"cycle": {"tiers": [1]}}'), ('{"cycle": {"tiers": [{}]}}'), ('{"cycle": {"tiers": [{"min": 1}]}}'), ('{"cycle": {"tiers": [{"min": 1, "rate": 0.1, "max": 2}]}}'),
  ('{"cycle": {"tiers": [{"min": 0, "rate": 0.1}]}}'), ('{"cycle": {"tiers": [{"min": 1.5, "rate": 0.1}]}}'), ('{"cycle": {"tiers": [{"min": 1, "rate": 2}]}}'),
  ('{"cycle": {"tiers": [{"min": 5, "rate": 0.1}, {"min": 5, "rate": 0.1}]}}'),
  ('{"cycle": {"tiers": [{"min": 5, "rate": 0.1}, {"min": 2, "rate": 0.1}]}}'),
  ('{"cycle": {"tiers": [{"min": 5, "rate": 0.1}, {"min": 6, "rate": 0.1}, {"min": 7, "rate": 0.1234567}]}}'),
  ('{"cycle": {"tiers": [{"min": 5, "rate": null}]}}'),
  ('{"growth": {"pool_rate": 0.5}, "cycle": {"weight_pool_rate": 0.3, "tiers": [{"min": 1, "rate": 0.1}, {"min": 2, "rate": 0.1}]}}'),
  ('{"growth": {"pool_rate": 0.500001}, "cycle": {"weight_pool_rate": 0.3, "tiers": [{"min": 1, "rate": 0.1}, {"min": 2, "rate": 0.1}]}}'),
  ('{"growth": []}'), ('{"growth": 1}'), ('{"growth": "on"}'), ('{"growth": true}'),
  ('{"growth": {"pool_rate": true}}'), ('{"growth": {"pool_rate": [0.3]}}'), ('{"growth": {"pool_rate": {"is": 0.3}}}'),
  ('{"growth": {"pool_rate": "a third"}}'), ('{"growth": {"pool_rate": ""}}'), ('{"growth": {"pool_rate": "NaN"}}'),
  ('{"growth": {"exit_basis": "points"}}'), ('{"growth": {"exit_basis": 1}}'), ('{"growth": {"refund_shortfall": "nobody"}}'),
  ('{"member_transfer": false, "acknowledge_multilevel": null}'), ('{"member_transfer": true}'), ('{"member_transfer": "no"}'),
  ('{"acknowledge_multilevel": "A. Person"}'), ('{"acknowledge_multilevel": true}')
) v (document);

-- numbers or strings, within range, exactly
SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"growth": {"pool_rate": 0}}'), ('{"growth": {"pool_rate": 1}}'), ('{"growth": {"pool_rate": "0.3"}}'),
  ('{"growth": {"pool_rate": 0.300000000}}'), ('{"growth": {"pool_rate": 0.123456}}'), ('{"growth": {"pool_rate": 3e-1}}'),
  ('{"growth": {"pool_rate": 0.1234567}}'), ('{"growth": {"pool_rate": "0.1234567"}}'),
  ('{"growth": {"pool_rate": 1.000001}}'), ('{"growth": {"pool_rate": -0.1}}'), ('{"growth": {"pool_rate": 1e100}}'),
  ('{"growth": {"start_price": 0.0001}}'), ('{"growth": {"start_price": 100}}'), ('{"growth": {"start_price": 0}}'),
  ('{"growth": {"start_price": 0.00001}}'), ('{"growth": {"start_price": 100.0001}}'),
  ('{"growth": {"issue_cap": 0}}'), ('{"growth": {"issue_cap": 92233720368.54775807}}'),
  ('{"growth": {"issue_cap": 92233720368.54775808}}'), ('{"growth": {"issue_cap": -1}}'), ('{"growth": {"issue_cap": 0.000000001}}'),
  ('{"growth": {"exit_multiple": 0.000001}}'), ('{"growth": {"exit_multiple": 0}}'), ('{"growth": {"exit_multiple": -2}}'),
  ('{"growth": {"exits_per_call": 1.5}}'), ('{"growth": {"exits_per_call": -1}}'),
  ('{"growth": {"mint_rate": 0.7, "referral_mint_rate": 0.3}}'), ('{"growth": {"referral_mint_rate": 0.3}}'),
  ('{"growth": {"mint_rate": 0.7, "referral_mint_rate": 0.300001}}'), ('{"growth": {"referral_mint_rate": 0.300001}}'),
  ('{"growth": {"redeem_fee_rate": 1.1}}'), ('{"growth": {"goods_fee_rate": 1.1}}'), ('{"growth": {"exit_fee_rate": 1.1}}')
) v (document);

-- null is the default of its key
SELECT document, try.document(document) AS refusal FROM (VALUES
  ('{"growth": {"pool_rate": null, "mint_rate": null, "referral_mint_rate": null, "start_price": null, "issue_cap": null,
     "redeem_fee_rate": null, "goods_fee_rate": null, "exit_multiple": null, "exit_basis": null, "exit_fee_rate": null,
     "exits_per_call": null, "refund_shortfall": null}, "cycle": {"tiers": null, "share_price": null}}')
) v (document);

-- Versions -----------------------------------------------------------------------------

-- a merge patch over the policy in force: objects are merged, null takes a key away, all else replaces
SELECT pointsvault.set_policy(:v, '{"growth": {"redeem_fee_rate": 0.05}}') AS version;
SELECT pointsvault.set_policy(:v, '{"growth": {"exit_multiple": null, "issue_cap": "1000"}, "member_transfer": false}') AS version;
SELECT pointsvault.set_policy(:v, '{"member_transfer": null}') AS version;
SELECT pointsvault.set_policy(:v, '{}') AS version;
SELECT version, policy, seq, actor = current_user AS mine, set_at IS NOT NULL AS dated FROM pointsvault.policy WHERE vault = :v ORDER BY version;
SELECT seq, kind, policy_version, ref, meta FROM pointsvault.journal WHERE vault = :v ORDER BY seq;
SELECT policy_version FROM pointsvault.vault_status WHERE vault = :v;

SELECT * FROM try.refused(:v,
  $$set_policy($1, '{"growth": {"redeem_fee_rate": 2}}')$$,
  $$set_policy($1, '{"growth": {"referral_mint_rate": 0.4}}')$$,
  $$set_policy($1, '{"growth": {"exit_multiple": {"of": 2}}}')$$,
  $$set_policy($1, '{"release": {"generation_rates": [0.5, 0.3]}}')$$,
  $$set_policy($1, '[{"growth": {}}]')$$,
  $$set_policy($1, 'null')$$,
  $$set_policy(0, '{}')$$);

-- Each event says which version it was booked under, and uses the one in force.
SELECT pointsvault.enroll(:v, 'ann') IS NOT NULL AS enrolled;
SELECT points FROM pointsvault.purchase(:v, 'ann', 100, 'p1');
SELECT pointsvault.set_policy(:v, '{"growth": {"mint_rate": 0.5}}') AS version;
SELECT points FROM pointsvault.purchase(:v, 'ann', 100, 'p2');
SELECT amount, cash, fee FROM pointsvault.redeem(:v, 'ann', 1, 'p3');
SELECT ref, policy_version FROM pointsvault.journal WHERE vault = :v AND ref IS NOT NULL ORDER BY seq;
-- a replay shows what was booked then
SELECT points, replayed FROM pointsvault.purchase(:v, 'ann', 100, 'p1');

-- A policy rolled back was never there, also to this session, which used it: its
-- number goes to the next, whatever that says.
BEGIN;
SELECT pointsvault.set_policy(:v, '{"growth": {"mint_rate": 0.1}}') AS version;
SELECT points FROM pointsvault.quote_purchase(:v, 1000);
ROLLBACK;
SELECT points FROM pointsvault.quote_purchase(:v, 1000);
BEGIN;
SAVEPOINT before;
SELECT pointsvault.set_policy(:v, '{"growth": {"mint_rate": 0.2}}') AS version;
SELECT points FROM pointsvault.quote_purchase(:v, 1000);
ROLLBACK TO before;
SELECT points FROM pointsvault.quote_purchase(:v, 1000);
SELECT pointsvault.set_policy(:v, '{"growth": {"mint_rate": 0.25}}') AS version;
SELECT points FROM pointsvault.quote_purchase(:v, 1000);
COMMIT;
SELECT points FROM pointsvault.quote_purchase(:v, 1000);
SELECT max(version) AS version, count(*) AS versions FROM pointsvault.policy WHERE vault = :v;
SELECT DISTINCT policy -> 'growth' -> 'mint_rate' AS mint_rate FROM pointsvault.policy WHERE vault = :v ORDER BY 1;

-- What points already out rely on --------------------------------------------------------

-- the basis of exits stays once there are lots
SELECT pointsvault.create_vault('policy basis', '{"growth": {"exit_multiple": 2}}') AS b \gset
SELECT pointsvault.enroll(:b, 'ann') IS NOT NULL AS enrolled;
SELECT pointsvault.set_policy(:b, '{"growth": {"exit_basis": "member"}}') AS version;
SELECT points FROM pointsvault.purchase(:b, 'ann', 100, 'p1');
SELECT * FROM try.refused(:b,
  $$set_policy($1, '{"growth": {"exit_basis": "order"}}')$$,
  $$set_policy($1, '{"growth": {"exit_basis": null}}')$$,
  $$set_policy($1, '{"growth": null}')$$);
SELECT pointsvault.set_policy(:b, '{"growth": {"exit_multiple": 3, "exit_basis": "member"}}') AS version;
-- and may change when they are gone
SELECT points, cash FROM pointsvault.redeem(:b, 'ann', 21, 'p2');
SELECT pointsvault.set_policy(:b, '{"growth": {"exit_basis": "order"}}') AS version;

-- also the lot of a purchase that was minted nothing, which counts for its member's exit;
-- nor does a way round lead over a policy without growth
SELECT pointsvault.set_policy(:b, '{"growth": {"exit_basis": "member"}}') AS version;
SELECT points FROM pointsvault.purchase(:b, 'ann', 100, 'p3', contribution => 0);
SELECT points, points_at_mint, exit_limit FROM pointsvault.lot WHERE vault = :b;
SELECT * FROM try.refused(:b,
  $$set_policy($1, '{"growth": {"exit_basis": "order"}}')$$,
  $$set_policy($1, '{"growth": null}')$$);

-- A policy without growth has no pool and mints nothing.
SELECT pointsvault.create_vault('policy none', '{}') AS n \gset
SELECT pointsvault.enroll(:n, 'ann') IS NOT NULL AS enrolled;
SELECT amount, points, price_before, price_after FROM pointsvault.purchase(:n, 'ann', 100, 'p1');
SELECT amount, points FROM pointsvault.purchase(:n, 'ann', 100, 'p2', contribution => 0);
SELECT * FROM try.refused(:n,
  $$purchase($1, 'ann', 100, 'p3', contribution => 1)$$,
  $$redeem($1, 'ann', 1, 'p3')$$,
  $$inject($1, 1, 'p3')$$);
SELECT seq, kind, amount, points, contribution, pool_after FROM pointsvault.journal WHERE vault = :n ORDER BY seq;
-- one that gains growth later starts at its start price
SELECT pointsvault.set_policy(:n, '{"growth": {"start_price": 2.5}}') AS version;
SELECT points, price_before FROM pointsvault.purchase(:n, 'ann', 100, 'p3');
