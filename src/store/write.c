/*
 * write.c
 *	  Rows gathered written to their tables, without SQL.
 *
 * What the executor does for a plain table, and nothing of what pv_check_plain
 * refuses: rows go through the table's access method, their index entries through
 * those of the indexes.  The server's own catalogs are written so.
 * Rows are written as of the command at hand and seen from the next one on, which
 * begins when all sets are written.
 */
#include "store/write.h"

#include "base/assertion.h"
#include "base/tokens.h"
#include "store/lookup.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* Rows that go into a table at once. */
#define ROWS_AT_ONCE 500

/* Fewer have mostly no entry in an index with a condition, which is not even opened then. */
#define ROWS_TO_ORDER 1000

/* A table that is being written. */
typedef struct Writer
{
	PvRelation relation; /* as it was when it was opened */
	const PvColumns *columns;
	Relation table;
	Relation *indexes; /* NULL until an entry goes in */
	TupleTableSlot *slot;
	CommandId command;
	bool updates; /* rows keep their primary key, which is not looked for again */
	PvCaller caller;
} Writer;

static void
refuse_where_read_only(PvVerb verb)
{
	static const char *const names[] = {"INSERT", "UPDATE", "DELETE"};

	PreventCommandIfReadOnly(names[verb]);
	PreventCommandDuringRecovery(names[verb]);
	PreventCommandIfParallelMode(names[verb]);
}

static void
begin_writing(Writer *writer, PvTable *table)
{
	refuse_where_read_only(table->verb);
	writer->caller = pv_act_as_owner();
	writer->table = pv_open_relation(&table->found, table->name, table->columns, RowExclusiveLock);
	pv_check_plain(&table->found, writer->table, table->types, table->verb == PV_INSERT);
	if (table->found.relation->calls_others)
		pv_spi_use_own_path();
	if (table->verb != PV_INSERT)
		CheckCmdReplicaIdentity(writer->table, table->verb == PV_UPDATE ? CMD_UPDATE : CMD_DELETE);
	writer->columns = &table->found;
	writer->relation = *table->found.relation;
	writer->indexes = palloc0(sizeof(Relation) * Max(writer->relation.nindexes, 1));
	writer->slot = MakeSingleTupleTableSlot(RelationGetDescr(writer->table), &TTSOpsVirtual);
	writer->command = GetCurrentCommandId(true);
	writer->updates = table->verb == PV_UPDATE;
}

static void
end_writing(Writer *writer)
{
	for (int i = 0; i < writer->relation.nindexes; i++)
	{
		if (!writer->indexes[i])
			continue;
		pv_index_insert_cleanup(writer->indexes[i], writer->relation.infos[i]);
		index_close(writer->indexes[i], NoLock);
	}
	ExecDropSingleTupleTableSlot(writer->slot);
	table_close(writer->table, NoLock);
	pv_act_as_caller(writer->caller);
}

/* --- rows in slots ------------------------------------------------------------------ */

/* Puts a gathered row into a slot, over what stands in it already. */
static void
set_columns(const Writer *writer, TupleTableSlot *slot, const PvRows *rows, int row)
{
	PvRow gathered = pv_gathered(rows, row);

	for (int i = 0; i < rows->columns; i++)
	{
		AttrNumber place = writer->columns->places[i] - 1;

		slot->tts_values[place] = gathered.values[i];
		slot->tts_isnull[place] = gathered.nulls[i];
	}
}

/* A row that is whole is in the slot. */
static void
store_row(const Writer *writer, TupleTableSlot *slot)
{
	TupleDesc desc = RelationGetDescr(writer->table);

	for (int i = 0; i < desc->natts; i++)
		if (slot->tts_isnull[i] && TupleDescAttr(desc, i)->attnotnull)
			pv_refuse_column(writer->table, NameStr(TupleDescAttr(desc, i)->attname), "NOT NULL");
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = RelationGetRelid(writer->table);
}

/* Columns that are not among those written are NULL. */
static void
fill_slot(const Writer *writer, TupleTableSlot *slot, const PvRows *rows, int row)
{
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, RelationGetDescr(writer->table)->natts);
	set_columns(writer, slot, rows, row);
	store_row(writer, slot);
}

/* Columns that are not among those written are as they are in the row that was. */
static void
fill_slot_over(const Writer *writer, TupleTableSlot *was, const PvRows *rows, int row)
{
	TupleTableSlot *slot = writer->slot;
	int natts = RelationGetDescr(writer->table)->natts;

	ExecClearTuple(slot);
	slot_getallattrs(was);
	memcpy(slot->tts_values, was->tts_values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, was->tts_isnull, sizeof(bool) * natts);
	set_columns(writer, slot, rows, row);
	store_row(writer, slot);
}

/* --- index entries ------------------------------------------------------------------ */

/*
 * An index of the table, opened when its first entry goes in: most rows have none in
 * those with a condition.  What an access method keeps from one entry to the next goes
 * with the writer.
 */
static Relation
index_of(Writer *writer, int i)
{
	IndexInfo *info = writer->relation.infos[i];

	if (writer->indexes[i])
		return writer->indexes[i];
	writer->indexes[i] = index_open(writer->relation.indexes[i], RowExclusiveLock);
	info->ii_AmCache = NULL;
	info->ii_Context = CurrentMemoryContext;
	return writer->indexes[i];
}

/* Whether the row in the slot has an entry in an index. */
static bool
has_entry(Writer *writer, int i, TupleTableSlot *slot)
{
	IndexInfo *info = writer->relation.infos[i];
	EState *state = writer->relation.state;

	if (!info->ii_ReadyForInserts)
		return false;
	if (info->ii_Predicate == NIL)
		return true;
	if (!info->ii_PredicateState)
		info->ii_PredicateState = ExecPrepareQual(info->ii_Predicate, state);
	GetPerTupleExprContext(state)->ecxt_scantuple = slot;
	return ExecQual(info->ii_PredicateState, GetPerTupleExprContext(state));
}

/*
 * Adds the entry of the row in the slot to an index.  With `may_conflict` returns false
 * where there is, or may come, another row of the same unique key; else that is an
 * error.
 */
static bool
add_entry(Writer *writer, int i, TupleTableSlot *slot, bool may_conflict)
{
	IndexInfo *info = writer->relation.infos[i];
	EState *state = writer->relation.state;
	bool same_key = writer->updates && i == writer->relation.primary;
	IndexUniqueCheck check = !info->ii_Unique || same_key ? UNIQUE_CHECK_NO
							 : may_conflict				  ? UNIQUE_CHECK_PARTIAL
														  : UNIQUE_CHECK_YES;
	Datum values[INDEX_MAX_KEYS];
	bool nulls[INDEX_MAX_KEYS];
	bool satisfied = true;

	if (has_entry(writer, i, slot))
	{
		GetPerTupleExprContext(state)->ecxt_scantuple = slot;
		FormIndexDatum(info, slot, state, values, nulls);
		satisfied = index_insert(index_of(writer, i), values, nulls, &slot->tts_tid, writer->table,
								 check, same_key, info);
	}
	ResetPerTupleExprContext(state);
	return satisfied || check != UNIQUE_CHECK_PARTIAL;
}

/* --- inserting ---------------------------------------------------------------------- */

static void
insert_one(Writer *writer, const PvRows *rows)
{
	fill_slot(writer, writer->slot, rows, 0);
	table_tuple_insert(writer->table, writer->slot, writer->command, 0, NULL);
	for (int i = 0; i < writer->relation.nindexes; i++)
		(void) add_entry(writer, i, writer->slot, false);
}

/*
 * Puts many rows into their table, and returns where they lie.  The slots share a copy
 * of the table's description: each would be counted by the resource owner, which looks
 * through all of them for every one that goes.
 */
static ItemPointer
insert_into_table(Writer *writer, const PvRows *rows)
{
	TupleDesc desc = CreateTupleDescCopy(RelationGetDescr(writer->table));
	ItemPointer places = palloc_extended(sizeof(ItemPointerData) * rows->count, MCXT_ALLOC_HUGE);
	int nslots = Min(rows->count, ROWS_AT_ONCE);
	TupleTableSlot **slots = palloc(sizeof(TupleTableSlot *) * nslots);
	MemoryContext chunk =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault rows", ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < nslots; i++)
		slots[i] = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	for (int from = 0; from < rows->count; from += nslots)
	{
		int count = Min(nslots, rows->count - from);
		MemoryContext caller = MemoryContextSwitchTo(chunk);

		for (int i = 0; i < count; i++)
			fill_slot(writer, slots[i], rows, from + i);
		table_multi_insert(writer->table, slots, count, writer->command, 0, NULL);
		for (int i = 0; i < count; i++)
			places[from + i] = slots[i]->tts_tid;
		MemoryContextSwitchTo(caller);
		MemoryContextReset(chunk);
		CHECK_FOR_INTERRUPTS();
	}
	for (int i = 0; i < nslots; i++)
		ExecDropSingleTupleTableSlot(slots[i]);
	MemoryContextDelete(chunk);
	return places;
}

/* Which of the columns gathered an index is made from, as places among them. */
static int *
columns_for_index(const Writer *writer, int i, const PvRows *rows, int *count)
{
	const Bitmapset *needed = writer->relation.needed[i];
	bool whole = bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, needed);
	int *places = palloc(sizeof(int) * Max(rows->columns, 1));

	*count = 0;
	for (int k = 0; k < rows->columns; k++)
		if (whole ||
			bms_is_member(writer->columns->places[k] - FirstLowInvalidHeapAttributeNumber, needed))
			places[(*count)++] = k;
	return places;
}

/* Where a column of an index is among the columns gathered, -1 = nowhere. */
static int
gathered_place(const Writer *writer, const IndexInfo *info, int column)
{
	for (int i = 0; i < writer->columns->count; i++)
		if (writer->columns->places[i] == info->ii_IndexAttrNumbers[column])
			return i;
	return -1;
}

/* Whether all rows have the same number in a column. */
static bool
is_same_in_all(const Writer *writer, const PvRows *rows, int place)
{
	AttrNumber column = writer->columns->places[place];
	Datum first = pv_gathered(rows, 0).values[place];

	if (!TupleDescAttr(RelationGetDescr(writer->table), column - 1)->attbyval)
		return false;
	for (int row = 0; row < rows->count; row++)
		if (pv_gathered(rows, row).nulls[place] || pv_gathered(rows, row).values[place] != first)
			return false;
	return true;
}

/*
 * Where the last column of an index is among those gathered, if that alone tells the
 * entries of all rows from each other; else -1.
 */
static int
ordering_place(const Writer *writer, const IndexInfo *info, const PvRows *rows)
{
	int last = info->ii_NumIndexKeyAttrs - 1;
	int place;

	for (int column = 0; column < last; column++)
	{
		place = gathered_place(writer, info, column);
		if (place < 0 || !is_same_in_all(writer, rows, place))
			return -1;
	}
	return gathered_place(writer, info, last);
}

/*
 * The order in which the entries of many rows go into an index; NULL: as they come.  One
 * that takes no entries yet has no pages either, by which to order them.
 */
static int *
entry_order(Writer *writer, int i, const PvRows *rows)
{
	const IndexInfo *info = writer->relation.infos[i];
	int place = info->ii_Expressions == NIL ? ordering_place(writer, info, rows) : -1;
	Datum *keys;
	bool *nulls;
	int *order;

	if (!info->ii_ReadyForInserts || place < 0 ||
		(info->ii_Predicate != NIL && rows->count < ROWS_TO_ORDER) ||
		(info->ii_Am != BTREE_AM_OID && info->ii_Am != HASH_AM_OID))
		return NULL;
	keys = palloc_extended(sizeof(Datum) * rows->count, MCXT_ALLOC_HUGE);
	nulls = palloc_extended(sizeof(bool) * rows->count, MCXT_ALLOC_HUGE);
	for (int row = 0; row < rows->count; row++)
	{
		keys[row] = pv_gathered(rows, row).values[place];
		nulls[row] = pv_gathered(rows, row).nulls[place];
	}
	order = pv_visiting_order(index_of(writer, i), info->ii_NumIndexKeyAttrs - 1, keys, nulls,
							  rows->count);
	pfree(keys);
	pfree(nulls);
	return order;
}

/* Adds the entries of many rows to an index; no more is put into the slot than it needs. */
static void
add_entries(Writer *writer, int i, const PvRows *rows, ItemPointer places)
{
	TupleTableSlot *slot = writer->slot;
	int count;
	int *needed = columns_for_index(writer, i, rows, &count);
	int *order = entry_order(writer, i, rows);

	for (int k = 0; k < rows->count; k++)
	{
		int row = order ? order[k] : k;
		PvRow gathered = pv_gathered(rows, row);

		ExecClearTuple(slot);
		for (int n = 0; n < count; n++)
		{
			AttrNumber place = writer->columns->places[needed[n]] - 1;

			slot->tts_values[place] = gathered.values[needed[n]];
			slot->tts_isnull[place] = gathered.nulls[needed[n]];
		}
		ExecStoreVirtualTuple(slot);
		slot->tts_tid = places[row];
		(void) add_entry(writer, i, slot, false);
	}
	pfree(needed);
	if (order)
		pfree(order);
}

static void
insert_many(Writer *writer, const PvRows *rows)
{
	ItemPointer places = insert_into_table(writer, rows);

	/* what is not among the columns written is NULL in all of them */
	memset(writer->slot->tts_isnull, true, RelationGetDescr(writer->table)->natts);
	for (int i = 0; i < writer->relation.nindexes; i++)
	{
		add_entries(writer, i, rows, places);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(places);
}

/* --- updating and deleting ---------------------------------------------------------- */

/*
 * Under the vault's lock nobody else changes a row that an event is about; where
 * somebody did, such as by hand, the caller may try again.
 */
static void
check_done(const Writer *writer, TM_Result result)
{
	if (result == TM_Ok)
		return;
	if (result == TM_SelfModified)
		pv_internal_error("a row of table %s is written twice in one command",
						  writer->relation.name);
	ereport(ERROR,
			(pv_error(LOST_RACE), errmsg("could not serialize access due to concurrent update"),
			 errdetail("A row of table %s was changed meanwhile.", writer->relation.name),
			 errhint("The transaction might succeed if retried.")));
}

/* Puts the row in the slot in the place of another; says where it lies then. */
static void
update_place(Writer *writer, ItemPointer place)
{
	TM_FailureData failure;
	LockTupleMode mode;
	PvUpdatedIndexes updated;

	check_done(writer, table_tuple_update(writer->table, place, writer->slot, writer->command,
										  GetActiveSnapshot(), InvalidSnapshot, true, &failure,
										  &mode, &updated));
	for (int i = 0; i < writer->relation.nindexes; i++)
		if (pv_wants_entry(updated, writer->relation.infos[i]))
			(void) add_entry(writer, i, writer->slot, false);
	*place = writer->slot->tts_tid;
}

static void
delete_place(Writer *writer, ItemPointer place)
{
	TM_FailureData failure;

	check_done(writer,
			   table_tuple_delete(writer->table, place, writer->command, GetActiveSnapshot(),
								  InvalidSnapshot, true, &failure, false));
}

/* Whether a description gives all columns of its table: somebody may have added one. */
static bool
gives_all_columns(const Writer *writer)
{
	TupleDesc desc = RelationGetDescr(writer->table);
	int count = 0;

	for (int i = 0; i < desc->natts; i++)
		count += !TupleDescAttr(desc, i)->attisdropped;
	return count == writer->columns->count;
}

/* Changes rows where they lie, in all their columns. */
static void
change_places(Writer *writer, const PvRows *rows)
{
	for (int row = 0; row < rows->count; row++)
	{
		if (rows->table->verb == PV_DELETE)
		{
			delete_place(writer, rows->places[row]);
			continue;
		}
		fill_slot(writer, writer->slot, rows, row);
		update_place(writer, rows->places[row]);
		CHECK_FOR_INTERRUPTS();
	}
}

/* So many columns of a list, in memory that lasts. */
static const char *
first_columns(const char *list, int count)
{
	const char *end = list + strcspn(list, ",");

	for (int i = 1; i < count; i++)
		end += 1 + strcspn(end + 1, ",");
	return MemoryContextStrdup(TopMemoryContext, pnstrdup(list, end - list));
}

/* The look-up of the rows of a table by the keys of its description. */
static PvLookup *
look_up_by_key(PvTable *table)
{
	if (table->by_key)
		return table->by_key;
	table->by_key = MemoryContextAllocZero(TopMemoryContext, sizeof(PvLookup));
	table->by_key->table = table->name;
	table->by_key->columns = table->columns;
	table->by_key->by = first_columns(table->columns, table->keys);
	table->by_key->nkeys = table->keys;
	return table->by_key;
}

/*
 * Changes rows found by their keys: one for each update, all there are for a delete.
 */
static void
change_by_key(Writer *writer, const PvRows *rows)
{
	PvTable *table = rows->table;
	Datum keys[INDEX_MAX_KEYS];
	PvScan scan;

	pv_scan_open(&scan, look_up_by_key(table), PV_SEE_NOW);
	for (int row = 0; row < rows->count; row++)
	{
		for (int i = 0; i < table->keys; i++)
			keys[i] = pv_gathered(rows, row).values[i];
		pv_scan_by(&scan, keys);
		while (pv_scan_next_place(&scan))
		{
			ItemPointerData place = scan.slot->tts_tid;

			if (table->verb == PV_DELETE)
			{
				delete_place(writer, &place);
				continue;
			}
			fill_slot_over(writer, scan.slot, rows, row);
			update_place(writer, &place);
			break;
		}
		CHECK_FOR_INTERRUPTS();
	}
	pv_scan_close(&scan);
}

/* --- what callers see ---------------------------------------------------------------- */

static void
write_set(PvRows *rows)
{
	Writer writer;

	begin_writing(&writer, rows->table);
	if (rows->table->verb == PV_INSERT && rows->count == 1)
		insert_one(&writer, rows);
	else if (rows->table->verb == PV_INSERT)
		insert_many(&writer, rows);
	else if (rows->places && (rows->table->verb == PV_DELETE || gives_all_columns(&writer)))
		change_places(&writer, rows);
	else
		change_by_key(&writer, rows);
	end_writing(&writer);
}

/*
 * Writes the gathered rows of all sets, in their order, and forgets them.  The sets
 * must not depend on each other's rows.
 */
void
pv_write_rows(PvRows **sets, int count)
{
	bool wrote = false;

	for (int i = 0; i < count; i++)
	{
		if (sets[i]->count == 0)
			continue;
		write_set(sets[i]);
		pv_forget_rows(sets[i]);
		wrote = true;
	}
	if (wrote)
		CommandCounterIncrement();
}

/* The statement that inserts a row unless its key is there: made once. */
static PvPlan *
unless_there(PvTable *table, const char *key)
{
	StringInfoData sql;

	if (table->unless_there)
		return table->unless_there;
	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s.%s (%s) OVERRIDING SYSTEM VALUE VALUES (", PV_SCHEMA,
					 table->name, table->columns);
	for (int i = 1; i <= (int) strlen(table->types); i++)
		appendStringInfo(&sql, "%s$%d", i > 1 ? ", " : "", i);
	appendStringInfo(&sql, ") ON CONFLICT (%s) DO NOTHING", key);
	table->unless_there = MemoryContextAllocZero(TopMemoryContext, sizeof(PvPlan));
	table->unless_there->sql = pv_keep_text(TopMemoryContext, sql.data);
	table->unless_there->types = table->types;
	return table->unless_there;
}

/* For a row whose key is there, or on its way: waits, and finds out. */
static bool
insert_by_statement(const PvRows *rows, int row, const char *key)
{
	PvRow gathered = pv_gathered(rows, row);

	return pv_run(unless_there(rows->table, key), gathered.values, gathered.nulls, false) > 0;
}

/*
 * Inserts a row unless one of its key is there or on its way.  As a statement with ON
 * CONFLICT does, it is told to others as one that may be taken back: who comes upon it
 * waits for that alone, and who decodes the log never sees it.
 */
static bool
insert_unless_conflict(Writer *writer, const PvRows *rows, int row)
{
	uint32 token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
	bool alone = true;

	fill_slot(writer, writer->slot, rows, row);
	table_tuple_insert_speculative(writer->table, writer->slot, writer->command, 0, NULL, token);
	for (int i = 0; i < writer->relation.nindexes && alone; i++)
		alone = add_entry(writer, i, writer->slot, true);
	table_tuple_complete_speculative(writer->table, writer->slot, token, alone);
	SpeculativeInsertionLockRelease(GetCurrentTransactionId());
	return alone;
}

/*
 * Inserts those of the gathered rows whose key, a list of columns, is not in the table,
 * and says which; forgets them and returns how many they were.  Row by row:
 * nothing of a later one is there for others to wait for, while this waits for them
 * over an earlier one.
 */
int
pv_insert_new(PvRows *rows, const char *key, bool *is_new)
{
	int added = 0;
	Writer writer;

	PV_ASSERT(rows->table->verb == PV_INSERT);
	begin_writing(&writer, rows->table);
	pv_check_unique(writer.columns, key);
	for (int row = 0; row < rows->count; row++)
	{
		is_new[row] = insert_unless_conflict(&writer, rows, row);
		if (!is_new[row])
		{
			is_new[row] = insert_by_statement(rows, row, key);
			writer.command = GetCurrentCommandId(true);
		}
		added += is_new[row];
	}
	end_writing(&writer);
	CommandCounterIncrement();
	pv_forget_rows(rows);
	return added;
}
