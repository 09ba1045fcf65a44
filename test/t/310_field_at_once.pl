# Bugs of other loyalty programmes and ledgers that need clients at the same time: a
# webhook delivered eight times at once, points, cash and credits spent by eight at
# once, an order returned by eight.  Those that one session shows are in
# test/pgtap/field.sql, those that two show step by step in test/specs.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $clients = 8;
my $rounds  = 4;
my $node    = new_node('field', 'fsync = off');

# A vault for each round, so that each begins with all eight.
$node->safe_psql('postgres', q{
	SELECT pointsvault.create_vault('mall ' || v, '{"growth": {"referral_mint_rate": 0.1}}', timezone => '} . noon() . qq{'),
	       pointsvault.enroll_many(v, '{sue,bob,eve}', '{NULL,sue,NULL}'), pointsvault.purchase(v, 'eve', 1000, 'first')
	FROM generate_series(1, $rounds) v});

my @sessions = map { open_session($node) } 1 .. $clients;
my $keeper   = open_session($node);

# What the sessions answer to a statement that they begin at the same moment; %d in it
# is the number of each.
sub at_once
{
	my ($statement) = @_;
	my $wait = 'DO $$ BEGIN PERFORM pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1); END $$';

	$keeper->ask('SELECT pg_advisory_lock(1)');
	$sessions[ $_ - 1 ]->tell("$wait; " . $statement =~ s/%d/$_/gr) foreach 1 .. $clients;
	1 until $keeper->ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == $clients;
	$keeper->ask('SELECT pg_advisory_unlock(1)');
	return map { $_->answer } @sessions;
}

# One test: a call that eight make at once in each vault is booked so many times, and
# the others are told like that.
sub booked
{
	my ($name, $times, $kind, $call, $others) = @_;
	my @wrong;

	foreach my $vault (1 .. $rounds)
	{
		my $count   = "SELECT count(*) FROM pointsvault.journal WHERE vault = $vault AND kind = '$kind'";
		my $before  = $node->safe_psql('postgres', $count);
		my @answers = at_once('SELECT ref, replayed FROM pointsvault.' . $call =~ s/\$1/$vault/gr);
		my $new     = $node->safe_psql('postgres', $count) - $before;

		push @wrong, "vault $vault: $new booked: " . join(' / ', @answers)
		  if $new != $times || grep({ /\|f$/m } @answers) != $times || grep({ /$others/ } @answers) != $clients - $times;
	}
	is_deeply(\@wrong, [], $name);
	identities_hold($node, $name);
	return;
}

booked('a webhook delivered eight times at once is booked once', 1, 'purchase', "purchase(\$1, 'bob', 500, 'hook')", qr/^hook\|t$/m);
booked('points spent by eight at once are spent once',           1, 'redeem',   "redeem(\$1, 'bob', 60, 'sold %d')",  qr/^ERROR:  member "bob" holds fewer than 60 points$/m);
booked('a payout asked for by eight at once is paid once',       1, 'withdraw', "withdraw(\$1, 'bob', 50, 'paid %d')", qr/^ERROR:  member "bob" has less than 50 in cash$/m);
booked('a payout that bounces eight times comes back once', 1, 'withdraw_return',
	"withdraw_return(\$1, (SELECT ref FROM pointsvault.journal WHERE vault = \$1 AND kind = 'withdraw'), 'bounced %d')", qr/^ERROR:  .*returned already$/m);
booked('points swapped by eight at once are swapped once', 1, 'points_to_credits', "points_to_credits(\$1, 'eve', 120, 'swapped %d')", qr/^ERROR:  member "eve" holds fewer than 120 points$/m);
booked('credits paid by eight at once are paid once',      1, 'pay', "pay(\$1, 'eve', 'sue', 150, 'credits %d')", qr/^ERROR:  member "eve" has fewer than 150 credits$/m);
booked('an order returned by eight, each under a key of its own, goes back once', 1, 'refund', "refund(\$1, 'hook', 'back %d')", qr/^ERROR:  purchase "hook" of vault \d+ was refunded already$/m);
booked('parts returned by eight at once stop at the order', 3, 'refund', "refund(\$1, 'first', 'part %d', 300)", qr/^ERROR:  purchase "first" of vault \d+ has less than 300 left to refund$/m);

# A queue and a till that hear of the same orders at once: each is booked once, by
# whoever comes first.
my @wrong;
foreach my $vault (1 .. $rounds)
{
	at_once("SELECT pointsvault.submit($vault, 'eve', 7, 'queued ' || i) FROM generate_series(1, 5) i; SELECT pointsvault.settle($vault);"
		  . " SELECT count(pointsvault.purchase($vault, 'eve', 7, 'queued ' || i)) FROM generate_series(1, 5) i");
	push @wrong, $vault if $node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE vault = $vault AND ref LIKE 'queued%'") != 5;
}
is_deeply(\@wrong, [], 'orders that reach till and queue of eight at once are booked once');
identities_hold($node, 'till and queue at once');

# A member who is enrolled by eight at once, and a ring that four close from either side.
at_once("SELECT pointsvault.enroll(1, 'new', 'bob')");
is($node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.member WHERE vault = 1 AND member = 'new'}), 1, 'a member enrolled by eight at once is one');
at_once("SELECT pointsvault.enroll(1, 'ring ' || %d % 2, 'ring ' || (%d + 1) % 2)");
is($node->safe_psql('postgres', q{SELECT count(*) FROM pointsvault.member WHERE vault = 1 AND member LIKE 'ring%'}), 0, 'a ring does not close from either side');
identities_hold($node, 'members');

$_->close foreach @sessions, $keeper;
$node->stop;
done_testing();
