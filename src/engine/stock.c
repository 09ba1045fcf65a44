/*
 * stock.c
 *	  Shares of the company: converted from points, allotted, handed over (MODEL §9).
 *
 * Shares are whole numbers.  Who gets some has them in a grant, which says on which days
 * they are free; they are handed over from the oldest grants first, as points are taken
 * from the oldest lots.
 */
#include "engine/stock.h"

#include "base/assertion.h"
#include "engine/growth.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/price.h"
#include "engine/trace.h"

/* --- calendar months --------------------------------------------------------------- */

/* Of the Gregorian calendar, whose year begins in March here: a leap day is its last. */
typedef struct Month
{
	int64_t year;
	int month; /* 0 = March */
} Month;

#define DAYS_TO_2000 INT64_C(730425) /* from 0000-03-01 to 2000-01-01 */
#define DAYS_OF_ERA 146097			 /* 400 years */

/* Days from 0000-03-01 to the first of the month. */
static int64_t
first_of(Month month)
{
	int64_t year = month.year;

	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month.month + 2) / 5;
}

/* The month that a day is in, which is not before 0000-03-01. */
static Month
month_of(int64_t day)
{
	int64_t of_era = day % DAYS_OF_ERA;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (DAYS_OF_ERA - 1)) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);

	return (Month){400 * (day / DAYS_OF_ERA) + year, (int) ((5 * of_year + 2) / 153)};
}

static Month
months_later(Month month, int64_t months)
{
	int64_t sum = month.month + months;

	return (Month){month.year + sum / 12, (int) (sum % 12)};
}

/*
 * Q3: the day so many calendar months after another, or the last of its month where that
 * has no such day.  False beyond the days that a lock may name.
 */
bool
pv_months_after(int32_t day, int64_t months, int32_t *after)
{
	int64_t from = day + DAYS_TO_2000;
	Month month;
	int64_t first;
	int64_t last;
	int64_t found;

	if (day < PV_FIRST_FREE || day > PV_LAST_FREE || months < 0 ||
		months > (int64_t) PV_MOST_PARTS * PV_MOST_PART_MONTHS)
		return false;
	month = month_of(from);
	first = first_of(months_later(month, months));
	last = first_of(months_later(month, months + 1)) - 1;
	found = first + (from - first_of(month));
	found = (found < last ? found : last) - DAYS_TO_2000;
	if (found > PV_LAST_FREE)
		return false;
	*after = (int32_t) found;
	return true;
}

/* --- grants ------------------------------------------------------------------------ */

/* Q3: the day from which part i, 1 is the first, is free; never where that cannot be told. */
static int32_t
part_free_on(const PvLock *lock, int64_t part)
{
	int32_t day;

	return pv_months_after(lock->free_from, (part - 1) * lock->part_months, &day) ? day
																				  : PV_NEVER_FREE;
}

/* Whether that is a lock: each of its parts is free on a day that can be told. */
bool
pv_is_lock(const PvLock *lock)
{
	return lock->free_from >= PV_FIRST_FREE && lock->free_from <= PV_LAST_FREE && lock->parts > 0 &&
		   lock->parts <= PV_MOST_PARTS && lock->part_months > 0 &&
		   lock->part_months <= PV_MOST_PART_MONTHS &&
		   part_free_on(lock, lock->parts) != PV_NEVER_FREE;
}

/* Q3: how many parts are free on a day.  Later parts are free on no earlier days. */
static int64_t
parts_free(const PvLock *lock, int32_t date)
{
	int64_t low = 0;
	int64_t high = lock->parts;

	while (low < high)
	{
		int64_t middle = low + (high - low + 1) / 2;

		if (part_free_on(lock, middle) <= date)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Q3: of the shares of a grant, those that so many free parts are: ⌊s × i / parts⌋. */
static int64_t
shares_of_parts(const PvStockGrant *grant, int64_t parts)
{
	int64_t shares = 0;

	if (grant->lock.parts > 0)
		(void) pv_mul_div_floor(grant->shares, parts, grant->lock.parts, &shares);
	return shares;
}

/* Q3: of the shares of a grant, those that are free on a day, handed over or not. */
int64_t
pv_grant_unlocked(const PvStockGrant *grant, int32_t date)
{
	return shares_of_parts(grant, parts_free(&grant->lock, date));
}

/*
 * Q4: the next day after one on which more shares of a grant come free: a part may be of
 * less than one share.
 */
int32_t
pv_grant_next_free(const PvStockGrant *grant, int32_t date)
{
	int64_t free = pv_grant_unlocked(grant, date);
	int64_t part = 0;

	if (free >= grant->shares ||
		!pv_mul_div_ceil(free + 1, grant->lock.parts, grant->shares, &part))
		return PV_NEVER_FREE;
	PV_ASSERT(shares_of_parts(grant, part) > free);
	return part_free_on(&grant->lock, part);
}

/* Q4: what is free of a grant and was not handed over. */
static int64_t
left_free(const PvStockGrant *grant, int32_t date)
{
	int64_t free = pv_grant_unlocked(grant, date) - grant->delivered;

	return free > 0 ? free : 0;
}

/*
 * Q4: what is free of all grants of a member and was not handed over, and the next day
 * on which it is more.
 */
int64_t
pv_stock_free(const PvStockGrant *grants, int count, int32_t date, int32_t *next)
{
	int64_t sum = 0;

	*next = PV_NEVER_FREE;
	for (int i = 0; i < count; i++)
	{
		int32_t day = pv_grant_next_free(&grants[i], date);

		if (!pv_add(sum, left_free(&grants[i], date), &sum))
			sum = INT64_MAX; /* of damaged data alone: total is within range */
		if (day < *next)
			*next = day;
	}
	return sum;
}

/*
 * Q4: hands shares over, out of the grants that come first as far as they are free.  More
 * than is free changes nothing.
 */
PvError
pv_take_stock(PvStockGrant *grants, int count, int64_t shares, int32_t date)
{
	int32_t next;

	if (shares <= 0)
		return PV_BAD_SHARES;
	if (shares > pv_stock_free(grants, count, date, &next))
		return PV_STOCK_LOCKED;
	for (int i = 0; i < count && shares > 0; i++)
	{
		int64_t free = left_free(&grants[i], date);
		int64_t taken = free < shares ? free : shares;

		grants[i].delivered += taken;
		grants[i].changed |= taken > 0;
		shares -= taken;
	}
	PV_ASSERT(shares == 0); /* Q4: as much as was free */
	return PV_OK;
}

/* --- events ------------------------------------------------------------------------ */

/* Q2: what is left of the total. */
static int64_t
left_of_total(const PvPolicy *policy, const PvVault *vault, PvTrace *trace)
{
	int64_t left = policy->stock.total - vault->stock_issued;

	pv_step(trace, 0, "Q2", "shares that the total leaves", pv_shares(left), PV_DIFFERENCE,
			pv_shares(policy->stock.total), pv_shares(vault->stock_issued));
	return left > 0 ? left : 0;
}

/* Gives the event's own member shares, in a grant with that lock. */
static PvError
give_stock(PvVault *vault, PvEvent *event, int64_t shares, PvLock lock, PvEffect *effect)
{
	pv_given(event->trace, pv_own(&event->parties)->id, "Q3", "the first part is free from",
			 pv_date(lock.free_from));
	pv_own(&event->parties)->change.stock = shares;
	effect->item = shares;
	effect->lock = lock;
	return pv_add(vault->stock_issued, shares, &vault->stock_issued) ? PV_OK : PV_OUT_OF_RANGE;
}

/* Q1: sets what a share costs in money, 0: it is not for points. */
PvError
pv_set_stock_price(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	if (!policy->has_stock)
		return PV_NO_STOCK;
	if (event->amount < 0)
		return PV_BAD_AMOUNT;
	effect->amount = event->amount;
	vault->stock_price = event->amount;
	pv_given(event->trace, 0, "Q1", "price of a share, 0: closed", pv_amount(event->amount));
	return PV_OK;
}

/*
 * Q1: how many whole shares the points named would pay for, as far as the total leaves
 * them (Q2).
 */
static PvError
count_shares(const PvPolicy *policy, const PvVault *vault, const PvEvent *event, PvPrice price,
			 int64_t *shares)
{
	int64_t member = pv_own(&event->parties)->id;
	int64_t gross;
	int64_t fee;
	int64_t left;

	if (!pv_value_at(price, event->points, &gross) ||
		!pv_rate_ceil(gross, policy->stock.conversion_fee_rate, &fee))
		return PV_OUT_OF_RANGE;
	*shares = (gross - fee) / vault->stock_price;
	pv_step(event->trace, member, "Q1", "worth of the points named", pv_amount(gross), PV_FLOOR,
			PV_POINTS_AT(event->points, price));
	pv_step(event->trace, member, "Q1", "fee of that", pv_amount(fee), PV_CEILING, pv_amount(gross),
			pv_rate(policy->stock.conversion_fee_rate));
	pv_step(event->trace, member, "Q1", "whole shares that the rest pays for", pv_shares(*shares),
			PV_FLOOR, pv_amount(gross - fee), PV_NO_TERM, pv_amount(vault->stock_price));
	if (*shares == 0)
		return PV_STOCK_OF_ZERO;
	left = left_of_total(policy, vault, event->trace);
	if (*shares > left)
	{
		pv_step(event->trace, member, "Q2", "shares, as far as the total leaves them",
				pv_shares(left), PV_LEAST, pv_shares(*shares), pv_shares(left));
		*shares = left;
	}
	return *shares == 0 ? PV_BEYOND_TOTAL : PV_OK;
}

/*
 * Q1: the fewest points whose worth, less the fee, pays the cost.  With f the fee rate,
 * g − ⌈g × f⌉ = ⌊g × (1 − f)⌋ reaches the cost first at g = ⌈cost ÷ (1 − f)⌉, and points
 * are worth that from ⌈g × S ÷ R⌉ on.
 */
static bool
fewest_points(const PvPolicy *policy, const PvEvent *event, PvPrice price, int64_t cost,
			  int64_t *points)
{
	int64_t member = pv_own(&event->parties)->id;
	int64_t kept = PV_ONE_RATE - policy->stock.conversion_fee_rate;
	int64_t gross;

	if (!pv_mul_div_ceil(cost, PV_ONE_RATE, kept, &gross) ||
		!pv_mul_div_ceil(gross, price.points, price.amount, points))
		return false;
	pv_step(event->trace, member, "Q1", "least worth that pays for them after the fee",
			pv_amount(gross), PV_CEILING, pv_amount(cost), PV_NO_TERM, pv_rate(kept));
	pv_step(event->trace, member, "Q1", "fewest points that are worth it", pv_points(*points),
			PV_CEILING, PV_AMOUNT_AT(gross, price));
	return true;
}

/* Q1: those points are burned; what the shares cost goes to the platform, the rest stays. */
static PvError
pay_for_shares(PvVault *vault, PvEvent *event, PvPrice price, int64_t cost, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);

	if (!pv_value_at(price, effect->points, &effect->amount) ||
		!pv_add(vault->platform, cost, &vault->platform))
		return PV_OUT_OF_RANGE;
	effect->cash = cost;
	effect->fee = effect->amount - cost;
	own->change.points = -effect->points;
	vault->pool -= cost;
	vault->circulating -= effect->points;
	pv_step(event->trace, own->id, "Q1", "worth of the points burned", pv_amount(effect->amount),
			PV_FLOOR, PV_POINTS_AT(effect->points, price));
	pv_step(event->trace, own->id, "Q1", "fee: what of that stays in the pool",
			pv_amount(effect->fee), PV_DIFFERENCE, pv_amount(effect->amount), pv_amount(cost));
	return PV_OK;
}

/* Q3: converted shares are free, all at once, lock_months after their day. */
static bool
lock_converted(const PvPolicy *policy, const PvEvent *event, PvLock *lock)
{
	*lock = (PvLock){.parts = 1, .part_months = 1};
	return pv_months_after(event->date, policy->stock.lock_months, &lock->free_from);
}

/* Q1: what is asked for can be asked for at all; all the points that it names are free (G16). */
static PvError
check_conversion(const PvPolicy *policy, const PvVault *vault, const PvEvent *event)
{
	const PvMember *member = pv_own(&event->parties)->member;

	if (!policy->has_growth)
		return PV_NO_POOL;
	if (!policy->has_stock)
		return PV_NO_STOCK;
	if (vault->stock_price <= 0)
		return PV_STOCK_CLOSED;
	if (event->points <= 0)
		return PV_BAD_POINTS;
	if (event->points > member->has.points)
		return PV_TOO_FEW_POINTS;
	return pv_has_free_points(member, event->points, event->date);
}

/*
 * Q1: at most so many points become whole shares at their price; only the points that
 * these cost are taken.
 */
PvError
pv_convert_to_stock(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvError error = check_conversion(policy, vault, event);
	PvPrice price;
	PvLock lock;
	int64_t shares;
	int64_t cost;

	if (error != PV_OK)
		return error;
	price = pv_price_told((PvPrice){vault->pool, vault->circulating}, event->trace);
	effect->asked = event->points;
	error = count_shares(policy, vault, event, price, &shares);
	if (error != PV_OK)
		return error;
	if (shares < event->guard)
		return PV_GUARD_NOT_MET;
	cost = shares * vault->stock_price; /* at most what the points named are worth */
	pv_step(event->trace, own->id, "Q1", "what they cost, to the platform", pv_amount(cost),
			PV_FLOOR, pv_shares(shares), pv_amount(vault->stock_price));
	if (!fewest_points(policy, event, price, cost, &effect->points) ||
		!lock_converted(policy, event, &lock))
		return PV_OUT_OF_RANGE;
	PV_ASSERT(effect->points <= event->points); /* Q1: at most those */
	error = pv_take_points(own->member, effect->points, event->date);
	if (error == PV_OK)
		error = pay_for_shares(vault, event, price, cost, effect);
	return error == PV_OK ? give_stock(vault, event, shares, lock, effect) : error;
}

/* Q3: gives shares for nothing, with a lock. */
PvError
pv_allot(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	if (!policy->has_stock)
		return PV_NO_STOCK;
	if (event->shares <= 0)
		return PV_BAD_SHARES;
	if (!pv_is_lock(&event->lock))
		return PV_BAD_LOCK;
	if (event->shares > left_of_total(policy, vault, event->trace))
		return PV_BEYOND_TOTAL;
	return give_stock(vault, event, event->shares, event->lock, effect);
}

/* Q4: free shares of the member are handed over to a depository or an exchange. */
PvError
pv_deliver_stock(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	int32_t next;

	(void) vault;
	if (!policy->has_stock)
		return PV_NO_STOCK;
	if (event->shares <= 0)
		return PV_BAD_SHARES;
	if (event->shares > pv_stock_free(event->grants, event->ngrants, event->date, &next))
		return PV_STOCK_LOCKED;
	if (event->shares > own->member->has.stock)
		return PV_INCOMPLETE; /* its grants say more than it has: damaged data */
	(void) pv_take_stock(event->grants, event->ngrants, event->shares, event->date);
	pv_given(event->trace, own->id, "Q4", "handed over, of the oldest grants that are free",
			 pv_shares(event->shares));
	own->change.stock = -event->shares;
	effect->item = event->shares;
	return PV_OK;
}
