/*
 * lot_rows.c
 *	  The lots of members: the oldest first, as far as an event burns them (G5).
 */
#include "store/lot_rows.h"

#include "engine/lots.h"
#include "store/lookup.h"

#include "miscadmin.h"

static PvLookup lot_of_event = {.table = "lot_data",
								.columns = PV_LOT_COLUMNS,
								.by = "vault, member, seq",
								.nkeys = 3};

/* In the order of the events that brought them. */
static PvLookup lots_of_member = {.table = "lot_data",
								  .columns = PV_LOT_COLUMNS,
								  .by = "vault, member, seq",
								  .nkeys = 2};

static PvTable lot_insert = {PV_INSERT, "lot_data",
							 "vault, member, seq, points, exit_limit, taken, minted, alone, "
							 "free_on, release_days",
							 "illpappbds", 0};

static PvTable lot_update = {PV_UPDATE, "lot_data", "vault, member, seq, points, exit_limit, taken",
							 "illpap", 3};

static PvTable lot_delete = {PV_DELETE, "lot_data", "vault, member, seq", "ill", 3};

/* An exit of a member takes all its lots. */
static PvTable lots_delete = {PV_DELETE, "lot_data", "vault, member", "il", 2};

/* A lot as a row has it, from column `first` on as PV_LOT_COLUMNS has them. */
PvLot
pv_lot_of_row(const PvRow *row, int first)
{
	const Datum *values = row->values + first;
	const bool *nulls = row->nulls + first;

	return (PvLot){.seq = DatumGetInt64(values[0]),
				   .left = DatumGetInt64(values[1]),
				   .minted = DatumGetInt64(values[2]),
				   .limit = DatumGetInt64(values[3]),
				   .alone = DatumGetBool(values[4]),
				   .held = !nulls[5],
				   .free_on = nulls[5] ? 0 : DatumGetDateADT(values[5]),
				   .release_days = nulls[6] ? 0 : DatumGetInt16(values[6]),
				   .taken = nulls[7] ? 0 : DatumGetInt64(values[7]),
				   .stored = true};
}

/* Adds a stored lot to those of a member in memory, if it is not there yet. */
PvLot *
pv_keep_lot(PvMember *member, const PvRow *row, int first)
{
	PvLot *lot = pv_find_lot(member, DatumGetInt64(row->values[first]));

	return lot ? lot : pv_add_lot(member, pv_lot_of_row(row, first));
}

/*
 * Loads lots from the oldest on until so many points are that are free on the day; returns
 * how many are missing.  What is in memory already is newer than what is stored.  Held or
 * not, those without points come too, whose limit goes over by a merge (G6).
 */
static int64_t
load_lots(PvBook *book, PvMember *member, int64_t points, DateADT day)
{
	PvScan scan;
	PvRow row;

	pv_scan_open(&scan, &lots_of_member, pv_sight(book->mode == PV_BOOK_READ));
	pv_scan_by(&scan, (Datum[]){Int32GetDatum(book->vault), Int64GetDatum(member->id)});
	while (points > 0 && pv_scan_next(&scan, &row))
	{
		PvLot stored = pv_lot_of_row(&row, 0);
		const PvLot *known = pv_find_lot(member, stored.seq);
		int64_t free = pv_lot_free(known ? known : &stored, day);

		if (!known && (free > 0 || day == PV_HELD_OR_NOT))
			(void) pv_add_lot(member, stored);
		points -= Min(points, free);
		CHECK_FOR_INTERRUPTS();
	}
	pv_scan_close(&scan);
	return points;
}

/*
 * Loads the member's oldest lots until as many of their points are free on the day (G5),
 * without those that are held, which may be many (G16, D3).  Where there are too few, all of
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
	Datum values[10] = {Int32GetDatum(book->vault),	   Int64GetDatum(member->id),
						Int64GetDatum(lot->seq),	   Int64GetDatum(lot->left),
						Int64GetDatum(lot->limit),	   Int64GetDatum(lot->taken),
						Int64GetDatum(lot->minted),	   BoolGetDatum(lot->alone),
						DateADTGetDatum(lot->free_on), Int16GetDatum(lot->release_days)};
	bool nulls[10] = {[5] = lot->taken == 0, [8] = !lot->held, [9] = lot->release_days == 0};

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
