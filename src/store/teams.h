/*
 * teams.h
 *	  Team figures and release plans at the close of a day, in the store (L2 to L6, M1).
 */
#ifndef PV_STORE_TEAMS_H
#define PV_STORE_TEAMS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/state.h"

extern void pv_teams_close(PvBook *book, int64_t closed_by, PvDay *day);

#endif /* PV_STORE_TEAMS_H */
