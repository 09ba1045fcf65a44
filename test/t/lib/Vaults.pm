# What the TAP tests share: servers with the extension, a database full of
# vaults, whether the identities hold, sessions that stay open.
package Vaults;

use strict;
use warnings;

use Exporter 'import';
use File::Basename;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_node noon timeouts_fire workers_share_clock run_file load_identities identities_hold is_refused open_session kill_server difference);

my $here = dirname(dirname(__FILE__));

# A started server, whose sessions are in UTC wherever the machine is; settings are
# lines of its postgresql.conf.  install_path => where another version of it is.
sub new_node
{
	my ($name, $settings, %init) = @_;
	my $place = delete $init{install_path};
	my $node = PostgreSQL::Test::Cluster->new($name, $place ? (install_path => $place) : ());

	$node->init(%init, extra => [ '--encoding=UTF8', '--locale=C', @{ $init{extra} // [] } ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\n$settings");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION pointsvault');
	return $node;
}

# Whether a server's timeouts end what waits: under a clock that is preloaded
# (faketime) the signal of a timer may come, and find the time not come yet.
sub timeouts_fire
{
	my ($node) = @_;
	my ($code) = $node->psql('postgres', q{SET statement_timeout = '100ms'; SELECT pg_sleep(1)});

	return $code != 0;
}

# Whether background workers tell the time that sessions do: one kind of preloaded
# clock (faketime) is lost to them.
sub workers_share_clock
{
	my ($node) = @_;

	return $node->safe_psql('postgres', q{SELECT bool_and(backend_start > pg_postmaster_start_time() - interval '1 hour' AND backend_start < now() + interval '1 hour')
		FROM pg_stat_activity WHERE backend_type = 'logical replication launcher'}) eq 't';
}

# A region in which it is about noon, so that no day of a vault there ends while
# a test runs, whatever the time.
sub noon
{
	return (qw(Asia/Tokyo Africa/Nairobi America/Cayenne Pacific/Gambier))[ (gmtime)[2] / 6 ];
}

# The output of an SQL file beside the tests; any error ends the test.
sub run_file
{
	my ($node, $file, $db) = @_;

	return $node->safe_psql($db // 'postgres', slurp_file("$here/$file"));
}

# What checks the identities, and tables and indexes.
sub checks
{
	return slurp_file("$here/../lib/identities.sql") . ";\nCREATE EXTENSION IF NOT EXISTS amcheck;\n";
}

# Loads it, where a test is to call it itself, or a standby of the server is to be
# checked.
sub load_identities
{
	my ($node, $db) = @_;

	$node->safe_psql($db // 'postgres', checks());
	return;
}

# Rows for what is wrong with the extension's tables; an error where a btree has other
# rows than its table.
my $is_whole = q{
	SELECT c.relname, h.* FROM pg_class c, verify_heapam(c.oid) h WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relkind = 'r';
	SELECT 'indexes: ', count(bt_index_check(i.indexrelid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
	WHERE c.relnamespace = 'pointsvault'::regnamespace AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree') HAVING count(*) < 20;
};

# One test: the identities of MODEL §11 hold in a database, and verify(), which
# finds out by other means, says so too; tables and indexes are whole.  Nothing of it
# stays, and all of it sees one state, whatever goes on beside.
sub identities_hold
{
	my ($node, $name, $db) = @_;
	my $is_loaded = $node->safe_psql($db // 'postgres', q{SELECT to_regnamespace('check_vault') IS NOT NULL});
	my $load      = $is_loaded eq 't' ? '' : checks();

	return is($node->safe_psql($db // 'postgres', qq{
		BEGIN ISOLATION LEVEL REPEATABLE READ;
		SET LOCAL jit = off; -- queries as long as these take minutes to compile
		$load;
		SELECT * FROM check_vault.broken();
		SELECT vault, v.* FROM pointsvault.vault_status, pointsvault.verify(vault) v WHERE v.ok IS NOT TRUE;
		$is_whole;
		ROLLBACK;}),
		'', "identities hold: $name");
}

# kill -9 of postmaster and all its children at once, as when a machine goes down.
sub kill_server
{
	my ($node) = @_;
	my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	my @children   = split ' ', `ps -o pid= --ppid $postmaster`;

	kill 'KILL', $postmaster, @children;
	foreach (1 .. 100)
	{
		last unless grep { kill 0, $_ } $postmaster, @children;
		select undef, undef, undef, 0.1;
	}
	$node->{_pid} = undef;    # or the node takes it for running
	unlink $node->data_dir . '/postmaster.pid';
	return;
}

# One test: a statement is refused with this SQLSTATE (or one of these: 'A|B') and
# a message like that.
sub is_refused
{
	my ($node, $sql, $sqlstate, $message, $db) = @_;
	my ($status, $output, $error) = $node->psql($db // 'postgres', "\\set VERBOSITY verbose\n$sql");

	return like($error, qr/ERROR:  (?:$sqlstate): [^\n]*$message/, "$sqlstate: $sql");
}

# The lines that only one of two texts has; empty where they are the same.
sub difference
{
	my ($one, $other) = @_;
	my %count;

	$count{$_}++ foreach split /\n/, $one;
	$count{$_}-- foreach split /\n/, $other;
	return join "\n", map { ($count{$_} > 0 ? '- ' : '+ ') . $_ } sort grep { $count{$_} } keys %count;
}

# A psql that stays open, so that what its backend keeps can be put to the test.
sub open_session
{
	my ($node, $db) = @_;
	my $self = bless { in => '', out => '', count => 0 };

	$self->{psql} = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr($db // 'postgres') ],
		'<', \$self->{in}, '>', \$self->{out}, '2>&1',
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $self;
}

# Gives it statements to run, and comes back at once.
sub tell
{
	my ($self, $sql) = @_;

	$self->{in} .= "$sql;\n\\echo end of answer " . ++$self->{count} . "\n";
	$self->{psql}->pump_nb while length $self->{in};    # pump may wait for an answer
	return;
}

# What it answered to the last of them, errors included; waits for it.
sub answer
{
	my ($self) = @_;

	$self->{psql}->pump until $self->{out} =~ s/^(.*?)\n?end of answer $self->{count}\n//s;
	return $1;
}

sub ask
{
	my ($self, $sql) = @_;

	$self->tell($sql);
	return $self->answer;
}

sub close
{
	my ($self) = @_;

	$self->{in} .= "\\q\n";
	$self->{psql}->finish;
	return;
}

1;
