/*
 * The tree of the log: the vectors of RFC 6962 implementations (the eight leaves that
 * certificate-transparency tests with), and every size against the definition.
 */
#include "unit.h"

#include "engine/leaf.h"
#include "engine/merkle.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#define MOST 700

static void
sha256(void *arg, const uint8_t *data, size_t size, PvHash *hash)
{
	(void) arg;
	SHA256(data, size, hash->bytes);
}

static const PvHasher hasher = {sha256, NULL};

typedef struct Log
{
	PvEdge edge;
	PvHash leaves[MOST];
	PvHash full[3][PV_TILE_WIDTH]; /* of level 0 */
	int nfull;
} Log;

static void
keep_tile(void *arg, int level, int64_t number, const PvHash *hashes)
{
	Log *log = arg;

	CHECK(level == 0 && number == log->nfull);
	memcpy(log->full[log->nfull++], hashes, PV_TILE_BYTES);
}

static const PvHash *
find_tile(void *arg, int level, int64_t number)
{
	Log *log = arg;

	return level == 0 && number < log->nfull ? log->full[number] : log->edge.hashes[level];
}

static void
append(Log *log, const void *data, size_t size)
{
	uint8_t hashed[64] = {0};
	PvTileSink sink = {keep_tile, log};

	memcpy(hashed + 1, data, size);
	sha256(NULL, hashed, size + 1, &log->leaves[log->edge.size]);
	pv_edge_append(&log->edge, &hasher, &log->leaves[log->edge.size], &sink);
}

/* MTH of RFC 6962, as it is written there. */
static PvHash
tree_hash(const PvHash *leaves, int64_t count)
{
	int64_t k = 1;
	PvHash left;
	PvHash right;

	if (count == 1)
		return leaves[0];
	while (k * 2 < count)
		k *= 2;
	left = tree_hash(leaves, k);
	right = tree_hash(leaves + k, count - k);
	pv_node_hash(&hasher, &left, &right, &left);
	return left;
}

static bool
is_hex(const PvHash *hash, const char *hex)
{
	char text[2 * PV_HASH_BYTES + 1];

	for (int i = 0; i < PV_HASH_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
	return strcmp(text, hex) == 0;
}

/* The check of RFC 9162 §2.1.3.2, which goes another way than the proof is made. */
static bool
leaf_holds(const PvProof *proof, int64_t index, int64_t size, PvHash hash, const PvHash *root)
{
	int64_t last = size - 1;

	for (int i = 0; i < proof->count; i++)
	{
		if (last == 0)
			return false;
		if (index % 2 == 1 || index == last)
		{
			pv_node_hash(&hasher, &proof->hashes[i], &hash, &hash);
			while (index % 2 == 0 && index != 0)
				index /= 2, last /= 2;
		}
		else
			pv_node_hash(&hasher, &hash, &proof->hashes[i], &hash);
		index /= 2;
		last /= 2;
	}
	return last == 0 && memcmp(&hash, root, sizeof(hash)) == 0;
}

/* The check of RFC 9162 §2.1.4.2. */
static bool
growth_holds(const PvProof *proof, int64_t old, int64_t size, const PvHash *old_root,
			 const PvHash *root)
{
	int64_t fn = old - 1;
	int64_t sn = size - 1;
	int next = 0;
	PvHash fr;
	PvHash sr;

	if (old == size)
		return proof->count == 0 && memcmp(old_root, root, sizeof(*root)) == 0;
	while (fn % 2 == 1)
		fn /= 2, sn /= 2;
	fr = (old & (old - 1)) == 0 ? *old_root : proof->hashes[next++];
	sr = fr;
	for (; next < proof->count; next++)
	{
		if (sn == 0)
			return false;
		if (fn % 2 == 1 || fn == sn)
		{
			pv_node_hash(&hasher, &proof->hashes[next], &fr, &fr);
			pv_node_hash(&hasher, &proof->hashes[next], &sr, &sr);
			while (fn % 2 == 0 && fn != 0)
				fn /= 2, sn /= 2;
		}
		else
			pv_node_hash(&hasher, &sr, &proof->hashes[next], &sr);
		fn /= 2;
		sn /= 2;
	}
	return sn == 0 && memcmp(&fr, old_root, sizeof(fr)) == 0 && memcmp(&sr, root, sizeof(sr)) == 0;
}

static const struct
{
	const char *leaf;
	int size;
	const char *root; /* up to this leaf */
} published[] = {
	{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
	{"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
	{"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
	{"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
	{"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
	{"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
	 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};

static bool
is_proof(const PvProof *proof, int count, const char *const *hex)
{
	bool same = proof->count == count;

	for (int i = 0; same && i < count; i++)
		same = is_hex(&proof->hashes[i], hex[i]);
	return same;
}

/* Those that tests of certificate-transparency have. */
static void
test_published_proofs(Log *log, const PvTiles *tiles)
{
	static const char *const of_first[] = {
		"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"};
	static const char *const of_sixth[] = {
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
	static const char *const of_growth[] = {
		"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
	PvProof proof;

	(void) log;
	CHECK(pv_prove_leaf(tiles, &hasher, 0, 8, &proof) && is_proof(&proof, 3, of_first));
	CHECK(pv_prove_leaf(tiles, &hasher, 5, 8, &proof) && is_proof(&proof, 3, of_sixth));
	CHECK(pv_prove_growth(tiles, &hasher, 6, 8, &proof) && is_proof(&proof, 3, of_growth));
	CHECK(pv_prove_growth(tiles, &hasher, 8, 8, &proof) && proof.count == 0);
	CHECK(pv_prove_growth(tiles, &hasher, 0, 8, &proof) && proof.count == 0);
	CHECK(pv_prove_leaf(tiles, &hasher, 0, 1, &proof) && proof.count == 0);
}

static void
test_published(void)
{
	static Log log;
	PvTiles tiles = {find_tile, &log};
	PvHash root;

	pv_edge_root(&log.edge, &hasher, &root);
	CHECK(is_hex(&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	for (int i = 0; i < 8; i++)
	{
		append(&log, published[i].leaf, published[i].size);
		pv_edge_root(&log.edge, &hasher, &root);
		CHECK(is_hex(&root, published[i].root));
	}
	test_published_proofs(&log, &tiles);
}

/* Every leaf, and every older size, of some sizes around whole tiles. */
static void
test_size(Log *log, const PvHash *roots, int64_t size)
{
	PvTiles tiles = {find_tile, log};
	PvProof proof;

	for (int64_t i = 0; i < size; i++)
	{
		CHECK(pv_prove_leaf(&tiles, &hasher, i, size, &proof));
		CHECK(leaf_holds(&proof, i, size, log->leaves[i], &roots[size]));
		if (proof.count > 0)
		{
			proof.hashes[i % proof.count].bytes[i % PV_HASH_BYTES] ^= 1;
			CHECK(!leaf_holds(&proof, i, size, log->leaves[i], &roots[size]));
		}
		CHECK(pv_prove_growth(&tiles, &hasher, i + 1, size, &proof));
		CHECK(growth_holds(&proof, i + 1, size, &roots[i + 1], &roots[size]));
		CHECK(i == 0 || !growth_holds(&proof, i + 1, size, &roots[i], &roots[size]));
	}
}

static void
test_sizes(void)
{
	static Log log;
	static PvHash roots[MOST + 1];

	for (int i = 1; i <= MOST; i++)
	{
		PvHash plain;

		append(&log, &i, sizeof(i));
		pv_edge_root(&log.edge, &hasher, &roots[i]);
		plain = tree_hash(log.leaves, i);
		CHECK(memcmp(&plain, &roots[i], sizeof(plain)) == 0);
		if (i <= 66 || i % 64 <= 1)
			test_size(&log, roots, i);
	}
	CHECK(log.nfull == MOST / PV_TILE_WIDTH);
}

static void
test_paths(void)
{
	char path[PV_TILE_PATH_BUFSIZE];

	pv_tile_path(path, 0, 0, 256);
	CHECK(strcmp(path, "tile/0/000") == 0);
	pv_tile_path(path, 1, 1234067, 256);
	CHECK(strcmp(path, "tile/1/x001/x234/067") == 0);
	pv_tile_path(path, PV_ENTRIES, 273, 112);
	CHECK(strcmp(path, "tile/entries/273.p/112") == 0);
	pv_tile_path(path, 0, 1000, 1);
	CHECK(strcmp(path, "tile/0/x001/000.p/1") == 0);
	/* the example of tlog-tiles */
	CHECK(pv_tile_width(70000, 0, 272) == 256 && pv_tile_width(70000, 0, 273) == 112);
	CHECK(pv_tile_width(70000, 1, 0) == 256 && pv_tile_width(70000, 1, 1) == 17);
	CHECK(pv_tile_width(70000, 2, 0) == 1 && pv_tile_width(70000, 2, 1) == 0);
	CHECK(pv_tile_width(256, 0, 0) == 256 && pv_tile_width(256, 1, 0) == 1);
}

/* What is no number, or ends before it does, is none. */
static void
test_first_field(void)
{
	static PvLeaf leaf;

	pv_leaf_begin(&leaf, PV_LEAF_MEMBER);
	CHECK(pv_leaf_first_int(&leaf, 1) == 0);
	pv_leaf_int(&leaf, 1, INT64_MIN);
	CHECK(pv_leaf_first_int(&leaf, 1) == INT64_MIN);
	leaf.size--;
	CHECK(pv_leaf_first_int(&leaf, 1) == 0);
	leaf.size = 1;
	CHECK(pv_leaf_type(&leaf) == 0);
	pv_leaf_begin(&leaf, PV_LEAF_VAULT);
	pv_leaf_bytes(&leaf, 1, "a longer name", 13);
	CHECK(pv_leaf_first_int(&leaf, 1) == 0);
}

/* docs/leaf.md: the bytes of fields. */
static void
test_leaf(void)
{
	static PvLeaf leaf;
	PvHash hash;
	static const uint8_t expected[] = {1,	1,	  1,	0,	  8,	0,	  0,	0,	  0,   0,
									   0,	0,	  42,	2,	  0,	8,	  'p',	'u',  'r', 'c',
									   'h', 'a',  's',	'e',  11,	0,	  1,	1,	  40,  0,
									   8,	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};

	pv_leaf_begin(&leaf, PV_LEAF_JOURNAL);
	pv_leaf_int(&leaf, 1, 42);
	pv_leaf_bytes(&leaf, 2, "purchase", 8);
	pv_leaf_flag(&leaf, 11, true);
	pv_leaf_int(&leaf, 40, -2);
	CHECK(leaf.size == sizeof(expected));
	CHECK(memcmp(pv_leaf_start(&leaf), expected, sizeof(expected)) == 0);
	CHECK(leaf.hashed[0] == 0);
	CHECK(pv_leaf_type(&leaf) == PV_LEAF_JOURNAL);
	CHECK(pv_leaf_first_int(&leaf, 1) == 42 && pv_leaf_first_int(&leaf, 2) == 0);
	sha256(NULL, leaf.hashed, leaf.size + 1, &hash);
	CHECK(is_hex(&hash, "4db3c88c1a128d91b3a4d8f0d56eee35fbf7753f5cd3d1a499366b5b152f7432"));
}

void
test_merkle(void)
{
	test_published();
	test_sizes();
	test_paths();
	test_leaf();
	test_first_field();
}
