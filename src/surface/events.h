/*
 * events.h
 *	  The SQL functions of the events: from their arguments to a request.
 */
#ifndef PV_SURFACE_EVENTS_H
#define PV_SURFACE_EVENTS_H

#include "base/compat.h"
#include "surface/at_commit.h"
#include "surface/request.h"

#include "fmgr.h"

/*
 * The two ways to call an event of a shop, of the same arguments: now, with a receipt,
 * and as the transaction commits, without one.
 */
#define NOW_AND_AT_COMMIT(event)                       \
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

extern bool pv_is_for_goods(const char *purpose);
extern int64_t pv_process_exits(int32_t vault, int64_t most);

#endif /* PV_SURFACE_EVENTS_H */
