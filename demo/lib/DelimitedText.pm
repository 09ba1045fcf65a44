# DelimitedText: lines as records, each with the number of its first line.  Which row is
# the header, and what stands between its cells, is found by the names that it has; a
# record that cannot be read is told, not fatal.

package DelimitedText;

use strict;
use warnings;
use utf8;

use Cell;
use Text::CSV_XS;

my %DELIMITERS = (comma => ',', semicolon => ';', tab => "\t", bar => '|');

my $MAX_TITLE_LINES = 60;
my $MAX_MORE_LINES  = 100;     # of one record
my $OPEN_QUOTE      = 2027;    # as Text::CSV_XS numbers its errors

# How the lines begin that sum up a file; alone in the first cell they are enough.
my $TOTAL_WORD = qr/^(?:总|合计|小计|汇总|共计|totals?\b|sum\b|summary|summe|grand total|#)/i;
my $TOTAL_ALONE = qr/^(?:总计|合计|小计|汇总|共计|totals?|sum|summary|summe|grand total)[:：]?\z/i;

# worth says what a row is worth as a header, by its cells; 0 is nothing.
sub new
{
	my ($class, $file, $worth) = @_;
	my $self = bless { %$file, next => 0, in_foot => 0 }, $class;

	$self->read_sep;
	$self->find_header($worth);
	return $self;
}

sub refuse
{
	my ($self, $why) = @_;

	die "$self->{path}: $why\n";
}

sub parser_of
{
	my ($sep) = @_;

	return Text::CSV_XS->new({ binary => 1, sep => $sep, allow_whitespace => $sep eq "\t" ? 0 : 1 });
}

# --- the header ----------------------------------------------------------------

# A first line sep=; is for spreadsheets.
sub read_sep
{
	my ($self) = @_;

	return if $self->{lines}[0] !~ /^"?sep=(.|\\t)"?\s*\z/i && $self->{lines}[0] !~ /^sep=(\t)/i;
	$self->{said_sep} = $1 eq '\t' ? "\t" : $1;
	$self->{next} = 1;
}

sub find_header
{
	my ($self, $worth) = @_;
	my $last = $self->{next} + $MAX_TITLE_LINES;
	my %delimiters = defined $self->{said_sep} ? (sep => $self->{said_sep}) : %DELIMITERS;
	my @best = (0, 0);

	$last = $#{ $self->{lines} } if $last > $#{ $self->{lines} };
	for my $i ($self->{next} .. $last)
	{
		for my $name (sort keys %delimiters)
		{
			my @cells = header_cells($self->{lines}[$i], $delimiters{$name}) or next;
			my $value = $worth->(@cells);

			next if $value < $best[0] || $value == $best[0] && @cells <= $best[1];
			next if $value == 0 && defined $self->{header_at} && $self->{header_at} != $i;
			@best = ($value, scalar @cells);
			@$self{qw(header header_at sep)} = (\@cells, $i, $delimiters{$name});
		}
	}
	$self->refuse('it has no line that could be a header') if !$self->{header};
	$self->{csv} = parser_of($self->{sep});
	$self->{title_lines} = $self->{header_at} - $self->{next};
	$self->{next} = $self->{header_at} + 1;
}

sub header_cells
{
	my ($line, $sep) = @_;
	my $csv = parser_of($sep);

	$csv->parse($line) or return;
	my @cells = map { Cell::clean($_) } $csv->fields;

	pop @cells while @cells && $cells[-1] eq '';
	return @cells;
}

sub delimiter_name
{
	my ($self) = @_;
	my ($name) = grep { $DELIMITERS{$_} eq $self->{sep} } sort keys %DELIMITERS;

	return ($name // "'$self->{sep}'") . (defined $self->{said_sep} ? ', as the line sep= says' : '');
}

# --- records -------------------------------------------------------------------

# The next record that is not blank: its line, its text, and its cells; or the reason why
# it has none, and whether an order may be lost by that.
sub next_record
{
	my ($self) = @_;
	my $lines = $self->{lines};

	$self->{next}++ while $self->{next} <= $#$lines && $lines->[ $self->{next} ] !~ /[^\s,;\x{feff}]/;
	return if $self->{next} > $#$lines;
	my $at = $self->{next}++;
	my %record = (line => $at + 1, text => $lines->[$at]);

	return { %record, reason => "not text in $self->{encoding}", lost => 1 } if $self->{broken}{$at};
	return $self->judge({ %record, $self->parse($lines->[$at]) });
}

# Columns that have too many or too few cells may be what sums up the file.
sub judge
{
	my ($self, $record) = @_;
	my $cells = $record->{cells} or return $record;
	my $columns = @{ $self->{header} };

	pop @$cells while @$cells > $columns && $cells->[-1] eq '';
	my ($first) = grep { $_ ne '' } @$cells;
	my $is_sum = ($first // '') =~ $TOTAL_ALONE;

	return $record if @$cells == $columns && !$self->{in_foot} && !$is_sum && !$self->is_header($cells);
	delete $record->{cells};
	return { %$record, reason => 'sums at the end of the file' } if $is_sum;
	return { %$record, reason => 'the header again' } if @$cells == $columns && !$self->{in_foot};
	$self->{in_foot} ||= @$cells && $cells->[0] =~ $TOTAL_WORD;
	return { %$record, reason => 'sums at the end of the file' } if $self->{in_foot};
	return { %$record, reason => 'wrong number of fields', detail => @$cells . " instead of $columns", lost => 1 };
}

sub is_header
{
	my ($self, $cells) = @_;

	return "@$cells" eq "@{ $self->{header} }";
}

# A quoted cell may go on over lines; where that leads to no record, the quote was a
# mistake and costs its own line alone, or nothing where it is but a character.
sub parse
{
	my ($self, $text) = @_;
	my @cells = $self->cells_of($text);
	my ($code, $problem) = $self->{csv}->error_diag;

	return (cells => \@cells) if @cells;
	my ($next, @more) = ($self->{next});

	while ($code == $OPEN_QUOTE && @more < $MAX_MORE_LINES && $next <= $#{ $self->{lines} })
	{
		push @more, $self->{lines}[ $next++ ];
		my $longer = join "\n", $text, @more;

		if (@cells = $self->cells_of($longer))
		{
			last if @cells != @{ $self->{header} };
			$self->{next} = $next;
			return (text => $longer, cells => \@cells);
		}
		($code) = $self->{csv}->error_diag;
	}
	@cells = map { Cell::clean($_ =~ s/^\s*"(.*)"\s*\z/$1/r) } split /\Q$self->{sep}/, $text, -1;
	return (cells => \@cells) if @cells == @{ $self->{header} };
	return (reason => 'broken quoting', detail => $problem =~ s/^\w+ - //r, lost => 1);
}

# None where it is no record.
sub cells_of
{
	my ($self, $text) = @_;
	my $sep = quotemeta $self->{sep};

	$text =~ s/(?:^|(?<=$sep))="([^"]*)"(?=$sep|\z)/"$1"/g if index($text, '="') >= 0;
	return $self->{csv}->parse($text) ? map { Cell::clean($_) } $self->{csv}->fields : ();
}

1;
