# Orders files as shops export them: what becomes of every row of the made-up exports in
# test/orders, each with a file of what is expected; what is never guessed; and the way
# of some through a vault.
use strict;
use warnings;
use utf8;

use Encode ();
use File::Basename;
use File::Path ();
use lib dirname(__FILE__) . '/lib';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $top     = dirname(__FILE__) . '/../..';
my $demo    = "$top/demo";
my $today   = '2024-12-31';
my $scratch = PostgreSQL::Test::Utils::tempdir();
my @exports = sort map { basename($_, '.csv') } glob "$top/test/orders/*.csv";

delete @ENV{qw(ORDER_COLUMNS STATUSES DATES DECIMALS AMOUNTS CURRENCY ENCODING)};

sub bytes_of
{
	my ($path) = @_;

	open my $in, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar readline $in;
}

sub lines_of
{
	return split /\n/, Encode::decode('UTF-8', bytes_of($_[0]));
}

sub write_file
{
	my ($path, $bytes) = @_;

	open my $out, '>:raw', $path or die "$path: $!";
	print $out $bytes;
	close $out or die "$path: $!";
	return $path;
}

# What reading said and, where it succeeded, what it wrote.
sub read_orders
{
	my ($path, %options) = @_;

	local @ENV{ keys %options } = map { Encode::encode('UTF-8', $_) } values %options;
	File::Path::remove_tree("$scratch/out");
	mkdir "$scratch/out";
	my $said = `perl "$demo/read_orders.pl" "$path" $today "$scratch/out" 2>&1`;

	return { said => $said, failed => $? != 0 } if $? != 0;
	return { said => $said, failed => 0, outcome => outcome(), events => [ lines_of("$scratch/out/events") ],
		lost => scalar grep { /\tt\z/ } lines_of("$scratch/out/rows") };
}

# A line for what became of each row.
sub outcome
{
	my ($currency) = lines_of("$scratch/out/currency");
	my (%events, @outcome);

	for my $event (map { [ split /\t/ ] } lines_of("$scratch/out/events"))
	{
		my ($nr, $line, $kind, $ref, $of, $customer, $amount, $day) = @$event;

		push @{ $events{$line} }, "$kind $ref" . ($kind eq 'refund' ? " of $of" : '') . ", $customer, $amount, $day, nr $nr";
	}
	for my $row (map { [ split /\t/, $_, -1 ] } lines_of("$scratch/out/rows"))
	{
		my ($line, undef, $order_line, $reason, $detail, $lost) = @$row;

		push @outcome, "line $line: " . ($lost eq 't' ? 'lost' : 'left out') . ", $reason" . ($detail eq '\N' ? '' : " ($detail)")
			if $reason ne '\N';
		next if $reason ne '\N';
		push @outcome, map { "line $line: $_" } @{ $events{$line} // ["with the order of line $order_line"] };
	}
	return Encode::encode('UTF-8', join '', map { "$_\n" } "currency $currency", @outcome);
}

# --- every export ------------------------------------------------------------------

for my $export (@exports)
{
	my $path = "$top/test/orders/$export.csv";
	my $expected = "$top/test/orders/$export.expected";
	my $read = read_orders($path);

	ok(!$read->{failed}, "$export is read") or diag($read->{said});
	write_file($expected, $read->{outcome}) if $ENV{WRITE_EXPECTED};
	is($read->{outcome}, bytes_of($expected), "$export: every row");
	is_said_before_booking($export, $read);
}

sub is_said_before_booking
{
	my ($export, $read) = @_;
	my @missing = grep { $read->{said} !~ /^  \Q$_\E +\S/m } qw(encoding delimiter header decimals dates currency customer amount day ref), 'left alone';

	is("@missing", '', "$export: how it was read is said");
}

# --- whatever its bytes --------------------------------------------------------------

my %first_encoding = (taobao => 'cp936', amazon => 'cp1252', spreadsheet => 'UTF-16');
my %as = (
	'UTF-8 with a mark'       => sub { "\xef\xbb\xbf" . Encode::encode('UTF-8', $_[0]) },
	'UTF-16LE with a mark'    => sub { "\xff\xfe" . Encode::encode('UTF-16LE', $_[0]) },
	'UTF-16BE with a mark'    => sub { "\xfe\xff" . Encode::encode('UTF-16BE', $_[0]) },
	'UTF-16LE without a mark' => sub { Encode::encode('UTF-16LE', $_[0]) },
	'UTF-16BE without a mark' => sub { Encode::encode('UTF-16BE', $_[0]) },
	'lines that end in CR'    => sub { Encode::encode('UTF-8', $_[0] =~ s/\n/\r/gr) },
);

for my $export (@exports)
{
	my $text = Encode::decode($first_encoding{$export} // 'UTF-8', bytes_of("$top/test/orders/$export.csv")) =~ s/^\x{feff}//r =~ s/\r\n/\n/gr;
	my %forms = %as;

	# what has no place in GBK cannot be tried
	my $has_gbk = $text !~ /[\x80-\xff]/ && $text =~ /\p{Han}/ && eval { Encode::encode('cp936', $text, Encode::FB_CROAK | Encode::LEAVE_SRC) };

	$forms{GBK} = sub { Encode::encode('cp936', $_[0]) } if $has_gbk;
	for my $form (sort keys %forms)
	{
		my $read = read_orders(write_file("$scratch/$export.csv", $forms{$form}->($text)));

		is($read->{outcome} // $read->{said}, bytes_of("$top/test/orders/$export.expected"), "$export in $form");
	}
}

# --- whatever the order of its rows ------------------------------------------------------

my @lines = split /\n/, bytes_of("$top/test/orders/stripe.csv");
my @booked = map { (split /\t/, $_)[ 2, 4, 5, 6, 7 ] } @{ read_orders("$top/test/orders/stripe.csv")->{events} };
my $turned = read_orders(write_file("$scratch/turned.csv", join '', map { "$_\n" } $lines[0], reverse @lines[ 1 .. $#lines ]));

is_deeply([ map { (split /\t/, $_)[ 2, 4, 5, 6, 7 ] } @{ $turned->{events} } ], \@booked, 'rows are booked by day and time, whatever their order');

# --- what is asked for ---------------------------------------------------------------------

sub csv
{
	return write_file("$scratch/some.csv", Encode::encode('UTF-8', join '', map { "$_\n" } @_));
}

# refuses REASON, HINT, WHAT, LINE...: the file is refused so
sub refuses
{
	my ($reason, $hint, $what, @file) = @_;
	my $read = read_orders(csv(@file));

	ok($read->{failed}, "$what: refused");
	like($read->{said}, $reason, "$what: why");
	like($read->{said}, $hint, "$what: what to do");
}

# books OPTIONS, EVENTS, WHAT, LINE...: what is booked, as [kind, amount, day]
sub books
{
	my ($options, $events, $what, @file) = @_;
	my $read = read_orders(csv(@file), %$options);

	is_deeply([ map { [ (split /\t/, $_)[ 2, 6, 7 ] ] } @{ $read->{events} // [] } ], $events, $what) or diag($read->{said});
	return $read;
}

my @two_ways = ('customer,amount,date', 'ann,5,03/04/2024', 'bob,5,05/06/2024');

refuses(qr/03\/04\/2024 in line 2 can be read in two ways/, qr/DATES=dmy or DATES=mdy/, 'a day of two readings', @two_ways);
books({ DATES => 'dmy' }, [ [ 'purchase', 5, '2024-04-03' ], [ 'purchase', 5, '2024-06-05' ] ], 'DATES=dmy', @two_ways);
books({ DATES => 'mdy' }, [ [ 'purchase', 5, '2024-03-04' ], [ 'purchase', 5, '2024-05-06' ] ], 'DATES=mdy', @two_ways);
my $decided = books({}, [ [ 'purchase', 5, '2024-04-03' ], [ 'purchase', 5, '2024-04-13' ] ], 'a 13th decides',
	'customer,amount,date', 'ann,5,03/04/2024', 'bob,5,13/04/2024');

like($decided->{said}, qr{day/month/year, as 13/04/2024 in line 3 shows}, 'and it is said');
books({}, [ [ 'purchase', 5, '2024-05-05' ] ], 'where both readings are one day nothing is asked', 'customer,amount,date', 'ann,5,05/05/2024');
refuses(qr/no one way of reading fits all days/, qr/DATES=dmy or DATES=mdy/, 'days of two kinds',
	'customer,amount,date', 'ann,5,13/04/2024', 'bob,5,04/13/2024');
refuses(qr/in three ways/, qr/DATES=dmy or DATES=mdy or DATES=ymd/, 'a year of two digits', 'customer,amount,date', 'ann,5,03/04/05');
refuses(qr/in two ways/, qr/DATES=dmy or DATES=ymd/, 'a year of two digits beside a 13', 'customer,amount,date', 'ann,5,13/04/05');
books({ DATES => 'ymd' }, [ [ 'purchase', 5, '2013-04-05' ] ], 'DATES=ymd', 'customer,amount,date', 'ann,5,13/04/05');
books({}, [ [ 'purchase', 5, '2024-04-30' ] ], 'a year of two digits that only one reading fits', 'customer,amount,date', 'ann,5,4/30/24');

refuses(qr/1,234 in line 2 may have thousands or decimals/, qr/DECIMALS=point or DECIMALS=comma/, 'an amount of two readings',
	'customer;amount', 'ann;1,234');
books({ DECIMALS => 'point' }, [ [ 'purchase', 1234, $today ] ], 'DECIMALS=point', 'customer;amount', 'ann;1,234');
books({ DECIMALS => 'comma' }, [ [ 'purchase', 1.234, $today ] ], 'DECIMALS=comma', 'customer;amount', 'ann;1,234');
refuses(qr/amounts are written in two ways/, qr/DECIMALS=/, 'amounts of two styles', 'customer;amount', 'ann;1,5', 'bob;1.5');
books({}, [ map { [ 'purchase', $_, $today ] } '1234.5', '1234567', '0.0001', '12', '99999999999999.9999', '13', '1234.5', '2000.5' ], 'amounts in many dresses',
	'customer;amount', 'a;$1,234.50', 'b;US$ 1,234,567', 'c; .0001', 'd;+12.0000', 'e;99,999,999,999,999.9999', 'f;USD 13', 'g;1 234.50', "h;2'000.5 USD");
is(books({}, [ [ 'purchase', 5, $today ] ], 'amounts that are none', 'customer;amount', 'a;5', 'b;1.2E+15', 'c;5.00001', 'd;1.2.3', 'e;five',
	'f;100000000000000', 'g;--5', 'h;')->{lost}, 7, 'are lost');

my @two_totals = ('order id,customer,amount,item', '1,ann,10,cup', '1,ann,10,pot');

refuses(qr/lines 2 and 3/, qr/AMOUNTS=line or AMOUNTS=order/, 'one amount in two lines of an order', @two_totals);
books({ AMOUNTS => 'line' }, [ [ 'purchase', 20, $today ] ], 'AMOUNTS=line', @two_totals);
books({ AMOUNTS => 'order' }, [ [ 'purchase', 10, $today ] ], 'AMOUNTS=order', @two_totals);
books({}, [ [ 'purchase', 30, $today ] ], 'amounts of an order that differ are of its lines', 'order id,customer,amount', '1,ann,10', '1,ann,20');
books({}, [ [ 'purchase', 20, $today ] ], 'pieces x price tell that it is of the line',
	'order id,customer,qty,price,amount,item', '1,ann,2,5,10,cup', '1,ann,1,10,10,pot');
books({}, [ [ 'purchase', 20, $today ] ], 'pieces x price tell that it is of the order',
	'order id,customer,qty,price,amount,item', '1,ann,2,5,20,cup', '1,ann,1,10,20,pot');

refuses(qr/as many rows are in EUR as in USD/, qr/CURRENCY=EUR or CURRENCY=USD/, 'two currencies', 'customer,amount', 'ann,$5', 'bob,€5');
books({ CURRENCY => 'USD' }, [ [ 'purchase', 5, $today ] ], 'CURRENCY=USD', 'customer,amount', 'ann,$5', 'bob,€5');

my $own = books({ ORDER_COLUMNS => 'customer=Kunde, Nr.,amount=Wert,day=Tag,ref=Beleg' }, [ [ 'purchase', 5, '2024-01-05' ] ], 'columns as they are named',
	'Beleg;Kunde, Nr.;Tag;Wert', 'x1;ann;2024-01-05;5');
is((split /\t/, $own->{events}[0])[3], 'x1', 'and the ref');
books({ ORDER_COLUMNS => '80' }, [ [ 'purchase', 5, $today ] ], "a terminal's width is no mapping", 'customer,amount', 'ann,5');
refuses(qr/no column is known for: customer, amount/, qr/COLUMNS="customer=NAME,amount=NAME"/, 'names that nobody knows', 'foo,bar', '1,2');
like(read_orders(csv('customer,amount', 'ann,5'), ORDER_COLUMNS => 'amount=Betrag')->{said}, qr/COLUMNS: there is no column Betrag/, 'a column that is not there');
like(read_orders(csv('customer,amount', 'ann,5'), ORDER_COLUMNS => 'buyer')->{said}, qr/'buyer' is not USE=NAME/, 'a mapping that is none');

my @odd_status = ('customer,amount,status', 'ann,5,parked', 'bob,6,paid');
my $odd = books({}, [ [ 'purchase', 6, $today ] ], 'a status that nobody knows is not booked', @odd_status);

is($odd->{lost}, 1, 'but lost');
books({ STATUSES => 'parked=paid' }, [ [ 'purchase', 5, $today ], [ 'purchase', 6, $today ] ], 'STATUSES=', @odd_status);

for my $kind ([ "PK\x03\x04abc", qr/Excel workbook or a zip/ ], [ "\xd0\xcf\x11\xe0abc", qr/Excel workbook/ ], [ '<html><table>', qr/web page/ ],
	[ '', qr/it is empty/ ], [ "customer,amount\n", qr/a header, but no orders/ ])
{
	like(read_orders(write_file("$scratch/other.csv", $kind->[0]))->{said}, $kind->[1], "what is no orders file: $kind->[1]");
}
like(read_orders(write_file("$scratch/odd.csv", "customer,amount\n\xb3\xc2,5\nJ\xfcrgen,6\n"))->{said}, qr/ENCODING=gbk or ENCODING=cp1252/, 'bytes of two readings');
like(Encode::decode('UTF-8', read_orders(write_file("$scratch/odd.csv", "customer,amount\n\xb3\xc2,5\n"), ENCODING => 'gbk')->{outcome}),
	qr/陈, 5/, 'ENCODING=gbk');

# --- through a vault ---------------------------------------------------------------------------

my $node = new_node('orders');

# Of each way in which orders and refunds come one, as a database takes its time.
for my $export (qw(paypal shopify spreadsheet taobao uci wechat_personal))
{
	my $read = read_orders("$top/test/orders/$export.csv");
	my ($currency) = lines_of("$scratch/out/currency");

	$node->safe_psql('postgres', "CREATE DATABASE $export");
	$node->safe_psql($export, 'CREATE EXTENSION pointsvault');
	$node->psql($export, "\\i $demo/load_orders.sql", extra_params => [ '-v', "currency=$currency" ], on_error_die => 1);
	for my $name (qw(event row))
	{
		$node->safe_psql($export, "COPY demo.order_$name FROM STDIN;\n" . Encode::encode('UTF-8', join '', map { "$_\n" } lines_of("$scratch/out/${name}s")) . "\\.\n");
	}
	my $told = "SELECT count(*) FROM demo.order_row WHERE reason IS NOT NULL";
	my $before = $node->safe_psql($export, $told);

	$node->safe_psql($export, q(CALL demo.book_orders(pointsvault.vault_id('orders'))));
	is($node->safe_psql($export, $told), $before, "$export: the vault refuses nothing");
	is($node->safe_psql($export, q(SELECT count(*) FROM demo.order_event e
			WHERE NOT EXISTS (SELECT FROM pointsvault.journal j WHERE j.ref = e.ref AND j.kind = e.kind AND j.amount = e.amount AND j.day = e.day
				AND j.member = e.customer))), 0, "$export: each event is in the journal");
	is($node->safe_psql($export, q(SELECT count(*) FROM pointsvault.verify(pointsvault.vault_id('orders')) WHERE NOT ok)), 0, "$export: the books are right");
}

# --- the public orders, where they are -----------------------------------------------------------

SKIP:
{
	my $public = ($ENV{POINTSVAULT_DATA} // '') . '/cdnow.csv.gz';

	skip 'no public orders beside the project', 2 if !-f $public;
	my $read = read_orders($public);

	is(scalar @{ $read->{events} }, 69579, 'the public orders');
	is(scalar(() = $read->{outcome} =~ /left out, amount is 0/g), 80, 'and 80 of amount 0');
}

done_testing();
