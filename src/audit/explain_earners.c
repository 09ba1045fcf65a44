/*
 * explain_earners.c
 *	  Stand-ins for those who earned by a purchase, and for the plan that a refund found.
 *
 * Which ranks members had then, and what a plan had released, no row tells.  What came of it
 * is stored: whom the purchase paid, by which rank, and what of the plan was cancelled in
 * all.  So there are stand-ins just such that the engine comes to that (M1, G15).
 */
#include "audit/explain_earners.h"

#include "engine/commission.h"
#include "engine/memory.h"
#include "engine/sale.h"
#include "store/plan.h"

/* clang-format off */

static PvPlan plan_now = {
	"SELECT granted, cancelled FROM pointsvault.plan_data "
	"WHERE vault = $1 AND member = $2 AND seq = $3",
	"ill", NULL};

/* clang-format on */

/* Those found so far, and the budget as they leave it. */
typedef struct Search
{
	PvEarners earners;
	PvPayout payout;
	PvCommissions paid;
} Search;

static void
add_above(Search *search, int64_t member, int rank)
{
	PvEarners *earners = &search->earners;

	earners->line = pv_realloc(earners->line, sizeof(PvAbove) * (earners->nline + 1));
	earners->line[earners->nline++] = (PvAbove){member, rank};
	pv_pay_above(&search->payout, member, rank);
}

/*
 * Somebody of each rank up to one, whose parts came to nothing.  As rates rise with the
 * ranks, those between two come to nothing where one of them did.
 */
static void
add_unpaid(Search *search, int up_to)
{
	while (search->payout.paid < up_to && search->payout.paid < search->payout.policy->nranks)
		add_above(search, 0, search->payout.paid + 1);
}

/* What a rank is paid once another was. */
static int64_t
paid_beyond(const Search *search, const PvCommission *commission, int lower)
{
	PvCommissions paid = {0};
	PvPayout payout = search->payout;

	payout.list = &paid;
	payout.paid = lower;
	pv_pay_above(&payout, commission->member, commission->grade);
	return search->payout.left - payout.left;
}

/*
 * L4: one that was paid by its rank.  Where that is less than all beyond the rank paid last,
 * there were others in between.
 */
static void
add_by_rank(Search *search, const PvCommission *commission)
{
	int lower = search->payout.paid;

	while (lower + 1 < commission->grade &&
		   paid_beyond(search, commission, lower) != commission->amount)
		lower++;
	add_unpaid(search, lower);
	add_above(search, commission->member, commission->grade);
}

static void
add_earner(Search *search, const PvCommission *commission)
{
	switch (commission->reason)
	{
		case PV_DIRECT:
			search->earners.direct = commission->member;
			pv_pay_sponsors(&search->payout, commission->member, 0);
			break;
		case PV_INDIRECT:
			search->earners.indirect = commission->member;
			pv_pay_sponsors(&search->payout, 0, commission->member);
			break;
		case PV_BY_RANK:
			add_by_rank(search, commission);
			break;
		case PV_BY_PEER:
			add_unpaid(search, commission->grade);
			add_above(search, commission->member, commission->grade);
			break;
		case PV_DISTRICT:
		case PV_CITY:
		case PV_PROVINCE:
			search->earners.agents[commission->reason - PV_DISTRICT] = commission->member;
			break;
		case PV_SHAREHOLDERS:
			break;
	}
}

/*
 * M1: those whom a purchase paid, such that the engine pays them again.
 */
PvEarners
pv_earners_paid(const PvPolicy *policy, const PvEntry *purchase)
{
	Search search = {.earners = {0}};

	search.payout = pv_payout(policy, purchase->effect.amount, &search.paid);
	for (int i = 0; i < purchase->effect.commissions.count; i++)
		add_earner(&search, &purchase->effect.commissions.list[i]);
	return search.earners;
}

/* G15: what refunds up to some amount of a sale cancelled of its plan, which lost so much by all. */
static bool
cancelled_by(const PvSale *sale, int64_t refunded, int64_t by_all, int64_t *cancelled)
{
	PvSale whole = *sale;
	PvRefundDue due;

	whole.refunded = 0;
	if (!pv_refund_due(&whole, refunded, &due))
		return false;
	*cancelled = Min(due.granted, by_all);
	return true;
}

/*
 * G15: the plan of a sale before a refund of an amount.  Once a refund finds less left than
 * it cancels, nothing is left for those after it: so what each cancelled follows from what
 * all did.  What the plan had left besides is made up: nothing.  False where there is none.
 */
bool
pv_plan_before_refund(int32_t vault, int64_t holder, const PvSale *sale, int64_t amount,
					  PvReleasePlan *plan)
{
	Datum keys[3] = {Int32GetDatum(vault), Int64GetDatum(holder), Int64GetDatum(sale->seq)};
	int64_t by_all;
	int64_t after;
	PvRow row;

	*plan = (PvReleasePlan){.seq = sale->seq, .amount = sale->amount};
	if (pv_run(&plan_now, keys, NULL, true) != 1)
		return false;
	row = pv_result_row(0);
	plan->granted = pv_row_int(&row, 0);
	by_all = pv_row_int(&row, 1);
	if (!cancelled_by(sale, sale->refunded, by_all, &plan->cancelled) ||
		!cancelled_by(sale, sale->refunded + amount, by_all, &after))
		return false;
	plan->released = plan->granted - after;
	return true;
}
