/*
 * outlook.h
 *	  What a vault's rules lead to from where it stands: for reports, nothing is booked.
 */
#ifndef PV_ENGINE_OUTLOOK_H
#define PV_ENGINE_OUTLOOK_H

#include "engine/event.h"
#include "engine/policy.h"

/* How it ends for the next buyer. */
typedef enum PvOutlookEnd
{
	PV_OUTLOOK_GROWS,	  /* the turnover that it takes is told */
	PV_OUTLOOK_NO_POINTS, /* the order brings none, or a fee takes all they are worth */
	PV_OUTLOOK_STANDS,	  /* what orders bring the pool is minted whole: the price stays */
	PV_OUTLOOK_EXITS,	  /* the points leave at exit_multiple before (G6) */
	PV_OUTLOOK_BEYOND	  /* more than can be told, or above the highest price (V6) */
} PvOutlookEnd;

/* What is asked: when are the points of the next order worth so many times its amount? */
typedef struct PvOutlookQuestion
{
	int64_t amount;
	int64_t multiple; /* in millionths */
	int64_t fee_rate; /* after which fee; 0: before any */
} PvOutlookQuestion;

typedef struct PvOutlook
{
	PvOutlookEnd end;
	int64_t points; /* of the next order */
	int64_t worth;	/* right after it, before any fee */
	int64_t factor; /* the pool then by the pool right after that order, in millionths */
	int64_t orders; /* equal ones after it */
} PvOutlook;

extern bool pv_outlook(const PvPolicy *policy, const PvVault *vault,
					   const PvOutlookQuestion *question, PvOutlook *outlook);
extern bool pv_redeem_all(const PvPolicy *policy, const PvVault *vault, bool for_goods,
						  PvEffect *effect);

#endif /* PV_ENGINE_OUTLOOK_H */
