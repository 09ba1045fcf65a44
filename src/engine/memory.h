/*
 * memory.h
 *	  Memory for the engine, given by whoever links it: palloc or malloc.
 */
#ifndef PV_ENGINE_MEMORY_H
#define PV_ENGINE_MEMORY_H

#include <stddef.h>

extern void *pv_realloc(void *memory, size_t size);

#endif /* PV_ENGINE_MEMORY_H */
