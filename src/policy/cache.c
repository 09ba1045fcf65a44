/*
 * cache.c
 *	  Parsed policies, kept in the backend by their serial.
 *
 * A serial comes from a sequence and never goes back, so what stands under it
 * can never become stale, neither by another session nor by a rollback; only
 * dropping the extension, which starts the sequence anew, empties the cache.
 */
#include "policy/cache.h"

#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"

typedef struct CachedPolicy
{
	int32_t serial;
	PvPolicy policy;
} CachedPolicy;

static HTAB *cache;
static Oid policy_table;

static void
forget_all(Datum arg, Oid relation)
{
	(void) arg;
	if (cache && (relation == InvalidOid || relation == policy_table))
	{
		hash_destroy(cache);
		cache = NULL;
	}
}

static void
create_cache(void)
{
	static bool registered;
	HASHCTL control = {0};

	if (!registered)
	{
		CacheRegisterRelcacheCallback(forget_all, (Datum) 0);
		registered = true;
	}
	control.keysize = sizeof(int32_t);
	control.entrysize = sizeof(CachedPolicy);
	control.hcxt = CacheMemoryContext;
	cache =
		hash_create("pointsvault policies", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * Copies out the policy kept under a serial, if there is one.
 */
bool
pv_policy_cached(int32_t serial, PvPolicy *policy)
{
	CachedPolicy *found = cache ? hash_search(cache, &serial, HASH_FIND, NULL) : NULL;

	if (found)
		*policy = found->policy;
	return found != NULL;
}

/*
 * Keeps a policy under its serial until `table`, which it came from, changes
 * its definition.
 */
void
pv_policy_remember(const PvPolicy *policy, Oid table)
{
	CachedPolicy *entry;

	if (!cache)
		create_cache();
	policy_table = table;
	entry = hash_search(cache, &policy->serial, HASH_ENTER, NULL);
	entry->policy = *policy;
}
