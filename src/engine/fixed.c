/*
 * fixed.c
 *	  128-bit products and exact comparison of prices.
 */
#include "engine/fixed.h"

/*
 * ⌊a × b / divisor⌋ for a, b ≥ 0.  Damaged data alone have others, or a divisor of
 * 0, which gives nothing that fits.
 */
bool
pv_mul_div_floor(int64_t a, int64_t b, int64_t divisor, int64_t *result)
{
	pv_int128 quotient;

	if (divisor <= 0)
		return false;
	quotient = (pv_int128) a * b / divisor;
	if (quotient > INT64_MAX || quotient < INT64_MIN)
		return false;
	*result = (int64_t) quotient;
	return true;
}

/*
 * ⌈a × b / divisor⌉, likewise.
 */
bool
pv_mul_div_ceil(int64_t a, int64_t b, int64_t divisor, int64_t *result)
{
	pv_int128 product = (pv_int128) a * b;
	pv_int128 quotient;

	if (divisor <= 0)
		return false;
	quotient = product / divisor + (product % divisor != 0);
	if (quotient > INT64_MAX || quotient < INT64_MIN)
		return false;
	*result = (int64_t) quotient;
	return true;
}

/*
 * Compares two prices by cross-multiplication, never by division (U3): two
 * 64-bit factors cannot overflow 128 bits.
 */
int
pv_price_cmp(PvPrice a, PvPrice b)
{
	pv_int128 left = (pv_int128) a.amount * b.points;
	pv_int128 right = (pv_int128) b.amount * a.points;

	return (left > right) - (left < right);
}

/*
 * The same price in lowest terms, so that equal prices hash alike.
 */
PvPrice
pv_price_reduce(PvPrice price)
{
	uint64_t a = price.amount < 0 ? -(uint64_t) price.amount : (uint64_t) price.amount;
	uint64_t b = (uint64_t) price.points;

	while (b != 0)
	{
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return (PvPrice){price.amount / (int64_t) a, price.points / (int64_t) a};
}

/*
 * A lower bound of a price in 64 bits: currency per point in 1e-8, rounded
 * down, and the largest integer for what is beyond.  Back: key over
 * PV_PRICE_KEY_SCALE.
 */
int64_t
pv_price_to_key(PvPrice price)
{
	int64_t key;

	return pv_mul_div_floor(price.amount, PV_PRICE_KEY_SCALE, price.points, &key) ? key : INT64_MAX;
}
