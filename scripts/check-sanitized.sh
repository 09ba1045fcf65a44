#!/bin/sh
#
# check-sanitized.sh: the tests on a server, and with an extension, that are built
# with assertions and with the address and undefined-behaviour sanitizers.
#
#   TESTS="regress isolation pgtap tap forget"
#                                         which kinds, as check.sh has them; forget is
#                                         a vault's day on a server that drops its caches
#                                         whenever it may
#   SANITIZED_CACHE=/var/tmp/pointsvault-sanitized
#                                         where source and server are kept for the
#                                         next run, outside the checkout
#   PG_MAJOR=15                           which PostgreSQL; else the one that the
#                                         distribution offers
#   POSTGRES_SOURCE=directory             its unpacked source; else the source
#                                         package of the distribution
#
# The server is PostgreSQL as released, without the distribution's patches, since
# those install outside the prefix.
set -eu

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
. "$PROJECT/scripts/common.sh"

# those of a make that called us are not for these
unset MAKEFLAGS MFLAGS MAKELEVEL

TESTS=${TESTS:-regress isolation pgtap tap forget}
CACHE=${SANITIZED_CACHE:-/var/tmp/pointsvault-sanitized}

# Leaks: a backend frees its memory by ending.  Use after return: PostgreSQL takes
# the depth of the stack from addresses of local variables.
ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1:log_path=$CACHE/reports/asan
UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1:log_path=$CACHE/reports/ubsan
export ASAN_OPTIONS UBSAN_OPTIONS

# Each step of the random runs takes several times as long: fewer of them.
export OPERATIONS="${OPERATIONS:-4000}" DAYS="${DAYS:-300}"

packages() {
	cat <<-END
		gcc — compiles the server and the extension
		make — builds them
		libc6-dev — the C library's headers
		dpkg-dev — unpacks the source
		bzip2 — unpacks the archives in it
		perl — builds the server
		libipc-run-perl — runs psql from the TAP tests
		libtap-parser-sourcehandler-pgtap-perl — pg_prove, which runs the pgTAP tests
		procps — ps, by which a test finds the server's processes to kill
		postgresql-$PG_MAJOR-pgtap — the pgTAP tests
	END
}

# As the server's user, who can install nowhere but here.
in_cache() {
	(cd "$CACHE" && if is_root; then runuser -u postgres -- "$@"; else "$@"; fi)
}

open_cache() {
	if is_root; then
		id postgres >/dev/null 2>&1 || fail "root needs a user named postgres to build the server as"
		install -d -o postgres "$CACHE"
	else
		mkdir -p "$CACHE"
	fi
	in_cache rm -rf reports
	in_cache mkdir -p reports
	SOURCE=$CACHE/source-$PG_MAJOR
	SERVER=$CACHE/server-$PG_MAJOR
}

# --- the source ----------------------------------------------------------------

# The lists of source packages, kept apart from the machine's own.
apt_source() {
	in_cache "$@" -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$CACHE/apt/parts" \
		-o "Dir::State::lists=$CACHE/apt/lists" -o "Dir::Cache=$CACHE/apt/cache"
}

update_source_lists() {
	in_cache mkdir -p apt/parts apt/lists/partial apt/cache/archives/partial
	for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$list" ] || continue
		sed -n 's/^deb /deb-src /p' "$list" | in_cache tee "apt/parts/${list##*/}.list" >/dev/null
	done
	for list in /etc/apt/sources.list.d/*.sources; do
		[ -f "$list" ] || continue
		sed 's/^Types:.*/Types: deb-src/' "$list" | in_cache tee "apt/parts/${list##*/}" >/dev/null
	done
	quietly apt_source apt-get update
}

source_versions() {
	apt_source apt-cache showsrc "postgresql-$PG_MAJOR" 2>/dev/null | sed -n 's/^Version: //p' | sort -Vru
}

# An archive may lack the source of the last version: then that of the one before.
fetch_source() {
	need_apt_for "the source of PostgreSQL $PG_MAJOR"
	update_source_lists
	for version in $(source_versions); do
		in_cache rm -f postgresql-*
		apt_source apt-get source --download-only "postgresql-$PG_MAJOR=$version" \
			>"$RUN_DIR/fetch.log" 2>&1 || continue
		say "the source is that of postgresql-$PG_MAJOR $version"
		in_cache rm -rf unpacked
		quietly in_cache sh -c 'exec dpkg-source --skip-patches -x *.dsc unpacked'
		in_cache mv unpacked "$SOURCE"
		return
	done
	cat "$RUN_DIR/fetch.log" >&2 || :
	fail "no source of PostgreSQL $PG_MAJOR is to be had here; POSTGRES_SOURCE can name a directory"
}

bring_source() {
	[ ! -d "$SOURCE" ] || return 0
	if [ -n "${POSTGRES_SOURCE:-}" ]; then
		SOURCE=$POSTGRES_SOURCE
	else
		fetch_source
	fi
}

# --- the server ----------------------------------------------------------------

# Memory contexts tell Valgrind of their chunks; scripts/sanitized has a header by
# which they tell AddressSanitizer instead.
build_server() {
	[ ! -e "$SERVER/built" ] || return 0
	bring_source
	say "building a sanitized PostgreSQL $PG_MAJOR in $CACHE, which takes some minutes"
	cp -R "$PROJECT/scripts/sanitized" "$RUN_DIR/include"
	chmod -R a+rX "$RUN_DIR/include" && chmod a+x "$RUN_DIR"
	in_cache rm -rf "$SERVER" build include
	in_cache cp -R "$RUN_DIR/include" include
	in_cache mkdir build
	quietly in_cache sh -c 'cd build && exec "$@"' sh "$SOURCE/configure" "--prefix=$SERVER" \
		--enable-cassert --enable-debug --enable-tap-tests \
		--without-readline --without-zlib --without-icu \
		"CPPFLAGS=-DUSE_VALGRIND -I$CACHE/include" \
		"CFLAGS=-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-maybe-uninitialized" \
		"LDFLAGS=-fsanitize=address,undefined"
	quietly in_cache make -s -C build -j "$(processors)"
	quietly in_cache make -s -C build install
	# by which a test counts the rows that nested statements read
	quietly in_cache make -s -C build/contrib/auto_explain install
	in_cache rm -rf build
	in_cache touch "$SERVER/built"
}

# By which tests look into indexes, and into the decoded log.
bring_contrib() {
	for module in amcheck test_decoding; do
		[ -f "$("$PG_CONFIG" --pkglibdir)/$module.so" ] ||
			quietly in_cache make -s -C "$SOURCE/contrib/$module" USE_PGXS=1 "PG_CONFIG=$PG_CONFIG" install
	done
}

# Plain SQL, as good for this server as for the one it was packaged for.
bring_pgtap() {
	packaged=$(dirname "$(dpkg-query -L "postgresql-$PG_MAJOR-pgtap" 2>/dev/null | grep '/pgtap\.control$')")
	if [ -f "$packaged/pgtap.control" ]; then
		in_cache sh -c 'cp "$1"/pgtap* "$2"' sh "$packaged" "$("$PG_CONFIG" --sharedir)/extension"
	else
		say "pgTAP is not installed: its tests are left out"
		TESTS=$(say "$TESTS" | sed 's/pgtap//')
	fi
}

# --- the tests -----------------------------------------------------------------

# The checkout may hold objects built for another server.
copy_project() {
	TREE=$RUN_DIR/tree/project
	mkdir -p "$RUN_DIR/tree"
	cp -R "$PROJECT" "$TREE"
	find "$TREE" -name '*.o' -exec rm -f {} +
	rm -f "$TREE"/*.so
	[ ! -d "$PROJECT/../shared" ] || ln -s "$(cd "$PROJECT/../shared" && pwd)" "$RUN_DIR/tree/shared"
}

test_forget() {
	say "--- forget"
	find_pg_config
	start_cluster
	found=$(sql -At <"$PROJECT/scripts/sanitized/forget.sql") || fail "the vault's day was not got through"
	[ -z "$found" ] || fail "verify() finds: $found"
}

show_reports() {
	found=$(find "$CACHE/reports" -type f)
	for report in $found; do
		say "--- ${report##*/}"
		head -n 60 "$report"
	done
	[ -z "$found" ]
}

open_run_dir
PG_CONFIG=	# none yet: it is built here
PG_MAJOR=${PG_MAJOR:-$(major_offered)}
[ -n "$PG_MAJOR" ] || { update_package_lists; PG_MAJOR=$(major_offered); }
install_packages "$(packages)"
open_cache
build_server
PG_CONFIG=$SERVER/bin/pg_config
case $("$PG_CONFIG" --pkglibdir) in
	"$SERVER"/*) ;;
	*) fail "this server would look for extensions outside $SERVER" ;;
esac
bring_contrib
bring_pgtap
copy_project
say "pg_cron is not built for this server: its test is left out"
status=0
PREPARED=1 PG_CONFIG=$PG_CONFIG TESTS=$TESTS "$TREE/scripts/check.sh" || status=$?
case " $TESTS " in
	*" forget "*) [ "$status" -ne 0 ] || (test_forget) || status=$? ;;
esac
show_reports || fail "the sanitizers found what is shown above"
[ "$status" -eq 0 ] || exit "$status"
say "nothing was found by the sanitizers: $TESTS"
