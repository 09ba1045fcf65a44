/*
 * exchange.h
 *	  Points in custody of an outside market (MODEL §9, X1 to X3).
 */
#ifndef PV_ENGINE_EXCHANGE_H
#define PV_ENGINE_EXCHANGE_H

#include "engine/event.h"
#include "engine/policy.h"

extern PvError pv_hand_over(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							PvEffect *effect);
extern PvError pv_take_back_from_exchange(const PvPolicy *policy, PvVault *vault, PvEvent *event,
										  PvEffect *effect);

#endif /* PV_ENGINE_EXCHANGE_H */
