/*
 * cycle.h
 *	  Quota, shares and daily dividends (MODEL §5).
 */
#ifndef PV_ENGINE_CYCLE_H
#define PV_ENGINE_CYCLE_H

#include "engine/event.h"
#include "engine/policy.h"
#include "engine/sale.h"

extern bool pv_rewards_sponsors(const PvPolicy *policy);
extern bool pv_count_spending(PvMember *member, int64_t spending, int64_t share_price,
							  int64_t *shares);
extern bool pv_quota_of(const PvPolicy *policy, int64_t amount, int64_t *quota,
						int64_t *other_quota);
extern bool pv_spending_of_sponsor(const PvPolicy *policy, int64_t amount, int64_t *spending);
extern PvError pv_cycle_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								 PvEffect *effect);
extern PvError pv_cycle_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							   const PvRefundParts *parts, PvEffect *effect);
extern bool pv_is_active(const PvAssets *has);
extern bool pv_day_pools(const PvPolicy *policy, const PvVault *vault, PvDay *day);
extern int pv_tier_of(const PvDay *day, int64_t shares);
extern bool pv_day_divisors(const PvPolicy *policy, PvDay *day, const PvClass *classes, int count);
extern bool pv_day_pool(const PvDay *day, int64_t *pool);
extern bool pv_day_due(const PvDay *day, int64_t shares, int64_t *due);
extern int64_t pv_accrued(int64_t total, int64_t mark, int64_t quota);
extern bool pv_day_pay(const PvDay *day, const PvAssets *has, int64_t *due, int64_t *paid);
extern PvError pv_cycle_close(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							  PvEffect *effect);
extern PvError pv_dividend(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);

#endif /* PV_ENGINE_CYCLE_H */
