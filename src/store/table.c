/*
 * table.c
 *	  Rows to be written: which table, which columns, and the values gathered.
 */
#include "store/table.h"

#include "base/assertion.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"

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
		rows->columns = (int) strlen(rows->table->types);
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

/* Empties a set, which may be one of many in the same memory, each for a row or two. */
void
pv_forget_rows(PvRows *rows)
{
	if (rows->size == 0)
		return;
	pfree(rows->values);
	pfree(rows->nulls);
	rows->count = rows->size = 0;
	rows->places = NULL;
}
