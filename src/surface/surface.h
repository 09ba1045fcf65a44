/*
 * surface.h
 *	  What the SQL functions share: arguments, access, receipts, errors.
 *
 * Layer 5, the top: nothing below includes this.
 */
#ifndef PV_SURFACE_H
#define PV_SURFACE_H

#include "store/book.h"
#include "types/numbers.h"
#include "utils/tuplestore.h"

/* An event as it was asked for. */
typedef struct PvRequest
{
	int32_t vault;
	const char *member; /* NULL: the event has none */
	const char *ref;
	const char *of_ref; /* withdraw_return, refund: the event it reverses */
	const char *payee;	/* pay */
	bool whole_rest;	/* refund: of all that is left */
	PvEvent event;
	PvEntry entry; /* at, region, note, meta */
	PvSale sale;   /* refund: set by pv_prepare */
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

/* What settling did. */
typedef struct PvSettled
{
	int64_t booked;
	int64_t set_aside;
	bool complete;	 /* no more are due */
	int64_t dropped; /* booked before */
	int64_t last;	 /* number of the last order taken */
} PvSettled;

/* An array argument taken apart. */
typedef struct PvList
{
	Datum *values;
	bool *nulls;
	int count;
} PvList;

/* The order of a list that is at hand, for errors to name. */
typedef struct PvOrderAt
{
	ErrorContextCallback callback;
	const PvOrder *orders;
	int count;
	int index;
} PvOrderAt;

/* arguments.c */
extern PvList pv_arg_list(FunctionCallInfo fcinfo, int n, const char *name, Oid type);
extern PvList pv_arg_optional_list(FunctionCallInfo fcinfo, int n, const char *name, Oid type,
								   const PvList *members);
extern bool pv_list_has(const PvList *list, int index);
extern const char *pv_list_text(const PvList *list, int index, const char *name);
extern void pv_enter_orders(PvOrderAt *at, const PvOrder *orders, int count);
extern void pv_leave_orders(PvOrderAt *at);
extern PvOrder *pv_arg_orders(FunctionCallInfo fcinfo, int n, int *count);
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
extern bool pv_is_authorized(FunctionCallInfo fcinfo, int32_t vault);

/* errors.c */
extern const char *pv_amount_text(int64_t amount);
extern const char *pv_error_text(const ErrorData *error);
extern const char *pv_token_text(PvToken token, const char *message);
pv_noreturn extern void pv_raise(PvError error, const PvRequest *request, const PvBook *book);

/* orders.c */
extern PvSettled pv_settle(int32_t vault, int64_t most);

/* receipt.c */
#define PV_RECEIPT_COLUMNS 15
extern void pv_receipt_read(PvReceipt *receipt, int64_t seq, bool read_only, const char *ref);
extern void pv_receipt_values(const PvReceipt *receipt, Datum *values, bool *nulls);
extern Datum pv_receipt_datum(FunctionCallInfo fcinfo, const PvReceipt *receipt);
extern void pv_receipt_prices(PvReceipt *receipt, const PvPolicy *policy);

/* events.c */
extern bool pv_is_for_goods(const char *purpose);
extern int64_t pv_process_exits(int32_t vault, int64_t most);

/* rows.c */
extern void pv_put_text(Datum *values, bool *nulls, int column, const char *string);
extern Tuplestorestate *pv_start_rows(FunctionCallInfo fcinfo, TupleDesc *desc);

/* event.c */
extern void pv_check_open(const PvBook *book);
extern PvRequest pv_order_request(int32_t vault, const PvOrder *order);
extern bool pv_is_same_call(const PvRequest *request, const PvBook *book, const PvEntry *booked);
pv_noreturn extern void pv_refuse_ref(const PvRequest *request, const PvEntry *booked);
extern void pv_bring_sponsor(PvBook *book, PvEvent *event);
extern void pv_prepare(PvBook *book, PvRequest *request);
extern Datum pv_event(FunctionCallInfo fcinfo, PvRequest *request);

#endif /* PV_SURFACE_H */
