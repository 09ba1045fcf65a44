/*
 * vaults.c
 *	  The SQL functions that set up vaults: create, policy, suspend, resume.
 */
#include "base/board.h"
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/policy.h"
#include "policy/document.h"
#include "policy/preset.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/early.h"
#include "store/founding.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/stock_rows.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/timezone.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(pv_sql_create_vault);
PG_FUNCTION_INFO_V1(pv_sql_preset);
PG_FUNCTION_INFO_V1(pv_sql_set_policy);
PG_FUNCTION_INFO_V1(pv_sql_vault_id);
PG_FUNCTION_INFO_V1(pv_sql_suspend_vault);
PG_FUNCTION_INFO_V1(pv_sql_resume_vault);

/* preset(name) */
Datum
pv_sql_preset(PG_FUNCTION_ARGS)
{
	const char *name = pv_arg_text(fcinfo, 0, "name");
	const char *document = pv_preset(name);
	StringInfoData known;

	if (document)
		return DirectFunctionCall1(jsonb_in, CStringGetDatum(document));
	initStringInfo(&known);
	for (int i = 0; pv_preset_name(i); i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", pv_preset_name(i));
	ereport(ERROR,
			(pv_error(UNKNOWN_PRESET), errmsg("there is no preset \"%s\" in this version", name),
			 errhint("Presets: %s.", known.data)));
}

/*
 * The vault that has the name already, if that is what the caller wants.
 */
static int32_t
existing_vault(const char *name, const char *currency, const char *timezone, Jsonb *document,
			   bool if_not_exists)
{
	bool is_same = false;
	int32_t vault = pv_vault_find_made(name, currency, timezone, document, &is_same);

	if (vault == 0)
		ereport(ERROR, (pv_error(LOST_RACE),
						errmsg("vault \"%s\" is being created by a concurrent transaction", name),
						errhint("The transaction might succeed if retried.")));
	if (!is_same)
		ereport(ERROR, (pv_error(VAULT_DIFFERS), errmsg("vault \"%s\" exists already", name),
						errdetail("It was created with another policy, currency or time zone.")));
	if (!if_not_exists)
		ereport(ERROR, (pv_error(VAULT_EXISTS), errmsg("vault \"%s\" exists already", name),
						errdetail("It was created with the same arguments."),
						errhint("With if_not_exists => true its number is returned.")));
	ereport(NOTICE, (errmsg("vault \"%s\" exists already, skipping", name)));
	return vault;
}

/* create_vault(name, policy, currency, timezone, if_not_exists) */
Datum
pv_sql_create_vault(PG_FUNCTION_ARGS)
{
	const char *name = pv_arg_text(fcinfo, 0, "name");
	const char *currency;
	const char *timezone;
	Jsonb *document;
	int32_t vault;
	int spi;

	if (PG_ARGISNULL(1))
		pv_refuse_null("policy");
	document = PG_GETARG_JSONB_P(1);
	currency = pv_arg_text(fcinfo, 2, "currency");
	timezone = pv_arg_text(fcinfo, 3, "timezone");
	if (PG_ARGISNULL(4))
		pv_refuse_null("if_not_exists");
	pv_check_timezone(timezone);

	spi = pv_spi_begin();
	pv_authorize(fcinfo, 0);
	pv_early_rest_on_log();
	vault = pv_vault_add(name, currency, timezone, document);
	if (vault == 0)
		vault = existing_vault(name, currency, timezone, document, PG_GETARG_BOOL(4));
	pv_spi_end(spi);
	PG_RETURN_INT32(vault);
}

/*
 * M3, and what points already out rely on: the basis of exits stays once there
 * are lots, and the section stays while there are any (55000).
 */
static void
check_policy_change(const PvBook *book, const PvPolicy *wanted)
{
	const PvPolicy *old = &book->policy;

	if (old->has_growth && !wanted->has_growth &&
		(book->state.circulating > 0 || pv_vault_has_lots(book->vault)))
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: growth cannot be dropped while there are points or "
							   "lots")));
	if (old->has_legacy && !wanted->has_legacy && book->state.debts > 0)
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: legacy cannot be dropped while old debts remain"),
						errdetail("Members are owed %s.", pv_amount_text(book->state.debts))));
	if (old->has_growth && wanted->has_growth &&
		old->growth.exit_basis != wanted->growth.exit_basis && pv_vault_has_lots(book->vault))
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: growth.exit_basis cannot change once there are "
							   "lots")));
	if (old->has_exchange && !wanted->has_exchange && book->state.exchange > 0)
		ereport(ERROR,
				(pv_error(POLICY_IN_USE),
				 errmsg("invalid policy: exchange cannot be dropped while there are points in "
						"custody")));
	if (wanted->has_growth && wanted->growth.exit_multiple != PV_UNSET &&
		pv_vault_has_lots(book->vault) && !pv_policy_had_exits(book->vault, "growth"))
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: growth.exit_multiple cannot be set for the first "
							   "time once there are lots"),
						errdetail("Lots that have no limit would never exit, or make all of a "
								  "member's due at once.")));
	if (old->has_legacy && wanted->has_legacy && wanted->legacy.exit_multiple != PV_UNSET &&
		pv_vault_has_lots(book->vault) && !pv_policy_had_exits(book->vault, "legacy"))
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: legacy.exit_multiple cannot be set for the first "
							   "time once there are lots")));
}

/* Q2: shares that are out are within the total, and have their section while they are left. */
static void
check_stock_change(const PvBook *book, const PvPolicy *wanted)
{
	if (wanted->has_stock && wanted->stock.total < book->state.stock_issued)
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: stock.total must not be below what is issued"),
						errdetail(INT64_FORMAT " shares are issued.", book->state.stock_issued)));
	if (book->policy.has_stock && !wanted->has_stock && pv_vault_has_grants(book->vault))
		ereport(ERROR, (pv_error(POLICY_IN_USE),
						errmsg("invalid policy: stock cannot be dropped while there are shares "
							   "that are not delivered")));
}

/* set_policy(vault, policy) */
Datum
pv_sql_set_policy(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	PvEntry entry = {.kind = PV_KIND_POLICY};
	PvPolicy policy;
	PvBook *book;
	int spi;

	if (PG_ARGISNULL(1))
		pv_refuse_null("policy");
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	if (!book->suspended && !book->importing)
		pv_book_begin(book, &entry); /* a new policy is for later days */
	entry.meta =
		pv_policy_merge(pv_policy_document(vault, book->policy.serial), PG_GETARG_JSONB_P(1));
	pv_policy_parse(entry.meta, &policy);
	check_policy_change(book, &policy);
	check_stock_change(book, &policy);
	policy.version = book->policy.version + 1;
	pv_policy_add(vault, &policy, book->seq + 1, entry.meta);
	book->policy = policy;
	pv_book_note(book, &entry);
	pv_book_write(book);
	pv_spi_end(spi);
	PG_RETURN_INT32(policy.version);
}

/*
 * vault_id(name): of a vault that is another's it says no more than of none.
 */
Datum
pv_sql_vault_id(PG_FUNCTION_ARGS)
{
	const char *name = pv_arg_text(fcinfo, 0, "name");
	int spi = pv_spi_begin();
	int32_t vault = pv_vault_find(name);

	if (vault == 0 || !pv_is_authorized(fcinfo, vault))
		ereport(ERROR, (pv_error(NO_SUCH_VAULT), errmsg("vault \"%s\" does not exist", name)));
	pv_spi_end(spi);
	PG_RETURN_INT32(vault);
}

/* A new state of suspension: the reason, or NULL to resume. */
static void
set_suspended(FunctionCallInfo fcinfo, int32_t vault, const char *reason)
{
	PvEntry entry = {.kind = reason ? PV_KIND_SUSPEND : PV_KIND_RESUME, .note = reason};
	int spi = pv_spi_begin();
	PvBook *book;

	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	if (!reason && !book->suspended)
		ereport(ERROR, (pv_error(VAULT_NOT_SUSPENDED), errmsg("vault %d is not suspended", vault)));
	pv_vault_suspend(vault, reason);
	book->suspended = reason != NULL;
	pv_book_note(book, &entry);
	pv_book_write(book);
	if (!reason)
		pv_wake_settler();
	pv_spi_end(spi);
}

/* suspend_vault(vault, reason) */
Datum
pv_sql_suspend_vault(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");

	set_suspended(fcinfo, vault, pv_arg_text(fcinfo, 1, "reason"));
	PG_RETURN_VOID();
}

/* resume_vault(vault) */
Datum
pv_sql_resume_vault(PG_FUNCTION_ARGS)
{
	set_suspended(fcinfo, pv_arg_int(fcinfo, 0, "vault"), NULL);
	PG_RETURN_VOID();
}
