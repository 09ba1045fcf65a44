/*
 * growth.c
 *	  Mint, redeem, exit, inject, refund (MODEL §3).
 */
#include "engine/growth.h"

#include "base/assertion.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/price.h"
#include "engine/trace.h"

/*
 * G1: what an order can spare for the pool: A − ⌈A × the rates of what else it
 * feeds⌉.
 */
bool
pv_most_contribution(const PvPolicy *policy, int64_t amount, int64_t *most)
{
	if (!pv_rate_ceil(amount, pv_rates_beside_pool(policy), most))
		return false;
	*most = amount - *most;
	return true;
}

/*
 * G1: what an order puts into the pool: its own contribution where the caller
 * named one, else ⌊A × pool_rate⌋.
 */
static PvError
contribution_of(const PvPolicy *policy, const PvEvent *event, int64_t *contribution)
{
	if (event->has_contribution)
	{
		int64_t most;

		if (!pv_most_contribution(policy, event->amount, &most))
			return PV_OUT_OF_RANGE;
		if (event->contribution < 0 || event->contribution > most)
			return PV_BAD_CONTRIBUTION;
		if (event->contribution > 0 && !policy->has_growth)
			return PV_NO_POOL;
		*contribution = event->contribution;
		pv_step(event->trace, 0, "G1", "the most that the order can spare", pv_amount(most),
				PV_DIFFERENCE, pv_amount(event->amount), pv_amount(event->amount - most));
		pv_step(event->trace, 0, "G1", "contribution to the pool that the order names",
				pv_amount(*contribution), PV_AT_MOST, pv_amount(*contribution), pv_amount(most));
		return PV_OK;
	}
	*contribution = 0;
	if (!policy->has_growth)
		return PV_OK;
	if (!pv_rate_floor(event->amount, policy->growth.pool_rate, contribution))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, 0, "G1", "contribution to the pool", pv_amount(*contribution), PV_FLOOR,
			pv_amount(event->amount), pv_rate(policy->growth.pool_rate));
	return PV_OK;
}

/*
 * G3: how many points the cap leaves; opening balances may be outside of it.
 */
int64_t
pv_room_under_cap(const PvPolicy *policy, const PvVault *vault, PvTrace *trace)
{
	int64_t cap = policy->growth.issue_cap;
	int64_t used = vault->issued - vault->uncapped;
	int64_t room = cap > used ? cap - used : 0;

	if (cap == PV_UNSET)
		return INT64_MAX;
	pv_step(trace, 0, "G3", "points that the cap leaves", pv_points(room), PV_DIFFERENCE,
			pv_points(cap), pv_points(used));
	return room;
}

/* They are issued, and circulate. */
static bool
count_issued(PvVault *vault, int64_t points)
{
	return pv_add(vault->issued, points, &vault->issued) &&
		   pv_add(vault->circulating, points, &vault->circulating);
}

/* G12: new points, as far as the cap allows. */
PvError
pv_issue(const PvPolicy *policy, PvVault *vault, int64_t points, PvTrace *trace)
{
	int64_t room = pv_room_under_cap(policy, vault, trace);

	if (!count_issued(vault, points))
		return PV_OUT_OF_RANGE;
	return points > room ? PV_BEYOND_CAP : PV_OK;
}

/*
 * G2, G3: points minted to a party for a share of the contribution, at the price before
 * the purchase, as far as the cap leaves room.
 */
bool
pv_mint(const PvPolicy *policy, PvVault *vault, PvPrice price, int64_t contribution, int64_t rate,
		PvParty *party, PvTrace *trace)
{
	int64_t room = pv_room_under_cap(policy, vault, trace);
	int64_t *points = &party->change.points;
	int64_t value;

	if (!pv_rate_floor(contribution, rate, &value) || !pv_points_at(price, value, points))
		return false;
	pv_step(trace, party->id, "G2", "of the contribution, what points are minted for",
			pv_amount(value), PV_FLOOR, pv_amount(contribution), pv_rate(rate));
	pv_step(trace, party->id, "G2", "points minted at the price before", pv_points(*points),
			PV_FLOOR, PV_AMOUNT_AT(value, price));
	if (*points > room)
	{
		pv_step(trace, party->id, "G3", "points minted, as far as the cap leaves room",
				pv_points(room), PV_LEAST, pv_points(*points), pv_points(room));
		*points = room;
	}
	return count_issued(vault, *points);
}

/* G6: what the points of a sale may be worth before they exit, ⌊A × k⌋; 0: without limit. */
bool
pv_limit_promised(int64_t amount, int64_t exit_multiple, int64_t *limit)
{
	*limit = 0;
	return exit_multiple == PV_UNSET || pv_rate_floor(amount, exit_multiple, limit);
}

/*
 * G6: what a sale promises of itself by this section: the limit of the buyer's points.
 */
bool
pv_growth_promise(const PvPolicy *policy, int64_t amount, PvSalePart *part)
{
	part->limit = 0;
	if (part->role != PV_OWN || !policy->has_growth)
		return true;
	return pv_limit_promised(amount, policy->growth.exit_multiple, &part->limit);
}

/* G16: the points of a purchase are held through the return window. */
static void
hold_lot(const PvPolicy *policy, const PvEvent *event, const PvParty *party, PvLot *lot)
{
	lot->held = policy->growth.hold_days > 0;
	if (!lot->held)
		return;
	lot->free_on = event->date + (int32_t) policy->growth.hold_days;
	pv_given(event->trace, party->id, "G16", "days for which the points are held",
			 pv_days(policy->growth.hold_days));
}

/*
 * G6: the lot of what a sale mints to its own member has its limit on either basis.
 */
bool
pv_sale_lot(const PvPolicy *policy, const PvEvent *event, int64_t exit_multiple, PvLot *lot)
{
	const PvParty *own = pv_own(&event->parties);
	int64_t points = own->change.points;

	*lot = (PvLot){.seq = event->seq, .left = points, .minted = points};
	if (!pv_limit_promised(event->amount, exit_multiple, &lot->limit))
		return false;
	lot->alone = lot->limit > 0 && policy->growth.exit_basis == PV_EXIT_BY_ORDER;
	if (lot->limit > 0)
		pv_step(event->trace, own->id, "G6", "limit of these points, at which they exit",
				pv_amount(lot->limit), PV_FLOOR, pv_amount(event->amount), pv_rate(exit_multiple));
	return true;
}

static PvError
bring_buyer_lot(const PvPolicy *policy, PvEvent *event, PvParty *buyer)
{
	PvLot lot;

	if (!pv_sale_lot(policy, event, policy->growth.exit_multiple, &lot))
		return PV_OUT_OF_RANGE;
	hold_lot(policy, event, buyer, &lot);
	return pv_bring_points(buyer->member, lot);
}

/* A lot of what the event brings a party, without a limit. */
static PvLot
free_lot(const PvEvent *event, const PvParty *party)
{
	int64_t points = party->change.points;

	return (PvLot){.seq = event->seq, .left = points, .minted = points};
}

/* G6: a limit of ⌊k × ⌊n × R / S⌋⌋ at the price that points come at, where there are exits. */
static bool
limit_by_worth(const PvPolicy *policy, const PvEvent *event, const PvParty *party, PvPrice price,
			   PvLot *lot)
{
	const PvGrowthPolicy *growth = &policy->growth;
	int64_t points = lot->minted;
	int64_t value;

	if (!policy->has_growth || growth->exit_multiple == PV_UNSET)
		return true;
	if (!pv_value_at(price, points, &value) ||
		!pv_rate_floor(value, growth->exit_multiple, &lot->limit))
		return false;
	pv_step(event->trace, party->id, "G6", "worth of these points when they come", pv_amount(value),
			PV_FLOOR, PV_POINTS_AT(points, price));
	pv_step(event->trace, party->id, "G6", "limit of these points, at which they exit",
			pv_amount(lot->limit), PV_FLOOR, pv_amount(value), pv_rate(growth->exit_multiple));
	return true;
}

/* G6: other lots have no limit on the basis of orders; on that of members one by their worth. */
static bool
other_lot(const PvPolicy *policy, const PvEvent *event, const PvParty *party, PvPrice price,
		  PvLot *lot)
{
	*lot = free_lot(event, party);
	return policy->growth.exit_basis != PV_EXIT_BY_MEMBER ||
		   limit_by_worth(policy, event, party, price, lot);
}

/* Gives the event's own member a lot of the points that it brings. */
PvError
pv_bring_other_lot(const PvPolicy *policy, PvEvent *event, PvPrice price)
{
	PvParty *own = pv_own(&event->parties);
	PvLot lot;

	if (!other_lot(policy, event, own, price, &lot))
		return PV_OUT_OF_RANGE;
	return pv_bring_points(own->member, lot);
}

/* X2: likewise, with a limit by their worth on either basis; alone on that of orders. */
PvError
pv_bring_limited_lot(const PvPolicy *policy, PvEvent *event, PvPrice price)
{
	PvParty *own = pv_own(&event->parties);
	PvLot lot = free_lot(event, own);

	if (!limit_by_worth(policy, event, own, price, &lot))
		return PV_OUT_OF_RANGE;
	lot.alone = lot.limit > 0 && policy->growth.exit_basis == PV_EXIT_BY_ORDER;
	return pv_bring_points(own->member, lot);
}

/*
 * G2, G3: the buyer's points first, then at the same price the sponsor's.
 */
static PvError
mint_to_parties(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvGrowthPolicy *growth = &policy->growth;
	PvParty *buyer = pv_own(&event->parties);
	PvParty *sponsor = pv_party(&event->parties, PV_SPONSOR);
	PvPrice price = pv_price_told(pv_price_of(policy, vault), event->trace);
	PvError error;
	PvLot lot;

	if (!pv_mint(policy, vault, price, effect->contribution, growth->mint_rate, buyer,
				 event->trace))
		return PV_OUT_OF_RANGE;
	effect->points = buyer->change.points;
	error = bring_buyer_lot(policy, event, buyer);
	if (error != PV_OK || !sponsor)
		return error;
	if (!pv_mint(policy, vault, price, effect->contribution, growth->referral_mint_rate, sponsor,
				 growth->referral_mint_rate > 0 ? event->trace : NULL) ||
		!other_lot(policy, event, sponsor, price, &lot))
		return PV_OUT_OF_RANGE;
	hold_lot(policy, event, sponsor, &lot);
	return pv_bring_points(sponsor->member, lot);
}

/*
 * G1 to G3: a purchase contributes to the pool, and mints points for it.
 */
PvError
pv_growth_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvError error = contribution_of(policy, event, &effect->contribution);

	if (error == PV_OK && policy->has_growth)
		error = mint_to_parties(policy, vault, event, effect);
	if (error != PV_OK)
		return error;
	if (effect->points < event->guard)
		return PV_GUARD_NOT_MET;
	return pv_add(vault->pool, effect->contribution, &vault->pool) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * Points due come out of the lot of the purchase as far as it has them; what is
 * missing is bought back at the price before, out of the cash of who got them.  Where
 * buyer and sponsor are one by now that lot is the buyer's (merge.c).
 */
static bool
take_back(PvParty *party, const PvParty *buyer, const PvSale *sale, const PvSalePart *due,
		  PvPrice price, PvTrace *trace)
{
	bool has_lot = party == buyer || party->member != buyer->member;
	int64_t burned = has_lot ? pv_take_back(party->member, sale->seq, due->points, due->limit) : 0;
	int64_t bought;

	if (!pv_mul_div_ceil(due->points - burned, price.amount, price.points, &bought))
		return false;
	party->change.points = -burned;
	party->change.cash = -bought;
	pv_given(trace, party->id, "G15", "of the points due, burned from the lot of the purchase",
			 pv_points(burned));
	if (due->points > burned)
		pv_step(trace, party->id, "G15",
				"the others are bought back out of cash, at the price before", pv_amount(bought),
				PV_CEILING, PV_POINTS_AT(due->points - burned, price));
	return true;
}

/* G15: what the pool gives back of what is due, as far as it was released, and who bears the rest. */
static void
trace_given_back(PvTrace *trace, const PvParty *buyer, int64_t released, int64_t due,
				 int64_t given_back, int64_t owed)
{
	pv_step(trace, 0, "G15", "given back by the pool, as far as the price does not fall",
			pv_amount(given_back), PV_LEAST, pv_amount(due), pv_amount(released));
	if (given_back < due)
		pv_step(trace, owed > 0 ? buyer->id : 0, "G15",
				owed > 0 ? "what is short, which the buyer owes"
						 : "what is short, which the house bears",
				pv_amount(due - given_back), PV_DIFFERENCE, pv_amount(due), pv_amount(given_back));
}

/*
 * G15: points are burned or bought back, and the pool gives the contribution
 * back to the platform as far as the price does not fall by it.  For what is
 * short the buyer owes, or the house bears it.
 */
PvError
pv_growth_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, const PvRefundDue *due,
				 PvEffect *effect)
{
	PvParty *buyer = pv_own(&event->parties);
	PvPrice price = pv_price_told(pv_price_of(policy, vault), event->trace);
	int64_t burned = 0;
	int64_t bought = 0;
	int64_t released = 0; /* what the pool can spare */
	int64_t owed;

	for (int i = 0; i < due->nparts; i++)
	{
		PvParty *party = &event->parties.list[i];

		if (!take_back(party, buyer, event->sale, &due->parts[i], price, event->trace) ||
			!pv_add(bought, -party->change.cash, &bought))
			return PV_OUT_OF_RANGE;
		PV_ASSERT(party->role == due->parts[i].role); /* G15: the sale's, in its order */
		burned -= party->change.points;				  /* all of them circulate */
	}
	if (vault->circulating > 0 && !pv_value_at(price, burned, &released))
		return PV_OUT_OF_RANGE;
	pv_step(event->trace, 0, "G15", "worth of all that was burned", pv_amount(released), PV_FLOOR,
			PV_POINTS_AT(burned, price));
	if (!pv_add(released, bought, &released))
		return PV_OUT_OF_RANGE;
	if (bought > 0)
		pv_step(event->trace, 0, "G15", "what the pool can spare, with what was bought back",
				pv_amount(released), PV_SUM, pv_amount(released - bought), pv_amount(bought));

	effect->points = -buyer->change.points;
	effect->cash = released < due->contribution ? released : due->contribution;
	owed = policy->growth.refund_shortfall == PV_SHORTFALL_MEMBER ? due->contribution - effect->cash
																  : 0;
	trace_given_back(event->trace, buyer, released, due->contribution, effect->cash, owed);
	if (!pv_add(buyer->change.cash, -owed, &buyer->change.cash) ||
		!pv_add(vault->platform, effect->cash + owed, &vault->platform) ||
		!pv_add(vault->pool, bought - effect->cash, &vault->pool))
		return PV_OUT_OF_RANGE;
	vault->circulating -= burned;
	return PV_OK;
}

/*
 * G4: burns points at the price now.  The member's side is rounded down, the
 * fee up, and the fee stays in the pool.
 */
static PvError
burn(PvVault *vault, PvEvent *event, int64_t points, int64_t fee_rate, PvEffect *effect)
{
	PvPrice price = pv_price_told((PvPrice){vault->pool, vault->circulating}, event->trace);
	PvParty *own = pv_own(&event->parties);

	if (!pv_value_at(price, points, &effect->amount) ||
		!pv_rate_ceil(effect->amount, fee_rate, &effect->fee))
		return PV_OUT_OF_RANGE;
	effect->points = points;
	effect->cash = effect->amount - effect->fee;
	own->change.points = -points;
	pv_step(event->trace, own->id, "G4", "gross: worth of the points", pv_amount(effect->amount),
			PV_FLOOR, PV_POINTS_AT(points, price));
	pv_step(event->trace, own->id, "G4", "fee, which stays in the pool", pv_amount(effect->fee),
			PV_CEILING, pv_amount(effect->amount), pv_rate(fee_rate));
	pv_step(event->trace, own->id, "G4", "net", pv_amount(effect->cash), PV_DIFFERENCE,
			pv_amount(effect->amount), pv_amount(effect->fee));
	vault->pool -= effect->cash;
	vault->circulating -= points;
	return PV_OK;
}

/*
 * G4, G5: the points of an event out of the lots of its own member, oldest first, as far
 * as they are free (G16).
 */
PvError
pv_give_points(PvEvent *event)
{
	PvMember *member = pv_own(&event->parties)->member;

	if (event->points <= 0)
		return PV_BAD_POINTS;
	if (event->points > member->has.points)
		return PV_TOO_FEW_POINTS;
	pv_given(event->trace, member->id, "G5", "taken from the oldest lots that are free",
			 pv_points(event->points));
	return pv_take_points(member, event->points, event->date);
}

/* G4, G5: the points of an event, oldest lots first, for what they are worth less the fee. */
static PvError
sell(const PvPolicy *policy, PvVault *vault, PvEvent *event, int64_t fee_rate, PvEffect *effect)
{
	PvError error;

	if (!policy->has_growth)
		return PV_NO_POOL;
	error = pv_give_points(event);
	if (error != PV_OK)
		return error;
	error = burn(vault, event, event->points, fee_rate, effect);
	if (error != PV_OK)
		return error;
	return effect->cash == 0 ? PV_NET_OF_ZERO : PV_OK;
}

/* G4: the member gives points for goods, which the platform hands over for the net. */
PvError
pv_give_for_goods(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvError error = sell(policy, vault, event, policy->growth.goods_fee_rate, effect);

	if (error != PV_OK)
		return error;
	pv_given(event->trace, pv_own(&event->parties)->id, "G4",
			 "to the platform, which hands over goods", pv_amount(effect->cash));
	return pv_add(vault->platform, effect->cash, &vault->platform) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * G4: the member sells points for cash or for goods.
 */
PvError
pv_redeem(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvError error;

	if (event->for_goods)
		error = pv_give_for_goods(policy, vault, event, effect);
	else
		error = sell(policy, vault, event, policy->growth.redeem_fee_rate, effect);
	if (error != PV_OK)
		return error;
	if (effect->cash < event->guard)
		return PV_GUARD_NOT_MET;
	if (event->for_goods)
		return PV_OK;
	pv_given(event->trace, own->id, "G4", "into the member's cash", pv_amount(effect->cash));
	own->change.cash = effect->cash;
	return PV_OK;
}

/*
 * G6: the lot, or on the basis of members all lots of the member, goes into
 * cash.  A net of 0 burns all the same.
 */
PvError
pv_exit(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	const PvGrowthPolicy *growth = &policy->growth;
	int64_t fee_rate =
		growth->exit_fee_rate != PV_UNSET ? growth->exit_fee_rate : growth->redeem_fee_rate;
	int64_t points = event->lot ? event->lot->left : own->member->has.points;
	PvError error;

	pv_given(event->trace, own->id, "G6",
			 growth->exit_basis == PV_EXIT_BY_ORDER
				 ? "exit: what is left of a lot whose exit price is reached"
				 : "exit: all points of the member, whose limit is reached",
			 pv_points(points));
	error = burn(vault, event, points, fee_rate, effect);
	if (error != PV_OK)
		return error;
	own->change.cash = effect->cash;
	if (event->lot)
		pv_drop_lot(own->member, event->lot);
	else
		pv_drop_all_lots(own->member);
	return PV_OK;
}

/*
 * G11: money into the pool from outside.
 */
PvError
pv_inject(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	if (!policy->has_growth)
		return PV_NO_POOL;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (vault->circulating == 0)
		return PV_NOTHING_CIRCULATES;
	effect->amount = event->amount;
	pv_given(event->trace, 0, "G11", "money into the pool from outside", pv_amount(event->amount));
	return pv_add(vault->pool, event->amount, &vault->pool) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * G12: new points, paid into the pool from outside at the price now, rounded up.
 */
PvError
pv_buy_points(const PvPolicy *policy, PvVault *vault, int64_t points, int64_t *cost, PvTrace *trace)
{
	PvPrice price = pv_price_told(pv_price_of(policy, vault), trace);

	if (!policy->has_growth)
		return PV_NO_POOL;
	if (!pv_mul_div_ceil(points, price.amount, price.points, cost) ||
		!pv_add(vault->pool, *cost, &vault->pool))
		return PV_OUT_OF_RANGE;
	pv_step(trace, 0, "G12", "paid into the pool for the points", pv_amount(*cost), PV_CEILING,
			PV_POINTS_AT(points, price));
	return pv_issue(policy, vault, points, trace);
}

/*
 * G12: such points for the event's own member, in a lot as other lots (G6).
 */
PvError
pv_buy_own_points(const PvPolicy *policy, PvVault *vault, PvEvent *event, int64_t points,
				  PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvPrice price = pv_price_of(policy, vault);
	PvError error = pv_buy_points(policy, vault, points, &effect->amount, event->trace);

	if (error != PV_OK)
		return error;
	effect->points = points;
	own->change.points = points;
	return pv_bring_other_lot(policy, event, price);
}

/*
 * G12: points that are paid for from outside, for a member.
 */
PvError
pv_grant_points(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	if (event->points <= 0)
		return PV_BAD_POINTS;
	return pv_buy_own_points(policy, vault, event, event->points, effect);
}

/*
 * G7: how many exits one event may lead to.
 */
int64_t
pv_exits_per_call(const PvPolicy *policy)
{
	return policy->has_growth ? policy->growth.exits_per_call : 0;
}
