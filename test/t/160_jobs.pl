# run_jobs(): whose vaults, in which order, what failed and what went on, two at
# once, days of time zones across changes of the clock, what ends a run.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('jobs', "fsync = off\nmax_prepared_transactions = 2\ntrack_commit_timestamp = on", allows_streaming => 1);

# Of vaults whose days count from today.
my $noon = noon();

sub sql
{
	my ($sql, $db) = @_;

	return $node->safe_psql($db // 'postgres', $sql);
}

# One test: what a query answers.
sub answers
{
	my ($sql, $expected, $name) = @_;

	return is(sql($sql), $expected, $name);
}

# A vault with ann and bob and a first purchase some time ago; returns its id.
sub vault
{
	my ($name, $ago, %also) = @_;
	my $policy = $also{policy}   // '{"growth": {}, "cycle": {"share_price": 10}}';
	my $zone   = $also{timezone} // $noon;
	my $at     = $also{at}       // "now() - interval '$ago'";
	my $vault  = sql("SELECT pointsvault.create_vault('$name', '$policy', 'CNY', '$zone')");

	sql("SELECT pointsvault.enroll_many($vault, '{ann,bob}');
		SELECT seq FROM pointsvault.purchase($vault, 'ann', 1000, 'p1', at => $at)");
	return $vault;
}

# What a run says; ends the test if it fails.
sub run_jobs
{
	my (%how) = @_;
	my ($code, $out, $err) = $node->psql('postgres', ($how{before} // '') . ';CALL pointsvault.run_jobs(' . ($how{upto} // '') . ')');

	die $err if $code != 0 || $err =~ /ERROR/;
	return $err;
}

# Closed days of a vault, in order, and what job_run has of it.
sub closed
{
	my ($vault) = @_;

	return sql("SELECT string_agg(day::text, ' ' ORDER BY seq) FROM pointsvault.dividend_day WHERE vault = $vault");
}

sub noted
{
	my ($vault) = @_;

	return sql("SELECT job, day, outcome FROM pointsvault.job_run WHERE vault = $vault ORDER BY id");
}

# --- a missed week ------------------------------------------------------------------

my $zone_today = "(now() AT TIME ZONE '$noon')::date";
my $week       = vault('week', '7 days');
is(run_jobs(), '', 'a run has nothing to say');
answers("SELECT last_closed = $zone_today - 1 FROM (SELECT max(day) AS last_closed, count(*) AS days FROM pointsvault.dividend_day WHERE vault = $week) d WHERE days = 7",
	't', 'a missed week is caught up');
answers("SELECT count(DISTINCT pg_xact_commit_timestamp(j.xmin)) FROM pointsvault.day_data j WHERE vault = $week", 7, 'each day in a transaction of its own');
answers("SELECT job, day = $zone_today - 7, outcome, finished_at >= started_at FROM pointsvault.job_run WHERE vault = $week ORDER BY id LIMIT 1",
	'close|t|closed: paid 300 of 300|t', 'job_run says what was done');
answers("SELECT count(*), count(DISTINCT day), bool_and(outcome = 'closed: paid 0 of 0') FROM pointsvault.job_run WHERE vault = $week AND day > $zone_today - 7",
	'6|6|t', 'a row a day');
run_jobs();
answers("SELECT count(*) FROM pointsvault.job_run WHERE vault = $week", 7, 'a second run finds nothing to do and notes nothing');
answers("SELECT cash FROM pointsvault.holding WHERE vault = $week AND member = 'ann'", 300, 'the week is paid once');
run_jobs(upto => "'infinity'");
answers("SELECT max(day) = $zone_today - 1 FROM pointsvault.dividend_day WHERE vault = $week", 't', 'today is never closed');

# An `upto` in the past closes the days before it; the next run the rest.
my $upto = vault('upto', '0', at => "'2024-05-01 12:00+08'", timezone => 'Asia/Shanghai');
run_jobs(upto => "'2024-05-04 00:00+08'");
is(closed($upto), '2024-05-01 2024-05-02 2024-05-03', 'up to a moment: the days before its day');
run_jobs(upto => "'2024-05-03 00:00+08'");
is(closed($upto), '2024-05-01 2024-05-02 2024-05-03', 'an earlier one closes none');
run_jobs(upto => "'2024-05-05 23:59:59+08'");
is(closed($upto), '2024-05-01 2024-05-02 2024-05-03 2024-05-04', 'the day of the moment stays open');
sql("SELECT pointsvault.suspend_vault($upto, 'done with')");

# The queue: orders belong to the days they are due on, which are closed one by one.
my $queue = vault('queue', '4 days');
sql("SELECT pointsvault.submit($queue, 'ann', 100, 'q1', at => now() - interval '1 day'), pointsvault.submit($queue, 'bob', 10, 'q2'),
	pointsvault.submit($queue, 'zoe', 10, 'q3'), pointsvault.submit($queue, 'bob', 10, 'held', hold => '1 day')");
run_jobs();
is(noted($queue) =~ s/\d{4}-\d\d-\d\d/day/gr,
	"close|day|closed: paid 300 of 300\n" . "close|day|closed: paid 0 of 0\n" x 2 . 'settle||settled 2 orders, set aside 1',
	'days before the first order, then the orders, which close the days between');
answers("SELECT j.ref, d.paid FROM pointsvault.journal j JOIN pointsvault.dividend_day d USING (vault, day) WHERE j.vault = $queue AND ref = 'q1'",
	'q1|30', 'an order counts on its day');
answers("SELECT ref, error IS NULL FROM pointsvault.queue WHERE vault = $queue ORDER BY ref", "held|t\nq3|f", 'held orders and those set aside stay');
my $long = vault('long queue', '1 day');
sql("SELECT pointsvault.submit_many($long, array_agg('ann'::text), array_agg(1), array_agg('s' || i)) FROM generate_series(1, 10005) i");
run_jobs();
answers("SELECT string_agg(outcome, ', ' ORDER BY id) FROM pointsvault.job_run WHERE vault = $long AND job = 'settle'",
	'settled 10000 orders, settled 5 orders', 'a long queue in rounds');

# Exits that no event has booked.
my $exits = vault('exits', '1 hour', policy => '{"growth": {"exit_multiple": 1.1, "exits_per_call": 0}}');
sql("SELECT seq FROM pointsvault.inject($exits, 1000, 'up')");
run_jobs();
like(noted($exits), qr/exits\|\|booked 1 exit$/, 'exits that are due are booked');

# --- whose vaults ------------------------------------------------------------------

sql('CREATE ROLE cron; CREATE ROLE nightly LOGIN; GRANT cron TO nightly; CREATE ROLE shop LOGIN; CREATE ROLE nobody LOGIN');
my ($mine, $yours) = (vault('mine', '2 days'), vault('yours', '2 days'));
sql("SELECT pointsvault.grant_access('cron', 'jobs', $mine), pointsvault.grant_access('shop', 'shop', $mine)");
run_jobs(before => 'SET ROLE nightly');
answers("SELECT vault, count(*) FROM pointsvault.dividend_day WHERE vault IN ($mine, $yours) GROUP BY vault", "$mine|2", 'the profile jobs: its vaults alone');
answers("SELECT DISTINCT actor FROM pointsvault.journal WHERE vault = $mine AND kind = 'close'", 'nightly (login ' . sql('SELECT session_user') . ')', 'the journal says who');
is(sql("SET ROLE nightly; SELECT DISTINCT vault FROM pointsvault.job_run"), $mine, 'and sees what was done for those');
is(sql("SET ROLE shop; SELECT DISTINCT vault FROM pointsvault.job_run"), $mine, 'so does the shop');
is_refused($node, "SET ROLE $_; CALL pointsvault.run_jobs()", '42501', 'permission denied for') foreach qw(shop nobody);
is_refused($node, 'SET ROLE shop; SELECT pointsvault.schedule_jobs()', '42501', 'permission denied for');
is_refused($node, "SET ROLE nightly; SELECT * FROM pointsvault.job_step($yours, 'close', now())",    '42501', "permission denied for vault $yours");
is_refused($node, "SET ROLE nightly; SELECT pointsvault.note_job($yours, 'x', now(), 'x')", '42501', "permission denied for vault $yours");
is_refused($node, "SET ROLE nightly; DELETE FROM pointsvault.job_data", '42501', 'permission denied');
is_refused($node, 'CALL pointsvault.run_jobs(NULL)',                                              '22004', 'upto must not be null');
is_refused($node, "CALL pointsvault.run_jobs('-infinity')",                                       '22023', 'upto must not be');
is_refused($node, "SELECT * FROM pointsvault.job_step($mine, 'sweep', now())",                    '22023', 'there is no step "sweep"');
sql("SELECT pointsvault.revoke_access('cron', 'jobs', $mine)");
is_refused($node, 'SET ROLE nightly; CALL pointsvault.run_jobs()', '42501', 'permission denied');

# Objects of the caller's own, first on its search_path, are not what is called.
sql(q{CREATE SCHEMA trap; CREATE FUNCTION trap.job_vaults() RETURNS integer[] LANGUAGE sql AS 'SELECT 1 / 0; SELECT NULL::integer[]'});
is(run_jobs(before => 'SET search_path = trap, pg_catalog'), '', 'no search_path leads it astray');

# --- failures ----------------------------------------------------------------------

# A suspended vault is passed over, one that fails is noted, the others go on.
my $first    = vault('first',  '2 days');
my $broken   = vault('broken', '2 days');
my $resting  = vault('resting', '2 days');
my $last     = vault('last', '2 days');
sql("SELECT pointsvault.suspend_vault($resting, 'stocktaking');
	UPDATE pointsvault.vault SET timezone = 'Mars/Olympus' WHERE id = $broken");
my $said = run_jobs();
like($said, qr/WARNING:  run_jobs: closing days of vault $broken failed\nDETAIL:  F0000 time_zone_lost: time zone "Mars\/Olympus" of vault $broken/, 'the caller is told what failed');
like($said, qr/WARNING:  run_jobs: 1 of \d+ vaults failed\nHINT:  The view pointsvault.job_run says why/, 'and how many');
like(noted($broken), qr{^close\|[-0-9]{10}\|F0000 time_zone_lost: time zone "Mars/Olympus" of vault $broken is not known to this server$}, 'so is job_run');
answers("SELECT vault, count(*) FROM pointsvault.dividend_day WHERE vault IN ($first, $broken, $resting, $last) GROUP BY vault ORDER BY vault",
	"$first|2\n$last|2", 'the others go on');
sql("UPDATE pointsvault.vault SET timezone = '$noon' WHERE id = $broken; SELECT pointsvault.resume_vault($resting)");
is(run_jobs(), '', 'once it is mended');
answers("SELECT vault, count(*) FROM pointsvault.dividend_day WHERE vault IN ($broken, $resting) GROUP BY vault ORDER BY vault",
	"$broken|2\n$resting|2", 'the next run does what is left');

# Tables of the vault are written without triggers, but their indexes are filled: that is how tests get between.

# A close that fails leaves nothing of its day, and keeps those before it.
my $half = vault('half', '3 days');
sql("CREATE FUNCTION refuse(day date) RETURNS date LANGUAGE plpgsql IMMUTABLE AS \$\$ BEGIN IF day = $zone_today - 2 THEN RAISE 'not this one' USING DETAIL = 'why', ERRCODE = '22000'; END IF; RETURN day; END \$\$;
	CREATE INDEX refuse ON pointsvault.day_data (public.refuse(day)) WHERE vault = $half");
run_jobs();
answers("SELECT string_agg(($zone_today - day)::text || ' ' || outcome, ', ' ORDER BY id) FROM pointsvault.job_run WHERE vault = $half",
	'3 closed: paid 300 of 300, 2 22000: not this one (why)', 'the day that failed is named, with its error');
answers("SELECT count(*), max($zone_today - day) FROM pointsvault.journal WHERE vault = $half AND kind = 'close'", '1|3', 'nothing is left of it');
sql('DROP INDEX pointsvault.refuse');
run_jobs();
answers("SELECT count(*) FROM pointsvault.dividend_day WHERE vault = $half", 3, 'and it is tried again');

# A lost race is tried again, not noted.
my $race = vault('race', '1 day');
sql("CREATE SEQUENCE tries;
	CREATE FUNCTION lose(day date) RETURNS date LANGUAGE plpgsql IMMUTABLE AS \$\$ BEGIN IF nextval('public.tries') < 3 THEN RAISE 'lost' USING ERRCODE = '40001'; END IF; RETURN day; END \$\$;
	CREATE INDEX lose ON pointsvault.day_data (public.lose(day)) WHERE vault = $race");
is(run_jobs(), '', 'lost races are tried again');
is(noted($race) =~ s/\d{4}-\d\d-\d\d/day/r, 'close|day|closed: paid 300 of 300', 'with nothing but the result noted');
sql("DROP INDEX pointsvault.lose");

# --- side by side --------------------------------------------------------------------

my @crowd = map { vault("crowd $_", '30 days') } 1 .. 3;
my @runs  = map { open_session($node) } 1 .. 3;
$_->tell('CALL pointsvault.run_jobs()') foreach @runs;
is(join('', map { $_->answer } @runs), '', 'three runs at once, no error');
foreach my $vault (@crowd)
{
	answers("SELECT count(*), count(DISTINCT day) FROM pointsvault.dividend_day WHERE vault = $vault",                 '30|30', 'no day closed twice');
	answers("SELECT count(*), count(DISTINCT day) FROM pointsvault.job_run WHERE vault = $vault AND outcome ~ '^closed'", '30|30', 'or noted twice');
	answers("SELECT count(*) FROM pointsvault.job_run WHERE vault = $vault AND outcome !~ '^closed'", 0, 'no failure');
}

# Both wait for the same day of the same vault; the stricter levels are no obstacle.
sql("ALTER DATABASE postgres SET default_transaction_isolation = serializable");
foreach my $level ('serializable', 'repeatable read')
{
	my $vault  = vault($level, '2 days');
	my $holder = open_session($node);

	$holder->ask("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT points FROM pointsvault.purchase($vault, 'bob', 1, 'held', at => now() - interval '2 days')");
	$_->ask("SET default_transaction_isolation = '$level'") foreach @runs;
	$_->tell('CALL pointsvault.run_jobs()') foreach @runs;
	$node->poll_query_until('postgres', "SELECT count(*) = 3 FROM pg_locks WHERE locktype = 'object' AND objid = $vault AND NOT granted");
	$holder->ask('COMMIT');
	is(join('', map { $_->answer } @runs), '', "three runs that waited, by default $level");
	answers("SELECT count(*), count(DISTINCT day), min(outcome) FROM pointsvault.job_run WHERE vault = $vault", '2|2|closed: paid 0 of 0', 'each day once');
	$holder->close;
}
sql('ALTER DATABASE postgres RESET default_transaction_isolation');
$_->close foreach @runs;

# --- time zones ------------------------------------------------------------------------

# Clocks in New York went forward on 2024-03-10 and back on 2024-11-03; those in
# Shanghai never do.  Midnight there is 16:00 UTC.
my $shanghai = vault('shanghai', '0', at => "'2024-03-09 15:59:59.999999+00'", timezone => 'Asia/Shanghai');
my $new_york = vault('new york', '0', at => "'2024-03-09 15:59:59.999999+00'", timezone => 'America/New_York');

sub days_after
{
	my ($moment) = @_;

	run_jobs(upto => "'$moment'");
	return closed($shanghai) . ' / ' . closed($new_york);
}

is(days_after('2024-03-09 15:59:59.999999+00'), ' / ', 'the day is open until midnight');
is(days_after('2024-03-09 16:00+00'), '2024-03-09 / ', 'midnight in Shanghai');
is(days_after('2024-03-10 04:59:59.999999+00'), '2024-03-09 / ', 'New York is five hours behind UTC');
is(days_after('2024-03-10 05:00+00'), '2024-03-09 / 2024-03-09', 'midnight in New York');
sql("SELECT seq FROM pointsvault.purchase($new_york, 'bob', 100, 'first', at => '2024-03-10 00:00-05');
	SELECT seq FROM pointsvault.purchase($new_york, 'bob', 100, 'last', at => '2024-03-10 23:59:59.999999-04')");
is(days_after('2024-03-11 03:59:59.999999+00'), '2024-03-09 2024-03-10 / 2024-03-09', 'a day of 23 hours');
is(days_after('2024-03-11 04:00+00'), '2024-03-09 2024-03-10 / 2024-03-09 2024-03-10', 'four hours behind then');
answers("SELECT turnover, paid FROM pointsvault.dividend_day WHERE vault = $new_york AND day = '2024-03-10'", '200|60', 'its first and last moment count');
run_jobs(upto => "'2024-11-03 12:00+00'");
answers("SELECT vault = $new_york, max(day), count(*) = max(day) - min(day) + 1 FROM pointsvault.dividend_day WHERE vault IN ($shanghai, $new_york) GROUP BY vault ORDER BY vault",
	"f|2024-11-02|t\nt|2024-11-02|t", 'no day left out in eight months');
sql("SELECT seq FROM pointsvault.purchase($new_york, 'bob', 100, 'back 1', at => '2024-11-03 01:30-04');
	SELECT seq FROM pointsvault.purchase($new_york, 'bob', 100, 'back 2', at => '2024-11-03 01:30-05');
	SELECT seq FROM pointsvault.purchase($new_york, 'bob', 100, 'back 3', at => '2024-11-03 23:59:59.999999-05')");
run_jobs(upto => "'2024-11-04 04:59:59.999999+00'");
answers("SELECT max(day) FROM pointsvault.dividend_day WHERE vault = $new_york", '2024-11-02', 'a day of 25 hours');
run_jobs(upto => "'2024-11-04 05:00+00'");
answers("SELECT day, turnover FROM pointsvault.dividend_day WHERE vault = $new_york ORDER BY day DESC LIMIT 1", '2024-11-03|300', 'with both its hours from one to two');
is_refused($node, "SELECT * FROM pointsvault.purchase($new_york, 'bob', 1, 'late', at => '2024-11-04 04:59+00')", '55000', 'is closed');

# The session's time zone and style of dates say nothing.
sql("SELECT pointsvault.submit($shanghai, 'ann', 1, 'tz', at => '2024-11-03 17:00+00')");
run_jobs(before => "SET timezone = 'Pacific/Kiritimati'; SET datestyle = 'German, DMY'", upto => "'2024-11-05 16:00+00'");
answers("SELECT max(day), (SELECT day FROM pointsvault.journal WHERE vault = $shanghai AND ref = 'tz') FROM pointsvault.dividend_day WHERE vault = $shanghai",
	'2024-11-05|2024-11-04', 'days are those of the vault');
sql("SELECT pointsvault.suspend_vault(v, 'done with') FROM unnest(ARRAY[$shanghai, $new_york]) v");

# A server elsewhere comes to the same.
foreach my $zone ('Pacific/Kiritimati', 'America/Los_Angeles')
{
	my $far  = new_node($zone =~ s/\W/_/r, "fsync = off\ntimezone = '$zone'");
	my $days = $far->safe_psql(
		'postgres', q{
		SELECT pointsvault.create_vault('mall', '{"growth": {}, "cycle": {"share_price": 10}}', 'USD', 'America/New_York') AS mall \gset
		SELECT pointsvault.enroll(:mall, 'ann') \g /dev/null
		SELECT seq FROM pointsvault.purchase(:mall, 'ann', 1000, 'p1', at => '2024-03-09 15:59:59.999999+00') \g /dev/null
		SELECT seq FROM pointsvault.purchase(:mall, 'ann', 200, 'p2', at => '2024-03-10 23:59:59.999999-04') \g /dev/null
		CALL pointsvault.run_jobs('2024-03-11 04:00+00');
		SELECT day, paid FROM pointsvault.dividend_day ORDER BY day});
	is($days, "2024-03-09|300\n2024-03-10|60", "server in $zone");
	$far->stop;
}

# --- what ends a run, or does not let it begin ---------------------------------------------

is_refused($node, "BEGIN; CALL pointsvault.run_jobs()", '2D000', 'run_jobs cannot run inside a transaction block');
is_refused($node, 'DO $$ BEGIN CALL pointsvault.run_jobs(); EXCEPTION WHEN division_by_zero THEN NULL; END $$', '2D000', 'run_jobs cannot run inside');
is_refused($node, 'SET default_transaction_read_only = on; CALL pointsvault.run_jobs()', '25006', 'cannot execute CALL pointsvault.run_jobs');
my $block = vault('block', '2 days');
is($node->safe_psql('postgres', 'DO $$ BEGIN CALL pointsvault.run_jobs(); END $$; SELECT count(*) FROM pointsvault.dividend_day WHERE vault = ' . $block), 2, 'a DO block outside a transaction may');

# Cancelling means the whole run, not the step that it meets.
my ($locked, $behind) = (vault('locked', '2 days'), vault('behind', '2 days'));
my $holder = open_session($node);
my $run    = open_session($node);
$holder->ask("BEGIN; SELECT points FROM pointsvault.purchase($locked, 'bob', 1, 'held', at => now() - interval '2 days')");
foreach my $how ('pg_cancel_backend', 'pg_terminate_backend')
{
	$run->tell('CALL pointsvault.run_jobs()');
	$node->poll_query_until('postgres', "SELECT true FROM pg_locks WHERE locktype = 'object' AND objid = $locked AND NOT granted");
	answers("SELECT query, $how(pid) FROM pg_stat_activity WHERE query ~ '^CALL pointsvault.run_jobs' AND state = 'active'",
		"CALL pointsvault.run_jobs(): closing days of vault $locked|t", "$how: pg_stat_activity shows what it is at");
	like($run->answer, qr/ERROR:  canceling statement due to user request/, 'a cancelled run ends') if $how =~ /cancel/;
}
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query ~ '^CALL pointsvault.run_jobs')");
answers("SELECT count(*) FROM pointsvault.job_run WHERE vault IN ($locked, $behind)", 0, 'nothing of it is taken for a failure of a vault, and no other is gone on with');

# A lock that is waited for too long is that vault's failure.
my $timeouts_fire = timeouts_fire($node);
SKIP:
{
	skip 'no timeout fires on this server', 3 unless $timeouts_fire;
	like(run_jobs(before => "SET lock_timeout = '100ms'"), qr/vault $locked failed\nDETAIL:  55P03/, 'lock_timeout lets it go on');
	answers("SELECT vault, count(*), min(outcome) FROM pointsvault.job_run WHERE vault IN ($locked, $behind) GROUP BY vault ORDER BY vault",
		"$locked|1|55P03: canceling statement due to lock timeout\n$behind|2|closed: paid 0 of 0", 'with the other vaults');
	is_refused($node, "SET statement_timeout = '200ms'; CALL pointsvault.run_jobs()", '57014', 'statement timeout');
}

# A long run says how far it is.
my $patient = open_session($node);
$patient->tell('CALL pointsvault.run_jobs()');
sleep 6;
$holder->ask('COMMIT');
like($patient->answer, qr/NOTICE:  run_jobs: vault $locked, day \d{4}-\d\d-\d\d closed, 1 to go/, 'a long run says how far it is');
answers("SELECT count(*) FROM pointsvault.dividend_day WHERE vault = $locked", 2, 'and gets there');
$_->close foreach $holder, $patient;

# A prepared transaction that holds the vault is waited for like any.
my $prepared = vault('prepared', '2 days');
sql("BEGIN; SELECT seq FROM pointsvault.purchase($prepared, 'bob', 1, 'held', at => now() - interval '2 days'); PREPARE TRANSACTION 'held'");
SKIP:
{
	skip 'no timeout fires on this server', 1 unless $timeouts_fire;
	like(run_jobs(before => "SET lock_timeout = '100ms'"), qr/vault $prepared failed/, 'a prepared transaction holds its vault');
}
sql("COMMIT PREPARED 'held'");
is(run_jobs(), '', 'until it is committed');

# A standby has no jobs; once promoted it goes on where they were.
my $copied = vault('copied', '2 days');
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('jobs_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is_refused($standby, 'CALL pointsvault.run_jobs()', '25006', 'cannot execute CALL pointsvault.run_jobs.* during recovery');
$standby->promote;
is($standby->safe_psql('postgres', "CALL pointsvault.run_jobs(); SELECT count(*) FROM pointsvault.job_run WHERE vault = $copied"), 2, 'a standby does jobs once it is promoted');
$standby->stop;

# --- what is left ------------------------------------------------------------------------

answers("SELECT vault, day FROM pointsvault.job_run WHERE outcome ~ '^closed' GROUP BY vault, day HAVING count(*) > 1", '', 'no day was closed twice');
answers("SELECT j.vault, j.day FROM pointsvault.job_run j LEFT JOIN pointsvault.dividend_day d USING (vault, day) WHERE outcome ~ '^closed' AND d.day IS NULL", '', 'or noted and not closed');
identities_hold($node, 'after all that');
$node->stop;
done_testing();
