# verify() finds what was changed behind the vault's back, in any column of any
# table, names it, and always gives its whole report; and nothing that reads or
# writes brings the server down, however damaged the rows are.
use strict;
use warnings;

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('verify');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');

# A vault of each basis, 1 and 2.
my $fill     = slurp_file("$FindBin::RealBin/../lib/every_kind.sql");
my $is_right = q{SELECT string_agg(name || ': ' || detail, '; ') FILTER (WHERE NOT ok), count(*) > 15 FROM pointsvault.verify(:vault);};

is($node->safe_psql('postgres', "\\set basis $_\n$fill\n$is_right"), '|t', "a vault by $_ is right")
  foreach qw(order member);
$node->safe_psql('postgres', "CREATE ROLE reader; SELECT pointsvault.grant_access('reader', 'auditor')");
# both sealed twice, with full tiles, a checkpoint of each time, and leaves of all types
$node->safe_psql(
	'postgres', qq{
	SELECT pointsvault.liabilities($_, asset, d.day) FROM unnest('{points,cash,debt}'::text[]) asset,
	  (SELECT day FROM pointsvault.day_data WHERE vault = $_ ORDER BY day DESC LIMIT 2) d;
	SELECT pointsvault.grant_access('reader', 'shop', $_), pointsvault.seal($_);
	SELECT pointsvault.store_checkpoint($_, pointsvault.checkpoint($_) || E'\\n— key AAAAAGFueSBzaWduYXR1cmU=\\n');
	SELECT pointsvault.resume_vault($_), pointsvault.set_member($_, 'idle', '31'), pointsvault.suspend_vault($_, 'audit');
	SELECT pointsvault.revoke_access('reader', 'shop', $_), pointsvault.seal($_);
	SELECT pointsvault.store_checkpoint($_, pointsvault.checkpoint($_) || E'\\n— key AAAAAGFueSBzaWduYXR1cmU=\\n')}) foreach 1, 2;
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/tamper.sql"));
my $checks = $node->safe_psql('postgres', 'SELECT count(*) FROM pointsvault.verify(1)');

# What is harmless, hence not said, and why.
my @harmless = (
	qr/^job_data/    => 'what jobs did when: nothing rests on it',
	qr/^access_data/ => 'who may do what is for the administrator to say',
	qr/^member_tally_data(?:\.vault |: (?:first|last|all) rows? deleted)/ =>
	  'a vault without a tally has its members counted; whose tally it became sees it',
	qr/^seal_data\.(?:sealed_at|place) / => 'when and where it was sealed: at another place another incarnation begins',
	qr/^seal_data\.member_upto (?::= (?!0|NULL|-)|swapped)/ => 'numbers between are of other vaults',
	qr/^liability_data\.built_at / => 'when a tree was built: it is of a day',
	qr/^liability_secret_data/ => 'its owner may delete it, so that leaves are nobody\'s; trees are put together without it',
	qr/^liability_tile_data(?:\.(?:vault|number) |: (?:first|last|all) rows? deleted)/ =>
	  'a tree that nobody asks proofs of may be deleted, and these have one tile; its root is in the log',
	qr/^checkpoint_data(?:\.(?:vault|number|stored_at) |: )/ => 'who signed one keeps it',
	qr/^holding_data\.exit_floor (?::= (?!9999)|swapped)/ =>
	  'a lower bound of a price: one that is lower still is looked at, and raised; swapped, both may be',
);

sub is_harmless
{
	my ($state) = @_;
	for (my $i = 0; $i < @harmless; $i += 2) { return 1 if $state =~ $harmless[$i] }
	return 0;
}

# All states of damage there are, each in a transaction that is rolled back: in one
# session that has all in its caches, and in a new session each.  All is read and
# written after every sixth, in each kind of session at other ones, as that takes
# most of the time; POINTSVAULT_TAMPER_ALL=1 does so after each.
my @states = map { [ split /\t/ ] } split /\n/,
  $node->safe_psql('postgres', q{SELECT concat_ws(E'\t', call, vault) FROM tamper.states ORDER BY n});
my @names = split /\n/, $node->safe_psql('postgres', q{SELECT name FROM tamper.states ORDER BY n});
cmp_ok(scalar @states, '>', 1000, scalar(@states) . ' ways to damage a vault');

my $warm_up = join "\n", map { "SELECT 'warm', count(*) FROM pointsvault.verify($_), tamper.reads($_);" } 1, 2;

foreach my $session (qw(warm fresh))
{
	my $script = "SET client_min_messages = warning;\n$warm_up\n";
	my $turn = $session eq 'fresh' ? 3 : 0;
	foreach my $state (@states)
	{
		my ($call, $vault) = @$state;
		my $try = $ENV{POINTSVAULT_TAMPER_ALL} || $turn++ % 6 == 0
		  ? "SELECT 'reads', tamper.reads($vault);\nSELECT 'writes', tamper.writes($vault);\n"
		  : '';
		$script .= "\\c\nSET client_min_messages = warning;\n" if $session eq 'fresh';
		$script .= "BEGIN; SET LOCAL statement_timeout = '10s'; SELECT $call AS changed \\gset\n"
		  . "SELECT 'state', count(*), count(*) FILTER (WHERE NOT ok), :'changed' FROM pointsvault.verify($vault);\n"
		  . $try
		  . "SELECT 'after', count(*) FROM pointsvault.verify($vault); ROLLBACK;\n\\echo done\n";
	}
	my ($out, $err) = ('', '');
	my $file = $node->basedir . "/$session.sql";
	append_to_file($file, $script);
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	IPC::Run::run([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $file ], '>', \$out, '2>', \$err);
	my $code = $? >> 8;
	judge($session, $code, $out, $err);
}

sub judge
{
	my ($session, $code, $out, $err) = @_;
	my (@half, @unseen, @after);
	my $done = 0;
	my ($rows, $failed, $changed, $rows_after) = (0, 0, 'f', 0);
	foreach my $line (split /\n/, $out)
	{
		if ($line =~ /^state\|(\d+)\|(\d+)\|(.)/) { ($rows, $failed, $changed) = ($1, $2, $3) }
		elsif ($line =~ /^after\|(\d+)/)          { $rows_after = $1 }
		elsif ($line eq 'done')
		{
			my $name = $names[ $done++ ];
			push @half, $name if $rows != $checks || $rows_after != $checks;
			push @unseen, $name if $changed eq 't' && $failed == 0 && !is_harmless($name);
			($rows, $failed, $changed, $rows_after) = (0, 0, 'f', 0);
		}
	}
	is($code, 0, "$session session: psql came to its end");
	is($done, scalar @states, "$session session: the server stood all states")
	  or diag "not this one: $names[$done]";
	is(join("\n", @half),   '', "$session session: the whole report each time");
	is(join("\n", @unseen), '', "$session session: each change is seen");
	unlike($err, qr/server closed the connection|terminat|PANIC|invalid memory alloc/, "$session session: nobody was cut off");
	diag substr($err, 0, 3000) if $err =~ /ERROR/;
}


# Changed with care, so that sums and lots agree; or so badly that what an event
# rests on is gone.  Either way there is a report.
my %other_ways = (
	'credits paid to another' => q{
		UPDATE pointsvault.movement_data SET member = m.id FROM pointsvault.member m
		WHERE m.vault = movement_data.vault AND m.member = 'm9' AND m.vault = pointsvault.vault_id('order')
		  AND seq = (SELECT seq FROM pointsvault.journal WHERE vault = m.vault AND ref = 'pay');
		UPDATE pointsvault.holding_data h SET credits = (credits::numeric + 0.3 * CASE m.member WHEN 'm9' THEN 1 ELSE -1 END)::pointsvault.amount
		FROM pointsvault.member m WHERE m.vault = h.vault AND m.id = h.member AND m.member IN ('m9', 'shop')
		  AND m.vault = pointsvault.vault_id('order')},
	'an index of refs that has lost one' => q{
		UPDATE pg_catalog.pg_index SET indisready = false WHERE indexrelid = 'pointsvault.journal_ref'::regclass;
		WITH lost AS (DELETE FROM pointsvault.journal_data WHERE vault = 1 AND ref = 'order-2' RETURNING *) INSERT INTO pointsvault.journal_data SELECT * FROM lost;
		UPDATE pg_catalog.pg_index SET indisready = true WHERE indexrelid = 'pointsvault.journal_ref'::regclass},
	'a refund without its purchase' => q{UPDATE pointsvault.journal_data SET cause = NULL WHERE ref = 'return-3'},
	'a refund of another event' => q{UPDATE pointsvault.journal_data SET cause = 1 WHERE ref = 'return-3'},
	'a refund of a purchase of nothing' => q{UPDATE pointsvault.journal_data SET amount = '0' WHERE ref = 'order-3'},
	'a refunded purchase under no policy' => q{UPDATE pointsvault.journal_data SET policy = 999999 WHERE ref = 'order-3'},
	'no refunded purchase' => q{DELETE FROM pointsvault.journal_data WHERE ref = 'order-3'},
	'no pool before a swap' => q{UPDATE pointsvault.journal_data j SET pool = '0', circulating = '0' FROM pointsvault.journal_data s
		WHERE s.ref IN ('swap', 'back', 'cash') AND j.vault = s.vault AND j.seq = s.seq - 1},
	'tiers of different lengths' => q{UPDATE pointsvault.day_data SET tier_pools = tier_pools || 1::bigint, tier_divisors = tier_divisors || 1::bigint},
	'a tier that is missing' => q{UPDATE pointsvault.day_data SET tier_divisors[1] = NULL},
	'nothing circulates before a surplus' => q{UPDATE pointsvault.journal_data j SET circulating = '0' FROM pointsvault.journal_data s
		WHERE s.ref = 'surplus' AND j.vault = s.vault AND j.seq = s.seq - 1},
	# each of these once brought the server down
	'an event of nobody'            => q{UPDATE pointsvault.journal_data SET member = 0 WHERE vault = 1 AND seq = 2},
	'an event that was no exit'     => q{UPDATE pointsvault.journal_data SET kind = 12 WHERE ref = 'subsidy'},
	'an event of no kind'           => q{UPDATE pointsvault.journal_data SET kind = 99 WHERE ref = 'pay'},
	'a last event of no kind'       => q{UPDATE pointsvault.journal_data SET kind = 99 WHERE vault = 1 AND seq = (SELECT max(seq) FROM pointsvault.journal_data WHERE vault = 1)},
	'holdings of the last number'   => q{UPDATE pointsvault.holding_data SET member = 9223372036854775807 WHERE vault = 1 AND member = (SELECT max(member) FROM pointsvault.holding_data WHERE vault = 1)},
	'events of the last number'     => q{UPDATE pointsvault.journal_data SET member = 9223372036854775807 WHERE vault = 1 AND member IS NOT NULL},
	'no members at all'             => q{DELETE FROM pointsvault.member_data},
	'no holdings at all'            => q{DELETE FROM pointsvault.holding_data},
	# and these were not seen, or left no report
	'a policy deleted that is remembered' => q{DELETE FROM pointsvault.policy_data WHERE vault = 1 AND version = 2},
	'a policy that is none'         => q{UPDATE pointsvault.policy_data SET document = '[]' WHERE vault = 1 AND version = 2},
	'a policy nobody set'           => q{INSERT INTO pointsvault.policy_data (vault, version, seq, document) SELECT vault, 3, seq, document FROM pointsvault.policy_data WHERE vault = 1 AND version = 2},
	'the queue emptied'             => q{DELETE FROM pointsvault.queue_data WHERE vault = 1},
	'an order deleted'              => q{DELETE FROM pointsvault.queue_data WHERE vault = 1 AND ref = 'queued-3'},
	'an order slipped in'           => q{INSERT INTO pointsvault.queue_data SELECT vault, held, beyond_rate, kind, number + 1000, due_at, amount, contribution, at, 'slipped', member, actor, region, error, meta, digest FROM pointsvault.queue_data WHERE vault = 1 AND ref = 'queued-3'},
	'orders moved up'               => q{UPDATE pointsvault.queue_data SET number = -number WHERE vault = 1},
	'orders held'                   => q{UPDATE pointsvault.queue_data SET held = NOT held WHERE vault = 1 AND ref = 'queued-3'},
	'an order put aside by hand'    => q{UPDATE pointsvault.queue_data SET error = 'no' WHERE vault = 1 AND ref = 'queued-3'},
	'an order put back by hand'     => q{UPDATE pointsvault.queue_data SET error = NULL WHERE vault = 1 AND ref = 'stray'},
	'a cancel that is not noted'    => q{DELETE FROM pointsvault.intake_data WHERE vault = 1 AND kind = 12},
	'another time zone'             => q{UPDATE pointsvault.vault SET timezone = 'America/Los_Angeles' WHERE id = 1},
	'a time zone near by'           => q{UPDATE pointsvault.vault SET timezone = 'Asia/Singapore' WHERE id = 1},
	'no time zone'                  => q{UPDATE pointsvault.vault SET timezone = 'Nowhere' WHERE id = 1},
	'another name'                  => q{UPDATE pointsvault.vault SET name = 'other' WHERE id = 1},
	'another currency'              => q{UPDATE pointsvault.vault SET currency = 'X' WHERE id = 1},
	'another day of creation'       => q{UPDATE pointsvault.vault SET created_at = created_at - interval '1 day' WHERE id = 1},
	'no vault'                      => q{DELETE FROM pointsvault.vault WHERE id = 1},
	'a moment without end'          => q{UPDATE pointsvault.journal_data SET at = 'infinity' WHERE vault = 1 AND seq = 2},
	'one who is not suspended' => q{UPDATE pointsvault.member_data SET suspended = 'x' WHERE vault = 1 AND name = 'm5'},
	# taken away and said to be erased, with a digest that is right; or put back as it was
	'a text said to be erased' => q{WITH gone AS (UPDATE pointsvault.journal_data SET meta = NULL WHERE vault = 1 AND ref = 'order-12' RETURNING seq)
		INSERT INTO pointsvault.erasure_data SELECT 1, seq, (SELECT max(seq) FROM pointsvault.journal_data WHERE vault = 1 AND kind = 107), 0, NULL, NULL, sha256('x') FROM gone},
	'a text put back' => q{UPDATE pointsvault.journal_data SET meta = '{"a": 1}' WHERE vault = 1 AND ref = 'left-1'},
	'what erased texts are hashed to' => q{UPDATE pointsvault.erasure_data SET meta = sha256('x') WHERE vault = 1},
	'an erasure of somebody else' => q{UPDATE pointsvault.journal_data SET member = (SELECT id FROM pointsvault.member WHERE vault = 1 AND member = 'm5') WHERE vault = 1 AND kind = 107},
	'one who was erased named again' => q{UPDATE pointsvault.member_data SET name = 'leaver' WHERE vault = 1 AND name LIKE 'erased-%'},
	'one who is not suspended any more' => q{UPDATE pointsvault.member_data SET suspended = NULL WHERE vault = 1 AND name = 'm10'},
	'another reason of a suspension' => q{UPDATE pointsvault.member_data SET suspended = 'x' WHERE vault = 1 AND name = 'm10'},
	'one who was not merged'  => q{UPDATE pointsvault.member_data d SET merged_into = m.id FROM pointsvault.member m WHERE d.vault = 1 AND d.name = 'idle' AND m.vault = 1 AND m.member = 'm5'},
	'one who was merged'      => q{UPDATE pointsvault.member_data SET merged_into = NULL WHERE vault = 1 AND name = 'twin'},
	'who was merged the last' => q{UPDATE pointsvault.member_data SET merged_into = NULL WHERE vault = 1 AND name = 'her twin'},
	'nobody merged'           => q{UPDATE pointsvault.member_data SET merged_into = NULL WHERE vault = 1},
	'merged into another'     => q{UPDATE pointsvault.member_data d SET merged_into = m.id FROM pointsvault.member m WHERE d.vault = 1 AND d.name = 'twin' AND m.vault = 1 AND m.member = 'm5'},
	'merged in a ring'        => q{UPDATE pointsvault.member_data d SET merged_into = m.id FROM pointsvault.member m WHERE d.vault = 1 AND d.name = 'their buyer' AND m.vault = 1 AND m.member = 'twin'},
	'merged into itself'      => q{UPDATE pointsvault.member_data SET merged_into = id WHERE vault = 1 AND name = 'twin'},
	'a merge into another'    => q{UPDATE pointsvault.movement_data o SET member = m.id FROM pointsvault.member m, pointsvault.journal j
		WHERE j.vault = 1 AND j.ref = 'one' AND o.vault = 1 AND o.seq = j.seq AND m.vault = 1 AND m.member = 'm5'},
	'a merge of another'      => q{UPDATE pointsvault.journal_data j SET member = m.id FROM pointsvault.member m WHERE j.vault = 1 AND j.ref = 'one' AND m.vault = 1 AND m.member = 'm5'},
	# whose points, grants and items are then to be taken over by who has them
	'each merge into itself'  => q{UPDATE pointsvault.movement_data o SET member = j.member FROM pointsvault.journal_data j
		WHERE j.vault = 1 AND j.kind = 27 AND o.vault = 1 AND o.seq = j.seq},
	'a refund that is a merge' => q{UPDATE pointsvault.journal_data SET kind = 27 WHERE vault = 1 AND kind = 21},
	'a merge into nobody'     => q{DELETE FROM pointsvault.movement_data o USING pointsvault.journal j WHERE j.vault = 1 AND j.ref = 'one' AND o.vault = 1 AND o.seq = j.seq},
	'a line that is a ring'   => q{UPDATE pointsvault.member_data d SET sponsor = m.id FROM pointsvault.member m WHERE d.vault = 1 AND d.name = 'm1' AND m.vault = 1 AND m.member = 'm16'},
	'a sponsor of itself'     => q{UPDATE pointsvault.member_data SET sponsor = id WHERE vault = 1 AND name = 'm1'},
	'enrolled earlier'              => q{UPDATE pointsvault.member_data SET enrolled_at = enrolled_at - interval '1 day' WHERE vault = 1 AND name = 'm5'},
	'a member enrolled by hand'     => q{INSERT INTO pointsvault.member_data (vault, name, merchant, digest) VALUES (1, 'ghost', true, 0);
		INSERT INTO pointsvault.holding_data (vault, member) SELECT vault, id FROM pointsvault.member_data WHERE name = 'ghost'},
	'a member who never came deleted' => q{DELETE FROM pointsvault.holding_data h USING pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'idle' AND h.vault = 1 AND h.member = m.id;
		DELETE FROM pointsvault.member_data WHERE vault = 1 AND name = 'idle'},
	'the tally of another vault'    => q{DELETE FROM pointsvault.member_tally_data WHERE vault = 1; UPDATE pointsvault.member_tally_data SET vault = 1 WHERE vault = 2},
	'a tally that is ahead'         => q{UPDATE pointsvault.member_tally_data SET upto = 1000000, members = (SELECT count(*) FROM pointsvault.member_data WHERE vault = 1) WHERE vault = 1},
	'a tally of one too many'       => q{UPDATE pointsvault.member_tally_data SET members = members + 1 WHERE vault = 1},
	'a mark of one without shares'  => q{UPDATE pointsvault.holding_data h SET mark = '5' FROM pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'idle' AND h.vault = 1 AND h.member = m.id},
	'a mark of one who gave all shares back' => q{UPDATE pointsvault.holding_data h SET mark = '5' FROM pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'rue' AND h.vault = 1 AND h.member = m.id},
	'posted_to of one without shares' => q{UPDATE pointsvault.holding_data h SET posted_to = '2020-01-01' FROM pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'idle' AND h.vault = 1 AND h.member = m.id},
	'commissions of another' => q{UPDATE pointsvault.journal_data SET commissions[2] = commissions[2] + 1 WHERE vault = 1 AND ref = 'order-40'},
	'commissions the other way round' => q{UPDATE pointsvault.journal_data SET commissions = commissions[4:6] || commissions[1:3] || commissions[7:] WHERE vault = 1 AND ref = 'order-40'},
	'commissions for another reason' => q{UPDATE pointsvault.journal_data SET commissions[1] = 99 * 256 WHERE vault = 1 AND ref = 'order-40'},
	'half a commission'       => q{UPDATE pointsvault.journal_data SET commissions = commissions[1:4] WHERE vault = 1 AND ref = 'order-40'},
	'no commissions'          => q{UPDATE pointsvault.journal_data SET commissions = NULL WHERE vault = 1 AND ref = 'order-40'},
	'commissions of a refund' => q{UPDATE pointsvault.journal_data SET commissions[3] = commissions[3] + 1 WHERE vault = 1 AND ref = 'return-1'},
	'a purchase for another region' => q{UPDATE pointsvault.journal_data SET region = '31' WHERE vault = 1 AND ref = 'order-40'},
	'an agent of another region'    => q{UPDATE pointsvault.agent_data SET region = '45' WHERE vault = 1 AND region = '44'},
	'an agent who was appointed before' => q{UPDATE pointsvault.agent_data SET member = j.member, seq = j.seq FROM pointsvault.journal_data j
		WHERE agent_data.vault = 1 AND agent_data.region = '44' AND j.vault = 1 AND j.kind = 106 AND j.region = '44' AND j.seq < agent_data.seq},
	'an agent who was appointed by nobody' => q{INSERT INTO pointsvault.agent_data SELECT vault, '45', member, seq FROM pointsvault.agent_data WHERE vault = 1 AND region = '44'},
	'nobody a partner'        => q{DELETE FROM pointsvault.partner_data WHERE vault = 1},
	'a partner for another day' => q{UPDATE pointsvault.partner_data SET since = since + 1 WHERE vault = 1},
	'a partner who is none'   => q{INSERT INTO pointsvault.partner_data SELECT 1, p.since, m.id, p.seq FROM pointsvault.partner_data p, pointsvault.member_data m
		WHERE p.vault = 1 AND m.vault = 1 AND m.name = 'idle' LIMIT 1},
	'partners whom the journal does not make' => q{DELETE FROM pointsvault.journal_data WHERE vault = 1 AND kind = 71},
	'a kind of partner that is an award' => q{UPDATE pointsvault.journal_data SET kind = 70 WHERE vault = 1 AND kind = 71},
	'custody elsewhere'       => q{UPDATE pointsvault.journal_data SET note = 'another' WHERE vault = 1 AND kind = 65},
	'no agents'               => q{DELETE FROM pointsvault.agent_data WHERE vault = 1},
	'an item of another'            => q{UPDATE pointsvault.item_data i SET owner = m.id FROM pointsvault.member m WHERE i.vault = 1 AND i.serial = 2 AND m.vault = 1 AND m.member = 'm5'},
	'an old listing'                => q{UPDATE pointsvault.item_data SET listed = '0.05' WHERE vault = 1 AND serial = 3},
	'a use given back'              => q{UPDATE pointsvault.item_data SET used = 1 WHERE vault = 1 AND serial = 3},
	'an item slipped in'            => q{INSERT INTO pointsvault.item_data SELECT vault, series, 6, owner, listed, used, since, seq FROM pointsvault.item_data WHERE vault = 1 AND serial = 4},
	'an item deleted'               => q{DELETE FROM pointsvault.item_data WHERE vault = 1 AND serial = 4},
	'an item deleted, another doubled' => q{DO $$ BEGIN PERFORM tamper.allow_doubles('item_data'); END $$; DELETE FROM pointsvault.item_data WHERE vault = 1 AND serial = 4;
		INSERT INTO pointsvault.item_data SELECT * FROM pointsvault.item_data WHERE vault = 1 AND serial = 3},
	'uses without an end, as a number' => q{UPDATE pointsvault.series_data SET uses = -1 WHERE vault = 1 AND code = 'bottle'},
	'the name of a series in its code' => q{UPDATE pointsvault.series_data SET code = code || ', name ' || name, name = NULL WHERE vault = 1 AND code = 'card'},
	'what a series is about in its name' => q{UPDATE pointsvault.series_data SET name = name || ', about ' || about, about = NULL WHERE vault = 1 AND code = 'card'},
	'more of a series'              => q{UPDATE pointsvault.series_data SET supply = 7 WHERE vault = 1 AND code = 'card'},
	'items of a series not given out' => q{UPDATE pointsvault.series_data SET issued = 5 WHERE vault = 1 AND code = 'card'},
	'a series opened again'         => q{UPDATE pointsvault.series_data SET closed = false WHERE vault = 1 AND code = 'bottle'},
	'a claim of another series'     => q{UPDATE pointsvault.journal_data SET series = (SELECT max(seq) FROM pointsvault.series_data WHERE vault = 1) WHERE vault = 1 AND ref = 'claimed'},
	'a claim of no series'          => q{UPDATE pointsvault.journal_data SET series = NULL WHERE vault = 1 AND ref = 'claimed'},
	'a series whose making is gone' => q{UPDATE pointsvault.journal_data SET note = 'x' WHERE vault = 1 AND kind = 110},
	'no items at all'               => q{DELETE FROM pointsvault.item_data; DELETE FROM pointsvault.series_data},
	'a sponsor as an earner'  => q{UPDATE pointsvault.movement_data SET role = 4 WHERE vault = 1 AND role = 1},
	'a shareholder mark of one without shares' => q{UPDATE pointsvault.holding_data h SET shareholder_mark = '5' FROM pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'idle' AND h.vault = 1 AND h.member = m.id},
	'a shareholder mark of 0' => q{UPDATE pointsvault.holding_data h SET shareholder_mark = '0' FROM pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'idle' AND h.vault = 1 AND h.member = m.id},
	'a grant of one more share' => q{UPDATE pointsvault.stock_data SET shares = shares + 1 WHERE vault = 1 AND delivered = 0},
	'a grant to another'      => q{UPDATE pointsvault.stock_data SET member = (SELECT max(member) FROM pointsvault.holding_data WHERE vault = 1) WHERE vault = 1 AND delivered = 7},
	'a delivery that is not counted off' => q{UPDATE pointsvault.stock_data SET delivered = 0 WHERE vault = 1 AND delivered = 7},
	'shares that are free earlier'  => q{UPDATE pointsvault.stock_data SET free_from = free_from - 1 WHERE vault = 1},
	'shares free earlier by their event' => q{UPDATE pointsvault.journal_data SET free_from = free_from - 1 WHERE vault = 1 AND ref = 'for m8'},
	'half a lock'             => q{UPDATE pointsvault.journal_data SET part_months = NULL WHERE vault = 1 AND ref = 'for m8'},
	'a lock that is none'     => q{UPDATE pointsvault.journal_data SET parts = -3 WHERE vault = 1 AND ref = 'for m8'},
	'a delivery before its day'     => q{UPDATE pointsvault.journal_data SET free_from = '2999-01-01' WHERE vault = 1 AND ref = 'for m8'},
	'a delivery of the last number' => q{UPDATE pointsvault.journal_data SET item = -9223372036854775808, member_stock = -9223372036854775808 WHERE vault = 1 AND ref = 'handed over'},
	'another price of a share' => q{UPDATE pointsvault.journal_data SET stock_price = '0.02' WHERE vault = 1 AND stock_price IS NOT NULL},
	'shares for more points than they took' => q{UPDATE pointsvault.journal_data SET asked = asked + '1' WHERE vault = 1 AND ref = 'to stock'},
	'no grants'               => q{DELETE FROM pointsvault.stock_data WHERE vault = 1},
	'an infinite posted_to'         => q{UPDATE pointsvault.holding_data h SET posted_to = '-infinity' FROM pointsvault.member_data m WHERE m.vault = 1 AND m.name = 'idle' AND h.vault = 1 AND h.member = m.id});

# How much of the report there is after a change, and how much of it fails; in a
# session that remembers the vault, and in one that does not.
sub report
{
	my ($remember, $change) = @_;
	return $node->safe_psql(
		'postgres', ($remember ? "SELECT FROM pointsvault.verify(1), pointsvault.price_of(1);\n" : '') . qq{
		BEGIN;
		$change;
		SELECT count(*), count(*) FILTER (WHERE NOT ok) > 0 FROM pointsvault.verify(1);
		ROLLBACK;});
}

foreach my $way (sort keys %other_ways)
{
	is(report(1, $other_ways{$way}), "$checks|t", "$way: seen");
	is(report(0, $other_ways{$way}), "$checks|t", "$way: seen by a new session");
}

# Who claims had spent 95 of its own by then, with whom it became one, less refunds of purchases (N1).
my $asks_for = q{UPDATE pointsvault.series_data SET min_spent = '%1$s' WHERE vault = 1 AND code = 'old guard';
	UPDATE pointsvault.journal_data SET note = replace(note, 'min_spent 90,', 'min_spent %1$s,') WHERE vault = 1 AND kind = 110};
is( $node->safe_psql(
		'postgres', "BEGIN; " . sprintf($asks_for, 95) . "; SELECT ok FROM pointsvault.verify(1) WHERE name LIKE '9: series and items%'; ROLLBACK;"),
	't', 'who claimed had spent as much as that');

# What was changed is named.
my %named = (
	'refs%' => [ q{UPDATE pointsvault.journal_data SET ref = 'order-1' WHERE vault = 1 AND ref = 'order-2'}, 'ref order-1' ],
	'refs unique%' => [ $other_ways{'an index of refs that has lost one'}, 'ref order-2: none by the index of refs' ],
	'9: shares%' => [ $other_ways{'a delivery that is not counted off'}, 'member %, delivered of grant' ],
	'vault%' => [ $other_ways{'another currency'}, 'name, currency, timezone, created_at, or the first journal row' ],
	'queued%' => [ q{UPDATE pointsvault.queue_data SET amount = '9' WHERE vault = 1 AND ref = 'queued-3'}, 'order "queued-3"' ],
	'members and orders%' => [ $other_ways{'an order deleted'}, 'queued orders' ],
	'9: series and items%' => [ q{UPDATE pointsvault.item_data SET used = 1 WHERE vault = 1 AND serial = 3}, 'used of item 3 of series %: 1' ],
	'9: series and items as%' => [ sprintf($asks_for, '95.0001'), 'member %, own purchases less refunds, journal row %: 95' ],
	'members as enrolled%' => [ $other_ways{'a tally of one too many'}, 'tally, members up to 12' ],
	'policies%' => [ q{UPDATE pointsvault.policy_data SET document = '{"cycle": {"tiers": [{"min": 1, "rate": 2}]}}' WHERE vault = 1 AND version = 1},
		'policy version 1, and % more: cycle.tiers[0].rate must be between 0 and 1' ]);
foreach my $check (sort keys %named)
{
	my ($change, $detail) = @{ $named{$check} };
	is( $node->safe_psql(
			'postgres', qq{
		BEGIN;
		$change;
		SELECT concat_ws(': ', detail, found) LIKE '$detail%' FROM pointsvault.verify(1) WHERE name LIKE '$check' AND NOT ok;
		ROLLBACK;}),
		't', "$check names it");
}

# Of each asset, what an event brought its own member and another; shares, which come
# of spending, are those of the member's own history.
foreach my $asset (split /\n/, $node->safe_psql('postgres', q{
	SELECT attname FROM pg_attribute WHERE attrelid = 'pointsvault.movement_data'::regclass AND attnum > 0
	AND attname NOT IN ('vault', 'role', 'seq', 'member')}))
{
	my $own = $asset eq 'points' ? 'points' : "member_$asset";
	my $one = $asset eq 'shares' ? '1' : q{'1'};
	my ($check, $detail) =
	  $asset eq 'shares' ? ('7: balances%', 'member %, shares%') : ('6: postings%', "$asset, journal row%");

	foreach my $change ("journal_data SET $own = COALESCE($own, '0') + $one", "movement_data SET $asset = COALESCE($asset, '0') + $one")
	{
		is( $node->safe_psql(
				'postgres', qq{
			BEGIN;
			UPDATE pointsvault.$change WHERE vault = 1 AND seq = (SELECT max(o.seq)
				FROM pointsvault.movement_data o JOIN pointsvault.journal j USING (vault, seq) WHERE vault = 1 AND j.kind = 'purchase');
			SELECT detail LIKE '$detail' FROM pointsvault.verify(1) WHERE name LIKE '$check' AND NOT ok;
			ROLLBACK;}),
			't', "named: $change");
	}
}

# What is cancelled, renamed or put aside in the ordinary way is not found wanting,
# nor what was rolled back to a savepoint.
is( $node->safe_psql(
		'postgres', q{
	BEGIN;
	SELECT pointsvault.resume_vault(1) \g /dev/null
	SAVEPOINT a;
	SELECT pointsvault.submit(1, 'm1', 1, 'gone'), pointsvault.enroll(1, 'gone') \g /dev/null
	ROLLBACK TO a;
	SELECT pointsvault.submit(1, 'm1', 1, 'stray'), pointsvault.rename_member(1, 'm1', 'm111') \g /dev/null
	SELECT pointsvault.cancel(1, 'queued-2'), pointsvault.settle(1, 3) \g /dev/null
	SELECT bool_and(ok) FROM pointsvault.verify(1);
	COMMIT;}),
	't', 'orders and members of the ordinary way are right');

# The notes themselves cannot be rewritten.
$node->safe_psql('postgres', 'ALTER TABLE pointsvault.intake_data ENABLE ALWAYS TRIGGER append_only');
foreach my $how ('UPDATE pointsvault.intake_data SET rows = 0', 'DELETE FROM pointsvault.intake_data', 'TRUNCATE pointsvault.intake_data')
{
	my ($code, $out, $err) = $node->psql('postgres', "SET session_replication_role = replica; $how");
	like($err, qr/append-only/, "refused: $how");
}

$node->stop;
done_testing();
