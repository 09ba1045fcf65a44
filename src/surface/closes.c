/*
 * closes.c
 *	  The SQL functions of days: close and accrue.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/cycle.h"
#include "engine/event.h"
#include "engine/release.h"
#include "store/book.h"
#include "store/booking.h"
#include "store/calendar.h"
#include "store/closing.h"
#include "store/plan.h"
#include "store/state.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/request.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pv_sql_close_day);
PG_FUNCTION_INFO_V1(pv_sql_accrue);
PG_FUNCTION_INFO_V1(pv_sql_accrued);
PG_FUNCTION_INFO_V1(pv_sql_accrued_shares);
PG_FUNCTION_INFO_V1(pv_sql_released);
PG_FUNCTION_INFO_V1(pv_sql_business_day);
PG_FUNCTION_INFO_V1(pv_sql_today);

/* At most so many members are in memory at once. */
#define MEMBERS_AT_ONCE 10000

/* --- close_day -------------------------------------------------------------------- */

/*
 * The day to close: the one named, or the first open one.  False, with a notice,
 * where there is nothing to do.
 */
static bool
day_to_close(PvBook *book, bool is_named, DateADT *day)
{
	DateADT open_day = pv_book_open_day(book);
	DateADT today = pv_book_today(book);

	if (is_named && DATE_NOT_FINITE(*day))
		ereport(ERROR, (pv_error(NOT_FINITE), errmsg("day must be finite")));
	if (!is_named)
		*day = open_day;
	else if (*day >= today)
		ereport(ERROR, (pv_error(DAY_NOT_ENDED),
						errmsg("day %s of vault %d has not ended", pv_date_text(*day), book->vault),
						errdetail("Today is %s in the vault's time zone %s.", pv_date_text(today),
								  pg_get_timezone_name(book->timezone))));
	if (open_day == PV_NO_DAY || (!is_named && open_day >= today))
	{
		ereport(NOTICE, (errmsg("vault %d has no day to close", book->vault)));
		return false;
	}
	if (*day < open_day)
	{
		ereport(NOTICE,
				(errmsg("day %s of vault %d is closed already", pv_date_text(*day), book->vault)));
		return false;
	}
	if (*day > open_day)
		ereport(ERROR, (pv_error(EARLIER_DAY_OPEN),
						errmsg("day %s of vault %d is to be closed before %s",
							   pv_date_text(open_day), book->vault, pv_date_text(*day)),
						errhint("Days are closed in order; CALL pointsvault.run_jobs() closes all "
								"that have ended.")));
	return true;
}

/* close_day(vault, day) */
Datum
pv_sql_close_day(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	bool is_named = !PG_ARGISNULL(1);
	DateADT day = is_named ? PG_GETARG_DATEADT(1) : PV_NO_DAY;
	PvBook *book;
	bool closes;
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	pv_spi_use_memory();
	book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	pv_check_open(book);
	closes = day_to_close(book, is_named, &day);
	if (closes)
	{
		pv_close_before(book, day + 1);
		pv_book_write(book);
	}
	pv_spi_end(spi);
	if (!closes)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/* --- accrue ----------------------------------------------------------------------- */

/*
 * Where in the order of members the last call of this backend stopped.  Only a
 * hint: who is up to date is passed over.
 */
typedef struct AccruedTo
{
	int32_t vault;
	int64_t member;
} AccruedTo;

static PvKnown accrued_to = {"pointsvault accruals", sizeof(AccruedTo), NULL, InvalidOid};

static int
accrue_some(int32_t vault, int most, int64_t *after)
{
	PvBook *book = pv_book_open(vault, PV_BOOK_WRITE, NULL, NULL);
	int count;

	pv_check_open(book);
	if (pv_book_open_day(book) == PV_NO_DAY)
		return 0;
	count = pv_book_accrue(book, most, after);
	pv_book_write(book);
	return count;
}

static AccruedTo *
place_of(int32_t vault)
{
	bool found;
	AccruedTo *place = hash_search(pv_known(&accrued_to), &vault, HASH_ENTER, &found);

	if (!found)
		place->member = 0;
	return place;
}

/* From where the last call stopped to the end, then from the beginning. */
static int64_t
accrue_members(int32_t vault, int64_t most)
{
	AccruedTo *place = place_of(vault);
	MemoryContext round =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault accrue", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(round);
	bool from_the_beginning = place->member == 0;
	int64_t done = 0;

	while (done < most)
	{
		int wanted = (int) Min(most - done, MEMBERS_AT_ONCE);
		int count = accrue_some(vault, wanted, &place->member);

		done += count;
		MemoryContextReset(round);
		if (count == wanted)
			continue;
		place->member = 0;
		if (from_the_beginning)
			break;
		from_the_beginning = true;
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(round);
	return done;
}

/* accrue(vault, max_members) */
Datum
pv_sql_accrue(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int32_t most = pv_arg_int(fcinfo, 1, "max_members");
	int64_t count;
	int spi;

	if (most < 0)
		ereport(ERROR, (pv_error(BAD_COUNT), errmsg("max_members must not be negative")));
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_spi_use_memory();
	count = accrue_members(vault, most);
	pv_spi_end(spi);
	PG_RETURN_INT64(count);
}

/*
 * business_day(timezone, moment), NULL where either has none: AT TIME ZONE would take
 * names such as CET for an abbreviation, which knows no summer, and one that this
 * server lacks for an error, to all vaults of a view.
 */
Datum
pv_sql_business_day(PG_FUNCTION_ARGS)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	pg_tz *timezone = *name ? pg_tzset(name) : NULL;
	DateADT day;

	if (!timezone || !pv_day_in(timezone, PG_GETARG_TIMESTAMPTZ(1), &day) || !IS_VALID_DATE(day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/* today(vault): as of the statement's transaction, as now() is. */
Datum
pv_sql_today(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int spi = pv_spi_begin();
	pg_tz *timezone;
	DateADT day;

	pv_authorize(fcinfo, vault);
	timezone = pv_vault_timezone(vault, true);
	pv_spi_end(spi);
	if (!pv_day_in(timezone, GetCurrentTransactionStartTimestamp(), &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/* released(released, rate, as_of, day): of a damaged row what stands in it. */
Datum
pv_sql_released(PG_FUNCTION_ARGS)
{
	int64_t released;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	released = PG_GETARG_INT64(0);
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_GETARG_DATEADT(3) <= PG_GETARG_DATEADT(2))
		PG_RETURN_INT64(released);
	(void) pv_released_by(released, PG_GETARG_INT64(1), PG_GETARG_DATEADT(2), PG_GETARG_DATEADT(3),
						  &released);
	PG_RETURN_INT64(released);
}

/* accrued(shares, quota, mark, total): total is NULL where nobody had such shares. */
Datum
pv_sql_accrued(PG_FUNCTION_ARGS)
{
	PvAssets has = {.shares = PG_GETARG_INT64(0), .quota = PG_GETARG_INT64(1)};

	if (PG_ARGISNULL(3) || !pv_is_active(&has))
		PG_RETURN_INT64(0);
	PG_RETURN_INT64(pv_accrued(PG_GETARG_INT64(3), PG_GETARG_INT64(2), has.quota));
}

/* accrued_shares(shares, mark, total): mark may be NULL for 0, total as above. */
Datum
pv_sql_accrued_shares(PG_FUNCTION_ARGS)
{
	int64_t mark = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);

	if (PG_ARGISNULL(0) || PG_GETARG_INT64(0) <= 0 || PG_ARGISNULL(2))
		PG_RETURN_INT64(0);
	PG_RETURN_INT64((int64_t) ((uint64) PG_GETARG_INT64(2) - (uint64) mark));
}
