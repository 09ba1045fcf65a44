/*
 * verify_partners.h
 *	  Whom closes made partners, and whom they were to (P1).
 */
#ifndef PV_AUDIT_VERIFY_PARTNERS_H
#define PV_AUDIT_VERIFY_PARTNERS_H

#include "base/compat.h"
#include "audit/verification.h"
#include "audit/verify_days.h"
#include "audit/verify_sort.h"

extern void pv_partners_rule(PvVerify *verify, PvClosed *closed);
extern void pv_partners_order(PvVerify *verify, PvKind kind, int64_t member);
extern void pv_partners_begin(PvVerify *verify);
extern void pv_partners_follow(PvVerify *verify, PvRebuilt *rebuilt, int64_t before);
extern void pv_partners_change(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change);
extern void pv_partners_merge(PvRebuilt *into, PvRebuilt *from);
extern void pv_partners_compare(PvVerify *verify, const PvRebuilt *rebuilt);
extern void pv_partners_end(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_PARTNERS_H */
