/*
 * pointsvault.c
 *	  The loadable module.
 */
#include "compat.h"
#include "worker.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	pv_worker_init();
}
