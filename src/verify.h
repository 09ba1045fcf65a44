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

#include "surface.h"

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
	PV_CHECK_MEMBERS,
	PV_CHECK_VAULT,
	PV_CHECK_QUEUE,
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
	PvLot lot;	   /* the lot it brought, of change.points, if brings */
	int64_t cause; /* refund: the purchase */
	int64_t due;   /* refund: points due of its lot; lot.limit: of its limit */
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
} PvStream;

typedef struct PvVerify
{
	PvBook *book;
	MemoryContext results; /* lives to the end */
	PvCheck checks[PV_CHECK_COUNT];
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
	/* the lots, see verify_lots.c */
	PvStream lots;
	uint64 lots_rebuilt; /* fingerprint */
	bool lots_differ;
	bool lot_by_lot;
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
extern void pv_stream_next(PvStream *stream);
extern void pv_stream_close(PvStream *stream);
extern int64_t pv_stream_int(const PvStream *stream, int column);
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

/* verify_lots.c */
extern void pv_lots_begin(PvVerify *verify);
extern void pv_lots_compare(PvVerify *verify, const PvMember *member);
extern void pv_lots_end(PvVerify *verify);

/* verify_journal.c, verify_members.c: the passes */
extern void pv_verify_policies(PvVerify *verify);
extern void pv_verify_journal(PvVerify *verify);
extern void pv_verify_members(PvVerify *verify);

#endif /* PV_VERIFY_H */
