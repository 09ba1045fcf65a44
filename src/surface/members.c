/*
 * members.c
 *	  The SQL functions that enroll members, and change what events do not.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/parties.h"
#include "store/agents.h"
#include "store/book.h"
#include "store/early.h"
#include "store/enrolment.h"
#include "store/erasing.h"
#include "store/job_log.h"
#include "store/journal.h"
#include "store/member_rows.h"
#include "store/merging.h"
#include "store/plan.h"
#include "store/queue_rows.h"
#include "store/seals.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/receipt.h"
#include "surface/request.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(pv_sql_enroll);
PG_FUNCTION_INFO_V1(pv_sql_enroll_many);
PG_FUNCTION_INFO_V1(pv_sql_rename_member);
PG_FUNCTION_INFO_V1(pv_sql_erase_member);
PG_FUNCTION_INFO_V1(pv_sql_set_member);
PG_FUNCTION_INFO_V1(pv_sql_suspend_member);
PG_FUNCTION_INFO_V1(pv_sql_resume_member);
PG_FUNCTION_INFO_V1(pv_sql_merge_members);
PG_FUNCTION_INFO_V1(pv_sql_appoint_agent);

static int64_t
enroll_list(FunctionCallInfo fcinfo, int32_t vault, PvEnrolment *list, int count)
{
	int spi = pv_spi_begin();
	int64_t added;

	pv_authorize(fcinfo, vault);
	pv_vault_check_open(vault);
	pv_early_rest_on_log();
	added = count > 0 ? pv_members_add(vault, list, count) : 0;
	pv_spi_end(spi);
	return added;
}

/* enroll(vault, member, sponsor, region, merchant) */
Datum
pv_sql_enroll(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	PvEnrolment enrolment = {0};

	enrolment.name = pv_arg_text(fcinfo, 1, "member");
	enrolment.sponsor = pv_arg_optional_text(fcinfo, 2, "sponsor");
	enrolment.region = pv_arg_optional_text(fcinfo, 3, "region");
	if (PG_ARGISNULL(4))
		pv_refuse_null("merchant");
	enrolment.merchant = PG_GETARG_BOOL(4);
	(void) enroll_list(fcinfo, vault, &enrolment, 1);
	PG_RETURN_INT64(enrolment.id);
}

/* enroll_many(vault, members, sponsors, regions, merchants) */
Datum
pv_sql_enroll_many(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	PvList members = pv_arg_list(fcinfo, 1, "members", TEXTOID);
	PvList sponsors = pv_arg_optional_list(fcinfo, 2, "sponsors", TEXTOID, &members);
	PvList regions = pv_arg_optional_list(fcinfo, 3, "regions", TEXTOID, &members);
	PvList merchants = pv_arg_optional_list(fcinfo, 4, "merchants", BOOLOID, &members);
	PvEnrolment *list = palloc0(sizeof(PvEnrolment) * Max(members.count, 1));

	for (int i = 0; i < members.count; i++)
	{
		list[i].name = pv_list_text(&members, i, "member");
		if (!list[i].name)
			pv_refuse_null("member");
		list[i].sponsor = pv_list_text(&sponsors, i, "sponsor");
		list[i].region = pv_list_text(&regions, i, "region");
		list[i].merchant = pv_list_has(&merchants, i) && DatumGetBool(merchants.values[i]);
	}
	PG_RETURN_INT64(enroll_list(fcinfo, vault, list, members.count));
}

/* rename_member(vault, member, new_name) */
Datum
pv_sql_rename_member(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	const char *new_name = pv_arg_text(fcinfo, 2, "new_name");
	PvEntry entry = {.kind = PV_KIND_RENAME};
	PvBook *book;
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	pv_check_not_erased_name(member);
	pv_check_not_erased_name(new_name);
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, member);
	if (!book->member)
		pv_no_such_member(vault, member);
	entry.member = book->member->id;
	pv_queue_rename(vault, member, new_name);
	pv_job_rename(vault, member, new_name);
	pv_member_rename(vault, entry.member, new_name);
	pv_book_note(book, &entry);
	pv_book_write(book);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* erase_member(vault, member) */
Datum
pv_sql_erase_member(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	MemoryContext caller = CurrentMemoryContext;
	const char *erased_name;
	PvBook *book;
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (pv_error(NEEDS_READ_COMMITTED),
						errmsg("erase_member needs the isolation level READ COMMITTED"),
						errdetail("It erases what others committed meanwhile, too.")));
	pv_vault_check_writable();
	pv_vault_check_exists(vault, false);
	pv_seal_lock(vault); /* before that of the vault, which nobody is to wait for so long */
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, member);
	if (!book->member)
		pv_no_such_member(vault, member);
	erased_name = pv_keep_text(caller, pv_erase(book, member));
	pv_spi_end(spi);
	PG_RETURN_TEXT_P(cstring_to_text(erased_name));
}

/*
 * Opens a vault for a change of a member's row, by a caller who may, and reads the row.
 */
static PvBook *
open_for_member(FunctionCallInfo fcinfo, int32_t vault, const char *member, PvMemberRow *row)
{
	PvBook *book;

	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, member);
	pv_member_check(vault, member, book->member);
	*row = pv_member_row(vault, book->member->id, false);
	return book;
}

/* Writes a member's row, and the journal row that tells of it. */
static void
change_member(PvBook *book, const PvMemberRow *before, const PvMemberRow *after, PvEntry *entry)
{
	entry->member = after->id;
	pv_member_change(book->vault, PV_INTAKE_CHANGED, before, after);
	pv_book_note(book, entry);
	pv_book_write(book);
}

/* What of a member was set, for the journal. */
static Jsonb *
tell_change(const PvMemberRow *before, const PvMemberRow *after)
{
	StringInfoData text;
	const char *merchant = after->merchant ? "true" : "false";
	bool same_region = pv_same_text(before->region, after->region);

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	if (!same_region)
	{
		appendStringInfoString(&text, "\"region\": ");
		if (after->region)
			escape_json(&text, after->region);
		else
			appendStringInfoString(&text, "null");
	}
	if (before->merchant != after->merchant)
		appendStringInfo(&text, "%s\"merchant\": %s", same_region ? "" : ", ", merchant);
	appendStringInfoChar(&text, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
}

/* A region; an empty one says that there is none any more. */
static const char *
arg_region(FunctionCallInfo fcinfo, int n)
{
	if (!PG_ARGISNULL(n) && VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(n)) == 0)
		return NULL;
	return pv_arg_optional_text(fcinfo, n, "region");
}

/* set_member(vault, member, region, merchant): NULL leaves it as it is. */
Datum
pv_sql_set_member(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	const char *region = arg_region(fcinfo, 2);
	PvEntry entry = {.kind = PV_KIND_SET_MEMBER};
	PvMemberRow before;
	PvMemberRow after;
	int spi = pv_spi_begin();
	PvBook *book = open_for_member(fcinfo, vault, member, &before);

	after = before;
	if (!PG_ARGISNULL(2))
		after.region = region;
	if (!PG_ARGISNULL(3))
		after.merchant = PG_GETARG_BOOL(3);
	if (after.merchant != before.merchant || !pv_same_text(after.region, before.region))
	{
		entry.meta = tell_change(&before, &after);
		change_member(book, &before, &after, &entry);
	}
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* Suspends a member for a reason, or resumes it (NULL). */
static void
set_suspended(FunctionCallInfo fcinfo, const char *reason)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	PvEntry entry = {.kind = reason ? PV_KIND_SUSPEND_MEMBER : PV_KIND_RESUME_MEMBER,
					 .note = reason};
	PvMemberRow before;
	PvMemberRow after;
	int spi = pv_spi_begin();
	PvBook *book = open_for_member(fcinfo, vault, member, &before);

	if (!reason && !before.suspended)
		ereport(ERROR, (pv_error(MEMBER_NOT_SUSPENDED),
						errmsg("member \"%s\" of vault %d is not suspended", member, vault)));
	after = before;
	after.suspended = reason;
	if (!pv_same_text(after.suspended, before.suspended))
		change_member(book, &before, &after, &entry);
	pv_spi_end(spi);
}

/* suspend_member(vault, member, reason) */
Datum
pv_sql_suspend_member(PG_FUNCTION_ARGS)
{
	set_suspended(fcinfo, pv_arg_text(fcinfo, 2, "reason"));
	PG_RETURN_VOID();
}

/* resume_member(vault, member) */
Datum
pv_sql_resume_member(PG_FUNCTION_ARGS)
{
	set_suspended(fcinfo, NULL);
	PG_RETURN_VOID();
}

/* merge_members(vault, from_member, into_member, ref, at, meta) */
Datum
pv_sql_merge_members(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_MERGE};
	MemoryContext caller = CurrentMemoryContext;
	PvReceipt receipt = {0};
	int spi;

	request.vault = receipt.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "from_member");
	request.payee = pv_arg_text(fcinfo, 2, "into_member");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	pv_arg_event_tail(fcinfo, 4, &request.entry);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, request.vault);
	pv_book_request(&request, &receipt);
	if (!receipt.replayed)
	{
		const PvParties *parties = &receipt.entry.parties;

		pv_member_merge(request.vault, pv_own(parties)->id, pv_party(parties, PV_HEIR)->id);
		pv_queue_rename(request.vault, request.member, request.payee);
	}
	receipt.member = pv_keep_text(caller, request.member);
	pv_spi_end(spi);
	return pv_receipt_datum(fcinfo, &receipt);
}

/* appoint_agent(vault, member, region): who is the agent already stays it, without a row. */
Datum
pv_sql_appoint_agent(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	PvEntry entry = {.kind = PV_KIND_APPOINT_AGENT};
	PvBook *book;
	int spi;

	entry.region = pv_arg_text(fcinfo, 2, "region");
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	if (!pv_is_region_code(entry.region))
		ereport(ERROR,
				(pv_error(BAD_REGION), errmsg("\"%s\" is not the code of a region", entry.region),
				 errhint("2 digits are a province, 4 a city, 6 a district.")));
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, member);
	pv_member_check(vault, member, book->member);
	entry.member = book->member->id;
	if (pv_agent_with_code(book, entry.region) != entry.member)
	{
		pv_book_note(book, &entry);
		pv_agent_appoint(book, entry.region, entry.member, entry.seq);
		pv_book_write(book);
	}
	pv_spi_end(spi);
	PG_RETURN_VOID();
}
