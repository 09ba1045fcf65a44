/*
 * custody.h
 *	  Points in custody of an exchange, by destination and day (X1, X2).
 */
#ifndef PV_STORE_CUSTODY_H
#define PV_STORE_CUSTODY_H

#include "base/compat.h"

#include "utils/date.h"

extern uint64 pv_custody_rows(int32_t vault, DateADT since, DateADT until);

#endif /* PV_STORE_CUSTODY_H */
