/*
 * release.h
 *	  Release plans: what a purchase grants, released day by day (MODEL §6).
 */
#ifndef PV_ENGINE_RELEASE_H
#define PV_ENGINE_RELEASE_H

#include "engine/event.h"
#include "engine/policy.h"

#define PV_NEVER INT32_MAX

/*
 * What a member's plans release a day, as the last close that touched them left it: the
 * same each day until one on which something ends.
 */
typedef struct PvRun
{
	int64_t released; /* by all its plans, by the end of as_of */
	int64_t rate;	  /* each day after that */
	int64_t base;	  /* L2: b(x) of the last day, what others are paid by */
	int64_t bonus;	  /* L3 to L5: what it earns a day by others */
	int32_t as_of;
	int32_t ends_on; /* the next day that is to be computed again, PV_NEVER */
	int32_t plans;	 /* how many are not used up */
} PvRun;

extern bool pv_plan_promise(const PvPolicy *policy, int64_t amount, int64_t *granted,
							int64_t *daily);
extern int64_t pv_plan_remaining(const PvReleasePlan *plan);
extern bool pv_released_by(int64_t released, int64_t rate, int32_t as_of, int32_t day,
						   int64_t *total);
extern bool pv_plan_bring_to(PvReleasePlan *plan, int32_t day);
extern bool pv_plans_release(PvReleasePlan *plans, int count, bool on, int32_t day, int64_t bonus,
							 PvRun *run, int64_t *paid);
extern PvError pv_release_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								   PvEffect *effect);
extern PvError pv_release_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								 const PvRefundDue *due, PvEffect *effect);
extern PvError pv_release_close(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								PvEffect *effect);
extern PvError pv_post_released(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								PvEffect *effect);
extern PvError pv_spend_reward(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							   PvEffect *effect);

#endif /* PV_ENGINE_RELEASE_H */
