/*
 * liability_tiles.h
 *	  The tiles of a tree over what members have: docs/liabilities.md has their bytes.
 */
#ifndef PV_STORE_LIABILITY_TILES_H
#define PV_STORE_LIABILITY_TILES_H

#include "base/compat.h"
#include "base/sha256.h"
#include "engine/sumtree.h"

/* What members are owed, and what they owe: a tree each, so that neither lowers the other. */
typedef enum PvLiabilitySide
{
	PV_SIDE_OWED,
	PV_SIDE_DUE,
	PV_SIDE_COUNT
} PvLiabilitySide;

/* Which tree, of how many leaves. */
typedef struct PvLiabilityTree
{
	int32_t vault;
	int64_t number; /* among what the vault published */
	PvLiabilitySide side;
	int64_t leaves;
} PvLiabilityTree;

/* A leaf as it is kept: it names nobody. */
typedef struct PvLiabilityEntry
{
	PvSumKey key; /* of what is kept the order alone, by which leaves stand */
	PvHash who;
	int64_t balance;
} PvLiabilityEntry;

/* A tree that is read: of each level the tile that was read last. */
typedef struct PvLiabilityReader
{
	PvLiabilityTree tree;
	PvHasher hasher;
	PvSumTiles tiles;
	int64_t at[PV_SUM_LEVELS]; /* -1: none */
	PvSumNode nodes[PV_SUM_LEVELS][PV_TILE_WIDTH];
	PvLiabilityEntry entries[PV_TILE_WIDTH]; /* of the leaves */
} PvLiabilityReader;

extern void pv_liability_tile_add(const PvLiabilityTree *tree, int level, int64_t place,
								  const PvLiabilityEntry *entries, const PvSumNode *nodes,
								  int count);
extern int pv_compare_order(const PvSumKey *left, const PvSumKey *right);
extern PvLiabilityReader *pv_liability_reader(const PvHasher *hasher, const PvLiabilityTree *tree);
extern const PvLiabilityEntry *pv_liability_find(PvLiabilityReader *reader, const PvSumKey *key,
												 int64_t *index);

#endif /* PV_STORE_LIABILITY_TILES_H */
