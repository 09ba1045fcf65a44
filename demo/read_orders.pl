#!/usr/bin/perl
#
# read_orders.pl FILE TODAY ROWS
#
# Reads an orders file, .csv or .csv.gz in UTF-8, and writes its rows to ROWS for
# COPY demo.order_line.  A row that cannot be an order is written with the reason; a
# file that cannot be an orders file ends the program with an error.

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
my $MAX_DIGITS     = 15;      # before the point; the vault itself knows the exact limit
my $MAX_MORE_LINES = 100;     # of one record
my $SHOWN_LENGTH   = 60;
my $OPEN_QUOTE     = 2027;    # as Text::CSV_XS numbers its errors

my ($path, $today, $rows_path) = @ARGV;
my $line_number = 0;
my @unread;                   # lines read ahead and given back
my %first_seen;               # ref => [line, what the order says]

main();

sub main
{
	my $in = open_orders($path);
	my $csv = Text::CSV_XS->new({ binary => 1, decode_utf8 => 0, allow_whitespace => 1 });
	my @header = read_header($in, $csv);
	my %column = find_columns(@header);
	my $rows = 0;

	open my $out, '>:raw', $rows_path or die "$rows_path: $!\n";
	tell_columns(\%column, \@header);
	while (my $record = read_record($in, $csv))
	{
		next if $record->{text} =~ /^\s*\z/;
		print $out copy_line(check_record($record, \@header, \%column));
		$rows++;
	}
	close $out or die "$rows_path: $!\n";
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

sub next_line
{
	my ($in) = @_;
	my $text = @unread ? shift @unread : <$in> // return;

	$line_number++;
	return $text =~ s/\r?\n\z//r;
}

sub unread
{
	unshift @unread, @_;
	$line_number -= @_;
}

# The next record: its first line's number, its text, and its fields or the problem.
# A quoted field may go on over lines; where that leads to no record, the quote was a
# mistake and costs its own line alone.
sub read_record
{
	my ($in, $csv) = @_;
	my $text = next_line($in) // return;
	my %record = (line => $line_number, text => $text);
	my @more;

	return { %record, fields => [ $csv->fields ] } if $csv->parse($text);
	my ($code, $problem) = $csv->error_diag;

	while ($code == $OPEN_QUOTE && @more < $MAX_MORE_LINES && defined(my $next = next_line($in)))
	{
		push @more, $next;
		$record{text} = join "\n", $text, @more;
		return { %record, fields => [ $csv->fields ] } if $csv->parse($record{text});
		($code) = $csv->error_diag;
	}
	unread(@more);
	return { %record, text => $text, problem => $problem };
}

sub read_header
{
	my ($in, $csv) = @_;
	my $line = next_line($in) // refuse('it is empty');

	$line =~ s/^\xef\xbb\xbf//;
	refuse('it is not UTF-8 text; save it as CSV in UTF-8') if !is_text($line);
	$csv->sep(separator_of($line));
	$csv->parse($line) or refuse('its first line is no CSV');
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
		printf "  %-8s  %s\n", $what, defined $at ? "column $header->[$at]" : $without{$what};
	}
}

# --- a row -------------------------------------------------------------------

# A record as a row of the table; with a reason where it cannot be an order.
sub check_record
{
	my ($record, $header, $column) = @_;
	my %row = (line => $record->{line}, content => shorten($record->{text}));

	($row{reason}, $row{detail}) = check_fields($record, scalar @$header);
	return \%row if $row{reason};

	for my $what (keys %$column)
	{
		$row{$what} = $record->{fields}[ $column->{$what} ] if defined $column->{$what};
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
	my ($record, $count) = @_;
	my $fields = $record->{fields} or return ('broken quoting', $record->{problem});

	return ('wrong number of fields', @$fields . " instead of $count") if @$fields != $count;
	return 'not UTF-8 text' if !is_text($record->{text});
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

sub is_text
{
	my ($bytes) = @_;

	return $bytes !~ /\0/ && defined as_characters($bytes);
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
