/*
 * verify_refs.c
 *	  Refs, by which a call that is repeated is known (V4).
 *
 * Each row that has a ref is looked up by it as a repeated call would be, through the index
 * of refs, and must be found itself.  So of two rows with one ref one is named, and so is a
 * row that the index has lost, whose call would be booked again.
 */
#include "audit/verify_refs.h"

#include "store/journal.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

/* Looked up together, in the order in which they lie in the index. */
#define REFS_AT_ONCE 10000

/* Begins the check, for refs of a report's vault. */
void
pv_refs_begin(PvRefs *refs, PvReport *report)
{
	*refs =
		(PvRefs){.report = report,
				 .refs = palloc(sizeof(char *) * REFS_AT_ONCE),
				 .seqs = palloc(sizeof(int64_t) * REFS_AT_ONCE),
				 .memory = AllocSetContextCreate(CurrentMemoryContext, "pointsvault verify refs",
												 ALLOCSET_DEFAULT_SIZES)};
}

/* A row is to be found by its ref: `found` is the row that was, 0 = none. */
static void
compare(PvRefs *refs, int i, int64_t found)
{
	if (found != refs->seqs[i])
		pv_failed(refs->report, PV_CHECK_REFS, psprintf("ref %s", refs->refs[i]),
				  psprintf("journal row " INT64_FORMAT, refs->seqs[i]),
				  found == 0 ? "none by the index of refs"
							 : psprintf("journal row " INT64_FORMAT, found));
}

static void
look_up(PvRefs *refs)
{
	MemoryContext old = MemoryContextSwitchTo(refs->memory);
	const int64_t *found = pv_journal_find_all(refs->report->vault, refs->refs, refs->count);

	for (int i = 0; i < refs->count; i++)
		compare(refs, i, found[i]);
	MemoryContextSwitchTo(old);
	MemoryContextReset(refs->memory);
	refs->count = 0;
}

/* A row of the journal has a ref. */
void
pv_refs_keep(PvRefs *refs, int64_t seq, Datum ref)
{
	MemoryContext old = MemoryContextSwitchTo(refs->memory);

	pv_checked(refs->report, PV_CHECK_REFS);
	refs->seqs[refs->count] = seq;
	refs->refs[refs->count++] = TextDatumGetCString(ref);
	MemoryContextSwitchTo(old);
	if (refs->count == REFS_AT_ONCE)
		look_up(refs);
}

/* All rows were kept. */
void
pv_refs_end(PvRefs *refs)
{
	if (refs->count > 0)
		look_up(refs);
	MemoryContextDelete(refs->memory);
}
