/*
 * seals.h
 *	  The log of a vault: what is sealed, its tiles, and its signed checkpoints.
 */
#ifndef PV_STORE_SEALS_H
#define PV_STORE_SEALS_H

#include "base/compat.h"
#include "base/sha256.h"
#include "engine/merkle.h"
#include "store/leaves.h"
#include "store/stream.h"

/* A seal as it is stored. */
typedef struct PvSeal
{
	int64_t size;
	int64_t journal_upto;
	int64_t journal_rows;
	int64_t member_upto;
	int64_t access_upto;
	int32_t policy_upto;
	const char *origin;
	const char *place;
	PvHash root;
} PvSeal;

/* A log opened for proofs, or for more leaves. */
typedef struct PvLog
{
	int32_t vault;
	bool read_only;
	PvSha *sha;
	PvHasher hasher;
	PvTiles tiles;
	PvSeal last; /* size 0: there is none */
	PvEdge *edge;
	/* the tile of each level that was looked at last */
	int64_t number[PV_TILE_LEVELS];
	PvHash *tile[PV_TILE_LEVELS];
} PvLog;

/* A checkpoint that was signed and brought back. */
typedef struct PvCheckpoint
{
	int64_t size;
	const char *note;
} PvCheckpoint;

/* All leaves of a log, as they are made again from their rows. */
typedef struct PvLeafWalk
{
	int32_t vault;
	PvStream seals;
	PvStream others;
	PvJournalLeaves journal;
	PvSeal seal;	/* to which the leaf made last belongs */
	int64_t index;	/* of the next leaf */
	int64_t seq;	/* the journal row of the leaf made last, 0 = of another type */
	bool ends_seal; /* it is the last of its seal */
} PvLeafWalk;

extern void pv_seals_init(void);
extern PvHasher pv_hasher(PvSha *sha);
extern PvLog *pv_log_open(int32_t vault, bool read_only);
extern void pv_log_close(PvLog *log);
extern void pv_seal_lock(int32_t vault);
extern int64_t pv_seal(int32_t vault, int64_t most, int64_t *added);
extern char *pv_checkpoint_text(const PvSeal *seal);
extern bool pv_seal_at(int32_t vault, int64_t size, bool read_only, PvSeal *seal);
extern int64_t pv_sealed_index(int32_t vault, int64_t seq);
pv_noreturn extern void pv_bad_checkpoint(const char *why);
extern const char *pv_checkpoint_fault(const PvSeal *seal, const char *note);
extern int64_t pv_checkpoint_size(const char *note);
extern bool pv_checkpoint_last(int32_t vault, PvCheckpoint *checkpoint);
extern void pv_checkpoints_open(PvStream *rows, int32_t vault);
extern PvCheckpoint pv_checkpoint_read(const PvRow *row);
extern void pv_checkpoint_store(int32_t vault, const PvCheckpoint *checkpoint);
extern char *pv_base64(const uint8 *data, int size);
extern bool pv_kept_leaf(int32_t vault, int64_t place, PvLeaf *leaf);
extern PvLeafWalk *pv_walk_open(PvSha *sha, int32_t vault);
extern bool pv_walk_next(PvLeafWalk *walk, PvLeaf *leaf);
extern void pv_walk_close(PvLeafWalk *walk);

#endif /* PV_STORE_SEALS_H */
