#!/bin/sh
#
# check.sh: every test there is, on clusters of its own.  Installs the Debian
# packages that it needs.  TESTS="tidy scripts unit demo bench regress isolation days pgtap tap" picks
# kinds, PROVE_TESTS="test/t/060*.pl" single TAP tests, COPT= builds without -Werror,
# JOBS=1 runs one TAP test at a time; else there is one for each processor, up to four.
set -eu

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
. "$PROJECT/scripts/common.sh"

TESTS=${TESTS:-tidy scripts unit demo bench regress isolation days pgtap tap}

packages() {
	postgres_packages
	cat <<-END
		gcc — compiles the extension
		make — builds it
		libc6-dev — the C library's headers
		libipc-run-perl — runs psql from the TAP tests
		libtap-parser-sourcehandler-pgtap-perl — pg_prove, which runs the pgTAP tests
		libtext-csv-xs-perl — reads the orders of the demo
		openssl — signs checkpoints
		libssl-dev — another SHA-256, for the unit tests
		golang-go — checks what is published of a log by other people's code
		golang-golang-x-mod-dev — that code
		libpq-dev — the client library, for the clients of the benchmark
		faketime — another day for the tests in SQL
		python3-jsonschema — checks objects for cap tables by their schemas
		hledger — reads exports of the journal
		beancount — reads them too
		procps — ps, by which a test finds the server's processes to kill
		postgresql-$PG_MAJOR-pgtap — the pgTAP tests
		postgresql-$PG_MAJOR-cron — runs the jobs in a TAP test
	END
}

run_kind() {
	case " $TESTS " in
		*" $1 "*)
			say "--- $1"
			"test_$1"
			;;
	esac
}

# The house rules, and whether each is seen to.
test_tidy() {
	"$PROJECT/scripts/tidy" || fail "the tree is not tidy"
	prove --norc --exec sh "$PROJECT/test/tidy.t"
}

# What they find out about a machine.
test_scripts() {
	prove --norc --exec sh "$PROJECT/test/scripts.t"
}

# Arithmetic and engine, without a server.
test_unit() {
	exec_dir
	make -s -C "$PROJECT/test/unit" "BUILD=$EXEC_DIR" build
	# memory is an arena's, as in the server; what is preloaded may come before the sanitizer
	ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 prove --norc --exec '' "$EXEC_DIR/unit"
}

# What a newcomer sees first.
test_demo() {
	prove --norc --exec sh "$PROJECT/test/demo.t"
}

# That it measures what it says, not how fast that is.
test_bench() {
	prove --norc --exec sh "$PROJECT/test/bench.t"
}

# pg_regress and the isolation tester, as any PGXS user runs them.
installcheck() {
	run_as_server_user env "PATH=$PATH" make -s -C "$BUILT" "PG_CONFIG=$PG_CONFIG" installcheck "$@" ||
		{ cat "$BUILT/regression.diffs" "$BUILT/output_iso/regression.diffs" 2>/dev/null
		fail "installcheck failed"; }
}

test_regress() {
	installcheck ISOLATION=
}

test_isolation() {
	installcheck REGRESS=
}

# The tests in SQL again, each kind on a server on which it is midnight in Shanghai a
# few seconds after the start: one of another year, and one in whose night the clocks
# of pg_regress' own zone change.
test_days() {
	stop_cluster
	start_server_at '2037-06-14 15:59:57'
	installcheck ISOLATION=
	stop_cluster
	start_server_at '2037-03-08 15:59:50'
	installcheck REGRESS=
	stop_cluster
	start_server
}

# Not by faketime itself, which would wait until the server ends.
start_server_at() {
	start_server env -u FAKETIME_SHARED "LD_PRELOAD=$(faketime -f +0 printenv LD_PRELOAD)" "FAKETIME=@$1"
}

test_pgtap() {
	createdb pgtap
	sql -d pgtap -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION pointsvault'
	run_as_server_user pg_prove -d pgtap "$BUILT"/test/pgtap/*.sql
}

# Clusters of their own.
# Each test has servers of its own, in places and at ports of its own.
test_tap() {
	pgxs_test=$(dirname "$("$PG_CONFIG" --pgxs)")/../test
	# from 17 on the framework does not make them
	run_as_server_user mkdir -p "$RUN_DIR/tap/data" "$RUN_DIR/tap/log"
	run_as_server_user env "PATH=$PATH" "PG_REGRESS=$pgxs_test/regress/pg_regress" \
		"TESTDATADIR=$RUN_DIR/tap/data" "TESTLOGDIR=$RUN_DIR/tap/log" "TMPDIR=$RUN_DIR" \
		"POINTSVAULT_GOLDEN=${GOLDEN_COPY:-$PROJECT/../shared/golden}" \
		"POINTSVAULT_DATA=${DATA_COPY:-$PROJECT/../shared/data}" \
		sh -c 'cd "$1" && shift && exec prove --norc -I "$1" -I test/t/lib --timer --jobs "$2" $3' \
		sh "$BUILT" "$pgxs_test/perl" "${JOBS:-$(few_processors)}" "${PROVE_TESTS:-test/t/*.pl}" ||
		{ show_tap_logs
		fail "tap failed"; }
}

few_processors() {
	all=$(processors)
	say $((all < 4 ? all : 4))
}

# What a TAP test says goes to its log, also why it died; a test that passed
# ends its log with the server's stop or its own done.
show_tap_logs() {
	for log in $(find "$RUN_DIR" -name "regress_log_*"); do
		grep -qE '# Looks like|not ok|^Died|died|^error running SQL' "$log" || continue
		say "--- the end of ${log##*/}"
		tail -n 40 "$log" | cut -c 1-2000
	done
}

# Golden figures and real orders lie beside the project, maybe closed to the
# server's user.
bring_shared() {
	if [ -d "$PROJECT/../shared/golden" ]; then
		copy_for_server "$PROJECT/../shared/golden"
		GOLDEN_COPY=$COPY
	else
		say "no golden figures beside the project"
	fi
	if [ -d "$PROJECT/../shared/data" ]; then
		copy_for_server "$PROJECT/../shared/data"
		DATA_COPY=$COPY
	else
		say "no real orders beside the project"
	fi
}

open_run_dir
choose_postgres
install_packages "$(packages)"
find_pg_config
run_kind tidy
run_kind scripts
run_kind unit
export COPT="${COPT--Werror} -DPV_ASSERTIONS"
build_and_install
export PREBUILT="$BUILT"    # for the demos and benchmarks among the tests
bring_shared
start_cluster 'max_prepared_transactions = 10'
for kind in demo bench regress isolation days pgtap tap; do run_kind "$kind"; done
say "all of it passed: $TESTS"
