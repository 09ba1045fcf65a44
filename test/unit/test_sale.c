/* Purchases, refunds and closes in which sections take part together. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "engine/sale.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

static const PvPolicy policy = {.has_growth = true,
								.growth = {.pool_rate = 300000,
										   .mint_rate = 700000,
										   .start_price = CURRENCY(1),
										   .issue_cap = PV_UNSET,
										   .exit_multiple = PV_UNSET,
										   .exit_fee_rate = PV_UNSET},
								.has_cycle = true,
								.cycle = {.quota_multiple = 2000000,
										  .share_price = CURRENCY(50),
										  .weight_pool_rate = 300000}};

static PvError
run(PvVault *vault, PvEvent event, PvEffect *effect)
{
	event.seq = 1;
	return pv_apply(&policy, vault, &event, effect);
}

static PvError
buy(PvVault *vault, PvMember *buyer, int64_t guard, PvEffect *effect)
{
	return run(
		vault,
		(PvEvent){.kind = PV_KIND_PURCHASE, OWN(buyer), .amount = CURRENCY(100), .guard = guard},
		effect);
}

/* Each section has its part; one that refuses leaves nothing of any. */
static void
test_purchase(void)
{
	PvMember buyer = {.id = 1};
	PvVault vault = {0};
	PvVault before = vault;
	PvEffect effect;

	CHECK(buy(&vault, &buyer, POINTS(21) + 1, &effect) == PV_GUARD_NOT_MET);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
	CHECK(buyer.has.points == 0 && buyer.has.quota == 0 && buyer.spent == 0);

	vault.turnover = INT64_MAX;
	before = vault;
	CHECK(buy(&vault, &buyer, 0, &effect) == PV_OUT_OF_RANGE);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
	CHECK(buyer.has.points == 0 && buyer.has.quota == 0 && buyer.spent == 0 && buyer.nlots == 0);

	vault.turnover = 0;
	CHECK(buy(&vault, &buyer, POINTS(21), &effect) == PV_OK);
	CHECK(effect.amount == CURRENCY(100) && effect.contribution == CURRENCY(30));
	CHECK(buyer.has.points == POINTS(21) && vault.pool == CURRENCY(30));
	CHECK(buyer.has.quota == CURRENCY(200) && buyer.has.shares == 2);
	CHECK(vault.turnover == CURRENCY(100));
}

/* G15: what the buyer owes is for points that are gone and for quota that was paid out. */
static void
test_refund(void)
{
	PvMember buyer = {.id = 1};
	PvVault vault = {0};
	PvSale sale = {.seq = 1,
				   .amount = CURRENCY(100),
				   .contribution = CURRENCY(30),
				   .parts = (PvSalePart[]){{.points = POINTS(21),
											.quota = CURRENCY(200),
											.spending = CURRENCY(100)}},
				   .nparts = 1,
				   .share_price = CURRENCY(50)};
	PvEffect effect;

	CHECK(buy(&vault, &buyer, 0, &effect) == PV_OK);
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_REDEEM, OWN(&buyer), .points = POINTS(7)},
			  &effect) == PV_OK);
	CHECK(effect.cash == CURRENCY(10));
	CHECK(run(&vault,
			  (PvEvent){.kind = PV_KIND_DIVIDEND,
						OWN(&buyer),
						.assets = {.cash = CURRENCY(25), .quota = -CURRENCY(25)}},
			  &effect) == PV_OK);
	vault.cash += CURRENCY(25); /* as the close counted it */

	CHECK(
		run(&vault,
			(PvEvent){.kind = PV_KIND_REFUND, OWN(&buyer), .sale = &sale, .amount = CURRENCY(100)},
			&effect) == PV_OK);
	/* 7 points at 20 / 14, and 25 of dividends */
	CHECK(effect.fee == CURRENCY(35) && buyer.has.cash == 0 && vault.cash == 0);
	CHECK(effect.points == POINTS(14) && effect.cash == CURRENCY(30));
	CHECK(buyer.has.points == 0 && buyer.has.quota == 0 && buyer.has.shares == 0);
	/* the contribution came back, and the dividends, which were of others' turnover */
	CHECK(vault.platform == CURRENCY(55) && vault.pool == 0 && vault.turnover == 0);
}

/*
 * Any number of parties: each has its part, and a late refusal leaves nothing of any,
 * also of more than the engine has room for without asking for memory.
 */
static void
test_many_parties(void)
{
	enum
	{
		MANY = 2 * PV_FEW_PARTIES + 1
	};
	PvPolicy generous = policy;
	PvMember members[MANY];
	PvMember before[MANY];
	PvEvent event = {.kind = PV_KIND_PURCHASE, .seq = 1, .amount = CURRENCY(100)};
	PvVault vault = {.turnover = INT64_MAX};
	PvSale sale = {.seq = 1, .amount = CURRENCY(100), .contribution = CURRENCY(30)};
	PvEffect effect;

	generous.cycle.referral_quota_rate = 250000;
	generous.cycle.referral_share_rate = 500000;
	memset(members, 0, sizeof(members));
	for (int i = 0; i < MANY; i++)
	{
		members[i].id = i + 1;
		(void) pv_add_party(&event.parties, i == 0 ? PV_OWN : PV_SPONSOR, &members[i]);
	}
	CHECK(event.parties.count == MANY && pv_own(&event.parties)->id == 1);
	memcpy(before, members, sizeof(members));
	CHECK(pv_apply(&generous, &vault, &event, &effect) == PV_OUT_OF_RANGE);
	for (int i = 0; i < MANY; i++)
		CHECK(members[i].has.quota == 0 && members[i].has.points == 0 && members[i].spent == 0 &&
			  members[i].nlots == 0 && members[i].changed == before[i].changed);

	vault.turnover = 0;
	CHECK(pv_apply(&generous, &vault, &event, &effect) == PV_OK);
	CHECK(members[0].has.quota == CURRENCY(200) && members[0].has.shares == 2);
	for (int i = 1; i < MANY; i++)
		CHECK(members[i].has.quota == CURRENCY(25) && members[i].has.shares == 1);

	for (int i = 0; i < MANY; i++)
		(void) pv_add_sale_part(&sale, event.parties.list[i].role, event.parties.list[i].id,
								event.parties.list[i].change.points);
	pv_sale_promises(&generous, &sale);
	event.kind = PV_KIND_REFUND;
	event.sale = &sale;
	CHECK(pv_apply(&generous, &vault, &event, &effect) == PV_OK);
	for (int i = 0; i < MANY; i++)
		CHECK(members[i].has.quota == 0 && members[i].has.points == 0 &&
			  members[i].has.shares == 0 && members[i].has.cash == 0 && members[i].spent == 0);
	CHECK(vault.turnover == 0 && vault.pool == 0 && vault.platform == CURRENCY(30));

	/* nobody takes part whom the kind does not know, or without the sale's parties */
	event.parties.list[MANY - 1].role = PV_PAYEE;
	CHECK(pv_apply(&generous, &vault, &event, &effect) == PV_INCOMPLETE);
	event.parties.list[MANY - 1].role = PV_SPONSOR;
	event.parties.count--;
	CHECK(pv_apply(&generous, &vault, &event, &effect) == PV_INCOMPLETE);
}

void
test_sale(void)
{
	test_many_parties();
	test_purchase();
	test_refund();
}
