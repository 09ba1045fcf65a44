/*
 * logarithm.c
 *	  Logarithms and powers of 2 in integers, for estimates that people are shown.
 *
 * Digit by digit: a logarithm by squaring, a power by the roots of 2.  Numbers from 1
 * to below 2 are in units of 2^-62.
 */
#include "engine/logarithm.h"

#include "base/assertion.h"

#define ONE_BITS 62
#define MOST_EXPONENT 42 /* the largest power whose millionths fit 63 bits */

typedef unsigned __int128 Wide;

static int
highest_bit(Wide value)
{
	int bit = 0;

	while (value >>= 1)
		bit++;
	return bit;
}

/*
 * The logarithm to base 2 of what is above 0, right to the last digits of what it
 * returns.
 */
int64_t
pv_log2(pv_int128 value)
{
	int exponent = highest_bit((Wide) value);
	int64_t log = (int64_t) exponent * (INT64_C(1) << PV_LOG_BITS);
	Wide rest = exponent > ONE_BITS ? (Wide) value >> (exponent - ONE_BITS)
									: (Wide) value << (ONE_BITS - exponent);

	PV_ASSERT(value > 0);
	for (int bit = PV_LOG_BITS - 1; bit >= 0; bit--)
	{
		rest = rest * rest >> ONE_BITS;
		if (rest >> (ONE_BITS + 1) == 0)
			continue;
		rest >>= 1;
		log += INT64_C(1) << bit;
	}
	return log;
}

/* The square root, rounded down. */
static uint64_t
root_of(Wide value)
{
	uint64_t root = 0;

	for (int bit = 63; bit >= 0; bit--)
	{
		uint64_t larger = root | UINT64_C(1) << bit;

		if ((Wide) larger * larger <= value)
			root = larger;
	}
	return root;
}

/*
 * 2 to the power of what is not below 0, in millionths; false where that does not fit.
 */
bool
pv_exp2(int64_t log, int64_t *ppm)
{
	int64_t exponent = log >> PV_LOG_BITS;
	uint64_t root = UINT64_C(1) << (ONE_BITS + 1);
	Wide power = (Wide) 1 << ONE_BITS;

	PV_ASSERT(log >= 0);
	if (exponent > MOST_EXPONENT)
		return false;
	for (int bit = PV_LOG_BITS - 1; bit >= 0; bit--)
	{
		root = root_of((Wide) root << ONE_BITS);
		if (log >> bit & 1)
			power = power * root >> ONE_BITS;
	}
	*ppm = (int64_t) (power * PV_ONE_RATE >> (ONE_BITS - exponent));
	return true;
}
