/*
 * lookup.h
 *	  Rows of a table found by an index, without SQL.
 *
 * A row is a copy, in the memory in use: it outlives the look-up.
 */
#ifndef PV_STORE_LOOKUP_H
#define PV_STORE_LOOKUP_H

#include "base/compat.h"
#include "store/plan.h"
#include "store/relation.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/skey.h"
#include "executor/tuptable.h"

/* What is seen. */
typedef enum PvSight
{
	PV_SEE_CALLERS, /* what the caller's query sees */
	PV_SEE_NOW,		/* what a new statement of its transaction sees */
	PV_SEE_LATEST	/* what is committed by now, whatever the isolation level */
} PvSight;

/*
 * How rows of a table are found: by the first `nkeys` columns of an index, which equal
 * what is given; `by` names them, and those behind them that the order is of.  They come
 * in the order of the index, or the reverse of it; with `from` they begin with what is given
 * for the column behind those keys.
 */
typedef struct PvLookup
{
	const char *table;
	const char *index;	 /* NULL: the primary key */
	const char *columns; /* wanted, separated by ", " */
	const char *by;		 /* with which the index begins */
	int nkeys;
	bool from;
	bool backward;
	/* as found when it was first run */
	PvColumns found;
	uint64 version; /* of the table that the rest is for */
	Oid index_oid;
	ScanKey keys;
} PvLookup;

/* A look-up that is at work. */
typedef struct PvScan
{
	PvLookup *lookup;
	MemoryContext memory; /* of all that is kept until it is closed */
	Relation table;
	Relation index;
	TupleTableSlot *slot;
	IndexScanDesc scan;
	ScanKey keys;
	Datum *values; /* all columns of the row at hand */
	bool *nulls;
	ItemPointerData entry; /* to where the entry of the index points that found it */
	BlockNumber pages;	   /* of the table, once they matter */
} PvScan;

extern void pv_scan_open(PvScan *scan, PvLookup *lookup, PvSight sight);
extern void pv_scan_by(PvScan *scan, const Datum *keys);
extern bool pv_scan_next_place(PvScan *scan);
extern void pv_scan_row(const PvScan *scan, PvRow *row);
extern bool pv_scan_at(PvScan *scan, ItemPointer place, PvRow *row);
extern bool pv_scan_entry(PvScan *scan, ItemPointer entry, PvRow *row);
extern bool pv_scan_next(PvScan *scan, PvRow *row);
extern bool pv_scan_peek(PvScan *scan, PvRow *row);
extern void pv_scan_close(PvScan *scan);
extern bool pv_look_up(PvLookup *lookup, const Datum *keys, PvSight sight, PvRow *row);
extern int *pv_visiting_order(Relation index, int column, const Datum *keys, const bool *nulls,
							  int count);

/* The sight of a book that is only read, or written. */
static inline PvSight
pv_sight(bool read_only)
{
	return read_only ? PV_SEE_CALLERS : PV_SEE_NOW;
}

#endif /* PV_STORE_LOOKUP_H */
