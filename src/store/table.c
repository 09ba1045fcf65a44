/*
 * table.c
 *	  Rows to be written: which table, which columns, and the values gathered.
 */
#include "store/table.h"

#include "base/assertion.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"

/* Makes room for more rows. */
static void
make_room(PvRows *rows)
{
	int size = rows->size == 0 ? 4 : 2 * rows->size;
	Size cells = (Size) size * rows->columns;

	if (rows->size == 0)
	{
		rows->values = palloc(sizeof(Datum) * cells);
		rows->nulls = palloc(sizeof(bool) * cells);
	}
	else
	{
		rows->values = repalloc_huge(rows->values, sizeof(Datum) * cells);
		rows->nulls = repalloc_huge(rows->nulls, sizeof(bool) * cells);
	}
	PV_ASSERT(size > rows->count);
	rows->size = size;
}

/*
 * Adds a row to be written, the first of `count` values: one for each column, and what
 * else the caller has of the row.  Those by reference must live until it is written.
 */
void
pv_add_row(PvRows *rows, const Datum *values, const bool *nulls, int count)
{
	PvRow row;

	if (rows->columns == 0)
		rows->columns = (int) strlen(rows->table->types);
	if (count < rows->columns)
		pv_internal_error("a row of %d values for the %d columns of %s", count, rows->columns,
						  rows->table->name);
	PV_ASSERT(rows->count <= rows->size);
	if (rows->count == rows->size)
		make_room(rows);
	rows->count++;
	row = pv_gathered(rows, rows->count - 1);
	memcpy(row.values, values, sizeof(Datum) * rows->columns);
	memcpy(row.nulls, nulls, sizeof(bool) * rows->columns);
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
