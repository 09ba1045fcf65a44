#!/usr/bin/perl
#
# table.pl: tab-separated lines, the first a header, as a Markdown table that also
# reads well in a terminal.  The first column is to the left, the others to the right.

use strict;
use warnings;
use open qw(:std :encoding(UTF-8));

my @rows = map { chomp; [ split /\t/, $_, -1 ] } <STDIN>;
my @width;

foreach my $row (@rows)
{
	foreach my $i (0 .. $#$row)
	{
		$width[$i] = length $row->[$i] if length $row->[$i] > ($width[$i] // 3);
	}
}
$_ //= 3 foreach @width;

sub print_row
{
	my (@cells) = @_;

	print '| ', join(' | ', map { sprintf $_ ? '%*s' : '%-*s', $width[$_], $cells[$_] // '' } 0 .. $#width), " |\n";
}

print_row(@{ shift @rows });
print '|', join('|', map { '-' x ($width[$_] + 1) . ($_ ? ':' : '-') } 0 .. $#width), "|\n";
print_row(@$_) foreach @rows;
