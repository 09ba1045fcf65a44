/*
 * assertion.h
 *	  Assertions of our own, on in the tests whatever the server was built with.
 *
 * Of what the code itself sees to, never of what is stored: tables may have been
 * changed behind the vault's back, which is no reason to end a server.  One that
 * fails does that, as the server's own do.  Knows no server, as the engine.
 */
#ifndef PV_ASSERTION_H
#define PV_ASSERTION_H

#ifdef PV_ASSERTIONS

#include <stdio.h>
#include <stdlib.h>

static inline void
pv_assertion_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "pointsvault assertion failed: %s, %s:%d\n", condition, file, line);
	fflush(stderr);
	abort();
}

#define PV_ASSERT(condition) \
	((condition) ? (void) 0 : pv_assertion_failed(#condition, __FILE__, __LINE__))

#else
#define PV_ASSERT(condition) ((void) sizeof(condition))
#endif

#endif /* PV_ASSERTION_H */
