# A switch-over by logical replication: another server gets all rows while the shop goes on,
# then takes over with the same figures, as docs/upgrades.md says how.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $roles = 'CREATE ROLE regress_pv_shop; CREATE ROLE "regress_pv_审计"; CREATE ROLE gone; CREATE ROLE stays';
my $docs  = slurp_file("$FindBin::RealBin/../../docs/upgrades.md");
my $lib   = "$FindBin::RealBin/../lib";
my $old   = new_node('old', 'fsync = off', allows_streaming => 'logical');
my $new   = new_node('new', 'fsync = off', allows_streaming => 'logical');

# What the page says to run, the block that follows a word of it.
sub told
{
	my ($word) = @_;

	like($docs, qr/\Q$word\E/, "the page has: $word") or return '';
	return $docs =~ /\Q$word\E.*?\n\s*```sql\n(.*?)```/s ? $1 : '';
}

# Waits until what the tables held is there.
sub copied
{
	my ($db) = @_;

	return $new->poll_query_until($db, q{SELECT count(*) > 0 AND bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel})
	  || die 'the first copy does not end';
}

# roles have other numbers on the new server
$new->safe_psql('postgres', "CREATE ROLE others_$_") foreach 1 .. 5;
$_->safe_psql('postgres', $roles) foreach $old, $new;
run_file($old, 'fill.sql');

# every kind of event, in a database of its own
$_->safe_psql('postgres', 'CREATE DATABASE kinds') foreach $old, $new;
$_->safe_psql('kinds', 'CREATE EXTENSION pointsvault') foreach $old, $new;
$old->safe_psql('kinds', "\\set basis order\n" . slurp_file("$lib/every_kind.sql"));

$old->safe_psql('postgres', q{CREATE ROLE dropped; SELECT pointsvault.grant_access('dropped', 'admin'); DROP OWNED BY dropped; DROP ROLE dropped});

# --- the shop goes on while its tables are published ----------------------------------------

is($old->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.access_data WHERE role::text ~ '^\d'}), 1, 'a role that is gone has left its number');
$old->safe_psql('postgres', told('Roles go by name'));
is($old->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.access_data WHERE role::text ~ '^\d'}), 0, 'which is taken away');
$old->safe_psql('postgres', 'CREATE PUBLICATION shop FOR ALL TABLES');
is($old->safe_psql('postgres', q{SELECT count(*) FROM unnest((SELECT extconfig FROM pg_extension WHERE extname = 'pointsvault')) c (oid)
	WHERE NOT EXISTS (SELECT FROM pg_publication_tables t WHERE format('%I.%I', t.schemaname, t.tablename)::regclass = c.oid)
	AND (SELECT relkind FROM pg_class WHERE pg_class.oid = c.oid) = 'r'}), 0, 'every table is published');
is( $old->safe_psql(
		'postgres', q{SELECT c.oid::regclass FROM pg_class c WHERE c.oid = ANY ((SELECT extconfig FROM pg_extension WHERE extname = 'pointsvault')::oid[])
		AND c.relkind = 'r' AND c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
		AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only')}),
	'', 'and what changes in it is found by a key, but where nothing may change');
$new->safe_psql('postgres', "CREATE SUBSCRIPTION shop CONNECTION '" . $old->connstr . " dbname=postgres' PUBLICATION shop");
$old->safe_psql('kinds', 'CREATE PUBLICATION kinds FOR ALL TABLES');
$new->safe_psql('kinds', "CREATE SUBSCRIPTION kinds CONNECTION '" . $old->connstr . " dbname=kinds' PUBLICATION kinds");
my $quoting = open_session($new);
copied('postgres');
$quoting->ask('SELECT count(pointsvault.quote_purchase(vault, 100)), count(pointsvault.price_of(vault)) FROM pointsvault.vault_status');

ok(run_file($new, 'reads.sql') eq run_file($old, 'reads.sql'), 'copied: all that there is to read');
run_file($old, 'continue.sql');
$old->safe_psql('postgres', "SELECT pointsvault.create_vault('late', '{\"growth\": {}, \"cycle\": {}}', timezone => '" . noon() . "');\n" . <<'SQL');
SELECT pointsvault.vault_id('late') AS late \gset
SELECT pointsvault.enroll_many(:late, ARRAY['ann', 'bob', 'cem'], ARRAY[NULL, 'ann', 'bob']);
SELECT pointsvault.purchase(:late, 'cem', 500, 'o1', at => now() - interval '1 day'), pointsvault.submit(:late, 'bob', 70, 'waits'), pointsvault.submit(:late, 'bob', 70, 'goes');
SELECT pointsvault.cancel(:late, 'goes');
SELECT pointsvault.rename_member(:late, 'ann', 'anne'), pointsvault.merge_members(:late, 'bob', 'anne', 'one'), pointsvault.set_member(:late, 'cem', region => '4403');
SELECT pointsvault.appoint_agent(6, '会员9', '44');
SELECT pointsvault.suspend_vault(:late, 'to see'), pointsvault.resume_vault(:late);
SELECT pointsvault.grant_access('gone', 'auditor'), pointsvault.grant_access('stays', 'shop', :late), pointsvault.grant_access('stays', 'cashier', :late);
SELECT pointsvault.revoke_access('stays', 'cashier', :late), pointsvault.revoke_access('gone', 'auditor');
SQL
$old->safe_psql('postgres', 'CALL pointsvault.run_jobs()');
identities_hold($old, 'the old one, published');
$old->wait_for_catchup('shop');
unlike(slurp_file($new->logfile), qr/ERROR/, 'all of it arrives');

# What the old one holds the new one holds, but for sequences.
sub rows_of
{
	my ($node, $db) = @_;

	return join "\n", grep { !/_seq\||_serial\||queue_number\|/ } split /\n/, run_file($node, 'contents.sql', $db);
}
is(rows_of($new), rows_of($old), 'tables are equal');
isnt(run_file($new, 'contents.sql'), run_file($old, 'contents.sql'), 'sequences are not');
identities_hold($new, 'the new one, while it follows');

# one half of the kinds comes by the first copy, the other as it happens
copied('kinds');
$old->safe_psql('kinds', "\\set basis member\n" . slurp_file("$lib/every_kind.sql"));
$old->wait_for_catchup('kinds');
is(rows_of($new, 'kinds'), rows_of($old, 'kinds'), 'every kind: tables are equal');
identities_hold($new, 'every kind', 'kinds');
$new->safe_psql('kinds', 'DROP SUBSCRIPTION kinds');

# --- what the new one may not do ---------------------------------------------------------------

is_refused($new, 'DELETE FROM pointsvault.journal_data', '55000', 'append-only');
is_refused($new, "SET session_replication_role = replica; UPDATE pointsvault.journal_data SET pool = 0", '55000', 'append-only');
is_refused($new, 'SET ROLE stays; SELECT pointsvault.price_of(1)', '42501', 'permission denied');

# Sequences that are left behind are found before they give what is taken.
is_refused($new, "SELECT pointsvault.set_policy(2, '{\"growth\": {\"pool_rate\": 0.3}}')", '55000', 'sequence pointsvault.\w+ is behind');
is_refused($new, "SELECT pointsvault.create_vault('early')", '55000', 'sequence pointsvault.\w+ is behind');
is_refused($new, "SELECT pointsvault.enroll(1, 'early')", '55000', 'sequence pointsvault.\w+ is behind');

# --- over ----------------------------------------------------------------------------------------

# the old one still sells to the last; what it answered then is on the new one
$old->safe_psql('postgres', q{SELECT pointsvault.purchase(1, '会员2', 10, 'the last')});
$old->safe_psql('postgres', "ALTER DATABASE postgres SET default_transaction_read_only = on");
$old->wait_for_catchup('shop');
my $sequences = $old->safe_psql('postgres', told('Sequences are not replicated'));
cmp_ok(scalar(my @lines = split /\n/, $sequences), '>=', 5, 'what to run for sequences');
$new->safe_psql('postgres', $sequences);
$new->safe_psql('postgres', 'DROP SUBSCRIPTION shop');
$new->safe_psql('postgres', told('Who has access'));
$new->safe_psql('postgres', 'ANALYZE');
is(run_file($new, "$_.sql"), run_file($old, "$_.sql"), "$_ are equal") foreach qw(contents privileges);
identities_hold($new, 'the new one');
is($new->safe_psql('postgres', "SET ROLE stays; SELECT pointsvault.price_of(pointsvault.vault_id('late')) > 0"), 't', 'who had access has it');
is_refused($new, 'SET ROLE gone; SELECT pointsvault.price_of(1)', '42501', 'permission denied');

# Both go on alike, the new one in a session too that read before it had taken over.
$old->safe_psql('kinds', 'ALTER DATABASE postgres RESET default_transaction_read_only');
my $next = <<'SQL';
SELECT v, points, price_after, p.seq FROM unnest(ARRAY[1, 3, 6]) v, pointsvault.purchase(v, '会员9', 321.1, 'next', region => '44') p ORDER BY v;
SELECT pointsvault.get_receipt(6, 'next');
SELECT vault, place, what, member, amount FROM pointsvault.commission WHERE ref = 'next' ORDER BY vault, place;
SELECT pointsvault.enroll(1, 'one more'), pointsvault.enroll(pointsvault.vault_id('late'), 'one more'), pointsvault.create_vault('one more');
SELECT pointsvault.set_policy(1, '{"growth": {"pool_rate": 0.3}}'), pointsvault.set_policy(2, '{"growth": {"pool_rate": 0.31}}');
SELECT v, points, price_after FROM unnest(ARRAY[1, 2]) v, pointsvault.purchase(v, '会员9', 100, 'by it') p ORDER BY v;
SELECT pointsvault.submit(pointsvault.vault_id('late'), 'anne', 5, 'queued'), count(*) FROM pointsvault.settle(pointsvault.vault_id('late'));
SELECT vault, pool, circulating, price, cash_owed, last_seq, members, policy_version FROM pointsvault.vault_status ORDER BY vault;
SQL
my @moments = map { s/\d\d\d\d-\d\d-\d\d [0-9:.+]+//gr } $old->safe_psql('postgres', $next), $quoting->ask($next);
is($moments[1], $moments[0], 'the new one goes on as the old one would have');
like($moments[0], qr/^6\|/m, 'with figures');
$quoting->close;
identities_hold($_, $_->name . ' gone on') foreach $old, $new;

$_->stop foreach $old, $new;
done_testing();
