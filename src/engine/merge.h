/*
 * merge.h
 *	  One member becomes another: all it had goes over.
 */
#ifndef PV_ENGINE_MERGE_H
#define PV_ENGINE_MERGE_H

#include "engine/event.h"
#include "engine/policy.h"

extern bool pv_take_over_spending(PvMember *into, PvMember *from, int64_t share_price,
								  int64_t *shares);
extern PvError pv_take_over_lots(PvMember *into, PvMember *from, int64_t seq);
extern PvError pv_merge(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);

#endif /* PV_ENGINE_MERGE_H */
