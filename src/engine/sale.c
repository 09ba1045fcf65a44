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

#include "base/assertion.h"
#include "base/lengthof.h"
#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/legacy.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/release.h"
#include "engine/trace.h"

#include <stddef.h>

typedef PvError (*TakeBack)(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							const PvRefundDue *due, PvEffect *effect);

/* What a section does; NULL: it has no part in that. */
typedef struct Section
{
	bool (*promise)(const PvPolicy *policy, int64_t amount, PvSalePart *part);
	PvApply purchase;
	TakeBack refund;
	PvApply close;
	TakeBack refund_settled; /* of a settled debt (D2) */
} Section;

static const Section sections[] = {
	{pv_growth_promise, pv_growth_purchase, pv_growth_refund, NULL, pv_growth_refund}, /* MODEL 3 */
	{pv_cycle_promise, pv_cycle_purchase, pv_cycle_refund, pv_cycle_close, NULL},	   /* MODEL 5 */
	{NULL, pv_release_purchase, pv_release_refund, pv_release_close, NULL},			   /* MODEL 6 */
	{NULL, pv_commission_purchase, pv_commission_refund, pv_commission_close, NULL},   /* MODEL 7 */
	{NULL, NULL, NULL, NULL, pv_legacy_refund},										   /* MODEL 9 */
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
	for (int i = 0; i < lengthof(sections) && error == PV_OK; i++)
		if (sections[i].purchase)
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
 * What of a sale follows from the policy it was booked under, so that the journal
 * need not say it: limits, quota, spending of each of its parts.  They fitted then.
 */
void
pv_sale_promises(const PvPolicy *policy, PvSale *sale)
{
	int64_t daily;

	if (sale->kind == PV_KIND_SETTLE_DEBT)
	{
		for (int i = 0; i < sale->nparts; i++)
			(void) pv_legacy_promise(policy, sale->amount, &sale->parts[i]);
		return;
	}
	sale->share_price = policy->has_cycle ? policy->cycle.share_price : 0;
	sale->release_rate = policy->release.release_rate;
	(void) pv_plan_promise(policy, sale->amount, &sale->granted, &daily);
	for (int i = 0; i < sale->nparts; i++)
		for (int j = 0; j < lengthof(sections); j++)
			if (sections[j].promise)
				(void) sections[j].promise(policy, sale->amount, &sale->parts[i]);
}

/* Adds a part to a sale, the buyer's first. */
PvSalePart *
pv_add_sale_part(PvSale *sale, PvRole role, int64_t member, int64_t points)
{
	PV_ASSERT(role != PV_OWN || sale->nparts == 0); /* as it is with the parties */
	sale->parts = pv_realloc(sale->parts, sizeof(PvSalePart) * (sale->nparts + 1));
	sale->parts[sale->nparts] = (PvSalePart){.role = role, .member = member, .points = points};
	return &sale->parts[sale->nparts++];
}

/* G15: what is due of each commission, rounded by itself. */
static bool
commissions_due(const PvSale *sale, int64_t before, int64_t after, PvCommissions *due)
{
	*due = (PvCommissions){0};
	for (int i = 0; i < sale->commissions.count; i++)
	{
		PvCommission part = sale->commissions.list[i];

		if (!part_of(pv_mul_div_floor, part.amount, before, after, sale->amount, &part.amount))
			return false;
		pv_add_commission(due, part);
	}
	return true;
}

/*
 * What a refund of `amount` takes back of a sale.  Points due are rounded up,
 * the rest down.
 */
bool
pv_refund_due(const PvSale *sale, int64_t amount, PvRefundDue *due)
{
	int64_t before = sale->refunded;
	int64_t after = before + amount;
	int64_t whole = sale->amount;

	due->nparts = sale->nparts;
	due->parts = pv_realloc(NULL, sizeof(PvSalePart) * sale->nparts);
	for (int i = 0; i < sale->nparts; i++)
	{
		const PvSalePart *of = &sale->parts[i];
		PvSalePart *part = &due->parts[i];

		*part = (PvSalePart){.role = of->role, .member = of->member};
		if (!part_of(pv_mul_div_ceil, of->points, before, after, whole, &part->points) ||
			!part_of(pv_mul_div_floor, of->limit, before, after, whole, &part->limit) ||
			!part_of(pv_mul_div_floor, of->quota, before, after, whole, &part->quota) ||
			!part_of(pv_mul_div_floor, of->spending, before, after, whole, &part->spending))
			return false;
	}
	return commissions_due(sale, before, after, &due->commissions) &&
		   part_of(pv_mul_div_floor, sale->granted, before, after, whole, &due->granted) &&
		   part_of(pv_mul_div_floor, sale->contribution, before, after, whole, &due->contribution);
}

/* The part that goes with the refund, of what the sale brought. */
static void
trace_part(const PvEvent *event, int64_t member, const char *what, PvForm form, PvTerm whole,
		   int64_t part)
{
	const PvSale *sale = event->sale;

	if (whole.value != 0)
		pv_step(event->trace, member, "G15", what, ((PvTerm){part, whole.unit}), form, whole,
				pv_amount(sale->refunded), pv_amount(sale->refunded + event->amount),
				pv_amount(sale->amount));
}

static void
trace_commissions(const PvEvent *event, const PvCommissions *due)
{
	for (int i = 0; i < due->count; i++)
	{
		const PvCommission *of = &event->sale->commissions.list[i];

		trace_part(event, of->member,
				   of->reason == PV_SHAREHOLDERS ? "part of what the shareholder pool got due back"
												 : "part of the commission due back",
				   PV_PART_FLOOR, pv_amount(of->amount), due->list[i].amount);
	}
}

static void
trace_due(const PvEvent *event, const PvRefundDue *due)
{
	const PvSale *sale = event->sale;

	pv_step(event->trace, 0, "G15", "refunded, of what is left of the order",
			pv_amount(event->amount), PV_AT_MOST, pv_amount(event->amount),
			pv_amount(sale->amount - sale->refunded));
	trace_part(event, 0, "part of the contribution due back", PV_PART_FLOOR,
			   pv_amount(sale->contribution), due->contribution);
	for (int i = 0; i < due->nparts; i++)
	{
		const PvSalePart *of = &sale->parts[i];
		const PvSalePart *part = &due->parts[i];
		int64_t member = event->parties.list[i].id;

		trace_part(event, member, "part of the points due back", PV_PART_CEILING,
				   pv_points(of->points), part->points);
		trace_part(event, member, "part of the quota due back", PV_PART_FLOOR, pv_amount(of->quota),
				   part->quota);
		trace_part(event, member, "part of the spending that no longer counts", PV_PART_FLOOR,
				   pv_amount(of->spending), part->spending);
	}
	trace_commissions(event, &due->commissions);
}

/*
 * G15: a purchase or a settled debt, or a part of it, taken back, section by section. What the
 * buyer then owes in cash is the receipt's fee.
 */
PvError
pv_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvSale *sale = event->sale;
	PvRefundDue due;
	PvError error = PV_OK;

	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	if (event->amount > sale->amount - sale->refunded)
		return PV_REFUNDED_ALREADY;
	if (!pv_refund_due(sale, event->amount, &due))
		return PV_OUT_OF_RANGE;
	PV_ASSERT(due.nparts <= event->parties.count); /* each section goes by the one and the other */
	effect->amount = event->amount;
	if (event->trace)
		trace_due(event, &due);
	for (int i = 0; i < lengthof(sections) && error == PV_OK; i++)
	{
		TakeBack take_back =
			sale->kind == PV_KIND_SETTLE_DEBT ? sections[i].refund_settled : sections[i].refund;

		if (take_back)
			error = take_back(policy, vault, event, &due, effect);
	}
	if (error != PV_OK)
		return error;
	effect->fee = -pv_own(&event->parties)->change.cash;
	pv_given(event->trace, pv_own(&event->parties)->id, "G15", "what the buyer owes by it in all",
			 pv_amount(effect->fee));
	return PV_OK;
}

/*
 * V7: the close of a day.
 */
PvError
pv_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvError error = PV_OK;

	for (int i = 0; i < lengthof(sections) && error == PV_OK; i++)
		if (sections[i].close)
			error = sections[i].close(policy, vault, event, effect);
	return error;
}
