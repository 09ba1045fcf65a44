/*
 * numbers.c
 *	  Between the numeric of the SQL surface and the vault's integers.
 */
#include "types/numbers.h"

#include "utils/builtins.h"

const char *
pv_decimal_error_text(PvDecimalResult result)
{
	switch (result)
	{
		case PV_DECIMAL_NOT_FINITE:
			return "must be a finite number";
		case PV_DECIMAL_OUT_OF_RANGE:
			return "is out of range";
		case PV_DECIMAL_TOO_PRECISE:
			return "has too many decimals";
		default:
			return "is not a plain decimal number";
	}
}

PvToken
pv_decimal_token(PvDecimalResult result)
{
	switch (result)
	{
		case PV_DECIMAL_NOT_FINITE:
		case PV_DECIMAL_OUT_OF_RANGE:
			return PV_TOKEN_NUMBER_OUT_OF_RANGE;
		case PV_DECIMAL_TOO_PRECISE:
			return PV_TOKEN_TOO_MANY_DECIMALS;
		default:
			return PV_TOKEN_BAD_NUMBER;
	}
}

/*
 * A numeric as an integer of 10^-scale, exactly: NaN, infinities, what does not
 * fit and what would need rounding are errors that name the value (22003).
 */
int64_t
pv_from_numeric(Numeric value, int scale, const char *what)
{
	char *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value)));
	int64_t result;
	PvDecimalResult error = pv_decimal_parse(text, strlen(text), scale, &result);

	if (error != PV_DECIMAL_OK)
		ereport(ERROR, (pv_set_token(pv_decimal_token(error)),
						errmsg("%s %s: %.60s", what, pv_decimal_error_text(error), text),
						error == PV_DECIMAL_TOO_PRECISE
							? errhint("At most %d decimals are kept; round the value yourself "
									  "to say which way.",
									  scale)
							: 0));
	pfree(text);
	return result;
}

/*
 * An integer of 10^-scale as a numeric without trailing zeros.
 */
Numeric
pv_to_numeric(int64_t value, int scale)
{
	while (scale > 0 && value % 10 == 0)
	{
		value /= 10;
		scale--;
	}
	return int64_div_fast_to_numeric(value, scale);
}

/*
 * A price rounded as numeric division rounds it, to at least 16 significant
 * digits.  For showing only: no rule computes with it (U3).
 */
Numeric
pv_price_to_numeric(PvPrice price)
{
	Datum amount = NumericGetDatum(int64_div_fast_to_numeric(price.amount, PV_AMOUNT_SCALE));
	Datum points = NumericGetDatum(int64_div_fast_to_numeric(price.points, PV_POINTS_SCALE));
	Datum quotient = DirectFunctionCall2(numeric_div, amount, points);

	return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, quotient));
}
