/*
 * items.h
 *	  Collectibles: claimed, given, sold, used (MODEL §9, N1 to N5).
 */
#ifndef PV_ENGINE_ITEMS_H
#define PV_ENGINE_ITEMS_H

#include "engine/event.h"
#include "engine/policy.h"

extern bool pv_item_is_used_up(const PvSeries *series, const PvItem *item);
extern PvError pv_claim_price(const PvSeries *series, const PvVault *vault, int64_t *points,
							  PvTrace *trace);
extern PvError pv_claim(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_issue_item(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							 PvEffect *effect);
extern PvError pv_transfer_item(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								PvEffect *effect);
extern PvError pv_list_item(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							PvEffect *effect);
extern PvError pv_unlist_item(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							  PvEffect *effect);
extern PvError pv_buy_item(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);
extern PvError pv_use_item(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);

#endif /* PV_ENGINE_ITEMS_H */
