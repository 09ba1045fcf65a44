/*
 * limits.h
 *	  Refuses what is more than one operator may book on a day.
 */
#ifndef PV_SURFACE_LIMITS_H
#define PV_SURFACE_LIMITS_H

#include "base/compat.h"
#include "store/journal.h"
#include "store/state.h"

extern void pv_check_limit(const PvBook *book, const PvEntry *entry);

#endif /* PV_SURFACE_LIMITS_H */
