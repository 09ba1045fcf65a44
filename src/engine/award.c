/*
 * award.c
 *	  Prizes (MODEL §9, P3).
 */
#include "engine/award.h"

#include "engine/parties.h"
#include "engine/trace.h"

/*
 * P3: a prize is noted, with what it is worth, 0 where nobody said; it moves nothing.
 */
PvError
pv_award(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	(void) policy;
	(void) vault;
	if (event->amount < 0)
		return PV_BAD_AMOUNT;
	effect->amount = event->amount;
	pv_given(event->trace, pv_own(&event->parties)->id, "P3",
			 "value of the prize, which moves nothing", pv_amount(event->amount));
	return PV_OK;
}
