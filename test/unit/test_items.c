/* Collectibles (N1 to N4) at their edges. */
#include "unit.h"

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/items.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/policy.h"

#include <string.h>

#define CURRENCY(x) ((int64_t) ((x) *INT64_C(10000)))
#define POINTS(x) ((int64_t) ((x) *INT64_C(100000000)))

static const PvPolicy policy = {.has_growth = true,
								.growth = {.pool_rate = 300000,
										   .mint_rate = 700000,
										   .goods_fee_rate = 30000,
										   .start_price = 10000,
										   .issue_cap = PV_UNSET,
										   .exit_multiple = PV_UNSET,
										   .exit_fee_rate = PV_UNSET}};

static const PvSeries series = {.id = 9,
								.supply = 3,
								.issued = 1,
								.price = POINTS(2),
								.fee_rate = 25000,
								.uses = 2,
								.in_points = true,
								.transferable = true};

static PvMember ann, bob;
static PvVault vault;
static PvEffect effect;

/* A price that divides badly: 3 for 7 points, all ann's; both have credits. */
static void
begin(void)
{
	vault = (PvVault){.pool = CURRENCY(3),
					  .circulating = POINTS(7),
					  .issued = POINTS(7),
					  .credits = CURRENCY(2)};
	memset(&ann, 0, sizeof(ann));
	memset(&bob, 0, sizeof(bob));
	ann.id = 1;
	bob.id = 2;
	ann.has.points = POINTS(7);
	(void) pv_add_lot(&ann, (PvLot){.seq = 1, .left = POINTS(7), .minted = POINTS(7)});
	ann.has.items = 1;
	ann.has.credits = bob.has.credits = CURRENCY(1);
}

static PvError
run(PvEvent event)
{
	event.seq = 20;
	return pv_apply(&policy, &vault, &event, &effect);
}

static PvError
claim(PvSeries of)
{
	begin();
	return run((PvEvent){.kind = PV_KIND_CLAIM, OWN(&ann), .series = &of});
}

/* N1: the price itself, or what is worth it, redeemed as for goods. */
static void
test_claim(void)
{
	PvSeries of = series;

	CHECK(claim(of) == PV_OK);
	CHECK(effect.item == 2 && effect.points == POINTS(2) && effect.series == 9);
	CHECK(effect.amount == 8571 && effect.fee == 258 && effect.cash == 8313);
	CHECK(vault.platform == 8313 && vault.pool == CURRENCY(3) - 8313);
	CHECK(vault.circulating == POINTS(5) && ann.has.points == POINTS(5) && ann.has.cash == 0);
	CHECK(ann.has.items == 2 && effect.stands.owner == 1 && effect.stands.since == 20);

	of.in_points = false;
	of.price = CURRENCY(1);
	CHECK(claim(of) == PV_OK); /* rounded up: 2.33333334 points are worth 1 */
	CHECK(effect.points == 233333334 && effect.amount == CURRENCY(1));

	/* worth nothing after the fee, more than there is, nothing circulates */
	of = series;
	of.price = 1;
	CHECK(claim(of) == PV_NET_OF_ZERO && ann.has.items == 1 && vault.pool == CURRENCY(3));
	of.price = POINTS(7) + 1;
	CHECK(claim(of) == PV_TOO_FEW_POINTS);
	of.in_points = false;
	of.price = INT64_MAX;
	CHECK(claim(of) == PV_OUT_OF_RANGE);
	begin();
	vault.circulating = vault.pool = 0;
	of.price = CURRENCY(1);
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM, OWN(&ann), .series = &of}) == PV_NOTHING_CIRCULATES);
}

/* N1: who gets one, and how many there are. */
static void
test_terms(void)
{
	PvSeries of = series;

	of.min_spent = 100;
	begin();
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM, OWN(&ann), .series = &of, .spent = 99}) ==
		  PV_SPENT_TOO_LITTLE);
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM, OWN(&ann), .series = &of, .spent = 100}) == PV_OK);
	of = series;
	begin();
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM,
						OWN(&ann),
						.series = &of,
						.has_most = true,
						.most = POINTS(2) - 1}) == PV_GUARD_NOT_MET);
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM,
						OWN(&ann),
						.series = &of,
						.has_most = true,
						.most = POINTS(2)}) == PV_OK);
	of.issued = 2;
	CHECK(claim(of) == PV_OK && effect.item == 3);
	of.issued = 3;
	CHECK(claim(of) == PV_BEYOND_SUPPLY);
	begin();
	CHECK(run((PvEvent){.kind = PV_KIND_ISSUE_ITEM, OWN(&bob), .series = &of}) == PV_BEYOND_SUPPLY);
	of.issued = 0;
	of.min_spent = INT64_MAX; /* which a gift does not ask for */
	CHECK(run((PvEvent){.kind = PV_KIND_ISSUE_ITEM, OWN(&bob), .series = &of}) == PV_OK);
	CHECK(effect.item == 1 && bob.has.items == 1 && vault.pool == CURRENCY(3));
	of.closed = true;
	CHECK(claim(of) == PV_SERIES_CLOSED);
	CHECK(run((PvEvent){.kind = PV_KIND_ISSUE_ITEM, OWN(&bob), .series = &of}) == PV_SERIES_CLOSED);
	begin();
	ann.has.cash = -1; /* G13 */
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM, OWN(&ann), .series = &series}) == PV_CASH_OWED);
	CHECK(run((PvEvent){.kind = PV_KIND_CLAIM, OWN(&ann)}) == PV_INCOMPLETE);
}

static PvError
act(PvKind kind, const PvSeries *of, PvItem item, PvMember *own, PvRole role, PvMember *other,
	int64_t amount)
{
	PvParty parties[2];
	PvEvent event = {
		.kind = kind, .parties = {parties, 0, 2}, .series = of, .item = &item, .amount = amount};

	(void) pv_add_party(&event.parties, PV_OWN, own);
	if (other)
		(void) pv_add_party(&event.parties, role, other);
	return run(event);
}

#define TRANSFER(of, item, own, other) act(PV_KIND_TRANSFER_ITEM, of, item, own, PV_PAYEE, other, 0)
#define LIST(of, item, own, price) act(PV_KIND_LIST_ITEM, of, item, own, 0, NULL, price)
#define UNLIST(of, item, own) act(PV_KIND_UNLIST_ITEM, of, item, own, 0, NULL, 0)
#define BUY(of, item, own, other) act(PV_KIND_BUY_ITEM, of, item, own, PV_SELLER, other, 0)
#define USE(of, item, own) act(PV_KIND_USE_ITEM, of, item, own, 0, NULL, 0)

/* N2 to N4: whose it is, and what holds it. */
static void
test_states(void)
{
	const PvItem held = {.serial = 1, .owner = 1, .since = 3, .seq = 3};
	PvItem listed = held;
	PvItem used_up = held;
	PvSeries bound = series;
	PvSeries endless = series;

	begin();
	listed.listed = 7;
	used_up.used = 2;
	bound.transferable = false;
	endless.uses = PV_UNSET;
	CHECK(TRANSFER(&series, held, &bob, &ann) == PV_NOT_OWNER);
	CHECK(TRANSFER(&series, held, &ann, &ann) == PV_SAME_MEMBER);
	CHECK(TRANSFER(&series, listed, &ann, &bob) == PV_ITEM_LISTED);
	CHECK(TRANSFER(&series, used_up, &ann, &bob) == PV_ITEM_USED_UP);
	CHECK(TRANSFER(&bound, held, &ann, &bob) == PV_NOT_TRANSFERABLE);
	CHECK(ann.has.items == 1 && bob.has.items == 0);
	CHECK(TRANSFER(&series, held, &ann, &bob) == PV_OK);
	CHECK(ann.has.items == 0 && bob.has.items == 1);
	CHECK(effect.stands.owner == 2 && effect.stands.since == 20 && effect.stands.seq == 20);

	CHECK(LIST(&series, held, &ann, 0) == PV_BAD_AMOUNT);
	CHECK(LIST(&series, held, &bob, 1) == PV_NOT_OWNER);
	CHECK(LIST(&series, listed, &ann, 1) == PV_ITEM_LISTED);
	CHECK(LIST(&series, used_up, &ann, 1) == PV_ITEM_USED_UP);
	CHECK(LIST(&bound, held, &ann, 1) == PV_NOT_TRANSFERABLE);
	CHECK(LIST(&series, held, &ann, 5) == PV_OK && effect.amount == 5);
	CHECK(effect.stands.listed == 5 && effect.stands.since == 3 && effect.stands.seq == 20);

	CHECK(UNLIST(&series, held, &ann) == PV_NOT_LISTED);
	CHECK(UNLIST(&series, listed, &bob) == PV_NOT_OWNER);
	CHECK(UNLIST(&series, listed, &ann) == PV_OK && effect.amount == 7);
	CHECK(effect.stands.listed == 0 && effect.stands.owner == 1);

	CHECK(USE(&series, held, &bob) == PV_NOT_OWNER);
	CHECK(USE(&series, listed, &ann) == PV_ITEM_LISTED);
	CHECK(USE(&series, used_up, &ann) == PV_ITEM_USED_UP);
	CHECK(USE(&series, held, &ann) == PV_OK && effect.stands.used == 1);
	CHECK(!pv_item_is_used_up(&series, &effect.stands));
	CHECK(USE(&series, effect.stands, &ann) == PV_OK && effect.stands.used == 2);
	CHECK(pv_item_is_used_up(&series, &effect.stands));
	CHECK(USE(&endless, used_up, &ann) == PV_OK && effect.stands.used == 3);
}

/* N3: price and fee; what is sold is not listed any more. */
static void
test_trade(void)
{
	const PvItem held = {.serial = 1, .owner = 1};
	PvItem listed = held;
	PvSeries dear = series;

	begin();
	listed.listed = 7;
	listed.used = 1;
	CHECK(BUY(&series, held, &bob, &ann) == PV_NOT_LISTED);
	CHECK(BUY(&series, listed, &ann, &ann) == PV_SAME_MEMBER);
	listed.listed = CURRENCY(1) + 1;
	CHECK(BUY(&series, listed, &bob, &ann) == PV_TOO_FEW_CREDITS);
	listed.listed = 7;
	CHECK(BUY(&series, listed, &bob, &ann) == PV_OK);
	CHECK(effect.amount == 7 && effect.fee == 1); /* ⌈7 × .025⌉ */
	CHECK(bob.has.credits == CURRENCY(1) - 7 && ann.has.credits == CURRENCY(1) + 6);
	CHECK(vault.credits == CURRENCY(2) - 1);
	CHECK(ann.has.items == 0 && bob.has.items == 1);
	CHECK(effect.stands.listed == 0 && effect.stands.owner == 2 && effect.stands.used == 1);

	/* a fee of all: the seller gets nothing */
	begin();
	dear.fee_rate = PV_ONE_RATE;
	CHECK(BUY(&dear, listed, &bob, &ann) == PV_OK);
	CHECK(effect.fee == 7 && ann.has.credits == CURRENCY(1) && vault.credits == CURRENCY(2) - 7);
}

void
test_items(void)
{
	test_claim();
	test_terms();
	test_states();
	test_trade();
}
