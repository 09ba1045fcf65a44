/*
 * tally.c
 *	  How many members a vault has, counted once for all of them up to some number,
 *	  so that who asks counts those after it alone.
 *
 * A tally is right for good only once nobody can commit a number up to its own any
 * more.  nextval() locks the sequence until the end of the transaction, before it
 * draws: so whoever has drawn a number, and is not over, prepared transactions too,
 * is among those who hold that lock.  Those who come to hold it later draw higher
 * numbers.  Hence: read the last number drawn, list the holders, and once all of
 * these are over a new snapshot shows whoever has, or ever will have, a number up to
 * that one.  (CREATE INDEX CONCURRENTLY waits in the same way.)  Whoever else holds
 * it, after setval() for instance, makes the tally late, not wrong.  Nothing is locked,
 * and no enrolment waits.  The tally is an ordinary row: each snapshot, in a dump or
 * on a standby too, shows it with the members it counted.
 */
#include "store/tally.h"

#include "store/plan.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"

/* So few are counted as fast as a tally is read, about. */
#define WORTH_A_TALLY 1000

/* Enrolling takes milliseconds; whoever takes longer is left to the next run. */
#define MOST_LOOKS 10
#define BETWEEN_LOOKS_MS 10

/* clang-format off */

static PvPlan read_tally = {
	"SELECT s.last_value, COALESCE(t.upto, 0), COALESCE(t.members, 0) "
	"FROM pointsvault.member_data_id_seq s "
	"LEFT JOIN pointsvault.member_tally_data t ON t.vault = $1",
	"i", NULL};

static PvPlan find_many = {
	"SELECT 1 "
	"FROM pointsvault.member_data "
	"WHERE vault = $1 AND id > $2 "
	"ORDER BY id OFFSET $3 LIMIT 1",
	"ill", .how = PV_IN_ORDER};

static PvPlan count_members = {
	"SELECT count(*), max(id) "
	"FROM pointsvault.member_data "
	"WHERE vault = $1 AND id > $2 AND id <= $3",
	"ill", NULL};

/* Any tally is right by itself: of two that were made side by side the later one stays. */
static PvPlan write_tally = {
	"INSERT INTO pointsvault.member_tally_data AS t (vault, upto, members) "
	"VALUES ($1, $2, $3) "
	"ON CONFLICT (vault) DO UPDATE "
	"SET upto = excluded.upto, members = excluded.members "
	"WHERE t.upto < excluded.upto",
	"ill", NULL};

/* clang-format on */

/* Whether enough of a vault's members stand after a number. */
static bool
are_many(int32_t vault, int64_t after)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(after),
					   Int64GetDatum(WORTH_A_TALLY - 1)};

	return pv_run(&find_many, values, NULL, false) > 0;
}

/*
 * Whether all other transactions that have drawn a number of a member are over, after
 * a short wait at most.
 */
bool
pv_drawers_are_over(void)
{
	LOCKTAG tag;
	VirtualTransactionId *drawers;
	int count;
	int next = 0;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, pv_relation_oid("member_data_id_seq"));
	/* ShareLock: what conflicts with it is what nextval() takes, and a mere reader does not */
	drawers = GetLockConflicts(&tag, ShareLock, &count);
	for (int looks = 0; next < count && looks < MOST_LOOKS; looks++)
	{
		if (looks > 0)
			pg_usleep(BETWEEN_LOOKS_MS * 1000L);
		CHECK_FOR_INTERRUPTS();
		while (next < count && VirtualXactLock(drawers[next], false))
			next++;
	}
	PV_ASSERT(next <= count);
	return next == count;
}

/*
 * Moves a vault's tally up to its last member who is settled, where that is worth
 * it; returns how many it counted.
 */
int64_t
pv_tally_advance(int32_t vault)
{
	Datum values[3] = {Int32GetDatum(vault)};
	int64_t drawn;
	int64_t members;
	int64_t counted;
	PvRow row;

	/* needs a snapshot from after the look at who is over */
	if (IsolationUsesXactSnapshot())
		return 0;
	(void) pv_run(&read_tally, values, NULL, false);
	row = pv_result_row(0);
	drawn = pv_row_int(&row, 0);
	values[1] = row.values[1];
	members = pv_row_int(&row, 2);
	if (!are_many(vault, DatumGetInt64(values[1])) || !pv_drawers_are_over())
		return 0;
	values[2] = Int64GetDatum(drawn);
	(void) pv_run(&count_members, values, NULL, false);
	row = pv_result_row(0);
	counted = pv_row_int(&row, 0);
	if (counted == 0)
		return 0;
	values[1] = row.values[1];
	values[2] = Int64GetDatum(members + counted);
	return pv_run(&write_tally, values, NULL, false) > 0 ? counted : 0;
}
