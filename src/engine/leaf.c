/*
 * leaf.c
 *	  The bytes of a leaf of the log: docs/leaf.md has them, and they never change.
 */
#include "engine/leaf.h"

#include "base/assertion.h"

#include <string.h>

#define FIELD_HEAD 3 /* a field's number and length */

/* A number as leaves have it: eight bytes, the highest first. */
void
pv_put_int64(uint8_t *to, int64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t) ((uint64_t) value >> (56 - 8 * i));
}

/* A number as it stands in a leaf. */
int64_t
pv_get_int64(const uint8_t *from)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | from[i];
	return (int64_t) value;
}

/* A length as leaves and bundles have it. */
void
pv_put_uint16(uint8_t *to, int value)
{
	PV_ASSERT(value >= 0 && value <= PV_LEAF_MOST);
	to[0] = (uint8_t) (value >> 8);
	to[1] = (uint8_t) value;
}

/* Begins fields without a version and a type, such as those of a movement. */
void
pv_leaf_begin_fields(PvLeaf *leaf)
{
	leaf->hashed[0] = 0x00;
	leaf->size = 0;
	leaf->last = 0;
}

/* Begins a leaf. */
void
pv_leaf_begin(PvLeaf *leaf, PvLeafType type)
{
	pv_leaf_begin_fields(leaf);
	leaf->hashed[1] = PV_LEAF_VERSION;
	leaf->hashed[2] = (uint8_t) type;
	leaf->size = 2;
}

/* A field; fields come in the order of their numbers, so that there is one way to write a leaf. */
void
pv_leaf_bytes(PvLeaf *leaf, int field, const void *bytes, size_t size)
{
	uint8_t *to = leaf->hashed + 1 + leaf->size;

	PV_ASSERT(field > leaf->last && field <= UINT8_MAX);
	PV_ASSERT(size + FIELD_HEAD <= (size_t) (PV_LEAF_MOST - leaf->size));
	to[0] = (uint8_t) field;
	pv_put_uint16(to + 1, (int) size);
	memcpy(to + FIELD_HEAD, bytes, size);
	leaf->size += FIELD_HEAD + (int) size;
	leaf->last = field & ~PV_LEAF_HASHED;
}

/* A field that is a number. */
void
pv_leaf_int(PvLeaf *leaf, int field, int64_t value)
{
	uint8_t bytes[8];

	pv_put_int64(bytes, value);
	pv_leaf_bytes(leaf, field, bytes, sizeof(bytes));
}

/* A field that is true or false. */
void
pv_leaf_flag(PvLeaf *leaf, int field, bool value)
{
	uint8_t byte = value ? 1 : 0;

	pv_leaf_bytes(leaf, field, &byte, 1);
}

/* A number that is the first field of a leaf; 0 where it begins with another. */
int64_t
pv_leaf_first_int(const PvLeaf *leaf, int field)
{
	const uint8_t *from = leaf->hashed + 3;

	if (leaf->size < 2 + FIELD_HEAD + 8 || from[0] != field || from[1] != 0 || from[2] != 8)
		return 0;
	return pv_get_int64(from + FIELD_HEAD);
}
