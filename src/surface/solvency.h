/*
 * solvency.h
 *	  What a vault owes and what covers it (R3).
 */
#ifndef PV_SURFACE_SOLVENCY_H
#define PV_SURFACE_SOLVENCY_H

#include "base/compat.h"
#include "store/state.h"

/* All that is owed, what of it is backed, and what is promised beside it. */
typedef struct PvSolvency
{
	int64_t owed;
	int64_t backed;
	int64_t promised;
} PvSolvency;

extern PvSolvency pv_solvency(const PvBook *book);

#endif /* PV_SURFACE_SOLVENCY_H */
