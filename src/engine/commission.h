/*
 * commission.h
 *	  Commissions of purchases, and the shareholder pool (MODEL §7, C6a).
 */
#ifndef PV_ENGINE_COMMISSION_H
#define PV_ENGINE_COMMISSION_H

#include "engine/event.h"
#include "engine/policy.h"

/* M1: a budget on its way to those who earn by a purchase, in the order in which they are asked. */
typedef struct PvPayout
{
	const PvCommissionPolicy *policy;
	int64_t amount; /* of the purchase: all rates are on it */
	int64_t left;	/* of the budget */
	int paid;		/* L4: the highest rank paid so far, 0 = none */
	bool peer;		/* L5: and its peer has not come yet */
	bool in_range;	/* U4: all of it fits 64 bits */
	PvCommissions *list;
	PvTrace *trace; /* of who asks, NULL: nobody */
} PvPayout;

extern void pv_add_commission(PvCommissions *list, PvCommission commission);
extern bool pv_is_same_commission(const PvCommission *a, const PvCommission *b);
extern PvPayout pv_payout(const PvPolicy *policy, int64_t amount, PvCommissions *list);
extern void pv_pay_sponsors(PvPayout *payout, int64_t direct, int64_t indirect);
extern bool pv_line_may_earn(const PvPayout *payout);
extern void pv_pay_above(PvPayout *payout, int64_t member, int rank);
extern bool pv_region_may_earn(const PvPayout *payout);
extern void pv_pay_agent(PvPayout *payout, PvReason reason, int64_t member);
extern void pv_pay_shareholders(PvPayout *payout);
extern bool pv_commissions(const PvPolicy *policy, int64_t amount, const PvEarners *earners,
						   PvTrace *trace, PvCommissions *list, int64_t *rest);
extern PvError pv_commission_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
									  PvEffect *effect);
extern PvError pv_commission_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event,
									const PvRefundDue *due, PvEffect *effect);
extern bool pv_shareholder_due(const PvDay *day, int64_t shares, int64_t *due);
extern PvError pv_commission_close(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								   PvEffect *effect);

#endif /* PV_ENGINE_COMMISSION_H */
