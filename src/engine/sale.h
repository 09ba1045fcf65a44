/*
 * sale.h
 *	  A purchase, its refund and the close of a day: every section of the policy
 *	  has its part in them.
 */
#ifndef PV_ENGINE_SALE_H
#define PV_ENGINE_SALE_H

#include "engine/event.h"
#include "engine/policy.h"

extern PvError pv_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);
extern void pv_sale_promises(const PvPolicy *policy, PvSale *sale);
extern PvSalePart *pv_add_sale_part(PvSale *sale, PvRole role, int64_t member, int64_t points);
extern bool pv_refund_due(const PvSale *sale, int64_t amount, PvRefundDue *due);
extern PvError pv_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_SALE_H */
