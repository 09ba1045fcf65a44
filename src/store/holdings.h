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
#include "store/plan.h"
#include "store/state.h"
#include "store/table.h"

/* A member's balances as they stand in a holding row, likewise. */
#define PV_HOLDING_COLUMNS(alias)                                                                 \
	alias ".points, " alias ".credits, " alias ".cash, " alias ".reward, " alias ".quota, " alias \
		  ".shares, " alias ".spent, " alias ".mark, " alias ".posted_to, " alias                 \
		  ".exit_limit, " alias ".exit_floor"
#define PV_HOLDING_COUNT 11

/*
 * The holding of a member, by its whole key: OFFSET 0 keeps the planner from
 * reading all holdings of a vault where it takes vaults to be small.
 */
#define PV_HOLDING_OF(member)                                     \
	"CROSS JOIN LATERAL (SELECT * FROM pointsvault.holding_data " \
	"WHERE vault = $1 AND member = " member " OFFSET 0) h"

typedef void (*PvOnMember)(PvMember *member, const char *name, void *arg);

extern bool pv_row_price(const PvRow *row, int column, PvPrice *price);
extern PvMember *pv_book_keep_member(PvBook *book, const PvRow *row);
extern PvMember *pv_book_named_member(PvBook *book, const char *name);
extern PvMember *pv_book_member(PvBook *book, int64_t id);
extern void pv_bring_sponsors(PvBook *book);
extern void pv_gather_holding(PvRows *rows, const PvBook *book, const PvMember *member);
extern PvMember **pv_changed_members(const PvBook *book, int *count);
extern PvRows pv_holding_rows(void);
extern struct memberhash_hash *pv_members_in_memory(void);
extern void pv_bring_named_members(PvBook *book, Datum names, PvOnMember on_member, void *arg);

#endif /* PV_STORE_HOLDINGS_H */
