/*
 * verify_items.c
 *	  Series of collectibles and their items, by the journal and by their rows (N5).
 *
 * The journal says what each series is and was, and each event how it left its item.  Both
 * are followed in memory, 48 bytes an item, and compared with their rows at the end.
 */
#include "audit/verify_items.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_merges.h"
#include "engine/fixed.h"
#include "store/items.h"
#include "store/plan.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* clang-format off */

static PvPlan series_rows = {
	"SELECT " PV_SERIES_COLUMNS " FROM pointsvault.series_data WHERE vault = $1 ORDER BY seq", "i", NULL};

static PvPlan item_rows = {
	"SELECT series, " PV_ITEM_COLUMNS " "
	"FROM pointsvault.item_data "
	"WHERE vault = $1 "
	"ORDER BY series, serial",
	"i", NULL};

/* clang-format on */

/* Columns of them that are never NULL: of series all but the prices, uses, name and about. */
#define SERIES_REQUIRED \
	(PV_REQUIRE_FROM(0, 3) | PV_REQUIRE_FROM(6, 8) | PV_REQUIRE(SERIES_CLOSED_COLUMN))
#define SERIES_CLOSED_COLUMN 10
#define SERIES_PRICES 4 /* in points, and in money: there is one */
/* Of items all but listed. */
#define ITEM_REQUIRED (PV_REQUIRE_FROM(0, 2) | PV_REQUIRE_FROM(4, 6))

#define ITEMS_AT_FIRST 16

/* A series by the journal. */
typedef struct Series
{
	int64_t id;
	PvSeries terms;
	const char *note; /* the last that says what it is */
	PvItem *items;	  /* those given out, by their serials from 1 on */
	int64_t size;
	bool found; /* has a row */
	int64_t found_items;
	int64_t last; /* serial of the item compared last */
} Series;

/* Begins with no series. */
void
pv_items_begin(PvVerify *verify)
{
	HASHCTL control = {.keysize = sizeof(int64_t),
					   .entrysize = sizeof(Series),
					   .hcxt = verify->report.results};

	verify->series =
		hash_create("pointsvault series", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Series *
find_series(const PvVerify *verify, int64_t id)
{
	return hash_search(verify->series, &id, HASH_FIND, NULL);
}

/* N1: what never changes of a series. */
static bool
is_same_series(const PvSeries *a, const PvSeries *b)
{
	return a->supply == b->supply && a->fee_rate == b->fee_rate && a->uses == b->uses &&
		   a->in_points == b->in_points && a->transferable == b->transferable;
}

/*
 * Notes what the journal row at hand says that a series is from then on; returns the number
 * that the row has to name.
 */
int64_t
pv_items_note_terms(PvVerify *verify, const PvEntry *entry)
{
	bool is_new = entry->kind == PV_KIND_CREATE_SERIES;
	int64_t id = is_new ? entry->seq : entry->effect.series;
	Series *series = find_series(verify, id);
	PvSeries terms;

	if (!pv_series_read_note(entry->note, &terms) ||
		(is_new ? series != NULL : !series || !is_same_series(&series->terms, &terms)))
	{
		pv_failed(&verify->report, PV_CHECK_ITEMS,
				  psprintf("journal row " INT64_FORMAT ", its note", entry->seq),
				  is_new ? "what a series is" : "what the series is, changed where it may",
				  "otherwise");
		return id;
	}
	if (is_new)
	{
		series = hash_search(verify->series, &id, HASH_ENTER, NULL);
		*series = (Series){.id = id};
	}
	terms.id = id;
	terms.issued = series->terms.issued;
	series->terms = terms;
	series->note = pv_keep_text(verify->report.results, entry->note);
	return id;
}

/* The series of a row, and its item, as they stood before; false where there are none. */
bool
pv_items_find(PvVerify *verify, const PvEntry *entry, PvSeries *series, PvItem *item)
{
	const Series *known = find_series(verify, entry->effect.series);
	int64_t serial = entry->effect.item;

	if (!known)
		return false;
	*series = known->terms;
	*item = (PvItem){0};
	if (serial >= 1 && serial <= known->terms.issued)
		*item = known->items[serial - 1];
	return item->serial != 0 || entry->kind == PV_KIND_CLAIM || entry->kind == PV_KIND_ISSUE_ITEM;
}

/* Room for one more item of a series. */
static void
grow(PvVerify *verify, Series *series)
{
	int64_t size = series->size > 0 ? 2 * series->size : ITEMS_AT_FIRST;

	if (series->terms.issued < series->size)
		return;
	series->items = series->items
						? repalloc_huge(series->items, sizeof(PvItem) * size)
						: MemoryContextAllocHuge(verify->report.results, sizeof(PvItem) * size);
	series->size = size;
}

/* Notes how the event at hand leaves its item. */
void
pv_items_follow(PvVerify *verify, const PvEvent *event, const PvEffect *effect)
{
	Series *series = event->series ? find_series(verify, effect->series) : NULL;

	if (!series)
		return;
	if (!event->item)
	{
		grow(verify, series);
		series->terms.issued++;
	}
	if (effect->item >= 1 && effect->item <= series->terms.issued)
		series->items[effect->item - 1] = effect->stands;
}

/*
 * N1: follows the own purchases less refunds of a member, and looks whether they had reached
 * by a claim what the series asked for.
 */
void
pv_items_claimed(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	if (rebuilt->bought < change->min_spent)
		pv_compare_member(&verify->report, PV_CHECK_ITEMS, rebuilt->member.id,
						  "own purchases less refunds, journal row", change->seq, change->min_spent,
						  rebuilt->bought, PV_AMOUNT_SCALE);
	rebuilt->bought = (int64_t) ((uint64) rebuilt->bought + (uint64) change->bought);
}

/* A figure of a series or an item against the journal. */
static void
compare(PvVerify *verify, const char *where, const char *what, int64_t expected, int64_t found,
		int scale)
{
	if (expected != found)
		pv_compare(&verify->report, PV_CHECK_ITEMS, psprintf("%s of %s", what, where), 0, expected,
				   found, scale);
}

static void
compare_series(PvVerify *verify, const PvStream *rows)
{
	PvSeriesRow row = pv_series_read(&rows->row, 0);
	Series *series = find_series(verify, row.terms.id);
	const char *where = psprintf("series " INT64_FORMAT, row.terms.id);
	const char *found;

	pv_checked(&verify->report, PV_CHECK_ITEMS);
	if (!series || series->found)
	{
		pv_failed(&verify->report, PV_CHECK_ITEMS, where, series ? "one row" : "none",
				  series ? "several" : "a row");
		return;
	}
	series->found = true;
	if (rows->row.nulls[SERIES_PRICES] == rows->row.nulls[SERIES_PRICES + 1])
		pv_failed(&verify->report, PV_CHECK_ITEMS, where, "one price",
				  rows->row.nulls[SERIES_PRICES] ? "none" : "two");
	found = pv_series_note(&row);
	if (strcmp(series->note, found) != 0)
		pv_failed(&verify->report, PV_CHECK_ITEMS, where, series->note, found);
	compare(verify, where, "issued", series->terms.issued, row.terms.issued, 0);
}

static void
compare_item(PvVerify *verify, const PvStream *rows)
{
	int64_t id = pv_stream_int(rows, 0);
	PvItem found = pv_item_read(&rows->row, 1);
	Series *series = find_series(verify, id);
	const PvItem *item;
	const char *where = psprintf("item " INT64_FORMAT " of series " INT64_FORMAT, found.serial, id);

	pv_checked(&verify->report, PV_CHECK_ITEMS);
	if (!series || found.serial < 1 || found.serial > series->terms.issued)
	{
		pv_failed(&verify->report, PV_CHECK_ITEMS, where, "none", "a row");
		return;
	}
	if (found.serial == series->last)
		pv_failed(&verify->report, PV_CHECK_ITEMS, where, "one row", "several");
	series->last = found.serial;
	series->found_items++;
	item = &series->items[found.serial - 1];
	compare(verify, where, "owner", pv_merges_now(verify, item->owner), found.owner, 0);
	compare(verify, where, "listed", item->listed, found.listed, PV_AMOUNT_SCALE);
	if (found.listed == 0 && !rows->row.nulls[3])
		pv_failed(&verify->report, PV_CHECK_ITEMS, psprintf("listed of %s", where), "none", "0");
	compare(verify, where, "used", item->used, found.used, 0);
	compare(verify, where, "since", item->since, found.since, 0);
	compare(verify, where, "seq", item->seq, found.seq, 0);
}

/* Runs through the rows of a table, in a memory that each row begins anew. */
static void
compare_rows(PvVerify *verify, PvPlan *plan, uint64 required, const char *what,
			 void (*compare_row)(PvVerify *verify, const PvStream *rows))
{
	MemoryContext row_context =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault verify item",
							  ALLOCSET_DEFAULT_SIZES);
	PvStream rows = {0};

	pv_stream_open(&rows, plan, verify->book->vault);
	pv_stream_require(&rows, &verify->report, PV_CHECK_ITEMS, required);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		MemoryContext old = MemoryContextSwitchTo(row_context);

		compare_row(verify, &rows);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row_context);
		pv_verify_progress(&verify->report, what, rows.read);
	}
	pv_stream_close(&rows);
	MemoryContextDelete(row_context);
}

/* N5: serials 1 to issued, each with one row that is as its last event left it. */
void
pv_items_compare(PvVerify *verify)
{
	HASH_SEQ_STATUS all;
	Series *series;

	compare_rows(verify, &series_rows, SERIES_REQUIRED, "series", compare_series);
	compare_rows(verify, &item_rows, ITEM_REQUIRED, "items", compare_item);
	hash_seq_init(&all, verify->series);
	while ((series = hash_seq_search(&all)) != NULL)
	{
		const char *where = psprintf("series " INT64_FORMAT, series->id);

		if (!series->found)
			pv_failed(&verify->report, PV_CHECK_ITEMS, where, "a row", "none");
		compare(verify, where, "items", series->terms.issued, series->found_items, 0);
	}
}
