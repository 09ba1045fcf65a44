/*
 * tree.c
 *	  The tree of sponsors on the day of a close: team sales, stars, ranks, and what
 *	  members earn by what is released below them (L3 to L5, M1).
 *
 * What is released below a member is summed up by the highest star that was paid on it so
 * far.  Place 0 is for what nobody was paid on, 2s - 1 for star s whose peer is still to
 * come, 2s for one whose peer was paid too (L5).  A member of a star turns what is at lower
 * places into its own, passes the rest on, and adds what it released itself.  That is
 * linear: so what changed below is enough to tell what changes above.
 */
#include "engine/tree.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/memory.h"

#include <stddef.h>
#include <string.h>

#define MAX_UNITS (2 * PV_MAX_GRADES + 1)

/* What stands at the places of units, no more than there are stars. */
typedef struct Units
{
	int64_t at[MAX_UNITS];
} Units;

/*
 * L4: the highest step that team sales reach, counted from 1; 0 = none.
 */
int
pv_grade_of(const PvGrade *grades, int count, int64_t sales)
{
	int grade = 0;

	PV_ASSERT(count >= 0 && count <= PV_MAX_GRADES);
	while (grade < count && grades[grade].sales <= sales)
		grade++;
	return grade;
}

/* Whether closes keep team figures: where something is paid by them. */
bool
pv_keeps_teams(const PvPolicy *policy)
{
	return policy->has_release || policy->has_commission;
}

/* Whether what team figures follow from is the same by two policies. */
bool
pv_keeps_teams_alike(const PvPolicy *a, const PvPolicy *b)
{
	return a->has_release == b->has_release && a->has_commission == b->has_commission &&
		   memcmp(&a->release, &b->release, sizeof(a->release)) == 0 &&
		   memcmp(&a->commission, &b->commission, sizeof(a->commission)) == 0;
}

/* Adds to a figure of a vector, which grows as far as it has to. */
bool
pv_vector_add(PvVector *vector, int place, int64_t value)
{
	if (value == 0)
		return true;
	if (place >= vector->size)
	{
		vector->at = pv_realloc(vector->at, sizeof(int64_t) * (place + 1));
		while (vector->size <= place)
			vector->at[vector->size++] = 0;
	}
	return pv_add(vector->at[place], value, &vector->at[place]);
}

/* The star whose rate is the highest that was paid on the units of a place. */
static int
star_of_place(int place)
{
	return (place + 1) / 2;
}

/* L5: whether its peer is still to come. */
static bool
awaits_peer(int place)
{
	return place % 2 == 1;
}

/* Where the units of a place stand once a member of a star was paid on them. */
static int
place_above(int place, int star)
{
	int paid = star_of_place(place);

	if (paid < star)
		return 2 * star - 1;
	return paid == star && awaits_peer(place) ? place + 1 : place;
}

/*
 * L4, L5: what a member hands on to who stands above it: what is released below it, and by
 * itself.
 */
static bool
hand_on(const PvVector *units, int star, int64_t base, int nstars, Units *out)
{
	*out = (Units){{base}};
	for (int i = 0; i < units->size; i++)
	{
		int place = place_above(i, star);

		if (place > 2 * nstars || !pv_add(out->at[place], units->at[i], &out->at[place]))
			return false;
	}
	return true;
}

static int64_t
rate_of_star(const PvReleasePolicy *release, int star)
{
	return star > 0 ? release->stars[star - 1].rate : 0;
}

/* L3: each generation by its rate. */
static bool
earn_by_generations(const PvReleasePolicy *release, const PvNode *node, int64_t *bonus)
{
	for (int i = 0; i < node->generations.size && i < release->ngenerations; i++)
	{
		int64_t part;

		if (!pv_rate_floor(node->generations.at[i], release->generation_rates[i], &part) ||
			!pv_add(*bonus, part, bonus))
			return false;
	}
	return true;
}

/* The units on which a star is the highest that was paid, its peer or not. */
static bool
units_of_star(const PvVector *units, int star, int64_t *sum)
{
	int64_t with_peer = 2 * star < units->size ? units->at[2 * star] : 0;
	int64_t without = star > 0 && 2 * star - 1 < units->size ? units->at[2 * star - 1] : 0;

	return pv_add(with_peer, without, sum);
}

/* L4: one rounding for each lower rate. */
static bool
earn_by_star(const PvReleasePolicy *release, const PvNode *node, int64_t *bonus)
{
	for (int lower = 0; lower < node->star; lower++)
	{
		int64_t difference = rate_of_star(release, node->star) - rate_of_star(release, lower);
		int64_t sum;
		int64_t part;

		if (!units_of_star(&node->units, lower, &sum) || !pv_rate_floor(sum, difference, &part) ||
			!pv_add(*bonus, part, bonus))
			return false;
	}
	return true;
}

/* L5: of the units of its own star whose peer it is. */
static bool
earn_as_peer(const PvReleasePolicy *release, const PvNode *node, int64_t *bonus)
{
	int place = 2 * node->star - 1;
	int64_t part;

	if (node->star == 0 || place >= node->units.size)
		return true;
	return pv_rate_floor(node->units.at[place], release->peer_rate, &part) &&
		   pv_add(*bonus, part, bonus);
}

/*
 * L3 to L5: what a member earns on a day by what others released.
 */
bool
pv_node_bonus(const PvPolicy *policy, const PvNode *node, int64_t *bonus)
{
	*bonus = 0;
	if (!policy->has_release)
		return true;
	return earn_by_generations(&policy->release, node, bonus) &&
		   earn_by_star(&policy->release, node, bonus) &&
		   earn_as_peer(&policy->release, node, bonus);
}

/*
 * Finds the depth of a node, and of all above it.  False where the line comes back to it, as
 * one that is longer than there are nodes does: damaged data alone have a ring.
 */
bool
pv_forest_find_depth(PvForest *forest, int place)
{
	PvNode *nodes = forest->nodes;
	int steps = 0;
	int at;
	int depth;

	for (at = place; at >= 0 && nodes[at].depth < 0; at = nodes[at].parent)
		if (steps++ > forest->count)
			return false;
	depth = (at >= 0 ? nodes[at].depth : -1) + steps;
	for (at = place; steps > 0; steps--, at = nodes[at].parent)
		nodes[at].depth = depth--;
	return true;
}

/*
 * Lists a node and all who stand above it, each once.
 */
void
pv_forest_list(PvForest *forest, int place, int *places, int *count)
{
	for (; place >= 0 && !forest->nodes[place].listed; place = forest->nodes[place].parent)
	{
		forest->nodes[place].listed = true;
		places[(*count)++] = place;
	}
}

/*
 * Puts places of nodes in an order in which whoever stands below comes before who stands
 * above: those of each depth together.
 */
void
pv_forest_order(const PvForest *forest, int *places, int count)
{
	int *unordered = pv_realloc(NULL, sizeof(int) * (count + 1));
	int *begins;
	int deepest = 0;

	for (int i = 0; i < count; i++)
	{
		unordered[i] = places[i];
		if (forest->nodes[places[i]].depth > deepest)
			deepest = forest->nodes[places[i]].depth;
	}
	begins = pv_realloc(NULL, sizeof(int) * (deepest + 2));
	for (int i = 0; i <= deepest + 1; i++)
		begins[i] = 0;
	for (int i = 0; i < count; i++)
		begins[deepest - forest->nodes[unordered[i]].depth + 1]++;
	for (int i = 1; i <= deepest; i++)
		begins[i] += begins[i - 1];
	for (int i = 0; i < count; i++)
		places[begins[deepest - forest->nodes[unordered[i]].depth]++] = unordered[i];
	pv_free(begins);
	pv_free(unordered);
}

/* L4, M1: sales of the day; star and rank as the team's reach them now. */
static bool
move_sales(const PvPolicy *policy, PvForest *forest, PvNode *node)
{
	PvNode *above = node->parent >= 0 ? &forest->nodes[node->parent] : NULL;
	int star = node->star;
	int rank = node->rank;

	if (!pv_move(&node->sales, node->sales_moved) || !pv_move(&node->team_sales, node->team_moved))
		return false;
	node->star = policy->has_release
					 ? pv_grade_of(policy->release.stars, policy->release.nstars, node->team_sales)
					 : 0;
	node->rank = policy->has_commission ? pv_grade_of(policy->commission.ranks,
													  policy->commission.nranks, node->team_sales)
										: 0;
	node->changed |=
		node->sales_moved != 0 || node->team_moved != 0 || node->star != star || node->rank != rank;
	if (above)
		above->team_moved += node->sales_moved + node->team_moved;
	return true;
}

/* What changed below becomes part of the sums. */
static bool
move_units(PvNode *node)
{
	for (int i = 0; i < node->units_moved.size; i++)
	{
		if (!pv_vector_add(&node->units, i, node->units_moved.at[i]))
			return false;
		node->changed |= node->units_moved.at[i] != 0;
	}
	return true;
}

/* Moves who stands above by the difference of what the node handed on and hands on now. */
static bool
move_above(PvForest *forest, const PvNode *node, const Units *were, const Units *are, int nstars)
{
	PvNode *above = &forest->nodes[node->parent];

	for (int i = 0; i <= 2 * nstars; i++)
		if (!pv_vector_add(&above->units_moved, i, are->at[i] - were->at[i]))
			return false;
	return true;
}

/* L3: the generations above are told what a member releases more than before, or less. */
static bool
move_generations(const PvPolicy *policy, PvForest *forest, const PvNode *node, int64_t moved)
{
	int above = node->parent;

	for (int i = 0; i < policy->release.ngenerations && above >= 0 && moved != 0; i++)
	{
		PvNode *ancestor = &forest->nodes[above];

		if (!pv_vector_add(&ancestor->generations, i, moved))
			return false;
		ancestor->changed = true;
		above = ancestor->parent;
	}
	return true;
}

/*
 * On which day a member is to be looked at whose run now ends on one.  A day that is still to
 * come and not too late stays: the store finds members by it, and moving it costs as much
 * as all else that is written of one.  Who earns more than was foreseen has a team that grows,
 * and mostly goes on so: the new day is half way to the end, for the next end to be behind it.
 */
static int32_t
look_on(const PvRun *was, int32_t ends_on, int32_t date)
{
	bool is_to_come = was->ends_on > date && was->ends_on != PV_NEVER;

	if (!is_to_come || ends_on == PV_NEVER)
		return ends_on;
	return was->ends_on <= ends_on ? was->ends_on : date + 1 + (ends_on - date - 1) / 2;
}

/*
 * A member whose plans ran as was foreseen, and go on so, stays as it is stored.  So does one
 * that has no row yet and no use for one: its plans were used up, or taken back, before they
 * released anything to it.
 */
static void
keep_run_if_foreseen(PvNode *node, const PvRun *was)
{
	const PvRun *run = &node->run;
	int64_t foreseen;

	if (!node->has_run)
		node->run_changed = run->released > 0 || run->plans > 0;
	else
		node->run_changed =
			was->rate != run->rate || was->base != run->base || was->bonus != run->bonus ||
			was->ends_on != run->ends_on || was->plans != run->plans ||
			!pv_released_by(was->released, was->rate, was->as_of, run->as_of, &foreseen) ||
			foreseen != run->released;
	if (!node->run_changed)
		node->run = *was;
}

/*
 * The plans of a node, where anything about them changes on the day: by an event, by an
 * end, by what it earns.
 */
static PvError
run_plans(const PvPolicy *policy, PvForest *forest, PvNode *node, int32_t date)
{
	PvRun was = node->run;
	int64_t bonus;
	int64_t paid;

	if (!pv_node_bonus(policy, node, &bonus))
		return PV_OUT_OF_RANGE;
	if (!node->touched && (node->run.plans == 0 || bonus == node->run.bonus))
		return PV_OK;
	if (!node->brought && !forest->bring_plans(node, forest->arg))
		return PV_INCOMPLETE;
	if (!pv_plans_release(node->plans, node->nplans, policy->has_release, date, bonus, &node->run,
						  &paid))
		return PV_OUT_OF_RANGE;
	node->run.ends_on = look_on(&was, node->run.ends_on, date);
	keep_run_if_foreseen(node, &was);
	forest->released_moved += (pv_int128) paid - was.rate;
	forest->running_moved += (pv_int128) node->run.rate - was.rate;
	return PV_OK;
}

/* The day is over for a node; the memory of its moves is for the next. */
static void
end_moves(PvNode *node)
{
	node->sales_moved = node->team_moved = 0;
	for (int i = 0; i < node->units_moved.size; i++)
		node->units_moved.at[i] = 0;
	node->touched = node->listed = false;
}

/* One node, once all below it are done. */
static PvError
close_node(const PvPolicy *policy, PvForest *forest, PvNode *node, int32_t date)
{
	int nstars = policy->has_release ? policy->release.nstars : 0;
	int64_t base = forest->anew ? 0 : node->run.base;
	Units were = {{0}};
	Units are;
	PvError error;

	if (!forest->anew && !hand_on(&node->units, node->star, base, nstars, &were))
		return PV_INCOMPLETE;
	if (!move_sales(policy, forest, node) || !move_units(node))
		return PV_OUT_OF_RANGE;
	error = run_plans(policy, forest, node, date);
	if (error != PV_OK)
		return error;
	if (node->parent >= 0 && (!hand_on(&node->units, node->star, node->run.base, nstars, &are) ||
							  !move_above(forest, node, &were, &are, nstars) ||
							  !move_generations(policy, forest, node, node->run.base - base)))
		return PV_OUT_OF_RANGE;
	end_moves(node);
	return PV_OK;
}

/*
 * L2 to L6, M1: closes a day that touches the nodes of these places, and all who stand
 * above them.  `day` has what all plans release if nothing changes, on the day and each
 * after, and gets what they do; everybody else goes on as before.
 */
PvError
pv_forest_close(const PvPolicy *policy, PvForest *forest, int *places, int count, int32_t date,
				PvDay *day)
{
	PvError error = PV_OK;

	pv_forest_order(forest, places, count);
	forest->released_moved = forest->running_moved = 0;
	for (int i = 0; i < count && error == PV_OK; i++)
		error = close_node(policy, forest, &forest->nodes[places[i]], date);
	if (error == PV_OK && (!pv_move(&day->released, forest->released_moved) ||
						   !pv_move(&day->running, forest->running_moved)))
		error = PV_OUT_OF_RANGE;
	return error;
}

/*
 * Before all is summed up anew: forgets what was summed up over who stands below, and lets
 * all that members bought so far count as if it was bought on the day.
 */
void
pv_node_begin_anew(PvNode *node)
{
	node->team_sales = 0;
	node->generations.size = node->units.size = 0;
	node->touched |= node->run.plans > 0 || node->run.base > 0;
	node->changed |= node->stored;
	node->sales_moved += node->sales;
	node->sales = 0;
}

/* What a member bought that was merged counts as bought by who took over. */
void
pv_node_hand_sales(PvNode *from, PvNode *into)
{
	into->sales_moved += from->sales + from->sales_moved;
	from->sales_moved = -(pv_int128) from->sales;
}
