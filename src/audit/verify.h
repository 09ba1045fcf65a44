/*
 * verify.h
 *	  What the passes of verify(vault) share.
 *
 * One pass over the journal in its order applies each event again, to the state
 * the row before left, and compares what comes out with what is stored.  What
 * each event brought each member goes into a sort; a second pass, member by
 * member, rebuilds balances and lots and compares them with their tables.  So
 * memory does not grow with the journal, and nothing is locked.
 */
#ifndef PV_VERIFY_H
#define PV_VERIFY_H

#include "surface/surface.h"

#include "utils/portal.h"
#include "utils/tuplesort.h"

typedef enum PvCheckId
{
	PV_CHECK_SEQUENCE,
	PV_CHECK_DIGEST,
	PV_CHECK_DAYS,
	PV_CHECK_REFS,
	PV_CHECK_POLICIES,
	PV_CHECK_EVENTS,
	PV_CHECK_STATES,
	PV_CHECK_PRICE,
	PV_CHECK_POOL,
	PV_CHECK_ISSUED,
	PV_CHECK_COVERED,
	PV_CHECK_POSTINGS,
	PV_CHECK_CIRCULATING,
	PV_CHECK_CREDITS,
	PV_CHECK_CASH,
	PV_CHECK_REDEEMABLE,
	PV_CHECK_BALANCES,
	PV_CHECK_LOTS,
	PV_CHECK_EXITS,
	PV_CHECK_CLOSES,
	PV_CHECK_DIVIDENDS,
	PV_CHECK_CLASSES,
	PV_CHECK_MEMBERS,
	PV_CHECK_VAULT,
	PV_CHECK_QUEUE,
	PV_CHECK_INTAKE,
	PV_CHECK_COUNT
} PvCheckId;

/* The outcome of a check: how many things were looked at, and the first that failed. */
typedef struct PvCheck
{
	int64_t looked_at;
	int64_t failed;
	char *expected;
	char *found;
	char *detail;
} PvCheck;

/* What an event did to one member, on its way through the sort. */
typedef struct PvMemberChange
{
	int64_t member;
	int64_t seq;
	PvKind kind;
	PvAssets change;
	PvLot lot;			 /* the lot it brought, of change.points, if brings */
	int64_t cause;		 /* refund: the purchase */
	int64_t due;		 /* refund: points due of its lot; lot.limit: of its limit */
	int64_t quota_due;	 /* and of the quota */
	int64_t spending;	 /* C1: what counted toward its shares */
	int64_t share_price; /* at which it counted */
	bool brings;
	bool alone; /* exit: of one lot, on the basis of orders */
} PvMemberChange;

/* Rows of a query, fetched a part at a time. */
typedef struct PvStream
{
	Portal portal;
	SPITupleTable *table;
	uint64 next;
	uint64 count;
	int64_t read; /* rows so far */
	PvRow row;	  /* the current one */
	bool ended;
	struct PvVerify *verify; /* for what stands next */
	PvCheckId check;
	uint64 required; /* a bit for each column that must have a value */
} PvStream;

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

/* A column that pv_stream_require names. */
#define PV_REQUIRE(column) (UINT64CONST(1) << (column))

/* The same for columns from one to another. */
#define PV_REQUIRE_FROM(first, last) (PV_REQUIRE((last) + 1) - PV_REQUIRE(first))

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
} PvClosed;

struct totalhash_hash;

typedef struct PvVerify
{
	PvBook *book;
	MemoryContext results; /* lives to the end */
	PvCheck checks[PV_CHECK_COUNT];
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
	/* from the first pass to the second */
	Tuplesortstate *changes;
	TupleTableSlot *put_slot;
	TupleTableSlot *get_slot;
	/* days and share counts, see verify_days.c */
	DateADT open_day;
	PvClosed *closed;
	int nclosed;
	int next_closed; /* the first whose journal row has not come yet */
	struct totalhash_hash *totals;
	PvStream quotas;
	/* the lots, see verify_lots.c */
	PvStream lots;
	uint64 lots_rebuilt; /* fingerprint */
	bool lots_differ;
	bool lot_by_lot;
	/* as stored, against what intake_data says */
	PvSum members;
	PvSum orders;
	/* sums over the holdings as stored */
	PvAssets total;
	pv_int128 value;
	TimestampTz noticed_at;
} PvVerify;

/* verify.c */
extern void pv_checked(PvVerify *verify, PvCheckId check);
extern void pv_failed(PvVerify *verify, PvCheckId check, const char *detail, const char *expected,
					  const char *found);
extern void pv_compare(PvVerify *verify, PvCheckId check, const char *what, int64_t of,
					   int64_t expected, int64_t found, int scale);
extern void pv_stream_open(PvStream *stream, PvPlan *plan, int32_t vault);
extern void pv_stream_require(PvStream *stream, PvVerify *verify, PvCheckId check, uint64 required);
extern void pv_stream_next(PvStream *stream);
extern void pv_stream_close(PvStream *stream);
extern int64_t pv_stream_int(const PvStream *stream, int column);
extern ErrorData *pv_verify_try(bool (*body)(void *arg), void *arg);
extern void pv_verify_progress(PvVerify *verify, const char *what, int64_t done);

extern void pv_fail_member(PvVerify *verify, PvCheckId check, int64_t member, const char *what,
						   const char *expected, const char *found);
extern void pv_compare_member(PvVerify *verify, PvCheckId check, int64_t member, const char *what,
							  int64_t of, int64_t expected, int64_t found, int scale);
extern void pv_check_next_exit(PvVerify *verify, int64_t member, PvPrice price);

/* verify_sort.c */
extern void pv_changes_begin(PvVerify *verify);
extern void pv_changes_put(PvVerify *verify, const PvMemberChange *change);
extern void pv_changes_sort(PvVerify *verify);
extern bool pv_changes_get(PvVerify *verify, PvMemberChange *change);

/* What a member has by itself, and what closes paid it that is not posted. */
typedef struct PvRebuilt
{
	PvMember member;
	int64_t unposted;
	DateADT posted_to;
	int64_t seq;	   /* of the last change */
	PvAssets at_close; /* after the last close: shares, quota */
} PvRebuilt;

/* verify_days.c */
extern void pv_days_load(PvVerify *verify);
extern PvClosed *pv_days_of_close(PvVerify *verify, DateADT day);
extern void pv_days_compare_pools(PvVerify *verify, const PvClosed *closed, const PvDay *day,
								  int64_t pool);
extern void pv_days_begin(PvVerify *verify);
extern void pv_days_pay(PvVerify *verify, PvRebuilt *rebuilt, int64_t before);
extern DateADT pv_days_closed_at(const PvVerify *verify, int64_t seq);
extern void pv_days_compare_member(PvVerify *verify, const PvRebuilt *rebuilt, int64_t accrued);
extern int64_t pv_days_accrued(const PvVerify *verify, const PvAssets *has, int64_t mark);
extern void pv_days_end(PvVerify *verify);

/* verify_lots.c */
extern void pv_lots_begin(PvVerify *verify);
extern void pv_lots_compare(PvVerify *verify, const PvMember *member);
extern void pv_lots_end(PvVerify *verify);

/* verify_policies.c */
extern void pv_verify_policies(PvVerify *verify);
extern bool pv_verify_policy(const PvVerify *verify, int32_t serial, PvPolicy *policy);
extern bool pv_is_policy_of(const PvVerify *verify, int32_t serial, int64_t seq);

/* verify_intake.c */
extern void pv_verify_queue(PvVerify *verify);
extern void pv_verify_intake(PvVerify *verify);

/* verify_journal.c, verify_members.c: the passes */
extern void pv_verify_journal(PvVerify *verify);
extern void pv_verify_members(PvVerify *verify);

#endif /* PV_VERIFY_H */
