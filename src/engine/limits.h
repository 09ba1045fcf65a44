/*
 * limits.h
 *	  What one operator may book of a kind of event on one day.
 */
#ifndef PV_ENGINE_LIMITS_H
#define PV_ENGINE_LIMITS_H

#include "engine/event.h"
#include "engine/policy.h"

extern int64_t pv_limit_of(const PvPolicy *policy, PvKind kind);
extern int pv_limit_scale(PvKind kind);
extern int64_t pv_counts_for_limit(PvKind kind, int64_t amount, const PvAssets *own);

#endif /* PV_ENGINE_LIMITS_H */
