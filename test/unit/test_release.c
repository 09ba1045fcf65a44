/* Release plans, rewards, and the tree of sponsors at a close (MODEL 6). */
#include "unit.h"

#include "base/lengthof.h"
#include "engine/engine.h"
#include "engine/fixed.h"
#include "engine/memory.h"
#include "engine/release.h"
#include "engine/tree.h"

#include <stddef.h>
#include <string.h>

#define UNIT PV_ONE_CURRENCY

/* A generator of its own, so that a run is the same everywhere. */
static uint64_t seed;

static int64_t
draw(int64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int64_t) ((seed >> 33) % (uint64_t) below);
}

/* --- plans ------------------------------------------------------------------------------- */

/* L1: the highest level that the order reaches. */
static void
test_levels(void)
{
	PvPolicy policy = {.has_release = true,
					   .release = {.nlevels = 2,
								   .levels = {{3000 * UNIT, 2500000}, {9000 * UNIT, 3000000}},
								   .release_rate = 12000}};
	int64_t granted;
	int64_t daily;

	CHECK(pv_plan_promise(&policy, 3000 * UNIT - 1, &granted, &daily) && granted == 0 &&
		  daily == 0);
	CHECK(pv_plan_promise(&policy, 3000 * UNIT, &granted, &daily) && granted == 7500 * UNIT &&
		  daily == 36 * UNIT);
	CHECK(pv_plan_promise(&policy, 9000 * UNIT - 1, &granted, &daily) &&
		  granted == 22499 * UNIT + 9997 && daily == 107 * UNIT + 9999);
	CHECK(pv_plan_promise(&policy, 9000 * UNIT, &granted, &daily) && granted == 27000 * UNIT);
	CHECK(!pv_plan_promise(&policy, INT64_MAX, &granted, &daily));
	policy.has_release = false;
	CHECK(pv_plan_promise(&policy, 9000 * UNIT, &granted, &daily) && granted == 0);
}

/* L6: what is earned by others comes out of the oldest first, and stops at what remains. */
static void
test_oldest_first(void)
{
	PvReleasePlan plans[] = {{.seq = 1, .granted = 100, .daily = 10, .as_of = 4},
							 {.seq = 2, .granted = 50, .daily = 5, .as_of = 4}};
	PvRun run = {.as_of = 4};
	int64_t paid;

	CHECK(pv_plans_release(plans, 2, true, 5, 95, &run, &paid));
	CHECK(paid == 110 && plans[0].released == 100 && plans[1].released == 10);
	CHECK(run.base == 15 && run.plans == 1 && run.ends_on == 6); /* the base is another then */
	CHECK(pv_plans_release(plans, 2, true, 6, 95, &run, &paid));
	CHECK(paid == 40 && plans[1].released == 50 && run.plans == 0 && run.rate == 0);
	CHECK(run.ends_on == 7); /* once more: what it released is nobody's base then */
	CHECK(pv_plans_release(plans, 2, true, 7, 95, &run, &paid) && paid == 0);
	CHECK(run.ends_on == PV_NEVER && run.released == 150);
}

/* Rows that say more was released than there was are refused. */
static void
test_damaged_plan(void)
{
	PvReleasePlan plan = {.granted = 100, .daily = 10, .released = 90, .rate = 10, .as_of = 1};
	PvReleasePlan far = {.granted = INT64_MAX, .rate = INT64_MAX, .as_of = 1};

	CHECK(pv_plan_bring_to(&plan, 2) && plan.released == 100);
	CHECK(!pv_plan_bring_to(&plan, 3));
	CHECK(!pv_plan_bring_to(&far, 3));
}

/*
 * A member's plans day by day against what was foreseen: until the day on which a run ends
 * each plan releases its rate, no more and no less.
 */
static void
test_foreseen(void)
{
	enum
	{
		PLANS = 4,
		DAYS = 60
	};
	bool same = true;

	for (int run_number = 0; run_number < 300; run_number++)
	{
		PvReleasePlan daily[PLANS];
		PvReleasePlan lazy[PLANS];
		PvRun each = {.as_of = 0};
		PvRun run = {.as_of = 0, .ends_on = 1};
		int64_t bonus = draw(3) * draw(40);
		int64_t total = 0;
		int touched = 0;

		for (int i = 0; i < PLANS; i++)
			daily[i] = lazy[i] = (PvReleasePlan){.seq = i, .granted = draw(900), .daily = draw(30)};
		for (int day = 1; day <= DAYS; day++)
		{
			int64_t paid;
			int64_t released;

			same = same && pv_plans_release(daily, PLANS, true, day, bonus, &each, &paid);
			total += paid;
			if (run.ends_on <= day)
			{
				same = same && pv_plans_release(lazy, PLANS, true, day, bonus, &run, &paid);
				touched++;
			}
			for (int i = 0; i < PLANS; i++)
			{
				int64_t one;
				int64_t other;

				same =
					same &&
					pv_released_by(daily[i].released, daily[i].rate, daily[i].as_of, day, &one) &&
					pv_released_by(lazy[i].released, lazy[i].rate, lazy[i].as_of, day, &other) &&
					one == other;
			}
			same = same && pv_released_by(run.released, run.rate, run.as_of, day, &released) &&
				   released == total;
		}
		same = same && touched <= 2 * PLANS + 2; /* as often as something ends */
	}
	CHECK(same);
}

/* Without the section plans stand still, and go on when it is back. */
static void
test_standstill(void)
{
	PvReleasePlan plan = {.granted = 100, .daily = 10, .as_of = 0};
	PvRun run = {.as_of = 0};
	int64_t paid;

	CHECK(pv_plans_release(&plan, 1, true, 1, 0, &run, &paid) && paid == 10 && run.rate == 10);
	CHECK(pv_plans_release(&plan, 1, false, 4, 0, &run, &paid) && paid == 0);
	CHECK(plan.released == 30 && run.released == 30 && run.rate == 0 && run.plans == 1);
	CHECK(pv_plans_release(&plan, 1, true, 9, 5, &run, &paid) && paid == 15);
	CHECK(plan.released == 45 && run.released == 45 && run.rate == 15);
}

/* --- rewards ------------------------------------------------------------------------------ */

static void
test_spending(void)
{
	PvPolicy policy = {.has_release = true, .release = {.usage_rate = 300000}};
	PvMember member = {.id = 1, .has = {.reward = 100}};
	PvEvent event = {.kind = PV_KIND_SPEND_REWARD, OWN(&member), .amount = 30, .order_amount = 100};
	PvVault vault = {0};
	PvEffect effect;

	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_OK);
	CHECK(member.has.reward == 70 && effect.amount == 30 && effect.order_amount == 100);
	event.amount = 31;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BEYOND_USAGE);
	event.amount = 71;
	event.order_amount = 1000;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_TOO_LITTLE_REWARD);
	event.order_amount = 0;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_BAD_AMOUNT);
	policy.has_release = false;
	CHECK(pv_apply(&policy, &vault, &event, &effect) == PV_NO_RELEASE);
	CHECK(member.has.reward == 70);
}

/* --- the tree ------------------------------------------------------------------------------ */

/* The stars of the preset. */
static const PvGrade stars[] = {{50000 * UNIT, 100000},	  {200000 * UNIT, 200000},
								{600000 * UNIT, 260000},  {2000000 * UNIT, 320000},
								{6000000 * UNIT, 380000}, {15000000 * UNIT, 440000},
								{30000000 * UNIT, 500000}};

static PvPolicy
preset(void)
{
	PvPolicy policy = {.has_release = true,
					   .release = {.nstars = lengthof(stars), .peer_rate = 30000}};

	memcpy(policy.release.stars, stars, sizeof(stars));
	return policy;
}

static void
test_grades(void)
{
	CHECK(pv_grade_of(stars, lengthof(stars), 0) == 0);
	CHECK(pv_grade_of(stars, lengthof(stars), stars[0].sales - 1) == 0);
	CHECK(pv_grade_of(stars, lengthof(stars), stars[0].sales) == 1);
	CHECK(pv_grade_of(stars, lengthof(stars), INT64_MAX) == 7);
	CHECK(pv_grade_of(NULL, 0, INT64_MAX) == 0);
}

static bool
bring_nothing(PvNode *node, void *arg)
{
	(void) node;
	(void) arg;
	return true;
}

/* A line of members, the last on top, with one plan each of what is given to release. */
static void
make_line(PvForest *forest, PvNode *nodes, PvReleasePlan *plans, const int64_t *sales,
		  const int64_t *daily, int count)
{
	memset(nodes, 0, sizeof(PvNode) * count);
	memset(plans, 0, sizeof(PvReleasePlan) * count);
	for (int i = 0; i < count; i++)
	{
		plans[i] = (PvReleasePlan){.granted = INT64_C(1) << 60, .daily = daily[i]};
		nodes[i] = (PvNode){.member = i,
							.parent = i + 1 < count ? i + 1 : -1,
							.depth = count - 1 - i,
							.sales_moved = sales[i],
							.touched = true,
							.brought = true,
							.plans = &plans[i],
							.nplans = 1};
	}
	*forest = (PvForest){.nodes = nodes, .count = count, .bring_plans = bring_nothing};
}

static PvError
close_all(const PvPolicy *policy, PvForest *forest, int32_t date, PvDay *day)
{
	int *places = pv_realloc(NULL, sizeof(int) * forest->count);
	PvError error;

	for (int i = 0; i < forest->count; i++)
		places[i] = i;
	error = pv_forest_close(policy, forest, places, forest->count, date, day);
	pv_free(places);
	return error;
}

/* The first close of a line of four. */
static void
close_line(const PvPolicy *policy, const int64_t *sales, const int64_t *daily, PvNode *nodes,
		   PvDay *day)
{
	PvReleasePlan plans[4];
	PvForest forest;

	make_line(&forest, nodes, plans, sales, daily, 4);
	CHECK(close_all(policy, &forest, 1, day) == PV_OK);
	for (int i = 0; i < 4; i++)
		nodes[i].plans = NULL;
}

/* MODEL 12: stars 7 above 6 above 1, 10 000 released below the 1: 1000, 3400, 600. */
static void
test_differences(void)
{
	PvPolicy policy = preset();
	int64_t sales[] = {100000 * UNIT, 15000000 * UNIT, 15000000 * UNIT, 0};
	int64_t daily[] = {10000 * UNIT, 0, 0, 0};
	PvNode nodes[4];
	PvDay day = {0};

	close_line(&policy, sales, daily, nodes, &day);
	CHECK(nodes[1].star == 1 && nodes[2].star == 6 && nodes[3].star == 7);
	CHECK(nodes[1].run.bonus == 1000 * UNIT && nodes[2].run.bonus == 3400 * UNIT &&
		  nodes[3].run.bonus == 600 * UNIT);
	CHECK(day.released == 15000 * UNIT && day.running == 15000 * UNIT);
}

/* MODEL 12: two of one star: the lower 1000, the upper as its peer 300; a third nothing. */
static void
test_peers(void)
{
	PvPolicy policy = preset();
	int64_t sales[] = {100000 * UNIT, 0, 0, 0};
	int64_t daily[] = {10000 * UNIT, 0, 0, 0};
	PvNode nodes[4];
	PvDay day = {0};

	close_line(&policy, sales, daily, nodes, &day);
	CHECK(nodes[1].star == 1 && nodes[2].star == 1 && nodes[3].star == 1);
	CHECK(nodes[1].run.bonus == 1000 * UNIT && nodes[2].run.bonus == 300 * UNIT &&
		  nodes[3].run.bonus == 0);
}

/* L3: direct and second generation, each floored once; a member's own is no part of it. */
static void
test_generations(void)
{
	PvPolicy policy = {.has_release = true,
					   .release = {.ngenerations = 2, .generation_rates = {500000, 300000}}};
	int64_t sales[] = {0, 0, 0, 0};
	int64_t daily[] = {7, 5, 3, 1};
	PvNode nodes[4];
	PvDay day = {0};

	close_line(&policy, sales, daily, nodes, &day);
	CHECK(nodes[0].run.bonus == 0 && nodes[1].run.bonus == 3);
	CHECK(nodes[2].run.bonus == 2 + 2 && nodes[3].run.bonus == 1 + 1);
}

/* How far below the top members stand; a ring, of damaged rows, has no top. */
static void
test_depths(void)
{
	PvNode nodes[3] = {{.parent = 1, .depth = -1},
					   {.parent = 2, .depth = -1},
					   {.parent = -1, .depth = -1}};
	PvForest forest = {.nodes = nodes, .count = 3};

	CHECK(pv_forest_find_depth(&forest, 0));
	CHECK(nodes[0].depth == 2 && nodes[1].depth == 1 && nodes[2].depth == 0);
	for (int i = 0; i < 3; i++)
		nodes[i].depth = -1;
	nodes[2].parent = 1;
	CHECK(!pv_forest_find_depth(&forest, 0));
}

static void
free_vectors(PvNode *nodes, int count)
{
	for (int i = 0; i < count; i++)
	{
		pv_free(nodes[i].generations.at);
		pv_free(nodes[i].units.at);
		pv_free(nodes[i].units_moved.at);
	}
}

/*
 * A member is looked at on the day on which its plan ends, as was foreseen first; half way to
 * the end once that comes sooner; and on the same day still while the end stays behind it.
 */
static void
test_looks(void)
{
	PvPolicy policy = {.has_release = true,
					   .release = {.ngenerations = 1, .generation_rates = {500000}}};
	const struct
	{
		int32_t date;
		int64_t daily; /* of who stands below */
		int32_t looked_at;
	} days[] = {{1, 10, 167}, {2, 20, 47}, {3, 22, 47}, {47, 22, 84}, {48, 20, 84}, {84, 20, 88}};
	PvReleasePlan plans[] = {{.granted = 1000, .daily = 1}, {.granted = 100000}};
	PvNode nodes[] = {{.member = 1, .parent = -1, .brought = true, .plans = plans, .nplans = 1},
					  {.member = 2, .depth = 1, .brought = true, .plans = plans + 1, .nplans = 1}};
	PvForest forest = {.nodes = nodes, .count = 2, .bring_plans = bring_nothing};
	PvDay day = {0};

	nodes[0].run.ends_on = nodes[1].run.ends_on = PV_NEVER;
	for (int i = 0; i < (int) (sizeof(days) / sizeof(days[0])); i++)
	{
		plans[1].daily = days[i].daily;
		nodes[1].touched = true;
		nodes[0].touched = i == 0 || nodes[0].run.ends_on <= days[i].date;
		CHECK(close_all(&policy, &forest, days[i].date, &day) == PV_OK);
		CHECK(nodes[0].run.bonus == days[i].daily / 2 && nodes[0].run.ends_on == days[i].looked_at);
	}
	free_vectors(nodes, 2);
}

/* A star that no step of the policy is, of a damaged row. */
static void
test_damaged_star(void)
{
	PvPolicy policy = preset();
	int64_t sales[] = {0, 0};
	int64_t daily[] = {1, 0};
	PvNode nodes[2];
	PvReleasePlan plans[2];
	PvForest forest;
	PvDay day = {0};

	make_line(&forest, nodes, plans, sales, daily, 2);
	nodes[0].star = 30;
	CHECK(pv_vector_add(&nodes[0].units, 0, 1));
	CHECK(close_all(&policy, &forest, 1, &day) == PV_INCOMPLETE);
	pv_free(nodes[0].units.at);
}

/* --- what changed against all anew ----------------------------------------------------------- */

enum
{
	MEMBERS = 60,
	STEPS = 40
};

/* A node of the same place in a forest that sums all up anew. */
static bool
is_same_vector(const PvVector *a, const PvVector *b)
{
	for (int i = 0; i < a->size || i < b->size; i++)
		if ((i < a->size ? a->at[i] : 0) != (i < b->size ? b->at[i] : 0))
			return false;
	return true;
}

/* The forest as it stands, with nothing summed up, to be closed whole. */
static bool
is_as_anew(const PvPolicy *policy, const PvForest *moved, const PvReleasePlan *before, int32_t date)
{
	PvNode nodes[MEMBERS];
	PvReleasePlan plans[MEMBERS];
	PvForest forest = {.nodes = nodes,
					   .count = MEMBERS,
					   .anew = true,
					   .bring_plans = bring_nothing};
	PvDay day = {0};
	bool same = true;

	memcpy(plans, before, sizeof(plans));
	for (int i = 0; i < MEMBERS; i++)
	{
		nodes[i] = (PvNode){.member = i,
							.parent = moved->nodes[i].parent,
							.depth = moved->nodes[i].depth,
							.sales_moved = moved->nodes[i].sales,
							.touched = true,
							.brought = true,
							.plans = &plans[i],
							.nplans = 1,
							.run = {.as_of = date - 1}};
	}
	same = close_all(policy, &forest, date, &day) == PV_OK;
	for (int i = 0; i < MEMBERS && same; i++)
		same =
			nodes[i].team_sales == moved->nodes[i].team_sales &&
			nodes[i].star == moved->nodes[i].star && nodes[i].rank == moved->nodes[i].rank &&
			nodes[i].run.base == moved->nodes[i].run.base &&
			/* who has no plan is not told what it would earn */
			(moved->nodes[i].run.plans == 0 || nodes[i].run.bonus == moved->nodes[i].run.bonus) &&
			is_same_vector(&nodes[i].units, &moved->nodes[i].units) &&
			is_same_vector(&nodes[i].generations, &moved->nodes[i].generations);
	free_vectors(nodes, MEMBERS);
	return same;
}

/* Whom a day touches: who sells, and whose run ends, with all who stand above. */
static int
list_touched(PvForest *forest, int32_t date, int *places)
{
	int count = 0;

	for (int i = 0; i < MEMBERS; i++)
	{
		PvNode *node = &forest->nodes[i];

		if (draw(8) == 0)
			node->sales_moved = draw(60) - (node->sales > 0 ? draw(20) % node->sales : 0);
		node->touched = node->sales_moved != 0 || node->run.ends_on <= date;
		if (node->touched)
			pv_forest_list(forest, i, places, &count);
	}
	return count;
}

/*
 * Closes that move but those whom their day touches leave all as if everything were summed
 * up anew: on chains, stars and bushy trees.
 */
static bool
moves_as_anew(int shape)
{
	PvPolicy policy = {
		.has_release = true,
		.has_commission = true,
		.release = {.ngenerations = 3,
					.generation_rates = {500000, 300000, 70000},
					.nstars = 4,
					.stars = {{30, 100000}, {90, 200000}, {300, 333333}, {700, 444444}},
					.peer_rate = 30000},
		.commission = {.nranks = 2, .ranks = {{50, 1}, {200, 2}}}};
	PvNode nodes[MEMBERS] = {{0}};
	PvReleasePlan plans[MEMBERS] = {{0}};
	PvForest forest = {.nodes = nodes, .count = MEMBERS, .bring_plans = bring_nothing};
	PvDay day = {0};
	bool same = true;

	for (int i = 0; i < MEMBERS; i++)
	{
		int parent = shape == 0 ? i - 1 : shape == 1 ? 0 : (int) draw(i > 0 ? i : 1);

		plans[i] = (PvReleasePlan){.granted = draw(4000), .daily = draw(50)};
		nodes[i] = (PvNode){.member = i,
							.parent = i == 0 ? -1 : parent,
							.depth = i == 0 ? 0 : nodes[parent].depth + 1,
							.brought = true,
							.plans = &plans[i],
							.nplans = 1,
							.run.ends_on = 1};
	}
	for (int32_t date = 1; date <= STEPS && same; date++)
	{
		PvReleasePlan before[MEMBERS];
		int places[MEMBERS];
		int count = list_touched(&forest, date, places);

		for (int i = 0; i < MEMBERS; i++)
		{
			before[i] = plans[i];
			same = same && pv_plan_bring_to(&before[i], date - 1);
		}
		day.released = day.running;
		same = same && pv_forest_close(&policy, &forest, places, count, date, &day) == PV_OK &&
			   is_as_anew(&policy, &forest, before, date);
	}
	free_vectors(nodes, MEMBERS);
	return same;
}

static void
test_moves(void)
{
	for (int run_number = 0; run_number < 90; run_number++)
	{
		seed = run_number;
		CHECK(moves_as_anew(run_number % 3));
	}
}

void
test_release(void)
{
	seed = 1;
	test_levels();
	test_oldest_first();
	test_damaged_plan();
	test_foreseen();
	test_standstill();
	test_spending();
	test_grades();
	test_differences();
	test_peers();
	test_generations();
	test_depths();
	test_damaged_star();
	test_looks();
	test_moves();
}
