# What a vault publishes of its log is checked by code that knows nothing of it: Go's
# sumdb reads checkpoints, proofs of events and of growth, tiles and entries, from files
# alone, and fails where any of them was changed.  A restored dump goes on as another
# incarnation.
use strict;
use warnings;

use File::Find;
use File::Spec;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Test::More;
use Vaults;

my $go = '/usr/bin/go';
plan skip_all => 'no Go with golang.org/x/mod' unless -x $go && -d '/usr/share/gocode/src/golang.org/x/mod/sumdb';

# where Go keeps what it built has to be an absolute path
my $tmp   = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir);
my $check = "$tmp/check";
my $tools = "$FindBin::RealBin/../../tools";
my $key   = "$tmp/shop.pem";

{
	local %ENV = (%ENV, GO111MODULE => 'off', GOPATH => '/usr/share/gocode', GOCACHE => "$tmp/cache", GOFLAGS => '', HOME => $tmp);
	system_or_bail($go, 'build', '-o', $check, glob("$FindBin::RealBin/../go/*.go"));
}
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $key);

my $node = new_node('seal', "fsync = off\npointsvault.shop = 'shop.example'");
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

sub value
{
	my ($sql, $db) = @_;

	return $node->safe_psql($db // 'postgres', $sql);
}

sub write_file
{
	my ($file, $text) = @_;

	open my $out, '>:raw', $file or die "$file: $!\n";
	print {$out} $text;
	close $out;
	return $file;
}

# What the checker says, and whether it was content.
sub says
{
	my (@args) = @_;
	my $out = '';
	my $ok = IPC::Run::run([ $check, @args ], '>', \$out);

	return ($ok ? 'ok: ' : 'failed: ') . $out;
}

sub vkey
{
	my ($origin) = @_;

	chomp(my $vkey = `$tools/sign-checkpoint --vkey '$origin' '$key'`);
	return $vkey;
}

# Seals, has the checkpoint signed, brings it back; returns the file of the note, and the key.
sub publish
{
	my ($vault, $name, $db) = @_;
	my $text = value("SELECT pointsvault.seal($vault); SELECT pointsvault.checkpoint($vault)", $db) =~ s/^\d+\n//r;
	my $file = "$tmp/$name.note";

	write_file("$tmp/$name.text", "$text\n");
	system("$tools/sign-checkpoint '$key' <'$tmp/$name.text' >'$file'") == 0 or die "not signed\n";
	value("SELECT pointsvault.store_checkpoint($vault, \$note\$" . slurp_file($file) . '$note$)', $db);
	return ($file, vkey((split /\n/, $text)[0]));
}

sub export_log
{
	my ($vault, $name, $db) = @_;

	local $ENV{PGDATABASE} = $db // 'postgres';
	system_or_bail("$tools/export-tiles", $vault, "$tmp/$name");
	return "$tmp/$name";
}

sub proof_of
{
	my ($vault, $ref, $db) = @_;

	return write_file("$tmp/one.tlog-proof", value("SELECT pointsvault.prove($vault, '$ref')", $db));
}

# --- events of every kind ---------------------------------------------------------------------------

my $fill = slurp_file("$FindBin::RealBin/../lib/every_kind.sql");
value("\\set basis order\n$fill");
foreach my $vault (split /\n/, value('SELECT id FROM pointsvault.vault ORDER BY id'))
{
	my ($note, $vkey) = publish($vault, "kinds$vault");
	my $folder = export_log($vault, "kinds$vault");
	my ($size) = slurp_file($note) =~ /\n(\d+)\n/;

	is(says('log', $folder, $vkey), "ok: log of $size entries holds\n", "vault $vault: log");
	foreach my $ref (split /\n/, value("SELECT ref FROM pointsvault.journal WHERE vault = $vault AND ref !~ '[^a-z0-9 -]' ORDER BY seq"))
	{
		like(says('proof', proof_of($vault, $ref), $vkey), qr/^ok: \w+ with ref \Q$ref\E holds$/, "vault $vault: $ref");
	}
}

# --- a log with full tiles of two levels ------------------------------------------------------------

my $vault = value(q{SELECT pointsvault.create_vault('mall of shops+')});
value("SELECT pointsvault.enroll_many($vault, array_agg('member ' || i)) FROM generate_series(1, 65500) AS i");
value("SELECT count(pointsvault.purchase($vault, 'member ' || i, i, ref => 'order ' || i, meta => jsonb_build_object('basket', i))) FROM generate_series(1, 700) AS i");
my ($first_note, $vkey) = publish($vault, 'first');
like(slurp_file($first_note), qr{\Ashop\.example/mall%20of%20shops%2B/[0-9a-f]{16}\n}, 'the origin has neither blanks nor plus');
my $folder = export_log($vault, 'mall');
my ($size) = slurp_file($first_note) =~ /\n(\d+)\n/;
cmp_ok($size, '>', 65536, 'a tile of the second level is full');
is(says('log', $folder, $vkey), "ok: log of $size entries holds\n", 'a large log');

my $proof = proof_of($vault, 'order 7');
is(says('proof', $proof, $vkey, '92={"basket": 7}'), "ok: purchase with ref order 7 holds\n", 'a proof, and what was hashed with a salt');
like(says('proof', $proof, $vkey, '92={"basket": 8}'), qr/^failed: .*field 92 says something else$/s, 'not another text');

value("SELECT pointsvault.purchase($vault, 'member 1', 10, ref => 'one more')");
my ($second_note) = publish($vault, 'second');
my $growth = write_file("$tmp/growth", value("SELECT pointsvault.prove_growth($vault, $size)"));
is(says('growth', $growth, $vkey, $first_note), "ok: growth from $size to " . ($size + 1) . " holds\n", 'growth');
like(says('growth', $growth, $vkey, $second_note), qr/^failed: /, 'not from another size');
is(value("SELECT string_agg(name || coalesce(detail, ''), ', ') FROM pointsvault.verify($vault, \$\$" . slurp_file($first_note) . '$$) WHERE NOT ok'),
	'', 'the older checkpoint is met');

# --- what was changed fails ---------------------------------------------------------------------------

sub changed
{
	my ($text, $at) = @_;

	substr($text, $at, 1) = chr(ord(substr($text, $at, 1)) ^ 1);
	return $text;
}

# Every tile of every level, and what else there is in the folder, each at another of its bytes.
my @files;
find(sub { push @files, $File::Find::name if -f }, $folder);
my %changed_of = map { $_ => 0 } qw(checkpoint entries 0 1 2);
my @accepted;
foreach my $file (sort @files)
{
	my $was = slurp_file($file);
	my ($level) = substr($file, length($folder)) =~ m{^/tile/(\w+)/|^/(checkpoint)$} ? $1 // $2 : die "$file?";

	next if $level eq 'entries' && $file !~ m{/(?:000|001|100|255)$|\.p/};
	write_file($file, changed($was, $changed_of{$level}++ * 7919 % length($was)));
	push @accepted, $file if says('log', $folder, $vkey) !~ /^failed: /;
	write_file($file, $was);
}
is_deeply(\@accepted, [], 'no changed file is accepted');
is_deeply(\%changed_of, { checkpoint => 1, entries => 5, 0 => ($size + 255) >> 8, 1 => ($size >> 8) + 255 >> 8, 2 => 1 }, 'all tiles were changed');
like(says('log', $folder, $vkey), qr/^ok: /, 'as it was, it holds');

my $text = slurp_file($proof);
my @lines = split /\n/, $text, -1;
foreach my $line (1 .. $#lines - 1)
{
	my @other = @lines;

	next if $lines[$line] eq '';
	$other[$line] = changed($lines[$line], $line == 1 ? 40 : length($lines[$line]) - 3);
	write_file("$tmp/changed", join("\n", @other));
	like(says('proof', "$tmp/changed", $vkey), qr/^failed: /, "changed: line $line of a proof");
}
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', "$tmp/other.pem");
{
	my ($origin) = slurp_file($first_note) =~ /\A(.*)\n/;
	chomp(my $other = `$tools/sign-checkpoint --vkey '$origin' '$tmp/other.pem'`);
	like(says('proof', $proof, $other), qr/^failed: /, 'by another key nothing is signed');
}

# The signer keeps what it signed: neither a shorter log nor another root.
command_fails_like([ 'sh', '-c', "'$tools/sign-checkpoint' '$key' <'$tmp/first.text'" ], qr/a log of \d+ leaves was signed/, 'no shorter log is signed');
write_file("$tmp/forged", slurp_file("$tmp/second.text") =~ s/\n.{4}(?=[^\n]*\n+\z)/\nAAAA/r);
command_fails_like([ 'sh', '-c', "'$tools/sign-checkpoint' '$key' <'$tmp/forged'" ], qr/another root was signed/, 'nor another root');

# --- published balances ------------------------------------------------------------------------------

# What a member is given, with the name and the balance that it knows; one has nothing left, and owes.
my $balances = value(q{SELECT pointsvault.create_vault('balances', '{"growth": {}, "cycle": {"share_price": 100}}')});
value("SELECT pointsvault.enroll_many($balances, array_agg('holder ' || i)) FROM generate_series(1, 700) AS i");
value("SELECT count(pointsvault.purchase($balances, 'holder ' || i, 100 + i % 50, 'o' || i, at => '2026-01-05 10:00+08')) FROM generate_series(1, 700) AS i");
value("SELECT pointsvault.withdraw($balances, 'holder 9', s.cash, 'w', at => '2026-01-05 11:00+08') FROM pointsvault.redeem($balances, 'holder 9', 9, 's', at => '2026-01-05 11:00+08') AS s;
	SELECT pointsvault.refund($balances, 'o9', 'r', at => '2026-01-05 12:00+08')");
value("SELECT pointsvault.close_day($balances, '2026-01-05')");
my %units = map { split /\|/ } split /\n/, value("SELECT member, trunc(points * 1e8) FROM pointsvault.holding WHERE vault = $balances AND member ~ '0\$'");
value("SELECT pointsvault.liabilities($balances, asset, '2026-01-05') FROM unnest('{points,cash}'::text[]) AS asset");
my $total = value("SELECT trunc(total * 1e8) FROM pointsvault.liabilities($balances, 'points', '2026-01-05')");
my (undef, $holders_key) = publish($balances, 'balances');

sub balance_of
{
	my ($member, $asset, $db) = @_;

	return write_file("$tmp/one.balance", value("SELECT pointsvault.prove_balance($balances, '$member', '2026-01-05', '$asset')", $db));
}

is(scalar keys %units, 70, 'holders');
foreach my $member (sort keys %units)
{
	is(says('balance', balance_of($member, 'points'), $holders_key, $member),
		"ok: points $units{$member} owed on 2026-01-05 is in the total of $total of 699 members\n", "balance of $member");
}
like(says('balance', balance_of('holder 9', 'cash'), $holders_key, 'holder 9'), qr/^ok: cash \d+ due on 2026-01-05 is in the total of (\d+) of 1 members$/, 'who owes, apart');

# What fails: each line changed, and what is known of such trees.
my $own = slurp_file(balance_of('holder 20', 'points'));
my $kept = write_file("$tmp/kept", $own);
@lines = split /\n/, $own, -1;
foreach my $line (0 .. $#lines - 1)
{
	my @other = @lines;

	next if $lines[$line] eq '';
	$other[$line] = changed($lines[$line], $lines[$line] =~ /^(?:salt|extra|node)/ ? 14 : length($lines[$line]) - 3);
	next if $other[$line] eq $lines[$line];
	write_file("$tmp/changed", join("\n", @other));
	like(says('balance', "$tmp/changed", $holders_key, 'holder 20'), qr/^failed: /, "changed: line $line of a balance");
}

sub fails_when
{
	my ($what, $change, $name) = @_;
	my $text = $own;

	local $_ = $text;
	$change->();
	isnt($_, $text, "$what: it is another text");
	write_file("$tmp/changed", $_);
	like(says('balance', "$tmp/changed", $holders_key, $name // 'holder 20'), qr/^failed: /, $what);
	return;
}

my ($beside, $above) = $own =~ /^node (\d+) .*\nnode (\d+) /m;
my ($has) = $own =~ /^balance (\d+)$/m;
like(says('balance', $kept, $holders_key, 'holder 21'), qr/^failed: /, "another's proof");
like(says('balance', $kept, vkey('shop.example/other'), 'holder 20'), qr/^failed: /, 'a log that another key signed');
fails_when('sums of children moved from one to the other', sub { s/^balance .*/'balance ' . ($has + 1)/me; s/^node $beside /'node ' . ($beside - 1) . ' '/me });
fails_when('sums of inner nodes moved from one to the other', sub { s/^node $beside /'node ' . ($beside + 1) . ' '/me; s/^node $above /'node ' . ($above - 1) . ' '/me });
fails_when('a sum below 0', sub { s/^node $beside /node -$beside /m });
fails_when('a sum below 0, made up for above', sub { s/^node $beside /node -1 /m; s/^node $above /'node ' . ($above + $beside + 1) . ' '/me });
fails_when('a sum that wraps around', sub { s/^node $beside /node 18446744073709551615 /m });
fails_when('a sum that another makes wrap around', sub { s/^node $beside /node 9223372036854775807 /m });
fails_when('a balance below 0', sub { s/^balance .*/balance -$has/m });
fails_when('a number in another way', sub { s/^balance /balance 0/m });
fails_when('another place', sub { s/^leaf (\d+)/'leaf ' . ($1 ^ 1)/me });
fails_when('no way at all', sub { s/^node .*\n//mg });
fails_when('a step left out', sub { s/^node .*\n//m });
fails_when('a step more', sub { s/^(node .*\n)/$1$1/m });
fails_when('the other side', sub { s/^side owed/side due/m });
fails_when('without a salt', sub { s/^salt .*/salt /m });
fails_when('a leaf of another asset', sub { my ($cash) = slurp_file(balance_of('holder 9', 'cash')) =~ /(\n\n.*)/s; s/\n\n.*/$cash/s });

# Two with the same balance have leaves of their own; a neighbour's balance is told by no hash.
my %of = map { $_ => slurp_file(balance_of($_, 'points')) } 'holder 100', 'holder 150';
isnt(($of{'holder 100'} =~ /^leaf (\d+)/m)[0], ($of{'holder 150'} =~ /^leaf (\d+)/m)[0], 'no two share a leaf');
isnt(($of{'holder 100'} =~ /^salt (.*)/m)[0], ($of{'holder 150'} =~ /^salt (.*)/m)[0], 'nor a salt');
my ($near) = $own =~ /^node $beside (\S+)/m;
my ($salt) = $own =~ /^salt (.*)/m;
is(value("SELECT count(*) FROM generate_series(1, 700) AS i CROSS JOIN unnest(ARRAY['', decode('$salt', 'base64')]::bytea[]) AS s (salt)
	WHERE encode(sha256('\\x00' || sha256('\\x02' || salt || convert_to('holder ' || i, 'UTF8')) || int8send($beside)), 'base64') = '$near'"), 0,
	'by trying all names nobody learns who is beside it');

# --- who is erased ------------------------------------------------------------------------------------

# What was given out holds, with the text that its holder has; so does what is made afterwards, in which nobody finds it.
my $kept_proof = write_file("$tmp/kept.tlog-proof", $text);
is(value("SELECT count(pointsvault.erase_member($vault, 'member 7')), count(pointsvault.erase_member($balances, 'holder 20'))"), '1|1', 'erased');
($second_note) = publish($vault, 'erased');
publish($balances, 'erased-balances');
is(says('proof', $kept_proof, $vkey, '92={"basket": 7}'), "ok: purchase with ref order 7 holds\n", 'a proof that was kept, and the text');
$proof = proof_of($vault, 'order 7');
is(says('proof', $proof, $vkey), "ok: purchase with ref order 7 holds\n", 'a new one of it');
like(says('proof', $proof, $vkey, '92={"basket": 7}'), qr/^failed: .*field 92 says something else$/s, 'shows no text');
like(says('proof', proof_of($vault, 'order 8'), $vkey, '92={"basket": 8}'), qr/^ok: /, 'that of another does');
like(says('log', export_log($vault, 'erased'), $vkey), qr/^ok: /, 'the log holds');
$growth = write_file("$tmp/growth", value("SELECT pointsvault.prove_growth($vault, $size)"));
like(says('growth', $growth, $vkey, $first_note), qr/^ok: growth from $size /, 'and goes on from what it was');
like(says('balance', $kept, $holders_key, 'holder 20'), qr/^ok: /, 'a balance that was kept');
is(value("SELECT string_agg(name || coalesce(detail, ''), ', ') FROM pointsvault.verify($_->[0], \$\$" . slurp_file("$tmp/$_->[1].note") . '$$) WHERE NOT ok'), '', "verify of $_->[1]")
  foreach [ $vault, 'first' ], [ $balances, 'balances' ];

# --- a dump that is restored -----------------------------------------------------------------------

command_ok([ 'pg_dump', '-d', 'postgres', '-f', "$tmp/dump.sql" ], 'dump');
value("SELECT pointsvault.purchase($vault, 'member 2', 10, ref => 'after the dump')");
publish($vault, 'third');
value('CREATE DATABASE restored');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'restored', '-f', "$tmp/dump.sql" ], 'restore');
value("SELECT pointsvault.purchase($vault, 'member 3', 10, ref => 'instead')", 'restored');
my ($restored_note, $restored_key) = publish($vault, 'restored', 'restored');
my ($origin)  = slurp_file($restored_note) =~ /\A(.*)\n/;
my ($before)  = slurp_file($second_note) =~ /\A(.*)\n/;
my ($goes_on) = slurp_file($second_note) =~ /\n(\d+)\n/;
isnt($origin, $before, 'another incarnation has another origin');
$folder = export_log($vault, 'restored', 'restored');
like(says('log', $folder, $restored_key), qr/^ok: /, 'its log holds');
$growth = write_file("$tmp/growth", value("SELECT pointsvault.prove_growth($vault, $goes_on)", 'restored'));
like(says('growth', $growth, $restored_key, $second_note), qr/^ok: growth from $goes_on /, 'it goes on from what was sealed before the dump');
my $leaf = says('leaf', $folder, $restored_key, $goes_on);
like($leaf, qr/^ok: type 6\n1 "\Q$origin\E"\n/, 'and says so: its own origin');
like($leaf, qr/\n4 "\Q$before\E"\n/, 'that of the one before');
like(says('proof', proof_of($vault, 'order 7', 'restored'), $restored_key), qr/^ok: /, 'old events are proven there too');
is(value("SELECT string_agg(name, ', ') FROM pointsvault.verify($vault) WHERE NOT ok", 'restored'), '', 'verify');
like(value("SELECT detail FROM pointsvault.verify($vault, \$\$" . slurp_file("$tmp/third.note") . '$$) WHERE NOT ok', 'restored'),
	qr/^the checkpoint from outside/, 'a checkpoint of what the dump did not have is missed');

publish($balances, 'restored-balances', 'restored');
my ($restored_origin) = slurp_file("$tmp/restored-balances.note") =~ /\A(.*)\n/;
like(says('balance', balance_of('holder 30', 'points', 'restored'), vkey($restored_origin), 'holder 30'), qr/^ok: /, 'balances are proven there too');
like(says('balance', $kept, $holders_key, 'holder 20'), qr/^ok: /, 'and what was kept holds');

done_testing();
