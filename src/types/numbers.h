/*
 * numbers.h
 *	  Between the numeric of the SQL surface and the vault's integers.
 */
#ifndef PV_NUMBERS_H
#define PV_NUMBERS_H

#include "base/compat.h"
#include "engine/decimal.h"
#include "engine/fixed.h"
#include "base/tokens.h"
#include "utils/numeric.h"

extern int64_t pv_from_numeric(Numeric value, int scale, const char *what);
extern Numeric pv_to_numeric(int64_t value, int scale);
extern Numeric pv_price_to_numeric(PvPrice price);
extern const char *pv_decimal_error_text(PvDecimalResult result);
extern PvToken pv_decimal_token(PvDecimalResult result);

#endif /* PV_NUMBERS_H */
