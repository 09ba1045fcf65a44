/*
 * limited.h
 *	  What an operator has booked on a day of what a policy may limit.
 */
#ifndef PV_STORE_LIMITED_H
#define PV_STORE_LIMITED_H

#include "base/compat.h"
#include "store/journal.h"
#include "store/state.h"

extern int64_t pv_entry_counts(const PvEntry *entry);
extern int64_t pv_counted_before(const PvBook *book, const PvEntry *entry);

#endif /* PV_STORE_LIMITED_H */
