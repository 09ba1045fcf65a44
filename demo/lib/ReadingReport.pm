# ReadingReport: how a file was read, which columns were used and which were not, in
# lines for whoever is about to book it.

package ReadingReport;

use strict;
use warnings;

sub file
{
	my ($text, $how) = @_;

	line('encoding', "$text->{encoding}, $text->{known_by}");
	line('delimiter', $text->delimiter_name);
	line('header', 'in line ' . ($text->{header_at} + 1) . ($text->{title_lines} ? ", after $text->{title_lines} lines of title" : ''));
	line('decimals', $how->{money}->name);
	line('dates', $how->{dates}->name . '; a day counts as it is written, whatever its time zone');
	line('currency', "$how->{currency}, $how->{currency_known_by}");
}

sub line
{
	my ($what, $text) = @_;

	printf "  %-10s %s\n", $what, $text;
}

sub columns
{
	my ($columns, $book) = @_;
	my %without = (day => 'none, so all orders are of today', ref => 'none, so by line number');
	my %shown = map { $_ => [ $columns->names_of($_) ] } qw(customer day ref);

	for my $what (qw(customer day ref))
	{
		my ($first, @then) = map { "column $_" } @{ $shown{$what} };

		line($what, !defined $first ? $without{$what} : join ', where empty ', $first, @then);
		line('amount', amount_said($columns, $book)) if $what eq 'customer';
	}
	for my $what (qw(time refund refund_of refund_day status type currency goods))
	{
		my $text = join ' and ', map { "column $_" } $columns->names_of($what);

		next if $text eq '';
		$text .= ', by which returned goods find their order' if $what eq 'goods';
		$text .= ", booked on its order's day" if $what eq 'refund' && !$columns->has('refund_day');
		line($what =~ tr/_/ /r, $text);
	}
	line('left alone', join "\n" . ' ' x 13, grouped($columns->left_alone));
}

sub amount_said
{
	my ($columns, $book) = @_;
	my $of = $book->{per_line} ? 'of the line, summed for an order' : 'of the whole order';

	return 'column ' . $columns->name('pieces') . ' x column ' . $columns->name('price') . ', summed for an order'
		if $columns->{level} eq 'product';
	return 'column ' . $columns->name($columns->has('money') ? 'money' : 'price')
		. ($book->{has_several} || $columns->{level} ne 'amount' ? ", $of, $book->{level_known_by}" : '');
}

# A line for each reason.
sub grouped
{
	my (@columns) = @_;
	my (@reasons, %names);

	for my $column (@columns)
	{
		my ($name, $why) = @$column;

		push @reasons, $why if !$names{$why};
		push @{ $names{$why} }, $name;
	}
	return 'none' if !@reasons;
	return map { join(', ', @{ $names{$_} }) . " ($_)" } @reasons;
}

sub rows
{
	my ($book, @rows) = @_;
	my $masked = () = grep { $_->{customer} =~ /\*/ } @{ $book->{orders} };
	my $refunds = grep { $_->{kind} eq 'refund' } @{ $book->{events} };

	line('rows', scalar(@rows) . ': ' . @{ $book->{orders} } . " orders, $refunds refunds, " . grep({ $_->{reason} } @rows) . ' rows left out');
	print "  Beware: $book->{alike} lines are the same as another of their order in every cell; all are counted.\n" if $book->{alike};
	print "  Beware: people may share a name, and are one member then.\n" if $book->{how}{columns}{by_name};
	print "  Beware: $masked orders have a customer masked by *, who may be several people.\n" if $masked;
	print "  Beware: $book->{matched_by_goods} refunds name no order; each is taken as of the customer's last order with such goods.\n"
		if $book->{matched_by_goods};
}

1;
