/*
 * refund.c
 *	  A purchase, or a part of it, taken back (G15).
 */
#include "engine.h"

typedef bool (*MulDiv)(int64_t a, int64_t b, int64_t divisor, int64_t *result);

/*
 * The part of a whole that goes with the amounts from `before` to `after` of a
 * sale: a difference of running sums, so that the parts of any split add up to
 * the whole.
 */
static bool
part_of(MulDiv mul_div, int64_t whole, int64_t before, int64_t after, int64_t amount, int64_t *part)
{
	int64_t sum_before;

	if (!mul_div(whole, before, amount, &sum_before) || !mul_div(whole, after, amount, part))
		return false;
	*part -= sum_before;
	return true;
}

/*
 * What a refund of `amount` takes back of a sale.  Points due are rounded up,
 * the rest down.
 */
bool
pv_refund_parts(const PvSale *sale, int64_t amount, PvRefundParts *parts)
{
	int64_t before = sale->refunded;
	int64_t after = before + amount;

	return part_of(pv_mul_div_floor, sale->contribution, before, after, sale->amount,
				   &parts->contribution) &&
		   part_of(pv_mul_div_ceil, sale->points, before, after, sale->amount, &parts->points) &&
		   part_of(pv_mul_div_ceil, sale->other_points, before, after, sale->amount,
				   &parts->other_points) &&
		   part_of(pv_mul_div_floor, sale->limit, before, after, sale->amount, &parts->limit);
}

/*
 * Points due come out of the lot of the purchase as far as it has them; what is
 * missing is bought back at the price before, out of the cash of who got them.
 */
static bool
take_back(PvMember *member, const PvSale *sale, int64_t due, int64_t limit, PvPrice price,
		  PvAssets *change)
{
	int64_t burned = pv_take_back(member, sale->seq, due, limit);
	int64_t bought;

	if (!pv_mul_div_ceil(due - burned, price.amount, price.points, &bought))
		return false;
	change->points = -burned;
	change->cash = -bought;
	return true;
}

/*
 * G15: points are burned or bought back, and the pool gives the contribution
 * back to the platform as far as the price does not fall by it.  For what is
 * short the buyer owes, or the house bears it.
 */
PvError
pv_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvSale *sale = event->sale;
	PvPrice price = pv_price_of(policy, vault);
	PvRefundParts parts;
	int64_t burned;
	int64_t bought;
	int64_t released = 0; /* what the pool can spare */
	int64_t owed;

	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > sale->amount - sale->refunded)
		return PV_REFUNDED_ALREADY;
	if (!pv_refund_parts(sale, event->amount, &parts) ||
		!take_back(event->member, sale, parts.points, parts.limit, price, &effect->member) ||
		(event->other &&
		 !take_back(event->other, sale, parts.other_points, 0, price, &effect->other)))
		return PV_OUT_OF_RANGE;
	burned = -(effect->member.points + effect->other.points);
	if (!pv_add(-effect->member.cash, -effect->other.cash, &bought) ||
		(vault->circulating > 0 && !pv_value_at(price, burned, &released)) ||
		!pv_add(released, bought, &released))
		return PV_OUT_OF_RANGE;

	effect->amount = event->amount;
	effect->points = -effect->member.points;
	effect->cash = released < parts.contribution ? released : parts.contribution;
	owed = policy->growth.refund_shortfall == PV_SHORTFALL_MEMBER
			   ? parts.contribution - effect->cash
			   : 0;
	if (!pv_add(effect->member.cash, -owed, &effect->member.cash) ||
		!pv_add(vault->platform, effect->cash + owed, &vault->platform) ||
		!pv_add(vault->pool, bought - effect->cash, &vault->pool))
		return PV_OUT_OF_RANGE;
	effect->fee = -effect->member.cash;
	vault->circulating -= burned;
	return PV_OK;
}
