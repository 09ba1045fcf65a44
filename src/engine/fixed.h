/*
 * fixed.h
 *	  Fixed-point arithmetic of the vault: integers only, 128-bit products.
 *
 * Layer 1: no database access, no error reporting.  Every function returns
 * false when the result does not fit (rule U4) and then leaves its output
 * alone, so that the caller can refuse the event with nothing changed.
 */
#ifndef PV_FIXED_H
#define PV_FIXED_H

#include <stdbool.h>
#include <stdint.h>

/* One currency unit in the units of `amount` (U1), one point in those of `points` (U2). */
#define PV_AMOUNT_SCALE 4
#define PV_POINTS_SCALE 8
#define PV_RATE_SCALE 6
#define PV_ONE_CURRENCY INT64_C(10000)
#define PV_ONE_POINT INT64_C(100000000)
#define PV_ONE_RATE INT64_C(1000000)

/*
 * The compiler moves 128 bits with instructions that want 16-byte alignment, and
 * memory of palloc promises 8: a struct that holds one is not to ask for more.
 */
typedef __int128 pv_int128 __attribute__((aligned(8)));

_Static_assert(__alignof__(pv_int128) == 8, "a 128-bit value must fit where palloc puts it");

/*
 * A price: currency per point as the exact ratio of two integers (U3),
 * `amount` in 1/10 000 currency unit, `points` in 1e-8 point, points > 0.
 */
typedef struct PvPrice
{
	int64_t amount;
	int64_t points;
} PvPrice;

static inline bool
pv_add(int64_t a, int64_t b, int64_t *result)
{
	return !__builtin_add_overflow(a, b, result);
}

static inline bool
pv_sub(int64_t a, int64_t b, int64_t *result)
{
	return !__builtin_sub_overflow(a, b, result);
}

/* Moves a figure by a sum that was taken in 128 bits: only what it comes to has to fit. */
static inline bool
pv_move(int64_t *figure, pv_int128 by)
{
	pv_int128 moved = *figure + by;

	*figure = (int64_t) moved;
	return moved == *figure;
}

extern bool pv_mul_div_floor(int64_t a, int64_t b, int64_t divisor, int64_t *result);
extern bool pv_mul_div_ceil(int64_t a, int64_t b, int64_t divisor, int64_t *result);

/* ⌊value × rate⌋ and ⌈value × rate⌉, the rate in parts per million (U4). */
static inline bool
pv_rate_floor(int64_t value, int64_t rate, int64_t *result)
{
	return pv_mul_div_floor(value, rate, PV_ONE_RATE, result);
}

static inline bool
pv_rate_ceil(int64_t value, int64_t rate, int64_t *result)
{
	return pv_mul_div_ceil(value, rate, PV_ONE_RATE, result);
}

/* What `points` are worth at a price, rounded down; how many points an amount buys, rounded down. */
static inline bool
pv_value_at(PvPrice price, int64_t points, int64_t *amount)
{
	return pv_mul_div_floor(points, price.amount, price.points, amount);
}

static inline bool
pv_points_at(PvPrice price, int64_t amount, int64_t *points)
{
	return pv_mul_div_floor(amount, price.points, price.amount, points);
}

/* A price per whole point in 1e-8 currency, rounded down; and back. */
#define PV_PRICE_KEY_SCALE INT64_C(1000000000000)

extern int64_t pv_price_to_key(PvPrice price);
extern int pv_price_cmp(PvPrice a, PvPrice b);
extern PvPrice pv_price_reduce(PvPrice price);

#endif /* PV_FIXED_H */
