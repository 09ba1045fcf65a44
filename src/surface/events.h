/*
 * events.h
 *	  The SQL functions of the events: from their arguments to a request.
 */
#ifndef PV_SURFACE_EVENTS_H
#define PV_SURFACE_EVENTS_H

#include "base/compat.h"

extern bool pv_is_for_goods(const char *purpose);
extern int64_t pv_process_exits(int32_t vault, int64_t most);

#endif /* PV_SURFACE_EVENTS_H */
