/*
 * verify_stock.c
 *	  Shares of stock: the grants that the events left, compared with those that are
 *	  stored.
 */
#include "audit/verify_stock.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "engine/memory.h"
#include "engine/stock.h"
#include "store/calendar.h"
#include "store/plan.h"
#include "store/stock_rows.h"

/* clang-format off */

/* In the order of members, as they are gone through. */
static PvPlan grant_rows = {
	"SELECT member, " PV_GRANT_COLUMNS " "
	"FROM pointsvault.stock_data "
	"WHERE vault = $1 "
	"ORDER BY member, seq",
	"i", NULL};

/* clang-format on */

enum
{
	ROW_MEMBER,
	ROW_GRANT,
	ROW_LAST = ROW_GRANT + 5
};

/* Opens the grants as stored, for members in the order of their numbers. */
void
pv_stock_begin(PvVerify *verify)
{
	pv_stream_open(&verify->grants, &grant_rows, verify->book->vault);
	pv_stream_require(&verify->grants, &verify->report, PV_CHECK_STOCK,
					  PV_REQUIRE_FROM(ROW_MEMBER, ROW_LAST));
	pv_stream_next(&verify->grants);
}

/* --- rebuilding -------------------------------------------------------------------- */

static void
add_grant(PvRebuilt *rebuilt, PvStockGrant grant)
{
	int count = rebuilt->ngrants;

	if ((count & (count - 1)) == 0) /* there was room for a power of 2 */
		rebuilt->grants =
			pv_realloc(rebuilt->grants, sizeof(PvStockGrant) * (Size) Max(2 * count, 1));
	rebuilt->grants[rebuilt->ngrants++] = grant;
}

/* Q3, Q4: shares that came in a grant, and those that were handed over, which were free. */
void
pv_stock_rebuild(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	if (change->lock.parts > 0)
		add_grant(rebuilt, (PvStockGrant){.seq = change->seq,
										  .shares = change->change.stock,
										  .lock = change->lock});
	if (change->kind == PV_KIND_DELIVER_STOCK &&
		pv_take_stock(rebuilt->grants, rebuilt->ngrants, (int64_t) - (uint64) change->change.stock,
					  change->date) != PV_OK)
		pv_fail_member(&verify->report, PV_CHECK_STOCK, rebuilt->member.id,
					   psprintf("journal row " INT64_FORMAT, change->seq),
					   "shares of its grants that are free", "too few");
}

static int
by_seq(const void *a, const void *b)
{
	int64_t one = ((const PvStockGrant *) a)->seq;
	int64_t other = ((const PvStockGrant *) b)->seq;

	return (one > other) - (one < other);
}

/* A merge: the grants of the one are the other's, as old as they are. */
void
pv_stock_take_over(PvRebuilt *into, PvRebuilt *from)
{
	for (int i = 0; i < from->ngrants; i++)
		add_grant(into, from->grants[i]);
	from->ngrants = 0;
	if (into->ngrants > 1)
		qsort(into->grants, into->ngrants, sizeof(PvStockGrant), by_seq);
}

/* --- comparing --------------------------------------------------------------------- */

static bool
lies_before(const PvStream *rows, int64_t member, int64_t seq)
{
	int64_t of = pv_stream_int(rows, ROW_MEMBER);

	return of < member || (of == member && pv_stream_int(rows, ROW_GRANT) < seq);
}

/* Stored grants that the journal knows nothing of, up to this place. */
static void
skip_stray(PvVerify *verify, int64_t member, int64_t seq)
{
	PvStream *rows = &verify->grants;

	for (; !rows->ended && lies_before(rows, member, seq); pv_stream_next(rows))
		pv_fail_member(&verify->report, PV_CHECK_STOCK, pv_stream_int(rows, ROW_MEMBER),
					   psprintf("grant " INT64_FORMAT, pv_stream_int(rows, ROW_GRANT)), "none",
					   "a grant");
}

static void
compare_grant(PvVerify *verify, int64_t member, const PvStockGrant *grant)
{
	PvReport *report = &verify->report;
	PvStream *rows = &verify->grants;
	PvStockGrant found;

	pv_checked(report, PV_CHECK_STOCK);
	skip_stray(verify, member, grant->seq);
	if (rows->ended || pv_stream_int(rows, ROW_MEMBER) != member ||
		pv_stream_int(rows, ROW_GRANT) != grant->seq)
	{
		pv_fail_member(report, PV_CHECK_STOCK, member, psprintf("grant " INT64_FORMAT, grant->seq),
					   "a grant", "none");
		return;
	}
	found = pv_grant_read(&rows->row, ROW_GRANT);
	pv_compare_member(report, PV_CHECK_STOCK, member, "shares of grant", grant->seq, grant->shares,
					  found.shares, 0);
	pv_compare_member(report, PV_CHECK_STOCK, member, "delivered of grant", grant->seq,
					  grant->delivered, found.delivered, 0);
	pv_compare_member(report, PV_CHECK_STOCK, member, "parts of grant", grant->seq,
					  grant->lock.parts, found.lock.parts, 0);
	pv_compare_member(report, PV_CHECK_STOCK, member, "part_months of grant", grant->seq,
					  grant->lock.part_months, found.lock.part_months, 0);
	if (found.lock.free_from != grant->lock.free_from)
		pv_fail_member(report, PV_CHECK_STOCK, member,
					   psprintf("free_from of grant " INT64_FORMAT, grant->seq),
					   pv_date_text(grant->lock.free_from), pv_date_text(found.lock.free_from));
	pv_stream_next(rows);
}

/* The grants of a member as its events left them; members come in their order. */
void
pv_stock_compare(PvVerify *verify, const PvRebuilt *rebuilt)
{
	for (int i = 0; i < rebuilt->ngrants; i++)
	{
		compare_grant(verify, rebuilt->member.id, &rebuilt->grants[i]);
		if (!pv_add(verify->stock, rebuilt->grants[i].shares, &verify->stock))
			pv_failed(&verify->report, PV_CHECK_STOCK, "sum of shares", "within range", "beyond");
	}
}

/* Q2: after the last member, all grants together are what was issued. */
void
pv_stock_end(PvVerify *verify)
{
	skip_stray(verify, INT64_MAX, INT64_MAX);
	pv_compare(&verify->report, PV_CHECK_STOCK, "shares of all grants", 0,
			   verify->state.stock_issued, verify->stock, 0);
	pv_stream_close(&verify->grants);
}
