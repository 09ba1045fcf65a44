#!/usr/bin/perl
#
# plot.pl: lines of panel, x axis, series, x, y (tab-separated) as an SVG of small
# panels, two abreast; x on a logarithmic scale, y from 0.  It brings its own
# ground and follows the reader's light or dark scheme.

use strict;
use warnings;

my ($WIDTH, $HEIGHT) = (420, 250);                                 # of a panel
my %PAD = (left => 62, right => 24, top => 38, bottom => 46);
my $LEGEND = 40;                                                   # height
my $STYLE = <<'END';
text { font: 12px system-ui, sans-serif; fill: #3a3f45 }
.title { font-weight: 600; font-size: 13px }
.ground { fill: #ffffff }
.grid { stroke: #d9dde2; stroke-width: 1 }
.line { fill: none; stroke-width: 2 }
.s0, .s2 { stroke: #1f6fd1 } .s1, .s3 { stroke: #cf5410 } .s4 { stroke: #1c8a5f }
.s2, .s3 { stroke-dasharray: 5 4 }
.dot { stroke-dasharray: none; fill: #ffffff; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #d5dae1 }
  .ground, .dot { fill: #14181d }
  .grid { stroke: #363d46 }
  .s0, .s2 { stroke: #6aa8f5 } .s1, .s3 { stroke: #f08e55 } .s4 { stroke: #57c598 }
}
END

my (@panels, %panel, @series, %series);

while (<STDIN>)
{
	chomp;
	my ($title, $axis, $name, $x, $y) = split /\t/;

	push @panels, $panel{"$title\t$axis"} = { title => $title, axis => $axis, names => [] }
	  unless $panel{"$title\t$axis"};
	my $of = $panel{"$title\t$axis"};
	$series{$name} //= push(@series, $name) - 1;
	push @{ $of->{names} }, $name unless $of->{points}{$name};
	push @{ $of->{points}{$name} }, [ $x, $y ];
}

print_svg();

sub print_svg
{
	my $height = $LEGEND + $HEIGHT * int((@panels + 1) / 2);

	printf qq(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">\n<style>\n%s</style>\n),
	  2 * $WIDTH, $height, 2 * $WIDTH, $height, $STYLE;
	printf qq(<rect class="ground" width="%d" height="%d" rx="8"/>\n), 2 * $WIDTH, $height;
	print_legend();
	foreach my $i (0 .. $#panels)
	{
		printf qq(<g transform="translate(%d %d)">\n), $WIDTH * ($i % 2), $LEGEND + $HEIGHT * int($i / 2);
		print_panel($panels[$i]);
		print "</g>\n";
	}
	print "</svg>\n";
	return;
}

# A panel of one series is named by its title.
sub print_legend
{
	my %shared = map { $_ => 1 } map { @{ $_->{names} } > 1 ? @{ $_->{names} } : () } @panels;
	my $x = $PAD{left};

	foreach my $name (grep { $shared{$_} } @series)
	{
		printf qq(<path class="line s%d" d="M%d 24h28"/>\n), $series{$name}, $x;
		text($x + 36, 28, 'start', $name);
		$x += 36 + 7 * length($name) + 18;
	}
	return;
}

sub print_panel
{
	my ($panel) = @_;
	my @points = map { @$_ } values %{ $panel->{points} };
	my ($x_of, @powers) = x_scale(map { $_->[0] } @points);
	my ($y_of, @steps) = y_scale(map { $_->[1] } @points);
	my $bottom = $HEIGHT - $PAD{bottom};

	text($PAD{left}, $PAD{top} - 16, 'start', $panel->{title}, 'title');
	foreach my $y (@steps)
	{
		printf qq(<path class="grid" d="M%d %.1fH%d"/>\n), $PAD{left}, $y_of->($y), $WIDTH - $PAD{right};
		text($PAD{left} - 8, $y_of->($y) + 4, 'end', shown($y, ' '));
	}
	text($x_of->($_), $bottom + 18, 'middle', short($_)) foreach @powers;
	text(($PAD{left} + $WIDTH - $PAD{right}) / 2, $bottom + 36, 'middle', $panel->{axis});
	print_line($_, $panel->{points}{$_}, $x_of, $y_of) foreach reverse @{ $panel->{names} };
	return;
}

sub print_line
{
	my ($name, $points, $x_of, $y_of) = @_;
	my @sorted = sort { $a->[0] <=> $b->[0] } @$points;

	printf qq(<path class="line s%d" d="M%s"/>\n), $series{$name},
	  join 'L', map { sprintf '%.1f %.1f', $x_of->($_->[0]), $y_of->($_->[1]) } @sorted;
	foreach my $point (@sorted)
	{
		printf qq(<circle class="dot s%d" cx="%.1f" cy="%.1f" r="3.5"><title>%s: %s at %s</title></circle>\n),
		  $series{$name}, $x_of->($point->[0]), $y_of->($point->[1]), $name, shown($point->[1], ' '), short($point->[0]);
	}
	return;
}

# Where an x goes, and the powers of ten to write below.
sub x_scale
{
	my @log = sort { $a <=> $b } map { log($_) / log(10) } @_;
	my ($low, $high) = (int($log[0] + 1e-9), int($log[-1] + 1 - 1e-9));
	my $width = $WIDTH - $PAD{left} - $PAD{right} - 20;

	$high = $low + 1 if $high <= $low;
	return (sub { $PAD{left} + 10 + $width * (log($_[0]) / log(10) - $low) / ($high - $low) }, map { 10**$_ } $low .. $high);
}

# Where a y goes, and the steps to write beside: of 1, 2 or 5, at most six.
sub y_scale
{
	my ($most) = sort { $b <=> $a } @_;
	my ($step) = grep { $_ * 5 >= $most } map { my $power = 10**$_; map { $_ * $power } 1, 2, 5 } 0 .. 12;
	my $top = $step;
	my $height = $HEIGHT - $PAD{top} - $PAD{bottom};

	$top += $step while $top < $most;
	return (sub { $PAD{top} + $height * (1 - $_[0] / $top) }, map { $_ * $step } 0 .. $top / $step);
}

sub text
{
	my ($x, $y, $anchor, $text, $class) = @_;

	printf qq(<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>\n), $x, $y, $anchor, $class ? qq( class="$class") : '', $text;
	return;
}

# 1234567 as 1 234 567
sub shown
{
	my ($n, $gap) = @_;

	1 while $n =~ s/^(\d+)(\d{3})/$1$gap$2/;
	return $n;
}

sub short
{
	my ($n) = @_;

	return $n >= 1e6 ? $n / 1e6 . ' M' : $n >= 1e3 ? $n / 1e3 . ' k' : $n;
}
