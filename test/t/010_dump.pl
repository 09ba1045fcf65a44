# A dump carries everything: what is restored from it is equal to the original,
# row by row, right by right, and goes on with the same figures.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('dump', "fsync = off");
my $port = $node->port;
my $tmp  = PostgreSQL::Test::Utils::tempdir;

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $port;

$node->safe_psql('postgres', 'CREATE ROLE regress_pv_shop; CREATE ROLE "regress_pv_审计"');
run_file($node, 'fill.sql');
identities_hold($node, 'original');

is( $node->safe_psql(
		'postgres', q{
	SELECT c.oid::regclass FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pointsvault'
	WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND relkind IN ('r', 'S')
	  AND c.oid <> ALL (e.extconfig)}),
	'', 'every table and sequence is registered for dumps');

my %original = map { $_ => run_file($node, "$_.sql") } qw(contents privileges);

sub restore_into
{
	my ($db, $how, @command) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION pointsvault') if $how =~ /data only/;
	command_ok(\@command, "restore: $how");
	is(run_file($node, "$_.sql", $db), $original{$_}, "$how: $_ are equal") foreach sort keys %original;
	identities_hold($node, $how, $db);
	return;
}

sub psql_into
{
	my ($db, $file) = @_;

	return ('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $db, '-f', $file);
}

my @dump = ('pg_dump', '-d', 'postgres');

command_ok([ @dump, '-f', "$tmp/plain.sql" ], 'dump: plain');
restore_into('plain', 'plain', psql_into('plain', "$tmp/plain.sql"));

command_ok([ @dump, '-Fc', '-f', "$tmp/custom" ], 'dump: custom');
restore_into('custom', 'custom', 'pg_restore', '-e', '-d', 'custom', "$tmp/custom");

command_ok([ @dump, '--inserts', '-f', "$tmp/inserts.sql" ], 'dump: inserts');
restore_into('inserts', 'inserts', psql_into('inserts', "$tmp/inserts.sql"));

# the order of tables in a parallel restore is a matter of luck
command_ok([ @dump, '-Fd', '-j4', '-f', "$tmp/directory" ], 'dump: directory, parallel');
restore_into("parallel$_", "parallel, run $_", 'pg_restore', '-e', '-j4', '-d', "parallel$_", "$tmp/directory")
  foreach 1 .. 5;

# a dump of the dump
command_ok([ 'pg_dump', '-d', 'custom', '-f', "$tmp/again.sql" ], 'dump of a restored database');
restore_into('again', 'dumped twice', psql_into('again', "$tmp/again.sql"));

# over what is there
command_ok([ @dump, '--clean', '--if-exists', '-f', "$tmp/clean.sql" ], 'dump: clean');
command_ok([ psql_into('again', "$tmp/clean.sql") ], 'restore: over a database that has all of it');
is(run_file($node, "$_.sql", 'again'), $original{$_}, "clean: $_ are equal") foreach sort keys %original;

# The schema first, the data after it, each of it whole.
command_ok([ @dump, '--schema-only', '-f', "$tmp/schema_only.sql" ], 'dump: schema only');
command_ok([ @dump, '--data-only', '-f', "$tmp/data_only.sql" ], 'dump: data only');
$node->safe_psql('postgres', 'CREATE DATABASE halves');
command_ok([ psql_into('halves', "$tmp/$_.sql") ], "restore: $_") foreach qw(schema_only data_only);
is(run_file($node, "$_.sql", 'halves'), $original{$_}, "schema only, then data only: $_ are equal") foreach sort keys %original;
identities_hold($node, 'schema only, then data only', 'halves');

# Data alone, into an extension made anew; rights are no data.
command_ok([ @dump, '--data-only', '-f', "$tmp/data.sql" ], 'dump: data only');
my $privileges = delete $original{privileges};
restore_into('data', 'data only', psql_into('data', "$tmp/data.sql"));
command_ok([ @dump, '--data-only', '-Fd', '-f', "$tmp/data" ], 'dump: data only, directory');
restore_into("data$_", "data only, parallel, run $_", 'pg_restore', '-e', '-j4', '-d', "data$_", "$tmp/data") foreach 1 .. 3;

# They are given again by one call for each grant.
isnt(run_file($node, 'privileges.sql', 'data'), $privileges, 'data only: without privileges');
$node->safe_psql('data', 'SELECT pointsvault.grant_access(role, profile, vault) FROM pointsvault.access JOIN pg_roles ON rolname = role');
is(run_file($node, 'privileges.sql', 'data'), $privileges, 'data only, and access given again: privileges are equal');

# Both go on, with the same figures to the last digit.
my %next = map { $_ => run_file($node, 'continue.sql', $_) } qw(postgres plain parallel1 again data halves);

like($next{postgres}, qr/\A1\|purchase\|会员7\|1234.5678\|/, 'the original goes on');
is($next{$_}, $next{postgres}, "$_ goes on as the original does") foreach qw(plain parallel1 again data halves);
identities_hold($node, "$_ gone on", $_) foreach qw(postgres plain parallel1 again data halves);

# By the owner of the database, who is no superuser and may read no table of the
# extension: pg_read_all_data lets him dump them, the schema alone too, where row
# security does not keep rows from him.
$node->safe_psql('postgres', 'CREATE ROLE regress_pv_owner LOGIN; CREATE DATABASE owned OWNER regress_pv_owner');
command_ok([ psql_into('owned', "$tmp/plain.sql") ], 'a database with an owner');
my @by_owner = ('pg_dump', '-U', 'regress_pv_owner', '-d', 'owned');
command_fails_like([ @by_owner, '-f', "$tmp/refused.sql" ], qr/permission denied|may lack SELECT privilege/, 'its owner alone may not dump it');
SKIP:
{
	skip 'pg_dump locks no table of an extension for its schema, from 18 on', 2 if $node->pg_version >= 18;
	command_fails_like([ @by_owner, '-s', '-f', "$tmp/refused.sql" ], qr/permission denied/, 'nor its schema');
}
$node->safe_psql('postgres', 'GRANT pg_read_all_data TO regress_pv_owner');
SKIP:
{
	skip 'tables have row security from PostgreSQL 15 on', 1 if $node->pg_version < 15;
	command_fails_like([ @by_owner, '-f', "$tmp/refused.sql" ], qr/row-level security policy/, 'nor some of its rows for all');
}
$node->safe_psql('postgres', 'ALTER ROLE regress_pv_owner BYPASSRLS');
command_ok([ @by_owner, '-f', "$tmp/owned.sql" ], 'dump: by the owner');
$original{privileges} = run_file($node, 'privileges.sql');
restore_into('of_owner', 'by the owner', psql_into('of_owner', "$tmp/owned.sql"));
command_ok([ @by_owner, '-Fd', '-j4', '-f', "$tmp/owned" ], 'dump: by the owner, parallel');
restore_into('of_owner2', 'by the owner, parallel', 'pg_restore', '-e', '-j4', '-d', 'of_owner2', "$tmp/owned");
command_ok([ @by_owner, '-s', '-f', "$tmp/schema.sql" ], 'dump: the schema, by the owner');
$node->safe_psql('postgres', 'CREATE DATABASE schema');
command_ok([ psql_into('schema', "$tmp/schema.sql") ], 'restore: the schema');
is($node->safe_psql('schema', 'SELECT count(*) FROM pointsvault.vault'), 0, 'the extension, and no vault');
is($node->safe_psql('schema', q{SELECT pointsvault.create_vault('new'), pointsvault.enroll(1, 'ann')}), '1|1', 'it can be used');

# A dump in the middle of sales is one moment of them, whole.
$node->safe_psql('postgres', 'CREATE TABLE open_shop ()');
my $sales = open_session($node);
$sales->tell(q{DO $$ DECLARE i int := 0; BEGIN
	WHILE to_regclass('open_shop') IS NOT NULL LOOP
	  i := i + 1; PERFORM pointsvault.purchase(3, '会员1', 10, '同时-' || i); COMMIT;
	END LOOP;
END $$});
$node->poll_query_until('postgres', q{SELECT (pointsvault.get_receipt(3, '同时-100')).seq IS NOT NULL});
command_ok([ @dump, '-Fd', '-j4', '-f', "$tmp/busy" ], 'dump: during sales');
$node->safe_psql('postgres', 'DROP TABLE open_shop');
is($sales->answer, '', 'the sales went on');
$sales->close;
$node->safe_psql('postgres', 'CREATE DATABASE busy');
command_ok([ 'pg_restore', '-e', '-j4', '-d', 'busy', "$tmp/busy" ], 'restore: what was dumped during sales');
my ($all, $some) = map { $node->safe_psql($_, q{SELECT count(*) FROM pointsvault.journal WHERE ref ~ '^同时-'}) } qw(postgres busy);
ok(100 <= $some && $some < $all, "a moment of the sales: $some of $all");
identities_hold($node, 'dumped during sales', 'busy');

# The rights that were granted, and no others.
foreach my $db (qw(postgres plain parallel1))
{
	my $shop = "SET ROLE regress_pv_shop;";

	is($node->safe_psql($db, "$shop SELECT ref FROM pointsvault.purchase(1, '会员1', 10, '店')"), '店', "$db: shop sells in its vault");
	is_refused($node, "$shop SELECT pointsvault.purchase(3, '会员1', 10, '店')", '42501', 'permission denied', $db);
	is_refused($node, "$shop SELECT pointsvault.withdraw(2, '会员1', 1, '店')", '42501', 'permission denied', $db);
	is_refused($node, "$shop SELECT pointsvault.inject(1, 1, '店')", '42501', 'permission denied', $db);
	is_refused($node, "$shop SELECT * FROM pointsvault.journal_data", '42501', 'permission denied', $db);
	is($node->safe_psql($db, "SET ROLE \"regress_pv_审计\"; SELECT count(*) FROM pointsvault.vault_status"), 7, "$db: auditor reads all");
	is_refused($node, "$shop; DELETE FROM pointsvault.journal_data", '42501', 'permission denied', $db);
	is_refused($node, "DELETE FROM pointsvault.journal_data", '55000', 'append-only', $db);
}

# An extension dropped and made again, in the session that does it and in one
# that has used the old one: what both keep of it must go with it.
$node->safe_psql('postgres', 'CREATE DATABASE anew');
my ($one, $two) = map { open_session($node, 'anew') } 1 .. 2;

sub round_of
{
	my ($session, $ref) = @_;

	return $session->ask("SELECT points FROM pointsvault.purchase(1, 'ann', 100, '$ref')") . ' '
	  . $session->ask("SELECT cash FROM pointsvault.redeem(1, 'ann', 1, '$ref r')");
}

is($one->ask("CREATE EXTENSION pointsvault"), '', 'extension made');
$one->ask("SELECT pointsvault.create_vault('a'); SELECT pointsvault.enroll(1, 'ann')");
is(round_of($one, 'o1'), '21 1.2856', 'first life, one session');
is(round_of($two, 'o2'), '14.62680745 1.526', 'first life, the other session');
is($one->ask("DROP EXTENSION pointsvault"), '', 'extension dropped');
like(round_of($two, 'o3'), qr/ERROR:  (?:function|schema|relation|type)\b.*does not exist/, 'no extension, no purchase');
is($one->ask("CREATE EXTENSION pointsvault"), '', 'extension made again');
is( $one->ask("SELECT pointsvault.create_vault('b', '{\"growth\": {\"pool_rate\": 0.1, \"redeem_fee_rate\": 0}}'); SELECT pointsvault.enroll(1, 'ann')"),
	"1\n1", 'numbers start anew');
is(round_of($one, 'o1'), '7 1.4285', 'second life, one session: by the new policy');
is(round_of($two, 'o2'), '4.89995916 1.7038', 'second life, the other session: by the new policy');
identities_hold($node, 'second life', 'anew');
$_->close foreach $one, $two;

$node->stop;
done_testing();
