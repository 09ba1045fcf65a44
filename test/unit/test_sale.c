/* Purchases, refunds and closes in which sections take part together. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/policy.h"

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
	return run(vault,
			   (PvEvent){.kind = PV_KIND_PURCHASE,
						 .member = buyer,
						 .amount = CURRENCY(100),
						 .guard = guard},
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
				   .points = POINTS(21),
				   .quota = CURRENCY(200),
				   .share_price = CURRENCY(50)};
	PvEffect effect;

	CHECK(buy(&vault, &buyer, 0, &effect) == PV_OK);
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_REDEEM, .member = &buyer, .points = POINTS(7)},
			  &effect) == PV_OK);
	CHECK(effect.cash == CURRENCY(10));
	CHECK(run(&vault, (PvEvent){.kind = PV_KIND_DIVIDEND, .member = &buyer, .amount = CURRENCY(25)},
			  &effect) == PV_OK);
	vault.cash += CURRENCY(25); /* as the close counted it */

	CHECK(run(&vault,
			  (PvEvent){
				  .kind = PV_KIND_REFUND, .member = &buyer, .sale = &sale, .amount = CURRENCY(100)},
			  &effect) == PV_OK);
	/* 7 points at 20 / 14, and 25 of dividends */
	CHECK(effect.fee == CURRENCY(35) && buyer.has.cash == 0 && vault.cash == 0);
	CHECK(effect.points == POINTS(14) && effect.cash == CURRENCY(30));
	CHECK(buyer.has.points == 0 && buyer.has.quota == 0 && buyer.has.shares == 0);
	/* the contribution came back, and the dividends, which were of others' turnover */
	CHECK(vault.platform == CURRENCY(55) && vault.pool == 0 && vault.turnover == 0);
}

void
test_sale(void)
{
	test_purchase();
	test_refund();
}
