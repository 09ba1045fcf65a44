/*
 * batch.h
 *	  All that many events need, brought at once.
 */
#ifndef PV_STORE_BATCH_H
#define PV_STORE_BATCH_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/order.h"
#include "store/state.h"

/* A member by the name that somebody gave. */
typedef struct PvNamed
{
	const char *name;
	PvMember *member; /* NULL: there is none such */
} PvNamed;

/* An order on its way into the journal. */
typedef struct PvBooking
{
	PvOrder order;	 /* one from the queue: `at` is the end of its hold (H4) */
	PvMember *buyer; /* NULL: there is none such */
	int64_t replay;	 /* seq of the journal row that has its ref, 0 = none */
	PvEntry entry;	 /* its journal row, once it is booked */
} PvBooking;

extern void pv_book_bring_named(PvBook *book, PvNamed *named, int count);
extern void pv_book_bring_orders(PvBook *book, PvBooking *bookings, int count);

#endif /* PV_STORE_BATCH_H */
