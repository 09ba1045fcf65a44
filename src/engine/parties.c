/*
 * parties.c
 *	  The members that take part in an event: added, and put back as they were.
 */
#include "engine/parties.h"

#include "base/assertion.h"
#include "engine/figures.h"
#include "engine/memory.h"

#include <string.h>

/*
 * Adds a party; without a member, one that is known by its id alone.  Pointers to
 * those before it may move.
 */
PvParty *
pv_add_party(PvParties *parties, PvRole role, PvMember *member)
{
	PV_ASSERT(role != PV_OWN || parties->count == 0); /* the first, if any */
	if (parties->count == parties->size)
	{
		parties->size = parties->size > 0 ? 2 * parties->size : 2;
		parties->list = pv_realloc(parties->list, sizeof(PvParty) * parties->size);
	}
	parties->list[parties->count] =
		(PvParty){.role = role, .id = member ? member->id : 0, .member = member};
	return &parties->list[parties->count++];
}

/*
 * What an event changes for a member in the roles before one: of a purchase that is
 * refunded buyer and sponsor may be one by then.
 */
PvAssets
pv_change_of(const PvParties *parties, const PvMember *member, int before)
{
	PvAssets sum = {0};

	for (int i = 0; i < before; i++)
		for (int j = 0; parties->list[i].member == member && j < PV_ASSET_COUNT; j++)
			pv_set_figure(&sum, &pv_assets[j],
						  pv_figure(&sum, &pv_assets[j]) +
							  pv_figure(&parties->list[i].change, &pv_assets[j]));
	return sum;
}

/*
 * Puts a member back as it was.  Lots made meanwhile are forgotten; their
 * memory stays, as it may have moved.
 */
static void
restore_member(PvMember *member, const PvMember *before)
{
	PvLot *lots = member->lots;
	int maxlots = member->maxlots;

	*member = *before;
	member->lots = lots;
	member->maxlots = maxlots;
}

/*
 * Keeps the members as they are; to be followed by pv_forget_members.
 */
void
pv_remember_members(PvMembersBefore *before, const PvParties *parties)
{
	before->members = before->few;
	if (parties->count > PV_FEW_PARTIES)
		before->members = pv_realloc(NULL, sizeof(PvMember) * parties->count);
	for (int i = 0; i < parties->count; i++)
	{
		PV_ASSERT(parties->list[i].member); /* of what was read back nothing is applied */
		before->members[i] = *parties->list[i].member;
	}
}

/* Makes the members what they were. */
void
pv_put_back_members(PvMembersBefore *before, const PvParties *parties)
{
	for (int i = 0; i < parties->count; i++)
		restore_member(parties->list[i].member, &before->members[i]);
}

/* Ends what pv_remember_members began. */
void
pv_forget_members(PvMembersBefore *before)
{
	if (before->members != before->few)
		pv_free(before->members);
}
