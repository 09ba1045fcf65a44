/* Old debts, D1 to D3: opened, settled, released over days, taken back. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/policy_keys.h"
#include "engine/sale.h"

#include <stdint.h>

#define POINT PV_ONE_POINT
#define UNIT INT64_C(10000)

static const PvPolicy policy = {.has_growth = true,
								.growth = {.mint_rate = 700000,
										   .start_price = UNIT,
										   .issue_cap = PV_UNSET,
										   .exit_multiple = 2000000,
										   .exit_fee_rate = PV_UNSET,
										   .exit_basis = PV_EXIT_BY_ORDER},
								.has_legacy = true,
								.legacy = {.contribution_rate = 250000,
										   .mint_rate = 600000,
										   .release_days = 7,
										   .exit_multiple = 400000}};

static PvError
open_debt(const PvPolicy *by, PvVault *vault, PvMember *member, int64_t amount)
{
	PvEvent event = {.kind = PV_KIND_OPEN_DEBT, .seq = 1, .amount = amount, OWN(member)};
	PvEffect effect;

	return pv_apply(by, vault, &event, &effect);
}

static PvEvent
settlement(int64_t amount)
{
	return (PvEvent){.kind = PV_KIND_SETTLE_DEBT, .seq = 2, .date = 10, .amount = amount};
}

static PvError
settle(const PvPolicy *by, PvVault *vault, PvMember *member, PvEvent event, PvEffect *effect)
{
	PvParty party;

	event.parties = (PvParties){&party, 0, 1};
	(void) pv_add_party(&event.parties, PV_OWN, member);
	return pv_apply(by, vault, &event, effect);
}

static void
test_opened(void)
{
	PvPolicy without = policy;
	PvMember member = {.id = 1};
	PvVault vault = {0};

	CHECK(open_debt(&policy, &vault, &member, 0) == PV_BAD_AMOUNT);
	CHECK(open_debt(&policy, &vault, &member, 100 * UNIT) == PV_OK);
	CHECK(member.has.debt == 100 * UNIT && vault.debts == 100 * UNIT);
	CHECK(vault.pool == 0 && vault.platform == 0 && vault.circulating == 0 && vault.cash == 0);
	CHECK(open_debt(&policy, &vault, &member, INT64_MAX) == PV_OUT_OF_RANGE);
	CHECK(member.has.debt == 100 * UNIT && vault.debts == 100 * UNIT);
	without.has_legacy = false;
	CHECK(open_debt(&without, &vault, &member, 1) == PV_NO_LEGACY);
}

/* D2: 25 % of 100 go to the pool, 60 % of these are minted at the price before. */
static void
test_settled(void)
{
	PvMember member = {.id = 1};
	PvVault vault = {.pool = 200 * UNIT, .circulating = 100 * POINT, .issued = 100 * POINT};
	PvEffect effect;

	CHECK(open_debt(&policy, &vault, &member, 150 * UNIT) == PV_OK);
	CHECK(settle(&policy, &vault, &member, settlement(100 * UNIT), &effect) == PV_OK);
	CHECK(effect.amount == 100 * UNIT && effect.contribution == 25 * UNIT);
	CHECK(effect.points == 7 * POINT + POINT / 2 && member.has.points == effect.points);
	CHECK(member.has.debt == 50 * UNIT && vault.debts == 50 * UNIT);
	CHECK(vault.pool == 225 * UNIT && vault.platform == -25 * UNIT && vault.turnover == 0);
	CHECK(vault.circulating == 107 * POINT + POINT / 2 && vault.issued == vault.circulating);
	CHECK(member.has.quota == 0 && member.has.shares == 0 && member.has.cash == 0);
	/* whatever growth says */
	CHECK(member.nlots == 1 && member.lots[0].limit == 40 * UNIT && member.lots[0].alone);
	CHECK(member.lots[0].held && member.lots[0].free_on == 17 && member.lots[0].release_days == 7);
	CHECK(settle(&policy, &vault, &member, settlement(50 * UNIT + 1), &effect) == PV_BEYOND_DEBT);
	CHECK(settle(&policy, &vault, &member, settlement(0), &effect) == PV_BAD_AMOUNT);
	member.has.cash = -1;
	CHECK(settle(&policy, &vault, &member, settlement(1), &effect) == PV_CASH_OWED);
	CHECK(member.has.debt == 50 * UNIT && vault.debts == 50 * UNIT);
}

/* D2: what is named, and by whom. */
static void
test_contribution(void)
{
	PvMember member = {.id = 1};
	PvVault vault = {0};
	PvEvent event = settlement(100 * UNIT);
	PvPolicy without = policy;
	PvEffect effect;

	CHECK(open_debt(&policy, &vault, &member, 1000 * UNIT) == PV_OK);
	event.has_contribution = true;
	event.contribution = 25 * UNIT + 1;
	CHECK(settle(&policy, &vault, &member, event, &effect) == PV_BEYOND_RATE);
	event.contribution = 25 * UNIT;
	CHECK(settle(&policy, &vault, &member, event, &effect) == PV_OK);
	event.contribution = 0;
	CHECK(settle(&policy, &vault, &member, event, &effect) == PV_OK && effect.points == 0);
	event.contribution = -1;
	CHECK(settle(&policy, &vault, &member, event, &effect) == PV_BAD_CONTRIBUTION);
	event.beyond_rate = true;
	event.contribution = 100 * UNIT + 1;
	CHECK(settle(&policy, &vault, &member, event, &effect) == PV_BAD_CONTRIBUTION);
	event.contribution = 100 * UNIT;
	CHECK(settle(&policy, &vault, &member, event, &effect) == PV_OK);
	CHECK(effect.contribution == 100 * UNIT && vault.platform == -125 * UNIT);
	without.has_growth = false;
	CHECK(settle(&without, &vault, &member, event, &effect) == PV_NO_POOL);
	event.has_contribution = false;
	CHECK(settle(&without, &vault, &member, event, &effect) == PV_OK && effect.points == 0);
	CHECK(effect.contribution == 0 && vault.platform == -125 * UNIT);
}

/* G3: as far as the cap leaves room; the contribution goes on. */
static void
test_capped(void)
{
	PvPolicy capped = policy;
	PvMember member = {.id = 1};
	PvVault vault = {.pool = 100 * UNIT, .circulating = 100 * POINT, .issued = 100 * POINT};
	PvEffect effect;

	capped.growth.issue_cap = 101 * POINT;
	CHECK(open_debt(&capped, &vault, &member, 100 * UNIT) == PV_OK);
	CHECK(settle(&capped, &vault, &member, settlement(100 * UNIT), &effect) == PV_OK);
	CHECK(effect.points == POINT && vault.issued == 101 * POINT && vault.pool == 125 * UNIT);
}

/* D3: ⌊n₀ × min(t, days) / days⌋ less what was taken, and never more than is left. */
static void
test_released(void)
{
	PvMember member = {.id = 1};
	int32_t until;
	PvLot *lot;

	(void) pv_add_lot(&member, (PvLot){.seq = 2,
									   .left = 100,
									   .minted = 100,
									   .held = true,
									   .free_on = 17,
									   .release_days = 7});
	lot = &member.lots[0];
	CHECK(pv_lot_free(lot, 9) == 0 && pv_lot_free(lot, 10) == 0);
	CHECK(pv_lot_free(lot, 11) == 14 && pv_lot_free(lot, 12) == 28 && pv_lot_free(lot, 16) == 85);
	CHECK(pv_lot_free(lot, 17) == 100 && pv_lot_free(lot, INT32_MAX) == 100);
	CHECK(pv_points_held(&member, 12, &until) == 72 && until == 17);
	CHECK(pv_take_points(&member, 29, 12) == PV_POINTS_HELD);
	CHECK(lot->left == 72); /* as far as it went; whoever calls puts it back */
	CHECK(pv_lot_free(lot, 12) == 0 && pv_lot_free(lot, 13) == 14);
	CHECK(pv_take_points(&member, 14, 13) == PV_OK && lot->taken == 42);
	CHECK(pv_points_held(&member, 13, &until) == 58);
	/* G15: held ones first; then what is free too */
	CHECK(pv_take_back(&member, 2, 50, 0) == 50 && pv_lot_free(lot, 13) == 0);
	CHECK(pv_lot_free(lot, 14) == 8 && pv_points_held(&member, 14, &until) == 0);
	CHECK(pv_take_points(&member, 8, PV_HELD_OR_NOT) == PV_OK && pv_lot_is_used_up(lot));
}

/* Lots that are held are passed over, those behind them are taken from. */
static void
test_oldest_free(void)
{
	PvMember member = {.id = 1};

	for (int i = 0; i < 3; i++)
		(void) pv_add_lot(&member, (PvLot){.seq = i,
										   .left = 10,
										   .minted = 10,
										   .held = true,
										   .free_on = 12 + i,
										   .release_days = 10});
	(void) pv_add_lot(&member, (PvLot){.seq = 3, .left = 10, .minted = 10});
	CHECK(pv_take_points(&member, 12, 4) == PV_OK); /* 2, 1 and 0 of them are free */
	CHECK(member.lots[0].left == 8 && member.lots[1].left == 9 && member.lots[2].left == 10);
	CHECK(member.lots[3].left == 1 && member.lots[3].taken == 0);
}

/* Damaged data alone: whatever stands there, nothing is given that is not left. */
static void
test_damaged(void)
{
	PvLot lot = {.left = 5,
				 .minted = INT64_MAX,
				 .held = true,
				 .free_on = INT32_MAX,
				 .release_days = INT16_MAX};

	lot.taken = INT64_MIN;
	CHECK(pv_lot_free(&lot, INT32_MAX - 1) == 0);
	lot.taken = -1;
	CHECK(pv_lot_free(&lot, INT32_MAX - 1) == 5);
	lot.taken = INT64_MAX;
	CHECK(pv_lot_free(&lot, INT32_MAX - 1) == 0);
	lot.release_days = -3;
	CHECK(pv_lot_free(&lot, 0) == 0);
}

/* G15: a third, then the rest; the part of A is owed again, and nothing of a cycle moves. */
static void
test_refunded(void)
{
	PvMember member = {.id = 1};
	PvVault vault = {.pool = 200 * UNIT, .circulating = 100 * POINT, .issued = 100 * POINT};
	PvSale sale = {.kind = PV_KIND_SETTLE_DEBT, .seq = 2, .amount = 90 * UNIT};
	PvEvent refund = {
		.kind = PV_KIND_REFUND, .seq = 3, .amount = 30 * UNIT, .sale = &sale, OWN(&member)};
	PvEffect effect;

	CHECK(open_debt(&policy, &vault, &member, 90 * UNIT) == PV_OK);
	CHECK(settle(&policy, &vault, &member, settlement(90 * UNIT), &effect) == PV_OK);
	sale.contribution = effect.contribution;
	(void) pv_add_sale_part(&sale, PV_OWN, 1, effect.points);
	pv_sale_promises(&policy, &sale);
	CHECK(sale.parts[0].limit == 36 * UNIT && sale.share_price == 0 && sale.granted == 0);
	CHECK(pv_apply(&policy, &vault, &refund, &effect) == PV_OK);
	CHECK(effect.amount == 30 * UNIT && member.has.debt == 30 * UNIT && vault.debts == 30 * UNIT);
	CHECK(effect.points == (sale.parts[0].points + 2) / 3 && vault.turnover == 0);
	sale.refunded = 30 * UNIT;
	refund.amount = 60 * UNIT;
	CHECK(pv_apply(&policy, &vault, &refund, &effect) == PV_OK);
	CHECK(member.has.debt == 90 * UNIT && member.has.points == 0 && vault.debts == 90 * UNIT);
	CHECK(vault.circulating == 100 * POINT);
	CHECK(vault.pool + vault.platform + vault.cash == 200 * UNIT && vault.cash < 0);
	refund.amount = 1;
	sale.refunded = 90 * UNIT;
	CHECK(pv_apply(&policy, &vault, &refund, &effect) == PV_REFUNDED_ALREADY);
	CHECK(pv_can_reverse(PV_KIND_REFUND, PV_KIND_SETTLE_DEBT));
	CHECK(pv_can_reverse(PV_KIND_REFUND, PV_KIND_PURCHASE));
	CHECK(!pv_can_reverse(PV_KIND_REDEEM_RETURN, PV_KIND_SETTLE_DEBT));
}

/* M3: on the basis of members both have a limit, or neither. */
static void
test_sound(void)
{
	PvPolicy by = policy;
	const char *path;
	const char *why;

	by.growth.exit_basis = PV_EXIT_BY_MEMBER;
	CHECK(pv_policy_is_sound(&by, &path, &why));
	by.legacy.exit_multiple = PV_UNSET;
	CHECK(!pv_policy_is_sound(&by, &path, &why));
	by.growth.exit_multiple = PV_UNSET;
	CHECK(pv_policy_is_sound(&by, &path, &why));
	by.legacy.exit_multiple = 1;
	CHECK(!pv_policy_is_sound(&by, &path, &why));
	by.growth.exit_basis = PV_EXIT_BY_ORDER;
	CHECK(pv_policy_is_sound(&by, &path, &why));
	by.growth.exit_basis = PV_EXIT_BY_MEMBER;
	by.has_legacy = false;
	CHECK(pv_policy_is_sound(&by, &path, &why));
}

/* G17: a debt booked wrong. */
static void
test_adjusted(void)
{
	PvMember member = {.id = 1};
	PvVault vault = {0};
	PvEvent event = {.kind = PV_KIND_ADJUST, .seq = 2, .assets = {.debt = -3}, OWN(&member)};
	PvPolicy without = policy;
	PvEffect effect;

	CHECK(open_debt(&policy, &vault, &member, 5) == PV_OK);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(member.has.debt == 2 && vault.debts == 2 && effect.amount == 0);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BELOW_ZERO);
	without.has_legacy = false;
	event.assets.debt = 1;
	CHECK(pv_apply(&without, &vault, &event, &effect) == PV_NO_LEGACY);
}

void
test_legacy(void)
{
	test_opened();
	test_settled();
	test_contribution();
	test_capped();
	test_released();
	test_oldest_free();
	test_damaged();
	test_refunded();
	test_sound();
	test_adjusted();
}
