/*
 * queue_rows.h
 *	  Orders that wait to be settled (MODEL §4).
 */
#ifndef PV_STORE_QUEUE_ROWS_H
#define PV_STORE_QUEUE_ROWS_H

#include "base/compat.h"
#include "store/order.h"
#include "store/plan.h"

#include "datatype/timestamp.h"
#include "storage/itemptr.h"

/* An order as it waits, or was set aside. */
typedef struct PvQueued
{
	PvOrder order;
	int64_t number;		   /* H2; 0: it is not in the queue */
	bool held;			   /* due later than it was submitted */
	TimestampTz due_at;	   /* H4: the end of its hold */
	const char *error;	   /* H3: why it was set aside, or NULL */
	int64_t digest;		   /* as stored */
	bool altered;		   /* not as it was submitted */
	ItemPointerData place; /* where its row lies */
} PvQueued;

/* The columns of an order in the queue, for pv_queue_read. */
#define PV_QUEUE_COLUMNS                                                                        \
	"number, ref, member, amount, contribution, region, at, due_at, meta, actor, error, ctid, " \
	"digest, held, kind, beyond_rate"

enum
{
	PV_QUEUE_NUMBER,
	PV_QUEUE_REF,
	PV_QUEUE_MEMBER,
	PV_QUEUE_AMOUNT,
	PV_QUEUE_CONTRIBUTION,
	PV_QUEUE_REGION,
	PV_QUEUE_AT,
	PV_QUEUE_DUE_AT,
	PV_QUEUE_META,
	PV_QUEUE_ACTOR,
	PV_QUEUE_ERROR,
	PV_QUEUE_PLACE,
	PV_QUEUE_DIGEST,
	PV_QUEUE_HELD,
	PV_QUEUE_KIND,
	PV_QUEUE_BEYOND_RATE,
	PV_QUEUE_COUNT
};

extern uint64 pv_queue_fingerprint(const PvQueued *queued);
extern void pv_queue_read(int32_t vault, const PvRow *row, PvQueued *queued);
extern int pv_queue_take(int32_t vault, int most, int64_t after, PvQueued **orders, bool *complete);
extern bool pv_queue_is_due(int32_t vault);
extern TimestampTz pv_queue_next_due(int32_t vault);
extern TimestampTz pv_queue_first_due(int32_t vault);
extern void pv_queue_drop(int32_t vault, PvQueued *const *orders, int count);
extern bool pv_queue_cancel(int32_t vault, const char *ref);
extern void pv_queue_set_aside(int32_t vault, const PvQueued *queued, const char *reason);
extern bool pv_queue_find(int32_t vault, const char *ref, PvQueued *queued, bool *own);
extern uint64 pv_queue_add(int32_t vault, PvQueued *orders, int count);
extern bool pv_queue_replace(int32_t vault, PvQueued *queued);
extern void pv_queue_rename(int32_t vault, const char *old_name, const char *new_name);
extern void pv_queue_erase(int32_t vault, const char *old_name, const char *new_name);

#endif /* PV_STORE_QUEUE_ROWS_H */
