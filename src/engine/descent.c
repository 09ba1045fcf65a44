/*
 * descent.c
 *	  Who stands below whom (M2): depth and size of lines, in any forest.
 *
 * Nobody is enrolled before who brought it, but a merge may put one below a later one
 * (M2): so the order of numbers says nothing, and no walk from each member upward is
 * made, which a long chain would make quadratic.
 */
#include "engine/descent.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/memory.h"

static int32_t *
zeros(int32_t count)
{
	int32_t *numbers = pv_realloc(NULL, sizeof(int32_t) * ((size_t) count + 1));

	for (int32_t i = 0; i < count; i++)
		numbers[i] = 0;
	return numbers;
}

static bool
is_place(const PvDescent *descent, int32_t place)
{
	return place >= 0 && place < descent->count;
}

/*
 * Puts those first below whom nobody is left, again and again; returns how many came by.
 * Whoever is in a ring, or above one, never does.
 */
static int32_t
order_upward(PvDescent *descent)
{
	int32_t *waits_for = zeros(descent->count); /* of those directly below */
	int32_t found = 0;

	for (int32_t i = 0; i < descent->count; i++)
		if (is_place(descent, descent->above[i]))
			waits_for[descent->above[i]]++;
	for (int32_t i = 0; i < descent->count; i++)
		if (waits_for[i] == 0)
			descent->upward[found++] = i;
	for (int32_t next = 0; next < found; next++)
	{
		int32_t above = descent->above[descent->upward[next]];

		if (is_place(descent, above) && --waits_for[above] == 0)
			descent->upward[found++] = above;
	}
	pv_free(waits_for);
	return found;
}

/*
 * Finds depth and size of all lines, in time that grows as the number of members; false
 * where some stand below themselves, which damaged data alone say (M2).
 */
bool
pv_descend(PvDescent *descent)
{
	descent->upward = zeros(descent->count);
	descent->depth = zeros(descent->count);
	descent->below = zeros(descent->count);
	descent->levels = zeros(descent->count);
	if (order_upward(descent) != descent->count)
		return false;
	for (int32_t i = 0; i < descent->count; i++)
	{
		int32_t place = descent->upward[i];
		int32_t above = descent->above[place];

		if (!is_place(descent, above))
			continue;
		descent->below[above] += descent->below[place] + 1;
		if (descent->levels[above] <= descent->levels[place])
			descent->levels[above] = descent->levels[place] + 1;
	}
	for (int32_t i = descent->count - 1; i >= 0; i--)
	{
		int32_t place = descent->upward[i];

		if (is_place(descent, descent->above[place]))
			descent->depth[place] = descent->depth[descent->above[place]] + 1;
	}
	return true;
}

/*
 * L4: sums up for each member what those below it have, its own apart; false where a
 * sum does not fit.
 */
bool
pv_sum_below(const PvDescent *descent, const int64_t *own, int64_t *below)
{
	for (int32_t i = 0; i < descent->count; i++)
		below[i] = 0;
	for (int32_t i = 0; i < descent->count; i++)
	{
		int32_t place = descent->upward[i];
		int32_t above = descent->above[place];
		int64_t whole;

		if (!pv_add(own[place], below[place], &whole))
			return false;
		if (is_place(descent, above) && !pv_add(below[above], whole, &below[above]))
			return false;
	}
	return true;
}
