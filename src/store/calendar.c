/*
 * calendar.c
 *	  Business days: of a moment, of today, the first that is open (U5, V7).
 */
#include "store/calendar.h"

#include "base/tokens.h"
#include "engine/event.h"
#include "engine/kinds.h"
#include "store/plan.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* A hundred years. */
#define MOST_DAYS_BACK 36525

/* clang-format off */

/* Rows of administration aside, which belong to no day's books. */
static PvPlan last_event = {
	"SELECT kind, day "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND kind BETWEEN $2 AND $3 "
	"ORDER BY seq DESC LIMIT 1",
	"iss", .how = PV_IN_ORDER};

/* clang-format on */

/* The business day of a moment in a time zone (U5); false where it has none. */
bool
pv_day_in(pg_tz *timezone, TimestampTz at, DateADT *day)
{
	struct pg_tm tm;
	fsec_t fsec;
	int tz;

	if (TIMESTAMP_NOT_FINITE(at) || timestamp2tm(at, &tz, &tm, &fsec, NULL, timezone) != 0)
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* In the vault's. */
bool
pv_book_try_day(const PvBook *book, TimestampTz at, DateADT *day)
{
	return pv_day_in(book->timezone, at, day);
}

/* The business day of a moment that must have one. */
DateADT
pv_book_day(const PvBook *book, TimestampTz at)
{
	DateADT day;

	if (!pv_book_try_day(book, at, &day))
		ereport(ERROR, (pv_error(NOT_FINITE),
						errmsg("the moment of an event must be a finite timestamp")));
	if (!IS_VALID_DATE(day))
		ereport(ERROR,
				(pv_error(DAY_OUT_OF_RANGE), errmsg("the day of the event is out of range")));
	return day;
}

/*
 * The moment that a day begins at, which must have one: clocks skip a midnight here and
 * there, and zones that cross the date line a whole day.
 */
TimestampTz
pv_book_start_of(const PvBook *book, DateADT day)
{
	struct pg_tm tm = {0};
	TimestampTz start;
	DateADT found;
	int tz;

	if (DATE_NOT_FINITE(day))
		ereport(ERROR, (pv_error(NOT_FINITE), errmsg("day must be finite")));
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	tz = DetermineTimeZoneOffset(&tm, book->timezone);
	if (tm2timestamp(&tm, 0, &tz, &start) != 0 || !pv_book_try_day(book, start, &found) ||
		found != day)
		ereport(ERROR, (pv_error(DAY_OUT_OF_RANGE),
						errmsg("there is no day %s in the vault's time zone %s", pv_date_text(day),
							   pg_get_timezone_name(book->timezone))));
	return start;
}

/* A day as ISO 8601 has it, whatever the session's DateStyle. */
char *
pv_date_text(DateADT day)
{
	struct pg_tm tm = {0};
	char text[MAXDATELEN + 1];

	if (DATE_NOT_FINITE(day))
	{
		EncodeSpecialDate(day, text); /* damaged data alone have such days */
		return pstrdup(text);
	}
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, text);
	return pstrdup(text);
}

/* The day it is in the vault's time zone. */
DateADT
pv_book_today(const PvBook *book)
{
	return pv_book_day(book, GetCurrentTimestamp());
}

/* V7: the day that is open after an event of a day: a close, and whom it makes a partner, end it. */
DateADT
pv_open_after(PvKind kind, DateADT day)
{
	return kind == PV_KIND_CLOSE || kind == PV_KIND_PARTNER ? day + 1 : day;
}

/*
 * V7: the first day that is not closed, PV_NO_DAY in a vault without events.  An
 * event closes the days before it, so its day tells; only where the last rows
 * are of administration the journal has to be asked.
 */
DateADT
pv_book_open_day(PvBook *book)
{
	Datum values[3] = {Int32GetDatum(book->vault), Int16GetDatum(PV_KIND_FIRST_EVENT),
					   Int16GetDatum(PV_KIND_LAST_EVENT)};
	PvKind kind = book->last_kind;
	DateADT day = book->last_day;

	if (book->knows_open_day)
		return book->open_day;
	book->knows_open_day = true;
	book->open_day = PV_NO_DAY;
	if (!pv_kind_info(kind)->apply)
	{
		PvRow row;

		if (pv_run(&last_event, values, NULL, book->mode == PV_BOOK_READ) == 0)
			return book->open_day;
		row = pv_result_row(0);
		kind = DatumGetInt16(row.values[0]);
		day = DatumGetDateADT(row.values[1]);
	}
	book->open_day = pv_open_after(kind, day);
	return book->open_day;
}

/*
 * V7: an event named for a day after today is refused (22023), and one named for
 * a day that is closed (55000).  So is one long past: each day since the first
 * event is closed, and a slip in a year should not close thousands.
 */
static void
check_day(const PvBook *book, const PvEntry *entry, DateADT open_day)
{
	const char *zone = pg_get_timezone_name(book->timezone);
	DateADT today;

	PV_ASSERT(book->knows_open_day);
	if (!entry->named_at)
		return;
	today = pv_book_day(book, book->now);
	if (entry->day < today - MOST_DAYS_BACK)
		ereport(ERROR,
				(pv_error(TOO_LONG_AGO),
				 errmsg("an event cannot be booked more than %d days in the past", MOST_DAYS_BACK),
				 errdetail("\"at\" is %s.", timestamptz_to_str(entry->at))));
	if (entry->day > today)
		ereport(ERROR,
				(pv_error(AFTER_TODAY), errmsg("an event cannot be booked on a day after today"),
				 errdetail("\"at\" is %s, a later day in the vault's time zone %s.",
						   timestamptz_to_str(entry->at), zone)));
	if (!entry->may_move && open_day != PV_NO_DAY && entry->day < open_day)
		ereport(ERROR,
				(pv_error(DAY_CLOSED),
				 errmsg("day %s of vault %d is closed", pv_date_text(entry->day), book->vault),
				 errdetail("\"at\" is %s, in the vault's time zone %s; the first open day is %s.",
						   timestamptz_to_str(entry->at), zone, pv_date_text(open_day)),
				 book->importing ? errhint("History is booked in the order of its days.")
								 : errhint("Leave out \"at\" to book the event on an open day.")));
}

/*
 * A history ends yesterday: an event of today, named or meant by naming no moment, would
 * close all days that are still to be imported (V7).
 */
static void
check_is_history(const PvBook *book, const PvEntry *entry)
{
	if (!book->importing || entry->day < pv_book_day(book, book->now))
		return;
	if (!entry->named_at)
		ereport(ERROR,
				(pv_error(NAMES_NO_MOMENT),
				 errmsg("vault %d is being imported: an event has to name its moment", book->vault),
				 errhint("Pass \"at\", or wait until pointsvault.end_import(%d) has ended the "
						 "import.",
						 book->vault)));
	ereport(ERROR,
			(pv_error(NAMES_NO_MOMENT),
			 errmsg("vault %d is being imported: an event of today has to wait", book->vault),
			 errdetail("\"at\" is %s.", timestamptz_to_str(entry->at)),
			 errhint("A history ends yesterday; pointsvault.end_import(%d) ends the import.",
					 book->vault)));
}

/*
 * Finds the moment and the business day of an entry, or refuses it (V7).
 */
void
pv_book_find_day(PvBook *book, PvEntry *entry)
{
	DateADT open_day = pv_book_open_day(book);

	book->now = Max(GetCurrentTimestamp(), book->booked_at);
	PV_ASSERT(book->timezone);
	if (!entry->named_at)
		entry->at = book->now;
	entry->day = pv_book_day(book, entry->at);
	check_day(book, entry, open_day);
	check_is_history(book, entry);
	if (open_day != PV_NO_DAY && entry->day < open_day)
		entry->day = open_day;
	PV_ASSERT(open_day == PV_NO_DAY || entry->day >= open_day); /* V7: no closed day */
}
