# The view health: what it says of vaults in every state, to whom, and that it
# reads few rows of however many there are; nor does vault_status count what it is
# not asked for.  Counted are rows read, not the time it takes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Vaults;

my $node = new_node('health', "fsync = off\nautovacuum = off\ntimezone = 'UTC'");

sub health_of
{
	my ($name, $columns, $before) = @_;

	return $node->safe_psql('postgres', ($before // '') . "SELECT $columns FROM pointsvault.health WHERE name = '$name'");
}

$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault(name, '{"growth": {"exit_multiple": 1.1, "exits_per_call": 0}}', timezone => 'UTC')
	FROM unnest('{empty,mall,members}'::text[]) WITH ORDINALITY n (name, i) ORDER BY i;
	SELECT pointsvault.set_policy(3, '{"growth": {"exit_basis": "member"}}');
	SELECT pointsvault.enroll_many(v, '{ann,bob}') FROM generate_series(2, 3) v});

# Nothing happened, and nothing is wrong.
my $all = 'suspended, importing, due, oldest_due, set_aside, days_behind, first_open_day, exits_due, failed_job, failed_at, failure, '
  . 'settler_alive, last_closed, closed_at, close_age';
is(health_of('empty', $all), 'f|f|0||0|0||0||||f|||', 'a vault in which nothing happened');

# Days behind, in a vault that never closed one, and in one that did.
my $behind = q{(now() AT TIME ZONE 'UTC')::date - first_open_day, days_behind, last_closed IS NULL, closed_at IS NULL, close_age IS NULL};
is( $node->safe_psql(
		'postgres', "BEGIN;
		SELECT points FROM pointsvault.purchase(2, 'ann', 100, 'o1', at => now() - interval '5 days') \\g /dev/null
		SELECT $behind FROM pointsvault.health WHERE vault = 2;
		SELECT pointsvault.close_day(2) \\g /dev/null
		SELECT $behind, close_age < interval '1 hour' FROM pointsvault.health WHERE vault = 2; COMMIT"),
	"5|5|t|t|t\n4|4|f|f|f|t", 'days behind, the first day too');
$node->safe_psql('postgres', 'CALL pointsvault.run_jobs()');
is(health_of('mall', 'days_behind, first_open_day'), '0|', 'none once all are closed');

# The queue: due, held, set aside.
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.submit(2, 'ann', 1, 'q1'), pointsvault.submit(2, 'nobody', 1, 'q2'), pointsvault.submit(2, 'ann', 1, 'q3', hold => '1 day')});
is( $node->safe_psql(
		'postgres', q{SELECT due, oldest_due = (SELECT due_at FROM pointsvault.queue WHERE ref = 'q1'), set_aside FROM pointsvault.health WHERE vault = 2}),
	'2|t|0', 'what is held is not due');
$node->safe_psql('postgres', 'SELECT pointsvault.settle(2)');
is(health_of('mall', 'due, oldest_due, set_aside'), '0||1', 'one is set aside');
$node->safe_psql('postgres', q{SELECT pointsvault.submit(2, 'bob', 1, 'q4', hold => '1 second')});
ok($node->poll_query_until('postgres', 'SELECT due = 1 FROM pointsvault.health WHERE vault = 2'), 'an order whose hold has ended is due');
is(health_of('mall', q{oldest_due = (SELECT due_at FROM pointsvault.queue WHERE ref = 'q4')}), 't', 'since then');

# Exits that were left over, on either basis.
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.purchase(v, m, 100, 'e ' || m) FROM generate_series(2, 3) v, unnest('{ann,bob}'::text[]) m;
	SELECT pointsvault.inject(v, 100000, 'i') FROM generate_series(2, 3) v});
is($node->safe_psql('postgres', 'SELECT name, exits_due FROM pointsvault.health WHERE vault > 1 ORDER BY vault'),
	"mall|" . $node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.lot l JOIN pointsvault.vault_status s USING (vault)
	  WHERE vault = 2 AND exit_price <= price}) . "\nmembers|2", 'exits that are due');
$node->safe_psql('postgres', 'SELECT pointsvault.process_exits(v) FROM generate_series(2, 3) v');
is($node->safe_psql('postgres', 'SELECT sum(exits_due) FROM pointsvault.health'), 0, 'none once they are booked');

# Jobs that failed, and a suspension.
$node->safe_psql(
	'postgres', q{
	CREATE TABLE away AS SELECT * FROM pointsvault.holding_data WHERE vault = 3;
	DELETE FROM pointsvault.holding_data WHERE vault = 3;
	SELECT pointsvault.submit(3, 'ann', 1, 'x')});
$node->safe_psql('postgres', 'CALL pointsvault.run_jobs()');
like(health_of('members', 'failed_job, failed_at IS NOT NULL, failure'), qr/^settle\|t\|XX001 damaged_data: /, 'the last job that failed');
$node->safe_psql('postgres', 'INSERT INTO pointsvault.holding_data SELECT * FROM away');
is(health_of('mall', 'failed_job'), '', 'of another vault none did');
$node->safe_psql('postgres', q{SELECT pointsvault.suspend_vault(3, 'audit')});
is(health_of('members', 'suspended'), 't', 'a suspended vault');
is($node->safe_psql('postgres', q{BEGIN; SELECT pointsvault.begin_import(3) \\g /dev/null
	SELECT importing FROM pointsvault.health WHERE vault = 3; ROLLBACK}), 't', 'one that is being imported');
identities_hold($node, 'after all that');

# By whom it can be read: every few seconds by a role that sees no more than that.
$node->safe_psql(
	'postgres', q{CREATE ROLE regress_pv_monitor; CREATE ROLE regress_pv_cashier;
	SELECT pointsvault.grant_access('regress_pv_monitor', 'monitor'), pointsvault.grant_access('regress_pv_cashier', 'cashier', 2)});
is($node->safe_psql('postgres', 'SET ROLE regress_pv_monitor; SELECT count(*), count(due), count(settler_alive) FROM pointsvault.health'),
	'3|3|3', 'monitoring reads it');
is($node->safe_psql('postgres', 'SET ROLE regress_pv_monitor; SELECT count(*) > 0 FROM pointsvault.job_run'), 't', 'and what jobs did');
is_refused($node, "SET ROLE regress_pv_monitor; SELECT $_", '42501', 'permission denied')
  foreach 'FROM pointsvault.holding', 'FROM pointsvault.vault_status', q{pointsvault.settle(2)}, q{pointsvault.get_receipt(2, 'o1')};

# The cashier sees the cash it pays out, and no more.
is( $node->safe_psql(
		'postgres', q{SET ROLE regress_pv_cashier;
		SELECT vault, member FROM pointsvault.cash_balance ORDER BY member;
		SELECT w.amount > 0 FROM pointsvault.cash_balance b, pointsvault.withdraw(b.vault, b.member, b.cash, 'all of ' || b.member) w WHERE b.member = 'ann';
		SELECT cash FROM pointsvault.cash_balance WHERE vault = 2 AND member = 'ann'}),
	"2|ann\n2|bob\nt\n0", 'the cashier pays out what there is');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.holding h JOIN pointsvault.cash_balance b USING (vault, member) WHERE h.cash = b.cash}),
	4, 'as in holding');

# A zone that this server does not know is of that vault alone.
is($node->safe_psql('postgres', q{BEGIN; UPDATE pointsvault.vault SET timezone = 'Mars/Olympus' WHERE name = 'mall';
	SELECT count(*) > 1, count(days_behind) = count(*) - 1 FROM pointsvault.health; ROLLBACK}),
	't|t', 'health shows all vaults, one of a time zone that is not known too');

# Few rows are read of many.
my ($members, $orders) = (20000, 50000);
$node->safe_psql(
	'postgres', qq{
	SELECT pointsvault.create_vault('large', '{"growth": {"exit_multiple": 1000}}', timezone => 'UTC');
	SELECT pointsvault.enroll_many(4, array_agg('m' || i)) FROM generate_series(1, $members) i;
	SELECT count(*) FROM (SELECT array_agg('m' || i) AS m, array_agg(1::numeric) AS a, array_agg('p' || i) AS p FROM generate_series(1, $members) i) o,
	  LATERAL pointsvault.purchase_many(4, o.m, o.a, o.p);
	SELECT pointsvault.submit_many(4, array_agg('m1'::text), array_agg(1), array_agg('s' || i)) FROM generate_series(1, $orders) i;
	SELECT pointsvault.submit_many(4, array_agg('m1'::text), array_agg(1), array_agg('h' || i), hold => '1 day') FROM generate_series(1, $orders) i;
	ANALYZE});

sub rows_read
{
	my ($query) = @_;
	my $count = q{SELECT sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid))
		FROM pg_class c WHERE c.relnamespace = 'pointsvault'::regnamespace};
	my ($before, @rest) = split /\n/, $node->safe_psql('postgres', "BEGIN; SET LOCAL max_parallel_workers_per_gather = 0; $count; $query; $count; COMMIT");

	return $rest[-1] - $before;
}

is(health_of('large', 'due, days_behind, exits_due'), '10000|0|0', 'a long queue is counted so far and no further');
my $read = rows_read('SELECT * FROM pointsvault.health');
cmp_ok($read, '<', 25000, "health reads $read rows of $members members and two times $orders orders");
$node->safe_psql('postgres', q{SELECT pointsvault.settle(4, 100000)});
$node->safe_psql('postgres', 'VACUUM pointsvault.queue_data');
$read = rows_read('SELECT * FROM pointsvault.health');
cmp_ok($read, '<', 500, "and $read while nothing is due");
$read = rows_read('SELECT vault, pool, price, last_closed, policy_version FROM pointsvault.vault_status');
cmp_ok($read, '<', 200, "vault_status reads $read where no number of members is asked for");
is($node->safe_psql('postgres', q{SELECT members, queued FROM pointsvault.vault_status WHERE vault = 4}), "$members|$orders", 'they are exact');

# One vault whose last row is damaged does not silence the others; the number of a close is what it is taken for.
is($node->safe_psql('postgres', q{SELECT pointsvault.kind_name(22::smallint)}), 'close', 'closes are of kind 22');
is($node->safe_psql('postgres', q{BEGIN; ALTER TABLE pointsvault.journal_data DISABLE TRIGGER append_only;
	UPDATE pointsvault.journal_data SET kind = 99 WHERE (vault, seq) IN (SELECT vault, max(seq) FROM pointsvault.journal_data GROUP BY vault ORDER BY vault LIMIT 1);
	SELECT count(*) = (SELECT count(*) FROM pointsvault.vault) FROM pointsvault.health; ROLLBACK}), 't', 'health tells of all vaults though a row of one is damaged');

$node->stop;
done_testing();
