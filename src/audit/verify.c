/*
 * verify.c
 *	  verify(vault): the identities of MODEL §11, recomputed from the journal by
 *	  the engine itself.  See verify.h for how.
 */
#include "audit/verify.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_verify);

#define VERIFY_COLUMNS 5
#define ROWS_PER_FETCH 1000
#define NOTICE_EVERY_MS 5000

static PvPlan vault_row = {
	"SELECT v.name, v.currency, v.timezone, v.created_at, v.suspended, j.seq FROM "
	"(SELECT pg_catalog.max(seq) AS seq FROM pointsvault.journal_data WHERE vault = $1) j "
	"LEFT JOIN pointsvault.vault v ON v.id = $1",
	"i", NULL};

enum
{
	VAULT_NAME,
	VAULT_CURRENCY,
	VAULT_TIMEZONE,
	VAULT_CREATED_AT,
	VAULT_SUSPENDED,
	VAULT_SEQ
};

static const char *const check_names[PV_CHECK_COUNT] = {
	"journal without gaps, in the order of time",
	"journal rows unchanged since they were booked",
	"business days (U5)",
	"refs unique (V4)",
	"policies as journalled",
	"events as the engine computes them",
	"states as the engine computes them",
	"1: the price never falls (V2)",
	"1: no point above 10 000, no pool without points (V3, V6)",
	"2: issued not below circulating, within the cap (G3)",
	"4: credits covered by the treasury (G9)",
	"6: postings sum to zero",
	"2: circulating = points of members + treasury",
	"4: credits outstanding = credits of members",
	"7: cash owed = cash of members",
	"5: redeeming everything at once pays at most the pool",
	"7: balances = sums of postings",
	"3: lots as the events left them",
	"exit limits and floors (G6, G7)",
	"8: paid + unallocated = pools of each day (C4 to C7)",
	"8: each day paid what its members were due (C3 to C6)",
	"running totals and ends of quotas (C8)",
	"members as enrolled",
	"vault as created, suspension as journalled",
	"queued orders as submitted (H1)",
	"members and orders as they came in and went out",
};

void
pv_checked(PvVerify *verify, PvCheckId check)
{
	verify->checks[check].looked_at++;
}

static char *
keep(const PvVerify *verify, const char *string)
{
	return MemoryContextStrdup(verify->results, string);
}

/*
 * A check failed: the first time is what is reported, the others are counted.
 */
void
pv_failed(PvVerify *verify, PvCheckId check, const char *detail, const char *expected,
		  const char *found)
{
	PvCheck *outcome = &verify->checks[check];

	if (outcome->failed++ > 0)
		return;
	outcome->detail = keep(verify, detail);
	outcome->expected = keep(verify, expected);
	outcome->found = keep(verify, found);
}

/*
 * Compares a figure; where it differs, `what` with the number of what it is of,
 * if that is not 0, says where.
 */
void
pv_compare(PvVerify *verify, PvCheckId check, const char *what, int64_t of, int64_t expected,
		   int64_t found, int scale)
{
	char wanted[PV_DECIMAL_BUFSIZE];
	char stored[PV_DECIMAL_BUFSIZE];

	if (expected == found)
		return;
	(void) pv_decimal_print(expected, scale, wanted);
	(void) pv_decimal_print(found, scale, stored);
	pv_failed(verify, check, of != 0 ? psprintf("%s " INT64_FORMAT, what, of) : what, wanted,
			  stored);
}

void
pv_fail_member(PvVerify *verify, PvCheckId check, int64_t member, const char *what,
			   const char *expected, const char *found)
{
	pv_failed(verify, check, psprintf("member " INT64_FORMAT ", %s", member, what), expected,
			  found);
}

/*
 * Compares a figure of a member; `of` names, by its number, the event or lot it
 * is of, 0 = none.
 */
void
pv_compare_member(PvVerify *verify, PvCheckId check, int64_t member, const char *what, int64_t of,
				  int64_t expected, int64_t found, int scale)
{
	if (expected != found)
		pv_compare(verify, check, psprintf("member " INT64_FORMAT ", %s", member, what), of,
				   expected, found, scale);
}

/*
 * No exit price is below what the last journal row says of the next exit (G6).
 */
void
pv_check_next_exit(PvVerify *verify, int64_t member, PvPrice price)
{
	if (verify->next_exit.points == 0 || pv_price_cmp(price, verify->next_exit) < 0)
		pv_fail_member(verify, PV_CHECK_EXITS, member, "next_exit of the last journal row",
					   "not above its exit price", "above");
}

/* --- streams ------------------------------------------------------------------ */

void
pv_stream_open(PvStream *stream, PvPlan *plan, int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	memset(stream, 0, sizeof(*stream));
	stream->portal = pv_open_cursor(plan, values, NULL);
}

static bool
fetch_more(PvStream *stream)
{
	if (stream->table)
		SPI_freetuptable(stream->table);
	stream->count = pv_fetch(stream->portal, ROWS_PER_FETCH);
	stream->table = SPI_tuptable;
	stream->next = 0;
	if (!stream->row.values)
	{
		stream->row.values = palloc(sizeof(Datum) * stream->table->tupdesc->natts);
		stream->row.nulls = palloc(sizeof(bool) * stream->table->tupdesc->natts);
	}
	return stream->count > 0;
}

/*
 * Columns that are never NULL are read as if they were not; one that is, which takes
 * a change of the table, is named here.
 */
void
pv_stream_require(PvStream *stream, PvVerify *verify, PvCheckId check, uint64 required)
{
	stream->verify = verify;
	stream->check = check;
	stream->required = required;
}

static void
check_required(const PvStream *stream)
{
	TupleDesc desc = stream->table->tupdesc;

	for (int i = 0; stream->required >> i != 0; i++)
		if ((stream->required & PV_REQUIRE(i)) && stream->row.nulls[i])
			pv_failed(stream->verify, stream->check,
					  psprintf("column %s", NameStr(TupleDescAttr(desc, i)->attname)), "a value",
					  "NULL");
}

/*
 * Moves on to the next row, or to the end.
 */
void
pv_stream_next(PvStream *stream)
{
	if (stream->next == stream->count && !fetch_more(stream))
	{
		stream->ended = true;
		return;
	}
	heap_deform_tuple(stream->table->vals[stream->next], stream->table->tupdesc, stream->row.values,
					  stream->row.nulls);
	stream->next++;
	stream->read++;
	if (stream->required != 0)
		check_required(stream);
}

int64_t
pv_stream_int(const PvStream *stream, int column)
{
	return pv_row_int(&stream->row, column);
}

void
pv_stream_close(PvStream *stream)
{
	if (stream->table)
		SPI_freetuptable(stream->table);
	SPI_cursor_close(stream->portal);
}

/*
 * Says every few seconds how far it is.
 */
void
pv_verify_progress(PvVerify *verify, const char *what, int64_t done)
{
	TimestampTz now;

	if (done % ROWS_PER_FETCH != 0)
		return;
	CHECK_FOR_INTERRUPTS();
	now = GetCurrentTimestamp();
	if (!TimestampDifferenceExceeds(verify->noticed_at, now, NOTICE_EVERY_MS))
		return;
	verify->noticed_at = now;
	ereport(NOTICE, (errmsg("verify: " INT64_FORMAT " %s checked, " INT64_FORMAT
							" rows in the journal of vault %d",
							done, what, verify->book->seq, verify->book->vault)));
}

/* --- sums over all members ------------------------------------------------------ */

/* A check of one sum, shown whether it holds or not. */
static void
check_sum(PvVerify *verify, PvCheckId check, int64_t expected, int64_t found, int scale)
{
	char wanted[PV_DECIMAL_BUFSIZE];
	char stored[PV_DECIMAL_BUFSIZE];

	(void) pv_decimal_print(expected, scale, wanted);
	(void) pv_decimal_print(found, scale, stored);
	verify->checks[check].expected = keep(verify, wanted);
	verify->checks[check].found = keep(verify, stored);
	verify->checks[check].failed += expected != found;
}

static void
check_sums(PvVerify *verify)
{
	const PvVault *state = &verify->state;
	PvCheck *redeemable = &verify->checks[PV_CHECK_REDEEMABLE];
	char *found =
		psprintf(INT64_FORMAT " of " INT64_FORMAT " units", (int64_t) verify->value, state->pool);

	check_sum(verify, PV_CHECK_CIRCULATING, verify->total.points + state->treasury,
			  state->circulating, PV_POINTS_SCALE);
	check_sum(verify, PV_CHECK_CREDITS, verify->total.credits, state->credits, PV_AMOUNT_SCALE);
	check_sum(verify, PV_CHECK_CASH, verify->total.cash, state->cash, PV_AMOUNT_SCALE);
	redeemable->expected = keep(verify, "at most the pool");
	redeemable->found = keep(verify, found);
	redeemable->failed = verify->value > state->pool;
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

	pv_checked(verify, PV_CHECK_VAULT);
	if (!verify->row.found)
	{
		pv_failed(verify, PV_CHECK_VAULT, "its row", "a vault", "none");
		return;
	}
	if (!verify->book->timezone)
		pv_failed(verify, PV_CHECK_VAULT, "timezone", "one that this server knows",
				  verify->row.timezone ? verify->row.timezone : "NULL");
	if (strcmp(expected, found) != 0)
		pv_failed(verify, PV_CHECK_VAULT, "suspended", expected, found);
	pv_compare(verify, PV_CHECK_SEQUENCE, "rows in the journal", 0, verify->book->seq, verify->seq,
			   0);
	if (verify->seq == 0)
		pv_failed(verify, PV_CHECK_SEQUENCE, "rows in the journal", "at least one", "none");
}

/* --- the result ----------------------------------------------------------------- */

static void
put_outcome(Tuplestorestate *store, TupleDesc desc, const char *name, const PvCheck *check)
{
	Datum values[VERIFY_COLUMNS];
	bool nulls[VERIFY_COLUMNS] = {0};
	const char *looked_at = psprintf(INT64_FORMAT " checked", check->looked_at);
	const char *detail = check->detail;

	if (check->failed > 1)
		detail = psprintf("%s, and " INT64_FORMAT " more", detail ? detail : "", check->failed - 1);
	values[0] = CStringGetTextDatum(name);
	values[1] = BoolGetDatum(check->failed == 0);
	pv_put_text(values, nulls, 2, check->expected ? check->expected : looked_at);
	pv_put_text(values, nulls, 3, check->found ? check->found : looked_at);
	pv_put_text(values, nulls, 4, detail);
	tuplestore_putvalues(store, desc, values, nulls);
}

/* --- the passes ------------------------------------------------------------------- */

/* What may be wrong with the data, as opposed to the server, or to who waits for it. */
static bool
is_about_data(int sqlerrcode)
{
	int category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) &&
		   category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
		   category != ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR);
}

/*
 * Runs a body that reads data which may be damaged; the error that ended it, or NULL.
 */
ErrorData *
pv_verify_try(bool (*body)(void *arg), void *arg)
{
	bool kept;
	ErrorData *error = pv_try(body, arg, &kept);

	if (error && !is_about_data(error->sqlerrcode))
		ReThrowError(error);
	return error;
}

static bool
run_journal(void *arg)
{
	PvVerify *verify = arg;

	pv_days_load(verify);
	pv_verify_journal(verify);
	pv_verify_members(verify);
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
			 {run_intake, PV_CHECK_INTAKE, PV_CHECK_INTAKE}};

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
			pv_failed(verify, check, "not looked at to the end", "data that can be read",
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
		pv_failed(verify, PV_CHECK_VAULT, "its row", "one", "several");
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
}

static PvVerify *
run_passes(MemoryContext results, int32_t vault, bool lot_by_lot)
{
	PvVerify *verify = palloc0(sizeof(PvVerify));

	verify->results = results;
	verify->noticed_at = GetCurrentTimestamp();
	verify->lot_by_lot = lot_by_lot;
	open_vault(verify, vault);
	verify->digest = pv_vault_digest(vault, verify->row.name, verify->row.currency,
									 verify->row.timezone, verify->row.created_at);
	run_parts(verify);
	return verify;
}

/* verify(vault) */
Datum
pv_sql_verify(PG_FUNCTION_ARGS)
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
	verify = run_passes(results, vault, false);
	if (verify->lots_differ)
		verify = run_passes(results, vault, true);
	memcpy(checks, verify->checks, sizeof(checks));
	pv_spi_end(spi);
	for (int i = 0; i < PV_CHECK_COUNT; i++)
		put_outcome(store, desc, check_names[i], &checks[i]);
	return (Datum) 0;
}
