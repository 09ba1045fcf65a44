/*
 * access.c
 *	  Who may do what: profiles of functions and views, granted to roles for one
 *	  vault or for all.
 *
 * Functions that touch tables run with the owner's rights, so a role needs
 * EXECUTE on them, which is what a grant gives, and the vault must be within
 * its scope, which is checked here on each call.
 */
#include "surface.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "commands/extension.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/errcodes.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(pv_sql_grant_access);
PG_FUNCTION_INFO_V1(pv_sql_revoke_access);
PG_FUNCTION_INFO_V1(pv_sql_may_read);
PG_FUNCTION_INFO_V1(pv_sql_may_see);

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

/* Every function with the owner's rights, and what stands for such; who may call it. */
static const Privilege functions[] = {
	{"create_vault", ADMIN},
	{"set_policy", ADMIN},
	{"suspend_vault", ADMIN},
	{"resume_vault", ADMIN},
	{"grant_access", ADMIN},
	{"revoke_access", ADMIN},
	{"vault_id", EVERY},
	{"enroll", SHOP},
	{"enroll_many", SHOP},
	{"rename_member", ADMIN},
	{"purchase", SHOP},
	{"redeem", SHOP},
	{"quote_purchase", READERS},
	{"quote_redeem", READERS},
	{"price_of", READERS},
	{"get_receipt", EVERY & ~(ADMIN | MONITOR)},
	{"verify", AUDITOR},
	{"statement", READERS},
	{"holding_at", READERS},
	{"seq_at", READERS},
	{"withdraw", CASHIER},
	{"withdraw_return", CASHIER},
	{"inject", TREASURER},
	{"process_exits", JOBS},
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
	{"credits_to_points", SHOP},
	{"pay", SHOP},
	{"refund", SHOP},
	{"submit", SHOP},
	{"submit_many", SHOP},
	{"purchase_many", SHOP},
	{"cancel", SHOP},
	{"wait_settled", SHOP},
	{"settle", JOBS},
	{"grant_points", TREASURER},
	{"redeem_surplus", TREASURER},
	{"quote_points_to_credits", READERS},
	{"quote_credits_to_points", READERS},
	{"quote_grant_points", READERS | TREASURER},
	{"quote_refund", READERS},
};

static const Privilege views[] = {
	{"vault_status", READERS | ADMIN},
	{"holding", READERS},
	{"cash_balance", READERS | CASHIER},
	{"lot", READERS},
	{"journal", READERS},
	{"queue", READERS},
	{"posting", READERS},
	{"member", READERS},
	{"policy", READERS | ADMIN},
	{"access", AUDITOR | ADMIN},
	{"dividend_day", READERS},
	{"job_run", READERS | JOBS | ADMIN | MONITOR},
	{"health", READERS | JOBS | ADMIN | MONITOR},
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
	TimestampTz only_in; /* the transaction it counts in, by its start; 0 = any */
} Scope;

static HTAB *scopes;
static Oid access_table;

/*
 * Grants of a role that is not in the schema's ACL are those of another one that
 * had the name before and was dropped.
 */
#define ROLE_IS_IN_ACL(oid)                                                             \
	"EXISTS (SELECT FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) x " \
	"WHERE n.nspname = 'pointsvault' AND x.grantee = " oid ")"

static PvPlan read_access = {"SELECT a.role, a.profile FROM pointsvault.access_data a "
							 "JOIN pg_catalog.pg_authid r ON r.rolname = a.role "
							 "WHERE (a.vault IS NULL OR a.vault = $1) AND " ROLE_IS_IN_ACL("r.oid"),
							 "i", NULL};

static PvPlan insert_access = {
	"INSERT INTO pointsvault.access_data (role, profile, vault, granted_by) "
	"VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
	"ntit", NULL};

static PvPlan delete_access = {
	"DELETE FROM pointsvault.access_data WHERE role = $1 AND profile = $2 "
	"AND vault IS NOT DISTINCT FROM $3",
	"nti", NULL};

static PvPlan delete_stale_access = {
	"DELETE FROM pointsvault.access_data WHERE role = $1 AND NOT " ROLE_IS_IN_ACL("$2"), "no",
	NULL};

static PvPlan read_role_access = {"SELECT profile FROM pointsvault.access_data WHERE role = $1",
								  "n", NULL};

/* The extension's functions, and whether they run with the owner's rights. */
static PvPlan list_functions = {
	"SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proname::pg_catalog.text, "
	"p.prosecdef FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.objid "
	"WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = $1 "
	"AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'",
	"o", NULL};

static void
forget_scopes(void)
{
	if (scopes)
		hash_destroy(scopes);
	scopes = NULL;
}

static void
on_relcache_change(Datum arg, Oid relation)
{
	(void) arg;
	if (relation == InvalidOid || relation == access_table)
		forget_scopes();
}

static void
on_membership_change(Datum arg, int cache, uint32 hash)
{
	(void) arg;
	(void) cache;
	(void) hash;
	forget_scopes();
}

static void
create_scopes(void)
{
	static bool registered;
	HASHCTL control = {0};

	if (!registered)
	{
		CacheRegisterRelcacheCallback(on_relcache_change, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, on_membership_change, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHOID, on_membership_change, (Datum) 0);
		registered = true;
	}
	access_table = pv_relation_oid("access_data");
	control.keysize = sizeof(ScopeKey);
	control.entrysize = sizeof(Scope);
	control.hcxt = CacheMemoryContext;
	scopes = hash_create("pointsvault access", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
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
	Datum values[1] = {Int32GetDatum(vault)};
	int profiles = 0;
	uint64 count;
	Oid save_user;
	int save_context;
	int guc_level;

	/*
	 * A view asks as the caller, who may not read the table, and whose
	 * search_path must not say what an operator means.  What is kept must be
	 * what holds now, not what an old snapshot shows; a parallel query may not
	 * look beyond its snapshot, so what it finds is kept for it alone.
	 */
	GetUserIdAndSecContext(&save_user, &save_context);
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, save_context | SECURITY_LOCAL_USERID_CHANGE);
	guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	count = IsInParallelMode() ? pv_run(&read_access, values, NULL, true)
							   : pv_run_latest(&read_access, values);
	AtEOXact_GUC(true, guc_level);
	SetUserIdAndSecContext(save_user, save_context);

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);
		Oid role = get_role_oid(NameStr(*DatumGetName(row.values[0])), true);

		if (OidIsValid(role) && has_privs_of_role(user, role))
			profiles |= find_profile(TextDatumGetCString(row.values[1]));
	}
	return profiles;
}

/*
 * The profiles a role has on a vault, by itself or as a member of others.  The
 * caller is connected to SPI.
 */
static int
profiles_of(Oid user, int32_t vault)
{
	ScopeKey key = {user, vault};
	Scope *scope = scopes ? hash_search(scopes, &key, HASH_FIND, NULL) : NULL;
	int profiles;

	if (scope && (scope->only_in == 0 || scope->only_in == GetCurrentTransactionStartTimestamp()))
		return scope->profiles;
	profiles = read_profiles(user, vault);
	if (!scopes)
		create_scopes();
	scope = hash_search(scopes, &key, HASH_ENTER, NULL);
	scope->profiles = profiles;
	scope->only_in = IsInParallelMode() ? GetCurrentTransactionStartTimestamp() : 0;
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

static void
authorize(int32_t vault, int allowed)
{
	Oid user = GetOuterUserId();

	if (superuser_arg(user) || (profiles_of(user, vault) & allowed))
		return;
	if (vault == 0)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied: a grant for all vaults is needed"),
						errhint("See pointsvault.grant_access.")));
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("permission denied for vault %d", vault),
					errhint("See pointsvault.grant_access.")));
}

/*
 * Refuses a caller whose role has no profile for the called function on this
 * vault (42501); vault 0 stands for all of them.  The role is the one outside
 * the SECURITY DEFINER call, the session's or that of SET ROLE.
 */
void
pv_authorize(FunctionCallInfo fcinfo, int32_t vault)
{
	if (!superuser_arg(GetOuterUserId()))
		authorize(vault, profiles_for_function(fcinfo->flinfo->fn_oid));
}

/* Likewise a caller who may not read the vault. */
void
pv_authorize_reader(int32_t vault)
{
	authorize(vault, READERS);
}

/* Whether the caller may call this function on the vault. */
bool
pv_is_authorized(FunctionCallInfo fcinfo, int32_t vault)
{
	Oid user = GetOuterUserId();

	return superuser_arg(user) ||
		   (profiles_of(user, vault) & profiles_for_function(fcinfo->flinfo->fn_oid));
}

/* Whether a caller of a view has one of these profiles on the vault. */
static bool
sees(int32_t vault, int allowed)
{
	Oid user = GetUserId();
	int profiles;
	int spi;

	if (superuser_arg(user))
		return true;
	spi = pv_spi_begin();
	profiles = profiles_of(user, vault);
	pv_spi_end(spi);
	return (profiles & allowed) != 0;
}

/* may_read(vault): the rows of the views a caller sees. */
Datum
pv_sql_may_read(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(sees(PG_GETARG_INT32(0), READERS));
}

/* may_see(vault, view): likewise, for the profiles that have this view; vault 0 stands for all. */
Datum
pv_sql_may_see(PG_FUNCTION_ARGS)
{
	char *view = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int allowed = 0;

	for (int i = 0; i < (int) lengthof(views); i++)
		if (strcmp(views[i].object, view) == 0)
			allowed = views[i].profiles;
	PG_RETURN_BOOL(sees(PG_GETARG_INT32(0), allowed));
}

/* An object of a list in a GRANT, with a comma before all but the first. */
static void
append_object(StringInfo list, const char *object)
{
	appendStringInfo(list, "%s%s", list->len > 0 ? ", " : "", object);
}

/* Whether a role with these profiles may call a function. */
static bool
is_callable(const char *name, bool by_owner, int profiles)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].object, name) == 0)
			return (functions[i].profiles & profiles) != 0;
	return !by_owner;
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

static char *
readable_views(int profiles)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < (int) lengthof(views); i++)
		if (views[i].profiles & profiles)
			append_object(&list, psprintf("%s.%s", PV_SCHEMA, views[i].object));
	return list.data;
}

static void
run_utility(const char *sql)
{
	int result = SPI_execute(sql, false, 0);

	if (result != SPI_OK_UTILITY)
		elog(ERROR, "SPI failed for \"%s\": %s", sql, SPI_result_code_string(result));
}

/*
 * Gives a role exactly the privileges of the profiles it has now.
 */
static void
set_privileges(const char *role)
{
	const char *quoted = quote_identifier(role);
	const char *types =
		PV_SCHEMA ".amount, " PV_SCHEMA ".points, " PV_SCHEMA ".price, " PV_SCHEMA ".receipt";
	Datum values[1] = {CStringGetDatum(role)};
	uint64 count = pv_run_latest(&read_role_access, values);
	int profiles = 0;
	char *list;

	for (uint64 i = 0; i < count; i++)
		profiles |= find_profile(TextDatumGetCString(pv_result_row(i).values[0]));

	run_utility(psprintf("REVOKE ALL ON ALL ROUTINES IN SCHEMA " PV_SCHEMA " FROM %s", quoted));
	run_utility(psprintf("REVOKE ALL ON ALL TABLES IN SCHEMA " PV_SCHEMA " FROM %s", quoted));
	run_utility(psprintf("REVOKE ALL ON TYPE %s FROM %s", types, quoted));
	run_utility(psprintf("REVOKE ALL ON SCHEMA " PV_SCHEMA " FROM %s", quoted));
	if (profiles == 0)
		return;
	run_utility(psprintf("GRANT USAGE ON SCHEMA " PV_SCHEMA " TO %s", quoted));
	run_utility(psprintf("GRANT USAGE ON TYPE %s TO %s", types, quoted));
	run_utility(
		psprintf("GRANT EXECUTE ON ROUTINE %s TO %s", callable_functions(profiles), quoted));
	list = readable_views(profiles);
	if (*list)
		run_utility(psprintf("GRANT SELECT ON %s TO %s", list, quoted));
}

typedef struct AccessChange
{
	const char *role;
	const char *profile;
	bool all_vaults;
	int32_t vault;
} AccessChange;

static AccessChange
access_args(FunctionCallInfo fcinfo)
{
	AccessChange change = {.all_vaults = PG_ARGISNULL(2)};

	if (PG_ARGISNULL(0))
		pv_refuse_null("role");
	change.role = NameStr(*PG_GETARG_NAME(0));
	change.profile = pv_arg_text(fcinfo, 1, "profile");
	if (!change.all_vaults)
		change.vault = PG_GETARG_INT32(2);
	if (find_profile(change.profile) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no profile \"%s\"", change.profile),
				 errhint("Profiles: shop, cashier, treasurer, jobs, admin, auditor, monitor.")));
	return change;
}

/*
 * Changes of access wait for each other: each sets the privileges of a role from
 * all its grants.
 */
static void
lock_access(void)
{
	LockRelationOid(pv_relation_oid("access_data"), ShareRowExclusiveLock);
}

static void
write_access(PvPlan *plan, const AccessChange *change)
{
	const char *actor = GetUserNameFromId(GetOuterUserId(), false);
	Datum values[4] = {CStringGetDatum(change->role), CStringGetTextDatum(change->profile),
					   Int32GetDatum(change->vault), CStringGetTextDatum(actor)};
	bool nulls[4] = {false, false, change->all_vaults, false};

	(void) pv_run(plan, values, nulls, false);
	CacheInvalidateRelcacheByRelid(pv_relation_oid("access_data"));
}

/* grant_access(role, profile, vault) */
Datum
pv_sql_grant_access(PG_FUNCTION_ARGS)
{
	AccessChange change = access_args(fcinfo);
	Oid role = get_role_oid(change.role, false);
	Datum stale[2] = {CStringGetDatum(change.role), ObjectIdGetDatum(role)};
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, change.vault);
	if (!change.all_vaults)
		pv_vault_check_exists(change.vault, false);
	if (superuser_arg(role))
		ereport(NOTICE, (errmsg("role \"%s\" is a superuser and needs no grant", change.role)));
	else
	{
		lock_access();
		(void) pv_run(&delete_stale_access, stale, NULL, false);
		write_access(&insert_access, &change);
		set_privileges(change.role);
	}
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* revoke_access(role, profile, vault): the role may be gone already. */
Datum
pv_sql_revoke_access(PG_FUNCTION_ARGS)
{
	AccessChange change = access_args(fcinfo);
	Oid role = get_role_oid(change.role, true);
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, change.vault);
	lock_access();
	write_access(&delete_access, &change);
	if (OidIsValid(role) && !superuser_arg(role))
		set_privileges(change.role);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}
