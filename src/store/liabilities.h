/*
 * liabilities.h
 *	  What all members have of an asset at the close of a day, built into trees and published:
 *	  docs/liabilities.md.
 */
#ifndef PV_STORE_LIABILITIES_H
#define PV_STORE_LIABILITIES_H

#include "base/compat.h"
#include "engine/event.h"
#include "engine/figures.h"
#include "engine/sumtree.h"
#include "store/liability_tiles.h"
#include "store/plan.h"
#include "store/state.h"

#include "utils/date.h"

/* The balances of an asset at the close of a day, as they were published. */
typedef struct PvLiabilities
{
	int32_t vault;
	int64_t number;
	const PvFigure *asset;
	DateADT day;
	int64_t seq; /* the journal row after which they are */
	int64_t leaves[PV_SIDE_COUNT];
	PvSumNode roots[PV_SIDE_COUNT];
	int64_t place; /* of the leaf of the log that says so; -1: it is not sealed yet */
} PvLiabilities;

/* Of the members, one after the other, what leads to their leaves. */
typedef struct PvLiabilityKeys PvLiabilityKeys;

extern PvPlan pv_liabilities_all;

extern const PvFigure *pv_liability_asset(const char *name);
extern int64_t pv_liability_of_vault(const PvFigure *asset, const PvVault *state);
extern bool pv_liabilities_read(const PvRow *row, int32_t vault, PvLiabilities *found);
extern bool pv_liabilities_find(int32_t vault, const PvFigure *asset, DateADT day, bool read_only,
								PvLiabilities *found);
extern void pv_liabilities_build(PvBook *book, const PvFigure *asset, DateADT day,
								 PvLiabilities *made);
extern PvLiabilityTree pv_liability_tree(const PvLiabilities *liabilities, PvLiabilitySide side);
extern bool pv_liability_secret(const PvLiabilities *liabilities, uint8 *secret);
extern void pv_liability_key(const PvHasher *hasher, int32_t vault, int64_t member,
							 const uint8 *secret, PvSumKey *key);
extern PvLiabilityKeys *pv_liability_keys_open(const PvHasher *hasher, int32_t vault,
											   const uint8 *secret);
extern bool pv_liability_keys_at(PvLiabilityKeys *keys, int64_t member, PvSumKey *key);
extern void pv_liability_keys_close(PvLiabilityKeys *keys);

#endif /* PV_STORE_LIABILITIES_H */
