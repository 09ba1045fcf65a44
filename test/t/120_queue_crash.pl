# Clients submit, the settler of the background and sessions of their own settle,
# and the server is shot in the middle of it.  Every order whose submit was
# acknowledged is booked in the end, none twice, and verify() has nothing to say.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $clients = 3;
my $calls   = $ENV{CRASH_CALLS} // 2500;    # of each client in each round
my $tmp     = PostgreSQL::Test::Utils::tempdir;

my $node = new_node('queue_crash', q{
shared_preload_libraries = 'pointsvault'
pointsvault.settle_naptime = 5ms
restart_after_crash = on
log_statement = none
max_wal_size = 64MB});
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault('members', '{"growth": {"exit_multiple": "0.8", "exit_basis": "member", "referral_mint_rate": 0.1}}');
	SELECT pointsvault.create_vault('orders', '{"growth": {"exit_multiple": "0.8", "exits_per_call": 2}}');
	SELECT pointsvault.enroll_many(v, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm1' END))
	FROM generate_series(1, 50) i, generate_series(1, 2) v GROUP BY v});

# What a client calls, each statement answering with the refs it committed.
# Single submits and lists of them; the last client settles too.
sub script_of
{
	my ($round, $client) = @_;
	my $sql = '';

	foreach my $i (1 .. $calls)
	{
		my $vault = 1 + ($client + $i) % 2;
		my $ref   = "$round-$client-$i";

		if ($i % 10 == 0)
		{
			$sql .= "SELECT string_agg('$ref-' || i, ' ') FROM generate_series(1, 20) i WHERE i <= "
			  . "(SELECT pointsvault.submit_many($vault, array_agg('m' || (1 + i % 50)), array_agg(i), array_agg('$ref-' || i)) "
			  . "FROM generate_series(1, 20) i);\n";
		}
		else
		{
			$sql .= "SELECT '$ref' FROM pointsvault.submit($vault, 'm" . (1 + $i % 50) . "', $i, '$ref') n WHERE n > 0;\n";
		}
		$sql .= "SELECT 'settled' FROM pointsvault.settle($vault, 100);\n" if $client == $clients && $i % 20 == 0;
	}
	return $sql;
}

sub start_load
{
	my ($round) = @_;

	return map {
		append_to_file("$tmp/$round-$_.sql", script_of($round, $_));
		IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', "$tmp/$round-$_.sql" ],
			'>', "$tmp/$round-$_.out", '2>', "$tmp/$round-$_.err");
	} 1 .. $clients;
}

sub acknowledged
{
	my ($round) = @_;

	return grep { $_ ne 'settled' } map { split /\s+/, slurp_file("$tmp/$round-$_.out") } 1 .. $clients;
}

sub pids
{
	my ($what) = @_;

	return split /\n/, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND $what");
}

# One in the middle of its work, as far as one can be caught there.
sub kill_the_settler
{
	kill 'KILL', (pids("backend_type = 'pointsvault settler' ORDER BY state <> 'active'"))[0];
	return;
}

sub kill_a_backend
{
	kill 'KILL', (pids("backend_type = 'client backend' ORDER BY query !~ 'settle', state <> 'active'"))[0];
	return;
}

my @shots = (
	[ 'kill -9 of the settler'      => \&kill_the_settler,  0 ],
	[ 'kill -9 of the whole server' => sub { kill_server($node) }, 1 ],
	[ 'kill -9 of a backend'        => \&kill_a_backend,    0 ],
	[ 'immediate shutdown'          => sub { $node->stop('immediate') }, 1 ]);

foreach my $round (1 .. @shots)
{
	my ($name, $shoot, $down) = @{ $shots[ $round - 1 ] };
	my @load = start_load($round);

	while (acknowledged($round) < 2000 * $round)
	{
		die 'the load ended by itself' unless grep { $_->pumpable } @load;
		select undef, undef, undef, 0.02;
	}
	$shoot->();
	$_->finish foreach @load;
	$node->start if $down;
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';

	my @acknowledged = acknowledged($round);
	identities_hold($node, "after $name and " . @acknowledged . ' orders');
	$node->poll_query_until('postgres', 'SELECT sum(queued) = 0 FROM pointsvault.vault_status')
	  or die 'the queue was not settled';
	my %booked;
	# not from the index, which might hide what is there twice
	$booked{$_}++ foreach split /\n/, $node->safe_psql('postgres', q{
		SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
		SELECT ref FROM pointsvault.journal WHERE ref IS NOT NULL});
	is_deeply([ grep { !$booked{$_} } @acknowledged ], [], "$name: every acknowledged order is booked");
	is_deeply([ grep { $booked{$_} > 1 } keys %booked ], [], "$name: none is there twice");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.queue'), 0, "$name: none was set aside");
	identities_hold($node, "after $name, all settled");
}
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE kind = 'exit'"), '>', 100, 'exits went with them');

$node->stop;
done_testing();
