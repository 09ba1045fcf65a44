/*
 * table.h
 *	  Writing rows of one table, one by one or many in one statement.
 */
#ifndef PV_TABLE_H
#define PV_TABLE_H

#include "plan.h"

typedef enum PvVerb
{
	PV_INSERT,
	PV_UPDATE,
	PV_DELETE
} PvVerb;

/*
 * How rows of a table are written.  The columns are separated by ", "; the
 * vault comes first and is the same for all rows of a batch, and the next
 * `keys` columns find the row of an update or a delete.  The statements are
 * made from this on first use: one for a single row, one over arrays.
 */
typedef struct PvTable
{
	PvVerb verb;
	const char *name;
	const char *columns;
	const char *types; /* letters as in plan.h */
	int keys;
	PvPlan one;
	PvPlan many;
} PvTable;

/* Rows gathered for one table, column by column. */
typedef struct PvRows
{
	PvTable *table;
	int count;
	int size;
	Datum *values[PV_MAX_PARAMS];
	bool *nulls[PV_MAX_PARAMS];
} PvRows;

extern void pv_add_row(PvRows *rows, const Datum *values, const bool *nulls);
extern void pv_write_rows(PvRows *rows);
extern Datum pv_column_array(const PvRows *rows, int column);

#endif /* PV_TABLE_H */
