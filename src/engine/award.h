/*
 * award.h
 *	  Prizes (MODEL §9, P3).
 */
#ifndef PV_ENGINE_AWARD_H
#define PV_ENGINE_AWARD_H

#include "engine/event.h"
#include "engine/policy.h"

extern PvError pv_award(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_AWARD_H */
