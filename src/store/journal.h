/*
 * journal.h
 *	  Rows of the journal and of the movements, written and read back.
 */
#ifndef PV_STORE_JOURNAL_H
#define PV_STORE_JOURNAL_H

#include "base/compat.h"
#include "engine/event.h"
#include "engine/policy.h"
#include "store/columns.h"
#include "store/plan.h"
#include "store/state.h"
#include "store/table.h"

#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/jsonb.h"

/* A row of the journal. */
typedef struct PvEntry
{
	int64_t seq;
	PvKind kind;
	int32_t policy;			 /* serial */
	int64_t member;			 /* 0 = none */
	const char *member_name; /* set in entries read back */
	PvParties parties;		 /* what it did to members; of one read back: ids and changes */
	PvEffect effect;
	PvVault before;
	PvVault after;
	int64_t cause; /* 0 = none */
	/* withdraw_return, refund, redeem_return: all that was taken back of the cause, this included */
	int64_t reversed;
	TimestampTz at;
	TimestampTz booked_at;
	DateADT day;
	bool named_at;
	bool may_move; /* H4: if the day of `at` is closed, to the first open one */
	/*
	 * The caller named what the rules would else have given, such as the contribution of a
	 * purchase (G1).  In column named_contribution, whose comment says it for each kind.
	 */
	bool named;
	bool altered;	   /* of one read back: its commissions are not as they were written */
	const char *actor; /* NULL: that of the book */
	const char *ref;   /* this, region, note and meta: NULL = none */
	const char *region;
	/* By kind, see the comment of the column in sql/parts/20_tables.sql. */
	const char *note;
	Jsonb *meta;
} PvEntry;

extern PvTable pv_journal_table;

extern void pv_read_state(const PvRow *row, int first, PvVault *state);
extern void pv_read_assets(const PvRow *row, int first, PvAssets *assets);
extern void pv_read_own_change(const PvRow *row, PvKind kind, PvAssets *own);
extern PvLock pv_read_lock(const PvRow *row);
extern PvRole pv_read_role(const PvRow *row, int column);
extern void pv_journal_add(PvBook *book, const PvEntry *entry);
extern int64_t pv_movement_digest(const PvParty *party);
extern int64_t pv_journal_movements_digest(int32_t vault, int64_t seq);
extern int64_t pv_journal_digest(const Datum *values, const bool *nulls, int64_t movement,
								 int64_t previous);
extern void pv_journal_complete(PvBook *book);
extern PvEntry *pv_journal_try_read(int32_t vault, int64_t seq, bool read_only);
extern PvEntry *pv_journal_read(int32_t vault, int64_t seq, bool read_only, PvPolicy *policy);
extern bool pv_was_for_goods(const PvEntry *redemption);
extern PvSale pv_sale_of(const PvEntry *purchase, const PvPolicy *policy);
extern int64_t pv_journal_find(int32_t vault, const char *ref, bool read_only);
extern int64_t *pv_journal_find_all(int32_t vault, const char *const *refs, int count);
extern int64_t pv_journal_find_latest(int32_t vault, const char *ref);
extern int64_t pv_journal_reversed(int32_t vault, int64_t seq, bool read_only);
extern int64_t pv_journal_reversed_before(int32_t vault, int64_t seq, int64_t before);
extern int64_t pv_journal_latest(int32_t vault);
extern int64_t pv_journal_seq_at(int32_t vault, TimestampTz moment);

#endif /* PV_STORE_JOURNAL_H */
