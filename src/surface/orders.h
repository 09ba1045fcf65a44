/*
 * orders.h
 *	  Many orders booked at once: purchase_many() and settle().
 */
#ifndef PV_SURFACE_ORDERS_H
#define PV_SURFACE_ORDERS_H

#include "base/compat.h"
#include "store/queue_rows.h"
#include "surface/request.h"

/* What settling did. */
typedef struct PvSettled
{
	int64_t booked;
	int64_t set_aside;
	bool complete;	 /* no more are due */
	int64_t dropped; /* booked before */
	int64_t last;	 /* number of the last order taken */
} PvSettled;

extern PvRequest pv_order_request(int32_t vault, const PvOrder *order);
extern PvSettled pv_settle(int32_t vault, int64_t most);

#endif /* PV_SURFACE_ORDERS_H */
