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

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

static PvPlan find_refs = {
	"SELECT n.place, j.seq FROM unnest($2) WITH ORDINALITY AS n(ref, place) CROSS JOIN LATERAL "
	"(SELECT * FROM pointsvault.journal_data j WHERE " PV_BY_REF("j", "n.ref", "$1") " OFFSET 0) j",
	"iT", NULL};

/* Orders in the order of their buyers' names. */
typedef struct SortedOrders
{
	PvOrder **orders;
	int count;
} SortedOrders;

static int
compare_buyers(const void *a, const void *b)
{
	return strcmp((*(const PvOrder *const *) a)->member, (*(const PvOrder *const *) b)->member);
}

static void
set_buyer(PvMember *member, const char *name, void *arg)
{
	const SortedOrders *sorted = arg;
	int low = 0;
	int high = sorted->count;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (strcmp(sorted->orders[middle]->member, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < sorted->count && strcmp(sorted->orders[low]->member, name) == 0; low++)
		sorted->orders[low]->buyer = member;
}

static Datum
distinct_names(const SortedOrders *sorted)
{
	Datum *names = palloc(sizeof(Datum) * sorted->count);
	int count = 0;

	for (int i = 0; i < sorted->count; i++)
		if (i == 0 || strcmp(sorted->orders[i - 1]->member, sorted->orders[i]->member) != 0)
			names[count++] = CStringGetTextDatum(sorted->orders[i]->member);
	return pv_text_array(names, count);
}

/* Which of many orders are booked by now: sets their `replay`. */
void
pv_find_booked(int32_t vault, PvOrder *orders, int count)
{
	Datum *refs = palloc(sizeof(Datum) * count);
	Datum values[2] = {Int32GetDatum(vault)};
	uint64 found;

	for (int i = 0; i < count; i++)
		refs[i] = CStringGetTextDatum(orders[i].ref);
	values[1] = pv_text_array(refs, count);
	found = pv_run_latest(&find_refs, values);
	for (uint64 i = 0; i < found; i++)
	{
		PvRow row = pv_result_row(i);

		orders[DatumGetInt64(row.values[0]) - 1].replay = DatumGetInt64(row.values[1]);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Brings all that many orders need in a few statements: the buyers, their
 * sponsors if they take part, and which refs are booked already.
 */
void
pv_book_bring_orders(PvBook *book, PvOrder *orders, int count)
{
	SortedOrders sorted = {palloc(sizeof(PvOrder *) * count), count};

	for (int i = 0; i < count; i++)
		sorted.orders[i] = &orders[i];
	qsort(sorted.orders, count, sizeof(PvOrder *), compare_buyers);
	pv_bring_named_members(book, distinct_names(&sorted), set_buyer, &sorted);
	if (pv_rewards_sponsors(&book->policy))
		pv_bring_sponsors(book);
	pv_find_booked(book->vault, orders, count);
}
