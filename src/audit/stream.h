/*
 * stream.h
 *	  What must stand in the rows of a query.
 */
#ifndef PV_AUDIT_STREAM_H
#define PV_AUDIT_STREAM_H

#include "base/compat.h"
#include "audit/report.h"
#include "store/stream.h"

/* A column that pv_stream_require names. */
#define PV_REQUIRE(column) (UINT64CONST(1) << (column))

/* Columns that it names, from the first to the last. */
#define PV_REQUIRE_FROM(first, last) (PV_REQUIRE((last) + 1) - PV_REQUIRE(first))

extern void pv_stream_require(PvStream *stream, PvReport *report, PvCheckId check, uint64 required);
extern void pv_stream_skip_strays(PvStream *stream, PvReport *report, PvCheckId check,
								  const char *what, const int64_t *up_to);

#endif /* PV_AUDIT_STREAM_H */
