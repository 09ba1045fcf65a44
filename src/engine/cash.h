/*
 * cash.h
 *	  Cash paid out to members, payouts that bounced, and what members owe (G13).
 */
#ifndef PV_ENGINE_CASH_H
#define PV_ENGINE_CASH_H

#include "engine/event.h"
#include "engine/policy.h"

extern PvError pv_withdraw(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);
extern PvError pv_withdraw_return(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								  PvEffect *effect);
extern PvError pv_repay(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_CASH_H */
