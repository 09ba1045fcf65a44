#!/bin/bash
#
# commission.sh: what commissions cost a sale, beside sales of the same members in a
# vault whose policy has none.  Works on a server of its own; writes its section of
# docs/performance.md.
#
# Environment: SIZE and REPORT as in lib.sh; LINES_ABOVE, how many lines of sponsors there are,
# and DEPTH, how many stand above each buyer; CLIENTS, a list; FLUSH, BLOCK_MS and
# ROUNDS as in sales.sh; BATCH, orders settled at once, and BATCH_ROUNDS.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option LINES_ABOVE 1000 5000 20
option DEPTH 20 20 20
option CLIENTS '1 8' '1 8' '1 2'
option FLUSH 130 130 130
option BLOCK_MS 500 500 50
option ROUNDS 12 30 2
option BATCH 10000 10000 100
option BATCH_ROUNDS 5 9 2

# all_kinds RANKS: all of it on: sponsors, ranks and their peers, agents, shareholders
all_kinds() {
	printf '{"budget_rate": 0.30, "direct_rate": 0.05, "indirect_rate": 0.02, "ranks": [%s], "rank_peer_rate": 0.01,
		"region_rates": {"district": 0.02, "city": 0.015, "province": 0.01}, "shareholder_rate": 0.03}' "$1"
}

THREE_RANKS='{"sales": 650, "rate": 0.03}, {"sales": 1350, "rate": 0.07}, {"sales": 1750, "rate": 0.12}'
# As the reference's example of a policy has it.
ONE_RANK='{"sales": 650, "rate": 0.12}'
SPONSOR_ALONE='{"budget_rate": 0.10, "direct_rate": 0.05, "shareholder_rate": 0.03}'

# create_mall NAME COMMISSION: the buyers m1, m2 ... at the end of lines, all of whom
# bought for 100 on a day that is closed, from which the ranks are
create_mall() {
	sql >/dev/null <<-END
		SELECT pointsvault.create_vault('$1', pointsvault.preset('growth') || '{"acknowledge_multilevel": "a benchmark", "commission": $2}') AS vault \gset
		CALL bench.enroll_lines(:vault, $LINES_ABOVE, $DEPTH);
		SELECT pointsvault.appoint_agent(:vault, 'agent', '44'), pointsvault.appoint_agent(:vault, 'agent of the city', '4403'),
			pointsvault.appoint_agent(:vault, 'agent of the district', '440305');
		CALL bench.fill(:vault, 1, $((LINES_ABOVE * (DEPTH + 1))), 1, 100);
		SELECT pointsvault.close_day(:vault);
	END
}

measure_sales() {
	local clients all="members=$LINES_ABOVE"

	for clients in $CLIENTS; do
		say "Sales by $clients, $DEPTH stand above each buyer: $ROUNDS rounds of $BLOCK_MS ms each"
		measure "$clients" "$BLOCK_MS" "$ROUNDS" \
			"none by $clients|$CALL_FILES/purchase.sql|vault=1|$all" \
			"sponsor by $clients|$CALL_FILES/purchase.sql|vault=2|$all" \
			"all by $clients|$CALL_FILES/purchase.sql|vault=3|$all" \
			"one rank by $clients|$CALL_FILES/purchase.sql|vault=4|$all"
	done
}

# One session, as in queue.sh; of the same buyers.
measure_settle() {
	local name vault=0 turns=()

	for name in none sponsor all 'one rank'; do
		vault=$((vault + 1))
		turns+=("$name settled|$CALL_FILES/settle.sql|vault=$vault|calls=1|events=$BATCH|before=CALL bench.queue($vault, $LINES_ABOVE, $BATCH)")
	done
	say "settle() of $BATCH: $BATCH_ROUNDS rounds"
	measure 1 0 "$BATCH_ROUNDS" "${turns[@]}"
}

# line WHAT KEY BASE [LEAST]
line() {
	local middle low high

	read -r middle low high <<<"$(ratio "$2" "$3")"
	printf '%s\t%s/s\t%.0f\t%s/s\t%.0f\t%.2f\t%.2f to %.2f\t%s\t%s\n' "$1" "$(thousands "$(median "$2" rate)")" \
		"$(median "$2" cpu)" "$(thousands "$(median "$3" rate)")" "$(median "$3" cpu)" "$middle" "$low" "$high" \
		"${4:+≥ $4}" "${4:+$(yes_if "$middle >= $4")}"
}

lines_of_sales() {
	local clients

	printf 'commissions\tsales\tCPU µs\twithout\tCPU µs\tratio\tquartiles\tgoal\treached\n'
	for clients in $CLIENTS; do
		line "to the sponsor and shareholders, clients: $clients" "sponsor by $clients" "none by $clients"
		line "all kinds, one rank, $EARN_BY_ONE earn, clients: $clients" "one rank by $clients" "none by $clients" 0.6
		line "all kinds, three ranks, $EARN_BY_THREE earn, clients: $clients" "all by $clients" "none by $clients" 0.6
	done
}

# line_settled WHAT KEY [LEAST]
line_settled() {
	local rate low high middle _

	read -r rate low high <<<"$(samples "$2" rate | quartiles_of_input)"
	read -r middle _ <<<"$(ratio "$2" 'none settled')"
	printf '%s\t%s\t%s to %s\t%.1f\t%.2f\t%s\t%s\n' "$1" "$(thousands "$rate")" "$(thousands "$low")" "$(thousands "$high")" \
		"$(median "$2" cpu)" "$middle" "${3:+≥ $(thousands "$3")}" "${3:+$(yes_if "$rate >= $3")}"
}

lines_settled() {
	printf 'commissions\torders/s\tquartiles\tCPU µs an order\tratio\tgoal\treached\n'
	line_settled none 'none settled'
	line_settled 'to the sponsor and shareholders' 'sponsor settled' 40000
	line_settled "all kinds, one rank, $EARN_BY_ONE earn" 'one rank settled' 40000
	line_settled "all kinds, three ranks, $EARN_BY_THREE earn" 'all settled' 40000
}

tell_all() {
	say "Measured by \`make bench-commission SIZE=$SIZE\` ($ROUNDS rounds of $BLOCK_MS ms a block, a flush of $(flush_in_words "$FLUSH")): $(machine)."
	say "$(thousands "$LINES_ABOVE") lines of sponsors; $DEPTH stand above each buyer, and the highest rank is found near the top."
	say
	lines_of_sales | table
	say
	say "The same orders settled, $(thousands "$BATCH") at once by one session:"
	say
	lines_settled | table
}

# How many members the last sale of a vault paid.
earners_in() {
	value "SELECT count(DISTINCT member) FROM pointsvault.commission c
		WHERE vault = $1 AND seq = (SELECT max(seq) FROM pointsvault.journal WHERE vault = $1)"
}

main() {
	open_bench_server
	flush_takes "$FLUSH"
	say "Enrolling $(thousands $((LINES_ABOVE * (DEPTH + 1)))) members in four vaults"
	sql -f "$BENCH/setup.sql"
	create_mall 'without commissions' null
	create_mall 'with the least' "$SPONSOR_ALONE"
	create_mall 'with three ranks' "$(all_kinds "$THREE_RANKS")"
	create_mall 'with one rank' "$(all_kinds "$ONE_RANK")"
	tidy
	measure_sales
	measure_settle
	EARN_BY_THREE=$(earners_in 3)
	EARN_BY_ONE=$(earners_in 4)
	say 'Verifying every vault'
	verify_all
	say
	tell_all | tee "$RUN_DIR/told"
	write_section commission <"$RUN_DIR/told"
}

main "$@"
