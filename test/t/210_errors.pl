# Errors that a program can tell apart: each token of error_codes() is raised, with
# its SQLSTATE; no error of the sources goes without one; and the reference lists
# them all, as they are.
use strict;
use warnings;

use File::Spec;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $top = "$FindBin::RealBin/../..";

my $node = new_node('errors', "fsync = off\ntimezone = 'UTC'", allows_streaming => 1);

# --- the list ----------------------------------------------------------------------

my %codes;    # by token: SQLSTATE
my @rows = split /\n/, $node->safe_psql('postgres', q{SELECT concat_ws(' | ', '`' || token || '`', sqlstate, CASE WHEN retry THEN 'yes' ELSE 'no' END, http_status, meaning) FROM pointsvault.error_codes()});

foreach (@rows)
{
	my ($token, $state, $retry) = /^`([a-z]+(?:_[a-z]+)*)` \| ([0-9A-Z]{5}) \| (yes|no) \| [45]\d\d \| [A-Z"].*\.$/;

	ok(defined $token && !exists $codes{$token}, "a row of the list: $_");
	$codes{$token} = $state;
}
is(join(' ', grep { $codes{$_} =~ /^0[0-2]|^P0001/ } sort keys %codes), '', 'no warning and no plain RAISE among them');
is_deeply([ slurp_file("$top/docs/reference.md") =~ /^\| (`\w+` \| [0-9A-Z]{5} \| (?:yes|no) \| .*) \|$/mg ], \@rows, 'the reference has the same list');
is(join(' ', grep { $_->[1] ne uc $_->[0] } map { [ /"(\w+)"/, /\((\w+)/ ] } slurp_file("$top/src/base/tokenlist.h") =~ /^PV_TOKEN\(\w+, "\w+"/mg), '', 'names are tokens in capitals');

# --- the sources -------------------------------------------------------------------

# The reports of a file, each as one line.
sub reports_of
{
	my ($text) = @_;
	my $string = qr/"(?:[^"\\]|\\.)*"/;
	my $parens;

	$parens = qr/\((?:[^()"]|$string|(??{ $parens }))*\)/;
	return map { s/\s+/ /gr } $text =~ /\b((?:ereport|elog|pv_ereturn|pv_internal_error) ?$parens)/g;
}

my $reports = 0;
foreach my $file (sort glob "$top/src/*/*.c")
{
	foreach my $report (reports_of(slurp_file($file)))
	{
		next if $report =~ /^ereport\( ?(?:NOTICE|WARNING|LOG|DEBUG\d)/;
		$reports++;
		next if $report =~ /\b(?:pv_error|pv_set_token)\(/ && $report !~ /\berrcode\(/;
		fail("$file: an error without a token: $report") unless $report =~ /^pv_internal_error\(/;
	}
}
cmp_ok($reports, '>', 100, 'errors in the sources were found');

# --- a shop ------------------------------------------------------------------------

$node->safe_psql('postgres', q{
	SELECT pointsvault.create_vault('mall', '{"growth": {"issue_cap": 10000, "exit_basis": "order", "exit_multiple": 3}, "cycle": {"share_price": 10}}');
	SELECT pointsvault.create_vault('empty', '{"growth": {}}');
	SELECT pointsvault.create_vault('poolless', '{"cycle": {}}');
	SELECT pointsvault.create_vault('shut', '{"growth": {}}');
	SELECT pointsvault.create_vault('late', '{"growth": {}, "cycle": {}}', timezone => 'America/New_York');
	SELECT pointsvault.create_vault('lost', '{"growth": {}}');
	SELECT pointsvault.enroll_many(v, '{ann,bob}') FROM generate_series(1, 6) v;
	SELECT pointsvault.enroll(1, 'shop', merchant => true);
	SELECT pointsvault.enroll_many(1, '{held,twin}');
	SELECT pointsvault.suspend_member(1, 'held', 'a question');
	SELECT count(pointsvault.purchase(1, 'ann', 1000, 'p1', at => now() - interval '3 days'));
	SELECT count(pointsvault.purchase(5, 'ann', 1000, 'p1', at => now() - interval '5 days'));
	SELECT count(pointsvault.purchase(1, 'ann', 100, 'p2'));
	SELECT count(pointsvault.merge_members(1, 'twin', 'bob', 'm1'));
	SELECT count(pointsvault.redeem(1, 'ann', 20, 'r1'));
	SELECT count(pointsvault.withdraw(1, 'ann', 0.5, 'w1'));
	SELECT count(pointsvault.withdraw_return(1, 'w1', 'wr1'));
	SELECT count(pointsvault.refund(1, 'p2', 'f1'));
	SELECT count(pointsvault.points_to_credits(1, 'ann', 20, 's1'));
	SELECT count(pointsvault.pay(1, 'ann', 'shop', 1, 'pay1'));
	SELECT pointsvault.submit(1, 'zoe', 1, 'q-zoe');
	SELECT pointsvault.settle(1);
	SELECT pointsvault.submit(1, 'ann', 1, 'q1', hold => '1 day');
	SELECT pointsvault.suspend_vault(4, 'stocktaking');
	SELECT pointsvault.create_series(1, 'card', 3, 0.1, uses => 1), pointsvault.create_series(1, 'one', 1, 0.1, min_spent => 100000),
	  pointsvault.create_series(1, 'bound', 9, 0.1, transferable => false), pointsvault.create_series(1, 'over', 9, 0.1);
	SELECT count(pointsvault.issue_item(1, 'ann', 'card', 'i' || i, 'a prize')) FROM generate_series(1, 3) i;
	SELECT count(pointsvault.issue_item(1, 'ann', 'bound', 'i4', 'a prize')), pointsvault.set_series(1, 'over', closed => true);
	SELECT count(pointsvault.list_item(1, 'ann', 'card', 1, 1, 'l1')), count(pointsvault.use_item(1, 'ann', 'card', 2, 'u1'));
	CREATE ROLE clerk;
	SELECT pointsvault.grant_access('clerk', 'shop', 1), pointsvault.grant_access('clerk', 'admin', 1);
	CREATE SCHEMA try;
	CREATE TABLE try.price (price pointsvault.price);
	CREATE FUNCTION try.misdeclared() RETURNS integer AS '$libdir/pointsvault', 'pv_sql_error_codes' LANGUAGE C;

	-- How a statement is refused, after another that is taken back with it: token and SQLSTATE.
	CREATE FUNCTION try.refusal(statement text, before text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
	  token text;
	  relation text;
	  message text;
	BEGIN
	  EXECUTE before;
	  EXECUTE statement;
	  RAISE EXCEPTION USING errcode = 'UNDO1', message = 'not refused';
	EXCEPTION WHEN OTHERS THEN
	  GET STACKED DIAGNOSTICS token = CONSTRAINT_NAME, relation = TABLE_NAME, message = MESSAGE_TEXT;
	  RETURN CASE WHEN token <> '' AND relation = '' THEN token ELSE 'no token' END || ' ' || SQLSTATE || ': ' || message;
	END $$});

my %raised;
my $session = open_session($node);

# One test: a statement is refused with a token, and the SQLSTATE it stands for.
sub raises
{
	my ($token, $statement, $before) = @_;
	my $name   = ($before ? "$before; " : '') . $statement;
	my $answer = $session->ask('SELECT try.refusal($try$' . $statement . '$try$, $try$' . ($before // 'SELECT 1') . '$try$)');

	$raised{$token}++ if like($answer, qr/^$token $codes{$token}: /, "$token: " . substr($name, 0, 120));
	return;
}

# A test for each of some calls of the extension's functions: all are refused with the token.
sub refuses
{
	my ($token, @calls) = @_;

	raises($token, "SELECT pointsvault.$_") foreach @calls;
	return;
}

# --- what is named -------------------------------------------------------------------

refuses('no_such_vault', "vault_id('none')", 'price_of(99)', "submit(99, 'ann', 1, 'x')", "grant_access('clerk', 'shop', 99)");
refuses('no_such_member', "purchase(1, 'zoe', 1, 'x')", "pay(1, 'shop', 'zoe', 1, 'x')", "purchase_many(1, '{zoe}', '{1}', '{x}')",
	"statement(1, 'zoe')", "rename_member(1, 'zoe', 'x')", "erase_member(1, 'zoe')");
refuses('no_such_sponsor', "enroll(1, 'eva', 'zoe')");
refuses('member_merged', "purchase(1, 'twin', 1, 'x')", "pay(1, 'ann', 'twin', 1, 'x')", "purchase_many(1, '{twin}', '{1}', '{x}')",
	"enroll(1, 'twin')", "enroll(1, 'eva', 'twin')", "merge_members(1, 'bob', 'twin', 'x')", "suspend_member(1, 'twin', 'x')");
refuses('no_such_ref', "refund(1, 'none', 'x')", "withdraw_return(1, 'none', 'x')", "wait_settled(1, 'none', '0')");
refuses('no_such_series', "claim(1, 'ann', 'none', 'x')", "quote_claim(1, 'none')", "set_series(1, 'none', 1)", "item_history(1, 'none', 1)");
refuses('no_such_item', "transfer_item(1, 'card', 4, 'ann', 'bob', 'x')", "buy_item(1, 'bob', 'one', 1, 'x')", "item_metadata(1, 'card', -1)");
refuses('series_exists', "create_series(1, 'card', 1, 1)");
refuses('ref_used', "purchase(1, 'ann', 2, 'p1')", "submit(1, 'ann', 2, 'p1')", "purchase_many(1, '{ann,ann}', '{1,2}', '{x,x}')");
refuses('ref_queued', "submit(1, 'ann', 2, 'q1')");
refuses('ref_repeated', "submit_many(1, '{ann,ann}', '{1,2}', '{x,x}')");
refuses('member_differs', "enroll(1, 'ann', region => '44')");
refuses('member_exists', "rename_member(1, 'ann', 'bob')");
refuses('reserved_name', "enroll(1, 'erased-1')", "rename_member(1, 'ann', 'erased-1')");
refuses('vault_exists', "create_vault('shut', '{\"growth\": {}}')");
refuses('vault_differs', "create_vault('mall')");

# --- figures -------------------------------------------------------------------------

refuses('too_few_points', "redeem(1, 'ann', 9999, 'x')", "points_to_credits(1, 'ann', 9999, 'x')", 'quote_redeem(1, 9999)');
refuses('too_few_credits', "pay(1, 'ann', 'bob', 9999, 'x')", "credits_to_points(1, 'shop', 9999, 'x')", 'quote_credits_to_points(1, 9999)');
refuses('too_little_cash', "withdraw(1, 'ann', 9999, 'x')");
refuses('no_release', "spend_reward(1, 'ann', 1, 'x', 10)");
raises($_->[0], "SELECT pointsvault.spend_reward(1, 'ann', $_->[1], 'x', 10)", q{SELECT pointsvault.set_policy(1, '{"release": {"usage_rate": 0.5}}')})
  foreach [ 'too_little_reward', 1 ], [ 'beyond_usage', 6 ];
refuses('no_stock', "set_stock_price(1, 1, 'x')", "convert_to_stock(1, 'ann', 1, 'x')", "allot(1, 'ann', 1, 'x', '2024-01-31')", "deliver_stock(1, 'ann', 1, 'x', 'd')");
raises(@$_, q{SELECT pointsvault.set_policy(1, '{"stock": {"total": 5}}'), pointsvault.set_stock_price(1, 1, 'price')})
  foreach [ 'stock_of_zero', "SELECT pointsvault.convert_to_stock(1, 'ann', 0.00000001, 'x')" ], [ 'beyond_total', "SELECT pointsvault.allot(1, 'ann', 6, 'x', '2024-01-31')" ],
  [ 'stock_locked', "SELECT pointsvault.deliver_stock(1, 'ann', 1, 'x', 'd')" ], [ 'shares_not_positive', "SELECT pointsvault.allot(1, 'ann', 0, 'x', '2024-01-31')" ],
  [ 'shares_not_positive', "SELECT pointsvault.deliver_stock(1, 'ann', -1, 'x', 'd')" ], [ 'bad_lock', "SELECT pointsvault.allot(1, 'ann', 1, 'x', '2024-01-31', 0)" ];
raises('stock_closed', "SELECT pointsvault.convert_to_stock(1, 'ann', 1, 'x')", q{SELECT pointsvault.set_policy(1, '{"stock": {}}')});
raises('policy_in_use', q{SELECT pointsvault.set_policy(1, '{"stock": null}')},
	q{SELECT pointsvault.set_policy(1, '{"stock": {}}'), pointsvault.allot(1, 'ann', 1, 'x', '2024-01-31')});
refuses('no_legacy', "open_debt(1, 'ann', 1, 'x')", "settle_debt(1, 'ann', 1, 'x')");
my $legacy = q{SELECT pointsvault.set_policy(1, '{"legacy": {"contribution_rate": 0.5}}'), pointsvault.open_debt(1, 'ann', 10, 'owed')};
raises('beyond_debt', "SELECT pointsvault.settle_debt(1, 'ann', 10.0001, 'x')", $legacy);
raises('beyond_rate', "SELECT pointsvault.settle_debt(1, 'ann', 1, 'x', 0.5001)",
	"$legacy; SELECT pointsvault.grant_access('clerk', 'shop', 1); SET LOCAL ROLE clerk");
refuses('beyond_cap', "grant_points(1, 'ann', 99999, 'x', 'thanks')");
refuses('bad_asset', "adjust(1, 'ann', 'shares', 1, 'x', 'slip')");
refuses('change_of_zero', "adjust(1, 'ann', 'cash', 0, 'x', 'slip')");
refuses('below_zero', "adjust(1, 'bob', 'cash', -9999, 'x', 'slip')", "adjust(1, 'bob', 'points', -9999, 'x', 'slip')");
refuses('more_than_owed', "repay(1, 'ann', 1, 'x')");
raises('beyond_limit', "SELECT pointsvault.$_", q{SELECT pointsvault.set_policy(1, '{"limits": {"inject": 0.5, "grant_points": 0}}')})
  foreach "inject(1, 1, 'x')", "grant_points(1, 'ann', 1, 'x', 'thanks')";
refuses('more_than_left', "refund(1, 'p1', 'x', 1001)", "quote_refund(1, 'p1', 1001)");
raises('beyond_custody', "SELECT pointsvault.take_back(1, 'ann', 1, 'x', 'a market')", q{SELECT pointsvault.set_policy(1, '{"exchange": {}}')});
refuses('more_than_owed', "repay(1, 'ann', 1, 'x')");
refuses('below_zero', "adjust(1, 'ann', 'cash', -9999, 'x', 'a slip')");
refuses('guard_not_met', "purchase(1, 'ann', 1, 'x', min_points => 9)", "redeem(1, 'ann', 1, 'x', min_cash => 9)",
	"points_to_credits(1, 'ann', 1, 'x', min_credits => 9)", "credits_to_points(1, 'shop', 1, 'x', min_points => 9)");

# --- states --------------------------------------------------------------------------

refuses('beyond_supply', "claim(1, 'ann', 'card', 'x')", "issue_item(1, 'ann', 'card', 'x', 'a prize')", "quote_claim(1, 'card')");
refuses('series_closed', "claim(1, 'ann', 'over', 'x')", "issue_item(1, 'ann', 'over', 'x', 'a prize')", "quote_claim(1, 'over')");
refuses('item_listed', "transfer_item(1, 'card', 1, 'ann', 'bob', 'x')", "list_item(1, 'ann', 'card', 1, 1, 'x')", "use_item(1, 'ann', 'card', 1, 'x')");
refuses('item_used_up', "transfer_item(1, 'card', 2, 'ann', 'bob', 'x')", "list_item(1, 'ann', 'card', 2, 1, 'x')", "use_item(1, 'ann', 'card', 2, 'x')");
refuses('not_listed', "buy_item(1, 'bob', 'card', 3, 'x')", "unlist_item(1, 'ann', 'card', 3, 'x')");
refuses('guard_not_met', "claim(1, 'ann', 'bound', 'x', max_points => 0.01)", "buy_item(1, 'bob', 'card', 1, 'x', max_price => 0.5)");
refuses('vault_suspended', "purchase(4, 'ann', 1, 'x')", "enroll(4, 'eva')", 'settle(4)');
refuses('vault_not_suspended', 'resume_vault(1)');
my $importing = 'SET LOCAL client_min_messages = warning; SELECT pointsvault.begin_import(1)';
raises('importing_already', 'SELECT pointsvault.begin_import(1)', $importing);
refuses('not_importing', 'end_import(1)', "open_balances(1, '{ann}', '{1}', NULL, NULL, NULL, NULL, ARRAY[current_date])");
raises('names_no_moment', "SELECT pointsvault.$_", $importing)
  foreach "purchase(1, 'ann', 1, 'x')", "purchase_many(1, '{ann}', '{1}', '{x}')", "refund(1, 'p1', 'x')", 'process_exits(1)', "inject(1, 1, 'x')", "purchase(1, 'ann', 1, 'x', at => now())";
raises('being_imported', "SELECT pointsvault.$_", "$importing; SELECT pointsvault.revoke_access('clerk', 'admin', 1); SET LOCAL ROLE clerk")
  foreach "purchase(1, 'ann', 1, 'x', at => now() - interval '1 day')", "purchase_many(1, '{ann}', '{1}', '{x}', ats => ARRAY[now() - interval '1 day'])";
raises('no_cycle', "SELECT pointsvault.open_balances(2, '{ann}', NULL, NULL, NULL, '{1}', NULL, ARRAY[current_date - 1])", 'SELECT pointsvault.begin_import(2)');
raises('bad_balance', "SELECT pointsvault.open_balances(2, '{ann}', '{-1}', NULL, NULL, NULL, NULL, ARRAY[current_date - 1])", 'SELECT pointsvault.begin_import(2)');
my $owing = q{SELECT pointsvault.purchase(2, 'ann', 100, 'p'), pointsvault.redeem(2, 'ann', 21, 'r'), pointsvault.refund(2, 'p', 'b')};
raises('cash_owed', "SELECT pointsvault.$_", $owing) foreach "pay(2, 'ann', 'bob', 1, 'x')", "redeem(2, 'ann', 1, 'x', 'goods')";
raises('points_held', "SELECT pointsvault.$_", q{SELECT pointsvault.set_policy(2, '{"growth": {"hold_days": 3}}'), pointsvault.purchase(2, 'ann', 100, 'p')})
  foreach "redeem(2, 'ann', 1, 'x')", "points_to_credits(2, 'ann', 1, 'x')";
refuses('member_suspended', "redeem(1, 'held', 1, 'x')", "withdraw(1, 'held', 1, 'x')", "merge_members(1, 'bob', 'held', 'x')");
refuses('member_not_suspended', "resume_member(1, 'ann')");
refuses('day_closed', "purchase(1, 'ann', 1, 'x', at => now() - interval '2 days')");
refuses('earlier_day_open', "close_day(5, (now() AT TIME ZONE 'America/New_York')::date - 2)");
refuses('returned_already', "withdraw_return(1, 'w1', 'x')");
refuses('refunded_already', "refund(1, 'p2', 'x')");
raises('points_held', "SELECT pointsvault.redeem(1, 'bob', 0.1, 'x')",
	q{SELECT pointsvault.set_policy(1, '{"growth": {"hold_days": 3}}'), pointsvault.purchase(1, 'bob', 10, 'y')});
raises('cash_owed', "SELECT pointsvault.$_", q{SELECT pointsvault.purchase(2, 'ann', 100, 'a'), pointsvault.purchase(2, 'bob', 100, 'b'),
	pointsvault.redeem(2, 'ann', 20, 'c'), pointsvault.withdraw(2, 'ann', 20, 'd'), pointsvault.refund(2, 'a', 'e')})
  foreach "pay(2, 'ann', 'bob', 1, 'y')", "redeem(2, 'ann', 1, 'y', 'goods')";
refuses('nothing_circulates', "inject(2, 1, 'x')", 'quote_inject(2, 1)');
refuses('no_pool', "inject(3, 1, 'x')", 'quote_inject(3, 1)', 'quote_grant_points(3, 1)');
refuses('no_exchange', "hand_over(1, 'ann', 1, 'x', 'a market')", "take_back(1, 'ann', 1, 'x', 'a market')", 'quote_hand_over(1, 1)');
refuses('policy_in_use', "set_policy(1, '{\"growth\": null}')", "set_policy(1, '{\"growth\": {\"exit_basis\": \"member\"}}')");
refuses('order_set_aside', "wait_settled(1, 'q-zoe', '0')");
raises('order_not_committed', "SELECT pointsvault.wait_settled(1, 'x', '0')", "SELECT pointsvault.submit(1, 'ann', 1, 'x')");
raises('needs_no_transaction', 'CALL pointsvault.run_jobs()');
refuses('needs_pg_cron', 'schedule_jobs()', 'unschedule_jobs()');
raises('append_only', 'DELETE FROM pointsvault.journal_data');
refuses('not_sealed', 'checkpoint(1)', "prove(1, 'p1')", 'prove_growth(1, 0)', 'export_tiles(1)');
refuses('not_published', "prove_balance(1, 'ann', '2020-01-01')");
raises('no_balance', "SELECT pointsvault.prove_balance(1, 'ann', '2020-01-01', 'debt')", "SELECT pointsvault.liabilities(1, 'debt', '2020-01-01')");
refuses('not_a_trigger', 'refuse_change()');
raises('not_granted', 'SELECT pointsvault.price_of(2)', 'SET LOCAL ROLE clerk');
raises('not_granted', "SELECT pointsvault.create_vault('own')", 'SET LOCAL ROLE clerk');
refuses('spent_too_little', "claim(1, 'ann', 'one', 'x')");
refuses('not_owner', "transfer_item(1, 'card', 3, 'bob', 'ann', 'x')", "use_item(1, 'bob', 'card', 3, 'x')", "unlist_item(1, 'bob', 'card', 1, 'x')");
refuses('not_transferable', "transfer_item(1, 'bound', 1, 'ann', 'bob', 'x')", "list_item(1, 'ann', 'bound', 1, 1, 'x')");
refuses('no_merchant', "credits_to_points(1, 'ann', 1, 'x')");

# --- arguments -----------------------------------------------------------------------

refuses('null_argument', "purchase(NULL, 'ann', 1, 'x')", "purchase(1, NULL, 1, 'x')", "purchase(1, 'ann', NULL, 'x')", "submit(1, 'ann', 1, 'x', hold => NULL)",
	"submit_many(1, '{ann}', '{NULL}', '{x}')", 'enroll_many(1, NULL)', "wait_settled(1, 'x', NULL)", "simulate('{}', NULL, 1)");
refuses('amount_not_positive', "purchase(1, 'ann', 0, 'x')", "submit(1, 'ann', 0, 'x')", "simulate('{\"growth\": {}}', 0, 1)",
	"award(1, 'ann', 'x', 'a hat', 0)");
refuses('points_not_positive', "redeem(1, 'ann', 0, 'x')");
refuses('bad_contribution', "purchase(1, 'ann', 1, 'x', contribution => 2)", "submit(1, 'ann', 1, 'x', contribution => -1)");
refuses('net_of_zero', "redeem(1, 'ann', 0.00000001, 'x')");
refuses('swap_of_zero', "points_to_credits(1, 'ann', 0.00000001, 'x')");
refuses('change_of_zero', "adjust(1, 'ann', 'cash', 0, 'x', 'a slip')");
refuses('same_member', "pay(1, 'ann', 'ann', 1, 'x')", "merge_members(1, 'ann', 'ann', 'x')");
refuses('own_sponsor', "enroll(1, 'eva', 'eva')");
refuses('wrong_kind', "refund(1, 'r1', 'x')", "withdraw_return(1, 'p1', 'x')");
refuses('bad_length', "enroll(1, '')", "purchase(1, 'ann', 1, repeat('x', 256))");
refuses('bad_checkpoint', "store_checkpoint(1, 'x')", "verify(1, 'x')");
refuses('bad_array', "enroll_many(1, '{{a},{b}}')", "submit_many(1, '{ann}', '{1,2}', '{x}')");
refuses('bad_count', "top_holders(1, -1, 'points')", 'settle(1, -1)', 'process_exits(1, -1)', 'accrue(1, -1)', "simulate('{\"growth\": {}}', 1, -1)");
refuses('bad_asset', "adjust(1, 'ann', 'shares', 1, 'x', 'a slip')", "top_holders(1, 1, 'quota')");
refuses('bad_series', "create_series(1, 'x', 0, 1)", "create_series(1, 'x', 1, 1, 'shells')", "set_series(1, 'card', -1)");
refuses('bad_region', "appoint_agent(1, 'ann', '440')");
refuses('bad_format', "export_journal(1, format => 'ledger')");
refuses('bad_purpose', "redeem(1, 'ann', 1, 'x', 'fun')");
refuses('no_reason', "grant_points(1, 'ann', 1, 'x', '')");
refuses('negative_hold', "submit(1, 'ann', 1, 'x', hold => '-1 day')");
refuses('not_finite', "purchase(1, 'ann', 1, 'x', at => 'infinity')", "submit(1, 'ann', 1, 'x', at => '-infinity')", "close_day(1, 'infinity')");
refuses('day_out_of_range', "purchase(5, 'ann', 1, 'x', at => '4714-11-24 00:00+00 BC')");
refuses('after_today', "purchase(1, 'ann', 1, 'x', at => now() + interval '2 days')");
refuses('too_long_ago', "purchase(1, 'ann', 1, 'x', at => now() - interval '300 years')");
refuses('day_not_ended', "close_day(1, (now() AT TIME ZONE 'Asia/Shanghai')::date + 1)");
refuses('bad_policy', "create_vault('x', '{\"growth\": {\"pool_rate\": 2}}')", "set_policy(1, '[]')");
refuses('unknown_preset', "preset('none')");
refuses('unknown_profile', "grant_access('clerk', 'none')");
refuses('unknown_time_zone', "create_vault('x', timezone => 'Asia/Phobos')");
refuses('not_a_region', "create_vault('x', timezone => 'UTC+8')", "create_vault('x', timezone => 'CST')");
refuses('unknown_step', "job_step(1, 'sweep', now())");
refuses('unknown_role', "grant_access('nowhere', 'shop', 1)");
refuses('unknown_view', "readable_vaults('nothing')");
refuses('unknown_kind', 'kind_name(99::smallint)');

# --- numbers -------------------------------------------------------------------------

raises('bad_number',          "SELECT '1e3'::pointsvault.$_")   foreach qw(amount points price);
raises('too_many_decimals',   "SELECT '0.000000001'::pointsvault.$_") foreach qw(amount points);
raises('number_out_of_range', "SELECT 'NaN'::pointsvault.$_")   foreach qw(amount points price);
raises('number_out_of_range', "SELECT 9223372036854775807::bigint::numeric::pointsvault.$_") foreach qw(amount points price);
raises('number_out_of_range', "SELECT pointsvault.to_$_(9223372036854775807)") foreach qw(amount points price);
raises('number_out_of_range', "SELECT '-1'::pointsvault.price");
refuses('too_many_decimals', "purchase(1, 'ann', 0.00001, 'x')");
refuses('number_out_of_range', "purchase(1, 'ann', 'NaN', 'x')", "redeem(1, 'ann', 1e30, 'x')");
refuses('balance_out_of_range', "purchase(2, 'ann', 900000000000000, 'x')", "simulate('{\"growth\": {}}', 900000000000000, 9)",
	"value_of('90000000000', '900000000000000', '0.00000001')");

# A price below 0, as a binary COPY would bring it.
my $binary = File::Spec->rel2abs($node->basedir . '/price.copy');
open my $file, '>:raw', $binary or die "$binary: $!";
print $file "PGCOPY\n\377\r\n\0", pack('NN n N q> q>', 0, 0, 1, 16, -1, 1), pack('n', 0xffff);
close $file or die "$binary: $!";
raises('bad_binary', "COPY try.price FROM '$binary' (FORMAT binary)");

# --- what nobody should see ------------------------------------------------------------

# Sessions of their own: what they have cached is not looked up again.
sub raises_afresh
{
	my ($token, $statement, $tamper) = @_;

	$session->close;
	$session = open_session($node);
	raises($token, $statement, $tamper);
	return;
}

my $open = 'ALTER TABLE pointsvault.journal_data DISABLE TRIGGER append_only; ALTER TABLE pointsvault.policy_data DISABLE TRIGGER append_only';

raises_afresh('time_zone_lost', "SELECT pointsvault.submit(6, 'ann', 1, 'x')",     "UPDATE pointsvault.vault SET timezone = 'Mars/Phobos' WHERE id = 6");
raises_afresh('damaged_data',   'SELECT pointsvault.price_of(5)',                  "$open; DELETE FROM pointsvault.journal_data WHERE vault = 5");
raises_afresh('damaged_data',   'SELECT pointsvault.price_of(5)',                  "$open; DELETE FROM pointsvault.policy_data WHERE vault = 5");
raises_afresh('damaged_data',   'SELECT pointsvault.price_of(5)',                  "$open; UPDATE pointsvault.policy_data SET document = '{\"growth\": {\"pool_rate\": 2}}' WHERE vault = 5");
raises_afresh('damaged_data',   "SELECT pointsvault.redeem(1, 'ann', 1, 'x')",     'DELETE FROM pointsvault.lot_data WHERE vault = 1');
raises_afresh('damaged_data',   "SELECT pointsvault.refund(1, 'p1', 'x')",         'DELETE FROM pointsvault.holding_data WHERE vault = 1');
raises_afresh('damaged_data',   "SELECT pointsvault.purchase_many(1, '{ann,bob}', '{1,1}', '{x,y}')", 'DELETE FROM pointsvault.holding_data WHERE vault = 1');
$session->ask('SELECT pointsvault.price_of(1)');    # from here on it has the policy in memory
raises('damaged_data', "SELECT pointsvault.purchase(1, 'ann', 1000, 'p1')", "$open; DELETE FROM pointsvault.policy_data WHERE vault = 1");
raises('damaged_data', "SELECT pointsvault.set_policy(1, '{}')", "$open; UPDATE pointsvault.policy_data SET document = '[]' WHERE vault = 1");
raises('table_changed', "SELECT pointsvault.purchase(2, 'ann', 1, 'x')", 'ALTER TABLE pointsvault.journal_data ADD CHECK (vault > 0)');
raises_afresh('sequence_behind', "SELECT pointsvault.$_", 'ALTER SEQUENCE pointsvault.' . ($_ =~ /^e/ ? 'member_data_id_seq' : 'policy_serial') . ' RESTART')
  foreach "enroll(1, 'late')", "set_policy(1, '{}')", "create_vault('late')";
raises('internal_error', 'SELECT try.misdeclared()');

# --- two sessions ----------------------------------------------------------------------

# Tests: refusals in a transaction whose snapshot is older than what another did.
sub raises_late
{
	my ($token, $statement, $meanwhile) = @_;

	$session->ask('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1');
	$node->safe_psql('postgres', $meanwhile);
	raises($token, $statement);
	$session->ask('ROLLBACK');
	return;
}

raises_late('needs_read_committed', "SELECT pointsvault.wait_settled(1, 'q1', '0')", 'SELECT 1');
raises_late('lost_race', "SELECT pointsvault.purchase(1, 'ann', 1, 'x')",   "SELECT pointsvault.purchase(1, 'ann', 1, 'first')");
raises_late('lost_race', "SELECT pointsvault.rename_member(1, 'ann', 'eva')", "SELECT pointsvault.enroll(1, 'eva')");

$session->close;

# --- a commit by two phases ----------------------------------------------------------------

my (undef, undef, $prepare) = $node->psql('postgres', "\\set VERBOSITY verbose\nBEGIN; SELECT pointsvault.purchase_at_commit(1, 'ann', 1, 'x'); PREPARE TRANSACTION 'x'");
$raised{cannot_prepare}++ if like($prepare, qr/^psql:.*ERROR:  $codes{cannot_prepare}: .*^CONSTRAINT NAME:  cannot_prepare$/ms, 'cannot_prepare');

# A synchronous standby that is not there, and a wait for it that is given up: no plpgsql
# block catches that.
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nowhere'");
$node->restart;
$session = open_session($node);
my $pid = $session->ask('SELECT pg_backend_pid()');
$session->ask("\\set VERBOSITY verbose\nSELECT 1");
$session->tell('SELECT pointsvault.flush()');
$node->poll_query_until('postgres', "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = $pid") or die 'it does not wait for the standby';
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
$raised{not_replicated}++ if like($session->answer, qr/ERROR:  $codes{not_replicated}: .*^CONSTRAINT NAME:  not_replicated$/ms, 'not_replicated: flush()');
$session->close;
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->restart;

is(join(' ', grep { !$raised{$_} } sort keys %codes), '', 'every token was raised');

# --- where it arrives ------------------------------------------------------------------

my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT pointsvault.redeem(1, 'ann', 9999, 'x')");
like($err, qr/^psql:.*ERROR:  23514: member "ann" holds fewer than 9999 points\n.*^CONSTRAINT NAME:  too_few_points$/ms, 'a client has the token');
is($node->safe_psql('postgres', "SELECT error FROM pointsvault.queue WHERE ref = 'q-zoe'"),
	'P0002 no_such_member: member "zoe" of vault 1 does not exist', 'an order set aside has it');
($code, $out, $err) = $node->psql('postgres', "SELECT pointsvault.wait_settled(1, 'q-zoe', '0')");
like($err, qr/^DETAIL:  P0002 no_such_member: /m, 'who waits for it is told');
is($node->safe_psql('postgres', "SET ROLE clerk; SELECT count(*) FROM pointsvault.error_codes()"), scalar @rows, 'whoever has a grant reads the list');

$node->stop;
done_testing();
