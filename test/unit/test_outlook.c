/* How far turnover must grow (R4), and what redeeming everything at once would pay (R3). */
#include "unit.h"

#include "engine/engine.h"
#include "engine/logarithm.h"
#include "engine/outlook.h"
#include "engine/price.h"

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))
#define ONE_LOG (INT64_C(1) << PV_LOG_BITS)

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
								 .exit_fee_rate = PV_UNSET}};
}

/* A pool of a million, at a price of 5: orders of 1 are small beside it. */
static const PvVault grown = {.pool = CURRENCY(1000000),
							  .circulating = POINTS(200000),
							  .issued = POINTS(200000)};

static PvOutlook
look(const PvPolicy *policy, const PvVault *vault, int64_t multiple, int64_t fee_rate)
{
	PvOutlookQuestion question = {CURRENCY(1), multiple, fee_rate};
	PvOutlook outlook;

	CHECK(pv_outlook(policy, vault, &question, &outlook));
	return outlook;
}

static bool
is_about(int64_t ppm, int64_t whole)
{
	return ppm > whole * 999000 && ppm < whole * 1001000;
}

static void
test_powers(void)
{
	int64_t ppm;

	CHECK(pv_log2(1) == 0);
	CHECK(pv_log2((pv_int128) 1 << 100) == 100 * ONE_LOG);
	CHECK(pv_exp2(0, &ppm) && ppm == 1000000);
	CHECK(pv_exp2(10 * ONE_LOG, &ppm) && ppm == 1024000000);
	CHECK(pv_exp2(ONE_LOG / 2, &ppm) && ppm == 1414213);
	CHECK(pv_exp2(43 * ONE_LOG - 1, &ppm) && ppm / 1000000 == (INT64_C(1) << 43) - 1);
	CHECK(!pv_exp2(43 * ONE_LOG, &ppm));
	for (int64_t n = 1; n < 1000; n++)
		CHECK(pv_exp2(pv_log2(n) + 1, &ppm) && ppm >= n * 1000000 - 1 && ppm <= n * 1000000 + 1);
}

/* MODEL R4: 182, 1 831 and 7 074 times as many orders. */
static void
test_factors(void)
{
	PvPolicy policy = default_policy();
	PvOutlook outlook = look(&policy, &grown, 1000000, 0);

	CHECK(outlook.end == PV_OUTLOOK_GROWS);
	CHECK(outlook.points == POINTS(0.042) && outlook.worth == CURRENCY(0.21));
	CHECK(outlook.factor / 1000 == 181634 || is_about(outlook.factor * 10, 1816));
	CHECK(outlook.orders > INT64_C(601000000) && outlook.orders < INT64_C(603000000));
	CHECK(is_about(look(&policy, &grown, 2000000, 0).factor, 1831));
	CHECK(is_about(look(&policy, &grown, 3000000, 0).factor, 7074));
	/* after the fee of .10: (1/.9)^(1/.3) = 1.42 times as much */
	CHECK(is_about(look(&policy, &grown, 1000000, 100000).factor, 258));
	/* of what is minted to sponsors nothing lifts the price: (1/.21)^(1/.2) */
	policy.growth.referral_mint_rate = 100000;
	CHECK(is_about(look(&policy, &grown, 1000000, 0).factor, 2448));
}

static void
test_ends(void)
{
	PvPolicy policy = default_policy();
	PvVault empty = {0};

	policy.growth.exit_multiple = 2000000;
	CHECK(look(&policy, &grown, 2000000, 0).end == PV_OUTLOOK_GROWS);
	CHECK(look(&policy, &grown, 2000000, 100000).end == PV_OUTLOOK_EXITS);
	CHECK(look(&policy, &grown, 3000000, 0).end == PV_OUTLOOK_EXITS);
	policy = default_policy();
	policy.growth.mint_rate = 1000000;
	CHECK(look(&policy, &grown, 1000000, 0).end == PV_OUTLOOK_STANDS);
	policy.growth.mint_rate = 0;
	CHECK(look(&policy, &grown, 1000000, 0).end == PV_OUTLOOK_NO_POINTS);
	policy.growth.mint_rate = 999000;
	CHECK(look(&policy, &grown, 1000000, 0).end == PV_OUTLOOK_BEYOND);
	policy = default_policy();
	policy.growth.pool_rate = 0;
	CHECK(look(&policy, &grown, 1000000, 0).end == PV_OUTLOOK_NO_POINTS);
	CHECK(look(&policy, &empty, 1000000, 0).end == PV_OUTLOOK_NO_POINTS);
	policy = default_policy();
	CHECK(look(&policy, &grown, INT64_C(1000000000000), 0).end == PV_OUTLOOK_BEYOND);
	CHECK(look(&policy, &grown, 1000000, 1000000).end == PV_OUTLOOK_NO_POINTS);
}

/* G3: nothing more is minted, and the price grows as the pool does. */
static void
test_cap(void)
{
	PvPolicy policy = default_policy();
	PvOutlook outlook;

	policy.growth.issue_cap = grown.issued + POINTS(0.042);
	outlook = look(&policy, &grown, 1000000, 0);
	CHECK(outlook.end == PV_OUTLOOK_GROWS && outlook.factor / 1000 == 4761);
	/* twice as many points: the pool is 2^(1/.7) times as large then, the price 1.346 */
	policy.growth.issue_cap = 2 * grown.issued;
	outlook = look(&policy, &grown, 1000000, 0);
	CHECK(outlook.factor / 1000 == 9523);
	policy.growth.mint_rate = 1000000;
	CHECK(look(&policy, &grown, 1000000, 0).end == PV_OUTLOOK_GROWS);
	policy.growth.issue_cap = grown.issued;
	CHECK(look(&policy, &grown, 1000000, 0).end == PV_OUTLOOK_NO_POINTS);
}

/* From nothing, order by order: the first of many equal buyers, by the engine itself. */
static void
test_small_pool(void)
{
	PvPolicy policy = default_policy();
	PvVault empty = {0};
	PvVault vault = {0};
	int64_t orders = 0;
	PvPrice wanted = {CURRENCY(1), POINTS(0.21)};
	PvOutlook outlook = look(&policy, &empty, 1000000, 0);

	do
	{
		PvMember buyer = {.id = 1};
		PvEvent event = {.kind = PV_KIND_PURCHASE, OWN(&buyer), .seq = 1, .amount = CURRENCY(1)};
		PvEffect effect;

		CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
		orders++;
	} while (pv_price_cmp(pv_price_of(&policy, &vault), wanted) < 0);
	CHECK(outlook.end == PV_OUTLOOK_GROWS && outlook.orders == orders - 1);
	CHECK(outlook.factor == orders * 1000000);
}

static void
test_redeem_all(void)
{
	PvPolicy policy = default_policy();
	PvVault vault = grown;
	PvEffect effect;

	vault.treasury = POINTS(50000);
	CHECK(pv_redeem_all(&policy, &vault, false, &effect));
	CHECK(effect.amount == CURRENCY(750000) && effect.cash == CURRENCY(675000));
	CHECK(pv_redeem_all(&policy, &vault, true, &effect) && effect.cash == CURRENCY(750000));
	/* those in custody are somebody's again once they are taken back (X3) */
	vault.exchange = POINTS(20000);
	CHECK(pv_redeem_all(&policy, &vault, false, &effect));
	CHECK(effect.amount == CURRENCY(750000) && effect.cash == CURRENCY(675000));
	CHECK(vault.exchange == POINTS(20000));
	policy.has_growth = false;
	CHECK(pv_redeem_all(&policy, &vault, false, &effect) && effect.amount == CURRENCY(750000));
	vault.exchange = 0;
	vault.treasury = vault.circulating;
	CHECK(pv_redeem_all(&policy, &vault, false, &effect) && effect.amount == 0);
}

void
test_outlook(void)
{
	test_powers();
	test_factors();
	test_ends();
	test_cap();
	test_small_pool();
	test_redeem_all();
}
