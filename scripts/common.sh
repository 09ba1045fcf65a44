# shellcheck shell=sh
#
# common.sh: what the scripts share.  Plain sh, sourced by a script that runs
# under `set -eu` and has set PROJECT to the top of the checkout.
#
#   open_run_dir              a private directory, gone at exit: sets RUN_DIR
#   choose_postgres           which PostgreSQL to work with: sets PG_MAJOR
#   postgres_packages         lists the packages that this PostgreSQL lacks
#   install_packages LIST     installs what is missing of 'package — why' lines, or
#                             says all that is to be done as root and does nothing
#   find_pg_config            sets and exports PG_CONFIG, its programs on PATH
#   build_and_install         make, make install, from a copy: sets BUILT
#   exec_dir                  a private directory that programs may be run in: sets EXEC_DIR
#   start_cluster SETTING...  a throw-away server on a private socket in RUN_DIR,
#                             with more lines of postgresql.conf if need be;
#                             PGHOST and its kin lead there
#   stop_cluster              stops it; done at exit anyway
#   run_as_server_user CMD    as the user that the server runs as
#   copy_for_server PATH      copies to where that user can read: sets COPY
#   sql ARGUMENT...           psql as a script wants it
#
# Environment: PG_CONFIG says which PostgreSQL; else it is the newest installed
# one that will do, else the one that the distribution offers.  PREPARED=1 says
# that all packages are there, on systems whose packages we do not know.

OLDEST_MAJOR=14

# Nothing is to depend on who runs this and where: a locale that is not there stops
# initdb, and one that is there sorts and spells in its own way.
unset LANG LANGUAGE CDPATH POSIXLY_CORRECT
export LC_ALL=C TZ=UTC

say() {
	printf '%s\n' "$*"
}

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# --- the private directory ---------------------------------------------------

# In /tmp whatever TMPDIR says: a socket's path has at most 107 bytes, and a
# TMPDIR of root's own would be closed to the server's user.
open_run_dir() {
	RUN_DIR=$(mktemp -d /tmp/pointsvault.XXXXXX)
	trap close_run_dir EXIT
	# not every sh runs the EXIT trap when a signal ends it
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

close_run_dir() {
	trap '' HUP INT TERM
	stop_cluster
	rm -rf "$RUN_DIR" ${EXEC_DIR:+"$EXEC_DIR"}
}

may_execute_in() {
	printf '#!/bin/sh\n' >"$1/try" && chmod +x "$1/try" && "$1/try"
} 2>/dev/null

# /tmp may be mounted noexec.
exec_dir() {
	for parent in "$RUN_DIR" /var/tmp "${HOME:-/}" /dev/shm "$PROJECT"; do
		EXEC_DIR=$(mktemp -d "$parent/pointsvault.XXXXXX" 2>/dev/null) || continue
		! may_execute_in "$EXEC_DIR" || return 0
		rm -rf "$EXEC_DIR"
	done
	EXEC_DIR=
	fail "no directory is here to run a program from: all are mounted noexec"
}

# Runs a command that says too much; all of it is shown if it fails.
quietly() {
	if ! "$@" >"$RUN_DIR/quiet.log" 2>&1; then
		cat "$RUN_DIR/quiet.log" >&2
		fail "this failed: $*"
	fi
}

# --- packages ----------------------------------------------------------------

is_root() {
	[ "$(id -u)" -eq 0 ]
}

# A sudo that asks needs somebody to answer.
has_sudo() {
	command -v sudo >/dev/null && { sudo -n true || { [ -t 0 ] && sudo -v; }; } 2>/dev/null
}

# Once a run, before anything is done.
need_root_for() {
	[ -z "${ROOT_FOUND:-}" ] || return 0
	is_root || has_sudo ||
		fail "root is needed, and $(id -un) is not let in by sudo, to run:
$*
Nothing has been done."
	ROOT_FOUND=yes
}

as_root() {
	if is_root; then "$@"; else sudo "$@"; fi
}

need_apt_for() {
	if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
		return 0
	fi
	fail "this system has no apt to install with: $*
Install it by other means, name its pg_config in PG_CONFIG, and run again with PREPARED=1."
}

# Once a run: old lists name versions that the mirror no longer has.
update_package_lists() {
	[ -z "${LISTS_UPDATED:-}" ] || return 0
	need_root_for "  apt-get update — to learn of PostgreSQL $OLDEST_MAJOR or later
  apt-get install — it, its server headers, a compiler and make
  make install — into it"
	quietly as_root apt-get update
	LISTS_UPDATED=yes
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
	printf '%s\n' "$1" | while read -r package why; do
		[ -z "$package" ] || is_installed "$package" || say "$package $why"
	done
}

# What only root may do, a line each.
to_do_as_root() {
	[ -z "$1" ] || say "$1" | sed 's/^/  apt-get install /'
	if [ -z "$PG_CONFIG" ] || ! has_server "$PG_CONFIG"; then
		say "  make install — into the PostgreSQL to be installed"
	elif ! may_install; then
		say "  make install — into $("$PG_CONFIG" --pkglibdir) and $("$PG_CONFIG" --sharedir)"
	fi
}

# PostgreSQL refuses to run as root; the package of a server makes its user.
check_server_user() {
	if is_root && [ -n "$PG_CONFIG" ] && has_server "$PG_CONFIG" && ! id postgres >/dev/null 2>&1; then
		fail "root needs a user named postgres to run the server as"
	fi
}

install_packages() {
	check_server_user
	missing=
	[ -n "${PREPARED:-}" ] || missing=$(missing_packages "$1")
	[ -z "$missing" ] || need_apt_for "
$missing"
	to_do=$(to_do_as_root "$missing")
	[ -z "$to_do" ] || need_root_for "$to_do"
	[ -n "$missing" ] || return 0
	say "Installing what is missing here, which may take minutes:"
	say "$missing" | sed 's/^/  /'
	update_package_lists
	# shellcheck disable=SC2046  # a word a package
	quietly as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends $(say "$missing" | sed 's/ .*//')
}

# --- which PostgreSQL --------------------------------------------------------

major_of() {
	"$1" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
}

# A client's pg_config is of no use where its server is not installed.
has_server() {
	[ -x "$("$1" --bindir)/postgres" ] && [ "$(major_of "$1")" -ge "$OLDEST_MAJOR" ]
}

newest_pg_config() {
	for candidate in /usr/lib/postgresql/*/bin/pg_config "$(command -v pg_config || :)"; do
		if [ -x "$candidate" ] && has_server "$candidate"; then
			say "$(major_of "$candidate") $candidate"
		fi
	done | sort -rn | sed -n '1s/^[0-9]* //p'
}

absolute() {
	case $1 in
		/*) say "$1" ;;
		*) say "$PWD/$1" ;;
	esac
}

major_offered() {
	apt-cache policy postgresql | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p'
}

choose_postgres() {
	PG_CONFIG=${PG_CONFIG:-$(newest_pg_config)}
	if [ -n "$PG_CONFIG" ]; then
		command -v "$PG_CONFIG" >/dev/null || fail "PG_CONFIG is not a program: $PG_CONFIG"
		PG_CONFIG=$(absolute "$(command -v "$PG_CONFIG")")
		PG_MAJOR=$(major_of "$PG_CONFIG")
	else
		need_apt_for "PostgreSQL $OLDEST_MAJOR or later"
		[ -n "$(major_offered)" ] || update_package_lists
		PG_MAJOR=$(major_offered)
	fi
	[ "${PG_MAJOR:-0}" -ge "$OLDEST_MAJOR" ] ||
		fail "PostgreSQL $OLDEST_MAJOR or later is needed, and ${PG_MAJOR:-none} is what there is"
}

# What is there already, by whatever means it came, is not asked for.
postgres_packages() {
	if [ -z "$PG_CONFIG" ] || ! has_server "$PG_CONFIG"; then
		say "postgresql-$PG_MAJOR — the server"
	fi
	if [ -z "$PG_CONFIG" ] || ! [ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ]; then
		say "postgresql-server-dev-$PG_MAJOR — its headers, to build the extension"
	fi
}

find_pg_config() {
	PG_CONFIG=${PG_CONFIG:-$(newest_pg_config)}
	[ -n "$PG_CONFIG" ] || fail "no PostgreSQL $OLDEST_MAJOR or later is installed"
	PATH=$("$PG_CONFIG" --bindir):$PATH
	export PG_CONFIG PATH
}

# --- the extension -----------------------------------------------------------

may_install() {
	[ -w "$("$PG_CONFIG" --pkglibdir)" ] && [ -w "$("$PG_CONFIG" --sharedir)/extension" ]
}

processors() {
	getconf _NPROCESSORS_ONLN
}

# From a copy: the checkout may be closed to us or to the server's user, have a
# name that make does not take, hold what was built for another PostgreSQL, and is
# not to be left with files of root's.  PREBUILT is one that was built and installed
# already, by whoever called us.
build_and_install() {
	# those of a make that called us are not for this one
	unset MAKEFLAGS MFLAGS MAKELEVEL
	if [ -n "${PREBUILT:-}" ]; then
		BUILT=$PREBUILT
		return
	fi
	BUILT=$RUN_DIR/built
	mkdir "$BUILT"
	cp -R "$PROJECT"/* "$BUILT"
	quietly make -C "$BUILT" "PG_CONFIG=$PG_CONFIG" clean
	quietly make -C "$BUILT" -j "$(processors)" "PG_CONFIG=$PG_CONFIG"
	if may_install; then
		quietly make -C "$BUILT" "PG_CONFIG=$PG_CONFIG" install
	else
		quietly as_root make -C "$BUILT" "PG_CONFIG=$PG_CONFIG" install
	fi
	! is_root || chown -R postgres "$BUILT"
}

# --- the throw-away server ---------------------------------------------------

# PostgreSQL refuses to run as root.
run_as_server_user() {
	if is_root; then
		# from a directory that this user may be in
		(cd "$RUN_DIR" && runuser -u postgres -- env "PATH=$PATH" "$@")
	else
		"$@"
	fi
}

# What lies beside the checkout may be closed to the server's user.
copy_for_server() {
	mkdir -p "$RUN_DIR/copy"
	COPY=$RUN_DIR/copy/$(basename "$1")
	cp -R "$1" "$COPY"
	! is_root || chown -R postgres "$COPY"
}

# Nothing here is to survive a crash, hence no fsync.
write_settings() {
	cat <<-END
		listen_addresses = ''
		unix_socket_directories = '$RUN_DIR'
		fsync = off
	END
	for setting in "$@"; do say "$setting"; done
}

start_cluster() {
	! is_root || chown postgres "$RUN_DIR"
	# the user's own settings would lead elsewhere, PGPORT the server too
	unset PGHOSTADDR PGPORT PGSERVICE PGSERVICEFILE PGOPTIONS PGDATA PGTZ PGDATESTYLE PGSSLMODE
	quietly run_as_server_user initdb -D "$RUN_DIR/data" -U postgres -A trust -E UTF8 --locale=C --no-sync
	write_settings "$@" >>"$RUN_DIR/data/postgresql.conf"
	# shellcheck disable=SC2119  # with no command before it
	start_server
	export PGHOST="$RUN_DIR" PGUSER=postgres PGDATABASE=postgres PGCLIENTENCODING=UTF8
}

# Maybe by a command that runs another.
# shellcheck disable=SC2120
start_server() {
	run_as_server_user "$@" pg_ctl -D "$RUN_DIR/data" -l "$RUN_DIR/server.log" -w start >/dev/null || {
		cat "$RUN_DIR/server.log" >&2
		fail "the server does not start"
	}
}

stop_cluster() {
	[ -f "$RUN_DIR/data/postmaster.pid" ] || return 0
	run_as_server_user pg_ctl -D "$RUN_DIR/data" -m fast -w stop >/dev/null 2>&1 || :
}

sql() {
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}
