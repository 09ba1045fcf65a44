/*
 * line.c
 *	  The line above a member, and who may earn by a purchase (M1, M2).
 *
 * The line is walked up by number, mostly a look-up for each step, no further than somebody may
 * still earn; it may be as long as there are members.  Of those in it only who does earn
 * is brought into the book.
 */
#include "store/line.h"

#include "base/tokens.h"
#include "engine/commission.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "store/agents.h"
#include "store/holdings.h"
#include "store/lookup.h"

#include "miscadmin.h"

static PvLookup member_row = {.table = "member_data",
							  .columns = "sponsor, merged_into, region",
							  .by = "vault, id",
							  .nkeys = 2};

static PvLookup team_row = {.table = "team_data",
							.columns = "rank, above",
							.by = "vault, member",
							.nkeys = 2};

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

/* A member in the line: who it is, after merges, who stands above, and its rank. */
typedef struct Place
{
	int64_t member; /* as it was asked for */
	int64_t id;		/* 0 = nobody */
	int64_t sponsor;
	bool resolved; /* its sponsor is known not to be merged */
	int rank;
	char status;
} Place;

#define SH_PREFIX placehash
#define SH_ELEMENT_TYPE Place
#define SH_KEY_TYPE int64_t
#define SH_KEY member
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

/* What is open while those who may earn are found. */
typedef struct Search
{
	PvBook *book;
	PvScan members;
	PvScan teams;
	PvPayout payout;
	PvCommissions paid;
	PvEarners *earners;
	int size; /* of its line */
} Search;

/* The row of a member, until the next is looked up. */
static PvRow
row_of(Search *search, int64_t member)
{
	PvRow row;

	pv_scan_by(&search->members,
			   (Datum[]){Int32GetDatum(search->book->vault), Int64GetDatum(member)});
	if (!pv_scan_peek(&search->members, &row))
		ereport(ERROR,
				(pv_error(DAMAGED_DATA), errmsg("member " INT64_FORMAT " of vault %d is missing",
												member, search->book->vault)));
	return row;
}

/* Who a member is, or who took over from it, who was not merged itself, and its sponsor. */
static void
read_place(Search *search, Place *place)
{
	const PvMember *known = pv_book_known_member(search->book, place->member);
	PvRow row;

	if (known && known->merged_into == 0)
	{
		place->sponsor = known->sponsor;
		return;
	}
	row = row_of(search, place->member);
	if (!row.nulls[1])
	{
		place->id = pv_row_int(&row, 1);
		row = row_of(search, place->id);
	}
	place->sponsor = pv_row_int(&row, 0);
}

/*
 * L4: the rank of a member, by its team's sales as of the last close; and whom it stands
 * below, as closes and merges keep it.  False where there are no such figures.
 */
static bool
read_rank(Search *search, Place *place)
{
	PvRow row;

	if (search->payout.policy->nranks == 0)
		return false;
	pv_scan_by(&search->teams,
			   (Datum[]){Int32GetDatum(search->book->vault), Int64GetDatum(place->id)});
	if (!pv_scan_peek(&search->teams, &row))
		return false;
	place->rank = DatumGetInt16(row.values[0]);
	place->sponsor = pv_row_int(&row, 1);
	place->resolved = true;
	return true;
}

/*
 * The place of a member, or of who took over from it where it is not resolved yet.  What was
 * found is kept until the next close, as many orders may be booked at once, by buyers of
 * one line.
 */
static Place
place_of(Search *search, int64_t member, bool resolved)
{
	PvBook *book = search->book;
	Place *slot;
	bool found;

	if (member == 0)
		return (Place){0};
	if (!book->line)
		book->line = placehash_create(CurrentMemoryContext, 64, NULL);
	slot = placehash_insert(book->line, member, &found);
	if (found)
		return *slot;
	slot->id = member;
	slot->rank = 0;
	slot->resolved = false;
	if (!resolved)
		read_place(search, slot);
	if (!read_rank(search, slot) && resolved)
		read_place(search, slot);
	return *slot;
}

/* Forgets the line: a close changes ranks. */
void
pv_line_forget(PvBook *book)
{
	if (book->line)
		placehash_reset(book->line);
}

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
	PvWalk walk = pv_walk_from(search->book->vault, buyer->id);
	const PvCommissionPolicy *policy = search->payout.policy;
	bool any = policy->direct_rate > 0 || policy->indirect_rate > 0 || policy->nranks > 0;
	Place direct = place_of(search, any ? buyer->sponsor : 0, false);
	Place indirect =
		place_of(search, policy->indirect_rate > 0 ? direct.sponsor : 0, direct.resolved);
	Place next = direct;

	search->earners->direct = direct.id;
	search->earners->indirect = indirect.id;
	pv_pay_sponsors(&search->payout, direct.id, indirect.id);
	for (; next.id != 0 && pv_line_may_earn(&search->payout);
		 next = place_of(search, next.sponsor, next.resolved))
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
	{
		PvRow row = row_of(search, buyer->id);

		region = entry->note = pv_row_text(&row, 2);
	}
	for (int i = 0; region && i < PV_REGIONS; i++)
	{
		PvReason reason = (PvReason) (PV_DISTRICT + i);
		int64_t agent = pv_agent_of(search->book, region, reason);

		search->earners->agents[i] = place_of(search, agent, false).id;
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
	Search search = {.book = book, .earners = palloc0(sizeof(PvEarners))};

	search.payout = pv_payout(&book->policy, event->amount, &search.paid);
	pv_scan_open(&search.members, &member_row, pv_sight(book->mode == PV_BOOK_READ));
	pv_scan_open(&search.teams, &team_row, pv_sight(book->mode == PV_BOOK_READ));
	find_line(&search, buyer);
	if (pv_region_may_earn(&search.payout))
		find_agents(&search, buyer, entry);
	pv_scan_close(&search.teams);
	pv_scan_close(&search.members);
	bring_paid(book, event, &search.paid);
	event->earners = search.earners;
}
