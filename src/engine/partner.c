/*
 * partner.c
 *	  Partners: who had enough of something at the end of a day (MODEL §9, P1).
 *
 * Whom a close looks at is the store's to know: those whom the day's events touched.
 */
#include "engine/partner.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/parties.h"
#include "engine/trace.h"

#include <stddef.h>

/* P1: what of is looked at. */
const PvFigure *
pv_partner_asset(const PvPartnerPolicy *partner)
{
	size_t offset = partner->asset == PV_PARTNER_POINTS ? offsetof(PvAssets, points)
														: offsetof(PvAssets, shares);
	int i = 0;

	while (pv_assets[i].offset != offset)
		i++;
	PV_ASSERT(i < PV_ASSET_COUNT); /* each field has its row */
	return &pv_assets[i];
}

/* P1: the least that makes a partner, in units of that asset; the document has both in 1e-8. */
int64_t
pv_partner_min(const PvPartnerPolicy *partner)
{
	return partner->asset == PV_PARTNER_POINTS ? partner->min : partner->min / PV_ONE_POINT;
}

/* P1: whether one who has that becomes a partner, unless it is one. */
bool
pv_has_partners_share(const PvPartnerPolicy *partner, const PvAssets *has)
{
	return pv_figure(has, pv_partner_asset(partner)) >= pv_partner_min(partner);
}

/* Whether two policies make the same members partners, or both nobody. */
bool
pv_is_same_partnership(const PvPolicy *a, const PvPolicy *b)
{
	return a->has_partner == b->has_partner &&
		   (!a->has_partner ||
			(a->partner.asset == b->partner.asset && a->partner.min == b->partner.min));
}

/*
 * P1: a close makes the event's own member a partner, for ever.  It moves nothing.
 */
PvError
pv_make_partner(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) vault;
	(void) effect;
	if (!policy->has_partner || !pv_has_partners_share(&policy->partner, &own->member->has))
		return PV_NO_PARTNER;
	pv_given(event->trace, own->id, "P1", "a partner has at least that at the end of a day",
			 pv_figure_term(pv_partner_asset(&policy->partner), pv_partner_min(&policy->partner)));
	return PV_OK;
}
