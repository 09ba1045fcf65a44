/*
 * partner.h
 *	  Partners: who had enough of something at the end of a day (MODEL §9, P1).
 */
#ifndef PV_ENGINE_PARTNER_H
#define PV_ENGINE_PARTNER_H

#include "engine/event.h"
#include "engine/figures.h"
#include "engine/policy.h"

extern const PvFigure *pv_partner_asset(const PvPartnerPolicy *partner);
extern int64_t pv_partner_min(const PvPartnerPolicy *partner);
extern bool pv_has_partners_share(const PvPartnerPolicy *partner, const PvAssets *has);
extern bool pv_is_same_partnership(const PvPolicy *a, const PvPolicy *b);
extern PvError pv_make_partner(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							   PvEffect *effect);

#endif /* PV_ENGINE_PARTNER_H */
