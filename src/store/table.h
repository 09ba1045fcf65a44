/*
 * table.h
 *	  Writing rows of several tables, each one by one or many, in one statement.
 */
#ifndef PV_TABLE_H
#define PV_TABLE_H

#include "store/plan.h"

typedef enum PvVerb
{
	PV_INSERT,
	PV_UPDATE,
	PV_DELETE
} PvVerb;

/*
 * How rows of a table are written.  The columns are separated by ", "; the
 * vault comes first and is the same for all rows of a batch, and the next
 * `keys` columns find the row of an update or a delete.
 */
typedef struct PvTable
{
	PvVerb verb;
	const char *name;
	const char *columns;
	const char *types; /* letters as in plan.h */
	int keys;
} PvTable;

#define PV_MAX_COLUMNS 40
#define PV_MAX_TABLES 8

/* Rows gathered for one table, column by column. */
typedef struct PvRows
{
	const PvTable *table;
	int count;
	int size;
	int columns;
	Datum *values[PV_MAX_COLUMNS];
	bool *nulls[PV_MAX_COLUMNS];
} PvRows;

extern void pv_add_row(PvRows *rows, const Datum *values, const bool *nulls);
extern void pv_write_rows(PvRows **sets, int count);
extern Datum pv_row_array(const PvRows *rows);
extern Datum pv_bigint_array(Datum *numbers, int count);
extern Datum pv_text_array(Datum *texts, int count);
extern Datum pv_column_array(const PvRows *rows, int column);

#endif /* PV_TABLE_H */
