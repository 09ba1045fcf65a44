/*
 * sumtree.h
 *	  A Merkle tree whose nodes have a sum beside their hash: docs/liabilities.md.
 *
 * It has the shape of RFC 6962, and is kept as tiles of 256 nodes of each eighth level.  It
 * is built once and does not grow, so its last tiles are kept as they are, not full.
 */
#ifndef PV_ENGINE_SUMTREE_H
#define PV_ENGINE_SUMTREE_H

#include "engine/merkle.h"

#include <stdbool.h>
#include <stdint.h>

#define PV_SUM_LEVELS 5 /* of tiles: 2^40 leaves */
#define PV_SUM_MOST_LEAVES (INT64_C(1) << (PV_SUM_LEVELS * PV_TILE_HEIGHT))

#define PV_SUM_SALT_BYTES 16
#define PV_SUM_LONGEST_NAME 1020 /* in UTF-8, of 255 bytes in whatever encoding */

/* What is derived for each member of a tree: the salt of its leaf, and where that stands. */
typedef struct PvSumKey
{
	uint8_t salt[PV_SUM_SALT_BYTES];
	uint8_t order[PV_HASH_BYTES - PV_SUM_SALT_BYTES];
} PvSumKey;

/* A sum is never below 0, nor above 2^63 - 1. */
typedef struct PvSumNode
{
	PvHash hash;
	int64_t sum;
} PvSumNode;

/* Takes a tile. */
typedef struct PvSumSink
{
	void (*put)(void *arg, int level, int64_t number, const PvSumNode *nodes, int count);
	void *arg;
} PvSumSink;

/* Finds a tile, which has so many nodes; NULL where it is missing. */
typedef struct PvSumTiles
{
	const PvSumNode *(*find)(void *arg, int level, int64_t number, int count);
	void *arg;
} PvSumTiles;

/* A tree that is being built: the tiles at its right edge. */
typedef struct PvSumBuilder
{
	int64_t leaves;
	bool failed;				  /* a sum was too large */
	int64_t tiles[PV_SUM_LEVELS]; /* that were put */
	int width[PV_SUM_LEVELS];
	PvSumNode nodes[PV_SUM_LEVELS][PV_TILE_WIDTH];
} PvSumBuilder;

/* From a leaf to the root: what it is put together with. */
typedef struct PvSumProof
{
	int count;
	PvSumNode nodes[PV_MOST_PROOF];
} PvSumProof;

extern void pv_sum_key(const PvHasher *hasher, const uint8_t *secret, const uint8_t *own_salt,
					   int64_t member, PvSumKey *key);
extern bool pv_sum_who(const PvHasher *hasher, const PvSumKey *key, const char *name, size_t size,
					   PvHash *who);
extern bool pv_sum_leaf(const PvHasher *hasher, const PvHash *who, int64_t balance,
						PvSumNode *leaf);
extern bool pv_sum_join(const PvHasher *hasher, const PvSumNode *left, const PvSumNode *right,
						PvSumNode *above);
extern bool pv_sum_fold(const PvHasher *hasher, const PvSumNode *nodes, int count,
						PvSumNode *above);
extern int pv_sum_width(int64_t leaves, int level, int64_t number);
extern void pv_sum_append(PvSumBuilder *builder, const PvHasher *hasher, const PvSumNode *leaf,
						  const PvSumSink *sink);
extern bool pv_sum_finish(PvSumBuilder *builder, const PvHasher *hasher, const PvSumSink *sink,
						  PvSumNode *root);
extern bool pv_sum_prove(const PvSumTiles *tiles, const PvHasher *hasher, int64_t index,
						 int64_t leaves, PvSumProof *proof);
extern bool pv_sum_holds(const PvHasher *hasher, const PvSumNode *leaf, int64_t index,
						 int64_t leaves, const PvSumProof *proof, const PvSumNode *root);

#endif /* PV_ENGINE_SUMTREE_H */
