/* What the engine tells of an event: the rule, and figures that come to the result. */
#include "unit.h"

#include "engine/commission.h"
#include "engine/cycle.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "engine/policy.h"
#include "engine/sale.h"
#include "engine/trace.h"

#include <stdlib.h>
#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

static const PvPolicy rules = {.has_growth = true,
							   .growth = {.pool_rate = 300000,
										  .mint_rate = 700000,
										  .referral_mint_rate = 100000,
										  .start_price = CURRENCY(1),
										  .issue_cap = PV_UNSET,
										  .redeem_fee_rate = 100000,
										  .exit_multiple = 2000000,
										  .exit_basis = PV_EXIT_BY_MEMBER,
										  .exit_fee_rate = PV_UNSET,
										  .hold_days = 7},
							   .has_cycle = true,
							   .cycle = {.quota_multiple = 2000000,
										 .share_price = CURRENCY(50),
										 .referral_quota_rate = 100000,
										 .referral_share_rate = 100000,
										 .weight_pool_rate = 300000,
										 .ntiers = 1,
										 .tiers = {{1, 10000}}}};

/* Whether the terms come to the result. */
static bool
adds_up(const PvStep *step)
{
	int64_t result = step->result.value;
	int64_t a = step->terms[0].value;
	int64_t b = step->terms[1].unit == PV_UNIT_NONE ? 1 : step->terms[1].value;
	int64_t c = step->terms[2].unit == PV_UNIT_NONE ? 1 : step->terms[2].value;
	int64_t after;
	int64_t before;

	if (step->terms[1].unit == PV_UNIT_RATE)
		c = PV_ONE_RATE;
	switch (step->form)
	{
		case PV_FLOOR:
			return pv_mul_div_floor(a, b, c, &after) && after == result;
		case PV_CEILING:
			return pv_mul_div_ceil(a, b, c, &after) && after == result;
		case PV_SUM:
			return a + b == result;
		case PV_DIFFERENCE:
			return a - b - step->terms[2].value - step->terms[3].value == result;
		case PV_LEAST:
			return (a < b ? a : b) == result;
		case PV_AT_MOST:
			return a <= b && a == result;
		case PV_PART_FLOOR:
			return pv_mul_div_floor(a, c, step->terms[3].value, &after) &&
				   pv_mul_div_floor(a, b, step->terms[3].value, &before) &&
				   after - before == result;
		case PV_PART_CEILING:
			return pv_mul_div_ceil(a, c, step->terms[3].value, &after) &&
				   pv_mul_div_ceil(a, b, step->terms[3].value, &before) && after - before == result;
		case PV_CHANGE:
			return step->terms[1].unit == PV_UNIT_NONE ? a == result : a + b == result;
		case PV_GIVEN:
		case PV_RATIO:
			return true;
	}
	return false;
}

static PvError
tell(const PvPolicy *policy, PvVault *vault, PvEvent event, PvEffect *effect, PvTrace *trace)
{
	PvError error;

	trace->count = 0;
	event.seq = event.seq ? event.seq : 1;
	event.trace = trace;
	error = pv_apply(policy, vault, &event, effect);
	for (int i = 0; i < trace->count; i++)
	{
		CHECK(adds_up(&trace->steps[i]));
		CHECK(trace->steps[i].rule && trace->steps[i].what);
	}
	return error;
}

/* The first step by a rule that begins with some words. */
static const PvStep *
find(const PvTrace *trace, const char *rule, const char *what)
{
	static const PvStep none;

	for (int i = 0; i < trace->count; i++)
		if (strcmp(trace->steps[i].rule, rule) == 0 &&
			strncmp(trace->steps[i].what, what, strlen(what)) == 0)
			return &trace->steps[i];
	return &none;
}

#define PARTIES(...) \
	.parties = {(PvParty[]){__VA_ARGS__}, sizeof((PvParty[]){__VA_ARGS__}) / sizeof(PvParty), 2}

/* MODEL 12: the second of two who buy for 100 gets 14.7 points. */
static void
test_told_purchase(void)
{
	PvPolicy policy = {.has_growth = true, .growth = rules.growth};
	PvVault vault = {.pool = CURRENCY(30), .circulating = POINTS(21), .issued = POINTS(21)};
	PvMember buyer = {.id = 7};
	PvEffect effect;
	PvTrace trace = {0};
	const PvStep *step;

	policy.growth.referral_mint_rate = 0;
	CHECK(tell(&policy, &vault,
			   (PvEvent){.kind = PV_KIND_PURCHASE,
						 PARTIES({.id = 7, .member = &buyer}),
						 .amount = CURRENCY(100)},
			   &effect, &trace) == PV_OK);
	step = find(&trace, "G1", "contribution");
	CHECK(step->result.value == CURRENCY(30) && step->terms[0].value == CURRENCY(100));
	step = find(&trace, "G2", "points minted");
	CHECK(step->form == PV_FLOOR && step->member == 7);
	CHECK(step->terms[0].value == CURRENCY(21) && step->terms[1].value == POINTS(21) &&
		  step->terms[2].value == CURRENCY(30));
	CHECK(step->result.value == effect.points && effect.points == INT64_C(1470000000));
	CHECK(find(&trace, "G16", "days")->result.value == 7);
	CHECK(find(&trace, "G6", "limit")->result.value == CURRENCY(200));
	CHECK(find(&trace, "V8", "points")->result.value == effect.points);
	CHECK(find(&trace, "V8", "pool")->result.value == vault.pool);
	CHECK(find(&trace, "G3", "")->rule == NULL);

	/* G3: the cap leaves 5 */
	policy.growth.issue_cap = vault.issued + POINTS(5);
	CHECK(tell(&policy, &vault,
			   (PvEvent){.kind = PV_KIND_PURCHASE,
						 PARTIES({.id = 7, .member = &buyer}),
						 .amount = CURRENCY(100)},
			   &effect, &trace) == PV_OK);
	CHECK(effect.points == POINTS(5));
	CHECK(find(&trace, "G3", "points minted")->result.value == POINTS(5));
	free(trace.steps);
}

/* Without a trace the figures are the same, and a refused event tells nothing of changes. */
static void
test_told_or_not(void)
{
	PvMember one = {.id = 1};
	PvMember other = {.id = 1};
	PvVault told = {0};
	PvVault untold = {0};
	PvEffect effect;
	PvTrace trace = {0};
	PvParty parties[2] = {{.id = 1, .member = &one}, {.id = 1, .member = &other}};
	PvEvent event = {.kind = PV_KIND_PURCHASE, .amount = CURRENCY(33.3333), .seq = 1};

	for (int i = 0; i < 20; i++)
	{
		event.parties = (PvParties){&parties[0], 1, 1};
		CHECK(tell(&rules, &told, event, &effect, &trace) == PV_OK);
		event.parties = (PvParties){&parties[1], 1, 1};
		CHECK(pv_apply(&rules, &untold, &event, &effect) == PV_OK);
		CHECK(memcmp(&told, &untold, sizeof(told)) == 0);
	}
	event.guard = INT64_MAX;
	CHECK(tell(&rules, &told, event, &effect, &trace) == PV_GUARD_NOT_MET);
	CHECK(find(&trace, "V8", "")->rule == NULL);
	free(trace.steps);
}

/* A purchase with a sponsor, sold in part, refunded in parts of which some were paid out. */
static void
test_told_refund(void)
{
	PvVault vault = {.pool = CURRENCY(77.7777), .circulating = POINTS(31), .issued = POINTS(31)};
	PvMember buyer = {.id = 1, .sponsor = 2};
	PvMember sponsor = {.id = 2};
	PvSale sale = {.seq = 1, .amount = CURRENCY(100)};
	PvEffect effect;
	PvTrace trace = {0};
	PvPolicy policy = rules;

	policy.growth.hold_days = 0;
	CHECK(tell(&policy, &vault,
			   (PvEvent){.kind = PV_KIND_PURCHASE,
						 .amount = sale.amount,
						 PARTIES({.id = 1, .member = &buyer},
								 {.role = PV_SPONSOR, .id = 2, .member = &sponsor})},
			   &effect, &trace) == PV_OK);
	CHECK(find(&trace, "C1", "quota")->result.value == CURRENCY(200));
	CHECK(find(&trace, "C1", "shares by it")->result.value == 2);
	sale.contribution = effect.contribution;
	(void) pv_add_sale_part(&sale, PV_OWN, 1, buyer.has.points);
	(void) pv_add_sale_part(&sale, PV_SPONSOR, 2, sponsor.has.points);
	pv_sale_promises(&policy, &sale);
	CHECK(tell(&policy, &vault,
			   (PvEvent){.kind = PV_KIND_REDEEM,
						 PARTIES({.id = 1, .member = &buyer}),
						 .points = buyer.has.points / 2},
			   &effect, &trace) == PV_OK);
	CHECK(find(&trace, "G4", "gross")->result.value == effect.amount);
	CHECK(find(&trace, "G4", "fee")->result.value == effect.fee);
	CHECK(find(&trace, "G4", "net")->result.value == effect.cash);
	buyer.has.quota = CURRENCY(90);
	for (int i = 0; i < 2; i++)
	{
		CHECK(tell(&policy, &vault,
				   (PvEvent){.kind = PV_KIND_REFUND,
							 .amount = CURRENCY(50),
							 .sale = &sale,
							 PARTIES({.id = 1, .member = &buyer},
									 {.role = PV_SPONSOR, .id = 2, .member = &sponsor})},
				   &effect, &trace) == PV_OK);
		sale.refunded += CURRENCY(50);
		CHECK(find(&trace, "G15", "what the buyer owes")->result.value == effect.fee);
		CHECK(find(&trace, "G15", "given back")->result.value == effect.cash);
	}
	/* the other half was sold, and of the quota 110 was paid out */
	CHECK(find(&trace, "G15", "of these, burned")->result.value == 0);
	CHECK(find(&trace, "G15", "the others are bought back")->result.value > 0);
	CHECK(find(&trace, "G15", "the rest was paid out")->result.value == CURRENCY(100));
	free(trace.steps);
	free(sale.parts);
}

/* A close, and what it pays one of those who take part. */
static void
test_told_day(void)
{
	PvVault vault = {.turnover = CURRENCY(1000), .dividends = CURRENCY(2)};
	PvDay day = {.paid = CURRENCY(100)};
	PvClass class = {.shares = 7, .holders = 3, .active = 2};
	PvAssets has = {.shares = 7, .quota = CURRENCY(20)};
	PvEffect effect;
	PvTrace trace = {0};
	int64_t due;
	int64_t paid;

	CHECK(pv_day_pools(&rules, &vault, &day) && pv_day_divisors(&rules, &day, &class, 1));
	CHECK(tell(&rules, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect, &trace) ==
		  PV_OK);
	CHECK(find(&trace, "C4", "pool by weight, with")->result.value == CURRENCY(302));
	CHECK(find(&trace, "C5", "pool of that tier")->result.value == CURRENCY(10));
	CHECK(find(&trace, "C7", "not paid: to the platform")->result.value == CURRENCY(212));

	trace.count = 0;
	CHECK(pv_day_pay(&day, &has, &due, &paid) && paid == CURRENCY(20));
	CHECK(find(&trace, "C4", "due by weight")->result.value == CURRENCY(151));
	CHECK(find(&trace, "C5", "due by tier")->result.value == CURRENCY(5));
	CHECK(find(&trace, "C6", "paid")->result.value == CURRENCY(20));
	for (int i = 0; i < trace.count; i++)
		CHECK(adds_up(&trace.steps[i]));
	free(trace.steps);
}

static const PvPolicy by_teams = {.has_release = true,
								  .release = {.nlevels = 1,
											  .levels = {{CURRENCY(100), 2000000}},
											  .release_rate = 100000,
											  .usage_rate = 300000},
								  .has_commission = true,
								  .commission = {.budget_rate = 100000,
												 .direct_rate = 50000,
												 .nranks = 2,
												 .ranks = {{1, 10000}, {2, 40000}},
												 .shareholder_rate = 50000}};

/* What a purchase is granted, and whom it pays, until the budget is used up; and back. */
static void
test_told_teams(void)
{
	PvVault vault = {0};
	PvMember buyer = {.id = 1};
	PvMember above[2] = {{.id = 2}, {.id = 3}};
	PvEarners earners = {.direct = 2, .line = (PvAbove[]){{2, 1}, {3, 2}}, .nline = 2};
	PvReleasePlan plan = {.granted = CURRENCY(400), .released = CURRENCY(250)};
	PvSale sale = {.seq = 1, .amount = CURRENCY(200)};
	PvEffect effect;
	PvTrace trace = {0};

	CHECK(tell(&by_teams, &vault,
			   (PvEvent){.kind = PV_KIND_PURCHASE,
						 .amount = sale.amount,
						 .earners = &earners,
						 PARTIES({.id = 1, .member = &buyer},
								 {.role = PV_EARNER, .id = 2, .member = &above[0]},
								 {.role = PV_EARNER, .id = 3, .member = &above[1]})},
			   &effect, &trace) == PV_OK);
	CHECK(find(&trace, "L1", "granted")->result.value == CURRENCY(400));
	CHECK(find(&trace, "L1", "of that, released a day")->result.value == CURRENCY(20));
	CHECK(find(&trace, "M1", "budget")->result.value == CURRENCY(20));
	CHECK(find(&trace, "M1", "to the buyer's sponsor")->result.value == CURRENCY(10));
	CHECK(find(&trace, "M1", "rate of the rank beyond")->result.value == 30000);
	CHECK(find(&trace, "M1", "into the shareholder pool")->result.value == CURRENCY(10));
	CHECK(find(&trace, "M1", "of that, what the budget")->result.value == CURRENCY(2));
	CHECK(find(&trace, "M1", "to the platform")->result.value == 0);

	sale.commissions = effect.commissions;
	(void) pv_add_sale_part(&sale, PV_OWN, 1, 0);
	pv_sale_promises(&by_teams, &sale);
	CHECK(tell(&by_teams, &vault,
			   (PvEvent){.kind = PV_KIND_REFUND,
						 .amount = CURRENCY(100),
						 .sale = &sale,
						 .plan = &plan,
						 PARTIES({.id = 1, .member = &buyer},
								 {.role = PV_EARNER, .id = 2, .member = &above[0]},
								 {.role = PV_EARNER, .id = 3, .member = &above[1]})},
			   &effect, &trace) == PV_OK);
	CHECK(find(&trace, "G15", "part of the commission")->result.value == CURRENCY(5));
	CHECK(find(&trace, "G15", "part of the grant")->result.value == CURRENCY(200));
	CHECK(find(&trace, "G15", "of that grant, cancelled")->result.value == CURRENCY(150));
	CHECK(find(&trace, "G15", "the rest was released")->result.value == CURRENCY(50));
	CHECK(find(&trace, "G15", "released a day by what is left")->result.value == CURRENCY(10));
	free(trace.steps);
	free(sale.parts);
}

/* What was released is posted, and spent; the shareholder pool is shared out. */
static void
test_told_rewards(void)
{
	PvVault vault = {.shareholders = CURRENCY(10)};
	PvMember member = {.id = 1};
	PvDay day = {.all_shares = 3, .shareholder_paid = CURRENCY(9), .released = 7, .running = 5};
	PvEffect effect;
	PvTrace trace = {0};
	int64_t due;

	CHECK(tell(&by_teams, &vault,
			   (PvEvent){.kind = PV_KIND_RELEASE,
						 .amount = CURRENCY(70),
						 PARTIES({.id = 1, .member = &member})},
			   &effect, &trace) == PV_OK);
	CHECK(find(&trace, "L7", "posted")->result.value == CURRENCY(70));
	CHECK(tell(&by_teams, &vault,
			   (PvEvent){.kind = PV_KIND_SPEND_REWARD,
						 .amount = CURRENCY(20),
						 .order_amount = CURRENCY(100),
						 PARTIES({.id = 1, .member = &member})},
			   &effect, &trace) == PV_OK);
	CHECK(find(&trace, "L7", "the most of the order")->result.value == CURRENCY(30));
	CHECK(find(&trace, "L7", "paid in rewards")->result.value == CURRENCY(20));

	CHECK(tell(&by_teams, &vault, (PvEvent){.kind = PV_KIND_CLOSE, .day = &day}, &effect, &trace) ==
		  PV_OK);
	CHECK(find(&trace, "L6", "released by all")->result.value == 7);
	CHECK(find(&trace, "L6", "released each day")->result.value == 5);
	CHECK(find(&trace, "C6a", "shareholder pool")->result.value == CURRENCY(10));
	CHECK(find(&trace, "C7", "not paid")->result.value == CURRENCY(1));
	trace.count = 0;
	CHECK(pv_shareholder_due(&day, 1, &due) && due == 33333);
	CHECK(find(&trace, "C6a", "paid out of")->result.value == due && adds_up(&trace.steps[0]));
	free(trace.steps);
}

void
test_trace(void)
{
	test_told_purchase();
	test_told_or_not();
	test_told_refund();
	test_told_day();
	test_told_teams();
	test_told_rewards();
}
