/*
 * decimal.h
 *	  Plain decimal text to scaled 64-bit integers and back, exactly.
 *
 * Layer 1: no database access, no error reporting.
 */
#ifndef PV_DECIMAL_H
#define PV_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sign, 19 digits, decimal point, terminating NUL. */
#define PV_DECIMAL_BUFSIZE 24

typedef enum PvDecimalResult
{
	PV_DECIMAL_OK,
	PV_DECIMAL_SYNTAX,		 /* not a plain decimal number */
	PV_DECIMAL_NOT_FINITE,	 /* NaN, Infinity */
	PV_DECIMAL_OUT_OF_RANGE, /* does not fit 64 bits at that scale */
	PV_DECIMAL_TOO_PRECISE	 /* non-zero digits beyond the scale */
} PvDecimalResult;

extern PvDecimalResult pv_decimal_parse(const char *text, size_t length, int scale,
										int64_t *result);
extern size_t pv_decimal_print(int64_t value, int scale, char *buffer);

#endif /* PV_DECIMAL_H */
