#!/bin/sh
# Whether scripts/tidy sees what it is there to see: a small tree in which all is well,
# and for each rule one in which it is broken.
set -u

. "$(dirname "$0")/lib/shell.sh"

# c_file PATH: a C file with its head and the lines that it is given
c_file() {
	{
		printf '/*\n * %s\n *\t  What it is.\n */\n' "${1##*/}"
		cat
	} >"$1"
}

# function_of NAME: one that others call, of the lines that it is given
function_of() {
	printf '\n/* What for. */\nvoid\n%s(void)\n{\n' "$1"
	cat
	printf '}\n'
}

# A tree in which all is well.
tidy_tree() {
	rm -rf "$work/tree"
	mkdir -p "$work/tree/docs" "$work/tree/expected" "$work/tree/sql/parts" "$work/tree/test/sql"
	for layer in base engine store surface; do mkdir -p "$work/tree/src/$layer"; done
	cd "$work/tree" || exit
	printf '#include "postgres.h"\n' | c_file src/base/compat.h
	printf '#include <stdint.h>\nextern const int pv_least;\nextern void pv_rule(void);\n' | c_file src/engine/rule.h
	{
		printf '#include "engine/rule.h"\n\nconst int pv_least = 1;\n'
		printf '\tgo();\n' | function_of pv_rule
	} | c_file src/engine/rule.c
	printf '#include "base/compat.h"\nextern void pv_rows(void);\n' | c_file src/store/rows.h
	{
		printf '#include "store/rows.h"\n#include "engine/rule.h"\n'
		printf '\tread("SELECT 1 FROM pointsvault.lot_data");\n' | function_of pv_rows
	} | c_file src/store/rows.c
	{
		printf '#include "store/rows.h"\n\nPG_FUNCTION_INFO_V1(pv_sql_lots);\n'
		printf '\tread("SELECT 1 FROM pointsvault.lot");\n' | function_of pv_sql_lots
	} | c_file src/surface/lots.c
	printf 'CREATE TABLE pointsvault.lot_data (\n);\n-- G5\n' >sql/parts/20_tables.sql
	printf 'Lots are taken oldest first (G5).\n' >docs/model.md
	printf "SELECT '2024-02-29'::date;\n" >test/sql/day.sql
	printf ' 2024-02-29\n' >expected/day.out
	printf 'In `src/store/rows.c`:\n\n1. `src/store/<name>.c` at `read("SELECT`: the statement.\n' >HACKING.md
}

# What tidy says of the tree, and how it ends.
said() {
	"$project/scripts/tidy" "$work/tree" 2>&1
	echo "ends with $?"
}

# broken WHAT LINES: they are named, and nothing else; the next tree is tidy again
broken() {
	is "$1" "$(said)" "$2
ends with 1"
	tidy_tree
}

tidy_tree
is 'a tidy tree' "$(said)" 'ends with 0'

# --- who knows whom

echo '#include "postgres.h"' >>src/engine/rule.h
broken 'engine: a header of the server' 'src/engine/rule.h:8: engine: "postgres.h" is the server'\''s'

echo '#include <unistd.h>' >>src/engine/rule.h
broken 'engine: a header that is no part of C' \
	"src/engine/rule.h:8: engine: <unistd.h> is none of C's headers that it may use"

echo '#include "base/compat.h"' >>src/engine/rule.h
broken 'engine: one of base that brings the server' \
	'src/engine/rule.h:8: engine: "base/compat.h" brings "postgres.h", which is the server'\''s'

sed -i '5i #include "engine/rule.h"' src/store/rows.c
broken 'first: another header before its own' 'src/store/rows.c:5: first: src/store/rows.h is its own header
src/store/rows.c:5: first: "engine/rule.h" does not bring postgres.h before all else'

sed -i 's/"base.compat.h"/<stdint.h>/' src/store/rows.h
broken 'first: a header without postgres.h' 'src/store/rows.c:5: first: "store/rows.h" does not bring postgres.h before all else
src/surface/lots.c:5: first: "store/rows.h" does not bring postgres.h before all else'

echo '#include "store/other.h"' >>src/base/compat.h
printf '' | c_file src/store/other.h
broken 'layer: an include that goes up' 'src/base/compat.h:6: layer: base is below store'

mkdir src/attic
printf '#include "base/compat.h"\n' | c_file src/attic/old.c
broken 'layer: a folder that is none' 'src/attic/old.c:1: layer: attic is no layer'

printf '#include "store/other.h"\n' >>src/store/rows.h
printf '#include "store/more.h"\n' | c_file src/store/other.h
printf '#include "store/rows.h"\n' | c_file src/store/more.h
broken 'circle: of three rooms' 'src/store/more.h:5: circle: store/rows needs store/more too
src/store/other.h:5: circle: store/more needs store/other too
src/store/rows.h:7: circle: store/other needs store/rows too'

sed -i 's/pointsvault.lot"/pointsvault.lot_data"/' src/surface/lots.c
broken 'table: named in the surface' 'src/surface/lots.c:13: table: surface names the table lot_data'

# --- functions

sed -i '/pv_rule/d' src/engine/rule.h
echo 'extern void pv_rule(void);' >>src/store/rows.h
broken 'extern: a function of another file' 'src/store/rows.h:7: extern: pv_rule is defined in src/engine/rule.c'

echo 'extern const int pv_most;' >>src/engine/rule.h
broken 'extern: a variable that is nowhere' 'src/engine/rule.h:8: extern: pv_most is defined in no file'

echo 'extern int pv_secret(int of,
					 int more);' >>src/surface/lots.c
broken 'extern: in a file that is no header' \
	'src/surface/lots.c:15: extern: pv_secret is declared in a file that is no header'

sed -i '/pv_rows/d' src/store/rows.h
broken 'extern: in no header' 'src/store/rows.c:10: extern: pv_rows is declared in no header'

seq 68 | sed 's/.*/\tgo();/' | function_of pv_sql_lots >>src/surface/lots.c
is 'long: 70 lines are not' "$(said)" 'ends with 0'
tidy_tree
seq 69 | sed 's/.*/\tgo();/' | function_of pv_sql_lots >>src/surface/lots.c
broken 'long: 71 lines' 'src/surface/lots.c:18: long: pv_sql_lots has 71 lines'

sed -i '/What for/d' src/engine/rule.c
broken 'comment: none' 'src/engine/rule.c:10: comment: pv_rule does not say what for'

sed -i '2s/rule.c/rows.c/' src/engine/rule.c
broken 'head: the name of another file' 'src/engine/rule.c:1: head: it does not begin with rule.c and what it is'

sed -i 's/read(.*/elog(ERROR, "no");/' src/surface/lots.c
sed -i '1,4s/What it is/An elog(ERROR) is none/' src/surface/lots.c
broken 'elog: called, not named' 'src/surface/lots.c:13: elog: an error without a token'

sed -i 's/What for/The same, but later/' src/engine/rule.c
broken 'riddle: as what?' 'src/engine/rule.c:9: riddle: a comment that does not say what it means'

sed -i 's/What for/G5/' src/engine/rule.c
broken 'riddle: a rule alone' 'src/engine/rule.c:9: riddle: a comment that does not say what it means'

sed -i 's|pv_least;|& /* G5 */|' src/engine/rule.h
broken 'riddle: a rule alone, beside a field' 'src/engine/rule.h:6: riddle: a comment that does not say what it means'

# --- words

echo "-- G"5 and Q"7" >>sql/parts/20_tables.sql
broken 'rule: one that the model has not' "sql/parts/20_tables.sql:4: rule: docs/model.md has no Q"7

echo ' 2024-03-01' >>expected/day.out
broken 'date: of the clock' 'expected/day.out:2: date: the test does not name 2024-03-01'

printf 'A line \n' >>docs/model.md
broken 'blank: at the end of a line' 'docs/model.md:2: blank: the line ends with a blank'

# --- documents

echo 'See `src/store/gone.c`.' >>HACKING.md
broken 'path: of the documents' 'HACKING.md:4: path: there is no src/store/gone.c'

echo '/* See gone.c. */' >>src/engine/rule.h
broken 'path: of a comment' 'src/engine/rule.h:8: path: there is no gone.c'

echo '2. `src/store/rows.c` at `write(`: another.' >>HACKING.md
broken 'step: a place that is not there' 'HACKING.md:4: step: there is no "write(" in src/store/rows.c'

echo '2. Write it.' >>HACKING.md
broken 'step: without a place' 'HACKING.md:4: step: it names no `path` at `place`'

echo "1..$count"
