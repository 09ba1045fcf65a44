# What checks the identities of MODEL §11, for all other tests, fails where it has
# to: each identity, each rule of each kind of event, each asset and each account is
# damaged, and named.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('identities', "fsync = off\njit = off");
my $lib  = "$FindBin::RealBin/../lib";
my $fill = slurp_file("$lib/every_kind.sql");

load_identities($node);
$node->safe_psql('postgres', "\\set basis $_\n$fill") foreach qw(order member);
identities_hold($node, 'before any damage');
# else a new kind would be neither booked nor looked at by any test
my @kinds = slurp_file("$FindBin::RealBin/../../src/engine/kinds.c") =~ /^\t\[PV_KIND_\w+\] = \{"(\w+)"/mg;
is( $node->safe_psql('postgres', 'SELECT name FROM check_vault.kind ORDER BY name COLLATE "C"'),
	join("\n", sort @kinds),
	'each kind that there is is known');
is($node->safe_psql('postgres', 'SELECT name FROM check_vault.kind EXCEPT SELECT kind FROM pointsvault.journal WHERE vault = 1'),
	'', 'an event of each kind is there');

$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/tamper.sql"));
$node->safe_psql('postgres', slurp_file("$lib/identity_damage.sql"));
is($node->safe_psql('postgres', 'SELECT unnest(enum_range(NULL::check_vault.identity)) EXCEPT SELECT identity FROM damage.list'),
	'', 'each identity is damaged');
is($node->safe_psql('postgres', 'SELECT * FROM damage.unnamed()'),
	'', 'and named: ' . $node->safe_psql('postgres', 'SELECT count(*) FROM damage.list') . ' times');
identities_hold($node, 'all damage undone');

$node->stop;
done_testing();
