# Events in two-phase transactions: prepared they hold the vault's lock, over a
# restart too, and nobody sees them; committed they are there whole, rolled back
# they never were.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Vaults;

my $node = new_node('prepared', "max_prepared_transactions = 10\nlock_timeout = 100ms");

plan skip_all => 'no timeout fires on this server' unless timeouts_fire($node);

$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault('north', '{"growth": {"exit_multiple": 1, "exit_basis": "member"}}'), pointsvault.create_vault('south');
	SELECT pointsvault.enroll_many(v, '{ann,bob}') FROM generate_series(1, 2) v;
	SELECT pointsvault.purchase(v, 'ann', 100, 'old') FROM generate_series(1, 2) v});

my $session = open_session($node);

sub look
{
	return $session->ask('SELECT last_seq, pool, circulating, cash_owed FROM pointsvault.vault_status WHERE vault = 1');
}

sub prepare
{
	my ($name, @calls) = @_;

	return is($session->ask(join '; ', 'BEGIN', map({ "SELECT 1 FROM pointsvault.$_" } @calls), "PREPARE TRANSACTION '$name'"),
		join("\n", map { 1 } @calls), "prepared: @calls");
}

# What other sessions find while a sale with that ref is prepared in the first vault.
sub is_locked
{
	my ($when, $ref) = @_;
	my $before = look();

	foreach ("pointsvault.purchase(1, 'bob', 100, 'other')", "pointsvault.redeem(1, 'ann', 1, 'other')",
		"pointsvault.process_exits(1)", "pointsvault.set_policy(1, '{}')", "pointsvault.purchase(1, 'ann', 100, 'old')")
	{
		is_refused($node, "SELECT $_", '55P03', 'lock timeout');
	}
	is($node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE ref = '$ref'"), 0, "$when: not seen");
	is($node->safe_psql('postgres', "SELECT pointsvault.get_receipt(1, '$ref') IS NULL"), 't', "$when: no receipt");
	is(look(), $before, "$when: reads answer, and nothing has changed");
	is($node->safe_psql('postgres', "SELECT ref FROM pointsvault.purchase(2, 'bob', 100, 'beside $when')"),
		"beside $when", "$when: the other vault sells");
	identities_hold($node, $when);
	return;
}

# Committed, over an ordinary restart and over a crash.
foreach my $mode (qw(fast immediate))
{
	my $before = look();

	prepare('sale', "purchase(1, 'bob', 1000, 'p $mode')", "redeem(1, 'ann', 2, 'r $mode')");
	is_locked("prepared, $mode", "p $mode");
	$session->close;
	$node->restart if $mode eq 'fast';
	if ($mode eq 'immediate') { $node->stop('immediate'); $node->start }
	$session = open_session($node);
	is(look(), $before, "$mode: after the restart nothing is seen");
	is_locked("restarted, $mode", "p $mode");

	is($session->ask("COMMIT PREPARED 'sale'"), '', "$mode: committed");
	is($node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE ref IN ('p $mode', 'r $mode')"), 2, "$mode: there whole");
	is($session->ask("SELECT replayed FROM pointsvault.purchase(1, 'bob', 1000, 'p $mode')"), 't', "$mode: replayed");
	identities_hold($node, "committed, $mode");
}

# Rolled back: the ref is free, the numbers have no gap.
my $before = look();
prepare('sale', "purchase(1, 'bob', 1000, 'p')");
is_locked('to be rolled back', 'p');
$node->restart;
$session = open_session($node);
is($session->ask("ROLLBACK PREPARED 'sale'"), '', 'rolled back');
is(look(), $before, 'as if it had never been');
is($session->ask("SELECT replayed FROM pointsvault.purchase(1, 'ann', 7, 'p')"), 'f', 'its ref is free');
identities_hold($node, 'rolled back');

# A policy and a right that come and go by two phases: a session that keeps what
# it has read follows.
is($session->ask('SELECT points = 0 FROM pointsvault.quote_purchase(2, 100)'), 'f', 'the session has read the policy');
prepare('policy', q{set_policy(2, '{"growth": {"mint_rate": 0}}')});
is_refused($node, "SELECT pointsvault.purchase(2, 'ann', 1, 'x')", '55P03', 'lock timeout');
$session->ask("ROLLBACK PREPARED 'policy'");
is($session->ask("SELECT points = 0 FROM pointsvault.purchase(2, 'ann', 100, 'x')"), 'f', 'a policy rolled back does not count');
prepare('policy', q{set_policy(2, '{"growth": {"mint_rate": 0}}')});
$node->safe_psql('postgres', "COMMIT PREPARED 'policy'");
is($session->ask("SELECT points = 0 FROM pointsvault.purchase(2, 'ann', 100, 'y')"), 't', 'a policy committed does');

$node->safe_psql('postgres', 'CREATE ROLE regress_pv_till');
$node->safe_psql('postgres', "SELECT pointsvault.grant_access('regress_pv_till', 'shop', v) FROM generate_series(1, 2) v");
my $till = open_session($node);
$till->ask('SET ROLE regress_pv_till');
is($till->ask('SELECT pointsvault.price_of(2) > 0'), 't', 'the till has its right');
prepare('right', "revoke_access('regress_pv_till', 'shop', 2)");
is($till->ask('SELECT pointsvault.price_of(2) > 0'), 't', 'prepared: still');
$node->safe_psql('postgres', "COMMIT PREPARED 'right'");
like($till->ask('SELECT pointsvault.price_of(2) > 0'), qr/permission denied for vault 2/, 'committed: no more');

# Enrolled in two phases: the same member from elsewhere waits, sales do not.
prepare('member', "enroll(1, 'cat')");
is_refused($node, "SELECT pointsvault.enroll(1, 'cat')", '55P03', 'lock timeout');
is_refused($node, "SELECT pointsvault.purchase(1, 'cat', 1, 'c')", 'P0002', 'does not exist');
is($session->ask("SELECT ref FROM pointsvault.purchase(1, 'ann', 1, 'c')"), 'c', 'sales go on');
$session->ask("COMMIT PREPARED 'member'");
is($session->ask("SELECT ref FROM pointsvault.purchase(1, 'cat', 1, 'd')"), 'd', 'the member buys');
identities_hold($node, 'at the end');

$_->close foreach $session, $till;
$node->stop;
done_testing();
