#!/bin/bash
#
# release.sh: what the close of a day with release plans costs, beside recursive SQL for the
# same rules.  Works on a server of its own; writes its section of docs/performance.md.
#
# Environment: SIZE and REPORT as in lib.sh; MEMBERS, each of whom has a plan; RUNS, days of
# each kind; SQL_RUNS, of the SQL beside them.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option MEMBERS 100000 1000000 300
option RUNS 3 3 1
DAY=2024-03-01

create_mall() {
	sql >/dev/null <<-END
		INSERT INTO bench.star SELECT n, (s->>'sales')::numeric, (s->>'rate')::numeric
		FROM jsonb_array_elements(pointsvault.preset('release') -> 'release' -> 'stars') WITH ORDINALITY e (s, n);
		SELECT pointsvault.create_vault('tree', pointsvault.preset('release-flat') || '{"acknowledge_multilevel": "a benchmark", "growth": {"pool_rate": 0}}',
			timezone => 'UTC');
		CALL bench.enroll_tree(1, $MEMBERS);
		CALL bench.sell_plans(1, $MEMBERS, 1, '$DAY');
	END
	tidy
}

# timed WHAT SQL: in a session of its own; notes milliseconds and the peak of its memory, in MB,
# what is shared left out
timed() {
	local peak

	sql -At >"$RUN_DIR/timed" <<-END
		SELECT pg_backend_pid() AS pid \gset
		SELECT clock_timestamp() AS began \gset
		$2 \g /dev/null
		SELECT round(extract(epoch FROM clock_timestamp() - :'began') * 1000, 1);
		\setenv PID :pid
		\! awk '/^VmHWM/ { high = \$2 } /^RssShmem/ { shared = \$2 } /^RssFile/ { file = \$2 } END { printf "%.0f\n", (high - shared - file) / 1024 }' /proc/\$PID/status
	END
	read -r MS <"$RUN_DIR/timed"
	peak=$(sed -n 2p "$RUN_DIR/timed")
	printf '%s\t%s\t%s\n' "$1" "$MS" "$peak" >>"$RUN_DIR/days"
	printf '  %-40s %10.1f ms   %s MB\n' "$1" "$MS" "$peak"
}

close_next() {
	timed "$1" 'SELECT pointsvault.close_day(1)'
	timed "SQL: $1" 'CALL bench.close_by_sql()'
}

# of_days WHAT COLUMN: the median
of_days() {
	awk -F '\t' -v what="$1" -v column="$2" '$1 == what { print $column }' "$RUN_DIR/days" | median_of_input
}

# line WHAT GOAL [MOST]: MOST milliseconds
line() {
	local ms sql_ms

	ms=$(of_days "$1" 2)
	sql_ms=$(of_days "SQL: $1" 2)
	printf '%s\t%s ms\t%s MB\t%s ms\t%.1f\t%s\t%s\n' "$1" "$(thousands "$ms")" "$(of_days "$1" 3)" "$(thousands "$sql_ms")" \
		"$(awk "BEGIN { print $sql_ms / $ms }")" "$2" "$([ -z "$2" ] || yes_if "$3")"
}

tell_all() {
	local all few

	all=$(of_days 'all plans are new' 2)
	few=$(of_days '1 of 100 buys' 2)
	say "Measured by \`make bench-release SIZE=$SIZE MEMBERS=$MEMBERS\` (medians of $RUNS days; the first close is one): $(machine)."
	say "$(thousands "$MEMBERS") members in one tree, each with a plan; lines are $(value 'SELECT max(depth) FROM bench.depth()') long."
	say
	{
		printf 'close of a day on which\tpointsvault\tmemory\trecursive SQL\tratio\tgoal\treached\n'
		line 'all plans are new' '≥ 10 ×, ≤ 10 s' "$(of_days 'SQL: all plans are new' 2) >= 10 * $all && $all <= 10000"
		line '1 of 100 buys' '≤ 1 s' "$few <= 1000"
		line 'nobody buys' '' ''
	} | table
}

main() {
	local round said

	open_bench_server
	sql -f "$BENCH/setup.sql" -f "$BENCH/release.sql"
	say "Enrolling $(thousands "$MEMBERS") members, each of whom buys"
	create_mall
	: >"$RUN_DIR/days"
	close_next 'all plans are new'
	for round in $(seq 1 "$RUNS"); do
		sql -c 'TRUNCATE bench.sale' >/dev/null
		close_next 'nobody buys'
		sql -c "CALL bench.sell_plans(1, $MEMBERS, 100, '$DAY'::date + 2 * $round)" >/dev/null
		close_next '1 of 100 buys'
	done
	said=$(value 'SELECT bench.compare_plans(1)')
	[ "$said" = same ] || fail "SQL released other figures: $said"
	say 'Verifying the vault'
	verify_all
	say
	tell_all | tee "$RUN_DIR/told"
	write_section release <"$RUN_DIR/told"
}

main "$@"
