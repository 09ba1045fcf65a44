/*
 * explain_terms.h
 *	  A step of a trace in figures that people read.
 */
#ifndef PV_AUDIT_EXPLAIN_TERMS_H
#define PV_AUDIT_EXPLAIN_TERMS_H

#include "base/compat.h"
#include "engine/trace.h"

#include "utils/numeric.h"

extern const char *pv_step_terms(const PvStep *step);
extern Numeric pv_step_result(const PvStep *step);
extern const char *pv_step_unit(const PvStep *step);

#endif /* PV_AUDIT_EXPLAIN_TERMS_H */
