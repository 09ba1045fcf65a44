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
	}
	return pv_add(vault->turnover, event->amount, &vault->turnover) ? PV_OK : PV_OUT_OF_RANGE;
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
 * G15: what a purchase brought by C1 and C2, taken back.  One that was booked while
 * there was no cycle never was in a turnover.
 */
PvError
pv_cycle_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, const PvRefundDue *due,
				PvEffect *effect)
{
	int64_t share_price = event->sale->share_price;

	(void) policy;
	if (share_price != 0 && !pv_sub(vault->turnover, event->amount, &vault->turnover))
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
		if (!take_quota(vault, &now, due->parts[i].quota, &party->change))
			return PV_OUT_OF_RANGE;
		if (share_price == 0)
			continue;
		party->spending = -due->parts[i].spending;
		if (!pv_count_spending(&now, party->spending, share_price, &party->change.shares))
			return PV_OUT_OF_RANGE;
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
	if (!tier || tier->divisor <= 0)
		return true;
	return pv_mul_div_floor(tier->pool, day->by_weight ? shares : 1, tier->divisor, &part) &&
		   pv_add(*due, part, due);
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
	return *due > 0;
}

/*
 * C4 to C7: closes a day. The pools come from outside; what is paid is the
 * members', posted to each of them later (pv_dividend), and the rest goes to the
 * platform or into the next day's pool.
 */
PvError
pv_cycle_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	int64_t unallocated;

	if (!pv_day_pools(policy, vault, event->day) || !pv_day_pool(event->day, &effect->amount))
		return PV_OUT_OF_RANGE;
	effect->cash = event->day->paid;
	unallocated = effect->amount - effect->cash;
	if (effect->cash < 0 || unallocated < 0)
		return PV_BEYOND_POOLS;
	if (vault->turnover > 0) /* C2: what is below is carried */
		vault->turnover = 0;
	if (policy->has_cycle)
		vault->dividends = 0;
	if (policy->has_cycle && policy->cycle.unallocated == PV_UNALLOCATED_CARRY)
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
	own->change.cash = event->assets.cash;
	own->change.quota = event->assets.quota;
	vault->cash -= event->assets.cash;
	return PV_OK;
}
