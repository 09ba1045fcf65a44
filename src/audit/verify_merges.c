/*
 * verify_merges.c
 *	  Members that became one by merges, by the journal and by their rows.
 *
 * What a merge moves is what the one had by then, so the second pass has to rebuild both
 * side by side, in the order of their events.  It goes by member; those who became one,
 * of whom their rows tell beforehand, come first, a group at a time, and are kept until
 * their rows come.  Whether the rows are right the journal says: where they are not, one
 * of a merge is missing beside the other.
 */
#include "audit/verify_merges.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "store/plan.h"

#include "utils/hsearch.h"

static PvPlan merged_rows = {"SELECT id, merged_into FROM pointsvault.member_data "
							 "WHERE vault = $1 AND merged_into IS NOT NULL",
							 "i", NULL};

static PvMerged *
slot_of(PvVerify *verify, int64_t member)
{
	bool found;
	PvMerged *slot = hash_search(verify->merges, &member, HASH_ENTER, &found);

	if (!found)
		*slot = (PvMerged){.id = member, .rebuilt = {.member.id = member, .posted_to = PV_NO_DAY}};
	return slot;
}

/*
 * Reads who is one with whom.
 */
void
pv_merges_load(PvVerify *verify)
{
	HASHCTL control = {.keysize = sizeof(int64_t),
					   .entrysize = sizeof(PvMerged),
					   .hcxt = verify->report.results};
	int64_t groups = 0;
	PvStream rows;

	verify->merges =
		hash_create("pointsvault merges", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	pv_stream_open(&rows, &merged_rows, verify->book->vault);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		PvMerged *into = slot_of(verify, pv_stream_int(&rows, 1));

		if (into->group == 0)
			into->group = --groups;
		slot_of(verify, pv_stream_int(&rows, 0))->group = into->group;
	}
	pv_stream_close(&rows);
}

/* What is known of a member that was merged or took over; NULL of any other. */
PvMerged *
pv_merges_find(const PvVerify *verify, int64_t member)
{
	return hash_search(verify->merges, &member, HASH_FIND, NULL);
}

/* What the second pass goes by: the group of a member, which is below 0, or its number. */
int64_t
pv_merges_group(const PvVerify *verify, int64_t member)
{
	const PvMerged *slot = pv_merges_find(verify, member);

	return slot && slot->group != 0 ? slot->group : member;
}

/*
 * Who a member is by the journal row at hand: itself, or who took over from it.
 */
int64_t
pv_merges_now(const PvVerify *verify, int64_t member)
{
	PvMerged *slot;
	int64_t last = member;

	while ((slot = pv_merges_find(verify, last)) != NULL && slot->into != 0)
		last = slot->into;
	/* the next time it is one step */
	while ((slot = pv_merges_find(verify, member)) != NULL && slot->into != 0)
	{
		member = slot->into;
		slot->into = last;
		if (member == last)
			break;
	}
	return last;
}

/* Whether one can be merged into another: neither was before. */
bool
pv_merges_can(const PvVerify *verify, int64_t from, int64_t into)
{
	return from != into && pv_merges_now(verify, from) == from &&
		   pv_merges_now(verify, into) == into;
}

/* Notes that the journal row at hand merged one into another. */
void
pv_merges_note(PvVerify *verify, int64_t from, int64_t into)
{
	if (!pv_merges_can(verify, from, into))
	{
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT ", merge", verify->seq),
				  "two members, neither of them merged before", "others");
		return;
	}
	slot_of(verify, from)->into = into;
	(void) slot_of(verify, into);
}
