/*
 * policy.h
 *	  The rules a vault runs by, as parsed from its policy document.
 *
 * The engine reads these structures and nothing else of a policy.
 * Rates and multiples are in parts per million (U4), amounts in 1/10 000
 * currency unit (U1), points in 1e-8 point (U2).
 */
#ifndef PV_POLICY_H
#define PV_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* What a key with the value null means for a limit. */
#define PV_UNSET INT64_C(-1)

typedef enum PvExitBasis
{
	PV_EXIT_BY_ORDER,
	PV_EXIT_BY_MEMBER
} PvExitBasis;

typedef enum PvShortfall
{
	PV_SHORTFALL_MEMBER,
	PV_SHORTFALL_PLATFORM
} PvShortfall;

/* Section `growth`, MODEL §3. */
typedef struct PvGrowthPolicy
{
	int64_t pool_rate;			/* G1: of an order, into the pool */
	int64_t mint_rate;			/* G2: of the contribution, minted to the buyer */
	int64_t referral_mint_rate; /* G2: and to the sponsor */
	int64_t start_price;		/* V1: amount per whole point */
	int64_t issue_cap;			/* G3: points, or PV_UNSET */
	int64_t redeem_fee_rate;	/* G4: for cash */
	int64_t goods_fee_rate;		/* G4: for goods */
	int64_t exit_multiple;		/* G6: or PV_UNSET */
	int64_t exit_fee_rate;		/* G6: or PV_UNSET for redeem_fee_rate */
	int64_t exits_per_call;		/* G7: at most */
	int64_t exit_basis;			/* G6: PvExitBasis */
	int64_t refund_shortfall;	/* G15: PvShortfall */
	int64_t hold_days;			/* G16: days for which the points of a purchase are held */
} PvGrowthPolicy;

typedef enum PvTierBasis
{
	PV_TIER_BY_HEAD,
	PV_TIER_BY_WEIGHT
} PvTierBasis;

typedef enum PvDenominator
{
	PV_DENOMINATOR_ACTIVE,
	PV_DENOMINATOR_ALL
} PvDenominator;

typedef enum PvUnallocated
{
	PV_UNALLOCATED_PLATFORM,
	PV_UNALLOCATED_CARRY
} PvUnallocated;

/* C5: those whose shares reach `min`, but not that of the next tier. */
typedef struct PvTier
{
	int64_t min; /* shares */
	int64_t rate;
} PvTier;

#define PV_MAX_TIERS 32

/* Section `cycle`, MODEL §5. */
typedef struct PvCyclePolicy
{
	int64_t quota_multiple;		 /* C1: quota for each unit spent */
	int64_t share_price;		 /* C1: spending for one share */
	int64_t referral_quota_rate; /* C1: of an order, quota of the sponsor */
	int64_t referral_share_rate; /* C1: and spending of the sponsor */
	int64_t weight_pool_rate;	 /* C4: of the day's turnover, shared out by shares */
	int64_t tier_basis;			 /* C5: PvTierBasis */
	int64_t denominator;		 /* C4: PvDenominator */
	int64_t unallocated;		 /* C7: PvUnallocated */
	int ntiers;
	PvTier tiers[PV_MAX_TIERS]; /* in the order of their minimum */
} PvCyclePolicy;

/* Section `limits`: what one operator may book of a kind on a day, or PV_UNSET. */
typedef struct PvLimitsPolicy
{
	int64_t inject;		  /* G11: paid into the pool */
	int64_t grant_points; /* G12: paid into the pool for them */
	int64_t adjust;		  /* G17: worth of what was adjusted, up and down added up */
	int64_t allot;		  /* Q3: shares */
} PvLimitsPolicy;

/* L1: an order of at least `min` opens a plan of so many times its amount. */
typedef struct PvLevel
{
	int64_t min;
	int64_t multiple;
} PvLevel;

/* L4, M1: a star or a rank, and what it is paid of what comes from below. */
typedef struct PvGrade
{
	int64_t sales; /* of the team, from which on it is reached */
	int64_t rate;
} PvGrade;

#define PV_MAX_LEVELS 32
#define PV_MAX_GRADES 32
#define PV_MAX_GENERATIONS 32

/* Section `release`, MODEL §6. */
typedef struct PvReleasePolicy
{
	int nlevels;
	PvLevel levels[PV_MAX_LEVELS]; /* L1, in the order of their minimum */
	int64_t release_rate;		   /* L1: of an order, released each day */
	int ngenerations;
	int64_t generation_rates[PV_MAX_GENERATIONS]; /* L3: of what the generations below release */
	int nstars;
	PvGrade stars[PV_MAX_GRADES]; /* L4, in the order of their sales */
	int64_t peer_rate;			  /* L5: to the next above of the same star */
	int64_t usage_rate;			  /* L7: of an order, that may be paid in rewards */
} PvReleasePolicy;

/* M1: of the agents of an order's region. */
typedef struct PvRegionRates
{
	int64_t province;
	int64_t city;
	int64_t district;
} PvRegionRates;

/* Section `commission`, MODEL §7. */
typedef struct PvCommissionPolicy
{
	int64_t budget_rate;   /* M1: of an order, what all commissions of it are paid from */
	int64_t direct_rate;   /* to the sponsor */
	int64_t indirect_rate; /* to the sponsor's sponsor */
	int nranks;
	PvGrade ranks[PV_MAX_GRADES]; /* in the order of their sales */
	int64_t rank_peer_rate;
	PvRegionRates region_rates;
	bool has_region_rates;
	int64_t shareholder_rate; /* into the shareholder pool (C6a) */
} PvCommissionPolicy;

/* Section `stock`, MODEL §9. */
typedef struct PvStockPolicy
{
	int64_t total;				 /* Q2: shares there will ever be */
	int64_t conversion_fee_rate; /* Q1: of what points are worth */
	int64_t lock_months;		 /* Q3: from a conversion until its shares are free */
} PvStockPolicy;
/* Section `legacy`, MODEL §9: what the house owed before the vault. */
typedef struct PvLegacyPolicy
{
	int64_t contribution_rate; /* D2: of a debt settled, into the pool */
	int64_t mint_rate;		   /* D2: of the contribution, minted to the member */
	int64_t release_days;	   /* D3: over which the points are released */
	int64_t exit_multiple;	   /* D2: or PV_UNSET */
} PvLegacyPolicy;
/* Section `exchange`, MODEL §9. */
typedef struct PvExchangePolicy
{
	int64_t fee_rate; /* X1: of the points handed over, burned */
} PvExchangePolicy;

typedef enum PvPartnerAsset
{
	PV_PARTNER_SHARES,
	PV_PARTNER_POINTS
} PvPartnerAsset;

/* Section `partner`, MODEL §9. */
typedef struct PvPartnerPolicy
{
	int64_t asset; /* P1: PvPartnerAsset */
	int64_t min;   /* P1: of it, at the end of a day; shares too in 1e-8 */
} PvPartnerPolicy;

typedef struct PvPolicy
{
	int32_t version; /* 1, 2, 3 ... within the vault */
	int32_t serial;	 /* never used twice in a database; the cache's key */
	bool has_growth;
	PvGrowthPolicy growth;
	bool has_cycle;
	PvCyclePolicy cycle;
	bool has_release;
	PvReleasePolicy release;
	bool has_commission;
	PvCommissionPolicy commission;
	bool has_limits;
	PvLimitsPolicy limits;
	bool has_stock;
	PvStockPolicy stock;
	bool has_legacy;
	PvLegacyPolicy legacy;
	bool has_exchange;
	PvExchangePolicy exchange;
	bool has_partner;
	PvPartnerPolicy partner;
	bool acknowledged; /* R2: it names who answers for what it pays over several levels */
} PvPolicy;

/*
 * M3, G1: what of a sale is given away beside the contribution to the pool.
 */
static inline int64_t
pv_rates_beside_pool(const PvPolicy *policy)
{
	int64_t rates = policy->cycle.weight_pool_rate + policy->commission.budget_rate;

	for (int i = 0; i < policy->cycle.ntiers; i++)
		rates += policy->cycle.tiers[i].rate;
	return rates;
}

#endif /* PV_POLICY_H */
