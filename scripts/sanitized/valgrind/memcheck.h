/*
 * valgrind/memcheck.h
 *	  Stands in for Valgrind's header in a server built with USE_VALGRIND: what
 *	  PostgreSQL tells of its memory contexts and buffers reaches AddressSanitizer,
 *	  which by itself sees only the blocks that contexts are carved from.
 */
#ifndef PV_SANITIZED_MEMCHECK_H
#define PV_SANITIZED_MEMCHECK_H

#include <sanitizer/asan_interface.h>

#define VALGRIND_MAKE_MEM_NOACCESS(address, size) __asan_poison_memory_region(address, size)
#define VALGRIND_MAKE_MEM_DEFINED(address, size) __asan_unpoison_memory_region(address, size)
#define VALGRIND_MAKE_MEM_UNDEFINED(address, size) __asan_unpoison_memory_region(address, size)
#define VALGRIND_MEMPOOL_ALLOC(pool, address, size) __asan_unpoison_memory_region(address, size)
#define VALGRIND_MEMPOOL_CHANGE(pool, old, new, size) __asan_unpoison_memory_region(new, size)

/* A free chunk was marked with its size before; a pool is marked chunk by chunk. */
#define VALGRIND_MEMPOOL_FREE(pool, address) ((void) 0)
#define VALGRIND_CREATE_MEMPOOL(pool, redzone, zeroed) ((void) 0)
#define VALGRIND_DESTROY_MEMPOOL(pool) ((void) 0)

/* Addresses are all that AddressSanitizer knows of. */
#define VALGRIND_CHECK_MEM_IS_DEFINED(address, size) ((void) 0)
#define VALGRIND_GET_VBITS(address, bits, size) 0

#endif
