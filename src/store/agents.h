/*
 * agents.h
 *	  The agents of regions (M1).
 */
#ifndef PV_STORE_AGENTS_H
#define PV_STORE_AGENTS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/state.h"

extern int pv_region_digits(PvReason reason);
extern bool pv_region_has_digits(const char *region, int digits);
extern bool pv_is_region_code(const char *region);
extern int64_t pv_agent_with_code(PvBook *book, const char *code);
extern void pv_agent_appoint(PvBook *book, const char *region, int64_t member, int64_t seq);

#endif /* PV_STORE_AGENTS_H */
