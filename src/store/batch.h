/*
 * batch.h
 *	  All that many orders need, brought in a few statements.
 */
#ifndef PV_STORE_BATCH_H
#define PV_STORE_BATCH_H

#include "base/compat.h"
#include "store/queue_rows.h"
#include "store/state.h"

extern void pv_find_booked(int32_t vault, PvOrder *orders, int count);
extern void pv_book_bring_orders(PvBook *book, PvOrder *orders, int count);

#endif /* PV_STORE_BATCH_H */
