#!/bin/sh
# The benchmarks once through, at sizes at which no figure means anything: that they end
# well, which takes every vault verified, and that each figure gets its place.
set -u

. "$(dirname "$0")/lib/shell.sh"

# has TEXT WHAT: the report has the text, spaces folded
has() {
	ok "$2" "$(tr -s ' ' <"$work/report.md" | grep -qF -- "$1" && echo yes)" <"$work/out"
}

# The words around the figures, without any of them.
sed '/^<!-- begin /,/^<!-- end / { /^<!-- /!d }' "$project/docs/performance.md" >"$work/report.md"

SIZE=trial REPORT=$work/report.md "$project/bench/run.sh" >"$work/out" 2>&1
ok 'all of it ends well, and the books balance' "$([ $? = 0 ] && echo yes)" <"$work/out"
has '| bare UPDATE | 4 |' 'the UPDATE by many clients'
has '| plain INSERT, the floor | 1 |' 'the floor by one'
has '| purchase, cycle' 'sales with the cycle on'
has '| 200 purchases in one statement |' 'many calls in one statement'
has '| purchase, 4 clients, 5 ms of work after it |' "the caller's own work"
has '| bytes on disk a sale, all indexes |' 'bytes'
has '| submit, 4 clients |' 'orders through the queue'
has '| 200 | 100 |' 'a settled batch'
has '| 1 000 holders, 10 sales that day:' 'a close of many holders beside that of few'
has '| 1 000 | 2 000 |' 'how cost grows'
has '| the 100 with the most shares two closes ago |' 'a list of a record date'
has '| the 100 with the most cash halfway through the journal |' 'one of the middle of all events'
has '| 10 sales,' 'a close that makes partners beside one that does not'
has '| prove, ms |' 'the sealed log'
has '| all plans are new |' 'a close of release plans beside recursive SQL'
ok 'and curves are drawn' "$([ -s "$work/settle.svg" ] && [ -s "$work/growth.svg" ] && echo yes)" </dev/null

SIZE=trial CLIENTS=2 TURNS=purchase "$project/bench/ab.sh" "$project" "$project" >"$work/out" 2>&1
ok 'two builds beside each other' "$([ $? = 0 ] && grep -q '^| purchase *| *2 |' "$work/out" && echo yes)" <"$work/out"

echo "1..$count"
