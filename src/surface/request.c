/*
 * request.c
 *	  How every event of a caller is booked: once, whole, in its transaction.
 */
#include "surface/request.h"

#include "base/tokens.h"
#include "engine/cycle.h"
#include "engine/growth.h"
#include "engine/kinds.h"
#include "engine/policy.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/enrolment.h"
#include "store/holdings.h"
#include "store/lot_rows.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/errors.h"
#include "surface/receipt.h"

#include "utils/builtins.h"

static bool
is_same_purchase(const PvRequest *request, const PvEntry *booked)
{
	const PvEvent *event = &request->event;

	return booked->effect.amount == event->amount &&
		   booked->named_contribution == event->has_contribution &&
		   (!event->has_contribution || booked->effect.contribution == event->contribution) &&
		   pv_same_text(booked->region, request->entry.region);
}

/*
 * The same event reversed, by as much as was named, or by all that was left.
 */
static bool
is_same_reversal(const PvRequest *request, const PvEntry *booked)
{
	if (pv_journal_find(request->vault, request->of_ref, false) != booked->cause)
		return false;
	return booked->named_contribution == request->entry.named_contribution &&
		   (!booked->named_contribution || booked->effect.amount == request->event.amount);
}

/*
 * V4: whether the entry that has the ref is the same call again.  Compared are
 * the members, the values, the purpose, contribution and region, and the moment
 * where the caller names one.
 */
bool
pv_is_same_call(const PvRequest *request, const PvBook *book, const PvEntry *booked)
{
	const PvEvent *event = &request->event;

	if (booked->kind != event->kind)
		return false;
	if (request->member && (!book->member || book->member->id != booked->member))
		return false;
	if (request->entry.named_at && request->entry.at != booked->at)
		return false;
	switch (event->kind)
	{
		case PV_KIND_PURCHASE:
			return is_same_purchase(request, booked);
		case PV_KIND_REDEEM:
			return booked->effect.points == event->points &&
				   (booked->effect.member.cash == 0) == event->for_goods;
		case PV_KIND_POINTS_TO_CREDITS:
		case PV_KIND_GRANT_POINTS:
			return booked->effect.points == event->points;
		case PV_KIND_PAY:
			return booked->effect.amount == event->amount &&
				   booked->other == pv_member_find(request->vault, request->payee);
		case PV_KIND_WITHDRAW_RETURN:
		case PV_KIND_REFUND:
			return is_same_reversal(request, booked);
		case PV_KIND_REDEEM_SURPLUS:
			return true;
		default:
			return booked->effect.amount == event->amount;
	}
}

void
pv_refuse_ref(const PvRequest *request, const PvEntry *booked)
{
	ereport(ERROR,
			(pv_error(REF_USED),
			 errmsg("ref \"%s\" of vault %d is used for another event", request->ref,
					request->vault),
			 errdetail("It is of kind %s, journal row " INT64_FORMAT ".",
					   pv_kind_info(booked->kind)->name, booked->seq),
			 errhint("A ref names one event; the same call with the same ref is replayed.")));
}

static void
replay(PvRequest *request, const PvBook *book, PvReceipt *receipt)
{
	PvPolicy policy;
	PvEntry *booked = pv_journal_read(book->vault, book->replay, false, &policy);

	if (!pv_is_same_call(request, book, booked))
		pv_refuse_ref(request, booked);
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
 * G2, C1: the sponsor takes part where the policy rewards referrals.
 */
void
pv_bring_sponsor(PvBook *book, PvEvent *event)
{
	if (pv_rewards_sponsors(&book->policy) && event->member->sponsor != 0)
		event->other = pv_book_member(book, event->member->sponsor);
}

/*
 * The event that this one takes back, with its member and the policy it was
 * booked under.
 */
static PvEntry *
bring_reversed(PvBook *book, PvRequest *request, PvKind kind, PvPolicy *policy)
{
	bool read_only = book->mode == PV_BOOK_READ;
	int64_t seq = pv_journal_find(book->vault, request->of_ref, read_only);
	PvEntry *entry;

	if (seq == 0)
		ereport(ERROR, (pv_error(NO_SUCH_REF), errmsg("vault %d has no event with ref \"%s\"",
													  book->vault, request->of_ref)));
	entry = pv_journal_read(book->vault, seq, read_only, policy);
	if (entry->kind != kind)
		ereport(ERROR,
				(pv_error(WRONG_KIND),
				 errmsg("ref \"%s\" of vault %d is of kind %s, not %s", request->of_ref,
						book->vault, pv_kind_info(entry->kind)->name, pv_kind_info(kind)->name)));
	request->entry.cause = seq;
	request->member = entry->member_name;
	request->event.member = pv_book_member(book, entry->member);
	return entry;
}

/*
 * G13: a payout that bounced comes back whole, once, to the member it was for.
 */
static void
bring_withdrawal(PvBook *book, PvRequest *request)
{
	PvPolicy policy;
	PvEntry *withdrawal = bring_reversed(book, request, PV_KIND_WITHDRAW, &policy);

	if (pv_journal_reversed(book->vault, withdrawal->seq, book->mode == PV_BOOK_READ) != 0)
		ereport(ERROR, (pv_error(RETURNED_ALREADY),
						errmsg("withdraw \"%s\" of vault %d was returned already", request->of_ref,
							   book->vault)));
	request->event.amount = withdrawal->effect.amount;
	request->entry.reversed = withdrawal->effect.amount;
}

/*
 * G15: the purchase, what was refunded of it, and its lots.
 */
static void
bring_purchase(PvBook *book, PvRequest *request)
{
	PvEvent *event = &request->event;
	PvPolicy policy;
	PvEntry *purchase = bring_reversed(book, request, PV_KIND_PURCHASE, &policy);

	request->sale = pv_sale_of(purchase, &policy);
	request->sale.refunded =
		pv_journal_reversed(book->vault, purchase->seq, book->mode == PV_BOOK_READ);
	event->sale = &request->sale;
	if (request->whole_rest)
		event->amount = request->sale.amount - request->sale.refunded;
	if (request->whole_rest && event->amount == 0)
		ereport(ERROR, (pv_error(REFUNDED_ALREADY),
						errmsg("purchase \"%s\" of vault %d was refunded already", request->of_ref,
							   book->vault)));
	request->entry.reversed = request->sale.refunded + event->amount;
	pv_book_load_lot(book, event->member, purchase->seq);
	if (purchase->other == 0)
		return;
	event->other = pv_book_member(book, purchase->other);
	pv_book_load_lot(book, event->other, purchase->seq);
}

static void
bring_payee(PvBook *book, PvRequest *request)
{
	request->event.other = pv_book_named_member(book, request->payee);
	if (!request->event.other)
		pv_no_such_member(book->vault, request->payee);
}

/*
 * Brings into memory what the event will touch beside its member.
 */
void
pv_prepare(PvBook *book, PvRequest *request)
{
	PvEvent *event = &request->event;

	event->member = book->member;
	if (request->member && !event->member)
		pv_no_such_member(book->vault, request->member);
	switch (event->kind)
	{
		case PV_KIND_PURCHASE:
			pv_bring_sponsor(book, event);
			break;
		case PV_KIND_REDEEM:
		case PV_KIND_POINTS_TO_CREDITS:
			if (event->points <= event->member->has.points)
				pv_book_load_lots(book, event->member, event->points);
			break;
		case PV_KIND_PAY:
			bring_payee(book, request);
			break;
		case PV_KIND_WITHDRAW_RETURN:
			bring_withdrawal(book, request);
			break;
		case PV_KIND_REFUND:
			bring_purchase(book, request);
			break;
		default:
			break;
	}
}

static void
book_event(PvBook *book, PvRequest *request, PvReceipt *receipt)
{
	PvError error;

	pv_check_open(book);
	pv_prepare(book, request);
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
	receipt.member = pv_keep_text(caller, request->member);
	pv_spi_end(spi);
	return pv_receipt_datum(fcinfo, &receipt);
}
