# schedule_jobs() with the real pg_cron: without it, with it in this database and
# in another, by connections and by background workers, on servers whose time
# zones are far apart.  pg_cron's clock has minutes, so this takes some.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

chomp(my $sharedir = `pg_config --sharedir`);
plan skip_all => 'pg_cron is not installed' unless -r "$sharedir/extension/pg_cron.control";

my $node = new_node('cron', "fsync = off\ntimezone = 'America/Los_Angeles'\ncron.database_name = 'shop'");

my $noon = noon();

sub sql
{
	my ($db, $sql) = @_;

	return $node->safe_psql($db, $sql);
}

# What a statement answers, and what it says besides.
sub answer_and_notice
{
	my ($db, $sql) = @_;
	my ($code, $out, $err) = $node->psql($db, $sql);

	is($code, 0, $sql) or diag $err;
	return ($out, $err);
}

# A vault that nobody has closed a day of for a week.
sub late_vault
{
	my ($db, $name) = @_;

	return sql($db, qq{
		SELECT pointsvault.create_vault('$name', '{"growth": {}, "cycle": {"share_price": 10}}', timezone => '$noon') AS mall \\gset
		SELECT pointsvault.enroll(:mall, 'ann') \\g /dev/null
		SELECT seq FROM pointsvault.purchase(:mall, 'ann', 1000, 'p1', at => now() - interval '7 days') \\g /dev/null
		SELECT pointsvault.submit(:mall, 'ann', 100, 'q1') \\g /dev/null
		SELECT :mall});
}

# Tests: the jobs of a vault are done within a few minutes.
sub is_caught_up
{
	my ($db, $vault, $name) = @_;
	my $yesterday = "(now() AT TIME ZONE '$noon')::date - 1";

	ok($node->poll_query_until($db, "SELECT count(day) >= 7 AND max(day) = $yesterday AND bool_or(job = 'settle') FROM pointsvault.job_run WHERE vault = $vault"),
		"$name: the week is closed");
	is(sql($db, "SELECT string_agg(DISTINCT outcome, ', ' ORDER BY outcome) FROM pointsvault.job_run WHERE vault = $vault"),
		'closed: paid 0 of 0, closed: paid 300 of 300, settled 1 order', "$name: job_run shows it");
	is(sql($db, "SELECT count(*) = max(day) - min(day) + 1 FROM pointsvault.dividend_day WHERE vault = $vault"), 't', "$name: no day left out");
	return;
}

# --- without it ------------------------------------------------------------------

sql('postgres', 'CREATE DATABASE shop');
sql('postgres', q{CREATE DATABASE "it's"});
sql($_, 'CREATE EXTENSION pointsvault') foreach 'shop', "it's";
sql('shop', 'CREATE ROLE nightly LOGIN');
foreach my $call ('schedule_jobs()', 'unschedule_jobs()')
{
	is_refused($node, "SELECT pointsvault.$call", '55000', 'pg_cron is not loaded on this server\nHINT: .*postgresql-\d+-cron.*shared_preload_libraries.*CREATE EXTENSION pg_cron.*CALL pointsvault.run_jobs\(\)', 'shop');
}

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.host = '" . $node->host . "'");
$node->restart;
is_refused($node, 'SELECT pointsvault.schedule_jobs()', '55000', 'extension pg_cron is not in database "shop"\nHINT:  CREATE EXTENSION', 'shop');

# --- in this database --------------------------------------------------------------

my $mall = late_vault('shop', 'mall');
sql('shop', "CREATE EXTENSION pg_cron; SELECT pointsvault.grant_access('nightly', 'jobs')");
is_refused($node, 'SET ROLE nightly; SELECT pointsvault.schedule_jobs()', '42501', 'permission denied for schema cron', 'shop');
sql('shop', 'GRANT USAGE ON SCHEMA cron TO nightly');
my ($job, $notice) = answer_and_notice('shop', 'SET ROLE nightly; SELECT pointsvault.schedule_jobs()');
like($notice, qr/NOTICE:  pg_cron job $job runs the jobs at "5 \* \* \* \*" GMT\nHINT:  pg_cron connects to host "[^"]*" as role "nightly": pg_hba.conf.*cron.use_background_workers = on/,
	'it says when, and how it gets in');
is(sql('shop', 'SELECT schedule, command, database, username, active, jobname FROM cron.job'), '5 * * * *|CALL pointsvault.run_jobs()|shop|nightly|t|pointsvault', 'the job');
is((answer_and_notice('shop', "SET ROLE nightly; SELECT pointsvault.schedule_jobs('* * * * *')"))[0], $job, 'again: the same job');
is(sql('shop', 'SELECT schedule FROM cron.job'), '* * * * *', 'with the new schedule');
is_refused($node, "SELECT pointsvault.schedule_jobs('now and then')", 'XX000|22023', 'invalid schedule', 'shop');
is_refused($node, 'SELECT pointsvault.schedule_jobs(NULL)',           '22004', 'schedule must not be null', 'shop');
is(sql('shop', 'SELECT count(*) FROM cron.job'), 1, 'and nothing else');

# --- in another ---------------------------------------------------------------------

my $quaint = late_vault("it's", 'mall');
($job, $notice) = answer_and_notice("it's", "SELECT pointsvault.schedule_jobs('* * * * *') IS NULL");
is($job, 't', 'no job to be had from another database');
my ($call) = $notice =~ /NOTICE:  pg_cron lives in database "shop": run this there: (SELECT cron\.schedule_in_database\(.*\))\nHINT:  Schedules are in GMT. pg_cron connects to host/;
ok($call, 'but the call that makes one') or diag $notice;
my $superuser = sql('shop', 'SELECT current_user');
is($call, "SELECT cron.schedule_in_database('pointsvault it''s', '* * * * *', 'CALL pointsvault.run_jobs()', 'it''s', '$superuser')", 'all of it');
like(sql('shop', $call), qr/^\d+$/, 'which works');

# --- real runs --------------------------------------------------------------------------

is_caught_up('shop', $mall, 'by a connection');
is(sql('shop', "SELECT DISTINCT actor FROM pointsvault.journal WHERE vault = $mall AND kind = 'close'"), 'nightly', 'as who scheduled it');
is_caught_up("it's", $quaint, 'in another database');
ok($node->poll_query_until('shop', "SELECT count(DISTINCT jobid) = 2 AND bool_and(status = 'succeeded') FROM cron.job_run_details WHERE status <> 'running'"), 'pg_cron is content');

# --- unscheduled ----------------------------------------------------------------------------

is(sql('shop', 'SELECT pointsvault.unschedule_jobs()'), 'f', 'a superuser has no job to take back');
is(sql('shop', 'SET ROLE nightly; SELECT pointsvault.unschedule_jobs()'), 't', 'who scheduled it has');
is(sql('shop', 'SET ROLE nightly; SELECT pointsvault.unschedule_jobs()'), 'f', 'once');
($job, $notice) = answer_and_notice("it's", 'SELECT pointsvault.unschedule_jobs() IS NULL');
($call) = $notice =~ /run this there: (SELECT cron\.unschedule\(.*\))\n/;
is(sql('shop', $call), 't', 'the call that ends it in another database');
is(sql('shop', 'SELECT count(*) FROM cron.job'), 0, 'no job is left');

# --- by background workers, on the other side of the world ------------------------------------

$node->append_conf('postgresql.conf', "timezone = 'Pacific/Kiritimati'\ncron.use_background_workers = on\nmax_worker_processes = 16");
$node->restart;
SKIP:
{
	skip 'background workers have another clock here', 8 unless workers_share_clock($node);
	my $plaza = late_vault('shop', 'plaza');
	($job, $notice) = answer_and_notice('shop', "SET ROLE nightly; SELECT pointsvault.schedule_jobs('* * * * *')");
	like($notice, qr/HINT:  Each run takes one of max_worker_processes/, 'no connection to be let in');
	is_caught_up('shop', $plaza, 'by a background worker');
	ok($node->poll_query_until('shop', "SELECT bool_and(status = 'succeeded') FROM cron.job_run_details WHERE jobid = $job AND status NOT IN ('starting', 'running')"), 'pg_cron is content');
	is(sql('shop', 'SET ROLE nightly; SELECT pointsvault.unschedule_jobs()'), 't', 'taken back');
}

identities_hold($node, 'after all that', 'shop');
$node->stop;
done_testing();
