# Events left to the commit, where it takes other sessions, a server of its own, or
# words that name a vault's number: what a commit that waits or is refused says and
# leaves behind, timeouts and cancelling, extensions that go and come, a crash.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('at_commit', 'max_prepared_transactions = 10');

$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault('north', '{"growth": {}}'), pointsvault.create_vault('south', '{"growth": {}}');
	SELECT pointsvault.enroll_many(v, '{ann,bob}') FROM generate_series(1, 2) v;
	SELECT pointsvault.purchase(v, 'ann', 100, 'old') FROM generate_series(1, 2) v;
	CREATE TABLE orders (ref text)});

my $holder = open_session($node);
my $buyer  = open_session($node);

# How many events of a ref there are, and orders.
sub count_of
{
	my ($ref) = @_;

	return $node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE ref = '$ref' UNION ALL SELECT count(*) FROM orders WHERE ref = '$ref'");
}

# The buyer's transaction, up to its commit.
sub begin_order
{
	my ($ref, $settings) = @_;

	return $buyer->ask('BEGIN; ' . ($settings ? "$settings; " : '') . "INSERT INTO orders VALUES ('$ref'); SELECT pointsvault.purchase_at_commit(1, 'ann', 10, '$ref')");
}

# Holds the first vault, has the buyer commit, and comes back when the commit waits.
sub commit_that_waits
{
	$holder->ask("BEGIN; SELECT 1 FROM pointsvault.purchase(1, 'bob', 1, 'held')");
	$buyer->tell('COMMIT');
	return ok($node->poll_query_until('postgres',
			q{SELECT count(*) = 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND locktype = 'object' AND a.query LIKE 'COMMIT%'}),
		'the commit waits for the vault');
}

# --- words ---------------------------------------------------------------------------

# Errors are those of the call, and name the event.
sub is_refused_at_commit
{
	my ($call, $sqlstate, $message, $context) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nBEGIN;\nINSERT INTO orders VALUES ('refused');\nSELECT pointsvault.$call;\nCOMMIT");

	like($err, qr/ERROR:  $sqlstate: $message.*^CONTEXT:  $context$/ms, "$call: $sqlstate");
	return is(count_of('refused'), "0\n0", 'and nothing of the transaction is left');
}

is_refused_at_commit("purchase_at_commit(1, 'zoe', 1, 'refused')", 'P0002', 'member "zoe" of vault 1 does not exist', 'purchase of vault 1 at commit, ref "refused"');
is_refused_at_commit("redeem_at_commit(2, 'ann', 1000, 'refused')", '23514', 'member "ann" holds fewer than 1000 points', 'redeem of vault 2 at commit, ref "refused"');
is_refused_at_commit("purchase_at_commit(1, 'ann', 7, 'old')", '23505', 'ref "old" of vault 1 is used for another event', 'purchase of vault 1 at commit, ref "old"');
is_refused_at_commit("pay_at_commit(1, 'ann', 'bob', 7, 'refused')", '23514', 'member "ann" has fewer than 7 credits', 'pay of vault 1 at commit, ref "refused"');

# --- waiting ---------------------------------------------------------------------------

begin_order('patient');
commit_that_waits();
$holder->ask('ROLLBACK');
is($buyer->answer, '', 'it goes on when the vault is free');
is(count_of('patient'), "1\n1", 'and all is there');

begin_order('cancelled');
commit_that_waits();
is($node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COMMIT%' AND wait_event_type = 'Lock'}), 't', 'cancelled');
like($buyer->answer, qr/canceling statement due to user request/, 'the commit is refused');
$holder->ask('ROLLBACK');
is(count_of('cancelled'), "0\n0", 'and nothing is left');

SKIP:
{
	skip 'no timeout fires on this server', 8 unless timeouts_fire($node);

	begin_order('late', "SET LOCAL lock_timeout = '50ms'");
	$holder->ask("BEGIN; SELECT 1 FROM pointsvault.purchase(1, 'bob', 1, 'held')");
	like($buyer->ask('COMMIT'), qr/canceling statement due to lock timeout\nCONTEXT:  purchase of vault 1 at commit, ref "late"/, 'lock_timeout bounds the wait');
	$holder->ask('ROLLBACK');
	is(count_of('late'), "0\n0", 'and nothing is left');

	# as it does not bound the triggers of a commit
	begin_order('slow', "SET LOCAL statement_timeout = '500ms'");
	commit_that_waits();
	$node->safe_psql('postgres', 'SELECT pg_sleep(1)');
	$holder->ask('ROLLBACK');
	is($buyer->answer, '', 'statement_timeout does not');
	is(count_of('slow'), "1\n1", 'and all is there');

	# A circle of a vault and a row, which either side may be chosen to break.
	$holder->ask("BEGIN; SELECT 1 FROM pointsvault.purchase(1, 'bob', 1, 'circle')");
	$buyer->ask("BEGIN; UPDATE orders SET ref = ref WHERE ref = 'slow'; SELECT pointsvault.purchase_at_commit(1, 'ann', 10, 'circle too')");
	$buyer->tell('COMMIT');
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND locktype = 'object'});
	my $circle = $holder->ask("UPDATE orders SET ref = ref WHERE ref = 'slow'; COMMIT") . $buyer->answer;
	is(() = $circle =~ /deadlock detected/g, 1, 'one side of a circle is refused');
	is($node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE ref LIKE 'circle%'"), 1, 'and the other booked');
}

# --- what cannot be prepared ---------------------------------------------------------------

my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nBEGIN; SELECT pointsvault.purchase_at_commit(1, 'ann', 10, 'prepared'); PREPARE TRANSACTION 'x'");
like($err, qr/ERROR:  0A000: cannot PREPARE a transaction with events to be booked at commit\nHINT:  .*^CONSTRAINT NAME:  cannot_prepare$/ms, 'a transaction with events that wait');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), 0, 'it is not prepared');
$buyer->ask("BEGIN; SAVEPOINT s; SELECT pointsvault.purchase_at_commit(1, 'ann', 10, 'prepared'); ROLLBACK TO s; SELECT 1 FROM pointsvault.purchase(1, 'ann', 10, 'direct'); PREPARE TRANSACTION 'x'");
is($buyer->ask("COMMIT PREPARED 'x'"), '', 'one whose events were taken back is');
is($node->safe_psql('postgres', "SELECT string_agg(ref, ' ') FROM pointsvault.journal WHERE ref IN ('prepared', 'direct')"), 'direct', 'with what was booked at once');

# --- a crash ------------------------------------------------------------------------------

begin_order('lost');
commit_that_waits();
kill_server($node);
$node->start;
is(count_of('lost'), "0\n0", 'what waited as the server went down is not there');
identities_hold($node, 'after the crash');
$holder = open_session($node);
$buyer  = open_session($node);
begin_order('kept');
is($buyer->ask('COMMIT'), '', 'committed');
kill_server($node);
$node->start;
is(count_of('kept'), "1\n1", 'what was acknowledged is');

# --- where it would be lost -----------------------------------------------------------------

# A worker of a parallel query has no commit of its own; a function that says it may run there does not.
is_refused(
	$node, q{
	CREATE FUNCTION lies(ref text) RETURNS void PARALLEL SAFE LANGUAGE plpgsql AS $$ BEGIN PERFORM pointsvault.purchase_at_commit(1, 'ann', 1, ref); END $$;
	SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
	SELECT lies('parallel')}, '25000', 'cannot execute events of a vault during a parallel operation');
is(count_of('parallel'), "0\n0", 'nothing of it is kept');

# --- extensions that go and come ------------------------------------------------------------

$buyer = open_session($node);
$buyer->ask("BEGIN; SELECT pointsvault.purchase_at_commit(1, 'ann', 10, 'gone'); DROP EXTENSION pointsvault");
like($buyer->ask('COMMIT'), qr/ERROR:  vault 1 does not exist any more\nDETAIL:  The extension was dropped after the event was called\./, 'dropped in the same transaction');
is(count_of('gone'), "0\n0", 'it is there again, and without the event');
$buyer->ask("BEGIN; SELECT pointsvault.purchase_at_commit(1, 'ann', 10, 'gone'); DROP EXTENSION pointsvault; CREATE EXTENSION pointsvault");
$buyer->ask(q{SELECT pointsvault.enroll(pointsvault.create_vault('another', '{"growth": {}}'), 'ann')});
like($buyer->ask('COMMIT'), qr/ERROR:  vault 1 does not exist any more/, 'a vault of that number is not the one that was meant');
is(count_of('gone'), "0\n0", 'all of it is undone');
$buyer->ask("SELECT 1 FROM pointsvault.purchase(1, 'ann', 10, 'warm'); BEGIN; SELECT pointsvault.purchase_at_commit(1, 'ann', 10, 'gone')");
$node->safe_psql('postgres', q{DROP EXTENSION pointsvault; CREATE EXTENSION pointsvault; SELECT pointsvault.enroll(pointsvault.create_vault('another', '{"growth": {}}'), 'ann')});
like($buyer->ask('COMMIT'), qr/ERROR:  vault 1 does not exist any more/, 'nor where another session did it');
is($buyer->ask("SELECT points > 0 FROM pointsvault.purchase(1, 'ann', 10, 'still')"), 't', 'the session goes on');
identities_hold($node, 'at the end');

$buyer->close;
$node->stop;
done_testing();
