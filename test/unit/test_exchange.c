/* Custody of an exchange, partners and prizes (X1 to X3, P1, P3) at their edges. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/lots.h"
#include "engine/partner.h"
#include "engine/policy.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

/* A fee that leaves a part of a point, and exits at twice the worth. */
static const PvPolicy policy = {.has_growth = true,
								.growth = {.start_price = 10000,
										   .issue_cap = PV_UNSET,
										   .exit_multiple = 2000000,
										   .exit_fee_rate = PV_UNSET,
										   .exit_basis = PV_EXIT_BY_ORDER},
								.has_exchange = true,
								.exchange = {.fee_rate = 20000}};

/* At a price that divides badly: 3 for 7 points, five with one member, held or not. */
static PvVault
odd_vault(PvMember *holder, bool held)
{
	PvVault vault = {.pool = CURRENCY(3),
					 .circulating = POINTS(7),
					 .issued = POINTS(7),
					 .treasury = POINTS(1),
					 .exchange = POINTS(1)};

	memset(holder, 0, sizeof(*holder));
	holder->id = 1;
	holder->has.points = POINTS(5);
	(void) pv_add_lot(
		holder,
		(PvLot){.seq = 1, .left = POINTS(5), .minted = POINTS(5), .held = held, .free_on = 100});
	return vault;
}

static PvError
run(const PvPolicy *by, PvVault *vault, PvEvent event, PvEffect *effect)
{
	event.seq = 2;
	event.date = 99;
	return pv_apply(by, vault, &event, effect);
}

/* X3, V2: S is all there is, and the price has not fallen. */
static bool
holds(const PvVault *before, const PvVault *after, const PvMember *member)
{
	return pv_points_of_members(after) == member->has.points && after->pool == before->pool &&
		   (pv_int128) after->pool * before->circulating >=
			   (pv_int128) before->pool * after->circulating;
}

/* X1: the fee is rounded up, in points; the pool stays; nothing left is refused. */
static void
test_hand_over(void)
{
	PvMember member;
	PvVault before = odd_vault(&member, false);
	PvVault vault = before;
	PvEffect effect;

	for (int64_t n = 2; n < POINTS(1); n = n * 3 + 1)
	{
		PvVault was = vault;

		CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_HAND_OVER, OWN(&member), .points = n},
				  &effect) == PV_OK);
		CHECK(effect.points == n && effect.points_fee == (n * 20000 + 999999) / 1000000);
		CHECK(effect.amount == (int64_t) ((pv_int128) n * was.pool / was.circulating));
		CHECK(vault.exchange - was.exchange == n - effect.points_fee);
		CHECK(was.circulating - vault.circulating == effect.points_fee);
		CHECK(holds(&was, &vault, &member) && vault.issued == was.issued);
	}
	before = vault;
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_HAND_OVER, OWN(&member), .points = 1},
			  &effect) == PV_NET_OF_ZERO);
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_HAND_OVER, OWN(&member), .points = 0},
			  &effect) == PV_BAD_POINTS);
	CHECK(run(&policy, &vault,
			  (PvEvent){.kind = PV_KIND_HAND_OVER, OWN(&member), .points = POINTS(5)},
			  &effect) == PV_TOO_FEW_POINTS);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
}

/* X1: what is held, owed for, or has no section, is refused; V6 sweeps what a fee leaves. */
static void
test_refusals(void)
{
	PvMember member;
	PvVault vault = odd_vault(&member, true);
	PvPolicy off = policy;
	PvPolicy all = policy;
	PvEvent event = {.kind = PV_KIND_HAND_OVER, OWN(&member), .points = POINTS(1)};
	PvEffect effect;

	off.has_exchange = false;
	all.exchange.fee_rate = 1000000;
	CHECK(run(&off, &vault, event, &effect) == PV_NO_EXCHANGE);
	CHECK(run(&policy, &vault, event, &effect) == PV_POINTS_HELD);
	vault = odd_vault(&member, false);
	CHECK(run(&all, &vault, event, &effect) == PV_NET_OF_ZERO);
	vault = odd_vault(&member, false);
	member.has.cash = -1;
	CHECK(run(&policy, &vault, event, &effect) == PV_CASH_OWED);
	vault = odd_vault(&member, false);
	vault.pool = vault.circulating; /* a point is worth 10 000 */
	CHECK(run(&policy, &vault, event, &effect) == PV_OK);
	CHECK(vault.pool == vault.circulating && vault.reserve == POINTS(0.02));
}

/* X2: back to whom it may be, in a lot by its worth, alone on the basis of orders. */
static void
test_take_back(void)
{
	PvMember member;
	PvVault before = odd_vault(&member, false);
	PvVault vault = before;
	PvPolicy by_member = policy;
	PvPolicy none = policy;
	PvEvent event = {.kind = PV_KIND_TAKE_BACK, OWN(&member), .points = POINTS(1) + 1};
	PvEffect effect;
	const PvLot *lot;

	CHECK(run(&policy, &vault, event, &effect) == PV_BEYOND_CUSTODY);
	event.points = 0;
	CHECK(run(&policy, &vault, event, &effect) == PV_BAD_POINTS);
	none.has_exchange = false;
	event.points = POINTS(1);
	CHECK(run(&none, &vault, event, &effect) == PV_NO_EXCHANGE);
	CHECK(run(&policy, &vault, event, &effect) == PV_OK);
	CHECK(vault.exchange == 0 && holds(&before, &vault, &member));
	CHECK(vault.circulating == before.circulating);
	lot = pv_find_lot(&member, 2);
	CHECK(effect.amount == 4285 && lot && lot->limit == 8570 && lot->alone);

	by_member.growth.exit_basis = PV_EXIT_BY_MEMBER;
	vault = odd_vault(&member, false);
	CHECK(run(&by_member, &vault, event, &effect) == PV_OK);
	lot = pv_find_lot(&member, 2);
	CHECK(lot && lot->limit == 8570 && !lot->alone && member.limit == 8570);

	none = policy;
	none.growth.exit_multiple = PV_UNSET;
	vault = odd_vault(&member, false);
	CHECK(run(&none, &vault, event, &effect) == PV_OK);
	lot = pv_find_lot(&member, 2);
	CHECK(lot && lot->limit == 0 && !lot->alone);
}

/* P1: at least `min`, of shares whole ones; two rules are one where they are equal. */
static void
test_partners(void)
{
	PvPolicy shares = {.has_partner = true,
					   .partner = {.asset = PV_PARTNER_SHARES, .min = POINTS(12)}};
	PvPolicy points = {.has_partner = true, .partner = {.asset = PV_PARTNER_POINTS, .min = 12}};
	PvPolicy off = points;
	PvMember member = {.id = 1, .has = {.shares = 12, .points = 11}};
	PvVault vault = {0};
	PvEffect effect;
	PvEvent event = {.kind = PV_KIND_PARTNER, OWN(&member)};

	off.has_partner = false;
	CHECK(pv_partner_min(&shares.partner) == 12 && pv_partner_min(&points.partner) == 12);
	CHECK(run(&shares, &vault, event, &effect) == PV_OK);
	CHECK(run(&points, &vault, event, &effect) == PV_NO_PARTNER);
	CHECK(run(&off, &vault, event, &effect) == PV_NO_PARTNER);
	member.has.shares = 11;
	member.has.points = 12;
	CHECK(run(&shares, &vault, event, &effect) == PV_NO_PARTNER);
	CHECK(run(&points, &vault, event, &effect) == PV_OK);
	CHECK(pv_is_same_partnership(&shares, &shares) && !pv_is_same_partnership(&shares, &points));
	CHECK(!pv_is_same_partnership(&off, &points) && pv_is_same_partnership(&off, &policy));
}

/* P3: noted, and nothing moves. */
static void
test_awards(void)
{
	PvMember member;
	PvVault before = odd_vault(&member, false);
	PvVault vault = before;
	PvEffect effect;

	CHECK(run(&policy, &vault,
			  (PvEvent){.kind = PV_KIND_AWARD, OWN(&member), .amount = CURRENCY(5)},
			  &effect) == PV_OK);
	CHECK(effect.amount == CURRENCY(5) && memcmp(&vault, &before, sizeof(vault)) == 0);
	CHECK(run(&policy, &vault, (PvEvent){.kind = PV_KIND_AWARD, OWN(&member), .amount = -1},
			  &effect) == PV_BAD_AMOUNT);
}

void
test_exchange(void)
{
	test_hand_over();
	test_refusals();
	test_take_back();
	test_partners();
	test_awards();
}
