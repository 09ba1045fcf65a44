/*
 * exit_queue.c
 *	  Candidates for a forced exit, loaded from the lots and the exit floors (G6).
 */
#include "store/exit_queue.h"

#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "store/holdings.h"
#include "store/lot_rows.h"

#include "executor/spi.h"
#include "utils/builtins.h"

/* How many candidates for an exit the first load brings; each next twice as many. */
#define FIRST_REFILL 32
#define LAST_REFILL 4096

/*
 * The next exits beyond the frontier, on the basis of orders and of members.
 * Operators of prices are named in full: others would compare them rounded.  A
 * CASE, as an OR would be planned as two scans and a sort of all that is beyond.
 */
#define BEYOND(price, order)                                                                  \
	price " OPERATOR(pointsvault.>=) $2 AND "                                                 \
		  "CASE WHEN " price " OPERATOR(pointsvault.>) $2 THEN true ELSE " order " > $3 END " \
		  "ORDER BY " price ", " order " LIMIT $4"

/* clang-format off */

static PvPlan next_lot_exits = {
	"SELECT member, " PV_LOT_COLUMNS " "
	"FROM pointsvault.lot_data "
	"WHERE vault = $1 AND alone "
	"AND " BEYOND("pointsvault.price(exit_limit, minted)", "seq"),
	"irli", .how = PV_IN_ORDER};

static PvPlan next_member_exits = {
	"SELECT member, exit_floor "
	"FROM pointsvault.holding_data "
	"WHERE vault = $1 AND exit_floor IS NOT NULL "
	"AND " BEYOND("exit_floor", "member"),
	"irli", .how = PV_IN_ORDER};

/* clang-format on */

/*
 * The exit queue starts just below the price the last call left as that of the
 * next exit, so that nothing is read until the vault's price reaches it.
 */
void
pv_exits_start(PvBook *book, const PvRow *row, int column)
{
	PV_ASSERT(book->exits.count == 0);
	book->refill_size = FIRST_REFILL;
	if (row->nulls[column])
		book->exits.exhausted = true;
	else
		book->exits.frontier = (PvPrice){DatumGetInt64(row->values[column]), PV_PRICE_KEY_SCALE};
}

/*
 * Loads the next exit candidates beyond the frontier.
 */
void
pv_exits_refill(PvExitQueue *queue, void *arg)
{
	PvBook *book = arg;
	bool by_member = book->policy.growth.exit_basis == PV_EXIT_BY_MEMBER;
	PvPrice frontier = queue->frontier;
	Datum values[4] = {Int32GetDatum(book->vault), PointerGetDatum(&frontier),
					   Int64GetDatum(queue->frontier_order), Int32GetDatum(book->refill_size)};
	uint64 count = pv_run(by_member ? &next_member_exits : &next_lot_exits, values, NULL,
						  book->mode == PV_BOOK_READ);

	PV_ASSERT(!queue->exhausted && queue == &book->exits); /* asked only where there may be more */
	PV_ASSERT(count <= (uint64) book->refill_size);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);
		PvMember *member = pv_book_holder(book, pv_row_int(&row, 0));

		if (by_member)
		{
			(void) pv_row_price(&row, 1, &queue->frontier);
			queue->frontier_order = member->id;
			pv_exit_push_new(queue, member, 0);
		}
		else
		{
			PvLot *lot = pv_keep_lot(member, &row, 1);

			queue->frontier = (PvPrice){lot->limit, lot->minted};
			queue->frontier_order = lot->seq;
			pv_exit_push_new(queue, member, lot->seq);
		}
	}
	SPI_freetuptable(SPI_tuptable);
	queue->exhausted = count < (uint64) book->refill_size;
	book->refill_size = Min(2 * book->refill_size, LAST_REFILL);
}
