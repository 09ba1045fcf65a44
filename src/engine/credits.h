/*
 * credits.h
 *	  Credits: fixed in value, for paying inside the mall, backed by points in the
 *	  treasury (G8 to G10, G14).
 */
#ifndef PV_ENGINE_CREDITS_H
#define PV_ENGINE_CREDITS_H

#include "engine/event.h"
#include "engine/policy.h"
#include "engine/trace.h"

extern PvError pv_buy_credits(const PvPolicy *policy, PvVault *vault, int64_t credits,
							  int64_t *cost, PvTrace *trace);
extern PvError pv_check_credits(const PvEvent *event);
extern PvError pv_points_to_credits(const PvPolicy *policy, PvVault *vault, PvEvent *event,
									PvEffect *effect);
extern PvError pv_credits_to_points(const PvPolicy *policy, PvVault *vault, PvEvent *event,
									PvEffect *effect);
extern PvError pv_pay(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_redeem_surplus(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								 PvEffect *effect);

#endif /* PV_ENGINE_CREDITS_H */
