/*
 * lots.h
 *	  Points sit in lots (G5), and lots carry the limits of exits (G6).
 */
#ifndef PV_ENGINE_LOTS_H
#define PV_ENGINE_LOTS_H

#include "engine/event.h"

/* G17: a date on which nothing is held, for what takes points held or not. */
#define PV_HELD_OR_NOT INT32_MAX

/* As of which date an event of some day takes points from lots. */
static inline int32_t
pv_takes_as_of(PvKind kind, int32_t date)
{
	return kind == PV_KIND_ADJUST ? PV_HELD_OR_NOT : date;
}

extern int64_t pv_lot_counts(const PvLot *lot);
extern PvLot *pv_add_lot(PvMember *member, PvLot lot);
extern PvLot *pv_find_lot(PvMember *member, int64_t seq);
extern PvError pv_bring_points(PvMember *member, PvLot lot);
extern int64_t pv_lot_free(const PvLot *lot, int32_t date);
extern int64_t pv_points_held(const PvMember *member, int32_t date, int32_t *until);
extern PvError pv_has_free_points(const PvMember *member, int64_t points, int32_t date);
extern PvError pv_take_points(PvMember *member, int64_t points, int32_t date);
extern int64_t pv_take_back(PvMember *member, int64_t seq, int64_t points, int64_t limit);
extern bool pv_lot_is_used_up(const PvLot *lot);
extern void pv_drop_lot(PvMember *member, PvLot *lot);
extern void pv_drop_all_lots(PvMember *member);

#endif /* PV_ENGINE_LOTS_H */
