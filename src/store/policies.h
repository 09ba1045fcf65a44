/*
 * policies.h
 *	  Policy versions in their table.
 */
#ifndef PV_STORE_POLICIES_H
#define PV_STORE_POLICIES_H

#include "base/compat.h"
#include "engine/policy.h"

#include "utils/jsonb.h"

extern bool pv_policy_had_cycle(int32_t vault);
extern bool pv_policy_had_exits(int32_t vault, const char *section);
extern bool pv_policy_had_teams(int32_t vault);
extern void pv_policy_add(int32_t vault, PvPolicy *policy, int64_t seq, Jsonb *document);
extern Jsonb *pv_policy_document(int32_t vault, int32_t serial);
extern int32_t pv_policy_of_row(int32_t vault, int64_t seq);
extern bool pv_policy_find(int32_t vault, int32_t serial, PvPolicy *policy);
extern PvPolicy pv_policy_get(int32_t vault, int32_t serial);

#endif /* PV_STORE_POLICIES_H */
