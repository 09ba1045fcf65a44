/*
 * table.c
 *	  Writing rows of several tables in one statement.
 *
 * Statements are made from the descriptions of the tables: for one row of plain
 * values, for many over an array of rows, and together as data-modifying CTEs.
 * Each combination met is kept.
 */
#include "store/table.h"

#include "base/assertion.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

static int
column_count(const PvTable *table)
{
	return strlen(table->types);
}

/*
 * The name of the index-th column, in the caller's memory.
 */
static char *
column_name(const PvTable *table, int index)
{
	const char *start = table->columns;

	PV_ASSERT(index >= 0 && index < column_count(table));
	while (index-- > 0)
		start = strstr(start, ", ") + 2;
	return pnstrdup(start, strcspn(start, ","));
}

static void
append_params(StringInfo sql, int first, int last)
{
	PV_ASSERT(first > 0 && last >= first);
	for (int i = first; i <= last; i++)
		appendStringInfo(sql, "%s$%d", i > first ? ", " : "", i);
}

/*
 * The rows to update or delete by, as u.  OFFSET 0 keeps the planner from seeing
 * that the vault is the same in all, hence from reading the whole vault for it.
 */
static void
append_keyed_rows(StringInfo sql, int first)
{
	appendStringInfo(sql, "(SELECT * FROM unnest($%d) OFFSET 0) AS u", first);
}

/*
 * column = source for columns from .. to, the source being u.column or the
 * parameter.
 */
static void
append_pairs(StringInfo sql, const PvTable *table, int from, int to, const char *prefix,
			 const char *separator, int first, bool many)
{
	for (int i = from; i <= to; i++)
	{
		char *name = column_name(table, i);

		appendStringInfo(sql, "%s%s%s = ", i > from ? separator : "", prefix, name);
		if (many)
			appendStringInfo(sql, "u.%s", name);
		else
			appendStringInfo(sql, "$%d", first + i);
	}
}

static void
append_insert(StringInfo sql, const PvTable *table, int first, bool many)
{
	appendStringInfo(sql, "INSERT INTO %s.%s (%s) ", PV_SCHEMA, table->name, table->columns);
	if (table->numbered)
		appendStringInfoString(sql, "OVERRIDING SYSTEM VALUE ");
	if (many)
		appendStringInfo(sql, "SELECT %s FROM unnest($%d)", table->columns, first);
	else
	{
		appendStringInfoString(sql, "VALUES (");
		append_params(sql, first, first + column_count(table) - 1);
		appendStringInfoChar(sql, ')');
	}
	if (table->unless)
		appendStringInfo(sql, " ON CONFLICT %s DO NOTHING", table->unless);
	if (table->returning)
		appendStringInfo(sql, " RETURNING %s", table->returning);
}

/*
 * The statement that writes one table; its parameters are numbered from `first`.
 */
static void
append_statement(StringInfo sql, const PvTable *table, int first, bool many)
{
	PV_ASSERT(table->keys < column_count(table));
	PV_ASSERT(table->verb == PV_INSERT || !(table->unless || table->returning));
	if (table->verb == PV_INSERT)
	{
		append_insert(sql, table, first, many);
		return;
	}
	if (table->verb == PV_UPDATE)
	{
		appendStringInfo(sql, "UPDATE %s.%s AS t SET ", PV_SCHEMA, table->name);
		append_pairs(sql, table, 1 + table->keys, column_count(table) - 1, "", ", ", first, many);
		appendStringInfoString(sql, many ? " FROM " : "");
	}
	else
		appendStringInfo(sql, "DELETE FROM %s.%s AS t%s", PV_SCHEMA, table->name,
						 many ? " USING " : "");
	if (many)
		append_keyed_rows(sql, first);
	appendStringInfoString(sql, " WHERE ");
	append_pairs(sql, table, 0, table->keys, "t.", " AND ", first, many);
}

/* A table is described by as many names as types. */
static void
check_table(const PvTable *table)
{
	int names = 1;

	for (const char *next = table->columns; (next = strstr(next, ", ")) != NULL; next += 2)
		names++;
	if (names != column_count(table))
		pv_internal_error("table %s is described by %d names and %d types", table->name, names,
						  column_count(table));
}

/* A kept statement for a combination of tables. */
typedef struct Writer
{
	int count;
	const PvTable **tables;
	bool *many;
	const char **row_types;
	PvPlan plan;
	struct Writer *next;
} Writer;

static Writer *writers;

static bool
is_for(const Writer *writer, PvRows **sets, int count)
{
	if (writer->count != count)
		return false;
	for (int i = 0; i < count; i++)
		if (writer->tables[i] != sets[i]->table || writer->many[i] != (sets[i]->count > 1))
			return false;
	return true;
}

static void *
keep_zeroed(Size size)
{
	return MemoryContextAllocZero(TopMemoryContext, size);
}

static Writer *
make_writer(PvRows **sets, int count)
{
	Writer *writer = keep_zeroed(sizeof(Writer));
	StringInfoData sql;
	StringInfoData types;
	int nrows = 0;

	writer->tables = keep_zeroed(sizeof(PvTable *) * count);
	writer->many = keep_zeroed(sizeof(bool) * count);
	writer->row_types = keep_zeroed(sizeof(char *) * count);
	initStringInfo(&sql);
	initStringInfo(&types);
	for (int i = 0; i < count; i++)
	{
		bool last = i == count - 1;

		check_table(sets[i]->table);
		writer->tables[i] = sets[i]->table;
		writer->many[i] = sets[i]->count > 1;
		if (count > 1 && !last)
			appendStringInfo(&sql, "%sw%d AS (", i == 0 ? "WITH " : ", ", i);
		append_statement(&sql, sets[i]->table, types.len + 1, writer->many[i]);
		if (!last)
			appendStringInfoString(&sql, i < count - 2 ? ")" : ") ");
		if (writer->many[i])
			writer->row_types[nrows++] = sets[i]->table->name;
		appendStringInfoString(&types, writer->many[i] ? "#" : sets[i]->table->types);
	}
	PV_ASSERT(nrows <= count);
	writer->count = count;
	writer->plan.sql = MemoryContextStrdup(TopMemoryContext, sql.data);
	writer->plan.types = MemoryContextStrdup(TopMemoryContext, types.data);
	writer->plan.row_types = writer->row_types;
	writer->next = writers;
	writers = writer;
	return writer;
}

static Writer *
writer_for(PvRows **sets, int count)
{
	for (Writer *writer = writers; writer; writer = writer->next)
		if (is_for(writer, sets, count))
			return writer;
	return make_writer(sets, count);
}

/*
 * Makes room for more rows.  The columns of a set lie in one piece of memory, after
 * the pointers to them.
 */
static void
make_room(PvRows *rows)
{
	int size = rows->size == 0 ? 4 : 2 * rows->size;
	Size pointers = sizeof(void *) * rows->columns;
	Size cells = (Size) size * rows->columns;
	Datum **values = MemoryContextAllocHuge(CurrentMemoryContext, pointers + sizeof(Datum) * cells);
	bool **nulls = MemoryContextAllocHuge(CurrentMemoryContext, pointers + sizeof(bool) * cells);

	for (int i = 0; i < rows->columns; i++)
	{
		values[i] = (Datum *) (values + rows->columns) + (Size) i * size;
		nulls[i] = (bool *) (nulls + rows->columns) + (Size) i * size;
		if (rows->count == 0)
			continue;
		memcpy(values[i], rows->values[i], sizeof(Datum) * rows->count);
		memcpy(nulls[i], rows->nulls[i], sizeof(bool) * rows->count);
	}
	if (rows->size > 0)
	{
		pfree(rows->values);
		pfree(rows->nulls);
	}
	PV_ASSERT(size > rows->count);
	rows->values = values;
	rows->nulls = nulls;
	rows->size = size;
}

/*
 * Adds a row to be written, the first of `count` values: one for each column, and what
 * else the caller has of the row.  Those by reference must live until it is written.
 */
void
pv_add_row(PvRows *rows, const Datum *values, const bool *nulls, int count)
{
	if (rows->columns == 0)
		rows->columns = column_count(rows->table);
	if (count < rows->columns)
		pv_internal_error("a row of %d values for the %d columns of %s", count, rows->columns,
						  rows->table->name);
	PV_ASSERT(rows->count <= rows->size);
	if (rows->count == rows->size)
		make_room(rows);
	for (int i = 0; i < rows->columns; i++)
	{
		rows->values[i][rows->count] = values[i];
		rows->nulls[i][rows->count] = nulls[i];
	}
	rows->count++;
}

/* 64-bit numbers as an array. */
Datum
pv_bigint_array(Datum *numbers, int count)
{
	return PointerGetDatum(
		construct_array(numbers, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* Texts as an array. */
Datum
pv_text_array(Datum *texts, int count)
{
	return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Where the columns of a table stand in its row type. */
static void
find_attributes(const PvTable *table, AttrNumber *attributes)
{
	Oid relation = pv_relation_oid(table->name);

	for (int i = 0; i < column_count(table); i++)
	{
		attributes[i] = get_attnum(relation, column_name(table, i));
		if (attributes[i] == InvalidAttrNumber)
			pv_internal_error("table %s has no column %s", table->name, column_name(table, i));
	}
}

/*
 * The gathered rows as an array of the table's row type; columns that are not
 * written are NULL.
 */
static Datum
row_array(const PvRows *rows)
{
	Oid type = get_rel_type_id(pv_relation_oid(rows->table->name));
	TupleDesc desc = lookup_rowtype_tupdesc(type, -1);
	Datum *tuples = palloc(sizeof(Datum) * rows->count);
	Datum *values = palloc0(sizeof(Datum) * desc->natts);
	bool *nulls = palloc(sizeof(bool) * desc->natts);
	AttrNumber *attributes = palloc(sizeof(AttrNumber) * rows->columns);

	find_attributes(rows->table, attributes);
	memset(nulls, true, sizeof(bool) * desc->natts);
	for (int i = 0; i < rows->count; i++)
	{
		for (int column = 0; column < rows->columns; column++)
		{
			values[attributes[column] - 1] = rows->values[column][i];
			nulls[attributes[column] - 1] = rows->nulls[column][i];
		}
		tuples[i] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	}
	PV_ASSERT(rows->count > 0);
	ReleaseTupleDesc(desc);
	return PointerGetDatum(construct_array(tuples, rows->count, type, -1, false, TYPALIGN_DOUBLE));
}

/* Fills in the parameters of one table; returns how many. */
static int
set_params(const PvRows *rows, Datum *values, bool *nulls)
{
	PV_ASSERT(rows->count > 0 && rows->columns == column_count(rows->table));
	if (rows->count > 1)
	{
		values[0] = row_array(rows);
		nulls[0] = false;
		return 1;
	}
	for (int i = 0; i < rows->columns; i++)
	{
		values[i] = rows->values[i][0];
		nulls[i] = rows->nulls[i][0];
	}
	return rows->columns;
}

/* A set may be one of many in the same memory, each for a row or two. */
static void
forget_rows(PvRows *rows)
{
	PV_ASSERT(rows->size > 0);
	pfree(rows->values);
	pfree(rows->nulls);
	rows->count = rows->size = 0;
}

/*
 * Writes the gathered rows of all sets that have any, in one statement, and
 * forgets them.  The sets must not depend on each other's rows.  Returns how many
 * rows of the last set that has any were written; what that set tells of them is the
 * result, see PvTable.
 */
uint64
pv_write_rows(PvRows **sets, int count)
{
	PvRows **filled = palloc(sizeof(PvRows *) * count);
	int nfilled = 0;
	int nparams = 0;
	Datum *values;
	bool *nulls;
	PvPlan *plan;
	uint64 written;

	for (int i = 0; i < count; i++)
	{
		if (sets[i]->count == 0)
			continue;
		filled[nfilled++] = sets[i];
		nparams += sets[i]->count > 1 ? 1 : sets[i]->columns;
	}
	if (nfilled == 0)
		return 0;
	values = palloc(sizeof(Datum) * nparams);
	nulls = palloc(sizeof(bool) * nparams);
	nparams = 0;
	for (int i = 0; i < nfilled; i++)
		nparams += set_params(filled[i], values + nparams, nulls + nparams);
	plan = &writer_for(filled, nfilled)->plan;
	PV_ASSERT(strlen(plan->types) == (size_t) nparams);
	written = pv_run(plan, values, nulls, false);
	for (int i = 0; i < nfilled; i++)
		forget_rows(filled[i]);
	return written;
}
