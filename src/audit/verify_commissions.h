/*
 * verify_commissions.h
 *	  Who earned by a purchase, as of then (M1, M2).
 */
#ifndef PV_AUDIT_VERIFY_COMMISSIONS_H
#define PV_AUDIT_VERIFY_COMMISSIONS_H

#include "base/compat.h"
#include "audit/verification.h"
#include "engine/event.h"

extern void pv_agents_begin(PvVerify *verify);
extern void pv_agents_note(PvVerify *verify, const char *region, int64_t member);
extern void pv_agents_compare(PvVerify *verify);
extern PvEarners pv_earners_then(PvVerify *verify, int64_t buyer, int64_t amount,
								 const char *region);
extern void pv_agents_as_paid(PvEarners *earners, const PvCommissions *paid);
extern void pv_commissions_compare(PvVerify *verify, const PvCommissions *expected,
								   const PvCommissions *found);

#endif /* PV_AUDIT_VERIFY_COMMISSIONS_H */
