/*
 * other_leaves.h
 *	  Rows beside the journal as leaves of the log: the vault, policies, members, access.
 */
#ifndef PV_STORE_OTHER_LEAVES_H
#define PV_STORE_OTHER_LEAVES_H

#include "base/compat.h"
#include "base/sha256.h"
#include "engine/leaf.h"
#include "store/stream.h"

/* Rows of a type as leaves, one after the other, by their keys. */
typedef struct PvOtherLeaves
{
	PvStream rows;
	MemoryContext memory; /* of a row */
	PvSha *sha;
	PvLeafType type;
} PvOtherLeaves;

extern void pv_other_leaves_open(PvOtherLeaves *leaves, PvSha *sha, PvLeafType type, int32_t vault,
								 int64_t after, int64_t upto, bool read_only);
extern void pv_changed_members_open(PvOtherLeaves *leaves, PvSha *sha, int32_t vault, int64_t after,
									int64_t upto, int64_t member_upto, bool read_only);
extern bool pv_other_leaves_next(PvOtherLeaves *leaves, PvLeaf *leaf);
extern void pv_other_leaves_close(PvOtherLeaves *leaves);
extern int64_t pv_leaf_key(const PvLeaf *leaf);

#endif /* PV_STORE_OTHER_LEAVES_H */
