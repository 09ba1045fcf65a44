/*
 * summary.h
 *	  Sums over a whole vault, for reports: as the caller's query sees it.
 */
#ifndef PV_STORE_SUMMARY_H
#define PV_STORE_SUMMARY_H

#include "base/compat.h"
#include "engine/event.h"

/* What all members have, what closes paid into cash and is not posted included. */
typedef struct PvHoldingsSum
{
	int64_t points;
	int64_t credits;
	int64_t cash;	  /* of those who have some */
	int64_t cash_due; /* of those below 0 (G13), as a positive number */
	int64_t reward;	  /* as posted */
	int64_t quota;
	int64_t posted; /* L7: of all that release plans ever released, into rewards */
	int64_t debt;	/* D1: from before the vault */
} PvHoldingsSum;

/* What release plans did by the last close, as told three times, and have to do yet. */
typedef struct PvReleaseSum
{
	int64_t by_days;
	int64_t by_members;
	int64_t by_plans;
	int64_t remaining; /* of what they were granted */
} PvReleaseSum;

/* The last orders of a vault. */
typedef struct PvRecentOrders
{
	int64_t count;
	int64_t amount;
	int64_t contribution;
} PvRecentOrders;

/* What became of those who bought. */
typedef struct PvOutcomes
{
	int64_t holders;	  /* have points */
	int64_t below_spend;  /* of them, whose points are worth less than what they paid */
	int64_t left_less;	  /* sold all their points, for less than what they paid */
	int64_t left_more;	  /* for as much, or more */
	int64_t left_unknown; /* got less for those they sold, and handed others over (X1) */
} PvOutcomes;

/* Where the sales of a vault went, and what it paid. */
typedef struct PvSalesSum
{
	int64_t sales;	  /* purchases less refunds */
	int64_t redeemed; /* net of redeems and exits, for cash and for goods */
	int64_t credited; /* credits for points */
	int64_t dividends;
	int64_t
		granted; /* points given, at what they cost, and cash, credits and rewards adjusted up */
	int64_t commissions;  /* M1: to members, less what refunds took back */
	int64_t shareholders; /* C6a: out of the shareholder pool */
	int64_t released;	  /* L2 to L6: by release plans, as rewards */
} PvSalesSum;

/* Who answers for pay over several levels, as the policy in force says since when (R2). */
typedef struct PvAcknowledgement
{
	const char *text; /* NULL: nobody */
	const char *actor;
	const char *moment;
} PvAcknowledgement;

typedef void (*PvOnPolicy)(int32_t serial, void *arg);

extern PvHoldingsSum pv_sum_holdings(int32_t vault);
extern PvReleaseSum pv_sum_release(int32_t vault);
extern PvRecentOrders pv_recent_orders(int32_t vault);
extern PvOutcomes pv_outcomes(int32_t vault, PvPrice price);
extern PvSalesSum pv_sum_sales(int32_t vault);
extern PvAcknowledgement pv_acknowledgement(int32_t vault);
extern void pv_each_policy(int32_t vault, PvOnPolicy on_policy, void *arg);

#endif /* PV_STORE_SUMMARY_H */
