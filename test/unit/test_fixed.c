/* 128-bit products at the edges of 64 bits. */
#include "unit.h"

#include "engine/fixed.h"

static void
test_rounding(void)
{
	int64_t r = -7;

	CHECK(pv_mul_div_floor(7, 3, 2, &r) && r == 10);
	CHECK(pv_mul_div_ceil(7, 3, 2, &r) && r == 11);
	CHECK(pv_mul_div_floor(6, 3, 2, &r) && r == 9);
	CHECK(pv_mul_div_ceil(6, 3, 2, &r) && r == 9);
	CHECK(pv_mul_div_floor(0, INT64_MAX, 1, &r) && r == 0);
	CHECK(pv_mul_div_ceil(0, INT64_MAX, 1, &r) && r == 0);
	CHECK(pv_mul_div_ceil(1, 1, INT64_MAX, &r) && r == 1);
	CHECK(pv_mul_div_floor(1, 1, INT64_MAX, &r) && r == 0);
	CHECK(pv_rate_floor(999999, 300000, &r) && r == 299999);
	CHECK(pv_rate_ceil(999999, 300000, &r) && r == 300000);
}

static void
test_range(void)
{
	int64_t r = -7;

	CHECK(pv_mul_div_floor(INT64_MAX, INT64_MAX, INT64_MAX, &r) && r == INT64_MAX);
	CHECK(pv_mul_div_ceil(INT64_MAX, INT64_MAX, INT64_MAX, &r) && r == INT64_MAX);
	r = -7;
	CHECK(!pv_mul_div_floor(INT64_MAX, 2, 1, &r) && r == -7);
	CHECK(!pv_mul_div_ceil(INT64_MAX, INT64_MAX, 1, &r) && r == -7);
	CHECK(!pv_mul_div_floor(INT64_MIN, INT64_MAX, 1, &r) && r == -7);
	CHECK(!pv_mul_div_ceil(INT64_MIN, INT64_MAX, 1, &r) && r == -7);
	CHECK(!pv_mul_div_floor(1, 1, 0, &r) && !pv_mul_div_ceil(1, 1, INT64_MIN, &r) && r == -7);
	/* floor fits where ceil does not */
	CHECK(pv_mul_div_floor(INT64_MAX, 3, 3, &r) && r == INT64_MAX);
	CHECK(pv_mul_div_floor(INT64_MAX - 1, INT64_MAX, INT64_MAX - 2, &r) == false);
	CHECK(!pv_add(INT64_MAX, 1, &r));
	CHECK(pv_add(INT64_MAX, INT64_MIN, &r) && r == -1);
	CHECK(!pv_sub(INT64_MIN, 1, &r));
}

static void
test_prices(void)
{
	PvPrice highest = {INT64_MAX, 1};
	PvPrice nearly = {INT64_MAX - 1, 1};
	PvPrice lowest = {1, INT64_MAX};
	PvPrice one = {INT64_MAX, INT64_MAX};
	PvPrice below_one = {INT64_MAX - 1, INT64_MAX};

	CHECK(pv_price_cmp(highest, nearly) > 0);
	CHECK(pv_price_cmp(lowest, highest) < 0);
	CHECK(pv_price_cmp(one, (PvPrice){1, 1}) == 0);
	CHECK(pv_price_cmp(below_one, one) < 0);
	CHECK(pv_price_cmp((PvPrice){INT64_MAX - 1, INT64_MAX},
					   (PvPrice){INT64_MAX - 2, INT64_MAX - 1}) > 0);
	CHECK(pv_price_cmp((PvPrice){0, 5}, (PvPrice){0, INT64_MAX}) == 0);
	CHECK(pv_price_reduce((PvPrice){6, 4}).amount == 3);
	CHECK(pv_price_reduce((PvPrice){0, INT64_MAX}).points == 1);
	CHECK(pv_price_reduce(one).amount == 1);
	CHECK(pv_price_to_key((PvPrice){3, 7}) == INT64_C(428571428571));
	CHECK(pv_price_to_key(highest) == INT64_MAX && pv_price_to_key(lowest) == 0);
}

typedef struct Sum
{
	pv_int128 sum;
} Sum;

/* Memory of palloc is aligned to 8 bytes; the sanitizer stops where 16 are asked for. */
static void
test_alignment(void)
{
	__int128 memory[3] = {0};
	Sum *sums = (Sum *) ((char *) memory + 8);

	for (int i = 1; i <= 3; i++)
		sums[1].sum += (pv_int128) INT64_MAX * i;
	CHECK(sums[1].sum == (pv_int128) INT64_MAX * 6);
	CHECK(sums[0].sum == 0);
}

void
test_fixed(void)
{
	test_rounding();
	test_range();
	test_prices();
	test_alignment();
}
