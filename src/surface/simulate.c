/*
 * simulate.c
 *	  A run of equal orders on a vault that is only in memory, by the same
 *	  engine that books real ones.
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/exits.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/policy.h"
#include "engine/price.h"
#include "policy/document.h"
#include "surface/arguments.h"
#include "surface/rows.h"
#include "types/numbers.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_simulate);

#define SIMULATE_COLUMNS 10
#define MOST_ORDERS 10000000

/* What one order led to, beside what it minted. */
typedef struct Outcome
{
	int64_t points;
	PvPrice price_before;
	int64_t exits;
	int64_t exit_cash;
	int64_t exit_fees;
} Outcome;

/* Numbers the order, for whoever looks how far a plan goes. */
static void
check_fits(bool fits, int64_t order)
{
	if (!fits)
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("order %lld of the simulation takes a balance out of range",
							   (long long) order)));
}

/* Nothing is stored: all candidates are in the heap. */
static void
no_refill(PvExitQueue *queue, void *arg)
{
	(void) arg;
	queue->exhausted = true;
}

/* A member whose points are gone takes no further part. */
static void
forget_member(PvMember *member)
{
	if (member->has.points > 0)
		return;
	if (member->lots)
		pfree(member->lots);
	pfree(member);
}

/* G6, G7: the exits one order leads to. */
static void
run_exits(const PvPolicy *policy, PvVault *vault, PvExitQueue *queue, int64_t order,
		  Outcome *outcome)
{
	PvExitCandidate due;

	while (outcome->exits < pv_exits_per_call(policy) &&
		   pv_exit_next(queue, vault, no_refill, NULL, &due))
	{
		PvEvent event = pv_exit_event(&due);
		PvEffect effect;

		check_fits(pv_apply(policy, vault, &event, &effect) == PV_OK, order);
		outcome->exits++;
		check_fits(pv_add(outcome->exit_cash, effect.cash, &outcome->exit_cash), order);
		check_fits(pv_add(outcome->exit_fees, effect.fee, &outcome->exit_fees), order);
		forget_member(due.member);
	}
}

/* One order of a buyer who buys nothing else. */
static void
run_order(const PvPolicy *policy, PvVault *vault, PvExitQueue *queue, int64_t amount, int64_t seq,
		  Outcome *outcome)
{
	PvMember *buyer = palloc0(sizeof(PvMember));
	PvEvent event = {.kind = PV_KIND_PURCHASE, .member = buyer, .seq = seq, .amount = amount};
	PvEffect effect;

	buyer->id = seq;
	outcome->price_before = pv_price_of(policy, vault);
	check_fits(pv_apply(policy, vault, &event, &effect) == PV_OK, seq);
	outcome->points = effect.points;
	pv_exit_push_new(queue, buyer, seq);
	run_exits(policy, vault, queue, seq, outcome);
}

static void
put_row(Tuplestorestate *store, TupleDesc desc, int64_t number, const PvPolicy *policy,
		const PvVault *vault, const Outcome *outcome)
{
	Datum values[SIMULATE_COLUMNS];
	bool nulls[SIMULATE_COLUMNS] = {0};
	int column = 0;

	values[column++] = Int64GetDatum(number);
	values[column++] = NumericGetDatum(pv_price_to_numeric(outcome->price_before));
	values[column++] = NumericGetDatum(pv_to_numeric(outcome->points, PV_POINTS_SCALE));
	values[column++] = NumericGetDatum(pv_price_to_numeric(pv_price_of(policy, vault)));
	values[column++] = Int64GetDatum(outcome->exits);
	values[column++] = NumericGetDatum(pv_to_numeric(outcome->exit_cash, PV_AMOUNT_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(outcome->exit_fees, PV_AMOUNT_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(vault->pool, PV_AMOUNT_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(vault->circulating, PV_POINTS_SCALE));
	values[column++] = NumericGetDatum(pv_to_numeric(vault->reserve, PV_AMOUNT_SCALE));
	tuplestore_putvalues(store, desc, values, nulls);
}

/* simulate(policy, amount, orders) */
Datum
pv_sql_simulate(PG_FUNCTION_ARGS)
{
	PvPolicy policy;
	PvVault vault = {0};
	PvExitQueue queue = {.exhausted = true};
	MemoryContext row_context;
	Tuplestorestate *store;
	TupleDesc desc;
	int64_t amount;
	int32_t orders;

	if (PG_ARGISNULL(0))
		pv_refuse_null("policy");
	pv_policy_parse(PG_GETARG_JSONB_P(0), &policy);
	amount = pv_arg_amount(fcinfo, 1, "amount");
	orders = pv_arg_int(fcinfo, 2, "orders");
	if (amount <= 0)
		ereport(ERROR, (pv_error(AMOUNT_NOT_POSITIVE), errmsg("amount must be above 0")));
	if (orders < 0 || orders > MOST_ORDERS)
		ereport(ERROR,
				(pv_error(BAD_COUNT), errmsg("orders must be between 0 and %d", MOST_ORDERS)));
	store = pv_start_rows(fcinfo, &desc);
	row_context = AllocSetContextCreate(CurrentMemoryContext, "pointsvault simulation row",
										ALLOCSET_DEFAULT_SIZES);
	for (int32_t i = 1; i <= orders; i++)
	{
		Outcome outcome = {0};
		MemoryContext old;

		CHECK_FOR_INTERRUPTS();
		run_order(&policy, &vault, &queue, amount, i, &outcome);
		old = MemoryContextSwitchTo(row_context);
		put_row(store, desc, i, &policy, &vault, &outcome);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row_context);
	}
	return (Datum) 0;
}
