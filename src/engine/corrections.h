/*
 * corrections.h
 *	  Ways back for what was booked wrong, and for goods that come back (G17).
 */
#ifndef PV_ENGINE_CORRECTIONS_H
#define PV_ENGINE_CORRECTIONS_H

#include "engine/event.h"
#include "engine/figures.h"
#include "engine/policy.h"

extern const PvFigure *pv_adjusted_asset(const PvAssets *change);
extern PvError pv_adjust(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_redeem_return(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								PvEffect *effect);

#endif /* PV_ENGINE_CORRECTIONS_H */
