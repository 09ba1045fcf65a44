/*
 * at_commit.c
 *	  Events that are booked as their transaction commits.
 *
 * A long transaction that books an event first would keep the vault locked over all
 * the rest of it.  So the event may be left to the commit: as it is called its
 * arguments, and who calls, are judged as those of any event, and it is kept in the
 * backend's memory; nothing is locked, written or answered.  Before the commit
 * (XACT_EVENT_PRE_COMMIT) what was kept is booked the way every event is, and what is
 * refused then refuses the commit.
 *
 * Booked is vault by vault, in the order of their ids, so that two transactions that
 * leave all they book to the commit never wait for each other in a circle; within a
 * vault in the order of the calls.  An event of a savepoint that is rolled back goes
 * with it.
 */
#include "surface/at_commit.h"

#include "base/tokens.h"
#include "engine/kinds.h"
#include "store/actor.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/receipt.h"
#include "surface/request.h"

#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define FIRST_SIZE 8

/* An event that waits for the commit; one piece of memory, meta and texts at its end. */
typedef struct Kept
{
	PvRequest request;
	SubTransactionId savepoint; /* the innermost it was called in */
	Oid vault_table;			/* by which the extension is told from a later one */
	int64 number;				/* its place among what is kept */
} Kept;

/*
 * What this transaction keeps.  The memory goes with the transaction, before which
 * all is set to zero.
 */
typedef struct AllKept
{
	MemoryContext memory;
	Kept **list;
	int64 count;
	int64 size;
	bool is_over; /* what was kept is booked */
} AllKept;

static AllKept all;

/* --- as it is called ------------------------------------------------------------------ */

/* Every text of a request. */
#define TEXTS 8

static void
list_texts(PvRequest *request, const char **texts[TEXTS])
{
	const char **const found[TEXTS] = {
		&request->member,		&request->ref,		  &request->of_ref,		 &request->payee,
		&request->entry.region, &request->entry.note, &request->entry.actor, &request->series,
	};

	memcpy(texts, found, sizeof(found));
}

/* A copy that is freed at one go. */
static Kept *
copy_request(PvRequest *request)
{
	const char **texts[TEXTS];
	Size meta_size = request->entry.meta ? VARSIZE(request->entry.meta) : 0;
	Size size = MAXALIGN(sizeof(Kept)) + meta_size;
	char *place;
	Kept *kept;

	list_texts(request, texts);
	for (int i = 0; i < TEXTS; i++)
		size += *texts[i] ? strlen(*texts[i]) + 1 : 0;
	kept = MemoryContextAlloc(all.memory, size);
	kept->request = *request;
	place = (char *) kept + MAXALIGN(sizeof(Kept));
	if (meta_size > 0)
		kept->request.entry.meta = memcpy(place, request->entry.meta, meta_size);
	place += meta_size;
	list_texts(&kept->request, texts);
	for (int i = 0; i < TEXTS; i++)
		if (*texts[i])
		{
			Size length = strlen(*texts[i]) + 1;

			*texts[i] = memcpy(place, *texts[i], length);
			place += length;
		}
	PV_ASSERT(place == (char *) kept + size);
	return kept;
}

static void
make_room(void)
{
	if (!all.memory)
		all.memory = AllocSetContextCreate(TopTransactionContext, "pointsvault events at commit",
										   ALLOCSET_DEFAULT_SIZES);
	if (all.count < all.size)
		return;
	all.size = all.list ? all.size * 2 : FIRST_SIZE;
	all.list = all.list ? repalloc_huge(all.list, sizeof(Kept *) * all.size)
						: MemoryContextAlloc(all.memory, sizeof(Kept *) * all.size);
}

static void
keep(PvRequest *request)
{
	Kept *kept;

	make_room();
	kept = copy_request(request);
	kept->savepoint = GetCurrentSubTransactionId();
	kept->vault_table = pv_vault_table();
	kept->number = all.count;
	all.list[all.count++] = kept;
}

/*
 * An event of a caller, to be booked as the transaction commits.  All that depends on
 * the call alone is judged here, and so is who calls, whatever becomes of the role or
 * its grants until then.
 */
void
pv_event_at_commit(FunctionCallInfo fcinfo, PvRequest *request)
{
	int spi = pv_spi_begin();

	pv_judge_caller(fcinfo, request);
	pv_vault_check_writable();
	(void) pv_vault_timezone(request->vault, false); /* there is such a vault */
	pv_check_figures(request);
	request->entry.actor = pv_actor();
	if (all.is_over) /* by what another library does as the transaction commits */
		pv_internal_error("the events of this transaction are booked already");
	keep(request);
	pv_spi_end(spi);
}

/* --- as its transaction commits ------------------------------------------------------- */

/* Has errors name the event: the statement that fails is the COMMIT. */
static void
tell_event(void *arg)
{
	const PvRequest *request = arg;

	errcontext("%s of vault %d at commit, ref \"%s\"", pv_kind_info(request->event.kind)->name,
			   request->vault, request->ref);
}

/* The vault that was meant goes with the extension, whoever has its number by now. */
static void
check_extension(const Kept *kept)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(kept->vault_table)))
		ereport(ERROR, (pv_error(NO_SUCH_VAULT),
						errmsg("vault %d does not exist any more", kept->request.vault),
						errdetail("The extension was dropped after the event was called.")));
}

/* As a statement of its own would be: it sees what those before it did. */
static void
book(Kept *kept)
{
	PvReceipt receipt = {.vault = kept->request.vault};
	ErrorContextCallback context = {error_context_stack, tell_event, &kept->request};
	int spi;

	CHECK_FOR_INTERRUPTS();
	error_context_stack = &context;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	check_extension(kept);
	spi = pv_spi_begin();
	pv_book_request(&kept->request, &receipt);
	pv_spi_end(spi);
	PopActiveSnapshot();
	error_context_stack = context.previous;
}

static int
compare(const void *a, const void *b)
{
	const Kept *one = *(Kept *const *) a;
	const Kept *other = *(Kept *const *) b;

	if (one->request.vault != other->request.vault)
		return one->request.vault < other->request.vault ? -1 : 1;
	return one->number < other->number ? -1 : 1;
}

/*
 * Books what is kept.  Deferred triggers of the transaction ran before; what is booked
 * may queue new ones, which nobody else would run, and these may call for more events.
 */
static void
book_all(void)
{
	while (all.count > 0)
	{
		Kept **list = all.list;
		int64 count = all.count;

		all.list = NULL;
		all.count = all.size = 0;
		qsort(list, count, sizeof(Kept *), compare);
		for (int64 i = 0; i < count; i++)
			book(list[i]);
		AfterTriggerFireDeferred();
	}
	all.is_over = true;
}

/* The memory of a backend is not there any more as a prepared transaction commits. */
static void
refuse_to_prepare(void)
{
	if (all.count > 0)
		ereport(ERROR, (pv_error(CANNOT_PREPARE),
						errmsg("cannot PREPARE a transaction with events to be booked at commit"),
						errhint("Book them by the functions without _at_commit.")));
}

/* To be called of each transaction, by what was registered for that. */
void
pv_at_commit_on_transaction(XactEvent event)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			book_all();
			break;
		case XACT_EVENT_PRE_PREPARE:
			refuse_to_prepare();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			all = (AllKept){0};
			break;
		default:
			break;
	}
}

/*
 * To be called of each savepoint, exception block and the like.  What was called since
 * one began was called in it or in those within, whose numbers are above its own; what
 * others kept before has lower ones.  So one that is rolled back takes the end of the
 * list along, and where one is released there is nothing to do.
 */
void
pv_at_commit_on_savepoint(SubXactEvent event, SubTransactionId savepoint)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	while (all.count > 0 && all.list[all.count - 1]->savepoint >= savepoint)
		pfree(all.list[--all.count]);
}
