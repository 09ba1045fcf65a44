# CsvFile: a CSV file, gzipped or not, record by record, each with the number of its
# line.  A file that cannot be read is an error; a record that cannot be read is not.

package CsvFile;

use strict;
use warnings;

use Encode ();
use Text::CSV_XS;

my @SEPARATORS     = (',', ';', "\t");
my $MAX_MORE_LINES = 100;     # of one record
my $OPEN_QUOTE     = 2027;    # as Text::CSV_XS numbers its errors

sub new
{
	my ($class, $path) = @_;
	my $self = bless {
		path   => $path,
		csv    => Text::CSV_XS->new({ binary => 1, decode_utf8 => 0, allow_whitespace => 1 }),
		line   => 0,
		unread => [],         # lines read ahead and given back
	}, $class;

	$self->{in} = $self->open_bytes;
	$self->{header} = [ $self->read_header ];
	return $self;
}

sub refuse
{
	my ($self, $why) = @_;

	die "$self->{path}: $why\n";
}

# gzip is known by its first bytes, as names lie.
sub open_bytes
{
	my ($self) = @_;
	my $path = $self->{path};

	$self->refuse('there is no such file') if !-e $path;
	$self->refuse('it is a directory') if -d _;
	open my $in, '<:raw', $path or $self->refuse("it cannot be opened: $!");
	read $in, my $magic, 2;
	if ($magic eq "\x1f\x8b")
	{
		open $in, '-|:raw', 'gzip', '-dc', '--', $path or $self->refuse("gzip does not start: $!");
	}
	else
	{
		seek $in, 0, 0;
	}
	return $in;
}

sub finish
{
	my ($self) = @_;

	close $self->{in} or $self->refuse('it could not be read to its end');
}

# --- lines -------------------------------------------------------------------

sub next_line
{
	my ($self) = @_;
	my $text = @{ $self->{unread} } ? shift @{ $self->{unread} } : readline $self->{in};

	return if !defined $text;
	$self->{line}++;
	return $text =~ s/\r?\n\z//r;
}

sub unread
{
	my ($self, @lines) = @_;

	unshift @{ $self->{unread} }, @lines;
	$self->{line} -= @lines;
}

# --- records -----------------------------------------------------------------

# The names of the columns, in lower case.
sub header
{
	my ($self) = @_;

	return @{ $self->{header} };
}

sub read_header
{
	my ($self) = @_;
	my $line = $self->next_line // $self->refuse('it is empty');

	$line =~ s/^\xef\xbb\xbf//;
	$self->refuse('it is not UTF-8 text; save it as CSV in UTF-8') if !is_text($line);
	$self->{csv}->sep(separator_of($line));
	$self->{csv}->parse($line) or $self->refuse('its first line is no CSV');
	return map { lc s/[\s-]+/_/gr } $self->{csv}->fields;
}

sub separator_of
{
	my ($line) = @_;
	my %count = map { my $sep = $_; $sep => scalar(() = $line =~ /\Q$sep/g) } @SEPARATORS;

	return (sort { $count{$b} <=> $count{$a} } @SEPARATORS)[0];
}

# The next record that is not blank: its line, its text, and its fields or the problem.
sub next_record
{
	my ($self) = @_;
	my $text;

	do { $text = $self->next_line // return } while $text =~ /^\s*\z/;
	my %record = (line => $self->{line}, text => $text);

	return { %record, $self->parse($text) };
}

# A quoted field may go on over lines; where that leads to no record, the quote was a
# mistake and costs its own line alone.
sub parse
{
	my ($self, $text) = @_;
	my $csv = $self->{csv};
	my @more;

	return (fields => [ $csv->fields ]) if $csv->parse($text);
	my ($code, $problem) = $csv->error_diag;

	while ($code == $OPEN_QUOTE && @more < $MAX_MORE_LINES && defined(my $next = $self->next_line))
	{
		push @more, $next;
		my $longer = join "\n", $text, @more;

		return (text => $longer, fields => [ $csv->fields ]) if $csv->parse($longer);
		($code) = $csv->error_diag;
	}
	$self->unread(@more);
	return (problem => $problem =~ s/^\w+ - //r);
}

# --- bytes and characters ----------------------------------------------------

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

1;
