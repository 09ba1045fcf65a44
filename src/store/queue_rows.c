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
#include "store/intake.h"
#include "store/table.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/*
 * A ref that is in the queue stays as it is, and is not even locked: a settler
 * may be about to delete it.
 */
#define INSERT_ORDERS(values, source)                                                         \
	"INSERT INTO pointsvault.queue_data (vault, number, held, due_at, amount, contribution, " \
	"at, ref, member, actor, region, meta, digest) SELECT " values source                     \
	" ON CONFLICT (vault, ref) DO NOTHING RETURNING ref"

static PvPlan insert_order = {INSERT_ORDERS("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
											"$13",
											""),
							  "ilbzaazttttjl", NULL};

static const char *const queue_rows[] = {"queue_data"};

static PvPlan insert_orders = {INSERT_ORDERS("o.vault, o.number, o.held, o.due_at, o.amount, "
											 "o.contribution, o.at, o.ref, o.member, o.actor, "
											 "o.region, o.meta, o.digest",
											 " FROM unnest($1) AS o"),
							   "#", .row_types = queue_rows};

/* H3: one that was set aside makes way. */
static PvPlan lock_set_aside = {"SELECT " PV_QUEUE_COLUMNS " FROM pointsvault.queue_data "
								"WHERE vault = $1 AND ref = $2 AND error IS NOT NULL FOR UPDATE",
								"it", NULL};

static PvPlan replace_order = {
	"UPDATE pointsvault.queue_data SET number = $2, held = $3, due_at = $4, amount = $5, "
	"contribution = $6, at = $7, member = $9, actor = $10, region = $11, meta = $12, "
	"digest = $13, error = NULL WHERE vault = $1 AND ref = $8",
	"ilbzaazttttjl", NULL};

/* Locked, as one that was set aside may be submitted anew meanwhile. */
static PvPlan orders_of_member = {"SELECT " PV_QUEUE_COLUMNS " FROM pointsvault.queue_data "
								  "WHERE vault = $1 AND member = $2 FOR UPDATE",
								  "it", NULL};

/* The name may stand in the reason too. */
static PvPlan rename_buyer = {
	"UPDATE pointsvault.queue_data SET member = $3, digest = $4, "
	"error = pg_catalog.replace(error, pg_catalog.format('\"%s\"', member), "
	"pg_catalog.format('\"%s\"', $3)) WHERE vault = $1 AND ref = $2 RETURNING error",
	"ittl", NULL};

static PvPlan find_order = {"SELECT " PV_QUEUE_COLUMNS ", xmin "
							"FROM pointsvault.queue_data WHERE vault = $1 AND ref = $2",
							"it", NULL};

/* H2: in the order of their numbers, those whose hold has ended among the others. */
static PvPlan due_orders = {
	"SELECT " PV_QUEUE_COLUMNS " FROM ("
	"(SELECT *, ctid FROM pointsvault.queue_data WHERE vault = $1 AND NOT held AND error IS NULL "
	"AND number >= $2 AND number > $6 ORDER BY number LIMIT $3) UNION ALL "
	"(SELECT *, ctid FROM pointsvault.queue_data WHERE vault = $1 AND held AND error IS NULL "
	"AND due_at > $4 AND due_at <= $5 AND number > $6 ORDER BY number LIMIT $3)) q ORDER BY number "
	"LIMIT $3",
	"ilizzl", NULL};

static PvPlan delete_order = {"DELETE FROM pointsvault.queue_data WHERE vault = $1 AND ref = $2 "
							  "RETURNING " PV_QUEUE_COLUMNS,
							  "it", NULL};

/* Where they lie: under the vault's lock nobody else moves them. */
static PvPlan delete_orders = {
	"DELETE FROM pointsvault.queue_data WHERE vault = $1 AND ctid = ANY ($2)", "iC", NULL};

static PvPlan set_aside = {
	"UPDATE pointsvault.queue_data SET error = $3 WHERE vault = $1 AND ref = $2", "itt", NULL};

/* Of meta in a batch, in bytes: it is in memory several times over. */
#define MOST_META (32 * 1024 * 1024)

static PvPlan last_number = {
	"SELECT pg_catalog.pg_sequence_last_value('pointsvault.queue_number'::pg_catalog.regclass)", "",
	NULL};

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
digest_of(int32_t vault, const PvOrder *order)
{
	const int64_t fixed[] = {vault,
							 order->amount,
							 order->has_contribution,
							 order->contribution,
							 order->named_at,
							 order->named_at ? order->at : 0,
							 order->due_at};
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
pv_queue_fingerprint(const PvOrder *order)
{
	const int64_t fixed[] = {order->digest, order->number, order->held};

	return pv_hash_text(order->error,
						hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0));
}

/*
 * An order from a row of PV_QUEUE_COLUMNS.
 */
void
pv_queue_read(int32_t vault, const PvRow *row, PvOrder *order)
{
	memset(order, 0, sizeof(*order));
	order->number = DatumGetInt64(row->values[0]);
	order->ref = pv_row_text_or_empty(row, 1);
	order->member = pv_row_text_or_empty(row, 2);
	order->amount = DatumGetInt64(row->values[3]);
	order->has_contribution = !row->nulls[4];
	order->contribution = pv_row_int(row, 4);
	order->region = pv_row_text(row, 5);
	order->named_at = !row->nulls[6];
	order->at = pv_row_int(row, 6);
	order->due_at = DatumGetTimestampTz(row->values[7]);
	order->meta = pv_row_jsonb(row, 8);
	order->actor = pv_row_text_or_empty(row, 9);
	order->error = pv_row_text(row, 10);
	order->place = pv_row_place(row, 11);
	order->digest = pv_row_int(row, 12);
	order->held = DatumGetBool(row->values[13]);
	order->altered = digest_of(vault, order) != order->digest;
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

	return (int) pv_run_in_order(&due_orders, values, false);
}

/*
 * The orders of a vault that are due, at most so many, in the order they are to
 * be booked; `after` is the number of the last one this call took before, 0 in
 * its first round.  `complete` says that no more are due.  The caller holds the
 * vault's lock.
 */
int
pv_queue_take(int32_t vault, int most, int64_t after, PvOrder **orders, bool *complete)
{
	Progress *progress = progress_of(vault);
	TimestampTz now = GetCurrentTimestamp();
	TransactionId oldest_running = GetTransactionSnapshot()->xmin;
	Size meta = 0;
	int found;
	int count;

	take_over(progress);
	found = find_due(progress, most, after, now);
	*orders = palloc(sizeof(PvOrder) * Max(found, 1));
	*complete = true;
	for (count = 0; count < found; count++)
	{
		PvRow row = pv_result_row(count);
		PvOrder *order = *orders + count;

		pv_queue_read(vault, &row, order);
		meta += order->meta ? VARSIZE(order->meta) : 0;
		if (meta > MOST_META && count > 0)
			break;
	}
	SPI_freetuptable(SPI_tuptable);
	if (count == 0)
		return 0;
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

static PvPlan next_due = {"SELECT pg_catalog.min(due_at) FROM pointsvault.queue_data "
						  "WHERE vault = $1 AND held AND error IS NULL AND due_at > $2",
						  "iz", NULL};

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

/* Each part by its own index. */
static PvPlan first_due = {
	"SELECT LEAST((SELECT pg_catalog.min(due_at) FROM pointsvault.queue_data "
	"WHERE vault = $1 AND NOT held AND error IS NULL), (SELECT pg_catalog.min(due_at) "
	"FROM pointsvault.queue_data WHERE vault = $1 AND held AND error IS NULL))",
	"i", NULL};

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
pv_queue_drop(int32_t vault, const PvOrder *const *orders, int count)
{
	Datum *places = palloc(sizeof(Datum) * Max(count, 1));
	Datum values[2] = {Int32GetDatum(vault)};
	uint64 change = 0;

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
	{
		places[i] = PointerGetDatum(&orders[i]->place);
		change -= pv_queue_fingerprint(orders[i]);
	}
	values[1] = PointerGetDatum(
		construct_array(places, count, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
	(void) pv_run_by_place(&delete_orders, values);
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
	PvOrder order;
	PvRow row;

	if (pv_run(&delete_order, values, NULL, false) == 0)
		return false;
	row = pv_result_row(0);
	pv_queue_read(vault, &row, &order);
	pv_intake_note(vault, PV_INTAKE_CANCELLED, -1, -pv_queue_fingerprint(&order), ref);
	return true;
}

/*
 * H3: an order that cannot be booked stays, with the reason.
 */
void
pv_queue_set_aside(int32_t vault, const PvOrder *order, const char *reason)
{
	Datum values[3] = {Int32GetDatum(vault), CStringGetTextDatum(order->ref),
					   CStringGetTextDatum(reason)};
	PvOrder after = *order;

	(void) pv_run(&set_aside, values, NULL, false);
	after.error = reason;
	pv_intake_note(vault, PV_INTAKE_SET_ASIDE, 0,
				   pv_queue_fingerprint(&after) - pv_queue_fingerprint(order), order->ref);
}

/*
 * The order that waits under a ref, or was set aside; false where there is none.
 * `own` says that the transaction at hand submitted it.
 */
bool
pv_queue_find(int32_t vault, const char *ref, PvOrder *order, bool *own)
{
	Datum values[2] = {Int32GetDatum(vault), CStringGetTextDatum(ref)};
	bool found = pv_run(&find_order, values, NULL, false) > 0;

	if (found)
	{
		PvRow row = pv_result_row(0);

		pv_queue_read(vault, &row, order);
		*own = TransactionIdIsCurrentTransactionId(DatumGetTransactionId(row.values[14]));
	}
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* --- submitting ------------------------------------------------------------------ */

/* H2: numbers are drawn in the order of the list. */
static void
number_order(int32_t vault, PvOrder *order)
{
	order->number = nextval_internal(pv_relation_oid("queue_number"), false);
	order->digest = digest_of(vault, order);
}

/* The columns of an order in the order of queue_table. */
#define ORDER_COLUMNS 13

static void
order_values(int32_t vault, const PvOrder *order, Datum *values, bool *nulls)
{
	values[0] = Int32GetDatum(vault);
	values[1] = Int64GetDatum(order->number);
	values[2] = BoolGetDatum(order->held);
	values[3] = TimestampTzGetDatum(order->due_at);
	values[4] = Int64GetDatum(order->amount);
	values[5] = Int64GetDatum(order->contribution);
	values[6] = TimestampTzGetDatum(order->at);
	values[7] = CStringGetTextDatum(order->ref);
	values[8] = CStringGetTextDatum(order->member);
	values[9] = CStringGetTextDatum(order->actor);
	values[10] = order->region ? CStringGetTextDatum(order->region) : (Datum) 0;
	values[11] = JsonbPGetDatum(order->meta);
	values[12] = Int64GetDatum(order->digest);
	memset(nulls, 0, sizeof(bool) * ORDER_COLUMNS);
	nulls[5] = !order->has_contribution;
	nulls[6] = !order->named_at;
	nulls[10] = order->region == NULL;
	nulls[11] = order->meta == NULL;
}

static const PvTable queue_table = {
	PV_INSERT, "queue_data",
	"vault, number, held, due_at, amount, contribution, at, ref, member, actor, region, meta, "
	"digest",
	"ilbzaazttttjl", 0};

static uint64
insert_one(PvPlan *plan, int32_t vault, const PvOrder *order)
{
	Datum values[ORDER_COLUMNS];
	bool nulls[ORDER_COLUMNS];

	order_values(vault, order, values, nulls);
	return pv_run(plan, values, nulls, false);
}

static uint64
insert_many(int32_t vault, PvOrder *orders, int count)
{
	PvRows rows = {.table = &queue_table};
	Datum values[ORDER_COLUMNS];
	bool nulls[ORDER_COLUMNS];
	Datum array;

	for (int i = 0; i < count; i++)
	{
		order_values(vault, &orders[i], values, nulls);
		pv_add_row(&rows, values, nulls);
	}
	array = pv_row_array(&rows);
	return pv_run(&insert_orders, &array, NULL, false);
}

/* The order of a ref; from a place on, where it nearly always is. */
static PvOrder *
order_of(PvOrder *orders, int count, const char *ref, int from)
{
	for (int i = 0; i < count; i++)
	{
		PvOrder *order = &orders[(from + i) % count];

		if (strcmp(order->ref, ref) == 0)
			return order;
	}
	pv_internal_error("an order that was not submitted came back");
}

/*
 * Queues orders whose refs are not in the queue, in their order, and returns how
 * many they were.  `number` of the others stays 0.  The caller's transaction has
 * its number already: see Progress.
 */
uint64
pv_queue_add(int32_t vault, PvOrder *orders, int count)
{
	bool *is_new = palloc0(sizeof(bool) * count);
	uint64 change = 0;
	uint64 added;
	int next = 0;

	for (int i = 0; i < count; i++)
		number_order(vault, &orders[i]);
	added =
		count == 1 ? insert_one(&insert_order, vault, orders) : insert_many(vault, orders, count);
	for (uint64 i = 0; i < added; i++)
	{
		PvRow row = pv_result_row(i);
		PvOrder *order = order_of(orders, count, pv_row_text_or_empty(&row, 0), next);

		change += pv_queue_fingerprint(order);
		next = (int) (order - orders) + 1;
		is_new[next - 1] = true;
	}
	for (int i = 0; i < count; i++)
		if (!is_new[i])
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
pv_queue_replace(int32_t vault, PvOrder *order)
{
	Datum key[2] = {Int32GetDatum(vault), CStringGetTextDatum(order->ref)};
	PvOrder before;
	PvRow row;

	if (pv_run(&lock_set_aside, key, NULL, false) == 0)
		return false;
	row = pv_result_row(0);
	pv_queue_read(vault, &row, &before);
	SPI_freetuptable(SPI_tuptable);
	number_order(vault, order);
	(void) insert_one(&replace_order, vault, order);
	pv_intake_note(vault, PV_INTAKE_SUBMITTED, 0,
				   pv_queue_fingerprint(order) - pv_queue_fingerprint(&before), order->ref);
	return true;
}

/*
 * Gives the orders of a member its new name.
 */
void
pv_queue_rename(int32_t vault, const char *old_name, const char *new_name)
{
	Datum key[2] = {Int32GetDatum(vault), CStringGetTextDatum(old_name)};
	uint64 count = pv_run(&orders_of_member, key, NULL, false);
	SPITupleTable *found = SPI_tuptable;
	uint64 change = 0;

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(found, i);
		PvOrder order;
		Datum values[4];

		pv_queue_read(vault, &row, &order);
		change -= pv_queue_fingerprint(&order);
		order.member = new_name;
		/* one that was changed stays one that was changed */
		order.digest = digest_of(vault, &order) + order.altered;
		values[0] = key[0];
		values[1] = CStringGetTextDatum(order.ref);
		values[2] = CStringGetTextDatum(new_name);
		values[3] = Int64GetDatum(order.digest);
		(void) pv_run(&rename_buyer, values, NULL, false);
		row = pv_result_row(0);
		order.error = pv_row_text(&row, 0);
		change += pv_queue_fingerprint(&order);
	}
	if (count > 0)
		pv_intake_note(vault, PV_INTAKE_BUYER_RENAMED, 0, change, NULL);
}
