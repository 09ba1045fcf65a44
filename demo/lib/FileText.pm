# FileText: the lines of a text file, gzipped or not, as characters.  Its encoding is
# read off the bytes, never supposed: where they fit two, that is an error.

package FileText;

use strict;
use warnings;

use Encode ();

# What exports are that are no text, by their first bytes.
my @OTHER_KINDS = (
	[ qr/^PK\x03\x04/,              'it is an Excel workbook or a zip archive; save it as CSV, or unpack it' ],
	[ qr/^\xd0\xcf\x11\xe0/,        'it is an Excel workbook; save it as CSV' ],
	[ qr/^%PDF/,                    'it is a PDF document; what is needed is CSV' ],
	[ qr/^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|meta)/i, 'it is a web page or XML; open it in a spreadsheet and save it as CSV' ],
);

# Byte order marks, the longer first.
my @MARKS = ([ "\xef\xbb\xbf", 'UTF-8' ], [ "\xff\xfe", 'UTF-16LE' ], [ "\xfe\xff", 'UTF-16BE' ]);

my $SAMPLE = 65536;

sub refuse
{
	my ($path, $why) = @_;

	die "$path: $why\n";
}

# The lines, the encoding and how it is known, and which lines do not follow it, by index.
sub load
{
	my ($path, $wanted) = @_;
	my $bytes = bytes_of($path);

	refuse($path, 'it is empty') if $bytes !~ /\S/;
	for my $kind (@OTHER_KINDS)
	{
		refuse($path, $kind->[1]) if $bytes =~ $kind->[0];
	}
	my ($encoding, $known_by, $mark) = encoding_of($path, \$bytes, $wanted);

	substr($bytes, 0, length $mark) = '';
	my ($lines, $broken) = $encoding =~ /^UTF-16/ ? wide_lines($encoding, $bytes) : narrow_lines($encoding, $bytes);

	refuse($path, "it is not text in $encoding; name its encoding in ENCODING=") if %$broken && keys %$broken == @$lines;
	return { path => $path, lines => $lines, broken => $broken, encoding => $encoding, known_by => $known_by };
}

# gzip is known by its first bytes, as names lie.
sub bytes_of
{
	my ($path) = @_;

	refuse($path, 'there is no such file') if !-e $path;
	refuse($path, 'it is a directory') if -d _;
	open my $in, '<:raw', $path or refuse($path, "it cannot be opened: $!");
	read $in, my $magic, 2;
	if (($magic // '') eq "\x1f\x8b")
	{
		open $in, '-|:raw', 'gzip', '-dc', '--', $path or refuse($path, "gzip does not start: $!");
	}
	else
	{
		seek $in, 0, 0;
	}
	my $bytes = do { local $/; readline $in } // '';

	close $in or refuse($path, 'it could not be read to its end');
	return $bytes;
}

# --- which encoding ------------------------------------------------------------

sub encoding_of
{
	my ($path, $bytes, $wanted) = @_;
	my ($marked) = grep { index($$bytes, $_->[0]) == 0 } @MARKS;
	my $mark = $marked ? $marked->[0] : '';

	if ($wanted)
	{
		my $encoding = Encode::find_encoding($wanted) or refuse($path, "ENCODING=$wanted is not known");

		return (named($encoding->name, $mark), 'as ENCODING= says', $mark);
	}
	return ($marked->[1], 'by its byte order mark', $mark) if $marked;
	return (wide_order($path, $bytes), 'by the place of its zero bytes', '') if substr($$bytes, 0, $SAMPLE) =~ /\0/;
	return ('UTF-8', $$bytes =~ /[\x80-\xff]/ ? 'by its bytes' : 'plain ASCII', '') if is_utf8($bytes);
	return ('GBK', 'by its bytes', '') if is_gbk($path, $bytes);
	return ('Windows-1252', 'by its bytes', '');
}

sub named
{
	my ($name, $mark) = @_;
	my %shown = ('utf-8-strict' => 'UTF-8', utf8 => 'UTF-8', cp936 => 'GBK', cp1252 => 'Windows-1252');

	return $mark eq "\xfe\xff" ? 'UTF-16BE' : 'UTF-16LE' if $name eq 'UTF-16';
	return $shown{$name} // $name;
}

# Digits, commas and line ends have one zero byte each: the high one.
sub wide_order
{
	my ($path, $bytes) = @_;
	my @zeros = (0, 0);
	my $sample = substr $$bytes, 0, $SAMPLE;

	$zeros[ (pos($sample) - 1) % 2 ]++ while $sample =~ /\0/g;
	refuse($path, 'it is no text: it has zero bytes') if length($$bytes) % 2 || abs($zeros[0] - $zeros[1]) * 4 < $zeros[0] + $zeros[1];
	return $zeros[1] > $zeros[0] ? 'UTF-16LE' : 'UTF-16BE';
}

# A file of UTF-8 may have broken lines; one in another encoding has hardly a line that fits.
sub is_utf8
{
	my ($bytes) = @_;
	my ($fit, $broken) = (0, 0);

	return 1 if defined characters_of('UTF-8', $$bytes);
	for my $line (grep { /[\x80-\xff]/ } split /\n/, $$bytes)
	{
		defined characters_of('UTF-8', $line) ? $fit++ : $broken++;
	}
	return $fit > $broken;
}

# Chinese in GBK is pairs of high bytes; an accented letter of Europe stands alone.
sub is_gbk
{
	my ($path, $bytes) = @_;
	my $pairs = () = $$bytes =~ /[\xa1-\xfe][\xa1-\xfe]/g;
	my $others = () = $$bytes =~ /(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])/g;

	refuse($path, 'its bytes may be GBK or Windows-1252; say which by ENCODING=gbk or ENCODING=cp1252')
		if $pairs <= 4 * $others && $others <= 4 * $pairs;
	return $pairs > $others;
}

# Strictly, as PostgreSQL is: Perl's own notion of UTF-8 is wider.
sub characters_of
{
	my ($encoding, $bytes) = @_;

	return eval { Encode::decode($encoding, $bytes, Encode::FB_CROAK) };
}

# --- lines ---------------------------------------------------------------------

sub wide_lines
{
	my ($encoding, $bytes) = @_;

	return ([ split_lines(Encode::decode($encoding, $bytes)) ], {});
}

# Line by line, so that a broken one costs itself alone.
sub narrow_lines
{
	my ($encoding, $bytes) = @_;
	my %broken;
	my @lines = split_lines($bytes);

	for my $i (grep { $lines[$_] =~ /[\x80-\xff]/ } 0 .. $#lines)
	{
		my $text = characters_of($encoding, $lines[$i]);

		$broken{$i} = 1 if !defined $text;
		$lines[$i] = $text // $lines[$i] =~ s/[^ -~]/?/gr;
	}
	return (\@lines, \%broken);
}

sub split_lines
{
	my ($text) = @_;

	return $text =~ /\n/ ? split /\r?\n/, $text : split /\r/, $text;
}

1;
