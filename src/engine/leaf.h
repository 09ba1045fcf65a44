/*
 * leaf.h
 *	  The bytes of a leaf of the log: docs/leaf.md has them, and they never change.
 */
#ifndef PV_ENGINE_LEAF_H
#define PV_ENGINE_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PV_LEAF_VERSION 1

/* An entry of a bundle has 16 bits for its length. */
#define PV_LEAF_MOST 65535

/* A text in clear that is longer stands as its hash, under its number and this. */
#define PV_LEAF_HASHED 0x80
#define PV_LEAF_LONGEST_TEXT 1000

typedef enum PvLeafType
{
	PV_LEAF_JOURNAL = 1,
	PV_LEAF_VAULT = 2,
	PV_LEAF_POLICY = 3,
	PV_LEAF_MEMBER = 4,
	PV_LEAF_ACCESS = 5,
	PV_LEAF_INCARNATION = 6,
	PV_LEAF_LIABILITIES = 7
} PvLeafType;

/* A leaf being written; the byte before it is the 0x00 that is hashed with it (RFC 6962). */
typedef struct PvLeaf
{
	int size;
	int last; /* the number of the last field */
	uint8_t hashed[1 + PV_LEAF_MOST];
} PvLeaf;

extern void pv_leaf_begin(PvLeaf *leaf, PvLeafType type);
extern void pv_leaf_begin_fields(PvLeaf *leaf);
extern void pv_leaf_bytes(PvLeaf *leaf, int field, const void *bytes, size_t size);
extern void pv_leaf_int(PvLeaf *leaf, int field, int64_t value);
extern void pv_leaf_flag(PvLeaf *leaf, int field, bool value);
extern void pv_put_int64(uint8_t *to, int64_t value);
extern int64_t pv_get_int64(const uint8_t *from);
extern int64_t pv_leaf_first_int(const PvLeaf *leaf, int field);
extern void pv_put_uint16(uint8_t *to, int value);

static inline const uint8_t *
pv_leaf_start(const PvLeaf *leaf)
{
	return leaf->hashed + 1;
}

/* Its second byte, one of PvLeafType; 0 where it has none. */
static inline int
pv_leaf_type(const PvLeaf *leaf)
{
	return leaf->size < 2 ? 0 : leaf->hashed[2];
}

#endif /* PV_ENGINE_LEAF_H */
