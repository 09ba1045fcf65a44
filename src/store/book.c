/*
 * book.c
 *	  A vault opened for events: lock, read, apply, write.
 */
#include "store/book.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

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

/* How many candidates for an exit the first load brings; each next twice as many. */
#define FIRST_REFILL 32
#define LAST_REFILL 4096

/* A hundred years. */
#define MOST_DAYS_BACK 36525

/* How many lots a load of a member's lots brings at once. */
#define LOTS_PER_LOAD 1000

/*
 * The holding of a member, by its whole key: OFFSET 0 keeps the planner from
 * reading all holdings of a vault where it takes vaults to be small.
 */
#define HOLDING_OF(member)                                        \
	"CROSS JOIN LATERAL (SELECT * FROM pointsvault.holding_data " \
	"WHERE vault = $1 AND member = " member " OFFSET 0) h"

/*
 * The vault's state is its last journal row.  Plain look-ups by key, one by one,
 * take half the time of one statement that joins them.
 */
static PvPlan read_state = {
	"SELECT seq, booked_at, digest, kind, day, policy, suspended, next_exit, " PV_STATE_COLUMNS(
		"j") " FROM pointsvault.journal_data j WHERE vault = $1 ORDER BY seq DESC LIMIT 1",
	"i", NULL};

enum
{
	READ_SEQ,
	READ_BOOKED_AT,
	READ_DIGEST,
	READ_KIND,
	READ_DAY,
	READ_POLICY,
	READ_SUSPENDED,
	READ_NEXT_EXIT,
	READ_STATE
};

/* Rows of administration aside, which belong to no day's books. */
static PvPlan last_event = {"SELECT kind, day FROM pointsvault.journal_data "
							"WHERE vault = $1 AND kind >= $2 ORDER BY seq DESC LIMIT 1",
							"is", NULL};

static PvPlan read_member_by_name = {
	"SELECT m.id, m.sponsor, m.merchant, " PV_HOLDING_COLUMNS(
		"h") " FROM pointsvault.member_data m " HOLDING_OF("m.id") " WHERE m.vault = $1 AND m.name "
																   "= $2",
	"it", NULL};

static PvPlan read_member = {
	"SELECT m.id, m.sponsor, m.merchant, " PV_HOLDING_COLUMNS(
		"h") " FROM pointsvault.member_data m " HOLDING_OF("m.id") " WHERE m.vault = $1 AND m.id = "
																   "$2",
	"il", NULL};

/*
 * Of a list, sorted so that neighbours share index pages.  Planned for each list:
 * a kept plan made while a table is small would read all of a vault.
 */
#define LOOK_UP(columns, table, key)                                                  \
	"SELECT " columns                                                                 \
	" FROM unnest($2) AS n(key) CROSS JOIN LATERAL (SELECT * FROM pointsvault." table \
	" WHERE vault = $1 AND " key " = n.key OFFSET 0) h"

static PvPlan read_members_by_name = {LOOK_UP("h.id, h.sponsor, h.merchant, h.name", "member_data",
											  "name"),
									  "iT", .custom = true};

static PvPlan read_members = {LOOK_UP("h.id, h.sponsor, h.merchant, h.name", "member_data", "id"),
							  "iL", .custom = true};

static PvPlan read_holdings = {LOOK_UP("h.member, " PV_HOLDING_COLUMNS("h"), "holding_data",
									   "member"),
							   "iL", .custom = true};

static PvPlan read_lot = {"SELECT seq, points, minted, exit_limit, alone FROM pointsvault.lot_data "
						  "WHERE vault = $1 AND member = $2 AND seq = $3",
						  "ill", NULL};

static PvPlan read_lots = {
	"SELECT seq, points, minted, exit_limit, alone FROM pointsvault.lot_data "
	"WHERE vault = $1 AND member = $2 AND seq > $3 ORDER BY seq LIMIT $4",
	"illi", NULL};

/*
 * The next exits beyond the frontier, on the basis of orders and of members.
 * Whose sponsor it is matters to purchases only, which bring their buyers first.
 * Operators of prices are named in full: others would compare them rounded.  A
 * CASE, as an OR would be planned as two scans and a sort of all that is beyond.
 */
#define BEYOND(price, order)                                                                  \
	price " OPERATOR(pointsvault.>=) $2 AND "                                                 \
		  "CASE WHEN " price " OPERATOR(pointsvault.>) $2 THEN true ELSE " order " > $3 END " \
		  "ORDER BY " price ", " order " LIMIT $4"

static PvPlan next_lot_exits = {
	"SELECT l.member, NULL::bigint, NULL::boolean, " PV_HOLDING_COLUMNS(
		"h") ", l.seq, l.points, l.minted, l.exit_limit, l.alone "
			 "FROM (SELECT * FROM pointsvault.lot_data WHERE vault = $1 AND alone AND " BEYOND(
				 "pointsvault.price(exit_limit, minted)",
				 "seq") ") l " HOLDING_OF("l.member") " ORDER BY pointsvault.price(l.exit_limit, "
													  "l.minted), l.seq",
	"irli", NULL};

static PvPlan next_member_exits = {
	"SELECT h.member, NULL::bigint, NULL::boolean, " PV_HOLDING_COLUMNS(
		"h") " FROM pointsvault.holding_data h "
			 "WHERE h.vault = $1 AND h.exit_floor IS NOT NULL AND " BEYOND("h.exit_floor",
																		   "h.member"),
	"irli", NULL};

static const PvTable holding_table = {PV_UPDATE, "holding_data",
									  "vault, member, points, credits, cash, reward, quota, "
									  "shares, spent, mark, posted_to, exit_limit, "
									  "exit_floor",
									  "ilpaaaalaadar", 1};

static const PvTable lot_insert = {PV_INSERT, "lot_data",
								   "vault, member, seq, points, exit_limit, minted, alone",
								   "illpapb", 0};

static const PvTable lot_update = {PV_UPDATE, "lot_data", "vault, member, seq, points, exit_limit",
								   "illpa", 2};

static const PvTable lot_delete = {PV_DELETE, "lot_data", "vault, member, seq", "ill", 2};

/* An exit of a member takes all its lots. */
static const PvTable lots_delete = {PV_DELETE, "lot_data", "vault, member", "il", 1};

/* The engine's memory is that of the book. */
void *
pv_realloc(void *memory, size_t size)
{
	return memory ? repalloc_huge(memory, size)
				  : MemoryContextAllocHuge(CurrentMemoryContext, size);
}

/*
 * The lock that orders a vault's events, held until the transaction ends.  It is
 * on the vault as an object: unlike a lock on its row it writes nothing, and
 * pg_locks shows it as locktype object, objid the vault.
 */
static void
lock_vault(int32_t vault)
{
	PreventCommandDuringRecovery("events of a vault");
	PreventCommandIfReadOnly("events of a vault");
	LockDatabaseObject(pv_vault_table(), (Oid) vault, 0, ExclusiveLock);
}

/*
 * Locks a vault unless another transaction has it locked.
 */
bool
pv_vault_try_lock(int32_t vault)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, pv_vault_table(), (Oid) vault, 0);
	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

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
	member->has.points = pv_row_int(row, first);
	member->has.credits = pv_row_int(row, first + 1);
	member->has.cash = pv_row_int(row, first + 2);
	member->has.reward = pv_row_int(row, first + 3);
	member->has.quota = pv_row_int(row, first + 4);
	member->has.shares = pv_row_int(row, first + 5);
	member->spent = pv_row_int(row, first + 6);
	member->mark = pv_row_int(row, first + 7);
	member->posted_to = row->nulls[first + 8] ? PV_NO_DAY : DatumGetDateADT(row->values[first + 8]);
	member->limit = pv_row_int(row, first + 9);
	(void) pv_row_price(row, first + 10, &member->exit_floor);
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

/* The same, with its holding after them, in the order of PV_HOLDING_COLUMNS. */
PvMember *
pv_book_keep_member(PvBook *book, const PvRow *row)
{
	bool found;
	PvMember *member = add_member(book, row, &found);

	if (!found)
		read_holding(member, row, 3);
	return member;
}

static PvLot *
keep_lot(PvMember *member, const PvRow *row, int first)
{
	int64_t seq = DatumGetInt64(row->values[first]);
	PvLot *lot = pv_find_lot(member, seq);

	if (lot)
		return lot;
	return pv_add_lot(member, (PvLot){.seq = seq,
									  .left = DatumGetInt64(row->values[first + 1]),
									  .minted = DatumGetInt64(row->values[first + 2]),
									  .limit = DatumGetInt64(row->values[first + 3]),
									  .alone = DatumGetBool(row->values[first + 4]),
									  .stored = true});
}

/*
 * The exit queue starts just below the price the last call left as that of the
 * next exit, so that nothing is read until the vault's price reaches it.
 */
static void
start_exit_queue(PvBook *book, const PvRow *row)
{
	book->refill_size = FIRST_REFILL;
	if (row->nulls[READ_NEXT_EXIT])
		book->exits.exhausted = true;
	else
		book->exits.frontier =
			(PvPrice){DatumGetInt64(row->values[READ_NEXT_EXIT]), PV_PRICE_KEY_SCALE};
}

static void
read_vault_state(PvBook *book)
{
	Datum values[1] = {Int32GetDatum(book->vault)};
	PvRow row;

	if (pv_run(&read_state, values, NULL, book->mode == PV_BOOK_READ) == 0)
	{
		pv_vault_check_exists(book->vault, book->mode == PV_BOOK_READ);
		ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg("vault %d has no journal", book->vault)));
	}
	row = pv_result_row(0);
	book->seq = DatumGetInt64(row.values[READ_SEQ]);
	book->booked_at = DatumGetTimestampTz(row.values[READ_BOOKED_AT]);
	book->now = Max(GetCurrentTimestamp(), book->booked_at); /* of closes that no event leads to */
	book->digest = DatumGetInt64(row.values[READ_DIGEST]);
	book->last_kind = DatumGetInt16(row.values[READ_KIND]);
	if (!pv_kind_info(book->last_kind))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the last journal row of vault %d is of no kind", book->vault),
						errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	book->last_day = DatumGetDateADT(row.values[READ_DAY]);
	book->has_unread = true;
	book->policy = pv_policy_get(book->vault, DatumGetInt32(row.values[READ_POLICY]));
	book->suspended = DatumGetBool(row.values[READ_SUSPENDED]);
	pv_read_state(&row, READ_STATE, &book->state);
	start_exit_queue(book, &row);
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
 * Under REPEATABLE READ and SERIALIZABLE the snapshot may be older than the
 * lock.  What it misses would come back as a duplicate key; the caller is told
 * to retry instead.
 */
static void
check_snapshot_is_current(const PvBook *book)
{
	if (IsolationUsesXactSnapshot() && pv_journal_latest(book->vault) != book->seq)
		ereport(ERROR,
				(pv_error(LOST_RACE), errmsg("could not serialize access due to concurrent update"),
				 errdetail("Another transaction booked an event in vault %d.", book->vault),
				 errhint("The transaction might succeed if retried.")));
}

/*
 * Opens a vault.  For writing, the lock is taken first and all that may change
 * is read in statements after it.  The ref and the member, if given, are
 * looked up on the way.
 */
PvBook *
pv_book_open(int32_t vault, PvBookMode mode, const char *ref, const char *member)
{
	PvBook *book = palloc0(sizeof(PvBook));
	bool read_only = mode == PV_BOOK_READ;

	book->vault = vault;
	book->mode = mode;
	book->members = memberhash_create(CurrentMemoryContext, 8, NULL);
	book->actor = pv_actor();
	book->timezone = pv_vault_timezone(vault, read_only);
	if (!read_only)
		lock_vault(vault);
	read_vault_state(book);
	if (!read_only)
		check_snapshot_is_current(book);
	if (ref)
		book->replay = pv_journal_find(vault, ref, read_only);
	if (member)
		book->member = pv_book_named_member(book, member);
	return book;
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

		read_holding(slot->member, &row, 1);
	}
	SPI_freetuptable(SPI_tuptable);
}

typedef void (*OnMember)(PvMember *member, const char *name, void *arg);

/*
 * Brings the members that a plan finds by a list, with their holdings, and tells
 * of each.
 */
static void
bring_members(PvBook *book, PvPlan *plan, Datum list, OnMember on_member, void *arg)
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
static void
bring_sponsors(PvBook *book)
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

/* Orders in the order of their buyers' names. */
typedef struct SortedOrders
{
	PvOrder **orders;
	int count;
} SortedOrders;

static int
compare_buyers(const void *a, const void *b)
{
	return strcmp((*(const PvOrder *const *) a)->member, (*(const PvOrder *const *) b)->member);
}

static void
set_buyer(PvMember *member, const char *name, void *arg)
{
	const SortedOrders *sorted = arg;
	int low = 0;
	int high = sorted->count;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (strcmp(sorted->orders[middle]->member, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < sorted->count && strcmp(sorted->orders[low]->member, name) == 0; low++)
		sorted->orders[low]->buyer = member;
}

static Datum
distinct_names(const SortedOrders *sorted)
{
	Datum *names = palloc(sizeof(Datum) * sorted->count);
	int count = 0;

	for (int i = 0; i < sorted->count; i++)
		if (i == 0 || strcmp(sorted->orders[i - 1]->member, sorted->orders[i]->member) != 0)
			names[count++] = CStringGetTextDatum(sorted->orders[i]->member);
	return pv_text_array(names, count);
}

/*
 * Brings all that many orders need in a few statements: the buyers, their
 * sponsors if they take part, and which refs are booked already.
 */
void
pv_book_bring_orders(PvBook *book, PvOrder *orders, int count)
{
	SortedOrders sorted = {palloc(sizeof(PvOrder *) * count), count};

	for (int i = 0; i < count; i++)
		sorted.orders[i] = &orders[i];
	qsort(sorted.orders, count, sizeof(PvOrder *), compare_buyers);
	bring_members(book, &read_members_by_name, distinct_names(&sorted), set_buyer, &sorted);
	if (pv_rewards_sponsors(&book->policy))
		bring_sponsors(book);
	pv_journal_find_orders(book->vault, orders, count);
}

/*
 * Loads the member's oldest lots until they hold `points`, or all of them (G5).
 */
void
pv_book_load_lots(PvBook *book, PvMember *member, int64_t points)
{
	Datum values[4] = {Int32GetDatum(book->vault), Int64GetDatum(member->id), Int64GetDatum(0),
					   Int32GetDatum(LOTS_PER_LOAD)};
	uint64 count;

	do
	{
		count = pv_run(&read_lots, values, NULL, book->mode == PV_BOOK_READ);
		for (uint64 i = 0; i < count && points > 0; i++)
		{
			PvRow row = pv_result_row(i);
			PvLot *lot = keep_lot(member, &row, 0);

			points -= Min(points, lot->left);
			values[2] = row.values[0];
		}
		SPI_freetuptable(SPI_tuptable);
		CHECK_FOR_INTERRUPTS();
	} while (count == LOTS_PER_LOAD && points > 0);
}

/*
 * Loads the lot that one event brought, if it is still there.
 */
void
pv_book_load_lot(PvBook *book, PvMember *member, int64_t seq)
{
	Datum values[3] = {Int32GetDatum(book->vault), Int64GetDatum(member->id), Int64GetDatum(seq)};
	PvRow row;

	if (pv_run(&read_lot, values, NULL, book->mode == PV_BOOK_READ) == 0)
		return;
	row = pv_result_row(0);
	(void) keep_lot(member, &row, 0);
}

/*
 * Loads the next exit candidates beyond the frontier.
 */
static void
refill_exits(PvExitQueue *queue, void *arg)
{
	PvBook *book = arg;
	bool by_member = book->policy.growth.exit_basis == PV_EXIT_BY_MEMBER;
	int lot_column = 3 + PV_HOLDING_COUNT;
	PvPrice frontier = queue->frontier;
	Datum values[4] = {Int32GetDatum(book->vault), PointerGetDatum(&frontier),
					   Int64GetDatum(queue->frontier_order), Int32GetDatum(book->refill_size)};
	uint64 count = pv_run_in_order(by_member ? &next_member_exits : &next_lot_exits, values,
								   book->mode == PV_BOOK_READ);

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);
		PvMember *member = pv_book_keep_member(book, &row);

		if (by_member)
		{
			(void) pv_row_price(&row, lot_column - 1, &queue->frontier);
			queue->frontier_order = member->id;
			pv_exit_push_new(queue, member, 0);
		}
		else
		{
			PvLot *lot = keep_lot(member, &row, lot_column);

			queue->frontier = (PvPrice){lot->limit, lot->minted};
			queue->frontier_order = lot->seq;
			pv_exit_push_new(queue, member, lot->seq);
		}
	}
	SPI_freetuptable(SPI_tuptable);
	queue->exhausted = count < (uint64) book->refill_size;
	book->refill_size = Min(2 * book->refill_size, LAST_REFILL);
}

/*
 * The business day of a moment in the vault's time zone (U5); false where it has none.
 */
bool
pv_book_try_day(const PvBook *book, TimestampTz at, DateADT *day)
{
	struct pg_tm tm;
	fsec_t fsec;
	int tz;

	if (TIMESTAMP_NOT_FINITE(at) || timestamp2tm(at, &tz, &tm, &fsec, NULL, book->timezone) != 0)
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* The same, of a moment that must have one. */
DateADT
pv_book_day(const PvBook *book, TimestampTz at)
{
	DateADT day;

	if (!pv_book_try_day(book, at, &day))
		ereport(ERROR, (pv_error(NOT_FINITE),
						errmsg("the moment of an event must be a finite timestamp")));
	if (!IS_VALID_DATE(day))
		ereport(ERROR,
				(pv_error(DAY_OUT_OF_RANGE), errmsg("the day of the event is out of range")));
	return day;
}

/* A day as ISO 8601 has it, whatever the session's DateStyle. */
char *
pv_date_text(DateADT day)
{
	struct pg_tm tm = {0};
	char text[MAXDATELEN + 1];

	if (DATE_NOT_FINITE(day))
	{
		EncodeSpecialDate(day, text); /* damaged data alone have such days */
		return pstrdup(text);
	}
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, text);
	return pstrdup(text);
}

/* The day it is in the vault's time zone. */
DateADT
pv_book_today(const PvBook *book)
{
	return pv_book_day(book, GetCurrentTimestamp());
}

/*
 * V7: the first day that is not closed, PV_NO_DAY in a vault without events.  An
 * event closes the days before it, so its day tells; only where the last rows
 * are of administration the journal has to be asked.
 */
DateADT
pv_book_open_day(PvBook *book)
{
	Datum values[2] = {Int32GetDatum(book->vault), Int16GetDatum(PV_KIND_PURCHASE)};
	PvKind kind = book->last_kind;
	DateADT day = book->last_day;

	if (book->knows_open_day)
		return book->open_day;
	book->knows_open_day = true;
	book->open_day = PV_NO_DAY;
	if (!pv_kind_info(kind)->apply)
	{
		PvRow row;

		if (pv_run_in_order(&last_event, values, book->mode == PV_BOOK_READ) == 0)
			return book->open_day;
		row = pv_result_row(0);
		kind = DatumGetInt16(row.values[0]);
		day = DatumGetDateADT(row.values[1]);
	}
	book->open_day = kind == PV_KIND_CLOSE ? day + 1 : day;
	return book->open_day;
}

/*
 * V7: an event named for a day after today is refused (22023), and one named for
 * a day that is closed (55000).  So is one long past: each day since the first
 * event is closed, and a slip in a year should not close thousands.
 */
static void
check_day(const PvBook *book, const PvEntry *entry, DateADT open_day)
{
	const char *zone = pg_get_timezone_name(book->timezone);
	DateADT today;

	if (!entry->named_at)
		return;
	today = pv_book_day(book, book->now);
	if (entry->day < today - MOST_DAYS_BACK)
		ereport(ERROR,
				(pv_error(TOO_LONG_AGO),
				 errmsg("an event cannot be booked more than %d days in the past", MOST_DAYS_BACK),
				 errdetail("\"at\" is %s.", timestamptz_to_str(entry->at))));
	if (entry->day > today)
		ereport(ERROR,
				(pv_error(AFTER_TODAY), errmsg("an event cannot be booked on a day after today"),
				 errdetail("\"at\" is %s, a later day in the vault's time zone %s.",
						   timestamptz_to_str(entry->at), zone)));
	if (!entry->may_move && open_day != PV_NO_DAY && entry->day < open_day)
		ereport(ERROR,
				(pv_error(DAY_CLOSED),
				 errmsg("day %s of vault %d is closed", pv_date_text(entry->day), book->vault),
				 errdetail("\"at\" is %s, in the vault's time zone %s; the first open day is %s.",
						   timestamptz_to_str(entry->at), zone, pv_date_text(open_day)),
				 errhint("Leave out \"at\" to book the event on an open day.")));
}

/*
 * Finds the moment and the business day of an entry, or refuses it (V7).
 */
void
pv_book_find_day(PvBook *book, PvEntry *entry)
{
	DateADT open_day = pv_book_open_day(book);

	book->now = Max(GetCurrentTimestamp(), book->booked_at);
	if (!entry->named_at)
		entry->at = book->now;
	entry->day = pv_book_day(book, entry->at);
	check_day(book, entry, open_day);
	if (open_day != PV_NO_DAY && entry->day < open_day)
		entry->day = open_day;
}

/*
 * Begins an event: the days before its own are closed (V7).
 */
void
pv_book_begin(PvBook *book, PvEntry *entry)
{
	pv_book_find_day(book, entry);
	if (book->open_day != PV_NO_DAY)
		pv_days_close_before(book, entry->day);
}

/*
 * Gives an entry its place in the journal: the next number, and a time of
 * booking that never goes back.
 */
static void
place_entry(PvBook *book, PvEntry *entry)
{
	entry->seq = book->seq + 1;
	entry->booked_at = Max(book->now, book->booked_at);
	entry->policy = book->policy.serial;
	entry->before = book->state;
}

static void
keep_entry(PvBook *book, PvEntry *entry)
{
	entry->after = book->state;
	book->seq = entry->seq;
	book->booked_at = entry->booked_at;
	pv_journal_add(book, entry);
}

/*
 * Applies an event whose day is known and open, and notes it.  On an error of
 * the engine the book is as it was.
 */
PvError
pv_book_apply_on_day(PvBook *book, PvEvent *event, PvEntry *entry)
{
	PvError error;

	place_entry(book, entry);
	event->seq = entry->seq;
	error = pv_apply(&book->policy, &book->state, event, &entry->effect);
	if (error != PV_OK)
		return error;
	entry->kind = event->kind;
	entry->member = event->member ? event->member->id : 0;
	entry->other = event->other ? event->other->id : 0;
	entry->named_contribution |= event->has_contribution;
	keep_entry(book, entry);
	book->open_day = entry->day;
	book->knows_open_day = true;
	book->has_unread = true;
	if (event->member)
		pv_exit_push_new(&book->exits, event->member, entry->seq);
	if (event->other)
		pv_exit_push_new(&book->exits, event->other, entry->seq);
	return PV_OK;
}

/* Says that a member is up to date by the running total of its share count. */
static void
mark(PvBook *book, PvMember *member, int64_t total)
{
	member->mark = total;
	member->posted_to = book->open_day - 1;
	member->changed = true;
}

/*
 * C8: posts to a member what closes paid it since its mark.
 */
void
pv_book_bring_up_to_date(PvBook *book, PvMember *member)
{
	PvEvent event = {.kind = PV_KIND_DIVIDEND, .member = member};
	PvEntry entry = {.day = pv_book_open_day(book)};
	int64_t total;

	if (!pv_is_active(&member->has))
		return;
	total = pv_class_total(book, member->has.shares);
	event.amount = pv_accrued(total, member->mark, member->has.quota);
	if (event.amount == 0)
		return;
	entry.note =
		psprintf("[%s,%s]", pv_date_text(member->posted_to + 1), pv_date_text(book->open_day - 1));
	entry.cause = pv_days_last_close(book); /* V4 */
	if (pv_book_apply_on_day(book, &event, &entry) != PV_OK)
		ereport(ERROR,
				(pv_error(BALANCE_OUT_OF_RANGE),
				 errmsg("the dividends of a member of vault %d do not fit the range of amounts",
						book->vault)));
	/* one whose quota is used up takes no further part: its mark says nothing */
	mark(book, member, pv_is_active(&member->has) ? total : 0);
}

/*
 * C1, C3: whoever becomes active, or has other shares now, goes by another total
 * from here on, and who is active no more by none.
 */
static void
follow_shares(PvBook *book, PvMember *member, const PvAssets *before)
{
	if (pv_is_active(&member->has) &&
		(!pv_is_active(before) || member->has.shares != before->shares))
		mark(book, member, pv_class_total(book, member->has.shares));
	else if (!pv_is_active(&member->has) && pv_is_active(before))
		member->mark = 0;
}

/* What is to be put back when an event is refused that others were booked for. */
typedef struct BookBefore
{
	PvVault state;
	int64_t seq;
	TimestampTz booked_at;
	int journal;
	int movements;
	PvMember members[2];
} BookBefore;

static BookBefore
remember(const PvBook *book, const PvEvent *event)
{
	BookBefore before = {.state = book->state,
						 .seq = book->seq,
						 .booked_at = book->booked_at,
						 .journal = book->journal.count,
						 .movements = book->movements.count};

	if (event->member)
		before.members[0] = *event->member;
	if (event->other)
		before.members[1] = *event->other;
	return before;
}

static void
put_back(PvBook *book, const PvEvent *event, const BookBefore *before)
{
	book->state = before->state;
	book->seq = before->seq;
	book->booked_at = before->booked_at;
	book->journal.count = before->journal;
	book->movements.count = before->movements;
	if (event->member)
		pv_restore_member(event->member, &before->members[0]);
	if (event->other)
		pv_restore_member(event->other, &before->members[1]);
}

/*
 * Whether an event could be booked now.  Changes nothing, but lots a redeem or
 * an exit burned from are to be loaded anew.
 */
PvError
pv_book_try(PvBook *book, PvEvent *event)
{
	BookBefore before = remember(book, event);
	PvEffect effect;
	PvError error;

	event->seq = book->seq + 1; /* lots are in its order */
	error = pv_apply(&book->policy, &book->state, event, &effect);

	put_back(book, event, &before);
	return error;
}

/*
 * Applies an event and notes it, after the closes of the days before it (V7) and
 * the dividends of its members (C8).  On an error of the engine the book is as
 * it was, those closes apart.
 */
PvError
pv_book_apply(PvBook *book, PvEvent *event, PvEntry *entry)
{
	BookBefore before;
	PvAssets had[2] = {0};
	PvError error;

	pv_book_begin(book, entry);
	before = remember(book, event);
	if (event->member)
		pv_book_bring_up_to_date(book, event->member);
	if (event->other)
		pv_book_bring_up_to_date(book, event->other);
	if (event->member)
		had[0] = event->member->has;
	if (event->other)
		had[1] = event->other->has;
	error = pv_book_apply_on_day(book, event, entry);
	if (error != PV_OK)
	{
		put_back(book, event, &before);
		return error;
	}
	if (event->member)
		follow_shares(book, event->member, &had[0]);
	if (event->other)
		follow_shares(book, event->other, &had[1]);
	return PV_OK;
}

/*
 * Notes an entry that changes no value, such as a new policy.
 */
void
pv_book_note(PvBook *book, PvEntry *entry)
{
	book->now = Max(GetCurrentTimestamp(), book->booked_at);
	place_entry(book, entry);
	if (!entry->named_at)
		entry->at = entry->booked_at;
	entry->day = pv_book_day(book, entry->at);
	keep_entry(book, entry);
}

/*
 * G6, G7: books the exits that are due, at most so many, and returns how many
 * there were.  `cause` is the event that led to them.
 */
int64_t
pv_book_exits(PvBook *book, const PvEntry *cause, int64_t most)
{
	PvExitCandidate due;
	int64_t count = 0;

	while (count < most && pv_exit_next(&book->exits, &book->state, refill_exits, book, &due))
	{
		PvEvent event = pv_exit_event(&due);
		PvEntry entry = {0};

		CHECK_FOR_INTERRUPTS();
		entry.cause = cause->seq;
		entry.at = cause->at;
		entry.named_at = cause->named_at;
		entry.day = cause->day;
		if (pv_book_apply_on_day(book, &event, &entry) != PV_OK)
			ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
							errmsg("an exit due in vault %d does not fit the range of amounts",
								   book->vault)));
		count++;
	}
	return count;
}

static void
add_lot_row(PvRows *rows, const PvBook *book, const PvMember *member, const PvLot *lot)
{
	Datum values[7] = {Int32GetDatum(book->vault), Int64GetDatum(member->id),
					   Int64GetDatum(lot->seq),	   Int64GetDatum(lot->left),
					   Int64GetDatum(lot->limit),  Int64GetDatum(lot->minted),
					   BoolGetDatum(lot->alone)};
	bool nulls[7] = {0};

	pv_add_row(rows, values, nulls);
}

typedef struct LotRows
{
	PvRows dropped; /* members whose lots all went */
	PvRows deleted;
	PvRows updated;
	PvRows inserted;
} LotRows;

static void
gather_lots(LotRows *rows, const PvBook *book, PvMember *member)
{
	if (member->lots_dropped)
		add_lot_row(&rows->dropped, book, member, &(PvLot){0});
	for (int i = 0; i < member->nlots; i++)
	{
		const PvLot *lot = &member->lots[i];
		bool used_up = pv_lot_is_used_up(lot);

		if (!lot->stored && !used_up)
			add_lot_row(&rows->inserted, book, member, lot);
		else if (lot->stored && lot->changed)
			add_lot_row(used_up ? &rows->deleted : &rows->updated, book, member, lot);
	}
}

static void
gather_holding(PvRows *rows, const PvBook *book, const PvMember *member)
{
	Datum values[13] = {Int32GetDatum(book->vault),			 Int64GetDatum(member->id),
						Int64GetDatum(member->has.points),	 Int64GetDatum(member->has.credits),
						Int64GetDatum(member->has.cash),	 Int64GetDatum(member->has.reward),
						Int64GetDatum(member->has.quota),	 Int64GetDatum(member->has.shares),
						Int64GetDatum(member->spent),		 Int64GetDatum(member->mark),
						DateADTGetDatum(member->posted_to),	 Int64GetDatum(member->limit),
						PointerGetDatum(&member->exit_floor)};
	bool nulls[13] = {0};

	nulls[10] = member->posted_to == PV_NO_DAY;
	nulls[12] = member->exit_floor.points == 0;
	pv_add_row(rows, values, nulls);
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
static PvMember **
changed_members(const PvBook *book, int *count)
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

/*
 * What was written is what is stored; lots that are used up are gone.
 */
static void
note_written(PvMember *member)
{
	int kept = 0;

	for (int i = 0; i < member->nlots; i++)
	{
		PvLot lot = member->lots[i];

		if (pv_lot_is_used_up(&lot))
			continue;
		lot.stored = true;
		lot.changed = false;
		member->lots[kept++] = lot;
	}
	member->nlots = kept;
	member->lots_dropped = false;
	member->changed = false;
}

/*
 * Writes all that was booked, each table once.  More may be booked after it.
 */
void
pv_book_write(PvBook *book)
{
	PvRows holdings = {.table = &holding_table};
	LotRows lots = {{.table = &lots_delete},
					{.table = &lot_delete},
					{.table = &lot_update},
					{.table = &lot_insert}};
	int count;
	PvMember **changed = changed_members(book, &count);

	PV_ASSERT(book->mode == PV_BOOK_WRITE);
	for (int i = 0; i < count; i++)
	{
		gather_holding(&holdings, book, changed[i]);
		gather_lots(&lots, book, changed[i]);
	}
	pv_journal_seal(book);
	pv_write_rows((PvRows *[]){&book->journal, &book->movements, &holdings, &lots.dropped,
							   &lots.deleted, &lots.updated, &lots.inserted},
				  7);
	pv_days_write(book);
	for (int i = 0; i < count; i++)
		note_written(changed[i]);
}
