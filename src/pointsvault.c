/*
 * pointsvault.c
 *	  The loadable module.
 */
#include "base/compat.h"
#include "engine/memory.h"
#include "jobs/worker.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	pv_worker_init();
}

/* The engine's memory is that of the book. */
void *
pv_realloc(void *memory, size_t size)
{
	return memory ? repalloc_huge(memory, size)
				  : MemoryContextAllocHuge(CurrentMemoryContext, size);
}
