# The release before, and this one: its library with the SQL of the one before, the upgrade
# of vaults that are in use, which then are what a fresh installation makes, dumps of one
# into the other.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('upgrade', 'fsync = off');
my $tmp  = PostgreSQL::Test::Utils::tempdir;
my $lib  = "$FindBin::RealBin/../lib";
my ($new) = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'pointsvault'});
my @earlier = split /\n/, $node->safe_psql('postgres', q{
	SELECT version FROM pg_available_extension_versions v WHERE name = 'pointsvault' AND NOT installed
	AND EXISTS (SELECT FROM pg_extension_update_paths(name) p WHERE p.source = v.version AND p.target = '} . $new . q{' AND p.path IS NOT NULL)
	ORDER BY string_to_array(version, '.')::int[]});
cmp_ok(scalar @earlier, '>', 0, "an upgrade to $new from " . join(', ', @earlier));

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$node->safe_psql('postgres', 'CREATE ROLE regress_pv_shop; CREATE ROLE "regress_pv_审计"; CREATE ROLE by_hand; CREATE ROLE app');

# A database with the extension of some version, where whatever the superuser makes is app's too.
sub database
{
	my ($db, $version) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "ALTER DEFAULT PRIVILEGES GRANT ALL ON $_ TO app") foreach qw(TABLES SEQUENCES FUNCTIONS TYPES SCHEMAS);
	$node->safe_psql($db, 'CREATE EXTENSION pointsvault' . ($version ? " VERSION '$version'" : ''));
	return $db;
}

sub fill
{
	my ($db) = @_;

	run_file($node, 'fill.sql', $db);
	# what somebody was given beside grant_access is nobody's to take back
	$node->safe_psql($db, 'GRANT SELECT ON pointsvault.journal_data TO by_hand; GRANT SELECT (id) ON pointsvault.vault TO by_hand;
		GRANT EXECUTE ON FUNCTION pointsvault.price_of TO by_hand');
	return;
}

# Sales of one day by its owner and by the shop, each in its session.
sub sell
{
	my ($name, $ref, %sessions) = @_;

	is($sessions{$_}->ask("SELECT ref FROM pointsvault.purchase(1, '会员1', 10, '$ref $_')"), "$ref $_", "$name: a sale by $_")
	  foreach sort keys %sessions;
	return;
}

# One test: every way to read that the database has is without an error.
sub read_all
{
	my ($name, $db) = @_;
	my %has = map { $_ => 1 } split /\n/, $node->safe_psql($db, q{SELECT proname FROM pg_proc WHERE pronamespace = 'pointsvault'::regnamespace});
	my @reads;

	foreach my $statement (split /;\n/, slurp_file("$FindBin::RealBin/reads.sql"))
	{
		push @reads, $statement unless grep { !$has{$_} } $statement =~ /pointsvault\.(\w+)\(/g;
	}
	my ($status, undef, $error) = $node->psql($db, join ";\n", @reads);
	return is($error, '', "$name: " . @reads . ' ways to read');
}

sub open_sessions
{
	my ($db) = @_;
	my %sessions = map { $_ => open_session($node, $db) } qw(owner shop);

	$sessions{shop}->ask('SET ROLE regress_pv_shop');
	return %sessions;
}

sub same_files
{
	my ($name, $db, %like) = @_;

	foreach my $file (sort keys %like)
	{
		is(difference($like{$file}, run_file($node, "$file.sql", $db)), '', "$name: $file");
	}
	return;
}

sub restore
{
	my ($db, $file) = @_;

	command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $db, '-f', $file ], "$db: restored from a dump");
	return;
}

# What a fresh installation is and does.
database('fresh');
my $empty = run_file($node, 'catalog.sql', 'fresh');
fill('fresh');
my %fresh = map { $_ => run_file($node, "$_.sql", 'fresh') } qw(catalog privileges);
cmp_ok(($fresh{catalog} =~ tr/\n//), '>', 2500, 'the catalogs say much of it');
is($empty, $fresh{catalog}, 'whatever it holds and whoever may do what');
unlike($fresh{privileges}, qr/\|app\|/, 'nothing of it is of who gets all that the superuser makes');

# Each change of it is seen.
foreach my $change (
	'ALTER FUNCTION pointsvault.price_of IMMUTABLE',
	'ALTER FUNCTION pointsvault.price_of STRICT',
	"CREATE OR REPLACE FUNCTION pointsvault.flush() RETURNS void AS '\$libdir/pointsvault', 'pv_sql_today' LANGUAGE C VOLATILE",
	"COMMENT ON FUNCTION pointsvault.price_of IS 'another'",
	"COMMENT ON COLUMN pointsvault.receipt.fee IS 'another'",
	'COMMENT ON OPERATOR pointsvault.= (pointsvault.points, pointsvault.points) IS NULL',
	'ALTER EXTENSION pointsvault DROP VIEW pointsvault.health',
	'ALTER TABLE pointsvault.vault ADD COLUMN more int',
	'ALTER TABLE pointsvault.vault ALTER COLUMN currency DROP NOT NULL',
	"ALTER TABLE pointsvault.vault ALTER COLUMN suspended SET DEFAULT ''",
	'ALTER TABLE pointsvault.vault SET (fillfactor = 50)',
	'ALTER TABLE pointsvault.vault DROP CONSTRAINT vault_name_key',
	'ALTER TABLE pointsvault.journal_data DISABLE TRIGGER append_only',
	'ALTER TABLE pointsvault.journal_data ENABLE TRIGGER append_only',
	'DROP INDEX pointsvault.journal_ref',
	'ALTER SEQUENCE pointsvault.queue_number CACHE 2',
	'ALTER SEQUENCE pointsvault.queue_number OWNER TO app',
	'CREATE OR REPLACE VIEW pointsvault.exit_due AS SELECT * FROM (TABLE pointsvault.exit_due) x',
	"UPDATE pg_extension SET extcondition[1] = 'WHERE true' WHERE extname = 'pointsvault'",
	'DELETE FROM pg_init_privs WHERE objoid = \'pointsvault.vault\'::regclass')
{
	isnt($node->safe_psql('fresh', "BEGIN; $change;" . slurp_file("$FindBin::RealBin/catalog.sql") . 'ROLLBACK'), $empty, "seen: $change");
}

# It goes on as the others are to.
$node->safe_psql('fresh', 'CALL pointsvault.run_jobs()');
my %of_fresh = open_sessions('fresh');
sell('fresh', $_, %of_fresh) foreach qw(before after);
$_->close foreach values %of_fresh;
$node->safe_psql('fresh', 'CALL pointsvault.run_jobs()');
my $figures = run_file($node, 'continue.sql', 'fresh');
like($figures, qr/\A1\|purchase\|会员7\|1234.5678\|/, 'a fresh one goes on');

foreach my $version (@earlier)
{
	my $old = database('v' . $version =~ s/\./_/gr, $version);
	my $before = "$version, this library";

	# --- the new library, and the SQL before; that all its functions call is there was seen
	# to as they were made ---------------------------------------------------------------

	fill($old);
	identities_hold($node, $before, $old);
	read_all($before, $old);
	$node->safe_psql($old, 'CALL pointsvault.run_jobs()');
	is($node->safe_psql($old, 'SELECT count(*) FROM pointsvault.job_run WHERE failed'), 0, "$before: jobs run");
	$node->safe_psql($old, q{SELECT pointsvault.grant_access('app', 'shop', 1), pointsvault.grant_access('app', 'monitor'),
		pointsvault.revoke_access('app', 'shop', 1), pointsvault.revoke_access('app', 'monitor')});
	is($node->safe_psql($old, "SELECT has_schema_privilege('app', 'pointsvault', 'USAGE')"), 'f', "$before: access is given and taken back");
	my %sessions = open_sessions($old);
	sell($before, 'before', %sessions);
	command_ok([ 'pg_dump', '-d', $old, '-f', "$tmp/$version.sql" ], "dump of $version");
	my %was = map { $_ => run_file($node, "$_.sql", $old) } qw(contents privileges);

	# --- upgraded, in sessions that go on too ------------------------------------------

	$node->safe_psql($old, 'ALTER EXTENSION pointsvault UPDATE');
	same_files("$version upgraded", $old, catalog => $fresh{catalog}, privileges => $fresh{privileges});
	is( (join "\n", grep { /^-/ } split /\n/, difference($was{contents}, run_file($node, 'contents.sql', $old))),
		'', "$version upgraded: what it held");
	sell("$version upgraded", 'after', %sessions);
	$_->close foreach values %sessions;
	is($node->safe_psql($old, 'SELECT r.rolname, a.profile, a.vault FROM pointsvault.access_data a JOIN pg_roles r ON r.oid = a.role EXCEPT SELECT role, profile, vault FROM pointsvault.access_change_data WHERE granted'),
		'', "$version upgraded: access given before is noted");
	$node->safe_psql($old, 'CALL pointsvault.run_jobs()');
	identities_hold($node, "$version upgraded", $old);
	is($node->safe_psql($old, 'SELECT id FROM pointsvault.vault WHERE suspended IS NULL EXCEPT SELECT vault FROM pointsvault.seal_data'), '', "$version upgraded: all is sealed");
	like($node->safe_psql($old, 'SET ROLE "regress_pv_审计"; SELECT pointsvault.checkpoint(1)'), qr{/[^/]+/\w+\n\d+\n}, "$version upgraded: auditors have the checkpoint");
	read_all("$version upgraded", $old);
	%was = map { $_ => run_file($node, "$_.sql", $old) } qw(contents privileges);

	# --- dumps: of it, and of the one before into either version --------------------------

	command_ok([ 'pg_dump', '-d', $old, '-f', "$tmp/upgraded.sql" ], "dump of $version upgraded");
	my @restored = map { "${old}_$_" } qw(upgraded new kept);
	$node->safe_psql('postgres', "CREATE DATABASE $_") foreach @restored;
	restore($restored[0], "$tmp/upgraded.sql");
	same_files("$version upgraded, dumped, restored", $restored[0], %was, catalog => $fresh{catalog});
	restore($restored[1], "$tmp/$version.sql");
	same_files("dump of $version restored by $new", $restored[1], catalog => $fresh{catalog});
	$node->safe_psql($restored[2], "CREATE EXTENSION pointsvault VERSION '$version'");
	restore($restored[2], "$tmp/$version.sql");
	$node->safe_psql($restored[2], 'ALTER EXTENSION pointsvault UPDATE');
	same_files("dump of $version restored by itself, upgraded", $restored[2], catalog => $fresh{catalog}, privileges => $fresh{privileges});
	identities_hold($node, $_, $_) foreach @restored;

	# --- the same figures as a fresh one --------------------------------------------------

	foreach my $db (@restored[ 1, 2 ])
	{
		my %of_db = open_sessions($db);

		sell($db, 'after', %of_db);
		$_->close foreach values %of_db;
		$node->safe_psql($db, 'CALL pointsvault.run_jobs()');
	}
	is(run_file($node, 'continue.sql', $_), $figures, "$_ goes on as a fresh one does") foreach $old, @restored;
	identities_hold($node, "$_ gone on", $_) foreach $old, @restored;

	# every kind of event
	my $kinds = database("${old}_kinds", $version);
	$node->safe_psql($kinds, "\\set basis $_\n" . slurp_file("$lib/every_kind.sql")) foreach qw(order member);
	identities_hold($node, "$version, every kind, this library", $kinds);
	$node->safe_psql($kinds, 'ALTER EXTENSION pointsvault UPDATE');
	identities_hold($node, "$version, every kind, upgraded", $kinds);

	# --- however it is upgraded ---------------------------------------------------------------

	database("${old}_within", $version);
	$node->safe_psql("${old}_within", q{BEGIN; SELECT 1; SAVEPOINT s;
		ALTER EXTENSION pointsvault UPDATE; SAVEPOINT t; ROLLBACK TO t; COMMIT});
	database("${old}_back", $version);
	my $old_catalog = run_file($node, 'catalog.sql', "${old}_back");
	$node->safe_psql("${old}_back", 'BEGIN; ALTER EXTENSION pointsvault UPDATE; ROLLBACK');
	same_files('an upgrade rolled back', "${old}_back", catalog => $old_catalog);
	$node->safe_psql('postgres', "CREATE DATABASE ${old}_once");
	$node->safe_psql("${old}_once", "ALTER DEFAULT PRIVILEGES GRANT ALL ON $_ TO app") foreach qw(TABLES FUNCTIONS);
	$node->safe_psql("${old}_once", qq{DO \$\$ BEGIN
		BEGIN EXECUTE 'CREATE EXTENSION pointsvault VERSION ''$version'''; EXCEPTION WHEN division_by_zero THEN END;
		BEGIN EXECUTE 'ALTER EXTENSION pointsvault UPDATE'; EXCEPTION WHEN division_by_zero THEN END;
		END \$\$});
	foreach (qw(within once))
	{
		same_files("upgraded: $_", "${old}_$_", catalog => $fresh{catalog});
		unlike(run_file($node, 'privileges.sql', "${old}_$_"), qr/\|(?:app|PUBLIC)\|/, "upgraded: $_: nothing of it is anybody's");
	}
}

$node->stop;
done_testing();
