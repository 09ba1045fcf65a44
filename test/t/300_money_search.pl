# A random search for money that colluding members could make with legal calls
# (test/lib/money_search.sql).  SEED=... repeats a search, RUNS=... makes it longer.
#
# It finds some where orders go back after what they brought has left by another
# account, so it can find.  Where orders do not go back, and where points wait until
# they cannot any more, there must be none.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $runs  = $ENV{RUNS} // 60;
my $calls = $ENV{CALLS} // 25;
my $seed  = $ENV{SEED} // time() % 1_000_000;

my $node = new_node('money_search', "fsync = off\njit = off");
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/money_search.sql"));

note "seed $seed: repeat with SEED=$seed";

# A search: the calls that were booked, in how many runs something was gained, the
# most of it, and how.  The windows are in days, NULL for ever, 0 never.
sub search
{
	my ($window, $holds, $hold_days, $its_runs, $its_seed) = @_;
	my ($booked, $gains, $most, $owing, $trace) = split /\|/,
	  $node->safe_psql('postgres', sprintf 'SELECT * FROM money_search.runs(%d, %d, %d, %s, %s, %s)',
		$its_seed // $seed, $its_runs // $runs, $calls, $window // 'NULL', $holds ? 'true' : 'false', $hold_days ? 'true' : 'false'), 5;

	return { booked => $booked, gains => $gains, most => $most, owing => $owing, trace => $trace };
}

# One test: a search finds nothing.
sub finds_nothing
{
	my ($name, @rules) = @_;
	my $found = search(@rules);

	is($found->{gains}, 0, "seed $seed, $runs runs, $found->{booked} calls: $name")
	  or diag "gained $found->{most}, $found->{owing} owed by accounts left behind:\n$found->{trace}";
	cmp_ok($found->{booked}, '>', 5 * $runs, 'and something was tried');
	return;
}

# the control: of one seed that is known to find
my $control = search(undef, 0, 0, 40, 1);
cmp_ok($control->{gains}, '>', 0, "where orders go back whenever it finds: $control->{gains} of 40 runs, at most $control->{most}");
note $control->{trace};

finds_nothing('orders that are kept', 0, 0, 0);
finds_nothing("orders that go back within $_ days, nothing of which is touched before", $_, 1, 0) foreach 1, 4;
finds_nothing("orders that go back within $_ days, hold_days $_", $_, 1, 1) foreach 1, 4;

$node->stop;
done_testing();
