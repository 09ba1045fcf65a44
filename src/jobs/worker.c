/*
 * worker.c
 *	  Settling without being asked (H2): settings, and what the launcher and its
 *	  settlers share.
 *
 * Runs where the library is preloaded.  On a standby nothing starts before
 * promotion; on a logical subscriber settlers rest unless a setting says
 * otherwise.
 */
#include "jobs/worker.h"

#include "jobs/board.h"

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(pv_sql_settler_alive);

/* A launcher that died is started again after so long. */
#define RESTART_SECONDS 5

int pv_settle_naptime = 100;
int pv_settle_workers = 4;
bool pv_settle_on_subscriber = false;

static char *databases = "";

/* --- what both do -------------------------------------------------------------------- */

void
pv_worker_take_signals(void)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
}

/*
 * Sleeps, unless something happens; 0 = until something does.  Whether the
 * settings were read anew.
 */
bool
pv_worker_rest(long milliseconds)
{
	int events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (milliseconds > 0 ? WL_TIMEOUT : 0);

	pgstat_report_activity(STATE_IDLE, NULL);
	(void) WaitLatch(MyLatch, events, milliseconds, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	if (!ConfigReloadPending)
		return false;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	return true;
}

void
pv_worker_begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
pv_worker_end(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

/* Whether the settings ask for this database: all of them where none is named. */
bool
pv_worker_is_wanted_in(const char *database)
{
	char *names = pstrdup(databases);
	List *list;
	ListCell *cell;

	if (pv_settle_naptime == 0)
		return false;
	if (!SplitIdentifierString(names, ',', &list) || list == NIL)
		return true;
	foreach (cell, list)
		if (strcmp(lfirst(cell), database) == 0)
			return true;
	return false;
}

/*
 * Whether somebody wants the database for himself: to drop, copy, rename or move
 * it, all of which lock it and then wait for some seconds for others to leave.
 */
bool
pv_worker_is_in_the_way(Oid database)
{
	LOCKTAG tag;

	/* what a session takes as it enters */
	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, database, 0);
	if (LockAcquire(&tag, RowExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	(void) LockRelease(&tag, RowExclusiveLock, true);
	return false;
}

/* --- what others see of it -------------------------------------------------------------- */

/* settler_alive(): whether queues of this database are settled in the background. */
Datum
pv_sql_settler_alive(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_BOOL(pv_board_has_launcher() &&
				   pv_worker_is_wanted_in(get_database_name(MyDatabaseId)));
}

/* --- set up --------------------------------------------------------------------------- */

static void
define_settings(void)
{
	DefineCustomIntVariable("pointsvault.settle_naptime",
							"How long a settler sleeps between two looks at the queues.",
							"0 turns settling in the background off.", &pv_settle_naptime, 100, 0,
							3600000, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("pointsvault.settle_workers",
							"How many databases are settled at the same time.",
							"Each takes one of max_worker_processes; others take turns.",
							&pv_settle_workers, 4, 1, PV_MOST_SETTLERS, PGC_SIGHUP, 0, NULL, NULL,
							NULL);
	DefineCustomStringVariable("pointsvault.settle_databases",
							   "Databases whose queues are settled in the background.",
							   "Empty: all that have the extension.", &databases, "", PGC_SIGHUP,
							   GUC_LIST_INPUT, NULL, NULL, NULL);
	DefineCustomBoolVariable(
		"pointsvault.settle_on_subscriber",
		"Settles also in a database that subscribes to another.",
		"There the publisher's journal arrives, and must not be written twice.",
		&pv_settle_on_subscriber, false, PGC_SIGHUP, 0, NULL, NULL, NULL);
	pv_reserve_settings("pointsvault");
}

/*
 * Called as the library is loaded.
 */
void
pv_worker_init(void)
{
	BackgroundWorker launcher = {0};

	define_settings();
	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	pv_board_init();
	launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
	launcher.bgw_restart_time = RESTART_SECONDS;
	strlcpy(launcher.bgw_library_name, "pointsvault", BGW_MAXLEN);
	strlcpy(launcher.bgw_function_name, "pv_launcher_main", BGW_MAXLEN);
	strlcpy(launcher.bgw_name, "pointsvault launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_type, "pointsvault launcher", BGW_MAXLEN);
	RegisterBackgroundWorker(&launcher);
}
