/*
 * cash.c
 *	  Cash paid out to members, and payouts that bounced (G13).
 */
#include "engine/cash.h"

PvError
pv_withdraw(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	(void) policy;
	(void) vault;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > event->member->has.cash)
		return PV_TOO_LITTLE_CASH;
	effect->amount = event->amount;
	effect->member.cash = -event->amount;
	return PV_OK;
}

PvError
pv_withdraw_return(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	(void) policy;
	(void) vault;
	effect->amount = event->amount;
	effect->member.cash = event->amount;
	return PV_OK;
}
