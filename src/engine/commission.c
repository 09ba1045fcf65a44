/*
 * commission.c
 *	  Commissions of purchases, and the shareholder pool (MODEL §7, C6a).
 *
 * Who stands above the buyer and with which rank, and who is agent of which region, is
 * for the caller to find.  As a line may be long, it asks step by step whether anybody
 * further up may still earn; the same steps, run over what it found, make the list that
 * is paid.
 */
#include "engine/commission.h"

#include "engine/fixed.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/trace.h"

#include <stddef.h>

/* Adds a commission to a list. */
void
pv_add_commission(PvCommissions *list, PvCommission commission)
{
	if (list->count == list->size)
	{
		list->size = list->size > 0 ? 2 * list->size : 8;
		list->list = pv_realloc(list->list, sizeof(PvCommission) * list->size);
	}
	list->list[list->count++] = commission;
}

/* Whether two commissions say the same. */
bool
pv_is_same_commission(const PvCommission *a, const PvCommission *b)
{
	return a->reason == b->reason && a->grade == b->grade && a->member == b->member &&
		   a->amount == b->amount;
}

/* M1: the budget of a purchase, whose commissions are added to a list. */
PvPayout
pv_payout(const PvPolicy *policy, int64_t amount, PvCommissions *list)
{
	PvPayout payout = {.policy = &policy->commission, .amount = amount, .list = list};

	payout.in_range = pv_rate_floor(amount, policy->commission.budget_rate, &payout.left);
	return payout;
}

static const char *const to_whom[] = {
	[PV_DIRECT] = "to the buyer's sponsor",
	[PV_INDIRECT] = "to the sponsor's sponsor",
	[PV_BY_RANK] = "by its rank, beyond the rank paid before",
	[PV_BY_PEER] = "to the next of the rank paid before",
	[PV_DISTRICT] = "to the agent of the district",
	[PV_CITY] = "to the agent of the city",
	[PV_PROVINCE] = "to the agent of the province",
	[PV_SHAREHOLDERS] = "into the shareholder pool",
};

/* The rate of a rank; 0 of none. */
static int64_t
rate_of(const PvCommissionPolicy *policy, int rank)
{
	return rank > 0 ? policy->ranks[rank - 1].rate : 0;
}

/* M1: what somebody is paid, before it is; who comes to nothing by the rate is not told of. */
static void
trace_pay(const PvPayout *payout, const PvCommission *commission, int64_t rate)
{
	PvTrace *trace = payout->trace;
	int64_t member = commission->member;
	int64_t before = rate_of(payout->policy, payout->paid);
	bool by_rank = commission->reason == PV_BY_RANK;

	if (commission->amount == 0)
		return;
	if (by_rank || commission->reason == PV_BY_PEER)
		pv_given(trace, member, "M1", "rank that it is paid by",
				 ((PvTerm){commission->grade, PV_UNIT_COUNT}));
	if (by_rank && before > 0)
		pv_step(trace, member, "M1", "rate of the rank beyond that of the one paid before",
				pv_rate(rate), PV_DIFFERENCE, pv_rate(rate + before), pv_rate(before));
	pv_step(trace, member, "M1", to_whom[commission->reason], pv_amount(commission->amount),
			PV_FLOOR, pv_amount(payout->amount), pv_rate(rate));
	if (commission->amount > payout->left)
		pv_step(trace, member, "M1", "of that, what the budget has left", pv_amount(payout->left),
				PV_LEAST, pv_amount(commission->amount), pv_amount(payout->left));
}

/*
 * M1: pays ⌊A × rate⌋, as far as the budget has it.
 */
static void
pay(PvPayout *payout, PvReason reason, int grade, int64_t member, int64_t rate)
{
	PvCommission commission = {reason, grade, member, 0};

	if (!pv_rate_floor(payout->amount, rate, &commission.amount))
	{
		payout->in_range = false;
		return;
	}
	if (payout->trace)
		trace_pay(payout, &commission, rate);
	if (commission.amount > payout->left)
		commission.amount = payout->left;
	payout->left -= commission.amount;
	if (commission.amount > 0)
		pv_add_commission(payout->list, commission);
}

/* M1: the buyer's sponsor, and that one's; 0 = nobody. */
void
pv_pay_sponsors(PvPayout *payout, int64_t direct, int64_t indirect)
{
	if (direct != 0)
		pay(payout, PV_DIRECT, 0, direct, payout->policy->direct_rate);
	if (indirect != 0)
		pay(payout, PV_INDIRECT, 0, indirect, payout->policy->indirect_rate);
}

/*
 * L4, L5: whether anybody further up the line may still earn by a rank: while there is
 * a budget, and a rank above those paid, or a peer to come.
 */
bool
pv_line_may_earn(const PvPayout *payout)
{
	const PvCommissionPolicy *policy = payout->policy;

	return payout->left > 0 &&
		   (payout->paid < policy->nranks || (payout->peer && policy->rank_peer_rate > 0));
}

/*
 * L4, L5: a member of the line, when the walk up reaches it.  What it earned counts as
 * paid also where the budget cut it.  A rank is that of the last close, whose policy may
 * have had more of them.
 */
void
pv_pay_above(PvPayout *payout, int64_t member, int rank)
{
	const PvCommissionPolicy *policy = payout->policy;

	if (rank > policy->nranks)
		rank = policy->nranks;
	if (rank > payout->paid)
	{
		pay(payout, PV_BY_RANK, rank, member,
			rate_of(policy, rank) - rate_of(policy, payout->paid));
		payout->paid = rank;
		payout->peer = true;
	}
	else if (rank > 0 && rank == payout->paid && payout->peer)
	{
		pay(payout, PV_BY_PEER, rank, member, policy->rank_peer_rate);
		payout->peer = false;
	}
}

/* M1: whether agents of the order's region may still earn. */
bool
pv_region_may_earn(const PvPayout *payout)
{
	const PvRegionRates *rates = &payout->policy->region_rates;

	return payout->left > 0 && rates->district + rates->city + rates->province > 0;
}

/* M1: the agent of the order's district, city or province; 0 = there is none. */
void
pv_pay_agent(PvPayout *payout, PvReason reason, int64_t member)
{
	const PvRegionRates *rates = &payout->policy->region_rates;
	int64_t rate = reason == PV_DISTRICT ? rates->district
				   : reason == PV_CITY	 ? rates->city
										 : rates->province;

	if (member != 0)
		pay(payout, reason, 0, member, rate);
}

/* M1: the shareholder pool, last. */
void
pv_pay_shareholders(PvPayout *payout)
{
	pay(payout, PV_SHAREHOLDERS, 0, 0, payout->policy->shareholder_rate);
}

/*
 * M1: the commissions of a purchase, and what of the budget nobody earned.
 */
bool
pv_commissions(const PvPolicy *policy, int64_t amount, const PvEarners *earners, PvTrace *trace,
			   PvCommissions *list, int64_t *rest)
{
	PvPayout payout = pv_payout(policy, amount, list);

	payout.trace = trace;
	pv_step(trace, 0, "M1", "budget of the commissions", pv_amount(payout.left), PV_FLOOR,
			pv_amount(amount), pv_rate(policy->commission.budget_rate));
	pv_pay_sponsors(&payout, earners->direct, earners->indirect);
	for (int i = 0; i < earners->nline; i++)
		pv_pay_above(&payout, earners->line[i].member, earners->line[i].rank);
	for (int i = 0; i < PV_REGIONS; i++)
		pv_pay_agent(&payout, (PvReason) (PV_DISTRICT + i), earners->agents[i]);
	pv_pay_shareholders(&payout);
	*rest = payout.left;
	pv_given(trace, 0, "M1", "to the platform: what of the budget nobody earned", pv_amount(*rest));
	return payout.in_range;
}

/* Moves a commission, below 0: back, from or into the cash of its member. */
static PvError
move_cash(const PvEvent *event, const PvCommission *commission)
{
	PvParty *party = pv_party_of(&event->parties, commission->member);

	if (!party)
		return PV_INCOMPLETE;
	return pv_add(party->change.cash, commission->amount, &party->change.cash) ? PV_OK
																			   : PV_OUT_OF_RANGE;
}

/*
 * M1: pays the commissions of a purchase: members into their cash, the shareholder pool,
 * and the platform what nobody earned.
 */
PvError
pv_commission_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	static const PvEarners nobody;
	PvCommissions *paid = &effect->commissions;
	PvError error = PV_OK;
	int64_t rest;

	if (!policy->has_commission)
		return PV_OK;
	if (!pv_commissions(policy, event->amount, event->earners ? event->earners : &nobody,
						event->trace, paid, &rest) ||
		!pv_add(vault->platform, rest, &vault->platform))
		return PV_OUT_OF_RANGE;
	for (int i = 0; i < paid->count && error == PV_OK; i++)
		if (paid->list[i].reason != PV_SHAREHOLDERS)
			error = move_cash(event, &paid->list[i]);
		else if (!pv_add(vault->shareholders, paid->list[i].amount, &vault->shareholders))
			error = PV_OUT_OF_RANGE;
	return error;
}

/* G15: what comes back of one: of the shareholder pool as far as the open one has it. */
static PvError
take_back(PvVault *vault, const PvEvent *event, PvCommission due, PvEffect *effect)
{
	PvError error = PV_OK;

	if (due.reason == PV_SHAREHOLDERS)
	{
		if (due.amount > vault->shareholders)
		{
			pv_step(event->trace, 0, "G15",
					"of what the shareholder pool got, what the open one has",
					pv_amount(vault->shareholders), PV_LEAST, pv_amount(due.amount),
					pv_amount(vault->shareholders));
			due.amount = vault->shareholders;
		}
		vault->shareholders -= due.amount;
	}
	if (!pv_add(vault->platform, due.amount, &vault->platform))
		return PV_OUT_OF_RANGE;
	if (due.amount == 0)
		return PV_OK;
	due.amount = -due.amount;
	if (due.reason != PV_SHAREHOLDERS)
		error = move_cash(event, &due);
	pv_add_commission(&effect->commissions, due);
	return error;
}

/*
 * G15: the commissions of a purchase go back in proportion, as they were paid and under
 * whatever policy, to the platform.
 */
PvError
pv_commission_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, const PvRefundDue *due,
					 PvEffect *effect)
{
	PvError error = PV_OK;

	(void) policy;
	for (int i = 0; i < due->commissions.count && error == PV_OK; i++)
		error = take_back(vault, event, due->commissions.list[i], effect);
	return error;
}

/*
 * C6a: what a member with so many shares gets of the shareholder pool of a day, with
 * quota or without.
 */
bool
pv_shareholder_due(const PvDay *day, int64_t shares, int64_t *due)
{
	*due = 0;
	if (day->all_shares <= 0)
		return true;
	if (!pv_mul_div_floor(day->shareholder_pool, shares, day->all_shares, due))
		return false;
	if (*due > 0)
		pv_step(day->trace, 0, "C6a", "paid out of the shareholder pool", pv_amount(*due), PV_FLOOR,
				pv_amount(day->shareholder_pool), pv_shares(shares), pv_shares(day->all_shares));
	return true;
}

/* C6a, C7: what the pool has, over how many shares it is shared out, and what became of it. */
static void
trace_pool(PvTrace *trace, const PvDay *day, bool carries)
{
	pv_given(trace, 0, "C6a", "shareholder pool", pv_amount(day->shareholder_pool));
	pv_given(trace, 0, "C6a", "shares that it is shared out over, with quota or without",
			 pv_shares(day->all_shares));
	pv_given(trace, 0, "C6a", "paid to members out of it", pv_amount(day->shareholder_paid));
	pv_step(trace, 0, "C7",
			carries ? "not paid: into the next pool by weight" : "not paid: to the platform",
			pv_amount(day->shareholder_pool - day->shareholder_paid), PV_DIFFERENCE,
			pv_amount(day->shareholder_pool), pv_amount(day->shareholder_paid));
}

/*
 * C6a, C7: the close shares the pool out.  What it paid comes from outside, posted to
 * each member later; what is left goes where the cycle's goes.
 */
PvError
pv_commission_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvDay *day = event->day;
	bool carries = policy->has_cycle && policy->cycle.unallocated == PV_UNALLOCATED_CARRY;
	int64_t *rest_goes_to = carries ? &vault->dividends : &vault->platform;

	(void) effect;
	day->shareholder_pool = vault->shareholders;
	if (day->shareholder_paid < 0 || day->shareholder_paid > day->shareholder_pool)
		return PV_BEYOND_POOLS;
	if (event->trace && day->shareholder_pool > 0)
		trace_pool(event->trace, day, carries);
	vault->shareholders = 0;
	return pv_add(*rest_goes_to, day->shareholder_pool - day->shareholder_paid, rest_goes_to) &&
				   pv_add(vault->cash, day->shareholder_paid, &vault->cash)
			   ? PV_OK
			   : PV_OUT_OF_RANGE;
}
