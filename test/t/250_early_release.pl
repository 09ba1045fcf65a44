# The lock of a vault is released before the log is flushed (early_release): the next
# event goes on while the one before waits, and nobody is told of anything before
# that, and all it rests on, is durable.  A synchronous standby that is down makes
# the wait as long as a test needs it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use File::Copy;
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('early', q{
fsync = off
autovacuum = off
max_connections = 60
max_prepared_transactions = 5
pointsvault.early_release = on
pointsvault.settle_naptime = 0
shared_preload_libraries = 'pointsvault'}, allows_streaming => 1);

$node->safe_psql('postgres', q{
	SELECT pointsvault.create_vault('mall', '{"growth": {}}'), pointsvault.create_vault('plaza', '{"growth": {}}');
	SELECT pointsvault.enroll_many(v, '{ann,bob}') FROM generate_series(1, 2) v;
	SELECT count(pointsvault.purchase(1, 'ann', 1000, 'old')), count(pointsvault.purchase(1, 'bob', 1000, 'refunded')), count(pointsvault.redeem(1, 'ann', 20, 'sold'));
	SELECT count(pointsvault.refund(1, 'refunded', 'refund')), count(pointsvault.withdraw(1, 'ann', 1, 'payout'));
	SELECT count(pointsvault.withdraw_return(1, 'payout', 'returned'));
	SELECT pointsvault.submit(1, 'bob', 5, 'held', hold => '1 day');
	CREATE TABLE shop_order (ref text PRIMARY KEY);
	CREATE PROCEDURE sell_three(ref text) LANGUAGE plpgsql AS $$
	BEGIN
	  PERFORM pointsvault.purchase(1, 'ann', 1, ref || '-1');
	  COMMIT;
	  PERFORM pointsvault.purchase(1, 'ann', 1, ref || '-2');
	  COMMIT AND CHAIN;
	  PERFORM pointsvault.purchase(1, 'ann', 1, ref || '-3');
	END $$});

# Looks of the test's own, which wait for nothing.
sub value
{
	my ($sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

sub is_seen
{
	my ($ref) = @_;

	return value("SELECT count(*) FROM pointsvault.journal WHERE ref = '$ref'");
}

# --- the setting ---------------------------------------------------------------------

is(value("SELECT boot_val, context, array_to_string(enumvals, ' ') FROM pg_settings WHERE name = 'pointsvault.early_release'"),
	'local|sighup|off local on', 'the setting, and its default');
is_refused($node, 'SET pointsvault.early_release = off', '55P02', 'cannot be changed now');

# --- what is put back --------------------------------------------------------------------

is( value(q{SET synchronous_commit = local;
		BEGIN; SELECT FROM pointsvault.purchase(1, 'ann', 1, 's1'); COMMIT;
		SHOW synchronous_commit;
		BEGIN; SET LOCAL synchronous_commit = on; SELECT FROM pointsvault.purchase(1, 'ann', 1, 's2'); COMMIT;
		SHOW synchronous_commit;
		BEGIN; SET synchronous_commit = on; SELECT FROM pointsvault.purchase(1, 'ann', 1, 's3'); COMMIT;
		SHOW synchronous_commit;
		BEGIN; SET synchronous_commit = local; SELECT FROM pointsvault.purchase(1, 'ann', 1, 's4'); ROLLBACK;
		SHOW synchronous_commit;
		BEGIN; SELECT FROM pointsvault.purchase(1, 'ann', 1, 's5'); PREPARE TRANSACTION 's5'; SHOW synchronous_commit; COMMIT PREPARED 's5';
		BEGIN; SELECT FROM pointsvault.purchase(1, 'ann', 1, 's6'); SAVEPOINT a; SET LOCAL synchronous_commit = off;
		SELECT FROM pointsvault.purchase(1, 'ann', 1, 's7'); ROLLBACK TO a; COMMIT AND CHAIN; SHOW synchronous_commit; COMMIT;
		CALL sell_three('s8');
		SHOW synchronous_commit}) =~ s/\n+/ /gr,
	'local local on on on on on', 'synchronous_commit is as the session has it after every end of a transaction');

# A commit that fails when we are through: the check of serializable transactions comes
# after all callbacks.
my @sessions = map { open_session($node) } 1 .. 2;
$sessions[0]->ask('SET synchronous_commit = local');
foreach my $i (0, 1)
{
	$sessions[$i]->ask('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM shop_order');
	$sessions[$i]->ask("SELECT FROM pointsvault.purchase($i + 1, 'ann', 1, 'serial'); INSERT INTO shop_order VALUES ('serial $i')");
}
$sessions[1]->ask('COMMIT');
like($sessions[0]->ask('COMMIT'), qr/could not serialize/, 'refused at its end');
is($sessions[0]->ask('SHOW synchronous_commit'), 'local', 'synchronous_commit is as it was after a commit that failed');
$_->close foreach @sessions;
is(is_seen('serial'), 1, 'one of two is booked');

# --- the end of the log ---------------------------------------------------------------------

# Where the next record goes is behind the header of a page that is not there yet when the
# log ends with a page, and no place to flush to.  Messages of the right length make it
# end there; whatever else writes now and then has it tried again.
my $session  = open_session($node);
my $position = "SELECT pg_current_wal_insert_lsn() - '0/0'";

sub emit
{
	my ($length) = @_;

	$session->ask("SELECT FROM pg_logical_emit_message(false, '', repeat('x', $length))");
	return $session->ask($position);
}

sub fill_page
{
	my $before = emit(1000);
	my $after  = emit(1000);
	my $left   = 8192 - $after % 8192;

	return $after if $left < 1000 || int($before / 8192) != int($after / 8192);
	return emit(1000 + $left - ($after - $before));
}

sub switch_segment
{
	emit(1);
	$session->ask('SELECT pg_switch_wal()');
	return $session->ask($position);
}

foreach my $try ([ 'page', 8192, 24, \&fill_page ], [ 'segment', 16 * 1024 * 1024, 40, \&switch_segment ])
{
	my ($what, $size, $header, $fill) = @$try;
	my ($at, $answer);

	foreach (1 .. 100)
	{
		$at     = $fill->();
		$answer = $session->ask('SELECT pointsvault.flush()');
		last if $at % $size == $header && $session->ask($position) == $at;
	}
	is($at % $size, $header, "the log ends with a $what");
	is($answer,     '',      "and is flushed to the end of the $what");
}
$session->close;
unlike(slurp_file($node->logfile), qr/past end of generated WAL|flush request .* not satisfied/, 'nothing beyond it was asked for');

# --- a standby to wait for ------------------------------------------------------------------

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

# Settings of the server, taken up by all sessions that begin later.
sub set
{
	my (%settings) = @_;

	$node->append_conf('postgresql.conf', join '', map { "$_ = '$settings{$_}'\n" } keys %settings);
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('$_') = '$settings{$_}'") || die "$_ is not taken up" foreach keys %settings;
	return;
}

sub standby_down
{
	$standby->stop('immediate');
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_replication') or die 'the standby is still there';
	return;
}

# Statements told to sessions of their own, which wait.
my %waiting;

sub tell_one
{
	my ($sql) = @_;
	my $own = open_session($node);

	die "told already: $sql" if $waiting{$sql};
	$own->{pid} = $own->ask('SELECT pg_backend_pid()');
	$own->tell($sql);
	$waiting{$sql} = $own;
	return $own;
}

# One test: what the session waits for, and that it has told nothing.
sub waits
{
	my ($own, $for, $name) = @_;
	my $event = "SELECT wait_event_type || ' ' || wait_event FROM pg_stat_activity WHERE pid = $own->{pid}";

	$node->poll_query_until('postgres', "$event AND wait_event IN ('SyncRep', 'object')", $for);
	is(value($event), $for, "waits for $for: $name");
	$own->{psql}->pump_nb;
	is($own->{out}, '', "and is told nothing: $name");
	return;
}

# One test: a statement has its lock released while it waits for the standby.
sub waits_released
{
	my ($sql, $seen) = @_;

	waits(tell_one($sql), 'IPC SyncRep', $sql);
	is(is_seen($seen), 1, "and is seen: $sql") if defined $seen;
	return;
}

# One test: a statement has its lock while it waits, and the next waits for that.
sub waits_locked
{
	my ($sql, $seen, $vault) = @_;
	my $next = "SELECT ref FROM pointsvault.purchase($vault, 'bob', 1, 'behind $seen')";

	waits(tell_one($sql), 'IPC SyncRep', $sql);
	is(is_seen($seen), 0, "and is not seen: $sql");
	waits(tell_one($next), 'Lock object', $next);
	return;
}

# What all are answered who waited.
sub answers
{
	my %answers;

	foreach my $sql (sort keys %waiting)
	{
		$answers{$sql} = $waiting{$sql}->answer;
		$waiting{$sql}->close;
	}
	%waiting = ();
	return %answers;
}

# The standby comes back, and all are answered.
sub standby_up
{
	$standby->start;
	return answers();
}

my $book = 'SELECT ref FROM pointsvault.purchase';

$node->append_conf('postgresql.conf', "synchronous_standby_names = 'standby'");
$node->restart;
$node->poll_query_until('postgres', "SELECT sync_state = 'sync' FROM pg_stat_replication") or die 'the standby is not synchronous';

# The standby comes back; a prepared transaction, whose lock others wait for, is committed.
sub standby_up_for_prepared
{
	my ($name) = @_;

	$standby->start;
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_prepared_xacts WHERE gid = '$name'") or die 'it is not prepared';
	value("SET synchronous_commit = local; COMMIT PREPARED '$name'");
	return answers();
}

# --- on: the next event goes on ----------------------------------------------------------------

standby_down();
waits_released("$book(1, 'ann', 1, 'a1')", 'a1');
waits_released("$book(1, 'ann', 1, 'a2')", 'a2');
waits_released(q{DO 'BEGIN PERFORM pointsvault.purchase(1, $$bob$$, 1, $$gone$$); RAISE $$no$$; EXCEPTION WHEN OTHERS THEN PERFORM pointsvault.purchase(1, $$bob$$, 1, $$a3$$); END'}, 'a3');
waits_released("CALL sell_three('a4')", 'a4-1');
waits_released("SELECT count(*) FROM pointsvault.purchase_many(1, '{ann,ann}', '{1,1}', '{a5,a1}')", 'a5');
is(value("SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND classid = 'pointsvault.vault'::regclass"), 0, 'no vault is locked');
is(value("SET synchronous_commit = local; $book(1, 'ann', 1, 'a6')"), 'a6', 'who asks for no standby waits for none');
is(value("SET synchronous_commit = off; SELECT ref FROM pointsvault.get_receipt(1, 'a1')"), 'a1', 'nor does a reader who asks for none');
cmp_ok(value('SELECT pointsvault.price_of(1)'), '>', 1, 'a price is told at once');

# Whoever tells that something is booked, without writing.
waits_released($_) foreach
  "$book(1, 'ann', 1, 'a1') /* again */",
  "SELECT replayed FROM pointsvault.purchase_many(1, '{ann}', '{1}', '{a1}')",
  "SELECT ref FROM pointsvault.get_receipt(1, 'a1')",
  "SELECT ref FROM pointsvault.wait_settled(1, 'a1', '1 hour')",
  "SELECT pointsvault.submit(1, 'ann', 1, 'a1')",
  "SELECT pointsvault.submit_many(1, '{ann,ann}', '{1,1}', '{a2,a5}')",
  "SELECT pointsvault.submit(1, 'bob', 5, 'held', hold => '1 day') > 0",
  "SELECT pointsvault.enroll(1, 'ann') > 0",
  "SELECT pointsvault.enroll_many(1, '{ann,bob}')",
  q{SET client_min_messages = error; SELECT pointsvault.create_vault('mall', '{"growth": {}}', if_not_exists => true)},
  "SELECT pointsvault.settle(1)",
  "SELECT pointsvault.cancel(1, 'a1')",
  "SELECT pointsvault.process_exits(1)",
  "CREATE TEMPORARY TABLE t (i int); SET synchronous_commit = remote_write; $book(1, 'ann', 1, 'a2')",
  'SELECT pointsvault.flush()';

# A read tells at once, whatever becomes of its transaction; under any lasting level.
foreach my $level (qw(remote_write on remote_apply))
{
	foreach my $read ("SELECT ref FROM pointsvault.get_receipt(1, 'a1')", "SELECT pointsvault.flush()")
	{
		waits(tell_one("SET synchronous_commit = $level; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; $read; ROLLBACK"), 'IPC SyncRep', "$read, $level");
	}
}
my %answers = standby_up();
is_deeply([ grep { $answers{$_} =~ /ERROR|WARNING|^$/ } grep { !/flush|^CALL|^DO/ } sort keys %answers ], [], 'all are told, once the standby is there');
is($answers{"$book(1, 'ann', 1, 'a1') /* again */"}, 'a1', 'a replay too');
is(join(' ', map { is_seen("a4-$_") } 1 .. 3), '1 1 1', 'a procedure went on');

# --- on: what tells by an error, and holds the lock ----------------------------------------------

standby_down();
waits_released("$book(1, 'ann', 1, 'b0')", 'b0');
foreach my $call ("refund(1, 'refunded', 'again')", "withdraw_return(1, 'payout', 'again')", "purchase(1, 'ann', 9, 'a1')", "submit(1, 'ann', 9, 'a1')")
{
	my $own = tell_one("SELECT pointsvault.$call");

	waits($own, 'IPC SyncRep', $call);
	value("SELECT pg_cancel_backend($own->{pid})");
	like($own->answer, qr/^WARNING:  canceling wait .*ERROR:  canceling wait for synchronous standbys/s, "cancelled: $call");
	delete $waiting{"SELECT pointsvault.$call"};
	$own->close;
}

# --- on: a wait that is given up -----------------------------------------------------------------

my $own = tell_one("$book(1, 'ann', 1, 'b1')");
waits($own, 'IPC SyncRep', 'b1');
value("SELECT pg_cancel_backend($own->{pid})");
like($own->answer, qr/^WARNING:  canceling wait for synchronous replication.*\nb1$/s, 'cancelled: booked, and a warning, as of any commit');
is($own->ask('SHOW synchronous_commit'), 'on', 'cancelled: the setting is put back');
delete $waiting{"$book(1, 'ann', 1, 'b1')"};
$own->close;
waits_released("SELECT ref FROM pointsvault.get_receipt(1, 'b1')");

foreach my $read ("SELECT pointsvault.get_receipt(1, 'b1')", 'SELECT pointsvault.flush()')
{
	$own = tell_one("BEGIN; $read");
	waits($own, 'IPC SyncRep', $read);
	value("SELECT pg_cancel_backend($own->{pid})");
	like($own->answer, qr/ERROR:  canceling wait for synchronous standbys due to user request\nDETAIL:.*\nHINT:/s, "cancelled: a read tells nothing: $read");
	delete $waiting{"BEGIN; $read"};
	$own->close;
}

my $dead = tell_one("$book(1, 'ann', 1, 'b2')");
waits($dead, 'IPC SyncRep', 'b2');
value("SELECT pg_terminate_backend($dead->{pid})");
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $dead->{pid}") or die 'it does not end';
delete $waiting{"$book(1, 'ann', 1, 'b2')"};
is(is_seen('b2'), 1, 'terminated: it is booked');
waits_released("$book(1, 'ann', 1, 'b2') /* again */");

# --- on: where the lock is kept to the end ---------------------------------------------------------

waits_locked("SET synchronous_commit = remote_apply; $book(1, 'ann', 1, 'c1')", 'c1', 1);
waits_locked(q{BEGIN; DO 'BEGIN PERFORM pointsvault.purchase(2, $$ann$$, 1, $$c2$$); END'; PREPARE TRANSACTION 'c2'}, 'c2', 2);
%answers = standby_up_for_prepared('c2');
is_deeply([ grep { $answers{$_} =~ /ERROR|WARNING/ } sort keys %answers ], [], 'all are answered, once the standby is there');
is(join(' ', map { is_seen($_) } 'c1', 'c2', 'behind c1', 'behind c2'), '1 1 1 1', 'and booked');

# --- on: a settler ----------------------------------------------------------------------------------

set('pointsvault.settle_naptime' => '10ms');
standby_down();
value("SET synchronous_commit = local; SELECT FROM pointsvault.submit(1, 'bob', 5, 'd1')");
$node->poll_query_until('postgres', q{SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE backend_type = 'pointsvault settler'}) or die 'no settler waits';
is(is_seen('d1'), 1, 'what a settler booked is seen while it waits for the standby');
waits_released("$book(1, 'ann', 1, 'd2')", 'd2');
waits_released("SELECT ref FROM pointsvault.wait_settled(1, 'd1', '1 hour')");
%answers = standby_up();
is($answers{"SELECT ref FROM pointsvault.wait_settled(1, 'd1', '1 hour')"}, 'd1', 'and told once the standby is there');
set('pointsvault.settle_naptime' => '0');

# --- local, off, and beside Citus ----------------------------------------------------------------------

foreach my $setting (qw(local off))
{
	set('pointsvault.early_release' => $setting);
	standby_down();
	waits_locked("$book(1, 'ann', 1, '$setting')", $setting, 1);
	is(value("SELECT pointsvault.get_receipt(1, '$setting') IS NULL"), 't', "$setting: a read tells of nothing that is not there");
	waits(tell_one('SELECT pointsvault.flush()'), 'IPC SyncRep', "$setting: flush()");
	%answers = standby_up();
	is($answers{"$book(1, 'bob', 1, 'behind $setting')"}, "behind $setting", "$setting: one after the other");
}

# A library of that name is all that is looked for; any will do.
my $libraries = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir);
chomp(my $server_libraries = `pg_config --pkglibdir`);
copy("$server_libraries/dict_snowball.so", "$libraries/citus.so") or die "citus.so: $!";
$node->append_conf('postgresql.conf', "dynamic_library_path = '$libraries:\$libdir'\nshared_preload_libraries = 'citus, pointsvault'\npointsvault.early_release = 'on'\n");
$node->restart;
$node->poll_query_until('postgres', "SELECT sync_state = 'sync' FROM pg_stat_replication") or die 'the standby is not synchronous';
standby_down();
waits_locked("$book(1, 'ann', 1, 'citus')", 'citus', 1);
%answers = standby_up();
is($answers{"$book(1, 'bob', 1, 'behind citus')"}, 'behind citus', 'beside Citus: one after the other');

# --- the standby -------------------------------------------------------------------------------------

is($standby->safe_psql('postgres', "SELECT ref FROM pointsvault.get_receipt(1, 'a1')"), 'a1', 'a standby tells what it has');
is($standby->safe_psql('postgres', 'SELECT pointsvault.flush()'), '', 'and has nothing to flush');
identities_hold($node, 'after all of it');

$standby->stop;
$node->stop;

# --- the flush itself ------------------------------------------------------------------------------------

# No standby, and a disk that takes as long as a file is there.
SKIP:
{
	my $hold   = "$libraries/hold";
	my $source = "$libraries/hold.c";

	append_to_file($source, qq{
#include <unistd.h>
int fdatasync(int fd) { while (access("$hold", F_OK) == 0) usleep(1000); return fsync(fd); }
});
	skip 'no disk can be held up here', 1 unless $^O eq 'linux' && system('gcc', '-shared', '-fPIC', '-o', "$libraries/hold.so", $source) == 0;
	$node = PostgreSQL::Test::Cluster->new('disk');
	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\nfsync = on\nwal_sync_method = fdatasync\nshared_buffers = 64MB\nautovacuum = off\nshared_preload_libraries = 'pointsvault'\npointsvault.settle_naptime = 0\n");
	{
		local $ENV{LD_PRELOAD}   = join ' ', "$libraries/hold.so", $ENV{LD_PRELOAD} // ();
		local $ENV{ASAN_OPTIONS} = join ':', $ENV{ASAN_OPTIONS} // (), 'verify_asan_link_order=0';
		$node->start;
	}
	$node->safe_psql('postgres', q{CREATE EXTENSION pointsvault; SELECT pointsvault.create_vault('mall', '{"growth": {}}'); SELECT pointsvault.enroll(1, 'ann')});
	foreach my $setting (qw(local off))
	{
		$node->append_conf('postgresql.conf', "pointsvault.early_release = $setting\n");
		$node->reload;
		$node->poll_query_until('postgres', "SELECT current_setting('pointsvault.early_release') = '$setting'") or die "$setting is not taken up";
		append_to_file($hold, '');
		foreach my $ref ("$setting 1", "$setting 2")
		{
			my $seller = tell_one("$book(1, 'ann', 1, '$ref')");
			my $event  = "SELECT wait_event_type || ' ' || lower(wait_event) FROM pg_stat_activity WHERE pid = $seller->{pid}";

			$node->poll_query_until('postgres', "SELECT ($event) IN ('IO walsync', 'LWLock walwrite', 'Lock object')") or die 'it does not wait';
			is(value("SELECT ($event) = 'Lock object'"), $ref eq 'off 2' ? 't' : 'f', "$setting: who waits for the vault: $ref");
			is(is_seen($ref), $setting eq 'local' ? 1 : 0, "$setting: what is seen before it is on disk: $ref");
			$seller->{psql}->pump_nb;
			is($seller->{out}, '', "$setting: nothing is told before it is on disk: $ref");
		}
		if ($setting eq 'local')
		{
			my $reader = tell_one("SELECT ref FROM pointsvault.get_receipt(1, 'local 1')");

			$node->poll_query_until('postgres', "SELECT lower(wait_event) IN ('walsync', 'walwrite') FROM pg_stat_activity WHERE pid = $reader->{pid}") or die 'a reader does not wait';
			$reader->{psql}->pump_nb;
			is($reader->{out}, '', 'nor is a reader told of it');
		}
		unlink $hold;
		is_deeply([ grep { /ERROR|^$/ } values %{ { answers() } } ], [], "$setting: then all are told");
	}
	$node->stop;
}
done_testing();
