# simulate() and real purchases, in one transaction or in many of random length,
# agree to the last digit under random policies.  SEED=... repeats a run.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $policies = $ENV{POLICIES} // 30;
my $orders   = 120;
my $seed     = $ENV{SEED} // time() % 1_000_000;

my $node = PostgreSQL::Test::Cluster->new('simulate');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/$_.sql"))
  foreach qw(identities random);

$node->safe_psql(
	'postgres', q{
-- Buys in transactions of 1 to `longest` orders, until an order would take a
-- balance out of range (22003).
CREATE PROCEDURE buy(vault integer, amount numeric, orders integer, longest integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. orders LOOP
    BEGIN
      PERFORM pointsvault.purchase(vault, 'm' || i, amount, 'o' || i);
    EXCEPTION WHEN numeric_value_out_of_range THEN
      RETURN;
    END;
    IF random() < 1.0 / longest THEN
      COMMIT;
    END IF;
  END LOOP;
END $$;

-- Whether simulate() refuses so many orders for the reason a purchase is refused.
CREATE FUNCTION refuses(policy jsonb, amount numeric, orders integer) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pointsvault.simulate(policy, amount, orders);
  RETURN false;
EXCEPTION WHEN numeric_value_out_of_range THEN
  RETURN true;
END $$;

-- What the journal says of each order, in the columns of simulate().
CREATE FUNCTION booked(vault_id integer) RETURNS TABLE (
  order_number bigint, price_before numeric, points numeric, price_after numeric, exits bigint,
  exit_cash numeric, exit_fees numeric, pool numeric, circulating numeric, reserve numeric)
LANGUAGE sql AS $$
  SELECT row_number() OVER (ORDER BY p.seq), r.price_before, p.points,
         CASE WHEN l.circulating_after > 0 THEN trim_scale(l.pool_after / l.circulating_after)
              ELSE pointsvault.start_price(y.policy) END,
         l.exits, l.cash, l.fees, l.pool_after, l.circulating_after, l.reserve_after
  FROM pointsvault.journal p
  JOIN pointsvault.policy y ON y.vault = vault_id
  CROSS JOIN pointsvault.get_receipt(vault_id, p.ref) r
  CROSS JOIN LATERAL (
    SELECT count(*) - 1 AS exits, sum(COALESCE(e.cash, 0)) AS cash, sum(COALESCE(e.fee, 0)) AS fees,
           (array_agg(e.pool_after ORDER BY e.seq DESC))[1] AS pool_after,
           (array_agg(e.circulating_after ORDER BY e.seq DESC))[1] AS circulating_after,
           (array_agg(e.reserve_after ORDER BY e.seq DESC))[1] AS reserve_after
    FROM pointsvault.journal e
    WHERE e.vault = vault_id AND (e.seq = p.seq OR e.cause = p.seq)
  ) l
  WHERE p.vault = vault_id AND p.kind = 'purchase'
$$;
});

note "seed $seed: repeat with SEED=$seed";
my ($exits, $refused, $different) = (0, 0, '');
foreach my $n (1 .. $policies)
{
	my $setup = $node->safe_psql('postgres',
		'SELECT setseed(' . (($seed + $n) % 1_000_003) / 1_000_003 . ') \g /dev/null'
		  . "\nSELECT random_run.policy(), random_run.amount()");
	my ($policy, $amount) = split /\|/, $setup;
	my @vaults = map {
		$node->safe_psql('postgres',
			"SELECT pointsvault.create_vault('$n-$_', '$policy') AS vault \\gset\n"
			  . "SELECT pointsvault.enroll_many(:vault, array_agg('m' || i)) FROM generate_series(1, $orders) i \\g /dev/null\n"
			  . "CALL buy(:vault, $amount, $orders, $_);\nSELECT :vault")
	} (1, 7, 1000);

	foreach my $vault (@vaults)
	{
		my $booked = $node->safe_psql('postgres',
			"SELECT count(*) FROM pointsvault.journal WHERE vault = $vault AND kind = 'purchase'");
		$different .= $node->safe_psql(
			'postgres', qq{
			SELECT '$policy $amount: ', s, b
			FROM pointsvault.simulate('$policy', $amount, $booked) s
			FULL JOIN booked($vault) b USING (order_number)
			WHERE s IS DISTINCT FROM b LIMIT 1}) if $booked > 0;
		$exits += $node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE vault = $vault AND kind = 'exit'");
		next if $booked == $orders;
		$refused++;
		$different .= "$policy $amount: simulate takes order $booked + 1, which purchase refused"
		  if $node->safe_psql('postgres', "SELECT refuses('$policy', $amount, $booked + 1)") ne 't';
	}
	last if $different;
}
is($different, '', "$policies policies, $orders orders each: simulated, booked one by one and in chunks alike");
cmp_ok($exits, '>', 0, "with $exits exits, $refused vaults that ran out of range");

$node->stop;
done_testing();
