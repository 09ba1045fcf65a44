/*
 * event.c
 *	  How every event of a caller is booked: once, whole, in its transaction.
 */
#include "surface.h"

#include "utils/builtins.h"
#include "utils/errcodes.h"

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * V4: whether the entry that has the ref is the same call again.  Compared are
 * the member, the values, the purpose, contribution and region, and the moment
 * where the caller names one.
 */
static bool
is_same_call(const PvRequest *request, const PvBook *book, const PvEntry *booked)
{
	const PvEvent *event = &request->event;
	const PvEntry *entry = &request->entry;

	if (booked->kind != event->kind)
		return false;
	if (request->member && (!book->member || book->member->id != booked->member))
		return false;
	if (entry->named_at && entry->at != booked->at)
		return false;
	switch (event->kind)
	{
		case PV_KIND_PURCHASE:
			return booked->effect.amount == event->amount &&
				   booked->named_contribution == event->has_contribution &&
				   (!event->has_contribution ||
					booked->effect.contribution == event->contribution) &&
				   same_text(booked->region, entry->region);
		case PV_KIND_REDEEM:
			return booked->effect.points == event->points &&
				   (booked->effect.member.cash == 0) == event->for_goods;
		case PV_KIND_WITHDRAW_RETURN:
			return pv_journal_find(request->vault, request->withdraw_ref, false) == booked->cause;
		default:
			return booked->effect.amount == event->amount;
	}
}

static void
replay(PvRequest *request, const PvBook *book, PvReceipt *receipt)
{
	PvPolicy policy;
	PvEntry *booked = pv_journal_read(book->vault, book->replay, false, &policy);

	if (!is_same_call(request, book, booked))
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("ref \"%s\" of vault %d is used for another event", request->ref,
						request->vault),
				 errdetail("It is of kind %s, journal row " INT64_FORMAT ".",
						   pv_kind_info(booked->kind)->name, booked->seq),
				 errhint("A ref names one event; the same call with the same ref is replayed.")));
	receipt->entry = *booked;
	receipt->entry.ref = request->ref;
	request->member = booked->member_name;
	receipt->replayed = true;
	pv_receipt_prices(receipt, &policy);
}

/*
 * A suspended vault refuses events (55000).
 */
void
pv_check_open(const PvBook *book)
{
	if (book->suspended)
		pv_report_suspended(book->vault);
}

/*
 * G2: the sponsor takes part where the policy mints for referrals.
 */
static void
bring_sponsor(PvBook *book, PvEvent *event)
{
	if (book->policy.has_growth && book->policy.growth.referral_mint_rate > 0 &&
		event->member->sponsor != 0)
		event->sponsor = pv_book_member(book, event->member->sponsor);
}

/*
 * G13: a payout that bounced comes back whole, once, to the member it was for.
 */
static void
bring_withdrawal(PvBook *book, PvRequest *request)
{
	int64_t seq = pv_journal_find(book->vault, request->withdraw_ref, false);
	PvPolicy policy;
	PvEntry *withdrawal;

	if (seq == 0)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA), errmsg("vault %d has no event with ref \"%s\"",
														 book->vault, request->withdraw_ref)));
	withdrawal = pv_journal_read(book->vault, seq, false, &policy);
	if (withdrawal->kind != PV_KIND_WITHDRAW)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ref \"%s\" of vault %d is of kind %s, not withdraw", request->withdraw_ref,
						book->vault, pv_kind_info(withdrawal->kind)->name)));
	if (pv_journal_reversal(book->vault, withdrawal) != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("withdraw \"%s\" of vault %d was returned already",
							   request->withdraw_ref, book->vault)));
	request->entry.cause = seq;
	request->member = withdrawal->member_name;
	request->event.amount = withdrawal->effect.amount;
	request->event.member = pv_book_member(book, withdrawal->member);
}

/*
 * Brings into memory what the event will touch beside its member.
 */
static void
prepare(PvBook *book, PvRequest *request)
{
	PvEvent *event = &request->event;

	event->member = book->member;
	if (request->member && !event->member)
		pv_no_such_member(book->vault, request->member);
	if (event->kind == PV_KIND_PURCHASE)
		bring_sponsor(book, event);
	else if (event->kind == PV_KIND_REDEEM && event->points <= event->member->has.points)
		pv_book_load_lots(book, event->member, event->points);
	else if (event->kind == PV_KIND_WITHDRAW_RETURN)
		bring_withdrawal(book, request);
}

static void
book_event(PvBook *book, PvRequest *request, PvReceipt *receipt)
{
	PvError error;

	pv_check_open(book);
	prepare(book, request);
	request->entry.ref = request->ref;
	error = pv_book_apply(book, &request->event, &request->entry);
	if (error != PV_OK)
		pv_raise(error, request, book);
	if (pv_kind_info(request->event.kind)->leads_to_exits)
		(void) pv_book_exits(book, &request->entry, pv_exits_per_call(&book->policy));
	pv_book_write(book);
	receipt->entry = request->entry;
	pv_receipt_prices(receipt, &book->policy);
}

/*
 * Books an event, or replays it where its ref is known (V4), and returns the
 * receipt.
 */
Datum
pv_event(FunctionCallInfo fcinfo, PvRequest *request)
{
	MemoryContext caller = CurrentMemoryContext;
	PvReceipt receipt = {.vault = request->vault};
	int spi = pv_spi_begin();
	PvBook *book;

	pv_authorize(fcinfo, request->vault);
	book = pv_book_open(request->vault, PV_BOOK_WRITE, request->ref, request->member);
	if (book->replay != 0)
		replay(request, book, &receipt);
	else
		book_event(book, request, &receipt);
	if (request->member)
		receipt.member = MemoryContextStrdup(caller, request->member);
	pv_spi_end(spi);
	return pv_receipt_datum(fcinfo, &receipt);
}
