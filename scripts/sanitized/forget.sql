-- A vault's day on a server that forgets all it has cached whenever it may: what is
-- kept beyond that points nowhere.  Shows what verify() finds wrong.
CREATE EXTENSION pointsvault;
CREATE ROLE forgetful;
SET debug_discard_caches = 1;

\o /dev/null
SELECT pointsvault.create_vault('day', '{"growth": {"referral_mint_rate": 0.1, "exit_multiple": 1.2}}') AS v \gset
SELECT pointsvault.enroll_many(:v, '{ann,bob,shop}', sponsors => '{NULL,ann,NULL}', merchants => '{f,f,t}');
SELECT pointsvault.purchase(:v, 'ann', 1000, 'p1', meta => '{"cart": 1}');
SELECT pointsvault.purchase(:v, 'bob', 1000, 'p2', region => 'x');
SELECT pointsvault.purchase(:v, 'bob', 1000, 'p2', region => 'x');
SELECT pointsvault.refund(:v, 'p2', 'b1', amount => 10);
SELECT pointsvault.redeem(:v, 'ann', 5, 'r1');
SELECT pointsvault.submit(:v, 'bob', 10, 's1', meta => jsonb_build_object('x', repeat('y', 300)));
SELECT pointsvault.submit_many(:v, '{ann,bob,zoe}', '{1,2,3}', '{s2,s3,s4}');
SELECT pointsvault.settle(:v);
SELECT pointsvault.wait_settled(:v, 's1', '0');
SELECT pointsvault.purchase_many(:v, '{ann,bob}', '{5,6}', '{m1,m2}');
SELECT pointsvault.rename_member(:v, 'ann', 'eve');
SELECT pointsvault.set_policy(:v, '{"growth": {"pool_rate": 0.1}}');
SELECT pointsvault.statement(:v, 'eve');
SELECT pointsvault.grant_access('forgetful', 'shop', :v);
SET ROLE forgetful;
SELECT pointsvault.purchase(:v, 'bob', 1, 'p3');
RESET ROLE;
\o
SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;
