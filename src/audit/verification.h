/*
 * verification.h
 *	  What the passes of verify(vault) share.
 *
 * One pass over the journal in its order applies each event again, to the state
 * the row before left, and compares what comes out with what is stored.  What
 * each event brought each member goes into a sort; a second pass, member by
 * member, rebuilds balances and lots and compares them with their tables.  So
 * memory does not grow with the journal, and nothing is locked.
 */
#ifndef PV_AUDIT_VERIFICATION_H
#define PV_AUDIT_VERIFICATION_H

#include "base/compat.h"
#include "audit/report.h"
#include "audit/stream.h"
#include "engine/event.h"
#include "engine/fixed.h"
#include "engine/policy.h"
#include "store/state.h"

#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/tuplesort.h"

/* The vault's own row. */
typedef struct PvVaultRow
{
	bool found;
	const char *name;
	const char *currency;
	const char *timezone;
	TimestampTz created_at;
	const char *suspended; /* NULL while it is not */
} PvVaultRow;

/* What the rows of a table add up to: how many, and their digests modulo 2^64. */
typedef struct PvSum
{
	int64_t rows;
	uint64 digests;
} PvSum;

/* A closed day: as it is stored, and what the members say of it. */
typedef struct PvClosed
{
	DateADT day;
	int64_t seq;
	int64_t pool;
	PvDay stored;
	bool all; /* C4: the denominator is all shares */
	PvDay found;
	int64_t found_shares; /* active or not */
	bool has_partner;	  /* P1: by the policy that it was closed under */
	PvPartnerPolicy partner;
	int next_other; /* the next close by another rule of partners */
} PvClosed;

struct totalhash_hash;
struct PvTeamsCheck;

typedef struct PvVerify
{
	PvBook *book;
	PvReport report;
	PvVaultRow row;
	HTAB *policies; /* as they are stored, see verify_policies.c */
	/* as the last journal row left it */
	PvPolicy policy;
	PvVault state;
	int64_t seq;
	int64_t digest;
	TimestampTz booked_at;
	PvPrice next_exit; /* points = 0: nothing can exit */
	const char *suspended;
	bool importing;
	const char *checkpoint; /* from outside; NULL: none was brought */
	int64_t checkpoint_size;
	/* from the first pass to the second */
	Tuplesortstate *changes;
	TupleTableSlot *put_slot;
	TupleTableSlot *get_slot;
	HTAB *merges; /* see verify_merges.c */
	HTAB *agents; /* by the journal so far, see verify_commissions.c */
	/* days and share counts, see verify_days.c */
	DateADT open_day;
	PvClosed *closed;
	int nclosed;
	int next_closed; /* the first whose journal row has not come yet */
	struct totalhash_hash *totals;
	PvStream quotas;
	struct PvTeamsCheck *teams; /* see verify_teams.c */
	HTAB *series;				/* by the journal so far, see verify_items.c */
	/* partners, see verify_partners.c */
	bool makes_partners;  /* some close did, or was to */
	int64_t last_partner; /* of the last close */
	PvStream partners;
	/* the lots, see verify_lots.c */
	PvStream lots;
	uint64 lots_rebuilt; /* fingerprint */
	bool lots_differ;
	bool lot_by_lot;
	PvStream grants; /* of stock, see verify_stock.c */
	int64_t stock;	 /* Q2: shares of all of them */
	/* as stored, against what intake_data says */
	PvSum members;
	PvSum orders;
	/* sums over the holdings as stored */
	PvAssets total;
	pv_int128 value;
} PvVerify;

#endif /* PV_AUDIT_VERIFICATION_H */
