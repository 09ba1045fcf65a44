/*
 * at_commit.h
 *	  Events that are booked as their transaction commits.
 */
#ifndef PV_SURFACE_AT_COMMIT_H
#define PV_SURFACE_AT_COMMIT_H

#include "base/compat.h"
#include "surface/asked.h"

#include "access/xact.h"
#include "fmgr.h"

extern void pv_event_at_commit(FunctionCallInfo fcinfo, PvRequest *request);
extern void pv_at_commit_on_transaction(XactEvent event);
extern void pv_at_commit_on_savepoint(SubXactEvent event, SubTransactionId savepoint);

/*
 * The two ways to call an event of a shop, of the same arguments: now, with a receipt,
 * and as the transaction commits, without one.
 */
#define PV_NOW_AND_AT_COMMIT(event)                    \
	Datum pv_sql_##event(PG_FUNCTION_ARGS)             \
	{                                                  \
		PvRequest request = event##_request(fcinfo);   \
                                                       \
		return pv_event(fcinfo, &request);             \
	}                                                  \
                                                       \
	Datum pv_sql_##event##_at_commit(PG_FUNCTION_ARGS) \
	{                                                  \
		PvRequest request = event##_request(fcinfo);   \
                                                       \
		pv_event_at_commit(fcinfo, &request);          \
		PG_RETURN_VOID();                              \
	}

#endif /* PV_SURFACE_AT_COMMIT_H */
