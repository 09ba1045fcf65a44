/*
 * book.h
 *	  A vault opened for events: read under its lock, posted to, written.
 */
#ifndef PV_STORE_BOOK_H
#define PV_STORE_BOOK_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/state.h"

extern PvBook *pv_book_open(int32_t vault, PvBookMode mode, const char *ref, const char *member);
extern PvError pv_book_post(PvBook *book, PvEvent *event, PvEntry *entry);
extern void pv_book_note(PvBook *book, PvEntry *entry);
extern void pv_book_write(PvBook *book);

#endif /* PV_STORE_BOOK_H */
