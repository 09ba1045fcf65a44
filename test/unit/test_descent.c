/* Who stands below whom (M2), and what all below have (L4). */
#include "unit.h"

#include "engine/descent.h"
#include "engine/memory.h"

#include <stdlib.h>

static PvDescent
descend(int32_t *above, int32_t count, bool *sound)
{
	PvDescent descent = {.count = count, .above = above};

	*sound = pv_descend(&descent);
	return descent;
}

static void
forget(PvDescent *descent)
{
	pv_free(descent->upward);
	pv_free(descent->depth);
	pv_free(descent->below);
	pv_free(descent->levels);
}

/* 0 brought 1 and 3, 3 brought 2 and 4, 4 brought 5, whatever their order; 6 is alone. */
static void
test_tree(void)
{
	int32_t above[] = {PV_NOBODY, 0, 3, 0, 3, 4, PV_NOBODY};
	const int32_t depth[] = {0, 1, 2, 1, 2, 3, 0};
	const int32_t below[] = {5, 0, 0, 3, 1, 0, 0};
	const int32_t levels[] = {3, 0, 0, 2, 1, 0, 0};
	const int64_t own[] = {1, 10, 100, 1000, 10000, 100000, 7};
	const int64_t team[] = {111110, 0, 0, 110100, 100000, 0, 0};
	int64_t sums[7];
	bool sound;
	PvDescent descent = descend(above, 7, &sound);

	CHECK(sound);
	CHECK(pv_sum_below(&descent, own, sums));
	for (int i = 0; i < 7; i++)
	{
		CHECK(descent.depth[i] == depth[i]);
		CHECK(descent.below[i] == below[i]);
		CHECK(descent.levels[i] == levels[i]);
		CHECK(sums[i] == team[i]);
	}
	forget(&descent);
}

/* A chain that no recursion would survive, and its worst order. */
static void
test_chain(void)
{
	enum
	{
		LONG = 1000000
	};
	int32_t *above = malloc(sizeof(int32_t) * LONG);
	bool sound;
	PvDescent descent;

	for (int32_t i = 0; i < LONG; i++)
		above[i] = i + 1 < LONG ? i + 1 : PV_NOBODY;
	descent = descend(above, LONG, &sound);
	CHECK(sound);
	CHECK(descent.depth[0] == LONG - 1 && descent.below[0] == 0);
	CHECK(descent.depth[LONG - 1] == 0 && descent.below[LONG - 1] == LONG - 1);
	CHECK(descent.levels[LONG - 1] == LONG - 1);
	forget(&descent);
	free(above);
}

static void
test_rings(void)
{
	int32_t two[] = {1, 0, PV_NOBODY};
	int32_t itself[] = {PV_NOBODY, 1};
	int32_t below[] = {1, 2, 1}; /* 0 stands below a ring */
	bool sound;
	PvDescent descent;

	descent = descend(two, 3, &sound);
	CHECK(!sound);
	forget(&descent);
	descent = descend(itself, 2, &sound);
	CHECK(!sound);
	forget(&descent);
	descent = descend(below, 3, &sound);
	CHECK(!sound);
	forget(&descent);
}

static void
test_edges(void)
{
	int32_t above[] = {PV_NOBODY, 0, 0};
	const int64_t own[] = {0, INT64_MAX, 1};
	int64_t sums[3];
	bool sound;
	PvDescent descent = descend(NULL, 0, &sound);

	CHECK(sound);
	forget(&descent);
	descent = descend(above, 3, &sound);
	CHECK(sound);
	CHECK(!pv_sum_below(&descent, own, sums));
	forget(&descent);
}

void
test_descent(void)
{
	test_tree();
	test_chain();
	test_rings();
	test_edges();
}
