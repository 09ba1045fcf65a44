/*
 * merging.c
 *	  A member merged into another, in the store.
 *
 * The row of who was merged stays, and says who took over, in one step: who was merged
 * into a member that is merged itself is told of the last one.  So a purchase that is
 * refunded finds who has its points now; and so does one by somebody who was being
 * enrolled below it at that moment, without a lock, and was not seen to be handed over.
 */
#include "store/merging.h"

#include "base/tokens.h"
#include "engine/lots.h"
#include "store/intake.h"
#include "store/items.h"
#include "store/line.h"
#include "store/lookup.h"
#include "store/lot_rows.h"
#include "store/member_rows.h"
#include "store/partners.h"
#include "store/plan.h"
#include "store/relation.h"
#include "store/release_plans.h"
#include "store/stock_rows.h"

#include "executor/spi.h"
#include "miscadmin.h"

/* clang-format off */

/* Events that both have a lot of, and whose purchase it was, or who took over from that one. */
static PvPlan lots_of_both = {
	"SELECT l.seq, COALESCE(b.merged_into, b.id) "
	"FROM pointsvault.lot_data l "
	"CROSS JOIN LATERAL ("
		"SELECT seq "
		"FROM pointsvault.lot_data "
		"WHERE vault = $1 AND member = $3 AND seq = l.seq OFFSET 0) o "
	"CROSS JOIN LATERAL ("
		"SELECT member "
		"FROM pointsvault.journal_data "
		"WHERE vault = $1 AND seq = o.seq OFFSET 0) j "
	"CROSS JOIN LATERAL ("
		"SELECT id, merged_into "
		"FROM pointsvault.member_data "
		"WHERE vault = $1 AND id = j.member OFFSET 0) b "
	"WHERE l.vault = $1 AND l.member = $2",
	"ill", .how = PV_BY_KEY};

static PvPlan line_below = {
	"SELECT id FROM pointsvault.member_data WHERE vault = $1 AND sponsor = $2 ORDER BY id", "il",
	NULL};

/*
 * What team figures say of whom members stand below, merges looked through: of those below
 * a member, or below one that became it and of whom they were enrolled at that moment; and of
 * its own.
 */
static PvPlan team_line_below = {
	"UPDATE pointsvault.team_data SET above = $2 "
	"WHERE vault = $1 AND member = ANY ("
		"SELECT b.id "
		"FROM ("
			"SELECT $2 AS id "
			"UNION ALL "
			"SELECT id FROM pointsvault.member_data WHERE vault = $1 AND merged_into = $2) a "
		"CROSS JOIN LATERAL ("
			"SELECT id FROM pointsvault.member_data WHERE vault = $1 AND sponsor = a.id OFFSET 0) b)",
	"il", .how = PV_BY_KEY};

static PvPlan team_line_above = {
	"UPDATE pointsvault.team_data SET above = ("
		"SELECT COALESCE(s.merged_into, s.id) "
		"FROM pointsvault.member_data m "
		"JOIN pointsvault.member_data s ON s.vault = $1 AND s.id = m.sponsor "
		"WHERE m.vault = $1 AND m.id = $2) "
	"WHERE vault = $1 AND member = $2",
	"il", NULL};

static PvPlan merged_before = {
	"SELECT id FROM pointsvault.member_data WHERE vault = $1 AND merged_into = $2", "il", NULL};

/* clang-format on */

static PvLookup line_above = {.table = "member_data",
							  .columns = "sponsor, merged_into",
							  .by = "vault, id",
							  .nkeys = 2};

/*
 * Brings what a merge moves: all lots of the one, and of the other those of the same
 * events, of which it is found whose is the sponsor's.
 */
void
pv_book_bring_merge(PvBook *book, PvMember *from, PvMember *into)
{
	Datum values[3] = {Int32GetDatum(book->vault), Int64GetDatum(from->id),
					   Int64GetDatum(into->id)};
	uint64 count;
	SPITupleTable *pairs;

	pv_book_load_lots(book, from, INT64_MAX, PV_HELD_OR_NOT);
	count = pv_run(&lots_of_both, values, NULL, false);
	pairs = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(pairs, i);
		int64_t seq = pv_row_int(&row, 0);
		PvLot *lot;

		CHECK_FOR_INTERRUPTS();
		pv_book_load_lot(book, into, seq);
		lot = pv_find_lot(pv_row_int(&row, 1) == from->id ? into : from, seq);
		if (lot)
			lot->referral = true;
	}
	SPI_freetuptable(pairs);
}

/* Who a member stands below, 0 = nobody; a merged one hands on to who took over. */
static int64_t
next_above(PvScan *scan, int32_t vault, int64_t member)
{
	PvRow row;

	pv_scan_by(scan, (Datum[]){Int32GetDatum(vault), Int64GetDatum(member)});
	if (!pv_scan_next(scan, &row))
		return 0;
	return row.nulls[1] ? pv_row_int(&row, 0) : pv_row_int(&row, 1);
}

/*
 * Whether a member stands somewhere below another.  The line up may be as long as there
 * are members; where it comes back to a place it was at, somebody changed it.
 */
static bool
stands_below(int32_t vault, int64_t member, int64_t above)
{
	PvWalk walk = pv_walk_from(vault, member);
	PvScan scan;

	pv_scan_open(&scan, &line_above, PV_SEE_NOW);
	do
	{
		member = next_above(&scan, vault, member);
		pv_walk_to(&walk, member);
	} while (member != 0 && member != above);
	pv_scan_close(&scan);
	return member == above;
}

/*
 * What the line below the one is, and whom the other stands below, before the merge: rows
 * of members have but what is so now, and closes went by what was so then.
 */
char *
pv_merge_note(int32_t vault, int64_t from, int64_t into)
{
	Datum key[2] = {Int32GetDatum(vault), Int64GetDatum(from)};
	StringInfoData note;
	uint64 count = pv_run(&line_below, key, NULL, false);
	SPITupleTable *found = SPI_tuptable;

	initStringInfo(&note);
	appendStringInfo(&note, "sponsor " INT64_FORMAT, pv_member_row(vault, into, false).sponsor);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(found, i);

		appendStringInfo(&note, "%s" INT64_FORMAT, i == 0 ? ", line " : " ", pv_row_int(&row, 0));
	}
	SPI_freetuptable(found);
	return note.data;
}

/* Sets a number of a member's row, such as its sponsor; returns by how much the digest moves. */
static uint64
set_number(int32_t vault, int64_t member, size_t field, int64_t number)
{
	PvMemberRow before = pv_member_row(vault, member, false);
	PvMemberRow after = before;

	*(int64_t *) ((char *) &after + field) = number;
	return pv_member_write(vault, &before, &after);
}

/* Those who were merged into the one before are told of the other. */
static uint64
hand_on(int32_t vault, int64_t from, int64_t into)
{
	Datum key[2] = {Int32GetDatum(vault), Int64GetDatum(from)};
	uint64 count = pv_run(&merged_before, key, NULL, false);
	SPITupleTable *found = SPI_tuptable;
	uint64 change = 0;

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(found, i);

		CHECK_FOR_INTERRUPTS();
		change += set_number(vault, pv_row_int(&row, 0), offsetof(PvMemberRow, merged_into), into);
	}
	SPI_freetuptable(found);
	return change;
}

/* Team figures of who stands below a member, and its own, tell of it as the line now is. */
static void
move_team_line(int32_t vault, int64_t into)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(into)};

	(void) pv_run(&team_line_below, values, NULL, false);
	(void) pv_run(&team_line_above, values, NULL, false);
}

/*
 * M2: the line below the one goes over.  Where the other stands in it, it takes the one's
 * place below its sponsor first, or it would stand below itself.
 */
void
pv_member_merge(int32_t vault, int64_t from, int64_t into)
{
	uint64 change = 0;

	pv_tell_of_places();
	if (stands_below(vault, into, from))
		change += set_number(vault, into, offsetof(PvMemberRow, sponsor),
							 pv_member_row(vault, from, false).sponsor);
	change += pv_member_hand_line(vault, from, into);
	pv_plans_merge(vault, from, into);
	pv_grants_merge(vault, from, into);
	pv_items_merge(vault, from, into);
	pv_partners_hand_on(vault, from, into);
	change += hand_on(vault, from, into);
	change += set_number(vault, from, offsetof(PvMemberRow, merged_into), into);
	move_team_line(vault, into);
	pv_intake_note(vault, PV_INTAKE_MERGED, 0, change, NULL);
}
