/*
 * line.c
 *	  The line above a member, and who may earn by a purchase (M1, M2).
 *
 * The line is walked up by number, a look-up for each step, no further than somebody may
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
							.columns = "rank",
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

/* A member in the line: who it is, after merges, and who stands above. */
typedef struct Place
{
	int64_t id; /* 0 = nobody */
	int64_t sponsor;
} Place;

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

/* The place of a member, or of who took over from it, who was not merged itself. */
static Place
place_of(Search *search, int64_t member)
{
	const PvMember *known = member != 0 ? pv_book_known_member(search->book, member) : NULL;
	int64_t merged_into;
	PvRow row;

	if (member == 0)
		return (Place){0};
	if (known && known->merged_into == 0)
		return (Place){member, known->sponsor};
	if (known)
		merged_into = known->merged_into;
	else
	{
		row = row_of(search, member);
		if (row.nulls[1])
			return (Place){member, pv_row_int(&row, 0)};
		merged_into = pv_row_int(&row, 1);
	}
	row = row_of(search, merged_into);
	return (Place){merged_into, pv_row_int(&row, 0)};
}

/*
 * L4: the rank of a member, by its team's sales as of the last close.
 */
static int
rank_of(Search *search, int64_t member)
{
	PvRow row;

	pv_scan_by(&search->teams,
			   (Datum[]){Int32GetDatum(search->book->vault), Int64GetDatum(member)});
	return pv_scan_peek(&search->teams, &row) ? DatumGetInt16(row.values[0]) : 0;
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
	Place direct = place_of(search, buyer->sponsor);
	Place indirect = place_of(search, direct.sponsor);
	Place next = direct;

	search->earners->direct = direct.id;
	search->earners->indirect = indirect.id;
	pv_pay_sponsors(&search->payout, direct.id, indirect.id);
	for (; next.id != 0 && pv_line_may_earn(&search->payout); next = place_of(search, next.sponsor))
	{
		int rank = rank_of(search, next.id);

		pv_walk_to(&walk, next.id);
		if (rank <= 0)
			continue;
		add_above(search, next.id, rank);
		pv_pay_above(&search->payout, next.id, rank);
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

		search->earners->agents[i] = place_of(search, agent).id;
		pv_pay_agent(&search->payout, reason, search->earners->agents[i]);
	}
}

/* Brings those who earn and are not in the book, at once. */
static void
bring_paid(PvBook *book, const PvCommissions *paid)
{
	Datum *ids = palloc(sizeof(Datum) * Max(paid->count, 1));
	int count = 0;

	for (int i = 0; i < paid->count; i++)
		if (paid->list[i].member != 0 && !pv_book_known_member(book, paid->list[i].member))
			ids[count++] = Int64GetDatum(paid->list[i].member);
	pv_bring_members(book, ids, count);
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
	pv_scan_close(&search.teams);
	if (pv_region_may_earn(&search.payout))
		find_agents(&search, buyer, entry);
	pv_scan_close(&search.members);
	bring_paid(book, &search.paid);
	for (int i = 0; i < search.paid.count; i++)
	{
		int64_t member = search.paid.list[i].member;

		if (member != 0 && !pv_party_of(&event->parties, member))
			(void) pv_add_party(&event->parties, PV_EARNER, pv_book_member(book, member));
	}
	event->earners = search.earners;
}
