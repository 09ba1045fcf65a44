/*
 * pointsvault.c
 *	  The loadable module.
 */
#include "base/compat.h"
#include "jobs/worker.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	pv_worker_init();
}
