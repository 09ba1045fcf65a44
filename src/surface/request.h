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
#include "surface/asked.h"
#include "surface/receipt.h"

#include "fmgr.h"

extern void pv_check_same_call(const PvRequest *request, const PvMember *asked,
							   const PvEntry *booked);
extern void pv_check_replay(const PvRequest *request, const PvMember *asked, int64_t seq);
extern void pv_check_importer(const PvBook *book);
extern void pv_check_open(const PvBook *book);
extern void pv_bring_sponsor(PvBook *book, PvEvent *event);
extern void pv_check_may_take(const PvRequest *request, const PvMember *member);
extern void pv_prepare(PvBook *book, PvRequest *request);
extern bool pv_may_exceed_rate(const PvRequest *request);
extern void pv_judge_caller(FunctionCallInfo fcinfo, PvRequest *request);
extern void pv_check_figures(const PvRequest *request);
extern void pv_book_request(PvRequest *request, PvReceipt *receipt);
extern Datum pv_event(FunctionCallInfo fcinfo, PvRequest *request);

#endif /* PV_SURFACE_REQUEST_H */
