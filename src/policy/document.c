/*
 * document.c
 *	  From a policy document to a policy: checked whole, every error names the
 *	  path of its key.
 */
#include "policy/cache.h"

#include "engine/decimal.h"
#include "engine/fixed.h"
#include "base/tokens.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

typedef enum KeyType
{
	KEY_NUMBER, /* of the key's scale, written as a JSON number or string */
	KEY_CHOICE, /* one of the words, stored by its position */
	KEY_TIERS	/* C5: a list of objects with min and rate */
} KeyType;

/* A key of a section: where its value goes and what it may be. */
typedef struct Key
{
	const char *name;
	KeyType type;
	size_t offset;
	int64_t default_value;
	int scale;
	const char *minimum; /* in the words of the document */
	const char *maximum;
	const char *const *words;
} Key;

typedef struct Section
{
	const char *name;
	const Key *keys; /* NULL: this version has no engine for it */
	int nkeys;
	size_t offset;	/* of its structure within the policy */
	size_t present; /* and of the mark that it is there */
} Section;

#define GROWTH(key) offsetof(PvGrowthPolicy, key)
#define CYCLE(key) offsetof(PvCyclePolicy, key)
#define A_RATE(key, place, value) #key, KEY_NUMBER, place(key), value, PV_RATE_SCALE, "0", "1", NULL
#define RATE(key, value) A_RATE(key, GROWTH, value)
#define MULTIPLE(key) \
#key, KEY_NUMBER, GROWTH(key), PV_UNSET, PV_RATE_SCALE, "0.000001", "1000000", NULL

static const char *const bases[] = {"order", "member", NULL};
static const char *const shortfalls[] = {"member", "platform", NULL};
static const char *const tier_bases[] = {"head", "weight", NULL};
static const char *const denominators[] = {"active", "all", NULL};
static const char *const unallocated_ways[] = {"platform", "carry", NULL};

static const Key growth_keys[] = {
	{RATE(pool_rate, 300000)},
	{RATE(mint_rate, 700000)},
	{RATE(referral_mint_rate, 0)},
	{"start_price", KEY_NUMBER, GROWTH(start_price), PV_ONE_CURRENCY, PV_AMOUNT_SCALE, "0.0001",
	 "100", NULL},
	{"issue_cap", KEY_NUMBER, GROWTH(issue_cap), PV_UNSET, PV_POINTS_SCALE, "0",
	 "92233720368.54775807", NULL},
	{RATE(redeem_fee_rate, 100000)},
	{RATE(goods_fee_rate, 0)},
	{MULTIPLE(exit_multiple)},
	{"exit_basis", KEY_CHOICE, GROWTH(exit_basis), PV_EXIT_BY_ORDER, 0, NULL, NULL, bases},
	{RATE(exit_fee_rate, PV_UNSET)},
	{"exits_per_call", KEY_NUMBER, GROWTH(exits_per_call), 100, 0, "0", "100000", NULL},
	{"refund_shortfall", KEY_CHOICE, GROWTH(refund_shortfall), PV_SHORTFALL_MEMBER, 0, NULL, NULL,
	 shortfalls},
};

static const Key cycle_keys[] = {
	{"quota_multiple", KEY_NUMBER, CYCLE(quota_multiple), 2 * PV_ONE_RATE, PV_RATE_SCALE, "0",
	 "1000000", NULL},
	{"share_price", KEY_NUMBER, CYCLE(share_price), 1000 * PV_ONE_CURRENCY, PV_AMOUNT_SCALE,
	 "0.0001", "1000000000000", NULL},
	{A_RATE(referral_quota_rate, CYCLE, 0)},
	{A_RATE(referral_share_rate, CYCLE, 0)},
	{A_RATE(weight_pool_rate, CYCLE, 300000)},
	{"tiers", KEY_TIERS, 0, 0, 0, NULL, NULL, NULL},
	{"tier_basis", KEY_CHOICE, CYCLE(tier_basis), PV_TIER_BY_HEAD, 0, NULL, NULL, tier_bases},
	{"denominator", KEY_CHOICE, CYCLE(denominator), PV_DENOMINATOR_ACTIVE, 0, NULL, NULL,
	 denominators},
	{"unallocated", KEY_CHOICE, CYCLE(unallocated), PV_UNALLOCATED_PLATFORM, 0, NULL, NULL,
	 unallocated_ways},
};

/* Of one tier. */
static const Key tier_keys[] = {
	{"min", KEY_NUMBER, offsetof(PvTier, min), 0, 0, "1", "9223372036854775807", NULL},
	{"rate", KEY_NUMBER, offsetof(PvTier, rate), 0, PV_RATE_SCALE, "0", "1", NULL},
};

#define SECTION(name) offsetof(PvPolicy, name), offsetof(PvPolicy, has_##name)

static const Section sections[] = {
	{"growth", growth_keys, lengthof(growth_keys), SECTION(growth)},
	{"cycle", cycle_keys, lengthof(cycle_keys), SECTION(cycle)},
	{"release", NULL, 0, 0, 0},
	{"commission", NULL, 0, 0, 0},
};

pv_noreturn static void
refuse(const char *path, const char *why, const char *detail)
{
	ereport(ERROR, (pv_error(BAD_POLICY), errmsg("invalid policy: %s %s", path, why),
					detail ? errdetail_internal("%s", detail) : 0));
	pg_unreachable();
}

static char *
join_path(const char *section, const char *key)
{
	return section ? psprintf("%s.%s", section, key) : pstrdup(key);
}

static char *
key_text(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
is_key(const JsonbValue *key, const char *name)
{
	return key->val.string.len == (int) strlen(name) &&
		   strncmp(key->val.string.val, name, key->val.string.len) == 0;
}

static int64_t
parse_number(const Key *key, const JsonbValue *value, const char *path)
{
	char *text;
	int64_t number;
	int64_t minimum = 0;
	int64_t maximum = 0;
	PvDecimalResult result;

	if (value->type == jbvNumeric)
		text =
			DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	else if (value->type == jbvString)
		text = key_text(value);
	else
		refuse(path, "must be a number", NULL);

	result = pv_decimal_parse(text, strlen(text), key->scale, &number);
	if (result == PV_DECIMAL_SYNTAX || result == PV_DECIMAL_NOT_FINITE)
		refuse(path, "must be a number", psprintf("Found %.60s.", text));
	if (result == PV_DECIMAL_TOO_PRECISE)
		refuse(path,
			   key->scale == 0 ? "must be a whole number"
							   : psprintf("must have at most %d decimals", key->scale),
			   psprintf("Found %.60s.", text));
	(void) pv_decimal_parse(key->minimum, strlen(key->minimum), key->scale, &minimum);
	(void) pv_decimal_parse(key->maximum, strlen(key->maximum), key->scale, &maximum);
	if (result != PV_DECIMAL_OK || number < minimum || number > maximum)
		refuse(path, psprintf("must be between %s and %s", key->minimum, key->maximum),
			   psprintf("Found %.60s.", text));
	return number;
}

static int64_t
parse_choice(const Key *key, const JsonbValue *value, const char *path)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; key->words[i]; i++)
	{
		if (value->type == jbvString && is_key(value, key->words[i]))
			return i;
		appendStringInfo(&words, "%s\"%s\"", i > 0 ? " or " : "", key->words[i]);
	}
	refuse(path, psprintf("must be %s", words.data), NULL);
}

static const Key *
find_key(const Section *section, const JsonbValue *name)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < section->nkeys; i++)
	{
		if (is_key(name, section->keys[i].name))
			return &section->keys[i];
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", section->keys[i].name);
	}
	refuse(join_path(section->name, key_text(name)), "is not a known key",
		   psprintf("Section %s knows: %s.", section->name, known.data));
}

static void
set_defaults(const Section *section, void *target)
{
	for (int i = 0; i < section->nkeys; i++)
		if (section->keys[i].type != KEY_TIERS)
			*(int64_t *) ((char *) target + section->keys[i].offset) =
				section->keys[i].default_value;
}

static void
parse_tier(JsonbContainer *object, const char *path, PvTier *tier)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue item;
	bool given[lengthof(tier_keys)] = {0};

	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		int key = 0;
		char *key_path;

		if (token != WJB_KEY)
			continue;
		key_path = psprintf("%s.%s", path, key_text(&item));
		while (key < (int) lengthof(tier_keys) && !is_key(&item, tier_keys[key].name))
			key++;
		if (key == (int) lengthof(tier_keys))
			refuse(key_path, "is not a known key", "A tier has: min, rate.");
		(void) JsonbIteratorNext(&it, &item, true);
		*(int64_t *) ((char *) tier + tier_keys[key].offset) =
			parse_number(&tier_keys[key], &item, key_path);
		given[key] = true;
	}
	for (int i = 0; i < (int) lengthof(tier_keys); i++)
		if (!given[i])
			refuse(psprintf("%s.%s", path, tier_keys[i].name), "is missing", NULL);
}

/*
 * C5: tiers in the order of their minimum, no two with the same.
 */
static void
parse_tiers(const JsonbValue *value, const char *path, PvCyclePolicy *cycle)
{
	uint32 count;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerIsScalar(value->val.binary.data))
		refuse(path, "must be a list of tiers", NULL);
	count = JsonContainerSize(value->val.binary.data);
	if (count > PV_MAX_TIERS)
		refuse(path, psprintf("must have at most %d tiers", PV_MAX_TIERS), NULL);
	for (uint32 i = 0; i < count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(value->val.binary.data, i);
		char *tier_path = psprintf("%s[%u]", path, i);

		if (item->type != jbvBinary || !JsonContainerIsObject(item->val.binary.data))
			refuse(tier_path, "must be an object", NULL);
		parse_tier(item->val.binary.data, tier_path, &cycle->tiers[i]);
		if (i > 0 && cycle->tiers[i].min <= cycle->tiers[i - 1].min)
			refuse(psprintf("%s.min", tier_path), "must be above that of the tier before", NULL);
	}
	cycle->ntiers = (int) count;
}

/*
 * Reads the keys of a section over their defaults; null means the default too.
 */
static void
parse_section(const Section *section, JsonbValue *value, void *target)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue item;

	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		refuse(section->name, "must be an object", NULL);
	set_defaults(section, target);
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		const Key *key;
		char *path;
		int64_t number;

		if (token != WJB_KEY)
			continue;
		key = find_key(section, &item);
		path = join_path(section->name, key->name);
		(void) JsonbIteratorNext(&it, &item, true);
		if (item.type == jbvNull)
			continue;
		if (key->type == KEY_TIERS)
		{
			parse_tiers(&item, path, target);
			continue;
		}
		number = key->type == KEY_CHOICE ? parse_choice(key, &item, path)
										 : parse_number(key, &item, path);
		*(int64_t *) ((char *) target + key->offset) = number;
	}
}

/*
 * What no single key can say: shares of one whole are at most the whole (G2, M3).
 */
static void
check_growth(const PvGrowthPolicy *growth)
{
	if (growth->mint_rate + growth->referral_mint_rate > PV_ONE_RATE)
		refuse("growth.referral_mint_rate", "and growth.mint_rate must not exceed 1 together",
			   NULL);
}

/*
 * M3: what is given away of a sale is at most the sale.
 */
static void
check_rates(const PvPolicy *policy)
{
	int64_t rates = pv_rates_beside_pool(policy);

	if (policy->has_growth)
		rates += policy->growth.pool_rate;
	if (rates > PV_ONE_RATE)
		refuse("growth.pool_rate, cycle.weight_pool_rate and the rates of cycle.tiers",
			   "must not exceed 1 together", NULL);
}

static const Section *
find_section(const JsonbValue *name)
{
	for (int i = 0; i < (int) lengthof(sections); i++)
		if (is_key(name, sections[i].name))
			return &sections[i];
	return NULL;
}

/*
 * The keys beside the sections.  Both only widen what a policy may do, and what
 * they would widen is not there yet.
 */
static void
parse_top_key(const JsonbValue *name, const JsonbValue *value)
{
	if (is_key(name, "member_transfer"))
	{
		if (value->type != jbvBool && value->type != jbvNull)
			refuse("member_transfer", "must be true or false", NULL);
		if (value->type == jbvBool && value->val.boolean)
			refuse("member_transfer", "is not supported by this version", NULL);
	}
	else if (is_key(name, "acknowledge_multilevel"))
	{
		if (value->type != jbvString && value->type != jbvNull)
			refuse("acknowledge_multilevel", "must be a text that names who answers for it", NULL);
	}
	else
		refuse(key_text(name), "is not a known key",
			   "A policy knows: growth, cycle, member_transfer, acknowledge_multilevel.");
}

/*
 * Parses a policy document into all of `policy` but its version and serial.
 * Anything unknown, of the wrong type or out of range is an error (22023).
 */
void
pv_policy_parse(Jsonb *document, PvPolicy *policy)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue name;
	JsonbValue value;

	memset(policy, 0, sizeof(*policy));
	if (!JB_ROOT_IS_OBJECT(document))
		refuse("the document", "must be an object", NULL);
	it = JsonbIteratorInit(&document->root);
	while ((token = JsonbIteratorNext(&it, &name, true)) != WJB_DONE)
	{
		const Section *section;

		if (token != WJB_KEY)
			continue;
		section = find_section(&name);
		(void) JsonbIteratorNext(&it, &value, true);
		if (!section)
			parse_top_key(&name, &value);
		else if (value.type == jbvNull)
			continue;
		else if (!section->keys)
			refuse(section->name, "is a section this version does not support", NULL);
		else
		{
			parse_section(section, &value, (char *) policy + section->offset);
			*((bool *) policy + section->present) = true;
		}
	}
	check_growth(&policy->growth);
	check_rates(policy);
}

static bool
is_object(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data);
}

static JsonbValue *merge_objects(JsonbParseState **state, JsonbContainer *base,
								 JsonbContainer *patch);

static void
push_member(JsonbParseState **state, JsonbValue *key, JsonbValue *value)
{
	pushJsonbValue(state, WJB_KEY, key);
	pushJsonbValue(state, WJB_VALUE, value);
}

/* A key of the patch: null removes, an object is merged, all else replaces. */
static void
push_patched(JsonbParseState **state, JsonbValue *key, JsonbValue *old, JsonbValue *new)
{
	if (new->type == jbvNull)
		return;
	if (is_object(new))
	{
		pushJsonbValue(state, WJB_KEY, key);
		merge_objects(state, old && is_object(old) ? old->val.binary.data : NULL,
					  new->val.binary.data);
	}
	else
		push_member(state, key, new);
}

static JsonbValue *
merge_objects(JsonbParseState **state, JsonbContainer *base, JsonbContainer *patch)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue key;
	JsonbValue value;
	JsonbValue other;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	if (base)
	{
		it = JsonbIteratorInit(base);
		while ((token = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
		{
			if (token != WJB_KEY)
				continue;
			(void) JsonbIteratorNext(&it, &value, true);
			if (!getKeyJsonValueFromContainer(patch, key.val.string.val, key.val.string.len,
											  &other))
				push_member(state, &key, &value);
		}
	}
	it = JsonbIteratorInit(patch);
	while ((token = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		JsonbValue *old = NULL;

		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		if (base)
			old =
				getKeyJsonValueFromContainer(base, key.val.string.val, key.val.string.len, &other);
		push_patched(state, &key, old, &value);
	}
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * The document with a merge patch (RFC 7396) laid over it.
 */
Jsonb *
pv_policy_merge(Jsonb *document, Jsonb *patch)
{
	JsonbParseState *state = NULL;

	if (!JB_ROOT_IS_OBJECT(patch))
		refuse("the document", "must be an object", NULL);
	return JsonbValueToJsonb(merge_objects(&state, &document->root, &patch->root));
}
