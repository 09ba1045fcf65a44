/*
 * order.h
 *	  What is asked for: a purchase, or a debt to be settled, among many.
 *
 * An order goes one way.  A caller asks for it (PvOrder); submitted, it waits in the
 * queue with its number and the end of its hold (PvQueued, queue_rows.h); and it is
 * booked, from the queue or at once, with its buyer brought into the book (PvBooking,
 * batch.h).  The latter two hold the order they are of, and nothing goes back.
 */
#ifndef PV_STORE_ORDER_H
#define PV_STORE_ORDER_H

#include "base/compat.h"
#include "engine/event.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

typedef struct PvOrder
{
	PvKind kind; /* one that waits in the queue (kinds.h) */
	const char *ref;
	const char *member;
	int64_t amount;
	bool has_contribution;
	int64_t contribution;
	bool beyond_rate;	/* D2: it may be above the policy's rate */
	const char *region; /* NULL = none */
	bool named_at;
	TimestampTz at;
	Jsonb *meta;	   /* NULL = none */
	const char *actor; /* NULL: who calls */
} PvOrder;

#endif /* PV_STORE_ORDER_H */
