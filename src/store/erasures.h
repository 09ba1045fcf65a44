/*
 * erasures.h
 *	  What is kept of texts that were erased from rows of the journal.
 */
#ifndef PV_STORE_ERASURES_H
#define PV_STORE_ERASURES_H

#include "base/compat.h"
#include "base/sha256.h"
#include "engine/merkle.h"
#include "store/columns.h"
#include "store/plan.h"

#define PV_ERASURE_COLUMNS "seq, erased_by, digest, region, note, meta"

/* The texts that an erasure is of: region, note and meta, in the order of the journal. */
#define PV_ERASABLE_COUNT 3

StaticAssertDecl(PV_JOURNAL_note == PV_JOURNAL_region + 1 &&
					 PV_JOURNAL_meta == PV_JOURNAL_region + 2,
				 "the texts of a journal row stand together");

/* A row whose texts were erased, or stayed and have no salt any more. */
typedef struct PvErasure
{
	int64_t seq;
	int64_t erased_by; /* the journal row that says who was erased, and when */
	int64_t digest;	   /* of the row as it is since, see pv_erased_digest */
	bool had[PV_ERASABLE_COUNT];
	PvHash hashes[PV_ERASABLE_COUNT]; /* as they stand in the leaf */
} PvErasure;

/* All rows that one erasure changed. */
typedef struct PvErased
{
	int64_t rows;
	PvHash hash; /* binds them, in their order */
} PvErased;

extern void pv_erasure_read(const PvRow *row, PvErasure *erasure);
extern bool pv_was_erased(int32_t vault, int64_t seq, int column);
extern int64_t pv_erased_digest(const Datum *values, const bool *nulls, int64_t movements);
extern void pv_erased_add(PvErased *erased, PvSha *sha, const PvErasure *erasure,
						  const PvRow *journal);
extern char *pv_erased_note(const PvErased *erased, int64_t balances);
extern int64_t pv_erased_balances(const char *note);

#endif /* PV_STORE_ERASURES_H */
