/*
 * hashtable.h
 *	  PostgreSQL's simplehash, a template: included after the SH_ macros that say
 *	  what of, so there is no guard against doing it twice.
 *
 * In 14 it compares signed with unsigned figures.
 */
#include "common/hashfn.h"

#ifndef SH_HASH_KEY
#define SH_HASH_KEY(table, key) murmurhash32((uint32) ((uint64) (key) ^ ((uint64) (key) >> 32)))
#define SH_EQUAL(table, a, b) ((a) == (b))
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#include "lib/simplehash.h"
#pragma GCC diagnostic pop
