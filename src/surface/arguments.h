/*
 * arguments.h
 *	  Arguments of the SQL functions, checked and named in every error.
 */
#ifndef PV_SURFACE_ARGUMENTS_H
#define PV_SURFACE_ARGUMENTS_H

#include "base/compat.h"
#include "store/journal.h"
#include "store/order.h"

#include "fmgr.h"

/* An array argument taken apart. */
typedef struct PvList
{
	Datum *values;
	bool *nulls;
	int count;
} PvList;

/* The element of a list that is at hand, for errors to name. */
typedef struct PvListAt
{
	ErrorContextCallback callback;
	const char *thing; /* what it is a list of */
	int count;
	int index;
	const char *const *ref; /* of the element, where it has one; NULL: none is at hand */
} PvListAt;

extern void pv_refuse_null(const char *name);
extern int32_t pv_arg_int(FunctionCallInfo fcinfo, int n, const char *name);
extern const char *pv_arg_optional_text(FunctionCallInfo fcinfo, int n, const char *name);
extern const char *pv_arg_text(FunctionCallInfo fcinfo, int n, const char *name);
extern const char *pv_arg_long_text(FunctionCallInfo fcinfo, int n, const char *name);
extern int64_t pv_arg_figure(FunctionCallInfo fcinfo, int n, const char *name, int scale);
extern int64_t pv_arg_amount(FunctionCallInfo fcinfo, int n, const char *name);
extern int64_t pv_arg_points(FunctionCallInfo fcinfo, int n, const char *name);
extern void pv_arg_event_tail(FunctionCallInfo fcinfo, int n, PvEntry *entry);
extern const char *pv_arg_reason(FunctionCallInfo fcinfo, int n);
extern const char *pv_arg_note(FunctionCallInfo fcinfo, int n);
extern void pv_arg_contribution(FunctionCallInfo fcinfo, int n, PvEvent *event);
extern PvList pv_arg_list(FunctionCallInfo fcinfo, int n, const char *name, Oid type);
extern PvList pv_arg_optional_list(FunctionCallInfo fcinfo, int n, const char *name, Oid type,
								   const PvList *members);
extern bool pv_list_has(const PvList *list, int index);
extern const char *pv_list_text(const PvList *list, int index, const char *name);
extern void pv_enter_list(PvListAt *at, const char *thing, int count);
extern void pv_at_element(PvListAt *at, int index, const char *const *ref);
extern void pv_leave_list(PvListAt *at);
extern PvOrder *pv_arg_orders(FunctionCallInfo fcinfo, int n, int *count);

#endif /* PV_SURFACE_ARGUMENTS_H */
