/*
 * worker.h
 *	  The background workers that settle the queues.
 */
#ifndef PV_WORKER_H
#define PV_WORKER_H

extern void pv_worker_init(void);

#endif /* PV_WORKER_H */
