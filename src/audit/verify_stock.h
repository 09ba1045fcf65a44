/*
 * verify_stock.h
 *	  Shares of stock: the grants that the events left, compared with those that are
 *	  stored.
 */
#ifndef PV_AUDIT_VERIFY_STOCK_H
#define PV_AUDIT_VERIFY_STOCK_H

#include "base/compat.h"
#include "audit/verification.h"
#include "audit/verify_days.h"
#include "audit/verify_sort.h"

extern void pv_stock_begin(PvVerify *verify);
extern void pv_stock_rebuild(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change);
extern void pv_stock_take_over(PvRebuilt *into, PvRebuilt *from);
extern void pv_stock_compare(PvVerify *verify, const PvRebuilt *rebuilt);
extern void pv_stock_end(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_STOCK_H */
