/*
 * verify_sort.c
 *	  Changes of members, put in by event and got back by member.
 */
#include "audit/verify_sort.h"

#include "store/plan.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"

/* The keys, and what there is to say beside them: a 0 takes no room (NULL). */
enum
{
	CHANGE_MEMBER,
	CHANGE_SEQ,
	CHANGE_KIND, /* and flags */
	CHANGE_POINTS,
	CHANGE_LIMIT,
	CHANGE_CREDITS,
	CHANGE_CASH,
	CHANGE_REWARD,
	CHANGE_QUOTA,
	CHANGE_SHARES,
	CHANGE_CAUSE,
	CHANGE_DUE,
	CHANGE_QUOTA_DUE,
	CHANGE_SPENDING,
	CHANGE_SHARE_PRICE,
	CHANGE_COLUMNS
};

#define FLAG_BRINGS 0x10000
#define FLAG_ALONE 0x20000
#define KIND_MASK 0xFFFF

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

static int64_t
kind_and_flags(const PvMemberChange *change)
{
	return change->kind | (change->brings ? FLAG_BRINGS : 0) |
		   (change->alone || change->lot.alone ? FLAG_ALONE : 0);
}

void
pv_changes_put(PvVerify *verify, const PvMemberChange *change)
{
	const int64_t columns[CHANGE_COLUMNS] = {change->member,		 change->seq,
											 kind_and_flags(change), change->change.points,
											 change->lot.limit,		 change->change.credits,
											 change->change.cash,	 change->change.reward,
											 change->change.quota,	 change->change.shares,
											 change->cause,			 change->due,
											 change->quota_due,		 change->spending,
											 change->share_price};
	TupleTableSlot *slot = verify->put_slot;

	ExecClearTuple(slot);
	for (int i = 0; i < CHANGE_COLUMNS; i++)
	{
		slot->tts_values[i] = Int64GetDatum(columns[i]);
		slot->tts_isnull[i] = columns[i] == 0;
	}
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(verify->changes, slot);
}

void
pv_changes_sort(PvVerify *verify)
{
	tuplesort_performsort(verify->changes);
}

/*
 * The next change by member and seq; false after the last.
 */
bool
pv_changes_get(PvVerify *verify, PvMemberChange *change)
{
	PvRow row;
	int64_t kind;

	memset(change, 0, sizeof(*change));
	if (!tuplesort_gettupleslot(verify->changes, true, false, verify->get_slot, NULL))
		return false;
	slot_getallattrs(verify->get_slot);
	row = (PvRow){verify->get_slot->tts_values, verify->get_slot->tts_isnull};
	kind = pv_row_int(&row, CHANGE_KIND);
	change->member = pv_row_int(&row, CHANGE_MEMBER);
	change->seq = pv_row_int(&row, CHANGE_SEQ);
	change->kind = (PvKind) (kind & KIND_MASK);
	change->brings = (kind & FLAG_BRINGS) != 0;
	change->alone = (kind & FLAG_ALONE) != 0;
	change->change.points = pv_row_int(&row, CHANGE_POINTS);
	change->change.credits = pv_row_int(&row, CHANGE_CREDITS);
	change->change.cash = pv_row_int(&row, CHANGE_CASH);
	change->change.reward = pv_row_int(&row, CHANGE_REWARD);
	change->change.quota = pv_row_int(&row, CHANGE_QUOTA);
	change->change.shares = pv_row_int(&row, CHANGE_SHARES);
	change->cause = pv_row_int(&row, CHANGE_CAUSE);
	change->due = pv_row_int(&row, CHANGE_DUE);
	change->quota_due = pv_row_int(&row, CHANGE_QUOTA_DUE);
	change->spending = pv_row_int(&row, CHANGE_SPENDING);
	change->share_price = pv_row_int(&row, CHANGE_SHARE_PRICE);
	change->lot = (PvLot){.seq = change->seq,
						  .left = change->change.points,
						  .minted = change->change.points,
						  .limit = pv_row_int(&row, CHANGE_LIMIT),
						  .alone = change->alone};
	return true;
}
