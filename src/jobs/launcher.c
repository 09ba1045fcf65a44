/*
 * launcher.c
 *	  Sends settlers into the databases that have something to settle.
 *
 * Which those are it learns from the board: transactions that submit count up
 * their database's changes, a settler that leaves says when the next held order
 * falls due.  What came by other ways, such as a restore, is found by looking
 * into each database now and then, into one at a time and ever more seldom where
 * there is nothing.  Databases that have to wait for a settler get one in the
 * order in which they fell due.
 */
#include "base/compat.h"
#include "jobs/board.h"
#include "jobs/worker.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_database.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "utils/errcodes.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* How often it looks which databases there are. */
#define LIST_MS 5000

/* When it tries again what could not be done now. */
#define RETRY_MS 1000

/* Looks that nobody asked for: the first, and at the most, with vaults or without. */
#define FIRST_PAUSE_MS 5000
#define LAST_PAUSE_MS 60000
#define LAST_PAUSE_WITHOUT_VAULTS_MS 600000

/* Looks that something asked for, in vain or that failed: growing, too. */
#define FIRST_DELAY_MS 1000
#define LAST_DELAY_MS 60000

/* When a database has waited so long for a worker it is worth a word, and how often. */
#define WARN_AFTER_MS 30000
#define WARN_EVERY_MS 300000

#define NOWHERE (-1)

/* A database, and the settler in it if there is one. */
typedef struct Database
{
	Oid oid;
	NameData name;
	bool listed;
	int place; /* of its settler on the board */
	BackgroundWorkerHandle *settler;
	bool has_vaults;		/* as far as is known */
	bool asked_for;			/* something was submitted since it was looked at */
	uint64 changes;			/* those it was looked at for */
	TimestampTz due_at;		/* for a look */
	TimestampTz not_before; /* whatever falls due */
	long pause;
	long delay;
} Database;

static HTAB *all;
static TimestampTz listed_until;
static TimestampTz warned_until;

static TimestampTz
after(long milliseconds)
{
	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);
}

/* --- which databases there are -------------------------------------------------------- */

/* A template is not entered: it could not be copied meanwhile. */
static bool
may_be_entered(Form_pg_database database)
{
	return database->datallowconn && database->datconnlimit >= -1 && !database->datistemplate;
}

static Database *
find_database(Oid oid)
{
	bool found;
	Database *database = hash_search(all, &oid, HASH_ENTER, &found);

	if (found)
		return database;
	memset(database, 0, sizeof(*database));
	database->oid = oid;
	database->place = NOWHERE;
	database->due_at = GetCurrentTimestamp();
	database->pause = FIRST_PAUSE_MS;
	database->delay = FIRST_DELAY_MS;
	return database;
}

static void
forget_unlisted(void)
{
	HASH_SEQ_STATUS status;
	Database *database;

	hash_seq_init(&status, all);
	while ((database = hash_seq_search(&status)) != NULL)
		if (!database->listed && database->place == NOWHERE)
			(void) hash_search(all, &database->oid, HASH_REMOVE, NULL);
}

static void
mark_all_unlisted(void)
{
	HASH_SEQ_STATUS status;
	Database *database;

	hash_seq_init(&status, all);
	while ((database = hash_seq_search(&status)) != NULL)
		database->listed = false;
}

static void
list_databases(void)
{
	Relation relation;
	TableScanDesc scan;
	HeapTuple tuple;

	mark_all_unlisted();
	pv_worker_begin();
	relation = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(relation, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database row = (Form_pg_database) GETSTRUCT(tuple);
		Database *database;

		if (!may_be_entered(row) || !pv_worker_is_wanted_in(NameStr(row->datname)))
			continue;
		database = find_database(row->oid);
		database->name = row->datname;
		database->listed = true;
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	pv_worker_end();
	forget_unlisted();
	listed_until = after(LIST_MS);
}

/* Settings may have changed what there is to do. */
static void
start_anew(void)
{
	HASH_SEQ_STATUS status;
	Database *database;

	hash_seq_init(&status, all);
	while ((database = hash_seq_search(&status)) != NULL)
	{
		database->due_at = database->not_before = GetCurrentTimestamp();
		database->pause = FIRST_PAUSE_MS;
	}
	listed_until = 0;
}

/* --- what settlers found --------------------------------------------------------------- */

static bool
has_ended(const Database *database)
{
	pid_t pid;

	if (pv_visit_read(database->place).state == PV_VISIT_ENDED)
		return true;
	/* one that could not even start says nothing */
	return database->settler && GetBackgroundWorkerPid(database->settler, &pid) == BGWH_STOPPED;
}

/*
 * After a visit that found something to do the next one may follow at once; one
 * that failed, or was asked for by another database, gets rarer.
 */
static void
take_over(Database *database, const PvFound *found)
{
	long last_pause = found->has_vaults ? LAST_PAUSE_MS : LAST_PAUSE_WITHOUT_VAULTS_MS;
	bool in_vain = !found->looked || (database->asked_for && !found->has_vaults);

	database->pause = found->settled ? FIRST_PAUSE_MS : Min(2 * database->pause, last_pause);
	database->delay = in_vain ? Min(2 * database->delay, LAST_DELAY_MS) : FIRST_DELAY_MS;
	database->not_before = after(in_vain ? database->delay : pv_settle_naptime);
	database->asked_for = false;
	if (!found->looked)
	{
		database->due_at = database->not_before;
		return;
	}
	database->has_vaults = found->has_vaults;
	database->changes = found->changes;
	database->due_at = Min(found->due_at, after(database->pause));
}

static void
end_visit(Database *database)
{
	PvFound found = pv_visit_read(database->place).found;

	pv_visit_close(database->place);
	if (database->settler)
		pfree(database->settler);
	database->settler = NULL;
	database->place = NOWHERE;
	take_over(database, &found);
}

/* Whether the settler there is to find out whether there is anything at all. */
static bool
is_probe(const Database *database)
{
	return !database->has_vaults && !database->asked_for &&
		   !pv_visit_read(database->place).found.looked;
}

/*
 * Notes visits that ended, and in which databases something was submitted.
 * Returns how many settlers are at work; `probes` of them in databases of which
 * nothing is known yet.
 */
static int
look_at_board(int *probes)
{
	HASH_SEQ_STATUS status;
	Database *database;
	int count = 0;

	*probes = 0;
	hash_seq_init(&status, all);
	while ((database = hash_seq_search(&status)) != NULL)
	{
		if (database->place != NOWHERE && has_ended(database))
			end_visit(database);
		if (database->place != NOWHERE)
		{
			count++;
			*probes += is_probe(database);
		}
		else if (pv_board_changes(database->oid) != database->changes)
		{
			database->changes = pv_board_changes(database->oid);
			database->asked_for = true;
			database->due_at = Min(database->due_at, GetCurrentTimestamp());
		}
	}
	return count;
}

/* What a launcher before this one left on the board. */
static void
adopt_settlers(void)
{
	for (int place = 0; place < PV_MOST_SETTLERS; place++)
	{
		PvVisit visit = pv_visit_read(place);

		if (visit.state == PV_VISIT_RUNNING)
			find_database(visit.database)->place = place;
		else if (visit.state != PV_VISIT_NONE)
			pv_visit_close(place);
	}
}

/* --- starting settlers ------------------------------------------------------------------- */

static void
warn_of_no_worker(const Database *database)
{
	TimestampTz now = GetCurrentTimestamp();

	if (now < warned_until || !TimestampDifferenceExceeds(database->due_at, now, WARN_AFTER_MS))
		return;
	warned_until = after(WARN_EVERY_MS);
	ereport(WARNING, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
					  errmsg("no background worker is left to settle the orders of database \"%s\"",
							 NameStr(database->name)),
					  errhint("Raise max_worker_processes.")));
}

static bool
register_settler(Database *database)
{
	BackgroundWorker worker = {0};
	MemoryContext context;
	bool registered;

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART; /* the launcher sees to that */
	worker.bgw_main_arg = pv_visit_ticket(database->place);
	worker.bgw_notify_pid = MyProcPid;
	strlcpy(worker.bgw_library_name, "pointsvault", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "pv_settler_main", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "pointsvault settler", BGW_MAXLEN);
	snprintf(worker.bgw_name, BGW_MAXLEN, "pointsvault settler of database %s",
			 NameStr(database->name));
	context = MemoryContextSwitchTo(TopMemoryContext); /* of the handle */
	registered = RegisterDynamicBackgroundWorker(&worker, &database->settler);
	MemoryContextSwitchTo(context);
	return registered;
}

/* Whether a database is still there, to be entered, and nobody's. */
static bool
is_free(Oid oid)
{
	HeapTuple tuple;
	bool result;

	pv_worker_begin();
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(oid));
	result = HeapTupleIsValid(tuple) && may_be_entered((Form_pg_database) GETSTRUCT(tuple)) &&
			 !pv_worker_is_in_the_way(oid);
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	pv_worker_end();
	return result;
}

/* Starts a settler in a database; false where none is to be had. */
static bool
start_settler(Database *database)
{
	if (!is_free(database->oid))
	{
		database->not_before = after(RETRY_MS);
		listed_until = Min(listed_until, database->not_before);
		return true;
	}
	database->place = pv_visit_open(database->oid, database->asked_for);
	if (database->place == NOWHERE)
		return false;
	if (register_settler(database))
		return true;
	warn_of_no_worker(database);
	pv_visit_close(database->place);
	database->place = NOWHERE;
	return false;
}

/*
 * The database that is due, and has been for the longest.  Of those where nothing
 * was asked for, and of which nothing is known, one at a time.
 */
static Database *
next_due(bool may_probe)
{
	HASH_SEQ_STATUS status;
	Database *database;
	Database *next = NULL;
	TimestampTz now = GetCurrentTimestamp();

	hash_seq_init(&status, all);
	while ((database = hash_seq_search(&status)) != NULL)
		if (database->place == NOWHERE && database->listed && database->due_at <= now &&
			database->not_before <= now &&
			(may_probe || database->has_vaults || database->asked_for) &&
			(!next || database->due_at < next->due_at))
			next = database;
	return next;
}

static void
start_settlers(void)
{
	int probes;
	int count = look_at_board(&probes);
	bool waiting = false;
	Database *database;

	while (!waiting && (database = next_due(probes == 0)) != NULL)
	{
		waiting = count >= pv_settle_workers || !start_settler(database);
		count += database->place != NOWHERE;
		probes += database->place != NOWHERE && is_probe(database);
	}
	pv_board_set_waiting(waiting);
}

/* How long nothing falls due. */
static long
time_to_rest(void)
{
	HASH_SEQ_STATUS status;
	Database *database;
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next = listed_until;

	hash_seq_init(&status, all);
	while ((database = hash_seq_search(&status)) != NULL)
	{
		TimestampTz due = Max(database->due_at, database->not_before);

		if (database->place == NOWHERE && database->listed)
			next = Min(next, due > now ? due : TimestampTzPlusMilliseconds(now, RETRY_MS));
	}
	return Max(TimestampDifferenceMilliseconds(now, next), 1);
}

void
pv_launcher_main(Datum arg)
{
	HASHCTL control = {.keysize = sizeof(Oid), .entrysize = sizeof(Database)};
	MemoryContext round;

	(void) arg;
	pv_worker_take_signals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	all = hash_create("pointsvault databases", 64, &control, HASH_ELEM | HASH_BLOBS);
	round = AllocSetContextCreate(TopMemoryContext, "pointsvault round", ALLOCSET_DEFAULT_SIZES);
	adopt_settlers();
	pv_board_be_launcher();
	for (;;)
	{
		MemoryContextSwitchTo(round);
		if (GetCurrentTimestamp() >= listed_until)
			list_databases();
		start_settlers();
		MemoryContextReset(round);
		if (pv_worker_rest(pv_settle_naptime == 0 ? 0 : time_to_rest()))
			start_anew();
	}
}
