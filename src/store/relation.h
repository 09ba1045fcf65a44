/*
 * relation.h
 *	  The tables of the extension as this backend knows them: columns and indexes.
 *
 * What events read and write goes to its table straight through the access methods
 * (lookup.h, write.h); everything else is SQL (plan.h).  Only the executor knows
 * triggers, rules, policies, defaults, checks and partitions, so a table that got one
 * of those from somebody else is refused by name, before anything is written.
 */
#ifndef PV_STORE_RELATION_H
#define PV_STORE_RELATION_H

#include "base/compat.h"

#include "nodes/bitmapset.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"

/* A table, as it was when it was last looked at. */
typedef struct PvRelation
{
	const char *name;
	Oid oid;
	bool current;	/* nothing was told of it since */
	bool seen;		/* and it was looked at to the end, by no error cut short */
	uint64 version; /* how often it was looked at */
	int nindexes;
	Oid *indexes;
	IndexInfo **infos;	  /* of the same places */
	bool *immediate;	  /* whether a unique one is checked at once */
	Bitmapset **needed;	  /* the columns it is made from, as pull_varattnos has them */
	bool *whole;		  /* whether one has all rows: it is valid, and has no condition */
	int primary;		  /* the place of the primary key */
	bool calls_others;	  /* an index computes what is not the server's nor ours */
	EState *state;		  /* where expressions of indexes are evaluated */
	MemoryContext memory; /* all of this */
	struct PvRelation *next;
} PvRelation;

/* Where the columns of a description lie in its table, found when first asked for. */
typedef struct PvColumns
{
	PvRelation *relation;
	uint64 version;
	uint64 checked; /* the version that was found to be plain */
	int count;
	AttrNumber *places;
} PvColumns;

extern void pv_tell_of_places(void);
extern Relation pv_open_relation(PvColumns *columns, const char *name, const char *list,
								 LOCKMODE lock);
extern void pv_check_plain(PvColumns *columns, Relation table, const char *types, bool is_insert);
pv_noreturn extern void pv_refuse_column(Relation table, const char *list, const char *is);
extern void pv_check_unique(const PvColumns *columns, const char *list);
extern bool pv_index_begins_with(const PvRelation *relation, int place, const char *list);
extern int pv_columns_of(const char *list);
extern int pv_index_place(const PvRelation *relation, const char *name);

#endif /* PV_STORE_RELATION_H */
