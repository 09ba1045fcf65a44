# What export_journal() gives is read by hledger and by beancount, whole and by periods, of
# vaults of every kind of event, of random ones and of one whose names would break out of
# their lines; what they make of it is what vault_status and holding say; and neither takes
# an export of which anything that counts was changed.
use strict;
use warnings;

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib "$FindBin::RealBin/lib";
use Vaults;

plan skip_all => 'no hledger or no beancount' if grep { system("command -v $_ >/dev/null") != 0 } qw(hledger bean-check);

$ENV{BEANCOUNT_DISABLE_LOAD_CACHE} = 1;

my %check = (
	hledger   => sub { [ 'hledger', '--no-conf', '-f', $_[0], 'check', '--strict', 'ordereddates' ] },
	beancount => sub { [ 'bean-check', $_[0] ] });
my @formats = sort keys %check;
my $python  = '/usr/bin/python3';

# bean-query is a package of its own from release 3 on
my $balances = <<'END';
import sys
from beancount import loader
from beancount.core import realization
entries, errors, options = loader.load_file(sys.argv[1])
for account in realization.iter_children(realization.realize(entries)):
    for position in account.balance:
        print(account.account, position.units.currency, format(position.units.number, 'f'))
END
my $folder  = PostgreSQL::Test::Utils::tempdir();
my $node    = new_node('export', "fsync = off\njit = off");

# releases before 1.40 have no file of settings, and do not know how to leave it out
my $has_conf = `hledger --help` =~ /--no-conf/;

sub ran
{
	my ($command) = @_;
	my ($out, $err) = ('', '');

	$command = [ grep { $has_conf || $_ ne '--no-conf' } @$command ];
	my $ok = IPC::Run::run $command, \undef, \$out, \$err;
	return ($ok, $out, $err);
}

sub written
{
	my ($name, $text) = @_;
	my $path = "$folder/$name";

	open my $file, '>', $path or die "$path: $!";
	print {$file} $text;
	close $file or die "$path: $!";
	return $path;
}

sub export
{
	my ($vault, $format, $since, $until) = @_;

	return $node->safe_psql('postgres',
		sprintf q{SELECT * FROM pointsvault.export_journal(%d, %s, %s, '%s')}, $vault, $since // 'NULL', $until // 'NULL', $format)
	  . "\n";
}

sub is_read
{
	my ($text, $format, $what) = @_;
	my ($ok, $out, $err) = ran($check{$format}->(written("$format.$format", $text)));

	ok($ok, "$format reads $what") or diag(substr $out . $err, 0, 2000);
	return;
}

sub is_not_read
{
	my ($text, $format, $what) = @_;
	my ($ok, $out, $err) = ran($check{$format}->(written("$format.$format", $text)));

	ok(!$ok && "$out$err" =~ /balance/i, "$format finds $what") or diag($ok ? 'it does not' : "$out$err");
	return;
}

# Accounts with their figures, without trailing zeros: each tool's own, and the vault's.
sub figures
{
	my @lines;

	foreach (@_)
	{
		my ($account, $commodity, $figure) = @$_;
		$figure =~ s/\.?0+$// if $figure =~ /\./;
		push @lines, "$account $figure $commodity" if $figure !~ /^-?0?$/;
	}
	return join "\n", sort @lines;
}

sub figures_of_hledger
{
	my ($text, @period) = @_;
	my (undef, $out) = ran([ 'hledger', '--no-conf', '-f', written('figures.hledger', $text), qw(bal --flat -N -O csv --layout bare not:outside not:journal), @period ]);
	my @rows = grep { $_->[0] ne 'account' } map { [ /"([^"]*)"/g ] } split /\n/, $out;

	return figures(@rows);
}

sub figures_of_beancount
{
	my (undef, $out) = ran([ $python, '-c', $balances, written('figures.beancount', $_[0]) ]);

	return figures(grep { $_->[0] !~ /Outside|Journal/ } map { [ split / / ] } split /\n/, $out);
}

# As the views have them.
sub figures_of_vault
{
	my ($vault) = @_;

	return figures(map { [ split /,/ ] } split /\n/, $node->safe_psql(
		'postgres', qq{
		SELECT concat_ws(',', 'Assets:' || f.account, CASE f.asset WHEN 'cash' THEN s.currency ELSE 'POINTS' END, f.figure)
		FROM pointsvault.vault_status s
		CROSS JOIN LATERAL (VALUES ('Pool', 'cash', s.pool), ('Reserve', 'cash', s.reserve), ('Platform', 'cash', s.platform),
		  ('Dividends', 'cash', s.carried), ('Treasury', 'points', s.treasury_points), ('Exchange', 'points', s.exchange_points),
		  ('Shareholders', 'cash', (SELECT sum(p.amount) FROM pointsvault.posting p
		                            WHERE p.vault = s.vault AND p.account = 'shareholders'))) f (account, asset, figure)
		WHERE s.vault = $vault
		UNION ALL
		SELECT concat_ws(',', 'Assets:Members:M' || m.id, CASE f.key WHEN 'cash' THEN v.currency ELSE upper(f.key) END, f.value)
		FROM pointsvault.holding h
		JOIN pointsvault.vault v ON v.id = h.vault
		JOIN pointsvault.member_data m ON m.vault = h.vault AND m.name = h.member
		CROSS JOIN LATERAL jsonb_each_text(to_jsonb(h)) f
		WHERE h.vault = $vault AND f.key = ANY ('{points,credits,cash,reward,quota,shares,stock,items,debt}')}));
}

# --- what there is --------------------------------------------------------------------

my $fill = slurp_file("$FindBin::RealBin/../lib/every_kind.sql");
$node->safe_psql('postgres', "\\set basis $_\n$fill") foreach qw(order member);
# all that closes paid is posted, so that members' own figures are whole
$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.resume_vault(id) FROM pointsvault.vault WHERE suspended IS NOT NULL \g /dev/null
	SELECT pointsvault.accrue(id, 1000) FROM pointsvault.vault \g /dev/null});
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../lib/$_.sql")) foreach qw(identities explained random);
my $seed = $ENV{SEED} // time() % 1_000_000;
note "seed $seed: repeat with SEED=$seed";
$node->safe_psql('postgres', "SELECT setseed($seed / 1000000.0); SELECT random_run.run('exported $_', 200)") foreach 1 .. 3;

my %vaults = map { split /\|/ } split /\n/, $node->safe_psql('postgres', 'SELECT id, name FROM pointsvault.vault ORDER BY id');
cmp_ok(scalar keys %vaults, '>=', 5, 'vaults of every kind of event, and random ones');

foreach my $vault (sort { $a <=> $b } keys %vaults)
{
	foreach my $format (@formats)
	{
		my $text = export($vault, $format);
		my $rows = () = $text =~ /^\s+(?:; )?seq: \d+$/mg;

		is($rows, $node->safe_psql('postgres', "SELECT count(*) FROM pointsvault.journal WHERE vault = $vault"),
			"$format: a transaction for each row of $vaults{$vault}");
		is_read($text, $format, $vaults{$vault});
		is_read(export($vault, $format, "'2020-01-01'", "'2020-01-02'"), $format, "nothing of $vaults{$vault}");
		is_read(export($vault, $format, q{current_date + 30}), $format, "only what was before, of $vaults{$vault}");
	}
}
foreach my $vault (sort { $a <=> $b } grep { $vaults{$_} =~ /^(?:order|member)$/ } keys %vaults)
{
	my @days = split /\n/, $node->safe_psql('postgres', "SELECT DISTINCT quote_literal(day) FROM pointsvault.journal WHERE vault = $vault ORDER BY 1");
	my $is   = figures_of_vault($vault);

	cmp_ok(scalar @days, '>=', 4, "days of $vaults{$vault}");
	foreach my $since ('NULL', @days[ 2, -1 ])
	{
		my %text = map { $_ => export($vault, $_, $since) } @formats;

		is_read($text{$_}, $_, "$vaults{$vault} since $since") foreach @formats;
		is(figures_of_hledger($text{hledger}), $is, "hledger's figures of $vaults{$vault} since $since");
		is(figures_of_beancount($text{beancount}), $is, "beancount's figures of $vaults{$vault} since $since");
	}
	# a period begins with what the one before ended with
	my ($end, $next) = split /\|/, $node->safe_psql('postgres', "SELECT $days[1]::date, $days[1]::date + 1");
	my $had = figures_of_hledger(export($vault, 'hledger', undef, $days[1]));
	like($had, qr/Pool/, "$vaults{$vault} had something by $end");
	isnt($had, $is, "$vaults{$vault} had something else at the end of $end");
	is(figures_of_hledger(export($vault, 'hledger', "'$next'"), '-e', $next), $had, "$vaults{$vault} begins $next with what it had");
}

# --- names that would break out ---------------------------------------------------------

$node->safe_psql(
	'postgres', q{
	SELECT pointsvault.create_vault(E'a "shop"\n2020-01-01 * "x" ; #', '{"growth": {}}', E'US$\n;') AS v \gset
	SELECT pointsvault.enroll_many(:v, ARRAY[E'two\n2020-01-01 open Assets:Pool', 'quote " \ ; # ^link key: value', '王小明', E'tab\tand\r', '(code)  2 CNY']) \g /dev/null
	SELECT pointsvault.purchase(:v, m.member, 10, E'ref"\n' || m.member) FROM pointsvault.member m WHERE m.vault = :v \g /dev/null
	SELECT pointsvault.grant_points(:v, '王小明', 1, 'grant', E'why "\n  Assets:Pool  1 CASH ; a:b') \g /dev/null});
my $broken = $node->safe_psql('postgres', q{SELECT max(id) FROM pointsvault.vault});
foreach my $format (@formats)
{
	my $text = export($broken, $format);

	is_read($text, $format, 'names that would break out');
	unlike($text, qr/[^\x20-\x7e\n]|\\/, "$format: nothing that a terminal, COPY or a locale would change");
	like($text, qr/name: "?%E7%8E%8B%E5%B0%8F%E6%98%8E"?$/m, "$format: a name as RFC 3986 writes it");
	like($text, qr/ CASH$/m,                                 "$format: a currency that is no code is CASH");
	unlike($text, qr/^\s*2020-/m, "$format: no line of a name's");
	my ($code, $out) = $node->psql('postgres', "COPY (SELECT * FROM pointsvault.export_journal($broken, format => '$format')) TO STDOUT");
	is("$out\n", $text, "$format: COPY writes the same");
}

# --- what was changed -------------------------------------------------------------------

my ($every) = grep { $vaults{$_} eq 'order' } keys %vaults;

# The first block that a pattern matches, changed; dies where there is none.
sub changed
{
	my ($text, $pattern, $change) = @_;
	my @blocks = split /\n\n/, $text;
	my ($at) = grep { $blocks[$_] =~ /seq: / && $blocks[$_] =~ $pattern } 1 .. $#blocks;

	die "no transaction like $pattern" unless defined $at;
	local $_ = $blocks[$at];
	$change->();
	$blocks[$at] = $_;
	return join "\n\n", @blocks;
}

sub plus_one
{
	my ($figure) = @_;
	my $sign = $figure =~ s/^-// ? '-' : '';

	$figure =~ s/(\d)(9*)$/($1 + 1) . '0' x length $2/e or die $figure;
	return "$sign$figure";
}

foreach my $format (@formats)
{
	my $text  = export($every, $format);
	my $kind  = sub { my ($name) = @_; return $format eq 'hledger' ? qr/^\S+ \* (?:\(\S*\) )?\Q$name\E$/m : qr/^\S+ \* "\Q$name\E"$/m };

	is_not_read(changed($text, $kind->('purchase'), sub { s/(-?\d+\.\d*[0-8]) CNY$/plus_one($1) . ' CNY'/me or die }),
		$format, 'an amount that is off by the last digit');
	is_not_read(changed($text, $kind->('inject'), sub { s/(-?\d+\.\d*[0-8]) CNY$/plus_one($1) . ' CNY'/mge == 2 or die }),
		$format, 'one that is off on both sides');
	foreach my $name (qw(purchase withdraw close dividend pay set_stock_price))
	{
		is_not_read(changed($text, $kind->($name), sub { $_ = '; gone' }), $format, "a $name that is missing");
		is_not_read(changed($text, $kind->($name), sub { $_ = "$_\n\n$_" }), $format, "a $name that is there twice");
	}
	is_not_read(changed($text, $kind->('purchase'), sub { s/^(  Assets:Members:M)\d+/${1}20/mg or die }), $format, 'what went to another member');
	is_not_read(changed($text, $kind->('purchase'), sub { s/^\d{4}-\d\d-\d\d/2020-01-01/ or die }), $format, 'another day');
	my $forged = "day * \"forged\"\n  Assets:Members:M1  1.0000 CNY\n  Assets:Members:M2  -1.0000 CNY\n\n";
	my $asserted = $text;
	if   ($format eq 'hledger') { $asserted =~ s/( = -?\d+\.\d*[0-8]) CNY$/plus_one_last($1) . ' CNY'/me  or die }
	else                        { $asserted =~ s/^(\S+ balance \S+  -?\d+\.\d*[0-8]) ~/plus_one_last($1) . ' ~'/me or die }
	is_not_read($asserted, $format, 'another balance at the end of a day');
	# at the end of the file's last day each account is asserted, whether it moved or not
	my ($last_day) = sort { $b cmp $a } $text =~ /^(\d{4}-\d\d-\d\d) \* /mg;
	$forged =~ s/^\S+/$last_day/;
	if ($format eq 'hledger') { $text =~ s/^(?=\Q$last_day\E \* balances$)/$forged/m or die }
	else                      { $text .= $forged }
	is_not_read($text, $format, 'a transaction that was put in');
}

sub plus_one_last
{
	my ($text) = @_;

	$text =~ s/(-?[\d.]+)$/plus_one($1)/e or die;
	return $text;
}

done_testing();
