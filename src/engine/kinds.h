/*
 * kinds.h
 *	  The table of event kinds: one row a kind, read by every layer.
 */
#ifndef PV_ENGINE_KINDS_H
#define PV_ENGINE_KINDS_H

#include "engine/event.h"
#include "engine/policy.h"

typedef PvError (*PvApply)(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);

/* Facts of a receipt a kind says; the others are NULL. */
#define PV_SAYS_AMOUNT 0x01
#define PV_SAYS_POINTS 0x02
#define PV_SAYS_CASH 0x04
#define PV_SAYS_FEE 0x08
#define PV_SAYS_CONTRIBUTION 0x10

typedef struct PvKindInfo
{
	const char *name;
	int says;
	int points_sign;	 /* the member's points change by sign × the fact `points` */
	bool leads_to_exits; /* G7: moves the price, so exits may be due after it */
	PvApply apply;		 /* NULL: an administrative entry, changes no value */
} PvKindInfo;

extern const PvKindInfo *pv_kind_info(PvKind kind);

#endif /* PV_ENGINE_KINDS_H */
