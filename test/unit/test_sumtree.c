/*
 * The tree of what members have: vectors that docs/liabilities.md has, every size against
 * the definition, and what is known to go wrong with such trees.
 */
#include "unit.h"

#include "engine/sumtree.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 66000 /* two full tiles of the second level, and a bit */

static void
sha256(void *arg, const uint8_t *data, size_t size, PvHash *hash)
{
	(void) arg;
	SHA256(data, size, hash->bytes);
}

static const PvHasher hasher = {sha256, NULL};

static bool
is_hex(const PvHash *hash, const char *hex)
{
	char text[2 * PV_HASH_BYTES + 1];

	for (int i = 0; i < PV_HASH_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
	return strcmp(text, hex) == 0;
}

/* Of somebody called "member N", with a salt that everybody knows. */
static PvSumNode
leaf_of(int number, int64_t balance)
{
	PvSumKey key;
	char name[32];
	PvHash who;
	PvSumNode leaf = {.sum = -1};

	for (int i = 0; i < PV_SUM_SALT_BYTES; i++)
		key.salt[i] = (uint8_t) i;
	CHECK(pv_sum_who(&hasher, &key, name,
					 (size_t) snprintf(name, sizeof(name), "member %d", number), &who));
	CHECK(pv_sum_leaf(&hasher, &who, balance, &leaf));
	return leaf;
}

static PvSumNode
join(PvSumNode left, PvSumNode right)
{
	PvSumNode above = {.sum = -1};

	CHECK(pv_sum_join(&hasher, &left, &right, &above));
	return above;
}

/* MTH of RFC 6962, with sums. */
static PvSumNode
tree_of(const PvSumNode *leaves, int64_t count)
{
	int64_t k = 1;

	if (count == 1)
		return leaves[0];
	while (k * 2 < count)
		k *= 2;
	return join(tree_of(leaves, k), tree_of(leaves + k, count - k));
}

typedef struct Tree
{
	int64_t leaves;
	PvSumNode root;
	PvSumNode tiles[3][MOST / PV_TILE_WIDTH + 1][PV_TILE_WIDTH];
} Tree;

static Tree tree;
static PvSumNode leaves[MOST];

static void
keep_tile(void *arg, int level, int64_t number, const PvSumNode *nodes, int count)
{
	Tree *of = arg;

	CHECK(level < 3 && count == pv_sum_width(of->leaves, level, number));
	memcpy(of->tiles[level][number], nodes, sizeof(PvSumNode) * (size_t) count);
}

static const PvSumNode *
find_tile(void *arg, int level, int64_t number, int count)
{
	Tree *of = arg;

	CHECK(count == pv_sum_width(of->leaves, level, number));
	return of->tiles[level][number];
}

static const PvSumTiles tiles = {find_tile, &tree};

static bool
build(const PvSumNode *from, int64_t count)
{
	static PvSumBuilder builder;
	PvSumSink sink = {keep_tile, &tree};

	memset(&builder, 0, sizeof(builder));
	tree.leaves = count;
	for (int64_t i = 0; i < count; i++)
		pv_sum_append(&builder, &hasher, &from[i], &sink);
	return pv_sum_finish(&builder, &hasher, &sink, &tree.root);
}

static bool
holds(PvSumNode leaf, int64_t index, const PvSumProof *proof)
{
	return pv_sum_holds(&hasher, &leaf, index, tree.leaves, proof, &tree.root);
}

static void
test_vectors(void)
{
	static const char *const roots[] = {
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"827002769802a043902a81c0d9141b3373aff166e0a35df67bbb0615901f02bf",
		"8ec18365d2c34531bfdbce2f98418d89df996a851291cb65513a4df5c60ca012",
		"a81976a41a08971e12163af820eb7b5e21a19e88b1e0ca7fe1ef80b25f3e9a08",
		"b739d452f15ddb0c129f62f48b207a473ad2be750afdef59b2be1d43bb3c32a3",
		"82792b56aafd7ccc1693b29356fb86a9981faedd55e441dc96690e30a861b393"};
	static const int64_t balances[] = {40, 60, 0, INT64_C(1) << 40, 7};
	int64_t total = 0;

	for (int i = 0; i <= 5; i++)
	{
		CHECK(build(leaves, i) && is_hex(&tree.root.hash, roots[i]) && tree.root.sum == total);
		if (i == 5)
			break;
		leaves[i] = leaf_of(i + 1, balances[i]);
		total += balances[i];
	}
	for (int i = 0; i < 300; i++)
		leaves[i] = leaf_of(i + 1, i + 1);
	CHECK(build(leaves, 300) && tree.root.sum == 300 * 301 / 2);
	CHECK(is_hex(&tree.root.hash,
				 "bad25fa6c1536b84d7c7e925492d5fa87d31af97167e5d6356c3547770ee3288"));
}

static void
test_key(void)
{
	static const uint8_t secret[PV_SUM_SALT_BYTES] = "the tree's own..";
	uint8_t own[PV_SUM_SALT_BYTES] = "the member's....";
	PvSumKey key;
	PvSumKey other;
	PvHash hash;

	pv_sum_key(&hasher, secret, own, 42, &key);
	memcpy(hash.bytes, &key, sizeof(hash));
	/* SHA-256 over 03, both, and 42 in eight bytes */
	CHECK(is_hex(&hash, "cffdfc761980ca5f763347fc899400669b098796049b6a8b21e9ad65a5675995"));
	pv_sum_key(&hasher, secret, own, 43, &other);
	CHECK(memcmp(&key, &other, sizeof(key)) != 0);
	own[0] = 'T';
	pv_sum_key(&hasher, secret, own, 42, &other);
	CHECK(memcmp(&key, &other, sizeof(key)) != 0);
	CHECK(!pv_sum_who(&hasher, &key, "", 0, &hash));
	CHECK(!pv_sum_who(&hasher, &key, "", PV_SUM_LONGEST_NAME + 1, &hash));
}

/* A proof holds for its leaf, and not for what is but a little else. */
static void
test_proof(int64_t index)
{
	PvSumProof proof;
	PvSumNode leaf = leaves[index];

	CHECK(pv_sum_prove(&tiles, &hasher, index, tree.leaves, &proof));
	CHECK(holds(leaf, index, &proof));
	leaf.sum++;
	CHECK(!holds(leaf, index, &proof));
	if (proof.count == 0)
		return;
	CHECK(!holds(leaves[index], index ^ 1, &proof));
	proof.nodes[index % proof.count].sum++;
	CHECK(!holds(leaves[index], index, &proof));
	proof.nodes[index % proof.count].sum--;
	proof.nodes[index % proof.count].hash.bytes[index % PV_HASH_BYTES] ^= 1;
	CHECK(!holds(leaves[index], index, &proof));
	proof.nodes[index % proof.count].hash.bytes[index % PV_HASH_BYTES] ^= 1;
	proof.count--;
	CHECK(!holds(leaves[index], index, &proof));
}

static void
test_size(int64_t size)
{
	PvSumNode plain = tree_of(leaves, size);

	CHECK(build(leaves, size));
	CHECK(plain.sum == tree.root.sum && memcmp(&plain.hash, &tree.root.hash, sizeof(PvHash)) == 0);
	for (int64_t i = 0; i<size; i += size> 600 ? 997 : 1)
		test_proof(i);
	test_proof(size - 1);
}

static void
test_sizes(void)
{
	static const int64_t sizes[] = {255,  256,	257,   511,	  512,	 513,
									1000, 1025, 65535, 65536, 65537, MOST};

	for (int i = 0; i < MOST; i++)
		leaves[i] = leaf_of(i, i * 7919 % 1000003);
	for (int64_t size = 1; size <= 70; size++)
		test_size(size);
	for (int i = 0; i < (int) (sizeof(sizes) / sizeof(sizes[0])); i++)
		test_size(sizes[i]);
}

/*
 * Where a node's hash is over the total alone, a shop that owes 40 and 60 publishes 60: it
 * proves 40 beside 20 to the one, and 60 beside 0 to the other.
 */
static void
test_total_alone(void)
{
	PvSumNode a = leaf_of(1, 40);
	PvSumNode b = leaf_of(2, 60);
	PvSumProof of_a = {1, {b}};
	PvSumProof of_b = {1, {a}};

	tree.leaves = 2;
	of_a.nodes[0].sum = 20;
	of_b.nodes[0].sum = 0;
	tree.root = join(a, of_a.nodes[0]);
	CHECK(tree.root.sum == 60);
	CHECK(holds(a, 0, &of_a) && !holds(b, 1, &of_b));
	tree.root = join(of_b.nodes[0], b);
	CHECK(tree.root.sum == 60);
	CHECK(!holds(a, 0, &of_a) && holds(b, 1, &of_b));
}

/* A leaf below 0, or so large that sums wrap around, would take back what others add. */
static void
test_below_zero(void)
{
	PvSumNode a = leaf_of(1, 40);
	PvSumNode less = leaf_of(2, 0);
	PvSumNode above;
	PvSumProof proof = {1, {less}};
	PvHash who = {{0}};

	CHECK(!pv_sum_leaf(&hasher, &who, -1, &above) &&
		  !pv_sum_leaf(&hasher, &who, INT64_MIN, &above));
	less.sum = -30;
	CHECK(!pv_sum_join(&hasher, &a, &less, &above) && !pv_sum_join(&hasher, &less, &a, &above));
	CHECK(!pv_sum_fold(&hasher, &less, 1, &above));
	tree.leaves = 2;
	tree.root = join(a, proof.nodes[0]);
	CHECK(holds(a, 0, &proof));
	proof.nodes[0].sum = -30;
	tree.root.sum = 10;
	CHECK(!holds(a, 0, &proof));
	less.sum = INT64_MAX - 40;
	CHECK(pv_sum_join(&hasher, &a, &less, &above) && above.sum == INT64_MAX);
	less.sum++;
	CHECK(!pv_sum_join(&hasher, &a, &less, &above));
	leaves[0] = a;
	leaves[1] = less;
	CHECK(!build(leaves, 2));
	for (int i = 2; i < 300; i++) /* within a tile that is put on the way, too */
		leaves[i] = leaf_of(i, 1);
	CHECK(!build(leaves, 300));
}

/*
 * Two who have the same do not share a leaf, a proof is not another's, one who was left out
 * has none, and an inner node is no leaf.
 */
static void
test_others(void)
{
	PvSumNode same = leaf_of(3, 5);
	PvSumNode inner;
	PvSumProof proof;

	for (int i = 0; i < 5; i++)
		leaves[i] = leaf_of(i + 1, 5);
	CHECK(memcmp(&leaves[0].hash, &leaves[1].hash, sizeof(PvHash)) != 0);
	CHECK(build(leaves, 5) && pv_sum_prove(&tiles, &hasher, 1, 5, &proof));
	CHECK(holds(leaves[1], 1, &proof) && !holds(leaves[0], 1, &proof) &&
		  !holds(leaves[2], 1, &proof));
	CHECK(pv_sum_prove(&tiles, &hasher, 2, 5, &proof) && holds(same, 2, &proof));
	memmove(leaves + 2, leaves + 3, 2 * sizeof(PvSumNode));
	CHECK(build(leaves, 4) && !holds(same, 2, &proof));
	for (int64_t i = 0; i < 4; i++)
		CHECK(pv_sum_prove(&tiles, &hasher, i, 4, &proof) && !holds(same, i, &proof));
	/* as if the tree had two leaves: it has to say how many it has */
	inner = join(leaves[0], leaves[1]);
	proof = (PvSumProof){1, {join(leaves[2], leaves[3])}};
	CHECK(!holds(inner, 0, &proof));
	/* no last leaf is doubled to make up a pair */
	leaves[3] = leaves[2];
	CHECK(build(leaves, 4));
	inner = tree.root;
	CHECK(build(leaves, 3) && memcmp(&inner.hash, &tree.root.hash, sizeof(PvHash)) != 0);
}

/* What is stored may be anything. */
static void
test_damaged(void)
{
	PvSumProof proof;

	for (int i = 0; i < 300; i++)
		leaves[i] = leaf_of(i, i);
	CHECK(build(leaves, 300));
	tree.tiles[0][1][3].sum = -1;
	CHECK(!pv_sum_prove(&tiles, &hasher, 258, 300, &proof));
	tree.tiles[0][1][3].sum = 5;
	CHECK(pv_sum_prove(&tiles, &hasher, 258, 300, &proof) && !holds(leaves[258], 258, &proof));
}

void
test_sumtree(void)
{
	test_vectors();
	test_key();
	test_sizes();
	test_total_alone();
	test_below_zero();
	test_others();
	test_damaged();
}
