/*
 * members.c
 *	  The SQL functions that enroll and rename members.
 */
#include "base/compat.h"
#include "engine/event.h"
#include "store/book.h"
#include "store/early.h"
#include "store/enrolment.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/queue_rows.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/errcodes.h"

PG_FUNCTION_INFO_V1(pv_sql_enroll);
PG_FUNCTION_INFO_V1(pv_sql_enroll_many);
PG_FUNCTION_INFO_V1(pv_sql_rename_member);

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
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, member);
	if (!book->member)
		pv_no_such_member(vault, member);
	entry.member = book->member->id;
	pv_queue_rename(vault, member, new_name);
	pv_member_rename(vault, entry.member, new_name);
	pv_book_note(book, &entry);
	pv_book_write(book);
	pv_spi_end(spi);
	PG_RETURN_VOID();
}
