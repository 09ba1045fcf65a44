# shellcheck shell=bash
#
# lib.sh: what the benchmarks share.  Sourced after scripts/common.sh.
#
#   option NAME QUICK FULL TRIAL      an option of the environment; each SIZE has its own default
#   open_bench_server                 installs, builds, starts and warms a server that keeps its promises
#   create_malls MEMBERS              vault 1 of growth alone, vault 2 with the cycle, with sales in both
#   create_rival MEMBERS              the rival in PL/pgSQL, with sales
#   flush_takes US                    from now on, a steady flush; 0: the disk's own
#   tidy                              vacuum and analyze
#   measure CLIENTS MS ROUNDS VARIANT...
#                                     the variants in turn (see paired/paired.c), noted as samples
#   median KEY COLUMN                 of all samples of KEY
#   ratio KEY BASE                    median and quartiles of the ratio of their rates, round by round
#   runs_of RUNS QUERY                for psql, which is to time as many, after one that is not counted
#   median_of_runs                    of what it told, in milliseconds
#   verify_all                        every vault of the database, and fails if a check does
#   table                             tab-separated lines as a Markdown table, aligned
#   write_section NAME                puts its input into the report, between the marks of that name
#
# Environment: SIZE=quick (ten minutes for all), full (an hour) or trial (a minute, to
# see that it works; no report).
#
# Rates drift on shared machines, so blocks are short and take turns, and a ratio is
# taken between neighbours in one round, never between medians.

BENCH=$PROJECT/bench
CALL_FILES=$BENCH/calls
SIZE=${SIZE:-quick}
# number of the first round of those measured next; a ratio is taken within one
ROUND=1

option() {
	local value

	case $SIZE in
		quick) value=$2 ;;
		full) value=$3 ;;
		trial) value=$4 ;;
		*) fail "SIZE is quick, full or trial, not $SIZE" ;;
	esac
	printf -v "$1" '%s' "${!1-$value}"
}

# Where the report goes; a trial is no news and leaves the report alone.
option REPORT "$PROJECT/docs/performance.md" "$PROJECT/docs/performance.md" ''
# WAL written before all else, so that later runs find segments to reuse
option WARM_WAL_MB 2000 5000 32
option SHARED_BUFFERS 1GB 1GB 64MB
# rounds that are not counted, ahead of those that are
option WARM_ROUNDS 2 3 0

# --- the server --------------------------------------------------------------

bench_packages() {
	postgres_packages
	cat <<-END
		gcc — compiles the extension
		make — builds it
		libc6-dev — the C library's headers
	END
	# what is there already, by whatever means it came, is not asked for
	if [ -z "$PG_CONFIG" ] || ! [ -f "$("$PG_CONFIG" --includedir)/libpq-fe.h" ]; then
		say 'libpq-dev — the client library, for the clients of the benchmark'
	fi
}

# As a shop's server would be, which must not lose what it acknowledged.
bench_settings() {
	cat <<-END
		fsync = on
		wal_sync_method = fdatasync
		max_connections = 200
		shared_buffers = ${SHARED_BUFFERS}
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
	prepare_bench
	say "Starting a server of its own, and writing $WARM_WAL_MB MB of WAL to have segments to reuse"
	start_cluster "$(bench_settings)"
	steady_flush
	warm_wal
}

# Once for all the scripts that one run calls.
prepare_bench() {
	choose_postgres
	if [ -n "${BENCH_PROGRAMS:-}" ]; then
		find_pg_config
		return
	fi
	install_packages "$(bench_packages)"
	find_pg_config
	say "Building and installing pointsvault for PostgreSQL $PG_MAJOR, and the clients"
	build_and_install
	exec_dir
	build_programs
	export BENCH_PROGRAMS=$EXEC_DIR
}

build_programs() {
	quietly make -C "$BENCH/paired" "PG_CONFIG=$PG_CONFIG" "BUILD=$EXEC_DIR" build
	[ "$(uname -s)" != Linux ] ||
		quietly make -C "$BENCH/paired" "PG_CONFIG=$PG_CONFIG" "BUILD=$EXEC_DIR" "$EXEC_DIR/flush.so"
	# for the server's user too
	chmod 755 "$EXEC_DIR"
}

# --- how long a flush takes --------------------------------------------------

# Disks are not steady.  A server whose flush is a sleep of always the same length shows
# what the extension does about it; only on Linux, elsewhere there is the disk alone.
has_steady_flush() {
	[ -f "$BENCH_PROGRAMS/flush.so" ]
}

# The server begins with the disk's own.
steady_flush() {
	has_steady_flush || return 0
	stop_cluster
	FLUSH_FILE=${FLUSH_FILE:-$RUN_DIR/flush_us}
	flush_takes 0
	start_server env "LD_PRELOAD=$BENCH_PROGRAMS/flush.so" "PV_FLUSH_FILE=$FLUSH_FILE"
}

# In place, as the server looks at the file itself.
flush_takes() {
	has_steady_flush || return 0
	printf '%-7s\n' "$1" 1<>"$FLUSH_FILE"
	chmod 644 "$FLUSH_FILE"
}

flush_in_words() {
	case $1 in
		0) say 'the disk' ;;
		*000) say "${1%000} ms" ;;
		*) say "$1 µs" ;;
	esac
}

# Making a WAL segment costs more than reusing one, and a server that has run for
# a while reuses them.
warm_wal() {
	sql -c "SELECT count(pg_logical_emit_message(false, 'bench', repeat('x', 1000000)))
		FROM generate_series(1, $WARM_WAL_MB)" -c CHECKPOINT >/dev/null
}

# Vault 1 has growth alone, as the baselines; vault 2 the cycle too, and everybody
# there has shares and a close behind, so that a first sale posts dividends.  All pages
# are changed after the checkpoint: nobody is to pay for the first change of one.
create_malls() {
	sql -f "$BENCH/setup.sql"
	sql >/dev/null <<-END
		SELECT pointsvault.create_vault('mall', pointsvault.preset('growth') - 'cycle'),
			pointsvault.create_vault('mall with cycle', pointsvault.preset('growth'));
		CALL bench.enroll(1, $1);
		CALL bench.enroll(2, $1);
		CHECKPOINT;
		CALL bench.sell(1, $1, $1);
		CALL bench.fill(2, 1, $1);
		SELECT pointsvault.close_day(2);
	END
}

# Plans are kept, and are to be made for tables that hold something.
create_rival() {
	sql -f "$BENCH/rival.sql"
	sql <<-END
		CALL rival.create_vault(1, $1);
		ANALYZE;
		CALL rival.sell(1, 1, $1, 1000);
		ANALYZE;
		CALL rival.sell(1, 1, $1, $1);
	END
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

runs_of() {
	say '\o /dev/null'
	say '\timing on'
	for _ in $(seq 0 "$1"); do say "$2;"; done
}

median_of_runs() {
	sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n +2 | median_of_input
}

# --- samples -----------------------------------------------------------------
# A line a block: key, round, rate, p50, p95, p99 (microseconds), WAL bytes an event,
# events, processor time of the backends an event (microseconds).

column_of() {
	case $1 in
		rate) say 3 ;; p50) say 4 ;; p95) say 5 ;; p99) say 6 ;; wal) say 7 ;; count) say 8 ;; cpu) say 9 ;;
		*) fail "a sample has no column $1" ;;
	esac
}

# measure CLIENTS MS ROUNDS VARIANT...
measure() {
	local clients=$1 ms=$2 rounds=$3

	shift 3
	"$BENCH_PROGRAMS/paired" -c "$clients" -b "$ms" -r "$rounds" -w "$WARM_ROUNDS" -f "$ROUND" "$@" \
		>"$RUN_DIR/measured" || fail 'the clients failed'
	cat "$RUN_DIR/measured" >>"$SAMPLES"
	tell_measured
}

# Lines of progress.
tell_measured() {
	local key

	cut -f 1 "$RUN_DIR/measured" | awk '!seen[$0]++' | while read -r key; do
		printf '  %-52s %8.0f/s   p50 %8.2f  p99 %8.2f ms   cpu %7.1f µs\n' "$key" "$(median "$key" rate)" \
			"$(in_ms "$(median "$key" p50)")" "$(in_ms "$(median "$key" p99)")" "$(median "$key" cpu)"
	done
}

in_ms() {
	awk -v us="$1" 'BEGIN { printf "%.2f", us / 1000 }'
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

# Median, lower and upper quartile.
quartiles_of_input() {
	sort -g | awk '{ v[NR] = $1 }
		END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1 + int(NR / 4)], v[NR - int(NR / 4)] }'
}

# by_round KEY BASE EXPRESSION: of awk, of the rates a and b, for each round that has both
by_round() {
	awk -F '\t' -v key="$1" -v base="$2" '$1 == key { rate[$2] = $3 } $1 == base { beside[$2] = $3 }
		END { for (round in rate) if (round in beside) { a = rate[round]; b = beside[round]; print '"$3"' } }' "$SAMPLES"
}

ratio() {
	by_round "$1" "$2" 'a / b' | quartiles_of_input
}

# yes_if EXPRESSION: of awk
yes_if() {
	awk "BEGIN { print ($1) ? \"yes\" : \"no\" }"
}

# A fast vault that is wrong is no vault.
verify_all() {
	local wrong

	wrong=$(value "SELECT v.name || ': ' || concat_ws(', ', r.name, r.expected, r.found, r.detail)
		FROM pointsvault.vault v, pointsvault.verify(v.id) r WHERE NOT r.ok")
	[ -z "$wrong" ] || fail "verify found what is not right:
$wrong"
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
	say "$(processors) cores, $memory GB of memory, PostgreSQL $(value 'SHOW server_version' | cut -d ' ' -f 1)," \
		"data on $(df --output=fstype "$RUN_DIR" | tail -n 1), clients on the same machine"
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
