#!/usr/bin/perl
#
# read_orders.pl FILE TODAY
#
# Reads an orders file, .csv or .csv.gz in UTF-8, and writes one line a row for
# COPY ... (line, ref, customer, amount, day, reason, detail, content).  A row that
# cannot be an order is written with the reason; a file that cannot be an orders
# file ends the program with an error.

use strict;
use warnings;

use Encode ();
use Text::CSV_XS;

# What a column may be called; of several in one file the first here is taken.
my %SYNONYMS = (
	customer => [qw(customer customer_id member user user_id buyer)],
	amount   => [qw(amount total price value)],
	day      => [qw(day date at order_date)],
	ref      => [qw(ref order_id order id)],
);
my @SEPARATORS = (',', ';', "\t");

my $MAX_NAME_BYTES = 255;
my $MAX_DECIMALS   = 4;
my $MAX_DIGITS     = 15;    # before the point; the vault itself knows the exact limit
my $SHOWN_LENGTH   = 60;

my ($path, $today) = @ARGV;
my %first_seen;             # ref => [line, what the order says]

binmode STDOUT;
binmode STDERR;
main();

sub main
{
	my $in = open_orders($path);
	my $csv = Text::CSV_XS->new({ binary => 1, decode_utf8 => 0, allow_whitespace => 1 });
	my @header = read_header($in, $csv);
	my %column = find_columns(@header);
	my $rows = 0;

	tell_columns(\%column, \@header);
	for (;;)
	{
		my $line = $. + 1;
		my $fields = $csv->getline($in);

		last if !$fields && $csv->eof;
		next if $fields && is_blank($fields);
		write_row($line, $fields ? check_row($line, $fields, \@header, \%column)
		                         : broken_row($line, $csv));
		$rows++;
	}
	close $in or refuse('it could not be read to its end');
	refuse('it has a header, but no orders') if $rows == 0;
}

sub refuse
{
	die "orders file $path: @_\n";
}

# --- the file ----------------------------------------------------------------

# gzip is known by its first bytes, as names lie.
sub open_orders
{
	my ($name) = @_;
	my $in;

	refuse('there is no such file') if !-e $name;
	refuse('it is a directory') if -d _;
	refuse('it is empty') if -z _;
	open $in, '<:raw', $name or refuse("it cannot be opened: $!");
	read $in, my $magic, 2;
	if ($magic eq "\x1f\x8b")
	{
		open $in, '-|:raw', 'gzip', '-dc', '--', $name or refuse("gzip cannot be started: $!");
	}
	else
	{
		seek $in, 0, 0;
	}
	return $in;
}

sub read_header
{
	my ($in, $csv) = @_;
	my $line = <$in> // refuse('it is empty');

	refuse('it is UTF-16; save it as CSV in UTF-8') if $line =~ /^(?:\xff\xfe|\xfe\xff)/;
	$line =~ s/^\xef\xbb\xbf//;
	$csv->sep(separator_of($line));
	$csv->parse($line =~ s/\r?\n\z//r) or refuse('its first line is no CSV');
	return map { lc s/[\s-]+/_/gr } $csv->fields;
}

sub separator_of
{
	my ($line) = @_;
	my %count = map { my $sep = $_; $sep => scalar(() = $line =~ /\Q$sep/g) } @SEPARATORS;

	return (sort { $count{$b} <=> $count{$a} } @SEPARATORS)[0];
}

# --- the columns -------------------------------------------------------------

sub find_columns
{
	my @header = @_;
	my %column;

	for my $what (keys %SYNONYMS)
	{
		for my $name (@{ $SYNONYMS{$what} })
		{
			my @at = grep { $header[$_] eq $name } 0 .. $#header;

			refuse("its header names the column $name twice") if @at > 1;
			$column{$what} //= $at[0];
		}
	}
	for my $what (qw(customer amount))
	{
		refuse("its first line names no column for the $what (one of: @{ $SYNONYMS{$what} });\n"
			. '  it reads: ' . shorten(join ', ', @header)) if !defined $column{$what};
	}
	return %column;
}

sub tell_columns
{
	my ($column, $header) = @_;
	my %without = (day => 'none, so all orders are of today', ref => 'none, so by line number');

	for my $what (qw(customer amount day ref))
	{
		my $at = $column->{$what};
		printf STDERR "  %-8s  %s\n", $what, defined $at ? "column $header->[$at]" : $without{$what};
	}
}

# --- a row -------------------------------------------------------------------

sub is_blank
{
	my ($fields) = @_;

	return @$fields == 1 && ($fields->[0] // '') eq '';
}

sub broken_row
{
	my ($line, $csv) = @_;
	my (undef, $message) = $csv->error_diag;
	my $detail = $message;

	$detail .= ", lines $line to $." if $. > $line;
	return { reason => 'broken quoting', detail => $detail, content => $csv->error_input // '' };
}

# The row as an order; with a reason where it cannot be one.
sub check_row
{
	my ($line, $fields, $header, $column) = @_;
	my %row = (content => join(',', @$fields));

	($row{reason}, $row{detail}) = check_fields($fields, $header);
	return \%row if $row{reason};

	for my $what (keys %$column)
	{
		$row{$what} = $fields->[ $column->{$what} ] if defined $column->{$what};
	}
	$row{ref} = "line-$line" if ($row{ref} // '') eq '';
	($row{reason}, $row{detail}) = check_customer(\%row);
	($row{reason}, $row{detail}) = check_amount(\%row) if !$row{reason};
	($row{reason}, $row{detail}) = check_day(\%row) if !$row{reason} && defined $column->{day};
	($row{reason}, $row{detail}) = check_ref($line, \%row) if !$row{reason};
	return \%row;
}

sub check_fields
{
	my ($fields, $header) = @_;
	my $text = join ',', @$fields;

	return ('wrong number of fields', @$fields . ' instead of ' . @$header) if @$fields != @$header;
	return 'not UTF-8 text' if $text =~ /\0/ || !defined as_characters($text);
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
	my ($year, $month, $day) = $row->{day} =~ m{^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?![0-9])};

	($year, $month, $day) = $row->{day} =~ /^([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])/ if !$year;
	return 'no day' if $row->{day} eq '';
	return 'day is not a date' if !$year || $day < 1 || $day > days_of($year, $month);
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
	my ($line, $row) = @_;
	my $order = join "\t", map { $_ // '' } @$row{qw(customer amount day)};
	my $first = $first_seen{ $row->{ref} } //= [ $line, $order ];

	return if $first->[1] eq $order;
	return ('ref of another order', "ref $row->{ref} stands in line $first->[0] already");
}

# --- writing -----------------------------------------------------------------

sub write_row
{
	my ($line, $row) = @_;
	my %row = (%$row, line => $line, content => shorten($row->{content}));

	# what is no order need not be of the columns' types
	@row{qw(ref customer amount day)} = () if $row{reason};
	print join("\t", map { copy_text($_) }
		@row{qw(line ref customer amount day reason detail content)}), "\n";
}

sub copy_text
{
	my ($text) = @_;
	my %escape = ("\\" => '\\\\', "\t" => '\t', "\n" => '\n', "\r" => '\r');

	return '\N' if !defined $text;
	return $text =~ s/([\\\t\n\r])/$escape{$1}/gr;
}

# Strictly, as PostgreSQL is: Perl's own notion of UTF-8 is wider.
sub as_characters
{
	my ($bytes) = @_;

	return eval { Encode::decode('UTF-8', $bytes, Encode::FB_CROAK) };
}

sub shorten
{
	my ($bytes) = @_;
	my $text = as_characters($bytes) // $bytes =~ s/[^ -~]/?/gr;

	$text =~ s/[[:cntrl:]]+/ /g;
	$text = substr($text, 0, $SHOWN_LENGTH - 3) . '...' if length $text > $SHOWN_LENGTH;
	return Encode::encode('UTF-8', $text);
}
