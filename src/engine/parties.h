/*
 * parties.h
 *	  The members that take part in an event: any number of them.
 *
 * Who prepares an event adds its parties; the engine fills in what it brought or
 * took each, and all that follows (movements, digests, postings, refunds, verify)
 * goes through the list.  The event's own member, where it has one, is the first.
 */
#ifndef PV_ENGINE_PARTIES_H
#define PV_ENGINE_PARTIES_H

#include "engine/event.h"

#include <stddef.h>

#define PV_FEW_PARTIES 4

/* Members as they were before an event; of few parties without memory of its own. */
typedef struct PvMembersBefore
{
	PvMember few[PV_FEW_PARTIES];
	PvMember *members;
} PvMembersBefore;

/* The event's own party, NULL where it has none. */
static inline PvParty *
pv_own(const PvParties *parties)
{
	return parties->count > 0 && parties->list[0].role == PV_OWN ? &parties->list[0] : NULL;
}

/* The first party in a role, NULL where nobody is. */
static inline PvParty *
pv_party(const PvParties *parties, PvRole role)
{
	for (int i = 0; i < parties->count; i++)
		if (parties->list[i].role == role)
			return &parties->list[i];
	return NULL;
}

/* Whether a role is one of a set, bits as of PV_AS; one from damaged data may be any number. */
static inline bool
pv_is_among_roles(int role, int roles)
{
	return role > PV_OWN && role < PV_NO_ROLE && (roles >> role & 1) != 0;
}

/* The first party in one of the roles, NULL where nobody is. */
static inline PvParty *
pv_other(const PvParties *parties, int roles)
{
	for (int i = 0; i < parties->count; i++)
		if (pv_is_among_roles(parties->list[i].role, roles))
			return &parties->list[i];
	return NULL;
}

/* The first party that is a member of this number, NULL where it is none. */
static inline PvParty *
pv_party_of(const PvParties *parties, int64_t member)
{
	for (int i = 0; i < parties->count; i++)
		if (parties->list[i].id == member)
			return &parties->list[i];
	return NULL;
}

extern PvAssets pv_change_of(const PvParties *parties, const PvMember *member, int before);
extern PvParty *pv_add_party(PvParties *parties, PvRole role, PvMember *member);
extern void pv_remember_members(PvMembersBefore *before, const PvParties *parties);
extern void pv_put_back_members(PvMembersBefore *before, const PvParties *parties);
extern void pv_forget_members(PvMembersBefore *before);

#endif /* PV_ENGINE_PARTIES_H */
