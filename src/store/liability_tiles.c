/*
 * liability_tiles.c
 *	  The tiles of a tree over what members have: docs/liabilities.md has their bytes.
 *
 * Of the leaves is kept what they are made of, of the levels above the nodes themselves.  The
 * leaves of a tree stand in an order that only who knows its secret can tell, so a leaf is
 * found without a list of who has which, and no list says who stands beside whom.
 */
#include "store/liability_tiles.h"

#include "base/assertion.h"
#include "engine/leaf.h"
#include "store/lookup.h"
#include "store/plan.h"

#define ORDER_BYTES sizeof(((PvSumKey *) NULL)->order)
#define ENTRY_BYTES (ORDER_BYTES + PV_HASH_BYTES + 8)
#define NODE_BYTES (PV_HASH_BYTES + 8)

/* clang-format off */

static PvPlan insert_tile = {
	"INSERT INTO pointsvault.liability_tile_data (vault, number, side, level, place, nodes) "
	"VALUES ($1, $2, $3, $4, $5, $6)",
	"ilssly", NULL};

/* clang-format on */

static PvLookup tile_of = {.table = "liability_tile_data",
						   .columns = "nodes",
						   .by = "vault, number, side, level, place",
						   .nkeys = 5};

/* Leaves stand by it. */
int
pv_compare_order(const PvSumKey *left, const PvSumKey *right)
{
	return memcmp(left->order, right->order, ORDER_BYTES);
}

/* --- bytes ----------------------------------------------------------------------------- */

static Size
bytes_at(int level)
{
	return level == 0 ? ENTRY_BYTES : NODE_BYTES;
}

static void
put_entry(uint8 *to, const PvLiabilityEntry *entry)
{
	memcpy(to, entry->key.order, ORDER_BYTES);
	memcpy(to + ORDER_BYTES, entry->who.bytes, PV_HASH_BYTES);
	pv_put_int64(to + ORDER_BYTES + PV_HASH_BYTES, entry->balance);
}

static void
get_entry(const uint8 *from, PvLiabilityEntry *entry)
{
	memset(entry->key.salt, 0, sizeof(entry->key.salt));
	memcpy(entry->key.order, from, ORDER_BYTES);
	memcpy(entry->who.bytes, from + ORDER_BYTES, PV_HASH_BYTES);
	entry->balance = pv_get_int64(from + ORDER_BYTES + PV_HASH_BYTES);
}

static void
put_node(uint8 *to, const PvSumNode *node)
{
	memcpy(to, node->hash.bytes, PV_HASH_BYTES);
	pv_put_int64(to + PV_HASH_BYTES, node->sum);
}

static void
get_node(const uint8 *from, PvSumNode *node)
{
	memcpy(node->hash.bytes, from, PV_HASH_BYTES);
	node->sum = pv_get_int64(from + PV_HASH_BYTES);
}

/* Keeps a tile: of level 0 its entries, of others its nodes. */
void
pv_liability_tile_add(const PvLiabilityTree *tree, int level, int64_t place,
					  const PvLiabilityEntry *entries, const PvSumNode *nodes, int count)
{
	Size size = bytes_at(level) * (Size) count;
	bytea *tile = palloc(VARHDRSZ + size);
	uint8 *next = (uint8 *) VARDATA(tile);
	Datum values[6] = {Int32GetDatum(tree->vault),
					   Int64GetDatum(tree->number),
					   Int16GetDatum((int16) tree->side),
					   Int16GetDatum((int16) level),
					   Int64GetDatum(place),
					   PointerGetDatum(tile)};

	SET_VARSIZE(tile, VARHDRSZ + size);
	for (int i = 0; i < count; i++, next += bytes_at(level))
	{
		if (level == 0)
			put_entry(next, &entries[i]);
		else
			put_node(next, &nodes[i]);
	}
	(void) pv_run(&insert_tile, values, NULL, false);
	pfree(tile);
}

/* --- reading --------------------------------------------------------------------------- */

/* Takes a tile apart; false where it cannot be one. */
static bool
take_tile(PvLiabilityReader *reader, int level, const uint8 *next, int count)
{
	PvSumNode *nodes = reader->nodes[level];

	for (int i = 0; i < count; i++, next += bytes_at(level))
	{
		PvLiabilityEntry *entry = &reader->entries[i];

		if (level > 0)
			get_node(next, &nodes[i]);
		else
		{
			get_entry(next, entry);
			if (!pv_sum_leaf(&reader->hasher, &entry->who, entry->balance, &nodes[i]))
				return false;
		}
	}
	return true;
}

/* For PvSumTiles. */
static const PvSumNode *
find_tile(void *arg, int level, int64_t place, int count)
{
	PvLiabilityReader *reader = arg;
	const PvLiabilityTree *tree = &reader->tree;
	Datum keys[5] = {Int32GetDatum(tree->vault), Int64GetDatum(tree->number),
					 Int16GetDatum((int16) tree->side), Int16GetDatum((int16) level),
					 Int64GetDatum(place)};
	bytea *tile;
	bool is_read;
	PvRow row;

	if (reader->at[level] == place)
		return reader->nodes[level];
	reader->at[level] = -1;
	if (!pv_look_up(&tile_of, keys, PV_SEE_CALLERS, &row) || row.nulls[0])
		return NULL;
	tile = DatumGetByteaPP(row.values[0]);
	is_read = VARSIZE_ANY_EXHDR(tile) == bytes_at(level) * (Size) count &&
			  take_tile(reader, level, (const uint8 *) VARDATA_ANY(tile), count);
	if (PointerGetDatum(tile) != row.values[0])
		pfree(tile);
	if (!is_read)
		return NULL;
	reader->at[level] = place;
	return reader->nodes[level];
}

/* Opens a tree, as the caller's query sees it. */
PvLiabilityReader *
pv_liability_reader(const PvHasher *hasher, const PvLiabilityTree *tree)
{
	PvLiabilityReader *reader = palloc(sizeof(PvLiabilityReader));

	reader->tree = *tree;
	reader->hasher = *hasher;
	reader->tiles = (PvSumTiles){find_tile, reader};
	for (int level = 0; level < PV_SUM_LEVELS; level++)
		reader->at[level] = -1;
	return reader;
}

/* Among the leaves of the tile that was read last. */
static int
place_in_tile(const PvLiabilityReader *reader, const PvSumKey *key, int count)
{
	for (int i = 0; i < count; i++)
		if (pv_compare_order(&reader->entries[i].key, key) == 0)
			return i;
	return -1;
}

/* A member's leaf, and its place; NULL: it has none, or tiles are missing. */
const PvLiabilityEntry *
pv_liability_find(PvLiabilityReader *reader, const PvSumKey *key, int64_t *index)
{
	int64_t low = 0;
	int64_t high = (reader->tree.leaves + PV_TILE_WIDTH - 1) / PV_TILE_WIDTH - 1;

	while (low <= high)
	{
		int64_t middle = low + (high - low) / 2;
		int count = pv_sum_width(reader->tree.leaves, 0, middle);
		int place;

		if (!find_tile(reader, 0, middle, count))
			return NULL;
		if (pv_compare_order(key, &reader->entries[0].key) < 0)
			high = middle - 1;
		else if (pv_compare_order(key, &reader->entries[count - 1].key) > 0)
			low = middle + 1;
		else if ((place = place_in_tile(reader, key, count)) < 0)
			return NULL;
		else
		{
			*index = middle * PV_TILE_WIDTH + place;
			return &reader->entries[place];
		}
	}
	return NULL;
}
