/*
 * kinds.h
 *	  The table of event kinds: one row a kind, read by every layer.
 */
#ifndef PV_ENGINE_KINDS_H
#define PV_ENGINE_KINDS_H

#include "engine/event.h"
#include "engine/policy.h"

/* Facts of a receipt a kind says; the others are NULL. */
#define PV_SAYS_AMOUNT 0x01
#define PV_SAYS_POINTS 0x02
#define PV_SAYS_CASH 0x04
#define PV_SAYS_FEE 0x08
#define PV_SAYS_CONTRIBUTION 0x10
#define PV_SAYS_OWED 0x20		 /* what others than its own member owe by it */
#define PV_SAYS_REFUNDED 0x40	 /* what was refunded of it since */
#define PV_SAYS_ITEM 0x80		 /* a serial, or how many shares of stock */
#define PV_SAYS_POINTS_FEE 0x100 /* the fee, in points */
#define PV_SAYS_VALUE 0x200		 /* the amount, where one was named */
#define PV_SAYS_ASKED 0x400		 /* points that it named at most; not in a receipt */

/* A role among those in which others take part. */
#define PV_AS(role) (1 << (role))

/* Who and what an event of a kind cannot be without. */
#define PV_NEEDS_MEMBER 0x01 /* its own */
#define PV_NEEDS_OTHER 0x02	 /* one in a role of `others` */
#define PV_NEEDS_SALE 0x04	 /* the purchase it is of, and its parties */
#define PV_NEEDS_DAY 0x08
#define PV_NEEDS_SERIES 0x10 /* of collectibles */
#define PV_NEEDS_ITEM 0x20	 /* of that series */

/* What it takes from its own member, who must have as much: the fact of that name. */
#define PV_TAKES_POINTS 0x01
#define PV_TAKES_CREDITS 0x02 /* the amount */
#define PV_TAKES_CASH 0x04	  /* the amount */
#define PV_TAKES_REWARD 0x08  /* the amount */
#define PV_TAKES_STOCK 0x10	  /* the item */
#define PV_TAKES_ITEM 0x20	  /* the item, now or by a listing; or a use of it */
#define PV_TAKES_DEBT 0x40	  /* the amount */

/* What must be the same for a call with a known ref to be that call again (V4). */
#define PV_SAME_AMOUNT 0x01
#define PV_SAME_POINTS 0x02
#define PV_SAME_CONTRIBUTION 0x04 /* named or not, and how much; and the region */
#define PV_SAME_PURPOSE 0x08
#define PV_SAME_PAYEE 0x10	  /* or heir */
#define PV_SAME_REVERSAL 0x20 /* of the same event, by the same amount or all that was left */
#define PV_SAME_CHANGE 0x40	  /* adjust: of the asset */
#define PV_SAME_OPENING 0x80  /* each balance, and whether it counts toward the cap */
#define PV_SAME_ORDER 0x100	  /* the amount of the order it pays for */
#define PV_SAME_SERIES 0x200  /* of collectibles */
#define PV_SAME_ITEM 0x400	  /* of the series */
#define PV_SAME_PRICE 0x800	  /* the price that it sets, or that it closes */
#define PV_SAME_SHARES 0x1000 /* as many */
#define PV_SAME_LOCK 0x2000	  /* free on the same days */
#define PV_SAME_NOTE 0x4000	  /* where points went or came from, or the prize */
#define PV_SAME_VALUE 0x8000  /* the amount, named or not */

/* All there is to know of a kind; see HACKING.md for how to add one. */
typedef struct PvKindInfo
{
	const char *name;
	int says;			 /* PV_SAYS_... */
	int needs;			 /* PV_NEEDS_... */
	int others;			 /* PV_AS(role) of each role in which others may take part */
	int takes;			 /* PV_TAKES_... */
	int same;			 /* PV_SAME_... */
	PvKind reverses;	 /* the kind of event it takes back, PV_KIND_NONE = none */
	int points_sign;	 /* the member's points change by sign × the fact `points` */
	bool leads_to_exits; /* G7: moves the price, so exits may be due after it */
	bool bars_debtors;	 /* G13: refused to one who owes cash; a redeem only for goods */
	bool waits_in_queue; /* H1: may be submitted, and is booked when it is settled */
	PvApply apply;		 /* NULL: an administrative entry, changes no value */
} PvKindInfo;

extern const PvKindInfo *pv_kind_info(PvKind kind);
extern bool pv_leads_to_exits(const PvEvent *event);
extern bool pv_can_reverse(PvKind kind, PvKind of);
extern bool pv_moves_rewards(const PvEvent *event);
extern bool pv_says_amount(PvKind kind, bool named);
extern bool pv_keeps_note(PvKind kind);
extern bool pv_keeps_region(PvKind kind);
extern bool pv_posts_dividends(PvKind kind, PvRole role);

#endif /* PV_ENGINE_KINDS_H */
