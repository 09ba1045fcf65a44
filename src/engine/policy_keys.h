/*
 * policy_keys.h
 *	  What a policy document may say: every key there is, in one table.
 *
 * Layer 2, and plain C.  Reading a document, its defaults, the paths and bounds
 * in error messages follow from the table; a unit test holds the table against
 * the structures of policy.h and the reference against the table.  The document,
 * a section and an item of a list are one thing: a set of keys.
 */
#ifndef PV_POLICY_KEYS_H
#define PV_POLICY_KEYS_H

#include "engine/policy.h"

#include <stddef.h>

/* Paid however far above. */
#define PV_ALL_GENERATIONS INT32_MAX

typedef enum PvKeyType
{
	PV_KEY_NUMBER,	/* int64_t, of the key's scale; a JSON number or string */
	PV_KEY_CHOICE,	/* int64_t: which of the words */
	PV_KEY_LIST,	/* of objects, into an array beside an int that counts them */
	PV_KEY_NUMBERS, /* likewise of numbers */
	PV_KEY_SECTION, /* an object, into a structure beside a bool: it is there */
	PV_KEY_FALSE,	/* true or false, but this version can do only what false says */
	PV_KEY_TEXT		/* stays in the document; a bool says that it is there */
} PvKeyType;

typedef struct PvKeys PvKeys;

/*
 * A key and what it may be.  Bounds and defaults are in the words of the
 * document.  A key left out, or null, has its default; one without a default is
 * PV_UNSET, a list empty, a section off.
 */
typedef struct PvKey
{
	const char *name;
	const char *rule; /* of MODEL */
	PvKeyType type;
	size_t offset; /* within the structure of its set of keys */

	int scale; /* of a number, decimals */
	const char *minimum;
	const char *maximum;
	const char *const *words; /* PV_KEY_CHOICE, up to a NULL */
	const char *fallback;	  /* the default; NULL: none */
	bool required;			  /* to be given, and not as null */
	bool rising;			  /* above that of the item before */

	const PvKeys *keys; /* PV_KEY_SECTION, PV_KEY_LIST: what is in it */
	size_t mark;		/* offset of the bool, or of the count, beside it */
	int most;			/* of a list, items */
	const char *what;	/* PV_KEY_TEXT: what it is to be, in a message */
} PvKey;

/* The keys of an object. */
struct PvKeys
{
	const char *path;  /* in the reference */
	const char *knows; /* in a message, before their names */
	const char *one;   /* an item of a list is called so */
	const char *many;
	size_t size; /* of the structure they fill */
	int count;
	const PvKey *keys;
};

/* The keys of a document, which fill a PvPolicy. */
extern const PvKeys pv_policy_keys;

extern bool pv_key_is(const PvKey *key, const char *name, size_t length);
extern int64_t pv_key_default(const PvKey *key);
extern int64_t pv_key_bound(const PvKey *key, const char *bound);
extern bool pv_pays_multilevel(const PvPolicy *policy);
extern int pv_paid_generations(const PvPolicy *policy);
extern bool pv_policy_is_sound(const PvPolicy *policy, const char **path, const char **why);

#endif /* PV_POLICY_KEYS_H */
