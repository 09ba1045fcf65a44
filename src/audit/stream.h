/*
 * stream.h
 *	  Rows of a query, a part at a time, with what must stand in them.
 */
#ifndef PV_AUDIT_STREAM_H
#define PV_AUDIT_STREAM_H

#include "base/compat.h"
#include "audit/report.h"
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
	PvReport *report; /* for what stands next */
	PvCheckId check;
	uint64 required; /* a bit for each column that must have a value */
} PvStream;

/* A column that pv_stream_require names. */
#define PV_REQUIRE(column) (UINT64CONST(1) << (column))

/* Columns that it names, from the first to the last. */
#define PV_REQUIRE_FROM(first, last) (PV_REQUIRE((last) + 1) - PV_REQUIRE(first))

extern void pv_stream_open(PvStream *stream, PvPlan *plan, int32_t vault);
extern void pv_stream_require(PvStream *stream, PvReport *report, PvCheckId check, uint64 required);
extern void pv_stream_next(PvStream *stream);
extern void pv_stream_skip_strays(PvStream *stream, PvReport *report, PvCheckId check,
								  const char *what, const int64_t *up_to);
extern int64_t pv_stream_int(const PvStream *stream, int column);
extern void pv_stream_close(PvStream *stream);

#endif /* PV_AUDIT_STREAM_H */
