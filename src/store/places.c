/*
 * places.c
 *	  Where members stand in the tree, for who walks up a line (M2).
 *
 * Buyers of one line walk up the same places, and these change with closes, merges and
 * appointments alone: a backend keeps those that it found under a vault's lock.  Who
 * changes them tells all backends (pv_tell_of_places), who hear of it before the lock is
 * released; where the transaction fails this one does, which had found what never was.
 * What a reader finds, by a snapshot that may be older, is kept no longer than its book.
 */
#include "store/places.h"

#include "base/tokens.h"
#include "store/agents.h"
#include "store/holdings.h"
#include "store/plan.h"

#include "utils/inval.h"
#include "utils/memutils.h"

/* More than that are not kept: some 10 MB of them. */
#define MOST_PLACES 100000

static PvLookup member_row = {.table = "member_data",
							  .columns = "sponsor, merged_into",
							  .by = "vault, id",
							  .nkeys = 2};

static PvLookup team_row = {.table = "team_data",
							.columns = "rank, above",
							.by = "vault, member",
							.nkeys = 2};

/* What this backend keeps, and the tables of which it is told. */
static HTAB *kept;
static bool changed; /* some of it may be another now */
static Oid told_of[3];

static void
hear(Datum arg, Oid table)
{
	(void) arg;
	for (int i = 0; i < (int) lengthof(told_of); i++)
		changed |= !OidIsValid(table) || table == told_of[i];
}

/* An empty table; one that lasts may meet the end of memory, and is as it was then. */
static HTAB *
make_table(MemoryContext context)
{
	HASHCTL control = {.keysize = sizeof(PvPlaceKey),
					   .entrysize = sizeof(PvPlace),
					   .hcxt = context};

	return hash_create("pointsvault places", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
begin_to_keep(void)
{
	static const char *const names[] = {"member_data", "team_data", "agent_data"};
	static bool hears;

	StaticAssertStmt(lengthof(names) == lengthof(told_of), "an Oid for each");
	if (!hears)
		CacheRegisterRelcacheCallback(hear, (Datum) 0);
	hears = true;
	changed = false;
	for (int i = 0; i < (int) lengthof(told_of); i++)
		told_of[i] = pv_relation_oid(names[i]);
	if (kept)
		hash_destroy(kept);
	kept = NULL;
	kept = make_table(TopMemoryContext);
}

/* What is kept, after all that was told of by now. */
static HTAB *
kept_now(void)
{
	AcceptInvalidationMessages();
	if (!kept || changed || hash_get_num_entries(kept) >= MOST_PLACES)
		begin_to_keep();
	return kept;
}

/* Begins to find places, which the vault's lock keeps as they are where the book writes. */
PvPlaces
pv_places_begin(PvBook *book)
{
	bool keeps = book->mode != PV_BOOK_READ;

	return (PvPlaces){.book = book, .kept = keeps ? kept_now() : make_table(CurrentMemoryContext)};
}

/* Closes what was opened on the way. */
void
pv_places_end(PvPlaces *places)
{
	if (places->kept != kept)
		hash_destroy(places->kept);
	if (!places->is_open)
		return;
	pv_scan_close(&places->teams);
	pv_scan_close(&places->members);
	places->is_open = false;
}

static void
open_scans(PvPlaces *places)
{
	PvSight sight = pv_sight(places->book->mode == PV_BOOK_READ);

	if (places->is_open)
		return;
	pv_scan_open(&places->members, &member_row, sight);
	pv_scan_open(&places->teams, &team_row, sight);
	places->is_open = true;
}

/* The row of a member, until the next is looked up. */
static PvRow
row_of(PvPlaces *places, int64_t member)
{
	int32_t vault = places->book->vault;
	PvRow row;

	open_scans(places);
	pv_scan_by(&places->members, (Datum[]){Int32GetDatum(vault), Int64GetDatum(member)});
	if (!pv_scan_peek(&places->members, &row))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("member " INT64_FORMAT " of vault %d is missing", member, vault)));
	return row;
}

/* Who a member is, or who took over from it, who was not merged itself, and its sponsor. */
static void
read_place(PvPlaces *places, PvPlace *place)
{
	const PvMember *known = pv_book_known_member(places->book, place->id);
	PvRow row;

	if (known && known->merged_into == 0)
	{
		place->sponsor = known->sponsor;
		return;
	}
	row = row_of(places, place->id);
	if (!row.nulls[1])
	{
		place->id = pv_row_int(&row, 1);
		row = row_of(places, place->id);
	}
	place->sponsor = pv_row_int(&row, 0);
}

/*
 * L4: the rank of a member, by its team's sales as of the last close; and whom it stands
 * below, as closes and merges keep it.  False where there are no such figures.
 */
static bool
read_rank(PvPlaces *places, PvPlace *place)
{
	PvRow row;

	open_scans(places);
	place->ranked = true;
	pv_scan_by(&places->teams,
			   (Datum[]){Int32GetDatum(places->book->vault), Int64GetDatum(place->id)});
	if (!pv_scan_peek(&places->teams, &row))
		return false;
	place->rank = DatumGetInt16(row.values[0]);
	place->sponsor = pv_row_int(&row, 1);
	place->resolved = true;
	return true;
}

/* Looks for a place, by the key that it has. */
static PvPlace
find_place(PvPlaces *places, PvPlaceKey key, bool resolved, bool ranks)
{
	PvPlace place = {.key = key, .id = key.member};

	if (!resolved)
		read_place(places, &place);
	if (!(ranks && read_rank(places, &place)) && resolved)
		read_place(places, &place);
	return place;
}

/* Keeps a place that was found whole: an error on the way leaves nothing of it. */
static PvPlace
keep(PvPlaces *places, PvPlace place)
{
	*(PvPlace *) hash_search(places->kept, &place.key, HASH_ENTER, NULL) = place;
	return place;
}

/*
 * The place of a member, or of who took over from it where it is not `resolved` yet; with
 * its rank where the policy has ranks.
 */
PvPlace
pv_place_of(PvPlaces *places, int64_t member, bool resolved)
{
	PvPlaceKey key = {member, places->book->vault, 0};
	bool ranks = places->book->policy.commission.nranks > 0;
	const PvPlace *found;

	if (member == 0)
		return (PvPlace){0};
	found = hash_search(places->kept, &key, HASH_FIND, NULL);
	if (found && (found->ranked || !ranks))
		return *found;
	return keep(places, find_place(places, key, resolved, ranks));
}

/* The code of a region as a number: its digits, up to six, behind a 1. */
static int32_t
number_of_region(const char *code)
{
	int32_t number = 1;

	for (; *code; code++)
		number = 10 * number + (*code - '0');
	return number;
}

/*
 * M1: the agent of the district, city or province that a region lies in, or who took over
 * from it; 0 = there is none, or the region does not tell.
 */
int64_t
pv_place_of_agent(PvPlaces *places, const char *region, PvReason reason)
{
	int digits = pv_region_digits(reason);
	PvPlace agent = {.key.vault = places->book->vault};
	const PvPlace *found;
	char *code;

	if (!pv_region_has_digits(region, digits))
		return 0;
	code = pnstrdup(region, digits);
	agent.key.region = number_of_region(code);
	found = hash_search(places->kept, &agent.key, HASH_FIND, NULL);
	if (found)
		return found->id;
	agent.id = pv_agent_with_code(places->book, code);
	agent.id = pv_place_of(places, agent.id, false).id;
	return keep(places, agent).id;
}
