/*
 * rebuild.h
 *	  The event of a journal row again, as the engine wants it.
 *
 * The row, the movements beside it and the state before are all there is of an event once
 * it is booked.  Its members are stand-ins that have just what the event took: enough for
 * the engine to come to the figures that are stored, or to others.  What else a stand-in
 * seems to have is made up, and is not to be shown.
 */
#ifndef PV_AUDIT_REBUILD_H
#define PV_AUDIT_REBUILD_H

#include "base/compat.h"
#include "engine/event.h"
#include "engine/policy.h"
#include "store/journal.h"

/* What is asked of whoever knows the vault as it was by then. */
typedef struct PvPast
{
	int32_t vault;
	void *arg;
	bool (*find_policy)(void *arg, int32_t serial, PvPolicy *policy);
	int64_t (*member_now)(void *arg, int64_t member); /* itself, or who took over from it */
	bool (*find_day)(void *arg, const PvEntry *close, PvDay *day);
	/* M1: those who earned by it, or stand-ins who earn what it paid */
	PvEarners (*find_earners)(void *arg, const PvEntry *purchase);
	/* G15: what the sale opened, as it stood before the refund; NULL: nothing */
	const PvReleasePlan *(*find_plan)(void *arg, const PvEntry *refund, const PvSale *sale);
	/*
	 * N1 to N4: the series and the item of the row as they stood before, or stand-ins of which
	 * it can be; false where there are none.  A claim or an issue finds no item.
	 */
	bool (*find_item)(void *arg, const PvEntry *entry, PvSeries *series, PvItem *item);
	/* the row says something that cannot be */
	void (*differs)(void *arg, const char *what, int64_t expected, int64_t found);
	void (*stray_movement)(void *arg);
} PvPast;

typedef struct PvReplay
{
	PvEvent event;
	PvMember *members; /* a stand-in for each party */
	PvAssets *stored;  /* what the rows say it brought or took each */
	PvEarners earners; /* purchase, where the policy has commissions */
	PvSale sale;	   /* refund */
	PvRefundDue due;
	PvDay day;			/* close */
	PvStockGrant grant; /* deliver_stock: what it was handed over of */
	PvSeries series;
	PvItem item;
} PvReplay;

extern bool pv_rebuild_event(const PvPast *past, const PvEntry *entry, const PvPolicy *policy,
							 PvReplay *replay);

#endif /* PV_AUDIT_REBUILD_H */
