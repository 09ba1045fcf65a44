/*
 * job_log.h
 *	  What jobs did, as it is kept.
 */
#ifndef PV_STORE_JOB_LOG_H
#define PV_STORE_JOB_LOG_H

#include "base/compat.h"

#include "datatype/timestamp.h"
#include "utils/date.h"

extern void pv_job_note(int32_t vault, const char *job, DateADT day, TimestampTz started_at,
						bool failed, const char *outcome);
extern void pv_job_rename(int32_t vault, const char *old_name, const char *new_name);
extern DateADT pv_job_day(int32_t vault);
extern void pv_job_result_of_day(int32_t vault, DateADT day, int64_t *pool, int64_t *paid);

#endif /* PV_STORE_JOB_LOG_H */
