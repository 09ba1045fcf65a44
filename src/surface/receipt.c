/*
 * receipt.c
 *	  Receipts: what an event did, as a row of type receipt.
 */
#include "surface/receipt.h"

#include "engine/event.h"
#include "engine/kinds.h"
#include "engine/price.h"
#include "surface/rows.h"
#include "types/numbers.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

static void
put_number(Datum *values, bool *nulls, int column, int64_t number, int scale, bool said)
{
	nulls[column] = !said;
	if (said)
		values[column] = NumericGetDatum(pv_to_numeric(number, scale));
}

static void
put_facts(Datum *values, bool *nulls, int first, const PvEntry *entry)
{
	const PvEffect *effect = &entry->effect;
	int says = pv_kind_info(entry->kind)->says;

	put_number(values, nulls, first, effect->amount, PV_AMOUNT_SCALE,
			   pv_says_amount(entry->kind, entry->named));
	put_number(values, nulls, first + 1, effect->points, PV_POINTS_SCALE, says & PV_SAYS_POINTS);
	put_number(values, nulls, first + 2, effect->cash, PV_AMOUNT_SCALE, says & PV_SAYS_CASH);
	put_number(values, nulls, first + 3, effect->fee, PV_AMOUNT_SCALE, says & PV_SAYS_FEE);
	if (says & PV_SAYS_POINTS_FEE) /* X1: of points, in points */
		put_number(values, nulls, first + 3, effect->points_fee, PV_POINTS_SCALE, true);
}

/* G15: what the event made others owe, such as the sponsor of a purchase returned. */
static int64_t
owed_by_others(const PvEntry *entry)
{
	int64_t owed = 0;

	for (int i = 0; i < entry->parties.count; i++)
		if (entry->parties.list[i].role != PV_OWN)
			owed -= entry->parties.list[i].change.cash;
	return owed;
}

/*
 * What happened to the event since it was booked: no part of what is stored.
 */
void
pv_receipt_since(PvReceipt *receipt, bool read_only)
{
	const PvEntry *entry = &receipt->entry;

	if (pv_kind_info(entry->kind)->says & PV_SAYS_REFUNDED)
		receipt->refunded = pv_journal_reversed(receipt->vault, entry->seq, read_only);
}

/*
 * V1: the prices before and after this event alone.
 */
void
pv_receipt_prices(PvReceipt *receipt, const PvPolicy *policy)
{
	receipt->price_before = pv_price_of(policy, &receipt->entry.before);
	receipt->price_after = pv_price_of(policy, &receipt->entry.after);
}

/*
 * The stored receipt of a journal row; its texts are in SPI's memory.
 */
void
pv_receipt_read(PvReceipt *receipt, int64_t seq, bool read_only, const char *ref)
{
	PvPolicy policy;

	receipt->entry = *pv_journal_read(receipt->vault, seq, read_only, &policy);
	receipt->entry.ref = ref;
	receipt->member = receipt->entry.member_name;
	pv_receipt_prices(receipt, &policy);
	pv_receipt_since(receipt, read_only);
}

/*
 * The columns of a receipt.  A quote has no place in the journal: what a
 * booking would add is NULL.
 */
void
pv_receipt_values(const PvReceipt *receipt, Datum *values, bool *nulls)
{
	const PvEntry *entry = &receipt->entry;
	bool booked = entry->seq > 0;
	int says = pv_kind_info(entry->kind)->says;

	values[0] = Int32GetDatum(receipt->vault);
	values[1] = Int64GetDatum(entry->seq);
	pv_put_text(values, nulls, 2, pv_kind_info(entry->kind)->name);
	pv_put_text(values, nulls, 3, entry->ref);
	pv_put_text(values, nulls, 4, receipt->member);
	put_facts(values, nulls, 5, entry);
	values[9] = NumericGetDatum(pv_price_to_numeric(receipt->price_before));
	values[10] = NumericGetDatum(pv_price_to_numeric(receipt->price_after));
	values[11] = TimestampTzGetDatum(entry->at);
	values[12] = DateADTGetDatum(entry->day);
	values[13] = TimestampTzGetDatum(entry->booked_at);
	values[14] = BoolGetDatum(receipt->replayed);
	values[15] = Int64GetDatum(entry->effect.item);
	nulls[15] = !(says & PV_SAYS_ITEM);
	put_number(values, nulls, 16, owed_by_others(entry), PV_AMOUNT_SCALE, says & PV_SAYS_OWED);
	put_number(values, nulls, 17, receipt->refunded, PV_AMOUNT_SCALE,
			   booked && says & PV_SAYS_REFUNDED);
	nulls[1] = nulls[11] = nulls[12] = nulls[13] = nulls[14] = !booked;
}

/*
 * A receipt as the composite value the calling SQL function returns.
 */
Datum
pv_receipt_datum(FunctionCallInfo fcinfo, const PvReceipt *receipt)
{
	Datum values[PV_RECEIPT_COLUMNS];
	bool nulls[PV_RECEIPT_COLUMNS] = {0};
	TupleDesc desc = pv_row_type(fcinfo);

	pv_receipt_values(receipt, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
