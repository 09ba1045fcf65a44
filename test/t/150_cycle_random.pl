# Seeded random runs of the cycle beside an eager model that pays members one by
# one; all that can be read of the vault is compared after every day.  SEED=...
# repeats a run, DAYS=... makes it longer.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $streams = 2;
my $days    = $ENV{DAYS} // 1_500;
my $seed    = $ENV{SEED} // time() % 1_000_000;

# Of the runs one in three is by the clock (test/lib/random_cycle.sql).
my %days_of_run = (past => 30, clock => 13);
my $runs        = int($days / $streams / (2 * $days_of_run{past} + $days_of_run{clock})) || 1;

# Whether verify() is asked at the end of each run.
my $with_verify = $ENV{VERIFY} // 1;

my $node = PostgreSQL::Test::Cluster->new('random_cycle');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/$_.sql"))
  foreach qw(identities explained random eager random_cycle);

note "seed $seed: repeat with SEED=$seed";

# A session has random numbers of its own, from the seed and its place.
sub session
{
	my ($place, @statements) = @_;

	return join "\n", '\c -', 'SELECT setseed(' . ($place % 1_000_003) / 1_000_003 . ');',
	  (map { "SELECT random_cycle.$_;" } @statements), '';
}

# A day is a transaction of its own, and what a run by the clock needs a session.
sub script
{
	my ($stream) = @_;
	my $place    = ($seed * $streams + $stream) * 1009;
	my $script   = '';

	foreach my $run (1 .. 3 * $runs)
	{
		my $by_clock = $run % 3 == 0;
		my $name     = "seed $seed stream $stream run $run";
		my @day      = ("day('$name')") x $days_of_run{ $by_clock ? 'clock' : 'past' };

		$script .= session($place++, "start('$name', true)") if $by_clock;
		$script .= session($place++, "start('$name', false)", @day) if !$by_clock;
		$script .= session($place++, $_) foreach $by_clock ? @day : ();
		$script .= session($place++, "finish('$name', ${with_verify}::boolean)");
	}
	return $script;
}

# The streams run side by side.
my @sessions = map {
	my %io = (stdin => script($_));
	$io{handle} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ],
		'<', \$io{stdin}, '>', \$io{stdout}, '2>', \$io{stderr});
	\%io;
} 1 .. $streams;

foreach my $stream (0 .. $#sessions)
{
	my $io = $sessions[$stream];

	ok($io->{handle}->finish, "seed $seed, stream $stream: the eager model agrees after every day")
	  or diag $io->{stderr};
}

# What is compared has to happen; a short run may miss rare things.
foreach my $line (split /\n/, $node->safe_psql('postgres', 'SELECT what, times FROM random_cycle.seen'))
{
	my ($what, $times) = split /\|/, $line;

	cmp_ok($times, '>', 0, "$what: $times");
}

$node->stop;
done_testing();
