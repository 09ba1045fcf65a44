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

/* --- release, MODEL 6 ---------------------------------------------------------------- */

#define MOST_AMOUNT "922337203685477.5807"

static const PvKey level_keys[] = {
	{NUMBER(PvLevel, min, PV_AMOUNT_SCALE, "0.0001", MOST_AMOUNT), .required = true, .rising = true,
	 .rule = "L1"},
	{NUMBER(PvLevel, multiple, PV_RATE_SCALE, "0.000001", "1000000"), .required = true,
	 .rule = "L1"},
};

static const PvKeys level = {.path = "release.levels",
							 .knows = "A level has",
							 .one = "level",
							 .many = "levels",
							 KEYS(PvLevel, level_keys)};

#define GRADE_KEYS(of)                                                                           \
	{NUMBER(PvGrade, sales, PV_AMOUNT_SCALE, "0.0001", MOST_AMOUNT), .required = true,           \
	 .rising = true, .rule = (of)},                                                              \
	{                                                                                            \
		NUMBER(PvGrade, rate, PV_RATE_SCALE, "0.000001", "1"), .required = true, .rising = true, \
															   .rule = (of)                      \
	}

static const PvKey star_keys[] = {GRADE_KEYS("L4")};

static const PvKeys star = {.path = "release.stars",
							.knows = "A star has",
							.one = "star",
							.many = "stars",
							KEYS(PvGrade, star_keys)};

#define RELEASE_RATE(key) RATE(PvReleasePolicy, key)

static const PvKey release_keys[] = {
	{FIELD(PvReleasePolicy, levels), .type = PV_KEY_LIST, .keys = &level, .most = PV_MAX_LEVELS,
	 .mark = offsetof(PvReleasePolicy, nlevels), .rule = "L1"},
	{RELEASE_RATE(release_rate), .fallback = "0.012", .rule = "L1"},
	{FIELD(PvReleasePolicy, generation_rates), .type = PV_KEY_NUMBERS, .scale = PV_RATE_SCALE,
	 .minimum = "0", .maximum = "1", .most = PV_MAX_GENERATIONS,
	 .mark = offsetof(PvReleasePolicy, ngenerations), .rule = "L3"},
	{FIELD(PvReleasePolicy, stars), .type = PV_KEY_LIST, .keys = &star, .most = PV_MAX_GRADES,
	 .mark = offsetof(PvReleasePolicy, nstars), .rule = "L4"},
	{RELEASE_RATE(peer_rate), .fallback = "0.03", .rule = "L5"},
	{RELEASE_RATE(usage_rate), .fallback = "1", .rule = "L7"},
};

static const PvKeys release = {.path = "release",
							   .knows = "Section release knows",
							   KEYS(PvReleasePolicy, release_keys)};

/* --- commission, MODEL 7 ------------------------------------------------------------- */

static const PvKey rank_keys[] = {GRADE_KEYS("M1")};

static const PvKeys rank = {.path = "commission.ranks",
							.knows = "A rank has",
							.one = "rank",
							.many = "ranks",
							KEYS(PvGrade, rank_keys)};

static const PvKey region_keys[] = {
	{RATE(PvRegionRates, province), .fallback = "0", .rule = "M1"},
	{RATE(PvRegionRates, city), .fallback = "0", .rule = "M1"},
	{RATE(PvRegionRates, district), .fallback = "0", .rule = "M1"},
};

static const PvKeys region_rates = {.path = "commission.region_rates",
									.knows = "Region rates are",
									KEYS(PvRegionRates, region_keys)};

#define COMMISSION_RATE(key) RATE(PvCommissionPolicy, key)

static const PvKey commission_keys[] = {
	{COMMISSION_RATE(budget_rate), .fallback = "0.30", .rule = "M1"},
	{COMMISSION_RATE(direct_rate), .fallback = "0", .rule = "M1"},
	{COMMISSION_RATE(indirect_rate), .fallback = "0", .rule = "M1"},
	{FIELD(PvCommissionPolicy, ranks), .type = PV_KEY_LIST, .keys = &rank, .most = PV_MAX_GRADES,
	 .mark = offsetof(PvCommissionPolicy, nranks), .rule = "M1"},
	{COMMISSION_RATE(rank_peer_rate), .fallback = "0", .rule = "M1"},
	{FIELD(PvCommissionPolicy, region_rates), .type = PV_KEY_SECTION, .keys = &region_rates,
	 .mark = offsetof(PvCommissionPolicy, has_region_rates), .rule = "M1"},
	{COMMISSION_RATE(shareholder_rate), .fallback = "0", .rule = "M1"},
};

static const PvKeys commission = {.path = "commission",
								  .knows = "Section commission knows",
								  KEYS(PvCommissionPolicy, commission_keys)};

/* --- limits --------------------------------------------------------------------------- */

#define MOST_SHARES "9223372036854775807"
#define LIMIT(key) NUMBER(PvLimitsPolicy, key, PV_AMOUNT_SCALE, "0", "922337203685477.5807")

static const PvKey limit_keys[] = {
	{LIMIT(inject), .rule = "G11"},
	{LIMIT(grant_points), .rule = "G12"},
	{LIMIT(adjust), .rule = "G17"},
	{NUMBER(PvLimitsPolicy, allot, 0, "0", MOST_SHARES), .rule = "Q3"},
};

static const PvKeys limits = {.path = "limits",
							  .knows = "Section limits knows",
							  KEYS(PvLimitsPolicy, limit_keys)};

/* --- stock, MODEL 9 ------------------------------------------------------------------ */

#define STOCK(key, ...) NUMBER(PvStockPolicy, key, __VA_ARGS__)

static const PvKey stock_keys[] = {
	{STOCK(total, 0, "0", MOST_SHARES), .fallback = "6000000000", .rule = "Q2"},
	{RATE(PvStockPolicy, conversion_fee_rate), .fallback = "0", .rule = "Q1"},
	{STOCK(lock_months, 0, "0", "1200"), .fallback = "0", .rule = "Q3"},
};

static const PvKeys stock = {.path = "stock",
							 .knows = "Section stock knows",
							 KEYS(PvStockPolicy, stock_keys)};
/* --- legacy, MODEL 9 ------------------------------------------------------------------ */

#define LEGACY_RATE(key) RATE(PvLegacyPolicy, key)
#define LEGACY(key, ...) NUMBER(PvLegacyPolicy, key, __VA_ARGS__)

static const PvKey legacy_keys[] = {
	{LEGACY_RATE(contribution_rate), .fallback = "0", .rule = "D2"},
	{LEGACY_RATE(mint_rate), .fallback = "0.70", .rule = "D2"},
	{LEGACY(release_days, 0, "0", "3650"), .fallback = "0", .rule = "D3"},
	{LEGACY(exit_multiple, PV_RATE_SCALE, "0.000001", "1000000"), .rule = "D2"},
};

static const PvKeys legacy = {.path = "legacy",
							  .knows = "Section legacy knows",
							  KEYS(PvLegacyPolicy, legacy_keys)};
/* --- exchange, MODEL 9 --------------------------------------------------------------- */

static const PvKey exchange_keys[] = {
	{RATE(PvExchangePolicy, fee_rate), .fallback = "0", .rule = "X1"},
};

static const PvKeys exchange = {.path = "exchange",
								.knows = "Section exchange knows",
								KEYS(PvExchangePolicy, exchange_keys)};

/* --- partner, MODEL 9 ---------------------------------------------------------------- */

static const char *const partner_assets[] = {
	[PV_PARTNER_SHARES] = "shares", [PV_PARTNER_POINTS] = "points", NULL};

static const PvKey partner_keys[] = {
	{CHOICE(PvPartnerPolicy, asset, partner_assets), .fallback = "shares", .rule = "P1"},
	{NUMBER(PvPartnerPolicy, min, PV_POINTS_SCALE, "0.00000001", "92233720368.54775807"),
	 .required = true, .rule = "P1"},
};

static const PvKeys partner = {.path = "partner",
							   .knows = "Section partner knows",
							   KEYS(PvPartnerPolicy, partner_keys)};

/* --- the document -------------------------------------------------------------------- */

#define SECTION(section)                                                  \
	FIELD(PvPolicy, section), .type = PV_KEY_SECTION, .keys = &(section), \
							  .mark = offsetof(PvPolicy, has_##section)

static const PvKey document_keys[] = {
	{SECTION(growth)},
	{SECTION(cycle)},
	{SECTION(release)},
	{SECTION(commission)},
	{SECTION(limits)},
	{SECTION(stock)},
	{SECTION(legacy)},
	{SECTION(exchange)},
	{SECTION(partner)},
	{.name = "member_transfer", .type = PV_KEY_FALSE, .rule = "R1"},
	{.name = "acknowledge_multilevel",
	 .type = PV_KEY_TEXT,
	 .mark = offsetof(PvPolicy, acknowledged),
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

/* Whether any generation is paid from one on. */
static bool
pays_generation_beyond(const int64_t *rates, int count, int first)
{
	for (int i = first; i < count; i++)
		if (rates[i] > 0)
			return true;
	return false;
}

/*
 * R2: whether a policy pays further up a line than to the sponsor.  Stars and ranks do,
 * however far above they stand, and so do the peers of them.
 */
bool
pv_pays_multilevel(const PvPolicy *policy)
{
	const PvReleasePolicy *release = &policy->release;
	const PvCommissionPolicy *commission = &policy->commission;

	return release->nstars > 0 || commission->nranks > 0 || commission->indirect_rate > 0 ||
		   pays_generation_beyond(release->generation_rates, release->ngenerations, 1);
}

/*
 * R2: how many generations above a buyer are ever paid, PV_ALL_GENERATIONS where stars or
 * ranks are, however far above.  Quota and shares for the sponsor count as pay.
 */
int
pv_paid_generations(const PvPolicy *policy)
{
	const PvReleasePolicy *release = &policy->release;
	const PvCommissionPolicy *commission = &policy->commission;
	int paid = 0;

	if (release->nstars > 0 || commission->nranks > 0)
		return PV_ALL_GENERATIONS;
	if (policy->growth.referral_mint_rate > 0 || policy->cycle.referral_quota_rate > 0 ||
		policy->cycle.referral_share_rate > 0 || commission->direct_rate > 0)
		paid = 1;
	if (commission->indirect_rate > 0)
		paid = 2;
	for (int i = paid; i < release->ngenerations; i++)
		if (release->generation_rates[i] > 0)
			paid = i + 1;
	return paid;
}

/*
 * M3: on the basis of members a lot without a limit would hold all of its member's back, or
 * one with a limit take the others along.
 */
static bool
exits_go_together(const PvPolicy *policy)
{
	return !policy->has_legacy || policy->growth.exit_basis != PV_EXIT_BY_MEMBER ||
		   (policy->growth.exit_multiple == PV_UNSET) == (policy->legacy.exit_multiple == PV_UNSET);
}

static bool
is_acknowledged(const PvPolicy *policy)
{
	return policy->acknowledged || !pv_pays_multilevel(policy);
}

/* P1: there are no parts of shares. */
static bool
has_whole_shares(const PvPolicy *policy)
{
	return policy->partner.asset != PV_PARTNER_SHARES || policy->partner.min % PV_ONE_POINT == 0;
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
	{gives_within_sale,
	 "growth.pool_rate, cycle.weight_pool_rate, the rates of cycle.tiers and "
	 "commission.budget_rate",
	 "must not exceed 1 together"},
	{is_acknowledged, "acknowledge_multilevel",
	 "must name who answers for it where sponsors of sponsors, ranks or stars are paid"},
	{exits_go_together, "legacy.exit_multiple",
	 "and growth.exit_multiple must both be set, or neither, where growth.exit_basis is member"},
	{has_whole_shares, "partner.min", "must be a whole number where partner.asset is shares"},
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
