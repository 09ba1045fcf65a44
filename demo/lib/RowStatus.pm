# RowStatus: what the status and type cells of a row say together, by demo/statuses.txt
# or as the user says.

package RowStatus;

use strict;
use warnings;

use Cell;
use NameTable;

my (%class_of, @patterns, %classes);

sub load
{
	my ($path) = @_;

	%class_of = %classes = @patterns = ();
	for my $section (NameTable::load($path))
	{
		my ($class, @values) = @$section;

		$classes{$class} = 1;
		for my $value (map { Cell::value_key($_) } @values)
		{
			my $pattern = join '.*', map { quotemeta } split /\*/, $value, -1;

			$value =~ /\*/ ? push(@patterns, [ qr/^$pattern\z/, $class ]) : ($class_of{$value} = $class);
		}
	}
}

# open=paid,gift=no sale
sub add_mapping
{
	my ($text) = @_;

	for my $part (split /\s*,\s*/, $text)
	{
		my ($value, $class) = $part =~ /^\s*(.+?)\s*=\s*(.+?)\s*\z/ or die "STATUSES: '$part' is not VALUE=MEANING\n";

		$classes{$class} or die "STATUSES: $class is none of: " . join(', ', sort keys %classes) . "\n";
		$class_of{ Cell::value_key($value) } = $class;
	}
}

# undef where it is not known.
sub class_of
{
	my ($text) = @_;
	my $key = Cell::value_key($text);

	return $class_of{$key} //= (map { $_->[1] } grep { $key =~ $_->[0] } @patterns)[0];
}

# The verdict of cells and the cell it comes from: no sale, refund, unpaid, unknown,
# closed, refunded, refunded in part or paid.
sub verdict
{
	my (@cells) = @_;
	my %by;

	return ('paid', '') if !@cells;

	for my $cell (grep { !Cell::is_nothing($_) } @cells)
	{
		$by{ class_of($cell) // 'unknown' } //= $cell;
	}
	return ('no sale', $by{'no sale'}) if $by{'no sale'};
	# money that came back to us is no sale of ours
	return $by{in} ? ('no sale', $by{refund}) : ('refund', $by{refund}) if $by{refund};
	return ('no sale', $by{out}) if $by{out};
	for my $class ('unpaid', 'unknown', 'closed', 'refunded', 'refunded in part')
	{
		return ($class, $by{$class}) if $by{$class};
	}
	return ('paid', '');
}

1;
