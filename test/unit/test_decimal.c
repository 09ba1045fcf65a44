/* Decimal text, exactly and back. */
#include "unit.h"

#include "base/lengthof.h"
#include "engine/decimal.h"

#include <string.h>

static PvDecimalResult
parse(const char *text, int scale, int64_t *value)
{
	return pv_decimal_parse(text, strlen(text), scale, value);
}

static bool
prints(int64_t value, int scale, const char *expected)
{
	char buffer[PV_DECIMAL_BUFSIZE];

	return pv_decimal_print(value, scale, buffer) == strlen(expected) &&
		   strcmp(buffer, expected) == 0;
}

static void
test_parse(void)
{
	int64_t v = 0;

	CHECK(parse("922337203685477.5807", 4, &v) == PV_DECIMAL_OK && v == INT64_MAX);
	CHECK(parse("-922337203685477.5808", 4, &v) == PV_DECIMAL_OK && v == INT64_MIN);
	CHECK(parse("922337203685477.5808", 4, &v) == PV_DECIMAL_OUT_OF_RANGE);
	CHECK(parse("-922337203685477.5809", 4, &v) == PV_DECIMAL_OUT_OF_RANGE);
	CHECK(parse("-92233720368.54775808", 8, &v) == PV_DECIMAL_OK && v == INT64_MIN);
	CHECK(parse("99999999999999999999999999", 4, &v) == PV_DECIMAL_OUT_OF_RANGE);
	CHECK(parse("1.00005", 4, &v) == PV_DECIMAL_TOO_PRECISE);
	CHECK(parse("1.00050000", 4, &v) == PV_DECIMAL_OK && v == 10005);
	CHECK(parse(" +.5 ", 4, &v) == PV_DECIMAL_OK && v == 5000);
	CHECK(parse("5.", 4, &v) == PV_DECIMAL_OK && v == 50000);
	CHECK(parse("-0", 4, &v) == PV_DECIMAL_OK && v == 0);
	CHECK(parse("0000000000000000000000000001", 0, &v) == PV_DECIMAL_OK && v == 1);
}

static void
test_refuse(void)
{
	const char *junk[] = {"",	 " ",	 ".",	  "-",	 "+",	"1e3", "0x1",
						  "1 2", "1..2", "1.2.3", "--1", "1,5", "１"};
	const char *not_finite[] = {"NaN", "nan", "Infinity", "-infinity", "+Inf", " inf "};
	int64_t v;

	for (int i = 0; i < lengthof(junk); i++)
		CHECK(parse(junk[i], 4, &v) == PV_DECIMAL_SYNTAX);
	for (int i = 0; i < lengthof(not_finite); i++)
		CHECK(parse(not_finite[i], 4, &v) == PV_DECIMAL_NOT_FINITE);
}

static void
test_print(void)
{
	CHECK(prints(0, 8, "0"));
	CHECK(prints(1, 8, "0.00000001"));
	CHECK(prints(-1, 4, "-0.0001"));
	CHECK(prints(10000, 4, "1"));
	CHECK(prints(100000, 4, "10"));
	CHECK(prints(12500, 4, "1.25"));
	CHECK(prints(INT64_MAX, 4, "922337203685477.5807"));
	CHECK(prints(INT64_MIN, 8, "-92233720368.54775808"));
	CHECK(prints(INT64_MIN, 0, "-9223372036854775808"));
}

void
test_decimal(void)
{
	test_parse();
	test_refuse();
	test_print();
}
