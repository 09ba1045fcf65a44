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
#include "engine/trace.h"

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
	PV_NOTHING_CIRCULATES, /* G11: money for a pool whose points nobody holds */
	PV_NO_POOL,			   /* the policy has no growth section */
	PV_BEYOND_POOLS,	   /* C6: a close that pays more than its pools hold: damaged data */
	PV_LOTS_DISAGREE,	   /* G5: the lots hold fewer points than their member: damaged data */
	PV_INCOMPLETE,		   /* no kind, or without what its kind needs: damaged data */
	PV_GUARD_NOT_MET,	   /* min_points, min_cash */
	PV_POINTS_HELD,		   /* G16: of what the member holds too much is held */
	PV_CASH_OWED,		   /* G13: the member owes cash, and may not do that meanwhile */
	PV_MORE_THAN_OWED,	   /* G13: to repay more than is due */
	PV_CHANGE_OF_ZERO,	   /* G17: an adjustment of nothing */
	PV_BELOW_ZERO,		   /* G17: an adjustment down by more than there is */
	PV_BAD_BALANCE,		   /* an opening balance below 0, or none at all */
	PV_NO_CYCLE,		   /* quota or shares where the policy has no cycle section */
	PV_NO_RELEASE,		   /* L7: rewards where the policy has no release section */
	PV_TOO_LITTLE_REWARD,  /* L7: more than the member has in rewards */
	PV_BEYOND_USAGE,	   /* L7: more of an order than rewards may pay */
	PV_NO_STOCK,		   /* shares of stock where the policy has no stock section */
	PV_STOCK_CLOSED,	   /* Q1: no price of a share is set */
	PV_STOCK_OF_ZERO,	   /* Q1: too few points to pay for a whole share */
	PV_BEYOND_TOTAL,	   /* Q2: more shares than the total leaves */
	PV_BAD_SHARES,		   /* Q3, Q4: shares that must be above 0 are not */
	PV_BAD_LOCK,		   /* Q3: a lock whose parts are free on no day */
	PV_STOCK_LOCKED,	   /* Q4: more shares than are free */
	PV_SERIES_CLOSED,	   /* N1: a closed series gives out no more */
	PV_BEYOND_SUPPLY,	   /* N1: all items that there will ever be are given out */
	PV_SPENT_TOO_LITTLE,   /* N1: own purchases less refunds do not reach min_spent */
	PV_NOT_OWNER,		   /* N2: the item is another member's */
	PV_NOT_TRANSFERABLE,   /* N2: items of the series stay with whom they came to */
	PV_ITEM_LISTED,		   /* N2 to N4: the listing holds the item */
	PV_ITEM_USED_UP,	   /* N2, N4: it stays with its owner for ever */
	PV_NOT_LISTED,		   /* N3: there is no listing to take back, or to buy at */
	PV_NO_LEGACY,		   /* D1: an old debt where the policy has no legacy section */
	PV_BEYOND_DEBT,		   /* D2: to settle more than the member is owed */
	PV_BEYOND_RATE,		   /* D2: a contribution that the treasurer alone may name */
	PV_NO_EXCHANGE,		   /* X1, X2: the policy has no section exchange */
	PV_BEYOND_CUSTODY,	   /* X2: more points than are in custody */
	PV_NO_PARTNER		   /* P1: who has less than a partner has: damaged data */
} PvError;

/* The state of a vault after its last event (MODEL §2). */
typedef struct PvVault
{
	int64_t pool;		 /* R: money that backs the points */
	int64_t circulating; /* S: members' points, the treasury's and those in custody (X3) */
	int64_t issued;		 /* I: points ever minted; I - S are burned */
	int64_t uncapped;	 /* of I, what opening balances brought outside the cap (G3) */
	int64_t treasury;	 /* T: points that back the credits */
	int64_t credits;	 /* C: credits outstanding */
	int64_t reserve;	 /* what the pool gave up (V3, V6), and what backed credits grew by (G14) */
	int64_t platform;	 /* the house's: what it got, less what it paid in (V8) */
	int64_t shareholders; /* the open shareholder pool (C6a) */
	int64_t dividends;	  /* carried to the next close (C7) */
	int64_t cash;		  /* sum of the members' cash, with dividends not yet posted */
	int64_t turnover;	  /* C2: purchases of the open day less refunds; below 0: carried on */
	int64_t stock_price;  /* Q1: of a share, 0 = closed */
	int64_t stock_issued; /* Q2: shares converted and allotted, ever */
	int64_t debts;		  /* D1: old debts of the house, owed to members */
	int64_t exchange;	  /* E: points in custody of an outside market (X1) */
} PvVault;

/* X3: S less the treasury's and those in custody. */
static inline int64_t
pv_points_of_members(const PvVault *vault)
{
	return vault->circulating - vault->treasury - vault->exchange;
}

/* A member's balances, or the change of them by one event. */
typedef struct PvAssets
{
	int64_t points;
	int64_t credits;
	int64_t cash;
	int64_t reward;
	int64_t quota;
	int64_t shares;
	int64_t stock; /* shares of the company, not yet handed over (Q4) */
	int64_t items; /* N2: collectibles it owns, of all series */
	int64_t debt;  /* D1: what the house owed it before the vault */
} PvAssets;

/* Q3: when the shares of a grant are free, in parts. */
typedef struct PvLock
{
	int32_t free_from; /* the day on which the first part is */
	int32_t parts;
	int32_t part_months; /* from each part to the next */
} PvLock;

/* Q3: shares that one event brought one member. */
typedef struct PvStockGrant
{
	int64_t seq; /* of that event */
	int64_t shares;
	int64_t delivered; /* of them, handed over (Q4) */
	PvLock lock;
	bool changed; /* differs from what is stored */
} PvStockGrant;

/*
 * Points one event brought one member (G5), identified by that event's
 * sequence number.  With `alone` set the lot exits by itself at limit / minted
 * (exit basis order); otherwise its limit counts toward the member's.
 */
typedef struct PvLot
{
	int64_t seq;
	int64_t left;		  /* points not yet burned */
	int64_t minted;		  /* n₀ */
	int64_t limit;		  /* L, 0 = none */
	int64_t taken;		  /* D3: of a lot released over days, what the member took of it */
	int32_t free_on;	  /* G16, D3: from that day on all its points may be taken, if held */
	int32_t release_days; /* D3: over so many days up to that one, 0 = all at once */
	bool held;
	bool alone;
	bool stored;   /* in the lot table, as opposed to new in this call */
	bool changed;  /* differs from what is stored */
	bool referral; /* a sponsor's of a purchase; known to merges alone */
} PvLot;

/* A member as far as the events at hand need it. */
typedef struct PvMember
{
	int64_t id;
	int64_t sponsor;	 /* 0 = none */
	bool merchant;		 /* G9: may turn credits into points */
	bool suspended;		 /* nothing may be taken from it but by exits and refunds */
	int64_t merged_into; /* who has all it had; 0 = it is one by itself */
	PvAssets has;
	int64_t spent;			  /* C1: toward the next share */
	int64_t mark;			  /* C8: running total of its share count that `has` is up to */
	int64_t shareholder_mark; /* C6a: likewise of the shareholder pool's total */
	int32_t posted_to;		  /* the last closed day that `has` is up to */
	int64_t released;		  /* L7: what of its plans' releases is posted */
	int64_t limit;			  /* G6, basis member: sum of the limits of its lots */
	PvPrice exit_floor;		  /* see exits.h; points = 0 while not watched */
	PvLot *lots;			  /* oldest first, as far as loaded or made */
	int nlots;
	int maxlots;
	bool owed;		   /* as stored, its cash is below 0 (G13) */
	bool lots_dropped; /* the stored lots went in an exit of the member */
	bool changed;	   /* balances or exit floor differ from what is stored */
} PvMember;

/*
 * Stored in the journal: never renumber.  Those from PV_KIND_FIRST_EVENT to
 * PV_KIND_LAST_EVENT change values, by which statements tell them; those below and
 * above are of administration.
 */
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
	PV_KIND_REPAY = 24,
	PV_KIND_ADJUST = 25,
	PV_KIND_REDEEM_RETURN = 26,
	PV_KIND_MERGE = 27,
	PV_KIND_OPEN = 28,
	PV_KIND_RELEASE = 29,
	PV_KIND_SPEND_REWARD = 30,
	PV_KIND_CLAIM = 40,
	PV_KIND_ISSUE_ITEM = 41,
	PV_KIND_TRANSFER_ITEM = 42,
	PV_KIND_LIST_ITEM = 43,
	PV_KIND_UNLIST_ITEM = 44,
	PV_KIND_BUY_ITEM = 45,
	PV_KIND_USE_ITEM = 46,
	PV_KIND_CONVERT_TO_STOCK = 50,
	PV_KIND_ALLOT = 51,
	PV_KIND_DELIVER_STOCK = 52,
	PV_KIND_SET_STOCK_PRICE = 53,
	PV_KIND_OPEN_DEBT = 60,
	PV_KIND_SETTLE_DEBT = 61,
	PV_KIND_HAND_OVER = 65,
	PV_KIND_TAKE_BACK = 66,
	PV_KIND_AWARD = 70,
	PV_KIND_PARTNER = 71,
	PV_KIND_SET_MEMBER = 101,
	PV_KIND_SUSPEND_MEMBER = 102,
	PV_KIND_RESUME_MEMBER = 103,
	PV_KIND_BEGIN_IMPORT = 104,
	PV_KIND_END_IMPORT = 105,
	PV_KIND_APPOINT_AGENT = 106,
	PV_KIND_ERASE_MEMBER = 107,
	PV_KIND_CREATE_SERIES = 110,
	PV_KIND_SET_SERIES = 111,
	PV_KIND_COUNT
} PvKind;

#define PV_KIND_FIRST_EVENT PV_KIND_PURCHASE
#define PV_KIND_LAST_EVENT 99

/* In what way a member takes part in an event.  Stored with movements: never renumber. */
typedef enum PvRole
{
	PV_OWN = 0,		/* the event is its own; always the first of the parties */
	PV_SPONSOR = 1, /* purchase, refund: the buyer's (G2, C1) */
	PV_PAYEE = 2,	/* pay (G10); transfer_item (N2) */
	PV_HEIR = 3,	/* merge: who has all of it then */
	PV_EARNER =
		4, /* purchase, refund: whom a commission was paid, neither buyer nor sponsor (M1) */
	PV_SELLER = 5, /* buy_item: whose item it was (N3) */
	PV_NO_ROLE = 6 /* damaged data: in which nobody takes part */
} PvRole;

/* A member that takes part in an event, and what the event brought or took. */
typedef struct PvParty
{
	PvRole role;
	int64_t id;
	PvMember *member; /* NULL in what was read back */
	PvAssets change;
	int64_t spending; /* C1: what counted toward its shares; a refund: below 0 */
} PvParty;

/* Any number of them, see parties.h. */
typedef struct PvParties
{
	PvParty *list;
	int count;
	int size;
} PvParties;

/* M1: what a commission is paid for.  Stored in the journal: never renumber. */
typedef enum PvReason
{
	PV_DIRECT = 1,	 /* the buyer's sponsor */
	PV_INDIRECT = 2, /* and that one's */
	PV_BY_RANK = 3,	 /* of a rank above those paid further down (L4) */
	PV_BY_PEER = 4,	 /* the next of the rank paid last (L5) */
	PV_DISTRICT = 5, /* agents of the order's region */
	PV_CITY = 6,
	PV_PROVINCE = 7,
	PV_SHAREHOLDERS = 8 /* the shareholder pool (C6a) */
} PvReason;

/* M1: a commission of a purchase; what a refund takes back of it is below 0. */
typedef struct PvCommission
{
	PvReason reason;
	int grade;		/* by rank and peer: which, 1, 2, 3 ...; else 0 */
	int64_t member; /* whose it is; 0 = the shareholder pool's */
	int64_t amount;
} PvCommission;

typedef struct PvCommissions
{
	PvCommission *list; /* in the order in which they are paid */
	int count;
	int size;
} PvCommissions;

/* M1: a member of the line above a buyer, and its rank as the last close took it. */
typedef struct PvAbove
{
	int64_t member;
	int rank;
} PvAbove;

#define PV_REGIONS 3

/* M1: who may earn by a purchase; 0 = nobody.  Members who were merged are who took over. */
typedef struct PvEarners
{
	int64_t direct;	  /* the buyer's sponsor */
	int64_t indirect; /* and that one's */
	PvAbove *line;	  /* those with a rank, from the sponsor up, as far as they may earn */
	int nline;
	int64_t agents[PV_REGIONS]; /* of district, city and province, as PvReason has them */
} PvEarners;
/*
 * L1: a release plan.  What it had released on a later day than as_of follows from its rate.
 */
typedef struct PvReleasePlan
{
	int64_t seq;	/* the purchase that opened it */
	int64_t amount; /* of that purchase */
	int64_t granted;
	int64_t daily;	  /* what it releases a day by itself (L2) */
	int64_t released; /* by the end of as_of */
	int64_t cancelled;
	int64_t rate; /* what it releases each day after that, accelerations included */
	int32_t as_of;
	bool changed;	   /* differs from what is stored */
	uint16_t place[3]; /* where its row lies; the store's own */
} PvReleasePlan;

/* What a purchase brought one party, as far as a refund goes (G15); or the part of it that is due. */
typedef struct PvSalePart
{
	PvRole role;
	int64_t member;
	int64_t points;
	int64_t limit;	  /* G6: of the buyer's lot */
	int64_t quota;	  /* C1: what more it may be paid in dividends by it */
	int64_t spending; /* what counted toward its shares */
} PvSalePart;

/* A purchase, or a settled debt, as far as a refund of it goes (G15). */
typedef struct PvSale
{
	PvKind kind; /* which of them it is */
	int64_t seq;
	int64_t amount;
	int64_t contribution;
	int64_t share_price;  /* 0: it counted toward nobody's shares */
	int64_t refunded;	  /* before the refund at hand */
	int64_t granted;	  /* L1: to its plan; 0: it opened none */
	int64_t release_rate; /* by which that releases a day */
	PvSalePart *parts;	  /* the buyer's first */
	int nparts;
	PvCommissions commissions; /* as they were paid; whose they are, as of the refund at hand */
} PvSale;

/* What one refund of a sale takes back: differences of running sums. */
typedef struct PvRefundDue
{
	int64_t contribution;
	int64_t granted;
	PvSalePart *parts; /* as many as the sale has, in its order */
	int nparts;
	PvCommissions commissions; /* likewise */
} PvRefundDue;

/* C8: a share count, those who have it, and what each of them was due so far. */
typedef struct PvClass
{
	int64_t shares;
	int64_t holders;
	int64_t active;			   /* C3: holders with quota left */
	int64_t total;			   /* running total of the dues of one */
	int64_t due;			   /* of one, by the close at hand */
	int64_t shareholder_total; /* C6a: of what the shareholder pool paid one */
	bool stored;			   /* has a row in the store */
	bool changed;			   /* differs from it */
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
	int64_t turnover;	   /* C2: of the day, which the pools are rates of */
	int64_t weight_pool;   /* C4: with what was carried */
	int64_t weight_shares; /* C4: the shares that the weight pool is shared out over */
	bool by_weight;		   /* C5: the tiers' divisors are shares */
	int ntiers;
	PvDayTier tiers[PV_MAX_TIERS];
	int64_t active_shares; /* C3: of members with quota left */
	int64_t over_quota;	   /* of the dues, what quotas did not cover */
	int64_t paid;		   /* C6: to all members, each at most its quota */
	int64_t all_shares;	   /* active or not: those that the shareholder pool is shared out over */
	int64_t shareholder_pool; /* C6a: shared out without quota */
	int64_t shareholder_paid;
	int64_t released; /* L2 to L6: by all plans */
	int64_t running;  /* what they release each day from then on, while nothing changes */
	PvTrace *trace;	  /* of who asks how dues come of it, NULL: nobody */
} PvDay;

/* N1: a series of collectibles, as it stands. */
typedef struct PvSeries
{
	int64_t id; /* the journal row that created it */
	int64_t supply;
	int64_t issued;
	int64_t price; /* points, or an amount */
	int64_t min_spent;
	int64_t fee_rate;
	int64_t uses; /* or PV_UNSET */
	bool in_points;
	bool transferable;
	bool closed;
} PvSeries;

/* N2: an item of a series, as it stands. */
typedef struct PvItem
{
	int64_t serial;
	int64_t owner;	/* whom its last event found or gave it, or who took over from that one */
	int64_t listed; /* N3: its price in credits, 0: it is not */
	int64_t used;	/* N4: how often */
	int64_t since;	/* the event that gave it its owner */
	int64_t seq;	/* the last event of it */
} PvItem;

/* What the caller asks for.  Members are changed in place on success only. */
typedef struct PvEvent
{
	PvKind kind;
	int32_t date;		/* V7: its business day, by which points are held or free (G16) */
	PvParties parties;	/* of a refund: those of the sale's parts, in its order, then earners */
	PvLot *lot;			/* exit, basis order: the lot that goes */
	const PvSale *sale; /* refund: the purchase, or settled debt, it is of */
	const PvReleasePlan *plan; /* and what it opened, as it stands; NULL: none, or not asked for */
	const PvEarners *earners;  /* purchase, where the policy has commissions; all are parties */
	PvDay *day;				   /* close: divisors and paid are given, pools are set */
	int64_t seq;			   /* what the lots it makes are identified by */
	int64_t amount;			   /* money or credits of all kinds that name some */
	int64_t points;			   /* redeem, points_to_credits, grant_points, hand_over, take_back */
	PvAssets assets; /* adjust, dividend: the change; open: what the member had before the vault */
	int64_t left;	 /* redeem_return: of the net it is of, before */
	int64_t order_amount; /* spend_reward: of the order that it pays for */
	int64_t contribution; /* purchase, settle_debt, if has_contribution */
	int64_t guard;		  /* min_points of a purchase, min_cash of a redeem; 0 = none */
	int64_t shares;		  /* allot, deliver_stock */
	PvLock lock;		  /* allot (Q3) */
	int ngrants;
	PvStockGrant *grants;	/* deliver_stock: the member's, oldest first (Q4) */
	const PvSeries *series; /* of collectibles, as it stands before */
	const PvItem *item;		/* likewise; its owner is who has it now */
	int64_t spent;			/* claim: own purchases less refunds (N1) */
	int64_t most;			/* max_points of a claim, max_price of a buy_item, if has_most */
	bool has_most;
	bool has_contribution;
	bool beyond_rate; /* settle_debt: the contribution may be above the rate's (D2) */
	bool uncapped;	  /* open: the points issued do not count toward the cap */
	bool for_goods;	  /* redeem: net goes to the platform */
	PvTrace *trace;	  /* of who asks how it is computed, NULL: nobody */
} PvEvent;

/* What an event did: the facts of its receipt.  What it did to members is in its parties. */
typedef struct PvEffect
{
	int64_t amount;
	int64_t points;
	int64_t cash;
	int64_t fee;
	int64_t contribution;
	int64_t item;		 /* the serial of a collectible, or how many shares of stock */
	int64_t points_fee;	 /* X1: of the points handed over, what was burned */
	int64_t share_price; /* C1: at which spending counted */
	PvCommissions commissions;
	int64_t order_amount;
	int64_t asked; /* Q1: points that it named at most */
	PvLock lock;   /* Q3: of the shares it brought; no parts: none */
	bool has_plan;
	PvReleasePlan plan; /* purchase: that it opens; refund: as it stands then */
	int64_t series;		/* of collectibles: its number, 0 = it is of none */
	PvItem stands;		/* the item as it stands then */
} PvEffect;

/* What a kind of event does to vault and members, or one section of the policy by it. */
typedef PvError (*PvApply)(const PvPolicy *policy, PvVault *vault, PvEvent *event,
						   PvEffect *effect);

#endif /* PV_ENGINE_EVENT_H */
