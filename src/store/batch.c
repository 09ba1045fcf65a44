/*
 * batch.c
 *	  All that many events need, brought at once.
 */
#include "store/batch.h"

#include "engine/cycle.h"
#include "engine/event.h"
#include "store/holdings.h"
#include "store/journal.h"

#include "utils/builtins.h"

/* Those to be found, in the order of their names. */
typedef struct Sorted
{
	PvNamed **named;
	int count;
} Sorted;

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(const PvNamed *const *) a)->name, (*(const PvNamed *const *) b)->name);
}

static void
set_member(PvMember *member, const char *name, void *arg)
{
	const Sorted *sorted = arg;
	int low = 0;
	int high = sorted->count;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (strcmp(sorted->named[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < sorted->count && strcmp(sorted->named[low]->name, name) == 0; low++)
		sorted->named[low]->member = member;
}

/* The names, each once, in their order. */
static Datum *
distinct_names(const Sorted *sorted, int *count)
{
	Datum *names = palloc(sizeof(Datum) * Max(sorted->count, 1));

	*count = 0;
	for (int i = 0; i < sorted->count; i++)
		if (i == 0 || strcmp(sorted->named[i - 1]->name, sorted->named[i]->name) != 0)
			names[(*count)++] = CStringGetTextDatum(sorted->named[i]->name);
	PV_ASSERT(*count <= sorted->count);
	return names;
}

/*
 * Brings the members of these names, in the order in which they lie.
 */
void
pv_book_bring_named(PvBook *book, PvNamed *named, int count)
{
	Sorted sorted = {palloc(sizeof(PvNamed *) * Max(count, 1)), count};
	Datum *names;
	int nnames;

	for (int i = 0; i < count; i++)
		sorted.named[i] = &named[i];
	qsort(sorted.named, count, sizeof(PvNamed *), compare_names);
	names = distinct_names(&sorted, &nnames);
	pv_bring_named_members(book, names, nnames, set_member, &sorted);
}

/*
 * Brings all that many orders need, each kind in the order in which it lies: the buyers,
 * their sponsors if they take part, and which refs are booked already.
 */
void
pv_book_bring_orders(PvBook *book, PvBooking *bookings, int count)
{
	PvNamed *buyers = palloc0(sizeof(PvNamed) * count);
	const char **refs = palloc(sizeof(char *) * count);
	const int64_t *seqs;

	PV_ASSERT(book->mode == PV_BOOK_WRITE && count > 0);
	for (int i = 0; i < count; i++)
	{
		buyers[i].name = bookings[i].order.member;
		refs[i] = bookings[i].order.ref;
	}
	pv_book_bring_named(book, buyers, count);
	if (pv_rewards_sponsors(&book->policy))
		pv_bring_sponsors(book);
	seqs = pv_journal_find_all(book->vault, refs, count);
	for (int i = 0; i < count; i++)
	{
		bookings[i].buyer = buyers[i].member;
		bookings[i].replay = seqs[i];
	}
}
