# How many members a vault has is read from a tally and the few after it: index entries
# are counted, not time.  The tally is right in a dump and on a standby, and does not go
# past members of prepared transactions.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $members = 50_000;
my $node = new_node('tally', "fsync = off\nautovacuum = off\nmax_prepared_transactions = 2\njit = off", allows_streaming => 1);

sub sql
{
	my ($sql, $db) = @_;

	return $node->safe_psql($db // 'postgres', $sql);
}

sub enroll
{
	my ($vault, $name, $many) = @_;

	return sql("SELECT pointsvault.enroll_many($vault, array_agg('$name' || i)) FROM generate_series(1, $many) i");
}

# What vault_status says of a vault, and how many rows and index entries of members it
# reads for that.
sub counts
{
	my ($vault) = @_;
	my $read = q{SELECT sum(pg_stat_get_xact_tuples_returned(c.oid)) FROM pg_class c
		WHERE c.oid = 'pointsvault.member_data'::regclass
		  OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'pointsvault.member_data'::regclass)};
	my ($found, $looked_at) = split /\n/, sql(qq{BEGIN; SELECT members FROM pointsvault.vault_status WHERE vault = $vault; $read; COMMIT});

	return ($found, $looked_at);
}

# One test: a vault has so many members, and at most so many are looked at to say so.
sub has
{
	my ($vault, $expected, $most, $name) = @_;
	my ($found, $looked_at) = counts($vault);

	is($found, $expected, "$name: $expected members");
	return cmp_ok($looked_at, '<=', $most, "$name: $looked_at rows and entries read");
}

sub tally
{
	my ($vault, $db) = @_;

	return sql("SELECT members FROM pointsvault.member_tally_data WHERE vault = $vault", $db);
}

sql("SELECT pointsvault.create_vault('mall'), pointsvault.create_vault('corner')");

# Counted in vain until there is a tally, which shows that the reading is seen.
enroll(1, 'm', $members);
enroll(2, 'm', 10);
my ($found, $looked_at) = counts(1);
is($found, $members, 'no tally: all members');
cmp_ok($looked_at, '>=', $members, "no tally: $looked_at rows and entries read");

sql('CALL pointsvault.run_jobs()');
is(tally(1), $members, 'a run counts them');
is(tally(2), '', 'and not the few of another vault');
is(sql('SELECT vault, job, outcome FROM pointsvault.job_run'), "1|tally|counted $members members", 'and notes it');
has(1, $members, 10, 'all counted');
has(2, 10, 20, 'too few');
enroll(1, 'n', 500);
has(1, $members + 500, 510, 'some more');
sql('CALL pointsvault.run_jobs()');
is(sql('SELECT count(*) FROM pointsvault.job_run'), 1, 'too few more to write anything');

# Whatever the planner knows.
foreach my $know ('VACUUM ANALYZE', 'SET allow_system_table_mods = on; DELETE FROM pg_statistic')
{
	sql($know);
	has(1, $members + 500, 510, $know);
}

# The other columns cost nothing.
my $others = q{SELECT name, pool, suspended FROM pointsvault.vault_status};
is(sql("BEGIN; SELECT FROM ($others) s WHERE name = 'none'; SELECT pg_stat_get_xact_tuples_returned('pointsvault.member_tally_data'::regclass)
	+ pg_stat_get_xact_tuples_returned('pointsvault.member_tally_data_pkey'::regclass) + pg_stat_get_xact_tuples_returned('pointsvault.member_data_pkey'::regclass); COMMIT"),
	0, 'who does not ask for members does not pay for them');

# A prepared transaction holds the tally up, over a restart too.
sql(q{BEGIN; SELECT pointsvault.enroll(1, 'late'); PREPARE TRANSACTION 'late'});
enroll(1, 'o', 2000);
foreach my $when ('prepared', 'after a restart')
{
	$node->restart if $when ne 'prepared';
	sql('CALL pointsvault.run_jobs()');
	is(tally(1), $members, "$when: no tally past it");
	has(1, $members + 2500, 2510, $when);
}
sql(q{COMMIT PREPARED 'late'});
has(1, $members + 2501, 2511, 'committed');
sql('CALL pointsvault.run_jobs()');
is(tally(1), $members + 2501, 'the next run counts it');
has(1, $members + 2501, 10, 'counted');

# Two runs beside each other, and enrolments beside them.
my @runs = map { open_session($node) } 1 .. 2;
my @enrolling = map { open_session($node) } 1 .. 2;
foreach my $round (1 .. 10)
{
	$enrolling[$_]->tell("SELECT pointsvault.enroll_many(1, array_agg('r$round-$_-' || i)) FROM generate_series(1, 700) i") foreach 0 .. 1;
	$_->tell('CALL pointsvault.run_jobs()') foreach @runs;
	$_->answer foreach @enrolling, @runs;
}
$_->close foreach @runs, @enrolling;
my $all = $members + 2501 + 14_000;
is((counts(1))[0], $all, 'side by side: no member is lost, or counted twice');
sql('CALL pointsvault.run_jobs()');
identities_hold($node, 'side by side');

# A row deleted is counted anew.
sql('DELETE FROM pointsvault.member_tally_data');
is((counts(1))[0], $all, 'deleted: all are counted');
sql('CALL pointsvault.run_jobs()');
is(tally(1), $all, 'and tallied at the next run');

# A dump, into a database where nothing was enrolled.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-f', $dump ], 'dumped');
sql('CREATE DATABASE copy');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('copy'), '-f', $dump ], 'restored');
is(tally(1, 'copy'), $all, 'the tally is restored');
sql(q{SELECT pointsvault.enroll_many(1, array_agg('c' || i)) FROM generate_series(1, 1500) i}, 'copy');
sql('CALL pointsvault.run_jobs()', 'copy');
is(sql('SELECT members FROM pointsvault.vault_status WHERE vault = 1', 'copy'), $all + 1500, 'and goes on');
is(tally(1, 'copy'), $all + 1500, 'at the next run');
identities_hold($node, 'copy', 'copy');

# A standby.
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('tally_standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
enroll(1, 's', 1200);
sql('CALL pointsvault.run_jobs()');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('postgres', 'SELECT v.members, t.members FROM pointsvault.vault_status v LEFT JOIN pointsvault.member_tally_data t USING (vault) ORDER BY vault'),
	join("\n", join('|', ($all + 1200) x 2), '10|'), 'a standby says the same');
$standby->promote;
$standby->safe_psql('postgres', q{SELECT pointsvault.enroll_many(1, array_agg('p' || i)) FROM generate_series(1, 1000) i});
$standby->safe_psql('postgres', 'CALL pointsvault.run_jobs()');
is($standby->safe_psql('postgres', 'SELECT members FROM pointsvault.member_tally_data WHERE vault = 1'), $all + 2200, 'promoted: and goes on');
identities_hold($standby, 'promoted');

$standby->stop;
$node->stop;
done_testing();
