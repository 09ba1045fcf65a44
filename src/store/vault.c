/*
 * vault.c
 *	  The rows of vaults.
 */
#include "store/vault.h"

#include "base/tokens.h"
#include "store/early.h"
#include "store/intake.h"
#include "store/lookup.h"
#include "store/plan.h"

#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"

static PvPlan find_vault = {"SELECT id FROM pointsvault.vault WHERE name = $1", "t", NULL};

/* clang-format off */

/* A vault of that name, and whether it was made with these arguments. */
static PvPlan find_made = {
	"SELECT v.id, v.currency = $2 AND v.timezone = $3 AND p.document = $4 "
	"FROM pointsvault.vault v "
	"JOIN pointsvault.policy_data p ON p.vault = v.id AND p.version = 1 "
	"WHERE v.name = $1",
	"tttj", NULL};

/* clang-format on */

static PvPlan set_suspended = {"UPDATE pointsvault.vault SET suspended = $2 WHERE id = $1", "it",
							   NULL};

static PvPlan has_lots = {"SELECT 1 FROM pointsvault.lot_data WHERE vault = $1 LIMIT 1", "i", NULL};

static PvPlan read_vault = {"SELECT timezone, suspended FROM pointsvault.vault WHERE id = $1", "i",
							NULL};

static PvPlan vaults_at_work = {
	"SELECT id FROM pointsvault.vault WHERE suspended IS NULL ORDER BY id", "", NULL};

static PvPlan all_vaults = {"SELECT id FROM pointsvault.vault ORDER BY id", "", NULL};

static PvPlan any_vault = {"SELECT 1 FROM pointsvault.vault LIMIT 1", "", NULL};

/* The last journal row is the vault's state. */
static PvLookup last_row = {.table = "journal_data",
							.columns = "importing",
							.by = "vault, seq",
							.nkeys = 1,
							.backward = true};

/* The time zones of vaults, which never change. */
typedef struct KnownVault
{
	int32_t vault;
	pg_tz *timezone;
} KnownVault;

static PvKnown known_vaults = {"pointsvault time zones", sizeof(KnownVault), NULL, InvalidOid};

/* Refuses a number that no vault has. */
void
pv_no_such_vault(int32_t vault)
{
	ereport(ERROR, (pv_error(NO_SUCH_VAULT), errmsg("vault %d does not exist", vault),
					errhint("pointsvault.vault_status lists the vaults; pointsvault.vault_id(name) "
							"finds one by its name.")));
}

static PvRow
read_row(int32_t vault, bool read_only)
{
	Datum values[1] = {Int32GetDatum(vault)};

	if (pv_run(&read_vault, values, NULL, read_only) == 0)
		pv_no_such_vault(vault);
	return pv_result_row(0);
}

static pg_tz *
read_timezone(int32_t vault, bool read_only)
{
	PvRow row = read_row(vault, read_only);
	char *name = pv_row_text_or_empty(&row, 0);
	pg_tz *timezone = *name ? pg_tzset(name) : NULL;

	if (!timezone)
		ereport(ERROR,
				(pv_error(TIME_ZONE_LOST),
				 errmsg("time zone \"%s\" of vault %d is not known to this server", name, vault),
				 errhint("Time zones come with the server, or with its system's tzdata.")));
	return timezone;
}

/* The time zone of a vault (U5), read once in a backend. */
pg_tz *
pv_vault_timezone(int32_t vault, bool read_only)
{
	KnownVault *known;
	pg_tz *timezone;

	known = hash_search(pv_known(&known_vaults), &vault, HASH_FIND, NULL);
	if (known)
		return known->timezone;
	timezone = read_timezone(vault, read_only);
	known = hash_search(pv_known(&known_vaults), &vault, HASH_ENTER, NULL);
	known->timezone = timezone;
	return timezone;
}

/* Why the vault is suspended, or NULL; an error where there is no such vault. */
const char *
pv_vault_suspended(int32_t vault, bool read_only)
{
	PvRow row = read_row(vault, read_only);

	return pv_row_text(&row, 1);
}

/*
 * A suspended vault refuses events (55000).
 */
void
pv_report_suspended(int32_t vault)
{
	const char *reason = pv_vault_suspended(vault, false);

	ereport(ERROR, (pv_error(VAULT_SUSPENDED), errmsg("vault %d is suspended", vault),
					errdetail("Reason: %s", reason ? reason : "unknown"),
					errhint("pointsvault.resume_vault(%d) ends it.", vault)));
}

/* Refuses a vault that is not there. */
void
pv_vault_check_exists(int32_t vault, bool read_only)
{
	(void) read_row(vault, read_only);
}

/* For what needs no book, such as enrolling. */
void
pv_vault_check_open(int32_t vault)
{
	if (pv_vault_suspended(vault, false))
		pv_report_suspended(vault);
}

/*
 * A hash of what a vault is and stays.  The digests of the journal start from it, so
 * that verify() finds a vault's row changed as it finds a journal row changed.
 */
int64_t
pv_vault_digest(int32_t vault, const char *name, const char *currency, const char *timezone,
				TimestampTz created_at)
{
	const int64_t fixed[] = {vault, created_at};
	uint64 hash = hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0);

	hash = pv_hash_text(name, hash);
	hash = pv_hash_text(currency, hash);
	return (int64_t) pv_hash_text(timezone, hash);
}

/*
 * The vault of a name, 0 = none to be seen yet; whether it was made with these
 * arguments, whatever its policy is now.
 */
int32_t
pv_vault_find_made(const char *name, const char *currency, const char *timezone, Jsonb *document,
				   bool *is_same)
{
	Datum values[4] = {CStringGetTextDatum(name), CStringGetTextDatum(currency),
					   CStringGetTextDatum(timezone), JsonbPGetDatum(document)};
	PvRow row;

	if (pv_run(&find_made, values, NULL, false) == 0)
		return 0;
	row = pv_result_row(0);
	*is_same = DatumGetBool(row.values[1]);
	return DatumGetInt32(row.values[0]);
}

/* The vault of a name, 0 = none. */
int32_t
pv_vault_find(const char *name)
{
	Datum values[1] = {CStringGetTextDatum(name)};
	PvRow row;

	if (pv_run(&find_vault, values, NULL, true) == 0)
		return 0;
	row = pv_result_row(0);
	return DatumGetInt32(row.values[0]);
}

/* Whether a history is being imported, so that jobs and settlers leave the vault alone. */
bool
pv_vault_importing(int32_t vault, bool read_only)
{
	PvRow row;

	return pv_look_up(&last_row, (Datum[]){Int32GetDatum(vault)}, pv_sight(read_only), &row) &&
		   !row.nulls[0] && DatumGetBool(row.values[0]);
}

/* Suspends a vault for a reason, or resumes it (NULL). */
void
pv_vault_suspend(int32_t vault, const char *reason)
{
	Datum values[2] = {Int32GetDatum(vault), reason ? CStringGetTextDatum(reason) : (Datum) 0};
	bool nulls[2] = {false, reason == NULL};

	(void) pv_run(&set_suspended, values, nulls, false);
}

/* Whether lots of a vault are there, which bind its policy (M3). */
bool
pv_vault_has_lots(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	return pv_run(&has_lots, values, NULL, false) > 0;
}

/* Whether there is any vault in this database. */
bool
pv_vaults_exist(void)
{
	return pv_run(&any_vault, NULL, NULL, true) > 0;
}

/* The vaults that a statement finds, as the caller's query sees them. */
static int32_t *
vaults_of(PvPlan *plan, int *count)
{
	int32_t *vaults;

	*count = (int) pv_run(plan, NULL, NULL, true);
	vaults = palloc(sizeof(int32_t) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		vaults[i] = DatumGetInt32(pv_result_row(i).values[0]);
	SPI_freetuptable(SPI_tuptable);
	return vaults;
}

/* The vaults that are neither suspended nor being imported. */
int32_t *
pv_vaults_at_work(int *count)
{
	int32_t *vaults = vaults_of(&vaults_at_work, count);
	int kept = 0;

	for (int i = 0; i < *count; i++)
		if (!pv_vault_importing(vaults[i], true))
			vaults[kept++] = vaults[i];
	*count = kept;
	return vaults;
}

/* All vaults there are. */
int32_t *
pv_vaults_all(int *count)
{
	return vaults_of(&all_vaults, count);
}

/*
 * Refuses events where nothing may be written: on a standby, in a transaction that
 * only reads, in a part of a parallel query.
 */
void
pv_vault_check_writable(void)
{
	PreventCommandDuringRecovery("events of a vault");
	PreventCommandIfReadOnly("events of a vault");
	PreventCommandIfParallelMode("events of a vault");
}

/*
 * The lock that orders a vault's events, held until the transaction ends.  It is
 * on the vault as an object: unlike a lock on its row it writes nothing, and
 * pg_locks shows it as locktype object, objid the vault.
 */
void
pv_vault_lock(int32_t vault)
{
	pv_vault_check_writable();
	PV_ASSERT(OidIsValid(pv_vault_table()));
	LockDatabaseObject(pv_vault_table(), (Oid) vault, 0, ExclusiveLock);
	pv_early_locked();
}

/*
 * Locks a vault unless another transaction has it locked.
 */
bool
pv_vault_try_lock(int32_t vault)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, pv_vault_table(), (Oid) vault, 0);
	if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	pv_early_locked();
	return true;
}
