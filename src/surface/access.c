/*
 * access.c
 *	  Who may do what: profiles of functions and views, granted to roles for one
 *	  vault or for all.
 *
 * A role needs EXECUTE on a function, which is what a grant gives, and the vault
 * must be within its scope, which is checked here on each call.  Both are judged
 * for the same role: GetUserId(), who invoked the function.  Statements on tables
 * then run with the owner's rights (plan.c).
 */
#include "surface/access.h"

#include "base/tokens.h"
#include "store/grants.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/arguments.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(pv_sql_grant_access);
PG_FUNCTION_INFO_V1(pv_sql_revoke_access);
PG_FUNCTION_INFO_V1(pv_sql_readable_vaults);
PG_FUNCTION_INFO_V1(pv_sql_is_among);

typedef enum Profile
{
	SHOP = 1 << 0,
	CASHIER = 1 << 1,
	TREASURER = 1 << 2,
	JOBS = 1 << 3,
	ADMIN = 1 << 4,
	AUDITOR = 1 << 5,
	MONITOR = 1 << 6,
	EVERY = (1 << 7) - 1,
	READERS = SHOP | AUDITOR
} Profile;

static const char *const profile_names[] = {"shop",	 "cashier", "treasurer", "jobs",
											"admin", "auditor", "monitor"};

typedef struct Privilege
{
	const char *object;
	int profiles;
} Privilege;

/* Every function that touches tables, or roles, and who may call it. */
static const Privilege functions[] = {
	{"create_vault", ADMIN},
	{"set_policy", ADMIN},
	{"suspend_vault", ADMIN},
	{"resume_vault", ADMIN},
	{"begin_import", ADMIN},
	{"open_balances", ADMIN},
	{"end_import", ADMIN},
	{"grant_access", ADMIN},
	{"revoke_access", ADMIN},
	{"vault_id", EVERY},
	{"enroll", SHOP},
	{"enroll_many", SHOP},
	{"rename_member", ADMIN},
	{"erase_member", ADMIN},
	{"set_member", ADMIN},
	{"suspend_member", TREASURER | ADMIN},
	{"resume_member", TREASURER | ADMIN},
	{"merge_members", ADMIN},
	{"appoint_agent", ADMIN},
	{"purchase", SHOP},
	{"purchase_at_commit", SHOP},
	{"redeem", SHOP},
	{"redeem_at_commit", SHOP},
	{"quote_purchase", READERS},
	{"quote_redeem", READERS},
	{"price_of", READERS},
	{"get_receipt", EVERY & ~(ADMIN | MONITOR)},
	{"flush", EVERY},
	{"verify", AUDITOR},
	{"solvency", TREASURER | ADMIN | AUDITOR},
	{"disclosure", READERS | TREASURER | ADMIN},
	{"compliance", ADMIN | AUDITOR},
	{"statement", READERS},
	{"statement_of_days", READERS},
	{"holding_at", READERS},
	{"holding_of_day", READERS},
	{"seq_at", READERS},
	{"team_figures", READERS},
	{"team_of", READERS},
	{"explain", READERS},
	{"explain_event", READERS},
	{"withdraw", CASHIER},
	{"withdraw_return", CASHIER},
	{"repay", CASHIER},
	{"spend_reward", SHOP},
	{"adjust", TREASURER},
	{"redeem_return", SHOP},
	{"inject", TREASURER},
	{"process_exits", JOBS},
	{"open_debt", TREASURER},
	{"settle_debt", SHOP | TREASURER},
	{"settle_debt_at_commit", SHOP | TREASURER},
	{"quote_settle_debt", READERS | TREASURER},
	{"close_day", JOBS},
	{"accrue", JOBS},
	{"dividend_history", READERS},
	{"run_jobs", JOBS},
	{"job_vaults", JOBS},
	{"job_step", JOBS},
	{"note_job", JOBS},
	{"schedule_jobs", JOBS},
	{"unschedule_jobs", JOBS},
	{"points_to_credits", SHOP},
	{"points_to_credits_at_commit", SHOP},
	{"credits_to_points", SHOP},
	{"credits_to_points_at_commit", SHOP},
	{"pay", SHOP},
	{"pay_at_commit", SHOP},
	{"refund", SHOP},
	{"refund_at_commit", SHOP},
	{"submit", SHOP},
	{"submit_many", SHOP},
	{"submit_settlement", SHOP | TREASURER},
	{"purchase_many", SHOP},
	{"cancel", SHOP},
	{"wait_settled", SHOP | TREASURER},
	{"settle", JOBS},
	{"grant_points", TREASURER},
	{"redeem_surplus", TREASURER},
	{"quote_points_to_credits", READERS},
	{"quote_credits_to_points", READERS},
	{"quote_inject", READERS | TREASURER},
	{"quote_grant_points", READERS | TREASURER},
	{"quote_refund", READERS},
	{"today", READERS | TREASURER},
	{"create_series", ADMIN},
	{"set_series", ADMIN},
	{"claim", SHOP},
	{"issue_item", TREASURER},
	{"transfer_item", SHOP},
	{"list_item", SHOP},
	{"unlist_item", SHOP},
	{"buy_item", SHOP},
	{"use_item", SHOP},
	{"quote_claim", READERS},
	{"item_history", READERS},
	{"item_metadata", READERS},
	{"hand_over", TREASURER},
	{"take_back", TREASURER},
	{"quote_hand_over", READERS | TREASURER},
	{"exchange_custody", READERS | TREASURER},
	{"award", TREASURER},
	{"top_holders", READERS | TREASURER},
	{"readable_vaults", EVERY},
	{"settler_alive", EVERY},
	{"set_stock_price", TREASURER},
	{"convert_to_stock", SHOP},
	{"convert_to_stock_at_commit", SHOP},
	{"allot", TREASURER},
	{"deliver_stock", TREASURER},
	{"quote_convert_to_stock", READERS},
	{"stock_ocf", TREASURER | AUDITOR},
	{"seal", JOBS | ADMIN},
	{"checkpoint", READERS | JOBS | ADMIN},
	{"store_checkpoint", JOBS | ADMIN},
	{"prove", READERS},
	{"prove_growth", READERS | JOBS | ADMIN},
	{"export_tiles", AUDITOR | JOBS | ADMIN},
	{"liabilities", JOBS | ADMIN},
	{"prove_balance", READERS | ADMIN},
	{"export_journal", AUDITOR},
};

/*
 * Every view, and who may read it; and the tables whose rows views show with their
 * invoker's rights, which a reader of any of those views may see (row security).
 */
static const Privilege views[] = {
	{"vault_status", READERS | ADMIN},
	{"holding", READERS},
	{"cash_balance", READERS | CASHIER},
	{"lot", READERS},
	{"journal", READERS},
	{"queue", READERS},
	{"posting", READERS},
	{"member", READERS | TREASURER},
	{"policy", READERS | ADMIN},
	{"access", AUDITOR | ADMIN},
	{"dividend_day", READERS},
	{"release_plan", READERS},
	{"job_run", READERS | JOBS | ADMIN | MONITOR},
	{"health", READERS | JOBS | ADMIN | MONITOR},
	{"exit_due", READERS},
	{"agent", READERS},
	{"commission", READERS},
	{"team", READERS},
	{"stock_grant", READERS | TREASURER},
	{"series", READERS | TREASURER | ADMIN},
	{"item", READERS},
	{"partner", READERS},
	{"award", READERS | TREASURER},
};

static const Privilege tables[] = {
	{"member_data", READERS | TREASURER},
	{"holding_data", READERS},
	{"class_data", READERS},
	{"lot_data", READERS},
	{"journal_data", READERS},
	{"movement_data", READERS},
	{"policy_data", READERS},
	{"queue_data", READERS},
	{"plan_data", READERS},
	{"team_data", READERS},
	{"day_data", READERS},
	{"job_data", READERS | JOBS | ADMIN | MONITOR},
	{"agent_data", READERS},
	{"stock_data", READERS | TREASURER},
	{"series_data", READERS},
	{"item_data", READERS},
	{"partner_data", READERS},
};

/* What a role may do on a vault, and the table it was read from. */
typedef struct ScopeKey
{
	Oid role;
	int32_t vault;
} ScopeKey;

typedef struct Scope
{
	ScopeKey key;
	int profiles;
} Scope;

static HTAB *scopes;
static Oid access_table;
static uint64 changes; /* heard of so far */

/* clang-format off */

/* The extension's functions, and whether they depend on their arguments alone. */
static PvPlan list_functions = {
	"SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proname::pg_catalog.text, "
		"p.provolatile = 'i' "
	"FROM pg_catalog.pg_depend d "
	"JOIN pg_catalog.pg_proc p ON p.oid = d.objid "
	"WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = $1 "
	"AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'",
	"o", NULL};

/*
 * What of each table the views that have their invoker's rights read, as a GRANT says
 * it: their rules depend on just those columns.  A view that has its owner's rights
 * reads for its own part, and is granted whole.
 */
static PvPlan list_columns = {
	"SELECT pg_catalog.format('SELECT (%s) ON %I.%I', "
		"pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(a.attname), ', '), "
		"'pointsvault', t.relname) "
	"FROM pg_catalog.pg_class v "
	"JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid "
	"JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass "
		"AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass "
		"AND d.refobjid <> v.oid AND d.refobjsubid > 0 "
	"JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.relkind = 'r' "
	"JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
	"WHERE v.oid = ANY ($1) AND 'security_invoker=true' = ANY (v.reloptions) "
	"AND t.relnamespace = v.relnamespace "
	"GROUP BY t.relname "
	"ORDER BY t.relname",
	"O", NULL};

/* clang-format on */

static void
forget_scopes(void)
{
	if (scopes)
		hash_destroy(scopes);
	scopes = NULL;
	changes++;
}

static void
on_relcache_change(Datum arg, Oid relation)
{
	(void) arg;
	if (relation == InvalidOid || relation == access_table)
		forget_scopes();
}

static void
on_syscache_change(Datum arg, int cache, uint32 hash)
{
	(void) arg;
	(void) cache;
	(void) hash;
	forget_scopes();
}

/*
 * What profiles depend on: the table, memberships, who is a superuser, who owns
 * the database (pg_database_owner), and the schema's ACL.
 */
static void
watch_changes(void)
{
	static const int caches[] = {AUTHMEMROLEMEM, AUTHOID, DATABASEOID, NAMESPACEOID};
	static bool registered;

	access_table = pv_grants_table();
	if (registered)
		return;
	CacheRegisterRelcacheCallback(on_relcache_change, (Datum) 0);
	for (int i = 0; i < (int) lengthof(caches); i++)
		CacheRegisterSyscacheCallback(caches[i], on_syscache_change, (Datum) 0);
	registered = true;
}

static void
keep_scope(const ScopeKey *key, int profiles)
{
	HASHCTL control = {0};
	Scope *scope;

	if (!scopes)
	{
		control.keysize = sizeof(ScopeKey);
		control.entrysize = sizeof(Scope);
		control.hcxt = CacheMemoryContext;
		scopes =
			hash_create("pointsvault access", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	scope = hash_search(scopes, key, HASH_ENTER, NULL);
	scope->profiles = profiles;
}

static int
find_profile(const char *name)
{
	for (int i = 0; i < (int) lengthof(profile_names); i++)
		if (strcmp(profile_names[i], name) == 0)
			return 1 << i;
	return 0;
}

static int
read_profiles(Oid user, int32_t vault)
{
	int profiles = 0;
	int count;

	/*
	 * What is kept must be what holds now, not what an old snapshot shows; a
	 * parallel query may not look beyond its snapshot.
	 */
	PvGrant *grants = pv_grants_on_vault(vault, IsInParallelMode(), &count);

	for (int i = 0; i < count; i++)
		if (has_privs_of_role(user, grants[i].role))
			profiles |= find_profile(grants[i].profile);
	return profiles;
}

/*
 * The profiles a role has on a vault, by itself or as a member of others.  The
 * caller is connected to SPI.
 *
 * A transaction that holds all its locks hears of no change by itself, so it
 * asks.  A change heard of while reading may be later than what was read, which
 * is then not kept; nor is what a parallel query read, by its old snapshot.
 */
static int
profiles_of(Oid user, int32_t vault)
{
	ScopeKey key = {user, vault};
	Scope *scope;
	uint64 before;
	int profiles;

	AcceptInvalidationMessages();
	scope = scopes ? hash_search(scopes, &key, HASH_FIND, NULL) : NULL;
	if (scope)
		return scope->profiles;
	watch_changes();
	before = changes;
	profiles = read_profiles(user, vault);
	if (before == changes && !IsInParallelMode())
		keep_scope(&key, profiles);
	return profiles;
}

static int
profiles_for_function(Oid function)
{
	char *name = get_func_name(function);

	for (int i = 0; name && i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].object, name) == 0)
			return functions[i].profiles;
	return 0;
}

/*
 * Superusers and the owner need no grant: the tables are theirs.
 */
static bool
needs_no_grant(Oid user)
{
	return superuser_arg(user) || user == pv_owner();
}

/* Whether the caller has one of these profiles on the vault. */
static bool
has_profile(int32_t vault, int allowed)
{
	Oid user = GetUserId();

	return needs_no_grant(user) || (profiles_of(user, vault) & allowed) != 0;
}

/* Whether the caller may call this function on the vault. */
bool
pv_is_authorized(FunctionCallInfo fcinfo, int32_t vault)
{
	return needs_no_grant(GetUserId()) ||
		   has_profile(vault, profiles_for_function(fcinfo->flinfo->fn_oid));
}

/* Whether the caller is who may begin and end an import of the vault. */
bool
pv_may_import(int32_t vault)
{
	return has_profile(vault, ADMIN);
}

/* Whether the caller is a treasurer of the vault, whatever function it called. */
bool
pv_may_as_treasurer(int32_t vault)
{
	return has_profile(vault, TREASURER);
}

/*
 * Refuses a caller whose role has no profile for the called function on this
 * vault (42501); vault 0 stands for all of them.
 */
void
pv_authorize(FunctionCallInfo fcinfo, int32_t vault)
{
	if (pv_is_authorized(fcinfo, vault))
		return;
	if (vault == 0)
		ereport(ERROR, (pv_error(NOT_GRANTED),
						errmsg("permission denied: a grant for all vaults is needed"),
						errhint("See pointsvault.grant_access.")));
	ereport(ERROR, (pv_error(NOT_GRANTED), errmsg("permission denied for vault %d", vault),
					errhint("See pointsvault.grant_access.")));
}

/* The profiles that may read a view, or rows of a table through views. */
static int
profiles_for_view(const char *name)
{
	for (int i = 0; i < (int) lengthof(views); i++)
		if (strcmp(views[i].object, name) == 0)
			return views[i].profiles;
	for (int i = 0; i < (int) lengthof(tables); i++)
		if (strcmp(tables[i].object, name) == 0)
			return tables[i].profiles;
	ereport(ERROR,
			(pv_error(UNKNOWN_VIEW), errmsg("there is no view \"%s\" in the extension", name)));
}

/*
 * readable_vaults(view): the vaults whose rows a view shows the caller, and 0
 * where it may see what concerns them all.  Views ask once a query, and take the
 * list to their indexes: so a row that is not to be seen is not even looked at,
 * and EXPLAIN has nothing to tell of it.
 */
Datum
pv_sql_readable_vaults(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int allowed = profiles_for_view(pv_arg_text(fcinfo, 0, "view"));
	int spi = pv_spi_begin();
	int found;
	const int32_t *all = pv_vaults_all(&found);
	Datum *vaults = palloc(sizeof(Datum) * (found + 1));
	ArrayType *array;
	int count = 0;

	if (has_profile(0, allowed))
		vaults[count++] = Int32GetDatum(0);
	for (int i = 0; i < found; i++)
		if (has_profile(all[i], allowed))
			vaults[count++] = Int32GetDatum(all[i]);
	MemoryContextSwitchTo(caller);
	array = construct_array(vaults, count, INT4OID, sizeof(int32), true, TYPALIGN_INT);
	pv_spi_end(spi);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* is_among(vault, vaults): leakproof, hence without errors; of a list with NULLs, no. */
Datum
pv_sql_is_among(PG_FUNCTION_ARGS)
{
	int32 vault = PG_GETARG_INT32(0);
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(1);
	const int32 *vaults = (const int32 *) ((char *) array + ARR_OVERHEAD_NONULLS(ARR_NDIM(array)));
	int count = ARR_HASNULL(array) ? 0 : ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	for (int i = 0; i < count; i++)
		if (vaults[i] == vault)
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

/* An object of a list in a GRANT, with a comma before all but the first. */
static void
append_object(StringInfo list, const char *object)
{
	appendStringInfo(list, "%s%s", list->len > 0 ? ", " : "", object);
}

/* Whether a role with these profiles may call a function. */
static bool
is_callable(const char *name, bool immutable, int profiles)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].object, name) == 0)
			return (functions[i].profiles & profiles) != 0;
	return immutable;
}

/*
 * The functions a role with these profiles may call: those that list one of
 * them, and all that touch no table.
 */
static char *
callable_functions(int profiles)
{
	Datum values[1] = {ObjectIdGetDatum(get_extension_oid(PV_SCHEMA, false))};
	uint64 count = pv_run(&list_functions, values, NULL, false);
	StringInfoData list;

	initStringInfo(&list);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		if (is_callable(TextDatumGetCString(row.values[1]), DatumGetBool(row.values[2]), profiles))
			append_object(&list, TextDatumGetCString(row.values[0]));
	}
	return list.data;
}

/*
 * Gives a role the views of these profiles, and what they read with their reader's
 * rights.  A view of a later version than the extension's is not there yet.
 */
static void
grant_views(const char *quoted, int profiles)
{
	Datum oids[lengthof(views)];
	Datum values[1];
	int count = 0;
	uint64 found;

	for (int i = 0; i < (int) lengthof(views); i++)
		if ((views[i].profiles & profiles) && OidIsValid(pv_relation_oid(views[i].object)))
		{
			oids[count++] = ObjectIdGetDatum(pv_relation_oid(views[i].object));
			pv_run_utility(
				psprintf("GRANT SELECT ON " PV_SCHEMA ".%s TO %s", views[i].object, quoted));
		}
	values[0] =
		PointerGetDatum(construct_array(oids, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	found = pv_run(&list_columns, values, NULL, false);
	for (SPITupleTable *rows = SPI_tuptable; found > 0; found--)
		pv_run_utility(psprintf("GRANT %s TO %s",
								TextDatumGetCString(pv_table_row(rows, found - 1).values[0]),
								quoted));
}

static void
replace_privileges(Oid role)
{
	const char *quoted = quote_identifier(GetUserNameFromId(role, false));
	const char *types =
		PV_SCHEMA ".amount, " PV_SCHEMA ".points, " PV_SCHEMA ".price, " PV_SCHEMA ".receipt";
	int count;
	PvGrant *grants = pv_grants_of_role(role, &count);
	int profiles = 0;

	for (int i = 0; i < count; i++)
		profiles |= find_profile(grants[i].profile);

	pv_run_utility(psprintf("REVOKE ALL ON ALL ROUTINES IN SCHEMA " PV_SCHEMA " FROM %s", quoted));
	pv_run_utility(psprintf("REVOKE ALL ON ALL TABLES IN SCHEMA " PV_SCHEMA " FROM %s", quoted));
	pv_run_utility(psprintf("REVOKE ALL ON TYPE %s FROM %s", types, quoted));
	pv_run_utility(psprintf("REVOKE ALL ON SCHEMA " PV_SCHEMA " FROM %s", quoted));
	if (profiles == 0)
		return;
	pv_run_utility(psprintf("GRANT USAGE ON SCHEMA " PV_SCHEMA " TO %s", quoted));
	pv_run_utility(psprintf("GRANT USAGE ON TYPE %s TO %s", types, quoted));
	pv_run_utility(
		psprintf("GRANT EXECUTE ON ROUTINE %s TO %s", callable_functions(profiles), quoted));
	grant_views(quoted, profiles);
}

/*
 * Gives a role exactly the privileges of the profiles it has now.  The script of an
 * upgrade does so too: what the server hears of a script it takes for privileges that
 * every installation has, and no dump would carry them.
 */
static void
set_privileges(Oid role)
{
	bool in_script = creating_extension;

	creating_extension = false;
	PG_TRY();
	{
		replace_privileges(role);
	}
	PG_FINALLY();
	{
		creating_extension = in_script;
	}
	PG_END_TRY();
}

/* A grant that is to be made or taken back, and the name its role goes by. */
typedef struct AccessChange
{
	const char *name;
	PvGrant grant; /* role InvalidOid: there is none of that name */
} AccessChange;

static AccessChange
access_args(FunctionCallInfo fcinfo)
{
	AccessChange change = {.grant = {.all_vaults = PG_ARGISNULL(2)}};
	PvGrant *grant = &change.grant;

	if (PG_ARGISNULL(0))
		pv_refuse_null("role");
	change.name = NameStr(*PG_GETARG_NAME(0));
	grant->role = get_role_oid(change.name, true);
	grant->profile = pv_arg_text(fcinfo, 1, "profile");
	if (!grant->all_vaults)
		grant->vault = PG_GETARG_INT32(2);
	if (find_profile(grant->profile) == 0)
		ereport(ERROR,
				(pv_error(UNKNOWN_PROFILE), errmsg("there is no profile \"%s\"", grant->profile),
				 errhint("Profiles: shop, cashier, treasurer, jobs, admin, auditor, monitor.")));
	return change;
}

/*
 * Changes of access wait for each other: each sets the privileges of a role from
 * all its grants.  A grant that is there already is given again to mend what a
 * restore left out.
 */
static void
write_access(const AccessChange *change, bool gives)
{
	Oid role = change->grant.role;
	bool changed;

	pv_grants_lock();
	changed = gives ? pv_grant_add(&change->grant) : pv_grant_remove(&change->grant);
	if (OidIsValid(role) && !needs_no_grant(role) && (changed || gives))
		set_privileges(role);
}

/* grant_access(role, profile, vault) */
Datum
pv_sql_grant_access(PG_FUNCTION_ARGS)
{
	AccessChange change = access_args(fcinfo);
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, change.grant.vault);
	if (!OidIsValid(change.grant.role))
		ereport(ERROR, (pv_error(UNKNOWN_ROLE), errmsg("role \"%s\" does not exist", change.name)));
	if (!change.grant.all_vaults)
		pv_vault_check_exists(change.grant.vault, false);
	if (needs_no_grant(change.grant.role))
		ereport(NOTICE, (errmsg("role \"%s\" is %s and needs no grant", change.name,
								superuser_arg(change.grant.role) ? "a superuser" : "the owner")));
	else
		write_access(&change, true);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* revoke_access(role, profile, vault): a role that is gone has taken its grants along. */
Datum
pv_sql_revoke_access(PG_FUNCTION_ARGS)
{
	AccessChange change = access_args(fcinfo);
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, change.grant.vault);
	write_access(&change, false);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}
