#!/bin/bash
#
# ab.sh BEFORE AFTER: two builds beside each other.  Each is a commit, or a directory with
# a tree, as in `bench/ab.sh HEAD~1 .`; each gets a copy of PostgreSQL of its own, a server
# and the same members, and their calls take turns.  Writes a table, and nothing else.
#
# Environment: SIZE as in lib.sh; TURNS, a list of names in bench/calls, each with options
# as in TURNS="update purchase purchase|vault=2 purchase_many|events=100"; vault 2 has the
# cycle on.  CLIENTS and FLUSHES, lists; BLOCK_MS and ROUNDS; MEMBERS.

# PG_CONFIG is another one within a side.
# shellcheck disable=SC2030,SC2031

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option TURNS 'update purchase purchase|vault=2' 'update purchase purchase|vault=2' 'update purchase'
option MEMBERS 100000 100000 1000
option CLIENTS '1 8 32' '1 8 32' '1 4'
option FLUSHES '130 0' '130 1000 0' '130'
option BLOCK_MS 250 500 50
option ROUNDS 12 30 2

[ -n "${1:+${2:-}}" ] || fail 'two builds are compared: commits, or directories'

# --- two sides -------------------------------------------------------------------

# A directory of its own for each, below TOP; what a side does, it does in a subshell.
in_side() {
	(
		RUN_DIR=$TOP/$1
		export PG_CONFIG=$COPIES/$1$OWN_PG_CONFIG
		shift
		find_pg_config
		"$@"
	)
}

close_both() {
	trap '' HUP INT TERM
	for RUN_DIR in "$TOP/before" "$TOP/after"; do stop_cluster; done
	RUN_DIR=$TOP
	close_run_dir
}

# bring_tree SIDE BUILD
bring_tree() {
	mkdir -p "$TOP/$1/tree"
	if [ -d "$2" ]; then
		cp -R "$2"/* "$TOP/$1/tree"
	else
		git -C "$PROJECT" archive "$2" | tar -x -C "$TOP/$1/tree"
	fi
}

# A PostgreSQL finds what belongs to it from where its programs are, so a copy of all of
# it below another root is one of its own.
copy_postgres() {
	local what path

	for what in bindir pkglibdir sharedir includedir-server pkgincludedir; do
		path=$("$PG_CONFIG" "--$what")
		mkdir -p "$COPIES/$1$path"
		cp -RL "$path/." "$COPIES/$1$path"
	done
}

start_side() {
	PROJECT=$RUN_DIR/tree
	build_and_install
	start_cluster "$(bench_settings)"
	steady_flush
	warm_wal
	[ "$(value "SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'")" = "$("$PG_CONFIG" --pkglibdir)" ] ||
		fail 'a server does not take its library from where it was installed'
	create_malls "$MEMBERS"
	tidy
}

# open_side SIDE BUILD
open_side() {
	say "Building and filling $1: $2"
	bring_tree "$1" "$2"
	copy_postgres "$1"
	! is_root || chmod -R a+rX "$COPIES"
	in_side "$1" start_side
}

open_both() {
	open_run_dir
	TOP=$RUN_DIR
	SAMPLES=$TOP/samples
	: >"$SAMPLES"
	choose_postgres
	install_packages "$(bench_packages)"
	find_pg_config
	exec_dir
	build_programs
	export BENCH_PROGRAMS=$EXEC_DIR
	COPIES=$EXEC_DIR/copies
	OWN_PG_CONFIG=$("$PG_CONFIG" --bindir)/pg_config
	FLUSH_FILE=$TOP/flush_us
	! is_root || chown postgres "$TOP"
	trap close_both EXIT
	open_side before "$1"
	open_side after "$2"
}

# --- in turns --------------------------------------------------------------------

# key SIDE TURN CLIENTS FLUSH
key() {
	say "$1: ${2//|/ } by $3, flush $4"
}

# variant SIDE TURN CLIENTS FLUSH
variant() {
	local file=${2%%|*} options=${2#"${2%%|*}"}

	say "$(key "$@")|$CALL_FILES/$file.sql$options|members=$MEMBERS|db=host=$TOP/$1 user=postgres dbname=postgres"
}

measure_turns() {
	local flush clients turn turns

	has_steady_flush || FLUSHES=0
	for flush in $FLUSHES; do
		flush_takes "$flush"
		for clients in $CLIENTS; do
			turns=()
			for turn in $TURNS; do
				turns+=("$(variant before "$turn" "$clients" "$flush")" "$(variant after "$turn" "$clients" "$flush")")
			done
			say "By $clients at a flush of $(flush_in_words "$flush"): $ROUNDS rounds of $BLOCK_MS ms each"
			measure "$clients" "$BLOCK_MS" "$ROUNDS" "${turns[@]}"
		done
	done
}

# line TURN CLIENTS FLUSH
line() {
	local before after middle low high

	before=$(key before "$@")
	after=$(key after "$@")
	read -r middle low high <<<"$(ratio "$after" "$before")"
	printf '%s\t%s\t%s\t%s\t%s\t%.2f\t%.2f to %.2f\t%.0f\t%.0f\t%s\t%s\n' "${1//|/ }" "$2" "$(flush_in_words "$3")" \
		"$(thousands "$(median "$before" rate)")" "$(thousands "$(median "$after" rate)")" "$middle" "$low" "$high" \
		"$(median "$before" cpu)" "$(median "$after" cpu)" "$(in_ms "$(median "$before" p99)")" "$(in_ms "$(median "$after" p99)")"
}

tell_all() {
	local flush clients turn

	printf 'call\tclients\tflush\tbefore/s\tafter/s\tratio\tquartiles\tCPU µs before\tafter\tp99 ms before\tafter\n'
	for flush in $FLUSHES; do
		for clients in $CLIENTS; do
			for turn in $TURNS; do line "$turn" "$clients" "$flush"; done
		done
	done
}

verify_side() {
	PGHOST=$RUN_DIR PGUSER=postgres PGDATABASE=postgres verify_all
}

open_both "$@"
measure_turns
in_side before verify_side
in_side after verify_side
say
say "Before: $1.  After: $2."
say
tell_all | table
