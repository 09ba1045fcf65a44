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
	int scale;	  /* of what it counts */
} Limited;

/* The index journal_limited has the same kinds, and so has what reads by it. */
static const Limited limited[] = {
	{PV_KIND_INJECT, offsetof(PvLimitsPolicy, inject), PV_AMOUNT_SCALE},
	{PV_KIND_GRANT_POINTS, offsetof(PvLimitsPolicy, grant_points), PV_AMOUNT_SCALE},
	{PV_KIND_ADJUST, offsetof(PvLimitsPolicy, adjust), PV_AMOUNT_SCALE},
	{PV_KIND_ALLOT, offsetof(PvLimitsPolicy, allot), 0},
};

static const Limited *
find_limited(PvKind kind)
{
	for (int i = 0; i < lengthof(limited); i++)
		if (limited[i].kind == kind)
			return &limited[i];
	return NULL;
}

/*
 * What one operator may book of a kind on a day, PV_UNSET = any.
 */
int64_t
pv_limit_of(const PvPolicy *policy, PvKind kind)
{
	const Limited *found = policy->has_limits ? find_limited(kind) : NULL;

	return found ? *(const int64_t *) ((const char *) &policy->limits + found->limit) : PV_UNSET;
}

/* Decimals of what counts toward the limit of a kind: money, or shares. */
int
pv_limit_scale(PvKind kind)
{
	const Limited *found = find_limited(kind);

	return found ? found->scale : PV_AMOUNT_SCALE;
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
 * it changed for its own member where that is more.  Points count by their money, shares of
 * stock by their number.
 */
int64_t
pv_counts_for_limit(PvKind kind, int64_t amount, const PvAssets *own)
{
	int64_t most = magnitude(amount);

	if (kind == PV_KIND_ALLOT)
		return magnitude(own->stock);

	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		int64_t change = magnitude(pv_figure(own, &pv_assets[i]));

		if (pv_assets[i].scale == PV_AMOUNT_SCALE && change > most)
			most = change;
	}
	return most;
}
