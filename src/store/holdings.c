/*
 * holdings.c
 *	  Members and their balances in memory: read when an event needs them, written
 *	  at the end.
 */
#include "store/holdings.h"

#include "base/tokens.h"
#include "store/journal.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"

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

/* clang-format off */

static PvPlan read_member_by_name = {
	"SELECT m.id, m.sponsor, m.merchant, " PV_HOLDING_COLUMNS("h") " "
	"FROM pointsvault.member_data m "
	PV_HOLDING_OF("m.id") " "
	"WHERE m.vault = $1 AND m.name = $2",
	"it", NULL};

static PvPlan read_member = {
	"SELECT m.id, m.sponsor, m.merchant, " PV_HOLDING_COLUMNS("h") " "
	"FROM pointsvault.member_data m "
	PV_HOLDING_OF("m.id") " "
	"WHERE m.vault = $1 AND m.id = $2",
	"il", NULL};

/*
 * Of a list, sorted so that neighbours share index pages.  Planned for each list:
 * a kept plan made while a table is small would read all of a vault.
 */
#define LOOK_UP(columns, table, key)                                   \
	"SELECT " columns " "                                              \
	"FROM unnest($2) AS n(key) "                                       \
	"CROSS JOIN LATERAL ("                                             \
		"SELECT * "                                                    \
		"FROM pointsvault." table " "                                  \
		"WHERE vault = $1 AND " key " = n.key OFFSET 0) h"

static PvPlan read_members_by_name = {
	LOOK_UP("h.id, h.sponsor, h.merchant, h.name", "member_data", "name"),
	"iT", .custom = true};

static PvPlan read_members = {
	LOOK_UP("h.id, h.sponsor, h.merchant, h.name", "member_data", "id"),
	"iL", .custom = true};

static PvPlan read_holdings = {
	LOOK_UP("h.member, " PV_HOLDING_COLUMNS("h"), "holding_data", "member"),
	"iL", .custom = true};

/* clang-format on */

static const PvTable holding_table = {
	PV_UPDATE, "holding_data",
	"vault, member, " PV_ASSETS(
		PV_FIRST_FIGURE, PV_NEXT_FIGURE, ) ", spent, mark, posted_to, exit_limit, exit_floor",
	"il" PV_ASSETS(PV_FIGURE_TYPE, PV_FIGURE_TYPE, ) "aadar", 1};

/* Where the assets begin in it, and what follows them. */
enum
{
	HOLDING_ASSETS = 2,
	HOLDING_SPENT = HOLDING_ASSETS + PV_ASSET_COUNT,
	HOLDING_MARK,
	HOLDING_POSTED_TO,
	HOLDING_LIMIT,
	HOLDING_FLOOR,
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

/* The balances of a member, from `first` on in the order of PV_HOLDING_COLUMNS. */
static void
read_holding(PvMember *member, const PvRow *row, int first)
{
	pv_read_assets(row, first, &member->has);
	first += PV_ASSET_COUNT;
	member->spent = pv_row_int(row, first);
	member->mark = pv_row_int(row, first + 1);
	member->posted_to = row->nulls[first + 2] ? PV_NO_DAY : DatumGetDateADT(row->values[first + 2]);
	member->limit = pv_row_int(row, first + 3);
	(void) pv_row_price(row, first + 4, &member->exit_floor);
}

/*
 * Puts a member that was read into the book: id, sponsor, merchant.  One already
 * there is newer than what is stored.
 */
static PvMember *
add_member(PvBook *book, const PvRow *row, bool *found)
{
	MemberSlot *slot = memberhash_insert(book->members, DatumGetInt64(row->values[0]), found);

	if (*found)
		return slot->member;
	slot->member = palloc0(sizeof(PvMember));
	slot->member->id = DatumGetInt64(row->values[0]);
	slot->member->sponsor = pv_row_int(row, 1);
	slot->member->merchant = !row->nulls[2] && DatumGetBool(row->values[2]);
	return slot->member;
}

/*
 * Puts a member that was read with its holding into the book: id, sponsor, merchant,
 * then PV_HOLDING_COLUMNS.
 */
PvMember *
pv_book_keep_member(PvBook *book, const PvRow *row)
{
	bool found;
	PvMember *member = add_member(book, row, &found);

	if (!found)
		read_holding(member, row, 3);
	return member;
}

/*
 * A member by name, NULL where there is none such.
 */
PvMember *
pv_book_named_member(PvBook *book, const char *name)
{
	Datum values[2] = {Int32GetDatum(book->vault), CStringGetTextDatum(name)};
	PvRow row;

	if (pv_run(&read_member_by_name, values, NULL, book->mode == PV_BOOK_READ) == 0)
		return NULL;
	row = pv_result_row(0);
	return pv_book_keep_member(book, &row);
}

/*
 * A member by id, read unless it is in the book already.
 */
PvMember *
pv_book_member(PvBook *book, int64_t id)
{
	MemberSlot *slot = memberhash_lookup(book->members, id);
	Datum values[2] = {Int32GetDatum(book->vault), Int64GetDatum(id)};
	PvRow row;

	if (slot)
		return slot->member;
	if (pv_run(&read_member, values, NULL, book->mode == PV_BOOK_READ) != 1)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("member " INT64_FORMAT " of vault %d is missing", id, book->vault)));
	row = pv_result_row(0);
	return pv_book_keep_member(book, &row);
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t left = DatumGetInt64(*(const Datum *) a);
	int64_t right = DatumGetInt64(*(const Datum *) b);

	return (left > right) - (left < right);
}

/* Numbers as a sorted array. */
static Datum
sorted_ids(Datum *ids, int count)
{
	qsort(ids, count, sizeof(Datum), compare_ids);
	return pv_bigint_array(ids, count);
}

/* The holdings of members that were just put into the book. */
static void
bring_holdings(PvBook *book, Datum *ids, int count)
{
	Datum values[2] = {Int32GetDatum(book->vault), sorted_ids(ids, count)};
	uint64 found = pv_run(&read_holdings, values, NULL, book->mode == PV_BOOK_READ);

	if (found != (uint64) count)
		ereport(ERROR,
				(pv_error(DAMAGED_DATA), errmsg("holdings of vault %d are missing", book->vault)));
	for (uint64 i = 0; i < found; i++)
	{
		PvRow row = pv_result_row(i);
		MemberSlot *slot = memberhash_lookup(book->members, DatumGetInt64(row.values[0]));

		PV_ASSERT(slot); /* one of those asked for */
		read_holding(slot->member, &row, 1);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Brings the members that a plan finds by a list, with their holdings, and tells
 * of each.
 */
static void
bring_members(PvBook *book, PvPlan *plan, Datum list, PvOnMember on_member, void *arg)
{
	Datum values[2] = {Int32GetDatum(book->vault), list};
	uint64 count = pv_run(plan, values, NULL, book->mode == PV_BOOK_READ);
	Datum *ids = palloc(sizeof(Datum) * Max(count, 1));
	int nnew = 0;

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);
		bool found;
		PvMember *member = add_member(book, &row, &found);

		if (!found)
			ids[nnew++] = Int64GetDatum(member->id);
		if (on_member)
			on_member(member, pv_row_text_or_empty(&row, 3), arg);
	}
	SPI_freetuptable(SPI_tuptable);
	if (nnew > 0)
		bring_holdings(book, ids, nnew);
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
	if (count > 0)
		bring_members(book, &read_members, sorted_ids(ids, count), NULL, NULL);
}

/* Gathers a member's balances for their table. */
void
pv_gather_holding(PvRows *rows, const PvBook *book, const PvMember *member)
{
	Datum values[HOLDING_COLUMNS] = {Int32GetDatum(book->vault), Int64GetDatum(member->id)};
	bool nulls[HOLDING_COLUMNS] = {0};

	PV_ASSERT(member->changed && book->mode == PV_BOOK_WRITE);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		values[HOLDING_ASSETS + i] = Int64GetDatum(pv_figure(&member->has, &pv_assets[i]));
	values[HOLDING_SPENT] = Int64GetDatum(member->spent);
	values[HOLDING_MARK] = Int64GetDatum(member->mark);
	values[HOLDING_POSTED_TO] = DateADTGetDatum(member->posted_to);
	values[HOLDING_LIMIT] = Int64GetDatum(member->limit);
	values[HOLDING_FLOOR] = PointerGetDatum(&member->exit_floor);
	nulls[HOLDING_POSTED_TO] = member->posted_to == PV_NO_DAY;
	nulls[HOLDING_FLOOR] = member->exit_floor.points == 0;
	pv_add_row(rows, values, nulls, lengthof(values));
}

static int
compare_members(const void *a, const void *b)
{
	int64_t left = (*(const PvMember *const *) a)->id;
	int64_t right = (*(const PvMember *const *) b)->id;

	return (left > right) - (left < right);
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
pv_bring_named_members(PvBook *book, Datum names, PvOnMember on_member, void *arg)
{
	bring_members(book, &read_members_by_name, names, on_member, arg);
}
