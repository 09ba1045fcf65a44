/*
 * opening.h
 *	  What members had before the vault, in one event each.
 */
#ifndef PV_ENGINE_OPENING_H
#define PV_ENGINE_OPENING_H

#include "engine/event.h"
#include "engine/policy.h"

extern PvError pv_open(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_OPENING_H */
