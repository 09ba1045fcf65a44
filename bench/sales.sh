#!/bin/bash
#
# sales.sh: how fast sales are, each figure beside its baseline in the same run.  Works
# on a server of its own; writes its section of docs/performance.md.
#
# Environment: SIZE and REPORT as in lib.sh; FLUSHES, a list of microseconds, 0 is the
# disk's own; CLIENTS, a list; BLOCK_MS and ROUNDS; MEMBERS; EARLY, the values of
# pointsvault.early_release that are measured beside each other; PGLEDGER, a checkout of
# pgledger, or its SQL in one file, to be measured too.  Those of single parts are below.

# WARM_ROUNDS and ROUND are for measure.
# shellcheck disable=SC2034

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option MEMBERS 100000 100000 1000
option CLIENTS '1 8 32' '1 8 32' '1 4'
option FLUSHES '130 1000 0' '130 1000 0' '130 0'
option BLOCK_MS 250 500 50
option ROUNDS 12 30 2
option EARLY 'local off' 'local off' 'local off'
option PGLEDGER '' '' ''
# calls in one statement, and as many for one member
option CALLS 20000 100000 200
option CALLS_OF_ONE 5000 20000 100
option CALL_ROUNDS 3 5 1
# the shop's own work beside a call
option WORK_CLIENTS 32 32 4
option WORK_MS 1000 2000 100
option WORK_ROUNDS 5 9 1
option SNAPSHOT_SECONDS 4 60 1
option SNAPSHOT_ROUNDS 3 3 1
option EXIT_CALLS 400 2000 16
# sales by which bytes are counted
option FOOTPRINT 16000 400000 400
option FOOTPRINT_MEMBERS 1000 1000 100
# of simulate
option ORDERS 300000 1000000 10000

# What the machine cannot do is left out, and said.
LEFT_OUT=()

# --- the rows of the tables ----------------------------------------------------

# missed WHAT GOAL
missed() {
	say "$1, goal $2" >>"$RUN_DIR/misses"
}

# row WHAT FIGURE BASELINE RATIO SPREAD GOAL REACHED
row() {
	local IFS=$'\t'

	printf '%s\n' "$*" >>"$RUN_DIR/rows"
	[ "${7:-}" != no ] || missed "$1: ${4:+$4 of ${3%%:*}, }$2" "$6"
}

# compare WHAT KEY BASE_NAME BASE [LEAST]: rates, their ratio at least LEAST
compare() {
	local middle low high

	read -r middle low high <<<"$(ratio "$2" "$4")"
	row "$1" "$(thousands "$(median "$2" rate)")/s" "$3: $(thousands "$(median "$4" rate)")/s" \
		"$(printf '%.2f' "$middle")" "$(printf '%.2f to %.2f' "$low" "$high")" "${5:+≥ $5}" \
		"${5:+$(yes_if "$middle >= $5")}"
}

# --- what there is to sell in --------------------------------------------------

enroll_all() {
	say "Enrolling $(thousands "$MEMBERS") members in two vaults and in their rivals"
	create_malls "$MEMBERS"
	create_rival "$MEMBERS"
	check_rival
	value 'SELECT bench.make_floor(1)' >"$RUN_DIR/floor.sql"
	[ -z "$PGLEDGER" ] || create_pgledger "$MEMBERS"
	tidy
}

# The rival books the same figures, or it would be none.
check_rival() {
	local said

	said=$(sql -At -f "$BENCH/check_rival.sql" 2>&1)
	[ "$said" = same ] || fail "the rival books other figures: $said"
}

# create_pgledger MEMBERS
create_pgledger() {
	local file

	[ -e "$PGLEDGER" ] || fail "there is no $PGLEDGER"
	for file in "$PGLEDGER"/vendor/*/*.sql "$PGLEDGER/pgledger.sql" "$PGLEDGER"; do
		[ ! -f "$file" ] || quietly sql -f "$file"
	done
	sql -f "$BENCH/pgledger.sql" -c "CALL bench.pgledger_enroll($1)"
}

knows_early_release() {
	[ "$(value "SELECT count(*) FROM pg_settings WHERE name = 'pointsvault.early_release'")" = 1 ]
}

knows_book_at_commit() {
	[ "$(value "SELECT count(*) FROM pg_proc WHERE pronamespace = 'pointsvault'::regnamespace
		AND proname = 'purchase_at_commit'")" != 0 ]
}

# What this server can be asked for.
look_around() {
	if ! knows_early_release; then
		EARLY=
		LEFT_OUT+=('rows by pointsvault.early_release, a setting that this build does not know')
	fi
	if ! knows_book_at_commit; then
		LEFT_OUT+=('purchase_at_commit, which this build does not have')
	fi
	if ! has_steady_flush; then
		FLUSHES=0
		LEFT_OUT+=('the steady flush, which is for Linux')
	fi
	if [ -z "$PGLEDGER" ]; then
		LEFT_OUT+=("pgledger, as no PGLEDGER names its SQL")
	fi
	# for what is not measured with each of them
	FLUSH=${FLUSHES%% *}
}

# --- single calls ----------------------------------------------------------------

# key CALL CLIENTS FLUSH
key() {
	say "$1 by $2, flush $3"
}

# call CALL CLIENTS FLUSH FILE OPTION...: a variant more of CALLS_IN_TURN
call() {
	local IFS='|' name

	name=$(key "$1" "$2" "$3")
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$RUN_DIR/calls"
	shift 3
	CALLS_IN_TURN+=("$name|$*|members=$MEMBERS")
}

# purchases CLIENTS FLUSH: with and without the cycle, by each way to release the lock
purchases() {
	local early

	for early in $EARLY; do
		# where nobody waits for the lock it is the same
		[ "$1" != 1 ] || [ "$early" != off ] || continue
		call "purchase, early_release $early" "$1" "$2" "$CALL_FILES/purchase.sql" "set=pointsvault.early_release=$early"
		call "purchase, cycle, early_release $early" "$1" "$2" "$CALL_FILES/purchase.sql" vault=2 \
			"set=pointsvault.early_release=$early"
	done
	if [ -z "$EARLY" ]; then
		call 'purchase' "$1" "$2" "$CALL_FILES/purchase.sql"
		call 'purchase, cycle' "$1" "$2" "$CALL_FILES/purchase.sql" vault=2
	fi
}

measure_calls() {
	local flush clients

	for flush in $FLUSHES; do
		flush_takes "$flush"
		for clients in $CLIENTS; do
			say "Calls by $clients at a flush of $(flush_in_words "$flush"): $ROUNDS rounds of $BLOCK_MS ms each"
			CALLS_IN_TURN=()
			call 'bare UPDATE' "$clients" "$flush" "$CALL_FILES/update.sql"
			[ "$clients" != 1 ] || call 'plain INSERT, the floor' "$clients" "$flush" "$RUN_DIR/floor.sql"
			purchases "$clients" "$flush"
			call 'PL/pgSQL' "$clients" "$flush" "$CALL_FILES/rival.sql"
			[ -z "$PGLEDGER" ] || call 'pgledger' "$clients" "$flush" "$CALL_FILES/pgledger.sql"
			measure "$clients" "$BLOCK_MS" "$ROUNDS" "${CALLS_IN_TURN[@]}"
		done
	done
	flush_takes "$FLUSH"
}

# goal_of_call CALL CLIENTS FLUSH: microseconds more than the UPDATE, or of its rate
goal_of_call() {
	case $1/$2/$3 in
		'purchase, cycle'*/1/*) ;;
		purchase*/1/*) say 'us 50' ;;
		*' off/'*/130 | 'purchase/'*/130 | 'purchase, cycle/'*/130) say 'ratio 0.70' ;;
		*' off/'*) ;;
		'purchase, early_release '*/130) say 'ratio 1.5' ;;
		'purchase, early_release '*/1000) say 'ratio 4' ;;
		'purchase, cycle, early_release '*/130) say 'ratio 1.4' ;;
	esac
}

# line_of_call CALL CLIENTS FLUSH
line_of_call() {
	local key base middle low high more='' what='' least='' goal='' reached=''

	key=$(key "$@")
	base=$(key 'bare UPDATE' "$2" "$3")
	read -r middle low high <<<"$(ratio "$key" "$base")"
	more=$(by_round "$key" "$base" '(1 / a - 1 / b) * 1e6' | median_of_input)
	read -r what least <<<"$(goal_of_call "$@")"
	case $what in
		us) goal="≤ $least µs more" reached=$(yes_if "$more <= $least") ;;
		ratio) goal="≥ $least" reached=$(yes_if "$middle >= $least") ;;
	esac
	[ "$2" = 1 ] || more=
	[ "$reached" != no ] || missed "$1, clients: $2, flush: $(flush_in_words "$3"): $(printf '%.2f' "$middle") \
of the bare UPDATE${more:+, $(printf '%.0f' "$more") µs more}" "$goal"
	printf '%s\t%s\t%s\t%s\t%.2f\t%.2f to %.2f\t%s\t%.0f\t%s\t%s\t%s\t%s\n' "$1" "$2" "$(flush_in_words "$3")" \
		"$(thousands "$(median "$key" rate)")" "$middle" "$low" "$high" "${more:+$(printf '%.0f' "$more")}" \
		"$(median "$key" cpu)" "$(in_ms "$(median "$key" p50)")" "$(in_ms "$(median "$key" p99)")" "$goal" "$reached"
}

lines_of_calls() {
	local call clients flush

	printf 'call\tclients\tflush\ta second\tof the UPDATE\tquartiles\tµs more\tCPU µs\tp50 ms\tp99 ms\tgoal\treached\n'
	while IFS=$'\t' read -r call clients flush; do
		line_of_call "$call" "$clients" "$flush"
	done <"$RUN_DIR/calls"
}

# --- many calls in one statement -------------------------------------------------

# Apart each waits for its flush, which the figures of processor time leave out.
measure_many_calls() {
	say "$(thousands "$CALLS") purchases in one statement, and apart"
	measure 1 1000 "$CALL_ROUNDS" \
		"purchases apart|$CALL_FILES/purchase.sql|members=$MEMBERS" \
		"purchases in one statement|$CALL_FILES/purchases.sql|members=$MEMBERS|calls=1|events=$CALLS"
	measure 1 1000 "$CALL_ROUNDS" \
		"purchases of one member apart|$CALL_FILES/purchase.sql|members=1" \
		"purchases of one member in one statement|$CALL_FILES/purchases.sql|members=1|calls=1|events=$CALLS_OF_ONE"
	tell_many_calls "$CALLS purchases in one statement" 'purchases in one statement' 'purchases apart'
	tell_many_calls "$CALLS_OF_ONE purchases of one member in one statement" \
		'purchases of one member in one statement' 'purchases of one member apart'
}

# tell_many_calls WHAT KEY BASE
tell_many_calls() {
	compare "$1" "$2" apart "$3" 1
	row "the same, µs of processor a call" "$(printf '%.0f' "$(median "$2" cpu)")" \
		"apart: $(printf '%.0f' "$(median "$3" cpu)")"
}

# --- the caller's own transaction --------------------------------------------------

# The vault stays locked to the end of the caller's transaction, unless it is booked
# only then.
measure_work() {
	local at_commit=()

	say "5 ms of the shop's own work before the call, and after it: $WORK_ROUNDS rounds of $WORK_MS ms each"
	! knows_book_at_commit || at_commit=("work after, booked at commit|$CALL_FILES/work_at_commit.sql|members=$MEMBERS")
	measure "$WORK_CLIENTS" "$WORK_MS" "$WORK_ROUNDS" \
		"work before the call|$CALL_FILES/work_before.sql|members=$MEMBERS" \
		"work after the call|$CALL_FILES/work_after.sql|members=$MEMBERS" "${at_commit[@]}"
	compare "purchase, $WORK_CLIENTS clients, 5 ms of work after it" 'work after the call' '5 ms before it' \
		'work before the call'
	[ "${#at_commit[@]}" = 0 ] || compare "purchase_at_commit, $WORK_CLIENTS clients, 5 ms of work after it" \
		'work after, booked at commit' '5 ms before it' 'work before the call' 0.9
}

# A report or a dump holds an old snapshot, under which rows that are updated
# again and again cannot be pruned.
measure_old_snapshot() {
	say "With an old snapshot open, and without: $SNAPSHOT_ROUNDS rounds of $SNAPSHOT_SECONDS s each"
	for ROUND in $(seq "$SNAPSHOT_ROUNDS"); do
		under_snapshot 'bare UPDATE' update
		under_snapshot purchase purchase
	done
	ROUND=1
	compare "purchase, 8 clients, old snapshot for $SNAPSHOT_SECONDS s" 'purchase, old snapshot' 'without' \
		'purchase, no snapshot' 0.9
	compare "bare UPDATE, 8 clients, old snapshot for $SNAPSHOT_SECONDS s" 'bare UPDATE, old snapshot' 'without' \
		'bare UPDATE, no snapshot'
}

# under_snapshot NAME FILE: a block without one, and one with
under_snapshot() {
	local WARM_ROUNDS=0 ms=$((SNAPSHOT_SECONDS * 1000)) rest="$CALL_FILES/$2.sql|members=$MEMBERS"

	measure 8 "$ms" 1 "$1, no snapshot|$rest"
	open_old_snapshot
	measure 8 "$ms" 1 "$1, old snapshot|$rest"
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

# --- exits ---------------------------------------------------------------------

# Lots far beyond their exit, left over by exits_per_call 0, then 100 of them in
# each call.
measure_exits() {
	local WARM_ROUNDS=0 basis

	say "100 exits in each of $EXIT_CALLS calls"
	for basis in order member; do
		prepare_exits "$basis"
		tidy
		measure 8 0 1 "purchase with 100 exits, basis $basis|$CALL_FILES/purchase.sql|vault=$VAULT|calls=$((EXIT_CALLS / 8))|members=$((EXIT_CALLS * 100))"
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
		"exits: $(thousands "$(awk -v rate="$rate" 'BEGIN { print rate * 100 }')")/s; p99 $(in_ms "$(median "$key" p99)") ms"
}

# --- bytes -----------------------------------------------------------------------

# measure_bytes NAME SCHEMA: a sale, in tables and indexes, and in WAL
measure_bytes() {
	local WARM_ROUNDS=0 before tables sales=$((FOOTPRINT / 8 * 8))

	before=$(value "SELECT bench.bytes('$2')")
	tables=$(value "SELECT bench.bytes_of_tables('$2')")
	measure 8 0 1 "bytes of $1|$CALL_FILES/$1.sql|members=$FOOTPRINT_MEMBERS|calls=$((sales / 8))"
	BYTES=$(value "SELECT round((bench.bytes('$2') - $before) / $sales)")
	BYTES_OF_TABLES=$(value "SELECT round((bench.bytes_of_tables('$2') - $tables) / $sales)")
	WAL=$(median "bytes of $1" wal)
}

# In a database of its own, where no page has room left from sales before.
measure_footprint() {
	say "Bytes of $(thousands "$FOOTPRINT") sales to $(thousands "$FOOTPRINT_MEMBERS") members"
	createdb footprint
	export PGDATABASE=footprint
	sql -f "$BENCH/setup.sql"
	sql >/dev/null <<-END
		SELECT pointsvault.create_vault('mall', pointsvault.preset('growth') - 'cycle');
		CALL bench.enroll(1, $FOOTPRINT_MEMBERS);
		CALL bench.sell(1, $FOOTPRINT_MEMBERS, $FOOTPRINT_MEMBERS);
	END
	create_rival "$FOOTPRINT_MEMBERS"
	[ -z "$PGLEDGER" ] || create_pgledger "$FOOTPRINT_MEMBERS"
	tell_footprint
	verify_all
	export PGDATABASE=postgres
}

tell_footprint() {
	local rival beside wal

	measure_bytes rival rival
	rival=$BYTES beside="PL/pgSQL: $BYTES" wal="PL/pgSQL: $(thousands "$WAL")"
	if [ -n "$PGLEDGER" ]; then
		measure_bytes pgledger public
		beside="$beside, pgledger: $(thousands "$BYTES")" wal="$wal, pgledger: $(thousands "$WAL")"
	fi
	measure_bytes purchase pointsvault
	row 'bytes on disk a sale, all indexes' "$BYTES" "$beside" "$(printf '%.2f' "$(awk "BEGIN { print $BYTES / $rival }")")" \
		'' '≤ 450' "$(yes_if "$BYTES <= 450")"
	row 'of these in tables, in indexes' "$BYTES_OF_TABLES, $((BYTES - BYTES_OF_TABLES))"
	row 'WAL bytes a sale' "$(thousands "$WAL")" "$wal"
	row 'SQL statements in a call' "$(statements pointsvault)" "PL/pgSQL: $(statements rival)"
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

# --- reading ---------------------------------------------------------------------

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

check_books() {
	say 'Verifying every vault'
	verify_all
	[ -z "$PGLEDGER" ] || [ -z "$(value 'SELECT * FROM bench.pgledger_wrong')" ] || fail "pgledger's books do not balance"
}

# --- the report ------------------------------------------------------------------

tell_misses() {
	if [ -s "$RUN_DIR/misses" ]; then
		say '**Goals missed:**'
		say
		sed 's/^/- /' "$RUN_DIR/misses"
	else
		say 'Every goal in the tables is reached.'
	fi
	[ "${#LEFT_OUT[@]}" = 0 ] || { say; say "Left out: $(printf '%s; ' "${LEFT_OUT[@]}" | sed 's/; $/./')"; }
}

tell_all() {
	say "Measured by \`make bench-sales SIZE=$SIZE\` ($ROUNDS rounds of $BLOCK_MS ms a block): $(machine)."
	say "Settings: $(settings_in_words)."
	say
	lines_of_calls | table
	say
	{
		printf 'what\tfigure\tbeside it\tratio\tquartiles\tgoal\treached\n'
		cat "$RUN_DIR/rows"
	} | table
	say
	tell_misses
}

main() {
	open_bench_server
	enroll_all
	look_around
	measure_calls
	measure_many_calls
	measure_work
	measure_old_snapshot
	measure_exits
	measure_footprint
	measure_reading
	check_books
	say
	tell_all | tee "$RUN_DIR/told"
	write_section sales <"$RUN_DIR/told"
}

main "$@"
