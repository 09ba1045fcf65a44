/* Lots: order, shares of limits, first in first out. */
#include "unit.h"

#include "engine/event.h"
#include "engine/lots.h"

#include <stdlib.h>

static void
test_order(void)
{
	PvMember member = {.id = 1};
	int64_t seqs[] = {5, 9, 7, 1, 8};

	for (int i = 0; i < 5; i++)
		(void) pv_add_lot(&member, (PvLot){.seq = seqs[i], .left = 1, .minted = 1});
	for (int i = 1; i < 5; i++)
		CHECK(member.lots[i - 1].seq < member.lots[i].seq);
	CHECK(pv_find_lot(&member, 7)->seq == 7);
	CHECK(pv_find_lot(&member, 6) == NULL);
}

/* G6: ⌈L × left / n₀⌉, and the whole L of a lot that was minted nothing. */
static void
test_limits(void)
{
	PvMember member = {.id = 1};

	CHECK(pv_bring_points(&member, (PvLot){.seq = 1, .left = 3, .minted = 3, .limit = 100}) ==
		  PV_OK);
	CHECK(pv_bring_points(&member, (PvLot){.seq = 2, .limit = 50}) == PV_OK);
	CHECK(pv_bring_points(&member, (PvLot){.seq = 3}) == PV_OK);
	CHECK(member.limit == 150 && member.nlots == 2);
	CHECK(pv_take_points(&member, 1, 0) == PV_OK && member.limit == 67 + 50);
	CHECK(pv_take_points(&member, 2, 0) == PV_OK && member.limit == 50);
	CHECK(pv_take_points(&member, 1, 0) == PV_LOTS_DISAGREE);
	CHECK(pv_bring_points(&member, (PvLot){.seq = 4, .left = 1, .minted = 1, .limit = INT64_MAX}) ==
		  PV_OUT_OF_RANGE);
	pv_drop_all_lots(&member);
	CHECK(member.limit == 0 && member.nlots == 0 && member.lots_dropped);
}

static void
test_oldest_first(void)
{
	PvMember member = {.id = 1};

	(void) pv_add_lot(&member, (PvLot){.seq = 1, .left = 10, .minted = 10});
	(void) pv_add_lot(&member, (PvLot){.seq = 2, .left = 10, .minted = 10});
	CHECK(pv_take_points(&member, 12, 0) == PV_OK);
	CHECK(member.lots[0].left == 0 && member.lots[1].left == 8);
}

/* G16, G17: held lots are passed over, and taken by an adjustment alone. */
static void
test_held(void)
{
	PvMember member = {.id = 1};
	int32_t until;

	(void) pv_add_lot(&member,
					  (PvLot){.seq = 1, .left = 10, .minted = 10, .held = true, .free_on = 8});
	(void) pv_add_lot(&member, (PvLot){.seq = 2, .left = 10, .minted = 10});
	(void) pv_add_lot(&member,
					  (PvLot){.seq = 3, .left = 5, .minted = 5, .held = true, .free_on = 9});
	CHECK(pv_points_held(&member, 7, &until) == 15 && until == 9);
	CHECK(pv_points_held(&member, 8, &until) == 5 && until == 9);
	CHECK(pv_points_held(&member, 9, &until) == 0 && until == 9);
	CHECK(pv_take_points(&member, 4, 7) == PV_OK);
	CHECK(member.lots[0].left == 10 && member.lots[1].left == 6);
	CHECK(pv_take_points(&member, 7, 7) == PV_POINTS_HELD);
	CHECK(member.lots[0].left == 10 && member.lots[2].left == 5);
	CHECK(pv_take_points(&member, 12, PV_HELD_OR_NOT) == PV_OK);
	CHECK(member.lots[0].left == 0 && member.lots[2].left == 3);
	CHECK(pv_take_points(&member, 4, PV_HELD_OR_NOT) == PV_LOTS_DISAGREE);
}

void
test_lots(void)
{
	test_held();
	test_order();
	test_limits();
	test_oldest_first();
}
