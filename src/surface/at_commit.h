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

#endif /* PV_SURFACE_AT_COMMIT_H */
