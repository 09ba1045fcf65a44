/*
 * verify_days.h
 *	  Closed days and what they paid, followed member by member as if each close
 *	  had paid them one by one, and compared with running totals (C8).
 */
#ifndef PV_AUDIT_VERIFY_DAYS_H
#define PV_AUDIT_VERIFY_DAYS_H

#include "base/compat.h"
#include "audit/verification.h"
#include "engine/event.h"

#include "utils/date.h"

/* What a member has by itself, and what closes paid it that is not posted. */
typedef struct PvRebuilt
{
	PvMember member;
	int64_t unposted;
	int64_t unposted_shareholders; /* C6a: and what of it came out of the shareholder pool */
	DateADT posted_to;
	int64_t seq;	 /* of the last change */
	PvAssets before; /* the event of that number, in which it may take part twice */
	DateADT posted_before;
	int64_t event;
	PvAssets at_close; /* after the last close: shares, quota */
	bool suspended;
	int64_t bought;		  /* N1: own purchases less refunds */
	PvStockGrant *grants; /* Q3: oldest first */
	int ngrants;
	int64_t partner_due; /* P1: the close that was to make it a partner, 0 = none */
	int64_t partner_seq; /* the journal row that did, 0 = it is none */
	DateADT partner_since;
} PvRebuilt;

extern void pv_days_load(PvVerify *verify);
extern PvClosed *pv_days_of_close(PvVerify *verify, DateADT day);
extern void pv_days_compare_pools(PvVerify *verify, const PvClosed *closed, const PvDay *day,
								  int64_t pool);
extern void pv_days_begin(PvVerify *verify);
extern int pv_days_first_after(const PvVerify *verify, int64_t seq);
extern DateADT pv_days_closed_at(const PvVerify *verify, int64_t seq);
extern void pv_days_pay(PvVerify *verify, PvRebuilt *rebuilt, int64_t before);
extern PvAssets pv_days_accrued(const PvVerify *verify, const PvMember *member);
extern void pv_days_compare_member(PvVerify *verify, const PvRebuilt *rebuilt,
								   const PvAssets *accrued);
extern void pv_days_end(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_DAYS_H */
