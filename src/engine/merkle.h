/*
 * merkle.h
 *	  The tree over a log of leaves: RFC 6962 §2.1 hashing, kept as tiles.
 *
 * A tile is 256 hashes of one level, eight levels of the tree high; the last tiles of
 * a log, its right edge, are not full, and together they are all that appending needs.
 */
#ifndef PV_ENGINE_MERKLE_H
#define PV_ENGINE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PV_HASH_BYTES 32
#define PV_TILE_HEIGHT 8
#define PV_TILE_WIDTH (1 << PV_TILE_HEIGHT)
#define PV_TILE_BYTES (PV_TILE_WIDTH * PV_HASH_BYTES)
#define PV_TILE_LEVELS 7		/* 2^56 leaves */
#define PV_MOST_PROOF 64		/* hashes of a proof */
#define PV_TILE_PATH_BUFSIZE 64 /* tile/6/x...: at most 19 digits, and a width */
#define PV_ENTRIES (-1)			/* the level of bundles of entries in a path */

typedef struct PvHash
{
	uint8_t bytes[PV_HASH_BYTES];
} PvHash;

/* SHA-256, which whoever is linked with the engine has. */
typedef struct PvHasher
{
	void (*hash)(void *arg, const uint8_t *data, size_t size, PvHash *hash);
	void *arg;
} PvHasher;

/* The tiles of a log that are not full yet; how many hashes are in each follows from the size. */
typedef struct PvEdge
{
	int64_t size; /* leaves of the log */
	PvHash hashes[PV_TILE_LEVELS][PV_TILE_WIDTH];
} PvEdge;

/* Takes a tile that is full. */
typedef struct PvTileSink
{
	void (*put)(void *arg, int level, int64_t number, const PvHash *hashes);
	void *arg;
} PvTileSink;

/* Finds a tile, with at least the hashes that the log has of it; NULL where it is missing. */
typedef struct PvTiles
{
	const PvHash *(*find)(void *arg, int level, int64_t number);
	void *arg;
} PvTiles;

typedef struct PvProof
{
	int count;
	PvHash hashes[PV_MOST_PROOF];
} PvProof;

extern int pv_tile_width(int64_t size, int level, int64_t number);
extern void pv_node_hash(const PvHasher *hasher, const PvHash *left, const PvHash *right,
						 PvHash *hash);
extern void pv_edge_append(PvEdge *edge, const PvHasher *hasher, const PvHash *leaf,
						   const PvTileSink *sink);
extern void pv_edge_root(const PvEdge *edge, const PvHasher *hasher, PvHash *root);
extern bool pv_prove_leaf(const PvTiles *tiles, const PvHasher *hasher, int64_t index, int64_t size,
						  PvProof *proof);
extern bool pv_prove_growth(const PvTiles *tiles, const PvHasher *hasher, int64_t old_size,
							int64_t size, PvProof *proof);
extern void pv_tile_path(char *path, int level, int64_t number, int width);

#endif /* PV_ENGINE_MERKLE_H */
