/*
 * sale.c
 *	  A purchase, its refund and the close of a day: every section of the policy
 *	  has its part in them.
 *
 * Each section knows its own rules and no other's; what is common to all, and
 * in which order they come, is here. The order is that of MODEL's sections, and
 * it counts: a later section finds vault and effect as the ones before left
 * them.  A section that is not in the policy brings nothing by a purchase, but
 * takes back what it brought while it was.
 */
#include "engine/sale.h"

#include "engine/cycle.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/kinds.h"
#include <stddef.h>

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

typedef PvError (*TakeBack)(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							const PvRefundParts *parts, PvEffect *effect);

/* What a section does; NULL: it has no part in that. */
typedef struct Section
{
	PvApply purchase;
	TakeBack refund;
	PvApply close;
} Section;

static const Section sections[] = {
	{pv_growth_purchase, pv_growth_refund, NULL},		  /* MODEL 3 */
	{pv_cycle_purchase, pv_cycle_refund, pv_cycle_close}, /* MODEL 5 */
};

/*
 * A purchase: what each section brings by it.
 */
PvError
pv_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvError error = PV_OK;

	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	effect->amount = event->amount;
	for (size_t i = 0; i < lengthof(sections) && error == PV_OK; i++)
		error = sections[i].purchase(policy, vault, event, effect);
	return error;
}

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
 * G15: a purchase, or a part of it, taken back, section by section. What the
 * buyer then owes in cash is the receipt's fee.
 */
PvError
pv_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvSale *sale = event->sale;
	PvRefundParts parts;
	PvError error = PV_OK;

	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > sale->amount - sale->refunded)
		return PV_REFUNDED_ALREADY;
	if (!pv_refund_parts(sale, event->amount, &parts))
		return PV_OUT_OF_RANGE;
	effect->amount = event->amount;
	for (size_t i = 0; i < lengthof(sections) && error == PV_OK; i++)
		error = sections[i].refund(policy, vault, event, &parts, effect);
	if (error == PV_OK)
		effect->fee = -effect->member.cash;
	return error;
}

/*
 * V7: the close of a day.
 */
PvError
pv_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvError error = PV_OK;

	for (size_t i = 0; i < lengthof(sections) && error == PV_OK; i++)
		if (sections[i].close)
			error = sections[i].close(policy, vault, event, effect);
	return error;
}
