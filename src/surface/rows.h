/*
 * rows.h
 *	  Rows that functions return.
 */
#ifndef PV_SURFACE_ROWS_H
#define PV_SURFACE_ROWS_H

#include "base/compat.h"
#include "store/plan.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

extern void pv_put_text(Datum *values, bool *nulls, int column, const char *string);
extern char *pv_figure_text(int64_t value, int scale);
extern TupleDesc pv_row_type(FunctionCallInfo fcinfo);
extern void pv_put_query(Tuplestorestate *store, PvPlan *plan, Datum *values, const bool *nulls);
extern Tuplestorestate *pv_start_rows(FunctionCallInfo fcinfo, TupleDesc *desc);

#endif /* PV_SURFACE_ROWS_H */
