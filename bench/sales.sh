#!/bin/bash
#
# run.sh: how fast the vault is, each figure beside its baseline in the same run.
# Installs what it needs, works on a server of its own, writes docs/performance.md
# and then calls queue.sh, cycle.sh and growth.sh.
#
# Environment: SECONDS_A_RUN, RUNS, SNAPSHOT_SECONDS, SNAPSHOT_RUNS, EXIT_CALLS,
# ORDERS (of simulate), REPORT (a file; empty: none).  QUICK=1: all of it once over
# in two minutes, to see that it works; no report, no growth.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option SECONDS_A_RUN 10 2
option RUNS 9 1
option SNAPSHOT_SECONDS 60 3
option SNAPSHOT_RUNS 3 1
option EXIT_CALLS 2000 160
option ORDERS 1000000 100000

MEMBERS=100000
MALL=(-D vault=1 -D "members=$MEMBERS")
CLIENTS=(1 8 32)

# --- the rows of the table ---------------------------------------------------

# row WHAT FIGURE BASELINE RATIO SPREAD GOAL REACHED
row() {
	local IFS=$'\t'

	printf '%s\n' "$*" >>"$RUN_DIR/rows"
	[ "${7:-}" != no ] || say "$1: ${4:+$4 of ${3%%:*}, }$2, goal $6" >>"$RUN_DIR/misses"
}

# yes_if EXPRESSION: of awk
yes_if() {
	awk "BEGIN { print ($1) ? \"yes\" : \"no\" }"
}

# compare WHAT KEY BASE_NAME BASE [LEAST GOAL]: rates, their ratio at least LEAST
compare() {
	local middle low high

	read -r middle low high <<<"$(ratio "$2" "$4")"
	row "$1" "$(thousands "$(median "$2" rate)")/s" "$3: $(thousands "$(median "$4" rate)")/s" \
		"$(printf '%.2f' "$middle")" "$(printf '%.2f to %.2f' "$low" "$high")" "${6:-}" \
		"${5:+$(yes_if "$middle >= $5")}"
}

# latency WHAT KEY: a row of the table of latencies, in milliseconds
latency() {
	local column

	printf '%s' "$1"
	for column in p50 p95 p99; do
		printf '\t%.2f' "$(awk -v us="$(median "$2" "$column")" 'BEGIN { print us / 1000 }')"
	done
	printf '\n'
}

# --- what there is to sell in --------------------------------------------------

create_malls() {
	say "Enrolling $MEMBERS members in the vault and in its rival"
	sql -f "$BENCH/setup.sql"
	sql -f "$BENCH/rival.sql"
	sql -c "SELECT pointsvault.create_vault('mall', pointsvault.preset('growth') - 'cycle')" \
		-c "CALL bench.enroll(1, $MEMBERS)" -c "CALL rival.create_vault(1, $MEMBERS)" >/dev/null
	check_rival
}

# The rival books the same figures, or it would be none.
check_rival() {
	local said

	said=$(sql -At -f "$BENCH/check_rival.sql" 2>&1)
	[ "$said" = same ] || fail "the rival books other figures: $said"
}

# --- sections ------------------------------------------------------------------

measure_rates() {
	local clients bytes rival_bytes

	say "The bare UPDATE, a sale, and the same sale in PL/pgSQL: $RUNS times ${SECONDS_A_RUN} s each"
	begin_section
	bytes=$(value "SELECT bench.bytes('pointsvault')")
	rival_bytes=$(value "SELECT bench.bytes('rival')")
	for ROUND in $(seq "$RUNS"); do
		for clients in "${CLIENTS[@]}"; do
			three_rivals "$clients"
		done
	done
	BYTES=$(bytes_a_sale pointsvault "$bytes" purchase)
	RIVAL_BYTES=$(bytes_a_sale rival "$rival_bytes" PL/pgSQL)
	tell_rates
}

# After a checkpoint the first change of each page writes the page to the WAL.
# Nobody is to pay for that, so there is none within a section, and what comes
# right after it is not counted.
begin_section() {
	SAMPLES=/dev/null three_rivals 8
	tidy
	sql -c CHECKPOINT
	SAMPLES=/dev/null three_rivals 8
}

# three_rivals CLIENTS
three_rivals() {
	measure "bare UPDATE by $1" "$1" update -T "$SECONDS_A_RUN"
	measure "purchase by $1" "$1" purchase -T "$SECONDS_A_RUN" "${MALL[@]}"
	measure "PL/pgSQL by $1" "$1" rival -T "$SECONDS_A_RUN" "${MALL[@]}"
}

# bytes_a_sale SCHEMA BYTES_BEFORE KEY: by what all sales so far added to all tables
bytes_a_sale() {
	local sales

	sales=$(awk -F '\t' -v key="$3 by " 'index($1, key) == 1 { n += $8 } END { print n }' "$SAMPLES")
	value "SELECT round((bench.bytes('$1') - $2) / $sales)"
}

tell_rates() {
	compare 'purchase, 1 client' 'purchase by 1' 'bare UPDATE' 'bare UPDATE by 1' 0.80 '≥ 0.80'
	compare 'purchase, 1 client' 'purchase by 1' 'PL/pgSQL' 'PL/pgSQL by 1'
	compare 'purchase, 8 clients' 'purchase by 8' 'bare UPDATE' 'bare UPDATE by 8' 0.80 '≥ 0.80'
	compare 'purchase, 8 clients' 'purchase by 8' 'PL/pgSQL' 'PL/pgSQL by 8' 1 faster
	compare 'purchase, 32 clients' 'purchase by 32' 'bare UPDATE' 'bare UPDATE by 32'
	compare 'purchase, 32 clients' 'purchase by 32' 'PL/pgSQL' 'PL/pgSQL by 32' 1 faster
}

# A report or a dump holds an old snapshot, under which rows that are updated
# again and again cannot be pruned.
measure_old_snapshot() {
	say "With an old snapshot open, and without: $SNAPSHOT_RUNS times $SNAPSHOT_SECONDS s each"
	begin_section
	for ROUND in $(seq "$SNAPSHOT_RUNS"); do
		under_snapshot 'bare UPDATE' update
		under_snapshot purchase purchase "${MALL[@]}"
	done
	compare "purchase, 8 clients, old snapshot for $SNAPSHOT_SECONDS s" 'purchase, old snapshot' 'without' \
		'purchase, no snapshot' 0.9 '≥ 0.90'
	compare "bare UPDATE, 8 clients, old snapshot for $SNAPSHOT_SECONDS s" 'bare UPDATE, old snapshot' 'without' \
		'bare UPDATE, no snapshot'
}

# under_snapshot NAME SCRIPT OPTION...: a run without one, and one with
under_snapshot() {
	local name=$1

	shift
	measure "$name, no snapshot" 8 "$@" -T "$SNAPSHOT_SECONDS"
	open_old_snapshot
	measure "$name, old snapshot" 8 "$@" -T "$SNAPSHOT_SECONDS"
	close_old_snapshot
	tidy
}

open_old_snapshot() {
	coproc OLD { sql -At; }
	OLD_SESSION=$OLD_PID
	say 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT n FROM bench.counter;' >&"${OLD[1]}"
	read -r <&"${OLD[0]}"	# so it has read something, and now idles
}

close_old_snapshot() {
	say 'COMMIT; \q' >&"${OLD[1]}"
	wait "$OLD_SESSION"
}

# The vault stays locked to the end of the caller's transaction.
measure_work() {
	say "5 ms of the shop's own work before the call, and after it: $RUNS times ${SECONDS_A_RUN} s each"
	for ROUND in $(seq "$RUNS"); do
		measure 'work before the call' 32 work_before -T "$SECONDS_A_RUN" "${MALL[@]}"
		measure 'work after the call' 32 work_after -T "$SECONDS_A_RUN" "${MALL[@]}"
	done
	compare 'purchase, 32 clients, 5 ms of work after it' 'work after the call' '5 ms before it' \
		'work before the call'
}

# Lots far beyond their exit, left over by exits_per_call 0, then 100 of them in
# each call.
measure_exits() {
	local basis

	say "100 exits in each of $EXIT_CALLS calls"
	ROUND=1
	for basis in order member; do
		prepare_exits "$basis"
		tidy
		measure "purchase with 100 exits, basis $basis" 8 purchase -t $((EXIT_CALLS / 8)) \
			-D "vault=$VAULT" -D "members=$((EXIT_CALLS * 100))"
		tell_exits "$basis"
	done
}

prepare_exits() {
	local lots=$((EXIT_CALLS * 100))

	VAULT=$(value "SELECT pointsvault.create_vault('exits by $1', pointsvault.preset('growth'))")
	sql -c "CALL bench.enroll($VAULT, $lots)" \
		-c "SELECT pointsvault.set_policy($VAULT, '{\"growth\": {\"exit_basis\": \"$1\",
			\"exit_multiple\": 0.1, \"exits_per_call\": 0}}')" \
		-c "CALL bench.sell($VAULT, $lots, $lots)" \
		-c "SELECT pointsvault.set_policy($VAULT, '{\"growth\": {\"exits_per_call\": 100}}')" >/dev/null
}

tell_exits() {
	local key="purchase with 100 exits, basis $1" exits rate

	exits=$(value "SELECT count(*) FROM pointsvault.journal WHERE vault = $VAULT AND kind = 'exit'")
	[ "$exits" -eq $((EXIT_CALLS * 100)) ] || fail "$exits exits in $EXIT_CALLS calls"
	rate=$(median "$key" rate)
	row "purchase with 100 exits in the call, basis $1, 8 clients" "$(thousands "$rate")/s" \
		"exits: $(thousands "$(awk -v rate="$rate" 'BEGIN { print rate * 100 }')")/s"
}

# statements SCHEMA: that one call makes, once its session has warmed up
statements() {
	local call="SELECT points FROM $1.purchase(1, 'm1', 100, gen_random_uuid()::text);"

	{
		say "$call"
		say "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET client_min_messages = log;"
		say "SET auto_explain.log_nested_statements = on; $call"
	} | sql -At 2>&1 | grep -c 'Query Text' | awk '{ print $1 - 1 }'
}

measure_footprint() {
	row 'bytes on disk a sale, all indexes' "$BYTES" "PL/pgSQL: $RIVAL_BYTES" \
		"$(printf '%.2f' "$(awk "BEGIN { print $BYTES / $RIVAL_BYTES }")")" '' '≤ 500' "$(yes_if "$BYTES <= 500")"
	row 'WAL bytes a sale' "$(thousands "$(median 'purchase by 8' wal)")" \
		"PL/pgSQL: $(thousands "$(median 'PL/pgSQL by 8' wal)")"
	row 'SQL statements in a call' "$(statements pointsvault)" "PL/pgSQL: $(statements rival)"
}

# a_second COUNT SQL: the median of three tries
a_second() {
	for _ in 1 2 3; do
		say "$1 $(seconds_of "$2")" | awk '{ print $1 / $2 }'
	done | median_of_input
}

measure_reading() {
	local rows rate

	say 'simulate and verify'
	row "simulate, $(thousands "$ORDERS") orders" "$(thousands "$(a_second "$ORDERS" \
		"SELECT sum(exits) FROM pointsvault.simulate(pointsvault.preset('growth'), 100, $ORDERS)")") orders/s"
	rows=$(value 'SELECT max(seq) FROM pointsvault.journal_data WHERE vault = 1')
	rate=$(a_second "$rows" 'SELECT count(*) FROM pointsvault.verify(1)')
	row "verify, $(thousands "$rows") journal rows" "$(thousands "$rate") rows/s" '' '' '' '≥ 500 000 rows/s' \
		"$(yes_if "$rate >= 500000")"
}

# A fast vault that is wrong is no vault.
verify_all() {
	local wrong

	say 'Verifying every vault'
	wrong=$(value "SELECT v.name || ': ' || concat_ws(', ', r.name, r.expected, r.found, r.detail)
		FROM pointsvault.vault v, pointsvault.verify(v.id) r WHERE NOT r.ok")
	[ -z "$wrong" ] || fail "verify found what is not right:
$wrong"
}

# --- the report ------------------------------------------------------------------

latencies() {
	printf '8 clients, milliseconds\tp50\tp95\tp99\n'
	latency 'bare UPDATE' 'bare UPDATE by 8'
	latency 'purchase' 'purchase by 8'
	latency 'PL/pgSQL' 'PL/pgSQL by 8'
	latency 'purchase with 100 exits, basis order' 'purchase with 100 exits, basis order'
	latency 'purchase with 100 exits, basis member' 'purchase with 100 exits, basis member'
}

tell_misses() {
	if [ -s "$RUN_DIR/misses" ]; then
		say '**Goals missed:**'
		say
		sed 's/^/- /' "$RUN_DIR/misses"
	else
		say 'Every goal in the table is reached.'
	fi
}

tell_all() {
	say "Measured by \`make bench\` ($RUNS rounds of ${SECONDS_A_RUN} s a run): $(machine)."
	say "Settings: $(settings_in_words)."
	say
	{
		printf 'what\tfigure\tbeside it\tratio\tfrom round to round\tgoal\treached\n'
		cat "$RUN_DIR/rows"
	} | table
	say
	tell_misses
	say
	latencies | table
}

main() {
	open_bench_server
	create_malls
	measure_rates
	measure_old_snapshot
	measure_work
	measure_exits
	measure_footprint
	measure_reading
	verify_all
	say
	tell_all | tee "$RUN_DIR/told"
	write_section sales <"$RUN_DIR/told"
	[ -n "$QUICK" ] || { "$BENCH/queue.sh"; "$BENCH/cycle.sh"; "$BENCH/growth.sh"; }
}

main "$@"
