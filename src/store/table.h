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
	/* of an insert */
	bool numbered;		   /* the rows bring the number that is else drawn for them */
	const char *unless;	   /* a key by which those already there stay as they are */
	const char *returning; /* what the result tells of each row that went in */
} PvTable;

/* Rows gathered for one table, as many as there are: values[column][row]. */
typedef struct PvRows
{
	const PvTable *table;
	int count;
	int size;
	int columns;
	Datum **values;
	bool **nulls;
} PvRows;

extern void pv_add_row(PvRows *rows, const Datum *values, const bool *nulls, int count);
extern uint64 pv_write_rows(PvRows **sets, int count);
extern Datum pv_bigint_array(Datum *numbers, int count);
extern Datum pv_text_array(Datum *texts, int count);

#endif /* PV_TABLE_H */
