# DateStyle: how a file writes days, read off all of them, and what one says.  What the
# file does not decide is asked for, never guessed.

package DateStyle;

use strict;
use warnings;
use utf8;

use Time::Local ();

my %MONTH = do { my $n = 0; map { $_ => ++$n } qw(jan feb mar apr may jun jul aug sep oct nov dec) };

my %SHOWN = (dmy => 'day/month/year', mdy => 'month/day/year', ymd => 'year/month/day');

# Which orders a written form may have; year_first and words say it themselves.
my %ORDERS = (long => [qw(dmy mdy)], short => [qw(dmy mdy ymd)], word => [qw(dmy ymd)]);

my %stripped;    # days repeat in a file

# A cell as { form, parts, text, time }; undef where it is no date.
sub strip
{
	my ($text) = @_;

	return $stripped{$text} if exists $stripped{$text};
	return $stripped{$text} = strip_anew($text);
}

sub strip_anew
{
	my ($text) = @_;
	my $rest = qr/(?![\d])(.*)\z/s;
	my %date = (text => $text);

	if ($text =~ /^(\d{4})([-\/.])(\d{1,2})\2(\d{1,2})$rest/) { @date{qw(form parts rest)} = ('year_first', [ $1, $3, $4 ], $5) }
	elsif ($text =~ /^(\d{4})年(\d{1,2})月(\d{1,2})日?$rest/) { @date{qw(form parts rest)} = ('year_first', [ $1, $2, $3 ], $4) }
	elsif ($text =~ /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$rest/)
	{
		@date{qw(form parts rest)} = ('year_first', [ $1, $2, $3 ], defined $4 ? " $4:$5:$6" : $7);
	}
	elsif ($text =~ /^(\d{1,2})([-\/.])(\d{1,2})\2(\d{4})$rest/) { @date{qw(form parts rest)} = ('long', [ $1, $3, $4 ], $5) }
	elsif ($text =~ /^(\d{1,2})([-\/.])(\d{1,2})\2(\d{2})$rest/) { @date{qw(form parts rest)} = ('short', [ $1, $3, $4 ], $5) }
	elsif ($text =~ /^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[-\s.]+([A-Za-z]{3,9})[-\s.,]+(\d{4}|\d{2})$rest/ && month($2))
	{
		@date{qw(form parts rest)} = (length $3 == 4 ? 'year_first' : 'word', [ length $3 == 4 ? ($3, month($2), $1) : ($1, month($2), $3) ], $4);
	}
	elsif ($text =~ /^(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})[-\s.]+(\d{1,2})(?:st|nd|rd|th)?[-\s.,]+(\d{4})$rest/ && month($1))
	{
		@date{qw(form parts rest)} = ('year_first', [ $3, month($1), $2 ], $4);
	}
	return if !$date{form} || $date{rest} !~ /^(?:\z|[\sT,])/;
	$date{time} = time_in(delete $date{rest});
	return \%date;
}

sub month
{
	my ($word) = @_;

	return $MONTH{ lc substr $word, 0, 3 };
}

# As hh:mm:ss, '' where there is none: it only puts the orders of a day in a row.
sub time_in
{
	my ($text) = @_;
	my ($before, $hour, $minute, $second, $after) =
		$text =~ /(上午|下午)?\s*(\d{1,2}):(\d\d)(?::(\d\d))?(?:[.]\d+)?\s*([AaPp])?/ or return '';
	my $half = lc($after // '') eq 'p' || ($before // '') eq '下午';

	$hour = $hour % 12 + ($half ? 12 : 0) if defined $before || defined $after;
	return sprintf '%02d:%02d:%02d', $hour, $minute, $second // 0;
}

# --- which style -----------------------------------------------------------------

# From the cells [line, text] of all days; wanted is dmy, mdy, ymd or nothing.
sub decide
{
	my ($class, $wanted, $cells) = @_;
	my $self = bless { order => {}, said => [] }, $class;
	my %by_form;

	die "DATES=$wanted is none of dmy, mdy, ymd\n" if $wanted && !$SHOWN{$wanted};
	for my $cell (@$cells)
	{
		my $date = strip($cell->[1]) or next;

		push @{ $by_form{ $date->{form} } }, [ $cell->[0], $date ];
	}
	push @{ $self->{said} }, 'year, month, day' if $by_form{year_first};
	for my $form (grep { $by_form{$_} } sort keys %ORDERS)
	{
		$self->decide_form($wanted, $form, $by_form{$form});
	}
	return $self;
}

# The only order in which every date of the form is one; where all are the same day in
# two orders it does not matter which.
sub decide_form
{
	my ($self, $wanted, $form, $dates) = @_;
	my @orders = @{ $ORDERS{$form} };
	my $example = $dates->[0];
	my ($first, %excluded) = ($example);

	if ($wanted && grep { $_ eq $wanted } @orders)
	{
		$self->{order}{$form} = $wanted;
		push @{ $self->{said} }, "$SHOWN{$wanted}, as DATES= says";
		return;
	}
	# what is a date in none says nothing
	for my $date (grep { my $date = $_->[1]; grep { day_in($date, $_) } @orders } @$dates)
	{
		for my $order (grep { !$excluded{$_} } @orders)
		{
			$excluded{$order} = $date if !day_in($date->[1], $order);
		}
	}
	my @left = grep { !$excluded{$_} } @orders;

	@left = $left[0] if @left > 1 && !grep { differs($_->[1], @left) } @$dates;
	if (@left != 1)
	{
		my ($line, $date) = @{ (grep { differs($_->[1], @left) } @$dates)[0] // $example };

		die +(@left ? "the day $date->{text} in line $line can be read in " . (@left == 2 ? 'two ways' : 'three ways')
				. ', and no row of the file says which'
				: "no one way of reading fits all days, as $date->{text} in line $line")
			. ";\n  say it by DATES=" . join(' or DATES=', @left ? @left : @orders) . "\n";
	}
	my ($telling) = grep { defined } map { $excluded{$_} } grep { $_ ne $left[0] } @orders;

	$self->{order}{$form} = $left[0];
	push @{ $self->{said} }, $SHOWN{ $left[0] }
		. ($telling ? ", as $telling->[1]{text} in line $telling->[0] shows" : ', or any other: it makes no difference');
}

sub differs
{
	my ($date, @orders) = @_;
	my %days = map { (day_in($date, $_) // '') => 1 } @orders;

	return keys %days > 1;
}

sub name
{
	my ($self) = @_;

	return join('; ', @{ $self->{said} }) || 'none';
}

# --- days ------------------------------------------------------------------------

# (day, time) of a cell, or nothing where it is no day.
sub day
{
	my ($self, $text) = @_;
	my $date = strip($text) or return;
	my $day = day_in($date, $self->{order}{ $date->{form} } // 'ymd') or return;

	return ($day, $date->{time});
}

sub day_in
{
	my ($date, $order) = @_;
	my @letters = $date->{form} eq 'year_first' ? qw(y m d) : split //, $order;
	my %part;

	@part{@letters} = @{ $date->{parts} };
	# the month of a word stands in the middle, whatever the order
	$part{y} += 2000 if length $part{y} <= 2;
	return if $part{y} < 1 || !eval { Time::Local::timegm_modern(0, 0, 0, $part{d}, $part{m} - 1, $part{y}); 1 };
	return sprintf '%04d-%02d-%02d', @part{qw(y m d)};
}

1;
