/*
 * share_counts.c
 *	  Share counts and their running totals in memory (C8).
 */
#include "store/share_counts.h"

#include "engine/memory.h"
#include "store/lookup.h"
#include "store/write.h"

/* Where share counts stand in the array of classes. */
typedef struct ClassSlot
{
	int64_t shares;
	int place;
	char status;
} ClassSlot;

#define SH_PREFIX classhash
#define SH_ELEMENT_TYPE ClassSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY shares
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

#define CLASS_COLUMNS "shares, holders, active, total, shareholder_total"

static PvLookup class_of = {.table = "class_data",
							.columns = CLASS_COLUMNS,
							.by = "vault, shares",
							.nkeys = 2};

static PvLookup all_classes = {.table = "class_data",
							   .columns = CLASS_COLUMNS,
							   .by = "vault, shares",
							   .nkeys = 1};

static PvTable class_insert = {PV_INSERT, "class_data", "vault, " CLASS_COLUMNS, "illlaa"};

static PvTable class_update = {PV_UPDATE, "class_data", "vault, " CLASS_COLUMNS, "illlaa", 2};

/* A share count in memory, NULL where it is not. */
PvClass *
pv_class_find(PvCycle *cycle, int64_t shares)
{
	ClassSlot *slot = cycle->places ? classhash_lookup(cycle->places, shares) : NULL;

	PV_ASSERT(!slot ||
			  (slot->place < cycle->count && cycle->classes[slot->place].shares == shares));
	return slot ? &cycle->classes[slot->place] : NULL;
}

static PvClass *
add_class(PvCycle *cycle, int64_t shares)
{
	bool found;

	if (!cycle->places)
		cycle->places = classhash_create(CurrentMemoryContext, 256, NULL);
	if (cycle->count == cycle->size)
	{
		cycle->size = cycle->size > 0 ? 2 * cycle->size : 256;
		cycle->classes = pv_realloc(cycle->classes, sizeof(PvClass) * cycle->size);
	}
	classhash_insert(cycle->places, shares, &found)->place = cycle->count;
	PV_ASSERT(cycle->count < cycle->size);
	cycle->classes[cycle->count] = (PvClass){.shares = shares};
	return &cycle->classes[cycle->count++];
}

static void
read_totals(PvClass *class, const PvRow *row)
{
	class->total = pv_row_int(row, 3);
	class->shareholder_total = pv_row_int(row, 4);
}

/*
 * C8: a share count with its running totals; 0 of one that nobody had at a close.
 */
PvClass
pv_class_of(PvBook *book, int64_t shares)
{
	PvCycle *cycle = &book->cycle;
	PvClass *class = pv_class_find(cycle, shares);
	Datum keys[2] = {Int32GetDatum(book->vault), Int64GetDatum(shares)};
	PvRow row;

	if (class || cycle->complete)
		return class ? *class : (PvClass)
		{
			0
		};
	class = add_class(cycle, shares);
	if (pv_look_up(&class_of, keys, pv_sight(book->mode == PV_BOOK_READ), &row))
		read_totals(class, &row);
	return *class;
}

/* All share counts, as they are stored. */
void
pv_classes_load(PvBook *book)
{
	PvCycle *cycle = &book->cycle;
	PvScan scan;
	PvRow row;

	if (cycle->complete)
		return;
	cycle->complete = true;
	cycle->count = 0;
	if (cycle->places)
		classhash_reset(cycle->places);
	pv_scan_open(&scan, &all_classes, PV_SEE_NOW);
	pv_scan_by(&scan, (Datum[]){Int32GetDatum(book->vault)});
	while (pv_scan_next(&scan, &row))
	{
		PvClass *class = add_class(cycle, pv_row_int(&row, 0));

		class->holders = pv_row_int(&row, 1);
		class->active = pv_row_int(&row, 2);
		read_totals(class, &row);
		class->stored = true;
	}
	pv_scan_close(&scan);
}

/* One more, or less, has so many shares, and takes part with them or not. */
void
pv_class_count(PvCycle *cycle, int64_t shares, int holders, int active)
{
	PvClass *class = pv_class_find(cycle, shares);

	PV_ASSERT(cycle->complete); /* else one that is stored would begin at 0 again */
	if (!class)
		class = add_class(cycle, shares);
	class->holders += holders;
	class->active += active;
	class->changed = true;
}

static void
add_class_row(PvRows *rows, const PvBook *book, const PvClass *class)
{
	Datum values[6] = {Int32GetDatum(book->vault),	  Int64GetDatum(class->shares),
					   Int64GetDatum(class->holders), Int64GetDatum(class->active),
					   Int64GetDatum(class->total),	  Int64GetDatum(class->shareholder_total)};
	bool nulls[6] = {0};

	pv_add_row(rows, values, nulls, lengthof(values));
}

/*
 * Writes what closes did; part of pv_book_write.
 */
void
pv_share_counts_write(PvBook *book)
{
	PvRows inserted = {.table = &class_insert};
	PvRows updated = {.table = &class_update};
	PvCycle *cycle = &book->cycle;

	if (cycle->days.count == 0)
		return;
	PV_ASSERT(cycle->complete); /* a close has all of them in memory */
	for (int i = 0; i < cycle->count; i++)
	{
		PvClass *class = &cycle->classes[i];

		if (class->changed)
			add_class_row(class->stored ? &updated : &inserted, book, class);
		class->stored = true;
		class->changed = false;
	}
	pv_write_rows((PvRows *[]){&cycle->days, &inserted, &updated}, 3);
}
