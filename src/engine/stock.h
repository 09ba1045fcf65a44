/*
 * stock.h
 *	  Shares of the company: converted from points, allotted, handed over (MODEL §9).
 */
#ifndef PV_ENGINE_STOCK_H
#define PV_ENGINE_STOCK_H

#include "engine/event.h"

#include <stdbool.h>
#include <stdint.h>

/* Q3: bounds of a lock, days as in PvEvent. */
#define PV_FIRST_FREE INT32_C(-730119) /* 0001-01-01 */
#define PV_LAST_FREE INT32_C(2921939)  /* 9999-12-31 */
#define PV_MOST_PARTS 10000
#define PV_MOST_PART_MONTHS 1200

/* Q3: what is never free, as a day. */
#define PV_NEVER_FREE INT32_MAX

extern bool pv_months_after(int32_t day, int64_t months, int32_t *after);
extern bool pv_is_lock(const PvLock *lock);
extern int64_t pv_grant_unlocked(const PvStockGrant *grant, int32_t date);
extern int32_t pv_grant_next_free(const PvStockGrant *grant, int32_t date);
extern int64_t pv_stock_free(const PvStockGrant *grants, int count, int32_t date, int32_t *next);
extern PvError pv_take_stock(PvStockGrant *grants, int count, int64_t shares, int32_t date);
extern PvError pv_set_stock_price(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								  PvEffect *effect);
extern PvError pv_convert_to_stock(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								   PvEffect *effect);
extern PvError pv_allot(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_deliver_stock(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								PvEffect *effect);

#endif /* PV_ENGINE_STOCK_H */
