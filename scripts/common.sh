# shellcheck shell=sh
#
# common.sh: what the scripts share.  Plain sh, sourced by a script that runs
# under `set -eu` and has set PROJECT to the top of the checkout.
#
#   open_run_dir              a private directory, gone at exit: sets RUN_DIR
#   choose_postgres           which PostgreSQL to work with: sets PG_MAJOR
#   postgres_packages         lists the packages that this PostgreSQL lacks
#   install_packages LIST     installs what is missing of 'package — why' lines
#   find_pg_config            sets and exports PG_CONFIG, its programs on PATH
#   build_and_install         make, make install
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
	rm -rf "$RUN_DIR"
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

need_root_for() {
	is_root || command -v sudo >/dev/null || fail "neither root nor sudo is here to run: $*"
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
	need_root_for apt-get update
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

install_packages() {
	[ -z "${PREPARED:-}" ] || return 0
	missing=$(missing_packages "$1")
	[ -n "$missing" ] || return 0
	need_apt_for "
$missing"
	names=$(say "$missing" | sed 's/ .*//')
	# shellcheck disable=SC2086  # here and below: a word a package
	need_root_for apt-get install $names
	say "Installing what is missing here, which may take minutes:"
	say "$missing" | sed 's/^/  /'
	update_package_lists
	# shellcheck disable=SC2086
	quietly as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends $names
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

major_offered() {
	apt-cache policy postgresql | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p'
}

choose_postgres() {
	PG_CONFIG=${PG_CONFIG:-$(newest_pg_config)}
	if [ -n "$PG_CONFIG" ]; then
		command -v "$PG_CONFIG" >/dev/null || fail "PG_CONFIG is not a program: $PG_CONFIG"
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

build_and_install() {
	# those of a make that called us are not for this one
	unset MAKEFLAGS MFLAGS MAKELEVEL
	quietly make -C "$PROJECT" "PG_CONFIG=$PG_CONFIG"
	if may_install; then
		quietly make -C "$PROJECT" "PG_CONFIG=$PG_CONFIG" install
	else
		need_root_for make install
		quietly as_root make -C "$PROJECT" "PG_CONFIG=$PG_CONFIG" install
	fi
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

# The checkout itself may lie under a directory closed to the server's user.
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
	if is_root; then
		id postgres >/dev/null 2>&1 || fail "root needs a user named postgres to run the server as"
		chown postgres "$RUN_DIR"
	fi
	# the user's own settings would lead elsewhere, PGPORT the server too
	unset PGHOSTADDR PGPORT PGSERVICE PGOPTIONS PGDATA
	quietly run_as_server_user initdb -D "$RUN_DIR/data" -U postgres -A trust -E UTF8 --locale=C --no-sync
	write_settings "$@" >>"$RUN_DIR/data/postgresql.conf"
	run_as_server_user pg_ctl -D "$RUN_DIR/data" -l "$RUN_DIR/server.log" -w start >/dev/null || {
		cat "$RUN_DIR/server.log" >&2
		fail "the server does not start"
	}
	export PGHOST="$RUN_DIR" PGUSER=postgres PGDATABASE=postgres PGCLIENTENCODING=UTF8
}

stop_cluster() {
	[ -f "$RUN_DIR/data/postmaster.pid" ] || return 0
	run_as_server_user pg_ctl -D "$RUN_DIR/data" -m fast -w stop >/dev/null 2>&1 || :
}

sql() {
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}
