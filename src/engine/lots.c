/*
 * lots.c
 *	  Points sit in lots (G5), and lots carry the limits of exits (G6).
 */
#include "engine/lots.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/memory.h"

/*
 * What a lot counts toward its member's limit: ⌈L × left / n₀⌉, and the whole
 * L of a purchase that was minted nothing.  Cannot overflow, as left ≤ n₀.
 */
int64_t
pv_lot_counts(const PvLot *lot)
{
	int64_t share = lot->limit;

	if (lot->alone)
		return 0;
	if (lot->minted > 0)
		(void) pv_mul_div_ceil(lot->limit, lot->left, lot->minted, &share);
	return share;
}

/*
 * Adds a lot to those held in memory, which stay in the order of their
 * sequence numbers.  Nearly always it is the latest.
 */
PvLot *
pv_add_lot(PvMember *member, PvLot lot)
{
	int place;

	if (member->nlots == member->maxlots)
	{
		member->maxlots = member->maxlots > 0 ? 2 * member->maxlots : 4;
		member->lots = pv_realloc(member->lots, sizeof(PvLot) * member->maxlots);
	}
	for (place = member->nlots++; place > 0 && member->lots[place - 1].seq > lot.seq; place--)
		member->lots[place] = member->lots[place - 1];
	member->lots[place] = lot;
	PV_ASSERT(place == 0 || member->lots[place - 1].seq <= lot.seq);
	PV_ASSERT(member->nlots <= member->maxlots);
	return &member->lots[place];
}

/*
 * The lot held in memory that came by the event `seq`, or NULL.  After a merge one that
 * was used up by it may stand behind, whose row has to go (merge.c): the first it is.
 */
PvLot *
pv_find_lot(PvMember *member, int64_t seq)
{
	int low = 0;
	int high = member->nlots;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (member->lots[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	PV_ASSERT(low <= member->nlots);
	if (low < member->nlots && member->lots[low].seq == seq)
		return &member->lots[low];
	return NULL;
}

/*
 * Gives a member the lot an event brought.  A lot without points is kept only
 * where its limit counts (G6, basis member).
 */
PvError
pv_bring_points(PvMember *member, PvLot lot)
{
	if (lot.minted == 0 && (lot.limit == 0 || lot.alone))
		return PV_OK;
	if (!pv_add(member->limit, pv_lot_counts(&lot), &member->limit))
		return PV_OUT_OF_RANGE;
	(void) pv_add_lot(member, lot);
	return PV_OK;
}

/*
 * D3: of the points at mint those released by a date, evenly over the days from that of the
 * lot on.
 */
static int64_t
released_by(const PvLot *lot, int32_t date)
{
	int64_t days = (int64_t) date - ((int64_t) lot->free_on - lot->release_days);
	int64_t released = 0;

	if (days > 0)
		(void) pv_mul_div_floor(lot->minted, days, lot->release_days, &released);
	return released;
}

/*
 * What of a lot may be taken on a date: of one that is held nothing, then all (G16); of one
 * that is released over days what is released and not taken yet (D3).
 */
int64_t
pv_lot_free(const PvLot *lot, int32_t date)
{
	int64_t free;

	if (!lot->held || date >= lot->free_on)
		return lot->left;
	if (lot->release_days <= 0)
		return 0;
	if (!pv_sub(released_by(lot, date), lot->taken, &free) || free <= 0)
		return 0;
	return free < lot->left ? free : lot->left;
}

/* G16, D3: what of the lots in memory is held on a date, and until when the last of it. */
int64_t
pv_points_held(const PvMember *member, int32_t date, int32_t *until)
{
	int64_t held = 0;

	*until = date;
	for (int i = 0; i < member->nlots; i++)
	{
		const PvLot *lot = &member->lots[i];
		int64_t rest = lot->left - pv_lot_free(lot, date);

		if (rest == 0)
			continue;
		held += rest; /* at most what the member holds */
		if (lot->free_on > *until)
			*until = lot->free_on;
	}
	return held;
}

/* Why lots have not all the points that were looked for in them: they are held (G16). */
static PvError
why_missing(const PvMember *member, int64_t points, int32_t date)
{
	int32_t until;

	if (points == 0)
		return PV_OK;
	return points <= pv_points_held(member, date, &until) ? PV_POINTS_HELD : PV_LOTS_DISAGREE;
}

/*
 * Whether the lots have so many points that are free on the date (G16), as
 * pv_take_points would find; takes none.
 */
PvError
pv_has_free_points(const PvMember *member, int64_t points, int32_t date)
{
	for (int i = 0; i < member->nlots && points > 0; i++)
	{
		int64_t free = pv_lot_free(&member->lots[i], date);

		points -= free < points ? free : points;
	}
	return why_missing(member, points, date);
}

/*
 * G5: takes points from the oldest lots first, as far as they are free on the date
 * (G16, D3).  Whoever calls has seen to it that the lots are in memory.
 */
PvError
pv_take_points(PvMember *member, int64_t points, int32_t date)
{
	for (int i = 0; i < member->nlots && points > 0; i++)
	{
		PvLot *lot = &member->lots[i];
		int64_t free = pv_lot_free(lot, date);
		int64_t taken = free < points ? free : points;

		if (taken == 0)
			continue;
		member->limit -= pv_lot_counts(lot);
		lot->left -= taken;
		if (lot->release_days > 0)
			(void) pv_add(lot->taken, taken, &lot->taken); /* at most its points at mint */
		lot->changed = true;
		member->limit += pv_lot_counts(lot);
		PV_ASSERT(taken <= points); /* G5: never more than is asked for */
		points -= taken;
	}
	return why_missing(member, points, date);
}

/*
 * G15: burns points of the lot that came by the event `seq`, as far as it has
 * them, and returns how many.  Of a lot that was minted nothing the limit falls
 * instead.
 */
int64_t
pv_take_back(PvMember *member, int64_t seq, int64_t points, int64_t limit)
{
	PvLot *lot = pv_find_lot(member, seq);
	int64_t taken = 0;

	if (!lot)
		return 0;
	member->limit -= pv_lot_counts(lot);
	if (lot->minted == 0)
		lot->limit -= limit;
	else
		taken = lot->left < points ? lot->left : points;
	lot->left -= taken;
	lot->changed = true;
	member->limit += pv_lot_counts(lot);
	return taken;
}

/*
 * Whether nothing of a lot counts any more: neither points nor, of a purchase
 * that was minted nothing, a limit.
 */
bool
pv_lot_is_used_up(const PvLot *lot)
{
	return lot->left == 0 && (lot->minted > 0 || lot->limit == 0);
}

/*
 * G6, basis order: one lot went.
 */
void
pv_drop_lot(PvMember *member, PvLot *lot)
{
	PV_ASSERT(lot >= member->lots && lot < member->lots + member->nlots);
	member->limit -= pv_lot_counts(lot);
	lot->left = 0;
	lot->changed = true;
}

/*
 * G6, basis member: all lots went, also those that hold a limit but no points,
 * and there is nothing left to watch.
 */
void
pv_drop_all_lots(PvMember *member)
{
	PV_ASSERT(member->nlots <= member->maxlots); /* their memory stays */
	member->nlots = 0;
	member->limit = 0;
	member->exit_floor = (PvPrice){0, 0};
	member->lots_dropped = true;
}
