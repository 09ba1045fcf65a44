/* One member becomes another: all it had goes over; a refund of what both took part in. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "engine/sale.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

static const PvPolicy policy = {.has_growth = true,
								.growth = {.pool_rate = 300000,
										   .mint_rate = 700000,
										   .referral_mint_rate = 100000,
										   .start_price = CURRENCY(1),
										   .issue_cap = PV_UNSET,
										   .exit_multiple = 3000000,
										   .exit_basis = PV_EXIT_BY_MEMBER,
										   .exit_fee_rate = PV_UNSET},
								.has_cycle = true,
								.cycle = {.quota_multiple = 2000000,
										  .share_price = CURRENCY(100),
										  .referral_quota_rate = 100000,
										  .referral_share_rate = 100000,
										  .weight_pool_rate = 300000}};

static PvError
merge(PvVault *vault, PvMember *from, PvMember *into, int64_t seq, PvEffect *effect)
{
	PvEvent event = {.kind = PV_KIND_MERGE, .seq = seq, OWN_AND(from, PV_HEIR, into)};

	event.parties.list[0].id = from->id;
	event.parties.list[1].id = into->id;
	return pv_apply(&policy, vault, &event, effect);
}

static void
add_lot(PvMember *member, int64_t seq, int64_t points, int64_t limit)
{
	PvLot lot = {.seq = seq, .left = points, .minted = points, .limit = limit};

	(void) pv_bring_points(member, lot);
	member->has.points += points;
}

/* Pool, points and price stay, and nothing is left with the one. */
static void
test_all_of_it(void)
{
	PvVault vault = {.pool = CURRENCY(90), .circulating = POINTS(40), .cash = CURRENCY(3)};
	PvVault before = vault;
	PvMember from = {
		.id = 1,
		.has = {.credits = 5, .cash = -CURRENCY(2), .reward = 7, .quota = 8, .shares = 3},
		.spent = CURRENCY(60)};
	PvMember into = {.id = 2,
					 .has = {.cash = CURRENCY(5), .quota = 1, .shares = 1},
					 .spent = CURRENCY(70)};
	PvEffect effect;

	add_lot(&from, 3, POINTS(10), CURRENCY(30));
	add_lot(&from, 6, POINTS(5), CURRENCY(20));
	add_lot(&into, 4, POINTS(25), CURRENCY(900));
	CHECK(merge(&vault, &from, &into, 9, &effect) == PV_OK);
	CHECK(memcmp(&vault, &before, sizeof(vault)) == 0);
	CHECK(effect.points == POINTS(15) && from.merged_into == 2);
	CHECK(from.has.points == 0 && from.has.credits == 0 && from.has.cash == 0 &&
		  from.has.reward == 0 && from.has.quota == 0 && from.has.shares == 0 && from.spent == 0);
	CHECK(from.nlots == 0 && from.limit == 0 && from.exit_floor.points == 0 && from.lots_dropped);
	CHECK(into.has.points == POINTS(40) && into.has.credits == 5 && into.has.cash == CURRENCY(3) &&
		  into.has.reward == 7 && into.has.quota == 9);
	/* C1: 60 and 70 toward a share of 100 are one, and 30 */
	CHECK(into.has.shares == 5 && into.spent == CURRENCY(30));
	/* as old as they are */
	CHECK(into.nlots == 3 && into.lots[0].seq == 3 && into.lots[1].seq == 4 &&
		  into.lots[2].seq == 6);
	CHECK(into.limit == CURRENCY(950) && into.exit_floor.amount == CURRENCY(950));
	CHECK(pv_take_points(&into, POINTS(12), 0) == PV_OK && into.lots[1].left == POINTS(23));
}

/* Of one purchase the buyer's lot stays, whoever takes over; the sponsor's is the merge's. */
static void
test_both_lots(bool buyer_takes_over)
{
	PvVault vault = {.pool = CURRENCY(90), .circulating = POINTS(40)};
	PvMember buyer = {.id = 1};
	PvMember sponsor = {.id = 2};
	PvMember *into = buyer_takes_over ? &buyer : &sponsor;
	PvEffect effect;

	add_lot(&buyer, 3, POINTS(20), CURRENCY(300));
	add_lot(&buyer, 5, POINTS(2), CURRENCY(30));
	add_lot(&sponsor, 3, POINTS(4), CURRENCY(12));
	add_lot(&sponsor, 5, POINTS(1), CURRENCY(3));
	CHECK(pv_take_points(&sponsor, POINTS(1), 0) == PV_OK); /* counts 9 now */
	sponsor.has.points -= POINTS(1);
	sponsor.lots[0].referral = sponsor.lots[1].referral = true;
	sponsor.lots[0].held = sponsor.lots[1].held = true;
	sponsor.lots[0].free_on = 40;
	sponsor.lots[1].free_on = 30;
	for (int i = 0; i < 2; i++)
		buyer.lots[i].stored = sponsor.lots[i].stored = true;
	CHECK(merge(&vault, buyer_takes_over ? &sponsor : &buyer, into, 9, &effect) == PV_OK);
	CHECK(into->has.points == POINTS(26) && into->limit == CURRENCY(300 + 30 + 9 + 3));
	CHECK(pv_find_lot(into, 3)->left == POINTS(20) && pv_find_lot(into, 5)->left == POINTS(2));
	CHECK(pv_find_lot(into, 3)->stored == buyer_takes_over);
	CHECK(pv_find_lot(into, 9)->left == POINTS(4) && pv_find_lot(into, 9)->minted == POINTS(4) &&
		  pv_find_lot(into, 9)->limit == CURRENCY(12) && !pv_find_lot(into, 9)->alone);
	CHECK(pv_find_lot(into, 9)->held && pv_find_lot(into, 9)->free_on == 40); /* G16 */
	/* the rows of the sponsor's own lots still have to go */
	CHECK(into->nlots == (buyer_takes_over ? 3 : 5));
}

static void
test_refusals(void)
{
	PvVault vault = {.pool = CURRENCY(90), .circulating = POINTS(40)};
	PvMember from = {.id = 1, .has = {.quota = 1}, .spent = 5};
	PvMember into = {.id = 2, .has = {.quota = INT64_MAX}, .spent = 6};
	PvEffect effect;

	add_lot(&from, 3, POINTS(10), 0);
	CHECK(merge(&vault, &from, &from, 9, &effect) == PV_SAME_MEMBER);
	CHECK(merge(&vault, &from, &into, 9, &effect) == PV_OUT_OF_RANGE);
	CHECK(from.has.quota == 1 && from.spent == 5 && from.nlots == 1 && from.merged_into == 0);
	CHECK(into.has.quota == INT64_MAX && into.spent == 6 && into.nlots == 0 &&
		  into.has.points == 0);
}

/*
 * G15 where buyer and sponsor are one by now: quota and shares fall by both parts one after
 * the other, never below 0, and the sponsor's points are bought back, not taken from the
 * buyer's lot.
 */
static void
test_refund_of_one(void)
{
	PvVault vault = {0};
	PvMember buyer = {.id = 1};
	PvMember sponsor = {.id = 2};
	PvEvent event = {.kind = PV_KIND_PURCHASE,
					 .seq = 3,
					 .amount = CURRENCY(1000),
					 OWN_AND(&buyer, PV_SPONSOR, &sponsor)};
	PvSale sale = {.seq = 3, .amount = CURRENCY(1000), .contribution = CURRENCY(300)};
	PvEffect effect;

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(buyer.has.points == POINTS(210) && sponsor.has.points == POINTS(30));
	CHECK(buyer.has.shares == 10 && sponsor.has.shares == 1);
	(void) pv_add_sale_part(&sale, PV_OWN, 1, buyer.has.points);
	(void) pv_add_sale_part(&sale, PV_SPONSOR, 2, sponsor.has.points);
	pv_sale_promises(&policy, &sale);
	sponsor.lots[0].referral = true;
	CHECK(merge(&vault, &sponsor, &buyer, 4, &effect) == PV_OK);
	CHECK(buyer.has.points == POINTS(240) && buyer.has.shares == 11);
	buyer.has.quota = CURRENCY(2050); /* 50 were paid out */

	event = (PvEvent){.kind = PV_KIND_REFUND,
					  .seq = 5,
					  .amount = CURRENCY(1000),
					  .sale = &sale,
					  OWN_AND(&buyer, PV_SPONSOR, &buyer)};
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(effect.points == POINTS(210) && buyer.has.points == POINTS(30));
	CHECK(buyer.has.quota == 0 && buyer.has.shares == 0 && buyer.spent == 0);
	CHECK(event.parties.list[1].change.points == 0 &&
		  event.parties.list[1].change.quota == -CURRENCY(50) &&
		  event.parties.list[1].change.shares == -1);
	/* 30 points at 1.25, and 50 of quota that were paid out */
	CHECK(event.parties.list[1].change.cash == -(CURRENCY(375) / 10) - CURRENCY(50));
	CHECK(buyer.has.cash == event.parties.list[0].change.cash + event.parties.list[1].change.cash);
}

void
test_merge(void)
{
	test_all_of_it();
	test_both_lots(true);
	test_both_lots(false);
	test_refusals();
	test_refund_of_one();
}
