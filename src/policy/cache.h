/*
 * cache.h
 *	  Parsed policies, kept in the backend by their serial.
 */
#ifndef PV_POLICY_CACHE_H
#define PV_POLICY_CACHE_H

#include "base/compat.h"
#include "engine/policy.h"

extern bool pv_policy_cached(int32_t serial, PvPolicy *policy);
extern void pv_policy_remember(const PvPolicy *policy, Oid table);

#endif /* PV_POLICY_CACHE_H */
