#!/bin/bash
#
# queue.sh: how fast orders go through the queue, beside the bare UPDATE and a
# PL/pgSQL loop, and how the cost of settling grows with the batch and the number
# of members.  Works on a server of its own; writes its section of
# docs/performance.md and draws docs/settle.svg beside it.
#
# Environment: SECONDS_A_RUN, RUNS, REPORT as in run.sh; MEMBERS (of the mall),
# SETTLED (orders in a call that is timed), BATCHES and MEMBERS_OF_BATCHES, lists of
# sizes.  QUICK=1: small sizes, to see that it works.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option SECONDS_A_RUN 10 2
option RUNS 5 1
option MEMBERS 1000 1000
option SETTLED 100000 10000
option BATCHES '10 100 1000 10000 100000' '10 1000'
option MEMBERS_OF_BATCHES '1000 100000 1000000' '1000'

MALL=(-D vault=1 -D "members=$MEMBERS")

# set_naptime VALUE: of the settlers in the background, 0 = none
set_naptime() {
	sql -c "ALTER SYSTEM SET pointsvault.settle_naptime = '$1'" -c 'SELECT pg_reload_conf()' >/dev/null
}

create_mall() {
	say "$(thousands "$1") members"
	createdb mall
	export PGDATABASE=mall
	sql -f "$BENCH/setup.sql"
	sql -c "SELECT pointsvault.create_vault('mall', pointsvault.preset('growth'))" \
		-c "CALL bench.enroll(1, $1)" >/dev/null
}

drop_mall() {
	[ "$(value 'SELECT bool_and(ok) FROM pointsvault.verify(1)')" = t ] || fail 'verify found what is not right'
	set_naptime 0
	export PGDATABASE=postgres
	sql -c 'DROP DATABASE mall WITH (FORCE)'
}

# --- through the queue, clients and settler at once --------------------------------

last_seq() {
	value 'SELECT last_seq FROM pointsvault.vault_status'
}

await_empty_queue() {
	until [ "$(value 'SELECT NOT EXISTS (SELECT FROM pointsvault.queue_data)')" = t ]; do
		sleep 0.02
	done
}

now() {
	date +%s.%N
}

# measure_booked KEY CLIENTS SCRIPT: orders booked a second, until the last is
measure_booked() {
	local from start

	from=$(last_seq)
	start=$(now)
	measure "$1, calls" "$2" "$3" -T "$SECONDS_A_RUN" "${MALL[@]}"
	await_empty_queue
	awk -v key="$1" -v round="$ROUND" -v orders="$(($(last_seq) - from))" -v start="$start" -v end="$(now)" \
		'BEGIN { printf "%s\t%s\t%.1f\t0\t0\t0\t0\t%d\n", key, round, orders / (end - start), orders }' >>"$SAMPLES"
	tell "$1"
}

measure_submits() {
	say "Submitted and settled in the background: $RUNS times ${SECONDS_A_RUN} s each"
	set_naptime 100ms
	for ROUND in $(seq "$RUNS"); do
		measure 'bare UPDATE by 32' 32 update -T "$SECONDS_A_RUN"
		measure_booked 'submit by 32' 32 submit
		measure 'bare UPDATE by 8' 8 update -T "$SECONDS_A_RUN"
		measure_booked 'submit_many by 8' 8 submit_many
	done
	set_naptime 0
}

# --- settle alone ------------------------------------------------------------------

# queue_orders ORDERS MEMBERS
queue_orders() {
	sql -c "SELECT pointsvault.submit_many(1, array_agg('m' || 1 + (i * 7919 + $RANDOM) % $2),
			array_agg((100 + i * 31 % 99900) * 0.01), array_agg(gen_random_uuid()::text))
		FROM generate_series(1::bigint, $1) i GROUP BY i / 50000" >/dev/null
	sql -c 'ANALYZE pointsvault.queue_data'
}

# sample KEY ORDERS SECONDS
sample() {
	awk -v key="$1" -v round="$ROUND" -v orders="$2" -v seconds="$3" \
		'BEGIN { printf "%s\t%s\t%.1f\t0\t0\t0\t0\t%d\n", key, round, orders / seconds, orders }' >>"$SAMPLES"
	tell "$1"
}

# rival_loop ORDERS: in one transaction; how long it takes
rival_loop() {
	seconds_of "DO \$\$ BEGIN FOR i IN 1 .. $1 LOOP
		PERFORM rival.purchase(1, 'm' || 1 + i * 7919::bigint % $MEMBERS, (100 + i * 31 % 99900) * 0.01,
			gen_random_uuid()::text); END LOOP; END \$\$"
}

measure_settle() {
	local fewer=$((SETTLED / 10)) from

	say "settle() of $(thousands "$SETTLED") orders beside a PL/pgSQL loop of $(thousands "$fewer"): $RUNS times"
	# plans are made for tables that hold something
	quietly rival_loop 2000
	queue_orders 2000 "$MEMBERS"
	value 'SELECT pointsvault.settle(1)' >/dev/null
	for ROUND in $(seq "$RUNS"); do
		tidy
		sample 'PL/pgSQL loop' "$fewer" "$(rival_loop "$fewer")"
		queue_orders "$SETTLED" "$MEMBERS"
		from=$(value "SELECT pg_current_wal_insert_lsn()")
		sample 'settle' "$SETTLED" "$(seconds_of "SELECT pointsvault.settle(1, $SETTLED)")"
		SETTLED_WAL=$(value "SELECT round((pg_current_wal_insert_lsn() - '$from') / $SETTLED)")
	done
}

# --- how the cost of settling grows --------------------------------------------------

# One number a batch: the median time of a few, in milliseconds.
measure_batches() {
	local batch tries

	create_mall "$1"
	queue_orders 20000 "$1"
	value 'SELECT pointsvault.settle(1, 20000)' >/dev/null
	tidy
	for batch in $BATCHES; do
		tries=$((batch > 10000 ? 1 : 5))
		queue_orders $((batch * tries)) "$1"
		# in one session, as a settler is
		for _ in $(seq "$tries"); do say "SELECT pointsvault.settle(1, $batch);"; done |
			{ say '\timing on'; say 'SELECT pointsvault.settle(1, 0);'; cat; } | sql -At |
			sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n +2 | median_of_input |
			awk -v members="$1" -v batch="$batch" '{ printf "%d\t%d\t%.1f\t%.0f\n", members, batch, $1, batch / $1 * 1000 }' |
			tee -a "$RUN_DIR/points" |
			awk '{ printf "  %7d orders in %8.1f ms, %6d/s\n", $2, $3, $4 }'
	done
	drop_mall
}

draw() {
	[ -n "$REPORT" ] || return 0
	awk -F '\t' -v OFS='\t' '{
		name = $1 >= 1e6 ? $1 / 1e6 " M members" : $1 / 1e3 " k members"
		print "Orders settled a second, by batch", "orders in the batch", name, $2, $4
		print "Milliseconds an order, by batch", "orders in the batch", name, $2, $3 / $2
	}' "$RUN_DIR/points" | sort -s -r -k 1,1.5 | perl "$BENCH/plot.pl" >"$(dirname "$REPORT")/settle.svg"
}

# --- the report ------------------------------------------------------------------

# line WHAT KEY BASE_NAME BASE LEAST GOAL
line() {
	local middle low high

	read -r middle low high <<<"$(ratio "$2" "$4")"
	printf '%s\t%s/s\t%s: %s/s\t%.1f\t%s\t%s\t%s\n' "$1" "$(thousands "$(median "$2" rate)")" "$3" \
		"$(thousands "$(median "$4" rate)")" "$middle" "$(printf '%.1f to %.1f' "$low" "$high")" "$6" \
		"$(awk "BEGIN { print ($middle >= $5) ? \"yes\" : \"no\" }")"
}

tell_all() {
	local rate

	rate=$(median settle rate)
	say "Measured by \`make bench-queue\` ($RUNS rounds, of ${SECONDS_A_RUN} s for submits): $(machine)."
	say "One vault of $(thousands "$MEMBERS") members, preset growth; orders count when they are booked, by one settler in the background."
	say
	{
		printf 'what\torders\tbeside it\tratio\tfrom round to round\tgoal\treached\n'
		line 'submit, 32 clients' 'submit by 32' 'bare UPDATE' 'bare UPDATE by 32' 4 '≥ 4'
		line 'submit_many of 100, 8 clients' 'submit_many by 8' 'bare UPDATE' 'bare UPDATE by 8' 8 '≥ 8'
		line "settle of $(thousands "$SETTLED"), one session" settle 'PL/pgSQL loop' 'PL/pgSQL loop' 6 '≥ 6'
		printf 'settle of %s, one session\t%s/s\t\t\t\t≥ 60 000/s\t%s\n' "$(thousands "$SETTLED")" "$(thousands "$rate")" \
			"$(awk "BEGIN { print ($rate >= 60000) ? \"yes\" : \"no\" }")"
		printf 'WAL bytes an order settled\t%s\n' "$(thousands "$SETTLED_WAL")"
	} | table
	say
	say 'How long settle() takes, by the size of the batch and the members of the vault:'
	say
	{
		printf 'members\tbatch\tmilliseconds\torders a second\n'
		while IFS=$'\t' read -r members batch ms rate; do
			printf '%s\t%s\t%s\t%s\n' "$(thousands "$members")" "$(thousands "$batch")" "$ms" "$(thousands "$rate")"
		done <"$RUN_DIR/points"
	} | table
}

main() {
	local members

	open_bench_server
	create_mall "$MEMBERS"
	sql -f "$BENCH/rival.sql"
	sql -c "CALL rival.create_vault(1, $MEMBERS)"
	tidy
	measure_settle
	measure_submits
	drop_mall
	for members in $MEMBERS_OF_BATCHES; do measure_batches "$members"; done
	tell_all | tee "$RUN_DIR/told"
	draw
	write_section queue <"$RUN_DIR/told"
}

main
