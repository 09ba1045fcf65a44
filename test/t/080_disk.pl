# A sale costs at most 500 bytes on disk with all indexes, a UUID as ref.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $members = 1_000;
my $sales   = 20_000;
my $limit   = 500;

my $node = PostgreSQL::Test::Cluster->new('disk');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off");
$node->start;

foreach my $preset (qw(growth growth-profit))
{
	(my $database = $preset) =~ s/-/_/;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql(
		$database, qq{
		CREATE EXTENSION pointsvault;
		SELECT pointsvault.create_vault('mall', pointsvault.preset('$preset'));
		SELECT pointsvault.enroll_many(1, array_agg('m' || i)) FROM generate_series(1, $members) i;
		VACUUM FULL pointsvault.holding_data;
		CREATE VIEW bytes AS SELECT sum(pg_total_relation_size(oid)) AS n FROM pg_class
		  WHERE relnamespace = 'pointsvault'::regnamespace AND relkind = 'r';
		CREATE PROCEDURE sell(sales int) LANGUAGE plpgsql AS \$\$
		BEGIN
		  FOR i IN 1 .. sales LOOP
		    PERFORM pointsvault.purchase(1, 'm' || 1 + i * 7919 % $members, 10 + i % 990,
		                                 gen_random_uuid()::text);
		    COMMIT;
		  END LOOP;
		END \$\$});
	my $before = $node->safe_psql($database, 'SELECT n FROM bytes');
	$node->safe_psql($database, "CALL sell($sales)");
	my $bytes = ($node->safe_psql($database, 'SELECT n FROM bytes') - $before) / $sales;
	cmp_ok($bytes, '<=', $limit, sprintf '%s: %.0f bytes a sale', $preset, $bytes);
}

$node->stop;
done_testing();
