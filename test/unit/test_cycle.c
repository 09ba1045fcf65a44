/* Quota, shares, closes and dividends (C1 to C8, G15) at their edges. */
#include "unit.h"

#include "engine/cycle.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/policy.h"
#include "engine/sale.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define MAX INT64_MAX

static PvPolicy
make_policy(void)
{
	return (PvPolicy){.has_cycle = true,
					  .cycle = {.quota_multiple = 2 * PV_ONE_RATE,
								.share_price = CURRENCY(100),
								.weight_pool_rate = 300000,
								.ntiers = 3,
								.tiers = {{5, 10000}, {10, 30000}, {20, 60000}}}};
}

static PvError
run(const PvPolicy *policy, PvVault *vault, PvEvent event, PvEffect *effect)
{
	event.seq = 2;
	return pv_apply(policy, vault, &event, effect);
}

/* C1: one share for each share price, what is left is carried; back again (G15). */
static void
test_spending(void)
{
	PvMember member = {0};
	int64_t shares;

	CHECK(pv_count_spending(&member, CURRENCY(250), CURRENCY(100), &shares) && shares == 2);
	CHECK(member.spent == CURRENCY(50));
	member.has.shares = 2;
	CHECK(pv_count_spending(&member, CURRENCY(50), CURRENCY(100), &shares) && shares == 1);
	CHECK(member.spent == 0);
	member.has.shares = 3;
	/* one unit less is one share less */
	CHECK(pv_count_spending(&member, -1, CURRENCY(100), &shares) && shares == -1);
	CHECK(member.spent == CURRENCY(100) - 1);
	member.has.shares = 2;
	/* never below 0 */
	CHECK(pv_count_spending(&member, -MAX, CURRENCY(100), &shares) && shares == -2);
	CHECK(member.spent == 0);
	member.has.shares = 0;
	CHECK(pv_count_spending(&member, -1, CURRENCY(100), &shares) && shares == 0);
	/* the remainder of a dear share buys cheap ones */
	member.spent = CURRENCY(90);
	CHECK(pv_count_spending(&member, 0, CURRENCY(20), &shares) && shares == 0);
	CHECK(member.spent == CURRENCY(90)); /* with the next spending only */
	CHECK(pv_count_spending(&member, -CURRENCY(10), CURRENCY(20), &shares) && shares == 0);
	CHECK(member.spent == CURRENCY(80)); /* and not with a refund */
	CHECK(pv_count_spending(&member, CURRENCY(10), CURRENCY(20), &shares) && shares == 4);
	CHECK(member.spent == CURRENCY(10));
	/* products beyond 64 bits, results within and beyond */
	member = (PvMember){.has.shares = MAX - 1};
	CHECK(pv_count_spending(&member, MAX, MAX, &shares) && shares == 1 && member.spent == 0);
	member.has.shares = MAX;
	CHECK(!pv_count_spending(&member, MAX, MAX, &shares) && member.spent == 0);
}

/* C4, C5: tiers hold from their minimum to that of the next. */
static void
test_due(void)
{
	PvDay day = {.weight_pool = CURRENCY(3000),
				 .weight_shares = 100,
				 .ntiers = 3,
				 .tiers = {{5, CURRENCY(100), 3}, {10, CURRENCY(300), 7}, {20, CURRENCY(600), 0}}};
	int64_t due;

	CHECK(pv_day_due(&day, 10, &due) && due == CURRENCY(300) + CURRENCY(300) / 7);
	CHECK(pv_day_due(&day, 4, &due) && due == CURRENCY(120));
	CHECK(pv_day_due(&day, 5, &due) && due == CURRENCY(150) + CURRENCY(100) / 3);
	CHECK(pv_day_due(&day, 9, &due) && due == CURRENCY(270) + CURRENCY(100) / 3);
	/* a tier that nobody was in gives nobody anything */
	CHECK(pv_day_due(&day, 20, &due) && due == CURRENCY(600));
	day.by_weight = true;
	CHECK(pv_day_due(&day, 5, &due) && due == CURRENCY(150) + CURRENCY(100) * 5 / 3);
	/* nobody active */
	day.weight_shares = 0;
	CHECK(pv_day_due(&day, 4, &due) && due == 0);
	/* the whole of the largest pool */
	day = (PvDay){.weight_pool = MAX, .weight_shares = MAX};
	CHECK(pv_day_due(&day, MAX, &due) && due == MAX);
	CHECK(pv_day_due(&day, 1, &due) && due == 1);
	/* more shares than there are: damaged data, no wrong figure */
	day.weight_shares = 1;
	CHECK(!pv_day_due(&day, 2, &due));
}

static void
test_accrued(void)
{
	CHECK(pv_accrued(10, 3, 100) == 7);
	CHECK(pv_accrued(10, 3, 7) == 7);
	CHECK(pv_accrued(10, 3, 6) == 6);
	CHECK(pv_accrued(MAX, 0, MAX) == MAX);
	CHECK(pv_accrued(5, 5, 1) == 0);
}

/* Whatever the classes, nobody is due more than there is. */
static void
test_pools_suffice(void)
{
	PvPolicy policy = make_policy();
	uint64_t state = 42;

	for (int round = 0; round < 2000; round++)
	{
		PvClass classes[40];
		PvVault vault = {0};
		PvDay day = {0};
		pv_int128 dues = 0;
		int64_t pool;

		for (int i = 0; i < 40; i++)
		{
			state = state * 6364136223846793005u + 1442695040888963407u;
			classes[i] = (PvClass){.shares = i + 1,
								   .holders = (int64_t) (state >> 60),
								   .active = (int64_t) (state >> 61)};
		}
		vault.turnover = (int64_t) (state >> (round % 60));
		if (vault.turnover < 0)
			vault.turnover = MAX;
		vault.dividends = round;
		policy.cycle.tier_basis = round % 2 ? PV_TIER_BY_WEIGHT : PV_TIER_BY_HEAD;
		policy.cycle.denominator = round % 3 ? PV_DENOMINATOR_ACTIVE : PV_DENOMINATOR_ALL;
		CHECK(pv_day_pools(&policy, &vault, &day));
		CHECK(pv_day_divisors(&policy, &day, classes, 40));
		CHECK(pv_day_pool(&day, &pool));
		for (int i = 0; i < 40; i++)
		{
			int64_t due;

			if (classes[i].active == 0)
				continue;
			CHECK(pv_day_due(&day, classes[i].shares, &due) && due >= 0);
			dues += (pv_int128) due * classes[i].active;
		}
		CHECK(dues <= pool);
	}
}

static void
test_divisors_overflow(void)
{
	PvPolicy policy = make_policy();
	PvClass classes[2] = {{.shares = MAX, .holders = 1, .active = 1},
						  {.shares = 1, .holders = 1, .active = 1}};
	PvDay day = {0};

	CHECK(pv_day_divisors(&policy, &day, classes, 1) && day.weight_shares == MAX);
	CHECK(!pv_day_divisors(&policy, &day, classes, 2));
	classes[0].holders = 2;
	CHECK(!pv_day_divisors(&policy, &day, classes, 1));
}

/* C7: what is not paid goes to the platform, or is carried; all or nothing. */
static void
test_close(void)
{
	PvPolicy policy = make_policy();
	PvVault vault = {.turnover = CURRENCY(100), .dividends = CURRENCY(2)};
	PvDay day = {.paid = CURRENCY(10)};
	PvEffect effect;

	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect) == PV_OK);
	/* 30 and what was carried, and 1 + 3 + 6 */
	CHECK(effect.amount == CURRENCY(42) && effect.cash == CURRENCY(10));
	CHECK(vault.platform == CURRENCY(32) && vault.dividends == 0 && vault.turnover == 0);
	CHECK(vault.cash == CURRENCY(10));

	policy.cycle.unallocated = PV_UNALLOCATED_CARRY;
	vault = (PvVault){.turnover = CURRENCY(100), .dividends = CURRENCY(2)};
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect) == PV_OK);
	CHECK(vault.platform == 0 && vault.dividends == CURRENCY(32));

	/* more than there is: damaged data, nothing changed */
	day.paid = CURRENCY(32.0001);
	vault = (PvVault){.turnover = CURRENCY(10)};
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect) ==
		  PV_BEYOND_POOLS);
	CHECK(vault.turnover == CURRENCY(10) && vault.cash == 0 && vault.dividends == 0);

	/* without a cycle what was carried stays */
	policy.has_cycle = false;
	vault = (PvVault){.dividends = CURRENCY(2)};
	day.paid = 0;
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect) == PV_OK);
	CHECK(effect.amount == 0 && vault.dividends == CURRENCY(2) && vault.platform == 0);
}

static void
test_dividend(void)
{
	PvPolicy policy = make_policy();
	PvVault vault = {.cash = CURRENCY(7)};
	PvMember member = {.has.quota = CURRENCY(7)};
	PvEvent event = {.kind = PV_KIND_DIVIDEND,
					 OWN(&member),
					 .assets = {.cash = CURRENCY(7), .quota = -CURRENCY(7)}};
	PvEffect effect;

	CHECK(run(&policy, &vault, event, &effect) == PV_OK);
	CHECK(member.has.cash == CURRENCY(7) && member.has.quota == 0 && vault.cash == CURRENCY(7));
	event.assets = (PvAssets){0};
	CHECK(run(&policy, &vault, event, &effect) == PV_BAD_AMOUNT);
}

/* C1, C2, and back in any parts (G15). */
static void
test_refund(void)
{
	PvPolicy policy = make_policy();
	PvVault vault = {0};
	PvMember buyer = {.id = 2};
	PvMember sponsor = {.id = 1};
	PvSalePart parts[2] = {{.member = 2}, {.role = PV_SPONSOR, .member = 1}};
	PvSale sale = {.seq = 2, .amount = CURRENCY(333.3333), .parts = parts, .nparts = 2};
	PvEffect effect;

	policy.cycle.referral_quota_rate = 123457;
	policy.cycle.referral_share_rate = 500000;
	CHECK(run(&policy, &vault,
			  (PvEvent){.kind = PV_KIND_PURCHASE,
						OWN_AND(&buyer, PV_SPONSOR, &sponsor),
						.amount = sale.amount},
			  &effect) == PV_OK);
	CHECK(buyer.has.quota == CURRENCY(666.6666) && buyer.has.shares == 3);
	CHECK(sponsor.has.quota == 411523 && sponsor.has.shares == 1);
	CHECK(vault.turnover == sale.amount);
	pv_sale_promises(&policy, &sale);
	CHECK(sale.share_price == CURRENCY(100) && parts[0].spending == sale.amount);
	CHECK(parts[0].quota == CURRENCY(666.6666) && parts[1].quota == 411523);
	for (int i = 0; i < 3; i++)
	{
		CHECK(run(&policy, &vault,
				  (PvEvent){.kind = PV_KIND_REFUND,
							OWN_AND(&buyer, PV_SPONSOR, &sponsor),
							.sale = &sale,
							.amount = CURRENCY(111.1111)},
				  &effect) == PV_OK);
		sale.refunded += CURRENCY(111.1111);
	}
	CHECK(buyer.has.quota == 0 && buyer.has.shares == 0 && buyer.spent == 0 && buyer.has.cash == 0);
	CHECK(sponsor.has.quota == 0 && sponsor.has.shares == 0 && sponsor.spent == 0);
	CHECK(sponsor.has.cash == 0 && vault.platform == 0 && vault.turnover == 0);
}

/* Quota that was paid out is owed in cash; a sale of no cycle never was in a turnover. */
static void
test_refund_after_dividends(void)
{
	PvPolicy policy = make_policy();
	PvVault vault = {.turnover = CURRENCY(10), .cash = CURRENCY(150)};
	PvMember buyer = {.id = 2, .has = {.quota = CURRENCY(50), .cash = CURRENCY(150)}};
	PvSale sale = {.seq = 2,
				   .amount = CURRENCY(100),
				   .parts = (PvSalePart[]){{.quota = CURRENCY(200)}},
				   .nparts = 1};
	PvEffect effect;

	CHECK(
		run(&policy, &vault,
			(PvEvent){.kind = PV_KIND_REFUND, OWN(&buyer), .sale = &sale, .amount = CURRENCY(100)},
			&effect) == PV_OK);
	CHECK(buyer.has.quota == 0 && buyer.has.cash == 0 && effect.fee == CURRENCY(150));
	CHECK(vault.platform == CURRENCY(150) && vault.turnover == CURRENCY(10) && vault.cash == 0);
}

/* C2: refunds beyond the day's turnover are carried on, and the next days share out less. */
static void
test_carried_turnover(void)
{
	PvPolicy policy = make_policy();
	PvVault vault = {.turnover = CURRENCY(30)};
	PvMember buyer = {.id = 2};
	PvSale sale = {.seq = 2,
				   .amount = CURRENCY(100),
				   .share_price = CURRENCY(100),
				   .parts = (PvSalePart[]){{0}},
				   .nparts = 1};
	PvDay day = {0};
	PvEffect effect;

	CHECK(
		run(&policy, &vault,
			(PvEvent){.kind = PV_KIND_REFUND, OWN(&buyer), .sale = &sale, .amount = CURRENCY(100)},
			&effect) == PV_OK);
	CHECK(vault.turnover == CURRENCY(-70));
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect) == PV_OK);
	CHECK(day.turnover == 0 && effect.amount == 0 && vault.turnover == CURRENCY(-70));
	vault.turnover += CURRENCY(170);
	day = (PvDay){0};
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect) == PV_OK);
	CHECK(day.turnover == CURRENCY(100) && effect.amount > 0 && vault.turnover == 0);
	vault.turnover = INT64_MIN + 1;
	CHECK(
		run(&policy, &vault,
			(PvEvent){.kind = PV_KIND_REFUND, OWN(&buyer), .sale = &sale, .amount = CURRENCY(100)},
			&effect) == PV_OUT_OF_RANGE);
	CHECK(vault.turnover == INT64_MIN + 1);
}

/* G1, M3: a contribution leaves what the day's pools take, rounded up. */
static void
test_contribution(void)
{
	PvPolicy policy = make_policy();
	int64_t most;

	CHECK(pv_rates_beside_pool(&policy) == 400000);
	CHECK(pv_most_contribution(&policy, 1, &most) && most == 0);
	CHECK(pv_most_contribution(&policy, CURRENCY(1), &most) && most == CURRENCY(0.6));
	CHECK(pv_most_contribution(&policy, CURRENCY(1) + 1, &most) && most == CURRENCY(0.6));
	CHECK(pv_most_contribution(&policy, MAX, &most) && most > 0);
}

void
test_cycle(void)
{
	test_spending();
	test_due();
	test_accrued();
	test_pools_suffice();
	test_divisors_overflow();
	test_close();
	test_dividend();
	test_refund();
	test_refund_after_dividends();
	test_carried_turnover();
	test_contribution();
}
