/*
 * receipt.h
 *	  Receipts: what an event did, as a row of type receipt.
 */
#ifndef PV_SURFACE_RECEIPT_H
#define PV_SURFACE_RECEIPT_H

#include "base/compat.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "store/journal.h"

#include "fmgr.h"

typedef struct PvReceipt
{
	int32_t vault;
	PvEntry entry;
	const char *member;
	PvPrice price_before;
	PvPrice price_after;
	bool replayed;
	int64_t refunded; /* of a purchase, since it was booked */
} PvReceipt;

#define PV_RECEIPT_COLUMNS 18

extern void pv_receipt_prices(PvReceipt *receipt, const PvPolicy *policy);
extern void pv_receipt_since(PvReceipt *receipt, bool read_only);
extern void pv_receipt_read(PvReceipt *receipt, int64_t seq, bool read_only, const char *ref);
extern void pv_receipt_values(const PvReceipt *receipt, Datum *values, bool *nulls);
extern Datum pv_receipt_datum(FunctionCallInfo fcinfo, const PvReceipt *receipt);

#endif /* PV_SURFACE_RECEIPT_H */
