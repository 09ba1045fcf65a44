/*
 * policy.h
 *	  The rules a vault runs by, as parsed from its policy document.
 *
 * Layer 2, and plain C: the engine reads these structures and nothing else.
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
	int64_t pool_rate;			/* G1 */
	int64_t mint_rate;			/* G2 */
	int64_t referral_mint_rate; /* G2 */
	int64_t start_price;		/* V1: amount per whole point */
	int64_t issue_cap;			/* G3: points, or PV_UNSET */
	int64_t redeem_fee_rate;	/* G4 */
	int64_t goods_fee_rate;		/* G4 */
	int64_t exit_multiple;		/* G6: or PV_UNSET */
	int64_t exit_fee_rate;		/* G6: or PV_UNSET for redeem_fee_rate */
	int64_t exits_per_call;		/* G7 */
	int64_t exit_basis;			/* G6: PvExitBasis */
	int64_t refund_shortfall;	/* G15: PvShortfall */
} PvGrowthPolicy;

typedef struct PvPolicy
{
	int32_t version; /* 1, 2, 3 ... within the vault */
	int32_t serial;	 /* never used twice in a database; the cache's key */
	bool has_growth;
	PvGrowthPolicy growth;
} PvPolicy;

#endif /* PV_POLICY_H */
