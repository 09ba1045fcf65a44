/*
 * sumtree.c
 *	  A Merkle tree whose nodes have a sum beside their hash: docs/liabilities.md.
 *
 * A node's hash is over both hashes and both sums below it.  Were it over their total
 * alone, a proof could name any two sums that come to it, another two to each member, and
 * a tree could promise less than its leaves.  No sum is below 0 or wraps around: else one
 * leaf could take back what others add.
 */
#include "engine/sumtree.h"

#include "base/assertion.h"
#include "engine/leaf.h"

#include <string.h>

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01
#define WHO_PREFIX 0x02
#define KEY_PREFIX 0x03
#define SUM_BYTES 8
#define NODE_BYTES (PV_HASH_BYTES + SUM_BYTES)

/*
 * The salt and the place of a member, out of the secret of the tree and the member's own salt:
 * once either is gone, nobody can tell which leaf was whose.
 */
void
pv_sum_key(const PvHasher *hasher, const uint8_t *secret, const uint8_t *own_salt, int64_t member,
		   PvSumKey *key)
{
	uint8_t data[1 + 2 * PV_SUM_SALT_BYTES + 8];
	PvHash hash;

	data[0] = KEY_PREFIX;
	memcpy(data + 1, secret, PV_SUM_SALT_BYTES);
	memcpy(data + 1 + PV_SUM_SALT_BYTES, own_salt, PV_SUM_SALT_BYTES);
	pv_put_int64(data + 1 + 2 * PV_SUM_SALT_BYTES, member);
	hasher->hash(hasher->arg, data, sizeof(data), &hash);
	memcpy(key->salt, hash.bytes, sizeof(key->salt));
	memcpy(key->order, hash.bytes + sizeof(key->salt), sizeof(key->order));
}

/* What stands for a member in its leaf; false where the name is none. */
bool
pv_sum_who(const PvHasher *hasher, const PvSumKey *key, const char *name, size_t size, PvHash *who)
{
	uint8_t data[1 + PV_SUM_SALT_BYTES + PV_SUM_LONGEST_NAME];

	if (size == 0 || size > PV_SUM_LONGEST_NAME)
		return false;
	data[0] = WHO_PREFIX;
	memcpy(data + 1, key->salt, PV_SUM_SALT_BYTES);
	memcpy(data + 1 + PV_SUM_SALT_BYTES, name, size);
	hasher->hash(hasher->arg, data, 1 + PV_SUM_SALT_BYTES + size, who);
	return true;
}

/* The leaf of whoever a hash stands for; false where the balance is below 0. */
bool
pv_sum_leaf(const PvHasher *hasher, const PvHash *who, int64_t balance, PvSumNode *leaf)
{
	uint8_t data[1 + NODE_BYTES];

	if (balance < 0)
		return false;
	data[0] = LEAF_PREFIX;
	memcpy(data + 1, who->bytes, PV_HASH_BYTES);
	pv_put_int64(data + 1 + PV_HASH_BYTES, balance);
	hasher->hash(hasher->arg, data, sizeof(data), &leaf->hash);
	leaf->sum = balance;
	return true;
}

static void
put_node(uint8_t *to, const PvSumNode *node)
{
	memcpy(to, node->hash.bytes, PV_HASH_BYTES);
	pv_put_int64(to + PV_HASH_BYTES, node->sum);
}

/* What stands above two nodes, and may be one of them; false where a sum is below 0 or too large. */
bool
pv_sum_join(const PvHasher *hasher, const PvSumNode *left, const PvSumNode *right, PvSumNode *above)
{
	uint8_t data[1 + 2 * NODE_BYTES];

	if (left->sum < 0 || right->sum < 0 || left->sum > INT64_MAX - right->sum)
		return false;
	data[0] = NODE_PREFIX;
	put_node(data + 1, left);
	put_node(data + 1 + NODE_BYTES, right);
	above->sum = left->sum + right->sum;
	hasher->hash(hasher->arg, data, sizeof(data), &above->hash);
	return true;
}

/* Nodes become those above them, each of two; a last one without another goes up as it is. */
static bool
halve(const PvHasher *hasher, PvSumNode *nodes, int *count)
{
	int pairs = *count / 2;

	for (int i = 0; i < pairs; i++)
		if (!pv_sum_join(hasher, &nodes[2 * i], &nodes[2 * i + 1], &nodes[i]))
			return false;
	if (*count % 2 == 1)
		nodes[pairs] = nodes[*count - 1];
	*count = pairs + *count % 2;
	return true;
}

/* What stands above the nodes of a tile; false where a sum is below 0 or too large. */
bool
pv_sum_fold(const PvHasher *hasher, const PvSumNode *nodes, int count, PvSumNode *above)
{
	PvSumNode left[PV_TILE_WIDTH];

	PV_ASSERT(count >= 1 && count <= PV_TILE_WIDTH);
	memcpy(left, nodes, sizeof(PvSumNode) * (size_t) count);
	while (count > 1)
		if (!halve(hasher, left, &count))
			return false;
	*above = left[0];
	return above->sum >= 0;
}

/* Nodes of a level of tiles. */
static int64_t
nodes_of(int64_t leaves, int level)
{
	int shift = level * PV_TILE_HEIGHT;

	return (leaves + (INT64_C(1) << shift) - 1) >> shift;
}

/* How many nodes a tree of so many leaves has in a tile; 0: it has no such tile. */
int
pv_sum_width(int64_t leaves, int level, int64_t number)
{
	int64_t nodes;

	PV_ASSERT(leaves >= 0 && leaves <= PV_SUM_MOST_LEAVES);
	if (level >= PV_SUM_LEVELS || (level > 0 && nodes_of(leaves, level - 1) <= PV_TILE_WIDTH))
		return 0; /* a single tile of the level below has the root */
	nodes = nodes_of(leaves, level) - number * PV_TILE_WIDTH;
	if (nodes <= 0)
		return 0;
	return nodes < PV_TILE_WIDTH ? (int) nodes : PV_TILE_WIDTH;
}

/* --- building ------------------------------------------------------------------------- */

static void append_at(PvSumBuilder *builder, const PvHasher *hasher, int level,
					  const PvSumNode *node, const PvSumSink *sink);

/* Puts the tile at the right edge of a level, and its node into that above. */
static void
put_tile(PvSumBuilder *builder, const PvHasher *hasher, int level, const PvSumSink *sink)
{
	PvSumNode above;
	int count = builder->width[level];

	builder->width[level] = 0;
	sink->put(sink->arg, level, builder->tiles[level]++, builder->nodes[level], count);
	if (!pv_sum_fold(hasher, builder->nodes[level], count, &above))
		builder->failed = true;
	else
		append_at(builder, hasher, level + 1, &above, sink);
}

/* A full tile is put when the next node comes: so the last one of a level is never put here. */
static void
append_at(PvSumBuilder *builder, const PvHasher *hasher, int level, const PvSumNode *node,
		  const PvSumSink *sink)
{
	PV_ASSERT(level < PV_SUM_LEVELS);
	if (builder->width[level] == PV_TILE_WIDTH)
		put_tile(builder, hasher, level, sink);
	builder->nodes[level][builder->width[level]++] = *node;
}

/* Adds a leaf to a tree, which begins with zeros. */
void
pv_sum_append(PvSumBuilder *builder, const PvHasher *hasher, const PvSumNode *leaf,
			  const PvSumSink *sink)
{
	if (builder->leaves >= PV_SUM_MOST_LEAVES)
		builder->failed = true;
	if (builder->failed)
		return;
	append_at(builder, hasher, 0, leaf, sink);
	builder->leaves++;
}

/*
 * Puts the last tiles; false where the leaves come to more than a sum can be.  A tree without
 * leaves has the hash of nothing, as in RFC 6962.
 */
bool
pv_sum_finish(PvSumBuilder *builder, const PvHasher *hasher, const PvSumSink *sink, PvSumNode *root)
{
	int level = 0;

	root->sum = 0;
	hasher->hash(hasher->arg, (const uint8_t *) "", 0, &root->hash);
	if (builder->leaves == 0)
		return !builder->failed;
	for (; !builder->failed && builder->tiles[level] > 0; level++)
		put_tile(builder, hasher, level, sink);
	if (builder->failed)
		return false;
	sink->put(sink->arg, level, 0, builder->nodes[level], builder->width[level]);
	return pv_sum_fold(hasher, builder->nodes[level], builder->width[level], root);
}

/* --- proofs ----------------------------------------------------------------------------- */

/* The part of a proof within a tile; false where its sums are wrong. */
static bool
prove_in_tile(const PvHasher *hasher, const PvSumNode *nodes, int count, int place,
			  PvSumProof *proof)
{
	PvSumNode left[PV_TILE_WIDTH];

	memcpy(left, nodes, sizeof(PvSumNode) * (size_t) count);
	for (; count > 1; place /= 2)
	{
		int sibling = place ^ 1;

		if (sibling < count)
			proof->nodes[proof->count++] = left[sibling];
		if (!halve(hasher, left, &count))
			return false;
	}
	return true;
}

/*
 * Proves that a leaf is in a tree; false where a tile is missing or cannot be one.
 */
bool
pv_sum_prove(const PvSumTiles *tiles, const PvHasher *hasher, int64_t index, int64_t leaves,
			 PvSumProof *proof)
{
	PV_ASSERT(index >= 0 && index < leaves);
	proof->count = 0;
	for (int level = 0; pv_sum_width(leaves, level, 0) > 0; level++)
	{
		int64_t place = index >> (level * PV_TILE_HEIGHT);
		int64_t number = place / PV_TILE_WIDTH;
		int count = pv_sum_width(leaves, level, number);
		const PvSumNode *nodes = tiles->find(tiles->arg, level, number, count);

		if (!nodes || !prove_in_tile(hasher, nodes, count, (int) (place % PV_TILE_WIDTH), proof))
			return false;
	}
	return true;
}

/*
 * Whether a leaf is in a tree of so many leaves, with that root and total, by a proof.  The
 * way is that of RFC 9162 §2.1.3.2.
 */
bool
pv_sum_holds(const PvHasher *hasher, const PvSumNode *leaf, int64_t index, int64_t leaves,
			 const PvSumProof *proof, const PvSumNode *root)
{
	PvSumNode node = *leaf;
	int64_t last = leaves - 1;

	if (index < 0 || index > last || node.sum < 0)
		return false;
	for (int i = 0; i < proof->count; i++)
	{
		bool is_right = index % 2 == 1 || index == last;
		const PvSumNode *other = &proof->nodes[i];

		if (last == 0 ||
			!pv_sum_join(hasher, is_right ? other : &node, is_right ? &node : other, &node))
			return false;
		while (is_right && index % 2 == 0 && index != 0)
			index /= 2, last /= 2; /* went up alone */
		index /= 2;
		last /= 2;
	}
	return last == 0 && node.sum == root->sum &&
		   memcmp(&node.hash, &root->hash, sizeof(PvHash)) == 0;
}
