# The queue stays fast under an old snapshot and after many orders have passed
# through it: a settler does not step again over what it has settled.  Counted
# are the index entries it reads, and the memory it holds, not the time it takes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Vaults;

my $orders = 20000;
my $node   = new_node('queue_length', "fsync = off\nautovacuum = off");
$node->safe_psql('postgres', "SELECT pointsvault.create_vault('mall'), pointsvault.enroll_many(1, '{ann,bob}')");

my $report = open_session($node);
$report->ask('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pointsvault.journal');

sub submit
{
	my ($count, $batch, $hold, $member) = @_;

	$member //= 'ann';

	return $node->safe_psql('postgres',
		"SELECT pointsvault.submit_many(1, array_agg('$member'::text), array_agg(1), array_agg('$batch-' || i), hold => '"
		  . ($hold // '0') . "') FROM generate_series(1, $count) i");
}

# Orders booked by one call, and the index entries of the queue it read.
my $settler = open_session($node);

sub settle
{
	my $count = "SELECT sum(pg_stat_get_xact_tuples_returned(oid)) FROM pg_class WHERE relname IN ('queue_next', 'queue_held')";
	my ($before, $booked, $after) = split /\n/, $settler->ask("BEGIN; $count; SELECT pointsvault.settle(1, 1000); $count; COMMIT");

	return ($booked, $after - $before);
}

submit($orders, 'first');
my ($booked, $last, $read) = (0, 1, 0);
while ($last > 0)
{
	($last) = settle();
	$booked += $last;
}
is($booked, $orders, "$orders orders passed through while a report is open");

# What was drawn has to be seen settled once more, and that committed, before it
# is passed over for good.
foreach my $batch (1 .. 4)
{
	submit(5, "few-$batch");
	($last, $read) = settle();
	is($last, 5, 'the next orders are booked');
}
cmp_ok($read, '<', 100, "reading $read entries of the queue");

# An order that was drawn early and committed late is not passed over.
my $late = open_session($node);
$late->ask("BEGIN; SELECT pointsvault.submit(1, 'bob', 1, 'late')");
foreach my $batch (1 .. 4)
{
	submit(5, "meanwhile-$batch");
	settle();
}
$late->ask('COMMIT');
$late->close;
is((settle())[0], 1, 'an order that was committed late is booked');

submit(5, 'held', '3 seconds');
submit(5, 'not held');
is((settle())[0], 5, 'what is held waits');
select undef, undef, undef, 3.1;
is((settle())[0], 5, 'until its hold has ended');

# Nor one that is committed between two rounds of one long call.
my $early = open_session($node);
$early->ask("BEGIN; SELECT pointsvault.submit(1, 'bob', 1, 'early')");
submit(25000, 'long');
$settler->tell('SELECT pointsvault.settle(1, 100000)');
select undef, undef, undef, 0.2;    # in the middle of it, on most machines
$early->ask('COMMIT');
$early->close;
$settler->answer;
foreach my $batch (1 .. 3)
{
	submit(5, "later-$batch");
	settle();
}
is($node->safe_psql('postgres', 'SELECT sum(queued) FROM pointsvault.vault_status'), 0, 'nor one that was committed in the middle');

# Nor one that a settler with an old snapshot could not see.
$settler->ask('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
submit(1, 'unseen');
$settler->ask('SELECT pointsvault.settle(1); COMMIT');
foreach my $batch (1 .. 3)
{
	submit(5, "after-$batch");
	settle();
}
is($node->safe_psql('postgres', 'SELECT sum(queued) FROM pointsvault.vault_status'), 0, 'nor one that a settler could not see');

$report->ask('COMMIT');
$report->close;

# A long call needs no more memory in its last round than in its second.
$node->safe_psql(
	'postgres', q{
CREATE TABLE memory (round integer GENERATED ALWAYS AS IDENTITY, bytes bigint);
CREATE FUNCTION note_memory() RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO public.memory (bytes) SELECT sum(total_bytes) FROM pg_catalog.pg_backend_memory_contexts RETURNING bytes
$$;
-- tables of the vault are written without triggers, but their indexes are filled
CREATE FUNCTION note_at(seq bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF seq % 10000 = 0 THEN
    PERFORM public.note_memory();
  END IF;
  RETURN seq;
END $$;
CREATE INDEX noting ON pointsvault.journal_data (note_at(seq)) WHERE seq % 10000 = 0;
TRUNCATE memory RESTART IDENTITY;
});
submit(50000, 'rounds');
$settler->ask('SELECT pointsvault.settle(1, 50000)');
$node->safe_psql('postgres', 'DROP INDEX pointsvault.noting');
is($node->safe_psql('postgres', 'SELECT count(*) FROM memory'), 5, 'a long call has rounds');
cmp_ok(
	$node->safe_psql('postgres', 'SELECT max(bytes) FILTER (WHERE round = 5) - max(bytes) FILTER (WHERE round = 2) FROM memory'),
	'<', 4_000_000, 'and its memory does not grow with them');

# Nor does that of a list which is submitted again where its orders were set aside:
# each takes the place of the one before it in a statement of its own.
submit(1000, 'again', undef, 'nobody');
settle();
$node->safe_psql('postgres', q{
	CREATE FUNCTION note_each(number bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
	BEGIN
	  PERFORM public.note_memory();
	  RETURN number;
	END $$;
	CREATE INDEX noting ON pointsvault.queue_data (note_each(number)) WHERE error IS NULL;
	TRUNCATE memory});
is(submit(1000, 'again', undef, 'nobody'), 1000, 'a list is submitted again');
$node->safe_psql('postgres', 'DROP INDEX pointsvault.noting');
is($node->safe_psql('postgres', 'SELECT count(*) FROM memory'), 1000, 'each of its orders takes the place of one set aside');
cmp_ok(
	$node->safe_psql('postgres', 'SELECT (SELECT bytes FROM memory ORDER BY round DESC LIMIT 1) - (SELECT bytes FROM memory ORDER BY round LIMIT 1)'),
	'<', 2_000_000, 'and they leave nothing in memory');
settle();

$settler->close;
identities_hold($node, 'at the end');
$node->stop;
done_testing();
