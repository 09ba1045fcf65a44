/*
 * preset.c
 *	  Whole policies by name (MODEL §10).
 */
#include "policy/preset.h"

typedef struct Preset
{
	const char *name;
	const char *document;
} Preset;

#define RELEASE(first, second, third, fourth)                                                  \
	"{\"release\": {\"levels\": ["                                                             \
	"{\"min\": 3000, \"multiple\": " first "}, {\"min\": 9000, \"multiple\": " second "}, "    \
	"{\"min\": 27000, \"multiple\": " third "}, {\"min\": 51000, \"multiple\": " fourth "}], " \
	"\"release_rate\": 0.012, \"generation_rates\": [0.5, 0.3], \"stars\": ["                  \
	"{\"sales\": 50000, \"rate\": 0.10}, {\"sales\": 200000, \"rate\": 0.20}, "                \
	"{\"sales\": 600000, \"rate\": 0.26}, {\"sales\": 2000000, \"rate\": 0.32}, "              \
	"{\"sales\": 6000000, \"rate\": 0.38}, {\"sales\": 15000000, \"rate\": 0.44}, "            \
	"{\"sales\": 30000000, \"rate\": 0.50}], \"peer_rate\": 0.03}}"

static const Preset presets[] = {
	{"growth", "{\"growth\": {\"pool_rate\": 0.30, \"mint_rate\": 0.70, \"redeem_fee_rate\": 0.10, "
			   "\"exit_basis\": \"member\", \"exit_multiple\": 2}, "
			   "\"cycle\": {\"quota_multiple\": 2, \"share_price\": 200, "
			   "\"weight_pool_rate\": 0.30}}"},
	{"growth-profit", "{\"growth\": {\"pool_rate\": 0.30, \"mint_rate\": 0.70, "
					  "\"redeem_fee_rate\": 0.20, \"exit_basis\": \"order\", "
					  "\"exit_multiple\": 3}}"},
	{"cycle", "{\"cycle\": {\"quota_multiple\": 2, \"share_price\": 1000, "
			  "\"weight_pool_rate\": 0.30, \"tier_basis\": \"head\", \"tiers\": ["
			  "{\"min\": 50, \"rate\": 0.01}, {\"min\": 101, \"rate\": 0.03}, "
			  "{\"min\": 201, \"rate\": 0.06}]}}"},
	{"energy", "{\"cycle\": {\"quota_multiple\": 2, \"share_price\": 1000, "
			   "\"weight_pool_rate\": 0.30, \"tier_basis\": \"head\", \"tiers\": ["
			   "{\"min\": 1, \"rate\": 0.04}, {\"min\": 11, \"rate\": 0.03}, "
			   "{\"min\": 21, \"rate\": 0.02}, {\"min\": 31, \"rate\": 0.01}]}}"},
	{"release", RELEASE("2.5", "3", "3.5", "4")},
	{"release-flat", RELEASE("3", "3", "3", "3")},
};

/* The name of the index-th preset, or NULL past the last. */
const char *
pv_preset_name(int index)
{
	return index < (int) lengthof(presets) ? presets[index].name : NULL;
}

/* The document of a preset, or NULL where there is none of that name. */
const char *
pv_preset(const char *name)
{
	for (int i = 0; i < (int) lengthof(presets); i++)
		if (strcmp(presets[i].name, name) == 0)
			return presets[i].document;
	return NULL;
}
