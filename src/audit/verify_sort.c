/*
 * verify_sort.c
 *	  Changes of members, put in by event and got back by member.
 */
#include "audit/verify_sort.h"

#include "engine/figures.h"
#include "store/journal.h"
#include "store/plan.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"

/* The keys, and what there is to say beside them: a 0 takes no room (NULL). */
enum
{
	CHANGE_GROUP,
	CHANGE_SEQ,
	CHANGE_PLACE,
	CHANGE_MEMBER, /* where that is not the group */
	CHANGE_KIND,   /* and flags */
	CHANGE_ASSETS,
	CHANGE_DATE = CHANGE_ASSETS + PV_ASSET_COUNT,
	CHANGE_FREE_ON,
	CHANGE_RELEASE_DAYS,
	CHANGE_LIMIT,
	CHANGE_CAUSE,
	CHANGE_DUE,
	CHANGE_QUOTA_DUE,
	CHANGE_SPENDING,
	CHANGE_SHARE_PRICE,
	CHANGE_BOUGHT,
	CHANGE_MIN_SPENT,
	CHANGE_STOCK_FREE_FROM,
	CHANGE_STOCK_PARTS,
	CHANGE_STOCK_PART_MONTHS,
	CHANGE_COLUMNS
};

#define FLAG_BRINGS 0x10000
#define FLAG_ALONE 0x20000
#define FLAG_HELD 0x40000
#define ROLE_SHIFT 20
#define KIND_MASK 0xFFFF

/* Adds what an event brought or took; of damaged rows the sum need not fit. */
void
pv_changes_sum(PvAssets *sum, const PvAssets *change)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		pv_set_figure(sum, &pv_assets[i],
					  (int64_t) ((uint64) pv_figure(sum, &pv_assets[i]) +
								 (uint64) pv_figure(change, &pv_assets[i])));
}

/* Begins the sort of what events brought members, by member, seq and role. */
void
pv_changes_begin(PvVerify *verify)
{
	AttrNumber keys[3] = {CHANGE_GROUP + 1, CHANGE_SEQ + 1, CHANGE_PLACE + 1};
	Oid operators[3] = {Int8LessOperator, Int8LessOperator, Int8LessOperator};
	Oid collations[3] = {InvalidOid, InvalidOid, InvalidOid};
	bool nulls_first[3] = {false, false, true};
	TupleDesc desc = CreateTemplateTupleDesc(CHANGE_COLUMNS);

	for (int i = 0; i < CHANGE_COLUMNS; i++)
		TupleDescInitEntry(desc, i + 1, NULL, INT8OID, -1, 0);
	verify->put_slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	verify->get_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	verify->changes = tuplesort_begin_heap(desc, 3, keys, operators, collations, nulls_first,
										   maintenance_work_mem, NULL, 0);
}

static int64_t
kind_and_flags(const PvMemberChange *change)
{
	return change->kind | (change->brings ? FLAG_BRINGS : 0) |
		   (change->alone || change->lot.alone ? FLAG_ALONE : 0) |
		   (change->lot.held ? FLAG_HELD : 0) | change->role << ROLE_SHIFT;
}

/* Adds what one event brought one member. */
void
pv_changes_put(PvVerify *verify, const PvMemberChange *change)
{
	int64_t columns[CHANGE_COLUMNS] = {[CHANGE_GROUP] = change->group,
									   [CHANGE_SEQ] = change->seq,
									   [CHANGE_PLACE] = change->place,
									   [CHANGE_MEMBER] =
										   change->member == change->group ? 0 : change->member,
									   [CHANGE_KIND] = kind_and_flags(change),
									   [CHANGE_DATE] = change->date,
									   [CHANGE_FREE_ON] = change->lot.free_on,
									   [CHANGE_RELEASE_DAYS] = change->lot.release_days,
									   [CHANGE_LIMIT] = change->lot.limit,
									   [CHANGE_CAUSE] = change->cause,
									   [CHANGE_DUE] = change->due,
									   [CHANGE_QUOTA_DUE] = change->quota_due,
									   [CHANGE_SPENDING] = change->spending,
									   [CHANGE_SHARE_PRICE] = change->share_price,
									   [CHANGE_BOUGHT] = change->bought,
									   [CHANGE_MIN_SPENT] = change->min_spent,
									   [CHANGE_STOCK_FREE_FROM] = change->lock.free_from,
									   [CHANGE_STOCK_PARTS] = change->lock.parts,
									   [CHANGE_STOCK_PART_MONTHS] = change->lock.part_months};
	TupleTableSlot *slot = verify->put_slot;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		columns[CHANGE_ASSETS + i] = pv_figure(&change->change, &pv_assets[i]);
	ExecClearTuple(slot);
	for (int i = 0; i < CHANGE_COLUMNS; i++)
	{
		slot->tts_values[i] = Int64GetDatum(columns[i]);
		slot->tts_isnull[i] = columns[i] == 0;
	}
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(verify->changes, slot);
}

/* Sorts the changes; none is added after it. */
void
pv_changes_sort(PvVerify *verify)
{
	tuplesort_performsort(verify->changes);
}

/*
 * The next change in that order; false after the last.
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
	change->group = pv_row_int(&row, CHANGE_GROUP);
	change->member = row.nulls[CHANGE_MEMBER] ? change->group : pv_row_int(&row, CHANGE_MEMBER);
	change->place = pv_row_int(&row, CHANGE_PLACE);
	change->seq = pv_row_int(&row, CHANGE_SEQ);
	change->kind = (PvKind) (kind & KIND_MASK);
	change->role = (PvRole) (kind >> ROLE_SHIFT);
	change->brings = (kind & FLAG_BRINGS) != 0;
	change->alone = (kind & FLAG_ALONE) != 0;
	pv_read_assets(&row, CHANGE_ASSETS, &change->change);
	change->date = (int32_t) pv_row_int(&row, CHANGE_DATE);
	change->cause = pv_row_int(&row, CHANGE_CAUSE);
	change->due = pv_row_int(&row, CHANGE_DUE);
	change->quota_due = pv_row_int(&row, CHANGE_QUOTA_DUE);
	change->spending = pv_row_int(&row, CHANGE_SPENDING);
	change->share_price = pv_row_int(&row, CHANGE_SHARE_PRICE);
	change->bought = pv_row_int(&row, CHANGE_BOUGHT);
	change->min_spent = pv_row_int(&row, CHANGE_MIN_SPENT);
	change->lock.free_from = (int32_t) pv_row_int(&row, CHANGE_STOCK_FREE_FROM);
	change->lock.parts = (int32_t) pv_row_int(&row, CHANGE_STOCK_PARTS);
	change->lock.part_months = (int32_t) pv_row_int(&row, CHANGE_STOCK_PART_MONTHS);
	change->lot = (PvLot){.seq = change->seq,
						  .left = change->change.points,
						  .minted = change->change.points,
						  .limit = pv_row_int(&row, CHANGE_LIMIT),
						  .held = (kind & FLAG_HELD) != 0,
						  .free_on = (int32_t) pv_row_int(&row, CHANGE_FREE_ON),
						  .release_days = (int32_t) pv_row_int(&row, CHANGE_RELEASE_DAYS),
						  .alone = change->alone,
						  .referral = change->place > 0};
	return true;
}
