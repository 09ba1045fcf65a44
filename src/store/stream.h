/*
 * stream.h
 *	  Rows of a query, a part at a time, in memory of their own.
 */
#ifndef PV_STORE_STREAM_H
#define PV_STORE_STREAM_H

#include "base/compat.h"
#include "store/plan.h"

#include "executor/spi.h"
#include "utils/portal.h"

/* Rows of a query, fetched a part at a time. */
typedef struct PvStream
{
	Portal portal;
	SPITupleTable *table;
	uint64 next;
	uint64 count;
	int64_t read; /* rows so far */
	PvRow row;	  /* the current one */
	bool ended;
	/* looks at each row that comes; NULL: nobody does */
	void (*look)(const struct PvStream *stream, void *arg);
	void *arg;
} PvStream;

extern void pv_stream_open(PvStream *stream, PvPlan *plan, int32_t vault);
extern void pv_stream_open_with(PvStream *stream, PvPlan *plan, Datum *values, bool read_only);
extern void pv_stream_next(PvStream *stream);
extern int64_t pv_stream_int(const PvStream *stream, int column);
extern void pv_stream_close(PvStream *stream);

#endif /* PV_STORE_STREAM_H */
