/*
 * verify_days.c
 *	  Closed days and what they paid, followed member by member as if each close
 *	  had paid them one by one, and compared with running totals (C8).
 */
#include "audit/verify_days.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "store/calendar.h"
#include "store/closed_days.h"
#include "store/plan.h"
#include "store/state.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

/* clang-format off */

static PvPlan day_rows = {
	"SELECT d.day, d.seq, d.pool, " PV_DAY_COLUMNS("d") " "
	"FROM pointsvault.day_data d "
	"WHERE d.vault = $1 "
	"ORDER BY d.day",
	"i", NULL};

/* clang-format on */

static PvPlan class_rows = {
	"SELECT shares, holders, active, total, shareholder_total FROM pointsvault.class_data "
	"WHERE vault = $1",
	"i", NULL};

static PvPlan quota_rows = {
	"SELECT member, shares, ends_at FROM pointsvault.quota_data WHERE vault = $1 ORDER BY member",
	"i", NULL};

enum
{
	QUOTA_MEMBER,
	QUOTA_SHARES,
	QUOTA_ENDS_AT
};

/* A share count as it is stored, and how many have it by the journal. */
typedef struct TotalSlot
{
	int64_t shares;
	int64_t holders;
	int64_t active;
	int64_t total;
	int64_t shareholder_total;
	int64_t found_holders;
	int64_t found_active;
	int64_t found_total;
	int64_t found_shareholder_total;
	bool stored;			 /* has a row */
	bits8 *days;			 /* a bit for each closed day that somebody was active with it */
	bits8 *shareholder_days; /* and for each that shared a pool out to somebody with it */
	char status;
} TotalSlot;

#define SH_PREFIX totalhash
#define SH_ELEMENT_TYPE TotalSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY shares
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

/* --- the days as they are stored ------------------------------------------------- */

/* Room for one more. */
static PvClosed *
add_closed(PvVerify *verify, int *size)
{
	if (verify->nclosed == *size)
	{
		*size = Max(2 * *size, 64);
		verify->closed = verify->closed ? repalloc_huge(verify->closed, sizeof(PvClosed) * *size)
										: MemoryContextAllocHuge(verify->report.results,
																 sizeof(PvClosed) * *size);
	}
	return &verify->closed[verify->nclosed++];
}

/*
 * Days are few: all of them are kept in memory.
 */
void
pv_days_load(PvVerify *verify)
{
	PvStream rows;
	int size = 0;

	verify->open_day = PV_NO_DAY;
	pv_stream_open(&rows, &day_rows, verify->book->vault);
	pv_stream_require(&rows, &verify->report, PV_CHECK_CLOSES,
					  PV_REQUIRE_FROM(0, 2 + PV_DAY_COUNT));
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		PvClosed *closed = add_closed(verify, &size);

		*closed = (PvClosed){.day = DatumGetDateADT(rows.row.values[0]),
							 .seq = pv_stream_int(&rows, 1),
							 .pool = pv_stream_int(&rows, 2)};
		pv_closed_day_read(&rows.row, 3, &closed->stored);
		closed->found.ntiers = closed->stored.ntiers;
	}
	pv_stream_close(&rows);
}

/*
 * The day that the journal row at hand closes, NULL where it closes none that is
 * stored, or not in its turn.
 */
PvClosed *
pv_days_of_close(PvVerify *verify, DateADT day)
{
	PvClosed *closed =
		verify->next_closed < verify->nclosed ? &verify->closed[verify->next_closed] : NULL;

	pv_checked(&verify->report, PV_CHECK_CLOSES);
	if (closed && closed->seq == verify->seq && closed->day == day)
	{
		verify->next_closed++;
		closed->all =
			verify->policy.has_cycle && verify->policy.cycle.denominator == PV_DENOMINATOR_ALL;
		return closed;
	}
	pv_failed(&verify->report, PV_CHECK_CLOSES, psprintf("journal row " INT64_FORMAT, verify->seq),
			  psprintf("day %s closed by it", pv_date_text(day)), "none");
	return NULL;
}

static void
compare_day(PvVerify *verify, PvCheckId check, const PvClosed *closed, const char *what,
			int64_t expected, int64_t found, int scale)
{
	if (expected != found)
		pv_compare(&verify->report, check, psprintf("day %s, %s", pv_date_text(closed->day), what),
				   0, expected, found, scale);
}

/*
 * C4, C5: the pools of a day as the engine sets them.
 */
void
pv_days_compare_pools(PvVerify *verify, const PvClosed *closed, const PvDay *day, int64_t pool)
{
	const PvDay *stored = &closed->stored;
	PvCheckId check = PV_CHECK_CLOSES;

	compare_day(verify, check, closed, "turnover", day->turnover, stored->turnover,
				PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "weight_pool", day->weight_pool, stored->weight_pool,
				PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "pool", pool, closed->pool, PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "shareholder_pool", day->shareholder_pool,
				stored->shareholder_pool, PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "by_weight", day->by_weight, stored->by_weight, 0);
	compare_day(verify, check, closed, "number of tiers", day->ntiers, stored->ntiers, 0);
	for (int i = 0; i < Min(day->ntiers, stored->ntiers); i++)
	{
		compare_day(verify, check, closed, "tier_mins", day->tiers[i].min, stored->tiers[i].min, 0);
		compare_day(verify, check, closed, "tier_pools", day->tiers[i].pool, stored->tiers[i].pool,
					PV_AMOUNT_SCALE);
	}
}

/* The slot of a share count; one that is not stored is all 0. */
static TotalSlot *
slot_of(PvVerify *verify, int64_t shares)
{
	bool found;
	TotalSlot *slot = totalhash_insert(verify->totals, shares, &found);

	if (!found)
	{
		char status = slot->status;

		*slot = (TotalSlot){.shares = shares, .status = status};
	}
	return slot;
}

/* --- what they paid each member ----------------------------------------------------- */

/* Opens share counts and ends of quotas, for members in the order of their numbers. */
void
pv_days_begin(PvVerify *verify)
{
	PvStream rows;

	verify->totals = totalhash_create(CurrentMemoryContext, 256, NULL);
	pv_stream_open(&rows, &class_rows, verify->book->vault);
	pv_stream_require(&rows, &verify->report, PV_CHECK_CLASSES, PV_REQUIRE_FROM(0, 4));
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		TotalSlot *slot = slot_of(verify, pv_stream_int(&rows, 0));

		if (slot->stored)
			pv_compare(&verify->report, PV_CHECK_CLASSES, "rows of share count", slot->shares, 1, 2,
					   0);
		slot->stored = true;
		slot->holders = pv_stream_int(&rows, 1);
		slot->active = pv_stream_int(&rows, 2);
		slot->total = pv_stream_int(&rows, 3);
		slot->shareholder_total = pv_stream_int(&rows, 4);
	}
	pv_stream_close(&rows);
	pv_stream_open(&verify->quotas, &quota_rows, verify->book->vault);
	pv_stream_require(&verify->quotas, &verify->report, PV_CHECK_CLASSES, PV_REQUIRE_FROM(0, 2));
	pv_stream_next(&verify->quotas);
}

/* The first day closed after a journal row. */
int
pv_days_first_after(const PvVerify *verify, int64_t seq)
{
	int low = 0;
	int high = verify->nclosed;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (verify->closed[middle].seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The last day that was closed when a journal row was booked.
 */
DateADT
pv_days_closed_at(const PvVerify *verify, int64_t seq)
{
	int next = pv_days_first_after(verify, seq);

	return (next < verify->nclosed ? verify->closed[next].day : verify->open_day) - 1;
}

static void
count_in_tier(PvDay *found, const PvDay *stored, int64_t shares)
{
	int tier = pv_tier_of(stored, shares);

	if (tier >= 0)
		found->tiers[tier].divisor += stored->by_weight ? shares : 1;
}

/* C8: whether a close is the first of those that moved a total, of which bits are kept. */
static bool
is_first(PvVerify *verify, bits8 **days, int day)
{
	bits8 bit = (bits8) (1 << day % BITS_PER_BYTE);

	if (!*days)
		*days = MemoryContextAllocZero(verify->report.results, verify->nclosed / BITS_PER_BYTE + 1);
	if ((*days)[day / BITS_PER_BYTE] & bit)
		return false;
	(*days)[day / BITS_PER_BYTE] |= bit;
	return true;
}

/* C6a: out of the shareholder pool, with quota or without. */
static void
pay_shareholder(PvVerify *verify, TotalSlot *slot, int day, PvRebuilt *rebuilt)
{
	PvClosed *closed = &verify->closed[day];
	int64_t due;

	if (!pv_shareholder_due(&closed->stored, slot->shares, &due) || due == 0)
		return;
	if (is_first(verify, &slot->shareholder_days, day))
		slot->found_shareholder_total += due;
	closed->found.shareholder_paid += due;
	rebuilt->unposted_shareholders += due;
}

/*
 * C3 to C6a: one close, one member.
 */
static void
pay(PvVerify *verify, TotalSlot *slot, int day, PvRebuilt *rebuilt)
{
	PvClosed *closed = &verify->closed[day];
	PvAssets has = rebuilt->member.has;
	PvDay *found = &closed->found;
	int64_t due;
	int64_t paid;

	closed->found_shares += has.shares;
	pay_shareholder(verify, slot, day, rebuilt);
	has.quota -= rebuilt->unposted;
	if (!pv_is_active(&has))
		return;
	found->active_shares += has.shares;
	count_in_tier(found, &closed->stored, has.shares);
	if (!pv_day_pay(&closed->stored, &has, &due, &paid))
		return;
	if (is_first(verify, &slot->days, day))
		slot->found_total += due;
	found->paid += paid;
	found->over_quota += due - paid;
	rebuilt->unposted += paid;
}

/*
 * The closes after the member's last change and before another.
 */
void
pv_days_pay(PvVerify *verify, PvRebuilt *rebuilt, int64_t before)
{
	int64_t shares = rebuilt->member.has.shares;
	TotalSlot *slot = shares > 0 ? slot_of(verify, shares) : NULL;

	if (slot)
		for (int i = pv_days_first_after(verify, rebuilt->seq);
			 i < verify->nclosed && verify->closed[i].seq < before; i++)
			pay(verify, slot, i, rebuilt);
	if (verify->nclosed > 0 && rebuilt->seq < verify->closed[verify->nclosed - 1].seq)
	{
		rebuilt->at_close = rebuilt->member.has;
		rebuilt->at_close.quota -= rebuilt->unposted;
	}
	rebuilt->seq = before;
}

/* --- what the store says of them --------------------------------------------------- */

/*
 * C8: what a member has that is not posted, by the running totals of its share count, as
 * a dividend is posted.
 */
PvAssets
pv_days_accrued(const PvVerify *verify, const PvMember *member)
{
	const PvAssets *has = &member->has;
	TotalSlot *slot = totalhash_lookup(verify->totals, has->shares);
	PvAssets accrued = {0};

	if (!slot || has->shares <= 0)
		return accrued;
	if (pv_is_active(has))
		accrued.quota = -pv_accrued(slot->total, member->mark, has->quota);
	accrued.cash = slot->shareholder_total - member->shareholder_mark - accrued.quota;
	return accrued;
}

/* Stored ends of quotas of members that are not active, up to this one, NULL: all. */
static void
skip_stray_quotas(PvVerify *verify, const int64_t *member)
{
	pv_stream_skip_strays(&verify->quotas, &verify->report, PV_CHECK_CLASSES, "end of its quota",
						  member);
}

/*
 * The share count of a member after the last close, and where its quota ends.
 */
void
pv_days_compare_member(PvVerify *verify, const PvRebuilt *rebuilt, const PvAssets *accrued)
{
	const PvAssets *has = &rebuilt->at_close;
	int64_t member = rebuilt->member.id;
	PvStream *rows = &verify->quotas;
	bool active = pv_is_active(has);
	TotalSlot *slot;
	int64_t ends_at;

	pv_checked(&verify->report, PV_CHECK_CLASSES);
	pv_compare_member(&verify->report, PV_CHECK_CLASSES, member, "dividends not posted", 0,
					  rebuilt->unposted, -accrued->quota, PV_AMOUNT_SCALE);
	pv_compare_member(&verify->report, PV_CHECK_CLASSES, member, "shareholder pool not posted", 0,
					  rebuilt->unposted_shareholders, accrued->cash + accrued->quota,
					  PV_AMOUNT_SCALE);
	skip_stray_quotas(verify, &member);
	if (has->shares == 0)
		return;
	slot = slot_of(verify, has->shares);
	slot->found_holders++;
	slot->found_active += active;
	if (!active)
		return;
	if (rows->ended || pv_stream_int(rows, QUOTA_MEMBER) != member)
	{
		pv_fail_member(&verify->report, PV_CHECK_CLASSES, member, "end of its quota", "a row",
					   "none");
		return;
	}
	if (!pv_add(slot->total, has->quota, &ends_at))
		ends_at = INT64_MAX; /* as the close has it: never reached */
	pv_compare_member(&verify->report, PV_CHECK_CLASSES, member, "share count its quota ends with",
					  0, has->shares, pv_stream_int(rows, QUOTA_SHARES), 0);
	pv_compare_member(&verify->report, PV_CHECK_CLASSES, member, "total at which its quota ends", 0,
					  ends_at, pv_stream_int(rows, QUOTA_ENDS_AT), PV_AMOUNT_SCALE);
	pv_stream_next(rows);
}

/* --- sums over all members ----------------------------------------------------------- */

static void
compare_classes(PvVerify *verify)
{
	totalhash_iterator it;
	TotalSlot *slot;

	totalhash_start_iterate(verify->totals, &it);
	while ((slot = totalhash_iterate(verify->totals, &it)) != NULL)
	{
		if (slot->holders != slot->found_holders)
			pv_compare(&verify->report, PV_CHECK_CLASSES, "holders, share count", slot->shares,
					   slot->found_holders, slot->holders, 0);
		if (slot->total != slot->found_total)
			pv_compare(&verify->report, PV_CHECK_CLASSES, "total, share count", slot->shares,
					   slot->found_total, slot->total, PV_AMOUNT_SCALE);
		if (slot->shareholder_total != slot->found_shareholder_total)
			pv_compare(&verify->report, PV_CHECK_CLASSES, "shareholder_total, share count",
					   slot->shares, slot->found_shareholder_total, slot->shareholder_total,
					   PV_AMOUNT_SCALE);
		if (slot->active != slot->found_active)
			pv_compare(&verify->report, PV_CHECK_CLASSES, "active, share count", slot->shares,
					   slot->found_active, slot->active, 0);
	}
}

/*
 * Identity 8: what a day paid is what its members got, among as many as the day
 * says.
 */
static void
compare_payment(PvVerify *verify, const PvClosed *closed)
{
	const PvDay *stored = &closed->stored;
	const PvDay *found = &closed->found;
	PvCheckId check = PV_CHECK_DIVIDENDS;

	pv_checked(&verify->report, check);
	compare_day(verify, check, closed, "paid", found->paid, stored->paid, PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "over_quota", found->over_quota, stored->over_quota,
				PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "active_shares", found->active_shares, stored->active_shares,
				0);
	compare_day(verify, check, closed, "all_shares", closed->found_shares, stored->all_shares, 0);
	compare_day(verify, check, closed, "shareholders", found->shareholder_paid,
				stored->shareholder_paid, PV_AMOUNT_SCALE);
	compare_day(verify, check, closed, "weight_shares",
				closed->all ? closed->found_shares : found->active_shares, stored->weight_shares,
				0);
	for (int i = 0; i < stored->ntiers; i++)
		compare_day(verify, check, closed, "tier_divisors", found->tiers[i].divisor,
					stored->tiers[i].divisor, 0);
}

/* Compares what the members left: what days paid, totals, stray ends of quotas. */
void
pv_days_end(PvVerify *verify)
{
	for (int i = 0; i < verify->nclosed; i++)
		compare_payment(verify, &verify->closed[i]);
	for (int i = verify->next_closed; i < verify->nclosed; i++)
		pv_failed(&verify->report, PV_CHECK_CLOSES,
				  psprintf("day %s", pv_date_text(verify->closed[i].day)), "a journal row", "none");
	skip_stray_quotas(verify, NULL);
	compare_classes(verify);
	pv_stream_close(&verify->quotas);
}
