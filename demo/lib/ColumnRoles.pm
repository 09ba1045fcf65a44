# ColumnRoles: which column of a file is used for what, by demo/columns.txt or as the
# user says.

package ColumnRoles;

use strict;
use warnings;

use Cell;
use NameTable;

# Uses of which several columns may serve: the next where one is empty, or all together.
my %SEVERAL = map { $_ => 1 } qw(customer name day ref refund_day status type);

my @MONEY = qw(total amount line);

my (%names, %note);

sub load
{
	my ($path) = @_;

	%names = %note = ();
	for my $section (NameTable::load($path))
	{
		my ($role, @entries) = @$section;

		$role =~ tr/ /_/;
		for my $entry (@entries)
		{
			my ($name, $note) = split / \| /, $entry;

			($name, my ($word, $other)) = split / (if|unless) /, $name;
			$note{ key($name) } = $note if $role eq 'left_alone';
			push @{ $names{$role} }, { key => key($name), $word ? ($word => key($other)) : () };
		}
	}
}

sub key
{
	my ($name) = @_;

	return Cell::name_key($name);
}

# customer=Buyer ID,amount=Total: a name may have commas, as it ends at the next use.
sub parse_mapping
{
	my ($text) = @_;
	my $roles = join '|', map { s/_/[ _]/gr } sort grep { $_ ne 'left_alone' } keys %names;
	my %mapping;

	for my $part (split /\s*,\s*(?=(?:$roles)\s*=)/, $text)
	{
		my ($role, $name) = $part =~ /^\s*($roles)\s*=\s*(.*?)\s*\z/
			or die "COLUMNS: '$part' is not USE=NAME, USE one of: "
			. join(', ', map { s/_/ /gr } sort grep { $_ ne 'left_alone' } keys %names) . "\n";

		$mapping{ $role =~ tr/ /_/r } = $name;
	}
	return \%mapping;
}

# What a row is worth as a header: how many uses it has a name for.
sub worth
{
	my ($mapping, @cells) = @_;
	my %has = map { $_ => 1 } map { keys_of($_) } @cells;
	my $mapped = grep { $has{ key($_) } } values %$mapping;
	my $known = grep { my $role = $_; grep { fits($_, \%has) } @{ $names{$role} } } grep { $_ ne 'left_alone' } keys %names;

	return @cells < 2 ? 0 : 100 * $mapped + $known;
}

# A hyphen counts as it stands first, then as a blank.
sub keys_of
{
	my ($name) = @_;
	my $key = key($name);

	return $key =~ /-/ ? ($key, $key =~ s/-//gr) : $key;
}

sub fits
{
	my ($entry, $has) = @_;

	return $has->{ $entry->{key} } && (!$entry->{if} || $has->{ $entry->{if} }) && (!$entry->{unless} || !$has->{ $entry->{unless} });
}

# --- the choice ----------------------------------------------------------------

sub new
{
	my ($class, $header, $mapping) = @_;
	my $self = bless { header => $header, mapping => $mapping, of => {}, why => {} }, $class;
	my %at;

	for my $i (0 .. $#$header)
	{
		my ($exact, $loose) = keys_of($header->[$i]);

		push @{ $at{$exact} }, $i;
		push @{ $at{$loose} }, $i if defined $loose && !$self->is_known($exact, $loose);
	}
	$self->{at} = \%at;
	$self->find($_) for grep { $_ ne 'left_alone' } sort keys %names;
	$self->decide_customer;
	$self->decide_amount;
	return $self;
}

# Amazon's item-price is not others' item price.
sub is_known
{
	my ($self, $exact, $loose) = @_;

	return grep { $_->{key} eq $exact } map { @$_ } @names{ grep { $_ ne 'left_alone' } keys %names };
}

sub find
{
	my ($self, $role) = @_;
	my $mapped = $self->{mapping}{$role};
	my @columns;

	return if defined $mapped && $mapped eq '';
	if (defined $mapped)
	{
		my $found = $self->{at}{ key($mapped) }
			or die "COLUMNS: there is no column $mapped; the header reads: " . join(', ', @{ $self->{header} }) . "\n";
		$self->{of}{$role} = [ $self->only($found, $mapped) ];
		return;
	}
	for my $entry (grep { fits($_, $self->{at}) } @{ $names{$role} })
	{
		my @at = @{ $self->{at}{ $entry->{key} } };

		push @columns, $self->only(\@at, $self->{header}[ $at[0] ]) if !grep { $_ == $at[0] } @columns;
	}
	$self->{of}{$role} = $SEVERAL{$role} ? \@columns : [ $columns[0] ] if @columns;
	return if $SEVERAL{$role};
	$self->{why}{$_} = "$self->{header}[ $columns[0] ] is taken" for @columns[ 1 .. $#columns ];
}

sub only
{
	my ($self, $at, $name) = @_;

	die "its header names the column $name twice\n" if @$at > 1;
	return $at->[0];
}

# A name is worse than any number or address.
sub decide_customer
{
	my ($self) = @_;

	return $self->drop('name', 'a name is no number: ' . $self->name('customer') . ' is taken') if $self->has('customer');
	$self->{of}{customer} = delete $self->{of}{name} if $self->has('name');
	$self->{by_name} = 1 if $self->has('customer') && !$self->{mapping}{customer};
}

# What was said counts first, then what is of the whole order.
sub decide_amount
{
	my ($self) = @_;
	my @there = (grep { $self->has($_) && defined $self->{mapping}{$_} } @MONEY);

	@there = grep { $self->has($_) } @MONEY if !@there;
	if (!@there && $self->has('price'))
	{
		$self->{level} = $self->has('pieces') ? 'product' : 'line';
		return;
	}
	return if !@there;
	$self->{level} = $there[0];
	$self->{of}{money} = $self->{of}{ $there[0] };
	my $taken = $self->name('money') . ' is taken';

	$self->drop($_, $taken) for grep { $_ ne $there[0] } @MONEY;
	$self->{why}{$_} //= $taken for map { @{ $self->{of}{$_} // [] } } qw(pieces price);
}

sub drop
{
	my ($self, $role, $why) = @_;
	my $dropped = delete $self->{of}{$role} or return;

	$self->{why}{$_} //= $why for @$dropped;
}

# A status or type column none of whose values says anything.
sub drop_column
{
	my ($self, $role, $column, $why) = @_;

	$self->{of}{$role} = [ grep { $_ != $column } @{ $self->{of}{$role} } ];
	$self->{why}{$column} = $why;
}

# --- what was chosen -----------------------------------------------------------

sub has
{
	my ($self, $role) = @_;

	return $self->{of}{$role} && @{ $self->{of}{$role} };
}

sub columns
{
	my ($self, $role) = @_;

	return @{ $self->{of}{$role} // [] };
}

sub name
{
	my ($self, $role) = @_;

	return $self->{header}[ $self->{of}{$role}[0] ];
}

sub names_of
{
	my ($self, $role) = @_;

	return map { $self->{header}[$_] } $self->columns($role);
}

# The first cell of a use that says anything, '' where none does.
sub cell
{
	my ($self, $cells, $role) = @_;

	for my $i ($self->columns($role))
	{
		return $cells->[$i] if !Cell::is_nothing($cells->[$i]);
	}
	return '';
}

# [name, why] of every column that is not used.
sub left_alone
{
	my ($self) = @_;
	my %used = map { $_ => 1 } map { $self->columns($_) }
		grep { !/^(?:total|amount|line|pieces|price)$/ || !$self->has('money') } keys %{ $self->{of} };

	return map { [ $self->{header}[$_] eq '' ? 'one without a name' : $self->{header}[$_], $self->reason($_) ] }
		grep { !$used{$_} } 0 .. $#{ $self->{header} };
}

sub reason
{
	my ($self, $i) = @_;
	my ($note) = grep { defined } map { $note{$_} } keys_of($self->{header}[$i]);

	return $self->{why}{$i} // $note // 'its name says nothing here';
}

1;
