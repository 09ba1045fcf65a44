/*
 * refund.c
 *	  A purchase, or a part of it, taken back (G15).
 */
#include "engine/engine.h"

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
		   part_of(pv_mul_div_floor, sale->limit, before, after, sale->amount, &parts->limit) &&
		   part_of(pv_mul_div_floor, sale->quota, before, after, sale->amount, &parts->quota) &&
		   part_of(pv_mul_div_floor, sale->other_quota, before, after, sale->amount,
				   &parts->other_quota) &&
		   part_of(pv_mul_div_floor, sale->other_spending, before, after, sale->amount,
				   &parts->other_spending);
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
 * Quota falls; what it cannot fall by was paid out and is owed in cash, to the
 * platform.
 */
static bool
take_quota(PvVault *vault, const PvMember *member, int64_t quota, PvAssets *change)
{
	int64_t left = member->has.quota < quota ? member->has.quota : quota;

	change->quota = -left;
	return pv_add(change->cash, left - quota, &change->cash) &&
		   pv_add(vault->platform, quota - left, &vault->platform);
}

/*
 * What the sale brought by the cycle, C1 and C2, taken back.
 */
static bool
take_back_cycle(PvVault *vault, PvEvent *event, const PvRefundParts *parts, PvEffect *effect)
{
	const PvSale *sale = event->sale;

	vault->turnover = vault->turnover > event->amount ? vault->turnover - event->amount : 0;
	if (!take_quota(vault, event->member, parts->quota, &effect->member) ||
		(event->other && !take_quota(vault, event->other, parts->other_quota, &effect->other)))
		return false;
	if (sale->share_price == 0)
		return true;
	effect->share_price = sale->share_price;
	effect->spending = -event->amount;
	if (!pv_count_spending(event->member, effect->spending, sale->share_price,
						   &effect->member.shares))
		return false;
	if (!event->other)
		return true;
	effect->other_spending = -parts->other_spending;
	return pv_count_spending(event->other, effect->other_spending, sale->share_price,
							 &effect->other.shares);
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
		!pv_add(vault->pool, bought - effect->cash, &vault->pool) ||
		!take_back_cycle(vault, event, &parts, effect))
		return PV_OUT_OF_RANGE;
	effect->fee = -effect->member.cash;
	vault->circulating -= burned;
	return PV_OK;
}
