/*
 * exit_queue.h
 *	  Candidates for a forced exit, loaded from the lots and the exit floors (G6).
 */
#ifndef PV_STORE_EXIT_QUEUE_H
#define PV_STORE_EXIT_QUEUE_H

#include "base/compat.h"
#include "engine/exits.h"
#include "store/plan.h"
#include "store/state.h"

extern void pv_exits_start(PvBook *book, const PvRow *row, int column);
extern void pv_exits_refill(PvExitQueue *queue, void *arg);

#endif /* PV_STORE_EXIT_QUEUE_H */
