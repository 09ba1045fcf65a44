/*
 * cycle.c
 *	  Quota, shares and daily dividends (MODEL §5).
 *
 * Members with equal shares get equal dues (C8), so a close needs to know how
 * many members have how many shares, not who they are.
 */
#include "engine/cycle.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/parties.h"
#include "engine/trace.h"

#include <stddef.h>

/*
 * G2, C1, M1: whether sponsors take part in purchases.
 */
bool
pv_rewards_sponsors(const PvPolicy *policy)
{
	return (policy->has_growth && policy->growth.referral_mint_rate > 0) ||
		   (policy->has_commission && policy->commission.direct_rate > 0) ||
		   (policy->has_cycle &&
			(policy->cycle.referral_quota_rate > 0 || policy->cycle.referral_share_rate > 0));
}

/*
 * C1: counts spending toward a member's shares, one for each share_price; what
 * is left over counts with the next, and only then at a new share price. Spending
 * taken back (below 0) takes shares with it, but never more than there are (G15),
 * and brings none where the share price was lower then.  Tells by how much the
 * shares change; that they do is up to the caller.
 */
bool
pv_count_spending(PvMember *member, int64_t spending, int64_t share_price, int64_t *shares)
{
	pv_int128 worth = (pv_int128) member->has.shares * share_price + member->spent + spending;
	pv_int128 count;

	*shares = 0;
	if (spending == 0)
		return true;
	if (worth < 0)
		worth = 0;
	PV_ASSERT(share_price > 0); /* C1: the policy has no other */
	count = worth / share_price;
	if (spending < 0 && count > member->has.shares)
		count = member->has.shares;
	if (count > INT64_MAX || worth - count * share_price > INT64_MAX)
		return false;
	*shares = (int64_t) count - member->has.shares;
	member->spent = (int64_t) (worth - count * share_price);
	return true;
}

/* C1: what was left over before counts too, though nobody tells how much that was. */
static void
trace_shares(PvTrace *trace, const PvParty *party, int64_t share_price)
{
	pv_given(trace, party->id, "C1", "spending that makes one share", pv_amount(share_price));
	pv_given(trace, party->id, "C1", "shares by it, with what was left over before",
			 pv_shares(party->change.shares));
}

/*
 * C1: what a sale promises of itself by this section: the quota it brings the
 * buyer and the buyer's sponsor, and what of it counts as their spending.
 */
bool
pv_cycle_promise(const PvPolicy *policy, int64_t amount, PvSalePart *part)
{
	const PvCyclePolicy *cycle = &policy->cycle;

	part->quota = part->spending = 0;
	if (!policy->has_cycle)
		return true;
	if (part->role == PV_OWN)
	{
		part->spending = amount;
		return pv_rate_floor(amount, cycle->quota_multiple, &part->quota);
	}
	if (part->role != PV_SPONSOR)
		return true;
	return pv_rate_floor(amount, cycle->referral_quota_rate, &part->quota) &&
		   pv_rate_floor(amount, cycle->referral_share_rate, &part->spending);
}

/* C1: how the order comes to what it brings a party. */
static void
trace_brought(const PvEvent *event, const PvParty *party, const PvCyclePolicy *cycle)
{
	bool own = party->role == PV_OWN;
	PvTrace *trace = event->trace;

	if (own || party->change.quota > 0)
		pv_step(trace, party->id, "C1", "quota that the order brings",
				pv_amount(party->change.quota), PV_FLOOR, pv_amount(event->amount),
				pv_rate(own ? cycle->quota_multiple : cycle->referral_quota_rate));
	if (own)
		pv_given(trace, party->id, "C1", "spending that counts toward shares",
				 pv_amount(party->spending));
	else if (party->spending > 0)
		pv_step(trace, party->id, "C1", "spending that counts toward shares",
				pv_amount(party->spending), PV_FLOOR, pv_amount(event->amount),
				pv_rate(cycle->referral_share_rate));
	if (party->spending > 0)
		trace_shares(trace, party, cycle->share_price);
}

/* C2: purchases add to the turnover of the open day, refunds take from it. */
static bool
count_turnover(PvVault *vault, int64_t amount, PvTrace *trace)
{
	int64_t before = vault->turnover;

	if (!pv_add(before, amount, &vault->turnover))
		return false;
	pv_step(trace, 0, "C2", "turnover of the day so far", pv_amount(vault->turnover), PV_SUM,
			pv_amount(before), pv_amount(amount));
	return true;
}

/*
 * C1, C2: what a purchase brings beside points.
 */
PvError
pv_cycle_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	if (!policy->has_cycle)
		return PV_OK;
	effect->share_price = policy->cycle.share_price;
	for (int i = 0; i < event->parties.count; i++)
	{
		PvParty *party = &event->parties.list[i];
		PvSalePart part = {.role = party->role};

		if (!pv_cycle_promise(policy, event->amount, &part) ||
			!pv_count_spending(party->member, part.spending, effect->share_price,
							   &party->change.shares))
			return PV_OUT_OF_RANGE;
		party->change.quota = part.quota;
		party->spending = part.spending;
		if (event->trace)
			trace_brought(event, party, &policy->cycle);
	}
	return count_turnover(vault, event->amount, event->trace) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * Quota falls; what it cannot fall by was paid out and is owed in cash, to the
 * platform.
 */
static bool
take_quota(PvVault *vault, const PvMember *member, int64_t quota, PvAssets *change, PvTrace *trace)
{
	int64_t left = member->has.quota < quota ? member->has.quota : quota;

	change->quota = -left;
	if (quota > 0)
		pv_given(trace, member->id, "G15", "of that quota, taken back", pv_amount(left));
	if (left < quota)
		pv_step(trace, member->id, "G15", "the rest was paid out as dividends, and is owed",
				pv_amount(quota - left), PV_DIFFERENCE, pv_amount(quota), pv_amount(left));
	return pv_add(change->cash, left - quota, &change->cash) &&
		   pv_add(vault->platform, quota - left, &vault->platform);
}

/*
 * G15: what a purchase brought by C1 and C2, taken back.  One that was booked while
 * there was no cycle never was in a turnover.
 */
PvError
pv_cycle_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, const PvRefundDue *due,
				PvEffect *effect)
{
	int64_t share_price = event->sale->share_price;

	(void) policy;
	if (share_price != 0 && !count_turnover(vault, -event->amount, event->trace))
		return PV_OUT_OF_RANGE;
	if (share_price != 0)
		effect->share_price = share_price;
	for (int i = 0; i < due->nparts; i++)
	{
		PvParty *party = &event->parties.list[i];
		PvAssets before = pv_change_of(&event->parties, party->member, i);
		PvMember now = *party->member;

		now.has.quota += before.quota;
		now.has.shares += before.shares;
		if (!take_quota(vault, &now, due->parts[i].quota, &party->change, event->trace))
			return PV_OUT_OF_RANGE;
		if (share_price == 0)
			continue;
		party->spending = -due->parts[i].spending;
		if (!pv_count_spending(&now, party->spending, share_price, &party->change.shares))
			return PV_OUT_OF_RANGE;
		if (party->spending < 0)
			trace_shares(event->trace, party, share_price);
		party->member->spent = now.spent;
	}
	return PV_OK;
}

/*
 * C3: a member takes part in dividends with shares, while its quota lasts.
 */
bool
pv_is_active(const PvAssets *has)
{
	return has->quota > 0 && has->shares > 0;
}

/* C2: what the pools are rates of. */
static void
trace_turnover(PvTrace *trace, int64_t turnover)
{
	pv_given(trace, 0, "C2", "turnover: purchases less refunds, and what was carried",
			 pv_amount(turnover));
	if (turnover < 0)
		pv_given(trace, 0, "C2", "below 0 it counts as 0, and is carried on", pv_amount(0));
}

/* C5: a tier, its pool, and among how many that is shared out. */
static void
trace_tier_pool(const PvDay *day, const PvDayTier *tier, int64_t rate)
{
	pv_given(day->trace, 0, "C5", "shares from which the tier is", pv_shares(tier->min));
	pv_step(day->trace, 0, "C5", "pool of that tier", pv_amount(tier->pool), PV_FLOOR,
			pv_amount(day->turnover), pv_rate(rate));
	pv_given(day->trace, 0, "C5", day->by_weight ? "active shares in it" : "active members in it",
			 day->by_weight ? pv_shares(tier->divisor) : pv_members(tier->divisor));
}

/* C4, C5: the pools of a day of which it is known who takes part. */
static void
trace_pools(const PvCyclePolicy *cycle, const PvVault *vault, const PvDay *day)
{
	PvTerm of_turnover = pv_amount(day->weight_pool - vault->dividends);

	trace_turnover(day->trace, vault->turnover);
	pv_step(day->trace, 0, "C4", "pool by weight", of_turnover, PV_FLOOR, pv_amount(day->turnover),
			pv_rate(cycle->weight_pool_rate));
	if (vault->dividends != 0)
		pv_step(day->trace, 0, "C4", "pool by weight, with what was carried",
				pv_amount(day->weight_pool), PV_SUM, of_turnover, pv_amount(vault->dividends));
	pv_given(day->trace, 0, "C4", "shares that it is shared out over",
			 pv_shares(day->weight_shares));
	for (int i = 0; i < cycle->ntiers; i++)
		trace_tier_pool(day, &day->tiers[i], cycle->tiers[i].rate);
}

/*
 * C2, C4, C5: what is to be shared out at the close of the open day; a turnover below
 * 0 counts as 0.
 */
bool
pv_day_pools(const PvPolicy *policy, const PvVault *vault, PvDay *day)
{
	const PvCyclePolicy *cycle = &policy->cycle;

	day->turnover = vault->turnover > 0 ? vault->turnover : 0;
	day->weight_pool = 0;
	day->ntiers = 0;
	if (!policy->has_cycle)
		return true;
	PV_ASSERT(cycle->ntiers >= 0 && cycle->ntiers <= PV_MAX_TIERS);
	day->by_weight = cycle->tier_basis == PV_TIER_BY_WEIGHT;
	day->ntiers = cycle->ntiers;
	if (!pv_rate_floor(day->turnover, cycle->weight_pool_rate, &day->weight_pool) ||
		!pv_add(day->weight_pool, vault->dividends, &day->weight_pool))
		return false;
	for (int i = 0; i < cycle->ntiers; i++)
	{
		day->tiers[i].min = cycle->tiers[i].min;
		if (!pv_rate_floor(day->turnover, cycle->tiers[i].rate, &day->tiers[i].pool))
			return false;
	}
	if (day->trace)
		trace_pools(cycle, vault, day);
	return true;
}

/*
 * C5: which tier a share count is in, -1 below the first.
 */
int
pv_tier_of(const PvDay *day, int64_t shares)
{
	int tier = -1;

	PV_ASSERT(day->ntiers <= PV_MAX_TIERS);
	while (tier + 1 < day->ntiers && day->tiers[tier + 1].min <= shares)
		tier++;
	return tier;
}

static bool
add_shares(int64_t *sum, int64_t shares, int64_t members)
{
	int64_t product;

	return !__builtin_mul_overflow(shares, members, &product) && pv_add(*sum, product, sum);
}

/*
 * C4, C5: among how many shares, or members, the pools of the day are shared
 * out.
 */
bool
pv_day_divisors(const PvPolicy *policy, PvDay *day, const PvClass *classes, int count)
{
	bool all = policy->has_cycle && policy->cycle.denominator == PV_DENOMINATOR_ALL;
	int64_t all_shares = 0;

	PV_ASSERT(day->ntiers >= 0 && day->ntiers <= PV_MAX_TIERS);
	day->active_shares = 0;
	for (int i = 0; i < day->ntiers; i++)
		day->tiers[i].divisor = 0;
	for (int i = 0; i < count; i++)
	{
		const PvClass *class = &classes[i];
		int tier = pv_tier_of(day, class->shares);

		if (!add_shares(&all_shares, class->shares, class->holders) ||
			!add_shares(&day->active_shares, class->shares, class->active))
			return false;
		if (tier >= 0 && !add_shares(&day->tiers[tier].divisor, day->by_weight ? class->shares : 1,
									 class->active))
			return false;
	}
	day->all_shares = all_shares;
	day->weight_shares = all ? all_shares : day->active_shares;
	return true;
}

/*
 * All pools of the day together.
 */
bool
pv_day_pool(const PvDay *day, int64_t *pool)
{
	*pool = day->weight_pool;
	for (int i = 0; i < day->ntiers; i++)
		if (!pv_add(*pool, day->tiers[i].pool, pool))
			return false;
	return true;
}

static void
trace_tier(const PvDay *day, const PvDayTier *tier, int64_t shares, int64_t due)
{
	pv_given(day->trace, 0, "C5", "shares from which the tier is", pv_shares(tier->min));
	pv_step(day->trace, 0, "C5", "due by tier", pv_amount(due), PV_FLOOR, pv_amount(tier->pool),
			day->by_weight ? pv_shares(shares) : PV_NO_TERM,
			day->by_weight ? pv_shares(tier->divisor) : pv_members(tier->divisor));
}

/*
 * C4, C5: what an active member with so many shares is due for the day, before
 * its quota is looked at.
 */
bool
pv_day_due(const PvDay *day, int64_t shares, int64_t *due)
{
	int index = pv_tier_of(day, shares);
	const PvDayTier *tier = index >= 0 ? &day->tiers[index] : NULL;
	int64_t part;

	PV_ASSERT(index < day->ntiers || index < 0);
	*due = 0;
	if (day->weight_shares > 0 &&
		!pv_mul_div_floor(day->weight_pool, shares, day->weight_shares, due))
		return false;
	if (day->weight_shares > 0)
		pv_step(day->trace, 0, "C4", "due by weight", pv_amount(*due), PV_FLOOR,
				pv_amount(day->weight_pool), pv_shares(shares), pv_shares(day->weight_shares));
	if (!tier || tier->divisor <= 0)
		return true;
	if (!pv_mul_div_floor(tier->pool, day->by_weight ? shares : 1, tier->divisor, &part) ||
		!pv_add(*due, part, due))
		return false;
	if (day->trace)
		trace_tier(day, tier, shares, part);
	return true;
}

/*
 * C6, C8: what a member got since its mark: the dues of its share count, up to
 * its quota.
 */
int64_t
pv_accrued(int64_t total, int64_t mark, int64_t quota)
{
	int64_t dues = total - mark;

	return dues < quota ? dues : quota;
}

/*
 * C3 to C6: what the close of a day brought one member, as if it had paid the
 * member by itself; false where it brought nothing.
 */
bool
pv_day_pay(const PvDay *day, const PvAssets *has, int64_t *due, int64_t *paid)
{
	if (!pv_is_active(has) || !pv_day_due(day, has->shares, due))
		return false;
	*paid = pv_accrued(*due, 0, has->quota);
	pv_step(day->trace, 0, "C6", "paid: what is due, up to the quota left", pv_amount(*paid),
			PV_LEAST, pv_amount(*due), pv_amount(has->quota));
	return *due > 0;
}

/* C6, C7: what became of the pools. */
static void
trace_shared_out(PvTrace *trace, const PvEffect *effect, bool carries)
{
	pv_given(trace, 0, "C6", "all pools together", pv_amount(effect->amount));
	pv_given(trace, 0, "C6", "paid to members, each at most its quota", pv_amount(effect->cash));
	pv_step(trace, 0, "C7",
			carries ? "not paid: into the next pool by weight" : "not paid: to the platform",
			pv_amount(effect->amount - effect->cash), PV_DIFFERENCE, pv_amount(effect->amount),
			pv_amount(effect->cash));
}

/*
 * C4 to C7: closes a day. The pools come from outside; what is paid is the
 * members', posted to each of them later (pv_dividend), and the rest goes to the
 * platform or into the next day's pool.
 */
PvError
pv_cycle_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	bool carries = policy->has_cycle && policy->cycle.unallocated == PV_UNALLOCATED_CARRY;
	int64_t unallocated;

	event->day->trace = event->trace;
	if (!pv_day_pools(policy, vault, event->day) || !pv_day_pool(event->day, &effect->amount))
		return PV_OUT_OF_RANGE;
	effect->cash = event->day->paid;
	unallocated = effect->amount - effect->cash;
	if (effect->cash < 0 || unallocated < 0)
		return PV_BEYOND_POOLS;
	if (event->trace && policy->has_cycle)
		trace_shared_out(event->trace, effect, carries);
	if (vault->turnover > 0) /* C2: what is below is carried */
		vault->turnover = 0;
	if (policy->has_cycle)
		vault->dividends = 0;
	if (carries)
		vault->dividends = unallocated;
	else if (!pv_add(vault->platform, unallocated, &vault->platform))
		return PV_OUT_OF_RANGE;
	return pv_add(vault->cash, effect->cash, &vault->cash) ? PV_OK : PV_OUT_OF_RANGE;
}

/*
 * C6, C6a: posts to a member what closes paid it: cash comes, and quota goes for as much
 * of it as did not come out of the shareholder pool. What all members have in cash counted
 * it since the close.
 */
PvError
pv_dividend(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) policy;
	if (event->assets.cash <= 0)
		return PV_BAD_AMOUNT;
	if (event->assets.quota > 0 || event->assets.quota < -event->assets.cash)
		return PV_INCOMPLETE;
	effect->cash = event->assets.cash;
	pv_given(event->trace, own->id, "C6", "posted: what closes paid since the last posting",
			 pv_amount(effect->cash));
	if (effect->cash != -event->assets.quota)
		pv_step(event->trace, own->id, "C6a",
				"of that, out of the shareholder pool, which takes no quota",
				pv_amount(effect->cash + event->assets.quota), PV_SUM, pv_amount(effect->cash),
				pv_amount(event->assets.quota));
	own->change.cash = event->assets.cash;
	own->change.quota = event->assets.quota;
	vault->cash -= event->assets.cash;
	return PV_OK;
}
