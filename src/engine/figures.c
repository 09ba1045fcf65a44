/*
 * figures.c
 *	  Assets and accounts as tables, for those who go through all of them.
 */
#include "engine/figures.h"

#include "engine/event.h"
#include "engine/fixed.h"

#define SCALE(type) ((type)[0] == 'a' ? PV_AMOUNT_SCALE : (type)[0] == 'p' ? PV_POINTS_SCALE : 0)
#define ROW(structure, field, column, type, always) \
	{#column, offsetof(structure, field), SCALE(type), always},

const PvFigure pv_assets[PV_ASSET_COUNT] = {PV_ASSETS(ROW, ROW, PvAssets)};
const PvFigure pv_accounts[PV_ACCOUNT_COUNT] = {PV_ACCOUNTS(ROW, ROW, PvVault)};

/* A field without a row would be neither stored nor checked. */
_Static_assert(sizeof(PvAssets) == sizeof(int64_t) * PV_ASSET_COUNT, "each asset has a row");
_Static_assert(sizeof(PvVault) == sizeof(int64_t) * PV_ACCOUNT_COUNT, "each account has a row");
