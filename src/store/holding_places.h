/*
 * holding_places.h
 *	  Where holdings lie: found without their index where that is known.
 */
#ifndef PV_STORE_HOLDING_PLACES_H
#define PV_STORE_HOLDING_PLACES_H

#include "base/compat.h"
#include "store/lookup.h"

#include "storage/itemptr.h"

extern bool pv_holding_find(PvScan *scan, int32_t vault, int64_t member, PvRow *row);
extern bool pv_holdings_are_noted(int count);
extern void pv_holding_note(int32_t vault, int64_t member, ItemPointer place);

#endif /* PV_STORE_HOLDING_PLACES_H */
