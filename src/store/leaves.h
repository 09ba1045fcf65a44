/*
 * leaves.h
 *	  Rows as leaves of the log: docs/leaf.md has the numbers of their fields.
 */
#ifndef PV_STORE_LEAVES_H
#define PV_STORE_LEAVES_H

#include "base/compat.h"
#include "base/sha256.h"
#include "engine/leaf.h"
#include "engine/merkle.h"
#include "store/lookup.h"

#include "utils/date.h"

#define PV_SALT_BYTES 16

/* Rows of a vault by their seq, one ahead; they lie in their pages. */
typedef struct PvSeqRows
{
	PvScan scan;
	PvRow row;
	int64_t upto;
	bool ended;
} PvSeqRows;

/* The journal rows of a vault as leaves, one after the other. */
typedef struct PvJournalLeaves
{
	PvSeqRows journal;
	PvSeqRows movements; /* of the same rows */
	PvSeqRows erasures;	 /* likewise */
	PvScan salts;
	MemoryContext memory; /* of a row */
	PvSha *sha;
	PvLeaf moved; /* a movement */
	int32_t vault;
	int64_t seq;			   /* of the leaf made last */
	bool has_salt;			   /* of its texts, looked up */
	uint8 salt[PV_SALT_BYTES]; /* zeros: it has none */
} PvJournalLeaves;

extern void pv_journal_leaves_open(PvJournalLeaves *leaves, PvSha *sha, int32_t vault,
								   int64_t after, int64_t upto, bool read_only);
extern bool pv_journal_leaves_next(PvJournalLeaves *leaves, PvLeaf *leaf);
extern void pv_journal_leaves_close(PvJournalLeaves *leaves);
extern void pv_leaf_hash(PvSha *sha, const PvLeaf *leaf, PvHash *hash);
extern void pv_leaf_text(PvLeaf *leaf, PvSha *sha, int field, const char *text);
extern void pv_leaf_long_text(PvLeaf *leaf, PvSha *sha, int field, const char *text);
extern void pv_leaf_salted(PvLeaf *leaf, PvSha *sha, int field, const uint8 *salt, int64_t key,
						   const char *text);
extern void pv_hash_journal_text(PvSha *sha, const uint8 *salt, const PvRow *row, int column,
								 PvHash *hash);
extern void pv_leaf_moment(PvLeaf *leaf, int field, int64_t moment);
extern void pv_leaf_day(PvLeaf *leaf, int field, DateADT day);

#endif /* PV_STORE_LEAVES_H */
