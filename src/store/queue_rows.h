/*
 * queue_rows.h
 *	  Orders that wait to be settled (MODEL §4).
 */
#ifndef PV_STORE_QUEUE_ROWS_H
#define PV_STORE_QUEUE_ROWS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/plan.h"

#include "datatype/timestamp.h"
#include "storage/itemptr.h"
#include "utils/jsonb.h"

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

/* The columns of an order in the queue, for pv_queue_read. */
#define PV_QUEUE_COLUMNS                                                                        \
	"number, ref, member, amount, contribution, region, at, due_at, meta, actor, error, ctid, " \
	"digest, held"

extern uint64 pv_queue_fingerprint(const PvOrder *order);
extern void pv_queue_read(int32_t vault, const PvRow *row, PvOrder *order);
extern int pv_queue_take(int32_t vault, int most, int64_t after, PvOrder **orders, bool *complete);
extern bool pv_queue_is_due(int32_t vault);
extern TimestampTz pv_queue_next_due(int32_t vault);
extern TimestampTz pv_queue_first_due(int32_t vault);
extern void pv_queue_drop(int32_t vault, const PvOrder *const *orders, int count);
extern bool pv_queue_cancel(int32_t vault, const char *ref);
extern void pv_queue_set_aside(int32_t vault, const PvOrder *order, const char *reason);
extern bool pv_queue_find(int32_t vault, const char *ref, PvOrder *order, bool *own);
extern uint64 pv_queue_add(int32_t vault, PvOrder *orders, int count);
extern bool pv_queue_replace(int32_t vault, PvOrder *order);
extern void pv_queue_rename(int32_t vault, const char *old_name, const char *new_name);

#endif /* PV_STORE_QUEUE_ROWS_H */
