/*
 * types.c
 *	  The SQL types amount and points: 64-bit integers shown as plain decimals.
 *
 * Comparison, hashing, addition and the accumulators of sum() are those of
 * bigint, declared so in SQL; here is only what the scale changes.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/decimal.h"
#include "engine/fixed.h"
#include "types/numbers.h"

#include "fmgr.h"
#include "utils/builtins.h"

typedef struct FixedType
{
	const char *name;
	int scale;
} FixedType;

static const FixedType amount_type = {"amount", PV_AMOUNT_SCALE};
static const FixedType points_type = {"points", PV_POINTS_SCALE};

static Datum
fixed_in(FunctionCallInfo fcinfo, const FixedType *type)
{
	char *text = PG_GETARG_CSTRING(0);
	int64_t result;
	PvDecimalResult error = pv_decimal_parse(text, strlen(text), type->scale, &result);

	if (error == PV_DECIMAL_SYNTAX)
		pv_ereturn(fcinfo, (Datum) 0,
				   (pv_error(BAD_NUMBER),
					errmsg("invalid input syntax for type %s: \"%s\"", type->name, text)));
	if (error != PV_DECIMAL_OK)
		pv_ereturn(fcinfo, (Datum) 0,
				   (pv_set_token(pv_decimal_token(error)),
					errmsg("value for type %s %s: \"%s\"", type->name, pv_decimal_error_text(error),
						   text)));
	PG_RETURN_INT64(result);
}

static Datum
fixed_out(FunctionCallInfo fcinfo, const FixedType *type)
{
	char *text = palloc(PV_DECIMAL_BUFSIZE);

	(void) pv_decimal_print(PG_GETARG_INT64(0), type->scale, text);
	PG_RETURN_CSTRING(text);
}

static Datum
fixed_from_numeric(FunctionCallInfo fcinfo, const FixedType *type)
{
	PG_RETURN_INT64(pv_from_numeric(PG_GETARG_NUMERIC(0), type->scale, type->name));
}

static Datum
fixed_to_numeric(FunctionCallInfo fcinfo, const FixedType *type)
{
	PG_RETURN_NUMERIC(pv_to_numeric(PG_GETARG_INT64(0), type->scale));
}

static Datum
fixed_from_int64(int64_t value, const FixedType *type)
{
	for (int i = 0; i < type->scale; i++)
		if (__builtin_mul_overflow(value, INT64_C(10), &value))
			ereport(ERROR, (pv_error(NUMBER_OUT_OF_RANGE),
							errmsg("integer out of range for type %s", type->name)));
	PG_RETURN_INT64(value);
}

/*
 * sum(): the state is that of sum(bigint), whose total of raw units is scaled
 * at the end.  NULL over no rows.
 */
static Datum
fixed_sum_final(FunctionCallInfo fcinfo, const FixedType *type)
{
	LOCAL_FCINFO(total, 1);
	Datum units;

	InitFunctionCallInfoData(*total, NULL, 1, InvalidOid, fcinfo->context, NULL);
	total->args[0] = fcinfo->args[0];
	units = numeric_poly_sum(total);
	if (total->isnull)
		PG_RETURN_NULL();
	units = DirectFunctionCall2(numeric_mul, units,
								NumericGetDatum(int64_div_fast_to_numeric(1, type->scale)));
	return DirectFunctionCall1(numeric_trim_scale, units);
}

/* The SQL functions of one type, pv_<name>_in and so on. */
#define FIXED_TYPE_FUNCTION(name, suffix, call)  \
	PG_FUNCTION_INFO_V1(pv_##name##_##suffix);   \
	Datum pv_##name##_##suffix(PG_FUNCTION_ARGS) \
	{                                            \
		return call;                             \
	}

#define FIXED_TYPE_FUNCTIONS(name)                                                           \
	FIXED_TYPE_FUNCTION(name, in, fixed_in(fcinfo, &name##_type))                            \
	FIXED_TYPE_FUNCTION(name, out, fixed_out(fcinfo, &name##_type))                          \
	FIXED_TYPE_FUNCTION(name, from_numeric, fixed_from_numeric(fcinfo, &name##_type))        \
	FIXED_TYPE_FUNCTION(name, from_int2, fixed_from_int64(PG_GETARG_INT16(0), &name##_type)) \
	FIXED_TYPE_FUNCTION(name, from_int4, fixed_from_int64(PG_GETARG_INT32(0), &name##_type)) \
	FIXED_TYPE_FUNCTION(name, from_int8, fixed_from_int64(PG_GETARG_INT64(0), &name##_type)) \
	FIXED_TYPE_FUNCTION(name, to_numeric, fixed_to_numeric(fcinfo, &name##_type))            \
	FIXED_TYPE_FUNCTION(name, sum_final, fixed_sum_final(fcinfo, &name##_type))

FIXED_TYPE_FUNCTIONS(amount)
FIXED_TYPE_FUNCTIONS(points)
