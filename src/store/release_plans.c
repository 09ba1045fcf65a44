/*
 * release_plans.c
 *	  Release plans in the store, and what they released posted to members (L1, L7).
 *
 * Purchases open plans and refunds change them; closes see to what they release, see
 * teams.c.
 */
#include "store/release_plans.h"

#include "base/tokens.h"
#include "engine/kinds.h"
#include "engine/parties.h"
#include "engine/release.h"
#include "store/calendar.h"
#include "store/plan.h"

#define PLAN_NAMES "vault, member, seq, amount, granted, daily, released, cancelled, rate, as_of"
#define PLAN_TYPES "illaaaaaad"
#define PLAN_COLUMNS "seq, amount, granted, daily, released, cancelled, rate, as_of"

static PvTable plan_insert = {PV_INSERT, "plan_data", PLAN_NAMES, PLAN_TYPES, 0};

PvTable pv_plan_update = {PV_UPDATE, "plan_data", PLAN_NAMES, PLAN_TYPES, 3};

static PvLookup plan_of = {.table = "plan_data",
						   .columns = PLAN_COLUMNS,
						   .by = "vault, member, seq",
						   .nkeys = 3};

/* Oldest first, with their member. */
PvLookup pv_plans_of_member = {.table = "plan_data",
							   .columns = "member, " PLAN_COLUMNS,
							   .by = "vault, member, seq",
							   .nkeys = 2};

PvLookup pv_plans_of_vault = {.table = "plan_data",
							  .columns = "member, " PLAN_COLUMNS,
							  .by = "vault, member, seq",
							  .nkeys = 1};

static PvLookup run_of = {.table = "team_data",
						  .columns = "released, rate, as_of",
						  .by = "vault, member",
						  .nkeys = 2};

static PvPlan move_plans = {
	"UPDATE pointsvault.plan_data SET member = $3 WHERE vault = $1 AND member = $2", "ill", NULL};

/* A plan from a row, in the order of PLAN_COLUMNS. */
void
pv_plan_read(const PvRow *row, int first, PvReleasePlan *plan)
{
	*plan = (PvReleasePlan){.seq = pv_row_int(row, first),
							.amount = pv_row_int(row, first + 1),
							.granted = pv_row_int(row, first + 2),
							.daily = pv_row_int(row, first + 3),
							.released = pv_row_int(row, first + 4),
							.cancelled = pv_row_int(row, first + 5),
							.rate = pv_row_int(row, first + 6),
							.as_of = DatumGetDateADT(row->values[first + 7])};
	StaticAssertStmt(sizeof(plan->place) == sizeof(row->place), "a row pointer has its size");
	memcpy(plan->place, &row->place, sizeof(plan->place));
}

/* Gathers the row of a plan. */
void
pv_plan_add_row(PvRows *rows, int32_t vault, int64_t member, const PvReleasePlan *plan)
{
	Datum values[] = {Int32GetDatum(vault),			 Int64GetDatum(member),
					  Int64GetDatum(plan->seq),		 Int64GetDatum(plan->amount),
					  Int64GetDatum(plan->granted),	 Int64GetDatum(plan->daily),
					  Int64GetDatum(plan->released), Int64GetDatum(plan->cancelled),
					  Int64GetDatum(plan->rate),	 DateADTGetDatum(plan->as_of)};
	bool nulls[lengthof(values)] = {0};

	pv_add_row(rows, values, nulls, lengthof(values));
}

/* Notes the plan that an event opened or changed. */
void
pv_plan_note(PvBook *book, PvEvent *event, const PvEffect *effect)
{
	PvRows *rows = event->sale ? &book->plans_changed : &book->plans_opened;

	if (!effect->has_plan)
		return;
	rows->table = event->sale ? &pv_plan_update : &plan_insert;
	pv_plan_add_row(rows, book->vault, pv_own(&event->parties)->id, &effect->plan);
}

/*
 * G15: the plan that the purchase opened which a refund is of, as the last close left it.
 */
void
pv_plan_bring(PvBook *book, PvEvent *event)
{
	const PvSale *sale = event->sale;
	PvReleasePlan *plan;
	Datum keys[3];
	PvRow row;

	if (!sale || sale->granted == 0)
		return;
	keys[0] = Int32GetDatum(book->vault);
	keys[1] = Int64GetDatum(pv_own(&event->parties)->id);
	keys[2] = Int64GetDatum(sale->seq);
	plan = palloc(sizeof(PvReleasePlan));
	if (!pv_look_up(&plan_of, keys, PV_SEE_NOW, &row))
		ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg("the release plan of purchase " INT64_FORMAT
													   " of vault %d is missing",
													   sale->seq, book->vault)));
	pv_plan_read(&row, 0, plan);
	if (!pv_plan_bring_to(plan, pv_book_open_day(book) - 1))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the release plan of purchase " INT64_FORMAT
							   " of vault %d released more than it was granted",
							   sale->seq, book->vault),
						errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	event->plan = plan;
}

/*
 * L7: what a member's plans released by the last close and is not posted to it.
 */
int64_t
pv_released_unposted(PvBook *book, const PvMember *member)
{
	Datum keys[2] = {Int32GetDatum(book->vault), Int64GetDatum(member->id)};
	int64_t released;
	PvRow row;

	if (!pv_look_up(&run_of, keys, pv_sight(book->mode == PV_BOOK_READ), &row) || row.nulls[2])
		return 0;
	if (!pv_released_by(pv_row_int(&row, 0), pv_row_int(&row, 1), DatumGetDateADT(row.values[2]),
						pv_book_open_day(book) - 1, &released))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("what the release plans of a member of vault %d released does not "
							   "fit the range of amounts",
							   book->vault)));
	return released - member->released;
}

/* L1: the plans of who is merged are those of who takes over. */
void
pv_plans_merge(int32_t vault, int64_t from, int64_t into)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(from), Int64GetDatum(into)};

	(void) pv_run(&move_plans, values, NULL, false);
}
