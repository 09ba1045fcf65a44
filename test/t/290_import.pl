# A history is brought in: a year of 100 000 orders with 3 % refunds by day, in seconds,
# with figures equal to booking each event by itself on its day; a trial that changes
# nothing; and nobody else touches the vault meanwhile.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use lib "$FindBin::RealBin/lib";
use Vaults;

my $orders = $ENV{ORDERS} // 100_000;

my $node = new_node('import', "fsync = off\nshared_preload_libraries = 'pointsvault'\npointsvault.settle_naptime = 10ms");
load_identities($node);
$node->safe_psql(
	'postgres', q{
CREATE SCHEMA old;
CREATE TABLE old.event (n integer, of_ref text, member text, amount numeric, ref text, at timestamptz, day date, PRIMARY KEY (day, n));

-- Orders of a year that ended yesterday, 3 % of them returned within ten days, whole or in part.
CREATE FUNCTION old.fill(orders integer, members integer) RETURNS bigint LANGUAGE sql AS $$
  TRUNCATE old.event;
  SELECT setseed(0.42);
  INSERT INTO old.event
  SELECT i, NULL, 'm' || 1 + floor(random() ^ 2 * members)::integer, round((10 + random() * 990)::numeric, 2), 'o' || i, m, pointsvault.business_day('Asia/Shanghai', m)
  FROM generate_series(1, orders) i,
    LATERAL (SELECT date_trunc('day', now(), 'Asia/Shanghai') - 365 * interval '24 hours' * (orders + 1 - i) / (orders + 1) AS m) x;
  INSERT INTO old.event
  SELECT orders + row_number() OVER (ORDER BY at, n), ref, NULL, CASE WHEN random() < 0.5 THEN round(amount / 3, 2) END, 'r' || n, at, pointsvault.business_day('Asia/Shanghai', at)
  FROM (SELECT n, ref, amount, at + random() * interval '10 days' AS at FROM old.event WHERE random() < 0.03) r
  WHERE at < date_trunc('day', now(), 'Asia/Shanghai');
  ANALYZE old.event;
  SELECT count(*) FROM old.event WHERE of_ref IS NOT NULL;
$$;

CREATE FUNCTION old.new_vault(name text, policy jsonb, members integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  id integer := pointsvault.create_vault(name, policy);
BEGIN
  PERFORM pointsvault.enroll_many(id, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm' || i / 3 + 1 END)) FROM generate_series(1, members) i;
  RETURN id;
END $$;

-- The day before the first order, and what members brought to it.
CREATE FUNCTION old.open(vault integer) RETURNS bigint LANGUAGE sql AS $$
  SELECT pointsvault.open_balances(vault, array_agg('m' || i), array_agg(i * 0.7), array_agg(i - 5), array_agg(CASE WHEN i % 3 = 0 THEN i / 3.0 END), array_agg(i * 10),
    array_agg(i % 4::bigint), array_agg(day - 1 - i % 3), refs => array_agg('opening-' || i))
  FROM generate_series(1, 20) i, (SELECT min(day) AS day FROM old.event) first
$$;

CREATE PROCEDURE old.import(vault integer, keep boolean) LANGUAGE plpgsql AS $$
DECLARE
  this_day date;
BEGIN
  FOR this_day IN SELECT DISTINCT day FROM old.event ORDER BY 1 LOOP
    PERFORM count(*) FROM (
      SELECT array_agg(member ORDER BY n) AS members, array_agg(amount ORDER BY n) AS amounts, array_agg(ref ORDER BY n) AS refs, array_agg(at ORDER BY n) AS ats
      FROM old.event WHERE day = this_day AND of_ref IS NULL HAVING count(*) > 0
    ) o, pointsvault.purchase_many(vault, members, amounts, refs, ats => ats);
    PERFORM pointsvault.refund(vault, of_ref, ref, amount, at) FROM (SELECT * FROM old.event WHERE day = this_day AND of_ref IS NOT NULL ORDER BY n) r;
    IF keep THEN
      COMMIT;
    END IF;
  END LOOP;
END $$;

-- Each event by itself, each day closed as it ends.
CREATE PROCEDURE old.live(vault integer) LANGUAGE plpgsql AS $$
DECLARE
  e old.event;
  this_day date;
BEGIN
  FOR e IN SELECT * FROM old.event ORDER BY day, n LOOP
    WHILE this_day < e.day LOOP
      PERFORM pointsvault.close_day(vault, this_day);
      this_day := this_day + 1;
    END LOOP;
    this_day := e.day;
    IF e.of_ref IS NULL THEN
      PERFORM pointsvault.purchase(vault, e.member, e.amount, e.ref, at => e.at);
    ELSE
      PERFORM pointsvault.refund(vault, e.of_ref, e.ref, e.amount, e.at);
    END IF;
  END LOOP;
END $$;

-- All that a vault stands at, by names and refs: seq has the rows of administration too.
CREATE FUNCTION old.figures(id integer) RETURNS TABLE (figure text) LANGUAGE sql AS $$
  SELECT format('status %s', (pool, circulating, issued, uncapped, treasury_points, credits, price, reserve, platform, cash_owed, turnover, carried, last_closed))
  FROM pointsvault.vault_status WHERE vault = id
  UNION ALL
  SELECT format('event %s %s', row_number() OVER (ORDER BY seq), (kind, ref, member, CASE WHEN kind <> 'dividend' THEN at END, day, amount, points, cash, fee, contribution, pool_after, circulating_after, note))
  FROM pointsvault.journal WHERE vault = id AND kind NOT IN ('create', 'begin_import', 'end_import', 'close')
  UNION ALL
  SELECT format('holding %s', (member, points, credits, cash, quota, shares, value, exit_price, accrued, posted_to)) FROM pointsvault.holding WHERE vault = id
  UNION ALL
  SELECT format('lot %s', (l.member, j.kind, j.ref, j.day, l.points, l.points_at_mint, l.exit_limit))
  FROM pointsvault.lot l JOIN pointsvault.journal j USING (vault, seq) WHERE vault = id
  UNION ALL
  SELECT format('day %s', (day, turnover, pool, paid, no_taker, inactive, over_quota, weight_shares, active_shares)) FROM pointsvault.dividend_day WHERE vault = id
$$;

-- Of all rows of all tables.
CREATE FUNCTION old.fingerprint() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
  rows text;
  result text := '';
BEGIN
  FOR relation IN SELECT oid FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'r' ORDER BY relname LOOP
    EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', relation) INTO rows;
    result := md5(result || relation || COALESCE(rows, ''));
  END LOOP;
  RETURN result;
END $$});

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

# What a statement says beside its result.
sub said
{
	my ($code, $stdout, $stderr) = $node->psql('postgres', $_[0]);

	return $stderr;
}

sub verify_is_clean
{
	my ($vault, $name) = @_;

	is(sql("SELECT name, expected, found, detail FROM pointsvault.verify($vault) WHERE NOT ok"), '', "$name: verify finds nothing");
	return;
}

# What the one vault has and the other has not, the first of it.
sub figures_are_those_of
{
	my ($live, $imported, $name) = @_;

	is(sql("(SELECT 'imported', * FROM old.figures($imported) EXCEPT ALL SELECT 'imported', * FROM old.figures($live) LIMIT 3)
	  UNION ALL (SELECT 'live', * FROM old.figures($live) EXCEPT ALL SELECT 'live', * FROM old.figures($imported) LIMIT 3)"),
		'', "$name: the figures of an import are those of each event on its day");
	return;
}

# --- equal to booking each event on its day -------------------------------------------

sql('SELECT old.fill(1500, 60)');
foreach my $policy ("pointsvault.preset('growth')",
	q{'{"growth": {"exit_basis": "order", "exit_multiple": 0.5, "referral_mint_rate": 0.1, "exits_per_call": 2}, "cycle": {"share_price": 200, "quota_multiple": 0.5,
	  "referral_share_rate": 0.2, "referral_quota_rate": 0.1, "unallocated": "carry", "tiers": [{"min": 2, "rate": 0.05}, {"min": 20, "rate": 0.1}]}}'::jsonb})
{
	my $name     = substr($policy, 0, 30);
	my $imported = sql("SELECT old.new_vault(\$\$import $name\$\$, $policy, 60)");
	my $live     = sql("SELECT old.new_vault(\$\$live $name\$\$, $policy, 60)");

	sql("SELECT pointsvault.begin_import($_), old.open($_)") foreach $imported, $live;
	sql("SELECT pointsvault.end_import($live)");
	sql("CALL old.live($live)");
	sql("CALL old.import($imported, true)");
	sql("SELECT pointsvault.end_import($imported)");
	sql('CALL pointsvault.run_jobs()');
	figures_are_those_of($live, $imported, $name);
	cmp_ok(sql("SELECT count(*) FROM pointsvault.journal WHERE vault = $imported AND kind = 'exit'"), '>', 0, "$name: there were exits");
	verify_is_clean($imported, $name);
}
identities_hold($node, 'after small histories');

# --- nobody else touches the vault -----------------------------------------------------

my $quiet = sql(q{SELECT old.new_vault('quiet', '{"growth": {}, "cycle": {}}', 5)});
like(said("SELECT pointsvault.begin_import($quiet)"), qr/^$/, 'an import of an empty vault begins without a word');
sql("SELECT pointsvault.purchase($quiet, 'm1', 100, 'first', at => now() - interval '40 days')");
sql("SELECT pointsvault.submit($quiet, 'm2', 100, 'waiting')");
sql("CALL pointsvault.run_jobs()");
sql("SELECT pg_sleep(0.5)");
is(sql("SELECT count(*) FROM pointsvault.queue WHERE vault = $quiet"), 1, 'settlers leave the vault alone');
is(sql("SELECT count(*) FROM pointsvault.job_run WHERE vault = $quiet"), 0, 'and so do jobs');
is(sql("SELECT importing, days_behind > 0, last_closed IS NULL FROM pointsvault.health WHERE vault = $quiet"), 't|t|t', 'health says why');
like(said("BEGIN; SELECT pointsvault.purchase_at_commit($quiet, 'm1', 1, 'late'); COMMIT"), qr/an event has to name its moment/, 'a sale without a moment is refused at commit too');
like(said("SELECT pointsvault.purchase($quiet, 'm1', 1, 'late', at => now())"), qr/an event of today has to wait/, 'and so is one that names today');
like(said("SELECT pointsvault.open_balances($quiet, '{m1,m9}', '{1,1}', NULL, NULL, NULL, NULL, ARRAY[current_date - 1, current_date - 1], refs => '{a,b}')"),
	qr/member "m9" of vault $quiet does not exist.*\n.*\nCONTEXT:  balance 2 of the list, ref "b"/, 'an error names the balance it is of');
like(said("SELECT pointsvault.end_import($quiet)"), qr/vault $quiet has \d+ days to close, from \S+ up to \S+\nHINT/, 'the end says which days wait');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pointsvault.queue WHERE vault = $quiet"), 'then the orders are settled');
like(said("SELECT pointsvault.begin_import($quiet)"), qr/vault $quiet has events of today already: no day is left for a history/, 'another sitting is told that it is too late');
is(said("SELECT pointsvault.end_import($quiet)"), '', 'and may end with no day to close');
verify_is_clean($quiet, 'quiet');

# --- a year ----------------------------------------------------------------------------

my $refunds = (split /\n/, sql("SELECT old.fill($orders, 5000)"))[-1];
my $year    = sql("SELECT old.new_vault('year', pointsvault.preset('growth'), 5000)");
my $start;

# A trial of its first weeks, all in one transaction.
my $before = sql('SELECT old.fingerprint()');
is(sql("BEGIN;
	CREATE TEMPORARY TABLE trial AS SELECT * FROM old.event WHERE day > (SELECT min(day) + 20 FROM old.event);
	DELETE FROM old.event e USING trial t WHERE e.day = t.day AND e.n = t.n;
	SELECT pointsvault.begin_import($year) \\g /dev/null
	SELECT old.open($year) \\g /dev/null
	CALL old.import($year, false);
	SELECT pointsvault.end_import($year) \\g /dev/null
	SELECT count(*) FROM pointsvault.verify($year) WHERE NOT ok;
	SELECT count(*) > 0 FROM pointsvault.journal WHERE vault = $year AND kind = 'refund';
	ROLLBACK"), "0\nt", 'a trial shows what would be');
is(sql('SELECT old.fingerprint()'), $before, 'and changes nothing');

sql("SELECT pointsvault.begin_import($year), old.open($year)");
$start = time;
sql("CALL old.import($year, true)");
diag(sprintf '%d orders and %d refunds of a year in %.1f s', $orders, $refunds, time - $start);
sql("SELECT pointsvault.end_import($year)");
sql('CALL pointsvault.run_jobs()');
is(sql("SELECT kind, count(*) FROM pointsvault.journal WHERE vault = $year AND kind IN ('open', 'purchase', 'refund') GROUP BY 1 ORDER BY 1"),
	"open|20\npurchase|$orders\nrefund|$refunds", 'all of it is booked');
is(sql("SELECT last_closed - min(day) FROM pointsvault.dividend_day JOIN pointsvault.vault_status USING (vault) WHERE vault = $year GROUP BY last_closed"),
	sql("SELECT count(*) - 1 FROM pointsvault.dividend_day WHERE vault = $year"), 'each day is closed once');
verify_is_clean($year, 'year');
is(sql("SELECT count(*) FROM old.event e LEFT JOIN pointsvault.journal j ON j.vault = $year AND j.ref = e.ref AND j.day = e.day WHERE j.seq IS NULL"), 0, 'each on its day');

my $each = sql("SELECT old.new_vault('each by itself', pointsvault.preset('growth'), 5000)");

sql("SELECT pointsvault.begin_import($each), old.open($each), pointsvault.end_import($each)");
$start = time;
sql("CALL old.live($each)");
diag(sprintf 'each by itself, all in one transaction, in %.1f s', time - $start);
sql('CALL pointsvault.run_jobs()');
figures_are_those_of($each, $year, 'year');

$node->stop;
done_testing();
