/*
 * lots.h
 *	  Points sit in lots (G5), and lots carry the limits of exits (G6).
 */
#ifndef PV_ENGINE_LOTS_H
#define PV_ENGINE_LOTS_H

#include "engine/event.h"

extern int64_t pv_lot_counts(const PvLot *lot);
extern PvLot *pv_add_lot(PvMember *member, PvLot lot);
extern PvLot *pv_find_lot(PvMember *member, int64_t seq);
extern PvError pv_bring_points(PvMember *member, PvLot lot);
extern PvError pv_take_points(PvMember *member, int64_t points);
extern int64_t pv_take_back(PvMember *member, int64_t seq, int64_t points, int64_t limit);
extern bool pv_lot_is_used_up(const PvLot *lot);
extern void pv_drop_lot(PvMember *member, PvLot *lot);
extern void pv_drop_all_lots(PvMember *member);

#endif /* PV_ENGINE_LOTS_H */
