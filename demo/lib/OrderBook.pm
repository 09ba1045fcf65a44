# OrderBook: the rows of a file as orders and refunds in the order in which they are to be
# booked.  Rows of one ref are one order; a refund is of the order that it names.

package OrderBook;

use strict;
use warnings;

use Cell;
use MoneyStyle;
use OrderRow;

my $MAX_REF_BYTES = 255;
my $MOST_UNITS    = 1_000_000_000_000_000_000;    # a sum of less is exact
my $END_OF_DAY    = '~';      # after any time of a day

# wanted: 'line' where each line has an amount of its own, 'order' where it is the order's
# each time, '' where the file is to decide.
sub new
{
	my ($class, $rows, $how, $wanted) = @_;
	my $self = bless { how => $how, rows => $rows, orders => [], by_name => {}, refunds => [], events => [], notes => [] }, $class;

	$self->read_rows;
	$self->decide_level($wanted);
	$self->make_orders;
	$self->resolve_refunds;
	$self->refund_by_column($_) for @{ $self->{orders} };
	$self->put_in_row;
	return $self;
}

# --- rows ----------------------------------------------------------------------

sub read_rows
{
	my ($self) = @_;
	my $columns = $self->{how}{columns};
	my %first;

	for my $row (grep { !$_->{reason} } @{ $self->{rows} })
	{
		my ($ref, @others) = grep { $_ ne '' } map { Cell::is_nothing($_) ? '' : $_ } @{ $row->{cells} }[ $columns->columns('ref') ];

		$row->{ref} = $ref // "line-$row->{line}";
		$row->{aliases} = \@others;
		$row->{refund_of} = $columns->cell($row->{cells}, 'refund_of');
		$first{ $row->{ref} } //= $row;
		if (OrderRow::bytes($row->{ref}) > $MAX_REF_BYTES)
		{
			OrderRow::lose($row, "ref longer than $MAX_REF_BYTES bytes");
			next;
		}
		OrderRow::read_row($row, $self->{how}, $first{ $row->{ref} });
		push @{ $self->{groups}{ $row->{ref} } }, $row if !$row->{reason};
	}
}

sub groups
{
	my ($self) = @_;

	return map { [ grep { !$_->{reason} } @$_ ] } @{ $self->{groups} }{ sort keys %{ $self->{groups} } };
}

sub is_refund
{
	my ($row) = @_;

	return $row->{verdict} eq 'refund' || ($row->{units} // 0) < 0;
}

# --- whether lines have amounts of their own ------------------------------------

sub decide_level
{
	my ($self, $wanted) = @_;
	my $columns = $self->{how}{columns};
	my $level = $columns->{level};

	$self->{per_line} = $wanted ? $wanted eq 'line' : $level =~ /^(?:line|product)\z/;
	$self->{level_known_by} = $wanted ? 'as AMOUNTS= says' : 'by its name';
	$self->drop_repeated if !$self->{per_line} || $level eq 'amount';
	my @several = grep { @$_ > 1 } map { [ of_one_order(grep { !is_refund($_) } @$_) ] } $self->groups;

	$self->{has_several} = @several;
	return if $level ne 'amount' || $wanted || !@several;
	my ($differing) = map { my ($x, @more) = grep { defined $_->{units} } @$_;
		my ($y) = grep { $_->{units} != $x->{units} } @more; $y // () } @several;

	if ($differing)
	{
		@$self{qw(per_line level_known_by)} = (1, "as amounts of one order differ, in line $differing->{line}");
		return;
	}
	if (my ($empty) = grep { !defined $_->{units} } map { @$_ } @several)
	{
		$self->{level_known_by} = "as it is empty in the later line $empty->{line}";
		return;
	}
	$self->decide_by_product(@several);
}

# Those that the first row's order may have, whatever else has its ref.
sub of_one_order
{
	my ($first, @more) = @_;

	return ($first // (), grep { $_->{customer} eq $first->{customer} && $_->{day} eq $first->{day} } @more);
}

# The same amount in each line of an order: of each line, or of the order each time?
sub decide_by_product
{
	my ($self, @several) = @_;
	my $each = grep { my $rows = $_; grep { ($self->product_of($_) // -1) != $_->{units} } @$rows } @several;
	my $whole = grep { my $rows = $_; my $sum = 0; $sum += $self->product_of($_) // 0 for @$rows; $sum != $rows->[0]{units} } @several;
	my $example = $several[0];

	if ($each && $whole)
	{
		die "the lines of one order have one amount, as in lines $example->[0]{line} and $example->[1]{line}, and the file"
			. " does not say\n  whether it is of the line or of the order; say it by AMOUNTS=line or AMOUNTS=order\n";
	}
	$self->{per_line} = !$each;
	$self->{level_known_by} = $each ? 'as pieces x price of its lines sum to it' : 'as it is pieces x price of its line';
}

sub product_of
{
	my ($self, $row) = @_;
	my @numbers = map { $self->number_in($row, $_) // return } qw(pieces price);

	return (MoneyStyle::units(MoneyStyle::product(@numbers)))[0];
}

sub number_in
{
	my ($self, $row, $role) = @_;
	my $text = $self->{how}{columns}->cell($row->{cells}, $role);

	return $text eq '' ? undef : $self->{how}{money}->number($text);
}

# A row that stands in the file twice in all its cells.
sub drop_repeated
{
	my ($self) = @_;

	for my $rows ($self->groups)
	{
		my %seen;

		for my $row (@$rows)
		{
			my $first = $seen{ join "\0", @{ $row->{cells} } } //= $row;

			OrderRow::leave_out($row, 'the same row again, booked once', "as line $first->{line}") if $first != $row;
		}
	}
}

# --- orders --------------------------------------------------------------------

sub make_orders
{
	my ($self) = @_;

	for my $rows ($self->groups)
	{
		my @sales = grep { !is_refund($_) } @$rows;
		my @refunds = grep { is_refund($_) } @$rows;

		# a line below 0 on the day of the order takes from it, on a later day it is a refund
		if ($self->{per_line} && @sales)
		{
			push @sales, grep { $_->{verdict} ne 'refund' && $_->{day} eq $sales[0]{day} } @refunds;
			@refunds = grep { $_->{verdict} eq 'refund' || $_->{day} ne $sales[0]{day} } @refunds;
		}
		# a second line that says refunded, beside one that does not, is the refund
		if (!$self->{per_line} && grep { $_->{verdict} eq 'paid' } @sales)
		{
			push @refunds, grep { $_->{verdict} eq 'refunded' } @sales;
			@sales = grep { $_->{verdict} ne 'refunded' } @sales;
		}
		$self->make_order(@sales) if @sales;
		push @{ $self->{refunds} }, @refunds;
	}
	@{ $self->{orders} } = sort { $a->{line} <=> $b->{line} } @{ $self->{orders} };
	$self->index_orders;
}

sub make_order
{
	my ($self, @rows) = @_;
	my ($first) = @rows = sort { $a->{line} <=> $b->{line} } @rows;

	for my $row (grep { $_->{customer} ne $first->{customer} || $_->{day} ne $first->{day} } @rows)
	{
		OrderRow::lose($row, 'ref of another order', "ref $row->{ref} stands in line $first->{line} already");
	}
	@rows = grep { !$_->{reason} } @rows;
	my $units = $self->{per_line} ? $self->sum_of(\@rows) : $self->total_of(\@rows);

	return if !defined $units;
	return $self->lose_rows(\@rows, 'amount is too large') if abs $units >= $MOST_UNITS;
	return $self->leave_rows(\@rows, 'amount is 0') if $units == 0 && !closed_without_refund($first);
	return $self->leave_rows(\@rows, 'the lines of the order sum to less than 0', MoneyStyle::shown($units)) if $units < 0;
	return $self->leave_rows(\@rows, "not paid: $first->{verdict_value}") if closed_without_refund($first);
	push @{ $self->{orders} }, { %$first{qw(ref line customer day time)}, units => $units, back => 0, rows => \@rows };
	$_->{order_line} = $first->{line} for @rows;
}

sub closed_without_refund
{
	my ($row) = @_;

	return $row->{verdict} eq 'closed' && !$row->{refund};
}

sub leave_rows
{
	my ($self, $rows, $reason, $detail) = @_;

	OrderRow::leave_out($_, $reason, $detail) for @$rows;
	return;
}

sub lose_rows
{
	my ($self, $rows, $reason, $detail) = @_;

	OrderRow::lose($_, $reason, $detail) for @$rows;
	return;
}

# A line whose amount is empty is lost, the others are booked.
sub sum_of
{
	my ($self, $rows) = @_;
	my $sum = 0;
	my %seen;

	$self->{alike} += grep { $seen{ join "\0", @{ $_->{cells} } }++ } @$rows;
	OrderRow::lose($_, 'amount is empty') for grep { !defined $_->{units} } @$rows;
	@$rows = grep { !$_->{reason} } @$rows;
	$sum += $_->{units} for @$rows;
	return @$rows ? $sum : undef;
}

# Said in each line or in one; two totals of one order are none.
sub total_of
{
	my ($self, $rows) = @_;
	my ($with) = grep { defined $_->{units} } @$rows;

	return $self->lose_rows($rows, 'amount is empty') if !$with;
	my ($other) = grep { defined $_->{units} && $_->{units} != $with->{units} } @$rows;

	return $with->{units} if !$other;
	return $self->lose_rows($rows, 'lines of one order name two totals',
		"as lines $with->{line} and $other->{line}; AMOUNTS=line where each is of its line");
}

# By its ref, and by any other number that is of one order alone.
sub index_orders
{
	my ($self) = @_;
	my %others;

	for my $order (@{ $self->{orders} })
	{
		$self->{by_name}{ $order->{ref} } = $order;
		$others{$_}{ $order->{ref} } = $order for map { @{ $_->{aliases} } } @{ $order->{rows} };
		push @{ $self->{by_goods}{ $order->{customer} }{ $_->{goods} } }, { order => $order, left => $_->{units} }
			for grep { $_->{goods} ne '' && $self->{per_line} } @{ $order->{rows} };
	}
	for my $name (keys %others)
	{
		my @orders = values %{ $others{$name} };

		$self->{by_name}{$name} //= $orders[0] if @orders == 1;
	}
}

# --- refunds that have rows of their own ------------------------------------------

sub resolve_refunds
{
	my ($self) = @_;

	for my $row (sort { $a->{day} cmp $b->{day} || $a->{line} <=> $b->{line} } @{ $self->{refunds} })
	{
		my $units = $row->{verdict} eq 'refund' && $row->{refund} ? $row->{refund} : abs($row->{units} // 0);
		my $order = $self->named_by($row) // $self->with_goods($row, $units);

		if ($units == 0) { OrderRow::leave_out($row, 'refund of 0') }
		elsif (!$order) { OrderRow::leave_out($row, 'refund of no order in this file') }
		elsif ($self->add_refund($order, $row, $units, $row->{refund_day} // $row->{day}, $row->{time}))
		{
			$order->{has_refund_rows} = 1;
		}
	}
}

# By what it says it is of, its own numbers, and its invoice's without the C of a credit.
sub named_by
{
	my ($self, $row) = @_;

	for my $name ($row->{refund_of}, $row->{ref}, @{ $row->{aliases} }, $row->{ref} =~ /^[Cc](\d+)\z/)
	{
		my $order = $name eq '' ? undef : $self->{by_name}{$name} or next;

		return $order if $name eq $row->{refund_of} || $row->{customer} eq '' || $row->{verdict} eq 'refund'
			|| $order->{customer} eq $row->{customer};
	}
	return;
}

# The customer's last order before it that has the same goods for at least as much.
sub with_goods
{
	my ($self, $row, $units) = @_;

	return if $row->{goods} eq '' || $row->{customer} eq '';
	my ($found) = sort { $b->{order}{day} cmp $a->{order}{day} || $b->{order}{line} <=> $a->{order}{line} }
		grep { $_->{left} >= $units && $_->{order}{day} le $row->{day} }
		@{ $self->{by_goods}{ $row->{customer} }{ $row->{goods} } // [] };

	return if !$found;
	$found->{left} -= $units;
	$self->{matched_by_goods}++;
	return $found->{order};
}

sub add_refund
{
	my ($self, $order, $row, $units, $day, $time) = @_;

	if ($order->{back} + $units > $order->{units})
	{
		$self->note($row, 'refund beyond what the order cost', MoneyStyle::shown($units) . " of order $order->{ref}");
		return;
	}
	$order->{back} += $units;
	$row->{order_line} = $order->{line};
	($day, $time) = @$order{qw(day time)} if $day lt $order->{day};
	push @{ $self->{refund_events} }, {
		kind => 'refund', line => $row->{line}, row => $row, order => $order, units => $units, day => $day,
		time => $time eq '' || $day eq $order->{day} && $time lt $order->{time} ? $END_OF_DAY : $time };
	return 1;
}

# Where the row itself is booked, what is not is told beside it.
sub note
{
	my ($self, $row, $reason, $detail) = @_;

	return OrderRow::lose($row, $reason, $detail) if is_refund($row);
	push @{ $self->{notes} }, { %$row{qw(line content)}, reason => $reason, detail => $detail, lost => 1 };
}

# --- refunds that stand in the order's own rows -------------------------------------

sub refund_by_column
{
	my ($self, $order) = @_;
	my ($row) = @{ $order->{rows} };

	return if $order->{has_refund_rows};
	my $units = $self->refund_said($order);

	if (!defined $units)
	{
		return if $row->{verdict} ne 'refunded in part';
		return $self->note($row, 'refunded in part, and nothing says how much', "order $order->{ref} is booked whole");
	}
	$self->add_refund($order, $row, $units, $row->{refund_day} // $order->{day}, '') if $units > 0;
}

sub refund_said
{
	my ($self, $order) = @_;
	my @rows = @{ $order->{rows} };
	my %said = map { $_->{refund} => 1 } grep { $_->{refund} } @rows;
	my $sum = 0;

	if (%said)
	{
		return (keys %said)[0] if !$self->{per_line} && keys %said == 1;
		$sum += $_->{refund} // 0 for @rows;
		return $sum;
	}
	if (my @back = grep { $_->{verdict} eq 'refunded' } @rows)
	{
		return $order->{units} if !$self->{per_line} || @back == @rows;
		$sum += $_->{units} for @back;
		return $sum;
	}
	# 已退款(￥40.00): the status itself may say it
	my ($digits) = $rows[0]{verdict} eq 'refunded in part' ? $rows[0]{verdict_value} =~ /([\d.,]*\d)/ : ();
	my $number = defined $digits ? $self->{how}{money}->number($digits) : undef;

	return $number ? (MoneyStyle::units($number))[0] : undef;
}

# --- what is to be booked ------------------------------------------------------------

# By day and time, whatever the order of the rows; a refund after its order.
sub put_in_row
{
	my ($self) = @_;
	my %used = map { $_->{ref} => 1 } @{ $self->{orders} };
	my @events = ((map { { %$_, kind => 'purchase' } } @{ $self->{orders} }), @{ $self->{refund_events} // [] });

	@events = sort { $a->{day} cmp $b->{day} || $a->{time} cmp $b->{time} || $a->{line} <=> $b->{line} || $a->{kind} cmp $b->{kind} } @events;
	for my $refund (grep { $_->{kind} eq 'refund' } @events)
	{
		my $own = $refund->{row}{ref};

		$refund->{of} = $refund->{order}{ref};
		$refund->{customer} = $refund->{order}{customer};
		$refund->{ref} = is_refund($refund->{row}) && !$used{$own}++ ? $own : "refund-line-$refund->{line}";
		$used{ $refund->{ref} }++;
	}
	$self->{events} = \@events;
}

1;
