/*
 * book.h
 *	  The store: a vault opened for events, in memory until it is written.
 *
 * Layer 4, the only place that knows tables.  A book is opened under the
 * vault's lock, events are applied to it by the engine, and each table is
 * written once at the end, for one event as for a batch.
 */
#ifndef PV_BOOK_H
#define PV_BOOK_H

#include "base/compat.h"
#include "engine/engine.h"
#include "engine/exits.h"
#include "policy/cache.h"
#include "store/table.h"

#include "datatype/timestamp.h"
#include "pgtime.h"
#include "utils/date.h"
#include "utils/timestamp.h"

/* A row of the journal. */
typedef struct PvEntry
{
	int64_t seq;
	PvKind kind;
	int64_t member;			 /* 0 = none */
	const char *member_name; /* set in entries read back */
	int64_t other;			 /* the other member it touched; 0 = none */
	PvEffect effect;
	PvVault before;
	PvVault after;
	int32_t policy; /* serial */
	bool named_contribution;
	int64_t cause; /* 0 = none */
	int64_t
		reversed; /* withdraw_return, refund: all that was taken back of the cause, this included */
	TimestampTz at;
	bool named_at;
	bool may_move; /* H4: if the day of `at` is closed, to the first open one */
	DateADT day;
	TimestampTz booked_at;
	const char *actor; /* NULL: that of the book */
	const char *ref;   /* NULL = none; so are the next three */
	const char *region;
	const char *note;
	Jsonb *meta;
} PvEntry;

/* An order among many: as it is submitted, waits and is booked. */
typedef struct PvOrder
{
	const char *ref;
	const char *member;
	int64_t amount;
	bool has_contribution;
	int64_t contribution;
	const char *region;
	bool named_at;
	TimestampTz at;
	Jsonb *meta;
	const char *actor; /* NULL: who calls */
	/* in the queue */
	int64_t number;		/* H2 */
	bool held;			/* due later than it was submitted */
	TimestampTz due_at; /* H4: the end of its hold */
	ItemPointerData place;
	bool altered;	   /* not as it was submitted */
	int64_t digest;	   /* as stored */
	const char *error; /* H3: why it was set aside, or NULL */
	/* once it is booked */
	PvMember *buyer;
	int64_t replay; /* seq of the journal row that has its ref, 0 = none */
	PvEntry entry;
} PvOrder;

typedef enum PvBookMode
{
	PV_BOOK_READ, /* sees the caller's snapshot, locks nothing, writes nothing */
	PV_BOOK_WRITE /* holds the vault's lock until the transaction ends */
} PvBookMode;

struct memberhash_hash;
struct classhash_hash;

/* No day: of a vault that had no event yet. */
#define PV_NO_DAY DATEVAL_NOBEGIN

/* What closes need of a vault's cycle, see days.c. */
typedef struct PvCycle
{
	struct classhash_hash *places; /* of share counts in the array */
	PvClass *classes;
	int count;
	int size;
	bool complete;	   /* all share counts there are are in memory */
	int64_t closed_by; /* seq of the last close, 0 = none */
	bool knows_closed_by;
	PvRows days; /* closed and not written yet */
} PvCycle;

typedef struct PvBook
{
	int32_t vault;
	PvBookMode mode;
	pg_tz *timezone;
	bool suspended;
	PvPolicy policy;
	PvVault state;
	int64_t seq; /* of the last journal row */
	TimestampTz booked_at;
	int64_t digest;	  /* of the last journal row */
	PvKind last_kind; /* likewise, and the next */
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
	const char *actor;
} PvBook;

extern PvBook *pv_book_open(int32_t vault, PvBookMode mode, const char *ref, const char *member);
extern bool pv_vault_try_lock(int32_t vault);
extern PvMember *pv_book_member(PvBook *book, int64_t id);
extern PvMember *pv_book_named_member(PvBook *book, const char *name);
extern void pv_book_bring_orders(PvBook *book, PvOrder *orders, int count);
extern void pv_book_load_lots(PvBook *book, PvMember *member, int64_t points);
extern void pv_book_load_lot(PvBook *book, PvMember *member, int64_t seq);
extern PvError pv_book_apply(PvBook *book, PvEvent *event, PvEntry *entry);
extern void pv_book_note(PvBook *book, PvEntry *entry);
extern int64_t pv_book_exits(PvBook *book, const PvEntry *cause, int64_t most);
extern void pv_book_write(PvBook *book);
extern bool pv_book_try_day(const PvBook *book, TimestampTz at, DateADT *day);
extern DateADT pv_book_day(const PvBook *book, TimestampTz at);
extern char *pv_date_text(DateADT day);
extern DateADT pv_book_today(const PvBook *book);
extern DateADT pv_book_open_day(PvBook *book);
extern void pv_book_find_day(PvBook *book, PvEntry *entry);
extern void pv_book_begin(PvBook *book, PvEntry *entry);
extern PvError pv_book_apply_on_day(PvBook *book, PvEvent *event, PvEntry *entry);
extern PvError pv_book_try(PvBook *book, PvEvent *event);
extern void pv_book_bring_up_to_date(PvBook *book, PvMember *member);
extern PvMember *pv_book_keep_member(PvBook *book, const PvRow *row);
extern bool pv_row_price(const PvRow *row, int column, PvPrice *price);

/* A dividend of a member: what a closed day brought it, and what it had after that. */
typedef struct PvDividend
{
	DateADT day;
	int64_t seq; /* of the close */
	int64_t due;
	int64_t paid;
	PvAssets has; /* shares and quota only */
} PvDividend;

typedef void (*PvOnDividend)(const PvDividend *dividend, void *arg);

/* actor.c */
extern const char *pv_actor(void);

/* days.c */
extern int64_t pv_class_total(PvBook *book, int64_t shares);
extern int64_t pv_days_last_close(PvBook *book);
extern void pv_days_close_before(PvBook *book, DateADT day);
extern void pv_days_write(PvBook *book);
extern int pv_days_accrue(PvBook *book, int most, int64_t *after);
extern void pv_days_read(const PvRow *row, int first, PvDay *day);
extern void pv_days_of_member(int32_t vault, int64_t member, PvOnDividend on_dividend, void *arg);

/* The columns of a closed day, for pv_days_read. */
#define PV_DAY_COLUMNS(alias)                                                                      \
	alias ".turnover, " alias ".weight_pool, " alias ".weight_shares, " alias ".by_weight, " alias \
		  ".tier_mins, " alias ".tier_pools, " alias ".tier_divisors, " alias                      \
		  ".active_shares, " alias ".over_quota, " alias ".paid"
#define PV_DAY_COUNT 10

/* journal.c */
#define PV_JOURNAL_COLUMNS 40
extern const PvTable pv_journal_table;
extern void pv_journal_add(PvBook *book, const PvEntry *entry);
extern void pv_journal_seal(PvBook *book);
extern int64_t pv_movement_digest(int64_t member, const PvAssets *change);
extern int64_t pv_journal_digest(const Datum *values, const bool *nulls, int64_t movement,
								 int64_t previous);
extern PvEntry *pv_journal_try_read(int32_t vault, int64_t seq, bool read_only);
extern PvEntry *pv_journal_read(int32_t vault, int64_t seq, bool read_only, PvPolicy *policy);
extern PvSale pv_sale_of(const PvEntry *purchase, const PvPolicy *policy);
extern int64_t pv_journal_find(int32_t vault, const char *ref, bool read_only);
extern void pv_journal_find_orders(int32_t vault, PvOrder *orders, int count);
extern int64_t pv_journal_latest(int32_t vault);
extern int64_t pv_journal_find_latest(int32_t vault, const char *ref);
extern int64_t pv_journal_seq_at(int32_t vault, TimestampTz moment);
extern int64_t pv_journal_reversed(int32_t vault, int64_t seq, bool read_only);
extern int64_t pv_journal_reversed_before(int32_t vault, int64_t seq, int64_t before);
extern void pv_read_state(const PvRow *row, int first, PvVault *state);

/*
 * The journal row of a ref, by the index on ref alone: what is no plain column
 * finds no index, and those that begin with the vault would read all of it.
 */
#define PV_BY_REF(alias, ref, vault) alias ".ref = " ref " AND " alias ".vault + 0 = " vault

/* The vault's state as it stands in a journal row, in this order everywhere. */
#define PV_STATE_COLUMNS(alias)                                                             \
	alias ".pool, " alias ".circulating, " alias ".issued, " alias ".treasury, " alias      \
		  ".credits, " alias ".reserve, " alias ".platform, " alias ".shareholders, " alias \
		  ".dividends, " alias ".cash_owed, " alias ".turnover"
#define PV_STATE_COUNT 11

/* A member's balances as they stand in a holding row, likewise. */
#define PV_HOLDING_COLUMNS(alias)                                                                 \
	alias ".points, " alias ".credits, " alias ".cash, " alias ".reward, " alias ".quota, " alias \
		  ".shares, " alias ".spent, " alias ".mark, " alias ".posted_to, " alias                 \
		  ".exit_limit, " alias ".exit_floor"
#define PV_HOLDING_COUNT 11

/* store_policy.c */
extern void pv_policy_add(int32_t vault, PvPolicy *policy, int64_t seq, Jsonb *document);
extern bool pv_policy_find(int32_t vault, int32_t serial, PvPolicy *policy);
extern PvPolicy pv_policy_get(int32_t vault, int32_t serial);
extern Jsonb *pv_policy_document(int32_t vault, int32_t serial);
extern bool pv_policy_had_cycle(int32_t vault);

/* store_vault.c */
extern int32_t pv_vault_add(const char *name, const char *currency, const char *timezone,
							Jsonb *document);
extern int32_t pv_vault_find_made(const char *name, const char *currency, const char *timezone,
								  Jsonb *document, bool *is_same);
extern int64_t pv_vault_digest(int32_t vault, const char *name, const char *currency,
							   const char *timezone, TimestampTz created_at);
extern int32_t pv_vault_find(const char *name);
extern void pv_vault_suspend(int32_t vault, const char *reason);
extern bool pv_vault_has_lots(int32_t vault);
extern void pv_vault_check_exists(int32_t vault, bool read_only);
extern void pv_vault_check_open(int32_t vault);
pv_noreturn extern void pv_no_such_vault(int32_t vault);
extern pg_tz *pv_vault_timezone(int32_t vault, bool read_only);
extern const char *pv_vault_suspended(int32_t vault, bool read_only);
pv_noreturn extern void pv_report_suspended(int32_t vault);

extern bool pv_vaults_exist(void);
extern int32_t *pv_vaults_at_work(int *count);

/* store_jobs.c */
extern void pv_job_note(int32_t vault, const char *job, DateADT day, TimestampTz started_at,
						bool failed, const char *outcome);
extern DateADT pv_job_day(int32_t vault);
extern void pv_job_result_of_day(int32_t vault, DateADT day, int64_t *pool, int64_t *paid);

/* store_tally.c */
extern int64_t pv_tally_advance(int32_t vault);

/* store_intake.c */

/* Stored with each note: never renumber. */
typedef enum PvIntakeKind
{
	/* of members */
	PV_INTAKE_ENROLLED = 1,
	PV_INTAKE_RENAMED = 2,
	/* of orders, from here on */
	PV_INTAKE_SUBMITTED = 10,
	PV_INTAKE_SETTLED = 11,
	PV_INTAKE_CANCELLED = 12,
	PV_INTAKE_SET_ASIDE = 13,
	PV_INTAKE_BUYER_RENAMED = 14
} PvIntakeKind;

typedef struct PvIntake
{
	PvIntakeKind kind;
	int32_t rows;
	int64_t change;
	TimestampTz at;
	const char *actor;
	const char *ref; /* NULL = none */
} PvIntake;

extern uint64 pv_hash_text(const char *text, uint64 seed);
extern int64_t pv_intake_digest(int32_t vault, const PvIntake *note);
extern void pv_intake_note(int32_t vault, PvIntakeKind kind, int32_t rows, uint64 change,
						   const char *ref);

/* store_queue.c */

/* The columns of an order in the queue, for pv_queue_read. */
#define PV_QUEUE_COLUMNS                                                                        \
	"number, ref, member, amount, contribution, region, at, due_at, meta, actor, error, ctid, " \
	"digest, held"

extern void pv_queue_read(int32_t vault, const PvRow *row, PvOrder *order);
extern uint64 pv_queue_fingerprint(const PvOrder *order);
extern uint64 pv_queue_add(int32_t vault, PvOrder *orders, int count);
extern int pv_queue_take(int32_t vault, int most, int64_t after, PvOrder **orders, bool *complete);
extern bool pv_queue_replace(int32_t vault, PvOrder *order);
extern void pv_queue_rename(int32_t vault, const char *old_name, const char *new_name);
extern bool pv_queue_is_due(int32_t vault);
extern TimestampTz pv_queue_next_due(int32_t vault);
extern TimestampTz pv_queue_first_due(int32_t vault);
extern void pv_queue_drop(int32_t vault, const PvOrder *const *orders, int count);
extern bool pv_queue_cancel(int32_t vault, const char *ref);
extern void pv_queue_set_aside(int32_t vault, const PvOrder *order, const char *reason);
extern bool pv_queue_find(int32_t vault, const char *ref, PvOrder *order, bool *own);

/* store_member.c */
typedef struct PvEnrolment
{
	const char *name;
	const char *sponsor; /* NULL = none; so is region */
	const char *region;
	bool merchant;
	int64_t id; /* set by pv_members_add */
	bool is_new;
} PvEnrolment;

extern int64_t pv_member_digest(int64_t id, const char *name, int64_t sponsor, const char *region,
								bool merchant, TimestampTz enrolled_at);
extern int64_t pv_member_find(int32_t vault, const char *name);
extern void pv_member_rename(int32_t vault, int64_t id, const char *name);
pv_noreturn extern void pv_no_such_member(int32_t vault, const char *name);
extern int64_t pv_members_add(int32_t vault, PvEnrolment *list, int count);

#endif /* PV_BOOK_H */
