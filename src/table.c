/*
 * table.c
 *	  Writing rows of one table, one by one or many in one statement.
 */
#include "table.h"

#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

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

/* unnest($2, $3, ...) AS u(<all columns but the vault>) */
static void
append_unnest(StringInfo sql, const PvTable *table)
{
	appendStringInfoString(sql, "unnest(");
	append_params(sql, 2, column_count(table));
	appendStringInfo(sql, ") AS u(%s)", strstr(table->columns, ", ") + 2);
}

/*
 * column = source for the columns first to last, the source being u.column or
 * the parameter.
 */
static void
append_pairs(StringInfo sql, const PvTable *table, int first, int last, const char *prefix,
			 const char *separator, bool many)
{
	for (int i = first; i <= last; i++)
	{
		char *name = column_name(table, i);

		appendStringInfo(sql, "%s%s%s = ", i > first ? separator : "", prefix, name);
		if (many)
			appendStringInfo(sql, "u.%s", name);
		else
			appendStringInfo(sql, "$%d", i + 1);
	}
}

static char *
make_sql(const PvTable *table, bool many)
{
	StringInfoData sql;
	int count = column_count(table);

	initStringInfo(&sql);
	switch (table->verb)
	{
		case PV_INSERT:
			appendStringInfo(&sql, "INSERT INTO %s.%s (%s) ", PV_SCHEMA, table->name,
							 table->columns);
			if (!many)
			{
				appendStringInfoString(&sql, "VALUES (");
				append_params(&sql, 1, count);
				appendStringInfoChar(&sql, ')');
				return sql.data;
			}
			appendStringInfoString(&sql, "SELECT $1, u.* FROM ");
			append_unnest(&sql, table);
			return sql.data;
		case PV_UPDATE:
			appendStringInfo(&sql, "UPDATE %s.%s AS t SET ", PV_SCHEMA, table->name);
			append_pairs(&sql, table, 1 + table->keys, count - 1, "", ", ", many);
			if (many)
				appendStringInfoString(&sql, " FROM ");
			break;
		case PV_DELETE:
			appendStringInfo(&sql, "DELETE FROM %s.%s AS t%s", PV_SCHEMA, table->name,
							 many ? " USING " : "");
			break;
	}
	if (many)
		append_unnest(&sql, table);
	appendStringInfoString(&sql, " WHERE t.vault = $1 AND ");
	append_pairs(&sql, table, 1, table->keys, "t.", " AND ", many);
	return sql.data;
}

static void
make_plan(const PvTable *table, bool many, PvPlan *plan)
{
	char *types = MemoryContextStrdup(TopMemoryContext, table->types);

	for (int i = 1; many && types[i]; i++)
		types[i] = types[i] - 'a' + 'A';
	plan->types = types;
	plan->sql = MemoryContextStrdup(TopMemoryContext, make_sql(table, many));
}

/*
 * Adds a row to be written.  By-reference values must live until then.
 */
void
pv_add_row(PvRows *rows, const Datum *values, const bool *nulls)
{
	int count = column_count(rows->table);

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

/*
 * Writes the gathered rows and forgets them.
 */
void
pv_write_rows(PvRows *rows)
{
	PvTable *table = rows->table;
	bool many = rows->count > 1;
	PvPlan *plan = many ? &table->many : &table->one;
	Datum values[PV_MAX_PARAMS];
	bool nulls[PV_MAX_PARAMS] = {0};
	int count = column_count(table);

	if (rows->count == 0)
		return;
	if (plan->sql == NULL)
		make_plan(table, many, plan);
	for (int i = 0; i < count; i++)
	{
		if (many && i > 0)
			values[i] = pv_column_array(rows, i);
		else
		{
			values[i] = rows->values[i][0];
			nulls[i] = rows->nulls[i][0];
		}
	}
	(void) pv_run(plan, values, nulls, false);
	rows->count = 0;
}
