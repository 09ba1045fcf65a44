/*
 * verify_refs.h
 *	  Refs, by which a call that is repeated is known (V4).
 */
#ifndef PV_AUDIT_VERIFY_REFS_H
#define PV_AUDIT_VERIFY_REFS_H

#include "base/compat.h"
#include "audit/report.h"

/* Rows of the journal whose refs are to be looked up. */
typedef struct PvRefs
{
	PvReport *report;
	const char **refs;
	int64_t *seqs;
	int count;
	MemoryContext memory; /* of the refs themselves */
} PvRefs;

extern void pv_refs_begin(PvRefs *refs, PvReport *report);
extern void pv_refs_keep(PvRefs *refs, int64_t seq, Datum ref);
extern void pv_refs_end(PvRefs *refs);

#endif /* PV_AUDIT_VERIFY_REFS_H */
