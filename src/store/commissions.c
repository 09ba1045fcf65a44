/*
 * commissions.c
 *	  Commissions as they stand in a column of the journal (M1).
 *
 * Three numbers each: reason * 256 + grade, whose it is, and how much.  As an array in
 * the row itself they cost nothing where there are none, and are read with the row.
 */
#include "store/commissions.h"

#include "base/assertion.h"
#include "engine/commission.h"
#include "store/table.h"

#define NUMBERS 3  /* of each */
#define GRADES 256 /* which are below that */

/* Commissions as an array, of which there are some. */
Datum
pv_commissions_array(const PvCommissions *commissions)
{
	Datum *numbers = palloc(sizeof(Datum) * NUMBERS * commissions->count);

	for (int i = 0; i < commissions->count; i++)
	{
		const PvCommission *commission = &commissions->list[i];
		Datum *at = numbers + (Size) i * NUMBERS;

		PV_ASSERT(commission->grade >= 0 && commission->grade < GRADES);
		at[0] = Int64GetDatum((int64_t) commission->reason * GRADES + commission->grade);
		at[1] = Int64GetDatum(commission->member);
		at[2] = Int64GetDatum(commission->amount);
	}
	return pv_bigint_array(numbers, NUMBERS * commissions->count);
}

/*
 * Adds those that an array column has; false where it is not one that was written
 * here, and adds none.
 */
bool
pv_commissions_read(const PvRow *row, int column, PvCommissions *commissions)
{
	Datum *numbers;
	int count;

	if (row->nulls[column])
		return true;
	if (!pv_row_bigints(row, column, &numbers, &count) || count == 0 || count % NUMBERS != 0)
		return false;
	for (int i = 0; i < count; i += NUMBERS)
	{
		int64_t code = DatumGetInt64(numbers[i]);

		if (code < GRADES || code / GRADES > PV_SHAREHOLDERS)
			return false;
	}
	for (int i = 0; i < count; i += NUMBERS)
		pv_add_commission(commissions,
						  (PvCommission){.reason = (PvReason) (DatumGetInt64(numbers[i]) / GRADES),
										 .grade = (int) (DatumGetInt64(numbers[i]) % GRADES),
										 .member = DatumGetInt64(numbers[i + 1]),
										 .amount = DatumGetInt64(numbers[i + 2])});
	return true;
}
