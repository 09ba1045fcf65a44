/*
 * lists.c
 *	  The SQL functions of custody, prizes and lists (MODEL §9): hand_over(), take_back(),
 *	  exchange_custody(), award(), top_holders().
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "engine/figures.h"
#include "store/calendar.h"
#include "store/custody.h"
#include "store/holders.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/request.h"
#include "surface/rows.h"
#include "types/numbers.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_hand_over);
PG_FUNCTION_INFO_V1(pv_sql_take_back);
PG_FUNCTION_INFO_V1(pv_sql_award);
PG_FUNCTION_INFO_V1(pv_sql_exchange_custody);
PG_FUNCTION_INFO_V1(pv_sql_top_holders);

#define HOLDER_COLUMNS 3

/* Points that go into custody or come out: vault, member, points, ref, where, at, meta. */
static Datum
move_custody(FunctionCallInfo fcinfo, PvKind kind, const char *where)
{
	PvRequest request = {.event.kind = kind};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.event.points = pv_arg_points(fcinfo, 2, "points");
	request.ref = pv_arg_text(fcinfo, 3, "ref");
	request.entry.note = pv_arg_text(fcinfo, 4, where);
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* hand_over(vault, member, points, ref, destination, at, meta) */
Datum
pv_sql_hand_over(PG_FUNCTION_ARGS)
{
	return move_custody(fcinfo, PV_KIND_HAND_OVER, "destination");
}

/* take_back(vault, member, points, ref, source, at, meta) */
Datum
pv_sql_take_back(PG_FUNCTION_ARGS)
{
	return move_custody(fcinfo, PV_KIND_TAKE_BACK, "source");
}

/* award(vault, member, ref, prize, value, at, meta) */
Datum
pv_sql_award(PG_FUNCTION_ARGS)
{
	PvRequest request = {.event.kind = PV_KIND_AWARD};

	request.vault = pv_arg_int(fcinfo, 0, "vault");
	request.member = pv_arg_text(fcinfo, 1, "member");
	request.ref = pv_arg_text(fcinfo, 2, "ref");
	request.entry.note = pv_arg_text(fcinfo, 3, "prize");
	request.entry.named = !PG_ARGISNULL(4);
	if (request.entry.named)
		request.event.amount = pv_arg_amount(fcinfo, 4, "value");
	if (request.entry.named && request.event.amount <= 0)
		ereport(ERROR, (pv_error(AMOUNT_NOT_POSITIVE), errmsg("value must be above 0"),
						errhint("A prize without a value is noted without one.")));
	pv_arg_event_tail(fcinfo, 5, &request.entry);
	return pv_event(fcinfo, &request);
}

/* The last day to tell of: that named, else today. */
static DateADT
last_day(FunctionCallInfo fcinfo, int32_t vault)
{
	DateADT day;

	if (!PG_ARGISNULL(2))
		return PG_GETARG_DATEADT(2);
	(void) pv_day_in(pv_vault_timezone(vault, true), GetCurrentTransactionStartTimestamp(), &day);
	return day;
}

/* exchange_custody(vault, since, until) */
Datum
pv_sql_exchange_custody(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	DateADT since = PG_ARGISNULL(1) ? DATEVAL_NOBEGIN : PG_GETARG_DATEADT(1);
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	int spi = pv_spi_begin();
	uint64 count;

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	count = pv_custody_rows(vault, since, last_day(fcinfo, vault));
	for (uint64 i = 0; i < count; i++)
		tuplestore_puttuple(store, SPI_tuptable->vals[i]);
	pv_spi_end(spi);
	return (Datum) 0;
}

/* P2: the asset of that name. */
static const PvFigure *
asset_of_list(const char *name)
{
	StringInfoData known;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (strcmp(pv_assets[i].column, name) == 0 && pv_has_holders(&pv_assets[i]))
			return &pv_assets[i];
	initStringInfo(&known);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (pv_has_holders(&pv_assets[i]))
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "", pv_assets[i].column);
	ereport(ERROR, (pv_error(BAD_ASSET), errmsg("members are not listed by \"%s\"", name),
					errhint("Assets are %s.", known.data)));
}

/* top_holders(vault, count, asset, moment) */
Datum
pv_sql_top_holders(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int64_t most = PG_ARGISNULL(1) ? INT64_MAX : PG_GETARG_INT64(1);
	const PvFigure *asset = asset_of_list(pv_arg_text(fcinfo, 2, "asset"));
	int64_t seq = INT64_MAX;
	bool nulls[HOLDER_COLUMNS] = {0};
	TupleDesc desc;
	Tuplestorestate *store;
	PvHolders holders;
	int spi;

	if (most < 0)
		ereport(ERROR, (pv_error(BAD_COUNT), errmsg("count must not be negative")));
	store = pv_start_rows(fcinfo, &desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	if (!PG_ARGISNULL(3))
		seq = pv_journal_seq_at(vault, PG_GETARG_TIMESTAMPTZ(3));
	holders = pv_holders(vault, asset, seq, most);
	for (int64_t i = 0; i < holders.count; i++)
	{
		const PvHolder *holder = &holders.list[i];
		Datum values[HOLDER_COLUMNS] = {Int64GetDatum(i + 1)};

		CHECK_FOR_INTERRUPTS();
		pv_put_text(values, nulls, 1, holder->name);
		values[2] = NumericGetDatum(pv_to_numeric(holder->holding, asset->scale));
		tuplestore_putvalues(store, desc, values, nulls);
	}
	pv_spi_end(spi);
	return (Datum) 0;
}
