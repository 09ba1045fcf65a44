/*
 * policy_keys.c
 *	  The table of policy keys, and what no single key can say.
 *
 * A key is a field of its structure in policy.h, a row here, and a line of the
 * reference.  Sections are in the order of MODEL, keys in that of the reference.
 */
#include "engine/policy_keys.h"

#include "base/assertion.h"
#include "base/lengthof.h"
#include "engine/decimal.h"
#include "engine/fixed.h"

#include <string.h>

#define FIELD(section, key) .name = #key, .offset = offsetof(section, key)

#define NUMBER(section, key, decimals, from, to)                                        \
	FIELD(section, key), .type = PV_KEY_NUMBER, .scale = (decimals), .minimum = (from), \
						 .maximum = (to)
#define RATE(section, key) NUMBER(section, key, PV_RATE_SCALE, "0", "1")
#define CHOICE(section, key, choices) FIELD(section, key), .type = PV_KEY_CHOICE, .words = (choices)

#define KEYS(structure, array) .size = sizeof(structure), .count = lengthof(array), .keys = (array)

/* --- growth, MODEL 3 ------------------------------------------------------------- */

static const char *const bases[] = {
	[PV_EXIT_BY_ORDER] = "order", [PV_EXIT_BY_MEMBER] = "member", NULL};
static const char *const shortfalls[] = {
	[PV_SHORTFALL_MEMBER] = "member", [PV_SHORTFALL_PLATFORM] = "platform", NULL};

#define GROWTH_RATE(key) RATE(PvGrowthPolicy, key)
#define GROWTH(key, ...) NUMBER(PvGrowthPolicy, key, __VA_ARGS__)
#define GROWTH_CHOICE(key, choices) CHOICE(PvGrowthPolicy, key, choices)

static const PvKey growth_keys[] = {
	{GROWTH_RATE(pool_rate), .fallback = "0.30", .rule = "G1"},
	{GROWTH_RATE(mint_rate), .fallback = "0.70", .rule = "G2"},
	{GROWTH_RATE(referral_mint_rate), .fallback = "0", .rule = "G2"},
	{GROWTH(start_price, PV_AMOUNT_SCALE, "0.0001", "100"), .fallback = "1", .rule = "V1"},
	{GROWTH(issue_cap, PV_POINTS_SCALE, "0", "92233720368.54775807"), .rule = "G3"},
	{GROWTH_RATE(redeem_fee_rate), .fallback = "0.10", .rule = "G4"},
	{GROWTH_RATE(goods_fee_rate), .fallback = "0", .rule = "G4"},
	{GROWTH(exit_multiple, PV_RATE_SCALE, "0.000001", "1000000"), .rule = "G6"},
	{GROWTH_CHOICE(exit_basis, bases), .fallback = "order", .rule = "G6"},
	{GROWTH_RATE(exit_fee_rate), .rule = "G6"},
	{GROWTH(exits_per_call, 0, "0", "100000"), .fallback = "100", .rule = "G7"},
	{GROWTH_CHOICE(refund_shortfall, shortfalls), .fallback = "member", .rule = "G15"},
	{GROWTH(hold_days, 0, "0", "3650"), .fallback = "0", .rule = "G16"},
};

static const PvKeys growth = {.path = "growth",
							  .knows = "Section growth knows",
							  KEYS(PvGrowthPolicy, growth_keys)};

/* --- cycle, MODEL 5 ---------------------------------------------------------------- */

static const PvKey tier_keys[] = {
	{NUMBER(PvTier, min, 0, "1", "9223372036854775807"), .required = true, .rising = true,
	 .rule = "C5"},
	{RATE(PvTier, rate), .required = true, .rule = "C5"},
};

static const PvKeys tier = {.path = "cycle.tiers",
							.knows = "A tier has",
							.one = "tier",
							.many = "tiers",
							KEYS(PvTier, tier_keys)};

static const char *const tier_bases[] = {
	[PV_TIER_BY_HEAD] = "head", [PV_TIER_BY_WEIGHT] = "weight", NULL};
static const char *const denominators[] = {
	[PV_DENOMINATOR_ACTIVE] = "active", [PV_DENOMINATOR_ALL] = "all", NULL};
static const char *const unallocated_ways[] = {
	[PV_UNALLOCATED_PLATFORM] = "platform", [PV_UNALLOCATED_CARRY] = "carry", NULL};

#define CYCLE_RATE(key) RATE(PvCyclePolicy, key)
#define CYCLE(key, ...) NUMBER(PvCyclePolicy, key, __VA_ARGS__)
#define CYCLE_CHOICE(key, choices) CHOICE(PvCyclePolicy, key, choices)

static const PvKey cycle_keys[] = {
	{CYCLE(quota_multiple, PV_RATE_SCALE, "0", "1000000"), .fallback = "2", .rule = "C1"},
	{CYCLE(share_price, PV_AMOUNT_SCALE, "0.0001", "1000000000000"), .fallback = "1000",
	 .rule = "C1"},
	{CYCLE_RATE(referral_quota_rate), .fallback = "0", .rule = "C1"},
	{CYCLE_RATE(referral_share_rate), .fallback = "0", .rule = "C1"},
	{CYCLE_RATE(weight_pool_rate), .fallback = "0.30", .rule = "C4"},
	{FIELD(PvCyclePolicy, tiers), .type = PV_KEY_LIST, .keys = &tier, .most = PV_MAX_TIERS,
	 .mark = offsetof(PvCyclePolicy, ntiers), .rule = "C5"},
	{CYCLE_CHOICE(tier_basis, tier_bases), .fallback = "head", .rule = "C5"},
	{CYCLE_CHOICE(denominator, denominators), .fallback = "active", .rule = "C4"},
	{CYCLE_CHOICE(unallocated, unallocated_ways), .fallback = "platform", .rule = "C7"},
};

static const PvKeys cycle = {.path = "cycle",
							 .knows = "Section cycle knows",
							 KEYS(PvCyclePolicy, cycle_keys)};

/* --- limits --------------------------------------------------------------------------- */

#define LIMIT(key) NUMBER(PvLimitsPolicy, key, PV_AMOUNT_SCALE, "0", "922337203685477.5807")

static const PvKey limit_keys[] = {
	{LIMIT(inject), .rule = "G11"},
	{LIMIT(grant_points), .rule = "G12"},
	{LIMIT(adjust), .rule = "G17"},
};

static const PvKeys limits = {.path = "limits",
							  .knows = "Section limits knows",
							  KEYS(PvLimitsPolicy, limit_keys)};

/* --- the document -------------------------------------------------------------------- */

#define SECTION(section)                                                  \
	FIELD(PvPolicy, section), .type = PV_KEY_SECTION, .keys = &(section), \
							  .mark = offsetof(PvPolicy, has_##section)

/*
 * The keys beside the sections only widen what a policy may do, and what they
 * would widen is not there yet.
 */
static const PvKey document_keys[] = {
	{SECTION(growth)},
	{SECTION(cycle)},
	{SECTION(limits)},
	{.name = "release", .type = PV_KEY_UNSUPPORTED},
	{.name = "commission", .type = PV_KEY_UNSUPPORTED},
	{.name = "member_transfer", .type = PV_KEY_FALSE, .rule = "R1"},
	{.name = "acknowledge_multilevel",
	 .type = PV_KEY_TEXT,
	 .rule = "R2",
	 .what = "a text that names who answers for it"},
};

const PvKeys pv_policy_keys = {.path = "the document",
							   .knows = "A policy knows",
							   KEYS(PvPolicy, document_keys)};

/*
 * Whether a key has that name, which no NUL ends.
 */
bool
pv_key_is(const PvKey *key, const char *name, size_t length)
{
	return strlen(key->name) == length && memcmp(key->name, name, length) == 0;
}

/*
 * A bound of a number, or its default, in its units.
 */
int64_t
pv_key_bound(const PvKey *key, const char *bound)
{
	int64_t value = 0;
	PvDecimalResult result = pv_decimal_parse(bound, strlen(bound), key->scale, &value);

	/* the table's own words */
	(void) result;
	PV_ASSERT(result == PV_DECIMAL_OK);
	return value;
}

/*
 * What a number or a choice is where the document says nothing.
 */
int64_t
pv_key_default(const PvKey *key)
{
	int word = 0;

	if (!key->fallback)
		return PV_UNSET;
	if (key->type == PV_KEY_NUMBER)
		return pv_key_bound(key, key->fallback);
	while (key->words[word] && strcmp(key->words[word], key->fallback) != 0)
		word++;
	PV_ASSERT(key->words[word]); /* the default is one of the choices */
	return word;
}

/* --- what no single key can say -------------------------------------------------------- */

/* G2: what is minted for a contribution is at most the contribution. */
static bool
mints_within_contribution(const PvPolicy *policy)
{
	return policy->growth.mint_rate + policy->growth.referral_mint_rate <= PV_ONE_RATE;
}

/* M3: what is given away of a sale is at most the sale. */
static bool
gives_within_sale(const PvPolicy *policy)
{
	return policy->growth.pool_rate + pv_rates_beside_pool(policy) <= PV_ONE_RATE;
}

typedef struct Rule
{
	bool (*holds)(const PvPolicy *policy);
	const char *path;
	const char *why;
} Rule;

static const Rule rules[] = {
	{mints_within_contribution, "growth.referral_mint_rate",
	 "and growth.mint_rate must not exceed 1 together"},
	{gives_within_sale, "growth.pool_rate, cycle.weight_pool_rate and the rates of cycle.tiers",
	 "must not exceed 1 together"},
};

/*
 * Whether keys that are right one by one go together; sections that are off
 * are all 0.  Else names the path and what is wrong there.
 */
bool
pv_policy_is_sound(const PvPolicy *policy, const char **path, const char **why)
{
	for (int i = 0; i < lengthof(rules); i++)
		if (!rules[i].holds(policy))
		{
			*path = rules[i].path;
			*why = rules[i].why;
			return false;
		}
	return true;
}
