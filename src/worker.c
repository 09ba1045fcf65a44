/*
 * worker.c
 *	  Settling without being asked: a launcher for the server, and a settler for
 *	  each database that has the extension (H2).
 *
 * Runs where the library is preloaded.  On a standby nothing starts before
 * promotion; on a logical subscriber settlers rest unless a setting says
 * otherwise.  An error in one vault is logged, and that vault left alone for a
 * while; the others go on.
 */
#include "surface.h"
#include "worker.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"
#include "utils/wait_event.h"

/* How often the launcher looks for databases to serve. */
#define LOOK_FOR_DATABASES_MS 5000

/* How long a vault is left alone after an error, growing. */
#define FIRST_REST_MS 1000
#define LAST_REST_MS 60000

/* Orders in one transaction; after so many the next round follows without a nap. */
#define ORDERS_A_ROUND 10000
#define ORDERS_OF_BUSY_ROUND 2000

static int naptime = 100;
static char *databases = "";
static bool on_subscriber = false;

extern PGDLLEXPORT void pv_launcher_main(Datum arg);
extern PGDLLEXPORT void pv_settler_main(Datum arg);

/* --- both -------------------------------------------------------------------------- */

static void
take_signals(void)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
}

static void
reload_if_asked(void)
{
	if (!ConfigReloadPending)
		return;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
}

/* Sleeps, unless something happens; 0 = until something does. */
static void
rest(long milliseconds)
{
	int events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (milliseconds > 0 ? WL_TIMEOUT : 0);

	pgstat_report_activity(STATE_IDLE, NULL);
	(void) WaitLatch(MyLatch, events, milliseconds, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	reload_if_asked();
}

static void
begin_transaction(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
end_transaction(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

/* Whether the settings ask for this database: all of them where none is named. */
static bool
is_wanted(const char *database)
{
	char *names = pstrdup(databases);
	List *list;
	ListCell *cell;

	if (naptime == 0)
		return false;
	if (!SplitIdentifierString(names, ',', &list) || list == NIL)
		return true;
	foreach (cell, list)
		if (strcmp(lfirst(cell), database) == 0)
			return true;
	return false;
}

/* --- the launcher -------------------------------------------------------------------- */

/* A database and its settler. */
typedef struct Served
{
	Oid database;
	BackgroundWorkerHandle *settler;
} Served;

static bool
is_running(const Served *served)
{
	pid_t pid;
	BgwHandleStatus status;

	if (!served->settler)
		return false;
	status = GetBackgroundWorkerPid(served->settler, &pid);
	return status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED;
}

static void
start_settler(Served *served, const char *name)
{
	BackgroundWorker worker = {0};

	if (served->settler)
		pfree(served->settler);
	served->settler = NULL;
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART; /* the launcher sees to that */
	worker.bgw_main_arg = ObjectIdGetDatum(served->database);
	strlcpy(worker.bgw_library_name, "pointsvault", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "pv_settler_main", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "pointsvault settler", BGW_MAXLEN);
	snprintf(worker.bgw_name, BGW_MAXLEN, "pointsvault settler of database %s", name);
	MemoryContextSwitchTo(TopMemoryContext); /* of the handle; the caller switches back */
	if (!RegisterDynamicBackgroundWorker(&worker, &served->settler))
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no background worker is left to settle the orders of database \"%s\"",
						name),
				 errhint("Raise max_worker_processes, or name the databases in "
						 "pointsvault.settle_databases.")));
}

/*
 * Starts a settler for each database that is wanted and has none.  One whose
 * database lacks the extension ends at once, and is tried again.
 */
static void
serve_databases(HTAB *all)
{
	Relation relation;
	TableScanDesc scan;
	HeapTuple tuple;
	MemoryContext context = CurrentMemoryContext;

	begin_transaction();
	relation = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(relation, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);
		MemoryContext old = MemoryContextSwitchTo(context);
		bool found;
		Served *served;

		if (database->datallowconn && database->datconnlimit >= -1 && !database->datistemplate &&
			is_wanted(NameStr(database->datname)))
		{
			served = hash_search(all, &database->oid, HASH_ENTER, &found);
			if (!found)
				served->settler = NULL;
			if (!is_running(served))
				start_settler(served, NameStr(database->datname));
		}
		MemoryContextSwitchTo(old);
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	end_transaction();
}

void
pv_launcher_main(Datum arg)
{
	HASHCTL control = {0};
	MemoryContext round;
	HTAB *all;

	(void) arg;
	take_signals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(Served);
	all = hash_create("pointsvault databases", 16, &control, HASH_ELEM | HASH_BLOBS);
	round = AllocSetContextCreate(TopMemoryContext, "pointsvault round", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		MemoryContextSwitchTo(round);
		serve_databases(all);
		MemoryContextReset(round);
		rest(naptime == 0 ? 0 : LOOK_FOR_DATABASES_MS);
	}
}

/* --- a settler ------------------------------------------------------------------------ */

static PvPlan subscriptions = {
	"SELECT FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid "
	"WHERE d.datname = pg_catalog.current_database() AND s.subenabled LIMIT 1",
	"", NULL};

/* A vault whose last settling failed. */
typedef struct Resting
{
	int32_t vault;
	TimestampTz until;
	long milliseconds;
} Resting;

static HTAB *resting;

static bool
is_resting(int32_t vault)
{
	Resting *failed = hash_search(resting, &vault, HASH_FIND, NULL);

	return failed && GetCurrentTimestamp() < failed->until;
}

static void
note_failure(int32_t vault)
{
	bool found;
	Resting *failed = hash_search(resting, &vault, HASH_ENTER, &found);

	failed->milliseconds = found ? Min(2 * failed->milliseconds, LAST_REST_MS) : FIRST_REST_MS;
	failed->until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), failed->milliseconds);
}

/*
 * Whether this is the one settler of the extension in its database: a launcher
 * that was restarted knows nothing of those that run.
 */
static bool
is_the_settler(Oid extension)
{
	static Oid locked = InvalidOid;
	LOCKTAG tag;

	if (!OidIsValid(extension))
		return false;
	if (extension == locked)
		return true;
	/*
	 * An advisory lock: others would go with the first error.  The last number
	 * keeps it apart from those that users take.
	 */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, extension, 0, 3);
	if (LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	locked = extension;
	return true;
}

/*
 * The vaults that have orders due; none where nothing is to be settled here.  The
 * list is in the caller's memory.
 */
static int32_t *
list_vaults(int *count)
{
	MemoryContext caller = CurrentMemoryContext;
	int32_t *vaults = NULL;
	int spi;

	*count = 0;
	begin_transaction();
	if (!is_the_settler(get_extension_oid("pointsvault", true)))
		proc_exit(0);
	spi = pv_spi_begin();
	if (on_subscriber || pv_run(&subscriptions, NULL, NULL, true) == 0)
	{
		int found;
		int32_t *at_work = pv_vaults_at_work(&found);

		vaults = MemoryContextAlloc(caller, sizeof(int32_t) * Max(found, 1));
		for (int i = 0; i < found; i++)
			if (!is_resting(at_work[i]) && pv_queue_is_due(at_work[i]))
				vaults[(*count)++] = at_work[i];
	}
	pv_spi_end(spi);
	end_transaction();
	MemoryContextSwitchTo(caller);
	return vaults;
}

static bool
settle_in_transaction(int32_t vault)
{
	bool busy = false;
	int spi;

	begin_transaction();
	spi = pv_spi_begin();
	/* a vault that is locked is looked at again after the nap */
	if (pv_vault_try_lock(vault))
	{
		char *activity = psprintf("settling orders of vault %d", vault);

		pgstat_report_activity(STATE_RUNNING, activity);
		busy = pv_settle(vault, ORDERS_A_ROUND).booked >= ORDERS_OF_BUSY_ROUND;
	}
	pv_spi_end(spi);
	end_transaction();
	return busy;
}

/*
 * Settles a round of one vault; whether it is so busy that the next had better
 * follow at once.
 */
static bool
settle_vault(int32_t vault)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool busy = false;

	PG_TRY();
	{
		busy = settle_in_transaction(vault);
		(void) hash_search(resting, &vault, HASH_REMOVE, NULL);
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(context);
		errcontext("settling orders of vault %d", vault);
		EmitErrorReport();
		AbortOutOfAnyTransaction();
		FlushErrorState();
		note_failure(vault);
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return busy;
}

/*
 * A round over all vaults; whether any is busy.
 */
static bool
settle_all(void)
{
	int count;
	int32_t *vaults = list_vaults(&count);
	bool busy = false;

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		busy |= settle_vault(vaults[i]);
	}
	return busy;
}

/* As the extension's functions have it, and as waiting for locks asks for. */
static const char *const own_settings[][2] = {{"search_path", "pg_catalog, pg_temp"},
											  {"default_transaction_isolation", "read committed"},
											  {"default_transaction_read_only", "off"},
											  {"statement_timeout", "0"},
											  {"lock_timeout", "0"},
											  {"idle_in_transaction_session_timeout", "0"}};

static void
open_database(Oid database)
{
	HASHCTL control = {0};

	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	/* whatever the database has set */
	for (int i = 0; i < (int) lengthof(own_settings); i++)
		SetConfigOption(own_settings[i][0], own_settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
	control.keysize = sizeof(int32_t);
	control.entrysize = sizeof(Resting);
	resting = hash_create("pointsvault resting vaults", 16, &control, HASH_ELEM | HASH_BLOBS);
}

void
pv_settler_main(Datum arg)
{
	MemoryContext round;
	char *name;

	take_signals();
	open_database(DatumGetObjectId(arg));
	begin_transaction();
	name = MemoryContextStrdup(TopMemoryContext, get_database_name(MyDatabaseId));
	end_transaction();
	round = AllocSetContextCreate(TopMemoryContext, "pointsvault round", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(round);
	while (is_wanted(name))
	{
		bool busy = settle_all();

		MemoryContextReset(round);
		pgstat_report_stat(true);
		/* few orders wait for more: a larger batch costs less an order */
		rest(busy ? 1 : naptime);
	}
}

/* --- set up --------------------------------------------------------------------------- */

static void
define_settings(void)
{
	DefineCustomIntVariable("pointsvault.settle_naptime",
							"How long a settler sleeps between two looks at the queues.",
							"0 turns settling in the background off.", &naptime, 100, 0, 3600000,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomStringVariable("pointsvault.settle_databases",
							   "Databases whose queues are settled in the background.",
							   "Empty: all that have the extension.", &databases, "", PGC_SIGHUP,
							   GUC_LIST_INPUT, NULL, NULL, NULL);
	DefineCustomBoolVariable(
		"pointsvault.settle_on_subscriber",
		"Settles also in a database that subscribes to another.",
		"There the publisher's journal arrives, and must not be written twice.", &on_subscriber,
		false, PGC_SIGHUP, 0, NULL, NULL, NULL);
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
	launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
	launcher.bgw_restart_time = LOOK_FOR_DATABASES_MS / 1000;
	strlcpy(launcher.bgw_library_name, "pointsvault", BGW_MAXLEN);
	strlcpy(launcher.bgw_function_name, "pv_launcher_main", BGW_MAXLEN);
	strlcpy(launcher.bgw_name, "pointsvault launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_type, "pointsvault launcher", BGW_MAXLEN);
	RegisterBackgroundWorker(&launcher);
}
