#!/bin/sh
# The demo's own figures: the wine mall of MODEL §12, the public orders where they
# are beside the project, and a file of a user's with rows that cannot be booked, by a
# checkout with blanks in its path, in a closed directory, for somebody elsewhere.
set -u

. "$(dirname "$0")/lib/shell.sh"

# shows TEXT WHAT: the output has the text, spaces folded
shows() {
	ok "$2" "$(tr -s ' ' <"$work/out" | grep -qF -- "$1" && echo yes)" <"$work/out"
}

demo() {
	"$1/scripts/demo.sh" ${2+"$2"} >"$work/out" 2>&1 || echo "demo failed with $?" >>"$work/out"
}

demo "$project"
shows '4 | 11.2455 ' 'the fourth buyer of the wine mall'
shows '5.1731' 'the price after 100 orders'
shows '97.7711' "the first buyer's sale, net"
shows 'sum to zero, event by event' 'the books balance'
if [ -f "$project/../shared/data/cdnow.csv.gz" ]; then
	shows 'purchases | 69579 | of 23476 members' 'the public orders are booked'
	shows 'amount is 0: 80' 'and the rows of amount 0 named'
else
	shows 'a small generated sample' 'no public orders beside the project: the sample is booked'
fi

cat >"$work/mine.csv" <<'END'
Order_ID,Member,Total,Date
a-1,陈,100,2024-01-05
a-2,bob,12.50,2024-01-06
a-3,bob,abc,2024-01-06
a-4,,5,2024-01-06
a-5,bob,-5,2024-01-06
a-6,bob,1.00001,2024-01-06
a-7,bob,5,someday
END
checkout="$work/shop of mine/points vault"    # in what mktemp made, so for us alone
mkdir -p "$checkout"
cp -R "$project"/* "$checkout"
(
	unset PREBUILT    # it builds from there
	export LC_ALL=tr_TR.UTF-8 TZ=Pacific/Kiritimati PGTZ=Asia/Kathmandu PGDATESTYLE='SQL, DMY'
	demo "$checkout" "$work/mine.csv"
)
shows 'purchases | 2 | of 2 members' "a user's file: the good rows are booked"
shows 'a-3,bob,abc' 'a bad amount is named'
shows 'a-4,,5' 'a missing customer is named'
shows 'a-5,bob,-5' 'a negative amount is named'
shows 'a-6,bob,1.00001' 'an amount of too many decimals is named'
shows 'a-7,bob,5,someday' 'a bad date is named'
shows 'customer column Member' 'which columns are used is said'
ok 'and before anything is booked' "$(awk '/customer +column Member/ { said = NR } /orders and refunds, / { print said && said < NR ? "yes" : "no" }' "$work/out")" <"$work/out"
shows '3 of what' 'how many rows were lost'
shows 'demo failed with 1' 'and the demo fails'

(
	export COLUMNS='customer=Kunde,amount=Wert,day=Tag' DATES=dmy DECIMALS=comma
	printf 'Kunde;Wert;Tag;Status\nann;1,250;03/04/2024;refunded\n' >"$work/own.csv"
	demo "$project" "$work/own.csv"
)
shows 'day/month/year, as DATES= says' 'how a file is to be read can be said'
shows 'purchases | 1 | of 1 members' 'a file of own names is booked'
shows '2 of 2 orders and refunds' 'with its refund'
shows 'sum to zero, event by event' 'and its books balance'

echo "1..$count"
