/*
 * policies.c
 *	  Policy versions in their table.
 */
#include "store/policies.h"

#include "base/tokens.h"
#include "policy/cache.h"
#include "policy/document.h"
#include "store/numbers.h"
#include "store/plan.h"

#include "utils/builtins.h"

/* clang-format off */

static PvPlan insert_policy = {
	"INSERT INTO pointsvault.policy_data (vault, version, seq, document) "
	"VALUES ($1, $2, $3, $4) "
	"RETURNING serial",
	"iilj", NULL};

static PvPlan read_policy = {
	"SELECT version, document FROM pointsvault.policy_data WHERE vault = $1 AND serial = $2", "ii",
	NULL};

static PvPlan any_cycle = {
	"SELECT 1 "
	"FROM pointsvault.policy_data "
	"WHERE vault = $1 AND document->'cycle' IS NOT NULL LIMIT 1",
	"i", NULL};

static PvPlan any_exit_multiple = {
	"SELECT 1 "
	"FROM pointsvault.policy_data "
	"WHERE vault = $1 AND document->$2->>'exit_multiple' IS NOT NULL LIMIT 1",
	"it", NULL};

static PvPlan any_teams = {
	"SELECT 1 "
	"FROM pointsvault.policy_data "
	"WHERE vault = $1 AND (document->>'release' IS NOT NULL OR document->>'commission' IS NOT NULL) LIMIT 1",
	"i", NULL};

static PvPlan policy_of_row = {
	"SELECT policy FROM pointsvault.journal_data WHERE vault = $1 AND seq = $2", "il", NULL};

/* clang-format on */

/* The serial of the policy that a journal row was booked by; 0 where there is no such row. */
int32_t
pv_policy_of_row(int32_t vault, int64_t seq)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	bool found = pv_run(&policy_of_row, values, NULL, false) > 0;
	int32_t serial = found ? DatumGetInt32(pv_result_row(0).values[0]) : 0;

	SPI_freetuptable(SPI_tuptable);
	return serial;
}

/* Whether any version so far paid by teams: there may be plans and figures from then. */
bool
pv_policy_had_teams(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	return pv_run(&any_teams, values, NULL, false) > 0;
}

/* M3: whether any version so far let points exit that come by a section. */
bool
pv_policy_had_exits(int32_t vault, const char *section)
{
	Datum values[2] = {Int32GetDatum(vault), CStringGetTextDatum(section)};

	return pv_run(&any_exit_multiple, values, NULL, false) > 0;
}

/* Whether any version so far had a cycle: who has shares may have them from then. */
bool
pv_policy_had_cycle(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	return pv_run(&any_cycle, values, NULL, false) > 0;
}

/*
 * Stores a parsed policy with its document as a new version, set by journal row
 * `seq`, and gives it its serial.
 */
void
pv_policy_add(int32_t vault, PvPolicy *policy, int64_t seq, Jsonb *document)
{
	Datum values[4] = {Int32GetDatum(vault), Int32GetDatum(policy->version), Int64GetDatum(seq),
					   JsonbPGetDatum(document)};

	pv_check_numbers();
	(void) pv_run(&insert_policy, values, NULL, false);
	policy->serial = DatumGetInt32(pv_result_row(0).values[0]);
}

/*
 * Reads a policy as it is stored; false where there is none.  One that cannot
 * be read was changed since it was set.
 */
static bool
read_stored(int32_t vault, int32_t serial, PvPolicy *policy, Jsonb **document)
{
	Datum values[2] = {Int32GetDatum(vault), Int32GetDatum(serial)};
	PvPolicyFault fault;
	PvRow row;

	if (pv_run(&read_policy, values, NULL, false) != 1)
		return false;
	row = pv_result_row(0);
	if (row.nulls[0] || row.nulls[1])
		return false;
	*document = pv_row_jsonb(&row, 1);
	if (!pv_policy_read(*document, policy, &fault))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("policy %d of vault %d cannot be read: %s %s", serial, vault,
							   fault.path, fault.why),
						errhint("pointsvault.verify(%d) names what was changed.", vault)));
	policy->version = DatumGetInt32(row.values[0]);
	policy->serial = serial;
	return true;
}

static void
report_missing(int32_t vault, int32_t serial)
{
	ereport(ERROR,
			(pv_error(DAMAGED_DATA), errmsg("policy %d of vault %d is missing", serial, vault)));
}

/* The document of a policy, as it was set. */
Jsonb *
pv_policy_document(int32_t vault, int32_t serial)
{
	PvPolicy policy;
	Jsonb *document;

	if (!read_stored(vault, serial, &policy, &document))
		report_missing(vault, serial);
	return document;
}

/*
 * Finds a policy, in the cache or else in the table.
 */
bool
pv_policy_find(int32_t vault, int32_t serial, PvPolicy *policy)
{
	Jsonb *document;

	if (pv_policy_cached(serial, policy))
		return true;
	if (!read_stored(vault, serial, policy, &document))
		return false;
	pv_policy_remember(policy, pv_relation_oid("policy_data"));
	return true;
}

/* A policy that must be there. */
PvPolicy
pv_policy_get(int32_t vault, int32_t serial)
{
	PvPolicy policy;

	if (!pv_policy_find(vault, serial, &policy))
		report_missing(vault, serial);
	return policy;
}
