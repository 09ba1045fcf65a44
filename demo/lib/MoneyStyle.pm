# MoneyStyle: how a file writes amounts, read off all of them, and what one says.  Amounts
# are whole numbers of 1/10000; nothing goes through floating point.

package MoneyStyle;

use strict;
use warnings;
use utf8;

use Math::BigInt;
use Unicode::Normalize ();

our $SCALE = 4;

my $MAX_WHOLE_DIGITS = 14;    # before the point: with four decimals still an exact integer
my %OTHER            = ('.' => ',', ',' => '.');
my $GROUP_BLANK      = qr/[\s\x{00a0}\x{2009}\x{202f}'\x{2019}]/;

my %SIGN_OF = (
	'$' => 'USD', 'us$' => 'USD', 'hk$' => 'HKD', 'nt$' => 'TWD', 'a$' => 'AUD', 'c$' => 'CAD', 'r$' => 'BRL',
	'€' => 'EUR', '£' => 'GBP', '¥' => 'CNY', '元' => 'CNY', 'rmb' => 'CNY', 'cn¥' => 'CNY', '人民币' => 'CNY',
	'₹' => 'INR', '₩' => 'KRW', '₽' => 'RUB', 'zł' => 'PLN', 'kr' => undef,
);

# The code of a currency, as a column or a sign names it; undef where it does not.
sub currency_of
{
	my ($text) = @_;
	my $key = lc Unicode::Normalize::NFKC($text);

	return $SIGN_OF{$key} if exists $SIGN_OF{$key};
	return $key =~ /^[a-z]{3}\z/ ? uc $key : undef;
}

# { negative, digits, currency } of a cell, digits with whatever marks stand in them.
sub strip
{
	my ($text) = @_;

	return { negative => 0, digits => $text } if $text =~ /^[0-9][0-9.]*\z/;
	return strip_marks($text);
}

sub strip_marks
{
	my ($text) = @_;
	my %part = (negative => 0);

	$text = Unicode::Normalize::NFKC($text) =~ s/[\x{2212}\x{2013}]/-/gr;
	for (1 .. 3)
	{
		$text =~ s/^\s*\((.*)\)\s*\z/$1/s and $part{negative}++;
		$text =~ s/^\s*-|-\s*\z// and $part{negative}++;
		$text =~ s/^\s*\+//;
		$text =~ s/^\s*([^\d\s.,()+-]+)\s*(?=[-(\d.,])// || $text =~ s/(?<=[\d.,)])\s*([^\d\s.,()+'-]+)\s*\z// or next;
		$part{sign} = $1;
	}
	return if $part{negative} > 1;
	return if defined $part{sign} && !exists $SIGN_OF{ lc $part{sign} } && $part{sign} !~ /^[A-Za-z]{3}\z/;
	$part{currency} = currency_of($part{sign}) if defined $part{sign};
	$part{digits} = $text =~ s/^\s+|\s+\z//gr;
	return if $part{digits} !~ /^[\d.,]+(?:${GROUP_BLANK}\d{3})*(?:[.,]\d*)?\z/ || $part{digits} !~ /\d/;
	return \%part;
}

# --- which style ----------------------------------------------------------------

# '.' or ',' where the digits can be read in one way only, '?' where in two, '' where it
# makes no difference.
sub decimal_of
{
	my ($digits) = @_;

	my ($first) = $digits =~ /([.,])/ or return '';
	my $whole = qr/\d{1,3}(?:\Q$first\E\d{3})/;

	# what is no number in any style says nothing
	return $digits =~ /^$whole+([.,])\d*\z/ && $1 ne $first ? $1 : '' if $digits =~ /[.]/ && $digits =~ /,/;
	return $digits =~ /^$whole+\z/ ? $OTHER{$first} : '' if $digits =~ /([.,]).*\1/;
	return $digits =~ /^[1-9]\d{0,2}[.,]\d{3}\z/ ? '?' : $first;
}

# From the cells [line, text] of all amounts; wanted is point, comma or nothing.
sub decide
{
	my ($class, $wanted, $cells) = @_;
	my %seen;

	for my $cell (@$cells)
	{
		my $part = strip($cell->[1]) or next;
		my $decimal = decimal_of($part->{digits});

		$seen{$decimal} //= $cell if $decimal ne '';
	}
	if ($wanted)
	{
		my %mark = (point => '.', comma => ',');

		$mark{$wanted} or die "DECIMALS=$wanted is neither point nor comma\n";
		return bless { decimal => $mark{$wanted}, known_by => 'as DECIMALS= says' }, $class;
	}
	die "amounts are written in two ways, as $seen{'.'}[1] in line $seen{'.'}[0] and $seen{','}[1] in line $seen{','}[0];\n"
		. "  say which is meant by DECIMALS=point or DECIMALS=comma\n" if $seen{'.'} && $seen{','};
	for my $mark ('.', ',')
	{
		return bless { decimal => $mark, known_by => "as $seen{$mark}[1] in line $seen{$mark}[0]" }, $class if $seen{$mark};
	}
	die "$seen{'?'}[1] in line $seen{'?'}[0] may have thousands or decimals, and no amount of the file says which;\n"
		. "  say it by DECIMALS=point or DECIMALS=comma\n" if $seen{'?'};
	return bless { decimal => '.', known_by => 'all are whole numbers' }, $class;
}

sub name
{
	my ($self) = @_;

	return ($self->{decimal} eq '.' ? 'point' : 'comma') . ", $self->{known_by}";
}

# --- numbers --------------------------------------------------------------------

# { negative, mantissa, decimals, currency }: mantissa without the point, decimals how
# many of its digits stand behind it; undef where it is no number.
sub number
{
	my ($self, $text) = @_;
	my $part = strip($text) or return;
	my $decimal = quotemeta $self->{decimal};
	my $group = $self->{decimal} eq '.' ? ',' : '[.]';
	my ($whole, $rest) = $part->{digits} =~ /^(\d+|\d{1,3}(?:(?:$group|$GROUP_BLANK)\d{3})+|)(?:$decimal(\d*))?\z/ or return;

	$whole =~ s/\D//g;
	$rest = ($rest // '') =~ s/0+\z//r;
	return { %$part, mantissa => ("$whole$rest" =~ s/^0+(?=.)//r || '0'), decimals => length $rest };
}

# The product of two numbers, exactly.
sub product
{
	my ($x, $y) = @_;
	my $long = length($x->{mantissa}) + length($y->{mantissa}) > 18;
	my $mantissa = $long ? Math::BigInt->new($x->{mantissa})->bmul($y->{mantissa})->bstr : $x->{mantissa} * $y->{mantissa};
	my $decimals = $x->{decimals} + $y->{decimals};

	($mantissa =~ s/0\z//, $decimals--) while $decimals > 0 && $mantissa =~ /0\z/ && length $mantissa > 1;
	$decimals = 0 if $mantissa eq '0';
	return { %$y, negative => $x->{negative} ^ $y->{negative}, mantissa => $mantissa, decimals => $decimals };
}

# A number in units of 1/10000 with its sign, or the reason why it has none.
sub units
{
	my ($number) = @_;

	return (undef, "amount has more than $SCALE decimals") if $number->{decimals} > $SCALE;
	my $units = $number->{mantissa} . '0' x ($SCALE - $number->{decimals});

	return (undef, 'amount is too large') if length $units > $MAX_WHOLE_DIGITS + $SCALE;
	return $number->{negative} ? -$units : $units + 0;
}

# Units as a decimal, without zeros at its end.
sub shown
{
	my ($units) = @_;
	my $sign = $units < 0 ? '-' : '';
	my $digits = sprintf "%0*s", $SCALE + 1, $units =~ s/^-//r;
	my ($whole, $rest) = $digits =~ /^(\d+)(\d{$SCALE})\z/;

	$rest =~ s/0+\z//;
	return $sign . $whole . ($rest eq '' ? '' : ".$rest");
}

1;
