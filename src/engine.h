/*
 * engine.h
 *	  The rules of MODEL as functions over plain structures.
 *
 * Layer 3: takes a vault's state and an event, gives the changes or an error
 * code.  Knows no SQL, no ereport and no server: the same functions serve
 * single calls, batches, quotes, simulation and verification, and are
 * unit-tested in C (test/unit).
 *
 * Units throughout: amounts in 1/10 000 currency unit, points in 1e-8 point.
 */
#ifndef PV_ENGINE_H
#define PV_ENGINE_H

#include "fixed.h"
#include "policy.h"

#include <stddef.h>

typedef enum PvError
{
	PV_OK = 0,
	PV_OUT_OF_RANGE,	   /* U4: a result does not fit 64 bits */
	PV_BAD_AMOUNT,		   /* an amount that must be above 0 is not */
	PV_BAD_POINTS,		   /* points that must be above 0 are not */
	PV_BAD_CONTRIBUTION,   /* G1: not within 0 .. what the order can spare */
	PV_TOO_FEW_POINTS,	   /* G4: more points than the member holds */
	PV_TOO_LITTLE_CASH,	   /* G13: more cash than the member has */
	PV_NET_OF_ZERO,		   /* G4: too few points to be worth anything */
	PV_NOTHING_CIRCULATES, /* G11 */
	PV_NO_POOL,			   /* the policy has no growth section */
	PV_LOTS_DISAGREE,	   /* G5: the lots hold fewer points than their member: damaged data */
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
	int64_t cash;		  /* sum of the members' cash */
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
	PvAssets has;
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
	PV_KIND_COUNT
} PvKind;

/* What the caller asks for.  Members are changed in place on success only. */
typedef struct PvEvent
{
	PvKind kind;
	PvMember *member;
	PvMember *sponsor;	  /* purchase: who else is minted points, or NULL */
	PvLot *lot;			  /* exit, basis order: the lot that goes */
	int64_t seq;		  /* what the lots it makes are identified by */
	int64_t amount;		  /* purchase, inject, withdraw, withdraw_return */
	int64_t points;		  /* redeem */
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
	PvAssets sponsor;
} PvEffect;

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

/* kinds.c */
extern const PvKindInfo *pv_kind_info(PvKind kind);

/* engine.c */
extern PvError pv_apply(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvPrice pv_price_of(const PvPolicy *policy, const PvVault *vault);

/* growth.c */
extern PvError pv_purchase(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);
extern PvError pv_redeem(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_exit(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern PvError pv_inject(const PvPolicy *policy, PvVault *vault, PvEvent *event, PvEffect *effect);
extern int64_t pv_exits_per_call(const PvPolicy *policy);

/* cash.c */
extern PvError pv_withdraw(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);
extern PvError pv_withdraw_return(const PvPolicy *policy, PvVault *vault, PvEvent *event,
								  PvEffect *effect);

/* lots.c */
extern PvLot *pv_add_lot(PvMember *member, PvLot lot);
extern PvLot *pv_find_lot(PvMember *member, int64_t seq);
extern PvError pv_bring_points(PvMember *member, PvLot lot);
extern PvError pv_take_points(PvMember *member, int64_t points);
extern void pv_drop_lot(PvMember *member, PvLot *lot);
extern void pv_drop_all_lots(PvMember *member);

/* Memory for the engine, given by whoever links it: palloc or malloc. */
extern void *pv_realloc(void *memory, size_t size);

#endif /* PV_ENGINE_H */
