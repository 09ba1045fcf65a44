/* The table of policy keys: against itself, the structures it fills, and the reference. */
#include "unit.h"

#include "engine/decimal.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "engine/policy_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A check of one key, named. */
#define CHECK_KEY(condition)                                                        \
	(snprintf(what, sizeof(what), "%s: %s: %s", keys->path, key->name, #condition), \
	 check((condition), what, __FILE__, __LINE__))

static char what[500];

/* --- against itself ------------------------------------------------------------------ */

static bool
is_number(const PvKey *key, const char *text, int64_t *value)
{
	return text && pv_decimal_parse(text, strlen(text), key->scale, value) == PV_DECIMAL_OK;
}

static void
check_number(const PvKeys *keys, const PvKey *key)
{
	int64_t minimum;
	int64_t maximum;
	int64_t value;

	CHECK_KEY(is_number(key, key->minimum, &minimum) && is_number(key, key->maximum, &maximum) &&
			  minimum <= maximum);
	CHECK_KEY(minimum >= 0); /* PV_UNSET is below */
	CHECK_KEY(!key->fallback || (is_number(key, key->fallback, &value) && value >= minimum &&
								 value <= maximum && value == pv_key_default(key)));
	CHECK_KEY(key->fallback || pv_key_default(key) == PV_UNSET);
}

static void
check_choice(const PvKeys *keys, const PvKey *key)
{
	CHECK_KEY(key->words && key->words[0] && key->fallback);
	CHECK_KEY(strcmp(key->words[pv_key_default(key)], key->fallback) == 0);
}

static void
check_key(const PvKeys *keys, const PvKey *key)
{
	for (const PvKey *other = keys->keys; other < key; other++)
		CHECK_KEY(strcmp(other->name, key->name) != 0);
	if (key->type == PV_KEY_NUMBER)
		check_number(keys, key);
	if (key->type == PV_KEY_CHOICE)
		check_choice(keys, key);
	if (key->type == PV_KEY_LIST)
		CHECK_KEY(key->keys->one && key->keys->many && key->most > 0);
	if (key->type == PV_KEY_NUMBERS)
		CHECK_KEY(key->most > 0 && pv_key_bound(key, key->minimum) >= 0);
	if (key->type == PV_KEY_TEXT)
		CHECK_KEY(key->what);
	CHECK_KEY(!key->rising || key->type == PV_KEY_NUMBER);
}

/* --- against the structures ------------------------------------------------------------ */

static size_t
size_of(const PvKey *key)
{
	switch (key->type)
	{
		case PV_KEY_LIST:
			return key->keys->size * key->most;
		case PV_KEY_NUMBERS:
			return sizeof(int64_t) * key->most;
		case PV_KEY_SECTION:
			return key->keys->size;
		case PV_KEY_NUMBER:
		case PV_KEY_CHOICE:
			return sizeof(int64_t);
		default:
			return 0;
	}
}

static void
fill(unsigned char *filled, size_t offset, size_t size)
{
	for (size_t i = offset; i < offset + size; i++)
		filled[i]++;
}

/*
 * Each field of the structure belongs to one key: a field without a row in the
 * table leaves bytes that nobody fills.  Counts and marks are padded to the next
 * field.  What a document does not say comes before the rest.
 */
static void
check_fields(const PvKeys *keys, size_t not_of_document)
{
	unsigned char *filled = calloc(keys->size, 1);
	bool all = true;

	fill(filled, 0, not_of_document);
	for (int i = 0; i < keys->count; i++)
	{
		const PvKey *key = &keys->keys[i];

		CHECK_KEY(key->offset + size_of(key) <= keys->size);
		fill(filled, key->offset, size_of(key));
		if (key->keys || key->type == PV_KEY_NUMBERS || key->type == PV_KEY_TEXT)
			fill(filled, key->mark, sizeof(int64_t));
	}
	for (size_t i = 0; i < keys->size; i++)
		all = all && filled[i] == 1;
	snprintf(what, sizeof(what), "%s: each field has its key, and no two the same", keys->path);
	check(all, what, __FILE__, __LINE__);
	free(filled);
}

/* --- against the reference -------------------------------------------------------------- */

static char *reference;

static void
read_reference(void)
{
	FILE *file = fopen(PV_REFERENCE, "r");
	long size;

	CHECK(file && fseek(file, 0, SEEK_END) == 0);
	size = ftell(file);
	rewind(file);
	reference = calloc(size + 1, 1);
	CHECK(fread(reference, 1, size, file) == (size_t) size);
	fclose(file);
}

/* Copies out the next line of the reference. */
static void
next_line(const char **at, char *line, size_t size)
{
	size_t length = strcspn(*at, "\n");

	snprintf(line, size, "%.*s", (int) length, *at);
	*at += length + ((*at)[length] == '\n');
}

/* What may stand where, as a line of the reference says it, up to the rule. */
static void
print_line(const PvKey *key, bool is_document, char *line, size_t size)
{
	int n = snprintf(line, size, "| `%s` | ", key->name);

	if (key->type == PV_KEY_NUMBER)
		n += snprintf(line + n, size - n, "%s, %s | ", key->minimum, key->maximum);
	else if (key->type == PV_KEY_LIST)
		n += snprintf(line + n, size - n, "a list of objects, at most %d | none | ", key->most);
	else if (key->type == PV_KEY_NUMBERS)
		n += snprintf(line + n, size - n, "a list of numbers from %s to %s, at most %d | none | ",
					  key->minimum, key->maximum, key->most);
	else if (key->type == PV_KEY_SECTION && !is_document)
		n += snprintf(line + n, size - n, "object | null: all 0 | ");
	for (int i = 0; key->words && key->words[i]; i++)
		n += snprintf(line + n, size - n, "%s`\"%s\"`", i > 0 ? ", " : "", key->words[i]);
	if (key->type == PV_KEY_CHOICE)
		snprintf(line + n, size - n, " | `\"%s\"` | ", key->fallback);
	else if (key->type == PV_KEY_NUMBER && (key->required || key->fallback))
		snprintf(line + n, size - n, "%s | ", key->required ? "must be given" : key->fallback);
	else if (key->type == PV_KEY_NUMBER)
		snprintf(line + n, size - n, "null");
}

/* That a line tells how many decimals a number has, if not as many as a rate. */
static bool
tells_scale(const PvKey *key, const char *line)
{
	char decimals[20];

	snprintf(decimals, sizeof(decimals), "%d decimals", key->scale);
	if (key->type != PV_KEY_NUMBER || key->scale == PV_RATE_SCALE)
		return !strstr(line, "decimals") && !strstr(line, "whole number");
	return strstr(line, key->scale == 0 ? "a whole number" : decimals) != NULL;
}

/*
 * The table under `| key of ... |` has a line for each key, in the same order,
 * and no others.
 */
static void
check_reference(const PvKeys *keys, bool is_document)
{
	char title[100];
	char expected[300];
	char line[500];
	const char *at;

	snprintf(title, sizeof(title), is_document ? "\n| key of %s |" : "\n| key of `%s` |",
			 keys->path);
	at = strstr(reference, title);
	check(at != NULL, title + 1, __FILE__, __LINE__);
	if (!at)
		return;
	at++;
	next_line(&at, line, sizeof(line));
	next_line(&at, line, sizeof(line));
	for (int i = 0; i < keys->count; i++)
	{
		const PvKey *key = &keys->keys[i];

		next_line(&at, line, sizeof(line));
		print_line(key, is_document, expected, sizeof(expected));
		snprintf(what, sizeof(what), "the reference has: %s", expected);
		check(strncmp(line, expected, strlen(expected)) == 0, what, __FILE__, __LINE__);
		if (is_document)
			continue;
		CHECK_KEY(key->rule && strstr(line + strlen(key->name), key->rule));
		CHECK_KEY(tells_scale(key, line));
	}
	snprintf(what, sizeof(what), "the reference has no other key of %s", keys->path);
	check(*at != '|', what, __FILE__, __LINE__);
}

static void
check_keys(const PvKeys *keys)
{
	bool is_document = keys == &pv_policy_keys;

	check_reference(keys, is_document);
	check_fields(keys, is_document ? offsetof(PvPolicy, has_growth) : 0);
	for (int i = 0; i < keys->count; i++)
	{
		check_key(keys, &keys->keys[i]);
		if (keys->keys[i].keys)
			check_keys(keys->keys[i].keys);
	}
}

/* --- R2: who answers for several levels ---------------------------------------------- */

static bool
is_sound(const PvPolicy *policy)
{
	const char *path;
	const char *why;

	return pv_policy_is_sound(policy, &path, &why);
}

static void
test_acknowledgement(void)
{
	PvPolicy policy = {.has_release = true, .has_commission = true};
	int64_t *generations = policy.release.generation_rates;

	policy.release.ngenerations = 2;
	generations[0] = 1000000;
	policy.commission.direct_rate = 100000;
	policy.growth.referral_mint_rate = 100000;
	CHECK(is_sound(&policy)); /* the sponsor alone */
	generations[1] = 1;
	CHECK(!is_sound(&policy));
	policy.acknowledged = true;
	CHECK(is_sound(&policy));
	policy.acknowledged = false;
	generations[1] = 0;
	policy.commission.indirect_rate = 1;
	CHECK(!is_sound(&policy));
	policy.commission.indirect_rate = 0;
	policy.commission.nranks = 1;
	CHECK(!is_sound(&policy));
	policy.commission.nranks = 0;
	policy.release.nstars = 1;
	CHECK(!is_sound(&policy));
}

/* Pay over several levels is what more than one generation is paid by. */
static void
test_generations(void)
{
	PvPolicy policy = {.growth = {.mint_rate = 700000}};
	int64_t *generations = policy.release.generation_rates;

	CHECK(pv_paid_generations(&policy) == 0);
	policy.cycle.referral_share_rate = 1;
	CHECK(pv_paid_generations(&policy) == 1 && !pv_pays_multilevel(&policy));
	policy.release.ngenerations = 3;
	generations[0] = 500000;
	CHECK(pv_paid_generations(&policy) == 1 && !pv_pays_multilevel(&policy));
	policy.commission.indirect_rate = 1;
	CHECK(pv_paid_generations(&policy) == 2 && pv_pays_multilevel(&policy));
	generations[2] = 1;
	CHECK(pv_paid_generations(&policy) == 3);
	policy.commission.nranks = 1;
	CHECK(pv_paid_generations(&policy) == PV_ALL_GENERATIONS && pv_pays_multilevel(&policy));
}

/* --- keys that must go together ---------------------------------------------------------- */

static void
test_soundness(void)
{
	PvPolicy policy = {.growth = {.mint_rate = 700000, .referral_mint_rate = 300000}};
	const char *path = NULL;
	const char *why = NULL;

	CHECK(pv_policy_is_sound(&policy, &path, &why) && !path && !why);
	policy.growth.referral_mint_rate++;
	CHECK(!pv_policy_is_sound(&policy, &path, &why));
	CHECK(path && strcmp(path, "growth.referral_mint_rate") == 0 && why);
	policy.growth.referral_mint_rate = 0;
	policy.growth.pool_rate = 600000;
	policy.cycle.weight_pool_rate = 300000;
	policy.cycle.ntiers = 2;
	policy.cycle.tiers[0].rate = policy.cycle.tiers[1].rate = 50000;
	CHECK(pv_policy_is_sound(&policy, &path, &why));
	policy.cycle.tiers[1].rate++;
	CHECK(!pv_policy_is_sound(&policy, &path, &why));
	policy.cycle.tiers[1].rate = 0;
	policy.commission.budget_rate = 50000;
	CHECK(pv_policy_is_sound(&policy, &path, &why));
	policy.commission.budget_rate++;
	CHECK(!pv_policy_is_sound(&policy, &path, &why));
}

void
test_policy(void)
{
	read_reference();
	check_keys(&pv_policy_keys);
	test_soundness();
	test_acknowledgement();
	test_generations();
	free(reference);
}
