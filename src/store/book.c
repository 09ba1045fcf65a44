/*
 * book.c
 *	  A vault opened for events: read under its lock, posted to, written.
 *
 * The vault's state is its last journal row.  Events are posted in memory, and each
 * table is written once at the end, for one event as for a batch.
 */
#include "store/book.h"

#include "base/assertion.h"
#include "base/tokens.h"
#include "engine/engine.h"
#include "engine/exits.h"
#include "engine/kinds.h"
#include "engine/parties.h"
#include "store/actor.h"
#include "store/calendar.h"
#include "store/debtors.h"
#include "store/exit_queue.h"
#include "store/holdings.h"
#include "store/items.h"
#include "store/lookup.h"
#include "store/lot_rows.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/release_plans.h"
#include "store/share_counts.h"
#include "store/stock_rows.h"
#include "store/table.h"
#include "store/vault.h"
#include "store/write.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

/* The vault's state is its last journal row. */
static PvLookup last_row = {.table = "journal_data",
							.columns = "seq, booked_at, digest, kind, day, policy, suspended, "
									   "importing, next_exit, " PV_ACCOUNTS(PV_FIRST_FIGURE,
																			PV_NEXT_FIGURE, ),
							.by = "vault, seq",
							.nkeys = 1,
							.backward = true};

enum
{
	READ_SEQ,
	READ_BOOKED_AT,
	READ_DIGEST,
	READ_KIND,
	READ_DAY,
	READ_POLICY,
	READ_SUSPENDED,
	READ_IMPORTING,
	READ_NEXT_EXIT,
	READ_STATE
};

static void
read_vault_state(PvBook *book)
{
	Datum values[1] = {Int32GetDatum(book->vault)};
	PvRow row;

	if (!pv_look_up(&last_row, values, pv_sight(book->mode == PV_BOOK_READ), &row))
	{
		pv_vault_check_exists(book->vault, book->mode == PV_BOOK_READ);
		ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg("vault %d has no journal", book->vault)));
	}
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
	book->importing = !row.nulls[READ_IMPORTING] && DatumGetBool(row.values[READ_IMPORTING]);
	pv_read_state(&row, READ_STATE, &book->state);
	pv_exits_start(book, &row, READ_NEXT_EXIT);
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
 * is read after it.  The ref and the member, if given, are looked up on the way.
 */
PvBook *
pv_book_open(int32_t vault, PvBookMode mode, const char *ref, const char *member)
{
	PvBook *book = palloc0(sizeof(PvBook));
	bool read_only = mode == PV_BOOK_READ;

	book->vault = vault;
	book->mode = mode;
	book->members = pv_members_in_memory();
	book->actor = pv_actor();
	book->timezone = pv_vault_timezone(vault, read_only);
	if (!read_only)
		pv_vault_lock(vault);
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
	PV_ASSERT(entry->seq == book->seq + 1);			/* the journal has no gaps */
	PV_ASSERT(entry->booked_at >= book->booked_at); /* nor does its time go back */
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
pv_book_post(PvBook *book, PvEvent *event, PvEntry *entry)
{
	PvError error;

	place_entry(book, entry);
	event->seq = entry->seq;
	event->date = entry->day;
	error = pv_apply(&book->policy, &book->state, event, &entry->effect);
	if (error != PV_OK)
		return error;
	entry->kind = event->kind;
	entry->parties = event->parties;
	entry->member = pv_own(&entry->parties) ? pv_own(&entry->parties)->id : 0;
	entry->named |= event->has_contribution;
	keep_entry(book, entry);
	book->open_day = entry->day;
	book->knows_open_day = true;
	book->has_unread = true;
	pv_plan_note(book, event, &entry->effect);
	pv_grants_note(book, event, &entry->effect);
	pv_item_note(book, event, &entry->effect);
	for (int i = 0; i < event->parties.count; i++)
		pv_exit_push_new(&book->exits, event->parties.list[i].member, entry->seq);
	return PV_OK;
}

/*
 * Notes an entry that changes no value, such as a new policy.
 */
void
pv_book_note(PvBook *book, PvEntry *entry)
{
	PV_ASSERT(!pv_kind_info(entry->kind)->apply && entry->parties.count == 0);
	book->now = Max(GetCurrentTimestamp(), book->booked_at);
	place_entry(book, entry);
	if (!entry->named_at)
		entry->at = entry->booked_at;
	entry->day = pv_book_day(book, entry->at);
	keep_entry(book, entry);
}

/*
 * Writes all that was booked, each table once.  More may be booked after it.
 */
void
pv_book_write(PvBook *book)
{
	PvRows holdings = pv_holding_rows();
	PvLotRows lots = pv_lot_rows();
	PvDebtorRows debtors = pv_debtor_rows();
	int count;
	PvMember **changed = pv_changed_members(book, &count);

	PV_ASSERT(book->mode == PV_BOOK_WRITE);
	holdings.places = palloc(sizeof(ItemPointer) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		holdings.places[i] = pv_gather_holding(&holdings, book, changed[i]);
		pv_gather_lots(&lots, book, changed[i]);
		pv_gather_debtor(&debtors, book, changed[i]);
	}
	pv_journal_complete(book);
	pv_write_rows((PvRows *[]){&book->journal, &book->movements, &holdings, &lots.dropped,
							   &lots.deleted, &lots.updated, &lots.inserted, &debtors.deleted,
							   &debtors.inserted, &book->plans_opened, &book->plans_changed,
							   &book->grants_made, &book->grants_changed, &book->series,
							   &book->items_made, &book->items_changed},
				  16);
	PV_ASSERT(book->journal.count == 0 && book->movements.count == 0);
	pv_share_counts_write(book);
	pv_holdings_written(book, changed, count);
	for (int i = 0; i < count; i++)
	{
		pv_lots_written(changed[i]);
		changed[i]->owed = changed[i]->has.cash < 0;
		changed[i]->changed = false;
	}
}
