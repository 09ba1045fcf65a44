/*
 * arguments.c
 *	  Arguments of the SQL functions, checked and named in every error.
 */
#include "surface.h"

#include "utils/builtins.h"
#include "utils/errcodes.h"

#define MAX_NAME_BYTES 255

void
pv_refuse_null(const char *name)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name)));
}

/*
 * Refs, member names and the like have 1 to 255 bytes (22023).
 */
void
pv_check_name(const char *text, const char *name)
{
	size_t length = strlen(text);

	if (length == 0 || length > MAX_NAME_BYTES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must have 1 to %d bytes", name, MAX_NAME_BYTES),
						errdetail("It has %zu.", length)));
}

int32_t
pv_arg_int(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return PG_GETARG_INT32(n);
}

const char *
pv_arg_optional_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	char *string;

	if (PG_ARGISNULL(n))
		return NULL;
	string = text_to_cstring(PG_GETARG_TEXT_PP(n));
	pv_check_name(string, name);
	return string;
}

const char *
pv_arg_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return pv_arg_optional_text(fcinfo, n, name);
}

static int64_t
arg_number(FunctionCallInfo fcinfo, int n, const char *name, int scale)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return pv_from_numeric(PG_GETARG_NUMERIC(n), scale, name);
}

int64_t
pv_arg_amount(FunctionCallInfo fcinfo, int n, const char *name)
{
	return arg_number(fcinfo, n, name, PV_AMOUNT_SCALE);
}

int64_t
pv_arg_points(FunctionCallInfo fcinfo, int n, const char *name)
{
	return arg_number(fcinfo, n, name, PV_POINTS_SCALE);
}

/*
 * What every event ends with: at and meta, both optional.
 */
void
pv_arg_event_tail(FunctionCallInfo fcinfo, int n, PvEntry *entry)
{
	entry->named_at = !PG_ARGISNULL(n);
	if (entry->named_at)
		entry->at = PG_GETARG_TIMESTAMPTZ(n);
	if (!PG_ARGISNULL(n + 1))
		entry->meta = PG_GETARG_JSONB_P(n + 1);
}
