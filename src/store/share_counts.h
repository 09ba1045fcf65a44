/*
 * share_counts.h
 *	  Share counts and their running totals in memory (C8).
 */
#ifndef PV_STORE_SHARE_COUNTS_H
#define PV_STORE_SHARE_COUNTS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/state.h"

extern PvClass *pv_class_find(PvCycle *cycle, int64_t shares);
extern PvClass pv_class_of(PvBook *book, int64_t shares);
extern void pv_classes_load(PvBook *book);
extern void pv_class_count(PvCycle *cycle, int64_t shares, int holders, int active);
extern void pv_share_counts_write(PvBook *book);

#endif /* PV_STORE_SHARE_COUNTS_H */
