/*
 * explain_earners.h
 *	  Stand-ins for those who earned by a purchase, and for the plan that a refund found.
 */
#ifndef PV_AUDIT_EXPLAIN_EARNERS_H
#define PV_AUDIT_EXPLAIN_EARNERS_H

#include "base/compat.h"
#include "engine/event.h"
#include "engine/policy.h"
#include "store/journal.h"

extern PvEarners pv_earners_paid(const PvPolicy *policy, const PvEntry *purchase);
extern bool pv_plan_before_refund(int32_t vault, int64_t holder, const PvSale *sale, int64_t amount,
								  PvReleasePlan *plan);

#endif /* PV_AUDIT_EXPLAIN_EARNERS_H */
