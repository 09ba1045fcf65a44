/*
 * surface.h
 *	  What the SQL functions share: arguments, access, receipts, errors.
 *
 * Layer 5, the top: nothing below includes this.
 */
#ifndef PV_SURFACE_H
#define PV_SURFACE_H

#include "book.h"
#include "numbers.h"
#include "utils/tuplestore.h"

/* An event as it was asked for. */
typedef struct PvRequest
{
	int32_t vault;
	const char *member; /* NULL: the event has none */
	const char *ref;
	const char *withdraw_ref; /* withdraw_return: what it returns */
	PvEvent event;
	PvEntry entry; /* at, region, note, meta */
} PvRequest;

typedef struct PvReceipt
{
	int32_t vault;
	PvEntry entry;
	const char *member;
	PvPrice price_before;
	PvPrice price_after;
	bool replayed;
} PvReceipt;

/* arguments.c */
extern int32_t pv_arg_int(FunctionCallInfo fcinfo, int n, const char *name);
extern const char *pv_arg_text(FunctionCallInfo fcinfo, int n, const char *name);
extern const char *pv_arg_optional_text(FunctionCallInfo fcinfo, int n, const char *name);
extern int64_t pv_arg_amount(FunctionCallInfo fcinfo, int n, const char *name);
extern int64_t pv_arg_points(FunctionCallInfo fcinfo, int n, const char *name);
extern void pv_arg_event_tail(FunctionCallInfo fcinfo, int n, PvEntry *entry);
extern void pv_refuse_null(const char *name);
extern void pv_check_name(const char *text, const char *name);

/* access.c */
extern void pv_authorize(FunctionCallInfo fcinfo, int32_t vault);
extern void pv_authorize_reader(int32_t vault);

/* errors.c */
extern void pv_raise(PvError error, const PvRequest *request, const PvBook *book)
	pg_attribute_noreturn();

/* receipt.c */
extern Datum pv_receipt_datum(FunctionCallInfo fcinfo, const PvReceipt *receipt);
extern void pv_receipt_prices(PvReceipt *receipt, const PvPolicy *policy);

/* events.c */
extern bool pv_is_for_goods(const char *purpose);

/* rows.c */
extern void pv_put_text(Datum *values, bool *nulls, int column, const char *string);
extern Tuplestorestate *pv_start_rows(FunctionCallInfo fcinfo, TupleDesc *desc);

/* event.c */
extern void pv_check_open(const PvBook *book);
extern Datum pv_event(FunctionCallInfo fcinfo, PvRequest *request);

#endif /* PV_SURFACE_H */
