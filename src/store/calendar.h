/*
 * calendar.h
 *	  Business days: of a moment, of today, the first that is open (U5, V7).
 */
#ifndef PV_STORE_CALENDAR_H
#define PV_STORE_CALENDAR_H

#include "base/compat.h"
#include "store/journal.h"
#include "store/state.h"

#include "datatype/timestamp.h"
#include "utils/date.h"

extern bool pv_day_in(pg_tz *timezone, TimestampTz at, DateADT *day);
extern bool pv_book_try_day(const PvBook *book, TimestampTz at, DateADT *day);
extern TimestampTz pv_book_start_of(const PvBook *book, DateADT day);
extern DateADT pv_book_day(const PvBook *book, TimestampTz at);
extern DateADT pv_open_after(PvKind kind, DateADT day);
extern char *pv_date_text(DateADT day);
extern DateADT pv_book_today(const PvBook *book);
extern DateADT pv_book_open_day(PvBook *book);
extern void pv_book_find_day(PvBook *book, PvEntry *entry);

#endif /* PV_STORE_CALENDAR_H */
