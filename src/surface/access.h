/*
 * access.h
 *	  Who may do what: profiles of functions and views, granted to roles for one
 *	  vault or for all.
 */
#ifndef PV_SURFACE_ACCESS_H
#define PV_SURFACE_ACCESS_H

#include "base/compat.h"

#include "fmgr.h"

extern bool pv_is_authorized(FunctionCallInfo fcinfo, int32_t vault);
extern bool pv_may_import(int32_t vault);
extern bool pv_may_as_treasurer(int32_t vault);
extern void pv_authorize(FunctionCallInfo fcinfo, int32_t vault);

#endif /* PV_SURFACE_ACCESS_H */
