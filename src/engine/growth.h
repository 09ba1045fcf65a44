/*
 * growth.h
 *	  Mint, redeem, exit, inject, refund (MODEL §3).
 */
#ifndef PV_ENGINE_GROWTH_H
#define PV_ENGINE_GROWTH_H

#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "engine/trace.h"

extern bool pv_most_contribution(const PvPolicy *policy, int64_t amount, int64_t *most);
extern int64_t pv_room_under_cap(const PvPolicy *policy, const PvVault *vault, PvTrace *trace);
extern bool pv_mint(const PvPolicy *policy, PvVault *vault, PvPrice price, int64_t contribution,
					int64_t rate, PvParty *party, PvTrace *trace);
extern bool pv_limit_promised(int64_t amount, int64_t exit_multiple, int64_t *limit);
extern bool pv_sale_lot(const PvPolicy *policy, const PvEvent *event, int64_t exit_multiple,
						PvLot *lot);
extern bool pv_growth_promise(const PvPolicy *policy, int64_t amount, PvSalePart *part);
extern PvError pv_bring_other_lot(const PvPolicy *policy, PvEvent *event, PvPrice price);
extern PvError pv_bring_limited_lot(const PvPolicy *policy, PvEvent *event, PvPrice price);
extern PvError pv_growth_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								  PvEffect *effect);
extern PvError pv_growth_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								const PvRefundDue *due, PvEffect *effect);
extern PvError pv_give_points(PvEvent *event);
extern PvError pv_give_for_goods(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								 PvEffect *effect);
extern PvError pv_redeem(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_exit(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_inject(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_issue(const PvPolicy *policy, PvVault *vault, int64_t points, PvTrace *trace);
extern PvError pv_buy_points(const PvPolicy *policy, PvVault *vault, int64_t points, int64_t *cost,
							 PvTrace *trace);
extern PvError pv_buy_own_points(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								 int64_t points, PvEffect *effect);
extern PvError pv_grant_points(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							   PvEffect *effect);
extern int64_t pv_exits_per_call(const PvPolicy *policy);

#endif /* PV_ENGINE_GROWTH_H */
