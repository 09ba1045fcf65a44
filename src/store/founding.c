/*
 * founding.c
 *	  A new vault: its row, its first policy, and the first row of its journal.
 */
#include "store/founding.h"

#include "engine/event.h"
#include "engine/policy.h"
#include "policy/document.h"
#include "store/actor.h"
#include "store/book.h"
#include "store/journal.h"
#include "store/numbers.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/state.h"
#include "store/table.h"
#include "store/vault.h"
#include "store/write.h"

#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* clang-format off */

static PvPlan insert_vault = {
	"INSERT INTO pointsvault.vault (name, currency, timezone) "
	"VALUES ($1, $2, $3) "
	"ON CONFLICT (name) DO NOTHING "
	"RETURNING id, created_at",
	"ttt", NULL};

/* clang-format on */

/*
 * The first row of a vault's journal: from here on its last row is its state.
 */
static void
add_first_entry(int32_t vault, int64_t digest, const char *timezone, PvPolicy *policy,
				Jsonb *document)
{
	PvBook book = {.vault = vault,
				   .mode = PV_BOOK_WRITE,
				   .timezone = pg_tzset(timezone),
				   .digest = digest};
	PvEntry entry = {.kind = PV_KIND_CREATE, .meta = document};

	book.exits.exhausted = true;
	pv_policy_add(vault, policy, 1, document);
	book.policy = *policy;
	book.actor = pv_actor();
	pv_book_note(&book, &entry);
	PV_ASSERT(entry.seq == 1); /* which the policy says it was set by */
	pv_journal_complete(&book);
	pv_write_rows((PvRows *[]){&book.journal}, 1);
}

/*
 * Adds a vault with its first policy version, and returns its id; 0 where there
 * is one of that name.
 */
int32_t
pv_vault_add(const char *name, const char *currency, const char *timezone, Jsonb *document)
{
	Datum values[3] = {CStringGetTextDatum(name), CStringGetTextDatum(currency),
					   CStringGetTextDatum(timezone)};
	PvPolicy policy;
	int32_t vault;
	PvRow row;

	pv_policy_parse(document, &policy);
	policy.version = 1;
	pv_check_numbers();
	if (pv_run(&insert_vault, values, NULL, false) == 0)
		return 0;
	row = pv_result_row(0);
	vault = DatumGetInt32(row.values[0]);
	add_first_entry(vault,
					pv_vault_digest(vault, name, currency, timezone,
									DatumGetTimestampTz(row.values[1])),
					timezone, &policy, document);
	return vault;
}
