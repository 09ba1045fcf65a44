/*
 * arguments.c
 *	  Arguments of the SQL functions, checked and named in every error.
 */
#include "surface/arguments.h"

#include "base/tokens.h"
#include "engine/fixed.h"
#include "types/numbers.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#define MAX_NAME_BYTES 255

/* Refuses an argument that is NULL (22004). */
void
pv_refuse_null(const char *name)
{
	ereport(ERROR, (pv_error(NULL_ARGUMENT), errmsg("%s must not be null", name)));
}

/*
 * Refs, member names and the like have 1 to 255 bytes (22023).
 */
static void
check_name(const char *text, const char *name)
{
	size_t length = strlen(text);

	if (length == 0 || length > MAX_NAME_BYTES)
		ereport(ERROR,
				(pv_error(BAD_LENGTH), errmsg("%s must have 1 to %d bytes", name, MAX_NAME_BYTES),
				 errdetail("It has %zu.", length)));
}

/* An integer that must not be NULL. */
int32_t
pv_arg_int(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return PG_GETARG_INT32(n);
}

/* A name that may be NULL. */
const char *
pv_arg_optional_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	char *string;

	if (PG_ARGISNULL(n))
		return NULL;
	string = text_to_cstring(PG_GETARG_TEXT_PP(n));
	check_name(string, name);
	return string;
}

/* A name that must not be NULL. */
const char *
pv_arg_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return pv_arg_optional_text(fcinfo, n, name);
}

/* A text of any length that must not be NULL. */
const char *
pv_arg_long_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return text_to_cstring(PG_GETARG_TEXT_PP(n));
}

/* A numeric as a figure of that many decimals, never rounded; NULL is refused. */
int64_t
pv_arg_figure(FunctionCallInfo fcinfo, int n, const char *name, int scale)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return pv_from_numeric(PG_GETARG_NUMERIC(n), scale, name);
}

/* A numeric as an amount, never rounded (U1); NULL is refused. */
int64_t
pv_arg_amount(FunctionCallInfo fcinfo, int n, const char *name)
{
	return pv_arg_figure(fcinfo, n, name, PV_AMOUNT_SCALE);
}

/* A numeric as points, never rounded (U2); NULL is refused. */
int64_t
pv_arg_points(FunctionCallInfo fcinfo, int n, const char *name)
{
	return pv_arg_figure(fcinfo, n, name, PV_POINTS_SCALE);
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

/* What may be said of an event, of any length. */
const char *
pv_arg_note(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

/* G1, D2: the contribution, where the caller names it. */
void
pv_arg_contribution(FunctionCallInfo fcinfo, int n, PvEvent *event)
{
	event->has_contribution = !PG_ARGISNULL(n);
	if (event->has_contribution)
		event->contribution = pv_arg_amount(fcinfo, n, "contribution");
}

/* What has to be said of an event that nothing else explains. */
const char *
pv_arg_reason(FunctionCallInfo fcinfo, int n)
{
	const char *reason;

	if (PG_ARGISNULL(n))
		pv_refuse_null("reason");
	reason = text_to_cstring(PG_GETARG_TEXT_PP(n));
	if (reason[0] == '\0')
		ereport(ERROR, (pv_error(NO_REASON), errmsg("reason must not be empty")));
	return reason;
}

/* --- lists ------------------------------------------------------------------------ */

static PvList
take_apart(FunctionCallInfo fcinfo, int n, const char *name, Oid type)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(n);
	PvList list = {0};
	int16 length;
	bool by_value;
	char align;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (pv_error(BAD_ARRAY), errmsg("%s must be an array of one dimension", name)));
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &list.values, &list.nulls, &list.count);
	return list;
}

/* A list that must not be NULL, taken apart. */
PvList
pv_arg_list(FunctionCallInfo fcinfo, int n, const char *name, Oid type)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null(name);
	return take_apart(fcinfo, n, name, type);
}

/*
 * A list beside the list of members; left out it has no elements.
 */
PvList
pv_arg_optional_list(FunctionCallInfo fcinfo, int n, const char *name, Oid type,
					 const PvList *members)
{
	PvList list = {0};

	if (PG_ARGISNULL(n))
		return list;
	list = take_apart(fcinfo, n, name, type);
	if (list.count != members->count)
		ereport(ERROR,
				(pv_error(BAD_ARRAY), errmsg("%s must have as many elements as members", name),
				 errdetail("There are %d of %s and %d members.", list.count, name,
						   members->count)));
	return list;
}

/* Whether a list has a value at a place; one that was left out has none. */
bool
pv_list_has(const PvList *list, int index)
{
	return index < list->count && !list->nulls[index];
}

/* The name at a place of a list, NULL where it has none. */
const char *
pv_list_text(const PvList *list, int index, const char *name)
{
	char *string;

	if (!pv_list_has(list, index))
		return NULL;
	string = TextDatumGetCString(list->values[index]);
	check_name(string, name);
	return string;
}

static const char *
needed_text(const PvList *list, int index, const char *name)
{
	const char *string = pv_list_text(list, index, name);

	if (!string)
		pv_refuse_null(name);
	return string;
}

static int64_t
needed_amount(const PvList *list, int index, const char *name)
{
	if (!pv_list_has(list, index))
		pv_refuse_null(name);
	return pv_from_numeric(DatumGetNumeric(list->values[index]), PV_AMOUNT_SCALE, name);
}

/*
 * Names the element that an error is of.
 */
static void
tell_element(void *arg)
{
	const PvListAt *at = arg;

	if (at->count == 1 || !at->ref)
		return;
	if (*at->ref)
		errcontext("%s %d of the list, ref \"%s\"", at->thing, at->index + 1, *at->ref);
	else
		errcontext("%s %d of the list", at->thing, at->index + 1);
}

/*
 * From here on, until pv_leave_list, errors name the element at hand, if it is
 * one of many.
 */
void
pv_enter_list(PvListAt *at, const char *thing, int count)
{
	at->thing = thing;
	at->count = count;
	at->index = 0;
	at->ref = NULL;
	at->callback.callback = tell_element;
	at->callback.arg = at;
	at->callback.previous = error_context_stack;
	error_context_stack = &at->callback;
}

/* Says which element is at hand, and where its ref is, or will be. */
void
pv_at_element(PvListAt *at, int index, const char *const *ref)
{
	at->index = index;
	at->ref = ref;
}

/* Errors are no longer those of the element at hand. */
void
pv_leave_list(PvListAt *at)
{
	error_context_stack = at->callback.previous;
}

/*
 * The purchases of a list: members, amounts, refs, then contributions, regions and
 * ats, which may be left out.
 */
PvOrder *
pv_arg_orders(FunctionCallInfo fcinfo, int n, int *count)
{
	PvList members = pv_arg_list(fcinfo, n, "members", TEXTOID);
	PvList amounts;
	PvList refs;
	PvList contributions =
		pv_arg_optional_list(fcinfo, n + 3, "contributions", NUMERICOID, &members);
	PvList regions = pv_arg_optional_list(fcinfo, n + 4, "regions", TEXTOID, &members);
	PvList ats = pv_arg_optional_list(fcinfo, n + 5, "ats", TIMESTAMPTZOID, &members);
	PvOrder *orders = palloc0(sizeof(PvOrder) * Max(members.count, 1));
	PvListAt at;

	if (PG_ARGISNULL(n + 1))
		pv_refuse_null("amounts");
	if (PG_ARGISNULL(n + 2))
		pv_refuse_null("refs");
	amounts = pv_arg_optional_list(fcinfo, n + 1, "amounts", NUMERICOID, &members);
	refs = pv_arg_optional_list(fcinfo, n + 2, "refs", TEXTOID, &members);
	pv_enter_list(&at, "order", members.count);
	for (int i = 0; i < members.count; i++)
	{
		pv_at_element(&at, i, &orders[i].ref);
		orders[i].kind = PV_KIND_PURCHASE;
		orders[i].ref = needed_text(&refs, i, "ref");
		orders[i].member = needed_text(&members, i, "member");
		orders[i].amount = needed_amount(&amounts, i, "amount");
		orders[i].has_contribution = pv_list_has(&contributions, i);
		if (orders[i].has_contribution)
			orders[i].contribution = needed_amount(&contributions, i, "contribution");
		orders[i].region = pv_list_text(&regions, i, "region");
		orders[i].named_at = pv_list_has(&ats, i);
		if (orders[i].named_at)
			orders[i].at = DatumGetTimestampTz(ats.values[i]);
	}
	pv_leave_list(&at);
	*count = members.count;
	return orders;
}
