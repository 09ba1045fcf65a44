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

	while (index-- > 0)
		start = strstr(start, ", ") + 2;
	return pnstrdup(start, strcspn(start, ","));
}

static void
append_params(StringInfo sql, int first, int last)
{
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
	if (many)
		appendStringInfo(sql, "SELECT %s FROM unnest($%d)", table->columns, first);
	else
	{
		appendStringInfoString(sql, "VALUES (");
		append_params(sql, first, first + column_count(table) - 1);
		appendStringInfoChar(sql, ')');
	}
}

/*
 * The statement that writes one table; its parameters are numbered from `first`.
 */
static void
append_statement(StringInfo sql, const PvTable *table, int first, bool many)
{
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

/* A kept statement for a combination of tables. */
typedef struct Writer
{
	int count;
	const PvTable *tables[PV_MAX_TABLES];
	bool many[PV_MAX_TABLES];
	const char *row_types[PV_MAX_TABLES];
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

static Writer *
make_writer(PvRows **sets, int count)
{
	Writer *writer = MemoryContextAllocZero(TopMemoryContext, sizeof(Writer));
	StringInfoData sql;
	StringInfoData types;
	int nrows = 0;

	initStringInfo(&sql);
	initStringInfo(&types);
	for (int i = 0; i < count; i++)
	{
		bool last = i == count - 1;

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
 * Adds a row to be written.  By-reference values must live until then.
 */
void
pv_add_row(PvRows *rows, const Datum *values, const bool *nulls)
{
	int count;

	PV_ASSERT(rows->table && column_count(rows->table) <= PV_MAX_COLUMNS);
	if (rows->columns == 0)
		rows->columns = column_count(rows->table);
	count = rows->columns;
	if (rows->count == rows->size)
	{
		bool first = rows->size == 0;

		rows->size = first ? 4 : 2 * rows->size;
		for (int i = 0; i < count; i++)
		{
			Size values_size = sizeof(Datum) * rows->size;
			Size nulls_size = sizeof(bool) * rows->size;

			rows->values[i] = first ? palloc(values_size) : repalloc(rows->values[i], values_size);
			rows->nulls[i] = first ? palloc(nulls_size) : repalloc(rows->nulls[i], nulls_size);
		}
	}
	for (int i = 0; i < count; i++)
	{
		rows->values[i][rows->count] = values[i];
		rows->nulls[i][rows->count] = nulls[i];
	}
	rows->count++;
}

/*
 * The gathered values of one column as an array.
 */
Datum
pv_column_array(const PvRows *rows, int column)
{
	Oid type = pv_type_oid(rows->table->types[column]);
	int16 length;
	bool by_value;
	char align;
	int dims[1] = {rows->count};
	int lower_bounds[1] = {1};

	get_typlenbyvalalign(type, &length, &by_value, &align);
	return PointerGetDatum(construct_md_array(rows->values[column], rows->nulls[column], 1, dims,
											  lower_bounds, type, length, by_value, align));
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
		attributes[i] = get_attnum(relation, column_name(table, i));
}

/*
 * The gathered rows as an array of the table's row type; columns that are not
 * written are NULL.
 */
Datum
pv_row_array(const PvRows *rows)
{
	Oid type = get_rel_type_id(pv_relation_oid(rows->table->name));
	TupleDesc desc = lookup_rowtype_tupdesc(type, -1);
	Datum *tuples = palloc(sizeof(Datum) * rows->count);
	Datum *values = palloc0(sizeof(Datum) * desc->natts);
	bool *nulls = palloc(sizeof(bool) * desc->natts);
	AttrNumber attributes[PV_MAX_COLUMNS];

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
	ReleaseTupleDesc(desc);
	return PointerGetDatum(construct_array(tuples, rows->count, type, -1, false, TYPALIGN_DOUBLE));
}

/* Fills in the parameters of one table; returns how many. */
static int
set_params(const PvRows *rows, Datum *values, bool *nulls)
{
	int count = column_count(rows->table);

	if (rows->count > 1)
	{
		values[0] = pv_row_array(rows);
		nulls[0] = false;
		return 1;
	}
	for (int i = 0; i < count; i++)
	{
		values[i] = rows->values[i][0];
		nulls[i] = rows->nulls[i][0];
	}
	return count;
}

/*
 * Writes the gathered rows of all sets that have any, in one statement, and
 * forgets them.  The sets must not depend on each other's rows.
 */
void
pv_write_rows(PvRows **sets, int count)
{
	Datum values[PV_MAX_PARAMS];
	bool nulls[PV_MAX_PARAMS];
	PvRows *filled[PV_MAX_TABLES];
	int nfilled = 0;
	int nparams = 0;

	for (int i = 0; i < count; i++)
	{
		if (sets[i]->count == 0)
			continue;
		PV_ASSERT(nfilled < PV_MAX_TABLES);
		PV_ASSERT(nparams + column_count(sets[i]->table) <= PV_MAX_PARAMS);
		filled[nfilled++] = sets[i];
		nparams += set_params(sets[i], values + nparams, nulls + nparams);
	}
	if (nfilled == 0)
		return;
	(void) pv_run(&writer_for(filled, nfilled)->plan, values, nulls, false);
	for (int i = 0; i < nfilled; i++)
		filled[i]->count = 0;
}
