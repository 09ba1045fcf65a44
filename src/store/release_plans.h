/*
 * release_plans.h
 *	  Release plans in the store, and what they released posted to members (L1, L7).
 */
#ifndef PV_STORE_RELEASE_PLANS_H
#define PV_STORE_RELEASE_PLANS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/lookup.h"
#include "store/state.h"
#include "store/table.h"

#include "utils/date.h"

extern PvTable pv_plan_update;
extern PvLookup pv_plans_of_member;
extern PvLookup pv_plans_of_vault;

extern void pv_plan_read(const PvRow *row, int first, PvReleasePlan *plan);
extern void pv_plan_add_row(PvRows *rows, int32_t vault, int64_t member, const PvReleasePlan *plan);
extern void pv_plan_note(PvBook *book, PvEvent *event, const PvEffect *effect);
extern void pv_plan_bring(PvBook *book, PvEvent *event);
extern int64_t pv_released_unposted(PvBook *book, const PvMember *member);
extern void pv_plans_merge(int32_t vault, int64_t from, int64_t into);

#endif /* PV_STORE_RELEASE_PLANS_H */
