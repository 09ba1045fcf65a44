/*
 * queue_rows.c
 *	  Orders that wait to be settled (MODEL §4).
 *
 * Orders lie in a table of their own from submit to settle.  Under an old
 * snapshot those that were settled cannot be vacuumed, and a scan of the queue
 * from its beginning would step over all of them; so each backend remembers how
 * far it has seen the queue of a vault settled, and starts there.
 */
#include "store/queue_rows.h"

#include "base/tokens.h"
#include "engine/kinds.h"
#include "store/intake.h"
#include "store/write.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "commands/sequence.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* clang-format off */

/* H3: one that was set aside makes way. */
static PvPlan lock_set_aside = {
	"SELECT " PV_QUEUE_COLUMNS " "
	"FROM pointsvault.queue_data "
	"WHERE vault = $1 AND ref = $2 AND error IS NOT NULL FOR UPDATE",
	"it", NULL};

/* Locked, as one that was set aside may be submitted anew meanwhile. */
static PvPlan orders_of_member = {
	"SELECT " PV_QUEUE_COLUMNS " "
	"FROM pointsvault.queue_data "
	"WHERE vault = $1 AND member = $2 FOR UPDATE",
	"it", NULL};

static PvPlan find_order = {
	"SELECT " PV_QUEUE_COLUMNS ", xmin "
	"FROM pointsvault.queue_data "
	"WHERE vault = $1 AND ref = $2",
	"it", NULL};

/* H2: in the order of their numbers, those whose hold has ended among the others. */
static PvPlan due_orders = {
	"SELECT " PV_QUEUE_COLUMNS " "
	"FROM (("
			"SELECT *, ctid "
			"FROM pointsvault.queue_data "
			"WHERE vault = $1 AND NOT held AND error IS NULL AND number >= $2 AND number > $6 "
			"ORDER BY number LIMIT $3) "
		"UNION ALL ("
			"SELECT *, ctid "
			"FROM pointsvault.queue_data "
			"WHERE vault = $1 AND held AND error IS NULL AND due_at > $4 AND due_at <= $5 "
			"AND number > $6 "
			"ORDER BY number LIMIT $3)) q "
	"ORDER BY number LIMIT $3",
	"ilizzl", .how = PV_IN_ORDER};

static PvPlan delete_order = {
	"DELETE FROM pointsvault.queue_data "
	"WHERE vault = $1 AND ref = $2 "
	"RETURNING " PV_QUEUE_COLUMNS,
	"it", NULL};

static PvPlan set_aside = {
	"UPDATE pointsvault.queue_data "
	"SET error = $3 "
	"WHERE vault = $1 AND ref = $2",
	"itt", NULL};

static PvPlan last_number = {
	"SELECT pg_catalog.pg_sequence_last_value('pointsvault.queue_number'::pg_catalog.regclass)",
	"", NULL};

/* clang-format on */

/* Where they lie: under the vault's lock nobody else moves them. */
static PvTable orders_taken = {PV_DELETE, "queue_data", "vault, ref", "it", 2};

/* Of meta in a batch, in bytes: it is in memory several times over. */
#define MOST_META (32 * 1024 * 1024)

/*
 * What a backend knows of a vault's queue.  A number below `head` is settled for
 * good, and so is what was held until `held_until` or before.
 *
 * A number can appear late: it is drawn by a transaction that commits after
 * higher ones were settled.  So what was drawn by some moment (`drawn`, before
 * transaction `horizon` began) only counts once all transactions of that time
 * have ended, a scan after that has found nothing left below, and the
 * transaction of that scan has committed.
 */
typedef struct Progress
{
	int32_t vault;
	int64_t head;
	TimestampTz held_until;
	bool watching;
	int64_t drawn;
	TimestampTz drawn_at;
	TransactionId horizon;
	TransactionId scanned_by; /* settled all below the next two, if it commits */
	int64_t next_head;
	TimestampTz next_held_until;
} Progress;

/* Clocks step back now and then, hardly by more. */
#define CLOCK_MARGIN USECS_PER_MINUTE

/* After so many transactions what a backend remembers of them is out of date. */
#define OLD_TRANSACTIONS 50000000

static PvKnown known_queues = {"pointsvault queues", sizeof(Progress), NULL, InvalidOid};

static Progress *
progress_of(int32_t vault)
{
	Progress *progress;
	bool found;

	progress = hash_search(pv_known(&known_queues), &vault, HASH_ENTER, &found);
	if (!found)
	{
		memset(progress, 0, sizeof(*progress));
		progress->vault = vault;
		progress->held_until = DT_NOBEGIN;
	}
	return progress;
}

/* Takes over what the last scan found, if its transaction committed. */
static void
take_over(Progress *progress)
{
	TransactionId scanned_by = progress->scanned_by;

	if (progress->watching && ReadNextTransactionId() - progress->horizon > OLD_TRANSACTIONS)
		progress->watching = false;
	if (!TransactionIdIsValid(scanned_by) || TransactionIdIsCurrentTransactionId(scanned_by))
		return;
	if (ReadNextTransactionId() - scanned_by < OLD_TRANSACTIONS &&
		TransactionIdDidCommit(scanned_by))
	{
		progress->head = progress->next_head;
		progress->held_until = progress->next_held_until;
	}
	progress->scanned_by = InvalidTransactionId;
}

/* Notes what was drawn by now, for a later scan to count on. */
static void
watch(Progress *progress, TimestampTz now)
{
	PvRow row;

	if (progress->watching)
		return;
	(void) pv_run(&last_number, NULL, NULL, false);
	row = pv_result_row(0);
	progress->drawn = pv_row_int(&row, 0);
	progress->drawn_at = now;
	progress->horizon = ReadNextTransactionId();
	progress->watching = true;
}

/*
 * After a scan that took the orders up to `last`, and all that were due if
 * `complete`.
 */
static void
note_scan(Progress *progress, int64_t last, bool complete, TransactionId oldest_running)
{
	if (!progress->watching || TransactionIdPrecedes(oldest_running, progress->horizon) ||
		TransactionIdIsValid(progress->scanned_by))
		return;
	progress->next_head = complete ? progress->drawn + 1 : Min(last, progress->drawn) + 1;
	progress->next_head = Max(progress->next_head, progress->head);
	progress->next_held_until = complete ? progress->drawn_at - CLOCK_MARGIN : progress->held_until;
	progress->next_held_until = Max(progress->next_held_until, progress->held_until);
	progress->scanned_by = GetCurrentTransactionId();
	progress->watching = false;
}

/*
 * A hash of what was submitted.
 */
static int64_t
digest_of(int32_t vault, const PvQueued *queued)
{
	const PvOrder *order = &queued->order;
	const int64_t fixed[] = {vault,
							 order->kind,
							 order->amount,
							 order->has_contribution,
							 order->contribution,
							 order->beyond_rate,
							 order->named_at,
							 order->named_at ? order->at : 0,
							 queued->due_at};
	uint64 hash = hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0);

	hash = pv_hash_text(order->ref, hash);
	hash = pv_hash_text(order->member, hash);
	hash = pv_hash_text(order->actor, hash);
	hash = pv_hash_text(order->region, hash);
	if (order->meta)
		hash = pv_hash_text(DatumGetCString(
								DirectFunctionCall1(jsonb_out, JsonbPGetDatum(order->meta))),
							hash);
	return (int64_t) hash;
}

/*
 * A hash of an order as it lies in the queue: of what was submitted, which its own
 * digest stands for, and of what was made of it here.
 */
uint64
pv_queue_fingerprint(const PvQueued *queued)
{
	const int64_t fixed[] = {queued->digest, queued->number, queued->held};

	return pv_hash_text(queued->error,
						hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0));
}

/* Whether a number, as stored, is of a kind that may be submitted. */
static bool
waits_in_queue(PvKind kind)
{
	const PvKindInfo *info = pv_kind_info(kind);

	return info && info->waits_in_queue;
}

/*
 * An order from a row of PV_QUEUE_COLUMNS.
 */
void
pv_queue_read(int32_t vault, const PvRow *row, PvQueued *queued)
{
	PvOrder *order = &queued->order;

	memset(queued, 0, sizeof(*queued));
	queued->number = DatumGetInt64(row->values[PV_QUEUE_NUMBER]);
	order->kind = (PvKind) DatumGetInt16(row->values[PV_QUEUE_KIND]);
	order->ref = pv_row_text_or_empty(row, PV_QUEUE_REF);
	order->member = pv_row_text_or_empty(row, PV_QUEUE_MEMBER);
	order->amount = DatumGetInt64(row->values[PV_QUEUE_AMOUNT]);
	order->has_contribution = !row->nulls[PV_QUEUE_CONTRIBUTION];
	order->contribution = pv_row_int(row, PV_QUEUE_CONTRIBUTION);
	order->beyond_rate = DatumGetBool(row->values[PV_QUEUE_BEYOND_RATE]);
	order->region = pv_row_text(row, PV_QUEUE_REGION);
	order->named_at = !row->nulls[PV_QUEUE_AT];
	order->at = pv_row_int(row, PV_QUEUE_AT);
	queued->due_at = DatumGetTimestampTz(row->values[PV_QUEUE_DUE_AT]);
	order->meta = pv_row_jsonb(row, PV_QUEUE_META);
	order->actor = pv_row_text_or_empty(row, PV_QUEUE_ACTOR);
	queued->error = pv_row_text(row, PV_QUEUE_ERROR);
	queued->place = pv_row_place(row, PV_QUEUE_PLACE);
	queued->digest = pv_row_int(row, PV_QUEUE_DIGEST);
	queued->held = DatumGetBool(row->values[PV_QUEUE_HELD]);
	queued->altered = !waits_in_queue(order->kind) || digest_of(vault, queued) != queued->digest;
}

/* Runs due_orders; the rows are SPI's. */
static int
find_due(const Progress *progress, int most, int64_t after, TimestampTz now)
{
	Datum values[6] = {Int32GetDatum(progress->vault),
					   Int64GetDatum(progress->head),
					   Int32GetDatum(most),
					   TimestampTzGetDatum(progress->held_until),
					   TimestampTzGetDatum(now),
					   Int64GetDatum(after)};

	return (int) pv_run(&due_orders, values, NULL, false);
}

/*
 * The orders of a vault that are due, at most so many, in the order they are to
 * be booked; `after` is the number of the last one this call took before, 0 in
 * its first round.  `complete` says that no more are due.  The caller holds the
 * vault's lock.
 */
int
pv_queue_take(int32_t vault, int most, int64_t after, PvQueued **orders, bool *complete)
{
	Progress *progress = progress_of(vault);
	TimestampTz now = GetCurrentTimestamp();
	TransactionId oldest_running = GetTransactionSnapshot()->xmin;
	Size meta = 0;
	int found;
	int count;

	PV_ASSERT(most >= 0 && after >= 0);
	take_over(progress);
	found = find_due(progress, most, after, now);
	PV_ASSERT(found <= most);
	*orders = palloc(sizeof(PvQueued) * Max(found, 1));
	*complete = true;
	for (count = 0; count < found; count++)
	{
		PvRow row = pv_result_row(count);
		PvQueued *queued = *orders + count;

		pv_queue_read(vault, &row, queued);
		meta += queued->order.meta ? VARSIZE(queued->order.meta) : 0;
		if (meta > MOST_META && count > 0)
			break;
	}
	SPI_freetuptable(SPI_tuptable);
	if (count == 0)
		return 0;
	PV_ASSERT(count > 0 && count <= found);
	*complete = count == found && found < most;
	/* a later round of the same call looks at a part of the queue only */
	if (after == 0)
	{
		note_scan(progress, (*orders)[count - 1].number, *complete, oldest_running);
		watch(progress, now);
	}
	return count;
}

/*
 * Whether any order of a vault is due.
 */
bool
pv_queue_is_due(int32_t vault)
{
	Progress *progress = progress_of(vault);

	take_over(progress);
	return find_due(progress, 1, 0, GetCurrentTimestamp()) > 0;
}

/* clang-format off */

static PvPlan next_due = {
	"SELECT pg_catalog.min(due_at) "
	"FROM pointsvault.queue_data "
	"WHERE vault = $1 AND held AND error IS NULL AND due_at > $2",
	"iz", NULL};

/* clang-format on */

/* When the next order of those that are held falls due; infinity where none is. */
TimestampTz
pv_queue_next_due(int32_t vault)
{
	Datum values[2] = {Int32GetDatum(vault), TimestampTzGetDatum(GetCurrentTimestamp())};
	PvRow row;

	(void) pv_run(&next_due, values, NULL, false);
	row = pv_result_row(0);
	return row.nulls[0] ? DT_NOEND : DatumGetTimestampTz(row.values[0]);
}

/* clang-format off */

/* Each part by its own index. */
static PvPlan first_due = {
	"SELECT LEAST(("
			"SELECT pg_catalog.min(due_at) "
			"FROM pointsvault.queue_data "
			"WHERE vault = $1 AND NOT held AND error IS NULL), ("
			"SELECT pg_catalog.min(due_at) "
			"FROM pointsvault.queue_data "
			"WHERE vault = $1 AND held AND error IS NULL))",
	"i", NULL};

/* clang-format on */

/* The earliest moment that a waiting order is to be booked for; where none waits, infinity. */
TimestampTz
pv_queue_first_due(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};
	PvRow row;

	(void) pv_run(&first_due, values, NULL, false);
	row = pv_result_row(0);
	return row.nulls[0] ? DT_NOEND : DatumGetTimestampTz(row.values[0]);
}

/*
 * Drops orders that were taken and are booked now.
 */
void
pv_queue_drop(int32_t vault, PvQueued *const *orders, int count)
{
	PvRows rows = {.table = &orders_taken};
	ItemPointer *places = palloc(sizeof(ItemPointer) * Max(count, 1));
	uint64 change = 0;

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
	{
		pv_add_row(&rows,
				   (Datum[]){Int32GetDatum(vault), CStringGetTextDatum(orders[i]->order.ref)},
				   (bool[2]){false}, 2);
		PV_ASSERT(ItemPointerIsValid(&orders[i]->place)); /* as they were taken */
		places[i] = &orders[i]->place;
		change -= pv_queue_fingerprint(orders[i]);
	}
	rows.places = places;
	pv_write_rows((PvRows *[]){&rows}, 1);
	pv_intake_note(vault, PV_INTAKE_SETTLED, -count, change, NULL);
}

/*
 * Drops the order of a ref, whether it waits or was set aside; false where there
 * is none.
 */
bool
pv_queue_cancel(int32_t vault, const char *ref)
{
	Datum values[2] = {Int32GetDatum(vault), CStringGetTextDatum(ref)};
	PvQueued queued;
	PvRow row;

	if (pv_run(&delete_order, values, NULL, false) == 0)
		return false;
	row = pv_result_row(0);
	pv_queue_read(vault, &row, &queued);
	pv_intake_note(vault, PV_INTAKE_CANCELLED, -1, -pv_queue_fingerprint(&queued), ref);
	return true;
}

/*
 * H3: an order that cannot be booked stays, with the reason.
 */
void
pv_queue_set_aside(int32_t vault, const PvQueued *queued, const char *reason)
{
	Datum values[3] = {Int32GetDatum(vault), CStringGetTextDatum(queued->order.ref),
					   CStringGetTextDatum(reason)};
	PvQueued after = *queued;

	(void) pv_run(&set_aside, values, NULL, false);
	after.error = reason;
	pv_intake_note(vault, PV_INTAKE_SET_ASIDE, 0,
				   pv_queue_fingerprint(&after) - pv_queue_fingerprint(queued), queued->order.ref);
}

/*
 * The order that waits under a ref, or was set aside; false where there is none.
 * `own` says that the transaction at hand submitted it.
 */
bool
pv_queue_find(int32_t vault, const char *ref, PvQueued *queued, bool *own)
{
	Datum values[2] = {Int32GetDatum(vault), CStringGetTextDatum(ref)};
	bool found = pv_run(&find_order, values, NULL, false) > 0;

	if (found)
	{
		PvRow row = pv_result_row(0);

		pv_queue_read(vault, &row, queued);
		*own = TransactionIdIsCurrentTransactionId(
			DatumGetTransactionId(row.values[PV_QUEUE_COUNT])); /* xmin */
	}
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* --- submitting ------------------------------------------------------------------ */

/* H2: numbers are drawn in the order of the list. */
static void
number_order(int32_t vault, PvQueued *queued)
{
	queued->number = nextval_internal(pv_relation_oid("queue_number"), false);
	queued->digest = digest_of(vault, queued);
}

#define ORDER_COLUMNS                                                                     \
	"vault, ref, number, held, due_at, amount, contribution, at, member, actor, region, " \
	"meta, digest, error, kind, beyond_rate"
#define ORDER_TYPES "itlbzaaztttjltsb"
#define ORDER_COUNT 16

static PvTable order_insert = {PV_INSERT, "queue_data", ORDER_COLUMNS, ORDER_TYPES};

static PvTable order_update = {PV_UPDATE, "queue_data", ORDER_COLUMNS, ORDER_TYPES, 2};

static void
add_order_row(PvRows *rows, int32_t vault, const PvQueued *queued)
{
	const PvOrder *order = &queued->order;
	Datum values[ORDER_COUNT] = {Int32GetDatum(vault),
								 CStringGetTextDatum(order->ref),
								 Int64GetDatum(queued->number),
								 BoolGetDatum(queued->held),
								 TimestampTzGetDatum(queued->due_at),
								 Int64GetDatum(order->amount),
								 Int64GetDatum(order->contribution),
								 TimestampTzGetDatum(order->at),
								 CStringGetTextDatum(order->member),
								 CStringGetTextDatum(order->actor),
								 order->region ? CStringGetTextDatum(order->region) : (Datum) 0,
								 JsonbPGetDatum(order->meta),
								 Int64GetDatum(queued->digest),
								 (Datum) 0,
								 Int16GetDatum((int16) order->kind),
								 BoolGetDatum(order->beyond_rate)};
	bool nulls[ORDER_COUNT] = {[6] = !order->has_contribution,
							   [7] = !order->named_at,
							   [10] = order->region == NULL,
							   [11] = order->meta == NULL,
							   [13] = true};

	pv_add_row(rows, values, nulls, lengthof(values));
}

/*
 * Queues orders whose refs are not in the queue, in their order, and returns how
 * many they were.  `number` of the others stays 0: such an order stays as it is, and is
 * not even locked, as a settler may be about to delete it.  The caller's transaction
 * has its number already: see Progress.
 */
uint64
pv_queue_add(int32_t vault, PvQueued *orders, int count)
{
	PvRows rows = {.table = &order_insert};
	bool *is_new = palloc(sizeof(bool) * Max(count, 1));
	uint64 change = 0;
	uint64 added;

	for (int i = 0; i < count; i++)
	{
		number_order(vault, &orders[i]);
		add_order_row(&rows, vault, &orders[i]);
	}
	added = pv_insert_new(&rows, "vault, ref", is_new);
	PV_ASSERT(added <= (uint64) count);
	for (int i = 0; i < count; i++)
		if (is_new[i])
			change += pv_queue_fingerprint(&orders[i]);
		else
			orders[i].number = 0;
	if (added > 0)
		pv_intake_note(vault, PV_INTAKE_SUBMITTED, (int32_t) added, change, NULL);
	return added;
}

/*
 * Puts an order in the place of one that was set aside; false where there is
 * none.
 */
bool
pv_queue_replace(int32_t vault, PvQueued *queued)
{
	Datum key[2] = {Int32GetDatum(vault), CStringGetTextDatum(queued->order.ref)};
	PvRows rows = {.table = &order_update};
	PvQueued before;
	PvRow row;

	if (pv_run(&lock_set_aside, key, NULL, false) == 0)
		return false;
	row = pv_result_row(0);
	pv_queue_read(vault, &row, &before);
	SPI_freetuptable(SPI_tuptable);
	number_order(vault, queued);
	add_order_row(&rows, vault, queued);
	pv_write_rows((PvRows *[]){&rows}, 1);
	pv_intake_note(vault, PV_INTAKE_SUBMITTED, 0,
				   pv_queue_fingerprint(queued) - pv_queue_fingerprint(&before), queued->order.ref);
	return true;
}

/* --- renaming --------------------------------------------------------------------- */

static PvTable order_rename = {PV_UPDATE, "queue_data",
							   "vault, ref, member, digest, error, region, meta", "ittlttj", 2};

/* The reason of an order set aside, where the name of its buyer may stand too; NULL is NULL. */
static char *
rename_in_reason(const char *reason, const char *old_name, const char *new_name)
{
	if (!reason)
		return NULL;
	return TextDatumGetCString(
		DirectFunctionCall3Coll(replace_text, C_COLLATION_OID, CStringGetTextDatum(reason),
								CStringGetTextDatum(psprintf("\"%s\"", old_name)),
								CStringGetTextDatum(psprintf("\"%s\"", new_name))));
}

/* Gives an order the new name of its buyer. */
static void
rename_order(PvQueued *queued, const char *new_name)
{
	queued->error = rename_in_reason(queued->error, queued->order.member, new_name);
	queued->order.member = new_name;
}

/* Gives an order the name that is left of its buyer, of whom no other text is to stay. */
static void
erase_order(PvQueued *queued, const char *new_name)
{
	queued->order.member = new_name;
	queued->order.region = NULL;
	queued->order.meta = NULL;
	if (queued->error)
		queued->error = "set aside before its buyer was erased";
}

static void
add_changed_order(PvRows *rows, int32_t vault, const PvQueued *queued)
{
	const PvOrder *order = &queued->order;
	Datum values[7] = {Int32GetDatum(vault),
					   CStringGetTextDatum(order->ref),
					   CStringGetTextDatum(order->member),
					   Int64GetDatum(queued->digest),
					   queued->error ? CStringGetTextDatum(queued->error) : (Datum) 0,
					   order->region ? CStringGetTextDatum(order->region) : (Datum) 0,
					   JsonbPGetDatum(order->meta)};
	bool nulls[7] = {
		[4] = queued->error == NULL, [5] = order->region == NULL, [6] = order->meta == NULL};

	pv_add_row(rows, values, nulls, lengthof(values));
}

/* Changes the orders of a member, who has another name from then on. */
static void
change_orders(int32_t vault, const char *old_name, const char *new_name,
			  void (*change_order)(PvQueued *queued, const char *new_name))
{
	Datum key[2] = {Int32GetDatum(vault), CStringGetTextDatum(old_name)};
	uint64 count = pv_run(&orders_of_member, key, NULL, false);
	PvRows rows = {.table = &order_rename};
	uint64 change = 0;

	if (count == 0)
		return;
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);
		PvQueued queued;

		pv_queue_read(vault, &row, &queued);
		change -= pv_queue_fingerprint(&queued);
		change_order(&queued, new_name);
		/* one that was changed stays one that was changed */
		queued.digest = digest_of(vault, &queued) + queued.altered;
		change += pv_queue_fingerprint(&queued);
		add_changed_order(&rows, vault, &queued);
	}
	pv_write_rows((PvRows *[]){&rows}, 1);
	pv_intake_note(vault, PV_INTAKE_BUYER_RENAMED, 0, change, NULL);
}

/* Gives the orders of a member its new name. */
void
pv_queue_rename(int32_t vault, const char *old_name, const char *new_name)
{
	change_orders(vault, old_name, new_name, rename_order);
}

/* Takes all texts out of the orders of a member who is erased, and gives them its new name. */
void
pv_queue_erase(int32_t vault, const char *old_name, const char *new_name)
{
	change_orders(vault, old_name, new_name, erase_order);
}
