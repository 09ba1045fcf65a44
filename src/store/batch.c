/*
 * batch.c
 *	  All that many orders need, brought at once.
 */
#include "store/batch.h"

#include "engine/cycle.h"
#include "engine/event.h"
#include "store/holdings.h"
#include "store/journal.h"
#include "store/plan.h"

#include "utils/builtins.h"

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

/* The names of the buyers, each once, in their order. */
static Datum *
distinct_names(const SortedBookings *sorted, int *count)
{
	Datum *names = palloc(sizeof(Datum) * Max(sorted->count, 1));

	*count = 0;
	for (int i = 0; i < sorted->count; i++)
		if (i == 0 ||
			strcmp(sorted->bookings[i - 1]->order.member, sorted->bookings[i]->order.member) != 0)
			names[(*count)++] = CStringGetTextDatum(sorted->bookings[i]->order.member);
	PV_ASSERT(*count <= sorted->count);
	return names;
}

/*
 * Brings all that many orders need, each kind in the order in which it lies: the buyers,
 * their sponsors if they take part, and which refs are booked already.
 */
void
pv_book_bring_orders(PvBook *book, PvBooking *bookings, int count)
{
	SortedBookings sorted = {palloc(sizeof(PvBooking *) * count), count};
	const char **refs = palloc(sizeof(char *) * count);
	const int64_t *seqs;
	Datum *names;
	int nnames;

	PV_ASSERT(book->mode == PV_BOOK_WRITE && count > 0);
	for (int i = 0; i < count; i++)
	{
		sorted.bookings[i] = &bookings[i];
		refs[i] = bookings[i].order.ref;
	}
	qsort(sorted.bookings, count, sizeof(PvBooking *), compare_buyers);
	names = distinct_names(&sorted, &nnames);
	pv_bring_named_members(book, names, nnames, set_buyer, &sorted);
	if (pv_rewards_sponsors(&book->policy))
		pv_bring_sponsors(book);
	seqs = pv_journal_find_all(book->vault, refs, count);
	for (int i = 0; i < count; i++)
		bookings[i].replay = seqs[i];
}
