#!/bin/bash
#
# growth.sh: how the cost of a sale grows with the number of members and with the
# length of the journal.  Works on a server of its own; writes its section of
# docs/performance.md and draws docs/growth.svg beside it.
#
# Environment: SIZE and REPORT as in lib.sh; BLOCK_MS and ROUNDS; FLUSH as in sales.sh;
# MEMBERS and JOURNAL, lists of sizes, as in JOURNAL="1000 1000000 10000000" for a quarter
# of an hour more.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option BLOCK_MS 250 500 50
option ROUNDS 12 30 2
option FLUSH 130 130 130
option MEMBERS '1000 100000 1000000' '1000 100000 1000000' '100 1000'
option JOURNAL '1000 100000 1000000' '1000 100000 1000000' '100 2000'
# what stays the same while the other grows
option MEMBERS_OF_JOURNAL 100000 100000 1000
ROWS_OF_MEMBERS=${JOURNAL%% *}

# The points to measure: members and journal rows, each pair once.
points() {
	local n

	{
		for n in $MEMBERS; do say "$n $ROWS_OF_MEMBERS"; done
		for n in $JOURNAL; do say "$MEMBERS_OF_JOURNAL $n"; done
	} | sort -u -k 1,1n -k 2,2n
}

# key NAME CLIENTS MEMBERS ROWS
key() {
	say "$1 by $2, $3 members, $4 rows"
}

# A database of its own, so that no other vault lies in the same tables.  The last
# checkpoint is that of the dropdb before, so all pages have been changed since.
create_mall() {
	say "$(thousands "$1") members, $(thousands "$2") journal rows"
	createdb mall
	export PGDATABASE=mall
	sql -f "$BENCH/setup.sql"
	sql -c "SELECT pointsvault.create_vault('mall', pointsvault.preset('growth') - 'cycle')" \
		-c "CALL bench.enroll(1, $1)" >/dev/null
	UNSOLD_BYTES=$(value "SELECT bench.bytes('pointsvault')")
	sql -c "CALL bench.sell(1, $1, $2)"
	tidy
}

drop_mall() {
	export PGDATABASE=postgres
	dropdb mall
}

# measure_point MEMBERS ROWS
measure_point() {
	local clients

	create_mall "$1" "$2"
	for clients in 1 8; do
		measure "$clients" "$BLOCK_MS" "$ROUNDS" \
			"$(key 'bare UPDATE' "$clients" "$1" "$2")|$CALL_FILES/update.sql" \
			"$(key purchase "$clients" "$1" "$2")|$CALL_FILES/purchase.sql|members=$1"
	done
	tell_point "$1" "$2" "$(bytes_a_sale)"
	verify_all
	drop_mall
}

# By what all sales of the mall, those before the runs too, added to all tables.
bytes_a_sale() {
	value "SELECT round((bench.bytes('pointsvault') - $UNSOLD_BYTES) / count(*))
		FROM pointsvault.journal WHERE kind = 'purchase'"
}

# tell_point MEMBERS ROWS BYTES: a line of plain numbers, for the table and the plot
tell_point() {
	local clients name

	printf '%s\t%s' "$1" "$2"
	for clients in 1 8; do
		for name in purchase 'bare UPDATE'; do
			printf '\t%.0f' "$(median "$(key "$name" "$clients" "$1" "$2")" rate)"
		done
		ratio "$(key purchase "$clients" "$1" "$2")" "$(key 'bare UPDATE' "$clients" "$1" "$2")" |
			awk '{ printf "\t%.2f", $1 }'
	done
	printf '\t%s\n' "$3"
} >>"$RUN_DIR/points"

# panels AXIS COLUMN_OF_X COLUMN_THAT_STAYS VALUE: what plot.pl reads
panels() {
	awk -F '\t' -v OFS='\t' -v axis="$1" -v x="$2" -v stays="$3" -v value="$4" '
		$stays == value {
			print "Sales a second, by " axis, axis, "purchase, 1 client", $x, $3
			print "Sales a second, by " axis, axis, "purchase, 8 clients", $x, $6
			print "Sales a second, by " axis, axis, "bare UPDATE, 1 client", $x, $4
			print "Sales a second, by " axis, axis, "bare UPDATE, 8 clients", $x, $7
			print "Bytes a sale, by " axis, axis, "bytes", $x, $9
		}' "$RUN_DIR/points"
}

# Two above two: rates, then bytes.
draw() {
	[ -n "$REPORT" ] || return 0
	{
		panels members 1 2 "$ROWS_OF_MEMBERS"
		panels 'journal rows' 2 1 "$MEMBERS_OF_JOURNAL"
	} | sort -s -r -k 1,1.5 | perl "$BENCH/plot.pl" >"$(dirname "$REPORT")/growth.svg"
}

with_thousands() {
	local numbers number

	while IFS=$'\t' read -r -a numbers; do
		for number in "${numbers[@]}"; do
			case $number in *.*) ;; *) number=$(thousands "$number") ;; esac
			printf '%s\t' "$number"
		done
		printf '\n'
	done | sed 's/\t$//'
}

tell_all() {
	say "Measured by \`make bench-growth SIZE=$SIZE\` ($ROUNDS rounds of $BLOCK_MS ms a block; flush: $(flush_in_words "$FLUSH")): $(machine)."
	say "Rates are a second; the ratio is to the bare UPDATE beside it."
	say
	{
		printf 'members\tjournal rows\t1 client\tUPDATE\tratio\t8 clients\tUPDATE\tratio\tbytes a sale\n'
		with_thousands <"$RUN_DIR/points"
	} | table
}

main() {
	local point

	open_bench_server
	has_steady_flush || FLUSH=0
	flush_takes "$FLUSH"
	for point in $(points | tr ' ' :); do
		measure_point "${point%:*}" "${point#*:}"
	done
	tell_all | tee "$RUN_DIR/told"
	draw
	write_section growth <"$RUN_DIR/told"
}

main
