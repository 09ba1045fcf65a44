# Plain queries cost what their rows cost, on every view: what names a key, a page, a
# day, or joins by key reads no more of a vault's rows than it shows, for the owner, an
# auditor and a role of one vault, where views may have their invoker's rights (from
# PostgreSQL 15 on).  Counted are rows read, not the time it takes.  And the tables
# below are open no further than the views are.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Vaults;

my ($members, $days, $sales) = (20_000, 20, 300);
my $node     = new_node('queries', "fsync = off\nautovacuum = off\nmax_parallel_workers_per_gather = 0\njit = off");
my $invoker  = $node->pg_version >= 15;
my $noon     = noon();
my @roles    = qw(postgres regress_pv_auditor regress_pv_shop);
my $policy   = '{"growth": {"exit_multiple": 1000, "referral_mint_rate": 0.1}, "cycle": {"share_price": 100}, "commission": {"budget_rate": 0.1, '
  . '"direct_rate": 0.03, "region_rates": {"province": 0.01}, "shareholder_rate": 0.01}, "release": {"levels": [{"min": 15, "multiple": 2}]}, "stock": {}, "partner": {"asset": "shares", "min": 5}}';

# All but sales is booked on the day before them: a small row among the newest goes where a
# page of older ones has room, and the index of days then finds it there.
my $first = "now() - interval '" . ($days + 1) . " days'";

# Two vaults alike, of members who were brought by others, with some days of sales
# behind them, orders in the queue, and exits left over in the end.
foreach my $vault (1, 2)
{
	$node->safe_psql(
		'postgres', qq{
		SELECT pointsvault.create_vault('mall$vault', '$policy', timezone => '$noon');
		SELECT pointsvault.enroll_many($vault, array_agg('m' || i), array_agg(CASE WHEN i > 10 THEN 'm' || i / 10 END)) FROM generate_series(1, $members) i;
		SELECT pointsvault.appoint_agent($vault, 'm' || i, (9 + i)::text) FROM generate_series(1, 90) i;
		SELECT pointsvault.purchase($vault, 'm8', 1000, 'v$vault-much', at => $first);
		SELECT pointsvault.create_series($vault, 'card', 5000, 1);
		SELECT count(pointsvault.issue_item($vault, 'm' || 1 + i % 500, 'card', 'item' || i, 'a prize', at => $first)) FROM generate_series(1, 1000) i;
		SELECT count(pointsvault.allot($vault, 'm' || i, 10, 'stock ' || i, '2024-01-31', 3, at => $first)) FROM generate_series(1, 100) i;
		SELECT count(pointsvault.award($vault, 'm' || i, 'v$vault-prize ' || i, 'a hat', at => $first)) FROM generate_series(1, 5) i;
		SELECT count(p) FROM (SELECT d, array_agg('m' || 1 + (d * $sales + i) * 7 % $members) AS members, array_agg(10 + i % 7 + 0.5) AS amounts,
		    array_agg('v$vault-' || d * 1000 + i) AS refs, array_agg((10 + i % 90)::text) AS regions, array_agg(now() - make_interval(days => d)) AS ats
		  FROM generate_series(1, $days) d, generate_series(1, $sales) i GROUP BY d ORDER BY d DESC) s,
		  LATERAL pointsvault.purchase_many($vault, s.members, s.amounts, s.refs, regions => s.regions, ats => s.ats) p;
		SELECT pointsvault.submit_many($vault, array_agg('m7'::text), array_agg(1), array_agg('q' || i), hold => '1 day') FROM generate_series(1, 1000) i});
}
$node->safe_psql(
	'postgres', q{
	CALL pointsvault.run_jobs();
	INSERT INTO pointsvault.job_data (vault, job, started_at, finished_at, failed, outcome)
	SELECT 1 + i % 2, 'exits', now(), now(), false, 'none' FROM generate_series(1, 2000) i;
	CREATE TABLE orders AS SELECT i AS id, 'v1-' || 3000 + i AS ref, 'm' || i AS member FROM generate_series(1, 100) i;
	CREATE ROLE regress_pv_auditor; CREATE ROLE regress_pv_shop; CREATE ROLE regress_pv_cashier; CREATE ROLE regress_pv_mixed; CREATE ROLE regress_pv_nobody;
	GRANT SELECT ON orders TO regress_pv_auditor, regress_pv_shop;
	SELECT pointsvault.grant_access('regress_pv_auditor', 'auditor'), pointsvault.grant_access('regress_pv_shop', 'shop', 1),
	  pointsvault.grant_access('regress_pv_cashier', 'cashier', 2), pointsvault.grant_access('regress_pv_mixed', 'shop', 1),
	  pointsvault.grant_access('regress_pv_mixed', 'cashier', 2);
	VACUUM ANALYZE});

# Rows, entries of indexes included, that a query of a role reads of all the tables.
sub rows_read
{
	my ($role, $query) = @_;
	my $count = q{SELECT sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid))
		FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'pointsvault')};
	my ($before, @rest) = split /\n/, $node->safe_psql('postgres', "BEGIN; SET LOCAL ROLE $role; $count; SELECT count(*) FROM ($query) rows; $count; COMMIT");

	return ($rest[-1] - $before, $rest[0]);
}

# One test: a role's query reads at most so many rows.  Returns how many it shows.
sub reads_at_most
{
	my ($most, $role, $what, $query) = @_;
	my ($read, $shown) = rows_read($role, $query);

  SKIP:
	{
		skip 'each view is a barrier before PostgreSQL 15', 1 unless $invoker;
		cmp_ok($read, '<=', $most, "$role: $what: $read rows read, $shown shown");
	}
	return $shown;
}

# view, what is asked for, how many rows may be read for it, its own and those beside
my @queries = (
	[ 'journal', 'ORDER BY seq DESC LIMIT 20', 250 ],
	[ 'journal', q{AND seq = 77}, 50 ],
	[ 'journal', q{AND ref = 'v1-3003'}, 50 ],
	[ 'journal', q{AND member = 'm8'}, 200 ],
	[ 'journal', q{AND day = (SELECT day FROM pointsvault.journal WHERE vault = 1 AND ref = 'v1-3003')}, 12_000 ],
	[ 'posting', 'ORDER BY seq DESC LIMIT 20', 400 ],
	[ 'posting', q{AND seq = 77}, 100 ],
	[ 'posting', q{AND member = 'm8'}, 800 ],
	[ 'posting', q{AND day = (SELECT day FROM pointsvault.journal WHERE vault = 1 AND ref = 'v1-3003')}, 60_000 ],
	[ 'holding', 'ORDER BY member LIMIT 20', 250 ],
	[ 'holding', q{AND member > 'm5' ORDER BY member LIMIT 20}, 250 ],
	[ 'holding', q{AND member = 'm8'}, 50 ],
	[ 'lot', q{AND member = 'm8'}, 300 ],
	[ 'member', q{AND sponsor = 'm8'}, 100 ],
	[ 'member', q{AND member = 'm8'}, 50 ],
	[ 'member', 'ORDER BY member LIMIT 20', 200 ],
	[ 'cash_balance', q{AND member = 'm8'}, 50 ],
	[ 'cash_balance', q{AND member = ANY ('{m8,m9}')}, 100 ],
	[ 'queue', q{AND ref = 'q8'}, 50 ],
	[ 'queue', q{AND error IS NOT NULL ORDER BY number LIMIT 20}, 50 ],
	[ 'exit_due', '', 50 ],
	[ 'commission', q{AND seq = 107}, 100 ],
	[ 'commission', q{AND member = 'm58'}, 6_000 ],
	[ 'commission', 'ORDER BY seq DESC LIMIT 20', 2_000 ],
	[ 'series', q{AND code = 'card'}, 50 ],
	[ 'item', q{AND series = 'card' AND serial = 8}, 100 ],
	[ 'item', q{AND owner = 'm8'}, 150 ],
	[ 'agent', q{AND region = '44'}, 300 ],
	[ 'release_plan', q{AND member = 'm2136'}, 300 ],
	[ 'stock_grant', q{AND member = 'm8'}, 300 ],
	[ 'partner', q{AND member = 'm8'}, 50 ],
	[ 'award', q{AND ref = 'v1-prize 3'}, 100 ],
	[ 'award', 'ORDER BY seq DESC LIMIT 20', 300 ],
	[ 'team', q{AND member = 'm8'}, 8 * $members ],
	[ 'policy', 'ORDER BY version DESC LIMIT 1', 50 ],
	[ 'dividend_day', 'ORDER BY day DESC LIMIT 5', 100 ],
	[ 'job_run', 'AND failed ORDER BY id DESC LIMIT 5', 50 ],
	[ 'vault_status', '', 100 ],
	[ 'health', '', 4000 ],
	[ 'access', '', 50 ]);

# joins by key: from the other side
my @joins = (
	[ '10 orders to journal', q{SELECT j.meta FROM orders o JOIN pointsvault.journal j ON j.vault = 1 AND j.ref = o.ref WHERE o.id <= 10}, 300 ],
	[ 'an order to its postings', q{SELECT p.amount FROM pointsvault.journal j JOIN pointsvault.posting p USING (vault, seq) WHERE vault = 1 AND ref = 'v1-3003'}, 150 ],
	[ '100 members to holding', q{SELECT h.value FROM orders o JOIN pointsvault.holding h ON h.vault = 1 AND h.member = o.member}, 3_000 ],
	[ 'a member to holding', q{SELECT h.value FROM pointsvault.member m JOIN pointsvault.holding h USING (vault, member) WHERE vault = 1 AND id = 8}, 100 ],
	[ '10 members to their postings', q{SELECT p.amount FROM orders o JOIN pointsvault.posting p ON p.vault = 1 AND p.member = o.member WHERE o.id <= 10}, 8_000 ]);

my (%seen, %treasurer_sees);
foreach my $role (@roles)
{
	foreach (@queries)
	{
		my ($view, $asked, $most) = @$_;
		my $from = $view eq 'access' ? 'true' : 'vault = 1';
		next if $view eq 'access' && $role eq 'regress_pv_shop';
		$seen{$view} += reads_at_most($most, $role, "$view $asked", "SELECT * FROM pointsvault.$view WHERE $from $asked");
	}
	foreach (@joins)
	{
		my ($what, $query, $most) = @$_;
		cmp_ok(reads_at_most($most, $role, $what, $query), '>', 0, "$role: $what: there are some");
	}
}

# So is what a treasurer reads.  (Grants are read by each query: those above were there first.)
$node->safe_psql('postgres', q{CREATE ROLE regress_pv_treasurer; SELECT pointsvault.grant_access('regress_pv_treasurer', 'treasurer', 1)});
foreach (grep { $_->[0] =~ /^(?:member|series|stock_grant|award)$/ } @queries)
{
	my ($view, $asked, $most) = @$_;
	$treasurer_sees{$view} += reads_at_most($most, 'regress_pv_treasurer', "$view $asked", "SELECT * FROM pointsvault.$view WHERE vault = 1 $asked");
}
cmp_ok($treasurer_sees{$_}, '>', 0, "a treasurer: $_ showed some") foreach qw(member series stock_grant award);

# An expression joined to is no key below row security, as it may tell what it is given;
# then the journal is read once, and not for each order.
my $journal = $node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.journal_data');
foreach my $role (@roles)
{
	is( reads_at_most(3 * $journal, $role, 'orders joined by an expression',
			q{SELECT j.meta FROM orders o JOIN pointsvault.journal j ON j.vault = 1 AND j.ref = 'v1-' || 3000 + o.id}),
		100, "$role: and found");
	is( reads_at_most(
			600, $role, 'as a column it is one',
			q{SELECT j.meta FROM orders o CROSS JOIN LATERAL (SELECT 'v1-' || 3000 + o.id AS ref OFFSET 0) r
			JOIN pointsvault.journal j ON j.vault = 1 AND j.ref = r.ref WHERE o.id <= 10}),
		10, "$role: and found");
}

is( join(' ', sort keys %seen),
	$node->safe_psql('postgres', q{SELECT string_agg(DISTINCT c.relname, ' ' ORDER BY c.relname) FROM pg_class c, aclexplode(c.relacl) a
	  WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relkind = 'v' AND a.grantee <> c.relowner}),
	'every view that is granted was asked');
cmp_ok($seen{$_}, '>', 0, "$_ showed some") foreach grep { $_ ne 'exit_due' && $_ ne 'job_run' && $_ ne 'queue' } keys %seen;

# What each sees is the same, and of its vaults alone.
foreach my $view (qw(journal posting holding lot member queue dividend_day job_run exit_due policy vault_status cash_balance commission agent release_plan team stock_grant partner award))
{
	my $all = q{SELECT md5(string_agg(v::text, ' ' ORDER BY v::text)) FROM pointsvault.} . "$view v WHERE vault = 1";

	my ($owner, $auditor, $shop) = map { $node->safe_psql('postgres', "SET ROLE $_; $all") } @roles;
	is("$auditor $shop", "$owner $owner", "$view: the same for all who may read it");
	is($node->safe_psql('postgres', "SET ROLE regress_pv_shop; SELECT count(*) FROM pointsvault.$view WHERE vault <> 1"), 0, "$view: no other vault's");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM (SELECT FROM pointsvault.posting GROUP BY vault, seq, asset HAVING sum(amount) <> 0) p'),
	0, 'each asset of each event is in balance');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.posting p JOIN pointsvault.journal j USING (vault, seq) WHERE (p.day, p.kind) IS DISTINCT FROM (j.day, j.kind)'),
	0, 'day and kind of a posting are those of its event');

# Exits that are due are those that health counts, on either basis.
$node->safe_psql('postgres', q{
	SELECT pointsvault.create_vault(b, jsonb_build_object('growth', jsonb_build_object('exit_multiple', 1.1, 'exits_per_call', 0, 'exit_basis', b)), timezone => 'UTC')
	FROM unnest('{order,member}'::text[]) b;
	SELECT pointsvault.enroll_many(v, '{ann,bob}') FROM generate_series(3, 4) v;
	SELECT pointsvault.purchase(v, m, 100, i || m) FROM generate_series(3, 4) v, unnest('{ann,bob}'::text[]) m, generate_series(1, 2) i;
	SELECT pointsvault.inject(v, 100000, 'i') FROM generate_series(3, 4) v});
is( $node->safe_psql('postgres', 'SELECT vault, count(*), count(seq), (SELECT exits_due FROM pointsvault.health h WHERE h.vault = e.vault) FROM pointsvault.exit_due e GROUP BY vault ORDER BY vault'),
	"3|4|4|4\n4|2|0|2", 'exits that are due');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.exit_due e JOIN pointsvault.lot l USING (vault, member, seq) WHERE e.points = l.points AND e.exit_price = l.exit_price'),
	4, 'are lots as in lot');

# Lists of thousands are the holdings in their order, and the first of them those of all,
# now and by a journal row of either half.
foreach ([ points => 4000 ], [ shares => 0 ], [ cash => 0 ])
{
	my ($asset, $least) = @$_;
	is( $node->safe_psql('postgres', qq{SELECT count(*) > $least, count(*) FILTER (WHERE (l.member, l.holding) IS DISTINCT FROM (h.member, h.has))
		FROM pointsvault.top_holders(1, NULL, '$asset') l FULL JOIN (
		  SELECT row_number() OVER (ORDER BY h.$asset DESC, m.id) AS place, member, h.$asset AS has
		  FROM pointsvault.holding h JOIN pointsvault.member m USING (vault, member) WHERE vault = 1 AND h.$asset > 0) h USING (place)}),
		't|0', "all who have $asset");
	foreach my $seq ('NULL', 2000, 5000, 7000)
	{
		is( $node->safe_psql('postgres', qq{SELECT count(*) > 0, count(*) FILTER (WHERE (l.member, l.holding) IS DISTINCT FROM (a.member, a.holding))
			FROM (SELECT (SELECT booked_at FROM pointsvault.journal WHERE vault = 1 AND seq = $seq) AS moment) j
			CROSS JOIN LATERAL (SELECT f.place, f.member, f.holding, a.member AS m, a.holding AS h
			  FROM pointsvault.top_holders(1, 100, '$asset', j.moment) f
			  FULL JOIN (SELECT * FROM pointsvault.top_holders(1, NULL, '$asset', j.moment) WHERE place <= 100) a USING (place)) l (place, member, holding, m, h)
			CROSS JOIN LATERAL (SELECT l.m, l.h) a (member, holding)}),
			't|0', "the first by $asset, at $seq");
	}
}

# What an operator has booked on a day is found by its index, whatever others booked; and
# who goes on in the session has it already.
$node->safe_psql('postgres', q{
	SELECT pointsvault.set_policy(1, '{"limits": {"inject": 1000, "grant_points": 1000}}');
	SELECT pointsvault.inject(1, 0.01, 'limited ' || i) FROM generate_series(1, 500) i;
	SELECT pointsvault.grant_points(1, 'm8', 0.01, 'grant', 'thanks')});
reads_at_most(100, 'postgres', 'a grant under a limit', q{SELECT * FROM pointsvault.grant_points(1, 'm9', 0.01, 'grant 2', 'thanks')});
reads_at_most(1100, 'postgres', 'an inject under a limit', q{SELECT * FROM pointsvault.inject(1, 1, 'one more')});
reads_at_most(1100, 'postgres', 'and 5 in a session', q{SELECT i.* FROM generate_series(1, 5) n, pointsvault.inject(1, 1, 'more ' || n) i});

# Tables are open to a reader as far as the views: rows of its vaults, columns they name.
is( $node->safe_psql(
		'postgres', q{
		SELECT count(*) FILTER (WHERE has_table_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
		    OR has_any_column_privilege(role, c.oid, 'INSERT, UPDATE, REFERENCES')),
		  count(*) FILTER (WHERE has_any_column_privilege('public', c.oid, 'SELECT')),
		  count(*) FILTER (WHERE role ~ 'cashier|nobody' AND has_any_column_privilege(role, c.oid, 'SELECT'))
		FROM pg_class c, unnest('{regress_pv_auditor,regress_pv_shop,regress_pv_cashier,regress_pv_mixed,regress_pv_nobody}'::text[]) role
		WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relkind = 'r'}),
	'0|0|0', 'no table may be read whole or written, nor one at all by who reads no view over it');
is_refused($node, "SET ROLE regress_pv_shop; SELECT $_", '42501', 'permission denied')
  foreach '* FROM pointsvault.journal_data', 'digest FROM pointsvault.journal_data', 'next_exit FROM pointsvault.journal_data', 'digest FROM pointsvault.member_data',
  'exit_floor FROM pointsvault.holding_data', 'digest FROM pointsvault.queue_data', 'vault FROM pointsvault.intake_data', 'role FROM pointsvault.access_data',
  'name FROM pointsvault.vault', 'vault FROM pointsvault.quota_data';
is_refused($node, "SET ROLE regress_pv_nobody; SELECT vault FROM pointsvault.$_", '42501', 'permission denied') foreach qw(journal journal_data member);
SKIP:
{
	skip 'views with rights of their invoker are there from PostgreSQL 15 on', 24 unless $invoker;
	is( $node->safe_psql('postgres', q{SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relrowsecurity}),
		'agent_data class_data day_data holding_data item_data job_data journal_data lot_data member_data movement_data partner_data plan_data policy_data queue_data series_data stock_data team_data', 'tables with row security');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'pointsvault'::regnamespace AND relforcerowsecurity}), 0, 'not for their owner');
	is($node->safe_psql('postgres', 'SET ROLE regress_pv_shop; SELECT DISTINCT vault FROM pointsvault.journal_data'), 1, 'rows of its vault');
	# a profile on one vault opens nothing that another profile sees elsewhere
	is($node->safe_psql('postgres', 'SET ROLE regress_pv_mixed; SELECT DISTINCT vault FROM pointsvault.member_data'), 1, 'a cashier of the other vault');
	is($node->safe_psql('postgres', 'SET ROLE regress_pv_mixed; SELECT DISTINCT vault FROM pointsvault.cash_balance ORDER BY vault'), "1\n2", 'sees its cash alone');
	# nor does a treasurer's, but what it may read of all tables' rows
	$node->safe_psql('postgres', q{CREATE ROLE regress_pv_finance;
		SELECT pointsvault.grant_access('regress_pv_finance', 'shop', 1), pointsvault.grant_access('regress_pv_finance', 'treasurer', 2)});
	is($node->safe_psql('postgres', "SET ROLE regress_pv_finance; SELECT DISTINCT vault FROM pointsvault.$_ ORDER BY vault"), 1, "a treasurer of the other vault: $_")
	  foreach qw(journal journal_data holding holding_data queue item item_data series_data partner commission team);
	is($node->safe_psql('postgres', "SET ROLE regress_pv_finance; SELECT DISTINCT vault FROM pointsvault.$_ ORDER BY vault"), "1\n2", "and what it may read there: $_")
	  foreach qw(member member_data stock_grant stock_data series award);
	# a grant by hand shows no row, and a dump of some rows for all is refused
	$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA pointsvault TO regress_pv_nobody; GRANT SELECT ON pointsvault.journal_data TO regress_pv_nobody;
		GRANT EXECUTE ON FUNCTION pointsvault.readable_vaults TO regress_pv_nobody; GRANT EXECUTE ON FUNCTION pointsvault.is_among TO regress_pv_nobody');
	is($node->safe_psql('postgres', 'SET ROLE regress_pv_nobody; SELECT count(*) FROM pointsvault.journal_data'), 0, 'SELECT on a table shows nothing without a profile');
	is_refused($node, 'SET ROLE regress_pv_nobody; SET row_security = off; SELECT vault FROM pointsvault.journal_data', '42501', 'row-level security');
}
# who settings would blind is not the extension itself
is( $node->safe_psql('postgres', q{SET ROLE regress_pv_shop; SET row_security = off; SELECT ref FROM pointsvault.purchase(1, 'm8', 10, 'last'); SELECT kind FROM pointsvault.get_receipt(1, 'last')}),
	"last\npurchase", 'functions do not depend on row_security');
identities_hold($node, 'after all that');

$node->stop;
done_testing();
