# Seeded random runs: vaults of random policies, the identities of MODEL §11
# after every operation.  SEED=... repeats a run, OPERATIONS=... makes it longer.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $streams           = 2;
my $operations        = $ENV{OPERATIONS} // 20_000;
my $operations_a_run  = 250;
my $seed              = $ENV{SEED} // time() % 1_000_000;
my $runs              = int($operations / $operations_a_run / $streams) || 1;

my $node = PostgreSQL::Test::Cluster->new('random');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/$_.sql"))
  foreach qw(identities explained random);

note "seed $seed: repeat with SEED=$seed";

# The streams run side by side, each from its own part of the seed; a run is a
# transaction of its own, so that one that fails leaves the others to be looked at.
my @sessions = map {
	my $stream = $_;
	my %io     = (stdin => "SELECT setseed(" . (($seed * $streams + $stream) % 1_000_003) / 1_000_003 . ");\n");
	$io{stdin} .= "SELECT random_run.run('seed $seed stream $stream run $_', $operations_a_run);\n" foreach 1 .. $runs;
	$io{handle} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ],
		'<', \$io{stdin}, '>', \$io{stdout}, '2>', \$io{stderr});
	\%io;
} 1 .. $streams;

my ($booked, $refused) = (0, 0);
foreach my $stream (0 .. $#sessions)
{
	my $io = $sessions[$stream];
	my $ok = $io->{handle}->finish;

	ok($ok, "seed $seed, stream $stream: the identities hold after each of "
		  . $runs * $operations_a_run . " operations")
	  or diag $io->{stderr};
	while ($io->{stdout} =~ /\((\d+),(\d+)\)/g)
	{
		$booked  += $1;
		$refused += $2;
	}
}
is($booked + $refused, $streams * $runs * $operations_a_run, "$booked booked, $refused refused");
cmp_ok($booked, '>', $refused, 'most operations are booked');

$node->stop;
done_testing();
