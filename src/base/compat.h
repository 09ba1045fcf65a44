/*
 * compat.h
 *	  What differs between PostgreSQL 14 and 18, in one place.
 */
#ifndef PV_COMPAT_H
#define PV_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 140000
#error "pointsvault needs PostgreSQL 14 or later"
#endif

#ifndef USE_FLOAT8_BYVAL
#error "pointsvault needs a 64-bit build of PostgreSQL"
#endif

#include "fmgr.h"
#include "replication/walsender_private.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif

/*
 * Errors of input functions are soft from 16 on (pg_input_is_valid, COPY with
 * ON_ERROR); before that there is only the hard kind.
 */
#if PG_VERSION_NUM >= 160000
#define pv_ereturn(fcinfo, result, ...) ereturn((fcinfo)->context, result, __VA_ARGS__)
#else
#define pv_ereturn(fcinfo, result, ...) ereport(ERROR, __VA_ARGS__)
#endif

/* A prefix of settings that nobody else may use. */
#if PG_VERSION_NUM >= 150000
#define pv_reserve_settings(prefix) MarkGUCPrefixReserved(prefix)
#else
#define pv_reserve_settings(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/*
 * Asking for shared memory, as the library is being preloaded: from 15 on in a
 * hook, which is to call the one it came before.
 */
typedef void (*pv_hook)(void);
#if PG_VERSION_NUM >= 150000
#define pv_at_shmem_request(hook, next) (*(next) = shmem_request_hook, shmem_request_hook = (hook))
#else
#define pv_at_shmem_request(hook, next) (*(next) = NULL, (hook) ())
#endif

/*
 * Whether commits wait for standbys, as shared memory has it.  The field was changed
 * in minor releases of all versions.
 */
#ifdef SYNC_STANDBY_DEFINED
#define pv_sync_standbys_defined() ((WalSndCtl->sync_standbys_status & SYNC_STANDBY_DEFINED) != 0)
#else
#define pv_sync_standbys_defined() (WalSndCtl->sync_standbys_defined)
#endif

/* From 18 on the mark of a function that never returns stands before all of it. */
#if PG_VERSION_NUM >= 180000
#define pv_noreturn pg_noreturn
#else
#define pv_noreturn pg_attribute_noreturn()
#endif

/* From 18 on a scan of an index may be told where to count what it does. */
#if PG_VERSION_NUM >= 180000
#define pv_index_beginscan(table, index, snapshot, nkeys) \
	index_beginscan(table, index, snapshot, NULL, nkeys, 0)
#else
#define pv_index_beginscan(table, index, snapshot, nkeys) \
	index_beginscan(table, index, snapshot, nkeys, 0)
#endif

/* From 17 on an index may hold on to pages from one entry to the next. */
#if PG_VERSION_NUM >= 170000
#define pv_index_insert_cleanup(index, info) index_insert_cleanup(index, info)
#else
#define pv_index_insert_cleanup(index, info) ((void) (index), (void) (info))
#endif

/* Which indexes an updated row needs entries in: from 16 on summaries are told apart. */
#if PG_VERSION_NUM >= 160000
#define PvUpdatedIndexes TU_UpdateIndexes
#define pv_wants_entry(updated, info) \
	((updated) == TU_All || ((updated) == TU_Summarizing && (info)->ii_Summarizing))
#else
#define PvUpdatedIndexes bool
#define pv_wants_entry(updated, info) ((void) (info), (updated))
#endif

/* The number of the transaction at hand among this backend's; needs the header of processes. */
#if PG_VERSION_NUM >= 170000
#define pv_local_transaction() (MyProc->vxid.lxid)
#else
#define pv_local_transaction() (MyProc->lxid)
#endif

/*
 * The timeline that is written to; before 15 a variable, which a backend has once it has
 * learned that there is no recovery.  Needs the header of the log.
 */
#if PG_VERSION_NUM >= 150000
#define pv_timeline() GetWALInsertionTimeLine()
#else
#define pv_timeline() (RecoveryInProgress() ? 0 : ThisTimeLineID)
#endif

#endif /* PV_COMPAT_H */
