/*
 * decimal.c
 *	  Plain decimal text to scaled 64-bit integers and back, exactly.
 */
#include "engine/decimal.h"

#include <string.h>
#include <strings.h>

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

static bool
is_not_finite(const char *text, size_t length)
{
	if (length > 0 && (*text == '-' || *text == '+'))
	{
		text++;
		length--;
	}
	return is_word(text, length, "nan") || is_word(text, length, "infinity") ||
		   is_word(text, length, "inf");
}

/*
 * Appends one digit.  Works on the negative side, which is the longer one, so
 * that the smallest 64-bit integer can be read back too.
 */
static bool
push_digit(int64_t *negative, int digit)
{
	return !__builtin_mul_overflow(*negative, INT64_C(10), negative) &&
		   !__builtin_sub_overflow(*negative, (int64_t) digit, negative);
}

/*
 * Reads `[space] [sign] digits [. digits] [space]` as an integer of 10^-scale.
 * Zeros beyond the scale are harmless, any other digit there is refused:
 * nothing is ever rounded silently.  Exponents are not plain and not read.
 */
PvDecimalResult
pv_decimal_parse(const char *text, size_t length, int scale, int64_t *result)
{
	const char *end = text + length;
	bool minus = false;
	bool fraction = false;
	bool overflow = false;
	bool too_precise = false;
	int digits = 0;
	int decimals = 0;
	int64_t negative = 0;

	while (text < end && is_space(*text))
		text++;
	while (end > text && is_space(end[-1]))
		end--;
	if (is_not_finite(text, end - text))
		return PV_DECIMAL_NOT_FINITE;
	if (text < end && (*text == '-' || *text == '+'))
		minus = *text++ == '-';

	for (; text < end; text++)
	{
		if (*text == '.' && !fraction)
		{
			fraction = true;
			continue;
		}
		if (*text < '0' || *text > '9')
			return PV_DECIMAL_SYNTAX;
		digits++;
		if (!fraction || decimals < scale)
		{
			decimals += fraction;
			overflow |= !push_digit(&negative, *text - '0');
		}
		else if (*text != '0')
			too_precise = true;
	}

	if (digits == 0)
		return PV_DECIMAL_SYNTAX;
	for (; decimals < scale; decimals++)
		overflow |= !push_digit(&negative, 0);
	if (overflow || (!minus && negative == INT64_MIN))
		return PV_DECIMAL_OUT_OF_RANGE;
	if (too_precise)
		return PV_DECIMAL_TOO_PRECISE;
	*result = minus ? negative : -negative;
	return PV_DECIMAL_OK;
}

/*
 * Prints an integer of 10^-scale as a plain decimal without trailing zeros.
 * The buffer has PV_DECIMAL_BUFSIZE bytes; returns the length.
 */
size_t
pv_decimal_print(int64_t value, int scale, char *buffer)
{
	char reversed[PV_DECIMAL_BUFSIZE];
	size_t length = 0;
	size_t written = 0;
	uint64_t rest = value < 0 ? -(uint64_t) value : (uint64_t) value;

	while (scale > 0 && rest % 10 == 0)
	{
		rest /= 10;
		scale--;
	}
	for (int position = 0; rest > 0 || position <= scale; position++)
	{
		if (position == scale && position > 0)
			reversed[length++] = '.';
		reversed[length++] = (char) ('0' + rest % 10);
		rest /= 10;
	}
	if (value < 0)
		buffer[written++] = '-';
	while (length > 0)
		buffer[written++] = reversed[--length];
	buffer[written] = '\0';
	return written;
}
