/* Credits, surplus, grants and refunds (G8 to G10, G12, G14, G15) at their edges. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/lots.h"
#include "engine/memory.h"
#include "engine/policy.h"
#include "engine/sale.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

static const PvPolicy policy = {.has_growth = true,
								.growth = {.pool_rate = 300000,
										   .mint_rate = 700000,
										   .start_price = 10000,
										   .issue_cap = PV_UNSET,
										   .exit_multiple = PV_UNSET,
										   .exit_fee_rate = PV_UNSET}};

/* A vault at a price that divides badly: 3 for 7 points, all with one member. */
static PvVault
odd_vault(PvMember *holder)
{
	PvVault vault = {.pool = CURRENCY(3), .circulating = POINTS(7), .issued = POINTS(7)};

	memset(holder, 0, sizeof(*holder));
	holder->id = 1;
	holder->merchant = true;
	holder->has.points = POINTS(7);
	(void) pv_add_lot(holder, (PvLot){.seq = 1, .left = POINTS(7), .minted = POINTS(7)});
	return vault;
}

static PvError
run(PvVault *vault, PvEvent event, PvEffect *effect)
{
	event.seq = 2;
	return pv_apply(&policy, vault, &event, effect);
}

static bool
is_covered(const PvVault *vault)
{
	return (pv_int128) vault->treasury * vault->pool >=
		   (pv_int128) vault->credits * vault->circulating;
}

/* Swaps there and back in any pieces lose a little, and stay covered. */
static void
test_swaps(void)
{
	PvMember member;
	PvVault vault = odd_vault(&member);
	PvEffect effect;

	for (int64_t n = 1; n < POINTS(1); n = n * 3 + 1)
	{
		int64_t points = member.has.points;
		PvError error =
			run(&vault, (PvEvent){.kind = PV_KIND_POINTS_TO_CREDITS, OWN(&member), .points = n},
				&effect);

		CHECK(error == PV_OK || error == PV_SWAP_OF_ZERO);
		CHECK(is_covered(&vault));
		if (error != PV_OK)
		{
			CHECK(member.has.points == points && vault.treasury == 0);
			continue;
		}
		CHECK(run(&vault,
				  (PvEvent){.kind = PV_KIND_CREDITS_TO_POINTS,
							OWN(&member),
							.amount = member.has.credits},
				  &effect) == PV_OK);
		CHECK(is_covered(&vault) && vault.credits == 0 && member.has.credits == 0);
		CHECK(member.has.points <= points);
	}
	CHECK(vault.pool == CURRENCY(3) && vault.circulating == POINTS(7));
	CHECK(member.has.points + vault.treasury == POINTS(7));
	/* what the swaps left behind is surplus, to the last point */
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_REDEEM_SURPLUS}, &effect) == PV_OK);
	CHECK(vault.treasury == 0 && vault.pool + vault.reserve == CURRENCY(3));
	CHECK((pv_int128) vault.pool * POINTS(7) >= (pv_int128) CURRENCY(3) * vault.circulating);
}

static void
test_refusals(void)
{
	PvMember member;
	PvMember payee = {.id = 2};
	PvVault vault = odd_vault(&member);
	PvVault before = vault;
	PvEffect effect;

	member.merchant = false;
	member.has.credits = 5;
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_CREDITS_TO_POINTS, OWN(&member), .amount = 1},
			  &effect) == PV_NO_MERCHANT);
	CHECK(run(&vault,
			  (PvEvent){.kind = PV_KIND_PAY, OWN_AND(&member, PV_PAYEE, &member), .amount = 1},
			  &effect) == PV_SAME_MEMBER);
	CHECK(run(&vault,
			  (PvEvent){.kind = PV_KIND_PAY, OWN_AND(&member, PV_PAYEE, &payee), .amount = 6},
			  &effect) == PV_TOO_FEW_CREDITS);
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_GRANT_POINTS, OWN(&member), .points = INT64_MAX},
			  &effect) == PV_OUT_OF_RANGE);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0 && member.has.credits == 5);
	CHECK(payee.has.credits == 0);
}

/* Points granted cost at least what they are worth. */
static void
test_grant(void)
{
	PvMember member;
	PvVault vault = odd_vault(&member);
	PvEffect effect;

	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_GRANT_POINTS, OWN(&member), .points = 1},
			  &effect) == PV_OK);
	CHECK(effect.amount == 1 && vault.pool == CURRENCY(3) + 1);
	CHECK(vault.issued == POINTS(7) + 1 && member.has.points == POINTS(7) + 1);
}

/* The parts of any split add up to the whole, also where products need 128 bits. */
static void
test_refund_parts(void)
{
	PvSalePart parts[3] = {{.points = INT64_MAX - 1, .limit = INT64_MAX / 7},
						   {.role = PV_SPONSOR, .member = 1, .points = 7},
						   {.role = PV_SPONSOR, .member = 2, .quota = 11, .spending = 13}};
	PvSale sale = {.amount = INT64_MAX, .contribution = INT64_MAX / 3, .parts = parts, .nparts = 3};
	PvSalePart sum[3] = {{0}};
	int64_t contribution = 0;

	while (sale.refunded < sale.amount)
	{
		int64_t left = sale.amount - sale.refunded;
		int64_t amount = left / 3 + 1;
		PvRefundDue due;

		CHECK(pv_refund_due(&sale, amount, &due) && due.nparts == 3 && due.contribution >= 0);
		contribution += due.contribution;
		for (int i = 0; i < 3; i++)
		{
			CHECK(due.parts[i].role == parts[i].role && due.parts[i].member == parts[i].member);
			CHECK(due.parts[i].points >= 0 && due.parts[i].limit >= 0);
			CHECK(due.parts[i].quota >= 0 && due.parts[i].spending >= 0);
			sum[i].points += due.parts[i].points;
			sum[i].limit += due.parts[i].limit;
			sum[i].quota += due.parts[i].quota;
			sum[i].spending += due.parts[i].spending;
		}
		pv_free(due.parts);
		sale.refunded += amount;
	}
	CHECK(contribution == sale.contribution);
	CHECK(sum[0].points == parts[0].points && sum[0].limit == parts[0].limit);
	CHECK(sum[1].points == 7 && sum[2].quota == 11 && sum[2].spending == 13);
}

/* A whole refund takes back what the lot has and buys back what it lacks. */
static void
test_refund(void)
{
	PvMember member;
	PvVault vault = odd_vault(&member);
	PvSale sale = {.seq = 1,
				   .amount = CURRENCY(10),
				   .contribution = CURRENCY(3),
				   .parts = (PvSalePart[]){{.points = POINTS(8)}},
				   .nparts = 1};
	PvEvent event = {.kind = PV_KIND_REFUND, OWN(&member), .sale = &sale, .amount = CURRENCY(10)};
	PvEffect effect;

	CHECK(run(&vault, event, &effect) == PV_OK);
	CHECK(effect.points == POINTS(7) && member.has.points == 0);
	/* one point missing, at 3 / 7 rounded up; the pool gives all of the contribution back */
	CHECK(effect.fee == 4286 && member.has.cash == -4286 && effect.cash == CURRENCY(3));
	/* nothing circulates: what was paid for the missing point goes to the reserve (V3) */
	CHECK(vault.pool == 0 && vault.circulating == 0 && vault.reserve == 4286);
	CHECK(vault.platform == CURRENCY(3) && vault.cash == -4286);

	sale.refunded = CURRENCY(10);
	event.amount = 1;
	CHECK(run(&vault, event, &effect) == PV_REFUNDED_ALREADY);
}

/* A purchase that was minted nothing loses its limit in proportion (G6). */
static void
test_refund_of_nothing(void)
{
	PvMember member = {.id = 1};
	PvLot lot = {.seq = 1, .limit = 100};

	CHECK(pv_bring_points(&member, lot) == PV_OK && member.limit == 100);
	CHECK(pv_take_back(&member, 1, 0, 30) == 0 && member.limit == 70);
	CHECK(!pv_lot_is_used_up(&member.lots[0]));
	CHECK(pv_take_back(&member, 1, 0, 70) == 0 && member.limit == 0);
	CHECK(pv_lot_is_used_up(&member.lots[0]));
	CHECK(pv_take_back(&member, 9, 5, 0) == 0);
}

/* G12, G17: an opening balance is paid into the pool, by nobody in it. */
static void
test_open(void)
{
	PvMember holder;
	PvMember member = {.id = 2};
	PvVault vault = odd_vault(&holder);
	PvVault before = vault;
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_OPEN,
					 .assets = {.points = 5, .credits = 4, .cash = -7},
					 OWN(&member)};

	/* 5 and ⌈4 × 7e8 / 3e4⌉ points, each rounded up at the price before it */
	CHECK(run(&vault, event, &effect) == PV_OK);
	CHECK(effect.amount == vault.pool - before.pool && effect.points == 5);
	CHECK(vault.treasury == 93331 && is_covered(&vault) && vault.credits == 4);
	CHECK(vault.circulating == before.circulating + 5 + vault.treasury);
	CHECK(vault.issued - before.issued == vault.circulating - before.circulating);
	CHECK(vault.uncapped == 0 && vault.cash == -7 && vault.platform == 0);
	CHECK(member.has.points == 5 && member.has.credits == 4 && member.has.cash == -7);
	CHECK(member.nlots == 1 && member.lots[0].left == 5 && member.lots[0].limit == 0);

	before = vault;
	event.assets = (PvAssets){.points = -1};
	CHECK(run(&vault, event, &effect) == PV_BAD_BALANCE);
	event.assets = (PvAssets){.shares = 1};
	CHECK(run(&vault, event, &effect) == PV_NO_CYCLE);
	event.assets = (PvAssets){0};
	CHECK(run(&vault, event, &effect) == PV_BAD_BALANCE);
	event.assets = (PvAssets){.points = INT64_MAX};
	CHECK(run(&vault, event, &effect) == PV_OUT_OF_RANGE);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
}

/* G3: what is issued outside the cap leaves the room under it as it was. */
static void
test_open_beyond_cap(void)
{
	PvPolicy capped = policy;
	PvVault vault = {0};
	PvMember member = {.id = 1};
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_OPEN,
					 .seq = 1,
					 .assets = {.points = POINTS(9), .credits = CURRENCY(2)},
					 .uncapped = true,
					 OWN(&member)};

	capped.growth.issue_cap = POINTS(5);
	CHECK(pv_apply(&capped, &vault, &event, &effect) == PV_OK);
	CHECK(vault.issued == POINTS(11) && vault.uncapped == POINTS(11));
	CHECK(vault.pool == CURRENCY(11) && effect.amount == CURRENCY(11));
	event.uncapped = false;
	event.seq = 2;
	CHECK(pv_apply(&capped, &vault, &event, &effect) == PV_BEYOND_CAP);
	event.assets = (PvAssets){.points = POINTS(3), .credits = CURRENCY(2)};
	CHECK(pv_apply(&capped, &vault, &event, &effect) == PV_OK);
	CHECK(vault.issued == POINTS(16) && vault.uncapped == POINTS(11));
	event.assets = (PvAssets){.credits = 1};
	event.seq = 3;
	CHECK(pv_apply(&capped, &vault, &event, &effect) == PV_BEYOND_CAP);
}

void
test_credits(void)
{
	test_open();
	test_open_beyond_cap();
	test_swaps();
	test_refusals();
	test_grant();
	test_refund_parts();
	test_refund();
	test_refund_of_nothing();
}
