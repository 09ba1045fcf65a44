/*
 * verify.c
 *	  verify(vault): the identities of MODEL §11, recomputed from the journal by
 *	  the engine itself.  See verification.h for how.
 */
#include "base/compat.h"
#include "audit/report.h"
#include "audit/verification.h"
#include "audit/verify_commissions.h"
#include "audit/verify_days.h"
#include "audit/verify_intake.h"
#include "audit/verify_items.h"
#include "audit/verify_journal.h"
#include "audit/verify_liabilities.h"
#include "audit/verify_line.h"
#include "audit/verify_members.h"
#include "audit/verify_merges.h"
#include "audit/verify_partners.h"
#include "audit/verify_policies.h"
#include "audit/verify_seals.h"
#include "audit/verify_teams.h"
#include "engine/decimal.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "store/plan.h"
#include "store/seals.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/rows.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_verify);
PG_FUNCTION_INFO_V1(pv_sql_verify_checkpoint);

/* clang-format off */

static PvPlan vault_row = {
	"SELECT v.name, v.currency, v.timezone, v.created_at, v.suspended, j.seq "
	"FROM ("
		"SELECT pg_catalog.max(seq) AS seq "
		"FROM pointsvault.journal_data "
		"WHERE vault = $1) j "
	"LEFT JOIN pointsvault.vault v ON v.id = $1",
	"i", NULL};

/* clang-format on */

enum
{
	VAULT_NAME,
	VAULT_CURRENCY,
	VAULT_TIMEZONE,
	VAULT_CREATED_AT,
	VAULT_SUSPENDED,
	VAULT_SEQ
};

/* A check of one sum, shown whether it holds or not. */
static void
check_sum(PvVerify *verify, PvCheckId check, int64_t expected, int64_t found, int scale)
{
	char wanted[PV_DECIMAL_BUFSIZE];
	char stored[PV_DECIMAL_BUFSIZE];

	(void) pv_decimal_print(expected, scale, wanted);
	(void) pv_decimal_print(found, scale, stored);
	verify->report.checks[check].expected = pv_keep_text(verify->report.results, wanted);
	verify->report.checks[check].found = pv_keep_text(verify->report.results, stored);
	verify->report.checks[check].failed += expected != found;
}

/* What members' points are worth, and those in custody (X3): all that somebody may redeem. */
static pv_int128
worth_of_all(const PvVerify *verify)
{
	const PvVault *state = &verify->state;
	PvPrice price = {state->pool, state->circulating};
	int64_t custody = 0;

	if (price.points > 0 && state->exchange > 0)
		(void) pv_value_at(price, state->exchange, &custody); /* 0 of damaged data alone */
	return verify->value + custody;
}

static void
check_sums(PvVerify *verify)
{
	const PvVault *state = &verify->state;
	PvCheck *redeemable = &verify->report.checks[PV_CHECK_REDEEMABLE];
	pv_int128 worth = worth_of_all(verify);
	char *found = psprintf(INT64_FORMAT " of " INT64_FORMAT " units", (int64_t) worth, state->pool);

	check_sum(verify, PV_CHECK_CIRCULATING,
			  verify->total.points + state->treasury + state->exchange, state->circulating,
			  PV_POINTS_SCALE);
	check_sum(verify, PV_CHECK_CREDITS, verify->total.credits, state->credits, PV_AMOUNT_SCALE);
	check_sum(verify, PV_CHECK_CASH, verify->total.cash, state->cash, PV_AMOUNT_SCALE);
	check_sum(verify, PV_CHECK_DEBTS, verify->total.debt, state->debts, PV_AMOUNT_SCALE);
	redeemable->expected = pv_keep_text(verify->report.results, "at most the pool");
	redeemable->found = pv_keep_text(verify->report.results, found);
	redeemable->failed = worth > state->pool;
}

/*
 * U5: what stays as it was is in the journal's first digest, see pv_vault_digest; the
 * rest as the journal left it.
 */
static void
check_vault(PvVerify *verify)
{
	const char *expected = verify->suspended ? verify->suspended : "not suspended";
	const char *reason = verify->row.suspended;
	const char *found = reason ? reason : "not suspended";

	pv_checked(&verify->report, PV_CHECK_VAULT);
	if (!verify->row.found)
	{
		pv_failed(&verify->report, PV_CHECK_VAULT, "its row", "a vault", "none");
		return;
	}
	if (!verify->book->timezone)
		pv_failed(&verify->report, PV_CHECK_VAULT, "timezone", "one that this server knows",
				  verify->row.timezone ? verify->row.timezone : "NULL");
	if (strcmp(expected, found) != 0)
		pv_failed(&verify->report, PV_CHECK_VAULT, "suspended", expected, found);
	pv_compare(&verify->report, PV_CHECK_SEQUENCE, "rows in the journal", 0, verify->book->seq,
			   verify->seq, 0);
	if (verify->seq == 0)
		pv_failed(&verify->report, PV_CHECK_SEQUENCE, "rows in the journal", "at least one",
				  "none");
}

static bool
run_journal(void *arg)
{
	PvVerify *verify = arg;

	pv_days_load(verify);
	pv_merges_load(verify);
	pv_agents_begin(verify);
	pv_teams_load(verify);
	pv_items_begin(verify);
	pv_verify_journal(verify);
	pv_agents_compare(verify);
	pv_items_compare(verify);
	pv_verify_members(verify);
	pv_verify_line(verify);
	pv_teams_end(verify);
	check_sums(verify);
	return true;
}

static bool
run_policies(void *arg)
{
	pv_verify_policies(arg);
	return true;
}

static bool
run_vault(void *arg)
{
	check_vault(arg);
	return true;
}

static bool
run_queue(void *arg)
{
	pv_verify_queue(arg);
	return true;
}

static bool
run_intake(void *arg)
{
	pv_verify_intake(arg);
	return true;
}

static bool
run_seals(void *arg)
{
	if (!pv_is_release_0_1())
		pv_verify_seals(arg);
	return true;
}

static bool
run_liabilities(void *arg)
{
	if (!pv_is_release_0_1())
		pv_verify_liabilities(arg);
	return true;
}

/* Parts of the report that stand by themselves, and their checks. */
static const struct
{
	bool (*run)(void *arg);
	PvCheckId first;
	PvCheckId last;
} parts[] = {{run_policies, PV_CHECK_POLICIES, PV_CHECK_POLICIES},
			 {run_journal, PV_CHECK_SEQUENCE, PV_CHECK_MEMBERS},
			 {run_vault, PV_CHECK_VAULT, PV_CHECK_VAULT},
			 {run_queue, PV_CHECK_QUEUE, PV_CHECK_QUEUE},
			 {run_intake, PV_CHECK_INTAKE, PV_CHECK_INTAKE},
			 {run_seals, PV_CHECK_SEALED, PV_CHECK_SEALED},
			 {run_liabilities, PV_CHECK_PUBLISHED, PV_CHECK_PUBLISHED}};

/*
 * A part that cannot be read to its end has failed, and the others are run all the
 * same.
 */
static void
run_parts(PvVerify *verify)
{
	for (int i = 0; i < (int) lengthof(parts); i++)
	{
		ErrorData *error = pv_verify_try(parts[i].run, verify);

		if (!error)
			continue;
		for (PvCheckId check = parts[i].first; check <= parts[i].last; check++)
			pv_failed(&verify->report, check, "not looked at to the end", "data that can be read",
					  pv_error_text(error));
	}
}

/*
 * Opens the vault as it is, without relying on any of it.  An error where there is
 * neither a vault nor a journal.
 */
static void
open_vault(PvVerify *verify, int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};
	PvBook *book = palloc0(sizeof(PvBook));
	PvVaultRow *found = &verify->row;
	PvRow row;

	if (pv_run(&vault_row, values, NULL, true) > 1)
		pv_failed(&verify->report, PV_CHECK_VAULT, "its row", "one", "several");
	row = pv_result_row(0);
	found->name = pv_row_text(&row, VAULT_NAME);
	found->currency = pv_row_text(&row, VAULT_CURRENCY);
	found->timezone = pv_row_text(&row, VAULT_TIMEZONE);
	found->created_at = pv_row_int(&row, VAULT_CREATED_AT);
	found->suspended = pv_row_text(&row, VAULT_SUSPENDED);
	found->found = found->name || found->currency || found->timezone || found->created_at != 0;
	if (!found->found && row.nulls[VAULT_SEQ])
		pv_no_such_vault(vault);
	book->vault = vault;
	book->mode = PV_BOOK_READ;
	book->seq = pv_row_int(&row, VAULT_SEQ);
	book->timezone = found->timezone ? pg_tzset(found->timezone) : NULL;
	verify->book = book;
	verify->report.vault = vault;
	verify->report.journal_rows = book->seq;
}

/* The checkpoint from outside is NULL where none was brought. */
static PvVerify *
run_passes(MemoryContext results, int32_t vault, const char *checkpoint, bool lot_by_lot)
{
	PvVerify *verify = palloc0(sizeof(PvVerify));

	verify->report.results = results;
	verify->report.noticed_at = GetCurrentTimestamp();
	verify->lot_by_lot = lot_by_lot;
	verify->checkpoint = checkpoint;
	if (checkpoint)
		verify->checkpoint_size = pv_checkpoint_size(checkpoint);
	open_vault(verify, vault);
	verify->digest = pv_vault_digest(vault, verify->row.name, verify->row.currency,
									 verify->row.timezone, verify->row.created_at);
	run_parts(verify);
	return verify;
}

static Datum
verify_vault(FunctionCallInfo fcinfo, const char *checkpoint)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	MemoryContext results = CurrentMemoryContext;
	PvVerify *verify;
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	PvCheck checks[PV_CHECK_COUNT];
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	pv_spi_read_all();
	verify = run_passes(results, vault, checkpoint, false);
	if (verify->lots_differ)
		verify = run_passes(results, vault, checkpoint, true);
	memcpy(checks, verify->report.checks, sizeof(checks));
	pv_spi_end(spi);
	for (int i = 0; i < PV_CHECK_COUNT; i++)
		pv_report_put(store, desc, i, &checks[i]);
	return (Datum) 0;
}

/* verify(vault) */
Datum
pv_sql_verify(PG_FUNCTION_ARGS)
{
	return verify_vault(fcinfo, NULL);
}

/* verify(vault, checkpoint) */
Datum
pv_sql_verify_checkpoint(PG_FUNCTION_ARGS)
{
	return verify_vault(fcinfo, pv_arg_long_text(fcinfo, 1, "checkpoint"));
}
