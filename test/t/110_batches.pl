# The same orders, split at random into purchase, purchase_many and submit with
# settle, give the same journal, holdings, lots and price as one by one (MODEL
# §11.12), under random policies with exits, sponsors and dividends, over days that
# the orders themselves close.  SEED=... repeats a run.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $policies = $ENV{POLICIES} // 25;
my $orders   = 200;
my $seed     = $ENV{SEED} // time() % 1_000_000;

my $node = PostgreSQL::Test::Cluster->new('batches');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/$_.sql"))
  foreach qw(identities random);
$node->safe_psql(
	'postgres', q{
CREATE TABLE orders (n integer, member text, amount numeric, ref text, contribution numeric, at timestamptz);

CREATE FUNCTION new_vault(name text, policy jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  id integer := pointsvault.create_vault(name, policy);
BEGIN
  PERFORM pointsvault.enroll_many(id, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm' || i / 2 END))
  FROM generate_series(1, 15) i;
  RETURN id;
END $$;

-- One by one, until an order takes a balance out of range; returns how many.
CREATE FUNCTION book_singly(vault integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  o orders;
BEGIN
  FOR o IN SELECT * FROM orders ORDER BY n LOOP
    BEGIN
      PERFORM pointsvault.purchase(vault, o.member, o.amount, o.ref, o.contribution, at => o.at);
    EXCEPTION WHEN numeric_value_out_of_range THEN
      RETURN o.n - 1;
    END;
  END LOOP;
  RETURN (SELECT count(*) FROM orders);
END $$;

-- The same orders in pieces of any kind, settled some at a time.
CREATE PROCEDURE book_split(vault integer, upto integer) LANGUAGE plpgsql AS $$
DECLARE
  next integer := 1;
  size integer;
  waiting boolean := false;
  members text[];
  amounts numeric[];
  refs text[];
  contributions numeric[];
  ats timestamptz[];
BEGIN
  WHILE next <= upto LOOP
    size := random_run.pick(1, 60);
    SELECT array_agg(member ORDER BY n), array_agg(amount ORDER BY n), array_agg(ref ORDER BY n),
           array_agg(contribution ORDER BY n), array_agg(at ORDER BY n)
    INTO members, amounts, refs, contributions, ats
    FROM orders WHERE n BETWEEN next AND least(next + size - 1, upto);
    next := next + cardinality(members);
    CASE random_run.pick(1, 4)
      WHEN 1 THEN
        PERFORM pointsvault.submit_many(vault, members, amounts, refs, contributions, ats => ats);
        waiting := true;
      WHEN 2 THEN
        FOR i IN 1 .. cardinality(members) LOOP
          PERFORM pointsvault.submit(vault, members[i], amounts[i], refs[i], contributions[i], at => ats[i]);
        END LOOP;
        waiting := true;
      WHEN 3 THEN
        WHILE waiting AND pointsvault.settle(vault, random_run.pick(1, 40)::integer) > 0 LOOP END LOOP;
        waiting := false;
        PERFORM pointsvault.purchase_many(vault, members, amounts, refs, contributions, ats => ats);
      ELSE
        WHILE waiting AND pointsvault.settle(vault, random_run.pick(1, 40)::integer) > 0 LOOP END LOOP;
        waiting := false;
        FOR i IN 1 .. cardinality(members) LOOP
          PERFORM pointsvault.purchase(vault, members[i], amounts[i], refs[i], contributions[i], at => ats[i]);
        END LOOP;
    END CASE;
    IF random() < 0.5 THEN
      COMMIT;
    END IF;
  END LOOP;
  WHILE pointsvault.settle(vault, random_run.pick(1, 100)::integer) > 0 LOOP END LOOP;
END $$;

CREATE FUNCTION all_of(id integer) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('journal %s', (seq, kind, ref, member, amount, points, cash, fee, contribution, pool_after,
                circulating_after, reserve_after, platform_after, turnover_after, cause, policy_version, day, note))
  FROM pointsvault.journal WHERE vault = id
  UNION ALL
  SELECT format('holding %s', (member, points, credits, cash, quota, shares, accrued, posted_to, value, exit_price)) FROM pointsvault.holding WHERE vault = id
  UNION ALL
  SELECT format('lot %s', (member, seq, points, points_at_mint, exit_price, exit_limit)) FROM pointsvault.lot WHERE vault = id
  UNION ALL
  SELECT format('day %s', (day, turnover, pool, paid, over_quota, weight_shares, active_shares, tier_divisors, seq))
  FROM pointsvault.dividend_day WHERE vault = id
  UNION ALL
  SELECT format('class %s', (shares, holders, active, total)) FROM pointsvault.class_data WHERE vault = id
  UNION ALL
  SELECT format('quota %s', (m.member, q.shares, q.ends_at)) FROM pointsvault.quota_data q JOIN pointsvault.member m ON m.id = q.member WHERE q.vault = id
  UNION ALL
  SELECT format('posting %s', (seq, account, member, asset, amount)) FROM pointsvault.posting WHERE vault = id
  UNION ALL
  SELECT format('status %s', (pool, circulating, issued, price, reserve, cash_owed, queued)) FROM pointsvault.vault_status WHERE vault = id
  UNION ALL
  SELECT format('verify %s', (name, expected, found, detail)) FROM pointsvault.verify(id) WHERE NOT ok
$$;
});

note "seed $seed: repeat with SEED=$seed";
my ($booked, $exits, $different) = (0, 0, '');
foreach my $n (1 .. $policies)
{
	my $number = (($seed + $n) % 1_000_003) / 1_000_003;
	my $result = $node->safe_psql(
		'postgres', qq{
		SELECT setseed($number) \\g /dev/null
		SELECT g || random_run.cycle((g->'growth'->>'pool_rate')::numeric) AS policy FROM random_run.policy() g \\gset
		TRUNCATE orders;
		INSERT INTO orders
		SELECT i, 'm' || random_run.pick(1, 15), a, 'o' || i,
		       CASE WHEN random() < 0.2 THEN trunc(a * (:'policy'::jsonb->'growth'->>'pool_rate')::numeric * 0.9, 4) END,
		       date_trunc('hour', now()) - interval '20 days' + i / (1 + $n % 3) * interval '2 hours'
		FROM generate_series(1, $orders) i CROSS JOIN LATERAL (SELECT random_run.amount() AS a WHERE i > 0) x;
		SELECT new_vault('$n one by one', :'policy') AS one \\gset
		SELECT book_singly(:one) AS booked \\gset
		SELECT new_vault('$n split', :'policy') AS split \\gset
		CALL book_split(:split, :booked);
		SELECT :booked || '|' || (SELECT count(*) FROM pointsvault.journal WHERE vault = :one AND kind = 'exit');
		(SELECT :'policy' || ' one by one: ' || x FROM (SELECT all_of(:one) EXCEPT SELECT all_of(:split)) d (x) ORDER BY 1 LIMIT 3)
		UNION ALL
		(SELECT :'policy' || ' split: ' || x FROM (SELECT all_of(:split) EXCEPT SELECT all_of(:one)) d (x) ORDER BY 1 LIMIT 3)});
	my ($counts, $rest) = split /\n/, $result, 2;
	my @counts = split /\|/, $counts;
	$booked += $counts[0];
	$exits  += $counts[1];
	$different .= $rest // '';
	last if $different;
}
is($different, '', "$policies policies, $booked orders with $exits exits: any split books the same");
cmp_ok($exits, '>', 0, 'with exits');

$node->stop;
done_testing();
