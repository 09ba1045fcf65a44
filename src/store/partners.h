/*
 * partners.h
 *	  Partners in the store: whom a close makes one, and who takes over (P1).
 */
#ifndef PV_STORE_PARTNERS_H
#define PV_STORE_PARTNERS_H

#include "base/compat.h"
#include "store/journal.h"
#include "store/state.h"

extern void pv_partners_make(PvBook *book, const PvEntry *close, int64_t closed_before);
extern void pv_partners_hand_on(int32_t vault, int64_t from, int64_t into);

#endif /* PV_STORE_PARTNERS_H */
