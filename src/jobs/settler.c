/*
 * settler.c
 *	  Books the orders of a database's queues as long as any fall due (H2).
 *
 * An error in one vault is logged, and that vault left alone for a while; the
 * others go on.  A settler leaves when it has had nothing to do for some time,
 * when somebody wants the database for himself, and in turn where others wait.
 */
#include "base/board.h"
#include "base/compat.h"
#include "jobs/worker.h"
#include "store/plan.h"
#include "store/queue_rows.h"
#include "store/vault.h"
#include "surface/orders.h"

#include "access/htup_details.h"
#include "access/twophase.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* The server finds it by its name. */
extern PGDLLEXPORT void pv_settler_main(Datum ticket);

/* How long a vault is left alone after an error, growing. */
#define FIRST_REST_MS 1000
#define LAST_REST_MS 60000

/* Orders in one transaction; after so many the next round follows without a nap. */
#define ORDERS_A_ROUND 10000
#define ORDERS_OF_BUSY_ROUND 2000

/* How often it looks whether it is to leave. */
#define LOOK_UP_MS 250

/* How long it stays with nothing to do, and with something where others wait. */
#define LINGER_MS 10000
#define TURN_MS 1000

/* A round over all vaults. */
typedef struct Look
{
	PvFound found; /* due_at: when there is to be another round, whatever comes */
	bool busy;	   /* the next one had better follow at once */
	bool idle;	   /* nothing is due, nor will be again by itself */
} Look;

/* clang-format off */

static PvPlan subscriptions = {
	"SELECT "
	"FROM pg_catalog.pg_subscription s "
	"JOIN pg_catalog.pg_database d ON d.oid = s.subdbid "
	"WHERE d.datname = pg_catalog.current_database() AND s.subenabled LIMIT 1",
	"", NULL};

/* Nobody tells when their orders come. */
static PvPlan prepared_transactions = {
	"SELECT "
	"FROM pg_catalog.pg_prepared_xact() p "
	"JOIN pg_catalog.pg_database d ON d.oid = p.dbid "
	"WHERE d.datname = pg_catalog.current_database() LIMIT 1",
	"", NULL};

/* clang-format on */

/* --- vaults that failed --------------------------------------------------------------- */

/* A vault whose last settling failed. */
typedef struct Resting
{
	int32_t vault;
	TimestampTz until;
	long milliseconds;
} Resting;

static HTAB *resting;

static bool
is_resting(int32_t vault, TimestampTz *until)
{
	Resting *failed = hash_search(resting, &vault, HASH_FIND, NULL);

	if (!failed || failed->until <= GetCurrentTimestamp())
		return false;
	*until = failed->until;
	return true;
}

static void
note_failure(int32_t vault)
{
	bool found;
	Resting *failed = hash_search(resting, &vault, HASH_ENTER, &found);

	failed->milliseconds = found ? Min(2 * failed->milliseconds, LAST_REST_MS) : FIRST_REST_MS;
	failed->until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), failed->milliseconds);
}

/* --- a round --------------------------------------------------------------------------- */

static void
look_again_at(Look *look, TimestampTz at)
{
	look->found.due_at = Min(look->found.due_at, at);
}

/* Whether the database is one to be in, still. */
static bool
may_stay(void)
{
	HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	bool result = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

		result = database->datallowconn && !database->datistemplate;
		ReleaseSysCache(tuple);
	}
	return result;
}

static bool
is_a_plain_subscriber(void)
{
	return !pv_settle_on_subscriber && pv_run(&subscriptions, NULL, NULL, true) > 0;
}

/* Lists the vaults with orders due, and notes when those of the others fall due. */
static int
list_due(Look *look, const int32_t *vaults, int count, int32_t *due)
{
	int found = 0;

	for (int i = 0; i < count; i++)
	{
		TimestampTz until;

		if (is_resting(vaults[i], &until))
		{
			look_again_at(look, until);
			look->idle = false;
			continue;
		}
		/* in this order, or what falls due in between is in neither */
		look_again_at(look, pv_queue_next_due(vaults[i]));
		if (pv_queue_is_due(vaults[i]))
			due[found++] = vaults[i];
	}
	return found;
}

/*
 * The vaults that have orders due; none where nothing is to be settled here.  The
 * list is in the caller's memory.
 */
static int32_t *
list_vaults(Look *look, int *count)
{
	MemoryContext caller = CurrentMemoryContext;
	int32_t *vaults = NULL;
	int spi;

	*count = 0;
	pv_worker_begin();
	if (may_stay() && OidIsValid(get_extension_oid(PV_SCHEMA, true)))
	{
		int found;
		int32_t *at_work;

		spi = pv_spi_begin();
		look->found.has_vaults = pv_vaults_exist();
		if (look->found.has_vaults && !is_a_plain_subscriber())
		{
			at_work = pv_vaults_at_work(&found);
			vaults = MemoryContextAlloc(caller, sizeof(int32_t) * Max(found, 1));
			*count = list_due(look, at_work, found, vaults);
			if (max_prepared_xacts > 0 && pv_run(&prepared_transactions, NULL, NULL, true) > 0)
				look->idle = false;
		}
		pv_spi_end(spi);
	}
	pv_worker_end();
	MemoryContextSwitchTo(caller);
	return vaults;
}

static PvSettled
settle_in_transaction(int32_t vault)
{
	PvSettled settled = {0};
	int spi;

	pv_worker_begin();
	spi = pv_spi_begin();
	/* a vault that is locked is looked at again after the nap */
	if (pv_vault_try_lock(vault))
	{
		char *activity = psprintf("settling orders of vault %d", vault);

		pgstat_report_activity(STATE_RUNNING, activity);
		settled = pv_settle(vault, ORDERS_A_ROUND);
	}
	pv_spi_end(spi);
	pv_worker_end();
	return settled;
}

static void
settle_vault(Look *look, int32_t vault)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		PvSettled settled = settle_in_transaction(vault);

		look->busy |= settled.booked >= ORDERS_OF_BUSY_ROUND;
		look->found.settled |= settled.booked > 0;
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
}

/*
 * A round over all vaults.  What is submitted from here on may be missed, and
 * calls for another one.
 */
static void
look_around(Look *look)
{
	int32_t *vaults;
	int count;

	look->busy = false;
	look->idle = true;
	look->found.looked = true;
	look->found.changes = pv_board_changes(MyDatabaseId);
	look->found.due_at = DT_NOEND;
	vaults = list_vaults(look, &count);
	for (int i = 0; i < count && !pv_worker_is_in_the_way(MyDatabaseId); i++)
	{
		CHECK_FOR_INTERRUPTS();
		settle_vault(look, vaults[i]);
	}
	if (count > 0)
		look->idle = false;
	if (!look->idle)
		look_again_at(look, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), pv_settle_naptime));
}

/* --- between rounds ------------------------------------------------------------------------ */

/* Since when this settler is here, and since when it has nothing to do. */
typedef struct Stay
{
	char *database;
	bool asked_for; /* somebody submitted, and may do so again */
	TimestampTz since;
	TimestampTz idle_since;
} Stay;

static bool
is_to_leave(const Stay *stay, const Look *look)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!pv_worker_is_wanted_in(stay->database) || pv_worker_is_in_the_way(MyDatabaseId))
		return true;
	if (pv_board_is_waiting() &&
		(look->idle || TimestampDifferenceExceeds(stay->since, now, TURN_MS)))
		return true;
	return look->idle && ((!stay->asked_for && !look->found.settled) ||
						  TimestampDifferenceExceeds(stay->idle_since, now, LINGER_MS));
}

/*
 * Sleeps until there is to be another round; false where it is time to leave.
 * Few orders wait for more: a larger batch costs less an order.
 */
static bool
rest_between(const Stay *stay, const Look *look)
{
	TimestampTz start = GetCurrentTimestamp();
	long nap = look->busy ? 1 : pv_settle_naptime;
	TimestampTz now;

	do
	{
		if (is_to_leave(stay, look))
			return false;
		now = GetCurrentTimestamp();
		(void) pv_worker_rest(
			Max(1, Min(Min(nap, LOOK_UP_MS),
					   TimestampDifferenceMilliseconds(now, look->found.due_at))));
		now = GetCurrentTimestamp();
	} while (!TimestampDifferenceExceeds(start, now, nap) ||
			 (now < look->found.due_at && pv_board_changes(MyDatabaseId) == look->found.changes &&
			  !look->busy));
	return true;
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
	HASHCTL control = {.keysize = sizeof(int32_t), .entrysize = sizeof(Resting)};

	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	/* whatever the database has set */
	for (int i = 0; i < (int) lengthof(own_settings); i++)
		SetConfigOption(own_settings[i][0], own_settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
	resting = hash_create("pointsvault resting vaults", 16, &control, HASH_ELEM | HASH_BLOBS);
}

static Stay
begin_stay(bool asked_for)
{
	Stay stay = {.asked_for = asked_for,
				 .since = GetCurrentTimestamp(),
				 .idle_since = GetCurrentTimestamp()};

	pv_worker_begin();
	stay.database = MemoryContextStrdup(TopMemoryContext, get_database_name(MyDatabaseId));
	pv_worker_end();
	return stay;
}

/* A settler, from its start to its end. */
void
pv_settler_main(Datum ticket)
{
	Look look = {.idle = true};
	MemoryContext round;
	PvVisit visit;
	Stay stay;

	if (!pv_visit_begin(ticket, &visit))
		return;
	pv_worker_take_signals();
	open_database(visit.database);
	stay = begin_stay(visit.asked_for);
	round = AllocSetContextCreate(TopMemoryContext, "pointsvault round", ALLOCSET_DEFAULT_SIZES);
	do
	{
		MemoryContextSwitchTo(round);
		look_around(&look);
		if (!look.idle)
			stay.idle_since = GetCurrentTimestamp();
		pv_visit_report(&look.found);
		MemoryContextReset(round);
		pgstat_report_stat(true);
	} while (look.found.has_vaults && rest_between(&stay, &look));
}
