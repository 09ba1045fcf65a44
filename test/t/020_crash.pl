# Under a load of sales and redemptions the server is shot: at once every
# acknowledged event is there, none twice, and the identities hold.  Then the
# clients try again with all their refs, as clients do: what was acknowledged
# comes back as the same receipt, the rest is booked (V4).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $clients = 4;
my $calls   = $ENV{CRASH_CALLS} // 1200;    # of each client in each round
my $tmp     = PostgreSQL::Test::Utils::tempdir;

my $node = new_node('crash', "restart_after_crash = on\nlog_statement = none\nmax_wal_size = 64MB\ncheckpoint_timeout = 30s");
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault('members', '{"growth": {"exit_multiple": "0.8", "exit_basis": "member", "referral_mint_rate": 0.1}}');
	SELECT pointsvault.create_vault('orders', '{"growth": {"exit_multiple": "0.8", "exits_per_call": 2}}');
	SELECT pointsvault.enroll_many(v, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm1' END))
	FROM generate_series(1, 8) i, generate_series(1, 2) v GROUP BY v});

# What a client calls, one statement a line, each answering with the refs and
# figures of what it booked.  A redemption may be refused: no answer.
sub script_of
{
	my ($round, $client) = @_;
	my $sql = '';

	foreach my $i (1 .. $calls)
	{
		my $vault  = 1 + ($client + $i) % 2;
		my $member = "'m" . (1 + $i % 8) . "'";
		my $ref    = "$round-$client-$i";

		$sql .=
		    $i % 5 == 0 ? "SELECT ref, seq, points, cash FROM pointsvault.redeem($vault, $member, 0.5, '$ref');\n"
		  : $i % 7 == 0 ? "SELECT a.ref, a.seq, b.ref, b.seq, b.points FROM pointsvault.purchase($vault, $member, $i, '$ref') a, "
			. "pointsvault.purchase($vault, 'm1', 1, '$ref+') b;\n"
		  : "SELECT ref, seq, points, price_after FROM pointsvault.purchase($vault, $member, 100 + $i, '$ref');\n";
	}
	return $sql;
}

# psql shows a row when its statement has been committed, and ends with its
# connection.
sub start_load
{
	my ($round, $try) = @_;

	return map {
		my $script = "$tmp/$round-$_.sql";
		append_to_file($script, script_of($round, $_)) unless -e $script;
		IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $script ],
			'>', "$tmp/$round-$_-$try.out", '2>', "$tmp/$round-$_-$try.err");
	} 1 .. $clients;
}

sub acknowledged
{
	my ($round, $try) = @_;

	my @lines = map { split /\n/, slurp_file("$tmp/$round-$_-$try.out") } 1 .. $clients;

	return @lines;
}

sub booked_refs
{
	# not from the index, which might hide what is there twice
	return split /\n/, $node->safe_psql('postgres', q{
		SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
		SELECT ref FROM pointsvault.journal WHERE ref IS NOT NULL});
}

sub shut_down
{
	$node->stop('immediate');
	return;
}

sub kill_all
{
	kill_server($node);
	return;
}

# One of the load, which is known beforehand: asked for it the server would take so
# long that the load might end.
my $backend;

sub find_a_backend
{
	do
	{
		$backend = $node->safe_psql('postgres', q{
			SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1});
	} until $backend;
	return;
}

sub kill_a_backend
{
	kill 'KILL', $backend;
	return;
}

my @shots = (
	[ 'immediate shutdown'            => \&shut_down ],
	[ 'kill -9 of a backend'          => \&kill_a_backend ],
	[ 'kill -9 of the whole server'   => \&kill_all ],
	[ 'kill -9 of a backend once more' => \&kill_a_backend ]);

foreach my $round (1 .. @shots)
{
	my ($name, $shoot) = @{ $shots[ $round - 1 ] };
	my @load = start_load($round, 'first');

	find_a_backend() if $shoot == \&kill_a_backend;
	while (acknowledged($round, 'first') < $clients * $calls * $round / 8)
	{
		die 'the load ended by itself' unless grep { $_->pumpable } @load;
		select undef, undef, undef, 0.02;
	}
	$shoot->();
	$_->finish foreach @load;
	$node->start if $shoot == \&shut_down || $shoot == \&kill_all;
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';

	my @acknowledged = acknowledged($round, 'first');
	my %booked;
	$booked{$_}++ foreach booked_refs();
	cmp_ok(scalar @acknowledged, '<', $clients * $calls * 0.95, "$name: after " . @acknowledged . ' answers');
	is_deeply([ grep { !$booked{$_} } map { /((?<![^|])\d-\d-\d+\+?)/g } @acknowledged ], [], "$name: every acknowledged ref is there");
	is_deeply([ grep { $booked{$_} > 1 } keys %booked ], [], "$name: none is there twice");
	identities_hold($node, "after $name");

	$_->finish foreach start_load($round, 'again');
	my %again = map { $_ => 1 } acknowledged($round, 'again');
	is_deeply([ grep { !$again{$_} } @acknowledged ], [], "$name: tried again, the same receipts");
	my @errors = grep { /ERROR|FATAL/ } map { split /\n/, slurp_file("$tmp/$round-$_-again.err") } 1 .. $clients;
	is_deeply([ grep { !/holds fewer/ } @errors ], [], "$name: tried again, only redemptions beyond what is held are refused");
	identities_hold($node, "after $name and trying again");
}

my $refs = scalar booked_refs();
is($node->safe_psql('postgres', 'SELECT count(DISTINCT ref) FROM pointsvault.journal WHERE ref IS NOT NULL'), $refs, "$refs events, each once");
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE kind = 'exit'"), '>', 100, 'exits went with them');

$node->stop;
done_testing();
