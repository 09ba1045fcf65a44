# Seeded random runs of release plans, commissions and the shareholder pool beside a walk that
# goes up each line one member at a time; all that can be read of the vault is compared after
# every close.  SEED=... repeats them, RUNS=... makes more of them, DAYS=... longer ones,
# MEMBERS=... larger ones.  A history closed by jobs, early and late; and trees too large to be walked.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $streams = 2;
my $runs    = $ENV{RUNS} // 16;
my $days    = $ENV{DAYS} // 15;
my $members = $ENV{MEMBERS} // 20;
my $seed    = $ENV{SEED} // time() % 1_000_000;

# What compiles queries takes longer than these queries do.
my $node = new_node('team_random', "fsync = off\njit = off\n");
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(jobs large);
$node->safe_psql($_, 'CREATE EXTENSION pointsvault') foreach qw(jobs large);
foreach my $db (qw(postgres jobs large))
{
	$node->safe_psql($db, slurp_file("$FindBin::RealBin/../lib/$_.sql")) foreach qw(random walk random_team);
}

note "seed $seed: repeat with SEED=$seed";

# A run, in a session that draws from the seed and its place.  A day is a transaction of its own.
sub script
{
	my ($name, $place) = @_;

	return join '', "SELECT setseed(" . (($seed * 1009 + $place) % 1_000_003) / 1_000_003 . ");\n",
	  map { "SELECT random_team.$_;\n" } "start('$name', $members)", ("day('$name')") x $days, "finish('$name')";
}

# The streams run side by side.
my @sessions = map {
	my $stream = $_;
	my %io     = (stdin => join '', map { script("seed $seed stream $stream run $_", $stream * $runs + $_) } 1 .. ($runs / $streams || 1));
	$io{handle} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ],
		'<', \$io{stdin}, '>', \$io{stdout}, '2>', \$io{stderr});
	\%io;
} 1 .. $streams;

foreach my $stream (0 .. $#sessions)
{
	my $io = $sessions[$stream];

	ok($io->{handle}->finish, "seed $seed, stream $stream: the walk agrees after every close") or diag $io->{stderr};
}
identities_hold($node, 'after all runs');

# What is compared has to happen; a short run may miss rare things.
foreach my $line (split /\n/, $node->safe_psql('postgres', 'SELECT what, times FROM random_team.seen'))
{
	my ($what, $times) = split /\|/, $line;

	cmp_ok($times, '>', 0, "$what: $times");
}

# --- closed by jobs ---------------------------------------------------------------------
#
# One history, in vaults whose days the jobs close: at once after midnight, in the middle of the
# next day, and each third day in the middle of it.  All are as the walk is.

$node->safe_psql('jobs', script('history', 0));
my @events = map { [ split /\|/ ] } split /\n/,
  $node->safe_psql('jobs', q{SELECT n, day, (count(*) OVER (PARTITION BY day) + 1) / 2 = row_number() OVER (PARTITION BY day ORDER BY n)
	FROM random_team.event WHERE run = 'history' ORDER BY n});

sub jobs_at
{
	my ($day) = @_;

	return "CALL pointsvault.run_jobs('$day 00:00 Asia/Shanghai');\n";
}

my %closes = (
	'at midnight'      => sub { my ($day, $is_first, $is_half, $count) = @_; return $is_first },
	'half a day late'  => sub { my ($day, $is_first, $is_half, $count) = @_; return $is_half },
	'up to three days late' => sub { my ($day, $is_first, $is_half, $count) = @_; return $is_half && $count % 3 == 0 });
foreach my $way (sort keys %closes)
{
	my $script = "SELECT random_team.copy('history', '$way') AS vault \\gset\n";
	my $last   = '';
	my $count  = 0;

	foreach my $event (@events)
	{
		my ($n, $day, $half) = @$event;

		$count++ if $day ne $last;
		$script .= jobs_at($day) if $closes{$way}->($day, $day ne $last, $half eq 't', $count);
		$script .= "SELECT random_team.again('history', :vault, $n);\n";
		$last = $day;
	}
	$script .= "SELECT open_day AS upto FROM walk.vault \\gset\nCALL pointsvault.run_jobs((:'upto' || ' 00:00 Asia/Shanghai')::timestamptz);\n";
	$script .= "SELECT random_team.compare(r.vault, :vault, '$way') FROM random_team.run r;\nSELECT random_team.verify(:vault);\n";
	my ($code, $output, $error) = $node->psql('jobs', $script);
	is($code, 0, "days closed by jobs $way: as by the walk") or diag $error;
}
is($node->safe_psql('jobs', q{SELECT count(DISTINCT figures) FROM (
	SELECT string_agg(concat_ws('|', day, turnover, pool, paid, shareholders, released, running), ',' ORDER BY day) AS figures
	FROM pointsvault.dividend_day GROUP BY vault) v}),
	1, 'and the days of all vaults are alike');
cmp_ok($node->safe_psql('jobs', q{SELECT count(*) FROM pointsvault.job_run WHERE day IS NOT NULL}), '>', 0, 'the jobs closed days');

# --- too large to be walked ------------------------------------------------------------------

sub large
{
	my ($sql) = @_;

	return $node->safe_psql('large', "SET client_min_messages = warning; $sql");
}

my $levels = 100_000;
my $chain  = large("SELECT random_team.chain($levels)");
large('ANALYZE');
large("SELECT pointsvault.close_day($chain)") foreach 1 .. 2;
is(large("SELECT * FROM random_team.bad_chain($chain, $levels, 2)"), '', "a chain of $levels, two days closed");
is(large(qq{SELECT FROM pointsvault.purchase($chain, 'm0', 10, 'commissions', at => random_team.large_moment(2));
	SELECT member, what, grade, amount FROM pointsvault.commission WHERE vault = $chain AND ref = 'commissions' ORDER BY place}) =~ s/^\n//r,
	"m1001|rank|1|1\nm1002|peer|1|0.1\nm50001|rank|2|1.5\nm50002|peer|2|0.1", 'commissions come up all of it');
large("SELECT pointsvault.refund($chain, 'commissions', 'back', at => random_team.large_moment(2)); SELECT pointsvault.close_day($chain)");
is(large("SELECT * FROM random_team.bad_chain($chain, $levels, 3)"), '', 'returned, and a third day closed');

my $many  = 200_000;
my $crowd = large("SELECT random_team.crowd($many)");
large('ANALYZE');    # statistics of before, or of the chain alone, mislead whoever reads one of so many
my $ones  = "SELECT trim_scale(reward * 10000) FROM pointsvault.holding WHERE vault = $crowd AND member = 'm0'";
large("SELECT pointsvault.close_day($crowd)") foreach 1 .. 2;
is(large($ones), large("SELECT 2 * random_team.crowd_release($many / 100, 0.25)"), "one above $many, two days closed");
# of each thousand below, six of ten return theirs
large("SELECT count(pointsvault.refund($crowd, 'o' || n, 'r' || n, at => random_team.large_moment(2))) FROM generate_series(100, $many, 100) n WHERE n % 1000 < 600;
	SELECT pointsvault.close_day($crowd)");
is(large($ones), large("SELECT 2 * random_team.crowd_release($many / 100, 0.25) + random_team.crowd_release($many / 250, 0.1)"),
	'a third day, after most have returned theirs');
is(large("SELECT count(*), trim_scale(sum(reward)) FROM pointsvault.holding WHERE vault = $crowd AND member <> 'm0' AND reward > 0"),
	"2000|" . (2000 * 2 + 800) * 1.2345, 'those below have what their own plans released');
is(large("SELECT v.* FROM pointsvault.vault_status, pointsvault.verify(vault) v WHERE v.ok IS NOT TRUE"), '', 'verify finds nothing in them');

$node->stop;
done_testing();
