/*
 * items.c
 *	  Collectibles: claimed, given, sold, used (MODEL §9, N1 to N5).
 *
 * A series has a supply for ever, and its items are numbered as they are given out.  An
 * event finds the item as it stands and says how it stands then: what is stored of it is
 * never more than what its last event left.
 */
#include "engine/items.h"

#include "base/assertion.h"
#include "engine/credits.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/parties.h"
#include "engine/price.h"
#include "engine/trace.h"

/* N4: whether its uses are counted off; a card that may be used for ever never is. */
bool
pv_item_is_used_up(const PvSeries *series, const PvItem *item)
{
	return series->uses != PV_UNSET && item->used >= series->uses;
}

/*
 * N1: the points that an item is claimed for now: the price itself, or what is worth it.
 * A price in money has no answer while nothing circulates.
 */
PvError
pv_claim_price(const PvSeries *series, const PvVault *vault, int64_t *points, PvTrace *trace)
{
	PvPrice price = {vault->pool, vault->circulating};

	*points = series->price;
	if (series->in_points)
	{
		pv_given(trace, 0, "N1", "price of an item of the series, in points", pv_points(*points));
		return PV_OK;
	}
	if (price.points <= 0 || price.amount <= 0)
		return PV_NOTHING_CIRCULATES;
	if (!pv_mul_div_ceil(series->price, price.points, price.amount, points))
		return PV_OUT_OF_RANGE;
	pv_step(trace, 0, "N1", "points for an item of the series, priced in money", pv_points(*points),
			PV_CEILING, PV_AMOUNT_AT(series->price, price));
	return PV_OK;
}

/* The item as the event leaves it. */
static void
leave(const PvEvent *event, PvEffect *effect, PvItem item)
{
	item.seq = event->seq;
	effect->series = event->series->id;
	effect->item = item.serial;
	effect->stands = item;
}

/* N2: another owner, from the event on; a listing ends with it, its uses stay counted. */
static void
give(const PvEvent *event, PvEffect *effect, PvItem item, PvParty *to)
{
	item.owner = to->member->id;
	item.since = event->seq;
	item.listed = 0;
	to->change.items = 1;
	leave(event, effect, item);
}

/* N1: the next of the series, while it is open and there is one. */
static PvError
give_next(PvEvent *event, PvEffect *effect)
{
	const PvSeries *series = event->series;
	PvParty *own = pv_own(&event->parties);
	PvItem item = {.serial = series->issued + 1};

	if (series->closed)
		return PV_SERIES_CLOSED;
	if (series->issued >= series->supply)
		return PV_BEYOND_SUPPLY;
	pv_step(event->trace, own->id, "N1", "the next of the series, within its supply",
			pv_items(item.serial), PV_AT_MOST, pv_items(item.serial), pv_items(series->supply));
	give(event, effect, item, own);
	return PV_OK;
}

/* N1: points are redeemed for goods, which are the item. */
PvError
pv_claim(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvSeries *series = event->series;
	PvError error = give_next(event, effect);

	if (error != PV_OK)
		return error;
	if (event->spent < series->min_spent)
		return PV_SPENT_TOO_LITTLE;
	if (series->min_spent > 0)
		pv_given(event->trace, pv_own(&event->parties)->id, "N1",
				 "own purchases less refunds, at least", pv_amount(series->min_spent));
	error = pv_claim_price(series, vault, &event->points, event->trace);
	if (error != PV_OK)
		return error;
	if (event->has_most && event->points > event->most)
		return PV_GUARD_NOT_MET;
	return pv_give_for_goods(policy, vault, event, effect);
}

/* N1: one for nothing. */
PvError
pv_issue_item(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	(void) policy;
	(void) vault;
	return give_next(event, effect);
}

/* N2: what an owner may do with an item only while nothing holds it. */
static PvError
check_free(const PvEvent *event)
{
	if (event->item->owner != pv_own(&event->parties)->member->id)
		return PV_NOT_OWNER;
	if (event->item->listed > 0)
		return PV_ITEM_LISTED;
	return pv_item_is_used_up(event->series, event->item) ? PV_ITEM_USED_UP : PV_OK;
}

/* N2: and may do with one that can go to another. */
static PvError
check_transferable(const PvEvent *event)
{
	PvError error = check_free(event);

	return error == PV_OK && !event->series->transferable ? PV_NOT_TRANSFERABLE : error;
}

/* N2: the item goes to another member. */
PvError
pv_transfer_item(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvParty *payee = pv_party(&event->parties, PV_PAYEE);
	PvError error = check_transferable(event);

	PV_ASSERT(payee); /* its kind needs one */
	(void) policy;
	(void) vault;
	if (error != PV_OK)
		return error;
	if (payee->member == own->member)
		return PV_SAME_MEMBER;
	pv_given(event->trace, own->id, "N2", "serial of the item, which goes to another member",
			 pv_items(event->item->serial));
	own->change.items = -1;
	give(event, effect, *event->item, payee);
	return PV_OK;
}

/* N3: the item may be bought at the price from now on, and is held by that. */
PvError
pv_list_item(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvItem item = *event->item;
	PvError error = event->amount > 0 ? check_transferable(event) : PV_BAD_AMOUNT;

	(void) policy;
	(void) vault;
	if (error != PV_OK)
		return error;
	item.listed = effect->amount = event->amount;
	pv_given(event->trace, item.owner, "N3", "credits at which the item is listed",
			 pv_amount(item.listed));
	leave(event, effect, item);
	return PV_OK;
}

/* N3: it may not any more. */
PvError
pv_unlist_item(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvItem item = *event->item;

	(void) policy;
	(void) vault;
	if (item.owner != pv_own(&event->parties)->member->id)
		return PV_NOT_OWNER;
	if (item.listed == 0)
		return PV_NOT_LISTED;
	pv_given(event->trace, item.owner, "N3", "credits at which the item was listed",
			 pv_amount(item.listed));
	effect->amount = item.listed;
	item.listed = 0;
	leave(event, effect, item);
	return PV_OK;
}

/* N3: what the buyer pays goes to the seller but for the fee, whose backing becomes surplus. */
static PvError
pay_for_item(PvVault *vault, PvEvent *event, PvParty *buyer, PvParty *seller, PvEffect *effect)
{
	effect->amount = event->amount;
	if (!pv_rate_ceil(effect->amount, event->series->fee_rate, &effect->fee))
		return PV_OUT_OF_RANGE;
	pv_given(event->trace, buyer->id, "N3", "credits at which the item is listed",
			 pv_amount(effect->amount));
	pv_step(event->trace, seller->id, "N3", "fee, whose backing becomes surplus",
			pv_amount(effect->fee), PV_CEILING, pv_amount(effect->amount),
			pv_rate(event->series->fee_rate));
	pv_step(event->trace, seller->id, "N3", "credits for the seller",
			pv_amount(effect->amount - effect->fee), PV_DIFFERENCE, pv_amount(effect->amount),
			pv_amount(effect->fee));
	buyer->change.credits = -effect->amount;
	seller->change.credits = effect->amount - effect->fee;
	vault->credits -= effect->fee;
	return PV_OK;
}

/* N3: the item changes hands at the price it is listed at. */
PvError
pv_buy_item(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *buyer = pv_own(&event->parties);
	PvParty *seller = pv_party(&event->parties, PV_SELLER);
	PvError error;

	PV_ASSERT(seller); /* its kind needs one */
	(void) policy;
	if (event->item->listed == 0)
		return PV_NOT_LISTED;
	if (seller->member == buyer->member)
		return PV_SAME_MEMBER;
	if (seller->member->id != event->item->owner)
		return PV_NOT_OWNER;
	event->amount = event->item->listed;
	if (event->has_most && event->amount > event->most)
		return PV_GUARD_NOT_MET;
	error = pv_check_credits(event);
	if (error == PV_OK)
		error = pay_for_item(vault, event, buyer, seller, effect);
	if (error != PV_OK)
		return error;
	seller->change.items = -1;
	give(event, effect, *event->item, buyer);
	return PV_OK;
}

/* N4: goods are handed over against the item; at its last use it is used up. */
PvError
pv_use_item(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvItem item = *event->item;
	PvError error = check_free(event);

	(void) policy;
	(void) vault;
	if (error != PV_OK)
		return error;
	item.used++;
	pv_given(event->trace, item.owner, "N4",
			 event->series->uses == PV_UNSET ? "serial of the item; one of uses without an end"
											 : "serial of the item; one of the uses that it has",
			 pv_items(item.serial));
	leave(event, effect, item);
	return PV_OK;
}
