/*
 * exits.c
 *	  A priority queue of exits over stored and new candidates.
 */
#include "engine/exits.h"

#include "base/assertion.h"
#include "engine/fixed.h"
#include "engine/lots.h"
#include "engine/memory.h"
#include "engine/parties.h"

#include <stddef.h>

static bool
is_watched(const PvMember *member)
{
	return member->exit_floor.points > 0;
}

/*
 * G6: the price at which a member's lots go; never due without points or
 * without a limit.
 */
static bool
member_exit_price(const PvMember *member, PvPrice *price)
{
	*price = (PvPrice){member->limit, member->has.points};
	return member->limit > 0 && member->has.points > 0;
}

/*
 * Lowers a member's exit floor where its exit price fell below it.
 */
void
pv_watch_member(PvMember *member)
{
	PvPrice price;

	if (!member_exit_price(member, &price))
		return;
	if (!is_watched(member) || pv_price_cmp(price, member->exit_floor) < 0)
	{
		member->exit_floor = price;
		member->changed = true;
	}
}

/*
 * Raises a member's exit floor to its exit price, now that it was reached, or
 * ends the watch of a member that has none.
 */
static void
raise_floor(PvMember *member)
{
	PvPrice price;

	if (!member_exit_price(member, &price))
		price = (PvPrice){0, 0};
	member->exit_floor = price;
	member->changed = true;
}

static int
compare_position(PvPrice a, int64_t a_order, PvPrice b, int64_t b_order)
{
	int order = pv_price_cmp(a, b);

	return order != 0 ? order : (a_order > b_order) - (a_order < b_order);
}

static bool
goes_before(const PvExitCandidate *a, const PvExitCandidate *b)
{
	return compare_position(a->price, a->order, b->price, b->order) < 0;
}

/* Queues a candidate at its place among those in memory. */
static void
push(PvExitQueue *queue, PvExitCandidate candidate)
{
	int hole;

	if (queue->count == queue->size)
	{
		queue->size = queue->size > 0 ? 2 * queue->size : 16;
		queue->heap = pv_realloc(queue->heap, sizeof(PvExitCandidate) * queue->size);
	}
	PV_ASSERT(queue->count < queue->size);
	for (hole = queue->count++; hole > 0; hole = (hole - 1) / 2)
	{
		PvExitCandidate *parent = &queue->heap[(hole - 1) / 2];

		if (!goes_before(&candidate, parent))
			break;
		queue->heap[hole] = *parent;
	}
	queue->heap[hole] = candidate;
	PV_ASSERT(hole == 0 || !goes_before(&candidate, &queue->heap[(hole - 1) / 2]));
}

static PvExitCandidate
pop(PvExitQueue *queue)
{
	PvExitCandidate top = queue->heap[0];
	PvExitCandidate last = queue->heap[--queue->count];
	int hole = 0;

	PV_ASSERT(queue->count >= 0);
	for (;;)
	{
		int child = 2 * hole + 1;

		if (child >= queue->count)
			break;
		if (child + 1 < queue->count && goes_before(&queue->heap[child + 1], &queue->heap[child]))
			child++;
		if (!goes_before(&queue->heap[child], &last))
			break;
		queue->heap[hole] = queue->heap[child];
		hole = child;
	}
	if (queue->count > 0)
		queue->heap[hole] = last;
	return top;
}

/*
 * Queues what an event may have made due: the new lot `seq` of the member if
 * it exits alone, else the member by its exit floor.
 */
void
pv_exit_push_new(PvExitQueue *queue, PvMember *member, int64_t seq)
{
	PvLot *lot = pv_find_lot(member, seq);

	PV_ASSERT(!lot || lot->seq == seq);
	if (lot && lot->alone)
		push(queue, (PvExitCandidate){.price = {lot->limit, lot->minted},
									  .order = seq,
									  .member = member,
									  .lot_seq = seq});
	if (is_watched(member))
		push(queue,
			 (PvExitCandidate){.price = member->exit_floor, .order = member->id, .member = member});
}

/*
 * Whether stored candidates beyond the frontier may come before the top of the
 * heap: they are worth loading only if the vault's price has reached the
 * frontier.
 */
static bool
wants_refill(const PvExitQueue *queue, PvPrice price)
{
	if (queue->exhausted || pv_price_cmp(queue->frontier, price) > 0)
		return false;
	return queue->count == 0 || compare_position(queue->frontier, queue->frontier_order,
												 queue->heap[0].price, queue->heap[0].order) <= 0;
}

/*
 * Whether the candidate still stands at its place.  A member whose exit price
 * is above its floor is queued again by its true price; a floor that was
 * changed meanwhile was queued by whoever changed it.
 */
static bool
still_stands(PvExitQueue *queue, const PvExitCandidate *candidate)
{
	PvMember *member = candidate->member;
	PvPrice price;

	if (candidate->lot_seq != 0)
	{
		PvLot *lot = pv_find_lot(member, candidate->lot_seq);

		return lot != NULL && lot->left > 0;
	}
	if (!is_watched(member) || pv_price_cmp(candidate->price, member->exit_floor) != 0)
		return false;
	if (member_exit_price(member, &price) && pv_price_cmp(candidate->price, price) == 0)
		return true;
	raise_floor(member);
	PV_ASSERT(!is_watched(member) || member->limit > 0);
	pv_exit_push_new(queue, member, 0);
	return false;
}

/*
 * G6: takes the next candidate whose exit is due, n₀ × R ≥ L × S, off the
 * queue: the lowest exit price, then the oldest lot or member.
 */
bool
pv_exit_next(PvExitQueue *queue, const PvVault *vault, PvExitRefill refill, void *arg,
			 PvExitCandidate *next)
{
	PvPrice price = {vault->pool, vault->circulating};

	if (vault->circulating == 0)
		return false;
	for (;;)
	{
		while (wants_refill(queue, price))
			refill(queue, arg);
		if (queue->count == 0 || pv_price_cmp(queue->heap[0].price, price) > 0)
			return false;
		*next = pop(queue);
		PV_ASSERT(pv_price_cmp(next->price, price) <= 0); /* G6: due */
		if (still_stands(queue, next))
			return true;
	}
}

/*
 * A price below which no exit can be due: of the lowest candidate in memory, or
 * of the frontier.  False where there is none at all.
 */
bool
pv_exit_floor(const PvExitQueue *queue, PvPrice *floor)
{
	bool stored = !queue->exhausted;

	if (queue->count == 0 && !stored)
		return false;
	*floor = stored ? queue->frontier : queue->heap[0].price;
	if (queue->count > 0 && pv_price_cmp(queue->heap[0].price, *floor) < 0)
		*floor = queue->heap[0].price;
	return true;
}

/*
 * The event that books an exit which is due.
 */
PvEvent
pv_exit_event(const PvExitCandidate *due, PvParty *party)
{
	PvEvent event = {.kind = PV_KIND_EXIT, .parties = {party, 0, 1}};

	(void) pv_add_party(&event.parties, PV_OWN, due->member);
	if (due->lot_seq != 0)
		event.lot = pv_find_lot(due->member, due->lot_seq);
	PV_ASSERT(due->lot_seq == 0 || event.lot); /* else all lots of the member would go */
	return event;
}
