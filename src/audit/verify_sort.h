/*
 * verify_sort.h
 *	  Changes of members, put in by event and got back by member.
 */
#ifndef PV_AUDIT_VERIFY_SORT_H
#define PV_AUDIT_VERIFY_SORT_H

#include "base/compat.h"
#include "audit/verification.h"
#include "engine/event.h"

/* What an event did to one member, on its way through the sort. */
typedef struct PvMemberChange
{
	int64_t group; /* the member, or those it became one with, see verify_merges.c */
	int64_t member;
	int64_t seq;
	int64_t place; /* among the parties of the event */
	PvKind kind;
	PvRole role;
	PvAssets change;
	int32_t date;		 /* V7: the business day of the event */
	PvLot lot;			 /* the lot it brought, of change.points, if brings */
	int64_t cause;		 /* refund: the purchase; merge: who was merged */
	int64_t due;		 /* refund: points due of its lot; lot.limit: of its limit */
	int64_t quota_due;	 /* and of the quota */
	int64_t spending;	 /* C1: what counted toward its shares */
	int64_t share_price; /* at which it counted */
	int64_t bought;		 /* N1: what it added to its own purchases less refunds */
	int64_t min_spent;	 /* claim: what these had to reach */
	PvLock lock;		 /* Q3: of the shares of stock it brought, change.stock */
	bool brings;
	bool alone; /* exit: of one lot, on the basis of orders */
} PvMemberChange;

extern void pv_changes_sum(PvAssets *sum, const PvAssets *change);
extern void pv_changes_begin(PvVerify *verify);
extern void pv_changes_put(PvVerify *verify, const PvMemberChange *change);
extern void pv_changes_sort(PvVerify *verify);
extern bool pv_changes_get(PvVerify *verify, PvMemberChange *change);

#endif /* PV_AUDIT_VERIFY_SORT_H */
