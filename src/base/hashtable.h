/*
 * hashtable.h
 *	  PostgreSQL's simplehash, a template: included after the SH_ macros that say
 *	  what of, so there is no guard against doing it twice.
 *
 * In 14 it compares signed with unsigned figures.
 */
#include "common/hashfn.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#include "lib/simplehash.h"
#pragma GCC diagnostic pop
