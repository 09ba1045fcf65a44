/*
 * stock_rows.h
 *	  Grants of shares of stock in the store (Q3).
 */
#ifndef PV_STORE_STOCK_ROWS_H
#define PV_STORE_STOCK_ROWS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/plan.h"
#include "store/state.h"

#define PV_GRANT_COLUMNS "seq, shares, delivered, free_from, parts, part_months"

extern PvStockGrant pv_grant_read(const PvRow *row, int first);
extern PvStockGrant *pv_grants_of(const PvBook *book, const PvMember *member, int *count);
extern void pv_grants_note(PvBook *book, const PvEvent *event, const PvEffect *effect);
extern bool pv_vault_has_grants(int32_t vault);
extern void pv_grants_merge(int32_t vault, int64_t from, int64_t into);

#endif /* PV_STORE_STOCK_ROWS_H */
