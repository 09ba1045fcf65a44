/*
 * holders.c
 *	  Who holds how much of an asset, now or by a journal row (P2).
 *
 * What members hold now stands in their holdings, and in the journal what moved it: so what
 * they held by some row is told from the nearer end, the beginning or now.  Of cash the
 * posting of dividends does not say when they were paid: what was not posted yet by the row
 * follows from the days that the next posting, or the last one, was for (C8).
 *
 * Of a million members the first hundred are wanted, mostly: so whoever comes to be listed
 * is looked at once, beside the last of those that may be, and only whom something moved
 * since the row is kept in memory on the way.  Rows are read where they lie, as the
 * executor would take longer than all else.
 */
#include "store/holders.h"

#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/event.h"
#include "engine/kinds.h"
#include "engine/memory.h"
#include "store/closed_days.h"
#include "store/columns.h"
#include "store/journal.h"
#include "store/lookup.h"
#include "store/plan.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#define ROWS_AT_ONCE 1000
#define MOST_COLUMNS 24
#define FIRST_SIZE 1024

/* --- what is read ----------------------------------------------------------------- */

#define ASSET_PLACE(arg, field, column, type, always) ASSET_##field,
enum
{
	PV_ASSETS(ASSET_PLACE, ASSET_PLACE, )
};

/* Where the columns of the look-ups below are. */
#define EVENT_SEQ 0
#define EVENT_MEMBER 1
#define EVENT_ASSETS 2
#define OWN_KIND (EVENT_ASSETS + PV_ASSET_COUNT)
#define OWN_NOTE (OWN_KIND + 1)
#define HOLDING_MEMBER 0
#define HOLDING_ASSETS 1
#define HOLDING_MARK (HOLDING_ASSETS + PV_ASSET_COUNT)
#define HOLDING_SHAREHOLDER_MARK (HOLDING_MARK + 1)

/* clang-format off */

/* Of points the journal has no column of the member's: the fact is theirs, by the kind's sign. */
#define OWN_COLUMNS "seq, member, points" PV_ASSETS(PV_NO_COLUMN, PV_NEXT_OF_MEMBER, ) ", kind, note"
#define OTHERS_COLUMNS "seq, member, " PV_ASSET_COLUMNS

/* clang-format on */

#define EVENTS(of, wanted, is_back)                                                               \
	{                                                                                             \
		.table = (of), .columns = (wanted), .by = "vault, seq", .nkeys = 1, .backward = (is_back) \
	}

/* From the beginning, and back from now. */
static PvLookup own_events[] = {EVENTS("journal_data", OWN_COLUMNS, false),
								EVENTS("journal_data", OWN_COLUMNS, true)};
static PvLookup others_events[] = {EVENTS("movement_data", OTHERS_COLUMNS, false),
								   EVENTS("movement_data", OTHERS_COLUMNS, true)};

static PvLookup holdings = {.table = "holding_data",
							.columns = "member, " PV_ASSET_COLUMNS ", mark, shareholder_mark",
							.by = "vault, member",
							.nkeys = 1};

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

static PvPlan class_totals = {
	"SELECT shares, total, shareholder_total FROM pointsvault.class_data WHERE vault = $1", "i", NULL};

static PvPlan closed_days = {
	"SELECT d.day, d.seq, " PV_DAY_COLUMNS("d") " "
	"FROM pointsvault.day_data d "
	"WHERE d.vault = $1 AND d.seq <= $2 "
	"ORDER BY d.day",
	"il", NULL};

/* clang-format on */

/* What events between the row and the end from which it is told moved of a member. */
typedef struct Moved
{
	int64_t member;
	int64_t holding;
	int64_t quota; /* this and below: of cash */
	int64_t shares;
	int64_t seq;   /* of the event, nearest to the row, that tells what was posted by then */
	int unposted;  /* the first of the days that were not */
	bool is_known; /* there is such an event */
} Moved;

/*
 * A share count, and what closes paid one who has it.  Totals may wrap around: their
 * differences count.
 */
typedef struct PaidSlot
{
	int64_t shares;
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
	int64_t date;
	int64_t seq;
	PvDay day;
} ClosedDay;

/* Who has shares, as it was posted by the row, and the first day that was not posted. */
typedef struct Unposted
{
	int64_t member;
	int64_t cash;
	int64_t quota;
	int64_t shares;
	int from;
} Unposted;

/* The list while it is made. */
typedef struct Listing
{
	int32_t vault;
	int64_t seq;  /* the row after which it is */
	int asset;	  /* its place among all */
	bool is_back; /* changes since the row are taken back, not those before it followed */
	Moved *moved; /* in the order of members as far as they are summed up */
	int64_t nmoved;
	int64_t maxmoved;
	int64_t told; /* of them, in their order */
	struct paidhash_hash *paid;
	ClosedDay *days;
	int ndays;
	int maxdays;
	int closed; /* days that the row comes after */
	Unposted *unposted;
	int64_t nunposted;
	int64_t maxunposted;
	/* those who may be on the list */
	PvHolder *list;
	int64_t count;
	int64_t size;
	int64_t most;	 /* how many are wanted */
	bool with_owing; /* those below 0 too */
	bool is_sorted;	 /* the first so many are, and who is behind the last of them is out */
	int64_t named;	 /* of the list, while names are looked up */
} Listing;

/* P2: largest first; of equals who was enrolled earlier. */
static inline int
compare_holders(const PvHolder *left, const PvHolder *right)
{
	if (left->holding != right->holding)
		return left->holding < right->holding ? 1 : -1;
	return (left->member > right->member) - (left->member < right->member);
}

static inline int
compare_unposted(const Unposted *left, const Unposted *right)
{
	if (left->shares != right->shares)
		return left->shares < right->shares ? -1 : 1;
	return left->from - right->from;
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

#define ST_SORT sort_moved
#define ST_ELEMENT_TYPE Moved
#define ST_COMPARE(a, b) (((a)->member > (b)->member) - ((a)->member < (b)->member))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_by_shares
#define ST_ELEMENT_TYPE Unposted
#define ST_COMPARE(a, b) compare_unposted(a, b)
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

/* Goes through the rows of the vault as they lie, for as long as on_row says so. */
static void
walk(PvLookup *lookup, bool (*on_row)(Listing *listing, const PvRow *row), Listing *listing)
{
	PvScan scan;
	PvRow row;

	pv_scan_open(&scan, lookup, PV_SEE_CALLERS);
	pv_scan_by(&scan, (Datum[]){Int32GetDatum(listing->vault)});
	while (pv_scan_peek(&scan, &row) && on_row(listing, &row))
		CHECK_FOR_INTERRUPTS();
	pv_scan_close(&scan);
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
	listing->list = pv_realloc(listing->list, sizeof(PvHolder) * listing->size);
}

/* Somebody comes to be listed. */
static void
list_holder(Listing *listing, int64_t member, int64_t holding)
{
	PvHolder holder = {member, holding, NULL};

	if (holding == 0 || (holding < 0 && !listing->with_owing) || listing->most == 0)
		return;
	if (listing->is_sorted && compare_holders(&holder, &listing->list[listing->most - 1]) > 0)
		return;
	make_room(listing);
	listing->list[listing->count++] = holder;
}

/* Stored figures may be anything; a sum that does not fit is no reason to say nothing. */
static void
add_times(int64_t *sum, int64_t value, int64_t times)
{
	*sum = (int64_t) ((uint64) *sum + (uint64) value * (uint64) times);
}

static void
add_to(int64_t *sum, int64_t value)
{
	add_times(sum, value, 1);
}

/* --- what events moved -------------------------------------------------------------- */

/* The first of the closed days that are not before a date, or a journal row. */
static int
first_day(const Listing *listing, int64_t key, bool by_seq)
{
	int low = 0;
	int high = listing->ndays;

	while (low < high)
	{
		int middle = low + (high - low) / 2;
		const ClosedDay *day = &listing->days[middle];

		if ((by_seq ? day->seq : day->date) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first day that a dividend is for, by its note; of damaged data none. */
static int
first_day_of_note(const Listing *listing, const PvRow *row)
{
	char *note = pv_row_text_or_empty(row, OWN_NOTE);
	int year = 0;
	int month = 0;
	int day = 0;
	bool is_read = sscanf(note, "[%7d-%2d-%2d,", &year, &month, &day) == 3;

	pfree(note); /* of each of many events */
	if (!is_read || !IS_VALID_JULIAN(year, month, day))
		return listing->closed;
	return first_day(listing, (int64_t) date2j(year, month, day) - POSTGRES_EPOCH_JDATE, false);
}

/*
 * C8: closes are posted before what changes shares or quota, so of the events on the way the
 * one nearest to the row tells since when nothing was posted by then.  Going back, that is
 * the next: a posting names the first of its days, and if it is none, nothing was due.
 */
static void
note_posting(const Listing *listing, Moved *moved, const PvRow *row, bool is_posting)
{
	moved->is_known = true;
	moved->seq = pv_row_int(row, EVENT_SEQ);
	if (!listing->is_back)
		moved->unposted = first_day(listing, moved->seq, true);
	else
		moved->unposted = is_posting ? first_day_of_note(listing, row) : listing->closed;
}

static void
add_moved(const Listing *listing, Moved *sum, const Moved *moved)
{
	add_to(&sum->holding, moved->holding);
	add_to(&sum->quota, moved->quota);
	add_to(&sum->shares, moved->shares);
	if (!moved->is_known ||
		(sum->is_known && (listing->is_back ? moved->seq > sum->seq : moved->seq < sum->seq)))
		return;
	sum->is_known = true;
	sum->seq = moved->seq;
	sum->unposted = moved->unposted;
}

/* Each member once, in their order. */
static void
sum_up_moved(Listing *listing)
{
	Moved *list = listing->moved;
	int64_t count = 0;

	sort_moved(list, listing->nmoved);
	for (int64_t i = 0; i < listing->nmoved; i++)
	{
		if (count > 0 && list[count - 1].member == list[i].member)
			add_moved(listing, &list[count - 1], &list[i]);
		else
			list[count++] = list[i];
	}
	listing->nmoved = count;
}

/* A place for what the next event moved: there are not many more than members moved. */
static Moved *
next_moved(Listing *listing)
{
	if (listing->nmoved == listing->maxmoved)
	{
		sum_up_moved(listing);
		if (listing->nmoved > listing->maxmoved / 2)
		{
			listing->maxmoved *= 2;
			listing->moved = pv_realloc(listing->moved, sizeof(Moved) * listing->maxmoved);
		}
	}
	return &listing->moved[listing->nmoved++];
}

/* Adds what an event moved, or takes it back. */
static void
take_moved(Listing *listing, const PvRow *row, int points_sign, bool is_posting)
{
	int column = EVENT_ASSETS + listing->asset;
	int64_t sign = (listing->is_back ? -1 : 1) * (listing->asset == ASSET_points ? points_sign : 1);
	bool moves_shares = listing->asset == ASSET_cash && (!row->nulls[EVENT_ASSETS + ASSET_quota] ||
														 !row->nulls[EVENT_ASSETS + ASSET_shares]);
	Moved *moved;

	if (row->nulls[EVENT_MEMBER] || (row->nulls[column] && !moves_shares))
		return;
	moved = next_moved(listing);
	*moved = (Moved){.member = pv_row_int(row, EVENT_MEMBER)};
	add_times(&moved->holding, pv_row_int(row, column), sign);
	if (listing->asset != ASSET_cash)
		return;
	add_times(&moved->quota, pv_row_int(row, EVENT_ASSETS + ASSET_quota), sign);
	add_times(&moved->shares, pv_row_int(row, EVENT_ASSETS + ASSET_shares), sign);
	if (is_posting || moves_shares)
		note_posting(listing, moved, row, is_posting);
}

/* Whether an event is on the way between the row and the end from which it is told. */
static bool
is_on_way(const Listing *listing, const PvRow *row)
{
	int64_t seq = pv_row_int(row, EVENT_SEQ);

	return listing->is_back ? seq > listing->seq : seq <= listing->seq;
}

static bool
take_own(Listing *listing, const PvRow *row)
{
	PvKind kind = DatumGetInt16(row->values[OWN_KIND]);
	const PvKindInfo *info = pv_kind_info(kind);

	if (!is_on_way(listing, row))
		return false;
	take_moved(listing, row, info ? info->points_sign : 1, kind == PV_KIND_DIVIDEND);
	return true;
}

static bool
take_others(Listing *listing, const PvRow *row)
{
	if (!is_on_way(listing, row))
		return false;
	take_moved(listing, row, 1, false);
	return true;
}

/* --- cash --------------------------------------------------------------------------- */

static void
take_day(Listing *listing, const PvRow *row)
{
	ClosedDay *closed;

	if (listing->ndays == listing->maxdays)
	{
		listing->maxdays = Max(2 * listing->maxdays, 64);
		listing->days = pv_realloc(listing->days, sizeof(ClosedDay) * listing->maxdays);
	}
	closed = &listing->days[listing->ndays++];
	*closed = (ClosedDay){.date = DatumGetDateADT(row->values[0]), .seq = pv_row_int(row, 1)};
	pv_closed_day_read(row, 2, &closed->day);
}

/* Adds what a close paid one of so many shares, or takes it back. */
static void
add_day(PaidSlot *paid, const PvDay *day, int64_t sign)
{
	int64_t due;

	if (pv_day_due(day, paid->shares, &due))
		paid->total += (uint64) due * (uint64) sign;
	if (pv_shareholder_due(day, paid->shares, &due))
		paid->shareholder_total += (uint64) due * (uint64) sign;
}

/* The totals of a share count by the row: those of now without what closes paid since. */
static void
take_total(Listing *listing, const PvRow *row)
{
	bool found;
	PaidSlot *slot = paidhash_insert(listing->paid, pv_row_int(row, 0), &found);

	slot->total = (uint64) pv_row_int(row, 1);
	slot->shareholder_total = (uint64) pv_row_int(row, 2);
	CHECK_FOR_INTERRUPTS();
	for (int i = listing->closed; i < listing->ndays; i++)
		add_day(slot, &listing->days[i].day, -1);
}

/* C3 to C6a: lists by cash one whom closes paid so much since it was posted, up to its quota. */
static void
list_paid(Listing *listing, const Unposted *posted, uint64 total, uint64 shareholder_total)
{
	const PvAssets has = {.quota = posted->quota, .shares = posted->shares};
	int64_t cash = posted->cash;

	if (pv_is_active(&has))
		add_to(&cash, pv_accrued((int64_t) total, 0, posted->quota));
	if (posted->shares > 0)
		add_to(&cash, (int64_t) shareholder_total);
	list_holder(listing, posted->member, cash);
}

/* Puts one aside until all of its share count are there. */
static void
put_aside(Listing *listing, const Unposted *posted)
{
	if (posted->shares <= 0 || posted->from >= listing->closed)
	{
		list_paid(listing, posted, 0, 0);
		return;
	}
	if (listing->nunposted == listing->maxunposted)
	{
		listing->maxunposted = Max(2 * listing->maxunposted, FIRST_SIZE);
		listing->unposted = pv_realloc(listing->unposted, sizeof(Unposted) * listing->maxunposted);
	}
	listing->unposted[listing->nunposted++] = *posted;
}

/* The totals of a share count before each day, from one on. */
static void
total_days(const Listing *listing, PaidSlot *before, int64_t shares, int from)
{
	before[from] = (PaidSlot){.shares = shares};
	for (int i = from; i < listing->closed; i++)
	{
		before[i + 1] = before[i];
		add_day(&before[i + 1], &listing->days[i].day, 1);
	}
}

/*
 * Lists those put aside, a share count at a time: its totals before each day are worked out
 * once for all who have it.
 */
static void
list_unposted(Listing *listing)
{
	PaidSlot *before = pv_realloc(NULL, sizeof(PaidSlot) * ((Size) listing->closed + 1));
	PaidSlot *last = &before[listing->closed];
	int64_t shares = 0;

	sort_by_shares(listing->unposted, listing->nunposted);
	for (int64_t i = 0; i < listing->nunposted; i++)
	{
		const Unposted *posted = &listing->unposted[i];

		CHECK_FOR_INTERRUPTS();
		if (posted->shares != shares)
			total_days(listing, before, shares = posted->shares, posted->from);
		list_paid(listing, posted, last->total - before[posted->from].total,
				  last->shareholder_total - before[posted->from].shareholder_total);
	}
	pv_free(before);
}

/* What a member of a list by cash has, as events since moved it. */
static void
take_cash(Listing *listing, const PvRow *row, const Moved *moved)
{
	Unposted posted = {.member = pv_row_int(row, HOLDING_MEMBER),
					   .cash = pv_row_int(row, HOLDING_ASSETS + listing->asset),
					   .quota = pv_row_int(row, HOLDING_ASSETS + ASSET_quota),
					   .shares = pv_row_int(row, HOLDING_ASSETS + ASSET_shares)};
	const PaidSlot *paid;

	if (moved)
	{
		add_to(&posted.cash, moved->holding);
		add_to(&posted.quota, moved->quota);
		add_to(&posted.shares, moved->shares);
		posted.from = moved->unposted;
	}
	if (moved && moved->is_known)
	{
		put_aside(listing, &posted);
		return;
	}
	paid = paidhash_lookup(listing->paid, posted.shares);
	list_paid(listing, &posted, paid ? paid->total - (uint64) pv_row_int(row, HOLDING_MARK) : 0,
			  paid ? paid->shareholder_total - (uint64) pv_row_int(row, HOLDING_SHAREHOLDER_MARK)
				   : 0);
}

static void
read_days(Listing *listing, int64_t last)
{
	Datum values[2] = {Int32GetDatum(listing->vault), Int64GetDatum(last)};

	listing->paid = paidhash_create(CurrentMemoryContext, 256, NULL);
	if (!listing->is_back || listing->seq < last)
		each_row(&closed_days, values, take_day, listing);
	listing->closed = listing->ndays;
	if (listing->seq < last)
		listing->closed = first_day(listing, listing->seq + 1, true);
	if (listing->is_back)
		each_row(&class_totals, values, take_total, listing);
}

/* --- from either end ---------------------------------------------------------------- */

/* Whom events moved, of those before a member; from now, of damaged data alone, with no holding. */
static void
list_moved(Listing *listing, int64_t before)
{
	for (; listing->told < listing->nmoved; listing->told++)
	{
		const Moved *moved = &listing->moved[listing->told];
		Unposted posted = {moved->member, moved->holding, moved->quota, moved->shares,
						   moved->unposted};

		CHECK_FOR_INTERRUPTS();
		if (moved->member >= before)
			return;
		if (listing->asset == ASSET_cash)
			put_aside(listing, &posted);
		else
			list_holder(listing, moved->member, moved->holding);
	}
}

/* What a member has, and by how much the events since the row moved that. */
static bool
take_holding(Listing *listing, const PvRow *row)
{
	int64_t member = pv_row_int(row, HOLDING_MEMBER);
	int64_t holding = pv_row_int(row, HOLDING_ASSETS + listing->asset);
	const Moved *moved = NULL;

	list_moved(listing, member);
	if (listing->told < listing->nmoved && listing->moved[listing->told].member == member)
		moved = &listing->moved[listing->told++];
	if (listing->asset == ASSET_cash)
	{
		take_cash(listing, row, moved);
		return true;
	}
	if (moved)
		add_to(&holding, moved->holding);
	list_holder(listing, member, holding);
	return true;
}

static void
list_all(Listing *listing, int64_t last)
{
	if (listing->asset == ASSET_cash)
		read_days(listing, last);
	if (!listing->is_back || listing->seq < last)
	{
		walk(&own_events[listing->is_back], take_own, listing);
		walk(&others_events[listing->is_back], take_others, listing);
	}
	sum_up_moved(listing);
	if (listing->is_back)
		walk(&holdings, take_holding, listing);
	list_moved(listing, INT64_MAX);
	if (listing->nunposted > 0)
		list_unposted(listing);
}

/* --- the list --------------------------------------------------------------------- */

/* The names of some, each looked up. */
static void
name_each(Listing *listing)
{
	PvScan scan;

	pv_scan_open(&scan, &name_of, PV_SEE_CALLERS);
	for (int64_t i = 0; i < listing->count; i++)
	{
		PvRow row;

		CHECK_FOR_INTERRUPTS();
		pv_scan_by(&scan, (Datum[]){Int32GetDatum(listing->vault),
									Int64GetDatum(listing->list[i].member)});
		if (pv_scan_peek(&scan, &row))
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
name_holders(Listing *listing)
{
	int64_t count = listing->count;
	uint64 first;
	uint64 last;

	sort_by_member(listing->list, count);
	first = count > 0 ? (uint64) listing->list[0].member : 0;
	last = count > 0 ? (uint64) listing->list[count - 1].member : 0;
	if (count < MANY_NAMES || (last - first) / CLOSE_TOGETHER > (uint64) count)
		name_each(listing);
	else
		each_row(&names,
				 (Datum[]){Int32GetDatum(listing->vault), Int64GetDatum((int64) first),
						   Int64GetDatum((int64) last)},
				 take_name, listing);
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

/* Lists who has some of an asset after a journal row, or the last one there is by then. */
static void
list_at(Listing *listing, int64_t seq)
{
	int64_t last = pv_journal_seq_at(listing->vault, DT_NOEND);

	listing->seq = Min(seq, last);
	listing->is_back = listing->seq > last / 2;
	listing->maxmoved = FIRST_SIZE;
	listing->size = FIRST_SIZE;
	listing->moved = pv_realloc(NULL, sizeof(Moved) * listing->maxmoved);
	listing->list = pv_realloc(NULL, sizeof(PvHolder) * listing->size);
	list_all(listing, last);
}

/*
 * P2: who holds more than 0 of an asset, at most so many, after a journal row, or after the
 * last one that there is by then.
 */
PvHolders
pv_holders(int32_t vault, const PvFigure *asset, int64_t seq, int64_t most)
{
	Listing listing = {.vault = vault, .asset = (int) (asset - pv_assets), .most = most};

	PV_ASSERT(pv_has_holders(asset) && most >= 0);
	list_at(&listing, seq);
	if (listing.count > most)
		cut_off(&listing);
	name_holders(&listing);
	sort_by_holding(listing.list, listing.count);
	return (PvHolders){listing.list, listing.count};
}

/*
 * Who has other than 0 of an asset after a journal row, or the last one that there is by
 * then, in the order of their numbers and without names.
 */
PvHolders
pv_holdings_at(int32_t vault, const PvFigure *asset, int64_t seq)
{
	Listing listing = {.vault = vault,
					   .asset = (int) (asset - pv_assets),
					   .most = INT64_MAX,
					   .with_owing = true};

	PV_ASSERT(pv_has_holders(asset));
	list_at(&listing, seq);
	sort_by_member(listing.list, listing.count);
	return (PvHolders){listing.list, listing.count};
}
