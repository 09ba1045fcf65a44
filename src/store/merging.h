/*
 * merging.h
 *	  A member merged into another, in the store.
 */
#ifndef PV_STORE_MERGING_H
#define PV_STORE_MERGING_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/state.h"

extern void pv_book_bring_merge(PvBook *book, PvMember *from, PvMember *into);
extern char *pv_merge_note(int32_t vault, int64_t from, int64_t into);
extern void pv_member_merge(int32_t vault, int64_t from, int64_t into);

#endif /* PV_STORE_MERGING_H */
