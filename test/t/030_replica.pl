# A streaming standby answers every read as its primary does, refuses every
# event with a clear error, and goes on alone once it is promoted.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $primary = new_node('primary', 'fsync = off', allows_streaming => 1);

$primary->safe_psql('postgres', 'CREATE ROLE regress_pv_shop; CREATE ROLE "regress_pv_审计"');
run_file($primary, 'fill.sql');
load_identities($primary);
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

# what comes after the backup comes by the stream
$primary->safe_psql('postgres', "SELECT pointsvault.purchase(v, '会员3', 500, '流') FROM generate_series(1, 3) v");
$primary->safe_psql('postgres', "SELECT pointsvault.set_policy(3, '{\"growth\": {\"pool_rate\": 0.15}}')");
$primary->safe_psql('postgres', "SELECT pointsvault.process_exits(1, 5)");
$primary->wait_for_catchup($standby, 'replay');

# As owner, as a role whose rights are looked up, and by parallel workers, which
# look them up for themselves.
my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;'
  . ' SET min_parallel_index_scan_size = 0; SET enable_indexscan = off; SET enable_indexonlyscan = off;';
my %readers = (
	'owner'               => 'SET ROLE postgres;',
	'auditor'             => 'SET ROLE "regress_pv_审计";',
	'auditor in parallel' => qq{SET ROLE "regress_pv_审计"; $parallel});

like($primary->safe_psql('postgres', "$readers{'auditor in parallel'} EXPLAIN SELECT count(*) FROM pointsvault.journal"),
	qr/Workers Planned/, 'a plan with parallel workers');
my $reads = slurp_file("$FindBin::RealBin/reads.sql");
my $there = $primary->safe_psql('postgres', $reads);
cmp_ok(length $there, '>', 100_000, 'there is much to read');
foreach my $reader (sort keys %readers)
{
	foreach my $node ($primary, $standby)
	{
		my ($status, $found, $error) = $node->psql('postgres', "$readers{$reader}\n$reads");

		is($error, '', $node->name . ": $reader reads");
		ok($found eq $there, $node->name . ": $reader reads the same");
	}
}
identities_hold($standby, 'standby');
is( $standby->safe_psql('postgres', 'SET ROLE regress_pv_shop; SELECT vault FROM pointsvault.vault_status ORDER BY 1'),
	"1\n2", 'a shop sees its vaults on the standby');
is_refused($standby, 'SET ROLE regress_pv_shop; SELECT pointsvault.price_of(3)', '42501', 'permission denied for vault 3');

# a snapshot of the standby holds while the primary goes on
my $session = open_session($standby);
my $look = 'SELECT pool, circulating FROM pointsvault.vault_status WHERE vault = 3; SELECT sum(points) FROM pointsvault.holding WHERE vault = 3';
$session->ask('BEGIN ISOLATION LEVEL REPEATABLE READ');
my $before = $session->ask($look);
$primary->safe_psql('postgres', "SELECT pointsvault.purchase(3, '会员4', 500, '流2')");
$primary->wait_for_catchup($standby, 'replay');
is($session->ask($look), $before, 'the snapshot holds');
$session->ask('COMMIT');
isnt($session->ask($look), $before, 'and is over');

is_refused($standby, "SELECT $_", '25006', 'cannot execute .* (?:in a read-only transaction|during recovery)') foreach
  "pointsvault.purchase(1, '会员1', 100, '新')",
  "pointsvault.purchase(3, '会员4', 500, '流2')",    # a replay is a call too
  "pointsvault.purchase_at_commit(1, '会员1', 100, '新')",
  "pointsvault.redeem(1, '会员1', 1, '新')",
  "pointsvault.inject(1, 1, '新')",
  "pointsvault.withdraw(2, '会员1', 1, '新')",
  "pointsvault.withdraw_return(2, '提现-会员2', '新')",
  "pointsvault.process_exits(1)",
  "pointsvault.set_policy(1, '{}')",
  "pointsvault.suspend_vault(1, '新')",
  "pointsvault.resume_vault(4)",
  "pointsvault.create_vault('新')",
  "pointsvault.enroll(1, '新')",
  "pointsvault.enroll_many(1, ARRAY['新'])";
is_refused($standby, "SELECT $_", '25006|55000', '(?:in a read-only transaction|recovery)') foreach
  "pointsvault.grant_access('regress_pv_shop', 'jobs')",
  "pointsvault.revoke_access('regress_pv_shop', 'shop', 1)";
is( $standby->safe_psql('postgres', "SELECT count(*) FROM pointsvault.member WHERE member = '会员1'"), 4, 'still answering');

# Promoted, with a session that has kept plans and policies of the standby.
$session->ask('SELECT pointsvault.quote_purchase(v, 100) FROM generate_series(1, 3) v');
$primary->stop('fast');
$standby->promote;
my $quote = $session->ask('SELECT points, price_after FROM pointsvault.quote_purchase(3, 100)');
is($session->ask("SELECT points, price_after FROM pointsvault.purchase(3, '会员4', 100, '新主')"), $quote, 'promoted: a sale as it was quoted');
is($session->ask("SELECT ref, replayed FROM pointsvault.purchase(3, '会员4', 500, '流2')"), '流2|t', 'promoted: an old ref is replayed');
like($session->ask('SELECT pointsvault.process_exits(1)'), qr/^[1-9]\d*$/, 'promoted: exits go on');
is($session->ask("SELECT pointsvault.enroll(1, '新') > max(id) FROM pointsvault.member"), 't', 'promoted: numbers go on');
$session->close;
is($standby->safe_psql('postgres', "SET ROLE regress_pv_shop; SELECT ref FROM pointsvault.purchase(1, '新', 100, '新')"), '新', 'promoted: the shop sells');
identities_hold($standby, 'promoted');

$standby->stop;
done_testing();
