/*
 * store_policy.c
 *	  Policy versions in their table.
 */
#include "book.h"

#include "utils/errcodes.h"

static PvPlan insert_policy = {
	"INSERT INTO pointsvault.policy_data (vault, version, seq, document) "
	"VALUES ($1, $2, $3, $4)",
	"iilj",
	NULL};

static PvPlan read_document = {
	"SELECT document FROM pointsvault.policy_data WHERE vault = $1 AND version = $2", "ii", NULL};

/*
 * Stores a checked policy document as a new version, set by journal row `seq`.
 */
void
pv_policy_add(int32_t vault, int32_t version, int64_t seq, Jsonb *document)
{
	Datum values[4] = {Int32GetDatum(vault), Int32GetDatum(version), Int64GetDatum(seq),
					   JsonbPGetDatum(document)};

	(void) pv_run(&insert_policy, values, NULL, false);
}

/* The document of a version, as it was set. */
Jsonb *
pv_policy_document(int32_t vault, int32_t version)
{
	Datum values[2] = {Int32GetDatum(vault), Int32GetDatum(version)};
	PvRow row;

	if (pv_run(&read_document, values, NULL, false) != 1)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("policy version %d of vault %d is missing", version, vault)));
	row = pv_result_row(0);
	return DatumGetJsonbPCopy(row.values[0]);
}

/*
 * The parsed policy of a version, from the cache or else from the table.
 */
PvPolicy
pv_policy_get(int32_t vault, int32_t version, int64_t serial)
{
	PvPolicy policy;

	if (pv_policy_cached(serial, &policy))
		return policy;
	pv_policy_parse(pv_policy_document(vault, version), &policy);
	policy.version = version;
	policy.serial = serial;
	pv_policy_remember(&policy, pv_relation_oid("policy_data"));
	return policy;
}
