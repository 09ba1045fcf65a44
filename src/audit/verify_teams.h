/*
 * verify_teams.h
 *	  Team figures and release plans, followed close by close from the journal and
 *	  compared with their tables (L1 to L7, M1).
 */
#ifndef PV_AUDIT_VERIFY_TEAMS_H
#define PV_AUDIT_VERIFY_TEAMS_H

#include "base/compat.h"
#include "audit/verification.h"
#include "engine/event.h"

extern void pv_teams_load(PvVerify *verify);
extern const PvReleasePlan *pv_teams_plan(PvVerify *verify, int64_t member, int64_t seq);
extern void pv_teams_follow(PvVerify *verify, const PvEvent *event, const PvEffect *effect);
extern void pv_teams_follow_close(PvVerify *verify, const PvClosed *closed);
extern int64_t pv_teams_above(const PvVerify *verify, int64_t member);
extern int pv_teams_rank(const PvVerify *verify, int64_t member);
extern int64_t pv_teams_posted(const PvVerify *verify, int64_t member);
extern void pv_teams_end(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_TEAMS_H */
