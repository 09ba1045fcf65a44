# A close looks its share counts and buyers up by key, whatever the planner's
# figures say: here they are from before the vault was filled, and know another
# one only.  Rows read, and rows compared in vain, are counted; nothing is timed.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use List::Util qw(sum0);
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my ($members, $counts) = (5_000, 1_000);
my $node = new_node('close_plans', "fsync = off\nautovacuum = off\ntimezone = 'UTC'");

my $noon = noon();

# Sales of so many members three days ago, of 1, 2, 3 ... shares.
sub fill
{
	my ($vault, $many, $more) = @_;
	my $policy = '{"cycle": {"share_price": 1, "quota_multiple": 20}' . ($more // '') . '}';

	$node->safe_psql('postgres', qq{
		SELECT pointsvault.create_vault('mall$vault', '$policy', timezone => '$noon');
		SELECT pointsvault.enroll_many($vault, array_agg('m' || i)) FROM generate_series(1, $many) i;
		SELECT count(p) FROM (SELECT array_agg('m' || i) AS members, array_agg((1 + i % $counts)::numeric) AS amounts,
		    array_agg('o' || i) AS refs, array_agg(now() - interval '3 days') AS ats FROM generate_series(1, $many) i) s,
		  LATERAL pointsvault.purchase_many($vault, s.members, s.amounts, s.refs, ats => s.ats) p});
	return;
}

sub rows_read
{
	$node->safe_psql('postgres', 'SELECT pg_sleep(0.5)');    # statistics come a little later
	return $node->safe_psql('postgres', q{
		SELECT sum(COALESCE(seq_tup_read, 0)) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes
		  WHERE relname IN ('quota_data', 'holding_data', 'class_data', 'partner_data'))
		FROM pg_stat_user_tables WHERE relname IN ('quota_data', 'holding_data', 'class_data', 'partner_data')});
}

# What auto_explain says of the statements within.
my $explain = q{LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
	SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off;};

# One test: what a statement reads of the tables of the cycle, and what its joins
# and filters throw away, together at most so much.
sub looks_at
{
	my ($most, $what, $sql) = @_;
	my $before = rows_read();
	my $log    = -s $node->logfile;

	$node->safe_psql('postgres', "$explain $sql");
	my $read    = rows_read() - $before;
	my $removed = sum0(slurp_file($node->logfile, $log) =~ /Rows Removed by (?:Join )?Filter: (\d+)/g);
	cmp_ok($read + $removed, '<=', $most, "$what: $read rows read, $removed compared in vain");
	return;
}

fill(1, 200);
$node->safe_psql('postgres', 'SELECT pointsvault.close_day(1); ANALYZE');
fill(2, $members);
looks_at(10 * $members, "the first close of $members members with $counts share counts", 'SELECT pointsvault.close_day(2)');
$node->safe_psql('postgres', q{SELECT pointsvault.purchase(2, 'm7', 100, 'next', at => now() - interval '2 days')});
looks_at(10 * $counts, 'a close with one sale', 'SELECT pointsvault.close_day(2)');

# P1: whom a close makes partners is found among those whom the day's events moved
fill(3, $members, ', "partner": {"asset": "shares", "min": 501}');
looks_at(12 * $members, 'the first close of as many, half of whom become partners', 'SELECT pointsvault.close_day(3)');
$node->safe_psql('postgres', q{SELECT pointsvault.purchase(3, 'm7', 1000, 'next', at => now() - interval '2 days')});
looks_at(10 * $counts, 'a close that makes one partner', 'SELECT pointsvault.close_day(3)');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.partner WHERE vault = 3'), $members / 2 + 1, 'as many are partners');
is($node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.verify($_) WHERE NOT ok"), 0, 'the books are right') foreach 2, 3;

$node->stop;
done_testing();
