/*
 * queue.c
 *	  The SQL functions of the queue: submit, cancel, wait (MODEL §4).
 */
#include "base/board.h"
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/policy.h"
#include "store/batch.h"
#include "store/actor.h"
#include "store/book.h"
#include "store/early.h"
#include "store/journal.h"
#include "store/member_rows.h"
#include "store/plan.h"
#include "store/queue_rows.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/orders.h"
#include "surface/receipt.h"
#include "surface/request.h"

#include "access/xact.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "pgtime.h"
#include "storage/latch.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(pv_sql_submit);
PG_FUNCTION_INFO_V1(pv_sql_submit_many);
PG_FUNCTION_INFO_V1(pv_sql_submit_settlement);
PG_FUNCTION_INFO_V1(pv_sql_cancel);
PG_FUNCTION_INFO_V1(pv_sql_wait_settled);

/* How long wait_settled() sleeps between two looks, growing. */
#define FIRST_SLEEP_MS 2
#define LAST_SLEEP_MS 50

/* --- submit ---------------------------------------------------------------------- */

/* Days and months of a hold are those of the vault's time zone (U5). */
static TimestampTz
end_of_hold(TimestampTz from, const Interval *hold, pg_tz *timezone)
{
	pg_tz *caller = session_timezone;
	volatile TimestampTz end = from;

	session_timezone = timezone;
	PG_TRY();
	{
		end = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
													  TimestampTzGetDatum(from),
													  IntervalPGetDatum(hold)));
	}
	PG_FINALLY();
	{
		session_timezone = caller;
	}
	PG_END_TRY();
	return end;
}

/*
 * H4: an order is due at the end of its hold, which begins at its `at`.
 */
static void
set_due(PvQueued *queued, const Interval *hold, TimestampTz now, pg_tz *timezone)
{
	TimestampTz from = queued->order.named_at ? queued->order.at : now;

	if (TIMESTAMP_NOT_FINITE(from))
		ereport(ERROR, (pv_error(NOT_FINITE),
						errmsg("the moment of an event must be a finite timestamp")));
	queued->due_at = end_of_hold(from, hold, timezone);
	if (queued->due_at < from)
		ereport(ERROR, (pv_error(NEGATIVE_HOLD), errmsg("hold must not be negative")));
	queued->held = queued->due_at > now;
}

/*
 * The same member, or one of whom the one has become the other by a merge, which named
 * the orders that wait anew.
 */
static bool
is_same_buyer(int32_t vault, const char *name, const char *before)
{
	int64_t member;
	int64_t other;

	if (strcmp(name, before) == 0)
		return true;
	member = pv_member_find(vault, name);
	other = pv_member_find(vault, before);
	return member != 0 && other != 0 && pv_member_now(vault, member) == pv_member_now(vault, other);
}

/* The same order, whoever buys. */
static bool
is_same_order(const PvOrder *order, const PvOrder *before)
{
	return order->kind == before->kind && order->amount == before->amount &&
		   order->has_contribution == before->has_contribution &&
		   order->contribution == before->contribution &&
		   pv_same_text(order->region, before->region) &&
		   (!order->named_at || (before->named_at && order->at == before->at));
}

/*
 * Under the stricter isolation levels a ref may be booked by a row that the
 * transaction does not see.
 */
static void
check_seen(int32_t vault, const char *ref)
{
	if (IsolationUsesXactSnapshot() && pv_journal_find(vault, ref, false) == 0)
		ereport(ERROR,
				(pv_error(LOST_RACE), errmsg("could not serialize access due to concurrent update"),
				 errdetail("Another transaction booked ref \"%s\" in vault %d.", ref, vault),
				 errhint("The transaction might succeed if retried.")));
}

static void
check_booked(int32_t vault, const PvQueued *queued, int64_t seq)
{
	PvRequest request = pv_order_request(vault, &queued->order);
	PvMember member = {.id = pv_member_find(vault, queued->order.member)};

	request.entry.at = queued->due_at; /* H4: where it would be booked */
	pv_check_replay(&request, &member, seq);
}

/*
 * V4: a ref that is queued already must be the same order again, unless that was
 * set aside (H3): then this one takes its place, and counts as new.
 */
static bool
check_queued(int32_t vault, PvQueued *queued)
{
	const PvOrder *order = &queued->order;
	PvQueued before;
	bool own;

	if (pv_queue_replace(vault, queued))
		return true;
	if (!pv_queue_find(vault, order->ref, &before, &own))
		ereport(ERROR, (pv_error(LOST_RACE),
						errmsg("ref \"%s\" of vault %d is in use by a concurrent transaction",
							   order->ref, vault),
						errhint("The transaction might succeed if retried.")));
	if (!is_same_order(order, &before.order) ||
		!is_same_buyer(vault, order->member, before.order.member))
		ereport(ERROR,
				(pv_error(REF_QUEUED),
				 errmsg("ref \"%s\" of vault %d is queued for another order", order->ref, vault),
				 errdetail("Its queue number is " INT64_FORMAT ".", before.number),
				 errhint("pointsvault.cancel(%d, ...) drops an order not yet settled.", vault)));
	queued->number = before.number;
	return false;
}

/* The journal rows of the refs of orders that are booked by now, 0 = none. */
static const int64_t *
find_booked(int32_t vault, const PvQueued *queued, int count)
{
	const char **refs = palloc(sizeof(char *) * count);
	int64_t *one;

	for (int i = 0; i < count; i++)
		refs[i] = queued[i].order.ref;
	if (count > 1)
		return pv_journal_find_all(vault, refs, count);
	one = palloc(sizeof(int64_t));
	*one = pv_journal_find_latest(vault, refs[0]);
	return one;
}

/*
 * V4: nor may a ref that is booked be queued again: those that went in are taken out.
 * Returns how many went in and stay, and those that replace one that was set aside
 * (H3).  Looked for once the orders are in the queue, where a settler at work on the
 * same ref was waited for.
 */
static uint64
check_refs(int32_t vault, PvQueued *queued, int count, uint64 added)
{
	const int64_t *booked = find_booked(vault, queued, count);

	for (int i = 0; i < count; i++)
	{
		if (booked[i] == 0)
			continue;
		check_seen(vault, queued[i].order.ref);
		check_booked(vault, &queued[i], booked[i]);
		added -= queued[i].number != 0 && pv_queue_cancel(vault, queued[i].order.ref);
		queued[i].number = 0;
	}
	for (int i = 0; i < count; i++)
		if (queued[i].number == 0 && booked[i] == 0)
			added += check_queued(vault, &queued[i]);
	return added;
}

/*
 * Queues what is new of a list without repeats; returns how many that were.  The
 * orders have their numbers afterwards, 0 where they are booked already.
 */
static uint64
submit_orders(FunctionCallInfo fcinfo, int32_t vault, PvQueued *queued, int count,
			  const Interval *hold)
{
	pg_tz *timezone;
	TimestampTz now;
	const char *actor = pv_actor();
	uint64 added;
	PvListAt at;

	pv_authorize(fcinfo, vault);
	PreventCommandDuringRecovery("submitting orders");
	PreventCommandIfReadOnly("submitting orders");
	pv_early_rest_on_log();
	timezone = pv_vault_timezone(vault, false); /* P0002 where there is no such vault */
	if (count == 0)
		return 0;
	/* a settler counts on this coming before the clock is read and numbers are drawn */
	(void) GetTopTransactionId();
	now = GetCurrentTimestamp();
	pv_enter_list(&at, "order", count);
	for (int i = 0; i < count; i++)
	{
		PvRequest request = pv_order_request(vault, &queued[i].order);

		pv_at_element(&at, i, &queued[i].order.ref);
		pv_check_figures(&request);
		queued[i].order.beyond_rate = pv_may_exceed_rate(&request);
		queued[i].order.actor = actor;
		set_due(&queued[i], hold, now, timezone);
	}
	pv_leave_list(&at);
	added = pv_queue_add(vault, queued, count);
	added = check_refs(vault, queued, count, added);
	if (added > 0)
		pv_wake_settler();
	return added;
}

static const Interval *
arg_hold(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null("hold");
	return PG_GETARG_INTERVAL_P(n);
}

/* An order of a kind, as far as all kinds are called alike: from member to contribution. */
static PvOrder
arg_order(FunctionCallInfo fcinfo, PvKind kind)
{
	PvOrder order = {.kind = kind};

	order.member = pv_arg_text(fcinfo, 1, "member");
	order.amount = pv_arg_amount(fcinfo, 2, "amount");
	order.ref = pv_arg_text(fcinfo, 3, "ref");
	order.has_contribution = !PG_ARGISNULL(4);
	if (order.has_contribution)
		order.contribution = pv_arg_amount(fcinfo, 4, "contribution");
	return order;
}

/* Queues one order, whose last arguments are hold, at, meta from the n-th on; its number. */
static int64_t
submit_one(FunctionCallInfo fcinfo, int n, PvOrder order)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	PvQueued queued = {.order = order};
	PvEntry tail = {0};
	int spi;

	pv_arg_event_tail(fcinfo, n + 1, &tail);
	queued.order.named_at = tail.named_at;
	queued.order.at = tail.at;
	queued.order.meta = tail.meta;
	spi = pv_spi_begin();
	(void) submit_orders(fcinfo, vault, &queued, 1, arg_hold(fcinfo, n));
	pv_spi_end(spi);
	return queued.number;
}

/* submit(vault, member, amount, ref, contribution, region, hold, at, meta) */
Datum
pv_sql_submit(PG_FUNCTION_ARGS)
{
	PvOrder order = arg_order(fcinfo, PV_KIND_PURCHASE);

	order.region = pv_arg_optional_text(fcinfo, 5, "region");
	PG_RETURN_INT64(submit_one(fcinfo, 6, order));
}

/* submit_settlement(vault, member, amount, ref, contribution, hold, at, meta) */
Datum
pv_sql_submit_settlement(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(submit_one(fcinfo, 5, arg_order(fcinfo, PV_KIND_SETTLE_DEBT)));
}

/* Of the same ref the first of the list comes first. */
static int
compare_refs(const void *a, const void *b)
{
	const PvOrder *const *left = a;
	const PvOrder *const *right = b;
	int order = strcmp((*left)->ref, (*right)->ref);

	return order != 0 ? order : (*left > *right) - (*left < *right);
}

/*
 * Takes repeats out of a list; a ref twice must be the same order twice.
 */
static int
drop_repeats(int32_t vault, PvOrder *orders, int count)
{
	PvOrder **sorted = palloc(sizeof(PvOrder *) * Max(count, 1));
	bool *repeats = palloc0(sizeof(bool) * Max(count, 1));
	int kept = 0;

	for (int i = 0; i < count; i++)
		sorted[i] = &orders[i];
	qsort(sorted, count, sizeof(PvOrder *), compare_refs);
	for (int i = 1; i < count; i++)
	{
		if (strcmp(sorted[i - 1]->ref, sorted[i]->ref) != 0)
			continue;
		if (!is_same_order(sorted[i], sorted[i - 1]) ||
			strcmp(sorted[i]->member, sorted[i - 1]->member) != 0)
			ereport(ERROR, (pv_error(REF_REPEATED),
							errmsg("ref \"%s\" of vault %d stands twice in the list, for different "
								   "orders",
								   sorted[i]->ref, vault)));
		repeats[sorted[i] - orders] = true;
	}
	for (int i = 0; i < count; i++)
		if (!repeats[i])
			orders[kept++] = orders[i];
	return kept;
}

/* submit_many(vault, members, amounts, refs, contributions, regions, ats, hold) */
Datum
pv_sql_submit_many(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int count;
	PvOrder *orders = pv_arg_orders(fcinfo, 1, &count);
	PvQueued *queued;
	const Interval *hold = arg_hold(fcinfo, 7);
	uint64 added = 0;
	int spi;

	count = drop_repeats(vault, orders, count);
	queued = palloc0(sizeof(PvQueued) * Max(count, 1));
	for (int i = 0; i < count; i++)
		queued[i].order = orders[i];
	spi = pv_spi_begin();
	added = submit_orders(fcinfo, vault, queued, count, hold);
	pv_spi_end(spi);
	PG_RETURN_INT64((int64) added);
}

/* --- cancel ---------------------------------------------------------------------- */

/* cancel(vault, ref): under the vault's lock, so that it is not being settled. */
Datum
pv_sql_cancel(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *ref = pv_arg_text(fcinfo, 1, "ref");
	int spi = pv_spi_begin();
	PvBook *book;
	PvQueued queued;
	bool own;
	bool dropped;

	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_WRITE, ref, NULL);
	dropped = pv_queue_find(vault, ref, &queued, &own) && pv_queue_cancel(vault, ref);
	/* what waited under a ref that is booked meanwhile was that event */
	if (dropped && book->replay != 0 && !queued.error)
		dropped = false;
	pv_spi_end(spi);
	PG_RETURN_BOOL(dropped);
}

/* --- waiting --------------------------------------------------------------------- */

/*
 * Looks for an order: its journal row, or 0 while it waits.  An error where
 * waiting is in vain.
 */
static int64_t
look_for(int32_t vault, const char *ref)
{
	PvQueued queued;
	bool own;
	bool waits;
	int64_t seq = pv_journal_find(vault, ref, false);

	if (seq != 0)
		return seq;
	waits = pv_queue_find(vault, ref, &queued, &own);
	if (waits && own)
		ereport(ERROR,
				(pv_error(ORDER_NOT_COMMITTED),
				 errmsg("order \"%s\" of vault %d was submitted by this transaction", ref, vault),
				 errhint("Commit first: nobody sees the order before.")));
	if (waits && queued.error)
		ereport(ERROR,
				(pv_error(ORDER_SET_ASIDE),
				 errmsg("order \"%s\" of vault %d was set aside", ref, vault),
				 errdetail_internal("%s", queued.error),
				 errhint("Submit it again, or drop it with pointsvault.cancel(%d, ...).", vault)));
	if (waits)
		return 0;
	seq = pv_journal_find(vault, ref, false); /* a settler took it between the two looks */
	if (seq == 0)
		ereport(ERROR,
				(pv_error(NO_SUCH_REF),
				 errmsg("vault %d has neither an order nor an event with ref \"%s\"", vault, ref)));
	return seq;
}

static void
nap(long milliseconds)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
					 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* What a look brings into memory goes with it: an hour has 72 000 of them. */
static int64_t
wait_for(int32_t vault, const char *ref, TimestampTz until)
{
	MemoryContext look =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault wait", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(look);
	long sleep = FIRST_SLEEP_MS;
	int64_t seq;

	while ((seq = look_for(vault, ref)) == 0)
	{
		long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

		MemoryContextReset(look);
		if (left <= 0)
			break;
		nap(Min(sleep, left));
		sleep = Min(2 * sleep, LAST_SLEEP_MS);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(look);
	return seq;
}

/* wait_settled(vault, ref, timeout): NULL when the time is up. */
Datum
pv_sql_wait_settled(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *ref = pv_arg_text(fcinfo, 1, "ref");
	MemoryContext caller = CurrentMemoryContext;
	PvReceipt receipt = {.vault = vault};
	TimestampTz until;
	int64_t seq;
	int spi;

	if (PG_ARGISNULL(2))
		pv_refuse_null("timeout");
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (pv_error(NEEDS_READ_COMMITTED),
						errmsg("wait_settled() waits for what others commit, which a transaction "
							   "of this isolation level does not see"),
						errhint("Call it under READ COMMITTED.")));
	until = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
													TimestampTzGetDatum(GetCurrentTimestamp()),
													PG_GETARG_DATUM(2)));
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, false);
	seq = wait_for(vault, ref, until);
	if (seq != 0)
	{
		pv_receipt_read(&receipt, seq, false, ref);
		receipt.member = pv_keep_text(caller, receipt.member);
	}
	pv_spi_end(spi);
	if (seq == 0)
		PG_RETURN_NULL();
	pv_early_tell();
	return pv_receipt_datum(fcinfo, &receipt);
}
