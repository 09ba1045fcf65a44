/*
 * outlook.c
 *	  What a vault's rules lead to from where it stands: for reports, nothing is booked.
 *
 * Of orders that are small beside the pool each brings the pool dR and mints points worth
 * m dR, m the mint rates together (G2): dS/S = m dR/R, so S grows as the power m of R, and
 * the price R/S as the power 1 - m.  Points are worth k times what they were once the pool
 * is k^(1/(1-m)) times what it was.  Once issue_cap is reached S stays, and the price grows
 * as R does (G3).  While orders are not small beside the pool they are booked one by one,
 * by the engine itself, in memory.
 */
#include "engine/outlook.h"

#include "engine/engine.h"
#include "engine/growth.h"
#include "engine/logarithm.h"
#include "engine/lots.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/price.h"

/* An order is small beside a pool of so many contributions. */
#define SMALL_BESIDE INT64_C(1000)

/* No point is worth more (V6). */
#define MOST_PRICE (INT64_C(10000) * PV_ONE_CURRENCY)

static void
forget_lots(PvMember *member)
{
	if (member->lots)
		pv_free(member->lots);
}

/*
 * One more order, of somebody new; and brought by somebody, where that mints too: as if
 * all buyers were, which makes it take longest.
 */
static bool
book_order(const PvPolicy *policy, PvVault *vault, int64_t amount, PvEffect *effect)
{
	PvMember buyer = {.id = 1};
	PvMember sponsor = {.id = 2};
	PvParty list[2] = {{.role = PV_OWN, .id = 1, .member = &buyer},
					   {.role = PV_SPONSOR, .id = 2, .member = &sponsor}};
	PvEvent event = {.kind = PV_KIND_PURCHASE,
					 .parties = {list, policy->growth.referral_mint_rate > 0 ? 2 : 1, 2},
					 .seq = 1,
					 .amount = amount};
	bool done = pv_apply(policy, vault, &event, effect) == PV_OK;

	forget_lots(&buyer);
	forget_lots(&sponsor);
	return done;
}

/* The next order and what follows, as far as it is told yet. */
typedef struct Run
{
	const PvPolicy *policy;
	const PvOutlookQuestion *question;
	PvVault vault;
	int64_t contribution;
	int64_t own_pool; /* right after the order */
	PvOutlook *outlook;
} Run;

/* Whether the points are worth it now. */
static bool
is_reached(const Run *run)
{
	const PvOutlookQuestion *question = run->question;
	PvPrice price = {run->vault.pool, run->vault.circulating};
	int64_t wanted;
	int64_t value;
	int64_t fee;

	return price.points > 0 && pv_rate_ceil(question->amount, question->multiple, &wanted) &&
		   pv_value_at(price, run->outlook->points, &value) &&
		   pv_rate_ceil(value, question->fee_rate, &fee) && value - fee >= wanted;
}

/* G6: whether the points leave before they are worth it. */
static bool
exits_before(const Run *run)
{
	int64_t most = run->policy->growth.exit_multiple;

	return most != PV_UNSET && (pv_int128) run->question->multiple * PV_ONE_RATE >
								   (pv_int128) most * (PV_ONE_RATE - run->question->fee_rate);
}

/* V6: whether a point would have to be worth more than any may be. */
static bool
is_above_any_price(const Run *run)
{
	const PvOutlookQuestion *question = run->question;
	pv_int128 most = (pv_int128) run->outlook->points * MOST_PRICE / PV_ONE_POINT;

	most = most * (PV_ONE_RATE - question->fee_rate) / PV_ONE_RATE;
	return (pv_int128) question->amount * question->multiple / PV_ONE_RATE > most;
}

/* By what the price has to grow yet, as a logarithm. */
static int64_t
price_to_come(const Run *run)
{
	const PvOutlookQuestion *question = run->question;

	return pv_log2((pv_int128) question->amount * question->multiple) -
		   pv_log2((pv_int128) run->outlook->points * (PV_ONE_RATE - question->fee_rate)) +
		   pv_log2(run->vault.circulating) - pv_log2(run->vault.pool);
}

/* By what the pool has to grow for it, as a logarithm; false where no orders do that. */
static bool
pool_to_come(const Run *run, int64_t price, pv_int128 *pool)
{
	const PvGrowthPolicy *growth = &run->policy->growth;
	int64_t minted = growth->mint_rate + growth->referral_mint_rate;
	int64_t lifts = PV_ONE_RATE - minted;
	int64_t room = pv_room_under_cap(run->policy, &run->vault, NULL);
	int64_t most;

	if (growth->issue_cap == PV_UNSET || !pv_add(run->vault.circulating, room, &most))
	{
		*pool = lifts > 0 ? (pv_int128) price * PV_ONE_RATE / lifts : 0;
		return lifts > 0;
	}
	most = pv_log2(most) - pv_log2(run->vault.circulating);
	if (lifts > 0 && (pv_int128) price * minted <= (pv_int128) most * lifts)
		*pool = (pv_int128) price * PV_ONE_RATE / lifts;
	else
		*pool = (pv_int128) price + most;
	return true;
}

/* From a pool beside which orders are small: how much it has to grow. */
static PvOutlookEnd
tell_by_power(Run *run)
{
	int64_t price = price_to_come(run);
	pv_int128 pool = 0;
	int64_t ppm;
	int64_t orders;

	if (price > 0 && !pool_to_come(run, price, &pool))
		return PV_OUTLOOK_STANDS;
	if (pool > INT64_MAX || !pv_exp2((int64_t) pool, &ppm) ||
		!pv_mul_div_floor(run->vault.pool, ppm, run->own_pool, &run->outlook->factor) ||
		!pv_mul_div_ceil(run->vault.pool, ppm - PV_ONE_RATE, PV_ONE_RATE, &orders) ||
		!pv_mul_div_ceil(orders, 1, run->contribution, &orders) ||
		!pv_add(run->outlook->orders, orders, &run->outlook->orders))
		return PV_OUTLOOK_BEYOND;
	return PV_OUTLOOK_GROWS;
}

/* Order by order while they are not small beside the pool. */
static bool
tell(Run *run)
{
	PvOutlook *outlook = run->outlook;
	PvEffect effect;

	while (!is_reached(run) && run->vault.pool / SMALL_BESIDE < run->contribution)
	{
		/* of a pool that is swept down (V6) no orders are small */
		if (outlook->orders > 2 * SMALL_BESIDE)
		{
			outlook->end = PV_OUTLOOK_BEYOND;
			return true;
		}
		if (!book_order(run->policy, &run->vault, run->question->amount, &effect))
			return false;
		outlook->orders++;
	}
	if (!is_reached(run))
		outlook->end = tell_by_power(run);
	else if (!pv_mul_div_floor(run->vault.pool, PV_ONE_RATE, run->own_pool, &outlook->factor))
		return false;
	return true;
}

/*
 * R4: how much turnover it takes until the points of the next order are worth so many
 * times its amount, if nothing else happens; false where a balance goes out of range.
 */
bool
pv_outlook(const PvPolicy *policy, const PvVault *vault, const PvOutlookQuestion *question,
		   PvOutlook *outlook)
{
	Run run = {.policy = policy, .question = question, .vault = *vault, .outlook = outlook};
	PvEffect effect;

	*outlook = (PvOutlook){.end = PV_OUTLOOK_GROWS};
	if (!book_order(policy, &run.vault, question->amount, &effect))
		return false;
	run.contribution = effect.contribution;
	run.own_pool = run.vault.pool;
	outlook->points = effect.points;
	if (effect.points <= 0 || run.own_pool <= 0 || run.vault.circulating <= 0 ||
		question->fee_rate >= PV_ONE_RATE)
		outlook->end = PV_OUTLOOK_NO_POINTS;
	else if (!pv_value_at(pv_price_of(policy, &run.vault), effect.points, &outlook->worth))
		return false;
	else if (exits_before(&run))
		outlook->end = PV_OUTLOOK_EXITS;
	else if (is_above_any_price(&run))
		outlook->end = PV_OUTLOOK_BEYOND;
	else
		return tell(&run);
	return true;
}

/*
 * R3: what it would pay to redeem all points at once that somebody may redeem, in one redeem
 * (G4): those of members, and those in custody (X3), as if they had been taken back.  All
 * that can be paid for them now, one after the other and whatever the fee, is its gross.
 */
bool
pv_redeem_all(const PvPolicy *policy, const PvVault *vault, bool for_goods, PvEffect *effect)
{
	PvVault copy = *vault;
	int64_t points = pv_points_of_members(vault) + vault->exchange; /* at most what circulates */
	PvMember all = {.id = 1, .has = {.points = points}};
	PvParty own = {.role = PV_OWN, .id = 1, .member = &all};
	PvEvent event = {.kind = PV_KIND_REDEEM,
					 .parties = {&own, 1, 1},
					 .seq = 1,
					 .points = points,
					 .for_goods = for_goods};
	PvError error;

	*effect = (PvEffect){0};
	if (points <= 0 || !policy->has_growth)
		return pv_value_at((PvPrice){vault->pool, vault->circulating > 0 ? vault->circulating : 1},
						   points > 0 ? points : 0, &effect->amount);
	copy.exchange = 0;
	(void) pv_add_lot(&all, (PvLot){.left = points, .minted = points});
	error = pv_apply(policy, &copy, &event, effect);
	forget_lots(&all);
	return error == PV_OK || error == PV_NET_OF_ZERO;
}
