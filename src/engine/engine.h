/*
 * engine.h
 *	  What every event has in common: price, balances, sweep, all or nothing.
 */
#ifndef PV_ENGINE_ENGINE_H
#define PV_ENGINE_ENGINE_H

#include "engine/event.h"
#include "engine/policy.h"

extern bool pv_debt_bars(const PvMember *member, PvKind kind, bool for_goods);
extern PvError pv_apply(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_ENGINE_H */
