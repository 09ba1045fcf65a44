/*
 * batch.c
 *	  All that many orders need, brought in a few statements.
 */
#include "store/batch.h"

#include "engine/cycle.h"
#include "engine/event.h"
#include "store/holdings.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/table.h"

#include "executor/spi.h"
#include "utils/builtins.h"

/* clang-format off */

static PvPlan find_refs = {
	"SELECT n.place, j.seq "
	"FROM unnest($2) WITH ORDINALITY AS n(ref, place) "
	"CROSS JOIN LATERAL ("
		"SELECT * "
		"FROM pointsvault.journal_data j "
		"WHERE " PV_BY_REF("j", "n.ref", "$1") " OFFSET 0) j",
	"iT", NULL};

/* clang-format on */

/* Bookings in the order of their buyers' names. */
typedef struct SortedBookings
{
	PvBooking **bookings;
	int count;
} SortedBookings;

static int
compare_buyers(const void *a, const void *b)
{
	return strcmp((*(const PvBooking *const *) a)->order.member,
				  (*(const PvBooking *const *) b)->order.member);
}

static void
set_buyer(PvMember *member, const char *name, void *arg)
{
	const SortedBookings *sorted = arg;
	int low = 0;
	int high = sorted->count;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (strcmp(sorted->bookings[middle]->order.member, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < sorted->count && strcmp(sorted->bookings[low]->order.member, name) == 0; low++)
		sorted->bookings[low]->buyer = member;
}

static Datum
distinct_names(const SortedBookings *sorted)
{
	Datum *names = palloc(sizeof(Datum) * sorted->count);
	int count = 0;

	for (int i = 0; i < sorted->count; i++)
		if (i == 0 ||
			strcmp(sorted->bookings[i - 1]->order.member, sorted->bookings[i]->order.member) != 0)
			names[count++] = CStringGetTextDatum(sorted->bookings[i]->order.member);
	PV_ASSERT(count <= sorted->count);
	return pv_text_array(names, count);
}

/* The journal rows of many refs that are booked by now, in the order of the refs; 0 = none. */
int64_t *
pv_find_booked(int32_t vault, const char *const *refs, int count)
{
	int64_t *seqs = palloc0(sizeof(int64_t) * count);
	Datum *texts = palloc(sizeof(Datum) * count);
	Datum values[2] = {Int32GetDatum(vault)};
	uint64 found;

	for (int i = 0; i < count; i++)
		texts[i] = CStringGetTextDatum(refs[i]);
	values[1] = pv_text_array(texts, count);
	found = pv_run_latest(&find_refs, values);
	for (uint64 i = 0; i < found; i++)
	{
		PvRow row = pv_result_row(i);

		PV_ASSERT(DatumGetInt64(row.values[0]) >= 1 && DatumGetInt64(row.values[0]) <= count);
		seqs[DatumGetInt64(row.values[0]) - 1] = DatumGetInt64(row.values[1]);
	}
	SPI_freetuptable(SPI_tuptable);
	return seqs;
}

/*
 * Brings all that many orders need in a few statements: the buyers, their
 * sponsors if they take part, and which refs are booked already.
 */
void
pv_book_bring_orders(PvBook *book, PvBooking *bookings, int count)
{
	SortedBookings sorted = {palloc(sizeof(PvBooking *) * count), count};
	const char **refs = palloc(sizeof(char *) * count);
	const int64_t *seqs;

	PV_ASSERT(book->mode == PV_BOOK_WRITE && count > 0);
	for (int i = 0; i < count; i++)
	{
		sorted.bookings[i] = &bookings[i];
		refs[i] = bookings[i].order.ref;
	}
	qsort(sorted.bookings, count, sizeof(PvBooking *), compare_buyers);
	pv_bring_named_members(book, distinct_names(&sorted), set_buyer, &sorted);
	if (pv_rewards_sponsors(&book->policy))
		pv_bring_sponsors(book);
	seqs = pv_find_booked(book->vault, refs, count);
	for (int i = 0; i < count; i++)
		bookings[i].replay = seqs[i];
}
