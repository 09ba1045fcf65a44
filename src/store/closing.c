/*
 * closing.c
 *	  Closes of days, and what they pay, in the store (V7, C3 to C8).
 *
 * A close reads what the day's events did from the journal, moves the running
 * total of each share count, and touches no member: whom a close paid, and how
 * much, follows from the total of its share count and the member's own mark. The
 * one thing a close has to find is whose quota ends with it; for that quota_data
 * says at which total that is, by share count.
 */
#include "store/closing.h"

#include "base/pace.h"
#include "base/tokens.h"
#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "store/book.h"
#include "store/calendar.h"
#include "store/closed_days.h"
#include "store/journal.h"
#include "store/line.h"
#include "store/partners.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/share_counts.h"
#include "store/table.h"
#include "store/teams.h"
#include "store/write.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* Two hundred years: no vault has so many, unless its last row was changed. */
#define MOST_DAYS_TO_CLOSE 73050

static PvPlan last_close = {
	"SELECT seq, running FROM pointsvault.day_data WHERE vault = $1 ORDER BY day DESC LIMIT 1", "i",
	NULL};

/* clang-format off */

/*
 * Whom the events since a journal row brought quota or shares, or took some; the
 * posting of dividends is no such event.  With what they have now, by how many
 * shares that is more than at the close before, and whether they had quota then.
 */
static PvPlan touched_members = {
	"SELECT t.member, h.shares, h.quota, h.mark, t.shares, "
	"COALESCE(h.quota::pg_catalog.numeric OPERATOR(pg_catalog.>) t.quota, "
		"h.quota OPERATOR(pointsvault.>) '0') "
	"FROM ("
		"SELECT member, pg_catalog.sum(shares)::bigint, pointsvault.sum(quota) "
		"FROM ("
			"SELECT member, member_shares, member_quota "
			"FROM pointsvault.journal_data "
			"WHERE vault = $1 AND seq > $2 AND kind <> $3 "
			"AND (member_quota IS NOT NULL OR member_shares IS NOT NULL) "
			"UNION ALL "
			"SELECT member, shares, quota "
			"FROM pointsvault.movement_data "
			"WHERE vault = $1 AND seq > $2 "
			"AND (quota IS NOT NULL OR shares IS NOT NULL)) c (member, shares, quota) "
		"GROUP BY member "
		"ORDER BY member) t (member, shares, quota) "
	"CROSS JOIN LATERAL ("
		"SELECT * "
		"FROM pointsvault.holding_data "
		"WHERE vault = $1 AND member = t.member OFFSET 0) h",
	"ils", .custom = true, .how = PV_BY_KEY};

/* clang-format on */

enum
{
	TOUCHED_MEMBER,
	TOUCHED_SHARES,
	TOUCHED_QUOTA,
	TOUCHED_MARK,
	TOUCHED_MORE_SHARES,
	TOUCHED_HAD_QUOTA
};

/* clang-format off */

/*
 * Looks each share count up by the index on the totals where quotas end, which
 * the order asks for: the planner may take a vault to be small, and would go
 * through all of it for each.  The same goes for the deletion, see table.c.
 */
static PvPlan end_quotas = {
	"WITH reached AS ("
		"SELECT $1 AS vault, c.shares, q.member, c.total - q.ends_at AS beyond "
		"FROM unnest($2, $3) AS c (shares, total) "
		"CROSS JOIN LATERAL ("
			"SELECT member, ends_at "
			"FROM pointsvault.quota_data "
			"WHERE vault = $1 AND shares = c.shares AND ends_at <= c.total "
			"ORDER BY ends_at OFFSET 0) q OFFSET 0), "
	"ended AS ("
		"DELETE FROM pointsvault.quota_data q "
		"USING reached r "
		"WHERE q.vault = r.vault AND q.member = r.member) "
	"SELECT shares, pg_catalog.count(*), pg_catalog.sum(beyond)::bigint "
	"FROM reached "
	"GROUP BY shares",
	"iLL", .custom = true, .how = PV_BY_RANGE};

/* clang-format on */

static PvTable quota_insert = {PV_INSERT, "quota_data", "vault, member, shares, ends_at", "illl",
							   0};

static PvTable quota_update = {PV_UPDATE, "quota_data", "vault, member, shares, ends_at", "illl",
							   2};

static PvTable quota_delete = {PV_DELETE, "quota_data", "vault, member", "il", 2};

/* Where the quotas of the members end that the day's events touched. */
typedef struct QuotaRows
{
	PvRows inserted;
	PvRows updated;
	PvRows deleted;
} QuotaRows;

static void
add_quota_row(PvRows *rows, const PvBook *book, int64_t member, int64_t shares, int64_t ends_at)
{
	Datum values[4] = {Int32GetDatum(book->vault), Int64GetDatum(member), Int64GetDatum(shares),
					   Int64GetDatum(ends_at)};
	bool nulls[4] = {0};

	pv_add_row(rows, values, nulls, lengthof(values));
}

/*
 * Moves a member from the share count it had at the close before to the one it
 * has now, and notes where its quota ends.
 */
static void
follow_member(PvBook *book, QuotaRows *quotas, const PvRow *row)
{
	PvAssets has = {.shares = pv_row_int(row, TOUCHED_SHARES),
					.quota = pv_row_int(row, TOUCHED_QUOTA)};
	PvAssets had = {.shares = has.shares - pv_row_int(row, TOUCHED_MORE_SHARES),
					.quota = DatumGetBool(row->values[TOUCHED_HAD_QUOTA])};
	int64_t member = pv_row_int(row, TOUCHED_MEMBER);
	bool was_active = pv_is_active(&had);
	bool is_active = pv_is_active(&has);
	int64_t ends_at;

	if (had.shares > 0)
		pv_class_count(&book->cycle, had.shares, -1, was_active ? -1 : 0);
	if (has.shares > 0)
		pv_class_count(&book->cycle, has.shares, 1, is_active ? 1 : 0);
	/* what lies beyond the range of totals is never reached */
	if (!pv_add(pv_row_int(row, TOUCHED_MARK), has.quota, &ends_at))
		ends_at = INT64_MAX;
	if (is_active)
		add_quota_row(was_active ? &quotas->updated : &quotas->inserted, book, member, has.shares,
					  ends_at);
	else if (was_active)
		add_quota_row(&quotas->deleted, book, member, 0, 0);
}

/* The journal row of the last close, 0 before the first. */
int64_t
pv_last_close(PvBook *book)
{
	PvCycle *cycle = &book->cycle;
	Datum values[1] = {Int32GetDatum(book->vault)};

	if (!cycle->knows_closed_by &&
		pv_run(&last_close, values, NULL, book->mode == PV_BOOK_READ) > 0)
	{
		PvRow row = pv_result_row(0);

		cycle->closed_by = pv_row_int(&row, 0);
		cycle->running = pv_row_int(&row, 1);
	}
	cycle->knows_closed_by = true;
	return cycle->closed_by;
}

/*
 * Brings the share counts to the end of the day: the day's buyers take part
 * (C3).
 */
static void
follow_events(PvBook *book)
{
	QuotaRows quotas = {{.table = &quota_insert},
						{.table = &quota_update},
						{.table = &quota_delete}};
	Datum values[3] = {Int32GetDatum(book->vault), Int64GetDatum(pv_last_close(book)),
					   Int16GetDatum(PV_KIND_DIVIDEND)};
	uint64 count = pv_run(&touched_members, values, NULL, false);

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		follow_member(book, &quotas, &row);
	}
	SPI_freetuptable(SPI_tuptable);
	pv_write_rows((PvRows *[]){&quotas.inserted, &quotas.updated, &quotas.deleted}, 3);
}

static void
refuse_range(const PvBook *book)
{
	ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
					errmsg("the close of day %s takes a figure of vault %d out of range",
						   pv_date_text(book->open_day), book->vault),
					errhint("Events of that day can still be refunded, with \"at\" within it.")));
}

/*
 * C8: adds to each share count what one of its members is due. Returns what all
 * are due together, before quotas are looked at.
 */
static pv_int128
move_totals(PvBook *book, const PvDay *day)
{
	PvCycle *cycle = &book->cycle;
	pv_int128 dues = 0;
	int64_t pool;

	PV_ASSERT(cycle->complete);
	if (!pv_day_pool(day, &pool))
		refuse_range(book);
	for (int i = 0; i < cycle->count; i++)
	{
		PvClass *class = &cycle->classes[i];

		class->due = 0;
		if (class->active == 0 || pool == 0)
			continue;
		if (!pv_day_due(day, class->shares, &class->due) ||
			!pv_add(class->total, class->due, &class->total))
			refuse_range(book);
		class->changed |= class->due > 0;
		dues += (pv_int128) class->due * class->active;
	}
	return dues;
}

/*
 * C6a, C8: likewise out of the shareholder pool, whether they have quota or not.  Returns
 * what that is for all.
 */
static int64_t
share_pool(PvBook *book, const PvDay *day)
{
	PvCycle *cycle = &book->cycle;
	int64_t paid = 0;

	for (int i = 0; day->shareholder_pool > 0 && i < cycle->count; i++)
	{
		PvClass *class = &cycle->classes[i];
		int64_t due;

		if (class->holders <= 0)
			continue;
		if (!pv_shareholder_due(day, class->shares, &due) ||
			!pv_add(class->shareholder_total, due, &class->shareholder_total) ||
			!pv_mul_div_floor(due, class->holders, 1, &due) || !pv_add(paid, due, &paid))
			refuse_range(book);
		class->changed |= due > 0;
	}
	return paid;
}

/*
 * C6: those whose quota ends get what is left of it, and take no further part.
 * Returns by how much their dues went beyond.
 */
static pv_int128
end_quotas_reached(PvBook *book)
{
	PvCycle *cycle = &book->cycle;
	Datum *shares = palloc(sizeof(Datum) * cycle->count);
	Datum *totals = palloc(sizeof(Datum) * cycle->count);
	Datum values[3] = {Int32GetDatum(book->vault)};
	pv_int128 beyond = 0;
	int moved = 0;
	uint64 count;

	for (int i = 0; i < cycle->count; i++)
		if (cycle->classes[i].due > 0)
		{
			shares[moved] = Int64GetDatum(cycle->classes[i].shares);
			totals[moved++] = Int64GetDatum(cycle->classes[i].total);
		}
	PV_ASSERT(moved <= cycle->count);
	values[1] = pv_bigint_array(shares, moved);
	values[2] = pv_bigint_array(totals, moved);
	count = pv_run(&end_quotas, values, NULL, false);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		PV_ASSERT(pv_class_find(cycle, pv_row_int(&row, 0))); /* one of those asked for */
		pv_class_find(cycle, pv_row_int(&row, 0))->active -= pv_row_int(&row, 1);
		beyond += pv_row_int(&row, 2);
	}
	SPI_freetuptable(SPI_tuptable);
	pfree(DatumGetPointer(values[1]));
	pfree(DatumGetPointer(values[2]));
	pfree(shares);
	pfree(totals);
	return beyond;
}

/*
 * C2 to C8, C6a: closes the open day.
 */
static void
close_day(PvBook *book)
{
	PvDay day = {0};
	PvEvent event = {.kind = PV_KIND_CLOSE, .day = &day};
	PvEntry entry = {.day = book->open_day};
	pv_int128 dues;
	pv_int128 over_quota;
	bool has_unread = book->has_unread;
	int64_t closed_by;
	PvError error;

	PV_ASSERT(book->mode == PV_BOOK_WRITE);
	PV_ASSERT(book->knows_open_day && book->open_day != PV_NO_DAY);
	if (book->has_unread)
	{
		if (book->journal.count > 0)
			pv_book_write(book);
		pv_classes_load(book);
		if (book->policy.has_cycle || book->cycle.count > 0 || pv_policy_had_cycle(book->vault))
			follow_events(book);
	}
	closed_by = pv_last_close(book);
	day.released = day.running = book->cycle.running;
	pv_teams_close(book, closed_by, &day);
	if (!pv_day_pools(&book->policy, &book->state, &day) ||
		!pv_day_divisors(&book->policy, &day, book->cycle.classes, book->cycle.count))
		refuse_range(book);
	dues = move_totals(book, &day);
	over_quota = dues > 0 ? end_quotas_reached(book) : 0;
	if (dues > INT64_MAX || over_quota > dues)
		refuse_range(book);
	day.over_quota = (int64_t) over_quota;
	day.paid = (int64_t) (dues - over_quota);
	day.shareholder_pool = book->state.shareholders;
	day.shareholder_paid = share_pool(book, &day);
	entry.cause = book->seq; /* V4: the last row of the day */
	error = pv_book_post(book, &event, &entry);
	if (error == PV_BEYOND_POOLS)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the close of day %s of vault %d would pay more than its pools hold",
							   pv_date_text(entry.day), book->vault),
						errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	if (error != PV_OK)
		refuse_range(book);
	PV_ASSERT(entry.seq == book->seq);
	pv_closed_day_add(book, &entry, &day);
	book->cycle.closed_by = entry.seq;
	book->cycle.running = day.running;
	book->cycle.knows_closed_by = true;
	if (has_unread)
		pv_partners_make(book, &entry, closed_by);
	book->has_unread = false;
	book->open_day = entry.day + 1;
}

/*
 * V7: closes all days before one, in order.  Says every few seconds how far it
 * is.
 */
void
pv_close_before(PvBook *book, DateADT day)
{
	TimestampTz told_at = GetCurrentTimestamp();

	if ((int64_t) day - pv_book_open_day(book) > MOST_DAYS_TO_CLOSE)
		ereport(ERROR,
				(pv_error(DAMAGED_DATA),
				 errmsg("the open day of vault %d, %s, is too far from the day to close up to",
						book->vault, pv_date_text(book->open_day)),
				 errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	while (pv_book_open_day(book) < day)
	{
		CHECK_FOR_INTERRUPTS();
		close_day(book);
		if (!pv_is_time_to_tell(&told_at))
			continue;
		ereport(NOTICE, (errmsg("closing days of vault %d: %s is closed, %d to go", book->vault,
								pv_date_text(book->open_day - 1), day - book->open_day)));
	}
}
