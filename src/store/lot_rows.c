/*
 * lot_rows.c
 *	  The lots of members: the oldest first, as far as an event burns them (G5).
 */
#include "store/lot_rows.h"

#include "engine/lots.h"
#include "store/lookup.h"

#include "miscadmin.h"

#define LOT_COLUMNS "seq, points, minted, exit_limit, alone, free_on"
#define LOT_FREE_ON 5

static PvLookup lot_of_event = {.table = "lot_data",
								.columns = LOT_COLUMNS,
								.by = "vault, member, seq",
								.nkeys = 3};

/* In the order of the events that brought them. */
static PvLookup lots_of_member = {.table = "lot_data",
								  .columns = LOT_COLUMNS,
								  .by = "vault, member, seq",
								  .nkeys = 2};

static PvTable lot_insert = {PV_INSERT, "lot_data",
							 "vault, member, seq, points, exit_limit, minted, alone, free_on",
							 "illpapbd", 0};

static PvTable lot_update = {PV_UPDATE, "lot_data", "vault, member, seq, points, exit_limit",
							 "illpa", 3};

static PvTable lot_delete = {PV_DELETE, "lot_data", "vault, member, seq", "ill", 3};

/* An exit of a member takes all its lots. */
static PvTable lots_delete = {PV_DELETE, "lot_data", "vault, member", "il", 2};

/* Adds a stored lot to those of a member in memory, if it is not there yet. */
PvLot *
pv_keep_lot(PvMember *member, const PvRow *row, int first)
{
	int64_t seq = DatumGetInt64(row->values[first]);
	PvLot *lot = pv_find_lot(member, seq);

	if (lot)
		return lot;
	return pv_add_lot(member,
					  (PvLot){.seq = seq,
							  .left = DatumGetInt64(row->values[first + 1]),
							  .minted = DatumGetInt64(row->values[first + 2]),
							  .limit = DatumGetInt64(row->values[first + 3]),
							  .alone = DatumGetBool(row->values[first + 4]),
							  .held = !row->nulls[first + LOT_FREE_ON],
							  .free_on = row->nulls[first + LOT_FREE_ON]
											 ? 0
											 : DatumGetDateADT(row->values[first + LOT_FREE_ON]),
							  .stored = true});
}

/* Loads lots from the oldest on until so many points are; returns how many are missing. */
static int64_t
load_lots(PvBook *book, PvMember *member, int64_t points, DateADT day)
{
	PvScan scan;
	PvRow row;

	pv_scan_open(&scan, &lots_of_member, pv_sight(book->mode == PV_BOOK_READ));
	pv_scan_by(&scan, (Datum[]){Int32GetDatum(book->vault), Int64GetDatum(member->id)});
	while (points > 0 && pv_scan_next(&scan, &row))
	{
		bool held = !row.nulls[LOT_FREE_ON] && day < DatumGetDateADT(row.values[LOT_FREE_ON]);

		if (!held)
			points -= Min(points, pv_keep_lot(member, &row, 0)->left);
		CHECK_FOR_INTERRUPTS();
	}
	pv_scan_close(&scan);
	return points;
}

/*
 * Loads the member's oldest lots until as many of their points are free on the day (G5),
 * without those that are held, which may be many (G16).  Where there are too few, all of
 * them, so that it can be told what is held.
 */
void
pv_book_load_lots(PvBook *book, PvMember *member, int64_t points, DateADT day)
{
	if (load_lots(book, member, points, day) > 0 && day != PV_HELD_OR_NOT)
		(void) load_lots(book, member, INT64_MAX, PV_HELD_OR_NOT);
}

/*
 * Loads the lot that one event brought, if it is still there.
 */
void
pv_book_load_lot(PvBook *book, PvMember *member, int64_t seq)
{
	Datum keys[] = {Int32GetDatum(book->vault), Int64GetDatum(member->id), Int64GetDatum(seq)};
	PvRow row;

	if (pv_look_up(&lot_of_event, keys, pv_sight(book->mode == PV_BOOK_READ), &row))
		(void) pv_keep_lot(member, &row, 0);
}

static void
add_lot_row(PvRows *rows, const PvBook *book, const PvMember *member, const PvLot *lot)
{
	Datum values[8] = {Int32GetDatum(book->vault), Int64GetDatum(member->id),
					   Int64GetDatum(lot->seq),	   Int64GetDatum(lot->left),
					   Int64GetDatum(lot->limit),  Int64GetDatum(lot->minted),
					   BoolGetDatum(lot->alone),   DateADTGetDatum(lot->free_on)};
	bool nulls[8] = {[7] = !lot->held};

	pv_add_row(rows, values, nulls, lengthof(values));
}

/* Gathers a member's lots for their table: dropped, new, changed, used up. */
void
pv_gather_lots(PvLotRows *rows, const PvBook *book, PvMember *member)
{
	PV_ASSERT(book->mode == PV_BOOK_WRITE);
	if (member->lots_dropped)
		add_lot_row(&rows->dropped, book, member, &(PvLot){0});
	for (int i = 0; i < member->nlots; i++)
	{
		const PvLot *lot = &member->lots[i];
		bool used_up = pv_lot_is_used_up(lot);

		if (!lot->stored && !used_up)
			add_lot_row(&rows->inserted, book, member, lot);
		else if (lot->stored && lot->changed)
			add_lot_row(used_up ? &rows->deleted : &rows->updated, book, member, lot);
	}
}

/* What a member's lots are written with, empty. */
PvLotRows
pv_lot_rows(void)
{
	return (PvLotRows){{.table = &lots_delete},
					   {.table = &lot_delete},
					   {.table = &lot_update},
					   {.table = &lot_insert}};
}

/*
 * What was written is what is stored; lots that are used up are gone.
 */
void
pv_lots_written(PvMember *member)
{
	int kept = 0;

	for (int i = 0; i < member->nlots; i++)
	{
		PvLot lot = member->lots[i];

		if (pv_lot_is_used_up(&lot))
			continue;
		lot.stored = true;
		lot.changed = false;
		member->lots[kept++] = lot;
	}
	PV_ASSERT(kept <= member->nlots);
	member->nlots = kept;
	member->lots_dropped = false;
}
