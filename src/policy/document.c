/*
 * document.c
 *	  From a policy document to a policy, by the table of keys: checked whole, and
 *	  what is wrong is told with the path of its key.
 *
 * There is one way in, whether the document is about to be set, is stored, or
 * is being verified: pv_policy_read.  Who calls it knows what a fault means there.
 */
#include "policy/document.h"

#include "base/tokens.h"
#include "engine/decimal.h"
#include "engine/policy_keys.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* Notes what is wrong; false, for the reader to return. */
static bool
is_wrong(PvPolicyFault *fault, const char *path, const char *why, const char *detail)
{
	*fault = (PvPolicyFault){path, why, detail};
	return false;
}

static char *
key_text(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
is_object(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data);
}

static bool
is_list(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data) &&
		   !JsonContainerIsScalar(value->val.binary.data);
}

static bool
read_number(const PvKey *key, const JsonbValue *value, const char *path, int64_t *number,
			PvPolicyFault *fault)
{
	char *text;
	char *found;
	PvDecimalResult result;

	if (value->type == jbvNumeric)
		text =
			DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	else if (value->type == jbvString)
		text = key_text(value);
	else
		return is_wrong(fault, path, "must be a number", NULL);

	found = psprintf("Found %.60s.", text);
	result = pv_decimal_parse(text, strlen(text), key->scale, number);
	if (result == PV_DECIMAL_SYNTAX || result == PV_DECIMAL_NOT_FINITE)
		return is_wrong(fault, path, "must be a number", found);
	if (result == PV_DECIMAL_TOO_PRECISE)
		return is_wrong(fault, path,
						key->scale == 0 ? "must be a whole number"
										: psprintf("must have at most %d decimals", key->scale),
						found);
	if (result != PV_DECIMAL_OK || *number < pv_key_bound(key, key->minimum) ||
		*number > pv_key_bound(key, key->maximum))
		return is_wrong(fault, path,
						psprintf("must be between %s and %s", key->minimum, key->maximum), found);
	return true;
}

static bool
read_choice(const PvKey *key, const JsonbValue *value, const char *path, int64_t *choice,
			PvPolicyFault *fault)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; key->words[i]; i++)
	{
		*choice = i;
		if (value->type == jbvString && strcmp(key_text(value), key->words[i]) == 0)
			return true;
		appendStringInfo(&words, "%s\"%s\"", i > 0 ? " or " : "", key->words[i]);
	}
	return is_wrong(fault, path, psprintf("must be %s", words.data), NULL);
}

static bool read_object(const PvKeys *keys, const JsonbValue *value, const char *path, void *target,
						PvPolicyFault *fault);

/*
 * The items of a list are of it, and not too many.
 */
static bool
count_items(const PvKey *key, const JsonbValue *value, const char *path, const char *many,
			int *count, PvPolicyFault *fault)
{
	if (!is_list(value))
		return is_wrong(fault, path, psprintf("must be a list of %s", many), NULL);
	if (JsonContainerSize(value->val.binary.data) > (uint32) key->most)
		return is_wrong(fault, path, psprintf("must have at most %d %s", key->most, many), NULL);
	*count = (int) JsonContainerSize(value->val.binary.data);
	return true;
}

static bool
read_numbers(const PvKey *key, const JsonbValue *value, const char *path, int64_t *numbers,
			 int *count, PvPolicyFault *fault)
{
	if (!count_items(key, value, path, "numbers", count, fault))
		return false;
	for (int i = 0; i < *count; i++)
		if (!read_number(key, getIthJsonbValueFromContainer(value->val.binary.data, i),
						 psprintf("%s[%d]", path, i), &numbers[i], fault))
			return false;
	return true;
}

/*
 * The items of a list; those of a key that rises are in its order (C5).
 */
static bool
read_list(const PvKey *key, const JsonbValue *value, const char *path, char *items, int *count,
		  PvPolicyFault *fault)
{
	const PvKeys *keys = key->keys;

	if (!count_items(key, value, path, keys->many, count, fault))
		return false;
	for (int i = 0; i < *count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(value->val.binary.data, i);
		char *item_path = psprintf("%s[%d]", path, i);
		char *target = items + keys->size * i;

		if (!read_object(keys, item, item_path, target, fault))
			return false;
		for (int k = 0; i > 0 && k < keys->count; k++)
		{
			const int64_t *number = (const int64_t *) (target + keys->keys[k].offset);
			const int64_t *before = (const int64_t *) ((const char *) number - keys->size);

			if (keys->keys[k].rising && *number <= *before)
				return is_wrong(fault, psprintf("%s.%s", item_path, keys->keys[k].name),
								psprintf("must be above that of the %s before", keys->one), NULL);
		}
	}
	return true;
}

/* A text, and not of blanks alone. */
static bool
says_something(const JsonbValue *value)
{
	return value->type == jbvString &&
		   strspn(key_text(value), " \t\r\n") < (size_t) value->val.string.len;
}

/*
 * The value of a key into the structure of its object.  Null is the default,
 * which is there already.
 */
static bool
read_key(const PvKey *key, const JsonbValue *value, const char *path, char *target,
		 PvPolicyFault *fault)
{
	char *field = target + key->offset;

	if (value->type == jbvNull && !key->required)
		return true;
	switch (key->type)
	{
		case PV_KEY_NUMBER:
			return read_number(key, value, path, (int64_t *) field, fault);
		case PV_KEY_CHOICE:
			return read_choice(key, value, path, (int64_t *) field, fault);
		case PV_KEY_LIST:
			return read_list(key, value, path, field, (int *) (target + key->mark), fault);
		case PV_KEY_NUMBERS:
			return read_numbers(key, value, path, (int64_t *) field, (int *) (target + key->mark),
								fault);
		case PV_KEY_SECTION:
			*(bool *) (target + key->mark) = true;
			return read_object(key->keys, value, path, field, fault);
		case PV_KEY_FALSE:
			if (value->type != jbvBool)
				return is_wrong(fault, path, "must be true or false", NULL);
			return !value->val.boolean ||
				   is_wrong(fault, path, "is not supported by this version", NULL);
		case PV_KEY_TEXT:
			*(bool *) (target + key->mark) = says_something(value);
			return says_something(value) ||
				   is_wrong(fault, path, psprintf("must be %s", key->what), NULL);
	}
	pg_unreachable();
}

/*
 * The place of a key among its object's, -1 for one that is none of them.
 */
static int
find_key(const PvKeys *keys, const JsonbValue *name)
{
	for (int i = 0; i < keys->count; i++)
		if (pv_key_is(&keys->keys[i], name->val.string.val, name->val.string.len))
			return i;
	return -1;
}

static bool
is_unknown(const PvKeys *keys, const char *path, PvPolicyFault *fault)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < keys->count; i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", keys->keys[i].name);
	return is_wrong(fault, path, "is not a known key",
					psprintf("%s: %s.", keys->knows, known.data));
}

static char *
join_path(const char *path, const char *name)
{
	return path ? psprintf("%s.%s", path, name) : pstrdup(name);
}

static void
set_defaults(const PvKeys *keys, char *target)
{
	for (int i = 0; i < keys->count; i++)
		if (keys->keys[i].type == PV_KEY_NUMBER || keys->keys[i].type == PV_KEY_CHOICE)
			*(int64_t *) (target + keys->keys[i].offset) = pv_key_default(&keys->keys[i]);
}

/*
 * The keys of an object over their defaults: of the document, whose path is
 * NULL, of a section, of an item of a list.
 */
static bool
read_keys(const PvKeys *keys, JsonbContainer *object, const char *path, void *target,
		  PvPolicyFault *fault)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue item;
	bool *given = palloc0(sizeof(bool) * keys->count);

	set_defaults(keys, target);
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		char *key_path;
		int key;

		if (token != WJB_KEY)
			continue;
		key_path = join_path(path, key_text(&item));
		key = find_key(keys, &item);
		if (key < 0)
			return is_unknown(keys, key_path, fault);
		(void) JsonbIteratorNext(&it, &item, true);
		if (!read_key(&keys->keys[key], &item, key_path, target, fault))
			return false;
		given[key] = true;
	}
	for (int i = 0; i < keys->count; i++)
		if (keys->keys[i].required && !given[i])
			return is_wrong(fault, join_path(path, keys->keys[i].name), "is missing", NULL);
	return true;
}

static bool
read_object(const PvKeys *keys, const JsonbValue *value, const char *path, void *target,
			PvPolicyFault *fault)
{
	if (!is_object(value))
		return is_wrong(fault, path, "must be an object", NULL);
	return read_keys(keys, value->val.binary.data, path, target, fault);
}

/*
 * Reads a document into all of `policy` but its version and serial.  False
 * where it is none, with what is wrong.
 */
bool
pv_policy_read(Jsonb *document, PvPolicy *policy, PvPolicyFault *fault)
{
	const char *path;
	const char *why;

	memset(policy, 0, sizeof(*policy));
	if (!JB_ROOT_IS_OBJECT(document))
		return is_wrong(fault, pv_policy_keys.path, "must be an object", NULL);
	if (!read_keys(&pv_policy_keys, &document->root, NULL, policy, fault))
		return false;
	return pv_policy_is_sound(policy, &path, &why) || is_wrong(fault, path, why, NULL);
}

pv_noreturn static void
refuse(const PvPolicyFault *fault)
{
	ereport(ERROR, (pv_error(BAD_POLICY), errmsg("invalid policy: %s %s", fault->path, fault->why),
					fault->detail ? errdetail_internal("%s", fault->detail) : 0));
	pg_unreachable();
}

/*
 * A document that a caller gave: what is wrong with it is the caller's error
 * (22023).
 */
void
pv_policy_parse(Jsonb *document, PvPolicy *policy)
{
	PvPolicyFault fault;

	if (!pv_policy_read(document, policy, &fault))
		refuse(&fault);
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
		refuse(&(PvPolicyFault){pv_policy_keys.path, "must be an object", NULL});
	return JsonbValueToJsonb(merge_objects(&state, &document->root, &patch->root));
}
