# A server with more databases than worker slots: every queue is settled in its
# turn, databases without vaults and templates are left in peace, and one that was
# settled a moment ago, or is being settled, can be dropped and copied plainly.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('databases', q{
fsync = off
shared_preload_libraries = 'pointsvault'
pointsvault.settle_naptime = 20ms
max_worker_processes = 8
max_prepared_transactions = 5
log_min_messages = debug1});

# One test: something comes true within the usual time.
sub comes_true
{
	my ($sql, $name, $db) = @_;

	return ok($node->poll_query_until($db // 'postgres', "SELECT $sql"), $name);
}

sub sessions_in
{
	my ($db) = @_;

	return "count(*) FROM pg_stat_activity WHERE datname = '$db'";
}

sub settlers_in
{
	my ($db) = @_;

	return sessions_in($db) . " AND backend_type = 'pointsvault settler'";
}

# For a condition that is asked again and again.  A settler stays a while where something
# was submitted, but goes at once where other databases wait for one.
sub submits_once_more
{
	return q{pointsvault.submit(1, 'ann', 1, 'at ' || clock_timestamp()) > 0};
}

my $launcher = "count(*) FROM pg_stat_activity WHERE backend_type = 'pointsvault launcher'";

# How often a settler came to a database: each says so in the log as it enters.
sub visits_of
{
	my ($db) = @_;
	my $name = "pointsvault settler of database $db";

	return scalar(() = slurp_file($node->logfile) =~ /starting background worker process "\Q$name\E"/g);
}

sub submit
{
	my ($db, $ref, $amount) = @_;

	return $node->safe_psql($db, "SELECT pointsvault.submit(1, 'ann', " . ($amount // 1) . ", '$ref')");
}

sub is_booked
{
	my ($ref) = @_;

	return "(pointsvault.get_receipt(1, '$ref')).seq > 0";
}

# More shops than workers.
$node->safe_psql('postgres', q{SELECT pointsvault.create_vault('mall'), pointsvault.enroll(1, 'ann')});
comes_true("1 = $launcher", 'the launcher runs');
my @shops = map { sprintf 'shop%02d', $_ } 1 .. 20;
$node->safe_psql('postgres', 'CREATE DATABASE bare');
comes_true('0 = ' . sessions_in('postgres') . " AND pid <> pg_backend_pid() AND state = 'active'", 'nobody is at work in the first one');
$node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE bare") foreach @shops;
$node->safe_psql($_, q{CREATE EXTENSION pointsvault; SELECT pointsvault.create_vault('mall'), pointsvault.enroll(1, 'ann')}) foreach @shops;
submit($_, 'o1') foreach @shops;
comes_true(is_booked('o1'), "$_ is settled", $_) foreach reverse @shops;

# All at once, and each again and again: those that come late get their turn.
$node->safe_psql($_, q{SELECT pointsvault.submit_many(1, array_agg('ann'::text), array_agg(1), array_agg('n' || i)) FROM generate_series(1, 3000) i})
  foreach @shops;
comes_true(is_booked('n3000'), "$_ is settled among all others", $_) foreach @shops;
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pointsvault settler'}),
	'<=', 4, 'by no more settlers than settle_workers says');

# A shop that never has nothing to do does not keep the others out.
$node->safe_psql('postgres', 'ALTER SYSTEM SET pointsvault.settle_workers = 1');
$node->reload;
my $busy = open_session($node, 'shop01');
$busy->ask('CREATE TABLE open_shop ()');
$busy->tell(q{DO $$ DECLARE i int := 0; BEGIN
	WHILE to_regclass('open_shop') IS NOT NULL LOOP
	  i := i + 1; PERFORM pointsvault.submit(1, 'ann', 1, 'b' || i); COMMIT;
	END LOOP;
END $$});
comes_true(is_booked('b100'), 'a shop that is always busy', 'shop01');
submit($_, 'o2') foreach @shops[ 1 .. 5 ];
comes_true(is_booked('o2'), "$_ gets its turn", $_) foreach @shops[ 1 .. 5 ];
$node->safe_psql('shop01', 'DROP TABLE open_shop');
is($busy->answer, '', 'the busy shop went on all the time');
$busy->close;
$node->safe_psql('postgres', 'ALTER SYSTEM RESET pointsvault.settle_workers');
$node->reload;

# A database that was settled a moment ago is dropped, copied, renamed plainly.
submit('shop02', 'o3');
comes_true(is_booked('o3'), 'settled a moment ago', 'shop02');
comes_true(submits_once_more() . ' AND 1 = (SELECT ' . settlers_in('shop02') . ')', 'the settler is still there', 'shop02');
is(($node->psql('postgres', 'CREATE DATABASE copy TEMPLATE shop02'))[0], 0, 'it is copied');
submit('shop02', 'o4');
comes_true(is_booked('o4'), 'settled again', 'shop02');
is(($node->psql('postgres', 'ALTER DATABASE shop02 RENAME TO moved'))[0], 0, 'it is renamed');
submit('moved', 'o5');
comes_true(is_booked('o5'), 'settled under its new name', 'moved');
is(($node->psql('postgres', 'DROP DATABASE moved'))[0], 0, 'it is dropped');
submit('copy', 'o5');
comes_true(is_booked('o5'), 'its copy is settled like any other', 'copy');

# So is one with a long queue that is being settled.
$node->safe_psql('shop03', q{SELECT pointsvault.submit_many(1, array_agg('ann'::text), array_agg(1), array_agg('long' || i)) FROM generate_series(1, 100000) i});
comes_true(is_booked('long1'), 'it is being settled', 'shop03');
is(($node->psql('postgres', 'DROP DATABASE shop03'))[0], 0, 'and dropped nevertheless');

# Nobody enters a template, or a database that takes no connections.
$node->safe_psql('postgres', 'ALTER DATABASE shop04 IS_TEMPLATE true; ALTER DATABASE shop05 ALLOW_CONNECTIONS false');
my ($template, $closed) = map { visits_of($_) } qw(shop04 shop05);
submit('shop04', 'o6');
$node->restart;
submit('shop06', 'o6');
comes_true(is_booked('o6'), 'others are settled after a restart', 'shop06');
comes_true('pg_postmaster_start_time() < now() - interval \'2 s\'', 'some time later');
is($node->safe_psql('shop04', 'SELECT pointsvault.get_receipt(1, \'o6\') IS NULL'), 't', 'a template is not');
is(visits_of('shop04') - $template, 0, 'nobody was there');
is(visits_of('shop05') - $closed,   0, 'nor in one that is closed');
is(visits_of('template1'), 0, 'nor in template1');
$node->safe_psql('postgres', 'ALTER DATABASE shop04 IS_TEMPLATE false');
comes_true(is_booked('o6'), 'one that is no template any more is settled', 'shop04');

# What was queued before a restart is settled after it, asked for or not.
$node->safe_psql('postgres', "ALTER SYSTEM SET pointsvault.settle_naptime = 0");
$node->reload;
comes_true("0 = count(*) FROM pg_stat_activity WHERE backend_type = 'pointsvault settler'", 'no settler');
submit($_, 'o7') foreach @shops[ 6 .. 19 ];
$node->safe_psql('postgres', "ALTER SYSTEM RESET pointsvault.settle_naptime");
$node->stop('immediate');
$node->start;
comes_true(is_booked('o7'), "$_ is settled after a crash", $_) foreach @shops[ 6 .. 19 ];

# A database without vaults is remembered.
comes_true(visits_of('bare') . ' > 0', 'one without vaults was looked into');
comes_true('0 = ' . sessions_in('bare'), 'and left at once');

# Held orders, prepared transactions: nobody submits when they fall due.
$node->safe_psql('shop07', q{SELECT pointsvault.submit(1, 'ann', 1, 'held', hold => '12 s')});
$node->safe_psql('shop08', q{BEGIN; SELECT pointsvault.submit(1, 'ann', 1, 'prepared'); PREPARE TRANSACTION 'later'});
comes_true('0 = ' . sessions_in('shop07'), 'the settler leaves while an order is held');
SKIP:
{
	skip 'background workers have another clock here', 1 unless workers_share_clock($node);
	comes_true(is_booked('held'), 'an order is settled when its hold ends', 'shop07');
}
$node->safe_psql('shop08', q{COMMIT PREPARED 'later'});
comes_true(is_booked('prepared'), 'that of a prepared transaction once it is committed', 'shop08');

# Nor when they were brought by other means.
$node->safe_psql('postgres', 'CREATE DATABASE restored');
comes_true('0 = ' . sessions_in('restored'), 'a new database is looked into and left');
$node->safe_psql('postgres', "ALTER SYSTEM SET pointsvault.settle_databases = 'postgres'");
$node->reload;
submit('shop10', 'restored');
command_ok([ 'pg_dump', '-d', $node->connstr('shop10'), '-f', $node->basedir . '/shop10.sql' ], 'a dump with an order in it');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $node->basedir . '/shop10.sql' ], 'restored');
$node->safe_psql('postgres', "ALTER SYSTEM RESET pointsvault.settle_databases");
$node->reload;
comes_true(is_booked('restored'), 'the order is found and settled', 'restored');
identities_hold($node, 'restored', 'restored');
identities_hold($node, 'at the end', 'shop01');

$node->stop('fast');
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|terminated by signal|no background worker is left/, 'nothing went wrong');
done_testing();
