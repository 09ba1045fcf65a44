/*
 * verify_lots.c
 *	  The lots that the events left, compared with those that are stored.
 *
 * Lots lie in the order of events and are rebuilt in the order of members: to
 * fetch one for the other by its key is what would take most of the time.  So
 * the stored lots are read as they lie, and both sides are summed up by a hash
 * of each.  Only where the sums differ verify goes through the vault once more,
 * lot by lot, to name the first difference.
 */
#include "audit/verify_lots.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "engine/lots.h"
#include "store/calendar.h"
#include "store/lot_rows.h"
#include "store/plan.h"
#include "store/state.h"

#include "common/hashfn.h"

/* clang-format off */

#define LOTS_OF_VAULT                                           \
	"SELECT member, " PV_LOT_COLUMNS " "                        \
	"FROM pointsvault.lot_data "                                \
	"WHERE vault = $1"

static PvPlan lot_rows = {LOTS_OF_VAULT, "i", NULL};
static PvPlan ordered_lot_rows = {LOTS_OF_VAULT " ORDER BY member, seq", "i", NULL};

/* clang-format on */

enum
{
	LOT_MEMBER,
	LOT_SEQ,
	LOT_POINTS,
	LOT_MINTED,
	LOT_LIMIT,
	LOT_ALONE,
	LOT_FREE_ON,
	LOT_RELEASE_DAYS,
	LOT_TAKEN
};

static uint64
fingerprint(int64_t member, const PvLot *lot)
{
	const int64_t fields[] = {member,
							  lot->seq,
							  lot->left,
							  lot->minted,
							  lot->limit,
							  lot->alone,
							  lot->held,
							  lot->held ? lot->free_on : 0,
							  lot->release_days,
							  lot->taken};

	return hash_bytes_extended((const unsigned char *) fields, sizeof(fields), 0);
}

/* A lot as it is stored; what NULL stands for is not stored. */
static PvLot
stored_lot(const PvStream *rows)
{
	PvLot lot = pv_lot_of_row(&rows->row, LOT_SEQ);

	if (lot.release_days == 0 && !rows->row.nulls[LOT_RELEASE_DAYS])
		lot.release_days = -1;
	if (lot.taken == 0 && !rows->row.nulls[LOT_TAKEN])
		lot.taken = -1;
	return lot;
}

static uint64
stored_fingerprint(const PvStream *rows)
{
	PvLot lot = stored_lot(rows);

	return fingerprint(pv_stream_int(rows, LOT_MEMBER), &lot);
}

/* --- lot by lot --------------------------------------------------------------- */

static bool
lies_before(const PvStream *rows, int64_t member, int64_t seq)
{
	return pv_stream_int(rows, LOT_MEMBER) < member ||
		   (pv_stream_int(rows, LOT_MEMBER) == member && pv_stream_int(rows, LOT_SEQ) < seq);
}

/* Stored lots the journal knows nothing of, up to this place, or all that are left. */
static void
skip_stray_lots(PvVerify *verify, bool all, int64_t member, int64_t seq)
{
	PvStream *rows = &verify->lots;

	for (; !rows->ended && (all || lies_before(rows, member, seq)); pv_stream_next(rows))
		pv_fail_member(&verify->report, PV_CHECK_LOTS, pv_stream_int(rows, LOT_MEMBER),
					   psprintf("lot " INT64_FORMAT, pv_stream_int(rows, LOT_SEQ)), "none",
					   "a lot");
}

/*
 * G16, D3: until when the lot is held, if it is, over how many days it is released, and what
 * was taken of it.
 */
static void
compare_hold(PvVerify *verify, int64_t member, const PvLot *lot)
{
	PvLot stored = stored_lot(&verify->lots);
	bool held = stored.held;
	DateADT found = held ? stored.free_on : PV_NO_DAY;

	pv_compare_member(&verify->report, PV_CHECK_LOTS, member, "release_days of lot", lot->seq,
					  lot->release_days, stored.release_days, 0);
	pv_compare_member(&verify->report, PV_CHECK_LOTS, member, "taken of lot", lot->seq, lot->taken,
					  stored.taken, PV_POINTS_SCALE);
	if (held != lot->held || (held && found != lot->free_on))
		pv_fail_member(&verify->report, PV_CHECK_LOTS, member,
					   psprintf("free_on of lot " INT64_FORMAT, lot->seq),
					   lot->held ? pv_date_text(lot->free_on) : "none",
					   held ? pv_date_text(found) : "none");
}

static void
compare_lot(PvVerify *verify, int64_t member, const PvLot *lot)
{
	PvStream *rows = &verify->lots;

	skip_stray_lots(verify, false, member, lot->seq);
	if (rows->ended || pv_stream_int(rows, LOT_MEMBER) != member ||
		pv_stream_int(rows, LOT_SEQ) != lot->seq)
	{
		pv_fail_member(&verify->report, PV_CHECK_LOTS, member,
					   psprintf("lot " INT64_FORMAT, lot->seq), "a lot", "none");
		return;
	}
	pv_compare_member(&verify->report, PV_CHECK_LOTS, member, "points of lot", lot->seq, lot->left,
					  pv_stream_int(rows, LOT_POINTS), PV_POINTS_SCALE);
	pv_compare_member(&verify->report, PV_CHECK_LOTS, member, "minted of lot", lot->seq,
					  lot->minted, pv_stream_int(rows, LOT_MINTED), PV_POINTS_SCALE);
	pv_compare_member(&verify->report, PV_CHECK_LOTS, member, "exit_limit of lot", lot->seq,
					  lot->limit, pv_stream_int(rows, LOT_LIMIT), PV_AMOUNT_SCALE);
	pv_compare_member(&verify->report, PV_CHECK_LOTS, member, "alone of lot", lot->seq, lot->alone,
					  DatumGetBool(rows->row.values[LOT_ALONE]), 0);
	compare_hold(verify, member, lot);
	pv_stream_next(rows);
}

/* --- both ways ------------------------------------------------------------------ */

/* Opens the lots as stored, for members in the order of their numbers. */
void
pv_lots_begin(PvVerify *verify)
{
	pv_stream_open(&verify->lots, verify->lot_by_lot ? &ordered_lot_rows : &lot_rows,
				   verify->book->vault);
	pv_stream_require(&verify->lots, &verify->report, PV_CHECK_LOTS,
					  PV_REQUIRE_FROM(LOT_MEMBER, LOT_ALONE));
	pv_stream_next(&verify->lots);
}

/*
 * The lots of a member as its events left them; members come in their order.
 */
void
pv_lots_compare(PvVerify *verify, const PvMember *member)
{
	for (int i = 0; i < member->nlots; i++)
	{
		const PvLot *lot = &member->lots[i];

		if (pv_lot_is_used_up(lot))
			continue;
		pv_checked(&verify->report, PV_CHECK_LOTS);
		if (lot->alone)
			pv_check_next_exit(verify, member->id, (PvPrice){lot->limit, lot->minted});
		if (verify->lot_by_lot)
			compare_lot(verify, member->id, lot);
		else
			verify->lots_rebuilt += fingerprint(member->id, lot);
	}
}

/*
 * After the last member: whether the stored lots are those.
 */
void
pv_lots_end(PvVerify *verify)
{
	PvStream *rows = &verify->lots;
	uint64 stored = 0;

	if (verify->lot_by_lot)
		skip_stray_lots(verify, true, 0, 0);
	for (; !rows->ended; pv_stream_next(rows))
		stored += stored_fingerprint(rows);
	verify->lots_differ = !verify->lot_by_lot && stored != verify->lots_rebuilt;
	pv_stream_close(rows);
}

/*
 * No exit price is below what the last journal row says of the next exit (G6).
 */
void
pv_check_next_exit(PvVerify *verify, int64_t member, PvPrice price)
{
	if (verify->next_exit.points == 0 || pv_price_cmp(price, verify->next_exit) < 0)
		pv_fail_member(&verify->report, PV_CHECK_EXITS, member, "next_exit of the last journal row",
					   "not above its exit price", "above");
}
