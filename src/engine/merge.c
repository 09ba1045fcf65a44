/*
 * merge.c
 *	  One member becomes another: all it had goes over.
 *
 * A person who was enrolled twice.  Balances, lots and what counts toward the next share
 * go from the one to the other; pool, points in circulation and price stay.
 */
#include "engine/merge.h"

#include "base/assertion.h"
#include "engine/cycle.h"
#include "engine/figures.h"
#include "engine/fixed.h"
#include "engine/lots.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/trace.h"

/*
 * C1: what of its spending counts toward a member's next share counts toward the other's,
 * who may have spent a share's price by that.  Tells by how much the shares change; without
 * a share price none do.
 */
bool
pv_take_over_spending(PvMember *into, PvMember *from, int64_t share_price, int64_t *shares)
{
	int64_t spending = from->spent;

	*shares = 0;
	from->spent = 0;
	return share_price == 0 ? pv_add(into->spent, spending, &into->spent)
							: pv_count_spending(into, spending, share_price, shares);
}

/* The lots of two members on their way to one. */
typedef struct Joined
{
	PvLot *lots;
	int count;
	PvLot folded; /* what the merge itself brings */
} Joined;

/* One that the member has already; where it is used up its row still has to go. */
static void
keep_lot(Joined *joined, const PvLot *lot)
{
	if (lot->stored || !pv_lot_is_used_up(lot))
		joined->lots[joined->count++] = *lot;
}

/* One that comes from the other, by the number it had. */
static void
bring_lot(Joined *joined, const PvLot *lot)
{
	if (pv_lot_is_used_up(lot))
		return;
	joined->lots[joined->count] = *lot;
	joined->lots[joined->count++].stored = false;
}

/* Makes a lot part of the one that the merge brings, with what it counts toward an exit. */
static bool
fold_lot(Joined *joined, PvLot *lot)
{
	PvLot *folded = &joined->folded;

	if (!pv_add(folded->left, lot->left, &folded->left) ||
		!pv_add(folded->limit, pv_lot_counts(lot), &folded->limit))
		return false;
	folded->minted = folded->left;
	if (lot->held && (!folded->held || lot->free_on > folded->free_on))
	{
		folded->held = true;
		folded->free_on = lot->free_on; /* G16: all of it, until the last is free */
	}
	lot->left = lot->limit = 0;
	lot->changed = true;
	return true;
}

/*
 * Two lots of one event: its buyer's and its sponsor's.  A member can have but one of an
 * event, by which a refund finds the buyer's; the sponsor's is folded.  The live one comes
 * first, where it is looked for.
 */
static bool
join_pair(Joined *joined, PvLot *had, PvLot *coming)
{
	bool both = !pv_lot_is_used_up(had) && !pv_lot_is_used_up(coming);

	if (both && !fold_lot(joined, had->referral ? had : coming))
		return false;
	bring_lot(joined, coming);
	keep_lot(joined, had);
	return true;
}

/* The next of both in the order of their numbers; false where the sum does not fit. */
static bool
join_next(Joined *joined, PvMember *into, int *had, PvMember *from, int *coming)
{
	PvLot *one = *had < into->nlots ? &into->lots[*had] : NULL;
	PvLot *other = *coming < from->nlots ? &from->lots[*coming] : NULL;
	bool takes_one = one && (!other || one->seq <= other->seq);
	bool takes_other = other && (!one || other->seq <= one->seq);

	*had += takes_one;
	*coming += takes_other;
	if (takes_one && takes_other)
		return join_pair(joined, one, other);
	if (takes_one)
		keep_lot(joined, one);
	else
		bring_lot(joined, other);
	return true;
}

/*
 * G5: the lots go over, as old as they are; their limits with them (G6).
 */
PvError
pv_take_over_lots(PvMember *into, PvMember *from, int64_t seq)
{
	int most = into->nlots + from->nlots + 1;
	Joined joined = {.lots = pv_realloc(NULL, sizeof(PvLot) * most), .folded = {.seq = seq}};
	int had = 0;
	int coming = 0;

	if (!pv_add(into->limit, from->limit, &into->limit))
		return PV_OUT_OF_RANGE;
	while (had < into->nlots || coming < from->nlots)
		if (!join_next(&joined, into, &had, from, &coming))
			return PV_OUT_OF_RANGE;
	bring_lot(&joined, &joined.folded);
	PV_ASSERT(joined.count <= most);
	into->lots = joined.lots;
	into->nlots = joined.count;
	into->maxlots = most;
	pv_drop_all_lots(from);
	return PV_OK;
}

/* What the one has, the other gets. */
static bool
move_assets(PvParty *own, PvParty *heir)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
	{
		int64_t value = pv_figure(&own->member->has, &pv_assets[i]);
		int64_t minus;
		int64_t sum;

		if (!pv_sub(0, value, &minus) ||
			!pv_add(pv_figure(&heir->member->has, &pv_assets[i]), value, &sum))
			return false;
		pv_set_figure(&own->change, &pv_assets[i], minus);
		pv_set_figure(&heir->change, &pv_assets[i], value);
	}
	return true;
}

/*
 * Merges the event's own member into another.
 */
PvError
pv_merge(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect)
{
	PvParty *own = pv_own(&event->parties);
	PvParty *heir = pv_party(&event->parties, PV_HEIR);
	int64_t shares;

	PV_ASSERT(heir); /* its kind needs one */
	(void) vault;
	if (own->member == heir->member)
		return PV_SAME_MEMBER;
	effect->points = own->member->has.points;
	effect->share_price = policy->has_cycle ? policy->cycle.share_price : 0;
	if (!move_assets(own, heir) ||
		!pv_take_over_spending(heir->member, own->member, effect->share_price, &shares) ||
		!pv_add(heir->change.shares, shares, &heir->change.shares))
		return PV_OUT_OF_RANGE;
	pv_given(event->trace, heir->id, "M2", "points that go over, with all else the member had",
			 pv_points(effect->points));
	if (shares != 0)
		pv_given(event->trace, heir->id, "C1", "shares by spending left over from both",
				 pv_shares(shares));
	own->member->merged_into = heir->id;
	return pv_take_over_lots(heir->member, own->member, event->seq);
}
