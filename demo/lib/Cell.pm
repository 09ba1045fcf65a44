# Cell: what a cell says without what exports put around it, and names made comparable.

package Cell;

use strict;
use warnings;
use utf8;

use Unicode::Normalize ();

# Blanks of every width, and marks without any: byte order, direction, joiners.
my $BLANK = qr/[\s\x{00a0}\x{00ad}\x{200b}-\x{200f}\x{202a}-\x{202f}\x{2060}-\x{2069}\x{3000}\x{feff}]/;

# What says that nothing stands there.
my %NOTHING = map { $_ => 1 } ('/', '-', '--', '—', 'n/a', 'null', 'nan', 'none', '无', '#n/a', '\\n');

# Numbers are kept from spreadsheets as ="1", '1 and `1.
sub clean
{
	my ($text) = @_;

	return $text if $text =~ /^[A-Za-z0-9.:#]*\z/;
	$text =~ s/^$BLANK+|$BLANK+\z//g;
	$text =~ s/^="(.*)"\z/$1/s or $text =~ s/^`// or $text =~ s/^'(?=\d)//;
	$text =~ s/^$BLANK+|$BLANK+\z//g;
	return $text;
}

sub is_nothing
{
	my ($text) = @_;

	return $text eq '' || $NOTHING{ lc $text };
}

# A value of a status column, made comparable.
sub value_key
{
	my ($text) = @_;

	$text = lc Unicode::Normalize::NFKC(clean($text));
	$text =~ s/^wc-//;
	$text =~ s/$BLANK*-$BLANK*/-/g if $text !~ / - /;
	return $text =~ s/(?:$BLANK|_)+/ /gr =~ s/^on-hold\z/on hold/r =~ s/^checkout-draft\z/checkout draft/r;
}

# The name of a column, made comparable: without case, width, blanks, and the unit yuan.
# A hyphen stays, as Amazon's item-price is of the line and others' item price of a piece.
sub name_key
{
	my ($text) = @_;

	$text = lc Unicode::Normalize::NFKC(clean($text));
	$text =~ s/\((?:元|rmb|cny|yuan)\)//g;
	return $text =~ s/(?:$BLANK|_)+//gr;
}

1;
