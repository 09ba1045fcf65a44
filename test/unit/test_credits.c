/* Credits, surplus, grants and refunds (G8 to G10, G12, G14, G15) at their edges. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/lots.h"
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
			run(&vault,
				(PvEvent){.kind = PV_KIND_POINTS_TO_CREDITS, .member = &member, .points = n},
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
							.member = &member,
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
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_CREDITS_TO_POINTS, .member = &member, .amount = 1},
			  &effect) == PV_NO_MERCHANT);
	CHECK(run(&vault,
			  (PvEvent){.kind = PV_KIND_PAY, .member = &member, .other = &member, .amount = 1},
			  &effect) == PV_SAME_MEMBER);
	CHECK(run(&vault,
			  (PvEvent){.kind = PV_KIND_PAY, .member = &member, .other = &payee, .amount = 6},
			  &effect) == PV_TOO_FEW_CREDITS);
	CHECK(run(&vault,
			  (PvEvent){.kind = PV_KIND_GRANT_POINTS, .member = &member, .points = INT64_MAX},
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

	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_GRANT_POINTS, .member = &member, .points = 1},
			  &effect) == PV_OK);
	CHECK(effect.amount == 1 && vault.pool == CURRENCY(3) + 1);
	CHECK(vault.issued == POINTS(7) + 1 && member.has.points == POINTS(7) + 1);
}

/* The parts of any split add up to the whole, also where products need 128 bits. */
static void
test_refund_parts(void)
{
	PvSale sale = {.amount = INT64_MAX,
				   .contribution = INT64_MAX / 3,
				   .points = INT64_MAX - 1,
				   .other_points = 7,
				   .limit = INT64_MAX / 7};
	PvRefundParts sum = {0};

	while (sale.refunded < sale.amount)
	{
		int64_t left = sale.amount - sale.refunded;
		int64_t amount = left / 3 + 1;
		PvRefundParts parts;

		CHECK(pv_refund_parts(&sale, amount, &parts));
		CHECK(parts.contribution >= 0 && parts.points >= 0 && parts.other_points >= 0 &&
			  parts.limit >= 0);
		sum.contribution += parts.contribution;
		sum.points += parts.points;
		sum.other_points += parts.other_points;
		sum.limit += parts.limit;
		sale.refunded += amount;
	}
	CHECK(sum.contribution == sale.contribution && sum.points == sale.points);
	CHECK(sum.other_points == 7 && sum.limit == sale.limit);
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
				   .points = POINTS(8)};
	PvEvent event = {.kind = PV_KIND_REFUND,
					 .member = &member,
					 .sale = &sale,
					 .amount = CURRENCY(10)};
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

void
test_credits(void)
{
	test_swaps();
	test_refusals();
	test_grant();
	test_refund_parts();
	test_refund();
	test_refund_of_nothing();
}
