/*
 * verify_merges.h
 *	  Members that became one by merges, by the journal and by their rows.
 */
#ifndef PV_AUDIT_VERIFY_MERGES_H
#define PV_AUDIT_VERIFY_MERGES_H

#include "base/compat.h"
#include "audit/verification.h"
#include "audit/verify_days.h"
#include "engine/event.h"

/* A member that was merged, or took over. */
typedef struct PvMerged
{
	int64_t id;
	int64_t group; /* below 0: of those who are one by their rows; 0 = of none */
	int64_t into;  /* by the journal up to the row at hand; 0 = one by itself */
	/* the second pass */
	PvRebuilt rebuilt;
	PvAssets handed;   /* what it had when it was merged */
	int64_t merged_by; /* the journal row of that */
} PvMerged;

extern void pv_merges_load(PvVerify *verify);
extern PvMerged *pv_merges_find(const PvVerify *verify, int64_t member);
extern int64_t pv_merges_group(const PvVerify *verify, int64_t member);
extern int64_t pv_merges_now(const PvVerify *verify, int64_t member);
extern bool pv_merges_can(const PvVerify *verify, int64_t from, int64_t into);
extern void pv_merges_note(PvVerify *verify, int64_t from, int64_t into);

#endif /* PV_AUDIT_VERIFY_MERGES_H */
