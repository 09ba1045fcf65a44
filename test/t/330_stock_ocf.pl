# What stock_ocf() gives is what the JSON schemas of the Open Cap Table Format in test/ocf
# allow, of vaults of every kind of event and of locks at their bounds; and what each
# issuance vests comes to its quantity, on the days on which the vault lets it go.
use strict;
use warnings;

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $python = '/usr/bin/python3';
my $check  = "$FindBin::RealBin/../ocf/check.py";
plan skip_all => 'no python3-jsonschema' if system("$python -c 'import jsonschema' 2>/dev/null") != 0;

my $node = PostgreSQL::Test::Cluster->new('ocf');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');

my $fill = slurp_file("$FindBin::RealBin/../lib/every_kind.sql");
$node->safe_psql('postgres', "\\set basis $_\n$fill") foreach qw(order member);
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault('bounds', '{"stock": {"total": "9223372036854775807"}}', currency => 'EUR') AS v \gset
	SELECT pointsvault.enroll_many(:v, ARRAY['ann', 'O''Brien "Bob"', E'two\nlines', '王小明']) \g /dev/null
	SELECT pointsvault.allot(:v, 'ann', 9223372036854770000, 'most', '0001-01-01', 100, 1200),
	       pointsvault.allot(:v, 'O''Brien "Bob"', 1, 'least', '9999-12-31', reason => 'quotes " and \\'),
	       pointsvault.allot(:v, E'two\nlines', 7, 'parts', '2024-01-31', 10000),
	       pointsvault.allot(:v, '王小明', 1000, '一', '2024-08-31', 12, 3) \g /dev/null});

sub objects
{
	return $node->safe_psql('postgres', 'SELECT o FROM pointsvault.vault v, pointsvault.stock_ocf(v.id) o');
}

# What the schemas say of each object.
sub checked
{
	my ($objects) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run [ $python, $check ], \$objects, \$out, \$err or diag($err);
	return $out;
}

my $objects = objects();
my @found   = split /\n/, checked($objects);
is(scalar @found, scalar(split /\n/, $objects), 'each object is looked at');
is(join("\n", grep { !/ ok$/ } @found), '', scalar(@found) . ' objects are what the format allows');
foreach my $type (qw(STAKEHOLDER STOCK_CLASS TX_STOCK_ISSUANCE VESTING_TERMS))
{
	cmp_ok(scalar(grep { /^$type / } @found), '>=', 3, "$type among them");
}

# The check sees what is wrong.
like(checked('{"object_type": "STAKEHOLDER", "id": "1", "name": {"legal_name": "x"}, "stakeholder_type": "DOG"}'),
	qr/^STAKEHOLDER 1 'DOG' is not one of/, 'no type of stakeholder');
like(checked($objects =~ s/("quantity": )"(\d+)"/$1$2/r), qr/is not of type 'string'/, 'a quantity that is no text');
like(checked($objects =~ s/("date": )"2024-08-31"/$1"2024-08-32"/r), qr/'2024-08-32' is not a 'date'/, 'a day that there is not');

# What vests is what the vault lets go, in all and on each day; references lead somewhere.
is($node->safe_psql('postgres', q{
	WITH object AS MATERIALIZED (SELECT v.id AS vault, o FROM pointsvault.vault v, pointsvault.stock_ocf(v.id) o),
	vesting AS (
	  SELECT vault, o->>'id' AS id, (o->>'quantity')::numeric AS quantity, (p->>'date')::date AS day,
	         sum((p->>'amount')::numeric) OVER (PARTITION BY vault, o->>'id' ORDER BY p->>'date') AS vested
	  FROM object, jsonb_array_elements(o->'vestings') p
	)
	SELECT count(*) > 15, count(*) FILTER (WHERE w.vested <> pointsvault.stock_unlocked(g.shares, g.free_from, g.parts, g.part_months, w.day)),
	       count(*) FILTER (WHERE w.day = (SELECT max(day) FROM vesting x WHERE (x.vault, x.id) = (w.vault, w.id)) AND w.vested <> w.quantity)
	FROM vesting w JOIN pointsvault.stock_grant g ON g.vault = w.vault AND 'issuance-' || g.seq = w.id}),
	't|0|0', 'what vests is what is free, in all and on each day');
is($node->safe_psql('postgres', q{
	WITH object AS MATERIALIZED (SELECT v.id AS vault, o FROM pointsvault.vault v, pointsvault.stock_ocf(v.id) o)
	SELECT i.o->>'id', ref FROM object i, unnest(ARRAY[i.o->>'stakeholder_id', i.o->>'stock_class_id', i.o->>'vesting_terms_id']) ref
	WHERE i.o->>'object_type' = 'TX_STOCK_ISSUANCE' AND NOT EXISTS (SELECT FROM object x WHERE x.vault = i.vault AND x.o->>'id' = ref)}),
	'', 'what an issuance names is there');

$node->stop;
done_testing();
