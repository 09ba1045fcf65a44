/*
 * price.h
 *	  The price of a point (V1).
 */
#ifndef PV_ENGINE_PRICE_H
#define PV_ENGINE_PRICE_H

#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/policy.h"

extern PvPrice pv_price_of(const PvPolicy *policy, const PvVault *vault);

#endif /* PV_ENGINE_PRICE_H */
