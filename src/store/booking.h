/*
 * booking.h
 *	  Events booked whole: after the closes of the days before and the dividends of
 *	  their members, with the exits they lead to.
 */
#ifndef PV_STORE_BOOKING_H
#define PV_STORE_BOOKING_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/state.h"

extern void pv_book_begin(PvBook *book, PvEntry *entry);
extern void pv_book_bring_up_to_date(PvBook *book, PvMember *member);
extern PvError pv_book_try(PvBook *book, PvEvent *event);
extern PvError pv_book_apply(PvBook *book, PvEvent *event, PvEntry *entry);
extern int64_t pv_book_exits(PvBook *book, const PvEntry *cause, int64_t most);
extern int pv_book_accrue(PvBook *book, int most, int64_t *after);

#endif /* PV_STORE_BOOKING_H */
