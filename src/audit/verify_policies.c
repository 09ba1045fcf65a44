/*
 * verify_policies.c
 *	  Policies as they are stored, which verify(vault) goes by: what the backend
 *	  remembers of them may be newer, or gone.
 */
#include "audit/verify_policies.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "engine/event.h"
#include "policy/document.h"
#include "store/plan.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"

static PvPlan policy_rows = {
	"SELECT p.version, p.serial, p.seq, p.document, j.kind, j.policy, j.meta "
	"FROM pointsvault.policy_data p "
	"LEFT JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = p.seq "
	"WHERE p.vault = $1 ORDER BY p.version",
	"i", NULL};

enum
{
	POLICY_VERSION,
	POLICY_SERIAL,
	POLICY_SEQ,
	POLICY_DOCUMENT,
	POLICY_KIND,
	POLICY_JOURNALLED,
	POLICY_META
};

typedef struct StoredPolicy
{
	int32_t serial; /* the key */
	int64_t seq;	/* of the journal row that set it */
	PvPolicy policy;
} StoredPolicy;

/*
 * Keeps the policy of a row; one that is none any more gives nothing.
 */
static void
keep_policy(PvVerify *verify, const PvRow *row, const char *name)
{
	int32_t serial = DatumGetInt32(row->values[POLICY_SERIAL]);
	StoredPolicy *stored = hash_search(verify->policies, &serial, HASH_ENTER, NULL);
	PvPolicyFault fault;
	PvPolicy policy = {0};

	if (!row->nulls[POLICY_DOCUMENT] &&
		!pv_policy_read(DatumGetJsonbP(row->values[POLICY_DOCUMENT]), &policy, &fault))
	{
		pv_failed(verify, PV_CHECK_POLICIES, name, "a policy",
				  psprintf("%s %s", fault.path, fault.why));
		memset(&policy, 0, sizeof(policy));
	}
	policy.serial = serial;
	policy.version = DatumGetInt32(row->values[POLICY_VERSION]);
	stored->policy = policy;
	stored->seq = pv_row_int(row, POLICY_SEQ);
}

static char *
json_text(const PvRow *row, int column)
{
	return row->nulls[column]
			   ? "nothing"
			   : DatumGetCString(DirectFunctionCall1(jsonb_out, row->values[column]));
}

/* That it is the one its journal row set. */
static void
compare_policy(PvVerify *verify, const PvRow *row, const char *name)
{
	PvKind kind = row->nulls[POLICY_KIND] ? PV_KIND_NONE : DatumGetInt16(row->values[POLICY_KIND]);
	const char *document = json_text(row, POLICY_DOCUMENT);
	const char *journalled = json_text(row, POLICY_META);

	if (strcmp(document, journalled) != 0)
		pv_failed(verify, PV_CHECK_POLICIES, name, journalled, document);
	if (kind != PV_KIND_CREATE && kind != PV_KIND_POLICY)
		pv_failed(verify, PV_CHECK_POLICIES, name, "a journal row that set it", "none");
	else if (row->nulls[POLICY_JOURNALLED] || DatumGetInt32(row->values[POLICY_JOURNALLED]) !=
												  DatumGetInt32(row->values[POLICY_SERIAL]))
		pv_failed(verify, PV_CHECK_POLICIES, name, "the serial its journal row has", "another");
}

/*
 * Each version is the one the journal says was set; that the journal set no others
 * is for the pass over it.
 */
void
pv_verify_policies(PvVerify *verify)
{
	HASHCTL control = {.keysize = sizeof(int32_t),
					   .entrysize = sizeof(StoredPolicy),
					   .hcxt = verify->results};
	PvStream rows;
	int64_t version = 0;
	int64_t seq = 0;

	verify->policies = hash_create("pointsvault policies to verify", 16, &control,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	pv_stream_open(&rows, &policy_rows, verify->book->vault);
	pv_stream_require(&rows, verify, PV_CHECK_POLICIES,
					  PV_REQUIRE_FROM(POLICY_VERSION, POLICY_DOCUMENT));
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		char *name = psprintf("policy version %d", DatumGetInt32(rows.row.values[POLICY_VERSION]));

		pv_checked(verify, PV_CHECK_POLICIES);
		pv_compare(verify, PV_CHECK_POLICIES, "policy version", 0, ++version,
				   DatumGetInt32(rows.row.values[POLICY_VERSION]), 0);
		if (pv_stream_int(&rows, POLICY_SEQ) <= seq)
			pv_failed(verify, PV_CHECK_POLICIES, name, "set after the one before", "set before it");
		seq = pv_stream_int(&rows, POLICY_SEQ);
		keep_policy(verify, &rows.row, name);
		compare_policy(verify, &rows.row, name);
	}
	pv_stream_close(&rows);
}

static StoredPolicy *
find_policy(const PvVerify *verify, int32_t serial)
{
	return verify->policies ? hash_search(verify->policies, &serial, HASH_FIND, NULL) : NULL;
}

/*
 * The policy of a serial; false where none is stored.
 */
bool
pv_verify_policy(const PvVerify *verify, int32_t serial, PvPolicy *policy)
{
	const StoredPolicy *stored = find_policy(verify, serial);

	if (stored)
		*policy = stored->policy;
	return stored != NULL;
}

/*
 * Whether a policy is stored as the one that a journal row set.
 */
bool
pv_is_policy_of(const PvVerify *verify, int32_t serial, int64_t seq)
{
	const StoredPolicy *stored = find_policy(verify, serial);

	return stored && stored->seq == seq;
}
