# Runs the SQL examples of README.md and docs/*.md: those of a file in order, in
# one psql session on a database of its own.  Prints what they print where a
# plain or text block directly follows, compared with runs of blanks and dashes
# taken as one, and without the count of rows.  An example whose first line is
# `-- error SQLSTATE` must fail with that; what follows it may show the first
# lines of the message only.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top  = "$FindBin::RealBin/../..";
my @docs = grep { -r "$top/$_" } 'README.md', map { 'docs/' . (split m{/})[-1] } sort glob("$top/docs/*.md");

# What no example prints: says in psql's output which block comes next.
my $mark = '@@docs';

my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'");
$node->start;

# The fenced blocks of a file: language, first line, text, and whether nothing
# but blank lines lies between it and the block before.
sub blocks_of
{
	my ($file) = @_;
	my ($number, $fence, $indent, $touching, @blocks) = (0, '', '', 0);

	foreach my $line (split /\n/, slurp_file("$top/$file"))
	{
		$number++;
		if (!$fence && $line =~ /^(\s*)(`{3,}|~{3,})\s*(\S*)/)
		{
			($indent, $fence) = ($1, $2);
			push @blocks, { language => $3, line => $number + 1, text => '', touching => $touching };
		}
		elsif ($fence && $line =~ /^\s*\Q$fence\E\s*$/)
		{
			$fence    = '';
			$touching = 1;
		}
		elsif ($fence)
		{
			$line =~ s/^\Q$indent\E//;
			$blocks[-1]{text} .= "$line\n";
		}
		elsif ($line =~ /\S/)
		{
			$touching = 0;
		}
	}
	is($fence, '', "$file: every block is closed");
	return @blocks;
}

# The SQL examples of a file, each with the SQLSTATE and the output it shows.
sub examples_of
{
	my ($file) = @_;
	my ($before, @examples);

	foreach my $block (blocks_of($file))
	{
		if ($block->{language} eq 'sql')
		{
			($block->{sqlstate}) = $block->{text} =~ /^\s*-- error ([0-9A-Z]{5})\b/;
			push @examples, $block;
		}
		elsif ($before && $before->{language} eq 'sql' && $block->{touching}
			&& $block->{language} =~ /^(text)?$/)
		{
			$before->{shown} = $block->{text};
		}
		$before = $block;
	}
	return @examples;
}

# Whether the text leaves psql nothing to wait for: it ends in a semicolon or
# in one of psql's own commands.
sub is_complete
{
	my ($text) = @_;

	$text =~ s/--[^'\n]*$//mg;
	return $text =~ /;\s*\z/ || (split /\n/, $text =~ s/\s+\z//r)[-1] =~ /\\\w+[^;]*\z/;
}

sub script_of
{
	my @examples = @_;
	my $script   = '';

	foreach my $i (0 .. $#examples)
	{
		my $example = $examples[$i];

		$script .= "\\echo $mark $i\n";
		$script .= "\\set ON_ERROR_STOP off\n\\set LAST_ERROR_SQLSTATE 00000\n" if $example->{sqlstate};
		$script .= $example->{text};
		$script .= "\\echo $mark state :LAST_ERROR_SQLSTATE\n\\set ON_ERROR_STOP on\n"
		  if $example->{sqlstate};
	}
	return $script . "\\echo $mark end\n";
}

# Output as it is compared: a list of lines.
sub lines_of
{
	my ($text) = @_;

	$text =~ s/[ \t]+/ /g;
	$text =~ s/-{2,}/--/g;
	$text =~ s/^ | $//mg;
	return grep { $_ ne '' && !/^\(\d+ rows?\)$/ } split /\n/, $text;
}

sub same_output
{
	my ($example, $printed, $name) = @_;
	my @shown   = lines_of($example->{shown});
	my @printed = lines_of($printed);

	splice @printed, scalar @shown if $example->{sqlstate} && @printed > @shown;
	is(join("\n", @printed), join("\n", @shown), "$name prints what is shown");
	return;
}

sub check_example
{
	my ($example, $printed, $name) = @_;

	ok(is_complete($example->{text}), "$name ends with a whole statement");
	if ($example->{sqlstate})
	{
		my $state = $printed =~ s/^\Q$mark\E state (\w+)\n//m ? $1 : 'none';

		is($state, $example->{sqlstate}, "$name fails with $example->{sqlstate}") or diag $printed;
	}
	same_output($example, $printed, $name) if defined $example->{shown};
	return;
}

# A reader who follows a page has the extension; a page that creates it itself
# starts without.
sub create_database
{
	my ($name, @examples) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, 'CREATE EXTENSION pointsvault')
	  unless grep { $_->{text} =~ /^\s*CREATE EXTENSION\b.*\bpointsvault\b/mi } @examples;
	return;
}

# Roles belong to no database: those a page made are dropped with it.
sub drop_database
{
	my ($name, $roles_before) = @_;

	$node->safe_psql('postgres', "DROP DATABASE $name");
	foreach my $role (split /\n/, $node->safe_psql('postgres', 'SELECT quote_ident(rolname) FROM pg_roles'))
	{
		$node->safe_psql('postgres', "DROP ROLE $role") unless grep { $_ eq $role } @$roles_before;
	}
	return;
}

# What psql prints of a page. Its vaults are of today: where an hour ended
# meanwhile, and with it the day somewhere, the page is read again.
sub read_page
{
	my ($file, @examples) = @_;
	my @roles    = split /\n/, $node->safe_psql('postgres', 'SELECT quote_ident(rolname) FROM pg_roles');
	my $script   = script_of(@examples);
	my $database = 'docs_' . lc($file =~ s/\W/_/gr);
	my ($hour, $output);

	do
	{
		($hour, $output) = ((gmtime)[2], '');
		create_database($database, @examples);

		# Both streams into one: psql empties the one before it writes to the other.
		IPC::Run::run(
			[ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-P', 'pager=off', '-d', $node->connstr($database) ],
			'<', \$script, '>&', \$output);
		drop_database($database, \@roles);
	} while ((gmtime)[2] != $hour);
	return $output;
}

sub check_file
{
	my ($file) = @_;
	my @examples = examples_of($file);
	my ($output, @printed);

	return unless @examples;
	$output = read_page($file, @examples);
	foreach my $part (split /^(?=\Q$mark\E (?:\d+|end)$)/m, $output)
	{
		push @printed, $part if $part =~ s/^\Q$mark\E (?:\d+|end)\n//;
	}

	foreach my $i (0 .. $#examples)
	{
		my $name = "$file:$examples[$i]{line}";

		if ($i + 1 >= @printed)
		{
			fail("$name runs");
			diag $printed[-1] // $output;
			last;
		}
		check_example($examples[$i], $printed[$i], $name);
	}
	return;
}

check_file($_) foreach @docs;

$node->stop;
done_testing();
