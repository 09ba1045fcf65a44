/*
 * limits.c
 *	  What one operator may book of a kind of event on one day.
 *
 * A limit stops a slip, of an event that nothing or little takes back; it is no rule of
 * MODEL, so that no identity rests on it.  Who booked what is the store's to know.
 */
#include "engine/limits.h"

#include "base/lengthof.h"
#include "engine/figures.h"
#include "engine/fixed.h"

#include <stddef.h>

typedef struct Limited
{
	PvKind kind;
	size_t limit; /* offset of its key's field in the section */
} Limited;

/* The index journal_limited has the same kinds, and so has what reads by it. */
static const Limited limited[] = {
	{PV_KIND_INJECT, offsetof(PvLimitsPolicy, inject)},
	{PV_KIND_GRANT_POINTS, offsetof(PvLimitsPolicy, grant_points)},
	{PV_KIND_ADJUST, offsetof(PvLimitsPolicy, adjust)},
};

/*
 * What one operator may book of a kind on a day, PV_UNSET = any.
 */
int64_t
pv_limit_of(const PvPolicy *policy, PvKind kind)
{
	for (int i = 0; policy->has_limits && i < lengthof(limited); i++)
		if (limited[i].kind == kind)
			return *(const int64_t *) ((const char *) &policy->limits + limited[i].limit);
	return PV_UNSET;
}

static int64_t
magnitude(int64_t value)
{
	if (value == INT64_MIN) /* of damaged data alone */
		return INT64_MAX;
	return value < 0 ? -value : value;
}

/*
 * What an event counts toward its limit, up and down alike: the money it moved, or what
 * it changed for its own member where that is more.  Points count by their money.
 */
int64_t
pv_counts_for_limit(int64_t amount, const PvAssets *own)
{
	int64_t most = magnitude(amount);

	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		int64_t change = magnitude(pv_figure(own, &pv_assets[i]));

		if (pv_assets[i].scale == PV_AMOUNT_SCALE && change > most)
			most = change;
	}
	return most;
}
