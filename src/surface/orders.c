/*
 * orders.c
 *	  Many orders booked at once: purchase_many() and settle().
 *
 * What single purchases read one by one is brought for all orders at once, each kind in
 * the order in which it lies; then the same engine books them one after the other in
 * memory, and each table is written once (H2).  Which way an order goes is told in
 * order.h.
 */
#include "surface/orders.h"

#include "base/pace.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/growth.h"
#include "engine/kinds.h"
#include "engine/policy.h"
#include "engine/parties.h"
#include "store/batch.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/calendar.h"
#include "store/journal.h"
#include "store/member_rows.h"
#include "store/plan.h"
#include "store/queue_rows.h"
#include "store/state.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/receipt.h"
#include "surface/rows.h"

#include "commands/async.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/errcodes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_purchase_many);
PG_FUNCTION_INFO_V1(pv_sql_settle);

/* At most so many orders are in memory at once. */
#define ORDERS_AT_ONCE 10000

#define SETTLED_CHANNEL "pointsvault_settled"

/* Where refs of a batch stand in it. */
typedef struct RefSlot
{
	const char *ref;
	int place;
	char status;
} RefSlot;

#define SH_PREFIX refhash
#define SH_ELEMENT_TYPE RefSlot
#define SH_KEY_TYPE const char *
#define SH_KEY ref
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

/*
 * An order as the event it asks for.
 */
PvRequest
pv_order_request(int32_t vault, const PvOrder *order)
{
	PvRequest request = {.vault = vault,
						 .member = order->member,
						 .ref = order->ref,
						 .event = {.kind = order->kind,
								   .amount = order->amount,
								   .has_contribution = order->has_contribution,
								   .contribution = order->contribution,
								   .beyond_rate = order->beyond_rate},
						 .entry = {.ref = order->ref,
								   .region = order->region,
								   .actor = order->actor,
								   .meta = order->meta,
								   .named_at = order->named_at,
								   .at = order->at}};

	return request;
}

/*
 * What an order takes part with beside its member, as pv_prepare brings it: the sponsor of
 * a purchase, and nobody where a debt is settled, which asks who may (D2).
 */
static void
bring_rest(PvBook *book, PvRequest *request, const PvMember *member)
{
	pv_check_may_take(request, member);
	if (pv_kind_info(request->event.kind)->others & PV_AS(PV_SPONSOR))
		pv_bring_sponsor(book, &request->event);
}

/*
 * An order as a request, checked as far as nothing has to change for it: finds it
 * booked (V4), or reports why it cannot be.
 */
static PvRequest
prepare_order(PvBook *book, const PvBooking *booking)
{
	PvRequest request = pv_order_request(book->vault, &booking->order);

	if (!booking->buyer || booking->replay == 0)
		pv_member_check(book->vault, booking->order.member, booking->buyer);
	(void) pv_add_party(&request.event.parties, PV_OWN, booking->buyer);
	if (booking->replay != 0)
		pv_check_replay(&request, booking->buyer, booking->replay);
	else
		bring_rest(book, &request, booking->buyer);
	return request;
}

/* Books an order that is prepared and not booked yet, or reports why it cannot be. */
static void
book_order(PvBook *book, PvBooking *booking, PvRequest *request)
{
	PvError error = pv_book_apply(book, &request->event, &request->entry);

	if (error != PV_OK)
		pv_raise(error, request, book);
	booking->entry = request->entry;
}

static void
book_exits(PvBook *book, const PvBooking *booking)
{
	if (booking->replay == 0)
		(void) pv_book_exits(book, &booking->entry, pv_exits_per_call(&book->policy));
}

/* --- purchase_many ---------------------------------------------------------------- */

/*
 * An order whose ref came earlier in the same call must be the same purchase.
 */
static PvBooking *
earlier_order(struct refhash_hash *refs, PvBooking *bookings, int place)
{
	bool found;
	RefSlot *slot = refhash_insert(refs, bookings[place].order.ref, &found);

	if (!found)
		slot->place = place;
	return found ? &bookings[slot->place] : NULL;
}

static void
put_receipt(Tuplestorestate *store, TupleDesc desc, const PvBook *book, const PvBooking *booking,
			bool replayed)
{
	PvReceipt receipt = {.vault = book->vault,
						 .member = booking->order.member,
						 .replayed = replayed};
	Datum values[PV_RECEIPT_COLUMNS];
	bool nulls[PV_RECEIPT_COLUMNS] = {0};

	if (booking->replay != 0)
		pv_receipt_read(&receipt, booking->replay, false, booking->order.ref);
	else
	{
		receipt.entry = booking->entry;
		pv_receipt_prices(&receipt, &book->policy);
	}
	pv_receipt_values(&receipt, values, nulls);
	tuplestore_putvalues(store, desc, values, nulls);
}

static void
check_repeats(PvBook *book, const PvBooking *booking, const PvBooking *first)
{
	PvRequest request = pv_order_request(book->vault, &booking->order);

	pv_check_same_call(&request, booking->buyer, &first->entry);
}

static void
book_all(PvBook *book, PvBooking *bookings, int count, PvBooking **firsts)
{
	struct refhash_hash *refs = refhash_create(CurrentMemoryContext, count, NULL);
	PvListAt at;

	pv_book_bring_orders(book, bookings, count);
	pv_enter_list(&at, "order", count);
	for (int i = 0; i < count; i++)
	{
		PvRequest request;

		CHECK_FOR_INTERRUPTS();
		pv_at_element(&at, i, &bookings[i].order.ref);
		firsts[i] = earlier_order(refs, bookings, i);
		if (firsts[i] && firsts[i]->replay == 0)
		{
			check_repeats(book, &bookings[i], firsts[i]);
			continue;
		}
		request = prepare_order(book, &bookings[i]);
		if (bookings[i].replay == 0)
			book_order(book, &bookings[i], &request);
		book_exits(book, &bookings[i]);
	}
	pv_leave_list(&at);
	pv_book_write(book);
}

/* purchase_many(vault, members, amounts, refs, contributions, regions, ats) */
Datum
pv_sql_purchase_many(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int count;
	const PvOrder *orders = pv_arg_orders(fcinfo, 1, &count);
	PvBooking *bookings = palloc0(sizeof(PvBooking) * Max(count, 1));
	PvBooking **firsts = palloc0(sizeof(PvBooking *) * Max(count, 1));
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	PvBook *book;
	int spi = pv_spi_begin();

	for (int i = 0; i < count; i++)
		bookings[i].order = orders[i];
	pv_authorize(fcinfo, vault);
	pv_spi_use_memory();
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	pv_check_open(book);
	pv_check_importer(book);
	if (count > 0)
		book_all(book, bookings, count, firsts);
	for (int i = 0; i < count; i++)
		put_receipt(store, desc, book, firsts[i] ? firsts[i] : &bookings[i],
					firsts[i] || bookings[i].replay != 0);
	pv_spi_end(spi);
	return (Datum) 0;
}

/* --- settle --------------------------------------------------------------------- */

/*
 * Errors that say something of the order itself; all others end the batch.
 */
static bool
is_about_order(const ErrorData *error)
{
	switch (error->sqlerrcode)
	{
		case ERRCODE_INVALID_PARAMETER_VALUE:
		case ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE:
		case ERRCODE_DATETIME_VALUE_OUT_OF_RANGE:
		case ERRCODE_NULL_VALUE_NOT_ALLOWED:
		case ERRCODE_NO_DATA_FOUND:
		case ERRCODE_CHECK_VIOLATION:
		case ERRCODE_UNIQUE_VIOLATION:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
			return true;
		case ERRCODE_INSUFFICIENT_PRIVILEGE: /* D2, not what a table lacks */
			return pv_error_is(error, PV_TOKEN_BEYOND_RATE);
		default:
			return false;
	}
}

/* An order of the queue that may not be fit to be booked. */
typedef struct Attempt
{
	PvBook *book;
	PvBooking *booking;
	PvRequest request;
} Attempt;

/*
 * What can be said of an order before its day is begun.  H4: its moment is the
 * end of its hold, whenever it is booked.
 */
static void
try_out(Attempt *attempt)
{
	PvRequest *request = &attempt->request;
	PvError error;

	*request = prepare_order(attempt->book, attempt->booking);
	if (attempt->booking->replay != 0)
		return;
	request->entry.named_at = request->entry.may_move = true;
	pv_book_find_day(attempt->book, &request->entry);
	if (request->entry.day <= pv_book_open_day(attempt->book))
		return; /* it closes no day: booking it is trial enough */
	error = pv_book_try(attempt->book, &request->event);
	if (error != PV_OK)
		pv_raise(error, request, attempt->book);
}

static void
book_attempted(Attempt *attempt)
{
	book_order(attempt->book, attempt->booking, &attempt->request);
}

/* Whether a statement is at work: it has the owner's rights (plan.c). */
static bool
in_statement(Oid user, int context)
{
	Oid user_now;
	int context_now;

	GetUserIdAndSecContext(&user_now, &context_now);
	return user_now != user || context_now != context;
}

/*
 * Why a step with an order cannot be done, or NULL where it was done.  What is
 * caught was reported before anything changed, by code that holds no resources.
 * An error of a statement is not: it leaves behind what only the end of its
 * transaction takes back, the owner's rights among it.
 */
static const char *
refusal_of(void (*step)(Attempt *attempt), Attempt *attempt)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData *volatile error = NULL;
	Oid user;
	int security;

	GetUserIdAndSecContext(&user, &security);

	PG_TRY();
	{
		step(attempt);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!is_about_order(error) || in_statement(user, security))
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return error ? pv_error_text(error) : NULL;
}

/*
 * H3: books an order, or returns why it cannot be.  One that cannot be closes no
 * day (V7); and a close that fails is not the order's fault, and ends the batch.
 */
static const char *
try_order(PvBook *book, const PvQueued *queued, PvBooking *booking)
{
	Attempt attempt = {.book = book, .booking = booking};
	const char *reason;

	if (queued->altered)
		return pv_token_text(PV_TOKEN_DAMAGED_DATA,
							 "the order is not as it was submitted (somebody changed its row)");
	reason = refusal_of(try_out, &attempt);
	if (reason || booking->replay != 0)
		return reason;
	pv_book_begin(book, &attempt.request.entry);
	return refusal_of(book_attempted, &attempt);
}

/* H4: an order from the queue is booked for the end of its hold. */
static PvBooking *
bookings_of(const PvQueued *queued, int count)
{
	PvBooking *bookings = palloc0(sizeof(PvBooking) * count);

	for (int i = 0; i < count; i++)
	{
		bookings[i].order = queued[i].order;
		bookings[i].order.at = queued[i].due_at;
	}
	return bookings;
}

/*
 * Books the orders that are due, at most so many, and takes them out of the
 * queue.
 */
static void
settle_some(int32_t vault, int most, PvSettled *settled)
{
	PvBook *book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	PvQueued *queued;
	PvBooking *bookings;
	int count;
	PvQueued **done;
	int ndone = 0;

	pv_check_open(book);
	if (book->importing)
	{
		ereport(NOTICE, (errmsg("vault %d is being imported, its orders wait", vault)));
		settled->complete = true;
		return;
	}
	count = pv_queue_take(vault, most, settled->last, &queued, &settled->complete);
	if (count == 0)
		return;
	settled->last = queued[count - 1].number;
	done = palloc(sizeof(PvQueued *) * count);
	bookings = bookings_of(queued, count);
	pv_book_bring_orders(book, bookings, count);
	for (int i = 0; i < count; i++)
	{
		const char *reason;

		CHECK_FOR_INTERRUPTS();
		reason = try_order(book, &queued[i], &bookings[i]);
		if (reason)
		{
			pv_queue_set_aside(vault, &queued[i], reason);
			settled->set_aside++;
			continue;
		}
		book_exits(book, &bookings[i]);
		settled->booked += bookings[i].replay == 0;
		settled->dropped += bookings[i].replay != 0;
		done[ndone++] = &queued[i];
	}
	pv_book_write(book);
	pv_queue_drop(vault, done, ndone);
}

/* One NOTIFY a call that took anything, never one from submit. */
static void
notify_settled(int32_t vault, const PvSettled *settled)
{
	Async_Notify(SETTLED_CHANNEL, psprintf("{\"vault\": %d, \"booked\": " INT64_FORMAT
										   ", \"set_aside\": " INT64_FORMAT "}",
										   vault, settled->booked, settled->set_aside));
}

/* Says every few seconds how far it is. */
static void
tell_progress(int32_t vault, const PvSettled *settled, TimestampTz *told_at)
{
	if (!pv_is_time_to_tell(told_at))
		return;
	ereport(NOTICE, (errmsg("settle: " INT64_FORMAT " orders of vault %d booked, " INT64_FORMAT
							" set aside",
							settled->booked, vault, settled->set_aside)));
}

/*
 * Settles at most so many orders of a vault.
 */
PvSettled
pv_settle(int32_t vault, int64_t most)
{
	PvSettled settled = {0};
	MemoryContext round =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault settle", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(round);
	TimestampTz told_at = GetCurrentTimestamp();

	pv_spi_use_memory();
	while (most > 0 && !settled.complete)
	{
		int64_t before = settled.booked + settled.set_aside + settled.dropped;

		settle_some(vault, (int) Min(most, ORDERS_AT_ONCE), &settled);
		most -= settled.booked + settled.set_aside + settled.dropped - before;
		MemoryContextReset(round);
		tell_progress(vault, &settled, &told_at);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(round);
	if (settled.booked + settled.set_aside + settled.dropped > 0)
		notify_settled(vault, &settled);
	return settled;
}

/* settle(vault, max_orders) */
Datum
pv_sql_settle(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int32_t most = pv_arg_int(fcinfo, 1, "max_orders");
	int64_t booked;
	int spi;

	if (most < 0)
		ereport(ERROR, (pv_error(BAD_COUNT), errmsg("max_orders must not be negative")));
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	booked = pv_settle(vault, most).booked;
	pv_spi_end(spi);
	PG_RETURN_INT64(booked);
}
