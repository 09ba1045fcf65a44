/*
 * pointsvault.c
 *	  The loadable module.
 */
#include "base/compat.h"
#include "engine/memory.h"
#include "jobs/worker.h"
#include "store/early.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/* Called by the server as it loads the library. */
void
_PG_init(void)
{
	pv_early_init();
	pv_worker_init();
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
