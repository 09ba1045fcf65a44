# NameTable: a file of sections, [name] and then a line for each entry; # begins a comment.

package NameTable;

use strict;
use warnings;

# The sections in their order, each [name, entry...].
sub load
{
	my ($path) = @_;
	my @sections;

	open my $in, '<:encoding(UTF-8)', $path or die "$path: $!\n";
	while (my $line = readline $in)
	{
		$line =~ s/\s+\z//;
		next if $line =~ /^(?:#|\z)/;
		if ($line =~ /^\[(.+)\]\z/)
		{
			push @sections, [$1];
			next;
		}
		push @{ $sections[-1] }, $line;
	}
	close $in;
	return @sections;
}

1;
