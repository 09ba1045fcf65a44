# Tables written through their access methods, without SQL: what only the executor
# would heed is refused by name, what it does for a plain table is done.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('direct', "fsync = off\nwal_level = logical\nautovacuum = off");

$node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	SELECT pointsvault.create_vault('mall', '{"growth": {"exit_basis": "order", "exit_multiple": 3, "referral_mint_rate": 0.1}, "cycle": {"share_price": 10}}');
	SELECT pointsvault.enroll(1, 'ann'), pointsvault.enroll(1, 'bob', 'ann'), pointsvault.enroll(1, 'cat', 'bob');
	SELECT pointsvault.purchase(1, 'ann', 100, 'first')});

# --- what is refused -----------------------------------------------------------------

my $sale   = q{SELECT pointsvault.purchase(1, 'bob', 100, 'x')};
my $redeem = q{SELECT pointsvault.redeem(1, 'ann', 1, 'x')};
my $submit = q{SELECT pointsvault.submit(1, 'bob', 100, 'x')};
my $enroll = q{SELECT pointsvault.enroll(1, 'dan', 'ann')};

# By table: calls that write it.
my %calls = (
	journal_data  => [ $sale, $redeem ],
	movement_data => [$sale],
	holding_data  => [ $sale, $enroll ],
	lot_data      => [ $sale, $redeem ],
	member_data   => [$enroll],
	queue_data    => [$submit],
	intake_data   => [ $submit, $enroll ]);

# What somebody puts on a table, and how the error names it.
my @things = (
	[ 'CREATE TRIGGER theirs BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION nothing()', 'trigger "theirs"' ],
	[ 'CREATE TRIGGER theirs AFTER INSERT OR UPDATE ON %s EXECUTE FUNCTION nothing()',               'trigger "theirs"' ],
	[ 'CREATE RULE theirs AS ON INSERT TO %s DO ALSO SELECT 1',                                      'rule theirs on' ],
	[ 'ALTER TABLE %s ADD CONSTRAINT theirs CHECK (vault > 0) NOT VALID',                            'constraint "theirs"' ],
	[ 'ALTER TABLE %s FORCE ROW LEVEL SECURITY',                                                     'row security' ],
	[ 'CREATE TABLE theirs () INHERITS (%s)',                                                        'a parent, or a child' ],
	[ 'ALTER TABLE %s ADD COLUMN theirs integer GENERATED ALWAYS AS (vault + 1) STORED',             'column "theirs"' ],
	[ 'ALTER TABLE %s ADD COLUMN theirs integer NOT NULL DEFAULT 1',                                 'column "theirs"', 'inserts' ],
	[ 'ALTER TABLE %s ADD CONSTRAINT theirs UNIQUE (vault, ctid_of) DEFERRABLE',                     'constraint "theirs"', 'unique' ]);

foreach my $table (sort keys %calls)
{
	foreach my $thing (@things)
	{
		my ($ddl, $named, $only) = @$thing;
		my @of = @{ $calls{$table} };

		# a redeem inserts no lot; nothing but an insert fills a column
		@of = grep { $_ ne $redeem || $table eq 'journal_data' } @of if ($only // '') eq 'inserts';
		@of = () if ($only // '') eq 'inserts' && $table eq 'holding_data';
		$ddl =~ s/, ctid_of/, member/;
		$ddl =~ s/\(vault, member\)/(vault, ref)/    if $table eq 'queue_data';
		$ddl =~ s/\(vault, member\)/(vault, name)/   if $table eq 'member_data';
		$ddl =~ s/\(vault, member\)/(vault, digest)/ if $table eq 'intake_data';
		$ddl =~ s/\(vault, member\)/(vault, seq)/    if $table =~ /journal|lot|movement/;
		next if ($only // '') eq 'unique' && $table eq 'movement_data';
		$ddl = sprintf $ddl, "pointsvault.$table";
		is_refused($node, "BEGIN; $ddl; $_", '42809', "table pointsvault.$table is not as the extension made it: it has $named") foreach @of;
	}
}
is_refused($node, "BEGIN; DROP INDEX pointsvault.journal_ref; $sale", '42809', 'index journal_ref of table pointsvault.journal_data is missing');
is_refused($node, "BEGIN; ALTER TABLE pointsvault.holding_data RENAME TO theirs; CREATE VIEW pointsvault.holding_data AS SELECT * FROM pointsvault.theirs; $sale",
	'42809', 'pointsvault.holding_data is not a plain table any more');
# An index that has the name, or is of the primary key, and would find less or other rows.
my $of_ref  = 'DROP INDEX pointsvault.journal_ref; CREATE INDEX journal_ref ON pointsvault.journal_data';
my $of_name = 'ALTER TABLE pointsvault.member_data DROP CONSTRAINT member_name_key';
my $replay  = q{SELECT pointsvault.purchase(1, 'ann', 100, 'first')};
my $key     = sub { "ALTER TABLE pointsvault.$_[0] DROP CONSTRAINT $_[0]_pkey; ALTER TABLE pointsvault.$_[0] ADD PRIMARY KEY ($_[1])" };

foreach my $other (
	[ 'journal_ref',       $replay, "$of_ref USING hash (ref) WHERE ref <> 'first'" ],
	[ 'journal_ref',       $submit, "$of_ref (vault, ref)" ],
	[ 'journal_ref',       $replay, "$of_ref USING hash (actor)" ],
	[ 'journal_ref',       $replay, "$of_ref (upper(ref))" ],
	[ 'journal_ref',       $replay, "$of_ref USING brin (ref)" ],
	[ 'journal_ref',       $replay, "$of_ref (ref DESC)" ],
	[ 'journal_ref',       $replay, "$of_ref (ref text_pattern_ops)" ],
	[ 'journal_ref',       $replay, "$of_ref (ref COLLATE \"POSIX\")" ],
	[ 'member_name_key',   $sale,   "$of_name; CREATE UNIQUE INDEX member_name_key ON pointsvault.member_data (name, vault)" ],
	[ 'member_name_key',   $enroll, "$of_name; CREATE UNIQUE INDEX member_name_key ON pointsvault.member_data (vault, name) WHERE name <> 'dan'" ],
	[ 'journal_data_pkey', $sale,   $key->('journal_data', 'seq, vault') ],
	[ 'holding_data_pkey', $sale,   $key->('holding_data', 'member, vault') ],
	[ 'lot_data_pkey',     $redeem, $key->('lot_data', 'vault, seq, member') ])
{
	my ($index, $call, $ddl) = @$other;

	is_refused($node, "BEGIN; $ddl; $call", '42809', "index $index of table pointsvault.\\w+ is not as the extension made it");
}
is($node->safe_psql('postgres', "BEGIN; $of_ref (ref); SELECT seq, replayed FROM pointsvault.purchase(1, 'ann', 100, 'first'); ROLLBACK"),
	'2|t', 'an index of another kind on the same column finds the same');
is_refused($node, "BEGIN; $of_name; CREATE INDEX member_name_key ON pointsvault.member_data (vault, name); $enroll", '42809', 'it has no unique index on \(vault, name\)');
is_refused($node, "BEGIN; ALTER TABLE pointsvault.queue_data DROP CONSTRAINT queue_data_pkey; $submit", '42809', 'it has no unique index on \(vault, ref\)');

# Columns that are not what they were: their values would be misread.
is_refused($node, "BEGIN; ALTER TABLE pointsvault.$_->[0] ALTER COLUMN digest TYPE $_->[1]; $_->[2]", '42809', "table pointsvault.$_->[0] is not as the extension made it: column \"digest\" is of another type")
	foreach [ 'intake_data', 'numeric', $submit ], [ 'member_data', 'text', $enroll ], [ 'queue_data', 'text', $submit ];
is_refused($node, "BEGIN; ALTER TABLE pointsvault.intake_data RENAME COLUMN digest TO theirs; $submit", '42809', 'column "digest" is missing');
is_refused($node, "BEGIN; ALTER TABLE pointsvault.queue_data ALTER COLUMN region SET NOT NULL; $submit", '42809', 'column "region" is NOT NULL');

# Ends a statement of a session that waits for a lock, once that was tried which meets it so.
sub cancel_when_waiting
{
	my ($session, $pid, $meanwhile) = @_;

	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'nobody waits';
	$meanwhile->() if $meanwhile;
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	return like($session->answer, qr/canceling statement due to user request/, 'who waits is cancelled');
}

# An index whose making was cut short has but some of the rows.
my ($holder, $waiter) = (open_session($node), open_session($node));
my $pid = $waiter->ask('SELECT pg_backend_pid()');

$holder->ask('BEGIN; LOCK TABLE pointsvault.journal_data IN ROW EXCLUSIVE MODE');
$node->safe_psql('postgres', 'ALTER INDEX pointsvault.journal_ref RENAME TO kept');
$waiter->tell('CREATE INDEX CONCURRENTLY journal_ref ON pointsvault.journal_data USING hash (ref)');
cancel_when_waiting($waiter, $pid);
is_refused($node, $replay, '42809', 'index journal_ref of table pointsvault.journal_data is not as the extension made it');
$holder->ask('ROLLBACK');
$node->safe_psql('postgres', 'DROP INDEX pointsvault.journal_ref; ALTER INDEX pointsvault.kept RENAME TO journal_ref');

# One that is being made, and is not even a file with a page yet, takes no rows.
$holder->ask('BEGIN; LOCK TABLE pointsvault.journal_data IN ROW EXCLUSIVE MODE');
$waiter->tell('REINDEX INDEX CONCURRENTLY pointsvault.journal_ref');
cancel_when_waiting($waiter, $pid, sub {
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.purchase_many(1, '{ann,bob}', '{1,2}', '{beside a,beside b}')}), '2', 'a batch goes on beside it');
});
$holder->ask('ROLLBACK');
$node->safe_psql('postgres', 'DROP INDEX pointsvault.journal_ref_ccnew');

is($node->safe_psql('postgres', q{BEGIN; ALTER TABLE pointsvault.journal_data DISABLE TRIGGER append_only; CREATE TRIGGER theirs BEFORE INSERT ON pointsvault.journal_data FOR EACH ROW EXECUTE FUNCTION nothing();
	ALTER TABLE pointsvault.journal_data DISABLE TRIGGER theirs; SELECT ref FROM pointsvault.purchase(1, 'bob', 100, 'x'); ROLLBACK}), 'x', 'a trigger that is off is none');

# a foreign key of the shop's to rows that are only inserted is none of theirs
is($node->safe_psql('postgres', qq{BEGIN; CREATE TABLE bill (vault integer, seq bigint, member bigint, FOREIGN KEY (vault, seq) REFERENCES pointsvault.journal_data, FOREIGN KEY (vault, member) REFERENCES pointsvault.member_data);
	$enroll; INSERT INTO bill SELECT vault, seq, 1 FROM pointsvault.purchase(1, 'bob', 100, 'billed'); SELECT count(*) FROM bill; ROLLBACK}) =~ s/^\d+\n//r, '1', 'a foreign key to members and to the journal');
is_refused($node, "BEGIN; CREATE TABLE bill (vault integer, member bigint, FOREIGN KEY (vault, member) REFERENCES pointsvault.holding_data); $sale", '42809', 'trigger "RI_ConstraintTrigger');

# an order is not set aside for it
$node->safe_psql('postgres', "$submit; CREATE TRIGGER theirs BEFORE INSERT ON pointsvault.journal_data FOR EACH ROW EXECUTE FUNCTION nothing()");
is_refused($node, 'SELECT pointsvault.settle(1)', '42809', 'trigger "theirs"');
is($node->safe_psql('postgres', 'SELECT error FROM pointsvault.queue; DROP TRIGGER theirs ON pointsvault.journal_data; SELECT pointsvault.settle(1)'),
	"\n1", 'the order waits meanwhile, and is booked afterwards');
identities_hold($node, 'after all that was refused');

# --- what is heeded ------------------------------------------------------------------

# Columns and indexes of others: kept, filled.
$node->safe_psql('postgres', q{
	ALTER TABLE pointsvault.holding_data ADD COLUMN theirs text, ADD COLUMN gone text;
	ALTER TABLE pointsvault.holding_data DROP COLUMN gone;
	UPDATE pointsvault.holding_data SET theirs = 'of ' || member;
	CREATE INDEX their_region ON pointsvault.journal_data (region) WHERE region IS NOT NULL;
	CREATE INDEX their_meta ON pointsvault.journal_data USING gin (meta);
	CREATE INDEX their_day ON pointsvault.journal_data ((date_part('year', day)), upper(ref));
	CREATE INDEX their_summary ON pointsvault.holding_data USING brin (member);
	CREATE UNIQUE INDEX their_key ON pointsvault.lot_data (member, seq);
	SELECT count(pointsvault.purchase(1, (ARRAY['ann', 'bob', 'cat'])[1 + i % 3], i, 'one ' || i, region => CASE WHEN i % 2 = 0 THEN 'r' || i END, meta => jsonb_build_object('n', i)))
	FROM generate_series(1, 50) i;
	SELECT count(*) FROM (
		SELECT array_agg((ARRAY['ann', 'bob', 'cat'])[1 + i % 3]) AS members, array_agg(i::numeric) AS amounts, array_agg('many ' || i) AS refs, array_agg('r' || i) AS regions
		FROM generate_series(1, 2500) i) o,
		pointsvault.purchase_many(1, members, amounts, refs, regions => o.regions)});
is($node->safe_psql('postgres', q{SELECT member, theirs FROM pointsvault.holding_data ORDER BY member}), "1|of 1\n2|of 2\n3|of 3", 'a column of theirs is as it was');
foreach my $look (
	q{region = 'r7'}, q{region = 'r8'}, q{meta @> '{"n": 17}'},
	q{date_part('year', day) > 2000 AND upper(ref) = 'MANY 77'},
	q{vault = 1 AND seq BETWEEN 100 AND 120}, q{member = 2 AND kind = 16}, q{ref = 'many 2500'})
{
	my $sql   = "SELECT count(*), sum(seq) FROM pointsvault.journal_data WHERE $look";
	my $whole = $node->safe_psql('postgres', "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off; $sql");

	is($node->safe_psql('postgres', "SET enable_seqscan = off; $sql"), $whole, "found by an index as without: $look");
}
is_refused($node, q{BEGIN; CREATE UNIQUE INDEX their_amount ON pointsvault.lot_data (exit_limit) WHERE exit_limit > 1000000; SELECT pointsvault.purchase(1, 'ann', 10000000, 'y'); SELECT pointsvault.purchase(1, 'ann', 10000000, 'z')},
	'23505', 'their_amount');

# What an index of theirs computes is computed as the owner, so it is not for the caller to say
# what it finds.
is($node->safe_psql('postgres', q{
	CREATE FUNCTION tidied(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN lower($1); END';
	CREATE INDEX their_own ON pointsvault.journal_data (tidied(ref)) WHERE tidied(ref) <> '';
	CREATE ROLE web;
	SELECT pointsvault.grant_access('web', 'shop', 1);
	CREATE SCHEMA trap AUTHORIZATION web;
	SET ROLE web;
	CREATE FUNCTION trap.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
	SET search_path = trap, pg_catalog;
	SELECT ref FROM pointsvault.purchase(1, 'ann', 1, 'TRAP 1');
	SELECT ref FROM pointsvault.purchase(1, 'ann', 1, 'TRAP 2');
	SHOW search_path}), "\nTRAP 1\nTRAP 2\ntrap, pg_catalog", q{a caller's search_path does not count for it});
$node->safe_psql('postgres', 'DROP INDEX pointsvault.their_own');

# Every btree of the extension has exactly its rows.
sub indexes_whole
{
	my ($when) = @_;

	return is($node->safe_psql('postgres', q{
		SELECT count(bt_index_check(i.indexrelid, true)) > 20
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')}), 't', "indexes are whole: $when");
}
indexes_whole('with some of others');
$node->safe_psql('postgres', 'ALTER TABLE pointsvault.holding_data DROP COLUMN theirs; DROP INDEX pointsvault.their_region, pointsvault.their_meta, pointsvault.their_day, pointsvault.their_summary, pointsvault.their_key');
identities_hold($node, 'after columns and indexes of others');

# An index that is made while sales go on.
my $seller = open_session($node);
$seller->tell(q{DO $$ BEGIN FOR i IN 1 .. 400 LOOP PERFORM pointsvault.purchase(1, 'ann', 1, 'beside ' || i); COMMIT; END LOOP; END $$});
$node->safe_psql('postgres', 'CREATE INDEX CONCURRENTLY their_actor ON pointsvault.journal_data (actor)');
$node->safe_psql('postgres', 'REINDEX TABLE CONCURRENTLY pointsvault.lot_data');
$node->safe_psql('postgres', 'VACUUM pointsvault.journal_data, pointsvault.holding_data; ANALYZE');
is($seller->answer, '', 'sales go on while an index is made');
$seller->close;
indexes_whole('one made concurrently');
$node->safe_psql('postgres', 'DROP INDEX pointsvault.their_actor');

# What is known of a table is known whole: a session that comes upon a locked index, and does
# not wait for it, has seen a part of them.
my $owner = open_session($node);
my $buyer = open_session($node);
$owner->ask('BEGIN; ALTER INDEX pointsvault.movement_member SET TABLESPACE pg_default');
my $buyer_pid = $buyer->ask('SELECT pg_backend_pid()');
$buyer->tell(q{SELECT pointsvault.purchase(1, 'bob', 100, 'part')});
cancel_when_waiting($buyer, $buyer_pid);
$owner->ask('ROLLBACK');
$owner->close;
is($buyer->ask(q{SELECT ref FROM pointsvault.purchase(1, 'bob', 100, 'part')}), 'part', 'then it can');
indexes_whole('one could not be looked at');

# Where a holding was left by what was rolled back there may be no page any more.
$buyer->ask(q{BEGIN; SAVEPOINT s; SELECT count(pointsvault.purchase(1, 'ann', 1, 'far ' || i)) FROM generate_series(1, 500) i; ROLLBACK TO s});
$node->safe_psql('postgres', 'VACUUM pointsvault.holding_data');
is($buyer->ask(q{SELECT ref FROM pointsvault.purchase(1, 'ann', 1, 'near')}), 'near', 'a page that is gone is not read');
$buyer->ask('COMMIT');
$buyer->close;

# A session that is cancelled as it looks at the indexes of a table does so again: else it
# would write rows that some of them lack.
$node->safe_psql('postgres', q{SELECT pointsvault.create_vault('corner', '{"growth": {"exit_basis": "member", "exit_multiple": 3}}'); SELECT pointsvault.enroll(2, 'ann'), pointsvault.enroll(2, 'bob')});
$holder->ask('BEGIN; REINDEX INDEX pointsvault.holding_exit');
$waiter->tell(q{SELECT pointsvault.purchase(2, 'ann', 100, '1')});
cancel_when_waiting($waiter, $pid);
$holder->ask('ROLLBACK');
is($waiter->ask(q{SELECT seq FROM pointsvault.purchase(2, 'ann', 100, '1'); SELECT seq FROM pointsvault.purchase(2, 'bob', 100, '2')}), "2\n3", 'and goes on');
indexes_whole('after one that looked was cancelled');

# An expression of an index that has the table looked at anew, while a row of it is written.
$node->safe_psql('postgres', q{
	CREATE FUNCTION look(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
		IF current_setting('their.look', true) = 'yes' THEN
			PERFORM set_config('their.look', 'no', false);
			ANALYZE pointsvault.journal_data;
			PERFORM pointsvault.get_receipt(1, 'first');
		END IF;
		RETURN $1; END $$;
	CREATE FUNCTION same(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN public.look($1); END';
	CREATE INDEX their_seq ON pointsvault.journal_data (same(seq), same(seq + 1));
	SET their.look = 'yes';
	SELECT pointsvault.purchase(1, 'ann', 1, 'looks');
	SET their.look = 'yes';
	SELECT pointsvault.purchase_many(1, '{ann,bob,cat}', '{1,2,3}', '{looks 1,looks 2,looks 3}')});
indexes_whole('with an expression that looks');
$node->safe_psql('postgres', 'DROP INDEX pointsvault.their_seq');

# The place where a transaction left a holding may be gone: cut off with what was rolled
# back there, or with a table that was written anew.
$holder->ask(q{BEGIN; SAVEPOINT s; SELECT count(pointsvault.purchase(1, 'ann', 1, 'far ' || i)) FROM generate_series(1, 2000) i});
my ($page) = $holder->ask(q{SELECT (ctid::text::point)[0] FROM pointsvault.holding_data WHERE member = 1}) =~ /^(\d+)$/;
$holder->ask('ROLLBACK TO s');
$node->safe_psql('postgres', 'VACUUM pointsvault.holding_data');
cmp_ok($node->safe_psql('postgres', q{SELECT pg_relation_size('pointsvault.holding_data') / current_setting('block_size')::int}), '<', $page, 'the table was cut');
is($holder->ask(q{SELECT ref FROM pointsvault.purchase(1, 'ann', 1, 'near')}), 'near', 'a holding is found before the cut');
$holder->ask(q{SAVEPOINT s; SELECT count(pointsvault.purchase(1, 'ann', 1, 'far ' || i)) FROM generate_series(1, 2000) i; ROLLBACK TO s; CLUSTER pointsvault.holding_data USING holding_data_pkey});
is($holder->ask(q{SELECT ref FROM pointsvault.purchase(1, 'ann', 1, 'anew')}), 'anew', 'and in a table written anew');
$holder->ask('COMMIT');

# So may the place where the index found one in an earlier transaction: another member's
# holding lies there, or there is no such page.
my $each = q{SELECT string_agg(member || ' ' || (pointsvault.purchase(1, member, 1, gen_random_uuid()::text)).member, ',' ORDER BY member)
	FROM unnest('{ann,bob,cat}'::text[]) member};
my $places = q{SELECT string_agg(member || ' ' || ctid, ',' ORDER BY member) FROM pointsvault.holding_data};
is($holder->ask($each), 'ann ann,bob bob,cat cat', 'holdings are found by the index');
my $lay = $node->safe_psql('postgres', "BEGIN; SET LOCAL session_replication_role = replica;
	CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM pointsvault.holding_data; DELETE FROM pointsvault.holding_data;
	INSERT INTO pointsvault.holding_data SELECT * FROM kept ORDER BY member DESC; COMMIT;
	VACUUM FULL pointsvault.holding_data; $places");
is($holder->ask($each), 'ann ann,bob bob,cat cat', 'and where others lie in their places');
isnt($node->safe_psql('postgres', $places), $lay, 'which they were changed in');
my $far = $holder->ask(q{SELECT count(pointsvault.enroll_many(1, ARRAY[m])) FROM (SELECT 'm' || i AS m FROM generate_series(1, 500) i) e})
	. $holder->ask(q{SELECT (pointsvault.purchase(1, 'm500', 1, 'far')).member; });
is($far, '500m500', 'a holding on a page far back');
($page) = $node->safe_psql('postgres', q{SELECT max((ctid::text::point)[0]) FROM pointsvault.holding_data}) =~ /^(\d+)$/;
$node->safe_psql('postgres', q{CREATE TABLE kept AS SELECT h.* FROM pointsvault.holding_data h JOIN pointsvault.member_data m
	ON m.vault = h.vault AND m.id = h.member WHERE m.name LIKE 'm%' AND m.name <> 'm500';
	DELETE FROM pointsvault.holding_data h USING kept k WHERE k.vault = h.vault AND k.member = h.member;
	VACUUM FULL pointsvault.holding_data});
cmp_ok($node->safe_psql('postgres', q{SELECT max((ctid::text::point)[0]) FROM pointsvault.holding_data}), '<', $page, 'comes forward');
is($holder->ask(q{SELECT (pointsvault.purchase(1, 'm500', 1, 'near again')).member}), 'm500', 'and is found');
$node->safe_psql('postgres', 'INSERT INTO pointsvault.holding_data SELECT * FROM kept; DROP TABLE kept');
$_->close foreach $holder, $waiter;

# HOT: the balances change in place.
is($node->safe_psql('postgres', q{
	SELECT pg_stat_reset();
	DO $$ BEGIN FOR i IN 1 .. 200 LOOP PERFORM pointsvault.purchase(1, 'ann', 1, 'hot ' || i); COMMIT; END LOOP; END $$;
	SELECT pg_stat_force_next_flush()}) =~ s/\n//gr, '', 'sales of one member');
is($node->safe_psql('postgres', q{SELECT n_tup_upd >= 200, n_tup_hot_upd > 0.9 * n_tup_upd FROM pg_stat_user_tables WHERE relname = 'holding_data'}), 't|t', 'holdings are updated in place (HOT)');

# --- what is seen of it ----------------------------------------------------------------

# Own changes of the same statement, of the same transaction, and after a savepoint.
is($node->safe_psql('postgres', q{
	SELECT (pointsvault.purchase(1, 'cat', 100, 'same 1')).seq + 1 = (pointsvault.purchase(1, 'cat', 100, 'same 2')).seq;
	SELECT count(*), min(seq) = max(seq) FROM (SELECT (pointsvault.purchase(1, 'cat', 100, 'twice')).seq FROM generate_series(1, 3)) s;
	BEGIN;
	SAVEPOINT s;
	SELECT ref FROM pointsvault.purchase(1, 'cat', 100, 'gone');
	ROLLBACK TO s;
	SELECT pointsvault.get_receipt(1, 'gone') IS NULL;
	SELECT ref FROM pointsvault.redeem(1, 'cat', 1, 'back');
	SELECT ref, replayed FROM pointsvault.redeem(1, 'cat', 1, 'back');
	COMMIT}), "t\n3|t\ngone\nt\nback|\nback|t" =~ s/back\|\n/back\n/r, 'own changes are seen, and what was rolled back is not');

# What is decoded from the log is what SQL would have written; a queued ref again is nothing.
$node->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('s', 'test_decoding')});

sub decoded
{
	my ($sql) = @_;

	$node->safe_psql('postgres', $sql);
	return $node->safe_psql('postgres', q{
		SELECT string_agg(m[1] || ' ' || m[2], ', ' ORDER BY n) FROM (
			SELECT regexp_match(data, '^table pointsvault\.(\w+)_data: (\w+)'), row_number() OVER ()
			FROM pg_logical_slot_get_changes('s', NULL, NULL)) c (m, n)
		WHERE m IS NOT NULL});
}
is(decoded(q{SELECT pointsvault.purchase(1, 'ann', 100, 'decoded')}),
	'journal INSERT, holding UPDATE, lot INSERT', 'a sale, decoded') or diag('a sale of who has no sponsor');
is(decoded(q{SELECT pointsvault.submit(1, 'ann', 100, 'wait')}), 'queue INSERT, intake INSERT', 'an order, decoded');
is(decoded(q{SELECT pointsvault.submit(1, 'ann', 100, 'wait')}), '', 'the same order again is nothing');
is(decoded(q{SELECT pointsvault.settle(1)}), 'journal INSERT, holding UPDATE, lot INSERT, queue DELETE, intake INSERT', 'what is settled, decoded');
is(decoded(q{SELECT pointsvault.enroll(1, 'eve', 'ann')}), 'member INSERT, holding INSERT, intake INSERT', 'a member, decoded');
is(decoded(q{SELECT pointsvault.enroll(1, 'eve', 'ann')}), '', 'and the same again');
$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('s')});

# Where nothing may be written.
is_refused($node, "BEGIN READ ONLY; $_", '25006', 'read-only transaction') foreach $sale, $submit, $enroll;
is_refused($node, q{CREATE PUBLICATION p FOR TABLE pointsvault.holding_data; ALTER TABLE pointsvault.holding_data REPLICA IDENTITY NOTHING; SELECT pointsvault.purchase(1, 'ann', 1, 'p')},
	'55000', 'cannot update table "holding_data"');
$node->safe_psql('postgres', 'DROP PUBLICATION p; ALTER TABLE pointsvault.holding_data REPLICA IDENTITY DEFAULT');

identities_hold($node, 'at the end');
done_testing();
