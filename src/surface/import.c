/*
 * import.c
 *	  The SQL functions that bring a history into a vault: begin, opening balances, end.
 *
 * Between begin and end nothing happens to a vault by itself: jobs and settlers leave it
 * alone, and an event has to name its moment.  So a history comes in as if each event had
 * been booked on its day.
 */
#include "base/board.h"
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/parties.h"
#include "store/batch.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/calendar.h"
#include "store/member_rows.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/state.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/errors.h"
#include "surface/request.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "types/numbers.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(pv_sql_begin_import);
PG_FUNCTION_INFO_V1(pv_sql_end_import);
PG_FUNCTION_INFO_V1(pv_sql_open_balances);

/* --- begin and end ------------------------------------------------------------------ */

/* The vault with its new state journalled. */
static PvBook *
set_importing(FunctionCallInfo fcinfo, int32_t vault, PvKind kind)
{
	PvEntry entry = {.kind = kind};
	PvBook *book;

	pv_authorize(fcinfo, vault);
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	if (kind == PV_KIND_BEGIN_IMPORT && book->importing)
		ereport(ERROR,
				(pv_error(IMPORTING_ALREADY), errmsg("vault %d is being imported already", vault),
				 errhint("pointsvault.end_import(%d) ends it.", vault)));
	if (kind == PV_KIND_END_IMPORT && !book->importing)
		ereport(ERROR, (pv_error(NOT_IMPORTING), errmsg("vault %d is not being imported", vault)));
	book->importing = kind == PV_KIND_BEGIN_IMPORT;
	pv_book_note(book, &entry);
	pv_book_write(book);
	return book;
}

/* begin_import(vault): what is booked already stays before the history that follows. */
Datum
pv_sql_begin_import(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int spi = pv_spi_begin();
	PvBook *book = set_importing(fcinfo, vault, PV_KIND_BEGIN_IMPORT);
	DateADT open_day = pv_book_open_day(book);

	if (open_day != PV_NO_DAY && open_day >= pv_book_today(book))
		ereport(NOTICE,
				(errmsg("vault %d has events of today already: no day is left for a history",
						vault)));
	else if (open_day != PV_NO_DAY)
		ereport(NOTICE, (errmsg("vault %d has events already: history can be booked from %s on",
								vault, pv_date_text(open_day))));
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* end_import(vault): from here on days are closed as ever. */
Datum
pv_sql_end_import(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int spi = pv_spi_begin();
	PvBook *book = set_importing(fcinfo, vault, PV_KIND_END_IMPORT);
	DateADT open_day = pv_book_open_day(book);
	DateADT today = pv_book_today(book);

	if (open_day != PV_NO_DAY && open_day < today)
		ereport(NOTICE, (errmsg_plural("vault %d has %d day to close, from %s up to %s",
									   "vault %d has %d days to close, from %s up to %s",
									   today - open_day, vault, today - open_day,
									   pv_date_text(open_day), pv_date_text(today - 1)),
						 errhint("CALL pointsvault.run_jobs() closes them; else the next event "
								 "does.")));
	pv_wake_settler();
	pv_spi_end(spi);
	PG_RETURN_VOID();
}

/* --- opening balances ----------------------------------------------------------------- */

/* What the arguments say of one balance, and what is found for it. */
typedef struct Opening
{
	int place; /* in the list */
	DateADT day;
	const char *member;
	const char *ref; /* NULL = none */
	PvAssets has;
	PvMember *holder;
	int64_t replay; /* seq of the journal row that has its ref, 0 = none */
} Opening;

/* The lists beside the members, each of which may be left out but the days. */
typedef struct Lists
{
	PvList members;
	PvList points;
	PvList cash;
	PvList credits;
	PvList quota;
	PvList shares;
	PvList days;
	PvList refs;
} Lists;

static Lists
arg_lists(FunctionCallInfo fcinfo)
{
	Lists lists = {.members = pv_arg_list(fcinfo, 1, "members", TEXTOID)};
	const PvList *members = &lists.members;

	if (PG_ARGISNULL(7))
		pv_refuse_null("days");
	lists.points = pv_arg_optional_list(fcinfo, 2, "points", NUMERICOID, members);
	lists.cash = pv_arg_optional_list(fcinfo, 3, "cash", NUMERICOID, members);
	lists.credits = pv_arg_optional_list(fcinfo, 4, "credits", NUMERICOID, members);
	lists.quota = pv_arg_optional_list(fcinfo, 5, "quota", NUMERICOID, members);
	lists.shares = pv_arg_optional_list(fcinfo, 6, "shares", INT8OID, members);
	lists.days = pv_arg_optional_list(fcinfo, 7, "days", DATEOID, members);
	lists.refs = pv_arg_optional_list(fcinfo, 9, "refs", TEXTOID, members);
	return lists;
}

/* A balance at a place of a list, 0 where it has none. */
static int64_t
balance(const PvList *list, int place, int scale, const char *name)
{
	return pv_list_has(list, place)
			   ? pv_from_numeric(DatumGetNumeric(list->values[place]), scale, name)
			   : 0;
}

static void
read_opening(const Lists *lists, int place, Opening *opening)
{
	opening->place = place;
	opening->ref = pv_list_text(&lists->refs, place, "ref");
	opening->member = pv_list_text(&lists->members, place, "member");
	if (!opening->member)
		pv_refuse_null("member");
	if (!pv_list_has(&lists->days, place))
		pv_refuse_null("day");
	opening->day = DatumGetDateADT(lists->days.values[place]);
	opening->has.points = balance(&lists->points, place, PV_POINTS_SCALE, "points");
	opening->has.cash = balance(&lists->cash, place, PV_AMOUNT_SCALE, "cash");
	opening->has.credits = balance(&lists->credits, place, PV_AMOUNT_SCALE, "credits");
	opening->has.quota = balance(&lists->quota, place, PV_AMOUNT_SCALE, "quota");
	if (pv_list_has(&lists->shares, place))
		opening->has.shares = DatumGetInt64(lists->shares.values[place]);
}

/* By day, of the same day as they stand in the list. */
static int
compare_openings(const void *a, const void *b)
{
	const Opening *left = a;
	const Opening *right = b;

	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return (left->place > right->place) - (left->place < right->place);
}

/*
 * The balances in the order in which they are booked.  A member who has nothing brings
 * no event.
 */
static Opening *
arg_openings(const Lists *lists, int *count)
{
	static const PvAssets nothing;
	Opening *openings = palloc0(sizeof(Opening) * Max(lists->members.count, 1));
	PvListAt at;

	*count = 0;
	pv_enter_list(&at, "balance", lists->members.count);
	for (int i = 0; i < lists->members.count; i++)
	{
		Opening *opening = &openings[*count];

		*opening = (Opening){0};
		pv_at_element(&at, i, &opening->ref);
		read_opening(lists, i, opening);
		*count += memcmp(&opening->has, &nothing, sizeof(nothing)) != 0;
	}
	pv_leave_list(&at);
	qsort(openings, *count, sizeof(Opening), compare_openings);
	return openings;
}

static int
compare_refs(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* V4: a ref names one balance. */
static void
check_repeats(const char **refs, int count)
{
	qsort(refs, count, sizeof(char *), compare_refs);
	for (int i = 1; i < count; i++)
		if (strcmp(refs[i - 1], refs[i]) == 0)
			ereport(ERROR, (pv_error(REF_REPEATED),
							errmsg("ref \"%s\" stands twice in the list", refs[i])));
}

/* Finds the members, and which refs are booked already. */
static void
bring_openings(PvBook *book, Opening *openings, int count)
{
	PvNamed *named = palloc0(sizeof(PvNamed) * Max(count, 1));
	const char **refs = palloc(sizeof(char *) * Max(count, 1));
	int *of = palloc(sizeof(int) * Max(count, 1));
	const int64_t *seqs;
	int nrefs = 0;

	for (int i = 0; i < count; i++)
	{
		named[i].name = openings[i].member;
		if (!openings[i].ref)
			continue;
		refs[nrefs] = openings[i].ref;
		of[nrefs++] = i;
	}
	pv_book_bring_named(book, named, count);
	for (int i = 0; i < count; i++)
		openings[i].holder = named[i].member;
	seqs = pv_journal_find_all(book->vault, refs, nrefs);
	for (int i = 0; i < nrefs; i++)
		openings[of[i]].replay = seqs[i];
	check_repeats(refs, nrefs);
}

static PvRequest
opening_request(const PvBook *book, const Opening *opening, bool uncapped)
{
	PvRequest request = {.vault = book->vault,
						 .member = opening->member,
						 .ref = opening->ref,
						 .event = {.kind = PV_KIND_OPEN,
								   .assets = opening->has,
								   .uncapped = uncapped},
						 .entry = {.ref = opening->ref, .named_at = true}};

	pv_member_check(book->vault, opening->member, opening->holder);
	request.entry.at = pv_book_start_of(book, opening->day);
	(void) pv_add_party(&request.event.parties, PV_OWN, opening->holder);
	return request;
}

static void
book_opening(PvBook *book, PvRequest *request)
{
	PvError error;

	if (!book->importing)
		ereport(ERROR,
				(pv_error(NOT_IMPORTING), errmsg("vault %d is not being imported", book->vault),
				 errdetail("Opening balances belong to an import."),
				 errhint("pointsvault.begin_import(%d) begins one.", book->vault)));
	error = pv_book_apply(book, &request->event, &request->entry);
	if (error != PV_OK)
		pv_raise(error, request, book);
}

/* Books what is not booked yet; returns how many those are. */
static int64_t
book_openings(PvBook *book, Opening *openings, int count, bool uncapped)
{
	int64_t booked = 0;
	PvListAt at;

	bring_openings(book, openings, count);
	pv_enter_list(&at, "balance", count);
	for (int i = 0; i < count; i++)
	{
		PvRequest request;

		CHECK_FOR_INTERRUPTS();
		pv_at_element(&at, openings[i].place, &openings[i].ref);
		request = opening_request(book, &openings[i], uncapped);
		if (openings[i].replay != 0)
		{
			pv_check_replay(&request, openings[i].holder, openings[i].replay);
			continue;
		}
		book_opening(book, &request);
		booked++;
	}
	pv_leave_list(&at);
	pv_book_write(book);
	return booked;
}

/* open_balances(vault, members, points, cash, credits, quota, shares, days, count_in_cap, refs) */
Datum
pv_sql_open_balances(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	Lists lists = arg_lists(fcinfo);
	int count;
	Opening *openings = arg_openings(&lists, &count);
	int64_t booked;
	PvBook *book;
	int spi;

	if (PG_ARGISNULL(8))
		pv_refuse_null("count_in_cap");
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_spi_use_memory();
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	pv_check_open(book);
	booked = book_openings(book, openings, count, !PG_GETARG_BOOL(8));
	pv_spi_end(spi);
	PG_RETURN_INT64(booked);
}
