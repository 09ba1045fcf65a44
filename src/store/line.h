/*
 * line.h
 *	  The line above a member, and who may earn by a purchase (M1, M2).
 */
#ifndef PV_STORE_LINE_H
#define PV_STORE_LINE_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/state.h"

/* Tells when a walk comes back to a place it was at: somebody changed the line (Brent). */
typedef struct PvWalk
{
	int32_t vault;
	int64_t been;
	int64_t steps;
	int64_t turn;
} PvWalk;

extern PvWalk pv_walk_from(int32_t vault, int64_t member);
extern void pv_walk_to(PvWalk *walk, int64_t member);
extern void pv_book_bring_earners(PvBook *book, PvEvent *event, PvEntry *entry);

#endif /* PV_STORE_LINE_H */
