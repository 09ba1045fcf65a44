/*
 * release.c
 *	  Release plans: what a purchase grants, released day by day (MODEL §6).
 *
 * A plan that only runs on is not touched by closes: what it has released follows from
 * what it had on some day and what it releases each day since.  So a plan is looked at
 * when it is opened or taken back, when what its member earns by others changes, and on
 * the day on which one of the member's plans can not give its daily amount any more.
 */
#include "engine/release.h"

#include "engine/fixed.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/trace.h"

#include <stddef.h>

/* L1: the highest level that an order reaches, counted from 1; 0 = it is below the first. */
static int
level_of(const PvReleasePolicy *release, int64_t amount)
{
	int level = 0;

	while (level < release->nlevels && release->levels[level].min <= amount)
		level++;
	return level;
}

/*
 * L1: what an order is granted by the highest level that it reaches, and how much of it
 * a day; nothing below the first level.
 */
bool
pv_plan_promise(const PvPolicy *policy, int64_t amount, int64_t *granted, int64_t *daily)
{
	const PvReleasePolicy *release = &policy->release;
	int level = level_of(release, amount);

	*granted = *daily = 0;
	if (!policy->has_release || level == 0)
		return true;
	return pv_rate_floor(amount, release->levels[level - 1].multiple, granted) &&
		   pv_rate_floor(amount, release->release_rate, daily);
}

/* What a plan still has to release. */
int64_t
pv_plan_remaining(const PvReleasePlan *plan)
{
	return plan->granted - plan->released - plan->cancelled;
}

/*
 * What was released by the end of a day, from what it was on an earlier one.
 */
bool
pv_released_by(int64_t released, int64_t rate, int32_t as_of, int32_t day, int64_t *total)
{
	int64_t since;

	return !__builtin_mul_overflow(rate, (int64_t) day - as_of, &since) &&
		   pv_add(released, since, total);
}

/*
 * Says of a plan what it had released by the end of a day; false where that is more than
 * there was, which damaged data alone say.
 */
bool
pv_plan_bring_to(PvReleasePlan *plan, int32_t day)
{
	if (!pv_released_by(plan->released, plan->rate, plan->as_of, day, &plan->released) ||
		pv_plan_remaining(plan) < 0)
		return false;
	plan->as_of = day;
	return true;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* L2: each plan releases its daily amount, or what remains; returns their sum. */
static bool
release_daily(PvReleasePlan *plans, int count, int32_t day, int64_t *sum)
{
	*sum = 0;
	for (int i = 0; i < count; i++)
	{
		int64_t part = least(plans[i].daily, pv_plan_remaining(&plans[i]));

		plans[i].released += part;
		plans[i].as_of = day;
		if (!pv_add(*sum, part, sum))
			return false;
	}
	return true;
}

/* L6: what the member earned by others comes out of its own plans, oldest first. */
static int64_t
accelerate(PvReleasePlan *plans, int count, int64_t bonus)
{
	int64_t left = bonus;

	for (int i = 0; i < count; i++)
	{
		int64_t part = least(left, pv_plan_remaining(&plans[i]));

		plans[i].released += part;
		left -= part;
	}
	return bonus - left;
}

/*
 * What the plans release each day from the next on, and until when that is so: while each
 * has as much as it gives, and all together give what they gave on the day.
 */
static bool
foresee(PvReleasePlan *plans, int count, int32_t day, PvRun *run)
{
	int64_t base = 0;
	int64_t days = PV_NEVER;

	run->rate = run->plans = 0;
	for (int i = 0; i < count; i++)
	{
		PvReleasePlan *plan = &plans[i];
		int64_t remaining = pv_plan_remaining(plan);

		plan->rate = 0;
		if (remaining == 0)
			continue;
		if (!pv_add(plan->daily, run->plans++ == 0 ? run->bonus : 0, &plan->rate) ||
			!pv_add(run->rate, plan->rate, &run->rate))
			return false;
		base += least(plan->daily, remaining);
		if (plan->rate > 0)
			days = least(days, remaining / plan->rate);
	}
	if (base != run->base)
		days = 0;
	run->ends_on = days < PV_NEVER - 1 - (int64_t) day ? (int32_t) (day + 1 + days) : PV_NEVER;
	if (run->plans == 0 && run->base == 0)
		run->ends_on = PV_NEVER;
	return true;
}

/* Without the section nothing is released: the plans stand still. */
static void
stand_still(PvReleasePlan *plans, int count, int32_t day, PvRun *run)
{
	run->base = run->bonus = run->rate = run->plans = 0;
	for (int i = 0; i < count; i++)
	{
		plans[i].as_of = day;
		plans[i].rate = 0;
		run->plans += pv_plan_remaining(&plans[i]) > 0;
	}
	run->ends_on = PV_NEVER;
}

/* A plan that ran as was foreseen stays as it is stored. */
static void
keep_if_foreseen(PvReleasePlan *plan, const PvReleasePlan *was)
{
	int64_t foreseen;

	if (!was->changed && was->rate == plan->rate &&
		pv_released_by(was->released, was->rate, was->as_of, plan->as_of, &foreseen) &&
		foreseen == plan->released)
		*plan = *was;
	else
		plan->changed = true;
}

/*
 * L2, L6: what all plans of a member, oldest first, release on a day, and what they do from
 * then on.  `on`: the policy has the section.  False where it does not fit.
 */
bool
pv_plans_release(PvReleasePlan *plans, int count, bool on, int32_t day, int64_t bonus, PvRun *run,
				 int64_t *paid)
{
	PvReleasePlan *were = pv_realloc(NULL, sizeof(PvReleasePlan) * (count + 1));
	bool fits = pv_released_by(run->released, run->rate, run->as_of, day - 1, &run->released);

	for (int i = 0; i < count && fits; i++)
	{
		were[i] = plans[i];
		fits = pv_plan_bring_to(&plans[i], day - 1);
	}
	*paid = 0;
	run->bonus = bonus;
	if (fits && on)
		fits = release_daily(plans, count, day, &run->base) &&
			   pv_add(run->base, accelerate(plans, count, bonus), paid) &&
			   foresee(plans, count, day, run);
	else if (fits)
		stand_still(plans, count, day, run);
	run->as_of = day;
	fits = fits && pv_add(run->released, *paid, &run->released);
	for (int i = 0; i < count && fits; i++)
		keep_if_foreseen(&plans[i], &were[i]);
	pv_free(were);
	return fits;
}

/* L1: by which level, and what it comes to. */
static void
trace_plan(const PvReleasePolicy *release, const PvEvent *event, const PvReleasePlan *plan)
{
	int64_t buyer = pv_own(&event->parties)->id;
	int level = level_of(release, event->amount);

	if (level == 0)
	{
		pv_given(event->trace, buyer, "L1", "it opens no release plan, which begin at",
				 pv_amount(release->levels[0].min));
		return;
	}
	pv_given(event->trace, buyer, "L1", "order from which the level of its release plan is",
			 pv_amount(release->levels[level - 1].min));
	pv_step(event->trace, buyer, "L1", "granted to its release plan", pv_amount(plan->granted),
			PV_FLOOR, pv_amount(event->amount), pv_rate(release->levels[level - 1].multiple));
	pv_step(event->trace, buyer, "L1", "of that, released a day", pv_amount(plan->daily), PV_FLOOR,
			pv_amount(event->amount), pv_rate(release->release_rate));
}

/*
 * L1: the plan that a purchase opens.  It releases from its own day on; the close of that
 * takes it in, and need not change it where nothing is added by others.
 */
PvError
pv_release_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvReleasePlan *plan = &effect->plan;

	(void) vault;
	*plan = (PvReleasePlan){.seq = event->seq, .amount = event->amount, .as_of = event->date - 1};
	if (!pv_plan_promise(policy, event->amount, &plan->granted, &plan->daily))
		return PV_OUT_OF_RANGE;
	if (event->trace && policy->has_release && policy->release.nlevels > 0)
		trace_plan(&policy->release, event, plan);
	plan->rate = least(plan->daily, plan->granted);
	effect->has_plan = plan->granted > 0;
	return PV_OK;
}

/* G15: what the plan loses; that it had released is not taken back. */
static void
trace_cancelled(const PvEvent *event, int64_t due, int64_t left, const PvReleasePlan *plan)
{
	const PvSale *sale = event->sale;
	int64_t buyer = pv_own(&event->parties)->id;
	int64_t cancelled = plan->cancelled - event->plan->cancelled;

	pv_step(event->trace, buyer, "G15", "part of the grant of its release plan that is due back",
			pv_amount(due), PV_PART_FLOOR, pv_amount(sale->granted), pv_amount(sale->refunded),
			pv_amount(sale->refunded + event->amount), pv_amount(sale->amount));
	pv_given(event->trace, buyer, "G15", "of that grant, cancelled", pv_amount(cancelled));
	if (cancelled < due)
		pv_step(event->trace, buyer, "G15", "the rest was released before, and stays",
				pv_amount(due - cancelled), PV_DIFFERENCE, pv_amount(due), pv_amount(cancelled));
	pv_step(event->trace, buyer, "G15", "left of the order", pv_amount(left), PV_DIFFERENCE,
			pv_amount(sale->amount), pv_amount(sale->refunded), pv_amount(event->amount));
	pv_step(event->trace, buyer, "G15", "released a day by what is left of the order",
			pv_amount(plan->daily), PV_FLOOR, pv_amount(left), pv_rate(sale->release_rate));
}

/*
 * G15: a plan loses the part of what was granted for what comes back, out of what remains,
 * and releases a day by what is left of the order.
 */
PvError
pv_release_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event, const PvRefundDue *due,
				  PvEffect *effect)
{
	const PvSale *sale = event->sale;
	PvReleasePlan *plan = &effect->plan;
	int64_t left = sale->amount - sale->refunded - event->amount;

	(void) policy;
	(void) vault;
	if (!event->plan)
		return PV_OK;
	*plan = *event->plan;
	effect->has_plan = true;
	plan->cancelled += least(due->granted, pv_plan_remaining(plan));
	if (!pv_rate_floor(left, sale->release_rate, &plan->daily))
		return PV_OUT_OF_RANGE;
	if (event->trace)
		trace_cancelled(event, due->granted, left, plan);
	return PV_OK;
}

/*
 * L2 to L6: the close changes plans, which are no balances, before; here is but told what
 * all of them released by it.
 */
PvError
pv_release_close(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	const PvDay *day = event->day;

	(void) vault;
	(void) effect;
	if (policy->has_release || day->released != 0)
	{
		pv_given(event->trace, 0, "L6", "released by all release plans on the day",
				 pv_amount(day->released));
		pv_given(event->trace, 0, "L6", "released each day from then on, while nothing changes",
				 pv_amount(day->running));
	}
	return PV_OK;
}

/*
 * L7: posts to a member what its plans released.
 */
PvError
pv_post_released(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	(void) policy;
	(void) vault;
	if (event->amount <= 0)
		return PV_BAD_AMOUNT;
	effect->amount = event->amount;
	pv_given(event->trace, own->id, "L7", "posted: what its plans released since the last posting",
			 pv_amount(event->amount));
	own->change.reward = event->amount;
	return PV_OK;
}

/*
 * L7: rewards pay for goods, but no more of an order than the policy lets them.
 */
PvError
pv_spend_reward(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	int64_t most;

	(void) vault;
	if (!policy->has_release)
		return PV_NO_RELEASE;
	if (event->amount <= 0 || event->order_amount <= 0)
		return PV_BAD_AMOUNT;
	if (!pv_rate_floor(event->order_amount, policy->release.usage_rate, &most))
		return PV_OUT_OF_RANGE;
	if (event->amount > most)
		return PV_BEYOND_USAGE;
	if (event->amount > own->member->has.reward)
		return PV_TOO_LITTLE_REWARD;
	pv_step(event->trace, own->id, "L7", "the most of the order that rewards may pay",
			pv_amount(most), PV_FLOOR, pv_amount(event->order_amount),
			pv_rate(policy->release.usage_rate));
	pv_step(event->trace, own->id, "L7", "paid in rewards", pv_amount(event->amount), PV_AT_MOST,
			pv_amount(event->amount), pv_amount(most));
	effect->amount = event->amount;
	effect->order_amount = event->order_amount;
	own->change.reward = -event->amount;
	return PV_OK;
}
