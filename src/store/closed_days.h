/*
 * closed_days.h
 *	  Closed days as they are stored, and what they paid a member (C3 to C6a).
 */
#ifndef PV_STORE_CLOSED_DAYS_H
#define PV_STORE_CLOSED_DAYS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/state.h"

#include "utils/date.h"

/* A dividend of a member: what a closed day brought it, and what it had after that. */
typedef struct PvDividend
{
	DateADT day;
	int64_t seq; /* of the close */
	int64_t due;
	int64_t paid;
	int64_t shareholders; /* C6a: beside that, out of the shareholder pool */
	PvAssets has;		  /* shares and quota only */
	const PvDay *closed;  /* what the day shared out, until the call returns */
} PvDividend;

typedef void (*PvOnDividend)(const PvDividend *dividend, void *arg);

/* The columns of a closed day, for pv_closed_day_read. */
#define PV_DAY_COLUMNS(alias)                                                                      \
	alias ".turnover, " alias ".weight_pool, " alias ".weight_shares, " alias ".by_weight, " alias \
		  ".tier_mins, " alias ".tier_pools, " alias ".tier_divisors, " alias                      \
		  ".active_shares, " alias ".over_quota, " alias ".paid, " alias ".all_shares, " alias     \
		  ".shareholder_pool, " alias ".shareholders, " alias ".released, " alias ".running"
#define PV_DAY_COUNT 15

extern void pv_closed_day_add(PvBook *book, const PvEntry *entry, const PvDay *day);
extern void pv_closed_day_read(const PvRow *row, int first, PvDay *day);
extern void pv_closed_days_of_member(int32_t vault, int64_t member, PvOnDividend on_dividend,
									 void *arg);
extern int64_t pv_seq_of_day(PvBook *book, DateADT day, bool *is_final);

#endif /* PV_STORE_CLOSED_DAYS_H */
