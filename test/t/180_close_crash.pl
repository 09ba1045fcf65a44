# Closes of days are shot, again and again: a day is closed whole or not at all,
# none twice, and what comes of it is to the last digit what comes of a vault that
# was left in peace (V4, V7, C8).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $days = 40;
my $noon = noon();
my $node = new_node('close_crash', "restart_after_crash = on\nfsync = on\ntimezone = 'UTC'");

# Twins: sponsors who bought nothing have shares without quota, so that of what is
# carried a part is left each day.
$node->safe_psql('postgres', qq{
	SELECT pointsvault.create_vault(name, '{"growth": {"pool_rate": 0.2}, "cycle": {"share_price": 100, "quota_multiple": 0.55, "denominator": "all",
	  "referral_share_rate": 0.5, "unallocated": "carry", "tiers": [{"min": 2, "rate": 0.2}]}}', timezone => '$noon')
	FROM unnest('{shot,peace}'::text[]) name;
	SELECT pointsvault.enroll_many(v, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm' || i / 2 END))
	FROM generate_series(1, 300) i, generate_series(1, 2) v GROUP BY v;
	SELECT count(pointsvault.purchase(v, 'm' || 1 + 2 * (i * 7 % 150), 50 + i * 1.2345, 'o' || i,
	    at => date_trunc('day', now(), '$noon') + interval '12 hours' - $days * interval '1 day'))
	FROM generate_series(1, 600) i, generate_series(1, 2) v;
	-- a close takes its time, at the end, so that it can be caught at work
	CREATE FUNCTION dawdle(day date) RETURNS date LANGUAGE plpgsql IMMUTABLE AS \$\$ BEGIN
	  PERFORM pg_sleep(0.05); RETURN day; END \$\$;
	CREATE INDEX dawdle ON pointsvault.day_data (dawdle(day)) WHERE vault = 1});

sub closed
{
	return $node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.dividend_day WHERE vault = 1});
}

sub shoot_backend
{
	kill 'KILL', $node->safe_psql('postgres', q{
		SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL pointsvault.run_jobs()%' AND pid <> pg_backend_pid()});
	return;
}

sub shoot_server
{
	kill_server($node);
	return;
}

my @shots  = ([ 'a backend', \&shoot_backend ], [ 'the server', \&shoot_server ], [ 'a backend again', \&shoot_backend ]);
my $before = 0;
foreach my $shot (@shots)
{
	my ($what, $shoot) = @$shot;
	my $jobs = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'CALL pointsvault.run_jobs()' ],
		'>', \my $out, '2>', \my $err);

	$node->poll_query_until('postgres', 'SELECT count(*) >= ' . ($before + 5) . ' FROM pointsvault.dividend_day WHERE vault = 1')
	  or die 'no days are closed';
	$shoot->();
	$jobs->finish;
	$node->start if $shoot == \&shoot_server;
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
	my $now = closed();
	cmp_ok($now, '<', $days, "$what was shot after $now days");
	cmp_ok($now, '>=', $before + 5, 'what was closed is closed');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.journal WHERE vault = 1 AND kind = 'close'}),
		$now, 'a day and its journal row come together');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.job_run WHERE vault = 1 AND job = 'close'}),
		$now, 'and what is noted of it');
	identities_hold($node, "after $what was shot");
	$before = $now;
}
$node->safe_psql('postgres', 'CALL pointsvault.run_jobs()');
is(closed(), $days, 'in the end all are closed');

sub all_of
{
	my ($vault) = @_;

	return $node->safe_psql('postgres', qq{
		SELECT day, turnover, pool, paid, over_quota, weight_shares, active_shares, tier_divisors
		FROM pointsvault.dividend_day WHERE vault = $vault ORDER BY day;
		SELECT member, cash, quota, shares, accrued FROM pointsvault.holding WHERE vault = $vault ORDER BY member;
		SELECT shares, holders, active, total FROM pointsvault.class_data WHERE vault = $vault ORDER BY shares;
		SELECT cash_owed, platform, carried FROM pointsvault.vault_status WHERE vault = $vault});
}
is(all_of(1), all_of(2), 'to the last digit as if nothing had happened');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.dividend_day WHERE vault = 1 AND paid > 0'),
	'>', 10, 'many of the days paid something');

$node->stop;
done_testing();
