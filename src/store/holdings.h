/*
 * holdings.h
 *	  Members and their balances in memory: read when an event needs them, written
 *	  at the end.
 */
#ifndef PV_STORE_HOLDINGS_H
#define PV_STORE_HOLDINGS_H

#include "base/compat.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "store/columns.h"
#include "store/plan.h"
#include "store/state.h"
#include "store/table.h"

/* A member's balances as they stand in a holding. */
#define PV_HOLDING_COLUMNS                                                                  \
	PV_ASSET_COLUMNS ", spent, mark, posted_to, exit_limit, exit_floor, shareholder_mark, " \
					 "released"

typedef void (*PvOnMember)(PvMember *member, const char *name, void *arg);

extern bool pv_row_price(const PvRow *row, int column, PvPrice *price);
extern PvMember *pv_book_holder(PvBook *book, int64_t id);
extern PvMember *pv_book_named_member(PvBook *book, const char *name);
extern PvMember *pv_book_member(PvBook *book, int64_t id);
extern const PvMember *pv_book_known_member(const PvBook *book, int64_t id);
extern char *pv_book_region(const PvMember *member);
extern void pv_bring_holders(PvBook *book, const int64_t *ids, int count);
extern void pv_bring_sponsors(PvBook *book);
extern ItemPointer pv_gather_holding(PvRows *rows, const PvBook *book, PvMember *member);
extern void pv_holdings_written(const PvBook *book, PvMember *const *members, int count);
extern void pv_gather_empty_holding(PvRows *rows, int32_t vault, int64_t id);
extern PvMember **pv_changed_members(const PvBook *book, int *count);
extern PvRows pv_holding_rows(void);
extern struct memberhash_hash *pv_members_in_memory(void);
extern void pv_bring_named_members(PvBook *book, const Datum *names, int count,
								   PvOnMember on_member, void *arg);

#endif /* PV_STORE_HOLDINGS_H */
