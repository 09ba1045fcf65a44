-- Queue and batch (MODEL §4).

SET timezone = 'UTC';
SET datestyle = 'ISO';
\set receipt 'kind, ref, member, amount, points, replayed'
\set queued 'ref, member, amount, contribution, region, error'

SELECT pointsvault.create_vault('queue', '{"growth": {"referral_mint_rate": 0.1}}', timezone => try.noon()) AS v \gset
SELECT pointsvault.enroll(:v, 'ann') AS ann, pointsvault.enroll(:v, 'bob', 'ann') AS bob \gset

-- H1: submitted orders wait, and say so
SELECT pointsvault.submit(:v, 'ann', 100, 'o1') AS first \gset
SELECT pointsvault.submit(:v, 'bob', 50, 'o2', contribution => 10, region => '4403', meta => '{"cart": 7}') - :first AS next;
SELECT pointsvault.submit(:v, 'zoe', 10, 'o3') - :first AS next;
SELECT pointsvault.submit(:v, 'ann', 10, 'o4', contribution => 0.0001) - :first AS next;
SELECT :queued FROM pointsvault.queue WHERE vault = :v ORDER BY number;
SELECT queued, pool FROM pointsvault.vault_status WHERE vault = :v;
SELECT pointsvault.get_receipt(:v, 'o1') IS NULL AS not_yet;
-- the same again, and otherwise
SELECT pointsvault.submit(:v, 'ann', 100, 'o1') - :first AS same;
SELECT pointsvault.submit(:v, 'ann', 101, 'o1');
SELECT pointsvault.submit(:v, 'bob', 100, 'o1');
SELECT pointsvault.submit(:v, 'ann', 100, 'o1', contribution => 1);
SELECT pointsvault.submit(:v, 'ann', 100, 'o1', at => '2020-01-01');
SELECT pointsvault.submit(:v, 'ann', 0, 'o9');
SELECT pointsvault.submit(:v, 'ann', 1, 'o9', contribution => 2);
SELECT pointsvault.submit(:v, 'ann', 1, 'o9', hold => '-1 day');
SELECT pointsvault.submit(:v, 'ann', 1, 'o9', at => 'infinity');
SELECT pointsvault.submit(0, 'ann', 1, 'o9');

-- H2, H3: booked in the order of their numbers; what cannot be is set aside
SELECT pointsvault.settle(:v) AS booked;
SELECT :queued FROM pointsvault.queue WHERE vault = :v ORDER BY number;
SELECT seq, kind, ref, member, amount, contribution, region, points, meta, day = (at AT TIME ZONE timezone)::date AS of_its_day
FROM pointsvault.journal JOIN pointsvault.vault_status USING (vault) WHERE vault = :v AND kind = 'purchase' ORDER BY seq;
SELECT :receipt FROM pointsvault.get_receipt(:v, 'o2');
SELECT pointsvault.settle(:v) AS booked;
-- booked: submit replays it; set aside: the ref can be submitted again, or the order dropped
SELECT pointsvault.submit(:v, 'bob', 50, 'o2', contribution => 10, region => '4403') AS booked_already;
SELECT pointsvault.submit(:v, 'bob', 50, 'o2', contribution => 11, region => '4403');
SELECT pointsvault.cancel(:v, 'o2') AS too_late, pointsvault.cancel(:v, 'unknown') AS unknown;
SELECT pointsvault.submit(:v, 'bob', 10, 'o3') > :first AS again;
SELECT pointsvault.settle(:v) AS booked;
SELECT :receipt FROM pointsvault.get_receipt(:v, 'o3');
SELECT pointsvault.submit(:v, 'zoe', 1, 'o5') > 0 AS queued;
SELECT pointsvault.settle(:v) AS booked;
SELECT pointsvault.cancel(:v, 'o5') AS dropped;
SELECT pointsvault.cancel(:v, 'o5') AS dropped;
SELECT count(*) FROM pointsvault.queue WHERE vault = :v;

-- a ref booked meanwhile: by the same purchase it is done, by another it is set aside
SELECT pointsvault.submit(:v, 'ann', 5, 'o6') > 0 AS queued, pointsvault.submit(:v, 'ann', 6, 'o7') > 0 AS queued;
SELECT :receipt FROM pointsvault.purchase(:v, 'ann', 5, 'o6');
SELECT :receipt FROM pointsvault.purchase(:v, 'ann', 7, 'o7');
SELECT pointsvault.settle(:v) AS booked;
SELECT :queued FROM pointsvault.queue WHERE vault = :v ORDER BY number;
SELECT pointsvault.cancel(:v, 'o7') AS dropped;

-- holds: due when the hold ends, and of that day (H4)
SELECT pointsvault.submit(:v, 'ann', 1, 'h1', hold => '3 seconds') > 0 AS held;
SELECT pointsvault.submit(:v, 'ann', 2, 'h2') > 0 AS at_once;
SELECT pointsvault.create_vault('holds', '{"growth": {}}') AS holds \gset
SELECT pointsvault.enroll(:holds, 'ann') > 0 AS enrolled;
SELECT pointsvault.submit(:holds, 'ann', 3, 'h3', at => '2024-03-01 12:00+00', hold => '7 days') > 0 AS hold_has_ended;
-- its day is closed by then: the first open one
SELECT pointsvault.submit(:holds, 'ann', 4, 'h4', at => '2024-03-01 12:00+00') > 0 AS named;
-- one that cannot be booked closes no day
SELECT pointsvault.submit(:holds, 'ann', 4, 'h5', at => '2024-04-01 12:00+00', contribution => 4) > 0 AS queued;
SELECT pointsvault.submit(:holds, 'bob', 4, 'h6', at => '2024-04-01 12:00+00') > 0 AS queued;
SELECT ref, due_at > now() AS waits FROM pointsvault.queue WHERE vault = :v ORDER BY number;
SELECT pointsvault.settle(:v) AS booked;
SELECT pointsvault.set_policy(:holds, '{"cycle": {}}') AS version;
SELECT pointsvault.settle(:holds) AS booked;
-- the hold of h3 ended on 2024-03-08, so that day is open, and h4 goes to it
SELECT kind, ref, at, day FROM pointsvault.journal WHERE vault = :holds AND kind IN ('purchase', 'close') ORDER BY seq;
SELECT ref, error FROM pointsvault.queue WHERE vault = :holds ORDER BY number;
SELECT ref FROM pointsvault.queue WHERE vault = :v;
SELECT pg_sleep(3.1) \g /dev/null
SELECT pointsvault.submit(:v, 'ann', 5, 'h5') > 0 AS at_once;
SELECT pointsvault.settle(:v) AS booked;
SELECT ref FROM pointsvault.journal WHERE vault = :v ORDER BY seq DESC LIMIT 2;

-- some at a time
SELECT pointsvault.submit_many(:v, array_agg('ann'::text), array_agg(i), array_agg('m' || i)) AS queued FROM generate_series(1, 7) i;
SELECT pointsvault.settle(:v, 3) AS booked, pointsvault.settle(:v, 0) AS none;
SELECT string_agg(ref, ' ' ORDER BY number) AS left FROM pointsvault.queue WHERE vault = :v;
SELECT pointsvault.settle(:v, -1);
SELECT pointsvault.settle(:v, 100) AS booked;

-- submit_many: all or none, repeats are one, what is known must be the same
SELECT pointsvault.submit_many(:v, '{ann,bob,ann}', '{1,2,1}', '{s1,s2,s1}') AS queued;
SELECT pointsvault.submit_many(:v, '{ann,bob,bob}', '{1,2,3}', '{s1,s2,s3}') AS queued;
SELECT pointsvault.submit_many(:v, '{ann,bob}', '{1,3}', '{s4,s2}');
SELECT pointsvault.submit_many(:v, '{ann,bob}', '{1,3}', '{s4,s4}');
SELECT pointsvault.submit_many(:v, '{ann,bob}', '{1,-3}', '{s4,s5}');
SELECT pointsvault.submit_many(:v, '{ann,bob}', '{1,NULL}', '{s4,s5}');
SELECT pointsvault.submit_many(:v, '{ann,bob}', '{1}', '{s4,s5}');
SELECT pointsvault.submit_many(:v, '{}', '{}', '{}') AS queued;
SELECT pointsvault.submit_many(:v, '{ann}', '{9}', '{m1}');
SELECT pointsvault.submit_many(:v, '{ann}', '{1}', '{m1}') AS booked_already;
SELECT string_agg(ref, ' ' ORDER BY number) AS queued FROM pointsvault.queue WHERE vault = :v;
SELECT pointsvault.settle(:v) AS booked;

-- purchase_many: receipts in the order of the list, replays among them
SELECT :receipt FROM pointsvault.purchase_many(:v, '{bob,ann,bob,ann}', '{10,20,10,1}', '{p1,p2,p1,m1}', '{1,NULL,1,NULL}');
SELECT pointsvault.purchase_many(:v, '{ann,bob}', '{1,2}', '{p3,p1}');
SELECT pointsvault.purchase_many(:v, '{ann,bob}', '{1,2}', '{p3,p3}');
SELECT pointsvault.purchase_many(:v, '{ann,zoe}', '{1,2}', '{p3,p4}');
SELECT pointsvault.purchase_many(:v, '{ann,bob}', '{1,0}', '{p3,p4}');
SELECT count(*) FROM pointsvault.purchase_many(:v, '{}', '{}', '{}');
SELECT count(*) FROM pointsvault.journal WHERE vault = :v AND ref IN ('p3', 'p4');

-- an order changed behind the vault's back is not booked
SELECT pointsvault.submit(:v, 'ann', 1, 'changed') > 0 AS queued;
UPDATE pointsvault.queue_data SET amount = 1000 WHERE ref = 'changed';
SELECT name, expected, found, detail FROM pointsvault.verify(:v) WHERE NOT ok;
SELECT pointsvault.settle(:v) AS booked;
SELECT ref, error FROM pointsvault.queue WHERE vault = :v;
SELECT pointsvault.cancel(:v, 'changed') AS dropped;

-- booked meanwhile, an order is no longer there to be cancelled
SELECT pointsvault.submit(:v, 'ann', 1, 'twice') > 0 AS queued;
SELECT points > 0 AS booked FROM pointsvault.purchase(:v, 'ann', 1, 'twice');
SELECT pointsvault.cancel(:v, 'twice') AS dropped;
SELECT count(*) FROM pointsvault.queue WHERE vault = :v;

-- whatever plan a session likes, numbers are drawn in the order of the list
SET enable_nestloop = off; SET enable_hashjoin = off;
SELECT pointsvault.submit_many(:v, '{ann,ann,ann}', '{1,2,3}', '{zz,yy,xx}') AS queued;
RESET enable_nestloop; RESET enable_hashjoin;
SELECT string_agg(ref, ' ' ORDER BY number) AS queued FROM pointsvault.queue WHERE vault = :v;

-- no order blocks the others, however odd (H3)
SELECT pointsvault.create_vault('far', timezone => 'America/New_York') AS far \gset
SELECT pointsvault.enroll(:far, 'ann') AS id \gset
SELECT pointsvault.submit(:far, 'ann', 1, 'bad', at => '4714-11-24 00:00:00+00 BC') > 0 AS queued;
SELECT pointsvault.submit(:far, 'ann', 1, 'good') > 0 AS queued;
SELECT pointsvault.settle(:far) AS booked;
SELECT ref, error FROM pointsvault.queue WHERE vault = :far;

-- a hold's days and months are those of the vault's time zone, whatever the session's
SET timezone = 'Asia/Tokyo';
SELECT pointsvault.submit(:far, 'ann', 1, 'month', at => '2020-10-31 03:30+00', hold => '1 month') > 0 AS held;
SET timezone = 'UTC';
-- from the last half hour of October 30th there to that of November 30th, which in UTC is 2020-12-01
SELECT ref, due_at FROM pointsvault.queue WHERE vault = :far AND ref = 'month';

-- a member that is renamed is so in the queue
SELECT pointsvault.submit(:far, 'ann', 1, 'of ann') > 0 AS queued, pointsvault.submit(:far, 'zoe', 1, 'of zoe') > 0 AS queued;
SELECT pointsvault.rename_member(:far, 'ann', 'forgotten');
SELECT ref, member, error FROM pointsvault.queue WHERE vault = :far ORDER BY number;
SELECT pointsvault.settle(:far) AS booked;

-- and in the reason of one set aside, which may name it
SELECT pointsvault.submit(:far, 'eve', 1, 'of eve') > 0 AS queued;
SELECT pointsvault.settle(:far) AS booked;
SELECT count(pointsvault.enroll(:far, 'eve')) AS enrolled;
SELECT pointsvault.rename_member(:far, 'eve', '"eve" anew');
SELECT member, error FROM pointsvault.queue WHERE vault = :far AND ref = 'of eve';
SELECT pointsvault.cancel(:far, 'of eve');

-- an empty list is no way around
SELECT pointsvault.submit_many(0, '{}', '{}', '{}');

-- a suspended vault takes orders and settles none
SELECT pointsvault.suspend_vault(:v, 'audit');
SELECT pointsvault.submit(:v, 'ann', 1, 'late') > 0 AS queued;
SELECT pointsvault.settle(:v);
SELECT pointsvault.resume_vault(:v);
SELECT pointsvault.settle(:v) AS booked;

-- waiting
SELECT :receipt FROM pointsvault.wait_settled(:v, 'late', '1 s');
SELECT pointsvault.wait_settled(:v, 'unknown', '1 s');
BEGIN;
SELECT pointsvault.submit(:v, 'ann', 1, 'own') > 0 AS queued;
SELECT pointsvault.wait_settled(:v, 'own', '1 s');
ROLLBACK;
BEGIN;
SAVEPOINT a;
SELECT pointsvault.submit(:v, 'ann', 1, 'own') > 0 AS queued;
SELECT pointsvault.wait_settled(:v, 'own', '1 s');
ROLLBACK;
SELECT pointsvault.submit(:v, 'ann', 1, 'w1') > 0 AS queued, pointsvault.submit(:v, 'zoe', 1, 'w2') > 0 AS queued;
SELECT pointsvault.wait_settled(:v, 'w1', '10 ms') IS NULL AS time_is_up;
SELECT pointsvault.settle(:v) AS booked;
SELECT pointsvault.wait_settled(:v, 'w2', '1 s');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pointsvault.wait_settled(:v, 'w1', '1 s');
ROLLBACK;

-- rolled back, nothing is queued, booked or dropped
BEGIN;
SELECT pointsvault.submit(:v, 'ann', 1, 'b1') > 0 AS queued;
SELECT pointsvault.settle(:v) AS booked;
ROLLBACK;
SELECT pointsvault.submit(:v, 'ann', 1, 'b1') > 0 AS queued;
BEGIN;
SELECT pointsvault.settle(:v) AS booked;
ROLLBACK;
SELECT pointsvault.settle(:v) AS booked;

SELECT name, detail FROM pointsvault.verify(:v) WHERE NOT ok;
