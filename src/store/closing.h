/*
 * closing.h
 *	  Closes of days, and what they pay, in the store (V7, C3 to C8).
 */
#ifndef PV_STORE_CLOSING_H
#define PV_STORE_CLOSING_H

#include "base/compat.h"
#include "store/state.h"

#include "utils/date.h"

extern int64_t pv_last_close(PvBook *book);
extern void pv_close_before(PvBook *book, DateADT day);

#endif /* PV_STORE_CLOSING_H */
