/*
 * holdings.c
 *	  Members and their balances in memory: read when an event needs them, written
 *	  at the end.
 */
#include "store/holdings.h"

#include "base/tokens.h"
#include "store/holding_places.h"
#include "store/journal.h"
#include "store/lookup.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

/* simplehash of the members in memory, by id */
typedef struct MemberSlot
{
	int64_t id;
	PvMember *member;
	char status;
} MemberSlot;

#define SH_PREFIX memberhash
#define SH_ELEMENT_TYPE MemberSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY id
#define SH_HASH_KEY(table, key) murmurhash32((uint32) (key))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

static PvLookup member_by_name = {.table = "member_data",
								  .index = "member_name_key",
								  .columns =
									  "id, sponsor, merchant, name, suspended, merged_into, region",
								  .by = "vault, name",
								  .nkeys = 2};

static PvLookup member_by_id = {.table = "member_data",
								.columns =
									"id, sponsor, merchant, name, suspended, merged_into, region",
								.by = "vault, id",
								.nkeys = 2};

static PvLookup holding_of = {.table = "holding_data",
							  .columns = PV_HOLDING_COLUMNS,
							  .by = "vault, member",
							  .nkeys = 2};

/* A member in memory, and where its holding lies. */
typedef struct StoredMember
{
	PvMember member; /* first */
	ItemPointerData place;
	bool has_row; /* its row was read, and not its holding alone */
	char *region; /* then, NULL = it has none */
} StoredMember;

#define HOLDING_NAMES "vault, member, " PV_HOLDING_COLUMNS
#define HOLDING_TYPES "il" PV_ASSETS(PV_FIGURE_TYPE, PV_FIGURE_TYPE, ) "aadaraa"

static PvTable holding_table = {PV_UPDATE, "holding_data", HOLDING_NAMES, HOLDING_TYPES, 2};

static PvTable holding_insert = {PV_INSERT, "holding_data", HOLDING_NAMES, HOLDING_TYPES};

/* Where the assets begin in it, and what follows them. */
enum
{
	HOLDING_ASSETS = 2,
	HOLDING_SPENT = HOLDING_ASSETS + PV_ASSET_COUNT,
	HOLDING_MARK,
	HOLDING_POSTED_TO,
	HOLDING_LIMIT,
	HOLDING_FLOOR,
	HOLDING_SHAREHOLDER_MARK,
	HOLDING_RELEASED,
	HOLDING_COLUMNS
};

/* A price column of a row; false where it is NULL. */
bool
pv_row_price(const PvRow *row, int column, PvPrice *price)
{
	if (row->nulls[column])
		return false;
	*price = *(PvPrice *) DatumGetPointer(row->values[column]);
	return true;
}

static int
compare_members(const void *a, const void *b)
{
	int64_t left = (*(const PvMember *const *) a)->id;
	int64_t right = (*(const PvMember *const *) b)->id;

	return (left > right) - (left < right);
}

/* The balances of a member, and where they lie. */
static void
read_holding(PvMember *member, const PvRow *row)
{
	pv_read_assets(row, 0, &member->has);
	member->owed = member->has.cash < 0;
	member->spent = pv_row_int(row, PV_ASSET_COUNT);
	member->mark = pv_row_int(row, PV_ASSET_COUNT + 1);
	member->posted_to = row->nulls[PV_ASSET_COUNT + 2]
							? PV_NO_DAY
							: DatumGetDateADT(row->values[PV_ASSET_COUNT + 2]);
	member->limit = pv_row_int(row, PV_ASSET_COUNT + 3);
	(void) pv_row_price(row, PV_ASSET_COUNT + 4, &member->exit_floor);
	member->shareholder_mark = pv_row_int(row, PV_ASSET_COUNT + 5);
	member->released = pv_row_int(row, PV_ASSET_COUNT + 6);
	((StoredMember *) member)->place = row->place;
}

/* Remembers where holdings lie that were written. */
void
pv_holdings_written(const PvBook *book, PvMember *const *members, int count)
{
	if (!pv_holdings_are_noted(count))
		return;
	for (int i = 0; i < count; i++)
		pv_holding_note(book->vault, members[i]->id, &((StoredMember *) members[i])->place);
}

/*
 * Brings the holdings of members that were just put into the book, in the order of
 * their numbers: neighbours share pages.
 */
static void
bring_holdings(PvBook *book, PvMember **members, int count)
{
	PvScan scan;

	qsort(members, count, sizeof(PvMember *), compare_members);
	pv_scan_open(&scan, &holding_of, pv_sight(book->mode == PV_BOOK_READ));
	for (int i = 0; i < count; i++)
	{
		PvRow row;

		if (!pv_holding_find(&scan, book->vault, members[i]->id, &row))
			ereport(ERROR, (pv_error(DAMAGED_DATA),
							errmsg("the holding of member " INT64_FORMAT " of vault %d is missing",
								   members[i]->id, book->vault)));
		read_holding(members[i], &row);
	}
	pv_scan_close(&scan);
}

/* A member of that number in the book; its place among them is found, or made for it. */
static PvMember *
place_member(PvBook *book, int64_t id, bool *found)
{
	MemberSlot *slot = memberhash_insert(book->members, id, found);

	if (*found)
		return slot->member;
	slot->member = palloc0(sizeof(StoredMember));
	slot->member->id = id;
	return slot->member;
}

/*
 * Puts a member that was read into the book.  One already there is newer than what is
 * stored.
 */
static PvMember *
add_member(PvBook *book, const PvRow *row, bool *found)
{
	PvMember *member = place_member(book, DatumGetInt64(row->values[0]), found);

	if (*found)
		return member;
	member->sponsor = pv_row_int(row, 1);
	member->merchant = !row->nulls[2] && DatumGetBool(row->values[2]);
	member->suspended = !row->nulls[4];
	member->merged_into = pv_row_int(row, 5);
	((StoredMember *) member)->has_row = true;
	((StoredMember *) member)->region = pv_row_text(row, 6);
	return member;
}

/*
 * A member that lots or dividends are due of.  Whose sponsor it is, and whether it is a
 * merchant, is not read: that matters to calls that name it, which bring it first.
 */
PvMember *
pv_book_holder(PvBook *book, int64_t id)
{
	bool found;
	PvMember *member = place_member(book, id, &found);

	if (!found)
		bring_holdings(book, &member, 1);
	return member;
}

/* Many such members at once, such as those who earn by a purchase, none of whom was merged. */
void
pv_bring_holders(PvBook *book, const int64_t *ids, int count)
{
	PvMember **new = palloc(sizeof(PvMember *) * Max(count, 1));
	int nnew = 0;

	for (int i = 0; i < count; i++)
	{
		bool found;
		PvMember *member = place_member(book, ids[i], &found);

		if (!found)
			new[nnew++] = member;
	}
	if (nnew > 0)
		bring_holdings(book, new, nnew);
	pfree(new);
}

/* A member found by the keys, with its holding; NULL where there is none. */
static PvMember *
bring_member(PvBook *book, PvLookup *lookup, const Datum *keys)
{
	PvMember *member;
	bool found;
	PvRow row;

	if (!pv_look_up(lookup, keys, pv_sight(book->mode == PV_BOOK_READ), &row))
		return NULL;
	member = add_member(book, &row, &found);
	if (!found)
		bring_holdings(book, &member, 1);
	return member;
}

/*
 * A member by name, NULL where there is none such.
 */
PvMember *
pv_book_named_member(PvBook *book, const char *name)
{
	return bring_member(book, &member_by_name,
						(Datum[]){Int32GetDatum(book->vault), CStringGetTextDatum(name)});
}

/* A member by id, read unless it is in the book already. */
static PvMember *
member_by_number(PvBook *book, int64_t id)
{
	MemberSlot *slot = memberhash_lookup(book->members, id);
	PvMember *member;

	if (slot)
		return slot->member;
	member =
		bring_member(book, &member_by_id, (Datum[]){Int32GetDatum(book->vault), Int64GetDatum(id)});
	if (!member)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("member " INT64_FORMAT " of vault %d is missing", id, book->vault)));
	return member;
}

/* A member whose row is in the book, NULL where it is not. */
const PvMember *
pv_book_known_member(const PvBook *book, int64_t id)
{
	MemberSlot *slot = memberhash_lookup(book->members, id);

	return slot && ((const StoredMember *) slot->member)->has_row ? slot->member : NULL;
}

/* The region of a member that a call named, NULL where it has none. */
char *
pv_book_region(const PvMember *member)
{
	const StoredMember *stored = (const StoredMember *) member;

	PV_ASSERT(stored->has_row);
	return stored->region;
}

/*
 * A member by id, or who took over from it by a merge, who was not merged.
 */
PvMember *
pv_book_member(PvBook *book, int64_t id)
{
	PvMember *member = member_by_number(book, id);

	return member->merged_into == 0 ? member : member_by_number(book, member->merged_into);
}

/*
 * Brings the members that a look-up finds by a list of keys, with their holdings, and
 * tells of each.
 */
static void
bring_members(PvBook *book, PvLookup *lookup, const Datum *list, int count, PvOnMember on_member,
			  void *arg)
{
	PvMember **new = palloc(sizeof(PvMember *) * Max(count, 1));
	int nnew = 0;
	PvScan scan;

	pv_scan_open(&scan, lookup, pv_sight(book->mode == PV_BOOK_READ));
	for (int i = 0; i < count; i++)
	{
		PvMember *member;
		bool found;
		PvRow row;

		pv_scan_by(&scan, (Datum[]){Int32GetDatum(book->vault), list[i]});
		if (!pv_scan_next(&scan, &row))
			continue;
		member = add_member(book, &row, &found);
		if (!found)
			new[nnew++] = member;
		if (on_member)
			on_member(member, pv_row_text_or_empty(&row, 3), arg);
	}
	pv_scan_close(&scan);
	if (nnew > 0)
		bring_holdings(book, new, nnew);
	pfree(new);
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t left = DatumGetInt64(*(const Datum *) a);
	int64_t right = DatumGetInt64(*(const Datum *) b);

	return (left > right) - (left < right);
}

/* Brings the sponsors of all members in the book, for purchases that reward them (G2, C1). */
void
pv_bring_sponsors(PvBook *book)
{
	Datum *ids = palloc(sizeof(Datum) * Max(book->members->members, 1));
	memberhash_iterator it;
	MemberSlot *slot;
	int count = 0;

	memberhash_start_iterate(book->members, &it);
	while ((slot = memberhash_iterate(book->members, &it)) != NULL)
		if (slot->member->sponsor != 0 && !memberhash_lookup(book->members, slot->member->sponsor))
			ids[count++] = Int64GetDatum(slot->member->sponsor);
	qsort(ids, count, sizeof(Datum), compare_ids);
	if (count > 0)
		bring_members(book, &member_by_id, ids, count, NULL, NULL);
}

/* Adds a member's balances to the rows of their table. */
static void
add_holding_row(PvRows *rows, int32_t vault, const PvMember *member)
{
	Datum values[HOLDING_COLUMNS] = {Int32GetDatum(vault), Int64GetDatum(member->id)};
	bool nulls[HOLDING_COLUMNS] = {0};

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		values[HOLDING_ASSETS + i] = Int64GetDatum(pv_figure(&member->has, &pv_assets[i]));
	values[HOLDING_SPENT] = Int64GetDatum(member->spent);
	values[HOLDING_MARK] = Int64GetDatum(member->mark);
	values[HOLDING_POSTED_TO] = DateADTGetDatum(member->posted_to);
	values[HOLDING_LIMIT] = Int64GetDatum(member->limit);
	values[HOLDING_FLOOR] = PointerGetDatum(&member->exit_floor);
	values[HOLDING_RELEASED] = Int64GetDatum(member->released);
	nulls[HOLDING_RELEASED] = member->released == 0;
	nulls[HOLDING_POSTED_TO] = member->posted_to == PV_NO_DAY;
	nulls[HOLDING_FLOOR] = member->exit_floor.points == 0;
	values[HOLDING_SHAREHOLDER_MARK] = Int64GetDatum(member->shareholder_mark);
	nulls[HOLDING_SHAREHOLDER_MARK] = member->shareholder_mark == 0;
	pv_add_row(rows, values, nulls, lengthof(values));
}

/* Gathers a member's balances for their table; returns where the place they lie at is kept. */
ItemPointer
pv_gather_holding(PvRows *rows, const PvBook *book, PvMember *member)
{
	PV_ASSERT(member->changed && book->mode == PV_BOOK_WRITE);
	add_holding_row(rows, book->vault, member);
	return &((StoredMember *) member)->place;
}

/* Gathers the empty holding of a new member. */
void
pv_gather_empty_holding(PvRows *rows, int32_t vault, int64_t id)
{
	static const PvMember none = {.posted_to = PV_NO_DAY};
	PvMember member = none;

	member.id = id;
	rows->table = &holding_insert;
	add_holding_row(rows, vault, &member);
}

/*
 * The members to write, in the order of their numbers: neighbours share pages.
 */
PvMember **
pv_changed_members(const PvBook *book, int *count)
{
	PvMember **changed = palloc(sizeof(PvMember *) * Max(book->members->members, 1));
	memberhash_iterator it;
	MemberSlot *slot;

	*count = 0;
	memberhash_start_iterate(book->members, &it);
	while ((slot = memberhash_iterate(book->members, &it)) != NULL)
		if (slot->member->changed)
			changed[(*count)++] = slot->member;
	qsort(changed, *count, sizeof(PvMember *), compare_members);
	return changed;
}

/* What holdings are written with, empty. */
PvRows
pv_holding_rows(void)
{
	return (PvRows){.table = &holding_table};
}

/* An empty set of members. */
struct memberhash_hash *
pv_members_in_memory(void)
{
	return memberhash_create(CurrentMemoryContext, 8, NULL);
}

/*
 * Brings those of the named members that there are, and tells of each.
 */
void
pv_bring_named_members(PvBook *book, const Datum *names, int count, PvOnMember on_member, void *arg)
{
	bring_members(book, &member_by_name, names, count, on_member, arg);
}
