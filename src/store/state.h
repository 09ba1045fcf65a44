/*
 * state.h
 *	  A vault opened for events, as it stands in memory.
 *
 * Structures only.  A book is opened under the vault's lock (book.h), events are
 * applied to it by the engine, and each table is written once at the end.
 */
#ifndef PV_STORE_STATE_H
#define PV_STORE_STATE_H

#include "base/compat.h"
#include "engine/event.h"
#include "engine/exits.h"
#include "engine/policy.h"
#include "store/table.h"

#include "datatype/timestamp.h"
#include "pgtime.h"
#include "utils/date.h"

typedef enum PvBookMode
{
	PV_BOOK_READ, /* sees the caller's snapshot, locks nothing, writes nothing */
	PV_BOOK_WRITE /* holds the vault's lock until the transaction ends */
} PvBookMode;

struct memberhash_hash;
struct classhash_hash;
struct placehash_hash;

/* No day: of a vault that had no event yet. */
#define PV_NO_DAY DATEVAL_NOBEGIN

/* What closes need of a vault's cycle, see closing.c. */
typedef struct PvCycle
{
	struct classhash_hash *places; /* of share counts in the array */
	PvClass *classes;
	int count;
	int size;
	bool complete;	   /* all share counts there are are in memory */
	int64_t closed_by; /* seq of the last close, 0 = none */
	bool knows_closed_by;
	int64_t running; /* what the last close says all release plans do a day (L2) */
	PvRows days;	 /* closed and not written yet */
} PvCycle;

typedef struct PvBook
{
	int32_t vault;
	PvBookMode mode;
	pg_tz *timezone;
	bool suspended;
	bool importing; /* between begin_import() and end_import() */
	PvPolicy policy;
	PvVault state;
	int64_t seq; /* of the last journal row */
	TimestampTz booked_at;
	int64_t digest;	  /* of the last journal row */
	PvKind last_kind; /* that row's, as is last_day */
	DateADT last_day;
	DateADT open_day; /* V7: the first that is not closed; see pv_book_open_day */
	bool knows_open_day;
	TimestampTz now; /* when the event at hand was begun */
	bool has_unread; /* rows not written yet that a close has to read */
	PvCycle cycle;
	int64_t replay;	  /* seq of the row that has the ref, 0 = none */
	PvMember *member; /* the one asked for, NULL where there is none such */
	PvExitQueue exits;
	int refill_size;
	struct memberhash_hash *members;
	PvRows journal;
	PvRows movements;
	PvRows plans_opened;
	PvRows plans_changed;
	PvRows grants_made;
	PvRows grants_changed;
	PvRows series; /* of collectibles, made or changed */
	PvRows items_made;
	PvRows items_changed;
	const char *actor;
} PvBook;

#endif /* PV_STORE_STATE_H */
