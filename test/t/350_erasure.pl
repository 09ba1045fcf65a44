# Who was erased is found nowhere: not in a dump, in no row, in no statistics, nor, once the
# tables are written anew, in any file of theirs; what is restored from the dump holds, and so
# does what goes on there.
use strict;
use warnings;

use File::Find;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $node = new_node('erasure', "fsync = off\nfull_page_writes = off\nautovacuum = off");
my $tmp  = PostgreSQL::Test::Utils::tempdir;

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

# Of one person zqxvw is in each text, of another kwjyp.
my $numbers = $node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/forgotten.sql") . 'SELECT :v, :ann, :twin;');
my ($vault, $ann, $twin) = split /\|/, $numbers;
$node->safe_psql('postgres', 'ANALYZE');
$node->safe_psql('postgres', "SELECT pointsvault.seal($vault)");

sub dump_of
{
	my ($name) = @_;

	system_or_bail('pg_dump', '-d', 'postgres', '-f', "$tmp/$name.sql");
	return slurp_file("$tmp/$name.sql");
}

# How often a text stands in the files of the database.
sub in_files
{
	my ($text) = @_;
	my $oid = $node->safe_psql('postgres', q{SELECT oid FROM pg_database WHERE datname = 'postgres'});
	my $found = 0;

	$node->safe_psql('postgres', 'CHECKPOINT');
	find({ no_chdir => 1, wanted => sub { $found += () = slurp_file($_) =~ /\Q$text\E/g if -f } }, $node->data_dir . "/base/$oid");
	return $found;
}

my $before = dump_of('before');
cmp_ok(scalar(() = $before =~ /zqxvw/g), '>', 30, 'what is said of her is in a dump');
cmp_ok(in_files('zqxvw'), '>', 30, 'and in files');
my $statistics = q{SELECT string_agg(DISTINCT tablename || '.' || attname, ', ') FROM pg_stats s WHERE s::text ~ 'zqxvw'};
is($node->safe_psql('postgres', $statistics), 'member_data.name', 'and in the statistics of names alone');

$node->safe_psql('postgres', "SELECT pointsvault.erase_member($vault, who) FROM unnest(ARRAY['zqxvw ann', 'zqxvw twin']) AS who");
my $after = dump_of('after');
is($node->safe_psql('postgres', $statistics), '', 'at once in none');
unlike($after, qr/zqxvw/i, 'who was erased is in no dump');
unlike($after, qr/7a71787677/i, 'nor in its bytes');
like($after, qr/kwjyp/, 'who was not is');
like($after, qr/\terased-$_\t/, "number $_ is") foreach $ann, $twin;

# Each of her salts is gone too: of what was sealed nothing can be tried any more.
my %salt_of = $before =~ /^$vault\t(\d+)\t([0-9a-f]{8}-[0-9a-f-]{27})$/mg;
ok($salt_of{$_}, "number $_ had a salt") && unlike($after, qr/$salt_of{$_}/, 'which is gone') foreach $ann, $twin;

# Dead rows go with the tables that are written anew, as docs/erasure.md has it.
my ($vacuum) = slurp_file("$FindBin::RealBin/../../docs/erasure.md") =~ /'(VACUUM FULL [^']+)'/;
cmp_ok(in_files('zqxvw'), '>', 0, 'dead rows are there');
$node->safe_psql('postgres', $vacuum);
is(in_files('zqxvw'), 0, 'and gone');
$node->safe_psql('postgres', 'ANALYZE');
is($node->safe_psql('postgres', $statistics), '', 'nor are they in statistics');

my $wrong = "SELECT string_agg(name || ': ' || detail, '; ') FROM pointsvault.verify($vault) WHERE NOT ok";
is($node->safe_psql('postgres', $wrong), '', 'verify');

# What is restored is the same, and goes on.
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'restored', '-f', "$tmp/after.sql" ], 'restore');
my $kept = q{SELECT md5(string_agg(e::text, ' ' ORDER BY e::text)), count(*) > 10 FROM pointsvault.erasure_data e};
is($node->safe_psql('restored', $kept), $node->safe_psql('postgres', $kept), 'what is kept of texts');
is($node->safe_psql('restored', $wrong), '', 'verify there');
$node->safe_psql('restored', "SELECT pointsvault.seal($vault), pointsvault.erase_member($vault, 'bob kwjyp')");
is($node->safe_psql('restored', "SELECT pointsvault.seal($vault) > 0"), 't', 'sealed there');
is($node->safe_psql('restored', $wrong), '', 'and verified');

$node->stop;
done_testing();
