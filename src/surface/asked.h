/*
 * asked.h
 *	  What a caller asks for, from the check of its arguments to its booking.
 */
#ifndef PV_SURFACE_ASKED_H
#define PV_SURFACE_ASKED_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/journal.h"

/* An event as it was asked for; each text of it is one that is kept for the commit (at_commit.c). */
typedef struct PvRequest
{
	int32_t vault;
	bool whole_rest;	/* refund, redeem_return: of all that is left */
	const char *member; /* NULL: the event has none */
	const char *ref;
	const char *of_ref; /* withdraw_return, refund, redeem_return: the event it reverses */
	const char *payee;	/* pay, transfer_item; merge: who takes over */
	const char *series; /* of collectibles: its code */
	int64_t serial;		/* and which item; 0: none that there is */
	PvEvent event;
	PvEntry entry; /* at, region, note, meta */
} PvRequest;

#endif /* PV_SURFACE_ASKED_H */
