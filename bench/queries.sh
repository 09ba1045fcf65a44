#!/bin/bash
#
# queries.sh: how long plain queries on the views take, for the owner, an auditor and a
# role of one vault, beside the same views behind a security barrier.  Works on a server
# of its own; writes its section of docs/performance.md.
#
# Environment: SIZE and REPORT as in lib.sh; RUNS, of each query, BARRIER_RUNS of those
# beside; MEMBERS, DAYS and SALES (a day), which make the journal.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option RUNS 5 11 3
option BARRIER_RUNS 1 3 1
option MEMBERS 100000 100000 5000
option DAYS 60 60 6
option SALES 11500 11500 500

ROLES='postgres pv_auditor pv_shop'

create_mall() {
	say "$(thousands "$MEMBERS") members, $(thousands $((DAYS * SALES))) sales on $DAYS days, and a small vault beside"
	createdb mall
	export PGDATABASE=mall
	sql -f "$BENCH/setup.sql" -f "$BENCH/queries.sql"
	sql >/dev/null <<-END
		SELECT pointsvault.create_vault(n, '{"growth": {"exit_multiple": 1000, "referral_mint_rate": 0.1}}', timezone => 'UTC') FROM unnest('{mall,small}'::text[]) n;
		CALL bench.enroll(2, 100);
		SELECT pointsvault.enroll_many(1, array_agg('m' || i), array_agg(CASE WHEN i > 10 AND i % 20 = 0 THEN 'm' || i / 10 END))
		FROM generate_series(1, $MEMBERS) i GROUP BY i / 50000 ORDER BY i / 50000;
		CALL bench.sell_days(1, $MEMBERS, $DAYS, $SALES);
		CALL bench.sell_days(2, 100, $DAYS, 10);
		INSERT INTO bench.orders SELECT i, 'order-' || $((DAYS / 2)) * 1000000 + i, 'm' || 7 * i FROM generate_series(1, 100) i;
		SELECT pointsvault.job_step(1, 'tally', now());
		CREATE ROLE pv_auditor;
		CREATE ROLE pv_shop;
		SELECT pointsvault.grant_access('pv_auditor', 'auditor'), pointsvault.grant_access('pv_shop', 'shop', 1);
		CALL bench.make_barriers();
		GRANT USAGE ON SCHEMA bench TO pv_auditor, pv_shop;
		GRANT SELECT ON ALL TABLES IN SCHEMA bench TO pv_auditor, pv_shop;
	END
	tidy
}

# Lines of what@goal in milliseconds@query, in which V. is the schema of the views.
queries() {
	local day="(now() AT TIME ZONE 'UTC')::date - $((DAYS / 2))"

	cat <<-END
		last 20 rows of \`journal\`@5@SELECT * FROM V.journal WHERE vault = 1 ORDER BY seq DESC LIMIT 20
		100 orders joined to \`journal\` by ref@50@SELECT j.* FROM bench.orders o JOIN V.journal j ON j.vault = 1 AND j.ref = o.ref
		the same by an expression, made a column@50@SELECT j.* FROM bench.orders o CROSS JOIN LATERAL (SELECT 'order-' || $((DAYS / 2)) * 1000000 + o.id AS ref OFFSET 0) r JOIN V.journal j ON j.vault = 1 AND j.ref = r.ref
		the same by the expression itself@@SELECT j.* FROM bench.orders o JOIN V.journal j ON j.vault = 1 AND j.ref = 'order-' || $((DAYS / 2)) * 1000000 + o.id
		\`journal\` of a day@@SELECT count(*), sum(amount) FROM V.journal WHERE vault = 1 AND day = $day
		a member's rows of \`journal\`@30@SELECT * FROM V.journal WHERE vault = 1 AND member = 'm77'
		a member's \`posting\`s@30@SELECT * FROM V.posting WHERE vault = 1 AND member = 'm77'
		an order's \`posting\`s, by a join@50@SELECT p.* FROM V.journal j JOIN V.posting p USING (vault, seq) WHERE vault = 1 AND ref = 'order-$((DAYS / 2))000077'
		trial balance of a day@1000@SELECT account, asset, sum(amount) FROM V.posting WHERE vault = 1 AND day = $day GROUP BY 1, 2
		a page of \`holding\`@5@SELECT * FROM V.holding WHERE vault = 1 AND member > 'm5' ORDER BY member LIMIT 20
		a member joined to \`holding\`@5@SELECT * FROM V.member JOIN V.holding USING (vault, member) WHERE vault = 1 AND id = 177
		100 members joined to \`holding\`@50@SELECT h.* FROM bench.orders o JOIN V.holding h ON h.vault = 1 AND h.member = o.member
		members of a sponsor@5@SELECT * FROM V.member WHERE vault = 1 AND sponsor = 'm32'
		\`lot\`s of a member@5@SELECT * FROM V.lot WHERE vault = 1 AND member = 'm77'
		\`exit_due\`@5@SELECT * FROM V.exit_due WHERE vault = 1
		\`cash_balance\` of a member@5@SELECT * FROM V.cash_balance WHERE vault = 1 AND member = 'm77'
		\`vault_status\`, without counts@5@SELECT vault, pool, price FROM V.vault_status WHERE name = 'mall'
		\`vault_status\`, counts and all@5@SELECT * FROM V.vault_status WHERE name = 'mall'
		\`health\`@5@SELECT * FROM V.health WHERE name = 'mall'
	END
}

# median_time ROLE RUNS SCHEMA QUERY: in milliseconds, after a first one that is not counted
median_time() {
	{
		say "SET ROLE $1;"
		say "SET statement_timeout = '120s';"
		runs_of "$2" "${4//V./$3.}"
	} | sql -At >"$RUN_DIR/times" 2>"$RUN_DIR/errors" ||
		grep -q 'statement timeout' "$RUN_DIR/errors" || fail "$(cat "$RUN_DIR/errors")"
	[ -s "$RUN_DIR/errors" ] || median_of_runs <"$RUN_DIR/times"
}

milliseconds() {
	[ -n "$1" ] || { say '> 120 s'; return; }
	awk -v ms="$1" 'BEGIN { printf ms < 10 ? "%.1f ms" : ms < 1000 ? "%.0f ms" : "%.0f s", ms < 1000 ? ms : ms / 1000 }'
	say
}

# line WHAT GOAL QUERY
line() {
	local role now worst=0

	printf '%s' "$1"
	for role in $ROLES; do
		now=$(median_time "$role" "$RUNS" pointsvault "$3")
		worst=$(awk "BEGIN { print ($now > $worst) ? $now : $worst }")
		printf '\t%s' "$(milliseconds "$now")"
	done
	printf '\t%s\t%s\t%s\n' "$(milliseconds "$(median_time pv_auditor "$BARRIER_RUNS" bench "$3")")" \
		"${2:+≤ $2 ms}" "${2:+$(awk "BEGIN { print ($worst <= $2) ? \"yes\" : \"no\" }")}"
}

tell_all() {
	local what goal query

	say "Measured by \`make bench-queries SIZE=$SIZE\` (median of $RUNS runs, $BARRIER_RUNS behind the barrier): $(machine)."
	say "$(thousands "$(value 'SELECT count(*) FROM pointsvault.journal_data')") journal rows, $(thousands "$MEMBERS") members," \
		"days of $(thousands "$SALES") sales."
	say
	{
		printf 'query\towner\tauditor\tshop\tauditor, barrier\tgoal\treached\n'
		queries | while IFS=@ read -r what goal query; do line "$what" "$goal" "$query"; done
	} | table
}

main() {
	open_bench_server
	create_mall
	verify_all
	tell_all | tee "$RUN_DIR/told"
	write_section queries <"$RUN_DIR/told"
}

main
