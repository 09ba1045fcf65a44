/*
 * verify_items.h
 *	  Series of collectibles and their items, by the journal and by their rows (N5).
 */
#ifndef PV_AUDIT_VERIFY_ITEMS_H
#define PV_AUDIT_VERIFY_ITEMS_H

#include "base/compat.h"
#include "audit/verification.h"
#include "audit/verify_days.h"
#include "audit/verify_sort.h"
#include "engine/event.h"
#include "store/journal.h"

extern void pv_items_begin(PvVerify *verify);
extern int64_t pv_items_note_terms(PvVerify *verify, const PvEntry *entry);
extern bool pv_items_find(PvVerify *verify, const PvEntry *entry, PvSeries *series, PvItem *item);
extern void pv_items_follow(PvVerify *verify, const PvEvent *event, const PvEffect *effect);
extern void pv_items_claimed(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change);
extern void pv_items_compare(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_ITEMS_H */
