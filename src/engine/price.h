/*
 * price.h
 *	  The price of a point (V1).
 */
#ifndef PV_ENGINE_PRICE_H
#define PV_ENGINE_PRICE_H

#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "engine/trace.h"

/* The terms of what points are worth at a price, and of the points that an amount buys. */
#define PV_POINTS_AT(count, price) \
	pv_points(count), pv_amount((price).amount), pv_points((price).points)
#define PV_AMOUNT_AT(value, price) \
	pv_amount(value), pv_points((price).points), pv_amount((price).amount)

extern PvPrice pv_price_of(const PvPolicy *policy, const PvVault *vault);
extern PvPrice pv_price_told(PvPrice price, PvTrace *trace);

#endif /* PV_ENGINE_PRICE_H */
