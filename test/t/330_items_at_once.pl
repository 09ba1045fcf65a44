# Thousands of claims at once for the last hundred of a series, by 32 sessions; then
# items that are listed, given, used, bought and taken back by all of them at once: none
# is given out beyond the supply, none sold twice, nobody waits in a ring, and the
# identities and verify hold.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $clients = 32;
my $claims  = $ENV{CLAIMS} // 100;    # by each
my $node    = new_node('items', "fsync = off\nmax_connections = 100\ndeadlock_timeout = '200ms'");

load_identities($node);
$node->safe_psql('postgres', q{
	SELECT pointsvault.create_vault('mall', '{"growth": {}}', timezone => '} . noon() . qq{'),
	       pointsvault.enroll_many(1, (SELECT array_agg('m' || i) FROM generate_series(1, $clients) i)) \\g /dev/null
	SELECT count(pointsvault.purchase(1, 'm' || i, 1000, 'order ' || i)) FROM generate_series(1, $clients) i \\g /dev/null
	SELECT count(pointsvault.points_to_credits(1, 'm' || i, 1, 'swap ' || i)) FROM generate_series(1, $clients) i \\g /dev/null
	SELECT pointsvault.create_series(1, 'card', 1000, 0.0001, fee_rate => 0.05, uses => 5) \\g /dev/null
	SELECT count(pointsvault.issue_item(1, 'm1', 'card', 'prize ' || i, 'a prize')) FROM generate_series(1, 900) i \\g /dev/null});

# What each session does, an error of a call being an answer like any other.
$node->safe_psql('postgres', q{
	CREATE TABLE answer (client int, call text, answer text);
	CREATE FUNCTION ask(client int, call text) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
	  state text := 'ok';
	BEGIN
	  BEGIN
	    EXECUTE 'SELECT pointsvault.' || call;
	  EXCEPTION WHEN OTHERS THEN
	    GET STACKED DIAGNOSTICS state = CONSTRAINT_NAME;
	    state := COALESCE(NULLIF(state, ''), SQLSTATE || ' ' || SQLERRM);
	  END;
	  INSERT INTO answer VALUES (client, split_part(call, '(', 1), state);
	END $$;
	CREATE FUNCTION any_call(client int, n int) RETURNS text LANGUAGE sql AS $$
	  SELECT CASE n % 5
	    WHEN 0 THEN format('list_item(1, %L, ''card'', %s, 0.01, %L)', i.owner, i.serial, ref)
	    WHEN 1 THEN format('transfer_item(1, ''card'', %s, %L, %L, %L)', i.serial, i.owner, who, ref)
	    WHEN 2 THEN format('use_item(1, %L, ''card'', %s, %L)', i.owner, i.serial, ref)
	    WHEN 3 THEN format('buy_item(1, %L, ''card'', %s, %L)', who, i.serial, ref)
	    ELSE format('unlist_item(1, %L, ''card'', %s, %L)', i.owner, i.serial, ref) END
	  FROM (SELECT format('c%s-%s', client, n) AS ref, 'm' || 1 + (random() * 31)::int AS who) r,
	       -- a few items, so that they meet
	       (SELECT owner, serial FROM pointsvault.item WHERE serial <= 8 ORDER BY random() LIMIT 1) i
	$$});

# A file of statements for each session, all at once.
sub at_once
{
	my ($statement, $times) = @_;
	my @sessions = map {
		my %io = (stdin => join('', map { my $n = $_; $statement->($n) } 1 .. $times) =~ s/:client/$_/gr);
		$io{handle} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ],
			'<', \$io{stdin}, '>', \$io{stdout}, '2>', \$io{stderr});
		\%io;
	} 1 .. $clients;

	return grep { $_ ne '' } map { $_->{handle}->finish; $_->{stderr} } @sessions;
}

is_deeply([ at_once(sub { "SELECT ask(:client, \$\$claim(1, 'm:client', 'card', 'claim :client $_[0]')\$\$);\n" }, $claims) ],
	[], "$clients sessions claim $claims times each");
is($node->safe_psql('postgres', 'SELECT answer, count(*) FROM answer GROUP BY 1 ORDER BY 1'),
	'beyond_supply|' . ($clients * $claims - 100) . "\nok|100",
	'a hundred get one, the others are told that none is left');
is($node->safe_psql('postgres', 'SELECT issued, (SELECT count(*) FROM pointsvault.item), (SELECT sum(items) FROM pointsvault.holding) FROM pointsvault.series'),
	'1000|1000|1000', 'all that there will ever be are given out, and no more');
identities_hold($node, 'after the claims');

$node->safe_psql('postgres', 'TRUNCATE answer');
is_deeply([ at_once(sub { "SELECT ask(:client, any_call(:client, $_[0] + :client));\n" }, 50) ], [], "$clients sessions do everything else 50 times");
my $answers = $node->safe_psql('postgres', q{SELECT DISTINCT answer FROM answer ORDER BY 1});
is(join(' ', grep { !/^(ok|item_listed|item_used_up|not_listed|not_owner|same_member|too_few_credits)$/ } split /\n/, $answers),
	'', 'no answer but those of the rules: no deadlock');
is($node->safe_psql('postgres', q{SELECT count(*) FROM (
	SELECT 1 FROM pointsvault.journal WHERE kind IN ('list_item', 'unlist_item', 'buy_item')
	GROUP BY series, item HAVING abs(count(*) FILTER (WHERE kind = 'list_item') - count(*) FILTER (WHERE kind <> 'list_item')) > 1) i}),
	'0', 'a listing ends once: it is bought, or taken back');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT call, ' ' ORDER BY call) FROM answer WHERE answer = 'ok'}),
	'buy_item list_item transfer_item unlist_item use_item', 'each was done by some');
identities_hold($node, 'after all of it');
is($node->safe_psql('postgres', 'SELECT name, detail FROM pointsvault.verify(1) WHERE NOT ok'), '', 'verify finds nothing');

$node->stop;
done_testing();
