#!/usr/bin/perl
#
# read_orders.pl FILE TODAY ROWS
#
# Reads an orders file, .csv or .csv.gz in UTF-8, and writes its rows to ROWS for
# COPY demo.order_line.  A row that cannot be an order is written with the reason; a
# file that cannot be an orders file ends the program with an error.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use CsvFile;
use Encode ();

# What a column may be called; of several in one file the first here is taken.
my %SYNONYMS = (
	customer => [qw(customer customer_id member user user_id buyer)],
	amount   => [qw(amount total price value)],
	day      => [qw(day date at order_date)],
	ref      => [qw(ref order_id order id)],
);

my $MAX_NAME_BYTES = 255;
my $MAX_DECIMALS   = 4;
my $MAX_DIGITS     = 15;    # before the point; the vault itself knows the exact limit
my $SHOWN_LENGTH   = 60;

my ($path, $today, $rows_path) = @ARGV;
my %first_seen;             # ref => [line, what the order says]

main();

sub main
{
	my $file = CsvFile->new($path);
	my $column = find_columns($file);
	my $count = 0;

	tell_columns($file, $column);
	open my $out, '>:raw', $rows_path or die "$rows_path: $!\n";
	while (my $record = $file->next_record)
	{
		print $out copy_line(check_record($record, scalar $file->header, $column));
		$count++;
	}
	close $out or die "$rows_path: $!\n";
	$file->finish;
	$file->refuse('it has a header, but no orders') if $count == 0;
}

# --- columns -----------------------------------------------------------------

# What is needed of an order => the index of its column, where there is one.
sub find_columns
{
	my ($file) = @_;
	my @header = $file->header;
	my %column;

	for my $what (sort keys %SYNONYMS)
	{
		for my $name (@{ $SYNONYMS{$what} })
		{
			my @at = grep { $header[$_] eq $name } 0 .. $#header;

			$file->refuse("its header names the column $name twice") if @at > 1;
			$column{$what} //= $at[0];
		}
	}
	for my $what (qw(customer amount))
	{
		$file->refuse("its first line names no column for the $what"
			. " (one of: @{ $SYNONYMS{$what} });\n  it reads: " . shorten(join ', ', @header))
			if !defined $column{$what};
	}
	return \%column;
}

sub tell_columns
{
	my ($file, $column) = @_;
	my %without = (day => 'none, so all orders are of today', ref => 'none, so by line number');

	for my $what (qw(customer amount day ref))
	{
		my $at = $column->{$what};
		printf "  %-8s  %s\n", $what, defined $at ? 'column ' . ($file->header)[$at] : $without{$what};
	}
}

# --- checks, each returning nothing or a reason and maybe a detail -----------

# A record as a row of the table; with a reason where it cannot be an order.
sub check_record
{
	my ($record, $columns, $column) = @_;
	my %row = (line => $record->{line}, content => shorten($record->{text}));

	($row{reason}, $row{detail}) = check_fields($record, $columns);
	return \%row if $row{reason};

	for my $what (grep { defined $column->{$_} } keys %$column)
	{
		$row{$what} = $record->{fields}[ $column->{$what} ];
	}
	$row{ref} = "line-$row{line}" if ($row{ref} // '') eq '';
	for my $check (\&check_customer, \&check_amount, \&check_day, \&check_ref)
	{
		($row{reason}, $row{detail}) = $check->(\%row);
		last if $row{reason};
	}
	# what is no order need not be of the columns' types
	@row{qw(ref customer amount day)} = () if $row{reason};
	return \%row;
}

sub check_fields
{
	my ($record, $columns) = @_;
	my $fields = $record->{fields} or return ('broken quoting', $record->{problem});

	return ('wrong number of fields', @$fields . " instead of $columns") if @$fields != $columns;
	return 'not UTF-8 text' if !CsvFile::is_text($record->{text});
	return;
}

sub check_customer
{
	my ($row) = @_;

	return 'no customer' if $row->{customer} eq '';
	return "customer longer than $MAX_NAME_BYTES bytes" if length $row->{customer} > $MAX_NAME_BYTES;
	return;
}

sub check_amount
{
	my ($row) = @_;
	my ($sign, $whole, $decimals) = $row->{amount} =~ /^([+-]?)([0-9]+)(?:\.([0-9]*))?\z/
		or return ('amount is not a plain number', $row->{amount} eq '' ? 'it is empty' : undef);

	$whole =~ s/^0+(?=.)//;
	$decimals = ($decimals // '') =~ s/0+\z//r;
	return 'amount is 0' if $whole eq '0' && $decimals eq '';
	return 'amount is negative' if $sign eq '-';
	return "amount has more than $MAX_DECIMALS decimals" if length $decimals > $MAX_DECIMALS;
	return 'amount is too large' if length $whole > $MAX_DIGITS;
	$row->{amount} = $decimals eq '' ? $whole : "$whole.$decimals";
	return;
}

# 2024-01-31, 2024/1/31 or 20240131; a time of day after it is left aside.
sub check_day
{
	my ($row) = @_;
	my $text = $row->{day} // return;    # the file has no such column

	return 'no day' if $text eq '';
	$text =~ s{^([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])}{$1-$2-$3};
	my ($year, $month, $day) = $text =~ m{^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[ T]|\z)}
		or return 'day is not a date';
	return 'day is not a date' if $day < 1 || $day > days_of($year, $month);
	$row->{day} = sprintf '%04d-%02d-%02d', $year, $month, $day;
	return 'day is after today' if $row->{day} gt $today;
	return;
}

sub days_of
{
	my ($year, $month) = @_;
	my $leap = $year % 4 == 0 && ($year % 100 != 0 || $year % 400 == 0);
	my @days = (0, 31, $leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

	return $year > 0 ? $days[$month] // 0 : 0;
}

# The same order twice is let through: the vault knows it again by its ref.
sub check_ref
{
	my ($row) = @_;
	my $order = join "\t", map { $_ // '' } @$row{qw(customer amount day)};
	my $first = $first_seen{ $row->{ref} } //= [ $row->{line}, $order ];

	return if $first->[1] eq $order;
	return ('ref of another order', "ref $row->{ref} stands in line $first->[0] already");
}

# --- writing -----------------------------------------------------------------

sub copy_line
{
	my ($row) = @_;

	return join("\t", map { copy_text($_) }
		@$row{qw(line ref customer amount day reason detail content)}) . "\n";
}

sub copy_text
{
	my ($text) = @_;
	my %escape = ("\\" => '\\\\', "\t" => '\t', "\n" => '\n', "\r" => '\r');

	return '\N' if !defined $text;
	return $text =~ s/([\\\t\n\r])/$escape{$1}/gr;
}

sub shorten
{
	my ($bytes) = @_;
	my $text = CsvFile::as_characters($bytes) // $bytes =~ s/[^ -~]/?/gr;

	$text =~ s/[[:cntrl:]]+/ /g;
	$text = substr($text, 0, $SHOWN_LENGTH - 3) . '...' if length $text > $SHOWN_LENGTH;
	return Encode::encode('UTF-8', $text);
}
