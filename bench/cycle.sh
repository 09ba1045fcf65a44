#!/bin/bash
#
# cycle.sh: what the close of a day costs, by the number of holders, of share counts,
# of sales and of quotas that end, beside one set-based UPDATE of every holder; and with
# the most holders lists of them, and closes that make partners.  Works on a server of its
# own; writes its section of docs/performance.md.
#
# Environment: SIZE and REPORT as in lib.sh; RUNS, days of each kind; HOLDERS, a list of
# two sizes or more, as in HOLDERS="10000 100000 1000000 10000000" (for 15 minutes and
# 20 GB of disk more); CLOSE_ROUNDS, in which the least and the most take turns, and FLUSH
# as in sales.sh; PARTNER_MIN, shares that make a partner; COUNTS, how many different share
# counts; SAME_COUNTS, how many with the least and the most holders alike; SALES of a day, a
# list, and MANY_SALES, those with the most holders only; ENDS, how many quotas end on a day.
# Any but HOLDERS and SALES may be empty.  VERIFY= leaves verify() out.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option RUNS 3 5 1
option HOLDERS '10000 1000000' '10000 100000 1000000' '100 1000'
option CLOSE_ROUNDS 7 15 2
option FLUSH 130 130 130
option PARTNER_MIN 100 100 5
option COUNTS '' 100000 100
option SAME_COUNTS '' 200 20
option SALES '100' '100 1000' '10'
option MANY_SALES '' '10000 100000' '100'
option ENDS '' '1000 10000 100000' '10 100'
option REST 100000 100000 1000
option VERIFY 1 1 1

create_mall() {
	createdb mall
	export PGDATABASE=mall
	sql -f "$BENCH/setup.sql" -f "$BENCH/cycle.sql"
	BYTES=$(database_bytes)
}

drop_mall() {
	[ -z "$VERIFY" ] || verify_all
	export PGDATABASE=postgres
	dropdb mall
}

# keep_mall NAME: for a turn later on
keep_mall() {
	export PGDATABASE=postgres
	sql -c "ALTER DATABASE mall RENAME TO $1"
}

drop_kept() {
	export PGDATABASE=$1
	[ -z "$VERIFY" ] || verify_all
	export PGDATABASE=postgres
	dropdb "$1"
}

database_bytes() {
	value 'SELECT pg_database_size(current_database())'
}

# create_vault POLICY MEMBERS: sets VAULT
create_vault() {
	VAULT=$(value "SELECT pointsvault.create_vault('mall' || count(*), $1) FROM pointsvault.vault")
	sql -c "CALL bench.enroll($VAULT, $2)"
}

close_day() {
	quietly sql -c "SELECT pointsvault.close_day($1)"
}

# --- closes, beside the UPDATE ----------------------------------------------------------

load_payees() {
	sql -c "INSERT INTO bench.payee SELECT member, shares, quota, cash FROM bench.holder WHERE vault = 1 ORDER BY member"
	tidy
}

# a_day ROUND WHAT SALE: sales, then the close and the UPDATE; statements for a session
a_day() {
	say "CALL bench.$3; CALL bench.follow_sales(1); CALL bench.close_both(1, $1, '$2'); VACUUM (ANALYZE);"
}

# measure_days WHAT SALE ROUNDS: in one session
measure_days() {
	local round

	for round in $(seq 0 "$3"); do a_day "$round" "$1" "$2"; done | sql >/dev/null
	keep_days "$1" 0
}

# keep_days WHAT ENDED: but for the first, on which the session warms up.  On all of them
# so many quotas are to end, or a few more: many sales pay so much that some do.
keep_days() {
	sql -At -F "$(printf '\t')" -c "SELECT what, round, round(close_ms, 3), round(update_ms, 3), ended
		FROM bench.timing WHERE what = '$1' AND round > 0 ORDER BY timing.round" >"$RUN_DIR/kept"
	awk -F '\t' '{ printf "  %-40s close %9.1f ms   UPDATE %9.1f ms   %d ended\n", $1, $3, $4, $5 }' "$RUN_DIR/kept"
	awk -F '\t' -v ended="$2" '$5 < ended || $5 > ended + 1000 { bad = 1 } END { exit bad }' "$RUN_DIR/kept" ||
		fail "on a day of '$1' other quotas ended"
	cat "$RUN_DIR/kept" >>"$RUN_DIR/days"
}

check_mall() {
	local said

	said=$(value 'SELECT bench.compare(1)')
	[ "$said" = same ] || fail "the UPDATE paid other figures: $said"
}

# of_days WHAT COLUMN: the median; close 3, UPDATE 4, ended 5
of_days() {
	awk -F '\t' -v what="$1" -v column="$2" '$1 == what { print $column }' "$RUN_DIR/days" | median_of_input
}

# ratio_of_days WHAT: median and quartiles
ratio_of_days() {
	awk -F '\t' -v what="$1" '$1 == what { print $4 / $3 }' "$RUN_DIR/days" | quartiles_of_input
}

# fill_mall POLICY MEMBERS [COUNTS]
fill_mall() {
	create_mall
	create_vault "$1" "$2"
	sql -c "CALL bench.fill(1, 1, $2${3:+, $3})"
	close_day 1
	load_payees
}

share_counts() {
	value 'SELECT count(*) FROM pointsvault.class_data WHERE vault = 1 AND holders > 0'
}

# tell_point WHAT HOLDERS COUNTS SALES
tell_point() {
	printf '%s\t%s\t%s\t%s\n' "$@" >>"$RUN_DIR/points"
}

measure_holders() {
	local holders=$1 what="$1 holders" sales more=

	say "$(thousands "$holders") holders"
	fill_mall 'bench.cycle_policy()' "$holders"
	BYTES_A_HOLDER=$((($(database_bytes) - BYTES - $(value "SELECT pg_total_relation_size('bench.payee')")) / holders))
	[ "$holders" != "$LAST_HOLDERS" ] || more=$MANY_SALES
	for sales in $SALES $more; do
		measure_days "$what, $sales sales" "sell_day(1, 1, $holders, $sales)" "$RUNS"
		tell_point "$what, $sales sales" "$holders" "$(share_counts)" "$sales"
	done
	check_mall
	[ "$holders" != "$LAST_HOLDERS" ] || measure_lists
	case $holders in
		"$FIRST_HOLDERS" | "$LAST_HOLDERS") keep_mall "mall_$holders" ;;
		*) drop_mall ;;
	esac
}

# median_ms QUERY
median_ms() {
	runs_of "$RUNS" "$1" | sql -At | median_of_runs
}

# tell_list WHAT QUERY BESIDE: its milliseconds, and those of what stands beside it
tell_list() {
	printf '%s\t%s\t%s\n' "$1" "$(median_ms "$2")" "$3" >>"$RUN_DIR/lists"
}

# past_by_postings WHAT MOMENT: milliseconds of one query that adds up what moved an asset
past_by_postings() {
	awk "BEGIN { print 1000 * $(seconds_of "SELECT count(*) FROM (SELECT member, sum(amount) FROM pointsvault.posting
		WHERE vault = 1 AND account = 'member' AND asset = '$1' AND seq <= pointsvault.seq_at(1, $2) GROUP BY member ORDER BY 2 DESC LIMIT 100) p") }"
}

# P2: lists beside plain queries on the views.
measure_lists() {
	local moment halfway what beside

	say "Lists of $(thousands "$LAST_HOLDERS") holders"
	halfway=$(value "SELECT quote_literal(booked_at) FROM pointsvault.journal WHERE vault = 1 AND seq = (SELECT last_seq / 2 FROM pointsvault.vault_status WHERE vault = 1)")
	moment=$(value "SELECT quote_literal(booked_at) FROM pointsvault.journal WHERE vault = 1 AND kind = 'close' ORDER BY seq DESC OFFSET 1 LIMIT 1")
	for what in shares cash; do
		tell_list "the 100 with the most $what" "SELECT * FROM pointsvault.top_holders(1, 100, '$what')" \
			"$(median_ms "SELECT member, $what FROM pointsvault.holding WHERE vault = 1 AND $what > 0 ORDER BY $what DESC LIMIT 100")"
		beside=
		# dividends are posted later than they are paid, so postings do not say what cash there was
		[ "$what" = cash ] || beside=$(past_by_postings "$what" "$moment")
		tell_list "the 100 with the most $what two closes ago" "SELECT * FROM pointsvault.top_holders(1, 100, '$what', $moment)" "$beside"
		tell_list "the 100 with the most $what halfway through the journal" "SELECT * FROM pointsvault.top_holders(1, 100, '$what', $halfway)" ''
	done
	tell_list 'all who have shares' "SELECT count(*) FROM pointsvault.top_holders(1, NULL, 'shares')" \
		"$(median_ms 'SELECT count(*) FROM (SELECT member, shares, row_number() OVER (ORDER BY shares DESC) FROM pointsvault.holding WHERE vault = 1 AND shares > 0) h')"
}

# The same share counts with few holders and with many.
measure_same_counts() {
	local holders=$1 what="$1 holders of $SAME_COUNTS counts" first=${SALES%% *}

	say "$(thousands "$holders") holders with $SAME_COUNTS share counts"
	fill_mall 'bench.cycle_policy()' "$holders" "$SAME_COUNTS"
	measure_days "$what" "sell_day(1, 1, $holders, $first)" "$RUNS"
	tell_point "$what" "$holders" "$(share_counts)" "$first"
	check_mall
	keep_mall "same_$holders"
}

# in_turns MALL SALES: closes of few holders and of many take turns, so that neither has
# the machine's better hour; the sales are booked ahead of each
in_turns() {
	local holders turns=()

	for holders in "$FIRST_HOLDERS" "$LAST_HOLDERS"; do
		turns+=("$(turn_key "$1" "$2" "$holders")|$CALL_FILES/close_day.sql|db=dbname=$1_$holders|calls=1|before=CALL bench.sell_day(1, 1, $holders, $2)")
	done
	measure 1 0 "$CLOSE_ROUNDS" "${turns[@]}"
}

# turn_key MALL SALES HOLDERS
turn_key() {
	say "$1: close of $2 sales, $3 holders"
}

drop_both() {
	drop_kept "$1_$FIRST_HOLDERS"
	drop_kept "$1_$LAST_HOLDERS"
}

measure_turns() {
	local holders sales

	say "Closes of $(thousands "$FIRST_HOLDERS") holders and of $(thousands "$LAST_HOLDERS") in turn: $CLOSE_ROUNDS rounds"
	for sales in $SALES; do in_turns mall "$sales"; done
	[ -z "$PARTNER_MIN" ] || measure_partners "${SALES%% *}"
	drop_both mall
	[ -n "$SAME_COUNTS" ] || return 0
	for holders in "$FIRST_HOLDERS" "$LAST_HOLDERS"; do measure_same_counts "$holders"; done
	in_turns same "${SALES%% *}"
	drop_both same
}

# partners_key WITH SALES
partners_key() {
	say "close of $2 sales, $1 partners"
}

# measure_partners SALES: with a section of partners from the first close on, and without,
# in turns (P1)
measure_partners() {
	local mall turns=()

	say "$(thousands "$LAST_HOLDERS") holders, of whom those with $PARTNER_MIN shares are partners"
	fill_mall "bench.cycle_policy() || '{\"partner\": {\"asset\": \"shares\", \"min\": $PARTNER_MIN}}'" "$LAST_HOLDERS"
	keep_mall "partners_$LAST_HOLDERS"
	for mall in partners mall; do
		turns+=("$(partners_key "$mall" "$1")|$CALL_FILES/close_day.sql|db=dbname=${mall}_$LAST_HOLDERS|calls=1|before=CALL bench.sell_day(1, 1, $LAST_HOLDERS, $1)")
	done
	measure 1 0 "$CLOSE_ROUNDS" "${turns[@]}"
	PARTNERS=$(PGDATABASE=partners_$LAST_HOLDERS value 'SELECT count(*) FROM pointsvault.partner_data')
	drop_kept "partners_$LAST_HOLDERS"
}

measure_counts() {
	local what="$COUNTS counts"

	say "$(thousands "$COUNTS") holders, each with another share count"
	# without tiers, of which the first day would use some quotas up
	fill_mall "bench.cycle_policy() #- '{cycle,tiers}'" "$COUNTS" "$COUNTS"
	measure_days "$what" "sell_day(1, 1, $COUNTS, $LAST_SALES)" "$RUNS"
	tell_point "$what" "$COUNTS" "$(share_counts)" "$LAST_SALES"
	check_mall
	drop_mall
}

# --- quotas that end ----------------------------------------------------------------------

# Groups whose quota ends when each share has got 410, 420, 430 ..., on days that bring
# it to 405, 415, 425 ...; the rest, who buy on these days, have quota for 798.
measure_ends() {
	local ends round first=1 group=0 rest=$REST

	say "Quotas that end on one day: $(say "$ENDS" | sed 's/ /, /g')"
	create_mall
	create_vault 'bench.ending_policy()' "$(say "$ENDS" | tr ' ' '\n' |
		awk -v rest="$rest" '{ n += $1 * 4 } END { print n + rest }')"
	for round in 0 1 2 3; do
		for ends in $ENDS; do
			group=$((group + 1))
			sql -c "CALL bench.fill(1, $first, $((first + ends - 1)), 3, $((200 + 5 * group)))"
			first=$((first + ends))
		done
	done
	sql -c "CALL bench.fill(1, $first, $((first + rest - 1)), 1, 399)"
	close_day 1
	load_payees
	for round in 0 1 2 3; do
		a_day "$round" 'no quota ends' "sell_until(1, $first, $rest, $LAST_SALES, $((370 + 10 * round)))"
	done | sql >/dev/null
	group=0
	for round in 0 1 2 3; do
		for ends in $ENDS; do
			group=$((group + 1))
			a_day "$round" "$ends quotas end" "sell_until(1, $first, $rest, $LAST_SALES, $((405 + 10 * group)))"
		done
	done | sql >/dev/null
	keep_days 'no quota ends' 0
	for ends in $ENDS; do keep_days "$ends quotas end" "$ends"; done
	check_mall
	drop_mall
}

# --- the report ---------------------------------------------------------------------------------

ms() {
	awk -v ms="$1" 'BEGIN { printf (ms < 1000 ? "%.1f ms" : "%.2f s"), ms < 1000 ? ms : ms / 1000 }'
}

# lines_of_points: a line a point, what it is beside the UPDATE
lines_of_points() {
	local what holders counts sales middle low high

	printf 'holders\tshare counts\tsales of the day\tclose_day\tone UPDATE\tratio\tquartiles\n'
	while IFS=$'\t' read -r what holders counts sales; do
		read -r middle low high <<<"$(ratio_of_days "$what")"
		printf '%s\t%s\t%s\t%s\t%s\t%.1f\t%.1f to %.1f\n' "$(thousands "$holders")" "$(thousands "$counts")" \
			"$(thousands "$sales")" "$(ms "$(of_days "$what" 3)")" "$(ms "$(of_days "$what" 4)")" "$middle" "$low" "$high"
	done <"$RUN_DIR/points"
}

lines_of_lists() {
	local what list plain

	printf 'top_holders\ttime\tplain query on the views\tgoal\treached\n'
	while IFS=$'\t' read -r what list plain; do
		printf '%s\t%s\t%s\t≤ 1 s\t%s\n' "$what" "$(ms "$list")" "${plain:+$(ms "$plain")}" "$(yes_if "$list <= 1000")"
	done <"$RUN_DIR/lists"
}

line_of_partners() {
	local sales=${SALES%% *} middle low high

	read -r middle low high <<<"$(ratio "$(partners_key mall "$sales")" "$(partners_key partners "$sales")")"
	printf 'close_day\twith partners\twithout\tratio\tquartiles\n'
	printf '%s sales, %s partners of %s shares\t%s ms\t%s ms\t%.2f\t%.2f to %.2f\n' "$(thousands "$sales")" "$(thousands "$PARTNERS")" \
		"$PARTNER_MIN" "$(in_ms "$(median "$(partners_key partners "$sales")" p50)")" \
		"$(in_ms "$(median "$(partners_key mall "$sales")" p50)")" "$middle" "$low" "$high"
}

lines_of_ends() {
	local ends plain close

	plain=$(of_days 'no quota ends' 3)
	printf 'quotas that end\tclose_day\tmore than without\tof each\tone UPDATE\n'
	printf '0\t%s\t\t\t%s\n' "$(ms "$plain")" "$(ms "$(of_days 'no quota ends' 4)")"
	for ends in $ENDS; do
		close=$(of_days "$ends quotas end" 3)
		printf '%s\t%s\t%s\t%.1f µs\t%s\n' "$(thousands "$ends")" "$(ms "$close")" \
			"$(ms "$(awk "BEGIN { print $close - $plain }")")" "$(awk "BEGIN { print ($close - $plain) / $ends * 1000 }")" \
			"$(ms "$(of_days "$ends quotas end" 4)")"
	done
}

# line_of_turns WHAT MALL SALES: how many times as long many holders take
line_of_turns() {
	local middle low high

	read -r middle low high <<<"$(by_round "$(turn_key "$2" "$3" "$LAST_HOLDERS")" \
		"$(turn_key "$2" "$3" "$FIRST_HOLDERS")" 'b / a' | quartiles_of_input)"
	printf '%s: takes so many times as long as with %s\t%.2f\t%.2f to %.2f\t≤ 2\t%s\n' "$1" \
		"$(thousands "$FIRST_HOLDERS")" "$middle" "$low" "$high" "$(yes_if "$middle <= 2")"
}

lines_of_goals() {
	local many sales middle low high

	many=$(thousands "$LAST_HOLDERS")
	printf 'close_day\tfigure\tquartiles\tgoal\treached\n'
	for sales in $SALES; do
		read -r middle low high <<<"$(ratio_of_days "$LAST_HOLDERS holders, $sales sales")"
		printf '%s holders, %s sales that day: the UPDATE takes so many times as long\t%.0f\t%.0f to %.0f\t≥ 100\t%s\n' \
			"$many" "$(thousands "$sales")" "$middle" "$low" "$high" "$(yes_if "$middle >= 100")"
		line_of_turns "$many holders, $(thousands "$sales") sales that day" mall "$sales"
	done
	[ -z "$SAME_COUNTS" ] ||
		line_of_turns "$many holders, $SAME_COUNTS share counts and ${SALES%% *} sales that day" same "${SALES%% *}"
}

tell_all() {
	say "Measured by \`make bench-cycle SIZE=$SIZE\` (median of $RUNS days, $CLOSE_ROUNDS closes in turn; flush: $(flush_in_words "$FLUSH")): $(machine)."
	say
	lines_of_goals | table
	say
	say "Closes on which no quota ends, but for a few:"
	say
	lines_of_points | table
	if [ -n "$ENDS" ]; then
		say
		say "Quotas that end on one day, beside $(thousands "$LAST_SALES") sales:"
		say
		lines_of_ends | table
	fi
	say
	say "Lists of $(thousands "$LAST_HOLDERS") holders (median of $RUNS):"
	say
	lines_of_lists | table
	say
	if [ -n "$PARTNER_MIN" ]; then
		say "Closes of $(thousands "$LAST_HOLDERS") holders with a section of partners and without, in turn:"
		say
		line_of_partners | table
		say
	fi
	say "A vault of $(thousands "$LAST_HOLDERS") holders with one sale each takes $(thousands "$BYTES_A_HOLDER") bytes on disk a holder."
}

main() {
	local holders

	FIRST_HOLDERS=${HOLDERS%% *}
	LAST_HOLDERS=${HOLDERS##* }
	LAST_SALES=${SALES##* }
	open_bench_server
	has_steady_flush || FLUSH=0
	flush_takes "$FLUSH"
	for holders in $HOLDERS; do measure_holders "$holders"; done
	measure_turns
	[ -z "$COUNTS" ] || measure_counts
	[ -z "$ENDS" ] || measure_ends
	tell_all | tee "$RUN_DIR/told"
	write_section cycle <"$RUN_DIR/told"
}

main
