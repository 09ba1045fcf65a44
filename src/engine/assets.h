/*
 * assets.h
 *	  The assets a member can have and the accounts of a vault's state (V8): one row
 *	  each, from which reading, comparing and naming follow.
 *
 * In the order of PvAssets and PvVault, and of their columns in the store.
 */
#ifndef PV_ENGINE_ASSETS_H
#define PV_ENGINE_ASSETS_H

#include "engine/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PV_ASSET_COUNT 6
#define PV_STATE_COUNT 11

typedef struct PvAssetInfo
{
	const char *name;
	size_t offset; /* in PvAssets */
	int scale;
	bool may_be_owed;						 /* G15: below 0, by refunds */
	int64_t (*of_all)(const PvVault *vault); /* what all members have of it; NULL: the state does
											  * not say, outside has the counterpart */
} PvAssetInfo;

typedef struct PvAccountInfo
{
	const char *name;
	size_t offset; /* in PvVault */
	int scale;
} PvAccountInfo;

extern const PvAssetInfo pv_assets[PV_ASSET_COUNT];
extern const PvAccountInfo pv_accounts[PV_STATE_COUNT];

/* What there is of an asset, or in an account, by its place in the list. */
static inline int64_t
pv_asset(const PvAssets *assets, int place)
{
	return *(const int64_t *) ((const char *) assets + pv_assets[place].offset);
}

static inline int64_t *
pv_asset_of(PvAssets *assets, int place)
{
	return (int64_t *) ((char *) assets + pv_assets[place].offset);
}

static inline int64_t
pv_account(const PvVault *vault, int place)
{
	return *(const int64_t *) ((const char *) vault + pv_accounts[place].offset);
}

static inline void
pv_set_account(PvVault *vault, int place, int64_t value)
{
	*(int64_t *) ((char *) vault + pv_accounts[place].offset) = value;
}

#endif /* PV_ENGINE_ASSETS_H */
