/*
 * table.h
 *	  Rows to be written: which table, which columns, and the values gathered.
 */
#ifndef PV_TABLE_H
#define PV_TABLE_H

#include "store/plan.h"
#include "store/relation.h"

typedef enum PvVerb
{
	PV_INSERT,
	PV_UPDATE,
	PV_DELETE
} PvVerb;

/*
 * How rows of a table are written.  The columns are separated by ", "; the first
 * `keys` of them find the row of an update, or all rows of a delete: they are the
 * primary key, or begin it.
 */
typedef struct PvTable
{
	PvVerb verb;
	const char *name;
	const char *columns;
	const char *types; /* a letter for each column, as in plan.h */
	int keys;
	/* as found when it was first written */
	PvColumns found;
	struct PvLookup *by_key;
	PvPlan *unless_there;
} PvTable;

/*
 * Rows gathered for one table, as many as there are, one after the other.  Of those
 * to update or delete the caller may say where they lie, which finds them; an update
 * says there where they lie now.
 */
typedef struct PvRows
{
	PvTable *table;
	int count;
	int size;
	int columns;
	Datum *values;
	bool *nulls;
	ItemPointer *places; /* NULL = found by key */
} PvRows;

extern void pv_add_row(PvRows *rows, const Datum *values, const bool *nulls, int count);
extern void pv_forget_rows(PvRows *rows);
extern Datum pv_bigint_array(Datum *numbers, int count);

/* One of the rows gathered. */
static inline PvRow
pv_gathered(const PvRows *rows, int row)
{
	Size from = (Size) row * rows->columns;

	PV_ASSERT(row >= 0 && row < rows->count);
	return (PvRow){.values = rows->values + from, .nulls = rows->nulls + from};
}

#endif /* PV_TABLE_H */
