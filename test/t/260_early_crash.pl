# Servers that release the lock of a vault early are shot under a load of sales,
# replays and reads: whatever a client was told of is there afterwards, and the books
# balance.  With wal_sync_method = open_datasync a byte of the log is lost in a kill
# -9 unless it was written, and durable where it was.  Then the same where a
# synchronous standby is shot too, and promoted.
#
# EARLY_CRASHES and EARLY_PROMOTIONS say how many rounds; make check-crash has many.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $crashes    = $ENV{EARLY_CRASHES}    || 4;
my $promotions = $ENV{EARLY_PROMOTIONS} || 1;
my $calls      = 4000;                                  # of each client, more than a round has time for
my $tmp        = PostgreSQL::Test::Utils::tempdir;
my @told_of    = (0, 0);                                # events told of, and refs told of by who did not book

my $settings = q{
fsync = on
shared_buffers = 64MB
wal_sync_method = open_datasync
max_connections = 60
log_statement = none
autovacuum = off
wal_writer_delay = 10s
pointsvault.early_release = on};

my $node = new_node('early', $settings, allows_streaming => 1);
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault('mall', '{"growth": {"exit_multiple": "0.8", "exit_basis": "member", "referral_mint_rate": 0.1}}');
	SELECT pointsvault.create_vault('plaza', '{"growth": {}}');
	SELECT pointsvault.enroll_many(v, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm1' END))
	FROM generate_series(1, 100) i, generate_series(1, 2) v GROUP BY v});

# --- clients ----------------------------------------------------------------------------

# What a client calls: each statement is a transaction and answers with a ref, and how it
# came to tell of it.  Two clients each have the same refs, so that one is told of
# what the other has booked a moment ago.
sub script_of
{
	my ($round, $client) = @_;
	my $pair = int($client / 2);
	my $sql  = '';

	foreach my $i (1 .. $calls)
	{
		my $ref    = "$round-$pair-$i";
		my $member = "'m" . (1 + ($pair * 7 + $i) % 100) . "'";
		my $order  = "$member, " . (10 + $i % 50) . ", '$ref'";
		my $kind   = $i % 8;

		if ($kind == 1)
		{
			$sql .= "SELECT a.ref, a.replayed, b.ref, b.replayed FROM pointsvault.purchase(1, $order) a, pointsvault.purchase(2, $order || '+') b;\n";
		}
		elsif ($kind == 2)
		{
			$sql .= "SELECT ref, replayed FROM pointsvault.purchase_many(1, ARRAY[$member, $member], '{5,6}', '{$ref,$ref+}');\n";
		}
		elsif ($client % 2 == 1 && $kind == 3)
		{
			$sql .= "SELECT ref, true FROM pointsvault.get_receipt(1, '$round-$pair-' || ($i + 1)) WHERE ref IS NOT NULL;\n";
		}
		else
		{
			$sql .= "SELECT ref, replayed FROM pointsvault.purchase(1, $order);\n";
		}
	}
	return $sql;
}

# psql shows a row when its statement has been committed, and ends with its connection.
sub start_load
{
	my ($server, $round, $clients, $options) = @_;
	local $ENV{PGOPTIONS} = $options // '';

	return map {
		append_to_file("$tmp/$round-$_.sql", script_of($round, $_));
		IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $server->connstr('postgres'), '-f', "$tmp/$round-$_.sql" ],
			'>', "$tmp/$round-$_.out", '2>', "$tmp/$round-$_.err");
	} 0 .. $clients - 1;
}

# The refs that clients were told of, once all of them have ended; a line cut short is none.
sub told_of
{
	my ($round, $clients) = @_;
	my %refs;

	foreach my $line (map { slurp_file("$tmp/$round-$_.out") =~ /^(.*)\n/mg } 0 .. $clients - 1)
	{
		my @columns = split /\|/, $line;

		while (my ($ref, $replayed) = splice @columns, 0, 2)
		{
			$refs{$ref} = 1;
			$told_of[1]++ if $replayed eq 't' || $replayed eq 'true';
		}
	}
	unlink map { ("$tmp/$round-$_.sql", "$tmp/$round-$_.out", "$tmp/$round-$_.err") } 0 .. $clients - 1;
	$told_of[0] += keys %refs;
	return keys %refs;
}

# The process of a server that writes the log behind the clients: stopped, it cannot
# make durable what they forgot.  Nor need anybody write a page, and the log before it.
# While it sleeps it holds no lock that clients need.
sub stop_walwriter
{
	my ($server) = @_;
	my ($pid, $waits_for);

	foreach (1 .. 1000)
	{
		$pid = $server->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'});
		next unless $pid;
		kill 'STOP', $pid;
		$waits_for = $server->safe_psql('postgres', qq{SELECT wait_event FROM pg_stat_activity WHERE pid = $pid});
		return if $waits_for eq 'WalWriterMain';
		kill 'CONT', $pid;
	}
	die 'the walwriter never sleeps';
}

# --- a round ------------------------------------------------------------------------------

# Has clients at work until they were told enough, and has them shot.
sub load_until
{
	my ($server, $round, $clients, $options, @shot) = @_;
	my @load   = start_load($server, $round, $clients, $options);
	my $enough = 20 + int rand 200;

	while ((grep { -s "$tmp/$round-$_.out" } 0 .. $clients - 1) < $clients
		|| -s "$tmp/$round-0.out" < $enough * 12)
	{
		die 'the load ended by itself: ' . slurp_file("$tmp/$round-0.err") unless grep { $_->pumpable } @load;
		select undef, undef, undef, 0.01;
	}
	kill_server($_) foreach @shot;
	$_->finish foreach @load;
	return;
}

# The refs among these that are booked nowhere.
sub lost
{
	my ($server, @refs) = @_;
	my %booked = map { $_ => 1 } split /\n/, $server->safe_psql('postgres', q{
		SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
		SELECT ref FROM pointsvault.journal WHERE ref IS NOT NULL});

	return grep { !$booked{$_} } @refs;
}

sub count_of
{
	return (8, 16, 32)[ rand 3 ];
}

# --- kill -9 -------------------------------------------------------------------------------

# The control: who does not wait for the flush is told of what is lost.
stop_walwriter($node);
load_until($node, 'control', 8, '-c synchronous_commit=off', $node);
$node->start;
my @refs = told_of('control', 8);
my @lost = lost($node, @refs);
cmp_ok(scalar @lost, '>', 0, 'control: with synchronous_commit off ' . @lost . ' of ' . @refs . ' are lost, so loss would be seen');

@told_of = (0, 0);
foreach my $round (1 .. $crashes)
{
	my $clients = count_of();

	stop_walwriter($node) if $round % 2;
	load_until($node, $round, $clients, '', $node);
	$node->start;
	@refs = told_of($round, $clients);
	is_deeply([ lost($node, @refs) ], [], "kill -9 $round: $clients clients, all of " . @refs . ' told of are there');
}
identities_hold($node, "after $crashes times kill -9");
is($node->safe_psql('postgres', 'SELECT count(*) FROM (SELECT FROM pointsvault.journal WHERE ref IS NOT NULL GROUP BY vault, ref HAVING count(*) > 1) s'), 0, 'no ref is there twice');
cmp_ok($told_of[1], '>', 0, "kill -9: $told_of[0] refs told of, $told_of[1] times by who had not booked them");

# --- promotion ------------------------------------------------------------------------------

@told_of = (0, 0);
my $primary = $node;
foreach my $round (1 .. $promotions)
{
	my $clients = count_of();
	my $standby = PostgreSQL::Test::Cluster->new("standby$round");

	$primary->backup("base$round");
	$standby->init_from_backup($primary, "base$round", has_streaming => 1);
	$standby->start;
	$primary->append_conf('postgresql.conf', "synchronous_standby_names = 'standby$round'");
	$primary->reload;
	$primary->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'") or die 'the standby is not synchronous';
	load_until($primary, "p$round", $clients, '', $primary, $standby);
	$standby->append_conf('postgresql.conf', "synchronous_standby_names = ''");
	$standby->start;
	$standby->promote;
	@refs = told_of("p$round", $clients);
	is_deeply([ lost($standby, @refs) ], [], "promoted $round: $clients clients, all of " . @refs . ' told of are there');
	identities_hold($standby, "promoted $round");
	$primary = $standby;
}
cmp_ok($told_of[1], '>', 0, "promoted: $told_of[0] refs told of, $told_of[1] times by who had not booked them");

$primary->stop;
done_testing();
