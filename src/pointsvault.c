/*
 * pointsvault.c
 *	  The loadable module.
 */
#include "base/compat.h"
#include "engine/memory.h"
#include "jobs/worker.h"
#include "store/early.h"
#include "store/seals.h"
#include "surface/at_commit.h"

#include "access/xact.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/*
 * What is done before a commit is done from here, in order: callbacks of their own
 * would be called in that in which they happen to be registered.  Booked is first, and
 * whatever depends on what the transaction booked comes after it.
 */
static void
on_transaction(XactEvent event, void *arg)
{
	(void) arg;
	pv_at_commit_on_transaction(event);
	pv_early_on_transaction(event);
}

static void
on_savepoint(SubXactEvent event, SubTransactionId savepoint, SubTransactionId parent, void *arg)
{
	(void) parent;
	(void) arg;
	pv_at_commit_on_savepoint(event, savepoint);
}

/* Called by the server as it loads the library. */
void
_PG_init(void)
{
	pv_early_init();
	pv_seals_init();
	pv_worker_init();
	RegisterXactCallback(on_transaction, NULL);
	RegisterSubXactCallback(on_savepoint, NULL);
}

/* The engine's memory is that of the book. */
void *
pv_realloc(void *memory, size_t size)
{
	return memory ? repalloc_huge(memory, size)
				  : MemoryContextAllocHuge(CurrentMemoryContext, size);
}

/* Gives memory of pv_realloc back. */
void
pv_free(void *memory)
{
	pfree(memory);
}
