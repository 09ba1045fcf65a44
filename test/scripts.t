#!/bin/sh
# What the scripts find out about a machine before they do anything to it, with
# programs beside them that only say what they were asked.
set -u
unset PREPARED

. "$(dirname "$0")/lib/shell.sh"

# A program of that name, first on the PATH of what is tried.
program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# A PostgreSQL of that version in a directory of its own.
postgres() {
	mkdir -p "$work/pg/bin" "$work/pg/include" "$work/pg/lib" "$work/pg/share/extension"
	cat >"$work/pg/bin/pg_config" <<-END
		#!/bin/sh
		case \$1 in
			--version) echo "PostgreSQL $1" ;;
			--bindir) echo "$work/pg/bin" ;;
			--includedir-server) echo "$work/pg/include" ;;
			--pkglibdir) echo "$work/pg/lib" ;;
			--sharedir) echo "$work/pg/share" ;;
			--pgxs) echo "$work/pg/lib/pgxs.mk" ;;
		esac
	END
	chmod +x "$work/pg/bin/pg_config"
	touch "$work/pg/lib/pgxs.mk"    # which is no sign of headers
}

# What the scripts' functions say, run as a script runs them.
say_of() {
	PATH="$work/bin:$PATH" PROJECT=$project PG_CONFIG="$work/pg/bin/pg_config" sh -euc '
		. "$PROJECT/scripts/common.sh"
		RUN_DIR=$1
		shift
		eval "$1"' sh "$work" "$1" 2>&1
}

mkdir "$work/bin"

# --- which PostgreSQL packages are missing

postgres '15.3 (Somewhere 15.3-1)'
is 'a client alone: server and headers are missing' "$(say_of 'choose_postgres; postgres_packages')" \
	'postgresql-15 — the server
postgresql-server-dev-15 — its headers, to build the extension'
printf '#!/bin/sh\n' >"$work/pg/bin/postgres"
chmod +x "$work/pg/bin/postgres"
is 'a server without its headers: those are missing' "$(say_of 'choose_postgres; postgres_packages')" \
	'postgresql-server-dev-15 — its headers, to build the extension'
touch "$work/pg/include/postgres.h"
is 'a server with its headers: nothing is missing' "$(say_of 'choose_postgres; postgres_packages')" ''
is 'a version is read from what a beta calls itself' "$(postgres '19beta1'; say_of 'choose_postgres; say "$PG_MAJOR"')" 19
is 'one that is too old is refused' "$(postgres '13.9'; say_of 'choose_postgres' | sed 's/^[^:]*: //')" \
	'PostgreSQL 14 or later is needed, and 13 is what there is'
postgres '15.3'

# --- who may install

program dpkg-query 'exit 1'
program apt-get 'echo "apt-get $*" >>"${0%/*}/../asked"'
program env 'while [ "${1#*=}" != "$1" ]; do shift; done; exec "$@"'
program id 'case $1 in -u) echo 1000 ;; *) echo ann ;; esac'
program sudo 'exit 1'
refused=$(say_of 'choose_postgres; install_packages "one — for this
two — for that"; echo went on' </dev/null | sed 's/^[^:]*: //')
is 'without sudo: all that is missing is named' "$refused" 'root is needed, and ann is not let in by sudo, to run:
  apt-get install one — for this
  apt-get install two — for that
Nothing has been done.'
is 'and nothing is done' "$(cat "$work/asked" 2>&1)" "cat: $work/asked: No such file or directory"

refused=$(say_of 'choose_postgres; may_install() { false; }; PREPARED=1; install_packages "one — for this"' </dev/null | tail -n 2)
is 'a PostgreSQL that one may not install into is named before anything is built' "$refused" \
	"  make install — into $work/pg/lib and $work/pg/share
Nothing has been done."
is 'with all there and open to us no root is asked for' \
	"$(say_of 'choose_postgres; PREPARED=1; install_packages "one — for this"; echo went on' </dev/null)" 'went on'

program sudo '[ "$1" != -n ] || shift; exec "$@"'
is 'with sudo it goes on' "$(say_of 'choose_postgres; install_packages "one — for this"; echo went on' </dev/null | tail -n 1)" 'went on'
is 'lists first, then all in one' "$(cat "$work/asked")" 'apt-get update
apt-get install -y --no-install-recommends one'
rm "$work/bin/id" "$work/bin/env"

# --- whose machine it is says nothing

is 'locale and zone are not the caller'\''s' \
	"$(LC_ALL=tr_TR.UTF-8 LANG=xx_XX TZ=Pacific/Kiritimati CDPATH=/ say_of 'echo "$LC_ALL ${LANG-} $TZ ${CDPATH-}"')" 'C  UTC '
is 'a pg_config named from here is found from elsewhere' \
	"$(cd "$work/pg" && PATH="$work/bin:$PATH" PROJECT=$project PG_CONFIG=bin/pg_config sh -euc '. "$PROJECT/scripts/common.sh"; choose_postgres; cd /; "$PG_CONFIG" --bindir')" "$work/pg/bin"

# --- a directory that programs may be run in

noexec=$work/noexec
mkdir "$noexec"
if unshare -m true 2>/dev/null; then
	found=$(unshare -m sh -c '
		mount -t tmpfs -o noexec tmpfs "$2" || exit
		PROJECT=$1 RUN_DIR=$2
		. "$PROJECT/scripts/common.sh"
		! may_execute_in "$RUN_DIR" || echo "noexec is not"
		exec_dir
		printf "#!/bin/sh\necho runs\n" >"$EXEC_DIR/program"
		chmod +x "$EXEC_DIR/program"
		"$EXEC_DIR/program"
		rm -r "$EXEC_DIR"' sh "$project" "$noexec" 2>&1)
	is 'where /tmp is noexec there is another' "$found" runs
else
	count=$((count + 1))
	echo "ok $count # skip no mount namespace to be had here"
fi

# --- a server built with LLVM

# with_llvm TOOLS: what PGXS makes of it where the server was built with those
with_llvm() {
	mkdir -p "$work/pgxs/src/makefiles"
	printf 'with_llvm = yes\nCLANG = %s/clang\nLLVM_BINPATH = %s\n' "$1" "$1" >"$work/pgxs/src/Makefile.global"
	printf 'include $(dir $(PGXS))../Makefile.global\nall:\n\t@echo $(with_llvm)\n' >"$work/pgxs/src/makefiles/pgxs.mk"
	printf '#!/bin/sh\necho "%s/pgxs/src/makefiles/pgxs.mk"\n' "$work" >"$work/pgxs/pg_config"
	chmod +x "$work/pgxs/pg_config"
	cp "$project/Makefile" "$work/pgxs"
	make -s --no-print-directory -C "$work/pgxs" "PG_CONFIG=$work/pgxs/pg_config" all 2>&1
}

unset MAKEFLAGS MFLAGS MAKELEVEL
is 'without its clang no bitcode is made' "$(with_llvm "$work/nowhere")" no
mkdir "$work/llvm"
for tool in clang llvm-lto; do cp "$work/pg/bin/postgres" "$work/llvm/$tool"; done
is 'with it bitcode is made' "$(with_llvm "$work/llvm")" yes

# What an upgrade is made of: the difference of two scripts, and what steps say of the rest.
upgrade_of() {
	printf '%s\n' "$1" >"$work/old.sql"
	printf '%s\n' "$2" >"$work/new.sql"
	printf '%s\n' "${3:-}" >"$work/steps.sql"
	awk -f "$project/scripts/upgrade.awk" "$work/old.sql" "$work/new.sql" "$work/steps.sql" 2>&1 | sed '1,3d' | sed '/^$/d'
}

fails() {
	printf '%s\n' "$1" >"$work/old.sql"
	printf '%s\n' "$2" >"$work/new.sql"
	printf '%s\n' "${3:-}" >"$work/steps.sql"
	awk -f "$project/scripts/upgrade.awk" "$work/old.sql" "$work/new.sql" "$work/steps.sql" >/dev/null 2>"$work/said" && echo no
	cat "$work/said"
}

table='CREATE TABLE s.t (
  a int
);'
body='CREATE FUNCTION s.f(a int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT 1;
  SELECT 2;
END;'
always='DO $$
BEGIN
  PERFORM 1;
END $$;'
view='CREATE VIEW s.v AS
SELECT 1;'
is 'an upgrade has nothing of what is there' "$(upgrade_of "$table
$body" "-- said of it
$body

$table")" ''
is 'what is new is made, in its order' "$(upgrade_of "$table" "$body
$table
CREATE INDEX i ON s.t (a);")" "$body
CREATE INDEX i ON s.t (a);"
is 'functions and views are replaced' "$(upgrade_of "$body
$view" "$(printf '%s\n' "$body" | sed 's/SELECT 2/SELECT 3/')
CREATE VIEW s.v AS
SELECT 2;")" "$(printf '%s\n' "$body" | sed 's/SELECT 2/SELECT 3/; s/CREATE/CREATE OR REPLACE/')
CREATE OR REPLACE VIEW s.v AS
SELECT 2;"
is 'a block runs again' "$(upgrade_of "$always" "$always")" "$always"
is 'steps come first' "$(upgrade_of "$table" "CREATE TABLE s.t (
  a int, b int
);
$body" 'ALTER TABLE s.t ADD COLUMN b int;')" "ALTER TABLE s.t ADD COLUMN b int;
$body"
is 'a table that has changed asks for a step' "$(fails "$table" 'CREATE TABLE s.t (b int);')" \
	'TABLE s.t has changed, and no step says what an upgrade does about it'
is 'what is gone asks for a step' "$(fails "$body" "$table")" 'FUNCTION s.f(a int) is no more, and no step says what an upgrade does about it'
longer='CREATE FUNCTION s.f(a int, b int DEFAULT abs(1)) RETURNS int LANGUAGE sql RETURN 1;'
is 'a function of other parameters is another' "$(upgrade_of "$body" "$body
$longer")" "$longer"
is 'and the one before asks for a step' "$(fails "$body" "$longer")" 'FUNCTION s.f(a int) is no more, and no step says what an upgrade does about it'
is 'which may be to drop it' "$(upgrade_of "$body" "$longer" 'DROP FUNCTION s.f(int);')" "DROP FUNCTION s.f(int);
$longer"
is 'a statement without an end is none' "$(fails '' 'CREATE TABLE s.t (' | head -1)" 'a statement that does not end: CREATE TABLE s.t ('

echo "1..$count"
