/*
 * pace.h
 *	  How often who works for long says how far it is.
 */
#ifndef PV_PACE_H
#define PV_PACE_H

#include "base/compat.h"

#include "datatype/timestamp.h"

extern bool pv_is_time_to_tell(TimestampTz *told_at);

#endif /* PV_PACE_H */
