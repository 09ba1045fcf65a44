/*
 * verify_line.c
 *	  Who stands below whom (M2): below somebody there is, and never in a ring.
 *
 * A sponsor is enrolled before those it brings, so a ring needs a member who stands below
 * one with a higher number, which takes a merge, or a change behind the vault's back.
 * Only where there is such a member the whole line is read and gone through.
 */
#include "audit/verify_line.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "store/plan.h"

#include "miscadmin.h"
#include "utils/memutils.h"

/* clang-format off */

static PvPlan orphans = {
	"SELECT m.id "
	"FROM pointsvault.member_data m "
	"WHERE m.vault = $1 AND m.sponsor IS NOT NULL AND NOT EXISTS ("
		"SELECT "
		"FROM pointsvault.member_data s "
		"WHERE s.vault = $1 AND s.id = m.sponsor) LIMIT 1",
	"i", NULL};

/* Each member that was not merged, and whom it stands below. */
#define LINE \
	"FROM pointsvault.member_data m " \
	"JOIN pointsvault.member_data s ON s.vault = $1 AND s.id = m.sponsor " \
	"WHERE m.vault = $1 AND m.merged_into IS NULL "

static PvPlan upward = {
	"SELECT 1 " LINE "AND COALESCE(s.merged_into, s.id) >= m.id LIMIT 1", "i", NULL};

static PvPlan line_rows = {
	"SELECT m.id, COALESCE(s.merged_into, s.id) " LINE "ORDER BY m.id", "i", NULL};

/* clang-format on */

/* A member, whom it stands below, and the walk that came by. */
typedef struct Place
{
	int64_t id;
	int64_t above;
	int64_t walk; /* 0 = none yet */
} Place;

typedef struct Line
{
	Place *places; /* in the order of ids */
	int64_t count;
	int64_t size;
} Line;

static void
add_place(Line *line, int64_t id, int64_t above)
{
	if (line->count == line->size)
	{
		line->size = Max(2 * line->size, 1024);
		line->places =
			line->places ? repalloc_huge(line->places, sizeof(Place) * line->size)
						 : MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Place) * line->size);
	}
	line->places[line->count++] = (Place){.id = id, .above = above};
}

static int
compare_places(const void *a, const void *b)
{
	int64_t ida = ((const Place *) a)->id;
	int64_t idb = ((const Place *) b)->id;

	return (ida > idb) - (ida < idb);
}

/* The place of a member, NULL where it stands below nobody. */
static Place *
find_place(const Line *line, int64_t id)
{
	Place wanted = {.id = id};

	return bsearch(&wanted, line->places, line->count, sizeof(Place), compare_places);
}

/* Goes up from a place until somebody was there before; whether that was in this walk. */
static bool
comes_back(const Line *line, Place *place, int64_t walk)
{
	for (; place && place->walk == 0; place = find_place(line, place->above))
		place->walk = walk;
	return place && place->walk == walk;
}

static void
check_rings(PvVerify *verify)
{
	Line line = {0};
	PvStream rows;

	pv_stream_open(&rows, &line_rows, verify->book->vault);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
		add_place(&line, pv_stream_int(&rows, 0), pv_stream_int(&rows, 1));
	pv_stream_close(&rows);
	for (int64_t i = 0; i < line.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (comes_back(&line, &line.places[i], i + 1))
			pv_fail_member(&verify->report, PV_CHECK_MEMBERS, line.places[i].id,
						   "the line above it", "an end", "a ring");
	}
	if (line.places)
		pfree(line.places);
}

/*
 * M2: everybody stands below somebody there is, if at all, and nobody below himself.
 */
void
pv_verify_line(PvVerify *verify)
{
	Datum values[1] = {Int32GetDatum(verify->book->vault)};

	if (pv_run(&orphans, values, NULL, true) > 0)
		pv_fail_member(&verify->report, PV_CHECK_MEMBERS, DatumGetInt64(pv_result_row(0).values[0]),
					   "its sponsor", "a member", "none");
	if (pv_run(&upward, values, NULL, true) > 0)
		check_rings(verify);
}
