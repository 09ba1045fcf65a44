/*
 * lookup.c
 *	  Rows of a table found by an index, without SQL.
 */
#include "store/lookup.h"

#include "base/assertion.h"
#include "base/tokens.h"

#include "access/hash.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

/* How many columns of the index something is given for. */
static int
keys_of(const PvLookup *lookup)
{
	return lookup->nkeys + (lookup->from ? 1 : 0);
}

static StrategyNumber
strategy_of(const PvLookup *lookup, Relation index, int column)
{
	if (index->rd_rel->relam == HASH_AM_OID)
		return HTEqualStrategyNumber;
	return column < lookup->nkeys ? BTEqualStrategyNumber : BTGreaterEqualStrategyNumber;
}

/* The key of a column of an index, its argument still to come. */
static void
init_key(ScanKey key, Relation index, int column, StrategyNumber strategy)
{
	Oid type = index->rd_opcintype[column];
	Oid operator= get_opfamily_member(index->rd_opfamily[column], type, type, strategy);

	ScanKeyEntryInitialize(key, 0, column + 1, strategy, InvalidOid, index->rd_indcollation[column],
						   get_opcode(operator), 0);
}

/* Whether a column of an index is compared, and ordered, as its type and the table have it. */
static bool
is_of_its_column(Relation table, Relation index, int column)
{
	AttrNumber place = index->rd_index->indkey.values[column];
	Form_pg_attribute of = TupleDescAttr(RelationGetDescr(table), place - 1);
	TypeCacheEntry *type =
		lookup_type_cache(of->atttypid, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_HASH_OPFAMILY);
	bool is_hash = index->rd_rel->relam == HASH_AM_OID;

	return index->rd_opfamily[column] == (is_hash ? type->hash_opf : type->btree_opf) &&
		   index->rd_indcollation[column] == of->attcollation && index->rd_indoption[column] == 0;
}

/*
 * Whether an index finds all that is looked up.  It was ours by its name alone, or by
 * being of the primary key, and another one would find less, or other rows.
 */
static bool
is_fit(const PvLookup *lookup, int place, Relation table, Relation index)
{
	const PvRelation *relation = lookup->found.relation;
	bool is_ordered = lookup->backward || keys_of(lookup) > 1;

	if (index->rd_rel->relam != BTREE_AM_OID && (index->rd_rel->relam != HASH_AM_OID || is_ordered))
		return false;
	if (!relation->whole[place] || !pv_index_begins_with(relation, place, lookup->by))
		return false;
	for (int i = 0; i < pv_columns_of(lookup->by); i++)
		if (!is_of_its_column(table, index, i))
			return false;
	return true;
}

/* Finds the index, and how its columns are compared, in memory that lasts. */
static void
find_index(PvLookup *lookup, Relation table)
{
	const PvRelation *relation = lookup->found.relation;
	int place = lookup->index ? pv_index_place(relation, lookup->index) : relation->primary;
	MemoryContext caller;
	Relation index;

	if (place < 0)
		ereport(ERROR, (pv_error(TABLE_CHANGED),
						errmsg("index %s of table %s.%s is missing",
							   lookup->index ? lookup->index : "of the primary key", PV_SCHEMA,
							   lookup->table),
						errhint("Create it again as the extension's script does.")));
	lookup->index_oid = relation->indexes[place];
	index = index_open(lookup->index_oid, AccessShareLock);
	if (!is_fit(lookup, place, table, index))
		ereport(ERROR, (pv_error(TABLE_CHANGED),
						errmsg("index %s of table %s.%s is not as the extension made it",
							   RelationGetRelationName(index), PV_SCHEMA, lookup->table),
						errhint("Create it again as the extension's script does.")));
	caller = MemoryContextSwitchTo(relation->memory);
	lookup->keys = palloc0(sizeof(ScanKeyData) * keys_of(lookup));
	for (int i = 0; i < keys_of(lookup); i++)
		init_key(&lookup->keys[i], index, i, strategy_of(lookup, index, i));
	index_close(index, NoLock);
	MemoryContextSwitchTo(caller);
	lookup->version = lookup->found.version;
}

static Snapshot
snapshot_of(PvSight sight)
{
	switch (sight)
	{
		case PV_SEE_CALLERS:
			return GetActiveSnapshot();
		case PV_SEE_LATEST:
			return GetLatestSnapshot();
		default:
			return GetTransactionSnapshot();
	}
}

/*
 * Opens a look-up, which may then be run by any number of keys; what they see is as of
 * now.  Nothing else may push a snapshot before it is closed and leave it there.
 */
void
pv_scan_open(PvScan *scan, PvLookup *lookup, PvSight sight)
{
	scan->lookup = lookup;
	scan->memory = CurrentMemoryContext;
	scan->table = pv_open_relation(&lookup->found, lookup->table, lookup->columns, AccessShareLock);
	if (lookup->version != lookup->found.version)
		find_index(lookup, scan->table);
	scan->index = index_open(lookup->index_oid, AccessShareLock);
	PushActiveSnapshot(snapshot_of(sight));
	scan->slot = table_slot_create(scan->table, NULL);
	scan->pages = 0;
	scan->scan = pv_index_beginscan(scan->table, scan->index, GetActiveSnapshot(), keys_of(lookup));
	scan->values = palloc(sizeof(Datum) * RelationGetDescr(scan->table)->natts);
	scan->nulls = palloc(sizeof(bool) * RelationGetDescr(scan->table)->natts);
	scan->keys = palloc(sizeof(ScanKeyData) * keys_of(lookup));
	memcpy(scan->keys, lookup->keys, sizeof(ScanKeyData) * keys_of(lookup));
}

/* Begins anew, for the rows of these keys. */
void
pv_scan_by(PvScan *scan, const Datum *keys)
{
	int nkeys = keys_of(scan->lookup);
	MemoryContext caller = MemoryContextSwitchTo(scan->memory);

	for (int i = 0; i < nkeys; i++)
		scan->keys[i].sk_argument = keys[i];
	index_rescan(scan->scan, scan->keys, nkeys, NULL, 0);
	MemoryContextSwitchTo(caller);
}

/* Whether the row in the slot is one of those asked for, where the index does not tell. */
static bool
is_wanted(const PvScan *scan)
{
	for (int i = 0; i < keys_of(scan->lookup); i++)
	{
		ScanKey key = &scan->keys[i];
		AttrNumber column = scan->index->rd_index->indkey.values[i];
		bool is_null;
		Datum value = slot_getattr(scan->slot, column, &is_null);

		PV_ASSERT(AttributeNumberIsValid(column)); /* no index on an expression is looked up so */
		if (is_null || !DatumGetBool(FunctionCall2Coll(&key->sk_func, key->sk_collation, value,
													   key->sk_argument)))
			return false;
	}
	return true;
}

/*
 * The columns of the row at hand, in the order of the look-up.  The copy is in the memory
 * in use, which may be another than that of the scan.
 */
void
pv_scan_row(const PvScan *scan, PvRow *row)
{
	const PvColumns *columns = &scan->lookup->found;
	TupleDesc desc = RelationGetDescr(scan->table);
	HeapTuple tuple = ExecCopySlotHeapTuple(scan->slot);

	row->values = palloc(sizeof(Datum) * columns->count);
	row->nulls = palloc(sizeof(bool) * columns->count);
	heap_deform_tuple(tuple, desc, scan->values, scan->nulls);
	for (int i = 0; i < columns->count; i++)
	{
		row->values[i] = scan->values[columns->places[i] - 1];
		row->nulls[i] = scan->nulls[columns->places[i] - 1];
	}
	row->place = scan->slot->tts_tid;
}

static bool
move_on(PvScan *scan)
{
	ScanDirection direction = scan->lookup->backward ? BackwardScanDirection : ForwardScanDirection;
	ItemPointer entry;

	while ((entry = index_getnext_tid(scan->scan, direction)) != NULL)
	{
		scan->entry = *entry; /* which is moved to the version that is seen */
		if (index_fetch_heap(scan->scan, scan->slot) &&
			(!scan->scan->xs_recheck || is_wanted(scan)))
			return true;
		PV_ASSERT(!scan->scan->xs_heap_continue); /* no more than one is seen of a row */
	}
	return false;
}

/*
 * Moves to the next row of the keys, in the slot; false where there is none.  What an index
 * notes while it is read, such as entries of dead rows, lasts as long as the scan, hence in
 * its memory: that in use may be of this row alone.
 */
bool
pv_scan_next_place(PvScan *scan)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->memory);
	bool found = move_on(scan);

	MemoryContextSwitchTo(caller);
	return found;
}

/* The next row of the keys; false where there is none. */
bool
pv_scan_next(PvScan *scan, PvRow *row)
{
	if (!pv_scan_next_place(scan))
		return false;
	pv_scan_row(scan, row);
	return true;
}

/*
 * The next row of the keys as it lies, for as long as the scan stays at it: a walk of
 * many steps leaves no copies behind.  False where there is none.
 */
bool
pv_scan_peek(PvScan *scan, PvRow *row)
{
	const PvColumns *columns = &scan->lookup->found;

	if (!pv_scan_next_place(scan))
		return false;
	slot_getallattrs(scan->slot);
	for (int i = 0; i < columns->count; i++)
	{
		scan->values[i] = scan->slot->tts_values[columns->places[i] - 1];
		scan->nulls[i] = scan->slot->tts_isnull[columns->places[i] - 1];
	}
	*row = (PvRow){.values = scan->values, .nulls = scan->nulls, .place = scan->slot->tts_tid};
	return true;
}

/*
 * Whether the table, which is locked, has the page of a place that was remembered: since
 * then it may have been cut off, or written anew.
 */
static bool
has_page(PvScan *scan, ItemPointer place)
{
	if (scan->pages == 0)
		scan->pages = RelationGetNumberOfBlocks(scan->table);
	return ItemPointerGetBlockNumber(place) < scan->pages;
}

/*
 * The row that lies at a place, if it is seen and is one of the keys.  What lay there
 * was maybe rolled back.
 */
bool
pv_scan_at(PvScan *scan, ItemPointer place, PvRow *row)
{
	if (!has_page(scan, place) ||
		!table_tuple_fetch_row_version(scan->table, place, GetActiveSnapshot(), scan->slot) ||
		!is_wanted(scan))
		return false;
	pv_scan_row(scan, row);
	return true;
}

/*
 * The row that an entry of the index points to which was remembered, as if it had been
 * found there: if one is seen and is of the keys.
 */
bool
pv_scan_entry(PvScan *scan, ItemPointer entry, PvRow *row)
{
	ItemPointerData version = *entry;
	bool again = false;

	if (!has_page(scan, entry) ||
		!table_index_fetch_tuple(scan->scan->xs_heapfetch, &version, GetActiveSnapshot(),
								 scan->slot, &again, NULL) ||
		!is_wanted(scan))
		return false;
	pv_scan_row(scan, row);
	return true;
}

/* Ends a look-up; the locks on table and index last. */
void
pv_scan_close(PvScan *scan)
{
	index_endscan(scan->scan);
	ExecDropSingleTupleTableSlot(scan->slot);
	PopActiveSnapshot();
	index_close(scan->index, NoLock);
	table_close(scan->table, NoLock);
	pfree(scan->values);
	pfree(scan->nulls);
	pfree(scan->keys);
}

/* The first row of the keys; false where there is none. */
bool
pv_look_up(PvLookup *lookup, const Datum *keys, PvSight sight, PvRow *row)
{
	PvScan scan;
	bool found;

	pv_scan_open(&scan, lookup, sight);
	pv_scan_by(&scan, keys);
	found = pv_scan_next(&scan, row);
	pv_scan_close(&scan);
	return found;
}

/* --- many keys ---------------------------------------------------------------------- */

typedef struct Visit
{
	int64_t page; /* or what goes up with it */
	int key;
} Visit;

static int
compare_visits(const void *a, const void *b)
{
	const Visit *left = a;
	const Visit *right = b;

	if (left->page != right->page)
		return left->page < right->page ? -1 : 1;
	return left->key - right->key;
}

/* The bucket of a hash index that a key falls into. */
static int64_t
bucket_of(Relation index, Datum key)
{
	Buffer buffer = InvalidBuffer;
	HashMetaPage meta = _hash_getcachedmetap(index, &buffer, false);
	uint32 hash = _hash_datum2hashkey(index, key);
	Bucket bucket = _hash_hashkey2bucket(hash, meta->hashm_maxbucket, meta->hashm_highmask,
										 meta->hashm_lowmask);

	if (BufferIsValid(buffer))
		_hash_dropbuf(index, buffer);
	return bucket;
}

/*
 * The order in which many keys of an index are best visited, values of one of its columns
 * (from 0) where all before it are equal: neighbours share pages.  Known for numbers and for
 * hash indexes; other keys are visited as they come.  `nulls` may be NULL: none is.
 */
int *
pv_visiting_order(Relation index, int column, const Datum *keys, const bool *nulls, int count)
{
	bool by_hash = index->rd_rel->relam == HASH_AM_OID;
	bool by_value = TupleDescAttr(RelationGetDescr(index), column)->attbyval;
	Visit *visits = palloc_extended(sizeof(Visit) * count, MCXT_ALLOC_HUGE);
	int *order = palloc_extended(sizeof(int) * count, MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
	{
		visits[i].key = i;
		visits[i].page = nulls && nulls[i] ? -1
						 : by_hash		   ? bucket_of(index, keys[i])
						 : by_value		   ? (int64_t) keys[i]
										   : 0;
	}
	qsort(visits, count, sizeof(Visit), compare_visits);
	for (int i = 0; i < count; i++)
		order[i] = visits[i].key;
	pfree(visits);
	return order;
}
