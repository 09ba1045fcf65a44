# shellcheck shell=bash
#
# lib.sh: what the benchmarks share.  Sourced after scripts/common.sh.
#
#   option NAME DEFAULT QUICK         an option of the environment; QUICK=1 has its own default
#   open_bench_server                 installs, builds, starts and warms a server that keeps its promises
#   tidy                              vacuum and analyze
#   measure KEY CLIENTS SCRIPT ...    one pgbench run, noted as a sample of KEY in round ROUND
#   median KEY COLUMN                 of all samples of KEY
#   ratio KEY BASE                    median, least and greatest ratio of their rates, round by round
#   table                             tab-separated lines as a Markdown table, aligned
#   write_section NAME                puts its input into the report, between the marks of that name
#
# Rates drift on shared machines, so runs are short and interleaved, and a ratio
# is taken between neighbours in one round, never between medians.

BENCH=$PROJECT/bench
QUICK=${QUICK:-}
# which round of runs; a ratio is taken within one
ROUND=1

option() {
	local value=$2

	[ -z "$QUICK" ] || value=$3
	printf -v "$1" '%s' "${!1-$value}"
}

# Where the report goes; a quick run is no news and leaves the report alone.
option REPORT "$PROJECT/docs/performance.md" ''
# WAL written before all else, so that later runs find segments to reuse
option WARM_WAL_MB 5000 1500

# --- the server --------------------------------------------------------------

bench_packages() {
	postgres_packages
	cat <<-END
		gcc — compiles the extension
		make — builds it
		libc6-dev — the C library's headers
	END
}

# As a shop's server would be, which must not lose what it acknowledged.
bench_settings() {
	cat <<-END
		fsync = on
		max_connections = 100
		shared_buffers = 1GB
		min_wal_size = ${WARM_WAL_MB}MB
		max_wal_size = 8GB
		checkpoint_timeout = 1h
		autovacuum = on
		shared_preload_libraries = pointsvault
		pointsvault.settle_naptime = 0
	END
}

open_bench_server() {
	open_run_dir
	SAMPLES=$RUN_DIR/samples
	: >"$SAMPLES"
	choose_postgres
	install_packages "$(bench_packages)"
	find_pg_config
	say "Building and installing pointsvault for PostgreSQL $PG_MAJOR"
	build_and_install
	say "Starting a server of its own, and writing $WARM_WAL_MB MB of WAL to have segments to reuse"
	start_cluster "$(bench_settings)"
	warm_wal
}

# Making a WAL segment costs more than reusing one, and a server that has run for
# a while reuses them.
warm_wal() {
	sql -c "SELECT count(pg_logical_emit_message(false, 'bench', repeat('x', 1000000)))
		FROM generate_series(1, $WARM_WAL_MB)" -c CHECKPOINT >/dev/null
}

# What autovacuum would do sooner or later, so that it does not fall into a run.
tidy() {
	sql -c 'VACUUM (ANALYZE)'
}

value() {
	sql -At -c "$1"
}

# How long a statement takes, in seconds.
seconds_of() {
	sql -At -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | awk '{ print $1 / 1000 }'
}

# --- samples -----------------------------------------------------------------
# A line a run: key, round, rate, p50, p95, p99 (microseconds), WAL bytes for each
# transaction, transactions.

column_of() {
	case $1 in
		rate) say 3 ;; p50) say 4 ;; p95) say 5 ;; p99) say 6 ;; wal) say 7 ;; count) say 8 ;;
		*) fail "a sample has no column $1" ;;
	esac
}

percentiles() {
	cat "$RUN_DIR"/latency.* | cut -d ' ' -f 3 | sort -n |
		awk '{ v[NR] = $1 }
			function at(share) { i = int(NR * share); return v[i < 1 ? 1 : i] }
			END { printf "%d\t%d\t%d", at(.5), at(.95), at(.99) }'
}

# measure KEY CLIENTS SCRIPT OPTION...: the options say how long, and name the vault
measure() {
	local key=$1 clients=$2 script=$BENCH/$3.pgbench out=$RUN_DIR/pgbench.out before wal rate count

	shift 3
	rm -f "$RUN_DIR"/latency.*
	before=$(value 'SELECT pg_current_wal_insert_lsn()')
	quietly pgbench -n -M prepared -c "$clients" -j "$(nproc)" -f "$script" \
		--log --log-prefix="$RUN_DIR/latency" "$@"
	mv "$RUN_DIR/quiet.log" "$out"
	rate=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$out")
	count=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$out")
	wal=$(value "SELECT round((pg_current_wal_insert_lsn() - '$before') / $count)")
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$key" "$ROUND" "$rate" "$(percentiles)" "$wal" "$count" >>"$SAMPLES"
	tell "$key"
}

# One line of progress: the last sample.
tell() {
	tail -n 1 "$SAMPLES" | awk -F '\t' '{ printf "  round %d  %-46s %7.0f/s   p50 %7.2f  p99 %8.2f ms\n",
		$2, $1, $3, $4 / 1000, $6 / 1000 }'
}

samples() {
	awk -F '\t' -v key="$1" -v column="$(column_of "$2")" '$1 == key { print $column }' "$SAMPLES"
}

median_of_input() {
	sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

median() {
	samples "$1" "$2" | median_of_input
}

ratio() {
	awk -F '\t' -v key="$1" -v base="$2" '$1 == key { a[$2] = $3 } $1 == base { b[$2] = $3 }
		END { for (round in a) if (round in b) print a[round] / b[round] }' "$SAMPLES" >"$RUN_DIR/ratios"
	say "$(median_of_input <"$RUN_DIR/ratios") $(sort -g "$RUN_DIR/ratios" | sed -n '1p;$p' | paste -s -d ' ')"
}

# --- the report --------------------------------------------------------------

# 1234567 as 1 234 567
thousands() {
	printf '%.0f' "$1" | sed -E ':a; s/([0-9])([0-9]{3})( |$)/\1 \2\3/; ta'
}

table() {
	perl "$BENCH/table.pl"
}

# Nothing that names the machine.
machine() {
	local memory

	memory=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
	say "$(nproc) cores, $memory GB of memory, PostgreSQL $(value 'SHOW server_version' | cut -d ' ' -f 1)," \
		"data on $(df --output=fstype "$RUN_DIR" | tail -n 1), pgbench on the same machine"
}

# As a list in one line of Markdown.
settings_in_words() {
	bench_settings | sed "s/.*/\`&\`/" | paste -s -d ',' | sed 's/,/, /g'
}

# The words around the sections are written by hand; a new report starts from them.
write_section() {
	local section=$RUN_DIR/section report=$RUN_DIR/report

	[ -n "$REPORT" ] || { cat >/dev/null; return 0; }
	cat >"$section"
	[ -f "$REPORT" ] || cp "$PROJECT/docs/performance.md" "$REPORT"
	grep -q "^<!-- begin $1 " "$REPORT" || fail "$REPORT has no place for section $1"
	awk -v name="$1" -v section="$section" '
		index($0, "<!-- end " name " ") == 1 { inside = 0 }
		!inside { print }
		index($0, "<!-- begin " name " ") == 1 {
			inside = 1
			while ((getline line < section) > 0) print line
		}' "$REPORT" >"$report"
	cat "$report" >"$REPORT"
	say "Written into $(basename "$REPORT"): section $1"
}
