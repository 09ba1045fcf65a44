/*
 * tally.h
 *	  How many members a vault has, counted once for all of them up to some number,
 *	  so that who asks counts those after it alone.
 */
#ifndef PV_STORE_TALLY_H
#define PV_STORE_TALLY_H

#include "base/compat.h"

extern bool pv_drawers_are_over(void);
extern int64_t pv_tally_advance(int32_t vault);

#endif /* PV_STORE_TALLY_H */
