/*
 * cash.c
 *	  Cash paid out to members, payouts that bounced, and what members owe (G13).
 */
#include "engine/cash.h"

#include "engine/parties.h"
#include "engine/trace.h"

/* G13: records that cash was paid out, never more than there is. */
PvError
pv_withdraw(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) policy;
	(void) vault;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > own->member->has.cash)
		return PV_TOO_LITTLE_CASH;
	effect->amount = event->amount;
	pv_given(event->trace, own->id, "G13", "paid out, of cash that the member had",
			 pv_amount(event->amount));
	own->change.cash = -event->amount;
	return PV_OK;
}

/* G13: puts back a payout that bounced. */
PvError
pv_withdraw_return(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) policy;
	(void) vault;
	effect->amount = event->amount;
	pv_given(event->trace, own->id, "G13", "put back: the payout bounced",
			 pv_amount(event->amount));
	own->change.cash = event->amount;
	return PV_OK;
}

/* G13: the member paid the house outside, at most what it owes. */
PvError
pv_repay(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) policy;
	(void) vault;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > -own->member->has.cash)
		return PV_MORE_THAN_OWED;
	effect->amount = event->amount;
	pv_given(event->trace, own->id, "G13", "paid to the house outside, of what the member owed",
			 pv_amount(event->amount));
	own->change.cash = event->amount;
	return PV_OK;
}
