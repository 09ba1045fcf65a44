/*
 * price.c
 *	  The SQL type price: an exact ratio, amount per points (U3).
 *
 * Its text is `amount/points`, so that a dump keeps it exact; a plain decimal
 * is read too.  Two prices are equal when their ratios are.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/decimal.h"
#include "engine/fixed.h"
#include "types/numbers.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

#define DatumGetPrice(datum) ((PvPrice *) DatumGetPointer(datum))
#define PG_GETARG_PRICE(n) (*DatumGetPrice(PG_GETARG_DATUM(n)))
#define PG_RETURN_PRICE(price) return copy_price(price)

PG_FUNCTION_INFO_V1(pv_price_in);
PG_FUNCTION_INFO_V1(pv_price_out);
PG_FUNCTION_INFO_V1(pv_price_recv);
PG_FUNCTION_INFO_V1(pv_price_send);
PG_FUNCTION_INFO_V1(pv_price_from_numeric);
PG_FUNCTION_INFO_V1(pv_price_from_int2);
PG_FUNCTION_INFO_V1(pv_price_from_int4);
PG_FUNCTION_INFO_V1(pv_price_from_int8);
PG_FUNCTION_INFO_V1(pv_price_to_numeric_sql);
PG_FUNCTION_INFO_V1(pv_price_make);
PG_FUNCTION_INFO_V1(pv_price_eq);
PG_FUNCTION_INFO_V1(pv_price_ne);
PG_FUNCTION_INFO_V1(pv_price_lt);
PG_FUNCTION_INFO_V1(pv_price_le);
PG_FUNCTION_INFO_V1(pv_price_gt);
PG_FUNCTION_INFO_V1(pv_price_ge);
PG_FUNCTION_INFO_V1(pv_price_compare);
PG_FUNCTION_INFO_V1(pv_price_sortsupport);
PG_FUNCTION_INFO_V1(pv_price_smaller);
PG_FUNCTION_INFO_V1(pv_price_larger);
PG_FUNCTION_INFO_V1(pv_price_hash);
PG_FUNCTION_INFO_V1(pv_price_hash_extended);

static Datum
copy_price(PvPrice price)
{
	PvPrice *copy = palloc(sizeof(PvPrice));

	*copy = price;
	return PointerGetDatum(copy);
}

static bool
is_price(PvPrice price)
{
	return price.points > 0 && price.amount >= 0;
}

/*
 * A plain decimal is so much for one point, or for 10, 100 ... points where it
 * has more decimals than an amount.
 */
static PvDecimalResult
parse_plain_price(const char *text, PvPrice *price)
{
	PvDecimalResult result = PV_DECIMAL_SYNTAX;

	price->points = PV_ONE_POINT;
	for (int decimals = PV_AMOUNT_SCALE;; decimals++)
	{
		result = pv_decimal_parse(text, strlen(text), decimals, &price->amount);
		if (result != PV_DECIMAL_TOO_PRECISE || price->points > INT64_MAX / 10)
			break;
		price->points *= 10;
	}
	return result;
}

static PvDecimalResult
parse_price(const char *text, PvPrice *price)
{
	const char *slash = strchr(text, '/');
	PvDecimalResult result;

	if (!slash)
		return parse_plain_price(text, price);
	result = pv_decimal_parse(text, slash - text, PV_AMOUNT_SCALE, &price->amount);
	if (result != PV_DECIMAL_OK)
		return result;
	return pv_decimal_parse(slash + 1, strlen(slash + 1), PV_POINTS_SCALE, &price->points);
}

Datum
pv_price_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	PvPrice price;
	PvDecimalResult error = parse_price(text, &price);

	if (error == PV_DECIMAL_SYNTAX)
		pv_ereturn(fcinfo, (Datum) 0,
				   (pv_error(BAD_NUMBER),
					errmsg("invalid input syntax for type price: \"%s\"", text),
					errhint("A price is written as amount/points, such as 30/21, or as a plain "
							"decimal.")));
	if (error != PV_DECIMAL_OK)
		pv_ereturn(fcinfo, (Datum) 0,
				   (pv_set_token(pv_decimal_token(error)),
					errmsg("value for type price %s: \"%s\"", pv_decimal_error_text(error), text)));
	if (!is_price(price))
		pv_ereturn(fcinfo, (Datum) 0,
				   (pv_error(NUMBER_OUT_OF_RANGE),
					errmsg("value for type price is out of range: \"%s\"", text),
					errdetail("The amount must not be negative and the points must be above 0.")));
	PG_RETURN_PRICE(price);
}

Datum
pv_price_out(PG_FUNCTION_ARGS)
{
	PvPrice price = PG_GETARG_PRICE(0);
	char *text = palloc(2 * PV_DECIMAL_BUFSIZE);
	size_t length = pv_decimal_print(price.amount, PV_AMOUNT_SCALE, text);

	text[length++] = '/';
	(void) pv_decimal_print(price.points, PV_POINTS_SCALE, text + length);
	PG_RETURN_CSTRING(text);
}

Datum
pv_price_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);
	PvPrice price;

	price.amount = pq_getmsgint64(buffer);
	price.points = pq_getmsgint64(buffer);
	if (!is_price(price))
		ereport(ERROR, (pv_error(BAD_BINARY), errmsg("invalid external value for type price")));
	PG_RETURN_PRICE(price);
}

Datum
pv_price_send(PG_FUNCTION_ARGS)
{
	PvPrice price = PG_GETARG_PRICE(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint64(&buffer, price.amount);
	pq_sendint64(&buffer, price.points);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
pv_price_from_numeric(PG_FUNCTION_ARGS)
{
	char *text = DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(0)));
	PvPrice price;
	PvDecimalResult error = parse_plain_price(text, &price);

	if (error != PV_DECIMAL_OK || !is_price(price))
		ereport(ERROR,
				(pv_set_token(error != PV_DECIMAL_OK ? pv_decimal_token(error)
													 : PV_TOKEN_NUMBER_OUT_OF_RANGE),
				 errmsg("value for type price %s: %.60s",
						error != PV_DECIMAL_OK ? pv_decimal_error_text(error) : "is out of range",
						text)));
	PG_RETURN_PRICE(price);
}

static Datum
price_from_int64(int64_t value)
{
	PvPrice price = {0, PV_ONE_POINT};

	if (value < 0 || __builtin_mul_overflow(value, PV_ONE_CURRENCY, &price.amount))
		ereport(ERROR,
				(pv_error(NUMBER_OUT_OF_RANGE), errmsg("integer out of range for type price")));
	PG_RETURN_PRICE(price);
}

Datum
pv_price_from_int2(PG_FUNCTION_ARGS)
{
	return price_from_int64(PG_GETARG_INT16(0));
}

Datum
pv_price_from_int4(PG_FUNCTION_ARGS)
{
	return price_from_int64(PG_GETARG_INT32(0));
}

Datum
pv_price_from_int8(PG_FUNCTION_ARGS)
{
	return price_from_int64(PG_GETARG_INT64(0));
}

Datum
pv_price_to_numeric_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(pv_price_to_numeric(PG_GETARG_PRICE(0)));
}

/* price(amount, points): NULL where there are no points, hence no price. */
Datum
pv_price_make(PG_FUNCTION_ARGS)
{
	PvPrice price = {PG_GETARG_INT64(0), PG_GETARG_INT64(1)};

	if (!is_price(price))
		PG_RETURN_NULL();
	PG_RETURN_PRICE(price);
}

static int
compare_args(FunctionCallInfo fcinfo)
{
	return pv_price_cmp(PG_GETARG_PRICE(0), PG_GETARG_PRICE(1));
}

Datum
pv_price_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

Datum
pv_price_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

Datum
pv_price_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

Datum
pv_price_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

Datum
pv_price_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

Datum
pv_price_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

Datum
pv_price_compare(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

static int
compare_for_sort(Datum a, Datum b, SortSupport ssup)
{
	return pv_price_cmp(*DatumGetPrice(a), *DatumGetPrice(b));
}

Datum
pv_price_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = compare_for_sort;
	PG_RETURN_VOID();
}

Datum
pv_price_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(compare_args(fcinfo) <= 0 ? 0 : 1));
}

Datum
pv_price_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(compare_args(fcinfo) >= 0 ? 0 : 1));
}

Datum
pv_price_hash(PG_FUNCTION_ARGS)
{
	PvPrice price = pv_price_reduce(PG_GETARG_PRICE(0));

	return hash_any((unsigned char *) &price, sizeof(price));
}

Datum
pv_price_hash_extended(PG_FUNCTION_ARGS)
{
	PvPrice price = pv_price_reduce(PG_GETARG_PRICE(0));

	return hash_any_extended((unsigned char *) &price, sizeof(price), PG_GETARG_INT64(1));
}
