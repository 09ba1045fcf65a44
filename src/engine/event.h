/*
 * event.h
 *	  What the rules of MODEL are about: a vault's state, its members, an event and
 *	  what it did.
 *
 * Plain structures.  Units throughout: amounts in 1/10 000 currency unit, points
 * in 1e-8 point.
 */
#ifndef PV_ENGINE_EVENT_H
#define PV_ENGINE_EVENT_H

#include "engine/fixed.h"
#include "engine/policy.h"

typedef enum PvError
{
	PV_OK = 0,
	PV_OUT_OF_RANGE,	   /* U4: a result does not fit 64 bits */
	PV_BAD_AMOUNT,		   /* an amount that must be above 0 is not */
	PV_BAD_POINTS,		   /* points that must be above 0 are not */
	PV_BAD_CONTRIBUTION,   /* G1: not within 0 .. what the order can spare */
	PV_TOO_FEW_POINTS,	   /* G4: more points than the member holds */
	PV_TOO_LITTLE_CASH,	   /* G13: more cash than the member has */
	PV_TOO_FEW_CREDITS,	   /* G9, G10: more credits than the member has */
	PV_SWAP_OF_ZERO,	   /* G8, G9: too little to get anything for it */
	PV_NO_MERCHANT,		   /* G9: credits become points for merchants only */
	PV_SAME_MEMBER,		   /* G10: payer and payee are one */
	PV_BEYOND_CAP,		   /* G12: more than the cap leaves */
	PV_REFUNDED_ALREADY,   /* G15: more than is left of the purchase */
	PV_NET_OF_ZERO,		   /* G4: too few points to be worth anything */
	PV_NOTHING_CIRCULATES, /* G11 */
	PV_NO_POOL,			   /* the policy has no growth section */
	PV_BEYOND_POOLS,	   /* C6: a close that pays more than its pools hold: damaged data */
	PV_LOTS_DISAGREE,	   /* G5: the lots hold fewer points than their member: damaged data */
	PV_INCOMPLETE,		   /* no kind, or without what its kind needs: damaged data */
	PV_GUARD_NOT_MET	   /* min_points, min_cash */
} PvError;

/* The state of a vault after its last event (MODEL §2). */
typedef struct PvVault
{
	int64_t pool;		 /* R */
	int64_t circulating; /* S: members' points and the treasury's */
	int64_t issued;		 /* I: points ever minted; I - S are burned */
	int64_t treasury;	 /* T: points that back the credits */
	int64_t credits;	 /* C: credits outstanding */
	int64_t reserve;	 /* V3, V6 */
	int64_t platform;
	int64_t shareholders; /* the open shareholder pool (C6a) */
	int64_t dividends;	  /* carried to the next close (C7) */
	int64_t cash;		  /* sum of the members' cash, with dividends not yet posted */
	int64_t turnover;	  /* C2: of the open day */
} PvVault;

/* A member's balances, or the change of them by one event. */
typedef struct PvAssets
{
	int64_t points;
	int64_t credits;
	int64_t cash;
	int64_t reward;
	int64_t quota;
	int64_t shares;
} PvAssets;

/*
 * Points one event brought one member (G5), identified by that event's
 * sequence number.  With `alone` set the lot exits by itself at limit / minted
 * (exit basis order); otherwise its limit counts toward the member's.
 */
typedef struct PvLot
{
	int64_t seq;
	int64_t left;	/* points not yet burned */
	int64_t minted; /* n₀ */
	int64_t limit;	/* L, 0 = none */
	bool alone;
	bool stored;  /* in the lot table, as opposed to new in this call */
	bool changed; /* differs from what is stored */
} PvLot;

/* A member as far as the events at hand need it. */
typedef struct PvMember
{
	int64_t id;
	int64_t sponsor; /* 0 = none */
	bool merchant;	 /* G9 */
	PvAssets has;
	int64_t spent;		/* C1: toward the next share */
	int64_t mark;		/* C8: running total of its share count that `has` is up to */
	int32_t posted_to;	/* the last closed day that `has` is up to */
	int64_t limit;		/* G6, basis member: sum of the limits of its lots */
	PvPrice exit_floor; /* see exits.h; points = 0 while not watched */
	PvLot *lots;		/* oldest first, as far as loaded or made */
	int nlots;
	int maxlots;
	bool lots_dropped; /* the stored lots went in an exit of the member */
	bool changed;	   /* balances or exit floor differ from what is stored */
} PvMember;

/* Stored in the journal: never renumber. */
typedef enum PvKind
{
	PV_KIND_NONE = 0,
	PV_KIND_CREATE = 1,
	PV_KIND_POLICY = 2,
	PV_KIND_SUSPEND = 3,
	PV_KIND_RESUME = 4,
	PV_KIND_RENAME = 5,
	PV_KIND_PURCHASE = 10,
	PV_KIND_REDEEM = 11,
	PV_KIND_EXIT = 12,
	PV_KIND_INJECT = 13,
	PV_KIND_WITHDRAW = 14,
	PV_KIND_WITHDRAW_RETURN = 15,
	PV_KIND_POINTS_TO_CREDITS = 16,
	PV_KIND_CREDITS_TO_POINTS = 17,
	PV_KIND_PAY = 18,
	PV_KIND_GRANT_POINTS = 19,
	PV_KIND_REDEEM_SURPLUS = 20,
	PV_KIND_REFUND = 21,
	PV_KIND_CLOSE = 22,
	PV_KIND_DIVIDEND = 23,
	PV_KIND_COUNT
} PvKind;

/* A purchase as far as a refund of it goes (G15). */
typedef struct PvSale
{
	int64_t seq;
	int64_t amount;
	int64_t contribution;
	int64_t points;		  /* minted to the buyer */
	int64_t other_points; /* and to the sponsor */
	int64_t limit;		  /* G6: of the buyer's lot */
	int64_t quota;		  /* C1: and so on */
	int64_t other_quota;
	int64_t other_spending; /* what counted toward the sponsor's shares */
	int64_t share_price;	/* 0: it counted toward nobody's */
	int64_t refunded;		/* before the refund at hand */
} PvSale;

/* C8: a share count, those who have it, and what each of them was due so far. */
typedef struct PvClass
{
	int64_t shares;
	int64_t holders;
	int64_t active; /* C3: holders with quota left */
	int64_t total;	/* running total of the dues of one */
	int64_t due;	/* of one, by the close at hand */
	bool stored;	/* has a row in the store */
	bool changed;	/* differs from it */
} PvClass;

/* C5: a tier on the day of a close. */
typedef struct PvDayTier
{
	int64_t min;
	int64_t pool;
	int64_t divisor; /* active members in it, or their shares */
} PvDayTier;

/* What a close shares out, and among how many: enough to tell anybody's due. */
typedef struct PvDay
{
	int64_t turnover;	   /* C2 */
	int64_t weight_pool;   /* C4: with what was carried */
	int64_t weight_shares; /* H */
	bool by_weight;		   /* C5: the tiers' divisors are shares */
	int ntiers;
	PvDayTier tiers[PV_MAX_TIERS];
	int64_t active_shares; /* C3 */
	int64_t over_quota;	   /* of the dues, what quotas did not cover */
	int64_t paid;		   /* C6 */
} PvDay;

/* What the caller asks for.  Members are changed in place on success only. */
typedef struct PvEvent
{
	PvKind kind;
	PvMember *member;
	PvMember *other;	  /* purchase, refund: the sponsor; pay: the payee; NULL = none */
	PvLot *lot;			  /* exit, basis order: the lot that goes */
	const PvSale *sale;	  /* refund: the purchase it is of */
	PvDay *day;			  /* close: divisors and paid are given, pools are set */
	int64_t seq;		  /* what the lots it makes are identified by */
	int64_t amount;		  /* money or credits of all kinds that name some; dividend: accrued */
	int64_t points;		  /* redeem, points_to_credits, grant_points */
	int64_t contribution; /* purchase, if has_contribution */
	int64_t guard;		  /* min_points of a purchase, min_cash of a redeem; 0 = none */
	bool has_contribution;
	bool for_goods; /* redeem: net goes to the platform */
} PvEvent;

/* What an event did: the facts of its receipt and the changes to its members. */
typedef struct PvEffect
{
	int64_t amount;
	int64_t points;
	int64_t cash;
	int64_t fee;
	int64_t contribution;
	PvAssets member;
	PvAssets other;
	int64_t spending;		/* C1: what counted toward the member's shares; a refund: below 0 */
	int64_t other_spending; /* and the other's */
	int64_t share_price;	/* at which it counted */
} PvEffect;

#endif /* PV_ENGINE_EVENT_H */
