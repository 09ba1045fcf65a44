/*
 * summary.c
 *	  Sums over a whole vault, for reports: as the caller's query sees it.
 *
 * They read all members, or the whole journal.  What is looked up for each row is a
 * LATERAL query that no planner pulls up, and members by a range of one, as in sponsors.c.
 */
#include "store/summary.h"

#include "store/plan.h"

#include "executor/spi.h"

/* So many of the last orders tell what an order is like. */
#define RECENT_ORDERS 1000

/* clang-format off */

static PvPlan holdings = {
	"SELECT sum(b.points)::pointsvault.points, sum(b.credits)::pointsvault.amount, "
		"sum(GREATEST(b.cash, 0))::pointsvault.amount, "
		"sum(GREATEST(-b.cash, 0))::pointsvault.amount, "
		"sum(b.reward)::pointsvault.amount, sum(b.quota)::pointsvault.amount, "
		"sum(b.released)::pointsvault.amount, sum(b.debt)::pointsvault.amount "
	"FROM ("
		"SELECT h.points::pg_catalog.numeric AS points, h.credits::pg_catalog.numeric AS credits, "
			"h.cash::pg_catalog.numeric + a.accrued + a.shareholders AS cash, "
			"h.reward::pg_catalog.numeric AS reward, "
			"h.released::pg_catalog.numeric AS released, h.debt::pg_catalog.numeric AS debt, "
			"h.quota::pg_catalog.numeric - a.accrued AS quota "
		"FROM pointsvault.holding_data h "
		"LEFT JOIN LATERAL ("
			"SELECT k.total, k.shareholder_total "
			"FROM pointsvault.class_data k "
			"WHERE k.vault = $1 AND k.shares = h.shares OFFSET 0) c ON true "
		"CROSS JOIN LATERAL ("
			"SELECT pointsvault.accrued(h.shares, h.quota, h.mark, c.total)"
				"::pg_catalog.numeric AS accrued, "
			"pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)"
				"::pg_catalog.numeric AS shareholders) a "
		"WHERE h.vault = $1) b",
	"i", .custom = true, .how = PV_BY_KEY};

/* As of the last closed day; what a plan is used up by, or was cancelled of, does not remain. */
static PvPlan release = {
	"SELECT d.released::pointsvault.amount, r.released::pointsvault.amount, "
		"p.released::pointsvault.amount, p.remaining::pointsvault.amount "
	"FROM ("
		"SELECT max(day) AS day, sum(released::pg_catalog.numeric) AS released "
		"FROM pointsvault.day_data "
		"WHERE vault = $1) d "
	"CROSS JOIN LATERAL ("
		"SELECT sum(pointsvault.released(u.released, u.rate, u.as_of, d.day)"
			"::pg_catalog.numeric) AS released "
		"FROM pointsvault.team_data u "
		"WHERE u.vault = $1) r "
	"CROSS JOIN LATERAL ("
		"SELECT sum(b.released) AS released, sum(b.granted - b.released) AS remaining "
		"FROM ("
			"SELECT pointsvault.released(l.released, l.rate, l.as_of, d.day)"
				"::pg_catalog.numeric AS released, "
				"l.granted::pg_catalog.numeric - l.cancelled::pg_catalog.numeric AS granted "
			"FROM pointsvault.plan_data l "
			"WHERE l.vault = $1) b) p",
	"i", NULL};

static PvPlan recent_orders = {
	"SELECT count(*), sum(o.amount)::pointsvault.amount, sum(o.contribution)::pointsvault.amount "
	"FROM ("
		"SELECT amount::pg_catalog.numeric AS amount, "
			"contribution::pg_catalog.numeric AS contribution "
		"FROM pointsvault.journal_data "
		"WHERE vault = $1 AND kind = $2 "
		"ORDER BY seq DESC LIMIT $3) o",
	"isl", .how = PV_IN_ORDER};

/*
 * Of each member, with what those did who were merged into it: what it paid, and what it
 * was paid for points, in goods and shares of stock too, old debts apart.  $2 to $9 are the
 * kinds of event.  What a market paid for points in custody nobody knows.
 */
static PvPlan outcomes = {
	"WITH event AS ("
		"SELECT j.member, "
			"sum(CASE j.kind WHEN $2 THEN j.amount::pg_catalog.numeric "
				"WHEN $3 THEN -j.amount::pg_catalog.numeric END) AS paid, "
			"sum(CASE WHEN j.kind = $6 THEN j.amount::pg_catalog.numeric "
				"WHEN j.kind IN ($4, $5, $7, $8) THEN j.cash::pg_catalog.numeric END) AS got, "
			"bool_or(j.kind = $9) AS handed "
		"FROM pointsvault.journal_data j "
		"WHERE j.vault = $1 AND j.member IS NOT NULL AND j.kind IN ($2, $3, $4, $5, $6, $7, $8, $9) "
			"AND j.member_debt IS NULL "
		"GROUP BY j.member), "
	"person AS ("
		"SELECT m.id, e.paid, e.got, e.handed, false AS has, 0 AS worth "
		"FROM event e "
		"CROSS JOIN LATERAL ("
			"SELECT COALESCE(r.merged_into, r.id) AS id "
			"FROM pointsvault.member_data r "
			"WHERE r.vault = $1 AND r.id BETWEEN e.member AND e.member "
			"ORDER BY r.id OFFSET 0) m "
		"UNION ALL "
		"SELECT h.member, NULL, NULL, false, h.points OPERATOR(pointsvault.>) '0', "
			"pointsvault.value_of(h.points, $10, $11)::pg_catalog.numeric "
		"FROM pointsvault.holding_data h "
		"WHERE h.vault = $1) "
	"SELECT count(*) FILTER (WHERE p.has), count(*) FILTER (WHERE p.has AND p.worth < p.paid), "
		"count(*) FILTER (WHERE NOT p.has AND p.got < p.paid AND NOT p.handed), "
		"count(*) FILTER (WHERE NOT p.has AND p.got >= p.paid), "
		"count(*) FILTER (WHERE NOT p.has AND COALESCE(p.got < p.paid, true) AND p.handed) "
	"FROM ("
		"SELECT bool_or(has) AS has, sum(worth) AS worth, COALESCE(sum(paid), 0) AS paid, "
			"sum(got) AS got, bool_or(handed) AS handed "
		"FROM person "
		"GROUP BY id) p",
	"issssssssap", .custom = true};

/*
 * $2 to $11 are kinds of event.  Of commissions the second of each
 * three numbers is who was paid, 0 the shareholder pool: its own pay counts when a close pays it.
 * Refunds of settled debts, and corrections of debts, are none of sales.
 */
static PvPlan sales = {
	"SELECT sum(CASE j.kind WHEN $2 THEN j.amount::pg_catalog.numeric "
			"WHEN $3 THEN -j.amount::pg_catalog.numeric END)::pointsvault.amount, "
		"sum(CASE WHEN j.kind IN ($4, $5, $10, $11) THEN j.cash::pg_catalog.numeric END)"
			"::pointsvault.amount, "
		"sum(CASE j.kind WHEN $6 THEN j.amount::pg_catalog.numeric END)::pointsvault.amount, "
		"sum(CASE j.kind WHEN $7 THEN j.cash::pg_catalog.numeric END)::pointsvault.amount, "
		"sum(CASE j.kind WHEN $8 THEN j.amount::pg_catalog.numeric "
			"WHEN $9 THEN GREATEST(j.amount::pg_catalog.numeric, 0) "
				"+ GREATEST(j.member_cash::pg_catalog.numeric, 0) "
				"+ GREATEST(j.member_credits::pg_catalog.numeric, 0) "
				"+ GREATEST(j.member_reward::pg_catalog.numeric, 0) END)::pointsvault.amount, "
		"(sum(CASE WHEN j.commissions IS NOT NULL THEN ("
			"SELECT sum(j.commissions[3 * n]) "
			"FROM pg_catalog.generate_series(1, pg_catalog.cardinality(j.commissions) / 3) n "
			"WHERE j.commissions[3 * n - 1] <> 0) END) / 10000)::pointsvault.amount "
	"FROM pointsvault.journal_data j "
	"WHERE j.vault = $1 AND j.kind IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
		"AND j.member_debt IS NULL",
	"issssssssss", NULL};

static PvPlan closes = {
	"SELECT sum(shareholders::pg_catalog.numeric)::pointsvault.amount, "
		"sum(released::pg_catalog.numeric)::pointsvault.amount "
	"FROM pointsvault.day_data "
	"WHERE vault = $1",
	"i", NULL};

/* From which version on the policy has said so, without a break. */
static PvPlan acknowledgement = {
	"SELECT p.document->>'acknowledge_multilevel', j.actor, "
		"pg_catalog.to_char(j.booked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"') "
	"FROM pointsvault.policy_data l "
	"CROSS JOIN LATERAL ("
		"SELECT * FROM pointsvault.policy_data v "
		"WHERE v.vault = $1 AND v.version > COALESCE(("
			"SELECT max(o.version) "
			"FROM pointsvault.policy_data o "
			"WHERE o.vault = $1 AND o.document->>'acknowledge_multilevel' "
				"IS DISTINCT FROM l.document->>'acknowledge_multilevel'), 0) "
		"ORDER BY v.version LIMIT 1) p "
	"LEFT JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = p.seq "
	"WHERE l.vault = $1 "
	"ORDER BY l.version DESC LIMIT 1",
	"i", NULL};

static PvPlan serials = {
	"SELECT serial "
	"FROM pointsvault.policy_data "
	"WHERE vault = $1 "
	"ORDER BY version",
	"i", NULL};

/* clang-format on */

/* The one row that a statement of sums returns. */
static PvRow
only_row(PvPlan *plan, Datum *values)
{
	if (pv_run(plan, values, NULL, true) != 1)
		pv_internal_error("a statement of sums did not return one row");
	return pv_result_row(0);
}

/* What all members of a vault have, what closes paid into cash and is not posted included. */
PvHoldingsSum
pv_sum_holdings(int32_t vault)
{
	PvRow row = only_row(&holdings, (Datum[]){Int32GetDatum(vault)});

	return (PvHoldingsSum){.points = pv_row_int(&row, 0),
						   .credits = pv_row_int(&row, 1),
						   .cash = pv_row_int(&row, 2),
						   .cash_due = pv_row_int(&row, 3),
						   .reward = pv_row_int(&row, 4),
						   .quota = pv_row_int(&row, 5),
						   .posted = pv_row_int(&row, 6),
						   .debt = pv_row_int(&row, 7)};
}

/* L2 to L7: what all release plans of a vault released, and have still to release. */
PvReleaseSum
pv_sum_release(int32_t vault)
{
	PvRow row = only_row(&release, (Datum[]){Int32GetDatum(vault)});

	return (PvReleaseSum){.by_days = pv_row_int(&row, 0),
						  .by_members = pv_row_int(&row, 1),
						  .by_plans = pv_row_int(&row, 2),
						  .remaining = pv_row_int(&row, 3)};
}

/* What the last orders of a vault were like. */
PvRecentOrders
pv_recent_orders(int32_t vault)
{
	PvRow row =
		only_row(&recent_orders, (Datum[]){Int32GetDatum(vault), Int16GetDatum(PV_KIND_PURCHASE),
										   Int64GetDatum(RECENT_ORDERS)});

	return (PvRecentOrders){pv_row_int(&row, 0), pv_row_int(&row, 1), pv_row_int(&row, 2)};
}

/*
 * R4: what became of those who bought, at a price.
 */
PvOutcomes
pv_outcomes(int32_t vault, PvPrice price)
{
	PvRow row =
		only_row(&outcomes,
				 (Datum[]){Int32GetDatum(vault), Int16GetDatum(PV_KIND_PURCHASE),
						   Int16GetDatum(PV_KIND_REFUND), Int16GetDatum(PV_KIND_REDEEM),
						   Int16GetDatum(PV_KIND_EXIT), Int16GetDatum(PV_KIND_POINTS_TO_CREDITS),
						   Int16GetDatum(PV_KIND_CLAIM), Int16GetDatum(PV_KIND_CONVERT_TO_STOCK),
						   Int16GetDatum(PV_KIND_HAND_OVER), Int64GetDatum(price.amount),
						   Int64GetDatum(price.points)});

	return (PvOutcomes){pv_row_int(&row, 0), pv_row_int(&row, 1), pv_row_int(&row, 2),
						pv_row_int(&row, 3), pv_row_int(&row, 4)};
}

/*
 * R2: where the sales of a vault went.  Dividends, the shareholder pool and what plans released
 * count when their close paid them.
 */
PvSalesSum
pv_sum_sales(int32_t vault)
{
	PvRow row =
		only_row(&sales,
				 (Datum[]){Int32GetDatum(vault), Int16GetDatum(PV_KIND_PURCHASE),
						   Int16GetDatum(PV_KIND_REFUND), Int16GetDatum(PV_KIND_REDEEM),
						   Int16GetDatum(PV_KIND_EXIT), Int16GetDatum(PV_KIND_POINTS_TO_CREDITS),
						   Int16GetDatum(PV_KIND_CLOSE), Int16GetDatum(PV_KIND_GRANT_POINTS),
						   Int16GetDatum(PV_KIND_ADJUST), Int16GetDatum(PV_KIND_CLAIM),
						   Int16GetDatum(PV_KIND_CONVERT_TO_STOCK)});

	PvSalesSum sum = {.sales = pv_row_int(&row, 0),
					  .redeemed = pv_row_int(&row, 1),
					  .credited = pv_row_int(&row, 2),
					  .dividends = pv_row_int(&row, 3),
					  .granted = pv_row_int(&row, 4),
					  .commissions = pv_row_int(&row, 5)};

	row = only_row(&closes, (Datum[]){Int32GetDatum(vault)});
	sum.shareholders = pv_row_int(&row, 0);
	sum.released = pv_row_int(&row, 1);
	return sum;
}

/*
 * R2: who answers for pay over several levels, and since when the policy says so.
 */
PvAcknowledgement
pv_acknowledgement(int32_t vault)
{
	PvRow row = only_row(&acknowledgement, (Datum[]){Int32GetDatum(vault)});

	return (PvAcknowledgement){pv_row_text(&row, 0), pv_row_text(&row, 1), pv_row_text(&row, 2)};
}

/* Every policy that a vault ever had, the first one first. */
void
pv_each_policy(int32_t vault, PvOnPolicy on_policy, void *arg)
{
	Datum values[1] = {Int32GetDatum(vault)};
	uint64 count = pv_run(&serials, values, NULL, true);
	SPITupleTable *rows = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
		on_policy(DatumGetInt32(pv_table_row(rows, i).values[0]), arg);
	SPI_freetuptable(rows);
}
