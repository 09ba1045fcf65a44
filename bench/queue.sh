#!/bin/bash
#
# queue.sh: how fast orders go through the queue, beside the bare UPDATE and a
# PL/pgSQL loop, and how the cost of settling grows with the batch and the number
# of members.  Works on a server of its own; writes its section of
# docs/performance.md and draws docs/settle.svg beside it.
#
# Environment: SIZE and REPORT as in lib.sh; MEMBERS (of the mall that clients submit
# to); MEMBERS_OF_BATCHES and BATCHES, lists of sizes, with BATCH_ROUNDS; LOOP, orders
# of the PL/pgSQL loop; BLOCK_MS and ROUNDS, of submits; FLUSH as in sales.sh.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option MEMBERS 1000 1000 100
option CLIENTS 32 32 4
option BLOCK_MS 1500 5000 50
option ROUNDS 5 9 2
option FLUSH 130 130 130
option MEMBERS_OF_BATCHES '1000 100000 1000000' '1000 100000 1000000' '100 200'
option BATCHES '100 10000' '10 100 1000 10000 100000' '10 100'
option BATCH_ROUNDS 5 9 2
option LOOP 5000 10000 100

# set_naptime VALUE: of the settlers in the background, 0 = none
set_naptime() {
	sql -c "ALTER SYSTEM SET pointsvault.settle_naptime = '$1'" -c 'SELECT pg_reload_conf()' >/dev/null
}

# create_mall NAME MEMBERS: a database of its own, in which something was booked already
create_mall() {
	say "$(thousands "$2") members"
	createdb "$1"
	export PGDATABASE=$1
	sql -f "$BENCH/setup.sql"
	sql >/dev/null <<-END
		SELECT pointsvault.create_vault('mall', pointsvault.preset('growth'));
		CALL bench.enroll(1, $2);
		CALL bench.queue(1, $2, $((BATCH_MOST < 20000 ? BATCH_MOST : 20000)));
		SELECT pointsvault.settle(1, 20000);
	END
	tidy
	export PGDATABASE=postgres
}

drop_mall() {
	export PGDATABASE=$1
	verify_all
	export PGDATABASE=postgres
	sql -c "DROP DATABASE $1 WITH (FORCE)"
}

# --- settle, by members and batch ---------------------------------------------------

# The databases and batches take turns; what is settled is queued ahead of each block,
# in which the session, like a settler's, has settled before.
measure_settle() {
	local members batch calls turns=()

	for members in $MEMBERS_OF_BATCHES; do create_mall "mall_$members" "$members"; done
	PGDATABASE=mall_$FEWEST create_rival "$FEWEST"
	turns=("PL/pgSQL loop|$CALL_FILES/rival_loop.sql|db=dbname=mall_$FEWEST|members=$FEWEST|calls=1|events=$LOOP")
	for members in $MEMBERS_OF_BATCHES; do
		for batch in $BATCHES; do
			calls=$((batch < 1000 ? 10 : 1))
			turns+=("$(batch_key "$members" "$batch")|$CALL_FILES/settle.sql|db=dbname=mall_$members|calls=$calls|events=$batch|before=CALL bench.queue(1, $members, $((calls * batch)))")
		done
	done
	say "settle() by members and batch: $BATCH_ROUNDS rounds"
	measure 1 0 "$BATCH_ROUNDS" "${turns[@]}"
	for members in $MEMBERS_OF_BATCHES; do drop_mall "mall_$members"; done
}

# batch_key MEMBERS BATCH
batch_key() {
	say "settle of $2, $1 members"
}

# --- through the queue, clients and settler at once -----------------------------------

# Counted until the last is booked, by the settler in the background.
measure_submits() {
	local all="members=$MEMBERS" booked='until=SELECT NOT EXISTS (SELECT FROM pointsvault.queue_data)'

	say "Submitted, and settled in the background: $ROUNDS rounds of $BLOCK_MS ms each"
	create_mall mall "$MEMBERS"
	export PGDATABASE=mall
	set_naptime 100ms
	measure "$CLIENTS" "$BLOCK_MS" "$ROUNDS" \
		"bare UPDATE by $CLIENTS|$CALL_FILES/update.sql" \
		"submit|$CALL_FILES/submit.sql|$all|$booked"
	measure 8 "$BLOCK_MS" "$ROUNDS" \
		"bare UPDATE by 8|$CALL_FILES/update.sql" \
		"submit_many|$CALL_FILES/submit_many.sql|$all|events=100|$booked" \
		"purchase_many|$CALL_FILES/purchase_many.sql|$all|events=100"
	set_naptime 0
	drop_mall mall
}

# --- the report ------------------------------------------------------------------

# line WHAT KEY BASE_NAME BASE [LEAST]
line() {
	local middle low high

	read -r middle low high <<<"$(ratio "$2" "$4")"
	printf '%s\t%s/s\t%s\t%s: %s/s\t%.1f\t%s\t%s\t%s\n' "$1" "$(thousands "$(median "$2" rate)")" \
		"$(thousands "$(median "$2" wal)")" "$3" "$(thousands "$(median "$4" rate)")" "$middle" \
		"$(printf '%.1f to %.1f' "$low" "$high")" "${5:+≥ $5}" "${5:+$(yes_if "$middle >= $5")}"
}

lines_through_queue() {
	printf 'what\torders\tWAL bytes\tbeside it\tratio\tquartiles\tgoal\treached\n'
	line "submit, $CLIENTS clients" submit 'bare UPDATE' "bare UPDATE by $CLIENTS" 4.5
	line 'submit_many of 100, 8 clients' submit_many 'bare UPDATE' 'bare UPDATE by 8' 4.5
	line 'purchase_many of 100, 8 clients' purchase_many 'bare UPDATE' 'bare UPDATE by 8' 4.5
	line "settle of $BATCH_BEST, $(thousands "$FEWEST") members, one session" "$(batch_key "$FEWEST" "$BATCH_BEST")" \
		'PL/pgSQL loop' 'PL/pgSQL loop'
}

# Orders a second, by settle.
goal_of_members() {
	case $1 in
		1000) say 95000 ;;
		100000) say 50000 ;;
		1000000) say 38000 ;;
	esac
}

# line_of_batch MEMBERS BATCH: the goal is for the batch that a settler takes
line_of_batch() {
	local key rate low high goal=''

	key=$(batch_key "$@")
	read -r rate low high <<<"$(samples "$key" rate | quartiles_of_input)"
	[ "$2" != 10000 ] || goal=$(goal_of_members "$1")
	printf '%s\t%s\t%s\t%s\t%s to %s\t%.1f\t%s\t%s\n' "$(thousands "$1")" "$(thousands "$2")" "$(in_ms "$(median "$key" p50)")" \
		"$(thousands "$rate")" "$(thousands "$low")" "$(thousands "$high")" "$(median "$key" cpu)" \
		"${goal:+≥ $(thousands "$goal")}" "${goal:+$(yes_if "$rate >= $goal")}"
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$(in_ms "$(median "$key" p50)")" "$rate" >>"$RUN_DIR/points"
}

lines_of_batches() {
	local members batch

	printf 'members\tbatch\tmilliseconds\torders a second\tquartiles\tCPU µs an order\tgoal\treached\n'
	for members in $MEMBERS_OF_BATCHES; do
		for batch in $BATCHES; do line_of_batch "$members" "$batch"; done
	done
}

draw() {
	[ -n "$REPORT" ] || return 0
	awk -F '\t' -v OFS='\t' '{
		name = $1 >= 1e6 ? $1 / 1e6 " M members" : $1 / 1e3 " k members"
		print "Orders settled a second, by batch", "orders in the batch", name, $2, $4
		print "Milliseconds an order, by batch", "orders in the batch", name, $2, $3 / $2
	}' "$RUN_DIR/points" | sort -s -r -k 1,1.5 | perl "$BENCH/plot.pl" >"$(dirname "$REPORT")/settle.svg"
}

tell_all() {
	say "Measured by \`make bench-queue SIZE=$SIZE\` ($ROUNDS rounds of $BLOCK_MS ms for submits, $BATCH_ROUNDS for settle; flush: $(flush_in_words "$FLUSH")): $(machine)."
	say "Submits: one vault of $(thousands "$MEMBERS") members, preset growth; orders count when they are booked, by one settler in the background."
	say
	lines_through_queue | table
	say
	say 'How long settle() takes, by the members of the vault and the size of the batch; what is queued lies there before:'
	say
	lines_of_batches | table
}

main() {
	FEWEST=${MEMBERS_OF_BATCHES%% *}
	BATCH_MOST=${BATCHES##* }
	# as a settler takes them, where that is measured
	BATCH_BEST=$(say "$BATCHES" | tr ' ' '\n' | awk '$1 <= 10000' | tail -n 1)
	open_bench_server
	has_steady_flush || FLUSH=0
	flush_takes "$FLUSH"
	measure_settle
	measure_submits
	tell_all | tee "$RUN_DIR/told"
	draw
	write_section queue <"$RUN_DIR/told"
}

main
