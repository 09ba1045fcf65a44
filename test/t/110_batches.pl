# The same orders, purchases and debts to settle among each other, split at random into
# single calls, purchase_many and the queue with settle, give the same journal, holdings,
# lots and price as one by one (MODEL §11.12), under random policies with exits, sponsors,
# old debts and dividends, over days that the orders themselves close.  SEED=... repeats a
# run.
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
CREATE TABLE orders (n integer, kind text, member text, amount numeric, ref text, contribution numeric, at timestamptz);

CREATE FUNCTION new_vault(name text, policy jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  id integer := pointsvault.create_vault(name, policy);
BEGIN
  PERFORM pointsvault.enroll_many(id, array_agg('m' || i), array_agg(CASE WHEN i > 1 THEN 'm' || i / 2 END))
  FROM generate_series(1, 15) i;
  IF policy ? 'legacy' THEN
    PERFORM pointsvault.open_debt(id, 'm' || i, i * i * 10, 'debt ' || i, at => now() - interval '21 days') FROM generate_series(1, 12) i;
  END IF;
  RETURN id;
END $$;

-- An order by a call of its own; one that is more than is owed, or of a policy without old
-- debts, is refused.
CREATE FUNCTION book_one(vault integer, o orders) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF o.kind = 'purchase' THEN
    PERFORM pointsvault.purchase(vault, o.member, o.amount, o.ref, o.contribution, at => o.at);
  ELSE
    PERFORM pointsvault.settle_debt(vault, o.member, o.amount, o.ref, o.contribution, at => o.at);
  END IF;
EXCEPTION WHEN check_violation OR object_not_in_prerequisite_state THEN
  IF o.kind = 'purchase' THEN
    RAISE;
  END IF;
END $$;

-- One by one, until an order takes a balance out of range; returns how many.
CREATE FUNCTION book_singly(vault integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  o orders;
BEGIN
  FOR o IN SELECT * FROM orders ORDER BY n LOOP
    BEGIN
      PERFORM book_one(vault, o);
    EXCEPTION WHEN numeric_value_out_of_range THEN
      RETURN o.n - 1;
    END;
  END LOOP;
  RETURN (SELECT count(*) FROM orders);
END $$;

-- Some at once, as far as they are purchases.
CREATE FUNCTION book_many(vault integer, first integer, last integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  o orders;
BEGIN
  PERFORM pointsvault.purchase_many(vault, array_agg(member ORDER BY n), array_agg(amount ORDER BY n), array_agg(ref ORDER BY n),
                                    array_agg(contribution ORDER BY n), ats => array_agg(at ORDER BY n))
  FROM orders WHERE n BETWEEN first AND last
    AND n < COALESCE((SELECT min(n) FROM orders WHERE kind <> 'purchase' AND n BETWEEN first AND last), last + 1)
  HAVING count(*) > 0;
  FOR o IN SELECT * FROM orders WHERE n BETWEEN first AND last
    AND n >= (SELECT min(n) FROM orders WHERE kind <> 'purchase' AND n BETWEEN first AND last) ORDER BY n LOOP
    PERFORM book_one(vault, o);
  END LOOP;
END $$;

-- Some into the queue, one by one.
CREATE FUNCTION submit_singly(vault integer, first integer, last integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  o orders;
BEGIN
  FOR o IN SELECT * FROM orders WHERE n BETWEEN first AND last ORDER BY n LOOP
    IF o.kind = 'purchase' THEN
      PERFORM pointsvault.submit(vault, o.member, o.amount, o.ref, o.contribution, at => o.at);
    ELSE
      PERFORM pointsvault.submit_settlement(vault, o.member, o.amount, o.ref, o.contribution, at => o.at);
    END IF;
  END LOOP;
END $$;

-- All that waits, at most so many at a time; some are only set aside.
CREATE PROCEDURE settle_all(vault integer, most integer) LANGUAGE plpgsql AS $$
BEGIN
  WHILE EXISTS (SELECT FROM pointsvault.queue q WHERE q.vault = settle_all.vault AND error IS NULL) LOOP
    PERFORM pointsvault.settle(vault, random_run.pick(1, most)::integer);
  END LOOP;
END $$;

-- The same orders in pieces of any kind, settled some at a time.
CREATE PROCEDURE book_split(vault integer, upto integer) LANGUAGE plpgsql AS $$
DECLARE
  next integer := 1;
  last integer;
  purchases boolean;
BEGIN
  WHILE next <= upto LOOP
    last := least(next + random_run.pick(0, 59), upto);
    purchases := NOT EXISTS (SELECT FROM orders WHERE n BETWEEN next AND last AND kind <> 'purchase');
    CASE random_run.pick(CASE WHEN purchases THEN 1 ELSE 2 END, 4)
      WHEN 1 THEN
        PERFORM pointsvault.submit_many(vault, array_agg(member ORDER BY n), array_agg(amount ORDER BY n), array_agg(ref ORDER BY n),
                                        array_agg(contribution ORDER BY n), ats => array_agg(at ORDER BY n))
        FROM orders WHERE n BETWEEN next AND last;
      WHEN 2 THEN
        PERFORM submit_singly(vault, next, last);
      WHEN 3 THEN
        CALL settle_all(vault, 40);
        PERFORM book_many(vault, next, last);
      ELSE
        CALL settle_all(vault, 40);
        PERFORM book_one(vault, o) FROM (SELECT o FROM orders o WHERE n BETWEEN next AND last ORDER BY n) x;
    END CASE;
    next := last + 1;
    IF random() < 0.5 THEN
      COMMIT;
    END IF;
  END LOOP;
  CALL settle_all(vault, 100);
END $$;

CREATE FUNCTION all_of(id integer) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('journal %s', (seq, kind, ref, member, amount, points, cash, fee, contribution, pool_after,
                circulating_after, reserve_after, platform_after, turnover_after, cause, policy_version, day, note))
  FROM pointsvault.journal WHERE vault = id
  UNION ALL
  SELECT format('holding %s', (member, points, held, debt, credits, cash, quota, shares, accrued, posted_to, value, exit_price)) FROM pointsvault.holding WHERE vault = id
  UNION ALL
  SELECT format('lot %s', (member, seq, points, points_at_mint, exit_price, exit_limit, held, release_days)) FROM pointsvault.lot WHERE vault = id
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
my ($booked, $exits, $settlements, $different) = (0, 0, 0, '');
foreach my $n (1 .. $policies)
{
	my $number = (($seed + $n) % 1_000_003) / 1_000_003;
	my $result = $node->safe_psql(
		'postgres', qq{
		SELECT setseed($number) \\g /dev/null
		SELECT g || random_run.cycle((g->'growth'->>'pool_rate')::numeric) || random_run.legacy(g->'growth') AS policy FROM random_run.policy() g \\gset
		TRUNCATE orders;
		INSERT INTO orders
		SELECT i, CASE WHEN random() < 0.06 THEN 'settle_debt' ELSE 'purchase' END, 'm' || random_run.pick(1, 15), a, 'o' || i,
		       CASE WHEN random() < 0.2 THEN trunc(a * (:'policy'::jsonb->'growth'->>'pool_rate')::numeric * 0.9, 4) END,
		       date_trunc('hour', now()) - interval '20 days' + i / (1 + $n % 3) * interval '2 hours'
		FROM generate_series(1, $orders) i CROSS JOIN LATERAL (SELECT random_run.amount() AS a WHERE i > 0) x;
		SELECT new_vault('$n one by one', :'policy') AS one \\gset
		SELECT book_singly(:one) AS booked \\gset
		SELECT new_vault('$n split', :'policy') AS split \\gset
		CALL book_split(:split, :booked);
		SELECT :booked || '|' || (SELECT count(*) FILTER (WHERE kind = 'exit') || '|' || count(*) FILTER (WHERE kind = 'settle_debt') FROM pointsvault.journal WHERE vault = :one);
		(SELECT :'policy' || ' one by one: ' || x FROM (SELECT all_of(:one) EXCEPT SELECT all_of(:split)) d (x) ORDER BY 1 LIMIT 3)
		UNION ALL
		(SELECT :'policy' || ' split: ' || x FROM (SELECT all_of(:split) EXCEPT SELECT all_of(:one)) d (x) ORDER BY 1 LIMIT 3)});
	my ($counts, $rest) = split /\n/, $result, 2;
	my @counts = split /\|/, $counts;
	$booked += $counts[0];
	$exits  += $counts[1];
	$settlements += $counts[2];
	$different .= $rest // '';
	last if $different;
}
is($different, '', "$policies policies, $booked orders with $exits exits: any split books the same");
cmp_ok($exits, '>', 0, 'with exits');
cmp_ok($settlements, '>', 0, "with $settlements settled debts");

$node->stop;
done_testing();
