/*
 * verify_sort.c
 *	  Changes of members, put in by event and got back by member.
 */
#include "verify.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"

enum
{
	CHANGE_MEMBER,
	CHANGE_SEQ,
	CHANGE_KIND,
	CHANGE_POINTS,
	CHANGE_CREDITS,
	CHANGE_CASH,
	CHANGE_REWARD,
	CHANGE_QUOTA,
	CHANGE_SHARES,
	CHANGE_MINTED,
	CHANGE_LIMIT,
	CHANGE_FLAGS,
	CHANGE_COLUMNS
};

#define FLAG_BRINGS 1
#define FLAG_ALONE 2

void
pv_changes_begin(PvVerify *verify)
{
	AttrNumber keys[2] = {CHANGE_MEMBER + 1, CHANGE_SEQ + 1};
	Oid operators[2] = {Int8LessOperator, Int8LessOperator};
	Oid collations[2] = {InvalidOid, InvalidOid};
	bool nulls_first[2] = {false, false};
	TupleDesc desc = CreateTemplateTupleDesc(CHANGE_COLUMNS);

	for (int i = 0; i < CHANGE_COLUMNS; i++)
		TupleDescInitEntry(desc, i + 1, NULL, INT8OID, -1, 0);
	verify->put_slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	verify->get_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	verify->changes = tuplesort_begin_heap(desc, 2, keys, operators, collations, nulls_first,
										   maintenance_work_mem, NULL, 0);
}

void
pv_changes_put(PvVerify *verify, const PvMemberChange *change)
{
	TupleTableSlot *slot = verify->put_slot;
	Datum *values = slot->tts_values;

	ExecClearTuple(slot);
	values[CHANGE_MEMBER] = Int64GetDatum(change->member);
	values[CHANGE_SEQ] = Int64GetDatum(change->seq);
	values[CHANGE_KIND] = Int64GetDatum(change->kind);
	values[CHANGE_POINTS] = Int64GetDatum(change->change.points);
	values[CHANGE_CREDITS] = Int64GetDatum(change->change.credits);
	values[CHANGE_CASH] = Int64GetDatum(change->change.cash);
	values[CHANGE_REWARD] = Int64GetDatum(change->change.reward);
	values[CHANGE_QUOTA] = Int64GetDatum(change->change.quota);
	values[CHANGE_SHARES] = Int64GetDatum(change->change.shares);
	values[CHANGE_MINTED] = Int64GetDatum(change->lot.minted);
	values[CHANGE_LIMIT] = Int64GetDatum(change->lot.limit);
	values[CHANGE_FLAGS] = Int64GetDatum((change->brings ? FLAG_BRINGS : 0) |
										 (change->alone || change->lot.alone ? FLAG_ALONE : 0));
	memset(slot->tts_isnull, 0, CHANGE_COLUMNS);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(verify->changes, slot);
}

void
pv_changes_sort(PvVerify *verify)
{
	tuplesort_performsort(verify->changes);
}

/*
 * The next change by member and seq; false, and a member beyond all others,
 * after the last.
 */
bool
pv_changes_get(PvVerify *verify, PvMemberChange *change)
{
	Datum *values;

	memset(change, 0, sizeof(*change));
	change->member = INT64_MAX;
	if (!tuplesort_gettupleslot(verify->changes, true, false, verify->get_slot, NULL))
		return false;
	slot_getallattrs(verify->get_slot);
	values = verify->get_slot->tts_values;
	change->member = DatumGetInt64(values[CHANGE_MEMBER]);
	change->seq = DatumGetInt64(values[CHANGE_SEQ]);
	change->kind = (PvKind) DatumGetInt64(values[CHANGE_KIND]);
	change->change.points = DatumGetInt64(values[CHANGE_POINTS]);
	change->change.credits = DatumGetInt64(values[CHANGE_CREDITS]);
	change->change.cash = DatumGetInt64(values[CHANGE_CASH]);
	change->change.reward = DatumGetInt64(values[CHANGE_REWARD]);
	change->change.quota = DatumGetInt64(values[CHANGE_QUOTA]);
	change->change.shares = DatumGetInt64(values[CHANGE_SHARES]);
	change->brings = DatumGetInt64(values[CHANGE_FLAGS]) & FLAG_BRINGS;
	change->alone = (DatumGetInt64(values[CHANGE_FLAGS]) & FLAG_ALONE) != 0;
	change->lot = (PvLot){.seq = change->seq,
						  .left = DatumGetInt64(values[CHANGE_MINTED]),
						  .minted = DatumGetInt64(values[CHANGE_MINTED]),
						  .limit = DatumGetInt64(values[CHANGE_LIMIT]),
						  .alone = change->alone};
	return true;
}
