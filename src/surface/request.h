/*
 * request.h
 *	  How every event of a caller is booked: once, whole, in its transaction.
 */
#ifndef PV_SURFACE_REQUEST_H
#define PV_SURFACE_REQUEST_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/state.h"

#include "fmgr.h"

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

extern bool pv_is_same_call(const PvRequest *request, const PvBook *book, const PvEntry *booked);
pv_noreturn extern void pv_refuse_ref(const PvRequest *request, const PvEntry *booked);
extern void pv_check_open(const PvBook *book);
extern void pv_bring_sponsor(PvBook *book, PvEvent *event);
extern void pv_prepare(PvBook *book, PvRequest *request);
extern Datum pv_event(FunctionCallInfo fcinfo, PvRequest *request);

#endif /* PV_SURFACE_REQUEST_H */
