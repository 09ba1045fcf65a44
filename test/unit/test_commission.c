/* Commissions in the words of M1, what refunds take back (G15), and the shareholder pool (C6a). */
#include "unit.h"

#include "engine/commission.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "engine/sale.h"

#include <stdlib.h>
#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define RATE(x) ((int64_t) ((x) *INT64_C(1000000)))
#define MAX INT64_MAX

/* Members by number. */
enum
{
	BUYER = 1,
	SPONSOR,
	ABOVE,
	HIGHER,
	TOP,
	DISTRICT_AGENT,
	CITY_AGENT,
	PROVINCE_AGENT
};

static PvPolicy
make_policy(void)
{
	return (PvPolicy){.has_commission = true,
					  .commission = {.budget_rate = RATE(0.30),
									 .direct_rate = RATE(0.05),
									 .indirect_rate = RATE(0.02),
									 .nranks = 3,
									 .ranks = {{CURRENCY(100), RATE(0.03)},
											   {CURRENCY(200), RATE(0.07)},
											   {CURRENCY(300), RATE(0.12)}},
									 .rank_peer_rate = RATE(0.01),
									 .region_rates = {.province = RATE(0.01),
													  .city = RATE(0.015),
													  .district = RATE(0.02)},
									 .has_region_rates = true,
									 .shareholder_rate = RATE(0.03)}};
}

/* One of a list, as "reason grade member amount". */
static bool
is(const PvCommissions *list, int place, PvReason reason, int grade, int64_t member, int64_t amount)
{
	const PvCommission *one = &list->list[place];

	return place < list->count && one->reason == reason && one->grade == grade &&
		   one->member == member && one->amount == amount;
}

/* All of them, in the order of M1, and what nobody earned. */
static void
test_order(void)
{
	PvPolicy policy = make_policy();
	PvEarners earners = {.direct = SPONSOR,
						 .indirect = ABOVE,
						 .line = (PvAbove[]){{SPONSOR, 1}, {HIGHER, 3}},
						 .nline = 2,
						 .agents = {DISTRICT_AGENT, CITY_AGENT, PROVINCE_AGENT}};
	PvCommissions list = {0};
	int64_t rest;

	CHECK(pv_commissions(&policy, CURRENCY(1000), &earners, NULL, &list, &rest) && list.count == 8);
	CHECK(is(&list, 0, PV_DIRECT, 0, SPONSOR, CURRENCY(50)));
	CHECK(is(&list, 1, PV_INDIRECT, 0, ABOVE, CURRENCY(20)));
	CHECK(is(&list, 2, PV_BY_RANK, 1, SPONSOR, CURRENCY(30)));
	CHECK(is(&list, 3, PV_BY_RANK, 3, HIGHER, CURRENCY(90)));
	CHECK(is(&list, 4, PV_DISTRICT, 0, DISTRICT_AGENT, CURRENCY(20)));
	CHECK(is(&list, 5, PV_CITY, 0, CITY_AGENT, CURRENCY(15)));
	CHECK(is(&list, 6, PV_PROVINCE, 0, PROVINCE_AGENT, CURRENCY(10)));
	CHECK(is(&list, 7, PV_SHAREHOLDERS, 0, 0, CURRENCY(30)));
	CHECK(rest == CURRENCY(35));
}

/* Without a sponsor, agents and ranks the shareholder pool gets its own, the platform the rest. */
static void
test_nobody(void)
{
	PvPolicy policy = make_policy();
	PvEarners nobody = {0};
	PvCommissions list = {0};
	int64_t rest;

	CHECK(pv_commissions(&policy, CURRENCY(1000), &nobody, NULL, &list, &rest) && list.count == 1);
	CHECK(is(&list, 0, PV_SHAREHOLDERS, 0, 0, CURRENCY(30)) && rest == CURRENCY(270));
	policy.commission.shareholder_rate = 0;
	list.count = 0;
	CHECK(pv_commissions(&policy, CURRENCY(1000), &nobody, NULL, &list, &rest) && list.count == 0);
	CHECK(rest == CURRENCY(300));
}

/* The commissions of ranks alone, in a line; how many there are. */
static int
walk(const PvPolicy *policy, int64_t amount, const PvAbove *above, int count, PvCommissions *list)
{
	PvPayout payout;

	list->count = 0;
	payout = pv_payout(policy, amount, list);
	for (int i = 0; i < count; i++)
		pv_pay_above(&payout, above[i].member, above[i].rank);
	return list->count;
}

/*
 * L4, L5: the peer of a rank is the next above of the rank just paid, once; who is of a
 * rank paid already, or below, earns nothing.
 */
static void
test_ranks_and_peers(void)
{
	PvPolicy policy = make_policy();
	PvCommissions list = {0};
	const PvAbove equal[] = {{SPONSOR, 2}, {ABOVE, 2}, {HIGHER, 2}, {TOP, 2}};
	const PvAbove between[] = {{SPONSOR, 1}, {ABOVE, 2}, {HIGHER, 1}, {TOP, 2}};
	const PvAbove overtaken[] = {{SPONSOR, 2}, {ABOVE, 3}, {HIGHER, 2}, {TOP, 3}};
	const PvAbove falling[] = {{SPONSOR, 3}, {ABOVE, 2}, {HIGHER, 1}, {TOP, 0}};

	CHECK(walk(&policy, CURRENCY(1000), equal, 4, &list) == 2);
	CHECK(is(&list, 0, PV_BY_RANK, 2, SPONSOR, CURRENCY(70)));
	CHECK(is(&list, 1, PV_BY_PEER, 2, ABOVE, CURRENCY(10)));

	CHECK(walk(&policy, CURRENCY(1000), between, 4, &list) == 3);
	CHECK(is(&list, 0, PV_BY_RANK, 1, SPONSOR, CURRENCY(30)));
	CHECK(is(&list, 1, PV_BY_RANK, 2, ABOVE, CURRENCY(40)));
	CHECK(is(&list, 2, PV_BY_PEER, 2, TOP, CURRENCY(10)));

	/* the peer of the lower rank does not come any more */
	CHECK(walk(&policy, CURRENCY(1000), overtaken, 4, &list) == 3);
	CHECK(is(&list, 1, PV_BY_RANK, 3, ABOVE, CURRENCY(50)));
	CHECK(is(&list, 2, PV_BY_PEER, 3, TOP, CURRENCY(10)));

	CHECK(walk(&policy, CURRENCY(1000), falling, 4, &list) == 1);

	/* of more ranks than the policy has now, the highest */
	CHECK(walk(&policy, CURRENCY(1000), (PvAbove[]){{SPONSOR, 32}, {ABOVE, 7}}, 2, &list) == 2);
	CHECK(is(&list, 0, PV_BY_RANK, 3, SPONSOR, CURRENCY(120)));
	CHECK(is(&list, 1, PV_BY_PEER, 3, ABOVE, CURRENCY(10)));
	policy.commission.nranks = 0;
	CHECK(walk(&policy, CURRENCY(1000), equal, 4, &list) == 0);
}

/* The walk up is over as soon as nobody can earn any more. */
static void
test_line_may_earn(void)
{
	PvPolicy policy = make_policy();
	PvCommissions list = {0};
	PvPayout payout = pv_payout(&policy, CURRENCY(1000), &list);

	CHECK(pv_line_may_earn(&payout) && pv_region_may_earn(&payout));
	pv_pay_above(&payout, SPONSOR, 3);
	CHECK(pv_line_may_earn(&payout)); /* the peer is to come */
	pv_pay_above(&payout, ABOVE, 3);
	CHECK(!pv_line_may_earn(&payout) && pv_region_may_earn(&payout));

	policy.commission.rank_peer_rate = 0;
	payout = pv_payout(&policy, CURRENCY(1000), &list);
	pv_pay_above(&payout, SPONSOR, 2);
	CHECK(pv_line_may_earn(&payout));
	pv_pay_above(&payout, ABOVE, 3);
	CHECK(!pv_line_may_earn(&payout));

	policy.commission.nranks = 0;
	payout = pv_payout(&policy, CURRENCY(1000), &list);
	CHECK(!pv_line_may_earn(&payout) && pv_region_may_earn(&payout));
	policy.commission.region_rates = (PvRegionRates){0};
	CHECK(!pv_region_may_earn(&payout));

	policy = make_policy();
	policy.commission.budget_rate = RATE(0.05);
	payout = pv_payout(&policy, CURRENCY(1000), &list);
	pv_pay_sponsors(&payout, SPONSOR, ABOVE);
	CHECK(payout.left == 0 && !pv_line_may_earn(&payout) && !pv_region_may_earn(&payout));
}

/* The budget ends in the middle of one; what a rank earned counts as paid all the same. */
static void
test_budget(void)
{
	PvPolicy policy = make_policy();
	PvEarners earners = {.direct = SPONSOR,
						 .indirect = ABOVE,
						 .line = (PvAbove[]){{SPONSOR, 1}, {ABOVE, 2}, {HIGHER, 2}},
						 .nline = 3,
						 .agents = {DISTRICT_AGENT, CITY_AGENT, PROVINCE_AGENT}};
	PvCommissions list = {0};
	int64_t rest;

	policy.commission.budget_rate = RATE(0.08);
	CHECK(pv_commissions(&policy, CURRENCY(1000), &earners, NULL, &list, &rest) && list.count == 3);
	CHECK(is(&list, 2, PV_BY_RANK, 1, SPONSOR, CURRENCY(10)) && rest == 0);

	/* the second rank is due 40 and gets 20; with more there is something left for its peer */
	policy.commission.budget_rate = RATE(0.05);
	CHECK(walk(&policy, CURRENCY(1000), (PvAbove[]){{SPONSOR, 1}, {ABOVE, 2}}, 2, &list) == 2);
	CHECK(is(&list, 0, PV_BY_RANK, 1, SPONSOR, CURRENCY(30)));
	CHECK(is(&list, 1, PV_BY_RANK, 2, ABOVE, CURRENCY(20)));
	policy.commission.budget_rate = RATE(0.075);
	CHECK(walk(&policy, CURRENCY(1000), earners.line, 3, &list) == 3);
	CHECK(is(&list, 2, PV_BY_PEER, 2, HIGHER, CURRENCY(5)));
}

/* Each is rounded down by itself, on the amount; a rank that is paid nothing is paid all the same. */
static void
test_rounding(void)
{
	PvPolicy policy = make_policy();
	PvCommissions list = {0};
	PvEarners earners = {.direct = SPONSOR, .indirect = ABOVE};
	int64_t rest;

	CHECK(pv_commissions(&policy, 99, &earners, NULL, &list, &rest));
	/* ⌊29.7⌋ = 29: ⌊4.95⌋, ⌊1.98⌋, ⌊2.97⌋ */
	CHECK(list.count == 3 && is(&list, 0, PV_DIRECT, 0, SPONSOR, 4));
	CHECK(is(&list, 1, PV_INDIRECT, 0, ABOVE, 1) && is(&list, 2, PV_SHAREHOLDERS, 0, 0, 2));
	CHECK(rest == 22);
	/* ⌊.9⌋ of the first, then ⌊1.2⌋ and not ⌊2.1⌋ */
	CHECK(walk(&policy, 30, (PvAbove[]){{SPONSOR, 1}, {ABOVE, 2}}, 2, &list) == 1);
	CHECK(is(&list, 0, PV_BY_RANK, 2, ABOVE, 1));
	list.count = 0;
	CHECK(pv_commissions(&policy, MAX, &earners, NULL, &list, &rest));
	policy.commission.budget_rate = PV_ONE_RATE;
	list.count = 0;
	CHECK(pv_commissions(&policy, MAX, &earners, NULL, &list, &rest));
}

/* A purchase of 1000 of a buyer who is the agent of the city, whose sponsor has a rank too. */
typedef struct Sold
{
	PvPolicy policy;
	PvVault vault;
	PvMember members[PROVINCE_AGENT + 1];
	PvEarners earners;
	PvParty parties[PROVINCE_AGENT];
	PvEvent event;
	PvEffect effect;
	PvError error;
} Sold;

static Sold *
sell(void)
{
	static const PvAbove line[] = {{SPONSOR, 1}, {HIGHER, 3}};
	Sold *sold = calloc(1, sizeof(Sold));

	sold->policy = make_policy();
	for (int i = BUYER; i <= PROVINCE_AGENT; i++)
		sold->members[i].id = i;
	sold->earners = (PvEarners){.direct = SPONSOR,
								.indirect = ABOVE,
								.line = (PvAbove *) line,
								.nline = 2,
								.agents = {DISTRICT_AGENT, BUYER, 0}};
	sold->event = (PvEvent){.kind = PV_KIND_PURCHASE,
							.seq = 1,
							.amount = CURRENCY(1000),
							.parties = {sold->parties, 0, PROVINCE_AGENT},
							.earners = &sold->earners};
	(void) pv_add_party(&sold->event.parties, PV_OWN, &sold->members[BUYER]);
	(void) pv_add_party(&sold->event.parties, PV_SPONSOR, &sold->members[SPONSOR]);
	(void) pv_add_party(&sold->event.parties, PV_EARNER, &sold->members[ABOVE]);
	(void) pv_add_party(&sold->event.parties, PV_EARNER, &sold->members[HIGHER]);
	(void) pv_add_party(&sold->event.parties, PV_EARNER, &sold->members[DISTRICT_AGENT]);
	sold->error = pv_apply(&sold->policy, &sold->vault, &sold->event, &sold->effect);
	return sold;
}

/* One member is one party: what it earns in several ways is summed up. */
static void
test_purchase(void)
{
	Sold *sold = sell();
	PvVault before = {0};
	PvEvent event = sold->event;

	CHECK(sold->error == PV_OK && sold->effect.commissions.count == 7);
	CHECK(sold->members[BUYER].has.cash == CURRENCY(15));
	CHECK(sold->members[SPONSOR].has.cash == CURRENCY(80));
	CHECK(sold->members[ABOVE].has.cash == CURRENCY(20));
	CHECK(sold->members[HIGHER].has.cash == CURRENCY(90));
	CHECK(sold->members[DISTRICT_AGENT].has.cash == CURRENCY(20));
	CHECK(sold->vault.shareholders == CURRENCY(30) && sold->vault.platform == CURRENCY(45));
	CHECK(sold->vault.cash == CURRENCY(225));

	/* one who earned and takes no part: nothing changes */
	event.parties.count = 4;
	sold->vault = before;
	CHECK(pv_apply(&sold->policy, &sold->vault, &event, &sold->effect) == PV_INCOMPLETE);
	CHECK(memcmp(&sold->vault, &before, sizeof(before)) == 0);
	CHECK(sold->members[SPONSOR].has.cash == CURRENCY(80));

	/* nor where a balance does not fit, which is found last */
	event = sold->event;
	sold->vault = (PvVault){.shareholders = MAX};
	CHECK(pv_apply(&sold->policy, &sold->vault, &event, &sold->effect) == PV_OUT_OF_RANGE);
	CHECK(sold->vault.shareholders == MAX && sold->members[SPONSOR].has.cash == CURRENCY(80));

	/* without the section nobody earns, and nobody is asked */
	sold->policy.has_commission = false;
	sold->vault = before;
	event.earners = NULL;
	CHECK(pv_apply(&sold->policy, &sold->vault, &event, &sold->effect) == PV_OK);
	CHECK(sold->effect.commissions.count == 0 && sold->vault.platform == 0);
}

static PvError
take_back(Sold *sold, PvSale *sale, int64_t amount, PvEffect *effect)
{
	PvEvent event = sold->event;
	PvError error;

	event.kind = PV_KIND_REFUND;
	event.earners = NULL;
	event.sale = sale;
	event.amount = amount;
	error = pv_apply(&sold->policy, &sold->vault, &event, effect);
	if (error == PV_OK)
		sale->refunded += amount;
	return error;
}

/*
 * Refunds take back what was paid, each in proportion, whatever the policy says now: out of
 * cash that may fall below 0, to the platform; all parts add up to the whole.
 */
static void
test_refund(void)
{
	Sold *sold = sell();
	PvSalePart parts[2] = {{.role = PV_OWN, .member = BUYER},
						   {.role = PV_SPONSOR, .member = SPONSOR}};
	PvSale sale = {.seq = 1,
				   .amount = CURRENCY(1000),
				   .parts = parts,
				   .nparts = 2,
				   .commissions = sold->effect.commissions};
	PvEffect effect;

	sold->policy = (PvPolicy){.version = 2};
	sold->members[HIGHER].has.cash = CURRENCY(1);
	sold->vault.cash -= CURRENCY(89);
	CHECK(take_back(sold, &sale, CURRENCY(333.3333), &effect) == PV_OK);
	CHECK(effect.commissions.count == 7);
	CHECK(is(&effect.commissions, 0, PV_DIRECT, 0, SPONSOR, -CURRENCY(16.6666)));
	CHECK(is(&effect.commissions, 3, PV_BY_RANK, 3, HIGHER, -CURRENCY(29.9999)));
	CHECK(is(&effect.commissions, 6, PV_SHAREHOLDERS, 0, 0, -CURRENCY(9.9999)));
	CHECK(sold->members[HIGHER].has.cash == -CURRENCY(28.9999));
	CHECK(effect.fee == CURRENCY(4.9999)); /* what the buyer earned as an agent */
	CHECK(take_back(sold, &sale, 1, &effect) == PV_OK);
	CHECK(take_back(sold, &sale, CURRENCY(666.6666), &effect) == PV_OK);
	CHECK(sold->members[BUYER].has.cash == 0 && sold->members[SPONSOR].has.cash == 0);
	CHECK(sold->members[HIGHER].has.cash == -CURRENCY(89));
	CHECK(sold->vault.shareholders == 0 && sold->vault.platform == CURRENCY(300));
	CHECK(take_back(sold, &sale, 1, &effect) == PV_REFUNDED_ALREADY);
}

/* Of the shareholder pool as far as the open one has it. */
static void
test_refund_after_close(void)
{
	Sold *sold = sell();
	PvSalePart part = {.role = PV_OWN, .member = BUYER};
	PvSale sale = {.seq = 1,
				   .amount = CURRENCY(1000),
				   .parts = &part,
				   .nparts = 1,
				   .commissions = sold->effect.commissions};
	PvEffect effect;

	sold->vault.shareholders = CURRENCY(12);
	CHECK(take_back(sold, &sale, CURRENCY(500), &effect) == PV_OK);
	CHECK(is(&effect.commissions, 6, PV_SHAREHOLDERS, 0, 0, -CURRENCY(12)));
	CHECK(take_back(sold, &sale, CURRENCY(500), &effect) == PV_OK);
	CHECK(effect.commissions.count == 6 && sold->vault.shareholders == 0);
}

/* C6a, C7: shared out over all shares; what is left goes where the cycle's goes. */
static void
test_close(void)
{
	PvPolicy policy = make_policy();
	PvVault vault = {.shareholders = CURRENCY(10)};
	PvDay day = {.all_shares = 3,
				 .shareholder_pool = CURRENCY(10),
				 .shareholder_paid = CURRENCY(9.9999)};
	PvEvent event = {.kind = PV_KIND_CLOSE, .day = &day};
	PvEffect effect;
	int64_t due;

	CHECK(pv_shareholder_due(&day, 1, &due) && due == CURRENCY(3.3333));
	CHECK(pv_shareholder_due(&day, 2, &due) && due == CURRENCY(6.6666));
	CHECK(pv_shareholder_due(&day, 0, &due) && due == 0);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(vault.shareholders == 0 && vault.cash == CURRENCY(9.9999) && vault.platform == 1);
	CHECK(effect.cash == 0); /* which is of the cycle alone */

	policy.has_cycle = true;
	policy.cycle.unallocated = PV_UNALLOCATED_CARRY;
	vault = (PvVault){.shareholders = CURRENCY(10)};
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(vault.dividends == 1 && vault.platform == 0);

	/* nobody has shares */
	day = (PvDay){0};
	vault = (PvVault){.shareholders = CURRENCY(10)};
	CHECK(pv_shareholder_due(&day, 1, &due) && due == 0);
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(vault.dividends == CURRENCY(10) && day.shareholder_pool == CURRENCY(10));

	/* more than there is: damaged data */
	day.shareholder_paid = CURRENCY(10) + 1;
	vault = (PvVault){.shareholders = CURRENCY(10)};
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BEYOND_POOLS);
	CHECK(vault.shareholders == CURRENCY(10));
}

/* Both are posted at once, and quota goes for the cycle's part alone. */
static void
test_posting(void)
{
	PvPolicy policy = make_policy();
	PvMember member = {.id = 1, .has = {.quota = CURRENCY(5), .shares = 1}};
	PvVault vault = {.cash = CURRENCY(9)};
	PvEvent event = {.kind = PV_KIND_DIVIDEND,
					 OWN(&member),
					 .assets = {.cash = CURRENCY(9), .quota = -CURRENCY(2)}};
	PvEffect effect;

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK && effect.cash == CURRENCY(9));
	CHECK(member.has.cash == CURRENCY(9) && member.has.quota == CURRENCY(3));
	CHECK(vault.cash == CURRENCY(9));
	event.assets.quota = -CURRENCY(9) - 1;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_INCOMPLETE);
	event.assets.quota = 1;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_INCOMPLETE);
	event.assets.cash = 0;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BAD_AMOUNT);
}

void
test_commission(void)
{
	test_order();
	test_nobody();
	test_ranks_and_peers();
	test_line_may_earn();
	test_budget();
	test_rounding();
	test_purchase();
	test_refund();
	test_refund_after_close();
	test_close();
	test_posting();
}
