/*
 * grants.c
 *	  Which role has which profile on which vault.
 *
 * What a grant means, and what privileges follow from it, is surface/access.c's.
 */
#include "store/grants.h"

#include "store/actor.h"
#include "store/plan.h"

#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"

/* clang-format off */

/*
 * The schema's ACL must know the role too: it is gone from there with a role that
 * was dropped, whose number another may get one day.
 */
static PvPlan read_of_vault = {
	"SELECT a.role, a.profile "
	"FROM pointsvault.access_data a "
	"WHERE (a.vault IS NULL OR a.vault = $1) "
	"AND EXISTS (SELECT FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) x "
	"WHERE n.nspname = 'pointsvault' AND x.grantee = a.role)",
	"i", NULL};

static PvPlan read_of_role = {
	"SELECT role, profile "
	"FROM pointsvault.access_data "
	"WHERE role = $1",
	"o", NULL};

static PvPlan insert_grant = {
	"INSERT INTO pointsvault.access_data (role, profile, vault, granted_by) "
	"VALUES ($1, $2, $3, $4) "
	"ON CONFLICT DO NOTHING",
	"otit", NULL};

static PvPlan delete_grant = {
	"DELETE FROM pointsvault.access_data "
	"WHERE role = $1 AND profile = $2 AND vault IS NOT DISTINCT FROM $3",
	"oti", NULL};

/* Only under pv_grants_lock, so that the numbers are in the order of commits. */
static PvPlan note_change = {
	"INSERT INTO pointsvault.access_change_data (role, profile, vault, actor, granted) "
	"SELECT pg_catalog.pg_get_userbyid($1), $2, $3, $4, $5",
	"otitb", NULL};

static PvPlan delete_stale = {
	"DELETE FROM pointsvault.access_data a "
	"WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = a.role)",
	"", NULL};

/* clang-format on */

/* The table of grants, for those who remember what it says. */
Oid
pv_grants_table(void)
{
	return pv_relation_oid("access_data");
}

/* The grants that the last statement read. */
static PvGrant *
grants_read(uint64 count)
{
	PvGrant *grants = palloc0(sizeof(PvGrant) * Max(count, 1));

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		grants[i].role = DatumGetObjectId(row.values[0]);
		grants[i].profile = pv_row_text_or_empty(&row, 1);
	}
	return grants;
}

/*
 * The grants on a vault, or on all: as the caller's query sees them, or as they are
 * now, whatever its snapshot.
 */
PvGrant *
pv_grants_on_vault(int32_t vault, bool read_only, int *count)
{
	Datum values[1] = {Int32GetDatum(vault)};

	*count = (int) (read_only ? pv_run(&read_of_vault, values, NULL, true)
							  : pv_run_latest(&read_of_vault, values));
	return grants_read(*count);
}

/* All grants that a role has now. */
PvGrant *
pv_grants_of_role(Oid role, int *count)
{
	Datum values[1] = {ObjectIdGetDatum(role)};

	*count = (int) pv_run_latest(&read_of_role, values);
	return grants_read(*count);
}

/* Keeps others from changing grants until the transaction ends. */
void
pv_grants_lock(void)
{
	LockRelationOid(pv_grants_table(), ShareRowExclusiveLock);
}

/*
 * Runs a change of grants, and has all sessions forget what they know of them.
 * What roles that were dropped leave behind goes on the way.  Release 0.1.0 notes no
 * changes; its grants are noted as it is upgraded.
 */
static bool
change_grants(PvPlan *plan, const PvGrant *grant, bool gives)
{
	Datum values[5] = {ObjectIdGetDatum(grant->role), CStringGetTextDatum(grant->profile),
					   Int32GetDatum(grant->vault), CStringGetTextDatum(pv_actor()),
					   BoolGetDatum(gives)};
	bool nulls[5] = {false, false, grant->all_vaults, false, false};
	bool changed;

	(void) pv_run(&delete_stale, NULL, NULL, false);
	changed = pv_run(plan, values, nulls, false) > 0;
	if (changed && !pv_is_release_0_1())
		(void) pv_run(&note_change, values, nulls, false);
	CacheInvalidateRelcacheByRelid(pv_grants_table());
	return changed;
}

/* Adds a grant; false where it was there already. */
bool
pv_grant_add(const PvGrant *grant)
{
	PV_ASSERT(OidIsValid(grant->role));
	return change_grants(&insert_grant, grant, true);
}

/* Takes a grant back; false where there was none. */
bool
pv_grant_remove(const PvGrant *grant)
{
	return change_grants(&delete_grant, grant, false);
}
