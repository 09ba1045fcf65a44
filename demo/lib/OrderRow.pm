# OrderRow: one row of the file as what it says of an order or a refund, or the reason why
# it is left out.  Lost is a row that could have been booked, had it been readable.

package OrderRow;

use strict;
use warnings;
use utf8;

use Cell;
use DateStyle;
use Encode ();
use MoneyStyle;
use RowStatus;

my $MAX_NAME_BYTES = 255;

# What stands for nobody in a column of customers.
my %NOBODY = map { $_ => 1 } qw(0 guest anonymous 匿名 匿名用户 游客 散客);

# how: columns, money and dates as ColumnRoles, MoneyStyle and DateStyle know them, the
# currency and today.  first is the row in which the order of the same ref began.
sub read_row
{
	my ($row, $how, $first) = @_;
	my $verdict_value;

	($row->{verdict}, $verdict_value) = RowStatus::verdict(said($row, $how, $first, 'status'), said($row, $how, $first, 'type'));
	leave_by_verdict($row, $verdict_value) and return;
	for my $check (\&read_amount, \&read_customer, \&read_refund, \&read_currency, \&read_day)
	{
		$check->($row, $how, $first);
		return if $row->{reason};
	}
	$row->{verdict_value} = $verdict_value;
	$row->{goods} = $how->{columns}->cell($row->{cells}, 'goods');
}

sub leave_out
{
	my ($row, $reason, $detail, $lost) = @_;

	@$row{qw(reason detail lost)} = ($reason, $detail, $lost);
}

sub lose
{
	my ($row, $reason, $detail) = @_;

	leave_out($row, $reason, $detail, 1);
}

# Later lines of an order may leave empty what the first has said.
sub cell
{
	my ($row, $how, $first, $role) = @_;
	my $own = $how->{columns}->cell($row->{cells}, $role);

	return $own ne '' || $first == $row ? $own : $how->{columns}->cell($first->{cells}, $role);
}

sub said
{
	my ($row, $how, $first, $role) = @_;

	return map { Cell::is_nothing($row->{cells}[$_]) ? $first->{cells}[$_] : $row->{cells}[$_] } $how->{columns}->columns($role);
}

sub leave_by_verdict
{
	my ($row, $value) = @_;

	if ($row->{verdict} eq 'no sale') { leave_out($row, "no sale: $value") }
	elsif ($row->{verdict} eq 'unpaid') { leave_out($row, "not paid: $value") }
	elsif ($row->{verdict} eq 'unknown') { lose($row, "status not known: $value", 'say what it means by STATUSES=') }
	return $row->{reason};
}

sub read_customer
{
	my ($row, $how, $first) = @_;
	my @columns = $how->{columns}->columns('customer');
	my ($who) = grep { !Cell::is_nothing($_) && !$NOBODY{ lc $_ } }
		map { my $in = $_; map { $in->{cells}[$_] } @columns } $row, $first;

	# an address is the same in any case
	$row->{customer} = defined $who && $who =~ /^[^\s@]+@[^\s@]+\z/ ? lc $who : $who // '';
	# whose refund it is, its order says
	return if $row->{verdict} eq 'refund' || ($row->{units} // 0) < 0;
	return leave_out($row, 'no customer') if $row->{customer} eq '';
	lose($row, "customer longer than $MAX_NAME_BYTES bytes") if bytes($row->{customer}) > $MAX_NAME_BYTES;
}

sub bytes
{
	my ($text) = @_;

	return length Encode::encode('UTF-8', $text);
}

# Signed units; undef where the row has none, as later lines of an order do.
sub read_amount
{
	my ($row, $how) = @_;
	my $columns = $how->{columns};
	my @roles = $columns->{level} eq 'product' ? qw(pieces price) : $columns->has('money') ? 'money' : 'price';
	my @texts = map { $row->{cells}[ ($columns->columns($_))[0] ] } @roles;

	$row->{currency_sign} = '';
	return if grep { Cell::is_nothing($_) } @texts;
	my @numbers = map { $how->{money}->number($_) } @texts;

	return lose($row, 'amount is not a plain number', "@texts") if @numbers != @texts || grep { !defined } @numbers;
	$row->{currency_sign} = $numbers[-1]{currency} // '';
	($row->{units}, my $problem) = MoneyStyle::units(@numbers == 2 ? MoneyStyle::product(@numbers) : $numbers[0]);
	lose($row, $problem, "@texts") if $problem;
}

# How much of it went back, by a column of its own.
sub read_refund
{
	my ($row, $how) = @_;
	my $text = $how->{columns}->cell($row->{cells}, 'refund');

	# 无退款申请: what has no digits names no amount
	return if $text !~ /\d/;
	my $number = $how->{money}->number($text);

	return lose($row, 'refund is not a plain number', $text) if !$number;
	($row->{refund}, my $problem) = MoneyStyle::units({ %$number, negative => 0 });
	lose($row, $problem =~ s/amount/refund/r, $text) if $problem;
}

sub read_currency
{
	my ($row, $how, $first) = @_;
	my $currency = currency($row, $how, $first);

	leave_out($row, "in another currency: $currency") if $currency ne '' && $currency ne $how->{currency};
}

# By its column, else by its sign; '' where nothing says it.
sub currency
{
	my ($row, $how, $first) = @_;
	my $text = cell($row, $how, $first, 'currency');

	return $row->{currency_sign} if $text eq '';
	return MoneyStyle::currency_of($text) // uc $text;
}

sub read_day
{
	my ($row, $how, $first) = @_;
	my $columns = $how->{columns};
	my $text = cell($row, $how, $first, 'day');

	@$row{qw(day time)} = ($how->{today}, '');
	if ($columns->has('day'))
	{
		return lose($row, 'no day') if $text eq '';
		(@$row{qw(day time)}) = $how->{dates}->day($text) or return lose($row, 'day is not a date', $text);
		$row->{time} ||= DateStyle::time_in($columns->cell($row->{cells}, 'time')) if $columns->has('time');
		return lose($row, 'day is after today', $row->{day}) if $row->{day} gt $how->{today};
	}
	my $refund_day = $columns->cell($row->{cells}, 'refund_day');

	return if $refund_day eq '';
	($row->{refund_day}) = $how->{dates}->day($refund_day) or return lose($row, 'day of the refund is not a date', $refund_day);
	lose($row, 'day of the refund is after today', $row->{refund_day}) if $row->{refund_day} gt $how->{today};
}

1;
