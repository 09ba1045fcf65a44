# An extension is made by a superuser in a database where others were before, and
# then lives beside their tables: neither may give them rights.
use strict;
use warnings;

use File::Basename;
use lib dirname(__FILE__) . '/lib';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('install', "autovacuum_naptime = 1s\n");

$node->safe_psql('postgres', 'CREATE ROLE squat LOGIN; CREATE ROLE mallory LOGIN');

# A database in which role squat may create what it likes.
sub database_of_squat
{
	my ($name) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, "GRANT CREATE ON DATABASE $name TO squat; GRANT CREATE ON SCHEMA public TO squat");
	return $name;
}

# Operators that pg_catalog has only by a cast, each making squat a superuser when a
# superuser gets to run it.
sub set_traps
{
	my ($database, $schema) = @_;
	my $sql = "SET SESSION AUTHORIZATION squat;\n";

	$sql .= "CREATE SCHEMA $schema; GRANT USAGE ON SCHEMA $schema TO PUBLIC;\n" if $schema ne 'public';
	foreach my $pair ([ 'numeric', 'integer' ], [ 'numeric', 'smallint' ], [ 'numeric', 'bigint' ], [ 'bigint', 'numeric' ],
		[ 'date', 'bigint' ], [ 'text', 'name' ], [ 'name', 'text' ], [ 'integer', 'oid' ])
	{
		my ($left, $right) = @$pair;

		$sql .= "CREATE FUNCTION $schema.trap($left, $right) RETURNS $left LANGUAGE plpgsql AS \$\$
		         BEGIN
		           IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
		             EXECUTE 'ALTER ROLE squat SUPERUSER';
		           END IF;
		           RETURN \$1;
		         END \$\$;\n";
		$sql .= "CREATE OPERATOR $schema.$_ (LEFTARG = $left, RIGHTARG = $right, FUNCTION = $schema.trap);\n"
			foreach ('*', '-', '+', '=', '<>', '<', '>');
	}
	$node->safe_psql($database, $sql);
}

sub squat_is
{
	my ($super, $name) = @_;

	is($node->safe_psql('postgres', q(SELECT rolsuper FROM pg_roles WHERE rolname = 'squat')), $super, $name);
}

# --- a schema that was there before -------------------------------------------------

my $squatted = database_of_squat('squatted');
set_traps($squatted, 'pointsvault');
my ($status, $out, $err) = $node->psql($squatted, "\\set VERBOSITY verbose\nCREATE EXTENSION pointsvault");
isnt($status, 0, 'a schema of that name that is there already is refused');
like($err, qr/42P06.*schema "pointsvault" already exists/, 'by its name');
is($node->safe_psql($squatted, q(SELECT count(*) FROM pg_extension WHERE extname = 'pointsvault')), '0', 'and nothing is made');
($status) = $node->psql($squatted, 'CREATE EXTENSION pointsvault SCHEMA public');
isnt($status, 0, 'nor can it be put elsewhere');

# --- operators around ------------------------------------------------------------------

my $trapped = database_of_squat('trapped');
set_traps($trapped, 'public');
set_traps($trapped, 'evil');
$node->safe_psql('postgres', "ALTER DATABASE $trapped SET search_path = evil, public, pg_catalog");
$node->safe_psql($trapped, 'CREATE EXTENSION pointsvault');
is( $node->safe_psql(
		$trapped, q(SELECT pg_get_userbyid(nspowner) = current_user, (SELECT count(*) FROM aclexplode(nspacl) WHERE grantee <> nspowner)
		FROM pg_namespace WHERE nspname = 'pointsvault')),
	't|0', 'the schema is the superuser\'s, and nobody else may enter it');
$node->safe_psql($trapped, <<'SQL');
SELECT pointsvault.create_vault('v', '{"growth": {}, "cycle": {}}') AS v \gset
SELECT pointsvault.enroll(:v, 'ann');
SELECT pointsvault.purchase(:v, 'ann', 5000, 'o1', at => now() - interval '2 days');
SELECT pointsvault.purchase(:v, 'ann', 100, 'o2');
SELECT pointsvault.refund(:v, 'o2', 'f1', 50);
SELECT pointsvault.submit(:v, 'ann', 100, 'o3');
CALL pointsvault.run_jobs();
SELECT * FROM pointsvault.holding_at(:v, 'ann', now());
SELECT * FROM pointsvault.holding_of_day(:v, 'ann', current_date - 2);
SELECT * FROM pointsvault.statement(:v, 'ann');
SELECT * FROM pointsvault.statement_of_days(:v, 'ann');
SELECT * FROM pointsvault.verify(:v);
SELECT * FROM pointsvault.vault_status;
SELECT * FROM pointsvault.holding;
SELECT * FROM pointsvault.lot;
SELECT * FROM pointsvault.journal;
SELECT * FROM pointsvault.posting;
SELECT * FROM pointsvault.dividend_day;
SELECT * FROM pointsvault.member;
SELECT * FROM pointsvault.policy;
SELECT * FROM pointsvault.job_run;
SELECT * FROM pointsvault.queue;
SELECT * FROM pointsvault.access;
SQL
squat_is('f', 'a superuser\'s whole day ran no operator of squat\'s');
$node->safe_psql($trapped, 'SELECT 2.0 * 2');
squat_is('t', 'which waited for one');
$node->safe_psql('postgres', 'ALTER ROLE squat NOSUPERUSER');
$node->safe_psql($trapped, 'DROP EXTENSION pointsvault; CREATE SCHEMA pointsvault; DROP SCHEMA pointsvault; CREATE EXTENSION pointsvault');
pass('the schema goes with the extension, and both come again');
squat_is('f', 'without harm');

# --- what the superuser gives others of all it makes ---------------------------------------

$node->safe_psql('postgres', 'CREATE ROLE app; CREATE DATABASE generous');
$node->safe_psql('generous', "ALTER DEFAULT PRIVILEGES GRANT ALL ON $_ TO app") foreach qw(TABLES SEQUENCES FUNCTIONS TYPES SCHEMAS);
$node->safe_psql('generous', 'CREATE TABLE given (); CREATE EXTENSION pointsvault');
is($node->safe_psql('generous', q(SELECT has_table_privilege('app', 'given', 'INSERT'))), 't', 'default privileges give a role what the superuser makes');
is( $node->safe_psql(
		'generous', q(
		SELECT string_agg(DISTINCT o.name, ', ') FROM (
		  SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'pointsvault'
		  UNION ALL SELECT relname, relacl FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace
		  UNION ALL SELECT proname, proacl FROM pg_proc WHERE pronamespace = 'pointsvault'::regnamespace
		  UNION ALL SELECT typname, typacl FROM pg_type WHERE typnamespace = 'pointsvault'::regnamespace
		) o (name, acl), aclexplode(o.acl) x WHERE x.grantee = 'app'::regrole)),
	'', 'but nothing of the extension');

# --- a restore into a database where squat was first -----------------------------------------

my $target = database_of_squat('target');
my $dump   = $node->basedir . '/trapped.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr($trapped) ], 'dump');
set_traps($target, 'pointsvault');
$node->command_fails([ 'pg_restore', '-e', '-d', $node->connstr($target), $dump ], 'a restore into a schema of squat\'s ends with an error');
squat_is('f', 'and gives nothing away');

# --- autovacuum, which acts as everybody ------------------------------------------------------

$node->safe_psql('postgres', <<'SQL');
SELECT pointsvault.create_vault('one') AS one, pointsvault.create_vault('two') AS two \gset
SELECT pointsvault.enroll(:two, 'victim');
SELECT pointsvault.grant_access('mallory', p, :one) FROM unnest('{shop,admin}'::text[]) p;
CREATE SCHEMA mallory AUTHORIZATION mallory;
SET SESSION AUTHORIZATION mallory;
CREATE TABLE mallory.t (a int) WITH (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
CREATE FUNCTION mallory.f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE INDEX ON mallory.t (mallory.f(a));
INSERT INTO mallory.t SELECT generate_series(1, 100);
CREATE OR REPLACE FUNCTION mallory.f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  BEGIN
    PERFORM pointsvault.grant_access('mallory', p) FROM unnest('{shop,cashier,treasurer,jobs,admin,auditor}'::text[]) p;
  EXCEPTION WHEN OTHERS THEN
    RAISE LOG 'mallory: grant_access % as %', SQLSTATE, current_user;
  END;
  BEGIN
    PERFORM pointsvault.purchase(2, 'victim', 5000, 'stolen');
  EXCEPTION WHEN OTHERS THEN
    RAISE LOG 'mallory: purchase % as %', SQLSTATE, current_user;
  END;
  RETURN $1;
END $$;
INSERT INTO mallory.t SELECT generate_series(1, 100);
SQL
ok($node->poll_query_until('postgres', q(SELECT autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = 't')), 'autovacuum came by');
my $log = slurp_file($node->logfile);
like($log, qr/mallory: grant_access 42501 as mallory/, 'ran her function, which may grant nothing');
like($log, qr/mallory: purchase 42501 as mallory/, 'and buy nothing');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pointsvault.access WHERE vault IS NULL)), '0', 'no grant for all vaults');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pointsvault.journal WHERE ref = 'stolen')), '0', 'no sale in the other vault');

$node->stop;
done_testing();
