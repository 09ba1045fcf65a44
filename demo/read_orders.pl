#!/usr/bin/perl
#
# read_orders.pl FILE TODAY DIRECTORY
#
# Reads an orders file as shops export it, says how it did, and writes to DIRECTORY what is
# to be booked: events and rows for COPY demo.order_event and demo.order_row, and currency.
# A row that cannot be booked is written with the reason; a file that cannot be read, or
# may be read in two ways, ends the program with an error.
#
# Environment, all optional; docs/orders.md says more:
#   ORDER_COLUMNS  customer=Buyer ID,amount=Total,...: which column is used for what
#   STATUSES       open=paid,gift=no sale: what values of a status column mean
#   DATES          dmy, mdy or ymd       DECIMALS  point or comma
#   AMOUNTS        order or line         CURRENCY  CNY      ENCODING  gbk

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Cell;
use ColumnRoles;
use DateStyle;
use DelimitedText;
use Encode ();
use FileText;
use MoneyStyle;
use OrderBook;
use OrderRow;
use ReadingReport;
use RowStatus;

my $SHOWN_LENGTH = 60;
my $HOME_CURRENCY = 'CNY';

my ($path, $today, $directory) = @ARGV;
my %wanted = map { $_ => Encode::decode('UTF-8', $ENV{$_} // '') } qw(ORDER_COLUMNS STATUSES DATES DECIMALS AMOUNTS CURRENCY ENCODING);

main();

sub main
{
	binmode $_, ':encoding(UTF-8)' for *STDOUT, *STDERR;
	ColumnRoles::load("$FindBin::Bin/columns.txt");
	RowStatus::load("$FindBin::Bin/statuses.txt");
	RowStatus::add_mapping($wanted{STATUSES}) if $wanted{STATUSES} ne '';
	die "AMOUNTS=$wanted{AMOUNTS} is neither order nor line\n" if $wanted{AMOUNTS} !~ /^(?:order|line)?\z/;

	my $mapping = $wanted{ORDER_COLUMNS} =~ /^\d*\z/ ? {} : ColumnRoles::parse_mapping($wanted{ORDER_COLUMNS});
	my $file = FileText::load($path, $wanted{ENCODING});
	my $text = DelimitedText->new($file, sub { ColumnRoles::worth($mapping, @_) });
	my $columns = in_file(sub { ColumnRoles->new($text->{header}, $mapping) });

	need_columns($columns);
	my @rows = read_rows($text);
	my $how = in_file(sub { how_to_read($columns, @rows) });
	my $book = in_file(sub { OrderBook->new(\@rows, $how, $wanted{AMOUNTS}) });

	ReadingReport::file($text, $how);
	ReadingReport::columns($columns, $book);
	ReadingReport::rows($book, @rows);
	write_all($book, $how, @rows);
}

# What goes wrong in there is the file's.
sub in_file
{
	my ($do) = @_;
	my $done = eval { $do->() } // die $@ =~ /^COLUMNS/ ? $@ : "$path: $@";

	return $done;
}

sub need_columns
{
	my ($columns) = @_;
	my @missing = ($columns->has('customer') ? () : 'customer', $columns->{level} ? () : 'amount');

	return if !@missing;
	die "$path: no column is known for: " . join(', ', @missing) . "\n"
		. "  it has the columns: " . shorten(join(', ', @{ $columns->{header} }), 600) . "\n"
		. "  say which is which by COLUMNS=\"" . join(',', map { "$_=NAME" } @missing) . "\"\n";
}

sub read_rows
{
	my ($text) = @_;
	my @rows;

	while (my $record = $text->next_record)
	{
		push @rows, { %$record, content => shorten(delete $record->{text}, $SHOWN_LENGTH) };
		delete $rows[-1]{text};
	}
	die "$path: it has a header, but no orders\n" if !@rows;
	return @rows;
}

# --- how ------------------------------------------------------------------------

sub how_to_read
{
	my ($columns, @rows) = @_;
	my @readable = grep { $_->{cells} } @rows;

	drop_mute_columns($columns, @readable);
	my %how = (
		columns => $columns,
		today   => $today,
		money   => MoneyStyle->decide($wanted{DECIMALS}, cells_of($columns, [qw(money price refund)], @readable)),
		dates   => DateStyle->decide($wanted{DATES}, cells_of($columns, [qw(day refund_day)], @readable)),
	);
	@how{qw(currency currency_known_by)} = currency_of_file(\%how, @readable);
	return \%how;
}

# [line, text] of all cells that say anything.
sub cells_of
{
	my ($columns, $roles, @rows) = @_;
	my @at = map { $columns->columns($_) } $columns->has('money') ? grep { $_ ne 'price' } @$roles : @$roles;

	return [ map { my $row = $_; map { [ $row->{line}, $row->{cells}[$_] ] } grep { !Cell::is_nothing($row->{cells}[$_]) } @at } @rows ];
}

# Type may be that of the goods.
sub drop_mute_columns
{
	my ($columns, @rows) = @_;

	return if $columns->{mapping}{type};
	for my $i ($columns->columns('type'))
	{
		next if grep { !Cell::is_nothing($_->{cells}[$i]) && defined RowStatus::class_of($_->{cells}[$i]) } @rows;
		$columns->drop_column('type', $i, 'none of its values says sale or refund');
	}
}

# What most rows are in; as many in two are asked for.
sub currency_of_file
{
	my ($how, @rows) = @_;
	my (%count, $unsaid);

	return (MoneyStyle::currency_of($wanted{CURRENCY}) // uc $wanted{CURRENCY}, 'as CURRENCY= says') if $wanted{CURRENCY} ne '';
	for my $row (@rows)
	{
		my %try = (cells => $row->{cells}, line => $row->{line});

		OrderRow::read_amount(\%try, $how);
		my ($verdict) = RowStatus::verdict(map { OrderRow::said(\%try, $how, \%try, $_) } qw(status type));

		next if !defined $try{units} || $verdict =~ /^(?:no sale|unpaid)\z/;
		my $currency = OrderRow::currency(\%try, $how, \%try);

		$currency eq '' ? $unsaid++ : $count{$currency}++;
	}
	my ($most, $next) = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;

	return ($HOME_CURRENCY, 'as nothing says another; CURRENCY= does') if !$most;
	die "as many rows are in $most as in $next; say which is meant by CURRENCY=$most or CURRENCY=$next\n"
		if $next && $count{$most} == $count{$next};
	return ($most, "as $count{$most} row" . ($count{$most} == 1 ? ' says' : 's say'));
}

# --- writing ---------------------------------------------------------------------------

sub write_all
{
	my ($book, $how, @rows) = @_;
	my $nr = 0;

	write_lines('rows', map { copy_line(@$_{qw(line content order_line reason detail)}, $_->{lost} ? 't' : 'f') }
		sort { $a->{line} <=> $b->{line} } @rows, @{ $book->{notes} });
	write_lines('events', map { copy_line(++$nr, @$_{qw(line kind ref of customer)}, MoneyStyle::shown($_->{units}), $_->{day}) } @{ $book->{events} });
	write_lines('currency', $how->{currency});
}

sub write_lines
{
	my ($name, @lines) = @_;
	my $out_path = "$directory/$name";

	open my $out, '>:raw:encoding(UTF-8)', $out_path or die "$out_path: $!\n";
	print $out "$_\n" for @lines;
	close $out or die "$out_path: $!\n";
}

sub copy_line
{
	return join "\t", map { copy_text($_) } @_;
}

sub copy_text
{
	my ($text) = @_;
	my %escape = ("\\" => '\\\\', "\t" => '\t', "\n" => '\n', "\r" => '\r');

	return '\N' if !defined $text;
	return $text =~ s/([\\\t\n\r])/$escape{$1}/gr =~ tr/\0//dr;
}

sub shorten
{
	my ($text, $length) = @_;

	$text =~ s/[[:cntrl:]]+/ /g;
	return length $text > $length ? substr($text, 0, $length - 3) . '...' : $text;
}
