#!/bin/bash
#
# seal.sh: what the log of a vault costs: sealing, proofs, verify, and sales while it is
# sealed once a second.  Works on a server of its own; writes its section of
# docs/performance.md.
#
# Environment: SIZE and REPORT as in lib.sh; LEAVES, journal rows to seal; MEMBERS; CLIENTS,
# BLOCK_MS and ROUNDS of the sales; PROOFS; HOLDERS, members whose balances are published.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option LEAVES 1000000 10000000 2000
option MEMBERS 10000 100000 100
option CLIENTS 4 4 2
option BLOCK_MS 2000 2000 100
option ROUNDS 12 30 1
option PROOFS 1000 1000 10
option HOLDERS 1000000 1000000 600

# The note is not looked into by whoever makes proofs: any signature will do.
store_note() {
	sql -c "SELECT pointsvault.store_checkpoint($1, pointsvault.checkpoint($1) || E'\n— bench AAAAAGFueSBzaWduYXR1cmU=\n')" >/dev/null
}

# Milliseconds each: of refs from all over the log, in one session.
proof_ms() {
	seconds_of "SELECT count(pointsvault.prove(1, ref)) FROM (SELECT ref FROM pointsvault.journal_data
		WHERE vault = 1 AND ref IS NOT NULL AND seq % GREATEST($LEAVES / $PROOFS, 1) = 0 LIMIT $PROOFS) r" |
		awk -v proofs="$PROOFS" '{ printf "%.3f", $1 * 1000 / proofs }'
}

# Of another vault, whose members have something each.
publish_balances() {
	local day

	say "Publishing the balances of $(thousands "$HOLDERS") members"
	sql -c "SELECT pointsvault.create_vault('holders', '{\"growth\": {}, \"cycle\": {\"share_price\": 100}}')" \
		-c "CALL bench.enroll(2, $HOLDERS)" -c "CALL bench.fill(2, 1, $HOLDERS)" \
		-c 'SELECT pointsvault.seal(2)' -c 'SELECT pointsvault.close_day(2)' >/dev/null
	tidy
	day=$(value 'SELECT max(day) FROM pointsvault.day_data WHERE vault = 2')
	POINTS_S=$(seconds_of "SELECT pointsvault.liabilities(2, 'points', '$day')")
	CASH_S=$(seconds_of "SELECT pointsvault.liabilities(2, 'cash', '$day')")
	sql -c 'SELECT pointsvault.seal(2)' >/dev/null
	store_note 2
	BALANCE_MS=$(seconds_of "SELECT count(pointsvault.prove_balance(2, 'm' || 1 + i * 7919::bigint % $HOLDERS, '$day')) FROM generate_series(1, $PROOFS) AS i" |
		awk -v proofs="$PROOFS" '{ printf "%.3f", $1 * 1000 / proofs }')
	TREE_BYTES=$(value "SELECT round(pg_total_relation_size('pointsvault.liability_tile_data') / 2 / $HOLDERS.0, 1)")
}

seal_each_second() {
	while sleep 1; do sql -c 'SELECT pointsvault.seal(1)' >/dev/null; done
}

# In turns, the one that begins too, so that drift falls on both.
measure_sales() {
	local round sealer

	for round in $(seq 1 "$ROUNDS"); do
		ROUND=$round
		measure "$CLIENTS" "$BLOCK_MS" 1 "sealing off|$CALL_FILES/purchase.sql|vault=1|members=$MEMBERS"
		seal_each_second &
		sealer=$!
		measure "$CLIENTS" "$BLOCK_MS" 1 "sealing on|$CALL_FILES/purchase.sql|vault=1|members=$MEMBERS"
		kill "$sealer"
		wait "$sealer" 2>/dev/null || :
	done
}

line() {
	printf '%s\t%s\t%s\t%s\n' "$@"
}

tell_all() {
	local middle low high

	read -r middle low high < <(ratio 'sealing on' 'sealing off')
	{
		line 'the sealed log' figure goal reached
		line "rows sealed a second, of $(thousands "$LEAVES")" "$(thousands "$SEALED")" '≥ 200 000' "$(yes_if "$SEALED >= 200000")"
		line 'prove, ms' "$PROOF_MS" '≤ 1' "$(yes_if "$PROOF_MS <= 1")"
		line 'purchase, sealed each second, of one that is not' "$middle ($low to $high)" '≥ .97' "$(yes_if "$middle >= .97")"
		line 'bytes of tiles a row' "$BYTES" '' ''
		line "liabilities, points of $(thousands "$HOLDERS") members, s" "$POINTS_S" '≤ 5' "$(yes_if "$POINTS_S <= 5")"
		line 'the same of their cash, s' "$CASH_S" '≤ 5' "$(yes_if "$CASH_S <= 5")"
		line 'prove_balance, ms' "$BALANCE_MS" '' ''
		line 'bytes of a tree a member' "$TREE_BYTES" '' ''
	} | table
}

main() {
	open_bench_server
	sql -f "$BENCH/setup.sql"
	say "Booking $(thousands "$LEAVES") sales of $(thousands "$MEMBERS") members"
	sql -c "SELECT pointsvault.create_vault('mall', pointsvault.preset('growth') - 'cycle')" \
		-c "CALL bench.enroll(1, $MEMBERS)" -c 'SELECT pointsvault.seal(1)' >/dev/null
	sql -c "CALL bench.sell(1, $MEMBERS, $LEAVES)"
	tidy
	SEALED=$(seconds_of 'SELECT pointsvault.seal(1)' | awk -v rows="$LEAVES" '{ printf "%.0f", rows / $1 }')
	BYTES=$(value "SELECT round(pg_total_relation_size('pointsvault.tile_data') / $LEAVES.0, 1)")
	store_note 1
	PROOF_MS=$(proof_ms)
	say "Sealed $(thousands "$SEALED") rows a second; a proof takes $PROOF_MS ms"
	measure_sales
	publish_balances
	say 'Verifying the vault'
	verify_all
	say
	tell_all | tee "$RUN_DIR/told"
	write_section seal <"$RUN_DIR/told"
}

main "$@"
