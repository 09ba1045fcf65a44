/*
 * relation.c
 *	  The tables of the extension as this backend knows them: columns and indexes.
 */
#include "store/relation.h"

#include "base/assertion.h"
#include "base/tokens.h"
#include "store/plan.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/prs2lock.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/reltrigger.h"

/* All that were asked for; they stay. */
static PvRelation *relations;

static bool
is_of(const PvRelation *relation, Oid oid)
{
	for (int i = 0; i < relation->nindexes; i++)
		if (relation->indexes[i] == oid)
			return true;
	return relation->oid == oid;
}

/*
 * Told by the server that a table, an index, or all of them, may be another now.  That
 * one made concurrently is ready for entries is told of the index alone.
 */
static void
forget(Datum arg, Oid oid)
{
	(void) arg;
	for (PvRelation *relation = relations; relation; relation = relation->next)
		if (!OidIsValid(oid) || is_of(relation, oid))
			relation->current = false;
}

/*
 * Tells all backends that where members stand is another now (places.c): with the commit,
 * before its locks are released; this one with the next command, and again where the
 * transaction fails.  The server does so of tables that are altered; of those that places
 * are of this is the one that is opened the least, as all who do look at it anew then.
 */
void
pv_tell_of_places(void)
{
	CacheInvalidateRelcacheByRelid(pv_relation_oid("agent_data"));
}

static PvRelation *
relation_of(const char *name)
{
	PvRelation *relation;

	for (relation = relations; relation; relation = relation->next)
		if (strcmp(relation->name, name) == 0)
			return relation;
	if (!relations)
		CacheRegisterRelcacheCallback(forget, (Datum) 0);
	relation = MemoryContextAllocZero(TopMemoryContext, sizeof(PvRelation));
	relation->name = MemoryContextStrdup(TopMemoryContext, name);
	relation->next = relations;
	relations = relation;
	return relation;
}

/* The columns of a table that an index is made from, its condition included. */
static Bitmapset *
columns_needed(const IndexInfo *info)
{
	Bitmapset *needed = NULL;

	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
		if (info->ii_IndexAttrNumbers[i] != InvalidAttrNumber)
			needed = bms_add_member(needed, info->ii_IndexAttrNumbers[i] -
												FirstLowInvalidHeapAttributeNumber);
	pull_varattnos((Node *) info->ii_Expressions, 1, &needed);
	pull_varattnos((Node *) info->ii_Predicate, 1, &needed);
	return needed;
}

static bool
is_of_others(Oid function, void *schema)
{
	Oid found = get_func_namespace(function);

	return found != PG_CATALOG_NAMESPACE && found != *(Oid *) schema;
}

static bool
calls_others(Node *node, void *schema)
{
	return node && (check_functions_in_node(node, is_of_others, schema) ||
					expression_tree_walker(node, calls_others, schema));
}

/* What is known of the indexes of a table, in the memory in use. */
static void
look_at_indexes(PvRelation *relation, Relation table)
{
	List *list = RelationGetIndexList(table);
	int count = list_length(list);
	Oid schema = RelationGetNamespace(table);
	ListCell *cell;

	relation->indexes = palloc(sizeof(Oid) * Max(count, 1));
	relation->infos = palloc(sizeof(IndexInfo *) * Max(count, 1));
	relation->immediate = palloc(sizeof(bool) * Max(count, 1));
	relation->needed = palloc(sizeof(Bitmapset *) * Max(count, 1));
	relation->whole = palloc(sizeof(bool) * Max(count, 1));
	relation->primary = -1;
	relation->calls_others = false;
	foreach (cell, list)
	{
		int place = relation->nindexes++;
		Relation index;

		relation->indexes[place] = lfirst_oid(cell); /* from here on what is told of it counts */
		index = index_open(lfirst_oid(cell), AccessShareLock);
		relation->infos[place] = BuildIndexInfo(index);
		relation->calls_others |=
			calls_others((Node *) relation->infos[place]->ii_Expressions, &schema) ||
			calls_others((Node *) relation->infos[place]->ii_Predicate, &schema);
		relation->immediate[place] = index->rd_index->indimmediate;
		relation->needed[place] = columns_needed(relation->infos[place]);
		relation->whole[place] =
			index->rd_index->indisvalid && relation->infos[place]->ii_Predicate == NIL;
		if (index->rd_index->indisprimary)
			relation->primary = place;
		index_close(index, NoLock);
	}
	PV_ASSERT(relation->nindexes == count);
}

/*
 * Looks at a table anew.  It is current from before on: what is told of it meanwhile
 * counts.  It is seen at the end: who waits for an index may be cancelled, and what
 * was written by half of the indexes would be missing in the others.
 * What was known before stays to the end of the transaction: an expression of an index
 * may lead here while its row is being written.
 */
static void
look_at(PvRelation *relation, Relation table)
{
	MemoryContext caller;

	if (relation->memory)
		MemoryContextSetParent(relation->memory, TopTransactionContext);
	relation->memory =
		AllocSetContextCreate(TopMemoryContext, "pointsvault table", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(relation->memory);
	relation->current = true;
	relation->seen = false;
	relation->nindexes = 0;
	relation->version++;
	relation->state = CreateExecutorState();
	pv_spi_use_own_path(); /* what indexes compute may be parsed now */
	look_at_indexes(relation, table);
	relation->seen = true;
	MemoryContextSwitchTo(caller);
}

pv_noreturn static void
refuse_changed(Relation table, const char *what)
{
	ereport(ERROR, (pv_error(TABLE_CHANGED),
					errmsg("table %s.%s is not as the extension made it: it has %s", PV_SCHEMA,
						   RelationGetRelationName(table), what),
					errhint("Take it away: the vault writes the table directly, where it would "
							"not be heeded.")));
}

/* How many columns a list has, separated by ", ". */
int
pv_columns_of(const char *list)
{
	int count = 1;

	while ((list = strstr(list, ", ")) != NULL)
	{
		list += 2;
		count++;
	}
	return count;
}

/* The first column of a list, which goes on behind it; invalid where the table has none such. */
static AttrNumber
next_column(Oid table, const char **list)
{
	size_t length = strcspn(*list, ",");
	char *name = pnstrdup(*list, length);
	AttrNumber column = get_attnum(table, name);

	pfree(name);
	*list += length;
	*list += strspn(*list, ", ");
	return column;
}

/* Refuses a table for the first column of a list. */
void
pv_refuse_column(Relation table, const char *list, const char *is)
{
	ereport(ERROR,
			(pv_error(TABLE_CHANGED),
			 errmsg("table %s.%s is not as the extension made it: column \"%.*s\" is %s", PV_SCHEMA,
					RelationGetRelationName(table), (int) strcspn(list, ","), list, is),
			 errhint("Make it again as the extension's script does.")));
}

/* Finds the columns of a list in a table. */
static void
find_columns(PvColumns *columns, Relation table, const char *list)
{
	int count = pv_columns_of(list);

	if (columns->places)
		pfree(columns->places);
	columns->places = MemoryContextAlloc(TopMemoryContext, sizeof(AttrNumber) * count);
	columns->count = count;
	for (int i = 0; i < count; i++)
	{
		const char *name = list;

		columns->places[i] = next_column(RelationGetRelid(table), &list);
		if (columns->places[i] == InvalidAttrNumber)
			pv_refuse_column(table, name, "missing");
	}
}

/*
 * Opens a table of the extension, for who reads or writes the columns of a list, and
 * finds where they are.  The lock lasts to the end of the transaction, as a
 * statement's does.
 */
Relation
pv_open_relation(PvColumns *columns, const char *name, const char *list, LOCKMODE lock)
{
	PvRelation *relation = columns->relation ? columns->relation : relation_of(name);
	Oid oid = relation->current ? relation->oid : pv_relation_oid(name);
	Relation table;

	if (!OidIsValid(oid))
		pv_internal_error("table %s does not exist", name);
	table = table_open(oid, lock);
	relation->oid = oid;
	if (table->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR, (pv_error(TABLE_CHANGED),
						errmsg("%s.%s is not a plain table any more", PV_SCHEMA, name)));
	if (!relation->current || !relation->seen)
		look_at(relation, table);
	if (columns->relation != relation || columns->version != relation->version)
		find_columns(columns, table, list);
	columns->relation = relation;
	columns->version = relation->version;
	return table;
}

/*
 * The first trigger that is not ours, not off, and would heed what is written; NULL where
 * there is none.  A foreign key of others that refers to rows which are only inserted has
 * triggers that never would.
 */
static const char *
foreign_trigger(Relation table, bool is_insert)
{
	TriggerDesc *triggers = table->trigdesc;
	Oid schema = RelationGetNamespace(table);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgenabled == TRIGGER_DISABLED ||
			(is_insert && !TRIGGER_FOR_INSERT(trigger->tgtype)) ||
			get_func_namespace(trigger->tgfoid) == schema)
			continue;
		return trigger->tgname;
	}
	return NULL;
}

/* A column that the executor would fill, in a row that is new where it is none of ours. */
static const char *
foreign_column(const PvColumns *columns, Relation table, bool is_insert)
{
	TupleDesc desc = RelationGetDescr(table);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		bool is_ours = false;

		for (int k = 0; k < columns->count && !is_ours; k++)
			is_ours = columns->places[k] == column->attnum;
		if (!column->attisdropped &&
			(column->attgenerated ||
			 (is_insert && !is_ours && (column->atthasdef || column->attnotnull))))
			return NameStr(column->attname);
	}
	return NULL;
}

/* A row is put together of values as they are: one of another type would be misread. */
static void
check_types(const PvColumns *columns, Relation table, const char *types)
{
	for (int i = 0; i < columns->count; i++)
	{
		Form_pg_attribute column = TupleDescAttr(RelationGetDescr(table), columns->places[i] - 1);

		if (column->atttypid != pv_type_of_letter(types[i]))
			pv_refuse_column(table, NameStr(column->attname), "of another type");
	}
}

static void
check_indexes(const PvRelation *relation, Relation table)
{
	for (int i = 0; i < relation->nindexes; i++)
	{
		const IndexInfo *info = relation->infos[i];

		if (info->ii_ExclusionOps || (info->ii_Unique && !relation->immediate[i]))
			refuse_changed(table,
						   psprintf("constraint \"%s\"", get_rel_name(relation->indexes[i])));
	}
}

/*
 * Refuses a table that is to be written and has what the executor alone would heed.
 */
void
pv_check_plain(PvColumns *columns, Relation table, const char *types, bool is_insert)
{
	const TupleConstr *constraints = RelationGetDescr(table)->constr;
	const char *name;

	if (columns->checked == columns->version)
		return;
	check_types(columns, table, types);
	/* before triggers, as a deferred constraint has one too */
	check_indexes(columns->relation, table);
	if ((name = foreign_trigger(table, is_insert)) != NULL)
		refuse_changed(table, psprintf("trigger \"%s\"", name));
	if (table->rd_rules && table->rd_rules->numLocks > 0)
		refuse_changed(table, getObjectDescriptionOids(RewriteRelationId,
													   table->rd_rules->rules[0]->ruleId));
	if (constraints && constraints->num_check > 0)
		refuse_changed(table, psprintf("constraint \"%s\"", constraints->check[0].ccname));
	if ((name = foreign_column(columns, table, is_insert)) != NULL)
		refuse_changed(table, psprintf("column \"%s\"", name));
	if (table->rd_rel->relforcerowsecurity)
		refuse_changed(table, "row security that is forced on its owner");
	if (table->rd_rel->relispartition ||
		(table->rd_rel->relhassubclass &&
		 find_inheritance_children(RelationGetRelid(table), NoLock) != NIL))
		refuse_changed(table, "a parent, or a child");
	columns->checked = columns->version;
}

/* Whether an index is on the columns of a list, in their order, and maybe on others behind. */
bool
pv_index_begins_with(const PvRelation *relation, int place, const char *list)
{
	const IndexInfo *info = relation->infos[place];
	int count = pv_columns_of(list);

	if (info->ii_NumIndexKeyAttrs < count)
		return false;
	for (int i = 0; i < count; i++)
		if (info->ii_IndexAttrNumbers[i] != next_column(relation->oid, &list))
			return false; /* 0 where it is an expression */
	return true;
}

/* Refuses a table where nothing keeps two rows from the same values in a list of columns. */
void
pv_check_unique(const PvColumns *columns, const char *list)
{
	const PvRelation *relation = columns->relation;

	for (int i = 0; i < relation->nindexes; i++)
		if (relation->infos[i]->ii_Unique && relation->whole[i] &&
			relation->infos[i]->ii_NumIndexKeyAttrs == pv_columns_of(list) &&
			pv_index_begins_with(relation, i, list))
			return;
	ereport(ERROR, (pv_error(TABLE_CHANGED),
					errmsg("table %s.%s is not as the extension made it: it has no unique index "
						   "on (%s)",
						   PV_SCHEMA, relation->name, list),
					errhint("Create it again as the extension's script does.")));
}

/* The place of an index among those of its table; -1 where it is gone. */
int
pv_index_place(const PvRelation *relation, const char *name)
{
	Oid index = pv_relation_oid(name);

	for (int i = 0; i < relation->nindexes; i++)
		if (relation->indexes[i] == index)
			return i;
	return -1;
}
