/*
 * line.c
 *	  The line above a member, and who may earn by a purchase (M1, M2).
 *
 * The line is walked up place by place (places.c), no further than somebody may still earn;
 * it may be as long as there are members.  Of those in it only who does earn
 * is brought into the book.
 */
#include "store/line.h"

#include "base/tokens.h"
#include "engine/commission.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "store/holdings.h"
#include "store/places.h"

#include "miscadmin.h"

/* Begins a walk up a line. */
PvWalk
pv_walk_from(int32_t vault, int64_t member)
{
	return (PvWalk){.vault = vault, .been = member, .turn = 1};
}

/* A step of it; an error where it comes back to where it was. */
void
pv_walk_to(PvWalk *walk, int64_t member)
{
	CHECK_FOR_INTERRUPTS();
	if (member == walk->been)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the line above member " INT64_FORMAT " of vault %d is a ring",
							   member, walk->vault),
						errhint("pointsvault.verify(%d) names what was changed.", walk->vault)));
	if (++walk->steps == walk->turn)
	{
		walk->been = member;
		walk->turn *= 2;
	}
}

/* What is open while those who may earn are found. */
typedef struct Search
{
	PvPlaces places;
	PvPayout payout;
	PvCommissions paid;
	PvEarners *earners;
	int size; /* of its line */
} Search;

static void
add_above(Search *search, int64_t member, int rank)
{
	PvEarners *earners = search->earners;

	if (earners->nline == search->size)
	{
		search->size = search->size > 0 ? 2 * search->size : 8;
		earners->line = pv_realloc(earners->line, sizeof(PvAbove) * search->size);
	}
	earners->line[earners->nline++] = (PvAbove){member, rank};
}

/*
 * M1: sponsor, sponsor's sponsor, and those above who may earn by their ranks.
 */
static void
find_line(Search *search, const PvMember *buyer)
{
	PvWalk walk = pv_walk_from(search->places.book->vault, buyer->id);
	const PvCommissionPolicy *policy = search->payout.policy;
	bool any = policy->direct_rate > 0 || policy->indirect_rate > 0 || policy->nranks > 0;
	PvPlace direct = pv_place_of(&search->places, any ? buyer->sponsor : 0, false);
	PvPlace indirect = pv_place_of(&search->places, policy->indirect_rate > 0 ? direct.sponsor : 0,
								   direct.resolved);
	PvPlace next = direct;

	search->earners->direct = direct.id;
	search->earners->indirect = indirect.id;
	pv_pay_sponsors(&search->payout, direct.id, indirect.id);
	for (; next.id != 0 && pv_line_may_earn(&search->payout);
		 next = pv_place_of(&search->places, next.sponsor, next.resolved))
	{
		pv_walk_to(&walk, next.id);
		if (next.rank <= 0)
			continue;
		add_above(search, next.id, next.rank);
		pv_pay_above(&search->payout, next.id, next.rank);
	}
}

/*
 * M1: the agents of the order's region, else of the buyer's, which the entry then notes:
 * a member's region may change.
 */
static void
find_agents(Search *search, const PvMember *buyer, PvEntry *entry)
{
	const char *region = entry->region;

	if (!region)
		region = entry->note = pv_book_region(buyer);
	for (int i = 0; region && i < PV_REGIONS; i++)
	{
		PvReason reason = (PvReason) (PV_DISTRICT + i);

		search->earners->agents[i] = pv_place_of_agent(&search->places, region, reason);
		pv_pay_agent(&search->payout, reason, search->earners->agents[i]);
	}
}

/*
 * Those who earn take part.  Of them the holding alone is read: who was merged, the search
 * has seen to.
 */
static void
bring_paid(PvBook *book, PvEvent *event, const PvCommissions *paid)
{
	int64_t *ids = palloc(sizeof(int64_t) * Max(paid->count, 1));
	int count = 0;

	for (int i = 0; i < paid->count; i++)
		if (paid->list[i].member != 0 && !pv_party_of(&event->parties, paid->list[i].member))
			ids[count++] = paid->list[i].member;
	pv_bring_holders(book, ids, count);
	for (int i = 0; i < count; i++)
		if (!pv_party_of(&event->parties, ids[i]))
			(void) pv_add_party(&event->parties, PV_EARNER, pv_book_holder(book, ids[i]));
	pfree(ids);
}

/*
 * M1, M2: finds who may earn by a purchase, as they stand now, and brings those who do.
 */
void
pv_book_bring_earners(PvBook *book, PvEvent *event, PvEntry *entry)
{
	const PvMember *buyer = pv_own(&event->parties)->member;
	Search search = {.places = pv_places_begin(book), .earners = palloc0(sizeof(PvEarners))};

	search.payout = pv_payout(&book->policy, event->amount, &search.paid);
	find_line(&search, buyer);
	if (pv_region_may_earn(&search.payout))
		find_agents(&search, buyer, entry);
	pv_places_end(&search.places);
	bring_paid(book, event, &search.paid);
	event->earners = search.earners;
}
