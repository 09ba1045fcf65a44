/*
 * assets.c
 *	  The assets a member can have and the accounts of a vault's state (V8).
 */
#include "engine/assets.h"

#include "engine/fixed.h"

_Static_assert(sizeof(PvAssets) == sizeof(int64_t) * PV_ASSET_COUNT, "each asset has a row");
_Static_assert(sizeof(PvVault) == sizeof(int64_t) * PV_STATE_COUNT, "each account has a row");

#define ASSET(field) #field, offsetof(PvAssets, field)
#define ACCOUNT(field) #field, offsetof(PvVault, field)

static int64_t
points_of_all(const PvVault *vault)
{
	return vault->circulating - vault->treasury;
}

static int64_t
credits_of_all(const PvVault *vault)
{
	return vault->credits;
}

static int64_t
cash_of_all(const PvVault *vault)
{
	return vault->cash;
}

const PvAssetInfo pv_assets[PV_ASSET_COUNT] = {
	{ASSET(points), PV_POINTS_SCALE, false, points_of_all},
	{ASSET(credits), PV_AMOUNT_SCALE, false, credits_of_all},
	{ASSET(cash), PV_AMOUNT_SCALE, true, cash_of_all},
	{ASSET(reward), PV_AMOUNT_SCALE, false, NULL},
	{ASSET(quota), PV_AMOUNT_SCALE, false, NULL},
	{ASSET(shares), 0, false, NULL},
};

const PvAccountInfo pv_accounts[PV_STATE_COUNT] = {
	{ACCOUNT(pool), PV_AMOUNT_SCALE},	   {ACCOUNT(circulating), PV_POINTS_SCALE},
	{ACCOUNT(issued), PV_POINTS_SCALE},	   {ACCOUNT(treasury), PV_POINTS_SCALE},
	{ACCOUNT(credits), PV_AMOUNT_SCALE},   {ACCOUNT(reserve), PV_AMOUNT_SCALE},
	{ACCOUNT(platform), PV_AMOUNT_SCALE},  {ACCOUNT(shareholders), PV_AMOUNT_SCALE},
	{ACCOUNT(dividends), PV_AMOUNT_SCALE}, {"cash_owed", offsetof(PvVault, cash), PV_AMOUNT_SCALE},
	{ACCOUNT(turnover), PV_AMOUNT_SCALE},
};
