/*
 * lot_rows.h
 *	  The lots of members: the oldest first, as far as an event burns them (G5).
 */
#ifndef PV_STORE_LOT_ROWS_H
#define PV_STORE_LOT_ROWS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/plan.h"
#include "store/state.h"
#include "store/table.h"

typedef struct PvLotRows
{
	PvRows dropped; /* members whose lots all went */
	PvRows deleted;
	PvRows updated;
	PvRows inserted;
} PvLotRows;

/* Columns of a lot, in the order in which pv_lot_of_row reads them. */
#define PV_LOT_COLUMNS "seq, points, minted, exit_limit, alone, free_on, release_days, taken"

extern PvLot pv_lot_of_row(const PvRow *row, int first);
extern PvLot *pv_keep_lot(PvMember *member, const PvRow *row, int first);
extern void pv_book_load_lots(PvBook *book, PvMember *member, int64_t points, DateADT day);
extern void pv_book_load_lot(PvBook *book, PvMember *member, int64_t seq);
extern void pv_gather_lots(PvLotRows *rows, const PvBook *book, PvMember *member);
extern PvLotRows pv_lot_rows(void);
extern void pv_lots_written(PvMember *member);

#endif /* PV_STORE_LOT_ROWS_H */
