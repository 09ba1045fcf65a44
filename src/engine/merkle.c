/*
 * merkle.c
 *	  The tree over a log of leaves: RFC 6962 §2.1 hashing, kept as tiles.
 */
#include "engine/merkle.h"

#include "base/assertion.h"

#include <stdio.h>
#include <string.h>

#define NODE_PREFIX 0x01

/* Leaves below one hash of a level. */
static int64_t
span_of(int level)
{
	return INT64_C(1) << (PV_TILE_HEIGHT * level);
}

/* How many hashes a log of a size has of a tile. */
int
pv_tile_width(int64_t size, int level, int64_t number)
{
	int64_t hashes = size / span_of(level) - number * PV_TILE_WIDTH;

	if (hashes < 0)
		return 0;
	return hashes < PV_TILE_WIDTH ? (int) hashes : PV_TILE_WIDTH;
}

/* The hash of what stands above two hashes; it may be one of them. */
void
pv_node_hash(const PvHasher *hasher, const PvHash *left, const PvHash *right, PvHash *hash)
{
	uint8_t node[1 + 2 * PV_HASH_BYTES];

	node[0] = NODE_PREFIX;
	memcpy(node + 1, left->bytes, PV_HASH_BYTES);
	memcpy(node + 1 + PV_HASH_BYTES, right->bytes, PV_HASH_BYTES);
	hasher->hash(hasher->arg, node, sizeof(node), hash);
}

/* What stands above 2^n hashes of a level. */
static void
fold(const PvHasher *hasher, const PvHash *hashes, int count, PvHash *hash)
{
	PvHash above[PV_TILE_WIDTH / 2];

	if (count == 1)
	{
		*hash = *hashes;
		return;
	}
	PV_ASSERT(count <= PV_TILE_WIDTH && (count & (count - 1)) == 0);
	for (int i = 0; i < count / 2; i++)
		pv_node_hash(hasher, &hashes[2 * i], &hashes[2 * i + 1], &above[i]);
	for (count /= 2; count > 1; count /= 2)
		for (int i = 0; i < count / 2; i++)
			pv_node_hash(hasher, &above[2 * i], &above[2 * i + 1], &above[i]);
	*hash = above[0];
}

/* How many hashes of a level are in no full tile. */
static int
edge_width(int64_t size, int level)
{
	return (int) (size / span_of(level) % PV_TILE_WIDTH);
}

/*
 * Adds a leaf.  A tile that it fills goes to the sink, and its hash into the tile above.
 */
void
pv_edge_append(PvEdge *edge, const PvHasher *hasher, const PvHash *leaf, const PvTileSink *sink)
{
	PvHash hash = *leaf;

	for (int level = 0; level < PV_TILE_LEVELS; level++)
	{
		int width = edge_width(edge->size, level);

		edge->hashes[level][width] = hash;
		if (width + 1 < PV_TILE_WIDTH)
			break;
		sink->put(sink->arg, level, edge->size / span_of(level + 1), edge->hashes[level]);
		fold(hasher, edge->hashes[level], PV_TILE_WIDTH, &hash);
	}
	edge->size++;
}

/*
 * The root of the log as it is: the perfect trees that it is made of, the smallest of
 * which stands on the right, are put together from there.
 */
void
pv_edge_root(const PvEdge *edge, const PvHasher *hasher, PvHash *root)
{
	bool has_root = false;

	if (edge->size == 0)
		hasher->hash(hasher->arg, (const uint8_t *) "", 0, root);
	for (int level = 0; level < PV_TILE_LEVELS; level++)
	{
		int end = edge_width(edge->size, level);

		for (int count = 1; end > 0; count *= 2)
		{
			PvHash tree;

			if (!(end & count))
				continue;
			end -= count;
			fold(hasher, edge->hashes[level] + end, count, &tree);
			if (has_root)
				pv_node_hash(hasher, &tree, root, root);
			else
				*root = tree;
			has_root = true;
		}
	}
}

/* --- proofs ---------------------------------------------------------------------- */

typedef struct Prover
{
	const PvTiles *tiles;
	const PvHasher *hasher;
	PvProof *proof;
} Prover;

/* The hash of a perfect tree of 2^height leaves. */
static bool
perfect_hash(const Prover *prover, int64_t begin, int height, PvHash *hash)
{
	int level = height / PV_TILE_HEIGHT;
	int count = 1 << height % PV_TILE_HEIGHT;
	int64_t first = begin / span_of(level);
	const PvHash *tile = prover->tiles->find(prover->tiles->arg, level, first / PV_TILE_WIDTH);

	if (!tile)
		return false;
	fold(prover->hasher, tile + first % PV_TILE_WIDTH, count, hash);
	return true;
}

/* The largest power of two below a number of leaves above 1: where RFC 6962 parts them. */
static int64_t
left_of(int64_t count)
{
	int64_t left = 1;

	while (left * 2 < count)
		left *= 2;
	return left;
}

/* The hash of leaves that begin where a tree as large as their left part may begin. */
static bool
range_hash(const Prover *prover, int64_t begin, int64_t end, PvHash *hash)
{
	int64_t count = end - begin;
	int height = 0;
	int64_t left;
	PvHash right;

	while (INT64_C(1) << height < count)
		height++;
	if (INT64_C(1) << height == count)
		return perfect_hash(prover, begin, height, hash);
	left = left_of(count);
	if (!range_hash(prover, begin, begin + left, hash) ||
		!range_hash(prover, begin + left, end, &right))
		return false;
	pv_node_hash(prover->hasher, hash, &right, hash);
	return true;
}

static bool
add_range(const Prover *prover, int64_t begin, int64_t end)
{
	PV_ASSERT(prover->proof->count < PV_MOST_PROOF);
	return range_hash(prover, begin, end, &prover->proof->hashes[prover->proof->count++]);
}

/* PATH of RFC 6962 §2.1.1. */
static bool
add_path(const Prover *prover, int64_t index, int64_t begin, int64_t end)
{
	int64_t middle;

	if (end - begin == 1)
		return true;
	middle = begin + left_of(end - begin);
	if (index < middle)
		return add_path(prover, index, begin, middle) && add_range(prover, middle, end);
	return add_path(prover, index, middle, end) && add_range(prover, begin, middle);
}

/* SUBPROOF of RFC 6962 §2.1.2, of the old log's leaves up to `old`. */
static bool
add_growth(const Prover *prover, int64_t old, int64_t begin, int64_t end, bool is_known)
{
	int64_t middle;

	if (old == end)
		return is_known || add_range(prover, begin, end);
	middle = begin + left_of(end - begin);
	if (old <= middle)
		return add_growth(prover, old, begin, middle, is_known) && add_range(prover, middle, end);
	return add_growth(prover, old, middle, end, false) && add_range(prover, begin, middle);
}

/*
 * Proves that a leaf is in the log of a size; false where a tile is missing.
 */
bool
pv_prove_leaf(const PvTiles *tiles, const PvHasher *hasher, int64_t index, int64_t size,
			  PvProof *proof)
{
	Prover prover = {tiles, hasher, proof};

	PV_ASSERT(index >= 0 && index < size);
	proof->count = 0;
	return add_path(&prover, index, 0, size);
}

/*
 * Proves that the log of a size begins with that of an older size; likewise.
 */
bool
pv_prove_growth(const PvTiles *tiles, const PvHasher *hasher, int64_t old_size, int64_t size,
				PvProof *proof)
{
	Prover prover = {tiles, hasher, proof};

	PV_ASSERT(old_size >= 0 && old_size <= size);
	proof->count = 0;
	return old_size == 0 || add_growth(&prover, old_size, 0, size, true);
}

/* --- where tiles are published ------------------------------------------------------ */

/*
 * The path of a tile, or of a bundle of entries, by tlog-tiles: tile/0/x001/234.p/5.
 */
void
pv_tile_path(char *path, int level, int64_t number, int width)
{
	int64_t above = 1;
	int length;

	length = level == PV_ENTRIES ? snprintf(path, PV_TILE_PATH_BUFSIZE, "tile/entries/")
								 : snprintf(path, PV_TILE_PATH_BUFSIZE, "tile/%d/", level);
	while (number / above >= 1000)
		above *= 1000;
	for (; above > 0; above /= 1000)
		length +=
			snprintf(path + length, PV_TILE_PATH_BUFSIZE - length, "%s%03d%s", above > 1 ? "x" : "",
					 (int) (number / above % 1000), above > 1 ? "/" : "");
	if (width < PV_TILE_WIDTH)
		(void) snprintf(path + length, PV_TILE_PATH_BUFSIZE - length, ".p/%d", width);
}
