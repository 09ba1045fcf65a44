/*
 * holders.c
 *	  Who holds how much of an asset, now or by a journal row (P2).
 *
 * What members hold now stands in their holdings, and in the journal what moved it: so what
 * they held by some row is told from the nearer end, the beginning or now.  Of cash the
 * posting of dividends does not say when they were paid: its history is gone through from
 * the beginning, with closes as running totals of share counts, as they are booked (C8).
 *
 * Of a million members the first hundred are wanted, mostly: so whoever comes to be listed
 * is looked at once, beside the last of those that may be, and only whom something moved
 * since the row is kept in memory on the way.
 */
#include "store/holders.h"

#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/event.h"
#include "engine/kinds.h"
#include "store/closed_days.h"
#include "store/columns.h"
#include "store/journal.h"
#include "store/lookup.h"
#include "store/plan.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#define ROWS_AT_ONCE 1000
#define MOST_COLUMNS 24
#define FIRST_SIZE 1024

/* --- what is read ----------------------------------------------------------------- */

/* clang-format off */

#define HOLDINGS(arg, field, column, type, always)           \
	{"SELECT member, " #column " "                            \
	 "FROM pointsvault.holding_data "                         \
	 "WHERE vault = $1", "i", NULL},

/* Those alone who have the most of it now: the first of a list that is not all. */
#define LARGEST(arg, field, column, type, always)            \
	{"SELECT member, " #column " "                            \
	 "FROM pointsvault.holding_data "                         \
	 "WHERE vault = $1 "                                      \
	 "ORDER BY " #column " DESC NULLS LAST, member LIMIT $2", "il", NULL},

/* Changes by the events of some rows: kind, NULL of a movement, member, by how much. */
#define CHANGES_OF(own, column)                              \
	{"SELECT kind, member, " own " "                          \
	 "FROM pointsvault.journal_data "                         \
	 "WHERE vault = $1 AND seq > $2 AND seq <= $3 AND member IS NOT NULL AND " own " IS NOT NULL " \
	 "UNION ALL "                                             \
	 "SELECT NULL::smallint, member, " column " "             \
	 "FROM pointsvault.movement_data "                        \
	 "WHERE vault = $1 AND seq > $2 AND seq <= $3 AND " column " IS NOT NULL", "ill", NULL},

/* Of points, which come first, the fact is theirs, by the kind's sign. */
#define CHANGES_OF_POINTS(arg, field, column, type, always) CHANGES_OF(#column, #column)
#define CHANGES(arg, field, column, type, always) CHANGES_OF("member_" #column, #column)

static PvPlan holdings[PV_ASSET_COUNT] = {PV_ASSETS(HOLDINGS, HOLDINGS, )};

static PvPlan largest[PV_ASSET_COUNT] = {PV_ASSETS(LARGEST, LARGEST, )};

static PvPlan changes[PV_ASSET_COUNT] = {PV_ASSETS(CHANGES_OF_POINTS, CHANGES, )};

static PvPlan cash_holdings = {
	"SELECT member, cash, quota, shares, mark, shareholder_mark "
	"FROM pointsvault.holding_data "
	"WHERE vault = $1",
	"i", NULL};

static PvPlan class_totals = {
	"SELECT shares, total, shareholder_total FROM pointsvault.class_data WHERE vault = $1", "i", NULL};

/* The posting of dividends aside, which is not when they were paid.  Each part in its order. */
static PvPlan cash_changes = {
	"SELECT seq, member, cash, quota, shares "
	"FROM (("
			"SELECT seq, member, member_cash, member_quota, member_shares "
			"FROM pointsvault.journal_data "
			"WHERE vault = $1 AND seq <= $2 AND kind <> $3 AND member IS NOT NULL "
			"AND (member_cash IS NOT NULL OR member_quota IS NOT NULL OR member_shares IS NOT NULL) "
			"ORDER BY seq) "
		"UNION ALL ("
			"SELECT seq, member, cash, quota, shares "
			"FROM pointsvault.movement_data "
			"WHERE vault = $1 AND seq <= $2 "
			"AND (cash IS NOT NULL OR quota IS NOT NULL OR shares IS NOT NULL) "
			"ORDER BY seq)) c (seq, member, cash, quota, shares) "
	"ORDER BY seq",
	"ils", .how = PV_IN_ORDER};

static PvPlan closed_days = {
	"SELECT d.seq, " PV_DAY_COLUMNS("d") " "
	"FROM pointsvault.day_data d "
	"WHERE d.vault = $1 AND d.seq <= $2 "
	"ORDER BY d.day",
	"il", NULL};

/* clang-format on */

static PvLookup name_of = {.table = "member_data",
						   .columns = "name",
						   .by = "vault, id",
						   .nkeys = 2};

/* clang-format off */

/* Of many who are listed: in the order in which they are looked up, and lie. */
static PvPlan names = {
	"SELECT id, name "
	"FROM pointsvault.member_data "
	"WHERE vault = $1 AND id >= $2 AND id <= $3 "
	"ORDER BY id",
	"ill", .how = PV_IN_ORDER};

/* clang-format on */

/* A member on its way to the list, as far as its asset needs. */
typedef struct HolderSlot
{
	int64_t member;
	int64_t holding;
	int64_t quota; /* this and below: of cash */
	int64_t shares;
	uint64 mark;
	uint64 shareholder_mark;
	bool is_told; /* its holding was met */
	char status;
} HolderSlot;

#define SH_PREFIX holderhash
#define SH_ELEMENT_TYPE HolderSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY member
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

/*
 * A share count, and what closes paid one who has it.  Totals go on while nobody has it, by
 * what it would have been paid, and may wrap around: their differences count.
 */
typedef struct PaidSlot
{
	int64_t shares;
	int upto; /* of the days */
	uint64 total;
	uint64 shareholder_total;
	char status;
} PaidSlot;

#define SH_PREFIX paidhash
#define SH_ELEMENT_TYPE PaidSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY shares
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

typedef struct ClosedDay
{
	int64_t seq;
	PvDay day;
} ClosedDay;

/* The list while it is made. */
typedef struct Listing
{
	int asset; /* its place among all */
	int sign;  /* changes are followed, or taken back */
	struct holderhash_hash *holders;
	struct paidhash_hash *paid;
	ClosedDay *days;
	int ndays;
	int maxdays;
	int closed; /* days that the row at hand comes after */
	/* those who may be on the list */
	PvHolder *list;
	int64_t count;
	int64_t size;
	int64_t most;	/* how many are wanted */
	bool is_sorted; /* the first so many are, and who is behind the last of them is out */
	int64_t named;	/* of the list, while names are looked up */
} Listing;

/* P2: largest first; of equals who was enrolled earlier. */
static inline int
compare_holders(const PvHolder *left, const PvHolder *right)
{
	if (left->holding != right->holding)
		return left->holding < right->holding ? 1 : -1;
	return (left->member > right->member) - (left->member < right->member);
}

#define ST_SORT sort_by_holding
#define ST_ELEMENT_TYPE PvHolder
#define ST_COMPARE(a, b) compare_holders(a, b)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_by_member
#define ST_ELEMENT_TYPE PvHolder
#define ST_COMPARE(a, b) (((a)->member > (b)->member) - ((a)->member < (b)->member))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/* Goes through the rows of a query; their values last no longer than the call. */
static void
each_row(PvPlan *plan, Datum *values, void (*on_row)(Listing *listing, const PvRow *row),
		 Listing *listing)
{
	Datum columns[MOST_COLUMNS];
	bool nulls[MOST_COLUMNS];
	PvRow row = {.values = columns, .nulls = nulls};
	Portal cursor = pv_open_cursor(plan, values, NULL);
	uint64 count;

	while ((count = pv_fetch(cursor, ROWS_AT_ONCE)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		PV_ASSERT(SPI_tuptable->tupdesc->natts <= MOST_COLUMNS);
		for (uint64 i = 0; i < count; i++)
		{
			heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, columns, nulls);
			on_row(listing, &row);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(cursor);
}

static HolderSlot *
holder(Listing *listing, int64_t member)
{
	bool found;
	HolderSlot *slot = holderhash_insert(listing->holders, member, &found);
	char status = slot->status;

	if (!found)
		*slot = (HolderSlot){.member = member, .status = status};
	return slot;
}

/* Keeps those who are on the list, of all who came to be so far. */
static void
cut_off(Listing *listing)
{
	sort_by_holding(listing->list, listing->count);
	listing->count = listing->most;
	listing->is_sorted = true;
}

static void
make_room(Listing *listing)
{
	if (listing->count < listing->size)
		return;
	if (listing->count / 2 >= listing->most)
	{
		cut_off(listing);
		return;
	}
	listing->size *= 2;
	listing->list = repalloc_huge(listing->list, sizeof(PvHolder) * listing->size);
}

/* Somebody comes to be listed. */
static void
list_holder(Listing *listing, int64_t member, int64_t holding)
{
	PvHolder holder = {member, holding, NULL};

	if (holding <= 0 || listing->most == 0)
		return;
	if (listing->is_sorted && compare_holders(&holder, &listing->list[listing->most - 1]) > 0)
		return;
	make_room(listing);
	listing->list[listing->count++] = holder;
}

/* Stored figures may be anything; a sum that does not fit is no reason to say nothing. */
static void
add_to(int64_t *sum, int64_t value)
{
	*sum = (int64_t) ((uint64) *sum + (uint64) value);
}

/* --- all but cash ----------------------------------------------------------------- */

/* What a member has, and by how much the events since the row at hand moved that. */
static void
take_holding(Listing *listing, const PvRow *row)
{
	int64_t member = pv_row_int(row, 0);
	int64_t holding = pv_row_int(row, 1);
	HolderSlot *moved = holderhash_lookup(listing->holders, member);

	if (moved)
	{
		add_to(&holding, moved->holding);
		moved->is_told = true;
	}
	list_holder(listing, member, holding);
}

static void
take_change(Listing *listing, const PvRow *row)
{
	int64_t sign = listing->sign;
	const PvKindInfo *info = row->nulls[0] ? NULL : pv_kind_info(DatumGetInt16(row->values[0]));

	if (listing->asset == 0 && info)
		sign *= info->points_sign;
	add_to(&holder(listing, pv_row_int(row, 1))->holding,
		   (int64_t) ((uint64) pv_row_int(row, 2) * (uint64) sign));
}

/* Those whom events moved; from now, of damaged data alone, without a holding. */
static void
list_moved(Listing *listing)
{
	holderhash_iterator it;
	HolderSlot *slot;

	holderhash_start_iterate(listing->holders, &it);
	while ((slot = holderhash_iterate(listing->holders, &it)) != NULL)
		if (!slot->is_told)
			list_holder(listing, slot->member, slot->holding);
}

static void
list_asset(Listing *listing, int32_t vault, int64_t seq, int64_t last)
{
	bool from_now = seq > last / 2;
	Datum few[2] = {Int32GetDatum(vault), Int64GetDatum(listing->most)};
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(from_now ? seq : 0),
					   Int64GetDatum(from_now ? last : seq)};

	if (seq == last && listing->most <= ROWS_AT_ONCE)
	{
		each_row(&largest[listing->asset], few, take_holding, listing);
		return;
	}
	listing->sign = from_now ? -1 : 1;
	if (seq < last)
		each_row(&changes[listing->asset], values, take_change, listing);
	if (from_now)
		each_row(&holdings[listing->asset], values, take_holding, listing);
	list_moved(listing);
}

/* --- cash ------------------------------------------------------------------------- */

/* C3 to C6a: adds what closes paid since the marks. */
static void
settle(HolderSlot *slot, const PaidSlot *paid)
{
	const PvAssets has = {.quota = slot->quota, .shares = slot->shares};
	int64_t dividends = 0;

	if (!paid || slot->shares <= 0)
		return;
	if (pv_is_active(&has))
		dividends = pv_accrued((int64_t) (paid->total - slot->mark), 0, slot->quota);
	slot->quota -= dividends;
	add_to(&slot->holding, dividends);
	add_to(&slot->holding, (int64_t) (paid->shareholder_total - slot->shareholder_mark));
}

static void
take_total(Listing *listing, const PvRow *row)
{
	bool found;
	PaidSlot *slot = paidhash_insert(listing->paid, pv_row_int(row, 0), &found);

	slot->total = (uint64) pv_row_int(row, 1);
	slot->shareholder_total = (uint64) pv_row_int(row, 2);
}

static void
take_cash(Listing *listing, const PvRow *row)
{
	HolderSlot slot = {.member = pv_row_int(row, 0),
					   .holding = pv_row_int(row, 1),
					   .quota = pv_row_int(row, 2),
					   .shares = pv_row_int(row, 3),
					   .mark = (uint64) pv_row_int(row, 4),
					   .shareholder_mark = (uint64) pv_row_int(row, 5)};

	settle(&slot, paidhash_lookup(listing->paid, slot.shares));
	list_holder(listing, slot.member, slot.holding);
}

static void
take_day(Listing *listing, const PvRow *row)
{
	ClosedDay *closed;

	if (listing->ndays == listing->maxdays)
	{
		listing->maxdays = Max(2 * listing->maxdays, 64);
		listing->days =
			listing->days ? repalloc_huge(listing->days, sizeof(ClosedDay) * listing->maxdays)
						  : palloc_extended(sizeof(ClosedDay) * listing->maxdays, MCXT_ALLOC_HUGE);
	}
	closed = &listing->days[listing->ndays++];
	*closed = (ClosedDay){.seq = pv_row_int(row, 0)};
	pv_closed_day_read(row, 1, &closed->day);
}

/* What closes paid one of so many shares, by the row at hand. */
static PaidSlot *
paid_by_now(Listing *listing, int64_t shares)
{
	bool found;
	PaidSlot *slot = paidhash_insert(listing->paid, shares, &found);
	char status = slot->status;

	if (!found)
		*slot = (PaidSlot){.shares = shares, .status = status};
	for (; slot->upto < listing->closed; slot->upto++)
	{
		const PvDay *day = &listing->days[slot->upto].day;
		int64_t due;

		if (pv_day_due(day, shares, &due))
			slot->total += (uint64) due;
		if (pv_shareholder_due(day, shares, &due))
			slot->shareholder_total += (uint64) due;
	}
	return slot;
}

/* What an event changed, after what closes paid before it. */
static void
take_cash_change(Listing *listing, const PvRow *row)
{
	HolderSlot *slot = holder(listing, pv_row_int(row, 1));

	while (listing->closed < listing->ndays &&
		   listing->days[listing->closed].seq < pv_row_int(row, 0))
		listing->closed++;
	add_to(&slot->holding, pv_row_int(row, 2));
	if (row->nulls[3] && row->nulls[4])
		return;
	if (slot->shares > 0)
		settle(slot, paid_by_now(listing, slot->shares));
	add_to(&slot->quota, pv_row_int(row, 3));
	add_to(&slot->shares, pv_row_int(row, 4));
	if (slot->shares <= 0)
		return;
	slot->mark = paid_by_now(listing, slot->shares)->total;
	slot->shareholder_mark = paid_by_now(listing, slot->shares)->shareholder_total;
}

static void
list_cash(Listing *listing, int32_t vault, int64_t seq, int64_t last)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(seq), Int16GetDatum(PV_KIND_DIVIDEND)};
	holderhash_iterator it;
	HolderSlot *slot;

	listing->paid = paidhash_create(CurrentMemoryContext, 256, NULL);
	if (seq >= last)
	{
		each_row(&class_totals, values, take_total, listing);
		each_row(&cash_holdings, values, take_cash, listing);
		return;
	}
	each_row(&closed_days, values, take_day, listing);
	each_row(&cash_changes, values, take_cash_change, listing);
	listing->closed = listing->ndays;
	holderhash_start_iterate(listing->holders, &it);
	while ((slot = holderhash_iterate(listing->holders, &it)) != NULL)
	{
		if (slot->shares > 0)
			settle(slot, paid_by_now(listing, slot->shares));
		list_holder(listing, slot->member, slot->holding);
	}
}

/* --- the list --------------------------------------------------------------------- */

/* The names of some, each looked up. */
static void
name_each(Listing *listing, int32_t vault)
{
	PvScan scan;

	pv_scan_open(&scan, &name_of, PV_SEE_CALLERS);
	for (int64_t i = 0; i < listing->count; i++)
	{
		PvRow row;

		CHECK_FOR_INTERRUPTS();
		pv_scan_by(&scan, (Datum[]){Int32GetDatum(vault), Int64GetDatum(listing->list[i].member)});
		if (pv_scan_next(&scan, &row))
			listing->list[i].name = pv_row_text(&row, 0);
	}
	pv_scan_close(&scan);
}

static void
take_name(Listing *listing, const PvRow *row)
{
	int64_t member = pv_row_int(row, 0);

	while (listing->named < listing->count && listing->list[listing->named].member < member)
		listing->named++;
	if (listing->named < listing->count && listing->list[listing->named].member == member)
		listing->list[listing->named].name = pv_row_text(row, 1);
}

/* As many who are close together are named by one pass over the members there. */
#define MANY_NAMES 1000
#define CLOSE_TOGETHER 16

static void
name_holders(Listing *listing, int32_t vault)
{
	int64_t count = listing->count;
	uint64 first;
	uint64 last;

	sort_by_member(listing->list, count);
	first = count > 0 ? (uint64) listing->list[0].member : 0;
	last = count > 0 ? (uint64) listing->list[count - 1].member : 0;
	if (count < MANY_NAMES || (last - first) / CLOSE_TOGETHER > (uint64) count)
		name_each(listing, vault);
	else
		each_row(&names,
				 (Datum[]){Int32GetDatum(vault), Int64GetDatum((int64) first),
						   Int64GetDatum((int64) last)},
				 take_name, listing);
}

static bool
is_cash(const PvFigure *asset)
{
	return asset->offset == offsetof(PvAssets, cash);
}

/*
 * P2: whether members are listed by an asset.  Rewards and quota are not: what moves them
 * day by day, for all, no event says of each.
 */
bool
pv_has_holders(const PvFigure *asset)
{
	return asset->offset != offsetof(PvAssets, reward) &&
		   asset->offset != offsetof(PvAssets, quota);
}

/*
 * P2: who holds more than 0 of an asset, at most so many, after a journal row, or after the
 * last one that there is by then.
 */
PvHolders
pv_holders(int32_t vault, const PvFigure *asset, int64_t seq, int64_t most)
{
	Listing listing = {.asset = (int) (asset - pv_assets), .size = FIRST_SIZE, .most = most};
	int64_t last = pv_journal_seq_at(vault, DT_NOEND);

	PV_ASSERT(pv_has_holders(asset) && most >= 0);
	listing.holders = holderhash_create(CurrentMemoryContext, 1024, NULL);
	listing.list = palloc(sizeof(PvHolder) * listing.size);
	if (is_cash(asset))
		list_cash(&listing, vault, seq, last);
	else
		list_asset(&listing, vault, Min(seq, last), last);
	if (listing.count > most)
		cut_off(&listing);
	name_holders(&listing, vault);
	sort_by_holding(listing.list, listing.count);
	return (PvHolders){listing.list, listing.count};
}
