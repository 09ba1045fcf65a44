/*
 * board.c
 *	  What backends, the launcher and its settlers tell each other, in shared
 *	  memory.
 *
 * A transaction that submitted orders counts up its database's changes once it
 * has committed, and wakes the launcher where no settler is at work there: so
 * nobody has to look into a database to find out that there is nothing to do.
 *
 * Databases share counters where their numbers fall together.  Then the one is
 * looked at for the other's sake now and then, and that is all.
 */
#include "jobs/board.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "storage/spin.h"

/* A prime, as numbers of databases often go by steps. */
#define COUNTERS 4093

typedef struct Counter
{
	pg_atomic_uint64 changes;
	pg_atomic_uint32 attended; /* settlers that see to them */
} Counter;

typedef struct Board
{
	slock_t mutex; /* of all but the counters */
	Latch *launcher;
	bool waiting; /* databases, for a settler to make room */
	uint32 tickets;
	PvVisit visits[PV_MOST_SETTLERS];
	Counter counters[COUNTERS];
} Board;

static Board *board;

/* Of the settler that this process is. */
static int own_place = -1;

/* What the transaction at hand has to tell. */
static bool has_submitted;

static pv_hook next_request_hook;
static pv_hook next_startup_hook;

static Counter *
counter_of(Oid database)
{
	return &board->counters[database % COUNTERS];
}

/* --- set up ---------------------------------------------------------------------- */

static void
request_room(void)
{
	if (next_request_hook)
		next_request_hook();
	RequestAddinShmemSpace(sizeof(Board));
}

static void
create_board(void)
{
	bool found;

	if (next_startup_hook)
		next_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	board = ShmemInitStruct("pointsvault board", sizeof(Board), &found);
	if (!found)
	{
		memset(board, 0, sizeof(*board));
		SpinLockInit(&board->mutex);
		for (int i = 0; i < COUNTERS; i++)
		{
			pg_atomic_init_u64(&board->counters[i].changes, 0);
			pg_atomic_init_u32(&board->counters[i].attended, 0);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

/*
 * Called as the library is preloaded.
 */
void
pv_board_init(void)
{
	pv_at_shmem_request(request_room, &next_request_hook);
	next_startup_hook = shmem_startup_hook;
	shmem_startup_hook = create_board;
}

/* --- those who commit orders -------------------------------------------------------- */

uint64
pv_board_changes(Oid database)
{
	return pg_atomic_read_u64(&counter_of(database)->changes);
}

static Latch *
launcher_latch(void)
{
	Latch *latch;

	SpinLockAcquire(&board->mutex);
	latch = board->launcher;
	SpinLockRelease(&board->mutex);
	return latch;
}

static void
wake_launcher(void)
{
	Latch *latch = launcher_latch();

	if (latch)
		SetLatch(latch);
}

/*
 * What was committed is visible to others by now.  Of a prepared transaction only
 * a settler finds out when that is.
 */
static void
on_transaction_end(XactEvent event, void *arg)
{
	Counter *counter;

	(void) arg;
	if (!has_submitted)
		return;
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
	{
		counter = counter_of(MyDatabaseId);
		pg_atomic_fetch_add_u64(&counter->changes, 1);
		if (pg_atomic_read_u32(&counter->attended) == 0)
			wake_launcher();
	}
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE || event == XACT_EVENT_ABORT)
		has_submitted = false;
}

/*
 * Has the queues of this database looked at once the transaction at hand has
 * committed, where there is somebody to do that.
 */
void
pv_wake_settler(void)
{
	static bool registered;

	if (!board)
		return;
	if (!registered)
		RegisterXactCallback(on_transaction_end, NULL);
	registered = true;
	has_submitted = true;
}

/* --- the launcher ------------------------------------------------------------------- */

static void
set_launcher(Latch *latch)
{
	SpinLockAcquire(&board->mutex);
	board->launcher = latch;
	SpinLockRelease(&board->mutex);
}

static void
leave_as_launcher(int code, Datum arg)
{
	(void) code;
	(void) arg;
	set_launcher(NULL);
}

/* This process is the launcher until it ends. */
void
pv_board_be_launcher(void)
{
	set_launcher(MyLatch);
	on_shmem_exit(leave_as_launcher, (Datum) 0);
}

bool
pv_board_has_launcher(void)
{
	return board && launcher_latch() != NULL;
}

/* Settlers make room for databases that wait. */
void
pv_board_set_waiting(bool waiting)
{
	SpinLockAcquire(&board->mutex);
	board->waiting = waiting;
	SpinLockRelease(&board->mutex);
}

bool
pv_board_is_waiting(void)
{
	bool waiting;

	SpinLockAcquire(&board->mutex);
	waiting = board->waiting;
	SpinLockRelease(&board->mutex);
	return waiting;
}

/*
 * A place for a settler that is to start in a database; -1: there is none left.
 */
int
pv_visit_open(Oid database, bool asked_for)
{
	int place = 0;

	SpinLockAcquire(&board->mutex);
	while (place < PV_MOST_SETTLERS && board->visits[place].state != PV_VISIT_NONE)
		place++;
	if (place < PV_MOST_SETTLERS)
		board->visits[place] = (PvVisit){.state = PV_VISIT_STARTING,
										 .database = database,
										 .asked_for = asked_for,
										 .ticket = ++board->tickets};
	SpinLockRelease(&board->mutex);
	if (place == PV_MOST_SETTLERS)
		return -1;
	pg_atomic_fetch_add_u32(&counter_of(database)->attended, 1);
	return place;
}

/* The visit in a place; what a settler is told to find it by. */
Datum
pv_visit_ticket(int place)
{
	return UInt64GetDatum((uint64) pv_visit_read(place).ticket << 32 | (uint32) place);
}

PvVisit
pv_visit_read(int place)
{
	PvVisit visit;

	SpinLockAcquire(&board->mutex);
	visit = board->visits[place];
	SpinLockRelease(&board->mutex);
	return visit;
}

/*
 * Frees a place.  Changes are to be looked at after this, when whoever makes more
 * of them wakes the launcher.
 */
void
pv_visit_close(int place)
{
	Oid database = pv_visit_read(place).database;

	SpinLockAcquire(&board->mutex);
	board->visits[place].state = PV_VISIT_NONE;
	SpinLockRelease(&board->mutex);
	pg_atomic_fetch_sub_u32(&counter_of(database)->attended, 1);
}

/* --- a settler ------------------------------------------------------------------------ */

static void
end_visit(int code, Datum arg)
{
	(void) code;
	(void) arg;
	SpinLockAcquire(&board->mutex);
	board->visits[own_place].state = PV_VISIT_ENDED;
	SpinLockRelease(&board->mutex);
	wake_launcher();
}

/*
 * Takes up the visit that this process was started for; false where nobody waits
 * for it any more.
 */
bool
pv_visit_begin(Datum ticket, PvVisit *visit)
{
	int place = (int) (uint32) DatumGetUInt64(ticket);
	uint32 number = (uint32) (DatumGetUInt64(ticket) >> 32);
	PvVisit *own = &board->visits[place];
	bool awaited;

	SpinLockAcquire(&board->mutex);
	awaited = own->state == PV_VISIT_STARTING && own->ticket == number;
	if (awaited)
		own->state = PV_VISIT_RUNNING;
	*visit = *own;
	SpinLockRelease(&board->mutex);
	if (!awaited)
		return false;
	own_place = place;
	on_shmem_exit(end_visit, (Datum) 0);
	return true;
}

/*
 * What is known after each look, however the visit ends.  After the first one the
 * next database may be looked into.
 */
void
pv_visit_report(const PvFound *found)
{
	PvVisit *own = &board->visits[own_place];
	bool is_first;

	SpinLockAcquire(&board->mutex);
	is_first = !own->found.looked;
	own->found = *found;
	SpinLockRelease(&board->mutex);
	if (is_first)
		wake_launcher();
}
