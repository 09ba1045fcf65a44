/*
 * holding_places.c
 *	  Where holdings lie: found without their index where that is known.
 *
 * Two kinds of places are remembered, and neither is believed: what lies there now may be
 * another row, or one that is not seen, and then the index is asked.
 */
#include "store/holding_places.h"

#include "storage/proc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

/* A holding, and a place. */
typedef struct Place
{
	struct
	{
		int64_t vault;
		int64_t member;
	} key;
	ItemPointerData at;
} Place;

static HTAB *
make_places(MemoryContext memory)
{
	HASHCTL control = {.keysize = sizeof(((Place *) NULL)->key),
					   .entrysize = sizeof(Place),
					   .hcxt = memory};

	return hash_create("pointsvault holdings", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The place that is remembered of a holding, NULL where none is. */
static ItemPointer
place_in(HTAB *places, int32_t vault, int64_t member)
{
	Place wanted = {.key = {vault, member}};
	Place *found = places ? hash_search(places, &wanted.key, HASH_FIND, NULL) : NULL;

	return found ? &found->at : NULL;
}

static void
put_place(HTAB *places, int32_t vault, int64_t member, ItemPointer at)
{
	Place wanted = {.key = {vault, member}};
	Place *place = hash_search(places, &wanted.key, HASH_ENTER, NULL);

	place->at = *at;
}

/* --- where this transaction left them ------------------------------------------------ */

/*
 * Of a member that a transaction changed many times the index has all the versions, none of
 * which can go before the transaction does, and a look-up would go through them every time.
 */

/* So many are remembered, then it begins anew: who changes more has not changed each often. */
#define MOST_OWN 4096

static HTAB *own; /* lasts as long as the transaction */
static LocalTransactionId own_transaction;

static HTAB *
own_now(void)
{
	bool is_current = own && own_transaction == pv_local_transaction();

	if (is_current && hash_get_num_entries(own) < MOST_OWN)
		return own;
	if (is_current)
		hash_destroy(own);
	own = make_places(TopTransactionContext);
	own_transaction = pv_local_transaction();
	return own;
}

/*
 * Whether so many holdings that are written now are to be noted: from the second call of a
 * transaction on, as most have but one.
 */
bool
pv_holdings_are_noted(int count)
{
	static LocalTransactionId wrote;
	bool is_first = wrote != pv_local_transaction();

	wrote = pv_local_transaction();
	return !is_first && count <= MOST_OWN;
}

/* Remembers where a holding lies that was written. */
void
pv_holding_note(int32_t vault, int64_t member, ItemPointer place)
{
	put_place(own_now(), vault, member, place);
}

/* --- where the index found them ------------------------------------------------------ */

/*
 * An update mostly leaves a holding's entry in the index as it is, and those of one line
 * are changed by every sale below: a backend remembers to where the entries point.
 */

/* So many are remembered, some 5 MB, then it begins anew. */
#define MOST_ENTRIES 50000

static HTAB *entries; /* lasts as long as the backend */

static HTAB *
entries_now(void)
{
	if (entries && hash_get_num_entries(entries) < MOST_ENTRIES)
		return entries;
	if (entries)
		hash_destroy(entries);
	entries = NULL;
	entries = make_places(TopMemoryContext);
	return entries;
}

/*
 * Finds a holding by a look-up for its vault and member; false where there is none.
 */
bool
pv_holding_find(PvScan *scan, int32_t vault, int64_t member, PvRow *row)
{
	bool has_own = own && own_transaction == pv_local_transaction();
	ItemPointer left = has_own ? place_in(own, vault, member) : NULL;
	ItemPointer entry;

	pv_scan_by(scan, (Datum[]){Int32GetDatum(vault), Int64GetDatum(member)});
	if (left && pv_scan_at(scan, left, row))
		return true;
	entry = place_in(entries, vault, member);
	if (entry && pv_scan_entry(scan, entry, row))
		return true;
	if (!pv_scan_next(scan, row))
		return false;
	put_place(entries_now(), vault, member, &scan->entry);
	return true;
}
