/*
 * agents.c
 *	  The agents of regions (M1).
 *
 * A region has one agent, the last appointed; the journal has all appointments.  Of an
 * agent who was merged meanwhile, who took over is meant.
 */
#include "store/agents.h"

#include "store/lookup.h"
#include "store/plan.h"
#include "store/write.h"

#include "utils/builtins.h"

static PvLookup agent_by_region = {.table = "agent_data",
								   .columns = "member, seq",
								   .by = "vault, region",
								   .nkeys = 2};

static PvTable agent_insert = {PV_INSERT, "agent_data", "vault, region, member, seq", "itll", 0};

static PvTable agent_update = {PV_UPDATE, "agent_data", "vault, region, member, seq", "itll", 2};

#define DIGITS "0123456789"

/* M1: the digits of a code for a district, a city or a province. */
int
pv_region_digits(PvReason reason)
{
	return reason == PV_DISTRICT ? 6 : reason == PV_CITY ? 4 : 2;
}

/* Whether a region tells so much of where it is. */
bool
pv_region_has_digits(const char *region, int digits)
{
	return (int) strspn(region, DIGITS) >= digits;
}

/* M1: whether a text is the code of a province, a city or a district. */
bool
pv_is_region_code(const char *region)
{
	size_t length = strlen(region);

	return (length == 2 || length == 4 || length == 6) && strspn(region, DIGITS) == length;
}

static bool
find_agent(PvBook *book, const char *code, PvRow *row)
{
	return pv_look_up(&agent_by_region,
					  (Datum[]){Int32GetDatum(book->vault), CStringGetTextDatum(code)},
					  pv_sight(book->mode == PV_BOOK_READ), row);
}

/* Who was appointed last for the region of a code; 0 = nobody. */
int64_t
pv_agent_with_code(PvBook *book, const char *code)
{
	PvRow row;

	return find_agent(book, code, &row) ? pv_row_int(&row, 0) : 0;
}

/* Makes a member the agent of a region, as a journal row says. */
void
pv_agent_appoint(PvBook *book, const char *region, int64_t member, int64_t seq)
{
	PvRow row;
	PvRows rows = {.table = find_agent(book, region, &row) ? &agent_update : &agent_insert};
	Datum values[4] = {Int32GetDatum(book->vault), CStringGetTextDatum(region),
					   Int64GetDatum(member), Int64GetDatum(seq)};
	bool nulls[4] = {0};

	pv_tell_of_places();
	pv_add_row(&rows, values, nulls, lengthof(values));
	pv_write_rows((PvRows *[]){&rows}, 1);
}
