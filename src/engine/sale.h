/*
 * sale.h
 *	  A purchase, its refund and the close of a day: every section of the policy
 *	  has its part in them.
 */
#ifndef PV_ENGINE_SALE_H
#define PV_ENGINE_SALE_H

#include "engine/event.h"
#include "engine/policy.h"

/* The parts of a sale that one refund of it takes back: differences of running sums. */
typedef struct PvRefundParts
{
	int64_t contribution;
	int64_t points;
	int64_t other_points;
	int64_t limit;
	int64_t quota;
	int64_t other_quota;
	int64_t other_spending;
} PvRefundParts;

extern PvError pv_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);
extern bool pv_refund_parts(const PvSale *sale, int64_t amount, PvRefundParts *parts);
extern PvError pv_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_SALE_H */
