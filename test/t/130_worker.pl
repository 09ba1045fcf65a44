# The background workers: which databases they serve, what stops and starts them,
# what they say and to whom, what they do when something is wrong.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IO::Uncompress::Gunzip qw(gunzip);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('worker', q{
shared_preload_libraries = 'pointsvault'
pointsvault.settle_naptime = 20ms
wal_level = logical}, allows_streaming => 1);

sub set
{
	my ($setting, $value, $server) = @_;

	($server // $node)->safe_psql('postgres', "ALTER SYSTEM SET pointsvault.$setting = $value");
	($server // $node)->reload;
	return;
}

# One test: something comes true within the usual time.
sub comes_true
{
	my ($sql, $name, $db, $server) = @_;

	return ok(($server // $node)->poll_query_until($db // 'postgres', "SELECT $sql"), $name);
}

sub settlers
{
	my ($db) = @_;

	return "count(*) FROM pg_stat_activity WHERE backend_type = 'pointsvault settler' AND datname = '$db'";
}

sub stays_queued
{
	my ($db, $name, $server) = @_;

	select undef, undef, undef, 0.5;
	return is(($server // $node)->safe_psql($db, 'SELECT sum(queued) FROM pointsvault.vault_status'), 1, $name);
}

sub log_says
{
	my ($what) = @_;

	foreach (1 .. 1800)
	{
		return 1 if slurp_file($node->logfile) =~ $what;
		select undef, undef, undef, 0.1;
	}
	return 0;
}

my $mall = "SELECT pointsvault.create_vault('mall'), pointsvault.enroll_many(1, '{ann,bob}')";

# A database that has the extension is served, whenever it gets it.
$node->safe_psql('postgres', $mall);
comes_true("true FROM pg_stat_activity WHERE backend_type = 'pointsvault launcher'", 'the launcher runs');
$node->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 100, 'o1')");
is($node->safe_psql('postgres', "SELECT points, replayed FROM pointsvault.wait_settled(1, 'o1', '60 s')"), '21|f', 'an order is settled');
is($node->safe_psql('postgres', "SELECT actor = current_user FROM pointsvault.journal WHERE ref = 'o1'"), 't', 'by whom it was submitted');
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', "CREATE EXTENSION pointsvault; $mall");
$node->safe_psql('other', "SELECT pointsvault.submit(1, 'ann', 100, 'o1')");
comes_true("(pointsvault.get_receipt(1, 'o1')).seq > 0", 'in a database that got the extension later', 'other');

# Only those that are named; settings are taken up at a reload.
set('settle_databases', "'other'");
comes_true('0 = ' . settlers('postgres'), 'a database that is not named is left');
$node->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'o2')");
$node->safe_psql('other',    "SELECT pointsvault.submit(1, 'ann', 1, 'o2')");
comes_true("(pointsvault.get_receipt(1, 'o2')).seq > 0", 'one that is named is served', 'other');
stays_queued('postgres', 'the other waits');
is($node->safe_psql('postgres', 'SELECT pointsvault.settle(1)'), 1, 'for who settles by hand');
set('settle_databases', "''");
set('settle_naptime', 0);
comes_true('0 = ' . settlers('other'), 'a nap of 0 turns it off');
$node->safe_psql('other', "SELECT pointsvault.submit(1, 'ann', 1, 'o3')");
stays_queued('other', 'nothing is settled then');
set('settle_naptime', "'20ms'");
comes_true("(pointsvault.get_receipt(1, 'o3')).seq > 0", 'and on again', 'other');

# A settler that was ended is started anew; errors are for one vault.
$node->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'o3')");
comes_true('1 = ' . settlers('postgres'), 'one settler');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pointsvault settler' AND datname = 'postgres'");
$node->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'o4')");
comes_true("(pointsvault.get_receipt(1, 'o4')).seq > 0", 'a settler that was ended is started anew');
$node->safe_psql('postgres', q{
	SELECT pointsvault.create_vault('broken'), pointsvault.enroll(2, 'cid');
	CREATE TABLE away AS SELECT * FROM pointsvault.holding_data WHERE vault = 2;
	DELETE FROM pointsvault.holding_data WHERE vault = 2;
	SELECT pointsvault.submit(2, 'cid', 1, 'x1'), pointsvault.submit(1, 'ann', 1, 'o5')});
comes_true("(pointsvault.get_receipt(1, 'o5')).seq > 0", 'a vault that is broken does not stop the others');
ok(log_says(qr/holding of member \d+ of vault 2 is missing/), 'the log says what is wrong');
like(slurp_file($node->logfile), qr/settling orders of vault 2/, 'and where');
$node->safe_psql('postgres', 'INSERT INTO pointsvault.holding_data SELECT * FROM away');
comes_true("(pointsvault.get_receipt(2, 'x1')).seq > 0", 'it is tried again');
$node->safe_psql('postgres', q{SELECT pointsvault.suspend_vault(2, 'audit'); SELECT pointsvault.submit(2, 'cid', 1, 'x2')});
stays_queued('postgres', 'a suspended vault is left alone');
unlike(slurp_file($node->logfile), qr/vault 2 is suspended/, 'without a word');
$node->safe_psql('postgres', 'SELECT pointsvault.resume_vault(2)');
comes_true("(pointsvault.get_receipt(2, 'x2')).seq > 0", 'until it is resumed');

# A launcher that is restarted starts no second settler; settings of the
# database do not reach it.
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET default_transaction_read_only = on');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type ~ 'pointsvault'");
comes_true("true FROM pg_stat_activity WHERE backend_type = 'pointsvault launcher'", 'the launcher is started anew');
$node->safe_psql('postgres', "SET default_transaction_read_only = off; SELECT pointsvault.submit(1, 'ann', 1, 'o7a')");
comes_true('1 = ' . settlers('postgres'), 'and a settler');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type ~ 'pointsvault launcher'");
comes_true("true FROM pg_stat_activity WHERE backend_type = 'pointsvault launcher'", 'and the launcher alone');
$node->safe_psql('postgres', "SET default_transaction_read_only = off; SELECT pointsvault.submit(1, 'ann', 1, 'o7')");
comes_true("(pointsvault.get_receipt(1, 'o7')).seq > 0", 'it settles whatever the database has set');
select undef, undef, undef, 1;
is($node->safe_psql('postgres', 'SELECT ' . settlers('postgres')), 1, 'one settler of a database');
$node->safe_psql('postgres', 'SET default_transaction_read_only = off; ALTER DATABASE postgres RESET default_transaction_read_only');

# A vault somebody has locked is not waited for.
my $holder = open_session($node);
$holder->ask("BEGIN; SELECT points FROM pointsvault.purchase(1, 'bob', 1, 'held')");
$node->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'o6'), pointsvault.submit(2, 'cid', 1, 'x3')");
comes_true("(pointsvault.get_receipt(2, 'x3')).seq > 0", 'a locked vault holds up no other');
is($node->safe_psql('postgres', "SELECT pointsvault.get_receipt(1, 'o6') IS NULL"), 't', 'itself it waits');
$holder->ask('COMMIT');
comes_true("(pointsvault.get_receipt(1, 'o6')).seq > 0", 'until it is free');
$holder->close;

# One NOTIFY a batch, none from submit.
my ($code, $said) = $node->psql('postgres', q{
	LISTEN pointsvault_settled;
	SELECT pointsvault.submit_many(1, array_agg('ann'::text), array_agg(1), array_agg('n' || i)) FROM generate_series(1, 50) i \g /dev/null
	SELECT seq FROM pointsvault.wait_settled(1, 'n50', '60 s') \g /dev/null
	SELECT 1 \g /dev/null});
my @notices = $said =~ /Asynchronous notification "pointsvault_settled" with payload "([^\n]*)" received/g;
is_deeply(\@notices, ['{"vault": 1, "booked": 50, "set_aside": 0}'], 'listeners are told of a batch, once');

# A day's real orders, settled and one by one, come to the same.
SKIP:
{
	my $file = $ENV{POINTSVAULT_DATA} // "$FindBin::RealBin/../../../shared/data";
	skip "no real orders at $file", 2 unless -r "$file/cdnow.csv.gz";
	my $csv;
	gunzip("$file/cdnow.csv.gz" => \$csv) or die 'cdnow.csv.gz cannot be read';
	$node->safe_psql('postgres', "CREATE TABLE bought (customer text, day date, items integer, amount numeric, n serial);\n"
		  . "COPY bought (customer, day, items, amount) FROM STDIN (FORMAT csv, HEADER);\n$csv\\.\n");
	my $orders = $node->safe_psql(
		'postgres', q{
		DELETE FROM bought WHERE amount = 0 OR day <> '2021-02-24';
		SELECT pointsvault.create_vault('settled', '{"growth": {"exit_multiple": 1.1}}', timezone => '} . noon() . q{') AS settled,
		       pointsvault.create_vault('single', '{"growth": {"exit_multiple": 1.1}}', timezone => '} . noon() . q{') AS single \gset
		SELECT pointsvault.enroll_many(v, array_agg(DISTINCT customer)) FROM bought, (VALUES (:settled), (:single)) x (v) GROUP BY v \g /dev/null
		SELECT pointsvault.submit_many(:settled, array_agg(customer ORDER BY n), array_agg(amount ORDER BY n), array_agg('o' || n ORDER BY n)) FROM bought});
	$node->safe_psql('postgres', q{
		SELECT pointsvault.vault_id('single') AS single \gset
		SELECT count(pointsvault.purchase(:single, customer, amount, 'o' || n)) FROM (SELECT * FROM bought ORDER BY n) b});
	comes_true("queued = 0 FROM pointsvault.vault_status WHERE name = 'settled'", "$orders real orders are settled");
	is( $node->safe_psql(
			'postgres', q{
			WITH j AS (SELECT name, j.seq, j.kind, j.ref, j.member, j.amount, j.points, j.cash, j.pool_after, j.circulating_after
			           FROM pointsvault.journal j JOIN pointsvault.vault_status s ON s.vault = j.vault)
			SELECT count(*) FROM (SELECT * FROM j WHERE name = 'settled') a
			FULL JOIN (SELECT * FROM j WHERE name = 'single') b USING (seq)
			WHERE (a.kind, a.ref, a.member, a.amount, a.points, a.cash, a.pool_after, a.circulating_after)
			      IS DISTINCT FROM (b.kind, b.ref, b.member, b.amount, b.points, b.cash, b.pool_after, b.circulating_after)}),
		0, 'with the figures of single purchases');
}

# A standby has none before it is promoted.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'pointsvault'"), 0, 'none on a standby');
set('settle_naptime', 0);
$node->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'late')");
$node->wait_for_catchup($standby);
$standby->promote;
comes_true("(pointsvault.get_receipt(1, 'late')).seq > 0", 'once promoted it settles', 'postgres', $standby);
$standby->stop;
set('settle_naptime', "'20ms'");

# A logical subscriber gets the publisher's journal and settles none, unless told to.
my $subscriber = new_node('subscriber', "shared_preload_libraries = 'pointsvault'\npointsvault.settle_naptime = 20ms");
$subscriber->safe_psql('postgres', $mall);
$subscriber->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'before')");
comes_true("(pointsvault.get_receipt(1, 'before')).seq > 0", 'it settles before it subscribes', 'postgres', $subscriber);
$node->safe_psql('postgres', 'CREATE TABLE news (id integer PRIMARY KEY); CREATE PUBLICATION news FOR TABLE news');
$subscriber->safe_psql('postgres', "CREATE TABLE news (id integer PRIMARY KEY);
	CREATE SUBSCRIPTION news CONNECTION '" . $node->connstr . " dbname=postgres' PUBLICATION news");
select undef, undef, undef, 0.2;
$subscriber->safe_psql('postgres', "SELECT pointsvault.submit(1, 'ann', 1, 'sub')");
stays_queued('postgres', 'none settles on a subscriber', $subscriber);
set('settle_on_subscriber', 'on', $subscriber);
comes_true("(pointsvault.get_receipt(1, 'sub')).seq > 0", 'unless a setting says so', 'postgres', $subscriber);
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION news');
$subscriber->stop;

# Whether it does is to be seen.
is($node->safe_psql('postgres', 'SELECT pointsvault.settler_alive()'), 't', 'settled in the background');
set('settle_databases', "'other'");
comes_true('NOT pointsvault.settler_alive()', 'not where the settings do not ask for it');
set('settle_databases', "''");

# It ends with the extension, and with the server.
$node->safe_psql('other', "SELECT pointsvault.submit(1, 'ann', 1, 'last')");
comes_true('1 = ' . settlers('other'), 'a settler');
$node->safe_psql('other', 'DROP EXTENSION pointsvault');
comes_true('0 = ' . settlers('other'), 'ends with the extension');
identities_hold($node, 'after all that');
$node->stop('fast');
unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'stops cleanly');
done_testing();
