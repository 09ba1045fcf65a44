/* Shares of the company (MODEL 9, Q1 to Q4). */
#include "unit.h"

#include "base/lengthof.h"
#include "engine/engine.h"
#include "engine/fixed.h"
#include "engine/lots.h"
#include "engine/stock.h"

#include <string.h>

#define CURRENCY(n) ((int64_t) ((n) *PV_ONE_CURRENCY))
#define POINTS(n) ((int64_t) ((n) *PV_ONE_POINT))

/* A generator of its own, so that a run is the same everywhere. */
static uint64_t seed = 9;

static int64_t
draw(int64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int64_t) ((seed >> 33) % (uint64_t) below);
}

/* --- calendar months ---------------------------------------------------------------- */

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 2000-01-01, counted one month after the other. */
static int32_t
day_of(int year, int month, int day)
{
	int32_t sum = 0;

	for (int y = 2000; y < year; y++)
		sum += is_leap(y) ? 366 : 365;
	for (int y = year; y < 2000; y++)
		sum -= is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		sum += days_in(year, m);
	return sum + day - 1;
}

static bool
falls_on(int32_t from, int64_t months, int32_t expected)
{
	int32_t after;

	return pv_months_after(from, months, &after) && after == expected;
}

/* Q3: counted from the day itself, clipped to the month's end. */
static void
test_months(void)
{
	int32_t after;

	CHECK(falls_on(day_of(2024, 1, 31), 0, day_of(2024, 1, 31)));
	CHECK(falls_on(day_of(2024, 1, 31), 1, day_of(2024, 2, 29)));
	CHECK(falls_on(day_of(2023, 1, 31), 1, day_of(2023, 2, 28)));
	CHECK(falls_on(day_of(2024, 1, 31), 2, day_of(2024, 3, 31)));
	CHECK(falls_on(day_of(2024, 2, 29), 12, day_of(2025, 2, 28)));
	CHECK(falls_on(day_of(2024, 2, 29), 48, day_of(2028, 2, 29)));
	CHECK(falls_on(day_of(1999, 12, 31), 2, day_of(2000, 2, 29)));
	CHECK(falls_on(day_of(2100, 1, 30), 1, day_of(2100, 2, 28)));
	CHECK(day_of(1, 1, 1) == PV_FIRST_FREE && day_of(9999, 12, 31) == PV_LAST_FREE);
	CHECK(falls_on(PV_FIRST_FREE, 1, day_of(1, 2, 1)));
	CHECK(falls_on(day_of(9999, 11, 30), 1, day_of(9999, 12, 30)));
	CHECK(!pv_months_after(PV_LAST_FREE, 1, &after));
	CHECK(!pv_months_after(PV_FIRST_FREE - 1, 1, &after));
	CHECK(!pv_months_after(INT32_MIN, 0, &after) && !pv_months_after(INT32_MAX, 0, &after));
	CHECK(!pv_months_after(0, -1, &after) && !pv_months_after(0, INT64_MAX, &after));
}

/* Every day of some years, and so many months later, against counting. */
static void
test_every_day(void)
{
	bool all = true;

	for (int year = 1896; year <= 2105; year += 11)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= days_in(year, month); day++)
				for (int months = 0; months <= 30; months += 5)
				{
					int to = (month - 1 + months) % 12 + 1;
					int in = year + (month - 1 + months) / 12;
					int last = days_in(in, to);

					all = all && falls_on(day_of(year, month, day), months,
										  day_of(in, to, day < last ? day : last));
				}
	CHECK(all);
}

/* --- locks --------------------------------------------------------------------------- */

/* Q3: in all ⌊s × i ÷ parts⌋ are free from part i on, on its day already. */
static void
test_lock(void)
{
	PvStockGrant grant = {.shares = 100,
						  .lock = {.free_from = day_of(2024, 1, 31), .parts = 3, .part_months = 1}};

	CHECK(pv_is_lock(&grant.lock));
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 1, 30)) == 0);
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 1, 31)) == 33);
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 2, 28)) == 33);
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 2, 29)) == 66);
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 3, 30)) == 66);
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 3, 31)) == 100);
	CHECK(pv_grant_unlocked(&grant, INT32_MAX) == 100);
	CHECK(pv_grant_next_free(&grant, day_of(2020, 1, 1)) == day_of(2024, 1, 31));
	CHECK(pv_grant_next_free(&grant, day_of(2024, 1, 31)) == day_of(2024, 2, 29));
	CHECK(pv_grant_next_free(&grant, day_of(2024, 3, 31)) == PV_NEVER_FREE);
	/* parts of less than a share: the next day on which there is one more */
	grant.shares = 1;
	CHECK(pv_grant_unlocked(&grant, day_of(2024, 3, 30)) == 0);
	CHECK(pv_grant_next_free(&grant, day_of(2024, 1, 31)) == day_of(2024, 3, 31));
	/* the most there can be */
	grant.shares = INT64_MAX;
	grant.lock = (PvLock){.free_from = 0, .parts = PV_MOST_PARTS, .part_months = 1};
	CHECK(pv_is_lock(&grant.lock));
	CHECK(pv_grant_unlocked(&grant, PV_LAST_FREE) == INT64_MAX);
	CHECK(pv_grant_unlocked(&grant, 0) == INT64_MAX / PV_MOST_PARTS);
}

static void
test_bad_locks(void)
{
	const PvLock bad[] = {{0, 0, 1},
						  {0, -1, 1},
						  {0, 1, 0},
						  {0, PV_MOST_PARTS + 1, 1},
						  {0, 1, PV_MOST_PART_MONTHS + 1},
						  {PV_FIRST_FREE - 1, 1, 1},
						  {PV_LAST_FREE + 1, 1, 1},
						  {INT32_MIN, 1, 1},
						  {INT32_MAX, 1, 1},
						  {PV_LAST_FREE - 30, 2, 2},
						  {0, PV_MOST_PARTS, PV_MOST_PART_MONTHS}};

	for (int i = 0; i < lengthof(bad); i++)
		CHECK(!pv_is_lock(&bad[i]));
	CHECK(pv_is_lock(&(PvLock){PV_LAST_FREE, 1, PV_MOST_PART_MONTHS}));
}

/* Q4: the oldest grant first, as far as each is free. */
static void
test_take(void)
{
	PvStockGrant grants[] = {{.seq = 1,
							  .shares = 10,
							  .lock = {.free_from = 100, .parts = 1, .part_months = 1}},
							 {.seq = 2,
							  .shares = 9,
							  .delivered = 2,
							  .lock = {.free_from = 0, .parts = 3, .part_months = 1}},
							 {.seq = 3,
							  .shares = 5,
							  .delivered = 5,
							  .lock = {.free_from = 0, .parts = 1, .part_months = 1}}};
	int32_t next;

	CHECK(pv_stock_free(grants, 3, 0, &next) == 1 && next == 31);
	CHECK(pv_take_stock(grants, 3, 2, 0) == PV_STOCK_LOCKED);
	CHECK(grants[1].delivered == 2 && !grants[1].changed);
	CHECK(pv_take_stock(grants, 3, 1, 0) == PV_OK);
	CHECK(grants[0].delivered == 0 && grants[1].delivered == 3 && grants[1].changed);
	CHECK(pv_stock_free(grants, 3, 100, &next) == 16 && next == PV_NEVER_FREE);
	CHECK(pv_take_stock(grants, 3, 12, 100) == PV_OK);
	CHECK(grants[0].delivered == 10 && grants[1].delivered == 5 && !grants[2].changed);
	CHECK(pv_take_stock(grants, 3, 0, 100) == PV_BAD_SHARES);
	CHECK(pv_stock_free(NULL, 0, 0, &next) == 0 && next == PV_NEVER_FREE);
}

/* --- events --------------------------------------------------------------------------- */

static PvPolicy
stock_policy(int64_t fee_rate)
{
	return (PvPolicy){.has_growth = true,
					  .has_stock = true,
					  .stock = {.total = 1000, .conversion_fee_rate = fee_rate, .lock_months = 1}};
}

/* One that has all points there are, in a lot. */
static void
fill(PvMember *member, PvVault *vault, int64_t pool, int64_t points)
{
	*member = (PvMember){.id = 1, .has.points = points};
	(void) pv_add_lot(member, (PvLot){.seq = 1, .left = points, .minted = points});
	*vault = (PvVault){.pool = pool, .circulating = points, .issued = points};
}

/* Q1: whole shares, for the fewest points that pay for them; the fee stays in the pool. */
static void
test_convert(void)
{
	PvPolicy policy = stock_policy(50000);
	PvMember member;
	PvVault vault;
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_CONVERT_TO_STOCK,
					 OWN(&member),
					 .points = POINTS(100),
					 .seq = 2,
					 .date = day_of(2024, 1, 31)};

	fill(&member, &vault, CURRENCY(600), POINTS(357));
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_STOCK_CLOSED);
	vault.stock_price = CURRENCY(7.5);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(effect.item == 21 && effect.points == 9864475250 && effect.asked == POINTS(100));
	CHECK(effect.amount == CURRENCY(165.7895) && effect.cash == CURRENCY(157.5) &&
		  effect.fee == CURRENCY(8.2895));
	CHECK(effect.lock.free_from == day_of(2024, 2, 29) && effect.lock.parts == 1);
	CHECK(vault.pool == CURRENCY(600 - 157.5) && vault.platform == CURRENCY(157.5));
	CHECK(vault.circulating == POINTS(357) - effect.points && vault.stock_issued == 21);
	CHECK(member.has.stock == 21 && member.has.points == vault.circulating);
	/* the guard, what is left of the total, too little, too much */
	event.guard = 22;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_GUARD_NOT_MET);
	event.guard = 0;
	policy.stock.total = 24;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && effect.item == 3);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BEYOND_TOTAL);
	event.points = POINTS(1);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_STOCK_OF_ZERO);
	event.points = member.has.points + 1;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_TOO_FEW_POINTS);
	event.points = 0;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BAD_POINTS);
	policy.has_stock = false;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_NO_STOCK);
	policy.has_growth = false;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_NO_POOL);
}

/* G16: all the points that it names are free, though it may take fewer. */
static void
test_held(void)
{
	PvPolicy policy = stock_policy(0);
	PvMember member;
	PvVault vault;
	PvEffect effect;
	PvEvent event = {
		.kind = PV_KIND_CONVERT_TO_STOCK, OWN(&member), .points = POINTS(10), .seq = 3, .date = 5};

	fill(&member, &vault, CURRENCY(10), POINTS(10));
	vault.stock_price = CURRENCY(3);
	member.lots[0].left = member.lots[0].minted = POINTS(9);
	(void) pv_add_lot(
		&member,
		(PvLot){.seq = 2, .left = POINTS(1), .minted = POINTS(1), .held = true, .free_on = 6});
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_POINTS_HELD);
	event.points = POINTS(9.5);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_POINTS_HELD);
	event.date = 6;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && effect.points == POINTS(9));
}

/* What g worth leaves after the fee. */
static int64_t
net_of(int64_t points, const PvVault *vault, int64_t fee_rate)
{
	int64_t gross;
	int64_t fee;

	CHECK(pv_value_at((PvPrice){vault->pool, vault->circulating}, points, &gross) &&
		  pv_rate_ceil(gross, fee_rate, &fee));
	return gross - fee;
}

/* Q1 of small pools: none fewer would do, and no more shares could be had; V2. */
static void
test_fewest(void)
{
	bool exact = true;
	bool rises = true;

	for (int i = 0; i < 20000; i++)
	{
		int64_t fee_rate = draw(3) == 0 ? 0 : draw(PV_ONE_RATE);
		PvPolicy policy = stock_policy(fee_rate);
		PvMember member;
		PvVault vault;
		PvVault before;
		PvEffect effect;
		PvEvent event = {.kind = PV_KIND_CONVERT_TO_STOCK, OWN(&member), .seq = 2};
		PvError error;

		fill(&member, &vault, 1 + draw(5000), 5000 + draw(5000));
		vault.stock_price = 1 + draw(40);
		event.points = 1 + draw(member.has.points);
		before = vault;
		error = pv_apply(&policy, &vault, &event, &effect);
		if (error != PV_OK)
		{
			exact = exact && error == PV_STOCK_OF_ZERO &&
					net_of(event.points, &before, fee_rate) < before.stock_price;
			continue;
		}
		exact = exact && effect.cash == effect.item * before.stock_price &&
				effect.points <= event.points &&
				net_of(effect.points, &before, fee_rate) >= effect.cash &&
				net_of(effect.points - 1, &before, fee_rate) < effect.cash &&
				(effect.item == policy.stock.total ||
				 net_of(event.points, &before, fee_rate) < (effect.item + 1) * before.stock_price);
		rises = rises && (vault.circulating == 0 ||
						  pv_price_cmp((PvPrice){vault.pool, vault.circulating},
									   (PvPrice){before.pool, before.circulating}) >= 0);
	}
	CHECK(exact);
	CHECK(rises);
}

/* Q2, Q3: allotments, up to the total and no further. */
static void
test_allot(void)
{
	PvPolicy policy = stock_policy(0);
	PvMember member = {.id = 1};
	PvVault vault = {0};
	PvVault before;
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_ALLOT,
					 OWN(&member),
					 .shares = 600,
					 .seq = 2,
					 .lock = {.free_from = 10, .parts = 4, .part_months = 6}};

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(effect.item == 600 && memcmp(&effect.lock, &event.lock, sizeof(PvLock)) == 0);
	CHECK(vault.stock_issued == 600 && member.has.stock == 600 && vault.pool == 0);
	before = vault;
	event.shares = 401;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BEYOND_TOTAL);
	event.shares = 0;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BAD_SHARES);
	event.shares = 1;
	event.lock.parts = 0;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BAD_LOCK);
	event.lock.parts = 1;
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
	event.shares = 400;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && vault.stock_issued == 1000);
	/* a total below what is out, of a policy that was tampered with, leaves none */
	policy.stock.total = 5;
	event.shares = 1;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BEYOND_TOTAL);
}

/* Q4: more than is free changes nothing. */
static void
test_deliver(void)
{
	PvPolicy policy = stock_policy(0);
	PvMember member = {.id = 1, .has.stock = 10};
	PvVault vault = {.stock_issued = 10};
	PvStockGrant grant = {.seq = 1,
						  .shares = 10,
						  .lock = {.free_from = 0, .parts = 2, .part_months = 1}};
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_DELIVER_STOCK,
					 OWN(&member),
					 .shares = 6,
					 .date = 0,
					 .grants = &grant,
					 .ngrants = 1};

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_STOCK_LOCKED && grant.delivered == 0);
	event.shares = 5;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && effect.item == 5);
	CHECK(member.has.stock == 5 && grant.delivered == 5 && vault.stock_issued == 10);
	event.date = 31;
	member.has.stock = 3; /* damaged */
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_INCOMPLETE && grant.delivered == 5);
	policy.has_stock = false;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_NO_STOCK);
}

static void
test_price(void)
{
	PvPolicy policy = stock_policy(0);
	PvVault vault = {0};
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_SET_STOCK_PRICE, .amount = 7};

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && vault.stock_price == 7);
	event.amount = 0;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && vault.stock_price == 0);
	event.amount = -1;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BAD_AMOUNT);
	policy.has_stock = false;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_NO_STOCK);
}

void
test_stock(void)
{
	test_months();
	test_every_day();
	test_lock();
	test_bad_locks();
	test_take();
	test_convert();
	test_held();
	test_fewest();
	test_allot();
	test_deliver();
	test_price();
}
