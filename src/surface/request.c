/*
 * request.c
 *	  How every event of a caller is booked: once, whole, in its transaction.
 */
#include "surface/request.h"

#include "base/tokens.h"
#include "engine/corrections.h"
#include "engine/cycle.h"
#include "engine/growth.h"
#include "engine/kinds.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/early.h"
#include "store/erasures.h"
#include "store/holdings.h"
#include "store/items.h"
#include "store/lot_rows.h"
#include "store/member_rows.h"
#include "store/merging.h"
#include "store/plan.h"
#include "store/stock_rows.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/errors.h"
#include "surface/limits.h"
#include "surface/receipt.h"

#include "utils/builtins.h"

/* The same text, as far as it can be told: it may have been erased from the row. */
static bool
is_same_text(const PvRequest *request, const PvEntry *booked, int column, const char *was,
			 const char *asked)
{
	return pv_same_text(was, asked) ||
		   (!was && asked && pv_was_erased(request->vault, booked->seq, column));
}

/* The same contribution, or none named, and the same region. */
static bool
is_same_contribution(const PvRequest *request, const PvEntry *booked)
{
	const PvEvent *event = &request->event;

	return booked->named == event->has_contribution &&
		   (!event->has_contribution || booked->effect.contribution == event->contribution) &&
		   is_same_text(request, booked, PV_JOURNAL_region, booked->region, request->entry.region);
}

static bool
is_for_same_purpose(const PvRequest *request, const PvEntry *booked)
{
	return pv_was_for_goods(booked) == request->event.for_goods;
}

/*
 * Whether two members are one, or of whom the one has become the other by a merge; 0 is
 * nobody.
 */
static bool
is_same_member(const PvRequest *request, int64_t asked, int64_t booked)
{
	if (asked == 0 || booked == 0)
		return false;
	return asked == booked ||
		   pv_member_now(request->vault, asked) == pv_member_now(request->vault, booked);
}

static bool
is_to_same_payee(const PvRequest *request, const PvEntry *booked)
{
	const PvParty *payee = pv_other(&booked->parties, pv_kind_info(booked->kind)->others);

	return payee &&
		   is_same_member(request, pv_member_find(request->vault, request->payee), payee->id);
}

/*
 * The same event reversed, by as much as was named, or by all that was left.
 */
static bool
is_same_reversal(const PvRequest *request, const PvEntry *booked)
{
	if (pv_journal_find(request->vault, request->of_ref, false) != booked->cause)
		return false;
	return booked->named == request->entry.named &&
		   (!booked->named || booked->effect.amount == request->event.amount);
}

/* P3: the same value, or none. */
static bool
is_of_same_value(const PvRequest *request, const PvEntry *booked)
{
	return booked->named == request->entry.named && booked->effect.amount == request->event.amount;
}

/* The same asset, by as much. */
static bool
is_same_change(const PvRequest *request, const PvEntry *booked)
{
	const PvParty *own = pv_own(&booked->parties);

	return own && memcmp(&own->change, &request->event.assets, sizeof(PvAssets)) == 0;
}

/* The same balances, and the same word on the cap where any points were issued. */
static bool
is_same_opening(const PvRequest *request, const PvEntry *booked)
{
	const PvParty *own = pv_own(&booked->parties);
	bool issued = booked->after.issued != booked->before.issued;
	bool uncapped = booked->after.uncapped != booked->before.uncapped;

	return own && memcmp(&own->change, &request->event.assets, sizeof(PvAssets)) == 0 &&
		   (!issued || uncapped == request->event.uncapped);
}

/* The points that a call named, which may be more than it took (Q1). */
static int64_t
points_named(const PvEntry *booked)
{
	return pv_kind_info(booked->kind)->says & PV_SAYS_ASKED ? booked->effect.asked
															: booked->effect.points;
}

static bool
is_same_lock(const PvLock *a, const PvLock *b)
{
	return a->free_from == b->free_from && a->parts == b->parts && a->part_months == b->part_months;
}

/* Codes of series never change. */
static bool
is_of_same_series(const PvRequest *request, const PvEntry *booked)
{
	PvSeriesRow series;

	return pv_series_find(request->vault, request->series, false, &series) &&
		   series.terms.id == booked->effect.series;
}

/*
 * V4: whether the entry that has the ref is the same call again.  Compared are
 * the member, what the kind says must be the same, and the moment where the caller
 * names one.
 */
static bool
is_same_call(const PvRequest *request, const PvMember *asked, const PvEntry *booked)
{
	const PvEvent *event = &request->event;
	int same = pv_kind_info(event->kind)->same;

	if (booked->kind != event->kind)
		return false;
	if (request->member && !is_same_member(request, asked ? asked->id : 0, booked->member))
		return false;
	if (request->entry.named_at && request->entry.at != booked->at)
		return false;
	return (!(same & (PV_SAME_AMOUNT | PV_SAME_PRICE)) || booked->effect.amount == event->amount) &&
		   (!(same & PV_SAME_POINTS) || points_named(booked) == event->points) &&
		   (!(same & PV_SAME_SHARES) || booked->effect.item == event->shares) &&
		   (!(same & PV_SAME_LOCK) || is_same_lock(&booked->effect.lock, &event->lock)) &&
		   (!(same & PV_SAME_CONTRIBUTION) || is_same_contribution(request, booked)) &&
		   (!(same & PV_SAME_PURPOSE) || is_for_same_purpose(request, booked)) &&
		   (!(same & PV_SAME_PAYEE) || is_to_same_payee(request, booked)) &&
		   (!(same & PV_SAME_CHANGE) || is_same_change(request, booked)) &&
		   (!(same & PV_SAME_REVERSAL) || is_same_reversal(request, booked)) &&
		   (!(same & (PV_SAME_SERIES | PV_SAME_ITEM)) || is_of_same_series(request, booked)) &&
		   (!(same & PV_SAME_ITEM) || booked->effect.item == request->serial) &&
		   (!(same & PV_SAME_ORDER) || booked->effect.order_amount == event->order_amount) &&
		   (!(same & PV_SAME_NOTE) ||
			is_same_text(request, booked, PV_JOURNAL_note, booked->note, request->entry.note)) &&
		   (!(same & PV_SAME_VALUE) || is_of_same_value(request, booked)) &&
		   (!(same & PV_SAME_OPENING) || is_same_opening(request, booked));
}

/*
 * V4: refuses a call whose ref is known, unless it is that call again; asked is whom it
 * names.
 */
void
pv_check_same_call(const PvRequest *request, const PvMember *asked, const PvEntry *booked)
{
	if (is_same_call(request, asked, booked))
		return;
	pv_early_tell();
	ereport(ERROR,
			(pv_error(REF_USED),
			 errmsg("ref \"%s\" of vault %d is used for another event", request->ref,
					request->vault),
			 errdetail("It is of kind %s, journal row " INT64_FORMAT ".",
					   pv_kind_info(booked->kind)->name, booked->seq),
			 errhint("A ref names one event; the same call with the same ref is replayed.")));
}

/* V4: likewise, where it is a row of the journal that has the ref. */
void
pv_check_replay(const PvRequest *request, const PvMember *asked, int64_t seq)
{
	PvPolicy policy;

	pv_check_same_call(request, asked, pv_journal_read(request->vault, seq, false, &policy));
}

static void
replay(PvRequest *request, const PvBook *book, PvReceipt *receipt)
{
	PvPolicy policy;
	PvEntry *booked = pv_journal_read(book->vault, book->replay, false, &policy);

	pv_check_same_call(request, book->member, booked);
	receipt->entry = *booked;
	receipt->entry.ref = request->ref;
	request->member = booked->member_name;
	receipt->replayed = true;
	pv_receipt_prices(receipt, &policy);
	pv_receipt_since(receipt, false);
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
 * Between begin and end of an import events are the importer's: one that a live shop
 * dates back would close days that the history still needs (V7).
 */
void
pv_check_importer(const PvBook *book)
{
	if (!book->importing || pv_may_import(book->vault))
		return;
	ereport(ERROR,
			(pv_error(BEING_IMPORTED), errmsg("vault %d is being imported", book->vault),
			 errdetail("Until that has ended, roles of profile admin alone book events."),
			 errhint("Submit the order, or wait until pointsvault.end_import(%d) has ended the "
					 "import.",
					 book->vault)));
}

/*
 * G2, C1: the sponsor takes part where the policy rewards referrals.
 */
void
pv_bring_sponsor(PvBook *book, PvEvent *event)
{
	const PvMember *buyer = pv_own(&event->parties)->member;

	if (pv_rewards_sponsors(&book->policy) && buyer->sponsor != 0)
		(void) pv_add_party(&event->parties, PV_SPONSOR, pv_book_member(book, buyer->sponsor));
}

/*
 * The event that this one takes back, with its member, or who took over from it, and
 * the policy it was booked under.
 */
static PvEntry *
bring_reversed(PvBook *book, PvRequest *request, PvPolicy *policy)
{
	PvKind kind = pv_kind_info(request->event.kind)->reverses;
	bool read_only = book->mode == PV_BOOK_READ;
	int64_t seq = pv_journal_find(book->vault, request->of_ref, read_only);
	PvEntry *entry;
	PvMember *member;

	if (seq == 0)
		ereport(ERROR, (pv_error(NO_SUCH_REF), errmsg("vault %d has no event with ref \"%s\"",
													  book->vault, request->of_ref)));
	entry = pv_journal_read(book->vault, seq, read_only, policy);
	if (!pv_can_reverse(request->event.kind, entry->kind))
		ereport(ERROR,
				(pv_error(WRONG_KIND),
				 errmsg("ref \"%s\" of vault %d is of kind %s, not %s", request->of_ref,
						book->vault, pv_kind_info(entry->kind)->name, pv_kind_info(kind)->name)));
	request->entry.cause = seq;
	member = pv_book_member(book, entry->member);
	request->member = member->id == entry->member
						  ? entry->member_name
						  : pv_member_row(book->vault, member->id, read_only).name;
	(void) pv_add_party(&request->event.parties, PV_OWN, member);
	return entry;
}

/*
 * G13: a payout that bounced comes back whole, once, to the member it was for.
 */
static void
bring_withdrawal(PvBook *book, PvRequest *request)
{
	PvPolicy policy;
	PvEntry *withdrawal = bring_reversed(book, request, &policy);

	if (pv_journal_reversed(book->vault, withdrawal->seq, book->mode == PV_BOOK_READ) != 0)
	{
		pv_early_tell();
		ereport(ERROR, (pv_error(RETURNED_ALREADY),
						errmsg("withdraw \"%s\" of vault %d was returned already", request->of_ref,
							   book->vault)));
	}
	request->event.amount = withdrawal->effect.amount;
	request->entry.reversed = withdrawal->effect.amount;
}

/*
 * Of an event that is taken back in parts: the amount is all that is left where none
 * was named, and false where nothing is.  What is taken back of it by then is noted.
 */
static bool
take_rest(PvRequest *request, int64_t whole, int64_t before)
{
	if (request->whole_rest)
		request->event.amount = whole - before;
	request->entry.reversed = before + request->event.amount;
	return !request->whole_rest || request->event.amount > 0;
}

/*
 * G17: the redemption for goods, and what of its net was not returned before.
 */
static void
bring_redemption(PvBook *book, PvRequest *request)
{
	PvPolicy policy;
	PvEntry *redemption = bring_reversed(book, request, &policy);
	int64_t before = pv_journal_reversed(book->vault, redemption->seq, book->mode == PV_BOOK_READ);

	if (!pv_was_for_goods(redemption))
		ereport(ERROR, (pv_error(WRONG_KIND),
						errmsg("redeem \"%s\" of vault %d was for cash, not for goods",
							   request->of_ref, book->vault)));
	request->event.left = redemption->effect.cash - before;
	if (!take_rest(request, redemption->effect.cash, before))
	{
		pv_early_tell();
		ereport(ERROR, (pv_error(RETURNED_ALREADY),
						errmsg("redeem \"%s\" of vault %d was returned already", request->of_ref,
							   book->vault)));
	}
}

/* G15: those who earned by the purchase, or who took over from them, once each. */
static void
bring_earners(PvBook *book, PvEvent *event, PvCommissions *paid)
{
	for (int i = 0; i < paid->count; i++)
	{
		PvMember *member;

		if (paid->list[i].reason == PV_SHAREHOLDERS)
			continue;
		member = pv_book_member(book, paid->list[i].member);
		paid->list[i].member = member->id;
		if (!pv_party_of(&event->parties, member->id))
			(void) pv_add_party(&event->parties, PV_EARNER, member);
	}
}

/*
 * G15: the purchase, or settled debt, what was refunded of it, and its lots.
 */
static void
bring_purchase(PvBook *book, PvRequest *request)
{
	PvEvent *event = &request->event;
	PvSale *sale = palloc(sizeof(PvSale));
	PvPolicy policy;
	PvEntry *purchase = bring_reversed(book, request, &policy);

	*sale = pv_sale_of(purchase, &policy);
	sale->refunded = pv_journal_reversed(book->vault, purchase->seq, book->mode == PV_BOOK_READ);
	event->sale = sale;
	if (!take_rest(request, sale->amount, sale->refunded))
	{
		pv_early_tell();
		ereport(ERROR, (pv_error(REFUNDED_ALREADY),
						errmsg("%s \"%s\" of vault %d was refunded already",
							   pv_kind_info(purchase->kind)->name, request->of_ref, book->vault)));
	}
	for (int i = 1; i < sale->nparts; i++)
		(void) pv_add_party(&event->parties, sale->parts[i].role,
							pv_book_member(book, sale->parts[i].member));
	for (int i = 0; i < event->parties.count; i++)
		pv_book_load_lot(book, event->parties.list[i].member, purchase->seq);
	bring_earners(book, event, &sale->commissions);
}

static void
bring_payee(PvBook *book, PvRequest *request)
{
	PvMember *payee = pv_book_named_member(book, request->payee);

	pv_member_check(book->vault, request->payee, payee);
	(void) pv_add_party(&request->event.parties, PV_PAYEE, payee);
}

/* N3: whose item it is, of whom it is taken. */
static void
bring_seller(PvBook *book, PvRequest *request)
{
	PvMember *seller = pv_book_member(book, request->event.item->owner);

	if (seller->suspended)
		pv_refuse_suspended(book->vault, seller->id);
	(void) pv_add_party(&request->event.parties, PV_SELLER, seller);
}

/* N1 to N4: the series and, where it is of one, the item, whose owner is who has it now. */
static void
bring_item(PvBook *book, PvRequest *request)
{
	bool read_only = book->mode == PV_BOOK_READ;
	PvEvent *event = &request->event;
	PvSeriesRow *series = palloc(sizeof(PvSeriesRow));
	PvItem *item = palloc(sizeof(PvItem));

	if (!pv_series_find(book->vault, request->series, read_only, series))
		pv_no_such_series(book->vault, request->series);
	event->series = &series->terms;
	if (event->kind == PV_KIND_CLAIM && series->terms.min_spent > 0)
		event->spent = pv_spent_by(book->vault, book->member->id, read_only);
	if (!(pv_kind_info(event->kind)->needs & PV_NEEDS_ITEM))
		return;
	if (!pv_item_find(book->vault, series->terms.id, request->serial, read_only, item))
		pv_no_such_item(book->vault, request->series, request->serial);
	item->owner = pv_book_member(book, item->owner)->id;
	event->item = item;
}

/* Who takes over by a merge, and the lots; who is suspended has no part in one. */
static void
bring_heir(PvBook *book, PvRequest *request)
{
	PvMember *heir = pv_book_named_member(book, request->payee);

	pv_member_check(book->vault, request->payee, heir);
	if (book->member->suspended || heir->suspended)
		pv_refuse_suspended(book->vault, book->member->suspended ? book->member->id : heir->id);
	(void) pv_add_party(&request->event.parties, PV_HEIR, heir);
	pv_book_bring_merge(book, book->member, heir);
	request->entry.note = pv_merge_note(book->vault, book->member->id, heir->id);
}

/*
 * Of a member that is suspended nothing is taken (55000); what brings it something goes
 * on, and so do exits and refunds, which it does not ask for.
 */
void
pv_check_may_take(const PvRequest *request, const PvMember *member)
{
	if (!member || !member->suspended || pv_kind_info(request->event.kind)->takes == 0)
		return;
	pv_refuse_suspended(request->vault, member->id);
}

/*
 * Brings into memory what the event will touch beside its member.
 */
void
pv_prepare(PvBook *book, PvRequest *request)
{
	PvEvent *event = &request->event;
	const PvKindInfo *info = pv_kind_info(event->kind);

	if (request->member)
		pv_member_check(book->vault, request->member, book->member);
	pv_check_may_take(request, book->member);
	if (book->member)
		(void) pv_add_party(&event->parties, PV_OWN, book->member);
	if (info->takes & PV_TAKES_STOCK)
		event->grants = pv_grants_of(book, book->member, &event->ngrants);
	if (request->series)
		bring_item(book, request);
	if (info->reverses == PV_KIND_PURCHASE)
		bring_purchase(book, request);
	else if (info->reverses == PV_KIND_WITHDRAW)
		bring_withdrawal(book, request);
	else if (info->reverses == PV_KIND_REDEEM)
		bring_redemption(book, request);
	else if (info->others & PV_AS(PV_SPONSOR))
		pv_bring_sponsor(book, event);
	else if (info->others & PV_AS(PV_PAYEE))
		bring_payee(book, request);
	else if (info->others & PV_AS(PV_SELLER))
		bring_seller(book, request);
	else if (info->others & PV_AS(PV_HEIR))
		bring_heir(book, request);
}

static void
book_event(PvBook *book, PvRequest *request, PvReceipt *receipt)
{
	PvError error;

	pv_check_open(book);
	pv_check_importer(book);
	pv_prepare(book, request);
	request->entry.ref = request->ref;
	error = pv_book_apply(book, &request->event, &request->entry);
	if (error != PV_OK)
		pv_raise(error, request, book);
	pv_check_limit(book, &request->entry);
	if (pv_leads_to_exits(&request->event))
		(void) pv_book_exits(book, &request->entry, pv_exits_per_call(&book->policy));
	pv_book_write(book);
	receipt->entry = request->entry;
	pv_receipt_prices(receipt, &book->policy);
}

/*
 * What can be said of an event before its vault is looked at.
 */
void
pv_check_figures(const PvRequest *request)
{
	const PvEvent *event = &request->event;
	int same = pv_kind_info(event->kind)->same;

	if ((same & PV_SAME_AMOUNT || request->entry.named) && event->amount <= 0)
		pv_raise(PV_BAD_AMOUNT, request, NULL);
	if (same & PV_SAME_CHANGE && !pv_adjusted_asset(&event->assets))
		pv_raise(PV_CHANGE_OF_ZERO, request, NULL);
	if (same & PV_SAME_POINTS && event->points <= 0)
		pv_raise(PV_BAD_POINTS, request, NULL);
	if (event->has_contribution && (event->contribution < 0 || event->contribution > event->amount))
		pv_raise(PV_BAD_CONTRIBUTION, request, NULL);
	if (request->payee && strcmp(request->payee, request->member) == 0)
		pv_raise(PV_SAME_MEMBER, request, NULL);
}

/*
 * Books an event, or replays it where its ref is known (V4).  The caller, who is
 * connected to SPI, has judged who asks; where that was earlier, the entry says who
 * it was.
 */
void
pv_book_request(PvRequest *request, PvReceipt *receipt)
{
	PvBook *book = pv_book_open(request->vault, PV_BOOK_WRITE, request->ref, request->member);

	if (request->entry.actor)
		book->actor = request->entry.actor; /* of all that follows from the event, too */
	if (book->replay != 0)
		replay(request, book, receipt);
	else
		book_event(book, request, receipt);
}

/*
 * D2: whether who asks may name a contribution above the policy's rate, where the event
 * is one that the rate is for.
 */
bool
pv_may_exceed_rate(const PvRequest *request)
{
	return request->event.kind == PV_KIND_SETTLE_DEBT && request->event.has_contribution &&
		   pv_may_as_treasurer(request->vault);
}

/*
 * Judges who asks: for the function, and for what it names that takes more (D2).
 */
void
pv_judge_caller(FunctionCallInfo fcinfo, PvRequest *request)
{
	pv_authorize(fcinfo, request->vault);
	request->event.beyond_rate = pv_may_exceed_rate(request);
}

/*
 * An event of a caller, booked now; returns the receipt.
 */
Datum
pv_event(FunctionCallInfo fcinfo, PvRequest *request)
{
	MemoryContext caller = CurrentMemoryContext;
	PvReceipt receipt = {.vault = request->vault};
	int spi = pv_spi_begin();

	pv_judge_caller(fcinfo, request);
	pv_book_request(request, &receipt);
	receipt.member = pv_keep_text(caller, request->member);
	pv_spi_end(spi);
	return pv_receipt_datum(fcinfo, &receipt);
}
