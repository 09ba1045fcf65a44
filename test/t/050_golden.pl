# Replays the golden figures, computed independently of the extension, and
# compares every cell to the last digit.  The files are beside the project; the
# test is skipped, and says so, where they are not.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $golden = $ENV{POINTSVAULT_GOLDEN} // "$FindBin::RealBin/../../../shared/golden";
plan skip_all => "no golden files at $golden" unless -r "$golden/wine.csv";

# A newer file takes the place of the one of its name.
sub path
{
	my ($name) = @_;

	return -r "$golden/2/$name.csv" ? "$golden/2/$name.csv" : "$golden/$name.csv";
}

# What each file was computed with (its README).
my @replays = (
	{
		file   => 'growth_base',
		growth => {
			exit_multiple      => '0.5',
			exit_basis         => 'order',
			exits_per_call     => 3,
			redeem_fee_rate    => '0.10',
			goods_fee_rate     => '0.02',
			referral_mint_rate => '0.08'
		},
	},
	{
		file   => 'growth_order_exit',
		growth => {
			exit_multiple      => '0.35',
			exit_basis         => 'order',
			exits_per_call     => 2,
			redeem_fee_rate    => '0.20',
			referral_mint_rate => '0.10'
		},
	},
	{
		file   => 'growth_member_exit',
		growth => {
			exit_multiple      => '0.4',
			exit_basis         => 'member',
			referral_mint_rate => '0.05',
			issue_cap          => '8000'
		},
	},
	{
		file   => 'growth_few',
		growth => { exit_multiple => '0.5', exit_basis => 'member', start_price => '2.5' },
	},
	{
		file   => 'growth_refunds',
		growth => {
			exit_multiple      => '0.5',
			exit_basis         => 'order',
			exits_per_call     => 1,
			redeem_fee_rate    => '0.10',
			referral_mint_rate => '0.15',
			refund_shortfall   => 'platform'
		}
	},
	{
		file   => 'growth_all',
		growth => {
			exit_multiple      => '0.4',
			exit_basis         => 'order',
			redeem_fee_rate    => '0.10',
			goods_fee_rate     => '0.03',
			exit_fee_rate      => '0.25',
			referral_mint_rate => '0.15'
		},
	},);

my $node = PostgreSQL::Test::Cluster->new('golden');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/golden.sql"));

# COPY reads what the server's user may not: the file's text goes through psql.
sub load
{
	my ($table, $file) = @_;

	$node->safe_psql('postgres',
		"COPY $table FROM STDIN (FORMAT csv, HEADER);\n" . slurp_file(path($file)) . "\\.\n");
	return;
}

sub policy
{
	my ($keys) = @_;

	return '{"growth": {' . join(', ', map { "\"$_\": \"$keys->{$_}\"" } sort keys %$keys) . '}}';
}

foreach my $replay (@replays)
{
	$node->safe_psql('postgres', 'TRUNCATE golden.step RESTART IDENTITY');
	load('golden.step (op, member, other, value, extra, ref, result, pool, circulating, reserve,'
		  . ' platform, cash_total, exits)', $replay->{file});
	my ($matched, $cells, $ended) = split /\|/, $node->safe_psql('postgres',
		"SELECT * FROM golden.replay('$replay->{file}', '" . policy($replay->{growth}) . "')"),
	  3;
	is($ended, 'end of file', "$replay->{file}: $matched steps, $cells cells equal");
}

# The wine mall of MODEL §12: its price is rounded half up to four decimals.
$node->safe_psql('postgres',
	'CREATE TABLE wine ("order" int, points numeric, pool numeric, circulating numeric, price_4dp numeric)');
load('wine', 'wine');
is( $node->safe_psql(
		'postgres', q{
	SELECT pointsvault.create_vault('wine', '{"growth": {}}') AS vault \gset
	SELECT pointsvault.enroll_many(:vault, array_agg('b' || "order")) FROM wine \g /dev/null
	SELECT count(pointsvault.purchase(:vault, 'b' || "order", 100, 'o' || "order")) FROM
	  (SELECT * FROM wine ORDER BY "order") w \g /dev/null
	SELECT count(*), count(*) FILTER (WHERE (j.points, j.pool_after, j.circulating_after,
	         round((pointsvault.get_receipt(:vault, j.ref)).price_after, 4))
	       IS NOT DISTINCT FROM (w.points, w.pool, w.circulating, w.price_4dp))
	FROM wine w JOIN pointsvault.journal j ON j.vault = :vault AND j.ref = 'o' || w."order"}),
	'100|100',
	'wine: 100 orders, every cell equal');

# The cycle: days of events, each closed; then the members as they end.
my $cycle = '"quota_multiple": 0.5, "share_price": 200, "referral_share_rate": 0.1, '
  . '"referral_quota_rate": 0.2, "weight_pool_rate": 0.3, '
  . '"tiers": [{"min": 5, "rate": 0.01}, {"min": 10, "rate": 0.03}, {"min": 20, "rate": 0.06}]';
my %cycles = (
	cycle_head_active => $cycle,
	cycle_weight_all  => "$cycle, " . '"tier_basis": "weight", "denominator": "all", "unallocated": "carry"');

foreach my $name (sort keys %cycles)
{
	$node->safe_psql('postgres', 'TRUNCATE golden.day, golden.member');
	load('golden.day',    "${name}_days");
	load('golden.member', "${name}_final");
	is( $node->safe_psql('postgres',
			"SELECT * FROM golden.replay_cycle('$name', '{\"growth\": {\"pool_rate\": 0.1}, \"cycle\": {$cycles{$name}}}')"),
		'40|60|end of file', "$name: 40 days and 60 members, every cell equal");
	is( $node->safe_psql('postgres',
			"SELECT name, expected, found, detail FROM pointsvault.verify(pointsvault.vault_id('$name')) WHERE NOT ok"),
		'', "$name: verify finds nothing");
}

# Release plans, stars and team sales over 60 closes.
SKIP:
{
	skip 'no release files', 2 unless -r "$golden/release_events.csv";
	load('golden.release_event (day, op, member, amount, ref)', 'release_events');
	load('golden.release_member (member, sponsor, reward, remaining, team_sales, star)', 'release_final');
	my $policy = '{"acknowledge_multilevel": "the test", "growth": {"pool_rate": 0}, "release": {"levels": '
	  . '[{"min": 3000, "multiple": 2.5}, {"min": 9000, "multiple": 3}, {"min": 27000, "multiple": 3.5}, {"min": 51000, "multiple": 4}], '
	  . '"generation_rates": [0.5, 0.3], "stars": [{"sales": 20000, "rate": 0.10}, {"sales": 80000, "rate": 0.20}, '
	  . '{"sales": 250000, "rate": 0.26}, {"sales": 900000, "rate": 0.32}], "peer_rate": 0.03}}';
	my ($events, $members, $ended) = split /\|/,
	  $node->safe_psql('postgres', "SELECT * FROM golden.replay_release('release', '$policy', 60)"), 3;
	is("$members $ended", '200 end of file', "release: $events events, 60 closes, $members members, every cell equal");
	is($node->safe_psql('postgres',
			"SELECT name, expected, found, detail FROM pointsvault.verify(pointsvault.vault_id('release')) WHERE NOT ok"),
		'', 'release: verify finds nothing');
}

# Refunds, corrections, held points, old debts, custody of an exchange, lists; a call that is still to come is passed over, and counted.
my %returns = (
	returns_order => '{"growth": {"exit_multiple": 0.45, "exit_basis": "order", "exits_per_call": 2, "goods_fee_rate": 0.03, '
	  . '"referral_mint_rate": 0.2, "hold_days": 3}, "cycle": {"quota_multiple": 0.5, "share_price": 200, "weight_pool_rate": 0.1}}',
	exchange_order => '{"growth": {"pool_rate": 0.5, "mint_rate": 0.5, "exit_multiple": 1.25, "exit_basis": "order", '
	  . '"exits_per_call": 1}, "exchange": {"fee_rate": 0.02}, "legacy": {"contribution_rate": 0.3, "release_days": 9}, '
	  . '"partner": {"asset": "points", "min": 25}}',
	exchange_member => '{"growth": {"pool_rate": 0.8, "mint_rate": 0.5, "exit_multiple": 1.1, "exit_basis": "member", '
	  . '"hold_days": 2}, "exchange": {}}',
	exchange_few => '{"growth": {"exit_multiple": 0.5, "exit_basis": "member", "start_price": 2, "goods_fee_rate": 0.05}, '
	  . '"exchange": {"fee_rate": 0.3}, "stock": {"conversion_fee_rate": 0.2}, '
	  . '"legacy": {"contribution_rate": 0.3, "release_days": 2, "exit_multiple": 0.5}}',
	returns_member => '{"growth": {"exit_multiple": 0.5, "exit_basis": "member", "redeem_fee_rate": 0.05, '
	  . '"referral_mint_rate": 0.3, "hold_days": 5, "issue_cap": 2500}}',
	legacy_plain => '{"growth": {"exit_multiple": 0.45, "issue_cap": 1200, "refund_shortfall": "platform"}, '
	  . '"legacy": {"contribution_rate": 0.3}}',
	legacy_alone => '{"growth": {"refund_shortfall": "platform"}, '
	  . '"legacy": {"mint_rate": 1, "release_days": 10, "exit_multiple": 0.4}}',
	legacy_order => '{"growth": {"exit_multiple": 0.5, "exit_basis": "order", "exits_per_call": 1}, "cycle": {"quota_multiple": 0.5, "share_price": 200, '
	  . '"weight_pool_rate": 0.1, "referral_quota_rate": 0.1, "referral_share_rate": 0.1}, "stock": {}, "exchange": {"fee_rate": 0.01}, '
	  . '"legacy": {"contribution_rate": 0.25, "mint_rate": 0.6, "release_days": 21, "exit_multiple": 0.3}}',
	legacy_member => '{"growth": {"pool_rate": 0.8, "mint_rate": 0.5, "exit_multiple": 1.1, "exit_basis": "member", "exits_per_call": 2}, '
	  . '"stock": {"conversion_fee_rate": 0.02}, "exchange": {}, '
	  . '"legacy": {"contribution_rate": 0.4, "mint_rate": 0.5, "release_days": 40, "exit_multiple": 0.4}}',
	stock_order => '{"growth": {"exit_multiple": 0.5, "exit_basis": "order", "exits_per_call": 1}, '
	  . '"stock": {"total": 2500, "conversion_fee_rate": 0.05, "lock_months": 1}}',
	stock_member => '{"growth": {"exit_multiple": 0.6, "exit_basis": "member", "exits_per_call": 2}, '
	  . '"stock": {"total": 1000000000, "lock_months": 2}, "partner": {"asset": "points", "min": 25}}',
	items_order => '{"growth": {"exit_multiple": 0.35, "exit_basis": "order", "exits_per_call": 1, "goods_fee_rate": 0.03, '
	  . '"referral_mint_rate": 0.08}, "cycle": {"quota_multiple": 0.5, "share_price": 200, "weight_pool_rate": 0.1}, '
	  . '"partner": {"asset": "shares", "min": 18}}',
	items_member => '{"growth": {"exit_multiple": 0.4, "exit_basis": "member", "start_price": 0.8, '
	  . '"referral_mint_rate": 0.1, "hold_days": 4}, "partner": {"asset": "points", "min": 25}}');

foreach my $name (sort keys %returns)
{
  SKIP:
	{
		skip "no $name.csv", 2 unless -r "$golden/$name.csv";
		$node->safe_psql('postgres', 'TRUNCATE golden.call, golden.owner RESTART IDENTITY');
		load('golden.call (day, op, member, other, item, value, extra, ref, result, result2, pool, circulating, issued,'
			  . ' treasury, credits, reserve, platform, cash_total, exchange, debts, stock_issued, exits)', $name);
		load('golden.owner', "${name}_final");
		my ($matched, $cells, $ended) = split /\|/, $node->safe_psql('postgres',
			"SELECT * FROM golden.replay_calls('$name', '$returns{$name}')"), 3;
		is($ended, 'end of file', "$name: $matched calls, $cells cells equal");
		is($node->safe_psql('postgres',
				"SELECT name, expected, found, detail FROM pointsvault.verify(pointsvault.vault_id('$name')) WHERE NOT ok"),
			'', "$name: verify finds nothing");
	}
}

# Commissions: the same events one by one, as lists, and by way of the queue.
my $commission = '{"growth": {"pool_rate": 0.2}, "cycle": {"quota_multiple": 0.05, "share_price": 500, "weight_pool_rate": 0.1}, '
  . '"commission": {"budget_rate": 0.25, "direct_rate": 0.08, "indirect_rate": 0.04, "ranks": [{"sales": 3000, "rate": 0.03}, '
  . '{"sales": 12000, "rate": 0.07}, {"sales": 40000, "rate": 0.12}], "rank_peer_rate": 0.01, '
  . '"region_rates": {"district": 0.02, "city": 0.015, "province": 0.01}, "shareholder_rate": 0.03}, "acknowledge_multilevel": "a test"}';
my $agents = '{"44": "m3", "4403": "m5", "440305": "m7", "31": "m9"}';

SKIP:
{
	skip 'no commission_events.csv', 7 unless -r "$golden/commission_events.csv";
	load('golden.sale (day, op, member, amount, region, ref)', 'commission_events');
	load('golden.earner',                                      'commission_final');
	load('golden.house',                                       'commission_vault');
	foreach my $way (qw(one many queue))
	{
		is( $node->safe_psql('postgres', "SELECT * FROM golden.replay_commissions('commission $way', '$way', '$commission', '$agents', 25)"),
			'251|60|end of file', "commission: 251 events by way of $way, 60 members and the vault, every cell equal");
		is( $node->safe_psql('postgres',
				"SELECT name, expected, found, detail FROM pointsvault.verify(pointsvault.vault_id('commission $way')) WHERE NOT ok"),
			'', "commission by way of $way: verify finds nothing");
	}
	is( $node->safe_psql('postgres', q{
		SELECT count(*), count(DISTINCT list) FROM (
		  SELECT string_agg(concat_ws('|', seq, kind, buyer, member, what, grade, amount, place), ',' ORDER BY seq, place) AS list
		  FROM pointsvault.commission GROUP BY vault) v}),
		'3|1', 'and each paid the same to whom and why');
}

$node->stop;
done_testing();
