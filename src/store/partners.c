/*
 * partners.c
 *	  Partners in the store: whom a close makes one, and who takes over (P1).
 *
 * While the rule stays, who was none at the close before and has enough now had less then:
 * an event since brought it some.  So a close looks at the members that the day's events
 * touched, and no others; at all of them only where there was no close before, or one by
 * another rule.
 */
#include "store/partners.h"

#include "base/tokens.h"
#include "engine/parties.h"
#include "engine/partner.h"
#include "store/book.h"
#include "store/policies.h"
#include "store/table.h"
#include "store/write.h"

#include "executor/spi.h"
#include "miscadmin.h"

/* So many are made before they are written. */
#define PARTNERS_AT_ONCE 10000

/* clang-format off */

/*
 * Those of whom the events since a journal row moved the asset, and who have at least
 * $3 of it and are no partners.
 */
#define TOUCHED(own_column, column, at_least)                     \
	"SELECT t.member "                                            \
	"FROM ("                                                      \
		"SELECT member "                                          \
		"FROM pointsvault.journal_data "                          \
		"WHERE vault = $1 AND seq > $2 AND " own_column " IS NOT NULL AND member IS NOT NULL " \
		"UNION "                                                  \
		"SELECT member "                                          \
		"FROM pointsvault.movement_data "                         \
		"WHERE vault = $1 AND seq > $2 AND " column " IS NOT NULL) t " \
	"CROSS JOIN LATERAL ("                                        \
		"SELECT " column " "                                      \
		"FROM pointsvault.holding_data "                          \
		"WHERE vault = $1 AND member = t.member OFFSET 0) h "     \
	"LEFT JOIN LATERAL ("                                         \
		"SELECT seq "                                             \
		"FROM pointsvault.partner_data "                          \
		"WHERE vault = $1 AND member = t.member OFFSET 0) p ON true " \
	"WHERE h." column " " at_least " $3 AND p.seq IS NULL "       \
	"ORDER BY t.member"

/* Those of all members who have at least $2 of the asset and are no partners. */
#define ALL(column, at_least)                                     \
	"SELECT h.member "                                            \
	"FROM pointsvault.holding_data h "                            \
	"LEFT JOIN LATERAL ("                                         \
		"SELECT seq "                                             \
		"FROM pointsvault.partner_data "                          \
		"WHERE vault = $1 AND member = h.member OFFSET 0) p ON true " \
	"WHERE h.vault = $1 AND h." column " " at_least " $2 AND p.seq IS NULL " \
	"ORDER BY h.member"

/* By asset, as in the policy. */
static PvPlan touched[] = {
	[PV_PARTNER_SHARES] = {TOUCHED("member_shares", "shares", ">="), "ill", .custom = true, .how = PV_BY_KEY},
	[PV_PARTNER_POINTS] = {TOUCHED("points", "points", "OPERATOR(pointsvault.>=)"), "ilp", .custom = true,
						   .how = PV_BY_KEY}};

static PvPlan of_all[] = {
	[PV_PARTNER_SHARES] = {ALL("shares", ">="), "il", .custom = true, .how = PV_BY_KEY},
	[PV_PARTNER_POINTS] = {ALL("points", "OPERATOR(pointsvault.>=)"), "ip", .custom = true, .how = PV_BY_KEY}};

/* Who took over may be one already: the earlier day counts. */
static PvPlan hand_on = {
	"WITH gone AS ("
		"DELETE FROM pointsvault.partner_data "
		"WHERE vault = $1 AND member = $2 "
		"RETURNING since, seq) "
	"INSERT INTO pointsvault.partner_data AS p (vault, since, member, seq) "
	"SELECT $1, since, $3, seq FROM gone "
	"ON CONFLICT (vault, member) DO UPDATE "
	"SET since = LEAST(p.since, excluded.since), seq = LEAST(p.seq, excluded.seq)",
	"ill", NULL};

/* clang-format on */

static PvTable partner_insert = {PV_INSERT, "partner_data", "vault, since, member, seq", "idll", 0};

/* Whether the close before went by the same rule, so that only what changed since matters. */
static bool
went_by_same_rule(const PvBook *book, int64_t closed_before)
{
	int32_t serial = closed_before == 0 ? 0 : pv_policy_of_row(book->vault, closed_before);
	PvPolicy policy;

	return serial != 0 && pv_policy_find(book->vault, serial, &policy) &&
		   pv_is_same_partnership(&policy, &book->policy);
}

/* Whom the close at hand makes partners, in the order of enrolment: their numbers. */
static SPITupleTable *
find_new(const PvBook *book, int64_t closed_before, uint64 *count)
{
	const PvPartnerPolicy *partner = &book->policy.partner;
	Datum least = Int64GetDatum(pv_partner_min(partner));

	if (went_by_same_rule(book, closed_before))
		*count = pv_run(&touched[partner->asset],
						(Datum[]){Int32GetDatum(book->vault), Int64GetDatum(closed_before), least},
						NULL, false);
	else
		*count = pv_run(&of_all[partner->asset], (Datum[]){Int32GetDatum(book->vault), least}, NULL,
						false);
	return SPI_tuptable;
}

/* Notes that a close makes a member a partner; nothing else of the member has to be known. */
static void
make_partner(PvBook *book, const PvEntry *close, int64_t id, PvRows *rows)
{
	const PvPartnerPolicy *partner = &book->policy.partner;
	PvMember member = {.id = id};
	PvParty party;
	PvEvent event = {.kind = PV_KIND_PARTNER, .parties = {&party, 0, 1}};
	PvEntry entry = {.day = close->day, .cause = close->seq};

	pv_set_figure(&member.has, pv_partner_asset(partner), pv_partner_min(partner));
	(void) pv_add_party(&event.parties, PV_OWN, &member);
	if (pv_book_post(book, &event, &entry) != PV_OK)
		pv_internal_error("a partner of vault %d was refused", book->vault);
	pv_add_row(rows,
			   (Datum[]){Int32GetDatum(book->vault), DateADTGetDatum(entry.day), Int64GetDatum(id),
						 Int64GetDatum(entry.seq)},
			   (bool[4]){0}, 4);
}

/*
 * P1: whoever has enough at the end of the day that was just closed, and is no partner, is
 * one from that day on.
 */
void
pv_partners_make(PvBook *book, const PvEntry *close, int64_t closed_before)
{
	PvRows rows = {.table = &partner_insert};
	SPITupleTable *found;
	uint64 count;

	if (!book->policy.has_partner)
		return;
	found = find_new(book, closed_before, &count);
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(found, i);

		CHECK_FOR_INTERRUPTS();
		make_partner(book, close, pv_row_int(&row, 0), &rows);
		if (rows.count < PARTNERS_AT_ONCE)
			continue;
		pv_book_write(book);
		pv_write_rows((PvRows *[]){&rows}, 1);
	}
	SPI_freetuptable(found);
	pv_write_rows((PvRows *[]){&rows}, 1);
}

/* P1: for ever, so whoever takes over by a merge is one from then on. */
void
pv_partners_hand_on(int32_t vault, int64_t from, int64_t into)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(from), Int64GetDatum(into)};

	(void) pv_run(&hand_on, values, NULL, false);
}
