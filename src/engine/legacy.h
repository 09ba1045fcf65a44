/*
 * legacy.h
 *	  Old debts: what the house owed members before the vault (MODEL §9, D1 to D3).
 */
#ifndef PV_ENGINE_LEGACY_H
#define PV_ENGINE_LEGACY_H

#include "engine/event.h"
#include "engine/policy.h"

extern PvError pv_open_debt(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							PvEffect *effect);
extern PvError pv_settle_debt(const PvPolicy *policy, PvVault *vault, PvEvent *event,
							  PvEffect *effect);
extern PvError pv_adjust_debt(const PvPolicy *policy, PvVault *vault, int64_t change);
extern bool pv_legacy_promise(const PvPolicy *policy, int64_t amount, PvSalePart *part);
extern PvError pv_legacy_refund(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								const PvRefundDue *due, PvEffect *effect);

#endif /* PV_ENGINE_LEGACY_H */
