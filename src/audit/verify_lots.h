/*
 * verify_lots.h
 *	  The lots that the events left, compared with those that are stored.
 */
#ifndef PV_AUDIT_VERIFY_LOTS_H
#define PV_AUDIT_VERIFY_LOTS_H

#include "base/compat.h"
#include "audit/verification.h"
#include "engine/event.h"
#include "engine/fixed.h"

extern void pv_lots_begin(PvVerify *verify);
extern void pv_lots_compare(PvVerify *verify, const PvMember *member);
extern void pv_lots_end(PvVerify *verify);
extern void pv_check_next_exit(PvVerify *verify, int64_t member, PvPrice price);

#endif /* PV_AUDIT_VERIFY_LOTS_H */
