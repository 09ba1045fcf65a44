/*
 * verify_partners.c
 *	  Whom closes made partners, and whom they were to (P1).
 *
 * Of each member the first close is looked for that finds enough with it; its journal row
 * has to follow that close.  A member that nothing changes for is looked at once for each
 * rule of partners, not once for each close.
 */
#include "audit/verify_partners.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "engine/partner.h"
#include "store/calendar.h"
#include "store/plan.h"

#include "utils/builtins.h"

static PvPlan partner_rows = {
	"SELECT member, since, seq FROM pointsvault.partner_data WHERE vault = $1 ORDER BY member", "i",
	NULL};

enum
{
	PARTNER_MEMBER,
	PARTNER_SINCE,
	PARTNER_SEQ
};

/* By which rule the close at hand makes partners: that of the policy in force. */
void
pv_partners_rule(PvVerify *verify, PvClosed *closed)
{
	closed->has_partner = verify->policy.has_partner;
	closed->partner = verify->policy.partner;
	verify->makes_partners |= closed->has_partner;
}

/* Partners of one close are in the order of enrolment. */
void
pv_partners_order(PvVerify *verify, PvKind kind, int64_t member)
{
	if (kind == PV_KIND_PARTNER && member <= verify->last_partner)
		pv_failed(&verify->report, PV_CHECK_PARTNERS,
				  psprintf("journal row " INT64_FORMAT, verify->seq), "in the order of enrolment",
				  "out of it");
	verify->last_partner = kind == PV_KIND_PARTNER ? member : 0;
}

static bool
is_same_rule(const PvClosed *a, const PvClosed *b)
{
	const PvPolicy one = {.has_partner = a->has_partner, .partner = a->partner};
	const PvPolicy other = {.has_partner = b->has_partner, .partner = b->partner};

	return pv_is_same_partnership(&one, &other);
}

/* Opens the partners as they are stored, for members in the order of their numbers. */
void
pv_partners_begin(PvVerify *verify)
{
	for (int i = verify->nclosed - 1; i >= 0; i--)
	{
		PvClosed *next = i + 1 < verify->nclosed ? &verify->closed[i + 1] : NULL;

		verify->closed[i].next_other =
			next && is_same_rule(&verify->closed[i], next) ? next->next_other : i + 1;
	}
	pv_stream_open(&verify->partners, &partner_rows, verify->book->vault);
	pv_stream_require(&verify->partners, &verify->report, PV_CHECK_PARTNERS,
					  PV_REQUIRE_FROM(PARTNER_MEMBER, PARTNER_SEQ));
	pv_stream_next(&verify->partners);
}

static void
fail_due(PvVerify *verify, PvRebuilt *rebuilt)
{
	pv_fail_member(&verify->report, PV_CHECK_PARTNERS, rebuilt->member.id,
				   psprintf("after the close, journal row " INT64_FORMAT, rebuilt->partner_due),
				   "a partner", "none");
	rebuilt->partner_due = 0;
}

/* The closes after the member's last change and before another: whether one finds enough with it. */
void
pv_partners_follow(PvVerify *verify, PvRebuilt *rebuilt, int64_t before)
{
	if (!verify->makes_partners || rebuilt->partner_seq != 0)
		return;
	for (int i = pv_days_first_after(verify, rebuilt->seq);
		 i < verify->nclosed && verify->closed[i].seq < before; i = verify->closed[i].next_other)
	{
		const PvClosed *closed = &verify->closed[i];

		if (!closed->has_partner || !pv_has_partners_share(&closed->partner, &rebuilt->member.has))
			continue;
		rebuilt->partner_due = closed->seq;
		break;
	}
	if (before == INT64_MAX && rebuilt->partner_due != 0)
		fail_due(verify, rebuilt);
}

/* A change of the member: who was to become a partner does so before any other. */
void
pv_partners_change(PvVerify *verify, PvRebuilt *rebuilt, const PvMemberChange *change)
{
	int day = pv_days_first_after(verify, change->seq) - 1;

	if (change->kind != PV_KIND_PARTNER)
	{
		if (rebuilt->partner_due != 0)
			fail_due(verify, rebuilt);
		return;
	}
	pv_compare_member(&verify->report, PV_CHECK_PARTNERS, rebuilt->member.id,
					  "the close that makes it a partner, journal row", change->seq,
					  rebuilt->partner_due, day >= 0 ? verify->closed[day].seq : 0, 0);
	rebuilt->partner_due = 0;
	rebuilt->partner_seq = change->seq;
	rebuilt->partner_since = change->date;
}

/* By a merge the other becomes what the one was, from the earlier day of both on. */
void
pv_partners_merge(PvRebuilt *into, PvRebuilt *from)
{
	if (from->partner_seq != 0 && (into->partner_seq == 0 || from->partner_seq < into->partner_seq))
	{
		into->partner_seq = from->partner_seq;
		into->partner_since = from->partner_since;
	}
	from->partner_seq = 0;
}

/* Stored partners who are none, up to this member, NULL: all that are left. */
static void
skip_strays(PvVerify *verify, const int64_t *member)
{
	pv_stream_skip_strays(&verify->partners, &verify->report, PV_CHECK_PARTNERS, "row of partners",
						  member);
}

/* Whether the stored row says what the journal does. */
void
pv_partners_compare(PvVerify *verify, const PvRebuilt *rebuilt)
{
	int64_t member = rebuilt->member.id;
	PvStream *rows = &verify->partners;
	bool is_stored;
	DateADT since;

	skip_strays(verify, &member);
	is_stored = !rows->ended && pv_stream_int(rows, PARTNER_MEMBER) == member;
	if (is_stored != (rebuilt->partner_seq != 0))
		pv_fail_member(&verify->report, PV_CHECK_PARTNERS, member, "row of partners",
					   is_stored ? "none" : "a row", is_stored ? "a row" : "none");
	if (!is_stored)
		return;
	pv_checked(&verify->report, PV_CHECK_PARTNERS);
	since = DatumGetDateADT(rows->row.values[PARTNER_SINCE]);
	if (rebuilt->partner_seq != 0 && since != rebuilt->partner_since)
		pv_fail_member(&verify->report, PV_CHECK_PARTNERS, member, "since",
					   pv_date_text(rebuilt->partner_since), pv_date_text(since));
	pv_compare_member(&verify->report, PV_CHECK_PARTNERS, member, "partner by journal row", 0,
					  rebuilt->partner_seq, pv_stream_int(rows, PARTNER_SEQ), 0);
	pv_stream_next(rows);
}

/* Those who are left are strays. */
void
pv_partners_end(PvVerify *verify)
{
	skip_strays(verify, NULL);
	pv_stream_close(&verify->partners);
}
