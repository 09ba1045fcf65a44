/*
 * preset.c
 *	  Whole policies by name (MODEL §10).
 */
#include "policy_cache.h"

typedef struct Preset
{
	const char *name;
	const char *document;
} Preset;

static const Preset presets[] = {
	{"growth", "{\"growth\": {\"pool_rate\": 0.30, \"mint_rate\": 0.70, \"redeem_fee_rate\": 0.10, "
			   "\"exit_basis\": \"member\", \"exit_multiple\": 2}}"},
	{"growth-profit", "{\"growth\": {\"pool_rate\": 0.30, \"mint_rate\": 0.70, "
					  "\"redeem_fee_rate\": 0.20, \"exit_basis\": \"order\", "
					  "\"exit_multiple\": 3}}"},
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
