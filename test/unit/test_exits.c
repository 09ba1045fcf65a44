/* The exit queue against a plain search over all candidates. */
#include "unit.h"

#include "engine/event.h"
#include "engine/exits.h"
#include "engine/fixed.h"
#include "engine/lots.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS 40
#define BATCH 3

/* What a store would hold: members by exit floor, loaded a few at a time. */
static PvMember members[MEMBERS];
static PvExitCandidate stored[MEMBERS];
static int nstored;
static int nloaded;

static int
compare_stored(const void *a, const void *b)
{
	const PvExitCandidate *x = a;
	const PvExitCandidate *y = b;
	int order = pv_price_cmp(x->price, y->price);

	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void
refill(PvExitQueue *queue, void *arg)
{
	(void) arg;
	for (int i = 0; i < BATCH && nloaded < nstored; i++, nloaded++)
	{
		queue->frontier = stored[nloaded].price;
		queue->frontier_order = stored[nloaded].order;
		pv_exit_push_new(queue, stored[nloaded].member, 0);
	}
	queue->exhausted = nloaded == nstored;
}

/* Floors at or below the exit price of each member, as stale as they may be. */
static void
make_members(unsigned int *seed)
{
	nstored = nloaded = 0;
	for (int i = 0; i < MEMBERS; i++)
	{
		PvMember *member = &members[i];

		memset(member, 0, sizeof(*member));
		member->id = i + 1;
		member->has.points = rand_r(seed) % 5;
		member->limit = rand_r(seed) % 50;
		if (member->limit > 0 && member->has.points > 0)
			member->exit_floor =
				(PvPrice){rand_r(seed) % (int) (member->limit + 1), member->has.points};
		else if (rand_r(seed) % 2)
			member->exit_floor = (PvPrice){rand_r(seed) % 50, 1};
		if (member->exit_floor.points == 0)
			continue;
		stored[nstored++] =
			(PvExitCandidate){.price = member->exit_floor, .order = member->id, .member = member};
	}
	qsort(stored, nstored, sizeof(stored[0]), compare_stored);
}

/* The member that must go next, by looking at all of them. */
static PvMember *
next_by_search(PvPrice price)
{
	PvMember *best = NULL;

	for (int i = 0; i < MEMBERS; i++)
	{
		PvMember *member = &members[i];
		PvPrice exit = {member->limit, member->has.points};

		if (exit.amount == 0 || exit.points == 0 || pv_price_cmp(exit, price) > 0)
			continue;
		if (!best || pv_price_cmp(exit, (PvPrice){best->limit, best->has.points}) < 0)
			best = member;
	}
	return best;
}

static void
test_against_search(void)
{
	unsigned int seed = 20261121;

	for (int round = 0; round < 2000; round++)
	{
		PvExitQueue queue = {.frontier = {0, 1}};
		PvVault vault = {.pool = rand_r(&seed) % 40, .circulating = 1 + rand_r(&seed) % 3};

		make_members(&seed);
		for (;;)
		{
			PvExitCandidate next;
			PvMember *expected = next_by_search((PvPrice){vault.pool, vault.circulating});
			bool found = pv_exit_next(&queue, &vault, refill, NULL, &next);

			CHECK(found == (expected != NULL));
			if (!found || !expected)
				break;
			CHECK(next.member == expected);
			next.member->has.points = 0;
			pv_drop_all_lots(next.member);
			vault.pool += rand_r(&seed) % 2;
			if (rand_r(&seed) % 4 == 0)
			{
				/* an event gives somebody points at another exit price */
				PvMember *member = &members[rand_r(&seed) % MEMBERS];

				member->has.points += 1 + rand_r(&seed) % 3;
				member->limit += rand_r(&seed) % 60;
				pv_watch_member(member);
				pv_exit_push_new(&queue, member, 0);
			}
		}
	}
}

/* G6, basis order: the lowest price first, then the oldest lot. */
static void
test_lots_in_order(void)
{
	PvMember member = {.id = 1};
	PvExitQueue queue = {.frontier = {0, 1}, .exhausted = true};
	PvVault vault = {.pool = 10, .circulating = 1};
	PvExitCandidate next;
	int64_t limits[] = {4, 2, 2, 11};

	for (int i = 0; i < 4; i++)
	{
		(void) pv_bring_points(
			&member,
			(PvLot){.seq = i + 1, .left = 1, .minted = 1, .limit = limits[i], .alone = true});
		pv_exit_push_new(&queue, &member, i + 1);
	}
	CHECK(pv_exit_next(&queue, &vault, refill, NULL, &next) && next.lot_seq == 2);
	CHECK(pv_exit_next(&queue, &vault, refill, NULL, &next) && next.lot_seq == 3);
	CHECK(pv_exit_next(&queue, &vault, refill, NULL, &next) && next.lot_seq == 1);
	CHECK(!pv_exit_next(&queue, &vault, refill, NULL, &next));
	vault.circulating = 0;
	CHECK(!pv_exit_next(&queue, &vault, refill, NULL, &next));
}

void
test_exits(void)
{
	test_against_search();
	test_lots_in_order();
}
