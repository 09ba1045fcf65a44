/* Growth events against figures worked by hand (MODEL §12) and at their edges. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/policy.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

static PvPolicy
default_policy(void)
{
	return (PvPolicy){.has_growth = true,
					  .growth = {.pool_rate = 300000,
								 .mint_rate = 700000,
								 .start_price = CURRENCY(1),
								 .issue_cap = PV_UNSET,
								 .redeem_fee_rate = 100000,
								 .exit_multiple = PV_UNSET,
								 .exit_fee_rate = PV_UNSET,
								 .exits_per_call = 100}};
}

static PvError
buy(const PvPolicy *policy, PvVault *vault, PvMember *member, int64_t amount, PvEffect *effect)
{
	PvEvent event = {.kind = PV_KIND_PURCHASE, OWN(member), .seq = 1, .amount = amount};

	return pv_apply(policy, vault, &event, effect);
}

static PvError
sell(const PvPolicy *policy, PvVault *vault, PvMember *member, int64_t points, PvEffect *effect)
{
	PvEvent event = {.kind = PV_KIND_REDEEM, OWN(member), .points = points};

	return pv_apply(policy, vault, &event, effect);
}

static void
test_wine(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {0};
	PvMember first = {.id = 1};
	PvMember others = {.id = 2};
	PvEffect effect;

	CHECK(buy(&policy, &vault, &first, CURRENCY(100), &effect) == PV_OK);
	CHECK(effect.points == POINTS(21) && effect.contribution == CURRENCY(30));
	CHECK(buy(&policy, &vault, &others, CURRENCY(100), &effect) == PV_OK);
	CHECK(effect.points == INT64_C(1470000000));
	for (int i = 3; i <= 100; i++)
		CHECK(buy(&policy, &vault, &others, CURRENCY(100), &effect) == PV_OK);
	CHECK(vault.pool == CURRENCY(3000) && vault.circulating == INT64_C(57992568570));
	CHECK(sell(&policy, &vault, &first, POINTS(21), &effect) == PV_OK);
	CHECK(effect.amount == 1086346 && effect.fee == 108635 && effect.cash == 977711);
	CHECK(first.has.points == 0 && first.has.cash == 977711 && vault.cash == 977711);
}

/* V3: everyone redeems, the rest of the pool goes to the reserve. */
static void
test_emptied(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {0};
	PvMember member = {.id = 1};
	PvEffect effect;

	CHECK(buy(&policy, &vault, &member, CURRENCY(100), &effect) == PV_OK);
	CHECK(sell(&policy, &vault, &member, POINTS(21), &effect) == PV_OK);
	CHECK(vault.pool == 0 && vault.circulating == 0 && vault.reserve == CURRENCY(3));
	CHECK(buy(&policy, &vault, &member, CURRENCY(100), &effect) == PV_OK);
	CHECK(effect.points == POINTS(21));
}

/* V6: dust cannot hold more than 10 000 a point. */
static void
test_dust(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {0};
	PvMember member = {.id = 1};
	PvEffect effect;

	CHECK(buy(&policy, &vault, &member, CURRENCY(10000), &effect) == PV_OK);
	CHECK(sell(&policy, &vault, &member, POINTS(2100) - 1, &effect) == PV_OK);
	CHECK(effect.cash == INT64_C(26999999));
	CHECK(vault.pool == 1 && vault.circulating == 1 && vault.reserve == CURRENCY(300));
}

/* G3: the cap is reached in the middle of a sale: the buyer first. */
static void
test_cap(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {0};
	PvMember buyer = {.id = 2, .sponsor = 1};
	PvMember sponsor = {.id = 1};
	PvEvent event = {.kind = PV_KIND_PURCHASE,
					 OWN_AND(&buyer, PV_SPONSOR, &sponsor),
					 .seq = 1,
					 .amount = CURRENCY(100)};
	PvEffect effect;

	policy.growth.referral_mint_rate = 300000;
	policy.growth.issue_cap = POINTS(25);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(effect.points == POINTS(21) &&
		  pv_party(&event.parties, PV_SPONSOR)->change.points == POINTS(4));
	event.seq = 2;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(effect.points == 0 && pv_party(&event.parties, PV_SPONSOR)->change.points == 0 &&
		  vault.pool == CURRENCY(60));
	CHECK(vault.issued == POINTS(25));
}

/* Statements know events from administration by their numbers. */
static void
test_numbers(void)
{
	for (PvKind kind = PV_KIND_NONE; kind < PV_KIND_COUNT; kind++)
		if (pv_kind_info(kind))
			CHECK((pv_kind_info(kind)->apply != NULL) ==
				  (kind >= PV_KIND_FIRST_EVENT && kind <= PV_KIND_LAST_EVENT));
}

/* Events as damaged rows may have them: every kind without what it needs, and no kind. */
static void
test_incomplete(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {.pool = CURRENCY(1), .circulating = POINTS(1), .issued = POINTS(1)};
	PvVault before = vault;
	PvMember member = {.id = 1};
	PvEffect effect;

	for (int kind = -1; kind <= PV_KIND_COUNT + 1; kind++)
	{
		PvEvent event = {.kind = (PvKind) kind, .amount = 1, .points = 1};
		PvError error = pv_apply(&policy, &vault, &event, &effect);

		if (kind == PV_KIND_INJECT || kind == PV_KIND_REDEEM_SURPLUS ||
			kind == PV_KIND_SET_STOCK_PRICE)
			continue; /* these need nobody */
		CHECK(error == PV_INCOMPLETE);
	}
	vault = before;
	CHECK(pv_apply(&policy, &vault, &(PvEvent){.kind = PV_KIND_PAY, OWN(&member)}, &effect) ==
		  PV_INCOMPLETE);
	CHECK(pv_apply(&policy, &vault, &(PvEvent){.kind = PV_KIND_REFUND, OWN(&member)}, &effect) ==
		  PV_INCOMPLETE);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
}

/* V6, U4: of damaged data, with fewer points than none, the excess need not fit. */
static void
test_damaged_excess(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {.pool = INT64_MAX - 10, .circulating = -100};
	PvEvent event = {.kind = PV_KIND_INJECT, .amount = 1};
	PvEffect effect;

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OUT_OF_RANGE);
	CHECK(vault.pool == INT64_MAX - 10 && vault.reserve == 0);
}

/* An event refused changes nothing, however far it got. */
static void
test_refusals(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = {.pool = INT64_MAX - 1, .circulating = INT64_MAX - 1, .issued = INT64_MAX - 1};
	PvVault before = vault;
	PvMember member = {.id = 1, .has = {.points = POINTS(1)}};
	PvEffect effect;

	CHECK(buy(&policy, &vault, &member, INT64_MAX, &effect) == PV_OUT_OF_RANGE);
	CHECK(vault.pool == before.pool && vault.issued == before.issued && member.nlots == 0);
	CHECK(member.has.points == POINTS(1) && member.limit == 0);
	CHECK(buy(&policy, &vault, &member, 0, &effect) == PV_BAD_AMOUNT);
	CHECK(buy(&policy, &vault, &member, -1, &effect) == PV_BAD_AMOUNT);
	CHECK(sell(&policy, &vault, &member, 0, &effect) == PV_BAD_POINTS);
	CHECK(sell(&policy, &vault, &member, POINTS(1) + 1, &effect) == PV_TOO_FEW_POINTS);
	vault.pool = 1;
	CHECK(sell(&policy, &vault, &member, 1, &effect) == PV_LOTS_DISAGREE);
	(void) pv_add_lot(&member, (PvLot){.seq = 1, .left = POINTS(1), .minted = POINTS(1)});
	CHECK(sell(&policy, &vault, &member, 1, &effect) == PV_NET_OF_ZERO);
	policy.has_growth = false;
	CHECK(sell(&policy, &vault, &member, 1, &effect) == PV_NO_POOL);
}

/* Buying and selling back in any split never pays more than went in. */
static void
test_no_profit(void)
{
	PvPolicy policy = default_policy();

	policy.growth.mint_rate = 1000000;
	policy.growth.redeem_fee_rate = 0;
	for (int64_t amount = 1; amount < 4000; amount += 7)
	{
		PvVault vault = {.pool = 12345, .circulating = 7654321, .issued = 7654321};
		PvMember member = {.id = 1};
		PvEffect bought;
		PvEffect sold = {0};
		int64_t half;

		CHECK(buy(&policy, &vault, &member, amount, &bought) == PV_OK);
		half = bought.points / 2;
		if (sell(&policy, &vault, &member, half, &sold) == PV_OK)
			(void) sell(&policy, &vault, &member, bought.points - half, &sold);
		CHECK(vault.cash <= bought.contribution);
	}
}

void
test_growth(void)
{
	test_wine();
	test_emptied();
	test_dust();
	test_cap();
	test_numbers();
	test_incomplete();
	test_damaged_excess();
	test_refusals();
	test_no_profit();
}
